//! Snapshots whose parts say different things of the same messages, or more than there can be; and digests.

use std::time::Duration;

use liveroom::{
    AskStep, Asking, Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Platform,
    Profile, Rate, RestoreError, SessionId, Settings, Snapshot, Timestamp,
};
use serde_json::{Value, json};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);

fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::livestream().settings().clone();
    change(&mut settings);
    let (id, config) = (GroupId::custom("saved"), settings.build().expect("good settings"));
    let mut group = Group::new(id.expect("a good id"), None, config, Epoch(1), KEY, START);
    let join = Command::join("ann".parse().unwrap(), Profile::nick("Ann"), Platform::Web);
    group.push(START, Author::Session(SessionId(1)), join).expect("all may join");
    for text in ["one", "two", "three"] {
        let said = group.push(START, Author::Session(SessionId(1)), Command::text(text));
        said.expect("all may speak");
    }
    group
}

/// The first is delivered, and the others wait in their lane.
fn waiting() -> Group {
    group(|it| {
        it.traffic.rate = Rate::per_second(1).expect("not zero");
        (it.traffic.burst, it.traffic.reserve) = (1, 0);
    })
}

/// What is wrong with a snapshot into which something was written.
fn wrong(group: &Group, spoil: impl FnOnce(&mut Value)) -> Option<&'static str> {
    let mut saved = serde_json::to_value(group.snapshot()).expect("plain data");
    spoil(&mut saved);
    let snapshot: Snapshot = serde_json::from_value(saved).expect("of the right types");
    match Group::restore(snapshot, &[], KEY, None).err()? {
        RestoreError::Corrupt { what } => Some(what),
        error => panic!("{error}"),
    }
}

#[test]
fn a_message_that_was_never_accepted_waits_nowhere() {
    let group = waiting();
    assert_eq!(wrong(&group, |_| ()), None);
    for (place, id) in [(0, 0), (1, 4)] {
        let what = wrong(&group, |saved| {
            let waits = &mut saved["state"]["scheduler"]["queues"][1]["messages"][place];
            (waits["id"], waits["payload"]["message"]["id"]) = (json!(id), json!(id));
        });
        assert_eq!(what, Some("a message on its way that was never accepted"), "{id}");
    }
}

#[test]
fn the_account_is_right_of_what_waits_and_of_what_is_held() {
    for part in ["waiting", "held"] {
        let what = wrong(&waiting(), |saved| {
            let count = &mut saved["state"]["flow"][1][part];
            *count = json!(count.as_u64().expect("a count") + 1);
        });
        assert_eq!(what, Some("the account of messages that wait or are held"), "{part}");
    }
}

#[test]
fn no_more_waits_to_be_polled_or_looked_for_than_there_is_room_for() {
    let group = waiting();
    let outputs = group.config().settings().limits.outputs as usize;
    let what = "more outputs than may wait";
    for (count, what) in [(outputs, None), (outputs + 1, Some(what))] {
        let found = wrong(&group, |saved| {
            let queue = &mut saved["outbox"]["queue"];
            *queue = json!(vec![queue[0].clone(); count]);
        });
        assert_eq!(found, what);
    }
    let what = "more fingerprints to remove than were ever banned";
    for (count, what) in [(65_536, None), (65_537, Some(what))] {
        let found = wrong(&group, |saved| {
            saved["state"]["sweeping"] = json!(vec![format!("{:032x}", 7); count]);
        });
        assert_eq!(found, what);
    }
}

#[test]
fn what_waits_is_no_silent_group_whatever_the_account_says() {
    let silent = GroupConfig::livestream();
    let id = GroupId::custom("saved").expect("a good id");
    let silent = Group::new(id, None, silent, Epoch(1), KEY, START);
    let silent = serde_json::to_value(silent.snapshot()).expect("plain data");
    let forget = |saved: &mut Value, parts: &[&str]| {
        for &part in parts {
            saved["state"][part] = silent["state"][part].clone();
        }
    };
    let told = ["receipts", "flow", "accepted", "tips", "folds"];
    for bucket in [false, true] {
        let what = wrong(&waiting(), |saved| {
            forget(saved, &told);
            if bucket {
                saved["state"]["scheduler"]["bucket"] =
                    silent["state"]["scheduler"]["bucket"].clone();
            }
        });
        assert_eq!(what, Some("a message on its way that was never accepted"), "{bucket}");
    }
    // Nobody spoke, and yet there is no more to spend.
    let mut saved = serde_json::to_value(waiting().snapshot()).expect("plain data");
    forget(&mut saved, &told);
    saved["state"]["scheduler"]["queues"] = json!(null);
    let snapshot = serde_json::from_value(saved).expect("of the right types");
    let mut spent = Group::restore(snapshot, &[], KEY, None).expect("it holds together");
    spent.push(START, Author::App, Command::text("one")).expect("the app may");
    assert_eq!(spent.waiting(liveroom::Priority::Normal).count(), 1);
}

#[test]
fn joins_and_sessions_are_restored_up_to_the_most_that_there_can_be() {
    let mut group = group(|it| (it.presence.per_user, it.limits.outputs) = (255, 200_000));
    for session in 2..=255 {
        let user = "ann".parse().expect("a good id");
        let attach = Command::Attach { user, platform: Platform::Web, print: None };
        group.push(START, Author::Session(SessionId(session)), attach).expect("there is room");
    }
    assert_eq!(wrong(&group, |_| ()), None);
    let what = wrong(&group, |saved| {
        let seats = saved["roster"]["members"][0]["seats"].as_array_mut().expect("a list");
        seats.push(seats[0].clone());
    });
    assert_eq!(what, Some("a member has more sessions than any config allows"));
    let most = 1_u64 << 63;
    for (joins, what) in [(most, None), (most + 1, Some("more joins than there ever were"))] {
        assert_eq!(wrong(&group, |saved| saved["roster"]["joins"] = json!(joins)), what);
    }
}

#[test]
fn in_a_group_that_ended_nothing_is_on_its_way() {
    let folding = GroupConfig::modern().settings().folding.clone();
    let on_their_way = [
        waiting(),
        group(|it| it.asking.steps.insert(0, AskStep::callback(Asking::CALLBACK))),
        // All were delivered, and each may be said again in its window.
        group(|it| it.folding = folding),
    ];
    for mut group in on_their_way {
        let what = wrong(&group, |saved| saved["state"]["disbanded"] = json!(true));
        assert_eq!(what, Some("a disbanded group with messages on their way"));
        group.push(START, Author::App, Command::Disband).expect("the app may");
        assert_eq!(wrong(&group, |_| ()), None);
    }
}

#[test]
fn a_snapshot_names_the_behaviour_that_made_it() {
    let group = waiting();
    let mut saved = serde_json::to_value(group.snapshot()).expect("plain data");
    assert_eq!(json!(group.snapshot().behaviour()), saved["behaviour"]);
    saved["behaviour"] = json!(7);
    let snapshot: Snapshot = serde_json::from_value(saved).expect("of the right types");
    assert_eq!(snapshot.behaviour(), 7);
    let refused = Group::restore(snapshot, &[], KEY, None).err();
    assert_eq!(refused, Some(RestoreError::Behaviour { found: 7 }));
}

/// Of many groups in which the same people are, and other things are different, and the other way round.
#[test]
fn every_bit_of_a_digest_tells_groups_apart() {
    let told = |digests: Vec<u64>| {
        let both = |(all, any), digest| (all & digest, any | digest);
        assert_eq!(digests.into_iter().fold((u64::MAX, 0), both), (0, u64::MAX));
    };
    let mut group = waiting();
    let by_state = (1..=64).map(|second| {
        group.advance(START + Duration::from_secs(second));
        while group.poll().is_some() {}
        group.digest()
    });
    told(by_state.collect());
    let mut group = waiting();
    group.advance(START + Duration::from_hours(1));
    let by_roster = (2..=65).map(|session| {
        let attach =
            Command::Attach { user: "ann".parse().unwrap(), platform: Platform::Web, print: None };
        let before = Author::Session(SessionId(session - 1));
        group.push(group.clock(), before, Command::Detach).expect("she was there");
        group.push(group.clock(), Author::Session(SessionId(session)), attach).expect("she is in");
        group.digest()
    });
    told(by_roster.collect());
}
