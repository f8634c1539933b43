//! Which mutants of the library its tests notice.
//!
//! cargo-mutants says what the mutants are; but it builds the crate anew for each. This builds it once,
//! with all of them in it, each behind a switch, and asks of each only the tests that come by it. What
//! cannot be switched is left to cargo-mutants itself.
//!
//! ```text
//! cargo run --release -p mutants -- --only src/mutes.rs
//! ```

mod build;
mod cargo;
mod each;
mod ledger;
mod list;
mod plain;
mod process;
mod reach;
mod report;
mod run;
mod tree;
mod weave;

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::Parser;
use serde::{Serialize, de::DeserializeOwned};

use build::{Built, Fate};
use cargo::Cargo;
use ledger::{Ledger, Verdict};
use list::Mutant;
use reach::Reach;
use run::{Case, Runner};
use tree::Tree;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Which mutants of the library its tests notice.
#[derive(Parser)]
struct Options {
    /// Only mutants whose name has this in it; given several times, any of them.
    #[arg(long)]
    only: Vec<String>,
    /// How much to do at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// One part of several: `1/4` is the first of four.
    #[arg(long, value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Where verdicts and the report go; by default beside the build.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Has cargo-mutants itself judge those that cannot be switched.
    #[arg(long)]
    left: bool,
    /// Has cargo-mutants itself judge so many again, picked by chance, and compares.
    #[arg(long)]
    check: Option<usize>,
    /// Tells the picks of `--check` from others.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    match go(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn go(options: &Options) -> Result<()> {
    let (root, scratch) = places()?;
    let out = options.out.clone().unwrap_or_else(|| scratch.join("out"));
    fs::create_dir_all(&out)?;
    let tree = Tree::copy(&root, &scratch.join("tree"))?;
    let mutants = list::all(&root)?;
    let target = scratch.join("build");
    let cargo = Cargo { copy: tree.copy.clone(), target, jobs: options.jobs };
    let built = build::build(&tree, &mutants, &cargo, &out.join("fates.json"))?;
    let reach = reached(&built, &tree, &out, options.jobs)?;

    let ledger = Ledger::open(&out.join("verdicts.jsonl"), &tree)?;
    let chosen: Vec<_> = chosen(&mutants, options).collect();
    for mutant in &chosen {
        if matches!(built.known.fates.get(&mutant.name), Some(Fate::Unviable(_))) {
            ledger.add_once(mutant, Verdict::Unviable)?;
        }
    }
    let cases = cases(&mutants, &chosen, &built, &reach, &ledger);
    let runner = Runner { tree: &tree, binaries: &built.binaries, reach: &reach, ledger: &ledger };
    runner.run(&cases, options.jobs)?;
    let plain = plain::Plain { root: &root, out: &out, jobs: options.jobs };
    if options.left {
        plain.judge_left(&chosen, &built.known, &ledger)?;
    }
    if let Some(picks) = options.check {
        plain.check(&chosen, picks, options.seed, &ledger)?;
    }
    report::report(&chosen, &built.known, &reach, &ledger, &root, &out)
}

/// The repository, and where to build.
fn places() -> Result<(PathBuf, PathBuf)> {
    let mut metadata = Command::new("cargo");
    metadata.args(["metadata", "--no-deps", "--format-version=1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&process::output(&mut metadata)?)?;
    let place = |name: &str| metadata[name].as_str().map(PathBuf::from).ok_or("no such place");
    Ok((place("workspace_root")?, place("target_directory")?.join("mutants")))
}

/// What each test comes by, as it was found when this build was new.
fn reached(built: &Built, tree: &Tree, out: &Path, jobs: usize) -> Result<Reach> {
    let path = out.join("reach.json");
    if let Some(old) = read::<(u64, usize, Reach)>(&path)
        && (old.0, old.1) == (tree.hash, built.switches.len())
    {
        return Ok(old.2);
    }
    let new = (tree.hash, built.switches.len(), reach::reach(&built.binaries, &tree.copy, jobs)?);
    write(&path, &new)?;
    Ok(new.2)
}

fn chosen<'a>(mutants: &'a [Mutant], options: &'a Options) -> impl Iterator<Item = &'a Mutant> {
    let asked = |mutant: &&Mutant| {
        options.only.is_empty() || options.only.iter().any(|only| mutant.name.contains(only))
    };
    let (part, parts) = options.shard.unwrap_or((0, 1));
    mutants
        .iter()
        .filter(asked)
        .enumerate()
        .filter_map(move |(number, mutant)| (number % parts == part).then_some(mutant))
}

/// Those that can be switched and have no verdict yet.
fn cases<'a>(
    mutants: &'a [Mutant],
    chosen: &[&Mutant],
    built: &Built,
    reach: &Reach,
    ledger: &Ledger<'_>,
) -> Vec<Case<'a>> {
    let by_place = reach.by_place();
    let open: BTreeSet<_> = chosen
        .iter()
        .filter(|mutant| ledger.verdict(mutant).is_none())
        .map(|mutant| mutant.name.as_str())
        .collect();
    let switches =
        built.switches.all().map(|(switch, mutant, place)| (switch, &mutants[mutant], place));
    switches
        .filter(|(_, mutant, _)| open.contains(mutant.name.as_str()))
        .map(|(switch, mutant, place)| {
            let tests = by_place.get(&place).cloned().unwrap_or_default();
            Case { mutant, switch, tests }
        })
        .collect()
}

fn shard(text: &str) -> std::result::Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, parts)| {
        Some((part.parse::<usize>().ok()?, parts.parse::<usize>().ok()?))
    });
    match numbers {
        Some((part, parts)) if (1..=parts).contains(&part) => Ok((part - 1, parts)),
        _ => Err("as in 1/4".to_owned()),
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    Ok(fs::write(path, serde_json::to_vec(value)?)?)
}
