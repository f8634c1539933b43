//! The hash of a record: what it covers, byte by byte.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Act, AuditRecord, By, Evidence, Trigger};
use crate::{config::SlowMode, id::GroupId, role::Role, time::Timestamp};

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

/// What the first record of a group follows from.
pub fn genesis(group: &GroupId) -> AuditHash {
    let mut sink = Sink::new();
    sink.text(group.as_str());
    sink.end()
}

impl AuditRecord {
    pub(super) fn digest(&self) -> AuditHash {
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

impl Act {
    /// What a hash covers of it: a number that stays the same from release to release, and the detail.
    pub(super) fn code(self) -> (u64, Option<u64>) {
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

impl Trigger {
    pub(super) fn code(self) -> (u64, Option<u64>) {
        match self {
            Self::Command => (1, None),
            Self::Elapsed => (2, None),
            Self::Silence => (3, None),
            Self::Strikes { count } => (4, Some(count.into())),
        }
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
