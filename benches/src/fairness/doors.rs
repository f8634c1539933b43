//! The rooms: ours, and what one would write instead. All let 40 messages a second pass, and let one
//! wait as long as ours does, in a lane that holds as many.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use benches::{
    dice::Dice,
    rooms::{Room, START, join, livestream, user},
};
use liveroom::{
    Author, Bucket, Cap, Command, Group, GroupConfig, Limit, MessageId, Outcome, Output, Priority,
    Profile, Rate, Receipt, Refusal, SessionId, SlowMode, Timestamp, Traffic,
};

use crate::load::{Arrival, FLOODERS, HONEST};

/// When each message was delivered, if it was.
pub(crate) type Delivered = Vec<Option<Timestamp>>;

/// A group as a livestream begins.
pub(crate) fn liveroom(arrivals: &[Arrival]) -> Delivered {
    texts(GroupConfig::livestream(), arrivals)
}

/// The same with a second of pause between two messages of one author.
pub(crate) fn liveroom_slow(arrivals: &[Arrival]) -> Delivered {
    let pause = SlowMode::members(Duration::from_secs(1));
    texts(livestream(|settings| settings.slow_mode = Some(pause)), arrivals)
}

/// The same with the pace of [`GroupConfig::modern`].
pub(crate) fn liveroom_paced(arrivals: &[Arrival]) -> Delivered {
    let pace = GroupConfig::modern().settings().house.pace;
    texts(livestream(|settings| settings.house.pace = pace), arrivals)
}

/// Offers a group texts, which have Normal priority.
fn texts(config: GroupConfig, arrivals: &[Arrival]) -> Delivered {
    let mut room = Room::empty(config);
    let profile = Arc::new(Profile::nick("Ann"));
    for author in 0..HONEST + FLOODERS {
        room.push_now(session(author), join(user(author), &profile));
        room.drain();
    }
    let mut sent = HashMap::new();
    let mut delivered = vec![None; arrivals.len()];
    for (number, Arrival { at, author }) in arrivals.iter().enumerate() {
        match room.group.push(*at, session(*author), Command::text("hello")) {
            Ok(Receipt::Sent { message, .. }) => {
                sent.insert(message, number);
            }
            Err(Refusal::SlowMode { .. } | Refusal::TooFast { .. }) => {}
            other => panic!("{other:?}"),
        }
        note_ends(&mut room.group, &mut sent, &mut delivered);
    }
    room.group.advance(Timestamp::LATEST);
    note_ends(&mut room.group, &mut sent, &mut delivered);
    assert!(sent.is_empty(), "every message comes to an end");
    delivered
}

fn session(author: usize) -> Author {
    Author::Session(SessionId(1 + author as u64))
}

fn note_ends(group: &mut Group, sent: &mut HashMap<MessageId, usize>, delivered: &mut Delivered) {
    while let Some(output) = group.poll() {
        if let Output::Ended { message, outcome, .. } = output {
            let number = sent.remove(&message.id).expect("it was sent, and has one end");
            if let Outcome::Delivered { at, .. } = outcome {
                delivered[number] = Some(at);
            }
        }
    }
}

/// The first that came is the next that goes; where the lane is full, nothing more comes in.
pub(crate) fn fifo(arrivals: &[Arrival]) -> Delivered {
    let mut lane = Lane::new(arrivals);
    for (number, Arrival { at, .. }) in arrivals.iter().enumerate() {
        lane.settle(*at, |_| 0);
        lane.push_unless_full(number);
        lane.settle(*at, |_| 0);
    }
    lane.settle(Timestamp::LATEST, |_| 0);
    lane.delivered
}

/// As the modelled service has it among messages of one priority: which go is drawn by lot, and where
/// the lane is full, also which is dropped.
pub(crate) fn lots(arrivals: &[Arrival]) -> Delivered {
    let (mut lane, mut dice) = (Lane::new(arrivals), Dice::new(40));
    for (number, Arrival { at, .. }) in arrivals.iter().enumerate() {
        lane.settle(*at, |waiting| dice.below(waiting));
        if lane.is_full() {
            // As likely the new one as any other.
            let dropped = dice.below(lane.waiting.len() + 1);
            lane.waiting.remove(dropped);
        }
        lane.push_unless_full(number);
        lane.settle(*at, |waiting| dice.below(waiting));
    }
    lane.settle(Timestamp::LATEST, |waiting| dice.below(waiting));
    lane.delivered
}

/// A bucket for each author before the lane: one a second, and five at once.
pub(crate) fn buckets(arrivals: &[Arrival]) -> Delivered {
    let own = Limit::from(Cap { rate: Rate::per_second(1).expect("1 is not 0"), burst: 5 });
    let mut authors = vec![Bucket::default(); HONEST + FLOODERS];
    let mut lane = Lane::new(arrivals);
    for (number, Arrival { at, author }) in arrivals.iter().enumerate() {
        if !authors[*author].admit(*at, own) {
            continue;
        }
        lane.settle(*at, |_| 0);
        lane.push_unless_full(number);
        lane.settle(*at, |_| 0);
    }
    lane.settle(Timestamp::LATEST, |_| 0);
    lane.delivered
}

/// What the peers have in common with each other and with a group's lane.
struct Lane<'a> {
    arrivals: &'a [Arrival],
    /// By number, the oldest first.
    waiting: VecDeque<usize>,
    passed: Bucket,
    rate: Limit,
    capacity: usize,
    max_wait: Duration,
    now: Timestamp,
    delivered: Delivered,
}

impl<'a> Lane<'a> {
    /// As wide as a livestream's lane is for messages of Normal priority, which have no use of the reserve.
    fn new(arrivals: &'a [Arrival]) -> Self {
        let config = GroupConfig::livestream();
        let Traffic { rate, burst, reserve, lanes, .. } = &config.settings().traffic;
        let lane = lanes[Priority::Normal];
        Self {
            arrivals,
            waiting: VecDeque::new(),
            passed: Bucket::default(),
            rate: Limit::from(Cap { rate: *rate, burst: burst - reserve }),
            capacity: lane.capacity as usize,
            max_wait: lane.max_wait,
            now: START,
            delivered: vec![None; arrivals.len()],
        }
    }

    /// Lets pass what the rate admits up to `now`: of those who wait, the one whose place is `choose`n.
    fn settle(&mut self, now: Timestamp, mut choose: impl FnMut(usize) -> usize) {
        while let Some(at) = self.passed.opens(self.now, self.rate).filter(|at| *at <= now) {
            self.expire(at);
            if self.waiting.is_empty() {
                break;
            }
            let chosen =
                self.waiting.remove(choose(self.waiting.len())).expect("it is one of them");
            assert!(self.passed.admit(at, self.rate));
            self.delivered[chosen] = Some(at);
            self.now = at;
        }
        self.expire(now);
        self.now = now;
    }

    /// A message may still go at its very deadline.
    fn expire(&mut self, now: Timestamp) {
        let late = |number: &usize| self.arrivals[*number].at + self.max_wait < now;
        while self.waiting.front().is_some_and(late) {
            self.waiting.pop_front();
        }
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= self.capacity
    }

    fn push_unless_full(&mut self, number: usize) {
        if !self.is_full() {
            self.waiting.push_back(number);
        }
    }
}
