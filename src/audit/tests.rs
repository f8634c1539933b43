use std::time::Duration;

use super::*;
use crate::{
    bounds,
    id::{Fingerprint, GroupId},
};

fn group() -> GroupId {
    GroupId::custom("friday").unwrap()
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

/// A chain with something of everything.
fn chain() -> Vec<AuditRecord> {
    let (mut chain, reason) = (Chain::default(), Arc::from("spam"));
    let owner = By::Member { user: user("owner"), role: Role::Owner };
    let admin = Duration::from_secs(2);
    let slow_mode = Some(SlowMode { admin, ..SlowMode::members(Duration::from_secs(5)) });
    let mut printed = Deed::of(Act::SlowMode { slow_mode });
    printed.evidence.house_rule = Some(3);
    printed.evidence.prints.push(Fingerprint(0xfeed));
    let muted = [user("ann"), user("bob")];
    let deeds = [
        (By::App, Deed { until: Some(Timestamp::MAX), ..Deed::of(Act::Mute).on(&muted) }),
        (owner.clone(), Deed::of(Act::Kick).on(&[user("ann")]).because(&reason)),
        (
            By::AppAs { user: user("mod") },
            Deed::of(Act::Reject { code: Some(1) }).about(MessageId(7)),
        ),
        (By::Time, Deed::elapsed(Act::Unmute, user("bob"))),
        (owner, printed),
    ];
    let append =
        |(second, (by, deed))| chain.append(&group(), Timestamp::from_secs(second), by, deed);
    (1..).zip(deeds).map(append).collect()
}

#[test]
fn a_chain_holds_from_its_beginning_and_from_any_place() {
    let records = chain();
    assert_eq!(records[0].former, genesis(&group()));
    for from in 0..records.len() {
        let last = records.last().map(|record| record.hash);
        assert_eq!(verify(&records[from..]), Ok(last));
    }
    assert_eq!(verify(&[]), Ok(None));
    assert_ne!(genesis(&group()), genesis(&GroupId::custom("saturday").unwrap()));
}

#[test]
fn the_bytes_that_are_hashed_stay_the_same() {
    // Reckoned by another program, from what the module says is hashed.
    let told = chain().last().map(|record| record.hash.to_string());
    assert_eq!(
        told.as_deref(),
        Some("868bebcb3796c6c77c00f6cbe119b4a1711ef65a605b9046115df237cf3aa958")
    );
}

#[test]
fn whatever_is_altered_is_found_at_its_record() {
    type Alter = fn(&mut AuditRecord);
    let alters: [Alter; 13] = [
        |it| it.at += Duration::from_nanos(1),
        |it| it.by = By::Member { user: user("owner"), role: Role::Admin },
        |it| it.by = By::AppAs { user: user("owner") },
        |it| it.act = Act::Ban,
        |it| it.whom.push(user("eve")),
        |it| it.until = Some(Timestamp::ZERO),
        |it| it.rule = Trigger::Silence,
        |it| it.evidence.messages.push(MessageId(1)),
        |it| it.evidence.prints.push(Fingerprint(0)),
        |it| it.evidence.filter = Some(FilterId(0)),
        |it| it.evidence.term = Some(0),
        |it| it.evidence.house_rule = Some(0),
        |it| it.evidence.reason = "".into(),
    ];
    for alter in alters {
        let mut records = chain();
        alter(&mut records[1]);
        assert_eq!(verify(&records), Err(ChainError::Altered { no: 2 }), "{:?}", records[1]);
        // Hashed anew, it is the next one that does not fit.
        records[1].hash = records[1].digest();
        assert_eq!(verify(&records), Err(ChainError::Severed { no: 3 }));
    }
}

#[test]
fn every_pause_and_every_code_is_hashed() {
    let everything = |act| {
        let mut record = chain().remove(0);
        record.act = act;
        record.digest()
    };
    let pause = Duration::from_secs(5);
    let all = SlowMode::everybody(pause);
    let slow = |slow_mode| everything(Act::SlowMode { slow_mode: Some(slow_mode) });
    for other in [
        SlowMode { member: Duration::ZERO, ..all },
        SlowMode { admin: Duration::ZERO, ..all },
        SlowMode { owner: Duration::ZERO, ..all },
    ] {
        assert_ne!(slow(all), slow(other), "{other:?}");
    }
    let reject = |code| everything(Act::Reject { code });
    assert_ne!(reject(Some(1)), reject(Some(2)));
    assert_ne!(reject(Some(0)), reject(None));
}

#[test]
fn what_is_left_out_put_in_or_moved_is_found() {
    let mut records = chain();
    records.remove(2);
    assert_eq!(verify(&records), Err(ChainError::Gap { expected: 3, found: 4 }));
    let mut records = chain();
    records.swap(1, 2);
    assert_eq!(verify(&records), Err(ChainError::Gap { expected: 2, found: 3 }));
    let mut records = chain();
    records.insert(1, records[0].clone());
    assert_eq!(verify(&records), Err(ChainError::Gap { expected: 2, found: 1 }));
    // One of another group's, with the right number.
    let mut other = Chain::default();
    let friday = GroupId::custom("other").unwrap();
    other.append(&friday, Timestamp::ZERO, By::App, Deed::of(Act::MuteAll));
    let mut records = chain();
    records[1] = other.append(&friday, Timestamp::ZERO, By::App, Deed::of(Act::UnmuteAll));
    assert_eq!(verify(&records), Err(ChainError::Severed { no: 2 }));
}

#[test]
fn no_two_acts_or_rules_are_hashed_alike() {
    let acts = [
        Act::Mute,
        Act::Unmute,
        Act::MuteAll,
        Act::UnmuteAll,
        Act::Kick,
        Act::Ban,
        Act::Unban,
        Act::Purge,
        Act::Recall,
        Act::SetAdmin,
        Act::CancelAdmin,
        Act::Transfer,
        Act::SlowMode { slow_mode: None },
        Act::UseFilter { filter: None },
        Act::Configure { config: 0 },
        Act::Allow,
        Act::Replace,
        Act::Reject { code: None },
        Act::Discard,
        Act::Shadow,
        Act::Unshadow,
        Act::Warn { strikes: 1 },
        Act::Forgive { strikes: 1 },
        Act::BanPrints,
        Act::UnbanPrints,
        Act::Raid,
        Act::EndRaid,
        Act::Escalate,
        Act::Withdraw,
        Act::Evict,
        Act::Admit,
        Act::Decline,
        Act::Mark { mark: 1 },
        Act::Unmark { mark: 1 },
        Act::NameCard,
        Act::Disband,
    ];
    // A new one is added here, or this does not compile.
    for act in acts {
        match act {
            Act::Mute | Act::Unmute | Act::Shadow | Act::Unshadow | Act::Warn { .. } => {}
            Act::Forgive { .. } | Act::MuteAll | Act::UnmuteAll | Act::Kick | Act::Ban => {}
            Act::Unban | Act::BanPrints | Act::UnbanPrints | Act::Purge | Act::Recall => {}
            Act::SetAdmin | Act::CancelAdmin | Act::Transfer | Act::SlowMode { .. } => {}
            Act::Raid | Act::EndRaid | Act::UseFilter { .. } | Act::Configure { .. } => {}
            Act::Allow | Act::Replace | Act::Reject { .. } | Act::Discard | Act::Escalate => {}
            Act::Withdraw | Act::Evict | Act::Admit | Act::Decline | Act::Mark { .. } => {}
            Act::Unmark { .. } | Act::NameCard | Act::Disband => {}
        }
    }
    let codes: std::collections::BTreeSet<u64> = acts.iter().map(|act| act.code().0).collect();
    assert_eq!(codes.len(), acts.len());
    let rules =
        [Trigger::Command, Trigger::Elapsed, Trigger::Silence, Trigger::Strikes { count: 1 }];
    let codes: std::collections::BTreeSet<u64> = rules.iter().map(|rule| rule.code().0).collect();
    assert_eq!(codes.len(), rules.len());
}

#[test]
fn a_hash_is_64_digits_and_nothing_else_is_one() {
    let hash = genesis(&group());
    assert_eq!(hash.to_string().parse(), Ok(hash));
    let (mut long, short) = (hash.to_string(), hash.to_string()[..63].to_owned());
    long.push('0');
    for text in [long, short, "g".repeat(64), "é".repeat(32), String::new()] {
        assert_eq!(text.parse::<AuditHash>(), Err(NoHash), "{text}");
    }
}

#[test]
fn a_chain_that_does_not_hold_together_is_not_restored() {
    let head = Some(genesis(&group()));
    let restore = |no, head| Chain { no, head }.restore().is_ok();
    assert!(restore(0, None) && restore(1, head) && restore(bounds::COUNTED - 1, head));
    assert!(!restore(0, head) && !restore(1, None) && !restore(bounds::COUNTED, head));
}
