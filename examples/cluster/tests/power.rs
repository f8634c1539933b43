//! A server that has lost what it had acknowledged, as in a power failure, and what is to be done then.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

mod seats;

use std::time::Duration;

use cluster::server::{Server, Setup};
use liveroom::{
    nats::{HomeEnd, HomeSeat, Nats, NatsConfig, NatsError, Refused},
    relay::EdgeId,
    *,
};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use seats::{Viewer, create, key, nats, run};

/// A node that knows of the power failure.
async fn nats_after(server: &Server, node: &str, oldest_epoch: Epoch) -> Nats {
    let client = async_nats::connect(server.url()).await.unwrap();
    let config = NatsConfig { oldest_epoch, ..NatsConfig::new("test", node) };
    Nats::open(client, config).await.unwrap()
}

/// A node, a room, its home there, and ann, who has said something.
async fn friday(server: &Server) -> (Nats, GroupId, JoinHandle<(HomeEnd, HomeSeat)>, Viewer) {
    let nats = nats(server, "before").await;
    let id = create(&nats, "friday").await;
    let home = run(nats.claim(&id, &[], key(), false).await.unwrap());
    let mut ann = Viewer::new(&nats, &id).await;
    ann.join("ann").await;
    ann.ask(Command::text("kept")).await.unwrap();
    (nats, id, home, ann)
}

/// Wants to be home until it is, and no longer.
fn keep(nats: Nats, id: GroupId) -> JoinHandle<()> {
    tokio::spawn(async move {
        for attempt in 1.. {
            match nats.claim(&id, &[], key(), false).await {
                Ok(home) => drop(run(home).await),
                Err(error) => eprintln!("{}, attempt {attempt}: {error}", nats.node()),
            }
            // Not both at the same moments for ever.
            sleep(Duration::from_millis(if nats.node() == "one" { 100 } else { 1_700 })).await;
        }
    })
}

#[tokio::test]
async fn after_a_power_failure_all_begins_anew_and_nobody_goes_by_what_was_lost() {
    let mut server = Server::start(&Setup::default()).unwrap();
    let (before, id, home, mut ann) = friday(&server).await;
    server.kill().unwrap();
    let disk = server.copy_disk().unwrap();
    server.resume().unwrap();
    ann.ask(Command::text("lost")).await.unwrap();
    let mut bob = Viewer::new(&before, &id).await;
    bob.join("bob").await;
    bob.ask(Command::text("lost too")).await.unwrap();
    ann.reads(3).await;
    server.kill().unwrap();
    server.put_disk(&disk, None).unwrap();
    let lost = (bob.seat.edge().id(), bob.cursor.unwrap());
    home.abort();
    drop((ann, bob, before));
    server.resume().unwrap();

    let since = Epoch::at(Clock::new().now());
    let (one, two) =
        (nats_after(&server, "one", since).await, nats_after(&server, "two", since).await);
    // A node that was not stopped gives nobody its history of before.
    let stale = nats(&server, "stale").await;
    let home = run(stale.claim(&id, &[], key(), false).await.unwrap());
    let mut early = two.edge(&id, EdgeId::new(9_000).unwrap()).await.unwrap();
    let based = async { while early.edge().tail().is_none() && early.next().await.is_some() {} };
    timeout(Duration::from_secs(3), based).await.unwrap_err();
    home.abort();
    drop((early, stale));
    let home = one.claim(&id, &[], key(), false).await.unwrap();
    assert_eq!(home.home().group().epoch(), since);
    let home = run(home);
    // The number is given again: to whom it was lost with all that was told over it.
    let mut cat = Viewer::new(&two, &id).await;
    assert_eq!(cat.seat.edge().id(), lost.0);
    cat.join("cat").await;
    let refused = cat.seat.edge_mut().batch(&lost.1).unwrap_err();
    assert_eq!(refused, CursorError::OtherEpoch { cursor: lost.1.epoch(), log: since });
    cat.ask(Command::text("after")).await.unwrap();
    cat.reads(1).await;
    assert_eq!(cat.read.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>(), ["after"]);
    // Whoever is home next begins nothing anew.
    home.abort();
    let home = two.claim(&id, &[], key(), false).await.unwrap();
    assert_eq!(home.home().group().epoch(), since);
    let home = run(home);
    cat.ask(Command::text("and on")).await.unwrap();
    assert!(!home.is_finished());
    let heir = one.look(&id, &[], key()).await.unwrap();
    let delivered = heir.group().stats().flow.0.iter().map(|flow| flow.delivered).sum::<u64>();
    assert_eq!(delivered, 3, "kept, after, and on");
}

/// Streams are written to disk each at its own time: any of them may lack what the others have.
#[tokio::test]
async fn a_room_goes_on_from_the_checkpoints_that_are_there() {
    // What the last is for: that the log ends where its checkpoint is, with another frame in that place.
    let streams = ["test-log", "OBJ_test-checkpoints", "KV_test-rooms", "test-log"];
    for (stream, more) in streams.into_iter().zip([3, 3, 3, 1]) {
        let mut server = Server::start(&Setup::default()).unwrap();
        let (before, id, home, mut ann) = friday(&server).await;
        before.checkpoint(&id, &[], key()).await.unwrap();
        server.kill().unwrap();
        let disk = server.copy_disk().unwrap();
        server.resume().unwrap();
        for no in 0..more {
            ann.ask(Command::text(format!("{no}"))).await.unwrap();
        }
        before.checkpoint(&id, &[], key()).await.unwrap();
        server.kill().unwrap();
        server.put_disk(&disk, Some(stream)).unwrap();
        home.abort();
        drop((ann, before));
        server.resume().unwrap();

        let unaware = nats(&server, "unaware").await;
        let refused = unaware.claim(&id, &[], key(), false).await;
        // The log leads on from the checkpoint before the newest too.
        let leads_on = stream == "KV_test-rooms";
        let is_lost = matches!(refused, Err(NatsError::Refused(Refused::LogLost)));
        assert!(is_lost != leads_on, "{stream}: {refused:?}");
        drop(refused);
        let since = Epoch::at(Clock::new().now());
        let (one, two) =
            (nats_after(&server, "one", since).await, nats_after(&server, "two", since).await);
        // Of two at once one is home in the end.
        let homes = [&one, &two].map(|nats| keep(nats.clone(), id.clone()));
        let mut bob = Viewer::new(&two, &id).await;
        bob.join("bob").await;
        bob.ask(Command::text("after")).await.unwrap();
        homes.iter().for_each(JoinHandle::abort);
        drop(bob);
        // Whoever comes next needs no rescue.
        let home = unaware.claim(&id, &[], key(), false).await.unwrap();
        let flow = home.home().group().stats().flow;
        let delivered = flow.0.iter().map(|flow| flow.delivered).sum::<u64>();
        assert_eq!((home.home().group().epoch(), delivered), (since, more + 2), "{stream}");
    }
}

/// As when whoever claimed it died before it made its checkpoint known.
#[tokio::test]
async fn a_place_in_the_log_is_not_taken_for_what_was_there_before() {
    let mut server = Server::start(&Setup::default()).unwrap();
    let (before, id, home, mut ann) = friday(&server).await;
    server.kill().unwrap();
    let disk = server.copy_disk().unwrap();
    server.resume().unwrap();
    ann.ask(Command::text("lost")).await.unwrap();
    before.checkpoint(&id, &[], key()).await.unwrap();
    server.kill().unwrap();
    server.put_disk(&disk, Some("test-log")).unwrap();
    let lost = server.copy_disk().unwrap();
    home.abort();
    drop((ann, before));
    server.resume().unwrap();
    let since = Epoch::at(Clock::new().now());
    let one = nats_after(&server, "one", since).await;
    drop(one.claim(&id, &[], key(), false).await.unwrap());
    server.kill().unwrap();
    server.put_disk(&lost, Some("KV_test-rooms")).unwrap();
    server.put_disk(&lost, Some("OBJ_test-checkpoints")).unwrap();
    drop(one);
    server.resume().unwrap();

    let unaware = nats(&server, "unaware").await;
    let refused = unaware.claim(&id, &[], key(), false).await;
    assert!(matches!(refused, Err(NatsError::Refused(Refused::LogLost))), "{refused:?}");
    let two = nats_after(&server, "two", since).await;
    let home = two.claim(&id, &[], key(), false).await.unwrap();
    assert_eq!(home.home().group().epoch(), since);
}
