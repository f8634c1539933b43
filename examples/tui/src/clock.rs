//! Virtual time: how fast the world's clock runs beside the one on the wall.
//!
//! The engine is a pure function of its commands and the time, so pause and slow motion are exact:
//! nothing happens between two looks that would not have happened at full speed.

use std::time::Duration;

use liveroom::Timestamp;

/// Virtual nanoseconds for so many real ones, and how that is called.
const PACES: [(u64, u64, &str); 6] = [
    (1, 1_000, "1/1000"),
    (1, 100, "1/100"),
    (1, 10, "1/10"),
    (1, 1, "1"),
    (10, 1, "10"),
    (60, 1, "60"),
];

/// Where [`PACES`] says real time.
const REAL: usize = 3;

/// What time it is in the world, and how fast it passes.
pub(crate) struct Clock {
    now: Timestamp,
    pace: usize,
    paused: bool,
    /// Real nanoseconds that were too few for a virtual one.
    rest: u64,
}

impl Clock {
    /// Runs from `now` on, as fast as real time.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { now, pace: REAL, paused: false, rest: 0 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused
    }

    /// How many times real time it runs.
    pub(crate) fn pace(&self) -> &'static str {
        PACES[self.pace].2
    }

    /// So much real time has passed; says what time it is now.
    pub(crate) fn pass(&mut self, real: Duration) -> Timestamp {
        if !self.paused {
            let (times, per, _) = PACES[self.pace];
            let nanos =
                u64::try_from(real.as_nanos()).unwrap_or(u64::MAX).saturating_add(self.rest);
            self.now += Duration::from_nanos((nanos / per).saturating_mul(times));
            self.rest = nanos % per;
        }
        self.now
    }

    pub(crate) fn pause(&mut self) {
        self.paused = !self.paused;
    }

    /// Goes to `to` at once and stays there.
    pub(crate) fn step(&mut self, to: Timestamp) {
        self.paused = true;
        self.rest = 0;
        self.now = self.now.max(to);
    }

    pub(crate) fn faster(&mut self) {
        self.set(self.pace + 1);
    }

    pub(crate) fn slower(&mut self) {
        self.set(self.pace.saturating_sub(1));
    }

    fn set(&mut self, pace: usize) {
        self.pace = pace.min(PACES.len() - 1);
        self.rest = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_motion_loses_no_nanosecond() {
        let start = Timestamp::from_secs(1_000);
        let mut clock = Clock::new(start);
        clock.slower();
        clock.slower();
        assert_eq!(clock.pace(), "1/100");
        for _ in 0..100 {
            clock.pass(Duration::from_nanos(33));
        }
        assert_eq!(clock.now().since(start), Duration::from_nanos(33));
    }

    #[test]
    fn a_paused_clock_moves_only_by_steps() {
        let start = Timestamp::from_secs(1_000);
        let mut clock = Clock::new(start);
        clock.pause();
        assert_eq!(clock.pass(Duration::from_secs(9)), start);
        let later = start + Duration::from_millis(5);
        clock.step(later);
        assert!(clock.is_paused() && clock.now() == later);
        clock.pause();
        clock.faster();
        assert_eq!(clock.pass(Duration::from_millis(2)), later + Duration::from_millis(20));
    }
}
