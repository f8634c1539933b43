//! The host from outside: real sockets, real frames. Everything is waited for by what comes over the
//! wire, never by sleeping.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "support/client.rs"]
mod client;

use std::time::Duration;

use client::{Client, host, host_with, messages, request};
use live::Limits;
use serde_json::{Value, json};

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
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let held = ann.say("free coins for all").await;
    assert_eq!(held["state"], "held");
    let rejected = ann.say("zorgblatt").await;
    assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!("filter")));
    assert_eq!(ann.say("you S-T-U-P-I-D song").await["state"], "delivered");
    let entries = ann.entries_until("you *********** song").await;
    assert_eq!(messages(&entries).count(), 1);
    // Nobody decides for 5 seconds.
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
async fn what_is_not_of_the_protocol_is_named_and_ends_the_connection() {
    let host = host();
    let long = format!(r#"{{"v":1,"t":"ping","pad":"{}"}}"#, "x".repeat(32_768));
    let longer = format!(r#"{{"v":1,"t":"ping","pad":"{}"}}"#, "x".repeat(200_000));
    for (frame, code) in [
        (long.as_str(), "too_large"),
        (longer.as_str(), "too_large"),
        ("nonsense", "malformed"),
        (r#"["v",1]"#, "malformed"),
        (r#"{"v":1,"t":"send","id":1,"kind":"text","random":-1}"#, "malformed"),
        (r#"{"v":2,"t":"ping"}"#, "version"),
        (r#"{"v":1,"t":"join"}"#, "joined_already"),
    ] {
        let (mut client, _) = Client::joined(&host, "Ann").await;
        client.send_text(frame).await;
        let error = client.next_of("error").await;
        assert_eq!((&error["code"], &error["fatal"]), (&json!(code), &json!(true)));
        assert!(client.is_closed().await, "{code}");
    }
    let mut client = Client::connect(&host).await;
    client.send_binary(&[1, 2, 3]).await;
    assert_eq!(client.next_of("error").await["code"], "binary");
    for (frame, code) in [
        (r#"{"v":1,"t":"ping"}"#, "join_first"),
        (r#"{"v":1,"t":"join","group":"elsewhere"}"#, "no_group"),
    ] {
        let mut client = Client::connect(&host).await;
        client.send_text(frame).await;
        assert_eq!(client.next_of("error").await["code"], code);
        assert!(client.is_closed().await, "{code}");
    }
}

#[tokio::test]
async fn an_unknown_frame_and_a_refused_join_do_not_end_the_connection() {
    let host = host();
    let mut ann = Client::connect(&host).await;
    ann.send(&json!({"v": 1, "t": "wave"})).await;
    let error = ann.next_of("error").await;
    assert_eq!((&error["code"], &error["fatal"]), (&json!("unknown_type"), &json!(false)));
    ann.send(&json!({"v": 1, "t": "join", "nick": "n".repeat(501)})).await;
    let refused = ann.next_of("refused").await;
    assert_eq!((&refused["of"], &refused["code"]), (&json!("join"), &json!(1002)));
    assert_eq!(refused["detail"]["limit"], 500);
    let welcome = ann.join(&json!({"v": 1, "t": "join", "nick": "n", "group": "live"})).await;
    assert_eq!(welcome["status"], "joined");
    assert_eq!(welcome["online"], 1, "the refused one left nothing behind");
    ann.send(&json!({"v": 1, "t": "ping"})).await;
    assert!(ann.next_of("pong").await["now"].is_u64());
}

#[tokio::test]
async fn whoever_sends_too_fast_is_told_so_and_closed() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    for _ in 0..45 {
        ann.send(&json!({"v": 1, "t": "ping"})).await;
    }
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("too_fast"), &json!(true)));
    assert!(ann.is_closed().await);
}

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
    assert!(host.account().to_string().contains(" times not now"));
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

fn position(cursor: &Value) -> u64 {
    cursor["passed"].as_array().unwrap().iter().filter_map(Value::as_u64).sum()
}

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

#[tokio::test]
async fn the_host_ends_with_a_notice_a_last_word_and_a_true_account() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let mut unjoined = Client::connect(&host).await;
    ann.say("hello").await;
    ann.say("zorgblatt").await;
    ann.say("").await;
    ann.say("free coins").await;
    let ended = tokio::spawn(host.stop());
    let notice = ann.until_entry(|entry| entry["type"] == "notice").await;
    assert_eq!(notice["kind"], "custom");
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("restart"), &json!(true)));
    assert!(ann.is_closed().await);
    assert_eq!(unjoined.next_of("bye").await["code"], "restart");
    let account = ended.await.unwrap().unwrap();
    let stats = account.stats();
    assert!(account.balances());
    assert_eq!((stats.offered(), stats.refused(), stats.accepted()), (4, 1, 3));
    let text = account.to_string();
    assert!(text.contains("Normal 3 = 1 + 1 + 0 + 0 + 1"), "{text}");
    assert!(text.contains("refused with 1001: 1"), "{text}");
}

#[tokio::test]
async fn a_crowd_comes_in_and_talks() {
    let options = live::Options { crowd: 60, ..client::options() };
    let host = client::start(options);
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    ann.until_entry(|entry| {
        entry["type"] == "message" && entry["user"].as_str().is_some_and(|id| id.starts_with('c'))
    })
    .await;
    let account = host.stop().await.unwrap();
    assert!(account.balances());
}

#[tokio::test]
async fn every_answer_has_the_headers_and_a_strangers_page_gets_no_socket() {
    const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let host = host();
    let own = format!("{UPGRADE}Origin: http://{}\r\n", host.address());
    let strange = format!("{UPGRADE}Origin: http://evil.example\r\n");
    for (path, extra, status) in [
        ("/", "", "200 OK"),
        ("/app.js", "", "200 OK"),
        ("/style.css", "", "200 OK"),
        ("/nowhere", "", "404 Not Found"),
        ("/ws", "", "400 Bad Request"),
        ("/ws", own.as_str(), "101 Switching Protocols"),
        ("/ws", strange.as_str(), "403 Forbidden"),
    ] {
        let head = request(&host, path, extra).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{path}: {head}");
        for header in [
            "content-security-policy: default-src 'none'; ",
            "x-content-type-options: nosniff\r\n",
            "referrer-policy: no-referrer\r\n",
            "cross-origin-opener-policy: same-origin\r\n",
            "cache-control: no-cache\r\n",
        ] {
            assert!(head.contains(header), "{path} lacks {header}");
        }
    }
}
