//! H: a hub under threads.
//!
//! What the lock and the app cost a push beside an engine that one thread owns; what several threads
//! get done together, each shard with a drainer of its own, by the number of shards; and how long a push
//! into a quiet room takes while a room of the same shard is flooded and swept.

use std::{
    num::NonZero,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use liveroom::{
    AppId, Audience, Author, Clock, Command, Creation, Engine, EngineConfig, Group, Hub, HubKey,
    Kind, Output, Tick, Timestamp,
};

use crate::{
    race::{Amount, Case, Report, time},
    rooms::{KEY, START, without_tips},
};

const APP: AppId = AppId(1_400_000_000);
/// Rooms that are pushed into in turn.
const ROOMS: usize = 64;
/// Pushes a round, of all threads together.
const PUSHES: u64 = 12_000;
/// Threads that push.
const PUSHERS: u64 = 2;
/// From one push of one thread to its next: no room gets more than it may deliver.
const STEP: Duration = Duration::from_millis(1);
/// What the fan-out takes under one lock.
const MOST: usize = 1_024;

pub(crate) fn hubs(report: &mut Report) {
    beside_an_engine(report);
    by_shards(report);
    beside_a_flood(report);
}

fn beside_an_engine(report: &mut Report) {
    let name = format!("hub-push/rooms={ROOMS}");
    if !report.wants("H", &name) {
        return;
    }
    let what = "the same push into an engine that the thread owns";
    let case = Case { aim: "H", name, what, at_least: None, units: PUSHES };
    let (hub, keys) = hub(1);
    let mut at = START;
    let ours = || {
        let mut outputs = Vec::new();
        let mut drainer = hub.drainer(0).expect("nobody else drains");
        let took = time(|| {
            for key in keys.iter().cycle().take(PUSHES as usize) {
                at += STEP;
                hub.push(at, *key, Author::App, like()).expect("nothing forbids it");
            }
        });
        while drainer.drain(at, MOST, &mut outputs).is_some_and(|next| next <= at) {
            outputs.clear();
        }
        took
    };
    let mut engine = Engine::new(KEY, EngineConfig::default());
    let creation = || Creation::named("Friday").config(without_tips());
    let own: Vec<_> = (0..ROOMS)
        .map(|_| engine.create(START, creation()).expect("there is room for it"))
        .collect();
    let mut now = START;
    let peer = || {
        let took = time(|| {
            for key in own.iter().cycle().take(PUSHES as usize) {
                now += STEP;
                engine.push(now, *key, Author::App, like()).expect("nothing forbids it");
            }
        });
        while engine.poll().is_some() {}
        took
    };
    report.race(&case, ours, peer);
}

/// With as many shards as cores it is beside itself, which shows what the rows may be trusted with.
fn by_shards(report: &mut Report) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    for shards in [1, 2, 4, 8, 32] {
        let name = format!("hub-threads/shards={shards}");
        if !report.wants("H", &name) {
            continue;
        }
        let what =
            "as many shards as cores; 2 threads push, one for each shard drains, all is told";
        let case = Case { aim: "H", name, what, at_least: None, units: PUSHES };
        let (mut ours, mut peer) = (Crowd::new(shards), Crowd::new(cores));
        report.race(&case, || ours.push_and_tell(), || peer.push_and_tell());
    }
}

fn beside_a_flood(report: &mut Report) {
    let names = ["median", "99.9%"].map(|which| format!("hub-quiet-push/{which}"));
    if !names.iter().any(|name| report.wants("H", name)) {
        return;
    }
    let (ours, peer) = (quiet_pushes(true), quiet_pushes(false));
    for ((name, ours), peer) in names.into_iter().zip(ours).zip(peer) {
        let unit =
            "us of a push into a quiet room beside a flooded one in the shard; beside silence";
        let (ours, peer) = (micros(ours), Some(micros(peer)));
        report.amount(&Amount { aim: "H", name, unit, ours, peer, aimed: None });
    }
}

/// Hundredths of microseconds.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_nanos() / 10).unwrap_or(u64::MAX)
}

fn like() -> Command {
    Command::custom(Kind::Like, "1")
}

fn hub(shards: usize) -> (Hub, Vec<HubKey>) {
    let hub = Hub::new(KEY, shards, EngineConfig::default());
    hub.create_app(START, APP, "bench", None).expect("it is the first");
    let creation = || Creation::named("Friday").config(without_tips());
    let create = |_| hub.create(START, APP, creation()).expect("there is room for it");
    let keys = (0..ROOMS).map(create).collect();
    (hub, keys)
}

/// A hub, and the time in it.
struct Crowd {
    hub: Hub,
    keys: Vec<HubKey>,
    now: Timestamp,
}

impl Crowd {
    fn new(shards: usize) -> Self {
        let (hub, keys) = hub(shards);
        Self { hub, keys, now: START }
    }

    /// Until every message that was pushed was told to have ended.
    fn push_and_tell(&mut self) -> Duration {
        let Self { hub, keys, now } = self;
        let (start, told) = (*now, AtomicU64::new(0));
        *now += STEP * PUSHES as u32;
        let (hub, keys, now, told) = (&*hub, &*keys, *now, &told);
        time(|| {
            thread::scope(|scope| {
                for pusher in 0..PUSHERS {
                    scope.spawn(move || {
                        for number in (pusher..PUSHES).step_by(PUSHERS as usize) {
                            let key = keys[number as usize % ROOMS];
                            let at = start + STEP * number as u32;
                            while hub.push(at, key, Author::App, like()).is_err() {
                                thread::yield_now();
                            }
                        }
                    });
                }
                for shard in 0..hub.shards() {
                    scope.spawn(move || tell(hub, shard, now, told));
                }
            });
        })
    }
}

/// The loop of a fan-out thread.
fn tell(hub: &Hub, shard: usize, now: Timestamp, told: &AtomicU64) {
    let mut drainer = hub.drainer(shard).expect("nobody else drains");
    let mut outputs = Vec::new();
    while told.load(Ordering::Relaxed) < PUSHES {
        drainer.drain(START, MOST, &mut outputs);
        let ended = |(_, output): &(HubKey, Output)| matches!(output, Output::Ended { .. });
        let ends = outputs.iter().filter(|output| ended(output)).count() as u64;
        if told.fetch_add(ends, Ordering::Relaxed) + ends >= PUSHES {
            // The others may be asleep.
            (0..hub.shards()).for_each(|shard| hub.wake(shard));
        }
        if outputs.is_empty() {
            drainer.wait(Duration::from_millis(10));
        }
        outputs.clear();
    }
    // What would be due only later is due now.
    drainer.drain(now, usize::MAX, &mut outputs);
}

/// The median of many pushes into quiet rooms, and what all but one of a thousand keep to.
fn quiet_pushes(flooded: bool) -> [Duration; 2] {
    const QUIET: usize = 4_000;
    const VIEWERS: u32 = 100_000;
    let (hub, keys) = hub(1);
    let (clock, done) = (Clock::new(), AtomicBool::new(false));
    let (hub, keys, clock, done) = (&hub, &keys, &clock, &done);
    let hot = keys[0];
    let mut times: Vec<Duration> = thread::scope(|scope| {
        if flooded {
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    // A full queue is drained soon.
                    let _undrained = hub.push(clock.now(), hot, Author::App, like());
                    thread::sleep(Duration::from_micros(100));
                }
            });
            scope.spawn(move || fan_out(hub, hot, VIEWERS, clock, done));
        }
        let push = |key: &HubKey| {
            thread::sleep(Duration::from_micros(200));
            let now = clock.now();
            let start = Instant::now();
            hub.push(now, *key, Author::App, like()).expect("nothing forbids it");
            start.elapsed()
        };
        let times = keys[1..].iter().cycle().take(QUIET).map(push).collect();
        done.store(true, Ordering::Relaxed);
        times
    });
    times.sort_unstable();
    [times[QUIET / 2], times[QUIET - 1 - QUIET / 1_000]]
}

/// Drains the shard, and sweeps the flooded room's audience whenever it grew.
fn fan_out(hub: &Hub, room: HubKey, viewers: u32, clock: &Clock, done: &AtomicBool) {
    let mut drainer = hub.drainer(0).expect("nobody else drains");
    let tail = hub.read(room, Group::tail).expect("the room is there");
    let mut audience = Audience::new(Tick::NONE);
    (0..viewers).for_each(|token| {
        audience.add(token, tail);
    });
    let (mut seats, mut outputs) = (vec![0; viewers as usize], Vec::new());
    while !done.load(Ordering::Relaxed) {
        let now = clock.now();
        drainer.drain(now, MOST, &mut outputs);
        outputs.clear();
        audience.notify(now, true);
        let swept = audience.sweep(now, &mut hub.source(room), |batch, tokens, _| {
            let place = batch.to().position().0;
            tokens.iter().for_each(|token| seats[*token as usize] = place);
        });
        assert_eq!(swept.lost, 0, "every cursor is of this history");
        drainer.wait(Duration::from_millis(1));
    }
}
