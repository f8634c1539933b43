//! The totals of the last two minutes, second by second, so that whoever begins to watch has a past to look at.
//!
//! They are kept while nobody watches too. Bound: [`SECONDS`] samples.

use std::{collections::VecDeque, time::Duration};

use liveroom::{Stats, Timestamp};

use crate::protocol::{
    host::HostFrame,
    panel::{WireFlows, WireTotals, by_code},
};

/// As many as the panel's chart shows, and the one before them.
const SECONDS: usize = 121;
const EVERY: Duration = Duration::from_secs(1);

/// What was counted at each of the last seconds, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Totals {
    kept: VecDeque<(Timestamp, Stats)>,
    next: Timestamp,
}

impl Totals {
    /// Takes a sample, if it is time for one.
    pub(super) fn step(&mut self, now: Timestamp, stats: impl FnOnce() -> Stats) {
        if now < self.next {
            return;
        }
        self.next = now + EVERY;
        if self.kept.len() == SECONDS {
            self.kept.pop_front();
        }
        self.kept.push_back((now, stats()));
    }

    /// All of it, for one who begins to watch.
    pub(super) fn told(&self) -> HostFrame<'static> {
        let totals = self.kept.iter().map(|(at, stats)| WireTotals {
            now: at.as_millis(),
            refused: by_code(&stats.refused),
            flow: WireFlows::of(&stats.flow),
        });
        HostFrame::Past { totals: totals.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_one_sample_and_two_minutes_are_kept() {
        let mut totals = Totals::default();
        for half in 0..600 {
            totals.step(Timestamp::from_millis(500 * half), Stats::default);
        }
        let HostFrame::Past { totals } = totals.told() else { panic!("it tells the past") };
        let at = |place: usize| totals[place].now;
        assert_eq!((totals.len(), at(0), at(SECONDS - 1)), (SECONDS, 179_000, 299_000));
    }
}
