//! What the engine costs beside its peers, as ratios of one run.
//!
//! `cargo bench -p benches` runs everything, with up to a million members, in five minutes. `-- --quick` leaves the
//! million and further peers out, and takes the fewest rounds that a median is quoted for. `-- --huge` goes on to ten
//! millions with what is swept, polled, published and weighed. `-- F1 T` runs the rows whose aim or case
//! contains `F1` or `T`. Each row is a line as it is measured, and a table ends the run:
//!
//! ```text
//! ratio <aim> <case> ours=<ns> peer=<ns> x=<peer / ours>
//! amount <aim> <case> ours=<number> <unit>
//! ```
//!
//! Nanoseconds depend on the machine and on who else uses it; the ratios much less, because ours and
//! the peer take turns. Everything of ours goes through the public API, with the whole behaviour on:
//! where a peer does less, the row says so.

mod admission;
mod channels;
mod combos;
mod durability;
mod encode;
mod evaluation;
mod halls;
mod house;
mod hubs;
mod joins;
mod laggards;
mod memory;
mod overload;
mod polls;
mod publish;
mod push;
mod race;
mod scans;
mod storm;
mod sweeps;
mod ticks;
mod timers;
mod turns;
mod wakes;
mod words;

use std::process::ExitCode;

use benches::{allocations, dice, rooms};
use clap::Parser;
use race::Report;

/// The rows, in the order of the aims.
const ROWS: [fn(&mut Report); 24] = [
    polls::beside_tokio,
    polls::beside_others,
    sweeps::sweeps,
    laggards::scattered,
    laggards::halves,
    wakes::wakes,
    publish::flat,
    publish::scattered,
    ticks::ticks,
    memory::members,
    memory::groups,
    admission::admissions,
    overload::overloads,
    combos::combos,
    push::pushes,
    house::rules,
    scans::scans,
    evaluation::evaluation,
    timers::deadlines,
    hubs::hubs,
    joins::joins,
    storm::storm,
    encode::encodings,
    durability::durability,
];

fn main() -> ExitCode {
    let mut report = Report::new(race::Options::parse());
    ROWS.iter().for_each(|row| row(&mut report));
    report.summary()
}
