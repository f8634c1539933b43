//! What a group may do and how much: presets, and one gate through which every setting goes.

mod asking;
mod check;
mod folding;
mod house;
mod powers;
mod presets;
mod traffic;

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{
    asking::{AskStep, Asking, Occasion, Occasions, Patience, Silence},
    folding::{FoldRule, Folding},
    house::{
        HouseRules, Pace, PriorityRule, QuietHours, RaidPlan, Repeats, TextRule, Those, Treat,
        Whose,
    },
    powers::{Power, Powers},
    traffic::{Cap, Lane, Traffic},
};

use crate::{entry::TipKind, id::FilterId, message::PerClass, role::RoleSet};

/// The most users that one command may name: "500 accounts", the modelled service's batch size.
pub(crate) const MAX_USERS: u64 = 500;

/// How much of its history a group keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Retention {
    /// Entries of each class; the oldest goes first.
    pub quota: PerClass<u32>,
    /// How long an entry is kept at most. Default 2 minutes.
    pub max_age: Duration,
}

/// A set of tip kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TipSet(u16);

impl TipSet {
    /// Every kind of tip.
    pub const ALL: Self = Self(u16::MAX);
    /// No tips.
    pub const NONE: Self = Self(0);

    /// This set, and `kind`.
    #[must_use]
    pub const fn with(self, kind: TipKind) -> Self {
        Self(self.0 | 1 << kind as u16)
    }

    /// This set, less `kind`.
    #[must_use]
    pub const fn without(self, kind: TipKind) -> Self {
        Self(self.0 & !(1 << kind as u16))
    }

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: TipKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

/// Which tips are given, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TipConfig {
    /// The kinds that are given; one that is off changes nothing else.
    pub kinds: TipSet,
    /// Whether a mute of all, and its end, is told to readers, as a tip of
    /// [`TipKind::GroupProfile`]. On by default; the modelled service gives no tip of it. The host
    /// is told of it in any case.
    pub mute_all: bool,
    /// At most so many tips; past it, tips of a kind are folded into one. Default 10 a second, burst 10.
    pub cap: Cap,
    /// How many subjects one tip names, at most 64; it counts the rest. Default 10.
    pub names: u32,
}

/// What a quit on one platform means for the same user's other platforms: the modelled service's
/// guide, FAQ 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum QuitAcross {
    /// A quit anywhere is a quit everywhere.
    Together,
    /// A quit concerns its own session alone; the user stays a member while another is there.
    Independent,
    /// As the modelled service does (FAQ 4): a quit in the browser or mini program is a quit
    /// everywhere; one on another platform leaves the sessions in browsers and mini programs where
    /// they are.
    WebEndsAll,
}

/// What becomes of a member whose last connection was lost and did not come back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Absence {
    /// They leave the group. An owner stays, offline.
    Leave,
    /// They stay members, offline.
    Stay,
}

/// What the filter in force judges beside the texts of messages, and names and notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filtering {
    /// Whether it reads the words of every element, not of texts alone: a custom element's three fields,
    /// an emoticon's data, what a place is called, the lines of a merger. Off by default, because data
    /// may be no words: a mask covers whatever is met in it, and does not know its syntax.
    pub all_elements: bool,
    /// How words that are written over several messages are looked for, if they are. `None` in
    /// [`livestream`](GroupConfig::livestream) and [`vendor`](GroupConfig::vendor),
    /// [`TrailLimits::USUAL`] in [`modern`](GroupConfig::modern).
    pub trails: Option<TrailLimits>,
}

/// How much is remembered of those who write very short messages, for whoever writes a word letter by
/// letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrailLimits {
    /// How long a message is remembered, at most a minute.
    pub within: Duration,
    /// The most letters of a message that is remembered, 1 to 16. Longer ones end what came before, so that a
    /// word in two halves (`idio`, `t`) is met where both halves fit; but the more fit, the more that is said in
    /// two messages and means no word is met (`pen`, `is`).
    pub letters: u8,
    /// How many messages of one author, 1 to 64.
    pub pieces: u8,
    /// How many authors, 1 to 65,536; who wrote first is forgotten first.
    pub authors: u32,
}

impl TrailLimits {
    /// Five seconds, three letters, 16 messages, 4,096 authors: at most about 4 MB, where so many write
    /// so little in so short a time.
    pub const USUAL: Self =
        Self { within: Duration::from_secs(5), letters: 3, pieces: 16, authors: 4_096 };
}

/// How connections and memberships go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Presence {
    /// How long a lost connection counts as online. Default 30 s.
    pub grace: Duration,
    /// What happens then.
    pub absence: Absence,
    /// What a quit on one platform means for the others.
    pub quit: QuitAcross,
    /// Sessions that one user may have in the group at once, at most 255. Default 8.
    pub per_user: u32,
}

/// A pause between two messages of one author, by the author's role. Zero is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SlowMode {
    /// That of members.
    pub member: Duration,
    /// That of admins.
    pub admin: Duration,
    /// That of the owner.
    pub owner: Duration,
}

/// What a warning leads to, beside the notice that tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Escalation {
    /// Nothing more.
    Notice,
    /// A mute.
    Mute {
        /// For how long; what reaches past the end of time is for good.
        span: Duration,
    },
    /// A ban.
    Ban {
        /// For how long; what reaches past the end of time is for good.
        span: Duration,
    },
}

/// What warnings lead to, in a house with [`Power::Strikes`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StrikeRules {
    /// How long after the last strike a user's strikes are forgotten. Default 30 days.
    pub remembered: Duration,
    /// What the first strike leads to, the second, and so on; the last entry counts for all beyond. 1 to
    /// 16 entries. A notice alone by default; in [`modern`](GroupConfig::modern) a notice, a mute of 5
    /// minutes, one of an hour, and then a ban of a day.
    pub table: Vec<Escalation>,
}

impl StrikeRules {
    /// What the strike of this number leads to, counted from 1.
    pub fn escalation(&self, strike: u32) -> Escalation {
        let place = (strike as usize).clamp(1, self.table.len().max(1)) - 1;
        self.table.get(place).copied().unwrap_or(Escalation::Notice)
    }
}

/// How much of everything a group may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a message's content. Default 8,000, as in 2020; the modelled service allows 12,288
    /// since.
    pub message_bytes: u32,
    /// Elements of a message. Default 32.
    pub elements: u32,
    /// Members, if bounded; guests count too. Unlimited by default, as the modelled
    /// service promises.
    pub members: Option<u64>,
    /// Users muted at once, and as many shadow-muted. Default 100,000.
    pub mutes: u32,
    /// Users banned at once, and as many fingerprints. Default 100,000.
    pub bans: u32,
    /// Users who have strikes. Default 100,000.
    pub strikes: u32,
    /// Users who wait to be admitted. Default 1,000.
    pub applicants: u32,
    /// Outputs that wait to be polled. Default 16,384. At least what one command can put out: one
    /// for every message that can wait or be held, those for 500 users with all their sessions, and
    /// one for every fold and every message in one.
    pub outputs: u32,
}

/// Everything that can be set about a group, as plain data.
///
/// Start from a preset, change what you need, and [`build`](Self::build).
///
/// ```
/// use liveroom::{GroupConfig, Rate};
///
/// let mut settings = GroupConfig::livestream().settings().clone();
/// settings.traffic.rate = Rate::per_second(100).expect("not zero");
/// let config: GroupConfig = settings.build()?;
/// # Ok::<(), liveroom::ConfigError>(())
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each turns one thing on or off")]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Settings {
    /// How many messages are delivered, and which first.
    pub traffic: Traffic,
    /// How much history is kept.
    pub retention: Retention,
    /// What the house allows.
    pub powers: Powers,
    /// How many of the last messages a newcomer sees; 0 in [`livestream`](GroupConfig::livestream).
    pub history: u32,
    /// Which tips are given.
    pub tips: TipConfig,
    /// Who is asked about messages.
    pub asking: Asking,
    /// How long a message that may go on is shown to the staff alone, who may withdraw it: 2 to 6 s.
    /// Messages of the staff and of the app are not held back. Off by default.
    pub preview: Option<Duration>,
    /// Connections and memberships.
    pub presence: Presence,
    /// Who may speak while everybody is muted, and without a mark that [`speakers`](Self::speakers)
    /// asks for. Staff by default.
    pub mute_all_exempt: RoleSet,
    /// While there are any, only members with one of these marks may speak, and the roles of
    /// [`mute_all_exempt`](Self::mute_all_exempt): the large class in which the teacher calls pupils
    /// on, the show for followers. At most 10 marks of the host's own, in a house with
    /// [`Power::Marks`]; none by default.
    pub speakers: Vec<u32>,
    /// What warnings lead to.
    pub strikes: StrikeRules,
    /// A pause between messages, if any.
    pub slow_mode: Option<SlowMode>,
    /// Which messages are folded into one entry. `None` but in [`modern`](GroupConfig::modern).
    pub folding: Option<Folding>,
    /// What is asked of those who speak, beside. All off in [`livestream`](GroupConfig::livestream)
    /// and [`vendor`](GroupConfig::vendor).
    pub house: HouseRules,
    /// How often likes and follows go into the group's profile. Default 4 s: between the 3 and 5 of
    /// the modelled service's guide, where it answers how they are counted (FAQ 6).
    pub tally: Duration,
    /// The filter in force, if any; it must be installed, and until it is, what users say is refused.
    pub filter: Option<FilterId>,
    /// What it judges.
    pub filtering: Filtering,
    /// Limits on what is held.
    pub limits: Limits,
    /// Whether authors may be told that their message was lost to the group's rate. True by default;
    /// the modelled service says success instead.
    pub disclose_loss: bool,
    /// Whether authors may be told that staff withdrew their message. False by default.
    pub disclose_withdrawn: bool,
    /// Whether acts of moderation leave as [`Output::Audit`](crate::Output::Audit), chained by their
    /// hashes. Off by default.
    pub audit: bool,
    /// Whether accepted commands leave as [`Output::Record`](crate::Output::Record). Off by default.
    pub journal: bool,
}

/// Why settings are no config.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field} must be {rule}")]
pub struct ConfigError {
    /// The setting, by its path.
    pub field: &'static str,
    /// What it must be.
    pub rule: &'static str,
}

/// Settings that hold together. Made from a preset, or by [`Settings::build`].
///
/// A clone shares them: of a hundred thousand groups under one config each holds a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct GroupConfig(Arc<Settings>);

impl GroupConfig {
    /// The settings, to read, or to clone and change: [`Settings::build`] makes a config of them again.
    pub fn settings(&self) -> &Settings {
        &self.0
    }
}

impl TryFrom<Settings> for GroupConfig {
    type Error = ConfigError;

    fn try_from(settings: Settings) -> Result<Self, ConfigError> {
        settings.build()
    }
}

impl From<GroupConfig> for Settings {
    fn from(config: GroupConfig) -> Self {
        Arc::unwrap_or_clone(config.0)
    }
}
