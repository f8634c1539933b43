//! Whether the fan-out thread still steps.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use liveroom::Timestamp;

/// "Within 5 s": it steps at least once a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// When the fan-out thread last stepped.
#[derive(Debug)]
pub(crate) struct Pulse(AtomicU64);

impl Pulse {
    /// A thread that is about to begin.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(AtomicU64::new(now.as_nanos()))
    }

    pub(crate) fn beat(&self, now: Timestamp) {
        self.0.store(now.as_nanos(), Relaxed);
    }

    pub(crate) fn is_felt(&self, now: Timestamp) -> bool {
        now.since(Timestamp::from_nanos(self.0.load(Relaxed))) < PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_has_not_stepped_for_5_seconds_is_missed() {
        let secs = Timestamp::from_secs;
        let pulse = Pulse::new(secs(10));
        assert!(pulse.is_felt(secs(14)));
        assert!(!pulse.is_felt(secs(15)));
        pulse.beat(secs(15));
        assert!(pulse.is_felt(secs(15)));
    }
}
