//! A world that failed, written as a story: what was done, and what the group made of it.

use std::{
    fmt::Write,
    panic::{self, AssertUnwindSafe},
};

use liveroom::{Author, SessionId};

use crate::{
    deed::deed,
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
