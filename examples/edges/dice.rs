//! Numbers that follow from one.

use std::time::Duration;

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    /// Whether that happens which happens once in `often`, or never if that is 0.
    pub(crate) fn once_in(&mut self, often: u64) -> bool {
        often > 0 && self.roll(often) == 0
    }

    /// A time that is `mean` in the mean and now and then many times as long, as times between calls are.
    pub(crate) fn wait(&mut self, mean: u64) -> u64 {
        // As many halvings as zeros lead, and a part of one: the logarithm to base 2, in 1,024ths.
        let bits = self.next() | 1;
        let zeros = u64::from(bits.leading_zeros());
        let rest = (bits << zeros << 1) >> 54;
        let halvings = (zeros << 10) + (1_023 - rest);
        // The mean of that is one and a half.
        mean.saturating_mul(halvings) / 1_536
    }

    /// From one call to the next, where there are so many in a second.
    pub(crate) fn gap(&mut self, a_second: u64) -> u64 {
        self.wait(nanos(Duration::from_secs(1)) / a_second.max(1))
    }
}

pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
