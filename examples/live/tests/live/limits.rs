//! Silence, and too many connections.

use std::time::Duration;

use live::Limits;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{Client, PATIENCE, host_with};

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
    let mut chatty = Client::connect(&host).await;
    let mut waves = 0;
    let bye = loop {
        chatty.send(&json!({"v": 1, "t": "wave"})).await;
        let answer = chatty.until(|frame| frame["t"] == "error" || frame["t"] == "bye").await;
        if answer["t"] == "bye" {
            break answer;
        }
        waves += 1;
        assert!(waves < 30, "the time to join does not begin anew with each word");
        sleep(Duration::from_millis(30)).await;
    };
    assert_eq!(bye["code"], "idle");
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

#[tokio::test]
async fn an_address_has_so_many_connections_and_one_more_is_closed_at_once() {
    let host = host_with(Limits { per_address: 2, ..Limits::default() });
    let (ann, _) = Client::joined(&host, "Ann").await;
    let (_bo, _) = Client::joined(&host, "Bo").await;
    let mut third = TcpStream::connect(host.address()).await.unwrap();
    assert_eq!(read_to_end(&mut third).await, "", "closed without a word");
    // A place that is given back is there for others.
    drop(ann);
    while host.connections() > 1 {
        tokio::task::yield_now().await;
    }
    loop {
        let mut other = TcpStream::connect(host.address()).await.unwrap();
        other.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        if read_to_end(&mut other).await.starts_with("HTTP/1.0 200") {
            break;
        }
    }
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_cut_off() {
    let limits = Limits { head_within: Duration::from_millis(200), ..Limits::default() };
    let host = host_with(limits);
    for beginning in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut slow = TcpStream::connect(host.address()).await.unwrap();
        slow.write_all(beginning.as_bytes()).await.unwrap();
        // Long before a server's own patience would end.
        let read = timeout(Duration::from_secs(15), read_to_end(&mut slow));
        let answer = read.await.expect("it is not cut off");
        assert!(!answer.contains("200 OK"), "{beginning:?}: {answer}");
    }
    // A head that is too long is none either.
    let mut long = TcpStream::connect(host.address()).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(40_000));
    let _cut_off = long.write_all(head.as_bytes()).await;
    assert!(!read_to_end(&mut long).await.contains("200 OK"));
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    assert_eq!(ann.say("nothing happened").await["state"], "delivered");
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A connection that is reset has ended, too.
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("it does not end");
    String::from_utf8_lossy(&all).into_owned()
}
