//! S2: what a message costs from its offer to its end, at ten times the rate and at half of it.
//!
//! `overload` is the whole of it: command to outcome, with the account, the receipts and the outputs,
//! which are polled. `lanes` is the scheduler alone: turns between authors, releases and expiries each at
//! its own time. The peers are a binary heap by priority, which knows no authors: one that looks through
//! all that waits for what has expired, as nothing else tells it, and one that leaves it where it is
//! until it comes first or there is no more room; and maps and queues that do what the lanes do.

use std::{cmp::Reverse, collections::BinaryHeap, hint::black_box, sync::Arc, time::Duration};

use liveroom::{
    Author, Command, GroupConfig, Lane, PerPriority, Priority, Profile, SessionId, Timestamp,
    Traffic, UserId, internals::Lanes,
};

use crate::{
    race::{Case, Report, time},
    rooms::{KEY, Room, START, drafts, join, user},
    turns::Turns,
};

/// Messages a round.
const MESSAGES: u64 = 2_000;
/// Authors who take turns.
const AUTHORS: u64 = 10;
/// And in the rows that ask how that grows: a few, and as many as there are messages a minute.
const AUTHORS_IN_TURN: [u64; 2] = [AUTHORS, 1_000];
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
        let (mut crowd, mut heap) = (Offers::new(OVERLOAD), Heap::new(USUAL, true));
        report.race(&case, || crowd.offer(), || heap.offer());
    }
    for (name, backlog, what, at_least, in_time) in [
        ("lanes/beside=heap-in-time", USUAL, LOOKS, Some(3_000), true),
        ("lanes/waiting=20000/beside=heap-in-time", DEEP, LOOKS, Some(3_000), true),
        (
            "lanes/beside=heap",
            USUAL,
            "BinaryHeap that finds the expired when it pops them; ours the scheduler alone",
            None,
            false,
        ),
    ] {
        if report.wants("S2", name) {
            let case = Case { aim: "S2", name: name.to_owned(), what, at_least, units: MESSAGES };
            let mut crowd = Bare::new(AUTHORS, backlog.traffic());
            let mut heap = Heap::new(backlog, in_time);
            for _ in 0..backlog.rounds_to_fill() {
                crowd.offer(OVERLOAD);
                heap.offer();
            }
            report.race(&case, || crowd.offer(OVERLOAD), || heap.offer());
        }
    }
    for authors in AUTHORS_IN_TURN {
        let name = format!("lanes/authors={authors}/beside=turns");
        if report.wants("S2", &name) {
            let what = "maps and queues of the standard library that do the same, turns and all";
            let case = Case { aim: "S2", name, what, at_least: None, units: MESSAGES };
            let traffic = plain();
            let mut crowd = Bare::new(authors, traffic.clone());
            let mut turns = Peers::new(authors, &traffic);
            crowd.offer(OVERLOAD);
            turns.offer(OVERLOAD);
            let waiting = (crowd.lanes.waiting() as usize, turns.turns.waiting());
            assert_eq!(waiting.0, waiting.1, "both hold back the same");
            report.race(&case, || crowd.offer(OVERLOAD), || turns.offer(OVERLOAD));
        }
    }
}

/// How much may wait, in each lane and of the heap altogether.
#[derive(Clone, Copy)]
struct Backlog {
    lane: u32,
    max_wait: Duration,
}

/// As in a group by default, but for gifts, which wait longer there.
const USUAL: Backlog = Backlog { lane: 256, max_wait: Duration::from_millis(250) };
/// Of messages that wait for a minute.
const DEEP: Backlog = Backlog { lane: 1 << 13, max_wait: Duration::from_mins(1) };

const LOOKS: &str =
    "BinaryHeap that looks for the expired at each message; ours the scheduler alone";

impl Backlog {
    fn traffic(self) -> Traffic {
        let mut traffic = GroupConfig::livestream().settings().traffic.clone();
        if self.lane != USUAL.lane {
            traffic.lanes = PerPriority([Lane { capacity: self.lane, max_wait: self.max_wait }; 4]);
        }
        traffic
    }

    fn heap(self) -> usize {
        4 * self.lane as usize
    }

    /// Until as much waits as will.
    fn rounds_to_fill(self) -> u64 {
        (self.max_wait.as_micros() / OVERLOAD.as_micros()) as u64 / MESSAGES + 1
    }
}

/// What the peer knows as well: a rate without a burst, no caps.
fn plain() -> Traffic {
    let traffic = GroupConfig::livestream().settings().traffic.clone();
    Traffic { burst: 1, reserve: 0, caps: PerPriority::default(), ..traffic }
}

/// The scheduler alone.
struct Bare {
    lanes: Lanes,
    users: Vec<UserId>,
    now: Timestamp,
    count: u64,
}

impl Bare {
    fn new(authors: u64, traffic: Traffic) -> Self {
        let users = (0..authors as usize).map(user).collect();
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

/// The peer that does the same.
struct Peers {
    turns: Turns,
    users: Vec<UserId>,
    now: Timestamp,
    count: u64,
}

impl Peers {
    fn new(authors: u64, traffic: &Traffic) -> Self {
        let turns = Turns::new(traffic);
        let users = (0..authors as usize).map(user).collect();
        Self { turns, users, now: START, count: 0 }
    }

    fn offer(&mut self, gap: Duration) -> Duration {
        let Self { turns, users, now, count } = self;
        let offers =
            users.iter().cycle().zip(PRIORITIES.into_iter().cycle()).take(MESSAGES as usize);
        time(|| {
            for (user, priority) in offers {
                *now += gap;
                *count += 1;
                black_box(turns.offer(*now, user, priority, *count));
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
    count: u64,
    backlog: Backlog,
    in_time: bool,
}

/// The highest priority first, and of one priority the oldest, by its number.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    order: Reverse<(Priority, u64)>,
    until: Timestamp,
}

impl Heap {
    /// As the group's rate.
    const INTERVAL: Duration = Duration::from_millis(25);

    fn new(backlog: Backlog, in_time: bool) -> Self {
        Self { heap: BinaryHeap::new(), now: START, open: START, count: 0, backlog, in_time }
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
        if self.heap.len() == self.backlog.heap() {
            self.expire();
        }
        if self.heap.len() < self.backlog.heap() {
            self.count += 1;
            let (order, until) =
                (Reverse((priority, self.count)), self.now + self.backlog.max_wait);
            self.heap.push(Waiting { order, until });
        }
    }

    fn expire(&mut self) {
        let now = self.now;
        self.heap.retain(|waiting| waiting.until >= now);
    }

    fn release(&mut self) {
        while self.open <= self.now
            && let Some(Waiting { until, order }) = self.heap.pop()
        {
            if until >= self.now {
                black_box(order);
                self.open = self.now + Self::INTERVAL;
            }
        }
    }
}
