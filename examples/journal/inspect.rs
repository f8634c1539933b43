//! Which groups there are, and what happened in one.

use std::{io::Write, ops::ControlFlow, path::Path, process::ExitCode};

use liveroom::{
    Author, Event, Group, Occupant, Output, Record, RecordNo, SessionId, Timestamp,
    store::{Lost, Reader, StoredGroup},
};

use crate::{
    Failure, KEY, Which,
    deed::deed,
    pages::Pages,
    shown,
    story::{TOLD_FROM, say},
};

pub(crate) fn inspect(
    out: &mut impl Write,
    dir: &Path,
    which: &Which,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<ExitCode, Failure> {
    let mut reader = Reader::open(dir)?;
    let mut well = true;
    if which.group.is_some() {
        let group = which.one_of(&reader)?;
        well = story(out, &mut reader, &group, from, until)?;
    } else {
        list(out, &reader, &which.of(&reader)?)?;
    }
    tell_losses(out, &reader)?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What groups lost at recoveries.
pub(crate) fn tell_losses(out: &mut impl Write, reader: &Reader) -> Result<(), Failure> {
    for lost in reader.losses()? {
        let Lost { group, after, records, damage, .. } = lost;
        writeln!(
            out,
            "group {group} lost {records} records after {after}: of the first, {damage}"
        )?;
    }
    let mut aside = 0_u64;
    reader.put_aside(|_, _| aside += 1)?;
    if aside > 0 {
        writeln!(out, "{aside} of what was lost can be read still, and is put aside")?;
    }
    Ok(())
}

fn list(out: &mut impl Write, reader: &Reader, groups: &[StoredGroup]) -> Result<(), Failure> {
    writeln!(
        out,
        "{:>12} {:<24} {:>12} {:>12}  {:<25} {:<25}",
        "app", "group", "records", "kept", "from", "to"
    )?;
    for group in groups {
        let (mut kept, mut first, mut last) = (0_u64, None, None);
        reader.records(group.no, RecordNo(0), |stored| {
            kept += 1;
            let at = stored.record.ok().map(|record| record.at);
            first = first.or(at);
            last = at.or(last);
            ControlFlow::Continue(())
        })?;
        let time = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), shown);
        writeln!(
            out,
            "{:>12} {:<24} {:>12} {kept:>12}  {:<25} {:<25}",
            group.app,
            group.id,
            group.last,
            time(first),
            time(last)
        )?;
    }
    Ok(())
}

fn story(
    out: &mut impl Write,
    reader: &mut Reader,
    group: &StoredGroup,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<bool, Failure> {
    let mut stage = reader.oldest(group.no, KEY)?;
    let begins = from.unwrap_or(stage.clock()).max(stage.clock());
    let _once = TOLD_FROM.set(begins);
    writeln!(out, "{} of app {}, from {} on", group.id, group.app, shown(begins))?;
    let mut cursor = stage.tail();
    let mut ended = None;
    let mut pages = Pages::new(group.no, stage.last_record());
    while let Some(stored) = pages.next(reader)? {
        let record = match stored.record {
            Ok(record) if until.is_some_and(|until| record.at > until) => break,
            Ok(record) => record,
            Err(damage) => {
                ended = Some(format!("record {}: {damage}", stored.no));
                break;
            }
        };
        if record.at < begins {
            // What came before leads up to it.
            if let Some(damage) = reader.play(&mut stage, record, drop)? {
                ended = Some(format!("record {}: {damage}", stored.no));
                break;
            }
            cursor = stage.tail();
            continue;
        }
        let passed = record.at.since(begins);
        let told = told(&stage, &record);
        writeln!(out, "\n> {}.{:03} s  {told}", passed.as_secs(), passed.subsec_millis())?;
        let mut outputs = Vec::new();
        if let Some(damage) = reader.play(&mut stage, record, |output| outputs.push(output))? {
            ended = Some(format!("record {}: {damage}", stored.no));
            break;
        }
        let entries = stage.since(&cursor)?;
        let (missed, next) = (say::missed(entries.missed()), entries.cursor());
        let entries = entries.map(|entry| say::entry(entry));
        for line in missed.into_iter().chain(entries) {
            writeln!(out, "  {line}")?;
        }
        cursor = next;
        outputs.retain(|it| !matches!(it, Output::Tail { .. } | Output::Record(_)));
        for output in &outputs {
            writeln!(out, "  {}", say::output(output))?;
        }
    }
    if ended.is_none() && until.is_none() && stage.last_record() < group.last {
        ended = Some(format!("record {} is missing", stage.last_record().0 + 1));
    }
    match &ended {
        Some(why) => writeln!(out, "\nhere it breaks off: {why}")?,
        None => writeln!(out, "\nat {}: {} online", shown(stage.clock()), stage.online())?,
    }
    Ok(ended.is_none())
}

/// Who did what.
fn told(group: &Group, record: &Record) -> String {
    match &record.event {
        Event::Command { by, command } => format!("{} {}", name(group, by), deed(command)),
        _ => "time passes".to_owned(),
    }
}

fn name(group: &Group, by: &Author) -> String {
    let known = |session: SessionId| match group.occupant(session) {
        Some(Occupant::Member(user) | Occupant::Applicant(user)) => user.to_string(),
        _ => format!("session:{session}"),
    };
    match by {
        Author::App => "app".to_owned(),
        Author::AppAs { user, .. } => format!("app/{user}"),
        Author::Session(session) => known(*session),
        Author::Guest(session) => format!("guest:{session}"),
        other => format!("{other:?}"),
    }
}
