//! Readers of all kinds over one audience: quick, slow, and gone for a while.
//!
//! Whatever they are given, and what they are told they missed, is together all that happened since they
//! came: no entry twice, none in another place, none that was emptied since, and each class counted.

use liveroom::{Audience, Batch, Class, Cursor, Group, PerClass, Place};
use proptest::{prop_assert, prop_assert_eq};

use crate::{
    census::Census,
    model::Model,
    world::{Judged, fail},
};

/// So many; the number says of each how often they cannot take more.
const READERS: u32 = 8;
/// And for how many steps on end. The last two are long at the same place, not at the same time.
const STRETCHES: [usize; READERS as usize] = [1, 1, 1, 2, 4, 8, 24, 32];

pub(crate) struct Readers {
    audience: Audience<u32>,
    all: Vec<Reader>,
    salt: u64,
}

struct Reader {
    cursor: Cursor,
    /// `None` while they are away.
    place: Option<Place>,
}

impl Readers {
    pub(crate) fn new(tail: Cursor, salt: u64) -> Self {
        let mut audience = Audience::default();
        let reader = |token| Reader { cursor: tail, place: Some(audience.add(token, tail)) };
        Self { all: (0..READERS).map(reader).collect(), audience, salt }
    }

    /// Some come, some go, and whoever is there is given what is ahead, if they can take it.
    pub(crate) fn step(
        &mut self,
        number: usize,
        group: &mut Group,
        model: &Model,
        census: &mut Census,
    ) -> Judged {
        self.come_and_go(number, group, census);
        if self.dice(number, READERS).is_multiple_of(3) {
            return Ok(());
        }
        let now = group.clock();
        let (salt, all) = (self.salt, &mut self.all);
        let mut wrong = Ok(());
        self.audience.notify(now, true);
        let swept = self.audience.sweep(now, group, |batch, tokens, not_now| {
            let mut missed = 0_u64;
            if wrong.is_ok() {
                wrong = adds_up(batch, model);
                missed = batch.missed().0.iter().sum();
            }
            for (at, token) in tokens.iter().enumerate() {
                let stretch = number / STRETCHES[*token as usize];
                if dice(salt, stretch, *token) % READERS < token / 2 {
                    not_now.mark(at);
                    continue;
                }
                let reader = &mut all[*token as usize];
                if wrong.is_ok() && reader.cursor != *batch.from() {
                    wrong = Err(fail("a reader is given what is not next"));
                }
                reader.cursor = *batch.to();
                census.one("batches given");
                census.count("entries given", batch.entries().len());
                census.count("gaps", usize::from(missed > 0));
                census.count("entries missed", usize::try_from(missed).unwrap_or(usize::MAX));
            }
        });
        wrong?;
        census.count("not now", swept.not_now);
        prop_assert_eq!(swept.lost, 0, "a reader's cursor was refused");
        if swept.not_now == 0 {
            let there = self.all.iter().filter(|reader| reader.place.is_some());
            let tail = group.tail();
            prop_assert!(there.into_iter().all(|it| it.cursor == tail), "a reader is behind");
        }
        Ok(())
    }

    fn come_and_go(&mut self, number: usize, group: &Group, census: &mut Census) {
        let token = self.dice(number, READERS + 1) % READERS;
        let turn = self.dice(number, READERS + 2) % 16;
        let reader = &mut self.all[token as usize];
        match (reader.place, turn) {
            (Some(place), 0) => {
                self.audience.remove(place);
                reader.place = None;
                census.one("vanished");
            }
            // Back where they stood, or as newcomers.
            (None, 1..6) => {
                if turn == 1 {
                    reader.cursor = group.tail();
                }
                reader.place = Some(self.audience.add(token, reader.cursor));
                census.one("came back");
            }
            _ => {}
        }
    }

    fn dice(&self, number: usize, what: u32) -> u32 {
        dice(self.salt, number, what)
    }
}

/// What comes up at a step, the same in every life of a world.
fn dice(salt: u64, number: usize, what: u32) -> u32 {
    let mixed = (salt ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(what);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    u32::try_from(mixed >> 33).unwrap_or_default()
}

/// Every entry of the stretch is given as it is now, or counted as missed; only what the log has let go
/// is missed.
fn adds_up(batch: &Batch, model: &Model) -> Judged {
    let place = |cursor: &Cursor| usize::try_from(cursor.position().0).unwrap_or(usize::MAX);
    let stretch = model.log.get(place(batch.from())..place(batch.to()));
    let Some(stretch) = stretch else { return Err(fail("a batch is of what did not happen")) };
    let mut given = batch.entries().iter().peekable();
    let mut missed = PerClass::<u64>::default();
    for kept in stretch {
        match given.next_if(|entry| entry.seq == kept.entry.seq) {
            Some(entry) => prop_assert_eq!(&**entry, &kept.entry, "a batch is not what happened"),
            None => {
                prop_assert!(kept.gone, "{} is withheld", kept.entry.seq);
                missed[kept.entry.class] += 1;
            }
        }
    }
    prop_assert!(given.next().is_none(), "a batch has more than happened");
    for class in Class::ALL {
        prop_assert_eq!(batch.missed()[class], missed[class], "missed of {:?}", class);
    }
    Ok(())
}
