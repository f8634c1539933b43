//! A host with a folder goes on where the one before it ended.

use std::path::Path;

use live::{CallbackOptions, DataOptions, Host, Options};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    Client,
    rest::{APP, Caller},
    sdk::Sdk,
    start,
};

/// A host that keeps everything there.
fn kept(dir: &Path) -> Host {
    let app = APP.parse().unwrap();
    start(Options {
        apps: vec![app],
        data: Some(DataOptions::at(dir)),
        ..crate::support::options()
    })
}

fn back(welcome: &Value, cursor: &Value) -> Value {
    let group = welcome["room"]["id"].clone();
    json!({"v": 1, "t": "join", "group": group, "token": welcome["token"], "cursor": cursor})
}

#[tokio::test]
async fn a_room_goes_on_with_its_people_its_rules_and_its_history() {
    let dir = tempfile::tempdir().unwrap();
    let host = kept(dir.path());
    let (key, console) = (host.key(), host.console());
    let (mut mia, _) = Client::owner(&host, "live").await;
    let (mut ann, ann_is) = Client::joined(&host, "Ann").await;
    let (mut bo, bo_is) = Client::joined(&host, "Bo").await;
    ann.say("one").await;
    ann.entries_until("one").await;
    assert_eq!(bo.give(r#"{"gift":"rose","n":3}"#).await["state"], "delivered");
    let name = json!({"do": "profile", "name": "Friday", "introduction": "x", "notification": "y"});
    for deed in [
        name,
        json!({"do": "mute", "user": bo_is["me"]["user"], "seconds": 600}),
        json!({"do": "words", "text": "[custom:1 block]\nbanana"}),
        json!({"do": "traffic", "rate": 33, "burst": 5, "reserve": 1}),
    ] {
        assert_eq!(mia.act(deed).await["state"], "done");
    }
    ann.say("two").await;
    ann.entries_until("two").await;
    let cursor = ann.cursor.clone();
    let account = host.stop().await.unwrap();

    let host = kept(dir.path());
    assert_eq!((host.key(), host.console()), (key, console));
    // What became of every message is known still.
    assert_eq!(host.account().stats().offered(), account.stats().offered());
    let mut ann = Client::connect(&host).await;
    let welcome = ann.join(&back(&ann_is, &cursor)).await;
    assert_eq!((&welcome["resumed"], &welcome["status"]), (&json!(true), &json!("already")));
    assert_eq!(welcome["me"], ann_is["me"]);
    assert_eq!((&welcome["group"]["name"], &welcome["gifts"]), (&json!("Friday"), &json!(3)));
    // Of what came after she was last told something she missed nothing.
    ann.until_entry(|entry| entry["type"] == "notice").await;
    let mut bo = Client::connect(&host).await;
    let welcome = bo.join(&back(&bo_is, &Value::Null)).await;
    assert_ne!(welcome["me"]["muted"], Value::Null);
    // What was sent before is known by its mark.
    assert_eq!(ann.say("one").await["duplicate"], true);
    assert_eq!(say(&mut bo, 1, "may I?").await["code"], 2004);
    assert_eq!(say(&mut ann, 2, "a banana").await["state"], "rejected");
    assert_eq!(say(&mut ann, 3, "zorgblatt").await["state"], "delivered", "it is of no list now");
    let (mut mia, _) = Client::owner(&host, "live").await;
    let words = mia.act(json!({"do": "words"})).await;
    assert_eq!(words["text"], "[custom:1 block]\nbanana");
    assert_eq!(mia.act(json!({"do": "audit"})).await["state"], "done");
    // Nobody is given a name that somebody had.
    let (_, cy_is) = Client::joined(&host, "Cy").await;
    assert!([&ann_is, &bo_is].iter().all(|other| other["me"]["user"] != cy_is["me"]["user"]));
    host.stop().await.unwrap();
}

/// Says something by a mark of its own.
async fn say(client: &mut Client, random: u32, text: &str) -> Value {
    let frame =
        json!({"v": 1, "t": "send", "id": random, "kind": "text", "text": text, "random": random});
    client.send(&frame).await;
    client.next_of("receipt").await
}

#[tokio::test]
async fn groups_of_every_app_go_on_with_all_that_they_have() {
    let dir = tempfile::tempdir().unwrap();
    let host = kept(dir.path());
    let app = Caller::new(&host);
    app.create("shop").await;
    let mut ann = ann_of(&host, &app).await;
    ann.make("anns").await;
    let nick = json!({"ProfileItem": [{"Tag": "Tag_Profile_IM_Nick", "Value": "Ann A."}]});
    assert_eq!(ann.code("profile.portrait_set", &nick).await, 0);
    let attributes = json!({"GroupId": "shop", "GroupAttr": [{"key": "goal", "value": "7"}]});
    app.group("modify_group_attr", attributes).await;
    for _ in 0..50 {
        // They come faster than a group counts: some are gathered when the host ends.
        let counter = json!({"GroupId": "shop", "GroupCounter": [{"Key": "likes", "Value": 1}], "Mode": "Increase"});
        app.group("update_group_counter", counter).await;
    }
    let sent = app.send("shop", 7, "hello").await;
    host.stop().await.unwrap();

    let host = kept(dir.path());
    let app = Caller::new(&host);
    let read = app
        .group("get_group_counter", json!({"GroupId": "shop", "GroupCounterKeys": ["likes"]}))
        .await;
    assert_eq!(read["GroupCounter"], json!([{"Key": "likes", "Value": 50}]));
    let read = "group_open_attr_http_svc/get_group_attr";
    let read = app.call(read, json!({"GroupId": "shop"})).await;
    assert_eq!(read["GroupAttrAry"][0]["value"], "7");
    // Sent again, it is the same message: its mark is remembered.
    let again = app.send("shop", 7, "hello").await;
    assert_eq!((&again["ErrorCode"], &again["MsgSeq"]), (&json!(0), &sent["MsgSeq"]));
    let mut ann = ann_of(&host, &app).await;
    let me = ann.call("profile.portrait_get_all", &json!({})).await;
    assert_eq!(me["UserProfileItem"][0]["ProfileItem"][0]["Value"], "Ann A.", "{me}");
    assert_eq!(
        app.fails("create_group", json!({"Type": "AVChatRoom", "Name": "x", "GroupId": "anns"}))
            .await,
        10021
    );
    let told = app.group("get_group_info", json!({"GroupIdList": ["anns"]})).await;
    assert_eq!(told["GroupInfo"][0]["Owner_Account"], "ann");
    app.group("destroy_group", json!({"GroupId": "anns"})).await;
    host.stop().await.unwrap();

    let host = kept(dir.path());
    let app = Caller::new(&host);
    let told = app.group("get_group_info", json!({"GroupIdList": ["anns"]})).await;
    assert_eq!(told["GroupInfo"][0]["ErrorCode"], 10010, "what ended is gone");
    let counters = json!({"GroupId": "shop", "GroupCounterKeys": ["likes"]});
    let read = app.group("get_group_counter", counters).await;
    assert_eq!(read["GroupCounter"][0]["Value"], 50, "what was gathered is counted once");
    app.create("anns").await;
    host.stop().await.unwrap();
}

async fn ann_of(host: &Host, app: &Caller) -> Sdk {
    let mut ann = Sdk::connect(host).await;
    assert_eq!(ann.log_in("ann", &app.sign("ann")).await["ErrorCode"], 0);
    ann
}

#[tokio::test]
async fn what_was_drawn_is_on_the_board_still() {
    let dir = tempfile::tempdir().unwrap();
    let host = kept(dir.path());
    let (mut mia, _) = Client::owner(&host, "class").await;
    let stroke = |id: u32| format!(r#"{{"id":{id},"c":3,"w":12,"p":[100,100,140,160]}}"#);
    assert_eq!(mia.offer(1, "", &stroke(1)).await["state"], "delivered");
    assert_eq!(mia.offer(2, "", "{}").await["state"], "delivered");
    for id in 2..=4 {
        assert_eq!(mia.offer(1, "", &stroke(id)).await["state"], "delivered");
    }
    let drawn = async |host: &Host| {
        let mut ann = Client::connect(host).await;
        ann.send(&json!({"v": 1, "t": "join", "group": "class", "nick": "Ann"})).await;
        let board = ann.until(|frame| frame["t"] == "board" && frame["more"] == false).await;
        let pieces = board["pieces"].as_array().unwrap().iter();
        let read = |piece: &Value| {
            let data: Value = serde_json::from_str(piece["data"].as_str().unwrap()).unwrap();
            data["id"].as_u64().unwrap()
        };
        (pieces.map(read).collect::<Vec<_>>(), board["position"].as_u64())
    };
    let (before, position) = drawn(&host).await;
    assert_eq!(before, [2, 3, 4]);
    host.stop().await.unwrap();
    let host = kept(dir.path());
    let (after, further) = drawn(&host).await;
    assert_eq!(after, before);
    assert!(further >= position);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn rooms_of_another_app_are_others_and_a_disabled_app_does_not_stop_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let host = kept(dir.path());
    let (mut ann, ann_is) = Client::joined(&host, "Ann").await;
    assert_eq!(ann.give(r#"{"gift":"rose","n":3}"#).await["state"], "delivered");
    let token = host.console();
    let change = |enabled: bool| {
        let body = json!({"enabled": enabled}).to_string();
        let token = token.clone();
        async move |host: &Host| {
            let mut stream = TcpStream::connect(host.address()).await.unwrap();
            let request = format!(
                "POST /console/apps/1400000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    };
    change(false)(&host).await;
    host.stop().await.unwrap();

    // With callbacks from now on, every group is to be configured anew.
    let callbacks = CallbackOptions::to("http://127.0.0.1:9/".parse().unwrap());
    let data = Some(DataOptions::at(dir.path()));
    let apps = vec![APP.parse().unwrap()];
    let options = crate::support::options();
    let host = start(Options { apps, data, callbacks: Some(callbacks), ..options.clone() });
    let mut refused = Client::connect(&host).await;
    refused.send(&json!({"v": 1, "t": "join"})).await;
    assert_eq!(refused.next_of("refused").await["of"], "join");
    change(true)(&host).await;
    let mut back = Client::connect(&host).await;
    let welcome = back.join(&json!({"v": 1, "t": "join", "token": ann_is["token"]})).await;
    assert_eq!((&welcome["me"]["user"], &welcome["gifts"]), (&ann_is["me"]["user"], &json!(3)));
    host.stop().await.unwrap();

    let (apps, data) = (vec!["7:another".parse().unwrap()], Some(DataOptions::at(dir.path())));
    let host = start(Options { apps, data, ..options });
    let (_, welcome) = Client::joined(&host, "Bo").await;
    assert_eq!(welcome["gifts"], 0, "they were given in another room");
    host.stop().await.unwrap();
}
