//! Which edges live, as far as was heard of them, and whom they count. No part of the log.

use std::collections::{BTreeMap, BTreeSet};

use super::{home::Home, ids::EdgeId, lines::Lines};
use crate::time::Timestamp;

#[derive(Debug)]
pub(super) struct Watch {
    edges: BTreeMap<EdgeId, Seen>,
    guests: u64,
    next_beat: Timestamp,
    next_look: Timestamp,
}

#[derive(Debug)]
struct Seen {
    at: Timestamp,
    guests: u64,
    /// When letters may be sent again.
    again: Timestamp,
}

impl Watch {
    /// All `edges` are taken to live, until it shows that they do not.
    pub(super) fn new(now: Timestamp, edges: impl Iterator<Item = EdgeId>) -> Self {
        let seen = |edge| (edge, Seen { at: now, guests: 0, again: now });
        let next_look = now + Home::PATIENCE;
        Self { edges: edges.map(seen).collect(), guests: 0, next_beat: now, next_look }
    }

    /// An edge lives. Whether there is room for it.
    pub(super) fn hear(&mut self, now: Timestamp, edge: EdgeId) -> bool {
        if let Some(seen) = self.edges.get_mut(&edge) {
            seen.at = seen.at.max(now);
            return true;
        }
        let room = self.edges.len() < Lines::EDGES;
        if room {
            self.edges.insert(edge, Seen { at: now, guests: 0, again: now });
        }
        room
    }

    /// All begin anew.
    pub(super) fn forget_all(&mut self) {
        self.edges.clear();
        self.guests = 0;
    }

    /// All are taken to live still.
    pub(super) fn excuse(&mut self, now: Timestamp) {
        self.edges.values_mut().for_each(|seen| seen.at = seen.at.max(now));
    }

    /// So many guests read at an edge.
    pub(super) fn count(&mut self, edge: EdgeId, guests: u64) {
        if let Some(seen) = self.edges.get_mut(&edge) {
            self.guests = self.guests.saturating_sub(seen.guests).saturating_add(guests);
            seen.guests = guests;
        }
    }

    pub(super) fn guests(&self) -> u64 {
        self.guests
    }

    /// Whether letters may be sent again to an edge, which counts as done.
    pub(super) fn may_send_again(&mut self, now: Timestamp, edge: EdgeId) -> bool {
        let Some(seen) = self.edges.get_mut(&edge) else { return false };
        let may = now >= seen.again;
        if may {
            seen.again = now + Home::BEAT / 2;
        }
        may
    }

    /// Forgets the edges that were not heard of for too long, and says which those are; `None` if it is not yet
    /// time to look.
    pub(super) fn take_lapsed(&mut self, now: Timestamp) -> Option<BTreeSet<EdgeId>> {
        if now < self.next_look {
            return None;
        }
        self.next_look = now + Home::BEAT;
        let lapsed = self.edges.extract_if(.., |_, seen| seen.at + Home::PATIENCE <= now);
        let lapsed: BTreeMap<_, _> = lapsed.collect();
        let gone: u64 = lapsed.values().map(|seen| seen.guests).sum();
        self.guests = self.guests.saturating_sub(gone);
        Some(lapsed.into_keys().collect())
    }

    /// Whether it is time to say that the home lives, which counts as done.
    pub(super) fn beats(&mut self, now: Timestamp) -> bool {
        let beats = now >= self.next_beat;
        if beats {
            self.next_beat = now + Home::BEAT;
        }
        beats
    }

    pub(super) fn next_beat(&self) -> Timestamp {
        self.next_beat
    }

    pub(super) fn next_look(&self) -> Timestamp {
        self.next_look
    }
}
