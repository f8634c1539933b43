//! What staff see of moderation: how somebody stands, what was done, and what the audience does not see yet.

use std::borrow::Cow;

use liveroom::{
    Group, Message, Timestamp, UserId,
    audit::{Act, AuditRecord, By, Trigger},
};
use serde::{Deserialize, Serialize};

use super::{RoleName, Until, panel::Brief};
use crate::trail::Verdict;

/// "The first 10" of whom something was done to.
const NAMED: usize = 10;

/// How somebody stands with the staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WirePerson {
    user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    muted: Option<Until>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shadowed: Option<Until>,
    strikes: u32,
}

impl WirePerson {
    pub(crate) fn of(group: &Group, user: &UserId) -> Self {
        Self {
            user: user.to_string(),
            muted: group.muted_until(user).map(Until),
            shadowed: group.shadowed_until(user).map(Until),
            strikes: group.strikes(user),
        }
    }
}

/// Some of those who go by a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WirePeople {
    pub(crate) found: Vec<WireFound>,
    /// How many there are beside them.
    pub(crate) more: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireFound {
    user: String,
    nick: String,
    /// Whether they are a member now.
    here: bool,
}

impl WireFound {
    pub(crate) fn new(user: &UserId, nick: &str, here: bool) -> Self {
        Self { user: user.to_string(), nick: nick.to_owned(), here }
    }
}

/// A message that readers get at `expires`, unless it is withdrawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Previewed {
    #[serde(flatten)]
    brief: Brief,
    expires: u64,
}

impl Previewed {
    pub(crate) fn of(message: &Message, expires: Timestamp) -> Self {
        Self { brief: Brief::of(message), expires: expires.as_millis() }
    }
}

/// Somebody, with the nick as far as it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireNamed {
    user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nick: Option<String>,
}

impl WireNamed {
    fn of(group: &Group, user: &UserId) -> Self {
        let nick = group.member(user).map(|member| member.profile().nick.to_string());
        Self { user: user.to_string(), nick }
    }
}

/// One act of moderation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireAudit {
    no: u64,
    at: u64,
    /// `None` for the app, and for time.
    by: Option<WireNamed>,
    /// `app`, `time`, or the role of whoever did it.
    role: Cow<'static, str>,
    act: Cow<'static, str>,
    /// Of what there is one number: strikes, or the code of a rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(default)]
    whom: Vec<WireNamed>,
    #[serde(default)]
    whom_count: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Until>,
    rule: Cow<'static, str>,
    #[serde(default)]
    messages: Vec<u64>,
    /// The listed term that led to it, as long as it is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    word: Option<String>,
    #[serde(default)]
    why: String,
}

impl WireAudit {
    /// `word` is what the filter's term was called.
    pub(crate) fn of(group: &Group, record: &AuditRecord, word: Option<String>) -> Self {
        let AuditRecord { no, at, by, act, whom, until, rule, evidence, .. } = record;
        let (act, n) = act_of(act);
        Self {
            no: *no,
            at: at.as_millis(),
            by: by.user().map(|user| WireNamed::of(group, user)),
            role: role_of(by).into(),
            act: act.into(),
            n,
            whom: whom.iter().take(NAMED).map(|user| WireNamed::of(group, user)).collect(),
            whom_count: whom.len(),
            until: until.map(Until),
            rule: rule_of(*rule).into(),
            messages: evidence.messages.iter().map(|message| message.0).collect(),
            word,
            why: evidence.reason.to_string(),
        }
    }
}

impl WireAudit {
    /// Calls those by name who are no members any more.
    pub(crate) fn call(&mut self, name: impl Fn(&str, &mut Option<String>)) {
        for one in self.by.iter_mut().chain(&mut self.whom) {
            name(&one.user, &mut one.nick);
        }
    }
}

fn role_of(by: &By) -> &'static str {
    match by {
        By::Member { role, .. } => match RoleName::from(*role) {
            RoleName::Guest => "guest",
            RoleName::Member => "member",
            RoleName::Admin => "admin",
            RoleName::Owner => "owner",
        },
        By::Time => "time",
        _ => "app",
    }
}

fn rule_of(rule: Trigger) -> &'static str {
    match rule {
        Trigger::Command => "command",
        Trigger::Strikes { .. } => "strikes",
        Trigger::Elapsed => "elapsed",
        Trigger::Silence => "silence",
        _ => "other",
    }
}

fn act_of(act: &Act) -> (&'static str, Option<u32>) {
    let word = match act {
        Act::Warn { strikes } => return ("warn", Some(*strikes)),
        Act::Forgive { strikes } => return ("forgive", Some(*strikes)),
        Act::Reject { code } => return ("reject", *code),
        Act::Mark { mark } => return ("mark", Some(*mark)),
        Act::Unmark { mark } => return ("unmark", Some(*mark)),
        Act::Mute => "mute",
        Act::Unmute => "unmute",
        Act::Shadow => "shadow",
        Act::Unshadow => "unshadow",
        Act::MuteAll => "mute_all",
        Act::UnmuteAll => "unmute_all",
        Act::Kick => "kick",
        Act::Ban => "ban",
        Act::Unban => "unban",
        Act::BanPrints => "ban_prints",
        Act::UnbanPrints => "unban_prints",
        Act::Purge => "purge",
        Act::Recall => "recall",
        Act::SetAdmin => "set_admin",
        Act::CancelAdmin => "cancel_admin",
        Act::Transfer => "transfer",
        Act::SlowMode { .. } => "slow_mode",
        Act::Raid => "raid",
        Act::EndRaid => "end_raid",
        Act::UseFilter { .. } => "words",
        Act::Configure { .. } => "settings",
        Act::Allow => "allow",
        Act::Replace => "replace",
        Act::Discard => "discard",
        Act::Escalate => "escalate",
        Act::Withdraw => "withdraw",
        Act::Evict => "evict",
        Act::Admit => "admit",
        Act::Decline => "decline",
        Act::NameCard => "name_card",
        Act::Disband => "disband",
        _ => "other",
    };
    (word, None)
}

/// Whether the records that the host keeps are a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireChain {
    records: usize,
    /// The number of the first that is kept.
    from: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// What is wrong; without it they are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    broken: Option<String>,
}

impl From<Verdict> for WireChain {
    fn from(Verdict { records, from, head }: Verdict) -> Self {
        let (head, broken) = match head {
            Ok(head) => (head.map(|head| head.to_string()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { records, from, head, broken }
    }
}
