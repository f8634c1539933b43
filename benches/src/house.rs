//! S9: a push of a clean message past every house rule, beside a push past none.
//!
//! All rules are on, and so is raid mode: quiet hours, speakers by mark, slow mode, pace, four rules for
//! texts, repeats of anybody and of the author. Each message is another text by the next of many authors, who wait
//! long enough that nothing is refused.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Command, GroupConfig, HouseRules, Pace, Power, Profile, QuietHours, RaidPlan, Repeats,
    SessionId, Settings, Signal, SlowMode, TextRule,
};

use crate::{
    race::{Case, Report, time},
    rooms::{Room, join, livestream, user},
};

const MESSAGES: usize = 1_000;
const AUTHORS: usize = 500;
const FOLLOWER: u32 = 1_000;

pub(crate) fn rules(report: &mut Report) {
    for (name, on) in [("house/rules=all", true), ("house/rules=none", false)] {
        if !report.wants("S9", name) {
            continue;
        }
        let what = "a livestream without rules; ours with so many, command to receipt";
        let name = name.to_owned();
        let case = Case { aim: "S9", name, what, at_least: None, units: MESSAGES as u64 };
        let (mut ours, mut peer) = (Hall::new(config(on)), Hall::new(config(false)));
        report.race(&case, || ours.talk(), || peer.talk());
    }
}

fn config(on: bool) -> GroupConfig {
    livestream(|settings| {
        settings.powers = GroupConfig::vendor().settings().powers.with(Power::Raid);
        if on {
            every_rule(settings);
        }
    })
}

fn every_rule(settings: &mut Settings) {
    const SECOND: Duration = Duration::from_secs(1);
    settings.speakers = vec![FOLLOWER + 1, FOLLOWER];
    settings.slow_mode = Some(SlowMode::members(SECOND));
    settings.house = HouseRules {
        // Not within the hours that the rounds take.
        quiet: vec![QuietHours::utc(12 * 60, 12 * 60 + 20)],
        pace: Some(Pace { every: SECOND, burst: 5 }),
        joins: Some(Pace { every: SECOND, burst: 5 }),
        texts: vec![
            TextRule::at_most(200),
            TextRule::without_links(),
            TextRule::stacked_at_most(4),
            TextRule::refuse(Signal::Emoji, 20),
        ],
        unique: Some(Repeats::of_anybody(30 * SECOND)),
        raid: RaidPlan { unique: Some(Repeats::of_author(60 * SECOND)), ..RaidPlan::default() },
        ..HouseRules::default()
    };
}

/// A room with its authors, and what they have said so far.
struct Hall {
    room: Room,
    said: usize,
}

impl Hall {
    fn new(config: GroupConfig) -> Self {
        let mut room = Room::empty(config);
        let profile = Arc::new(Profile::nick("Ann"));
        for author in 0..AUTHORS {
            room.push_now(session(author), join(user(author), &profile));
            room.drain();
        }
        for users in (0..AUTHORS).collect::<Vec<_>>().chunks(500) {
            let users = users.iter().map(|&author| user(author)).collect();
            let marks = [FOLLOWER].into_iter().collect();
            room.push_now(Author::App, Command::Mark { users, marks, on: true });
        }
        let span = Some(Duration::from_hours(24));
        room.push_now(Author::App, Command::Raid { span });
        room.drain();
        Self { room, said: 0 }
    }

    fn talk(&mut self) -> Duration {
        let texts: Vec<_> = (self.said..self.said + MESSAGES)
            .map(|number| Command::text(format!("hello everybody, this is message {number:09}")))
            .collect();
        let first = self.said;
        self.said += MESSAGES;
        let room = &mut self.room;
        let spent = time(|| {
            for (number, text) in (first..).zip(texts) {
                room.push(session(number % AUTHORS), text);
            }
        });
        self.room.drain();
        spent
    }
}

fn session(author: usize) -> Author {
    Author::Session(SessionId(1 + author as u64))
}
