//! Chat, gifts, words and guests in the show.

use std::time::Duration;

use live::Limits;
use serde_json::{Value, json};

use crate::support::{self, Client, host, host_with, messages};

#[tokio::test]
async fn two_clients_see_the_same_history() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut bo, welcome) = Client::joined(&host, "Bo").await;
    assert_eq!(welcome["online"], 2);
    assert_eq!(welcome["me"]["role"], "member");
    assert_eq!(welcome["limits"]["frames_per_second"], 20);

    assert_eq!(ann.say("hello, Bo").await["state"], "delivered");
    assert_eq!(bo.say("hello, Ann").await["state"], "delivered");
    assert_eq!(ann.say("good").await["state"], "delivered");
    let (of_ann, of_bo) = (ann.entries_until("good").await, bo.entries_until("good").await);
    let texts: Vec<&str> = messages(&of_bo).filter_map(|entry| entry["text"].as_str()).collect();
    assert_eq!(texts, ["hello, Bo", "hello, Ann", "good"]);
    assert!(messages(&of_ann).eq(messages(&of_bo)), "the same entries, word for word");
    let seqs =
        |entries: &[Value]| entries.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    let (mut seqs, all): (Vec<u64>, Vec<u64>) = (seqs(&of_ann), seqs(&of_bo));
    seqs.retain(|seq| *seq >= all[0]);
    assert_eq!(seqs, all, "no holes, in one order");
}

#[tokio::test]
async fn words_are_masked_turned_away_or_held() {
    let host = host_with(Limits { hold: Duration::from_millis(500), ..Limits::default() });
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let held = ann.say("free coins for all").await;
    assert_eq!(held["state"], "held");
    let rejected = ann.say("zorgblatt").await;
    assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!("filter")));
    assert_eq!(ann.say("you S-T-U-P-I-D song").await["state"], "delivered");
    let entries = ann.entries_until("you *********** song").await;
    assert_eq!(messages(&entries).count(), 1);
    // Nobody decides in time.
    let ends = |frame: &Value| frame["t"] == "ended" && frame["message"] == held["message"];
    let ended = ann.until(ends).await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("rejected"), &json!("silence")));
}

#[tokio::test]
async fn a_guest_reads_and_cannot_speak() {
    let host = host();
    let mut guest = Client::connect(&host).await;
    guest.send(&json!({"v": 1, "t": "join", "guest": true})).await;
    let welcome = guest.next_of("welcome").await;
    assert_eq!((&welcome["token"], &welcome["me"]["user"]), (&Value::Null, &Value::Null));
    assert_eq!(welcome["me"]["role"], "guest");
    let receipt = guest.say("may I?").await;
    assert_eq!((&receipt["state"], &receipt["code"]), (&json!("refused"), &json!(2106)));
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    ann.say("you may listen").await;
    guest.entries_until("you may listen").await;
    guest.send(&json!({"v": 1, "t": "quit"})).await;
    assert_eq!(guest.next_of("bye").await["code"], "quit");
}

#[tokio::test]
async fn only_gifts_that_are_sold_are_taken_and_counted() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    assert_eq!(welcome["gifts"], 0);
    let refused = ann.give(r#"{"gift":"yacht","n":1}"#).await;
    assert_eq!((&refused["state"], &refused["code"]), (&json!("refused"), &json!(1004)));
    assert_eq!(ann.give(r#"{"gift":"rose","n":3}"#).await["state"], "delivered");
    assert_eq!(ann.give(r#"{"gift":"cake","n":2}"#).await["state"], "delivered");
    ann.until(|frame| frame["t"] == "online" && frame["gifts"] == 5).await;
    let (_bo, welcome) = Client::joined(&host, "Bo").await;
    assert_eq!(welcome["gifts"], 5);
}

#[tokio::test]
async fn a_crowd_comes_in_and_talks() {
    let options = live::Options { crowd: 60, ..support::options() };
    let host = support::start(options);
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    ann.until_entry(|entry| {
        entry["type"] == "message" && entry["user"].as_str().is_some_and(|id| id.starts_with('c'))
    })
    .await;
    let account = host.stop().await.unwrap();
    assert!(account.balances());
}

#[tokio::test]
async fn each_room_takes_its_own_kinds_and_nothing_rides_along_with_a_gift() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    ann.give(r#"{"n":2,"gift":"rose","padding":"xxxxxxxx"}"#).await;
    let entry = ann.until_entry(|entry| entry["kind"] == "gift").await;
    assert_eq!(entry["data"], r#"{"gift":"rose","n":2}"#);
    assert_eq!(ann.offer(7, "", "x").await["code"], "unknown_kind");
    assert_eq!(ann.offer(0, "", "x").await["code"], "unknown_kind");
    assert_eq!(ann.offer("control", "", "x").await["code"], "unknown_kind");
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    for kind in ["gift", "like", "follow"] {
        let data = r#"{"gift":"rose","n":1}"#;
        assert_eq!(bo.offer(kind, "", data).await["code"], "wrong_room", "{kind}");
    }
}
