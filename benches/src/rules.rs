//! A room with many authors, and rules of the house to turn on one by one.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use liveroom::{
    Author, Command, GroupConfig, HouseRules, Pace, Power, Priority, PriorityRule, Profile,
    QuietHours, RaidPlan, Repeats, SessionId, Settings, Signal, SlowMode, TextRule, Those,
    TrailLimits,
    filter::{Filter, FilterSpec},
};

use crate::rooms::{Room, join, livestream, user};

/// A rule, or what else a message passes: its name, and what turns it on.
pub type Rule = (&'static str, fn(&mut Settings));

/// All of them. They are such that no message of [`Hall::texts`] is met.
pub const RULES: [Rule; 14] = [
    ("filter", |it| it.filter = Some(FILTER.id())),
    ("trails", |it| {
        // Without a filter nothing is looked for.
        (it.filter, it.filtering.trails) = (Some(FILTER.id()), Some(TrailLimits::USUAL));
    }),
    ("quiet-hours", |it| it.house.quiet = vec![QuietHours::utc(12 * 60, 12 * 60 + 20)]),
    ("speakers", |it| it.speakers = vec![FOLLOWER + 1, FOLLOWER]),
    ("slow-mode", |it| it.slow_mode = Some(SlowMode::members(SECOND))),
    ("pace", |it| it.house.pace = PACE),
    ("texts", |it| it.house.texts = texts()),
    ("repeats", |it| it.house.unique = Some(Repeats::of_anybody(30 * SECOND))),
    ("priorities", |it| it.house.priorities = vec![priority()]),
    ("weights", |it| it.traffic.mark_weights = vec![(FOLLOWER, TWO)]),
    ("raid", |it| it.house.raid = raid()),
    ("folding", |it| it.folding = GroupConfig::modern().settings().folding.clone()),
    ("audit", |it| it.audit = true),
    ("journal", |it| it.journal = true),
];

const SECOND: Duration = Duration::from_secs(1);
const PACE: Option<Pace> = Some(Pace { every: SECOND, burst: 5 });
const TWO: std::num::NonZeroU8 = std::num::NonZeroU8::new(2).expect("2 is not zero");
const FOLLOWER: u32 = 1_000;

/// 10,000 words, looked for in every class of evasion.
static FILTER: LazyLock<Arc<Filter>> = LazyLock::new(|| {
    let words: Vec<String> = (0..10_000).map(|number| format!("forbidden{number:05}")).collect();
    let spec = FilterSpec::parse(&words.join("\n")).expect("a good list");
    Arc::new(spec.compile().expect("so many words fit into one automaton"))
});

fn texts() -> Vec<TextRule> {
    vec![
        TextRule::at_most(200),
        TextRule::without_links(),
        TextRule::refuse(Signal::CapitalShare, 80),
        TextRule::refuse(Signal::Emoji, 20),
        TextRule::stacked_at_most(4),
    ]
}

fn priority() -> PriorityRule {
    let of = Those { marks: vec![FOLLOWER], ..Those::NOBODY };
    PriorityRule { of, highest: Priority::High, lowest: Priority::Normal }
}

fn raid() -> RaidPlan {
    RaidPlan { unique: Some(Repeats::of_author(60 * SECOND)), ..RaidPlan::default() }
}

/// A room with its authors, and what they have said so far. Each message is another text by the next
/// of many authors, who wait long enough that nothing is refused.
pub struct Hall {
    /// The room.
    pub room: Room,
    said: usize,
}

impl Hall {
    const AUTHORS: usize = 500;

    /// With these rules.
    pub fn new(rules: &[Rule]) -> Self {
        let mut room = Room::empty(livestream(|settings| {
            let powers = settings.powers.with(Power::Marks).with(Power::Raid);
            (settings.powers, settings.house) = (powers, HouseRules::default());
            rules.iter().for_each(|(_, turn_on)| turn_on(settings));
        }));
        room.group.install_filter(FILTER.clone());
        let profile = Arc::new(Profile::nick("Ann"));
        for author in 0..Self::AUTHORS {
            room.push_now(session(author), join(user(author), &profile));
            room.drain();
        }
        let users = (0..Self::AUTHORS).map(user).collect();
        let marks = [FOLLOWER].into_iter().collect();
        room.push_now(Author::App, Command::Mark { users, marks, on: true });
        if rules.iter().any(|(name, _)| *name == "raid") {
            let span = Some(Duration::from_hours(24));
            room.push_now(Author::App, Command::Raid { span });
        }
        room.drain();
        Self { room, said: 0 }
    }

    /// The next messages, and by whom they are.
    pub fn texts(&mut self, count: usize) -> Vec<(Author, Command)> {
        let first = self.said;
        self.said += count;
        let text = |number| Command::text(format!("hello everybody, this is message {number:09}"));
        (first..self.said).map(|number| (session(number % Self::AUTHORS), text(number))).collect()
    }

    /// Says them.
    pub fn say(&mut self, texts: Vec<(Author, Command)>) {
        texts.into_iter().for_each(|(author, text)| self.room.push(author, text));
    }
}

fn session(author: usize) -> Author {
    Author::Session(SessionId(1 + author as u64))
}
