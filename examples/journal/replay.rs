//! A group as it was.

use std::{io::Write, path::Path, process::ExitCode};

use liveroom::{Timestamp, store::Reader};

use crate::{
    Failure, KEY, Which, shown,
    story::{TOLD_FROM, say},
};

pub(crate) fn replay(
    out: &mut impl Write,
    dir: &Path,
    which: &Which,
    at: Option<Timestamp>,
) -> Result<ExitCode, Failure> {
    let mut reader = Reader::open(dir)?;
    let known = which.one_of(&reader)?;
    let recovered = match at {
        Some(at) => reader.group_at(known.no, at, KEY)?,
        None => reader.group(known.no, KEY)?,
    };
    let group = &recovered.group;
    let _once = TOLD_FROM.set(group.clock());
    writeln!(out, "{} of app {}, as it was at {}", known.id, known.app, shown(group.clock()))?;
    writeln!(
        out,
        "record {}, epoch {}, digest {:016x}",
        group.last_record(),
        group.epoch(),
        group.digest()
    )?;
    writeln!(
        out,
        "{} records played back onto a snapshot of record {}",
        recovered.replayed, recovered.snapshot
    )?;
    let owner = group.owner().map_or("nobody", |owner| owner.as_str());
    writeln!(
        out,
        "owned by {owner}; {} members, {} guests, {} online",
        group.member_count(),
        group.guest_count(),
        group.online()
    )?;
    for (user, until) in group.mutes() {
        writeln!(out, "muted: {user} until {}", time(until))?;
    }
    for (user, until) in group.bans() {
        writeln!(out, "banned: {user} until {}", time(until))?;
    }
    let (held, _) = group.held(liveroom::Ticket(0), usize::MAX);
    writeln!(out, "{} messages are held", held.len())?;
    for line in say::profile(group).into_iter().chain(say::stats(&group.stats())) {
        writeln!(out, "{line}")?;
    }
    for damage in &recovered.skipped {
        writeln!(out, "a snapshot could not be read and was passed over: {damage}")?;
    }
    Ok(match &recovered.loss {
        None => ExitCode::SUCCESS,
        Some(loss) => {
            writeln!(out, "here it breaks off: record {}: {}", loss.after.0 + 1, loss.damage)?;
            ExitCode::FAILURE
        }
    })
}

fn time(at: Timestamp) -> String {
    if at == Timestamp::MAX { "for good".to_owned() } else { shown(at) }
}
