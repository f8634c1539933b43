//! Why something cannot be done at the server.

use thiserror::Error;

use crate::{
    filter::FilterError,
    id::Epoch,
    relay::{CheckpointError, ReadError},
};

/// Why something cannot be done, by what can be done about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NatsError {
    /// The server did not answer, or could not do it: try again. It may have been done.
    #[error("the server did not {what}: {source}")]
    Server {
        /// What it should do.
        what: &'static str,
        /// What the client says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What was asked for is not possible, here or at all.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The log of the group cannot be played back.
    #[error("the log of the group: {0}")]
    Log(#[from] ReadError),
    /// The group is none that many machines can have, or its checkpoint is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A word list that does not compile.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// What lies at the server was written by another version, or by somebody else.
    #[error("{what} at the server is not what this version writes")]
    Malformed {
        /// Which thing.
        what: String,
    },
}

/// What is not possible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// A prefix or a node's name has 1 to 32 letters, digits, hyphens and underscores.
    #[error("`{0}` is no name: take 1 to 32 of the letters a to z, digits, - and _")]
    Name(String),
    /// The server takes smaller messages than a frame may have: raise its `max_payload`.
    #[error(
        "the server takes {most} bytes a message, and {needed} are needed: raise `max_payload`"
    )]
    MaxPayload {
        /// What it takes.
        most: usize,
        /// What is needed.
        needed: usize,
    },
    /// The server has no `JetStream`, or not for this account: start it with `-js`, or let the account have it.
    #[error("the server has no JetStream: start it with `-js`, or let this account have it")]
    NoJetStream,
    /// The oldest epoch is of the future. Rooms would begin anew in it, and after the next failure they could not: give the
    /// time in seconds, as [`Epoch::at`](crate::Epoch::at) does.
    #[error("the oldest epoch {oldest_epoch} is of the future: {latest} is the latest now")]
    EpochAhead {
        /// What was given.
        oldest_epoch: Epoch,
        /// The latest that can be given now.
        latest: Epoch,
    },
    /// A group of this id is there already.
    #[error("there is a group of this id already")]
    Exists,
    /// A group of this id was removed, and its log is still there: remove it once more.
    #[error("a group of this id was not removed wholly: remove it once more")]
    LeftOver,
    /// The group, or the word list, is so large that what is kept of it could not be read again.
    #[error("a checkpoint or a word list has {bytes} bytes, and {most} can be read again")]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What can be read.
        most: usize,
    },
    /// No group of this id was created.
    #[error("no group of this id was created")]
    NoGroup,
    /// The log does not lead on from the newest checkpoint of the group, or that is gone: the servers have lost what they had
    /// acknowledged. Begin all nodes with a later [`oldest_epoch`](super::NatsConfig::oldest_epoch): the room goes on from the
    /// checkpoints that are there.
    #[error(
        "the log does not lead on from the newest checkpoint: begin all nodes with a later oldest epoch"
    )]
    LogLost,
    /// More edges were begun than have numbers: create a room with another prefix.
    #[error("all numbers for edges are used up")]
    NoEdgeLeft,
}

impl NatsError {
    pub(super) fn server<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Server { what, source: source.into() }
    }

    /// Whether it may pass by itself.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Server { .. })
    }
}
