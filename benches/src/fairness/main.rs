//! What honest authors get of a room's 40 messages a second, alone and beside some who flood it.
//!
//! `cargo bench -p benches --bench fairness` prints the tables of the guide's chapter on fairness, and
//! fails where the chapter says otherwise. Time is virtual and chance has a seed, so that every machine
//! prints the same.

mod doors;
mod load;

use std::{process::ExitCode, time::Duration};

use doors::Delivered;
use load::{Arrival, FLOODERS, Load, SECONDS};

/// The chapter that shows the tables.
const CHAPTER: &str = include_str!("../../../src/guide/fairness.md");

/// A room that takes messages in.
type Door = fn(&[Arrival]) -> Delivered;

const DOORS: [(&str, Door); 6] = [
    ("liveroom", doors::liveroom),
    ("liveroom, pace of 1 s", doors::liveroom_paced),
    ("liveroom, slow mode of 1 s", doors::liveroom_slow),
    ("FIFO", doors::fifo),
    ("random drop", doors::lots),
    ("a bucket for each author", doors::buckets),
];

fn main() -> ExitCode {
    let loads = [0, 1, FLOODERS].map(|flooders| {
        let loads = [false, true].map(|poisson| {
            // Honest messages a second.
            [20, 30, 36, 39].map(|honest| Load { honest, poisson, flooders })
        });
        // A crowd that floods is shown in the hard case alone.
        if flooders > 1 { loads[1].to_vec() } else { loads.concat() }
    });
    let head = |title: &str| {
        let names = DOORS.map(|(name, _)| name).join(" | ");
        format!("| {title} | {names} |\n|{}\n", "---|".repeat(1 + DOORS.len()))
    };
    let mut shares = head("honest a second, share delivered, half / 99 of 100 within");
    let mut floods = head("honest a second; of the flood a second");
    for load in loads.concat() {
        let arrivals = load.arrivals();
        let results = DOORS.map(|(_, door)| door(&arrivals));
        let row = |cell: fn(&[Arrival], &Delivered) -> String| {
            let cells = results.each_ref().map(|delivered| cell(&arrivals, delivered));
            format!("| {load} | {} |\n", cells.join(" | "))
        };
        shares += &row(share);
        if load.flooders > 0 && load.poisson {
            floods += &row(flooding);
        }
    }
    println!("{shares}\n{floods}");
    if CHAPTER.contains(&shares) && CHAPTER.contains(&floods) {
        return ExitCode::SUCCESS;
    }
    eprintln!("fairness: src/guide/fairness.md has other tables");
    ExitCode::FAILURE
}

/// How much of what honest authors said was delivered, and after how long.
fn share(arrivals: &[Arrival], delivered: &Delivered) -> String {
    let honest = || arrivals.iter().zip(delivered).filter(|(it, _)| it.is_honest());
    let waits = honest().filter_map(|(it, at)| at.map(|at| at.since(it.at)));
    let mut waits: Vec<Duration> = waits.collect();
    waits.sort_unstable();
    // Rounded down, so that 100.0 is all of them.
    let share = waits.len() * 1_000 / honest().count();
    let share = format!("{}.{} %", share / 10, share % 10);
    // Of fewer than 100, none is the 99th of 100.
    if waits.len() < 100 {
        return share;
    }
    let wait = |hundredths: usize| {
        let nanos = waits[waits.len() * hundredths / 100].as_nanos();
        (nanos + 500_000) / 1_000_000
    };
    format!("{share}, {} / {} ms", wait(50), wait(99))
}

/// What was delivered of the flood, a second.
fn flooding(arrivals: &[Arrival], delivered: &Delivered) -> String {
    let flood = arrivals.iter().zip(delivered).filter(|(it, _)| !it.is_honest());
    let tenths = flood.filter(|(_, at)| at.is_some()).count() as u64 * 10 / SECONDS;
    format!("{}.{}", tenths / 10, tenths % 10)
}
