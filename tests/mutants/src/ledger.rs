//! The verdicts, each written down as it falls, so that a run that breaks off goes on from there.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    sync::Mutex,
};

use serde::{Deserialize, Serialize};

use crate::{Result, list::Mutant, tree::Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// A test fails.
    Caught,
    /// A test does not end.
    Timeout,
    /// No test fails.
    Missed,
    /// No test comes by it.
    Unreached,
    /// It does not compile.
    Unviable,
}

impl Verdict {
    pub(crate) fn is_caught(self) -> bool {
        matches!(self, Self::Caught | Self::Timeout)
    }

    /// Whether it may be another when tests have changed.
    fn hangs_on_tests(self) -> bool {
        matches!(self, Self::Missed | Self::Unreached)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    name: String,
    /// Of its file.
    hash: u64,
    /// Of the library and its tests.
    tree: u64,
    verdict: Verdict,
}

/// The verdicts that still hold, and the file that they are added to.
pub(crate) struct Ledger<'a> {
    tree: &'a Tree,
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    verdicts: BTreeMap<String, Verdict>,
}

impl<'a> Ledger<'a> {
    /// Reads what there is. A verdict holds while the mutant's file is the same; that no test noticed,
    /// while everything is.
    pub(crate) fn open(path: &Path, tree: &'a Tree) -> Result<Self> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let mut verdicts = BTreeMap::new();
        // The last line may have been cut off.
        for entry in text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok()) {
            let file = entry.name.split(':').next().unwrap_or_default();
            let holds = entry.hash == tree.hash_of(file)
                && (entry.tree == tree.hash || !entry.verdict.hangs_on_tests());
            if holds {
                verdicts.insert(entry.name, entry.verdict);
            }
        }
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self { tree, inner: Mutex::new(Inner { file, verdicts }) })
    }

    pub(crate) fn verdict(&self, mutant: &Mutant) -> Option<Verdict> {
        self.inner.lock().ok()?.verdicts.get(&mutant.name).copied()
    }

    /// Adds what holds anyway, unless it is there.
    pub(crate) fn add_once(&self, mutant: &Mutant, verdict: Verdict) -> Result<()> {
        if self.verdict(mutant) == Some(verdict) { Ok(()) } else { self.add(mutant, verdict) }
    }

    pub(crate) fn add(&self, mutant: &Mutant, verdict: Verdict) -> Result<()> {
        let (name, hash) = (mutant.name.clone(), self.tree.hash_of(&mutant.file));
        let entry = Entry { name, hash, tree: self.tree.hash, verdict };
        let line = serde_json::to_string(&entry)? + "\n";
        let mut inner = self.inner.lock().map_err(|_| "a job panicked")?;
        inner.file.write_all(line.as_bytes())?;
        inner.verdicts.insert(entry.name, verdict);
        Ok(())
    }
}
