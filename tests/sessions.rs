//! Connections that come and are lost, over an engine and over a hub.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{thread, time::Duration};

use liveroom::{
    AppId, Author, Command, Creation, Engine, EngineConfig, Group, GroupConfig, GroupKey,
    GroupPatch, HashKey, Hub, Output, Platform, Profile, PushError, QuitAcross, Refusal, SessionId,
    Span, Timestamp, UserId, Visitor,
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const GRACE: Duration = Duration::from_secs(30);
const APP: AppId = AppId(1);

fn engine() -> Engine {
    Engine::new(HashKey::new(1, 2), EngineConfig::default())
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

/// A room that takes no more commands while a single output waits.
fn narrow() -> Creation {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.lanes.0.iter_mut().for_each(|lane| lane.capacity = 1);
    settings.asking.open = 1;
    settings.asking.per_author = 1;
    settings.presence.per_user = 2;
    settings.limits.outputs = 4 + 1 + 500 * (2 + 4) + 128;
    Creation::named("narrow").config(settings.build().unwrap())
}

/// What leaves an output behind, and nothing else that matters.
fn renamed(name: &str) -> Command {
    Command::SetGroup(Box::new(GroupPatch { name: Some(name.into()), ..GroupPatch::default() }))
}

fn is_undrained<T>(answer: &Result<T, PushError>) -> bool {
    matches!(answer, Err(PushError::Refused(Refusal::Undrained { .. })))
}

/// A user with an open session, in the group; what there was to tell is told.
fn join(engine: &mut Engine, key: GroupKey, name: &str, session: u64) -> Author {
    engine.open(SessionId(session), Visitor::user(user(name), Platform::Web)).unwrap();
    let author = Author::Session(SessionId(session));
    let command = Command::join(user(name), Profile::nick(name), Platform::Web);
    engine.push(START, key, author.clone(), command).unwrap();
    outputs(engine);
    author
}

fn outputs(engine: &mut Engine) -> Vec<Output> {
    std::iter::from_fn(|| engine.poll()).map(|(_, output)| output).collect()
}

fn losses(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Left { .. })).count()
}

#[test]
fn a_connection_lost_while_outputs_are_full_is_lost_once_they_are_polled() {
    let mut engine = engine();
    let key = engine.create(START, narrow()).unwrap();
    join(&mut engine, key, "ann", 1);
    let guest = Author::Guest(SessionId(2));
    engine.open(SessionId(2), Visitor::guest(Platform::Web)).unwrap();
    engine.push(START, key, guest, Command::join_as_guest(Platform::Web)).unwrap();
    assert!(is_undrained(&engine.push(START, key, Author::App, renamed("full"))));

    engine.close(START, SessionId(1));
    engine.close(START, SessionId(2));
    assert_eq!(engine.group(key).unwrap().online(), 2, "nobody was told yet");
    assert_eq!(losses(&outputs(&mut engine)), 1, "the guest goes at once");
    assert_eq!(engine.group(key).unwrap().online(), 1);
    assert_eq!(engine.poll_timeout(), Some(START + GRACE));
    engine.advance(START + GRACE);
    assert_eq!(losses(&outputs(&mut engine)), 1, "and the member after the grace time");
    assert_eq!(engine.group(key).unwrap().online(), 0);
}

#[test]
fn a_loss_that_waited_took_effect_when_the_connection_was_lost_whenever_it_was_polled() {
    let lost = START + Duration::from_secs(5);
    let play = |polled: u64, step: usize| {
        let mut engine = engine();
        let key = engine.create(START, narrow()).unwrap();
        join(&mut engine, key, "ann", 1);
        let guest = Author::Guest(SessionId(2));
        engine.open(SessionId(2), Visitor::guest(Platform::Web)).unwrap();
        engine.push(START, key, guest, Command::join_as_guest(Platform::Web)).unwrap();
        engine.close(lost, SessionId(1));
        for second in (6..polled).step_by(step) {
            let now = START + Duration::from_secs(second);
            engine.advance(now);
            assert!(is_undrained(&engine.push(now, key, Author::App, renamed("late"))));
        }
        let mut told = outputs(&mut engine);
        engine.advance(START + Duration::from_mins(5));
        told.extend(outputs(&mut engine));
        let digest = engine.group(key).unwrap().digest();
        (told, digest)
    };
    let at_once = play(6, 1);
    assert_eq!(losses(&at_once.0), 1);
    for (polled, step) in [(20, 1), (20, 7), (100, 1), (100, 50)] {
        assert_eq!(play(polled, step), at_once, "polled after {polled} s");
    }
}

#[test]
fn whoever_waits_to_be_lost_is_lost_before_anything_else_happens_to_the_group() {
    let mut engine = engine();
    let key = engine.create(START, narrow()).unwrap();
    join(&mut engine, key, "ann", 1);
    engine.push(START, key, Author::App, renamed("full")).unwrap();
    engine.close(START, SessionId(1));
    // The same connection comes back under the same name before the group heard of the loss.
    engine.open(SessionId(1), Visitor::user(user("ann"), Platform::Web)).unwrap();
    let attach = || Command::Attach { user: user("ann"), platform: Platform::Web, print: None };
    let author = Author::Session(SessionId(1));
    assert!(is_undrained(&engine.push(START, key, author.clone(), attach())));
    outputs(&mut engine);
    engine.push(START, key, author, attach()).unwrap();
    outputs(&mut engine);
    engine.advance(START + GRACE + GRACE);
    assert_eq!(engine.group(key).unwrap().online(), 1, "lost first, then back");
}

#[test]
fn losses_that_wait_count_against_the_budget_and_go_with_their_group() {
    let mut engine = engine();
    let key = engine.create(START, narrow()).unwrap();
    for session in 0..100 {
        join(&mut engine, key, &format!("user{session}"), session);
    }
    engine.push(START, key, Author::App, renamed("full")).unwrap();
    (0..100).for_each(|session| engine.close(START, SessionId(session)));
    let group = engine.group(key).unwrap().heap_bytes();
    assert!(engine.heap_bytes() >= group + 100 * size_of::<Author>(), "{group}");
    engine.dispose(key);
    let place = engine.heap_bytes();
    assert!(place < 1_000, "{place} for the place alone");
    let again = engine.create(START, narrow()).unwrap();
    join(&mut engine, again, "user0", 0);
    engine.advance(START + GRACE);
    assert_eq!(engine.group(again).unwrap().online(), 1, "the losses were the other group's");
}

#[test]
fn a_connection_of_a_hub_lost_while_outputs_are_full_is_lost_once_they_are_drained() {
    let hub = Hub::new(HashKey::new(1, 2), 1, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    let key = hub.create(START, APP, narrow()).unwrap();
    hub.open(APP, SessionId(1), Visitor::user(user("ann"), Platform::Web)).unwrap();
    let command = Command::join(user("ann"), Profile::nick("ann"), Platform::Web);
    hub.push(START, key, Author::Session(SessionId(1)), command).unwrap();
    hub.close(START, APP, SessionId(1));

    let (mut drainer, mut told) = (hub.drainer(0).unwrap(), Vec::new());
    let next = drainer.drain(START, 100, &mut told);
    assert_eq!(next, Some(START + GRACE), "the drainer knows when the grace ends");
    drainer.drain(START + GRACE, 100, &mut told);
    assert_eq!(hub.read(key, Group::online), Some(0));
}

/// One way in which a session goes out of a group that no command of its own tells of.
#[derive(Clone, Copy, Debug)]
enum Out {
    Kicked,
    Banned,
    QuitElsewhere,
    Disbanded,
    QuitOfDisbanded,
    Disposed,
}

const OUTS: [Out; 6] = [
    Out::Kicked,
    Out::Banned,
    Out::QuitElsewhere,
    Out::Disbanded,
    Out::QuitOfDisbanded,
    Out::Disposed,
];

impl Out {
    /// What happens, and to whom it is due: the session itself, another of the same user, or the app.
    fn commands(self) -> Vec<(Author, Command)> {
        let users = [user("ann")].into_iter().collect();
        let (own, other) = (Author::Session(SessionId(1)), Author::Session(SessionId(2)));
        let reason = "".into();
        match self {
            Self::Kicked => vec![(Author::App, Command::Kick { users, reason })],
            Self::Banned => {
                vec![(Author::App, Command::Ban { users, span: Span::Forever, reason })]
            }
            Self::QuitElsewhere => vec![(other, Command::Quit)],
            Self::Disbanded => vec![(Author::App, Command::Disband)],
            Self::QuitOfDisbanded => vec![(Author::App, Command::Disband), (own, Command::Quit)],
            Self::Disposed => vec![],
        }
    }
}

/// A room that one may be taken out of in every way.
fn hop() -> Creation {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.presence.quit = QuitAcross::Together;
    Creation::named("hop").config(settings.build().unwrap())
}

#[test]
fn a_session_may_pass_through_any_number_of_groups_that_it_leaves_in_any_way() {
    for out in OUTS {
        let mut engine = engine();
        for session in [1, 2] {
            let visitor = Visitor::user(user("ann"), Platform::Web);
            engine.open(SessionId(session), visitor).unwrap();
        }
        for at in 0..=200 {
            let key = engine.create(START, hop()).unwrap();
            for session in [1, 2] {
                let command = Command::join(user("ann"), Profile::default(), Platform::Web);
                let joined = engine.push(START, key, Author::Session(SessionId(session)), command);
                assert!(joined.is_ok(), "{out:?}, group {at}: {joined:?}");
            }
            for (by, command) in out.commands() {
                let _refused_where_disbanded = engine.push(START, key, by, command);
            }
            outputs(&mut engine);
            if matches!(out, Out::Disposed) {
                engine.dispose(key);
            }
        }
    }
}

#[test]
fn a_session_of_a_hub_may_pass_through_any_number_of_groups_that_it_leaves_in_any_way() {
    for out in OUTS {
        let hub = Hub::new(HashKey::new(1, 2), 3, EngineConfig::default());
        hub.create_app(START, APP, "show", None).unwrap();
        for session in [1, 2] {
            let visitor = Visitor::user(user("ann"), Platform::Web);
            hub.open(APP, SessionId(session), visitor).unwrap();
        }
        for at in 0..=200 {
            let key = hub.create(START, APP, hop()).unwrap();
            for session in [1, 2] {
                let command = Command::join(user("ann"), Profile::default(), Platform::Web);
                let joined = hub.push(START, key, Author::Session(SessionId(session)), command);
                assert!(joined.is_ok(), "{out:?}, group {at}: {joined:?}");
            }
            for (by, command) in out.commands() {
                let _refused_where_disbanded = hub.push(START, key, by, command);
            }
            if matches!(out, Out::Disposed) {
                hub.dispose(key);
            }
        }
    }
}

#[test]
fn a_group_that_a_session_could_not_leave_is_not_forgotten() {
    let mut engine = engine();
    let owned = engine.create(START, narrow().owner(user("ann"))).unwrap();
    let full = engine.create(START, narrow()).unwrap();
    let author = join(&mut engine, owned, "ann", 1);
    let command = Command::join(user("ann"), Profile::default(), Platform::Web);
    engine.push(START, full, author.clone(), command).unwrap();
    assert!(engine.push(START, owned, author.clone(), Command::Quit).is_err(), "owners stay");
    for command in [Command::Quit, Command::Detach] {
        assert!(is_undrained(&engine.push(START, full, author.clone(), command)));
    }
    engine.close(START, SessionId(1));
    outputs(&mut engine);
    engine.advance(START + GRACE);
    for key in [owned, full] {
        assert_eq!(engine.group(key).unwrap().online(), 0);
    }
}

#[test]
fn a_session_that_comes_and_goes_over_two_threads_is_lost_when_it_is_closed() {
    let hub = Hub::new(HashKey::new(1, 2), 2, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let (mut drainer, mut told) = (hub.drainer(key.shard()).unwrap(), Vec::new());
    for round in 0..2_000 {
        let now = START + GRACE * round;
        let session = SessionId(u64::from(round));
        hub.open(APP, session, Visitor::user(user("ann"), Platform::Web)).unwrap();
        let come_and_go = |rounds: u32, ends_in: bool| {
            for at in 0..rounds {
                let join = Command::join(user("ann"), Profile::default(), Platform::Web);
                let _there_already = hub.push(now, key, Author::Session(session), join);
                if at + 1 < rounds || !ends_in {
                    let _gone_already = hub.push(now, key, Author::Session(session), Command::Quit);
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| come_and_go(3, false));
            come_and_go(3, true);
        });
        hub.close(now, APP, session);
        drainer.drain(now + GRACE, usize::MAX / 2, &mut told);
        told.clear();
        assert_eq!(hub.read(key, Group::online), Some(0), "round {round}");
    }
}

fn nick(engine: &Engine, key: GroupKey) -> String {
    engine.group(key).unwrap().member(&user("ann")).unwrap().profile().nick.to_string()
}

#[test]
fn a_member_who_comes_back_is_shown_as_they_are_called_now() {
    let mut engine = engine();
    let key = engine.create(START, Creation::named("Friday")).unwrap();
    join(&mut engine, key, "ann", 1);
    engine.close(START, SessionId(1));
    engine.set_profile(START, &user("ann"), Profile::nick("Annabel")).unwrap();
    assert_eq!(nick(&engine, key), "ann", "no session of theirs says so yet");
    engine.open(SessionId(2), Visitor::user(user("ann"), Platform::Web)).unwrap();
    let attach = Command::Attach { user: user("ann"), platform: Platform::Web, print: None };
    engine.push(START, key, Author::Session(SessionId(2)), attach).unwrap();
    assert_eq!(nick(&engine, key), "Annabel");
}

#[test]
fn a_group_that_could_not_hear_of_a_profile_makes_the_answer_say_so() {
    let mut engine = engine();
    let key = engine.create(START, narrow()).unwrap();
    join(&mut engine, key, "ann", 1);
    engine.push(START, key, Author::App, renamed("full")).unwrap();
    let set =
        |engine: &mut Engine| engine.set_profile(START, &user("ann"), Profile::nick("Annabel"));
    assert!(is_undrained(&set(&mut engine)));
    assert_eq!(&*engine.profile(&user("ann")).nick, "Annabel", "it is set nevertheless");
    outputs(&mut engine);
    assert_eq!(set(&mut engine), Ok(()), "and setting it again tells the group");
    assert_eq!(nick(&engine, key), "Annabel");
}

#[test]
fn a_profile_set_while_its_user_comes_in_over_another_thread_reaches_the_group() {
    let hub = Hub::new(HashKey::new(1, 2), 2, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    for round in 0..1_000_u64 {
        let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
        let author = Author::Session(SessionId(round));
        let set = |nick: &str| hub.set_profile(START, APP, &user("ann"), Profile::nick(nick));
        hub.open(APP, SessionId(round), Visitor::user(user("ann"), Platform::Web)).unwrap();
        set("old").unwrap();
        thread::scope(|scope| {
            scope.spawn(|| set("new").unwrap());
            scope.spawn(|| set("newer").unwrap());
            let join = Command::join(user("ann"), Profile::default(), Platform::Web);
            hub.push(START, key, author, join).unwrap();
        });
        let known = hub.profile(APP, &user("ann"));
        let shown =
            hub.read(key, |group| group.member(&user("ann")).unwrap().profile().nick.clone());
        assert_eq!(shown, Some(known.nick.clone()), "round {round}");
        hub.close(START, APP, SessionId(round));
        hub.dispose(key);
    }
}

#[test]
fn sessions_and_users_are_bounded_and_inside_the_budget() {
    let config = EngineConfig { sessions: 3, users: 3, ..EngineConfig::default() };
    let mut engine = Engine::new(HashKey::new(1, 2), config);
    let ann = || Visitor::user(user("ann"), Platform::Web);
    engine.open(SessionId(1), ann()).unwrap();
    engine.open(SessionId(2), ann()).unwrap();
    engine.set_profile(START, &user("bo"), Profile::nick("Bo")).unwrap();
    engine.set_profile(START, &user("cy"), Profile::nick("Cy")).unwrap();
    let over = Err(PushError::TooManyUsers { limit: 3 });
    assert_eq!(engine.set_profile(START, &user("di"), Profile::nick("Di")), over);
    assert_eq!(engine.open(SessionId(3), Visitor::user(user("di"), Platform::Web)), over);
    assert_eq!(engine.set_profile(START, &user("bo"), Profile::nick("Bob")), Ok(()));
    engine.open(SessionId(3), Visitor::guest(Platform::Web)).unwrap();
    let over = Err(PushError::TooManySessions { limit: 3 });
    assert_eq!(engine.open(SessionId(4), Visitor::guest(Platform::Web)), over);
    assert!(engine.heap_bytes() > 500, "{}", engine.heap_bytes());
    (1..=3).for_each(|session| engine.close(START, SessionId(session)));
    for name in ["bo", "cy"] {
        engine.forget(&user(name));
    }
    assert_eq!(engine.heap_bytes(), 0, "what is forgotten costs nothing");

    let config = EngineConfig { budget: 10_000, ..EngineConfig::default() };
    let mut engine = Engine::new(HashKey::new(1, 2), config);
    let opened = (0..1_000).find(|session| {
        let answer = engine.open(SessionId(*session), Visitor::guest(Platform::Web));
        matches!(answer, Err(PushError::OverBudget { .. }))
    });
    assert!(opened.is_some_and(|opened| (50..200).contains(&opened)), "{opened:?}");
    assert!(engine.create(START, Creation::named("Friday")).is_err(), "it is one budget");
    (0..200).for_each(|session| engine.close(START, SessionId(session)));
    assert!(engine.create(START, Creation::named("Friday")).is_ok());
}

#[test]
fn one_user_has_a_hundred_sessions_at_most() {
    let mut engine = engine();
    let hub = Hub::new(HashKey::new(1, 2), 3, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    let ann = || Visitor::user(user("ann"), Platform::Web);
    for session in 0..100 {
        engine.open(SessionId(session), ann()).unwrap();
        hub.open(APP, SessionId(session), ann()).unwrap();
    }
    let over = || Err(PushError::TooManyOfUser { user: user("ann"), limit: 100 });
    assert_eq!(engine.open(SessionId(100), ann()), over());
    assert_eq!(hub.open(APP, SessionId(100), ann()), over());
    engine.close(START, SessionId(0));
    hub.close(START, APP, SessionId(0));
    // What was refused is not open: its id is free.
    assert_eq!(engine.open(SessionId(100), ann()), Ok(()));
    assert_eq!(hub.open(APP, SessionId(100), ann()), Ok(()));
}

#[test]
fn sessions_and_users_of_a_hub_are_bounded_and_forgotten() {
    let config = EngineConfig { sessions: 2, users: 2, ..EngineConfig::default() };
    let hub = Hub::new(HashKey::new(1, 2), 1, config);
    hub.create_app(START, APP, "show", None).unwrap();
    let nothing = hub.heap_bytes();
    let set = |name: &str| hub.set_profile(START, APP, &user(name), Profile::nick(name));
    set("ann").unwrap();
    hub.open(APP, SessionId(1), Visitor::user(user("bo"), Platform::Web)).unwrap();
    assert_eq!(set("cy"), Err(PushError::TooManyUsers { limit: 2 }));
    let cy = || Visitor::user(user("cy"), Platform::Web);
    assert_eq!(hub.open(APP, SessionId(2), cy()), Err(PushError::TooManyUsers { limit: 2 }));
    hub.forget(APP, &user("ann"));
    assert!(hub.profile(APP, &user("ann")).nick.is_empty());
    hub.open(APP, SessionId(2), cy()).unwrap();
    let guest = hub.open(APP, SessionId(3), Visitor::guest(Platform::Web));
    assert_eq!(guest, Err(PushError::TooManySessions { limit: 2 }));
    assert!(hub.heap_bytes() > nothing);
    (1..=2).for_each(|session| hub.close(START, APP, SessionId(session)));
    assert_eq!(hub.heap_bytes(), nothing);
}

#[test]
fn what_had_no_room_to_settle_is_due_again_once_outputs_are_polled() {
    let mut engine = engine();
    let key = engine.create(START, narrow()).unwrap();
    for session in 0..3 {
        join(&mut engine, key, &format!("user{session}"), session);
    }
    (0..3).for_each(|session| engine.close(START, SessionId(session)));
    let due = START + GRACE;
    let beside = |engine: &Engine| engine.heap_bytes() - engine.group(key).unwrap().heap_bytes();
    let place = beside(&engine);
    for left in (0..3).rev() {
        assert_eq!(engine.poll_timeout(), Some(due));
        engine.advance(due);
        assert_eq!(engine.group(key).unwrap().online(), left, "one has room to be told");
        assert_ne!(engine.poll_timeout(), Some(due), "no need to ask before it is polled");
        assert_eq!(losses(&outputs(&mut engine)), 1);
        assert!(beside(&engine).abs_diff(place) < 100, "and the sum is exact all the while");
    }
}
