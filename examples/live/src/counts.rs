//! What a room counts beside the engine.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What was handed over, and what the host turned away before the engine saw it.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    batches: AtomicU64,
    entries: AtomicU64,
    not_now: AtomicU64,
    built: AtomicU64,
    missed: AtomicU64,
    turned_away: AtomicU64,
    gifts: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Times that a reader took a batch.
    pub(crate) batches: u64,
    /// Times that a reader was given an entry, in whatever batch.
    pub(crate) entries: u64,
    /// Times that a reader could not take a batch.
    pub(crate) not_now: u64,
    /// Batches built.
    pub(crate) built: u64,
    /// Times that a reader was told of an entry that it had missed.
    pub(crate) missed: u64,
    /// Messages that the host refused by itself.
    pub(crate) turned_away: u64,
    /// Gifts delivered.
    pub(crate) gifts: u64,
}

/// One batch on its way to some of those who stand at one cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandOver {
    pub(crate) readers: u64,
    pub(crate) taken: u64,
    pub(crate) entries: u64,
    pub(crate) missed: u64,
}

impl Counts {
    /// A batch was built, for all who stand at its cursor.
    pub(crate) fn built(&self) {
        self.built.fetch_add(1, Relaxed);
    }

    pub(crate) fn handed_over(&self, handed: HandOver) {
        let HandOver { readers, taken, entries, missed } = handed;
        self.batches.fetch_add(taken, Relaxed);
        self.entries.fetch_add(taken * entries, Relaxed);
        self.missed.fetch_add(taken * missed, Relaxed);
        self.not_now.fetch_add(readers - taken, Relaxed);
    }

    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    pub(crate) fn gave(&self, gifts: u64) {
        self.gifts.fetch_add(gifts, Relaxed);
    }

    pub(crate) fn gifts(&self) -> u64 {
        self.gifts.load(Relaxed)
    }

    pub(crate) fn now(&self) -> Counted {
        Counted {
            batches: self.batches.load(Relaxed),
            entries: self.entries.load(Relaxed),
            not_now: self.not_now.load(Relaxed),
            built: self.built.load(Relaxed),
            missed: self.missed.load(Relaxed),
            turned_away: self.turned_away.load(Relaxed),
            gifts: self.gifts(),
        }
    }
}

impl std::ops::Add for Counted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            batches: self.batches + other.batches,
            entries: self.entries + other.entries,
            not_now: self.not_now + other.not_now,
            built: self.built + other.built,
            missed: self.missed + other.missed,
            turned_away: self.turned_away + other.turned_away,
            gifts: self.gifts + other.gifts,
        }
    }
}
