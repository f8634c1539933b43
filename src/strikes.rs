//! How often each user was warned.
//!
//! Strikes belong to the user, as a mute does, and are forgotten together: so long after the last one as
//! the config said when it was given.
//!
//! Invariants: `ends` and `counts` name the same users, none of whom has no strike; `book` is `None`
//! exactly while nobody has one.

#![expect(clippy::indexing_slicing, reason = "whoever's strikes end has some")]

use std::{collections::HashMap, mem::size_of};

use serde::{Deserialize, Serialize};

use crate::{
    corrupt::Corrupt,
    deadlines::{Deadlines, Turn},
    hash::HashKey,
    id::UserId,
    space,
    time::{Shift, Timestamp},
};

/// The users who were warned.
#[derive(Clone, Debug)]
pub(crate) struct Strikes {
    key: HashKey,
    book: Option<Box<Book>>,
}

#[derive(Clone, Debug)]
struct Book {
    ends: Deadlines<UserId>,
    counts: HashMap<UserId, u32, HashKey>,
}

/// Everything to keep of [`Strikes`]: in the order in which they are forgotten, then in that in which
/// they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    struck: Vec<(UserId, u32, Timestamp)>,
}

impl Strikes {
    pub(crate) fn new(key: HashKey) -> Self {
        Self { key, book: None }
    }

    /// How many users have a strike.
    pub(crate) fn len(&self) -> u64 {
        self.book.as_ref().map_or(0, |book| book.ends.len() as u64)
    }

    /// How many strikes `user` has; those whose time has come at `now` are forgotten.
    pub(crate) fn count(&self, now: Timestamp, user: &UserId) -> u32 {
        self.book.as_ref().map_or(0, |book| match book.ends.get(user) {
            Some(Turn { until, .. }) if until > now || until == Timestamp::MAX => book.counts[user],
            _ => 0,
        })
    }

    /// All who have strikes, how many, and until when, those first who are forgotten first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&UserId, u32, Timestamp)> {
        self.book.iter().flat_map(|book| {
            book.ends.iter().map(|(user, turn)| (user, book.counts[user], turn.until))
        })
    }

    /// Gives `user` one more, and says how many that makes. All of theirs are forgotten at `until`.
    pub(crate) fn add(&mut self, user: &UserId, until: Timestamp) -> u32 {
        let key = self.key;
        let book = self.book.get_or_insert_with(|| Box::new(Book::new(key)));
        book.ends.set(user.clone(), until);
        let count = book.counts.entry(user.clone()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Takes all of a user's, and gives back how many there were.
    pub(crate) fn forgive(&mut self, user: &UserId) -> Option<u32> {
        let book = self.book.as_mut()?;
        book.ends.remove(user)?;
        let count = book.counts.remove(user);
        self.rest();
        count
    }

    /// When the first are forgotten.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.book.as_ref()?.ends.next_end()
    }

    /// Forgets those of the first user whose time has come.
    pub(crate) fn end_due(&mut self, now: Timestamp) -> Option<(UserId, u32)> {
        let book = self.book.as_mut()?;
        let (user, _) = book.ends.pop_due(now)?;
        let count = book.counts.remove(&user)?;
        self.rest();
        Some((user, count))
    }

    /// Moves every end with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(book) = &mut self.book {
            book.ends.shift(shift);
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.book.as_ref().map_or(0, |book| {
            size_of::<Book>()
                + book.ends.heap_bytes()
                + book.counts.capacity() * (size_of::<(UserId, u32)>() + 1)
        })
    }

    /// The most that takes who was warned, where that are at most so many.
    pub(crate) fn most_bytes(struck: u64) -> u64 {
        space::size::<Book>()
            + Deadlines::<UserId>::most_bytes(struck)
            + space::table::<(UserId, u32)>(struck)
            + struck * UserId::MOST_BESIDE
    }

    pub(crate) fn save(&self) -> Saved {
        let struck = self.iter().map(|(user, count, until)| (user.clone(), count, until));
        Saved { struck: struck.collect() }
    }

    pub(crate) fn restore(saved: Saved, key: HashKey) -> Result<Self, Corrupt> {
        if !saved.struck.is_sorted_by_key(|(_, _, until)| *until) {
            return Err(Corrupt("strikes are not in the order in which they are forgotten"));
        }
        if saved.struck.iter().any(|(_, count, _)| *count == 0) {
            return Err(Corrupt("no strike at all"));
        }
        let mut book = Book::new(key);
        let count = saved.struck.len() as u64;
        let struck = saved.struck.into_iter().zip(0..);
        let turns = struck.map(|((user, count, until), order)| {
            book.counts.insert(user.clone(), count);
            (user, Turn { until, order })
        });
        book.ends = Deadlines::restore(turns.collect::<Vec<_>>(), count, key)?;
        Ok(Self { key, book: (count > 0).then(|| Box::new(book)) })
    }

    fn rest(&mut self) {
        self.book.take_if(|book| book.ends.is_empty());
    }
}

impl Book {
    fn new(key: HashKey) -> Self {
        Self { ends: Deadlines::new(key), counts: HashMap::with_hasher(key) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    fn user(number: u8) -> UserId {
        UserId::new(&format!("u{number}")).unwrap()
    }

    #[test]
    fn each_strike_counts_and_the_last_one_keeps_them_all() {
        let mut strikes = Strikes::new(HashKey::new(1, 2));
        assert_eq!(strikes.add(&user(1), at(5)), 1);
        assert_eq!(strikes.add(&user(1), at(9)), 2);
        assert_eq!(strikes.count(at(8), &user(1)), 2);
        assert_eq!(strikes.count(at(9), &user(1)), 0);
        assert_eq!(strikes.end_due(at(8)), None);
        assert_eq!(strikes.end_due(at(9)), Some((user(1), 2)));
        assert_eq!(strikes.add(&user(1), at(20)), 1);
        assert_eq!(strikes.forgive(&user(1)), Some(1));
        assert_eq!((strikes.forgive(&user(1)), strikes.len(), strikes.heap_bytes()), (None, 0, 0));
    }

    #[test]
    fn what_does_not_hold_together_is_not_restored() {
        let restore = |struck| Strikes::restore(Saved { struck }, HashKey::default()).is_ok();
        assert!(restore(vec![(user(1), 1, at(4)), (user(2), u32::MAX, at(4))]));
        assert!(restore(vec![]));
        assert!(!restore(vec![(user(1), 1, at(5)), (user(2), 1, at(4))]));
        assert!(!restore(vec![(user(1), 1, at(4)), (user(1), 1, at(5))]));
        assert!(!restore(vec![(user(1), 0, at(4))]));
    }

    proptest! {
        #[test]
        fn strikes_do_what_a_map_does(
            steps in prop::collection::vec((0..5_u8, 0..4_u8, 1..12_u64), 0..60),
        ) {
            let mut strikes = Strikes::new(HashKey::new(1, 2));
            let (mut model, mut now) = (BTreeMap::<UserId, (u32, Timestamp)>::new(), at(100));
            for (what, who, when) in steps {
                let (who, until) = (user(who), now + at(when).since(at(0)));
                match what {
                    0 | 1 => {
                        let (count, end) = model.entry(who.clone()).or_insert((0, until));
                        (*count, *end) = (*count + 1, until);
                        prop_assert_eq!(strikes.add(&who, until), *count);
                    }
                    2 => prop_assert_eq!(strikes.forgive(&who), model.remove(&who).map(|it| it.0)),
                    3 => {
                        now += at(when).since(at(0)) / 2;
                        while let Some((user, count)) = strikes.end_due(now) {
                            let (known, end) = model.remove(&user).unwrap();
                            prop_assert!(known == count && end <= now);
                        }
                        prop_assert!(model.values().all(|(_, end)| *end > now));
                    }
                    _ => {
                        let to = at(90 + when);
                        let shift = Shift::new(now, to);
                        strikes.shift(shift);
                        model.values_mut().for_each(|(_, end)| shift.apply(end));
                        now = to;
                        strikes = Strikes::restore(strikes.save(), HashKey::new(when, 7)).unwrap();
                    }
                }
                prop_assert_eq!(strikes.len(), model.len() as u64);
                prop_assert_eq!(strikes.next_end(), model.values().map(|it| it.1).min());
                for number in 0..4 {
                    let known = model.get(&user(number)).map_or(0, |it| it.0);
                    prop_assert_eq!(strikes.count(now, &user(number)), known);
                }
            }
        }
    }
}
