//! What is served to those who keep the host running, and what is written down.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::support::{Client, get, host, request};

#[tokio::test]
async fn a_host_that_lives_says_so() {
    let host = host();
    let answer = get(&host, "/healthz").await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"),
        "{answer}"
    );
}

/// Every figure of a text in the exposition format, by its name with its labels.
fn parse(text: &str) -> BTreeMap<&str, u64> {
    let mut types = BTreeMap::new();
    let mut figures = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (word, name) = (words.next().unwrap(), words.next().unwrap());
            assert!(word == "HELP" || word == "TYPE", "{line}");
            if word == "TYPE" {
                let kind = words.next().unwrap();
                assert!(kind == "counter" || kind == "gauge", "{line}");
                assert_eq!(types.insert(name, kind), None, "{name} has one type");
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let bare = name.split('{').next().unwrap();
        assert!(types.contains_key(bare), "{line} has no type");
        assert!(bare.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
        assert_eq!(types[bare] == "counter", bare.ends_with("_total"), "{line}");
        if let Some(labels) = name.strip_prefix(bare).filter(|labels| !labels.is_empty()) {
            let labels = labels.strip_prefix('{').unwrap().strip_suffix("\"}").unwrap();
            for label in labels.split("\",") {
                let (label, value) = label.split_once("=\"").unwrap();
                assert!(label.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
                assert!(!value.contains(['"', '\\', '\n']), "{line}");
            }
        }
        assert_eq!(figures.insert(name, value.parse().unwrap()), None, "{name} comes once");
    }
    figures
}

#[tokio::test]
async fn the_figures_are_prometheus_text_and_agree_with_the_account() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined_in(&host, "seminar", "Bo").await;
    ann.say("hello").await;
    ann.say("zorgblatt").await;
    ann.say("free coins").await;
    ann.say("").await;
    ann.give(r#"{"gift":"yacht","n":1}"#).await;
    bo.say("hello").await;
    let answer = get(&host, "/metrics").await;
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    // What comes by way of a proxy is from anywhere.
    for header in ["Forwarded: for=192.0.2.1\r\n", "X-Forwarded-For: 192.0.2.1\r\n"] {
        let answer = request(&host, "/metrics", header).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    }
    let figures = parse(text);
    let sum = |name: &str| {
        let of = |key: &&str| key.split('{').next() == Some(name);
        figures.iter().filter(|(key, _)| of(key)).map(|(_, value)| value).sum::<u64>()
    };
    let account = host.account();
    let stats = account.stats();
    assert_eq!(sum("liveroom_messages_accepted_total"), stats.accepted());
    assert_eq!(sum("liveroom_messages_refused_total"), stats.refused());
    assert_eq!(
        sum("liveroom_messages_accepted_total"),
        sum("liveroom_messages_ended_total")
            + sum("liveroom_messages_waiting")
            + sum("liveroom_messages_held")
    );
    assert_eq!(figures[r#"liveroom_messages_refused_total{group="live",code="1001"}"#], 1);
    assert_eq!(figures[r#"live_turned_away_total{group="live"}"#], 1);
    assert_eq!(figures[r#"liveroom_online{group="seminar"}"#], 1);
    assert_eq!(figures["live_connections"], 2);
    let waits = r#"liveroom_messages_held{group="live",priority="normal"}"#;
    assert_eq!(figures[waits], 1);
}

#[tokio::test]
async fn neither_keys_nor_tokens_nor_words_are_written_down() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_live"))
        .args(["--listen", "127.0.0.1:0", "--log", "json", "--log-level", "trace"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let viewers = lines.next().unwrap();
    let address = viewers.strip_prefix("viewers  http://").unwrap().trim_end_matches('/');
    let owner = lines.next().unwrap();
    let (_, key) = owner.split_once("/panel#key=").unwrap();
    assert_eq!(key.len(), 32);

    let connect = async || Client::at(address.parse().unwrap(), TcpSocket::new_v4().unwrap()).await;
    let mut mia = connect().await;
    let wrong = "0123456789abcdef0123456789abcdef";
    mia.send(&json!({"v": 1, "t": "join", "key": wrong})).await;
    mia.next_of("refused").await;
    let welcome =
        mia.join(&json!({"v": 1, "t": "join", "key": key, "nick": "Mia-of-the-nick"})).await;
    mia.say("words that are nobody else's").await;
    mia.act(json!({"do": "notice", "text": "a notice to all"})).await;
    mia.act(json!({"do": "words", "text": "[abuse]\nlistedword"})).await;
    let mut broken = connect().await;
    broken.send_text(r#"{"v":1,"t":"join","guest":"a secret in a wrong place"}"#).await;
    broken.next_of("error").await;
    // Answered after it was written down.
    mia.act(json!({"do": "mute_all", "on": true})).await;
    process.kill().unwrap();
    let mut log = String::new();
    process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    process.wait().unwrap();

    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |message: &str| events.iter().any(|event| event["fields"]["message"] == message);
    assert!(said("the host begins") && said("the owner acts") && said("a wrong key"), "{log}");
    let deeds = events.iter().filter(|event| event["fields"]["message"] == "the owner acts");
    assert_eq!(deeds.count(), 3);
    for secret in [
        key,
        wrong,
        welcome["token"].as_str().unwrap(),
        "words that are",
        "a notice to all",
        "listedword",
        "a secret in",
        "Mia-of-the-nick",
    ] {
        assert!(!log.contains(secret), "{secret:?} was written down: {log}");
    }
}
