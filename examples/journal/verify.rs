//! Whether it all holds together.

use std::{io::Write, path::Path, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};
use liveroom::{
    Output,
    audit::{self, AuditRecord},
    store::{Reader, StoredGroup},
};

use crate::{Failure, KEY, Which, pages::Pages};

pub(crate) fn verify(out: &mut impl Write, dir: &Path, which: &Which) -> Result<ExitCode, Failure> {
    let mut reader = Reader::open(dir)?;
    let groups = which.of(&reader)?;
    let all = groups.iter().map(|group| group.last.0).sum();
    let bar = ProgressBar::new(all).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} records, {per_sec}, {eta} left",
    )?);
    let (mut records, mut wrong) = (0, 0);
    for group in &groups {
        match check(&mut reader, group, &bar) {
            Ok(checked) => records += checked,
            Err(why) => {
                wrong += 1;
                bar.suspend(|| writeln!(out, "{} of app {}: {why}", group.id, group.app))?;
            }
        }
    }
    bar.finish_and_clear();
    let aside = reader.put_aside()?.len();
    writeln!(out, "{} groups, {records} records played back: {wrong} are damaged", groups.len())?;
    if aside > 0 {
        writeln!(out, "{aside} records are put aside, because something before them was lost")?;
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lives one group through again; returns how many records that were.
fn check(reader: &mut Reader, known: &StoredGroup, bar: &ProgressBar) -> Result<u64, Failure> {
    let mut group = reader.oldest(known.no, KEY)?;
    let begins = group.last_record();
    let (mut last, mut audits): (_, Vec<AuditRecord>) = (begins, Vec::new());
    let mut pages = Pages::new(known.no, begins);
    while let Some(stored) = pages.next(reader)? {
        let record = stored.record.map_err(|damage| format!("record {}: {damage}", stored.no))?;
        let damage = reader.play(&mut group, record, |output| {
            if let Output::Audit { audit, .. } = output {
                audits.push(*audit);
            }
        })?;
        if let Some(damage) = damage {
            return Err(format!("record {}: {damage}", stored.no).into());
        }
        last = stored.no;
        bar.inc(1);
    }
    if last != known.last {
        return Err(format!("record {} is missing", last.0 + 1).into());
    }
    // Whatever snapshot is read at a recovery leads to the same group.
    let recovered = reader.group(known.no, KEY)?;
    if let Some(damage) = recovered.skipped.first() {
        return Err(format!("a snapshot: {damage}").into());
    }
    if recovered.group.digest() != group.digest() {
        return Err(format!(
            "the snapshot of record {} says otherwise than the records",
            recovered.snapshot
        )
        .into());
    }
    audit::verify(&audits).map_err(|broken| format!("the audit log: {broken}"))?;
    Ok(last.0 - begins.0)
}
