//! The tables, and what is read and written in them by more than one.

use std::{fs::File, io, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use super::{Durability, GroupNo, StoreError, StoredGroup, frame, mark};
use crate::{
    group::{BEHAVIOUR, Group},
    id::{AppId, Epoch, GroupId, RecordNo},
};

/// The version of the tables.
const FORMAT: u32 = 1;
/// What says that a database is one of ours.
const APPLICATION: u32 = 0x6c76_726d;
const FILE: &str = "journal.db";
const LOG: &str = "journal.db-wal";
/// How long one connection of this process waits for another's commit.
const PATIENCE: Duration = Duration::from_secs(10);

/// A snapshot is nobody's until it is finished. A group that is gone stays until what it left is taken away. Its
/// generation counts the histories of it that ended, so that no snapshot of an earlier one is finished in a later one.
const TABLES: &str = "
    CREATE TABLE groups (
        no INTEGER PRIMARY KEY AUTOINCREMENT,
        app INTEGER NOT NULL,
        id TEXT NOT NULL,
        last INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        generation INTEGER NOT NULL DEFAULT 0,
        doubt INTEGER NOT NULL DEFAULT 0,
        gone INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE UNIQUE INDEX groups_by_id ON groups (app, id) WHERE gone = 0;
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
    CREATE TABLE losses (
        grp INTEGER NOT NULL,
        after INTEGER NOT NULL,
        records INTEGER NOT NULL,
        damage TEXT NOT NULL
    ) STRICT;
    CREATE TABLE filters (id BLOB PRIMARY KEY, frame BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE things (name TEXT PRIMARY KEY, frame BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE head (
        seq INTEGER NOT NULL,
        clean INTEGER NOT NULL,
        waits INTEGER NOT NULL,
        boot TEXT,
        verdict INTEGER
    ) STRICT;
    INSERT INTO head VALUES (0, 0, 1, NULL, NULL);
";

/// Opens a file, which is for its owner alone where it is made now: people's words and a host's keys are in a store.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens the database, and says whether it is new. `acknowledged` is what the mark says: where it is more than nothing,
/// tables that are missing have been lost, and none are made in their place.
pub(super) fn open_database(
    dir: &Path,
    durability: Durability,
    acknowledged: u64,
) -> Result<(Connection, bool), StoreError> {
    // The log beside it is for whom this is.
    private(&dir.join(FILE))?;
    let mut db = Connection::open(dir.join(FILE))?;
    db.busy_timeout(PATIENCE)?;
    let new = is_new(&db)?;
    if new && acknowledged > 0 {
        let told = format!("{acknowledged} changes were acknowledged, and its tables are gone");
        return Err(StoreError::Damaged(told));
    }
    if new {
        // Before anything is in it, or it has no effect.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        let told = format!("its folder takes no write-ahead log: it stays with {mode}");
        return Err(StoreError::Database(told));
    }
    set_up(&db, waits(durability))?;
    // Whoever is to write waits for the other connection at once, and not in the middle.
    db.set_transaction_behavior(TransactionBehavior::Immediate);
    if new {
        let make = db.transaction()?;
        make.execute_batch(TABLES)?;
        make.pragma_update(None, "application_id", APPLICATION)?;
        make.pragma_update(None, "user_version", FORMAT)?;
        make.commit()?;
        // From now on a log that is lost takes records along, and not the tables.
        checkpoint(&db)?;
        sync_folder(dir)?;
    }
    Ok((db, new))
}

/// Opens it to be read alone.
pub(super) fn open_to_read(dir: &Path) -> Result<Connection, StoreError> {
    let file = dir.join(FILE);
    if !file.is_file() {
        return Err(StoreError::Damaged("there is no store in it".to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags)?;
    db.busy_timeout(PATIENCE)?;
    if is_new(&db)? {
        return Err(StoreError::Damaged("there is no store in it".to_owned()));
    }
    harden(&db)?;
    Ok(db)
}

/// Opens it once more, in the process that has it open, for what can be made again: it waits for no disk, and
/// a failure of the machine may take it along. Whoever waits for the disk syncs it with the same log.
pub(super) fn open_again(dir: &Path) -> Result<Connection, StoreError> {
    let mut db = Connection::open(dir.join(FILE))?;
    db.busy_timeout(PATIENCE)?;
    set_up(&db, false)?;
    db.set_transaction_behavior(TransactionBehavior::Immediate);
    Ok(db)
}

fn set_up(db: &Connection, full: bool) -> Result<(), StoreError> {
    harden(db)?;
    set_synchronous(db, full)?;
    // Where the system's own sync does not reach the disk.
    db.pragma_update(None, "fullfsync", true)?;
    db.pragma_update(None, "checkpoint_fullfsync", true)?;
    // A log that a large snapshot made long is made short again.
    db.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    db.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// A database may come from anywhere.
fn harden(db: &Connection) -> Result<(), StoreError> {
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

/// Whether there is nothing in it yet.
fn is_new(db: &Connection) -> Result<bool, StoreError> {
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let (application, format) = (number("application_id")?, number("user_version")?);
    let tables: u32 = db.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, format) {
        (APPLICATION, 1..=FORMAT) => Ok(false),
        (APPLICATION, found) => Err(StoreError::Format { found, known: FORMAT }),
        (0, 0) if tables == 0 => Ok(true),
        _ => Err(StoreError::Damaged("it is another program's database".to_owned())),
    }
}

/// Whether a commit waits for the disk.
pub(super) fn waits(durability: Durability) -> bool {
    matches!(durability, Durability::Every)
}

/// Asks the system to sync the log.
pub(super) fn sync(dir: &Path) -> Result<(), StoreError> {
    Ok(File::open(dir.join(LOG))?.sync_data()?)
}

fn sync_folder(dir: &Path) -> Result<(), StoreError> {
    // Elsewhere a folder is no file that could be synced.
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
        // Each folder above may have been made just now.
        for parent in dir.canonicalize()?.ancestors().skip(1) {
            let _may_not_be_ours = File::open(parent).and_then(|parent| parent.sync_all());
        }
    }
    Ok(())
}

/// Writes the log into the database, which is then synced; while somebody reads, it may not be done.
pub(super) fn checkpoint(db: &Connection) -> Result<bool, StoreError> {
    let blocked: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!blocked)
}

/// Whether commits wait for the disk from now on.
pub(super) fn set_synchronous(db: &Connection, full: bool) -> Result<(), StoreError> {
    // With `NORMAL` the log is synced before it is written into the database, so that a failure of the machine takes
    // the end of the log along and damages nothing.
    Ok(db.pragma_update(None, "synchronous", if full { "FULL" } else { "NORMAL" })?)
}

/// What the store knows of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// The number of the last change that was committed.
    pub(super) seq: u64,
    /// Whether it was closed in order.
    pub(super) clean: bool,
    /// Whether commits waited for the disk when it was open last.
    pub(super) waits: bool,
    /// Whether that was since the system began.
    pub(super) same_boot: bool,
    /// How many commits were missing when it was opened earlier, 0 where that could not be known; until it is closed in
    /// order.
    pub(super) verdict: Option<u64>,
}

impl Head {
    pub(super) fn read(db: &Connection) -> Result<Self, StoreError> {
        // Each group has the number of its own last record, so that a commit writes one page less.
        let read = "
            SELECT MAX(seq, (SELECT COALESCE(MAX(seq), 0) FROM groups)), clean, waits, boot = ?1,
                verdict
            FROM head";
        let read = db.query_row(read, [mark::boot()], |row| {
            let seq = row.get::<_, i64>(0)?;
            let same_boot = row.get::<_, Option<bool>>(3)?.unwrap_or(false);
            let verdict = row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs);
            let (clean, waits) = (row.get(1)?, row.get(2)?);
            Ok((seq, Self { seq: 0, clean, waits, same_boot, verdict }))
        });
        match read {
            Ok((seq, head)) => Ok(Self { seq: natural(seq)?, ..head }),
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                Err(StoreError::Damaged("it does not know how far it got".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The store is open, by this run of the system, and was found so.
pub(super) fn begin_run(
    db: &Connection,
    waits: bool,
    verdict: Option<u64>,
) -> Result<(), StoreError> {
    let verdict = verdict.map(number).transpose()?;
    let begin = "UPDATE head SET clean = 0, waits = ?1, boot = ?2, verdict = ?3";
    db.execute(begin, params![waits, mark::boot(), verdict])?;
    Ok(())
}

pub(super) fn set_clean(db: &Connection, clean: bool) -> Result<(), StoreError> {
    db.execute("UPDATE head SET clean = ?1, verdict = IIF(?1, NULL, verdict)", [clean])?;
    Ok(())
}

/// Changes up to this number are committed with the transaction.
pub(super) fn reach(db: &Connection, seq: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE head SET seq = ?1")?.execute([number(seq)?])?;
    Ok(())
}

/// A number as the database has them.
pub(super) fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no number of one")))
}

/// A number as we have them.
pub(super) fn natural(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no number of one")))
}

/// The groups that are there.
pub(super) fn groups(db: &Connection) -> Result<Vec<StoredGroup>, StoreError> {
    let find = "SELECT no, app, id, last, doubt FROM groups WHERE gone = 0 ORDER BY no";
    let mut find = db.prepare_cached(find)?;
    let mut groups = Vec::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(2)?;
        let damaged = |_| StoreError::Damaged(format!("{id:?} is no group's id"));
        groups.push(StoredGroup {
            no: GroupNo(natural(row.get(0)?)?),
            app: AppId(row.get(1)?),
            id: id.parse::<GroupId>().map_err(damaged)?,
            last: RecordNo(natural(row.get(3)?)?),
            in_doubt: row.get(4)?,
        });
    }
    Ok(groups)
}

/// What is known of a group beside its records.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) last: RecordNo,
    pub(super) epoch: Epoch,
    pub(super) generation: u64,
    pub(super) doubt: bool,
}

impl Known {
    pub(super) fn read(db: &Connection, no: GroupNo) -> Result<Self, StoreError> {
        let find = "
            SELECT id, last, epoch, generation, doubt FROM groups WHERE no = ?1 AND gone = 0";
        let mut find = db.prepare_cached(find)?;
        let mut rows = find.query([number(no.0)?])?;
        let row = rows.next()?.ok_or(StoreError::NoSuchGroup(no))?;
        Ok(Self {
            id: row.get(0)?,
            last: RecordNo(natural(row.get(1)?)?),
            epoch: Epoch(row.get(2)?),
            generation: natural(row.get(3)?)?,
            doubt: row.get(4)?,
        })
    }
}

/// A snapshot that is nobody's yet.
pub(super) fn begin_snapshot(db: &Connection) -> Result<i64, StoreError> {
    db.execute("INSERT INTO snapshots DEFAULT VALUES", [])?;
    Ok(db.last_insert_rowid())
}

/// Writes the pieces of a snapshot; returns how many bytes it has.
pub(super) fn write_pieces(
    db: &Connection,
    snapshot: i64,
    group: &Group,
) -> Result<u64, StoreError> {
    let add = "INSERT INTO pieces (snapshot, at, frame) VALUES (?1, ?2, ?3)";
    frame::pieces(snapshot, &group.snapshot(), |at, frame| {
        db.prepare_cached(add)?.execute(params![snapshot, at, frame])?;
        Ok(())
    })
}

/// Makes a snapshot that group's, unless its history has ended meanwhile, or may have, or another one has overtaken it:
/// then it returns false.
pub(super) fn end_snapshot(
    db: &Connection,
    snapshot: i64,
    (no, generation): (GroupNo, u64),
    group: &Group,
    length: u64,
) -> Result<bool, StoreError> {
    let end = "
        UPDATE snapshots SET grp = ?2, record = ?3, at = ?4, length = ?5, behaviour = ?6
        WHERE no = ?1 AND EXISTS (
            SELECT 1 FROM groups WHERE no = ?2 AND generation = ?7 AND doubt = 0 AND gone = 0)
        AND NOT EXISTS (SELECT 1 FROM snapshots WHERE grp = ?2 AND record > ?3)";
    let (record, at) = (number(group.last_record().0)?, number(group.clock().as_nanos())?);
    let (no, length, generation) = (number(no.0)?, number(length)?, number(generation)?);
    let done = params![snapshot, no, record, at, length, BEHAVIOUR, generation];
    Ok(db.execute(end, done)? == 1)
}

/// Takes a snapshot away with its pieces.
pub(super) fn remove_snapshot(db: &Connection, snapshot: i64) -> Result<(), StoreError> {
    let change = db.unchecked_transaction()?;
    change.execute("DELETE FROM snapshots WHERE no = ?1", [snapshot])?;
    change.execute("DELETE FROM pieces WHERE snapshot = ?1", [snapshot])?;
    change.commit()?;
    Ok(())
}

/// Takes away the snapshots that nobody finished, when nobody is there to do so any more.
pub(super) fn remove_unfinished(db: &Connection) -> Result<(), StoreError> {
    let unfinished: Vec<i64> = {
        let mut find = db.prepare("SELECT no FROM snapshots WHERE grp IS NULL")?;
        find.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    unfinished.into_iter().try_for_each(|snapshot| remove_snapshot(db, snapshot))
}
