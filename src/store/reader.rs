//! Looking into a store without changing it.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{
    Damage, GroupNo, RecoverError, Recovered, StoreError, StoredGroup,
    database::{self, number, open_to_read},
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

/// Reads a store, also while a process has it open.
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

impl Reader {
    /// Opens the store in a folder.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        Ok(Self { db: open_to_read(dir.as_ref())?, filters: Filters::default() })
    }

    /// The groups that it knows, in the order in which they began.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn groups(&self) -> Result<Vec<StoredGroup>, StoreError> {
        database::groups(&self.db)
    }

    /// Hands out the records of a group after that one, in order, until `each` says that it is enough. Holes are for the
    /// caller to see: numbers go up by one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn records(
        &self,
        group: GroupNo,
        after: RecordNo,
        mut each: impl FnMut(Stored) -> std::ops::ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let find = "SELECT no, frame FROM records WHERE grp = ?1 AND no > ?2 ORDER BY no";
        let mut find = self.db.prepare_cached(find)?;
        let mut rows = find.query(params![number(group.0)?, number(after.0)?])?;
        while let Some(row) = rows.next()? {
            let no = RecordNo(row.get::<_, i64>(0)?.unsigned_abs());
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

    /// Records that were put aside because something before them was lost, of all groups.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn put_aside(&self) -> Result<Vec<(GroupNo, Stored)>, StoreError> {
        let mut find = self.db.prepare("SELECT grp, no, frame FROM aside ORDER BY grp, no")?;
        let mut rows = find.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let group = GroupNo(row.get::<_, i64>(0)?.unsigned_abs());
            let no = RecordNo(row.get::<_, i64>(1)?.unsigned_abs());
            let record = frame::record(group, no, row.get_ref(2)?.as_blob().unwrap_or(&[]));
            all.push((group, Stored { no, record }));
        }
        Ok(all)
    }
}
