//! What owner and pupils do beside sending, and how it is answered.

use std::time::Duration;

use liveroom::{Acts, Decision, MessageId, Silencing, Span};
use serde::{Deserialize, Serialize};

use super::{
    host::Refused,
    life::WireLife,
    moderation::{WireChain, WirePeople, WirePerson},
    past::{WirePreview, WireWhatIf},
};

/// The code of a rejection by the owner: the first of the range that the modelled service leaves to hosts.
const REJECTED: u32 = 10_100;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DoFrame {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Deed {
    Mute {
        user: String,
        /// `None` is for good.
        seconds: Option<u64>,
    },
    Unmute {
        user: String,
    },
    Shadow {
        user: String,
        seconds: Option<u64>,
    },
    Unshadow {
        user: String,
    },
    Warn {
        user: String,
        #[serde(default)]
        why: String,
    },
    Forgive {
        user: String,
    },
    Moderate {
        user: String,
        #[serde(flatten)]
        acts: Box<WireActs>,
    },
    /// How somebody stands with the staff.
    Person {
        user: String,
    },
    /// Who goes by that name or id; without a word, who spoke last.
    Find {
        #[serde(default)]
        text: String,
    },
    Raid {
        /// `None` ends it.
        seconds: Option<u64>,
    },
    /// What was done about people and messages, word for word.
    Audit,
    Withdraw {
        message: u64,
    },
    MuteAll {
        on: bool,
    },
    Remove {
        user: String,
    },
    Notice {
        text: String,
    },
    Profile {
        name: Option<String>,
        introduction: Option<String>,
        notification: Option<String>,
    },
    Words {
        /// `None` asks for the list in force.
        text: Option<String>,
    },
    /// What a word list would have met.
    Preview {
        text: String,
    },
    /// What would have been at other rates, and by another word list.
    WhatIf {
        rates: Vec<u32>,
        burst: u32,
        reserve: u32,
        text: Option<String>,
    },
    Traffic {
        rate: u32,
        burst: u32,
        reserve: u32,
    },
    Answer {
        ticket: u64,
        decision: WireDecision,
        why: Option<String>,
    },
    Watch {
        on: bool,
    },
    Explain {
        message: u64,
    },
    Offer {
        title: String,
        #[serde(default)]
        text: String,
        stock: u32,
    },
    OfferEnd,
    CallOn {
        user: String,
        on: bool,
    },
    RaiseHand,
    Disband,
    /// Of a later revision.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WireDecision {
    Allow,
    Reject,
    Discard,
}

/// What one step does to somebody, each part if it is named.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WireActs {
    silence: Option<WireSilence>,
    /// Of the silence; `None` is for good.
    seconds: Option<u64>,
    purge: bool,
    warn: bool,
    notice: Option<String>,
    why: String,
    messages: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireSilence {
    Mute,
    Shadow,
}

/// So many seconds, or for good.
pub(crate) fn span(seconds: Option<u64>) -> Span {
    seconds.map_or(Span::Forever, |seconds| Span::For(Duration::from_secs(seconds)))
}

impl From<WireActs> for Acts {
    fn from(acts: WireActs) -> Self {
        let WireActs { silence, seconds, purge, warn, notice, why, messages } = acts;
        let span = span(seconds);
        let silence = silence.map(|silence| match silence {
            WireSilence::Mute => Silencing::Mute { span },
            WireSilence::Shadow => Silencing::Shadow { span },
        });
        Self {
            purge,
            warn,
            notice: notice.map(Into::into),
            silence,
            reason: why.into(),
            messages: messages.into_iter().map(MessageId).collect(),
            ..Self::default()
        }
    }
}

impl Deed {
    /// Its word, for logs: what it is about is not for them.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Mute { .. } => "mute",
            Self::Unmute { .. } => "unmute",
            Self::Shadow { .. } => "shadow",
            Self::Unshadow { .. } => "unshadow",
            Self::Warn { .. } => "warn",
            Self::Forgive { .. } => "forgive",
            Self::Moderate { .. } => "moderate",
            Self::Person { .. } => "person",
            Self::Find { .. } => "find",
            Self::Raid { .. } => "raid",
            Self::Audit => "audit",
            Self::Withdraw { .. } => "withdraw",
            Self::MuteAll { .. } => "mute_all",
            Self::Remove { .. } => "remove",
            Self::Notice { .. } => "notice",
            Self::Profile { .. } => "profile",
            Self::Words { .. } => "words",
            Self::Preview { .. } => "preview",
            Self::WhatIf { .. } => "what_if",
            Self::Traffic { .. } => "traffic",
            Self::Answer { .. } => "answer",
            Self::Watch { .. } => "watch",
            Self::Explain { .. } => "explain",
            Self::Offer { .. } => "offer",
            Self::OfferEnd => "offer_end",
            Self::CallOn { .. } => "call_on",
            Self::RaiseHand => "raise_hand",
            Self::Disband => "disband",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it takes the owner's connection.
    pub(crate) fn takes_the_key(&self) -> bool {
        !matches!(self, Self::Explain { .. } | Self::RaiseHand | Self::Unknown)
    }
}

impl WireDecision {
    /// The decision that the engine takes.
    pub(crate) fn with(self, why: Option<String>) -> Decision {
        match self {
            Self::Allow => Decision::Allow,
            Self::Reject => Decision::Reject { code: REJECTED, reason: why.unwrap_or_default() },
            Self::Discard => Decision::Discard,
        }
    }
}

/// How a deed was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Done {
    Done(Told),
    Refused(Refused),
}

/// What is said of a deed that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    /// How many terms the word list has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<usize>,
    /// The word list, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// What was explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) life: Option<Box<WireLife>>,
    /// What a word list would have met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) preview: Option<Box<WirePreview>>,
    /// What would have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) what_if: Option<Box<WireWhatIf>>,
    /// How somebody stands with the staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Box<WirePerson>>,
    /// Those who were found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) people: Option<Box<WirePeople>>,
    /// Whether the audit records are a chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<Box<WireChain>>,
}

impl Told {
    pub(crate) const NOTHING: Self = Self {
        terms: None,
        text: None,
        life: None,
        preview: None,
        what_if: None,
        person: None,
        people: None,
        chain: None,
    };
}

impl Default for Told {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Done {
    /// Done, and nothing to say of it.
    pub(crate) const PLAIN: Self = Self::Done(Told::NOTHING);
}
