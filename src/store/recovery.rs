//! A group out of the store: its last snapshot that can be read, and what it recorded since.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{Damage, Filters, GroupNo, RecoverError, StoreError, database::number, frame};
use crate::{
    filter::Filter,
    group::{BEHAVIOUR, Group, Snapshot},
    hash::HashKey,
    id::{Epoch, FilterId, RecordNo},
    journal::{ReplayError, replay},
    output::{Output, Record},
    refusal::Refusal,
    time::Timestamp,
};

/// A group that was brought back.
#[derive(Debug)]
#[non_exhaustive]
pub struct Recovered {
    /// The group, with the sessions of then.
    pub group: Group,
    /// Up to which record its snapshot reached.
    pub snapshot: RecordNo,
    /// How many records were played back after that.
    pub replayed: u64,
    /// What of it could not be.
    pub loss: Option<Loss>,
    /// Snapshots that could not be read, the last one first, and what is wrong with them. What they held was
    /// found again from an older one.
    pub skipped: Vec<Damage>,
}

/// What a group lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The last record that it still has.
    pub after: RecordNo,
    /// How many records come after that; those that can be read are put aside.
    pub records: u64,
    /// What is wrong with the first of them.
    pub damage: Damage,
}

impl Recovered {
    /// The group goes on in a new epoch: readers of the former one are told that it has ended.
    pub(super) fn begin_new_epoch(
        &mut self,
        db: &Connection,
        key: HashKey,
        filters: &mut Filters,
    ) -> Result<(), RecoverError> {
        let epoch = Epoch(self.group.epoch().0.saturating_add(1));
        self.group = restore(db, self.group.snapshot(), key, filters, Some(epoch))?
            .map_err(|damage| StoreError::Damaged(damage.to_string()))?;
        Ok(())
    }
}

/// Brings a group back as it was at its last record, or at that time.
pub(super) fn load(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Recovered, RecoverError> {
    let last = last_record(db, no)?;
    let (mut group, skipped) =
        first_that_can_be_read(db, no, &snapshots(db, no, until)?, key, filters)?;
    let snapshot = group.last_record();
    let damage = play_on(db, no, until, &mut group, filters)?;
    let after = group.last_record();
    if let Some(until) = until {
        group.advance(until);
    }
    let (replayed, missing) = (after.0 - snapshot.0, last.0.saturating_sub(after.0));
    let damage = damage.or((missing > 0 && until.is_none()).then_some(Damage::Missing));
    let loss = damage.map(|damage| Loss { after, records: missing.max(1), damage });
    Ok(Recovered { group, snapshot, replayed, loss, skipped })
}

fn last_record(db: &Connection, no: GroupNo) -> Result<RecordNo, StoreError> {
    let find = "SELECT last FROM groups WHERE no = ?1";
    let last = db.query_row(find, [number(no.0)?], |row| row.get::<_, i64>(0));
    match last {
        Ok(last) => Ok(RecordNo(last.unsigned_abs())),
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(StoreError::NoSuchGroup(no)),
        Err(error) => Err(error.into()),
    }
}

/// A snapshot, as it is listed.
struct Listed {
    no: i64,
    length: u64,
    behaviour: u32,
}

/// The group of the first snapshot that can be read, and what is wrong with those before it.
fn first_that_can_be_read(
    db: &Connection,
    no: GroupNo,
    snapshots: &[Listed],
    key: HashKey,
    filters: &mut Filters,
) -> Result<(Group, Vec<Damage>), RecoverError> {
    let mut skipped = Vec::new();
    for snapshot in snapshots {
        if snapshot.behaviour != BEHAVIOUR {
            let (found, at) = (snapshot.behaviour, RecordNo(0));
            return Err(RecoverError::Behaviour { found, at });
        }
        let restored = match read_snapshot(db, snapshot)? {
            Ok(read) => restore(db, read, key, filters, None)?,
            Err(damage) => Err(damage),
        };
        match restored {
            Ok(group) => return Ok((group, skipped)),
            Err(damage) => skipped.push(damage),
        }
    }
    let damage = skipped.into_iter().next().unwrap_or(Damage::Missing);
    Err(RecoverError::NoSnapshot { group: no, damage })
}

/// The snapshots of a group, the last first.
fn snapshots(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
) -> Result<Vec<Listed>, StoreError> {
    let find = "
        SELECT no, length, behaviour FROM snapshots WHERE grp = ?1 AND at <= ?2 ORDER BY no DESC";
    let until = until.map_or(Ok(i64::MAX), |until| number(until.as_nanos()))?;
    let mut find = db.prepare_cached(find)?;
    let rows = find.query_map(params![number(no.0)?, until], |row| {
        let length = row.get::<_, i64>(1)?.unsigned_abs();
        Ok(Listed { no: row.get(0)?, length, behaviour: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_snapshot(
    db: &Connection,
    snapshot: &Listed,
) -> Result<Result<Snapshot, Damage>, StoreError> {
    let mut find = db.prepare_cached("SELECT frame FROM pieces WHERE snapshot = ?1 ORDER BY at")?;
    let mut rows = find.query([snapshot.no])?;
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if let Err(damage) = frame::piece(at, row.get_ref(0)?.as_blob().unwrap_or(&[]), &mut bytes)
        {
            return Ok(Err(damage));
        }
        at += 1;
    }
    Ok(frame::snapshot(&bytes, snapshot.length))
}

/// The filter that a snapshot or a record names.
fn find(
    db: &Connection,
    filters: &mut Filters,
    filter: FilterId,
    at: RecordNo,
) -> Result<Arc<Filter>, RecoverError> {
    filters.find(db, filter)?.ok_or(RecoverError::UnknownFilter { filter, at })
}

/// A group from a snapshot, with the filter that it names.
fn restore(
    db: &Connection,
    snapshot: Snapshot,
    key: HashKey,
    filters: &mut Filters,
    epoch: Option<Epoch>,
) -> Result<Result<Group, Damage>, RecoverError> {
    let mut known: Option<Arc<Filter>> = None;
    if let Some(filter) = snapshot.filter() {
        known = Some(find(db, filters, filter, RecordNo(0))?);
    }
    match Group::restore(snapshot, known.as_slice(), key, epoch) {
        Ok(group) => Ok(Ok(group)),
        Err(error) => Ok(Err(Damage::Restore(error))),
    }
}

/// Plays the records that follow back, until the first that is damaged.
fn play_on(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
    group: &mut Group,
    filters: &mut Filters,
) -> Result<Option<Damage>, RecoverError> {
    let find = "SELECT no, frame FROM records WHERE grp = ?1 AND no > ?2 ORDER BY no";
    let mut find = db.prepare_cached(find).map_err(StoreError::from)?;
    let from = params![number(no.0)?, number(group.last_record().0)?];
    let mut rows = find.query(from).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let record = RecordNo(row.get::<_, i64>(0)?.unsigned_abs());
        if record.0 != group.last_record().0 + 1 {
            return Ok(Some(Damage::Missing));
        }
        let read = frame::record(no, record, row.get_ref(1)?.as_blob().unwrap_or(&[]));
        let record = match read {
            Ok(record) if until.is_some_and(|until| record.at > until) => return Ok(None),
            Ok(record) => record,
            Err(Damage::Behaviour(found)) => {
                return Err(RecoverError::Behaviour { found, at: record });
            }
            Err(damage) => return Ok(Some(damage)),
        };
        let damage = play(db, group, record, filters, drop)?;
        if damage.is_some() {
            return Ok(damage);
        }
    }
    Ok(None)
}

/// A group as it was in the oldest snapshot of it that can be read.
pub(super) fn oldest(
    db: &Connection,
    no: GroupNo,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Group, RecoverError> {
    let mut snapshots = snapshots(db, no, None)?;
    snapshots.reverse();
    Ok(first_that_can_be_read(db, no, &snapshots, key, filters)?.0)
}

/// Plays one record back; if it names a filter that the group does not know, once more with that.
pub(super) fn play(
    db: &Connection,
    group: &mut Group,
    record: Record,
    filters: &mut Filters,
    mut tell: impl FnMut(Output),
) -> Result<Option<Damage>, RecoverError> {
    match replay(group, [record.clone()], &mut tell) {
        Ok(()) => Ok(None),
        Err(ReplayError::Refused { refusal: Refusal::UnknownFilter { filter, .. }, .. }) => {
            group.install_filter(find(db, filters, filter, record.no)?);
            Ok(replay(group, [record], tell).err().map(Damage::Replay))
        }
        Err(error) => Ok(Some(Damage::Replay(error))),
    }
}

/// Takes what comes after a loss out of the way of what the group records from now on.
pub(super) fn put_aside(
    db: &mut Connection,
    group: GroupNo,
    loss: &Loss,
) -> Result<(), StoreError> {
    let change = db.transaction()?;
    let (no, after) = (number(group.0)?, number(loss.after.0)?);
    let copy = "INSERT INTO aside SELECT grp, no, frame FROM records WHERE grp = ?1 AND no > ?2";
    change.execute(copy, [no, after])?;
    change.execute("DELETE FROM records WHERE grp = ?1 AND no > ?2", [no, after])?;
    // Snapshots of what is not there any more, too.
    change.execute("DELETE FROM snapshots WHERE grp = ?1 AND record > ?2", [no, after])?;
    change.execute("UPDATE groups SET last = ?2, doubt = 1 WHERE no = ?1", [no, after])?;
    change.commit()?;
    Ok(())
}
