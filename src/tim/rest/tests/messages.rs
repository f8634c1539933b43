//! Messages of all kinds.

use super::*;

fn text_body() -> Value {
    json!({
        "GroupId": "friday", "Random": 7, "CloudCustomData": "beside",
        "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hello" } }],
    })
}

#[test]
fn send_group_msg_is_a_draft() {
    let Ok(Call::Send { group, from: None, draft, skip_before: false, skip_after: false }) =
        ask("send_group_msg", &text_body())
    else {
        panic!("a message")
    };
    assert_eq!(group, friday());
    let content = Content { data: "beside".into(), ..Content::text("hello") };
    let (priority, random) = (Some(Priority::Normal), Some(Random(7)));
    assert_eq!(*draft, Draft { priority, random, content, ..Draft::default() });

    let mut body = text_body();
    body["MsgPriority"] = json!("High");
    body["From_Account"] = json!("bob");
    body["MsgBody"] = json!([{ "MsgType": "TIMCustomElem", "MsgContent": { "Data": "rose" } }]);
    body["ForbidCallbackControl"] =
        json!(["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"]);
    let Ok(Call::Send { from, draft, skip_before: true, skip_after: true, .. }) =
        ask("send_group_msg", &body)
    else {
        panic!("a message")
    };
    assert_eq!((from, draft.priority), (Some(user("bob")), Some(Priority::High)));
    assert_eq!(draft.kind, Kind::Host(0), "what a custom message is for, the host knows");
}

#[test]
fn a_message_with_a_wrong_field_says_which_kind_of_wrong() {
    let with = |key: &str, value: Value| {
        let mut body = text_body();
        body[key] = value;
        ask("send_group_msg", &body).map(|_| ())
    };
    assert_eq!(with("OnlineOnlyFlag", json!(0)), Ok(()), "as the SDK always has it");
    assert_eq!(with("GroupAtInfo", json!([{ "GroupAt_Account": "bob" }])), Ok(()));
    for (key, value, code) in [
        ("GroupId", json!("caf\u{e9}"), 10_015),
        ("From_Account", json!("a b"), 10_012),
        ("Random", json!(-1), 10_004),
        ("Random", json!(4_294_967_296_u64), 10_004),
        ("Random", json!("7"), 10_004),
        ("MsgPriority", json!("high"), 10_004),
        ("MsgBody", json!({}), 10_004),
        ("MsgBody", json!(null), 10_004),
        ("OnlineOnlyFlag", json!(1), 10_004),
        ("MsgOnlineOnlyFlag", json!(1), 10_004),
        ("To_Account", json!(["bob"]), 10_004),
        ("GroupAtInfo", json!([{ "GroupAtAllFlag": 1 }]), 10_004),
        ("GroupAtInfo", json!(vec![json!({}); 31]), 10_053),
    ] {
        assert_eq!(with(key, value.clone()), Err(code), "{key} {value}");
    }
}

#[test]
fn a_sender_is_told_of_the_end_and_an_administrator_of_every_loss() {
    let delivered = Outcome::Delivered { seq: Seq(5), at: AT };
    let told = |outcome: &Outcome, disclose, admin| parsed(&sent(outcome, disclose, admin, AT));
    let success = |seq, reason| {
        json!({
            "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "MsgTime": 1_600_000_000,
            "MsgSeq": seq, "MsgDropReason": reason,
        })
    };
    assert_eq!(told(&delivered, true, false), success(5, ""));
    for lost in [Discard::Rate, Discard::Expired, Discard::Shed].map(Outcome::Discarded) {
        assert_eq!(told(&lost, true, false)["ErrorCode"], 10_023);
        assert_eq!(told(&lost, false, false), success(0, ""), "the modelled service says success");
        assert_eq!(told(&lost, true, true), success(0, "MsgFreqCtrl"));
        assert_eq!(told(&lost, false, true), success(0, "MsgFreqCtrl"));
    }
    let muted = told(&Outcome::Discarded(Discard::Muted), true, true);
    assert_eq!((&muted["ActionStatus"], &muted["ErrorCode"]), (&json!("FAIL"), &json!(10_017)));
    let own = Rejection::Decision { code: 10_150, reason: "later".to_owned() };
    let own = told(&Outcome::Rejected(own), true, false);
    assert_eq!((&own["ErrorCode"], &own["ErrorInfo"]), (&json!(10_150), &json!("later")));
}

#[test]
fn notifications_and_broadcasts_are_for_everybody() {
    let body = json!({ "GroupId": "friday", "Content": "we begin" });
    let call = ask("send_group_system_notification", &body);
    assert_eq!(commands(call), [Command::notice("we begin")]);
    let some = json!({ "GroupId": "friday", "Content": "x", "ToMembers_Account": ["bob"] });
    assert_eq!(ask("send_group_system_notification", &some), Err(10_004));
    let Ok(Call::Broadcast { from, random, content }) = ask("send_broadcast_msg", &text_body())
    else {
        panic!("a broadcast")
    };
    assert_eq!((from, random, content.texts().next()), (None, Random(7), Some("hello")));
    let mut unmarked = text_body();
    unmarked.as_object_mut().unwrap().remove("Random");
    assert_eq!(ask("send_broadcast_msg", &unmarked), Err(10_004));
    assert_eq!(parsed(&broadcast(9))["MsgSeq"], 9);
}

#[test]
fn a_message_to_one_user_has_codes_of_its_own() {
    let body = json!({
        "From_Account": "ann", "To_Account": "bob", "MsgRandom": 7, "SyncOtherMachine": 2,
        "MsgBody": [{ "MsgType": "TIMCustomElem", "MsgContent": { "Data": "quit" } }],
    });
    let Ok(Call::ToUser(message)) = asked("openim", "sendmsg", &body) else { panic!("a message") };
    assert_eq!((message.from, message.to, message.random), (Some(user("ann")), user("bob"), 7));
    assert_eq!(call("openim", "sendmsg", b"{").unwrap_err().code.number(), 90_001);
    for (key, value, code) in [
        ("To_Account", json!(null), 90_003),
        ("To_Account", json!(7), 90_003),
        ("To_Account", json!("a b"), 90_003),
        ("To_Account", json!(["bob"]), 90_011),
        ("From_Account", json!("a b"), 10_012),
        ("From_Account", json!(7), 90_010),
        ("MsgRandom", json!(null), 90_005),
        ("MsgRandom", json!("7"), 90_005),
        ("MsgBody", json!({}), 90_007),
        ("MsgBody", json!([]), 90_002),
        ("MsgBody", json!([{ "MsgType": "TIMNoneElem" }]), 90_002),
        ("CloudCustomData", json!("x".repeat(12_288)), 80_002),
    ] {
        let mut body = body.clone();
        body[key] = value.clone();
        assert_eq!(asked("openim", "sendmsg", &body), Err(code), "{key} {value}");
    }
    let mut lacking = body.clone();
    lacking.as_object_mut().unwrap().remove("MsgBody");
    assert_eq!(asked("openim", "sendmsg", &lacking), Err(90_002));
}

#[test]
fn recalls_name_places_and_are_answered_one_by_one() {
    let body = json!({ "GroupId": "friday", "MsgSeqList": [{ "MsgSeq": 4 }, { "MsgSeq": 5 }] });
    let expected = Call::Recall { group: friday(), seqs: vec![4, 5] };
    assert_eq!(ask("group_msg_recall", &body), Ok(expected));
    let many = json!({ "GroupId": "friday", "MsgSeqList": vec![json!({ "MsgSeq": 4 }); 11] });
    assert_eq!(ask("group_msg_recall", &many), Err(10_004));
    let results = [(4, Ok(())), (5, Err(Code::NO_SUCH_MESSAGE.into()))];
    let list = json!([{ "MsgSeq": 4, "RetCode": 0 }, { "MsgSeq": 5, "RetCode": 10_030 }]);
    assert_eq!(parsed(&recalled(&results))["RecallRetList"], list);
}
