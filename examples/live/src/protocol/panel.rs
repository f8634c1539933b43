//! What the owner's panel is fed.

use std::{borrow::Cow, collections::BTreeMap};

use liveroom::{Flow, Group, Message, Outcome, PerPriority, Timestamp, Told, Traffic, UserId};
use serde::{Deserialize, Serialize};

use super::{
    KindName, PriorityName, Until,
    answers::{DISCARDS, REJECTIONS, Standing},
};

/// Characters of a message's words that the panel shows.
const SHOWN: usize = 120;

/// The figures: counters are totals since the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PanelFrame {
    pub(crate) now: u64,
    pub(crate) online: u64,
    pub(crate) mute_all: bool,
    pub(crate) muted: Vec<MutedUser>,
    pub(crate) muted_count: usize,
    /// Whom only they themselves hear.
    #[serde(default)]
    pub(crate) shadowed: Vec<MutedUser>,
    #[serde(default)]
    pub(crate) shadowed_count: usize,
    /// Until when raid mode is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raid: Option<u64>,
    /// How long messages are shown to the staff alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preview_ms: Option<u64>,
    pub(crate) traffic: WireTraffic,
    pub(crate) words: WireWords,
    /// By the code of the refusal.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Turned away by the host itself, before the group.
    #[serde(default)]
    pub(crate) turned_away: u64,
    pub(crate) flow: WireFlows,
    pub(crate) missed: u64,
    #[serde(default)]
    pub(crate) waits: WireWaits,
    #[serde(default)]
    pub(crate) authors: Vec<WireAuthor>,
    pub(crate) authors_other: WireTally,
    pub(crate) handed: Handed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_permille: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resident_kib: Option<u64>,
}

impl PanelFrame {
    /// What the group itself says; of the muted, the first few.
    pub(crate) fn of(group: &Group, few: usize) -> Self {
        let (settings, stats) = (group.config().settings(), group.stats());
        let named = |(user, until)| MutedUser::of(group, user, until);
        Self {
            online: group.online(),
            mute_all: group.is_mute_all(),
            muted: group.mutes().take(few).map(named).collect(),
            muted_count: group.mutes().count(),
            shadowed: group.shadows().take(few).map(named).collect(),
            shadowed_count: group.shadows().count(),
            raid: group.raid_until().map(Timestamp::as_millis),
            preview_ms: settings.preview.and_then(|span| u64::try_from(span.as_millis()).ok()),
            traffic: WireTraffic::of(&settings.traffic),
            refused: by_code(&stats.refused),
            flow: WireFlows::of(&stats.flow),
            ..Self::default()
        }
    }
}

/// Refusals, with their codes as words.
pub(crate) fn by_code(refused: &BTreeMap<u16, u64>) -> BTreeMap<String, u64> {
    refused.iter().map(|(code, n)| (code.to_string(), *n)).collect()
}

/// What of the figures a chart is drawn from, as it was at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireTotals {
    pub(crate) now: u64,
    pub(crate) refused: BTreeMap<String, u64>,
    pub(crate) flow: WireFlows,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MutedUser {
    pub(crate) user: String,
    /// As far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nick: Option<String>,
    pub(crate) until: Until,
}

impl MutedUser {
    pub(crate) fn of(group: &Group, user: &UserId, until: Timestamp) -> Self {
        let nick = group.member(user).map(|member| member.profile().nick.to_string());
        Self { user: user.to_string(), nick, until: Until(until) }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireTraffic {
    rate: u32,
    burst: u32,
    reserve: u32,
}

impl WireTraffic {
    pub(crate) fn of(traffic: &Traffic) -> Self {
        let Traffic { rate, burst, reserve, .. } = traffic;
        Self { rate: rate.get(), burst: *burst, reserve: *reserve }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireWords {
    pub(crate) terms: usize,
}

/// The account of each priority.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WireFlows {
    high: WireFlow,
    normal: WireFlow,
    low: WireFlow,
    lowest: WireFlow,
}

/// What became of the accepted messages of one priority; reasons without any are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct WireFlow {
    accepted: u64,
    delivered: u64,
    rejected: BTreeMap<Cow<'static, str>, u64>,
    discarded: BTreeMap<Cow<'static, str>, u64>,
    waiting: u64,
    held: u64,
}

impl WireFlows {
    pub(crate) fn of(flows: &PerPriority<Flow>) -> Self {
        let [high, normal, low, lowest] = flows.0.map(WireFlow::of);
        Self { high, normal, low, lowest }
    }
}

impl WireFlow {
    fn of(flow: Flow) -> Self {
        let Flow { accepted, delivered, rejected, discarded, waiting, held } = flow;
        let (rejected, discarded) =
            (by_name(&REJECTIONS, &rejected), by_name(&DISCARDS, &discarded));
        Self { accepted, delivered, rejected, discarded, waiting, held }
    }
}

fn by_name(names: &[&'static str], counts: &[u64]) -> BTreeMap<Cow<'static, str>, u64> {
    let some = names.iter().zip(counts).filter(|(_, count)| **count > 0);
    some.map(|(name, count)| (Cow::Borrowed(*name), *count)).collect()
}

/// How long deliveries since the last frame had waited; a priority without any is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WireWaits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<WireWait>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) normal: Option<WireWait>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<WireWait>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lowest: Option<WireWait>,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireWait {
    pub(crate) n: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireAuthor {
    pub(crate) user: String,
    pub(crate) nick: String,
    #[serde(flatten)]
    pub(crate) tally: WireTally,
}

/// Messages accepted, and how many of them were delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireTally {
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
}

impl WireTally {
    pub(crate) fn add(&mut self, accepted: u64, delivered: u64) {
        self.accepted += accepted;
        self.delivered += delivered;
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handed {
    pub(crate) batches: u64,
    pub(crate) entries: u64,
}

/// A message, as the panel shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Brief {
    message: u64,
    user: Option<String>,
    nick: String,
    kind: KindName,
    priority: PriorityName,
    text: String,
    accepted: u64,
}

impl Brief {
    pub(crate) fn of(message: &Message) -> Self {
        let sender = &message.sender;
        Self {
            message: message.id.0,
            user: sender.user.as_ref().map(ToString::to_string),
            nick: sender.profile.nick.to_string(),
            kind: KindName(message.kind),
            priority: message.priority.into(),
            text: message.content.texts().flat_map(str::chars).take(SHOWN).collect(),
            accepted: message.accepted.as_millis(),
        }
    }
}

/// A message that came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BriefLife {
    #[serde(flatten)]
    brief: Brief,
    state: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'static, str>>,
    at: u64,
}

impl BriefLife {
    pub(crate) fn new(now: Timestamp, brief: Brief, outcome: &Outcome) -> Self {
        let at = if let Outcome::Delivered { at, .. } = outcome { *at } else { now };
        let (state, reason) = match Standing::of(Told::Ended(outcome)) {
            Standing::Rejected { reason, .. } => ("rejected", Some(reason)),
            Standing::Discarded { reason } => ("discarded", Some(reason)),
            Standing::Delivered { .. } => ("delivered", None),
            Standing::Waiting { .. } | Standing::Held { .. } | Standing::Refused(_) => {
                ("unknown", None)
            }
        };
        Self { brief, state: state.into(), reason, at: at.as_millis() }
    }

    /// The message's number.
    pub(crate) fn message(&self) -> u64 {
        self.brief.message
    }
}

/// A held message that somebody has to decide about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) ticket: u64,
    pub(crate) message: Brief,
    /// `filter` or `policy`.
    pub(crate) cause: Cow<'static, str>,
    pub(crate) word: Option<String>,
    pub(crate) expires: u64,
}
