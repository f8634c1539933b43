//! One fold: which of its messages leads, what waits for it, and what became of the others.

use serde::{Deserialize, Serialize};

use crate::{entry::Folded, id::MessageId, time::Timestamp};

/// Messages that say the same, on their way, waiting and ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Fold<T> {
    pub(super) first: T,
    pub(super) lead: Option<Lead>,
    /// How many of its messages are in the lanes, the lead included.
    pub(super) on_way: usize,
    /// Those that joined, in order.
    pub(super) others: Vec<T>,
    /// When the window is over.
    pub(super) ends: Timestamp,
    /// When the next entry is offered at the earliest.
    pub(super) next: Timestamp,
    pub(super) delivered: u64,
    pub(super) lost: u64,
    pub(super) removed: u64,
    /// The last total that an entry told.
    pub(super) told: u64,
    /// Staff took the first message out: it is not shown again.
    pub(super) spoiled: bool,
}

/// The message that the next entry shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Lead {
    pub(super) id: MessageId,
    /// Since when it is in its lane.
    pub(super) since: Timestamp,
}

impl<T> Fold<T> {
    /// When something of it is due: its next entry, where there is something to tell and no lead yet, or
    /// its end.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        match (&self.lead, self.others.is_empty()) {
            (Some(_), _) => None,
            (None, false) => Some(self.next),
            (None, true) => (self.on_way == 0).then_some(self.ends),
        }
    }

    /// How many of its messages came to their end, but by an act of staff.
    pub(super) fn total(&self) -> u64 {
        self.delivered + self.lost
    }

    pub(super) fn leads(&self, id: MessageId) -> bool {
        self.lead.is_some_and(|lead| lead.id == id)
    }

    pub(super) fn leads_since(&self) -> Timestamp {
        self.lead.map_or(self.next, |lead| lead.since)
    }

    /// A message leaves the lanes; if it led, with the others.
    pub(super) fn leave(&mut self, id: MessageId) -> Option<Vec<T>> {
        self.on_way -= 1;
        self.leads(id).then(|| {
            self.lead = None;
            std::mem::take(&mut self.others)
        })
    }

    pub(super) fn over(self) -> Over<T> {
        let total = self.total();
        let untold = total > 1 && self.told < total && !self.spoiled;
        let Self { first, delivered, removed, .. } = self;
        Over { first, total, delivered, removed, untold }
    }
}

/// A fold that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Over<T> {
    pub(crate) first: T,
    pub(crate) total: u64,
    pub(crate) delivered: u64,
    pub(crate) removed: u64,
    /// Whether readers were told of less, and may be shown the first message again.
    pub(crate) untold: bool,
}

impl<T> Over<T> {
    /// Whether there was ever more than one message.
    pub(crate) fn was_shared(&self) -> bool {
        self.total + self.removed > 1
    }

    /// What an entry says that tells the last total alone.
    pub(crate) fn last(&self) -> Folded {
        Folded { count: 0, total: self.total, authors: 0, names: Vec::new() }
    }
}
