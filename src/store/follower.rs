//! Snapshots from what is in the store, on a thread of its own.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    GroupNo, RecoverError, StoreConfig, StoreError,
    database::{keep_snapshot, number, open_again},
    filters::Filters,
    recovery,
};
use crate::{hash::HashKey, id::RecordNo};

/// Rows taken away in one go, so that commits of records come in between.
const AT_ONCE: u32 = 1_000;
/// Snapshots of each group that are kept whatever their age: should the last be damaged, there is another.
const LEAST: usize = 2;

/// Makes snapshots, and takes away what they make needless. From [`Store::follower`](super::Store::follower).
///
/// It plays back what groups have recorded, and so needs the memory of one group, and its time, on the thread that it
/// is called on; whoever commits meanwhile waits for one piece of a snapshot at most.
#[derive(Debug)]
pub struct Follower {
    db: Connection,
    config: StoreConfig,
    filters: Filters,
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
    pub(super) fn open(dir: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        Ok(Self { db: open_again(dir, config.durability)?, config, filters: Filters::default() })
    }

    /// The group with most records since its last snapshot, if those are so many.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn next(&self, records: u64) -> Result<Option<GroupNo>, StoreError> {
        let find = "
            SELECT groups.no FROM groups
            JOIN (SELECT grp, MAX(record) AS record FROM snapshots GROUP BY grp) AS kept ON kept.grp = groups.no
            WHERE groups.last - kept.record >= ?1
            ORDER BY groups.last - kept.record DESC LIMIT 1";
        let mut find = self.db.prepare_cached(find)?;
        let found = find.query_row([number(records)?], |row| row.get::<_, i64>(0)).optional()?;
        Ok(found.map(|no| GroupNo(no.unsigned_abs())))
    }

    /// Makes a snapshot of a group as it was at its last record, and takes away what nobody needs any more.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover). A group of which something is damaged gets none, so that what is
    /// there stays as it is.
    pub fn snapshot(&mut self, group: GroupNo, key: HashKey) -> Result<Followed, RecoverError> {
        let recovered = recovery::load(&self.db, group, None, key, &mut self.filters)?;
        if let Some(loss) = recovered.loss {
            return Err(StoreError::Damaged(format!(
                "record {} of group {group}: {}",
                loss.after.0.saturating_add(1),
                loss.damage
            ))
            .into());
        }
        keep_snapshot(&mut self.db, group, &recovered.group)?;
        self.take_away(group, recovered.group.clock().as_nanos())?;
        let record = recovered.group.last_record();
        Ok(Followed { record, replayed: recovered.replayed })
    }

    /// Takes away what groups left that were forgotten, and snapshots that were never finished.
    ///
    /// # Errors
    /// The store cannot be read, or written to.
    pub fn tidy(&mut self) -> Result<(), StoreError> {
        // What another connection is just writing has no group yet, and is the last there is.
        let gone = "
            DELETE FROM snapshots WHERE grp NOT IN (SELECT no FROM groups)
            OR (grp IS NULL AND no < (SELECT MAX(no) FROM snapshots))";
        self.db.execute(gone, [])?;
        let pieces = "
            DELETE FROM pieces WHERE rowid IN (
                SELECT rowid FROM pieces WHERE snapshot NOT IN (SELECT no FROM snapshots) LIMIT 16)";
        while self.db.execute(pieces, [])? > 0 {}
        let groups = "SELECT DISTINCT grp FROM records WHERE grp NOT IN (SELECT no FROM groups)";
        let groups: Vec<i64> = {
            let mut find = self.db.prepare(groups)?;
            find.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for group in groups {
            self.take_records(group, i64::MAX)?;
        }
        Ok(())
    }

    /// Keeps the snapshots from which a moment can be had that is to be kept, and the records since the oldest of them.
    fn take_away(&mut self, group: GroupNo, now: u64) -> Result<(), StoreError> {
        let keep = u64::try_from(self.config.keep.as_nanos()).unwrap_or(u64::MAX);
        let (group, since) = (number(group.0)?, number(now.saturating_sub(keep))?);
        let all: Vec<(i64, i64, i64)> = {
            let find = "SELECT no, record, at FROM snapshots WHERE grp = ?1 ORDER BY no DESC";
            let mut find = self.db.prepare_cached(find)?;
            find.query_map([group], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?
        };
        let before = all.iter().position(|(.., at)| *at <= since);
        let Some((oldest, record, _)) =
            before.and_then(|before| all.get(before.max(LEAST - 1))).copied()
        else {
            return Ok(());
        };
        let older = "DELETE FROM snapshots WHERE grp = ?1 AND no < ?2";
        if self.db.execute(older, [group, oldest])? > 0 {
            self.take_records(group, record)?;
            self.tidy()?;
        }
        Ok(())
    }

    fn take_records(&mut self, group: i64, up_to: i64) -> Result<(), StoreError> {
        let some = "
            DELETE FROM records WHERE grp = ?1 AND no IN (
                SELECT no FROM records WHERE grp = ?1 AND no <= ?2 ORDER BY no LIMIT ?3)";
        while self.db.execute(some, params![group, up_to, AT_ONCE])? > 0 {}
        Ok(())
    }
}
