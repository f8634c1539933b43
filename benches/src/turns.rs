//! What the lanes do, of the standard library's collections: the peer of S2 that does the same work.
//!
//! Authors take turns, a full lane sheds the newest message of who has most waiting, and what waits
//! expires at its own time: as one would write it, a map of queues by author, a queue of turns, and a
//! queue of ages whose front may be gone already. It has no caps, no weights and nobody exempt, and
//! looks through all authors where the lanes have a chain: where a lane sheds, and where an author's
//! last message expires.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use liveroom::{Lane as Limits, PerPriority, Priority, Timestamp, Traffic, UserId};

pub(crate) struct Turns {
    lanes: PerPriority<Lane>,
    interval: Duration,
    /// When the next may leave.
    open: Timestamp,
    reached: Timestamp,
}

struct Lane {
    limits: Limits,
    authors: HashMap<UserId, VecDeque<u64>>,
    turns: VecDeque<UserId>,
    /// Every message, the oldest first; some have left.
    ages: VecDeque<Aged>,
    waiting: usize,
}

struct Aged {
    number: u64,
    until: Timestamp,
    author: UserId,
}

impl Turns {
    pub(crate) fn new(traffic: &Traffic) -> Self {
        Self {
            lanes: PerPriority(traffic.lanes.0.map(Lane::new)),
            interval: traffic.rate.interval(),
            open: Timestamp::ZERO,
            reached: Timestamp::ZERO,
        }
    }

    /// Settles what is due by `now`, and takes a message in; says how many left thereby.
    pub(crate) fn offer(
        &mut self,
        now: Timestamp,
        author: &UserId,
        priority: Priority,
        number: u64,
    ) -> usize {
        let left = self.settle(now);
        if self.open <= now && self.lanes.0.iter().all(|lane| lane.waiting == 0) {
            self.open = now + self.interval;
            return left + 1;
        }
        let lane = &mut self.lanes[priority];
        lane.push(now, author, number);
        if lane.waiting as u64 > u64::from(lane.limits.capacity) {
            lane.shed();
            return left + 1;
        }
        left
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lanes.0.iter().map(|lane| lane.waiting).sum()
    }

    /// The earliest first, a release before an expiry.
    fn settle(&mut self, now: Timestamp) -> usize {
        let mut left = 0;
        loop {
            let first = self.lanes.0.iter().position(|lane| lane.waiting > 0);
            let release = first.map(|_| self.open.max(self.reached)).filter(|at| *at <= now);
            let ages = self.lanes.0.iter_mut().filter_map(Lane::oldest).min();
            let expiry = ages.filter(|at| *at <= now);
            match (release, expiry) {
                (Some(at), expiry) if expiry.is_none_or(|expiry| at <= expiry) => {
                    self.reached = at;
                    self.open = at + self.interval;
                    if let Some(lane) = first {
                        self.lanes.0[lane].take_turn();
                    }
                }
                (_, Some(at)) => {
                    self.reached = at.max(self.reached);
                    let mut lanes = self.lanes.0.iter_mut();
                    lanes.find_map(|lane| (lane.oldest() == Some(at)).then(|| lane.expire()));
                }
                _ => break,
            }
            left += 1;
        }
        self.reached = now.max(self.reached);
        left
    }
}

impl Lane {
    fn new(limits: Limits) -> Self {
        let (authors, turns, ages) = (HashMap::new(), VecDeque::new(), VecDeque::new());
        Self { limits, authors, turns, ages, waiting: 0 }
    }

    fn push(&mut self, now: Timestamp, author: &UserId, number: u64) {
        let queue = self.authors.entry(author.clone()).or_default();
        if queue.is_empty() {
            self.turns.push_back(author.clone());
        }
        queue.push_back(number);
        let until = now + self.limits.max_wait;
        self.ages.push_back(Aged { number, until, author: author.clone() });
        self.waiting += 1;
    }

    /// When the oldest expires that has not left.
    fn oldest(&mut self) -> Option<Timestamp> {
        while let Some(Aged { number, until, author }) = self.ages.front() {
            if self.authors.get(author).and_then(VecDeque::front) == Some(number) {
                return Some(*until);
            }
            self.ages.pop_front();
        }
        None
    }

    fn take_turn(&mut self) {
        let Some(author) = self.turns.pop_front() else { return };
        let Some(queue) = self.authors.get_mut(&author) else { return };
        queue.pop_front();
        self.waiting -= 1;
        if queue.is_empty() {
            self.authors.remove(&author);
        } else {
            self.turns.push_back(author);
        }
    }

    fn expire(&mut self) {
        let Some(Aged { author, .. }) = self.ages.pop_front() else { return };
        let Some(queue) = self.authors.get_mut(&author) else { return };
        queue.pop_front();
        self.forget_if_silent(&author);
    }

    /// Takes the newest of who has most waiting.
    fn shed(&mut self) {
        let busiest = self.authors.iter().max_by_key(|(_, queue)| queue.len());
        let Some(author) = busiest.map(|(author, _)| author.clone()) else { return };
        self.authors.get_mut(&author).map(VecDeque::pop_back);
        self.forget_if_silent(&author);
    }

    fn forget_if_silent(&mut self, author: &UserId) {
        self.waiting -= 1;
        if self.authors.get(author).is_some_and(VecDeque::is_empty) {
            self.authors.remove(author);
            self.turns.retain(|other| other != author);
        }
    }
}
