//! What time it is in a house: as its clock says, or as it is told.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use liveroom::{Clock, Timestamp};

#[derive(Debug)]
pub(crate) enum Hours {
    Run(Clock),
    /// Time stands still until it is moved; in nanoseconds.
    Told(AtomicU64),
}

impl Hours {
    /// By the machine's clock.
    pub(crate) fn running() -> Self {
        Self::Run(Clock::new())
    }

    /// Always this moment, until it is moved.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self::Told(AtomicU64::new(now.as_nanos()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Run(clock) => clock.now(),
            Self::Told(nanos) => Timestamp::from_nanos(nanos.load(Relaxed)),
        }
    }

    /// Moves a time that is told on; one that runs goes on by itself.
    pub(crate) fn pass(&self, span: Duration) {
        if let Self::Told(nanos) = self {
            nanos.store((self.now() + span).as_nanos(), Relaxed);
        }
    }
}
