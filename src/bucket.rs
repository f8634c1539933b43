//! A token bucket in one integer: the generic cell rate algorithm.
//!
//! The bucket remembers its *theoretical arrival time*: the moment at which it would be full again.
//! With the interval T from one event to the next, an event is admitted at `t` when max(tat, t) − t
//! ≤ tolerance, and then tat = max(tat, t) + T. A tolerance of (burst − 1) · T admits `burst`
//! events at one instant.
//!
//! Invariant: `tat` is never [`Timestamp::MAX`]; at the end of time a bucket closes instead, so
//! that a wild clock can be moved back.

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    config::{Cap, Pace},
    corrupt::Corrupt,
    time::{Rate, Shift, Timestamp},
};

/// A token bucket: what has passed a [`Limit`] so far, in 8 bytes. The default is full, and nothing has
/// passed it.
///
/// Groups measure their own traffic with it. A host has doors of its own, such as the frames of one
/// connection or the connections of one address, and may measure them alike. As everywhere in this
/// crate, the time is the caller's.
///
/// ```
/// use liveroom::{Bucket, Cap, Limit, Rate, Timestamp};
/// use std::time::Duration;
///
/// let limit = Limit::from(Cap { rate: Rate::per_second(20).expect("20 is not zero"), burst: 2 });
/// let (mut frames, now) = (Bucket::default(), Timestamp::from_secs(1_600_000_000));
/// assert_eq!([(); 3].map(|()| frames.admit(now, limit)), [true, true, false]);
/// assert_eq!(frames.opens(now, limit), Some(now + Duration::from_millis(50)));
/// assert!(frames.admit(now + Duration::from_millis(50), limit));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket {
    tat: Timestamp,
}

/// What may pass a [`Bucket`], made once from a [`Cap`]. A burst of 0 counts as 1.
// In nanoseconds: a `Duration` would cost a division at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub(crate) interval: u64,
    pub(crate) tolerance: u64,
}

impl Limit {
    pub(crate) fn new(rate: Rate, burst: u32) -> Self {
        let interval = rate.interval().as_nanos();
        let interval = u64::try_from(interval).expect("an interval is at most a second");
        // At most 10^9 times 2^32: less than 2^62.
        Self { interval, tolerance: interval * u64::from(burst.saturating_sub(1)) }
    }
}

impl From<Pace> for Limit {
    fn from(pace: Pace) -> Self {
        // A pace is at most a day, and 1,000 of them less than 2^63.
        let day = bounds::LONGEST_PAUSE.as_nanos();
        let interval = u64::try_from(pace.every.as_nanos().clamp(1, day)).expect("a day at most");
        let burst = pace.burst.clamp(1, 1_000);
        Self { interval, tolerance: interval * u64::from(burst - 1) }
    }
}

impl From<Cap> for Limit {
    fn from(cap: Cap) -> Self {
        Self::new(cap.rate, cap.burst)
    }
}

impl Bucket {
    /// Lets an event pass at `now` if the limit admits it, and says whether it did.
    #[inline]
    pub fn admit(&mut self, now: Timestamp, limit: Limit) -> bool {
        let next = self.after(now, limit);
        let ahead = self.full(now).as_nanos() - now.as_nanos();
        let admits = ahead <= limit.tolerance && next != Timestamp::MAX;
        if admits {
            self.tat = next;
        }
        admits
    }

    /// The first moment from `now` on at which an event is admitted; `None` at the end of time.
    #[inline]
    pub fn opens(self, now: Timestamp, limit: Limit) -> Option<Timestamp> {
        let at = self.tat.as_nanos().saturating_sub(limit.tolerance);
        let at = now.max(Timestamp::from_nanos(at));
        (self.after(at, limit) != Timestamp::MAX).then_some(at)
    }

    /// How many events are admitted at once at `now`.
    pub(crate) fn room(self, now: Timestamp, limit: Limit) -> u64 {
        let base = self.full(now).as_nanos();
        let Some(spare) = limit.tolerance.checked_sub(base - now.as_nanos()) else { return 0 };
        // Near the end of time there are no more intervals left than this.
        let left = (u64::MAX - 1).saturating_sub(base) / limit.interval;
        (spare / limit.interval + 1).min(left)
    }

    /// From when on nothing that has passed holds anything back; `now` if it is so already.
    #[inline]
    pub(crate) fn full(self, now: Timestamp) -> Timestamp {
        self.tat.max(now)
    }

    /// Lets an event pass at `now`.
    #[inline]
    pub(crate) fn take(&mut self, now: Timestamp, limit: Limit) {
        self.tat = self.after(now, limit);
    }

    /// Forgets what a former limit held back beyond the whole burst of `limit`.
    pub(crate) fn relax(&mut self, now: Timestamp, limit: Limit) {
        let burst = limit.tolerance + limit.interval;
        self.tat = self.tat.min(Timestamp::from_nanos(now.as_nanos().saturating_add(burst)));
    }

    /// Moves with the clock. A bucket that nothing has passed stays one.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if self.tat != Timestamp::ZERO {
            shift.apply(&mut self.tat);
        }
    }

    /// Itself, if it keeps the invariant.
    pub(crate) fn checked(self) -> Result<Self, Corrupt> {
        let closed = self.tat == Timestamp::MAX;
        if closed { Err(Corrupt("a bucket that would never open again")) } else { Ok(self) }
    }

    /// Itself, if `limit` can have brought it here by `now`.
    pub(crate) fn checked_within(
        self,
        now: Timestamp,
        limit: Option<Limit>,
    ) -> Result<Self, Corrupt> {
        let Some(limit) = limit else {
            let unused = self == Self::default();
            return unused
                .then_some(self)
                .ok_or(Corrupt("something passed a cap that does not exist"));
        };
        let mut relaxed = self;
        relaxed.relax(now, limit);
        if self != relaxed || self.tat == Timestamp::MAX {
            return Err(Corrupt("a token bucket that more passed than its limit allows"));
        }
        Ok(self)
    }

    #[inline]
    fn after(self, at: Timestamp, limit: Limit) -> Timestamp {
        Timestamp::from_nanos(self.tat.max(at).as_nanos().saturating_add(limit.interval))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limit(rate: u32, burst: u32) -> Limit {
        Limit::new(Rate::per_second(rate).unwrap(), burst)
    }

    fn ms(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// Takes as many as are admitted at `now`, which is as many as the bucket says.
    fn drain(bucket: &mut Bucket, now: Timestamp, limit: Limit) -> u32 {
        let (room, mut taken) = (bucket.room(now, limit), 0);
        while bucket.opens(now, limit) == Some(now) {
            assert!(bucket.admit(now, limit));
            taken += 1;
        }
        let before = *bucket;
        assert!(!bucket.admit(now, limit) && *bucket == before, "what is refused changes nothing");
        assert_eq!(room, u64::from(taken));
        taken
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_each_interval() {
        let (mut bucket, limit) = (Bucket::default(), limit(40, 4));
        let rows = [(1000, 4), (1024, 0), (1025, 1), (1050, 1), (1099, 1), (1100, 1), (9000, 4)];
        for (at, admitted) in rows {
            assert_eq!(drain(&mut bucket, ms(at), limit), admitted, "at {at} ms");
        }
    }

    #[test]
    fn a_bucket_says_exactly_when_it_opens() {
        let (mut bucket, limit) = (Bucket::default(), limit(40, 2));
        assert_eq!(bucket.opens(ms(7), limit), Some(ms(7)));
        assert_eq!(drain(&mut bucket, ms(1000), limit), 2);
        assert_eq!(bucket.opens(ms(1000), limit), Some(ms(1025)));
        assert_eq!(bucket.opens(ms(1030), limit), Some(ms(1030)));
        assert_eq!((bucket.full(ms(1030)), bucket.full(ms(1060))), (ms(1050), ms(1060)));
    }

    #[test]
    fn a_faster_limit_is_not_held_back_by_a_slower_one() {
        let mut bucket = Bucket::default();
        assert_eq!(drain(&mut bucket, ms(1000), limit(1, 10)), 10);
        bucket.relax(ms(1000), limit(40, 4));
        assert_eq!(bucket.opens(ms(1000), limit(40, 4)), Some(ms(1025)));
        let before = bucket;
        bucket.relax(ms(1001), limit(40, 4));
        assert_eq!(bucket, before, "what is within the burst stays");
    }

    #[test]
    fn a_bucket_moves_with_the_clock() {
        let (mut bucket, limit) = (Bucket::default(), limit(40, 1));
        bucket.shift(Shift::new(ms(0), ms(500)));
        assert_eq!(bucket, Bucket::default());
        bucket.take(ms(9000), limit);
        bucket.shift(Shift::new(ms(9000), ms(100)));
        assert_eq!(bucket.opens(ms(100), limit), Some(ms(125)));
    }

    #[test]
    fn a_bucket_closes_at_the_end_of_time_and_opens_when_the_clock_is_moved_back() {
        let (mut bucket, limit) = (Bucket::default(), limit(40, 4));
        let wild = Timestamp::MAX.before(Duration::from_millis(60));
        assert_eq!(drain(&mut bucket, wild, limit), 2);
        assert_eq!(bucket.opens(wild, limit), None);
        assert_eq!(bucket.room(Timestamp::MAX, limit), 0);
        assert_eq!(bucket.checked_within(wild, Some(limit)), Ok(bucket));
        bucket.shift(Shift::new(wild, ms(1000)));
        assert_eq!(drain(&mut bucket, ms(1000), limit), 2);
    }

    #[test]
    fn a_saved_bucket_is_one_that_its_limit_allows() {
        let limit = limit(40, 4);
        let check = |tat, limit| Bucket { tat }.checked_within(ms(1000), limit).is_ok();
        assert!(check(ms(1100), Some(limit)));
        assert!(!check(ms(1101), Some(limit)));
        assert!(check(Timestamp::ZERO, None));
        assert!(!check(ms(1), None));
        let never = Bucket { tat: Timestamp::MAX };
        assert!(
            never.checked_within(Timestamp::MAX, Some(limit)).is_err() && never.checked().is_err()
        );
    }
}
