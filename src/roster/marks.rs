//! Which kinds of marks a group knows, which members have each, and who is always online.
//!
//! A kind of the host's own exists while somebody has it. The special ones are there in any case, and
//! do not count among the [`KINDS`]. A member's marks are one bit for each kind, so that marking
//! costs the unmarked two bytes; a group in which nobody is marked keeps nothing of all this.

#![expect(clippy::indexing_slicing, reason = "a place is of a kind that somebody has")]

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::{
    command::Command,
    deadlines::Deadlines,
    hash::HashKey,
    refusal::{Field, Refusal},
    space,
};

/// Kinds of marks in a group: "at most 10 marks per group" (the modelled service, 2024).
pub(super) const KINDS: usize = 10;
/// The marks to which the group itself gives a meaning. Their places are behind the others'.
const SPECIAL: [u32; 2] = [Command::ALWAYS_ONLINE, Command::HIDDEN];
const PLACES: usize = KINDS + SPECIAL.len();
/// Members who may have one mark: "1,000 members per mark" (the modelled service, 2024).
pub(super) const PER_MARK: usize = 1_000;

/// The marks of one member, by the places of their kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u16);

impl Marks {
    pub(super) fn always_online(self) -> bool {
        self.has(KINDS)
    }

    pub(super) fn hidden(self) -> bool {
        self.has(KINDS + 1)
    }

    fn has(self, place: usize) -> bool {
        self.0 & (1 << place) != 0
    }
}

/// What a group in which somebody is marked keeps of it.
#[derive(Clone, Debug)]
pub(super) struct Marking {
    pub(super) kinds: Kinds,
    /// Until when the members marked as always online are, by the numbers of their joins.
    pub(super) always: Deadlines<u64>,
}

impl Marking {
    pub(super) fn new(key: HashKey) -> Self {
        Self { kinds: Kinds::default(), always: Deadlines::new(key) }
    }

    /// The most that marks take.
    pub(super) fn most_bytes() -> u64 {
        let each = PER_MARK as u64;
        space::size::<Self>()
            + PLACES as u64 * space::tree::<u64>(each)
            + Deadlines::<u64>::most_bytes(each)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.kinds.heap_bytes() + self.always.heap_bytes()
    }
}

/// The kinds of marks of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds([Kind; PLACES]);

/// One kind; free for another when nobody has it.
#[derive(Clone, Debug, Default)]
struct Kind {
    mark: u32,
    /// The numbers of their joins.
    holders: BTreeSet<u64>,
}

impl Kinds {
    /// The numbers of `marks`, in their own order.
    pub(super) fn numbers(&self, marks: Marks) -> SmallVec<[u32; PLACES]> {
        let places = (0..PLACES).filter(|&place| marks.has(place));
        let mut numbers: SmallVec<[u32; PLACES]> = places.map(|place| self.0[place].mark).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Whether `mark` is among these.
    pub(super) fn has(&self, marks: Marks, mark: u32) -> bool {
        marks != Marks::default() && self.place(mark).is_some_and(|place| marks.has(place))
    }

    /// Whether nobody has any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|kind| kind.holders.is_empty())
    }

    /// The numbers of the joins of those who have `mark`.
    pub(super) fn holders(&self, mark: u32) -> impl Iterator<Item = u64> {
        let place = self.place(mark);
        place.into_iter().flat_map(|place| self.0[place].holders.iter().copied())
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let holders: usize = self.0.iter().map(|kind| kind.holders.len()).sum();
        // A node of a `BTreeSet` is filled to about two thirds.
        holders * size_of::<u64>() * 3 / 2
    }

    /// Whether every one of `holders`, each named once, could have every one of `marks`.
    pub(super) fn check(&self, marks: &[u32], holders: &[Marks]) -> Result<(), Refusal> {
        let refuse = |limit: usize, count: usize| {
            let (limit, count) = (limit as u64, count as u64);
            Err(Refusal::TooMany { field: Field::Marks, limit, count })
        };
        let mut kinds = self.own().iter().filter(|kind| !kind.holders.is_empty()).count();
        for &mark in marks {
            let place = self.place(mark);
            let has_it = |marks: &&Marks| place.is_some_and(|place| marks.has(place));
            let others = place.map_or(0, |place| self.0[place].holders.len())
                - holders.iter().filter(has_it).count();
            let members = others + holders.len();
            if members > PER_MARK {
                return refuse(PER_MARK, members);
            }
            kinds += usize::from(place.is_none());
        }
        if kinds > KINDS { refuse(KINDS, kinds) } else { Ok(()) }
    }

    /// Adds `mark` to the marks of the member with that join; false if it is there, or there is no
    /// room for its kind.
    pub(super) fn add(&mut self, marks: &mut Marks, mark: u32, join: u64) -> bool {
        let free = || self.own().iter().position(|kind| kind.holders.is_empty());
        let Some(place) = self.place(mark).or_else(free) else { return false };
        let kind = &mut self.0[place];
        if marks.has(place) || kind.holders.len() == PER_MARK {
            return false;
        }
        kind.mark = mark;
        kind.holders.insert(join);
        marks.0 |= 1 << place;
        true
    }

    /// Takes `mark` from the marks of the member with that join; false if it is not there.
    pub(super) fn remove(&mut self, marks: &mut Marks, mark: u32, join: u64) -> bool {
        let Some(place) = self.place(mark).filter(|&place| marks.has(place)) else { return false };
        self.0[place].holders.remove(&join);
        marks.0 &= !(1 << place);
        true
    }

    fn place(&self, mark: u32) -> Option<usize> {
        let special = SPECIAL.iter().position(|&special| special == mark);
        let own =
            || self.own().iter().position(|kind| !kind.holders.is_empty() && kind.mark == mark);
        special.map(|at| KINDS + at).or_else(own)
    }

    /// The kinds that are the host's own.
    fn own(&self) -> &[Kind] {
        &self.0[..KINDS]
    }
}
