//! Members, and what is done to them.

use super::*;

#[test]
fn mutes_are_timed_endless_or_over() {
    let of = |seconds: u32| {
        let body = json!({ "GroupId": "friday", "Members_Account": ["bob"], "MuteTime": seconds });
        commands(ask("forbid_send_msg", &body)).remove(0)
    };
    let bob = || [user("bob")].into_iter().collect();
    assert_eq!(of(60), Command::Mute { users: bob(), span: Span::For(Duration::from_secs(60)) });
    assert_eq!(of(u32::MAX), Command::Mute { users: bob(), span: Span::Forever });
    assert_eq!(of(0), Command::Unmute { users: bob() });
    let old = json!({ "GroupId": "friday", "Members_Account": ["bob"], "ShutUpTime": 0 });
    assert_eq!(commands(ask("forbid_send_msg", &old)), [Command::Unmute { users: bob() }]);
    let many: Vec<_> = (0..501).map(|n| n.to_string()).collect();
    let many = json!({ "GroupId": "friday", "Members_Account": many, "MuteTime": 1 });
    assert_eq!(ask("forbid_send_msg", &many), Err(10_005));
    let none = json!({ "GroupId": "friday", "Members_Account": [], "MuteTime": 1 });
    assert_eq!(acted(&mut group(), "forbid_send_msg", &none), Err(10_004));
    let long =
        json!({ "GroupId": "friday", "Members_Account": ["bob"], "MuteTime": 4_294_967_296_u64 });
    assert_eq!(ask("forbid_send_msg", &long), Err(10_004));
}

#[test]
fn the_muted_are_listed_under_both_names() {
    let mut group = group();
    let body = json!({ "GroupId": "friday", "Members_Account": ["bob"], "MuteTime": 60 });
    acted(&mut group, "forbid_send_msg", &body).unwrap();
    let asked = json!({ "GroupId": "friday" });
    let new = read_of(ask("get_group_muted_account", &asked)).reply(&group);
    let accounts = json!([{ "Member_Account": "bob", "MutedUntil": 1_600_000_060 }]);
    assert_eq!(parsed(&new)["MutedAccountList"], accounts);
    let old = read_of(ask("get_group_shutted_uin", &asked)).reply(&group);
    let accounts = json!([{ "Member_Account": "bob", "ShuttedUntil": 1_600_000_060 }]);
    assert_eq!(parsed(&old)["ShuttedUinList"], accounts);
}

#[test]
fn bans_come_and_go_and_are_listed_in_pages() {
    let mut group = group();
    let body = |users: &[String]| {
        json!({
            "GroupId": "friday", "Members_Account": users, "Duration": 60, "Description": "spam",
        })
    };
    let twenty: Vec<_> = (0..20).map(|n| format!("u{n}")).collect();
    assert_eq!(acted(&mut group, "ban_group_member", &body(&twenty)).unwrap()["ErrorCode"], 0);
    let more: Vec<_> = (0..21).map(|n| format!("u{n}")).collect();
    assert_eq!(ask("ban_group_member", &body(&more)), Err(10_005));
    let mut lasting = body(&twenty);
    lasting["Duration"] = json!(null);
    assert_eq!(ask("ban_group_member", &lasting), Err(10_004));
    let page = |group: &Group, offset: u32| {
        let body = json!({ "GroupId": "friday", "Limit": 15, "Offset": offset });
        let told = parsed(&read_of(ask("get_group_ban_member", &body)).reply(group));
        (told["BannedAccountList"].as_array().unwrap().len(), told["NextOffset"].clone())
    };
    assert_eq!(page(&group, 0), (15, json!(15)));
    assert_eq!(page(&group, 15), (5, json!(0)));
    let body = json!({ "GroupId": "friday", "Limit": 101 });
    assert_eq!(ask("get_group_ban_member", &body), Err(10_004));
    let body = json!({ "GroupId": "friday", "Members_Account": twenty });
    acted(&mut group, "unban_group_member", &body).unwrap();
    assert_eq!(page(&group, 0), (0, json!(0)));
}

#[test]
fn members_are_listed_in_pages_and_by_mark() {
    let mut group = group();
    for n in 3..=510 {
        let join = Command::join(user(&format!("u{n}")), Profile::default(), Platform::Web);
        group.push(AT, Author::Session(SessionId(n)), join).unwrap();
    }
    while group.poll().is_some() {}
    let page = |from: Value, mark: Option<u32>| {
        let mut body = json!({ "GroupId": "friday", "Timestamp": from });
        body["Mark"] = json!(mark);
        parsed(&read_of(asked(LIVE, "get_members", &body)).reply(&group))
    };
    let first = page(json!(0), None);
    assert_eq!(first["MemberList"].as_array().unwrap().len(), 500);
    let ann = json!({
        "Member_Account": "ann", "Role": "Owner", "JoinTime": 1_600_000_000, "NickName": "ann",
        "Avatar": "http://face", "NameCard": "", "MuteUntil": 0, "ShutUpUntil": 0, "Marks": [],
    });
    assert_eq!(first["MemberList"][0], ann);
    let second = page(first["NextTimestamp"].clone(), None);
    assert_eq!(second["MemberList"].as_array().unwrap().len(), 10);
    assert_eq!(second["NextTimestamp"], 0);
    assert_eq!(page(json!(0), Some(1_000))["MemberList"], json!([]));
    assert_eq!(
        read_of(asked(LIVE, "get_members", &json!({ "GroupId": "friday" }))).needs(),
        Some(Action::ListMembers)
    );
}

#[test]
fn marks_are_put_on_and_taken_off() {
    let mut group = group();
    let body = |kind: u8| {
        let member = |id: &str, mark: u32| json!({ "Member_Account": id, "Marks": [mark] });
        let members = [member("ann", 1_000), member("bob", 1_000), member("bob", 600)];
        json!({ "GroupId": "friday", "CommandType": kind, "MemberList": members })
    };
    let set = asked(LIVE, "modify_user_info", &body(1)).unwrap();
    let Call::Push { commands, .. } = &set else { panic!("commands") };
    assert_eq!(commands.len(), 2, "those who get the same are one command");
    let told = parsed(&act(&mut group, &set).unwrap());
    assert_eq!(
        (&told["CommandType"], told["MemberList"].as_array().unwrap().len()),
        (&json!(1), 3)
    );
    assert_eq!(group.marked(1_000).count(), 2);
    assert_eq!(group.members(Page::default(), 9).0.len(), 1, "bob is hidden");
    act(&mut group, &asked(LIVE, "modify_user_info", &body(2)).unwrap()).unwrap();
    assert_eq!(group.marked(1_000).count(), 0);
    assert_eq!(asked(LIVE, "modify_user_info", &body(3)), Err(10_004));
    let none = json!({ "GroupId": "friday", "CommandType": 1, "MemberList": [] });
    assert_eq!(asked(LIVE, "modify_user_info", &none), Err(10_004));
    let many = vec![json!({ "Member_Account": "bob", "Marks": [1_000] }); 501];
    let many = json!({ "GroupId": "friday", "CommandType": 1, "MemberList": many });
    assert_eq!(asked(LIVE, "modify_user_info", &many), Err(10_005));
    let low = json!({
        "GroupId": "friday", "CommandType": 1,
        "MemberList": [{ "Member_Account": "bob", "Marks": [7] }],
    });
    let low = asked(LIVE, "modify_user_info", &low).unwrap();
    assert_eq!(act(&mut group, &low).unwrap_err().code.number(), 10_004);
}

#[test]
fn the_online_count_is_told_with_how_long_it_holds() {
    let read = read_of(ask("get_online_member_num", &json!({ "GroupId": "friday" })));
    let told = parsed(&read.reply(&group()));
    assert_eq!((&told["OnlineMemberNum"], &told["ExpireTime"]), (&json!(2), &json!(10)));
    assert_eq!(read.needs(), None);
}

#[test]
fn long_nicks_make_pages_shorter_and_hide_nobody() {
    let mut group = group();
    let quotes = "\"".repeat(500);
    for n in 3..=520 {
        let join =
            Command::join(user(&format!("u{n}")), Profile::new(&quotes, &quotes), Platform::Web);
        group.push(AT, Author::Session(SessionId(n)), join).unwrap();
        while group.poll().is_some() {}
    }
    let (mut from, mut found) = (Page::default(), 0);
    loop {
        let told = parsed(&Read::Members { from, mark: None }.reply(&group));
        assert_eq!(told["ErrorCode"], 0);
        found += told["MemberList"].as_array().unwrap().len();
        from = serde_json::from_value(told["NextTimestamp"].clone()).unwrap();
        if from == Page::default() {
            break;
        }
    }
    assert_eq!(found, 520);
}
