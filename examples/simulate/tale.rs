//! A world that failed, written as a story: what was done, and what the group made of it.

use std::{
    fmt::Write,
    panic::{self, AssertUnwindSafe},
};

use liveroom::{
    Admission, Author, Command, Content, Decision, Draft, Element, Kind, Removing, SessionId,
    Silencing, Span, UserId,
};

use crate::{
    model::{
        play::{Line, Stage},
        script::{self, Clock},
    },
    story::say,
    world::{Mood, Plan},
};

pub(crate) fn write(plan: &Plan, why: &str, long: usize, again: &str) -> String {
    let steps = plan.script.steps.len();
    let owned = if plan.script.owned { "An owned group" } else { "A group without an owner" };
    let mut tale = format!(
        "{owned}, in {steps} steps of the {long} in which this was found:\n\n{why}\n\nAgain:\n{again}\n\n{:#?}\n\n",
        plan.script.knobs
    );
    if !plan.beside.is_empty() {
        let _ = writeln!(tale, "On a hub, with {:?}", plan.beside);
    }
    let told = panic::catch_unwind(AssertUnwindSafe(|| tell(plan)));
    tale.push_str(&told.unwrap_or_else(|_| format!("The group panics:\n{plan:?}")));
    tale
}

fn tell(plan: &Plan) -> String {
    let mut tale = String::new();
    let mut stage = Stage::new(&plan.script);
    let mut cursor = stage.group.tail();
    for (step, mood) in plan.script.steps.iter().zip(&plan.moods) {
        let line = stage.line(step);
        match step.clock {
            Clock::Still => {}
            Clock::Ahead(ms) => _ = writeln!(tale, "> wait {ms}ms"),
            Clock::Back(ms) => {
                _ = writeln!(tale, "The host's clock runs back by {ms} ms for this:")
            }
            Clock::Wild => _ = writeln!(tale, "The host's clock runs wild:"),
        }
        match mood {
            Mood::Usual => {}
            mood => _ = writeln!(tale, "The hosts' mood: {mood:?}."),
        }
        if let Some((by, command)) = &line.1 {
            let _ = writeln!(tale, "> {} {}", name(by), deed(command));
        }
        for followed in follow(&mut stage, &mut cursor, &line) {
            let _ = writeln!(tale, "  {followed}");
        }
    }
    tale
}

/// The answer, the new entries, and what is put out.
fn follow(stage: &mut Stage, cursor: &mut liveroom::Cursor, line: &Line) -> Vec<String> {
    let (answer, outputs) = stage.play(line);
    let mut lines: Vec<_> = answer.iter().map(say::answer).collect();
    let (entries, missed) = stage.read(cursor);
    lines.extend(say::missed(missed));
    lines.extend(entries.iter().map(say::entry));
    lines.extend(outputs.iter().map(say::output));
    lines.into_iter().map(name_sessions).collect()
}

fn name_sessions(line: String) -> String {
    let Some((before, rest)) = line.split_once("session:") else { return line };
    let Some((number, after)) = rest.split_once(':') else { return line };
    let Ok(number) = number.parse() else { return line };
    format!("{before}{}{after}", of_session(SessionId(number)))
}

/// `ann@web`, as sessions are called in stories.
fn of_session(session: SessionId) -> String {
    let platforms = ["web", "android", "ios"];
    for user in 0..6 {
        for (place, platform) in (0..).zip(platforms) {
            if script::session(user, place) == session {
                return format!("{}@{platform}", script::user(user));
            }
        }
    }
    match session.0 {
        fan @ 200.. => format!("fan{}@mini", fan - 200),
        guest => format!("guest{}@mini", guest.saturating_sub(90)),
    }
}

fn name(by: &Author) -> String {
    match by {
        Author::App => "app".into(),
        Author::AppAs { user, .. } => format!("app/{user}"),
        Author::Session(session) | Author::Guest(session) => of_session(*session),
        other => format!("{other:?}"),
    }
}

/// In the words of stories, where they have some.
fn deed(command: &Command) -> String {
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
