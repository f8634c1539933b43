//! Each mutant against the tests that come by it, the nearest and cheapest first.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    Result,
    build::Binary,
    each,
    ledger::{Ledger, Verdict},
    list::Mutant,
    process::End,
    reach::{self, Reach},
    tree::Tree,
};

/// A test that takes ten times as long as usual, and longer than this, does not end.
const LEAST: Duration = Duration::from_secs(10);

/// What the first batch may take; each further one may take four times as long.
const FIRST_BATCH: u64 = 200;

/// How many tests there are in a batch at the most: their names are arguments.
const BATCH: usize = 256;

/// A mutant, the number that switches it on, and the tests that come by it, by their number.
pub(crate) struct Case<'a> {
    pub(crate) mutant: &'a Mutant,
    pub(crate) switch: usize,
    pub(crate) tests: Vec<usize>,
}

pub(crate) struct Runner<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) binaries: &'a [Binary],
    pub(crate) reach: &'a Reach,
    pub(crate) ledger: &'a Ledger<'a>,
}

impl Runner<'_> {
    /// Finds a verdict on each.
    pub(crate) fn run(&self, cases: &[Case<'_>], jobs: usize) -> Result<()> {
        let bar = each::bar(cases.len(), "mutants");
        let (caught, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        each::each(cases, jobs, |_, case| {
            let verdict = self.judge(case)?;
            self.ledger.add(case.mutant, verdict)?;
            let count = if verdict.is_caught() { &caught } else { &missed };
            count.fetch_add(1, Ordering::Relaxed);
            let counts = [&caught, &missed].map(|count| count.load(Ordering::Relaxed));
            bar.set_message(format!("{} caught, {} missed", counts[0], counts[1]));
            bar.inc(1);
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(())
    }

    fn judge(&self, case: &Case<'_>) -> Result<Verdict> {
        if case.tests.is_empty() {
            return Ok(Verdict::Unreached);
        }
        for batch in self.batches(case) {
            match self.end(case.switch, &batch)? {
                End::Success => {}
                End::Failure => return Ok(Verdict::Caught),
                End::Timeout => return Ok(Verdict::Timeout),
            }
        }
        Ok(Verdict::Missed)
    }

    /// The tests that come by it, in the order in which they are asked.
    fn batches(&self, case: &Case<'_>) -> Vec<Vec<usize>> {
        let mut tests = case.tests.clone();
        tests.sort_by_key(|number| {
            let test = &self.reach.tests[*number];
            let common = common(case.mutant, &test.binary, &test.name);
            (common == 0 || test.millis > 2_000, test.millis / (1 + 10 * common), *number)
        });
        let (mut batches, mut open, mut most) = (Vec::new(), Batch::default(), FIRST_BATCH);
        for number in tests {
            open.millis += self.reach.tests[number].millis;
            open.tests.push(number);
            if open.millis > most || open.tests.len() >= BATCH {
                batches.push(std::mem::take(&mut open).tests);
                most *= 4;
            }
        }
        batches.push(open.tests);
        batches
    }

    /// Runs the tests of a batch, those of each binary together.
    fn end(&self, switch: usize, batch: &[usize]) -> Result<End> {
        let mut by_binary = BTreeMap::<&str, Vec<usize>>::new();
        for number in batch {
            by_binary.entry(&self.reach.tests[*number].binary).or_default().push(*number);
        }
        for (name, numbers) in by_binary {
            let Some(binary) = self.binaries.iter().find(|it| it.name == name) else { continue };
            let tests = numbers.iter().map(|number| &self.reach.tests[*number]);
            let usual = tests.clone().map(|test| test.millis).sum::<u64>();
            let most = LEAST.max(Duration::from_millis(usual * 10));
            let mut command = reach::command(&binary.path, &self.tree.copy);
            command.args(["--exact", "--test-threads=1"]).args(tests.map(|test| &test.name));
            command.env("LIVEROOM_MUTANT", switch.to_string());
            let end = crate::process::end(&mut command, most)?;
            if end != End::Success {
                return Ok(end);
            }
        }
        Ok(End::Success)
    }
}

#[derive(Default)]
struct Batch {
    tests: Vec<usize>,
    millis: u64,
}

/// How many modules the mutant and the unit test have in common.
fn common(mutant: &Mutant, binary: &str, test: &str) -> u64 {
    if binary != "lib" {
        // An integration test that bears the module's name is about it.
        return u64::from(binary.starts_with(mutant.module()));
    }
    mutant.path().zip(test.split("::")).take_while(|(one, two)| one == two).count() as u64
}
