//! Every group that is read by polls.
//!
//! A group has a parlour while somebody polls there, and for a while after: one that nobody reads costs
//! nothing. None has a task or a timer of its own; they are served in the order in which they are due.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use liveroom::{
    HubKey, Notice, Output, SessionId, Timestamp,
    tim::{Room, events, frames},
};

use super::parlour::{Parlour, Token};
use crate::{errand::Poll, house::House};

/// How often parlours that nobody is in are looked for.
const TIDY_EVERY: Duration = Duration::from_mins(1);
/// How long a group that was disbanded can be read, and is there.
pub(crate) const READABLE: Duration = Duration::from_mins(2);

/// The groups that are read by polls, and those that ended.
#[derive(Debug)]
pub(super) struct Parlours {
    house: Arc<House>,
    all: BTreeMap<HubKey, Parlour>,
    due: BTreeSet<(Timestamp, HubKey)>,
    /// Held polls in the order in which they came: each is held for the same time.
    held: VecDeque<(Timestamp, HubKey, Token)>,
    polls: u64,
    /// What single sessions are told, once everybody was given what came before.
    words: Vec<(SessionId, Vec<u8>)>,
    tidy: Timestamp,
    ended: VecDeque<(Timestamp, HubKey)>,
}

impl Parlours {
    pub(super) fn new(house: Arc<House>) -> Self {
        Self {
            house,
            all: BTreeMap::new(),
            due: BTreeSet::new(),
            held: VecDeque::new(),
            polls: 0,
            words: Vec::new(),
            tidy: Timestamp::ZERO,
            ended: VecDeque::new(),
        }
    }

    /// Holds a poll.
    pub(super) fn hold(&mut self, now: Timestamp, group: HubKey, poll: Poll) {
        self.polls += 1;
        let (tick, count) = (self.house.limits.tick, self.polls);
        self.all.entry(group).or_insert_with(|| Parlour::new(group, tick));
        let token = self.at(group, |parlour| parlour.hold(now, count, poll));
        self.held.extend(token.map(|token| (now + frames::HOLD, group, token)));
    }

    /// Deals with one thing that a group told.
    pub(super) fn tell(&mut self, now: Timestamp, key: HubKey, output: &Output) {
        match output {
            Output::Tail { urgent, .. } => {
                self.at(key, |parlour| parlour.notify(now, *urgent));
            }
            Output::Direct { session, notice, .. } => self.direct(now, key, *session, notice),
            Output::Left { user: Some(user), reason, .. } => self.house.left(key, user, *reason),
            // The page reads its rooms to the end.
            Output::Disbanded { .. } if self.house.rooms.iter().all(|room| room.key != key) => {
                self.ended.push_back((now + READABLE, key));
            }
            _ => {}
        }
    }

    /// One session alone is told something, if it is one of the SDK.
    fn direct(&mut self, now: Timestamp, key: HubKey, session: SessionId, notice: &Notice) {
        if !self.house.gateway.has(session) {
            return;
        }
        let named = |group: &liveroom::Group| {
            let (id, name) = (group.id(), group.profile().name());
            let room = Room { id, name, admin: self.house.apps.admin.as_str() };
            let number = self.house.number();
            let event = events::of_notice(&room, now, number, notice)?;
            Some(frames::push(number, &event))
        };
        let frame = self.house.hub.read(key, named).flatten();
        self.words.extend(frame.map(|frame| (session, frame)));
    }

    /// Whatever there is is due now.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        let keys: Vec<_> = self.all.keys().copied().collect();
        for key in keys {
            self.at(key, |parlour| parlour.notify(now, true));
        }
    }

    /// Gives out whatever is due, and says when there is more to do, if by time alone.
    pub(super) fn step(&mut self, now: Timestamp) -> Option<Timestamp> {
        while let Some((_, key)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            let house = self.house.clone();
            self.at(key, |parlour| parlour.sweep(&house, now));
        }
        for (session, frame) in self.words.drain(..) {
            self.house.gateway.tell(session, frame);
        }
        while let Some((_, key, token)) = self.held.pop_front_if(|(until, ..)| *until <= now) {
            self.at(key, |parlour| parlour.let_go(token));
        }
        while let Some((_, key)) = self.ended.pop_front_if(|(until, _)| *until <= now) {
            self.house.dispose(key);
        }
        self.tidy(now);
        let due = self.due.first().map(|(due, _)| *due);
        let held = self.held.front().map(|(until, ..)| *until);
        [due, held].into_iter().flatten().min()
    }

    fn tidy(&mut self, now: Timestamp) {
        if self.tidy + TIDY_EVERY <= now {
            self.tidy = now;
            let Self { all, due, .. } = self;
            all.retain(|key, parlour| {
                let over = parlour.is_over(now);
                if let Some(at) = parlour.due().filter(|_| over) {
                    due.remove(&(at, *key));
                }
                !over
            });
        }
    }

    /// Does something in a parlour, if there is one, and notes when it is due after that.
    fn at<R>(&mut self, key: HubKey, act: impl FnOnce(&mut Parlour) -> R) -> Option<R> {
        let parlour = self.all.get_mut(&key)?;
        let before = parlour.due();
        let done = act(parlour);
        let after = parlour.due();
        if before != after {
            self.due.extend(after.map(|at| (at, key)));
            if let Some(at) = before {
                self.due.remove(&(at, key));
            }
        }
        Some(done)
    }
}
