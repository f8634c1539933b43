//! A journal on disk: what groups recorded, their snapshots, and what a host keeps beside them.
//!
//! Needs the feature `store`, which is this crate's only one that does IO. Underneath is [SQLite](https://sqlite.org), with its
//! write-ahead log, in one folder that one process has open at a time.
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
//!         Output::Record(record) => store.append(no, &record),
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
//! Each record carries its length, a checksum, a number of its own in the store and the version of the
//! behaviour that made it. A store that comes back with fewer records than were acknowledged, a record that is
//! damaged or missing, and a snapshot that cannot be read are told of, by [`Opening`] and [`Loss`], and never
//! passed over. What stands behind a damaged record is cut, put aside in the store, and the group goes on in
//! a new epoch, so that readers are told that their history has ended.
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
mod mark;
mod reader;
mod recovery;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use self::{
    database::{Known, number, open_database},
    filters::Filters,
    mark::Mark,
};
pub use self::{
    error::{Damage, RecoverError, StoreError},
    follower::{Followed, Follower},
    reader::{Reader, Stored},
    recovery::{Loss, Recovered},
};
use crate::{
    filter::FilterSpec,
    group::Group,
    hash::HashKey,
    id::{AppId, FilterId, GroupId, RecordNo},
    output::Record,
    time::Timestamp,
};

/// A group's number in a store. None is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupNo(pub u64);

impl std::fmt::Display for GroupNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
    /// For the system, which is asked to bring it to the disk once so much time has passed. A failure of the
    /// machine takes along what was committed in that time.
    Interval(Duration),
    /// For the system alone, which brings it to the disk when it likes: usually within half a minute.
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

/// In which state a store was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Opening {
    /// There was none: it is new.
    New,
    /// It had been closed in order.
    Closed,
    /// The process that had it ended without closing it. All that was committed is there.
    Killed,
    /// The machine went down, or may have, while a commit did not wait for the disk: whether something is missing
    /// cannot be known.
    Unsure,
    /// Records are missing that had been committed: so many at least.
    Lost {
        /// How many.
        records: u64,
    },
}

impl Opening {
    /// Whether all is there that was ever committed. Where it may not be, groups are recovered into a new epoch.
    pub fn is_whole(self) -> bool {
        !matches!(self, Self::Unsure | Self::Lost { .. })
    }
}

/// A group that a store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGroup {
    /// Its number in the store.
    pub no: GroupNo,
    /// Its app.
    pub app: AppId,
    /// Its id.
    pub id: GroupId,
    /// The last record of it that was committed.
    pub last: RecordNo,
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
    /// The number of the last record that was appended.
    seq: u64,
    pending: Vec<Pending>,
    pending_bytes: usize,
    /// Since when something is committed that nobody has asked the system to bring to the disk.
    unsynced: Option<Timestamp>,
    /// Held while the store is open; the system lets go of it with the process.
    _lock: File,
}

#[derive(Debug)]
struct Pending {
    group: GroupNo,
    record: RecordNo,
    frame: Vec<u8>,
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has it open; [`StoreError::Format`] if a later version of
    /// this crate made it; [`StoreError::Damaged`] if it is no store. Nothing was changed then.
    pub fn open(dir: impl AsRef<Path>, config: StoreConfig) -> Result<Self, StoreError> {
        let dir = dir.as_ref().to_owned();
        fs::create_dir_all(&dir)?;
        let lock = lock(&dir)?;
        let (mut db, new) = open_database(&dir, config.durability)?;
        let mark = Mark::open(&dir)?;
        let Known { seq, clean, boot } = Known::read(&db)?;
        let opening = if new {
            Opening::New
        } else if let Some(missing) = mark.acknowledged().checked_sub(seq).filter(|n| *n > 0) {
            Opening::Lost { records: missing }
        } else if clean {
            Opening::Closed
        } else if config.durability == Durability::Every
            || boot.is_some_and(|it| it == mark::boot())
        {
            Opening::Killed
        } else {
            Opening::Unsure
        };
        // What comes now is numbered past all that may have been there.
        let seq = seq.max(mark.acknowledged());
        let change = db.transaction()?;
        if !opening.is_whole() {
            database::doubt_all(&change)?;
        }
        Known { seq, clean: false, boot: Some(mark::boot()) }.write(&change)?;
        change.commit()?;
        let (pending, pending_bytes, unsynced) = (Vec::new(), 0, None);
        Ok(Self {
            db,
            dir,
            config,
            opening,
            mark,
            filters: Filters::default(),
            seq,
            pending,
            pending_bytes,
            unsynced,
            _lock: lock,
        })
    }

    /// In which state it was found.
    pub fn opening(&self) -> Opening {
        self.opening
    }

    /// The groups that it knows, in the order in which they began.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn groups(&self) -> Result<Vec<StoredGroup>, StoreError> {
        database::groups(&self.db)
    }

    /// Makes a group known, with all that it is now: what it records later can be appended. It is on disk when this
    /// returns.
    ///
    /// # Errors
    /// As [`commit`](Self::commit); then the group is not known.
    pub fn begin(&mut self, app: AppId, group: &Group) -> Result<GroupNo, StoreError> {
        let change = self.db.transaction()?;
        change.execute(
            "INSERT INTO groups (app, id, last) VALUES (?1, ?2, ?3)",
            params![app.0, group.id().as_str(), number(group.last_record().0)?],
        )?;
        let no = GroupNo(change.last_insert_rowid().unsigned_abs());
        let snapshot = database::begin_snapshot(&change)?;
        let length = frame::pieces(&group.snapshot(), |at, piece| {
            database::add_piece(&change, snapshot, at, piece)
        })?;
        database::end_snapshot(&change, snapshot, no, group, length)?;
        change.commit()?;
        Ok(no)
    }

    /// Takes a record in, to be written with the next [`commit`](Self::commit).
    pub fn append(&mut self, group: GroupNo, record: &Record) {
        self.seq += 1;
        let frame = frame::of_record(group, self.seq, record);
        self.pending_bytes += frame.len();
        self.pending.push(Pending { group, record: record.no, frame });
    }

    /// Bytes that wait to be committed.
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// Writes what was appended, all of it or nothing, and waits as [`Durability`] says.
    ///
    /// After an error everything is as before: what was appended waits still, and another commit tries it again. A
    /// host that meets one takes no commands in until a commit succeeds; what groups have told meanwhile stays untold.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::ReadOnly`] pass when the disk has room again or can be written to;
    /// others say what the system said.
    pub fn commit(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.write()?;
            self.pending.clear();
            self.pending_bytes = 0;
            // It only helps to notice a loss: the records are safe without it.
            let _unmarked = self.mark.note(self.seq);
            self.unsynced.get_or_insert(now);
        }
        self.sync_if_due(now)
    }

    /// When the system is to be asked to bring to the disk what was committed; a commit at that time does it,
    /// also of nothing.
    pub fn sync_due(&self) -> Option<Timestamp> {
        match (self.config.durability, self.unsynced) {
            (Durability::Interval(most), Some(since)) => Some(since + most),
            _ => None,
        }
    }

    /// Forgets a group. What it left is taken away by a [`Follower`], little by little.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn forget(&mut self, group: GroupNo) -> Result<(), StoreError> {
        self.pending.retain(|pending| pending.group != group);
        let change = self.db.transaction()?;
        change.execute("DELETE FROM groups WHERE no = ?1", [number(group.0)?])?;
        database::reach(&change, self.seq)?;
        change.commit()?;
        Ok(())
    }

    /// Brings a group back, from its last snapshot and what it recorded since.
    ///
    /// Where something of it was lost it is in a new epoch, and stands in the store as it is now; what could not be
    /// read is put aside. Its sessions are those of then: end them with
    /// [`Command::DetachAll`](crate::Command::DetachAll).
    ///
    /// # Errors
    /// [`RecoverError::UnknownFilter`] names a filter that is not [kept](Self::keep_filter): the group is untouched, and
    /// can be recovered when it is. [`RecoverError::NoSnapshot`] if none of it can be read.
    pub fn recover(&mut self, group: GroupNo, key: HashKey) -> Result<Recovered, RecoverError> {
        let mut recovered = recovery::load(&self.db, group, None, key, &mut self.filters)?;
        if let Some(loss) = &recovered.loss {
            recovery::put_aside(&mut self.db, group, loss)?;
        }
        if database::is_in_doubt(&self.db, group)? {
            recovered.begin_new_epoch(&self.db, key, &mut self.filters)?;
            database::keep_snapshot(&mut self.db, group, &recovered.group)?;
            database::end_doubt(&self.db, group)?;
        }
        Ok(recovered)
    }

    /// Keeps the list from which a filter was compiled, so that groups in which it was put in force can be brought
    /// back. It is on disk when this returns: keep it before the group is told of it. Lists are not taken away again.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn keep_filter(&mut self, id: FilterId, spec: &FilterSpec) -> Result<(), StoreError> {
        filters::keep(&self.db, id, spec)
    }

    /// Keeps something of the host's under a name, in place of what was there. It is on disk when this returns.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let frame = frame::of_thing(name, bytes);
        self.db
            .execute("REPLACE INTO things (name, frame) VALUES (?1, ?2)", params![name, frame])?;
        Ok(())
    }

    /// What is kept under a name.
    ///
    /// # Errors
    /// The store cannot be read, or what is there is damaged.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let find = "SELECT frame FROM things WHERE name = ?1";
        let frame: Option<Vec<u8>> =
            self.db.query_row(find, [name], |row| row.get(0)).optional()?;
        frame.map(|frame| frame::thing(name, frame)).transpose()
    }

    /// Keeps nothing under a name any more.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM things WHERE name = ?1", [name])?;
        Ok(())
    }

    /// The names that begin so, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn names(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        let mut find =
            self.db.prepare_cached("SELECT name FROM things WHERE name >= ?1 ORDER BY name")?;
        let mut names = Vec::new();
        for name in find.query_map([beginning], |row| row.get::<_, String>(0))? {
            let name = name?;
            if !name.starts_with(beginning) {
                break;
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Something that makes snapshots out of what is in the store, for a thread of its own.
    ///
    /// # Errors
    /// The store cannot be opened a second time.
    pub fn follower(&self) -> Result<Follower, StoreError> {
        Follower::open(&self.dir, self.config)
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
            Err(error) => Err((error, self)),
        }
    }

    fn end(&mut self) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.write()?;
            self.pending.clear();
            let _unmarked = self.mark.note(self.seq);
        }
        self.mark.sync()?;
        Known { seq: self.seq, clean: true, boot: Some(mark::boot()) }.write(&self.db)?;
        // The log is written into the database and both are on disk, whatever a commit waits for.
        database::checkpoint(&self.db)
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let change = self.db.transaction()?;
        {
            // A commit of which it is not known whether it went through is tried again.
            let mut insert = change
                .prepare_cached("REPLACE INTO records (grp, no, frame) VALUES (?1, ?2, ?3)")?;
            let mut last = BTreeMap::new();
            for Pending { group, record, frame } in &self.pending {
                let (group, record) = (number(group.0)?, number(record.0)?);
                insert.execute(params![group, record, frame])?;
                last.insert(group, record);
            }
            let reach = "UPDATE groups SET last = ?2, seq = ?3 WHERE no = ?1";
            let (mut reach, seq) = (change.prepare_cached(reach)?, number(self.seq)?);
            let mut reached = false;
            for (group, record) in last {
                reached |= reach.execute(params![group, record, seq])? > 0;
            }
            if !reached {
                // All of it is of groups that are forgotten.
                database::reach(&change, self.seq)?;
            }
        }
        change.commit()?;
        Ok(())
    }

    fn sync_if_due(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if let Durability::Every | Durability::Never = self.config.durability {
            self.unsynced = None;
        }
        if self.sync_due().is_some_and(|due| due <= now) {
            database::sync(&self.dir)?;
            self.unsynced = None;
        }
        Ok(())
    }
}

/// Makes sure that nobody else has the folder.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let file = File::options().create(true).truncate(false).write(true).open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
