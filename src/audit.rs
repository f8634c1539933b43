//! The audit log: who did what to whom, until when, under which rule and on which evidence.
//!
//! Where [`Settings::audit`](crate::Settings::audit) is on, every [`Act`] of moderation leaves as an
//! [`AuditRecord`], in [`Output::Audit`](crate::Output::Audit), and is not kept in the group. Each record
//! names the hash of the one before, and is hashed with it, so that whoever has the last hash can tell
//! whether anything before was altered, left out or put in between: see [`verify`]. The hash is SHA-256,
//! because what must not be forged by the keeper of the log takes a cryptographic one.
//!
//! A hash covers bytes that are written down here, field by field, and not the wire form: numbers as 8
//! bytes, fingerprints as 16, the least first; texts and lists after their length; what may be missing after a 0 or 1.
//!
//! ```
//! use liveroom::{
//!     Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Output, Span, Timestamp,
//! };
//! use liveroom::audit::{self, AuditRecord, ChainError};
//!
//! let (now, id) = (Timestamp::from_secs(1_600_000_000), GroupId::custom("friday")?);
//! let (config, key) = (GroupConfig::modern(), HashKey::new(1, 2));
//! let mut group = Group::new(id.clone(), None, config, Epoch(1), key, now);
//! for user in ["ann", "bob"] {
//!     group.push(now, Author::App, Command::mute(user.parse()?, Span::Forever))?;
//! }
//! let told = std::iter::from_fn(|| group.poll());
//! let mut records: Vec<AuditRecord> = told.filter_map(|output| match output {
//!     Output::Audit { audit, .. } => Some(*audit),
//!     _ => None,
//! }).collect();
//!
//! assert_eq!(records[0].former, audit::genesis(&id));
//! assert_eq!(audit::verify(&records), Ok(group.audit_head()));
//! assert!(records[1].to_string().ends_with("the app Mute bob for good"));
//! records[0].whom = ["eve".parse()?].into_iter().collect();
//! assert_eq!(audit::verify(&records), Err(ChainError::Altered { no: 1 }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chain;
mod hash;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    command::{Prints, Users},
    config::SlowMode,
    id::{FilterId, MessageId, UserId},
    role::Role,
    time::Timestamp,
};

pub(crate) use self::chain::{Chain, Deed};
pub use self::{
    chain::{ChainError, verify},
    hash::{AuditHash, NoHash, genesis},
};

/// One act of moderation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its number in the group, counted up from 1 without holes.
    pub no: u64,
    /// When it was done. A `Rebase` may have moved the clock between two records.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What was done.
    pub act: Act,
    /// To whom; empty where it is the group's own affair, or the app's message.
    pub whom: Users,
    /// Until when it holds, if it is for a time; [`Timestamp::MAX`] is for good.
    pub until: Option<Timestamp>,
    /// What led to it.
    pub rule: Trigger,
    /// On what it rests.
    pub evidence: Evidence,
    /// The hash of the record before; of the first, [`genesis`].
    pub former: AuditHash,
    /// The hash of all of the above.
    pub hash: AuditHash,
}

/// On one line, for logs.
impl fmt::Display for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {} {:?}", self.no, self.at, self.by, self.act)?;
        for (place, user) in self.whom.iter().enumerate() {
            write!(f, "{} {user}", if place == 0 { "" } else { "," })?;
        }
        match self.until {
            Some(Timestamp::MAX) => write!(f, " for good")?,
            Some(until) => write!(f, " until {until}")?,
            None => {}
        }
        match &*self.evidence.reason {
            "" => Ok(()),
            reason => write!(f, ": {reason}"),
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum By {
    /// The app, for itself.
    App,
    /// The app, in a user's name.
    AppAs {
        /// Whose.
        user: UserId,
    },
    /// A member.
    Member {
        /// Who.
        user: UserId,
        /// What they were then.
        role: Role,
    },
    /// Nobody: its time had come.
    Time,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App => f.write_str("the app"),
            Self::AppAs { user } => write!(f, "the app as {user}"),
            Self::Member { user, role } => write!(f, "{role:?} {user}"),
            Self::Time => f.write_str("time"),
        }
    }
}

impl By {
    /// The user who did it, or in whose name it was done.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::AppAs { user } | Self::Member { user, .. } => Some(user),
            Self::App | Self::Time => None,
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Act {
    /// Users were muted.
    Mute,
    /// A mute ended.
    Unmute,
    /// Users were muted without their knowing it.
    Shadow,
    /// That ended.
    Unshadow,
    /// A user was warned.
    Warn {
        /// How many strikes that makes.
        strikes: u32,
    },
    /// A user's strikes were taken back or forgotten.
    Forgive {
        /// How many there were.
        strikes: u32,
    },
    /// Everybody was muted.
    MuteAll,
    /// That ended.
    UnmuteAll,
    /// Members were removed.
    Kick,
    /// Users were banned.
    Ban,
    /// A ban ended.
    Unban,
    /// Fingerprints were banned.
    BanPrints,
    /// A ban of fingerprints ended.
    UnbanPrints,
    /// Everything of an author's was emptied and discarded.
    Purge,
    /// One message of another's was taken back.
    Recall,
    /// A member became an admin.
    SetAdmin,
    /// An admin became a plain member.
    CancelAdmin,
    /// The group was handed over.
    Transfer,
    /// The pauses between two messages changed.
    SlowMode {
        /// To these; `None` is none.
        slow_mode: Option<SlowMode>,
    },
    /// Raid mode began, or was renewed.
    Raid,
    /// Raid mode ended.
    EndRaid,
    /// Another filter is in force.
    UseFilter {
        /// Which; `None` is none.
        filter: Option<FilterId>,
    },
    /// The group goes on under another config.
    Configure {
        /// A number that equal configs share.
        config: u64,
    },
    /// A held message went on.
    Allow,
    /// A held message went on with another content.
    Replace,
    /// A held message was rejected.
    Reject {
        /// The host's code; `None` where nobody decided.
        code: Option<u32>,
    },
    /// A held message was discarded.
    Discard,
    /// A held message was left to the next who decides.
    Escalate,
    /// A message that only staff had seen was withdrawn.
    Withdraw,
    /// A session was removed whose fingerprint is banned: a member's, or, where nobody is named, a guest's.
    Evict,
    /// An applicant was admitted.
    Admit,
    /// An applicant was declined.
    Decline,
    /// Members were marked.
    Mark {
        /// With this.
        mark: u32,
    },
    /// A mark was taken from members.
    Unmark {
        /// This one.
        mark: u32,
    },
    /// Another's name card was set.
    NameCard,
    /// The group was disbanded.
    Disband,
}

/// What led to an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Trigger {
    /// A command of whoever did it, by the decision table.
    #[default]
    Command,
    /// A warning: [`StrikeRules`](crate::StrikeRules) say that so many strikes lead to it.
    Strikes {
        /// How many.
        count: u32,
    },
    /// The time for which it was set was over.
    Elapsed,
    /// Nobody answered in time, and the config says what that means.
    Silence,
}

/// On what an act rests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The messages that it is about.
    pub messages: SmallVec<[MessageId; 1]>,
    /// The fingerprints that it is about.
    pub prints: Prints,
    /// The filter of which a term led to it.
    pub filter: Option<FilterId>,
    /// The number of that term, counted from 0.
    pub term: Option<u32>,
    /// The number of the house rule for texts that led to it, counted from 0 as in
    /// [`HouseRules::texts`](crate::HouseRules::texts).
    pub house_rule: Option<u8>,
    /// Why, in the words of who did it.
    pub reason: Arc<str>,
}
