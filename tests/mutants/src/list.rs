//! The mutants: their names, places and replacements, as cargo-mutants tells them.

use std::{path::Path, process::Command};

use serde::Deserialize;

use crate::{Result, process};

/// One change to the source, known by the name that cargo-mutants gives it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Mutant {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) genre: Genre,
    pub(crate) replacement: String,
    pub(crate) span: Span,
    function: Option<Function>,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum Genre {
    BinaryOperator,
    FnValue,
    MatchArm,
    MatchArmGuard,
    StructField,
    UnaryOperator,
}

/// From where to where, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Place,
    pub(crate) end: Place,
}

/// Line and column, both counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

#[derive(Clone, Debug, Deserialize)]
struct Function {
    return_type: String,
}

impl Mutant {
    /// The part of the crate that it is reported under: `mutes` of `src/mutes.rs`, `log` of
    /// `src/log/page.rs`.
    pub(crate) fn module(&self) -> &str {
        self.path().next().unwrap_or("lib")
    }

    /// The names of the modules on the way to its file.
    pub(crate) fn path(&self) -> impl Iterator<Item = &str> {
        let inner = self.file.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|part| *part != "mod")
    }

    /// Whether it replaces the body of a function that says no more of its value than a trait.
    pub(crate) fn is_of_opaque_value(&self) -> bool {
        let says = self.function.as_ref().map(|it| it.return_type.trim_start_matches("-> "));
        self.genre == Genre::FnValue && says.is_some_and(|says| says.starts_with("impl "))
    }
}

/// All mutants of the library in `root`, in the order of cargo-mutants.
pub(crate) fn all(root: &Path) -> Result<Vec<Mutant>> {
    let mut list = Command::new("cargo");
    list.current_dir(root).args(["mutants", "--list", "--json", "-p", "liveroom"]);
    Ok(serde_json::from_slice(&process::output(&mut list)?)?)
}
