//! Somebody by name or id: of those who are there, and of those who spoke of late.

use std::collections::BTreeSet;

use liveroom::{Group, Page, UserId};

use crate::{
    door::Stay,
    house::House,
    protocol::{
        deeds::{Done, Told},
        moderation::{WireFound, WirePeople},
    },
    room::Room,
};

/// As many as one looks through; whoever is behind them is found by more of their name.
const MOST: usize = 20;
/// Members looked through under one lock, so that a great room is not held up.
const AT_ONCE: usize = 256;

/// How well a name fits what was asked for, the best first.
#[derive(Clone, Copy)]
enum Fit {
    Whole,
    Beginning,
    Within,
}

/// Those who fit, of each fit the first ones; the others are counted.
#[derive(Default)]
struct Found {
    by_fit: [Vec<WireFound>; 3],
    all: u64,
}

impl House {
    /// The staff ask for somebody. Without a word they are told who spoke last.
    pub(super) fn look_for(&self, stay: &Stay, text: &str) -> Done {
        let wanted = text.trim().to_lowercase();
        let mut found = Found::default();
        let spoke = self.find_voices(stay, &wanted, &mut found);
        if !wanted.is_empty() {
            self.find_members(&stay.room, &wanted, &spoke, &mut found);
        }
        let people = Some(Box::new(found.told()));
        Done::Done(Told { people, ..Told::NOTHING })
    }

    /// Those who spoke of late, who spoke last first. Returns them all.
    fn find_voices(&self, stay: &Stay, wanted: &str, found: &mut Found) -> BTreeSet<UserId> {
        let voices: Vec<(UserId, String)> = {
            let voices = stay.room.voices();
            let newest = voices.newest().filter(|(user, _)| Some(*user) != stay.user.as_ref());
            newest.map(|(user, nick)| (user.clone(), nick.to_owned())).collect()
        };
        for (user, nick) in &voices {
            if let Some(fit) = fit(wanted, user, nick) {
                let here = || self.read(&stay.room, |group| group.member(user).is_some());
                found.add(fit, || WireFound::new(user, nick, here()));
            }
        }
        voices.into_iter().map(|(user, _)| user).collect()
    }

    fn find_members(&self, room: &Room, wanted: &str, known: &BTreeSet<UserId>, found: &mut Found) {
        let mut from = Some(Page::default());
        while let Some(page) = from {
            let look = |group: &Group| {
                let (members, next) = group.members(page, AT_ONCE);
                for member in members.iter().filter(|member| !known.contains(member.user())) {
                    let nick = &member.profile().nick;
                    if let Some(fit) = fit(wanted, member.user(), nick) {
                        found.add(fit, || WireFound::new(member.user(), nick, true));
                    }
                }
                next
            };
            from = self.read(room, look);
        }
    }
}

impl Found {
    fn add(&mut self, fit: Fit, one: impl FnOnce() -> WireFound) {
        self.all += 1;
        let those = &mut self.by_fit[fit as usize];
        if those.len() < MOST {
            those.push(one());
        }
    }

    fn told(self) -> WirePeople {
        let found: Vec<_> = self.by_fit.into_iter().flatten().take(MOST).collect();
        let more = self.all.saturating_sub(found.len() as u64);
        WirePeople { found, more }
    }
}

/// `wanted` is in small letters.
fn fit(wanted: &str, user: &UserId, nick: &str) -> Option<Fit> {
    let names = [nick.to_lowercase(), user.as_str().to_lowercase()];
    let any = |fits: fn(&str, &str) -> bool| names.iter().any(|name| fits(name, wanted));
    if any(|name, wanted| name == wanted) {
        Some(Fit::Whole)
    } else if any(|name, wanted| name.starts_with(wanted)) {
        Some(Fit::Beginning)
    } else {
        any(|name, wanted| name.contains(wanted)).then_some(Fit::Within)
    }
}
