//! What is fuzzed, as plain functions of bytes: each panics if a law of the engine is broken.
//!
//! * [`commands`] plays a script against an engine, beside a twin of each group that is restored from
//!   a snapshot again and again;
//! * [`filter`] judges a text by a word list, and again by each of its words alone;
//! * [`snapshot`] restores what is no snapshot, or was one, and plays on whatever was accepted;
//! * [`journal`] plays back what is no journal, or was one, and has the group tell it again;
//! * [`usersig`] shows signatures that nobody made, or somebody changed;
//! * [`rest`], [`sdk`] and [`callback`] speak the modelled service's words to an engine: requests,
//!   frames of its SDK, answers of the app's server;
//! * [`ws`] comes to the live host over all its doors at once.
//!
//! In the first of these every byte is one choice, so that an input stays close to what it does when a
//! byte changes; in those that read words every line is one. The inputs in `seeds/` are replayed by `cargo test -p liveroom-fuzz`; an input that found a fault is
//! added there. To look for more, to see what they reach, and to look at one (without nightly):
//!
//! ```text
//! fuzz/run 240 commands filter
//! fuzz/coverage
//! cargo run -p liveroom-fuzz --bin commands fuzz/artifacts/commands/crash-…
//! ```

mod callback;
mod commands;
mod desk;
mod dice;
mod filter;
mod forge;
mod journal;
mod laws;
mod play;
mod rest;
mod script;
mod sdk;
mod snapshot;
mod usersig;
mod ws;

#[doc(hidden)]
#[cfg(fuzzing)]
pub use libfuzzer_sys;

pub use self::{
    callback::callback, commands::commands, filter::filter, journal::journal, rest::rest, sdk::sdk,
    snapshot::snapshot, usersig::usersig, ws::ws,
};

/// Makes a program of a function of bytes: a fuzz target under cargo-fuzz, and one that replays the
/// files it is given otherwise.
#[macro_export]
macro_rules! target {
    ($body:ident) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$body(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args_os().skip(1) {
                $crate::$body(&std::fs::read(path)?);
            }
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Runs a body on every input kept for it.
    fn replay(target: &str, body: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
        let mut inputs: Vec<_> =
            fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "the seeds were not found");
        for input in inputs {
            println!("{}", input.display());
            body(&fs::read(&input).unwrap());
        }
    }

    #[test]
    fn every_script_that_is_kept_is_played_by_the_laws() {
        replay("commands", super::commands);
    }

    #[test]
    fn every_list_that_is_kept_is_judged_by_as_it_is_term_by_term() {
        replay("filter", super::filter);
    }

    #[test]
    fn every_snapshot_that_is_kept_is_turned_away_or_lives_on() {
        replay("snapshot", super::snapshot);
    }

    #[test]
    fn every_journal_that_is_kept_is_refused_or_leads_to_a_group() {
        replay("journal", super::journal);
    }

    #[test]
    fn every_signature_that_is_kept_holds_only_if_it_was_made_with_the_key() {
        replay("usersig", super::usersig);
    }

    #[test]
    fn every_request_that_is_kept_is_answered_in_form() {
        replay("rest", super::rest);
    }

    #[test]
    fn every_answer_that_is_kept_decides_or_is_none() {
        replay("callback", super::callback);
    }

    #[test]
    fn every_frame_of_the_sdk_that_is_kept_is_answered_in_form() {
        replay("sdk", super::sdk);
    }

    #[test]
    fn every_visit_to_the_host_that_is_kept_ends_well() {
        replay("ws", super::ws);
    }
}
