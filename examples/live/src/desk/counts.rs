//! Counters that move faster than a group lets them: likes by a counter (FAQ 6 of the modelled service's
//! guide).
//!
//! A group takes 20 counts a second. What comes faster is gathered here, answered at once with what the
//! counters come to, and given to the group as one change after [`EVERY`]. So every step is counted, and
//! readers are told now and then. Setting and removing is never gathered: it takes along what was, or is
//! refused.
//!
//! Bound: one entry for each group whose counters move too fast, with as many keys as it has counters.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{
    Action, AppId, Author, Command, CounterChange, Counting, Field, Group, HubKey, PushError,
    Receipt, Refusal, Timestamp,
};
use tracing::warn;

use crate::{
    house::House,
    keep::{Change, things},
};

/// "Every 3 to 5 seconds."
const EVERY: Duration = Duration::from_secs(4);
/// How soon it is tried again where a group takes no more counts at the moment.
const RETRY: Duration = Duration::from_millis(100);

pub(crate) type Sums = BTreeMap<Arc<str>, i64>;

/// What is gathered for one group.
#[derive(Clone, Debug, Default)]
struct Pending {
    due: Timestamp,
    sums: Sums,
}

/// What is gathered for all groups.
///
/// What a counter comes to is what its group has and what is gathered for it, and right only where the two are
/// looked at together. So what is gathered for a group has a lock of its own, which is held while the group is
/// asked; nobody who has to do with another group waits for that.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    groups: Mutex<BTreeMap<HubKey, Arc<Mutex<Pending>>>>,
    /// Whether there is anything, for whoever only looks.
    any: AtomicBool,
}

impl Gathered {
    /// An app is gone with all its groups.
    pub(super) fn forget(&self, app: AppId) {
        self.groups().retain(|key, _| key.app() != app);
    }

    /// What was gathered before the host ended is given to the group at once.
    pub(super) fn restore(&self, key: HubKey, sums: Sums) {
        self.with(key, |pending| pending.sums = sums);
        self.any.store(true, Relaxed);
    }

    /// Does something with what is gathered for a group, which nobody else does meanwhile.
    fn with<R>(&self, key: HubKey, act: impl FnOnce(&mut Pending) -> R) -> R {
        let pending = self.groups().entry(key).or_default().clone();
        let done = act(&mut pending.lock().expect("nobody panics under this lock"));
        let mut groups = self.groups();
        drop(pending);
        let alone = groups.get_mut(&key).and_then(Arc::get_mut).and_then(|it| it.get_mut().ok());
        if alone.is_some_and(|pending| pending.sums.is_empty()) {
            groups.remove(&key);
        }
        done
    }

    fn groups(&self) -> MutexGuard<'_, BTreeMap<HubKey, Arc<Mutex<Pending>>>> {
        self.groups.lock().expect("nobody panics under this lock")
    }
}

impl Pending {
    /// What it comes to with some steps more; `None` past the end of numbers.
    fn with(&self, steps: &Sums) -> Option<Sums> {
        let mut sums = self.sums.clone();
        for (key, step) in steps {
            let sum = sums.entry(key.clone()).or_default();
            *sum = sum.checked_add(*step)?;
        }
        Some(sums)
    }

    fn changes(&self) -> impl Iterator<Item = CounterChange> {
        let sums = self.sums.iter();
        sums.map(|(key, sum)| CounterChange { key: key.clone(), change: Counting::Increase(*sum) })
    }
}

/// The steps of some changes, if all of them are steps.
fn steps(changes: &[CounterChange]) -> Option<Sums> {
    let mut steps = Sums::new();
    for CounterChange { key, change } in changes {
        let step = match change {
            Counting::Increase(by) => *by,
            Counting::Decrease(by) => by.checked_neg()?,
            Counting::Set(_) | Counting::Remove => return None,
        };
        let sum = steps.entry(key.clone()).or_default();
        *sum = sum.checked_add(step)?;
    }
    Some(steps)
}

impl House {
    /// Counts in a group, now or with what is gathered.
    ///
    /// # Errors
    /// As a group's own counting, but that steps never come too often.
    pub(super) fn count(
        &self,
        key: HubKey,
        by: &Author,
        changes: &[CounterChange],
    ) -> Result<Receipt, PushError> {
        self.desk.counts.with(key, |pending| self.count_with(key, by, changes, pending))
    }

    fn count_with(
        &self,
        key: HubKey,
        by: &Author,
        changes: &[CounterChange],
        pending: &mut Pending,
    ) -> Result<Receipt, PushError> {
        // What others did may go along, which they were allowed.
        let may = self.hub.read(key, |group| group.may(by, Action::Counters));
        may.ok_or(PushError::NoSuchGroup)??;
        let (now, steps) = (self.clock.now(), steps(changes));
        if now < pending.due
            && let Some(steps) = &steps
            && self.are_known(key, pending, steps)
        {
            return self.gather(key, pending, steps);
        }
        let all = pending.changes().chain(changes.iter().cloned()).collect();
        let author = if pending.sums.is_empty() { by.clone() } else { Author::App };
        match (self.give(now, key, author, all, pending), steps) {
            (Ok(Receipt::Counters(mut values)), _) => {
                *pending = Pending::default();
                values.retain(|(name, _)| changes.iter().any(|change| change.key == *name));
                Ok(Receipt::Counters(values))
            }
            // The group would have taken it at another time: it looks at that last.
            (Err(PushError::Refused(Refusal::TooOften { .. })), Some(steps)) => {
                pending.due = if pending.sums.is_empty() { now + EVERY } else { now + RETRY };
                self.gather(key, pending, &steps)
            }
            (answer, _) => answer,
        }
    }

    /// Reads a group, and what is gathered for its counters.
    pub(super) fn read_counted<R>(
        &self,
        key: HubKey,
        read: impl FnOnce(&Group, &Sums) -> R,
    ) -> Option<R> {
        // Nothing is given to the group between the two, and counted twice.
        self.desk.counts.with(key, |pending| self.hub.read(key, |group| read(group, &pending.sums)))
    }

    /// Whether the group, or what is gathered for it, has each of these counters.
    fn are_known(&self, key: HubKey, pending: &Pending, steps: &Sums) -> bool {
        let known = self.hub.read(key, |group| {
            let known = |name: &Arc<str>| group.counters().get(name).is_some();
            !group.is_disbanded()
                && steps.keys().all(|name| pending.sums.contains_key(name) || known(name))
        });
        known == Some(true)
    }

    /// Adds steps to what is gathered, and answers with what the counters come to.
    fn gather(
        &self,
        key: HubKey,
        pending: &mut Pending,
        steps: &Sums,
    ) -> Result<Receipt, PushError> {
        let sums = pending.with(steps).ok_or(TOO_FAR)?;
        let values = self.hub.read(key, |group| {
            let value = |name: &Arc<str>| {
                let known = group.counters().get(name).unwrap_or(0);
                Some((name.clone(), known.checked_add(sums[name])?))
            };
            steps.keys().map(value).collect::<Option<Vec<_>>>()
        });
        let values = values.ok_or(PushError::NoSuchGroup)?.ok_or(TOO_FAR)?;
        pending.sums = sums;
        self.desk.counts.any.store(true, Relaxed);
        self.keep.change_all(|| self.kept_counts(key, Some(&pending.sums)));
        Ok(Receipt::Counters(values))
    }

    /// Gives a group changes of its counters, what is gathered among them: it is kept as gathered no more.
    fn give(
        &self,
        now: Timestamp,
        key: HubKey,
        by: Author,
        changes: Vec<CounterChange>,
        pending: &Pending,
    ) -> Result<Receipt, PushError> {
        let gathered = self.keep.is_on() && !pending.sums.is_empty();
        let none_gathered = gathered.then(|| self.kept_counts(key, None)).flatten();
        self.keep.together(|kept| {
            let receipt = self.hub.push(now, key, by, Command::Count { changes })?;
            kept.extend(none_gathered);
            Ok(receipt)
        })
    }

    /// What is gathered for a group, as it is kept; `None` for a group that is gone.
    fn kept_counts(&self, key: HubKey, sums: Option<&Sums>) -> Option<Change> {
        let id = self.hub.read(key, |group| group.id().clone())?;
        Some(things::counts(key.app(), &id, sums))
    }

    /// Gives groups what was gathered for them, where it is due.
    pub(crate) fn flush_counts(&self, now: Timestamp) {
        if !self.desk.counts.any.swap(false, Relaxed) {
            return;
        }
        let keys: Vec<HubKey> = self.desk.counts.groups().keys().copied().collect();
        for key in keys {
            self.desk.counts.with(key, |pending| {
                if !pending.sums.is_empty() && pending.due <= now {
                    self.flush(now, key, pending);
                }
                self.desk.counts.any.fetch_or(!pending.sums.is_empty(), Relaxed);
            });
        }
    }

    fn flush(&self, now: Timestamp, key: HubKey, pending: &mut Pending) {
        let changes = pending.changes().collect();
        match self.give(now, key, Author::App, changes, pending) {
            Ok(_) => {}
            Err(PushError::Refused(Refusal::TooOften { .. } | Refusal::Undrained { .. })) => {
                pending.due = now + RETRY;
                return;
            }
            Err(PushError::NoSuchGroup | PushError::Refused(Refusal::Disbanded)) => {
                self.keep.change_all(|| self.kept_counts(key, None));
            }
            Err(PushError::Refused(refusal)) => {
                warn!(%refusal, "what was counted cannot be added to the counters any more");
                self.keep.change_all(|| self.kept_counts(key, None));
            }
            // The app may be enabled again, and memory free.
            Err(_for_now) => {
                pending.due = now + EVERY;
                return;
            }
        }
        *pending = Pending::default();
    }
}

/// A counter past what a number holds.
const TOO_FAR: Refusal = Refusal::Malformed { field: Field::CounterValue };

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use liveroom::{Creation, GroupConfig};

    use super::*;
    use crate::options::Options;

    #[test]
    fn once_something_is_gathered_the_group_is_told_nothing_until_it_is_due() {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let creation = Creation::named("g").config(GroupConfig::vendor());
        let key = house.hub.create(house.clock.now(), house.app, creation).unwrap();
        let step = [CounterChange { key: "a".into(), change: Counting::Increase(1) }];
        let count = || match house.count(key, &Author::App, &step) {
            Ok(Receipt::Counters(values)) => values[0].1,
            other => panic!("{other:?}"),
        };
        let told = || house.hub.read(key, |group| group.counters().get("a")).flatten();
        assert_eq!((0..100).map(|_| count()).max(), Some(100));
        let before = told();
        assert!(before < Some(100), "the group has a limit: {before:?}");
        // The group would take some more by now.
        thread::sleep(Duration::from_millis(200));
        assert_eq!((count(), told()), (101, before));
        house.flush_counts(house.clock.now());
        assert_eq!(told(), before);
        house.flush_counts(house.clock.now() + EVERY);
        assert_eq!(told(), Some(101));
    }

    #[test]
    fn what_is_done_for_one_group_holds_up_no_other_and_leaves_nothing_behind() {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let [one, other] = [0, 1].map(|room| house.rooms[room].key);
        let gathered = Gathered::default();
        let (done, is_done) = mpsc::channel();
        thread::scope(|scope| {
            gathered.with(one, |pending| {
                pending.sums.insert("a".into(), 1);
                scope.spawn(|| gathered.with(other, |_| done.send(()).unwrap()));
                is_done.recv_timeout(Duration::from_mins(1)).expect("it does not wait");
            });
        });
        let groups = gathered.groups();
        assert_eq!(groups.keys().collect::<Vec<_>>(), [&one], "where nothing is gathered");
    }
}
