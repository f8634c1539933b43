//! A room over many machines in a network that loses, doubles, delays and cuts, with hosts that crash and stand
//! still and a log that fails as its makers say it may. Everything follows from a [`Plan`].

mod jetstream;
mod judge;
mod machines;
mod plan;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt,
    sync::Arc,
    time::Duration,
};

use liveroom::{
    Author, Command, CursorError, Draft, Epoch, Group, GroupConfig, GroupId, HashKey, Kind,
    Platform, Profile, Receipt, Settings, Source, Span, Timestamp, UserId,
    relay::{
        Base, Beat, Checkpoint, Edge, EdgeBeat, EdgeId, EdgeOutput, Feed, Fetched, ForEdge, Frame,
        FrameNo, Heir, HomeOutput, LogSeq, Request, Write, Written,
    },
};

pub(crate) use jetstream::JetStream;
use judge::{Outcome, Reading, Told, Truth, gist};
use machines::{Node, Stand};
use plan::{Deed, EDGES, Event, NODES};
pub(crate) use plan::{Plan, plan};

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

/// What worlds have met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    pub(crate) steps: u64,
    frames: u64,
    terms: u64,
    deposed: u64,
    lost: u64,
    forks: u64,
    lapses: u64,
    bases: u64,
    answers: u64,
    unknown: u64,
    untold: u64,
    read: u64,
    missed: u64,
}

impl Census {
    #[cfg_attr(test, expect(dead_code, reason = "a test looks at each world alone"))]
    pub(crate) fn add(&mut self, other: &Self) {
        for ((mine, _), (theirs, _)) in self.lines().into_iter().zip({ *other }.lines()) {
            *mine += *theirs;
        }
    }

    fn lines(&mut self) -> [(&mut u64, &'static str); 13] {
        [
            (&mut self.steps, "steps"),
            (&mut self.frames, "frames stored"),
            (&mut self.terms, "claims that won"),
            (&mut self.deposed, "homes deposed"),
            (&mut self.lost, "frames lost by the log"),
            (&mut self.forks, "edges that knew more than the log"),
            (&mut self.lapses, "edges given up"),
            (&mut self.bases, "bases given"),
            (&mut self.answers, "commands answered"),
            (&mut self.unknown, "commands unknown for a while"),
            (&mut self.untold, "commands never answered"),
            (&mut self.read, "entries read"),
            (&mut self.missed, "entries told to be missed"),
        ]
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        { *self }.lines().iter().try_for_each(|(count, what)| writeln!(f, "{count:>14} {what}"))
    }
}

/// Who a message is for.
#[derive(Clone, Debug)]
enum To {
    Node(usize, u64),
    AllNodes,
    Edge(usize),
    AllEdges,
    EdgeOfId(EdgeId),
    /// The log, from a node in one of its lives, or from an edge.
    Log(Asker),
    /// Whoever can give a base, for this edge.
    Anybody(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    Node(usize, u64),
    Edge(usize),
}

#[derive(Clone, Debug)]
enum Parcel {
    Request(Request),
    EdgeBeat(EdgeBeat),
    Feed(LogSeq, Feed),
    Beat(Beat),
    Word(ForEdge),
    Base(Box<Base>),
    WantsBase,
    Fetch(FrameNo),
    Fetched(FrameNo, Fetched),
    Write {
        write: Write,
        number: u64,
    },
    Written {
        written: Written,
        number: u64,
    },
    /// The frames from a place on.
    Read(LogSeq),
    Frames(LogSeq, Vec<(LogSeq, Arc<Frame>)>),
}

struct Post {
    at: Timestamp,
    number: u64,
    to: To,
    from: Option<Asker>,
    parcel: Parcel,
}

impl PartialEq for Post {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Post {}

impl Ord for Post {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Post {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
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
    first: Checkpoint,
    nodes: Vec<Node>,
    edges: Vec<Stand>,
    readers: Vec<Reader>,
    next_edge: u32,
    next_text: u64,
    /// What was told in lives of edges that are over.
    past: Vec<(EdgeId, Told)>,
    /// All that homes said is stored.
    stored: BTreeMap<FrameNo, u64>,
    healing: bool,
    census: Census,
}

struct Reader {
    edge: usize,
    cursor: Option<liveroom::Cursor>,
    reading: Reading,
    /// It was given what the log has lost since: nothing can be said of it until it begins anew.
    tainted: bool,
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
    }
    world.heal()?;
    world.claim_if_none()?;
    for _ in 0..400 {
        world.census.steps += 1;
        world.pass(millis(100))?;
        world.claim_if_none()?;
    }
    // Something may have happened only just now, which is on its way.
    for _ in 0..20 {
        if world.agrees() {
            break;
        }
        world.pass(millis(700))?;
    }
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
        let first = Checkpoint::first(&group).map_err(Fail::of)?;
        let mut world = Self {
            plan,
            now,
            dice: Dice(plan.dice),
            post: BinaryHeap::new(),
            posted: 0,
            log: JetStream::new(first.clone()),
            log_down: false,
            first,
            nodes: (0..NODES).map(|_| Node::default()).collect(),
            edges: Vec::new(),
            readers: Vec::new(),
            next_edge: 0,
            next_text: 0,
            past: Vec::new(),
            stored: BTreeMap::new(),
            healing: false,
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

    fn happen(&mut self, event: &Event) -> Result<(), Fail> {
        match *event {
            Event::Pass(ms) => return self.pass(millis(ms)),
            Event::Act { edge, user, deed } => self.act(edge, user, deed),
            Event::App(deed, about) => {
                let command = self.app_command(deed, about);
                let now = self.now;
                for node in self.nodes.iter_mut().filter(|node| !node.paused) {
                    if let (Some(home), Some(command)) = (node.home(), command.clone()) {
                        // One that is full, or home no more, says so.
                        let _ = home.push(now, Author::App, command);
                        break;
                    }
                }
            }
            Event::Guests { edge, guests } => {
                self.edges[edge].guests = guests;
                self.edges[edge].edge.set_guests(guests);
            }
            Event::Claim { node, older } => {
                let checkpoint = self.log.checkpoint(older);
                let anew = self.nodes[node].lost_log;
                let nonce = self.dice.roll(u64::MAX);
                let life = self.nodes[node].begin(checkpoint, nonce, anew).map_err(Fail::of)?;
                let read = Parcel::Read(self.nodes[node].heir_at());
                self.ask_log(Asker::Node(node, life), read);
            }
            Event::Kill { node } => self.nodes[node].kill(),
            Event::Pause { node } => self.nodes[node].paused = true,
            Event::Resume { node } => return self.resume_node(node),
            Event::KillEdge { edge } => self.renew(edge),
            Event::PauseEdge { edge } => self.edges[edge].paused = true,
            Event::ResumeEdge { edge } => return self.resume_edge(edge),
            Event::CutEdge { edge } => self.edges[edge].cut = true,
            Event::CutNode { node } => self.nodes[node].cut = true,
            Event::Heal => {
                self.log_down = false;
                self.edges.iter_mut().for_each(|edge| edge.cut = false);
                self.nodes.iter_mut().for_each(|node| node.cut = false);
            }
            Event::LogDown => self.log_down = true,
            Event::Checkpoint { prune } => {
                // Whoever follows the log lays it down.
                let key = HashKey::new(8, 8);
                let mut follower =
                    Heir::new(self.log.checkpoint(false), &[], key).map_err(Fail::of)?;
                let frames = self.log.from(follower.at(), usize::MAX);
                let read = follower.read(frames.iter().map(|(at, frame)| (*at, &**frame)));
                read.map_err(Fail::of)?;
                self.log.keep(follower.checkpoint(), prune);
            }
            Event::LosePower { frames } if self.plan.power => self.lose_power(frames),
            Event::LosePower { .. } => {}
            Event::Move { reader, edge } => {
                let reader = reader % self.readers.len();
                self.readers[reader].edge = edge;
            }
        }
        Ok(())
    }

    fn lose_power(&mut self, frames: u8) {
        let before = self.log.lost.len();
        self.log.lose(frames);
        let lost = self.log.lost.len() - before;
        self.census.lost += lost as u64;
        if lost == 0 {
            return;
        }
        let head = self.log.history.last().map(|(_, frame)| frame.feed.head);
        for reader in &mut self.readers {
            reader.tainted |= reader.cursor.is_some_and(|at| head.is_none_or(|head| at > head));
        }
    }

    fn app_command(&mut self, deed: Deed, about: u8) -> Option<Command> {
        Some(match deed {
            Deed::Mute => Command::mute(user(about), Span::For(millis(3_000))),
            Deed::Kick => {
                Command::Kick { users: [user(about)].into_iter().collect(), reason: "".into() }
            }
            Deed::Purge => Command::Purge { author: Some(user(about)) },
            Deed::Rename => Command::notice("renamed"),
            Deed::Notice => Command::notice("we go on"),
            Deed::Keep(quota) => {
                let node = self.nodes.iter_mut().find_map(Node::home)?;
                let mut settings = node.group().config().settings().clone();
                settings.retention.quota = liveroom::PerClass([quota; 6]);
                settings.journal = quota % 2 == 0;
                Command::Configure(Box::new(settings.build().ok()?))
            }
            _ => return None,
        })
    }

    /// Somebody does something at an edge.
    fn act(&mut self, edge: usize, number: u8, deed: Deed) {
        let stand = &mut self.edges[edge];
        if stand.paused {
            return;
        }
        let session = stand.edge.id().session(u64::from(number) + 1).expect("few sessions");
        let by = Author::Session(session);
        let mut text = None;
        let mut say = |kind: Kind, this: &mut u64| {
            *this += 1;
            let said = format!("words {this}");
            text = Some(said.clone());
            let draft = Draft { kind, ..Draft::text(said) };
            Command::Send(Box::new(draft))
        };
        let next = &mut self.next_text;
        let command = match deed {
            Deed::Join => Command::join(user(number), Profile::nick("U"), Platform::Web),
            Deed::Text => say(Kind::Text, next),
            Deed::Gift => say(Kind::Gift, next),
            Deed::Like => say(Kind::Like, next),
            Deed::Quit => Command::Quit,
            Deed::Detach => Command::Detach,
            Deed::Attach => {
                Command::Attach { user: user(number), platform: Platform::Web, print: None }
            }
            _ => return,
        };
        // Where it takes none it says so.
        if let Ok(no) = stand.edge.push(self.now, by, command) {
            stand.told.outcomes.entry(no).or_default();
            stand.told.texts.extend(text.map(|text| (no, text)));
        }
    }

    /// An edge's machine ends, and begins anew; its readers come again with what they know.
    fn renew(&mut self, edge: usize) {
        let new = self.stand();
        let old = std::mem::replace(&mut self.edges[edge], new);
        self.past.push((old.edge.id(), old.told));
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

    /// A node's own time comes.
    fn wake(&mut self, number: usize) -> Result<(), Fail> {
        let now = self.now;
        let node = &mut self.nodes[number];
        if node.paused {
            return Ok(());
        }
        if let Some(home) = node.home() {
            home.advance(now);
        }
        let life = node.life;
        if node.is_late(now) {
            if let Some(write) = node.written(Written::Unknown)? {
                self.send_write(number, life, write);
            }
        } else if node.asks_again(now) {
            let after = node.heir_at();
            self.ask_log(Asker::Node(number, life), Parcel::Read(after));
        }
        Ok(())
    }

    /// Hands around everything that machines have to say now, until none has more.
    fn settle(&mut self) -> Result<(), Fail> {
        for number in 0..NODES {
            self.drain_node(number)?;
        }
        for edge in 0..EDGES {
            self.drain_edge(edge)?;
        }
        for reader in 0..self.readers.len() {
            self.read(reader)?;
        }
        Ok(())
    }

    fn drain_node(&mut self, number: usize) -> Result<(), Fail> {
        let node = &mut self.nodes[number];
        let life = node.life;
        if node.paused {
            return Ok(());
        }
        let Some(home) = node.home() else { return Ok(()) };
        let write = home.write();
        let mut said = Vec::new();
        while let Some(output) = home.poll() {
            said.push(output);
        }
        let deposed = home.deposed();
        if let Some(write) = write {
            self.send_write(number, life, write);
        }
        for output in said {
            match output {
                HomeOutput::Feed { at, feed } => {
                    self.census.frames += 1;
                    self.note_stored(feed.mark.no, feed.mark.chain)?;
                    self.send(
                        Some(Asker::Node(number, life)),
                        To::AllEdges,
                        &Parcel::Feed(at, feed),
                    );
                }
                HomeOutput::Edge(edge, word) => {
                    self.send(
                        Some(Asker::Node(number, life)),
                        To::EdgeOfId(edge),
                        &Parcel::Word(word),
                    );
                }
                HomeOutput::Beat(beat) => {
                    self.send(Some(Asker::Node(number, life)), To::AllEdges, &Parcel::Beat(beat));
                }
                _ => {}
            }
        }
        if let Some(why) = deposed {
            self.census.deposed += 1;
            self.nodes[number].lost_log = why == liveroom::relay::Deposed::LogLost;
            self.nodes[number].kill();
        }
        Ok(())
    }

    /// What one home says is stored no other says otherwise of, unless the log has lost it.
    fn note_stored(&mut self, no: FrameNo, chain: u64) -> Result<(), Fail> {
        if !self.log.lost.is_empty() {
            return Ok(());
        }
        let known = *self.stored.entry(no).or_insert(chain);
        Fail::unless(known == chain, "two homes said that different frames are stored")
    }

    fn drain_edge(&mut self, number: usize) -> Result<(), Fail> {
        if self.edges[number].paused {
            return Ok(());
        }
        let (mut over, from) = (false, Some(Asker::Edge(number)));
        while let Some(output) = self.edges[number].edge.poll() {
            let told = &mut self.edges[number].told;
            match output {
                EdgeOutput::Request(request) => {
                    self.send(from, To::AllNodes, &Parcel::Request(request))
                }
                EdgeOutput::Beat(beat) => self.send(from, To::AllNodes, &Parcel::EdgeBeat(beat)),
                EdgeOutput::Fetch { from, .. } => {
                    self.ask_log(Asker::Edge(number), Parcel::Fetch(from))
                }
                EdgeOutput::Base => self.send(from, To::Anybody(number), &Parcel::WantsBase),
                EdgeOutput::Answer { no, answer } => {
                    self.census.answers += 1;
                    let joined = matches!(answer, Ok(Receipt::Joined { .. }));
                    told.outcomes.entry(no).or_default().push(Outcome::Answer(answer.clone()));
                    if let (true, Ok(Receipt::Joined { cursor, .. })) = (joined, answer) {
                        let here = self.edges[number].edge.tail();
                        let reached = here
                            .is_some_and(|here| here >= cursor || here.epoch() != cursor.epoch());
                        Fail::unless(reached, "an answer came before the history that it names")?;
                    }
                }
                EdgeOutput::Untold { no } => {
                    self.census.untold += 1;
                    told.outcomes.entry(no).or_default().push(Outcome::Untold);
                }
                EdgeOutput::Unknown { .. } => self.census.unknown += 1,
                EdgeOutput::Told(output) => told.outputs.push(output),
                EdgeOutput::Lapsed => {
                    self.census.lapses += 1;
                    if !self.edges[number].edge.is_over() {
                        self.census.forks += 1;
                    }
                }
                _ => {}
            }
            over |= self.edges[number].edge.is_over();
        }
        if over || self.edges[number].edge.is_over() {
            self.renew(number);
        }
        Ok(())
    }

    /// A reader takes what is ahead of them at their edge.
    fn read(&mut self, number: usize) -> Result<(), Fail> {
        let reader = &mut self.readers[number];
        let stand = &mut self.edges[reader.edge];
        if stand.paused {
            return Ok(());
        }
        let Some(tail) = stand.edge.tail() else { return Ok(()) };
        let mut at = match reader.cursor {
            Some(cursor) => cursor,
            None => {
                reader.reading = Reading {
                    epoch: Some(tail.epoch()),
                    from: tail.passed(),
                    anew: reader.reading.anew,
                    ..Reading::default()
                };
                reader.cursor = Some(tail);
                tail
            }
        };
        loop {
            match stand.edge.batch(&at) {
                Ok(batch) if batch.is_empty() => break,
                Ok(batch) => {
                    for entry in batch.entries() {
                        self.census.read += 1;
                        reader.reading.seen.push((entry.seq, gist(entry)));
                    }
                    for class in liveroom::Class::ALL {
                        self.census.missed += batch.missed()[class];
                        reader.reading.missed[class] += batch.missed()[class];
                    }
                    at = *batch.to();
                }
                // The edge is not as far as the reader was elsewhere: it will be.
                Err(CursorError::Future { .. }) => break,
                Err(CursorError::OtherEpoch { cursor, log }) if log > cursor => {
                    reader.reading.anew += 1;
                    reader.tainted = false;
                    reader.cursor = None;
                    return Ok(());
                }
                // An edge that has not heard of the newer epoch yet.
                Err(CursorError::OtherEpoch { .. }) => break,
                Err(_) if reader.tainted => break,
                Err(error) => return Err(Fail::new(format!("a reader was turned away: {error}"))),
            }
        }
        reader.cursor = Some(at);
        Ok(())
    }

    fn send_write(&mut self, node: usize, life: u64, write: Write) {
        let (now, patience) = (self.now, millis(300 + self.plan.delay));
        let number = self.nodes[node].tries(now + patience);
        self.ask_log(Asker::Node(node, life), Parcel::Write { write, number });
    }

    fn ask_log(&mut self, asker: Asker, parcel: Parcel) {
        self.send(Some(asker), To::Log(asker), &parcel);
    }

    /// Sends something, which may be lost, come twice, and comes late.
    fn send(&mut self, from: Option<Asker>, to: To, parcel: &Parcel) {
        let (lost, doubled) =
            if self.healing { (0, 0) } else { (self.plan.lost, self.plan.doubled) };
        if self.dice.roll(100) < lost {
            return;
        }
        let copies = 1 + u64::from(self.dice.roll(100) < doubled);
        for _ in 0..copies {
            let delay = if self.healing { 1 } else { 1 + self.dice.roll(self.plan.delay) };
            self.posted += 1;
            let (at, number) = (self.now + millis(delay), self.posted);
            let post = Post { at, number, to: to.clone(), from, parcel: parcel.clone() };
            self.post.push(Reverse(post));
        }
    }

    fn is_cut(&self, machine: Option<Asker>) -> bool {
        match machine {
            Some(Asker::Node(node, life)) => self.nodes[node].cut || self.nodes[node].life != life,
            Some(Asker::Edge(edge)) => self.edges[edge].cut,
            None => false,
        }
    }

    fn deliver(&mut self, post: Post) -> Result<(), Fail> {
        let Post { to, from, parcel, .. } = post;
        // What was written before its writer ended arrives all the same.
        let cut = match from {
            Some(Asker::Node(node, _)) => self.nodes[node].cut,
            from => self.is_cut(from),
        };
        if cut {
            return Ok(());
        }
        match to {
            To::Log(asker) => self.log_answers(asker, parcel),
            To::Node(node, life) => return self.for_node(node, life, parcel),
            To::AllNodes => {
                for node in 0..NODES {
                    let life = self.nodes[node].life;
                    self.for_node(node, life, parcel.clone())?;
                }
            }
            To::Edge(edge) => return self.for_edge(edge, parcel),
            To::AllEdges => {
                for edge in 0..EDGES {
                    self.for_edge(edge, parcel.clone())?;
                }
            }
            To::EdgeOfId(id) => {
                let edge = self.edges.iter().position(|stand| stand.edge.id() == id);
                if let Some(edge) = edge {
                    self.for_edge(edge, parcel)?;
                }
            }
            To::Anybody(edge) => self.give_base(edge),
        }
        Ok(())
    }

    /// The log answers whoever asked it, unless it is away.
    fn log_answers(&mut self, asker: Asker, parcel: Parcel) {
        if self.log_down {
            return;
        }
        let limit = 1 + usize::try_from(self.dice.roll(30)).unwrap_or(0);
        let answer = match parcel {
            Parcel::Write { write, number } => {
                let others = self.dice.roll(3);
                let written = self.log.write(&write, others);
                Parcel::Written { written, number }
            }
            Parcel::Read(from) => Parcel::Frames(from, self.log.from(from, 50)),
            Parcel::Fetch(from) => Parcel::Fetched(from, self.log.fetch(from, limit + 1)),
            _ => return,
        };
        let to = match asker {
            Asker::Node(node, life) => To::Node(node, life),
            Asker::Edge(edge) => To::Edge(edge),
        };
        self.send(None, to, &answer);
    }

    fn give_base(&mut self, edge: usize) {
        let homes = self.nodes.iter_mut().filter(|node| !node.paused && !node.cut);
        let home = homes.filter_map(Node::home).find_map(|home| home.base());
        let others = self.edges.iter().enumerate();
        let mut others =
            others.filter(|(other, stand)| *other != edge && !stand.paused && !stand.cut);
        let base = home.or_else(|| others.find_map(|(_, stand)| stand.edge.give_base()));
        if let Some(base) = base {
            self.census.bases += 1;
            self.send(None, To::Edge(edge), &Parcel::Base(Box::new(base)));
        }
    }

    fn for_node(&mut self, number: usize, life: u64, parcel: Parcel) -> Result<(), Fail> {
        let now = self.now;
        let node = &mut self.nodes[number];
        if node.cut || node.life != life {
            return Ok(());
        }
        if node.paused {
            node.inbox.push(parcel);
            return Ok(());
        }
        let next = match parcel {
            Parcel::Request(request) => {
                if let Some(home) = node.home() {
                    // What it cannot take comes again.
                    let _ = home.request(now, request);
                }
                None
            }
            Parcel::EdgeBeat(beat) => {
                if let Some(home) = node.home() {
                    home.beat(now, beat);
                }
                None
            }
            Parcel::Written { written, number: of } if node.is_answer(of) => {
                node.written(written)?
            }
            Parcel::Frames(after, frames) => node.frames(after, &frames)?,
            _ => None,
        };
        if let Some(write) = next {
            self.send_write(number, life, write);
        } else if let Some(after) = self.nodes[number].reads() {
            self.ask_log(Asker::Node(number, life), Parcel::Read(after));
        }
        if self.nodes[number].begins(now) {
            self.census.terms += 1;
        }
        Ok(())
    }

    fn for_edge(&mut self, number: usize, parcel: Parcel) -> Result<(), Fail> {
        let now = self.now;
        let stand = &mut self.edges[number];
        if stand.cut {
            return Ok(());
        }
        if stand.paused {
            stand.inbox.push(parcel);
            return Ok(());
        }
        match parcel {
            Parcel::Feed(at, feed) => stand.edge.feed(now, at, feed).map_err(Fail::of)?,
            Parcel::Beat(beat) => stand.edge.beat(now, beat),
            Parcel::Word(word) => stand.edge.word(now, word),
            Parcel::Base(base) => stand.edge.base(now, *base).map_err(Fail::of)?,
            Parcel::Fetched(from, fetched) => {
                stand.edge.fetched(now, from, fetched).map_err(Fail::of)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What came while it stood still it deals with now.
    fn resume_node(&mut self, number: usize) -> Result<(), Fail> {
        self.nodes[number].paused = false;
        let life = self.nodes[number].life;
        for parcel in std::mem::take(&mut self.nodes[number].inbox) {
            self.for_node(number, life, parcel)?;
        }
        Ok(())
    }

    fn resume_edge(&mut self, number: usize) -> Result<(), Fail> {
        self.edges[number].paused = false;
        for parcel in std::mem::take(&mut self.edges[number].inbox) {
            self.for_edge(number, parcel)?;
        }
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

    /// Whether a home and all edges know the whole log, and how many are online.
    fn agrees(&mut self) -> bool {
        let last = self.log.history.last().map(|(_, frame)| *frame.mark());
        let mut homes = self.nodes.iter_mut().filter_map(Node::home);
        let Some(home) = homes.find(|home| Some(*home.mark()) == last) else { return false };
        let online = Some(home.online());
        let agrees = |edge: &Edge| edge.mark() == last.as_ref() && edge.online() == online;
        self.edges.iter().all(|stand| agrees(&stand.edge))
    }

    /// Everything is healed and quiet: what must hold holds.
    fn judge(&mut self) -> Result<(), Fail> {
        let lost = !self.log.lost.is_empty();
        let mut truth = Truth::read(&self.log, self.first.clone())?;
        let homes = self.nodes.iter_mut().filter_map(Node::home);
        let home = homes.into_iter().find(|home| *home.mark() == truth.mark);
        let home =
            home.ok_or_else(|| Fail::new("nobody is home who knows the whole log".into()))?;
        truth.group.advance(home.group().clock());
        Fail::unless(
            home.group().digest() == truth.group.digest(),
            "the log leads elsewhere than its home",
        )?;
        let (online, guests) =
            (home.online(), self.edges.iter().map(|stand| stand.guests).sum::<u64>());
        let members = home.group().online();
        Fail::unless(online == members + guests, "guests of edges are not counted right")?;
        for number in 0..EDGES {
            self.judge_edge(number, &truth, online, lost)?;
        }
        if !lost {
            for (edge, told) in &self.past {
                truth.judge_commands(*edge, told)?;
                truth.judge_outputs(*edge, told, false)?;
            }
        }
        for reader in &self.readers {
            let Some(cursor) = reader.cursor else {
                return Err(Fail::new("a reader reads nothing".into()));
            };
            if lost && (reader.tainted || truth.epoch != cursor.epoch()) {
                continue;
            }
            Fail::unless(cursor.position() == truth.head, "a reader is not at the end")?;
            truth.judge_reader(&reader.reading, cursor.passed())?;
            Fail::unless(lost || reader.reading.anew == 0, "a reader began anew for nothing")?;
        }
        Ok(())
    }

    fn judge_edge(
        &self,
        number: usize,
        truth: &Truth,
        online: u64,
        lost: bool,
    ) -> Result<(), Fail> {
        let stand = &self.edges[number];
        let (id, told) = (stand.edge.id(), &stand.told);
        let Some(mark) = stand.edge.mark() else {
            return Err(Fail::new("an edge never had a base".into()));
        };
        Fail::unless(*mark == truth.mark, "an edge is not where the log is")?;
        Fail::unless(stand.edge.online() == Some(online), "an edge says another number online")?;
        let open = told.outcomes.iter().find(|(_, outcomes)| outcomes.is_empty());
        if let Some((no, _)) = open {
            return Err(Fail::new(format!("command {no} of edge {id} has no outcome")));
        }
        if lost {
            return Ok(());
        }
        truth.judge_commands(id, told)?;
        truth.judge_outputs(id, told, true)
    }
}
