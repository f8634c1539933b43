//! Looks into what is on disk: which groups there are, what happened in one of them, and whether it all holds
//! together.
//!
//! ```text
//! cargo run --release --example journal -- inspect DIR
//! cargo run --release --example journal -- inspect DIR --group live --from 2026-11-27T21:00:00Z
//! cargo run --release --example journal -- verify DIR
//! cargo run --release --example journal -- replay DIR --group live --at 2026-11-27T21:30:00Z
//! cargo run --release --example journal -- diff DIR OTHER
//! ```
//!
//! It reads alone, also while a host has the folder open. Where the live host is built beside it, as by default, the
//! feature is on.

#[path = "../simulate/deed.rs"]
mod deed;
mod diff;
mod inspect;
mod pages;
mod replay;
#[expect(dead_code, reason = "stories use what this does not")]
#[path = "../../tests/story/mod.rs"]
mod story;
#[cfg(test)]
mod tests;
mod verify;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    time::SystemTime,
};

use clap::{Args, Parser, Subcommand};
use liveroom::{
    AppId, HashKey, Timestamp,
    store::{Reader, StoredGroup},
};

/// What a host kept on disk: look, check, live it again.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Which groups there are; of one, what happened in it between two times, as a story.
    Inspect {
        /// The folder of the store.
        dir: PathBuf,
        #[command(flatten)]
        which: Which,
        /// From then on; by default from the oldest moment that is kept.
        #[arg(long, value_name = "TIME")]
        from: Option<Moment>,
        /// Until then; by default to the end.
        #[arg(long, value_name = "TIME")]
        until: Option<Moment>,
    },
    /// Whether every record and snapshot can be read and follows from the one before, the audit log is one chain, and
    /// snapshots say what the records do.
    Verify {
        /// The folder of the store.
        dir: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// A group as it was at a moment, or at its end.
    Replay {
        /// The folder of the store.
        dir: PathBuf,
        #[command(flatten)]
        which: Which,
        /// When; by default at its last record.
        #[arg(long, value_name = "TIME")]
        at: Option<Moment>,
    },
    /// The first thing in which two stores tell a group otherwise.
    Diff {
        /// The folder of one store.
        dir: PathBuf,
        /// The folder of another, such as a copy that was made before.
        other: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

/// Which groups are meant; by default all.
#[derive(Args)]
struct Which {
    /// The group of that id.
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// Of that app; by default of any.
    #[arg(long, value_name = "NUMBER")]
    app: Option<u32>,
}

impl Which {
    fn of(&self, reader: &Reader) -> Result<Vec<StoredGroup>, Failure> {
        let mut groups = reader.groups()?;
        groups.retain(|known| {
            self.group.as_ref().is_none_or(|id| known.id.as_str() == id)
                && self.app.is_none_or(|app| known.app == AppId(app))
        });
        if groups.is_empty() {
            return Err("there is no such group; `inspect DIR` lists those that there are".into());
        }
        Ok(groups)
    }

    /// The one group that is meant.
    fn one_of(&self, reader: &Reader) -> Result<StoredGroup, Failure> {
        let mut groups = self.of(reader)?;
        match (groups.pop(), groups.is_empty()) {
            (Some(one), true) => Ok(one),
            _ => Err("say which group: --group, and --app if several have it".into()),
        }
    }
}

/// A time as it is written: `2026-11-27T21:00:00Z`, or with a space and without the `Z`, in UTC.
#[derive(Clone, Copy)]
struct Moment(Timestamp);

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = humantime::parse_rfc3339_weak(text)
            .map_err(|_| "write it as 2026-11-27T21:00:00Z, in UTC".to_owned())?;
        let since =
            time.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| "that is before 1970")?;
        Ok(Self(Timestamp::ZERO + since))
    }
}

/// A time as it is shown.
fn shown(at: Timestamp) -> String {
    let time = SystemTime::UNIX_EPOCH.checked_add(at.since(Timestamp::ZERO));
    // What no calendar has is shown as the number that it is.
    time.filter(|_| at.as_secs() < 253_402_300_800).map_or_else(
        || format!("{} ns", at.as_nanos()),
        |time| humantime::format_rfc3339_millis(time).to_string(),
    )
}

type Failure = Box<dyn std::error::Error>;

/// Tables are keyed by it; what is told does not hang on it.
const KEY: HashKey = HashKey::new(0x6c69_7665, 0x726f_6f6d);

fn main() -> ExitCode {
    match run(&mut io::stdout().lock(), Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("journal: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &mut impl Write, options: Options) -> Result<ExitCode, Failure> {
    match options.what {
        What::Inspect { dir, which, from, until } => {
            let (from, until) = (from.map(|it| it.0), until.map(|it| it.0));
            if (from.is_some() || until.is_some()) && which.group.is_none() {
                return Err("--from and --until are of one group: say which, with --group".into());
            }
            if from.zip(until).is_some_and(|(from, until)| from > until) {
                return Err("--from is after --until".into());
            }
            inspect::inspect(out, &dir, &which, from, until)
        }
        What::Verify { dir, which } => verify::verify(out, &dir, &which),
        What::Replay { dir, which, at } => replay::replay(out, &dir, &which, at.map(|it| it.0)),
        What::Diff { dir, other, which } => diff::diff(out, &dir, &other, &which),
    }
}
