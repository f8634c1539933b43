//! Where two stores part.

use std::{io::Write, path::Path, process::ExitCode};

use liveroom::store::{Reader, Stored, StoredGroup};

use crate::{Failure, KEY, Which, deed::deed, pages::Pages, shown};

pub(crate) fn diff(
    out: &mut impl Write,
    dir: &Path,
    other: &Path,
    which: &Which,
) -> Result<ExitCode, Failure> {
    let (mut one, mut two) = (Reader::open(dir)?, Reader::open(other)?);
    let (ours, theirs) = (which.of(&one)?, which.of(&two)?);
    let mut same = true;
    let same_group =
        |a: &StoredGroup, b: &StoredGroup| (a.no, a.app, &a.id) == (b.no, b.app, &b.id);
    for group in &ours {
        let Some(twin) = theirs.iter().find(|twin| same_group(group, twin)) else {
            writeln!(out, "{} of app {} is in the first alone", group.id, group.app)?;
            same = false;
            continue;
        };
        if let Some(parts) = parting(&mut one, &mut two, group, twin)? {
            writeln!(out, "{} of app {}: {parts}", group.id, group.app)?;
            same = false;
        }
    }
    for group in theirs.iter().filter(|it| !ours.iter().any(|own| same_group(own, it))) {
        writeln!(out, "{} of app {} is in the second alone", group.id, group.app)?;
        same = false;
    }
    if same {
        writeln!(out, "the same {} groups, record by record", ours.len())?;
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The first record that differs among those that both keep.
fn parting(
    one: &mut Reader,
    two: &mut Reader,
    group: &StoredGroup,
    twin: &StoredGroup,
) -> Result<Option<String>, Failure> {
    let begins = one.oldest(group.no, KEY)?.last_record();
    let begins = begins.max(two.oldest(twin.no, KEY)?.last_record());
    let (mut ours, mut theirs) = (Pages::new(group.no, begins), Pages::new(twin.no, begins));
    loop {
        match (ours.next(one)?, theirs.next(two)?) {
            (None, None) => return Ok(None),
            (Some(a), Some(b)) if a == b => {}
            (a, b) => {
                return Ok(Some(format!(
                    "they part\n  first:  {}\n  second: {}",
                    told(a),
                    told(b)
                )));
            }
        }
    }
}

fn told(stored: Option<Stored>) -> String {
    let Some(Stored { no, record, .. }) = stored else { return "ends here".to_owned() };
    match record {
        Ok(record) => {
            let what = match &record.event {
                liveroom::Event::Command { by, command } => format!("{by:?} {}", deed(command)),
                _ => "time passes".to_owned(),
            };
            format!("record {no} at {}: {what}", shown(record.at))
        }
        Err(damage) => format!("record {no}: {damage}"),
    }
}
