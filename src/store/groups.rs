//! What a store does with whole groups: takes them in, brings them back, and forgets them.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Damage, GroupNo, Journal, Loss, RecoverError, Recovered, Store, StoreError,
    database::{self, Known, number},
    filters::Filters,
    recovery,
};
use crate::{
    group::Group,
    hash::HashKey,
    id::{AppId, RecordNo},
};

impl Store {
    /// Takes a group in, with all that it is now: what it records later can be appended. It is on disk when this
    /// returns.
    ///
    /// # Errors
    /// [`StoreError::NoJournal`]; [`StoreError::GroupExists`] says as what it is there already; and as
    /// [`commit`](Self::commit): then the group is not in it, or is, and the next try says so.
    pub fn begin(&mut self, app: AppId, group: &Group) -> Result<GroupNo, StoreError> {
        let no = self.change(|change, commit| begin(change, commit, app, group))?;
        self.groups.insert(no, Journal::of(group));
        Ok(no)
    }

    /// Takes several groups in, all at once or none: it takes the disk hardly longer than one.
    ///
    /// # Errors
    /// As [`begin`](Self::begin), of the first that cannot be taken in; then none is.
    pub fn begin_all(&mut self, groups: &[(AppId, &Group)]) -> Result<Vec<GroupNo>, StoreError> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = self.change(|change, commit| {
            let begun = groups.iter().map(|(app, group)| begin(change, commit, *app, group));
            begun.collect::<Result<Vec<_>, _>>()
        })?;
        let journals = groups.iter().map(|(_, group)| Journal::of(group));
        self.groups.extend(numbers.iter().copied().zip(journals));
        Ok(numbers)
    }

    /// Brings a group back, from its last snapshot and what it recorded since.
    ///
    /// Where bytes of it are damaged or missing, or may be, it is in a new epoch, and stands in the store as it is now; what
    /// comes after the damage is put aside. All of that is on disk when this returns, or nothing is changed. Its sessions
    /// are those of then: end them with [`Command::DetachAll`](crate::Command::DetachAll).
    ///
    /// # Errors
    /// [`RecoverError`] says why it cannot be, and what would help.
    pub fn recover(&mut self, group: GroupNo, key: HashKey) -> Result<Recovered, RecoverError> {
        self.flush()?;
        let mut filters = std::mem::take(&mut self.filters);
        let recovered = self.recover_with(group, key, &mut filters);
        self.filters = filters;
        let recovered = recovered?;
        self.groups.insert(group, Journal::of(&recovered.group));
        Ok(recovered)
    }

    fn recover_with(
        &mut self,
        group: GroupNo,
        key: HashKey,
        filters: &mut Filters,
    ) -> Result<Recovered, RecoverError> {
        if !Known::read(&self.db, group)?.doubt {
            let recovered = recovery::load(&self.db, group, None, key, filters)?;
            // Most are whole, and nothing is written.
            if recovered.loss.is_none() {
                return Ok(recovered);
            }
        }
        self.change(|change, _| {
            let mut recovered = recovery::load(change, group, None, key, filters)?;
            if let Some(loss) = &recovered.loss {
                recovery::end_history(change, group, loss)?;
            }
            let then = &recovered.group;
            recovered.group = recovery::begin_epoch(change, group, then, key, filters)?;
            Ok(recovered)
        })
    }

    /// Puts aside what comes after a record of a group, so that it can be recovered without: for a group that
    /// [cannot be played back](RecoverError::Unplayable). Returns how many records those are.
    ///
    /// # Errors
    /// [`StoreError::NothingBefore`], and as [`forget`](Self::forget).
    pub fn cut(&mut self, group: GroupNo, after: RecordNo) -> Result<u64, StoreError> {
        self.flush()?;
        let records = self.change(|change, _| {
            let records = Known::read(change, group)?.last.0.saturating_sub(after.0);
            let from = "SELECT COUNT(*) FROM snapshots WHERE grp = ?1 AND record <= ?2";
            let from = change.query_row(from, [number(group.0)?, number(after.0)?], |row| {
                row.get::<_, u32>(0)
            })?;
            if from == 0 {
                return Err(StoreError::NothingBefore { group, record: after });
            }
            if records > 0 {
                let loss = Loss { after, records, damage: Damage::Cut };
                recovery::end_history(change, group, &loss)?;
            }
            Ok(records)
        })?;
        if let Some(journal) = self.groups.get_mut(&group).filter(|_| records > 0) {
            *journal = Journal { last: after, ended: false };
        }
        Ok(records)
    }

    /// Forgets a group. What it left is taken away by [`Follower::tidy`](super::Follower::tidy), little by little.
    ///
    /// # Errors
    /// [`StoreError::NoSuchGroup`], and as [`commit`](Self::commit); then the group is as it was.
    pub fn forget(&mut self, group: GroupNo) -> Result<(), StoreError> {
        self.forget_all(&[group])
    }

    /// Forgets several groups, all at once.
    ///
    /// # Errors
    /// [`StoreError::NoSuchGroup`] of the first that is not there, and as [`commit`](Self::commit); then all are as they
    /// were.
    pub fn forget_all(&mut self, groups: &[GroupNo]) -> Result<(), StoreError> {
        self.change(|change, _| {
            let forget = "UPDATE groups SET gone = 1 WHERE no = ?1 AND gone = 0";
            let mut forget = change.prepare_cached(forget)?;
            for group in groups {
                if forget.execute([number(group.0)?])? == 0 {
                    return Err(StoreError::NoSuchGroup(*group));
                }
            }
            Ok(())
        })?;
        let gone: BTreeSet<_> = groups.iter().collect();
        self.groups.retain(|group, _| !gone.contains(group));
        self.pending.retain(|pending| !gone.contains(&pending.group));
        self.pending_bytes = self.pending.iter().map(|pending| pending.bytes.len()).sum();
        Ok(())
    }
}

/// Writes a group as it is now, with its first snapshot.
fn begin(
    change: &Transaction<'_>,
    commit: u64,
    app: AppId,
    group: &Group,
) -> Result<GroupNo, StoreError> {
    if !group.config().settings().journal {
        return Err(StoreError::NoJournal);
    }
    let id = group.id().as_str();
    let there = "SELECT no FROM groups WHERE app = ?1 AND id = ?2 AND gone = 0";
    let mut there = change.prepare_cached(there)?;
    let there: Option<i64> = there.query_row(params![app.0, id], |row| row.get(0)).optional()?;
    if let Some(no) = there {
        return Err(StoreError::GroupExists(GroupNo(database::natural(no)?)));
    }
    let insert = "INSERT INTO groups (app, id, last, seq, epoch) VALUES (?1, ?2, ?3, ?4, ?5)";
    let last = number(group.last_record().0)?;
    change.prepare_cached(insert)?.execute(params![
        app.0,
        id,
        last,
        number(commit)?,
        group.epoch().0
    ])?;
    let no = GroupNo(database::natural(change.last_insert_rowid())?);
    let snapshot = database::begin_snapshot(change)?;
    let length = database::write_pieces(change, snapshot, group)?;
    database::end_snapshot(change, snapshot, (no, 0), group, length)?;
    Ok(no)
}
