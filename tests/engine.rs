//! An engine: many groups on one thread, their users, sessions, timers and budget.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{sync::Arc, time::Duration};

use liveroom::{
    Audience, Author, Command, Content, Creation, CursorError, Engine, EngineConfig, Epoch,
    GroupConfig, GroupId, GroupKey, HashKey, Kind, Output, PerClass, Platform, Profile, PushError,
    Receipt, Refusal, SessionId, Span, Tick, Timestamp, UserId, Visitor, filter::FilterSpec,
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);

fn engine() -> Engine {
    Engine::new(HashKey::new(1, 2), EngineConfig::default())
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

fn outputs(engine: &mut Engine) -> Vec<(GroupKey, Output)> {
    std::iter::from_fn(|| engine.poll()).collect()
}

/// A user with an open session, in the group.
fn join(engine: &mut Engine, key: GroupKey, name: &str, session: u64) -> Author {
    let session = SessionId(session);
    engine.open(session, Visitor::user(user(name), Platform::Web)).unwrap();
    let author = Author::Session(session);
    let command = Command::join(user(name), Profile::nick(name), Platform::Unknown);
    engine.push(START, key, author.clone(), command).unwrap();
    author
}

#[test]
fn an_assigned_id_is_new_and_a_chosen_one_is_taken_once() {
    let mut engine = engine();
    let ids: Vec<GroupId> = (0..100)
        .map(|_| {
            let key = engine.create(START, Creation::named("Friday")).unwrap();
            engine.group(key).unwrap().id().clone()
        })
        .collect();
    assert!(ids.iter().all(|id| id.as_str().starts_with("@TGS#")));
    assert_eq!(engine.len(), 100);

    let chosen = || Creation::named("Friday").id(GroupId::custom("friday").unwrap());
    let key = engine.create(START, chosen()).unwrap();
    assert_eq!(engine.create(START, chosen()), Err(PushError::GroupExists));
    assert_eq!(engine.find(&GroupId::custom("friday").unwrap()), Some(key));
    assert_eq!(engine.group(key).unwrap().profile().name(), "Friday");
}

#[test]
fn groups_are_found_by_their_ids_however_many_come_and_go() {
    let mut engine = engine();
    let id = |number: usize| GroupId::custom(&format!("group {number}")).unwrap();
    let create = |engine: &mut Engine, number| {
        engine.create(START, Creation::named("Friday").id(id(number))).unwrap()
    };
    let mut keys: Vec<_> = (0..5_000).map(|number| Some(create(&mut engine, number))).collect();
    for number in (0..keys.len()).step_by(3) {
        let gone = engine.dispose(keys[number].take().unwrap()).unwrap();
        assert_eq!(gone.id(), &id(number));
    }
    for number in (0..keys.len()).step_by(6) {
        keys[number] = Some(create(&mut engine, number));
    }
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(engine.find(&id(number)), *key, "{number}");
    }
    assert_eq!(engine.len(), keys.iter().flatten().count());
}

#[test]
fn an_id_that_is_assigned_is_not_chosen_however_it_was_made() {
    let mut engine = engine();
    let mine = || Creation::named("Friday").id("@TGS#mine".parse().unwrap());
    assert_eq!(engine.create(START, mine()), Err(PushError::ReservedId));
    assert!(engine.is_empty());
    // One that was assigned comes back when its history is lost.
    assert!(engine.create(START, mine().epoch(Epoch(2))).is_ok());
}

#[test]
fn a_group_without_a_proper_name_is_not_made() {
    let mut engine = engine();
    for name in ["", "a name that is longer than thirty bytes", "a\u{202e}b"] {
        let made = engine.create(START, Creation::named(name));
        assert!(matches!(made, Err(PushError::Refused(_))), "{name:?}: {made:?}");
    }
    assert!(engine.is_empty());
}

#[test]
fn the_key_of_a_group_that_is_gone_finds_nothing_even_when_its_place_is_used_again() {
    let mut engine = engine();
    let id = GroupId::custom("friday").unwrap();
    let old = engine.create(START, Creation::named("old").id(id.clone())).unwrap();
    engine.push(START, old, Author::App, Command::notice("there is output")).unwrap();
    for _ in 0..4 {
        engine.push(START, old, Author::App, Command::text("one of them waits")).unwrap();
    }
    assert!(engine.dispose(old).is_some());
    assert!(engine.dispose(old).is_none());
    assert_eq!(engine.poll_timeout(), None);
    assert_eq!(engine.find(&id), None);
    let new = engine.create(START, Creation::named("new").id(id)).unwrap();
    assert_ne!(old, new);
    assert!(engine.group(old).is_none());
    let pushed = engine.push(START, old, Author::App, Command::notice("hello"));
    assert_eq!(pushed, Err(PushError::NoSuchGroup));
    let cursor = engine.group(new).unwrap().tail();
    assert_eq!(engine.batch(old, &cursor).err(), Some(CursorError::OtherGroup));
    assert!(outputs(&mut engine).iter().all(|(key, _)| *key == new));
    let (held, group) = (engine.heap_bytes(), engine.group(new).unwrap().heap_bytes());
    assert!((group..group + 1_000).contains(&held), "{held} for a group of {group}");
}

#[test]
fn nobody_joins_as_somebody_else() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    let (ann, guest) = (SessionId(1), SessionId(2));
    engine.open(ann, Visitor::user(user("ann"), Platform::Ios)).unwrap();
    engine.open(guest, Visitor::guest(Platform::Web)).unwrap();
    let reopened = engine.open(ann, Visitor::guest(Platform::Web));
    assert_eq!(reopened, Err(PushError::SessionOpen { session: ann }));

    let as_bo = || Command::join(user("bo"), Profile::default(), Platform::Web);
    let mut push = |by, command| engine.push(START, key, by, command);
    let impostor = |session| Err(PushError::Impostor { session });
    assert_eq!(push(Author::Session(ann), as_bo()), impostor(ann));
    assert_eq!(push(Author::Session(guest), as_bo()), impostor(guest));
    assert_eq!(push(Author::Guest(guest), as_bo()), impostor(guest));
    let as_guest = || Command::join_as_guest(Platform::Web);
    assert_eq!(push(Author::Guest(ann), as_guest()), impostor(ann));
    assert_eq!(push(Author::Session(guest), as_guest()), impostor(guest));
    let attach = Command::Attach { user: user("bo"), platform: Platform::Web, print: None };
    assert_eq!(push(Author::Session(ann), attach), impostor(ann));
    let nobody = SessionId(3);
    let unknown = Err(PushError::UnknownSession { session: nobody });
    assert_eq!(push(Author::Session(nobody), as_bo()), unknown);

    let as_ann = Command::join(user("ann"), Profile::default(), Platform::Web);
    push(Author::Session(ann), as_ann).unwrap();
    // The session's platform counts, whatever the command says.
    let member = engine.group(key).unwrap().member(&user("ann")).unwrap();
    assert_eq!(member.devices().next().unwrap().platform, Platform::Ios);
}

#[test]
fn a_profile_reaches_the_groups_its_user_is_in_and_will_be_in() {
    let mut engine = engine();
    let first = engine.create(START, Creation::named("first")).unwrap();
    let second = engine.create(START, Creation::named("second")).unwrap();
    let author = join(&mut engine, first, "ann", 1);
    let nick = |engine: &Engine, key| {
        engine.group(key).unwrap().member(&user("ann")).unwrap().profile().nick.clone()
    };
    assert_eq!(&*nick(&engine, first), "ann", "what she joined with, while none was set");
    engine.set_profile(START, &user("ann"), Profile::new("Annabel", "a.png")).unwrap();
    assert_eq!(&*nick(&engine, first), "Annabel");
    let command = Command::join(user("ann"), Profile::nick("ann"), Platform::Web);
    engine.push(START, second, author, command).unwrap();
    assert_eq!(&*nick(&engine, second), "Annabel");
    let long = Profile::nick(&"x".repeat(501));
    let refused = engine.set_profile(START, &user("ann"), long);
    assert!(matches!(refused, Err(PushError::Refused(Refusal::TooLong { .. }))), "{refused:?}");
}

#[test]
fn a_closed_connection_is_detached_everywhere_and_leaves_after_the_grace_time() {
    let mut engine = engine();
    let first = engine.create(START, Creation::named("first")).unwrap();
    let second = engine.create(START, Creation::named("second")).unwrap();
    let author = join(&mut engine, first, "ann", 1);
    let command = Command::join(user("ann"), Profile::nick("ann"), Platform::Web);
    engine.push(START, second, author, command).unwrap();
    engine.close(START, SessionId(1));
    outputs(&mut engine);
    assert_eq!(engine.poll_timeout(), Some(START + Duration::from_secs(30)));
    engine.advance(START + Duration::from_secs(30));
    for key in [first, second] {
        assert_eq!(engine.group(key).unwrap().member_count(), 0);
    }
    let left = outputs(&mut engine);
    let left = left.iter().filter(|(_, output)| matches!(output, Output::Left { .. })).count();
    assert_eq!(left, 2);
}

#[test]
fn each_group_releases_at_its_own_deadline_and_idle_ones_want_nothing() {
    let mut engine = engine();
    let keys: Vec<GroupKey> =
        (0..50).map(|_| engine.create(START, Creation::named("Friday")).unwrap()).collect();
    assert_eq!(engine.poll_timeout(), None);
    for (at, key) in keys.iter().enumerate() {
        let now = START + Duration::from_millis(at as u64);
        for _ in 0..4 {
            engine.push(now, *key, Author::App, Command::text("hello")).unwrap();
        }
    }
    // Three of each were delivered at once; the fourth follows 25 ms after them.
    for at in 0..50 {
        let due = START + Duration::from_millis(at + 25);
        assert_eq!(engine.poll_timeout(), Some(due), "group {at}");
        engine.advance(due);
    }
    let delivered = keys.iter().map(|key| engine.group(*key).unwrap().stats().appended.0[1]);
    assert_eq!(delivered.sum::<u64>(), 200);
}

#[test]
fn groups_take_turns_so_that_a_loud_one_keeps_no_other_waiting() {
    let mut engine = engine();
    let loud = engine.create(START, Creation::named("loud")).unwrap();
    let quiet = engine.create(START, Creation::named("quiet")).unwrap();
    for _ in 0..100 {
        engine.push(START, loud, Author::App, Command::custom(Kind::Like, "1")).unwrap();
    }
    engine.push(START, quiet, Author::App, Command::text("hello")).unwrap();
    let first_three: Vec<GroupKey> = (0..3).filter_map(|_| engine.poll()).map(|it| it.0).collect();
    assert!(first_three.contains(&quiet), "{first_three:?}");
}

#[test]
fn over_budget_commands_are_refused_before_the_group_sees_them_but_for_those_that_free() {
    let mut engine =
        Engine::new(HashKey::new(1, 2), EngineConfig { budget: 20_000, ..EngineConfig::default() });
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    let author = join(&mut engine, key, "ann", 1);
    let mut refused = None;
    for at in 0..1_000 {
        let now = START + Duration::from_millis(25 * at);
        match engine.push(now, key, author.clone(), Command::text("x".repeat(1_000))) {
            Ok(_) => outputs(&mut engine).clear(),
            Err(refusal) => {
                refused = Some(refusal);
                break;
            }
        }
    }
    assert!(matches!(refused, Some(PushError::OverBudget { .. })), "{refused:?}");
    let digest = engine.group(key).unwrap().digest();
    let again = engine.push(Timestamp::MAX, key, author.clone(), Command::text("more"));
    assert!(matches!(again, Err(PushError::OverBudget { .. })));
    assert_eq!(engine.group(key).unwrap().digest(), digest, "the group saw it");
    assert!(matches!(
        engine.create(START, Creation::named("Saturday")),
        Err(PushError::OverBudget { .. })
    ));
    // Staff can stop who fills it.
    let forever = Span::Forever;
    let stop = [
        Command::mute(user("ann"), forever),
        Command::MuteAll { on: true },
        Command::MuteAll { on: false },
        Command::Purge { author: Some(user("bo")) },
        Command::Unmute { users: [user("ann")].into_iter().collect() },
        Command::Ban {
            users: [user("bo")].into_iter().collect(),
            span: forever,
            reason: "".into(),
        },
    ];
    for command in stop {
        let answer = engine.push(START, key, Author::App, command.clone());
        assert!(!matches!(answer, Err(PushError::OverBudget { .. })), "{command:?}: {answer:?}");
    }
    outputs(&mut engine);
    assert_eq!(engine.push(START, key, author, Command::Quit), Ok(Receipt::Done));
    // What the group keeps grows old, and there is room again.
    engine.advance(START + Duration::from_mins(10));
    assert!(engine.create(START, Creation::named("Saturday")).is_ok());
}

/// A room of long messages that keeps but one of each class, and lets none wait.
fn wordy(journal: bool) -> Creation {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.limits.message_bytes = 1 << 20;
    settings.retention.quota = PerClass([1; 6]);
    for lane in &mut settings.traffic.lanes.0 {
        (lane.capacity, lane.max_wait) = (1, Duration::ZERO);
    }
    settings.journal = journal;
    Creation::named("wordy").config(settings.build().unwrap())
}

#[test]
fn what_waits_to_be_polled_counts_against_the_budget_until_it_is() {
    let mut engine = Engine::new(
        HashKey::new(1, 2),
        EngineConfig { budget: 20 << 20, ..EngineConfig::default() },
    );
    let key = engine.create(START, wordy(false)).unwrap();
    let long = || Command::text("x".repeat(1 << 20));
    let taken = (0..100).find(|_| engine.push(START, key, Author::App, long()).is_err());
    assert!((10..=21).contains(&taken.unwrap()), "{taken:?}");
    let over = engine.push(START, key, Author::App, long());
    assert!(matches!(over, Err(PushError::OverBudget { .. })), "{over:?}");
    outputs(&mut engine);
    assert!(engine.push(START, key, Author::App, long()).is_ok());
}

#[test]
fn outputs_weigh_what_they_hold_records_too_and_the_same_after_a_restore() {
    let mut engine = engine();
    let weight = |engine: &Engine, key| engine.group(key).unwrap().heap_bytes();
    for (journal, least) in [(false, 16 << 20), (true, 32 << 20)] {
        let key = engine.create(START, wordy(journal)).unwrap();
        let before = weight(&engine, key);
        for _ in 0..16 {
            let long = Command::text("x".repeat(1 << 20));
            engine.push(START, key, Author::App, long).unwrap();
        }
        let full = weight(&engine, key);
        assert!(full - before >= least, "{full}");
        let text = serde_json::to_string(&engine.group(key).unwrap().snapshot()).unwrap();
        let id = engine.dispose(key).unwrap().id().clone();
        engine.restore(serde_json::from_str(&text).unwrap(), &[], None).unwrap();
        let key = engine.find(&id).unwrap();
        assert!(weight(&engine, key) - before >= least);
        outputs(&mut engine);
        assert!(weight(&engine, key) < 4 << 20, "what is kept is one message of each class");
    }
}

#[test]
fn a_broadcast_reaches_every_group_once_a_second() {
    let mut engine = engine();
    let keys: Vec<GroupKey> =
        (0..3).map(|_| engine.create(START, Creation::named("Friday")).unwrap()).collect();
    assert_eq!(engine.broadcast(START, Content::text("maintenance")), Ok(3));
    let soon = engine.broadcast(START + Duration::from_millis(999), Content::text("again"));
    let until = START + Duration::from_secs(1);
    assert_eq!(soon, Err(PushError::BroadcastTooOften { until }));
    assert_eq!(engine.broadcast(until, Content::text("again")), Ok(3));
    for key in keys {
        assert_eq!(engine.group(key).unwrap().stats().appended.0[5], 2);
    }
}

#[test]
fn a_broadcast_at_a_wild_time_stops_no_further_ones() {
    let mut engine = engine();
    engine.create(START, Creation::named("Friday")).unwrap();
    assert_eq!(engine.broadcast(Timestamp::MAX, Content::text("wild")), Ok(1));
    let until = START + Duration::from_secs(1);
    let soon = engine.broadcast(START, Content::text("again"));
    assert_eq!(soon, Err(PushError::BroadcastTooOften { until }));
    assert_eq!(engine.broadcast(until, Content::text("again")), Ok(1));
}

#[test]
fn a_broadcast_that_no_group_could_take_is_refused_and_costs_no_turn() {
    let mut engine = engine();
    let long = || Content::text("x".repeat(1 << 20));
    assert_eq!(engine.broadcast(START, long()), Ok(0), "there is nobody to whom it is too long");
    let now = START + Duration::from_secs(1);
    engine.create(START, Creation::named("Friday")).unwrap();
    let refused = engine.broadcast(now, long());
    assert!(matches!(refused, Err(PushError::Refused(Refusal::TooLong { .. }))), "{refused:?}");
    assert_eq!(engine.broadcast(now, Content::default()), Err(Refusal::Empty.into()));
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.limits.message_bytes = 1 << 20;
    let config = settings.build().unwrap();
    engine.create(START, Creation::named("wordy").config(config)).unwrap();
    assert_eq!(engine.broadcast(now, long()), Ok(1), "whoever can take it does");
}

#[test]
fn an_engine_that_begins_anew_assigns_ids_that_are_new() {
    let assigned = |now| {
        let mut engine = engine();
        let key = engine.create(now, Creation::named("Friday")).unwrap();
        engine.group(key).unwrap().id().clone()
    };
    assert_ne!(assigned(START), assigned(START + Duration::from_nanos(1)));
}

#[test]
fn a_config_that_is_read_changed_and_given_back_keeps_the_filter_in_force() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    let filter = Arc::new(FilterSpec::parse("[abuse block]\nvillain").unwrap().compile().unwrap());
    let in_force = Some(filter.id());
    engine.install_filter(key, filter).unwrap();
    engine.push(START, key, Author::App, Command::UseFilter { filter: in_force }).unwrap();
    let mut settings = engine.group(key).unwrap().config().settings().clone();
    assert_eq!(settings.filter, in_force);
    settings.disclose_loss = false;
    let configure = Command::Configure(Box::new(settings.build().unwrap()));
    engine.push(START, key, Author::App, configure).unwrap();

    let ann = join(&mut engine, key, "ann", 1);
    engine.push(START, key, ann, Command::text("you villain")).unwrap();
    let flow = engine.group(key).unwrap().stats().flow[liveroom::Priority::Normal];
    assert_eq!(flow.rejected, [1, 0, 0, 0]);
}

#[test]
fn a_restored_engine_goes_on_where_it_was() {
    let mut engine = engine();
    let filter = FilterSpec::parse("darn").unwrap().compile().unwrap();
    let filter = Arc::new(filter);
    let mut keys = Vec::new();
    for name in ["one", "two"] {
        let id = GroupId::custom(name).unwrap();
        let key = engine.create(START, Creation::named(name).id(id)).unwrap();
        engine.install_filter(key, filter.clone()).unwrap();
        let command = Command::UseFilter { filter: Some(filter.id()) };
        engine.push(START, key, Author::App, command).unwrap();
        keys.push(key);
    }
    join(&mut engine, keys[0], "ann", 1);
    let snapshots = engine.snapshot();
    let text = serde_json::to_string(&snapshots).unwrap();

    let mut again = Engine::new(HashKey::new(9, 9), EngineConfig::default());
    let lacking: Vec<liveroom::Snapshot> = serde_json::from_str(&text).unwrap();
    assert!(again.restore(lacking[0].clone(), &[], None).is_err(), "without its filter");
    for snapshot in lacking {
        again.restore(snapshot, std::slice::from_ref(&filter), None).unwrap();
    }
    for key in keys {
        let before = engine.group(key).unwrap();
        let after = again.group(again.find(before.id()).unwrap()).unwrap();
        assert_eq!(before.digest(), after.digest());
    }
    let twice = again.restore(engine.snapshot().remove(0), &[filter], None);
    assert!(twice.is_err(), "a group is there once");
}

#[test]
fn an_audience_reads_a_group_of_an_engine() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    let mut audience = Audience::new(Tick::NONE);
    let tail = engine.group(key).unwrap().tail();
    for token in 0..1_000_u32 {
        audience.add(token, tail);
    }
    engine.push(START, key, Author::App, Command::text("hello")).unwrap();
    audience.notify(START, false);
    let mut given = 0;
    let mut source = |cursor: &liveroom::Cursor| engine.batch(key, cursor);
    let swept = audience.sweep(START, &mut source, |batch, tokens, _| {
        given += batch.entries().len() * tokens.len();
    });
    assert_eq!(swept.lost, 0);
    assert_eq!(given, 1_000);
}

#[test]
fn a_session_is_told_when_it_is_in_too_many_groups() {
    let mut engine = engine();
    engine.open(SessionId(1), Visitor::guest(Platform::Web)).unwrap();
    let guest = || Author::Guest(SessionId(1));
    let config = GroupConfig::livestream();
    let keys: Vec<GroupKey> = (0..201)
        .map(|_| engine.create(START, Creation::named("Friday").config(config.clone())).unwrap())
        .collect();
    for key in &keys[..200] {
        engine.push(START, *key, guest(), Command::join_as_guest(Platform::Web)).unwrap();
    }
    let over = engine.push(START, keys[200], guest(), Command::join_as_guest(Platform::Web));
    assert_eq!(over, Err(PushError::TooManyJoined { session: SessionId(1), limit: 200 }));
    engine.push(START, keys[0], guest(), Command::Quit).unwrap();
    engine.push(START, keys[200], guest(), Command::join_as_guest(Platform::Web)).unwrap();
}

#[test]
fn a_connection_lost_while_its_group_takes_no_commands_is_detached_once_it_does() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    for (name, session) in [("ann", 1), ("bo", 2)] {
        join(&mut engine, key, name, session);
    }
    let refused = loop {
        if let Err(error) = engine.push(START, key, Author::App, Command::notice("hello")) {
            break error;
        }
        if engine.push(START, key, Author::App, Command::custom(Kind::Like, "1")).is_err() {
            break PushError::Refused(Refusal::Undrained { waiting: 0 });
        }
    };
    assert!(matches!(refused, PushError::Refused(Refusal::Undrained { .. })), "{refused:?}");
    for session in [1, 2] {
        engine.close(START, SessionId(session));
    }
    outputs(&mut engine);
    engine.advance(START + Duration::from_secs(30));
    assert_eq!(engine.group(key).unwrap().member_count(), 0, "they stay for good");
}

#[test]
fn a_profile_is_forgotten_and_never_reaches_who_has_the_session_now() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    join(&mut engine, key, "ann", 1);
    engine.close(START, SessionId(1));
    let key = engine.create(START, Creation::named("Saturday")).unwrap();
    join(&mut engine, key, "bo", 1);
    engine.set_profile(START, &user("ann"), Profile::nick("Annabel")).unwrap();
    let bo = engine.group(key).unwrap().member(&user("bo")).unwrap();
    assert_eq!(&*bo.profile().nick, "bo");
    engine.forget(&user("ann"));
    assert_eq!(*engine.profile(&user("ann")), Profile::default());
}

#[test]
fn a_group_without_room_is_asked_again_once_it_is_polled() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    let mut sent = 0;
    while engine.push(START, key, Author::App, Command::custom(Kind::Like, "1")).is_ok() {
        sent += 1;
    }
    assert!(engine.poll_timeout().is_some());
    let later = START + Duration::from_secs(60);
    engine.advance(later);
    assert_eq!(engine.poll_timeout(), None, "it has no room, whatever the time");
    let polled = outputs(&mut engine);
    assert!(engine.poll_timeout().is_some_and(|due| due <= later));
    engine.advance(later);
    let ended = [polled, outputs(&mut engine)].concat();
    let ended = ended.iter().filter(|(_, output)| matches!(output, Output::Ended { .. }));
    assert_eq!(ended.count(), sent);
}

#[test]
fn a_budget_is_what_groups_may_hold_and_not_less() {
    let mut engine =
        Engine::new(HashKey::new(1, 2), EngineConfig { budget: 0, ..EngineConfig::default() });
    engine.create(START, Creation::named("Friday")).unwrap();
    let over = engine.create(START, Creation::named("Saturday"));
    assert!(matches!(over, Err(PushError::OverBudget { .. })), "{over:?}");
}
