//! Things that each end at a time of their own, the earliest first.
//!
//! A mute, a ban and the grace of a lost connection are kept by the same machine. What ends at
//! [`Timestamp::MAX`] never ends.
//!
//! Invariant: `due` and `turns` name the same things, each with the same turn.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    mem::{self, size_of},
};

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    corrupt::Corrupt,
    hash::HashKey,
    index::shrink,
    space,
    time::{Shift, Timestamp},
};

/// When something ends, and in which place among what ends at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Turn {
    pub(crate) until: Timestamp,
    /// Counted up as they are set.
    pub(crate) order: u64,
}

/// The things and their ends.
#[derive(Clone, Debug)]
pub(crate) struct Deadlines<K> {
    turns: HashMap<K, Turn, HashKey>,
    due: BTreeMap<Turn, K>,
    /// The order of what is set next; 0 while nothing is set, so that equal states look alike.
    next: u64,
}

impl<K: Clone + Eq + Hash> Deadlines<K> {
    pub(crate) fn new(key: HashKey) -> Self {
        Self { turns: HashMap::with_hasher(key), due: BTreeMap::new(), next: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.turns.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// The order that is given next.
    pub(crate) fn next_order(&self) -> u64 {
        self.next
    }

    pub(crate) fn get(&self, thing: &K) -> Option<Turn> {
        self.turns.get(thing).copied()
    }

    /// All of them, the earliest end first, then in the order in which they were set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, Turn)> {
        self.due.iter().map(|(&turn, thing)| (thing, turn))
    }

    /// The earliest end, of those that end.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        let (first, _) = self.due.first_key_value()?;
        (first.until != Timestamp::MAX).then_some(first.until)
    }

    /// Sets or replaces an end, and gives back its turn.
    pub(crate) fn set(&mut self, thing: K, until: Timestamp) -> Turn {
        let turn = Turn { until, order: self.next };
        self.next += 1;
        if let Some(old) = self.turns.insert(thing.clone(), turn) {
            self.due.remove(&old);
        }
        self.due.insert(turn, thing);
        turn
    }

    pub(crate) fn remove(&mut self, thing: &K) -> Option<Turn> {
        let turn = self.turns.remove(thing)?;
        self.due.remove(&turn);
        self.rest();
        Some(turn)
    }

    /// Takes the first whose end has come.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<(K, Turn)> {
        if self.next_end()? > now {
            return None;
        }
        let (turn, thing) = self.due.pop_first()?;
        self.turns.remove(&thing);
        self.rest();
        Some((thing, turn))
    }

    /// Moves every end; what never ends still does not.
    pub(crate) fn shift(&mut self, shift: Shift) {
        for (mut turn, thing) in mem::take(&mut self.due) {
            shift.apply(&mut turn.until);
            self.turns.insert(thing.clone(), turn);
            self.due.insert(turn, thing);
        }
    }

    /// Puts saved things back, each with the turn it had.
    pub(crate) fn restore(
        things: impl IntoIterator<Item = (K, Turn)>,
        next: u64,
        key: HashKey,
    ) -> Result<Self, Corrupt> {
        let mut deadlines = Self { next, ..Self::new(key) };
        for (thing, turn) in things {
            if turn.order >= next {
                return Err(Corrupt("a deadline is set in an order yet to come"));
            }
            let twice = deadlines.turns.insert(thing.clone(), turn).is_some();
            if twice || deadlines.due.insert(turn, thing).is_some() {
                return Err(Corrupt("a deadline is there twice"));
            }
        }
        if next > bounds::COUNTED || (deadlines.is_empty() && next != 0) {
            return Err(Corrupt("more deadlines than were ever set"));
        }
        Ok(deadlines)
    }

    /// An estimate of the heap in use, without what the things themselves hold.
    pub(crate) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        self.turns.capacity() * (size_of::<(K, Turn)>() + 1)
            + self.due.len() * size_of::<(Turn, K)>() * 3 / 2
    }

    /// The most that so many of them take, without what the things themselves hold.
    pub(crate) fn most_bytes(things: u64) -> u64 {
        space::table::<(K, Turn)>(things) + space::tree::<(Turn, K)>(things)
    }

    /// The most that one adds to many.
    pub(crate) fn most_bytes_each() -> u64 {
        space::each_in_table::<(K, Turn)>() + space::each_in_tree::<(Turn, K)>()
    }

    fn rest(&mut self) {
        shrink(&mut self.turns);
        if self.turns.is_empty() {
            self.next = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    fn all(mut deadlines: Deadlines<char>) -> String {
        std::iter::from_fn(|| deadlines.pop_due(Timestamp::MAX)).map(|(thing, _)| thing).collect()
    }

    #[test]
    fn what_ends_first_comes_first_and_ties_come_in_the_order_set() {
        let mut deadlines = Deadlines::new(HashKey::new(1, 2));
        for (thing, until) in [('d', 9), ('b', 5), ('a', 4), ('c', 5)] {
            deadlines.set(thing, at(until));
        }
        assert_eq!(deadlines.next_end(), Some(at(4)));
        assert_eq!(deadlines.pop_due(at(3)), None);
        assert_eq!(all(deadlines.clone()), "abcd");
        deadlines.set('b', at(5));
        assert_eq!(all(deadlines), "acbd");
    }

    #[test]
    fn what_never_ends_is_never_due() {
        let mut deadlines = Deadlines::new(HashKey::new(1, 2));
        deadlines.set('a', Timestamp::MAX);
        assert_eq!(deadlines.next_end(), None);
        assert_eq!(deadlines.pop_due(Timestamp::MAX), None);
        deadlines.shift(Shift::new(at(9), at(1)));
        assert_eq!(deadlines.get(&'a').map(|turn| turn.until), Some(Timestamp::MAX));
    }

    #[test]
    fn a_shift_moves_both_the_ends_and_what_is_told_of_them() {
        let mut deadlines = Deadlines::new(HashKey::new(1, 2));
        deadlines.set('a', at(100));
        deadlines.shift(Shift::new(at(90), at(10)));
        assert_eq!(deadlines.get(&'a').map(|turn| turn.until), Some(at(20)));
        assert_eq!(deadlines.next_end(), Some(at(20)));
    }

    #[test]
    fn an_emptied_machine_is_like_a_new_one() {
        let mut deadlines = Deadlines::new(HashKey::new(1, 2));
        deadlines.set('a', at(1));
        deadlines.remove(&'a');
        assert_eq!(deadlines.next_order(), 0);
        deadlines.set('a', at(1));
        deadlines.pop_due(at(1));
        assert_eq!(deadlines.next_order(), 0);
    }

    #[test]
    fn what_ended_gives_its_room_back() {
        let mut deadlines = Deadlines::new(HashKey::new(1, 2));
        for thing in 0..10_000_u32 {
            deadlines.set(thing, at(thing.into()));
        }
        for thing in 0..5_000 {
            deadlines.remove(&thing);
        }
        while deadlines.pop_due(at(9_989)).is_some() {}
        assert_eq!(deadlines.len(), 10);
        assert!(deadlines.turns.capacity() <= 2 * 8 * 10, "{}", deadlines.turns.capacity());
        assert!((9_990..10_000).all(|thing| deadlines.get(&thing).is_some()));
    }

    #[test]
    fn what_does_not_hold_together_is_not_restored() {
        let key = HashKey::new(1, 2);
        let turn = |order| Turn { until: at(5), order };
        let restore =
            |things: Vec<(char, Turn)>, next| Deadlines::restore(things, next, key).is_ok();
        assert!(restore(vec![('a', turn(0)), ('b', turn(1))], 2));
        assert!(!restore(vec![('a', turn(0)), ('b', turn(1))], 1));
        assert!(!restore(vec![('a', turn(0)), ('b', turn(0))], 2));
        assert!(!restore(vec![('a', turn(0)), ('a', turn(1))], 2));
        assert!(!restore(vec![], 1));
        assert!(!restore(vec![('a', turn(0))], u64::MAX));
    }
}
