//! Why a command does not reach its group, or is not taken by it.

use thiserror::Error;

use crate::{
    id::{SessionId, UserId},
    refusal::Refusal,
    time::Timestamp,
};

/// Why an engine or hub turned a command away before, or when, its group saw it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushError {
    /// The group turned it away.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key is of a group that was disposed of, or of another engine.
    #[error("there is no such group; look its id up again")]
    NoSuchGroup,
    /// A group of this id is there already.
    #[error("a group of this id exists; choose another id")]
    GroupExists,
    /// The id chosen begins as assigned ones do.
    #[error("ids that begin with \"@TGS#\" are assigned, not chosen; choose another, or none")]
    ReservedId,
    /// There are as many groups as there may be.
    #[error("no more groups can be made; dispose of some")]
    TooManyGroups,
    /// All groups, users and sessions together hold more memory than the budget allows.
    #[error("{held} bytes are held, the budget is {budget}; dispose of groups, or wait")]
    OverBudget {
        /// What they hold.
        held: usize,
        /// What they may hold.
        budget: usize,
    },
    /// The session is not open.
    #[error("session {session} is not open")]
    UnknownSession {
        /// Which.
        session: SessionId,
    },
    /// The session is open already.
    #[error("session {session} is open already; session ids are not used twice")]
    SessionOpen {
        /// Which.
        session: SessionId,
    },
    /// The command names another user than the one whose session it came over, or a guest's session
    /// as a user's.
    #[error("session {session} is not that user's")]
    Impostor {
        /// Which.
        session: SessionId,
    },
    /// As many sessions are open as may be.
    #[error("{limit} sessions are open; close some first")]
    TooManySessions {
        /// How many that are.
        limit: usize,
    },
    /// The user has as many sessions open as one user may have.
    #[error("{user} has {limit} sessions open; close one of them first")]
    TooManyOfUser {
        /// Who.
        user: UserId,
        /// How many that are.
        limit: usize,
    },
    /// As many users are known as may be: each with an open session, or a profile.
    #[error("{limit} users are known; forget profiles of some, or close sessions")]
    TooManyUsers {
        /// How many that are.
        limit: usize,
    },
    /// The session is in as many groups as it may be.
    #[error("session {session} is in {limit} groups; leave one first")]
    TooManyJoined {
        /// Which.
        session: SessionId,
        /// How many groups that are.
        limit: usize,
    },
    /// Broadcasts come at most once a second.
    #[error("a broadcast was sent a moment ago; try again at {until}")]
    BroadcastTooOften {
        /// When to try again.
        until: Timestamp,
    },
    /// There are as many apps as there may be.
    #[error("there are {limit} apps; disable and delete one first")]
    TooManyApps {
        /// How many that are.
        limit: usize,
    },
    /// There is no such app.
    #[error("there is no such app; create it first")]
    NoSuchApp,
    /// The app is disabled.
    #[error("the app is disabled; enable it first")]
    AppDisabled,
    /// The app's time is over.
    #[error("the app expired at {at}; renew it first")]
    AppExpired {
        /// Since when.
        at: Timestamp,
    },
    /// An app must be disabled before it is deleted.
    #[error("the app is in use; disable it first: deleting it removes all its data")]
    AppInUse,
}
