//! Fifty clients against each host: what they got is what the host says it gave.

use std::{path::Path, time::Duration};

use live::{Host, Options};
use load::{
    dialect::Dialect,
    hosts::{HostKind, Served},
    outcome::Outcome,
    run::{Plan, Target, run},
    view::View,
};

const PLAN: Plan = Plan {
    clients: 50,
    speakers: 20,
    guest_every: 5,
    rate: 40,
    seconds: 3,
    pace: 1_000,
    threads: 2,
};

fn measured(kind: HostKind, plan: &Plan) -> Outcome {
    let program = Path::new(env!("CARGO_BIN_EXE_load"));
    let served = Served::start(program, kind, plan.clients, None).unwrap();
    run(plan, &served.target(), &mut View::none()).unwrap()
}

/// Everything arrived, and everybody agrees about it.
fn is_whole(outcome: &Outcome) {
    assert_eq!(outcome.faults, Vec::<String>::new(), "{}", outcome.host);
    assert!(outcome.is_sound());
    assert_eq!(outcome.clients, PLAN.clients);
    assert_eq!(outcome.fates.sent, [12, 60, 30, 18]);
    assert_eq!(outcome.fates.delivered, outcome.fates.sent);
    for (latency, sent) in outcome.latencies.iter().zip(outcome.fates.sent) {
        assert_eq!(latency.count(), sent * u64::from(PLAN.clients), "every client's is noted");
    }
    assert_eq!(outcome.course.len(), 3);
    let cost = outcome.cost.as_ref().unwrap();
    assert!(cost.cpu() > 0 && cost.resident_kib > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_host_in_this_process_gives_everybody_everything() {
    let host = Host::start(Options::at(([127, 0, 0, 1], 0).into())).unwrap();
    let target = Target {
        name: "live".into(),
        about: "",
        address: host.address(),
        dialect: Dialect::Plain,
        pid: Some(std::process::id()),
        books: vec![host.address()],
        beside: Vec::new(),
        promises: true,
        tick: None,
    };
    let running = tokio::task::spawn_blocking(move || run(&PLAN, &target, &mut View::none()));
    is_whole(&running.await.unwrap().unwrap());
    assert!(host.account().balances());
}

#[test]
fn what_one_would_write_instead_gives_everybody_everything() {
    is_whole(&measured(HostKind::Broadcast, &PLAN));
    is_whole(&measured(HostKind::Socketioxide, &PLAN));
}

#[test]
fn an_edge_gives_everybody_everything_and_its_books_agree_with_the_homes() {
    if let Err(error) = HostKind::Nodes.can_start() {
        eprintln!("nothing is tried: {error}");
        return;
    }
    let outcome = measured(HostKind::Nodes, &PLAN);
    is_whole(&outcome);
    let names: Vec<_> = outcome.beside.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["the home", "the NATS server"]);
    assert!(outcome.beside.iter().all(|(_, cost)| cost.cpu() > 0 && cost.resident_kib > 0));
}

#[test]
fn an_overloaded_live_host_keeps_what_matters_and_accounts_for_the_rest() {
    let outcome = measured(HostKind::Live, &Plan { rate: 400, speakers: 50, ..PLAN });
    assert_eq!(outcome.faults, Vec::<String>::new());
    let fates = outcome.fates;
    assert_eq!(fates.sent.iter().sum::<u64>(), 1_200);
    assert_eq!(fates.delivered[0], fates.sent[0], "gifts alone keep to the rate");
    assert!(fates.dropped[3] > 0, "not all of the lowest priority can be delivered");
    assert!(outcome.is_sound());
}

/// A tip of likes moves the books after 4 seconds; so much later they have stood still for longer than is waited
/// where a host has no tick.
const LONG_TICK_MS: u32 = 14_000;

#[test]
fn what_a_long_tick_holds_back_is_late_and_not_lost() {
    let program = Path::new(env!("CARGO_BIN_EXE_load"));
    let served = Served::start(program, HostKind::Live, PLAN.clients, Some(LONG_TICK_MS)).unwrap();
    let target = served.target();
    assert_eq!(target.tick, Some(Duration::from_millis(LONG_TICK_MS.into())));
    let outcome = run(&Plan { seconds: 1, ..PLAN }, &target, &mut View::none()).unwrap();
    assert_eq!(outcome.faults, Vec::<String>::new());
    assert_eq!(outcome.lost(), Some((0, 0)));
    let last = outcome.latencies.map(|latency| latency.millis(1.0).unwrap_or_default());
    assert!(last.into_iter().fold(0.0, f64::max) > 5_000.0, "nothing was held back: {last:?}");
}
