//! One log that follows another.

use super::*;
use crate::entry;

/// Hands `other` all that is ahead of its end in `one`, but for what is not kept.
fn follow(other: &mut Log, one: &Log, retention: &Retention) {
    for passage in one.passages(&other.tail()).unwrap() {
        match passage {
            Passage::Skipped(skipped) => other.skip(&skipped).unwrap(),
            Passage::Entry(entry) => other.adopt(at(0), retention, entry).unwrap(),
        }
    }
}

/// What a reader is given who stood at a place, and what they are told to have missed.
fn read(log: &Log, cursor: &Cursor) -> (Vec<u64>, PerClass<u64>, PerClass<u64>) {
    let entries = log.since(cursor).unwrap();
    let missed = entries.missed();
    (seqs(entries), missed, log.evicted())
}

fn purge(author: Option<UserId>, message: Option<MessageId>) -> Body {
    Body::Notice(entry::Notice::Purged { author, message, emptied: 0 })
}

fn is_empty(log: &Log, seq: u64) -> bool {
    let entry = log.get(Seq(seq)).expect("it is kept");
    matches!(&entry.body, Body::Emptied)
}

#[test]
fn what_is_not_kept_is_passed_by_its_number_and_the_rest_one_by_one() {
    let mut log = log();
    let start = log.tail();
    assert_eq!(log.passages(&start).unwrap(), []);
    append(&mut log, &keep(1), &[Normal, Low, Low, Normal, High, Low, Low]);
    let told: Vec<_> = log.passages(&start).unwrap();
    let told: Vec<_> = told
        .into_iter()
        .map(|passage| match passage {
            Passage::Skipped(skipped) => Err(skipped),
            Passage::Entry(entry) => Ok(entry.seq.0),
        })
        .collect();
    let mut first = of(Low, 2);
    first[Normal] = 1;
    assert_eq!(told, [Err(first), Ok(4), Ok(5), Err(of(Low, 1)), Ok(7)]);
    append(&mut log, &keep(0), &[Low]);
    let told = log.passages(&log.tail()).unwrap();
    assert_eq!(told, [], "the end has nothing ahead");
}

#[test]
fn what_is_not_kept_at_the_end_is_passed_too() {
    let mut log = log();
    append(&mut log, &keep(1), &[Normal]);
    let here = log.tail();
    append(&mut log, &keep(0), &[Low, Low]);
    assert_eq!(log.passages(&here).unwrap(), [Passage::Skipped(of(Low, 2))]);
}

#[test]
fn a_log_that_follows_says_to_every_reader_what_the_other_says() {
    for quota in [0, 1, 2, 5] {
        let (mut one, mut other) = (log(), log());
        let mut places = vec![one.tail()];
        let classes = [Normal, Low, Low, High, Low, Tip, Notice, Low, Normal, Low, Low, Low, High];
        for (number, class) in classes.into_iter().enumerate() {
            append(&mut one, &keep(quota), &[class]);
            places.push(one.tail());
            // Now and then it is behind, and finds what was ahead not kept any more.
            if number % 4 == 3 {
                follow(&mut other, &one, &keep(quota));
            }
        }
        follow(&mut other, &one, &keep(quota));
        assert_eq!(one.tail(), other.tail());
        for place in &places {
            assert_eq!(read(&one, place), read(&other, place), "quota {quota}");
        }
    }
}

#[test]
fn what_is_skipped_takes_the_place_of_older_ones_of_its_class_alone() {
    let mut log = log();
    append(&mut log, &keep(5), &[Low, Normal, Low]);
    let start = log.earlier(0);
    assert_eq!(start, log.tail());
    let whole = log.batch(&Log::new(&group(), Epoch(1)).tail()).unwrap();
    assert_eq!(seqs(whole.entries()), [1, 2, 3]);
    log.skip(&of(Low, 4)).unwrap();
    assert_eq!(log.head_seq(), Seq(7));
    let batch = log.batch(&Log::new(&group(), Epoch(1)).tail()).unwrap();
    assert_eq!((seqs(batch.entries()), batch.missed()), (vec![2], of(Low, 6)));
    log.skip(&of(Normal, 1)).unwrap();
    assert!(log.kept.is_none(), "nothing is kept, and no memory");
}

#[test]
fn an_entry_that_is_adopted_lives_from_then_on() {
    let (mut one, mut other) = (log(), log());
    append(&mut one, &keep(5), &[Normal]);
    let entry = Arc::clone(one.get(Seq(1)).unwrap());
    other.adopt(at(30), &keep(5), entry).unwrap();
    assert_eq!(other.next_expiry(), Some(at(30) + MINUTE));
    other.expire(at(89));
    assert!(other.get(Seq(1)).is_some());
    other.expire(at(90));
    assert!(other.get(Seq(1)).is_none());
}

#[test]
fn an_entry_out_of_place_or_of_another_class_is_turned_away() {
    let (mut one, mut other) = (log(), log());
    append(&mut one, &keep(5), &[Normal, Low, Tip]);
    let entry = |seq| Arc::clone(one.get(Seq(seq)).unwrap());
    assert!(other.adopt(at(0), &keep(5), entry(2)).is_err(), "one is left out");
    other.adopt(at(0), &keep(5), entry(1)).unwrap();
    assert!(other.adopt(at(0), &keep(5), entry(1)).is_err(), "one comes twice");
    let strange = Entry { class: Notice, ..Entry::clone(&entry(2)) };
    assert!(other.adopt(at(0), &keep(5), Arc::new(strange)).is_err());
    assert_eq!(other.head_seq(), Seq(1), "nothing was taken");
    other.adopt(at(0), &keep(5), entry(2)).unwrap();
}

#[test]
fn what_a_purge_empties_there_it_empties_here() {
    let (mut one, mut other) = (log(), log());
    append(&mut one, &keep(9), &[Normal, Normal]);
    let mut by_ann = body(Normal, 3, 1);
    if let Body::Message(message) = &mut by_ann {
        Arc::make_mut(message).sender.user = Some(UserId::new("ann").unwrap());
    }
    one.append(at(0), &keep(9), Normal, by_ann);
    follow(&mut other, &one, &keep(9));
    one.append(at(0), &keep(9), Notice, purge(None, Some(MessageId(2))));
    follow(&mut other, &one, &keep(9));
    assert_eq!([1, 2, 3].map(|seq| is_empty(&other, seq)), [false, true, false]);
    one.append(at(0), &keep(9), Notice, purge(Some(UserId::new("ann").unwrap()), None));
    follow(&mut other, &one, &keep(9));
    assert_eq!([1, 2, 3].map(|seq| is_empty(&other, seq)), [false, true, true]);
    one.append(at(0), &keep(9), Notice, purge(None, None));
    follow(&mut other, &one, &keep(9));
    assert_eq!([1, 2, 3].map(|seq| is_empty(&other, seq)), [true, true, true]);
}

#[test]
fn more_than_can_be_counted_is_turned_away() {
    let mut log = log();
    assert!(log.skip(&of(Low, u64::MAX)).is_err());
    assert_eq!(log.head_seq(), Seq(0));
}
