//! A group out of the store: its last snapshot that can be read, and what it recorded since.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{
    Damage, GroupNo, RecoverError, StoreError,
    database::{self, Known, natural, number},
    filters::Filters,
    frame,
};
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
    /// The group, with the sessions of then. It has nothing to tell: what followed from its records was told, or is not
    /// told any more.
    pub group: Group,
    /// Up to which record its snapshot reached.
    pub snapshot: RecordNo,
    /// How many records were played back after that.
    pub replayed: u64,
    /// What of it could not be.
    pub loss: Option<Loss>,
    /// What is wrong with snapshots that could not be read, the last one first. What they held was found again from an
    /// older one.
    pub skipped: Vec<Damage>,
    pub(super) damaged_snapshots: Vec<i64>,
}

/// What a group lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The last record that it still has.
    pub after: RecordNo,
    /// How many records came after that; those that can be read are put aside.
    pub records: u64,
    /// What is wrong with the first of them.
    pub damage: Damage,
}

/// Brings a group back as it was at its last record, or at that time, in the last epoch that it began.
pub(super) fn load(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Recovered, RecoverError> {
    let known = Known::read(db, no)?;
    let listed = snapshots(db, no, until, known.last)?;
    let First { mut group, skipped, damaged } = first(db, (no, &known), &listed, key, filters)?;
    let snapshot = group.last_record();
    let ended = play_on(db, no, until, &mut group, filters)?;
    let after = group.last_record();
    let missing = known.last.0.saturating_sub(after.0);
    let damage = match ended {
        End::Damaged(damage) => Some(damage),
        End::Last if missing > 0 => Some(Damage::Missing),
        End::Last | End::Until => None,
    };
    let loss = damage.map(|damage| Loss { after, records: missing.max(1), damage });
    if let Some(until) = until {
        group.advance(until);
    } else if group.epoch() < known.epoch {
        // Of an epoch that was begun the snapshot is gone.
        group = in_epoch(db, &group, known.epoch, key, filters)?;
    }
    while group.poll().is_some() {}
    let replayed = after.0 - snapshot.0;
    Ok(Recovered { group, snapshot, replayed, loss, skipped, damaged_snapshots: damaged })
}

/// The same group in another epoch.
pub(super) fn in_epoch(
    db: &Connection,
    group: &Group,
    epoch: Epoch,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Group, RecoverError> {
    let again = restore(db, group.snapshot(), key, filters, Some(epoch))?;
    again.map_err(|damage| StoreError::Damaged(damage.to_string()).into())
}

/// A snapshot, as it is listed.
struct Listed {
    no: i64,
    length: u64,
    behaviour: u32,
}

/// The first snapshot of several that can be read, and those before it.
struct First {
    group: Group,
    skipped: Vec<Damage>,
    damaged: Vec<i64>,
}

fn first(
    db: &Connection,
    (no, known): (GroupNo, &Known),
    snapshots: &[Listed],
    key: HashKey,
    filters: &mut Filters,
) -> Result<First, RecoverError> {
    let (mut skipped, mut damaged) = (Vec::new(), Vec::new());
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
            Ok(group) if group.id().as_str() != known.id => {
                let told = format!("group {no} is listed as {:?}, and is {}", known.id, group.id());
                return Err(StoreError::Damaged(told).into());
            }
            Ok(mut group) => {
                while group.poll().is_some() {}
                return Ok(First { group, skipped, damaged });
            }
            Err(damage) => {
                skipped.push(damage);
                damaged.push(snapshot.no);
            }
        }
    }
    let damage = skipped.into_iter().next().unwrap_or(Damage::Missing);
    Err(RecoverError::NoSnapshot { group: no, damage })
}

/// The snapshots of a group up to a record, and a time, the last first.
fn snapshots(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
    last: RecordNo,
) -> Result<Vec<Listed>, StoreError> {
    let find = "
        SELECT no, length, behaviour FROM snapshots
        WHERE grp = ?1 AND at <= ?2 AND record <= ?3 ORDER BY no DESC";
    let until = until.and_then(|until| i64::try_from(until.as_nanos()).ok()).unwrap_or(i64::MAX);
    let mut find = db.prepare_cached(find)?;
    let mut rows = find.query(params![number(no.0)?, until, number(last.0)?])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let (no, length, behaviour) = (row.get(0)?, natural(row.get(1)?)?, row.get(2)?);
        listed.push(Listed { no, length, behaviour });
    }
    Ok(listed)
}

fn read_snapshot(
    db: &Connection,
    snapshot: &Listed,
) -> Result<Result<Snapshot, Damage>, StoreError> {
    let mut find = db.prepare_cached("SELECT frame FROM pieces WHERE snapshot = ?1 ORDER BY at")?;
    let mut rows = find.query([snapshot.no])?;
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let piece = row.get_ref(0)?.as_blob().unwrap_or(&[]);
        let read = frame::piece((snapshot.no, at), piece, snapshot.length, &mut bytes);
        if let Err(damage) = read {
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
    Ok(Group::restore(snapshot, known.as_slice(), key, epoch).map_err(Damage::Restore))
}

/// Where a stretch of records ended.
enum End {
    /// At the last one.
    Last,
    /// At one that is later than was asked for.
    Until,
    /// At one whose bytes are damaged, or that is missing.
    Damaged(Damage),
}

/// Plays the records that follow back.
fn play_on(
    db: &Connection,
    no: GroupNo,
    until: Option<Timestamp>,
    group: &mut Group,
    filters: &mut Filters,
) -> Result<End, RecoverError> {
    let find = "SELECT no, frame FROM records WHERE grp = ?1 AND no > ?2 ORDER BY no";
    let mut find = db.prepare_cached(find)?;
    let mut rows = find.query(params![number(no.0)?, number(group.last_record().0)?])?;
    while let Some(row) = rows.next()? {
        let at = RecordNo(natural(row.get(0)?)?);
        if at.0 != group.last_record().0 + 1 {
            return Ok(End::Damaged(Damage::Missing));
        }
        let damage = match frame::record(no, at, row.get_ref(1)?.as_blob().unwrap_or(&[])) {
            Ok(record) if until.is_some_and(|until| record.at > until) => return Ok(End::Until),
            Ok(record) => play(db, group, record, filters, drop)?,
            Err(damage) => Some(damage),
        };
        match damage {
            None => {}
            Some(damage) if damage.is_of_bytes() => return Ok(End::Damaged(damage)),
            Some(Damage::Behaviour(found)) => return Err(RecoverError::Behaviour { found, at }),
            Some(damage) => return Err(RecoverError::Unplayable { at, damage }),
        }
    }
    Ok(End::Last)
}

/// A group as it was in the oldest snapshot of it that can be read.
pub(super) fn oldest(
    db: &Connection,
    no: GroupNo,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Group, RecoverError> {
    let known = Known::read(db, no)?;
    let mut listed = snapshots(db, no, None, known.last)?;
    listed.reverse();
    Ok(first(db, (no, &known), &listed, key, filters)?.group)
}

/// Every snapshot of a group, the oldest first, each by itself.
pub(super) fn each_snapshot(
    db: &Connection,
    no: GroupNo,
    key: HashKey,
    filters: &mut Filters,
    mut each: impl FnMut(Result<Group, Damage>),
) -> Result<(), RecoverError> {
    let known = Known::read(db, no)?;
    for snapshot in snapshots(db, no, None, known.last)?.into_iter().rev() {
        match first(db, (no, &known), &[snapshot], key, filters) {
            Ok(first) => each(Ok(first.group)),
            Err(RecoverError::NoSnapshot { damage, .. }) => each(Err(damage)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
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

/// Ends a group's history after a record: what comes after it is put aside, and no snapshot of it is kept.
pub(super) fn end_history(db: &Connection, group: GroupNo, loss: &Loss) -> Result<(), StoreError> {
    let (no, after) = (number(group.0)?, number(loss.after.0)?);
    let copy = "INSERT INTO aside SELECT grp, no, frame FROM records WHERE grp = ?1 AND no > ?2";
    db.execute(copy, [no, after])?;
    db.execute("DELETE FROM records WHERE grp = ?1 AND no > ?2", [no, after])?;
    let pieces = "
        DELETE FROM pieces WHERE snapshot IN (
            SELECT no FROM snapshots WHERE grp = ?1 AND record > ?2)";
    db.execute(pieces, [no, after])?;
    db.execute("DELETE FROM snapshots WHERE grp = ?1 AND record > ?2", [no, after])?;
    let end = "
        UPDATE groups SET last = ?2, generation = generation + 1, doubt = 1 WHERE no = ?1";
    db.execute(end, [no, after])?;
    let note = "INSERT INTO losses (grp, after, records, damage) VALUES (?1, ?2, ?3, ?4)";
    db.execute(note, params![no, after, number(loss.records)?, loss.damage.to_string()])?;
    Ok(())
}

/// Begins the next epoch of a group of which something may be lost, and keeps it so.
pub(super) fn begin_epoch(
    db: &Connection,
    no: GroupNo,
    group: &Group,
    key: HashKey,
    filters: &mut Filters,
) -> Result<Group, RecoverError> {
    let known = Known::read(db, no)?;
    let epoch = Epoch(group.epoch().max(known.epoch).0.saturating_add(1));
    let group = in_epoch(db, group, epoch, key, filters)?;
    let begin = "
        UPDATE groups SET epoch = ?2, generation = generation + 1, doubt = 0 WHERE no = ?1";
    db.execute(begin, params![number(no.0)?, epoch.0])?;
    let snapshot = database::begin_snapshot(db)?;
    let length = database::write_pieces(db, snapshot, &group)?;
    let generation = Known::read(db, no)?.generation;
    if database::end_snapshot(db, snapshot, (no, generation), &group, length)? {
        Ok(group)
    } else {
        Err(StoreError::NoSuchGroup(no).into())
    }
}
