//! Groups, their profiles, attributes and counters.

use super::*;

#[test]
fn create_group_makes_a_livestreaming_group_and_no_other() {
    let body = json!({
        "Type": "AVChatRoom", "Name": "Friday", "GroupId": "friday", "Owner_Account": "ann",
        "Introduction": "hi", "FaceUrl": "http://face", "ApplyJoinOption": "NeedPermission",
        "AppDefinedData": [{ "Key": "colour", "Value": "red" }], "MaxMemberCount": 500,
        "MemberList": [],
    });
    let Ok(Call::Create(new)) = ask("create_group", &body) else { panic!("a group") };
    assert_eq!(
        (new.id(), new.owner(), new.name()),
        (Some(&friday()), Some(&user("ann")), "Friday")
    );
    let mut group =
        new.creation(GroupConfig::vendor()).build(AT, friday(), HashKey::new(1, 2)).unwrap();
    group.push(AT, Author::App, new.profile().unwrap().clone()).unwrap();
    assert_eq!((group.profile().name(), group.profile().introduction()), ("Friday", "hi"));
    assert_eq!(group.profile().join_option(), JoinOption::FreeAccess, "as it always is");
    assert_eq!(group.profile().custom().collect::<Vec<_>>(), [("colour", "red")]);

    let with = |key: &str, value: Value| {
        let mut body = body.clone();
        body[key] = value;
        ask("create_group", &body).map(|_| ())
    };
    assert_eq!(with("GroupId", json!(null)), Ok(()), "an id is assigned then");
    assert_eq!(with("Type", json!("Public")), Err(10_004));
    assert_eq!(with("Type", json!(null)), Err(10_004));
    assert_eq!(with("MemberList", json!([{ "Member_Account": "bob" }])), Err(10_007));
    assert_eq!(with("GroupId", json!("@TGS#mine")), Err(10_015));
    assert_eq!(with("GroupId", json!("x".repeat(49))), Err(10_015));
    assert_eq!(with("Owner_Account", json!("a b")), Err(10_012));
    assert_eq!(with("Name", json!("")), Err(10_004));
    assert_eq!(with("Name", json!("x".repeat(31))), Err(10_004));
    assert_eq!(with("Introduction", json!("x".repeat(241))), Err(10_004));
    assert_eq!(with("AppDefinedData", json!([{ "Key": "a b", "Value": "" }])), Err(10_004));
    assert_eq!(parsed(&created(&friday()))["GroupId"], "friday");
}

#[test]
fn a_taken_id_says_whose_the_group_is() {
    use crate::engine::PushError;
    let of = |owned| Failure::of_creation(&PushError::GroupExists, owned).code.number();
    assert_eq!((of(false), of(true)), (10_021, 10_025));
    assert_eq!(Failure::of_creation(&PushError::ReservedId, true).code.number(), 10_015);
}

#[test]
fn destroy_group_disbands() {
    let call = ask("destroy_group", &json!({ "GroupId": "friday" }));
    assert_eq!(commands(call), [Command::Disband]);
    let mut group = group();
    assert_eq!(
        acted(&mut group, "destroy_group", &json!({ "GroupId": "friday" })).unwrap()["ErrorCode"],
        0
    );
    assert_eq!(acted(&mut group, "destroy_group", &json!({ "GroupId": "friday" })), Err(10_010));
}

#[test]
fn modify_group_base_info_patches_the_profile_and_mutes_all() {
    let body = json!({
        "GroupId": "friday", "Name": "New", "ApplyJoinOption": "DisableApply",
        "MuteAllMember": "On", "MaxMemberNum": 7,
        "AppDefinedData": [{ "Key": "colour", "Value": "" }],
    });
    let patch = GroupPatch {
        name: Some("New".into()),
        join_option: Some(JoinOption::DisableApply),
        custom: vec![("colour".into(), "".into())],
        ..GroupPatch::default()
    };
    let both = [Command::SetGroup(patch.into()), Command::MuteAll { on: true }];
    assert_eq!(commands(ask("modify_group_base_info", &body)), both);
    let old = json!({ "GroupId": "friday", "ShutUpAllMember": "Off" });
    assert_eq!(commands(ask("modify_group_base_info", &old)), [Command::MuteAll { on: false }]);
    assert_eq!(commands(ask("modify_group_base_info", &json!({ "GroupId": "friday" }))), []);
    for (key, value) in [
        ("Name", json!("x".repeat(31))),
        ("Notification", json!("x".repeat(301))),
        ("MuteAllMember", json!("on")),
        ("ApplyJoinOption", json!("Free")),
    ] {
        let mut body = body.clone();
        body[key] = value;
        assert_eq!(ask("modify_group_base_info", &body), Err(10_004), "{key}");
    }
}

#[test]
fn get_group_info_describes_each_group_by_itself() {
    let body = json!({ "GroupIdList": ["friday", "gone"], "ResponseFilter": { "x": 1 } });
    let Ok(Call::Describe { groups }) = ask("get_group_info", &body) else { panic!("ids") };
    assert_eq!(groups, ["friday", "gone"]);
    assert_eq!(ask("get_group_info", &json!({ "GroupIdList": [] })), Err(10_004));
    let many: Vec<_> = (0..51).map(|n| n.to_string()).collect();
    assert_eq!(ask("get_group_info", &json!({ "GroupIdList": many })), Err(10_004));

    let mut group = group();
    let like = Command::custom(Kind::Like, "like");
    group.push(AT, Author::Session(SessionId(2)), like).unwrap();
    let bob = user("bob");
    group.push(AT, Author::App, Command::mute(bob.clone(), Span::Forever)).unwrap();
    let items = vec![
        GroupItem::of(&group).seen_by(&group, &bob),
        GroupItem::failed("gone", &Code::NO_SUCH_GROUP.into()),
    ];
    let reply = parsed(&GroupItem::reply(items));
    let info = &reply["GroupInfo"][0];
    for (key, value) in [
        ("GroupId", json!("friday")),
        ("Type", json!("AVChatRoom")),
        ("Owner_Account", json!("ann")),
        ("CreateTime", json!(1_600_000_000)),
        ("MemberNum", json!(2)),
        ("OnlineMemberNum", json!(2)),
        ("NextMsgSeq", json!(4)),
        ("ApplyJoinOption", json!("FreeAccess")),
        ("MuteAllMember", json!("Off")),
        ("ErrorCode", json!(0)),
        ("AppDefinedData", json!([{ "Key": "likes", "Value": "1" }])),
    ] {
        assert_eq!(info[key], value, "{key}");
    }
    assert_eq!(
        (&info["SelfInfo"]["Role"], &info["SelfInfo"]["MuteUntil"]),
        (&json!("Member"), &json!(u32::MAX))
    );
    assert_eq!(reply["GroupInfo"][1]["ErrorCode"], 10_010);
}

#[test]
fn attributes_are_written_read_and_raced_for() {
    let mut group = group();
    let attribute = |key: &str, value: Value| json!({ "key": key, "value": value });
    let body = |list: Value| json!({ "GroupId": "friday", "GroupAttr": list });
    let two = json!([attribute("a", json!("1")), attribute("b", json!("2"))]);
    let told = acted(&mut group, "modify_group_attr", &body(two)).unwrap();
    assert_eq!(told["AttrMainSeq"], 1);
    assert_eq!(told["GroupAttr"], json!([{ "key": "a", "seq": 1 }, { "key": "b", "seq": 1 }]));
    let one = body(json!([attribute("a", json!("3"))]));
    acted(&mut group, "set_group_attr", &one).unwrap();
    let asked_all =
        asked("group_open_attr_http_svc", "get_group_attr", &json!({ "GroupId": "friday" }));
    let told = parsed(&read_of(asked_all).reply(&group));
    let (all, seq) = (json!([{ "key": "a", "value": "3", "seq": 2 }]), json!(2));
    assert_eq!((&told["GroupAttrAry"], &told["AttrMainSeq"]), (&all, &seq));

    let race = |seq: u64, main: u64| {
        json!({
            "GroupId": "friday", "AttrMainSeq": main, "AttrControl": ["RaceConflict"],
            "GroupAttr": [{ "key": "a", "value": "4", "seq": seq }],
        })
    };
    assert_eq!(acted(&mut group, "modify_group_attr", &race(1, 2)), Err(10_056), "by the key");
    assert_eq!(acted(&mut group, "set_group_attr", &race(2, 1)), Err(10_056), "by the main number");
    assert!(acted(&mut group, "modify_group_attr", &race(2, 1)).is_ok(), "the key's own is right");
    let delete = |key: &str| body(json!([{ "key": key }]));
    assert_eq!(acted(&mut group, "delete_group_attr", &delete("none")), Err(10_050));
    assert!(acted(&mut group, "delete_group_attr", &delete("a")).is_ok());
    assert!(acted(&mut group, "clear_group_attr", &json!({ "GroupId": "friday" })).is_ok());
    assert_eq!(acted(&mut group, "clear_group_attr", &json!({ "GroupId": "friday" })), Err(10_049));
}

#[test]
fn attributes_that_do_not_fit_have_codes_of_their_own() {
    let attribute = |key: &str, length: usize| json!({ "key": key, "value": "x".repeat(length) });
    let code = |list: Vec<Value>| {
        let body = json!({ "GroupId": "friday", "GroupAttr": list });
        acted(&mut group(), "modify_group_attr", &body).map(|_| ()).unwrap_err()
    };
    assert_eq!(code(vec![attribute(&"k".repeat(33), 1)]), 10_045);
    assert_eq!(code(vec![attribute("k", 4_001)]), 10_046);
    assert_eq!(code((0..17).map(|n| attribute(&n.to_string(), 1)).collect()), 10_047);
    assert_eq!(code((0..5).map(|n| attribute(&n.to_string(), 3_500)).collect()), 10_048);
    assert_eq!(code(vec![]), 10_004);
    assert_eq!(code(vec![json!({ "key": "k" })]), 10_004, "no value");
}

#[test]
fn counters_are_set_moved_removed_and_read() {
    let mut group = group();
    let body = |mode: &str, value: i64| {
        let list = [json!({ "Key": "coins", "Value": value })];
        json!({ "GroupId": "friday", "Mode": mode, "GroupCounter": list })
    };
    for (mode, value, now) in [("Set", 5, 5), ("Increase", 2, 7), ("Decrease", 10, -3)] {
        let told = acted(&mut group, "update_group_counter", &body(mode, value)).unwrap();
        assert_eq!(told["GroupCounter"], json!([{ "Key": "coins", "Value": now }]));
    }
    assert_eq!(acted(&mut group, "update_group_counter", &body("Decrease", i64::MAX)), Err(10_004));
    assert_eq!(ask("update_group_counter", &body("Double", 1)), Err(10_004));
    assert_eq!(
        ask("update_group_counter", &json!({ "GroupId": "friday", "Mode": "Set" })),
        Err(10_004)
    );
    group.push(AT, Author::App, Command::custom(Kind::Like, "like")).unwrap();
    let all = |keys: Value, group: &Group| {
        let body = json!({ "GroupId": "friday", "GroupCounterKeys": keys });
        parsed(&read_of(ask("get_group_counter", &body)).reply(group))["GroupCounter"].clone()
    };
    let both = json!([{ "Key": "coins", "Value": -3 }, { "Key": "likes", "Value": 1 }]);
    assert_eq!(all(json!([]), &group), both);
    assert_eq!(all(json!(["likes", "none"]), &group), json!([{ "Key": "likes", "Value": 1 }]));
    let remove = json!({ "GroupId": "friday", "GroupCounterKeys": ["coins"] });
    assert!(acted(&mut group, "delete_group_counter", &remove).is_ok());
    assert_eq!(acted(&mut group, "delete_group_counter", &remove), Err(10_004), "it is not there");
    let many: Vec<_> = (0..21).map(|n| json!({ "Key": n.to_string(), "Value": 1 })).collect();
    let many = json!({ "GroupId": "friday", "Mode": "Set", "GroupCounter": many });
    assert_eq!(acted(&mut group, "update_group_counter", &many), Err(10_063));
    let often = (0..30).map(|_| acted(&mut group, "update_group_counter", &body("Increase", 1)));
    assert_eq!(often.last(), Some(Err(10_006)));
}

#[test]
fn a_call_knows_which_code_its_refusal_has() {
    let refused = Refusal::TooOften { until: AT }.into();
    let body = json!({ "GroupId": "friday", "GroupAttr": [{ "key": "a", "value": "1" }] });
    let attributes = ask("modify_group_attr", &body).unwrap();
    assert_eq!(attributes.failure(&refused).code.number(), 10_049);
    assert_eq!(ask("destroy_group", &body).unwrap().failure(&refused).code.number(), 10_006);
}
