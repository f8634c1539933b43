//! Likes, counted exactly however many come (FAQ 6 of the modelled service's guide).

use std::{sync::Arc, thread, time::Duration};

use liveroom::{
    Author, Body, Command, Join, Platform, Profile, Seq, SessionId, TipKind, UserId, Visitor,
    tim::rest,
};
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
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
        Self { house, fan_out: thread::spawn(|| fan_out.run().expect("nothing is kept")) }
    }

    /// The same, with a group that is called show.
    async fn with_show() -> (Self, HubKey) {
        let running = Self::start();
        let new = r#"{"Type":"AVChatRoom","Name":"show","GroupId":"show"}"#;
        running.ask("create_group", new).await;
        let key = running.key("show");
        (running, key)
    }

    /// What every one of many members does, all at once.
    async fn crowd<F>(&self, key: HubKey, act: impl Fn(Arc<House>, Asker) -> F) -> Vec<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let member = |number| act(self.house.clone(), self.member(key, number));
        (0..MEMBERS).map(member).collect::<JoinSet<_>>().join_all().await
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

    /// The code with which something is answered.
    async fn code(&self, asker: &Asker, service: &str, command: &str, body: &str) -> u32 {
        let call = rest::call(service, command, body.as_bytes()).unwrap();
        self.house.serve(asker, call).await.map_or_else(|failure| failure.code.number(), |_| 0)
    }

    fn key(&self, group: &str) -> HubKey {
        self.house.find(self.house.app, &group.parse().unwrap()).unwrap()
    }

    /// Somebody who has logged in.
    fn user(&self, name: &str) -> Asker {
        let (app, session) = (self.house.app, SessionId(self.house.number()));
        let (user, platform): (UserId, _) = (name.parse().unwrap(), Platform::Web);
        self.house.hub.open(app, session, Visitor::user(user.clone(), platform)).unwrap();
        let author = Author::Session(session);
        Asker { app, author, user: Some(user), admin: false, platform, ip: None }
    }

    /// Somebody who has joined the group.
    fn member(&self, key: HubKey, number: u64) -> Asker {
        let asker = self.user(&format!("u{number}"));
        let user = asker.user.clone().unwrap();
        self.push(key, &asker.author, Command::join(user, Profile::default(), asker.platform));
        asker
    }

    fn push(&self, key: HubKey, by: &Author, command: Command) {
        self.house.hub.push(self.house.clock.now(), key, by.clone(), command).unwrap();
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
    let (running, key) = Running::with_show().await;
    let began = Instant::now();
    let send = |house: Arc<House>, asker: Asker| async move {
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
    };
    let delivered: u64 = running.crowd(key, send).await.into_iter().sum();
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
    let most = began.elapsed().as_secs() / 4 + 2;
    assert!((1..=most).contains(&(told.len() as u64)), "one change in 4 s: {told:?}");
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
    let (running, key) = Running::with_show().await;
    let began = Instant::now();
    let count = |house: Arc<House>, asker: Asker| async move {
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
    };
    let most = running.crowd(key, count).await.into_iter().max();
    let all = MEMBERS * LIKES_OF_EACH;
    assert_eq!(most, Some(all), "whoever was last was told of all");
    let value = async || {
        let body = r#"{"GroupId":"show","GroupCounterKeys":["hearts"]}"#;
        let reply = running.ask("get_group_counter", body).await;
        reply["GroupCounter"][0]["Value"].as_u64().unwrap()
    };
    assert_eq!(value().await, all, "what is gathered is counted already");
    let known = || running.house.hub.read(key, |group| group.counters().get("hearts"));
    let told = async {
        while known().flatten() != i64::try_from(all).ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, told).await.expect("the group is told of all");
    assert_eq!(value().await, all);
    // The history tells of it now and then, and not each time: each 4 s, and of the first at once.
    let told = running.house.hub.read(key, |group| {
        let is_told = |seq| match &group.entry(Seq(seq))?.body {
            Body::Tip(tip) => tip.changes.as_ref().map(|changes| changes.counters.is_some()),
            _ => None,
        };
        let last = group.tail().position().0;
        (1..=last).filter_map(is_told).filter(|it| *it).count() as u64
    });
    let most = 30 * (began.elapsed().as_secs() / 4 + 1);
    assert!((1..=most).contains(&told.unwrap()), "{told:?}");
    running.end().await;
}

const GROUPS: &str = "group_open_http_svc";

#[tokio::test]
async fn nobody_makes_more_groups_of_their_own_than_one_user_may_own() {
    let running = Running::start();
    let (ann, bob, app) = (running.user("ann"), running.user("bob"), running.app());
    let new = r#"{"Type":"AVChatRoom","Name":"x"}"#;
    let mut made = 0;
    let code = loop {
        match running.code(&ann, GROUPS, "create_group", new).await {
            0 if made < 200 => made += 1,
            code => break code,
        }
    };
    assert_eq!((code, made), (10036, 50));
    assert_eq!(running.code(&bob, GROUPS, "create_group", new).await, 0, "each has their own");
    let for_ann = r#"{"Type":"AVChatRoom","Name":"x","GroupId":"hers","Owner_Account":"ann"}"#;
    assert_eq!(running.code(&app, GROUPS, "create_group", for_ann).await, 0, "the app may");
    // A taken id takes no place.
    for _ in 0..60 {
        assert_eq!(
            running.code(&bob, GROUPS, "create_group", &for_ann.replace("ann", "bob")).await,
            10021
        );
    }
    assert_eq!(running.code(&bob, GROUPS, "create_group", new).await, 0);
    // One that ended is held for those who read it, and counts as long.
    running.ask("destroy_group", r#"{"GroupId":"hers"}"#).await;
    assert_eq!(running.code(&ann, GROUPS, "create_group", new).await, 10036);
    running.end().await;
}

#[tokio::test]
async fn what_a_group_has_is_read_by_those_who_are_in_it() {
    let running = Running::start();
    let new = r#"{"Type":"AVChatRoom","Name":"show","GroupId":"show","Owner_Account":"ann"}"#;
    running.ask("create_group", new).await;
    let key = running.key("show");
    let codes = async |asker: &Asker| {
        let mut codes = Vec::new();
        for (service, command) in [
            ("group_open_attr_http_svc", "get_group_attr"),
            (GROUPS, "get_group_counter"),
            (GROUPS, "get_online_member_num"),
        ] {
            codes.push(running.code(asker, service, command, r#"{"GroupId":"show"}"#).await);
        }
        codes
    };
    let (all, none) = ([0; 3], [10007; 3]);
    assert_eq!(codes(&running.user("eve")).await, none, "a stranger");
    assert_eq!(codes(&running.app()).await, all);
    assert_eq!(codes(&running.user("ann")).await, all, "the owner, in or not");
    let bob = running.member(key, 1);
    assert_eq!(codes(&bob).await, all);
    let ban = r#"{"GroupId":"show","Members_Account":["u1"],"Duration":60}"#;
    running.ask("ban_group_member", ban).await;
    assert_eq!(codes(&bob).await, none, "banned");

    let mut guest = running.user("guest");
    let (Author::Session(session), house) = (guest.author, &running.house) else { unreachable!() };
    house.hub.close(house.clock.now(), house.app, session);
    house.hub.open(house.app, session, Visitor::guest(Platform::Web)).unwrap();
    (guest.author, guest.user) = (Author::Guest(session), None);
    assert_eq!(codes(&guest).await, none, "a guest who is elsewhere");
    let platform = Platform::Web;
    running.push(key, &guest.author, Command::Join(Join { platform, ..Join::default() }));
    assert_eq!(codes(&guest).await, all, "a guest who is in");

    // Who waits to be let in is not in.
    let option = r#"{"GroupId":"show","ApplyJoinOption":"NeedPermission"}"#;
    running.ask("modify_group_base_info", option).await;
    assert_eq!(codes(&running.member(key, 2)).await, none, "an applicant");
    running.end().await;
}

#[tokio::test]
async fn a_letter_that_is_sent_twice_is_delivered_once() {
    let running = Running::start();
    let (app, ann): (_, UserId) = (running.house.app, "ann".parse().unwrap());
    let mut letters = running.house.desk.letters.open(app, &ann, SessionId(1));
    let mut numbers = Vec::new();
    for random in [1, 1, 2] {
        let body = format!(
            r#"{{"To_Account":"ann","MsgRandom":{random},"MsgBody":[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":"x"}}}}]}}"#
        );
        let call = rest::call("openim", "sendmsg", body.as_bytes()).unwrap();
        let reply = running.house.serve(&running.app(), call).await.unwrap();
        let reply: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
        numbers.push(reply["MsgKey"].as_str().unwrap().to_owned());
    }
    assert_eq!(numbers, ["1", "1", "2"]);
    let came: Vec<_> = std::iter::from_fn(|| letters.try_recv().ok()).collect();
    assert_eq!(came.iter().map(|letter| letter.number).collect::<Vec<_>>(), [1, 2]);
    running.end().await;
}

#[tokio::test]
async fn the_id_of_a_group_that_ended_is_free_and_its_readers_keep_what_they_read() {
    let running = Running::start();
    let new = r#"{"Type":"AVChatRoom","Name":"show","GroupId":"show"}"#;
    running.ask("create_group", new).await;
    let former = running.key("show");
    running.ask("destroy_group", r#"{"GroupId":"show"}"#).await;
    running.ask("create_group", new).await;
    assert_ne!(running.key("show"), former);
    assert_eq!(running.house.hub.read(former, Group::is_disbanded), Some(true));
    running.end().await;
}
