//! A short run against real processes: the room's home is killed, and nobody loses anything.
//!
//! `LIVE_BIN` names the live host's program. Without it the one of the same build is taken; if there is none, there is
//! nothing to try: `cargo build -p live` makes it.

#![allow(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{env, path::PathBuf, time::Duration};

use cluster::{fault::Fault, run::Plan, server::Setup, view::View};

fn live() -> Option<PathBuf> {
    if let Some(live) = env::var_os("LIVE_BIN") {
        return Some(live.into());
    }
    // Tests lie in `deps`, beside which programs are.
    let built = env::current_exe().unwrap().parent()?.parent()?.join("live");
    built.is_file().then_some(built)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_is_killed_takes_nothing_along() {
    let Some(live) = live() else {
        eprintln!("there is no live host to try: name it in LIVE_BIN");
        return;
    };
    let (setup, span) = (Setup::default(), Duration::from_secs(10));
    let plan = Plan { live, setup, servers: 1, viewers: 2, rate: 5, span };
    let outcome = plan.run(Fault::HomeKill, 1, &View::none()).await.unwrap();
    let verdict = &outcome.verdict;
    assert!(outcome.is_sound() && outcome.notes.is_empty(), "{outcome:#?}");
    assert!(verdict.acknowledged >= 20, "{verdict:?}");
    assert_eq!(verdict.missed, 0);
}
