//! A terminal view of one group: its bucket, lanes, log and outcomes, as they happen.
//!
//! ```text
//! terminal, headless     the outermost ring: a screen with keys, or frames as text
//! view/                  one pane a file: lines made from the world, which they only read
//! app, input, clock      what a key does, and how fast virtual time runs
//! world, cast, knobs     one group, who is in it, and what can be changed about it
//! account                what the world counted itself, held against what the group says
//! ```
//!
//! There is no server and no wire: everything shown is read from `liveroom::Group`.

#![forbid(unsafe_code)]

mod account;
mod app;
mod cast;
mod clock;
mod dice;
mod headless;
mod input;
mod knobs;
mod terminal;
mod view;
mod world;

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;

use crate::{app::App, headless::Script};

/// Watch one group's scheduler think, in a terminal of at least 80x24; 120x40 shows all at once.
///
/// Time is virtual: pause it, step from one event to the next, run it at a thousandth or at sixty
/// times its pace. The same seed and the same keys at the same times show the same.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Who says what and when follows from it.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Print so many frames as text and end, without a terminal.
    #[arg(long, value_name = "N")]
    frames: Option<usize>,

    /// Keys to press, one before each frame; a dot is none. Without --frames, as many frames.
    #[arg(long, value_name = "KEYS")]
    script: Option<String>,

    /// Time between two printed frames, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 100)]
    every: u64,

    /// Columns and rows of a printed frame.
    #[arg(long, value_name = "CxR", default_value = "120x40", value_parser = size)]
    size: (u16, u16),
}

const EXAMPLES: &str = "\
Examples:
  tui                                        watch; the last lines name the keys
  tui --frames 1 --every 5000                what there is after five seconds, as text
  tui --script 'f....[[gss' --size 80x24     let max flood, slow down, give a gift, step twice";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut app = App::new(arguments.seed);
    if arguments.frames.is_some() || arguments.script.is_some() {
        let keys = arguments.script.as_deref().unwrap_or_default();
        let frames = arguments.frames.unwrap_or(keys.chars().count());
        let every = Duration::from_millis(arguments.every);
        let script = Script { frames, keys, every, size: arguments.size };
        let text = headless::play(&mut app, &script);
        return ended(io::stdout().write_all(text.as_bytes()));
    }
    if !terminal::is_there() {
        eprintln!("tui: input and output are not a terminal; --frames 1 prints what it would show");
        return ExitCode::FAILURE;
    }
    ended(terminal::run(&mut app))
}

fn ended(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tui: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads `120x40`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let read = text.split_once('x').and_then(|(columns, rows)| {
        let (columns, rows) = (columns.parse().ok()?, rows.parse().ok()?);
        ((1..=1_000).contains(&columns) && (1..=1_000).contains(&rows)).then_some((columns, rows))
    });
    read.ok_or_else(|| "columns and rows as in 120x40, 1 to 1000 each".to_owned())
}
