//! A slab of elements, and chains through them: any element is reached and unlinked in O(1).
//!
//! Each element of a slab may stand in two chains at a time, number 0 and number 1. A chain keeps
//! only its two ends; whoever removes an element from the slab has unlinked it before.

#![expect(
    clippy::indexing_slicing,
    reason = "a place is forgotten when its element is removed, and each has two links"
)]

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    num::NonZeroU32,
    ops::{Index, IndexMut},
};

use crate::space;

/// Where an element stands in its slab, until it is removed.
///
/// Counted from 1, so that an `Option` of it takes no more room.
pub(super) struct Place<E>(NonZeroU32, PhantomData<fn() -> E>);

impl<E> Place<E> {
    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        // The config bounds a lane at 2^16 messages, and there are no more authors than messages.
        Self(number.expect("a slab holds less than 2^32 elements"), PhantomData)
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

// By hand, because a derive would ask the same of `E`.
impl<E> Clone for Place<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Place<E> {}

impl<E> PartialEq for Place<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for Place<E> {}

impl<E> Hash for Place<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E> fmt::Debug for Place<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Elements at places that do not move; a freed place is used again.
#[derive(Clone, Debug)]
pub(super) struct Slab<E> {
    slots: Vec<Slot<E>>,
    free: Option<Place<E>>,
}

#[derive(Clone, Debug)]
enum Slot<E> {
    Free { next: Option<Place<E>> },
    Used { links: [Links<E>; 2], element: E },
}

#[derive(Clone, Debug)]
struct Links<E> {
    before: Option<Place<E>>,
    after: Option<Place<E>>,
}

impl<E> Links<E> {
    const NONE: Self = Self { before: None, after: None };
}

impl<E> Slab<E> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: None }
    }

    pub(super) fn most_bytes(elements: u64) -> u64 {
        space::list::<Slot<E>>(elements)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<E>>()
    }

    pub(super) fn insert(&mut self, element: E) -> Place<E> {
        let used = Slot::Used { links: [Links::NONE; 2], element };
        let Some(place) = self.free else {
            self.slots.push(used);
            return Place::new(self.slots.len() - 1);
        };
        match std::mem::replace(&mut self.slots[place.index()], used) {
            Slot::Free { next } => self.free = next,
            Slot::Used { .. } => unreachable!("the free list names free slots"),
        }
        place
    }

    /// Gives the element back; it stands in no chain any more.
    pub(super) fn remove(&mut self, place: Place<E>) -> E {
        let free = Slot::Free { next: self.free.replace(place) };
        match std::mem::replace(&mut self.slots[place.index()], free) {
            Slot::Used { element, .. } => element,
            Slot::Free { .. } => unreachable!("{FREED}"),
        }
    }

    fn links(&self, place: Place<E>) -> &[Links<E>; 2] {
        match &self.slots[place.index()] {
            Slot::Used { links, .. } => links,
            Slot::Free { .. } => unreachable!("{FREED}"),
        }
    }

    fn links_mut(&mut self, place: Place<E>) -> &mut [Links<E>; 2] {
        match &mut self.slots[place.index()] {
            Slot::Used { links, .. } => links,
            Slot::Free { .. } => unreachable!("{FREED}"),
        }
    }
}

/// The assumption of every access: places are forgotten when their element is removed.
const FREED: &str = "a place is not used after its element was removed";

impl<E> Index<Place<E>> for Slab<E> {
    type Output = E;

    fn index(&self, place: Place<E>) -> &E {
        match &self.slots[place.index()] {
            Slot::Used { element, .. } => element,
            Slot::Free { .. } => unreachable!("{FREED}"),
        }
    }
}

impl<E> IndexMut<Place<E>> for Slab<E> {
    fn index_mut(&mut self, place: Place<E>) -> &mut E {
        match &mut self.slots[place.index()] {
            Slot::Used { element, .. } => element,
            Slot::Free { .. } => unreachable!("{FREED}"),
        }
    }
}

/// An order of some elements of a slab, held together by their links of number `N`.
#[derive(Debug)]
pub(super) struct Chain<E, const N: usize> {
    first: Option<Place<E>>,
    last: Option<Place<E>>,
}

impl<E, const N: usize> Clone for Chain<E, N> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<E, const N: usize> Chain<E, N> {
    pub(super) const EMPTY: Self = Self { first: None, last: None };

    pub(super) fn first(&self) -> Option<Place<E>> {
        self.first
    }

    pub(super) fn last(&self) -> Option<Place<E>> {
        self.last
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Appends an element that stands in no chain of this number.
    pub(super) fn push(&mut self, slab: &mut Slab<E>, place: Place<E>) {
        let before = self.last.replace(place);
        slab.links_mut(place)[N] = Links { before, after: None };
        match before {
            Some(before) => slab.links_mut(before)[N].after = Some(place),
            None => self.first = Some(place),
        }
    }

    /// Takes an element of this chain out of it.
    pub(super) fn unlink(&mut self, slab: &mut Slab<E>, place: Place<E>) {
        let Links { before, after } = std::mem::replace(&mut slab.links_mut(place)[N], Links::NONE);
        match before {
            Some(before) => slab.links_mut(before)[N].after = after,
            None => self.first = after,
        }
        match after {
            Some(after) => slab.links_mut(after)[N].before = before,
            None => self.last = before,
        }
    }

    /// What follows an element of this chain.
    pub(super) fn after(slab: &Slab<E>, place: Place<E>) -> Option<Place<E>> {
        slab.links(place)[N].after
    }

    pub(super) fn places(&self, slab: &Slab<E>) -> impl Iterator<Item = Place<E>> {
        std::iter::successors(self.first, |&place| Self::after(slab, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(chain: &Chain<char, N>, slab: &Slab<char>) -> String {
        let forward: String = chain.places(slab).map(|place| slab[place]).collect();
        let backward = std::iter::successors(chain.last, |&place| slab.links(place)[N].before);
        let backward: Vec<char> = backward.map(|place| slab[place]).collect();
        assert!(forward.chars().rev().eq(backward), "a chain reads alike from both ends");
        forward
    }

    #[test]
    fn an_element_stands_in_two_chains_and_leaves_each_from_any_place() {
        let mut slab = Slab::new();
        let (mut one, mut two) = (Chain::<char, 0>::EMPTY, Chain::<char, 1>::EMPTY);
        let places = ['a', 'b', 'c', 'd'].map(|letter| slab.insert(letter));
        assert_eq!(format!("{places:?}"), "[1, 2, 3, 4]");
        for place in places {
            one.push(&mut slab, place);
        }
        for &place in places.iter().rev() {
            two.push(&mut slab, place);
        }
        assert_eq!((read(&one, &slab), read(&two, &slab)), ("abcd".into(), "dcba".into()));
        one.unlink(&mut slab, places[1]);
        one.unlink(&mut slab, places[3]);
        two.unlink(&mut slab, places[3]);
        two.push(&mut slab, places[3]);
        assert_eq!((read(&one, &slab), read(&two, &slab)), ("ac".into(), "cbad".into()));
        one.unlink(&mut slab, places[0]);
        one.unlink(&mut slab, places[2]);
        assert!(one.is_empty() && one.last().is_none());
        one.push(&mut slab, places[2]);
        assert_eq!(read(&one, &slab), "c");
    }

    #[test]
    fn a_freed_place_is_used_again_before_a_new_one() {
        let mut slab = Slab::new();
        let (first, second) = (slab.insert('a'), slab.insert('b'));
        assert_eq!(slab.remove(first), 'a');
        assert_eq!(slab.remove(second), 'b');
        assert_eq!((slab.insert('c'), slab.insert('d')), (second, first));
        slab.insert('e');
        assert_eq!(slab.slots.len(), 3);
        assert_eq!((slab[first], slab[second]), ('d', 'c'));
    }

    #[test]
    #[should_panic(expected = "a place is not used after its element was removed")]
    fn a_place_is_not_used_after_its_element_was_removed() {
        let mut slab = Slab::new();
        let place = slab.insert('a');
        slab.remove(place);
        let _ = slab[place];
    }

    #[test]
    fn an_optional_place_takes_four_bytes() {
        assert_eq!(size_of::<Option<Place<String>>>(), 4);
    }
}
