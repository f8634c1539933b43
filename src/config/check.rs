//! The one gate through which every setting goes.

use std::{sync::Arc, time::Duration};

use super::{
    Asking, ConfigError, Escalation, FoldRule, Folding, GroupConfig, Lane, MAX_USERS, Occasion,
    Power, Settings, Silence, StrikeRules, TrailLimits, house,
};
use crate::{bounds, message::Priority};

const DAY: Duration = Duration::from_hours(24);

impl Settings {
    /// Checks the settings against each other and makes them a config.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting that cannot hold, and what it must be.
    pub fn build(self) -> Result<GroupConfig, ConfigError> {
        self.check().or_else(|| self.check_strikes()).map_or(Ok(()), Err)?;
        Ok(GroupConfig(Arc::new(self)))
    }

    /// The most outputs that one command, or one deadline, can put out, beside those of folds: every
    /// waiting and held message may end, and every user named may be told over every session.
    pub(crate) fn reach(&self) -> u64 {
        let waiting: u64 = self.traffic.lanes.0.iter().map(|lane| u64::from(lane.capacity)).sum();
        waiting + u64::from(self.asking.open) + self.named() + 128
    }

    /// The most outputs in which one command tells every user named, over every session.
    pub(crate) fn named(&self) -> u64 {
        MAX_USERS * (u64::from(self.presence.per_user) + 4)
    }

    fn check(&self) -> Option<ConfigError> {
        let (traffic, limits) = (&self.traffic, &self.limits);
        let lanes = Priority::ALL.map(|priority| traffic.lanes[priority]);
        let caps = Priority::ALL.map(|priority| traffic.caps[priority]);
        let marked = self.powers.contains(Power::Marks);
        let rules: [(bool, &'static str, &'static str); 21] = [
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
                traffic.mark_weights.len() <= 10
                    && traffic.mark_weights.iter().all(|(mark, _)| *mark >= bounds::FIRST_MARK),
                "traffic.mark_weights",
                "at most 10, for marks from 1,000 on",
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
                self.preview.is_none_or(|delay| {
                    (Duration::from_secs(2)..=Duration::from_secs(6)).contains(&delay)
                }),
                "preview",
                "2 s to 6 s",
            ),
            (self.presence.grace <= DAY, "presence.grace", "at most a day"),
            ((1..=255).contains(&self.presence.per_user), "presence.per_user", "1 to 255"),
            (
                house::are_speakers(&self.speakers, marked),
                "speakers",
                "at most 10 marks, from 1,000 on, where powers has Marks",
            ),
            (
                self.slow_mode.is_none_or(|slow| slow.is_good()),
                "slow_mode",
                "more than zero for somebody and at most a day",
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
                u64::from(limits.outputs)
                    >= self.reach() + self.folding.as_ref().map_or(0, Folding::reach),
                "limits.outputs",
                "at least every lane's capacity, asking.open, 500 times presence.per_user and 4, 128, and \
                 what folding allows to wait and to be open",
            ),
        ];
        let asking = asking_rules(&self.asking);
        let folding = self.folding.iter().flat_map(folding_rules);
        let trails = self.filtering.trails.iter().flat_map(trail_rules);
        let house = || self.house.broken(marked).map(|(field, rule)| ConfigError { field, rule });
        first_broken(folding.chain(trails).chain(asking).chain(rules)).or_else(house)
    }

    fn check_strikes(&self) -> Option<ConfigError> {
        const LONGEST: Duration = Duration::from_hours(24 * 366);
        let StrikeRules { remembered, table } = &self.strikes;
        let span = |it: &Escalation| match it {
            Escalation::Notice => None,
            Escalation::Mute { span } | Escalation::Ban { span } => Some(*span),
        };
        let bans = table.iter().any(|it| matches!(it, Escalation::Ban { .. }));
        first_broken([
            (
                !remembered.is_zero() && *remembered <= LONGEST,
                "strikes.remembered",
                "more than zero and at most 366 days",
            ),
            (
                (1..=16).contains(&table.len())
                    && table.iter().filter_map(span).all(|span| !span.is_zero()),
                "strikes.table",
                "1 to 16 entries, each for more than zero",
            ),
            (
                !bans || self.powers.contains(Power::Ban),
                "strikes.table",
                "without a ban, where powers has no Ban",
            ),
        ])
    }
}

fn first_broken(
    rules: impl IntoIterator<Item = (bool, &'static str, &'static str)>,
) -> Option<ConfigError> {
    let broken = rules.into_iter().find(|(holds, ..)| !holds);
    broken.map(|(_, field, rule)| ConfigError { field, rule })
}

impl Asking {
    fn names_differ(&self) -> bool {
        let rest = |at: usize| self.steps.iter().skip(at + 1);
        let alike = |(at, step): (usize, &super::AskStep)| rest(at).any(|it| it.name == step.name);
        !self.steps.iter().enumerate().any(alike)
    }

    /// Whether each step whose silence escalates has one behind it that takes it.
    fn escalates_to_somebody(&self) -> bool {
        let last = self.steps.iter().rposition(|step| step.asks.contains(Occasion::Escalated));
        let silent = self.steps.iter().rposition(|step| step.patience.silence == Silence::Escalate);
        silent.is_none_or(|silent| last.is_some_and(|last| silent < last))
    }
}

fn asking_rules(asking: &Asking) -> [(bool, &'static str, &'static str); 6] {
    [
        ((1..=Asking::MAX_STEPS).contains(&asking.steps.len()), "asking.steps", "1 to 4"),
        (asking.names_differ(), "asking.steps.name", "another for each step"),
        (
            asking.steps.iter().all(|step| step.patience.deadline <= DAY),
            "asking.steps.patience.deadline",
            "at most a day",
        ),
        (
            asking.steps.iter().any(|step| step.asks.contains(Occasion::Held)),
            "asking.steps.asks",
            "such that one is asked about what the filter holds",
        ),
        (
            asking.escalates_to_somebody(),
            "asking.steps.patience.silence",
            "Escalate only before a step that is asked about what was escalated",
        ),
        (asking.open <= 65_536, "asking.open", "at most 65,536"),
    ]
}

fn trail_rules(trails: &TrailLimits) -> [(bool, &'static str, &'static str); 4] {
    let TrailLimits { within, letters, pieces, authors } = trails;
    [
        (*within <= Duration::from_mins(1), "filtering.trails.within", "at most 60 s"),
        ((1..=16).contains(letters), "filtering.trails.letters", "1 to 16"),
        ((1..=64).contains(pieces), "filtering.trails.pieces", "1 to 64"),
        ((1..=65_536).contains(authors), "filtering.trails.authors", "1 to 65,536"),
    ]
}

fn folding_rules(folding: &Folding) -> [(bool, &'static str, &'static str); 6] {
    const HOUR: Duration = Duration::from_hours(1);
    let all =
        |holds: fn(&FoldRule) -> bool| [folding.combos, folding.echoes].iter().flatten().all(holds);
    [
        (
            all(|rule| !rule.window.is_zero() && rule.window <= HOUR),
            "folding.window",
            "more than zero and at most an hour",
        ),
        (all(|rule| rule.interval <= rule.window), "folding.interval", "at most the window"),
        (all(|rule| (1..=65_536).contains(&rule.open)), "folding.open", "1 to 65,536"),
        (all(|rule| (1..=4_096).contains(&rule.messages)), "folding.messages", "1 to 4,096"),
        ((1..=64).contains(&folding.names), "folding.names", "1 to 64"),
        (folding.waiting <= 65_536, "folding.waiting", "at most 65,536"),
    ]
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::{super::*, *};
    use crate::message::Kind;

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
        let weights = |mark, count| {
            let weights = vec![(mark, NonZeroU8::MIN); count];
            broken(&move |it: &mut Settings| it.traffic.mark_weights = weights.clone())
        };
        assert_eq!(weights(1_000, 10), None);
        assert_eq!([weights(1_000, 11), weights(999, 1)], [Some("traffic.mark_weights"); 2]);
        assert_eq!(broken(&|it: &mut Settings| it.tips.names = 65), Some("tips.names"));
        assert_eq!(broken(&|it: &mut Settings| it.tips.cap.burst = 0), Some("tips.cap.burst"));
        assert_eq!(broken(&|it: &mut Settings| it.asking.open = 65_537), Some("asking.open"));
        let seconds =
            |secs| move |it: &mut Settings| it.preview = Some(Duration::from_millis(secs));
        assert_eq!([2_000, 6_000].map(|ms| broken(&seconds(ms))), [None, None]);
        assert_eq!([1_999, 6_001].map(|ms| broken(&seconds(ms))), [Some("preview"); 2]);
        assert_eq!(
            broken(&|it: &mut Settings| it.presence.per_user = 0),
            Some("presence.per_user")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.presence.per_user = 256),
            Some("presence.per_user")
        );
        assert_eq!(broken(&|it: &mut Settings| it.tally = Duration::ZERO), Some("tally"));
        let day = Duration::from_hours(24);
        assert_eq!(broken(&|it: &mut Settings| it.strikes.remembered = 366 * day), None);
        for remembered in [Duration::ZERO, 366 * day + Duration::from_nanos(1)] {
            let change = |it: &mut Settings| it.strikes.remembered = remembered;
            assert_eq!(broken(&change), Some("strikes.remembered"));
        }
        let table =
            |count, entry| move |it: &mut Settings| it.strikes.table = [entry].repeat(count);
        let (mute, ban) = (Escalation::Mute { span: day }, Escalation::Ban { span: day });
        assert_eq!(broken(&table(16, mute)), None);
        for count in [0, 17] {
            assert_eq!(broken(&table(count, mute)), Some("strikes.table"));
        }
        let never = Escalation::Mute { span: Duration::ZERO };
        assert_eq!(broken(&table(1, never)), Some("strikes.table"));
        assert_eq!(broken(&table(1, ban)), Some("strikes.table"), "nobody can be banned");
        let banning = |it: &mut Settings| {
            it.powers = Powers::NONE.with(Power::Ban);
            table(1, ban)(it);
        };
        assert_eq!(broken(&banning), None);
        assert_eq!(
            broken(&|it: &mut Settings| it.speakers = vec![1_000]),
            Some("speakers"),
            "nobody can be marked"
        );
        let marks = |marks: Vec<u32>| {
            move |it: &mut Settings| {
                (it.powers, it.speakers) = (Powers::NONE.with(Power::Marks), marks.clone());
            }
        };
        let trails = |change: fn(&mut TrailLimits)| {
            move |it: &mut Settings| {
                let mut limits = TrailLimits::USUAL;
                change(&mut limits);
                it.filtering.trails = Some(limits);
            }
        };
        assert_eq!(broken(&trails(|_| {})), None);
        for (change, field) in [
            ((|it| it.within = Duration::from_millis(60_001)) as fn(&mut TrailLimits), "within"),
            (|it| it.letters = 0, "letters"),
            (|it| it.letters = 17, "letters"),
            (|it| it.pieces = 0, "pieces"),
            (|it| it.pieces = 65, "pieces"),
            (|it| it.authors = 0, "authors"),
            (|it| it.authors = 65_537, "authors"),
        ] {
            let path = broken(&trails(change));
            assert_eq!(path.and_then(|path| path.strip_prefix("filtering.trails.")), Some(field));
        }
        assert_eq!(broken(&marks(vec![1_000; 10])), None);
        assert_eq!(broken(&marks(vec![1_000; 11])), Some("speakers"));
        assert_eq!(broken(&marks(vec![1_000, 999])), Some("speakers"));
        let slow = |member, admin| {
            let slow_mode = Some(SlowMode { member, admin, owner: Duration::ZERO });
            broken(&|it: &mut Settings| it.slow_mode = slow_mode)
        };
        let (zero, day) = (Duration::ZERO, Duration::from_hours(24));
        assert_eq!((slow(zero, day), slow(day, zero)), (None, None));
        assert_eq!((slow(zero, zero), slow(zero, 2 * day)), (Some("slow_mode"), Some("slow_mode")));
        assert_eq!(
            broken(&|it: &mut Settings| it.house.exempt_kinds = vec![Kind::Gift; 17]),
            Some("house.exempt_kinds")
        );
        assert_eq!(
            broken(&|it: &mut Settings| it.limits.message_bytes = 0),
            Some("limits.message_bytes")
        );
        assert_eq!(broken(&|it: &mut Settings| it.limits.elements = 0), Some("limits.elements"));
        assert_eq!(broken(&|it: &mut Settings| it.limits.outputs = 8_175), Some("limits.outputs"));
        assert_eq!(broken(&|it: &mut Settings| it.limits.outputs = 8_176), None);
    }

    #[test]
    fn a_chain_that_cannot_hold_is_named() {
        let hold = AskStep::filter_hold(Asking::CALLBACK);
        let named = |name: &str| AskStep { name: name.parse().unwrap(), ..hold.clone() };
        let broken = |steps: Vec<AskStep>| {
            let mut settings = GroupConfig::livestream().settings().clone();
            settings.asking.steps = steps;
            settings.build().map_err(|error| error.field).err()
        };
        assert_eq!(broken(["a", "b", "c", "d"].map(named).to_vec()), None);
        assert_eq!(broken(["a", "b", "c", "d", "e"].map(named).to_vec()), Some("asking.steps"));
        assert_eq!(broken(vec![]), Some("asking.steps"));
        assert_eq!(broken(["a", "b", "a"].map(named).to_vec()), Some("asking.steps.name"));
        assert_eq!(
            broken(vec![AskStep::callback(Asking::CALLBACK)]),
            Some("asking.steps.asks"),
            "what the filter holds would pass"
        );
        let slow = |deadline| AskStep {
            patience: Patience { deadline, ..Asking::CALLBACK },
            ..hold.clone()
        };
        let day = Duration::from_hours(24);
        assert_eq!(broken(vec![slow(day)]), None);
        assert_eq!(
            broken(vec![slow(day + Duration::from_nanos(1))]),
            Some("asking.steps.patience.deadline")
        );
        let escalating = AskStep {
            patience: Patience { silence: Silence::Escalate, ..Asking::CALLBACK },
            ..named("first")
        };
        let taker = AskStep { asks: hold.asks.with(Occasion::Escalated), ..named("taker") };
        assert_eq!(broken(vec![escalating.clone(), taker.clone()]), None);
        for nobody in [vec![escalating.clone(), hold.clone()], vec![taker, escalating]] {
            assert_eq!(broken(nobody), Some("asking.steps.patience.silence"));
        }
        let long = serde_json::to_string(&GroupConfig::livestream()).unwrap();
        let long = long.replacen("\"filter\"", "\"a name of 15 by\"", 1);
        assert!(serde_json::from_str::<GroupConfig>(&long).is_err());
    }

    #[test]
    fn folding_that_cannot_hold_together_is_named() {
        let broken = |change: &dyn Fn(&mut Folding, &mut Limits)| {
            let mut settings = GroupConfig::modern().settings().clone();
            let mut folding = settings.folding.clone().unwrap();
            change(&mut folding, &mut settings.limits);
            settings.folding = Some(folding);
            settings.build().map_err(|error| error.field).err()
        };
        let rule = |change: fn(&mut FoldRule)| {
            let combos = broken(&|it, _| change(it.combos.as_mut().unwrap()));
            assert_eq!(combos, broken(&|it, _| change(it.echoes.as_mut().unwrap())));
            combos
        };
        assert_eq!(broken(&|_, _| {}), None);
        assert_eq!(rule(|it| it.window = Duration::from_hours(1)), None);
        assert_eq!(rule(|it| it.window += Duration::from_hours(1)), Some("folding.window"));
        let none = |it: &mut FoldRule| (it.window, it.interval) = Default::default();
        assert_eq!(rule(none), Some("folding.window"));
        assert_eq!(rule(|it| it.interval = it.window), None);
        assert_eq!(
            rule(|it| it.interval = it.window + Duration::from_nanos(1)),
            Some("folding.interval")
        );
        assert_eq!(rule(|it| it.open = 0), Some("folding.open"));
        assert_eq!(rule(|it| it.open = 65_537), Some("folding.open"));
        assert_eq!(rule(|it| it.messages = 4_096), None);
        assert_eq!(rule(|it| it.messages = 4_097), Some("folding.messages"));
        assert_eq!(rule(|it| it.messages = 0), Some("folding.messages"));
        assert_eq!(broken(&|it, _| it.names = 65), Some("folding.names"));
        assert_eq!(broken(&|it, _| it.names = 0), Some("folding.names"));
        assert_eq!(broken(&|it, _| it.waiting = 65_537), Some("folding.waiting"));
        // 8,176 without folds, 2,048 messages in them, 256 combos, 512 echoes.
        assert_eq!(broken(&|_, limits| limits.outputs = 10_992), None);
        assert_eq!(broken(&|_, limits| limits.outputs = 10_991), Some("limits.outputs"));
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
        let settings = livestream.settings();
        assert_eq!(settings.traffic.rate.get(), 40, "FAQ 5: lost messages");
        assert_eq!(settings.powers, Powers::NONE);
        assert_eq!(settings.limits.members, None, "unlimited group members");
        assert!((3..=5).contains(&settings.tally.as_secs()), "FAQ 6: likes and follows");
        let tips = |config: &GroupConfig, kind| config.settings().tips.kinds.contains(kind);
        let (vendor, staff) = (GroupConfig::vendor(), [TipKind::MemberProfile, TipKind::SetAdmin]);
        assert!(staff.iter().all(|&kind| tips(&livestream, kind)), "step 4: what is received");
        assert!(staff.iter().all(|&kind| !tips(&vendor, kind) && tips(&modern, kind)));
        let tells = |config: &GroupConfig| config.settings().tips.mute_all;
        assert_eq!([&livestream, &vendor, &modern].map(tells), [true, false, true]);
        assert!(modern.settings().powers.contains(Power::Admins));
        assert_eq!(modern.settings().history, 20);
        let trails = |config: &GroupConfig| config.settings().filtering.trails;
        assert_eq!([&livestream, &vendor].map(trails), [None, None]);
        assert_eq!(trails(&modern), Some(TrailLimits::USUAL));
        let folds = |config: &GroupConfig| config.settings().folding.is_some();
        assert_eq!([&livestream, &vendor, &modern].map(folds), [false, false, true]);
        let house = |config: &GroupConfig| config.settings().house.clone();
        assert_eq!(
            [&livestream, &vendor].map(house),
            [HouseRules::default(), HouseRules::default()]
        );
        assert!(house(&modern).pace.is_some() && house(&modern).joins.is_some());
        assert!(house(&modern).unique.is_none() && house(&modern).quiet.is_empty());
    }
}
