//! Coming back after a loss, taking over, leaving.

use serde_json::{Value, json};

use crate::support::{Client, host, messages, position};

#[tokio::test]
async fn who_comes_back_gets_what_it_missed_exactly_once() {
    let host = host();
    let (mut ann, first) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    bo.say("one").await;
    let mut seen = ann.entries_until("one").await;
    let cursor = ann.cursor.clone();
    drop(ann);
    bo.say("two").await;
    bo.say("three").await;

    let mut ann = Client::connect(&host).await;
    let token = first["token"].clone();
    let back = json!({"v": 1, "t": "join", "token": token, "cursor": cursor});
    let welcome = ann.join(&back).await;
    assert_eq!((&welcome["resumed"], &welcome["status"]), (&json!(true), &json!("already")));
    assert_eq!(welcome["me"]["user"], first["me"]["user"]);
    assert_eq!(welcome["me"]["nick"], "Ann", "a nick that is not said again stays");
    assert_eq!(welcome["token"], first["token"]);
    bo.say("four").await;
    seen.extend(ann.entries_until("four").await);
    let texts: Vec<&Value> = messages(&seen).map(|entry| &entry["text"]).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    assert!(seen.windows(2).all(|pair| pair[0]["seq"].as_u64() < pair[1]["seq"].as_u64()));
}

#[tokio::test]
async fn what_is_sent_again_after_a_loss_is_delivered_once() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let sent = json!({"v": 1, "t": "send", "id": 1, "kind": "text", "text": "once", "random": 99});
    ann.send(&sent).await;
    let receipt = ann.next_of("receipt").await;
    let cursor = ann.cursor.clone();
    drop(ann);
    let mut ann = Client::connect(&host).await;
    let back = json!({"v": 1, "t": "join", "token": welcome["token"], "cursor": cursor});
    ann.join(&back).await;
    ann.send(&sent).await;
    let again = ann.next_of("receipt").await;
    assert_eq!((&again["duplicate"], &receipt["duplicate"]), (&json!(true), &json!(false)));
    for same in ["message", "seq", "state", "at"] {
        assert_eq!(again[same], receipt[same], "{same}");
    }
}

#[tokio::test]
async fn a_newer_connection_takes_the_session_over() {
    let host = host();
    let (mut old, first) = Client::joined(&host, "Ann").await;
    let mut new = Client::connect(&host).await;
    let join = json!({"v": 1, "t": "join", "token": first["token"], "nick": "Anna"});
    let welcome = new.join(&join).await;
    let bye = old.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("replaced"), &json!(false)));
    assert!(old.is_closed().await);
    assert_eq!((&welcome["online"], &welcome["me"]["nick"]), (&json!(1), &json!("Anna")));
    // The end of the old connection is not the end of the session.
    while host.connections() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(new.say("it is me").await["state"], "delivered");
    let entries = new.entries_until("it is me").await;
    assert_eq!(messages(&entries).next().unwrap()["nick"], "Anna");
}

#[tokio::test]
async fn a_token_or_cursor_that_was_made_up_gives_nothing() {
    let host = host();
    let (mut bo, early) = Client::joined(&host, "Bo").await;
    bo.say("before Ann").await;
    let (ann, first) = Client::joined(&host, "Ann").await;
    drop(ann);
    let begin = position(&first["cursor"]);
    for cursor in [
        // What precedes her first join.
        early["cursor"].clone(),
        // The future, another epoch, and what is no cursor at all.
        json!({"group": first["cursor"]["group"], "epoch": first["cursor"]["epoch"], "passed": [9, 9, 9, 9, 9, 9]}),
        json!({"group": first["cursor"]["group"], "epoch": 1, "passed": first["cursor"]["passed"]}),
        json!("elsewhere"),
    ] {
        let mut ann = Client::connect(&host).await;
        let join = json!({"v": 1, "t": "join", "token": first["token"], "cursor": cursor});
        let welcome = ann.join(&join).await;
        assert_eq!(
            (&welcome["resumed"], &welcome["me"]["user"]),
            (&json!(false), &first["me"]["user"])
        );
        assert!(position(&welcome["cursor"]) >= begin, "{cursor}");
    }
    for token in ["", "u7.s19.5f0c41", "00000000000000000000000000000000"] {
        let mut other = Client::connect(&host).await;
        let welcome = other.join(&json!({"v": 1, "t": "join", "token": token})).await;
        assert_ne!(welcome["me"]["user"], first["me"]["user"]);
    }
}

#[tokio::test]
async fn who_quits_is_gone_at_once_and_its_token_with_it() {
    let host = host();
    let (mut ann, first) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    ann.send(&json!({"v": 1, "t": "quit"})).await;
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("quit"), &json!(false)));
    let tip = bo.until_entry(|entry| entry["type"] == "tip" && entry["kind"] == "quit").await;
    assert_eq!((&tip["names"][0]["nick"], &tip["online"]), (&json!("Ann"), &json!(1)));
    let mut again = Client::connect(&host).await;
    let welcome = again.join(&json!({"v": 1, "t": "join", "token": first["token"]})).await;
    assert_ne!(welcome["me"]["user"], first["me"]["user"]);
    assert_eq!(welcome["online"], 2);
}
