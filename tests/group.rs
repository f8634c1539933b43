//! What a group does at its edges: one test for each, where no story and no law comes by.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Acts, Admission, AskStep, Author, Cap, Class, Command, Content, Decision, Denial, Draft,
    Element, Epoch, Escalation, Fingerprint, Group, GroupConfig, GroupId, GroupPatch, HashKey,
    Join, JoinOption, Kind, Outcome, Output, Pace, Patience, Platform, Priority, Profile,
    QuietHours, Random, Rate, Receipt, Refusal, Removing, RestoreError, Role, RoleSet, Rule,
    SessionId, Settings, Silence, SlowMode, Snapshot, Span, State, TextRule, Those, Timestamp,
    UserId,
    audit::Act,
    filter::{Filter, FilterSpec},
    replay,
};
use serde_json::{Value, json};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);

fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::livestream().settings().clone();
    change(&mut settings);
    let id = GroupId::custom("edge").expect("a good id");
    Group::new(id, None, settings.build().expect("good settings"), Epoch(1), KEY, START)
}

fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

fn join(group: &mut Group, now: Timestamp, name: &str, number: u64) -> Result<Receipt, Refusal> {
    let join = Command::join(user(name), Profile::nick(name), Platform::Web);
    group.push(now, session(number), join)
}

fn rename(group: &mut Group, number: u64) -> Result<Receipt, Refusal> {
    let patch = GroupPatch { name: Some(format!("n{number}").into()), ..GroupPatch::default() };
    group.push(START, Author::App, Command::SetGroup(Box::new(patch)))
}

fn drain(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

fn blocking(word: &str) -> Arc<Filter> {
    let spec = FilterSpec::parse(&format!("[custom:1 block]\n{word}")).expect("a good list");
    Arc::new(spec.compile().expect("one word fits"))
}

#[test]
fn milliseconds_given_as_seconds_freeze_no_group() {
    let mut group = group(|_| {});
    let wild = Timestamp::from_secs(START.as_millis());
    assert!(join(&mut group, wild, "ann", 1).is_ok());
    assert_eq!(group.clock(), Timestamp::LATEST);
    let back = Command::Rebase { to: START };
    assert_eq!(group.push(wild, Author::App, back), Ok(Receipt::Done));
    assert_eq!(group.clock(), START);
    assert!(group.push(START, session(1), Command::text("here again")).is_ok());
}

#[test]
fn a_filter_in_force_that_is_not_installed_lets_nothing_through() {
    let filter = blocking("badword");
    let id = filter.id();
    let mut group = group(|it| it.filter = Some(id));
    let unknown = Err(Refusal::UnknownFilter { filter: id });
    assert_eq!(join(&mut group, START, "ann", 1), unknown, "a nick is judged too");
    let nameless = Command::join("ann".parse().unwrap(), Profile::default(), Platform::Web);
    group.push(START, session(1), nameless).expect("ann may join");
    assert_eq!(group.push(START, session(1), Command::text("badword")), unknown);
    assert_eq!(group.push(START, session(1), Command::text("hello")), unknown);
    assert!(group.push(START, Author::App, Command::text("badword")).is_ok(), "not judged");
    group.install_filter(filter);
    let answer = group.push(START, session(1), Command::text("badword"));
    let Ok(Receipt::Sent { state: State::Ended(Outcome::Rejected(_)), .. }) = answer else {
        panic!("{answer:?}");
    };
}

#[test]
fn restoring_with_many_filters_keeps_the_one_in_force() {
    let filters: Vec<_> = ["aa", "bb", "cc", "dd", "ee", "ff"].map(blocking).into();
    let mut group = group(|_| {});
    for filter in &filters {
        group.install_filter(filter.clone());
        if group.filter().is_none() {
            let using = Command::UseFilter { filter: Some(filter.id()) };
            group.push(START, Author::App, using).expect("just installed");
        }
    }
    let restored = Group::restore(group.snapshot(), &filters, KEY, None).expect("a snapshot");
    assert_eq!(restored.filter(), Some(filters[0].id()));
    let lacking = Group::restore(group.snapshot(), &filters[1..], KEY, None).err();
    assert_eq!(lacking, Some(RestoreError::UnknownFilter { filter: filters[0].id() }));
}

#[test]
fn a_restored_group_owns_no_more_than_the_one_it_was_taken_from() {
    let mut before = group(|_| {});
    for what in ["silent", "and with a word"] {
        let after = Group::restore(before.snapshot(), &[], KEY, None).expect("a snapshot");
        assert!(after.heap_bytes() <= before.heap_bytes(), "{what}");
        before.push(START, Author::App, Command::text("hello")).expect("nothing forbids it");
    }
}

#[test]
fn a_journal_of_many_filters_is_played_as_they_are_asked_for() {
    let filters: Vec<_> = ["aa", "bb", "cc", "dd", "ee", "ff"].map(blocking).into();
    let mut live = group(|it| it.journal = true);
    for filter in &filters {
        live.install_filter(filter.clone());
        let using = Command::UseFilter { filter: Some(filter.id()) };
        live.push(START, Author::App, using).expect("just installed");
    }
    let records: Vec<_> = drain(&mut live)
        .into_iter()
        .filter_map(|output| if let Output::Record(record) = output { Some(record) } else { None })
        .collect();
    let mut twin = group(|it| it.journal = true);
    loop {
        let rest = records.iter().skip(twin.last_record().0 as usize).cloned();
        let Err(error) = replay(&mut twin, rest.collect::<Vec<_>>(), drop) else { break };
        let liveroom::ReplayError::Refused { refusal: Refusal::UnknownFilter { filter }, .. } =
            error
        else {
            panic!("{error}");
        };
        let asked = filters.iter().find(|it| it.id() == filter).expect("one of them");
        twin.install_filter(asked.clone());
    }
    assert_eq!(twin.digest(), live.digest());
}

#[test]
fn a_guest_is_not_taken_for_the_app() {
    let mut group = group(|_| {});
    let said = Draft::text("of the app").random(Random(7));
    group.push(START, Author::App, said.clone().into()).expect("the app may speak");
    let guest = Author::Guest(SessionId(9));
    group.push(START, guest.clone(), Command::join_as_guest(Platform::Web)).expect("free access");
    let answer = group.push(START, guest, said.into());
    assert!(matches!(answer, Err(Refusal::Denied(_))), "{answer:?}");
}

/// A seat is a guest's, an applicant's or a member's, and nobody acts from it as another.
#[test]
fn a_session_is_of_whom_it_came_in_as() {
    let mut group = group(|it| it.powers = GroupConfig::modern().settings().powers);
    let guest = |number| Author::Guest(SessionId(number));
    join(&mut group, START, "ann", 1).expect("free access");
    group.push(START, guest(2), Command::join_as_guest(Platform::Web)).expect("free access");
    let patch =
        GroupPatch { join_option: Some(JoinOption::NeedPermission), ..GroupPatch::default() };
    group.push(START, Author::App, Command::SetGroup(Box::new(patch))).expect("the app may");
    join(&mut group, START, "cy", 3).expect("the staff are asked");
    let taken = |number| Err(Refusal::SessionTaken { session: SessionId(number) });
    for (by, number) in [(guest(1), 1), (session(2), 2), (guest(3), 3)] {
        for command in [Command::text("hi"), Command::Detach, Command::Quit] {
            assert_eq!(group.push(START, by.clone(), command), taken(number), "{by:?}");
        }
    }
    for number in [1, 3] {
        assert_eq!(join(&mut group, START, "dan", number), taken(number));
    }
    assert!(join(&mut group, START, "cy", 3).is_ok(), "they may ask again");
    let dressed = Command::SetProfile { profile: Profile::nick("Cy").into() };
    let refused = group.push(START, session(3), dressed.clone());
    assert!(matches!(refused, Err(Refusal::Denied(_))), "{refused:?}");
    assert_eq!(group.push(START, session(1), dressed), Ok(Receipt::Done));
    let unknown = Refusal::UnknownSession { session: SessionId(4) };
    assert_eq!(group.push(START, guest(4), Command::Quit), Err(unknown));
    for by in [session(1), guest(2), session(3)] {
        assert_eq!(group.push(START, by, Command::Quit), Ok(Receipt::Done));
    }
    assert_eq!((group.member_count(), group.guest_count(), group.applicants().count()), (0, 0, 0));
}

#[test]
fn whom_a_warning_bans_a_step_does_not_kick_too() {
    let span = Duration::from_secs(60);
    let acts_of = |table: Vec<Escalation>| {
        let mut group = group(|it| {
            it.powers = GroupConfig::modern().settings().powers;
            (it.audit, it.strikes.table) = (true, table);
        });
        join(&mut group, START, "ann", 1).expect("ann may join");
        let acts = Acts { warn: true, remove: Some(Removing::Kick), ..Acts::default() };
        let moderate = Command::moderate(user("ann"), acts);
        group.push(START, Author::App, moderate).expect("the app may");
        assert!(group.member(&user("ann")).is_none());
        let audited = drain(&mut group).into_iter().filter_map(|output| match output {
            Output::Audit { audit, .. } => Some(audit.act),
            _ => None,
        });
        audited.collect::<Vec<_>>()
    };
    let warned = Act::Warn { strikes: 1 };
    assert_eq!(acts_of(vec![Escalation::Notice]), [warned, Act::Kick]);
    assert_eq!(acts_of(vec![Escalation::Ban { span }]), [warned, Act::Ban]);
}

#[test]
fn a_warning_shortens_no_mute_and_no_ban() {
    use Act::{Ban, Mute, Unban, Unmute};
    let span = Duration::from_secs(60);
    let acts_of = |bar: &dyn Fn(Span) -> Command, first: Span, leads_to: Escalation| {
        let mut group = group(|it| {
            it.powers = GroupConfig::modern().settings().powers;
            (it.audit, it.strikes.table) = (true, vec![leads_to]);
        });
        for command in [bar(first), Command::warn(user("ann"), "")] {
            group.push(START, Author::App, command).expect("the app may");
        }
        group.advance(START + 2 * span);
        let audited = drain(&mut group).into_iter().filter_map(|output| match output {
            Output::Audit { audit, .. } => Some((audit.act, audit.until)),
            _ => None,
        });
        let warned = Act::Warn { strikes: 1 };
        audited.filter(|(act, _)| *act != warned).collect::<Vec<_>>()
    };
    let mute = |span| Command::mute(user("ann"), span);
    let ban = |span| Command::ban(user("ann"), span, "");
    let bars: [(&dyn Fn(Span) -> Command, _, _, _); 2] = [
        (&mute, Escalation::Mute { span }, Mute, Unmute),
        (&ban, Escalation::Ban { span }, Ban, Unban),
    ];
    let until = |span| Some(START + span);
    for (bar, leads_to, begun, ended) in bars {
        let acts = |first| acts_of(bar, first, leads_to);
        assert_eq!(acts(Span::Forever), [(begun, Some(Timestamp::MAX))]);
        assert_eq!(acts(Span::For(span)), [(begun, until(span)), (ended, None)]);
        let harder = [(begun, until(span / 2)), (begun, until(span)), (ended, None)];
        assert_eq!(acts(Span::For(span / 2)), harder);
    }
}

#[test]
fn a_card_is_its_own_members_to_write_and_those_who_stand_above_them() {
    let mut group = group(|it| it.powers = GroupConfig::modern().settings().powers);
    for (number, name) in (1..).zip(["ann", "bo", "cy"]) {
        join(&mut group, START, name, number).expect("all may join");
    }
    for command in [Command::Transfer { user: user("ann") }, Command::SetAdmin { user: user("bo") }]
    {
        group.push(START, Author::App, command).expect("the app may");
    }
    let mut write = |by: u64, name: &str| {
        let card = Command::SetNameCard { user: user(name), card: "card".into() };
        group.push(START, session(by), card)
    };
    for (by, name) in [(1, "ann"), (1, "bo"), (1, "cy"), (2, "bo"), (2, "cy"), (3, "cy")] {
        assert_eq!(write(by, name), Ok(Receipt::Done), "{by} {name}");
    }
    for (by, name) in [(2, "ann"), (3, "ann"), (3, "bo")] {
        assert!(matches!(write(by, name), Err(Refusal::Denied(_))), "{by} {name}");
    }
}

#[test]
fn an_owner_who_has_not_joined_yet_stands_above_the_staff_all_the_same() {
    let id = GroupId::custom("edge").expect("a good id");
    let mut group = Group::new(id, Some(user("mia")), GroupConfig::modern(), Epoch(1), KEY, START);
    join(&mut group, START, "ann", 1).expect("all may join");
    group.push(START, Author::App, Command::SetAdmin { user: user("ann") }).expect("the app may");
    let mut card = |by| {
        let card = Command::SetNameCard { user: user("mia"), card: "card".into() };
        group.push(START, by, card)
    };
    let too_high = Refusal::Denied(Denial::TargetTooHigh { target: Role::Owner });
    assert_eq!(card(session(1)), Err(too_high));
    assert_eq!(card(Author::App), Err(Refusal::UnknownMember { user: user("mia") }));
}

#[test]
fn whichever_of_two_configs_keeps_an_audit_log_has_the_change_written_down() {
    for (before, after, written) in
        [(true, true, 1), (true, false, 1), (false, true, 1), (false, false, 0)]
    {
        let mut group = group(|it| it.audit = before);
        let mut settings = group.config().settings().clone();
        settings.audit = after;
        let config = settings.build().expect("good settings");
        group.push(START, Author::App, Command::Configure(config.into())).expect("the app may");
        let audited = |it: &Output| matches!(it, Output::Audit { audit, .. } if matches!(audit.act, Act::Configure { .. }));
        assert_eq!(drain(&mut group).iter().filter(|it| audited(it)).count(), written);
    }
}

#[test]
fn a_quiet_group_gives_back_its_queue_and_its_house_and_a_busy_one_keeps_them() {
    let mut group = group(|_| {});
    let new = group.heap_bytes();
    group.push(START, Author::App, Command::notice("kept for a while")).expect("the app may");
    group.push(START, Author::App, Command::UseFilter { filter: None }).expect("none is fine");
    drain(&mut group);
    let again = Group::restore(group.snapshot(), &[], KEY, None).expect("a snapshot");
    assert!(group.heap_bytes() > again.heap_bytes(), "what it needs soon it keeps at hand");
    group.advance(START + Duration::from_hours(1));
    assert!(!group.has_output());
    assert_eq!(group.heap_bytes(), new);
}

#[test]
fn once_the_last_fingerprint_is_gone_nothing_is_kept_for_them() {
    let left = |print: Option<Fingerprint>| {
        let mut group = group(|_| {});
        for (number, print) in [(1, None), (2, print)] {
            let join =
                Command::join(user(&format!("u{number}")), Profile::default(), Platform::Web);
            let Command::Join(join) = join else { unreachable!() };
            let join = Command::Join(Join { print, ..join });
            group.push(START, session(number), join).expect("all may join");
        }
        group.push(START, session(2), Command::Quit).expect("all may go");
        drain(&mut group);
        group.heap_bytes()
    };
    assert_eq!(left(Some(Fingerprint(7))), left(None));
}

#[test]
fn a_queue_weighs_what_waits_in_it() {
    let mut group = group(|it| it.journal = true);
    join(&mut group, START, "ann", 1).expect("ann may join");
    drain(&mut group);
    let empty = group.heap_bytes();
    let unknown = Command::AnswerJoin { user: user("bo"), admission: Admission::Admit };
    assert!(group.push(START, Author::App, unknown).is_err());
    assert_eq!(group.heap_bytes(), empty, "of what was refused there is no record");
    let mut all = vec![empty];
    for _ in 0..3 {
        let users = Some([user("ann")].into_iter().collect());
        let notice = Command::Notify { users, field: "hello".into() };
        group.push(START, Author::App, notice).expect("the app may");
        all.push(group.heap_bytes());
    }
    assert!(all.is_sorted_by(|one, next| one < next));
    for bytes in all.into_iter().rev().skip(1) {
        // The record, and the notice.
        assert!(group.poll().and(group.poll()).is_some());
        assert_eq!(group.heap_bytes(), bytes);
    }
    assert!(!group.has_output());
}

#[test]
fn snapshots_are_alike_where_the_same_waits_to_be_polled() {
    let mut group = group(|_| {});
    join(&mut group, START, "ann", 1).expect("ann may join");
    let again =
        |group: &Group| Group::restore(group.snapshot(), &[], KEY, None).expect("a snapshot");
    let full = group.snapshot();
    assert_eq!(again(&group).snapshot(), full);
    assert!(group.poll().is_some());
    assert_ne!(group.snapshot(), full);
    drain(&mut group);
    assert_eq!(again(&group).snapshot(), group.snapshot());
}

#[test]
fn as_what_the_app_shows_a_user_has_the_form_of_a_profile() {
    let mut group = group(|_| {});
    for nick in ["\u{202e}back".to_owned(), "nul\0".to_owned(), "x".repeat(501)] {
        let by = Author::AppAs { user: user("ann"), profile: Profile::nick(&nick) };
        assert!(group.push(START, by, Command::text("hi")).is_err(), "{nick:?}");
    }
    assert_eq!(group.stats().accepted(), 0);
}

#[test]
fn a_config_that_what_is_held_does_not_fit_is_refused() {
    let mut group = group(|it| {
        it.limits.outputs = 200_000;
        (it.asking.open, it.asking.per_author) = (3_000, 3_000);
        let deadline = Duration::from_secs(60);
        let patience = Patience { deadline, silence: Silence::Allow };
        it.asking.steps.insert(0, AskStep::callback(patience));
    });
    let configure = || Command::Configure(Box::new(GroupConfig::livestream()));
    join(&mut group, START, "ann", 1).expect("ann may join");
    for _ in 0..1_025 {
        group.push(START, session(1), Command::text("hi")).expect("held");
        drain(&mut group);
    }
    let answer = group.push(START, Author::App, configure());
    assert!(matches!(answer, Err(Refusal::TooMany { count: 1_025, .. })), "{answer:?}");
    group.push(START, Author::App, Command::mute(user("ann"), Span::Forever)).expect("muted");
    drain(&mut group);
    for number in 0..20_000 {
        rename(&mut group, number).expect("there is room for 200,000");
    }
    let answer = group.push(START, Author::App, configure());
    assert!(matches!(answer, Err(Refusal::Undrained { .. })), "{answer:?}");
    drain(&mut group);
    assert_eq!(group.push(START, Author::App, configure()), Ok(Receipt::Done));
    assert!(Group::restore(group.snapshot(), &[], KEY, None).is_ok());
}

/// Restores a snapshot into which something was written, and says and drains a few things.
fn reborn(snapshot: &Value, pointer: &str, value: Value) -> Result<(), RestoreError> {
    let mut snapshot = snapshot.clone();
    *snapshot.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    let snapshot: Snapshot = serde_json::from_value(snapshot).expect("of the right types");
    let mut group = Group::restore(snapshot, &[], KEY, None)?;
    for _ in 0..3 {
        let _ = group.push(START + Duration::from_secs(1), Author::App, Command::text("on"));
        drain(&mut group);
        let _ = group.stats().offered();
    }
    Ok(())
}

#[test]
fn a_snapshot_whose_counts_would_overflow_is_turned_away() {
    let mut group = group(|it| it.journal = true);
    for _ in 0..5 {
        group.push(START, Author::App, Command::text("hi")).expect("accepted");
    }
    drain(&mut group);
    let genuine = serde_json::to_value(group.snapshot()).expect("plain data");
    assert_eq!(reborn(&genuine, "/outbox/record", json!(5)), Ok(()));
    let waiting = "/state/scheduler/queues/1/messages/0/payload/message";
    for (pointer, value) in [
        (&*format!("{waiting}/priority"), json!("High")),
        (&*format!("{waiting}/id"), json!(1)),
        (&*format!("{waiting}/sender/user"), json!("ann")),
        ("/state/scheduler/queues/1/messages/0/id", json!(77)),
        ("/state/flow/1/delivered", json!(u64::MAX)),
        ("/state/accepted", json!(u64::MAX)),
        ("/refused", json!({ "3001": u64::MAX })),
        ("/outbox/record", json!(u64::MAX)),
        ("/state/clock", json!(u64::MAX)),
    ] {
        assert!(reborn(&genuine, pointer, value).is_err(), "{pointer}");
    }
    let mut all = genuine;
    all["state"]["accepted"] = json!(u64::MAX);
    all["state"]["flow"][1]["accepted"] = json!(u64::MAX);
    all["state"]["flow"][1]["delivered"] = json!(u64::MAX - 1);
    let silent = serde_json::to_value(self::group(|_| {}).snapshot()).expect("plain data");
    assert!(reborn(&all, "/state/receipts", silent["state"]["receipts"].clone()).is_err());
}

#[test]
fn what_is_kept_after_a_wild_time_grows_old_as_ever() {
    let mut group = group(|_| {});
    let wild = Timestamp::MAX.before(Duration::from_secs(60));
    group.push(wild, Author::App, Command::notice("a")).expect("accepted");
    group.push(wild, Author::App, Command::Rebase { to: START }).expect("the app may");
    group.push(START, Author::App, Command::notice("b")).expect("accepted");
    group.advance(START + Duration::from_hours(1));
    let stats = group.stats();
    assert_eq!(stats.evicted[Class::Notice], stats.appended[Class::Notice]);
}

#[test]
fn whoever_comes_back_over_and_over_is_not_locked_out() {
    let mut group = group(|it| it.presence.per_user = 2);
    join(&mut group, START, "ann", 1).expect("ann may join");
    for number in 2..20 {
        let lost = group.push(START, session(number - 1), Command::Detach);
        assert_eq!(lost, Ok(Receipt::Done));
        join(&mut group, START, "ann", number).expect("the lost one makes room");
    }
    assert_eq!(group.member(&user("ann")).map(|member| member.devices().count()), Some(2));
    join(&mut group, START, "ann", 99).expect("the last lost one makes room");
    let full = join(&mut group, START, "ann", 100);
    assert!(matches!(full, Err(Refusal::TooMany { limit: 2, .. })), "{full:?}");
    let online = |output: &Output| matches!(output, Output::Presence { .. });
    let told = drain(&mut group).into_iter().filter(online).count();
    assert_eq!(told, 1, "ann was online all the while");
}

#[test]
fn who_may_have_one_session_comes_back_over_another_and_was_online_all_the_while() {
    let mut group = group(|it| {
        it.presence.per_user = 1;
        it.powers = GroupConfig::modern().settings().powers;
    });
    join(&mut group, START, "ann", 1).expect("ann may join");
    let (users, marks) = ([user("ann")].into_iter().collect(), [1_000].into_iter().collect());
    let mark = Command::Mark { users, marks, on: true };
    group.push(START, Author::App, mark).expect("ann is online");
    group.push(START, session(1), Command::Detach).expect("lost");
    drain(&mut group);
    join(&mut group, START, "ann", 2).expect("the lost one makes room");
    let marked = group.member(&user("ann")).map(|member| member.marks().collect::<Vec<_>>());
    assert_eq!(marked, Some(vec![1_000]));
    let told = drain(&mut group);
    assert!(!told.iter().any(|output| matches!(output, Output::Presence { .. })), "{told:?}");
}

#[test]
fn a_held_message_goes_on_by_the_role_that_its_author_had_when_it_was_sent() {
    let rare = Cap { rate: Rate::per_second(1).expect("more than none"), burst: 1 };
    let delivered = |promoted_when_sent: bool| {
        let mut group = group(|it| {
            *it = GroupConfig::modern().settings().clone();
            it.traffic.caps[Priority::Normal] = Some(rare);
            it.traffic.exempt = RoleSet::NONE.with(Role::Admin);
            let deadline = Duration::from_secs(60);
            let patience = Patience { deadline, silence: Silence::Reject };
            it.asking.steps.insert(0, AskStep::callback(patience));
        });
        join(&mut group, START, "ann", 1).expect("ann may join");
        let app = |group: &mut Group, command| {
            group.push(START, Author::App, command).expect("the app may");
        };
        let (promote, demote) =
            (Command::SetAdmin { user: user("ann") }, Command::CancelAdmin { user: user("ann") });
        let (before, after) =
            if promoted_when_sent { (Some(promote), demote) } else { (None, promote) };
        before.into_iter().for_each(|command| app(&mut group, command));
        for _ in 0..2 {
            group.push(START, session(1), Command::text("hi")).expect("held");
        }
        app(&mut group, after);
        let tickets: Vec<_> = group.questions().map(|question| question.ticket).collect();
        for ticket in tickets {
            app(&mut group, Command::Answer { ticket, decision: Decision::Allow });
        }
        group.stats().flow[Priority::Normal].delivered
    };
    assert_eq!((delivered(true), delivered(false)), (2, 1));
}

#[test]
fn a_filter_is_previewed_on_what_is_there_and_recent_and_not_the_apps_own() {
    let spec = FilterSpec::parse("[custom:1 hold]\nholdme\n[custom:2 block]\nrejectme");
    let filter = Arc::new(spec.expect("a good list").compile().expect("two words"));
    let mut group = group(|_| {});
    let other = FilterSpec::parse("word").expect("a list").compile().expect("one word");
    let id = filter.id();
    join(&mut group, START, "ann", 1).expect("she may come in");
    let say = |group: &mut Group, now, by, text: &str| {
        let sent = group.push(now, by, Command::text(text)).expect("it is accepted");
        while group.poll().is_some() {}
        let Receipt::Sent { message, .. } = sent else { panic!("{sent:?}") };
        message
    };
    let old = say(&mut group, START, session(1), "an old word");
    let now = START + Duration::from_secs(60);
    say(&mut group, now, Author::App, "the app's own word");
    let delivered = say(&mut group, now, session(1), "a word");
    group.install_filter(filter);
    group.push(now, Author::App, Command::UseFilter { filter: Some(id) }).expect("it is installed");
    let held = say(&mut group, now, session(1), "holdme, word");
    let rejected = say(&mut group, now, session(1), "rejectme, word");
    group.push(now, Author::App, Command::UseFilter { filter: None }).expect("none is fine");
    say(&mut group, now, session(1), "nothing");
    let waiting = say(&mut group, now, session(1), "a waiting word");
    let before = group.digest();
    let seen = |within| {
        let preview = group.dry_run_filter(&other, Duration::from_secs(within));
        (preview.judged, preview.shown.iter().map(|met| met.message).collect::<Vec<_>>())
    };
    assert_eq!(seen(59), (4, vec![waiting, held, delivered]));
    assert_eq!(seen(60), (5, vec![waiting, held, delivered, old]));
    assert!(group.explain(rejected).is_some(), "it is remembered, but not what it said");
    assert_eq!(group.digest(), before);
}

#[test]
fn a_preview_reads_what_waits_to_share_an_entry_and_what_the_config_says_of_elements() {
    let previewed = |all: bool| {
        let mut group = group(|settings| {
            settings.folding = GroupConfig::modern().settings().folding.clone();
            settings.filtering.all_elements = all;
        });
        join(&mut group, START, "ann", 1).expect("she may come in");
        let place = |text: &str| Content {
            elements: [Element::Location {
                description: text.into(),
                latitude_e7: 1,
                longitude_e7: 2,
            }]
            .into_iter()
            .collect(),
            data: String::new(),
        };
        for content in [Content::text("a word"), Content::text("a word"), place("word street")] {
            let draft = Draft { content, ..Draft::default() };
            group.push(START, session(1), draft.into()).expect("it is accepted");
        }
        let waiting: usize = Priority::ALL.iter().map(|it| group.waiting(*it).count()).sum();
        assert_eq!((waiting, group.stats().flow[Priority::Normal].waiting), (0, 1), "in a fold");
        let other = FilterSpec::parse("word").expect("a list").compile().expect("one word");
        let preview = group.dry_run_filter(&other, Duration::from_secs(1));
        assert_eq!(preview.judged, 3);
        preview.shown.iter().map(|met| met.message.0).collect::<Vec<_>>()
    };
    assert_eq!((previewed(false), previewed(true)), (vec![2, 1], vec![3, 2, 1]));
}

#[test]
fn an_explanation_names_the_rules_that_were_in_force_and_for_whom() {
    let filter = FilterSpec::parse("word").expect("a list").compile().expect("one word");
    let (filter, ann) = (Arc::new(filter), session(1));
    let as_ann = Author::AppAs { user: user("ann"), profile: Profile::default() };
    // One of the rules in force: how it is for ann, for the app in her name, and for the app.
    let of = |change: &dyn Fn(&mut Settings), prepare: &[Command], rule: Rule| {
        let mut group = group(|settings| {
            settings.powers = GroupConfig::modern().settings().powers;
            change(settings);
        });
        group.install_filter(filter.clone());
        join(&mut group, START, "ann", 1).expect("she may come in");
        for command in prepare {
            group.push(START, Author::App, command.clone()).expect("the app may");
        }
        [ann.clone(), as_ann.clone(), Author::App].map(|by| {
            let sent = group.push(START, by, Command::text("hello"));
            let Ok(Receipt::Sent { message, .. }) = sent else { panic!("{sent:?}") };
            let rules = group.explain(message).expect("it is remembered").rules;
            let others = Rule::ALL.into_iter().filter(|other| *other != rule);
            assert!(others.into_iter().all(|other| !rules.passed(other) && !rules.exempt(other)));
            (rules.passed(rule), rules.exempt(rule))
        })
    };
    let (held, free, none) = ((true, false), (false, true), (false, false));
    let slow = |member, admin| {
        let pause = |yes| if yes { Duration::from_secs(1) } else { Duration::ZERO };
        SlowMode { member: pause(member), admin: pause(admin), owner: Duration::ZERO }
    };
    let members = RoleSet::NONE.with(Role::Member);
    let id = filter.id();
    assert_eq!(of(&|_| {}, &[], Rule::SlowMode), [none; 3]);
    let set = |settings: &mut Settings| settings.slow_mode = Some(slow(true, false));
    assert_eq!(of(&set, &[], Rule::SlowMode), [held, free, free]);
    let set = |settings: &mut Settings| settings.slow_mode = Some(slow(false, true));
    assert_eq!(of(&set, &[], Rule::SlowMode), [free, free, free]);
    let set = |settings: &mut Settings| settings.filter = Some(id);
    assert_eq!(of(&set, &[], Rule::Filter), [held, held, free]);
    let set = |settings: &mut Settings| settings.mute_all_exempt = members;
    assert_eq!(of(&set, &[Command::MuteAll { on: true }], Rule::MuteAll), [free, free, free]);
    let set = |settings: &mut Settings| settings.speakers = vec![1_001];
    let mark =
        Command::Mark { users: vec![user("ann")].into(), marks: vec![1_001].into(), on: true };
    assert_eq!(of(&set, std::slice::from_ref(&mark), Rule::Speakers), [held, free, free]);
    // It is 12:26, and whom a window does not exempt would not have come so far.
    let exempt = Those { users: vec![user("ann")], ..Those::NOBODY };
    for (from, to, quiet) in [(740, 760, free), (760, 740, none)] {
        let hours = QuietHours { exempt: exempt.clone(), ..QuietHours::utc(from, to) };
        let set = |settings: &mut Settings| settings.house.quiet = vec![hours.clone()];
        assert_eq!(of(&set, &[], Rule::QuietHours), [quiet; 3]);
    }
    let raid = Command::Raid { span: Some(Duration::from_secs(60)) };
    for (speakers, rules) in [(vec![1_001], [held, free, free]), (vec![], [none; 3])] {
        let set = |settings: &mut Settings| settings.house.raid.speakers = speakers.clone();
        assert_eq!(of(&set, &[mark.clone(), raid.clone()], Rule::Speakers), rules);
    }
}

#[test]
fn a_kind_that_is_exempt_is_no_way_around_the_rules_for_words() {
    let mut group = group(|settings| {
        settings.house.exempt_kinds = vec![Kind::Gift];
        settings.house.texts = vec![TextRule::without_links()];
        settings.house.pace = Some(Pace { every: Duration::from_secs(60), burst: 1 });
    });
    join(&mut group, START, "ann", 1).expect("she may come in");
    let mut give =
        |content| group.push(START, session(1), Draft { kind: Kind::Gift, ..content }.into());
    let Command::Send(rose) = Command::custom(Kind::Gift, "a rose") else { unreachable!() };
    for _ in 0..3 {
        assert!(give((*rose).clone()).is_ok(), "what has no words is exempt");
    }
    let refused = give(Draft::text("join www.example.com"));
    assert!(matches!(refused, Err(Refusal::TextRule { .. })), "{refused:?}");
    assert!(give(Draft::text("a rose")).is_ok());
    let refused = give(Draft::text("another"));
    assert!(matches!(refused, Err(Refusal::TooFast { .. })), "{refused:?}");
}
