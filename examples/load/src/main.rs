//! The command line of the load tool.

#![forbid(unsafe_code)]

mod arguments;
mod place;

use std::{env, fs, process::ExitCode};

use clap::Parser;
use load::{
    Failure,
    conditions::Conditions,
    dialect::Dialect,
    hosts::{HostKind, Served, serve},
    outcome::Outcome,
    page::page,
    probe::listener,
    run::{Plan, Target, run},
    table::table,
    view::View,
};

use arguments::{Arguments, Serving, planned, writable};
use place::Place;

fn main() -> ExitCode {
    // A host in a process of its own is this program too, and none of what a person may ask for.
    let went = match env::args().nth(1).as_deref() {
        Some("serve") => served(Serving::parse_from(env::args().skip(1))),
        _ => go(&Arguments::parse()),
    };
    match went {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn served(Serving { host, connections, tick, first }: Serving) -> Result<bool, Failure> {
    serve(host, connections, tick, first)?;
    Ok(true)
}

/// Whether all went well.
fn go(arguments: &Arguments) -> Result<bool, Failure> {
    let (hosts, plan) = (arguments.hosts()?, planned(arguments)?);
    arguments.html.as_deref().map(writable).transpose()?;
    let conditions = Conditions::of(plan);
    let mut view = View::new();
    let outcomes = match &arguments.at {
        Some(place) => {
            view.host("host");
            vec![run(&plan, &running(place, arguments.pid), &mut view)?]
        }
        None => started(&plan, &hosts, arguments.tick, &mut view)?,
    };
    let all = arguments.at.is_some() || outcomes.len() == hosts.len();
    print!("{}", table(&conditions, &outcomes));
    if let Some(file) = &arguments.html {
        fs::write(file, page(&conditions, &outcomes))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        println!("charts: {}", file.display());
    }
    Ok(all && outcomes.iter().all(Outcome::is_sound))
}

fn running(place: &Place, pid: Option<u32>) -> Target {
    let address = place.address();
    let pid = pid.or_else(|| listener(address));
    if pid.is_none() {
        eprintln!(
            "the process at {address} is not found: what it costs is not told; --pid names it"
        );
    }
    Target {
        name: place.name.clone(),
        about: "a live host that runs already",
        address,
        dialect: Dialect::Plain,
        pid,
        books: vec![address],
        beside: Vec::new(),
        promises: true,
        tick: None,
    }
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
