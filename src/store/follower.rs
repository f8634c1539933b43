//! Snapshots from what is in the store, on a thread of its own.

use std::{collections::BTreeSet, fs::File, path::Path, sync::Arc};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    GroupNo, RecoverError, StoreConfig, StoreError,
    database::{self, Known, natural, open_again},
    filters::Filters,
    recovery,
};
use crate::{hash::HashKey, id::RecordNo, time::Timestamp};

/// Rows taken away in one go, so that commits of records come in between.
const AT_ONCE: u32 = 1_000;
/// Snapshots of each group that are kept whatever their age: should the last be damaged, there is another.
const LEAST: usize = 2;

/// Makes snapshots, and takes away what they make needless. From [`Store::follower`](super::Store::follower).
///
/// It plays back what groups have recorded, and so needs the memory of one group, and its time, on the thread that it
/// is called on. It writes a piece at a time: whoever commits meanwhile waits for a few of them.
#[derive(Debug)]
pub struct Follower {
    db: Connection,
    config: StoreConfig,
    filters: Filters,
    /// Those of which no snapshot could be made: they are passed over, so that the others have their turn.
    failed: BTreeSet<GroupNo>,
    /// A snapshot that was begun, and not finished.
    unfinished: Option<i64>,
    /// The folder stays this process's while a follower lives.
    _lock: Arc<File>,
}

/// What a follower did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Followed {
    /// Up to which record the new snapshot reaches.
    pub record: RecordNo,
    /// How many records were played back for it.
    pub replayed: u64,
}

impl Follower {
    pub(super) fn open(
        dir: &Path,
        config: StoreConfig,
        lock: Arc<File>,
    ) -> Result<Self, StoreError> {
        let db = open_again(dir)?;
        let (filters, failed) = (Filters::default(), BTreeSet::new());
        Ok(Self { db, config, filters, failed, unfinished: None, _lock: lock })
    }

    /// The groups that are due for a snapshot, those with most records since their last one first: all that have `each`
    /// or more, and as many others as it takes to leave no more than `in_all` in the whole store: about so many are played
    /// back when a host comes back. Groups of which this follower could make none are passed over.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn due(&self, each: u64, in_all: u64) -> Result<Vec<GroupNo>, StoreError> {
        let find = "
            SELECT groups.no, groups.last - kept.record AS since FROM groups
            JOIN (SELECT grp, MAX(record) AS record FROM snapshots GROUP BY grp) AS kept ON kept.grp = groups.no
            WHERE groups.gone = 0 AND groups.doubt = 0 AND since > 0
            ORDER BY since DESC";
        let mut find = self.db.prepare_cached(find)?;
        let behind =
            find.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let mut groups: Vec<(GroupNo, u64)> = Vec::new();
        for row in behind {
            let (group, since) = row?;
            groups.push((GroupNo(natural(group)?), natural(since)?));
        }
        groups.retain(|(group, _)| !self.failed.contains(group));
        let mut left = groups.iter().fold(0_u64, |left, (_, since)| left.saturating_add(*since));
        let due = groups.into_iter().take_while(|(_, since)| {
            let is_due = *since >= each || left > in_all;
            left = left.saturating_sub(*since);
            is_due
        });
        Ok(due.map(|(group, _)| group).collect())
    }

    /// Makes a snapshot of a group as it was at its last record. `None` if the group was
    /// [recovered](super::Store::recover) or [forgotten](super::Store::forget) meanwhile, or is still to be recovered
    /// after a loss.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover). A group of which something is damaged gets none, so that what is
    /// there stays as it is.
    pub fn snapshot(
        &mut self,
        group: GroupNo,
        key: HashKey,
    ) -> Result<Option<Followed>, RecoverError> {
        self.give_up()?;
        let made = self.try_snapshot(group, key);
        match &made {
            Ok(_) => drop(self.failed.remove(&group)),
            Err(RecoverError::Store(StoreError::NoSuchGroup(_))) => return Ok(None),
            Err(RecoverError::Store(error)) if error.is_passing() => {}
            Err(_) => drop(self.failed.insert(group)),
        }
        made
    }

    fn try_snapshot(
        &mut self,
        group: GroupNo,
        key: HashKey,
    ) -> Result<Option<Followed>, RecoverError> {
        // One moment of the store, whatever is committed meanwhile.
        let moment = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        let Known { generation, doubt, .. } = Known::read(&moment, group)?;
        if doubt {
            return Ok(None);
        }
        let recovered = recovery::load(&moment, group, None, key, &mut self.filters)?;
        moment.finish()?;
        if let Some(loss) = recovered.loss {
            let record = loss.after.0.saturating_add(1);
            let told = format!("record {record} of group {group}: {}", loss.damage);
            return Err(StoreError::Damaged(told).into());
        }
        let snapshot = database::begin_snapshot(&self.db)?;
        self.unfinished = Some(snapshot);
        let length = database::write_pieces(&self.db, snapshot, &recovered.group)?;
        let of = (group, generation);
        if !database::end_snapshot(&self.db, snapshot, of, &recovered.group, length)? {
            self.give_up()?;
            return Ok(None);
        }
        self.unfinished = None;
        for damaged in recovered.damaged_snapshots {
            database::remove_snapshot(&self.db, damaged)?;
        }
        let record = recovered.group.last_record();
        Ok(Some(Followed { record, replayed: recovered.replayed }))
    }

    /// Takes away what was written of a snapshot that is not finished.
    fn give_up(&mut self) -> Result<(), StoreError> {
        if let Some(snapshot) = self.unfinished {
            database::remove_snapshot(&self.db, snapshot)?;
            self.unfinished = None;
        }
        Ok(())
    }

    /// Takes away what nobody needs any more: what forgotten groups left, and of each other group what is older than
    /// [`StoreConfig::keep`] says, but for its last two snapshots and the records since the older one.
    ///
    /// # Errors
    /// The store cannot be read, or written to.
    pub fn tidy(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.give_up()?;
        let all: Vec<(i64, bool)> = {
            let mut find = self.db.prepare_cached("SELECT no, gone FROM groups ORDER BY no")?;
            find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?
        };
        for (group, gone) in all {
            if gone {
                self.take_all(group)?;
            } else {
                self.take_old(group, now)?;
            }
        }
        // Each step of it frees one page.
        let mut vacuum = self.db.prepare("PRAGMA incremental_vacuum(1000)")?;
        let mut freed = vacuum.query([])?;
        while freed.next()?.is_some() {}
        Ok(())
    }

    fn take_all(&mut self, group: i64) -> Result<(), StoreError> {
        for (snapshot, ..) in self.snapshots(group)? {
            database::remove_snapshot(&self.db, snapshot)?;
        }
        while take_records(&self.db, group, i64::MAX)? {}
        self.db.execute("DELETE FROM groups WHERE no = ?1", [group])?;
        Ok(())
    }

    /// Keeps the snapshot from which the oldest moment can be had that is to be kept, and what came after it.
    fn take_old(&mut self, group: i64, now: Timestamp) -> Result<(), StoreError> {
        let keep = u64::try_from(self.config.keep.as_nanos()).unwrap_or(u64::MAX);
        let since = now.as_nanos().saturating_sub(keep);
        let begun = history(&self.db, group)?;
        let all = self.snapshots(group)?;
        let before = all.iter().position(|(.., at)| u64::try_from(*at).unwrap_or(0) <= since);
        let Some(kept) = before.map(|before| before.max(LEAST - 1)).filter(|it| *it < all.len())
        else {
            return Ok(());
        };
        let (kept, older) = all.split_at(kept + 1);
        // Whatever is said of one of them, none is left without what came after it.
        let record = kept.iter().map(|(_, record, _)| *record).min().unwrap_or(0);
        for (snapshot, ..) in older {
            if history(&self.db, group)? != begun {
                return Ok(());
            }
            database::remove_snapshot(&self.db, *snapshot)?;
        }
        loop {
            let change = self.db.unchecked_transaction()?;
            // A group that was cut or recovered meanwhile is looked at the next time.
            let more = history(&change, group)? == begun && take_records(&change, group, record)?;
            change.commit()?;
            if !more {
                return Ok(());
            }
        }
    }

    /// A group's snapshots, the last first: number, record, time.
    fn snapshots(&self, group: i64) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        let find = "SELECT no, record, at FROM snapshots WHERE grp = ?1 ORDER BY no DESC";
        let mut find = self.db.prepare_cached(find)?;
        let all = find.query_map([group], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(all.collect::<Result<_, _>>()?)
    }
}

/// Which of a group's histories it is in.
fn history(db: &Connection, group: i64) -> Result<Option<i64>, StoreError> {
    let find = "SELECT generation FROM groups WHERE no = ?1 AND gone = 0";
    let mut find = db.prepare_cached(find)?;
    Ok(find.query_row([group], |row| row.get(0)).optional()?)
}

/// Takes some records away, and says whether there may be more.
fn take_records(db: &Connection, group: i64, up_to: i64) -> Result<bool, StoreError> {
    let some = "
        DELETE FROM records WHERE grp = ?1 AND no IN (
            SELECT no FROM records WHERE grp = ?1 AND no <= ?2 ORDER BY no LIMIT ?3)";
    Ok(db.prepare_cached(some)?.execute(params![group, up_to, AT_ONCE])? > 0)
}
