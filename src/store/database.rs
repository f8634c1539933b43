//! The tables, and what is read and written in them by more than one.

use std::{fs::File, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, params};

use super::{Durability, GroupNo, StoreError, StoredGroup, frame};
use crate::{
    group::{BEHAVIOUR, Group},
    id::{AppId, GroupId, RecordNo},
};

/// The version of the tables.
const FORMAT: u32 = 1;
const FILE: &str = "journal.db";
const LOG: &str = "journal.db-wal";
/// How long one connection of this process waits for another's commit.
const PATIENCE: Duration = Duration::from_secs(10);

const TABLES: &str = "
    CREATE TABLE groups (
        no INTEGER PRIMARY KEY AUTOINCREMENT,
        app INTEGER NOT NULL,
        id TEXT NOT NULL,
        last INTEGER NOT NULL,
        seq INTEGER NOT NULL DEFAULT 0,
        doubt INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE records (
        grp INTEGER NOT NULL,
        no INTEGER NOT NULL,
        frame BLOB NOT NULL,
        PRIMARY KEY (grp, no)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshots (
        no INTEGER PRIMARY KEY AUTOINCREMENT,
        grp INTEGER,
        record INTEGER,
        at INTEGER,
        length INTEGER,
        behaviour INTEGER
    ) STRICT;
    CREATE INDEX snapshots_of ON snapshots (grp, record);
    CREATE TABLE pieces (
        snapshot INTEGER NOT NULL,
        at INTEGER NOT NULL,
        frame BLOB NOT NULL,
        PRIMARY KEY (snapshot, at)
    ) STRICT;
    CREATE TABLE aside (grp INTEGER NOT NULL, no INTEGER NOT NULL, frame BLOB NOT NULL) STRICT;
    CREATE TABLE filters (id BLOB PRIMARY KEY, frame BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE things (name TEXT PRIMARY KEY, frame BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE head (seq INTEGER NOT NULL, clean INTEGER NOT NULL, boot TEXT) STRICT;
    INSERT INTO head VALUES (0, 0, NULL);
";

/// Opens the database, and says whether it is new.
pub(super) fn open_database(
    dir: &Path,
    durability: Durability,
) -> Result<(Connection, bool), StoreError> {
    let mut db = Connection::open(dir.join(FILE))?;
    db.busy_timeout(PATIENCE)?;
    let format = format_of(&db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous(durability))?;
    db.set_prepared_statement_cache_capacity(32);
    if format == 0 {
        let make = db.transaction()?;
        make.execute_batch(TABLES)?;
        make.pragma_update(None, "user_version", FORMAT)?;
        make.commit()?;
    }
    Ok((db, format == 0))
}

/// Opens it to be read alone.
pub(super) fn open_to_read(dir: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(dir.join(FILE), flags)?;
    db.busy_timeout(PATIENCE)?;
    if format_of(&db)? == 0 {
        return Err(StoreError::Damaged("there is no store in it".to_owned()));
    }
    Ok(db)
}

/// Opens it once more, in the process that has it open.
pub(super) fn open_again(dir: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let db = Connection::open(dir.join(FILE))?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "synchronous", synchronous(durability))?;
    Ok(db)
}

/// With `NORMAL` the log is brought to the disk before it is written into the database, so that a failure of the machine
/// takes the end of the log along and damages nothing.
fn synchronous(durability: Durability) -> &'static str {
    match durability {
        Durability::Every => "FULL",
        Durability::Interval(_) | Durability::Never => "NORMAL",
    }
}

fn format_of(db: &Connection) -> Result<u32, StoreError> {
    let found = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > FORMAT { Err(StoreError::Format { found, known: FORMAT }) } else { Ok(found) }
}

/// Asks the system to bring the log to the disk.
pub(super) fn sync(dir: &Path) -> Result<(), StoreError> {
    Ok(File::open(dir.join(LOG))?.sync_data()?)
}

/// Writes the log into the database, which is then on disk.
pub(super) fn checkpoint(db: &Connection) -> Result<(), StoreError> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// What the store knows of itself.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) seq: u64,
    pub(super) clean: bool,
    pub(super) boot: Option<&'a str>,
}

impl Known<'_> {
    pub(super) fn read(db: &Connection) -> Result<Known<'static>, StoreError> {
        // Each group has the number of its own last record, so that a commit writes one page less.
        let read = "
            SELECT MAX(seq, (SELECT COALESCE(MAX(seq), 0) FROM groups)), clean, boot = ?1 FROM head";
        let here = super::mark::boot();
        Ok(db.query_row(read, [here], |row| {
            let same: Option<bool> = row.get(2)?;
            let boot = same.map(|same| if same { here } else { "" });
            Ok(Known { seq: row.get::<_, i64>(0)?.unsigned_abs(), clean: row.get(1)?, boot })
        })?)
    }

    pub(super) fn write(&self, db: &Connection) -> Result<(), StoreError> {
        let Self { seq, clean, boot } = self;
        let write = "UPDATE head SET seq = ?1, clean = ?2, boot = ?3";
        db.execute(write, params![number(*seq)?, clean, boot])?;
        Ok(())
    }
}

/// A number as the database has them.
pub(super) fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no number of one")))
}

pub(super) fn groups(db: &Connection) -> Result<Vec<StoredGroup>, StoreError> {
    let mut find = db.prepare_cached("SELECT no, app, id, last FROM groups ORDER BY no")?;
    let mut groups = Vec::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(2)?;
        let damaged = |_| StoreError::Damaged(format!("{id:?} is no group's id"));
        groups.push(StoredGroup {
            no: GroupNo(row.get::<_, i64>(0)?.unsigned_abs()),
            app: AppId(row.get(1)?),
            id: id.parse::<GroupId>().map_err(damaged)?,
            last: RecordNo(row.get::<_, i64>(3)?.unsigned_abs()),
        });
    }
    Ok(groups)
}

/// Records up to this number have been written, whatever became of their groups.
pub(super) fn reach(db: &Connection, seq: u64) -> Result<(), StoreError> {
    db.execute("UPDATE head SET seq = ?1", [number(seq)?])?;
    Ok(())
}

/// Every group may have lost its end: it is to begin a new epoch, however often the process ends before it does.
pub(super) fn doubt_all(db: &Connection) -> Result<(), StoreError> {
    db.execute("UPDATE groups SET doubt = 1", [])?;
    Ok(())
}

pub(super) fn is_in_doubt(db: &Connection, group: GroupNo) -> Result<bool, StoreError> {
    let find = "SELECT doubt FROM groups WHERE no = ?1";
    Ok(db.query_row(find, [number(group.0)?], |row| row.get(0))?)
}

/// The group is in a new epoch, and kept so.
pub(super) fn end_doubt(db: &Connection, group: GroupNo) -> Result<(), StoreError> {
    db.execute("UPDATE groups SET doubt = 0 WHERE no = ?1", [number(group.0)?])?;
    Ok(())
}

/// A snapshot that nobody sees until it has [ended](end_snapshot).
pub(super) fn begin_snapshot(db: &Connection) -> Result<i64, StoreError> {
    db.execute("INSERT INTO snapshots DEFAULT VALUES", [])?;
    Ok(db.last_insert_rowid())
}

pub(super) fn add_piece(
    db: &Connection,
    snapshot: i64,
    at: u32,
    frame: &[u8],
) -> Result<(), StoreError> {
    let add = "INSERT INTO pieces (snapshot, at, frame) VALUES (?1, ?2, ?3)";
    db.prepare_cached(add)?.execute(params![snapshot, at, frame])?;
    Ok(())
}

pub(super) fn end_snapshot(
    db: &Connection,
    snapshot: i64,
    no: GroupNo,
    group: &Group,
    length: u64,
) -> Result<(), StoreError> {
    let end = "
        UPDATE snapshots SET grp = ?2, record = ?3, at = ?4, length = ?5, behaviour = ?6
        WHERE no = ?1";
    let (record, at) = (number(group.last_record().0)?, number(group.clock().as_nanos())?);
    db.execute(end, params![snapshot, number(no.0)?, record, at, number(length)?, BEHAVIOUR])?;
    Ok(())
}

/// Writes a snapshot of a group, a piece at a time, so that commits of records come in between.
pub(super) fn keep_snapshot(
    db: &mut Connection,
    no: GroupNo,
    group: &Group,
) -> Result<(), StoreError> {
    let snapshot = begin_snapshot(db)?;
    let length = frame::pieces(&group.snapshot(), |at, piece| add_piece(db, snapshot, at, piece))?;
    end_snapshot(db, snapshot, no, group, length)
}
