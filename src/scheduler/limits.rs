//! What a group's traffic allows to each priority.

use crate::{
    bucket::Limit,
    config::{Cap, Traffic},
    message::{PerPriority, Priority},
};

/// The limits of one group, worked out once for each call.
pub(super) struct Limits<'a> {
    whole: Limit,
    unreserved: Limit,
    caps: &'a PerPriority<Option<Cap>>,
}

impl<'a> Limits<'a> {
    pub(super) fn new(traffic: &'a Traffic) -> Self {
        let whole = Limit::new(traffic.rate, traffic.burst);
        let reserved = whole.interval * u64::from(traffic.reserve);
        let unreserved = Limit { tolerance: whole.tolerance.saturating_sub(reserved), ..whole };
        Self { whole, unreserved, caps: &traffic.caps }
    }

    /// The group's rate as it is for `priority`: the last part of the burst is reserved for High.
    pub(super) fn group(&self, priority: Priority) -> Limit {
        match priority {
            Priority::High => self.whole,
            Priority::Normal | Priority::Low | Priority::Lowest => self.unreserved,
        }
    }

    /// The cap of `priority`, if it has one.
    pub(super) fn cap(&self, priority: Priority) -> Option<Limit> {
        self.caps[priority].map(|cap| Limit::new(cap.rate, cap.burst))
    }
}
