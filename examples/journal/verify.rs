//! Whether it all holds together.

use std::{collections::VecDeque, io::Write, path::Path, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};
use liveroom::{
    Epoch, Group, Output, RecordNo,
    audit::{self, AuditRecord},
    store::{Reader, StoredGroup},
};

use crate::{Failure, KEY, Which, inspect::tell_losses, pages::Pages};

pub(crate) fn verify(out: &mut impl Write, dir: &Path, which: &Which) -> Result<ExitCode, Failure> {
    let mut reader = Reader::open(dir)?;
    let groups = which.of(&reader)?;
    let all = groups.iter().fold(0_u64, |sum, group| sum.saturating_add(group.last.0));
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
    writeln!(out, "{} groups, {records} records played back: {wrong} are damaged", groups.len())?;
    tell_losses(out, &reader)?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lives one group through again, and holds every snapshot of it against that; returns how many records that were.
fn check(reader: &mut Reader, known: &StoredGroup, bar: &ProgressBar) -> Result<u64, Failure> {
    let mut snapshots = VecDeque::new();
    let mut damaged = None;
    reader.snapshots(known.no, KEY, |snapshot| match snapshot {
        Ok(group) => snapshots.push_back((group.last_record(), group.epoch(), group.digest())),
        Err(damage) => damaged = Some(damage),
    })?;
    if let Some(damage) = damaged {
        return Err(format!("a snapshot: {damage}").into());
    }
    let mut group = reader.oldest(known.no, KEY)?;
    let begins = group.last_record();
    compare(&mut group, &mut snapshots)?;
    let mut audits: Vec<AuditRecord> = Vec::new();
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
        compare(&mut group, &mut snapshots)?;
        bar.inc(1);
    }
    let last = group.last_record();
    if last != known.last {
        return Err(format!("record {} is missing", last.0 + 1).into());
    }
    audit::verify(&audits).map_err(|broken| format!("the audit log: {broken}"))?;
    Ok(last.0 - begins.0)
}

/// Whether the snapshots of this record say what the records do. A group begins an epoch between two of them.
fn compare(
    group: &mut Group,
    snapshots: &mut VecDeque<(RecordNo, Epoch, u64)>,
) -> Result<(), Failure> {
    while let Some((record, epoch, digest)) =
        snapshots.pop_front_if(|(record, ..)| *record <= group.last_record())
    {
        if epoch != group.epoch() {
            let filters: Vec<_> = group.filters().cloned().collect();
            *group = Group::restore(group.snapshot(), &filters, KEY, Some(epoch))?;
        }
        if record == group.last_record() && digest != group.digest() {
            return Err(
                format!("the snapshot of record {record} says otherwise than the records").into()
            );
        }
    }
    Ok(())
}
