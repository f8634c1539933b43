//! What a group has only once it is needed. Of the many groups of an app most are idle, and have
//! none of it.

use std::{
    collections::{BTreeMap, VecDeque},
    mem::size_of,
    ops::Deref,
    sync::LazyLock,
};

use super::{filters::Filters, speak::Pending};
use crate::{
    attributes::{Attributes, Counters},
    audit::Chain,
    filter::Trails,
    folds::Folds,
    hash::HashKey,
    house::Memory,
    id::Fingerprint,
    modes::Modes,
    mutes::Mutes,
    receipts::Receipts,
    review::Review,
    scheduler::Scheduler,
    stats::Account,
    strikes::Strikes,
    tally::Tally,
    time::Shift,
    tips::Tips,
};

/// What there is once something was said.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) scheduler: Scheduler<Pending>,
    pub(super) receipts: Receipts,
    pub(super) folds: Folds<Pending>,
    pub(super) tips: Tips,
    pub(super) account: Account,
    /// What the messages take that are accepted and have not come to their end, wherever they are.
    pub(super) pending: usize,
}

/// What there is where the staff or the host did something beside.
#[derive(Debug)]
pub(super) struct House {
    pub(super) disbanded: bool,
    pub(super) attributes: Attributes,
    pub(super) counters: Counters,
    pub(super) mutes: Mutes,
    pub(super) shadows: Mutes,
    pub(super) bans: Mutes,
    pub(super) print_bans: Mutes<Fingerprint>,
    /// Fingerprints that were banned, and may still be here.
    pub(super) sweeping: VecDeque<Fingerprint>,
    pub(super) strikes: Strikes,
    pub(super) modes: Modes,
    pub(super) memory: Memory,
    pub(super) filters: Filters,
    pub(super) trails: Trails,
    pub(super) review: Review<Pending>,
    pub(super) tally: Tally,
    pub(super) audit: Chain,
    /// Messages refused, by code. Outside digest and journal: a refusal changes nothing.
    pub(super) refused: BTreeMap<u16, u64>,
}

/// A part that looks as if it were new until it is made.
#[derive(Debug)]
pub(super) struct Lazy<T>(Option<Box<T>>);

pub(super) trait Part: 'static {
    fn new(key: HashKey) -> Self;

    /// What is seen where there is none.
    fn none() -> &'static Self;
}

impl<T: Part> Lazy<T> {
    pub(super) const NONE: Self = Self(None);

    /// The part to change, if there is one.
    pub(super) fn there(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }

    /// The part to change, new if there was none.
    pub(super) fn make(&mut self, key: HashKey) -> &mut T {
        self.0.get_or_insert_with(|| Box::new(T::new(key)))
    }

    /// Gives the part back if it is as if it were new.
    pub(super) fn rest(&mut self, is_new: impl FnOnce(&T) -> bool) {
        self.0.take_if(|part| is_new(part));
    }
}

impl Lazy<Talk> {
    pub(super) fn heap_bytes(&self) -> usize {
        let Some(Talk { scheduler, receipts, folds, tips, account, pending }) = self.0.as_deref()
        else {
            return 0;
        };
        size_of::<Talk>()
            + scheduler.heap_bytes()
            + receipts.heap_bytes()
            + folds.heap_bytes()
            + tips.heap_bytes()
            + account.heap_bytes()
            + pending
    }
}

impl Lazy<House> {
    pub(super) fn heap_bytes(&self) -> usize {
        let Some(house) = self.0.as_deref() else { return 0 };
        size_of::<House>()
            + house.attributes.heap_bytes()
            + house.counters.heap_bytes()
            + house.mutes.heap_bytes()
            + house.shadows.heap_bytes()
            + house.bans.heap_bytes()
            + house.print_bans.heap_bytes()
            + house.sweeping.capacity() * size_of::<Fingerprint>()
            + house.strikes.heap_bytes()
            + house.modes.heap_bytes()
            + house.memory.heap_bytes()
            + house.trails.heap_bytes()
            + house.review.heap_bytes()
            + house.tally.heap_bytes()
    }
}

impl<T: Part> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(part) => part,
            None => T::none(),
        }
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(part: T) -> Self {
        Self(Some(Box::new(part)))
    }
}

impl Part for Talk {
    fn new(key: HashKey) -> Self {
        Self {
            scheduler: Scheduler::new(key),
            receipts: Receipts::default(),
            folds: Folds::default(),
            tips: Tips::default(),
            account: Account::default(),
            pending: 0,
        }
    }

    fn none() -> &'static Self {
        static NONE: LazyLock<Talk> = LazyLock::new(|| Talk::new(HashKey::default()));
        &NONE
    }
}

impl Part for House {
    fn new(key: HashKey) -> Self {
        Self {
            disbanded: false,
            attributes: Attributes::default(),
            counters: Counters::default(),
            mutes: Mutes::new(key),
            shadows: Mutes::new(key),
            bans: Mutes::new(key),
            print_bans: Mutes::new(key),
            sweeping: VecDeque::new(),
            strikes: Strikes::new(key),
            modes: Modes::default(),
            memory: Memory::default(),
            filters: Filters::default(),
            trails: Trails::default(),
            review: Review::default(),
            tally: Tally::default(),
            audit: Chain::default(),
            refused: BTreeMap::new(),
        }
    }

    fn none() -> &'static Self {
        static NONE: LazyLock<House> = LazyLock::new(|| House::new(HashKey::default()));
        &NONE
    }
}

impl Talk {
    /// Moves every open deadline with the clock.
    pub(super) fn shift(&mut self, shift: Shift) {
        self.scheduler.shift(shift);
        self.receipts.shift(shift);
        self.folds.shift(shift);
        self.tips.shift(shift);
    }
}

impl House {
    /// Moves every open deadline with the clock.
    pub(super) fn shift(&mut self, shift: Shift) {
        self.attributes.shift(shift);
        self.counters.shift(shift);
        self.mutes.shift(shift);
        self.shadows.shift(shift);
        self.bans.shift(shift);
        self.print_bans.shift(shift);
        self.strikes.shift(shift);
        self.modes.shift(shift);
        self.memory.shift(shift);
        self.trails.shift(shift);
        self.review.shift(shift);
        self.tally.shift(shift);
    }

    /// Whether nothing would be lost with it.
    pub(super) fn is_new(&self) -> bool {
        let Self {
            disbanded,
            attributes,
            counters,
            mutes,
            shadows,
            bans,
            print_bans,
            sweeping,
            strikes,
            modes,
            memory,
            filters,
            trails,
            review,
            tally,
            audit,
            refused,
        } = self;
        !disbanded
            && attributes.is_new()
            && counters.is_new()
            && mutes.len() + shadows.len() + bans.len() + print_bans.len() + strikes.len() == 0
            && sweeping.is_empty()
            && modes.is_new()
            && memory.is_new()
            && filters.is_new()
            && trails.is_new()
            && review.is_new()
            && tally.is_new()
            && audit.is_new()
            && refused.is_empty()
    }
}
