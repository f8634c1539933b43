//! What the owner's panel is fed.

use std::time::Duration;

use live::Limits;
use serde_json::{Value, json};

use crate::support::{Client, host, host_with};

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn sum(reasons: &Value) -> u64 {
    reasons.as_object().into_iter().flatten().map(|(_, n)| count(n)).sum()
}

/// Accepted messages of all priorities, after the equation of each was checked.
fn accepted(panel: &Value) -> u64 {
    let flows = panel["flow"].as_object().unwrap();
    assert_eq!(flows.len(), 4);
    let balanced = flows.values().map(|flow| {
        let ended = count(&flow["delivered"]) + sum(&flow["rejected"]) + sum(&flow["discarded"]);
        assert_eq!(
            count(&flow["accepted"]),
            ended + count(&flow["waiting"]) + count(&flow["held"]),
            "{panel}"
        );
        count(&flow["accepted"])
    });
    balanced.sum()
}

#[tokio::test]
async fn the_figures_balance_and_name_who_and_why() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let user = welcome["me"]["user"].clone();
    assert_eq!(ann.act(json!({"do": "watch", "on": true})).await["code"], "key");
    assert_eq!(mia.act(json!({"do": "watch", "on": true})).await["state"], "done");
    let first = mia.next_of("panel").await;
    assert_eq!((count(&first["online"]), accepted(&first)), (2, 0));
    assert_eq!(first["traffic"], json!({"rate": 40, "burst": 4, "reserve": 1}));
    assert!(count(&first["words"]["terms"]) > 5);
    ann.say("hello").await;
    ann.say("zorgblatt").await;
    ann.say("free coins").await;
    ann.say("").await;
    ann.give(r#"{"gift":"yacht","n":1}"#).await;
    mia.act(json!({"do": "mute", "user": user, "seconds": 600})).await;
    let panel = mia
        .until(|frame| frame["t"] == "panel" && frame["muted_count"] == 1 && accepted(frame) == 3)
        .await;
    let normal = &panel["flow"]["normal"];
    assert_eq!(
        (&normal["rejected"], &normal["discarded"]),
        (&json!({"filter": 1}), &json!({"muted": 1}))
    );
    assert_eq!((&panel["refused"], &panel["turned_away"]), (&json!({"1001": 1}), &json!(1)));
    assert_eq!(panel["muted"][0]["user"], user);
    assert!(panel["muted"][0]["until"].is_u64());
    let author = &panel["authors"][0];
    assert_eq!((&author["user"], &author["nick"]), (&user, &json!("Ann")));
    assert_eq!((&author["accepted"], &author["delivered"]), (&json!(3), &json!(1)));
    assert!(count(&panel["handed"]["batches"]) > 0);
    mia.act(json!({"do": "unmute", "user": user})).await;
    mia.until(|frame| frame["t"] == "panel" && frame["muted_count"] == 0).await;
}

#[tokio::test]
async fn the_figures_balance_while_a_crowd_writes() {
    let options = live::Options { crowd: 500, ..crate::support::options() };
    let host = crate::support::start(options);
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(json!({"do": "watch", "on": true})).await;
    let mut last = 0;
    for _ in 0..6 {
        let panel = mia.next_of("panel").await;
        let now = accepted(&panel);
        assert!(now >= last, "counters are totals");
        last = now;
        let other = count(&panel["authors_other"]["accepted"]);
        let named = panel["authors"].as_array().unwrap();
        assert!(named.len() <= 10 && (other == 0 || named.len() == 10));
    }
    let lives = mia.next_of("lives").await;
    assert!(lives["lives"].as_array().unwrap().len() <= 60);
    assert!(host.stop().await.unwrap().balances());
}

#[tokio::test]
async fn what_ended_is_told_one_by_one() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(json!({"do": "watch", "on": true})).await;
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let sent = ann.say(&format!("zorgblatt {}", "x".repeat(400))).await;
    let lives = mia.next_of("lives").await;
    let life = &lives["lives"][0];
    assert_eq!((&life["message"], &life["nick"]), (&sent["message"], &json!("Ann")));
    assert_eq!((&life["state"], &life["reason"]), (&json!("rejected"), &json!("filter")));
    assert_eq!(life["text"].as_str().unwrap().len(), 120);
    assert_eq!((&life["priority"], &lives["more"]), (&json!("normal"), &json!(0)));
    mia.act(json!({"do": "watch", "on": false})).await;
    ann.say("nobody watches").await;
    mia.say("nobody at all").await;
    mia.send(&json!({"v": 1, "t": "ping"})).await;
    let frame = mia.until(|frame| frame["t"] == "pong" || frame["t"] == "panel").await;
    assert_eq!(frame["t"], "pong");
}

#[tokio::test]
async fn a_held_message_is_asked_about_until_it_is_decided() {
    let host = host_with(Limits { hold: Duration::from_secs(3), ..Limits::default() });
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    // Held before anybody watched.
    let first = ann.say("free coins, one").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(json!({"do": "watch", "on": true})).await;
    let ask = mia.next_of("ask").await;
    assert_eq!(
        (&ask["message"]["message"], &ask["message"]["nick"]),
        (&first["message"], &json!("Ann"))
    );
    assert_eq!((&ask["cause"], &ask["word"]), (&json!("filter"), &json!("free coins")));
    let answer = json!({"do": "answer", "ticket": ask["ticket"], "decision": "allow"});
    assert_eq!(mia.act(answer.clone()).await["state"], "done");
    assert_eq!(mia.next_of("asked").await["ticket"], ask["ticket"]);
    assert_eq!(mia.act(answer).await["code"], 4004);
    assert_eq!(ann.next_of("ended").await["state"], "delivered");
    ann.say("free coins, two").await;
    let ask = mia.next_of("ask").await;
    let reject = json!({"do": "answer", "ticket": ask["ticket"], "decision": "reject", "why": "No adverts."});
    mia.act(reject).await;
    assert_eq!(ann.next_of("ended").await["why"], "No adverts.");
    assert_eq!(mia.next_of("asked").await["ticket"], ask["ticket"]);
    // Nobody decides in time.
    ann.say("free coins, three").await;
    let ask = mia.next_of("ask").await;
    assert_eq!(mia.next_of("asked").await["ticket"], ask["ticket"]);
    assert_eq!(ann.next_of("ended").await["reason"], "silence");
}
