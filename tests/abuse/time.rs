//! Wild clocks, and numbers at their ends.

use std::time::Duration;

use liveroom::{
    Author, Body, Command, CounterChange, Counting, CursorError, Discard, Draft, Epoch, Field,
    Group, GroupConfig, Kind, Lane, Outcome, Output, PerPriority, Priority, Receipt, Refusal,
    Snapshot, Span, State, Timestamp,
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use crate::stage::{
    KEY, SECOND, START, balanced, delivered, drain, fill, group, read, sent, session, user, wait,
};

/// Times that a host may give by mistake: near ones, far ones, ends.
fn wild() -> impl Strategy<Value = Timestamp> {
    let start = START.as_nanos();
    prop_oneof![
        6 => (0..3_000_000_000_u64).prop_map(move |more| Timestamp::from_nanos(start + more)),
        2 => (0..3_000_000_000_u64).prop_map(move |less| Timestamp::from_nanos(start - less)),
        2 => any::<u32>().prop_map(move |more| Timestamp::from_nanos(start + u64::from(more) * 40)),
        // To the nanosecond, where something may end.
        2 => (0..6_u32).prop_map(|seconds| START + seconds * SECOND),
        1 => any::<u64>().prop_map(Timestamp::from_nanos),
        1 => Just(Timestamp::ZERO),
        1 => Just(Timestamp::MAX),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_clock_gives_more_than_the_rate_or_moves_the_end_of_a_mute(
        times in vec((wild(), 1..12_usize), 1..40), muted_for in 1..6_u32,
    ) {
        // Nothing waits: what is not let through at once is lost.
        let lane = Lane { capacity: 1, max_wait: Duration::ZERO };
        let mut group = group(&GroupConfig::livestream(), |it| it.traffic.lanes = PerPriority([lane; 4]));
        fill(&mut group);
        let span = Span::For(muted_for * SECOND);
        group.push(START, Author::App, Command::mute(user("bo"), span)).unwrap();
        let until = START + muted_for * SECOND;
        let (mut clock, mut released) = (START, Vec::new());
        for (now, count) in times {
            for _ in 0..count {
                let answer = group.push(now, session(1), Command::text("hi"));
                prop_assert!(sent(&answer).is_some(), "{:?}", answer);
                released.extend(delivered(&drain(&mut group)).into_iter().map(|(_, at)| at));
            }
            clock = clock.max(now).min(Timestamp::LATEST);
            prop_assert_eq!(group.clock(), clock, "it goes on and not back");
            let muted = if clock < until { Some(until) } else { None };
            prop_assert_eq!(group.muted_until(&user("bo")), muted);
            let answer = group.push(now, session(2), Command::text("hi"));
            prop_assert_eq!(answer == Err(Refusal::Muted { until }), muted.is_some());
            drain(&mut group);
        }
        let traffic = &group.config().settings().traffic;
        for (at, from) in released.iter().enumerate() {
            for (more, to) in released[at..].iter().enumerate() {
                let window = to.since(*from).as_nanos() / traffic.rate.interval().as_nanos();
                prop_assert!(more as u128 <= window + u128::from(traffic.burst));
            }
        }
        balanced(&group);
    }
}

/// A genuine snapshot with some values in it changed.
fn forged(group: &Group, change: impl FnOnce(&mut Value)) -> Option<Group> {
    let mut saved = serde_json::to_value(group.snapshot()).expect("plain data");
    change(&mut saved);
    let snapshot: Snapshot = serde_json::from_value(saved).ok()?;
    Group::restore(snapshot, &[], KEY, None).ok()
}

#[test]
fn likes_at_the_end_of_counting_stay_there() {
    let mut group = group(&GroupConfig::livestream(), |_| {});
    fill(&mut group);
    group.push(START, session(1), Command::custom(Kind::Like, "1")).unwrap();
    let mut group = forged(&group, |it| {
        it["state"]["tally"]["totals"]["likes"] = json!(u64::MAX - 2);
    })
    .expect("as many may have been counted");
    for _ in 0..5 {
        group.push(START, session(1), Command::custom(Kind::Like, "1")).unwrap();
        drain(&mut group);
    }
    assert_eq!(group.totals().likes, u64::MAX);
    let told = wait(&mut group, START + 10 * SECOND);
    let likes = told.iter().filter_map(|output| match output {
        Output::ProfileChanged { changes, .. } => changes.likes,
        _ => None,
    });
    assert_eq!(likes.max(), Some(u64::MAX));
}

#[test]
fn a_counter_goes_to_its_ends_and_not_past_them() {
    let mut group = group(&GroupConfig::modern(), |_| {});
    let mut now = START;
    let mut count = |changes: &[(&str, Counting)]| {
        now += SECOND;
        let changes = changes
            .iter()
            .map(|(key, change)| CounterChange { key: (*key).into(), change: *change });
        let answer = group.push(now, Author::App, Command::Count { changes: changes.collect() });
        drain(&mut group);
        (answer, ["gifts", "debts"].map(|key| group.counters().get(key)))
    };
    count(&[("gifts", Counting::Set(i64::MAX - 1)), ("debts", Counting::Set(i64::MIN))]).0.unwrap();
    let (answer, values) = count(&[("gifts", Counting::Increase(1))]);
    assert!(answer.is_ok());
    assert_eq!(values, [Some(i64::MAX), Some(i64::MIN)]);
    for past in [
        [("gifts", Counting::Increase(1)), ("debts", Counting::Set(0))],
        [("gifts", Counting::Set(0)), ("debts", Counting::Decrease(1))],
        [("debts", Counting::Increase(i64::MIN)), ("gifts", Counting::Set(0))],
        [("gifts", Counting::Decrease(i64::MIN)), ("debts", Counting::Set(0))],
    ] {
        let (answer, after) = count(&past);
        let refused = matches!(answer, Err(Refusal::TooLong { field: Field::CounterValue, .. }));
        assert!(refused, "{past:?}: {answer:?}");
        assert_eq!(after, values, "all or none");
    }
}

#[test]
fn numbers_near_their_end_are_turned_away_or_go_on() {
    let mut told = group(&GroupConfig::livestream(), |it| it.journal = true);
    fill(&mut told);
    told.push(START, session(1), Command::text("hi")).unwrap();
    wait(&mut told, START + SECOND);
    let now = START + 2 * SECOND;
    // As many as can be counted, less two, of each number that only grows.
    let most = (1_u64 << 63) - 3;
    let goes_on = |group: Option<Group>, what: &str| {
        let mut group = group.unwrap_or_else(|| panic!("{what} is turned away"));
        let before = group.tail();
        for number in 0..5 {
            let low = Draft::text(format!("on {number}")).priority(Priority::Low);
            let answer = group.push(now, session(1), low.into());
            assert!(sent(&answer).is_some(), "{what}: {answer:?}");
            drain(&mut group);
        }
        wait(&mut group, now + SECOND);
        balanced(&group);
        (group, before)
    };
    let (group, _) = goes_on(forged(&told, |it| it["outbox"]["record"] = json!(most)), "records");
    assert!(group.last_record().0 > most);
    for past in [u64::MAX, u64::MAX - 2, 1 << 63] {
        assert!(forged(&told, |it| it["outbox"]["record"] = json!(past)).is_none(), "{past}");
        assert!(forged(&told, |it| it["state"]["accepted"] = json!(past)).is_none(), "{past}");
    }
    for past in [u64::MAX, u64::MAX - 2, (1 << 63) + 1] {
        let profile = |it: &mut Value| it["state"]["profile"]["info_seq"] = json!(past);
        assert!(forged(&told, profile).is_none(), "{past}");
    }
    // The history has 40 bits for each class, and begins another epoch where they end.
    let full = forged(&told, |it| it["state"]["log"]["gone"][2] = json!((1_u64 << 40) - 4));
    let (mut group, before) = goes_on(full, "a full history");
    assert_eq!(group.epoch(), Epoch(2));
    assert!(matches!(group.batch(&before), Err(CursorError::OtherEpoch { .. })));
    let (mut cursor, now) = (group.tail(), now + 2 * SECOND);
    group.push(now, session(1), Command::text("and on")).unwrap();
    assert!(matches!(&read(&group, &mut cursor)[0].body, Body::Message(_)));
    assert!(forged(&told, |it| it["state"]["log"]["gone"][2] = json!(u64::MAX)).is_none());
}

#[test]
fn a_message_that_no_clock_will_release_comes_to_its_end() {
    let mut group = group(&GroupConfig::livestream(), |_| {});
    fill(&mut group);
    for _ in 0..20 {
        group.push(Timestamp::MAX, session(1), Command::text("hi")).unwrap();
    }
    group.push(Timestamp::MAX, Author::App, Command::Rebase { to: START }).unwrap();
    let told = wait(&mut group, START + 10 * SECOND);
    let ends = told.iter().filter(|output| matches!(output, Output::Ended { .. })).count();
    let stats = group.stats();
    assert_eq!(ends as u64, stats.accepted());
    assert!(stats.flow.0.iter().all(|flow| flow.waiting == 0 && flow.balances()));
    let answer = group.push(START + 10 * SECOND, session(1), Command::text("hi"));
    let Ok(Receipt::Sent { state: State::Ended(Outcome::Delivered { .. }), .. }) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(stats.flow.0[1].discarded[Discard::Shed as usize], 0);
}
