//! The modelled service's REST commands, over HTTP: each of them, and each kind of bad input, which gets
//! its code and changes nothing.

use std::time::Duration;

use live::{Limits, Options};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::support::{
    Client, options,
    rest::{Caller, code, house, house_with, text_to},
};

const GROUPS: &str = "group_open_http_svc";

/// The one group that is described.
async fn described(app: &Caller, group: &str) -> Value {
    app.group("get_group_info", json!({"GroupIdList": [group]})).await["GroupInfo"][0].clone()
}

#[tokio::test]
async fn a_group_is_made_described_changed_and_ended() {
    let (_host, app) = house();
    let made = json!({
        "Type": "AVChatRoom", "Name": "Friday", "Owner_Account": "ann", "Introduction": "i",
        "AppDefinedData": [{"Key": "color", "Value": "red"}],
    });
    let assigned = app.group("create_group", made).await;
    let id = assigned["GroupId"].as_str().unwrap();
    assert!(id.starts_with("@TGS#"), "{id}");
    assert_eq!(assigned["Type"], "AVChatRoom");

    let shown = described(&app, id).await;
    assert_eq!((&shown["Name"], &shown["Owner_Account"]), (&json!("Friday"), &json!("ann")));
    assert_eq!(shown["AppDefinedData"], json!([{"Key": "color", "Value": "red"}]));
    assert_eq!((&shown["NextMsgSeq"], &shown["MemberNum"]), (&json!(2), &json!(0)));

    let change = json!({"GroupId": id, "Name": "Saturday", "MuteAllMember": "On"});
    app.group("modify_group_base_info", change).await;
    let shown = described(&app, id).await;
    assert_eq!((&shown["Name"], &shown["MuteAllMember"]), (&json!("Saturday"), &json!("On")));

    app.group("destroy_group", json!({"GroupId": id})).await;
    assert_eq!(described(&app, id).await["ErrorCode"], 10010);
    assert_eq!(app.fails("destroy_group", json!({"GroupId": id})).await, 10010);
    assert_eq!(app.fails("get_online_member_num", json!({"GroupId": id})).await, 10010);
}

#[tokio::test]
async fn an_id_is_one_groups_until_that_is_disbanded() {
    let (_host, app) = house();
    app.create("mine").await;
    let again = json!({"Type": "AVChatRoom", "Name": "other", "GroupId": "mine"});
    assert_eq!(app.fails("create_group", again.clone()).await, 10021);
    assert_eq!(described(&app, "mine").await["Name"], "mine");
    let own = json!({"Type": "AVChatRoom", "Name": "own", "GroupId": "own", "Owner_Account": "administrator"});
    app.group("create_group", own.clone()).await;
    assert_eq!(app.fails("create_group", own).await, 10025);
    app.group("destroy_group", json!({"GroupId": "mine"})).await;
    app.group("create_group", again).await;
    assert_eq!(described(&app, "mine").await["Name"], "other");
}

#[tokio::test]
async fn a_message_is_told_with_its_place_and_once() {
    let (host, app) = house();
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    let first = app.send("live", 7, "hello").await;
    assert_eq!((&first["ErrorCode"], &first["MsgDropReason"]), (&json!(0), &json!("")));
    let (seq, at) = (first["MsgSeq"].as_u64().unwrap(), first["MsgTime"].as_u64().unwrap());
    assert!(seq > 0 && at > 1_600_000_000);
    let again = app.send("live", 7, "hello").await;
    assert_eq!(again["MsgSeq"], seq, "the same random is the same message");
    let next = app.send("live", 8, "end").await;
    assert_eq!(next["MsgSeq"], seq + 1);
    let entries = viewer.entries_until("end").await;
    assert_eq!(entries.iter().filter(|entry| entry["text"] == "hello").count(), 1);
}

#[tokio::test]
async fn an_administrator_speaks_in_a_users_name_and_custom_data_goes_along() {
    let (host, app) = house();
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    let message = json!({
        "GroupId": "live", "Random": 1, "From_Account": "robot", "MsgPriority": "High",
        "CloudCustomData": "beside",
        "MsgBody": [{"MsgType": "TIMCustomElem", "MsgContent": {"Data": "rose", "Desc": "", "Ext": ""}}],
    });
    app.group("send_group_msg", message).await;
    let entry = viewer.until_entry(|entry| entry["type"] == "message").await;
    assert_eq!((&entry["user"], &entry["class"]), (&json!("robot"), &json!("high")), "{entry}");
    // The app's word stands, whoever is muted: it speaks in their name.
    let mute = json!({"GroupId": "live", "Members_Account": ["robot"], "MuteTime": 600});
    app.group("forbid_send_msg", mute).await;
    let mut muted = text_to("live", 2, "the app says so");
    muted["From_Account"] = json!("robot");
    app.group("send_group_msg", muted).await;
    viewer.until_entry(|entry| entry["text"] == "the app says so").await;
}

#[tokio::test]
async fn what_the_rate_drops_is_said_and_is_no_failure() {
    let (_host, app) = house();
    app.create("busy").await;
    let mut dropped = 0;
    let mut tasks = tokio::task::JoinSet::new();
    let app = std::sync::Arc::new(app);
    for random in 0..150 {
        let app = app.clone();
        tasks.spawn(async move { app.send("busy", random, "x").await });
    }
    while let Some(reply) = tasks.join_next().await {
        let reply = reply.unwrap();
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
        match reply["MsgDropReason"].as_str().unwrap() {
            "" => assert!(reply["MsgSeq"].as_u64().unwrap() > 0),
            reason => {
                assert_eq!((reason, &reply["MsgSeq"]), ("MsgFreqCtrl", &json!(0)));
                dropped += 1;
            }
        }
    }
    assert!((1..150).contains(&dropped), "{dropped}");
}

#[tokio::test]
async fn members_are_listed_muted_banned_and_marked() {
    let (host, app) = house();
    app.create("club").await;
    let users = json!({"GroupId": "club", "Members_Account": ["bob", "eve"], "MuteTime": 4_294_967_295_u32});
    app.group("forbid_send_msg", users).await;
    let muted = app.group("get_group_muted_account", json!({"GroupId": "club"})).await;
    let forever = json!([
        {"Member_Account": "bob", "MutedUntil": 4_294_967_295_u32},
        {"Member_Account": "eve", "MutedUntil": 4_294_967_295_u32},
    ]);
    assert_eq!(muted["MutedAccountList"], forever);
    let old = app.group("get_group_shutted_uin", json!({"GroupId": "club"})).await;
    assert_eq!(old["ShuttedUinList"].as_array().unwrap().len(), 2);
    let unmute = json!({"GroupId": "club", "Members_Account": ["bob", "eve"], "MuteTime": 0});
    app.group("forbid_send_msg", unmute).await;
    let muted = app.group("get_group_muted_account", json!({"GroupId": "club"})).await;
    assert_eq!(muted["MutedAccountList"], json!([]));

    let ban = json!({"GroupId": "club", "Members_Account": ["bob"], "Duration": 600, "Description": "spam"});
    app.group("ban_group_member", ban).await;
    let banned = app
        .group("get_group_ban_member", json!({"GroupId": "club", "Limit": 10, "Offset": 0}))
        .await;
    assert_eq!(
        (&banned["BannedAccountList"][0]["Member_Account"], &banned["NextOffset"]),
        (&json!("bob"), &json!(0))
    );
    app.group("unban_group_member", json!({"GroupId": "club", "Members_Account": ["bob"]})).await;
    let banned = app.group("get_group_ban_member", json!({"GroupId": "club"})).await;
    assert_eq!(banned["BannedAccountList"], json!([]));
    let many: Vec<_> = (0..21).map(|it| format!("u{it}")).collect();
    let ban = json!({"GroupId": "club", "Members_Account": many, "Duration": 600});
    assert_eq!(app.fails("ban_group_member", ban).await, 10005);

    // Marks and lists need members, who are on the page: its classes have both.
    let (_viewer, welcome) = Client::joined_in(&host, "class", "Ann").await;
    let user = &welcome["me"]["user"];
    let avchatroom = |command: &str| format!("group_open_avchatroom_http_svc/{command}");
    let mark = json!({"GroupId": "class", "CommandType": 1, "MemberList": [{"Member_Account": user, "Marks": [1_000]}]});
    let marked = app.call(&avchatroom("modify_user_info"), mark).await;
    assert_eq!(
        (&marked["ErrorCode"], &marked["MemberList"][0]["Marks"]),
        (&json!(0), &json!([1_000]))
    );
    let listed =
        app.call(&avchatroom("get_members"), json!({"GroupId": "class", "Timestamp": 0})).await;
    assert_eq!(
        (&listed["MemberList"][0]["Member_Account"], &listed["NextTimestamp"]),
        (user, &json!(0)),
        "{listed}"
    );
    assert_eq!(listed["MemberList"][0]["NickName"], "Ann");
    let of_mark = json!({"GroupId": "class", "Mark": 1_000});
    assert_eq!(
        app.call(&avchatroom("get_members"), of_mark).await["MemberList"].as_array().unwrap().len(),
        1
    );
    let first = app.group("get_group_member_info", json!({"GroupId": "class"})).await;
    assert_eq!(first["MemberNum"], 1);
    let online = app.group("get_online_member_num", json!({"GroupId": "class"})).await;
    assert_eq!(online["OnlineMemberNum"], 1);
}

#[tokio::test]
async fn attributes_and_counters_are_written_and_read() {
    let (_host, app) = house();
    app.create("stage").await;
    let attributes = |list: Value| json!({"GroupId": "stage", "GroupAttr": list});
    let read = async || {
        let command = "group_open_attr_http_svc/get_group_attr";
        let reply = app.call(command, json!({"GroupId": "stage"})).await;
        let list = reply["GroupAttrAry"].as_array().unwrap().clone();
        list.iter().map(|it| format!("{}={}", it["key"], it["value"])).collect::<Vec<_>>()
    };
    app.group(
        "set_group_attr",
        attributes(json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])),
    )
    .await;
    app.group("modify_group_attr", attributes(json!([{"key": "b", "value": "3"}]))).await;
    assert_eq!(read().await, [r#""a"="1""#, r#""b"="3""#]);
    app.group("delete_group_attr", attributes(json!([{"key": "a"}]))).await;
    assert_eq!(read().await, [r#""b"="3""#]);
    assert_eq!(app.fails("delete_group_attr", attributes(json!([{"key": "a"}]))).await, 10050);
    app.group("clear_group_attr", json!({"GroupId": "stage"})).await;
    assert!(read().await.is_empty());

    let count =
        |mode: &str, list: Value| json!({"GroupId": "stage", "Mode": mode, "GroupCounter": list});
    let set = app
        .group("update_group_counter", count("Set", json!([{"Key": "likes", "Value": 7}])))
        .await;
    assert_eq!(set["GroupCounter"], json!([{"Key": "likes", "Value": 7}]));
    app.group("update_group_counter", count("Increase", json!([{"Key": "likes", "Value": 3}])))
        .await;
    app.group("update_group_counter", count("Decrease", json!([{"Key": "gifts", "Value": 1}])))
        .await;
    let counters = app.group("get_group_counter", json!({"GroupId": "stage"})).await;
    let mut list = counters["GroupCounter"].as_array().unwrap().clone();
    list.sort_by_key(|it| it["Key"].to_string());
    assert_eq!(json!(list), json!([{"Key": "gifts", "Value": -1}, {"Key": "likes", "Value": 10}]));
    app.group("delete_group_counter", json!({"GroupId": "stage", "GroupCounterKeys": ["gifts"]}))
        .await;
    let one = app
        .group("get_group_counter", json!({"GroupId": "stage", "GroupCounterKeys": ["gifts"]}))
        .await;
    assert_eq!(one["GroupCounter"], json!([]));
}

#[tokio::test]
async fn notifications_reach_one_group_and_broadcasts_all_once_a_second() {
    let (host, app) = house();
    let (mut viewer, _) = Client::joined(&host, "Ann").await;
    let notice = json!({"GroupId": "live", "Content": "lottery at nine"});
    app.group("send_group_system_notification", notice).await;
    let told = viewer.until_entry(|entry| entry["type"] == "notice").await;
    assert!(told.to_string().contains("lottery at nine"), "{told}");

    let all = json!({"From_Account": "administrator", "Random": 1, "MsgBody": text_to("", 0, "to all")["MsgBody"]});
    let sent = app.group("send_broadcast_msg", all.clone()).await;
    assert!(sent["MsgSeq"].as_u64().is_some_and(|seq| seq > 0));
    let another = json!({"Random": 2, "MsgBody": text_to("", 0, "another")["MsgBody"]});
    assert_eq!(app.fails("send_broadcast_msg", another.clone()).await, 10006);
    assert_eq!(app.group("send_broadcast_msg", all.clone()).await, sent, "sent once already");
    // It is told in the administrator's name, and nobody is told that it is another's.
    let mut anns = all.clone();
    anns["From_Account"] = json!("ann");
    assert_eq!(app.fails("send_broadcast_msg", anns).await, 10004);
    let told = viewer.until_entry(|entry| entry.to_string().contains("to all")).await;
    assert_eq!(told["type"], "notice");
    // Nor is it told again once another may be.
    sleep(Duration::from_millis(1_100)).await;
    assert_eq!(app.group("send_broadcast_msg", all).await, sent);
    assert_ne!(app.group("send_broadcast_msg", another).await, sent);
    let told = viewer.until_entry(|entry| entry["type"] == "notice").await;
    assert!(told.to_string().contains("another"), "{told}");
}

#[tokio::test]
async fn what_livestreaming_groups_do_not_do_has_its_code() {
    let (_host, app) = house();
    app.create("g").await;
    app.send("g", 1, "here").await;
    let group = json!({"GroupId": "g"});
    for (command, wanted) in [
        ("delete_group_member", 10004),
        ("import_group", 10004),
        ("change_group_owner", 10007),
        ("get_role_in_group", 10007),
        ("add_group_member", 10007),
        ("delete_group_msg_by_sender", 10035),
        ("group_msg_get_simple", 10044),
    ] {
        assert_eq!(app.fails(command, group.clone()).await, wanted, "{command}");
    }
    let recall = json!({"GroupId": "g", "MsgSeqList": [{"MsgSeq": 1}]});
    assert_eq!(app.fails("group_msg_recall", recall).await, 10033);
    let members =
        json!({"Type": "AVChatRoom", "Name": "x", "MemberList": [{"Member_Account": "ann"}]});
    assert_eq!(app.fails("create_group", members).await, 10007);
    let targeted = json!({"GroupId": "g", "Random": 2, "To_Account": ["ann"], "MsgBody": text_to("", 0, "x")["MsgBody"]});
    assert_eq!(app.fails("send_group_msg", targeted).await, 10004);
    assert_eq!(described(&app, "g").await["NextMsgSeq"], 2, "nothing came of it");
}

#[tokio::test]
async fn a_message_to_one_user_needs_somebody_who_is_there() {
    let (_host, app) = house();
    let body = text_to("", 0, "leave, please")["MsgBody"].clone();
    let to = |to: Value| json!({"To_Account": to, "MsgRandom": 1, "MsgBody": body});
    let failure = async |message: Value| code(&app.call("openim/sendmsg", message).await);
    assert_eq!(failure(to(json!("nobody"))).await, 90012);
    assert_eq!(failure(to(json!(["a", "b"]))).await, 90011);
    assert_eq!(failure(json!({"MsgRandom": 1, "MsgBody": body})).await, 90003);
    assert_eq!(failure(json!({"To_Account": "bob", "MsgBody": body})).await, 90005);
    assert_eq!(failure(json!({"To_Account": "bob", "MsgRandom": 1, "MsgBody": {}})).await, 90007);
    assert_eq!(failure(json!({"To_Account": "bob", "MsgRandom": 1, "MsgBody": []})).await, 90002);
    assert_eq!(code(&app.call_text("openim/sendmsg", "{").await), 90001);
}

#[tokio::test]
async fn who_calls_must_be_an_administrator_with_a_good_signature() {
    let (_host, app) = house();
    let group = json!({"Type": "AVChatRoom", "Name": "x", "GroupId": "never"}).to_string();
    let answer = async |service: &str, query: &str| {
        let target = format!("/v4/{service}?{query}");
        code(&app.request("POST", &target, group.as_bytes()).await)
    };
    let create = format!("{GROUPS}/create_group");
    let good = app.query("administrator");
    let sig = app.sign("administrator");
    let with = |app: &str, user: &str, sig: &str| {
        format!("sdkappid={app}&identifier={user}&usersig={sig}")
    };
    for (query, wanted) in [
        (String::new(), 60012),
        ("identifier=administrator&usersig=x".to_owned(), 60012),
        (with("seven", "administrator", &sig), 60006),
        (with("1400000009", "administrator", &sig), 60006),
        ("sdkappid=1400000000&usersig=x".to_owned(), 60004),
        ("sdkappid=1400000000&identifier=administrator".to_owned(), 60004),
        ("sdkappid=1400000000&identifier=%zz&usersig=x".to_owned(), 60002),
        (with("1400000000", "administrator", "damaged"), 70003),
        (with("1400000000", "administrator", &"A".repeat(6_000)), 70003),
        (with("1400000000", "administrator", &app.sign("ann")), 70013),
        (app.query("ann"), 60010),
    ] {
        assert_eq!(answer(&create, &query).await, wanted, "{query}");
    }
    assert_eq!(answer("openim/sendmsg", &app.query("ann")).await, 90009);
    // Another app's key, another app's signature, and one whose time is over.
    let foreign = |app: &str, user: &str, age: u64| {
        let key: live::AppKey = app.parse().unwrap();
        let then = liveroom::Clock::new().now().before(Duration::from_secs(age));
        key.sign(user, then, Duration::from_secs(60)).unwrap()
    };
    let signed = |sig: String| with("1400000000", "administrator", &sig);
    assert_eq!(
        answer(&create, &signed(foreign("1400000000:another", "administrator", 0))).await,
        70009
    );
    assert_eq!(
        answer(&create, &signed(foreign("1400000001:the key of the app", "administrator", 0)))
            .await,
        70014
    );
    assert_eq!(
        answer(&create, &signed(foreign("1400000000:the key of the app", "administrator", 90)))
            .await,
        70001
    );
    for (service, wanted) in [
        (format!("{GROUPS}/no_such_command"), 10003),
        ("no_such_svc/create_group".to_owned(), 60009),
        (format!("{GROUPS}/"), 60002),
        (format!("{GROUPS}/create_group/more"), 60002),
    ] {
        assert_eq!(answer(&service, &good).await, wanted, "{service}");
    }
    assert_eq!(code(&app.request("POST", &format!("/v4/?{good}"), b"").await), 60002);
    let read = app.request("GET", &format!("/v4/{create}?{good}"), b"").await;
    assert_eq!(code(&read), 60002);
    assert_eq!(described(&app, "never").await["ErrorCode"], 10010, "nothing came of it");
}

#[tokio::test]
async fn a_body_that_is_wrong_has_its_code_and_changes_nothing() {
    let (_host, app) = house();
    app.create("g").await;
    let answer = async |command: &str, body: &str| {
        code(&app.call_text(&format!("{GROUPS}/{command}"), body).await)
    };
    assert_eq!(answer("create_group", "{\"Type\":").await, 10011);
    assert_eq!(answer("create_group", "").await, 10011);
    assert_eq!(answer("create_group", "[]").await, 10004);
    assert_eq!(answer("create_group", r#"{"Type":"Public","Name":"x"}"#).await, 10004);
    assert_eq!(answer("create_group", r#"{"Type":"AVChatRoom"}"#).await, 10004);
    assert_eq!(answer("create_group", r#"{"Type":"AVChatRoom","Name":7}"#).await, 10004);
    assert_eq!(
        answer("create_group", r#"{"Type":"AVChatRoom","Name":"x","GroupId":"@TGS#own"}"#).await,
        10015
    );
    assert_eq!(
        answer("create_group", r#"{"Type":"AVChatRoom","Name":"x","Owner_Account":"a b"}"#).await,
        10012
    );
    let long = format!(r#"{{"Type":"AVChatRoom","Name":"{}"}}"#, "x".repeat(31));
    assert_eq!(answer("create_group", &long).await, 10004);
    assert_eq!(
        answer("send_group_msg", r#"{"GroupId":"café","Random":1,"MsgBody":[]}"#).await,
        10015
    );
    assert_eq!(answer("send_group_msg", r#"{"GroupId":"none","Random":1,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"x"}}]}"#).await, 10010);
    assert_eq!(
        answer("send_group_msg", r#"{"GroupId":"g","Random":-1,"MsgBody":[]}"#).await,
        10004
    );
    assert_eq!(
        answer("send_group_msg", r#"{"GroupId":"g","Random":1,"MsgPriority":"high","MsgBody":[]}"#)
            .await,
        10004
    );
    let long = text_to("g", 1, &"x".repeat(12_289)).to_string();
    assert_eq!(answer("send_group_msg", &long).await, 80002);
    let oversized = format!(r#"{{"GroupId":"g","x":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(answer("destroy_group", &oversized).await, 10004);
    assert_eq!(code(&app.call_text("openim/sendmsg", &oversized).await), 90010);
    assert_eq!(answer("get_group_info", r#"{"GroupIdList":[]}"#).await, 10004);
    let many: Vec<_> = (0..501).map(|it| format!("u{it}")).collect();
    let mute = json!({"GroupId": "g", "Members_Account": many, "MuteTime": 1}).to_string();
    assert_eq!(answer("forbid_send_msg", &mute).await, 10005);
    let shown = described(&app, "g").await;
    assert_eq!((&shown["NextMsgSeq"], &shown["InfoSeq"]), (&json!(1), &json!(1)), "{shown}");
}

#[tokio::test]
async fn a_command_may_be_called_only_so_often() {
    let limits = Limits { calls: 3, ..Limits::default() };
    let (_host, app) = house_with(Options { limits, ..options() });
    let mut codes = Vec::new();
    for _ in 0..5 {
        let reply =
            app.call(&format!("{GROUPS}/get_group_info"), json!({"GroupIdList": ["live"]})).await;
        codes.push(reply["ErrorCode"].as_u64().unwrap());
    }
    assert_eq!(codes[..3], [0, 0, 0]);
    assert!(codes[3..].contains(&60007), "{codes:?}");
    app.create("another").await;
}

#[tokio::test]
async fn a_command_that_is_called_too_often_or_is_not_there_is_answered_before_its_body_comes() {
    let limits = Limits { calls: 1, ..Limits::default() };
    let (_host, app) = house_with(Options { limits, ..options() });
    let headed = async |command: &str| {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let query = app.query("administrator");
        let head = format!(
            "POST /v4/{GROUPS}/{command}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _reset = stream.read_to_string(&mut answer).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        code(&serde_json::from_str(body).unwrap())
    };
    assert_eq!(headed("no_such_command").await, 10003);
    let mut codes = Vec::new();
    for _ in 0..50 {
        codes.push(app.fails("destroy_group", json!({"GroupId": "none"})).await);
        codes.push(headed("destroy_group").await);
        if codes.contains(&60007) {
            break;
        }
    }
    assert_eq!((codes[0], codes.last()), (10010, Some(&60007)), "{codes:?}");
}

/// The commands that the README calls, with their bodies.
fn readme() -> Vec<(String, String)> {
    let readme = include_str!("../../README.md");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("curl \"$GROUP/"));
    let calls = lines.filter_map(|line| line.split_once("?$Q\" -d '"));
    let body = |rest: &str| rest.strip_suffix('\'').map(str::to_owned);
    calls.filter_map(|(command, rest)| Some((command.to_owned(), body(rest)?))).collect()
}

#[tokio::test]
async fn the_calls_of_the_readme_succeed() {
    let (_host, app) = house();
    let calls = readme();
    assert!(calls.len() >= 8, "{}", calls.len());
    for (command, body) in calls {
        let reply = app.call_text(&format!("{GROUPS}/{command}"), &body).await;
        assert_eq!(reply["ErrorCode"], 0, "{command}: {reply}");
        assert!(!reply.to_string().contains("10010"), "{command}: {reply}");
    }
}

#[test]
fn the_readme_names_every_command_that_is_there() {
    let readme = include_str!("../../README.md");
    for (service, commands) in [
        (
            "group_open_http_svc",
            "create_group destroy_group modify_group_base_info get_group_info send_group_msg \
             send_group_system_notification send_broadcast_msg group_msg_recall forbid_send_msg \
             get_group_muted_account get_group_shutted_uin ban_group_member unban_group_member \
             get_group_ban_member get_group_member_info get_online_member_num modify_group_attr \
             set_group_attr clear_group_attr delete_group_attr update_group_counter \
             get_group_counter delete_group_counter",
        ),
        ("group_open_avchatroom_http_svc", "get_members modify_user_info"),
        ("group_open_attr_http_svc", "get_group_attr"),
        ("openim", "sendmsg"),
    ] {
        for command in commands.split_whitespace() {
            assert!(readme.contains(&format!("`{command}`")), "{command}");
            let known = liveroom::tim::rest::call(service, command, b"{");
            let code = known.unwrap_err().code.number();
            assert!([10011, 90001].contains(&code), "{service}/{command}: {code}");
        }
    }
}
