//! A command in the words of stories.

use liveroom::{
    Admission, Command, Content, Decision, Draft, Element, Kind, Removing, Silencing, Span, UserId,
};

/// In the words of stories, where they have some.
pub(crate) fn deed(command: &Command) -> String {
    match command {
        Command::Join(join) => match &join.print {
            Some(print) => format!("joins from {print}"),
            None => "joins".into(),
        },
        Command::Attach { user, .. } => format!("attaches as {user}"),
        Command::Detach => "detaches".into(),
        Command::DetachAll => "detaches all".into(),
        Command::Quit => "quits".into(),
        Command::Disband => "disbands".into(),
        Command::AnswerJoin { user, admission: Admission::Admit } => format!("admits {user}"),
        Command::AnswerJoin { user, .. } => format!("declines {user}"),
        Command::Send(draft) => said(draft),
        Command::Answer { ticket, decision } => format!("answers {ticket} {}", decided(decision)),
        Command::Withdraw { message } => format!("withdraws {message}"),
        Command::Recall { message } => format!("recalls {message}"),
        Command::Purge { author: Some(user) } => format!("purges {user}"),
        Command::SetAdmin { user } => format!("makes {user} admin"),
        Command::CancelAdmin { user } => format!("makes {user} member"),
        Command::Transfer { user } => format!("hands over to {user}"),
        Command::Warn { users, .. } => format!("warns {}", named(users)),
        Command::Forgive { users } => format!("forgives {}", named(users)),
        Command::Mute { users, span } => format!("mutes {} for {}", named(users), length(*span)),
        Command::Unmute { users } => format!("unmutes {}", named(users)),
        Command::MuteAll { on: true } => "mutes all".into(),
        Command::MuteAll { on: false } => "unmutes all".into(),
        Command::Shadow { users, span } => {
            format!("shadows {} for {}", named(users), length(*span))
        }
        Command::Unshadow { users } => format!("unshadows {}", named(users)),
        Command::Kick { users, .. } => format!("kicks {}", named(users)),
        Command::Ban { users, span, .. } => format!("bans {} for {}", named(users), length(*span)),
        Command::Unban { users } => format!("unbans {}", named(users)),
        Command::Moderate { users, acts } => {
            let silence = acts.silence.map(|silence| match silence {
                Silencing::Mute { span } => format!(" mute={}", length(span)),
                Silencing::Shadow { span } => format!(" shadow={}", length(span)),
            });
            let remove = acts.remove.map(|remove| match remove {
                Removing::Kick => " kick".into(),
                Removing::Ban { span, prints: true } => format!(" outlaw={}", length(span)),
                Removing::Ban { span, .. } => format!(" ban={}", length(span)),
            });
            let word = |on: bool, word: &str| if on { format!(" {word}") } else { String::new() };
            let (purge, warn) = (word(acts.purge, "purge"), word(acts.warn, "warn"));
            let (silence, remove) = (silence.unwrap_or_default(), remove.unwrap_or_default());
            format!("moderates {}{purge}{warn}{silence}{remove}", named(users))
        }
        other => format!("{other:?}"),
    }
}

fn said(draft: &Draft) -> String {
    let verb = match draft.kind {
        Kind::Text => "says",
        Kind::Gift => "gives",
        Kind::Like => "likes",
        Kind::Follow => "follows",
        _ => return format!("{draft:?}"),
    };
    let priority = draft.priority.map(|it| format!(" at {}", it.to_string().to_lowercase()));
    let random = draft.random.map(|random| format!(" random {}", random.0));
    let (priority, random) = (priority.unwrap_or_default(), random.unwrap_or_default());
    format!("{verb} {}{priority}{random}", shown(&draft.content))
}

/// What cannot be seen is written out.
fn shown(content: &Content) -> String {
    let elements = content.elements.iter().map(|element| match element {
        Element::Text(text) if text.chars().count() > 60 => format!("{} characters", text.len()),
        Element::Text(text) => text.escape_default().to_string(),
        other => format!("{other:?}"),
    });
    elements.collect::<Vec<_>>().join("|")
}

fn decided(decision: &Decision) -> String {
    match decision {
        Decision::Allow => "allow".into(),
        Decision::Escalate => "escalate".into(),
        Decision::Discard => "discard".into(),
        Decision::Replace { content } => format!("replace {}", shown(content)),
        Decision::Reject { code, reason } => format!("reject {code} {reason}"),
        other => format!("{other:?}"),
    }
}

fn named(users: &[UserId]) -> String {
    users.iter().map(UserId::as_str).collect::<Vec<_>>().join(",")
}

fn length(span: Span) -> String {
    match span {
        Span::Forever => "good".into(),
        Span::For(time) => format!("{}ms", time.as_millis()),
    }
}
