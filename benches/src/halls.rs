//! A group with an audience.

use liveroom::{Audience, Batch, Cursor, NotNow, Swept, Tick};

use crate::rooms::Room;

/// A group, and an audience with a token for each member, which is a number.
pub(crate) struct Hall {
    pub(crate) room: Room,
    pub(crate) audience: Audience<u32>,
}

impl Hall {
    /// All of them caught up.
    pub(crate) fn new(members: usize) -> Self {
        let mut hall = Self { room: Room::new(), audience: Audience::new(Tick::NONE) };
        let tail = hall.room.group.tail();
        (0..).take(members).for_each(|token| {
            hall.audience.add(token, tail);
        });
        hall
    }

    /// Gives out what is ahead.
    pub(crate) fn sweep(&mut self, mut give: impl FnMut(&Batch, &[u32])) -> Swept {
        let Self { room: Room { group, now }, audience } = self;
        audience.notify(*now, false);
        let mut source = |cursor: &Cursor| group.batch(cursor);
        audience.sweep(*now, &mut source, |batch, tokens, _: &mut NotNow| give(batch, tokens))
    }
}

/// What a member is handed: 8 bytes that name the batch.
pub(crate) fn handle(batch: &Batch) -> u64 {
    batch.to().position().0
}

/// Gives each token of a run its turn, eight at a time: the time of so short a loop else depends on where
/// in memory it comes to lie.
pub(crate) fn each(tokens: &[u32], mut put: impl FnMut(usize)) {
    let (eights, rest) = tokens.as_chunks::<8>();
    for eight in eights {
        eight.iter().for_each(|token| put(*token as usize));
    }
    rest.iter().for_each(|token| put(*token as usize));
}
