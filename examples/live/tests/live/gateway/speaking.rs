//! What is sent, and what becomes of it.

use serde_json::json;

use crate::support::{
    sdk::{Sdk, app_options, room_of_ann, text, texts, words},
    start,
};

const SEND: &str = "group_open_http_svc.send_group_msg";

#[tokio::test]
async fn a_message_sent_twice_is_delivered_once_and_answered_alike() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let mut reading = ann.join("mine").await;
    let first = ann.say("mine", "once", 77).await;
    let again = ann.say("mine", "once", 77).await;
    assert_eq!(first, again);
    ann.say("mine", "end", 78).await;
    let came = ann.poll_until(&mut reading, |event| text(event) == Some("end")).await;
    assert_eq!(texts(&came), ["once", "end"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn priority_data_and_elements_come_as_they_were_sent() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let mut reading = ann.join("mine").await;
    let custom = json!({ "Data": "rose", "Desc": "a rose", "Ext": "red", "Sound": "" });
    let body = json!({
        "GroupId": "mine", "Random": 5, "MsgPriority": "High", "CloudCustomData": "beside",
        "MsgBody": [{ "MsgType": "TIMCustomElem", "MsgContent": custom }],
    });
    assert_eq!(ann.code(SEND, &body).await, 0);
    let came = ann.poll_until(&mut reading, |event| event["Event"] == 3).await;
    let event = came.iter().find(|event| event["Event"] == 3).unwrap();
    let content = &event["MsgBody"][0]["MsgContent"];
    assert_eq!((&content["Data"], &content["Desc"]), (&json!("rose"), &json!("a rose")));
    assert_eq!((&event["MsgPriority"], &event["MsgRandom"]), (&json!(1), &json!(5)));
    assert_eq!(event["CloudCustomData"], "beside");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn the_muted_and_the_sensitive_have_their_codes() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    bob.join("mine").await;
    let mute =
        |seconds: u32| json!({ "GroupId": "mine", "Member_Account": "bob", "ShutUpTime": seconds });
    let servcmd = "group_open_http_svc.modify_group_member_info";
    assert_eq!(bob.code(servcmd, &mute(60)).await, 10_007, "members mute nobody");
    assert_eq!(ann.code(servcmd, &mute(60)).await, 0);
    assert_eq!(bob.say("mine", "x", 1).await["ErrorCode"], 10_017);
    assert_eq!(ann.code(servcmd, &mute(0)).await, 0);
    assert_eq!(bob.say("mine", "x", 2).await["ErrorCode"], 0);
    // The first room of the page has a word list.
    bob.join("live").await;
    assert_eq!(bob.say("live", "a zorgblatt", 3).await["ErrorCode"], 80_001);
    assert_eq!(bob.say("live", "fine", 4).await["ErrorCode"], 0);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_message_that_waits_for_its_end_holds_up_no_heartbeat() {
    let host = start(app_options());
    let mut bob = Sdk::user(&host, "bob").await;
    bob.join("live").await;
    // Held for the owner to decide, who does not.
    let held = bob.ask(SEND, &words("live", "free coins", 1)).await;
    assert!(bob.is_unanswered(held).await);
    assert_eq!(bob.say("live", "meanwhile", 2).await["ErrorCode"], 0);
    // The service's own servers do not wait for longer than 5 s either.
    assert_eq!(bob.reply(held).await["ErrorCode"], 60_008);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn whoever_waits_is_answered_when_the_host_ends() {
    let host = start(app_options());
    let mut waiting = Vec::new();
    for n in 0..8 {
        let mut sdk = Sdk::user(&host, &format!("u{n}")).await;
        sdk.join("live").await;
        let held = sdk.ask(SEND, &words("live", "free coins", 1)).await;
        assert!(sdk.is_unanswered(held).await);
        waiting.push((sdk, held));
    }
    let answered = async {
        for (sdk, held) in &mut waiting {
            assert_eq!(sdk.reply(*held).await["ErrorCode"], 10_100);
        }
    };
    let (stopped, ()) = tokio::join!(host.stop(), answered);
    stopped.unwrap();
}

#[tokio::test]
async fn no_kind_of_event_spoils_the_list_that_it_comes_in() {
    let host = start(app_options());
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    let mut reading = bob.join("mine").await;
    ann.join("mine").await;
    let servcmd = |command: &str| format!("group_open_http_svc.{command}");
    let attributes = json!({ "GroupId": "mine", "GroupAttr": [{ "key": "a", "value": "1" }] });
    let counter = json!({ "GroupId": "mine", "GroupCounter": [{ "Key": "c", "Value": 5 }], "Mode": "Increase" });
    let profile = json!({ "GroupId": "mine", "Name": "Another", "Notification": "n" });
    for (command, body) in [
        ("modify_group_attr", attributes),
        ("update_group_counter", counter),
        ("modify_group_base_info", profile),
        ("send_group_msg", words("mine", "after all of it", 1)),
    ] {
        assert_eq!(ann.code(&servcmd(command), &body).await, 0, "{command}");
    }
    // All that came in one list.
    let came = bob.poll(&mut reading).await;
    assert_eq!(texts(&came), ["after all of it"]);
    let kinds: Vec<_> = came.iter().filter_map(|event| event["Event"].as_u64()).collect();
    assert!(kinds.contains(&4) && kinds.contains(&6) && kinds.contains(&3), "{kinds:?}");
    for event in &came {
        assert_eq!(event["ToGroupId"], "mine", "{event}");
        assert_eq!(event["GroupInfo"]["GroupId"], "mine", "{event}");
        assert!(event["MsgSeq"].is_u64() && !event["MsgBody"].is_null(), "{event}");
    }
    assert_eq!(came.last().unwrap()["GroupInfo"]["GroupName"], "Another");
    host.stop().await.unwrap();
}
