//! The harness: ours and the peer in turn, and the median of each.

use std::time::{Duration, Instant};

/// What a row is about.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The aim it belongs to.
    pub(crate) aim: &'static str,
    /// Its name, without blanks.
    pub(crate) name: String,
    /// Who the peer is, and what is handed over, for the table.
    pub(crate) what: &'static str,
    /// The least that the peer should cost, in hundredths of what ours does.
    pub(crate) at_least: u64,
    /// What one round does, in units that the nanoseconds are for.
    pub(crate) units: u64,
}

/// The rows measured so far.
pub(crate) struct Report {
    rounds: usize,
    wanted: Option<String>,
    rows: Vec<String>,
}

impl Report {
    pub(crate) fn new(quick: bool, wanted: Option<String>) -> Self {
        // 9 rounds are the least that a median is quoted for.
        let rounds = if quick { 9 } else { 31 };
        println!("{rounds} rounds after 2 to warm up; ours and the peer take turns");
        Self { rounds, wanted, rows: Vec::new() }
    }

    /// Whether rows of this aim or name are wanted.
    pub(crate) fn wants(&self, aim: &str, name: &str) -> bool {
        let wanted = |word: &String| aim.contains(word.as_str()) || name.contains(word.as_str());
        self.wanted.as_ref().is_none_or(wanted)
    }

    /// Measures one row. Each runner prepares what it likes and returns the time that counts.
    pub(crate) fn race(
        &mut self,
        case: &Case,
        mut ours: impl FnMut() -> Duration,
        mut peer: impl FnMut() -> Duration,
    ) {
        const WARM_UP: usize = 2;
        let (mut our_times, mut peer_times) = (Vec::new(), Vec::new());
        for round in 0..self.rounds + WARM_UP {
            // Who goes first changes, so that neither always finds the other's caches.
            let (our_time, peer_time) = if round % 2 == 0 {
                let our_time = ours();
                (our_time, peer())
            } else {
                let peer_time = peer();
                (ours(), peer_time)
            };
            if round >= WARM_UP {
                our_times.push(our_time);
                peer_times.push(peer_time);
            }
        }
        let our_picos = picos(median(our_times), case.units);
        let peer_picos = picos(median(peer_times), case.units);
        let ratio = peer_picos * 100 / our_picos.max(1);
        let Case { aim, name, what, at_least, .. } = case;
        let (ours, peer, x) = (thousandths(our_picos), thousandths(peer_picos), hundredths(ratio));
        println!("ratio {aim} {name} ours={ours} peer={peer} x={x}");
        let verdict = if ratio >= *at_least { "met" } else { "missed" };
        let aimed = hundredths(*at_least);
        self.rows.push(format!(
            "{aim:<3} {name:<28} {ours:>11} {peer:>11} {x:>9} {aimed:>7} {verdict:<7} {what}"
        ));
    }

    /// Notes how often something happened for each unit.
    pub(crate) fn count(&mut self, aim: &str, name: &str, count: u64, units: u64, at_most: u64) {
        let each = hundredths(count * 100 / units);
        println!("count {aim} {name} ours={each}");
        let verdict = if count <= at_most * units { "met" } else { "missed" };
        self.rows.push(format!(
            "{aim:<3} {name:<28} {each:>11} {:>11} {:>9} {at_most:>7} {verdict}",
            "", ""
        ));
    }

    pub(crate) fn summary(&self) {
        println!(
            "\naim {:<28} {:>11} {:>11} {:>9} {:>7}",
            "case", "ours ns", "peer ns", "x", "aim"
        );
        self.rows.iter().for_each(|row| println!("{row}"));
    }
}

/// How long `act` takes.
pub(crate) fn time(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn picos(time: Duration, units: u64) -> u64 {
    let picos = time.as_nanos() * 1_000 / u128::from(units.max(1));
    u64::try_from(picos).unwrap_or(u64::MAX)
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}
