//! Worlds from one number: groups, users, floods, storms, clocks that jump and hosts that crash, held
//! against the reference model and every law, step by step.
//!
//! ```text
//! cargo run --release --example simulate -- --seed 7 --steps 1000000
//! ```
//!
//! With `--network` each world is a room over many machines, in a network that loses, doubles, delays and
//! cuts, with homes and edges that crash and stand still.
//!
//! One step is one command, or time alone that passes, which three hosts and the model are given, and
//! after which all that can be asked of them is compared. A world that breaks a promise is made as short
//! as it can be and written down as a story, with the number that makes it again.

mod census;
mod deed;
mod hubs;
#[expect(dead_code, reason = "the laws use what this does not")]
#[path = "../../tests/model/mod.rs"]
mod model;
mod net;
#[path = "../../tests/network/mod.rs"]
mod network;
mod readers;
mod recording;
mod run;
mod shrink;
#[expect(dead_code, reason = "stories use what this does not")]
#[path = "../../tests/story/mod.rs"]
mod story;
mod tale;
mod weather;
mod world;

use std::{process::ExitCode, thread};

use clap::Parser;

/// Simulated evenings, held against every promise.
#[derive(Parser)]
struct Options {
    /// The number from which everything follows; by default another each time.
    #[arg(long)]
    seed: Option<u64>,
    /// How many steps to live through, in all worlds together.
    #[arg(long, default_value_t = 1_000_000)]
    steps: u64,
    /// Goes on until so many seconds have passed, whatever the steps.
    #[arg(long)]
    seconds: Option<u64>,
    /// The most steps of one world, storms aside.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u16).range(2..=2_000))]
    length: u16,
    /// Lives one world alone, by its number.
    #[arg(long)]
    world: Option<u64>,
    /// Rooms over many machines in a network that fails, in place of evenings on one.
    #[arg(long)]
    network: bool,
    /// In some of those the log's servers lose power, and frames that they had acknowledged; somebody begins all machines
    /// anew then.
    #[arg(long, requires = "network")]
    power: bool,
    /// How many worlds at a time; by default one for each processor.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let threads = options.threads.or_else(|| thread::available_parallelism().ok().map(Into::into));
    let run = run::Run {
        seed: options.seed.unwrap_or_else(run::any_seed),
        steps: if options.seconds.is_some() { u64::MAX } else { options.steps },
        seconds: options.seconds,
        length: options.length.into(),
        world: options.world,
        threads: threads.unwrap_or(1).max(1),
    };
    let held = if options.network { net::go(&run, options.power) } else { run.go() };
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
