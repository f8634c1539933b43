//! Rooms over many machines, many worlds at a time.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};

use crate::{
    network::{self, Census, Plan},
    run::{Run, said},
};

/// So often a world that fails is tried again, smaller.
const TRIES: u32 = 2_000;

/// Lives all worlds. Returns whether every promise held.
pub(crate) fn go(run: &Run, power: bool) -> bool {
    let census = Mutex::<Census>::default();
    let worker = || {
        let (plans, census) = (network::plan(run.length, power).boxed(), &census);
        move |number| live(run, number, power, &plans, census)
    };
    run.go_with(worker, || census.lock().map(|census| census.to_string()).unwrap_or_default())
}

fn live(
    run: &Run,
    number: u64,
    power: bool,
    plans: &BoxedStrategy<Plan>,
    all: &Mutex<Census>,
) -> Option<u64> {
    let tree = run.tree(number, plans);
    match attempt(&tree.current()) {
        Ok(census) => {
            if let Ok(mut all) = all.lock() {
                all.add(&census);
            }
            Some(census.steps)
        }
        Err(why) => {
            let Run { seed, length, .. } = run;
            eprintln!("seed {seed}, world {number} breaks a promise:\n{why}\nIt is made shorter…");
            let (plan, why) = shrink(tree, why);
            eprintln!("{why}\n\n{plan:?}\nAgain, from the start:");
            let power = if power { " --power" } else { "" };
            eprintln!(
                "cargo run --release --example simulate -- --network{power} --seed {seed} --length {length} --world {number}"
            );
            None
        }
    }
}

fn attempt(plan: &Plan) -> Result<Census, String> {
    match panic::catch_unwind(AssertUnwindSafe(|| network::live(plan))) {
        Ok(lived) => lived.map_err(|fail| fail.to_string()),
        Err(panicked) => Err(said(&*panicked)),
    }
}

/// The smallest world found that fails, and how.
fn shrink(mut tree: impl ValueTree<Value = Plan>, why: String) -> (Plan, String) {
    let mut least = (tree.current(), why);
    let mut simpler = tree.simplify();
    for _ in 0..TRIES {
        if !simpler {
            break;
        }
        let plan = tree.current();
        simpler = match attempt(&plan) {
            Err(why) => {
                least = (plan, why);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    let (mut plan, mut why) = least;
    // Event by event: what the tree does not leave out.
    for at in (0..plan.events.len()).rev() {
        let mut fewer = plan.clone();
        fewer.events.remove(at);
        if let Err(still) = attempt(&fewer) {
            (plan, why) = (fewer, still);
        }
    }
    (plan, why)
}
