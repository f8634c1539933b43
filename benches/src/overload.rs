//! S2: what a message costs from its offer to its end, at ten times the rate and at half of it.
//!
//! `overload` is the whole of it: command to outcome, with the account, the receipts and the outputs,
//! which are polled. `lanes` is the scheduler alone: turns between authors, releases and expiries each at
//! its own time. The peer is a binary heap by priority, which knows no authors: one that looks through
//! all that waits for what has expired, as nothing else tells it, and one that leaves it where it is
//! until it comes first or there is no more room.

use std::{cmp::Reverse, collections::BinaryHeap, hint::black_box, sync::Arc, time::Duration};

use liveroom::{
    Author, Command, Entry, GroupConfig, Priority, Profile, SessionId, Timestamp, UserId,
    internals::Lanes,
};

use crate::{
    race::{Case, Report, time},
    rooms::{KEY, Room, START, drafts, join, user},
};

/// Messages a round.
const MESSAGES: u64 = 2_000;
/// Authors who take turns.
const AUTHORS: u64 = 10;
/// From one message to the next: 20 a second where 40 may pass, and 400.
const HALF_LOAD: Duration = Duration::from_millis(50);
const OVERLOAD: Duration = Duration::from_micros(2_500);
/// Rounds before the first: after so many messages the receipts, which are kept for 5 minutes, are
/// forgotten as fast as they come.
const SETTLE: u64 = 75_000 / MESSAGES;

pub(crate) fn overloads(report: &mut Report) {
    let name = "overload/beside=half-load".to_owned();
    if report.wants("S2", &name) {
        let what = "ours at half load; command to end, outputs polled";
        // At most 1.5 times what it costs at half load.
        let case = Case { aim: "S2", name, what, at_least: Some(67), units: MESSAGES };
        let (mut crowd, mut calm) = (Offers::new(OVERLOAD), Offers::new(HALF_LOAD));
        report.race(&case, || crowd.offer(), || calm.offer());
    }
    let name = "overload/beside=heap-in-time".to_owned();
    if report.wants("S2", &name) {
        let what = "BinaryHeap, expires in time; ours command to end, outputs polled";
        let case = Case { aim: "S2", name, what, at_least: None, units: MESSAGES };
        let (mut crowd, mut heap) = (Offers::new(OVERLOAD), Heap::new(true));
        report.race(&case, || crowd.offer(), || heap.offer());
    }
    for (name, what, at_least, in_time) in [
        (
            "lanes/beside=heap-in-time",
            "BinaryHeap that looks for the expired at each message; ours the scheduler alone",
            Some(3_000),
            true,
        ),
        (
            "lanes/beside=heap",
            "BinaryHeap that finds the expired when it pops them; ours the scheduler alone",
            None,
            false,
        ),
    ] {
        if report.wants("S2", name) {
            let case = Case { aim: "S2", name: name.to_owned(), what, at_least, units: MESSAGES };
            let (mut crowd, mut heap) = (Bare::new(), Heap::new(in_time));
            report.race(&case, || crowd.offer(OVERLOAD), || heap.offer());
        }
    }
}

/// The scheduler alone.
struct Bare {
    lanes: Lanes,
    users: Vec<UserId>,
    now: Timestamp,
    count: u64,
}

impl Bare {
    fn new() -> Self {
        let traffic = GroupConfig::livestream().settings().traffic.clone();
        let users = (0..AUTHORS as usize).map(user).collect();
        Self { lanes: Lanes::new(traffic, KEY), users, now: START, count: 0 }
    }

    fn offer(&mut self, gap: Duration) -> Duration {
        let Self { lanes, users, now, count } = self;
        let offers =
            users.iter().cycle().zip(PRIORITIES.into_iter().cycle()).take(MESSAGES as usize);
        time(|| {
            for (user, priority) in offers {
                *now += gap;
                *count += 1;
                black_box(lanes.offer(*now, user, priority, *count));
            }
        })
    }
}

/// What gifts, texts and likes have.
const PRIORITIES: [Priority; 3] = [Priority::High, Priority::Normal, Priority::Low];

/// A room that is offered messages at one pace.
struct Offers {
    room: Room,
    gap: Duration,
}

impl Offers {
    fn new(gap: Duration) -> Self {
        let mut room = Room::new();
        let profile = Arc::new(Profile::nick("Bob"));
        for author in 1..AUTHORS {
            let by = Author::Session(SessionId(1 + author));
            room.push(by, join(user(author as usize), &profile));
        }
        room.drain();
        let mut offers = Self { room, gap };
        for _ in 0..SETTLE {
            offers.offer();
        }
        offers
    }

    fn offer(&mut self) -> Duration {
        let Self { room, gap } = self;
        let by = (0..AUTHORS).map(|author| Author::Session(SessionId(1 + author))).cycle();
        let commands: Vec<(Author, Command)> =
            by.zip(drafts(MESSAGES).map(Command::from)).collect();
        time(|| {
            for (by, command) in commands {
                room.now += *gap;
                room.push_now(by, command);
                room.drain();
            }
        })
    }
}

/// The peer: what waits in the order of its priority, as long as it may.
struct Heap {
    heap: BinaryHeap<Waiting>,
    now: Timestamp,
    /// When the next may leave.
    open: Timestamp,
    message: Arc<Entry>,
    count: u64,
    in_time: bool,
}

/// The highest priority first, and of one priority the oldest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    order: Reverse<(Priority, u64)>,
    until: Timestamp,
    message: ByPlace,
}

/// The message itself takes no part in the order.
struct ByPlace(Arc<Entry>);

impl PartialEq for ByPlace {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ByPlace {}

impl PartialOrd for ByPlace {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByPlace {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Heap {
    /// As many as the lanes of a group hold together.
    const CAPACITY: usize = 1_024;
    /// As the group's rate, and as long as its lanes let a text wait.
    const INTERVAL: Duration = Duration::from_millis(25);
    const MAX_WAIT: Duration = Duration::from_millis(250);

    fn new(in_time: bool) -> Self {
        let message = Room::new().entry();
        Self { heap: BinaryHeap::new(), now: START, open: START, message, count: 0, in_time }
    }

    fn offer(&mut self) -> Duration {
        time(|| {
            for priority in PRIORITIES.into_iter().cycle().take(MESSAGES as usize) {
                self.now += OVERLOAD;
                self.release();
                if self.in_time {
                    self.expire();
                }
                self.push(priority);
            }
        })
    }

    fn push(&mut self, priority: Priority) {
        if self.heap.len() == Self::CAPACITY {
            self.expire();
        }
        if self.heap.len() < Self::CAPACITY {
            self.count += 1;
            let (order, until) = (Reverse((priority, self.count)), self.now + Self::MAX_WAIT);
            self.heap.push(Waiting { order, until, message: ByPlace(self.message.clone()) });
        }
    }

    fn expire(&mut self) {
        let now = self.now;
        self.heap.retain(|waiting| waiting.until >= now);
    }

    fn release(&mut self) {
        while self.open <= self.now
            && let Some(Waiting { until, message, .. }) = self.heap.pop()
        {
            if until >= self.now {
                drop(black_box(message.0));
                self.open = self.now + Self::INTERVAL;
            }
        }
    }
}
