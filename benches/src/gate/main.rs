//! What the hot paths cost in instructions and allocations, and whether that is more than it was.
//!
//! `cargo bench -p benches --bench gate` counts both and fails where a path costs more than its limit
//! and the margin. Instructions are counted by callgrind, which `valgrind` brings: unlike times they
//! are the same in each run, whoever else uses the machine. A path that has become cheaper by more than
//! the margin is named, so that its limit can follow it.

mod callgrind;
mod colliding;
mod paths;

use std::process::ExitCode;

use benches::allocations;

use paths::{PATHS, Path};

/// How much more than its limit a path may cost, in hundredths: compilers and allocators change.
const MARGIN: u64 = 10;

/// What one unit of a path costs, in hundredths.
#[derive(Clone, Copy, Debug)]
struct Cost {
    instructions: u64,
    allocations: u64,
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == callgrind::INSIDE) {
        PATHS.iter().for_each(|path| measured(&mut *(path.prepare)()));
        return ExitCode::SUCCESS;
    }
    let names: Vec<&str> = PATHS.iter().map(|path| path.name).collect();
    let counts = match callgrind::count(&names) {
        Ok(counts) => counts,
        Err(error) => {
            eprintln!("gate: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "{:<24} {:>12} {:>9}   {:>12} {:>9}",
        "path", "instructions", "limit", "allocations", "limit"
    );
    let mut failed = false;
    for (path, instructions) in PATHS.iter().zip(counts) {
        let mut act = (path.prepare)();
        let ((), allocations) = allocations::count(|| measured(&mut *act));
        let each = |count: u64| count * 100 / path.units;
        let cost = Cost { instructions: each(instructions), allocations: each(allocations) };
        failed |= judge(path, cost);
    }
    if failed {
        eprintln!(
            "gate: a path costs more than its limit and {MARGIN} %: make it cheaper, or raise the limit in benches/src/gate/paths.rs and say why"
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The one place where callgrind counts, in the order of the paths.
#[inline(never)]
fn measured(act: &mut dyn FnMut()) {
    act();
    // So that the call is no jump, and returns here.
    std::hint::black_box(());
}

/// Prints what a path costs, and says whether that is too much.
fn judge(path: &Path, cost: Cost) -> bool {
    let Path { name, limit, .. } = path;
    let verdicts = [
        verdict(cost.instructions, limit.instructions),
        verdict(cost.allocations, limit.allocations),
    ];
    let [instructions, allocations] = verdicts.map(|verdict| verdict.unwrap_or_default());
    println!(
        "{name:<24} {:>12} {:>9}{instructions:<3} {:>12} {:>9}{allocations}",
        hundredths(cost.instructions),
        hundredths(limit.instructions),
        hundredths(cost.allocations),
        hundredths(limit.allocations),
    );
    verdicts.contains(&Some(OVER))
}

const OVER: &str = " !!";
const UNDER: &str = " --";

/// Whether a cost has left its margin.
fn verdict(cost: u64, limit: u64) -> Option<&'static str> {
    let margin = limit * MARGIN / 100;
    if cost > limit + margin {
        Some(OVER)
    } else if cost + margin < limit {
        Some(UNDER)
    } else {
        None
    }
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}
