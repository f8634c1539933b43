//! Likes, counted exactly however many come (FAQ 6 of the modelled service's guide).

use std::{sync::Arc, thread, time::Duration};

use liveroom::{
    Author, Body, Command, Platform, Profile, Seq, SessionId, TipKind, UserId, Visitor, tim::rest,
};
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::*;
use crate::{errand::Errand, fanout::FanOut, options::Options};

/// A house with its fan-out thread.
struct Running {
    house: Arc<House>,
    fan_out: thread::JoinHandle<()>,
}

impl Running {
    fn start() -> Self {
        let options = Options::at(([127, 0, 0, 1], 0).into());
        let (house, errands) = House::open(&options).unwrap();
        let fan_out = FanOut::new(house.clone(), errands);
        Self { house, fan_out: thread::spawn(|| fan_out.run()) }
    }

    async fn end(self) {
        self.house.send_on(Errand::Close).await;
        self.fan_out.join().unwrap();
    }

    fn app(&self) -> Asker {
        let admin = Some(self.house.apps.admin.clone());
        let app = self.house.app;
        let (author, platform) = (Author::App, Platform::RestApi);
        Asker { app, author, user: admin, admin: true, platform, ip: None }
    }

    async fn ask(&self, command: &str, body: &str) -> Value {
        let call = rest::call("group_open_http_svc", command, body.as_bytes()).unwrap();
        let reply = self.house.serve(&self.app(), call).await.unwrap();
        serde_json::from_slice(reply.as_bytes()).unwrap()
    }

    /// Somebody who has joined the group.
    fn member(&self, key: HubKey, number: u64) -> Asker {
        let (app, session) = (self.house.app, SessionId(self.house.number()));
        let user: UserId = format!("u{number}").parse().unwrap();
        let platform = Platform::Web;
        self.house.hub.open(app, session, Visitor::user(user.clone(), platform)).unwrap();
        let author = Author::Session(session);
        let join = Command::join(user.clone(), Profile::default(), platform);
        self.house.hub.push(self.house.clock.now(), key, author.clone(), join).unwrap();
        Asker { app, author, user: Some(user), admin: false, platform, ip: None }
    }
}

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const MEMBERS: u64 = 200;
const LIKES_OF_EACH: u64 = 50;

/// What one member sends: a few do something else in between.
fn like(random: u64) -> Vec<u8> {
    let data = match random % 10 {
        0 => "follow",
        1 => r#"{\"type\":\"like\",\"x\":1}"#,
        _ => "like",
    };
    format!(
        r#"{{"GroupId":"show","Random":{random},"MsgPriority":"Low",
        "MsgBody":[{{"MsgType":"TIMCustomElem","MsgContent":{{"Data":"{data}","Desc":"","Ext":""}}}}]}}"#
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_likes_at_once_are_counted_one_by_one_and_told_as_one_change() {
    let running = Running::start();
    running.ask("create_group", r#"{"Type":"AVChatRoom","Name":"show","GroupId":"show"}"#).await;
    let key = running.house.find(running.house.app, &"show".parse().unwrap()).unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..MEMBERS {
        let (house, asker) = (running.house.clone(), running.member(key, number));
        tasks.spawn(async move {
            let mut delivered = 0_u64;
            let mut ends = JoinSet::new();
            for random in 0..LIKES_OF_EACH {
                let (house, asker) = (house.clone(), asker.clone());
                ends.spawn(async move {
                    let call = rest::call("group_open_http_svc", "send_group_msg", &like(random));
                    house.serve(&asker, call.unwrap()).await
                });
            }
            while let Some(end) = ends.join_next().await {
                let reply = end.unwrap().unwrap();
                let reply: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
                match reply["ErrorCode"].as_u64() {
                    Some(0) => delivered += 1,
                    // Most are lost to the rate, and counted all the same.
                    code => assert_eq!(code, Some(10023)),
                }
            }
            delivered
        });
    }
    let delivered: u64 = tasks.join_all().await.into_iter().sum();
    let all = MEMBERS * LIKES_OF_EACH;
    assert!(delivered < all / 2, "{delivered}: the limit was there");

    let (likes, follows) = (all / 10 * 9, all / 10);
    let told = running.ask("get_group_info", r#"{"GroupIdList":["show"]}"#).await;
    let field = |name: &str| {
        let fields = told["GroupInfo"][0]["AppDefinedData"].as_array().unwrap();
        let field = fields.iter().find(|field| field["Key"] == name);
        field.unwrap()["Value"].as_str().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!((field("likes"), field("follows")), (likes, follows));
    let counters = running.ask("get_group_counter", r#"{"GroupId":"show"}"#).await;
    let counter = |name: &str| {
        let list = counters["GroupCounter"].as_array().unwrap();
        list.iter().find(|it| it["Key"] == name).unwrap()["Value"].as_u64().unwrap()
    };
    assert_eq!((counter("likes"), counter("follows")), (likes, follows));

    let told = timeout(PATIENCE, changes(&running.house, key, likes)).await.expect("it is told");
    assert!((1..=3).contains(&told.len()), "one change in 4 s, and not one for each: {told:?}");
    assert_eq!(told.last(), Some(&likes));
    running.end().await;
}

/// What the group's tips told of its likes, once they told of that many.
async fn changes(house: &House, key: HubKey, likes: u64) -> Vec<u64> {
    loop {
        let told = house.hub.read(key, |group| {
            let last = group.tail().position().0;
            let tip = |seq| match &group.entry(Seq(seq))?.body {
                Body::Tip(tip) if tip.kind == TipKind::GroupProfile => tip.changes.as_ref()?.likes,
                _ => None,
            };
            (1..=last).filter_map(tip).collect::<Vec<_>>()
        });
        let told = told.unwrap();
        if told.last() == Some(&likes) {
            return told;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn likes_counted_by_a_counter_are_exact_too() {
    let running = Running::start();
    running.ask("create_group", r#"{"Type":"AVChatRoom","Name":"show","GroupId":"show"}"#).await;
    let key = running.house.find(running.house.app, &"show".parse().unwrap()).unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..MEMBERS {
        let (house, asker) = (running.house.clone(), running.member(key, number));
        tasks.spawn(async move {
            let mut most = 0;
            for _ in 0..LIKES_OF_EACH {
                let body = br#"{"GroupId":"show","Mode":"Increase","GroupCounter":[{"Key":"hearts","Value":1}]}"#;
                let call = rest::call("group_open_http_svc", "update_group_counter", body).unwrap();
                let reply = house.serve(&asker, call).await.unwrap();
                let reply: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
                let value = reply["GroupCounter"][0]["Value"].as_u64().unwrap();
                assert!(value > 0, "each is told what it comes to");
                most = most.max(value);
            }
            most
        });
    }
    let most = tasks.join_all().await.into_iter().max();
    let all = MEMBERS * LIKES_OF_EACH;
    assert_eq!(most, Some(all), "whoever was last was told of all");
    let value = async || {
        let body = r#"{"GroupId":"show","GroupCounterKeys":["hearts"]}"#;
        let reply = running.ask("get_group_counter", body).await;
        reply["GroupCounter"][0]["Value"].as_u64().unwrap()
    };
    let told = async {
        while value().await < all {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, told).await.expect("the group is told of all");
    assert_eq!(value().await, all);
    // The history tells of it now and then, and not each time.
    let last = running.house.hub.read(key, |group| group.tail().position().0).unwrap();
    assert!(last < all / 4, "{last}");
    running.end().await;
}
