//! How long a message waited in its lane, and behind whom.
//!
//! Whoever is released while a message waits outranks it. So two readings of how many of each priority
//! were released, one on the way in and one on the way out, count them exactly; and since each released
//! message names the one before it, the last of them are found by going back from the way out.

use serde::{Deserialize, Serialize};

use crate::{
    id::{MessageId, UserId},
    message::{PerPriority, Priority},
    time::{Shift, Timestamp},
};

/// How many of those who outranked a message are named.
pub(super) const NAMED: usize = 4;

/// A message's time in its lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Wait {
    /// When it went into its lane; moves with the clock while it waits.
    pub since: Timestamp,
    /// When it left; `None` while it waits.
    pub until: Option<Timestamp>,
    /// How many messages of its priority waited already.
    pub ahead: u32,
    /// How many messages of each priority were released while it waited: those of a higher one because
    /// they are, those of its own because their author's turn came first, and those of a lower one
    /// while a cap held its own back.
    pub outranked: PerPriority<u32>,
    /// The last of them, at most 4, the latest first, back to one that is remembered no more.
    pub last: Vec<Outranker>,
}

/// A message that was released while another waited.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outranker {
    /// Which.
    pub message: MessageId,
    /// Who sent it; `None` for the app.
    pub author: Option<UserId>,
    /// How much it mattered.
    pub priority: Priority,
}

/// What has been released, as far as anything is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Released {
    /// How many of each priority, modulo 2³²: only differences count.
    counts: PerPriority<u32>,
    /// The last one; 0 if there was none.
    pub(super) last: MessageId,
}

/// A [`Wait`], as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Stay {
    pub(super) message: MessageId,
    since: Timestamp,
    ahead: u32,
    /// What had been released when it went in.
    before: PerPriority<u32>,
    left: Option<(Timestamp, Released)>,
}

impl Released {
    /// One more was.
    pub(super) fn add(&mut self, id: MessageId, priority: Priority) {
        self.counts[priority] = self.counts[priority].wrapping_add(1);
        self.last = id;
    }
}

impl Stay {
    pub(super) fn new(
        message: MessageId,
        since: Timestamp,
        ahead: u32,
        released: &Released,
    ) -> Self {
        Self { message, since, ahead, before: released.counts, left: None }
    }

    /// The message leaves its lane. What is released with that is not counted yet.
    pub(super) fn end(&mut self, now: Timestamp, released: &Released) {
        self.left.get_or_insert((now, *released));
    }

    pub(super) fn shift(&mut self, shift: Shift) {
        if self.left.is_none() {
            shift.apply(&mut self.since);
        }
    }

    /// The wait, and the message with which the list of those who outranked it begins; what `released`
    /// says counts while it waits.
    pub(super) fn wait(&self, released: &Released) -> (Wait, MessageId) {
        let until = self.left.map(|(until, _)| until);
        let after = self.left.map_or(*released, |(_, released)| released);
        let mut outranked = after.counts;
        for priority in Priority::ALL {
            outranked[priority] = outranked[priority].wrapping_sub(self.before[priority]);
        }
        let Self { since, ahead, .. } = *self;
        (Wait { since, until, ahead, outranked, last: Vec::new() }, after.last)
    }
}

impl Wait {
    /// How many messages were released while it waited.
    pub fn outranked_by(&self) -> u64 {
        self.outranked.0.iter().map(|count| u64::from(*count)).sum()
    }
}
