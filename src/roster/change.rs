//! Changing what somebody in the roster is: owner, admin, how they are shown, marked.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Roster;
use crate::{
    bounds,
    command::Command,
    id::UserId,
    index::Slot,
    refusal::Refusal,
    role::Profile,
    time::{Shift, Timestamp},
};

impl Roster {
    /// Hands the group over. The old owner, if a member, becomes a plain one.
    pub(crate) fn set_owner(&mut self, owner: Option<UserId>) {
        if let Some((people, slot)) = owner.as_ref().and_then(|owner| self.member_mut(owner)) {
            people.set_admin(slot, false);
        }
        self.owner = owner;
    }

    /// Makes a member an admin, or a plain member again; false if nothing changes, as for the owner
    /// and for those who are no members.
    pub(crate) fn set_admin(&mut self, user: &UserId, on: bool) -> bool {
        if self.owner() == Some(user) {
            return false;
        }
        let Some((people, slot)) = self.member_mut(user) else { return false };
        let changed = people.set_admin(slot, on);
        assert!(people.admins().len() <= bounds::ADMINS, "the limit of admins is checked before");
        changed
    }

    /// Changes how a member is shown; false if nothing changes.
    pub(crate) fn set_profile(&mut self, user: &UserId, profile: Arc<Profile>) -> bool {
        let Some((people, slot)) = self.member_mut(user) else { return false };
        people.set_profile(slot, profile)
    }

    /// Changes a member's name in this group, an empty one removes it; false if nothing changes.
    pub(crate) fn set_card(&mut self, user: &UserId, card: Arc<str>) -> bool {
        let Some((people, slot)) = self.member_mut(user) else { return false };
        people.set_card(slot, Some(card).filter(|card| !card.is_empty()))
    }

    /// Gives `marks` to all of `users`, or takes them, and says whether anything changed. Marks go
    /// when a member goes offline or leaves; that of being always online ends by itself, too, and
    /// counts anew if it is given again. Who was online by it alone is offline when it is taken.
    ///
    /// # Errors
    /// `UnknownMember` for the first who is no member online; `TooMany` where a group would know more
    /// than 10 kinds, or a mark more than 1,000 members. Nothing is changed then.
    pub(crate) fn mark(
        &mut self,
        now: Timestamp,
        users: &[UserId],
        marks: &[u32],
        on: bool,
    ) -> Result<bool, Refusal> {
        let mut slots: SmallVec<[Slot; 1]> = SmallVec::new();
        for user in users {
            let slot = self.online_slot(user);
            slots.push(slot.ok_or_else(|| Refusal::UnknownMember { user: user.clone() })?);
        }
        let Some(people) = self.people_mut() else { return Ok(false) };
        // By their joins, which stay the same in a restored group, as slots do not.
        slots.sort_unstable_by_key(|&slot| people.get(slot).join);
        slots.dedup();
        let mut marks: SmallVec<[u32; 4]> = marks.into();
        marks.sort_unstable();
        marks.dedup();
        if on && !slots.is_empty() {
            people.check_marks(&marks, &slots)?;
        }
        let always = on && marks.contains(&Command::ALWAYS_ONLINE);
        let mut changed = false;
        for &slot in &slots {
            for &mark in &marks {
                changed |= people.mark(slot, mark, on);
            }
            if always {
                // It always ends, even where the clock has run wild.
                people.keep_online(slot, (now + bounds::ALWAYS_ONLINE).min(Timestamp::LAST));
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Moves every open grace with the clock, and the ends of being always online.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(people) = self.people_mut() {
            people.shift(shift);
        }
    }

    fn online_slot(&self, user: &UserId) -> Option<Slot> {
        let people = self.people()?;
        people.find(user).filter(|&slot| people.get(slot).is_online())
    }
}
