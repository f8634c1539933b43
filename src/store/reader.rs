//! Looking into a store without changing it.

use std::{ops::ControlFlow, path::Path};

use rusqlite::{Connection, params};

use super::{
    Damage, GroupNo, RecoverError, Recovered, StoreError, StoredGroup,
    database::{self, natural, number, open_to_read},
    filters::Filters,
    frame, recovery,
};
use crate::{
    group::Group,
    hash::HashKey,
    id::RecordNo,
    output::{Output, Record},
    time::Timestamp,
};

/// Reads a store as it was at one moment, also while a process has it open.
///
/// The folder is not changed but for the files that the database shares between those who have it open, which it must be able
/// to make. While a reader stays at its moment the store's log grows: [refresh](Self::refresh) it, or drop it.
#[derive(Debug)]
pub struct Reader {
    db: Connection,
    filters: Filters,
}

/// One record as it stands in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// Its number.
    pub no: RecordNo,
    /// The record, if it can be read.
    pub record: Result<Record, Damage>,
}

/// Something that a group lost at a recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Which group.
    pub group: GroupNo,
    /// The last record that it kept then.
    pub after: RecordNo,
    /// How many records came after that.
    pub records: u64,
    /// What was wrong with the first of them, in words.
    pub damage: String,
}

impl Reader {
    /// Opens the store in a folder, at this moment.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        let reader = Self { db: open_to_read(dir.as_ref())?, filters: Filters::default() };
        reader.stay()?;
        Ok(reader)
    }

    /// Goes on to this moment.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn refresh(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("COMMIT")?;
        self.stay()
    }

    /// From the first thing that is read a transaction sees one moment.
    fn stay(&self) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN")?;
        self.groups().map(drop)
    }

    /// The groups in it, in the order in which they began.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn groups(&self) -> Result<Vec<StoredGroup>, StoreError> {
        database::groups(&self.db)
    }

    /// Hands out the records of a group after that one, in order, until `each` says that it is enough. Holes are for the
    /// caller to see: numbers go up by one, to the group's [last](StoredGroup::last).
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn records(
        &self,
        group: GroupNo,
        after: RecordNo,
        mut each: impl FnMut(Stored) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let find = "SELECT no, frame FROM records WHERE grp = ?1 AND no > ?2 ORDER BY no";
        let mut find = self.db.prepare_cached(find)?;
        let mut rows = find.query(params![number(group.0)?, number(after.0)?])?;
        while let Some(row) = rows.next()? {
            let no = RecordNo(natural(row.get(0)?)?);
            let record = frame::record(group, no, row.get_ref(1)?.as_blob().unwrap_or(&[]));
            if each(Stored { no, record }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// A group as it was at its last record.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover).
    pub fn group(&mut self, group: GroupNo, key: HashKey) -> Result<Recovered, RecoverError> {
        recovery::load(&self.db, group, None, key, &mut self.filters)
    }

    /// A group as it was at that time.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover); [`RecoverError::NoSnapshot`] also where nothing so old is kept.
    pub fn group_at(
        &mut self,
        group: GroupNo,
        at: Timestamp,
        key: HashKey,
    ) -> Result<Recovered, RecoverError> {
        recovery::load(&self.db, group, Some(at), key, &mut self.filters)
    }

    /// A group as it was in the oldest snapshot that is kept of it and can be read.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover).
    pub fn oldest(&mut self, group: GroupNo, key: HashKey) -> Result<Group, RecoverError> {
        recovery::oldest(&self.db, group, key, &mut self.filters)
    }

    /// Hands out a group as it is in each of its snapshots, the oldest first, or what is wrong with it.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover).
    pub fn snapshots(
        &mut self,
        group: GroupNo,
        key: HashKey,
        each: impl FnMut(Result<Group, Damage>),
    ) -> Result<(), RecoverError> {
        recovery::each_snapshot(&self.db, group, key, &mut self.filters, each)
    }

    /// Plays a record back on a group that stands where it begins, as [`replay`](crate::replay) does, with the filters
    /// that are kept; returns what is wrong if it does not follow.
    ///
    /// # Errors
    /// As [`Store::recover`](super::Store::recover).
    pub fn play(
        &mut self,
        group: &mut Group,
        record: Record,
        tell: impl FnMut(Output),
    ) -> Result<Option<Damage>, RecoverError> {
        recovery::play(&self.db, group, record, &mut self.filters, tell)
    }

    /// Hands out the records that were put aside because something before them was lost, of all groups.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn put_aside(&self, mut each: impl FnMut(GroupNo, Stored)) -> Result<(), StoreError> {
        let mut find = self.db.prepare("SELECT grp, no, frame FROM aside ORDER BY grp, no")?;
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let group = GroupNo(natural(row.get(0)?)?);
            let no = RecordNo(natural(row.get(1)?)?);
            let record = frame::record(group, no, row.get_ref(2)?.as_blob().unwrap_or(&[]));
            each(group, Stored { no, record });
        }
        Ok(())
    }

    /// What groups lost at recoveries, in their order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn losses(&self) -> Result<Vec<Lost>, StoreError> {
        let find = "SELECT grp, after, records, damage FROM losses ORDER BY rowid";
        let mut find = self.db.prepare(find)?;
        let mut rows = find.query([])?;
        let mut losses = Vec::new();
        while let Some(row) = rows.next()? {
            losses.push(Lost {
                group: GroupNo(natural(row.get(0)?)?),
                after: RecordNo(natural(row.get(1)?)?),
                records: natural(row.get(2)?)?,
                damage: row.get(3)?,
            });
        }
        Ok(losses)
    }
}
