//! Readers that do not read.

use std::time::Duration;

use live::Limits;
use serde_json::{Value, json};

use crate::support::{Client, host_with, position};

/// Far more than the buffers between host and client hold, as notices: no rate holds them up.
const MUCH: usize = 200;

fn much(number: usize) -> String {
    format!("{number:03} {}", "x".repeat(900))
}

/// Small buffers, so that a client that does not read is soon not written to.
fn narrow(patience: Duration) -> Limits {
    Limits { send_buffer: 8_192, patience, ..Limits::default() }
}

#[tokio::test]
async fn a_slow_reader_delays_nobody_and_is_told_exactly_what_it_missed() {
    let host = host_with(narrow(Duration::from_secs(30)));
    let mut slow = Client::connect_narrow(&host).await;
    let welcome = slow.join(&json!({"v": 1, "t": "join", "nick": "Slow"})).await;
    let begin = position(&welcome["cursor"]);
    let (mut quick, _) = Client::joined(&host, "Quick").await;
    for number in 0..MUCH {
        host.announce(&much(number)).unwrap();
        // Read as it comes, while the slow one reads nothing.
        quick.until_entry(|entry| entry["field"] == much(number)).await;
    }
    assert!(host.account().not_now() > 0, "it was never slow");
    // It takes its time, and has everything after all: the log keeps 256 notices.
    let (mut seen, mut end, mut last) = (0, begin, false);
    while !last {
        let batch = slow.next_of("batch").await;
        let entries = batch["entries"].as_array().unwrap();
        let missed: u64 =
            batch["missed"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        seen += entries.len() as u64 + missed;
        end = position(&batch["cursor"]);
        last = entries.iter().any(|entry| entry["field"] == much(MUCH - 1));
    }
    assert_eq!(seen, end - begin, "read or missed, nothing else and nothing twice");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_for_too_long_is_closed() {
    let host = host_with(narrow(Duration::from_millis(300)));
    let mut slow = Client::connect_narrow(&host).await;
    slow.join(&json!({"v": 1, "t": "join", "nick": "Slow"})).await;
    let (mut quick, _) = Client::joined(&host, "Quick").await;
    for number in 0..MUCH {
        host.announce(&much(number)).unwrap();
    }
    // The host takes it for lost: it is detached, and its place is free, without its doing.
    quick.until_entry(|entry| entry["field"] == much(MUCH - 1)).await;
    while host.connections() > 1 {
        tokio::task::yield_now().await;
    }
    assert!(slow.is_closed().await);
    assert_eq!(quick.say("still here").await["state"], "delivered");
}
