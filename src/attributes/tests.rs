use std::time::Duration;

use proptest::prelude::*;

use super::*;

const MERGE: AttributeMode = AttributeMode::Merge;
const REPLACE: AttributeMode = AttributeMode::Replace;

fn set(key: &str, value: &str) -> AttributeChange {
    AttributeChange { key: key.into(), value: Some(value.into()), seen: None }
}

fn unset(key: &str) -> AttributeChange {
    AttributeChange { key: key.into(), value: None, seen: None }
}

fn ms(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn secs(secs: u64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn list(attributes: &Attributes) -> Vec<(String, String, u64)> {
    attributes.iter().map(|(key, text, seq)| (key.to_string(), text.to_string(), seq)).collect()
}

#[test]
fn a_write_raises_the_main_number_and_gives_it_to_the_keys_written() {
    let mut it = Attributes::default();
    assert_eq!((it.seq(), it.heap_bytes()), (0, 0));
    assert_eq!(it.write(secs(1), MERGE, &[set("b", "1"), set("a", "1")], Some(0)), Ok(1));
    assert_eq!(it.write(secs(2), MERGE, &[set("b", "2")], Some(1)), Ok(2));
    assert_eq!(list(&it), [("a".into(), "1".into(), 1), ("b".into(), "2".into(), 2)]);
    assert_eq!(it.get("b").map(|(text, seq)| (&**text, seq)), Some(("2", 2)));
    assert_eq!(it.write(secs(3), REPLACE, &[set("c", "3")], None), Ok(3));
    assert_eq!(list(&it), [("c".into(), "3".into(), 3)]);
    assert_eq!(it.write(secs(4), REPLACE, &[], None), Ok(4));
    assert_eq!((list(&it), it.seq()), (vec![], 4));
}

#[test]
fn what_changed_is_every_key_written_or_gone() {
    let mut it = Attributes::default();
    it.write(secs(1), MERGE, &[set("a", "1"), set("b", "1"), set("c", "1")], None).unwrap();
    let before = it.clone();
    it.write(secs(2), REPLACE, &[set("d", "2"), set("b", "1")], None).unwrap();
    let is = |text: &str| Some(Arc::from(text));
    let values = [("a", None), ("b", is("1")), ("c", None), ("d", is("2"))];
    let values = values.map(|(key, value)| (Arc::from(key), value)).to_vec();
    assert_eq!(it.since(&before), Changed { seq: 2, values });
    let mut it = Counters::default();
    let change = |key: &str, change| CounterChange { key: key.into(), change };
    it.apply(secs(1), &["a", "b", "c"].map(|key| change(key, Counting::Set(1)))).unwrap();
    let before = it.clone();
    it.apply(secs(1), &[change("b", Counting::Remove), change("c", Counting::Increase(1))])
        .unwrap();
    let values = vec![("b".into(), None), ("c".into(), Some(2))];
    assert_eq!(it.since(&before), Changed { seq: 2, values });
}

#[test]
fn counters_are_moved_no_more_often_than_the_limit_says() {
    let mut it = Counters::default();
    let one = [CounterChange { key: "a".into(), change: Counting::Increase(1) }];
    assert!((0..20).all(|_| it.apply(secs(1), &one).is_ok()));
    let until = secs(1) + Duration::from_millis(50);
    assert_eq!(it.apply(secs(1), &one), Err(Refusal::TooOften { until }));
    assert!(it.apply(until, &one).is_ok());
}

#[test]
fn the_first_writer_wins() {
    let mut it = Attributes::default();
    it.write(secs(1), MERGE, &[set("a", "1"), set("b", "1")], None).unwrap();
    it.write(secs(2), MERGE, &[set("b", "2")], None).unwrap();
    let seen = |key: &str, seen| AttributeChange { seen: Some(seen), ..set(key, "x") };
    let conflict = |current| Err(Refusal::Conflict { current });
    for stale in [0, 1, 3] {
        assert_eq!(it.write(secs(3), MERGE, &[set("a", "x")], Some(stale)), conflict(2));
    }
    assert_eq!(it.write(secs(3), MERGE, &[seen("a", 1), seen("b", 1)], None), conflict(2));
    assert_eq!(it.write(secs(3), MERGE, &[seen("c", 1)], None), conflict(0));
    assert_eq!(it.write(secs(3), MERGE, &[seen("a", 0)], None), conflict(1));
    let agreed = [seen("a", 1), seen("b", 2), seen("c", 0)];
    assert_eq!(it.write(secs(3), MERGE, &agreed, Some(2)), Ok(3));
}

#[test]
fn what_is_not_there_cannot_be_removed() {
    let mut it = Attributes::default();
    let missing = Err(Refusal::Missing { field: Field::AttributeKey });
    assert_eq!(it.write(secs(1), MERGE, &[set("a", "1"), unset("b")], None), missing);
    assert_eq!((list(&it), it.seq(), it.heap_bytes()), (vec![], 0, 0), "all or nothing");
    it.write(secs(1), MERGE, &[set("a", "1")], None).unwrap();
    assert_eq!(it.write(secs(2), MERGE, &[unset("a"), unset("a")], None), missing);
    assert_eq!(it.write(secs(2), MERGE, &[unset("a"), set("a", "2")], None), Ok(2));
    assert_eq!(it.write(secs(3), REPLACE, &[unset("a")], None), Ok(3));
    assert_eq!(list(&it), []);
}

#[test]
fn a_group_has_16_attributes_and_16000_bytes_of_values() {
    let key = |n: usize| format!("k{n}");
    let some = |count| (0..count).map(|n| set(&key(n), "x")).collect::<Vec<_>>();
    let mut it = Attributes::default();
    let many = |count| Refusal::TooMany { field: Field::Attributes, limit: 16, count };
    assert_eq!(it.write(secs(1), MERGE, &some(17), None), Err(many(17)));
    assert_eq!(it.write(secs(1), MERGE, &some(16), None), Ok(1));
    assert_eq!(it.write(secs(2), MERGE, &[set("one more", "x")], None), Err(many(17)));
    assert_eq!(it.write(secs(2), MERGE, &[unset("k0"), set("one more", "x")], None), Ok(2));
    let large = |bytes: usize| {
        let mut changes: Vec<_> = (0..4).map(|n| set(&key(n), &"x".repeat(4_000))).collect();
        changes[3] = set("k3", &"x".repeat(bytes - 12_000));
        changes
    };
    let refusal = Refusal::TooLong { field: Field::AttributeBytes, limit: 16_000, length: 16_001 };
    assert_eq!(it.write(secs(3), REPLACE, &large(16_001), None), Err(refusal));
    assert_eq!(it.write(secs(3), REPLACE, &large(16_000), None), Ok(3));
}

#[test]
fn attributes_are_written_five_times_a_second() {
    let mut it = Attributes::default();
    let write = |it: &mut Attributes, now| it.write(now, MERGE, &[set("a", "x")], None);
    let often = |until| Err(Refusal::TooOften { until });
    for seq in 1..=5 {
        assert_eq!(write(&mut it, secs(1)), Ok(seq));
    }
    assert_eq!(write(&mut it, secs(1)), often(ms(1_200)));
    assert_eq!(write(&mut it, ms(1_199)), often(ms(1_200)));
    assert_eq!(write(&mut it, ms(1_200)), Ok(6));
    let conflict = it.write(ms(1_200), MERGE, &[], Some(0));
    assert_eq!(conflict, Err(Refusal::Conflict { current: 6 }), "conflicts are told first");
    it.shift(Shift::new(ms(1_200), ms(9_000)));
    assert_eq!(write(&mut it, ms(9_000)), often(ms(9_200)));
}

#[test]
fn counters_are_checked_and_move_all_or_none() {
    let mut it = Counters::default();
    let change = |key: &str, change| CounterChange { key: key.into(), change };
    let answer = |pairs: &[(&str, i64)]| {
        Ok(pairs.iter().map(|&(key, value)| (Arc::from(key), value)).collect::<Vec<_>>())
    };
    let first = [
        change("b", Counting::Increase(2)),
        change("a", Counting::Decrease(3)),
        change("b", Counting::Increase(2)),
    ];
    assert_eq!(it.apply(secs(1), &first), answer(&[("b", 4), ("a", -3)]));
    let overflow = Refusal::TooLong { field: Field::CounterValue, limit: 8, length: 9 };
    for (start, step) in [
        (i64::MAX, Counting::Increase(1)),
        (i64::MIN, Counting::Decrease(1)),
        (i64::MIN, Counting::Increase(-1)),
        (0, Counting::Decrease(i64::MIN)),
    ] {
        let changes = [change("a", Counting::Set(start)), change("a", step)];
        assert_eq!(it.apply(secs(1), &changes), Err(overflow.clone()));
    }
    let missing = Err(Refusal::Missing { field: Field::CounterKey });
    assert_eq!(
        it.apply(secs(1), &[change("a", Counting::Set(9)), change("c", Counting::Remove)]),
        missing
    );
    assert_eq!((it.get("a"), it.get("b"), it.seq()), (Some(-3), Some(4), 1));
    assert_eq!(it.apply(secs(1), &[change("a", Counting::Remove)]), answer(&[]));
    assert_eq!((it.get("a"), it.seq()), (None, 2));
}

#[test]
fn a_group_has_20_counters() {
    let mut it = Counters::default();
    let key = |n: usize| format!("k{n:02}");
    let set = |n| CounterChange { key: key(n).into(), change: Counting::Set(1) };
    let unset = |n| CounterChange { key: key(n).into(), change: Counting::Remove };
    let many = Refusal::TooMany { field: Field::Counters, limit: 20, count: 21 };
    assert_eq!(it.apply(secs(1), &(0..21).map(set).collect::<Vec<_>>()), Err(many.clone()));
    assert_eq!(it.heap_bytes(), 0);
    assert!(it.apply(secs(1), &(0..20).map(set).collect::<Vec<_>>()).is_ok());
    assert_eq!(it.apply(secs(1), &[set(20)]), Err(many));
    assert!(it.apply(secs(1), &[set(20), unset(0)]).is_ok());
    assert_eq!(it.iter().count(), 20);
}

#[test]
fn saved_state_that_does_not_hold_together_is_turned_away() {
    let mut it = Attributes::default();
    it.write(secs(1), MERGE, &[set("a", "1"), set("b", "1")], None).unwrap();
    let saved = it.save();
    let broken: [fn(&mut SavedAttributes); 10] = [
        |it| it.main = 0,
        |it| it.main = u64::MAX,
        |it| it.values.swap(0, 1),
        |it| it.values[1] = it.values[0].clone(),
        |it| it.values[0].2 = 2,
        |it| it.values[0].2 = 0,
        |it| it.values[0].0 = "".into(),
        |it| it.values[1].0 = "x".repeat(33).into(),
        |it| it.values[0].1 = "x".repeat(4_001).into(),
        |it| it.values = (10..27).map(|n| (format!("{n}").into(), "".into(), 1)).collect(),
    ];
    for (at, spoil) in broken.into_iter().enumerate() {
        let mut saved = saved.clone();
        spoil(&mut saved);
        assert!(Attributes::restore(saved).is_err(), "case {at}");
    }
    let key = |n: u32| Arc::<str>::from(format!("k{n:02}"));
    let counted = |changes, count| {
        let values = (0..count).map(|n| (key(n), 0)).collect();
        SavedCounters { changes, bucket: Bucket::default(), values }
    };
    assert!(Counters::restore(counted(1, 20)).is_ok());
    let swapped = SavedCounters {
        changes: 1,
        bucket: Bucket::default(),
        values: vec![(key(1), 0), (key(0), 0)],
    };
    let empty =
        SavedCounters { changes: 1, bucket: Bucket::default(), values: vec![("".into(), 0)] };
    for broken in [counted(1, 21), counted(0, 1), counted(u64::MAX, 1), swapped, empty] {
        assert!(Counters::restore(broken).is_err());
    }
}

fn change() -> impl Strategy<Value = AttributeChange> {
    let seen = prop_oneof![4 => Just(None), 1 => (0..4_u64).prop_map(Some)];
    ("[a-d]", prop::option::weighted(0.7, "[xy]{0,2}"), seen).prop_map(|(key, value, seen)| {
        AttributeChange { key: key.into(), value: value.map(Into::into), seen }
    })
}

proptest! {
    #[test]
    fn attributes_answer_like_a_list(
        writes in prop::collection::vec(
            (prop::collection::vec(change(), 0..4), any::<bool>(), prop::option::weighted(0.3, 0..5_u64)),
            0..20,
        ),
    ) {
        let (mut it, mut model, mut main, mut now) = (Attributes::default(), vec![], 0, secs(0));
        for (changes, replace, seen) in writes {
            now += Duration::from_millis(200);
            let own = |model: &[(String, String, u64)], key: &str| {
                model.iter().find(|it| it.0 == key).map_or(0, |it| it.2)
            };
            let mut numbers = vec![(main, seen)];
            numbers.extend(changes.iter().map(|it| (own(&model, &it.key), it.seen)));
            let stale = numbers.into_iter().find(|&(at, seen)| seen.is_some_and(|seen| seen != at));
            let mut next = model.clone();
            let mut missing = false;
            for AttributeChange { key, value, .. } in &changes {
                let there = own(&next, key) > 0;
                next.retain(|it| it.0 != **key);
                match value {
                    Some(value) => next.push((key.to_string(), value.to_string(), main + 1)),
                    None => missing |= !there,
                }
            }
            if replace {
                next.retain(|it| it.2 == main + 1);
            }
            next.sort();
            let expected = match (stale, missing) {
                (Some((current, _)), _) => Err(Refusal::Conflict { current }),
                (None, true) => Err(Refusal::Missing { field: Field::AttributeKey }),
                (None, false) => Ok(main + 1),
            };
            if let Ok(seq) = expected {
                (model, main) = (next, seq);
            }
            let mode = if replace { REPLACE } else { MERGE };
            prop_assert_eq!(it.write(now, mode, &changes, seen), expected);
            prop_assert_eq!(&list(&it), &model);
            let saved = it.save();
            it = Attributes::restore(saved.clone()).unwrap();
            prop_assert_eq!(it.save(), saved);
        }
    }

    #[test]
    fn counters_answer_like_wide_numbers(
        commands in prop::collection::vec(
            prop::collection::vec(("[a-c]", 0..4_u8, any::<i64>()), 0..4), 0..20,
        ),
    ) {
        let (mut it, mut model) = (Counters::default(), BTreeMap::<String, i128>::new());
        let mut commits = 0;
        for command in commands {
            let (mut next, mut fits) = (model.clone(), true);
            let mut changes = Vec::new();
            for (key, kind, by) in command {
                let by = if kind == 0 { by } else { by >> 1 };
                let old = next.get(&key).copied();
                let (change, new) = match kind {
                    0 => (Counting::Set(by), Some(i128::from(by))),
                    1 => (Counting::Increase(by), Some(old.unwrap_or(0) + i128::from(by))),
                    2 => (Counting::Decrease(by), Some(old.unwrap_or(0) - i128::from(by))),
                    _ => (Counting::Remove, None),
                };
                fits &= new.map_or(old.is_some(), |new| i64::try_from(new).is_ok());
                changes.push(CounterChange { key: key.as_str().into(), change });
                match new {
                    Some(new) => next.insert(key, new),
                    None => next.remove(&key),
                };
            }
            prop_assert_eq!(it.apply(secs(1), &changes).is_ok(), fits);
            if fits {
                (model, commits) = (next, commits + 1);
            }
            let list: Vec<_> = it.iter().map(|(key, value)| (key.to_string(), value.into())).collect();
            prop_assert_eq!(list, model.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(it.seq(), commits);
            let saved = it.save();
            it = Counters::restore(saved.clone()).unwrap();
            prop_assert_eq!(it.save(), saved);
        }
    }
}
