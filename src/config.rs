//! What a group may do and how much: presets, and one gate through which every setting goes.

use std::{num::NonZeroU8, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    bounds,
    entry::TipKind,
    id::FilterId,
    message::{PerClass, PerPriority, Priority},
    role::{Role, RoleSet},
    time::Rate,
};

/// The most users that one command may name: "500 accounts", the modelled service's batch size.
pub(crate) const MAX_USERS: u64 = 500;

/// How many messages a group delivers, and which first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Traffic {
    /// Deliveries a second in the whole group. Default 40: "a message sending frequency limit of
    /// 40 messages per second", seed FAQ 5.
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

/// What a quit on one platform means for the same user's other platforms (seed FAQ 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum QuitAcross {
    /// A quit anywhere is a quit everywhere.
    Together,
    /// A quit concerns its own session alone; the user stays a member while another is there.
    Independent,
    /// As seed FAQ 4 tells it: a quit in the browser or mini program is a quit everywhere; one on
    /// another platform leaves the sessions in browsers and mini programs where they are.
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

/// A pause between two messages of one author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SlowMode {
    /// The pause.
    pub interval: Duration,
    /// Who need not wait. Staff by default.
    pub exempt: RoleSet,
}

/// How much of everything a group may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a message's content. Default 8,000, as in 2020; the service allows 12,288 now.
    pub message_bytes: u32,
    /// Elements of a message. Default 32.
    pub elements: u32,
    /// Members, if bounded; guests count too. Unlimited by default, as the seed promises.
    pub members: Option<u64>,
    /// Users muted at once. Default 100,000.
    pub mutes: u32,
    /// Users banned at once. Default 100,000.
    pub bans: u32,
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
    /// How many of the last messages a newcomer sees; 0 in the seed's preset.
    pub history: u32,
    /// Which tips are given.
    pub tips: TipConfig,
    /// When the host is asked.
    pub asking: Asking,
    /// Connections and memberships.
    pub presence: Presence,
    /// Who may speak while everybody is muted, and without the mark that [`speakers`](Self::speakers)
    /// asks for. Staff by default.
    pub mute_all_exempt: RoleSet,
    /// While it is set, only members with this mark may speak, and the roles of
    /// [`mute_all_exempt`](Self::mute_all_exempt): the large class in which the teacher calls
    /// pupils on. A mark of the host's own, in a house with [`Power::Marks`]; `None` by default.
    pub speakers: Option<u32>,
    /// A pause between messages, if any.
    pub slow_mode: Option<SlowMode>,
    /// How often likes and follows go into the group's profile: 3 to 5 s (seed FAQ 6). Default 4 s.
    pub tally: Duration,
    /// The filter in force, if any; it must be installed, and until it is, what users say is refused.
    pub filter: Option<FilterId>,
    /// Limits on what is held.
    pub limits: Limits,
    /// Whether authors may be told that their message was lost to the group's rate. True by default;
    /// the modelled service says success instead.
    pub disclose_loss: bool,
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

impl Settings {
    /// Checks the settings against each other and makes them a config.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting that cannot hold, and what it must be.
    pub fn build(self) -> Result<GroupConfig, ConfigError> {
        self.check().map_or(Ok(()), Err)?;
        Ok(GroupConfig(self))
    }

    /// The most outputs that one command, or one deadline, can put out: every waiting and held
    /// message may end, and every user named may be told over every session.
    pub(crate) fn reach(&self) -> u64 {
        let waiting: u64 = self.traffic.lanes.0.iter().map(|lane| u64::from(lane.capacity)).sum();
        let named = MAX_USERS * (u64::from(self.presence.per_user) + 4);
        waiting + u64::from(self.asking.open) + named + 128
    }

    fn check(&self) -> Option<ConfigError> {
        const DAY: Duration = Duration::from_hours(24);
        let (traffic, limits) = (&self.traffic, &self.limits);
        let lanes = Priority::ALL.map(|priority| traffic.lanes[priority]);
        let caps = Priority::ALL.map(|priority| traffic.caps[priority]);
        let rules: [(bool, &'static str, &'static str); 22] = [
            ((1..=1_000_000).contains(&traffic.burst), "traffic.burst", "1 to 1,000,000"),
            (traffic.reserve < traffic.burst, "traffic.reserve", "less than traffic.burst"),
            (
                lanes.iter().all(|lane| (1..=Lane::MAX_CAPACITY).contains(&lane.capacity)),
                "traffic.lanes.capacity",
                "1 to 65,536",
            ),
            (
                lanes.iter().all(|lane| lane.max_wait <= DAY),
                "traffic.lanes.max_wait",
                "at most a day",
            ),
            (
                caps.iter().flatten().all(|cap| (1..=1_000_000).contains(&cap.burst)),
                "traffic.caps.burst",
                "1 to 1,000,000",
            ),
            (
                self.retention.quota.0.iter().all(|quota| (1..=1_048_576).contains(quota)),
                "retention.quota",
                "1 to 1,048,576 for each class",
            ),
            (self.retention.max_age <= 30 * DAY, "retention.max_age", "at most 30 days"),
            (!self.retention.max_age.is_zero(), "retention.max_age", "more than zero"),
            (
                u64::from(self.history)
                    <= self.retention.quota.0.iter().copied().map(u64::from).sum(),
                "history",
                "at most what retention.quota keeps",
            ),
            ((1..=1_000_000).contains(&self.tips.cap.burst), "tips.cap.burst", "1 to 1,000,000"),
            ((1..=64).contains(&self.tips.names), "tips.names", "1 to 64"),
            (
                self.asking.every.is_none_or(|patience| patience.deadline <= DAY),
                "asking.every.deadline",
                "at most a day",
            ),
            (
                self.asking.filter_hold.deadline <= DAY,
                "asking.filter_hold.deadline",
                "at most a day",
            ),
            (self.asking.open <= 65_536, "asking.open", "at most 65,536"),
            (self.presence.grace <= DAY, "presence.grace", "at most a day"),
            ((1..=255).contains(&self.presence.per_user), "presence.per_user", "1 to 255"),
            (
                self.speakers.is_none_or(|mark| {
                    mark >= bounds::FIRST_MARK && self.powers.contains(Power::Marks)
                }),
                "speakers",
                "a mark from 1,000, where powers has Marks",
            ),
            (
                self.slow_mode.is_none_or(|slow| slow.interval <= DAY && !slow.interval.is_zero()),
                "slow_mode.interval",
                "more than zero and at most a day",
            ),
            (
                (Duration::from_secs(1)..=Duration::from_mins(1)).contains(&self.tally),
                "tally",
                "1 s to 60 s",
            ),
            (
                (1..=1_048_576).contains(&limits.message_bytes),
                "limits.message_bytes",
                "1 to 1,048,576",
            ),
            ((1..=1_024).contains(&limits.elements), "limits.elements", "1 to 1,024"),
            (
                u64::from(limits.outputs) >= self.reach(),
                "limits.outputs",
                "at least every lane's capacity, asking.open, 500 times presence.per_user and 4, and 128",
            ),
        ];
        let broken = rules.into_iter().find(|(holds, ..)| !holds);
        broken.map(|(_, field, rule)| ConfigError { field, rule })
    }
}

/// Settings that hold together. Made from a preset, or by [`Settings::build`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct GroupConfig(Settings);

impl GroupConfig {
    /// The seed: 40 messages a second, no recall, no removal, no admins, and an owner who cannot quit.
    pub fn livestream() -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const FORTY: Rate = Rate::per_second(40).expect("40 is not zero");
        const TEN: Rate = Rate::per_second(10).expect("10 is not zero");
        let lane = Lane { capacity: 256, max_wait: Duration::from_millis(250) };
        Self(Settings {
            traffic: Traffic {
                rate: FORTY,
                burst: 4,
                reserve: 1,
                lanes: PerPriority([Lane { max_wait: 2 * SECOND, ..lane }, lane, lane, lane]),
                caps: PerPriority([None; 4]),
                exempt: RoleSet::STAFF,
                weights: [NonZeroU8::MIN; 5],
            },
            retention: Retention {
                quota: PerClass([1_024, 1_024, 256, 256, 256, 256]),
                max_age: Duration::from_mins(2),
            },
            powers: Powers::NONE,
            history: 0,
            tips: TipConfig {
                kinds: TipSet::ALL,
                mute_all: true,
                cap: Cap { rate: TEN, burst: 10 },
                names: 10,
            },
            asking: Asking {
                every: None,
                filter_hold: Patience { deadline: 60 * SECOND, silence: Silence::Reject },
                open: 1_024,
                per_author: 16,
            },
            presence: Presence {
                grace: 30 * SECOND,
                absence: Absence::Leave,
                quit: QuitAcross::WebEndsAll,
                per_user: 8,
            },
            mute_all_exempt: RoleSet::STAFF,
            speakers: None,
            slow_mode: None,
            tally: 4 * SECOND,
            filter: None,
            limits: Limits {
                message_bytes: 8_000,
                elements: 32,
                members: None,
                mutes: 100_000,
                bans: 100_000,
                applicants: 1_000,
                outputs: 16_384,
            },
            disclose_loss: true,
            journal: false,
        })
    }

    /// The seed's rules, and what the hosted service allows on such groups today by its own
    /// permissions: ban, attributes, counters, marks, the member list; 12 KB a message; no tip of a
    /// mute of all, and those of mutes and admins off until they are switched on, as there.
    pub fn vendor() -> Self {
        let mut config = Self::livestream();
        config.0.powers = Powers::NONE
            .with(Power::Ban)
            .with(Power::Attributes)
            .with(Power::Counters)
            .with(Power::Marks)
            .with(Power::MemberList);
        config.0.limits.message_bytes = 12_288;
        config.0.tips.kinds = TipSet::ALL
            .without(TipKind::MemberProfile)
            .without(TipKind::SetAdmin)
            .without(TipKind::CancelAdmin);
        config.0.tips.mute_all = false;
        config
    }

    /// What users of other systems expect: every [`Power`], and 20 messages of history for newcomers.
    pub fn modern() -> Self {
        let mut config = Self::vendor();
        config.0.powers = Powers(u32::MAX);
        config.0.tips = Self::livestream().0.tips;
        config.0.presence.quit = QuitAcross::Independent;
        // 20 messages: what the hosted service sells as history for newcomers.
        config.0.history = 20;
        config
    }

    /// The settings, to read, or to clone and change.
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
        config.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each setting at its limit, and one past it.
    #[test]
    fn settings_that_cannot_hold_together_are_named() {
        let broken = |change: &dyn Fn(&mut Settings)| {
            let mut settings = GroupConfig::livestream().settings().clone();
            change(&mut settings);
            settings.build().map_err(|error| error.field).err()
        };
        assert_eq!(broken(&|_: &mut Settings| {}), None);
        assert_eq!(broken(&|it: &mut Settings| it.traffic.burst = 0), Some("traffic.burst"));
        assert_eq!(broken(&|it: &mut Settings| it.traffic.reserve = 3), None);
        assert_eq!(broken(&|it: &mut Settings| it.traffic.reserve = 4), Some("traffic.reserve"));
        assert_eq!(
            broken(&|it: &mut Settings| it.traffic.lanes[Priority::Low].capacity = 0),
            Some("traffic.lanes.capacity")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.traffic.lanes[Priority::Low].max_wait = Duration::MAX),
            Some("traffic.lanes.max_wait")
        );
        assert_eq!(
            broken(&|it: &mut Settings| {
                let cap = Cap { rate: it.traffic.rate, burst: 0 };
                it.traffic.caps[Priority::Normal] = Some(cap);
            }),
            Some("traffic.caps.burst")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.retention.quota.0[5] = 0),
            Some("retention.quota")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.retention.max_age = Duration::ZERO),
            Some("retention.max_age")
        );
        assert_eq!(broken(&|it: &mut Settings| it.history = 3_072), None);
        assert_eq!(broken(&|it: &mut Settings| it.history = 3_073), Some("history"));
        assert_eq!(broken(&|it: &mut Settings| it.tips.names = 65), Some("tips.names"));
        assert_eq!(broken(&|it: &mut Settings| it.tips.cap.burst = 0), Some("tips.cap.burst"));
        assert_eq!(broken(&|it: &mut Settings| it.asking.open = 65_537), Some("asking.open"));
        assert_eq!(
            broken(&|it: &mut Settings| it.presence.per_user = 0),
            Some("presence.per_user")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.presence.per_user = 256),
            Some("presence.per_user")
        );
        assert_eq!(broken(&|it: &mut Settings| it.tally = Duration::ZERO), Some("tally"));
        assert_eq!(
            broken(&|it: &mut Settings| it.speakers = Some(1_000)),
            Some("speakers"),
            "nobody can be marked"
        );
        let marks = |mark| {
            move |it: &mut Settings| {
                (it.powers, it.speakers) = (Powers::NONE.with(Power::Marks), Some(mark));
            }
        };
        assert_eq!(broken(&marks(1_000)), None);
        assert_eq!(broken(&marks(999)), Some("speakers"));
        assert_eq!(
            broken(&|it: &mut Settings| it.limits.message_bytes = 0),
            Some("limits.message_bytes")
        );
        assert_eq!(broken(&|it: &mut Settings| it.limits.elements = 0), Some("limits.elements"));
        assert_eq!(broken(&|it: &mut Settings| it.limits.outputs = 8_175), Some("limits.outputs"));
        assert_eq!(broken(&|it: &mut Settings| it.limits.outputs = 8_176), None);
    }

    #[test]
    fn settings_from_outside_pass_the_same_gate() {
        for config in [GroupConfig::livestream(), GroupConfig::vendor(), GroupConfig::modern()] {
            let text = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<GroupConfig>(&text).unwrap(), config);
            assert!(config.settings().clone().build().is_ok());
            let broken = text.replacen("\"burst\":4", "\"burst\":0", 1);
            assert_ne!(broken, text);
            let error = serde_json::from_str::<GroupConfig>(&broken).unwrap_err().to_string();
            assert!(error.contains("traffic.burst must be 1 to 1,000,000"), "{error}");
        }
    }

    #[test]
    fn the_presets_are_what_they_are_called() {
        let (livestream, modern) = (GroupConfig::livestream(), GroupConfig::modern());
        let seed = livestream.settings();
        assert_eq!(seed.traffic.rate.get(), 40, "seed FAQ 5");
        assert_eq!(seed.powers, Powers::NONE);
        assert_eq!(seed.limits.members, None, "unlimited group members");
        assert!((3..=5).contains(&seed.tally.as_secs()), "seed FAQ 6");
        let tips = |config: &GroupConfig, kind| config.settings().tips.kinds.contains(kind);
        let (vendor, staff) = (GroupConfig::vendor(), [TipKind::MemberProfile, TipKind::SetAdmin]);
        assert!(staff.iter().all(|&kind| tips(&livestream, kind)), "seed step 4");
        assert!(staff.iter().all(|&kind| !tips(&vendor, kind) && tips(&modern, kind)));
        let tells = |config: &GroupConfig| config.settings().tips.mute_all;
        assert_eq!([&livestream, &vendor, &modern].map(tells), [true, false, true]);
        assert!(modern.settings().powers.contains(Power::Admins));
        assert_eq!(modern.settings().history, 20);
    }
}
