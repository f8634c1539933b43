//! The command line of the live host.

#![forbid(unsafe_code)]

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use live::{Host, Limits, LogForm, Options, begin_log};
use tokio::{
    select, signal,
    time::{MissedTickBehavior, interval},
};

/// A live room in your browser, on the liveroom engine.
///
/// Open the address that it prints in two windows and talk. Nothing is stored: when it ends, all is gone.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Simulated viewers, who chat, like and give; one in five is a guest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    crowd: usize,

    /// Connections at once; one more is told that the host is busy.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    connections: usize,

    /// Connections at once from one IPv4 address, or from one /64 of IPv6.
    #[arg(long, value_name = "N", default_value_t = Limits::default().per_address)]
    per_address: usize,

    /// How many milliseconds entries wait for others to go out with them; by default 25 for each 1,000
    /// readers, at most 250.
    #[arg(long, value_name = "MS")]
    tick: Option<u32>,

    /// Serve /metrics to other machines too.
    #[arg(long)]
    metrics_to_all: bool,

    /// What is written to standard error: off, text or json.
    #[arg(long, value_name = "FORM", default_value = "text")]
    log: LogForm,

    /// How much of it: error, warn, info, debug, trace, or a list by target: `live` is the host, and
    /// `liveroom` what groups tell, which in a busy room is much.
    #[arg(long, value_name = "LEVEL", default_value = "info,liveroom=warn")]
    log_level: String,

    /// Serve the page's files from this folder, each time as they are there: for work on the page.
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  live --crowd 2000                a busy room at http://127.0.0.1:8080/
  live --listen 0.0.0.0:8080       a quiet one, for everybody in the house

Try these words: \"stupid\" is masked, \"zorgblatt\" is turned away, and \"free coins\" is
held for 20 seconds for the owner to decide, and turned away if nobody does.

Ctrl-C tells everybody, closes in order, and prints what became of every message.";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("live: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let Arguments { listen, crowd, connections, per_address, tick, metrics_to_all, page, .. } =
        arguments;
    begin_log(arguments.log, &arguments.log_level).map_err(io::Error::other)?;
    let mut limits = Limits { connections, per_address, metrics_to_all, ..Limits::default() };
    if let Some(tick) = tick {
        limits = limits.with_tick(Duration::from_millis(tick.into()));
    }
    let show = io::stderr().is_terminal();
    let host = Host::start(Options { crowd, show, page, limits, ..Options::at(listen) })?;
    let address = host.address();
    println!("viewers  http://{address}/");
    // Once, here, and nowhere else: browsers do not send what stands behind the `#`.
    println!("owner    http://{address}/panel#key={}", host.key());
    println!("teacher  http://{address}/board?group=class#key={}", host.key());

    let mut minutes = interval(Duration::from_mins(1));
    minutes.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // The first tick comes at once.
    minutes.tick().await;
    let first = host.account();
    let mut last = first.clone();
    loop {
        select! {
            pressed = signal::ctrl_c() => break pressed?,
            _minute = minutes.tick() => {
                let account = host.account();
                println!("{}", account.since(&last));
                last = account;
            }
        }
    }
    eprintln!();
    let account = host.stop().await?;
    println!("{account}");
    println!("all in all: {}", account.since(&first));
    Ok(())
}
