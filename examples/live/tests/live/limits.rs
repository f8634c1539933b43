//! Silence, and too many connections.

use std::time::Duration;

use live::Limits;
use serde_json::json;

use crate::support::{Client, host_with};

#[tokio::test]
async fn silence_is_asked_and_then_ended() {
    let limits = Limits {
        join_within: Duration::from_millis(50),
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let host = host_with(limits);
    let mut mute = Client::connect(&host).await;
    assert_eq!(mute.next_of("bye").await["code"], "idle", "who does not join");
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    // While it reads, it answers pings, as browsers do, and stays for far more than the time allowed.
    for _ in 0..5 {
        ann.until_ping().await;
    }
    // Now it answers nothing any more.
    while host.connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ann.next_of("bye").await["code"], "idle");
}

#[tokio::test]
async fn one_connection_too_many_is_told_that_the_host_is_busy() {
    let host = host_with(Limits { connections: 1, ..Limits::default() });
    let (_ann, _) = Client::joined(&host, "Ann").await;
    let mut other = Client::connect(&host).await;
    let bye = other.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("busy"), &json!(true)));
    assert!(other.is_closed().await);
}
