//! What a group may do and how much: presets, and one gate through which every setting goes.

mod check;
mod house;
mod presets;

use std::{num::NonZeroU8, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::house::{
    HouseRules, Pace, PriorityRule, QuietHours, RaidPlan, Repeats, TextRule, Those, Treat, Whose,
};

use crate::{
    entry::TipKind,
    id::FilterId,
    message::{PerClass, PerPriority},
    role::{Role, RoleSet},
    time::Rate,
};

/// The most users that one command may name: "500 accounts", the modelled service's batch size.
pub(crate) const MAX_USERS: u64 = 500;

/// How many messages a group delivers, and which first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Traffic {
    /// Deliveries a second in the whole group. Default 40, as the modelled service's guide says where
    /// it answers why messages are lost (FAQ 5).
    pub rate: Rate,
    /// How many may be delivered at one instant after a pause, at least 1. Default 4.
    pub burst: u32,
    /// The last part of the burst that only High may use, less than `burst`. Default 1.
    pub reserve: u32,
    /// One waiting lane for each priority.
    pub lanes: PerPriority<Lane>,
    /// A second limit for each priority, for those not exempt. None by default.
    pub caps: PerPriority<Option<Cap>>,
    /// Who is exempt from the caps, never from the group's rate. Staff by default.
    pub exempt: RoleSet,
    /// How many messages in a row make a turn of each role: guest, member, admin, owner, app.
    /// All 1 by default.
    pub weights: [NonZeroU8; 5],
    /// The same for members with a mark, at most 10. Of several weights the greatest counts. None by
    /// default.
    pub mark_weights: Vec<(u32, NonZeroU8)>,
}

impl Traffic {
    /// The weight of a role; `None` asks for the app.
    pub fn weight(&self, role: Option<Role>) -> NonZeroU8 {
        self.weights[role.map_or(4, |role| role as usize)]
    }
}

/// Where messages of one priority wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// How many may wait, at most [`Lane::MAX_CAPACITY`]. Default 256.
    pub capacity: u32,
    /// How long one may wait; zero delivers at once or not at all.
    /// Default 2 s for High and 250 ms for the others.
    pub max_wait: Duration,
}

impl Lane {
    /// The most messages that a lane may be set to hold.
    pub const MAX_CAPACITY: u32 = 65_536;
}

/// A rate with a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cap {
    /// Events a second.
    pub rate: Rate,
    /// Events at one instant after a pause, at least 1.
    pub burst: u32,
}

/// How much of its history a group keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Retention {
    /// Entries of each class; the oldest goes first.
    pub quota: PerClass<u32>,
    /// How long an entry is kept at most. Default 2 minutes.
    pub max_age: Duration,
}

/// What a house allows beside talking, joining and muting. Each is off unless a preset or the host
/// turns it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Power {
    /// A delivered message can be taken back, by its author or by staff.
    Recall,
    /// Everything one author has waiting and kept can be removed, by staff.
    Purge,
    /// Members can be removed, by staff.
    Kick,
    /// Users can be banned for a time or for good, by staff.
    Ban,
    /// Users can be muted without their knowing it, by staff.
    Shadow,
    /// Users can be warned, by staff, and warnings lead to what [`Settings::strikes`] says.
    Strikes,
    /// The owner can make members admins.
    Admins,
    /// The owner can hand the group over.
    Transfer,
    /// Named values that clients share, written by staff.
    Attributes,
    /// Named numbers that members count up and down.
    Counters,
    /// Members can be marked, by staff.
    Marks,
    /// Members can read who is in the group.
    MemberList,
    /// Members have a name of their own in the group.
    NameCards,
    /// Staff can send notices, which otherwise only the app can.
    StaffNotices,
    /// Staff can set the pause between two messages of one author.
    SlowMode,
    /// Staff can make the house stricter for a time.
    Raid,
}

/// A set of [`Power`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Powers(u32);

impl Powers {
    /// No power at all.
    pub const NONE: Self = Self(0);

    /// This set, and `power`.
    #[must_use]
    pub const fn with(self, power: Power) -> Self {
        Self(self.0 | 1 << power as u32)
    }

    /// Whether `power` is in the set.
    pub const fn contains(self, power: Power) -> bool {
        self.0 & (1 << power as u32) != 0
    }
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

/// What silence means when a question's deadline passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Silence {
    /// The message goes on.
    Allow,
    /// The message is rejected, and its author may know.
    Reject,
    /// The message is discarded.
    Discard,
}

/// How long a question stays open, and what silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patience {
    /// The time to answer in.
    pub deadline: Duration,
    /// What happens at the deadline.
    pub silence: Silence,
}

/// When the host is asked before a message is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asking {
    /// Ask about every message that passed rules and filter. `None` by default. The modelled service
    /// waits 2 s and then delivers: [`Asking::CALLBACK`].
    pub every: Option<Patience>,
    /// How long a message that the filter holds waits for a human. Default 60 s, then it is rejected.
    pub filter_hold: Patience,
    /// How many questions may be open in the group, at most 65,536. Default 1,024.
    pub open: u32,
    /// How many of them about one author's messages. Default 16.
    pub per_author: u32,
}

impl Asking {
    /// As the modelled service does: 2 s, and silence allows.
    pub const CALLBACK: Patience =
        Patience { deadline: Duration::from_secs(2), silence: Silence::Allow };
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
    /// The most letters of a message that is remembered, 1 to 16. Longer ones end what came before.
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
    /// for every message that can wait or be held, and those for 500 users with all their sessions.
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
    /// When the host is asked.
    pub asking: Asking,
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
