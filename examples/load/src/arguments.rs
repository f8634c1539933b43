//! What can be asked for on the command line, and what of it the system allows.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use load::{Failure, hosts::HostKind, run::Plan};

/// What a live room holds: thousands of real WebSocket clients against it, in one command.
///
/// It starts the host as a process of its own, lets everybody in, sends messages of four priorities by a
/// schedule that waits for nobody, and tells how many entries were handed over, how long they took, what that
/// cost the host, and what was lost. Every client's loss is known exactly, by class, and held against the host's own
/// account: if the two do not agree, it says so and fails.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) served: Option<Serving>,

    /// Clients, each with a connection of its own; as many as the system lets a process have.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) clients: u32,

    /// For how long messages are sent.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(super) seconds: u32,

    /// Messages a second, of all speakers together. A room delivers 40.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) rate: u32,

    /// Ten times what a room delivers: what is lost then, and what is not.
    #[arg(long, conflicts_with = "rate")]
    pub(super) overload: bool,

    /// Which host to start; several are measured one after the other.
    #[arg(long, value_name = "HOST", default_value = "live", value_delimiter = ',')]
    pub(super) host: Vec<HostKind>,

    /// All hosts, one after the other, in one table.
    #[arg(long, conflicts_with_all = ["host", "at"])]
    pub(super) compare: bool,

    /// A host that runs already, instead of one that is started.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "host")]
    pub(super) at: Option<SocketAddr>,

    /// The process of that host; if it runs on this machine, it is found.
    #[arg(long, value_name = "PID", requires = "at")]
    pub(super) pid: Option<u32>,

    /// How many of the clients speak; by default enough for none to send more than 5 messages a second.
    #[arg(long, value_name = "N")]
    pub(super) speakers: Option<u32>,

    /// Connections a second while clients come in.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) pace: u32,

    /// Threads that drive the clients.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(super) threads: u32,

    /// How many milliseconds a live host that is started lets entries wait for others, instead of as long as
    /// it thinks right.
    #[arg(long, value_name = "MS")]
    pub(super) tick: Option<u32>,

    /// Write a page with charts to this file.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  load --clients 5000                          a live room with 5,000 viewers
  load --compare --html load.html              the same beside what one would write instead
  load --overload                              gifts arrive, likes may not
  load --at 127.0.0.1:8080 --clients 200       a host that runs already

A host that is started, and this tool, raise their own limits of open files as far as the system lets them.";

#[derive(Debug, Subcommand)]
pub(super) enum Serving {
    /// Serves a host until standard input is closed.
    #[command(hide = true)]
    Serve {
        host: HostKind,
        #[arg(long)]
        connections: u32,
        #[arg(long)]
        tick: Option<u32>,
    },
}

/// Files that a process needs beside its connections.
const BESIDE: u64 = 96;
/// A room's rate, ten times over.
const OVERLOAD: u32 = 400;
/// What one client may send a second to the live host.
const MOST_PER_SPEAKER: u32 = 20;
/// A quarter of that tries no limit.
const PER_SPEAKER: u32 = 5;
/// With fewer speakers, messages of one author would often follow each other.
const LEAST_SPEAKERS: u32 = 20;

/// What is asked for, as far as the system allows it.
pub(super) fn planned(arguments: &Arguments) -> Result<Plan, Failure> {
    let files = live::raise_open_files()
        .map_err(|error| format!("the limit of open files cannot be raised: {error}"))?;
    let most = u32::try_from(files.saturating_sub(BESIDE)).unwrap_or(u32::MAX);
    if most == 0 {
        return Err(format!("{files} open files are too few: raise `ulimit -Hn`").into());
    }
    let clients = arguments.clients.clamp(1, most);
    if clients < arguments.clients {
        eprintln!(
            "{clients} clients instead of {}: the system lets a process have {files} files open. \
             For more, raise its hard limit (as root: `ulimit -Hn`).",
            arguments.clients
        );
    }
    let rate = if arguments.overload { OVERLOAD } else { arguments.rate };
    let speakers = arguments.speakers.unwrap_or((rate / PER_SPEAKER).max(LEAST_SPEAKERS));
    let speakers = speakers.clamp(1, clients);
    if rate > speakers * MOST_PER_SPEAKER {
        let enough = rate.div_ceil(MOST_PER_SPEAKER);
        return Err(format!(
            "{speakers} speakers cannot send {rate} messages a second: a client may send {MOST_PER_SPEAKER}. \
             Take at least {enough} clients and --speakers, or a lower --rate"
        )
        .into());
    }
    Ok(Plan {
        clients,
        speakers,
        guest_every: 5,
        rate,
        seconds: arguments.seconds,
        pace: arguments.pace,
        threads: arguments.threads,
    })
}
