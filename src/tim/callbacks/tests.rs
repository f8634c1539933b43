use proptest::prelude::*;

use super::*;
use crate::{
    command::{Decision, Device},
    cursor::Cursor,
    id::{Epoch, FilterId, GroupId, RecordNo, Seq, SessionId, Ticket},
    message::Content,
    outcome::Discard,
    output::Question,
    tim::{Code, events::tests::message},
};

const AT: Timestamp = Timestamp::from_millis(1_600_000_000_123);
const RECORD: RecordNo = RecordNo(1);

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

fn told(output: &Output) -> Option<Callback> {
    let id = GroupId::custom("friday").unwrap();
    Callback::of(&Room { id: &id, name: "Friday", admin: "administrator" }, output)
}

fn with_room(make: impl FnOnce(&Room<'_>) -> Callback) -> Callback {
    let id = GroupId::custom("friday").unwrap();
    make(&Room { id: &id, name: "Friday", admin: "administrator" })
}

fn body(callback: &Callback) -> Value {
    serde_json::from_slice(&callback.body(AT)).unwrap()
}

/// What stands in every callback of a group.
fn base(command: &str) -> Value {
    let time = 1_600_000_000_123_u64;
    json!({
        "CallbackCommand": command, "EventTime": time, "GroupId": "friday", "Type": "AVChatRoom",
    })
}

fn merged(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn message_fields() -> Value {
    json!({
        "From_Account": "ann", "Operator_Account": "ann", "Random": 77, "OnlineOnlyFlag": 0,
        "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hello" } }],
        "CloudCustomData": "beside", "TopicId": "",
    })
}

#[test]
fn a_question_of_policy_asks_the_app_and_one_of_the_filter_does_not() {
    let ask = |cause| {
        let (ticket, message) = (Ticket(1), message().into());
        Output::Ask {
            record: RECORD,
            question: Question {
                ticket,
                message,
                step: "callback".parse().unwrap(),
                cause,
                expires: AT,
            },
        }
    };
    let callback = told(&ask(Cause::Policy)).unwrap();
    assert!(callback.asks());
    assert_eq!(body(&callback), merged(base("Group.CallbackBeforeSendMsg"), message_fields()));
    assert_eq!(told(&ask(Cause::Filter { filter: FilterId(1), term: 0 })), None);
}

#[test]
fn what_was_delivered_has_its_place_and_what_was_not_has_its_code() {
    let ended = |outcome| Output::Ended {
        record: RECORD,
        message: message().into(),
        session: None,
        outcome,
        disclose: false,
    };
    let callback = told(&ended(Outcome::Delivered { seq: Seq(5), at: AT })).unwrap();
    let more = merged(message_fields(), json!({ "MsgSeq": 5, "MsgTime": 1_600_000_000_u64 }));
    assert_eq!(body(&callback), merged(base("Group.CallbackAfterSendMsg"), more));
    assert!(!callback.asks());
    for reason in Discard::ALL {
        let callback = told(&ended(Outcome::Discarded(reason))).unwrap();
        assert_eq!(callback.command(), "Group.CallbackSendMsgException");
        assert_eq!(body(&callback)["ErrorCode"], Code::from(reason).number());
    }
    let lost = body(&told(&ended(Outcome::Discarded(Discard::Rate))).unwrap());
    assert_eq!(lost["ErrorCode"], 10_023);
}

#[test]
fn who_comes_and_goes_is_told_with_the_platform() {
    let device = Device { session: SessionId(1), platform: Platform::Ios };
    let cursor = Cursor::start(&GroupId::custom("friday").unwrap(), Epoch(1));
    let joined = |user: Option<UserId>, already| Output::Joined {
        record: RECORD,
        user,
        device,
        already,
        cursor,
    };
    let callback = told(&joined(Some(user("bob")), false)).unwrap();
    let more = json!({
        "JoinType": "Apply", "Operator_Account": "bob", "NewMemberList": [{ "Member_Account": "bob" }],
    });
    assert_eq!(body(&callback), merged(base("Group.CallbackAfterNewMemberJoin"), more));
    assert!(callback.query(AppId(7), "", None, AT).ends_with("&OptPlatform=iOS"));
    assert_eq!(told(&joined(Some(user("bob")), true)), None);
    assert_eq!(told(&joined(None, false)), None, "a guest has no name");

    let left = |operator: Option<UserId>, reason, remains| Output::Left {
        record: RECORD,
        user: Some(user("bob")),
        operator,
        platform: Platform::Web,
        reason,
        remains,
    };
    for (operator, reason, exit, by) in [
        (Some(user("bob")), LeaveReason::Quit, "Quit", "bob"),
        (None, LeaveReason::Lost, "Quit", "bob"),
        (Some(user("ann")), LeaveReason::Kicked, "Kicked", "ann"),
        (None, LeaveReason::Banned, "Kicked", "administrator"),
    ] {
        let callback = told(&left(operator, reason, false)).unwrap();
        let accounts = json!([{ "Member_Account": "bob" }]);
        let more = json!({ "ExitType": exit, "Operator_Account": by, "ExitMemberList": accounts });
        assert_eq!(body(&callback), merged(base("Group.CallbackAfterMemberExit"), more));
    }
    assert!(told(&left(Some(user("bob")), LeaveReason::Quit, true)).is_some(), "on one platform");
    assert_eq!(told(&left(None, LeaveReason::Lost, true)), None, "others are connected");
}

#[test]
fn presence_has_no_client_in_its_address() {
    let callback =
        told(&Output::Presence { record: RECORD, user: user("bob"), online: false }).unwrap();
    let told = body(&callback);
    assert_eq!((&told["EventType"], &told["Type"]), (&json!("Offline"), &Value::Null));
    assert_eq!(told["MemberList"], json!([{ "Member_Account": "bob" }]));
    let query = callback.query(AppId(7), "::1", None, AT);
    let command = "Group.CallbackOnMemberStateChange";
    assert_eq!(query, format!("SdkAppid=7&CallbackCommand={command}&contenttype=json"));
}

#[test]
fn a_profile_change_tells_its_texts_and_is_silent_about_the_rest() {
    let changed = |changes| Output::ProfileChanged {
        record: RECORD,
        operator: None,
        changes: Box::new(changes),
    };
    let changes = ProfileChanges {
        name: Some("New".into()),
        notification: Some("".into()),
        likes: Some(1),
        ..ProfileChanges::default()
    };
    let callback = told(&changed(changes)).unwrap();
    let more = json!({ "Operator_Account": "administrator", "Name": "New", "Notification": "" });
    assert_eq!(body(&callback), merged(base("Group.CallbackAfterGroupInfoChanged"), more));
    let silent =
        ProfileChanges { likes: Some(1), mute_all: Some(true), ..ProfileChanges::default() };
    assert_eq!(told(&changed(silent)), None);
}

#[test]
fn a_group_is_told_of_from_before_it_is_made_until_it_ends() {
    let owner = user("ann");
    let before = Callback::before_create("ann", Some(&owner), "Friday", 3, Platform::Web);
    assert!(before.asks());
    assert_eq!(
        body(&before),
        json!({
            "CallbackCommand": "Group.CallbackBeforeCreateGroup",
            "EventTime": 1_600_000_000_123_u64, "Operator_Account": "ann", "Owner_Account": "ann",
            "Type": "AVChatRoom", "Name": "Friday", "CreateGroupNum": 3, "MemberList": [],
        })
    );
    let fields = [("colour", "red")].into_iter();
    let created = with_room(|room| Callback::created(room, "ann", None, fields, Platform::RestApi));
    let fields = json!([{ "Key": "colour", "Value": "red" }]);
    let more = json!({
        "Operator_Account": "ann", "Owner_Account": "", "Name": "Friday", "MemberList": [],
        "UserDefinedDataList": fields,
    });
    assert_eq!(body(&created), merged(base("Group.CallbackAfterCreateGroup"), more));
    let full = told(&Output::Full { record: RECORD }).unwrap();
    assert_eq!(body(&full)["GroupId"], "friday");
    assert_eq!(full.command(), "Group.CallbackAfterGroupFull");
    let ended = with_room(|room| Callback::destroyed(room, Some(&owner)));
    let more = json!({ "Owner_Account": "ann", "Name": "Friday", "MemberList": [] });
    assert_eq!(body(&ended), merged(base("Group.CallbackAfterGroupDestroyed"), more));
    assert_eq!(told(&Output::Disbanded { record: RECORD }), None);
}

#[test]
fn joins_and_invitations_ask_first() {
    let join = with_room(|room| Callback::before_join(room, &user("bob"), Platform::Web));
    let more = json!({ "Requestor_Account": "bob" });
    assert_eq!(body(&join), merged(base("Group.CallbackBeforeApplyJoinGroup"), more));
    let invite = with_room(|room| Callback::before_invite(room, "ann", &[user("bob")]));
    let destination = json!([{ "Member_Account": "bob" }]);
    let more = json!({ "Operator_Account": "ann", "DestinationMembers": destination });
    assert_eq!(body(&invite), merged(base("Group.CallbackBeforeInviteJoinGroup"), more));
    assert!(join.asks() && invite.asks());
}

#[test]
fn what_is_said_is_told_before_the_engine_has_it() {
    let draft = Draft { content: message().content, random: message().random, ..Draft::default() };
    let ann = user("ann");
    let saying =
        Saying { from: Some(&ann), operator: None, platform: Platform::RestApi, draft: &draft };
    let fields = merged(message_fields(), json!({ "Operator_Account": "administrator" }));
    let before = with_room(|room| Callback::before_push(room, &saying));
    assert_eq!(body(&before), merged(base("Group.CallbackBeforeSendMsg"), fields.clone()));
    let refused = with_room(|room| Callback::refused(room, &saying, &Code::MUTED.into()));
    let more = merged(fields, json!({ "ErrorCode": 10_017, "ErrorInfo": "muted" }));
    assert_eq!(body(&refused), merged(base("Group.CallbackSendMsgException"), more));
}

#[test]
fn recalls_and_connections_are_told() {
    let recalled = with_room(|room| Callback::recalled(room, None, &[4, 5]));
    let list = json!([{ "MsgSeq": 4 }, { "MsgSeq": 5 }]);
    let more = json!({ "Operator_Account": "administrator", "MsgSeqList": list, "TopicId": "" });
    assert_eq!(body(&recalled), merged(base("Group.CallbackAfterRecallMsg"), more));
    for (what, action, reason) in [
        (Connection::Login, "Login", "Register"),
        (Connection::Logout, "Logout", "Unregister"),
        (Connection::Closed, "Disconnect", "LinkClose"),
        (Connection::TimedOut, "Disconnect", "TimeOut"),
    ] {
        let told = body(&Callback::state(&user("bob"), what, Platform::Web, &[]));
        assert_eq!(told["CallbackCommand"], "State.StateChange");
        let info = json!({ "Action": action, "To_Account": "bob", "Reason": reason });
        assert_eq!((&told["Info"], &told["KickedDevice"]), (&info, &Value::Null));
    }
    let kicked = [Platform::Android];
    let told = body(&Callback::state(&user("bob"), Connection::Login, Platform::Web, &kicked));
    assert_eq!(told["KickedDevice"], json!([{ "Platform": "Android" }]));
}

#[test]
fn the_address_names_the_client_and_is_signed() {
    let callback = with_room(|room| Callback::before_join(room, &user("bob"), Platform::MacOs));
    let command = "Group.CallbackBeforeApplyJoinGroup";
    let query = callback.query(AppId(1_400_000_000), "::1&x", Some("token"), AT);
    // The digest of "token1600000000", by another implementation.
    let sign = "5e54688d6c86e82142de8a0a433602e08be3f575793feaa125b906c338089307";
    assert_eq!(
        query,
        format!(
            "SdkAppid=1400000000&CallbackCommand={command}&contenttype=json\
             &ClientIP=%3A%3A1%26x&OptPlatform=macOS&Sign={sign}&RequestTime=1600000000"
        )
    );
}

fn decision(json: &str) -> Option<Decision> {
    Answer::read(json.as_bytes()).and_then(|it| it.decision(&message().content)).ok()
}

#[test]
fn an_answer_is_a_decision() {
    let of = |code: u32| decision(&format!(r#"{{"ErrorCode":{code},"ErrorInfo":"no"}}"#));
    let reject = |code| Some(Decision::Reject { code, reason: "no".to_owned() });
    assert_eq!(of(0), Some(Decision::Allow));
    assert_eq!(of(1), reject(10_016));
    assert_eq!(of(2), Some(Decision::Discard));
    assert_eq!((of(10_100), of(10_200)), (reject(10_100), reject(10_200)));
    for garbage in [3, 10_099, 10_201, 80_001] {
        assert_eq!(of(garbage), None, "{garbage}");
    }
}

#[test]
fn an_answer_may_replace_the_body_or_the_data_or_both() {
    let body = r#""MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"***"}}]"#;
    let data = r#""CloudCustomData":"new""#;
    let of = |more: &str| decision(&format!(r#"{{"ErrorCode":0,{more}}}"#));
    let replaced = |text: &str, data: &str| {
        let content = Content { data: data.to_owned(), ..Content::text(text) };
        Some(Decision::Replace { content })
    };
    assert_eq!(of(body), replaced("***", "beside"));
    assert_eq!(of(data), replaced("hello", "new"));
    assert_eq!(of(&format!("{body},{data}")), replaced("***", "new"));
    assert_eq!(of(&body.replace("***", "hello")), Some(Decision::Allow), "nothing changed");
    assert_eq!(of(r#""MsgBody":null,"Unknown":{}"#), Some(Decision::Allow));
    assert_eq!(of(r#""MsgBody":[{"MsgType":"TIMNoneElem","MsgContent":{}}]"#), None);
    let nowhere =
        r#""MsgBody":[{"MsgType":"TIMLocationElem","MsgContent":{"Latitude":91,"Longitude":0}}]"#;
    assert_eq!(of(nowhere), None);
}

#[test]
fn a_permission_is_given_or_refused_with_a_code() {
    let of = |json: &str| {
        let answer = Answer::read(json.as_bytes())?;
        answer.permission().map(|it| it.map_err(|it| (it.code.number(), it.info.into_owned())))
    };
    assert_eq!(of(r#"{"ErrorCode":0}"#), Ok(Ok(())));
    assert_eq!(of(r#"{"ErrorCode":1}"#), Ok(Err((10_016, "refused by the app".to_owned()))));
    let own = r#"{"ErrorCode":10150,"ErrorInfo":"closed"}"#;
    assert_eq!(of(own), Ok(Err((10_150, "closed".to_owned()))));
    assert!(of(r#"{"ErrorCode":2}"#).is_err(), "nothing can be discarded here");
    let answer = r#"{"ErrorCode":0,"RefusedMembers_Account":["bob","a b"]}"#;
    let answer = Answer::read(answer.as_bytes()).unwrap();
    assert_eq!(answer.refused().collect::<Vec<_>>(), [user("bob")]);
}

#[test]
fn garbage_is_no_answer() {
    let long = format!(r#"{{"ErrorCode":0,"ErrorInfo":"{}"}}"#, "x".repeat(Answer::MAX_BYTES));
    for garbage in
        ["", "OK", "<html>", "{}", "[]", r#"{"ErrorCode":"0"}"#, r#"{"ErrorCode":-1}"#, &long]
    {
        assert!(Answer::read(garbage.as_bytes()).is_err());
    }
}

#[test]
fn a_long_or_wild_text_is_cut_so_that_the_decision_stands() {
    let info = format!("a\\nb\\u0000{}", "é".repeat(2_000));
    let json = format!(r#"{{"ErrorCode":1,"ErrorInfo":"{info}"}}"#);
    let Some(Decision::Reject { reason, .. }) = decision(&json) else { panic!("a rejection") };
    assert!(reason.starts_with("a b é") && reason.len() <= 1_000, "{} bytes", reason.len());
}

proptest! {
    #[test]
    fn hostile_answers_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,100}") {
        for bytes in [bytes, format!(r#"{{"ErrorCode":0,"MsgBody":{text}}}"#).into_bytes()] {
            if let Ok(answer) = Answer::read(&bytes) {
                let _ = (answer.decision(&message().content), answer.permission());
            }
        }
    }
}
