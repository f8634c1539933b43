//! The adapter against a real server: what a home accepts is read at every edge, whatever becomes of the home and of
//! the server.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

mod seats;

use std::{sync::Arc, time::Duration};

use cluster::server::{Server, Setup};
use liveroom::{
    filter::{Filter, FilterSpec},
    nats::{HomeEnd, HomeEvent, HomeSeat, Nats, NatsConfig, NatsError, Nodes, Refused, RoomChange},
    relay::{CheckpointError, Deposed, EdgeOutput, Home},
    *,
};
use tokio::{task::JoinHandle, time::timeout};

use seats::{Fits, LONG, Viewer, create, group, key, nats, run};

/// A server, two nodes at it, and a room.
async fn friday(setup: &Setup) -> (Server, Nats, Nats, GroupId) {
    let server = Server::start(setup).unwrap();
    let (one, two) = (nats(&server, "one").await, nats(&server, "two").await);
    let id = create(&one, "friday").await;
    (server, one, two, id)
}

#[tokio::test]
async fn what_is_said_at_one_edge_is_read_at_all() {
    let server = Server::start(&Setup::default()).unwrap();
    let (one, two) = (nats(&server, "one").await, nats(&server, "two").await);
    let id = create(&one, "a room.*").await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let (mut ann, mut bob) = (Viewer::new(&one, &id).await, Viewer::new(&two, &id).await);
    ann.join("ann").await;
    bob.join("bob").await;
    for no in 0..5 {
        ann.ask(Command::text(format!("{no} of ann"))).await.unwrap();
        bob.ask(Command::text(format!("{no} of bob"))).await.unwrap();
    }
    ann.reads(10).await;
    bob.reads(10).await;
    assert_eq!(ann.read, bob.read);
    assert_eq!((ann.missed, bob.missed), (0, 0));
    assert!(!home.is_finished());
    let (of_one, of_two) = (one.counts(), two.counts());
    assert_eq!((of_one.malformed, of_two.malformed), (0, 0));
    assert!(of_one.frames_stored >= 12 && of_two.frames_stored == 0, "{of_one:?} {of_two:?}");
}

#[tokio::test]
async fn what_the_home_decides_holds_at_every_edge() {
    let server = Server::start(&Setup::default()).unwrap();
    let (one, two) = (nats(&server, "one").await, nats(&server, "two").await);
    let owner: UserId = "ann".parse().unwrap();
    let settings = Settings { journal: true, ..GroupConfig::livestream().settings().clone() };
    let creation = Creation::named("friday").owner(owner).config(settings.build().unwrap());
    let id = GroupId::custom("friday").unwrap();
    let mut group = creation.build(one.now(), id.clone(), key()).unwrap();
    while group.poll().is_some() {}
    one.create(&group).await.unwrap();
    let _home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let (mut ann, mut bob) = (Viewer::new(&one, &id).await, Viewer::new(&two, &id).await);
    ann.join("ann").await;
    bob.join("bob").await;
    // Bob's second device is at the other edge, and is bob.
    let mut other = Viewer::new(&one, &id).await;
    let again = Command::join("bob".parse().unwrap(), Profile::nick("bob"), Platform::Ios);
    let joined = other.ask(again).await.unwrap();
    assert!(matches!(joined, Receipt::Joined { status: JoinStatus::AlreadyInGroup, .. }));
    other.ask(Command::text("from my phone")).await.unwrap();

    let muted = Command::mute("bob".parse().unwrap(), Span::Forever);
    ann.ask(muted).await.unwrap();
    for device in [&mut bob, &mut other] {
        let refused = device.ask(Command::text("may I?")).await.unwrap_err();
        assert!(matches!(refused, Refusal::Muted { .. }), "{refused:?}");
    }
    // Who is muted reads, and so do guests, who say nothing.
    let mut guest = Viewer::new(&two, &id).await;
    let by = Author::Guest(guest.seat.edge().id().session(1).unwrap());
    let join = Command::join_as_guest(Platform::Web);
    guest.ask_by(by.clone(), join).await.unwrap();
    let refused = guest.ask_by(by, Command::text("hello")).await.unwrap_err();
    assert_eq!(refused, Refusal::Denied(Denial::GuestsOnlyRead));
    ann.ask(Command::text("all read this")).await.unwrap();
    for viewer in [&mut bob, &mut other, &mut guest] {
        while viewer.read.last().is_none_or(|(_, said)| said != "all read this") {
            viewer.step().await;
        }
    }
    // How many are there is known at every edge within two beats of the home.
    let told = std::time::Instant::now();
    while bob.seat.edge().online() != Some(3) || ann.seat.edge().online() != Some(3) {
        let sights = [&mut ann, &mut bob];
        for viewer in sights {
            let _quiet = timeout(Duration::from_millis(20), viewer.seat.next()).await;
        }
        assert!(told.elapsed() < 4 * Home::BEAT, "{:?}", bob.seat.edge().online());
    }
}

#[tokio::test]
async fn a_home_goes_over_to_another_node_and_nothing_is_lost() {
    let (_server, one, two, id) = friday(&Setup::default()).await;
    let first = run(one.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&two, &id).await;
    ann.join("ann").await;
    ann.ask(Command::text("before")).await.unwrap();
    // A checkpoint between, so that the next home begins with it and the log is pruned.
    let summed = two.checkpoint(&id, &[], key()).await.unwrap();
    assert!(summed.0 >= 3);
    ann.ask(Command::text("between")).await.unwrap();

    let second = two.claim(&id, &[], key(), false).await.unwrap();
    let term = second.home().mark().term;
    let second = run(second);
    ann.ask(Command::text("after")).await.unwrap();
    ann.reads(3).await;
    let said: Vec<_> = ann.read.iter().map(|(_, said)| said.as_str()).collect();
    assert_eq!(said, ["before", "between", "after"]);
    // The former one has heard of it, or found the log further on.
    let (end, home) = timeout(LONG, first).await.unwrap().unwrap();
    let by_log = matches!(end, HomeEnd::Deposed(Deposed::Claimed { by }) if by == term);
    assert!(by_log || end == HomeEnd::Overtaken { by: term }, "{end:?}");
    assert_ne!(home.home().mark().term, term);
    assert!(!second.is_finished());
}

/// A home each of whose calls is given up after a moment.
fn run_in_fits(mut home: HomeSeat, mut fits: Fits) -> JoinHandle<HomeEnd> {
    tokio::spawn(async move {
        loop {
            let event = timeout(fits.fit(), home.next()).await;
            if let Ok(Some(HomeEvent::Ended(end))) = event {
                return end;
            }
        }
    })
}

fn words(list: &str) -> (FilterSpec, Arc<Filter>) {
    let spec = FilterSpec::parse(list).unwrap();
    let filter = Arc::new(spec.compile().unwrap());
    (spec, filter)
}

#[tokio::test]
async fn whoever_lacks_a_filter_has_it_from_the_server() {
    let server = Server::start(&Setup::default()).unwrap();
    let (one, two) = (nats(&server, "one").await, nats(&server, "two").await);
    let (first, second) = (words("[custom:1 block]\nzorg"), words("[custom:1 block]\nblat"));
    let mut friday = group("friday");
    friday.install_filter(first.1.clone());
    let in_force = |filter: &Arc<Filter>| Command::UseFilter { filter: Some(filter.id()) };
    friday.push(one.now(), Author::App, in_force(&first.1)).unwrap();
    while friday.poll().is_some() {}
    one.create(&friday).await.unwrap();
    let id = friday.id();
    // Whose list is nowhere cannot be judged by.
    let error = two.claim(id, &[], key(), false).await.unwrap_err();
    let unknown = RestoreError::UnknownFilter { filter: first.1.id() };
    assert!(
        matches!(&error, NatsError::Checkpoint(CheckpointError::Restore(it)) if *it == unknown),
        "{error:?}"
    );
    for _again in 0..2 {
        assert_eq!(one.keep_filter(&first.0).await.unwrap().id(), first.1.id());
    }
    let mut home = two.claim(id, &[], key(), false).await.unwrap();
    // Another one comes into force, which the next to begin meets in the log.
    one.keep_filter(&second.0).await.unwrap();
    home.home_mut().install_filter(second.1.clone());
    home.home_mut().push(two.now(), Author::App, in_force(&second.1)).unwrap();
    let _home = run(home);
    let mut ann = Viewer::new(&two, id).await;
    ann.join("ann").await;
    for (text, is_listed) in [("blat", true), ("zorg", false)] {
        let Receipt::Sent { state, .. } = ann.ask(Command::text(text)).await.unwrap() else {
            panic!("it is sent");
        };
        let blocked = matches!(state, State::Ended(Outcome::Rejected(_)));
        assert_eq!(blocked, is_listed, "{text}: {state:?}");
    }
    let heir = one.look(id, &[], key()).await.unwrap();
    assert_eq!(heir.group().filter(), Some(second.1.id()));
}

#[tokio::test]
async fn calls_that_are_given_up_lose_nothing() {
    let (_server, one, two, id) = friday(&Setup::default()).await;
    let first = run_in_fits(one.claim(&id, &[], key(), false).await.unwrap(), Fits::new(1));
    let (mut ann, mut bob) = (Viewer::new(&one, &id).await, Viewer::new(&two, &id).await);
    (ann.fits, bob.fits) = (Some(Fits::new(2)), Some(Fits::new(3)));
    ann.join("ann").await;
    bob.join("bob").await;
    let mut second = None;
    for no in 0..60 {
        if no == 20 {
            two.checkpoint(&id, &[], key()).await.unwrap();
        }
        if no == 30 {
            let home = two.claim(&id, &[], key(), false).await.unwrap();
            second = Some(run_in_fits(home, Fits::new(4)));
        }
        let viewer = if no % 2 == 0 { &mut ann } else { &mut bob };
        let sent = viewer.ask(Command::text(format!("{no}"))).await.unwrap();
        assert!(matches!(sent, Receipt::Sent { .. }), "{sent:?}");
        viewer.reads(no + 1).await;
    }
    ann.reads(60).await;
    bob.reads(60).await;
    let said: Vec<_> = ann.read.iter().map(|(_, said)| said.clone()).collect();
    assert_eq!(said, (0..60).map(|no| no.to_string()).collect::<Vec<_>>());
    assert_eq!((&ann.read, ann.missed, bob.missed), (&bob.read, 0, 0));
    timeout(LONG, first).await.unwrap().unwrap();
    assert!(second.is_some_and(|second| !second.is_finished()));
}

#[tokio::test]
async fn a_server_that_is_killed_goes_on_with_all_it_acknowledged() {
    let (mut server, one, two, id) = friday(&Setup { sync_always: true, ..Setup::default() }).await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&two, &id).await;
    ann.join("ann").await;
    for no in 0..3 {
        ann.ask(Command::text(format!("before {no}"))).await.unwrap();
    }
    server.kill().unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.resume().unwrap();
    for no in 0..3 {
        ann.ask(Command::text(format!("after {no}"))).await.unwrap();
    }
    ann.reads(6).await;
    assert_eq!(ann.read.len(), 6, "each once");
    assert_eq!(ann.missed, 0);
    assert!(!home.is_finished());
}

#[tokio::test]
async fn a_server_without_jetstream_is_named_as_such() {
    let server = Server::start(&Setup { keeps_nothing: true, ..Setup::default() }).unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let opened = Nats::open(client, NatsConfig::new("test", "one")).await;
    assert!(matches!(opened, Err(NatsError::Refused(Refused::NoJetStream))), "{opened:?}");
}

#[tokio::test]
async fn an_oldest_epoch_of_the_future_is_refused() {
    let server = Server::start(&Setup::default()).unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let oldest_epoch = Epoch(Epoch::at(Clock::new().now()).0 + 1_000);
    let config = NatsConfig { oldest_epoch, ..NatsConfig::new("test", "one") };
    let opened = Nats::open(client, config).await;
    assert!(matches!(opened, Err(NatsError::Refused(Refused::EpochAhead { .. }))), "{opened:?}");
}

#[tokio::test]
async fn rooms_are_known_to_all_and_made_once() {
    let (server, one, two, id) = friday(&Setup::default()).await;
    let again = group("friday");
    let made = two.create(&again).await;
    assert!(matches!(made, Err(NatsError::Refused(Refused::Exists))), "{made:?}");
    let mut rooms = two.rooms().await.unwrap();
    assert_eq!(rooms.next().await, RoomChange::Added(id.clone()));
    one.remove(&id).await.unwrap();
    assert_eq!(rooms.next().await, RoomChange::Removed(id.clone()));
    let claimed = one.claim(&id, &[], key(), false).await;
    assert!(matches!(claimed, Err(NatsError::Refused(Refused::NoGroup))), "{claimed:?}");
    // One of the same id begins anew, unless somebody wrote into its log meanwhile.
    let stranger = async_nats::connect(server.url()).await.unwrap();
    let context = async_nats::jetstream::new(stranger);
    let written = context.publish("test.log.friday", "anything".into()).await.unwrap();
    written.await.unwrap();
    let made = one.create(&again).await;
    assert!(matches!(made, Err(NatsError::Malformed { .. })), "{made:?}");
    one.remove(&id).await.unwrap();
    one.create(&again).await.unwrap();
    let home = one.claim(&id, &[], key(), false).await.unwrap();
    assert_eq!(home.home().mark().no.0, 1);
}

#[tokio::test]
async fn of_all_who_make_a_room_at_once_one_does_and_nobody_spoils_it() {
    let server = Server::start(&Setup::default()).unwrap();
    let id = GroupId::custom("friday").unwrap();
    let mut makers = Vec::new();
    for node in 0..6 {
        let nats = nats(&server, &format!("n{node}")).await;
        let make = async move { (nats.create(&group("friday")).await.is_ok(), nats) };
        makers.push(tokio::spawn(make));
    }
    let mut made = Vec::new();
    for maker in makers {
        made.push(maker.await.unwrap());
    }
    assert_eq!(made.iter().filter(|(made, _)| *made).count(), 1);
    let (_, nats) = &made[0];
    let _home = run(nats.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(nats, &id).await;
    ann.join("ann").await;
    // So with checkpoints: of all who sum the log up at once, one does.
    let summed = made.iter().map(|(_, nats)| nats.checkpoint(&id, &[], key()));
    for summed in futures_util::future::join_all(summed).await {
        summed.unwrap();
    }
    nats.claim(&id, &[], key(), false).await.unwrap();
}

#[tokio::test]
async fn nodes_agree_on_who_should_be_home() {
    let server = Server::start(&Setup::default()).unwrap();
    let (one, two) = (nats(&server, "one").await, nats(&server, "two").await);
    let mut nodes =
        [Nodes::begin(&one, "a").await.unwrap(), Nodes::begin(&two, "b").await.unwrap()];
    let [first, second] = &mut nodes;
    let known = async |nodes: &mut Nodes| {
        while !nodes.are_known() || nodes.live().count() < 2 {
            nodes.next().await.unwrap();
        }
    };
    timeout(LONG, async { tokio::join!(known(first), known(second)) }).await.unwrap();
    let ids: Vec<_> = (0..100).map(GroupId::assigned).collect();
    let own = ids.iter().filter(|id| first.is_own(id)).count();
    assert!((20..80).contains(&own), "{own} of 100 are the first one's");
    for id in &ids {
        assert_ne!(first.is_own(id), second.is_own(id));
        assert_eq!(first.home_of(id), second.home_of(id));
    }
    // One that says nothing any more is dead to the other, which takes all.
    let gone = timeout(LONG, async {
        while first.live().count() > 1 {
            first.next().await.unwrap();
        }
    });
    gone.await.unwrap();
    assert!(ids.iter().all(|id| first.is_own(id)));
    // One that says that it ends is gone at once.
    let third = nats(&server, "three").await;
    let mut third = Nodes::begin(&third, "d").await.unwrap();
    let come_and_gone = async {
        tokio::join!(third.next(), async {
            while first.live().count() < 2 {
                first.next().await.unwrap();
            }
        });
        third.end().await;
        let told = std::time::Instant::now();
        while first.live().count() > 1 {
            first.next().await.unwrap();
        }
        told.elapsed()
    };
    let took = timeout(LONG, come_and_gone).await.unwrap();
    assert!(took < Nodes::PATIENCE / 2, "{took:?}");
    // A younger one of the same name is the one that stays.
    let mut younger = Nodes::begin(&nats(&server, "one").await, "c").await.unwrap();
    let ended = timeout(LONG, async {
        tokio::select! {
            ended = async { while first.next().await.is_some() {} } => ended,
            () = async { while younger.next().await.is_some() {} } => panic!("the younger one ended"),
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn whoever_has_no_password_is_not_let_in() {
    let login = Some(("node".to_owned(), "secret".to_owned()));
    let server = Server::start(&Setup { login, ..Setup::default() }).unwrap();
    assert!(async_nats::connect(server.url()).await.is_err());
    let options =
        async_nats::ConnectOptions::with_user_and_password("node".into(), "secret".into());
    let client = options.connect(server.url()).await.unwrap();
    Nats::open(client, NatsConfig::new("test", "one")).await.unwrap();
}

#[tokio::test]
async fn what_strangers_send_is_dropped_and_counted() {
    let server = Server::start(&Setup::default()).unwrap();
    let one = nats(&server, "one").await;
    let id = create(&one, "friday").await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&one, &id).await;
    ann.join("ann").await;
    let stranger = async_nats::connect(server.url()).await.unwrap();
    let edge = ann.seat.edge().id();
    for subject in [
        "test.all.friday".to_owned(),
        "test.beat.friday".to_owned(),
        format!("test.one.friday.{edge}"),
        "test.up.friday.x".to_owned(),
        format!("test.up.friday.{edge}"),
    ] {
        for bytes in [&b""[..], b"\x01", b"\xff\xff\xff\xff\xff", &[1; 5_000]] {
            stranger.publish(subject.clone(), bytes.to_vec().into()).await.unwrap();
        }
    }
    stranger.flush().await.unwrap();
    ann.ask(Command::text("still here")).await.unwrap();
    ann.reads(1).await;
    assert!(one.counts().malformed >= 15, "{:?}", one.counts());
    assert!(!home.is_finished());
}

#[tokio::test]
async fn a_server_of_small_messages_is_refused() {
    let setup = Setup { more: "max_payload: 100000\n".to_owned(), ..Setup::default() };
    let server = Server::start(&setup).unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let opened = Nats::open(client, NatsConfig::new("test", "one")).await;
    assert!(matches!(
        opened,
        Err(NatsError::Refused(Refused::MaxPayload { most: 100_000, needed: Nats::MIN_PAYLOAD }))
    ));
}

#[tokio::test]
async fn a_server_that_is_long_away_costs_nobody_their_place() {
    let (mut server, one, two, id) = friday(&Setup { sync_always: true, ..Setup::default() }).await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&two, &id).await;
    ann.join("ann").await;
    server.kill().unwrap();
    // Longer than an edge may be silent.
    let until = std::time::Instant::now() + Home::PATIENCE + Duration::from_secs(2);
    let by = ann.session();
    let asked = ann.seat.edge_mut().push(two.now(), by, Command::text("meanwhile"));
    let asked = asked.unwrap();
    let mut unknown = false;
    while let Some(left) = until.checked_duration_since(std::time::Instant::now()) {
        if let Ok(Some(EdgeOutput::Unknown { no })) = timeout(left, ann.seat.next()).await {
            unknown |= no == asked;
        }
    }
    assert!(unknown, "an honest word after a while");
    server.resume().unwrap();
    let answer = loop {
        match ann.step().await {
            EdgeOutput::Answer { no, answer } if no == asked => break answer,
            EdgeOutput::Lapsed => panic!("the edge was given up"),
            _ => {}
        }
    };
    assert!(matches!(answer, Ok(Receipt::Sent { duplicate: false, .. })), "{answer:?}");
    ann.reads(1).await;
    assert_eq!(ann.read.len(), 1);
    assert!(!home.is_finished());
}

#[tokio::test]
async fn whoever_reads_a_log_that_is_pruned_meanwhile_lacks_nothing() {
    let (_server, one, two, id) = friday(&Setup::default()).await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&one, &id).await;
    ann.join("ann").await;
    for round in 0..4 {
        for no in 0..25 {
            ann.ask(Command::text(format!("{round}: {no}"))).await.unwrap();
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        // Many read while it is summed up.
        let looks = (0..20).map(|_| async {
            let heir = two.look(&id, &[], key()).await.unwrap();
            (heir.mark().no, heir.group().tail().position())
        });
        let (looks, summed) =
            tokio::join!(futures_util::future::join_all(looks), one.checkpoint(&id, &[], key()));
        let summed = summed.unwrap();
        for (no, position) in looks {
            assert!(no >= summed, "{no} of {summed}");
            assert!(position >= ann.read.last().unwrap().0);
        }
    }
    assert!(!home.is_finished());
}
