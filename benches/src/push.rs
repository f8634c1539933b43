//! S3: a whole push of a clean Chinese text, beside the filter's scan of that text alone.

use std::{collections::BTreeSet, hint::black_box, sync::Arc, time::Duration};

use liveroom::{
    Author, Command,
    filter::{Filter, FilterSpec},
};

use crate::{
    allocations,
    dice::Dice,
    race::{Amount, Case, Report, time},
    rooms::{ANN, Room},
};

/// Terms in the filter.
const TERMS: usize = 65_000;
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
    let filter = filter();
    let texts = texts(&filter);

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
    let (ours, at_most) = (made * 100 / MESSAGES as u64, Some(200));
    report.amount(&Amount { aim: "S3", name, unit, ours, peer: None, at_most });
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

/// Words of 2 to 4 characters.
fn filter() -> Arc<Filter> {
    let mut dice = Dice::new(1);
    let mut words = BTreeSet::new();
    while words.len() < TERMS {
        let length = 2 + dice.below(3);
        words.insert(characters(&mut dice, length));
    }
    let list: Vec<String> = words.into_iter().collect();
    let spec = FilterSpec::parse(&list.join("\n")).expect("a good list");
    Arc::new(spec.compile().expect("so many words fit into one automaton"))
}

/// Different texts of 45 bytes, of the characters that the words are made of. Those that have one of
/// the words in them are passed over.
fn texts(filter: &Filter) -> Vec<String> {
    let mut dice = Dice::new(2);
    let texts = std::iter::repeat_with(|| characters(&mut dice, 15));
    texts.filter(|text| filter.judge(text).is_clean()).take(MESSAGES).collect()
}

/// Some of the first 3,000 of the unified ideographs: about as many as are in use.
fn characters(dice: &mut Dice, count: usize) -> String {
    let one = |_| char::from_u32(0x4E00 + dice.below(3_000) as u32).expect("an ideograph");
    (0..count).map(one).collect()
}
