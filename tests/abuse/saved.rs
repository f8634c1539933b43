//! Snapshots and journals from anybody: cut off, turned over, and with numbers as large as may be.

use std::time::Duration;

use liveroom::{
    AskStep, Asking, AttributeChange, AttributeMode, Author, Command, CounterChange, Counting,
    Decision, Draft, Fingerprint, Group, GroupConfig, GroupPatch, Join, Kind, Output, Platform,
    Random, Record, ReplayError, Snapshot, Span, Ticket, replay,
};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::{
    memory,
    stage::{KEY, SECOND, START, balanced, drain, fill, group, join, session, user},
};

/// A house that writes a journal and asks about every message.
fn begun() -> Group {
    let mut group = group(&GroupConfig::modern(), |it| {
        it.journal = true;
        it.traffic.burst = 2;
        it.asking.steps.insert(0, AskStep::callback(Asking::CALLBACK));
        it.house.pace = None;
    });
    fill(&mut group);
    group
}

/// The same, when something of everything is there.
fn lived_in() -> Group {
    let mut group = begun();
    let app = Author::App;
    let eve = Join {
        user: Some(user("eve")),
        print: Some(Fingerprint(7)),
        platform: Platform::Ios,
        ..Join::default()
    };
    let change = AttributeChange { key: "k".into(), value: Some("v".into()), seen: None };
    let counter = CounterChange { key: "c".into(), change: Counting::Set(7) };
    let like = Draft::custom(Kind::Like, "1").random(Random(1));
    for (by, command) in [
        (session(9), Command::Join(eve)),
        (app.clone(), Command::SetAdmin { user: user("bo") }),
        (app.clone(), Command::mute(user("cat"), Span::Forever)),
        (app.clone(), Command::shadow(user("dan"), Span::For(60 * SECOND))),
        (app.clone(), Command::warn(user("ann"), "so")),
        (app.clone(), Command::ban(user("fay"), Span::For(SECOND), "so")),
        (
            app.clone(),
            Command::SetAttributes {
                mode: AttributeMode::Merge,
                changes: vec![change],
                seen: None,
            },
        ),
        (app.clone(), Command::Count { changes: vec![counter] }),
        (app.clone(), Command::text("a")),
        (app.clone(), Command::text("b")),
        (app.clone(), Command::text("c")),
        (session(1), Command::text("held")),
        (session(1), like.into()),
        (session(9), Command::Detach),
    ] {
        group.push(START, by, command).unwrap();
    }
    group
}

/// Commands of all sorts, given to whatever was taken for a group.
fn live_on(group: &mut Group, commands: u64) {
    let mut now = group.clock();
    for number in 0..commands {
        now += Duration::from_millis(number * 7 % 400);
        let name = ["ann", "bo", "eve", "u7"][number as usize % 4];
        let (by, command) = match number % 12 {
            0 => (session(50 + number), join(name, "Fan")),
            1 => (session(1), Command::text("hi")),
            2 => (session(9), Command::Quit),
            3 => (
                Author::App,
                Command::Answer { ticket: Ticket(number / 12), decision: Decision::Allow },
            ),
            4 => (session(2), Command::mute(user(name), Span::For(SECOND))),
            5 => (Author::App, Command::custom(Kind::Gift, "rose")),
            6 => (Author::App, Command::Purge { author: Some(user(name)) }),
            7 => (
                session(3),
                Command::SetGroup(Box::new(GroupPatch {
                    name: Some(format!("n{number}").into()),
                    ..GroupPatch::default()
                })),
            ),
            8 => (session(1), Command::Detach),
            9 => (Author::App, Command::warn(user(name), "so")),
            10 => (session(2), Command::SetSlowMode { slow_mode: None }),
            _ => (Author::App, Command::Unban { users: [user("fay")].into_iter().collect() }),
        };
        let _refused = group.push(now, by, command);
        while group.poll().is_some() {}
    }
    balanced(group);
    let again = Group::restore(group.snapshot(), &[], KEY, None).expect("its own snapshot");
    assert_eq!(again.digest(), group.digest());
}

/// What bytes make of a group, if anything, and what it took to see.
fn read(bytes: &[u8]) -> (Option<Group>, i64) {
    let (group, _, most) = memory::measured(|| {
        let snapshot = postcard::from_bytes::<Snapshot>(bytes).ok()?;
        Group::restore(snapshot, &[], KEY, None).ok()
    });
    (group, most)
}

#[test]
fn a_snapshot_cut_off_anywhere_is_none() {
    let whole = postcard::to_allocvec(&lived_in().snapshot()).unwrap();
    let (group, most) = read(&whole);
    live_on(&mut group.unwrap(), 100);
    for length in 0..whole.len() {
        let cut = &whole[..length];
        assert!(postcard::from_bytes::<Snapshot>(cut).is_err(), "{length} of {}", whole.len());
    }
    for length in (0..whole.len()).step_by(97) {
        assert!(read(&whole[..length]).1 <= most, "it takes no more to see less");
    }
    let json = serde_json::to_string(&lived_in().snapshot()).unwrap();
    for length in (0..json.len()).step_by(97) {
        assert!(serde_json::from_str::<Snapshot>(&json[..length]).is_err());
    }
    let deep = "[".repeat(100_000);
    assert!(serde_json::from_str::<Snapshot>(&deep).is_err());
}

#[test]
fn a_snapshot_with_any_bit_turned_over_is_none_or_a_group_that_lives() {
    let whole = postcard::to_allocvec(&lived_in().snapshot()).unwrap();
    let (_, usual) = read(&whole);
    let mut alive = 0;
    for at in 0..whole.len() {
        let mut turned = whole.clone();
        turned[at] ^= 1 << (at % 8);
        let (group, most) = read(&turned);
        assert!(most < 4 * usual + 65_536, "{at}: {most} bytes where {usual} are usual");
        let Some(mut group) = group else { continue };
        alive += 1;
        match alive % 32 {
            0 => live_on(&mut group, 100),
            it if it % 8 == 0 => live_on(&mut group, 2),
            _ => balanced(&group),
        }
    }
    assert!(alive > 0 && alive < whole.len(), "{alive} of {}", whole.len());
}

/// Where numbers stand in a tree.
fn numbers(tree: &Value, at: &str, found: &mut Vec<String>) {
    match tree {
        Value::Number(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(place, it)| numbers(it, &format!("{at}/{place}"), found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, it)| numbers(it, &format!("{at}/{key}"), found));
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Ends of numbers, of what is counted, and what no number but a wide one is.
const ENDS: [i128; 10] = [
    0,
    u32::MAX as i128,
    i64::MAX as i128 - 1_000,
    i64::MAX as i128 + 2,
    1,
    i64::MIN as i128,
    i64::MAX as i128 - 2,
    i64::MAX as i128 - 1,
    i64::MAX as i128,
    i64::MAX as i128 + 1,
];

#[test]
fn a_snapshot_with_any_number_at_its_end_is_none_or_a_group_that_lives() {
    let mut tree = serde_json::to_value(lived_in().snapshot()).unwrap();
    let mut places = Vec::new();
    numbers(&tree, "", &mut places);
    let (mut alive, mut usual) = (0, None);
    for (turn, place) in places.iter().enumerate() {
        // The widest at each place, and the others in turn.
        for end in [u64::MAX as i128, ENDS[turn % ENDS.len()]] {
            let end = i64::try_from(end).map_or_else(|_| json!(end as u64), |end| json!(end));
            let was = std::mem::replace(tree.pointer_mut(place).unwrap(), end.clone());
            let (group, _, most) = memory::measured(|| {
                let snapshot = Snapshot::deserialize(&tree).ok()?;
                Group::restore(snapshot, &[], KEY, None).ok()
            });
            *tree.pointer_mut(place).unwrap() = was;
            let usual = *usual.get_or_insert(most);
            assert!(most < 4 * usual.max(16_384), "{place} {end}: {most} bytes");
            let Some(mut group) = group else { continue };
            alive += 1;
            live_on(&mut group, if alive % 16 == 0 { 100 } else { 2 });
        }
    }
    assert!(alive > 100 && alive < 2 * places.len(), "{alive} of {}", places.len());
}

/// What a group wrote down while it lived.
fn journal() -> Vec<Record> {
    let records = drain(&mut lived_in()).into_iter().filter_map(|output| match output {
        Output::Record(record) => Some(record),
        _ => None,
    });
    records.collect()
}

#[test]
fn a_journal_cut_off_or_turned_over_anywhere_leads_to_a_group_or_names_the_record() {
    let (records, start) = (journal(), begun().snapshot());
    let again = || Group::restore(start.clone(), &[], KEY, None).unwrap();
    let mut whole = again();
    let first = whole.last_record().0;
    replay(&mut whole, records.clone(), drop).unwrap();
    assert_eq!(whole.digest(), lived_in().digest(), "as it was");
    let mut out_of_order = records.clone();
    out_of_order.swap(1, 2);
    let mut twice = records.clone();
    twice.insert(3, records[2].clone());
    let mut holed = records.clone();
    holed.remove(4);
    for (records, done) in [(out_of_order, 1), (twice, 3), (holed, 4)] {
        let mut group = again();
        let error = replay(&mut group, records, drop).unwrap_err();
        assert!(matches!(error, ReplayError::Gap { .. }), "{error}");
        assert_eq!(group.last_record().0, first + done);
        live_on(&mut group, 100);
    }
    let mut bytes: Vec<u8> = Vec::new();
    for record in &records {
        bytes.extend(postcard::to_allocvec(record).unwrap());
    }
    let play = |bytes: &[u8]| {
        let (mut group, mut rest) = (again(), bytes);
        while let Ok((record, behind)) = postcard::take_from_bytes::<Record>(rest) {
            rest = behind;
            if replay(&mut group, [record], drop).is_err() {
                break;
            }
        }
        group
    };
    for length in (0..bytes.len()).step_by(3) {
        balanced(&play(&bytes[..length]));
    }
    for at in 0..bytes.len() {
        let mut turned = bytes.clone();
        turned[at] ^= 1 << (at % 8);
        let mut group = play(&turned);
        if at % 8 == 0 {
            live_on(&mut group, 100);
        }
        balanced(&group);
    }
}
