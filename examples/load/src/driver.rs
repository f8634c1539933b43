//! The loop that drives some of the clients, on a thread of its own.
//!
//! It waits for nobody: it dials at its pace, sends what is due, and reads whatever has come.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc::{Receiver, Sender, TryRecvError},
    },
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, Waker, event::Event, net::TcpStream};
use socket2::{Domain, Protocol, Socket, Type};

use crate::{
    account::{Audit, Fates},
    class::PerClass,
    client::{Client, Ear, Stage},
    dialect::Dialect,
    hearing::{Batch, Fate, Memory},
    latency::{Latencies, Latency},
    schedule::{Nanos, Schedule},
    speech::Speech,
};

/// Events taken at a time: few, so that whatever else is due does not wait for thousands.
const EVENTS: usize = 64;
/// More than any host sends one client at once; what is longer is read in turns.
const BUFFER: usize = 64 << 10;
const SECOND: Duration = Duration::from_secs(1);
/// Where orders are waited for.
const ORDERS: Token = Token(usize::MAX);
/// Clients that ask to come in at once: a host that is slow to let them in sets the pace.
const COMING: usize = 256;
/// Clients from one source address: fewer than hosts allow, and far fewer than an address has ports.
const PER_ADDRESS: u32 = 200;
/// How long a connection may take.
const DIALING: Duration = Duration::from_secs(10);

/// What a driver is to drive.
#[derive(Clone, Debug)]
pub(crate) struct Fleet {
    pub(crate) host: SocketAddr,
    pub(crate) dialect: Dialect,
    /// The number of its first client, and how many there are.
    pub(crate) first: u32,
    pub(crate) size: u32,
    /// So many of them speak: the first ones, who are no guests.
    pub(crate) speakers: u32,
    /// Of the others, one in so many is a guest; nobody where it is 0.
    pub(crate) guest_every: u32,
    /// Connections a second.
    pub(crate) pace: u32,
    /// Where the common clock begins.
    pub(crate) origin: Instant,
}

/// What a driver is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Speak by this schedule, from now on.
    Speak(Schedule),
    /// Hold everybody against a history that has so much in it.
    Audit(PerClass<u64>),
}

/// What a driver tells.
#[derive(Debug)]
pub(crate) enum Tell {
    /// What happened in a second, which is the so-manieth since the first message was due.
    Second {
        at: Option<u32>,
        sample: Box<Sample>,
    },
    Audited(Box<(Audit, Fates)>),
    /// A client has ended, or did not come in: why.
    Gone(String),
    /// It cannot go on.
    Failed(io::Error),
}

/// What happened while some time passed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
    pub(crate) entries: u64,
    pub(crate) missed: u64,
    pub(crate) latencies: Latencies,
    /// How late messages were sent.
    pub(crate) late: Latency,
}

impl Sample {
    /// Adds what happened elsewhere, or later.
    pub(crate) fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.entries += other.entries;
        self.missed += other.missed;
        for (sum, latency) in self.latencies.iter_mut().zip(&other.latencies) {
            sum.add(latency);
        }
        self.late.add(&other.late);
    }
}

/// Drives its clients until nobody gives it orders any more.
pub(crate) struct Driver {
    fleet: Fleet,
    poll: Poll,
    orders: Receiver<Order>,
    tells: Sender<Tell>,
    /// Shared by all drivers: how many are in.
    inside: Arc<AtomicU32>,
    clients: Vec<Client>,
    /// How many have asked to come in and are not in yet.
    coming: usize,
    memory: Memory,
    record: Record,
    next_second: Instant,
    /// Seconds since the first message was due.
    seconds: Option<u32>,
}

/// What is noted while clients read and speak.
struct Record {
    origin: Instant,
    /// When what is read was read.
    now: Nanos,
    sample: Sample,
    speech: Speech,
}

impl Ear for Record {
    fn frame(&mut self, bytes: usize) {
        self.sample.frames += 1;
        self.sample.bytes += bytes as u64;
    }

    fn batch(&mut self, batch: &Batch) {
        self.sample.entries += batch.read.iter().sum::<u64>();
        self.sample.missed += batch.missed.iter().sum::<u64>() + batch.missed_of_some_class;
        let Some(schedule) = self.speech.schedule() else { return };
        for number in batch.randoms.iter().filter_map(|random| schedule.number(*random)) {
            let latency = &mut self.sample.latencies[Schedule::class(number) as usize];
            latency.note(self.now.saturating_sub(schedule.at(number)));
        }
    }

    fn answer(&mut self, random: u32, fate: Fate) {
        self.speech.answer(random, fate);
    }
}

impl Record {
    fn tick(&mut self) {
        self.now = u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX);
    }
}

impl Driver {
    /// A driver, and what wakes it when there are orders.
    pub(crate) fn new(
        fleet: Fleet,
        orders: Receiver<Order>,
        tells: Sender<Tell>,
        inside: Arc<AtomicU32>,
    ) -> io::Result<(Self, Waker)> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), ORDERS)?;
        let origin = fleet.origin;
        let record =
            Record { origin, now: 0, sample: Sample::default(), speech: Speech::default() };
        let driver = Self {
            clients: Vec::with_capacity(fleet.size as usize),
            fleet,
            poll,
            orders,
            tells,
            inside,
            coming: 0,
            memory: Memory::default(),
            record,
            next_second: Instant::now() + SECOND,
            seconds: None,
        };
        Ok((driver, waker))
    }

    /// Runs until nobody gives orders any more.
    pub(crate) fn run(mut self) {
        if let Err(error) = self.drive() {
            // Nobody listens any more where the run has ended.
            let _ended = self.tells.send(Tell::Failed(error));
        }
    }

    fn drive(&mut self) -> io::Result<()> {
        let (mut events, mut buffer) = (Events::with_capacity(EVENTS), vec![0; BUFFER]);
        let begun = Instant::now();
        while self.obey() {
            self.dial(begun)?;
            self.speak();
            self.tell_second();
            self.poll.poll(&mut events, Some(self.patience()))?;
            for event in events.iter().filter(|event| event.token() != ORDERS) {
                self.record.tick();
                if self.record.speech.is_due(self.record.now) {
                    self.speak();
                }
                self.attend(event, &mut buffer);
            }
        }
        Ok(())
    }

    /// Whether it is to go on.
    fn obey(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Speak(schedule)) => {
                    self.tell_sample(None);
                    self.record.speech = Speech::new(schedule, self.fleet.speakers);
                    let start = self.fleet.origin + Duration::from_nanos(schedule.start);
                    (self.seconds, self.next_second) = (Some(0), start + SECOND);
                }
                Ok(Order::Audit(appended)) => {
                    self.tell_sample(None);
                    let mut audit = Audit::default();
                    let readers = self.clients.iter().filter(|client| client.stage == Stage::In);
                    readers.for_each(|client| audit.add(&client.reading, &appended));
                    self.tell(Tell::Audited(Box::new((audit, self.record.speech.fates()))));
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn patience(&self) -> Duration {
        let dials = self.clients.len() < self.fleet.size as usize && self.coming < COMING;
        let second = self.next_second.saturating_duration_since(Instant::now());
        if dials { second.min(Duration::from_millis(1)) } else { second }
    }

    /// Dials as many as are due by now.
    fn dial(&mut self, begun: Instant) -> io::Result<()> {
        let due = begun.elapsed().as_secs_f64() * f64::from(self.fleet.pace);
        let due = (due as usize).min(self.fleet.size as usize);
        while self.clients.len() < due && self.coming < COMING {
            let number = self.clients.len() as u32;
            let stream = self.fleet.connect(self.fleet.first + number)?;
            let is_guest = number >= self.fleet.speakers
                && self.fleet.guest_every > 0
                && number.is_multiple_of(self.fleet.guest_every);
            let host = self.fleet.host.to_string();
            let mut client = Client::begin(stream, self.fleet.dialect, &host, is_guest, number)?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            let token = Token(number as usize);
            self.poll.registry().register(&mut client.stream, token, interest)?;
            self.clients.push(client);
            self.coming += 1;
        }
        Ok(())
    }

    /// Sends what is due.
    fn speak(&mut self) {
        self.record.tick();
        while let Some(due) = self.record.speech.next(self.record.now) {
            let Some(client) = self.clients.get_mut(due.speaker as usize) else { continue };
            if client.stage != Stage::In {
                continue;
            }
            self.record.sample.late.note(self.record.now.saturating_sub(due.at));
            match client.say("send", due.frame) {
                Ok(()) => self.record.speech.sent(due.number),
                Err(why) => self.lose(due.speaker as usize, why),
            }
            self.record.tick();
        }
    }

    fn attend(&mut self, event: &Event, buffer: &mut [u8]) {
        let number = event.token().0;
        let Some(client) = self.clients.get_mut(number) else { return };
        if client.stage == Stage::Gone {
            return;
        }
        let before = client.stage;
        let read = match event.is_readable() {
            true => client.read(&mut self.memory, buffer, &mut self.record),
            false => Ok(()),
        };
        let done = read.and_then(|()| if event.is_writable() { client.flush() } else { Ok(()) });
        if before != Stage::In && client.stage == Stage::In {
            self.coming -= 1;
            self.inside.fetch_add(1, Relaxed);
        }
        if let Err(why) = done {
            self.lose(number, why);
        }
    }

    fn lose(&mut self, number: usize, why: String) {
        let client = &mut self.clients[number];
        match client.stage {
            Stage::In => {
                self.inside.fetch_sub(1, Relaxed);
            }
            _ => self.coming -= 1,
        }
        client.stage = Stage::Gone;
        let _closed = client.stream.shutdown(std::net::Shutdown::Both);
        self.tell(Tell::Gone(why));
    }

    fn tell_second(&mut self) {
        if Instant::now() >= self.next_second {
            self.next_second += SECOND;
            self.tell_sample(self.seconds);
            self.seconds = self.seconds.map(|seconds| seconds + 1);
        }
    }

    fn tell_sample(&mut self, at: Option<u32>) {
        let sample = Box::new(std::mem::take(&mut self.record.sample));
        self.tell(Tell::Second { at, sample });
    }

    fn tell(&self, tell: Tell) {
        // Nobody listens any more where the run has ended.
        let _ended = self.tells.send(tell);
    }
}

impl Fleet {
    fn connect(&self, number: u32) -> io::Result<TcpStream> {
        let socket =
            Socket::new(Domain::for_address(self.host), Type::STREAM, Some(Protocol::TCP))?;
        if let Some(source) = source(self.host.ip(), number) {
            socket.bind(&SocketAddr::new(source, 0).into())?;
        }
        let connected = socket.connect_timeout(&self.host.into(), DIALING);
        connected.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("client {number} cannot connect to {}: {error}", self.host),
            )
        })?;
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(TcpStream::from_std(socket.into()))
    }
}

/// From which address a client speaks to a host on this machine: every [`PER_ADDRESS`] have one of their own. To a
/// host elsewhere, from whichever the system takes.
fn source(host: IpAddr, number: u32) -> Option<IpAddr> {
    match host {
        IpAddr::V4(host) if host.is_loopback() => {
            let address = Ipv4Addr::new(127, 0, 1, 0).to_bits() + number / PER_ADDRESS;
            Some(Ipv4Addr::from_bits(address).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_on_one_machine_come_from_many_addresses() {
        let here = IpAddr::from([127, 0, 0, 1]);
        let from = |number| source(here, number).unwrap().to_string();
        assert_eq!(
            [0, 199, 200, 19_999].map(from),
            ["127.0.1.0", "127.0.1.0", "127.0.1.1", "127.0.1.99"]
        );
        assert_eq!(source([192, 0, 2, 1].into(), 7), None);
        assert_eq!(source("::1".parse().unwrap(), 7), None);
    }
}
