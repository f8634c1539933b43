//! Journals from anywhere: each record is taken or refused with its number, and whatever was taken makes
//! a group like any other, whose own journal tells the same again.

use liveroom::{
    Epoch, Group, GroupConfig, GroupId, HashKey, Output, Rate, Record, ReplayError, Snapshot,
    Timestamp, WhatIfError, replay, what_if,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    dice::Dice,
    forge, laws, play,
    script::{self, Recent},
};

/// A journal that is written along, and what it leads to.
struct Story {
    origin: Snapshot,
    records: Vec<Record>,
    /// Where the group stood after so many records: its time and its digest.
    stages: Vec<(usize, Timestamp, u64)>,
}

/// Plays back what the bytes are, or what they make of a genuine journal, and plays on.
pub fn journal(data: &[u8]) {
    let mut dice = Dice::new(data);
    match dice.below(5) {
        0 => hostile(&blank(), &frames(dice.rest()), data),
        1 => hostile(&blank(), &lines(dice.rest()), data),
        2 => genuine(&mut dice).is_whole(&mut dice),
        3 => {
            let story = genuine(&mut dice);
            let records = story.damaged(&mut dice);
            hostile(&story.origin, &records, data);
        }
        _ => {
            let story = genuine(&mut dice);
            let records = story.forged(&mut dice);
            hostile(&story.origin, &records, data);
        }
    }
}

/// Records as one after the other, up to what is none.
fn frames(mut bytes: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    while let Ok((record, rest)) = postcard::take_from_bytes(bytes) {
        records.push(record);
        bytes = rest;
    }
    records
}

/// Records as JSON, one on each line.
fn lines(bytes: &[u8]) -> Vec<Record> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

fn group(owner: bool, config: GroupConfig) -> Group {
    let mut settings = config.settings().clone();
    settings.journal = true;
    let config = settings.build().expect("it held together without a journal");
    let id = GroupId::custom("genuine").expect("a good id");
    let owner = owner.then(|| "u0".parse().expect("a good id"));
    let now = Timestamp::from_secs(1_600_000_000);
    let mut group = Group::new(id, owner, config, Epoch(1), HashKey::new(1, 2), now);
    for filter in script::FILTERS.iter() {
        group.install_filter(filter.clone());
    }
    group
}

/// A group of which nothing is known.
fn blank() -> Snapshot {
    group(true, GroupConfig::modern()).snapshot()
}

fn restored(origin: &Snapshot) -> Group {
    let group = Group::restore(origin.clone(), &script::FILTERS[..], HashKey::new(3, 4), None);
    let mut group = group.expect("a genuine snapshot holds together");
    while group.poll().is_some() {}
    group
}

fn genuine(dice: &mut Dice<'_>) -> Story {
    let mut group = group(dice.coin(), script::config(dice));
    let mut now = group.clock();
    let before = usize::from(dice.below(16));
    play::commands(&mut group, &mut now, dice, before);
    while group.poll().is_some() {}
    let origin = group.snapshot();
    let mut story = Story { origin, records: Vec::new(), stages: Vec::new() };
    for _ in 0..dice.below(64) {
        if !group.config().settings().journal {
            break;
        }
        now = script::moment(dice, group.clock());
        let by = script::author(dice);
        let recent = Recent { now, ticket: 4, message: group.stats().accepted() };
        let command = script::command(dice, &by, recent);
        // One that is refused leaves no record.
        let _refused = group.push(now, by, command);
        let told = settled(&mut group);
        story.records.extend(records_of(&told));
        let stage = (story.records.len(), group.clock(), group.digest());
        story.stages.push(stage);
    }
    story
}

impl Story {
    /// From every stage on, the records lead to every later one.
    fn is_whole(&self, dice: &mut Dice<'_>) {
        self.records.iter().for_each(reads_again);
        let mut group = restored(&self.origin);
        let mut done = 0;
        for (upto, at, digest) in &self.stages {
            if dice.coin() && Some(digest) != self.stages.last().map(|(.., digest)| digest) {
                continue;
            }
            let records = self.records[done..*upto].iter().cloned();
            replay(&mut group, records, drop).expect("the journal is of this group");
            group.advance(*at);
            let _told = settled(&mut group);
            assert_eq!(group.digest(), *digest, "{upto} records lead elsewhere");
            group = laws::reborn(&group, HashKey::new(7, 8));
            done = *upto;
        }
        self.differs_by_nothing();
    }

    /// The journal as it is found after a loss: cut, and with some of it changed.
    fn damaged(&self, dice: &mut Dice<'_>) -> Vec<Record> {
        let frames: Vec<_> = self.records.iter().map(packed).collect();
        let mut bytes = frames.concat();
        if bytes.is_empty() {
            return Vec::new();
        }
        let cut = if dice.coin() { dice.number() as usize % bytes.len() } else { bytes.len() };
        bytes.truncate(cut);
        let whole = frames.iter().scan(0, |end, frame| {
            *end += frame.len();
            Some(*end)
        });
        let whole = whole.take_while(|end| *end <= cut).count();
        let left = self::frames(&bytes);
        assert_eq!(left, self.records[..whole], "what is left is read otherwise");
        if !bytes.is_empty() {
            forge::flip(&mut bytes, dice);
        }
        self::frames(&bytes)
    }

    /// The journal with records changed, left out, doubled or exchanged.
    fn forged(&self, dice: &mut Dice<'_>) -> Vec<Record> {
        let mut records = self.records.clone();
        for _ in 0..=dice.below(3) {
            if records.is_empty() {
                break;
            }
            let (at, to) = (dice.number() as usize % records.len(), usize::from(dice.byte()));
            let to = to % records.len();
            match dice.below(8) {
                0 => drop(records.remove(at)),
                1 => records.insert(to, records[at].clone()),
                2 => records.swap(at, to),
                // In the other's place, under its number.
                3 => records[at] = Record { no: records[at].no, ..records[to].clone() },
                _ => {
                    let tree = serde_json::to_value(&records[at]);
                    let mut tree = tree.expect("a record can be written");
                    forge::forge(&mut tree, dice);
                    if let Ok(record) = serde_json::from_value(tree) {
                        records[at] = record;
                    }
                }
            }
        }
        records
    }

    fn differs_by_nothing(&self) {
        let key = HashKey::new(9, 10);
        let (origin, records) = (self.origin.clone(), self.records.clone());
        let told = what_if(origin, &script::FILTERS[..], key, records, |_| {});
        assert!(told.expect("the journal is of this group").is_empty(), "one world is another");
    }
}

fn packed(record: &Record) -> Vec<u8> {
    postcard::to_allocvec(record).expect("a record can be written")
}

/// Whatever was read is read again as it is written.
fn reads_again(record: &Record) {
    let bytes = packed(record);
    let again: Record = postcard::from_bytes(&bytes).expect("what was written can be read");
    assert_eq!(again, *record);
    same_in_json(record);
}

fn same_in_json<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    let again: T = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(again, *value, "{text}");
}

/// Plays back what may be no journal of this group.
fn hostile(origin: &Snapshot, records: &[Record], data: &[u8]) {
    let mut group = restored(origin);
    let mut reader = group.tail();
    let mut told = Vec::new();
    let mut keeps = true;
    for record in records {
        reads_again(record);
        let (written, last) = (told.len(), group.last_record());
        let taken = replay(&mut group, [record.clone()], |output| told.push(output));
        told.extend(settled(&mut group));
        let journal = group.config().settings().journal;
        if let Err(error) = taken {
            assert_eq!(names(&error), record.no, "another record is refused");
            if keeps {
                is_quiet(origin, &told[..written], record, &error, &group);
            }
        } else {
            assert_eq!(record.no.0, last.0 + 1, "a record is taken out of turn");
            assert_eq!(record.behaviour, origin.behaviour(), "a record of another behaviour");
        }
        keeps &= journal;
        laws::hold(&group);
        laws::read(&group, &mut reader);
    }
    if keeps {
        // Of no record at all: what was due when the snapshot was taken still is.
        told.extend(settled(&mut group));
        tells_itself_again(origin, &told, &group);
    }
    other_worlds(origin, records);
    laws::reborn(&group, HashKey::new(5, 6));
    play::on(&mut group, data);
    laws::reborn(&group, HashKey::new(7, 8));
}

/// What the group tells until nothing is due: one without room stands before what is, and goes on once
/// it was polled.
fn settled(group: &mut Group) -> Vec<Output> {
    let mut told = Vec::new();
    loop {
        told.extend(std::iter::from_fn(|| group.poll()));
        if group.poll_timeout().is_none_or(|due| due.at > group.clock()) {
            return told;
        }
        group.advance(group.clock());
    }
}

fn names(error: &ReplayError) -> liveroom::RecordNo {
    match error {
        ReplayError::Behaviour { no, .. } | ReplayError::Refused { no, .. } => *no,
        ReplayError::Gap { found, .. } => *found,
        other => panic!("not known here: {other}"),
    }
}

fn records_of(told: &[Output]) -> impl Iterator<Item = Record> {
    told.iter().filter_map(|output| match output {
        Output::Record(record) => Some(record.clone()),
        _ => None,
    })
}

/// What a group has told of itself leads to it.
fn retold(origin: &Snapshot, told: &[Output]) -> (Group, Vec<Output>) {
    let mut again = restored(origin);
    let mut repeated = Vec::new();
    let done = replay(&mut again, records_of(told), |output| repeated.push(output));
    done.expect("a group takes its own journal");
    (again, repeated)
}

/// A record that is refused changes nothing, but that time goes on to where it says it was.
fn is_quiet(
    origin: &Snapshot,
    told: &[Output],
    record: &Record,
    error: &ReplayError,
    group: &Group,
) {
    let (mut again, _) = retold(origin, told);
    if matches!(error, ReplayError::Refused { .. }) {
        again.advance(record.at);
    }
    again.advance(group.clock());
    let _told = settled(&mut again);
    assert_eq!(again.digest(), group.digest(), "a refused record changed something: {record:?}");
}

fn tells_itself_again(origin: &Snapshot, told: &[Output], group: &Group) {
    let (mut again, mut repeated) = retold(origin, told);
    again.advance(group.clock());
    repeated.extend(settled(&mut again));
    assert_eq!(again.digest(), group.digest(), "the group's own journal leads elsewhere");
    // The tail is a level: how often it is told depends on who polls.
    let events = |outputs: &[Output]| {
        let is_tail = |output: &&Output| matches!(output, Output::Tail { .. });
        outputs.iter().filter(|output| !is_tail(output)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(events(told), events(&repeated), "its own journal tells something else");
}

/// A journal that is taken whole can be lived through under another config too, and one that is not fails
/// there as well.
fn other_worlds(origin: &Snapshot, records: &[Record]) {
    // By its records alone: a group that is brought on between them writes what a journal may lack.
    let taken = replay(&mut restored(origin), records.iter().cloned(), drop);
    let key = HashKey::new(9, 10);
    let live = |rate: u32| {
        let (origin, records) = (origin.clone(), records.iter().cloned());
        what_if(origin, &script::FILTERS[..], key, records, |settings| {
            settings.traffic.rate = Rate::per_second(rate).expect("it is not zero");
        })
    };
    match live(7) {
        Err(WhatIfError::Config(_) | WhatIfError::Refused(_)) => {}
        Ok(_) => assert_eq!(taken, Ok(()), "another world takes what this one does not"),
        Err(error) => assert_eq!(taken.map_err(WhatIfError::from), Err(error)),
    }
}
