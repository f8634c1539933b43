//! Folds as plain data, and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fold, Folds, No, Open, hash, says_the_same};
use crate::{
    bounds,
    corrupt::Corrupt,
    hash::HashKey,
    id::MessageId,
    message::{Kind, Message},
    time::Timestamp,
};

/// Everything that decides what folds do next: two are compared by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved<T> {
    next: No,
    /// In the order in which they began.
    folds: Vec<(No, Fold<T>)>,
    /// The messages in the lanes, and of which fold each is, in the order of their ids.
    on_way: Vec<(MessageId, No)>,
}

impl<T> Saved<T> {
    /// Whether no fold is open.
    pub(crate) fn is_new(&self) -> bool {
        self.next == 0 && self.folds.is_empty() && self.on_way.is_empty()
    }
}

impl<T: AsRef<Message> + Clone> Folds<T> {
    /// As many folds, and messages in them, as configs ever allowed: two limits on folds, one on
    /// messages, each of 65,536.
    const MOST: usize = 2 * 65_536;

    pub(crate) fn save(&self) -> Saved<T> {
        let Some(open) = &self.0 else {
            return Saved { next: 0, folds: Vec::new(), on_way: Vec::new() };
        };
        let folds = open.folds.iter().map(|(no, fold)| (*no, fold.clone())).collect();
        let on_way = open.on_way.iter().map(|(id, no)| (*id, *no)).collect();
        Saved { next: open.next, folds, on_way }
    }

    /// # Errors
    /// What does not hold together: no folds saved this.
    pub(crate) fn restore(now: Timestamp, saved: Saved<T>, key: HashKey) -> Result<Self, Corrupt> {
        let Saved { next, folds, on_way } = saved;
        if folds.is_empty() {
            return if next == 0 && on_way.is_empty() {
                Ok(Self(None))
            } else {
                Err(Corrupt("folds: counted without one"))
            };
        }
        if folds.len() > Self::MOST || next > bounds::COUNTED {
            return Err(Corrupt("folds: more than there can be"));
        }
        if !folds.is_sorted_by(|(one, _), (other, _)| one < other)
            || folds.last().is_some_and(|(no, _)| *no >= next)
        {
            return Err(Corrupt("folds: out of the order in which they began"));
        }
        if !on_way.is_sorted_by(|(one, _), (other, _)| one < other) {
            return Err(Corrupt("folds: a message is in two"));
        }
        let on_way = on_way.into_iter().collect();
        let mut open = Box::new(Open { on_way, next, ..Open::new(key) });
        let mut in_lanes = BTreeMap::<No, usize>::new();
        open.on_way.values().for_each(|no| *in_lanes.entry(*no).or_default() += 1);
        for (no, fold) in folds {
            fold.check(now)?;
            if in_lanes.remove(&no).unwrap_or_default() != fold.on_way
                || fold.lead.is_some_and(|lead| open.on_way.get(&lead.id) != Some(&no))
            {
                return Err(Corrupt("folds: not the messages that are in the lanes"));
            }
            let hash = hash(key, fold.first.as_ref());
            if open.find(hash, fold.first.as_ref()).is_some() {
                return Err(Corrupt("folds: two of the same words"));
            }
            open.put(no, hash, fold);
        }
        if !in_lanes.is_empty() {
            return Err(Corrupt("folds: a message of no fold"));
        }
        if open.waiting > Self::MOST {
            return Err(Corrupt("folds: more messages than may wait"));
        }
        Ok(Self(Some(open)))
    }
}

impl<T: AsRef<Message>> Fold<T> {
    fn check(&self, now: Timestamp) -> Result<(), Corrupt> {
        let first = self.first.as_ref();
        if !matches!(first.kind, Kind::Gift | Kind::Text) {
            return Err(Corrupt("folds: a message of a kind that is not folded"));
        }
        if !self.others.iter().all(|other| says_the_same(first, other.as_ref())) {
            return Err(Corrupt("folds: a message that says something else"));
        }
        if self.ends > Timestamp::LAST || self.next > Timestamp::LAST {
            return Err(Corrupt("folds: a deadline that never comes"));
        }
        if self.lead.is_some_and(|lead| lead.since > now) {
            return Err(Corrupt("folds: a lead from the future"));
        }
        let ended = [self.delivered, self.lost, self.removed];
        if ended.iter().any(|count| *count > bounds::COUNTED / 4) || self.told > self.total() {
            return Err(Corrupt("folds: numbers that no fold has"));
        }
        Ok(())
    }
}
