//! How the group may be spoken in: not at all while everybody is muted, and slowly in slow mode.
//!
//! A message's pause is the one in force when it was sent, or the present one if that is shorter: so
//! a longer pause counts from the next message, a shorter one at once, and a message whose pause is
//! over can be forgotten without anybody noticing.

use serde::{Deserialize, Serialize};

use crate::{
    config::SlowMode,
    corrupt::Corrupt,
    fading::{Fading, Lull},
    id::UserId,
    role::{Role, RoleSet},
    time::{Shift, Timestamp},
};

/// The modes of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modes {
    mute_all: bool,
    /// Each follows its author's last accepted message.
    pauses: Fading<UserId, Lull>,
}

/// Everything that decides how modes answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    mute_all: bool,
    /// In the order of the users.
    pauses: Vec<(UserId, Lull)>,
}

impl Modes {
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
        let until = self.pauses.get(user)?.until(slow_mode.pause(role));
        (now < until).then_some(until)
    }

    /// A message of this author's was accepted.
    pub(crate) fn sent(&mut self, now: Timestamp, user: &UserId, role: Role, slow: &SlowMode) {
        let pause = slow.pause(role);
        if pause.is_zero() {
            self.pauses.remove(user);
        } else {
            self.pauses.set(now, user.clone(), Lull::new(now, pause));
        }
    }

    /// Slow mode is off: no pause runs any more.
    pub(crate) fn end_slow_mode(&mut self) {
        self.pauses = Fading::default();
    }

    /// Whether nobody is muted or has a pause.
    pub(crate) fn is_new(&self) -> bool {
        !self.mute_all && self.pauses.is_empty()
    }

    /// Moves every pause with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.pauses.shift(shift);
    }

    /// About the bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.pauses.heap_bytes(UserId::MAX_BYTES)
    }

    /// The most that the pauses take.
    pub(crate) fn most_bytes() -> u64 {
        Fading::<UserId, Lull>::most_bytes(UserId::MOST_BESIDE)
    }

    pub(crate) fn save(&self) -> Saved {
        Saved { mute_all: self.mute_all, pauses: self.pauses.save() }
    }

    /// # Errors
    /// What does not hold together: no modes saved this.
    pub(crate) fn restore(saved: Saved) -> Result<Self, Corrupt> {
        let Saved { mute_all, pauses } = saved;
        Ok(Self { mute_all, pauses: Fading::restore(pauses)? })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn user(n: u32) -> UserId {
        UserId::new(&format!("u{n}")).unwrap()
    }

    fn secs(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn pause(secs: u64) -> SlowMode {
        SlowMode::members(Duration::from_secs(secs))
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
        modes.sent(secs(10), &user(1), Role::Member, &five);
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
    fn each_role_has_a_pause_of_its_own() {
        let slow_mode = SlowMode { admin: Duration::from_secs(2), ..pause(5) };
        for (role, until) in
            [(Role::Member, Some(15)), (Role::Admin, Some(12)), (Role::Owner, None)]
        {
            let mut modes = Modes::default();
            modes.sent(secs(10), &user(1), role, &slow_mode);
            assert_eq!(modes.slow(secs(10), &user(1), role, &slow_mode), until.map(secs));
            assert_eq!(modes.is_new(), until.is_none(), "who need not wait takes no place");
        }
    }

    #[test]
    fn a_shorter_pause_counts_at_once_and_a_longer_one_from_the_next_message() {
        let mut modes = Modes::default();
        modes.sent(secs(10), &user(1), Role::Member, &pause(5));
        let slow = |modes: &Modes, now, length| {
            modes.slow(secs(now), &user(1), Role::Member, &pause(length))
        };
        assert_eq!(slow(&modes, 10, 2), Some(secs(12)));
        assert_eq!(slow(&modes, 10, 60), Some(secs(15)));
        modes.sent(secs(15), &user(1), Role::Member, &pause(60));
        assert_eq!(slow(&modes, 15, 60), Some(secs(75)));
    }

    #[test]
    fn the_end_of_an_earlier_pause_does_not_end_a_later_one() {
        let (mut modes, five) = (Modes::default(), pause(5));
        modes.sent(secs(10), &user(1), Role::Member, &five);
        modes.sent(secs(12), &user(1), Role::Member, &five);
        modes.sent(secs(15), &user(2), Role::Member, &five);
        assert_eq!(modes.slow(secs(16), &user(1), Role::Member, &five), Some(secs(17)));
    }
}
