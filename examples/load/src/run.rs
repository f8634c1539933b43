//! One host under load: everybody comes in, messages are sent for a while, and the books are compared.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use mio::Waker;
use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    account::{Audit, Fates},
    dialect::Dialect,
    driver::{Driver, Fleet, Order, Sample, Tell},
    figures::Figures,
    latency::together,
    outcome::{Outcome, Second},
    probe::{Usage, busy},
    schedule::Schedule,
    settling::{SETTLING, Settling, Stand},
    view::View,
};

/// Nobody came in for so long: the host takes no more.
const STALL: Duration = Duration::from_secs(15);
/// A pause before the first message, for what the joining left to do.
const PAUSE: Duration = Duration::from_secs(2);
/// Where a host lets entries wait for so long, it is told that they are waited for.
const LONG_TICK: Duration = Duration::from_secs(1);

/// How much load, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Clients.
    pub clients: u32,
    /// So many of them speak.
    pub speakers: u32,
    /// Of the others one in so many is a guest; nobody where it is 0.
    pub guest_every: u32,
    /// Messages a second.
    pub rate: u32,
    /// For how long.
    pub seconds: u32,
    /// Connections a second.
    pub pace: u32,
    /// Threads that drive the clients.
    pub threads: u32,
}

/// A host that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// How one speaks to it.
    pub dialect: Dialect,
    /// Its process, if it is one of this machine.
    pub pid: Option<u32>,
    /// Whose figures, in sum, are the host's.
    pub books: Vec<SocketAddr>,
    /// Other processes that it is made of.
    pub beside: Vec<Beside>,
    /// Whether it promises that every reader is told of what it missed.
    pub promises: bool,
    /// How long it lets entries wait for others, if that is known.
    pub tick: Option<Duration>,
}

/// A process beside the one where clients come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// What it is.
    pub name: String,
    /// Its number.
    pub pid: u32,
}

/// Puts a host under load.
///
/// # Errors
/// The host cannot be reached, lets nobody in, or does not say what it did.
pub fn run(plan: &Plan, target: &Target, view: &mut View) -> Result<Outcome, Failure> {
    let before = Figures::ask(&target.books)?;
    let bare_kib = match target.pid {
        Some(pid) => Usage::read(pid)?.resident_kib,
        None => 0,
    };
    let mut crew = Crew::hire(plan, target)?;
    let clients = crew.gather(plan, view)?;
    view.note(&format!("{clients} clients are in"));
    thread::sleep(PAUSE);
    let mut outcome = crew.measure(plan, target, view)?;
    if target.tick >= Some(LONG_TICK) {
        view.note("what its tick still holds back is waited for");
    }
    let (audit, fates, faults) = crew.settle(target, &before, &mut outcome)?;
    let gone = std::mem::take(&mut crew.gone);
    let clients = audit.readers as u32;
    Ok(Outcome {
        clients,
        bare_kib,
        audit,
        fates,
        faults,
        gone,
        promises: target.promises,
        ..outcome
    })
}

/// The drivers, and what they tell.
struct Crew {
    hands: Vec<Hand>,
    tells: Receiver<Tell>,
    inside: Arc<AtomicU32>,
    origin: Instant,
    gone: BTreeMap<String, u64>,
}

/// One driver.
struct Hand {
    orders: Option<Sender<Order>>,
    waker: Arc<Waker>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Crew {
    /// Starts the drivers; the first has all who speak.
    fn hire(plan: &Plan, target: &Target) -> io::Result<Self> {
        let (tell, tells) = channel();
        let (inside, origin) = (Arc::new(AtomicU32::new(0)), Instant::now());
        let threads = plan.threads.clamp(1, plan.clients.max(1));
        let mut hands = Vec::new();
        let mut first = 0;
        for number in 0..threads {
            let size = plan.clients / threads + u32::from(number < plan.clients % threads);
            let fleet = Fleet {
                host: target.address,
                dialect: target.dialect,
                first,
                size,
                speakers: if number == 0 { plan.speakers.min(size) } else { 0 },
                guest_every: plan.guest_every,
                pace: plan.pace.div_ceil(threads),
                origin,
            };
            first += size;
            hands.push(Hand::hire(fleet, tell.clone(), inside.clone())?);
        }
        Ok(Self { hands, tells, inside, origin, gone: BTreeMap::new() })
    }

    /// Waits until everybody is in, or no more come. Returns how many are.
    fn gather(&mut self, plan: &Plan, view: &mut View) -> Result<u32, Failure> {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let inside = self.inside.load(Relaxed);
            view.joining(inside, plan.clients);
            let lacking =
                plan.clients.saturating_sub(inside + self.gone.values().sum::<u64>() as u32);
            if lacking > 0 && since.elapsed() > STALL {
                self.gone.insert("the host did not let them in in time".to_owned(), lacking.into());
            }
            if lacking == 0 || since.elapsed() > STALL {
                break;
            }
            if inside != last {
                (last, since) = (inside, Instant::now());
            }
            if let Some(tell) = self.listen(Duration::from_millis(100))? {
                self.note(tell)?;
            }
        }
        match self.inside.load(Relaxed) {
            0 => Err(format!("nobody came in: {:?}", self.gone).into()),
            inside => Ok(inside),
        }
    }

    /// Lets everybody speak as long as it is planned.
    fn measure(
        &mut self,
        plan: &Plan,
        target: &Target,
        view: &mut View,
    ) -> Result<Outcome, Failure> {
        let now = self.origin.elapsed() + Duration::from_millis(200);
        let start = u64::try_from(now.as_nanos())?;
        let tag = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().subsec_nanos() >> 10;
        let schedule = Schedule::new(start, plan.rate, plan.seconds, tag)?;
        let metronome = Metronome::start(schedule, self.origin, self.hands[0].waker.clone());
        self.order(Order::Speak(schedule));
        thread::sleep(Duration::from_millis(200));

        let usage = |pid: Option<u32>| pid.map(Usage::read).transpose();
        let (begun, own) =
            (usage(target.pid)?, Usage::read(std::process::id()).unwrap_or_default());
        let usages = || -> io::Result<Vec<Usage>> {
            target.beside.iter().map(|beside| Usage::read(beside.pid)).collect()
        };
        let begun_beside = usages()?;
        let busy_before = busy().unwrap_or_default();
        let mut outcome = Outcome {
            host: target.name.clone(),
            about: target.about,
            tick: target.tick,
            rate: plan.rate,
            seconds: plan.seconds,
            ..Outcome::default()
        };
        let mut course = Course::new(self.hands.len());
        let mut last = begun.clone();
        while (outcome.course.len() as u32) < plan.seconds {
            let Some(tell) = self.listen(Duration::from_secs(5))? else {
                return Err("the drivers have stopped".into());
            };
            let Tell::Second { at: Some(at), sample } = tell else {
                self.note(tell)?;
                continue;
            };
            let Some(sample) = course.add(at, *sample) else { continue };
            let now = usage(target.pid)?;
            let second = Second::of(&sample, now.as_ref().zip(last.as_ref()));
            last = now;
            view.second(outcome.course.len() as u32 + 1, plan.seconds, &second);
            outcome.course.push(second);
            outcome.add(&sample);
        }
        outcome.cost = last.zip(begun).map(|(now, begun)| now.since(&begun));
        let names = target.beside.iter().map(|beside| beside.name.clone());
        let costs = usages()?.into_iter().zip(begun_beside).map(|(now, begun)| now.since(&begun));
        outcome.beside = names.zip(costs).collect();
        outcome.own = Usage::read(std::process::id()).unwrap_or_default().since(&own);
        outcome.busy = busy().unwrap_or_default().saturating_sub(busy_before);
        drop(metronome);
        Ok(outcome)
    }

    /// Waits until all that was sent has come to its end and was read, and compares the books.
    fn settle(
        &mut self,
        target: &Target,
        before: &Figures,
        outcome: &mut Outcome,
    ) -> Result<(Audit, Fates, Vec<String>), Failure> {
        let (begun, mut settling) = (Instant::now(), Settling::new(target.tick));
        loop {
            let figures = match Figures::ask(&target.books) {
                Err(_busy) if begun.elapsed() < SETTLING => {
                    thread::sleep(Duration::from_millis(500));
                    continue;
                }
                answer => answer?,
            };
            let (ledger, host) = (figures.ledger(before), figures.fates(before));
            let (audit, fates) = self.audit(ledger.appended, outcome)?;
            let mut faults = audit.faults(&ledger);
            faults.extend(fates.faults(&host));
            let is_even = faults.is_empty() && host.open == 0;
            let stand = settling.look(begun.elapsed(), (audit, fates), is_even);
            faults.extend(waited(stand, target));
            match stand {
                Stand::Open => thread::sleep(Duration::from_millis(500)),
                Stand::Even | Stand::Still(_) | Stand::Late => return Ok((audit, fates, faults)),
            }
        }
    }

    fn audit(
        &mut self,
        appended: crate::class::PerClass<u64>,
        outcome: &mut Outcome,
    ) -> Result<(Audit, Fates), Failure> {
        self.order(Order::Audit(appended));
        let (mut audits, mut fates) = (Vec::new(), Fates::default());
        while audits.len() < self.hands.len() {
            match self.listen(Duration::from_secs(10))? {
                None => return Err("the drivers have stopped".into()),
                Some(Tell::Audited(audited)) => {
                    audits.push(audited.0);
                    // All who speak are in one hand; the others say nothing.
                    if audited.1.sent != [0; 4] {
                        fates = audited.1;
                    }
                }
                // What comes late was late: it belongs to the latencies, and to no second.
                Some(Tell::Second { sample, .. }) => outcome.add_late(&sample),
                Some(other) => self.note(other)?,
            }
        }
        Ok((audits.iter().fold(Audit::default(), Audit::and), fates))
    }

    fn order(&self, order: Order) {
        for hand in &self.hands {
            hand.order(order);
        }
    }

    fn listen(&self, patience: Duration) -> Result<Option<Tell>, Failure> {
        match self.tells.recv_timeout(patience) {
            Ok(tell) => Ok(Some(tell)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("the drivers have stopped".into()),
        }
    }

    fn note(&mut self, tell: Tell) -> Result<(), Failure> {
        match tell {
            Tell::Gone(why) => *self.gone.entry(why).or_default() += 1,
            Tell::Failed(error) => return Err(error.into()),
            Tell::Second { .. } | Tell::Audited(_) => {}
        }
        Ok(())
    }
}

/// How long books that do not come out even were waited for.
fn waited(stand: Stand, target: &Target) -> Option<String> {
    match stand {
        Stand::Even | Stand::Open => None,
        Stand::Late => Some(format!("after {} s more is still on its way", SETTLING.as_secs())),
        Stand::Still(time) => {
            let unknown = ", and a host with a longer tick than that would look the same";
            let unknown = if target.tick.is_none() { unknown } else { "" };
            Some(format!("nothing of this changed any more for {} s{unknown}", time.as_secs()))
        }
    }
}

impl Hand {
    fn hire(fleet: Fleet, tells: Sender<Tell>, inside: Arc<AtomicU32>) -> io::Result<Self> {
        let (orders, taken) = channel();
        let (ready, begun) = channel();
        let drive = move || match Driver::new(fleet, taken, tells, inside) {
            Ok((driver, waker)) => {
                let _nobody_waits = ready.send(Ok(waker));
                driver.run();
            }
            Err(error) => drop(ready.send(Err(error))),
        };
        let thread = thread::Builder::new().name("driver".to_owned()).spawn(drive)?;
        let waker = begun.recv().map_err(io::Error::other)??;
        Ok(Self { orders: Some(orders), waker: Arc::new(waker), thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // One that has failed has said so.
            let _failed = orders.send(order);
            let _failed = self.waker.wake();
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _failed = self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// Wakes who speaks when a message is due: a poll's own timeout is no finer than a millisecond.
struct Metronome {
    stop: Arc<AtomicBool>,
}

impl Metronome {
    fn start(schedule: Schedule, origin: Instant, waker: Arc<Waker>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let beat = move || {
            for number in 0..schedule.count {
                let due = origin + Duration::from_nanos(schedule.at(number));
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if stopped.load(Relaxed) || waker.wake().is_err() {
                    return;
                }
            }
        };
        thread::spawn(beat);
        Self { stop }
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
    }
}

/// Seconds, as soon as all drivers have told of them.
struct Course {
    drivers: usize,
    seconds: BTreeMap<u32, (usize, Sample)>,
}

impl Course {
    fn new(drivers: usize) -> Self {
        Self { drivers, seconds: BTreeMap::new() }
    }

    /// Adds what one driver told of a second; returns it once all have.
    fn add(&mut self, at: u32, sample: Sample) -> Option<Sample> {
        let (told, sum) = self.seconds.entry(at).or_default();
        sum.add(&sample);
        *told += 1;
        if *told < self.drivers {
            return None;
        }
        self.seconds.remove(&at).map(|(_, sum)| sum)
    }
}

impl Second {
    fn of(sample: &Sample, usage: Option<(&Usage, &Usage)>) -> Self {
        let all = together(&sample.latencies);
        Self {
            entries: sample.entries,
            frames: sample.frames,
            missed: sample.missed,
            p50: all.millis(0.5),
            p99: all.millis(0.99),
            high_p99: sample.latencies[0].millis(0.99),
            cpu: usage.map(|(now, then)| now.since(then).cpu() as f64 / 1e6),
            resident: usage.map(|(now, _)| now.resident_kib as f64 / 1024.0),
        }
    }
}

impl Outcome {
    fn add(&mut self, sample: &Sample) {
        self.frames += sample.frames;
        self.bytes += sample.bytes;
        self.entries += sample.entries;
        self.add_late(sample);
    }

    fn add_late(&mut self, sample: &Sample) {
        for (sum, latency) in self.latencies.iter_mut().zip(&sample.latencies) {
            sum.add(latency);
        }
        self.late.add(&sample.late);
    }
}
