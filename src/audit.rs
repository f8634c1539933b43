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

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smallvec::SmallVec;
use thiserror::Error;

use crate::{
    bounds,
    command::{Prints, Users},
    config::SlowMode,
    corrupt::Corrupt,
    id::{FilterId, GroupId, MessageId, UserId},
    role::Role,
    time::Timestamp,
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

impl Act {
    /// What a hash covers of it: a number that stays the same from release to release, and the detail.
    fn code(self) -> (u64, Option<u64>) {
        match self {
            Self::Mute => (1, None),
            Self::Unmute => (2, None),
            Self::MuteAll => (3, None),
            Self::UnmuteAll => (4, None),
            Self::Kick => (5, None),
            Self::Ban => (6, None),
            Self::Unban => (7, None),
            Self::Purge => (8, None),
            Self::Recall => (9, None),
            Self::SetAdmin => (10, None),
            Self::CancelAdmin => (11, None),
            Self::Transfer => (12, None),
            Self::SlowMode { slow_mode } => (13, slow_mode.map(|it| nanos(it.member))),
            Self::UseFilter { filter } => (14, filter.map(|it| it.0)),
            Self::Configure { config } => (15, Some(config)),
            Self::Allow => (16, None),
            Self::Replace => (17, None),
            Self::Reject { code } => (18, code.map(u64::from)),
            Self::Discard => (19, None),
            Self::Shadow => (20, None),
            Self::Unshadow => (21, None),
            Self::Warn { strikes } => (22, Some(strikes.into())),
            Self::Forgive { strikes } => (23, Some(strikes.into())),
            Self::BanPrints => (24, None),
            Self::UnbanPrints => (25, None),
            Self::Raid => (26, None),
            Self::EndRaid => (27, None),
            Self::Escalate => (28, None),
            Self::Withdraw => (29, None),
            Self::Evict => (30, None),
            Self::Admit => (31, None),
            Self::Decline => (32, None),
            Self::Mark { mark } => (33, Some(mark.into())),
            Self::Unmark { mark } => (34, Some(mark.into())),
            Self::NameCard => (35, None),
            Self::Disband => (36, None),
        }
    }
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

impl Trigger {
    fn code(self) -> (u64, Option<u64>) {
        match self {
            Self::Command => (1, None),
            Self::Elapsed => (2, None),
            Self::Silence => (3, None),
            Self::Strikes { count } => (4, Some(count.into())),
        }
    }
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

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AuditHash([u8; 32]);

impl AuditHash {
    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditHash({self})")
    }
}

/// Text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a hash has 64 hexadecimal digits")]
pub struct NoHash;

impl FromStr for AuditHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or(NoHash)?;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |high, low| high << 4 | low)).collect();
        let even = digits.len() == 64;
        bytes.try_into().ok().filter(|_| even).map(Self).ok_or(NoHash)
    }
}

impl TryFrom<String> for AuditHash {
    type Error = NoHash;

    fn try_from(text: String) -> Result<Self, NoHash> {
        text.parse()
    }
}

impl From<AuditHash> for String {
    fn from(hash: AuditHash) -> Self {
        hash.to_string()
    }
}

/// Where records are no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A record is missing, comes twice, or in another order.
    #[error("record {found} comes where {expected} should")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A record does not follow from the one before: one of them is of another chain.
    #[error("record {no} does not follow from the one before")]
    Severed {
        /// Which.
        no: u64,
    },
    /// A record is not what was hashed.
    #[error("record {no} was altered")]
    Altered {
        /// Which.
        no: u64,
    },
}

/// What the first record of a group follows from.
pub fn genesis(group: &GroupId) -> AuditHash {
    let mut sink = Sink::new();
    sink.text(group.as_str());
    sink.end()
}

/// Checks that records, in order and without holes, are a chain, or a stretch of one. Returns the hash of
/// the last; `None` where there are none.
///
/// That nothing is missing before the first is seen by its `former`, which is the [`genesis`] of its
/// group, or the last hash of the stretch before; that nothing is missing behind, by
/// [`Group::audit_head`](crate::Group::audit_head).
///
/// # Errors
/// [`ChainError`] names the first record that breaks the chain.
pub fn verify<'a>(
    records: impl IntoIterator<Item = &'a AuditRecord>,
) -> Result<Option<AuditHash>, ChainError> {
    let mut last: Option<(u64, AuditHash)> = None;
    for record in records {
        let AuditRecord { no, former, hash, .. } = *record;
        if let Some((before, head)) = last {
            let expected = before.saturating_add(1);
            if no != expected {
                return Err(ChainError::Gap { expected, found: no });
            }
            if former != head {
                return Err(ChainError::Severed { no });
            }
        }
        if record.digest() != hash {
            return Err(ChainError::Altered { no });
        }
        last = Some((no, hash));
    }
    Ok(last.map(|(_, head)| head))
}

impl AuditRecord {
    fn digest(&self) -> AuditHash {
        let mut sink = Sink::new();
        sink.0.update(self.former.0);
        sink.number(self.no);
        sink.number(self.at.as_nanos());
        match &self.by {
            By::App => sink.number(1),
            By::AppAs { user } => {
                sink.number(2);
                sink.text(user.as_str());
            }
            By::Member { user, role } => {
                sink.number(3);
                sink.text(user.as_str());
                sink.number(number_of(*role));
            }
            By::Time => sink.number(4),
        }
        sink.coded(self.act.code());
        if let Act::SlowMode { slow_mode: Some(SlowMode { admin, owner, .. }) } = self.act {
            sink.number(nanos(admin));
            sink.number(nanos(owner));
        }
        sink.number(self.whom.len() as u64);
        self.whom.iter().for_each(|user| sink.text(user.as_str()));
        sink.option(self.until.map(Timestamp::as_nanos));
        sink.coded(self.rule.code());
        let Evidence { messages, prints, filter, term, house_rule, reason } = &self.evidence;
        sink.number(messages.len() as u64);
        messages.iter().for_each(|message| sink.number(message.0));
        sink.number(prints.len() as u64);
        prints.iter().for_each(|print| sink.0.update(print.0.to_le_bytes()));
        sink.option(filter.map(|it| it.0));
        sink.option(term.map(u64::from));
        sink.option(house_rule.map(u64::from));
        sink.text(reason);
        sink.end()
    }
}

/// Of a pause, which is at most 24 hours.
fn nanos(pause: Duration) -> u64 {
    (Timestamp::ZERO + pause).as_nanos()
}

fn number_of(role: Role) -> u64 {
    match role {
        Role::Guest => 0,
        Role::Member => 1,
        Role::Admin => 2,
        Role::Owner => 3,
    }
}

/// Takes in what a hash covers.
struct Sink(Sha256);

impl Sink {
    /// A hash of this module's, and of no other.
    fn new() -> Self {
        Self(Sha256::new_with_prefix(b"liveroom audit 1\n"))
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text);
    }

    fn option(&mut self, number: Option<u64>) {
        match number {
            Some(number) => {
                self.0.update([1]);
                self.number(number);
            }
            None => self.0.update([0]),
        }
    }

    fn coded(&mut self, (code, detail): (u64, Option<u64>)) {
        self.number(code);
        self.option(detail);
    }

    fn end(self) -> AuditHash {
        AuditHash(self.0.finalize().into())
    }
}

/// An act before it has its place in the chain.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) act: Act,
    pub(crate) whom: Users,
    pub(crate) until: Option<Timestamp>,
    pub(crate) rule: Trigger,
    pub(crate) evidence: Evidence,
}

impl Deed {
    pub(crate) fn of(act: Act) -> Self {
        let (whom, evidence) = (Users::new(), Evidence::default());
        Self { act, whom, until: None, rule: Trigger::Command, evidence }
    }

    /// What was set for a time and is over.
    pub(crate) fn elapsed(act: Act, user: UserId) -> Self {
        Self { rule: Trigger::Elapsed, ..Self::of(act).on(&[user]) }
    }

    pub(crate) fn on(self, users: &[UserId]) -> Self {
        Self { whom: users.iter().cloned().collect(), ..self }
    }

    pub(crate) fn because(self, reason: &Arc<str>) -> Self {
        let reason = reason.clone();
        Self { evidence: Evidence { reason, ..self.evidence }, ..self }
    }

    pub(crate) fn about(self, message: MessageId) -> Self {
        let messages = SmallVec::from_buf([message]);
        Self { evidence: Evidence { messages, ..self.evidence }, ..self }
    }
}

/// Where a group's chain has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The number of the last record; 0 where there was none.
    no: u64,
    head: Option<AuditHash>,
}

impl Chain {
    /// The hash of the last record, if there was one.
    pub(crate) fn head(&self) -> Option<AuditHash> {
        self.head
    }

    pub(crate) fn is_new(&self) -> bool {
        self.no == 0
    }

    /// Gives an act its place.
    pub(crate) fn append(
        &mut self,
        group: &GroupId,
        at: Timestamp,
        by: By,
        deed: Deed,
    ) -> AuditRecord {
        let Deed { act, whom, until, rule, evidence } = deed;
        // Cannot overflow: saved numbers are bounded, and from there one would ask for centuries.
        let no = self.no + 1;
        let former = self.head.unwrap_or_else(|| genesis(group));
        let mut record =
            AuditRecord { no, at, by, act, whom, until, rule, evidence, former, hash: former };
        record.hash = record.digest();
        *self = Self { no, head: Some(record.hash) };
        record
    }

    /// Whether it can be gone on from.
    pub(crate) fn restore(self) -> Result<Self, Corrupt> {
        if self.no >= bounds::COUNTED || self.head.is_some() == self.is_new() {
            return Err(Corrupt("an audit chain without its last hash, or too long"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
