//! Which message is delivered next, and when.
//!
//! Messages of four priorities wait, each in its lane, for a group's rate. The scheduler is told
//! the time and the [`Traffic`] at each call, and answers with messages that leave it: released,
//! shed from a full lane, expired. It knows nothing of groups and logs.
//!
//! * **Precedence.** Of the messages that are eligible, one of the highest priority goes first.
//! * **Fairness.** Within a lane authors take turns; a full lane sheds the newest message of the
//!   author with most waiting.
//! * **Exempt** authors skip the cap of a priority, never the group's rate. They stand apart:
//!   within a lane they are served before the others, in turns among themselves.
//!
//! The caller goes from one moment to the next ([`next_release`](Scheduler::next_release),
//! [`next_expiry`](Scheduler::next_expiry), the earlier first and a release before an expiry),
//! settles everything due before it offers a message, and never passes a time before the last one.
//!
//! Invariant: the lanes exist only while a message waits, so that an idle group costs little.

mod allowance;
mod chain;
mod limits;
mod queue;
mod saved;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::num::NonZeroU8;

use serde::{Deserialize, Serialize};

pub use self::allowance::Allowance;
pub(crate) use self::saved::Saved;
use self::{limits::Limits, queue::Queue};
use crate::{
    bucket::Bucket,
    config::Traffic,
    hash::HashKey,
    id::{MessageId, UserId},
    message::{PerPriority, Priority},
    space,
    time::{Shift, Timestamp},
};

/// The lanes of one group, and what has passed its rate.
#[derive(Clone, Debug)]
pub(crate) struct Scheduler<T> {
    bucket: Bucket,
    /// Buckets of the caps; `None` while nothing has passed one.
    caps: Option<Box<PerPriority<Bucket>>>,
    /// `None` while nothing waits.
    queues: Option<Box<PerPriority<Queue<T>>>>,
    key: HashKey,
}

/// A message on its way in.
#[derive(Clone, Debug)]
pub(crate) struct Arrival<T> {
    pub(crate) id: MessageId,
    pub(crate) author: Authored,
    pub(crate) priority: Priority,
    pub(crate) payload: T,
}

/// By whom a message is, and what that means for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Authored {
    /// `None` is the app.
    pub(crate) user: Option<UserId>,
    /// Whether the caps do not apply. The latest message says it for all that the author has
    /// waiting.
    pub(crate) exempt: bool,
    /// How many messages in a row make a turn. The latest message says it for all.
    pub(crate) weight: NonZeroU8,
}

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offered<T> {
    /// It was eligible and came first: it did not have to wait.
    Released(Taken<T>),
    /// It waits, until `expires` at the latest.
    Waiting {
        /// When it is discarded; [`Timestamp::MAX`] is never.
        expires: Timestamp,
        /// The message that was shed to make room for it.
        shed: Option<Taken<T>>,
    },
    /// Its lane was full, and its own author had the most waiting.
    Shed(Taken<T>),
}

/// A message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waits<'a, T> {
    pub(crate) id: MessageId,
    pub(crate) priority: Priority,
    pub(crate) user: Option<&'a UserId>,
    pub(crate) arrived: Timestamp,
    pub(crate) payload: &'a T,
}

/// A message that has left the scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken<T> {
    pub(crate) id: MessageId,
    pub(crate) priority: Priority,
    pub(crate) arrived: Timestamp,
    pub(crate) payload: T,
}

/// A message that waits, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing<'a, T> {
    pub(crate) id: MessageId,
    pub(crate) arrived: Timestamp,
    pub(crate) payload: &'a T,
}

/// The lanes, and in each the ring of the exempt before that of the others.
const PRECEDENCE: [(Priority, bool); 8] = [
    (Priority::High, true),
    (Priority::High, false),
    (Priority::Normal, true),
    (Priority::Normal, false),
    (Priority::Low, true),
    (Priority::Low, false),
    (Priority::Lowest, true),
    (Priority::Lowest, false),
];

impl<T> Scheduler<T> {
    /// Nothing waits, and nothing has passed. The key protects the tables of authors.
    pub(crate) fn new(key: HashKey) -> Self {
        Self { bucket: Bucket::default(), caps: None, queues: None, key }
    }

    /// Takes a message in. It leaves at once if it is eligible and comes first, and waits
    /// otherwise; a lane that is thereby too full sheds the newest message of the author with most
    /// waiting, which may be this one.
    pub(crate) fn offer(
        &mut self,
        now: Timestamp,
        traffic: &Traffic,
        arrival: Arrival<T>,
    ) -> Offered<T> {
        let Arrival { id, author, priority, payload } = arrival;
        let limits = Limits::new(traffic);
        if self.comes_first(now, &limits, priority, &author) {
            self.spend(now, &limits, priority, author.exempt);
            return Offered::Released(Taken { id, priority, arrived: now, payload });
        }
        let key = self.key;
        let queues = self.queues.get_or_insert_with(|| {
            Box::new(PerPriority(Priority::ALL.map(|priority| Queue::new(priority, key))))
        });
        queues[priority].insert(now, id, author, payload);
        let shed = self.shed(traffic, priority);
        match shed {
            Some(shed) if shed.id == id => Offered::Shed(shed),
            shed => Offered::Waiting { expires: now + traffic.lanes[priority].max_wait, shed },
        }
    }

    /// Lets something pass that does not wait: it takes what a message of that priority would, if that
    /// would be released at once.
    pub(crate) fn pass(
        &mut self,
        now: Timestamp,
        traffic: &Traffic,
        priority: Priority,
        author: &Authored,
    ) -> bool {
        let limits = Limits::new(traffic);
        let passes = self.comes_first(now, &limits, priority, author);
        if passes {
            self.spend(now, &limits, priority, author.exempt);
        }
        passes
    }

    /// Releases the one message that is eligible now and comes first. The caller asks until there
    /// is none.
    pub(crate) fn release(&mut self, now: Timestamp, traffic: &Traffic) -> Option<Taken<T>> {
        let limits = Limits::new(traffic);
        let (priority, exempt) = self.turn(now, &limits)?;
        let taken = self.queues.as_mut()?[priority].take_turn(exempt);
        self.spend(now, &limits, priority, exempt);
        self.forget_empty_lanes();
        taken
    }

    /// Takes out the one message that has waited too long and did so first; of several, one of the
    /// highest priority, and then the one that arrived first. At its very deadline a message may
    /// still be released, so the caller asks for releases first.
    pub(crate) fn expire(&mut self, now: Timestamp, traffic: &Traffic) -> Option<Taken<T>> {
        let (deadline, priority) = self.deadline(traffic)?;
        if deadline > now {
            return None;
        }
        let taken = self.queues.as_mut()?[priority].take_oldest();
        self.forget_empty_lanes();
        taken
    }

    /// The first moment from `now` on at which a waiting message is eligible.
    pub(crate) fn next_release(&self, now: Timestamp, traffic: &Traffic) -> Option<Timestamp> {
        self.queues.as_ref()?;
        let limits = Limits::new(traffic);
        let mut first: Option<Timestamp> = None;
        for (priority, exempt) in self.heads() {
            let Some(at) = self.opens(now, &limits, priority, exempt) else { continue };
            first = Some(first.map_or(at, |first| first.min(at)));
            // No lane after this one opens before the group's rate does for this one.
            if self.bucket.opens(now, limits.group(priority)) == Some(at) {
                break;
            }
        }
        first
    }

    /// The first moment from `now` on at which a waiting message has waited too long.
    pub(crate) fn next_expiry(&self, now: Timestamp, traffic: &Traffic) -> Option<Timestamp> {
        self.deadline(traffic).map(|(deadline, _)| deadline.max(now))
    }

    /// Takes out what an author (`None`: the app) has waiting and whose payload matches, in the order
    /// of the message ids.
    pub(crate) fn remove_author(
        &mut self,
        user: Option<&UserId>,
        matches: impl Fn(&T) -> bool,
    ) -> Vec<Taken<T>> {
        self.take_all(|queue| queue.take_of(user, &matches))
    }

    /// Takes out every message whose payload matches, in the order of the message ids. Each is asked
    /// about once.
    pub(crate) fn remove_where(&mut self, matches: impl Fn(&T) -> bool) -> Vec<Taken<T>> {
        self.take_all(|queue| queue.take_where(&matches))
    }

    /// Takes out everything, in the order of the message ids.
    pub(crate) fn drain_all(&mut self) -> Vec<Taken<T>> {
        self.take_all(|queue| queue.take_where(|_| true))
    }

    /// What waits in one lane, in the order in which it leaves if nothing else happens to the lane.
    pub(crate) fn in_turn(&self, priority: Priority) -> impl Iterator<Item = Standing<'_, T>> {
        let queues = self.queues.as_deref().into_iter();
        queues.flat_map(move |queues| queues[priority].in_turn())
    }

    /// Every message that waits, lane by lane, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Waits<'_, T>> {
        self.queues.iter().flat_map(|queues| &queues.0).flat_map(Queue::iter)
    }

    /// How many messages wait in each lane.
    pub(crate) fn waiting(&self) -> PerPriority<u32> {
        let queues = self.queues.as_deref();
        queues.map_or_else(PerPriority::default, |queues| {
            PerPriority(queues.0.each_ref().map(Queue::len))
        })
    }

    /// How many messages wait.
    pub(crate) fn len(&self) -> u32 {
        self.waiting().0.iter().sum()
    }

    /// Moves what has passed, and when messages arrived, with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.bucket.shift(shift);
        for cap in self.caps.iter_mut().flat_map(|caps| &mut caps.0) {
            cap.shift(shift);
        }
        for queue in self.queues.iter_mut().flat_map(|queues| &mut queues.0) {
            queue.shift(shift);
        }
    }

    /// Goes over to `new`. Lanes that are too full now shed, the highest priority first; a new
    /// limit is not held back by what passed under a slower one. What waits keeps its arrival, so a
    /// new `max_wait` holds for it, and its exemption and weight, until its author sends again.
    pub(crate) fn reconfigure(&mut self, now: Timestamp, new: &Traffic) -> Vec<Taken<T>> {
        let limits = Limits::new(new);
        self.bucket.relax(now, limits.group(Priority::High));
        if let Some(caps) = &mut self.caps {
            for priority in Priority::ALL {
                match limits.cap(priority) {
                    Some(cap) => caps[priority].relax(now, cap),
                    None => caps[priority] = Bucket::default(),
                }
            }
        }
        let mut shed = Vec::new();
        for priority in Priority::ALL {
            shed.extend(std::iter::from_fn(|| self.shed(new, priority)));
        }
        shed
    }

    /// The most that the lanes take, without what the payloads point to.
    pub(crate) fn most_bytes(traffic: &Traffic) -> u64 {
        // One more while it is decided which is shed.
        let lanes = traffic.lanes.0.iter().map(|lane| u64::from(lane.capacity) + 1);
        space::size::<PerPriority<Queue<T>>>()
            + space::size::<PerPriority<Bucket>>()
            + lanes.map(Queue::<T>::most_bytes).sum::<u64>()
    }

    /// What the lanes take, without what the payloads point to.
    pub(crate) fn heap_bytes(&self) -> usize {
        let queues = self.queues.as_ref().map_or(0, |queues| {
            size_of::<PerPriority<Queue<T>>>()
                + queues.0.iter().map(Queue::heap_bytes).sum::<usize>()
        });
        queues + self.caps.as_ref().map_or(0, |_| size_of::<PerPriority<Bucket>>())
    }

    /// Whether an arriving message would be the next to be released: nothing that waits would go
    /// before it, not even an older one of its own author.
    fn comes_first(
        &self,
        now: Timestamp,
        limits: &Limits<'_>,
        priority: Priority,
        author: &Authored,
    ) -> bool {
        let eligible = self.opens(now, limits, priority, author.exempt) == Some(now);
        let after = |(lane, exempt): (Priority, bool)| (priority, !author.exempt) < (lane, !exempt);
        eligible
            && self.turn(now, limits).is_none_or(after)
            && !self.queues.as_ref().is_some_and(|queues| queues[priority].knows(author))
    }

    /// The lane, and the ring in it, that is served next at `now`.
    fn turn(&self, now: Timestamp, limits: &Limits<'_>) -> Option<(Priority, bool)> {
        // What is closed to High is closed to all: the usual case in a crowd.
        self.bucket.opens(now, limits.group(Priority::High)).filter(|at| *at == now)?;
        let open = |&(priority, exempt): &_| self.opens(now, limits, priority, exempt) == Some(now);
        self.heads().find(open)
    }

    /// The lanes and rings in which somebody waits, in the order of precedence.
    fn heads(&self) -> impl Iterator<Item = (Priority, bool)> {
        self.queues.as_deref().into_iter().flat_map(|queues| {
            PRECEDENCE.into_iter().filter(|&(priority, exempt)| queues[priority].waits(exempt))
        })
    }

    /// The first moment from `now` on at which such a message is eligible; `None` at the end of
    /// time.
    fn opens(
        &self,
        now: Timestamp,
        limits: &Limits<'_>,
        priority: Priority,
        exempt: bool,
    ) -> Option<Timestamp> {
        let group = limits.group(priority);
        let at = self.bucket.opens(now, group)?;
        match limits.cap(priority) {
            Some(cap) if !exempt => {
                let at = self.cap(priority).opens(at, cap)?;
                // Again, because the later moment may be too near the end of time.
                self.bucket.opens(at, group)
            }
            Some(_) | None => Some(at),
        }
    }

    /// What has passed the cap of `priority`.
    fn cap(&self, priority: Priority) -> Bucket {
        self.caps.as_ref().map_or_else(Bucket::default, |caps| caps[priority])
    }

    /// Accounts for a message that passes at `now`.
    fn spend(&mut self, now: Timestamp, limits: &Limits<'_>, priority: Priority, exempt: bool) {
        self.bucket.take(now, limits.group(priority));
        if let (Some(cap), false) = (limits.cap(priority), exempt) {
            self.caps.get_or_insert_default()[priority].take(now, cap);
        }
    }

    /// The earliest deadline, and in which lane: the highest of several.
    fn deadline(&self, traffic: &Traffic) -> Option<(Timestamp, Priority)> {
        let queues = self.queues.as_deref()?;
        let deadlines = Priority::ALL.into_iter().filter_map(|priority| {
            let deadline = queues[priority].oldest()? + traffic.lanes[priority].max_wait;
            // A deadline that saturates never comes.
            (deadline != Timestamp::MAX).then_some((deadline, priority))
        });
        deadlines.min()
    }

    /// Takes one message out of a lane that holds more than it may.
    fn shed(&mut self, traffic: &Traffic, priority: Priority) -> Option<Taken<T>> {
        let queue = &mut self.queues.as_mut()?[priority];
        if queue.len() <= traffic.lanes[priority].capacity {
            return None;
        }
        let shed = queue.take_newest_of_busiest();
        self.forget_empty_lanes();
        shed
    }

    /// Takes from each lane what it is to give, once.
    fn take_all(&mut self, take: impl Fn(&mut Queue<T>) -> Vec<Taken<T>>) -> Vec<Taken<T>> {
        let queues = self.queues.iter_mut().flat_map(|queues| &mut queues.0);
        let mut taken: Vec<_> = queues.flat_map(take).collect();
        self.forget_empty_lanes();
        taken.sort_unstable_by_key(|message| message.id);
        taken
    }

    fn forget_empty_lanes(&mut self) {
        let waits = |queues: &PerPriority<Queue<T>>| queues.0.iter().any(|queue| queue.len() > 0);
        if !self.queues.as_deref().is_some_and(waits) {
            self.queues = None;
        }
    }
}
