//! The store, in the hands of the fan-out thread.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
    sync::atomic::Ordering::Relaxed,
    thread,
};

use liveroom::{
    Drainer, Group, HashKey, HubKey, Output, RecordNo, Seq, Timestamp,
    store::{GroupNo, Store, StoreError},
};
use tracing::{error, info, warn};

use super::{Change, snapshots::Snapshots, things};
use crate::{
    fanout::{MOST_OUTPUTS, RETRY, gifts_of},
    house::House,
};

/// Outputs that are kept with one commit at most.
const MOST_AT_ONCE: usize = 16 * MOST_OUTPUTS;
/// Numbers that are reserved at a time. Fewer are given between two commits: those who come in wait for one.
const NUMBERS: u64 = 1 << 20;

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
    changes: VecDeque<Change>,
    due: Option<Timestamp>,
    /// Whether it was begun, and waits for the disk.
    waits: bool,
    /// Whether that was everything there was.
    all: bool,
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
        house.keep.done(if self.turn.all { self.turn.round } else { 0 });
        mem::swap(outputs, &mut self.turn.outputs);
        let due = [self.turn.due, self.store.sync_due()].into_iter().flatten().min();
        Ok(if self.turn.all { due } else { Some(now) })
    }

    fn commit(&mut self, house: &House, now: Timestamp) -> Result<(), StoreError> {
        self.take_in(house)?;
        self.reserve(house);
        let some = self.store.pending_bytes() > 0;
        self.store.commit(now)?;
        house.keep.count(|figures| figures.commits += u64::from(some));
        Ok(())
    }

    fn drain(&mut self, house: &House, now: Timestamp, drainer: &mut Drainer<'_>) {
        let Turn { outputs, due, all, .. } = &mut self.turn;
        let drain = || {
            loop {
                let before = outputs.len();
                *due = drainer.drain(now, MOST_OUTPUTS, outputs);
                *all = outputs.len() - before < MOST_OUTPUTS;
                if *all || outputs.len() >= MOST_AT_ONCE {
                    break *all;
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
            match change {
                Change::Put(name, bytes) => self.store.put(name, bytes),
                Change::Remove(name) => self.store.remove(name),
                Change::RemoveAll(beginning) => self.store.remove_all(beginning)?,
                Change::Filter(id, list) => self.store.keep_filter(*id, list)?,
                Change::Begin(key) => self.begin(house, *key)?,
                Change::Forget(key) => self.forget(house, *key)?,
            }
            self.turn.changes.pop_front();
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
                    let gifts = gifts_of(message, outcome);
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
                house.keep.count(|figures| figures.records += 1);
                Ok(())
            }
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                error!(%error, "a group cannot be gone on with in the store: it begins anew there");
                let no = journal.no;
                self.groups.remove(&key);
                self.store.forget(no)?;
                self.begin(house, key)
            }
        }
    }

    /// Takes a group in as it is now, if it is there.
    fn begin(&mut self, house: &House, key: HubKey) -> Result<(), StoreError> {
        if self.groups.contains_key(&key) || self.forgotten.contains(&key) {
            return Ok(());
        }
        // Nobody waits for the disk under the group's lock.
        let Some(snapshot) = house.hub.read(key, Group::snapshot) else { return Ok(()) };
        let filters: Vec<_> = house.filter_of(key).into_iter().collect();
        let group = match Group::restore(snapshot, &filters, self.key, None) {
            Ok(group) => group,
            Err(error) => {
                error!(%error, "a group cannot be kept");
                return Ok(());
            }
        };
        let no = match self.store.begin(key.app(), &group) {
            Err(StoreError::GroupExists(former)) => {
                // Its id was free, or there would be no group of that id.
                self.store.forget(former)?;
                self.store.begin(key.app(), &group)?
            }
            begun => begun?,
        };
        let (last, tail) = (group.last_record(), group.tail().position());
        self.groups.insert(key, Journal { no, last, tail, ahead: None });
        house.keep.reach(std::iter::once((key, tail)));
        Ok(())
    }

    fn forget(&mut self, house: &House, key: HubKey) -> Result<(), StoreError> {
        if let Some(journal) = self.groups.get(&key) {
            match self.store.forget(journal.no) {
                Ok(()) | Err(StoreError::NoSuchGroup(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.groups.remove(&key);
        if house.hub.read(key, |_| ()).is_some() {
            self.forgotten.insert(key);
        } else {
            self.forgotten.remove(&key);
            house.keep.forget(key);
        }
        Ok(())
    }

    fn count_gifts(&mut self, house: &House, key: HubKey, gifts: u64) {
        let Some(room) = house.rooms.iter().find(|room| room.key == key) else { return };
        if let Some(kept) = self.gifts.get_mut(room.no.0) {
            *kept += gifts;
            self.store.put(&things::gifts(&room.plan), &things::written(kept));
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

    /// Ends in order.
    pub(crate) fn close(mut self, house: &House) {
        house.keep.close();
        // What was said to be kept since.
        let (_, changes) = house.keep.drain(|| true);
        self.turn.changes.extend(changes);
        if let Err(error) = self.take_in(house) {
            error!(%error, "what was to be kept last is not");
        }
        if let Some(snapshots) = self.snapshots {
            snapshots.end();
        }
        let mut store = self.store;
        for _ in 0..CLOSING {
            match store.close() {
                Ok(()) => return info!("everything is kept"),
                Err((error, still)) => {
                    error!(%error, "what was said last is not kept yet");
                    store = still;
                    thread::sleep(RETRY);
                }
            }
        }
    }
}

/// How often it is tried to end in order.
const CLOSING: u32 = 20;

impl Journal {
    /// Readers may read what follows from what was taken in.
    fn reach(&mut self) {
        if let Some((_, tail)) = self.ahead.take_if(|(record, _)| *record <= self.last) {
            self.tail = self.tail.max(tail);
        }
    }
}
