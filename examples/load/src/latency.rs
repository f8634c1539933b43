//! How long it took from the time a message was to be sent to the time a client had read it.

use hdrhistogram::Histogram;

use crate::{class::Class, schedule::Nanos};

/// Two minutes: a host that keeps somebody waiting for longer has lost them.
const LONGEST: u64 = 120_000_000_000;

/// Latencies of one priority each.
pub type Latencies = [Latency; Class::PRIORITIES.len()];

/// A distribution of times, exact to a thousandth.
#[derive(Clone, Debug)]
pub struct Latency(Histogram<u32>);

impl Default for Latency {
    fn default() -> Self {
        // A microsecond is told from the next.
        Self(Histogram::new_with_bounds(1_000, LONGEST, 3).expect("the bounds are in order"))
    }
}

impl Latency {
    /// Notes one time.
    pub fn note(&mut self, nanos: Nanos) {
        self.0.saturating_record(nanos);
    }

    /// Adds those of another.
    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("all have the same bounds");
    }

    /// How many were noted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time within which such a share lies, in milliseconds; `None` where nothing was noted.
    pub fn millis(&self, share: f64) -> Option<f64> {
        (!self.0.is_empty()).then(|| self.0.value_at_quantile(share) as f64 / 1e6)
    }
}

/// The latencies of all priorities together.
pub fn together(latencies: &Latencies) -> Latency {
    latencies.iter().fold(Latency::default(), |mut all, latency| {
        all.add(latency);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_what_was_noted() {
        let mut latency = Latency::default();
        assert_eq!(latency.millis(0.5), None);
        for millis in 1..=1_000 {
            latency.note(millis * 1_000_000);
        }
        for (share, millis) in [(0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1_000.0)] {
            let found = latency.millis(share).unwrap();
            assert!((found - millis).abs() <= millis / 1_000.0, "{share}: {found}");
        }
    }

    #[test]
    fn priorities_are_apart_and_can_be_put_together() {
        let mut latencies = Latencies::default();
        latencies[Class::High as usize].note(1_000_000);
        latencies[Class::Low as usize].note(200_000_000);
        assert_eq!(latencies[Class::High as usize].millis(1.0).map(f64::round), Some(1.0));
        let all = together(&latencies);
        assert_eq!((all.count(), all.millis(1.0).map(f64::round)), (2, Some(200.0)));
    }

    #[test]
    fn what_takes_for_ever_is_not_lost() {
        let mut latency = Latency::default();
        latency.note(u64::MAX);
        assert_eq!(latency.count(), 1);
        assert!(latency.millis(1.0).unwrap() >= 120_000.0);
    }
}
