//! Changing what somebody in the roster is: owner, admin, how they are shown, marked.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Roster, index::Slot, marks::Marks};
use crate::{bounds, id::UserId, refusal::Refusal, role::Profile, time::Shift};

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
        let changes = people.get(slot).profile != profile;
        people.change(slot, |record| record.profile = profile);
        changes
    }

    /// Changes a member's name in this group, an empty one removes it; false if nothing changes.
    pub(crate) fn set_card(&mut self, user: &UserId, card: Arc<str>) -> bool {
        let Some((people, slot)) = self.member_mut(user) else { return false };
        let card = Some(card).filter(|card| !card.is_empty());
        let changes = people.get(slot).card != card;
        people.change(slot, |record| record.card = card);
        changes
    }

    /// Gives `marks` to all of `users`, or takes them, and says whether anything changed. Marks go
    /// when a member goes offline or leaves.
    ///
    /// # Errors
    /// `UnknownMember` for the first who is no member online; `TooMany` where a group would know more
    /// than 10 kinds, or a mark more than 1,000 members. Nothing is changed then.
    pub(crate) fn mark(
        &mut self,
        users: &[UserId],
        marks: &[u32],
        on: bool,
    ) -> Result<bool, Refusal> {
        let mut slots: SmallVec<[Slot; 1]> = SmallVec::new();
        for user in users {
            let slot = self.online_slot(user);
            slots.push(slot.ok_or_else(|| Refusal::UnknownMember { user: user.clone() })?);
        }
        slots.sort_unstable();
        slots.dedup();
        let mut marks: SmallVec<[u32; 4]> = marks.into();
        marks.sort_unstable();
        marks.dedup();
        let Some(people) = &mut self.people else { return Ok(false) };
        if on && !slots.is_empty() {
            let holders: SmallVec<[Marks; 1]> =
                slots.iter().map(|&slot| people.get(slot).marks).collect();
            people.kinds().check(&marks, &holders)?;
        }
        let mut changed = false;
        for &slot in &slots {
            for &mark in &marks {
                changed |= people.mark(slot, mark, on);
            }
        }
        Ok(changed)
    }

    /// Moves every open grace with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(people) = &mut self.people {
            people.shift(shift);
        }
    }

    fn online_slot(&self, user: &UserId) -> Option<Slot> {
        let people = self.people.as_ref()?;
        people.find(user).filter(|&slot| !people.get(slot).devices.is_empty())
    }
}
