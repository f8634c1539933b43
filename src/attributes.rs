//! Attributes, which the staff write and clients share, and counters, which members move.
//!
//! Attributes are written by optimistic concurrency: a writer says which numbers they have seen, and
//! the first writer wins. Both are all or nothing: a refused command changes nothing.
//!
//! Where one command names a key twice, its changes take effect one after the other.
//!
//! Invariants: no attribute's number is higher than the main one; nothing is allocated before the
//! first write.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    bucket::Bucket,
    command::{AttributeChange, AttributeMode, CounterChange, Counting},
    config::Cap,
    corrupt::Corrupt,
    entry::Changed,
    refusal::{Field, Refusal},
    space,
    time::{Rate, Shift, Timestamp},
};

/// 5 writes a second in a group: the modelled service's limit.
const WRITES: Cap = Cap { rate: Rate::per_second(5).expect("5 is not zero"), burst: 5 };

/// 20 counts a second in a group, for want of a number of the modelled
/// service's, which limits each client.
const COUNTS: Cap = Cap { rate: Rate::per_second(20).expect("20 is not zero"), burst: 20 };

/// Named values that clients share: at most 16, with 16,000 bytes of values in all.
///
/// Every write raises the main sequence number by one, and each key written gets that number as its
/// own; a writer that names the number it has seen learns of a conflict.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Option<Box<Written>>);

#[derive(Clone, Debug, Default)]
struct Written {
    main: u64,
    bucket: Bucket,
    values: BTreeMap<Arc<str>, Value>,
}

#[derive(Clone, Debug)]
struct Value {
    text: Arc<str>,
    seq: u64,
}

/// Everything that decides how attributes answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct SavedAttributes {
    main: u64,
    bucket: Bucket,
    /// Key, value and own number, in key order.
    values: Vec<(Arc<str>, Arc<str>, u64)>,
}

impl Attributes {
    /// Writes and removes, and answers with the new main number, which is also that of each key
    /// written.
    ///
    /// # Errors
    /// In this order: [`Refusal::Conflict`], [`Refusal::Missing`], too many keys, too many bytes,
    /// [`Refusal::TooOften`].
    pub(crate) fn write(
        &mut self,
        now: Timestamp,
        mode: AttributeMode,
        changes: &[AttributeChange],
        seen: Option<u64>,
    ) -> Result<u64, Refusal> {
        self.agree(changes, seen)?;
        let mut next = self.0.clone().unwrap_or_default();
        next.main += 1;
        next.apply(mode, changes)?;
        next.check_limits()?;
        pass(&mut next.bucket, now, WRITES)?;
        let main = next.main;
        self.0 = Some(next);
        Ok(main)
    }

    /// What was written and removed since they were as they are in `before`.
    pub(crate) fn since(&self, before: &Self) -> Changed<Arc<str>> {
        let written =
            self.iter().filter(|(key, _, seq)| before.get(key).map(|it| it.1) != Some(*seq));
        let written = written.map(|(key, text, _)| (Arc::clone(key), Some(Arc::clone(text))));
        let removed = before.iter().filter(|(key, ..)| self.get(key).is_none());
        let removed = removed.map(|(key, ..)| (Arc::clone(key), None));
        let mut values: Vec<_> = written.chain(removed).collect();
        values.sort();
        Changed { seq: self.seq(), values }
    }

    /// An attribute's value and its own number.
    pub fn get(&self, key: &str) -> Option<(&Arc<str>, u64)> {
        let value = self.0.as_ref()?.values.get(key)?;
        Some((&value.text, value.seq))
    }

    /// Keys, values and their own numbers, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, u64)> {
        let values = self.0.iter().flat_map(|written| &written.values);
        values.map(|(key, value)| (key, &value.text, value.seq))
    }

    /// The main number: how often was written.
    pub fn seq(&self) -> u64 {
        self.0.as_ref().map_or(0, |written| written.main)
    }

    /// Whether nothing was ever written.
    pub(crate) fn is_new(&self) -> bool {
        self.0.is_none()
    }

    /// Moves the limit on writes with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(written) = &mut self.0 {
            written.bucket.shift(shift);
        }
    }

    /// About the bytes on the heap.
    /// The most that attributes take.
    pub(crate) fn most_bytes() -> u64 {
        let (most, counts) = (bounds::ATTRIBUTES as u64, 2 * space::size::<usize>());
        space::size::<Written>()
            + space::tree::<(Arc<str>, Value)>(most)
            + most * (bounds::ATTRIBUTE_KEY as u64 + 2 * counts)
            + bounds::ATTRIBUTE_BYTES as u64
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let Some(written) = &self.0 else { return 0 };
        // At most 16, so this is a short walk.
        let texts = self.iter().map(|(key, text, _)| key.len() + text.len());
        size_of::<Written>()
            + texts.sum::<usize>()
            + written.values.len() * size_of::<(Arc<str>, Value)>() * 3 / 2
    }

    pub(crate) fn save(&self) -> SavedAttributes {
        let Some(written) = &self.0 else { return SavedAttributes::default() };
        let values = self.iter().map(|(key, text, seq)| (Arc::clone(key), Arc::clone(text), seq));
        SavedAttributes { main: written.main, bucket: written.bucket, values: values.collect() }
    }

    /// # Errors
    /// What does not hold together: no attributes saved this.
    pub(crate) fn restore(saved: SavedAttributes) -> Result<Self, Corrupt> {
        if saved == SavedAttributes::default() {
            return Ok(Self(None));
        }
        let SavedAttributes { main, bucket, values } = saved;
        if !(1..=bounds::COUNTED).contains(&main) {
            return Err(Corrupt("attributes: a main number that no writes lead to"));
        }
        if !values.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("attributes: keys out of order"));
        }
        for (key, text, seq) in &values {
            if !(1..=bounds::ATTRIBUTE_KEY).contains(&key.len())
                || text.len() > bounds::ATTRIBUTE_VALUE
            {
                return Err(Corrupt("attributes: a key or value of no possible length"));
            }
            if !(1..=main).contains(seq) {
                return Err(Corrupt("attributes: a number that no write gave"));
            }
        }
        let values = values.into_iter().map(|(key, text, seq)| (key, Value { text, seq }));
        let written = Written { main, bucket: bucket.checked()?, values: values.collect() };
        written.check_limits().map_err(|_| Corrupt("attributes: more than fit"))?;
        Ok(Self(Some(Box::new(written))))
    }

    /// Whether the writer has seen the present numbers; what is not there has 0.
    fn agree(&self, changes: &[AttributeChange], seen: Option<u64>) -> Result<(), Refusal> {
        let main = (self.seq(), seen);
        let own = |change: &AttributeChange| {
            (self.get(&change.key).map_or(0, |(_, seq)| seq), change.seen)
        };
        for (current, seen) in std::iter::once(main).chain(changes.iter().map(own)) {
            if seen.is_some_and(|seen| seen != current) {
                return Err(Refusal::Conflict { current });
            }
        }
        Ok(())
    }
}

impl Written {
    fn apply(&mut self, mode: AttributeMode, changes: &[AttributeChange]) -> Result<(), Refusal> {
        for AttributeChange { key, value, seen: _ } in changes {
            if let Some(text) = value {
                let value = Value { text: Arc::clone(text), seq: self.main };
                self.values.insert(Arc::clone(key), value);
            } else if self.values.remove(key).is_none() {
                return Err(Refusal::Missing { field: Field::AttributeKey });
            }
        }
        match mode {
            AttributeMode::Merge => {}
            AttributeMode::Replace => self.values.retain(|_, value| value.seq == self.main),
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), Refusal> {
        no_more(Field::Attributes, self.values.len(), bounds::ATTRIBUTES)?;
        let length: usize = self.values.values().map(|value| value.text.len()).sum();
        if length > bounds::ATTRIBUTE_BYTES {
            let (limit, length) = (bounds::ATTRIBUTE_BYTES as u64, length as u64);
            return Err(Refusal::TooLong { field: Field::AttributeBytes, limit, length });
        }
        Ok(())
    }
}

/// Named numbers that members count up and down: at most 20.
#[derive(Clone, Debug, Default)]
pub struct Counters(Option<Box<Counted>>);

#[derive(Clone, Debug, Default)]
struct Counted {
    changes: u64,
    bucket: Bucket,
    values: BTreeMap<Arc<str>, i64>,
}

/// Everything that decides how counters answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct SavedCounters {
    changes: u64,
    bucket: Bucket,
    /// In key order.
    values: Vec<(Arc<str>, i64)>,
}

impl Counters {
    /// Sets, moves and removes, and answers with the counters named, in the order in which they were
    /// first named, as they are now; removed ones are left out.
    ///
    /// # Errors
    /// The first change that cannot be made: [`Refusal::Missing`], or [`Refusal::TooLong`] out of the
    /// range of `i64`. Then too many counters, [`Refusal::TooOften`].
    pub(crate) fn apply(
        &mut self,
        now: Timestamp,
        changes: &[CounterChange],
    ) -> Result<Vec<(Arc<str>, i64)>, Refusal> {
        let mut next = self.0.clone().unwrap_or_default();
        next.changes += 1;
        for change in changes {
            next.apply(change)?;
        }
        no_more(Field::Counters, next.values.len(), bounds::COUNTERS)?;
        pass(&mut next.bucket, now, COUNTS)?;
        let mut answer: Vec<(Arc<str>, i64)> = Vec::new();
        for CounterChange { key, .. } in changes {
            // At most 40 changes, so that looking through the answer is no work.
            let value = next.values.get(key).filter(|_| answer.iter().all(|(it, _)| it != key));
            answer.extend(value.map(|&value| (Arc::clone(key), value)));
        }
        self.0 = Some(next);
        Ok(answer)
    }

    /// What was changed and removed since they were as they are in `before`.
    pub(crate) fn since(&self, before: &Self) -> Changed<i64> {
        let changed = self.iter().filter(|(key, value)| before.get(key) != Some(*value));
        let changed = changed.map(|(key, value)| (Arc::clone(key), Some(value)));
        let removed = before.iter().filter(|(key, _)| self.get(key).is_none());
        let removed = removed.map(|(key, _)| (Arc::clone(key), None));
        let mut values: Vec<_> = changed.chain(removed).collect();
        values.sort();
        Changed { seq: self.seq(), values }
    }

    /// The value of a counter, if it is there.
    pub fn get(&self, key: &str) -> Option<i64> {
        self.0.as_ref()?.values.get(key).copied()
    }

    /// In key order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, i64)> {
        let values = self.0.iter().flat_map(|counted| &counted.values);
        values.map(|(key, &value)| (key, value))
    }

    /// Whether nothing was ever counted.
    pub(crate) fn is_new(&self) -> bool {
        self.0.is_none()
    }

    /// Moves the limit on counting with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(counted) = &mut self.0 {
            counted.bucket.shift(shift);
        }
    }

    /// The change number: how many commands changed counters.
    pub fn seq(&self) -> u64 {
        self.0.as_ref().map_or(0, |counted| counted.changes)
    }

    /// About the bytes on the heap.
    /// The most that counters take.
    pub(crate) fn most_bytes() -> u64 {
        let (most, counts) = (bounds::COUNTERS as u64, 2 * space::size::<usize>());
        space::size::<Counted>()
            + space::tree::<(Arc<str>, i64)>(most)
            + most * (bounds::COUNTER_KEY as u64 + counts)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let Some(counted) = &self.0 else { return 0 };
        // At most 20, so this is a short walk.
        size_of::<Counted>()
            + self.iter().map(|(key, _)| key.len()).sum::<usize>()
            + counted.values.len() * size_of::<(Arc<str>, i64)>() * 3 / 2
    }

    pub(crate) fn save(&self) -> SavedCounters {
        let values = self.iter().map(|(key, value)| (Arc::clone(key), value)).collect();
        let bucket = self.0.as_ref().map_or_else(Bucket::default, |counted| counted.bucket);
        SavedCounters { changes: self.seq(), bucket, values }
    }

    /// # Errors
    /// What does not hold together: no counters saved this.
    pub(crate) fn restore(saved: SavedCounters) -> Result<Self, Corrupt> {
        if saved == SavedCounters::default() {
            return Ok(Self(None));
        }
        let SavedCounters { changes, bucket, values } = saved;
        if !(1..=bounds::COUNTED).contains(&changes) {
            return Err(Corrupt("counters: a number that no changes lead to"));
        }
        if !values.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("counters: keys out of order"));
        }
        if values.len() > bounds::COUNTERS {
            return Err(Corrupt("counters: more than fit"));
        }
        if values.iter().any(|(key, _)| !(1..=bounds::COUNTER_KEY).contains(&key.len())) {
            return Err(Corrupt("counters: a key of no possible length"));
        }
        let (bucket, values) = (bucket.checked()?, values.into_iter().collect());
        Ok(Self(Some(Box::new(Counted { changes, bucket, values }))))
    }
}

impl Counted {
    fn apply(&mut self, CounterChange { key, change }: &CounterChange) -> Result<(), Refusal> {
        // "9 bytes, at most 8 are allowed": the value has left the range of `i64`.
        const OVERFLOW: Refusal =
            Refusal::TooLong { field: Field::CounterValue, limit: 8, length: 9 };
        let old = self.values.get(key).copied();
        let new = match *change {
            Counting::Set(value) => Some(value),
            Counting::Increase(by) => Some(old.unwrap_or(0).checked_add(by).ok_or(OVERFLOW)?),
            Counting::Decrease(by) => Some(old.unwrap_or(0).checked_sub(by).ok_or(OVERFLOW)?),
            Counting::Remove => None,
        };
        match new {
            Some(value) => drop(self.values.insert(Arc::clone(key), value)),
            None if old.is_some() => drop(self.values.remove(key)),
            None => return Err(Refusal::Missing { field: Field::CounterKey }),
        }
        Ok(())
    }
}

/// Lets one more command pass, if it comes not too soon.
fn pass(bucket: &mut Bucket, now: Timestamp, cap: Cap) -> Result<(), Refusal> {
    match bucket.opens(now, cap.into()) {
        Some(at) if at == now => {
            bucket.take(now, cap.into());
            Ok(())
        }
        until => Err(Refusal::TooOften { until: until.unwrap_or(Timestamp::MAX) }),
    }
}

fn no_more(field: Field, count: usize, limit: usize) -> Result<(), Refusal> {
    Refusal::if_more(field, count as u64, limit as u64)
}

#[cfg(test)]
mod tests;
