//! What can be said about a log in a few lines. The rest is in `model`.

mod adopt;
mod model;

use std::time::Duration;

use smallvec::SmallVec;

use super::*;
use crate::{
    batch::Format,
    corrupt::Corrupt,
    entry::{self, TipKind},
    id::MessageId,
    message::{Content, Kind, Priority, Sender},
    role::{Platform, Profile},
};

use Class::{High, Low, Lowest, Normal, Notice, Tip};

const MINUTE: Duration = Duration::from_secs(60);

fn group() -> GroupId {
    GroupId::custom("room").unwrap()
}

fn log() -> Log {
    Log::new(&group(), Epoch(1))
}

fn subject(name: &str) -> entry::Subject {
    let profile = Arc::new(Profile::nick(name));
    entry::Subject { user: UserId::new(name).unwrap(), profile, until: None }
}

fn keep(quota: u32) -> Retention {
    Retention { quota: PerClass([quota; 6]), max_age: MINUTE }
}

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(1_600_000_000 + secs)
}

/// A body of a class: messages are numbered, so that a purge can choose among them.
fn body(class: Class, number: u64, length: usize) -> Body {
    let priority = match class {
        High => Priority::High,
        Normal => Priority::Normal,
        Low => Priority::Low,
        Lowest => Priority::Lowest,
        Tip => {
            let (kind, subjects) = (TipKind::Join, SmallVec::new());
            let tip = entry::Tip {
                kind,
                operator: None,
                subjects,
                count: number,
                online: 0,
                changes: None,
            };
            return Body::Tip(tip);
        }
        Notice => return Body::Notice(entry::Notice::Custom { field: "x".repeat(length).into() }),
    };
    Body::Message(Arc::new(Message {
        id: MessageId(number),
        sender: Sender {
            user: None,
            role: None,
            profile: Arc::new(Profile::nick("app")),
            platform: Platform::RestApi,
        },
        kind: Kind::Text,
        priority,
        content: Content::text("x".repeat(length)),
        directive: None,
        random: None,
        accepted: Timestamp::ZERO,
    }))
}

fn append(log: &mut Log, retention: &Retention, classes: &[Class]) {
    for &class in classes {
        let number = log.next_seq().0;
        log.append(at(0), retention, class, body(class, number, 1));
    }
}

fn seqs<'a>(entries: impl IntoIterator<Item = &'a Arc<Entry>>) -> Vec<u64> {
    entries.into_iter().map(|entry| entry.seq.0).collect()
}

fn of(class: Class, count: u64) -> PerClass<u64> {
    let mut counts = PerClass::default();
    counts[class] = count;
    counts
}

#[test]
fn two_histories_that_leave_the_same_log_are_told_apart() {
    let (mut one, mut other) = (log(), log());
    append(&mut one, &keep(1), &[High]);
    append(&mut other, &keep(1), &[Low]);
    let (after_high, after_low) = (one.tail(), other.tail());
    append(&mut one, &keep(1), &[Low, High, Low]);
    append(&mut other, &keep(1), &[High, High, Low]);
    assert_eq!(seqs(one.since(&one.earlier(9)).unwrap()), [3, 4]);
    assert_eq!(seqs(other.since(&other.earlier(9)).unwrap()), [3, 4]);
    assert_eq!((one.appended(), one.evicted()), (other.appended(), other.evicted()));
    assert_eq!(one.evicted().0, [1, 0, 1, 0, 0, 0]);
    assert_eq!(after_high.position(), after_low.position());
    assert_eq!(one.since(&after_high).unwrap().missed(), of(Low, 1));
    assert_eq!(other.since(&after_low).unwrap().missed(), of(High, 1));
}

#[test]
fn a_flood_of_likes_evicts_only_likes() {
    let mut log = log();
    append(&mut log, &keep(3), &[High, Normal, Tip, Notice]);
    append(&mut log, &keep(3), &[Low; 1_000]);
    assert_eq!(log.evicted(), of(Low, 997));
    assert_eq!(seqs(log.since(&log.earlier(usize::MAX)).unwrap()), [1, 2, 3, 4, 1002, 1003, 1004]);
    let kept = log.kept.as_ref().unwrap();
    assert!(kept.ring.slots().len() <= 14, "dead slots never outnumber the others");
}

#[test]
fn a_reader_just_before_a_gap_is_told_of_it_in_a_restored_log_too() {
    let mut log = log();
    let here = {
        append(&mut log, &keep(1), &[Normal, Low]);
        log.tail()
    };
    append(&mut log, &keep(1), &[Normal; 9]);
    for log in [&log, &Log::restore(&group(), log.save()).unwrap()] {
        let entries = log.since(&here).unwrap();
        assert_eq!(entries.missed(), of(Normal, 8));
        assert_eq!(seqs(entries), [11]);
    }
}

#[test]
fn a_class_is_found_again_after_the_ring_was_compacted() {
    let mut log = log();
    let quota = keep(2);
    append(&mut log, &quota, &[High, High, Normal, Normal]);
    append(&mut log, &quota, &[Low; 20]);
    append(&mut log, &quota, &[Normal, High, Normal, High]);
    assert_eq!(seqs(log.since(&log.earlier(9)).unwrap()), [23, 24, 25, 26, 27, 28]);
}

#[test]
fn an_empty_log_owns_no_memory_and_one_that_died_out_neither() {
    let mut log = log();
    assert!(log.kept.is_none());
    append(&mut log, &keep(9), &[Normal, Low]);
    let reader = log.earlier(9);
    drop(log.batch(&reader).unwrap());
    assert_eq!(log.next_expiry(), Some(at(60)));
    log.expire(at(60));
    assert!(log.kept.is_none());
    assert_eq!((log.next_expiry(), log.bytes()), (None, 0));
    assert_eq!(log.since(&reader).unwrap().missed().0, [0, 1, 1, 0, 0, 0]);
    assert_eq!((log.head_seq(), log.next_seq()), (Seq(2), Seq(3)));
    assert!(Log::restore(&group(), log.save()).unwrap().kept.is_none());
}

#[test]
fn an_entry_dies_when_its_age_is_over_and_not_before() {
    let mut log = log();
    log.append(at(0), &keep(9), Normal, body(Normal, 1, 1));
    log.append(at(10), &keep(9), Normal, body(Normal, 2, 1));
    assert_eq!(log.next_expiry(), Some(at(70)), "an idle group wakes once");
    log.expire(at(60).before(Duration::from_nanos(1)));
    assert_eq!(log.evicted(), of(Normal, 0));
    log.expire(at(60));
    assert_eq!(log.evicted(), of(Normal, 1));
    assert_eq!((log.get(Seq(1)), log.get(Seq(2)).unwrap().seq), (None, Seq(2)));
}

#[test]
fn a_class_without_a_quota_is_counted_and_missed() {
    let mut log = log();
    let mut quota = keep(2);
    append(&mut log, &quota, &[Low, Normal]);
    quota.quota[Low] = 0;
    let reader = log.tail();
    append(&mut log, &quota, &[Low]);
    assert_eq!(log.evicted(), of(Low, 2));
    assert_eq!(log.since(&reader).unwrap().missed(), of(Low, 1));
    let batch = log.batch(&reader).unwrap();
    assert_eq!((batch.entries().len(), *batch.to(), batch.is_empty()), (0, log.tail(), false));
    assert_eq!(log.next_expiry(), Some(at(60)));
}

#[test]
fn an_entry_lives_no_shorter_than_those_before_it() {
    let none = Retention { max_age: Duration::ZERO, ..keep(9) };
    let mut log = log();
    append(&mut log, &none, &[Normal]);
    assert!(log.kept.is_none(), "no age is no entry");
    append(&mut log, &keep(9), &[Normal]);
    append(&mut log, &none, &[Normal]);
    assert_eq!((log.evicted(), log.next_expiry()), (of(Normal, 1), Some(at(60))));
}

#[test]
fn a_lower_quota_and_a_lower_age_hold_at_once() {
    let mut log = log();
    append(&mut log, &keep(5), &[Normal, Normal, Low, Low, High]);
    let mut less = Retention { max_age: Duration::from_secs(5), ..keep(1) };
    less.quota[High] = 0;
    log.reconfigure(at(30), &less);
    assert_eq!(seqs(log.since(&log.earlier(9)).unwrap()), [2, 4]);
    assert_eq!(log.next_expiry(), Some(at(35)));
    log.reconfigure(at(31), &keep(9));
    assert_eq!(log.next_expiry(), Some(at(35)), "a longer age is for what comes");
}

#[test]
fn the_last_kept_entry_is_the_last_whatever_was_evicted_after_it() {
    let mut log = log();
    log.append(at(0), &keep(5), Normal, body(Normal, 1, 1));
    log.append(at(9), &keep(5), Low, body(Low, 2, 1));
    let mut less = keep(5);
    less.quota[Low] = 0;
    log.reconfigure(at(9), &less);
    assert_eq!(log.next_expiry(), Some(at(60)));
}

#[test]
fn entries_say_how_many_are_left() {
    let mut log = log();
    let start = log.tail();
    append(&mut log, &keep(2), &[Low, Low, Normal, Low]);
    let mut entries = log.since(&start).unwrap();
    for left in (0..3).rev() {
        assert!(entries.next().is_some());
        assert_eq!(entries.len(), left);
    }
    assert!(entries.next().is_none());
}

#[test]
fn a_moved_clock_leaves_the_same_time_to_live() {
    let mut log = log();
    append(&mut log, &keep(5), &[Normal]);
    log.shift(Shift::new(at(10), at(1_000)));
    assert_eq!(log.next_expiry(), Some(at(1_050)));
    assert_eq!(log.get(Seq(1)).unwrap().at, at(0), "history is not rewritten");
}

#[test]
fn a_purge_empties_in_place_and_no_reader_is_given_the_old_text() {
    let mut log = log();
    let start = log.tail();
    append(&mut log, &keep(9), &[Normal, Tip, Normal]);
    let before = log.batch(&start).unwrap();
    let bytes = log.bytes();
    assert_eq!(log.empty(at(0), |message| message.id == MessageId(9)), 0);
    assert_eq!(log.empty(at(0), |message| message.id == MessageId(1)), 1);
    assert_eq!(log.empty(at(0), |message| message.id == MessageId(1)), 0, "it is no message now");
    let after = log.batch(&start).unwrap();
    assert!(matches!(before.entries()[0].body, Body::Message(_)));
    assert_eq!(after.entries()[0].body, Body::Emptied);
    assert_eq!(after.entries()[1..], before.entries()[1..]);
    assert_eq!((after.to(), after.missed()), (before.to(), before.missed()));
    assert_eq!(log.since(&start).unwrap().next().unwrap().body, Body::Emptied);
    assert!(log.bytes() < bytes);
    assert_eq!(log.empty(at(60), |_| true), 0, "what is over is not counted");
}

#[test]
fn newcomers_are_shown_the_last_messages_and_what_lies_between() {
    let mut log = log();
    assert_eq!(log.earlier(3), log.tail());
    append(&mut log, &keep(9), &[Normal, Tip, High, Notice, Low, Tip]);
    let shown = |limit| seqs(log.since(&log.earlier(limit)).unwrap());
    assert_eq!(shown(0), [0_u64; 0]);
    assert_eq!(shown(1), [5, 6]);
    assert_eq!(shown(2), [3, 4, 5, 6]);
    assert_eq!(shown(3), [1, 2, 3, 4, 5, 6]);
    assert_eq!(shown(usize::MAX), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_batch_ends_at_a_multiple_of_64_so_that_laggards_meet() {
    let mut log = log();
    let start = log.tail();
    append(&mut log, &keep(500), &[Normal; 10]);
    let ten = log.tail();
    append(&mut log, &keep(500), &[Normal; 120]);
    let (first, rest) = (log.batch(&start).unwrap(), log.batch(&ten).unwrap());
    assert_eq!((first.entries().len(), rest.entries().len()), (64, 54));
    assert_eq!(first.to(), rest.to());
    let second = log.batch(first.to()).unwrap();
    assert_eq!((second.entries().len(), second.to().position()), (64, Seq(128)));
    let third = log.batch(second.to()).unwrap();
    assert_eq!((third.entries().len(), *third.to()), (2, log.tail()));
    assert!(log.batch(third.to()).unwrap().is_empty());
}

#[test]
fn a_batch_ends_with_the_entry_that_makes_it_64_kib() {
    let mut log = log();
    let start = log.tail();
    for number in 1..=5 {
        log.append(at(0), &keep(9), Normal, body(Normal, number, 30_000));
    }
    log.append(at(0), &keep(9), High, body(High, 6, 1_000_000));
    let first = log.batch(&start).unwrap();
    assert_eq!((seqs(first.entries()), first.urgent()), (vec![1, 2, 3], false));
    let second = log.batch(first.to()).unwrap();
    assert_eq!((seqs(second.entries()), second.urgent()), (vec![4, 5, 6], true));
    assert_eq!(*second.to(), log.tail());
}

#[test]
fn pollers_at_one_cursor_share_a_batch_while_it_holds() {
    let mut log = log();
    let same = |one: &Batch, other: &Batch| {
        std::ptr::eq(one.entries(), other.entries()) && one.to() == other.to()
    };
    let start = log.tail();
    append(&mut log, &keep(100), &[Normal, Low]);
    let first = log.batch(&start).unwrap();
    assert!(same(&first, &log.batch(&start).unwrap()));

    append(&mut log, &keep(100), &[Normal]);
    let second = log.batch(&start).unwrap();
    assert_eq!(second.entries().len(), 3, "it had ended at the log's end");

    append(&mut log, &keep(100), &[Normal; 61]);
    let third = log.batch(&start).unwrap();
    append(&mut log, &keep(100), &[Normal; 9]);
    assert!(same(&third, &log.batch(&start).unwrap()), "a full block takes nothing more");

    append(&mut log, &keep(1), &[Low]);
    let fourth = log.batch(&start).unwrap();
    assert!(!same(&third, &fourth), "an entry of it was evicted");
    assert_eq!((fourth.entries().len(), fourth.missed()), (63, of(Low, 1)));
}

#[test]
fn a_thousand_pollers_cost_as_many_batches_as_they_have_cursors() {
    let mut log = log();
    let mut cursors = vec![log.tail()];
    for _ in 0..300 {
        append(&mut log, &keep(500), &[Normal]);
        cursors.push(log.tail());
    }
    let mut readers: Vec<_> = (0..1_000).map(|n| cursors[n * 7 % 300]).collect();
    readers.sort_unstable();
    let (mut builds, mut reads) = (0, 0);
    while readers[0] != log.tail() {
        for reader in &mut readers {
            let batch = log.batch(reader).unwrap();
            batch.encoded(Format::new(0).unwrap(), |batch| {
                builds += 1;
                vec![0; batch.entries().len()]
            });
            reads += 1;
            *reader = *batch.to();
        }
    }
    // 300 cursors at first, then those at 64, 128, 192 and 256, and the one at the end.
    assert_eq!((builds, reads), (305, 5_000));
}

#[test]
fn a_class_that_is_full_begins_the_next_epoch() {
    let mut saved = serde_json::to_value(log().save()).unwrap();
    saved["gone"][Notice as usize] = Counts::MAX.into();
    let mut log = Log::restore(&group(), serde_json::from_value(saved).unwrap()).unwrap();
    let full = log.tail();
    append(&mut log, &keep(9), &[Normal]);
    assert_eq!((log.epoch(), log.head_seq()), (Epoch(1), Seq(Counts::MAX + 1)));
    append(&mut log, &keep(9), &[Notice]);
    assert_eq!((log.epoch(), log.head_seq()), (Epoch(2), Seq(1)));
    assert_eq!(log.since(&log.earlier(9)).unwrap().len(), 0);
    let error = CursorError::OtherEpoch { cursor: Epoch(1), log: Epoch(2) };
    assert_eq!(log.since(&full).unwrap_err(), error);
}

#[test]
fn a_new_epoch_goes_on_and_turns_old_cursors_away() {
    let mut log = log();
    append(&mut log, &keep(9), &[Normal]);
    let old = log.earlier(1);
    drop(log.batch(&old).unwrap());
    log.new_epoch(Epoch(7));
    let error = CursorError::OtherEpoch { cursor: Epoch(1), log: Epoch(7) };
    assert_eq!(log.batch(&old).unwrap_err(), error);
    assert_eq!(seqs(log.batch(&log.earlier(1)).unwrap().entries()), [1]);
    assert_eq!(log.next_seq(), Seq(2));
}

#[test]
fn an_old_cursor_that_would_miss_the_newest_entry_alone_is_turned_away_too() {
    let mut log = log();
    append(&mut log, &keep(9), &[Normal]);
    let old = log.tail();
    append(&mut log, &keep(9), &[Normal]);
    log.new_epoch(Epoch(7));
    let error = CursorError::OtherEpoch { cursor: Epoch(1), log: Epoch(7) };
    assert_eq!(log.since(&old).unwrap_err(), error);
}

#[test]
fn a_batch_of_64_kib_to_the_byte_is_full() {
    let mut log = log();
    let start = log.tail();
    let empty =
        Entry { seq: Seq(1), at: at(0), class: Normal, body: body(Normal, 1, 0), folded: None };
    let length = Batch::MAX_BYTES - empty.bytes();
    log.append(at(0), &keep(9), Normal, body(Normal, 1, length));
    assert_eq!(log.bytes(), Batch::MAX_BYTES);
    let first = log.batch(&start).unwrap();
    assert!(!first.open(), "nothing can be added to it");
    append(&mut log, &keep(9), &[Normal]);
    assert_eq!(seqs(log.batch(&start).unwrap().entries()), [1]);
    assert_eq!(seqs(log.batch(first.to()).unwrap().entries()), [2]);
}

#[test]
fn the_batches_of_the_last_cursors_asked_for_are_remembered_and_no_others() {
    let mut log = log();
    append(&mut log, &keep(100), &[Normal; 64]);
    let cursors: Vec<_> = (1..=64).rev().map(|number| log.earlier(number)).collect();
    let first: Vec<_> = cursors.iter().map(|cursor| log.batch(cursor).unwrap()).collect();
    let kept = log.kept.as_ref().unwrap();
    assert_eq!(kept.recent.len(), Log::RECENT);
    let remembered = |batch: &Batch| {
        kept.recent.iter().any(|recent| std::ptr::eq(recent.entries(), batch.entries()))
    };
    assert!(first[64 - Log::RECENT..].iter().all(remembered));
}

#[test]
fn what_changes_no_entry_leaves_the_batches_that_are_remembered() {
    let mut log = log();
    let start = log.tail();
    append(&mut log, &keep(9), &[Normal, Normal]);
    let before = log.batch(&start).unwrap();
    log.empty(at(0), |_| false);
    log.unname(|_| true);
    assert!(std::ptr::eq(before.entries(), log.batch(&start).unwrap().entries()));
    let names = vec![subject("ann")];
    let folded = Box::new(Folded { count: 2, total: 2, authors: 1, names });
    log.append_folded(at(0), &keep(9), Normal, body(Normal, 1, 1), Some(folded));
    let before = log.batch(&start).unwrap();
    log.unname(|named| named.as_str() == "bob");
    assert!(std::ptr::eq(before.entries(), log.batch(&start).unwrap().entries()));
}

#[test]
fn what_is_held_is_counted_and_bounded() {
    let mut log = log();
    let start = log.tail();
    // Nine are in the ring at the most, one more than a power of two, and as many that are dead.
    let retention = Retention { quota: PerClass([8, 0, 0, 0, 0, 0]), max_age: MINUTE };
    let class = Class::ALL[0];
    let entry = body(class, 1, 1);
    for _ in 0..64 {
        log.append(at(0), &retention, class, entry.clone());
    }
    let without = log.heap_bytes();
    let (kept, recent) = Log::most_bytes(&retention, |_| 1_000);
    assert!(without as u64 <= kept);
    // Rounded up to the next power of two.
    let slots = 32 * size_of::<Slot>() as u64;
    assert_eq!(kept, size_of::<Kept>() as u64 + slots + (8 + 6) * 1_000);
    assert_eq!(recent, Log::RECENT as u64 * (Batch::most_bytes() + 1_000));
    log.batch(&start).unwrap();
    let capacity = log.kept.as_ref().unwrap().recent.capacity();
    assert!(capacity > 0);
    assert_eq!(log.heap_bytes(), without + capacity * size_of::<Batch>());
}

#[test]
fn no_batch_shows_a_name_that_was_taken_out() {
    let names = vec![subject("ann")];
    let folded = Box::new(Folded { count: 2, total: 2, authors: 1, names });
    let mut log = log();
    let start = log.tail();
    log.append_folded(at(0), &keep(9), Normal, body(Normal, 1, 1), Some(folded));
    assert_eq!(log.batch(&start).unwrap().entries()[0].folded.as_ref().unwrap().names.len(), 1);
    log.unname(|named| named.as_str() == "ann");
    let after = log.batch(&start).unwrap();
    let folded = after.entries()[0].folded.as_ref().unwrap();
    assert_eq!((folded.names.len(), folded.total), (0, 2));
}

#[test]
fn saved_state_that_does_not_hold_together_is_turned_away() {
    let mut log = log();
    append(&mut log, &keep(2), &[Normal, Normal, Normal, Low, Tip]);
    let good = serde_json::to_value(log.save()).unwrap();
    let restore = |path: &str, value: serde_json::Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        Log::restore(&group(), serde_json::from_value(bad).unwrap()).err()
    };
    let past = at(0).as_nanos() - 1;
    let table: [(&str, serde_json::Value, &str); 9] = [
        ("/entries/0/gone/1", 0.into(), "an entry out of place"),
        ("/entries/0/entry/seq", 0.into(), "an entry out of place"),
        ("/entries/1/entry/seq", u64::MAX.into(), "an entry out of place"),
        ("/entries/0/gone/1", u64::MAX.into(), "more entries than can be counted"),
        ("/entries/0/gone/1", Counts::MAX.into(), "more entries than can be counted"),
        ("/gone/0", (Counts::MAX + 1).into(), "more entries than can be counted"),
        ("/gone/2", 1.into(), "an entry is kept that is older than an evicted one"),
        ("/entries/1/until", past.into(), "an entry outlives a later one"),
        ("/entries/2/entry/class", "High".into(), "an entry of a class that its body cannot have"),
    ];
    for (path, value, why) in table {
        let Some(Corrupt(found)) = restore(path, value) else { panic!("{path} was accepted") };
        assert_eq!(found, format!("log: {why}"), "{path}");
    }
    assert_eq!(restore("/epoch", 3.into()), None);
}
