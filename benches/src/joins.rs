//! J1: members who join by name, beside maps by name.
//!
//! The engine's side is the whole command: ban, limit and rights are looked at, a session is noted,
//! a tip folded, outputs made. Its outputs are polled, and the commands made, while no clock runs. A
//! map only inserts. `roster` is the engine's table of members by itself, beside maps that find a member
//! by the same three things: user, session, and the order of joins.

use std::{
    collections::{BTreeMap, HashMap},
    convert,
    hint::black_box,
    iter,
    sync::Arc,
    time::{Duration, Instant},
};

use dashmap::DashMap;
use liveroom::{
    Author, Command, Device, GroupConfig, Platform, Profile, SessionId, UserId, internals::Members,
};

use crate::{
    allocations::count,
    race::{Aimed, Amount, Case, Report, time},
    rooms::{KEY, Room, START, join, long_user, user},
};

/// What a host would keep of a member at the least.
type Member = (u64, u64, Arc<Profile>);

pub(crate) fn joins(report: &mut Report) {
    // Fewer are in the caches, and ten millions of whole joins take minutes.
    let sizes = 100_000..=report.large();
    for members in report.sizes().iter().copied().filter(|members| sizes.contains(members)) {
        let name = format!("join/N={members}/beside=HashMap");
        if report.wants("J1", &name) {
            let what = "std HashMap<String, _>; ours is the whole command";
            race(report, name, what, Some(500), members, &mut |count| {
                fill(count, user, &mut HashMap::new(), String::from, |map, name, member| {
                    map.insert(name, member);
                })
            });
        }
        let name = format!("join/N={members}/beside=DashMap");
        if report.has_time_for_more_peers(members) && report.wants("J1", &name) {
            let what = "DashMap<String, _>; ours is the whole command";
            race(report, name, what, None, members, &mut |count| {
                fill(count, user, &mut DashMap::new(), String::from, |map, name, member| {
                    map.insert(name, member);
                })
            });
        }
        let short = ("", user as fn(usize) -> UserId);
        let long = report
            .has_time_for_more_peers(members)
            .then_some(("/ids=32", long_user as fn(usize) -> UserId));
        for (ids, user) in iter::once(short).chain(long) {
            let name = format!("roster/N={members}{ids}/beside=maps");
            if report.wants("J1", &name) {
                let what = "two std HashMaps and a BTreeMap; ours keeps the digest too";
                let case = Case { aim: "J1", name, what, at_least: None, units: members as u64 };
                report.race(&case, || roster(members, user), || by_three_things(members, user));
            }
        }
        let name = format!("allocations/N={members}");
        if report.wants("J1", &name) {
            let unit = "allocations a join, outputs polled after 1,000";
            let ours = allocations(members) * 100 / members as u64;
            report.amount(&Amount {
                aim: "J1",
                name,
                unit,
                ours,
                peer: None,
                aimed: Some(Aimed::AtMost(200)),
            });
        }
        let name = format!("worst-join/N={members}");
        if report.times() && report.wants("J1", &name) {
            let micros = worst(members).as_micros() as u64;
            let unit = "ms of the worst single join, each the best of 3 runs";
            // Hundredths of milliseconds.
            let (ours, aimed) = (micros / 10, Some(Aimed::AtMost(500)));
            report.amount(&Amount { aim: "J1", name, unit, ours, peer: None, aimed });
        }
    }
}

fn race(
    report: &mut Report,
    name: String,
    what: &'static str,
    at_least: Option<u64>,
    members: usize,
    peer: &mut dyn FnMut(usize) -> Duration,
) {
    let case = Case { aim: "J1", name, what, at_least, units: members as u64 };
    report.race(&case, || whole_joins(members), || peer(members));
}

fn whole_joins(members: usize) -> Duration {
    in_batches(members, |join| time(join)).into_iter().sum()
}

fn allocations(members: usize) -> u64 {
    in_batches(members, |join| count(join).1).into_iter().sum()
}

/// Lets so many join, in batches: each is prepared, then measured.
fn in_batches<M>(members: usize, measure: impl Fn(&mut dyn FnMut()) -> M) -> Vec<M> {
    let mut room = Room::empty(GroupConfig::livestream());
    let profile = Arc::new(Profile::nick("Ann"));
    let batches = (0..members).step_by(Room::UNPOLLED);
    batches
        .map(|first| {
            let numbers = first..members.min(first + Room::UNPOLLED);
            let mut commands: Vec<_> = numbers.map(|number| command(number, &profile)).collect();
            let measured = measure(&mut || {
                commands.drain(..).for_each(|(by, command)| room.push_now(by, command));
            });
            room.drain();
            measured
        })
        .collect()
}

fn command(number: usize, profile: &Arc<Profile>) -> (Author, Command) {
    (Author::Session(SessionId(number as u64)), join(user(number), profile))
}

/// The roster alone.
fn roster(members: usize, user: fn(usize) -> UserId) -> Duration {
    let mut roster = Members::new(KEY);
    fill(members, user, &mut roster, convert::identity, |roster, user, (number, _, profile)| {
        let device = Device { session: SessionId(number), platform: Platform::Web };
        roster.admit(START, user, profile, device);
    })
}

/// What finds a member by the same things.
fn by_three_things(members: usize, user: fn(usize) -> UserId) -> Duration {
    type Maps = (HashMap<Arc<str>, Member>, HashMap<u64, Arc<str>>, BTreeMap<u64, Arc<str>>);
    let mut maps = Maps::default();
    let name = |user: UserId| Arc::from(user.as_str());
    fill(members, user, &mut maps, name, |(users, sessions, order), name: Arc<str>, member| {
        sessions.insert(member.0, name.clone());
        order.insert(member.1, name.clone());
        users.insert(name, member);
    })
}

/// Only what `put` does is timed: names are there before.
fn fill<M, N>(
    members: usize,
    user: fn(usize) -> UserId,
    map: &mut M,
    name: impl Fn(UserId) -> N,
    put: impl Fn(&mut M, N, Member),
) -> Duration {
    let profile = Arc::new(Profile::nick("Ann"));
    let batches = (0..members).step_by(Room::UNPOLLED);
    batches
        .map(|first| {
            let numbers = first..members.min(first + Room::UNPOLLED);
            let member =
                |number| (name(user(number)), (number as u64, number as u64, profile.clone()));
            let named: Vec<_> = numbers.map(member).collect();
            time(|| named.into_iter().for_each(|(name, member)| put(black_box(map), name, member)))
        })
        .sum()
}

/// The longest that any one join takes. The same join does the same in each run, so that what is
/// longer in one was the machine's doing.
fn worst(members: usize) -> Duration {
    let mut best = vec![Duration::MAX; members];
    let profile = Arc::new(Profile::nick("Ann"));
    for _ in 0..3 {
        let mut room = Room::empty(GroupConfig::livestream());
        for (number, best) in best.iter_mut().enumerate() {
            let (by, command) = command(number, &profile);
            let start = Instant::now();
            room.push_now(by, command);
            *best = start.elapsed().min(*best);
            if number % Room::UNPOLLED == 0 {
                room.drain();
            }
        }
    }
    best.into_iter().max().unwrap_or_default()
}
