//! The one place of the crate where a clock is read: a helper for hosts.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// Unix time taken once, and monotonic time added: it never runs back, and never jumps when the
/// machine's clock is set.
///
/// ```
/// let clock = liveroom::Clock::new();
/// let first = clock.now();
/// assert!(clock.now() >= first);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    unix: Timestamp,
    start: Instant,
}

impl Clock {
    /// Reads Unix time, this once. A machine whose clock stands before 1970 counts from there.
    pub fn new() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { unix: Timestamp::ZERO + unix, start: Instant::now() }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.unix + self.start.elapsed()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
