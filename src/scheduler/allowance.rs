//! What a group's traffic allows to a priority now, looked at from outside.

use serde::{Deserialize, Serialize};

use super::{Scheduler, limits::Limits};
use crate::{config::Traffic, message::Priority, time::Timestamp};

/// What a group's rate, its reserve and a priority's cap allow to messages of that priority, whoever
/// waits. From [`Group::allowance`](crate::Group::allowance).
///
/// Invariant: `now` is more than 0 exactly while `next` is the group's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Allowance {
    /// How many would be admitted at this instant, one upon the other; at most the burst, for others
    /// than High less the reserve, and at most the cap's burst.
    pub now: u32,
    /// The first moment from the clock on at which one is admitted, if none passes until then;
    /// `None` at the end of time.
    pub next: Option<Timestamp>,
    /// From when on nothing that has passed holds anything back, so that `now` is the most it can
    /// ever be: the bucket's theoretical arrival time, or the clock if that is later. Where a cap
    /// applies, the later of both buckets'.
    pub full: Timestamp,
}

impl<T> Scheduler<T> {
    /// What is allowed to messages of `priority`, by authors exempt from its cap or not.
    pub(crate) fn allowance(
        &self,
        now: Timestamp,
        traffic: &Traffic,
        priority: Priority,
        exempt: bool,
    ) -> Allowance {
        let limits = Limits::new(traffic);
        let mut room = self.bucket.room(now, limits.group(priority));
        let mut full = self.bucket.full(now);
        if let (Some(cap), false) = (limits.cap(priority), exempt) {
            room = room.min(self.cap(priority).room(now, cap));
            full = full.max(self.cap(priority).full(now));
        }
        Allowance {
            // A burst is a `u32`.
            now: u32::try_from(room).unwrap_or(u32::MAX),
            next: self.opens(now, &limits, priority, exempt),
            full,
        }
    }
}
