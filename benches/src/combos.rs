//! A combo of a thousand gifts a second by one giver, with folding and without: what a message costs from
//! command to outcome, in how many entries it is told, and how many messages are lost.

use std::time::Duration;

use liveroom::{Author, Command, GroupConfig, Kind, Priority, SessionId, TipSet};

use crate::{
    race::{Aimed, Amount, Case, Report, time},
    rooms::{Room, join, user},
};

/// Gifts a round.
const MESSAGES: u64 = 2_000;
/// From one to the next.
const GAP: Duration = Duration::from_millis(1);
/// Rounds before the first: after so many messages receipts are forgotten as fast as they come.
const SETTLE: u64 = 75_000 / MESSAGES;

pub(crate) fn combos(report: &mut Report) {
    let name = "combo/gifts=1000-a-second".to_owned();
    if !report.wants("S4", &name) {
        return;
    }
    let (mut folded, mut plain) = (Combo::new(true), Combo::new(false));
    let what = "ours without folding; command to end, outputs polled";
    let case = Case { aim: "S4", name, what, at_least: None, units: MESSAGES };
    report.race(&case, || folded.give(), || plain.give());

    let counts = [&mut folded, &mut plain].map(|combo| {
        let before = combo.counts();
        combo.give();
        let after = combo.counts();
        [after.0 - before.0, after.1 - before.1]
    });
    let names = ["entries/gifts=1000-a-second", "lost/gifts=1000-a-second"];
    let units = ["entries of 2,000 gifts", "gifts of 2,000"];
    for (at, (name, unit)) in names.into_iter().zip(units).enumerate() {
        let (ours, peer) = (counts[0][at] * 100, Some(counts[1][at] * 100));
        let aimed = (at == 1).then_some(Aimed::AtMost(0));
        report.amount(&Amount { aim: "S4", name: name.to_owned(), unit, ours, peer, aimed });
    }
}

struct Combo {
    room: Room,
}

impl Combo {
    const GIVER: Author = Author::Session(SessionId(1));

    fn new(folds: bool) -> Self {
        let mut settings = GroupConfig::modern().settings().clone();
        settings.tips.kinds = TipSet::NONE;
        settings.folding = settings.folding.filter(|_| folds);
        let mut room = Room::empty(settings.build().expect("a preset without tips"));
        room.push(Self::GIVER, join(user(0), &std::sync::Arc::default()));
        let mut combo = Self { room };
        for _ in 0..SETTLE {
            combo.give();
        }
        combo
    }

    fn give(&mut self) -> Duration {
        let commands: Vec<_> = (0..MESSAGES).map(|_| Command::custom(Kind::Gift, "rose")).collect();
        time(|| {
            for command in commands {
                self.room.now += GAP;
                self.room.push_now(Self::GIVER, command);
                self.room.drain();
            }
        })
    }

    /// Entries appended, and messages discarded.
    fn counts(&self) -> (u64, u64) {
        let stats = self.room.group.stats();
        let flow = &stats.flow[Priority::High];
        (stats.appended.0[0], flow.discarded.iter().sum())
    }
}
