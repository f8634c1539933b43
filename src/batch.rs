//! Entries taken from a log in one piece, to be handed to any number of readers.
//!
//! Whoever stands at the same [`Cursor`] gets the same [`Batch`], so that an entry is encoded once for
//! each wire format and not once for each reader.

#![expect(
    clippy::indexing_slicing,
    reason = "a format has a place of its own among those of a batch"
)]

use std::sync::{Arc, OnceLock};

use crate::{
    cursor::Cursor,
    entry::Entry,
    message::{Class, PerClass},
    space,
};

/// The next entries from one cursor on, shared: a clone is a handle.
///
/// It ends at the first place after its first entry that is a multiple of [`Batch::BLOCK`], so that
/// readers who came apart meet again there; or once it holds [`Batch::MAX_BYTES`]; or at the log's
/// end. Take batches from [`to`](Self::to) on until one [is empty](Self::is_empty).
#[derive(Clone, Debug)]
pub struct Batch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    from: Cursor,
    to: Cursor,
    missed: PerClass<u64>,
    open: bool,
    entries: Box<[Arc<Entry>]>,
    encoded: [OnceLock<Arc<[u8]>>; Format::COUNT],
}

impl Batch {
    /// Batches end at places that are multiples of this, so that readers who stand apart soon share them:
    /// with 64 entries what a hand-over costs no longer showed when measured, and more did not help.
    pub const BLOCK: u64 = 64;
    /// A batch takes no further entry once it holds as many bytes, so it ends with the entry that
    /// reaches the number.
    ///
    /// What comes after it therefore has no part in where a batch ends.
    pub const MAX_BYTES: usize = 65_536;

    /// The most that a batch takes beside its last entry, with its other entries, and without what it
    /// is encoded to.
    pub(crate) fn most_bytes() -> u64 {
        let entries = Self::BLOCK * space::size::<Arc<Entry>>() + Self::MAX_BYTES as u64;
        space::size::<Shared>() + 2 * space::size::<usize>() + entries
    }

    /// `open` says that entries appended later would have belonged into it.
    pub(crate) fn new(
        (from, to): (Cursor, Cursor),
        missed: PerClass<u64>,
        open: bool,
        entries: Vec<Arc<Entry>>,
    ) -> Self {
        let encoded = Default::default();
        Self(Arc::new(Shared { from, to, missed, open, entries: entries.into(), encoded }))
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.0.entries
    }

    /// Whose batch it is: readers who have come as far as this.
    pub fn from(&self) -> &Cursor {
        &self.0.from
    }

    /// How far its readers have come with it.
    pub fn to(&self) -> &Cursor {
        &self.0.to
    }

    /// How many entries of each class between its ends were gone when it was taken: what its readers
    /// are to be told that they missed. What a reader misses was delivered to others; a message that was
    /// lost to the room has an [`Outcome`](crate::Outcome), which its author is told.
    pub fn missed(&self) -> PerClass<u64> {
        self.0.missed
    }

    /// Whether it leads nowhere: its readers are at the log's end.
    pub fn is_empty(&self) -> bool {
        self.0.from == self.0.to
    }

    /// Whether it holds an entry of class High, which is not to be kept waiting.
    pub fn urgent(&self) -> bool {
        self.entries().iter().any(|entry| entry.class == Class::High)
    }

    /// Whether it went to the log's end, and would be longer after the next append.
    pub(crate) fn open(&self) -> bool {
        self.0.open
    }

    /// Its bytes in one wire format: made by `encode` when they are first asked for, and shared by
    /// all who ask again, on whatever thread.
    ///
    /// `encode` must not ask this batch for the same format.
    pub fn encoded<B: Into<Arc<[u8]>>>(
        &self,
        format: Format,
        encode: impl FnOnce(&Self) -> B,
    ) -> Arc<[u8]> {
        self.0.encoded[format.place()].get_or_init(|| encode(self).into()).clone()
    }
}

/// One of the host's wire formats, by a number of its own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Format(u8);

impl Format {
    /// How many there are: JSON and one binary format, each plain and compressed.
    pub const COUNT: usize = 4;

    /// The format numbered `number`, counted from 0; `None` from [`Format::COUNT`] on.
    pub const fn new(number: u8) -> Option<Self> {
        if (number as usize) < Self::COUNT { Some(Self(number)) } else { None }
    }

    fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Epoch, GroupId};

    #[test]
    fn a_batch_is_encoded_once_for_each_format() {
        let start = Cursor::start(&GroupId::custom("g").unwrap(), Epoch(1));
        let batch = Batch::new((start, start), PerClass::default(), true, Vec::new());
        let (json, binary) = (Format::new(0).unwrap(), Format::new(3).unwrap());
        assert_eq!(*batch.encoded(json, |_| vec![1]), [1]);
        assert_eq!(*batch.encoded(binary, |_| vec![2]), [2]);
        let again = batch.clone().encoded(json, |_| -> Vec<u8> { panic!("encoded twice") });
        assert_eq!(*again, [1]);
    }

    #[test]
    fn there_are_as_many_formats_as_said() {
        assert!(Format::new(3).is_some());
        assert_eq!(Format::new(4), None);
    }
}
