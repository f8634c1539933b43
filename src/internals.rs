//! Mechanisms by themselves, for measuring them beside others'. No part of what the crate promises.

use std::{num::NonZeroU8, sync::Arc};

use crate::{
    command::Device,
    config::Traffic,
    hash::HashKey,
    id::{MessageId, UserId},
    message::Priority,
    role::Profile,
    roster::Roster,
    scheduler::{Arrival, Authored, Offered, Scheduler},
    time::Timestamp,
    timers::Timers,
};

/// A group's scheduler, with numbers for messages.
#[derive(Debug)]
pub struct Lanes {
    scheduler: Scheduler<u64>,
    traffic: Traffic,
    /// The time that was come to: the scheduler is asked for no earlier one.
    reached: Timestamp,
}

impl Lanes {
    /// Lanes in which nothing waits.
    pub fn new(traffic: Traffic, key: HashKey) -> Self {
        Self { scheduler: Scheduler::new(key), traffic, reached: Timestamp::ZERO }
    }

    /// Settles what is due by `now`, each at its own time, and takes a message in. Returns how many left
    /// the lanes thereby: released, expired or shed.
    pub fn offer(
        &mut self,
        now: Timestamp,
        user: &UserId,
        priority: Priority,
        number: u64,
    ) -> usize {
        let left = self.settle(now);
        let author = Authored { user: Some(user.clone()), exempt: false, weight: NonZeroU8::MIN };
        let arrival = Arrival { id: MessageId(number), author, priority, payload: number };
        left + match self.scheduler.offer(now, &self.traffic, arrival) {
            Offered::Released(_) | Offered::Shed(_) | Offered::Waiting { shed: Some(_), .. } => 1,
            Offered::Waiting { shed: None, .. } => 0,
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> u32 {
        self.scheduler.len()
    }

    /// As a group does it: the earliest first, a release before an expiry.
    fn settle(&mut self, now: Timestamp) -> usize {
        let Self { scheduler, traffic, reached } = self;
        let left = std::iter::from_fn(|| {
            let release = scheduler.next_release(*reached, traffic).filter(|at| *at <= now);
            let expiry = scheduler.next_expiry(*reached, traffic).filter(|at| *at <= now);
            match (release, expiry) {
                (Some(at), expiry) if expiry.is_none_or(|expiry| at <= expiry) => {
                    *reached = at;
                    scheduler.release(at, traffic)
                }
                (_, Some(at)) => {
                    *reached = at;
                    scheduler.expire(at, traffic)
                }
                _ => None,
            }
        })
        .count();
        *reached = now.max(*reached);
        left
    }
}

/// A group's members: who they are, by user, session and the order of their joins, and the digest.
#[derive(Debug)]
pub struct Members(Roster);

impl Members {
    /// Nobody.
    pub fn new(key: HashKey) -> Self {
        Self(Roster::new(None, key))
    }

    /// Adds somebody who is no member, at a session that nobody has.
    pub fn admit(&mut self, now: Timestamp, user: UserId, profile: Arc<Profile>, device: Device) {
        self.0.admit(now, user, profile, device);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.members()
    }
}

/// An engine's timers: one for each of many groups.
#[derive(Debug, Default)]
pub struct Alarms(Timers);

impl Alarms {
    /// Sets a group's timer, in place of the one it had.
    pub fn set(&mut self, group: u32, at: Timestamp) {
        self.0.set(group, Some(at));
    }

    /// A group whose timer has ended, which stops it.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<u32> {
        self.0.pop_due(now)
    }
}
