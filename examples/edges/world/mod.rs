//! The room itself: everything that happens, one thing after the other.

mod edges;
mod home;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use liveroom::{
    Epoch, Group, GroupConfig, GroupId, HashKey, Settings, Timestamp,
    relay::{Beat, Checkpoint, Feed, Heir, Home, LogSeq, Written},
};

use crate::{
    Options,
    dice::{Dice, nanos},
    ledger::{Call, Ledger, Spent, Stamp, Sums},
    people::{self, SPEAKERS, Speaker},
    post::{Posts, What, weight},
    stand::Stand,
    store::Store,
    tree::{Level, Tree},
};

/// The moment from which a world's nanoseconds are counted.
const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const SECOND: u64 = 1_000_000_000;
/// When all edges have begun and those have joined who speak.
const READY: u64 = 4 * SECOND;
/// After the last message each edge tells its likes until then, and the room is told of them.
const LIKED: u64 = 4 * SECOND;
const TALLIED: u64 = LIKED + SECOND;
/// So long is waited until all have everything.
const REST: u64 = TALLIED + 3 * SECOND;

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
    /// How many likes edges have counted, and the room.
    pub(crate) likes: (u64, u64),
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
    /// How many likes each edge has counted, and how many of all the room does not have yet.
    liked: Vec<u64>,
    likes: u64,
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
    let (stored, ..) = store.write(&heir.claim("home", 1, Epoch(0)), dice);
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
            liked: vec![0; options.edges as usize],
            likes: 0,
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
        self.posts.push(READY - SECOND, What::Tally);
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
            What::Tally => self.tally(),
            What::Measure => self.measure(),
        }
    }

    fn measure(&mut self) {
        self.tree.forget();
        self.spent.forget();
        self.spent_at_edges.forget();
        self.ledger = Ledger { counts: self.ledger.counts, ..Ledger::default() };
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
            sampled: u64::from(self.options.edges.div_ceil(edges::SAMPLE)),
            history: self.stamps.len() as u64,
            lost: of(|stand| stand.reader.lost),
            doubled: of(|stand| stand.reader.doubled),
            differing: (self.stands.len() - self.stands.iter().filter(same).count()) as u64,
            base_bytes: base.map_or(0, |base| weight(&base)),
            likes: (of(|stand| stand.likes), people::liked(self.home.group())),
            ledger: self.ledger,
        }
    }
}
