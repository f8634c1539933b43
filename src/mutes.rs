//! Who may not speak, and until when. Bans are kept by the same machine, those by fingerprint too.
//!
//! A mute belongs to the user, not to the membership: quitting and rejoining does not lift it. One
//! that ends at [`Timestamp::MAX`] is for good.
//!
//! Invariant: `bars` is `None` exactly while nobody is barred, so that an idle group pays 24 bytes.

use std::{hash::Hash, mem::size_of};

use serde::{Deserialize, Serialize};

use crate::{
    corrupt::Corrupt,
    deadlines::{Deadlines, Turn},
    hash::HashKey,
    id::UserId,
    refusal::{Field, Refusal},
    space,
    time::{Shift, Timestamp},
};

/// The users who are barred.
#[derive(Clone, Debug)]
pub(crate) struct Mutes<K = UserId> {
    key: HashKey,
    bars: Option<Box<Deadlines<K>>>,
}

/// Everything to keep of [`Mutes`]: in the order in which they end, then in that in which they were
/// set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved<K = UserId> {
    bars: Vec<(K, Timestamp)>,
}

impl<K: Clone + Eq + Hash> Mutes<K> {
    pub(crate) fn new(key: HashKey) -> Self {
        Self { key, bars: None }
    }

    /// How many are barred.
    pub(crate) fn len(&self) -> u64 {
        self.bars.as_ref().map_or(0, |bars| bars.len() as u64)
    }

    /// Until when `user` is barred; a bar whose time has come at `now` is over.
    pub(crate) fn until(&self, now: Timestamp, user: &K) -> Option<Timestamp> {
        let until = self.bars.as_ref()?.get(user)?.until;
        (until > now || until == Timestamp::MAX).then_some(until)
    }

    /// Whether `user` is not barred as long as until then.
    pub(crate) fn ends_before(&self, until: Timestamp, user: &K) -> bool {
        let bar = self.bars.as_ref().and_then(|bars| bars.get(user));
        bar.is_none_or(|turn| turn.until < until)
    }

    /// Refuses so many as there would be with `users`, each named once.
    pub(crate) fn check_room(
        &self,
        now: Timestamp,
        users: &[K],
        field: Field,
        limit: u32,
    ) -> Result<(), Refusal> {
        let fresh = users.iter().filter(|user| self.until(now, user).is_none()).count();
        Refusal::if_more(field, self.len() + fresh as u64, limit.into())
    }

    /// All who are barred, those first whose bar ends first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, Timestamp)> {
        self.bars.iter().flat_map(|bars| bars.iter()).map(|(user, turn)| (user, turn.until))
    }

    /// Bars `user` until then, whatever was before, and gives back the end that it replaces.
    pub(crate) fn set(&mut self, user: K, until: Timestamp) -> Option<Timestamp> {
        let bars = self.bars.get_or_insert_with(|| Box::new(Deadlines::new(self.key)));
        let old = bars.get(&user).map(|turn| turn.until);
        bars.set(user, until);
        old
    }

    /// Lifts the bar of `user`, and gives back the end that it had.
    pub(crate) fn lift(&mut self, user: &K) -> Option<Timestamp> {
        let lifted = self.bars.as_mut()?.remove(user)?.until;
        self.rest();
        Some(lifted)
    }

    /// When the first bar ends, of those that end.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.bars.as_ref()?.next_end()
    }

    /// Takes the first whose bar is over at `now`.
    pub(crate) fn end_due(&mut self, now: Timestamp) -> Option<K> {
        let (user, _) = self.bars.as_mut()?.pop_due(now)?;
        self.rest();
        Some(user)
    }

    /// Moves every end with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(bars) = &mut self.bars {
            bars.shift(shift);
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        // Most ids hold nothing beside themselves.
        self.bars.as_ref().map_or(0, |bars| size_of::<Deadlines<K>>() + bars.heap_bytes())
    }

    /// The most that takes who is barred, where that are at most so many.
    pub(crate) fn most_bytes(barred: u64, beside: u64) -> u64 {
        space::size::<Deadlines<K>>() + Deadlines::<K>::most_bytes(barred) + barred * beside
    }

    pub(crate) fn save(&self) -> Saved<K> {
        Saved { bars: self.iter().map(|(user, until)| (user.clone(), until)).collect() }
    }

    pub(crate) fn restore(saved: Saved<K>, key: HashKey) -> Result<Self, Corrupt> {
        if !saved.bars.is_sorted_by_key(|(_, until)| *until) {
            return Err(Corrupt("mutes are not in the order of their ends"));
        }
        let count = saved.bars.len() as u64;
        let turns = saved.bars.into_iter().zip(0..);
        let bars = turns.map(|((user, until), order)| (user, Turn { until, order }));
        let bars = Deadlines::restore(bars, count, key)?;
        Ok(Self { key, bars: (!bars.is_empty()).then(|| Box::new(bars)) })
    }

    fn rest(&mut self) {
        self.bars.take_if(|bars| bars.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    fn user(number: u8) -> UserId {
        UserId::new(&format!("u{number}")).unwrap()
    }

    impl Mutes {
        fn digest(&self) -> u64 {
            crate::hash::stable_hash(&self.save())
        }
    }

    fn mutes() -> Mutes {
        Mutes::new(HashKey::new(1, 2))
    }

    #[test]
    fn a_bar_is_over_at_its_end_and_not_before() {
        let mut mutes = mutes();
        mutes.set(user(1), at(5));
        assert_eq!(mutes.until(at(4), &user(1)), Some(at(5)));
        assert_eq!(mutes.until(at(5), &user(1)), None);
        assert_eq!(
            [at(4), at(5), at(6)].map(|it| mutes.ends_before(it, &user(1))),
            [false, false, true]
        );
        assert!(mutes.ends_before(at(1), &user(2)), "who is not barred");
        assert_eq!(mutes.end_due(at(4)), None);
        assert_eq!(mutes.end_due(at(5)), Some(user(1)));
        assert_eq!(mutes.len(), 0);
    }

    #[test]
    fn a_bar_for_good_is_not_over_at_the_end_of_time() {
        let mut mutes = mutes();
        mutes.set(user(1), Timestamp::MAX);
        assert_eq!(mutes.until(Timestamp::MAX, &user(1)), Some(Timestamp::MAX));
        assert_eq!(mutes.next_end(), None);
        assert_eq!(mutes.end_due(Timestamp::MAX), None);
        assert_eq!(mutes.lift(&user(1)), Some(Timestamp::MAX));
    }

    #[test]
    fn nobody_barred_costs_nothing() {
        let mut mutes = mutes();
        assert_eq!(mutes.heap_bytes(), 0);
        mutes.set(user(1), at(5));
        assert!(mutes.heap_bytes() > 0);
        mutes.lift(&user(1));
        assert_eq!(mutes.heap_bytes(), 0);
        mutes.set(user(1), at(5));
        mutes.end_due(at(5));
        assert_eq!(mutes.heap_bytes(), 0);
        assert_eq!(Mutes::restore(mutes.save(), HashKey::default()).unwrap().heap_bytes(), 0);
    }

    #[test]
    fn two_that_reached_the_same_state_differently_are_saved_alike() {
        let (mut one, mut other) = (mutes(), Mutes::new(HashKey::new(3, 4)));
        one.set(user(1), at(9));
        one.set(user(2), at(9));
        other.set(user(2), at(4));
        other.set(user(3), at(4));
        other.set(user(1), at(9));
        other.set(user(2), at(9));
        other.lift(&user(3));
        assert_eq!(one.save(), other.save());
        assert_eq!(one.digest(), other.digest());
        other.set(user(1), at(9));
        assert_ne!(one.digest(), other.digest(), "user 1 is now behind user 2");
    }

    #[test]
    fn what_does_not_hold_together_is_not_restored() {
        let restore = |bars| Mutes::restore(Saved { bars }, HashKey::default()).is_ok();
        assert!(restore(vec![(user(1), at(4)), (user(2), at(4)), (user(3), Timestamp::MAX)]));
        assert!(!restore(vec![(user(1), at(5)), (user(2), at(4))]));
        assert!(!restore(vec![(user(1), at(4)), (user(1), at(5))]));
    }

    /// The model: in the order in which they were set.
    type Model = Vec<(UserId, Timestamp)>;

    fn due(model: &Model, now: Timestamp) -> Option<usize> {
        let ended = |(_, (_, until)): &(usize, &(UserId, Timestamp))| *until <= now;
        let first = model.iter().enumerate().filter(ended).min_by_key(|(_, (_, until))| *until);
        first.filter(|(_, (_, until))| *until != Timestamp::MAX).map(|(place, _)| place)
    }

    fn find(model: &Model, user: &UserId) -> Option<usize> {
        model.iter().position(|(other, _)| other == user)
    }

    proptest! {
        #[test]
        fn mutes_do_what_a_list_does(steps in prop::collection::vec((0..6_u8, 0..8_u8, 0..12_u64), 0..60)) {
            let (mut mutes, mut model) = (mutes(), Model::new());
            let mut now = at(0);
            for (what, who, when) in steps {
                let (who, until) = (user(who), if when == 11 { Timestamp::MAX } else { now + at(when).since(at(0)) });
                match what {
                    0 | 1 => {
                        let old = find(&model, &who).map(|place| model.remove(place).1);
                        model.push((who.clone(), until));
                        prop_assert_eq!(mutes.set(who, until), old);
                    }
                    2 => {
                        let old = find(&model, &who).map(|place| model.remove(place).1);
                        prop_assert_eq!(mutes.lift(&who), old);
                    }
                    3 => {
                        now += at(when).since(at(0)) / 4;
                        while let Some(place) = due(&model, now) {
                            prop_assert_eq!(mutes.end_due(now), Some(model.remove(place).0));
                        }
                        prop_assert_eq!(mutes.end_due(now), None);
                    }
                    4 => {
                        let to = at(when * 3);
                        let shift = Shift::new(now, to);
                        mutes.shift(shift);
                        for (_, until) in &mut model {
                            shift.apply(until);
                        }
                        now = to;
                    }
                    _ => {
                        let restored = Mutes::restore(mutes.save(), HashKey::new(when, 7)).unwrap();
                        prop_assert_eq!(restored.digest(), mutes.digest());
                        mutes = restored;
                    }
                }
                let mut listed = model.clone();
                listed.sort_by_key(|(_, until)| *until);
                prop_assert_eq!(mutes.save().bars, listed);
                prop_assert_eq!(mutes.len(), model.len() as u64);
                let ends = model.iter().map(|(_, until)| *until).filter(|until| *until != Timestamp::MAX);
                prop_assert_eq!(mutes.next_end(), ends.min());
                for number in 0..8 {
                    let bar = find(&model, &user(number)).map(|place| model[place].1);
                    let holds = bar.filter(|until| *until > now || *until == Timestamp::MAX);
                    prop_assert_eq!(mutes.until(now, &user(number)), holds);
                }
            }
        }
    }
}
