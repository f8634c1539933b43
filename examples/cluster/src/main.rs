//! The command line of the tool.

#![forbid(unsafe_code)]

mod arguments;

use std::{io, process::ExitCode};

use clap::Parser;
use cluster::{
    table::{Found, table},
    view::View,
};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever runs is killed where it is dropped, on the way out too.
    let went = select! {
        went = go(&arguments) => went,
        told = told_to_end() => told,
    };
    match went {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn told_to_end() -> io::Result<bool> {
    let mut terminated = signal(SignalKind::terminate())?;
    select! {
        told = tokio::signal::ctrl_c() => told?,
        _ = terminated.recv() => {}
    }
    Err(io::Error::other("told to end; all that ran is killed"))
}

/// Whether all went well.
async fn go(arguments: &Arguments) -> io::Result<bool> {
    let (plan, faults, runs) = (arguments.plan()?, arguments.faults()?, arguments.runs());
    let view = View::new(runs * faults.len() as u32, plan.takes());
    let (mut found, mut sound, mut no) = (Found::new(), true, 0);
    for fault in faults {
        for run in 1..=runs {
            view.begin(no, fault, run, runs);
            no += 1;
            match plan.run(fault, run, &view).await {
                Ok(outcome) => {
                    view.ran(&outcome);
                    sound &= outcome.is_sound();
                    found.entry(fault).or_default().push(outcome.verdict);
                }
                // What the others do is worth telling all the same.
                Err(error) => {
                    view.say(&format!("{} {run} of {runs}: {error}", fault.name()));
                    sound = false;
                }
            }
        }
    }
    view.end();
    print!("{}", table(&found));
    Ok(sound)
}
