//! Message servers between a home and its edges: a cluster, and leaves around it.

use crate::{
    Options,
    dice::{Dice, nanos},
};

/// From the home, or the log, to its server.
const NEAR: u64 = 100_000;
/// From one server of the cluster to another, as between buildings of a city.
pub(crate) const ROUTE: u64 = 300_000;
/// From a leaf to one of its edges.
const LAST: u64 = 200_000;
/// What a message has beside what it says: subject, reply, length.
const HEAD: u64 = 40;
/// Gbit/s that an edge has for what comes from the home.
const EDGE_GBIT: u64 = 1;

/// Messages and bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Meter {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

impl Meter {
    fn add(&mut self, bytes: u64) {
        self.messages += 1;
        self.bytes += bytes + HEAD;
    }
}

/// What a machine sends in one direction, one message after the other.
#[derive(Clone)]
struct Line {
    gbit: u64,
    each: u64,
    /// Until when it is sending.
    busy: u64,
    spent: u64,
    meter: Meter,
}

impl Line {
    fn new(gbit: u64, each: u64) -> Self {
        Self { gbit, each, busy: 0, spent: 0, meter: Meter::default() }
    }

    /// Sends it after all before it. Returns when it is out.
    fn send(&mut self, now: u64, bytes: u64) -> u64 {
        self.busy = self.busy.max(now) + self.pass(bytes);
        self.busy
    }

    /// Sends it without a wait. Returns how long that takes.
    fn pass(&mut self, bytes: u64) -> u64 {
        self.meter.add(bytes);
        let takes = self.each + (bytes + HEAD) * 8 / self.gbit;
        self.spent += takes;
        takes
    }
}

/// A machine's two directions: away from the home, and towards it.
#[derive(Clone)]
struct Machine {
    down: Line,
    up: Line,
}

impl Machine {
    fn new(gbit: u64, each: u64) -> Self {
        Self { down: Line::new(gbit, each), up: Line::new(gbit, each) }
    }
}

/// What one kind of machine did.
pub(crate) struct Level {
    pub(crate) name: &'static str,
    pub(crate) machines: usize,
    /// The busiest of them: what it sent down, and up.
    pub(crate) down: Meter,
    pub(crate) up: Meter,
    /// For how long it was sending.
    pub(crate) spent: u64,
}

pub(crate) struct Tree {
    home: Machine,
    servers: Vec<Machine>,
    leaves: Vec<Machine>,
    edges: Vec<Machine>,
    farthest: u64,
    /// Nothing overtakes on a connection: when the last message came that was sent to each edge, and by it.
    last: Vec<(u64, u64)>,
    /// Until when, and from when, the first leaf is away.
    pub(crate) outage: (u64, u64),
}

impl Tree {
    pub(crate) fn new(options: &Options) -> Self {
        let server = Machine::new(options.gbit, nanos(options.each));
        let (edges, leaves) = (options.edges as usize, options.leaves as usize);
        Self {
            home: Machine::new(options.gbit, 0),
            servers: vec![server.clone(); options.servers as usize],
            leaves: vec![server; leaves],
            edges: vec![Machine::new(EDGE_GBIT, 0); edges],
            farthest: nanos(options.farthest),
            last: vec![(0, 0); edges],
            outage: (0, 0),
        }
    }

    /// To all edges from the home: to each when it comes there.
    pub(crate) fn around(&mut self, now: u64, bytes: u64, dice: &mut Dice, there: &mut Vec<u64>) {
        there.clear();
        there.resize(self.edges.len(), 0);
        let first = jitter(self.home.down.send(now, bytes), NEAR, dice);
        let servers = self.servers.len();
        for server in 0..servers {
            let at = self.at_server(first, server, bytes, dice);
            if self.leaves.is_empty() {
                for edge in (server..self.edges.len()).step_by(servers) {
                    let sent = self.servers[server].down.send(at, bytes);
                    there[edge] = self.arrive(sent, edge, bytes, dice);
                }
                continue;
            }
            for leaf in (server..self.leaves.len()).step_by(servers) {
                let sent = self.servers[server].down.send(at, bytes);
                let at = jitter(sent, self.distance(leaf), dice);
                for edge in (leaf..self.edges.len()).step_by(self.leaves.len()) {
                    let sent = self.leaves[leaf].down.send(at, bytes);
                    there[edge] = self.arrive(sent, edge, bytes, dice);
                }
            }
        }
    }

    /// To one edge from the home or, beside it, from the log.
    pub(crate) fn down(
        &mut self,
        now: u64,
        edge: u32,
        bytes: u64,
        by_log: bool,
        dice: &mut Dice,
    ) -> u64 {
        let edge = edge as usize;
        let sent = if by_log { now } else { self.home.down.send(now, bytes) };
        let first = jitter(sent, NEAR, dice);
        let (server, leaf) = self.path(edge);
        let at = self.at_server(first, server, bytes, dice);
        let sent = self.servers[server].down.send(at, bytes);
        let sent = match leaf {
            Some(leaf) => {
                let at = jitter(sent, self.distance(leaf), dice);
                self.leaves[leaf].down.send(at, bytes)
            }
            None => sent,
        };
        self.arrive(sent, edge, bytes, dice)
    }

    /// From an edge to the home or the log. Messages of many distances meet there, so that none waits for those
    /// before it.
    pub(crate) fn up(&mut self, now: u64, edge: u32, bytes: u64, dice: &mut Dice) -> u64 {
        let edge = edge as usize;
        let (server, leaf) = self.path(edge);
        let mut at = now + self.edges[edge].up.pass(bytes);
        at = match leaf {
            Some(leaf) => {
                let at = jitter(at, LAST, dice) + self.leaves[leaf].up.pass(bytes);
                jitter(at, self.distance(leaf), dice)
            }
            None => jitter(at, self.distance(edge), dice),
        };
        at += self.servers[server].up.pass(bytes);
        if server > 0 {
            at = jitter(at, ROUTE, dice) + self.servers[0].up.pass(bytes);
        }
        let last = &mut self.last[edge].1;
        *last = jitter(at, NEAR, dice).max(*last);
        *last
    }

    fn at_server(&mut self, first: u64, server: usize, bytes: u64, dice: &mut Dice) -> u64 {
        if server == 0 {
            return first;
        }
        jitter(self.servers[0].down.send(first, bytes), ROUTE, dice)
    }

    fn arrive(&mut self, sent: u64, edge: usize, bytes: u64, dice: &mut Dice) -> u64 {
        let way = if self.leaves.is_empty() { self.distance(edge) } else { LAST };
        let sent = jitter(sent, way, dice);
        let last = &mut self.last[edge].0;
        *last = self.edges[edge].down.send(sent, bytes).max(*last);
        *last
    }

    fn path(&self, edge: usize) -> (usize, Option<usize>) {
        if self.leaves.is_empty() {
            return (edge % self.servers.len(), None);
        }
        let leaf = edge % self.leaves.len();
        (leaf % self.servers.len(), Some(leaf))
    }

    /// How far a leaf, or an edge without one, is from the cluster.
    fn distance(&self, number: usize) -> u64 {
        let of = if self.leaves.is_empty() { self.edges.len() } else { self.leaves.len() };
        self.farthest * (number as u64 + 1) / of as u64
    }

    /// Whether nothing comes through to or from an edge.
    pub(crate) fn is_away(&self, edge: u32, at: u64) -> bool {
        let (from, until) = self.outage;
        (from..until).contains(&at) && self.path(edge as usize).1 == Some(0)
    }

    /// What was sent until now does not count.
    pub(crate) fn forget(&mut self) {
        let home = std::slice::from_mut(&mut self.home);
        let servers = home.iter_mut().chain(&mut self.servers);
        for machine in servers.chain(&mut self.leaves).chain(&mut self.edges) {
            for line in [&mut machine.down, &mut machine.up] {
                (line.spent, line.meter) = (0, Meter::default());
            }
        }
    }

    /// What each level has sent.
    pub(crate) fn levels(&self) -> Vec<Level> {
        let level = |name, machines: &[Machine]| {
            let most = |of: fn(&Machine) -> Meter| {
                machines.iter().map(of).max_by_key(|meter| meter.bytes).unwrap_or_default()
            };
            Level {
                name,
                machines: machines.len(),
                down: most(|machine| machine.down.meter),
                up: most(|machine| machine.up.meter),
                spent: machines.iter().map(|it| it.down.spent + it.up.spent).max().unwrap_or(0),
            }
        };
        let all = [
            level("home", std::slice::from_ref(&self.home)),
            level("server", &self.servers),
            level("leaf", &self.leaves),
            level("edge", &self.edges),
        ];
        all.into_iter().filter(|level| level.machines > 0).collect()
    }
}

/// When something is there that takes so long at least; an eighth more in the mean.
fn jitter(sent: u64, way: u64, dice: &mut Dice) -> u64 {
    sent + way + dice.wait(way / 8)
}
