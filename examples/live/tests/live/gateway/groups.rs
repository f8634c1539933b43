//! Groups: their attributes and members, and how they and memberships end.

use serde_json::{Value, json};

use tokio::net::TcpStream;
use tokio_tungstenite::{client_async, tungstenite::Error};

use crate::support::{
    sdk::{Sdk, app_options, room_of_ann, text, texts},
    start,
};

fn servcmd(command: &str) -> String {
    format!("group_open_http_svc.{command}")
}

#[tokio::test]
async fn who_writes_attributes_second_is_told_of_the_conflict() {
    let (host, mut ann) = room_of_ann().await;
    let write = |value: &str, seen: u64| {
        json!({
            "GroupId": "mine", "GroupAttr": [{ "key": "a", "value": value, "seq": seen }],
            "AttrMainSeq": seen, "AttrControl": ["RaceConflict"],
        })
    };
    let first = ann.call(&servcmd("modify_group_attr"), &write("1", 0)).await;
    assert_eq!(first["ErrorCode"], 0, "{first}");
    assert_eq!(ann.code(&servcmd("modify_group_attr"), &write("2", 0)).await, 10_056);
    let seen = first["AttrMainSeq"].as_u64().unwrap();
    assert_eq!(ann.code(&servcmd("modify_group_attr"), &write("3", seen)).await, 0);
    let read = json!({ "GroupId": "mine" });
    let all = ann.call("group_open_attr_http_svc.get_group_attr", &read).await;
    assert_eq!(all["GroupAttrAry"][0]["value"], "3");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn members_counters_and_those_online_can_be_asked_for() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    bob.join("mine").await;
    let group = json!({ "GroupId": "mine" });
    let members = ann.call("group_open_avchatroom_http_svc.get_members", &group).await;
    let names: Vec<_> = members["MemberList"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2, "{members}");
    let online = bob.call(&servcmd("get_online_member_num"), &group).await;
    assert_eq!(online["OnlineMemberNum"], 2);
    let count = json!({ "GroupId": "mine", "GroupCounter": [{ "Key": "c", "Value": 5 }], "Mode": "Increase" });
    let counted = ann.call(&servcmd("update_group_counter"), &count).await;
    assert_eq!(counted["GroupCounter"][0]["Value"], 5, "{counted}");
    let own =
        bob.call(&servcmd("get_group_self_member_info"), &json!({ "GroupIdList": ["mine"] })).await;
    assert_eq!(own["GroupInfo"][0]["Type"], "AVChatRoom", "{own}");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn who_is_banned_hears_it_and_reads_no_more() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let reading = bob.join("mine").await;
    let ban = json!({ "GroupId": "mine", "Members_Account": ["bob"], "Duration": 60 });
    assert_eq!(bob.code(&servcmd("ban_group_member"), &ban).await, 10_007);
    assert_eq!(ann.code(&servcmd("ban_group_member"), &ban).await, 0);
    let told = bob.pushed().await;
    let tip = &told["EventArray"][0]["GroupTips"][0];
    assert_eq!((&tip["Event"], &tip["MsgBody"]["ReportType"]), (&json!(5), &json!(21)), "{told}");
    let seq = bob.begin_poll(&reading).await;
    assert_eq!(bob.reply(seq).await["ErrorCode"], 10_007);
    let join = json!({ "GroupId": "mine" });
    assert_eq!(bob.code(&servcmd("apply_join_group"), &join).await, 10_007);
    assert_eq!(bob.say("mine", "x", 1).await["ErrorCode"], 10_007);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn who_is_banned_while_a_poll_is_held_is_given_nothing_more_by_it() {
    let host = start(app_options());
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    let mut of_ann = ann.join("mine").await;
    let mut of_bob = bob.join("mine").await;
    ann.poll(&mut of_ann).await;
    bob.poll(&mut of_bob).await;
    let (held, others) = (bob.begin_poll(&of_bob).await, ann.begin_poll(&of_ann).await);
    assert!(bob.is_unanswered(held).await);
    let ban = json!({ "GroupId": "mine", "Members_Account": ["bob"], "Duration": 60 });
    assert_eq!(ann.code(&servcmd("ban_group_member"), &ban).await, 0);
    ann.say("mine", "without bob", 1).await;
    let answer = bob.reply(held).await;
    assert_eq!(answer["ErrorCode"], 10_007, "{answer}");
    assert!(answer.get("RspMsgList").is_none(), "{answer}");
    // The ban and the message may come in one answer, or in two.
    let mut came = ann.end_poll(&mut of_ann, others).await;
    if texts(&came).is_empty() {
        came.extend(ann.poll_until(&mut of_ann, |event| text(event).is_some()).await);
    }
    assert_eq!(texts(&came), ["without bob"], "others read on");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_dismissed_says_so_and_is_gone() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    let group = json!({ "GroupId": "mine" });
    assert_eq!(ann.code(&servcmd("quit_group"), &group).await, 10_009, "owners disband");
    assert_eq!(ann.code(&servcmd("destroy_group"), &group).await, 0);
    let came = bob.poll_until(&mut reading, |event| event["Event"] == 5).await;
    let notice = came.last().unwrap();
    assert_eq!(notice["MsgBody"]["ReportType"], 5);
    for (command, body) in [
        ("apply_join_group", group.clone()),
        ("destroy_group", group.clone()),
        ("send_group_msg", crate::support::sdk::words("mine", "x", 1)),
    ] {
        assert_eq!(bob.code(&servcmd(command), &body).await, 10_010, "{command}");
    }
    // The id is free again, for a room that knows nothing of the former one.
    bob.make("mine").await;
    let mut reading = bob.join("mine").await;
    bob.say("mine", "anew", 9).await;
    let came = bob.poll_until(&mut reading, |event| text(event).is_some()).await;
    assert!(came.iter().all(|event| event["Event"] != 5), "{came:?}");
    host.stop().await.unwrap();
}

/// FAQ 4: a quit on a phone leaves the browser where it is, and one in the browser is a quit everywhere.
#[tokio::test]
async fn a_quit_in_the_browser_ends_what_a_quit_on_the_phone_does_not() {
    const ANDROID: u32 = 2;
    let (host, _ann) = room_of_ann().await;
    let mut web = Sdk::user(&host, "bob").await;
    let mut phone = Sdk::user_on(&host, "bob", ANDROID).await;
    let (mut on_web, on_phone) = (web.join("mine").await, phone.join("mine").await);
    let group = json!({ "GroupId": "mine" });
    assert_eq!(phone.code(&servcmd("quit_group"), &group).await, 0);
    assert_eq!(web.say("mine", "still here", 1).await["ErrorCode"], 0);
    web.poll_until(&mut on_web, |event| text(event) == Some("still here")).await;
    let seq = phone.begin_poll(&on_phone).await;
    assert_eq!(phone.reply(seq).await["ErrorCode"], 10_007);

    phone.join("mine").await;
    let mut on_phone = phone.join("mine").await;
    phone.poll(&mut on_phone).await;
    assert_eq!(web.code(&servcmd("quit_group"), &group).await, 0);
    // The drain that tells it may come a little later.
    let code = |reply: &Value| reply["ErrorCode"].as_u64();
    let mut last = None;
    while last != Some(10_007) {
        let seq = phone.begin_poll(&on_phone).await;
        let reply = phone.reply(seq).await;
        last = code(&reply);
        on_phone.start = reply["NextSeq"].as_u64().unwrap_or(on_phone.start);
    }
    assert_eq!(phone.say("mine", "x", 2).await["ErrorCode"], 10_007);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn an_address_without_an_app_opens_nothing() {
    let host = start(app_options());
    for (query, status) in
        [("platform=7", Some(400)), ("sdkappid=x", Some(400)), ("sdkappid=7", None)]
    {
        let stream = TcpStream::connect(host.address()).await.unwrap();
        let url = format!("ws://{}/binfo?{query}", host.address());
        let refused = match client_async(url, stream).await {
            Ok(_) => None,
            Err(Error::Http(answer)) => Some(answer.status().as_u16()),
            Err(other) => panic!("{query}: {other}"),
        };
        assert_eq!(refused, status, "{query}");
    }
    host.stop().await.unwrap();
}
