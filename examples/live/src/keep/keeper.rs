//! The store, in the hands of the fan-out thread.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io, mem,
    sync::atomic::Ordering::Relaxed,
    thread,
};

use liveroom::{
    Drainer, Group, HashKey, HubKey, Output, RecordNo, Seq, Timestamp,
    store::{GroupNo, Store, StoreError},
};
use tracing::{error, info, warn};

use super::{
    Change,
    snapshots::Snapshots,
    things::{self, OfRoom},
};
use crate::{
    fanout::{MOST_OUTPUTS, RETRY},
    house::House,
    protocol::client::Gift,
};

/// Numbers that are reserved at a time. Fewer are given between two commits: those who come in wait for one.
pub(super) const NUMBERS: u64 = 1 << 20;

/// One group in the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Journal {
    pub(super) no: GroupNo,
    /// The last record of it that was taken in.
    pub(super) last: RecordNo,
    /// How far readers may read once that is kept.
    pub(super) tail: Seq,
    /// How far they may with a record that is still to come.
    pub(super) ahead: Option<(RecordNo, Seq)>,
}

/// New groups that are taken in together: each is copied for it.
const MOST_AT_ONCE: usize = 256;

/// Keeps what groups have to tell before it is told.
#[derive(Debug)]
pub(crate) struct Keeper {
    store: Store,
    key: HashKey,
    groups: BTreeMap<HubKey, Journal>,
    /// Groups that nobody finds any more, and that some read to their end.
    forgotten: BTreeSet<HubKey>,
    /// Gifts of each room, as they are kept.
    gifts: Vec<u64>,
    /// Up to which number none was given yet.
    reserved: u64,
    turn: Turn,
    snapshots: Option<Snapshots>,
}

/// What was drained, as long as it is not kept.
#[derive(Debug, Default)]
struct Turn {
    round: u64,
    outputs: Vec<(HubKey, Output)>,
    /// How many of them were taken in.
    taken: usize,
    /// Records among those.
    records: u64,
    changes: VecDeque<Change>,
    due: Option<Timestamp>,
    /// Whether it was begun, and waits for the disk.
    waits: bool,
}

impl Keeper {
    pub(super) fn new(
        store: Store,
        key: HashKey,
        groups: BTreeMap<HubKey, Journal>,
        gifts: Vec<u64>,
        reserved: u64,
    ) -> Self {
        let (forgotten, turn) = (BTreeSet::new(), Turn::default());
        Self { store, key, groups, forgotten, gifts, reserved, turn, snapshots: None }
    }

    /// Begins to make snapshots, on a thread of its own.
    pub(crate) fn follow(&mut self, house: &std::sync::Arc<House>) {
        let begun = self
            .store
            .follower()
            .map(|follower| Snapshots::begin(follower, self.key, house.clone()));
        match begun {
            Ok(Ok(snapshots)) => self.snapshots = Some(snapshots),
            Ok(Err(error)) => warn!(%error, "no snapshots are made"),
            Err(error) => warn!(%error, "no snapshots are made"),
        }
    }

    /// Drains what groups have to tell, keeps what it follows from, and gives it to be told. Says when there is more, if
    /// by time alone.
    ///
    /// # Errors
    /// The disk does not take it. The same is tried the next time, and nothing else is drained before.
    pub(crate) fn turn(
        &mut self,
        house: &House,
        now: Timestamp,
        drainer: &mut Drainer<'_>,
        outputs: &mut Vec<(HubKey, Output)>,
    ) -> Result<Option<Timestamp>, StoreError> {
        if !self.turn.waits {
            self.drain(house, now, drainer);
        }
        self.turn.waits = true;
        if let Err(error) = self.commit(house, now) {
            house.keep.failed(&error);
            return Err(error);
        }
        self.turn.waits = false;
        self.turn.taken = 0;
        let tails = self.turn.outputs.iter().filter_map(|(key, output)| match output {
            Output::Record(_) | Output::Tail { .. } => Some(*key),
            _ => None,
        });
        let tails = tails.filter_map(|key| Some((key, self.groups.get(&key)?.tail)));
        house.keep.reach(tails);
        house.keep.done(self.turn.round);
        mem::swap(outputs, &mut self.turn.outputs);
        Ok([self.turn.due, self.store.sync_due()].into_iter().flatten().min())
    }

    fn commit(&mut self, house: &House, now: Timestamp) -> Result<(), StoreError> {
        self.take_in(house)?;
        self.reserve(house);
        let some = self.store.pending_bytes() > 0;
        self.store.commit(now)?;
        let records = mem::take(&mut self.turn.records);
        house.keep.count(|figures| {
            figures.commits += u64::from(some);
            figures.records += records;
        });
        Ok(())
    }

    fn drain(&mut self, house: &House, now: Timestamp, drainer: &mut Drainer<'_>) {
        let Turn { outputs, due, .. } = &mut self.turn;
        // All of it: what follows from a record, and what belongs to it, is kept with it.
        let drain = || {
            loop {
                let before = outputs.len();
                *due = drainer.drain(now, MOST_OUTPUTS, outputs);
                if outputs.len() - before < MOST_OUTPUTS {
                    break;
                }
            }
        };
        let (round, changes) = house.keep.drain(drain);
        self.turn.round = round;
        self.turn.changes.extend(changes);
    }

    /// Takes in what is to be kept, in the order in which it came.
    fn take_in(&mut self, house: &House) -> Result<(), StoreError> {
        while let Some(change) = self.turn.changes.front() {
            let mut done = 1;
            match change {
                Change::Put(name, bytes) => self.store.put(name, bytes),
                Change::Remove(name) => self.store.remove(name),
                Change::RemoveAll(beginning) => self.store.remove_all(beginning)?,
                Change::Filter(id, list) => self.store.keep_filter(*id, list)?,
                // Many may come at once, and an app may go with a hundred thousand of them.
                Change::Begin(_) => {
                    let keys = self.turn.keys(MOST_AT_ONCE, |change| match change {
                        Change::Begin(key) => Some(*key),
                        _ => None,
                    });
                    self.begin_all(house, &keys)?;
                    done = keys.len();
                }
                Change::Forget(_) => {
                    let keys = self.turn.keys(usize::MAX, |change| match change {
                        Change::Forget(key) => Some(*key),
                        _ => None,
                    });
                    self.forget(house, &keys)?;
                    done = keys.len();
                }
            }
            self.turn.changes.drain(..done);
        }
        let outputs = mem::take(&mut self.turn.outputs);
        let taken = self.take_outputs(house, &outputs);
        self.turn.outputs = outputs;
        taken
    }

    fn take_outputs(
        &mut self,
        house: &House,
        outputs: &[(HubKey, Output)],
    ) -> Result<(), StoreError> {
        while let Some((key, output)) = outputs.get(self.turn.taken) {
            match output {
                Output::Record(record) => self.take_record(house, *key, record)?,
                Output::Tail { record, seq, .. } => {
                    if let Some(journal) = self.groups.get_mut(key) {
                        journal.ahead = Some((*record, *seq));
                        journal.reach();
                    }
                }
                Output::Ended { message, outcome, .. } => {
                    let gifts = Gift::given(message, outcome);
                    if gifts > 0 {
                        self.count_gifts(house, *key, gifts);
                    }
                }
                _ => {}
            }
            self.turn.taken += 1;
        }
        Ok(())
    }

    fn take_record(
        &mut self,
        house: &House,
        key: HubKey,
        record: &liveroom::Record,
    ) -> Result<(), StoreError> {
        if self.forgotten.contains(&key) {
            return Ok(());
        }
        if !self.groups.contains_key(&key) {
            self.begin(house, key)?;
        }
        // One that is gone by now is nobody's any more; and what was begun with has the record already.
        let Some(journal) = self.groups.get_mut(&key).filter(|it| it.last < record.no) else {
            return Ok(());
        };
        match self.store.append(journal.no, record) {
            Ok(()) => {
                journal.last = record.no;
                journal.reach();
                self.turn.records += 1;
                Ok(())
            }
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                error!(%error, "a group cannot be gone on with in the store: it begins anew there");
                let no = journal.no;
                self.store.forget(no)?;
                self.groups.remove(&key);
                self.begin(house, key)
            }
        }
    }

    /// Takes groups in as they are now, those that are there.
    fn begin_all(&mut self, house: &House, keys: &[HubKey]) -> Result<(), StoreError> {
        let new = keys.iter().copied().filter(|key| !self.is_known(*key));
        let wholes = new.filter_map(|key| Some(self.whole(house, key)?.map(|whole| (key, whole))));
        let begun = wholes.collect::<Result<Vec<_>, _>>().and_then(|wholes| {
            let groups: Vec<_> = wholes.iter().map(|(key, group)| (key.app(), group)).collect();
            let numbers = self.store.begin_all(&groups)?;
            Ok((wholes, numbers))
        });
        match begun {
            Ok((wholes, numbers)) => {
                for ((key, group), no) in wholes.iter().zip(numbers) {
                    self.begun(house, *key, group, no);
                }
                Ok(())
            }
            Err(error) if error.is_passing() => Err(error),
            // Not one of them is in it: each by itself, so that one that cannot be kept concerns no other.
            Err(_) => keys.iter().try_for_each(|key| self.begin(house, *key)),
        }
    }

    /// Takes a group in as it is now, if it is there.
    fn begin(&mut self, house: &House, key: HubKey) -> Result<(), StoreError> {
        if self.is_known(key) {
            return Ok(());
        }
        let Some(whole) = self.whole(house, key) else { return Ok(()) };
        let begun = whole.and_then(|group| Ok((self.begin_as(key, &group)?, group)));
        match begun {
            Ok((no, group)) => {
                self.begun(house, key, &group, no);
                Ok(())
            }
            Err(error) if error.is_passing() || house.rooms.iter().any(|room| room.key == key) => {
                Err(error)
            }
            Err(error) => {
                error!(%error, "a group cannot be kept, so it cannot be");
                house.dispose(key);
                Ok(())
            }
        }
    }

    fn is_known(&self, key: HubKey) -> bool {
        self.groups.contains_key(&key) || self.forgotten.contains(&key)
    }

    /// A copy of a group as it is now, if it is there: nobody waits for the disk under its lock.
    fn whole(&self, house: &House, key: HubKey) -> Option<Result<Group, StoreError>> {
        let whole =
            |group: &Group| (group.snapshot(), group.filters().cloned().collect::<Vec<_>>());
        let (snapshot, filters) = house.hub.read(key, whole)?;
        let group = Group::restore(snapshot, &filters, self.key, None);
        Some(group.map_err(|error| StoreError::Damaged(error.to_string())))
    }

    fn begun(&mut self, house: &House, key: HubKey, group: &Group, no: GroupNo) {
        let (last, tail) = (group.last_record(), group.tail().position());
        self.groups.insert(key, Journal { no, last, tail, ahead: None });
        house.keep.reach(std::iter::once((key, tail)));
    }

    fn begin_as(&mut self, key: HubKey, group: &Group) -> Result<GroupNo, StoreError> {
        match self.store.begin(key.app(), group) {
            // The id of one that ended was given free, and it is still read.
            Err(StoreError::GroupExists(former))
                if self.groups.values().any(|journal| journal.no == former) =>
            {
                self.store.forget(former)?;
                self.groups.retain(|_, journal| journal.no != former);
                self.store.begin(key.app(), group)
            }
            begun => begun,
        }
    }

    /// Groups are nobody's any more, or are found by nobody any more.
    fn forget(&mut self, house: &House, keys: &[HubKey]) -> Result<(), StoreError> {
        let kept = keys.iter().filter_map(|key| self.groups.get(key));
        let kept: Vec<_> = kept.map(|journal| journal.no).collect();
        if !kept.is_empty() {
            self.store.forget_all(&kept)?;
        }
        for key in keys {
            self.groups.remove(key);
            if house.hub.read(*key, |_| ()).is_some() {
                // Whoever reads it reads it to its end.
                self.forgotten.insert(*key);
                house.keep.reach(std::iter::once((*key, Seq(u64::MAX))));
            } else {
                self.forgotten.remove(key);
                house.keep.forget(*key);
            }
        }
        Ok(())
    }

    fn count_gifts(&mut self, house: &House, key: HubKey, gifts: u64) {
        let Some(room) = house.rooms.iter().find(|room| room.key == key) else { return };
        if let Some(kept) = self.gifts.get_mut(room.no.0) {
            *kept += gifts;
            self.store.put(&OfRoom::of(room).gifts(), &things::written(kept));
        }
    }

    /// Sees to it that numbers are not given again by the next host.
    fn reserve(&mut self, house: &House) {
        let given = house.numbers.load(Relaxed);
        if given + NUMBERS / 2 > self.reserved {
            self.reserved = given + NUMBERS;
            self.store.put(things::NUMBERS, &things::written(&self.reserved));
        }
    }

    /// Ends in order: what was done until now is kept, given to be told, and whoever waits for it is told so.
    ///
    /// # Errors
    /// The disk does not take it, and does not for a while.
    pub(crate) fn close(
        mut self,
        house: &House,
        drainer: &mut Drainer<'_>,
        outputs: &mut Vec<(HubKey, Output)>,
    ) -> io::Result<()> {
        let mut tries = 0;
        while let Err(error) = self.turn(house, house.clock.now(), drainer, outputs) {
            tries += 1;
            if tries == CLOSING {
                house.keep.close();
                return Err(not_kept(&error));
            }
            thread::sleep(RETRY);
        }
        house.keep.close();
        if let Some(snapshots) = self.snapshots {
            snapshots.end();
        }
        self.store.close().map_err(|(error, _)| not_kept(&error))?;
        info!("everything is kept");
        Ok(())
    }
}

/// How often it is tried to keep what was said last.
const CLOSING: u32 = 50;

fn not_kept(error: &StoreError) -> io::Error {
    io::Error::other(format!("what was said last may be lost: {error}"))
}

impl Turn {
    /// The groups that the next changes concern, as long as they are of one kind.
    fn keys(&self, most: usize, of: impl Fn(&Change) -> Option<HubKey>) -> Vec<HubKey> {
        self.changes.iter().map_while(of).take(most).collect()
    }
}

impl Journal {
    /// Readers may read what follows from what was taken in.
    fn reach(&mut self) {
        if let Some((_, tail)) = self.ahead.take_if(|(record, _)| *record <= self.last) {
            self.tail = self.tail.max(tail);
        }
    }
}
