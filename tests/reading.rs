//! What a host reads of a group, and until when.

use std::time::Duration;

use liveroom::{
    Action, Author, Body, Command, Denial, Epoch, Fingerprint, Group, GroupConfig, GroupId,
    GroupPatch, HashKey, JoinOption, Occupant, Platform, Profile, Refusal, SessionId, Settings,
    SlowMode, Span, Timestamp, UserId,
};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const HOUR: Duration = Duration::from_hours(1);

/// A group of every power, which mia owns.
fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    (settings.audit, settings.folding) = (false, None);
    change(&mut settings);
    let (id, config) = (GroupId::custom("read"), settings.build().expect("good settings"));
    Group::new(id.expect("a good id"), Some(user("mia")), config, Epoch(1), KEY, START)
}

fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

fn join(group: &mut Group, name: &str, number: u64) {
    let join = Command::join(user(name), Profile::nick(name), Platform::Web);
    group.push(START, Author::Session(SessionId(number)), join).expect("all may join");
}

fn by_app(group: &mut Group, command: Command) {
    group.push(group.clock(), Author::App, command).expect("the app may");
    while group.poll().is_some() {}
}

fn patch(patch: GroupPatch) -> Command {
    Command::SetGroup(Box::new(patch))
}

/// What is set, and how it is read: until when, and how many are listed.
type Bar = (Command, fn(&Group) -> (Option<Timestamp>, usize));

fn bars(span: Duration) -> [Bar; 6] {
    let (ann, span) = (|| user("ann"), Span::For(span));
    let prints = [Fingerprint(7)].into_iter().collect();
    [
        (Command::mute(ann(), span), |it| (it.muted_until(&user("ann")), it.mutes().count())),
        (Command::shadow(ann(), span), |it| {
            (it.shadowed_until(&user("ann")), it.shadows().count())
        }),
        (Command::ban(ann(), span, ""), |it| (it.banned_until(&user("ann")), it.bans().count())),
        (Command::BanPrints { prints, span, reason: "".into() }, |it| {
            (it.print_banned_until(Fingerprint(7)), it.print_bans().count())
        }),
        (Command::warn(ann(), ""), |it| {
            let mut struck = it.struck().filter(|(user, ..)| it.strikes(user) == 1);
            (struck.next().map(|(.., until)| until), it.struck().count())
        }),
        (Command::Raid { span: Some(2 * HOUR) }, |it| {
            (it.raid_until(), it.raid_until().into_iter().count())
        }),
    ]
}

/// Whatever else is forgotten of a group that fell silent.
#[test]
fn a_bar_is_read_until_its_time_and_by_itself_keeps_a_quiet_house() {
    for (place, (command, read)) in bars(2 * HOUR).into_iter().enumerate() {
        let mut group = group(|it| it.strikes.remembered = 2 * HOUR);
        by_app(&mut group, command);
        let until = (Some(START + 2 * HOUR), 1);
        assert_eq!(read(&group), until, "{place}");
        for now in [START + HOUR, (START + 2 * HOUR).before(Duration::from_nanos(1))] {
            group.advance(now);
            assert_eq!(read(&group), until, "{place}");
        }
        let restored = Group::restore(group.snapshot(), &[], KEY, None).expect("a snapshot");
        assert_eq!(read(&restored), until, "{place}");
        group.advance(START + 2 * HOUR);
        assert_eq!(read(&group), (None, 0), "{place}");
    }
}

/// The group stands at the deadline, and can't settle it before its outputs are polled.
#[test]
fn a_bar_that_is_over_and_cannot_be_settled_is_read_no_more() {
    // Lanes, questions, users named over every session, and the rest: there is room for one command at a time.
    const OUTPUTS: u32 = 1_024 + 1_024 + 6_000 + 128;
    for (place, (command, read)) in bars(2 * HOUR).into_iter().enumerate() {
        let mut group =
            group(|it| (it.strikes.remembered, it.limits.outputs) = (2 * HOUR, OUTPUTS));
        by_app(&mut group, command);
        group.advance(START + HOUR);
        while group.poll().is_some() {}
        let rename = patch(GroupPatch { name: Some("new".into()), ..GroupPatch::default() });
        group.push(group.clock(), Author::App, rename).expect("the app may");
        group.advance(START + 3 * HOUR);
        assert_eq!(group.clock(), START + 2 * HOUR, "{place}");
        assert_eq!(read(&group), (None, 0), "{place}");
    }
}

#[test]
fn people_are_read_by_session_by_age_and_by_rank() {
    let mut group = group(|_| {});
    for (number, name) in (1..).zip(["ann", "bo", "cy", "mia"]) {
        join(&mut group, name, number);
    }
    let (hidden, marks) = (vec![user("bo")].into(), vec![Command::HIDDEN].into());
    by_app(&mut group, Command::Mark { users: hidden, marks, on: true });
    by_app(&mut group, Command::SetAdmin { user: user("cy") });
    let guest = Author::Guest(SessionId(5));
    group.push(START, guest.clone(), Command::join_as_guest(Platform::Web)).expect("free access");
    let closed =
        GroupPatch { join_option: Some(JoinOption::NeedPermission), ..GroupPatch::default() };
    by_app(&mut group, patch(closed));
    join(&mut group, "dan", 6);
    let newest = |limit| group.newest(limit).iter().map(|it| it.user().clone()).collect::<Vec<_>>();
    assert_eq!(newest(9), ["mia", "cy", "ann"].map(user));
    assert_eq!(newest(2), ["mia", "cy"].map(user));
    let staff: Vec<_> = group.staff().map(|it| it.user().clone()).collect();
    assert_eq!(staff, ["cy", "mia"].map(user));
    let cy = format!("{:?}", group.member(&user("cy")).expect("he is in"));
    assert_eq!(cy, r#"Member { user: UserId("cy"), role: Admin, online: true, .. }"#);
    assert_eq!(
        [1, 5, 6, 7].map(|number| group.occupant(SessionId(number))),
        [
            Some(Occupant::Member(user("ann"))),
            Some(Occupant::Guest),
            Some(Occupant::Applicant(user("dan"))),
            None
        ]
    );
    // By the table alone, whoever it is about.
    let app_only = Err(Refusal::Denied(Denial::AppOnly));
    let (ann, cy) = (Author::Session(SessionId(1)), Author::Session(SessionId(3)));
    assert_eq!(group.may(&ann, Action::Speak), Ok(()));
    assert_eq!(group.may(&cy, Action::Mute), Ok(()));
    assert!(matches!(group.may(&ann, Action::Mute), Err(Refusal::Denied(_))));
    assert!(matches!(group.may(&guest, Action::Speak), Err(Refusal::Denied(_))));
    assert_eq!(group.may(&cy, Action::Configure), app_only);
    assert_eq!(group.may(&Author::App, Action::Configure), Ok(()));
}

#[test]
fn an_entry_is_read_by_its_place_while_it_is_kept() {
    let mut group = group(|_| {});
    for text in ["one", "two"] {
        by_app(&mut group, Command::text(text));
    }
    let places = |group: &Group| {
        let texts = (0..9).filter_map(|seq| {
            let entry = group.entry(liveroom::Seq(seq))?;
            assert_eq!(entry.seq.0, seq);
            match &entry.body {
                Body::Message(message) => Some(message.content.texts().collect::<String>()),
                _ => None,
            }
        });
        texts.collect::<Vec<_>>()
    };
    assert_eq!(places(&group), ["one", "two"]);
    group.advance(START + HOUR);
    assert!(places(&group).is_empty());
}

#[test]
fn a_member_reads_until_when_slow_mode_lets_them_wait() {
    let pause = Duration::from_secs(10);
    let mut group = group(|it| it.slow_mode = Some(SlowMode::members(pause)));
    for (number, name) in (1..).zip(["ann", "mia"]) {
        join(&mut group, name, number);
        assert_eq!(group.slow_until(&user(name)), None);
        let by = Author::Session(SessionId(number));
        group.push(START, by, Command::text("hello")).expect("the first");
    }
    let until = |group: &Group, name| group.slow_until(&user(name));
    assert_eq!(until(&group, "ann"), Some(START + pause));
    assert_eq!(until(&group, "mia"), None, "the owner need not wait");
    assert_eq!(until(&group, "bo"), None, "a stranger");
    group.advance(START + pause);
    assert_eq!(until(&group, "ann"), None);
}
