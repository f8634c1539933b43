//! How far a reader has come in a group's history.
//!
//! A [`Cursor`] counts what its reader has passed of each class, read or missed. Its position is the
//! sum, and what a reader missed follows exactly: what was passed since, less what was read. A bare
//! sequence number would not do: by it, two histories that left the same log cannot be told apart.
//!
//! Cursors travel: a client may keep one over a lost connection and give it back, changed at will.
//! So a cursor is plain numbers, and whatever reads one checks it first ([`CursorError`]).

#![expect(clippy::indexing_slicing, reason = "a class has a place of its own among six")]

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    hash::stable_hash,
    id::{Epoch, GroupId, Seq},
    message::{Class, PerClass},
};

/// How far a reader has come in one group's history.
///
/// Cursors of one group and epoch are ordered by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Plain", into = "Plain")]
pub struct Cursor {
    /// Tells groups apart, so that a cursor given to the wrong one is caught.
    group: u32,
    epoch: Epoch,
    passed: Counts,
}

// Hosts keep one for each laggard, and the design promises this bound.
const _: () = assert!(size_of::<Cursor>() <= 40);

impl Cursor {
    /// Before the first entry of `group`.
    pub(crate) fn start(group: &GroupId, epoch: Epoch) -> Self {
        let [a, b, c, d, ..] = stable_hash(group).to_le_bytes();
        Self { group: u32::from_le_bytes([a, b, c, d]), epoch, passed: Counts::default() }
    }

    /// The place of the last entry passed, read or missed; 0 before all.
    #[inline]
    pub fn position(&self) -> Seq {
        Seq(self.passed.total())
    }

    /// The epoch of the history it is of.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// How many entries of each class were passed.
    pub fn passed(&self) -> PerClass<u64> {
        self.passed.per_class()
    }

    #[inline]
    pub(crate) fn counts(&self) -> &Counts {
        &self.passed
    }

    /// Whether it is of this history, whatever its counts.
    #[inline]
    pub(crate) fn is_of(&self, head: &Self) -> bool {
        (self.group, self.epoch) == (head.group, head.epoch)
    }

    /// The same history, `passed` entries in.
    pub(crate) fn at(self, passed: Counts) -> Self {
        Self { passed, ..self }
    }

    /// The same place, in a new epoch.
    pub(crate) fn in_epoch(self, epoch: Epoch) -> Self {
        Self { epoch, ..self }
    }

    /// Checks what can be said without knowing the entries: that this cursor is of the history that
    /// has come to `head`, and not ahead of it.
    pub(crate) fn check(&self, head: &Self) -> Result<(), CursorError> {
        if self.group != head.group {
            return Err(CursorError::OtherGroup);
        }
        if self.epoch != head.epoch {
            return Err(CursorError::OtherEpoch { cursor: self.epoch, log: head.epoch });
        }
        if self.position() > head.position() {
            return Err(CursorError::Future { cursor: self.position(), head: head.position() });
        }
        self.check_between(&Counts::default(), &head.passed)
    }

    /// Checks that nothing is passed that was still to come, and everything that was over.
    pub(crate) fn check_between(&self, from: &Counts, to: &Counts) -> Result<(), CursorError> {
        let possible = from.within(&self.passed) && self.passed.within(to);
        if possible { Ok(()) } else { Err(CursorError::Impossible) }
    }
}

impl Ord for Cursor {
    /// Position before counts: whoever goes through cursors in order meets those furthest behind
    /// first.
    fn cmp(&self, other: &Self) -> Ordering {
        let key =
            |cursor: &Self| (cursor.group, cursor.epoch, cursor.position(), cursor.passed().0);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A cursor as it is written down.
#[derive(Serialize, Deserialize)]
struct Plain {
    group: u32,
    epoch: Epoch,
    passed: PerClass<u64>,
}

impl From<Cursor> for Plain {
    fn from(cursor: Cursor) -> Self {
        Self { group: cursor.group, epoch: cursor.epoch, passed: cursor.passed() }
    }
}

impl TryFrom<Plain> for Cursor {
    type Error = CursorError;

    fn try_from(plain: Plain) -> Result<Self, CursorError> {
        let passed = Counts::new(&plain.passed).ok_or(CursorError::Impossible)?;
        Ok(Self { group: plain.group, epoch: plain.epoch, passed })
    }
}

/// Why a history cannot be read from a cursor.
///
/// Whatever the reason, the reader cannot be told what it missed: it starts anew from the group's
/// `tail`, and asks for the group's state if it shows any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum CursorError {
    /// It was given out by another group.
    #[error("the cursor is of another group: start from the tail of this one")]
    OtherGroup,
    /// The history was begun anew since, because its end may have been lost.
    #[error("the cursor is of epoch {cursor}, the history of epoch {log}: start from the tail")]
    OtherEpoch {
        /// The epoch of the cursor.
        cursor: Epoch,
        /// The epoch of the history.
        log: Epoch,
    },
    /// It has passed entries that are still to come.
    #[error("the cursor has passed entry {cursor}, and {head} is the last: start from the tail")]
    Future {
        /// The position of the cursor.
        cursor: Seq,
        /// The last entry of the history.
        head: Seq,
    },
    /// It has counts that no reader of this history could have.
    #[error("no reader of this history could have this cursor: start from the tail")]
    Impossible,
}

/// A number of entries of each class, at most [`Counts::MAX`].
///
/// The low and high parts stand apart so that both are aligned and their sums need no unpacking. The
/// last two of the high ones are 0: with them, to compare is to compare whole words.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counts {
    low: [u32; 6],
    high: [u8; 8],
}

impl Counts {
    #[cfg(test)]
    /// The most entries of one class: 40 bits are 870 years at 40 a second.
    pub(crate) const MAX: u64 = (1 << 40) - 1;

    /// `None` if one of them is above [`Counts::MAX`].
    pub(crate) fn new(counts: &PerClass<u64>) -> Option<Self> {
        let mut packed = Self::default();
        for class in Class::ALL {
            packed.set(class, counts[class])?;
        }
        Some(packed)
    }

    pub(crate) fn get(&self, class: Class) -> u64 {
        let place = class as usize;
        u64::from(self.high[place]) << 32 | u64::from(self.low[place])
    }

    fn set(&mut self, class: Class, count: u64) -> Option<()> {
        let [a, b, c, d, high, 0, 0, 0] = count.to_le_bytes() else { return None };
        self.low[class as usize] = u32::from_le_bytes([a, b, c, d]);
        self.high[class as usize] = high;
        Some(())
    }

    /// With `more` of one class; `None` if that is more than can be counted.
    pub(crate) fn plus(mut self, class: Class, more: u64) -> Option<Self> {
        self.set(class, self.get(class).checked_add(more)?)?;
        Some(self)
    }

    /// With one less of a class; none stays none.
    pub(crate) fn less_one(mut self, class: Class) -> Self {
        // A smaller count always fits.
        let _ = self.set(class, self.get(class).saturating_sub(1));
        self
    }

    /// All of them; six times [`Counts::MAX`] is far from overflowing.
    #[inline]
    pub(crate) fn total(&self) -> u64 {
        let low: u64 = self.low.iter().copied().map(u64::from).sum();
        let high: u64 = self.high.iter().copied().map(u64::from).sum();
        low + (high << 32)
    }

    /// How many more of each class than in `earlier`; none where it has more.
    pub(crate) fn since(&self, earlier: &Self) -> PerClass<u64> {
        PerClass(Class::ALL.map(|class| self.get(class).saturating_sub(earlier.get(class))))
    }

    pub(crate) fn per_class(&self) -> PerClass<u64> {
        PerClass(Class::ALL.map(|class| self.get(class)))
    }

    /// Whether no count is above its counterpart.
    pub(crate) fn within(&self, other: &Self) -> bool {
        Class::ALL.iter().all(|&class| self.get(class) <= other.get(class))
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.per_class().0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> GroupId {
        GroupId::custom(name).unwrap()
    }

    fn cursor(passed: [u64; 6]) -> Cursor {
        let start = Cursor::start(&group("g"), Epoch(1));
        start.at(Counts::new(&PerClass(passed)).unwrap())
    }

    #[test]
    fn a_count_holds_forty_bits_and_no_more() {
        let most = Counts::new(&PerClass([Counts::MAX; 6])).unwrap();
        assert_eq!(most.per_class(), PerClass([Counts::MAX; 6]));
        assert_eq!(most.total(), 6 * Counts::MAX);
        assert_eq!(Counts::new(&PerClass([0, 0, 0, 0, 0, Counts::MAX + 1])), None);
        assert_eq!(most.plus(Class::Tip, 1), None);
        assert_eq!(Counts::default().plus(Class::Tip, u64::MAX), None);
        assert_eq!(most.less_one(Class::Low).get(Class::Low), Counts::MAX - 1);
        assert_eq!(Counts::default().less_one(Class::Low), Counts::default());
    }

    #[test]
    fn a_count_carries_into_its_high_part_and_back() {
        let low = u64::from(u32::MAX);
        let counts = Counts::new(&PerClass([low; 6])).unwrap().plus(Class::High, 1).unwrap();
        assert_eq!(counts.get(Class::High), low + 1);
        assert_eq!(counts.get(Class::Normal), low);
        assert_eq!(counts.total(), 6 * low + 1);
        assert_eq!(counts.less_one(Class::High).get(Class::High), low);
    }

    #[test]
    fn the_position_is_what_was_passed_of_all_classes() {
        assert_eq!(cursor([1, 2, 3, 4, 5, 6]).position(), Seq(21));
        assert_eq!(cursor([1, 2, 3, 4, 5, 6]).passed(), PerClass([1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn cursors_are_ordered_by_position_first() {
        assert!(cursor([9, 0, 0, 0, 0, 0]) < cursor([0, 0, 0, 0, 0, 10]));
        assert!(cursor([0, 1, 0, 0, 0, 0]) < cursor([1, 0, 0, 0, 0, 0]));
        assert!(cursor([9; 6]) < cursor([0; 6]).in_epoch(Epoch(2)));
    }

    #[test]
    fn a_cursor_is_written_as_plain_numbers_and_checked_when_read() {
        let here = cursor([1, 0, 1 << 39, 0, 0, 7]);
        let text = serde_json::to_string(&here).unwrap();
        assert_eq!(serde_json::from_str::<Cursor>(&text).unwrap(), here);
        let wild =
            format!("{{\"group\":1,\"epoch\":1,\"passed\":[0,0,0,0,0,{}]}}", Counts::MAX + 1);
        assert!(serde_json::from_str::<Cursor>(&wild).is_err());
    }

    #[test]
    fn a_cursor_of_elsewhere_or_of_the_future_is_caught() {
        let head = cursor([2, 2, 0, 0, 0, 0]);
        assert_eq!(head.check(&head), Ok(()));
        let elsewhere = Cursor::start(&group("h"), Epoch(1));
        assert_eq!(elsewhere.check(&head), Err(CursorError::OtherGroup));
        assert_eq!(
            head.in_epoch(Epoch(0)).check(&head),
            Err(CursorError::OtherEpoch { cursor: Epoch(0), log: Epoch(1) })
        );
        assert_eq!(
            cursor([5, 0, 0, 0, 0, 0]).check(&head),
            Err(CursorError::Future { cursor: Seq(5), head: Seq(4) })
        );
        assert_eq!(cursor([0, 3, 0, 0, 0, 0]).check(&head), Err(CursorError::Impossible));
    }
}
