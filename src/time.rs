//! Time as the host gives it, and rates as whole intervals of it.
//!
//! Nothing in the core reads a clock: a [`Timestamp`] is an argument. Hosts that want one helper for
//! Unix time that never runs back use [`Clock`](crate::Clock).

use std::{
    fmt,
    num::NonZeroU32,
    ops::{Add, AddAssign},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// A moment, in nanoseconds since the Unix epoch, as the host says it.
///
/// Adding a [`Duration`] saturates at [`Timestamp::MAX`] (the year 2554), so that no input can overflow.
///
/// ```
/// use liveroom::Timestamp;
/// use std::time::Duration;
///
/// let start = Timestamp::from_secs(1_600_000_000);
/// assert_eq!((start + Duration::from_millis(25)).since(start), Duration::from_millis(25));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const ZERO: Self = Self(0);
    /// The last moment that can be said; a deadline that saturates here never comes.
    pub const MAX: Self = Self(u64::MAX);

    /// The latest that a group's clock shows, in the year 2262. A later time is read as this one, so
    /// that whatever a group sets ends before time does, and a wild clock can be moved back.
    pub const LATEST: Self = Self(u64::MAX / 2);
    /// The last deadline that comes. One that would only saturate to never is set here, so that it
    /// still moves with the clock.
    pub(crate) const LAST: Self = Self(u64::MAX - 1);

    /// The moment `nanos` nanoseconds after the Unix epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The moment `millis` milliseconds after the Unix epoch, saturating.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The moment `secs` seconds after the Unix epoch, saturating.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole seconds since the Unix epoch.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This moment, `span` earlier; saturates at the Unix epoch.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(span)))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MAX => f.write_str("the end of time"),
            Self(nanos) => write!(f, "{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000),
        }
    }
}

/// The nanoseconds of `span`, saturating: `Duration` reaches further than [`Timestamp`].
fn nanos(span: Duration) -> u64 {
    // Not through `as_nanos`, whose 128 bits cost more than all else where deadlines are compared.
    let whole = span.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(u64::from(span.subsec_nanos()))
}

/// A number of events a second, never zero.
///
/// ```
/// use liveroom::Rate;
/// use std::time::Duration;
///
/// let rate = Rate::per_second(40).expect("40 is not zero");
/// assert_eq!(rate.interval(), Duration::from_millis(25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(NonZeroU32);

impl Rate {
    /// `count` events a second; `None` for zero, which would be a closed door and not a rate.
    pub const fn per_second(count: u32) -> Option<Self> {
        match NonZeroU32::new(count) {
            Some(count) => Some(Self(count)),
            None => None,
        }
    }

    /// Events a second.
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// The time from one event to the next, rounded up so that the rate is never exceeded.
    pub const fn interval(self) -> Duration {
        Duration::from_nanos(1_000_000_000_u64.div_ceil(self.0.get() as u64))
    }
}

/// A move of the clock: what was due so long after `from` becomes due so long after `to`.
///
/// A [`Rebase`](crate::Command::Rebase) applies one to every open deadline of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    from: Timestamp,
    to: Timestamp,
}

impl Shift {
    pub(crate) fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Moves one deadline, saturating at both ends of time; one that never comes never comes.
    pub(crate) fn apply(self, deadline: &mut Timestamp) {
        if *deadline != Timestamp::MAX {
            let moved = i128::from(deadline.0) + i128::from(self.to.0) - i128::from(self.from.0);
            let bounded = moved.clamp(0, i128::from(Timestamp::LAST.0));
            *deadline = u64::try_from(bounded).map_or(Timestamp::LAST, Timestamp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_rounded_up_so_that_the_rate_holds() {
        let thirds = Rate::per_second(3).unwrap();
        assert_eq!(thirds.interval(), Duration::from_nanos(333_333_334));
        assert_eq!(Rate::per_second(0), None);
    }

    #[test]
    fn time_saturates_at_both_ends() {
        assert_eq!(Timestamp::MAX + Duration::from_secs(1), Timestamp::MAX);
        assert_eq!(Timestamp::from_secs(u64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::ZERO.since(Timestamp::MAX), Duration::ZERO);
        assert_eq!(Timestamp::from_secs(1).before(Duration::MAX), Timestamp::ZERO);
    }

    #[test]
    fn a_shift_moves_deadlines_both_ways_and_leaves_never_alone() {
        let (early, late) = (Timestamp::from_secs(10), Timestamp::from_secs(110));
        let mut deadline = Timestamp::from_secs(115);
        Shift::new(late, early).apply(&mut deadline);
        assert_eq!(deadline, Timestamp::from_secs(15));
        Shift::new(early, late).apply(&mut deadline);
        assert_eq!(deadline, Timestamp::from_secs(115));
        let mut never = Timestamp::MAX;
        Shift::new(late, early).apply(&mut never);
        assert_eq!(never, Timestamp::MAX);
        let mut gone = Timestamp::from_secs(1);
        Shift::new(late, early).apply(&mut gone);
        assert_eq!(gone, Timestamp::ZERO);
    }
}
