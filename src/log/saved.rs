//! A log as plain data, and back.
//!
//! What is read back is hostile: it is checked entry by entry, and costs no more memory than it
//! already takes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Kept, Log, fits};
use crate::{
    corrupt::Corrupt,
    cursor::{Counts, Cursor},
    entry::{Body, Entry},
    id::{Epoch, GroupId},
    message::{Class, PerClass},
    time::Timestamp,
};

/// What a log is, without what it remembers for speed. Equal logs have equal ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    epoch: Epoch,
    entries: Vec<SavedEntry>,
    /// How many of each class were evicted after the last kept entry.
    gone: PerClass<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct SavedEntry {
    /// How many of each class were evicted between the kept entry before this one and this one.
    gone: PerClass<u64>,
    until: Timestamp,
    entry: Arc<Entry>,
}

impl Saved {
    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }
}

impl Log {
    pub(crate) fn save(&self) -> Saved {
        let mut entries = Vec::new();
        let mut through = Counts::default();
        if let Some(kept) = &self.kept {
            entries.reserve_exact(kept.ring.slots().len());
            for (slot, entry) in kept.ring.alive() {
                let gone = slot.before().since(&through);
                entries.push(SavedEntry { gone, until: slot.until, entry: Arc::clone(entry) });
                through = slot.through;
            }
        }
        Saved { epoch: self.epoch(), entries, gone: self.head.counts().since(&through) }
    }

    /// # Errors
    /// No log could have been saved so.
    pub(crate) fn restore(group: &GroupId, saved: Saved) -> Result<Self, Corrupt> {
        let mut kept = Box::<Kept>::default();
        let mut through = Counts::default();
        for SavedEntry { gone, until, entry } in saved.entries {
            let class = entry.class;
            through = pass(&through, kept.ring.kept(), &gone)?
                .plus(class, 1)
                .ok_or(Corrupt("log: more entries than can be counted"))?;
            if entry.seq.0 != through.total() {
                return Err(Corrupt("log: an entry out of place"));
            }
            if kept.ring.last_until().is_some_and(|last| last > until) {
                return Err(Corrupt("log: an entry outlives a later one"));
            }
            if entry.folded.is_some() && !matches!(entry.body, Body::Message(_)) {
                return Err(Corrupt("log: an entry that stands for others, and is no message"));
            }
            if !fits(class, &entry.body) {
                return Err(Corrupt("log: an entry of a class that its body cannot have"));
            }
            kept.ring.push(entry, through, until);
        }
        through = pass(&through, kept.ring.kept(), &saved.gone)?;
        let head = Cursor::start(group, saved.epoch).at(through);
        let mut log = Self { head, kept: Some(kept) };
        log.free_if_empty();
        Ok(log)
    }
}

/// Passes over evicted entries: none of a class of which an older one is kept.
fn pass(through: &Counts, kept: &PerClass<u64>, gone: &PerClass<u64>) -> Result<Counts, Corrupt> {
    let mut passed = *through;
    for class in Class::ALL {
        if gone[class] > 0 && kept[class] > 0 {
            return Err(Corrupt("log: an entry is kept that is older than an evicted one"));
        }
        passed = passed
            .plus(class, gone[class])
            .ok_or(Corrupt("log: more entries than can be counted"))?;
    }
    Ok(passed)
}
