//! The rules of a house, one by one: which of several counts, and whom they concern.

use std::time::Duration;

use liveroom::{
    Author, Command, Epoch, Finding, Group, GroupConfig, GroupId, GroupPatch, HashKey, HouseRules,
    JoinOption, JoinStatus, Pace, Platform, Profile, RaidPlan, Receipt, Refusal, SessionId,
    Settings, Signal, Step, TextRule, Those, Timestamp, Treat, UserId,
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);

/// A group of every power and no rules, which mia owns.
fn group(change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.house = HouseRules::default();
    change(&mut settings);
    let (id, config) =
        (GroupId::custom("house").expect("a good id"), settings.build().expect("good settings"));
    Group::new(id, Some(user("mia")), config, Epoch(1), HashKey::new(1, 2), START)
}

fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

fn join(group: &mut Group, name: &str, number: u64) -> Result<Receipt, Refusal> {
    let join = Command::join(user(name), Profile::nick(name), Platform::Web);
    group.push(START, session(number), join)
}

#[test]
fn of_the_text_rules_that_hold_the_gravest_counts_and_of_equals_the_first() {
    use Treat::{Block, Hold, Tag};
    let cases: [(&[Treat], u8, Finding); 8] = [
        (&[Tag], 0, Finding::Tagged),
        (&[Tag, Tag], 0, Finding::Tagged),
        (&[Tag, Hold], 1, Finding::Held),
        (&[Hold, Tag], 0, Finding::Held),
        (&[Hold, Hold, Tag], 0, Finding::Held),
        (&[Block, Hold], 0, Finding::Blocked),
        (&[Tag, Block, Hold, Block], 1, Finding::Blocked),
        (&[Tag, Hold, Hold, Block], 3, Finding::Blocked),
    ];
    for (treats, rule, what) in cases {
        let text = |treat: &Treat| TextRule::refuse(Signal::Length, 1).then(*treat);
        let mut group = group(|it| it.house.texts = treats.iter().map(text).collect());
        join(&mut group, "ann", 1).expect("all may join");
        let sent = group.push(START, session(1), Command::text("hi"));
        let Ok(Receipt::Sent { message, .. }) = sent else { panic!("{sent:?}") };
        let steps = group.explain(message).expect("it was just said").steps;
        assert_eq!(steps.first(), Some(&Step::Ruled { rule, what }), "{treats:?}");
    }
}

#[test]
fn while_raid_mode_is_on_the_stricter_of_two_doors_is_the_one() {
    use JoinOption::{DisableApply, FreeAccess, NeedPermission};
    let until = START + Duration::from_secs(60);
    for own in [FreeAccess, NeedPermission, DisableApply] {
        for plan in [FreeAccess, NeedPermission, DisableApply] {
            let mut group =
                group(|it| it.house.raid = RaidPlan { join: plan, ..RaidPlan::default() });
            let patch = GroupPatch { join_option: Some(own), ..GroupPatch::default() };
            let raid = Command::Raid { span: Some(Duration::from_secs(60)) };
            for command in [Command::SetGroup(Box::new(patch)), raid] {
                group.push(START, Author::App, command).expect("the app may");
            }
            let closed = if plan > own { Refusal::RaidOn { until } } else { Refusal::JoinClosed };
            let door = plan.max(own);
            let as_user = match join(&mut group, "ann", 1) {
                Ok(Receipt::Joined { status, .. }) => Ok(status),
                answer => Err(answer.expect_err("a join is answered as one")),
            };
            let joined = match door {
                FreeAccess => Ok(JoinStatus::Joined),
                NeedPermission => Ok(JoinStatus::WaitingForApproval),
                _ => Err(closed.clone()),
            };
            assert_eq!(as_user, joined, "{own:?} {plan:?}");
            let guest = Command::join_as_guest(Platform::Web);
            let as_guest = group.push(START, Author::Guest(SessionId(2)), guest).map(drop);
            let joined = if door == FreeAccess { Ok(()) } else { Err(closed) };
            assert_eq!(as_guest, joined, "{own:?} {plan:?}");
        }
    }
}

#[test]
fn who_is_exempt_by_name_comes_as_often_as_they_like() {
    let every = Duration::from_secs(60);
    let mut group = group(|it| {
        it.house.joins = Some(Pace { every, burst: 1 });
        it.house.exempt = Those { users: vec![user("ann")], ..Those::NOBODY };
    });
    for (number, name) in (1..).zip(["ann", "bo"]) {
        let first = join(&mut group, name, number);
        assert!(first.is_ok(), "{name}: {first:?}");
        group.push(START, session(number), Command::Quit).expect("all may go");
        let again = join(&mut group, name, number).map(drop);
        let refused = Err(Refusal::JoinedTooOften { until: START + every });
        assert_eq!(again, if name == "bo" { refused } else { Ok(()) }, "{name}");
    }
}
