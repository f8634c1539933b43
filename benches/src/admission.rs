//! S1: whether a message may pass now, beside governor.
//!
//! Like for like is `admission`: the bucket that a group measures its traffic with, which a host may use
//! for its own doors, takes an event as governor's check takes a cell; keyed by a number it is a place in
//! a table. What a group says of its rate ([`allowance`](liveroom::Group::allowance)) is more than yes or
//! no, and only looks. A message takes its place where it is pushed, so that a push to its outcome stands
//! in a row of its own. Neither side reads a clock: governor's is one that is set.

use std::{hint::black_box, num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::FakeRelativeClock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, keyed::DashMapStateStore},
};
use liveroom::{
    Bucket, Cap, Command, Creation, Engine, EngineConfig, Group, GroupConfig, GroupId, GroupKey,
    Limit, Priority, Rate, Role,
};

use crate::{
    dice::Dice,
    race::{Case, Report, time},
    rooms::{ANN, KEY, Room, START},
};

const CHECKS: usize = 100_000;
/// From one event to the next.
const STEP: Duration = Duration::from_micros(1);
/// Pushes a round: each is a few hundred times as long.
const PUSHES: usize = 1_000;
/// Groups that are asked in turn, in no order.
const GROUPS: usize = 100_000;

/// Says yes or no, and nothing else.
type Limiter<K, S> = RateLimiter<K, S, FakeRelativeClock, NoOpMiddleware<Nanos>>;

pub(crate) fn admissions(report: &mut Report) {
    one_bucket(report);
    many_buckets(report);
    many_groups(report);
    whole_push(report);
}

fn one_bucket(report: &mut Report) {
    let name = "admission/buckets=1".to_owned();
    if !report.wants("S1", &name) {
        return;
    }
    let what = "governor direct, which threads may share; ours is one group's";
    let case = Case { aim: "S1", name, what, at_least: Some(500), units: CHECKS as u64 };
    let (mut bucket, limit, mut now, limiter) = (Bucket::default(), limit(), START, direct());
    let ours = || {
        time(|| {
            // The bucket alone is hidden from the compiler: hiding the time costs more than the check.
            let mut at = now;
            for _ in 0..CHECKS {
                at += STEP;
                assert!(black_box(&mut bucket).admit(at, limit));
            }
            now = at;
        })
    };
    let peer = || time(|| assert!((0..CHECKS).all(|_| black_box(&limiter).check().is_ok())));
    report.race(&case, ours, peer);
}

fn many_buckets(report: &mut Report) {
    let name = format!("admission/buckets={GROUPS}");
    if !report.wants("S1", &name) {
        return;
    }
    let what = "governor keyed by a number; ours a bucket by its place in a table";
    let case = Case { aim: "S1", name, what, at_least: Some(1_000), units: CHECKS as u64 };
    let (mut buckets, limit, mut now) = (vec![Bucket::default(); GROUPS], limit(), START);
    let limiter = keyed();
    let order = order();
    let ours = || {
        time(|| {
            for &group in &order {
                now += STEP;
                assert!(buckets[group].admit(now, limit));
            }
        })
    };
    let peer =
        || time(|| assert!(order.iter().all(|&group| limiter.check_key(&(group as u64)).is_ok())));
    report.race(&case, ours, peer);
}

fn many_groups(report: &mut Report) {
    let name = format!("allowance/groups={GROUPS}");
    if !report.wants("S1", &name) {
        return;
    }
    let what = "governor keyed by a number; ours the group's allowance, by the group's key";
    let case = Case { aim: "S1", name, what, at_least: None, units: CHECKS as u64 };
    let ((engine, keys), limiter, order) = (engine(), keyed(), order());
    let ours = || {
        time(|| {
            for &group in &order {
                let group = engine.group(keys[group]).expect("the group is there");
                assert!(allowed(group));
            }
        })
    };
    let peer = || {
        time(|| {
            for &group in &order {
                assert!(limiter.check_key(&(group as u64)).is_ok());
            }
        })
    };
    report.race(&case, ours, peer);
}

fn whole_push(report: &mut Report) {
    let name = "admission-push/groups=1".to_owned();
    if !report.wants("S1", &name) {
        return;
    }
    let what = "governor direct, which only says yes; ours is a whole push, delivered at once";
    let case = Case { aim: "S1", name, what, at_least: None, units: PUSHES as u64 };
    let (mut room, limiter) = (Room::new(), direct());
    let ours = || {
        let commands: Vec<_> = (0..PUSHES).map(|_| Command::text("hello")).collect();
        let time = time(|| commands.into_iter().for_each(|command| room.push(ANN, command)));
        room.drain();
        time
    };
    let peer = || time(|| assert!((0..PUSHES).all(|_| black_box(&limiter).check().is_ok())));
    report.race(&case, ours, peer);
}

fn allowed(group: &Group) -> bool {
    group.allowance(Priority::Normal, Some(Role::Member)).now > 0
}

fn order() -> Vec<usize> {
    let mut dice = Dice::new(1);
    (0..CHECKS).map(|_| dice.below(GROUPS)).collect()
}

fn keyed() -> Limiter<u64, DashMapStateStore<u64>> {
    RateLimiter::dashmap_with_clock(quota(), FakeRelativeClock::default())
}

/// As the peer's: so much that everything passes.
fn limit() -> Limit {
    let rate = Rate::per_second(1_000_000).expect("a million is not zero");
    Limit::from(Cap { rate, burst: u32::MAX })
}

fn direct() -> Limiter<NotKeyed, InMemoryState> {
    RateLimiter::direct_with_clock(quota(), FakeRelativeClock::default())
}

/// So much that everything passes: that is governor's shorter way.
fn quota() -> Quota {
    let million = NonZeroU32::new(1_000_000).expect("not zero");
    Quota::per_second(million).allow_burst(NonZeroU32::MAX)
}

fn engine() -> (Engine, Vec<GroupKey>) {
    let mut engine = Engine::new(KEY, EngineConfig::default());
    let create = |group: usize| {
        let id = GroupId::custom(&format!("group{group:08}")).expect("a good id");
        let creation = Creation::named("bench").id(id).config(GroupConfig::livestream());
        engine.create(START, creation).expect("its id is new")
    };
    let keys = (0..GROUPS).map(create).collect();
    (engine, keys)
}
