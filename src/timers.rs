//! When which group wants to be advanced: one queue over many groups.
//!
//! Groups are named by their dense index in the engine. A group without a timer costs one number and
//! is never looked at.
//!
//! Why a tree: groups that release in turn leave it at the front and come back at the end, which stay in
//! the caches. A heap in which each timer knows its place took up to twice as long with 100,000 groups. The tree
//! is a tenth of what a release costs (`cargo bench -p benches -- timers`); a wheel could save no more than
//! that, and knows the next deadline only roughly.
//!
//! Invariant: `due` holds exactly those indices whose place in `at` is not [`Timestamp::MAX`], which
//! stands for no timer: that moment never comes.

#![expect(
    clippy::indexing_slicing,
    reason = "there is a place for each timer, made before it is set"
)]

use std::collections::BTreeSet;

use crate::time::Timestamp;

/// At most one timer for each of many groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    at: Vec<Timestamp>,
    due: BTreeSet<(Timestamp, u32)>,
}

impl Timers {
    /// Sets a group's timer, in place of the one it had, or stops it.
    pub(crate) fn set(&mut self, index: u32, at: Option<Timestamp>) {
        let new = at.unwrap_or(Timestamp::MAX);
        let place = index as usize;
        if place >= self.at.len() {
            if new == Timestamp::MAX {
                return;
            }
            self.at.resize(place + 1, Timestamp::MAX);
        }
        let old = std::mem::replace(&mut self.at[place], new);
        // Most commands leave their group's next deadline where it was.
        if old == new {
            return;
        }
        if old != Timestamp::MAX {
            self.due.remove(&(old, index));
        }
        if new != Timestamp::MAX {
            self.due.insert((new, index));
        }
    }

    /// When the next timer ends.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|&(at, _)| at)
    }

    /// Roughly the bytes that they hold.
    pub(crate) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeSet` is filled to about two thirds.
        self.at.capacity() * size_of::<Timestamp>()
            + self.due.len() * size_of::<(Timestamp, u32)>() * 3 / 2
    }

    /// A group whose timer has ended, the earliest first, of several the lowest index. The timer is
    /// thereby stopped.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<u32> {
        let &(_, index) = self.due.first().filter(|&&(at, _)| at <= now)?;
        self.set(index, None);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn ms(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn timers_end_earliest_first_and_ties_by_index() {
        let mut timers = Timers::default();
        for (index, at) in [(7, 20), (3, 10), (5, 20), (1, 30)] {
            timers.set(index, Some(ms(at)));
        }
        assert_eq!(timers.next(), Some(ms(10)));
        assert_eq!(timers.pop_due(ms(9)), None);
        let ended: Vec<u32> = std::iter::from_fn(|| timers.pop_due(ms(20))).collect();
        assert_eq!(ended, [3, 5, 7]);
        assert_eq!(timers.next(), Some(ms(30)));
    }

    #[test]
    fn a_timer_that_never_ends_is_none() {
        let mut timers = Timers::default();
        timers.set(0, Some(Timestamp::MAX));
        assert_eq!(timers.next(), None);
        assert_eq!(timers.pop_due(Timestamp::MAX), None);
    }

    #[test]
    fn groups_without_a_timer_cost_nothing() {
        let mut timers = Timers::default();
        timers.set(1_000_000, None);
        assert_eq!((timers.at.capacity(), timers.heap_bytes()), (0, 0));
        timers.set(3, Some(ms(10)));
        let one = timers.heap_bytes();
        timers.set(1_000_000, None);
        assert_eq!(timers.heap_bytes(), one);
    }

    proptest! {
        #[test]
        fn timers_answer_like_a_map(
            steps in prop::collection::vec((0..8_u32, 0..20_u64, 0..3_u8), 0..80),
        ) {
            let (mut timers, mut model) = (Timers::default(), BTreeMap::new());
            for (index, at, step) in steps {
                match step {
                    0 => {
                        timers.set(index, Some(ms(at)));
                        model.insert(index, ms(at));
                    }
                    1 => {
                        timers.set(index, None);
                        model.remove(&index);
                    }
                    _ => {
                        let due = model.iter().filter(|&(_, &due)| due <= ms(at));
                        let due = due.min_by_key(|&(_, &due)| due).map(|(&index, _)| index);
                        prop_assert_eq!(timers.pop_due(ms(at)), due);
                        due.map(|index| model.remove(&index));
                    }
                }
                prop_assert_eq!(timers.next(), model.values().min().copied());
            }
        }
    }
}
