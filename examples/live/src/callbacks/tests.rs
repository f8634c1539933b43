//! What groups tell becomes callbacks: here those that nobody outside can bring about, because livestreaming
//! groups as they are made here have no bound on members and take nothing back.

use std::sync::atomic::AtomicBool;

use liveroom::{
    Command, Creation, GroupConfig, GroupId, Profile, Seq, SessionId, Settings, Visitor,
    tim::{callbacks::Connection, rest},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
};

use super::*;
use crate::{desk::Asker, options::Options};

/// A house whose callbacks nobody sends.
fn house() -> Arc<House> {
    house_with(CallbackOptions::to("http://127.0.0.1:1/".parse().unwrap()))
}

fn house_with(callbacks: CallbackOptions) -> Arc<House> {
    let options = Options { callbacks: Some(callbacks), ..Options::at(([127, 0, 0, 1], 0).into()) };
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

/// An administrator, over REST.
fn administrator(house: &House) -> Asker {
    Asker {
        app: house.app,
        author: Author::App,
        user: Some(house.apps.admin.clone()),
        admin: true,
        platform: liveroom::Platform::RestApi,
        ip: None,
    }
}

async fn ask(house: &House, command: &str, body: &str) -> Value {
    let call = rest::call("group_open_http_svc", command, body.as_bytes()).unwrap();
    let reply = house.serve(&administrator(house), call).await.unwrap();
    serde_json::from_slice(reply.as_bytes()).unwrap()
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
async fn a_quit_that_is_refused_is_told_to_nobody_and_remembered_nowhere() {
    let house = house();
    let key = group(&house, "g", GroupConfig::vendor().settings().clone());
    let (ann, session): (UserId, _) = ("ann".parse().unwrap(), SessionId(7));
    let visitor = Visitor::user(ann.clone(), liveroom::Platform::Web);
    house.hub.open(house.app, session, visitor).unwrap();
    house.desk.came(session, [192, 0, 2, 1].into());
    let quit = || house.hub.push(house.clock.now(), key, Author::Session(session), Command::Quit);
    assert!(house.desk.leave(key, Some(&ann), session, quit).is_err());
    assert_eq!(house.desk.exits_known(), 0);
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

    let body = r#"{"GroupId":"modern","MsgSeqList":[{"MsgSeq":1},{"MsgSeq":9}]}"#;
    let reply = ask(&house, "group_msg_recall", body).await;
    let codes = [0, 1].map(|at| reply["RecallRetList"][at]["RetCode"].as_u64().unwrap());
    assert_eq!(codes, [0, 10030]);
    let (command, body) = next(&house, "modern").await;
    assert_eq!(command, "Group.CallbackAfterRecallMsg");
    assert_eq!(body["MsgSeqList"], serde_json::json!([{ "MsgSeq": 1 }]));
}

#[tokio::test]
async fn a_group_is_told_made_with_its_profile_and_ended_though_its_id_is_taken_at_once() {
    let house = house();
    let new = r#"{"Type":"AVChatRoom","Name":"x","GroupId":"g","Owner_Account":"ann","Notification":"n"}"#;
    // A profile that says nothing changes nothing, and what is changed then is told.
    let plain =
        r#"{"Type":"AVChatRoom","Name":"x","GroupId":"g","Owner_Account":"ann","Notification":""}"#;
    ask(&house, "create_group", new).await;
    ask(&house, "destroy_group", r#"{"GroupId":"g"}"#).await;
    ask(&house, "create_group", plain).await;
    ask(&house, "modify_group_base_info", r#"{"GroupId":"g","Notification":"m"}"#).await;
    hear(&house);
    let mut told = Vec::new();
    while let Ok((command, body)) = timeout(Duration::from_millis(100), next(&house, "g")).await {
        told.push((command, body["Notification"].clone()));
    }
    let count = |wanted: &str| told.iter().filter(|(command, _)| *command == wanted).count();
    assert_eq!(count("Group.CallbackAfterCreateGroup"), 2, "{told:?}");
    assert_eq!(count("Group.CallbackAfterGroupDestroyed"), 1, "{told:?}");
    let changed = ("Group.CallbackAfterGroupInfoChanged", Value::from("m"));
    assert_eq!((told.last(), told.len()), (Some(&changed), 4), "{told:?}");
    assert_eq!(told[0].0, "Group.CallbackAfterCreateGroup", "{told:?}");
}

#[tokio::test]
async fn what_is_decided_once_the_house_is_about_to_end_is_not_taken_in_any_more() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap()).parse().unwrap();
    let within = Duration::from_millis(300);
    let house = house_with(CallbackOptions { within, ..CallbackOptions::to(to) });
    let body = r#"{"GroupId":"live","Random":1,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"x"}}]}"#;
    let call = rest::call("group_open_http_svc", "send_group_msg", body.as_bytes()).unwrap();
    let asker = administrator(&house);
    let settled = async {
        sleep(Duration::from_millis(100)).await;
        house.settle().await;
    };
    let (sent, ()) = tokio::join!(house.serve(&asker, call), settled);
    assert_eq!(sent.unwrap_err().code, Code::INTERNAL);
    let stats = house.hub.read(house.rooms[0].key, liveroom::Group::stats).unwrap();
    assert_eq!(stats.accepted(), 0);
}

#[tokio::test]
async fn what_is_on_its_way_when_the_house_ends_arrives() {
    let server = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let to = format!("http://{}/", server.local_addr().unwrap()).parse().unwrap();
    let house = house_with(CallbackOptions::to(to));
    let (began, begun) = oneshot::channel();
    let answered = Arc::new(AtomicBool::new(false));
    let answers = answered.clone();
    tokio::spawn(async move {
        let (mut stream, _) = server.accept().await.unwrap();
        let _some = stream.read_u8().await.unwrap();
        began.send(()).unwrap();
        sleep(Duration::from_millis(300)).await;
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        answers.store(true, Relaxed);
        stream.write_all(ok.as_bytes()).await.unwrap();
        // Until the host needs it no more.
        let mut rest = Vec::new();
        let _gone = stream.read_to_end(&mut rest).await;
    });
    let senders = Senders::begin(&house);
    let callbacks = house.desk.callbacks.as_ref().unwrap();
    let user: UserId = "ann".parse().unwrap();
    let callback = Callback::state(&user, Connection::Login, liveroom::Platform::Web, &[]);
    let from = Origin { app: house.app, ip: None, at: house.clock.now() };
    callbacks.tell_state(&user, callback, from);
    begun.await.unwrap();
    senders.end(&house).await;
    assert_eq!((answered.load(Relaxed), callbacks.counts.silent.load(Relaxed)), (true, 0));
}
