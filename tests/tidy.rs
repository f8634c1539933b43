//! Keeps the picture of the modules true: who may import whom, and what only the outer ring may use.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules by rank, lowest first. Within a rank of `Layered` a module may import those named before
/// it; within a rank of `Apart` none imports another.
const RANKS: &[Rank] = &[
    Rank::Layered(&["space", "corrupt", "glyph", "time", "id", "hash", "index"]),
    Rank::Layered(&[
        "bounds",
        "deadlines",
        "role",
        "message",
        "outcome",
        "entry",
        "signals",
        "config",
        "bucket",
        "fading",
        "cursor",
        "batch",
        "command",
        "refusal",
        "audit",
        "output",
        "stats",
    ]),
    Rank::Apart(&[
        "attributes",
        "filter",
        "folds",
        "form",
        "house",
        "log",
        "modes",
        "mutes",
        "profile",
        "receipts",
        "review",
        "roster",
        "rules",
        "scheduler",
        "strikes",
        "tally",
        "timers",
        "tips",
    ]),
    Rank::Apart(&["group"]),
    Rank::Layered(&["directory", "journal", "what_if", "engine"]),
    Rank::Layered(&["clock", "audience", "relay", "hub"]),
    // Adapters, each behind a feature of its name: they look at the core, which never sees them.
    Rank::Apart(&["internals", "metrics", "nats", "store", "tim", "tracing"]),
];

/// Words that only some files may use, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("parking_lot", &["hub", "audience"], "locks live in the outer ring"),
    ("crossbeam_channel", &["hub", "audience"], "channels live in the outer ring"),
    ("Instant::now", &["clock"], "the core has no clock"),
    ("SystemTime", &["clock"], "the core has no clock"),
    ("std::thread", &[], "the library starts no thread"),
    ("std::net", &[], "the library has no sockets"),
    ("std::fs", &["store"], "the library has no files"),
    ("f32", &[], "no floating point, so that every machine agrees"),
    ("f64", &["metrics"], "no floating point, so that every machine agrees"),
    ("metrics", &["lib", "metrics"], "the core counts into no recorder"),
    ("serde_json", &["tim"], "the core knows no wire"),
    ("tim", &["lib", "tim"], "the core knows no service"),
    ("tracing", &["lib", "tracing"], "the core logs nothing"),
    ("RandomState", &["nats"], "hash tables are keyed by the host"),
];

/// Files and folders that are compiled for tests only.
const TESTS: [&str; 3] = ["tests", "laws", "model"];

enum Rank {
    Layered(&'static [&'static str]),
    Apart(&'static [&'static str]),
}

impl Rank {
    fn modules(&self) -> &'static [&'static str] {
        match self {
            Self::Layered(modules) | Self::Apart(modules) => modules,
        }
    }
}

struct Source {
    module: String,
    path: PathBuf,
    /// The code, without comments and without its tests.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if TESTS.iter().any(|tests| path.file_stem().is_some_and(|stem| stem == *tests)) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let inner = path.strip_prefix(root).unwrap();
            let module = inner.components().next().unwrap().as_os_str().to_string_lossy();
            let module = module.trim_end_matches(".rs").to_owned();
            let code = code_of(&fs::read_to_string(&path).unwrap());
            found.push(Source { module, path, code });
        }
    }
}

fn code_of(text: &str) -> String {
    let body = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The modules that a file names in `use crate::…` or `crate::…` paths.
fn imports(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            names.extend(heads(group));
        } else {
            names.push(word(rest));
        }
    }
    names
}

/// The first words of the parts of a `{…}` group.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0_usize, Vec::new(), true);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && depth == 0 && letter.is_alphabetic() => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Where a module stands: its rank, and its place in it.
fn place(module: &str) -> Option<(usize, usize)> {
    RANKS.iter().enumerate().find_map(|(rank, modules)| {
        modules.modules().iter().position(|name| *name == module).map(|at| (rank, at))
    })
}

fn allowed(own: (usize, usize), other: (usize, usize)) -> bool {
    let layered = matches!(RANKS[own.0], Rank::Layered(_));
    other.0 < own.0 || (other.0 == own.0 && layered && other.1 < own.1)
}

#[test]
fn every_module_has_a_rank_and_imports_only_from_below() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let Some(own) = place(&source.module) else {
            wrong.push(format!("{} has no rank", source.path.display()));
            continue;
        };
        for import in imports(&source.code).iter().filter(|import| **import != source.module) {
            // What is re-exported at the root is written with a capital: look where it is from.
            match place(import) {
                Some(other) if allowed(own, other) => {}
                Some(_) => wrong.push(format!("{} imports {import}", source.path.display())),
                None => wrong.push(format!("{} imports crate::{import}", source.path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "against the ranks:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_reserved_for_the_outer_ring_stays_there() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (word, modules, why) in RESERVED {
            if !modules.contains(&source.module.as_str()) && contains_word(&source.code, word) {
                wrong.push(format!("{}: {word}, but {why}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn contains_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let edge = |letter: Option<char>| !letter.is_some_and(|c| c.is_alphanumeric() || c == '_');
        edge(code[..at].chars().next_back()) && edge(code[at + word.len()..].chars().next())
    })
}

#[test]
fn a_file_has_one_duty_and_so_a_length() {
    let long: Vec<String> = sources()
        .iter()
        .map(|source| (source.code.lines().count(), source.path.display()))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "does each still have one duty?\n{}", long.join("\n"));
}

#[test]
fn the_guide_shows_the_ranks_as_they_are() {
    let guide =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/overview.md"))
            .unwrap();
    let table = guide.split("# Who may import whom").nth(1).expect("the chapter has it");
    let table = table.split("```").nth(1).expect("as a block of text");
    let mut shown: Vec<Vec<&str>> = Vec::new();
    for line in table.lines().skip(1) {
        let (rank, modules) =
            (line.get(..1).unwrap_or(" "), line.get(3..line.len().min(52)).unwrap_or(""));
        if rank != " " {
            shown.push(Vec::new());
        }
        let modules = modules.split_whitespace();
        shown.last_mut().expect("a rank comes first").extend(modules);
    }
    let ranks: Vec<Vec<&str>> = RANKS.iter().map(|rank| rank.modules().to_vec()).collect();
    assert_eq!(shown, ranks);
}

/// Whoever imports everything finds one thing under each name.
mod everything {
    use liveroom::{audit::*, filter::*, *};

    const _: fn(Rule, Rules, Trigger, DryRun, Act, Signals) = |_, _, _, _, _, _| {};
}
