//! What a story's lines mean as commands.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use liveroom::{
    Absence, Acts, Admission, AskStep, AttributeChange, AttributeMode, Author, Cap, Command,
    Content, CounterChange, Counting, Decision, Directive, Draft, Element, Fingerprint, GroupPatch,
    HouseRules, Join, JoinOption, Kind, MessageId, Occasion, Occasions, Pace, Patience, Platform,
    Priority, PriorityRule, Profile, QuietHours, QuitAcross, Random, Rate, Removing, Repeats, Role,
    RoleSet, SessionId, Settings, Signal, Silence, Silencing, SlowMode, Span, TextRule, Those,
    Ticket, Timestamp, TipKind, Treat, UserId, Users,
};

/// The author and command of `name deed`. Names are `ann`, `ann@web`, `app`, `app/ann`, `guest@web`.
pub(crate) fn command(
    sessions: &mut BTreeMap<String, SessionId>,
    name: &str,
    deed: &str,
) -> Result<(Author, Command), String> {
    let (who, device) = name.split_once('@').unwrap_or((name, "web"));
    let author = match who.split_once('/') {
        _ if who == "app" => Author::App,
        Some(("app", user_id)) => {
            Author::AppAs { user: user(user_id)?, profile: Profile::nick(&nick(user_id)) }
        }
        _ => {
            let next = SessionId(sessions.len() as u64 + 1);
            let session = *sessions.entry(format!("{who}@{device}")).or_insert(next);
            if who.starts_with("guest") { Author::Guest(session) } else { Author::Session(session) }
        }
    };
    let is_guest = matches!(author, Author::Guest(_));
    let platform = platform(device)?;
    let words: Vec<&str> = deed.split_whitespace().collect();
    let command = match words.as_slice() {
        ["joins"] if is_guest => Command::join_as_guest(platform),
        ["joins"] => Command::join(user(who)?, Profile::nick(&nick(who)), platform),
        ["joins", "as", shown] => Command::join(user(who)?, Profile::nick(shown), platform),
        ["joins", "from", print] => {
            let (user, note) = (if is_guest { None } else { Some(user(who)?) }, "".into());
            let profile = Arc::new(Profile::nick(if is_guest { "" } else { who }));
            Command::Join(Join { user, profile, platform, note, print: Some(self::print(print)?) })
        }
        ["attaches", "from", print] => {
            Command::Attach { user: user(who)?, platform, print: Some(self::print(print)?) }
        }
        ["attaches"] => Command::Attach { user: user(who)?, platform, print: None },
        _ => parse(&words, deed)?,
    };
    Ok((author, command))
}

fn parse(words: &[&str], deed: &str) -> Result<Command, String> {
    let rest = |skip: usize| words[skip..].join(" ");
    Ok(match words {
        ["detaches"] => Command::Detach,
        ["detaches", "all"] => Command::DetachAll,
        ["quits"] => Command::Quit,
        ["disbands"] => Command::Disband,
        ["admits", who] => Command::AnswerJoin { user: user(who)?, admission: Admission::Admit },
        ["declines", who] => {
            Command::AnswerJoin { user: user(who)?, admission: Admission::Decline }
        }
        ["says", ..] => message(Kind::Text, words)?,
        ["gives", ..] => message(Kind::Gift, words)?,
        ["likes", ..] => message(Kind::Like, words)?,
        ["follows", ..] => message(Kind::Follow, words)?,
        ["orders", who, "to", "leave"] => Command::leave(users(who)?),
        ["orders", who, "to", "leave", "at", level] => {
            let directive = Some(Directive::Leave { users: users(who)? });
            let priority = Some(priority(level)?);
            Draft { kind: Kind::Control, directive, priority, ..Draft::default() }.into()
        }
        ["asks", "to", "mute", who, "for", time] => {
            Draft::custom(Kind::Host(1), format!("mute {who} {time}")).into()
        }
        ["answers", ticket, decision @ ..] => {
            Command::Answer { ticket: Ticket(number(ticket)?), decision: self::decision(decision)? }
        }
        ["withdraws", id] => Command::Withdraw { message: MessageId(number(id)?) },
        ["recalls", id] => Command::Recall { message: MessageId(number(id)?) },
        ["purges", who] => Command::Purge { author: Some(user(who)?) },
        ["is", "called", ..] => Command::SetProfile { profile: Arc::new(Profile::nick(&rest(2))) },
        ["cards", who, ..] => Command::SetNameCard { user: user(who)?, card: rest(2).into() },
        ["sets", field, ..] => Command::SetGroup(Box::new(patch(field, &rest(2))?)),
        ["makes", who, "admin"] => Command::SetAdmin { user: user(who)? },
        ["makes", who, "member"] => Command::CancelAdmin { user: user(who)? },
        ["hands", "over", "to", who] => Command::Transfer { user: user(who)? },
        ["mutes", "all"] => Command::MuteAll { on: true },
        ["unmutes", "all"] => Command::MuteAll { on: false },
        ["mutes", who, "for", time] => Command::Mute { users: users(who)?, span: span(time)? },
        ["unmutes", who] => Command::Unmute { users: users(who)? },
        ["shadows", who, "for", time] => Command::Shadow { users: users(who)?, span: span(time)? },
        ["unshadows", who] => Command::Unshadow { users: users(who)? },
        ["warns", who, ..] => Command::Warn { users: users(who)?, reason: rest(2).into() },
        ["forgives", who] => Command::Forgive { users: users(who)? },
        ["moderates", who, parts @ ..] => {
            Command::Moderate { users: users(who)?, acts: Box::new(acts(parts)?) }
        }
        ["bans", "line", line, "for", time] => Command::BanPrints {
            prints: [print(line)?].into_iter().collect(),
            span: span(time)?,
            reason: "".into(),
        },
        ["unbans", "line", line] => {
            Command::UnbanPrints { prints: [print(line)?].into_iter().collect() }
        }
        ["kicks", who] => Command::Kick { users: users(who)?, reason: "".into() },
        ["bans", who, "for", time] => {
            Command::Ban { users: users(who)?, span: span(time)?, reason: "".into() }
        }
        ["unbans", who] => Command::Unban { users: users(who)? },
        ["tells", "all", ..] => Command::notice(rest(2)),
        ["tells", who, ..] => Command::Notify { users: Some(users(who)?), field: rest(2).into() },
        ["broadcasts", ..] => Command::Broadcast { content: Arc::new(Content::text(rest(1))) },
        ["writes", changes @ ..] => Command::SetAttributes {
            mode: AttributeMode::Merge,
            changes: changes.iter().map(|word| attribute(word)).collect::<Result<_, _>>()?,
            seen: None,
        },
        ["counts", changes @ ..] => Command::Count {
            changes: changes.iter().map(|word| counter(word)).collect::<Result<_, _>>()?,
        },
        ["marks", who, mark] => {
            let marks = [small(mark)?].into_iter().collect();
            Command::Mark { users: users(who)?, marks, on: true }
        }
        ["unmarks", who, mark] => {
            let marks = [small(mark)?].into_iter().collect();
            Command::Mark { users: users(who)?, marks, on: false }
        }
        ["slows", "to", time] => {
            let slow = SlowMode::members(duration(time)?);
            Command::SetSlowMode { slow_mode: Some(slow) }
        }
        ["raids", "for", time] => Command::Raid { span: Some(duration(time)?) },
        ["ends", "the", "raid"] => Command::Raid { span: None },
        ["rebases", "to", time] => Command::Rebase { to: super::START + duration(time)? },
        _ => return Err(format!("nobody knows what {deed:?} means")),
    })
}

fn element(word: &str) -> Element {
    match word {
        ":)" => Element::Face { index: 1, data: String::new() },
        text => Element::Text(text.into()),
    }
}

/// `says words…`, and at the end what else is to be said of the message: `at high`, `random 7`. A `|` parts
/// text elements, and `:)` between two is a face.
fn message(kind: Kind, words: &[&str]) -> Result<Command, String> {
    let mut words = words[1..].to_vec();
    let mut draft = Draft { kind, ..Draft::default() };
    loop {
        match words.as_slice() {
            [.., "random", mark] => draft.random = Some(Random(small(mark)?)),
            [.., "at", level] => draft.priority = Some(priority(level)?),
            _ => break,
        }
        words.truncate(words.len() - 2);
    }
    let words = words.join(" ");
    let content = match kind {
        Kind::Text => {
            Content { elements: words.split('|').map(element).collect(), ..Content::default() }
        }
        _ if words.is_empty() => Content::custom("1"),
        _ => Content::custom(words),
    };
    Ok(Draft { content, ..draft }.into())
}

/// `purge`, `warn`, `mute=5s`, `shadow=5s`, `kick`, `ban=5s`, `outlaw=5s` with the fingerprints, `notice=…`, `for=…`, `message=1`, counters.
fn acts(words: &[&str]) -> Result<Acts, String> {
    let mut acts = Acts::default();
    for word in words {
        match word.split_once('=') {
            None if *word == "purge" => acts.purge = true,
            None if *word == "warn" => acts.warn = true,
            None if *word == "kick" => acts.remove = Some(Removing::Kick),
            Some(("mute", time)) => acts.silence = Some(Silencing::Mute { span: span(time)? }),
            Some(("shadow", time)) => acts.silence = Some(Silencing::Shadow { span: span(time)? }),
            Some(("ban", time)) => {
                acts.remove = Some(Removing::Ban { span: span(time)?, prints: false });
            }
            Some(("outlaw", time)) => {
                acts.remove = Some(Removing::Ban { span: span(time)?, prints: true });
            }
            Some(("notice", text)) => acts.notice = Some(text.into()),
            Some(("for", reason)) => acts.reason = reason.into(),
            Some(("message", id)) => acts.messages.push(MessageId(number(id)?)),
            _ => acts.counters.push(counter(word)?),
        }
    }
    Ok(acts)
}

fn decision(words: &[&str]) -> Result<Decision, String> {
    Ok(match words {
        ["allow"] => Decision::Allow,
        ["escalate"] => Decision::Escalate,
        ["discard"] => Decision::Discard,
        ["replace", text @ ..] => Decision::Replace { content: Content::text(text.join(" ")) },
        ["reject", code, reason @ ..] => {
            Decision::Reject { code: small(code)?, reason: reason.join(" ") }
        }
        _ => return Err("which decision?".into()),
    })
}

fn patch(field: &str, value: &str) -> Result<GroupPatch, String> {
    let mut patch = GroupPatch::default();
    match field {
        "name" => patch.name = Some(value.into()),
        "introduction" => patch.introduction = Some(value.into()),
        "notification" => patch.notification = Some(value.into()),
        "face" => patch.face_url = Some(value.into()),
        "joining" => {
            patch.join_option = Some(match value {
                "free" => JoinOption::FreeAccess,
                "asked" => JoinOption::NeedPermission,
                "closed" => JoinOption::DisableApply,
                _ => return Err("joining is free, asked or closed".into()),
            });
        }
        key => patch.custom.push((key.into(), value.into())),
    }
    Ok(patch)
}

fn attribute(word: &str) -> Result<AttributeChange, String> {
    let (word, seen) = match word.split_once('@') {
        Some((word, seen)) => (word, Some(number(seen)?)),
        None => (word, None),
    };
    let (key, value) = word.split_once('=').ok_or("attributes are key=value@seen")?;
    let value = Some(value).filter(|value| !value.is_empty()).map(Into::into);
    Ok(AttributeChange { key: key.into(), value, seen })
}

fn counter(word: &str) -> Result<CounterChange, String> {
    let at = word.find(['=', '+', '-']).ok_or("counters are key=1, key+1 or key-1")?;
    let amount = i64::try_from(number(&word[at + 1..])?).map_err(|error| error.to_string())?;
    let change = match &word[at..=at] {
        "=" => Counting::Set(amount),
        "+" => Counting::Increase(amount),
        _ => Counting::Decrease(amount),
    };
    Ok(CounterChange { key: word[..at].into(), change })
}

/// Settings that a story may change.
pub(crate) fn set(settings: &mut Settings, key: &str, value: &str) -> Result<(), String> {
    let count = || small(value);
    match key {
        "rate" => settings.traffic.rate = Rate::per_second(count()?).ok_or("a rate is not zero")?,
        "burst" => settings.traffic.burst = count()?,
        "reserve" => settings.traffic.reserve = count()?,
        "history" => settings.history = count()?,
        "members" => settings.limits.members = Some(number(value)?),
        "quota" => settings.retention.quota.0 = [count()?; 6],
        "tips" => {
            let rate = Rate::per_second(count()?).ok_or("a rate is not zero")?;
            settings.tips.cap = Cap { rate, burst: 1 };
        }
        "ask" => {
            let patience = Patience { deadline: Duration::from_secs(2), silence: silence(value) };
            settings.asking.steps.insert(0, AskStep::callback(patience));
        }
        "chain" => {
            settings.asking.steps = value.split(',').map(ask_step).collect::<Result<_, _>>()?;
        }
        "order" => settings.asking.in_order = value == "yes",
        "held" => settings.asking.open = count()?,
        "preview" if value == "off" => settings.preview = None,
        "preview" => settings.preview = Some(duration(value)?),
        "withdrawn" => settings.disclose_withdrawn = value == "told",
        "quit" => {
            settings.presence.quit = match value {
                "together" => QuitAcross::Together,
                "independent" => QuitAcross::Independent,
                _ => QuitAcross::WebEndsAll,
            };
        }
        "absence" => {
            settings.presence.absence = match value {
                "stay" => Absence::Stay,
                _ => Absence::Leave,
            };
        }
        "cap_low" => {
            let rate = Rate::per_second(count()?).ok_or("a rate is not zero")?;
            settings.traffic.caps[Priority::Low] = Some(Cap { rate, burst: 1 });
        }
        "speakers" if value == "all" => settings.speakers.clear(),
        "speakers" => settings.speakers = value.split(',').map(small).collect::<Result<_, _>>()?,
        "told" => {
            settings.tips.kinds = settings.tips.kinds.with(TipKind::MemberProfile);
            settings.tips.mute_all = value == "mutes";
        }
        "questions" => settings.asking.open = count()?,
        "strikes" => settings.limits.strikes = count()?,
        "bans" => settings.limits.bans = count()?,
        "mutes" => settings.limits.mutes = count()?,
        "audit" => settings.audit = value == "yes",
        "disclose" => settings.disclose_loss = value == "yes",
        _ => return set_house(settings, key, value),
    }
    Ok(())
}

/// House rules that a story may change.
fn set_house(settings: &mut Settings, key: &str, value: &str) -> Result<(), String> {
    let house = &mut settings.house;
    match key {
        "house" if value == "off" => *house = HouseRules::default(),
        "slow_admins" => {
            let slow = settings.slow_mode.get_or_insert(SlowMode::members(Duration::ZERO));
            slow.admin = duration(value)?;
        }
        "slow_members" => {
            let slow = settings.slow_mode.get_or_insert(SlowMode::members(Duration::ZERO));
            slow.member = duration(value)?;
        }
        "quiet" => {
            let (from, to) = value.split_once('-').ok_or("quiet hours are 22:00-06:00")?;
            let hours = QuietHours::utc(minute(from)?, minute(to)?);
            house.quiet.push(hours);
        }
        "pace" => house.pace = Some(pace(value)?),
        "joins" => house.joins = Some(pace(value)?),
        "longest" => house.texts.push(TextRule::at_most(small(value)?)),
        "links" => house.texts.push(TextRule::without_links().but_marked(small(value)?)),
        "texts" if value == "emotes" => house.texts.push(TextRule::emotes_only()),
        "hold_capitals" => {
            let rule = TextRule::refuse(Signal::Capitals, small(value)?);
            house.texts.push(rule.then(Treat::Hold));
        }
        "block_run" => {
            let rule = TextRule::refuse(Signal::Run, small(value)?);
            house.texts.push(rule.then(Treat::Block));
        }
        "unique" => house.unique = Some(Repeats::of_anybody(duration(value)?)),
        "unique_own" => house.unique = Some(Repeats::of_author(duration(value)?)),
        "exempt" => house.exempt.users.push(user(value)?),
        "exempt_mark" => house.exempt.marks.push(small(value)?),
        "members_at_most" => house.priorities.push(PriorityRule {
            of: Those { roles: RoleSet::NONE.with(Role::Member), ..Those::NOBODY },
            highest: priority(value)?,
            lowest: Priority::Lowest,
        }),
        _ => return Err(format!("no setting is called {key:?} here")),
    }
    Ok(())
}

fn silence(word: &str) -> Silence {
    match word {
        "allow" => Silence::Allow,
        "escalate" => Silence::Escalate,
        "reject" => Silence::Reject,
        _ => Silence::Discard,
    }
}

/// `name:passed+held+escalated:5s:reject`.
fn ask_step(word: &str) -> Result<AskStep, String> {
    let [name, asks, deadline, silent] = word.split(':').collect::<Vec<_>>()[..] else {
        return Err("a step is name:occasions:time:silence".into());
    };
    let occasion = |word: &str| match word {
        "passed" => Ok(Occasion::Passed),
        "held" => Ok(Occasion::Held),
        "escalated" => Ok(Occasion::Escalated),
        _ => Err(format!("{word:?} is no occasion")),
    };
    let asks = asks.split('+').try_fold(Occasions::NONE, |all, it| Ok(all.with(occasion(it)?)));
    Ok(AskStep {
        name: name.parse().map_err(|error: liveroom::IdError| error.to_string())?,
        asks: asks.map_err(|error: String| error)?,
        patience: Patience { deadline: duration(deadline)?, silence: silence(silent) },
    })
}

fn print(text: &str) -> Result<Fingerprint, String> {
    text.parse().map_err(|error: liveroom::IdError| error.to_string())
}

/// `5s*3`: one in 5 s, three at once.
fn pace(word: &str) -> Result<Pace, String> {
    let (every, burst) = word.split_once('*').ok_or("a pace is 5s*3")?;
    Ok(Pace { every: duration(every)?, burst: small(burst)? })
}

/// `22:00`.
fn minute(word: &str) -> Result<u16, String> {
    let (hours, minutes) = word.split_once(':').ok_or("a time of the day is 22:00")?;
    let minute = number(hours)? * 60 + number(minutes)?;
    u16::try_from(minute).map_err(|error| error.to_string())
}

fn platform(name: &str) -> Result<Platform, String> {
    Ok(match name {
        "web" => Platform::Web,
        "mini" => Platform::MiniProgram,
        "android" => Platform::Android,
        "ios" => Platform::Ios,
        "pc" => Platform::Windows,
        _ => return Err(format!("no platform is called {name:?}")),
    })
}

fn priority(name: &str) -> Result<Priority, String> {
    let wanted = |priority: &Priority| priority.to_string().to_lowercase() == name;
    Priority::ALL.into_iter().find(wanted).ok_or(format!("no priority is called {name:?}"))
}

fn nick(user: &str) -> String {
    let mut letters = user.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) fn user(name: &str) -> Result<UserId, String> {
    name.parse().map_err(|error: liveroom::IdError| error.to_string())
}

fn users(names: &str) -> Result<Users, String> {
    names.split(',').map(user).collect()
}

fn span(word: &str) -> Result<Span, String> {
    if word == "good" { Ok(Span::Forever) } else { duration(word).map(Span::For) }
}

/// `250ms`, `3s`, `5min`.
pub(crate) fn duration(word: &str) -> Result<Duration, String> {
    let end = word.find(|letter: char| letter.is_alphabetic()).unwrap_or(word.len());
    let count = number(&word[..end])?;
    match &word[end..] {
        "ms" => Ok(Duration::from_millis(count)),
        "s" => Ok(Duration::from_secs(count)),
        "min" => Ok(Duration::from_secs(60 * count)),
        _ => Err(format!("{word:?} is no length of time")),
    }
}

fn small(word: &str) -> Result<u32, String> {
    word.parse().map_err(|error| format!("{word:?}: {error}"))
}

pub(crate) fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|error| format!("{word:?}: {error}"))
}

/// How long after a story's beginning a moment is.
pub(crate) fn clock(at: Timestamp) -> String {
    if at == Timestamp::MAX {
        return "for good".into();
    }
    let passed = at.since(*super::TOLD_FROM.get_or_init(|| super::START));
    format!("{}.{:03} s", passed.as_secs(), passed.subsec_millis())
}
