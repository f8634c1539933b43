//! A join storm: as many as there are come in within one second, and readers get a few tips.

use std::{sync::Arc, time::Duration};

use liveroom::{Author, Body, GroupConfig, Profile, SessionId, TipKind};

use crate::{
    race::{Aimed, Amount, Report},
    rooms::{Room, START, join, user},
};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn storm(report: &mut Report) {
    let members = report.large();
    let name = format!("join-storm/N={members}");
    if !report.wants("J1", &name) {
        return;
    }
    let config = GroupConfig::livestream();
    let cap = config.settings().tips.cap;
    let mut room = Room::empty(config);
    let start = room.group.tail();
    let profile = Arc::new(Profile::nick("Ann"));
    for number in 0..members {
        room.now = START + SECOND / members as u32 * number as u32;
        room.push_now(Author::Session(SessionId(number as u64)), join(user(number), &profile));
        if number % Room::UNPOLLED == 0 {
            room.drain();
        }
    }
    // What is folded at the end of the second comes a moment later.
    room.group.advance(START + 2 * SECOND);
    room.drain();

    let (mut tips, mut told, mut online) = (0, 0, 0);
    for entry in room.group.since(&start).expect("the cursor is of this history") {
        if let Body::Tip(tip) = &entry.body
            && tip.kind == TipKind::Join
        {
            (tips, told, online) = (tips + 1, told + tip.count, tip.online);
        }
    }
    assert_eq!(told, members as u64, "the tips count everybody");
    assert_eq!(online, members as u64, "the last tip says how many are online");
    let unit = "tips of joins in one second, which count all of them";
    // The burst, as many as a second lets pass, and the one that is folded at its end.
    let at_most = u64::from(cap.burst) + u64::from(cap.rate.get()) + 1;
    let (ours, aimed) = (tips * 100, Some(Aimed::AtMost(at_most * 100)));
    report.amount(&Amount { aim: "J1", name, unit, ours, peer: None, aimed });
}
