//! The app's own server, asked and told over HTTP: whatever it does, rooms go on.

use std::time::Duration;

use live::{CallbackOptions, Options};
use liveroom::{
    AppId, Platform, Silence, Timestamp,
    tim::{self, callbacks::Connection::Login},
};
use serde_json::{Value, json};

use crate::support::{
    Client, messages, options,
    rest::{Called, Caller, Reaction, Receiver, allow, code, house_with, refuse, text_to},
    sdk::{self, Sdk},
    start,
};

const BEFORE: &str = "Group.CallbackBeforeSendMsg";
const AFTER: &str = "Group.CallbackAfterSendMsg";
const EXCEPTION: &str = "Group.CallbackSendMsgException";

/// A host that asks and tells a server of the app's own.
async fn watched() -> (live::Host, Caller, Receiver) {
    watched_with(|options| options).await
}

async fn watched_with(
    change: impl FnOnce(CallbackOptions) -> CallbackOptions,
) -> (live::Host, Caller, Receiver) {
    let receiver = Receiver::new().await;
    let callbacks = Some(change(receiver.options()));
    let (host, app) = house_with(Options { callbacks, ..options() });
    (host, app, receiver)
}

/// A server that does this before messages, and allows the rest.
fn before(receiver: &Receiver, react: impl Fn(&Called) -> Reaction + Send + 'static) {
    receiver.react(move |called| if called.command() == BEFORE { react(called) } else { allow() });
}

/// Reads on until the message of that random ended, or was delivered at once.
async fn outcome_of(client: &mut Client, receipt: &Value) -> Value {
    assert_eq!(receipt["state"], "held", "{receipt}");
    let random = receipt["random"].clone();
    client.until(|frame| frame["t"] == "ended" && frame["random"] == random).await
}

#[tokio::test]
async fn a_callback_has_the_documented_query_and_is_signed_where_a_token_is_given() {
    let with_token = |options| CallbackOptions { token: Some("secret".to_owned()), ..options };
    let (_host, app, mut receiver) = watched_with(with_token).await;
    app.send("live", 1, "hello").await;
    let Called { path, query, body } = receiver.next_of(BEFORE).await;
    assert_eq!(path, "/im");
    let field = |name: &str| query.get(name).map(String::as_str);
    assert_eq!(field("k"), Some("v"), "the address keeps its own query");
    for (name, value) in [
        ("SdkAppid", "1400000000"),
        ("CallbackCommand", BEFORE),
        ("contenttype", "json"),
        ("ClientIP", "127.0.0.1"),
        ("OptPlatform", "RESTAPI"),
    ] {
        assert_eq!(field(name), Some(value), "{name}");
    }
    let time: u64 = field("RequestTime").unwrap().parse().unwrap();
    assert!(time > 1_600_000_000);
    // The crate's own tests say what that has to be.
    let (ann, at) = (&"ann".parse().unwrap(), Timestamp::from_secs(time));
    let other = tim::callbacks::Callback::state(ann, Login, Platform::Web, &[]);
    let other = other.query(AppId(1), "", Some("secret"), at);
    let sign = format!("&Sign={}&RequestTime={time}", field("Sign").unwrap());
    assert!(other.ends_with(&sign), "{other} {sign}");
    let expected = json!({
        "CallbackCommand": BEFORE, "GroupId": "live", "Type": "AVChatRoom",
        "From_Account": "administrator", "Operator_Account": "administrator",
        "Random": 1, "OnlineOnlyFlag": 0, "CloudCustomData": "", "TopicId": "",
        "MsgBody": text_to("", 0, "hello")["MsgBody"], "EventTime": body["EventTime"],
    });
    assert_eq!(body, expected);
    assert!(body["EventTime"].as_u64().unwrap() / 1_000 >= time - 1);
}

/// What it is told next, whatever it is asked meanwhile. The page's rooms are furnished as the host begins.
async fn told_next(receiver: &mut Receiver, command: &str) -> Called {
    let furnished = |it: &Called| {
        it.command() == "Group.CallbackAfterGroupInfoChanged" && it.body["GroupId"] != "friday"
    };
    let called = receiver.next(|it| !it.command().contains("Before") && !furnished(it)).await;
    assert_eq!(called.command(), command, "{called:?}");
    called
}

#[tokio::test]
async fn each_thing_that_happens_to_a_group_is_told_once_and_in_order() {
    let (host, app, mut receiver) = watched().await;
    let group = json!({
        "Type": "AVChatRoom", "Name": "Friday", "GroupId": "friday", "Owner_Account": "ann",
        "AppDefinedData": [{"Key": "color", "Value": "red"}],
    });
    app.group("create_group", group).await;
    let asked = receiver.next_of("Group.CallbackBeforeCreateGroup").await;
    assert_eq!(
        (&asked.body["Owner_Account"], &asked.body["CreateGroupNum"]),
        (&json!("ann"), &json!(0))
    );
    let told = told_next(&mut receiver, "Group.CallbackAfterCreateGroup").await;
    assert_eq!(told.body["UserDefinedDataList"], json!([{"Key": "color", "Value": "red"}]));
    assert_eq!((&told.body["GroupId"], &told.body["Name"]), (&json!("friday"), &json!("Friday")));

    let second = json!({"Type": "AVChatRoom", "Name": "2", "Owner_Account": "ann"});
    app.group("create_group", second).await;
    let asked = receiver.next_of("Group.CallbackBeforeCreateGroup").await;
    assert_eq!(asked.body["CreateGroupNum"], 1);
    told_next(&mut receiver, "Group.CallbackAfterCreateGroup").await;

    let message = app.send("friday", 3, "hello").await;
    assert_eq!(receiver.next_of(BEFORE).await.text(), "hello");
    let told = told_next(&mut receiver, AFTER).await;
    assert_eq!(
        (&told.body["MsgSeq"], &told.body["MsgTime"]),
        (&message["MsgSeq"], &message["MsgTime"])
    );
    assert_eq!((&told.body["Random"], told.text()), (&json!(3), "hello"));

    app.group("modify_group_base_info", json!({"GroupId": "friday", "Notification": "n"})).await;
    let told = told_next(&mut receiver, "Group.CallbackAfterGroupInfoChanged").await;
    assert_eq!(told.body["Notification"], "n");
    assert_eq!(told.body["Operator_Account"], "administrator");

    app.group("destroy_group", json!({"GroupId": "friday"})).await;
    let told = told_next(&mut receiver, "Group.CallbackAfterGroupDestroyed").await;
    assert_eq!(
        (&told.body["Owner_Account"], &told.body["Name"]),
        (&json!("ann"), &json!("Friday"))
    );

    let third = json!({"Type": "AVChatRoom", "Name": "3", "Owner_Account": "ann"});
    app.group("create_group", third).await;
    let asked = receiver.next_of("Group.CallbackBeforeCreateGroup").await;
    assert_eq!(asked.body["CreateGroupNum"], 1, "the one that ended counts no more");
    told_next(&mut receiver, "Group.CallbackAfterCreateGroup").await;

    let (mut viewer, welcome) = Client::joined(&host, "Ann").await;
    let user = &welcome["me"]["user"];
    let joined = told_next(&mut receiver, "Group.CallbackAfterNewMemberJoin").await;
    assert_eq!(joined.body["NewMemberList"], json!([{"Member_Account": user}]));
    assert_eq!(
        (&joined.body["JoinType"], &joined.query["OptPlatform"]),
        (&json!("Apply"), &"Web".to_owned())
    );
    assert_eq!(joined.query["ClientIP"], "127.0.0.1");
    let online = told_next(&mut receiver, "Group.CallbackOnMemberStateChange").await;
    assert_eq!(
        (&online.body["EventType"], online.query.get("OptPlatform")),
        (&json!("Online"), None)
    );
    viewer.send(&json!({"v": 1, "t": "quit"})).await;
    let left = told_next(&mut receiver, "Group.CallbackAfterMemberExit").await;
    assert_eq!((&left.body["ExitType"], &left.body["Operator_Account"]), (&json!("Quit"), user));
    assert_eq!(left.body["ExitMemberList"], json!([{"Member_Account": user}]));
    assert_eq!(left.query["ClientIP"], "127.0.0.1");
    // What ends the host ends what it tells: nothing was told twice.
    host.stop().await.unwrap();
    let mut rest = receiver.rest();
    rest.retain(|it| it.body["GroupId"] == "friday");
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn what_is_not_delivered_is_told_as_an_exception_with_its_code() {
    let (_host, app, mut receiver) = watched().await;
    app.create("g").await;
    let long = text_to("g", 1, &"x".repeat(12_289));
    assert_eq!(app.fails("send_group_msg", long).await, 80002);
    let told = receiver.next_of(EXCEPTION).await;
    assert_eq!((&told.body["ErrorCode"], &told.body["Random"]), (&json!(80002), &json!(1)));

    // A message that had the one callback and not the other was dropped: FAQ 5.
    let app = std::sync::Arc::new(app);
    let mut tasks = tokio::task::JoinSet::new();
    for random in 100..250 {
        let app = app.clone();
        tasks.spawn(async move { app.send("g", random, "x").await["MsgDropReason"].clone() });
    }
    let reasons = tasks.join_all().await;
    let dropped = reasons.iter().filter(|reason| **reason == "MsgFreqCtrl").count();
    assert!(dropped > 0);
    for _ in 0..dropped {
        let told = receiver.next_of(EXCEPTION).await;
        assert_eq!(told.body["ErrorCode"], 10023, "{told:?}");
    }
    for _ in dropped..150 {
        receiver.next_of(AFTER).await;
    }
    let asked = receiver.rest().iter().filter(|called| called.command() == BEFORE).count();
    assert_eq!(asked, 151);
}

#[tokio::test]
async fn what_is_sent_again_is_answered_alike_and_asked_about_once() {
    let (_host, app, mut receiver) = watched().await;
    let mut anns = text_to("live", 1, "in her name");
    anns["From_Account"] = json!("ann");
    let sent = app.send("live", 1, "hello").await;
    let in_her_name = app.group("send_group_msg", anns.clone()).await;
    assert_ne!(in_her_name["MsgSeq"], sent["MsgSeq"]);
    before(&receiver, |_| refuse(1, ""));
    assert_eq!(app.send("live", 1, "hello").await, sent);
    assert_eq!(app.group("send_group_msg", anns).await, in_her_name);
    assert_eq!(code(&app.send("live", 2, "hello").await), 10016);
    let asked: Vec<_> = receiver.rest().into_iter().filter(|it| it.command() == BEFORE).collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
}

#[tokio::test]
async fn a_message_can_opt_out_of_either_callback() {
    let (_host, app, mut receiver) = watched().await;
    let with = |random: u32, forbid: Value| {
        let mut message = text_to("live", random, &format!("m{random}"));
        message["ForbidCallbackControl"] = forbid;
        message
    };
    let [no_before, no_after] = ["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"];
    app.group("send_group_msg", with(1, json!([no_before, no_after]))).await;
    app.group("send_group_msg", with(2, json!([no_after]))).await;
    app.group("send_group_msg", with(3, json!([no_before]))).await;
    app.group("send_group_msg", with(4, json!([]))).await;
    receiver.next(|it| it.command() == AFTER && it.text() == "m3").await;
    receiver.next(|it| it.command() == AFTER && it.text() == "m4").await;
    let mut rest = receiver.rest();
    rest.retain(|called| called.command() == BEFORE || called.command() == AFTER);
    let rest: Vec<_> = rest.iter().map(|called| (called.command(), called.text())).collect();
    assert_eq!(rest, [(BEFORE, "m2"), (BEFORE, "m4")]);
}

#[tokio::test]
async fn an_answer_allows_replaces_rejects_or_discards() {
    let (host, app, receiver) = watched().await;
    before(&receiver, |called| match called.text() {
        "replace" => Reaction::Say(json!({
            "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
            "MsgBody": text_to("", 0, "another word")["MsgBody"],
        })),
        "deny" => refuse(1, ""),
        "discard" => refuse(2, ""),
        "own" => refuse(10_100, "buy a ticket"),
        _ => allow(),
    });
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    // Over REST the app speaks, and over the page a user: both are asked about.
    let mut said = Vec::new();
    for (random, text) in (1..).zip(["deny", "own", "discard", "replace", "allow"]) {
        said.push(app.send("live", random, text).await);
    }
    assert_eq!(code(&said[0]), 10016);
    assert_eq!((code(&said[1]), &said[1]["ErrorInfo"]), (10100, &json!("buy a ticket")));
    assert_eq!(
        (&said[2]["ErrorCode"], &said[2]["MsgSeq"]),
        (&json!(0), &json!(0)),
        "as if it were sent"
    );
    let seen = viewer.entries_until("allow").await;
    let texts: Vec<_> = messages(&seen).map(|entry| entry["text"].clone()).collect();
    assert_eq!(texts, ["another word", "allow"]);

    for text in ["deny", "own", "discard"] {
        let receipt = viewer.say(text).await;
        let ended = outcome_of(&mut viewer, &receipt).await;
        match text {
            "deny" => assert!(ended.to_string().contains("rejected"), "{ended}"),
            "own" => assert!(ended.to_string().contains("buy a ticket"), "{ended}"),
            _ => assert!(!ended.to_string().contains("rejected"), "{ended}"),
        }
    }
    viewer.say("replace").await;
    let seen = viewer.entries_until("another word").await;
    assert_eq!(messages(&seen).count(), 1, "{seen:?}");
}

#[tokio::test]
async fn groups_can_be_refused() {
    let (_host, app, receiver) = watched().await;
    receiver.react(|called| match called.body["Name"].as_str() {
        Some("one") => refuse(1, ""),
        Some("own") => refuse(10_200, "ask first"),
        Some("garbage") => Reaction::Raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{"),
        _ => allow(),
    });
    let new = |name: &str| json!({"Type": "AVChatRoom", "Name": name, "GroupId": name});
    assert_eq!(app.fails("create_group", new("one")).await, 10016);
    assert_eq!(app.fails("create_group", new("own")).await, 10200);
    app.group("create_group", new("garbage")).await;
    let shown = app.group("get_group_info", json!({"GroupIdList": ["one", "own"]})).await;
    assert!(shown["GroupInfo"].as_array().unwrap().iter().all(|it| it["ErrorCode"] == 10010));
}

#[tokio::test]
async fn joins_can_be_refused_and_who_comes_and_goes_is_told() {
    let mut receiver = Receiver::new().await;
    let callbacks = Some(receiver.options());
    let host = start(Options { callbacks, ..sdk::app_options() });
    receiver.react(|called| match called.body["Requestor_Account"].as_str() {
        Some("bob") => refuse(1, ""),
        Some("eve") => refuse(10_200, "buy a ticket"),
        _ => allow(),
    });
    let mut ann = Sdk::user(&host, "ann").await;
    let told = receiver.next_of("State.StateChange").await;
    let login = json!({"Action": "Login", "To_Account": "ann", "Reason": "Register"});
    assert_eq!((&told.body["Info"], &told.query["OptPlatform"]), (&login, &"Web".to_owned()));
    ann.make("mine").await;
    ann.join("mine").await;
    let asked = receiver.next_of("Group.CallbackBeforeApplyJoinGroup").await;
    assert_eq!(
        (&asked.body["GroupId"], &asked.body["Requestor_Account"]),
        (&json!("mine"), &json!("ann"))
    );
    let join = json!({"GroupId": "mine"});
    for (name, wanted) in [("bob", 10016), ("eve", 10200)] {
        let mut sdk = Sdk::user(&host, name).await;
        assert_eq!(sdk.code("group_open_http_svc.apply_join_group", &join).await, wanted);
        assert_eq!(sdk.say("mine", "let me in", 1).await["ErrorCode"], 10007);
        let asked = receiver.next_of("Group.CallbackBeforeApplyJoinGroup").await;
        assert_eq!(asked.body["Requestor_Account"], name);
    }
    let online = ann.call("group_open_http_svc.get_online_member_num", &join).await;
    assert_eq!(online["OnlineMemberNum"], 1);

    let mut cy = Sdk::user(&host, "cy").await;
    cy.join("mine").await;
    assert_eq!(cy.code("group_open_http_svc.quit_group", &join).await, 0);
    let left = receiver.next_of("Group.CallbackAfterMemberExit").await;
    assert_eq!(left.body["ExitMemberList"], json!([{"Member_Account": "cy"}]));
    assert_eq!(left.query["ClientIP"], "127.0.0.1");

    assert_eq!(ann.code("im_open_status.wslogout", &json!({})).await, 0);
    let of = |action: &'static str, user: &'static str| {
        move |it: &Called| {
            it.body["Info"]["Action"] == action && it.body["Info"]["To_Account"] == user
        }
    };
    assert_eq!(receiver.next(of("Logout", "ann")).await.body["Info"]["Reason"], "Unregister");
    // Their connections were dropped.
    assert_eq!(receiver.next(of("Disconnect", "bob")).await.body["Info"]["Reason"], "LinkClose");
    receiver.next(of("Disconnect", "eve")).await;
}

/// Whatever a server does that is no answer.
const BAD: [&str; 8] =
    ["never", "garbage", "number", "500", "redirect", "hang up", "endless", "late"];

fn badly(called: &Called) -> Reaction {
    match called.text() {
        "never" => Reaction::Never,
        "garbage" => Reaction::Raw("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnothing"),
        "number" => refuse(10_201, "no such code"),
        "500" => Reaction::Raw("HTTP/1.1 500 No\r\nContent-Length: 15\r\n\r\n{\"ErrorCode\":1}"),
        "redirect" => {
            Reaction::Raw("HTTP/1.1 302 No\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        }
        "hang up" => Reaction::HangUp,
        "endless" => Reaction::Endless,
        "late" => {
            let denied = json!({"ActionStatus": "OK", "ErrorCode": 1, "ErrorInfo": ""});
            Reaction::Late(Duration::from_millis(900), denied)
        }
        _ => allow(),
    }
}

fn hurried(silence: Silence) -> impl FnOnce(CallbackOptions) -> CallbackOptions {
    move |options| CallbackOptions { within: Duration::from_millis(300), silence, ..options }
}

#[tokio::test]
async fn what_is_no_answer_in_time_lets_a_message_pass() {
    let (host, app, receiver) = watched_with(hurried(Silence::Allow)).await;
    before(&receiver, badly);
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    for text in BAD {
        assert_eq!(viewer.say(text).await["state"], "held", "{text}");
    }
    let mut seen = Vec::new();
    for _ in BAD {
        let entry = viewer.until_entry(|entry| entry["type"] == "message").await;
        seen.push(entry["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, BAD, "in the order in which they were sent");
    for (random, text) in (1..).zip(BAD) {
        let said = app.send("live", random, text).await;
        assert_eq!(said["ErrorCode"], 0, "{text}: {said}");
        assert!(said["MsgSeq"].as_u64().unwrap() > 0, "{text}: {said}");
    }
}

#[tokio::test]
async fn or_turns_it_away_where_the_policy_is_to_deny() {
    let (host, app, receiver) = watched_with(hurried(Silence::Reject)).await;
    before(&receiver, badly);
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    for (random, text) in (1..).zip(BAD) {
        assert_eq!(code(&app.send("live", random, text).await), 80003, "{text}");
    }
    for text in BAD {
        let receipt = viewer.say(text).await;
        let ended = outcome_of(&mut viewer, &receipt).await;
        assert!(ended.to_string().contains("rejected"), "{text}: {ended}");
    }
    // Nothing of it was delivered, and what is allowed still is.
    assert_eq!(app.send("live", 100, "fine").await["ErrorCode"], 0);
    let seen = viewer.entries_until("fine").await;
    assert_eq!(messages(&seen).count(), 1);
}

#[tokio::test]
async fn nobody_at_the_address_is_as_good_as_silence() {
    let gone = {
        let receiver = Receiver::new().await;
        receiver.options()
    };
    let to = "http://127.0.0.1:1/".parse().unwrap();
    let callbacks = Some(hurried(Silence::Allow)(CallbackOptions { to, ..gone }));
    let (host, app) = house_with(Options { callbacks, ..options() });
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    assert_eq!(app.send("live", 1, "from the app").await["ErrorCode"], 0);
    viewer.say("from the page").await;
    viewer.entries_until("from the page").await;
}

#[tokio::test]
async fn what_a_group_tells_keeps_its_order_and_one_that_is_stuck_holds_up_no_other() {
    let (_host, app, mut receiver) = watched().await;
    app.create("slow").await;
    app.create("stuck").await;
    app.create("quick").await;
    let ok = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
    receiver.react(move |called| {
        if called.command() != AFTER {
            return allow();
        }
        match (called.body["GroupId"].as_str(), called.body["Random"].as_u64()) {
            (Some("stuck"), _) => Reaction::Never,
            // The earlier, the slower: without order the last would come first.
            (Some("slow"), Some(random)) => {
                Reaction::Late(Duration::from_millis(100 - 10 * random), ok.clone())
            }
            _ => allow(),
        }
    });
    for random in 0..10 {
        app.send("slow", random, "x").await;
        app.send("stuck", random, "x").await;
        app.send("quick", random, "x").await;
    }
    let of = |group: &'static str| {
        move |it: &Called| it.command() == AFTER && it.body["GroupId"] == group
    };
    for random in 0..10 {
        assert_eq!(receiver.next(of("slow")).await.body["Random"], random);
        assert_eq!(receiver.next(of("quick")).await.body["Random"], random);
    }
    let stuck = receiver.rest().iter().filter(|it| of("stuck")(it)).count();
    assert!((1..10).contains(&stuck), "one at a time: {stuck}");
}

#[tokio::test]
async fn messages_keep_their_order_however_they_are_answered() {
    let (host, _app, receiver) = watched().await;
    // The later, the sooner; and two for which silence decides.
    before(&receiver, |called| match called.text().parse::<u64>() {
        Ok(2) => Reaction::Raw("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        Ok(4) => Reaction::Never,
        Ok(number) => {
            let ok = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
            Reaction::Late(Duration::from_millis(50 * (10 - number)), ok)
        }
        Err(_) => allow(),
    });
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    let mut sent = Vec::new();
    for number in 0..10 {
        sent.push(number.to_string());
        assert_eq!(viewer.say(&sent[number]).await["state"], "held");
    }
    let seen = viewer.entries_until("9").await;
    let seen: Vec<_> = messages(&seen).map(|entry| entry["text"].as_str().unwrap()).collect();
    assert_eq!(seen, sent);
}

#[tokio::test]
async fn a_room_goes_on_while_the_server_never_answers() {
    let (host, app, receiver) = watched().await;
    receiver.react(|called| if called.command() == BEFORE { Reaction::Never } else { allow() });
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    let (mut other, _) = Client::joined(&host, "Bob").await;
    for _ in 0..3 {
        assert_eq!(viewer.say("held").await["state"], "held");
        assert_eq!(other.say("held").await["state"], "held");
    }
    // What asks nobody is told at once, and everybody comes and goes as before.
    app.group("send_group_system_notification", json!({"GroupId": "live", "Content": "now"})).await;
    let told =
        viewer.until_entry(|entry| entry["type"] == "notice" || entry["text"] == "held").await;
    assert_eq!(told["type"], "notice", "the notice did not wait for the messages: {told}");
    let (mut third, _) = Client::joined(&host, "Eve").await;
    for _ in 0..6 {
        third.until_entry(|entry| entry["text"] == "held").await;
    }
}
