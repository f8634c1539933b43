//! What was sent by a mark of its sender's, so that the same again is known for what it is.
//!
//! Bounds: [`DUPLICATE`], and [`REMEMBERED`] marks, past which the oldest is forgotten.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use liveroom::Timestamp;

/// "The same sender and `Random` within 5 minutes is a duplicate".
const DUPLICATE: Duration = Duration::from_mins(5);
/// Marks that are remembered for it.
const REMEMBERED: usize = 16_384;

/// Marks of late, each with the number that was given for it.
///
/// Invariant: both parts name the same marks.
#[derive(Debug)]
pub(super) struct Once<M> {
    given: BTreeMap<M, u64>,
    order: VecDeque<(Timestamp, M)>,
}

impl<M> Default for Once<M> {
    fn default() -> Self {
        Self { given: BTreeMap::new(), order: VecDeque::new() }
    }
}

impl<M: Ord + Clone> Once<M> {
    /// The number of a mark that was kept a while ago.
    pub(super) fn number(&mut self, now: Timestamp, mark: &M) -> Option<u64> {
        while let Some((_, over)) = self.order.pop_front_if(|(at, _)| now.since(*at) >= DUPLICATE) {
            self.given.remove(&over);
        }
        self.given.get(mark).copied()
    }

    /// Keeps a mark that is new, with its number.
    pub(super) fn keep(&mut self, now: Timestamp, mark: M, number: u64) {
        if self.order.len() >= REMEMBERED
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.given.remove(&oldest);
        }
        if self.given.insert(mark.clone(), number).is_none() {
            self.order.push_back((now, mark));
        }
    }

    /// Forgets all but some.
    pub(super) fn retain(&mut self, keep: impl Fn(&M) -> bool) {
        self.given.retain(|mark, _| keep(mark));
        self.order.retain(|(_, mark)| keep(mark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);

    #[test]
    fn a_mark_is_known_for_five_minutes_after_it_was_new() {
        let mut once = Once::default();
        assert_eq!(once.number(NOW, &"a"), None);
        once.keep(NOW, "a", 7);
        once.keep(NOW + DUPLICATE / 2, "b", 8);
        let last = NOW + (DUPLICATE - Duration::from_millis(1));
        assert_eq!([once.number(last, &"a"), once.number(last, &"b")], [Some(7), Some(8)]);
        let now = NOW + DUPLICATE;
        assert_eq!([once.number(now, &"a"), once.number(now, &"b")], [None, Some(8)]);
        once.retain(|mark| *mark != "b");
        assert!(once.given.is_empty() && once.order.is_empty());
    }

    #[test]
    fn past_so_many_marks_the_oldest_is_forgotten() {
        let mut once = Once::default();
        for mark in 0..=REMEMBERED {
            once.keep(NOW, mark, 0);
        }
        assert_eq!((once.given.len(), once.order.len()), (REMEMBERED, REMEMBERED));
        assert_eq!([once.number(NOW, &0), once.number(NOW, &1)], [None, Some(0)]);
    }
}
