//! F1 and F2: what one message costs for one member, by polling and by sweeping.
//!
//! The peer is tokio's broadcast channel with a receiver for each member, drained with `try_recv`.
//! Publishing is not timed on either side. Members are visited in the order in which they came.

use std::{hint::black_box, sync::Arc, time::Duration};

use liveroom::{Audience, Cursor, Entry, NotNow, Tick};
use tokio::sync::broadcast;

use crate::{
    race::{Case, Report, time},
    rooms::Room,
};

/// Members, messages a drain, and the aims against tokio for F1 and F2.
const SIZES: [(usize, u64, u64, u64); 4] = [
    (1_000, 1, 400, 3_000),
    (1_000, 16, 800, 20_000),
    (100_000, 1, 400, 3_000),
    (100_000, 16, 800, 20_000),
];

/// Members and messages that one round covers at least, so that it is long enough to be timed.
const WORK: u64 = 400_000;

/// F1: each member has a cursor of its own, and takes what is ahead of it. Both sides hand over each
/// message, as a clone of an `Arc`.
pub(crate) fn polls(report: &mut Report) {
    for (members, burst, aim, _) in SIZES {
        let name = format!("poll/N={members}/B={burst}");
        if !report.wants("F1", &name) {
            continue;
        }
        let drains = WORK.div_ceil(members as u64 * burst);
        let units = drains * burst * members as u64;
        let what = "tokio broadcast try_recv; each hands over an Arc of each message";
        let case = Case { aim: "F1", name, what, at_least: aim, units };
        let mut room = Room::new();
        let mut cursors = vec![room.group.tail(); members];
        let ours = || {
            repeat(drains, || {
                room.publish(burst);
                time(|| cursors.iter_mut().for_each(|cursor| take(&room, cursor)))
            })
        };
        let mut channel = Channel::new(members);
        report.race(&case, ours, || repeat(drains, || channel.drain(burst)));
    }
}

/// F2: an audience hands each member a handle of the batch, 8 bytes into the member's own slot.
pub(crate) fn sweeps(report: &mut Report) {
    for (members, burst, _, aim) in SIZES {
        let name = format!("sweep/N={members}/B={burst}");
        if !report.wants("F2", &name) {
            continue;
        }
        let drains = WORK.div_ceil(members as u64 * burst);
        let units = drains * burst * members as u64;
        let what = "tokio broadcast try_recv; ours hands over a batch handle, not each message";
        let case = Case { aim: "F2", name, what, at_least: aim, units };
        let mut hall = Hall::new(members);
        let mut channel = Channel::new(members);
        let ours = || repeat(drains, || hall.sweep(burst));
        report.race(&case, ours, || repeat(drains, || channel.drain(burst)));

        let name = format!("sweep-floor/N={members}/B={burst}");
        let what = "a loop that adds to N integers; ours hands over a batch handle";
        // At most 5 times the floor.
        let case = Case { name, what, at_least: 20, ..case };
        let mut integers = vec![0_u64; members];
        let mut floor = || {
            time(|| {
                integers.iter_mut().for_each(|integer| *integer += burst);
                black_box(&integers);
            })
        };
        report.race(&case, || repeat(drains, || hall.sweep(burst)), || repeat(drains, &mut floor));
    }
}

fn repeat(times: u64, mut act: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| act()).sum()
}

/// What is ahead of one cursor.
fn take(room: &Room, cursor: &mut Cursor) {
    let entries = room.group.since(cursor).expect("the cursor is of this history");
    *cursor = entries.cursor();
    entries.for_each(|entry| drop(black_box(entry.clone())));
}

/// The peer: a channel, and a receiver for each member.
struct Channel {
    sender: broadcast::Sender<Arc<Entry>>,
    receivers: Vec<broadcast::Receiver<Arc<Entry>>>,
    message: Arc<Entry>,
}

impl Channel {
    fn new(members: usize) -> Self {
        // As many as a group keeps of the class of text.
        let (sender, _) = broadcast::channel(1_024);
        let receivers = (0..members).map(|_| sender.subscribe()).collect();
        let mut room = Room::new();
        let start = room.group.tail();
        room.publish(1);
        let mut entries = room.group.since(&start).expect("the cursor is of this history");
        let message = entries.next().expect("one was published").clone();
        Self { sender, receivers, message }
    }

    fn drain(&mut self, burst: u64) -> Duration {
        for _ in 0..burst {
            self.sender.send(self.message.clone()).expect("there are receivers");
        }
        time(|| {
            for receiver in &mut self.receivers {
                while let Ok(message) = receiver.try_recv() {
                    drop(black_box(message));
                }
            }
        })
    }
}

/// A group with an audience, and a slot for each member.
struct Hall {
    room: Room,
    audience: Audience<u32>,
    slots: Vec<u64>,
}

impl Hall {
    fn new(members: usize) -> Self {
        let room = Room::new();
        let mut audience = Audience::new(Tick::NONE);
        let tail = room.group.tail();
        for token in (0..).take(members) {
            audience.add(token, tail);
        }
        Self { room, audience, slots: vec![0; members] }
    }

    fn sweep(&mut self, burst: u64) -> Duration {
        self.room.publish(burst);
        let Self { room: Room { group, now }, audience, slots } = self;
        audience.notify(*now, false);
        time(|| {
            let mut source = |cursor: &Cursor| group.batch(cursor);
            let swept = audience.sweep(*now, &mut source, |batch, tokens, _: &mut NotNow| {
                let handle = batch.to().position().0;
                tokens.iter().for_each(|token| slots[*token as usize] = handle);
            });
            black_box((swept.given, &slots));
        })
    }
}
