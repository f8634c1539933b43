//! The harness: ours and the peer in turn, and the median of each.

use std::{
    fmt,
    process::ExitCode,
    time::{Duration, Instant},
};

/// What a row is about.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The aim it belongs to.
    pub(crate) aim: &'static str,
    /// Its name, without blanks.
    pub(crate) name: String,
    /// Who the peer is, and what is handed over, for the table.
    pub(crate) what: &'static str,
    /// The least that the peer should cost, in hundredths of what ours does; `None` where the two are
    /// only shown beside each other.
    pub(crate) at_least: Option<u64>,
    /// What one round does, in units that the nanoseconds are for.
    pub(crate) units: u64,
}

/// A number that is not a time.
#[derive(Clone, Debug)]
pub(crate) struct Amount {
    /// The aim it belongs to.
    pub(crate) aim: &'static str,
    /// Its name, without blanks.
    pub(crate) name: String,
    /// Of what, and for what.
    pub(crate) unit: &'static str,
    /// The number, in hundredths.
    pub(crate) ours: u64,
    /// What the peer has, in hundredths.
    pub(crate) peer: Option<u64>,
    /// What it should be.
    pub(crate) aimed: Option<Aimed>,
}

/// A bound, in hundredths.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aimed {
    AtMost(u64),
    AtLeast(u64),
}

impl Aimed {
    fn is_met(self, number: u64) -> bool {
        match self {
            Self::AtMost(most) => number <= most,
            Self::AtLeast(least) => number >= least,
        }
    }
}

impl fmt::Display for Aimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AtMost(most) => write!(f, "<={}", hundredths(most)),
            Self::AtLeast(least) => write!(f, ">={}", hundredths(least)),
        }
    }
}

/// The rows measured so far, and how to measure more.
pub(crate) struct Report {
    options: Options,
    rows: Vec<String>,
    /// An amount, which is the same in each run, is not what it should be.
    failed: bool,
}

/// What the engine costs beside its peers, as ratios of one run.
#[derive(Clone, Debug, clap::Parser)]
#[command(bin_name = "cargo bench -p benches --")]
pub(crate) struct Options {
    /// The small sizes, and as few rounds as a median needs: a minute, where all take five.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Ten million members, too.
    #[arg(long)]
    pub(crate) huge: bool,
    /// Only what no other use of the machine changes: bytes, allocations, batches, tips, shares.
    #[arg(long)]
    pub(crate) amounts: bool,
    /// Parts of the names of the rows, or of their aims: F1 poll N=1000000. By default all but C2's hundred
    /// are shown.
    pub(crate) wanted: Vec<String>,
    /// What cargo adds by itself.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Report {
    /// The least that a median is quoted for.
    const ROUNDS: usize = 9;
    /// More rounds are added while a row is quick.
    const MOST_ROUNDS: usize = 21;
    const PATIENCE: Duration = Duration::from_millis(1_500);
    /// Rounds before the first, in which memory is first touched.
    const WARM_UP: usize = 2;

    pub(crate) fn new(options: Options) -> Self {
        println!(
            "at least {} rounds after {} to warm up; ours and the peer take turns",
            Self::ROUNDS,
            Self::WARM_UP
        );
        Self { options, rows: Vec::new(), failed: false }
    }

    /// Whether rows of this aim or name are wanted.
    pub(crate) fn wants(&self, aim: &str, name: &str) -> bool {
        let wanted = |word: &String| aim.contains(word.as_str()) || name.contains(word.as_str());
        self.options.wanted.is_empty() || self.options.wanted.iter().any(wanted)
    }

    /// How many members to measure with.
    pub(crate) fn sizes(&self) -> &'static [usize] {
        let Options { quick, huge, amounts, .. } = self.options;
        match (quick || amounts, huge) {
            (true, _) => &[1_000, 100_000],
            (false, false) => &[1_000, 100_000, 1_000_000],
            (false, true) => &[1_000, 100_000, 1_000_000, 10_000_000],
        }
    }

    /// The greatest size that every machine has the memory and time for.
    pub(crate) fn large(&self) -> usize {
        if self.options.quick || self.options.amounts { 100_000 } else { 1_000_000 }
    }

    /// Whether times are measured.
    pub(crate) fn times(&self) -> bool {
        !self.options.amounts
    }

    /// Whether there is time for further peers, for which there is no aim, with so many members: with a
    /// million they take a minute.
    pub(crate) fn has_time_for_more_peers(&self, members: usize) -> bool {
        !self.options.quick && members <= 100_000
    }

    /// The most rounds that a row can have, for those that must prepare them all.
    pub(crate) const fn most_rounds() -> usize {
        Self::MOST_ROUNDS + Self::WARM_UP
    }

    /// Measures one row. Each runner prepares what it likes and returns the time that counts.
    pub(crate) fn race(
        &mut self,
        case: &Case,
        mut ours: impl FnMut() -> Duration,
        mut peer: impl FnMut() -> Duration,
    ) {
        if !self.times() {
            return;
        }
        let start = Instant::now();
        let (mut our_times, mut peer_times) = (Vec::new(), Vec::new());
        for round in 0..Self::most_rounds() {
            let measured = our_times.len();
            let enough = self.options.quick || start.elapsed() > Self::PATIENCE;
            if measured >= Self::ROUNDS && enough {
                break;
            }
            // Who goes first changes, so that neither always finds the other's caches.
            let (our_time, peer_time) = if round % 2 == 0 {
                let our_time = ours();
                (our_time, peer())
            } else {
                let peer_time = peer();
                (ours(), peer_time)
            };
            if round >= Self::WARM_UP {
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
        let aimed = at_least.map(|least| format!(">={}", hundredths(least)));
        let verdict = verdict(at_least.map(|least| ratio >= least));
        self.rows.push(row([
            aim,
            name,
            &ours,
            &peer,
            &x,
            &aimed.unwrap_or_default(),
            verdict,
            what,
        ]));
    }

    /// Notes a number that is not a time.
    pub(crate) fn amount(&mut self, amount: &Amount) {
        let Amount { aim, name, unit, ours, peer, aimed } = amount;
        let met = aimed.map(|aimed| aimed.is_met(*ours));
        self.failed |= met == Some(false);
        let aimed = aimed.map(|aimed| aimed.to_string()).unwrap_or_default();
        // There is no ratio to nothing.
        let x = peer.and_then(|peer| (peer * 100).checked_div(*ours));
        let x = x.map(hundredths).unwrap_or_default();
        let (ours, peer) = (hundredths(*ours), peer.map(hundredths).unwrap_or_default());
        let beside = if peer.is_empty() { String::new() } else { format!(" peer={peer} x={x}") };
        println!("amount {aim} {name} ours={ours}{beside} {unit}");
        self.rows.push(row([aim, name, &ours, &peer, &x, &aimed, verdict(met), unit]));
    }

    /// Prints the table, and says whether every amount is what it should be. Times say nothing: others use
    /// the machine, too.
    pub(crate) fn summary(&self) -> ExitCode {
        if self.rows.is_empty() {
            eprintln!("no row has any of {:?} in its aim or name", self.options.wanted);
            return ExitCode::FAILURE;
        }
        let what = "beside whom, what is handed over; times in ns";
        println!("\n{}", row(["aim", "case", "ours", "peer", "x", "aimed", "", what]));
        // A table of what is met in each class would bury the others.
        let hides = |row: &&String| {
            self.options.wanted.is_empty() && row.starts_with("C2") && !row.contains("missed")
        };
        self.rows.iter().filter(|row| !hides(row)).for_each(|row| println!("{row}"));
        match self.rows.iter().filter(hides).count() {
            0 => {}
            hidden => println!("C2  {hidden} rows, none missed: `-- C2` shows them"),
        }
        println!("\n{AIMS}");
        if self.failed {
            eprintln!("an amount is not what it should be: see `missed` in a row without a time");
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}

/// How to read the table, what the aims are called, and which are known to be missed.
const AIMS: &str = "\
x is what the peer costs in ours: more is better. N members, B messages before each is given what is new
to them, percent of them behind. In S9 `trails` has the filter in it, and `all` every rule.
F1 a member polls   F2 members are swept   F3 idle members are woken   F4 publishing is flat   F5 bytes
S1 admission   S2 many times too much   S3 a whole push   S4 gifts merged in combos   S9 the rules of the house
C1 the content filter   C2 what it meets   T deadlines of many groups   H a hub under threads   J1 joins by name   E1 encoding
D1 records kept on disk
Rows without an aim are there to compare. The aims were set by prototypes that did one thing alone.

Met in one run and missed in the next, by how fast the machine's memory and the peer's atomics happen to be:
F1 B=16: 6.9 to 10. F2 at a thousand: 34 to 50, and 136 to 202 with B=16, where the batch is built for so few. F3 at
100,000 beside other programs. S1 one bucket: 3.9 to 9.7, as governor takes 4 to 16 ns and ours 1 to 3. C1 beside NFKC:
1.5 to 2.2, of which most is aho-corasick's own walk.
Known to be missed:
F1 B=1 with clones, 3.4 to 4.3: most of it is the clone, which `poll-floor` does alone.
S2 lanes beside a heap in which about a hundred wait, which knows no authors: `beside=turns` does the same as ours.
J1 join beside a bare map: a join is checked, told, digested, and found by user, session and order; `beside=maps` finds as much.
C1 beside rustrict and censor: their lists are of English words, and these texts are Chinese: they hardly work.";

/// How long `act` takes.
pub(crate) fn time(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

/// How long it takes so many times, where each says what of it counts.
pub(crate) fn repeat(times: u64, mut act: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| act()).sum()
}

fn row([aim, name, ours, peer, x, aimed, verdict, what]: [&str; 8]) -> String {
    format!("{aim:<3} {name:<32} {ours:>11} {peer:>11} {x:>9} {aimed:>9} {verdict:<6} {what}")
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "met",
        Some(false) => "missed",
        None => "",
    }
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
