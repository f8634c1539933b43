//! Likes and follows, counted at once and told now and then: the modelled service's guide, FAQ 6.
//!
//! Invariant: `due` is set exactly while something was counted that was not told.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    corrupt::Corrupt,
    entry::ProfileChanges,
    message::Kind,
    time::{Shift, Timestamp},
};

/// All likes and follows of a group so far, saturating at the end of `u64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Totals {
    /// Messages of [`Kind::Like`] that passed rules, filter and decision.
    pub likes: u64,
    /// Messages of [`Kind::Follow`] that did.
    pub follows: u64,
}

/// What was counted, and what of it was told. Nothing is allocated before the first like.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Option<Box<Saved>>);

/// Everything that decides what a tally tells next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    totals: Totals,
    told: Totals,
    due: Option<Timestamp>,
}

impl Tally {
    /// Whether messages of this kind are counted.
    pub(crate) fn counts(kind: Kind) -> bool {
        matches!(kind, Kind::Like | Kind::Follow)
    }

    /// Counts a message, if it is a like or follow. The first one not yet told starts a timer.
    pub(crate) fn count(&mut self, now: Timestamp, kind: Kind, interval: Duration) {
        if !Self::counts(kind) {
            return;
        }
        let it = self.0.get_or_insert_with(Box::default);
        let count = if kind == Kind::Like { &mut it.totals.likes } else { &mut it.totals.follows };
        *count = count.saturating_add(1);
        if it.totals != it.told && it.due.is_none() {
            it.due = Some((now + interval).min(Timestamp::LAST));
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        self.0.as_ref().map_or_else(Totals::default, |it| it.totals)
    }

    /// What the next flush tells: the totals that changed since the last one.
    fn news(&self) -> ProfileChanges {
        let Saved { totals, told, due: _ } = self.save();
        ProfileChanges {
            likes: (totals.likes != told.likes).then_some(totals.likes),
            follows: (totals.follows != told.follows).then_some(totals.follows),
            ..ProfileChanges::default()
        }
    }

    /// When the timer ends, if something is yet to be told.
    pub(crate) fn next_flush(&self) -> Option<Timestamp> {
        self.0.as_ref()?.due
    }

    /// What is to be told, once the timer has ended.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<ProfileChanges> {
        self.next_flush().filter(|&due| due <= now)?;
        self.flush()
    }

    /// What is to be told, if something is; the timer goes with it.
    pub(crate) fn flush(&mut self) -> Option<ProfileChanges> {
        let news = self.news();
        let it = self.0.as_mut()?;
        it.due.take()?;
        it.told = it.totals;
        Some(news)
    }

    /// Whether nothing was ever counted.
    pub(crate) fn is_new(&self) -> bool {
        self.0.is_none()
    }

    /// Moves the timer with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(due) = self.0.as_mut().and_then(|it| it.due.as_mut()) {
            shift.apply(due);
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |_| size_of::<Saved>())
    }

    pub(crate) fn save(&self) -> Saved {
        self.0.as_deref().copied().unwrap_or_default()
    }

    /// # Errors
    /// What does not hold together: no tally saved this.
    pub(crate) fn restore(saved: Saved) -> Result<Self, Corrupt> {
        let Saved { totals, told, due } = saved;
        if told.likes > totals.likes || told.follows > totals.follows {
            return Err(Corrupt("tally: more was told than counted"));
        }
        if due.is_some() != (totals != told) {
            return Err(Corrupt(
                "tally: a timer without something to tell, or the other way round",
            ));
        }
        if due.is_some_and(|due| due > Timestamp::LAST) {
            return Err(Corrupt("tally: a timer that never ends"));
        }
        Ok(Self((saved != Saved::default()).then(|| Box::new(saved))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOUR: Duration = Duration::from_secs(4);

    fn secs(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn the_first_like_not_yet_told_starts_the_timer() {
        let mut tally = Tally::default();
        tally.count(secs(10), Kind::Gift, FOUR);
        assert_eq!((tally.next_flush(), tally.heap_bytes()), (None, 0));
        tally.count(secs(10), Kind::Like, FOUR);
        tally.count(secs(12), Kind::Like, FOUR);
        tally.count(secs(13), Kind::Follow, FOUR);
        assert_eq!(tally.next_flush(), Some(secs(14)));
        assert_eq!(tally.take_due(secs(13)), None);
        let told = tally.take_due(secs(14)).unwrap();
        assert_eq!((told.likes, told.follows), (Some(2), Some(1)));
        assert_eq!((tally.next_flush(), tally.flush()), (None, None));
        tally.count(secs(20), Kind::Like, FOUR);
        assert_eq!(tally.next_flush(), Some(secs(24)));
    }

    #[test]
    fn the_news_is_what_changed_since_it_was_told() {
        let mut tally = Tally::default();
        assert_eq!(tally.news(), ProfileChanges::default());
        tally.count(secs(1), Kind::Follow, FOUR);
        assert_eq!((tally.news().likes, tally.news().follows), (None, Some(1)));
        tally.flush();
        tally.count(secs(1), Kind::Like, FOUR);
        assert_eq!((tally.news().likes, tally.news().follows), (Some(1), None));
    }

    #[test]
    fn a_full_count_stays_full_and_tells_nothing_new() {
        let full = Totals { likes: u64::MAX, follows: 0 };
        let mut tally = Tally::restore(Saved { totals: full, told: full, due: None }).unwrap();
        tally.count(secs(1), Kind::Like, FOUR);
        assert_eq!((tally.totals(), tally.next_flush()), (full, None));
    }

    #[test]
    fn a_timer_at_the_end_of_time_moves_with_the_clock() {
        let mut tally = Tally::default();
        let wild = Timestamp::MAX.before(Duration::from_secs(1));
        tally.count(wild, Kind::Like, FOUR);
        tally.shift(Shift::new(wild, secs(100)));
        assert!(tally.take_due(secs(101)).is_some());
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let (none, one) = (Totals::default(), Totals { likes: 1, follows: 1 });
        let due = Some(secs(1));
        assert!(Tally::restore(Saved { totals: one, told: none, due }).is_ok());
        for broken in [
            Saved { totals: none, told: one, due },
            Saved { totals: one, told: Totals { follows: 2, ..one }, due },
            Saved { totals: one, told: one, due },
            Saved { totals: one, told: none, due: None },
            Saved { totals: one, told: none, due: Some(Timestamp::MAX) },
        ] {
            assert!(Tally::restore(broken).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_like_is_counted_and_told_within_the_interval(
            steps in prop::collection::vec((0..3_u64, 0..3_usize), 0..80),
        ) {
            let (mut tally, mut likes, mut follows, mut now) = (Tally::default(), 0, 0, secs(0));
            // When the first like or follow was counted that has not been told.
            let mut since = None;
            for (pause, kind) in steps {
                now += Duration::from_secs(pause);
                let due = since.filter(|&since| now >= since + FOUR);
                let news = tally.news();
                prop_assert_eq!(tally.next_flush(), since.map(|since| since + FOUR));
                prop_assert_eq!(tally.take_due(now), due.map(|_| news));
                since = since.filter(|_| due.is_none());
                let kind = [Kind::Like, Kind::Follow, Kind::Text][kind];
                tally.count(now, kind, FOUR);
                likes += u64::from(kind == Kind::Like);
                follows += u64::from(kind == Kind::Follow);
                if kind != Kind::Text {
                    since = since.or(Some(now));
                }
                prop_assert_eq!(tally.totals(), Totals { likes, follows });
                let saved = tally.save();
                let restored = Tally::restore(saved).unwrap();
                prop_assert_eq!(restored.save(), saved);
                if pause == 0 {
                    tally = restored;
                }
            }
        }
    }
}
