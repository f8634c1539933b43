//! The model's own account of numbers that the design works out by hand.

use std::time::Duration;

use liveroom::{
    Author, Command, Discard, Draft, GroupConfig, Outcome, Output, Priority, Profile, SessionId,
    Settings, State,
};

use super::{Model, ModelReceipt, play, script::START};

/// A hundred users, each with one session, in a group under these settings.
fn hundred(settings: Settings) -> Model {
    let config = settings.build().expect("good settings");
    let mut model = Model::new(None, &config, START, play::beginning());
    for number in 1..=100_u64 {
        let user = format!("u{number}").parse().expect("a good id");
        let join = Command::join(user, Profile::default(), liveroom::Platform::Android);
        model.push(START, &Author::Session(SessionId(number)), &join).expect("joins");
    }
    model.told.clear();
    model
}

/// A hundred Normal at one instant, then one High: when each that is delivered is, and the High.
fn storm(reserve: u32) -> (Vec<Duration>, Duration) {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.reserve = reserve;
    let mut model = hundred(settings);
    for number in 1..=100 {
        let by = Author::Session(SessionId(number));
        model.push(START, &by, &Command::text("hi")).expect("accepted");
    }
    let high = Draft::text("rose").priority(Priority::High);
    model.push(START, &Author::Session(SessionId(1)), &high.into()).expect("accepted");
    model.advance(START + Duration::from_secs(10));
    let delivered = |output: &Output| match output {
        Output::Ended { message, outcome: Outcome::Delivered { at, .. }, .. } => {
            Some((message.priority, at.since(START)))
        }
        _ => None,
    };
    let (high, normal): (Vec<_>, Vec<_>) =
        model.told.iter().filter_map(delivered).partition(|(p, _)| *p == Priority::High);
    (normal.into_iter().map(|(_, after)| after).collect(), high[0].1)
}

#[test]
fn with_a_reserve_twelve_of_a_hundred_are_delivered_and_a_gift_at_once() {
    let (normal, high) = storm(1);
    let mut after = vec![0, 0, 0];
    after.extend((2..=10).map(|ticks| 25 * ticks));
    assert_eq!(normal, after.into_iter().map(Duration::from_millis).collect::<Vec<_>>());
    assert_eq!(high, Duration::ZERO);
}

#[test]
fn without_a_reserve_thirteen_are_delivered_and_a_gift_waits_25_ms() {
    let (normal, high) = storm(0);
    assert_eq!(normal.len(), 13);
    assert_eq!(high, Duration::from_millis(25));
}

#[test]
fn a_message_that_may_not_wait_is_told_at_once_that_the_rate_took_it() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.lanes[Priority::Normal].max_wait = Duration::ZERO;
    let mut model = hundred(settings);
    let answers: Vec<_> = (1..=4)
        .map(|number| {
            let by = Author::Session(SessionId(number));
            match model.push(START, &by, &Command::text("hi")) {
                Ok(ModelReceipt::Sent { state, .. }) => state,
                other => panic!("not sent: {other:?}"),
            }
        })
        .collect();
    assert!(answers[..3].iter().all(|state| matches!(
        state,
        State::Ended(Outcome::Delivered { at, .. }) if *at == START
    )));
    assert_eq!(answers[3], State::Ended(Outcome::Discarded(Discard::Rate)));
}

#[test]
fn a_full_lane_sheds_the_newest_of_the_busiest_author() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.lanes[Priority::Normal].capacity = 3;
    let mut model = hundred(settings);
    // Three leave at once; then 1 has two waiting and 2 has one; 3's message makes 1 lose the second.
    for number in [1, 1, 1, 1, 2, 1, 3] {
        let by = Author::Session(SessionId(number));
        model.push(START, &by, &Command::text("hi")).expect("accepted");
    }
    let shed: Vec<_> = (model.messages.iter())
        .filter(|one| one.state == State::Ended(Outcome::Discarded(Discard::Shed)))
        .map(|one| one.message.id.0)
        .collect();
    assert_eq!(shed, [6]);
}

#[test]
fn a_storm_of_joins_is_folded_and_nobody_is_lost_from_the_count() {
    let mut model = hundred(GroupConfig::livestream().settings().clone());
    model.advance(START + Duration::from_secs(1));
    let tips: Vec<_> = (model.log.iter())
        .map(|kept| match &kept.entry.body {
            liveroom::Body::Tip(tip) => (tip.subjects.len(), tip.count, tip.online),
            other => panic!("not a tip: {other:?}"),
        })
        .collect();
    // Ten at once, and the ninety others in one when the cap has room again.
    assert_eq!(tips.len(), 11);
    assert_eq!(tips[9], (1, 1, 10));
    assert_eq!(tips[10], (10, 90, 100));
}
