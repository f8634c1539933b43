//! The world's own account, kept from what it did and what the group put out, so that it can be held
//! against the group's.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use liveroom::{Group, MessageId, Outcome, PerPriority, Priority, Refusal, Timestamp, UserId};

/// The shares of authors are those of the last 10 seconds, so that what a key did shows soon.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);
/// Messages whose end is remembered: more than any screen shows.
const ENDED: usize = 200;

/// What one author offered within the [`WINDOW`], and how much of it was delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) offered: u64,
    pub(crate) delivered: u64,
}

/// Why messages were refused: the words of the last such refusal, and how many.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) words: String,
    pub(crate) count: u64,
}

#[derive(Default)]
pub(crate) struct Account {
    offered: u64,
    refused: BTreeMap<u16, Refused>,
    accepted: PerPriority<u64>,
    /// What counts for the shares, oldest first.
    recent: VecDeque<(Timestamp, UserId, Event)>,
    shares: BTreeMap<UserId, Share>,
    ended: VecDeque<MessageId>,
}

#[derive(Clone, Copy)]
enum Event {
    Offered,
    Delivered,
}

impl Account {
    /// A message is offered; it will be accepted, or refused.
    pub(crate) fn offer(&mut self, now: Timestamp, user: &UserId) {
        self.offered += 1;
        self.count(now, user, Event::Offered);
    }

    pub(crate) fn accept(&mut self, priority: Priority) {
        self.accepted[priority] += 1;
    }

    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        let refused = self.refused.entry(refusal.code());
        let refused = refused.or_insert(Refused { words: String::new(), count: 0 });
        refused.count += 1;
        refused.words = refusal.to_string();
    }

    pub(crate) fn end(&mut self, id: MessageId, user: Option<&UserId>, outcome: &Outcome) {
        if let (Some(user), Outcome::Delivered { at, .. }) = (user, outcome) {
            self.count(*at, user, Event::Delivered);
        }
        if self.ended.len() == ENDED {
            self.ended.pop_back();
        }
        self.ended.push_front(id);
    }

    /// Forgets what is older than the [`WINDOW`].
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some((at, ..)) = self.recent.front()
            && now.since(*at) > WINDOW
        {
            let Some((_, user, event)) = self.recent.pop_front() else { return };
            let share = self.shares.entry(user).or_default();
            match event {
                Event::Offered => share.offered -= 1,
                Event::Delivered => share.delivered -= 1,
            }
        }
    }

    pub(crate) fn share(&self, user: &UserId) -> Share {
        self.shares.get(user).copied().unwrap_or_default()
    }

    /// The messages that ended last, the last one first.
    pub(crate) fn ended(&self) -> impl Iterator<Item = MessageId> {
        self.ended.iter().copied()
    }

    pub(crate) fn refused(&self) -> impl Iterator<Item = &Refused> {
        self.refused.values()
    }

    /// What does not hold of conservation, in words; nothing, unless the engine is wrong.
    pub(crate) fn broken(&self, group: &Group) -> Vec<String> {
        let stats = group.stats();
        let mut broken = Vec::new();
        let mut check = |holds: bool, what: &str| {
            if !holds {
                broken.push(what.to_owned());
            }
        };
        check(stats.offered() == self.offered, "offered = refused + accepted");
        for priority in Priority::ALL {
            let flow = stats.flow[priority];
            let waiting = group.waiting(priority).count() as u64;
            let names = |what: &str| format!("{priority}: {what}");
            check(flow.balances(), &names("accepted = the sum of what became of it"));
            check(
                flow.accepted == self.accepted[priority],
                &names("accepted, as the world saw it"),
            );
            check(flow.waiting == waiting, &names("as many wait as are counted"));
            let appended = stats.appended[priority.class()];
            check(flow.delivered == appended, &names("one entry for each delivery"));
        }
        broken
    }

    fn count(&mut self, at: Timestamp, user: &UserId, event: Event) {
        let share = self.shares.entry(user.clone()).or_default();
        match event {
            Event::Offered => share.offered += 1,
            Event::Delivered => share.delivered += 1,
        }
        self.recent.push_back((at, user.clone(), event));
    }
}
