//! A hub: apps and their groups, from many threads.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use liveroom::{
    AppId, AppStatus, Audience, Author, Clock, Command, Content, Creation, Draft, Drainer,
    EngineConfig, Format, GroupId, GroupPatch, HashKey, Hub, HubKey, Kind, Output, Platform,
    Profile, PushError, Random, Receipt, SessionId, State, Tick, Timestamp, UserId, Visitor,
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
fn a_loud_app_keeps_no_other_waiting_longer_than_one_turn() {
    let hub = hub(1);
    hub.create_app(START, AppId(1), "loud, and first in order", None).unwrap();
    hub.create_app(START, AppId(1_500_000_000), "loud, and last in order", None).unwrap();
    let louds = [AppId(1), AppId(1_500_000_000)]
        .map(|app| hub.create(START, app, Creation::named("loud")).unwrap());
    let quiet = hub.create(START, APP, Creation::named("quiet")).unwrap();
    let (mut drainer, mut outputs, mut said) = (hub.drainer(0).unwrap(), Vec::new(), 0);
    let mut shout = || {
        for loud in louds {
            for _ in 0..20 {
                said += 1;
                let name = Some(format!("{said}").into());
                let patch = GroupPatch { name, ..GroupPatch::default() };
                hub.push(START, loud, Author::App, Command::SetGroup(Box::new(patch))).unwrap();
            }
        }
    };
    // More comes all the while than is taken, and still the other is heard at its turn.
    shout();
    for round in 0..200 {
        if round % 20 == 10 {
            hub.push(START, quiet, Author::App, Command::notice("hello")).unwrap();
        }
        shout();
        outputs.clear();
        for _ in 0..3 {
            assert_eq!(drainer.drain(START, 10, &mut outputs), Some(START), "there is more");
        }
        assert_eq!(outputs.len(), 30);
        let heard = outputs.iter().any(|(key, _)| *key == quiet);
        assert_eq!(heard, round % 20 == 10, "round {round}");
        for loud in louds {
            let told = outputs.iter().filter(|(key, _)| *key == loud).count();
            assert!(told >= 9, "round {round}: {told}");
        }
    }
}

#[test]
fn as_much_may_be_drained_as_there_is() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let mut outputs = Vec::new();
    let mut drainer = hub.drainer(0).unwrap();
    for _ in 0..2 {
        hub.push(START, key, Author::App, Command::notice("hello")).unwrap();
        drainer.drain(START, usize::MAX, &mut outputs);
    }
    assert_eq!(outputs.len(), 2);
}

#[test]
fn every_group_of_an_app_is_found_and_one_made_elsewhere_is_taken_in() {
    let hub = hub(3);
    hub.create_app(START, AppId(2), "other", None).unwrap();
    hub.create(START, AppId(2), Creation::named("theirs")).unwrap();
    let mut keys: Vec<HubKey> =
        (0..20).map(|_| hub.create(START, APP, Creation::named("mine")).unwrap()).collect();
    let id = GroupId::custom("replayed").unwrap();
    let made = || Creation::named("replayed").build(START, id.clone(), HashKey::new(3, 4)).unwrap();
    keys.push(hub.adopt(APP, made()).unwrap());
    assert_eq!(hub.adopt(APP, made()), Err(PushError::GroupExists));
    assert_eq!(hub.adopt(AppId(3), made()), Err(PushError::NoSuchApp));
    assert_eq!(hub.find(APP, &id), keys.last().copied());
    keys.sort();
    let mut found = hub.groups(APP);
    found.sort();
    assert_eq!(found, keys);
    assert_eq!(hub.groups(AppId(3)), []);
}

#[test]
fn a_hub_that_took_over_assigns_ids_that_are_new() {
    let (before, after) = (hub(2), hub(2));
    let id = |hub: &Hub, key| hub.read(key, |group| group.id().clone()).unwrap();
    let mut ids = Vec::new();
    for at in 0..20 {
        let key = before.create(START, APP, Creation::named("Friday")).unwrap();
        ids.push(id(&before, key));
        if at % 2 == 0 {
            before.dispose(key);
        }
    }
    for snapshot in before.snapshot(APP) {
        after.restore(APP, snapshot, &[], None).unwrap();
    }
    // Even at the very same time nobody gets the id of a group that is there.
    after.create(START, APP, Creation::named("Saturday")).unwrap();
    for _ in 0..20 {
        let later = START + Duration::from_nanos(1);
        let key = after.create(later, APP, Creation::named("Saturday")).unwrap();
        assert!(!ids.contains(&id(&after, key)), "nor, later, of one that was disposed of");
    }
}

#[test]
fn the_key_of_a_deleted_apps_group_finds_nothing_in_the_app_that_is_created_anew() {
    let hub = hub(1);
    let old = hub.create(START, APP, Creation::named("old")).unwrap();
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    hub.delete_app(APP).unwrap();
    hub.create_app(START, APP, "show", None).unwrap();
    let new = hub.create(START, APP, Creation::named("new")).unwrap();
    assert_ne!(old, new);
    let pushed = hub.push(START, old, Author::App, Command::notice("hello"));
    assert_eq!(pushed, Err(PushError::NoSuchGroup));
    assert_eq!(hub.read(old, |_| ()), None);
    assert!(hub.dispose(old).is_none());
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
    for _ in 0..2 {
        assert!(hub.drainer(0).is_none(), "whoever asks in vain takes nothing from who has it");
    }
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
fn a_late_drain_takes_groups_by_the_handful() {
    const GROUPS: usize = 50;
    let hub = hub(1);
    let keys: Vec<HubKey> =
        (0..GROUPS).map(|_| hub.create(START, APP, Creation::named("Friday")).unwrap()).collect();
    for key in &keys {
        // More than the burst: the last one waits.
        for text in ["1", "2", "3", "4"] {
            hub.push(START, *key, Author::App, Command::text(text)).unwrap();
        }
    }
    let released = || {
        let waiting = |group: &liveroom::Group| group.stats().flow.0.iter().any(|f| f.waiting > 0);
        keys.iter().filter(|key| hub.read(**key, waiting) == Some(false)).count()
    };
    let (mut drainer, mut outputs) = (hub.drainer(0).unwrap(), Vec::new());
    let later = START + Duration::from_millis(100);
    let mut before = released();
    assert_eq!(before, 0);
    while before < GROUPS {
        let next = drainer.drain(later, 5, &mut outputs);
        let now = released();
        assert!((before + 1..=before + 5).contains(&now), "from {before} to {now}");
        assert!(next.is_some_and(|next| next <= later) || now == GROUPS, "there is more to do");
        before = now;
    }
}

#[test]
fn late_apps_take_turns_and_share_what_is_advanced_under_one_lock() {
    let hub = hub(1);
    let apps = [APP, AppId(APP.0 + 1), AppId(APP.0 + 2)];
    for app in &apps[1..] {
        hub.create_app(START, *app, "another", None).unwrap();
    }
    let late = |app: AppId, at: Timestamp| {
        let is_late =
            |group: &liveroom::Group| group.poll_timeout().is_some_and(|due| due.at <= at);
        hub.groups(app).iter().filter(|key| hub.read(**key, is_late) == Some(true)).count()
    };
    for app in apps {
        for _ in 0..20 {
            let key = hub.create(START, app, Creation::named("Friday")).unwrap();
            for text in ["1", "2", "3", "4"] {
                hub.push(START, key, Author::App, Command::text(text)).unwrap();
            }
        }
    }
    let (mut drainer, mut outputs) = (hub.drainer(0).unwrap(), Vec::new());
    // What waits is released, which is told; and what was said is forgotten, which is not.
    for at in [START + Duration::from_millis(100), START + Duration::from_hours(48)] {
        let mut before = apps.map(|app| late(app, at));
        assert_eq!(before, [20; 3]);
        while before.iter().sum::<usize>() > 0 {
            drainer.drain(at, 5, &mut outputs);
            let after = apps.map(|app| late(app, at));
            let advanced = before.iter().sum::<usize>() - after.iter().sum::<usize>();
            assert!((1..=5).contains(&advanced), "from {before:?} to {after:?}");
            // Nobody is further than one turn ahead.
            let (most, least) = (after.iter().max().unwrap(), after.iter().min().unwrap());
            assert!(most - least <= 5, "{after:?}");
            before = after;
        }
        while drains_more(&mut drainer, at, &mut outputs) {}
    }
}

/// Drains once more; whether anything came.
fn drains_more(
    drainer: &mut Drainer<'_>,
    at: Timestamp,
    outputs: &mut Vec<(HubKey, Output)>,
) -> bool {
    outputs.clear();
    drainer.drain(at, 1_000, outputs);
    !outputs.is_empty()
}

#[test]
fn nobody_waits_for_a_sweep() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let mut audience = Audience::new(Tick::NONE);
    audience.add(1, hub.read(key, liveroom::Group::tail).unwrap());
    hub.push(START, key, Author::App, Command::text("hello")).unwrap();
    audience.notify(START, true);
    let (pushed, heard) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        let hub = &hub;
        let swept = audience.sweep(START, &mut hub.source(key), |_, _, _| {
            // Another thread, so that a lock held here is found out and not waited for.
            let pushed = pushed.clone();
            scope.spawn(move || {
                hub.push(START, key, Author::App, Command::notice("meanwhile")).unwrap();
                pushed.send(()).unwrap();
            });
            heard.recv_timeout(Duration::from_secs(20)).expect("a push waits for the sweep");
        });
        assert_eq!(swept.given, 1);
    });
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

#[test]
fn audiences_of_one_group_on_several_threads_share_what_is_encoded() {
    let hub = hub(1);
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let author = join(&hub, key, "ann", 1);
    let tail = hub.read(key, |group| group.tail()).unwrap();
    for at in 0..100_u64 {
        let now = START + Duration::from_millis(25 * at);
        hub.push(now, key, author.clone(), Command::text(format!("{at}"))).unwrap();
    }
    let (now, encoded) = (START + Duration::from_secs(60), AtomicU64::new(0));
    let histories = thread::scope(|scope| {
        let serve = || {
            let mut audience = Audience::new(Tick::NONE);
            (0..1_000_u32).for_each(|token| _ = audience.add(token, tail));
            audience.notify(now, false);
            let mut history = Vec::new();
            let swept = audience.sweep(now, &mut hub.source(key), |batch, tokens, _| {
                assert_eq!(tokens.len(), 1_000);
                batch.encoded(Format::new(0).unwrap(), |_| {
                    encoded.fetch_add(1, Ordering::Relaxed);
                    [0]
                });
                history.extend(batch.entries().iter().map(|entry| entry.seq));
            });
            assert_eq!((swept.given, swept.not_now, swept.lost), (2_000, 0, 0));
            history
        };
        let threads = [(); 4].map(|()| scope.spawn(serve));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(encoded.into_inner(), 2, "the 64 first and the others, whoever asked for them");
    assert_eq!(histories[0].len(), 100);
    assert!(histories.iter().all(|history| *history == histories[0]), "one history for all");
}

#[test]
fn a_broadcast_of_a_hub_that_no_group_could_take_is_refused_and_costs_no_turn() {
    let hub = hub(3);
    for _ in 0..5 {
        hub.create(START, APP, Creation::named("Friday")).unwrap();
    }
    let refused = hub.broadcast(START, APP, Content::default());
    assert_eq!(refused, Err(liveroom::Refusal::Empty.into()));
    let long = hub.broadcast(START, APP, Content::text("x".repeat(1 << 20)));
    assert!(matches!(long, Err(PushError::Refused(liveroom::Refusal::TooLong { .. }))), "{long:?}");
    assert_eq!(hub.broadcast(START, APP, Content::text("hello")), Ok(5));
    let wild = START + Duration::from_hours(1_000_000);
    assert_eq!(hub.broadcast(wild, APP, Content::text("wild")), Ok(5));
    let soon = hub.broadcast(START, APP, Content::text("again"));
    let until = START + Duration::from_secs(1);
    assert_eq!(soon, Err(PushError::BroadcastTooOften { until }));
    assert_eq!(hub.broadcast(until, APP, Content::text("again")), Ok(5));
}
