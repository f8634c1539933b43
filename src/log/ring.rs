//! The kept entries in one ring: evicted by class without moving the others.
//!
//! An evicted entry leaves a dead slot. Those at the front are passed over, and all are removed when
//! they outnumber the kept ones, so that an eviction costs O(1) amortised, and what a reader has ahead
//! lies in one piece. They are never asked for anything: a ring without them must answer alike.
//!
//! Invariants: slots are in the order of `seq` and of `until`; the one at `first` and the last are
//! alive, and none before; `kept`, `alive` and `bytes` are sums over those alive; of each class the
//! newest are kept.

#![expect(
    clippy::indexing_slicing,
    reason = "indices are of slots from the first to the last that is kept"
)]

use std::{slice, sync::Arc};

use crate::{
    cursor::Counts,
    entry::{Body, Entry},
    id::UserId,
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
    /// What the entry says, in bytes. Here, because to look at an old entry is a wait for memory.
    pub(super) bytes: u32,
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
    slots: Vec<Slot>,
    /// All before this one are dead.
    first: usize,
    kept: PerClass<u64>,
    alive: usize,
    bytes: usize,
    /// No entry of the class stands before this one.
    oldest: PerClass<usize>,
}

impl Ring {
    pub(super) fn is_empty(&self) -> bool {
        self.alive == 0
    }

    pub(super) fn kept(&self) -> &PerClass<u64> {
        &self.kept
    }

    /// What the entries say, in bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What the entries and their slots take.
    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes + self.slots.capacity() * size_of::<Slot>()
    }

    /// When the last entry's age is over.
    pub(super) fn last_until(&self) -> Option<Timestamp> {
        self.slots.last().map(|slot| slot.until)
    }

    pub(super) fn push(&mut self, entry: Arc<Entry>, through: Counts, until: Timestamp) {
        let class = entry.class;
        self.kept[class] += 1;
        self.alive += 1;
        let bytes = bytes(&entry);
        self.bytes += bytes as usize;
        // Expiry looks at the front alone: nothing may outlive what comes after it.
        let until = self.last_until().map_or(until, |last| last.max(until));
        let (seq, entry) = (entry.seq.0, Some(entry));
        self.slots.push(Slot { seq, until, through, class, bytes, entry });
    }

    /// Drops what has no time left at `now`.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while self.slots.get(self.first).is_some_and(|slot| slot.until <= now) {
            self.bury(self.first);
        }
        self.compact();
    }

    /// Drops the oldest of a class until at most `quota` are kept.
    pub(super) fn limit(&mut self, class: Class, quota: u32) {
        while self.kept[class] > u64::from(quota) {
            let start = self.oldest[class].max(self.first);
            let oldest = self.slots[start..]
                .iter()
                .position(|slot| slot.class == class && slot.entry.is_some());
            let index = start + oldest.expect("`kept` counts the slots that are alive");
            // The search goes on from here the next time, so each slot is passed once.
            self.oldest[class] = index + 1;
            self.bury(index);
            self.compact();
        }
    }

    fn bury(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        if slot.entry.take().is_some() {
            self.kept[slot.class] -= 1;
            self.alive -= 1;
            self.bytes -= slot.bytes as usize;
        }
        while self.slots.get(self.first).is_some_and(|slot| slot.entry.is_none()) {
            self.first += 1;
        }
    }

    fn compact(&mut self) {
        // The last one dies only where a quota is lowered: what is pushed is not evicted at once.
        let last_is_dead = self.slots.last().is_some_and(|slot| slot.entry.is_none());
        if self.slots.len() > 2 * self.alive || last_is_dead {
            self.slots.retain(|slot| slot.entry.is_some());
            // Paid for by the slots removed, as is the search from the front after it.
            (self.first, self.oldest) = (0, PerClass::default());
        }
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
        self.rewrite(|entry| match &entry.body {
            Body::Message(message) if matches(message) => {
                Some(Entry { body: Body::Emptied, folded: None, ..*entry })
            }
            _ => None,
        })
    }

    /// Takes the names of users out of the folds that name them, and says of how many.
    pub(super) fn unname(&mut self, goes: impl Fn(&UserId) -> bool) -> u64 {
        self.rewrite(|entry| {
            let folded = entry.folded.as_ref()?;
            let mut left = folded.clone();
            left.names.retain(|subject| !goes(&subject.user));
            let changed = left.names.len() < folded.names.len();
            changed.then(|| Entry { folded: Some(left), body: entry.body.clone(), ..*entry })
        })
    }

    /// Puts other entries in the place of some, of the same class; says of how many.
    fn rewrite(&mut self, mut rewrite: impl FnMut(&Entry) -> Option<Entry>) -> u64 {
        let mut rewritten = 0;
        for slot in &mut self.slots {
            let Some(entry) = slot.entry.as_deref().and_then(&mut rewrite) else { continue };
            self.bytes -= slot.bytes as usize;
            slot.bytes = bytes(&entry);
            slot.entry = Some(Arc::new(entry));
            self.bytes += slot.bytes as usize;
            rewritten += 1;
        }
        rewritten
    }

    /// Those from the first one alive to the last.
    #[inline]
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots[self.first..]
    }

    /// How many of [`slots`](Self::slots) a reader at `position` has passed, in a log whose last entry
    /// was `head`.
    pub(super) fn passed(&self, position: u64, head: u64) -> usize {
        let ahead = usize::try_from(head.saturating_sub(position)).unwrap_or(usize::MAX);
        // At most `ahead` slots come after it, and just as many unless some were removed: then the
        // very first is the one, and readers near the end never search.
        let slots = self.slots();
        let least = slots.len().saturating_sub(ahead);
        match slots.get(least) {
            Some(slot) if slot.seq <= position => {
                slots.partition_point(|slot| slot.seq <= position)
            }
            _ => least,
        }
    }

    /// The newest entry, for a reader who stands at the slot before it. `None` says nothing.
    #[inline]
    pub(super) fn newest_after(&self, passed: &Counts) -> Option<&[Slot]> {
        let [.., before, newest] = self.slots.as_slice() else { return None };
        (before.through == *passed).then_some(slice::from_ref(newest))
    }

    /// What is ahead of a reader, where that is plain to see: with those a little behind. `None` says
    /// nothing.
    pub(super) fn glance(&self, passed: &Counts) -> Option<&[Slot]> {
        let position = passed.total();
        // Just as many slots as numbers come after it, so none was left out between.
        let ahead = usize::try_from(self.slots.last()?.seq.checked_sub(position)?).ok()?;
        let (before, ahead) = self.slots.split_at_checked(self.slots.len().checked_sub(ahead)?)?;
        let before = before.last()?;
        (before.seq == position && before.through == *passed).then_some(ahead)
    }

    /// The kept entries, in order.
    pub(super) fn alive(&self) -> impl DoubleEndedIterator<Item = (&Slot, &Arc<Entry>)> {
        alive(self.slots())
    }
}

/// The kept entries among these slots, in order.
pub(super) fn alive(slots: &[Slot]) -> impl DoubleEndedIterator<Item = (&Slot, &Arc<Entry>)> {
    slots.iter().filter_map(|slot| Some((slot, slot.entry.as_ref()?)))
}

fn bytes(entry: &Entry) -> u32 {
    u32::try_from(entry.bytes()).unwrap_or(u32::MAX)
}
