//! Rooms of nodes that are removed, or begin anew.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

mod hosts;
mod seats;

use cluster::server::{Server, Setup};
use futures_util::StreamExt;
use live::NodeOptions;
use liveroom::{
    nats::{Nats, NatsConfig},
    *,
};
use serde_json::json;
use tokio::time::{sleep, timeout};

use hosts::{LONG, LOOK, ROOM, Viewer, node, node_like};
use seats::{create, key};

/// What all nodes of these tests begin their names with.
const PREFIX: &str = "live-1400000000";

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_to_come_in_is_told_that_the_room_is_removed() {
    let server = Server::start(&Setup::default()).unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let nats = Nats::open(client.clone(), NatsConfig::new(PREFIX, "host")).await.unwrap();
    let id = create(&nats, "gone").await;
    // Without its checkpoint nobody can serve it.
    let context = async_nats::jetstream::new(client);
    let objects = context.get_object_store(format!("{PREFIX}-checkpoints")).await.unwrap();
    let mut list = objects.list().await.unwrap();
    while let Some(object) = list.next().await {
        objects.delete(object.unwrap().name).await.unwrap();
    }
    let node = node(&server, "one").await;
    let mut ann = Viewer::knock(node.address(), "gone").await;
    nats.remove(&id).await.unwrap();
    let told = ann.hears("error").await;
    assert_eq!(told["code"], json!("no_group"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_of_an_epoch_before_the_oldest_begin_anew() {
    let server = Server::start(&Setup::default()).unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let nats = Nats::open(client, NatsConfig::new(PREFIX, "host")).await.unwrap();
    let first = node(&server, "one").await;
    drop(Viewer::join(first.address()).await);
    let id = GroupId::custom(ROOM).unwrap();
    first.stop().await.unwrap();
    let oldest_epoch = Epoch(Epoch::at(nats.now()).0 + 60);
    let beside = NodeOptions { oldest_epoch, ..NodeOptions::new(server.url(), "two") };
    let second = node_like(beside).await;
    drop(Viewer::join(second.address()).await);
    let begun = async {
        while nats.look(&id, &[], key()).await.unwrap().group().epoch() != oldest_epoch {
            sleep(LOOK).await;
        }
    };
    timeout(LONG, begun).await.unwrap();
}
