//! The one history of a group, as much of it as is kept.
//!
//! Publishing is one append, whatever the audience. Every entry has the next sequence number; each
//! class has a quota, so that a flood of likes evicts likes alone; and age ends them all. Readers
//! bring their [`Cursor`] and get what is kept ahead of it, told exactly how many of each class were
//! not.
//!
//! Of each class the newest are kept. From that it follows what a reader missed: as many of a class as
//! were evicted, less those the reader had passed.
//!
//! What a log answers follows from its [`Saved`] alone: the batches it remembers are given again only
//! where they would be made again. A log in which nothing is kept owns no memory.

#![expect(clippy::indexing_slicing, reason = "a place was found in the list")]

mod adopt;
mod ring;
mod saved;
#[cfg(test)]
mod tests;

use std::{iter::FusedIterator, slice, sync::Arc};

pub(crate) use adopt::Passage;
pub(crate) use saved::Saved;

use crate::{
    batch::Batch,
    config::Retention,
    cursor::{Counts, Cursor, CursorError},
    entry::{Body, Entry, Folded},
    id::{Epoch, GroupId, MessageId, Seq, UserId},
    message::{Class, Message, PerClass},
    space,
    time::{Shift, Timestamp},
};
use ring::{Ring, Slot, alive};

#[derive(Debug)]
pub(crate) struct Log {
    head: Cursor,
    /// `None` while nothing is kept.
    kept: Option<Box<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    ring: Ring,
    /// The last few batches, the one asked for last in front.
    recent: Vec<Batch>,
}

impl Log {
    /// How many batches are remembered: the audiences and pollers that are caught up, and those a
    /// block or two behind.
    const RECENT: usize = 8;

    pub(crate) fn new(group: &GroupId, epoch: Epoch) -> Self {
        Self { head: Cursor::start(group, epoch), kept: None }
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.head.epoch()
    }

    /// Where a newcomer begins: after the last entry.
    pub(crate) fn tail(&self) -> Cursor {
        self.head
    }

    pub(crate) fn head_seq(&self) -> Seq {
        self.head.position()
    }

    /// What the next entry's place will be.
    pub(crate) fn next_seq(&self) -> Seq {
        self.head_seq().next()
    }

    /// How many entries there were of each class, in this epoch.
    pub(crate) fn appended(&self) -> PerClass<u64> {
        self.head.passed()
    }

    /// How many of them are not kept any more.
    pub(crate) fn evicted(&self) -> PerClass<u64> {
        let mut evicted = self.appended();
        if let Some(kept) = &self.kept {
            for class in Class::ALL {
                evicted[class] -= kept.ring.kept()[class];
            }
        }
        evicted
    }

    /// The bytes of what is kept, as [`Body::bytes`] estimates them.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.ring.bytes())
    }

    /// The bytes of what is kept, and of how it is kept. Batches that are remembered share most of it.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| {
            let recent = kept.recent.capacity() * size_of::<Batch>();
            size_of::<Kept>() + kept.ring.heap_bytes() + recent
        })
    }

    /// The most that the log takes, where the entries of a class are at most so large, and the most that
    /// batches take which are remembered and hold what is kept no more, without what they are encoded to.
    pub(crate) fn most_bytes(retention: &Retention, entry: impl Fn(Class) -> u64) -> (u64, u64) {
        let each = |class: Class| u64::from(retention.quota[class]);
        let kept: u64 = Class::ALL.map(each).iter().sum();
        // As many may be dead as are alive, and one is pushed before the oldest goes.
        let slots = space::list::<Slot>(2 * (kept + 1));
        let entries: u64 = Class::ALL.map(|class| (each(class) + 1) * entry(class)).iter().sum();
        let largest = Class::ALL.map(&entry).into_iter().max().unwrap_or_default();
        let recent = Self::RECENT as u64 * (Batch::most_bytes() + largest);
        (space::size::<Kept>() + slots + entries, recent)
    }

    /// When the age of everything kept is over, so that an idle group wakes once.
    ///
    /// What dies before that goes with the next append, or with any call that settles the log first.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.kept.as_ref()?.ring.last_until()
    }

    /// What is kept at a place.
    pub(crate) fn get(&self, seq: Seq) -> Option<&Arc<Entry>> {
        let ring = &self.kept.as_ref()?.ring;
        let passed = ring.passed(seq.0.checked_sub(1)?, self.head_seq().0);
        ring.slots().get(passed).filter(|slot| slot.seq == seq.0)?.entry.as_ref()
    }

    /// A message that is kept, by its id.
    pub(crate) fn find(&self, message: MessageId) -> Option<&Message> {
        let kept = self.kept.as_ref()?;
        kept.ring.alive().find_map(|(_, entry)| match &entry.body {
            Body::Message(found) if found.id == message => Some(&**found),
            _ => None,
        })
    }

    /// Where a newcomer begins who is shown the last `limit` messages that are kept.
    ///
    /// Tips and notices among them are read as well. With fewer messages it is before the first of
    /// them, and with none at the tail.
    pub(crate) fn earlier(&self, limit: usize) -> Cursor {
        let Some(kept) = &self.kept else { return self.head };
        let messages = kept.ring.alive().rev().filter(|(slot, _)| is_message(slot.class));
        messages.take(limit).last().map_or(self.head, |(slot, _)| self.head.at(slot.before()))
    }

    #[cfg(test)]
    pub(crate) fn append(
        &mut self,
        now: Timestamp,
        retention: &Retention,
        class: Class,
        body: Body,
    ) -> Arc<Entry> {
        self.append_folded(now, retention, class, body, None)
    }

    /// Gives the next place in the history to `body`, which may stand for others.
    ///
    /// A class that is full ([`Counts::MAX`], centuries at any rate in use) begins the next epoch with
    /// an empty log, which readers are told, rather than let counts go wrong silently.
    pub(crate) fn append_folded(
        &mut self,
        now: Timestamp,
        retention: &Retention,
        class: Class,
        body: Body,
        folded: Option<Box<Folded>>,
    ) -> Arc<Entry> {
        debug_assert!(
            fits(class, &body),
            "the composer gives each body the class that it counts as"
        );
        let passed = self.head.counts().plus(class, 1).unwrap_or_else(|| {
            self.kept = None;
            self.head = self.head.in_epoch(Epoch(self.head.epoch().0.wrapping_add(1)));
            let first = Counts::default().plus(class, 1);
            first.expect("a count holds 1")
        });
        let entry = Arc::new(Entry { seq: Seq(passed.total()), at: now, class, body, folded });
        self.put(now, retention, passed, Arc::clone(&entry));
        entry
    }

    /// Puts an entry at the end, up to and with which so many of each class were appended.
    fn put(&mut self, now: Timestamp, retention: &Retention, passed: Counts, entry: Arc<Entry>) {
        let class = entry.class;
        self.head = self.head.at(passed);
        let quota = retention.quota[class];
        // Without a quota it would only be buried and swept up again.
        if quota > 0 {
            let kept = self.kept.get_or_insert_default();
            kept.ring.push(entry, passed, now + retention.max_age);
        }
        if let Some(kept) = &mut self.kept {
            kept.ring.limit(class, quota);
            // One that went to the end is not made again, and would keep its entries past their time.
            kept.recent.retain(|batch| !batch.open());
        }
        self.expire(now);
    }

    /// Drops the entries whose age is over at `now`.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        if let Some(kept) = &mut self.kept {
            kept.ring.expire(now);
        }
        self.free_if_empty();
    }

    /// Takes on new quotas and a new age: what is too many goes now, and what is kept has no more time
    /// left than the new age gives it from now on.
    pub(crate) fn reconfigure(&mut self, now: Timestamp, retention: &Retention) {
        self.expire(now);
        if let Some(kept) = &mut self.kept {
            for class in Class::ALL {
                kept.ring.limit(class, retention.quota[class]);
            }
            kept.ring.cap_age(now + retention.max_age);
            kept.ring.shrink();
        }
        self.expire(now);
    }

    /// Empties the messages that match, in place, and says how many there were.
    ///
    /// Sequence number, time and class stay. No batch that showed them is given out again.
    pub(crate) fn empty(&mut self, now: Timestamp, matches: impl FnMut(&Message) -> bool) -> u64 {
        // How many were emptied is told to everybody: it must not depend on who called `expire` when.
        self.expire(now);
        let Some(kept) = &mut self.kept else { return 0 };
        let emptied = kept.ring.empty(matches);
        if emptied > 0 {
            kept.recent.clear();
        }
        emptied
    }

    /// Takes the names of users out of the folds that name them. Whom their entries show stays.
    pub(crate) fn unname(&mut self, goes: impl Fn(&UserId) -> bool) {
        let Some(kept) = &mut self.kept else { return };
        if kept.ring.unname(goes) > 0 {
            kept.recent.clear();
        }
    }

    /// Moves what time is left to each entry with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(kept) = &mut self.kept {
            kept.ring.shift(shift);
        }
    }

    /// Goes on in another epoch, in which no cursor given out until now is good.
    pub(crate) fn new_epoch(&mut self, epoch: Epoch) {
        self.head = self.head.in_epoch(epoch);
        if let Some(kept) = &mut self.kept {
            kept.recent.clear();
        }
    }

    /// What is kept ahead of `cursor`, borrowed.
    // Inline for readers who miss nothing but the newest entry, who are nearly all: to call it cost
    // more than to find the place.
    #[inline]
    pub(crate) fn since(&self, cursor: &Cursor) -> Result<Entries<'_>, CursorError> {
        let newest = match &self.kept {
            Some(kept) if cursor.is_of(&self.head) => kept.ring.newest_after(cursor.counts()),
            _ => None,
        };
        let ahead = match newest {
            Some(newest) => newest,
            None => self.locate(cursor)?,
        };
        Ok(Entries { slots: ahead.iter(), from: *cursor.counts(), log: self })
    }

    /// The next entries from `cursor` on, shared with all who ask at the same place.
    pub(crate) fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        if let Some(batch) = self.remembered(cursor) {
            return Ok(batch);
        }
        let batch = self.build(cursor, Seq(u64::MAX))?;
        if let Some(Kept { recent, .. }) = self.kept.as_deref_mut() {
            recent.retain(|old| old.from() != cursor);
            recent.truncate(Self::RECENT - 1);
            recent.insert(0, batch.clone());
        }
        Ok(batch)
    }

    /// The same, without what comes after `until`.
    pub(crate) fn batch_until(
        &mut self,
        cursor: &Cursor,
        until: Seq,
    ) -> Result<Batch, CursorError> {
        if self.head_seq() <= until {
            return self.batch(cursor);
        }
        let whole = self.remembered(cursor).filter(|batch| batch.to().position() <= until);
        // One that is cut is of use until more may be read, which is soon.
        whole.map_or_else(|| self.build(cursor, until), Ok)
    }

    /// The batch made for `cursor` before, if it would be made again.
    ///
    /// One that went to the log's end would not be after an append. Nor would one that lost an entry,
    /// and that shows in how many its readers miss. What is emptied is forgotten by [`Log::empty`].
    fn remembered(&mut self, cursor: &Cursor) -> Option<Batch> {
        let recent = &self.kept.as_ref()?.recent;
        let place = recent.iter().position(|batch| batch.from() == cursor)?;
        let batch = &recent[place];
        let whole = self.missed(batch.from().counts(), batch.to().counts()) == batch.missed();
        if !whole || (batch.open() && *batch.to() != self.head) {
            return None;
        }
        let recent = &mut self.kept.as_mut()?.recent;
        recent[..=place].rotate_right(1);
        recent.first().cloned()
    }

    fn build(&self, cursor: &Cursor, until: Seq) -> Result<Batch, CursorError> {
        let ahead = self.locate(cursor)?;
        let most = usize::try_from(Batch::BLOCK).unwrap_or(usize::MAX);
        let mut entries = Vec::with_capacity(ahead.len().min(most));
        let mut last: Option<&Slot> = None;
        let (mut end, mut bytes) = (u64::MAX, 0);
        for (slot, entry) in alive(ahead) {
            if last.is_none() {
                end = slot.seq.next_multiple_of(Batch::BLOCK);
            }
            if slot.seq > end.min(until.0) || bytes >= Batch::MAX_BYTES {
                break;
            }
            bytes += slot.bytes as usize;
            entries.push(Arc::clone(entry));
            last = Some(slot);
        }
        // Decided without a look at later entries, so that it stays true whatever becomes of them.
        let last_seq = self.head_seq().min(until);
        let open = bytes < Batch::MAX_BYTES && last_seq.0 < end;
        let to = match last {
            Some(slot) if !open || last_seq < self.head_seq() => self.head.at(slot.through),
            None if last_seq < self.head_seq() => *cursor,
            Some(_) | None => self.head,
        };
        let missed = self.missed(cursor.counts(), to.counts());
        Ok(Batch::new((*cursor, to), missed, open, entries))
    }

    /// How many of each class between two places of this history are not kept.
    fn missed(&self, from: &Counts, to: &Counts) -> PerClass<u64> {
        let evicted = self.evicted();
        PerClass(
            Class::ALL
                .map(|class| evicted[class].min(to.get(class)).saturating_sub(from.get(class))),
        )
    }

    /// Checks the cursor, and finds what is ahead of it.
    #[inline(never)]
    fn locate(&self, cursor: &Cursor) -> Result<&[Slot], CursorError> {
        if *cursor == self.head {
            return Ok(&[]);
        }
        if let Some(kept) = &self.kept
            && cursor.is_of(&self.head)
            && let Some(ahead) = kept.ring.glance(cursor.counts())
        {
            return Ok(ahead);
        }
        self.search(cursor)
    }

    /// The same, whatever the reader missed.
    fn search(&self, cursor: &Cursor) -> Result<&[Slot], CursorError> {
        cursor.check(&self.head)?;
        let Some(kept) = &self.kept else { return Ok(&[]) };
        let passed = kept.ring.passed(cursor.position().0, self.head_seq().0);
        let (passed, ahead) = kept.ring.slots().split_at(passed);
        // Its neighbours among the kept entries bound what it can have passed.
        let before = alive(passed).next_back().map(|(slot, _)| slot.through);
        let after = alive(ahead).next().map(|(slot, _)| slot.before());
        cursor.check_between(
            &before.unwrap_or_default(),
            &after.unwrap_or_else(|| *self.head.counts()),
        )?;
        Ok(ahead)
    }

    fn free_if_empty(&mut self) {
        if self.kept.as_ref().is_some_and(|kept| kept.ring.is_empty()) {
            self.kept = None;
        }
    }
}

/// What is kept of a history ahead of one cursor, in order.
///
/// An [`Iterator`] over the entries; beside them it says what was missed, and how far the reader has
/// come after the last of them.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    slots: slice::Iter<'a, Slot>,
    from: Counts,
    log: &'a Log,
}

impl Entries<'_> {
    /// How many entries of each class ahead of the cursor are not kept any more.
    pub fn missed(&self) -> PerClass<u64> {
        self.log.missed(&self.from, self.log.head.counts())
    }

    /// Where to read on after these entries: the log's end.
    #[inline]
    pub fn cursor(&self) -> Cursor {
        self.log.head
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a Arc<Entry>;

    #[inline]
    fn next(&mut self) -> Option<&'a Arc<Entry>> {
        self.slots.find_map(|slot| slot.entry.as_ref())
    }

    /// Exact, and counted: what was evicted from among them is passed over.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = alive(self.slots.as_slice()).count();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl FusedIterator for Entries<'_> {}

fn is_message(class: Class) -> bool {
    match class {
        Class::High | Class::Normal | Class::Low | Class::Lowest => true,
        Class::Tip | Class::Notice => false,
    }
}

/// Whether a body may be counted as this class.
fn fits(class: Class, body: &Body) -> bool {
    match body {
        Body::Message(message) => message.priority.class() == class,
        Body::Tip(_) => class == Class::Tip,
        Body::Notice(_) => class == Class::Notice,
        Body::Emptied => is_message(class),
    }
}
