//! Requests in, replies out; the commands themselves in files of their own.

mod groups;
mod members;
mod messages;

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    command::{AttributeMode, Command, CounterChange, Counting, Draft, GroupPatch, Receipt, Span},
    config::GroupConfig,
    group::Group,
    hash::HashKey,
    id::{Epoch, GroupId, Random, Seq, SessionId, UserId},
    message::{Content, Kind, Priority},
    outcome::{Discard, Outcome, Rejection},
    refusal::Refusal,
    role::{Author, JoinOption, Platform, Profile},
    roster::Page,
    rules::Action,
    time::Timestamp,
};

const AT: Timestamp = Timestamp::from_secs(1_600_000_000);
const GROUPS: &str = "group_open_http_svc";
const LIVE: &str = "group_open_avchatroom_http_svc";

fn ask(command: &str, body: &Value) -> Result<Call, u32> {
    asked(GROUPS, command, body)
}

fn asked(service: &str, command: &str, body: &Value) -> Result<Call, u32> {
    call(service, command, body.to_string().as_bytes()).map_err(|failure| failure.code.number())
}

fn friday() -> GroupId {
    GroupId::custom("friday").unwrap()
}

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

fn commands(call: Result<Call, u32>) -> Vec<Command> {
    let Ok(Call::Push { group, from: None, commands }) = call else { panic!("{call:?}") };
    assert_eq!(group, friday());
    commands
}

fn read_of(call: Result<Call, u32>) -> Read {
    let Ok(Call::Read { group, read }) = call else { panic!("{call:?}") };
    assert_eq!(group, friday());
    read
}

fn parsed(reply: &Reply) -> Value {
    serde_json::from_slice(reply.as_bytes()).unwrap()
}

/// A group with its owner ann and its member bob.
fn group() -> Group {
    let (config, key) = (GroupConfig::vendor(), HashKey::new(1, 2));
    let mut group = Group::new(friday(), Some(user("ann")), config, Epoch(1), key, AT);
    for (session, id) in [(1, "ann"), (2, "bob")] {
        let join = Command::join(user(id), Profile::new(id, "http://face"), Platform::Web);
        group.push(AT, Author::Session(SessionId(session)), join).unwrap();
    }
    group
}

/// Gives the commands of a request to a group, as a host does.
fn act(group: &mut Group, call: &Call) -> Result<Reply, Failure> {
    let Call::Push { commands, .. } = call else { panic!("{call:?}") };
    let mut receipts = Vec::new();
    for command in commands.clone() {
        let pushed = group.push(AT, Author::App, command);
        receipts.push(pushed.map_err(|refusal| call.failure(&refusal.into()))?);
    }
    Ok(call.done(&receipts))
}

fn acted(group: &mut Group, command: &str, body: &Value) -> Result<Value, u32> {
    let reply = act(group, &ask(command, body)?).map_err(|failure| failure.code.number())?;
    Ok(parsed(&reply))
}

#[test]
fn an_address_names_service_command_app_and_caller() {
    let path = "/v4/openim/sendmsg";
    let query = "sdkappid=1400000000&identifier=%e7%ae%a1&usersig=a*b-c_&random=1&contenttype=json";
    let access = Access::read(path, query).unwrap();
    assert_eq!((access.service, access.command), ("openim", "sendmsg"));
    assert_eq!((&*access.identifier, &*access.usersig), ("管", "a*b-c_"));
    let code = |path, query: &str| Access::read(path, query).unwrap_err().code.number();
    for wrong in ["", "/", "/v4/openim", "/v4//sendmsg", "/v4/openim/", "/v4/a/b/c", "/v5/a/b"] {
        assert_eq!(code(wrong, query), 60_002, "{wrong}");
    }
    assert_eq!(code(path, "identifier=a&usersig=b"), 60_012);
    assert_eq!(code(path, "sdkappid=&identifier=a&usersig=b"), 60_012);
    for wrong in ["x", "-1", "4294967296", "1.5"] {
        assert_eq!(code(path, &format!("sdkappid={wrong}&identifier=a&usersig=b")), 60_006);
    }
    assert_eq!(code(path, "sdkappid=1&usersig=b"), 60_004);
    assert_eq!(code(path, "sdkappid=1&identifier=a"), 60_004);
    assert_eq!(code(path, "sdkappid=1&identifier=&usersig=b"), 60_004);
    for wrong in ["%", "%4", "%zz", "%ff"] {
        assert_eq!(code(path, &format!("sdkappid=1&identifier={wrong}&usersig=b")), 60_002);
    }
    assert_eq!(code(path, &"x".repeat(Access::MAX_BYTES)), 60_002);
}

#[test]
fn of_a_parameter_that_comes_twice_the_first_counts() {
    let query = "sdkappid=1&identifier=admin&usersig=s&identifier=other&sdkappid=2";
    let access = Access::read("/v4/a/b", query).unwrap();
    assert_eq!((access.app, &*access.identifier), (AppId(1), "admin"));
}

#[test]
fn unknown_services_and_commands_have_codes_of_their_own() {
    assert_eq!(asked("none_svc", "x", &json!({})), Err(60_009));
    for service in [GROUPS, LIVE, "group_open_attr_http_svc", "openim"] {
        assert_eq!(asked(service, "x", &json!({})), Err(10_003), "{service}");
    }
}

#[test]
fn a_body_that_is_no_json_differs_from_one_that_is_wrong() {
    let code = |body: &[u8]| call(GROUPS, "destroy_group", body).unwrap_err().code.number();
    assert_eq!((code(b"{"), code(b"")), (10_011, 10_011));
    assert_eq!((code(b"{}"), code(b"[]"), code(br#"{"GroupId":7}"#)), (10_004, 10_004, 10_004));
    assert_eq!(code("{\"GroupId\":\"caf\u{e9}\"}".as_bytes()), 10_015);
    let long = format!(r#"{{"GroupId":"friday","x":"{}"}}"#, "x".repeat(MAX_BODY));
    assert_eq!(code(long.as_bytes()), 10_004);
}

#[test]
fn what_livestreaming_groups_do_not_do_is_refused_whatever_the_body() {
    for (command, code) in [
        ("delete_group_member", 10_004),
        ("import_group", 10_004),
        ("import_group_msg", 10_004),
        ("import_group_member", 10_004),
        ("change_group_owner", 10_007),
        ("get_role_in_group", 10_007),
        ("add_group_member", 10_007),
        ("delete_group_ramble_msg_by_seq", 10_035),
        ("delete_group_msg_by_sender", 10_035),
        ("group_msg_get_simple", 10_044),
        ("group_msg_get", 10_044),
    ] {
        assert_eq!(ask(command, &json!({})), Err(code), "{command}");
    }
}

#[test]
fn a_reply_past_its_bound_says_so_instead() {
    let mut group = group();
    let muted = (0..20_000).map(|n| user(&format!("u{n:030}"))).collect::<Vec<_>>();
    for users in muted.chunks(500) {
        let users = users.iter().cloned().collect();
        group.push(AT, Author::App, Command::Mute { users, span: Span::Forever }).unwrap();
        while group.poll().is_some() {}
    }
    let reply = Read::Muted { old: false }.reply(&group);
    assert_eq!(parsed(&reply)["ErrorCode"], 10_018);
    assert!(reply.as_bytes().len() < 200);
}

#[test]
fn a_failure_is_a_reply() {
    let reply = Reply::from(Err::<Reply, _>(Failure::from(Turned::NotAdmin)));
    let expected = r#"{"ActionStatus":"FAIL","ErrorCode":60010,"ErrorInfo":"only an administrator of the app may call this"}"#;
    assert_eq!(reply.as_bytes(), expected.as_bytes());
    assert_eq!(Reply::empty().as_bytes(), br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#);
}

#[test]
fn receipts_that_say_nothing_are_an_empty_success() {
    let call = ask("destroy_group", &json!({ "GroupId": "friday" })).unwrap();
    assert_eq!(call.done(&[Receipt::Done]), Reply::empty());
    let count = Command::Count {
        changes: vec![CounterChange { key: "a".into(), change: Counting::Set(1) }],
    };
    let receipts = [Receipt::Counters(vec![("a".into(), 1)])];
    assert_eq!(parsed(&done(&[count], &receipts))["GroupCounter"][0]["Value"], 1);
    let write = Command::SetAttributes { mode: AttributeMode::Merge, changes: vec![], seen: None };
    let told = parsed(&done(&[write], &[Receipt::Attributes { seq: 3 }]));
    assert_eq!((&told["AttrMainSeq"], &told["GroupAttr"]), (&json!(3), &json!([])));
}

/// Every command that has a body of its own.
const COMMANDS: [&str; 22] = [
    "create_group",
    "destroy_group",
    "modify_group_base_info",
    "get_group_info",
    "send_group_msg",
    "send_group_system_notification",
    "send_broadcast_msg",
    "forbid_send_msg",
    "get_group_muted_account",
    "ban_group_member",
    "unban_group_member",
    "get_group_ban_member",
    "get_online_member_num",
    "modify_group_attr",
    "set_group_attr",
    "clear_group_attr",
    "delete_group_attr",
    "update_group_counter",
    "get_group_counter",
    "delete_group_counter",
    "group_msg_recall",
    "get_group_shutted_uin",
];

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("friday")),
        Just(json!("TIMTextElem")),
    ];
    let key = prop::sample::select(vec![
        "GroupId",
        "Type",
        "Name",
        "MsgBody",
        "MsgType",
        "MsgContent",
        "Random",
        "Members_Account",
        "MuteTime",
        "Duration",
        "GroupAttr",
        "key",
        "value",
        "seq",
        "GroupCounter",
        "Key",
        "Value",
        "Mode",
        "MsgSeqList",
        "MsgSeq",
        "GroupIdList",
        "Content",
        "Text",
        "AppDefinedData",
        "Marks",
        "MemberList",
        "Member_Account",
        "CommandType",
        "To_Account",
        "MsgRandom",
        "Timestamp",
    ]);
    leaf.prop_recursive(3, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| {
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn hostile_bodies_never_panic_and_have_a_known_code(body in json_value(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = body.to_string();
        for body in [text.as_bytes(), &bytes] {
            let groups = COMMANDS.iter().map(|command| (GROUPS, *command));
            let live = ["get_members", "modify_user_info"].map(|command| (LIVE, command));
            for (service, command) in groups.chain(live).chain([("openim", "sendmsg")]) {
                if let Err(failure) = call(service, command, body) {
                    prop_assert!(Code::ALL.contains(&failure.code));
                    prop_assert!(failure.info.len() <= Failure::MAX_INFO);
                }
            }
        }
    }

    #[test]
    fn hostile_addresses_never_panic(path in ".{0,60}", query in "[a-z0-9=&%]{0,80}") {
        let _ = Access::read(&path, &query);
        let _ = Access::read("/v4/a/b", &query);
    }
}
