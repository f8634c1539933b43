//! What an output that waits weighs: roughly the bytes of it and of what it holds.
//!
//! Texts that are shared with the log or the roster count in full: while they wait here, they stay.

use crate::{
    audit::AuditRecord,
    command::{Acts, Command, CounterChange, Decision, GroupPatch, Users},
    config::GroupConfig,
    entry::{Notice, ProfileChanges},
    message::{Content, Directive},
    output::{Event, Output, Record},
    role::{Author, Profile},
};

/// What a user id holds beside itself, if it is a long one.
const USER: usize = 56;

/// The bytes of one output.
pub(super) fn output(output: &Output) -> usize {
    size_of::<Output>()
        + match output {
            Output::Record(Record { event: Event::Command { by, command: it }, .. }) => {
                author(by) + command(it)
            }
            Output::Ask { question, .. } => question.message.bytes(),
            Output::Preview { message: it, .. }
            | Output::Ended { message: it, .. }
            | Output::FoldEnded { message: it, .. } => it.bytes(),
            Output::Applied { note, .. } => USER + note.len(),
            Output::Direct { notice: it, .. } => notice(it),
            Output::Echo { messages, .. } => messages.iter().map(|it| it.bytes()).sum(),
            Output::Order { directive: it, .. } => directive(it),
            Output::ProfileChanged { changes: it, .. } => changes(it),
            Output::Audit { audit, .. } => {
                size_of::<AuditRecord>()
                    + users(&audit.whom)
                    + size_of_val(&*audit.evidence.prints)
                    + audit.evidence.reason.len()
            }
            Output::Joined { .. } | Output::Left { .. } | Output::Presence { .. } => USER,
            Output::Record(Record { event: Event::Advance, .. })
            | Output::Tail { .. }
            | Output::Full { .. }
            | Output::Raid { .. }
            | Output::Disbanded { .. } => 0,
        }
}

fn author(by: &Author) -> usize {
    match by {
        Author::AppAs { profile: it, .. } => USER + profile(it),
        Author::App | Author::Session(_) | Author::Guest(_) => 0,
    }
}

fn command(command: &Command) -> usize {
    match command {
        Command::Join(join) => USER + profile(&join.profile) + join.note.len(),
        Command::Send(draft) => {
            size_of_val(&**draft)
                + content(&draft.content)
                + draft.directive.as_ref().map_or(0, directive)
        }
        Command::Answer { decision: Decision::Replace { content: it }, .. } => content(it),
        Command::Answer { decision: Decision::Reject { reason, .. }, .. } => reason.len(),
        Command::SetProfile { profile: it } => profile(it),
        Command::SetNameCard { card, .. } => USER + card.len(),
        Command::SetGroup(it) => patch(it),
        Command::Kick { users: them, reason }
        | Command::Warn { users: them, reason }
        | Command::Ban { users: them, reason, .. } => users(them) + reason.len(),
        Command::BanPrints { prints, reason, .. } => size_of_val(&**prints) + reason.len(),
        Command::UnbanPrints { prints } => size_of_val(&**prints),
        Command::Moderate { users: them, acts: it } => users(them) + acts(it),
        Command::Notify { users: them, field } => them.as_ref().map_or(0, users) + field.len(),
        Command::Broadcast { content: it } => content(it),
        Command::SetAttributes { changes, .. } => changes
            .iter()
            .map(|it| size_of_val(it) + it.key.len() + it.value.as_ref().map_or(0, |it| it.len()))
            .sum(),
        Command::Count { changes } => counters(changes),
        Command::Mute { users: them, .. }
        | Command::Unmute { users: them }
        | Command::Shadow { users: them, .. }
        | Command::Unshadow { users: them }
        | Command::Forgive { users: them }
        | Command::Unban { users: them }
        | Command::Mark { users: them, .. } => users(them),
        Command::Configure(_) => size_of::<GroupConfig>(),
        Command::Attach { .. }
        | Command::AnswerJoin { .. }
        | Command::Purge { .. }
        | Command::SetAdmin { .. }
        | Command::CancelAdmin { .. }
        | Command::Transfer { .. } => USER,
        Command::Detach
        | Command::DetachAll
        | Command::Quit
        | Command::Answer {
            decision: Decision::Allow | Decision::Escalate | Decision::Discard,
            ..
        }
        | Command::Withdraw { .. }
        | Command::Recall { .. }
        | Command::MuteAll { .. }
        | Command::SetSlowMode { .. }
        | Command::Raid { .. }
        | Command::UseFilter { .. }
        | Command::Disband
        | Command::Rebase { .. } => 0,
    }
}

fn counters(changes: &[CounterChange]) -> usize {
    changes.iter().map(|it| size_of_val(it) + it.key.len()).sum()
}

fn acts(Acts { counters: changes, notice, reason, messages, .. }: &Acts) -> usize {
    let notice = notice.as_ref().map_or(0, |field| field.len());
    size_of::<Acts>()
        + counters(changes)
        + notice
        + reason.len()
        + messages.len() * size_of::<u64>()
}

fn content(content: &Content) -> usize {
    content.heap_bytes()
}

fn directive(Directive::Leave { users }: &Directive) -> usize {
    users.len() * USER
}

fn users(users: &Users) -> usize {
    users.len() * USER
}

fn profile(profile: &Profile) -> usize {
    profile.bytes()
}

fn patch(
    GroupPatch { name, introduction, notification, face_url, custom, .. }: &GroupPatch,
) -> usize {
    let texts = [name, introduction, notification, face_url];
    let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
    size_of::<GroupPatch>() + texts + fields(custom)
}

fn changes(changes: &ProfileChanges) -> usize {
    let ProfileChanges { name, introduction, notification, face_url, custom, .. } = changes;
    let texts = [name, introduction, notification, face_url];
    let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
    size_of::<ProfileChanges>() + texts + fields(custom)
}

fn fields(custom: &[(std::sync::Arc<str>, std::sync::Arc<str>)]) -> usize {
    custom.iter().map(|field| size_of_val(field) + field.0.len() + field.1.len()).sum()
}

fn notice(notice: &Notice) -> usize {
    match notice {
        Notice::Custom { field } => field.len(),
        Notice::Broadcast { content: it } => content(it),
        Notice::Applied { note, .. } => USER + note.len(),
        Notice::Kicked { reason }
        | Notice::Warned { reason, .. }
        | Notice::Banned { reason, .. } => reason.len(),
        Notice::Purged { .. } => USER,
        Notice::Disbanded
        | Notice::Raid { .. }
        | Notice::Admitted
        | Notice::Declined
        | Notice::QuitElsewhere
        | Notice::RoleChanged { .. } => 0,
    }
}
