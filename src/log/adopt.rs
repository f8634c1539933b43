//! A log that follows another one, entry by entry.

use std::sync::Arc;

use super::{Log, fits};
use crate::{
    config::Retention,
    corrupt::Corrupt,
    cursor::{Cursor, CursorError},
    entry::{Body, Entry, Notice},
    message::{Class, PerClass},
    time::Timestamp,
};

use super::ring::alive;

/// What stands ahead of a reader, so that another log can stand where this one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// So many of each class are not kept any more.
    Skipped(PerClass<u64>),
    /// The next one that is.
    Entry(Arc<Entry>),
}

impl Log {
    /// All that is ahead of `cursor`, what is not kept with its numbers.
    pub(crate) fn passages(&self, cursor: &Cursor) -> Result<Vec<Passage>, CursorError> {
        let mut passages = Vec::new();
        let mut through = *cursor.counts();
        for (slot, entry) in alive(self.locate(cursor)?) {
            if slot.before() != through {
                passages.push(Passage::Skipped(slot.before().since(&through)));
            }
            passages.push(Passage::Entry(Arc::clone(entry)));
            through = slot.through;
        }
        if through != *self.head.counts() {
            passages.push(Passage::Skipped(self.head.counts().since(&through)));
        }
        Ok(passages)
    }

    /// Takes over an entry that another log has appended, and does here what a purge that it tells of did
    /// there. Its age counts from `now`.
    pub(crate) fn adopt(
        &mut self,
        now: Timestamp,
        retention: &Retention,
        entry: Arc<Entry>,
    ) -> Result<(), Corrupt> {
        if entry.seq != self.next_seq() {
            return Err(Corrupt("an entry out of place"));
        }
        if !fits(entry.class, &entry.body) {
            return Err(Corrupt("an entry of a class that its body cannot have"));
        }
        let passed = self.head.counts().plus(entry.class, 1);
        let passed = passed.ok_or(Corrupt("more entries than can be counted"))?;
        if let Body::Notice(Notice::Purged { author, message, .. }) = &entry.body {
            match message {
                Some(message) => self.empty(now, |known| known.id == *message),
                None => self.empty(now, |known| known.sender.user == *author),
            };
            if let (Some(author), None) = (author, message) {
                self.unname(|named| named == author);
            }
        }
        self.put(now, retention, passed, entry);
        Ok(())
    }

    /// Goes on as if so many entries had been appended and were not kept.
    pub(crate) fn skip(&mut self, skipped: &PerClass<u64>) -> Result<(), Corrupt> {
        let mut passed = *self.head.counts();
        for class in Class::ALL {
            let more = passed.plus(class, skipped[class]);
            passed = more.ok_or(Corrupt("more entries than can be counted"))?;
        }
        if let Some(kept) = &mut self.kept {
            // Of each class the newest are kept.
            for class in Class::ALL.into_iter().filter(|class| skipped[*class] > 0) {
                kept.ring.limit(class, 0);
            }
            kept.recent.retain(|batch| !batch.open());
        }
        self.head = self.head.at(passed);
        self.free_if_empty();
        Ok(())
    }
}
