//! One run: machines start, people come in and talk, a fault strikes, and all is compared when it is quiet again.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    course::Course,
    fault::Fault,
    judge::{Verdict, judge},
    machines::Machines,
    server::Setup,
    speaker::Speaker,
    view::View,
    viewer::{Gauge, Told, Viewer},
};

/// When the first message is sent; everybody is in by then.
const FIRST: Duration = Duration::from_secs(2);
/// How long machines and people have to come to rest.
const REST: Duration = Duration::from_secs(40);
/// For how long nothing may happen until it is quiet.
const QUIET: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(100);
/// Of five viewers, so many speak.
const SPEAKERS_OF_FIVE: usize = 2;

/// How runs are made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The live host's program.
    pub live: PathBuf,
    /// How a NATS server is set up.
    pub setup: Setup,
    /// How many there are, each with a copy of all: one, or three.
    pub servers: usize,
    /// Viewers at each node.
    pub viewers: usize,
    /// Messages a second, of all together.
    pub rate: u32,
    /// For how long they are sent.
    pub span: Duration,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The figures.
    pub verdict: Verdict,
    /// What else went otherwise than it has to, in words.
    pub failures: Vec<String>,
    /// What viewers found odd, in words.
    pub notes: Vec<String>,
    /// Where the logs are, if they were kept because something is wrong.
    pub logs: Option<PathBuf>,
}

impl Outcome {
    /// Whether all went as it has to.
    pub fn is_sound(&self) -> bool {
        self.verdict.is_sound() && self.failures.is_empty()
    }
}

impl Plan {
    /// About how long a run takes.
    pub fn takes(&self) -> Duration {
        FIRST + self.span + Duration::from_secs(6)
    }

    /// When the fault begins.
    fn fault(&self) -> Duration {
        FIRST + self.span / 5
    }

    fn until(&self) -> Duration {
        FIRST + self.span
    }

    /// Makes a run.
    ///
    /// # Errors
    /// Something does not start, or cannot be made to fail.
    pub async fn run(&self, fault: Fault, no: u32, view: &View) -> io::Result<Outcome> {
        let mut machines = Machines::start(&self.live, &self.setup, self.servers).await?;
        if let Err(why) = doors_open(&machines.addresses()).await {
            let kept = machines.keep()?;
            return Err(io::Error::other(format!("{why}; the logs are in {}", kept.display())));
        }
        let begun = Instant::now();
        let crowd = self.come(&machines, begun);
        let _shown = view.watch(begun, self.takes(), crowd.gauges.clone());
        let mut failures = Vec::new();
        sleep_until(begun + FIRST).await;
        failures.extend(crowd.lacks());
        sleep_until(begun + self.fault()).await;
        let struck = begun.elapsed();
        if let Err(error) = fault.inflict(&mut machines, no).await {
            failures.push(format!("the fault did not go as it should: {error}"));
        }
        sleep_until(begun + self.until()).await;
        failures.extend(machines.steady(REST).await.err());
        failures.extend(crowd.rest().await.err());
        failures.extend(crowd.lacks());
        let (course, notes) = self.compare(struck, crowd.leave().await);
        let verdict = judge(&course);
        if verdict.acknowledged == 0 {
            failures.push("nothing at all was acknowledged".to_owned());
        }
        let mut outcome = Outcome { verdict, failures, notes, logs: None };
        if !outcome.is_sound() {
            outcome.logs = Some(machines.keep()?);
        }
        Ok(outcome)
    }

    fn compare(&self, struck: Duration, told: Vec<Told>) -> (Course, Vec<String>) {
        let mut course = Course { fault: struck, until: self.until(), ..Course::default() };
        let mut notes = Vec::new();
        for told in told {
            course.sights.push(told.sight);
            course.said.extend(told.said);
            notes.extend(told.notes);
        }
        (course, notes)
    }

    /// Lets everybody come in: viewers are spread over the nodes, and some at each node speak.
    fn come(&self, machines: &Machines, begun: Instant) -> Crowd {
        let (end, addresses) = (watch::Sender::new(false), machines.addresses());
        let at_each = (self.viewers * SPEAKERS_OF_FIVE).div_ceil(5).max(1);
        let speakers = u32::try_from(at_each * addresses.len()).unwrap_or(u32::MAX);
        let every = Duration::from_secs(1) * speakers / self.rate;
        let (mut gauges, mut tasks, mut speaking) = (Vec::new(), JoinSet::new(), 0);
        for no in 0..self.viewers * addresses.len() {
            let (at, nick) = (no % addresses.len(), format!("viewer {}", no + 1));
            let mut viewer = Viewer::new(nick.clone(), addresses.clone(), at, begun);
            if speaking < speakers {
                let from = FIRST + every * speaking / speakers;
                let speaker = Speaker::new(&nick, speaking, every, from, self.until());
                (viewer, speaking) = (viewer.speaking(speaker), speaking + 1);
            }
            gauges.push(viewer.gauge());
            tasks.spawn(viewer.live(end.subscribe()));
        }
        Crowd { gauges: gauges.into(), tasks, end }
    }
}

/// Returns when the room is served at all nodes.
async fn doors_open(nodes: &[SocketAddr]) -> io::Result<()> {
    let begun = Instant::now();
    for node in nodes {
        while !Viewer::is_let_in(*node).await {
            if begun.elapsed() > REST {
                return Err(io::Error::other(format!("nobody is let in at {node}")));
            }
            sleep(LOOK).await;
        }
    }
    Ok(())
}

/// Everybody who is there.
struct Crowd {
    gauges: Arc<[Arc<Gauge>]>,
    tasks: JoinSet<Told>,
    end: watch::Sender<bool>,
}

impl Crowd {
    /// Who is not in, in words.
    fn lacks(&self) -> Option<String> {
        let inside = self.gauges.iter().filter(|gauge| gauge.inside.load(Relaxed)).count();
        let all = self.gauges.len();
        (inside < all).then(|| format!("{} of {all} viewers are not in", all - inside))
    }

    /// Returns when all have the same before them, and nobody waits for an answer.
    ///
    /// # Errors
    /// It takes too long: a room that never comes back loses nothing, and is no good either.
    async fn rest(&self) -> Result<(), String> {
        let (begun, mut since) = (Instant::now(), (Vec::new(), Instant::now()));
        while begun.elapsed() < REST {
            let reached: Vec<_> = self.gauges.iter().map(|it| it.reached.load(Relaxed)).collect();
            let waits = self.gauges.iter().any(|gauge| gauge.open.load(Relaxed) > 0);
            let differ = reached.windows(2).any(|two| two[0] != two[1]);
            if waits || differ || self.lacks().is_some() || since.0 != reached {
                since = (reached, Instant::now());
            } else if since.1.elapsed() > QUIET {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        let open: u64 = self.gauges.iter().map(|gauge| gauge.open.load(Relaxed)).sum();
        let rest = REST.as_secs();
        Err(format!("it is not quiet after {rest} s; {open} messages have no answer that holds"))
    }

    async fn leave(self) -> Vec<Told> {
        self.end.send_replace(true);
        self.tasks.join_all().await
    }
}
