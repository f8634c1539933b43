//! cargo-mutants itself: for what cannot be switched, and to hold verdicts against.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    Result,
    build::{Fate, Known},
    ledger::{Ledger, Verdict},
    list::Mutant,
};

pub(crate) struct Plain<'a> {
    pub(crate) root: &'a Path,
    pub(crate) out: &'a Path,
    pub(crate) jobs: usize,
}

impl Plain<'_> {
    /// Judges those that cannot be switched and have no verdict yet.
    pub(crate) fn judge_left(
        &self,
        chosen: &[&Mutant],
        known: &Known,
        ledger: &Ledger<'_>,
    ) -> Result<()> {
        let is_left =
            |mutant: &&Mutant| matches!(known.fates.get(&mutant.name), Some(Fate::Left(_)));
        let open = |mutant: &&Mutant| ledger.verdict(mutant).is_none();
        let left: Vec<_> = chosen.iter().copied().filter(is_left).filter(open).collect();
        let verdicts = self.judge(&left, "left")?;
        for mutant in left {
            if let Some(verdict) = verdicts.get(&mutant.name) {
                ledger.add(mutant, *verdict)?;
            }
        }
        Ok(())
    }

    /// Judges some again, and says where the verdicts differ.
    pub(crate) fn check(
        &self,
        chosen: &[&Mutant],
        picks: usize,
        seed: u64,
        ledger: &Ledger<'_>,
    ) -> Result<()> {
        let mut picked: Vec<_> =
            chosen.iter().copied().filter(|mutant| ledger.verdict(mutant).is_some()).collect();
        picked.sort_by_key(|mutant| {
            let mut hasher = DefaultHasher::new();
            (seed, &mutant.name).hash(&mut hasher);
            hasher.finish()
        });
        picked.truncate(picks);
        let verdicts = self.judge(&picked, "check")?;
        let mut agreed = 0;
        for mutant in &picked {
            let (Some(ours), Some(theirs)) = (ledger.verdict(mutant), verdicts.get(&mutant.name))
            else {
                println!("cargo-mutants says nothing of {}", mutant.name);
                continue;
            };
            if says(ours) == says(*theirs) {
                agreed += 1;
            } else {
                println!("{ours:?} here, {theirs:?} by cargo-mutants: {}", mutant.name);
            }
        }
        println!("cargo-mutants agrees on {agreed} of {}", picked.len());
        Ok(())
    }

    /// What cargo-mutants says of these, by name.
    fn judge(&self, mutants: &[&Mutant], name: &str) -> Result<BTreeMap<String, Verdict>> {
        if mutants.is_empty() {
            return Ok(BTreeMap::new());
        }
        let out = self.out.join(name);
        fs::create_dir_all(&out)?;
        let mut run = Command::new("cargo");
        run.current_dir(self.root)
            .args(["mutants", "-p", "liveroom", "--all-features", "--baseline=skip"])
            .args(["--timeout=300", "--cargo-test-arg=--lib", "--cargo-test-arg=--tests"])
            .arg(format!("--jobs={}", self.jobs))
            .arg("-o")
            .arg(&out)
            .env_remove("CARGO_TARGET_DIR")
            .env("PROPTEST_CASES", "32")
            .env("PROPTEST_RNG_SEED", "1")
            .stdin(Stdio::null());
        // Fields that could be left out are asked about whatever `-F` says, so they are kept to these files.
        for file in mutants.iter().map(|mutant| &mutant.file).collect::<BTreeSet<_>>() {
            run.arg("-f").arg(file);
        }
        for mutant in mutants {
            run.arg("-F").arg(format!("^{}$", regex_syntax::escape(&mutant.name)));
        }
        // It fails where it finds a mutant missed, too.
        run.status()?;
        let outcomes = fs::read(out.join("mutants.out/outcomes.json"))?;
        let outcomes: Value = serde_json::from_slice(&outcomes)?;
        let outcomes = outcomes["outcomes"].as_array().cloned().unwrap_or_default();
        Ok(outcomes.iter().filter_map(verdict).collect())
    }
}

/// What both ways of asking can tell apart.
fn says(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Caught | Verdict::Timeout => "caught",
        Verdict::Missed | Verdict::Unreached => "missed",
        Verdict::Unviable => "unviable",
    }
}

fn verdict(outcome: &Value) -> Option<(String, Verdict)> {
    let name = outcome["scenario"]["Mutant"]["name"].as_str()?.to_owned();
    let verdict = match outcome["summary"].as_str()? {
        "CaughtMutant" => Verdict::Caught,
        "Timeout" => Verdict::Timeout,
        "MissedMutant" => Verdict::Missed,
        "Unviable" => Verdict::Unviable,
        _ => return None,
    };
    Some((name, verdict))
}
