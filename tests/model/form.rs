//! Form: lengths, counts, characters. Nothing is looked up.

use std::time::Duration;

use liveroom::{
    Acts, Author, Command, Content, Decision, Directive, Draft, Element, Field, Fingerprint,
    GroupPatch, Kind, Priority, Profile, Refusal, Removing, Silencing, Span, UserId,
};

use super::Model;

/// A day: the longest pause that settings may have.
const DAY: Duration = Duration::from_hours(24);

impl Model {
    pub(super) fn form(&self, by: &Author, command: &Command) -> Result<(), Refusal> {
        if let Author::AppAs { profile, .. } = by {
            profile_form(profile)?;
        }
        match command {
            Command::Join(join) => {
                if !matches!(
                    (by, &join.user),
                    (Author::Session(_) | Author::App | Author::AppAs { .. }, Some(_))
                        | (Author::Guest(_) | Author::App | Author::AppAs { .. }, None)
                ) {
                    return Err(Refusal::Malformed { field: Field::Users });
                }
                profile_form(&join.profile)?;
                at_most(Field::Note, join.note.len(), 500)
            }
            Command::Send(draft) => self.draft_form(draft),
            Command::Answer { decision, .. } => match decision {
                Decision::Reject { reason, .. } => at_most(Field::Reason, reason.len(), 1_000),
                // Chosen: form comes before the ticket is looked up, so that whether the message
                // carries a directive is not known, and an empty replacement is empty.
                Decision::Replace { content } => self.content_form(content, false),
                _ => Ok(()),
            },
            Command::SetProfile { profile } => profile_form(profile),
            Command::SetNameCard { card, .. } => at_most(Field::NameCard, card.len(), 50),
            Command::SetGroup(patch) => patch_form(patch),
            Command::Mute { users, span } => users_form(users).and(span_form(*span)),
            Command::Shadow { users, span } => users_form(users).and(span_form(*span)),
            Command::Unmute { users }
            | Command::Unshadow { users }
            | Command::Forgive { users }
            | Command::Unban { users } => users_form(users),
            Command::BanPrints { prints, span, .. } => prints_form(prints).and(span_form(*span)),
            Command::UnbanPrints { prints } => prints_form(prints),
            Command::Warn { users, .. } => users_form(users),
            Command::Moderate { users, acts } => users_form(users).and(acts_form(acts)),
            Command::Kick { users, reason } => {
                users_form(users).and(at_most(Field::Reason, reason.len(), 1_000))
            }
            Command::Ban { users, span, reason } => users_form(users)
                .and(span_form(*span))
                .and(at_most(Field::Reason, reason.len(), 1_000)),
            Command::Notify { users, field } => {
                let most = self.settings.limits.message_bytes as usize;
                users.as_ref().map_or(Ok(()), |users| users_form(users))?;
                at_most(Field::Notice, field.len(), most)
            }
            Command::Broadcast { content } => self.content_form(content, false),
            Command::SetAttributes { changes, .. } => {
                not_more(Field::Attributes, changes.len(), 16)?;
                for change in changes {
                    key_form(Field::AttributeKey, &change.key, 32)?;
                    let length = change.value.as_ref().map_or(0, |value| value.len());
                    at_most(Field::AttributeValue, length, 4_000)?;
                }
                Ok(())
            }
            Command::Count { changes } => {
                not_more(Field::Counters, changes.len(), 20)?;
                changes.iter().try_for_each(|one| key_form(Field::CounterKey, &one.key, 128))
            }
            Command::Mark { users, marks, .. } => {
                users_form(users)?;
                let known = |mark: &u32| *mark >= 1_000 || [500, 600].contains(mark);
                if marks.is_empty() || !marks.iter().all(known) {
                    return Err(Refusal::Malformed { field: Field::Mark });
                }
                not_more(Field::Marks, marks.len(), 10)
            }
            Command::SetSlowMode { slow_mode: Some(slow) } => {
                let longest = slow.member.max(slow.admin).max(slow.owner);
                day_form(longest)
            }
            Command::Raid { span: Some(span) } => day_form(*span),
            _ => Ok(()),
        }
    }

    fn draft_form(&self, draft: &Draft) -> Result<(), Refusal> {
        self.content_form(&draft.content, draft.directive.is_some())?;
        let named = draft.directive.as_ref().map(|directive| match directive {
            Directive::Leave { users } => users.len(),
            other => unreachable!("a directive that the model does not know: {other:?}"),
        });
        let good = match (draft.kind, named) {
            (Kind::Control, Some(named)) => {
                (1..=500).contains(&named) && draft.effective_priority() == Priority::High
            }
            (Kind::Control, None) | (_, Some(_)) => false,
            (_, None) => true,
        };
        if good { Ok(()) } else { Err(Refusal::BadDirective) }
    }

    /// The form of what a message says, when it is sent and when it is replaced.
    fn content_form(&self, content: &Content, directive: bool) -> Result<(), Refusal> {
        let held = content.bytes() - content.data.len();
        if held == 0 && !directive {
            return Err(Refusal::Empty);
        }
        let limits = &self.settings.limits;
        not_more(Field::Elements, content.elements.len(), limits.elements as usize)?;
        let custom = |element: &&Element| matches!(element, Element::Custom { .. });
        not_more(Field::CustomElements, content.elements.iter().filter(custom).count(), 1)?;
        at_most(Field::Message, content.bytes(), limits.message_bytes as usize)
    }
}

fn profile_form(profile: &Profile) -> Result<(), Refusal> {
    at_most(Field::Nick, profile.nick.len(), 500)?;
    at_most(Field::Avatar, profile.avatar.len(), 500)
}

fn users_form(users: &[UserId]) -> Result<(), Refusal> {
    if users.is_empty() {
        return Err(Refusal::Malformed { field: Field::Users });
    }
    not_more(Field::Users, users.len(), 500)
}

fn prints_form(prints: &[Fingerprint]) -> Result<(), Refusal> {
    if prints.is_empty() { Err(Refusal::Malformed { field: Field::Prints }) } else { Ok(()) }
}

fn acts_form(acts: &Acts) -> Result<(), Refusal> {
    let Acts { counters, purge, warn, notice, silence, remove, .. } = acts;
    let others = notice.is_some() || silence.is_some() || remove.is_some();
    if counters.is_empty() && !purge && !warn && !others {
        return Err(Refusal::Malformed { field: Field::Acts });
    }
    let silence = match silence {
        Some(Silencing::Mute { span } | Silencing::Shadow { span }) => span_form(*span),
        None => Ok(()),
    };
    silence.and(match remove {
        Some(Removing::Ban { span, .. }) => span_form(*span),
        _ => Ok(()),
    })
}

/// More than nothing, and at most a day.
fn day_form(span: Duration) -> Result<(), Refusal> {
    let good = !span.is_zero() && span <= DAY;
    if good { Ok(()) } else { Err(Refusal::Malformed { field: Field::Span }) }
}

fn span_form(span: Span) -> Result<(), Refusal> {
    match span {
        Span::For(Duration::ZERO) => Err(Refusal::Malformed { field: Field::Span }),
        _ => Ok(()),
    }
}

fn patch_form(patch: &GroupPatch) -> Result<(), Refusal> {
    if let Some(name) = &patch.name {
        key_form(Field::GroupName, name, 30)?;
    }
    for (field, text, most) in [
        (Field::Introduction, &patch.introduction, 240),
        (Field::Notification, &patch.notification, 300),
        (Field::FaceUrl, &patch.face_url, 100),
    ] {
        at_most(field, text.as_ref().map_or(0, |text| text.len()), most)?;
    }
    not_more(Field::CustomFields, patch.custom.len(), 10)?;
    for (key, value) in &patch.custom {
        key_form(Field::CustomKey, key, 16)?;
        if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(Refusal::Malformed { field: Field::CustomKey });
        }
        at_most(Field::CustomValue, value.len(), 512)?;
    }
    Ok(())
}

/// At least one byte, and at most so many.
fn key_form(field: Field, key: &str, most: usize) -> Result<(), Refusal> {
    if key.is_empty() { Err(Refusal::Malformed { field }) } else { at_most(field, key.len(), most) }
}

fn at_most(field: Field, length: usize, limit: usize) -> Result<(), Refusal> {
    if length <= limit {
        return Ok(());
    }
    Err(Refusal::TooLong { field, limit: limit as u64, length: length as u64 })
}

pub(super) fn not_more(field: Field, count: usize, limit: usize) -> Result<(), Refusal> {
    if count <= limit {
        return Ok(());
    }
    Err(Refusal::TooMany { field, limit: limit as u64, count: count as u64 })
}
