//! One group, as its host sees it: what it is told, when it is woken, and what it may restore.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{num::NonZeroU8, sync::Arc, time::Duration};

use liveroom::{
    Admission, AttributeChange, AttributeMode, Author, Cap, Command, CursorError, Directive,
    Discard, Draft, Epoch, Field, FilterId, Group, GroupConfig, GroupId, GroupPatch, HashKey,
    JoinOption, Kind, MessageId, Outcome, Output, Platform, Priority, Profile, Random, Rate,
    Receipt, RecordNo, Refusal, RestoreError, Role, RoleSet, Seq, SessionId, Settings, SlowMode,
    Snapshot, Span, Timestamp, UserId,
    filter::{Filter, FilterSpec},
    replay,
};
use serde_json::{Value, json};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const KEY: HashKey = HashKey::new(1, 2);

fn group(config: GroupConfig) -> Group {
    Group::new(GroupId::custom("group").unwrap(), None, config, Epoch(1), KEY, START)
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

fn join(group: &mut Group, name: &str, session: u64) -> Author {
    let by = Author::Session(SessionId(session));
    let command = Command::join(user(name), Profile::nick(name), Platform::Web);
    group.push(START, by.clone(), command).unwrap();
    by
}

fn outputs(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

/// The tail that is told first, and how much is told after it.
fn tail(group: &mut Group) -> (Option<(Seq, bool)>, usize) {
    let told = outputs(group);
    let tails = |output: &&Output| matches!(output, Output::Tail { .. });
    assert!(told.iter().skip(1).find(tails).is_none(), "the tail is told once, before all else");
    match told.first() {
        Some(Output::Tail { seq, urgent, .. }) => (Some((*seq, *urgent)), told.len() - 1),
        _ => (None, told.len()),
    }
}

#[test]
fn the_tail_is_told_before_what_follows_it_and_is_urgent_if_anything_in_it_is() {
    let mut group = group(GroupConfig::livestream());
    let mut say = |priority: Priority| {
        let draft = Draft::text("hello").priority(priority);
        group.push(START, Author::App, draft.into()).unwrap();
        group.tail().position()
    };
    let seq = say(Priority::Normal);
    assert_eq!(tail(&mut group), (Some((seq, false)), 1));
    assert_eq!(tail(&mut group), (None, 0));
    let leave = Command::leave([user("ann")]);
    group.push(START, Author::App, leave).unwrap();
    group.push(START, Author::App, Command::notice("what comes after keeps it urgent")).unwrap();
    let seq = group.tail().position();
    assert_eq!(tail(&mut group), (Some((seq, true)), 1));
    group.push(START, Author::App, Command::notice("and the next is not")).unwrap();
    let seq = group.tail().position();
    assert_eq!(tail(&mut group), (Some((seq, false)), 0));
}

#[test]
fn who_is_ordered_to_leave_is_told_of_themself_alone() {
    let mut group = group(GroupConfig::livestream());
    let users = ["ann", "bob", "cat"].map(user);
    for (session, name) in (1..).zip(["ann", "bob", "cat"]) {
        join(&mut group, name, session);
    }
    outputs(&mut group);
    group.push(START, Author::App, Command::leave(users.clone())).unwrap();
    let told: Vec<_> = outputs(&mut group)
        .into_iter()
        .filter_map(|output| match output {
            Output::Order { session, directive: Directive::Leave { users }, .. } => {
                Some((session, users.to_vec()))
            }
            _ => None,
        })
        .collect();
    let alone = (1..).map(SessionId).zip(users.map(|user| vec![user]));
    assert_eq!(told, alone.collect::<Vec<_>>());
}

#[test]
fn a_group_asks_to_be_woken_until_it_has_forgotten_everything() {
    let mut group = group(GroupConfig::livestream());
    let before = group.tail();
    for _ in 0..5 {
        group.push(START, Author::App, Command::text("hello")).unwrap();
    }
    let mut woken = START;
    while let Some(due) = group.poll_timeout() {
        assert!(due.at > woken, "woken twice at {woken}");
        woken = due.at;
        group.advance(woken);
        outputs(&mut group);
    }
    assert_eq!(group.since(&before).unwrap().count(), 0, "an entry is kept for good");
    let known = |id: &u64| group.explain(MessageId(*id)).is_some();
    assert_eq!((1..=5).find(known), None, "a message is remembered for good");
}

fn filter(word: &str) -> Arc<Filter> {
    let list = format!("[custom:1 block]\n{word}");
    Arc::new(FilterSpec::parse(&list).unwrap().compile().unwrap())
}

fn use_filter(group: &mut Group, id: FilterId) -> Result<Receipt, Refusal> {
    group.push(START, Author::App, Command::UseFilter { filter: Some(id) })
}

#[test]
fn a_group_knows_the_filter_in_force_and_the_last_four() {
    let mut group = group(GroupConfig::livestream());
    let filters: Vec<_> =
        ["one", "two", "three", "four", "five", "six"].into_iter().map(filter).collect();
    group.install_filter(filters[0].clone());
    use_filter(&mut group, filters[0].id()).unwrap();
    for other in &filters[1..] {
        group.install_filter(other.clone());
        // Again, which makes it no second one.
        group.install_filter(other.clone());
    }
    let kept: Vec<_> = group.filters().map(|it| it.id()).collect();
    let expected = [0, 2, 3, 4, 5].map(|at: usize| filters[at].id());
    assert_eq!(kept, expected);
    let ann = join(&mut group, "ann", 1);
    let refused = group.push(START, ann, Command::text("one")).unwrap();
    let Receipt::Sent { state, .. } = refused else { panic!("{refused:?}") };
    assert!(format!("{state:?}").contains("Rejected"), "the filter in force is gone: {state:?}");
    let gone = filters[1].id();
    assert_eq!(use_filter(&mut group, gone), Err(Refusal::UnknownFilter { filter: gone }));
    for other in &filters[2..] {
        use_filter(&mut group, other.id()).unwrap();
    }
}

#[test]
fn a_config_that_names_an_unknown_filter_is_refused_and_changes_nothing() {
    let mut group = group(GroupConfig::livestream());
    for _ in 0..4 {
        group.push(START, Author::App, Command::notice("kept")).unwrap();
    }
    let mut settings = group.config().settings().clone();
    settings.retention.quota.0 = [1; 6];
    settings.filter = Some(FilterId(404));
    let config = Command::Configure(Box::new(settings.build().unwrap()));
    let digest = group.digest();
    let refused = group.push(START, Author::App, config);
    assert_eq!(refused, Err(Refusal::UnknownFilter { filter: FilterId(404) }));
    assert_eq!(group.digest(), digest);
}

#[test]
fn what_a_narrower_config_sheds_comes_to_its_end() {
    let mut group = group(GroupConfig::livestream());
    for _ in 0..9 {
        group.push(START, Author::App, Command::text("hello")).unwrap();
    }
    outputs(&mut group);
    let waiting = |group: &Group| group.stats().flow[Priority::Normal].waiting;
    let before = waiting(&group);
    assert!(before > 2);
    let mut settings = group.config().settings().clone();
    settings.traffic.lanes[Priority::Normal].capacity = 2;
    let config = Command::Configure(Box::new(settings.build().unwrap()));
    group.push(START, Author::App, config).unwrap();
    assert_eq!(waiting(&group), 2);
    let shed = outputs(&mut group);
    let shed = shed.iter().filter(|output| {
        matches!(output, Output::Ended { outcome: Outcome::Discarded(Discard::Shed), .. })
    });
    assert_eq!(shed.count() as u64, before - 2);
}

#[test]
fn the_profile_says_when_the_last_message_was_delivered() {
    let mut group = group(GroupConfig::livestream());
    assert_eq!(group.profile().last_message(), None);
    group.push(START, Author::App, Command::notice("not a message")).unwrap();
    assert_eq!(group.profile().last_message(), None);
    for _ in 0..4 {
        group.push(START, Author::App, Command::text("hello")).unwrap();
    }
    group.advance(START + Duration::from_secs(1));
    let fourth = START + Duration::from_millis(25);
    assert_eq!(group.profile().last_message(), Some(fourth));
}

#[test]
fn an_applicant_goes_on_waiting_when_what_concerns_them_is_refused() {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.limits.members = Some(1);
    settings.limits.bans = 1;
    let mut group = group(settings.build().unwrap());
    join(&mut group, "ann", 1);
    let patch =
        GroupPatch { join_option: Some(JoinOption::NeedPermission), ..GroupPatch::default() };
    group.push(START, Author::App, Command::SetGroup(Box::new(patch))).unwrap();
    join(&mut group, "bo", 2);
    let digest = group.digest();
    let admit = Command::AnswerJoin { user: user("bo"), admission: Admission::Admit };
    let full = group.push(START, Author::App, admit);
    assert_eq!(full, Err(Refusal::GroupFull { limit: 1 }));
    let users = [user("bo"), user("cy")].into_iter().collect();
    let ban = Command::Ban { users, span: Span::Forever, reason: "".into() };
    let refused = group.push(START, Author::App, ban);
    assert!(matches!(refused, Err(Refusal::TooMany { field: Field::Bans, .. })), "{refused:?}");
    assert_eq!(group.digest(), digest, "the applicant is forgotten");
}

/// One deadline of each kind is open, a minute or more from now.
fn with_deadlines() -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    let minute = Duration::from_mins(1);
    settings.presence.grace = minute;
    settings.tally = minute;
    settings.traffic.lanes[Priority::Normal].max_wait = minute;
    settings.traffic.rate = Rate::per_second(1).unwrap();
    settings.tips.cap = Cap { rate: Rate::per_second(1).unwrap(), burst: 1 };
    settings.slow_mode = Some(SlowMode::everybody(minute));
    let mut group = group(settings.build().unwrap());
    let mut push = |by: &Author, command| group.push(START, by.clone(), command).unwrap();
    let sessions: Vec<Author> = (1..4).map(|session| Author::Session(SessionId(session))).collect();
    for (by, name) in sessions.iter().zip(["ann", "bo", "cy"]) {
        push(by, Command::join(user(name), Profile::nick(name), Platform::Web));
    }
    push(&Author::App, Command::custom(Kind::Like, "1"));
    push(
        &Author::App,
        Command::Mute { users: [user("ann")].into_iter().collect(), span: Span::For(minute) },
    );
    let ban = [user("dan")].into_iter().collect();
    push(&Author::App, Command::Ban { users: ban, span: Span::For(minute), reason: "".into() });
    push(&sessions[1], Command::text("slowed"));
    push(&sessions[2], Command::Detach);
    for _ in 0..8 {
        push(&Author::App, Command::text("hello"));
    }
    for _ in 0..5 {
        push(&Author::App, write());
    }
    outputs(&mut group);
    group
}

fn write() -> Command {
    let change = AttributeChange { key: "key".into(), value: Some("value".into()), seen: None };
    Command::SetAttributes { mode: AttributeMode::Merge, changes: vec![change], seen: None }
}

#[test]
fn a_rebase_moves_every_deadline_back_and_forth() {
    for (back, far) in [(false, 1_000_000), (true, 1_000_000), (false, 1)] {
        let far = Duration::from_secs(far);
        let move_by = |at: Timestamp| if back { at.before(far) } else { at + far };
        let (mut still, mut moved) = (with_deadlines(), with_deadlines());
        let to = move_by(START);
        moved.push(START, Author::App, Command::Rebase { to }).unwrap();
        assert_eq!(moved.clock(), to);
        for step in 0..700 {
            let due = still.poll_timeout().map(|due| (move_by(due.at), due.reason));
            let also = moved.poll_timeout().map(|due| (due.at, due.reason));
            assert_eq!(also, due, "step {step}, back: {back}");
            let at = START + Duration::from_millis(500 * step);
            still.advance(at);
            moved.advance(move_by(at));
            let (told, also) = (outputs(&mut still), outputs(&mut moved));
            assert_eq!(also.len(), told.len(), "{also:?} where {told:?}");
            for (name, session) in [("ann", 1), ("bo", 2)] {
                let until = |group: &Group| group.muted_until(&user(name));
                assert_eq!(until(&moved), until(&still).map(move_by));
                let by = Author::Session(SessionId(session));
                let say =
                    |group: &mut Group, at| group.push(at, by.clone(), Command::text("?")).is_ok();
                assert_eq!(
                    say(&mut moved, move_by(at)),
                    say(&mut still, at),
                    "{name} at step {step}"
                );
            }
            let write = |group: &mut Group, at| group.push(at, Author::App, write()).is_ok();
            assert_eq!(write(&mut moved, move_by(at)), write(&mut still, at), "step {step}");
            let until = |group: &Group| group.banned_until(&user("dan"));
            assert_eq!(until(&moved), until(&still).map(move_by));
            outputs(&mut still);
            outputs(&mut moved);
        }
        assert_eq!(moved.stats(), still.stats());
        assert_eq!(still.member_count(), 2);
    }
}

#[test]
fn a_message_is_found_by_its_mark_as_long_as_the_mark_makes_a_duplicate() {
    let mut group = group(GroupConfig::livestream());
    let mut push = |author, random| {
        let draft = Draft::text("once").random(Random(random));
        match group.push(START, author, draft.into()) {
            Ok(Receipt::Sent { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    };
    let in_name = Author::AppAs { user: user("ann"), profile: Profile::default() };
    let (of_app, of_ann) = (push(Author::App, 7), push(in_name, 7));
    let ann = user("ann");
    let first = |at, user, random| group.first_with(at, user, Random(random));
    assert_eq!([first(START, None, 7), first(START, Some(&ann), 7)], [Some(of_app), Some(of_ann)]);
    let bo = user("bo");
    assert_eq!([first(START, None, 8), first(START, Some(&bo), 7)], [None, None]);
    let over = START + Duration::from_mins(5);
    let last = START + (Duration::from_mins(5) - Duration::from_millis(1));
    assert_eq!(first(last, None, 7), Some(of_app));
    assert_eq!(first(over, None, 7), None);
}

#[test]
fn the_journal_has_a_record_of_what_changes_something_and_of_nothing_else() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.journal = true;
    settings.tips.cap = Cap { rate: Rate::per_second(1).unwrap(), burst: 1 };
    let mut group = group(settings.build().unwrap());
    let once = || Draft::text("once").random(Random(7)).into();
    group.push(START, Author::App, once()).unwrap();
    assert_eq!(group.last_record(), RecordNo(1));
    group.push(START, Author::App, once()).unwrap();
    group.push(START, Author::App, Command::text("")).unwrap_err();
    group.advance(START + Duration::from_millis(1));
    assert_eq!(group.last_record(), RecordNo(1));
    for session in 1..3 {
        let join =
            Command::join(user(&format!("user{session}")), Profile::default(), Platform::Web);
        group.push(group.clock(), Author::Session(SessionId(session)), join).unwrap();
    }
    assert_eq!(group.last_record(), RecordNo(3));
    // The second tip waits for the cap; then there is an entry, and no output but this record.
    outputs(&mut group);
    group.advance(START + Duration::from_secs(2));
    assert_eq!(group.last_record(), RecordNo(4));
    assert!(outputs(&mut group).iter().any(|output| matches!(output, Output::Record(_))));
    // A mute ends by its own command: its end is no news.
    let mute = Command::mute(user("user1"), Span::For(Duration::from_secs(1)));
    group.push(group.clock(), Author::App, mute).unwrap();
    group.advance(group.clock() + Duration::from_millis(999));
    outputs(&mut group);
    let last = group.last_record();
    group.advance(group.clock() + Duration::from_millis(1));
    assert_eq!((group.muted_until(&user("user1")), group.last_record()), (None, last));
    assert_eq!(outputs(&mut group), []);
}

#[test]
fn a_new_sentence_in_place_of_an_old_one_needs_no_room() {
    let mut settings = GroupConfig::modern().settings().clone();
    (settings.limits.mutes, settings.limits.bans) = (1, 1);
    let mut group = group(settings.build().unwrap());
    let users = |name| [user(name)].into_iter().collect();
    let mute = |name| Command::Mute { users: users(name), span: Span::Forever };
    let ban = |name| Command::Ban { users: users(name), span: Span::Forever, reason: "".into() };
    let too_many = |field| Err(Refusal::TooMany { field, limit: 1, count: 2 });
    for _ in 0..2 {
        group.push(START, Author::App, mute("ann")).unwrap();
        group.push(START, Author::App, ban("ann")).unwrap();
    }
    assert_eq!(group.push(START, Author::App, mute("bo")), too_many(Field::Mutes));
    assert_eq!(group.push(START, Author::App, ban("bo")), too_many(Field::Bans));
}

#[test]
fn a_closed_door_is_open_to_the_owner_and_a_door_with_a_bell_is_closed_to_guests() {
    for option in [JoinOption::DisableApply, JoinOption::NeedPermission] {
        let (id, config) = (GroupId::custom("group").unwrap(), GroupConfig::modern());
        let mut group = Group::new(id, Some(user("ann")), config, Epoch(1), KEY, START);
        let patch = GroupPatch { join_option: Some(option), ..GroupPatch::default() };
        group.push(START, Author::App, Command::SetGroup(Box::new(patch))).unwrap();
        let guest = Command::join_as_guest(Platform::Web);
        let guest = group.push(START, Author::Guest(SessionId(9)), guest);
        assert_eq!(guest, Err(Refusal::JoinClosed));
        join(&mut group, "ann", 1);
        assert_eq!(group.member(&user("ann")).map(|member| member.role()), Some(Role::Owner));
    }
}

#[test]
fn a_turn_has_as_many_messages_as_the_role_weighs() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.traffic.exempt = RoleSet::NONE;
    settings.traffic.weights[Role::Owner as usize] = NonZeroU8::new(3).unwrap();
    settings.traffic.lanes[Priority::Normal].max_wait = Duration::from_secs(2);
    let (id, config) = (GroupId::custom("group").unwrap(), settings.build().unwrap());
    let mut group = Group::new(id, Some(user("ann")), config, Epoch(1), KEY, START);
    let (ann, bo) = (join(&mut group, "ann", 1), join(&mut group, "bo", 2));
    for _ in 0..4 {
        group.push(START, Author::App, Command::text("the burst")).unwrap();
    }
    group.advance(START + Duration::from_millis(25));
    outputs(&mut group);
    for _ in 0..6 {
        for by in [&ann, &bo] {
            group.push(group.clock(), by.clone(), Command::text("hello")).unwrap();
        }
    }
    group.advance(START + Duration::from_secs(1));
    let mut order = String::new();
    for output in outputs(&mut group) {
        if let Output::Ended { message, .. } = output {
            order.push_str(message.sender.user.as_ref().unwrap().as_str());
            order.push(' ');
        }
    }
    assert_eq!(order, "ann ann ann bo ann ann ann bo bo bo bo bo ");
}

#[test]
fn slow_mode_begins_anew_each_time_it_is_put_on() {
    let hour = SlowMode::everybody(Duration::from_hours(1));
    for by_config in [false, true] {
        let mut group = group(GroupConfig::modern());
        let ann = join(&mut group, "ann", 1);
        for _ in 0..2 {
            for slow_mode in [Some(hour), None] {
                let mut settings = group.config().settings().clone();
                settings.slow_mode = slow_mode;
                let command = if by_config {
                    Command::Configure(Box::new(settings.build().unwrap()))
                } else {
                    Command::SetSlowMode { slow_mode }
                };
                group.push(START, Author::App, command).unwrap();
                group.push(START, ann.clone(), Command::text("hello")).unwrap();
            }
        }
    }
}

#[test]
fn as_many_apply_as_the_config_lets_and_one_may_ask_again() {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.limits.applicants = 1;
    let mut group = group(settings.build().unwrap());
    let option = Some(JoinOption::NeedPermission);
    let patch = GroupPatch { join_option: option, ..GroupPatch::default() };
    group.push(START, Author::App, Command::SetGroup(Box::new(patch))).unwrap();
    join(&mut group, "ann", 1);
    join(&mut group, "ann", 1);
    let bo = Command::join(user("bo"), Profile::nick("bo"), Platform::Web);
    let over = group.push(START, Author::Session(SessionId(2)), bo);
    let (field, limit, count) = (Field::Applicants, 1, 2);
    assert_eq!(over, Err(Refusal::TooMany { field, limit, count }));
}

#[test]
fn a_digest_tells_apart_what_differs_in_the_roster_alone() {
    let [one, other] = ["card", "another"].map(|card| {
        let mut group = group(GroupConfig::modern());
        join(&mut group, "ann", 1);
        let command = Command::SetNameCard { user: user("ann"), card: card.into() };
        group.push(START, Author::App, command).unwrap();
        group.digest()
    });
    assert_ne!(one, other);
}

#[test]
fn there_are_ten_admins_at_most() {
    let mut group = group(GroupConfig::modern());
    for session in 0..11 {
        let name = format!("user{session}");
        join(&mut group, &name, session);
        let admin = group.push(START, Author::App, Command::SetAdmin { user: user(&name) });
        if session < 10 {
            assert_eq!(admin, Ok(Receipt::Done));
        } else {
            let (field, limit, count) = (Field::Admins, 10, 11);
            assert_eq!(admin, Err(Refusal::TooMany { field, limit, count }));
        }
    }
}

#[test]
fn a_cursor_of_the_epoch_before_is_told_that_it_is() {
    let mut before = group(GroupConfig::livestream());
    before.push(START, Author::App, Command::text("hello")).unwrap();
    let restored = Group::restore(before.snapshot(), &[], KEY, Some(Epoch(2))).unwrap();
    assert_eq!(restored.epoch(), Epoch(2));
    assert!(matches!(restored.since(&before.tail()), Err(CursorError::OtherEpoch { .. })));
}

/// A group with one message delivered, some waiting and one held, as the text of its snapshot.
fn saved() -> Value {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.limits.outputs = 40_000;
    let mut group = group(settings.build().unwrap());
    for _ in 0..6 {
        group.push(START, Author::App, Command::text("hello")).unwrap();
    }
    serde_json::to_value(group.snapshot()).unwrap()
}

fn restore(saved: &Value) -> Result<Group, RestoreError> {
    let snapshot: Snapshot = serde_json::from_value(saved.clone()).unwrap();
    Group::restore(snapshot, &[], KEY, None)
}

#[test]
fn a_snapshot_whose_parts_do_not_agree_is_refused() {
    restore(&saved()).unwrap();
    let more = |value: &mut Value| *value = json!(value.as_u64().unwrap() + 1);
    type Spoil<'a> = (&'a str, &'a dyn Fn(&mut Value));
    let spoil: [Spoil<'_>; 6] = [
        ("messages that nobody has waiting", &|saved| {
            let flow = &mut saved["state"]["flow"][1];
            more(&mut flow["accepted"]);
            more(&mut flow["waiting"]);
            more(&mut saved["state"]["accepted"]);
        }),
        ("an account that does not balance", &|saved| {
            more(&mut saved["state"]["flow"][1]["accepted"]);
            more(&mut saved["state"]["accepted"]);
        }),
        ("more accepted than in the account", &|saved| more(&mut saved["state"]["accepted"])),
        ("receipts of messages yet to come", &|saved| {
            let state = &mut saved["state"];
            state["accepted"] = json!(1);
            state["flow"][1]["accepted"] = json!(1);
            let delivered = &mut state["flow"][1]["delivered"];
            *delivered = json!(1);
            state["flow"][1]["waiting"] = json!(0);
            state["scheduler"] = serde_json::to_value(group(GroupConfig::modern()).snapshot())
                .unwrap()["state"]["scheduler"]
                .clone();
        }),
        ("more outputs than may wait", &|saved| {
            let queue = saved["outbox"]["queue"].as_array_mut().unwrap();
            let one = queue[0].clone();
            queue.resize(40_001, one);
        }),
        ("a group that has ended and goes on", &|saved| saved["state"]["disbanded"] = json!(true)),
    ];
    for (what, spoil) in spoil {
        let mut spoiled = saved();
        spoil(&mut spoiled);
        let refused = restore(&spoiled);
        assert!(matches!(refused, Err(RestoreError::Corrupt { .. })), "{what}: {refused:?}");
    }
    let mut foreign = saved();
    more(&mut foreign["behaviour"]);
    assert!(matches!(restore(&foreign), Err(RestoreError::Behaviour { .. })));
}

#[test]
fn a_disbanded_group_wants_nothing_but_to_forget() {
    let mut group = group(GroupConfig::livestream());
    let ann = join(&mut group, "ann", 1);
    group.push(START, ann.clone(), Command::Detach).unwrap();
    group.push(START, Author::App, Command::Disband).unwrap();
    outputs(&mut group);
    group.advance(START + Duration::from_mins(60));
    assert_eq!(outputs(&mut group), [], "grace ended in a group that had ended before");
    assert_eq!(group.poll_timeout(), None);
}

#[test]
fn the_least_room_that_a_config_may_give_is_enough_for_a_command() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.limits.outputs = least_outputs(&settings);
    let mut group = group(settings.build().unwrap());
    join(&mut group, "ann", 1);
    let refused = group.push(START, Author::App, Command::notice("hello"));
    assert!(matches!(refused, Err(Refusal::Undrained { .. })), "{refused:?}");
    outputs(&mut group);
    group.push(START, Author::App, Command::notice("hello")).unwrap();
}

#[test]
fn the_least_room_that_a_config_may_give_is_enough_for_what_is_due_in_a_journal_too() {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.journal = true;
    settings.limits.outputs = least_outputs(&settings);
    let mut group = group(settings.build().unwrap());
    for _ in 0..5 {
        group.push(START, Author::App, Command::text("hello")).unwrap();
        outputs(&mut group);
    }
    let mut ended = 0;
    for _ in 0..4 {
        group.advance(START + Duration::from_secs(1));
        let told = outputs(&mut group);
        ended += told.iter().filter(|told| matches!(told, Output::Ended { .. })).count();
    }
    assert_eq!(ended, 2, "two of the five had to wait");
}

/// The fewest outputs that may be let wait under these settings.
fn least_outputs(settings: &Settings) -> u32 {
    let good = |outputs: &u32| {
        let mut settings = settings.clone();
        settings.limits.outputs = *outputs;
        settings.build().is_ok()
    };
    (0..100_000).find(good).unwrap()
}

/// A group that keeps a journal and has room for few outputs; its messages wait, and expire together.
fn narrow() -> Group {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.journal = true;
    settings.traffic.rate = Rate::per_second(1).unwrap();
    (settings.traffic.burst, settings.traffic.reserve) = (1, 0);
    settings.limits.outputs = least_outputs(&settings) + 24;
    group(settings.build().unwrap())
}

#[test]
fn a_journal_of_a_group_that_ran_out_of_room_plays_back_too() {
    for padding in 0..12 {
        let mut live = narrow();
        for _ in 0..11 {
            live.push(START, Author::App, Command::text("hello")).unwrap();
        }
        for _ in 0..padding {
            live.push(START, Author::App, Command::notice("hello")).unwrap();
        }
        // All but the first expire together; the tally ends much later.
        live.push(START, Author::App, Command::custom(Kind::Like, "1")).unwrap();
        live.advance(START + Duration::from_secs(10));
        let mut told = outputs(&mut live);
        live.advance(START + Duration::from_secs(10));
        told.extend(outputs(&mut live));
        live.push(START + Duration::from_secs(11), Author::App, Command::notice("end")).unwrap();
        told.extend(outputs(&mut live));
        let records = told.iter().filter_map(|output| match output {
            Output::Record(record) => Some(record.clone()),
            _ => None,
        });
        let mut again = narrow();
        let mut repeated = Vec::new();
        assert_eq!(
            replay(&mut again, records, |output| repeated.push(output)),
            Ok(()),
            "{padding}"
        );
        let no_tail = |output: &Output| !matches!(output, Output::Tail { .. });
        told.retain(no_tail);
        repeated.retain(no_tail);
        assert_eq!(repeated, told);
        assert_eq!(again.digest(), live.digest());
    }
}

#[test]
fn a_group_without_room_shows_one_clock_however_often_it_is_asked() {
    let far = START + Duration::from_secs(10);
    let mut settings = narrow().config().settings().clone();
    settings.limits.outputs = least_outputs(&settings);
    let narrowest = settings.build().unwrap();
    let with_one_waiting = || {
        let mut group = group(narrowest.clone());
        group.push(START, Author::App, Command::text("goes out")).unwrap();
        outputs(&mut group);
        group.push(START, Author::App, Command::text("waits")).unwrap();
        assert_eq!(group.waiting(Priority::Normal).count(), 1);
        group
    };
    let mut once = with_one_waiting();
    once.advance(far);
    let mut often = with_one_waiting();
    for step in 1..=100 {
        often.advance(START + Duration::from_millis(100 * step));
    }
    assert_eq!(once.clock(), often.clock());
    assert!(once.clock() < far, "it had no room to go on");
    assert_eq!(once.digest(), often.digest());
}
