//! The settings to begin with.

use std::{
    num::NonZeroU8,
    sync::{Arc, LazyLock},
    time::Duration,
};

use super::{
    Absence, AskStep, Asking, Cap, Escalation, Filtering, FoldRule, Folding, GroupConfig,
    HouseRules, Lane, Limits, Pace, Patience, Power, Powers, Presence, QuitAcross, RaidPlan,
    Repeats, Retention, Settings, Silence, SlowMode, StrikeRules, TextRule, TipConfig, TipSet,
    Traffic, TrailLimits,
};
use crate::{
    entry::TipKind,
    message::{Kind, PerClass, PerPriority},
    role::{JoinOption, RoleSet},
    time::Rate,
};

impl GroupConfig {
    /// The modelled service as its guide has it: 40 messages a second, no recall, no removal, no
    /// admins, and an owner who cannot quit.
    pub fn livestream() -> Self {
        // Every group begins with it, so that all of them share one.
        static SHARED: LazyLock<GroupConfig> =
            LazyLock::new(|| GroupConfig(Arc::new(livestream())));
        SHARED.clone()
    }

    /// As [`livestream`](Self::livestream), and what the modelled service has come to allow on such
    /// groups by 2024: ban, attributes, counters, marks, the member list; 12 KB a message; no tip of a
    /// mute of all, and those of mutes and admins off until they are switched on, as there.
    pub fn vendor() -> Self {
        let mut settings = livestream();
        settings.powers = Powers::NONE
            .with(Power::Ban)
            .with(Power::Attributes)
            .with(Power::Counters)
            .with(Power::Marks)
            .with(Power::MemberList);
        settings.limits.message_bytes = 12_288;
        settings.tips.kinds = TipSet::ALL
            .without(TipKind::MemberProfile)
            .without(TipKind::SetAdmin)
            .without(TipKind::CancelAdmin);
        settings.tips.mute_all = false;
        Self(Arc::new(settings))
    }

    /// What users of other systems expect: every [`Power`], 20 messages of history for newcomers, a filter
    /// that sees words written over several messages, gift combos and identical texts folded, an audit
    /// log, and
    /// [house rules](HouseRules) that nobody meets who means well: 1 message a second of one author,
    /// gifts, likes and follows aside, with a burst of 5, so that many who flood starve nobody; 1 join
    /// of one user in 5 seconds with a burst of 10; at most 4 combining marks on a character, and no
    /// direction left turned around. Raid mode makes members wait 10 s, admits by permission, and
    /// refuses links and what anybody said within a minute.
    pub fn modern() -> Self {
        let mut settings = Settings::from(Self::vendor());
        settings.powers = Powers::ALL;
        settings.tips = livestream().tips;
        settings.presence.quit = QuitAcross::Independent;
        // 20 messages: what the modelled service sells as history for newcomers.
        settings.history = 20;
        settings.filtering.trails = Some(TrailLimits::USUAL);
        settings.folding = Some(folding());
        settings.audit = true;
        settings.strikes.table = vec![
            Escalation::Notice,
            Escalation::Mute { span: Duration::from_mins(5) },
            Escalation::Mute { span: Duration::from_hours(1) },
            Escalation::Ban { span: Duration::from_hours(24) },
        ];
        settings.house = modern_house();
        Self(Arc::new(settings))
    }
}

fn folding() -> Folding {
    let rule = FoldRule {
        window: Duration::from_secs(3),
        interval: Duration::from_secs(1),
        open: 256,
        messages: 256,
    };
    Folding {
        combos: Some(rule),
        // Every text that is new opens one: at 40 a second, 120 in the window.
        echoes: Some(FoldRule { open: 512, ..rule }),
        exempt: RoleSet::STAFF,
        names: 10,
        waiting: 2_048,
    }
}

fn modern_house() -> HouseRules {
    const SECOND: Duration = Duration::from_secs(1);
    HouseRules {
        exempt_kinds: vec![Kind::Gift, Kind::Like, Kind::Follow],
        pace: Some(Pace { every: SECOND, burst: 5 }),
        joins: Some(Pace { every: 5 * SECOND, burst: 10 }),
        texts: vec![TextRule::stacked_at_most(4), TextRule::turning_back()],
        raid: RaidPlan {
            slow_mode: Some(SlowMode::members(10 * SECOND)),
            texts: vec![TextRule::without_links()],
            unique: Some(Repeats::of_anybody(60 * SECOND)),
            join: JoinOption::NeedPermission,
            ..RaidPlan::default()
        },
        ..HouseRules::default()
    }
}

fn livestream() -> Settings {
    const SECOND: Duration = Duration::from_secs(1);
    const FORTY: Rate = Rate::per_second(40).expect("40 is not zero");
    const TEN: Rate = Rate::per_second(10).expect("10 is not zero");
    let lane = Lane { capacity: 256, max_wait: Duration::from_millis(250) };
    Settings {
        traffic: Traffic {
            rate: FORTY,
            burst: 4,
            reserve: 1,
            lanes: PerPriority([Lane { max_wait: 2 * SECOND, ..lane }, lane, lane, lane]),
            caps: PerPriority([None; 4]),
            exempt: RoleSet::STAFF,
            weights: [NonZeroU8::MIN; 5],
            mark_weights: vec![],
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
            steps: vec![AskStep::filter_hold(Patience {
                deadline: 60 * SECOND,
                silence: Silence::Reject,
            })],
            in_order: false,
            open: 1_024,
            per_author: 16,
        },
        preview: None,
        presence: Presence {
            grace: 30 * SECOND,
            absence: Absence::Leave,
            quit: QuitAcross::WebEndsAll,
            per_user: 8,
        },
        mute_all_exempt: RoleSet::STAFF,
        speakers: vec![],
        strikes: StrikeRules {
            remembered: Duration::from_hours(24 * 30),
            table: vec![Escalation::Notice],
        },
        slow_mode: None,
        folding: None,
        house: HouseRules::default(),
        tally: 4 * SECOND,
        filter: None,
        filtering: Filtering::default(),
        limits: Limits {
            message_bytes: 8_000,
            elements: 32,
            members: None,
            mutes: 100_000,
            bans: 100_000,
            strikes: 100_000,
            applicants: 1_000,
            outputs: 16_384,
        },
        disclose_loss: true,
        disclose_withdrawn: false,
        audit: false,
        journal: false,
    }
}
