//! How the group may be spoken in: not at all while everybody is muted, and slowly in slow mode.
//!
//! A message's pause is the one in force when it was sent, or the present one if that is shorter: so
//! a longer pause counts from the next message, a shorter one at once, and a message whose pause is
//! over can be forgotten without anybody noticing.
//!
//! Invariants: `ends` and `by_user` name the same users; nothing is allocated while no pause runs,
//! once the next message has come.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    config::SlowMode,
    corrupt::Corrupt,
    id::UserId,
    role::{Role, RoleSet},
    time::{Shift, Timestamp},
};

/// The modes of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modes {
    mute_all: bool,
    pauses: Option<Box<Pauses>>,
}

#[derive(Clone, Debug, Default)]
struct Pauses {
    by_user: BTreeMap<UserId, Pause>,
    ends: BTreeSet<(Timestamp, UserId)>,
}

/// Follows an author's last accepted message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Pause {
    since: Timestamp,
    length: Duration,
}

/// Everything that decides how modes answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    mute_all: bool,
    /// In the order of the users.
    pauses: Vec<(UserId, Pause)>,
}

impl Modes {
    /// Authors whose pause runs, at most: as many as may be muted, by default. Past it, the pause
    /// that ends first is forgotten.
    const MOST: usize = 100_000;

    /// Whether everybody is muted.
    pub(crate) fn mute_all(&self) -> bool {
        self.mute_all
    }

    /// Mutes everybody or ends that; says whether it changed anything.
    pub(crate) fn set_mute_all(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.mute_all, on) != on
    }

    /// Whether somebody of this role may not speak now.
    pub(crate) fn silenced(&self, role: Role, exempt: RoleSet) -> bool {
        self.mute_all && !exempt.contains(Some(role))
    }

    /// Until when slow mode lets this author wait, if it does.
    pub(crate) fn slow(
        &self,
        now: Timestamp,
        user: &UserId,
        role: Role,
        slow_mode: &SlowMode,
    ) -> Option<Timestamp> {
        if slow_mode.exempt.contains(Some(role)) {
            return None;
        }
        let pause = self.pauses.as_ref()?.by_user.get(user)?;
        let until = pause.since + pause.length.min(slow_mode.interval);
        (now < until).then_some(until)
    }

    /// A message of this author's was accepted.
    pub(crate) fn sent(&mut self, now: Timestamp, user: &UserId, slow_mode: &SlowMode) {
        let pauses = self.pauses.get_or_insert_with(Box::default);
        pauses.forget(user);
        while pauses.ends.first().is_some_and(|&(end, _)| end <= now)
            || pauses.by_user.len() >= Self::MOST
        {
            pauses.forget_first();
        }
        pauses.insert(user.clone(), Pause { since: now, length: slow_mode.interval });
    }

    /// Slow mode is off: no pause runs any more.
    pub(crate) fn end_slow_mode(&mut self) {
        self.pauses = None;
    }

    /// Whether nobody is muted or has a pause.
    pub(crate) fn is_new(&self) -> bool {
        !self.mute_all && self.pauses.is_none()
    }

    /// Moves every pause with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(pauses) = self.pauses.take() {
            for (user, mut pause) in pauses.by_user {
                shift.apply(&mut pause.since);
                self.pauses.get_or_insert_with(Box::default).insert(user, pause);
            }
        }
    }

    /// About the bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let each = size_of::<(UserId, Pause)>() + size_of::<(Timestamp, UserId)>();
        let of = |pauses: &Pauses| {
            // The nodes of the trees are between half full and full.
            size_of::<Pauses>() + pauses.by_user.len() * (each * 3 / 2 + UserId::MAX_BYTES)
        };
        self.pauses.as_deref().map_or(0, of)
    }

    pub(crate) fn save(&self) -> Saved {
        let pauses = self.pauses.iter().flat_map(|pauses| &pauses.by_user);
        let pauses = pauses.map(|(user, &pause)| (user.clone(), pause)).collect();
        Saved { mute_all: self.mute_all, pauses }
    }

    /// # Errors
    /// What does not hold together: no modes saved this.
    pub(crate) fn restore(saved: Saved) -> Result<Self, Corrupt> {
        let Saved { mute_all, pauses } = saved;
        if pauses.len() > Self::MOST {
            return Err(Corrupt("modes: more pauses than are kept"));
        }
        if !pauses.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("modes: users out of order"));
        }
        let mut modes = Self { mute_all, pauses: None };
        for (user, pause) in pauses {
            if pause.length.is_zero() || pause.length > bounds::LONGEST_PAUSE {
                return Err(Corrupt("modes: a pause that no config allows"));
            }
            modes.pauses.get_or_insert_with(Box::default).insert(user, pause);
        }
        Ok(modes)
    }
}

impl Pauses {
    fn insert(&mut self, user: UserId, pause: Pause) {
        self.ends.insert((pause.since + pause.length, user.clone()));
        self.by_user.insert(user, pause);
    }

    fn forget(&mut self, user: &UserId) {
        if let Some((user, pause)) = self.by_user.remove_entry(user) {
            self.ends.remove(&(pause.since + pause.length, user));
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, user)) = self.ends.pop_first() {
            self.by_user.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(n: u32) -> UserId {
        UserId::new(&format!("u{n}")).unwrap()
    }

    fn secs(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn pause(secs: u64) -> SlowMode {
        SlowMode { interval: Duration::from_secs(secs), exempt: RoleSet::STAFF }
    }

    fn running(modes: &Modes) -> usize {
        modes.pauses.as_ref().map_or(0, |pauses| pauses.by_user.len())
    }

    #[test]
    fn while_everybody_is_muted_only_the_exempt_may_speak() {
        let mut modes = Modes::default();
        assert!(!modes.silenced(Role::Member, RoleSet::NONE));
        assert!(modes.set_mute_all(true) && !modes.set_mute_all(true));
        assert!(modes.mute_all());
        assert!(modes.silenced(Role::Member, RoleSet::STAFF));
        assert!(!modes.silenced(Role::Admin, RoleSet::STAFF));
        assert!(modes.silenced(Role::Owner, RoleSet::NONE));
        assert!(modes.set_mute_all(false) && !modes.set_mute_all(false));
        assert!(!modes.silenced(Role::Member, RoleSet::STAFF));
    }

    #[test]
    fn slow_mode_counts_from_the_last_accepted_message() {
        let (mut modes, five) = (Modes::default(), pause(5));
        let slow = |modes: &Modes, now| modes.slow(secs(now), &user(1), Role::Member, &five);
        assert_eq!(slow(&modes, 10), None);
        modes.sent(secs(10), &user(1), &five);
        assert_eq!(slow(&modes, 14), Some(secs(15)));
        assert_eq!(slow(&modes, 15), None);
        assert_eq!(modes.slow(secs(10), &user(1), Role::Admin, &five), None);
        assert_eq!(modes.slow(secs(10), &user(2), Role::Member, &five), None);
        modes.shift(Shift::new(secs(12), secs(2)));
        assert_eq!(slow(&modes, 3), Some(secs(5)));
        modes.end_slow_mode();
        assert_eq!((slow(&modes, 3), modes.heap_bytes()), (None, 0));
    }

    #[test]
    fn a_shorter_pause_counts_at_once_and_a_longer_one_from_the_next_message() {
        let mut modes = Modes::default();
        modes.sent(secs(10), &user(1), &pause(5));
        let slow = |modes: &Modes, now, length| {
            modes.slow(secs(now), &user(1), Role::Member, &pause(length))
        };
        assert_eq!(slow(&modes, 10, 2), Some(secs(12)));
        assert_eq!(slow(&modes, 10, 60), Some(secs(15)));
        modes.sent(secs(15), &user(1), &pause(60));
        assert_eq!(slow(&modes, 15, 60), Some(secs(75)));
    }

    #[test]
    fn the_end_of_an_earlier_pause_does_not_end_a_later_one() {
        let (mut modes, five) = (Modes::default(), pause(5));
        modes.sent(secs(10), &user(1), &five);
        modes.sent(secs(12), &user(1), &five);
        modes.sent(secs(15), &user(2), &five);
        assert_eq!(modes.slow(secs(16), &user(1), Role::Member, &five), Some(secs(17)));
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut modes = Modes::default();
        for n in 0..1_000 {
            modes.sent(secs(n.into()), &user(n), &pause(10));
            assert!(running(&modes) <= 10);
        }
        modes.sent(secs(2_000), &user(0), &pause(10));
        assert_eq!(running(&modes), 1);
    }

    #[test]
    fn past_100000_pauses_the_one_that_ends_first_is_forgotten() {
        let (mut modes, day) = (Modes::default(), pause(86_400));
        (0..100_000).for_each(|n| modes.sent(secs(u64::from(n) / 2), &user(n), &day));
        modes.sent(secs(50_000), &user(0), &day);
        assert_eq!(running(&modes), 100_000, "the same author again takes no place more");
        let waits =
            |modes: &Modes, n| modes.slow(secs(100_000), &user(n), Role::Member, &day).is_some();
        modes.end_slow_mode();
        (0..100_001).for_each(|n| modes.sent(secs(80_000), &user(n), &day));
        assert_eq!(running(&modes), 100_000);
        assert!(!waits(&modes, 0) && waits(&modes, 1) && waits(&modes, 100_000));
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let of =
            |n, length| (user(n), Pause { since: secs(1), length: Duration::from_secs(length) });
        let saved = |pauses| Saved { mute_all: true, pauses };
        assert!(Modes::restore(saved(vec![of(1, 1), of(2, 86_400)])).is_ok());
        for broken in [
            vec![of(2, 1), of(1, 1)],
            vec![of(1, 1), of(1, 1)],
            vec![of(1, 0)],
            vec![of(1, 86_401)],
            {
                let mut many: Vec<_> = (0..100_001).map(|n| of(n, 1)).collect();
                many.sort_by(|a, b| a.0.cmp(&b.0));
                many
            },
        ] {
            assert!(Modes::restore(saved(broken)).is_err());
        }
    }

    proptest! {
        #[test]
        fn forgetting_is_not_noticed(
            steps in prop::collection::vec((0..4_u64, 0..4_u32, 1..12_u64, any::<bool>()), 0..80),
        ) {
            let (mut modes, mut model, mut now) = (Modes::default(), BTreeMap::new(), secs(100));
            for (step, n, length, sends) in steps {
                now += Duration::from_secs(step);
                let slow_mode = pause(length);
                for n in 0..4 {
                    let until = model.get(&n).map(|&(since, then): &(Timestamp, Duration)| {
                        since + then.min(slow_mode.interval)
                    });
                    let until = until.filter(|&until| now < until);
                    prop_assert_eq!(modes.slow(now, &user(n), Role::Member, &slow_mode), until);
                }
                if sends {
                    modes.sent(now, &user(n), &slow_mode);
                    model.insert(n, (now, slow_mode.interval));
                } else if n == 0 {
                    let shift = Shift::new(now, now.before(Duration::from_secs(length)));
                    shift.apply(&mut now);
                    modes.shift(shift);
                    for (since, _) in model.values_mut() {
                        shift.apply(since);
                    }
                }
                let saved = modes.save();
                let restored = Modes::restore(saved.clone()).unwrap();
                prop_assert_eq!(restored.save(), saved);
                // Not always: restoring would mend what was not kept in order.
                if step == 0 {
                    modes = restored;
                }
            }
        }
    }
}
