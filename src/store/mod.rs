//! A journal on disk: what groups recorded, their snapshots, and what a host keeps beside them.
//!
//! Needs the feature `store`, which is this crate's only one that does IO. Underneath is
//! [SQLite](https://sqlite.org), with its write-ahead log, in one folder that one process has open at a time.
//!
//! Whoever drains a group's outputs appends the records among them, commits them all at once, and only
//! then deals with the outputs that followed from them: nothing is said that a crash could take back.
//! While a commit is under way more is recorded, and goes with the next one.
//!
//! ```
//! use liveroom::store::{Store, StoreConfig};
//! use liveroom::{AppId, Author, Command, Creation, GroupId, HashKey, Output, RecordNo, Timestamp};
//!
//! let dir = tempfile::tempdir()?;
//! let (now, key) = (Timestamp::from_secs(1_600_000_000), HashKey::new(1, 2));
//! let mut store = Store::open(dir.path(), StoreConfig::default())?;
//!
//! // A group with a journal, known to the store before anything happens in it.
//! let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
//! let mut settings = group.config().settings().clone();
//! settings.journal = true;
//! group.push(now, Author::App, Command::Configure(Box::new(settings.build()?)))?;
//! let no = store.begin(AppId(7), &group)?;
//!
//! group.push(now, Author::App, Command::notice("we start at nine"))?;
//! let mut told = Vec::new();
//! while let Some(output) = group.poll() {
//!     match output {
//!         Output::Record(record) => store.append(no, &record)?,
//!         other => told.push(other),
//!     }
//! }
//! store.commit(now)?;
//! assert!(!told.is_empty(), "and now it may be told");
//! let digest = group.digest();
//!
//! // The process ends here, in order or not; another one takes over.
//! drop((store, group));
//! let mut store = Store::open(dir.path(), StoreConfig::default())?;
//! let known = store.groups()?.remove(0);
//! let recovered = store.recover(known.no, key)?;
//! assert_eq!(recovered.group.digest(), digest);
//! assert_eq!((recovered.group.last_record(), recovered.loss), (RecordNo(1), None));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What counts as kept
//!
//! [`Durability`] says what a commit waits for. With each of the three nothing is lost where the process alone
//! dies, however it dies. They differ in what the failure of the whole machine takes along.
//!
//! # What is noticed
//!
//! Each record carries its length, a checksum, the number of its commit and the version of the behaviour that made
//! it. [`Opening`] reports a store that comes back with less than was acknowledged, [`Loss`] a record that is damaged or
//! missing, and [`Recovered::skipped`] a snapshot that cannot be read. What stands behind a damaged record is put aside
//! in the store, and the group goes on in a new epoch, so that readers are told that their history has ended. What is
//! not summed up are the few rows that list groups and snapshots.
//!
//! # Snapshots
//!
//! A [`Follower`] makes them, on a thread of its own, from what is in the store: the live groups are not asked
//! and do not wait. It also takes away what is older than [`StoreConfig::keep`].

mod database;
mod error;
mod filters;
mod follower;
mod frame;
mod groups;
mod mark;
mod opening;
mod reader;
mod recovery;
#[cfg(test)]
mod tests;
mod things;

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use self::{
    database::{Head, number, open_database},
    filters::Filters,
    mark::Mark,
    things::Things,
};
pub use self::{
    error::{Damage, RecoverError, StoreError},
    follower::{Followed, Follower},
    opening::Opening,
    reader::{Lost, Reader, Stored},
    recovery::{Loss, Recovered},
};
use crate::{
    command::Command,
    filter::FilterSpec,
    group::Group,
    id::{AppId, FilterId, GroupId, RecordNo},
    output::{Event, Record},
    time::Timestamp,
};

/// A group's number in a store. None is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupNo(pub u64);

impl fmt::Display for GroupNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a [`commit`](Store::commit) waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Durability {
    /// For the disk. Nothing that was committed is lost, as far as the disk keeps what it says.
    #[default]
    Every,
    /// For the system, which is asked to sync once so much time has passed: commit at
    /// [`sync_due`](Store::sync_due) for it. A failure of the machine takes along what was committed in that time.
    Interval(Duration),
    /// For the system alone, which syncs when it likes: usually within half a minute.
    Never,
}

/// How a store keeps what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreConfig {
    /// What a commit waits for. Default [`Durability::Every`].
    pub durability: Durability,
    /// For how long back every moment of a group can be had again, by [`Reader::group_at`]. Default: not at all;
    /// then the last two snapshots are kept, and the records since the older one.
    pub keep: Duration,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { durability: Durability::Every, keep: Duration::ZERO }
    }
}

/// A group in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredGroup {
    /// Its number there.
    pub no: GroupNo,
    /// Its app.
    pub app: AppId,
    /// Its id.
    pub id: GroupId,
    /// The last record of it that was committed.
    pub last: RecordNo,
    /// Whether its end may be lost: then [`Store::recover`] begins a new epoch.
    pub in_doubt: bool,
}

/// The one writer of a folder.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    dir: PathBuf,
    config: StoreConfig,
    opening: Opening,
    mark: Mark,
    filters: Filters,
    groups: BTreeMap<GroupNo, Journal>,
    /// The number of the last commit.
    commits: u64,
    pending: Vec<Pending>,
    pending_bytes: usize,
    things: Things,
    /// Since when something is committed that the system was not asked to sync.
    unsynced: Option<Timestamp>,
    /// Whether something was committed since a commit last noted the time.
    dirty: bool,
    /// A sync failed: another one of the same file may say that all is well, and be wrong.
    sync_failed: bool,
    /// Held while the store or a follower is there; the system lets go of it with the process.
    lock: Arc<File>,
}

/// How far a group's records have come.
#[derive(Clone, Copy, Debug)]
struct Journal {
    last: RecordNo,
    /// Whether the last one switches the journal off.
    ended: bool,
}

impl Journal {
    fn of(group: &Group) -> Self {
        Self { last: group.last_record(), ended: !group.config().settings().journal }
    }
}

#[derive(Clone, Debug)]
struct Pending {
    group: GroupNo,
    record: RecordNo,
    behaviour: u32,
    bytes: Vec<u8>,
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has it open; [`StoreError::Format`] if a later version of
    /// this crate made it; [`StoreError::Damaged`] if it is no store, or is one no more.
    pub fn open(dir: impl AsRef<Path>, config: StoreConfig) -> Result<Self, StoreError> {
        let dir = dir.as_ref().to_owned();
        fs::create_dir_all(&dir)?;
        let lock = Arc::new(lock(&dir)?);
        let mark = Mark::open(&dir)?;
        let (mut db, new) = open_database(&dir, config.durability, mark.acknowledged())?;
        let head = Head::read(&db)?;
        let (opening, in_doubt) =
            if new { (Opening::New, false) } else { Opening::judge(&head, mark.acknowledged()) };
        // What comes now is numbered past all that may have been there.
        let commits = head.seq.max(mark.acknowledged()) + 1;
        let change = db.transaction()?;
        if in_doubt {
            // However often the process ends before each group has begun its new epoch.
            change.execute("UPDATE groups SET doubt = 1, generation = generation + 1", [])?;
        }
        database::begin_run(&change, database::waits(config.durability), opening.verdict())?;
        database::reach(&change, commits)?;
        change.commit()?;
        database::remove_unfinished(&db)?;
        let journal = |group: StoredGroup| (group.no, Journal { last: group.last, ended: false });
        let groups = database::groups(&db)?.into_iter().map(journal).collect();
        let mut store = Self {
            db,
            dir,
            config,
            opening,
            mark,
            filters: Filters::default(),
            groups,
            commits,
            pending: Vec::new(),
            pending_bytes: 0,
            things: Things::default(),
            unsynced: None,
            dirty: false,
            sync_failed: false,
            lock,
        };
        if !database::waits(config.durability) {
            store.sync()?;
        }
        store.acknowledge();
        Ok(store)
    }

    /// In which state it was found.
    pub fn opening(&self) -> Opening {
        self.opening
    }

    /// The groups in it, in the order in which they began.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn groups(&self) -> Result<Vec<StoredGroup>, StoreError> {
        database::groups(&self.db)
    }

    /// Takes a record in, to be written with the next [`commit`](Self::commit).
    ///
    /// # Errors
    /// [`StoreError::NoSuchGroup`], also of a group that was forgotten, whose last records may be left aside;
    /// [`StoreError::OutOfOrder`] if it is not the one that follows; [`StoreError::Interrupted`];
    /// [`StoreError::TooLong`].
    pub fn append(&mut self, group: GroupNo, record: &Record) -> Result<(), StoreError> {
        let journal = self.groups.get_mut(&group).ok_or(StoreError::NoSuchGroup(group))?;
        let (expected, found) = (RecordNo(journal.last.0.saturating_add(1)), record.no);
        if journal.ended {
            return Err(StoreError::Interrupted(group));
        }
        if found != expected {
            return Err(StoreError::OutOfOrder { group, expected, found });
        }
        let bytes = frame::of_record(record)?;
        journal.last = found;
        journal.ended = matches!(
            &record.event,
            Event::Command { command: Command::Configure(config), .. } if !config.settings().journal
        );
        self.pending_bytes += bytes.len();
        self.pending.push(Pending { group, record: found, behaviour: record.behaviour, bytes });
        Ok(())
    }

    /// Bytes that wait to be committed. A host that cannot commit lets groups keep what they have to tell, which is
    /// bounded, and appends no more.
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes + self.things.bytes()
    }

    /// Writes what was appended, all of it or nothing, and waits as [`Durability`] says.
    ///
    /// After an error what was not written waits still, and another commit tries it again. A host that meets one takes no
    /// commands in until a commit succeeds; what groups have told meanwhile stays untold.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::ReadOnly`] pass when the disk has room again or can be written to;
    /// others say what the system said.
    pub fn commit(&mut self, now: Timestamp) -> Result<(), StoreError> {
        // What is to be synced is so also while nothing can be written.
        let synced = self.sync_if_due(now);
        self.flush()?;
        if std::mem::take(&mut self.dirty)
            && matches!(self.config.durability, Durability::Interval(_))
        {
            self.unsynced.get_or_insert(now);
        }
        synced
    }

    /// When the system is to be asked to sync what was committed; a commit at that time does it, also of nothing.
    pub fn sync_due(&self) -> Option<Timestamp> {
        match (self.config.durability, self.unsynced) {
            (Durability::Interval(most), Some(since)) => Some(since + most),
            _ => None,
        }
    }

    /// Keeps the list from which a filter was compiled, so that groups in which it was put in force can be brought
    /// back. It is on disk when this returns: keep it before the group is told of it. Lists are not taken away again.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn keep_filter(&mut self, id: FilterId, spec: &FilterSpec) -> Result<(), StoreError> {
        self.change(|change, _| filters::keep(change, id, spec))
    }

    /// Something that makes snapshots out of what is in the store, for a thread of its own.
    ///
    /// # Errors
    /// The store cannot be opened a second time.
    pub fn follower(&self) -> Result<Follower, StoreError> {
        Follower::open(&self.dir, self.config, self.lock.clone())
    }

    /// Ends in order: everything appended is on disk, and whoever opens it next knows that nothing is missing.
    ///
    /// # Errors
    /// As [`commit`](Self::commit), with the store as it was.
    #[expect(
        clippy::result_large_err,
        reason = "the store is given back, to be closed when it can be"
    )]
    pub fn close(mut self) -> Result<(), (StoreError, Self)> {
        match self.end() {
            Ok(()) => Ok(()),
            Err(error) => {
                // It goes on, and was not closed.
                let _still = database::set_clean(&self.db, false);
                Err((error, self))
            }
        }
    }

    fn end(&mut self) -> Result<(), StoreError> {
        self.flush()?;
        self.mark.sync()?;
        // First what it has, and then that it has it.
        self.sync()?;
        database::set_synchronous(&self.db, true)?;
        database::set_clean(&self.db, true)?;
        // A log that is not needed any more; while somebody reads, it stays.
        let _in_the_log = database::checkpoint(&self.db);
        Ok(())
    }

    /// One change by itself, with the number of its commit.
    ///
    /// It is on disk once it is committed, whatever commits of records wait for, so that nothing can fail after it.
    fn change<R, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&Transaction<'_>, u64) -> Result<R, E>,
    ) -> Result<R, E> {
        let commit = self.commits + 1;
        let waits = database::waits(self.config.durability);
        if !waits {
            database::set_synchronous(&self.db, true)?;
        }
        let changed = changed(&mut self.db, commit, act);
        if !waits {
            // Where it cannot be set back, commits of records wait longer than they need to.
            let _longer = database::set_synchronous(&self.db, false);
        }
        let (done, committed) = changed?;
        committed.map_err(|error| self.explained(error))?;
        self.commits = commit;
        self.acknowledge();
        Ok(done)
    }

    /// Writes what was appended, in one commit.
    fn flush(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() && self.things.is_empty() {
            return Ok(());
        }
        self.write().map_err(|error| self.explained(error))?;
        self.pending.clear();
        self.pending_bytes = 0;
        self.things = Things::default();
        self.dirty = true;
        self.acknowledge();
        Ok(())
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let commit = self.commits + 1;
        let change = self.db.transaction()?;
        {
            // A commit of which it is not known whether it went through is tried again.
            let mut insert = change
                .prepare_cached("REPLACE INTO records (grp, no, frame) VALUES (?1, ?2, ?3)")?;
            let mut last = BTreeMap::new();
            for Pending { group, record, behaviour, bytes } in &self.pending {
                let frame = frame::framed(*group, *record, (commit, *behaviour), bytes);
                insert.execute(params![number(group.0)?, number(record.0)?, frame])?;
                last.insert(*group, *record);
            }
            let reach = "UPDATE groups SET last = ?2, seq = ?3 WHERE no = ?1";
            let mut reach = change.prepare_cached(reach)?;
            for (group, record) in last {
                reach.execute(params![number(group.0)?, number(record.0)?, number(commit)?])?;
            }
        }
        if !self.things.is_empty() {
            self.things.write(&change)?;
            database::reach(&change, commit)?;
        }
        change.commit()?;
        self.commits = commit;
        Ok(())
    }

    /// Notes how far it is. Without the note the commit is as safe, and only its loss would not be noticed.
    fn acknowledge(&mut self) {
        let _unnoted = self.mark.note(self.commits);
    }

    fn sync_if_due(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.sync_due().is_some_and(|due| due <= now) { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        // After a failure the log is written anew, or nothing is known of it.
        let synced = if self.sync_failed {
            database::checkpoint(&self.db)
                .and_then(|done| if done { Ok(()) } else { Err(StoreError::Busy) })
        } else {
            database::sync(&self.dir)
        };
        self.sync_failed = synced.is_err();
        if synced.is_ok() {
            self.unsynced = None;
        }
        synced
    }

    /// The database does not say of a failed write why it failed: the folder does.
    fn explained(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Io(error) => {
                let probe = File::options().write(true).open(self.dir.join("lock"));
                probe.map_or_else(StoreError::from, |_| StoreError::Io(error))
            }
            other => other,
        }
    }
}

/// What was done in one transaction, and whether it was committed.
type Changed<R> = (R, Result<(), StoreError>);

fn changed<R, E: From<StoreError>>(
    db: &mut Connection,
    commit: u64,
    act: impl FnOnce(&Transaction<'_>, u64) -> Result<R, E>,
) -> Result<Changed<R>, E> {
    let change = db.transaction().map_err(StoreError::from)?;
    let done = act(&change, commit)?;
    database::reach(&change, commit)?;
    Ok((done, change.commit().map_err(StoreError::from)))
}

/// Makes sure that nobody else has the folder.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let file = database::private(&dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
