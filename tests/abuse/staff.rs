//! Whoever does what is not theirs to do, or does it twice, or too early, or too late.

use liveroom::{
    Acts, Admission, AttributeChange, AttributeMode, Author, Command, Content, CounterChange,
    Counting, Decision, Denial, Fingerprint, Group, GroupConfig, GroupPatch, MessageId, Platform,
    Powers, Profile, Receipt, Refusal, Removing, Role, SessionId, Silencing, SlowMode, Span,
    Ticket, Timestamp, Traffic, UserId, Users,
};

use crate::stage::{
    KEY, SECOND, START, balanced, drain, fill, group, join, sent, session, user, wait,
};

/// Every command, aimed at somebody where it can be aimed.
pub(crate) fn commands(target: &UserId) -> Vec<Command> {
    let users = || -> Users { [target.clone()].into_iter().collect() };
    let span = Span::For(60 * SECOND);
    let counter = CounterChange { key: "k".into(), change: Counting::Increase(1) };
    let change = AttributeChange { key: "k".into(), value: Some("v".into()), seen: None };
    let patch = GroupPatch { name: Some("mine".into()), ..GroupPatch::default() };
    let remove = Some(Removing::Ban { span, prints: true });
    let silence = Some(Silencing::Mute { span });
    let prints = || [Fingerprint(7)].into_iter().collect();
    let platform = Platform::Web;
    vec![
        Command::join(target.clone(), Profile::nick("me"), platform),
        Command::join_as_guest(platform),
        Command::Attach { user: target.clone(), platform, print: None },
        Command::Detach,
        Command::DetachAll,
        Command::Quit,
        Command::AnswerJoin { user: target.clone(), admission: Admission::Admit },
        Command::text("hi"),
        Command::leave([target.clone()]),
        Command::Answer { ticket: Ticket(1), decision: Decision::Allow },
        Command::Withdraw { message: MessageId(1) },
        Command::Recall { message: MessageId(1) },
        Command::Purge { author: Some(target.clone()) },
        Command::Purge { author: None },
        Command::SetProfile { profile: Profile::nick("me").into() },
        Command::SetNameCard { user: target.clone(), card: "card".into() },
        Command::SetGroup(Box::new(patch)),
        Command::SetAdmin { user: target.clone() },
        Command::CancelAdmin { user: target.clone() },
        Command::Transfer { user: target.clone() },
        Command::Mute { users: users(), span },
        Command::Unmute { users: users() },
        Command::Shadow { users: users(), span },
        Command::Unshadow { users: users() },
        Command::MuteAll { on: true },
        Command::Warn { users: users(), reason: "so".into() },
        Command::Forgive { users: users() },
        Command::Moderate {
            users: users(),
            acts: Box::new(Acts { purge: true, warn: true, silence, remove, ..Acts::default() }),
        },
        Command::Kick { users: users(), reason: "so".into() },
        Command::Ban { users: users(), span, reason: "so".into() },
        Command::Unban { users: users() },
        Command::BanPrints { prints: prints(), span, reason: "so".into() },
        Command::UnbanPrints { prints: prints() },
        Command::Notify { users: Some(users()), field: "so".into() },
        Command::Broadcast { content: Content::text("so").into() },
        Command::SetAttributes { mode: AttributeMode::Merge, changes: vec![change], seen: None },
        Command::Count { changes: vec![counter] },
        Command::Mark { users: users(), marks: [1_000].into_iter().collect(), on: true },
        Command::SetSlowMode { slow_mode: Some(SlowMode::members(SECOND)) },
        Command::Raid { span: Some(60 * SECOND) },
        Command::UseFilter { filter: None },
        Command::Configure(Box::new(GroupConfig::livestream())),
        Command::Disband,
        Command::Rebase { to: START },
    ]
}

/// What somebody is, and what was done to them.
type Standing = (Option<Role>, bool, [Option<Timestamp>; 3], u32, Option<String>);

fn standing(group: &Group, user: &UserId) -> Standing {
    let bars = [group.muted_until(user), group.shadowed_until(user), group.banned_until(user)];
    let card = group.member(user).and_then(|member| member.name_card().map(str::to_owned));
    (group.role(user), group.member(user).is_some(), bars, group.strikes(user), card)
}

/// What the app alone may change.
fn rules(group: &Group) -> (Powers, Traffic) {
    let settings = group.config().settings();
    (settings.powers, settings.traffic.clone())
}

#[test]
fn nobody_does_by_any_command_what_is_above_their_role() {
    const APP_ALONE: [&str; 5] = ["DetachAll", "Broadcast", "UseFilter", "Configure", "Rebase"];
    let (mut tried, mut done) = (0, 0);
    for preset in [GroupConfig::livestream(), GroupConfig::vendor(), GroupConfig::modern()] {
        let mut group = group(&preset, |it| it.folding = None);
        fill(&mut group);
        for (number, name) in [(4, "cat"), (5, "dan")] {
            group.push(START, session(number), join(name, name)).unwrap();
        }
        let guest = Author::Guest(SessionId(20));
        group.push(START, guest.clone(), Command::join_as_guest(Platform::Web)).unwrap();
        for name in ["bo", "dan"] {
            // Where the house knows admins.
            let _ = group.push(START, Author::App, Command::SetAdmin { user: user(name) });
        }
        group.push(START, session(4), Command::text("first")).unwrap();
        drain(&mut group);
        let saved = group.snapshot();
        let actors = [
            (session(3), Some("mia")),
            (session(2), Some("bo")),
            (session(1), Some("ann")),
            (guest, None),
            (session(30), None),
            (Author::Guest(SessionId(1)), None),
        ];
        for (by, actor) in actors {
            for target in ["mia", "dan", "cat", "zoe"].map(user) {
                for command in commands(&target) {
                    let mut group = Group::restore(saved.clone(), &[], KEY, None).unwrap();
                    let what = format!("{by:?} at {target}: {command:?}");
                    let own = actor.and_then(|name| group.role(&user(name)));
                    let (before, digest) = (standing(&group, &target), group.digest());
                    let transfers = matches!(command, Command::Transfer { .. });
                    let (powers, traffic) = rules(&group);
                    let answer = group.push(START, by.clone(), command);
                    tried += 1;
                    let name = what.split(": ").nth(1).unwrap();
                    assert!(!APP_ALONE.iter().any(|it| name.starts_with(it)) || answer.is_err());
                    if answer.is_err() {
                        assert_eq!(group.digest(), digest, "{what}");
                        assert!(!group.has_output(), "{what}");
                        continue;
                    }
                    done += 1;
                    assert_eq!(rules(&group), (powers, traffic), "{what}");
                    if actor.is_none_or(|name| target.as_str() != name)
                        && before.0 >= own
                        && before.0.is_some()
                    {
                        let comes_in = standing(&group, &target).0 == before.0;
                        assert!(comes_in && standing(&group, &target) == before, "{what}");
                    }
                    let raised = actor.map_or(own, |name| group.role(&user(name)));
                    assert!(raised <= own, "{what}");
                    let hands_over = own == Some(Role::Owner) && transfers;
                    assert!(hands_over || group.owner() == Some(&user("mia")), "{what}");
                    assert!(own == Some(Role::Owner) || !group.is_disbanded(), "{what}");
                    balanced(&group);
                }
            }
        }
    }
    println!("{done} of {tried} done");
    assert!(done > 100 && done < tried / 2);
}

#[test]
fn an_owner_goes_by_ending_the_group_or_handing_it_over() {
    for preset in [GroupConfig::livestream(), GroupConfig::vendor(), GroupConfig::modern()] {
        let mut group = group(&preset, |_| {});
        fill(&mut group);
        let handed = preset == GroupConfig::modern();
        let denial = if handed { Denial::OwnerMustTransfer } else { Denial::OwnerCannotQuit };
        assert_eq!(group.push(START, session(3), Command::Quit), Err(denial.into()));
        // Whoever only loses the connection is owner all the same.
        group.push(START, session(3), Command::Detach).unwrap();
        let now = START + 60 * SECOND;
        wait(&mut group, now);
        assert_eq!(group.owner(), Some(&user("mia")));
        assert!(!group.is_connected(SessionId(3)));
        group.push(now, session(3), join("mia", "Mia")).unwrap();
        let transfer = Command::Transfer { user: user("ann") };
        let answer = group.push(now, session(3), transfer);
        assert_eq!(answer.is_ok(), handed, "{answer:?}");
        if handed {
            assert_eq!(group.push(now, session(3), Command::Quit), Ok(Receipt::Done));
            assert_eq!(group.owner(), Some(&user("ann")));
        } else {
            assert_eq!(group.push(now, session(3), Command::Disband), Ok(Receipt::Done));
            assert_eq!(group.owner(), Some(&user("mia")));
        }
    }
}

#[test]
fn what_comes_twice_or_too_early_is_answered_in_kind() {
    let mut group = group(&GroupConfig::livestream(), |_| {});
    let unknown = |number| Err(Refusal::UnknownSession { session: SessionId(number) });
    let digest = group.digest();
    for early in [Command::Quit, Command::Detach, Command::text("hi")] {
        assert_eq!(group.push(START, session(1), early), unknown(1));
    }
    let attach = || Command::Attach { user: user("ann"), platform: Platform::Ios, print: None };
    let answer = group.push(START, session(1), attach());
    assert_eq!(answer, Err(Denial::NotAMember.into()));
    assert_eq!(group.digest(), digest);
    fill(&mut group);
    // The same session again, with or without its connection, is one session.
    for _ in 0..3 {
        group.push(START, session(1), join("ann", "ann")).unwrap();
        group.push(START, session(1), Command::Detach).unwrap();
        group.push(START, session(1), Command::Detach).unwrap();
        group.push(START, session(1), attach()).unwrap();
        group.push(START, session(1), attach()).unwrap();
    }
    assert_eq!((group.member_count(), group.online()), (3, 3));
    assert_eq!(group.member(&user("ann")).unwrap().devices().count(), 1);
    let taken = Err(Refusal::SessionTaken { session: SessionId(1) });
    assert_eq!(group.push(START, session(1), join("bo", "bo")), taken);
    assert_eq!(group.push(START, Author::Guest(SessionId(1)), Command::Quit), taken);
    group.push(START, session(1), Command::Quit).unwrap();
    drain(&mut group);
    let digest = group.digest();
    for late in [Command::Quit, Command::Detach, Command::text("hi")] {
        assert_eq!(group.push(START, session(1), late), unknown(1));
    }
    assert_eq!(group.push(START, session(1), attach()), Err(Denial::NotAMember.into()));
    assert_eq!((group.digest(), group.has_output()), (digest, false));
    // What is over for the connection is not over for what it said.
    let said = sent(&group.push(START, session(2), Command::text("hi"))).unwrap();
    group.push(START, session(2), Command::Quit).unwrap();
    let again = group.explain(said).expect("remembered").author;
    assert_eq!(again, Some(user("bo")));
}

#[test]
fn a_group_that_ended_answers_every_command_and_does_nothing() {
    let mut group = group(&GroupConfig::modern(), |_| {});
    fill(&mut group);
    for _ in 0..40 {
        group.push(START, Author::App, Command::text("on its way")).unwrap();
    }
    group.push(START, session(3), Command::Disband).unwrap();
    drain(&mut group);
    let (digest, tail) = (group.digest(), group.tail());
    for by in [Author::App, session(3), session(1), session(30), Author::Guest(SessionId(30))] {
        for command in commands(&user("ann")) {
            let what = format!("{by:?}: {command:?}");
            if matches!(command, Command::Rebase { .. }) {
                continue;
            }
            let answer = group.push(START, by.clone(), command);
            let Err(refusal) = answer else { panic!("{what}: {answer:?}") };
            assert!(refusal.code() > 0 && !refusal.to_string().is_empty());
            assert!(
                matches!(
                    refusal,
                    Refusal::Disbanded
                        | Refusal::UnknownSession { .. }
                        | Refusal::SessionTaken { .. }
                ) || matches!(refusal, Refusal::Denied(_)),
                "{what}: {refusal:?}"
            );
        }
    }
    assert_eq!((group.tail(), drain(&mut group)), (tail, vec![]));
    assert_eq!(group.push(START, Author::App, Command::Disband), Err(Refusal::Disbanded));
    assert_eq!(group.digest(), digest);
    balanced(&group);
}
