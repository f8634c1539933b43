use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    command::{Command, Draft, JoinStatus, Span},
    config::GroupConfig,
    entry::Notice,
    group::Group,
    hash::HashKey,
    id::{Epoch, GroupId, SessionId, UserId},
    message::Content,
    role::{Author, Platform, Profile},
    tim::{Call, Read, Room, ToUser, events, tiny_id},
    time::Timestamp,
};

const AT: Timestamp = Timestamp::from_secs(1_600_000_000);

fn bytes(servcmd: &str, body: &Value) -> Vec<u8> {
    // As the SDK writes it, with much that is of no use here.
    let head = json!({
        "ver": "v4", "servcmd": servcmd, "seq": 7, "sdkappid": 1_400_000_000, "a2": "key",
        "tinyid": "144115", "instid": 3, "host": "unknown", "platform": 7,
    });
    json!({ "head": head, "body": body }).to_string().into_bytes()
}

fn ask(servcmd: &str, body: &Value) -> Result<Ask, u32> {
    let bytes = bytes(servcmd, body);
    let frame = Frame::read(&bytes).unwrap();
    frame.ask().map_err(|failure| failure.code.number())
}

fn friday() -> GroupId {
    GroupId::custom("friday").unwrap()
}

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

fn pushed(servcmd: &str, body: &Value) -> Vec<Command> {
    match ask(servcmd, body) {
        Ok(Ask::Call(Call::Push { group, from: None, commands })) => {
            assert_eq!(group, friday());
            commands
        }
        other => panic!("{servcmd}: {other:?}"),
    }
}

fn body_of(frame: &[u8]) -> Value {
    let mut frame: Value = serde_json::from_slice(frame).unwrap();
    frame["body"].take()
}

#[test]
fn a_reply_repeats_command_and_count() {
    let bytes = bytes("heartbeat.alive", &json!({}));
    let frame = Frame::read(&bytes).unwrap();
    assert_eq!((frame.servcmd(), frame.seq()), ("heartbeat.alive", 7));
    let reply: Value = serde_json::from_slice(&frame.reply(&Reply::empty())).unwrap();
    let head = json!({ "ver": "v4", "servcmd": "heartbeat.alive", "seq": 7 });
    let body = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" });
    assert_eq!(reply, json!({ "head": head, "body": body }));
    let failed = body_of(&frame.fail(&Code::MUTED.into()));
    assert_eq!((&failed["ActionStatus"], &failed["ErrorCode"]), (&json!("FAIL"), &json!(10_017)));
}

#[test]
fn what_is_no_frame_is_turned_away() {
    let code = |bytes: &[u8]| Frame::read(bytes).unwrap_err().code.number();
    assert_eq!((code(b""), code(b"COMP\x01"), code(b"{")), (10_011, 10_011, 10_011));
    for wrong in [
        "{}",
        "[]",
        r#"{"head":{}}"#,
        r#"{"head":{"servcmd":"a.b"}}"#,
        r#"{"head":{"servcmd":"a.b","seq":-1}}"#,
    ] {
        assert_eq!(code(wrong.as_bytes()), 10_004, "{wrong}");
    }
    let long = format!(r#"{{"head":{{"servcmd":"{}","seq":1}}}}"#, "x".repeat(129));
    assert_eq!(code(long.as_bytes()), 10_004);
    assert_eq!(code(&vec![b' '; MAX_FRAME + 1]), 10_004);
    let bare = br#"{"head":{"servcmd":"heartbeat.alive","seq":1}}"#;
    assert_eq!(Frame::read(bare).unwrap().ask(), Ok(Ask::Alive), "a body may be left out");
}

#[test]
fn a_name_that_needs_escapes_comes_back_as_it_was() {
    let bytes = bytes("a\"\n.b", &json!({}));
    let reply: Value =
        serde_json::from_slice(&Frame::read(&bytes).unwrap().reply(&Reply::empty())).unwrap();
    assert_eq!(reply["head"]["servcmd"], "a\"\n.b");
}

#[test]
fn a_login_shows_who_and_is_answered_with_a_key() {
    let head = json!({ "servcmd": "im_open_status.wslogin", "seq": 1, "identifier": "ann", "usersig": "sig" });
    let bytes = json!({ "head": head, "body": { "State": "Online" } }).to_string();
    let frame = Frame::read(bytes.as_bytes()).unwrap();
    assert_eq!((frame.ask(), frame.credentials()), (Ok(Ask::Login), Some(("ann", "sig"))));
    // Over another connection it brings the key instead.
    let again =
        json!({ "head": { "servcmd": "im_open_status.wslogin", "seq": 1, "a2": "a:b:sig" } });
    let again = again.to_string();
    let frame = Frame::read(again.as_bytes()).unwrap();
    assert_eq!(frame.credentials(), Some(("a:b", "sig")));
    let nobody = br#"{"head":{"servcmd":"heartbeat.alive","seq":1,"identifier":"","usersig":""}}"#;
    assert_eq!(Frame::read(nobody).unwrap().credentials(), None);
    let bought = ask("im_sdk_config_mgr.fetch_imsdk_purchase_bitsv2", &json!({}));
    let Ok(Ask::Nothing(reply)) = bought else { panic!("{bought:?}") };
    let bought: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
    assert_eq!(bought["PurchaseBits"], PURCHASE_BITS);
    let login = Login { user: &user("ann"), sig: "sig", instance: 3, hello: 60, now: AT };
    let told = body_of(&frame.reply(&login.reply()));
    let tiny = tiny_id(&user("ann")).to_string();
    for (key, value) in [
        ("A2Key", json!("ann:sig")),
        ("TinyId", json!(tiny)),
        ("InstId", json!(3)),
        ("HelloInterval", json!(60)),
        ("TimeStamp", json!(1_600_000_000)),
        ("ErrorCode", json!(0)),
    ] {
        assert_eq!(told[key], value, "{key}");
    }
    let bits = told["PurchaseBits"].as_str().unwrap();
    assert!(bits.len() <= 64 && bits.bytes().all(|bit| bit == b'1'), "binary digits");
    assert_eq!(ask("im_open_status.wslogout", &json!({})), Ok(Ask::Logout));
}

#[test]
fn users_and_guests_join_quit_and_poll() {
    let body = json!({ "GroupId": "friday", "ApplyMsg": "hi", "WebPushFlag": 1 });
    let join = |guest| Ok(Ask::Join { group: friday(), note: "hi".to_owned(), guest });
    assert_eq!(ask("group_open_http_svc.apply_join_group", &body), join(false));
    assert_eq!(ask("group_open_http_noauth_svc.apply_join_group", &body), join(true));
    assert_eq!(ask("group_open_http_svc.quit_group", &body), Ok(Ask::Quit { group: friday() }));
    let poll = |guest| Ok(Ask::Poll { key: "k".to_owned(), start: 4, guest });
    let body = json!({ "USP": 1, "StartSeq": 4, "HoldTime": 90, "Key": "k" });
    assert_eq!(ask("group_open_long_polling_http_svc.get_msg", &body), poll(false));
    assert_eq!(ask("group_open_long_polling_http_noauth_svc.get_msg", &body), poll(true));
    assert_eq!(
        ask("group_open_http_svc.apply_join_group", &json!({ "GroupId": "é" })),
        Err(10_015)
    );
    assert_eq!(ask("group_open_long_polling_http_svc.get_msg", &json!({})), Err(10_004));
    // Guests have no other command.
    assert_eq!(ask("group_open_http_noauth_svc.send_group_msg", &body), Err(10_003));
}

#[test]
fn a_join_is_answered_with_what_makes_the_sdk_poll() {
    let told: Value =
        serde_json::from_slice(joined(JoinStatus::Joined, "k", 4).as_bytes()).unwrap();
    for (key, value) in [
        ("JoinedStatus", json!("JoinedSuccess")),
        ("LongPollingKey", json!("k")),
        ("StartSeq", json!(4)),
        ("HugeGroupFlag", json!(1)),
    ] {
        assert_eq!(told[key], value, "{key}");
    }
    let of =
        |status| -> Value { serde_json::from_slice(joined(status, "k", 4).as_bytes()).unwrap() };
    assert_eq!(of(JoinStatus::AlreadyInGroup)["JoinedStatus"], "JoinedSuccess");
    let waits = of(JoinStatus::WaitingForApproval);
    assert_eq!(
        (&waits["JoinedStatus"], &waits["LongPollingKey"]),
        (&json!("WaitAdminApproval"), &Value::Null)
    );
}

#[test]
fn nobody_speaks_in_anothers_name() {
    let body = json!({
        "GroupId": "friday", "Random": 7, "ClientSeq": 1, "MsgPriority": "Low", "MsgClientTime": 1,
        "From_Account": "somebody_else", "ForbidCallbackControl": ["ForbidBeforeSendMsgCallback"],
        "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hello" } }],
        "OfflinePushInfo": {}, "OnlineOnlyFlag": 0,
    });
    let Ok(Ask::Call(Call::Send {
        from: None, draft, skip_before: false, skip_after: false, ..
    })) = ask("group_open_http_svc.send_group_msg", &body)
    else {
        panic!("a message of who is logged in")
    };
    let Draft { content, priority, .. } = *draft;
    assert_eq!((content, priority), (Content::text("hello"), Some(crate::message::Priority::Low)));
}

#[test]
fn what_is_for_administrators_alone_is_not_for_users() {
    let body = json!({ "GroupId": "friday", "Content": "x" });
    for command in ["send_group_system_notification", "send_broadcast_msg"] {
        assert_eq!(ask(&format!("group_open_http_svc.{command}"), &body), Err(10_007), "{command}");
    }
    assert_eq!(ask("openim.sendmsg", &body), Err(10_003), "there is no one-to-one talk");
}

#[test]
fn staff_mute_name_and_raise_one_member() {
    let command = "group_open_http_svc.modify_group_member_info";
    let body = |key: &str, value: Value| json!({ "GroupId": "friday", "Member_Account": "bob", key: value });
    let users = || [user("bob")].into_iter().collect();
    assert_eq!(
        pushed(command, &body("ShutUpTime", json!(u32::MAX))),
        [Command::Mute { users: users(), span: Span::Forever }]
    );
    assert_eq!(
        pushed(command, &body("ShutUpTime", json!(0))),
        [Command::Unmute { users: users() }]
    );
    let card = Command::SetNameCard { user: user("bob"), card: "Bobby".into() };
    assert_eq!(pushed(command, &body("NameCard", json!("Bobby"))), [card]);
    assert_eq!(
        pushed(command, &body("Role", json!("Admin"))),
        [Command::SetAdmin { user: user("bob") }]
    );
    assert_eq!(
        pushed(command, &body("Role", json!("Member"))),
        [Command::CancelAdmin { user: user("bob") }]
    );
    assert_eq!(ask(command, &body("Role", json!("Owner"))), Err(10_004));
    let ban = json!({ "GroupId": "friday", "Members_Account": ["bob"], "Duration": 60, "Description": "" });
    assert!(matches!(
        pushed("group_open_http_svc.ban_group_member", &ban)[..],
        [Command::Ban { .. }]
    ));
    assert_eq!(ask("group_open_http_svc.delete_group_member", &ban), Err(10_004));
}

#[test]
fn groups_and_members_are_asked_about_in_several_ways() {
    for command in ["get_group_self_member_info", "get_group_public_info", "get_group_info"] {
        let body = json!({ "GroupIdList": ["friday"], "ResponseFilter": {} });
        let groups = vec!["friday".to_owned()];
        let call = Ok(Ask::Call(Call::Describe { groups }));
        assert_eq!(ask(&format!("group_open_http_svc.{command}"), &body), call);
    }
    let read = |servcmd: &str, body: Value| match ask(servcmd, &body) {
        Ok(Ask::Call(Call::Read { read, .. })) => read,
        other => panic!("{servcmd}: {other:?}"),
    };
    let body = json!({ "GroupId": "friday", "Limit": 15, "Offset": 0 });
    let all = Read::Members { from: crate::roster::Page::default(), mark: None };
    assert_eq!(read("group_open_http_svc.get_group_member_info", body.clone()), all);
    assert_eq!(read("group_open_avchatroom_http_svc.get_members", body.clone()), all);
    assert_eq!(read("group_open_http_svc.get_online_member_num", body.clone()), Read::Online);
    assert_eq!(read("group_open_attr_http_svc.get_group_attr", body), Read::Attributes);
    let body = json!({ "GroupId": "friday", "Member_List_Account": ["bob"] });
    let named = read("group_open_http_svc.get_specified_group_member_info", body);
    assert_eq!(named, Read::Named { users: vec![user("bob")] });

    let (config, key) = (GroupConfig::vendor(), HashKey::new(1, 2));
    let mut group = Group::new(friday(), None, config, Epoch(1), key, AT);
    let join = Command::join(user("bob"), Profile::nick("Bob"), Platform::Web);
    group.push(AT, Author::Session(SessionId(1)), join).unwrap();
    let told: Value = serde_json::from_slice(named.reply(&group).as_bytes()).unwrap();
    let member = &told["MemberList"][0];
    assert_eq!((&member["Role"], &member["NickName"]), (&json!("Member"), &json!("Bob")));
    assert_eq!(member["ShutUpUntil"], 0);
}

#[test]
fn attributes_counters_and_groups_are_written_as_over_rest() {
    let body = json!({ "GroupId": "friday", "GroupAttr": [{ "key": "a", "value": "1", "seq": 0 }],
        "AttrMainSeq": 0, "AttrControl": ["RaceConflict"] });
    let [Command::SetAttributes { changes, seen: None, .. }] =
        &pushed("group_open_http_svc.modify_group_attr", &body)[..]
    else {
        panic!("a write")
    };
    assert_eq!(changes[0].seen, Some(0), "it is new");
    let body = json!({ "GroupId": "friday", "Mode": "Increase", "GroupCounter": [{ "Key": "likes", "Value": 1 }] });
    assert!(matches!(
        pushed("group_open_http_svc.update_group_counter", &body)[..],
        [Command::Count { .. }]
    ));
    let body = json!({ "Type": "AVChatRoom", "Name": "Friday", "WebPushFlag": 1 });
    assert!(matches!(
        ask("group_open_http_svc.create_group", &body),
        Ok(Ask::Call(Call::Create(_)))
    ));
    assert_eq!(
        pushed("group_open_http_svc.destroy_group", &json!({ "GroupId": "friday" })),
        [Command::Disband]
    );
}

#[test]
fn profiles_are_read_and_set() {
    let body = json!({ "From_Account": "ann", "UserItem": [{ "To_Account": "bob", "StandardSequence": 0 }] });
    let profiles = Ok(Ask::Profiles { users: vec![user("bob")] });
    assert_eq!(ask("profile.portrait_get_all", &body), profiles);
    assert_eq!(ask("profile.portrait_get", &json!({ "To_Account": ["bob"] })), profiles);
    let many = vec![json!({ "To_Account": "bob" }); 101];
    assert_eq!(ask("profile.portrait_get_all", &json!({ "UserItem": many })), Err(10_005));
    let item = |tag: &str, value: Value| json!({ "Tag": tag, "Value": value });
    let items =
        [item("Tag_Profile_IM_Nick", json!("Ann")), item("Tag_Profile_IM_Gender", json!(7))];
    let set = Ok(Ask::SetProfile { nick: Some("Ann".to_owned()), avatar: None });
    assert_eq!(ask("profile.portrait_set", &json!({ "ProfileItem": items })), set);
    let wrong = [item("Tag_Profile_IM_Image", json!(7))];
    assert_eq!(ask("profile.portrait_set", &json!({ "ProfileItem": wrong })), Err(10_004));
    let (bob, shown) = (user("bob"), Profile::new("Bob", "http://bob"));
    let told: Value = serde_json::from_slice(profile([(&bob, &shown)]).as_bytes()).unwrap();
    let items = json!([
        { "Tag": "Tag_Profile_IM_Nick", "Value": "Bob" },
        { "Tag": "Tag_Profile_IM_Image", "Value": "http://bob" },
    ]);
    assert_eq!(told["UserProfileItem"][0]["ProfileItem"], items);
}

#[test]
fn what_is_not_there_is_answered_in_a_shape_that_ends() {
    for (servcmd, key, value) in [
        ("recentcontact.page_get", "CompleteFlag", json!(1)),
        ("sns.black_list_get", "StartIndex", json!(0)),
        ("group_open_http_svc.get_joined_group_list", "TotalCount", json!(0)),
    ] {
        let Ok(Ask::Nothing(reply)) = ask(servcmd, &json!({})) else { panic!("{servcmd}") };
        let told: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
        assert_eq!((&told[key], &told["ErrorCode"]), (&value, &json!(0)), "{servcmd}");
    }
    for bare in [
        "openim.getmsg",
        "sns.friend_get",
        "sns.group_get",
        "sns.pendency_get",
        "imopenstat.tim_web_report_v2",
        "im_sdk_config_mgr.fetch_config",
        "openim.authkey",
        "im_sdk_config_mgr.fetch_imsdk_purchase_bitsv2",
        "recentcontact.get_contact_group",
        "recentcontact.search_contact_group",
        "openim.get_c2c_peer_mute_notifications",
        "million_group_open_http_svc.get_joined_group_list",
    ] {
        assert_eq!(ask(bare, &json!({})).map(|_| ()), Ok(()), "{bare}");
    }
    for unknown in [
        "",
        ".",
        "a",
        "none.at_all",
        "group_open_http_svc.none",
        "im_open_status.x",
        "heartbeat.x",
        "profile.x",
    ] {
        assert_eq!(ask(unknown, &json!({})), Err(10_003), "{unknown}");
    }
}

#[test]
fn what_has_no_head_is_told_so_all_the_same() {
    let told = body_of(&fault(&Frame::read(b"{").unwrap_err()));
    assert_eq!(told["ErrorCode"], 10_011);
}

#[test]
fn a_poll_carries_the_shared_list_as_it_is() {
    let bytes = bytes("group_open_long_polling_http_svc.get_msg", &json!({ "Key": "k" }));
    let frame = Frame::read(&bytes).unwrap();
    let told = body_of(&poll(frame.head(), "k\"", 9, br#"[{"Event":3}]"#));
    let expected = json!({
        "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Key": "k\"", "NextSeq": 9,
        "RspMsgList": [{ "Event": 3 }],
    });
    assert_eq!(told, expected);
    assert_eq!(body_of(&poll(frame.head(), "k", 9, b""))["RspMsgList"], json!([]));
}

#[test]
fn notices_and_messages_to_one_user_are_pushed() {
    let (id, notice) = (friday(), Notice::Kicked { reason: "spam".into() });
    let room = Room { id: &id, name: "Friday", admin: "administrator" };
    let event = events::of_notice(&room, AT, 1, &notice).unwrap();
    let frame: Value = serde_json::from_slice(&push(3, &event)).unwrap();
    assert_eq!(frame["head"]["servcmd"], "im_open_push.msg_push");
    let told = &frame["body"]["EventArray"][0]["GroupTips"][0];
    assert_eq!((&told["MsgBody"]["ReportType"], &told["ToGroupId"]), (&json!(4), &json!("friday")));

    let content = Content::custom("quit");
    let message = ToUser { from: None, to: user("bob"), random: 7, content };
    let frame = push_to_user(4, "administrator", &message, &Profile::default(), AT);
    let told = &body_of(&frame)["EventArray"][0]["C2cMsgArray"][0];
    assert_eq!(
        (&told["From_Account"], &told["To_Account"]),
        (&json!("administrator"), &json!("bob"))
    );
    assert_eq!(
        (&told["MsgRandom"], &told["MsgBody"][0]["MsgContent"]["Data"]),
        (&json!(7), &json!("quit"))
    );
}

proptest! {
    #[test]
    fn hostile_frames_never_panic(
        raw in prop::collection::vec(any::<u8>(), 0..100), servcmd in "[a-z_.]{0,40}", body in ".{0,60}",
    ) {
        let _ = Frame::read(&raw);
        let servcmds = [
            servcmd.as_str(), "group_open_http_svc.apply_join_group", "profile.portrait_set",
            "group_open_http_svc.modify_group_member_info", "profile.portrait_get_all",
            "group_open_long_polling_http_svc.get_msg",
        ];
        for servcmd in servcmds {
            for body in [body.clone(), json!({ "GroupId": body, "Key": body, "ProfileItem": body }).to_string()] {
                let text = format!(r#"{{"head":{{"servcmd":"{servcmd}","seq":1}},"body":{body}}}"#);
                if let Ok(frame) = Frame::read(text.as_bytes())
                    && let Err(failure) = frame.ask()
                {
                    prop_assert!(Code::ALL.contains(&failure.code));
                }
            }
        }
    }
}
