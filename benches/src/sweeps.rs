//! F2: an audience hands each member a handle of the batch, 4 bytes into the member's own slot: the low half
//! of its position, as no window keeps 2^32 entries.
//!
//! The peer hands over each message. Members are visited in the order in which they came. Publishing
//! is timed on neither side.

use std::{hint::black_box, time::Duration};

use crate::{
    channels::{Channel, Tokio},
    halls::{Hall, each, handle},
    race::{Case, Report, repeat, time},
};

/// Messages a drain, and the aim.
const BURSTS: [(u64, u64); 2] = [(1, 3_000), (16, 20_000)];

/// Members that one round visits at least, so that it is long enough to be timed.
const WORK: u64 = 200_000;

pub(crate) fn sweeps(report: &mut Report) {
    for &members in report.sizes() {
        for (burst, aim) in BURSTS {
            beside_tokio(report, members, burst, aim);
            beside_the_floor(report, members, burst);
        }
    }
}

fn beside_tokio(report: &mut Report, members: usize, burst: u64, aim: u64) {
    let name = format!("sweep/N={members}/B={burst}");
    if !report.wants("F2", &name) {
        return;
    }
    let drains = drains(members);
    let what = "tokio broadcast try_recv of each message; ours a batch handle, in order";
    let units = drains * burst * members as u64;
    let case = Case { aim: "F2", name, what, at_least: Some(aim), units };
    let mut seats = Seats::new(members);
    let (mut channel, message) = (Tokio::new(members), seats.hall.room.entry());
    let ours = || repeat(drains, || seats.sweep(burst));
    let peer = || {
        repeat(drains, || {
            (0..burst).for_each(|_| channel.send(&message));
            time(|| channel.drain())
        })
    };
    report.race(&case, ours, peer);
}

fn beside_the_floor(report: &mut Report, members: usize, burst: u64) {
    let name = format!("sweep-floor/N={members}/B={burst}");
    if !report.wants("F2", &name) {
        return;
    }
    let drains = drains(members);
    let what = "a loop that adds to N integers; ours a batch handle, in order";
    let units = drains * burst * members as u64;
    // At most 5 times the floor.
    let case = Case { aim: "F2", name, what, at_least: Some(20), units };
    let mut seats = Seats::new(members);
    let mut integers = vec![0_u64; members];
    let floor = || {
        repeat(drains, || {
            time(|| {
                integers.iter_mut().for_each(|integer| *integer += burst);
                black_box(&integers);
            })
        })
    };
    report.race(&case, || repeat(drains, || seats.sweep(burst)), floor);
}

fn drains(members: usize) -> u64 {
    WORK.div_ceil(members as u64)
}

/// A hall, and a slot for each member.
struct Seats {
    hall: Hall,
    slots: Vec<u32>,
}

impl Seats {
    fn new(members: usize) -> Self {
        Self { hall: Hall::new(members), slots: vec![0; members] }
    }

    fn sweep(&mut self, burst: u64) -> Duration {
        let Self { hall, slots } = self;
        hall.room.publish(burst);
        time(|| {
            let swept = hall.sweep(|batch, tokens| {
                let handle = handle(batch) as u32;
                each(tokens, |token| slots[token] = handle);
            });
            black_box((swept.given, &slots));
        })
    }
}
