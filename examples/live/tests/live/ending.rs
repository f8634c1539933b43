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
