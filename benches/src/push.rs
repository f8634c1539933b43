//! S3: a whole push of a clean Chinese text, beside the filter's scan of that text alone.

use std::{hint::black_box, sync::Arc, time::Duration};

use liveroom::{Author, Command};

use crate::{
    allocations,
    race::{Aimed, Amount, Case, Report, time},
    rooms::{ANN, Room},
    words::{TERMS, filter, texts, words},
};

/// Messages a round: their outputs stay far below the group's limit until they are polled.
const MESSAGES: usize = 1_000;
/// Rounds before the first: 5 minutes at 40 a second, after which receipts are forgotten as fast as
/// they come.
const SETTLE: usize = 12;

pub(crate) fn pushes(report: &mut Report) {
    let name = format!("push/words={TERMS}");
    if !report.wants("S3", &name) {
        return;
    }
    let filter = Arc::new(filter(&words(TERMS)));
    let texts = texts(&filter, MESSAGES);

    let mut room = Room::new();
    room.group.install_filter(filter.clone());
    room.push(Author::App, Command::UseFilter { filter: Some(filter.id()) });
    for _ in 0..SETTLE {
        push_all(&mut room, &texts);
    }
    let scan =
        || time(|| texts.iter().for_each(|text| drop(black_box(filter.judge(black_box(text))))));
    let what = "the scan alone of 45 bytes; ours is command to receipt, delivered at once";
    // A push is to cost at most 3 scans.
    let case = Case { aim: "S3", name, what, at_least: Some(34), units: MESSAGES as u64 };
    report.race(&case, || push_all(&mut room, &texts), scan);

    let commands = commands(&texts);
    let (_, made) = allocations::count(|| push_commands(&mut room, commands));
    let name = format!("allocations/words={TERMS}");
    let unit = "allocations a push";
    let (ours, aimed) = (made * 100 / MESSAGES as u64, Some(Aimed::AtMost(200)));
    report.amount(&Amount { aim: "S3", name, unit, ours, peer: None, aimed });
}

fn push_all(room: &mut Room, texts: &[String]) -> Duration {
    let commands = commands(texts);
    let time = time(|| push_commands(room, commands));
    room.drain();
    time
}

fn push_commands(room: &mut Room, commands: Vec<Command>) {
    commands.into_iter().for_each(|command| room.push(ANN, command));
}

/// Made before the clock runs: a host has the message in hand.
fn commands(texts: &[String]) -> Vec<Command> {
    texts.iter().map(|text| Command::text(text.as_str())).collect()
}
