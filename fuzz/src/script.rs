//! Choices turned into configs, authors and commands: few names and tight limits, so that things meet.

use std::{
    num::NonZeroU8,
    sync::{Arc, LazyLock},
    time::Duration,
};

use liveroom::{
    Absence, Acts, Admission, AskStep, AttributeChange, AttributeMode, Author, Cap, Command,
    Content, CounterChange, Counting, Decision, Draft, Element, Fingerprint, GroupConfig,
    GroupPatch, Join, JoinOption, Kind, Lane, MessageId, Occasion, Pace, Patience, PerClass,
    PerPriority, Platform, Power, Priority, Profile, QuietHours, QuitAcross, RaidPlan, Random,
    Rate, Removing, Repeats, Retention, Role, RoleSet, SessionId, Settings, Silence, Silencing,
    SlowMode, Span, TextRule, Ticket, Timestamp, Treat, UserId, Users, Visitor, Whose,
    filter::{Filter, FilterSpec},
};

use crate::dice::Dice;

/// The filters that every group knows.
pub(crate) static FILTERS: LazyLock<[Arc<Filter>; 2]> = LazyLock::new(|| {
    [
        "[abuse mask]\nbad\n[advertising hold]\nspam\n[pornography block]\nugly",
        "[custom:1 tag]\nbad",
    ]
    .map(|list| {
        Arc::new(FilterSpec::parse(list).and_then(|spec| spec.compile()).expect("good lists"))
    })
});

const TEXTS: [&str; 10] = [
    "hi",
    "",
    "bad",
    "so b-a-d",
    "spam",
    "ugly",
    "ｂａｄ\u{301}",
    "\u{202e}hi",
    "a\nb\0",
    "a text that is longer than sixty-four bytes, which some of the groups do not take",
];

const MARKS: [u32; 6] = [Command::ALWAYS_ONLINE, Command::HIDDEN, 1_000, 1_001, 1_002, 7];

const SPANS: [Duration; 8] = [
    Duration::ZERO,
    Duration::from_nanos(1),
    Duration::from_millis(25),
    Duration::from_millis(250),
    Duration::from_secs(2),
    Duration::from_secs(30),
    Duration::from_mins(5),
    Duration::from_hours(24),
];

const USERS: u8 = 6;

/// The sessions: of each user two, and two of guests.
pub(crate) const SESSIONS: u8 = 2 * USERS + 2;

/// What a script may refer back to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Recent {
    pub(crate) now: Timestamp,
    pub(crate) ticket: u64,
    pub(crate) message: u64,
}

pub(crate) fn span(dice: &mut Dice<'_>) -> Duration {
    dice.one_of(&SPANS)
}

/// A moment: a little later as a rule, sometimes earlier or anywhere.
pub(crate) fn moment(dice: &mut Dice<'_>, now: Timestamp) -> Timestamp {
    match dice.below(16) {
        0 => now.before(span(dice)),
        1 if dice.rarely(16) => Timestamp::from_nanos(dice.number()),
        2..=5 => now,
        // Past everything that ends by itself.
        6 if dice.rarely(4) => now + Duration::from_hours(72),
        _ => now + span(dice),
    }
}

/// Everybody who comes and goes in scripts.
pub(crate) fn users_of_scripts() -> impl Iterator<Item = UserId> {
    (0..USERS).map(user_of)
}

pub(crate) fn user(dice: &mut Dice<'_>) -> UserId {
    user_of(dice.below(USERS))
}

fn user_of(number: u8) -> UserId {
    format!("u{number}").parse().expect("a good id")
}

/// Who is at a session: this never changes.
pub(crate) fn visitor(session: SessionId) -> Visitor {
    const PLATFORMS: [Platform; 4] =
        [Platform::Web, Platform::Android, Platform::MiniProgram, Platform::Ios];
    let platform = PLATFORMS[(session.0 / u64::from(USERS)) as usize % PLATFORMS.len()];
    let number = session.0 % u64::from(USERS);
    let guest = session.0 >= 2 * u64::from(USERS);
    let user = (!guest).then(|| user_of(number as u8));
    Visitor { user, platform }
}

pub(crate) fn session(dice: &mut Dice<'_>) -> SessionId {
    SessionId(dice.below(SESSIONS).into())
}

pub(crate) fn profile(dice: &mut Dice<'_>) -> Profile {
    Profile::nick(dice.one_of(&TEXTS))
}

pub(crate) fn author(dice: &mut Dice<'_>) -> Author {
    match dice.below(16) {
        0..=2 => Author::App,
        3 => Author::AppAs { user: user(dice), profile: profile(dice) },
        4 => Author::Guest(session(dice)),
        _ => {
            let session = session(dice);
            let is_guest = visitor(session).user.is_none();
            if is_guest { Author::Guest(session) } else { Author::Session(session) }
        }
    }
}

pub(crate) fn command(dice: &mut Dice<'_>, by: &Author, recent: Recent) -> Command {
    match dice.below(40) {
        0..=9 => draft(dice).into(),
        10..=15 => Command::Join(join(dice, by)),
        16 => Command::Attach { user: own_or_any(dice, by), platform: Platform::Web, print: None },
        17 => Command::Detach,
        18 => Command::Quit,
        19..=21 => Command::Answer {
            ticket: Ticket(recent.ticket.saturating_sub(dice.below(4).into())),
            decision: decision(dice),
        },
        22 if dice.coin() => Command::Withdraw { message: message(dice, recent) },
        22 => Command::Recall { message: message(dice, recent) },
        23 => Command::Purge { author: (!dice.rarely(4)).then(|| user(dice)) },
        24 => Command::Mute { users: users(dice), span: how_long(dice) },
        25 => Command::Ban { users: users(dice), span: how_long(dice), reason: text(dice).into() },
        26 => Command::Kick { users: users(dice), reason: text(dice).into() },
        27 => Command::Unmute { users: users(dice) },
        28 => Command::Unban { users: users(dice) },
        29 => Command::AnswerJoin {
            user: user(dice),
            admission: dice.one_of(&[Admission::Admit, Admission::Decline]),
        },
        30 if dice.coin() => act(dice, recent),
        30 => Command::MuteAll { on: dice.coin() },
        31 => standing(dice),
        32 => Command::SetNameCard { user: own_or_any(dice, by), card: text(dice).into() },
        33 => Command::SetGroup(Box::new(patch(dice))),
        34 => attributes(dice),
        35 => counters(dice),
        36 => notice(dice),
        37 => Command::Mark {
            users: users(dice),
            marks: (0..dice.below(4)).map(|_| dice.one_of(&MARKS)).collect(),
            on: dice.coin(),
        },
        38 => Command::SetProfile { profile: Arc::new(profile(dice)) },
        _ => house(dice, recent),
    }
}

/// What staff do to users beside mutes, kicks and bans, or together with them.
fn act(dice: &mut Dice<'_>, recent: Recent) -> Command {
    let users = users(dice);
    match dice.below(6) {
        0 => Command::Shadow { users, span: how_long(dice) },
        1 => Command::Unshadow { users },
        2 if dice.coin() => Command::Forgive { users },
        2 if dice.coin() => Command::UnbanPrints { prints: print(dice).into_iter().collect() },
        2 => Command::BanPrints {
            prints: print(dice).into_iter().collect(),
            span: how_long(dice),
            reason: text(dice).into(),
        },
        3 => Command::Warn { users, reason: text(dice).into() },
        _ => Command::Moderate { users, acts: Box::new(acts(dice, recent)) },
    }
}

/// Few, so that they meet.
fn print(dice: &mut Dice<'_>) -> Option<Fingerprint> {
    dice.one_of(&[None, None, Some(Fingerprint(1)), Some(Fingerprint(2))])
}

fn acts(dice: &mut Dice<'_>, recent: Recent) -> Acts {
    let silence = match dice.below(4) {
        0 => Some(Silencing::Mute { span: how_long(dice) }),
        1 => Some(Silencing::Shadow { span: how_long(dice) }),
        _ => None,
    };
    let remove = match dice.below(4) {
        0 => Some(Removing::Kick),
        1 => Some(Removing::Ban { span: how_long(dice), prints: true }),
        _ => None,
    };
    let counters = match counters(dice) {
        Command::Count { changes } if dice.coin() => changes,
        _ => Vec::new(),
    };
    Acts {
        counters,
        purge: dice.coin(),
        warn: dice.coin(),
        notice: dice.coin().then(|| text(dice).into()),
        silence,
        remove,
        reason: text(dice).into(),
        messages: (0..dice.below(3)).map(|_| message(dice, recent)).collect(),
    }
}

/// What changes the house itself.
fn house(dice: &mut Dice<'_>, recent: Recent) -> Command {
    match dice.below(9) {
        8 => Command::Raid { span: dice.coin().then(|| span(dice)) },
        0 if dice.rarely(4) => Command::Disband,
        0 | 1 => Command::Configure(Box::new(config(dice))),
        2 => Command::Rebase { to: moment(dice, recent.now) },
        3 | 4 => Command::UseFilter { filter: filter(dice) },
        5 => Command::SetSlowMode { slow_mode: slow_mode(dice) },
        _ => Command::leave((0..dice.below(3)).map(|_| user(dice))),
    }
}

fn standing(dice: &mut Dice<'_>) -> Command {
    let user = user(dice);
    match dice.below(3) {
        0 => Command::SetAdmin { user },
        1 => Command::CancelAdmin { user },
        _ => Command::Transfer { user },
    }
}

fn text(dice: &mut Dice<'_>) -> &'static str {
    dice.one_of(&TEXTS)
}

fn users(dice: &mut Dice<'_>) -> Users {
    (0..=dice.below(3)).map(|_| user(dice)).collect()
}

fn message(dice: &mut Dice<'_>, recent: Recent) -> MessageId {
    MessageId(recent.message.saturating_sub(dice.below(8).into()))
}

fn how_long(dice: &mut Dice<'_>) -> Span {
    if dice.rarely(4) { Span::Forever } else { Span::For(span(dice)) }
}

fn own_or_any(dice: &mut Dice<'_>, by: &Author) -> UserId {
    let own = match by {
        Author::Session(session) => visitor(*session).user,
        _ => None,
    };
    own.filter(|_| !dice.rarely(4)).unwrap_or_else(|| user(dice))
}

/// As the session's own user on its own platform, with few exceptions.
fn join(dice: &mut Dice<'_>, by: &Author) -> Join {
    let (Author::Session(session) | Author::Guest(session)) = *by else {
        return Join { user: Some(user(dice)), ..Join::default() };
    };
    let Visitor { user: own, platform } = visitor(session);
    let user = if dice.rarely(8) { Some(user(dice)) } else { own };
    let print = print(dice);
    Join { user, profile: Arc::new(profile(dice)), platform, note: text(dice).into(), print }
}

fn draft(dice: &mut Dice<'_>) -> Draft {
    const KINDS: [Kind; 6] =
        [Kind::Text, Kind::Gift, Kind::Like, Kind::Follow, Kind::Host(7), Kind::Control];
    const PRIORITIES: [Option<Priority>; 5] = [
        None,
        Some(Priority::High),
        Some(Priority::Normal),
        Some(Priority::Low),
        Some(Priority::Lowest),
    ];
    let random = dice.rarely(4).then(|| Random(dice.below(4).into()));
    Draft {
        kind: dice.one_of(&KINDS),
        priority: dice.one_of(&PRIORITIES),
        content: content(dice),
        directive: None,
        random,
    }
}

fn content(dice: &mut Dice<'_>) -> Content {
    match dice.below(8) {
        0 => Content::custom(text(dice)),
        1 => Content {
            elements: (0..dice.below(4)).map(|_| Element::Text(text(dice).into())).collect(),
            data: text(dice).into(),
        },
        _ => Content::text(text(dice)),
    }
}

fn decision(dice: &mut Dice<'_>) -> Decision {
    match dice.below(6) {
        5 => Decision::Escalate,
        0 => Decision::Replace { content: content(dice) },
        1 => Decision::Reject { code: 10_100, reason: text(dice).into() },
        2 => Decision::Discard,
        _ => Decision::Allow,
    }
}

fn patch(dice: &mut Dice<'_>) -> GroupPatch {
    const JOINING: [Option<JoinOption>; 4] = [
        None,
        Some(JoinOption::NeedPermission),
        Some(JoinOption::FreeAccess),
        Some(JoinOption::DisableApply),
    ];
    let join_option = dice.one_of(&JOINING);
    let name = dice.coin().then(|| text(dice).into());
    let custom = (0..dice.below(3)).map(|_| (key(dice), text(dice).into())).collect();
    GroupPatch { name, join_option, custom, ..GroupPatch::default() }
}

fn key(dice: &mut Dice<'_>) -> Arc<str> {
    dice.one_of(&["a", "b", "c", ""]).into()
}

fn attributes(dice: &mut Dice<'_>) -> Command {
    let change = |dice: &mut Dice<'_>| AttributeChange {
        key: key(dice),
        value: dice.coin().then(|| text(dice).into()),
        seen: dice.rarely(4).then(|| dice.below(8).into()),
    };
    Command::SetAttributes {
        mode: dice.one_of(&[AttributeMode::Merge, AttributeMode::Replace]),
        changes: (0..dice.below(4)).map(|_| change(dice)).collect(),
        seen: dice.rarely(4).then(|| dice.below(8).into()),
    }
}

fn counters(dice: &mut Dice<'_>) -> Command {
    let change = |dice: &mut Dice<'_>| {
        let amount = dice.one_of(&[1, -3, i64::MAX, i64::MIN]);
        let change = match dice.below(4) {
            0 => Counting::Set(amount),
            1 => Counting::Increase(amount),
            2 => Counting::Decrease(amount),
            _ => Counting::Remove,
        };
        CounterChange { key: key(dice), change }
    };
    Command::Count { changes: (0..dice.below(4)).map(|_| change(dice)).collect() }
}

fn notice(dice: &mut Dice<'_>) -> Command {
    match dice.below(3) {
        0 => Command::Broadcast { content: Arc::new(content(dice)) },
        1 => Command::Notify { users: Some(users(dice)), field: text(dice).into() },
        _ => Command::notice(text(dice)),
    }
}

fn filter(dice: &mut Dice<'_>) -> Option<liveroom::FilterId> {
    let at = usize::from(dice.below(3));
    FILTERS.get(at).map(|filter| filter.id())
}

fn slow_mode(dice: &mut Dice<'_>) -> Option<SlowMode> {
    let (member, admin, owner) = (span(dice), span(dice), span(dice));
    dice.coin().then_some(SlowMode { member, admin, owner })
}

fn roles(dice: &mut Dice<'_>) -> RoleSet {
    let all = Role::ALL.into_iter().fold(RoleSet::STAFF, RoleSet::with);
    dice.one_of(&[RoleSet::STAFF, RoleSet::NONE, all])
}

/// A config whose limits are soon met.
pub(crate) fn config(dice: &mut Dice<'_>) -> GroupConfig {
    let presets = [GroupConfig::modern(), GroupConfig::vendor(), GroupConfig::livestream()];
    let preset = dice.one_of(&presets);
    let mut settings = preset.settings().clone();
    traffic(dice, &mut settings);
    asking(dice, &mut settings);
    settings.retention = Retention {
        quota: PerClass(std::array::from_fn(|_| dice.one_of(&[64, 1, 2, 5]))),
        max_age: dice.one_of(&[Duration::from_mins(2), SPANS[4], SPANS[2]]),
    };
    settings.history = dice.one_of(&[0, 1, 6]);
    settings.tips.cap = cap(dice);
    settings.tips.names = dice.one_of(&[1, 3, 10]);
    settings.presence.grace = span(dice);
    settings.presence.absence = dice.one_of(&[Absence::Leave, Absence::Stay]);
    settings.presence.quit =
        dice.one_of(&[QuitAcross::WebEndsAll, QuitAcross::Together, QuitAcross::Independent]);
    settings.presence.per_user = dice.one_of(&[8, 1, 2]);
    settings.mute_all_exempt = roles(dice);
    let marks = settings.powers.contains(Power::Marks);
    settings.speakers = if marks && dice.rarely(4) { vec![1_000, 1_001] } else { vec![] };
    settings.slow_mode =
        slow_mode(dice).filter(|slow| !slow.member.max(slow.admin).max(slow.owner).is_zero());
    if dice.coin() {
        house_rules(dice, &mut settings, marks);
    }
    settings.tally = Duration::from_secs(dice.one_of(&[4, 1, 60]));
    settings.filter = filter(dice);
    settings.disclose_loss = dice.coin();
    settings.journal = dice.coin();
    limits(dice, &mut settings);
    settings.build().expect("these settings hold together")
}

fn house_rules(dice: &mut Dice<'_>, settings: &mut Settings, marks: bool) {
    let house = &mut settings.house;
    let pace = |dice: &mut Dice<'_>| {
        let every = Some(span(dice)).filter(|every| !every.is_zero());
        every.map(|every| Pace { every, burst: dice.one_of(&[1, 2, 5]) })
    };
    let repeats = |dice: &mut Dice<'_>| {
        let within = Some(span(dice)).filter(|within| !within.is_zero())?;
        let of = dice.one_of(&[Whose::Anybody, Whose::Author]);
        dice.coin().then_some(Repeats { within, of })
    };
    let texts = |dice: &mut Dice<'_>| {
        let rules = [
            TextRule::without_links(),
            TextRule::at_most(3),
            TextRule::emotes_only(),
            TextRule::stacked_at_most(0).but_marked(1_000),
        ];
        let then = [Treat::Tag, Treat::Hold, Treat::Block, Treat::Refuse];
        (0..dice.below(3)).map(|_| dice.one_of(&rules).then(dice.one_of(&then))).collect()
    };
    (house.pace, house.joins, house.unique) = (pace(dice), pace(dice), repeats(dice));
    house.texts = texts(dice);
    if dice.rarely(4) {
        house.quiet = vec![QuietHours::utc(dice.one_of(&[0, 740]), dice.one_of(&[1, 750]))];
    }
    if dice.coin() {
        house.exempt.users = vec![user(dice)];
        house.exempt_kinds = vec![Kind::Gift];
    }
    let options = [JoinOption::FreeAccess, JoinOption::NeedPermission, JoinOption::DisableApply];
    house.raid = RaidPlan {
        slow_mode: settings.slow_mode,
        speakers: if marks && dice.rarely(4) { vec![1_001] } else { vec![] },
        pace: pace(dice),
        texts: texts(dice),
        unique: repeats(dice),
        join: dice.one_of(&options),
    };
}

fn traffic(dice: &mut Dice<'_>, settings: &mut Settings) {
    let traffic = &mut settings.traffic;
    traffic.rate = rate(dice);
    traffic.burst = dice.one_of(&[4, 1, 2, 100]);
    traffic.reserve = dice.one_of(&[1, 0, 3]).min(traffic.burst - 1);
    traffic.lanes = PerPriority(std::array::from_fn(|_| Lane {
        capacity: dice.one_of(&[4, 1, 2, 16]),
        max_wait: dice.one_of(&[SPANS[3], SPANS[0], SPANS[4]]),
    }));
    traffic.caps = PerPriority(std::array::from_fn(|_| {
        let cap = cap(dice);
        dice.rarely(4).then_some(cap)
    }));
    traffic.exempt = roles(dice);
    let weight = |dice: &mut Dice<'_>| NonZeroU8::MIN.saturating_add(dice.below(3));
    traffic.weights = std::array::from_fn(|_| weight(dice));
}

fn asking(dice: &mut Dice<'_>, settings: &mut Settings) {
    let asking = &mut settings.asking;
    let (first, last) = (patience(dice), patience(dice));
    let mut hold = AskStep::filter_hold(last);
    let escalated = dice.coin();
    if escalated {
        hold.asks = hold.asks.with(Occasion::Escalated);
    }
    asking.steps = vec![hold];
    if dice.coin() {
        asking.steps.insert(0, AskStep::callback(first));
        if escalated && dice.coin() {
            asking.steps[0].patience.silence = Silence::Escalate;
        }
    }
    asking.in_order = dice.coin();
    settings.preview = dice.one_of(&[None, None, Some(2), Some(6)]).map(Duration::from_secs);
    settings.disclose_withdrawn = dice.coin();
    let asking = &mut settings.asking;
    asking.open = dice.one_of(&[4, 1, 0, 32]);
    asking.per_author = dice.one_of(&[2, 1, 0, 8]);
}

fn limits(dice: &mut Dice<'_>, settings: &mut Settings) {
    settings.limits.message_bytes = dice.one_of(&[64, 8_000]);
    settings.limits.elements = dice.one_of(&[2, 32]);
    settings.limits.members = dice.one_of(&[None, Some(3), Some(0)]);
    settings.limits.mutes = dice.one_of(&[2, 0, 100]);
    settings.limits.bans = dice.one_of(&[2, 0, 100]);
    settings.limits.applicants = dice.one_of(&[2, 0, 100]);
    // The least that is allowed, and up to 100 more: a script polls that often.
    let waiting: u32 = settings.traffic.lanes.0.iter().map(|lane| lane.capacity).sum();
    let named = 500 * (settings.presence.per_user + 4);
    let folded = settings.folding.as_mut().map_or(0, |folding| {
        // Not a byte of the script: those that are kept say what they said before.
        folding.waiting = 8;
        for rule in [&mut folding.combos, &mut folding.echoes].into_iter().flatten() {
            (rule.open, rule.messages) = (2, 4);
        }
        let open = [folding.combos, folding.echoes].into_iter().flatten().map(|rule| rule.open);
        folding.waiting + open.sum::<u32>()
    });
    let least = waiting + settings.asking.open + named + 128 + folded;
    settings.limits.outputs = least + dice.one_of(&[100, 0, 10]);
}

fn patience(dice: &mut Dice<'_>) -> Patience {
    let silence = dice.one_of(&[Silence::Allow, Silence::Reject, Silence::Discard]);
    Patience { deadline: span(dice), silence }
}

fn cap(dice: &mut Dice<'_>) -> Cap {
    Cap { rate: rate(dice), burst: dice.one_of(&[10, 1, 2]) }
}

fn rate(dice: &mut Dice<'_>) -> Rate {
    let rate = Rate::per_second(dice.one_of(&[40, 1, 3, 1_000]));
    rate.expect("none of them is zero")
}
