//! How long deliveries of each priority had waited.
//!
//! Bound: [`KEPT`] waits of each priority between two readings; more are counted, and not measured.

use std::time::Duration;

use liveroom::{PerPriority, Priority};

use crate::protocol::panel::{WireWait, WireWaits};

/// Twice what the fastest room that we tried delivers in half a second.
const KEPT: usize = 8_192;

/// The waits since the last reading.
#[derive(Debug, Default)]
pub(super) struct Waits(PerPriority<Lane>);

#[derive(Clone, Debug, Default)]
struct Lane {
    n: u64,
    waits: Vec<u64>,
}

impl Waits {
    pub(super) fn count(&mut self, priority: Priority, wait: Duration) {
        let lane = &mut self.0[priority];
        lane.n += 1;
        if lane.waits.len() < KEPT {
            lane.waits.push(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// What was counted; it begins anew.
    pub(super) fn take(&mut self) -> WireWaits {
        let [high, normal, low, lowest] = std::mem::take(&mut self.0).0;
        WireWaits { high: high.sum(), normal: normal.sum(), low: low.sum(), lowest: lowest.sum() }
    }
}

impl Lane {
    fn sum(self) -> Option<WireWait> {
        let Self { n, mut waits } = self;
        waits.sort_unstable();
        let max = *waits.last()?;
        // The smallest wait that so many of a hundred do not exceed.
        let rank = |percent: usize| waits[(waits.len() * percent).div_ceil(100) - 1];
        Some(WireWait { n, p50: rank(50), p99: rank(99), max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nearly_all_of_the_waits_are_told() {
        let mut waits = Waits::default();
        for wait in (1..=200).rev() {
            waits.count(Priority::Normal, Duration::from_millis(wait));
        }
        waits.count(Priority::High, Duration::from_micros(400));
        let taken = waits.take();
        assert_eq!(taken.normal, Some(WireWait { n: 200, p50: 100, p99: 198, max: 200 }));
        assert_eq!(taken.high, Some(WireWait { n: 1, p50: 0, p99: 0, max: 0 }));
        assert_eq!((taken.low, waits.take().normal), (None, None));
    }

    #[test]
    fn a_flood_is_counted_in_full_and_kept_in_part() {
        let mut waits = Waits::default();
        (0..KEPT + 100).for_each(|_| waits.count(Priority::Low, Duration::ZERO));
        assert_eq!(waits.0[Priority::Low].waits.len(), KEPT);
        assert_eq!(waits.take().low.unwrap().n, KEPT as u64 + 100);
    }
}
