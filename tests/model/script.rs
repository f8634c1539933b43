//! Scripts: settings and steps that a strategy makes, small enough to be read when one fails.
//!
//! Steps name users by number, sessions by user and place, tickets and messages by how long ago they
//! were given out; [`Cast`] turns them into commands while the script is played.

use std::{fmt, num::NonZeroU8, time::Duration};

use liveroom::{
    Absence, Acts, Admission, AskStep, AttributeChange, AttributeMode, Author, Cap, Command,
    Content, CounterChange, Counting, Decision, Directive, Draft, Element, Escalation, FilterId,
    Fingerprint, FoldRule, Folding, GroupConfig, GroupPatch, HouseRules, Join, JoinOption, Kind,
    Lane, MessageId, Occasion, Occasions, Pace, Patience, PerClass, PerPriority, Platform, Power,
    Priority, PriorityRule, Profile, QuietHours, QuitAcross, RaidPlan, Random, Rate, Removing,
    Repeats, Role, RoleSet, SessionId, Settings, Signal, Silence, Silencing, SlowMode, Span,
    TextRule, Those, Ticket, Timestamp, TipKind, TrailLimits, Treat, UserId, Users,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Where every script begins: in September 2020, when the modelled service's guide was written.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_600_000_000);

/// Answers a question that nobody asked.
pub(crate) const FORGED: u8 = u8::MAX;

/// The first owns the group; the last hardly ever comes.
pub(crate) const USERS: [&str; 6] = ["owner", "ann", "bob", "cat", "dan", "eve"];

pub(crate) fn user(number: u8) -> UserId {
    USERS[usize::from(number)].parse().expect("a good id")
}

/// Texts that are to slip through, or to break whoever shows or counts them.
pub(crate) const HOSTILE: [&str; 12] = [
    // Listed words in other letters, and with something unseen in between.
    "\u{ff42}\u{ff4c}\u{ff4f}\u{ff43}\u{ff4b}\u{ff4d}\u{ff45}",
    "h\u{43e}ldme now",
    "no b\u{200b}l\u{200d}\u{2060}ockme",
    // Backwards, and never ended.
    "\u{202e}emkcolb",
    "\u{2066}\u{2067}\u{2068} nested",
    // More marks than letters.
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}algo",
    // Nothing to be seen.
    "\u{feff}\u{200d}\u{2060}\u{ad}",
    "\0\u{1}q\u{7f}\r\n\t",
    // One to the eye, seven to the machine, and one that is many when written out.
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
    "\u{fdfa}\u{fdfa}",
    "</script>{\"a\":[]}%00%s",
    "q\u{10ffff}\u{e0001}\u{e0041}",
];

/// Settings, and what is done under them.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) knobs: Knobs,
    pub(crate) owned: bool,
    pub(crate) steps: Vec<Step>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "a group {} an owner, under", if self.owned { "with" } else { "without" })?;
        writeln!(f, "  {:?}", self.knobs)?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{number:>4}  {step:?}")?;
        }
        Ok(())
    }
}

/// One step: what the clock does first, and then what is pushed; nothing is a mere `advance`.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) clock: Clock,
    pub(crate) push: Option<(Who, Act)>,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clock {
            Clock::Still => write!(f, "          ")?,
            Clock::Ahead(ms) => write!(f, "{ms:>+8}ms")?,
            Clock::Back(ms) => write!(f, "{:>8}ms", -i64::from(ms))?,
            Clock::Wild => write!(f, "      wild")?,
        }
        match &self.push {
            Some((who, act)) => write!(f, "  {who:?} {act:?}"),
            None => write!(f, "  advance"),
        }
    }
}

/// How far the time given with a step is from the latest, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    Still,
    Ahead(u32),
    /// This step alone; the next counts from the latest again.
    Back(u32),
    /// Beyond all time.
    Wild,
}

/// Who gives a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    App,
    AppAs(u8),
    /// In a user's name, with a nick that is too long.
    AppAsLong(u8),
    /// A user, and which of three sessions.
    User(u8, u8),
    /// One of a crowd, over the only session they have.
    Fan(u8),
    Guest(u8),
    /// A user's session, given out as a guest's.
    Posing(u8),
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::App => write!(f, "app"),
            Self::AppAs(number) => write!(f, "app as {}", USERS[usize::from(number)]),
            Self::AppAsLong(number) => write!(f, "app as long {}", USERS[usize::from(number)]),
            Self::User(number, place) => write!(f, "{}/{place}", USERS[usize::from(number)]),
            Self::Fan(number) => write!(f, "fan{number}"),
            Self::Guest(number) => write!(f, "guest {number}"),
            Self::Posing(number) => write!(f, "{}/0 as guest", USERS[usize::from(number)]),
        }
    }
}

impl Who {
    pub(crate) fn author(self) -> Author {
        match self {
            Self::App => Author::App,
            Self::AppAs(number) => {
                Author::AppAs { user: user(number), profile: Profile::nick("spoken for") }
            }
            Self::AppAsLong(number) => {
                Author::AppAs { user: user(number), profile: Profile::nick(&"long".repeat(126)) }
            }
            Self::User(number, place) => Author::Session(session(number, place)),
            Self::Fan(number) => Author::Session(SessionId(200 + u64::from(number))),
            Self::Guest(number) => Author::Guest(SessionId(90 + u64::from(number))),
            Self::Posing(number) => Author::Guest(session(number, 0)),
        }
    }

    /// Who joins over that session.
    fn user(self) -> Option<UserId> {
        match self {
            Self::User(number, _) => Some(user(number)),
            Self::Fan(number) => Some(format!("fan{number}").parse().expect("a good id")),
            _ => None,
        }
    }

    /// Whoever comes over a third session, or as a guest, comes with one.
    fn print(self) -> Option<Fingerprint> {
        match self {
            Self::User(number, 2) | Self::Guest(number) => Some(print(number)),
            _ => None,
        }
    }

    fn platform(self) -> Platform {
        match self {
            Self::User(_, place) => {
                [Platform::Web, Platform::Android, Platform::Ios][place as usize]
            }
            _ => Platform::MiniProgram,
        }
    }
}

/// One of two, which they share.
fn print(number: u8) -> Fingerprint {
    Fingerprint(u128::from(number % 2))
}

pub(crate) fn session(number: u8, place: u8) -> SessionId {
    SessionId(u64::from(number) * 10 + u64::from(place) + 1)
}

/// A command in few words. Users are numbers; tickets and messages count back from the newest.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Join,
    JoinAs(u8),
    Attach(u8),
    Detach,
    Quit,
    AnswerJoin(u8, Admission),
    Send {
        priority: Priority,
        kind: Kind,
        text: &'static str,
        random: Option<u8>,
    },
    SendEmpty,
    SendBig,
    Leave(Vec<u8>),
    BadDirective,
    Allow(u8),
    Replace(u8, &'static str),
    Reject(u8),
    Discard(u8),
    Escalate(u8),
    Withdraw(u8),
    Recall(u8),
    Purge(Option<u8>),
    SetProfile(&'static str),
    SetNameCard(u8, &'static str),
    SetGroup {
        name: Option<&'static str>,
        option: Option<JoinOption>,
        custom: Option<(u8, u8)>,
    },
    SetAdmin(u8),
    CancelAdmin(u8),
    Transfer(u8),
    Mute(Vec<u8>, u32),
    Unmute(Vec<u8>),
    Shadow(Vec<u8>, u32),
    Unshadow(Vec<u8>),
    Warn(Vec<u8>),
    Forgive(Vec<u8>),
    Moderate(Vec<u8>, Parts),
    MuteAll(bool),
    Kick(Vec<u8>),
    Ban(Vec<u8>, u32),
    Unban(Vec<u8>),
    BanPrints(Vec<u8>, u32),
    UnbanPrints(Vec<u8>),
    Notify(Option<Vec<u8>>),
    Broadcast,
    Attributes {
        replace: bool,
        key: u8,
        value: Option<u16>,
        seen: Option<u8>,
    },
    Count {
        key: u8,
        change: Counting,
    },
    Mark(Vec<u8>, u32, bool),
    SlowMode(Option<u32>),
    Raid(Option<u32>),
    UseFilter(Option<bool>),
    Configure(Box<Knobs>),
    Disband,
    /// To so many milliseconds after the latest time, or before it.
    Rebase(i64),
    /// To a day after the beginning.
    RebaseToStart,
    DetachAll,
}

/// The parts of one step.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    count: Option<(u8, Counting)>,
    purge: bool,
    warn: bool,
    notice: bool,
    /// Whether it is a shadow mute, and for how long.
    silence: Option<(bool, u32)>,
    /// Out, and for how long if it is a ban.
    remove: Option<Option<u32>>,
}

impl Parts {
    fn acts(&self) -> Acts {
        let silence = |(shadow, ms): (bool, u32)| match shadow {
            true => Silencing::Shadow { span: span(ms) },
            false => Silencing::Mute { span: span(ms) },
        };
        let remove = |ms: Option<u32>| {
            ms.map_or(Removing::Kick, |ms| Removing::Ban { span: span(ms), prints: self.purge })
        };
        let count = |(key, change)| CounterChange { key: format!("c{key}").into(), change };
        Acts {
            counters: self.count.map(count).into_iter().collect(),
            purge: self.purge,
            warn: self.warn,
            notice: self.notice.then(|| "beware".into()),
            silence: self.silence.map(silence),
            remove: self.remove.map(remove),
            reason: "out".into(),
            messages: [MessageId(1)].into_iter().collect(),
        }
    }
}

/// What a script needs to know to name tickets and messages, and the filter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cast {
    pub(crate) filter: Option<FilterId>,
    pub(crate) tickets: u64,
    pub(crate) messages: u64,
    pub(crate) now: Timestamp,
    pub(crate) max_age: u64,
}

impl Cast {
    pub(crate) fn time(&self, clock: Clock) -> Timestamp {
        match clock {
            Clock::Still => self.now,
            Clock::Ahead(ms) => self.now + Duration::from_millis(ms.into()),
            Clock::Back(ms) => self.now.before(Duration::from_millis(ms.into())),
            Clock::Wild => Timestamp::MAX,
        }
    }

    /// The same cast at the time at which a command takes effect.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        Self { now: self.now.max(now).min(Timestamp::LATEST), ..self }
    }

    /// The command, if given now.
    pub(crate) fn command(&self, who: Who, act: &Act) -> Command {
        match act {
            Act::Join | Act::JoinAs(_) => {
                let user = match act {
                    Act::JoinAs(number) => Some(user(*number)),
                    _ => who.user(),
                };
                Command::Join(Join {
                    profile: Profile::nick(user.as_ref().map_or("", |user| user.as_str())).into(),
                    user,
                    platform: who.platform(),
                    note: "please".into(),
                    print: who.print(),
                })
            }
            Act::Attach(number) => Command::Attach {
                user: user(*number),
                platform: who.platform(),
                print: who.print(),
            },
            Act::Detach => Command::Detach,
            Act::Quit => Command::Quit,
            Act::AnswerJoin(number, admission) => {
                Command::AnswerJoin { user: user(*number), admission: *admission }
            }
            Act::Send { .. }
            | Act::SendEmpty
            | Act::SendBig
            | Act::Leave(_)
            | Act::BadDirective => draft(act).into(),
            Act::Allow(back) => self.answer(*back, Decision::Allow),
            Act::Replace(back, text) => {
                self.answer(*back, Decision::Replace { content: content(text) })
            }
            Act::Reject(back) => {
                self.answer(*back, Decision::Reject { code: 10_100, reason: "no".into() })
            }
            Act::Discard(back) => self.answer(*back, Decision::Discard),
            Act::Escalate(back) => self.answer(*back, Decision::Escalate),
            Act::Withdraw(back) => Command::Withdraw {
                message: MessageId(self.messages.saturating_sub((*back).into())),
            },
            Act::Recall(back) => {
                Command::Recall { message: MessageId(self.messages.saturating_sub((*back).into())) }
            }
            Act::Purge(author) => Command::Purge { author: author.map(user) },
            _ => self.command_of_staff(act),
        }
    }

    fn command_of_staff(&self, act: &Act) -> Command {
        match act {
            Act::SetProfile(nick) => Command::SetProfile { profile: Profile::nick(nick).into() },
            Act::SetNameCard(number, card) => {
                Command::SetNameCard { user: user(*number), card: (*card).into() }
            }
            Act::SetGroup { name, option, custom } => Command::SetGroup(Box::new(GroupPatch {
                name: name.map(Into::into),
                introduction: name.filter(|name| name.ends_with("me")).map(Into::into),
                notification: name.filter(|name| name.starts_with('a')).map(Into::into),
                join_option: *option,
                custom: custom
                    .iter()
                    .map(|(key, value)| {
                        let value = if *value == 0 { String::new() } else { format!("v{value}") };
                        (format!("key{key}").into(), value.into())
                    })
                    .collect(),
                ..GroupPatch::default()
            })),
            Act::SetAdmin(number) => Command::SetAdmin { user: user(*number) },
            Act::CancelAdmin(number) => Command::CancelAdmin { user: user(*number) },
            Act::Transfer(number) => Command::Transfer { user: user(*number) },
            Act::Mute(users, ms) => Command::Mute { users: named(users), span: span(*ms) },
            Act::Unmute(users) => Command::Unmute { users: named(users) },
            Act::Shadow(users, ms) => Command::Shadow { users: named(users), span: span(*ms) },
            Act::Unshadow(users) => Command::Unshadow { users: named(users) },
            Act::Warn(users) => Command::Warn { users: named(users), reason: "beware".into() },
            Act::Forgive(users) => Command::Forgive { users: named(users) },
            Act::Moderate(users, parts) => {
                Command::Moderate { users: named(users), acts: Box::new(parts.acts()) }
            }
            Act::MuteAll(on) => Command::MuteAll { on: *on },
            Act::Kick(users) => Command::Kick { users: named(users), reason: "bye".into() },
            Act::Ban(users, ms) => {
                Command::Ban { users: named(users), span: span(*ms), reason: "out".into() }
            }
            Act::Unban(users) => Command::Unban { users: named(users) },
            Act::BanPrints(prints, ms) => Command::BanPrints {
                prints: prints.iter().copied().map(print).collect(),
                span: span(*ms),
                reason: "line".into(),
            },
            Act::UnbanPrints(prints) => {
                Command::UnbanPrints { prints: prints.iter().copied().map(print).collect() }
            }
            Act::Notify(users) => {
                let users = users.as_ref().map(|users| named(users));
                Command::Notify { users, field: "notice".into() }
            }
            Act::Broadcast => Command::Broadcast { content: Content::text("all").into() },
            Act::Attributes { replace, key, value, seen } => Command::SetAttributes {
                mode: if *replace { AttributeMode::Replace } else { AttributeMode::Merge },
                changes: vec![AttributeChange {
                    key: format!("a{key}").into(),
                    value: value.map(|length| "x".repeat(length.into()).into()),
                    seen: None,
                }],
                seen: seen.map(u64::from),
            },
            Act::Count { key, change } => Command::Count {
                changes: vec![CounterChange { key: format!("c{key}").into(), change: *change }],
            },
            Act::Mark(users, mark, on) => {
                Command::Mark { users: named(users), marks: [*mark].into_iter().collect(), on: *on }
            }
            Act::Raid(ms) => Command::Raid { span: ms.map(|ms| Duration::from_millis(ms.into())) },
            Act::SlowMode(ms) => Command::SetSlowMode { slow_mode: ms.map(slow_mode) },
            Act::UseFilter(which) => Command::UseFilter {
                filter: match which {
                    Some(true) => self.filter,
                    Some(false) => Some(FilterId(404)),
                    None => None,
                },
            },
            Act::Configure(knobs) => Command::Configure(Box::new(
                Knobs { max_age: self.max_age, ..(**knobs).clone() }.config(self.filter),
            )),
            Act::Disband => Command::Disband,
            Act::Rebase(ms) => {
                let far = Duration::from_millis(ms.unsigned_abs());
                Command::Rebase { to: if *ms < 0 { self.now.before(far) } else { self.now + far } }
            }
            Act::DetachAll => Command::DetachAll,
            Act::RebaseToStart => Command::Rebase { to: START + Duration::from_hours(24) },
            other => unreachable!("{other:?} is no act of staff"),
        }
    }

    fn answer(&self, back: u8, decision: Decision) -> Command {
        let ticket = match back {
            FORGED => self.tickets + 7,
            back => self.tickets.saturating_sub(back.into()),
        };
        Command::Answer { ticket: Ticket(ticket), decision }
    }
}

fn draft(act: &Act) -> Draft {
    match act {
        Act::Send { priority, kind, text, random } => Draft {
            random: random.map(|random| Random(random.into())),
            ..Draft { kind: *kind, content: content(text), ..Draft::default() }.priority(*priority)
        },
        Act::SendBig => Draft::text("x".repeat(20_000)),
        Act::Leave(users) => Draft {
            kind: Kind::Control,
            directive: Some(Directive::Leave { users: named(users) }),
            ..Draft::default()
        },
        Act::BadDirective => Draft { kind: Kind::Control, ..Draft::text("go") },
        _ => Draft {
            content: Content {
                elements: [Element::Text(String::new())].into_iter().collect(),
                data: "beside".into(),
            },
            ..Draft::default()
        },
    }
}

/// A message's texts, one element for each part.
fn content(text: &str) -> Content {
    let elements = text.split('|').map(|part| Element::Text(part.into()));
    Content { elements: elements.collect(), data: String::new() }
}

fn named(users: &[u8]) -> Users {
    users.iter().map(|number| user(*number)).collect()
}

/// So many milliseconds; many are for good, and none stays none.
fn span(ms: u32) -> Span {
    if ms > 100_000 { Span::Forever } else { Span::For(Duration::from_millis(ms.into())) }
}

fn slow_mode(ms: u32) -> SlowMode {
    let pause = Duration::from_millis(ms.into());
    // Some have staff wait too.
    SlowMode {
        admin: if ms.is_multiple_of(3) { pause / 2 } else { Duration::ZERO },
        ..SlowMode::members(pause)
    }
}

/// How messages are folded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folds {
    /// Window and interval in milliseconds, folds at once, and messages in one.
    pub(crate) combos: Option<(u64, u64, u32, u32)>,
    pub(crate) echoes: Option<(u64, u64, u32, u32)>,
    pub(crate) exempt: u8,
    pub(crate) names: u32,
    pub(crate) waiting: u32,
}

impl Folds {
    fn folding(self) -> Folding {
        let rule = |(window, interval, open, messages): (u64, u64, u32, u32)| FoldRule {
            window: Duration::from_millis(window),
            interval: Duration::from_millis(interval.min(window)),
            open,
            messages,
        };
        Folding {
            combos: self.combos.map(rule),
            echoes: self.echoes.map(rule),
            exempt: roles(self.exempt),
            names: self.names,
            waiting: self.waiting,
        }
    }
}

/// The settings that scripts turn; the rest is as the preset has it.
#[expect(clippy::struct_excessive_bools, reason = "each turns one thing of a config on or off")]
#[derive(Clone, Debug)]
pub(crate) struct Knobs {
    pub(crate) preset: u8,
    pub(crate) all_powers: bool,
    pub(crate) rate: u32,
    pub(crate) burst: u32,
    pub(crate) reserve: u32,
    /// Capacity, and how long messages wait, in milliseconds.
    pub(crate) lanes: [(u32, u64); 4],
    /// Rate and burst.
    pub(crate) caps: [Option<(u32, u32)>; 4],
    pub(crate) exempt: u8,
    pub(crate) weights: [u8; 5],
    pub(crate) quota: [u32; 6],
    pub(crate) max_age: u64,
    pub(crate) history: u32,
    pub(crate) tips: (u32, u32, u32),
    pub(crate) no_joins: bool,
    pub(crate) every: Option<(u64, Silence)>,
    pub(crate) hold: (u64, Silence),
    /// Whether the step for what the filter holds takes what was escalated.
    pub(crate) takes: bool,
    /// More steps: occasions as bits, deadline, silence.
    pub(crate) more: Vec<(u8, u64, Silence)>,
    pub(crate) in_order: bool,
    pub(crate) preview: Option<u64>,
    pub(crate) disclose_withdrawn: bool,
    pub(crate) questions: (u32, u32),
    pub(crate) grace: u64,
    pub(crate) stay: bool,
    pub(crate) quit: QuitAcross,
    pub(crate) per_user: u32,
    pub(crate) speak_through: u8,
    pub(crate) speakers: Option<u32>,
    pub(crate) slow: Option<u32>,
    pub(crate) folding: Option<Folds>,
    pub(crate) house: HouseKnobs,
    pub(crate) tally: u64,
    pub(crate) members: Option<u64>,
    /// How long strikes are remembered, in milliseconds, and what the first of them lead to.
    pub(crate) strikes: (u64, Vec<Escalation>),
    /// Mutes, bans, applicants, strikes.
    pub(crate) limits: (u32, u32, u32, u32),
    pub(crate) disclose_loss: bool,
    pub(crate) filter: bool,
    /// How long short messages are remembered, by how many authors, and how many of each.
    pub(crate) trails: Option<(u64, u32, u8)>,
    pub(crate) journal: bool,
    pub(crate) audit: bool,
}

/// Pause, pace, repeats, and what else.
type RaidKnobs = (Option<u32>, Option<(u64, u32)>, Option<(u64, bool)>, u8);

/// The house rules that scripts turn.
#[derive(Clone, Debug)]
pub(crate) struct HouseKnobs {
    /// Whether the exempt are some by mark, by name and by kind.
    exempt: bool,
    /// Minute from, minute to, and the offset.
    quiet: Option<(u16, u16, i16)>,
    pace: Option<(u64, u32)>,
    joins: Option<(u64, u32)>,
    texts: Vec<(u8, u8)>,
    unique: Option<(u64, bool)>,
    priorities: bool,
    raid: RaidKnobs,
    weight: Option<NonZeroU8>,
}

impl HouseKnobs {
    /// None at all.
    pub(crate) const OFF: Self = Self {
        exempt: false,
        quiet: None,
        pace: None,
        joins: None,
        texts: Vec::new(),
        unique: None,
        priorities: false,
        raid: (None, None, None, 0),
        weight: None,
    };

    fn rules(&self, marks: bool) -> HouseRules {
        let ms = Duration::from_millis;
        let pace = |(every, burst)| Pace { every: ms(every), burst };
        let repeats = |(within, any)| {
            if any { Repeats::of_anybody(ms(within)) } else { Repeats::of_author(ms(within)) }
        };
        let those = |roles, marks: &[u32], users: &[u8]| Those {
            roles,
            marks: marks.to_vec(),
            users: users.iter().map(|number| user(*number)).collect(),
        };
        let mut house = HouseRules::default();
        if self.exempt {
            house.exempt = those(RoleSet::NONE, &[1_001], &[3]);
            house.exempt_kinds = vec![Kind::Gift];
        }
        house.quiet = self
            .quiet
            .map(|(from, to, offset)| QuietHours { offset, ..QuietHours::utc(from, to) })
            .into_iter()
            .collect();
        house.pace = self.pace.map(pace);
        house.joins = self.joins.map(pace);
        let text = |&(which, then): &(u8, u8)| {
            let rule = match which {
                0 => TextRule::without_links(),
                1 => TextRule::at_most(8),
                2 => TextRule::emotes_only(),
                _ => TextRule::refuse(Signal::Capitals, 2),
            };
            let then = [Treat::Tag, Treat::Hold, Treat::Block, Treat::Refuse][usize::from(then)];
            rule.but_marked(1_000).then(then)
        };
        house.texts = self.texts.iter().map(text).collect();
        house.unique = self.unique.map(repeats);
        if self.priorities {
            house.priorities = vec![
                PriorityRule {
                    of: those(RoleSet::NONE.with(Role::Member), &[], &[]),
                    highest: Priority::Normal,
                    lowest: Priority::Low,
                },
                PriorityRule {
                    of: those(RoleSet::STAFF, &[], &[]),
                    highest: Priority::High,
                    lowest: Priority::High,
                },
            ];
        }
        let (slow, raid_pace, unique, more) = self.raid;
        house.raid = RaidPlan {
            slow_mode: slow.map(slow_mode),
            speakers: if marks && more % 3 == 1 { vec![1_000, 1_001] } else { vec![] },
            pace: raid_pace.map(pace),
            texts: if more % 2 == 1 { vec![TextRule::without_links()] } else { vec![] },
            unique: unique.map(repeats),
            join: match more % 4 {
                0 => JoinOption::DisableApply,
                1 => JoinOption::NeedPermission,
                _ => JoinOption::FreeAccess,
            },
        };
        house
    }
}

/// House rules of all kinds, most of them off.
fn house_knobs() -> impl Strategy<Value = HouseKnobs> {
    let pace = |often| option::weighted(often, (1..2_000_u64, 1..5_u32));
    let unique = || option::weighted(0.1, (1..3_000_u64, any::<bool>()));
    // Scripts begin at 12:26:40.
    let quiet = option::weighted(0.1, (740..752_u16, 745..760_u16, select(vec![0_i16, 1, -840])));
    let quiet = quiet.prop_map(|some| some.filter(|(from, to, _)| from != to));
    let raid = (option::weighted(0.5, 1..2_000_u32), pace(0.3), unique(), 0..12_u8);
    let texts = prop_oneof![4 => Just(vec![]), 1 => vec((0..4_u8, 0..4_u8), 1..3)];
    let weight = option::weighted(
        0.2,
        (1..4_u8).prop_map(|weight| NonZeroU8::new(weight).expect("not zero")),
    );
    let some = (
        prop::bool::weighted(0.3),
        quiet,
        pace(0.2),
        pace(0.2),
        texts,
        unique(),
        prop::bool::weighted(0.15),
        raid,
        weight,
    );
    let rules =
        some.prop_map(|(exempt, quiet, pace, joins, texts, unique, priorities, raid, weight)| {
            HouseKnobs { exempt, quiet, pace, joins, texts, unique, priorities, raid, weight }
        });
    prop_oneof![1 => Just(HouseKnobs::OFF).boxed(), 2 => rules.boxed()]
}

/// One of four sets of roles, for exemptions.
fn roles(which: u8) -> RoleSet {
    match which {
        0 => RoleSet::STAFF,
        1 => RoleSet::NONE,
        2 => RoleSet::NONE.with(Role::Owner),
        _ => RoleSet::NONE.with(Role::Admin).with(Role::Member),
    }
}

impl Knobs {
    pub(crate) fn config(&self, filter: Option<FilterId>) -> GroupConfig {
        self.settings(filter).build().expect("knobs turn within bounds")
    }

    pub(crate) fn settings(&self, filter: Option<FilterId>) -> Settings {
        let ms = Duration::from_millis;
        let rate = |count| Rate::per_second(count).expect("not zero");
        let preset = match self.preset {
            0 => GroupConfig::livestream(),
            1 => GroupConfig::vendor(),
            _ => GroupConfig::modern(),
        };
        let mut settings = preset.settings().clone();
        if self.all_powers {
            settings.powers = GroupConfig::modern().settings().powers;
        }
        let traffic = &mut settings.traffic;
        traffic.rate = rate(self.rate);
        traffic.burst = self.burst;
        traffic.reserve = self.reserve.min(self.burst - 1);
        traffic.lanes =
            PerPriority(self.lanes.map(|(capacity, wait)| Lane { capacity, max_wait: ms(wait) }));
        let cap = |(count, burst)| Cap { rate: rate(count), burst };
        traffic.caps = PerPriority(self.caps.map(|some| some.map(cap)));
        traffic.exempt = roles(self.exempt);
        traffic.weights = self.weights.map(|weight| NonZeroU8::new(weight).expect("not zero"));
        settings.retention.quota = PerClass(self.quota);
        settings.retention.max_age = Duration::from_secs(self.max_age);
        settings.history = self.history.min(self.quota.iter().sum());
        let (count, burst, names) = self.tips;
        settings.tips.cap = Cap { rate: rate(count), burst };
        settings.tips.names = names;
        if self.no_joins {
            settings.tips.kinds = settings.tips.kinds.without(TipKind::Join).without(TipKind::Quit);
        }
        settings.asking.steps = self.steps();
        settings.asking.in_order = self.in_order;
        settings.preview = self.preview.map(ms);
        settings.disclose_withdrawn = self.disclose_withdrawn;
        (settings.asking.open, settings.asking.per_author) = self.questions;
        settings.presence.grace = ms(self.grace);
        settings.presence.absence = if self.stay { Absence::Stay } else { Absence::Leave };
        settings.presence.quit = self.quit;
        settings.presence.per_user = self.per_user;
        settings.mute_all_exempt = roles(self.speak_through);
        let marks = settings.powers.contains(Power::Marks);
        let speakers = self.speakers.filter(|_| marks);
        settings.speakers = speakers.map_or(vec![], |mark| vec![mark, mark + 1]);
        settings.strikes.remembered = ms(self.strikes.0);
        settings.strikes.table.clone_from(&self.strikes.1);
        if !settings.powers.contains(Power::Ban) {
            settings.strikes.table.retain(|it| !matches!(it, Escalation::Ban { .. }));
            settings.strikes.table.push(Escalation::Notice);
        }
        settings.house = self.house.rules(marks);
        settings.traffic.mark_weights =
            self.house.weight.map(|weight| (1_000, weight)).into_iter().collect();
        settings.slow_mode = self.slow.map(slow_mode);
        settings.folding = self.folding.map(Folds::folding);
        settings.tally = Duration::from_secs(self.tally);
        settings.limits.members = self.members;
        let limits = &mut settings.limits;
        (limits.mutes, limits.bans, limits.applicants, limits.strikes) = self.limits;
        settings.disclose_loss = self.disclose_loss;
        settings.filter = filter.filter(|_| self.filter);
        settings.filtering.trails = self.trails.map(|(within, authors, pieces)| TrailLimits {
            within: ms(within),
            letters: 3,
            pieces,
            authors,
        });
        settings.journal = self.journal;
        settings.audit = self.audit;
        settings
    }
}

impl Knobs {
    fn steps(&self) -> Vec<AskStep> {
        let patience = |(deadline, silence)| {
            let deadline = Duration::from_millis(deadline);
            Patience { deadline, silence }
        };
        let mut hold = AskStep::filter_hold(patience(self.hold));
        if self.takes {
            hold.asks = hold.asks.with(Occasion::Escalated);
        }
        let mut steps: Vec<_> =
            self.every.map(patience).map(AskStep::callback).into_iter().collect();
        steps.push(hold);
        for (name, (asks, deadline, silence)) in ["third", "fourth"].into_iter().zip(&self.more) {
            let all = [Occasion::Passed, Occasion::Held, Occasion::Escalated];
            let asks = (0..3).filter(|bit| asks & (1 << bit) != 0).map(|bit| all[bit]);
            steps.push(AskStep {
                name: name.parse().expect("a good name"),
                asks: asks.fold(Occasions::NONE, Occasions::with),
                patience: patience((*deadline, *silence)),
            });
        }
        // Silence can escalate only to somebody.
        let last = steps.iter().rposition(|step| step.asks.contains(Occasion::Escalated));
        for (at, step) in steps.iter_mut().enumerate() {
            if step.patience.silence == Silence::Escalate && last.is_none_or(|last| at >= last) {
                step.patience.silence = Silence::Reject;
            }
        }
        steps
    }
}

fn silence() -> impl Strategy<Value = Silence> {
    select(vec![Silence::Allow, Silence::Escalate, Silence::Reject, Silence::Discard])
}

fn across() -> impl Strategy<Value = QuitAcross> {
    select(vec![QuitAcross::Independent, QuitAcross::Together, QuitAcross::WebEndsAll])
}

fn wait() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(250), 1..100_u64, Just(2_000)]
}

fn folds() -> impl Strategy<Value = Folds> {
    let rule = || {
        let window = prop_oneof![Just(3_000_u64), 1..1_000_u64];
        let interval = prop_oneof![Just(0_u64), Just(1_000), 1..500_u64];
        let few = || prop_oneof![Just(64_u32), 1..4_u32];
        option::weighted(0.8, (window, interval, few(), few()))
    };
    let waiting = prop_oneof![Just(64_u32), 0..5_u32];
    (rule(), rule(), 0..4_u8, 1..4_u32, waiting).prop_map(
        |(combos, echoes, exempt, names, waiting)| Folds { combos, echoes, exempt, names, waiting },
    )
}

fn escalation() -> impl Strategy<Value = Escalation> {
    let span = || (1..3_000_u64).prop_map(Duration::from_millis);
    prop_oneof![
        2 => Just(Escalation::Notice),
        2 => span().prop_map(|span| Escalation::Mute { span }),
        1 => span().prop_map(|span| Escalation::Ban { span }),
    ]
}

/// Settings of all kinds, small enough that limits are met.
pub(crate) fn knobs() -> impl Strategy<Value = Knobs> {
    let lane = || (prop_oneof![1..5_u32, Just(64)], wait());
    let cap = || option::weighted(0.3, (1..50_u32, 1..4_u32));
    let traffic = (
        prop_oneof![1..100_u32, Just(40)],
        1..7_u32,
        0..3_u32,
        [lane(), lane(), lane(), lane()],
        [cap(), cap(), cap(), cap()],
        0..4_u8,
        prop_oneof![Just([1; 5]), [1..4_u8, 1..4, 1..4, 1..4, 1..4]],
    );
    let quota = || prop_oneof![1..5_u32, Just(100)];
    let telling = (
        [quota(), quota(), quota(), quota(), quota(), quota()],
        prop_oneof![Just(120_u64), 1..5_u64],
        prop_oneof![Just(0_u32), 0..6_u32],
        (prop_oneof![Just(10_u32), 1..5_u32], prop_oneof![Just(10_u32), 1..4_u32], 1..5_u32),
        any::<bool>(),
    );
    let asking = (
        option::weighted(0.3, (wait(), silence())),
        (wait(), silence()),
        (prop_oneof![Just(64_u32), 0..5_u32], prop_oneof![Just(16_u32), 0..3_u32]),
        any::<bool>(),
        prop_oneof![2 => Just(vec![]), 1 => vec((0..8_u8, wait(), silence()), 1..3)],
        any::<bool>(),
        option::weighted(0.2, prop_oneof![Just(2_000_u64), 2_000..6_001_u64]),
    );
    let presence = (
        prop_oneof![Just(0_u64), Just(30_000), 1..2_000_u64],
        any::<bool>(),
        across(),
        1..4_u32,
        0..4_u8,
        option::weighted(0.1, 1_000..1_002_u32),
        option::weighted(0.2, 1..2_000_u32),
        option::weighted(0.5, folds()),
        1..6_u64,
        (prop_oneof![Just(60_000_u64), 1..5_000_u64], vec(escalation(), 1..4)),
    );
    let limits = (
        option::weighted(0.2, 2..8_u64),
        prop_oneof![
            3 => Just((100, 100, 100, 100)),
            1 => (0..3_u32, 0..3_u32, 0..2_u32, 0..3_u32)
        ],
        any::<bool>(),
        prop::bool::weighted(0.7),
        option::of((wait(), 1..4_u32, 1..4_u8)),
    );
    let limits = (limits, house_knobs());
    (0..3_u8, prop::bool::weighted(0.7), traffic, telling, asking, presence, limits).prop_map(
        |(preset, all_powers, traffic, telling, asking, presence, (limits, house))| {
            let (rate, burst, reserve, lanes, caps, exempt, weights) = traffic;
            let (quota, max_age, history, tips, no_joins) = telling;
            let (every, hold, questions, takes, more, in_order, preview) = asking;
            let (
                grace,
                stay,
                quit,
                per_user,
                speak_through,
                speakers,
                slow,
                folding,
                tally,
                strikes,
            ) = presence;
            let (members, limits, disclose_loss, filter, trails) = limits;
            let disclose_withdrawn = !disclose_loss;
            Knobs {
                preset,
                all_powers,
                rate,
                burst,
                reserve,
                lanes,
                caps,
                exempt,
                weights,
                quota,
                max_age,
                history,
                tips,
                no_joins,
                every,
                hold,
                takes,
                more,
                in_order,
                preview,
                disclose_withdrawn,
                questions,
                grace,
                stay,
                quit,
                per_user,
                speak_through,
                speakers,
                slow,
                folding,
                house,
                tally,
                strikes,
                members,
                limits,
                disclose_loss,
                filter,
                trails,
                journal: false,
                audit: false,
            }
        },
    )
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        50 => Just(Clock::Still),
        20 => (1..30_u32).prop_map(Clock::Ahead),
        6 => Just(Clock::Ahead(25)),
        12 => (30..500_u32).prop_map(Clock::Ahead),
        8 => (1..40_u32).prop_map(|s| Clock::Ahead(s * 1_000)),
        1 => (1..20_u32).prop_map(|minutes| Clock::Ahead(minutes * 60_000)),
        1 => (1..4_u32).prop_map(|days| Clock::Ahead(days * 86_400_000)),
        3 => (1..5_000_u32).prop_map(Clock::Back),
    ]
}

fn anybody() -> impl Strategy<Value = u8> {
    prop_oneof![20 => 0..5_u8, 1 => Just(5_u8)]
}

fn some_users() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![12 => vec(anybody(), 1..2), 6 => vec(anybody(), 2..5), 1 => Just(vec![])]
}

fn speaker() -> impl Strategy<Value = Who> {
    prop_oneof![
        30 => (0..5_u8, prop_oneof![4 => Just(0_u8), 1 => 1..3_u8])
            .prop_map(|(user, place)| Who::User(user, place)),
        5 => Just(Who::App),
        3 => (0..5_u8).prop_map(Who::AppAs),
        1 => (0..3_u8).prop_map(Who::Guest),
        1 => (0..5_u8).prop_map(Who::Posing),
        1 => (0..5_u8).prop_map(Who::AppAsLong),
        1 => (0..4_u8).prop_map(Who::Fan),
    ]
}

/// A message by somebody.
pub(crate) fn message() -> impl Strategy<Value = (Who, Act)> {
    let priority = select(Priority::ALL.to_vec());
    let kind = prop_oneof![
        6 => Just(Kind::Text),
        2 => Just(Kind::Gift),
        2 => Just(Kind::Like),
        1 => Just(Kind::Follow),
        1 => (0..3_u16).prop_map(Kind::Host),
    ];
    let send = (priority, kind, text(), option::weighted(0.2, 0..4_u8))
        .prop_map(|(priority, kind, text, random)| Act::Send { priority, kind, text, random });
    let act = prop_oneof![
        60 => send,
        1 => Just(Act::SendEmpty),
        1 => Just(Act::SendBig),
        1 => Just(Act::BadDirective),
        2 => some_users().prop_map(Act::Leave),
    ];
    (speaker(), act)
}

pub(crate) fn text() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        12 => Just("hi"),
        1 => Just("a maskme b"),
        1 => Just("holdme"),
        1 => Just("no blockme"),
        1 => Just("tagme"),
        1 => Just("maskme tagme"),
        1 => Just("tagme blockme holdme"),
        6 => select(vec!["mas", "kme", "hol", "dme", "blo", "c", "k m", "e.", "tag", "m\u{200b}e"]),
        // Over several elements.
        3 => select(vec!["a mas|kme b", "maskme mask||me", "hol|dme", "no blo|c|kme", "tagm|e", "H|I"]),
        2 => Just(" HI\n"),
        1 => select(vec!["see www.a.b", "see a.|com"]),
        1 => Just("\u{1f525} \u{1f525}"),
        1 => select(HOSTILE.to_vec()),
    ]
}

/// Somebody comes or goes.
fn movement() -> impl Strategy<Value = (Who, Act)> {
    let own = (0..6_u8, 0..3_u8).prop_map(|(user, place)| Who::User(user, place));
    prop_oneof![
        8 => own.clone().prop_map(|who| (who, Act::Join)),
        1 => (own.clone(), anybody()).prop_map(|(who, user)| (who, Act::JoinAs(user))),
        2 => (0..3_u8).prop_map(|guest| (Who::Guest(guest), Act::Join)),
        3 => (0..6_u8, 0..3_u8).prop_map(|(user, place)| (Who::User(user, place), Act::Attach(user))),
        1 => (own.clone(), anybody()).prop_map(|(who, user)| (who, Act::Attach(user))),
        5 => own.clone().prop_map(|who| (who, Act::Detach)),
        4 => own.prop_map(|who| (who, Act::Quit)),
        2 => (0..4_u8, select(vec![Act::Join, Act::Join, Act::Quit, Act::Detach]))
            .prop_map(|(fan, act)| (Who::Fan(fan), act)),
        1 => (0..3_u8).prop_map(|guest| (Who::Guest(guest), Act::Detach)),
        1 => (0..3_u8).prop_map(|guest| (Who::Guest(guest), Act::Quit)),
        1 => (speaker(), select(vec![Act::Join, Act::Detach, Act::Quit])),
    ]
}

/// Somebody who may be staff: mostly app, owner, or ann.
fn staff() -> impl Strategy<Value = Who> {
    prop_oneof![
        5 => Just(Who::App),
        5 => Just(Who::User(0, 0)),
        3 => Just(Who::User(1, 0)),
        2 => speaker(),
    ]
}

fn answer() -> impl Strategy<Value = (Who, Act)> {
    let back = || prop_oneof![12 => 0..3_u8, 2 => 0..20_u8, 1 => Just(FORGED)];
    let act = prop_oneof![
        4 => back().prop_map(Act::Allow),
        2 => (back(), text()).prop_map(|(back, text)| Act::Replace(back, text)),
        1 => back().prop_map(|back| Act::Replace(back, "")),
        1 => back().prop_map(Act::Reject),
        1 => back().prop_map(Act::Discard),
        3 => back().prop_map(Act::Escalate),
        3 => (0..8_u8).prop_map(Act::Withdraw),
    ];
    (prop_oneof![10 => Just(Who::App), 3 => Just(Who::User(0, 0)), 3 => speaker()], act)
}

fn sentence() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 1..3_000_u32, 2 => Just(200_000_u32), 1 => Just(0_u32)]
}

fn parts() -> impl Strategy<Value = Parts> {
    let part = || prop::bool::weighted(0.3);
    let count = option::weighted(0.2, (0..22_u8, change()));
    let silence = option::weighted(0.3, (any::<bool>(), sentence()));
    let remove = option::weighted(0.3, option::of(sentence()));
    (count, part(), part(), part(), silence, remove).prop_map(
        |(count, purge, warn, notice, silence, remove)| Parts {
            count,
            purge,
            warn,
            notice,
            silence,
            remove,
        },
    )
}

fn act_of_staff() -> impl Strategy<Value = Act> {
    let moderation = prop_oneof![
        4 => (some_users(), sentence()).prop_map(|(users, ms)| Act::Mute(users, ms)),
        2 => some_users().prop_map(Act::Unmute),
        2 => (some_users(), sentence()).prop_map(|(users, ms)| Act::Shadow(users, ms)),
        1 => some_users().prop_map(Act::Unshadow),
        4 => some_users().prop_map(Act::Warn),
        1 => some_users().prop_map(Act::Forgive),
        3 => (some_users(), parts()).prop_map(|(users, parts)| Act::Moderate(users, parts)),
        2 => any::<bool>().prop_map(Act::MuteAll),
        3 => some_users().prop_map(Act::Kick),
        3 => (some_users(), sentence()).prop_map(|(users, ms)| Act::Ban(users, ms)),
        2 => some_users().prop_map(Act::Unban),
        2 => (vec(0..2_u8, 0..3), sentence()).prop_map(|(prints, ms)| Act::BanPrints(prints, ms)),
        1 => vec(0..2_u8, 0..3).prop_map(Act::UnbanPrints),
        2 => option::weighted(0.8, anybody()).prop_map(Act::Purge),
        2 => (0..8_u8).prop_map(Act::Recall),
        1 => option::of(1..2_000_u32).prop_map(Act::SlowMode),
        1 => option::weighted(0.8, 0..3_000_u32).prop_map(Act::Raid),
    ];
    let roles = prop_oneof![
        3 => anybody().prop_map(Act::SetAdmin),
        1 => anybody().prop_map(Act::CancelAdmin),
        1 => anybody().prop_map(Act::Transfer),
        2 => (anybody(), select(vec![Admission::Admit, Admission::Admit, Admission::Decline]))
            .prop_map(|(user, admission)| Act::AnswerJoin(user, admission)),
    ];
    let option = option::weighted(
        0.4,
        select(vec![JoinOption::FreeAccess, JoinOption::NeedPermission, JoinOption::DisableApply]),
    );
    let name = option::weighted(
        0.5,
        select(vec![
            "a",
            "b",
            "",
            "a name longer than thirty bytes is",
            "maskme",
            "a maskme",
            "holdme",
        ]),
    );
    let custom = option::weighted(0.5, (0..3_u8, 0..3_u8));
    let profile = prop_oneof![
        4 => (name, option, custom)
            .prop_map(|(name, option, custom)| Act::SetGroup { name, option, custom }),
        1 => select(vec!["new nick", "", "my maskme", "tagme holdme", "blockme"]).prop_map(Act::SetProfile),
        1 => (anybody(), select(vec!["card", "", "maskme", "blockme"])).prop_map(|(user, card)| Act::SetNameCard(user, card)),
        2 => option::weighted(0.5, some_users()).prop_map(Act::Notify),
        1 => Just(Act::Broadcast),
    ];
    prop_oneof![
        6 => moderation.boxed(),
        3 => roles.boxed(),
        3 => profile.boxed(),
        3 => values().boxed(),
    ]
}

fn change() -> impl Strategy<Value = Counting> {
    prop_oneof![
        3 => (-5..5_i64).prop_map(Counting::Increase),
        1 => (-5..5_i64).prop_map(Counting::Decrease),
        1 => select(vec![i64::MAX, 0]).prop_map(Counting::Set),
        1 => Just(Counting::Remove),
    ]
}

fn values() -> impl Strategy<Value = Act> {
    let mark = prop_oneof![3 => Just(500_u32), 2 => Just(600_u32), 3 => 1_000..1_002_u32, 3 => 998..1_012_u32];
    prop_oneof![
        2 => (
            any::<bool>(),
            0..20_u8,
            option::weighted(0.8, select(vec![0, 3, 3_999, 4_001])),
            option::weighted(0.2, 0..4_u8)
        )
            .prop_map(|(replace, key, value, seen)| Act::Attributes {
                replace,
                key,
                value,
                seen
            }),
        2 => (0..22_u8, change()).prop_map(|(key, change)| Act::Count { key, change }),
        3 => (some_users(), mark, prop::bool::weighted(0.8))
            .prop_map(|(users, mark, on)| Act::Mark(users, mark, on)),
    ]
}

/// What only the app does, and rarely.
fn act_of_app() -> impl Strategy<Value = (Who, Act)> {
    let act = prop_oneof![
        2 => option::weighted(0.7, prop::bool::weighted(0.8)).prop_map(Act::UseFilter),
        3 => knobs().prop_map(|knobs| Act::Configure(Box::new(knobs))).boxed(),
        2 => (-20_000..20_000_i64).prop_map(Act::Rebase),
        1 => Just(Act::Disband),
        1 => Just(Act::DetachAll),
    ];
    (prop_oneof![8 => Just(Who::App), 1 => speaker()], act)
}

/// A step of any kind.
pub(crate) fn step() -> impl Strategy<Value = Step> {
    // Boxed: unboxed, the trees of so many choices fill a test's stack.
    let push = prop_oneof![
        45 => message().prop_map(Some).boxed(),
        18 => movement().prop_map(Some).boxed(),
        22 => (staff(), act_of_staff()).prop_map(Some).boxed(),
        9 => answer().prop_map(Some).boxed(),
        3 => act_of_app().prop_map(Some).boxed(),
        5 => Just(None),
    ];
    (clock(), push.boxed()).prop_map(|(clock, push)| Step { clock, push }).boxed()
}

/// The owner and some users come in before all else.
fn opening() -> Vec<Step> {
    let join = |number| Step { clock: Clock::Still, push: Some((Who::User(number, 0), Act::Join)) };
    let mut steps: Vec<_> = (0..4).map(join).collect();
    steps.push(Step { clock: Clock::Still, push: Some((Who::App, Act::SetAdmin(1))) });
    steps
}

/// A whole script of at most so many steps after its opening.
pub(crate) fn script(most: usize) -> impl Strategy<Value = Script> {
    script_under(knobs(), most)
}

/// The same, under settings of a choice.
pub(crate) fn script_under(
    knobs: impl Strategy<Value = Knobs> + 'static,
    most: usize,
) -> impl Strategy<Value = Script> {
    let opens = prop::bool::weighted(0.9);
    let wild = option::weighted(0.2, (0..most, 0..8_usize));
    let alike = option::weighted(0.3, (select(vec![3, 64]), select(vec![2, 64]), 300..1_200_u64));
    (knobs.boxed(), prop::bool::weighted(0.9), opens, vec(step(), 1..most), wild, alike).prop_map(
        |(mut knobs, owned, opens, mut steps, wild, alike)| {
            if let Some((from, long)) = wild {
                run_wild(&mut steps, from, long);
            }
            if let Some((messages, waiting, interval)) = alike {
                let rule = Some((1_500, interval, 64, messages));
                let (exempt, names) = (1, 2);
                let folds = Folds { combos: rule, echoes: rule, exempt, names, waiting };
                (knobs.folding, knobs.every, knobs.slow, knobs.speakers) =
                    (Some(folds), None, None, None);
                steps.iter_mut().for_each(say_the_same);
            }
            let mut all = if opens { opening() } else { vec![] };
            all.extend(steps);
            Script { knobs, owned, steps: all }
        },
    )
}

/// The clock goes wild at a step, and so many steps later the app moves it back.
fn run_wild(steps: &mut Vec<Step>, from: usize, long: usize) {
    let from = from % steps.len();
    steps[from].clock = Clock::Wild;
    let back = Step { clock: Clock::Still, push: Some((Who::App, Act::RebaseToStart)) };
    steps.insert((from + 1 + long).min(steps.len()), back);
}

/// A crowd that gives the same gift and writes the same word without pause, so that folds have
/// something to do.
fn say_the_same(step: &mut Step) {
    let Some((_, Act::Send { priority, kind, .. })) = &mut step.push else { return };
    if let Clock::Ahead(ms) = &mut step.clock {
        *ms = (*ms).min(400);
    }
    *kind = if matches!(kind, Kind::Text | Kind::Host(_)) { Kind::Text } else { Kind::Gift };
    *priority = kind.recommended_priority();
}
