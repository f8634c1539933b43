//! Size and shape of what comes in, before anything is looked up.
//!
//! Each field of a command is checked in turn, and of each field its length before its characters: a
//! text of any size costs no more than reading its length, and nothing here allocates.
//!
//! * **Names** (nick, group name, name card), addresses and keys hold no control characters, and none
//!   that turn the text around them (U+202A to 202E, U+2066 to 2069, U+061C, U+200E, U+200F), and a
//!   few marks on one character at most.
//! * **Texts** (introduction, notification, reason, note) may also hold line breaks and tabs, and may
//!   turn around, if they turn back: what stands after them is not turned.
//! * What is given to clients as it is (message elements, notices, values) is limited in size alone;
//!   of messages a house rule may ask more.

use std::{collections::BTreeSet, time::Duration};

use smallvec::SmallVec;

use crate::{
    bounds,
    command::{
        Acts, AttributeChange, Command, CounterChange, Decision, Draft, GroupPatch, Prints,
        Removing, Silencing, Span, Users,
    },
    config::{Limits, SlowMode},
    glyph::{Turns, is_mark},
    message::{Content, Directive, Element, Kind, Priority},
    refusal::{Field, Refusal},
    role::{Author, Profile},
};

/// Whether the author has the form of one: what the app shows a user as is looked at like a user's own.
pub(crate) fn author(author: &Author) -> Result<(), Refusal> {
    match author {
        Author::AppAs { profile: it, .. } => profile(it),
        Author::App | Author::Session(_) | Author::Guest(_) => Ok(()),
    }
}

/// Whether `command` has the form that its documentation says.
pub(crate) fn check(command: &Command, limits: &Limits) -> Result<(), Refusal> {
    match command {
        Command::Join(join) => {
            profile(&join.profile)?;
            text(Field::Note, &join.note, bounds::NOTE)
        }
        Command::Send(it) => draft(it, limits),
        Command::Answer { decision, .. } => answer(decision, limits),
        Command::SetProfile { profile: it } => profile(it),
        Command::SetNameCard { card, .. } => name(Field::NameCard, card, bounds::NAME_CARD),
        Command::SetGroup(it) => patch(it),
        Command::Mute { users: them, span: it } | Command::Shadow { users: them, span: it } => {
            users(them)?;
            span(*it)
        }
        Command::Unmute { users: them }
        | Command::Unshadow { users: them }
        | Command::Forgive { users: them }
        | Command::Unban { users: them } => users(them),
        Command::Warn { users: them, reason } => {
            few_users(them)?;
            text(Field::Reason, reason, bounds::REASON)
        }
        Command::Moderate { users: them, acts: it } => {
            few_users(them)?;
            acts(it, limits)
        }
        Command::Kick { users: them, reason } => {
            users(them)?;
            text(Field::Reason, reason, bounds::REASON)
        }
        Command::Ban { users: them, span: it, reason } => {
            users(them)?;
            span(*it)?;
            text(Field::Reason, reason, bounds::REASON)
        }
        Command::BanPrints { prints: which, span: it, reason } => {
            prints(which)?;
            span(*it)?;
            text(Field::Reason, reason, bounds::REASON)
        }
        Command::UnbanPrints { prints: which } => prints(which),
        Command::Notify { users: them, field } => {
            them.as_ref().map_or(Ok(()), users)?;
            at_most(Field::Notice, field.len(), limits.message_bytes as usize)
        }
        Command::Broadcast { content: it } => content(it, limits),
        Command::SetAttributes { changes, .. } => attributes(changes),
        Command::Count { changes } => counters(changes),
        Command::Mark { users: them, marks: which, .. } => {
            users(them)?;
            marks(which)
        }
        Command::SetSlowMode { slow_mode: it } => it.as_ref().map_or(Ok(()), slow_mode),
        Command::Raid { span: it } => it.map_or(Ok(()), raid),
        // Ids, times and configs are good ones since they were made.
        Command::Attach { .. }
        | Command::Detach
        | Command::DetachAll
        | Command::Quit
        | Command::AnswerJoin { .. }
        | Command::Withdraw { .. }
        | Command::Recall { .. }
        | Command::Purge { .. }
        | Command::SetAdmin { .. }
        | Command::CancelAdmin { .. }
        | Command::Transfer { .. }
        | Command::MuteAll { .. }
        | Command::UseFilter { .. }
        | Command::Configure(_)
        | Command::Disband
        | Command::Rebase { .. } => Ok(()),
    }
}

/// Whether this may be what a message says.
pub(crate) fn content(content: &Content, limits: &Limits) -> Result<(), Refusal> {
    if content.elements.is_empty() {
        return Err(Refusal::Empty);
    }
    counts(content, limits)?;
    // Elements that hold nothing add nothing to the data beside them.
    if content.bytes() == content.data.len() {
        return Err(Refusal::Empty);
    }
    size(content, limits)
}

/// Whether a nick and avatar may be shown.
pub(crate) fn profile(profile: &Profile) -> Result<(), Refusal> {
    name(Field::Nick, &profile.nick, Profile::MAX_BYTES)?;
    name(Field::Avatar, &profile.avatar, Profile::MAX_BYTES)
}

/// The users named, each once, at the first place.
pub(crate) fn named(users: &Users) -> Users {
    if users.len() < 2 {
        return users.clone();
    }
    let mut seen = BTreeSet::new();
    users.iter().filter(|user| seen.insert(*user)).cloned().collect()
}

/// Whether this may be sent.
pub(crate) fn draft(draft: &Draft, limits: &Limits) -> Result<(), Refusal> {
    let Some(Directive::Leave { users }) = &draft.directive else {
        content(&draft.content, limits)?;
        return match draft.kind {
            Kind::Control => Err(Refusal::BadDirective),
            Kind::Text | Kind::Gift | Kind::Like | Kind::Follow | Kind::Host(_) => Ok(()),
        };
    };
    counts(&draft.content, limits)?;
    size(&draft.content, limits)?;
    let fits = draft.kind == Kind::Control
        && draft.effective_priority() == Priority::High
        && (1..=Command::MAX_USERS).contains(&(users.len() as u64));
    if fits { Ok(()) } else { Err(Refusal::BadDirective) }
}

/// The counts come first: everything else looks at every element.
fn counts(content: &Content, limits: &Limits) -> Result<(), Refusal> {
    let limit = limits.elements as usize;
    no_more(Field::Elements, content.elements.len(), limit)?;
    // Pictures and lines take much more room than the bytes of their texts, which may be none: in one
    // element they are at most as many as elements in a message, and in a message a few for each.
    for element in &content.elements {
        no_more(Field::Elements, longest_list(element), limit)?;
    }
    let parts = content.elements.iter().map(Element::parts).sum();
    no_more(Field::Elements, parts, bounds::PARTS * limit)
}

fn longest_list(element: &Element) -> usize {
    match element {
        Element::Image(sizes) => sizes.len(),
        Element::Merger { abstracts, messages, .. } => abstracts.len().max(messages.len()),
        Element::Text(_)
        | Element::Custom { .. }
        | Element::Face { .. }
        | Element::Sound(_)
        | Element::Video { .. }
        | Element::File(_)
        | Element::Location { .. } => 1,
    }
}

fn size(content: &Content, limits: &Limits) -> Result<(), Refusal> {
    let custom = |element: &&Element| matches!(element, Element::Custom { .. });
    no_more(Field::CustomElements, content.elements.iter().filter(custom).count(), 1)?;
    at_most(Field::Message, content.bytes(), limits.message_bytes as usize)
}

fn answer(decision: &Decision, limits: &Limits) -> Result<(), Refusal> {
    match decision {
        Decision::Replace { content: it } => content(it, limits),
        Decision::Reject { reason, .. } => text(Field::Reason, reason, bounds::REASON),
        Decision::Allow | Decision::Escalate | Decision::Discard => Ok(()),
    }
}

pub(crate) fn patch(patch: &GroupPatch) -> Result<(), Refusal> {
    if let Some(it) = &patch.name {
        not_empty(Field::GroupName, it)?;
        name(Field::GroupName, it, bounds::GROUP_NAME)?;
    }
    if let Some(it) = &patch.introduction {
        text(Field::Introduction, it, bounds::INTRODUCTION)?;
    }
    if let Some(it) = &patch.notification {
        text(Field::Notification, it, bounds::NOTIFICATION)?;
    }
    if let Some(it) = &patch.face_url {
        name(Field::FaceUrl, it, bounds::FACE_URL)?;
    }
    no_more(Field::CustomFields, patch.custom.len(), all_exchanged(bounds::CUSTOM_FIELDS))?;
    for (key, value) in &patch.custom {
        key_of(Field::CustomKey, key, bounds::CUSTOM_KEY)?;
        if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(Refusal::Malformed { field: Field::CustomKey });
        }
        at_most(Field::CustomValue, value.len(), bounds::CUSTOM_VALUE)?;
    }
    Ok(())
}

fn attributes(changes: &[AttributeChange]) -> Result<(), Refusal> {
    no_more(Field::Attributes, changes.len(), all_exchanged(bounds::ATTRIBUTES))?;
    for AttributeChange { key, value, seen: _ } in changes {
        key_of(Field::AttributeKey, key, bounds::ATTRIBUTE_KEY)?;
        let length = value.as_ref().map_or(0, |value| value.len());
        at_most(Field::AttributeValue, length, bounds::ATTRIBUTE_VALUE)?;
    }
    Ok(())
}

fn counters(changes: &[CounterChange]) -> Result<(), Refusal> {
    no_more(Field::Counters, changes.len(), all_exchanged(bounds::COUNTERS))?;
    changes.iter().try_for_each(|it| key_of(Field::CounterKey, &it.key, bounds::COUNTER_KEY))
}

/// How many changes one command may hold, where `limit` things may be there: enough to remove all of
/// them and put as many others in their place.
const fn all_exchanged(limit: usize) -> usize {
    2 * limit
}

fn acts(acts: &Acts, limits: &Limits) -> Result<(), Refusal> {
    let Acts { counters: changes, purge, warn, notice, silence, remove, reason, messages } = acts;
    let any = *purge || *warn || notice.is_some() || silence.is_some() || remove.is_some();
    if !any && changes.is_empty() {
        return Err(Refusal::Malformed { field: Field::Acts });
    }
    counters(changes)?;
    let notice = notice.as_ref().map_or(0, |field| field.len());
    at_most(Field::Notice, notice, limits.message_bytes as usize)?;
    if let Some(Silencing::Mute { span: it } | Silencing::Shadow { span: it }) = silence {
        span(*it)?;
    }
    if let Some(Removing::Ban { span: it, .. }) = remove {
        span(*it)?;
    }
    text(Field::Reason, reason, bounds::REASON)?;
    no_more(Field::Evidence, messages.len(), bounds::EVIDENCE)
}

fn users(users: &Users) -> Result<(), Refusal> {
    number_of_users(users, Command::MAX_USERS)
}

fn prints(prints: &Prints) -> Result<(), Refusal> {
    if prints.is_empty() {
        return Err(Refusal::Malformed { field: Field::Prints });
    }
    Refusal::if_more(Field::Prints, prints.len() as u64, Command::MAX_USERS)
}

fn few_users(users: &Users) -> Result<(), Refusal> {
    number_of_users(users, Command::MAX_STEP_USERS)
}

fn number_of_users(users: &Users, limit: u64) -> Result<(), Refusal> {
    if users.is_empty() {
        return Err(Refusal::Malformed { field: Field::Users });
    }
    // A name given twice counts here: what bounds the work is the length of the list.
    Refusal::if_more(Field::Users, users.len() as u64, limit)
}

fn marks(marks: &SmallVec<[u32; 4]>) -> Result<(), Refusal> {
    if marks.is_empty() {
        return Err(Refusal::Malformed { field: Field::Mark });
    }
    no_more(Field::Marks, marks.len(), bounds::MARKS)?;
    let known = |mark: u32| {
        mark >= bounds::FIRST_MARK || [Command::ALWAYS_ONLINE, Command::HIDDEN].contains(&mark)
    };
    if !marks.iter().all(|&mark| known(mark)) {
        return Err(Refusal::Malformed { field: Field::Mark });
    }
    Ok(())
}

fn span(span: Span) -> Result<(), Refusal> {
    match span {
        Span::For(Duration::ZERO) => Err(Refusal::Malformed { field: Field::Span }),
        Span::For(_) | Span::Forever => Ok(()),
    }
}

/// As a config would have it.
fn slow_mode(slow_mode: &SlowMode) -> Result<(), Refusal> {
    if slow_mode.is_good() { Ok(()) } else { Err(Refusal::Malformed { field: Field::Span }) }
}

fn raid(span: Duration) -> Result<(), Refusal> {
    if span.is_zero() || span > bounds::LONGEST_PAUSE {
        return Err(Refusal::Malformed { field: Field::Span });
    }
    Ok(())
}

fn name(field: Field, text: &str, limit: usize) -> Result<(), Refusal> {
    at_most(field, text.len(), limit)?;
    fitting(field, text, |c| !c.is_control() && !turns_text(c))?;
    let mut marks = 0;
    // A heap of them is drawn over the names above and below.
    fitting(field, text, |c| {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        marks <= bounds::STACKED
    })
}

fn text(field: Field, text: &str, limit: usize) -> Result<(), Refusal> {
    at_most(field, text.len(), limit)?;
    fitting(field, text, |c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))?;
    if Turns::of(text).left() == 0 { Ok(()) } else { Err(Refusal::Malformed { field }) }
}

fn key_of(field: Field, key: &str, limit: usize) -> Result<(), Refusal> {
    not_empty(field, key)?;
    name(field, key, limit)
}

/// Characters that change the direction of what stands after them, in the next field too.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn fitting(field: Field, text: &str, fits: impl FnMut(char) -> bool) -> Result<(), Refusal> {
    if text.chars().all(fits) { Ok(()) } else { Err(Refusal::Malformed { field }) }
}

fn not_empty(field: Field, text: &str) -> Result<(), Refusal> {
    if text.is_empty() { Err(Refusal::Malformed { field }) } else { Ok(()) }
}

fn at_most(field: Field, length: usize, limit: usize) -> Result<(), Refusal> {
    let (limit, length) = (limit as u64, length as u64);
    if length > limit { Err(Refusal::TooLong { field, limit, length }) } else { Ok(()) }
}

fn no_more(field: Field, count: usize, limit: usize) -> Result<(), Refusal> {
    Refusal::if_more(field, count as u64, limit as u64)
}

#[cfg(test)]
mod tests;
