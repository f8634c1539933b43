//! S3: a whole push of a clean text, beside the filter's scan of that text alone.

use std::{hint::black_box, sync::Arc, time::Duration};

use liveroom::{
    Author, Command,
    filter::{Filter, FilterSpec},
};

use crate::{
    allocations,
    race::{Case, Report, time},
    rooms::{ANN, Room},
};

/// Terms in the filter.
const TERMS: usize = 1_000;
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
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "S3: texts of {} bytes on average, none of which the filter meets",
        bytes / texts.len()
    );
    assert!(texts.iter().all(|text| filter.judge(text).is_clean()), "the texts are clean");

    let mut room = Room::new();
    room.group.install_filter(filter.clone());
    room.push(Author::App, Command::UseFilter { filter: Some(filter.id()) });
    for _ in 0..SETTLE {
        push_all(&mut room, &texts);
    }
    let scan =
        || time(|| texts.iter().for_each(|text| drop(black_box(filter.judge(black_box(text))))));
    let what = "the filter's scan alone; ours is command to receipt, delivered at once";
    // A push is to cost at most 3 scans.
    let case = Case { aim: "S3", name, what, at_least: 34, units: MESSAGES as u64 };
    report.race(&case, || push_all(&mut room, &texts), scan);

    let commands = commands(&texts);
    let (_, made) = allocations::count(|| push_commands(&mut room, commands));
    report.count("S3", "allocations/push", made, MESSAGES as u64, 2);
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

/// Words of three syllables; what people write below has other syllables.
fn filter() -> Arc<Filter> {
    const SYLLABLES: [&str; 10] =
        ["zor", "vax", "quim", "jex", "kru", "plo", "wez", "yub", "fiz", "gax"];
    let mut list = String::new();
    for word in 0..TERMS {
        for place in [100, 10, 1] {
            list.push_str(SYLLABLES[word / place % SYLLABLES.len()]);
        }
        list.push('\n');
    }
    let spec = FilterSpec::parse(&list).expect("a good list");
    Arc::new(spec.compile().expect("a thousand words fit into one automaton"))
}

/// Different texts of about 45 bytes, as people write them.
fn texts() -> Vec<String> {
    const WORDS: [&str; 12] = [
        "hello", "that", "was", "a", "lovely", "song", "again", "please", "the", "streamer",
        "Haha", "mate",
    ];
    let text = |number: usize| {
        let words = (0..9).map(|place| WORDS[(number * 7 + place * place) % WORDS.len()]);
        words.collect::<Vec<_>>().join(" ") + "!"
    };
    (0..MESSAGES).map(text).collect()
}
