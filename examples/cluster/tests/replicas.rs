//! The adapter with three servers, each with a copy of all: what one has stored is seen at the others, and any of them may go.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

mod seats;

use std::time::Duration;

use cluster::{
    server::{Server, Setup},
    servers::Servers,
};
use liveroom::{
    nats::{Nats, NatsConfig, NatsError, Refused},
    *,
};

use tokio::time::{sleep, timeout};

use seats::{LONG, Viewer, create, group, key, run};

/// A node at those servers: the first that answers is its own.
async fn node(servers: impl IntoIterator<Item = String>, name: &str) -> Nats {
    let options = async_nats::ConnectOptions::new().retain_servers_order();
    let servers: Vec<String> = servers.into_iter().collect();
    let client = options.connect(servers).await.unwrap();
    let config = NatsConfig { replicas: 3, ..NatsConfig::new("test", name) };
    Nats::open(client, config).await.unwrap()
}

fn urls(servers: &Servers) -> Vec<String> {
    servers.each().map(Server::url).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_at_one_server_is_seen_at_all() {
    let servers = Servers::start(&Setup::default(), 3).await.unwrap();
    // All begin at once, and what one of them makes the others can write to.
    let begin = |name: &'static str, no: usize| {
        let url = urls(&servers).swap_remove(no);
        tokio::spawn(async move {
            let nats = node([url], name).await;
            nats.edge_id().await.unwrap();
            nats
        })
    };
    let nodes = tokio::try_join!(begin("one", 0), begin("two", 1), begin("three", 2));
    let (one, two, three) = nodes.unwrap();
    // Of all who make the same room at once one does, and the others are told so.
    let made = [&one, &two, &three].map(|node| async { node.create(&group("friday")).await });
    let made = futures_util::future::join_all(made).await;
    let is_lost =
        |made: &&Result<(), NatsError>| matches!(made, Err(NatsError::Refused(Refused::Exists)));
    assert_eq!(made.iter().filter(is_lost).count(), 2, "{made:?}");
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    // Copies may lag behind, if by so little that no test sees it: they are not asked.
    let client = async_nats::connect(&urls(&servers)[0]).await.unwrap();
    let context = async_nats::jetstream::new(client);
    for stream in ["test-log", "KV_test-rooms", "KV_test-edges", "OBJ_test-checkpoints"] {
        let config = context.get_stream(stream).await.unwrap().cached_info().config.clone();
        assert!(!config.allow_direct && config.num_replicas == 3, "{config:?}");
    }
    for no in 0..20 {
        let id = create(&one, &format!("room {no}")).await;
        two.look(&id, &[], key()).await.unwrap();
        let _home = three.claim(&id, &[], key(), false).await.unwrap();
        let summed = one.checkpoint(&id, &[], key()).await.unwrap();
        assert!(summed.0 > 0);
        // The log is pruned and the first checkpoint gone: whoever still saw that one could not begin.
        two.look(&id, &[], key()).await.unwrap();
        two.remove(&id).await.unwrap();
        create(&three, &format!("room {no}")).await;
    }
}

#[tokio::test]
async fn who_leads_the_log_may_be_killed() {
    let mut servers = Servers::start(&Setup::default(), 3).await.unwrap();
    let all = urls(&servers);
    let (one, two) = (node(all.clone(), "one").await, node(all.into_iter().rev(), "two").await);
    let id = create(&one, "friday").await;
    let home = run(one.claim(&id, &[], key(), false).await.unwrap());
    let (mut ann, mut bob) = (Viewer::new(&one, &id).await, Viewer::new(&two, &id).await);
    ann.join("ann").await;
    bob.join("bob").await;
    let mut killed = None;
    for no in 0..40 {
        if no == 10 {
            killed = servers.leader().await;
            servers.at(killed.unwrap()).kill().unwrap();
        }
        let viewer = if no % 2 == 0 { &mut ann } else { &mut bob };
        // So seldom that none has to wait for its turn and may be too late.
        sleep(Duration::from_millis(60)).await;
        viewer.ask(Command::text(format!("{no}"))).await.unwrap();
    }
    ann.reads(40).await;
    bob.reads(40).await;
    assert_eq!(ann.read, bob.read);
    assert_eq!((ann.read.len(), ann.missed + bob.missed), (40, 0));
    assert!(!home.is_finished());
    let leads = servers.leader().await;
    assert!(leads.is_some() && leads != killed, "{leads:?} leads, and {killed:?} was killed");
    // Other streams may still be without a leader: then it is to be tried again.
    let seen = async {
        loop {
            match two.look(&id, &[], key()).await {
                Ok(heir) => return heir.mark().no,
                Err(error) => assert!(matches!(error, NatsError::Server { .. }), "{error}"),
            }
        }
    };
    assert!(timeout(LONG, seen).await.unwrap().0 >= 42);
}
