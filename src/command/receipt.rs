//! What a group answers at once to a command that it accepted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    cursor::Cursor,
    id::MessageId,
    outcome::{State, Told},
};

/// What a group answers to a command that it accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Receipt {
    /// It is done.
    Done,
    /// The answer to a join or attach.
    Joined {
        /// How it ended.
        status: JoinStatus,
        /// From where the session reads.
        cursor: Cursor,
    },
    /// The answer to a message.
    Sent {
        /// Its id.
        message: MessageId,
        /// Where it stands.
        state: State,
        /// Whether the author may be told. If not, the host says success, as
        /// [`to_author`](Self::to_author) does.
        disclose: bool,
        /// Whether the same message was offered before: this is where that one stands.
        duplicate: bool,
    },
    /// The answer to a write of attributes.
    Attributes {
        /// The main sequence number now, which the keys written have as their own.
        seq: u64,
    },
    /// The answer to a count: the counters named, as they are now; a removed one is left out.
    Counters(Vec<(Arc<str>, i64)>),
    /// The answer to a purge or recall: how many were emptied and discarded.
    Purged {
        /// Entries emptied in the log.
        emptied: u64,
        /// Waiting and held messages discarded.
        discarded: u64,
    },
}

impl Receipt {
    /// Of a message: what its author may be told of where it stands. `None` for all other receipts. An
    /// [`Output`](crate::Output::to_author) tells the end of what is held or waits.
    pub fn to_author(&self) -> Option<Told<'_>> {
        let Self::Sent { state, disclose, .. } = self else { return None };
        Some(state.to_author(*disclose))
    }
}

/// How a join ended. The names are the modelled service's `JoinedSuccess`, `AlreadyInGroup`,
/// `WaitAdminApproval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum JoinStatus {
    /// In.
    Joined,
    /// The user was in already, over this session or another; this one is attached.
    ///
    /// For a host that keeps an [`Audience`](crate::Audience): a session that stands there is not to be
    /// added a second time, or it is given everything twice. One that is new to the group, of which
    /// [`Output::Joined`](crate::Output::Joined) tells, is to be added, and so is one that was taken out
    /// of the audience when its connection was lost.
    AlreadyInGroup,
    /// The staff are asked; the answer comes to this session.
    WaitingForApproval,
}
