//! Who somebody is, and what is wrong with what they say.

use std::time::Duration;

use live::AppKey;
use liveroom::Timestamp;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::support::{
    PATIENCE,
    sdk::{APP, Sdk, app, app_options, now, room_of_ann, sig, text, texts, words},
    start,
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn each_signature_that_does_not_hold_has_its_own_code() {
    let host = start(app_options());
    let mut sdk = Sdk::connect(&host).await;
    let long_ago = Timestamp::from_secs(now().as_secs() - DAY.as_secs());
    let another_key: AppKey = format!("{APP}:another key").parse().unwrap();
    let another_app: AppKey = "1400000001:a key".parse().unwrap();
    for (name, sig, code) in [
        ("ann", app().sign("ann", long_ago, DAY / 2).unwrap(), 70_001),
        ("ann", String::new(), 70_003),
        ("ann", sig("ann").replace('e', "!"), 70_003),
        ("ann", "x".repeat(100_000), 70_003),
        ("", sig("ann"), 70_003),
        ("ann", another_key.sign("ann", now(), DAY).unwrap(), 70_009),
        ("ann", sig("bob"), 70_013),
        ("ann", another_app.sign("ann", now(), DAY).unwrap(), 70_014),
    ] {
        assert_eq!(sdk.log_in(name, &sig).await["ErrorCode"], code, "{name} {sig:.40}");
        assert_eq!(sdk.say("live", "am I in?", 1).await["ErrorCode"], 10_008);
    }
    let login = sdk.log_in("ann", &sig("ann")).await;
    assert_eq!(login["ErrorCode"], 0);
    assert!(login["A2Key"].as_str().unwrap().len() > 16 && login["TinyId"].is_string());
    assert_ne!(sdk.say("live", "am I in?", 1).await["ErrorCode"], 10_008);

    let mut stranger = Sdk::connect_as(&host, 1_400_000_002, 7).await;
    assert_eq!(stranger.log_in("ann", &sig("ann")).await["ErrorCode"], 60_006);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn once_a_signature_ends_nothing_is_done_by_it_until_another_is_shown() {
    let host = start(app_options());
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    let soon = app().sign("bob", now(), Duration::from_secs(3)).unwrap();
    let mut bob = Sdk::connect(&host).await;
    assert_eq!(bob.log_in("bob", &soon).await["ErrorCode"], 0);
    let mut reading = bob.join("mine").await;
    assert_eq!(bob.say("mine", "in time", 1).await["ErrorCode"], 0);
    let over = async {
        while bob.say("mine", "in time", 1).await["ErrorCode"] != 70_001 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, over).await.expect("it ends");
    let group = json!({ "GroupId": "mine" });
    let poll = json!({ "StartSeq": reading.start, "Key": reading.key });
    for (servcmd, body) in [
        ("group_open_http_svc.apply_join_group", &group),
        ("group_open_http_svc.quit_group", &group),
        ("group_open_http_svc.get_online_member_num", &group),
        ("group_open_long_polling_http_svc.get_msg", &poll),
        ("profile.portrait_get_all", &json!({})),
        ("profile.portrait_set", &json!({ "ProfileItem": [] })),
    ] {
        assert_eq!(bob.code(servcmd, body).await, 70_001, "{servcmd}");
    }
    assert_eq!(bob.code("heartbeat.alive", &json!({})).await, 0, "the connection stays");
    assert_eq!(bob.log_in("bob", &soon).await["ErrorCode"], 70_001);
    // With another they go on where they were.
    assert_eq!(bob.log_in("bob", &sig("bob")).await["ErrorCode"], 0);
    assert_eq!(bob.say("mine", "again", 2).await["ErrorCode"], 0);
    let came = bob.poll_until(&mut reading, |event| text(event) == Some("again")).await;
    assert_eq!(texts(&came), ["in time", "again"]);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_connection_is_whose_signature_it_showed_whatever_its_frames_say() {
    let host = start(app_options());
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    let mut reading = bob.join("mine").await;
    ann.join("mine").await;
    let mut body = words("mine", "it is I", 7);
    body["From_Account"] = json!("bob");
    let seq = ann
        .ask_with("group_open_http_svc.send_group_msg", &body, &json!({"identifier": "bob"}))
        .await;
    assert_eq!(ann.reply(seq).await["ErrorCode"], 0);
    let came = bob.poll_until(&mut reading, |event| text(event).is_some()).await;
    let said = came.iter().find(|event| text(event).is_some()).unwrap();
    assert_eq!((text(said), &said["From_Account"]), (Some("it is I"), &json!("ann")));

    // What is another's to read or to do is not given by asking for it.
    let seq = ann.begin_poll(&reading).await;
    assert_eq!(ann.reply(seq).await["ErrorCode"], 10_008);
    let dismiss = json!({ "GroupId": "mine" });
    assert_eq!(bob.code("group_open_http_svc.destroy_group", &dismiss).await, 10_007);
    let notify = json!({ "GroupId": "mine", "Content": "x" });
    let servcmd = "group_open_http_svc.send_group_system_notification";
    assert_eq!(ann.code(servcmd, &notify).await, 10_007);
    host.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_no_request_gets_a_code_and_changes_nothing() {
    let host = start(app_options());
    let mut sdk = Sdk::user(&host, "ann").await;
    sdk.make("mine").await;
    sdk.join("mine").await;
    let fault = |frame: &serde_json::Value| frame["head"]["servcmd"] == "";
    for (bytes, code) in [
        (b"{".to_vec(), 10_011),
        (vec![0xff; 9], 10_011),
        (b"{\"body\":{}}".to_vec(), 10_004),
        (b"{\"head\":{\"servcmd\":7,\"seq\":1}}".to_vec(), 10_004),
        (vec![b' '; (128 << 10) + 1], 10_004),
    ] {
        sdk.send_bytes(&bytes).await;
        assert_eq!(sdk.until(fault).await["ErrorCode"], code);
    }
    let send = "group_open_http_svc.send_group_msg";
    for (servcmd, body, code) in [
        ("no.such", json!({}), 10_003),
        ("nothing", json!({}), 10_003),
        ("openim.sendmsg", json!({}), 10_003),
        (send, json!(7), 10_004),
        (send, json!({ "GroupId": "mine" }), 10_004),
        (send, json!({ "GroupId": "mine", "Random": "x", "MsgBody": [] }), 10_004),
        (send, words("no-such", "x", 1), 10_010),
        (send, words("caf\u{e9}", "x", 1), 10_015),
        (send, words("mine", &"x".repeat(13_000), 1), 80_002),
    ] {
        assert_eq!(sdk.code(servcmd, &body).await, code, "{servcmd} {body:.60}");
    }
    assert_eq!(sdk.say("mine", "still here", 1).await["MsgSeq"], 2, "nothing else was said");

    sdk.send_bytes(&vec![b' '; 300 << 10]).await;
    assert!(sdk.is_closed().await, "a frame that is far too long is not even read");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_so_and_served_again_later() {
    let host = start(app_options());
    let mut sdk = Sdk::user(&host, "ann").await;
    // A machine that is slow takes some rounds until it is asked faster than is allowed.
    let mut refused = false;
    for _round in 0..100 {
        for _ in 0..400 {
            sdk.ask("heartbeat.alive", &json!({})).await;
        }
        let last = sdk.ask("heartbeat.alive", &json!({})).await;
        refused = sdk.reply(last).await["ErrorCode"] == 10_006;
        if refused {
            break;
        }
    }
    assert!(refused);
    while sdk.code("heartbeat.alive", &json!({})).await != 0 {}
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_client_is_told_its_profile_and_shown_by_it() {
    let (host, mut ann) = room_of_ann().await;
    let mut bob = Sdk::user(&host, "bob").await;
    let mut reading = bob.join("mine").await;
    let item = |tag, value: &str| json!({ "Tag": tag, "Value": value });
    let set = json!({ "ProfileItem": [item("Tag_Profile_IM_Nick", "Ann"), item("Tag_Profile_IM_Image", "http://a/")] });
    assert_eq!(ann.code("profile.portrait_set", &set).await, 0);
    let get = json!({ "To_Account": ["ann"] });
    let got = ann.call("profile.portrait_get_all", &get).await;
    let items = &got["UserProfileItem"][0]["ProfileItem"];
    assert!(items.as_array().unwrap().contains(&item("Tag_Profile_IM_Nick", "Ann")), "{got}");
    ann.say("mine", "hello", 1).await;
    let came = bob.poll_until(&mut reading, |event| text(event).is_some()).await;
    let said = came.iter().find(|event| text(event).is_some()).unwrap();
    assert_eq!(said["GroupInfo"]["From_AccountNick"], "Ann");
    let long = json!({ "ProfileItem": [item("Tag_Profile_IM_Nick", &"x".repeat(501))] });
    assert_eq!(ann.code("profile.portrait_set", &long).await, 10_004);
    host.stop().await.unwrap();
}
