//! The code of the hub itself, run in many orders of its steps: threads push, come, go, disband and
//! delete while others drain and sweep. In each of these runs no wake-up is lost, nothing is told twice
//! or out of order, nobody waits for good, and no lock is taken while another is held.
//!
//! ```text
//! RUSTFLAGS="--cfg shuttle" cargo test -p models
//! ```
//!
//! Each model is run `LIVEROOM_MODEL_RUNS` times with a scheduler that draws who goes next at every
//! step, and as often with one that changes its mind a few times in a run, which finds other faults
//! (PCT). They draw anew each time. One that fails prints its schedule, with which it is lived again, by
//! itself:
//!
//! ```text
//! LIVEROOM_MODEL_SCHEDULE=9105… RUSTFLAGS="--cfg shuttle" cargo test -p models the_name
//! ```
//!
//! The threads of a model take no time. A `Drainer` that waits for less than a
//! minute has waited when nothing is there; one that waits for longer is woken, or stays asleep for good,
//! which ends the run as a deadlock. What the memory model allows beside orders of steps is not run.

#![cfg(all(shuttle, test))]

mod apps;
mod crowd;
mod fan_out;
mod tokens;

use std::{collections::BTreeMap, env, time::Duration};

use liveroom::{
    AppId, Author, Command, Creation, Cursor, Drainer, EngineConfig, Entry, Flow, Group, GroupId,
    HashKey, Hub, HubKey, MessageId, Output, Platform, Profile, PushError, Receipt, SessionId,
    Timestamp, UserId, Visitor,
};
use shuttle::{
    Config, Runner,
    rand::Rng,
    scheduler::{PctScheduler, RandomScheduler, ReplayScheduler},
};
use std::sync::Arc;

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const APP: AppId = AppId(1_400_000_000);

/// Runs a model over and over, or once as it was run before.
fn explore(model: impl Fn() + Copy + Send + Sync + 'static) {
    let mut config = Config::new();
    // Without optimisation a push takes more than the 60 KB that are usual.
    config.stack_size = 1 << 20;
    if let Ok(schedule) = env::var("LIVEROOM_MODEL_SCHEDULE") {
        let replay = ReplayScheduler::new_from_encoded(&schedule);
        Runner::new(replay, config).run(model);
        return;
    }
    let runs = env::var("LIVEROOM_MODEL_RUNS").ok().and_then(|text| text.parse().ok());
    let runs = runs.unwrap_or(500);
    Runner::new(RandomScheduler::new(runs), config.clone()).run(model);
    Runner::new(PctScheduler::new(4, runs), config).run(model);
}

/// A number below `count`, as the schedule has it.
fn draw(count: usize) -> usize {
    shuttle::rand::thread_rng().gen_range(0..count)
}

fn hub(shards: usize) -> Hub {
    let hub = Hub::new(HashKey::new(1, 2), shards, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    hub
}

/// An id whose group comes to this shard of a hub that has the app.
fn id_in(hub: &Hub, shard: usize, name: &str) -> GroupId {
    let mut ids = (0..).map(|at| GroupId::custom(&format!("{name}{at}")).unwrap());
    let falls_there = |id: &GroupId| {
        let key = hub.create(START, APP, Creation::named(name).id(id.clone())).unwrap();
        hub.dispose(key).unwrap();
        key.shard() == shard
    };
    ids.find(falls_there).unwrap()
}

fn room(hub: &Hub, shard: usize, name: &str) -> HubKey {
    hub.create(START, APP, Creation::named(name).id(id_in(hub, shard, name))).unwrap()
}

fn ann() -> UserId {
    "ann".parse().unwrap()
}

fn join() -> Command {
    Command::join(ann(), Profile::default(), Platform::Web)
}

fn of_ann() -> Visitor {
    Visitor::user(ann(), Platform::Web)
}

fn session(number: u64) -> (SessionId, Author) {
    (SessionId(number), Author::Session(SessionId(number)))
}

/// The message that a push was accepted as, if it was.
fn accepted(pushed: &Result<Receipt, PushError>) -> Option<MessageId> {
    match pushed {
        Ok(Receipt::Sent { message, duplicate: false, .. }) => Some(*message),
        _ => None,
    }
}

/// The loop of a thread that drains, until `enough`, which is asked about everything that is told and
/// after every drain.
fn drain_until(
    drainer: &mut Drainer<'_>,
    most: usize,
    mut enough: impl FnMut(&[(HubKey, Output)]) -> bool,
) -> Vec<(HubKey, Output)> {
    let (mut now, mut told) = (START, Vec::new());
    loop {
        let before = told.len();
        let next = drainer.drain(now, most, &mut told);
        if enough(&told[before..]) {
            return told;
        }
        let wait = next.map_or(Duration::from_mins(1), |at| at.since(now));
        if !drainer.wait(wait) {
            now = now.max(next.unwrap());
        }
    }
}

/// Everything that is still to be told, until an hour later.
fn drain_rest(hub: &Hub) -> Vec<(HubKey, Output)> {
    let mut told = Vec::new();
    for shard in 0..hub.shards() {
        let mut drainer = hub.drainer(shard).unwrap();
        for wait in [Duration::ZERO, Duration::from_hours(1)] {
            drainer.drain(START + wait, usize::MAX, &mut told);
        }
    }
    told
}

/// Every end that was told, in the order of it.
fn ends(told: &[(HubKey, Output)]) -> Vec<(HubKey, MessageId)> {
    let ends = told.iter().filter_map(|(key, output)| match output {
        Output::Ended { message, .. } => Some((*key, message.id)),
        _ => None,
    });
    ends.collect()
}

fn is_end(output: &Output) -> bool {
    matches!(output, Output::Ended { .. })
}

/// Every accepted message has one end, and nothing else has.
fn assert_each_once(
    sent: impl IntoIterator<Item = (HubKey, MessageId)>,
    told: &[(HubKey, Output)],
) {
    let (mut sent, mut ends): (Vec<_>, _) = (sent.into_iter().collect(), ends(told));
    sent.sort();
    ends.sort();
    assert_eq!(ends, sent);
}

/// What each room told stands in its order: what was delivered by its place, and the tail rises.
fn assert_in_order(told: &[(HubKey, Output)]) {
    let mut places = BTreeMap::new();
    for (key, output) in told {
        let (kind, seq) = match output {
            Output::Ended { outcome: liveroom::Outcome::Delivered { seq, .. }, .. } => (0, *seq),
            Output::Tail { seq, .. } => (1, *seq),
            _ => continue,
        };
        let last = places.insert((*key, kind), seq);
        assert!(last.is_none_or(|last| last < seq), "{output:?} after {last:?}");
    }
}

fn assert_balanced(hub: &Hub, key: HubKey) {
    let balances = |group: &Group| {
        let flow = group.stats().flow.0;
        flow.iter().all(|flow| flow.balances() && flow.waiting == 0 && flow.held == 0)
    };
    assert_eq!(hub.read(key, balances), Some(true));
}

/// All entries after a cursor.
fn history(hub: &Hub, key: HubKey, from: Cursor) -> Vec<Arc<Entry>> {
    let batch = hub.batch(key, &from).unwrap();
    assert!(hub.batch(key, batch.to()).unwrap().is_empty(), "it is one batch");
    batch.entries().to_vec()
}

/// What was said in an entry.
fn text(entry: &Entry) -> Option<&str> {
    match &entry.body {
        liveroom::Body::Message(message) => message.content.texts().next(),
        _ => None,
    }
}
