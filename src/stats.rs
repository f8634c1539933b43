//! The account of every message: the equations of conservation, by number and by reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    message::{Class, PerClass, PerPriority},
    outcome::{Discard, Outcome, Rejection},
};

/// What became of all messages offered to a group.
///
/// `offered = refused + accepted`, and `accepted = delivered + rejected + discarded + waiting + held`,
/// for each priority and so in sum. A duplicate is not offered again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Messages that were turned away, by [`Refusal::code`](crate::Refusal::code).
    pub refused: BTreeMap<u16, u64>,
    /// Messages that were accepted, and what became of them.
    pub flow: PerPriority<Flow>,
    /// Entries appended to the log, by class.
    pub appended: PerClass<u64>,
    /// Entries that the log no longer keeps, by class.
    pub evicted: PerClass<u64>,
}

impl Stats {
    /// Messages offered: refused and accepted.
    pub fn offered(&self) -> u64 {
        self.refused() + self.accepted()
    }

    /// Entries that the log keeps, by class; at most [`Retention::quota`](crate::Retention::quota).
    pub fn kept(&self) -> PerClass<u64> {
        PerClass(Class::ALL.map(|class| self.appended[class].saturating_sub(self.evicted[class])))
    }

    /// Messages refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Messages accepted, of all priorities.
    pub fn accepted(&self) -> u64 {
        self.flow.0.iter().map(|flow| flow.accepted).sum()
    }
}

/// What became of the accepted messages of one priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// Given an id.
    pub accepted: u64,
    /// In a log entry.
    pub delivered: u64,
    /// Turned away by filter or decision: by the filter, by the host, by silence.
    pub rejected: [u64; 3],
    /// Lost to a limit or an act of the staff, in the order of [`Discard::ALL`].
    pub discarded: [u64; Discard::ALL.len()],
    /// In a lane now.
    pub waiting: u64,
    /// Held for a decision now.
    pub held: u64,
}

impl Flow {
    /// Counts one message that came to its end.
    pub(crate) fn end(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Delivered { .. } => self.delivered += 1,
            Outcome::Rejected(Rejection::Filter { .. }) => self.rejected[0] += 1,
            Outcome::Rejected(Rejection::Decision { .. }) => self.rejected[1] += 1,
            Outcome::Rejected(Rejection::Silence) => self.rejected[2] += 1,
            Outcome::Discarded(reason) => self.discarded[*reason as usize] += 1,
        }
    }

    /// Whether every accepted message is accounted for.
    pub fn balances(&self) -> bool {
        let ended = self.rejected.iter().chain(&self.discarded);
        let open = [self.delivered, self.waiting, self.held];
        let mut all = open.iter().chain(ended);
        // More than can be counted, as only a hostile snapshot has it, is no balance.
        let sum = all.try_fold(0_u64, |sum, count| sum.checked_add(*count));
        sum == Some(self.accepted)
    }
}
