//! Sessions and their users as they come in and go: who, on what, and why no longer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    id::{Fingerprint, SessionId, UserId},
    role::{Platform, Profile},
};

/// Who comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Join {
    /// The user; `None` for a guest. It must fit the command's author.
    pub user: Option<UserId>,
    /// As what they are shown; guests are not.
    pub profile: Arc<Profile>,
    /// What their session runs on.
    pub platform: Platform,
    /// What they say to the staff, where joining needs permission; at most 500 bytes.
    pub note: Arc<str>,
    /// What the host knows their device or line by, for bans by it; nobody else is told.
    pub print: Option<Fingerprint>,
}

/// The user who comes in; `None` is a guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newcomer<'a>(pub(crate) Option<&'a UserId>);

/// The staff's answer to somebody who asks to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Admission {
    /// Come in.
    Admit,
    /// Stay out.
    Decline,
}

/// Why somebody is no longer a member, or a session no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LeaveReason {
    /// They quit.
    Quit,
    /// Staff removed them.
    Kicked,
    /// Staff banned them.
    Banned,
    /// Their connection was lost and did not come back within the grace time.
    Lost,
}

/// A session and what it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Device {
    /// The session.
    pub session: SessionId,
    /// What it runs on.
    pub platform: Platform,
}
