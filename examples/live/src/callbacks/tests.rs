//! What groups tell becomes callbacks: here those that nobody outside can bring about, because livestreaming
//! groups as they are made here have no bound on members and take nothing back.

use liveroom::{
    Command, Creation, GroupConfig, GroupId, Profile, Seq, SessionId, Settings, Visitor,
    tim::rest::{self},
};
use serde_json::Value;

use super::*;
use crate::{desk::Asker, options::Options};

/// A house whose callbacks nobody sends.
fn house() -> Arc<House> {
    let to = "http://127.0.0.1:1/".parse().unwrap();
    let callbacks = Some(CallbackOptions::to(to));
    let options = Options { callbacks, ..Options::at(([127, 0, 0, 1], 0).into()) };
    House::open(&options).unwrap().0
}

fn group(house: &House, id: &str, settings: Settings) -> HubKey {
    let creation = Creation::named(id).id(GroupId::custom(id).unwrap());
    let creation = creation.config(settings.build().unwrap());
    house.hub.create(house.clock.now(), house.app, creation).unwrap()
}

/// Lets the house hear what its groups tell, as the fan-out thread does.
fn hear(house: &House) {
    let mut outputs = Vec::new();
    house.hub.drainer(0).unwrap().drain(house.clock.now(), 1_000, &mut outputs);
    outputs.iter().for_each(|(key, output)| house.heard(*key, output));
}

/// The command and body of the next that waits to be told of a group.
async fn next(house: &House, group: &str) -> (&'static str, Value) {
    let callbacks = house.desk.callbacks.as_ref().unwrap();
    loop {
        let turn = callbacks.told.take().await;
        let callback = match &turn.what.what {
            What::Ready(callback) => callback.clone(),
            What::Output(id, output) => Callback::of(&callbacks.room(id, ""), output).unwrap(),
        };
        let body: Value = serde_json::from_slice(&callback.body(turn.what.from.at)).unwrap();
        // The rooms of the page were furnished.
        if body["GroupId"] == group {
            return (callback.command(), body);
        }
    }
}

#[tokio::test]
async fn the_last_place_that_is_taken_is_told() {
    let house = house();
    let mut settings = GroupConfig::vendor().settings().clone();
    settings.limits.members = Some(1);
    let key = group(&house, "small", settings);
    let (user, session): (UserId, _) = ("ann".parse().unwrap(), SessionId(7));
    house
        .hub
        .open(house.app, session, Visitor::user(user.clone(), liveroom::Platform::Ios))
        .unwrap();
    house.desk.came(session, [192, 0, 2, 1].into());
    let join = Command::join(user, Profile::default(), liveroom::Platform::Ios);
    house.hub.push(house.clock.now(), key, Author::Session(session), join).unwrap();
    hear(&house);
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(next(&house, "small").await);
    }
    let commands: Vec<_> = told.iter().map(|(command, _)| *command).collect();
    assert!(commands.contains(&"Group.CallbackAfterNewMemberJoin"), "{commands:?}");
    let full = told.iter().find(|(command, _)| *command == "Group.CallbackAfterGroupFull");
    assert_eq!(full.expect("it is told").1["GroupId"], "small");
}

#[tokio::test]
async fn messages_that_are_taken_back_are_told_where_a_group_allows_it() {
    let house = house();
    let key = group(&house, "modern", GroupConfig::modern().settings().clone());
    let now = house.clock.now();
    house.hub.push(now, key, Author::App, Command::text("oops")).unwrap();
    let seq = house.hub.read(key, |group| group.tail().position()).unwrap();
    assert_eq!(seq, Seq(1));
    hear(&house);
    assert_eq!(next(&house, "modern").await.0, "Group.CallbackAfterSendMsg");

    let body = br#"{"GroupId":"modern","MsgSeqList":[{"MsgSeq":1},{"MsgSeq":9}]}"#;
    let call = rest::call("group_open_http_svc", "group_msg_recall", body).unwrap();
    let asker = Asker {
        app: house.app,
        author: Author::App,
        user: Some(house.apps.admin.clone()),
        admin: true,
        platform: liveroom::Platform::RestApi,
        ip: None,
    };
    let reply = house.serve(&asker, call).await.unwrap();
    let reply: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
    let codes = [0, 1].map(|at| reply["RecallRetList"][at]["RetCode"].as_u64().unwrap());
    assert_eq!(codes, [0, 10030]);
    let (command, body) = next(&house, "modern").await;
    assert_eq!(command, "Group.CallbackAfterRecallMsg");
    assert_eq!(body["MsgSeqList"], serde_json::json!([{ "MsgSeq": 1 }]));
}
