//! Folds as plain data, and back.

use serde::{Deserialize, Serialize};

use super::{Fold, Folds, No, Open, hash, says_the_same};
use crate::{
    bounds,
    corrupt::Corrupt,
    id::HashKey,
    message::{Kind, Message},
    time::Timestamp,
};

/// Everything that decides what folds do next: two are compared by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved<T> {
    next: No,
    /// In the order in which they began.
    folds: Vec<(No, Fold<T>)>,
}

impl<T> Saved<T> {
    /// Whether no fold is open.
    pub(crate) fn is_new(&self) -> bool {
        self.next == 0 && self.folds.is_empty()
    }
}

impl<T: AsRef<Message> + Clone> Folds<T> {
    /// As many folds, and messages in them, as configs ever allowed: two limits on folds, one on
    /// messages, each of 65,536.
    const MOST: usize = 2 * 65_536;

    pub(crate) fn save(&self) -> Saved<T> {
        let Some(open) = &self.0 else { return Saved { next: 0, folds: Vec::new() } };
        let folds = open.folds.iter().map(|(no, fold)| (*no, fold.clone())).collect();
        Saved { next: open.next, folds }
    }

    /// # Errors
    /// What does not hold together: no folds saved this.
    pub(crate) fn restore(now: Timestamp, saved: Saved<T>, key: HashKey) -> Result<Self, Corrupt> {
        let Saved { next, folds } = saved;
        if folds.is_empty() {
            return if next == 0 {
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
        let mut open = Box::new(Open { next, ..Open::new(key) });
        for (no, fold) in folds {
            fold.check(now)?;
            let hash = hash(key, fold.first.as_ref());
            if open.find(hash, fold.first.as_ref()).is_some() {
                return Err(Corrupt("folds: two of the same words"));
            }
            let lanes = open.on_way.len() + fold.on_way.len();
            open.put(no, hash, fold);
            if open.on_way.len() < lanes {
                return Err(Corrupt("folds: a message is in two"));
            }
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
        if let Some(lead) = self.lead
            && (!self.on_way.contains(&lead.id) || lead.since > now)
        {
            return Err(Corrupt("folds: a lead that is not in its lane"));
        }
        let ended = [self.delivered, self.lost, self.removed];
        if ended.iter().any(|count| *count > bounds::COUNTED / 4) || self.told > self.total() {
            return Err(Corrupt("folds: numbers that no fold has"));
        }
        Ok(())
    }
}
