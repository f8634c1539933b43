//! How what happens is told in a story.

use liveroom::{
    Body, Cause, Changed, Class, Content, Discard, Element, Entry, Folded, Group, Hold, Message,
    Notice, Outcome, Output, Page, PerClass, ProfileChanges, Receipt, Refusal, Rejection, State,
    Stats, Subject, Ticket, Tip,
    audit::{AuditRecord, By, Trigger},
};

use super::deed::clock;

pub(crate) fn answer(answer: &Result<Receipt, Refusal>) -> String {
    match answer {
        Ok(Receipt::Done) => "= done".into(),
        Ok(Receipt::Joined { status, .. }) => format!("= {status:?}"),
        Ok(Receipt::Sent { message, state, disclose, duplicate }) => {
            let again = if *duplicate { ", a duplicate" } else { "" };
            let quiet = if *disclose { "" } else { ", undisclosed" };
            format!("= message {message}: {}{quiet}{again}", self::state(state))
        }
        Ok(Receipt::Attributes { seq }) => format!("= attributes at {seq}"),
        Ok(Receipt::Counters(values)) => {
            let values: Vec<String> =
                values.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("= {}", values.join(" "))
        }
        Ok(Receipt::Purged { emptied, discarded }) => {
            format!("= emptied {emptied}, discarded {discarded}")
        }
        Ok(other) => format!("= {other:?}"),
        Err(refusal) => format!("! {} ({})", times(&refusal.to_string()), refusal.code()),
    }
}

/// Times inside a sentence are told from the story's beginning.
fn times(sentence: &str) -> String {
    let word = |word: &str| match word.split_once('.') {
        Some((secs, nanos)) if secs.len() >= 10 && nanos.len() == 9 => {
            let (secs, nanos) = (secs.parse().unwrap_or(0), nanos.parse().unwrap_or(0_u64));
            let at = liveroom::Timestamp::from_secs(secs) + std::time::Duration::from_nanos(nanos);
            clock(at)
        }
        _ => word.to_owned(),
    };
    sentence.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn state(state: &State) -> String {
    match state {
        State::Held { expires } => format!("held until {}", clock(*expires)),
        State::Waiting { expires } => format!("waiting until {}", clock(*expires)),
        State::Ended(outcome) => self::outcome(outcome),
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered { seq, at } => format!("delivered as {seq} at {}", clock(*at)),
        Outcome::Rejected(Rejection::Filter { term, .. }) => {
            format!("rejected by the filter, term {term}")
        }
        Outcome::Rejected(Rejection::Decision { code, reason }) => {
            format!("rejected with {code} {reason:?}")
        }
        Outcome::Rejected(Rejection::Rule { rule }) => format!("rejected by house rule {rule}"),
        Outcome::Rejected(Rejection::Silence) => "rejected, nobody decided".into(),
        Outcome::Discarded(reason) => format!("discarded: {reason:?}"),
        other => format!("{other:?}"),
    }
}

pub(crate) fn entry(entry: &Entry) -> String {
    let told = format!("{} {}: {}", entry.seq, entry.class, body(&entry.body));
    entry.folded.as_ref().map_or(told.clone(), |folded| told + &self::folded(folded))
}

fn folded(Folded { count, total, authors, names }: &Folded) -> String {
    let names: Vec<String> = names.iter().map(subject).collect();
    let more = authors.saturating_sub(names.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let by = if *authors > 0 { format!(", by {}{more}", names.join(", ")) } else { String::new() };
    format!(" x{count} of {total}{by}")
}

fn body(body: &Body) -> String {
    match body {
        Body::Message(message) => self::message(message),
        Body::Tip(tip) => self::tip(tip),
        Body::Notice(notice) => self::notice(notice),
        Body::Emptied => "(emptied)".into(),
        other => format!("{other:?}"),
    }
}

fn message(message: &Message) -> String {
    let nick = &message.sender.profile.nick;
    let author = if message.sender.user.is_none() { "the app" } else { &**nick };
    let order = message.directive.as_ref().map(|order| format!(" {order:?}")).unwrap_or_default();
    format!("{author}: {}{order}", content(&message.content))
}

fn content(content: &Content) -> String {
    let told = content.elements.iter().map(|element| match element {
        Element::Text(text) => text.clone(),
        Element::Custom { data, .. } => format!("<{data}>"),
        Element::Face { .. } => ":)".into(),
        other => format!("{other:?}"),
    });
    told.collect::<Vec<_>>().join("|")
}

fn tip(tip: &Tip) -> String {
    let names: Vec<String> = tip.subjects.iter().map(subject).collect();
    let more = tip.count.saturating_sub(tip.subjects.len() as u64);
    let more =
        if more > 0 && !names.is_empty() { format!(" and {more} more") } else { String::new() };
    let operator = tip.operator.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
    let changes = tip.changes.as_deref().map(changes).unwrap_or_default();
    format!("{:?} {}{more}{changes}{operator}, {} online", tip.kind, names.join(", "), tip.online)
}

fn subject(subject: &Subject) -> String {
    let name = match &*subject.profile.nick {
        "" => subject.user.as_str(),
        nick => nick,
    };
    match subject.until {
        Some(until) => format!("{name} until {}", clock(until)),
        None => name.to_owned(),
    }
}

fn changes(changes: &ProfileChanges) -> String {
    let mut told = Vec::new();
    let mut text = |name: &str, value: &Option<std::sync::Arc<str>>| {
        told.extend(value.as_ref().map(|value| format!("{name} {value:?}")));
    };
    text("name", &changes.name);
    text("introduction", &changes.introduction);
    text("notification", &changes.notification);
    text("face", &changes.face_url);
    told.extend(changes.owner.as_ref().map(|owner| format!("owner {owner}")));
    told.extend(changes.mute_all.map(|on| format!("mute all {on}")));
    told.extend(changes.join_option.map(|option| format!("joining {option:?}")));
    told.extend(changes.custom.iter().map(|(key, value)| format!("{key} {value:?}")));
    told.extend(changes.likes.map(|likes| format!("likes {likes}")));
    told.extend(changes.follows.map(|follows| format!("follows {follows}")));
    told.extend(changes.attributes.as_ref().map(|it| changed("attributes", it)));
    told.extend(changes.counters.as_ref().map(|it| changed("counters", it)));
    format!("[{}] info {}", told.join(", "), changes.info_seq)
}

fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Custom { field } => format!("notice {:?}", &**field),
        Notice::Broadcast { content } => format!("broadcast {:?}", self::content(content)),
        Notice::Warned { strikes, reason } => format!("Warned, strike {strikes} {reason:?}"),
        Notice::Banned { until, .. } => format!("Banned until {}", clock(*until)),
        Notice::Raid { until: Some(until) } => format!("raid mode until {}", clock(*until)),
        Notice::Raid { until: None } => "raid mode is over".into(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn output(output: &Output) -> String {
    match output {
        Output::Ask { question, .. } => format!(
            "-> host: question {} for {} until {}, {}: {}",
            question.ticket,
            question.step,
            clock(question.expires),
            cause(&question.cause),
            message(&question.message)
        ),
        Output::Preview { message, expires, .. } => {
            let until = clock(*expires);
            format!("-> staff: message {} until {until}: {}", message.id, self::message(message))
        }
        Output::Ended { message, outcome, disclose, .. } => {
            let quiet = if *disclose { "" } else { ", undisclosed" };
            format!("-> host: message {} {}{quiet}", message.id, self::outcome(outcome))
        }
        Output::FoldEnded { message, total, delivered, removed, .. } => format!(
            "-> host: of {:?} there were {total}, delivered {delivered}, removed {removed}",
            self::message(message)
        ),
        Output::Joined { user, device, already, .. } => {
            let user = user.as_ref().map_or("a guest", |user| user.as_str());
            let how = if *already { "is back" } else { "joined" };
            format!("-> host: {user} {how} on {:?}", device.platform)
        }
        Output::Left { user, platform, reason, remains, .. } => {
            let user = user.as_ref().map_or("a guest", |user| user.as_str());
            let how = if *remains { ", and stays a member" } else { "" };
            format!("-> host: {user} left, {reason:?} from {platform:?}{how}")
        }
        Output::Presence { user, online, .. } => {
            format!("-> host: {user} is {}", if *online { "online" } else { "offline" })
        }
        Output::Applied { user, note, .. } => format!("-> host: {user} asks to join {note:?}"),
        Output::Direct { session, after, notice, .. } => {
            format!("-> session:{session}: after {after}: {}", self::notice(notice))
        }
        Output::Echo { session, after, messages, .. } => {
            let messages: Vec<String> = messages.iter().map(|it| message(it)).collect();
            format!("-> session:{session}: after {after}, alone: {}", messages.join(", "))
        }
        Output::Order { session, after, directive, .. } => {
            format!("-> session:{session}: after {after}: {directive:?}")
        }
        Output::ProfileChanged { changes, .. } => {
            format!("-> host: profile changed {}", self::changes(changes))
        }
        Output::Audit { audit, .. } => format!("-> host: audit {}", self::audit(audit)),
        Output::Raid { operator, until, .. } => {
            let who = operator.as_ref().map_or("the app or time", |user| user.as_str());
            match until {
                Some(until) => format!("-> host: raid mode until {}, by {who}", clock(*until)),
                None => format!("-> host: raid mode is over, by {who}"),
            }
        }
        Output::Full { .. } => "-> host: the group is full".into(),
        Output::Disbanded { .. } => "-> host: the group is disbanded".into(),
        other => format!("-> host: {other:?}"),
    }
}

/// An audit record without its hashes.
fn audit(record: &AuditRecord) -> String {
    let AuditRecord { no, by, act, whom, until, rule, evidence, .. } = record;
    let by = match by {
        By::Member { user, .. } => format!("{user}"),
        By::AppAs { user } => format!("app/{user}"),
        By::App => "app".into(),
        other => format!("{other:?}").to_lowercase(),
    };
    let whom: String = whom.iter().map(|user| format!(" {user}")).collect();
    let until = until.map_or(String::new(), |until| format!(" until {}", clock(until)));
    let mut why = match rule {
        Trigger::Command => String::new(),
        rule => format!(", {rule:?}"),
    };
    let messages = evidence.messages.iter().map(|id| format!(", message {id}"));
    why.extend(messages);
    why.extend(evidence.prints.iter().map(|print| format!(", line {:x}", print.0)));
    why.extend(evidence.term.map(|term| format!(", term {term}")));
    why.extend(evidence.house_rule.map(|rule| format!(", house rule {rule}")));
    if !evidence.reason.is_empty() {
        why += &format!(", {:?}", &*evidence.reason);
    }
    format!("{no} by {by}: {act:?}{whom}{until}{why}")
}

pub(crate) fn missed(missed: PerClass<u64>) -> Option<String> {
    let told: Vec<String> = Class::ALL
        .into_iter()
        .filter(|class| missed[*class] > 0)
        .map(|class| format!("{} {class}", missed[class]))
        .collect();
    (!told.is_empty()).then(|| format!("missed {}", told.join(", ")))
}

/// What a repeated deed was answered, without its numbers.
pub(crate) fn kind_of(answer: &str) -> String {
    let told = answer.trim_start_matches(['=', '!', ' ']);
    let told = told.split_once(": ").map_or(told, |(_, state)| state);
    let told = told.split(" as ").next().unwrap_or(told);
    told.split(" until ").next().unwrap_or(told).to_owned()
}

/// Messages that came to the same end one after the other, told in one line.
pub(crate) fn gathered(lines: &[String]) -> Vec<String> {
    let end = |line: &String| {
        let (id, end) = line.strip_prefix("-> host: message ")?.split_once(" discarded: ")?;
        Some((id.to_owned(), end.to_owned()))
    };
    let mut told = Vec::new();
    for run in lines.chunk_by(|left, right| {
        end(left).zip(end(right)).is_some_and(|(left, right)| left.1 == right.1)
    }) {
        match (end(&run[0]), end(&run[run.len() - 1])) {
            (Some((first, why)), Some((last, _))) if run.len() > 3 => {
                let count = run.len();
                told.push(format!(
                    "-> host: {count} messages, {first} to {last}, discarded: {why}"
                ));
            }
            _ => told.extend_from_slice(run),
        }
    }
    told
}

/// Many lines told as a few: how often each kind, without numbers.
pub(crate) fn summary(lines: &[String]) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for line in lines {
        let words: Vec<&str> =
            line.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
        *counts.entry(words.join(" ")).or_default() += 1;
    }
    counts.into_iter().map(|(line, times)| format!("{times} times {line}")).collect()
}

pub(crate) fn stats(stats: &Stats) -> Vec<String> {
    let mut lines = vec![format!(
        "offered {} = refused {} + accepted {}",
        stats.offered(),
        stats.refused(),
        stats.accepted()
    )];
    for (at, flow) in stats.flow.0.iter().enumerate().filter(|(_, flow)| flow.accepted > 0) {
        let lost: Vec<String> = Discard::ALL
            .into_iter()
            .zip(flow.discarded)
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| format!("{count} {reason:?}"))
            .collect();
        let lost = if lost.is_empty() { "0".to_owned() } else { lost.join(", ") };
        lines.push(format!(
            "{}: accepted {} = delivered {} + rejected {} + discarded {lost} + waiting {} + held {}",
            liveroom::Priority::ALL[at],
            flow.accepted,
            flow.delivered,
            flow.rejected.iter().sum::<u64>(),
            flow.waiting,
            flow.held
        ));
        assert!(flow.balances());
    }
    lines
}

pub(crate) fn held(group: &Group) -> Vec<String> {
    let (held, _) = group.held(Ticket(0), 100);
    let told = held.iter().map(|it| {
        let (since, expires) = (clock(it.since), clock(it.expires));
        let why = match &it.hold {
            Hold::Question { step, cause } => format!("{step} is asked, {}", self::cause(cause)),
            other => format!("{other:?}"),
        };
        let what = message(&it.message);
        format!("{}: message {} from {since} to {expires}, {why}: {what}", it.ticket, it.message.id)
    });
    told.collect()
}

pub(crate) fn profile(group: &Group) -> Vec<String> {
    let profile = group.profile();
    let totals = group.totals();
    vec![
        format!(
            "{:?}, {:?}, {:?}, info {}",
            profile.name(),
            profile.introduction(),
            profile.notification(),
            profile.info_seq()
        ),
        format!("likes {}, follows {}", totals.likes, totals.follows),
    ]
}

pub(crate) fn members(group: &Group) -> Vec<String> {
    let (members, _) = group.members(Page::default(), 100);
    let mut lines: Vec<String> = members
        .iter()
        .map(|member| {
            let devices: Vec<String> =
                member.devices().map(|device| format!("{:?}", device.platform)).collect();
            let marks: Vec<String> =
                member.marks().map(|mark| format!(", marked {mark}")).collect();
            let marks = marks.concat();
            format!("{} {:?} on {}{marks}", member.user(), member.role(), devices.join(", "))
        })
        .collect();
    lines.push(format!("{} guests, {} online", group.guest_count(), group.online()));
    lines
}

pub(crate) fn attributes(group: &Group) -> Vec<String> {
    let told = group.attributes().iter().map(|(key, value, seq)| format!("{key}={value} at {seq}"));
    told.collect()
}

/// `word=treatment` as a line of a word list.
fn changed<T: std::fmt::Display>(what: &str, Changed { seq, values }: &Changed<T>) -> String {
    let value = |value: &Option<T>| value.as_ref().map_or("gone".into(), ToString::to_string);
    let values = values.iter().map(|(key, it)| format!(" {key}={}", value(it)));
    format!("{what} {seq}{}", values.collect::<String>())
}

pub(crate) fn filter_line(word: &str) -> String {
    let (word, treatment) = word.split_once('=').unwrap_or((word, "mask"));
    format!("[custom:1 {treatment}]\n{word}")
}

/// Of a filter the term alone: its number changes with any word.
fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Filter { term, .. } => format!("Filter {{ term: {term} }}"),
        other => format!("{other:?}"),
    }
}
