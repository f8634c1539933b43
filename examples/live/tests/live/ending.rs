//! The end of the host.

use serde_json::json;

use crate::support::{Client, host};

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
    let told = ann.until(|frame| frame["t"] == "ended" && frame["reason"] == "decision").await;
    assert_eq!((&told["state"], &told["why"]), (&json!("rejected"), &json!("the host restarts")));
    let bye = ann.next_of("bye").await;
    assert_eq!((&bye["code"], &bye["may_reconnect"]), (&json!("restart"), &json!(true)));
    assert!(ann.is_closed().await);
    assert_eq!(unjoined.next_of("bye").await["code"], "restart");
    let account = ended.await.unwrap().unwrap();
    let stats = account.stats();
    assert!(account.balances());
    assert_eq!((stats.offered(), stats.refused(), stats.accepted()), (4, 1, 3));
    // The one that was held is turned away: nothing is left without an end.
    let text = account.to_string();
    assert!(text.contains("Normal 3 = 1 + 2 + 0 + 0 + 0"), "{text}");
    assert!(text.contains("refused with 1001: 1"), "{text}");
}

#[tokio::test]
async fn what_waits_in_the_lanes_when_the_host_ends_comes_to_its_end() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let mut waits = 0;
    for number in 0..12 {
        waits += usize::from(ann.say(&number.to_string()).await["state"] == "waiting");
    }
    assert!(waits > 0, "the rate takes 40 a second");
    let ended = tokio::spawn(host.stop());
    for _ in 0..waits {
        ann.next_of("ended").await;
    }
    let account = ended.await.unwrap().unwrap();
    let open = account.stats().flow.0.iter().map(|flow| flow.waiting + flow.held).sum::<u64>();
    assert_eq!((account.balances(), open), (true, 0), "{account}");
}
