//! The rules of the scheduler, written a second time: slowly, and so that they are plain to see.
//!
//! Everything is a list that is searched from its beginning.

use std::{num::NonZeroU8, time::Duration};

use proptest::prelude::*;

use super::{
    Arrival, Offered, Saved, Scheduler, Taken,
    tests::{author, key, traffic},
};
use crate::{
    config::{Cap, Lane, Traffic},
    hash::HashKey,
    id::{MessageId, UserId},
    message::{PerPriority, Priority},
    time::{Rate, Shift, Timestamp},
};

#[derive(Default)]
struct Model {
    tat: i128,
    caps: PerPriority<i128>,
    lanes: PerPriority<Line>,
    /// Counts every change of how many messages somebody has.
    changes: u64,
}

#[derive(Clone, Default)]
struct Line {
    /// By arrival.
    messages: Vec<Waiting>,
    /// By turn.
    authors: Vec<Author>,
}

#[derive(Clone)]
struct Waiting {
    id: MessageId,
    arrived: i128,
    user: Option<UserId>,
    payload: u64,
}

#[derive(Clone)]
struct Author {
    user: Option<UserId>,
    exempt: bool,
    weight: NonZeroU8,
    spent: u8,
    reached: u64,
}

fn nanos(at: Timestamp) -> i128 {
    at.as_nanos().into()
}

fn moment(nanos: i128) -> Timestamp {
    Timestamp::from_nanos(nanos.try_into().unwrap())
}

fn tolerance(traffic: &Traffic, priority: Priority) -> i128 {
    let reserve = if priority == Priority::High { 0 } else { traffic.reserve };
    i128::from(traffic.burst - 1 - reserve) * interval(traffic)
}

fn interval(traffic: &Traffic) -> i128 {
    traffic.rate.interval().as_nanos().try_into().unwrap()
}

fn cap_interval(cap: Cap) -> i128 {
    cap.rate.interval().as_nanos().try_into().unwrap()
}

impl Model {
    fn offer(&mut self, now: Timestamp, traffic: &Traffic, arrival: Arrival<u64>) -> Offered<u64> {
        let Arrival { id, author, priority, payload } = arrival;
        let lane = &mut self.lanes[priority];
        let known = lane.authors.iter().position(|known| known.user == author.user);
        if let Some(at) = known {
            let mut known = lane.authors.remove(at);
            known.weight = author.weight;
            if known.exempt != author.exempt || known.spent >= known.weight.get() {
                known.exempt = author.exempt;
                known.spent = 0;
                lane.authors.push(known);
            } else {
                lane.authors.insert(at, known);
            }
        } else {
            lane.authors.push(Author {
                user: author.user.clone(),
                exempt: author.exempt,
                weight: author.weight,
                spent: 0,
                reached: 0,
            });
        }
        let user = author.user.clone();
        lane.messages.push(Waiting { id, arrived: nanos(now), user, payload });
        self.changed(priority, author.user.as_ref());
        if self.next(now, traffic).is_some_and(|(lane, first)| {
            lane == priority && self.lanes[lane].messages[first].id == id
        }) {
            return Offered::Released(self.release(now, traffic).unwrap());
        }
        let expires = now + traffic.lanes[priority].max_wait;
        match self.shed(traffic, priority) {
            Some(shed) if shed.id == id => Offered::Shed(shed),
            shed => Offered::Waiting { expires, shed },
        }
    }

    fn release(&mut self, now: Timestamp, traffic: &Traffic) -> Option<Taken<u64>> {
        let (priority, first) = self.next(now, traffic)?;
        let lane = &mut self.lanes[priority];
        let user = &lane.messages[first].user;
        let at = lane.authors.iter().position(|author| author.user == *user)?;
        let exempt = lane.authors[at].exempt;
        lane.authors[at].spent += 1;
        if lane.authors[at].spent >= lane.authors[at].weight.get() {
            let mut author = lane.authors.remove(at);
            author.spent = 0;
            lane.authors.push(author);
        }
        self.spend(now, traffic, priority, exempt);
        Some(self.take(priority, first))
    }

    fn expire(&mut self, now: Timestamp, traffic: &Traffic) -> Option<Taken<u64>> {
        let (deadline, priority) = self.deadlines(traffic).into_iter().min()?;
        (deadline <= nanos(now)).then(|| self.take(priority, 0))
    }

    fn next_release(&self, now: Timestamp, traffic: &Traffic) -> Option<Timestamp> {
        let lanes = Priority::ALL.into_iter();
        let moments = lanes.flat_map(|priority| {
            let authors = self.lanes[priority].authors.iter();
            authors.map(move |author| self.eligible(traffic, priority, author.exempt))
        });
        moments.min().map(|at| moment(at.max(nanos(now))))
    }

    fn next_expiry(&self, now: Timestamp, traffic: &Traffic) -> Option<Timestamp> {
        self.deadlines(traffic).into_iter().min().map(|(at, _)| moment(at.max(nanos(now))))
    }

    fn remove(&mut self, goes: impl Fn(&Waiting) -> bool) -> Vec<Taken<u64>> {
        let mut removed = Vec::new();
        for priority in Priority::ALL {
            while let Some(at) = self.lanes[priority].messages.iter().position(&goes) {
                removed.push(self.take(priority, at));
            }
        }
        removed.sort_by_key(|message| message.id);
        removed
    }

    fn waiting(&self) -> PerPriority<u32> {
        PerPriority(Priority::ALL.map(|p| self.lanes[p].messages.len().try_into().unwrap()))
    }

    /// What leaves a lane one by one: the front author of the exempt, or else of the others, gives
    /// the first message they have, and goes to the back when their turn is over.
    fn in_turn(&self, priority: Priority) -> Vec<MessageId> {
        let Line { mut messages, mut authors } = self.lanes[priority].clone();
        let mut order = Vec::new();
        while !messages.is_empty() {
            let exempt = authors.iter().any(|author| author.exempt);
            let front = authors.iter().position(|author| author.exempt == exempt).unwrap();
            let first = messages.iter().position(|m| m.user == authors[front].user).unwrap();
            order.push(messages.remove(first).id);
            let mut author = authors.remove(front);
            author.spent += 1;
            if !messages.iter().any(|message| message.user == author.user) {
                continue;
            }
            if author.spent < author.weight.get() {
                authors.insert(front, author);
            } else {
                author.spent = 0;
                authors.push(author);
            }
        }
        order
    }

    /// How many of this priority pass one upon the other at `now`, on paper.
    fn room(&self, now: Timestamp, traffic: &Traffic, priority: Priority, exempt: bool) -> u32 {
        let mut paper = Self { tat: self.tat, caps: self.caps, ..Self::default() };
        let mut count = 0;
        while paper.eligible(traffic, priority, exempt) <= nanos(now) {
            count += 1;
            paper.spend(now, traffic, priority, exempt);
        }
        count
    }

    fn spend(&mut self, now: Timestamp, traffic: &Traffic, priority: Priority, exempt: bool) {
        self.tat = self.tat.max(nanos(now)) + interval(traffic);
        if let (Some(cap), false) = (&traffic.caps[priority], exempt) {
            self.caps[priority] = self.caps[priority].max(nanos(now)) + cap_interval(*cap);
        }
    }

    fn shift(&mut self, by: i128) {
        self.tat += by;
        for priority in Priority::ALL {
            self.caps[priority] += by;
            for message in &mut self.lanes[priority].messages {
                message.arrived += by;
            }
        }
    }

    fn reconfigure(&mut self, now: Timestamp, new: &Traffic) -> Vec<Taken<u64>> {
        self.tat = self.tat.min(nanos(now) + i128::from(new.burst) * interval(new));
        let mut shed = Vec::new();
        for priority in Priority::ALL {
            self.caps[priority] = match &new.caps[priority] {
                Some(cap) => {
                    self.caps[priority].min(nanos(now) + i128::from(cap.burst) * cap_interval(*cap))
                }
                None => 0,
            };
            while let Some(message) = self.shed(new, priority) {
                shed.push(message);
            }
        }
        shed
    }

    /// From when on such a message is eligible.
    fn eligible(&self, traffic: &Traffic, priority: Priority, exempt: bool) -> i128 {
        let group = self.tat - tolerance(traffic, priority);
        match &traffic.caps[priority] {
            Some(cap) if !exempt => {
                let tolerance = i128::from(cap.burst - 1) * cap_interval(*cap);
                group.max(self.caps[priority] - tolerance)
            }
            Some(_) | None => group,
        }
    }

    /// The message that is released next at `now`.
    fn next(&self, now: Timestamp, traffic: &Traffic) -> Option<(Priority, usize)> {
        for priority in Priority::ALL {
            for exempt in [true, false] {
                let lane = &self.lanes[priority];
                let front = lane.authors.iter().find(|author| author.exempt == exempt);
                if let Some(front) = front
                    && self.eligible(traffic, priority, exempt) <= nanos(now)
                {
                    let first = lane.messages.iter().position(|m| m.user == front.user);
                    return Some((priority, first.unwrap()));
                }
            }
        }
        None
    }

    fn deadlines(&self, traffic: &Traffic) -> Vec<(i128, Priority)> {
        let deadline = |priority: Priority| {
            let wait: i128 = traffic.lanes[priority].max_wait.as_nanos().try_into().unwrap();
            self.lanes[priority].messages.first().map(|first| (first.arrived + wait, priority))
        };
        Priority::ALL.into_iter().filter_map(deadline).collect()
    }

    fn shed(&mut self, traffic: &Traffic, priority: Priority) -> Option<Taken<u64>> {
        let lane = &self.lanes[priority];
        if lane.messages.len() <= traffic.lanes[priority].capacity as usize {
            return None;
        }
        let count =
            |author: &&Author| lane.messages.iter().filter(|m| m.user == author.user).count();
        let busiest = lane.authors.iter().max_by_key(|author| (count(author), author.reached))?;
        let newest = lane.messages.iter().rposition(|m| m.user == busiest.user)?;
        Some(self.take(priority, newest))
    }

    fn take(&mut self, priority: Priority, at: usize) -> Taken<u64> {
        let Waiting { id, arrived, user, payload } = self.lanes[priority].messages.remove(at);
        self.changed(priority, user.as_ref());
        Taken { id, priority, arrived: moment(arrived), payload }
    }

    fn changed(&mut self, priority: Priority, user: Option<&UserId>) {
        self.changes += 1;
        let lane = &mut self.lanes[priority];
        let at = lane.authors.iter().position(|author| author.user.as_ref() == user).unwrap();
        lane.authors[at].reached = self.changes;
        if !lane.messages.iter().any(|message| message.user.as_ref() == user) {
            lane.authors.remove(at);
        }
    }
}

/// One step of a script.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Offer {
        user: u8,
        exempt: bool,
        weight: u8,
        priority: Priority,
    },
    /// The clock goes on, and everything on the way happens at its own time.
    Settle(u64),
    /// The clock goes on, and nothing happens.
    Oversleep(u64),
    Release,
    Expire,
    Remove(u8),
    /// What carries a multiple of this number leaves.
    RemoveWhere(u64),
    Drain,
    Shift(u64),
    Reconfigure(Box<Traffic>),
    SaveAndRestore,
}

pub(super) const START: Timestamp = Timestamp::from_secs(1_000);

pub(super) fn any_priority() -> impl Strategy<Value = Priority> {
    prop::sample::select(&Priority::ALL)
}

pub(super) fn any_offer() -> impl Strategy<Value = Step> {
    // Mostly one lane, so that there is a crowd in it.
    let priority = prop_oneof![3 => Just(Priority::Normal), 1 => any_priority()];
    (0..5_u8, prop::bool::weighted(0.2), 1..4_u8, priority)
        .prop_map(|(user, exempt, weight, priority)| Step::Offer { user, exempt, weight, priority })
}

fn any_cap() -> impl Strategy<Value = Option<Cap>> {
    prop::option::of(
        (1..200_u32, 1..4_u32)
            .prop_map(|(rate, burst)| Cap { rate: Rate::per_second(rate).unwrap(), burst }),
    )
}

pub(super) fn any_traffic() -> impl Strategy<Value = Traffic> {
    let lane = (0..12_u32, 0..400_u64)
        .prop_map(|(capacity, wait)| Lane { capacity, max_wait: Duration::from_millis(wait) });
    let lanes = prop::array::uniform4(lane).prop_map(PerPriority);
    let caps = prop::array::uniform4(any_cap()).prop_map(PerPriority);
    (1..200_u32, 1..6_u32, 0..6_u32, lanes, caps).prop_map(|(rate, burst, reserve, lanes, caps)| {
        Traffic { lanes, caps, ..traffic(rate, burst, reserve % burst) }
    })
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => any_offer(),
        6 => (0..60_000_000_u64).prop_map(Step::Settle),
        2 => (0..60_000_000_u64).prop_map(Step::Oversleep),
        2 => Just(Step::Release),
        1 => Just(Step::Expire),
        1 => (0..5_u8).prop_map(Step::Remove),
        1 => (1..4_u64).prop_map(Step::RemoveWhere),
        1 => (0..900_u64).prop_map(Step::Shift),
        1 => any_traffic().prop_map(|traffic| Step::Reconfigure(Box::new(traffic))),
        2 => Just(Step::SaveAndRestore),
        1 => Just(Step::Drain),
    ]
}

/// Scheduler and model side by side.
pub(super) struct Pair {
    now: Timestamp,
    traffic: Traffic,
    pub(super) scheduler: Scheduler<u64>,
    model: Model,
    offered: u64,
}

impl Pair {
    pub(super) fn new(traffic: Traffic) -> Self {
        let scheduler = Scheduler::new(key());
        // Ids begin at 2, so that the last bit may be turned.
        Self { now: START, traffic, scheduler, model: Model::default(), offered: 2 }
    }

    pub(super) fn step(&mut self, step: &Step) {
        let now = self.now;
        match step {
            Step::Offer { user, exempt, weight, priority } => self.offer(Arrival {
                // Not in the order of arrival: a message that was held comes late.
                id: MessageId(self.offered ^ 1),
                author: author(*user, *exempt, *weight),
                priority: *priority,
                payload: self.offered,
            }),
            Step::Settle(nanos) => self.settle(Timestamp::from_nanos(now.as_nanos() + nanos)),
            Step::Oversleep(nanos) => self.now = Timestamp::from_nanos(now.as_nanos() + nanos),
            Step::Release => assert_eq!(
                self.scheduler.release(now, &self.traffic),
                self.model.release(now, &self.traffic)
            ),
            Step::Expire => assert_eq!(
                self.scheduler.expire(now, &self.traffic),
                self.model.expire(now, &self.traffic)
            ),
            Step::Remove(user) => {
                let user = author(*user, false, 1).user;
                let removed = self.scheduler.remove_author(user.as_ref(), |_| true);
                assert_eq!(removed, self.model.remove(|it| it.user == user));
            }
            Step::RemoveWhere(by) => {
                let removed = self.scheduler.remove_where(|payload| payload % by == 0);
                assert_eq!(removed, self.model.remove(|it| it.payload % by == 0));
            }
            Step::Drain => assert_eq!(self.scheduler.drain_all(), self.model.remove(|_| true)),
            Step::Shift(seconds) => {
                let to = Timestamp::from_secs(500 + seconds);
                self.scheduler.shift(Shift::new(now, to));
                self.model.shift(i128::from(to.as_nanos()) - i128::from(now.as_nanos()));
                self.now = to;
            }
            Step::Reconfigure(new) => {
                self.traffic = new.as_ref().clone();
                assert_eq!(self.scheduler.reconfigure(now, new), self.model.reconfigure(now, new));
            }
            Step::SaveAndRestore => self.save_and_restore(),
        }
        self.compare();
    }

    fn offer(&mut self, arrival: Arrival<u64>) {
        self.offered += 1;
        let offered = self.scheduler.offer(self.now, &self.traffic, arrival.clone());
        assert_eq!(offered, self.model.offer(self.now, &self.traffic, arrival));
    }

    fn settle(&mut self, to: Timestamp) {
        loop {
            self.compare();
            let release = self.scheduler.next_release(self.now, &self.traffic);
            let expiry = self.scheduler.next_expiry(self.now, &self.traffic);
            let Some(at) = release.into_iter().chain(expiry).min().filter(|at| *at <= to) else {
                break;
            };
            self.now = at;
            if release == Some(at) {
                let released = self.scheduler.release(at, &self.traffic);
                assert!(released.is_some(), "a release that was announced happens");
                assert_eq!(released, self.model.release(at, &self.traffic));
            } else {
                let expired = self.scheduler.expire(at, &self.traffic);
                assert!(expired.is_some(), "an expiry that was announced happens");
                assert_eq!(expired, self.model.expire(at, &self.traffic));
            }
        }
        self.now = to;
    }

    fn save_and_restore(&mut self) {
        let saved = self.scheduler.save();
        let text = serde_json::to_string(&saved).unwrap();
        let read: Saved<u64> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, saved);
        // Another key: the order of the tables must not be seen.
        let key = HashKey::new(self.offered, 7);
        self.scheduler = Scheduler::restore(self.now, read, &self.traffic, key).unwrap();
        assert_eq!(self.scheduler.save(), saved);
    }

    fn compare(&self) {
        let (now, traffic) = (self.now, &self.traffic);
        assert_eq!(self.scheduler.waiting(), self.model.waiting());
        assert_eq!(
            self.scheduler.next_release(now, traffic),
            self.model.next_release(now, traffic)
        );
        assert_eq!(self.scheduler.next_expiry(now, traffic), self.model.next_expiry(now, traffic));
        assert_eq!(self.scheduler.queues.is_none(), self.scheduler.len() == 0);
        for priority in Priority::ALL {
            let in_turn = self.scheduler.in_turn(priority).map(|standing| standing.id);
            assert_eq!(in_turn.collect::<Vec<_>>(), self.model.in_turn(priority));
            for exempt in [true, false] {
                let allowance = self.scheduler.allowance(now, traffic, priority, exempt);
                let next = self.model.eligible(traffic, priority, exempt).max(nanos(now));
                assert_eq!(allowance.next, Some(moment(next)));
                assert_eq!(allowance.now, self.model.room(now, traffic, priority, exempt));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_scheduler_does_what_the_model_does(
        traffic in any_traffic(),
        steps in prop::collection::vec(any_step(), 1..120),
    ) {
        let mut pair = Pair::new(traffic);
        for step in &steps {
            pair.step(step);
        }
    }
}
