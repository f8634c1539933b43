//! What the engine costs beside its peers, as ratios of one run.
//!
//! `cargo bench -p benches` runs everything; `-- --quick` takes fewer rounds, and `-- F1` runs the rows
//! whose aim or case contains `F1`. Each row is a line as it is measured, and a table ends the run:
//!
//! ```text
//! ratio <aim> <case> ours=<ns> peer=<ns> x=<peer / ours>
//! ```
//!
//! Nanoseconds depend on the machine and on who else uses it; the ratios much less, because ours and
//! the peer take turns.

mod allocations;
mod encode;
mod fanout;
mod push;
mod race;
mod rooms;

use race::Report;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let wanted = arguments.into_iter().find(|argument| !argument.starts_with('-'));
    let mut report = Report::new(quick, wanted);
    fanout::polls(&mut report);
    fanout::sweeps(&mut report);
    push::pushes(&mut report);
    encode::encodings(&mut report);
    report.summary();
}
