//! What can go wrong with a store, by what can be done about it.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::GroupNo;
use crate::{
    group::{BEHAVIOUR, RestoreError},
    id::{FilterId, RecordNo},
    journal::ReplayError,
};

/// Why a store did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open: end that one first.
    #[error("another process has the store in {} open", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// The disk is full: make room and commit again. Nothing was lost.
    #[error("the disk is full")]
    Full,
    /// It cannot be written to: the folder or its disk is read-only. Commit again when it can be.
    #[error("the store cannot be written to")]
    ReadOnly,
    /// Another connection of this process writes for too long: try again.
    #[error("another connection writes for too long")]
    Busy,
    /// It is no store, or damaged beyond what single records say.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// It was made by a later version of this crate.
    #[error("the store is of format {found}, this crate knows {known}")]
    Format {
        /// Its format.
        found: u32,
        /// The latest that this crate reads.
        known: u32,
    },
    /// It has no such group, or has forgotten it.
    #[error("the store has no group {0}")]
    NoSuchGroup(GroupNo),
    /// A group of that id and app is in it already: recover that one, or forget it.
    #[error("the group is in the store already, as {0}")]
    GroupExists(GroupNo),
    /// The group keeps no journal, so that it could not be brought back as it will be: switch
    /// [`Settings::journal`](crate::Settings::journal) on first.
    #[error("the group keeps no journal")]
    NoJournal,
    /// The group's journal was switched off: what it did since is not known. Forget it, and begin it anew.
    #[error("the journal of group {0} was interrupted")]
    Interrupted(GroupNo),
    /// A record does not follow the last one.
    #[error("record {found} of group {group} comes where {expected} should")]
    OutOfOrder {
        /// Of which group.
        group: GroupNo,
        /// The record that should come.
        expected: RecordNo,
        /// The one that came.
        found: RecordNo,
    },
    /// No snapshot of the group is so old: what is left after the cut could not be brought back.
    #[error("group {group} has no snapshot up to record {record}")]
    NothingBefore {
        /// Which group.
        group: GroupNo,
        /// After which record it was to be cut.
        record: RecordNo,
    },
    /// A record is longer than any is.
    #[error("a record of {bytes} bytes: the limit is {limit}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// The most that one may be.
        limit: usize,
    },
    /// The system refused something.
    #[error(transparent)]
    Io(io::Error),
    /// The database refused something else.
    #[error("the database: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether it may pass by itself, so that the same is worth trying again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full | Self::ReadOnly | Self::Busy | Self::Io(_))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::Io(io::Error::other(error.to_string()))
            }
            _ => match error {
                // A row that does not hold what its column is for.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..) => Self::Damaged(error.to_string()),
                _ => Self::Database(error.to_string()),
            },
        }
    }
}

/// What is wrong with a record, or with a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Damage {
    /// It is not there, and later ones are, or were.
    #[error("it is missing")]
    Missing,
    /// It is shorter or longer than it says.
    #[error("it is of another length than it says")]
    Length,
    /// Its checksum is another.
    #[error("its checksum is another")]
    Checksum,
    /// It was written by a version of the behaviour that this crate does not know. It is not damaged.
    #[error("it is of behaviour {0}")]
    Behaviour(u32),
    /// It was cut by hand.
    #[error("it was cut by hand")]
    Cut,
    /// Its bytes are whole, and no record or snapshot of this version of the crate.
    #[error("its bytes are not what this version writes")]
    Unreadable,
    /// The group that led up to it does not take it.
    #[error("{0}")]
    Replay(ReplayError),
    /// It is no group.
    #[error("{0}")]
    Restore(RestoreError),
}

impl Damage {
    /// Whether the bytes themselves are damaged, and not only such that this version cannot use them.
    pub(super) fn is_of_bytes(&self) -> bool {
        matches!(self, Self::Missing | Self::Length | Self::Checksum)
    }
}

/// Why a group is not brought back. It is untouched.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// A snapshot or a record names a filter whose list is not kept: keep it, and recover the group then.
    #[error("filter {filter} is named by record {at} (0: a snapshot), and its list is not kept")]
    UnknownFilter {
        /// Which.
        filter: FilterId,
        /// By which record; 0 is a snapshot.
        at: RecordNo,
    },
    /// It was kept by a version of the behaviour that this crate does not know: use the crate that knows it.
    #[error("record {at} (0: a snapshot) is of behaviour {found}, this crate knows {BEHAVIOUR}")]
    Behaviour {
        /// The version.
        found: u32,
        /// Of which record; 0 is a snapshot.
        at: RecordNo,
    },
    /// A record is whole, and cannot be played back: another build wrote it, or one of the two has a fault. What comes
    /// before it can be had by [`Store::cut`](super::Store::cut).
    #[error("record {at} is whole, and cannot be played back: {damage}")]
    Unplayable {
        /// Which record.
        at: RecordNo,
        /// What is wrong.
        damage: Damage,
    },
    /// None of its snapshots can be read; this is what is wrong with the last of them.
    #[error("no snapshot of group {group} can be read; of the last: {damage}")]
    NoSnapshot {
        /// Which group.
        group: GroupNo,
        /// What is wrong.
        damage: Damage,
    },
    /// The store cannot be read, or written to.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for RecoverError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
