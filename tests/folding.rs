//! Folds whose first message waits in a lane: in snapshots, and under other limits.

use std::time::Duration;

use liveroom::{
    Author, Command, Epoch, Field, Group, GroupConfig, GroupId, HashKey, MessageId, Outcome,
    Output, Platform, Priority, Profile, Rate, Refusal, RestoreError, SessionId, Snapshot, State,
    Timestamp, UserId,
};
use serde_json::{Value, json};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);

/// Lanes, questions, users named over every session, and the rest: what one command can put out.
const REACH: u32 = 1_024 + 1_024 + 6_000 + 128;

fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

fn drain(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

/// A group that folds, and delivers so many a second, one at a time.
fn slow(rate: u32) -> Group {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.folding = GroupConfig::modern().settings().folding.clone();
    settings.traffic.rate = Rate::per_second(rate).expect("not zero");
    (settings.traffic.burst, settings.traffic.reserve) = (1, 0);
    let (id, config) = (GroupId::custom("folds"), settings.build().expect("good settings"));
    Group::new(id.expect("a good id"), None, config, Epoch(1), KEY, START)
}

/// A group in which one message waits in a lane, and two more wait to share its entry.
fn group() -> Group {
    let mut group = slow(10);
    group.push(START, Author::App, Command::text("the one that passes")).expect("the app may");
    for (number, name) in (1..).zip(["ann", "bo", "cy"]) {
        let user: UserId = name.parse().expect("a good id");
        let join = Command::join(user, Profile::nick(name), Platform::Web);
        group.push(START, session(number), join).expect("all may join");
        group.push(START, session(number), Command::text("me too")).expect("all may speak");
    }
    drain(&mut group);
    assert_eq!(group.waiting(Priority::Normal).count(), 1);
    assert_eq!(group.stats().flow[Priority::Normal].waiting, 3);
    group
}

/// The messages that are delivered within a second, and in how many entries.
fn told(mut group: Group) -> (Vec<u64>, usize) {
    let from = group.tail();
    group.advance(START + Duration::from_secs(1));
    let ends = drain(&mut group).into_iter().filter_map(|output| match output {
        Output::Ended { message, outcome: Outcome::Delivered { .. }, .. } => Some(message.id.0),
        _ => None,
    });
    (ends.collect(), group.since(&from).expect("its own cursor").count())
}

#[test]
fn a_snapshot_of_folds_is_turned_away_where_they_and_the_lanes_say_different_things() {
    let group = group();
    let saved = serde_json::to_value(group.snapshot()).expect("plain data");
    let restore = |spoil: &dyn Fn(&mut Value)| {
        let mut saved = saved.clone();
        spoil(&mut saved["state"]);
        let snapshot: Snapshot = serde_json::from_value(saved).expect("of the right types");
        Group::restore(snapshot, &[], KEY, None)
    };
    let again = restore(&|_| ()).expect("what it saved itself");
    assert_eq!(again.digest(), group.digest());
    assert_eq!(told(again), told(group));
    type Spoil = dyn Fn(&mut Value);
    let spoiled: [(&str, &Spoil); 4] = [
        ("a message in a fold of other words", &|state| {
            let lane = &mut state["scheduler"]["queues"][1]["messages"][0];
            lane["payload"]["message"]["content"]["elements"] = json!([{ "Text": "not I" }]);
        }),
        ("a fold of which a message is in no lane", &|state| {
            let lane = &mut state["scheduler"]["queues"][1]["messages"][0];
            (lane["id"], lane["payload"]["message"]["id"]) = (json!(9), json!(9));
        }),
        ("a message that waits in a lane and in a fold", &|state| {
            state["folds"]["folds"][0][1]["others"][0]["message"]["id"] = json!(2);
        }),
        ("more held than room for outputs is reserved for", &|state| {
            state["config"]["folding"] = json!(null);
            state["config"]["limits"]["outputs"] = json!(REACH + 2);
        }),
    ];
    for (reason, spoil) in spoiled {
        let corrupt = RestoreError::Corrupt { what: reason };
        assert_eq!(restore(spoil).err(), Some(corrupt));
    }
    let room = restore(&|state| {
        state["config"]["folding"] = json!(null);
        state["config"]["limits"]["outputs"] = json!(REACH + 3);
    });
    assert!(room.is_ok(), "three messages and the fold, of which one is in a lane: {room:?}");
}

#[test]
fn a_config_in_which_open_folds_have_no_room_is_refused() {
    let mut group = group();
    for (outputs, answer) in [
        (REACH + 2, Err(Refusal::TooMany { field: Field::Folds, count: 3, limit: 2 })),
        (REACH + 3, Ok(())),
    ] {
        let mut settings = group.config().settings().clone();
        (settings.folding, settings.limits.outputs) = (None, outputs);
        let config = settings.build().expect("good settings");
        let command = Command::Configure(Box::new(config));
        assert_eq!(group.push(START, Author::App, command).map(drop), answer);
    }
}

#[test]
fn a_config_is_refused_under_which_what_waits_has_no_room() {
    for (waiting, fits) in [(REACH, true), (REACH + 1, false)] {
        let mut group = group();
        let mut settings = group.config().settings().clone();
        settings.limits.outputs = 100_000;
        let configure = |settings: liveroom::Settings| {
            Command::Configure(Box::new(settings.build().expect("good settings")))
        };
        group.push(START, Author::App, configure(settings.clone())).expect("more room");
        for _ in 0..waiting {
            let users = Some(["ann".parse().expect("a good id")].into_iter().collect());
            let notice = Command::Notify { users, field: "n".into() };
            group.push(START, Author::App, notice).expect("there is room");
        }
        // Beside them three messages and their fold, of which one is in a lane and two are in the fold.
        (settings.folding, settings.limits.outputs) = (None, REACH + 4);
        let answer = group.push(START, Author::App, configure(settings)).map(drop);
        let undrained = Refusal::Undrained { waiting: waiting.into() };
        assert_eq!(answer, if fits { Ok(()) } else { Err(undrained) });
    }
}

#[test]
fn under_another_wait_every_message_is_told_its_own_end_anew() {
    let mut group = group();
    let states = |group: &Group| {
        [2, 3, 4].map(|id| group.explain(MessageId(id)).expect("it is remembered").state)
    };
    let wait = |millis| State::Waiting { expires: START + Duration::from_millis(millis) };
    assert_eq!(states(&group), [250, 250, 250].map(wait));
    let mut settings = group.config().settings().clone();
    settings.traffic.lanes[Priority::Normal].max_wait = Duration::from_millis(700);
    let config = settings.build().expect("good settings");
    group.push(START, Author::App, Command::Configure(Box::new(config))).expect("the app may");
    assert_eq!(states(&group), [700, 700, 700].map(wait));
}

/// The second of two waits longer than it may, and is lost: readers know of one.
#[test]
fn a_last_total_is_told_only_where_a_message_would_be_released() {
    let entries = |busy: bool| {
        let mut group = slow(1);
        let user: UserId = "ann".parse().expect("a good id");
        let join = Command::join(user, Profile::nick("Ann"), Platform::Web);
        group.push(START, session(1), join).expect("all may join");
        let say = |group: &mut Group, millis: u64, text: &str| {
            let now = START + Duration::from_millis(millis);
            group.push(now, session(1), Command::text(text)).expect("all may speak");
            drain(group);
        };
        say(&mut group, 0, "again");
        say(&mut group, 0, "again");
        // It is offered again once a second is over, when this is before it.
        say(&mut group, 950, "something between");
        // The window is over after 3 s.
        if busy {
            say(&mut group, 2_900, "something else");
        }
        let from = group.tail();
        group.advance(START + Duration::from_secs(5));
        drain(&mut group);
        let told = group.since(&from).expect("its own cursor");
        told.filter(|entry| entry.folded.as_ref().is_some_and(|it| it.total == 2)).count()
    };
    assert_eq!((entries(false), entries(true)), (1, 0));
}
