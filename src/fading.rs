//! Things that lose their meaning by themselves, each at a time of its own.
//!
//! A pause that is over, a bucket that is full again, a text that may be said again: each is then as if
//! it had never been. What is over goes as the next thing comes, so that no more is kept than means
//! something, and never more than [`Fading::MOST`]: past it the one goes that is over first, and whoever
//! looks here allows what they would have refused.
//!
//! Invariant: `by_key` and `ends` name the same things, each with the same end.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::size_of,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    bucket::Bucket,
    corrupt::Corrupt,
    space,
    time::{Shift, Timestamp},
};

/// Something that is over at some time, and then as if it had never been.
pub(crate) trait Fade: Copy {
    /// When it is over.
    fn ends(&self) -> Timestamp;

    /// Moves it with the clock.
    fn shift(&mut self, shift: Shift);

    /// Itself, if some config can have led to it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn checked(self) -> Result<Self, Corrupt>;
}

/// The time after something was done, in which it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Lull {
    since: Timestamp,
    length: Duration,
}

impl Lull {
    pub(crate) fn new(since: Timestamp, length: Duration) -> Self {
        Self { since, length }
    }

    pub(crate) fn since(self) -> Timestamp {
        self.since
    }

    /// Whether it began as late and lasts longer.
    pub(crate) fn outlasts(self, other: Self) -> bool {
        self.since == other.since && self.length > other.length
    }

    /// When it is over, if it is to be no longer than `most`: a shorter rule counts at once, a longer
    /// one from the next time on.
    pub(crate) fn until(self, most: Duration) -> Timestamp {
        self.since + self.length.min(most)
    }
}

impl Fade for Lull {
    fn ends(&self) -> Timestamp {
        self.since + self.length
    }

    fn shift(&mut self, shift: Shift) {
        shift.apply(&mut self.since);
    }

    fn checked(self) -> Result<Self, Corrupt> {
        if self.length.is_zero() || self.length > bounds::LONGEST_PAUSE {
            return Err(Corrupt("a pause that no config allows"));
        }
        Ok(self)
    }
}

impl Fade for Bucket {
    fn ends(&self) -> Timestamp {
        self.full(Timestamp::ZERO)
    }

    fn shift(&mut self, shift: Shift) {
        Self::shift(self, shift);
    }

    fn checked(self) -> Result<Self, Corrupt> {
        Self::checked(self)
    }
}

/// The things, each under its key.
#[derive(Clone, Debug)]
pub(crate) struct Fading<K, V> {
    by_key: BTreeMap<K, V>,
    ends: BTreeSet<(Timestamp, K)>,
}

impl<K, V> Default for Fading<K, V> {
    fn default() -> Self {
        Self { by_key: BTreeMap::new(), ends: BTreeSet::new() }
    }
}

impl<K: Clone + Ord, V: Fade> Fading<K, V> {
    /// Things that are kept at most: as many as users may be muted, by default.
    pub(crate) const MOST: usize = 100_000;

    pub(crate) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.by_key.get(key).copied()
    }

    /// Puts something in the place of what was there.
    pub(crate) fn set(&mut self, now: Timestamp, key: K, value: V) {
        self.remove(&key);
        while self.ends.first().is_some_and(|&(end, _)| end <= now) || self.len() >= Self::MOST {
            let Some((_, first)) = self.ends.pop_first() else { break };
            self.by_key.remove(&first);
        }
        self.ends.insert((value.ends(), key.clone()));
        self.by_key.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &K) {
        if let Some((key, value)) = self.by_key.remove_entry(key) {
            self.ends.remove(&(value.ends(), key));
        }
    }

    /// Moves everything with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.ends.clear();
        for (key, value) in &mut self.by_key {
            value.shift(shift);
            self.ends.insert((value.ends(), key.clone()));
        }
    }

    /// About the bytes on the heap, where a key has so many beside itself.
    pub(crate) fn heap_bytes(&self, beside: usize) -> usize {
        let each = size_of::<(K, V)>() + size_of::<(Timestamp, K)>();
        // The nodes of the trees are between half full and full.
        self.len() * (each * 3 / 2 + beside)
    }

    /// The most that it ever takes, where a key has at most so many beside itself.
    pub(crate) fn most_bytes(beside: u64) -> u64 {
        let most = Self::MOST as u64;
        space::tree::<(K, V)>(most) + space::tree::<(Timestamp, K)>(most) + most * beside
    }

    /// In the order of the keys.
    pub(crate) fn save(&self) -> Vec<(K, V)> {
        self.by_key.iter().map(|(key, &value)| (key.clone(), value)).collect()
    }

    /// # Errors
    /// What does not hold together: nothing saved this.
    pub(crate) fn restore(saved: Vec<(K, V)>) -> Result<Self, Corrupt> {
        if saved.len() > Self::MOST {
            return Err(Corrupt("more that fades than is kept"));
        }
        if !saved.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("what fades is out of order"));
        }
        let mut fading = Self::default();
        for (key, value) in saved {
            let value = value.checked()?;
            fading.ends.insert((value.ends(), key.clone()));
            fading.by_key.insert(key, value);
        }
        Ok(fading)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secs(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn lull(since: u64, length: u64) -> Lull {
        Lull::new(secs(since), Duration::from_secs(length))
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut fading = Fading::default();
        for n in 0..1_000_u64 {
            fading.set(secs(n), n, lull(n, 10));
            assert!(fading.len() <= 10);
        }
        fading.set(secs(2_000), 0, lull(2_000, 10));
        assert_eq!(fading.len(), 1);
        fading.remove(&0);
        assert!(fading.is_empty() && fading.ends.is_empty());
    }

    #[test]
    fn past_100000_the_one_that_is_over_first_is_forgotten() {
        let mut fading = Fading::default();
        (0..100_000_u64).for_each(|n| fading.set(secs(0), n, lull(n, 86_400)));
        fading.set(secs(0), 5, lull(200_000, 86_400));
        assert_eq!(fading.len(), 100_000, "the same one again takes no place more");
        fading.set(secs(0), 100_000, lull(0, 86_400));
        assert_eq!(fading.len(), 100_000);
        let known = |n| fading.get(&n).is_some();
        assert!(!known(0) && known(1) && known(5) && known(100_000));
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let of = |n: u64, length| (n, lull(1, length));
        assert!(Fading::restore(vec![of(1, 1), of(2, 86_400)]).is_ok());
        for broken in [
            vec![of(2, 1), of(1, 1)],
            vec![of(1, 1), of(1, 1)],
            vec![of(1, 0)],
            vec![of(1, 86_401)],
            (0..100_001).map(|n| of(n, 1)).collect(),
        ] {
            assert!(Fading::restore(broken).is_err());
        }
        let mut closed = Bucket::default();
        Bucket::shift(&mut closed, Shift::new(secs(0), secs(9)));
        assert!(Fading::restore(vec![(1_u64, closed)]).is_ok());
    }

    proptest! {
        #[test]
        fn forgetting_is_not_noticed(
            steps in prop::collection::vec((0..4_u64, 0..4_u64, 1..12_u64, any::<bool>()), 0..80),
        ) {
            let (mut fading, mut model, mut now) = (Fading::default(), BTreeMap::new(), secs(100));
            for (step, n, length, sets) in steps {
                now += Duration::from_secs(step);
                for n in 0..4 {
                    let meant = |lull: Option<Lull>| lull.filter(|lull| lull.ends() > now);
                    prop_assert_eq!(meant(fading.get(&n)), meant(model.get(&n).copied()));
                }
                if sets {
                    let lull = Lull::new(now, Duration::from_secs(length));
                    fading.set(now, n, lull);
                    model.insert(n, lull);
                } else if n == 0 {
                    let shift = Shift::new(now, now.before(Duration::from_secs(length)));
                    shift.apply(&mut now);
                    fading.shift(shift);
                    model.values_mut().for_each(|lull| Fade::shift(lull, shift));
                }
                let saved = fading.save();
                let restored = Fading::restore(saved.clone()).unwrap();
                prop_assert_eq!(restored.save(), saved);
                // Not always: restoring would mend what was not kept in order.
                if step == 0 {
                    fading = restored;
                }
            }
        }
    }
}
