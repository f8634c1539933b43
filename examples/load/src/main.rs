//! The command line of the load tool.

#![forbid(unsafe_code)]

mod arguments;

use std::{fs, net::SocketAddr, process::ExitCode};

use clap::Parser;
use load::{
    Failure,
    dialect::Dialect,
    hosts::{HostKind, Served, serve},
    outcome::Outcome,
    page::page,
    probe::listener,
    run::{Plan, Target, run},
    table::table,
    view::View,
};

use arguments::{Arguments, Serving, planned};

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

/// Whether all went well.
fn go(arguments: Arguments) -> Result<bool, Failure> {
    if let Some(Serving::Serve { host, connections, tick }) = arguments.served {
        serve(host, connections, tick)?;
        return Ok(true);
    }
    let plan = planned(&arguments)?;
    let mut view = View::new();
    let hosts = if arguments.compare { HostKind::ALL.to_vec() } else { arguments.host };
    let outcomes = match arguments.at {
        Some(address) => {
            view.host("host");
            vec![run(&plan, &running(address, arguments.pid), &mut view)?]
        }
        None => started(&plan, &hosts, arguments.tick, &mut view)?,
    };
    let all = arguments.at.is_some() || outcomes.len() == hosts.len();
    print!("{}", table(&outcomes));
    if let Some(file) = arguments.html {
        fs::write(&file, page(&plan, &outcomes))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        println!("charts: {}", file.display());
    }
    Ok(all && outcomes.iter().all(Outcome::is_sound))
}

fn running(address: SocketAddr, pid: Option<u32>) -> Target {
    let pid = pid.or_else(|| listener(address));
    if pid.is_none() {
        eprintln!(
            "the process at {address} is not found: what it costs is not told; --pid names it"
        );
    }
    Target { name: address.to_string(), address, dialect: Dialect::Plain, pid, promises: true }
}

/// Measures hosts one after the other, each in a process of its own.
fn started(
    plan: &Plan,
    hosts: &[HostKind],
    tick: Option<u32>,
    view: &mut View,
) -> Result<Vec<Outcome>, Failure> {
    let program = std::env::current_exe()?;
    let mut outcomes = Vec::new();
    for kind in hosts {
        view.host(kind.name());
        let served = Served::start(&program, *kind, plan.clients, tick)?;
        match run(plan, &served.target(), view) {
            Ok(outcome) => outcomes.push(outcome),
            // What the others did is worth telling all the same.
            Err(error) => eprintln!("load: {}: {error}", kind.name()),
        }
    }
    Ok(outcomes)
}
