//! A hub: apps and their groups, from many threads.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use liveroom::{
    AppId, AppStatus, Audience, Author, Clock, Command, Content, Creation, Draft, EngineConfig,
    GroupId, HashKey, Hub, HubKey, Kind, Output, Platform, Profile, PushError, Random, Receipt,
    SessionId, State, Tick, Timestamp, UserId, Visitor,
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const APP: AppId = AppId(1_400_000_000);

fn hub(shards: usize) -> Hub {
    let hub = Hub::new(HashKey::new(1, 2), shards, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    hub
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

fn join(hub: &Hub, key: HubKey, name: &str, session: u64) -> Author {
    hub.open(key.app(), SessionId(session), Visitor::user(user(name), Platform::Web)).unwrap();
    let author = Author::Session(SessionId(session));
    let command = Command::join(user(name), Profile::nick(name), Platform::Web);
    hub.push(START, key, author.clone(), command).unwrap();
    author
}

#[test]
fn the_same_app_id_is_the_same_app_and_there_are_a_hundred_at_most() {
    let hub = Hub::new(HashKey::new(1, 2), 2, EngineConfig::default());
    let first = hub.create_app(START, APP, "show", None).unwrap();
    let later = START + Duration::from_secs(9);
    assert_eq!(hub.create_app(later, APP, "another name", None), Ok(first));
    for id in 1..100 {
        hub.create_app(START, AppId(id), "more", None).unwrap();
    }
    let over = hub.create_app(START, AppId(100), "one more", None);
    assert_eq!(over, Err(PushError::TooManyApps { limit: 100 }));
    hub.set_app_status(AppId(1), AppStatus::Disabled).unwrap();
    hub.delete_app(AppId(1)).unwrap();
    assert!(hub.create_app(START, AppId(100), "one more", None).is_ok());
    assert_eq!(hub.apps().len(), 100);
}

#[test]
fn an_app_is_disabled_before_it_is_deleted_and_then_all_of_it_is_gone() {
    let hub = hub(2);
    let id = GroupId::custom("friday").unwrap();
    let key = hub.create(START, APP, Creation::named("Friday").id(id.clone())).unwrap();
    let author = join(&hub, key, "ann", 1);
    assert_eq!(hub.delete_app(APP), Err(PushError::AppInUse));
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    let push = |text: &str| hub.push(START, key, author.clone(), Command::text(text));
    assert_eq!(push("hello"), Err(PushError::AppDisabled));
    hub.set_app_status(APP, AppStatus::Enabled).unwrap();
    assert!(push("hello").is_ok());
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    hub.delete_app(APP).unwrap();
    assert_eq!(push("hello"), Err(PushError::NoSuchApp));

    hub.create_app(START, APP, "the same id, another app", None).unwrap();
    assert_eq!(hub.find(APP, &id), None);
    assert!(hub.profile(APP, &user("ann")).nick.is_empty());
    // The session is gone too, so that its id is free.
    assert!(hub.open(APP, SessionId(1), Visitor::guest(Platform::Web)).is_ok());
}

#[test]
fn an_expired_app_takes_no_commands_until_it_is_renewed() {
    let hub = Hub::new(HashKey::new(1, 2), 1, EngineConfig::default());
    let end = START + Duration::from_secs(60);
    hub.create_app(START, APP, "show", Some(end)).unwrap();
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let push = |now| hub.push(now, key, Author::App, Command::notice("hello"));
    assert!(push(START).is_ok());
    assert_eq!(push(end), Err(PushError::AppExpired { at: end }));
    hub.renew_app(APP, None).unwrap();
    assert!(push(end).is_ok());
}

#[test]
fn a_connection_lost_while_the_app_is_disabled_is_lost() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    join(&hub, key, "ann", 1);
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    hub.close(START, APP, SessionId(1));
    let later = START + Duration::from_secs(31);
    hub.drainer(0).unwrap().drain(later, 100, &mut Vec::new());
    assert_eq!(hub.read(key, liveroom::Group::member_count), Some(0));
}

#[test]
fn a_loud_app_keeps_no_other_waiting() {
    let hub = hub(1);
    hub.create_app(START, AppId(2), "quiet", None).unwrap();
    let loud = hub.create(START, AppId(2), Creation::named("loud")).unwrap();
    let quiet = hub.create(START, APP, Creation::named("quiet")).unwrap();
    let mut drainer = hub.drainer(0).unwrap();
    let mut outputs = Vec::new();
    for at in 0..20 {
        // As much comes as is taken, and still the other is heard.
        hub.push(START, loud, Author::App, Command::notice("louder")).unwrap();
        if at == 5 {
            hub.push(START, quiet, Author::App, Command::notice("hello")).unwrap();
        }
        drainer.drain(START, 1, &mut outputs);
    }
    assert!(outputs.iter().any(|(key, _)| *key == quiet), "never heard");
}

#[test]
fn two_apps_never_meet() {
    let hub = hub(3);
    hub.create_app(START, AppId(2), "other", None).unwrap();
    let id = GroupId::custom("friday").unwrap();
    let named = || Creation::named("Friday").id(id.clone());
    let mine = hub.create(START, APP, named()).unwrap();
    let theirs = hub.create(START, AppId(2), named()).unwrap();
    assert_ne!(mine, theirs);
    join(&hub, mine, "ann", 1);
    join(&hub, theirs, "bo", 1);
    assert_eq!(hub.read(mine, |group| group.member(&user("bo")).is_some()), Some(false));
    assert_eq!(hub.broadcast(START, APP, Content::text("to mine")), Ok(1));
    assert_eq!(hub.read(theirs, |group| group.stats().appended.0[5]), Some(0));
}

#[test]
fn a_session_that_is_not_that_users_is_an_impostor() {
    let hub = hub(2);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let session = SessionId(7);
    hub.open(APP, session, Visitor::user(user("ann"), Platform::Web)).unwrap();
    let as_bo = Command::join(user("bo"), Profile::default(), Platform::Web);
    let pushed = hub.push(START, key, Author::Session(session), as_bo);
    assert_eq!(pushed, Err(PushError::Impostor { session }));
}

#[test]
fn a_shard_has_one_drainer_at_a_time() {
    let hub = hub(1);
    let drainer = hub.drainer(0).unwrap();
    assert!(hub.drainer(0).is_none());
    assert!(hub.drainer(1).is_none(), "there is no such shard");
    drop(drainer);
    assert!(hub.drainer(0).is_some());
}

#[test]
fn a_push_wakes_the_drainer_and_silence_does_not() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let mut drainer = hub.drainer(0).unwrap();
    let mut outputs = Vec::new();
    drainer.drain(START, 100, &mut outputs);
    drainer.wait(Duration::ZERO);
    assert!(!drainer.wait(Duration::ZERO), "nothing happened");
    hub.push(START, key, Author::App, Command::notice("hello")).unwrap();
    assert!(drainer.wait(Duration::ZERO));
    assert!(!drainer.wait(Duration::ZERO), "one token, however much there is");
    drainer.drain(START, 100, &mut outputs);
    assert!(matches!(outputs.as_slice(), [(at, Output::Tail { .. })] if *at == key));
}

#[test]
fn a_push_that_tells_nothing_yet_wakes_the_drainer_for_when_it_will() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    join(&hub, key, "ann", 1);
    let mut drainer = hub.drainer(0).unwrap();
    let mut outputs = Vec::new();
    drainer.drain(START, 100, &mut outputs);
    drainer.wait(Duration::ZERO);
    hub.close(START, APP, SessionId(1));
    assert!(drainer.wait(Duration::ZERO), "her grace time began unnoticed");
    let due = drainer.drain(START, 100, &mut outputs);
    assert_eq!(due, Some(START + Duration::from_secs(30)));
}

#[test]
fn a_profile_never_reaches_who_has_the_session_now() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    join(&hub, key, "ann", 1);
    hub.close(START, APP, SessionId(1));
    let key = hub.create(START, APP, Creation::named("Saturday")).unwrap();
    join(&hub, key, "bo", 1);
    hub.set_profile(START, APP, &user("ann"), Profile::nick("Annabel")).unwrap();
    let nick = hub.read(key, |group| group.member(&user("bo")).unwrap().profile().nick.clone());
    assert_eq!(nick.as_deref(), Some("bo"));
}

#[test]
fn many_threads_push_and_nothing_is_lost_or_told_twice() {
    const SENDERS: u64 = 4;
    const EACH: u64 = 2_000;
    let (hub, clock, done) = (hub(2), Clock::new(), AtomicBool::new(false));
    let keys: Vec<HubKey> =
        (0..8).map(|_| hub.create(START, APP, Creation::named("Friday")).unwrap()).collect();
    let (sent, told) = thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (hub, keys, clock) = (&hub, &keys, &clock);
                scope.spawn(move || send(hub, keys, clock, sender, EACH))
            })
            .collect();
        let drainers: Vec<_> = (0..hub.shards())
            .map(|shard| {
                let (hub, clock, done) = (&hub, &clock, &done);
                scope.spawn(move || drain(hub, clock, shard, done))
            })
            .collect();
        let sent: u64 = senders.into_iter().map(|thread| thread.join().unwrap()).sum();
        done.store(true, Ordering::Release);
        let told: Vec<_> = drainers.into_iter().map(|thread| thread.join().unwrap()).collect();
        (sent, told)
    });
    let mut ends = BTreeMap::<(HubKey, u64), u64>::new();
    for end in told.into_iter().flatten() {
        *ends.entry(end).or_default() += 1;
    }
    assert!(ends.values().all(|times| *times == 1), "told twice");
    assert_eq!(ends.len() as u64, sent, "every accepted message has an end");
    let balanced = |key: &HubKey| {
        hub.read(*key, |group| group.stats().flow.0.iter().all(liveroom::Flow::balances))
    };
    assert!(keys.iter().all(|key| balanced(key) == Some(true)));
}

/// Joins every group and sends; returns how many messages were accepted.
fn send(hub: &Hub, keys: &[HubKey], clock: &Clock, sender: u64, count: u64) -> u64 {
    let name = format!("user{sender}");
    let author = join(hub, keys[0], &name, sender);
    for key in &keys[1..] {
        let command = Command::join(user(&name), Profile::nick(&name), Platform::Web);
        hub.push(clock.now(), *key, author.clone(), command).unwrap();
    }
    let mut accepted = 0;
    for at in 0..count {
        let key = keys[usize::try_from(at).unwrap() % keys.len()];
        let draft = Draft::custom(Kind::Like, "1").random(Random(at as u32));
        // A full queue is no loss: whoever pushes tries again when it was drained.
        loop {
            match hub.push(clock.now(), key, author.clone(), draft.clone().into()) {
                Ok(Receipt::Sent { .. }) => break accepted += 1,
                Err(PushError::Refused(liveroom::Refusal::Undrained { .. })) => thread::yield_now(),
                other => panic!("{other:?}"),
            }
        }
    }
    accepted
}

/// The loop of a fan-out thread, until everything was told after the senders were done.
fn drain(hub: &Hub, clock: &Clock, shard: usize, done: &AtomicBool) -> Vec<(HubKey, u64)> {
    let mut drainer = hub.drainer(shard).unwrap();
    let (mut outputs, mut ended) = (Vec::new(), Vec::new());
    loop {
        let finished = done.load(Ordering::Acquire);
        let next = drainer.drain(clock.now(), 256, &mut outputs);
        let moved = outputs.len();
        for (key, output) in outputs.drain(..) {
            if let Output::Ended { message, .. } = output {
                ended.push((key, message.id.0));
            }
        }
        if finished && moved == 0 && !waits(hub, shard) {
            return ended;
        }
        let most = Duration::from_millis(20);
        let wait = next.map_or(most, |at| at.since(clock.now()).min(most));
        drainer.wait(wait);
    }
}

/// Whether a message of this shard is still on its way.
fn waits(hub: &Hub, shard: usize) -> bool {
    hub.snapshot(APP).iter().any(|snapshot| {
        let key = hub.find(APP, snapshot.id()).unwrap();
        key.shard() == shard
            && hub.read(key, |group| group.stats().flow.0.iter().any(|flow| flow.waiting > 0))
                == Some(true)
    })
}

#[test]
fn an_audience_of_a_hub_reads_while_others_push() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let author = join(&hub, key, "ann", 1);
    let tail = hub.read(key, |group| group.tail()).unwrap();
    let mut audience = Audience::new(Tick::NONE);
    for token in 0..100_u32 {
        audience.add(token, tail);
    }
    let mut read = vec![Vec::new(); 100];
    for at in 0..200_u64 {
        let now = START + Duration::from_millis(25 * at);
        let sent = hub.push(now, key, author.clone(), Command::text(format!("{at}"))).unwrap();
        assert!(matches!(sent, Receipt::Sent { state: State::Ended(_), .. }));
        audience.notify(now, false);
        let swept = audience.sweep(now, &mut hub.source(key), |batch, tokens, not_now| {
            for (index, token) in tokens.iter().enumerate() {
                // Every third reader takes only every seventh time.
                if token % 3 == 0 && at % 7 != 0 {
                    not_now.mark(index);
                } else {
                    read[*token as usize].extend(batch.entries().iter().map(|entry| entry.seq));
                }
            }
        });
        assert_eq!(swept.lost, 0);
    }
    let now = START + Duration::from_secs(60);
    audience.notify(now, true);
    let swept = audience.sweep(now, &mut hub.source(key), |batch, tokens, _| {
        for token in tokens {
            read[*token as usize].extend(batch.entries().iter().map(|entry| entry.seq));
        }
    });
    assert_eq!((swept.lost, swept.not_now), (0, 0));
    assert!(read.iter().all(|history| history == &read[1]), "one history for all");
    assert_eq!(read[1].len(), 200);
}
