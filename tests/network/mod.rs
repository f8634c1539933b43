//! A room over many machines in a network that loses, doubles, delays and cuts, with hosts that crash and stand
//! still and a log that fails as its makers say it may. Everything follows from a [`Plan`].

mod census;
mod checks;
mod events;
mod hosts;
mod jetstream;
mod judge;
mod machines;
mod plan;
mod post;
mod readers;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt,
    time::Duration,
};

use liveroom::{
    Cursor, Epoch, Group, GroupConfig, GroupId, HashKey, Settings, Timestamp, UserId,
    relay::{Checkpoint, Edge, EdgeId, FrameNo},
};

pub(crate) use census::Census;
pub(crate) use jetstream::JetStream;
use judge::{Outcome, Reading, Told, Truth, gist};
use machines::{Node, Stand};
use plan::{Deed, EDGES, Event, NODES};
pub(crate) use plan::{Plan, plan};
use post::{Asker, Parcel, Post, To};
use readers::Reader;

/// Why a world is not as it must be.
#[derive(Clone, Debug)]
pub(crate) struct Fail(pub(crate) String);

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Fail {
    fn new(why: String) -> Self {
        Self(why)
    }

    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }

    fn unless(holds: bool, why: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self(why.to_owned())) }
    }
}

/// Numbers that follow from one.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

struct World<'a> {
    plan: &'a Plan,
    now: Timestamp,
    dice: Dice,
    post: BinaryHeap<Reverse<Post>>,
    posted: u64,
    log: JetStream,
    log_down: bool,
    /// From where the log can be read to its end.
    first: Checkpoint,
    /// Before all history that counts.
    start: Cursor,
    nodes: Vec<Node>,
    edges: Vec<Stand>,
    readers: Vec<Reader>,
    next_edge: u32,
    /// Edges up to this one were there before all was begun anew.
    old_edges: u32,
    next_text: u64,
    /// What was told in lives of edges that are over.
    past: Vec<(EdgeId, Told)>,
    /// All that homes said is stored.
    stored: BTreeMap<FrameNo, u64>,
    healing: bool,
    /// The log's servers had a power failure. After so many events all machines are begun anew, and until then nothing
    /// is promised.
    unsure: Option<u8>,
    /// Histories before this epoch may have been lost.
    oldest: Epoch,
    census: Census,
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn user(number: u8) -> UserId {
    format!("u{number}").parse().expect("a user id")
}

/// Lives a world through, and judges it.
pub(crate) fn live(plan: &Plan) -> Result<Census, Fail> {
    let mut world = World::new(plan)?;
    for event in &plan.events {
        world.census.steps += 1;
        world.happen(event)?;
        world.settle()?;
        match world.unsure {
            Some(0) => world.begin_all_anew()?,
            Some(left) => world.unsure = Some(left - 1),
            None => {}
        }
    }
    if world.unsure.is_some() {
        world.begin_all_anew()?;
    }
    world.heal()?;
    world.claim_if_none()?;
    for _ in 0..400 {
        world.census.steps += 1;
        world.pass(millis(100))?;
        world.claim_if_none()?;
    }
    world.write_after_what_is_astray()?;
    // Something may have happened only just now, which is on its way.
    for _ in 0..20 {
        if world.agrees() {
            break;
        }
        world.pass(millis(700))?;
    }
    world.presence_is_fresh()?;
    world.former_homes_learn()?;
    world.judge()?;
    Ok(world.census)
}

impl<'a> World<'a> {
    fn new(plan: &'a Plan) -> Result<Self, Fail> {
        let now = Timestamp::from_secs(1_700_000_000);
        let mut settings: Settings = GroupConfig::modern().settings().clone();
        (settings.journal, settings.history) = (true, 0);
        settings.retention.quota = liveroom::PerClass([plan.quota; 6]);
        settings.retention.max_age = Duration::from_secs(100_000);
        let config = settings.build().map_err(Fail::of)?;
        let id = GroupId::custom("friday").map_err(Fail::of)?;
        let group = Group::new(id, Some(user(0)), config, Epoch(1), HashKey::new(1, 2), now);
        let (first, start) = (Checkpoint::first(&group).map_err(Fail::of)?, group.tail());
        let mut world = Self {
            plan,
            now,
            dice: Dice(plan.dice),
            post: BinaryHeap::new(),
            posted: 0,
            log: JetStream::new(first.clone()),
            log_down: false,
            first,
            start,
            nodes: (0..NODES).map(|_| Node::default()).collect(),
            edges: Vec::new(),
            readers: Vec::new(),
            next_edge: 0,
            old_edges: 0,
            next_text: 0,
            past: Vec::new(),
            stored: BTreeMap::new(),
            healing: false,
            unsure: None,
            oldest: Epoch(0),
            census: Census::default(),
        };
        for edge in 0..EDGES {
            let stand = world.stand();
            world.edges.push(stand);
            for _ in 0..2 {
                let reading = Reading::default();
                world.readers.push(Reader { edge, cursor: None, reading, tainted: false });
            }
        }
        world.happen(&Event::Claim { node: 0, older: false })?;
        Ok(world)
    }

    fn stand(&mut self) -> Stand {
        self.next_edge += 1;
        let id = EdgeId::new(self.next_edge).expect("few edges");
        let group = GroupId::custom("friday").expect("an id");
        Stand::new(Edge::new(self.now, id, group))
    }

    /// Time passes, with everything that happens by itself.
    fn pass(&mut self, time: Duration) -> Result<(), Fail> {
        let until = self.now + time;
        loop {
            self.settle()?;
            let post = self.post.peek().map(|Reverse(post)| post.at);
            let nodes = self.nodes.iter().filter_map(|node| node.due(self.now));
            let edges = self.edges.iter().filter(|stand| !stand.paused);
            let edges = edges.filter_map(|stand| stand.edge.poll_timeout());
            let next = post.into_iter().chain(nodes).chain(edges).min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            while self.post.peek().is_some_and(|Reverse(post)| post.at <= self.now) {
                let Some(Reverse(post)) = self.post.pop() else { break };
                self.deliver(post)?;
            }
            let now = self.now;
            for stand in self.edges.iter_mut().filter(|stand| !stand.paused) {
                stand.edge.advance(now);
            }
            for number in 0..NODES {
                self.wake(number)?;
            }
        }
        self.now = until;
        Ok(())
    }

    fn heal(&mut self) -> Result<(), Fail> {
        self.healing = true;
        self.happen(&Event::Heal)?;
        for number in 0..NODES {
            self.resume_node(number)?;
        }
        for number in 0..EDGES {
            self.resume_edge(number)?;
        }
        Ok(())
    }

    /// As a lease sees to it: somebody claims where whoever was home last is not there.
    fn claim_if_none(&mut self) -> Result<(), Fail> {
        let last = self.log.history.last().map(|(_, frame)| *frame.mark());
        if !self.nodes.iter().any(|node| node.leads(last.as_ref())) {
            return self.happen(&Event::Claim { node: 0, older: false });
        }
        Ok(())
    }
}
