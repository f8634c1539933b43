//! The kept entries in one ring: evicted by class without moving the others.
//!
//! An entry evicted from the middle leaves a dead slot. Dead slots are popped when they reach the
//! front, and all removed when they outnumber the kept ones, so that an eviction costs O(1)
//! amortised. They are never asked for anything: a ring without them must answer alike.
//!
//! Invariants: slots are in the order of `seq` and of `until`; the first and the last are alive;
//! `kept`, `alive` and `bytes` are sums over those alive; of each class the newest are kept.

use std::{
    collections::{VecDeque, vec_deque},
    sync::Arc,
};

use crate::{
    cursor::{Counts, Cursor},
    entry::{Body, Entry},
    message::{Class, Message, PerClass},
    time::{Shift, Timestamp},
};

/// One place in the ring: 64 bytes, a cache line.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) seq: u64,
    /// When its age is over. The entry's own `at` stays when the clock is moved, this does not.
    pub(super) until: Timestamp,
    /// How many of each class were appended up to and with this one.
    pub(super) through: Counts,
    pub(super) class: Class,
    /// `None` for one that was evicted.
    pub(super) entry: Option<Arc<Entry>>,
}

const _: () = assert!(size_of::<Slot>() == 64);

impl Slot {
    /// How many of each class were appended before this one.
    pub(super) fn before(&self) -> Counts {
        self.through.less_one(self.class)
    }
}

#[derive(Debug, Default)]
pub(super) struct Ring {
    slots: VecDeque<Slot>,
    kept: PerClass<u64>,
    alive: usize,
    bytes: usize,
    /// How many slots were popped off the front, so that places can be named while they move.
    popped: u64,
    /// No entry of the class stands before this place.
    oldest: PerClass<u64>,
    /// No slot after this sequence number is dead, and the log went on after the last slot at most
    /// up to it.
    whole_after: u64,
}

impl Ring {
    pub(super) fn is_empty(&self) -> bool {
        self.alive == 0
    }

    pub(super) fn kept(&self) -> &PerClass<u64> {
        &self.kept
    }

    /// What the entries say, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// When the last entry's age is over.
    pub(super) fn last_until(&self) -> Option<Timestamp> {
        self.slots.back().map(|slot| slot.until)
    }

    /// Notes that the entry with this number is not kept.
    pub(super) fn skip(&mut self, seq: u64) {
        self.whole_after = self.whole_after.max(seq);
    }

    pub(super) fn push(&mut self, entry: Arc<Entry>, through: Counts, until: Timestamp) {
        let class = entry.class;
        self.kept[class] += 1;
        self.alive += 1;
        self.bytes = self.bytes.saturating_add(entry.body.bytes());
        // Expiry looks at the front alone: nothing may outlive what comes after it.
        let until = self.last_until().map_or(until, |last| last.max(until));
        self.slots.push_back(Slot { seq: entry.seq.0, until, through, class, entry: Some(entry) });
    }

    /// Drops what has no time left at `now`.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while self.slots.front().is_some_and(|slot| slot.until <= now) {
            self.bury(0);
            self.pop_dead();
        }
        self.compact();
    }

    /// Drops the oldest of a class until at most `quota` are kept.
    pub(super) fn limit(&mut self, class: Class, quota: u32) {
        while self.kept[class] > u64::from(quota) {
            let start = self.place(self.oldest[class]);
            let oldest = self
                .slots
                .range(start..)
                .position(|slot| slot.class == class && slot.entry.is_some());
            let index = start + oldest.expect("`kept` counts the slots that are alive");
            // The search goes on from here the next time, so each slot is passed once.
            self.oldest[class] = self.popped + index as u64 + 1;
            self.bury(index);
            self.pop_dead();
            self.compact();
        }
    }

    fn bury(&mut self, index: usize) {
        if let Some(entry) = self.slots[index].entry.take() {
            self.kept[entry.class] -= 1;
            self.alive -= 1;
            self.bytes = self.bytes.saturating_sub(entry.body.bytes());
            self.skip(entry.seq.0);
        }
    }

    fn pop_dead(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.entry.is_none()) {
            self.slots.pop_front();
            self.popped += 1;
        }
    }

    fn compact(&mut self) {
        // The last one dies only where a quota is lowered: what is pushed is not evicted at once.
        let last_is_dead = self.slots.back().is_some_and(|slot| slot.entry.is_none());
        if self.slots.len() > 2 * self.alive || last_is_dead {
            self.slots.retain(|slot| slot.entry.is_some());
            // Paid for by the slots removed, as is the search from the front after it.
            self.oldest = PerClass([self.popped; 6]);
        }
    }

    fn place(&self, named: u64) -> usize {
        usize::try_from(named.saturating_sub(self.popped)).unwrap_or(usize::MAX)
    }

    /// Gives back the room that a greater quota had.
    pub(super) fn shrink(&mut self) {
        self.slots.shrink_to_fit();
    }

    /// Nothing has more time left than until `until`.
    pub(super) fn cap_age(&mut self, until: Timestamp) {
        for slot in &mut self.slots {
            slot.until = slot.until.min(until);
        }
    }

    pub(super) fn shift(&mut self, shift: Shift) {
        for slot in &mut self.slots {
            shift.apply(&mut slot.until);
        }
    }

    /// Empties the messages that match, and says how many there were.
    pub(super) fn empty(&mut self, mut matches: impl FnMut(&Message) -> bool) -> u64 {
        let mut emptied = 0;
        for entry in self.slots.iter_mut().filter_map(|slot| slot.entry.as_mut()) {
            let Body::Message(message) = &entry.body else { continue };
            if matches(message) {
                let Entry { seq, at, class, ref body } = **entry;
                let bare = Body::Emptied;
                self.bytes = self.bytes.saturating_sub(body.bytes()).saturating_add(bare.bytes());
                *entry = Arc::new(Entry { seq, at, class, body: bare });
                emptied += 1;
            }
        }
        emptied
    }

    /// The index of the first slot after `position`, in a log whose last entry was `head`.
    pub(super) fn after(&self, position: u64, head: u64) -> usize {
        let ahead = usize::try_from(head.saturating_sub(position)).unwrap_or(usize::MAX);
        // At most `ahead` slots come after it, and just as many unless some were removed: then the
        // very first is the one, and readers near the end never search.
        let least = self.slots.len().saturating_sub(ahead);
        match self.slots.get(least) {
            Some(slot) if slot.seq <= position => {
                self.slots.partition_point(|slot| slot.seq <= position)
            }
            _ => least,
        }
    }

    /// The same for a reader who misses nothing, where that is plain to see: with those a little
    /// behind, who are nearly all. It was measured at a seventh of the whole way. `None` says nothing.
    #[inline]
    pub(super) fn glance(&self, cursor: &Cursor) -> Option<usize> {
        // By one entry most often, and then the position need not be summed up.
        let newest = self.slots.len().checked_sub(1)?;
        if let Some(before) = newest.checked_sub(1).and_then(|index| self.slots.get(index))
            && before.through == *cursor.counts()
            && before.seq >= self.whole_after
        {
            return Some(newest);
        }
        let position = cursor.position().0;
        if position < self.whole_after {
            return None;
        }
        // Just as many slots as numbers come after it, so none was left out between.
        let ahead = usize::try_from(self.slots.back()?.seq.checked_sub(position)?).ok()?;
        let index = self.slots.len().checked_sub(ahead)?;
        let before = self.slots.get(index.checked_sub(1)?)?;
        (before.seq == position && before.through == *cursor.counts()).then_some(index)
    }

    #[inline]
    pub(super) fn slots_from(&self, index: usize) -> vec_deque::Iter<'_, Slot> {
        self.slots.range(index..)
    }

    pub(super) fn alive_from(&self, index: usize) -> impl Iterator<Item = (&Slot, &Arc<Entry>)> {
        self.slots_from(index).filter_map(|slot| Some((slot, slot.entry.as_ref()?)))
    }

    /// The kept entries before `index`, the last first.
    pub(super) fn alive_before(&self, index: usize) -> impl Iterator<Item = (&Slot, &Arc<Entry>)> {
        let slots = self.slots.range(..index).rev();
        slots.filter_map(|slot| Some((slot, slot.entry.as_ref()?)))
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
}
