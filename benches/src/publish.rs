//! F4: publishing costs the same whatever the audience, and a sweep builds one batch for each distinct
//! cursor, however the members are scattered.

use std::time::Duration;

use liveroom::{Cursor, NotNow};

use crate::{
    dice::Dice,
    halls::Hall,
    race::{Aimed, Amount, Case, Report, time},
    rooms::{ANN, Room, drafts},
};

/// A second's messages at the usual rate: a burst, because a single publication after a sweep over a
/// million members would be timed with all its data out of the caches.
const BURST: u64 = 40;
/// The audience that the others are measured beside.
const FEW: usize = 1_000;

/// Guests who are in the group and in the audience. After each burst, untimed, they are all swept.
pub(crate) fn flat(report: &mut Report) {
    for &members in report.sizes().iter().filter(|&&members| members > FEW) {
        let name = format!("publish/N={members}/B={BURST}");
        if !report.wants("F4", &name) {
            continue;
        }
        let what = "the same with 1000 members; ours with N: command to entry, and notify";
        // At most 1.3 times what it costs with few.
        let case = Case { aim: "F4", name, what, at_least: Some(77), units: BURST };
        let (mut many, mut few) = (crowd(members), crowd(FEW));
        report.race(&case, || publish(&mut many), || publish(&mut few));
    }
}

fn crowd(members: usize) -> Hall {
    let mut hall = Hall::new(members);
    hall.room.admit_guests(members);
    hall
}

fn publish(hall: &mut Hall) -> Duration {
    let drafts: Vec<_> = drafts(BURST).collect();
    let time = time(|| {
        for draft in drafts {
            hall.room.push(ANN, draft.into());
            hall.audience.notify(hall.room.now, false);
        }
    });
    hall.room.drain();
    let _all_given = hall.sweep(|_, _| {});
    time
}

/// Members who have come as far as one of so many places each, without any order.
pub(crate) fn scattered(report: &mut Report) {
    const MEMBERS: u32 = 500_000;
    for places in [1, 10, 100, 1_000] {
        let name = format!("batches/N={MEMBERS}/cursors={places}");
        if !report.wants("F4", &name) {
            continue;
        }
        let mut hall = Hall::new(0);
        let mut cursors = Vec::new();
        for _ in 0..places {
            cursors.push(hall.room.group.tail());
            hall.room.publish(1);
        }
        let mut dice = Dice::new(places);
        for token in 0..MEMBERS {
            hall.audience.add(token, cursors[dice.below(cursors.len())]);
        }
        let Hall { room: Room { group, now }, audience } = &mut hall;
        audience.notify(*now, false);
        let mut built = 0;
        let mut source = |cursor: &Cursor| {
            built += 1;
            group.batch(cursor)
        };
        let swept = audience.sweep(*now, &mut source, |_, _, _: &mut NotNow| {});
        assert_eq!(swept.lost, 0, "every cursor is of this history");
        let unit = "batches that one sweep asks for; the aim is the number of distinct cursors";
        let (ours, aimed) = (built * 100, Some(Aimed::AtMost(cursors.len() as u64 * 100)));
        report.amount(&Amount { aim: "F4", name, unit, ours, peer: None, aimed });
    }
}
