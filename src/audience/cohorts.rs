//! Members in cohorts: all of a cohort read from one cursor.
//!
//! A cohort's tokens lie side by side, to be handed out as one slice. Beside each stands the number
//! of its member's slot, and the slot says where the token is, so that a member is found, moved and
//! removed in O(1) without a hash.

use crate::cursor::Cursor;

/// A member's place in an audience: what [`Audience::remove`](super::Audience::remove) takes.
///
/// It is good until the member is removed, and never names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    slot: u32,
    generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CohortId(u32);

/// 12 bytes a member, and 4 in the cohort.
#[derive(Debug)]
struct Slot {
    /// How often the slot was left: a place of an earlier time is not good any more.
    generation: u32,
    cohort: CohortId,
    /// Where in the cohort; for a slot that is free, the next one that is.
    at: u32,
}

#[derive(Debug)]
struct Cohort<T> {
    cursor: Cursor,
    tokens: Vec<T>,
    /// The slot of each token.
    slots: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct Cohorts<T> {
    slots: Vec<Slot>,
    /// The first free slot, if it is less than there are slots.
    free: u32,
    members: usize,
    open: Vec<Option<Cohort<T>>>,
    closed: Vec<CohortId>,
}

impl<T> Default for Cohorts<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: u32::MAX, members: 0, open: Vec::new(), closed: Vec::new() }
    }
}

impl<T: Copy> Cohorts<T> {
    pub(super) fn members(&self) -> usize {
        self.members
    }

    /// A cohort without members yet.
    pub(super) fn open(&mut self, cursor: Cursor) -> CohortId {
        let cohort = Cohort { cursor, tokens: Vec::new(), slots: Vec::new() };
        if let Some(id) = self.closed.pop() {
            self.open[index(id.0)] = Some(cohort);
            return id;
        }
        self.open.push(Some(cohort));
        CohortId(number(self.open.len() - 1))
    }

    /// Forgets a cohort that has no members any more.
    pub(super) fn close(&mut self, id: CohortId) {
        self.open[index(id.0)] = None;
        self.closed.push(id);
    }

    pub(super) fn tokens(&self, id: CohortId) -> &[T] {
        let cohort = self.open[index(id.0)].as_ref();
        &cohort.expect("a cohort that is named is open").tokens
    }

    fn cohort(&mut self, id: CohortId) -> &mut Cohort<T> {
        self.open[index(id.0)].as_mut().expect("a cohort that is named is open")
    }

    pub(super) fn set_cursor(&mut self, id: CohortId, cursor: Cursor) {
        self.cohort(id).cursor = cursor;
    }

    pub(super) fn add(&mut self, id: CohortId, token: T) -> Place {
        let slot = if let Some(free) = self.slots.get(index(self.free)) {
            std::mem::replace(&mut self.free, free.at)
        } else {
            self.slots.push(Slot { generation: 0, cohort: id, at: 0 });
            number(self.slots.len() - 1)
        };
        self.attach(id, token, slot);
        self.members += 1;
        Place { slot, generation: self.slots[index(slot)].generation }
    }

    /// Takes a member out, and names the cohort that has no members now, if it was the last one.
    pub(super) fn remove(&mut self, place: Place) -> Option<(T, Option<(Cursor, CohortId)>)> {
        let slot = self.slots.get(index(place.slot))?;
        if slot.generation != place.generation {
            return None;
        }
        let (id, at) = (slot.cohort, index(slot.at));
        let (token, _) = self.detach(id, at);
        let slot = &mut self.slots[index(place.slot)];
        slot.generation = slot.generation.wrapping_add(1);
        slot.at = std::mem::replace(&mut self.free, place.slot);
        self.members -= 1;
        let cohort = self.cohort(id);
        // Give the memory of a great audience back when it has gone; paid for by those who went.
        if cohort.tokens.len() < cohort.tokens.capacity() / 4 {
            cohort.tokens.shrink_to(2 * cohort.tokens.len());
            cohort.slots.shrink_to(2 * cohort.slots.len());
        }
        let emptied = cohort.tokens.is_empty().then_some((cohort.cursor, id));
        Some((token, emptied))
    }

    /// Moves the members at these places, in ascending order, into a new cohort at `cursor`.
    pub(super) fn split(&mut self, id: CohortId, cursor: Cursor, marked: &[usize]) -> CohortId {
        let other = self.open(cursor);
        // From the back, because the last one takes the place of one that is taken out.
        for &at in marked.iter().rev() {
            let (token, slot) = self.detach(id, at);
            self.attach(other, token, slot);
        }
        other
    }

    /// Makes one cohort of two, moving the members of the smaller one.
    pub(super) fn merge(&mut self, one: CohortId, other: CohortId) -> CohortId {
        let (large, small) = if self.tokens(one).len() < self.tokens(other).len() {
            (other, one)
        } else {
            (one, other)
        };
        let Cohort { tokens, slots, .. } =
            self.open[index(small.0)].take().expect("a cohort that is named is open");
        self.closed.push(small);
        for (token, slot) in tokens.into_iter().zip(slots) {
            self.attach(large, token, slot);
        }
        large
    }

    fn attach(&mut self, id: CohortId, token: T, slot: u32) {
        let cohort = self.cohort(id);
        let at = number(cohort.tokens.len());
        cohort.tokens.push(token);
        cohort.slots.push(slot);
        let slot = &mut self.slots[index(slot)];
        slot.cohort = id;
        slot.at = at;
    }

    fn detach(&mut self, id: CohortId, at: usize) -> (T, u32) {
        let cohort = self.cohort(id);
        let taken = (cohort.tokens.swap_remove(at), cohort.slots.swap_remove(at));
        if let Some(&moved) = cohort.slots.get(at) {
            self.slots[index(moved)].at = number(at);
        }
        taken
    }
}

#[cfg(test)]
impl<T: Copy> Cohorts<T> {
    /// Checks that slots and cohorts say the same, and counts the cohorts.
    pub(super) fn check(&self) -> usize {
        let mut members = 0;
        for (id, cohort) in self.open.iter().enumerate() {
            let Some(cohort) = cohort else { continue };
            assert!(!cohort.tokens.is_empty());
            assert_eq!(cohort.tokens.len(), cohort.slots.len());
            for (at, slot) in cohort.slots.iter().enumerate() {
                let slot = &self.slots[index(*slot)];
                assert_eq!((index(slot.cohort.0), index(slot.at)), (id, at));
            }
            members += cohort.tokens.len();
        }
        assert_eq!(members, self.members);
        self.open.len() - self.closed.len()
    }

    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn capacity(&self, id: CohortId) -> usize {
        self.open[index(id.0)].as_ref().map_or(0, |cohort| cohort.tokens.capacity())
    }
}

fn index(number: u32) -> usize {
    number as usize
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 members")
}
