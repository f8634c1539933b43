//! One build with every mutant in it: weaves, asks the compiler, leaves out what it turns down, and
//! again until nothing is turned down.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    cargo::{self, Cargo, Complaint},
    list::{Genre, Mutant},
    tree::{self, Tree},
    weave::{self, ConstFn, Region, Switches},
};

/// How often the compiler is asked at the most.
const ROUNDS: u32 = 24;

const SWITCH: &str = include_str!("weave/switch.txt");

/// What is known of a mutant before any test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// It does not compile; what the compiler said.
    Unviable(String),
    /// It cannot be switched, for this reason.
    Left(String),
}

/// What the rounds have found out so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Of which state of the library.
    hash: u64,
    /// By mutant's name.
    pub(crate) fates: BTreeMap<String, Fate>,
    /// By file, the lines of functions that stay `const`.
    consts: BTreeMap<String, BTreeSet<usize>>,
}

impl Known {
    /// How many facts there are: they become more and never fewer.
    fn size(&self) -> usize {
        self.fates.len() + self.consts.values().map(BTreeSet::len).sum::<usize>()
    }
}

/// A test binary with all mutants in it.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    /// `lib`, or the name of the integration test.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// A build that stands.
pub(crate) struct Built {
    pub(crate) binaries: Vec<Binary>,
    pub(crate) switches: Switches,
    pub(crate) known: Known,
}

struct Layout {
    switches: Switches,
    /// By file.
    regions: BTreeMap<String, Vec<Region>>,
    const_fns: Vec<(String, ConstFn)>,
}

/// Builds the tests with all mutants that can be built. What is known of them is written to `path` after
/// each round.
pub(crate) fn build(tree: &Tree, mutants: &[Mutant], cargo: &Cargo, path: &Path) -> Result<Built> {
    let known: Known = crate::read(path).unwrap_or_default();
    let mut known = if known.hash == tree.hash { known } else { Known::default() };
    known.hash = tree.hash;
    for round in 1..=ROUNDS {
        let layout = weave_all(tree, mutants, &mut known)?;
        eprintln!("round {round}: {} mutants woven", layout.switches.len());
        let mut complaints = cargo.check()?;
        if complaints.is_empty() {
            match cargo.build_tests()? {
                Ok(binaries) => {
                    return Ok(Built { binaries, switches: layout.switches, known });
                }
                Err(found) => complaints = found,
            }
        }
        let before = known.size();
        for complaint in &complaints {
            heed(complaint, mutants, &layout, &mut known);
        }
        crate::write(path, &known)?;
        if before == known.size() {
            let said: Vec<_> = complaints.iter().map(|it| it.rendered.as_str()).collect();
            return Err(format!("no mutant to blame for:\n{}", said.join("\n")).into());
        }
    }
    Err(format!("not built after {ROUNDS} rounds").into())
}

fn weave_all(tree: &Tree, mutants: &[Mutant], known: &mut Known) -> Result<Layout> {
    let mut by_file = BTreeMap::<&str, Vec<(usize, &Mutant)>>::new();
    for (number, mutant) in mutants.iter().enumerate() {
        if !known.fates.contains_key(&mutant.name) {
            by_file.entry(&mutant.file).or_default().push((number, mutant));
        }
    }
    let mut layout =
        Layout { switches: Switches::default(), regions: BTreeMap::new(), const_fns: Vec::new() };
    let none = BTreeSet::new();
    for (file, source) in &tree.sources {
        let wanted = by_file.remove(file.as_str()).unwrap_or_default();
        let consts = known.consts.get(file).unwrap_or(&none);
        let woven = weave::weave(source, &wanted, consts, &mut layout.switches)?;
        let mut text = woven.text;
        if file == "src/lib.rs" {
            text.push_str("\nmod mutant;\n");
        }
        tree::write(&tree.copy.join(file), text.as_bytes())?;
        for number in woven.nothing {
            let fate = Fate::Unviable("no expression".to_owned());
            known.fates.insert(mutants[number].name.clone(), fate);
        }
        for number in woven.unplaced {
            let fate = Fate::Left("reckoned by the compiler, or a pattern".to_owned());
            known.fates.insert(mutants[number].name.clone(), fate);
        }
        layout.regions.insert(file.clone(), woven.regions);
        layout.const_fns.extend(woven.const_fns.into_iter().map(|it| (file.clone(), it)));
    }
    let places = format!("const PLACES: usize = {};\n", layout.switches.len() + 1);
    tree::write(&tree.copy.join("src/mutant.rs"), (SWITCH.to_owned() + &places).as_bytes())?;
    Ok(layout)
}

/// Leaves out what the complaint is about.
fn heed(complaint: &Complaint, mutants: &[Mutant], layout: &Layout, known: &mut Known) {
    let smallest = |file: &String, range: &std::ops::Range<usize>| {
        let regions = layout.regions.get(file)?.iter();
        let around = regions
            .filter(|it| it.range.start <= range.start && range.end <= it.range.end)
            .min_by_key(|it| (it.range.len(), !it.is_variant));
        around.cloned()
    };
    let code = complaint.code.as_str();
    let Some(region) = complaint.places.iter().find_map(|(file, range)| smallest(file, range))
    else {
        if code == "E0015" {
            keep_const(&complaint.message, &layout.const_fns, known);
        }
        return;
    };
    for number in region.mutants {
        let mutant = &mutants[number];
        let is_true = region.is_variant && would_fail_alone(mutant, code);
        let said = format!("{code} {}", complaint.message);
        let fate = if is_true { Fate::Unviable(said) } else { Fate::Left(said) };
        known.fates.entry(mutant.name.clone()).or_insert(fate);
    }
}

/// Whether the compiler would say the same without switches.
fn would_fail_alone(mutant: &Mutant, code: &str) -> bool {
    match mutant.genre {
        Genre::FnValue => !mutant.is_of_opaque_value(),
        Genre::BinaryOperator | Genre::UnaryOperator => {
            matches!(code, "E0277" | "E0308" | "E0368" | "E0369" | "E0600" | "E0614")
        }
        Genre::StructField => matches!(code, "E0063" | "E0277" | "E0308"),
        Genre::MatchArm | Genre::MatchArmGuard => false,
    }
}

/// Lets the function that is called in a constant stay `const`.
fn keep_const(message: &str, const_fns: &[(String, ConstFn)], known: &mut Known) {
    let Some(called) = message.split('`').nth(1) else { return };
    let bare = cargo::without_parameters(called);
    let mut path = bare.rsplit("::").filter(|part| !part.is_empty());
    let (name, owner) = (path.next().unwrap_or_default(), path.next());
    for (file, it) in const_fns {
        if it.name == name && (it.owner.is_none() || it.owner.as_deref() == owner) {
            known.consts.entry(file.clone()).or_default().insert(it.line);
        }
    }
}
