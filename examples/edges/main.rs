//! One room over very many machines, in virtual time: the real [`Home`] and thousands of real [`Edge`]s, with a log
//! and a tree of message servers between them that are models.
//!
//! ```text
//! cargo run --release --example edges
//! cargo run --release --example edges -- --edges 1000 --leaves 0 --log always
//! ```
//!
//! Each edge stands for a machine with so many viewers; they read as one reader whose sweeps come as often as theirs
//! would. What is said travels as the bytes that it has on a wire. Everything follows from the seed but one thing: what
//! the calls of the home and of some edges take of the processor is measured.
//!
//! With `--plots` it lives the same room with fewer edges too, and draws what it saw.
//!
//! [`Home`]: liveroom::relay::Home
//! [`Edge`]: liveroom::relay::Edge

mod dice;
mod ledger;
mod people;
#[expect(clippy::float_arithmetic, reason = "places in a drawing")]
mod plot;
mod post;
mod report;
mod spread;
mod stand;
mod store;
mod tree;
mod world;

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};

/// A room over many machines, and what travels between them.
#[derive(Clone, Parser)]
pub(crate) struct Options {
    /// The number from which everything follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Machines at which viewers are.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    edges: u32,
    /// Viewers at each of them, once all have come.
    #[arg(long, default_value_t = 10_000)]
    viewers: u64,
    /// How long the room is looked at, after all edges have begun.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Messages that members send in a second: 60 % of normal priority, 10 % high, 20 % low, 10 % lowest.
    #[arg(long, default_value_t = 40)]
    messages: u64,
    /// Members who join in a second, by name.
    #[arg(long, default_value_t = 50)]
    joins: u64,
    /// How often an edge tells how many likes its viewers gave; 0 s never.
    #[arg(long, default_value = "2s", value_parser = humantime::parse_duration)]
    sums: Duration,
    /// How long the home gathers at least, from one frame to the next.
    #[arg(long, default_value = "10ms", value_parser = humantime::parse_duration)]
    pause: Duration,
    /// What the log waits for.
    #[arg(long, value_enum, default_value_t = Log::Replicas)]
    log: Log,
    /// Message servers of the cluster that home and log are at.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    servers: u32,
    /// Message servers between those and the edges; 0 has the edges at the cluster itself.
    #[arg(long, default_value_t = 100)]
    leaves: u32,
    /// How far the farthest of them is, one way; the others are spread between that and nothing.
    #[arg(long, default_value = "40ms", value_parser = humantime::parse_duration)]
    farthest: Duration,
    /// Gbit/s of each server's network card.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    gbit: u64,
    /// What a server takes for each message that it passes on to somebody: 20 µs of a processor, of which it has 8.
    #[arg(long, default_value = "2500ns", value_parser = humantime::parse_duration)]
    each: Duration,
    /// One of so many messages to or from an edge is lost on the way; 0 loses none.
    #[arg(long, default_value_t = 10_000)]
    loss: u64,
    /// For so long the first leaf server is away, in the middle of it.
    #[arg(long, default_value = "0s", value_parser = humantime::parse_duration)]
    outage: Duration,
    /// Lives it with 100 and 1,000 edges too, and writes plots into this folder.
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// What the log waits for until it acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Log {
    /// One server's memory: half of all writes within 206 µs, 99 of 100 within 350.
    Interval,
    /// One server's disk: 371 and 571 µs.
    Always,
    /// The memory of two of three servers: as one, and a way there and back.
    Replicas,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let fewer = [100, 1_000].into_iter().filter(|edges| *edges < options.edges);
    let fewer: Vec<u32> = fewer.filter(|_| options.plots.is_some()).collect();
    let mut runs = Vec::new();
    for edges in fewer.into_iter().chain([options.edges]) {
        let leaves = options.leaves.min(edges.div_ceil(10));
        let outcome = world::live(&Options { edges, leaves, ..options.clone() });
        report::print(&outcome);
        runs.push(outcome);
    }
    if let Some(folder) = &options.plots {
        let written = fs::create_dir_all(folder).and_then(|()| {
            report::plots(&runs)
                .iter()
                .try_for_each(|(name, svg)| fs::write(folder.join(name), svg))
        });
        if let Err(error) = written {
            eprintln!("{} cannot be written: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    if runs.iter().all(report::is_whole) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
