//! The room itself: everything that happens, one thing after the other.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use liveroom::{
    Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Settings, Timestamp,
    relay::{
        Beat, Checkpoint, EdgeId, EdgeOutput, Feed, ForEdge, FrameNo, Heir, Home, HomeOutput,
        LogSeq, Next, Tell, Write, Written,
    },
};

use crate::{
    Options,
    dice::{Dice, nanos},
    ledger::{Call, Ledger, Spent, Stamp, Sums, chained},
    people::{self, SPEAKERS, Speaker},
    post::{Posts, Up, What, bytes, weight},
    stand::Stand,
    store::Store,
    tree::{Level, Tree},
};

/// The moment from which a world's nanoseconds are counted.
const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const SECOND: u64 = 1_000_000_000;
/// When all edges have begun and those have joined who speak.
const READY: u64 = 4 * SECOND;
/// After the last message so long is waited until all have everything.
const REST: u64 = 4 * SECOND;
/// Of so many edges one is measured.
const SAMPLE: u32 = 16;

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) options: Options,
    pub(crate) ledger: Ledger,
    pub(crate) measured: Measured,
    /// How many edges were measured.
    pub(crate) sampled: u64,
    /// How many entries the history has, and what edges' readers lack or have twice of it.
    pub(crate) history: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    /// How many edges end with another history than the home.
    pub(crate) differing: u64,
    pub(crate) base_bytes: u64,
}

/// What was counted while the room was looked at.
pub(crate) struct Measured {
    pub(crate) sums: Sums,
    pub(crate) levels: Vec<Level>,
    /// What the calls of the home took, and those of some edges.
    pub(crate) home: Spent,
    pub(crate) stands: Spent,
}

/// A home's sign of life, and how old what it says was when it was said.
struct Said {
    beat: Beat,
    oldest: u64,
    middle: u64,
}

struct World<'a> {
    options: &'a Options,
    now: u64,
    end: u64,
    dice: Dice,
    posts: Posts,
    group: GroupId,
    home: Home,
    store: Store,
    tree: Tree,
    stands: Vec<Stand>,
    feeds: Vec<(LogSeq, Feed)>,
    beats: Vec<Said>,
    stamps: Vec<Stamp>,
    speakers: Vec<Speaker>,
    users: u64,
    /// When the home wrote last, whether that is on its way, and whether it will write.
    wrote: u64,
    in_flight: bool,
    will_write: bool,
    wake: u64,
    ledger: Ledger,
    spent: Spent,
    spent_at_edges: Spent,
    there: Vec<u64>,
}

/// Lives a room through.
pub(crate) fn live(options: &Options) -> Outcome {
    let mut world = World::new(options);
    let style =
        ProgressStyle::with_template("{bar:40} {pos} of {len} ms with {msg} edges, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new((world.end + REST) / 1_000_000).with_style(style);
    bar.set_message(options.edges.to_string());
    let mut measured = None;
    while let Some((at, what)) = world.posts.pop() {
        if measured.is_none() && at >= world.end {
            measured = Some(world.measured());
        }
        if at > world.end + REST {
            break;
        }
        world.now = at;
        world.handle(what);
        bar.set_position(at / 1_000_000);
    }
    bar.finish_and_clear();
    world.outcome(measured.expect("the home's signs of life never end"))
}

fn at(nanos: u64) -> Timestamp {
    START + Duration::from_nanos(nanos)
}

fn first_group() -> (GroupId, Group) {
    let settings = GroupConfig::vendor().settings().clone();
    let config = Settings { journal: true, ..settings }.build().expect("a preset with a journal");
    let id = GroupId::custom("friday").expect("a name");
    (id.clone(), Group::new(id, None, config, Epoch(1), HashKey::new(1, 2), START))
}

/// Claims an empty log.
fn claim(group: &Group, store: &mut Store, dice: &mut Dice) -> Home {
    let checkpoint = Checkpoint::first(group).expect("a group with a journal, polled");
    let mut heir = Heir::new(checkpoint, &[], HashKey::new(1, 2)).expect("a checkpoint of a group");
    let (stored, ..) = store.write(&heir.claim("home", 1, false), dice);
    heir.written(Written::Stored(stored));
    heir.into_home(START).expect("its claim is stored")
}

impl<'a> World<'a> {
    fn new(options: &'a Options) -> Self {
        let (mut dice, mut store) = (Dice::new(options.seed), Store::new(options.log));
        let (id, group) = first_group();
        let home = claim(&group, &mut store, &mut dice);
        let end = READY + options.seconds * SECOND;
        let mut world = Self {
            options,
            now: 0,
            end,
            dice,
            posts: Posts::default(),
            group: id,
            home,
            store,
            tree: Tree::new(options),
            stands: Vec::new(),
            feeds: Vec::new(),
            beats: Vec::new(),
            stamps: Vec::new(),
            speakers: Vec::new(),
            users: 0,
            wrote: 0,
            in_flight: false,
            will_write: false,
            wake: u64::MAX,
            ledger: Ledger { counts: (READY, end), ..Ledger::default() },
            spent: Spent::new(),
            spent_at_edges: Spent::new(),
            there: Vec::new(),
        };
        world.plan();
        world
    }

    fn plan(&mut self) {
        let edges = u64::from(self.options.edges);
        for edge in 0..self.options.edges {
            self.posts.push(u64::from(edge) * SECOND / edges, What::Begin(edge));
            let every = nanos(self.options.sums);
            if every > 0 {
                let first = READY - SECOND + self.dice.roll(every);
                self.posts.push(first, What::Likes(edge));
            }
        }
        for _ in 0..SPEAKERS {
            let joins = SECOND * 3 / 2 + self.dice.roll(SECOND * 3 / 2);
            self.posts.push(joins, What::Join { speaks: true });
        }
        self.posts.push(READY - SECOND, What::Say);
        self.posts.push(READY - SECOND, What::Join { speaks: false });
        self.posts.push(READY, What::Measure);
        let middle = (READY + self.end) / 2;
        self.tree.outage = (middle, middle + nanos(self.options.outage));
        self.settle_home();
    }

    fn handle(&mut self, what: What) {
        match what {
            What::Begin(edge) => self.begin(edge),
            What::Wake(edge) => self.wake_edge(edge),
            What::Sweep(edge) => self.sweep(edge),
            What::Feed(edge, feed) => self.feed(edge, feed),
            What::Beat(edge, beat) => self.hear(edge, beat),
            What::Word(edge, word) => self.with_edge(edge, |stand, at| stand.edge.word(at, *word)),
            What::WantsBase(edge) => self.give_base(edge),
            What::Base(edge, base) => self.with_edge(edge, |stand, at| {
                stand.edge.base(at, *base).expect("a base of this group");
            }),
            What::Fetch(edge, from) => self.fetch(edge, from),
            What::Fetched(edge, from, fetched) => self.with_edge(edge, |stand, at| {
                stand.edge.fetched(at, from, *fetched).expect("frames of this log");
            }),
            What::Up(up) => self.take_up(*up),
            What::Home if self.now == self.wake => {
                self.wake = u64::MAX;
                self.spent.time(Call::Due, || self.home.advance(at(self.now)));
                self.settle_home();
            }
            What::Home => {}
            What::Write => {
                self.will_write = false;
                self.settle_home();
            }
            What::Written(seq) => self.written(seq),
            What::Say => self.say(),
            What::Join { speaks } => self.join(speaks),
            What::Likes(edge) => self.like(edge),
            What::Measure => self.measure(),
        }
    }

    fn measure(&mut self) {
        self.tree.forget();
        self.spent.forget();
        self.spent_at_edges.forget();
        self.ledger = Ledger { counts: self.ledger.counts, ..Ledger::default() };
    }

    // The home.

    fn take_up(&mut self, up: Up) {
        let now = at(self.now);
        if up.is_beat {
            let beat = self.spent.time(Call::Wire, || postcard::from_bytes(&up.bytes));
            let beat = beat.expect("an edge's sign of life");
            self.spent.time(Call::Beat, || self.home.beat(now, beat));
            let heard = &mut self.stands[up.edge as usize].heard;
            *heard = (*heard).max(up.sent);
        } else {
            let request = self.spent.time(Call::Wire, || postcard::from_bytes(&up.bytes));
            let request = request.expect("an edge's request");
            // What it cannot take now comes again.
            let taken = self.spent.time(Call::Request, || self.home.request(now, request));
            self.ledger.sums.dropped += u64::from(taken.is_err());
        }
        self.settle_home();
    }

    fn settle_home(&mut self) {
        while let Some(output) = self.spent.time(Call::Poll, || self.home.poll()) {
            match output {
                HomeOutput::Feed { at, feed } => self.send_feed(at, &feed),
                HomeOutput::Edge(edge, word) => self.send_word(u32::from(edge) - 1, word),
                HomeOutput::Beat(beat) => self.send_beat(beat),
                _ => {}
            }
        }
        self.write();
        if let Some(due) = self.home.poll_timeout() {
            let due = nanos(due.since(START)).max(self.now);
            if due < self.wake {
                self.wake = due;
                self.posts.push(due, What::Home);
            }
        }
    }

    fn write(&mut self) {
        if self.in_flight || self.will_write {
            return;
        }
        let may = self.wrote + nanos(self.options.pause);
        if self.now < may {
            self.will_write = true;
            self.posts.push(may, What::Write);
            return;
        }
        let Some(write) = self.spent.time(Call::Frame, || self.home.write()) else { return };
        let Write { frame, .. } = &write;
        self.spent.time(Call::Wire, || bytes(&**frame));
        let (seq, bytes, takes) = self.store.write(&write, &mut self.dice);
        (self.wrote, self.in_flight) = (self.now, true);
        self.ledger.sums.frames += 1;
        self.ledger.sums.frame_bytes += bytes;
        self.posts.push(self.now + takes, What::Written(seq));
    }

    fn written(&mut self, seq: LogSeq) {
        self.in_flight = false;
        let next = self.spent.time(Call::Frame, || self.home.written(Written::Stored(seq)));
        assert_eq!(next, Next::Stored, "the log said so");
        self.settle_home();
    }

    fn send_feed(&mut self, seq: LogSeq, feed: &Feed) {
        for tell in &feed.told {
            if let Tell::Entry(entry) = tell {
                self.stamp(entry);
            }
        }
        let bytes = self.spent.time(Call::Wire, || bytes(&(seq, feed)));
        self.ledger.sums.feed_bytes += bytes.len() as u64;
        self.feeds.push(postcard::from_bytes(&bytes).expect("what was written can be read"));
        let number = u32::try_from(self.feeds.len() - 1).expect("not so many feeds");
        self.send_around(bytes.len() as u64, |edge| What::Feed(edge, number));
    }

    fn stamp(&mut self, entry: &liveroom::Entry) {
        assert_eq!(entry.seq.0, self.stamps.len() as u64 + 1, "a history without holes");
        let entered = nanos(entry.at.since(START));
        let accepted = match &entry.body {
            liveroom::Body::Message(message) => nanos(message.accepted.since(START)),
            _ => entered,
        };
        let chain = chained(self.stamps.last().map_or(0, |stamp| stamp.chain), entry);
        let stamp = Stamp { class: entry.class, accepted, entered, stored: self.now, chain };
        self.ledger.stored(&stamp);
        self.stamps.push(stamp);
    }

    fn send_beat(&mut self, beat: Beat) {
        let (mut oldest, mut sum) = (self.now, 0);
        for stand in &self.stands {
            oldest = oldest.min(stand.heard);
            sum += stand.heard;
        }
        let middle = sum / (self.stands.len() as u64).max(1);
        self.beats.push(Said { beat, oldest, middle });
        let number = u32::try_from(self.beats.len() - 1).expect("not so many signs of life");
        self.send_around(weight(&beat), |edge| What::Beat(edge, number));
    }

    /// Sends to all edges what most of them get.
    fn send_around(&mut self, bytes: u64, what: impl Fn(u32) -> What) {
        self.tree.around(self.now, bytes, &mut self.dice, &mut self.there);
        for (edge, at) in (0..).zip(&self.there) {
            let lost = self.dice.once_in(self.options.loss) || self.tree.is_away(edge, *at);
            if !lost {
                self.posts.push(*at, what(edge));
            }
        }
    }

    fn send_word(&mut self, edge: u32, word: ForEdge) {
        let bytes = self.spent.time(Call::Wire, || bytes(&word)).len() as u64;
        self.ledger.sums.letters += 1;
        self.send_down(edge, bytes, false, What::Word(edge, Box::new(word)));
    }

    fn send_down(&mut self, edge: u32, bytes: u64, by_log: bool, what: What) {
        let there = self.tree.down(self.now, edge, bytes, by_log, &mut self.dice);
        if !self.dice.once_in(self.options.loss) && !self.tree.is_away(edge, there) {
            self.posts.push(there, what);
        }
    }

    // The log, and whoever gives a base.

    fn fetch(&mut self, edge: u32, from: FrameNo) {
        let (fetched, bytes) = self.store.fetch(from);
        self.ledger.sums.fetched_bytes += bytes;
        self.send_down(edge, bytes, true, What::Fetched(edge, from, Box::new(fetched)));
    }

    fn give_base(&mut self, edge: u32) {
        let neighbour = self.stands.iter().find_map(|stand| stand.edge.give_base());
        let Some(base) = neighbour.or_else(|| self.home.base()) else { return };
        let bytes = weight(&base);
        self.send_down(edge, bytes, false, What::Base(edge, Box::new(base)));
    }

    // The edges.

    fn begin(&mut self, edge: u32) {
        let id = EdgeId::new(edge + 1).expect("not so many edges");
        let mut stand = Stand::new(at(self.now), id, self.group.clone(), self.options.viewers);
        stand.heard = self.now;
        self.stands.push(stand);
        self.wake_edge_now(edge);
    }

    fn with_edge(&mut self, edge: u32, act: impl FnOnce(&mut Stand, Timestamp)) {
        act(&mut self.stands[edge as usize], at(self.now));
        self.settle_edge(edge);
    }

    fn feed(&mut self, edge: u32, number: u32) {
        let Some(stand) = self.stands.get_mut(edge as usize) else { return };
        let (seq, feed) = &self.feeds[number as usize];
        let now = at(self.now);
        let taken = if edge.is_multiple_of(SAMPLE) {
            self.spent_at_edges.time(Call::Feed, || stand.edge.feed(now, *seq, feed.clone()))
        } else {
            stand.edge.feed(now, *seq, feed.clone())
        };
        taken.expect("a feed of this group");
        self.settle_edge(edge);
    }

    /// A sign of life of the home's: how old was what it takes the place of?
    fn hear(&mut self, edge: u32, number: u32) {
        let truth = self.online();
        let Some(stand) = self.stands.get_mut(edge as usize) else { return };
        if let (Some(known), Some(online)) = (stand.beat, stand.edge.online()) {
            let known = &self.beats[known as usize];
            self.ledger.oldest.add(self.now - known.oldest);
            self.ledger.middle.add(self.now - known.middle);
            self.ledger.off.add(truth.abs_diff(online) * 1_000_000 / truth.max(1));
        }
        stand.beat = Some(number);
        stand.edge.beat(at(self.now), self.beats[number as usize].beat);
        self.settle_edge(edge);
    }

    /// How many are online in truth.
    fn online(&self) -> u64 {
        self.home.group().online() + self.stands.len() as u64 * self.viewers()
    }

    /// How many viewers each edge has: each second one more in a hundred of those whom it has in the end.
    fn viewers(&self) -> u64 {
        let all = self.options.viewers;
        let left = self.end.saturating_sub(self.now) / 1_000_000;
        all.saturating_sub(all * left / 100_000)
    }

    fn wake_edge(&mut self, edge: u32) {
        if self.stands[edge as usize].wake == self.now {
            self.wake_edge_now(edge);
        }
    }

    fn wake_edge_now(&mut self, edge: u32) {
        let viewers = self.viewers();
        self.stands[edge as usize].wake = u64::MAX;
        self.with_edge(edge, |stand, at| {
            stand.edge.set_guests(viewers);
            stand.edge.advance(at);
        });
    }

    fn sweep(&mut self, edge: u32) {
        let stand = &mut self.stands[edge as usize];
        if stand.sweep != self.now {
            return;
        }
        stand.sweep = u64::MAX;
        self.ledger.sums.sweeps += 1;
        let (now, stamps, ledger) = (self.now, &self.stamps, &mut self.ledger);
        if edge.is_multiple_of(SAMPLE) {
            let spent = &mut self.spent_at_edges;
            spent.time(Call::Sweep, || stand.sweep(at(now), now, stamps, ledger));
        } else {
            stand.sweep(at(now), now, stamps, ledger);
        }
        self.settle_edge(edge);
    }

    fn settle_edge(&mut self, edge: u32) {
        let now = self.now;
        while let Some(output) = self.stands[edge as usize].edge.poll() {
            self.told(edge, output);
        }
        let stand = &mut self.stands[edge as usize];
        if let Some(due) = stand.audience.due() {
            let due = nanos(due.since(START)).max(now);
            if due < stand.sweep {
                stand.sweep = due;
                self.posts.push(due, What::Sweep(edge));
            }
        }
        if let Some(due) = stand.edge.poll_timeout() {
            let due = nanos(due.since(START)).max(now);
            if due < stand.wake {
                stand.wake = due;
                self.posts.push(due, What::Wake(edge));
            }
        }
    }

    fn told(&mut self, edge: u32, output: EdgeOutput) {
        let stand = &mut self.stands[edge as usize];
        match output {
            EdgeOutput::Tail { seq, urgent } => {
                stand.grew(self.now, seq.0, &self.stamps, &mut self.ledger);
                stand.audience.notify(at(self.now), urgent);
            }
            EdgeOutput::Request(request) => {
                let bytes = bytes(&request);
                self.ledger.sums.requests += 1;
                self.ledger.sums.request_bytes += bytes.len() as u64;
                self.send_up(edge, bytes, false);
            }
            EdgeOutput::Beat(beat) => {
                let bytes = bytes(&beat);
                self.ledger.sums.beats += 1;
                self.ledger.sums.beat_bytes += bytes.len() as u64;
                self.send_up(edge, bytes, true);
            }
            EdgeOutput::Fetch { from, .. } => {
                self.ledger.sums.fetches += 1;
                self.ask(edge, weight(&from), What::Fetch(edge, from));
            }
            EdgeOutput::Base => self.ask(edge, 1, What::WantsBase(edge)),
            EdgeOutput::Answer { answer, .. } => {
                self.ledger.sums.answers += 1;
                self.ledger.sums.refused += u64::from(answer.is_err());
            }
            EdgeOutput::Told(_) => {}
            _ => self.ledger.sums.upsets += 1,
        }
    }

    fn send_up(&mut self, edge: u32, bytes: Vec<u8>, is_beat: bool) {
        let (weight, sent) = (bytes.len() as u64, self.now);
        self.ask(edge, weight, What::Up(Box::new(Up { edge, sent, bytes, is_beat })));
    }

    fn ask(&mut self, edge: u32, bytes: u64, what: What) {
        let there = self.tree.up(self.now, edge, bytes, &mut self.dice);
        if !self.dice.once_in(self.options.loss) && !self.tree.is_away(edge, self.now) {
            self.posts.push(there, what);
        }
    }

    // The people.

    fn give(&mut self, edge: u32, by: Author, command: Command) {
        let given = self.stands[edge as usize].edge.push(at(self.now), by, command);
        self.ledger.sums.upsets += u64::from(given.is_err());
        self.settle_edge(edge);
    }

    fn say(&mut self) {
        let which = self.dice.roll(self.speakers.len() as u64);
        let speaker = self.speakers[usize::try_from(which).unwrap_or(0)];
        let command = people::message(&mut self.dice);
        self.give(speaker.edge, Author::Session(speaker.session), command);
        self.again(self.options.messages, What::Say);
    }

    fn join(&mut self, speaks: bool) {
        let edge = u32::try_from(self.dice.roll(self.stands.len() as u64)).unwrap_or(0);
        let stand = &mut self.stands[edge as usize];
        stand.sessions += 1;
        let session = stand.edge.id().session(stand.sessions).expect("not so many sessions");
        self.users += 1;
        self.give(edge, Author::Session(session), people::join(self.users));
        if speaks {
            self.speakers.push(Speaker { edge, session });
        } else {
            self.again(self.options.joins, What::Join { speaks });
        }
    }

    /// One viewer in a hundred likes the show each second.
    fn like(&mut self, edge: u32) {
        let every = nanos(self.options.sums);
        let likes = self.viewers() * every / SECOND / 100;
        let (by, command) = people::likes(likes);
        self.give(edge, by, command);
        if self.now + every < self.end {
            self.posts.push(self.now + every, What::Likes(edge));
        }
    }

    fn again(&mut self, a_second: u64, what: What) {
        let next = self.now + self.dice.gap(a_second);
        if next < self.end && a_second > 0 {
            self.posts.push(next, what);
        }
    }

    fn measured(&self) -> Measured {
        Measured {
            sums: self.ledger.sums,
            levels: self.tree.levels(),
            home: self.spent,
            stands: self.spent_at_edges,
        }
    }

    fn outcome(self, measured: Measured) -> Outcome {
        let mark = self.home.mark();
        assert_eq!(mark.no.0, self.store.len(), "the home has stored what the log has");
        let of = |count: fn(&Stand) -> u64| self.stands.iter().map(count).sum::<u64>();
        let same =
            |stand: &&Stand| stand.edge.mark() == Some(mark) && stand.reader.has_all(&self.stamps);
        let base = self.stands.iter().find_map(|stand| stand.edge.give_base());
        Outcome {
            options: self.options.clone(),
            measured,
            sampled: u64::from(self.options.edges.div_ceil(SAMPLE)),
            history: self.stamps.len() as u64,
            lost: of(|stand| stand.reader.lost),
            doubled: of(|stand| stand.reader.doubled),
            differing: (self.stands.len() - self.stands.iter().filter(same).count()) as u64,
            base_bytes: base.map_or(0, |base| weight(&base)),
            ledger: self.ledger,
        }
    }
}
