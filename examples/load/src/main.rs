//! The command line of the load tool.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use load::{
    Failure,
    hosts::{HostKind, Served, serve},
    outcome::Outcome,
    run::{Plan, Target, run},
    table::table,
    view::View,
};

/// Real WebSocket clients against a live room.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    served: Option<Serving>,

    /// Clients.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    clients: u32,
    /// For so many seconds.
    #[arg(long, value_name = "S", default_value_t = 30)]
    seconds: u32,
    /// Messages a second.
    #[arg(long, value_name = "N", default_value_t = 40)]
    rate: u32,
    /// Which host.
    #[arg(long, value_name = "HOST", default_value = "live")]
    host: Vec<HostKind>,
    /// Connections a second.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pace: u32,
    /// Threads.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: u32,
    /// Milliseconds.
    #[arg(long, value_name = "MS")]
    tick: Option<u32>,
}

#[derive(Debug, Subcommand)]
enum Serving {
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

fn main() -> ExitCode {
    match go(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn go(arguments: Arguments) -> Result<bool, Failure> {
    if let Some(Serving::Serve { host, connections, tick }) = arguments.served {
        serve(host, connections, tick)?;
        return Ok(true);
    }
    live::raise_open_files()?;
    let plan = Plan {
        clients: arguments.clients,
        speakers: (arguments.rate / 5).max(20).min(arguments.clients),
        guest_every: 5,
        rate: arguments.rate,
        seconds: arguments.seconds,
        pace: arguments.pace,
        threads: arguments.threads,
    };
    let mut view = View::new();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for kind in arguments.host {
        view.host(kind.name());
        let served = Served::start(&std::env::current_exe()?, kind, plan.clients, arguments.tick)?;
        let target = Target {
            name: kind.name().to_owned(),
            address: served.address,
            dialect: kind.dialect(),
            pid: Some(served.pid()),
            promises: kind.tells_of_loss(),
        };
        outcomes.push(run(&plan, &target, &mut view)?);
    }
    print!("{}", table(&outcomes));
    Ok(outcomes.iter().all(Outcome::is_sound))
}
