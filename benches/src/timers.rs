//! Deadlines: 100,000 groups with a backlog each release at moments of their own.
//!
//! The engine's side is the whole release, from the deadline to the entry and the outcome; a heap of
//! deadlines only says whose turn it is. Beside a thousand groups it shows what their number costs.
//! `timers` is the queue of deadlines alone.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    hint::black_box,
    time::Duration,
};

use liveroom::{
    Author, Command, Creation, Engine, EngineConfig, GroupConfig, GroupId, Timestamp, TipSet,
    internals::Alarms,
};

use crate::{
    race::{Case, Report, time},
    rooms::{KEY, START, livestream},
};

const MANY: u64 = 100_000;
const FEW: u64 = 1_000;
/// From one release of a group to its next: 40 a second.
const INTERVAL: Duration = Duration::from_millis(25);
/// Releases in a round, whatever the number of groups.
const RELEASES: u64 = 10_000;

pub(crate) fn deadlines(report: &mut Report) {
    let name = format!("deadlines/groups={MANY}/beside={FEW}");
    if report.wants("T", &name) {
        let what = "the same with 1000 groups; deadline to outcome";
        let case = Case { aim: "T", name, what, at_least: None, units: RELEASES };
        let (mut many, mut few) = (Backlog::new(MANY), Backlog::new(FEW));
        report.race(&case, || many.release(), || few.release());
    }
    let name = format!("deadlines/groups={MANY}/beside=heap");
    if report.wants("T", &name) {
        let what = "BinaryHeap of deadlines, which only says whose turn it is";
        let case = Case { aim: "T", name, what, at_least: None, units: RELEASES };
        let (mut many, mut heap) = (Backlog::new(MANY), Heap::new(MANY));
        report.race(&case, || many.release(), || heap.release());
    }
    for (peer, what) in [
        ("heap", "BinaryHeap, which can set no timer anew or stop it; ours can"),
        ("tree", "BTreeSet, which cannot find a group's timer; ours can"),
    ] {
        let name = format!("timers/groups={MANY}/beside={peer}");
        if report.wants("T", &name) {
            let case = Case { aim: "T", name, what, at_least: None, units: RELEASES };
            let (mut ours, mut heap, mut tree) = (Ticking::new(), Heap::new(MANY), Tree::new());
            let mut release = || if peer == "heap" { heap.release() } else { tree.release() };
            report.race(&case, || ours.release(), &mut release);
        }
    }
}

/// The timers of an engine alone.
struct Ticking {
    alarms: Alarms,
    at: Vec<Timestamp>,
}

impl Ticking {
    fn new() -> Self {
        let at: Vec<_> = (0..MANY).map(first).collect();
        let mut alarms = Alarms::default();
        (0..).zip(&at).for_each(|(group, at)| alarms.set(group, *at));
        Self { alarms, at }
    }

    fn release(&mut self) -> Duration {
        time(|| {
            for _ in 0..RELEASES {
                let Some(group) = self.alarms.pop_due(Timestamp::MAX) else { return };
                let at = &mut self.at[group as usize];
                *at += INTERVAL;
                self.alarms.set(group, *at);
            }
        })
    }
}

struct Tree(BTreeSet<(Timestamp, u32)>);

impl Tree {
    fn new() -> Self {
        Self((0..MANY as u32).map(|group| (first(group.into()), group)).collect())
    }

    fn release(&mut self) -> Duration {
        time(|| {
            for _ in 0..RELEASES {
                let Some((at, group)) = self.0.pop_first() else { return };
                self.0.insert((at + INTERVAL, black_box(group)));
            }
        })
    }
}

/// When a group of many has its first deadline: spread over the interval, in no order.
fn first(group: u64) -> Timestamp {
    START + INTERVAL / MANY as u32 * (group * 61_803 % MANY) as u32
}

/// An engine in which every group has messages waiting, and releases one in each interval.
struct Backlog {
    engine: Engine,
    now: Timestamp,
    /// How long a round is, so that it has as many releases as every other.
    round: Duration,
}

impl Backlog {
    /// What passes at once before anything waits.
    const BURST: u64 = 3;

    /// Each group's messages come a little later than those of the group before it, so that their
    /// deadlines are spread over the interval. There is one for each release to come.
    fn new(groups: u64) -> Self {
        let config = EngineConfig { budget: usize::MAX, ..EngineConfig::default() };
        let mut engine = Engine::new(KEY, config);
        let releases = Report::most_rounds() as u64 * RELEASES;
        let messages = Self::BURST + releases.div_ceil(groups) + 1;
        let config = patient();
        let mut now = START;
        for group in 0..groups {
            let id = GroupId::custom(&format!("group{group:08}")).expect("a good id");
            let creation = Creation::named("bench").id(id).config(config.clone());
            let key = engine.create(now, creation).expect("its id is new");
            for _ in 0..messages {
                let pushed = engine.push(now, key, Author::App, Command::text("hello"));
                pushed.expect("nothing forbids it");
            }
            while engine.poll().is_some() {}
            now += INTERVAL / groups as u32;
        }
        Self { engine, now, round: INTERVAL * RELEASES as u32 / groups as u32 }
    }

    fn release(&mut self) -> Duration {
        self.now += self.round;
        let time = time(|| self.engine.advance(self.now));
        while self.engine.poll().is_some() {}
        time
    }
}

/// A config under which nothing expires while it waits here.
fn patient() -> GroupConfig {
    livestream(|settings| {
        settings.tips.kinds = TipSet::NONE;
        settings.traffic.lanes.0.iter_mut().for_each(|lane| lane.max_wait = HOUR);
    })
}

const HOUR: Duration = Duration::from_hours(1);

/// The peer: when which group is next.
struct Heap {
    due: BinaryHeap<Reverse<(Timestamp, u32)>>,
}

impl Heap {
    fn new(groups: u64) -> Self {
        let at = |group: u32| START + INTERVAL / groups as u32 * group;
        Self { due: (0..groups as u32).map(|group| Reverse((at(group), group))).collect() }
    }

    fn release(&mut self) -> Duration {
        time(|| {
            for _ in 0..RELEASES {
                let Some(Reverse((at, group))) = self.due.pop() else { return };
                self.due.push(Reverse((at + INTERVAL, black_box(group))));
            }
        })
    }
}
