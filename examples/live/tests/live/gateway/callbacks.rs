//! What the app's own server is asked and told of those who come with the SDK.

use std::time::Duration;

use live::{Host, Limits, Options};
use serde_json::{Value, json};

use crate::support::{
    rest::{Called, Reaction, Receiver, allow, refuse},
    sdk::{Sdk, app_options, sig, text, texts, words},
    start,
};

const JOIN: &str = "Group.CallbackBeforeApplyJoinGroup";
const STATE: &str = "State.StateChange";

async fn watched(limits: Limits) -> (Host, Receiver) {
    let receiver = Receiver::new().await;
    let callbacks = Some(receiver.options());
    (start(Options { callbacks, limits, ..app_options() }), receiver)
}

fn servcmd(command: &str) -> String {
    format!("group_open_http_svc.{command}")
}

/// A server that does this before joins, and allows the rest.
fn before_joins(receiver: &Receiver, react: impl Fn(&Called) -> Reaction + Send + 'static) {
    receiver.react(move |called| if called.command() == JOIN { react(called) } else { allow() });
}

async fn next_state(receiver: &mut Receiver) -> Called {
    let called = receiver.next_of(STATE).await;
    assert_eq!(called.query["OptPlatform"], "Web");
    assert_eq!(called.query["ClientIP"], "127.0.0.1");
    called
}

fn info(action: &str, user: &str, reason: &str) -> Value {
    json!({ "Action": action, "To_Account": user, "Reason": reason })
}

#[tokio::test]
async fn each_login_and_how_it_ended_is_told_once_and_in_order() {
    let (host, mut receiver) = watched(Limits::default()).await;
    let mut ann = Sdk::user(&host, "ann").await;
    assert_eq!(next_state(&mut receiver).await.body["Info"], info("Login", "ann", "Register"));
    // Neither to log in again, nor a signature that does not hold, changes who is there.
    assert_eq!(ann.log_in("ann", &sig("ann")).await["ErrorCode"], 0);
    assert_eq!(ann.log_in("bob", &sig("ann")).await["ErrorCode"], 70_013);
    assert_eq!(ann.code("im_open_status.wslogout", &json!({})).await, 0);
    assert_eq!(next_state(&mut receiver).await.body["Info"], info("Logout", "ann", "Unregister"));
    assert_eq!(ann.log_in("ann", &sig("ann")).await["ErrorCode"], 0);
    assert_eq!(next_state(&mut receiver).await.body["Info"], info("Login", "ann", "Register"));
    // Whoever logs in at another's connection takes their place.
    assert_eq!(ann.log_in("bob", &sig("bob")).await["ErrorCode"], 0);
    let both = [next_state(&mut receiver).await, next_state(&mut receiver).await];
    let both = both.map(|called| called.body["Info"].clone());
    assert!(both.contains(&info("Logout", "ann", "Unregister")), "{both:?}");
    assert!(both.contains(&info("Login", "bob", "Register")), "{both:?}");
    drop(ann);
    let closed = next_state(&mut receiver).await;
    assert_eq!(closed.body["Info"], info("Disconnect", "bob", "LinkClose"));
    assert_eq!(closed.body.get("KickedDevice"), None);
    host.stop().await.unwrap();
    let more = receiver.rest().into_iter().filter(|called| called.command() == STATE).count();
    assert_eq!(more, 0);
}

#[tokio::test]
async fn a_client_that_falls_silent_is_told_as_timed_out() {
    let limits = Limits { idle: Duration::from_millis(400), ..Limits::default() };
    let (host, mut receiver) = watched(limits).await;
    // It reads nothing, and so answers no ping.
    let _silent = Sdk::user(&host, "ann").await;
    assert_eq!(next_state(&mut receiver).await.body["Info"]["Action"], "Login");
    assert_eq!(next_state(&mut receiver).await.body["Info"], info("Disconnect", "ann", "TimeOut"));
    host.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_is_asked_who_may_come_in_and_what_it_refuses_is_refused() {
    let (host, mut receiver) = watched(Limits::default()).await;
    before_joins(&receiver, |called| match called.body["Requestor_Account"].as_str() {
        Some("eve") => refuse(1, ""),
        Some("cy") => refuse(10_150, "buy a ticket"),
        _ => allow(),
    });
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    ann.join("mine").await;
    let asked = receiver.next_of(JOIN).await;
    let expected = json!({
        "CallbackCommand": JOIN, "GroupId": "mine", "Type": "AVChatRoom",
        "Requestor_Account": "ann", "EventTime": asked.body["EventTime"],
    });
    assert_eq!(asked.body, expected);
    assert_eq!(asked.query["OptPlatform"], "Web");

    let join = json!({ "GroupId": "mine" });
    for (user, code, why) in [("eve", 10_016, None), ("cy", 10_150, Some("buy a ticket"))] {
        let mut refused = Sdk::user(&host, user).await;
        let answer = refused.call(&servcmd("apply_join_group"), &join).await;
        assert_eq!(answer["ErrorCode"], code, "{answer}");
        assert!(why.is_none_or(|why| answer["ErrorInfo"] == why), "{answer}");
        assert!(answer.get("LongPollingKey").is_none(), "{answer}");
        assert_eq!(refused.say("mine", "am I in?", 1).await["ErrorCode"], 10_007);
        assert_eq!(receiver.next_of(JOIN).await.body["Requestor_Account"], user);
    }
    let members = ann.call("group_open_avchatroom_http_svc.get_members", &join).await;
    assert_eq!(members["MemberList"].as_array().unwrap().len(), 1, "{members}");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn what_the_server_thinks_about_comes_to_its_end_with_the_host() {
    let (host, receiver) = watched(Limits::default()).await;
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    ann.join("mine").await;
    let before_messages = "Group.CallbackBeforeSendMsg";
    receiver.react(move |it| match it.command() == before_messages {
        true => Reaction::Never,
        false => allow(),
    });
    let held = ann.ask(&servcmd("send_group_msg"), &words("mine", "too late", 1)).await;
    assert!(ann.is_unanswered(held).await);
    let (stopped, answer) = tokio::join!(host.stop(), ann.reply(held));
    assert_eq!(answer["ErrorCode"], 10_100, "{answer}");
    assert!(stopped.unwrap().balances());
}

#[tokio::test]
async fn while_the_server_thinks_about_a_join_polls_and_heartbeats_go_on() {
    let (host, receiver) = watched(Limits::default()).await;
    let mut ann = Sdk::user(&host, "ann").await;
    for group in ["mine", "other"] {
        ann.make(group).await;
    }
    let mut reading = ann.join("mine").await;
    ann.poll(&mut reading).await;
    before_joins(&receiver, |_| Reaction::Never);
    let joining = ann.ask(&servcmd("apply_join_group"), &json!({ "GroupId": "other" })).await;
    assert!(ann.is_unanswered(joining).await);
    ann.say("mine", "meanwhile", 1).await;
    let came = ann.poll_until(&mut reading, |event| text(event).is_some()).await;
    assert_eq!(texts(&came), ["meanwhile"]);
    assert!(ann.is_unanswered(joining).await);
    assert_eq!(ann.reply(joining).await["ErrorCode"], 0, "silence allows");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn a_quit_does_not_overtake_the_join_before_it() {
    let (host, receiver) = watched(Limits::default()).await;
    let (mut ann, mut bob) = (Sdk::user(&host, "ann").await, Sdk::user(&host, "bob").await);
    ann.make("mine").await;
    let late = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" });
    before_joins(&receiver, move |_| Reaction::Late(Duration::from_millis(300), late.clone()));
    let group = json!({ "GroupId": "mine" });
    let join = bob.ask(&servcmd("apply_join_group"), &group).await;
    let quit = bob.ask(&servcmd("quit_group"), &group).await;
    let (join, quit) = (bob.reply(join).await, bob.reply(quit).await);
    assert_eq!((&join["ErrorCode"], &quit["ErrorCode"]), (&json!(0), &json!(0)));
    assert_eq!(bob.say("mine", "am I in?", 1).await["ErrorCode"], 10_007);
    host.stop().await.unwrap();
}

/// More than the 16 questions of one author that a group has open by default.
#[tokio::test]
async fn likes_that_come_in_a_row_are_all_counted_while_the_app_thinks_about_them() {
    const LIKES: u32 = 40;
    let (host, receiver) = watched(Limits::default()).await;
    let mut ann = Sdk::user(&host, "ann").await;
    ann.make("mine").await;
    ann.join("mine").await;
    receiver.react(|called| match called.command() {
        "Group.CallbackBeforeSendMsg" => {
            let answer = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" });
            Reaction::Late(Duration::from_secs(1), answer)
        }
        _ => allow(),
    });
    let like = json!([{ "MsgType": "TIMCustomElem", "MsgContent": { "Data": "like" } }]);
    let mut asked = Vec::new();
    for random in 1..=LIKES {
        let mut body = words("mine", "", random);
        (body["MsgBody"], body["MsgPriority"]) = (like.clone(), json!("Low"));
        asked.push(ann.ask(&servcmd("send_group_msg"), &body).await);
    }
    for seq in asked {
        // The rate takes most of them, which does not take them from the count.
        let code = ann.reply(seq).await["ErrorCode"].as_u64().unwrap();
        assert!(code == 0 || code == 10_023, "{code}");
    }
    let counter = ann.call(&servcmd("get_group_counter"), &json!({ "GroupId": "mine" })).await;
    assert_eq!(counter["GroupCounter"][0], json!({ "Key": "likes", "Value": LIKES }), "{counter}");
    host.stop().await.unwrap();
}
