//! When a batch is taken: at once for few, and a few times a second for very many.

use std::time::Duration;

use crate::time::Timestamp;

/// How long an audience waits from one sweep to the next, by its size.
///
/// The first entry after a pause is not kept waiting, nor is one of class High, nor what stands
/// before it. By default the wait is 250 ms for 100,000 members and more, as much less as there are
/// fewer, and none below 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tick {
    /// The wait for each member; what amounts to less than a millisecond is not waited for.
    /// Default 2.5 µs, for members who take more than one entry at little cost. A host that writes to a
    /// socket for each needs what a write takes, some 14 µs, divided by the cores that it has for
    /// writing: 25 µs keeps that to about half a core. See [the chapter on scale](crate::guide::scale).
    pub per_member: Duration,
    /// The longest wait. Default 250 ms, which a reader does not take for a stall.
    pub longest: Duration,
    /// How long after it a sweep is repeated for those who said "not now", if nothing else is due;
    /// at least a millisecond and the wait from one sweep to the next, because it gives everybody what
    /// there is. Default 250 ms.
    pub retry: Duration,
}

impl Tick {
    /// No wait, whatever the size.
    pub const NONE: Self = Self { longest: Duration::ZERO, ..Self::DEFAULT };

    const DEFAULT: Self = Self {
        per_member: Duration::from_nanos(2_500),
        longest: Duration::from_millis(250),
        retry: Duration::from_millis(250),
    };

    /// From one sweep to the next, for so many members.
    pub fn wait(&self, members: usize) -> Duration {
        let members = u32::try_from(members).unwrap_or(u32::MAX);
        let wait = self.per_member.saturating_mul(members).min(self.longest);
        if wait < Self::WORTH { Duration::ZERO } else { wait }
    }

    /// Hosts' timers are no finer.
    const WORTH: Duration = Duration::from_millis(1);
}

impl Default for Tick {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// When an audience is swept next, and when it was last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    tick: Tick,
    last: Option<Timestamp>,
    due: Option<Timestamp>,
}

impl Pace {
    pub(super) fn new(tick: Tick) -> Self {
        Self { tick, last: None, due: None }
    }

    pub(super) fn set_tick(&mut self, tick: Tick) {
        self.tick = tick;
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    pub(super) fn notify(&mut self, now: Timestamp, urgent: bool, members: usize) {
        let wait = if urgent { Duration::ZERO } else { self.tick.wait(members) };
        // Counted from the last sweep, so that nothing waits after a pause; and never longer than from
        // now, should the clock have been set back since.
        let next = self.last.map_or(now, |last| (last + wait).clamp(now, now + wait));
        self.schedule(next);
    }

    /// Sees to it that those who said "not now" are asked again, and hurries nobody else.
    pub(super) fn retry(&mut self, now: Timestamp, members: usize) {
        let wait = self.tick.retry.max(Tick::WORTH).max(self.tick.wait(members));
        self.schedule(now + wait);
    }

    /// Whether a sweep is due; if so, it happens now.
    pub(super) fn begin(&mut self, now: Timestamp) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            self.due = None;
            self.last = Some(now);
        }
        due
    }

    fn schedule(&mut self, next: Timestamp) {
        self.due = Some(self.due.map_or(next, |due| due.min(next)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Timestamp = Timestamp::from_millis;

    #[test]
    fn the_wait_grows_with_the_audience_to_a_quarter_of_a_second() {
        let tick = Tick::default();
        let table = [(0, 0), (399, 0), (400, 1), (40_000, 100), (100_000, 250), (usize::MAX, 250)];
        for (members, millis) in table {
            assert_eq!(tick.wait(members), Duration::from_millis(millis), "{members} members");
        }
        assert_eq!(Tick::NONE.wait(usize::MAX), Duration::ZERO);
    }

    #[test]
    fn only_what_follows_a_sweep_closely_waits() {
        let mut pace = Pace::new(Tick::default());
        pace.notify(MS(1_000), false, 40_000);
        assert_eq!(pace.due(), Some(MS(1_000)));
        assert!(pace.begin(MS(1_000)));
        assert_eq!(pace.due(), None);
        pace.notify(MS(1_030), false, 40_000);
        assert_eq!(pace.due(), Some(MS(1_100)));
        assert!(!pace.begin(MS(1_099)));
        pace.notify(MS(1_050), false, 80_000);
        assert_eq!(pace.due(), Some(MS(1_100)), "a later notice makes nobody wait longer");
        assert!(pace.begin(MS(1_100)));
        pace.notify(MS(5_000), false, 40_000);
        assert_eq!(pace.due(), Some(MS(5_000)));
    }

    #[test]
    fn an_urgent_entry_ends_the_wait() {
        let mut pace = Pace::new(Tick::default());
        pace.notify(MS(1_000), false, 100_000);
        assert!(pace.begin(MS(1_000)));
        pace.notify(MS(1_001), false, 100_000);
        pace.notify(MS(1_002), true, 100_000);
        assert_eq!(pace.due(), Some(MS(1_002)));
    }

    #[test]
    fn who_is_asked_again_does_not_shorten_the_wait_of_the_others() {
        let mut pace = Pace::new(Tick { retry: Duration::from_millis(5), ..Tick::default() });
        for (members, millis) in [(100, 5), (40_000, 100)] {
            assert!(pace.due().is_none_or(|due| pace.begin(due)));
            pace.retry(MS(1_000), members);
            assert_eq!(pace.due(), Some(MS(1_000 + millis)), "{members} members");
        }
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait_longer_than_a_tick() {
        let mut pace = Pace::new(Tick::default());
        pace.notify(MS(90_000), false, 100_000);
        assert!(pace.begin(MS(90_000)));
        pace.notify(MS(1_000), false, 100_000);
        assert_eq!(pace.due(), Some(MS(1_250)));
    }

    #[test]
    fn a_retry_is_never_at_once_and_puts_nothing_off() {
        let mut pace = Pace::new(Tick { retry: Duration::ZERO, ..Tick::default() });
        pace.retry(MS(10), 0);
        assert_eq!(pace.due(), Some(MS(11)));
        pace.notify(MS(10), true, 1);
        pace.retry(MS(10), 0);
        assert_eq!(pace.due(), Some(MS(10)));
    }
}
