//! What can be asked for on the command line, and what of it the system allows.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use clap::{Parser, builder::TypedValueParser, value_parser};
use load::{Failure, conditions::cores, hosts::HostKind, run::Plan, settling::LONGEST_TICK};

use crate::place::Place;

/// What a live room holds: thousands of real WebSocket clients against it, in one command.
///
/// It starts the host as a process of its own, lets everybody in, sends messages of four priorities by a
/// schedule that waits for nobody, and tells how many entries were handed over, how long they took, what that
/// cost the host, and what was lost. Every client's loss is known exactly, by class, and held against the host's own
/// account: if the two do not agree, it says so and fails.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Clients, each with a connection of its own; as many as the system lets a process have. By default 1,000; with
    /// --compare 5,000 for each core and at most 10,000, since with few clients the hosts hardly differ.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(super) clients: Option<u32>,

    /// For how long messages are sent, to each host. By default 30; with --compare 10.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u32).range(1..=86_400))]
    pub(super) seconds: Option<u32>,

    /// Messages a second, of all speakers together. A room delivers 40.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(super) rate: u32,

    /// Ten times what a room delivers: what is lost then, and what is not.
    #[arg(long, conflicts_with = "rate")]
    pub(super) overload: bool,

    /// Which host to start; several are measured one after the other: live,nodes is one machine beside an edge of two.
    #[arg(long, value_name = "HOST", default_value = "live", value_delimiter = ',')]
    pub(super) host: Vec<HostKind>,

    /// All hosts that need no NATS server, one after the other, in one table; takes about a minute.
    #[arg(long, conflicts_with_all = ["host", "at"])]
    pub(super) compare: bool,

    /// A host that runs already, instead of one that is started: localhost:8080 or 127.0.0.1:8080. Where others talk, too,
    /// such as a crowd of its own, the books cannot agree.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "host")]
    pub(super) at: Option<Place>,

    /// The process of that host; if it runs on this machine, it is found.
    #[arg(long, value_name = "PID", requires = "at")]
    pub(super) pid: Option<u32>,

    /// How many of the clients speak; by default enough for none to send more than 5 messages a second.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(super) speakers: Option<u32>,

    /// Connections a second while clients come in.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = value_parser!(u32).range(1..))]
    pub(super) pace: u32,

    /// Threads that drive the clients.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=64))]
    pub(super) threads: u32,

    /// How many milliseconds a live host that is started lets entries wait for others, 0 to 60000; by default 25 for
    /// each 1,000 clients, and 250 at most.
    #[arg(long, value_name = "MS", conflicts_with = "at", value_parser = value_parser!(u32).try_map(tick))]
    pub(super) tick: Option<u32>,

    /// Write a page with charts to this file.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

/// Serves a host until standard input is closed: what this program starts of itself, and nobody else.
#[derive(Debug, Parser)]
pub(super) struct Serving {
    pub(super) host: HostKind,
    #[arg(long)]
    pub(super) connections: u32,
    #[arg(long)]
    pub(super) tick: Option<u32>,
    /// Of nodes the first, and the server of both.
    #[arg(long)]
    pub(super) first: bool,
}

const EXAMPLES: &str = "\
Examples:
  load --clients 5000                          a live room with 5,000 viewers
  load --compare --html load.html              the same beside what one would write instead
  load --overload                              gifts arrive, likes may not
  load --host live,nodes                       one machine, beside an edge whose room has its home on another
  load --at localhost:8080 --clients 200       a host that runs already

A host that is started, and this tool, raise their own limits of open files as far as the system lets them.";

/// Files that a process needs beside its connections.
const BESIDE: u64 = 96;
/// A room's rate, ten times over.
const OVERLOAD: u32 = 400;
/// What one client may send a second to the live host.
const MOST_PER_SPEAKER: u32 = 20;
/// A quarter of that tries no limit.
const PER_SPEAKER: u32 = 5;
/// With fewer speakers, messages of one author would often follow each other.
const LEAST_SPEAKERS: u32 = 20;

/// Clients where nothing is compared: what any machine holds.
const CLIENTS: u32 = 1_000;
/// Clients for each core, and at most, where hosts are compared: so many that it shows what each does to keep up.
const COMPARED_PER_CORE: u32 = 5_000;
const COMPARED: u32 = 10_000;
/// How long a run takes; where three hosts are compared, about a minute in all.
const SECONDS: u32 = 30;
const SECONDS_COMPARED: u32 = 10;

/// A tick that can be waited for.
fn tick(millis: u32) -> Result<u32, String> {
    let longest = LONGEST_TICK.as_millis();
    if u128::from(millis) > longest {
        return Err(format!(
            "0 to {longest} milliseconds: when messages end, what a tick holds back is waited for, a minute at most, \
             so that it is not taken for lost"
        ));
    }
    Ok(millis)
}

impl Arguments {
    /// Which hosts are started.
    pub(super) fn hosts(&self) -> Result<Vec<HostKind>, Failure> {
        if self.compare {
            return Ok(HostKind::COMPARED.to_vec());
        }
        let twice = self.host.iter().enumerate().find(|(at, host)| self.host[..*at].contains(host));
        match twice {
            None => {
                self.host.iter().try_for_each(|host| host.can_start())?;
                Ok(self.host.clone())
            }
            Some((_, host)) => Err(format!(
                "--host names {} twice: each host is measured once. For another run, start the tool again",
                host.name()
            )
            .into()),
        }
    }

    /// Clients that are asked for.
    fn clients(&self) -> u32 {
        let by_default = if self.compare {
            let cores = u32::try_from(cores()).unwrap_or(u32::MAX);
            COMPARED_PER_CORE.saturating_mul(cores).min(COMPARED)
        } else {
            CLIENTS
        };
        self.clients.unwrap_or(by_default)
    }

    /// Seconds that are asked for.
    fn seconds(&self) -> u32 {
        self.seconds.unwrap_or(if self.compare { SECONDS_COMPARED } else { SECONDS })
    }

    /// How many speak, of so many clients.
    fn speakers(&self, clients: u32, rate: u32) -> Result<u32, Failure> {
        let speakers = match self.speakers {
            Some(asked) if asked > clients => {
                return Err(format!(
                    "{asked} speakers of {clients} clients: take fewer --speakers"
                )
                .into());
            }
            Some(asked) => asked,
            None => (rate / PER_SPEAKER).max(LEAST_SPEAKERS).min(clients),
        };
        if rate > speakers.saturating_mul(MOST_PER_SPEAKER) {
            let enough = rate.div_ceil(MOST_PER_SPEAKER);
            return Err(format!(
                "{speakers} speakers cannot send {rate} messages a second: a client may send {MOST_PER_SPEAKER}. \
                 Take at least {enough} clients and --speakers, or a lower --rate"
            )
            .into());
        }
        Ok(speakers)
    }
}

/// What is asked for, as far as the system allows it.
pub(super) fn planned(arguments: &Arguments) -> Result<Plan, Failure> {
    let rate = if arguments.overload { OVERLOAD } else { arguments.rate };
    let clients = allowed(arguments.clients())?;
    Ok(Plan {
        clients,
        speakers: arguments.speakers(clients, rate)?,
        guest_every: 5,
        rate,
        seconds: arguments.seconds(),
        pace: arguments.pace,
        threads: arguments.threads,
    })
}

/// As many of so many clients as the system lets a process have; whether that is fewer is told.
fn allowed(asked: u32) -> Result<u32, Failure> {
    let files = live::raise_open_files()
        .map_err(|error| format!("the limit of open files cannot be raised: {error}"))?;
    let most = u32::try_from(files.saturating_sub(BESIDE)).unwrap_or(u32::MAX);
    if most == 0 {
        return Err(format!("{files} open files are too few: raise `ulimit -Hn`").into());
    }
    if most < asked {
        eprintln!(
            "{most} clients instead of {asked}: the system lets a process have {files} files open. \
             For more, raise its hard limit (as root: `ulimit -Hn`)."
        );
    }
    Ok(asked.min(most))
}

/// Whether a page can be written there: it is asked before anything is measured, and nothing is left behind.
pub(super) fn writable(file: &Path) -> Result<(), Failure> {
    let is_new = !file.exists();
    OpenOptions::new().append(true).create(true).open(file).map_err(|error| {
        format!(
            "nothing was measured, as --html cannot write {}: {error}. \
             Name a file in a folder that is there and that you may write to",
            file.display()
        )
    })?;
    if is_new {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Result<Arguments, String> {
        let words = ["load"].into_iter().chain(words.split_whitespace());
        Arguments::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_compared_is_compared_where_it_matters_and_within_a_minute() {
        let (alone, compared) = (parsed("").unwrap(), parsed("--compare").unwrap());
        assert_eq!((alone.clients(), alone.seconds()), (1_000, 30));
        assert!((5_000..=10_000).contains(&compared.clients()));
        assert_eq!(
            (compared.seconds(), compared.hosts().unwrap()),
            (10, HostKind::COMPARED.to_vec())
        );
        let asked = parsed("--compare --clients 7 --seconds 8").unwrap();
        assert_eq!((asked.clients(), asked.seconds()), (7, 8));
    }

    #[test]
    fn a_tick_ends_where_the_tool_waits_no_longer_and_it_says_so() {
        for fits in ["0", "25", "60000"] {
            assert!(parsed(&format!("--tick {fits}")).is_ok(), "{fits}");
        }
        for too_long in ["60001", "99999999"] {
            let why = parsed(&format!("--tick {too_long}")).unwrap_err();
            assert!(why.contains("0 to 60000") && why.contains("not taken for lost"), "{why}");
        }
        assert!(parsed("--tick 5 --at 127.0.0.1:8080").is_err(), "that host runs, with its own");
    }

    #[test]
    fn nobody_speaks_is_not_taken_for_one() {
        assert!(parsed("--speakers 0").unwrap_err().contains("--speakers <N>"));
        let many = parsed("--speakers 50").unwrap().speakers(10, 40).unwrap_err().to_string();
        assert!(many.contains("50 speakers of 10 clients"), "{many}");
        let few = parsed("--speakers 1").unwrap().speakers(10, 40).unwrap_err().to_string();
        assert!(few.contains("at least 2 clients"), "{few}");
        assert_eq!(parsed("").unwrap().speakers(10, 40).unwrap(), 10);
    }

    #[test]
    fn a_host_is_measured_once() {
        let twice = parsed("--host live,broadcast,live").unwrap().hosts().unwrap_err().to_string();
        assert!(twice.contains("names live twice"), "{twice}");
        let hosts = parsed("--host socketioxide,live").unwrap().hosts().unwrap();
        assert_eq!(hosts, [HostKind::Socketioxide, HostKind::Live]);
    }

    #[test]
    fn words_that_nobody_asked_for_are_named() {
        for words in ["F2", "serve live --connections 1"] {
            let why = parsed(words).unwrap_err();
            let word = words.split(' ').next().unwrap();
            assert!(why.contains(&format!("unexpected argument '{word}'")), "{why}");
        }
    }

    #[test]
    fn a_page_that_can_be_written_leaves_nothing_behind_yet_and_another_says_what_to_do() {
        let file = std::env::temp_dir().join(format!("load-{}.html", std::process::id()));
        writable(&file).unwrap();
        assert!(!file.exists());
        fs::write(&file, "earlier").unwrap();
        writable(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "earlier");
        for wrong in [file.join("page.html"), std::env::temp_dir()] {
            let why = writable(&wrong).unwrap_err().to_string();
            assert!(why.contains("nothing was measured") && why.contains("Name a file"), "{why}");
        }
        fs::remove_file(&file).unwrap();
    }
}
