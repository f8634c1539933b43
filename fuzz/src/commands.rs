//! Scripts against an engine.
//!
//! Each group has a twin: restored from a snapshot when the script says so, told the same, but asked
//! to advance at each of its deadlines. What the two answer and put out must be the same.

use std::collections::{BTreeMap, BTreeSet};

use liveroom::{
    Author, Body, Command, Content, Creation, Cursor, Engine, EngineConfig, Group, GroupId,
    GroupKey, HashKey, Join, MessageId, Outcome, Output, PushError, Receipt, Record, Refusal, Seq,
    SessionId, Snapshot, Timestamp, replay,
};

use crate::{
    dice::Dice,
    laws,
    script::{self, Recent},
};

/// More steps than this add time, not states.
const STEPS: usize = 400;

/// Plays the script that the bytes spell, and checks the laws after every step.
pub fn commands(data: &[u8]) {
    let mut dice = Dice::new(data);
    let mut world = World::new(&mut dice);
    for _ in 0..STEPS {
        if dice.is_spent() {
            break;
        }
        world.step(&mut dice);
        world.houses.iter_mut().for_each(|house| house.check(&world.engine));
    }
    world.end();
}

struct World {
    engine: Engine,
    now: Timestamp,
    houses: Vec<House>,
}

/// One group of the engine, and what was seen of it.
struct House {
    key: GroupKey,
    twin: Group,
    keys: u64,
    owned: bool,
    reader: Cursor,
    /// None from the end of one config, or one clock, to the end of that step.
    meter: Option<Meter>,
    /// Messages offered that were no duplicates.
    offered: u64,
    asked: u64,
    /// By their places in the history.
    delivered: BTreeMap<Seq, MessageId>,
    ended: BTreeSet<MessageId>,
    journal: Option<Journal>,
}

/// Where a journal begins, and what it says so far.
struct Journal {
    origin: Snapshot,
    records: Vec<Record>,
}

impl World {
    fn new(dice: &mut Dice<'_>) -> Self {
        let budget = if dice.rarely(8) { 20_000 } else { 1 << 30 };
        let mut engine =
            Engine::new(HashKey::new(1, 2), EngineConfig { budget, ..EngineConfig::default() });
        let now = Timestamp::from_secs(1_600_000_000);
        for session in 0..script::SESSIONS {
            let session = SessionId(session.into());
            engine.open(session, script::visitor(session)).expect("nobody opened it before");
        }
        let houses = (0..=dice.below(2)).map(|at| House::new(dice, &mut engine, now, at)).collect();
        Self { engine, now, houses }
    }

    fn step(&mut self, dice: &mut Dice<'_>) {
        let at = usize::from(dice.byte()) % self.houses.len();
        match dice.below(32) {
            0 | 1 => {
                self.now = script::moment(dice, self.now);
                self.engine.advance(self.now);
                self.houses.iter_mut().for_each(|house| house.follow(&self.engine));
            }
            2..=4 => {
                let many = dice.one_of(&[usize::MAX, 1, 3, 30]);
                self.poll(many);
            }
            5 => self.houses[at].renew(&self.engine),
            6 => self.houses[at].fail_over(&mut self.engine),
            7 => self.elsewhere(dice),
            _ => {
                self.now = script::moment(dice, self.now);
                let by = script::author(dice);
                let command = script::command(dice, &by, self.houses[at].recent(&self.engine));
                if let Command::Rebase { to } = command {
                    self.now = to;
                }
                self.houses[at].push(&mut self.engine, self.now, by, command);
            }
        }
    }

    /// What an engine does to all of its groups: the twins begin anew after it.
    fn elsewhere(&mut self, dice: &mut Dice<'_>) {
        let session = script::session(dice);
        match dice.below(4) {
            0 => {
                let (user, profile) = (script::user(dice), script::profile(dice));
                // A nick that is not fit to be shown changes nothing.
                let _refused = self.engine.set_profile(self.now, &user, profile);
            }
            1 => {
                // One that comes too soon changes nothing.
                let _refused = self.engine.broadcast(self.now, Content::text("to all"));
            }
            _ => {
                // Of a loss that has to wait for room a group hears between two polls, its twin never.
                self.make_room();
                self.engine.close(self.now, session);
                let visitor = script::visitor(session);
                self.engine.open(session, visitor).expect("it was just closed");
            }
        }
        self.houses.iter_mut().for_each(|house| house.renew(&self.engine));
    }

    /// Settles what is due and takes all outputs, so that every group can do what is next at once.
    fn make_room(&mut self) {
        // A close settles what is due at a group's own clock, even if the script's went back since.
        let groups = self.houses.iter().map(|house| house.group(&self.engine));
        let standing = groups.filter(|group| stands(group)).map(Group::clock);
        let now = standing.fold(self.now, Timestamp::max);
        loop {
            self.poll(usize::MAX);
            self.engine.advance(now);
            self.houses.iter_mut().for_each(|house| house.follow(&self.engine));
            // What was due may have taken the room that the poll had made.
            if self.houses.iter().all(|house| !house.group(&self.engine).has_output()) {
                break;
            }
        }
    }

    /// Takes outputs, of twins too.
    fn poll(&mut self, many: usize) {
        for _ in 0..many {
            let Some((key, output)) = self.engine.poll() else { break };
            let house = self.houses.iter_mut().find(|house| house.key == key);
            house.expect("every group has its house").hear(output);
        }
        self.houses.iter_mut().for_each(|house| house.follow(&self.engine));
    }

    /// Every message comes to its end, and every journal leads here again.
    fn end(&mut self) {
        for at in 0..self.houses.len() {
            // A full queue may stop a group on its way to `now` more than once.
            for _ in 0..100 {
                self.poll(usize::MAX);
                self.engine.advance(self.now);
                self.houses.iter_mut().for_each(|house| house.follow(&self.engine));
                let house = &mut self.houses[at];
                let group = house.group(&self.engine);
                if group.is_disbanded() && !group.has_output() {
                    break;
                }
                house.push(&mut self.engine, self.now, Author::App, Command::Disband);
            }
            self.houses[at].end(&self.engine);
        }
    }
}

impl House {
    fn new(dice: &mut Dice<'_>, engine: &mut Engine, now: Timestamp, at: u8) -> Self {
        let id = GroupId::custom(&format!("g{at}")).expect("a good id");
        let owner = dice.coin().then(|| script::user(dice));
        let owned = owner.is_some();
        let mut creation = Creation::named("fuzz").id(id).config(script::config(dice));
        if let Some(owner) = owner {
            creation = creation.owner(owner);
        }
        let key = engine.create(now, creation).expect("the budget has room for two");
        for filter in script::FILTERS.iter() {
            engine.install_filter(key, filter.clone()).expect("it was just made");
        }
        let group = engine.group(key).expect("it was just made");
        let keeps = group.config().settings().journal;
        let origin = group.snapshot();
        Self {
            key,
            twin: laws::reborn(group, HashKey::new(3, 4)),
            keys: 4,
            owned,
            reader: group.tail(),
            meter: Some(Meter::default()),
            offered: 0,
            asked: 0,
            delivered: BTreeMap::new(),
            ended: BTreeSet::new(),
            journal: keeps.then_some(Journal { origin, records: Vec::new() }),
        }
    }

    fn group<'a>(&self, engine: &'a Engine) -> &'a Group {
        engine.group(self.key).expect("it is never disposed of but to come back")
    }

    fn recent(&self, engine: &Engine) -> Recent {
        let group = self.group(engine);
        Recent { now: group.clock(), ticket: self.asked, message: group.stats().accepted() }
    }

    /// One command to the group and its twin.
    fn push(&mut self, engine: &mut Engine, now: Timestamp, by: Author, mut command: Command) {
        // As the engine will complete it.
        if let Command::Join(Join { user: Some(user), profile, .. }) = &mut command {
            let known = engine.profile(user);
            if *known != Default::default() {
                *profile = known;
            }
        }
        let mut dress = None;
        if let (Command::Attach { user, platform, .. }, Author::Session(session)) =
            (&mut command, &by)
        {
            *platform = script::visitor(*session).platform;
            let (known, member) = (engine.profile(user), self.group(engine).member(user));
            if *known != Default::default()
                && member.is_some_and(|member| *member.profile() != known)
            {
                // As the engine will before it, in a command of its own: every time, where the filter
                // masks the nick.
                let by = Author::AppAs { user: user.clone(), profile: (*known).clone() };
                dress = Some((by, Command::SetProfile { profile: known }));
            }
        }
        let answer = match engine.push(now, self.key, by.clone(), command.clone()) {
            Ok(receipt) => Ok(receipt),
            Err(PushError::Refused(refusal)) => Err(refusal),
            // The group never saw it, but perhaps what goes before it.
            Err(_) if dress.is_some() => return self.renew(engine),
            Err(_) => return,
        };
        self.punctually(now);
        let dressed = dress.map_or(Ok(()), |(by, dress)| self.twin.push(now, by, dress).map(drop));
        let before = self.twin.digest();
        let told = dressed.and_then(|()| self.twin.push(now, by, command.clone()));
        assert_eq!(told, answer, "twins answer otherwise");
        let group = self.group(engine);
        assert_eq!(group.clock(), self.twin.clock(), "twins live at different times");
        let stuck = matches!(answer, Err(Refusal::Undrained { .. }));
        if !stuck {
            assert_eq!(group.digest(), self.twin.digest(), "twins differ after {command:?}");
        }
        if answer.is_err() && !stuck {
            assert_eq!(group.digest(), before, "a refusal changed something: {command:?}");
        }
        self.note(&command, &answer);
    }

    /// Brings the twin to `now` deadline by deadline. With a journal each would be a record.
    fn punctually(&mut self, now: Timestamp) {
        while !self.twin.config().settings().journal
            && let Some(due) = self.twin.poll_timeout().filter(|due| due.at <= now)
        {
            let before = self.twin.poll_timeout();
            self.twin.advance(due.at);
            if self.twin.poll_timeout() == before {
                break;
            }
        }
        self.twin.advance(now);
    }

    fn note(&mut self, command: &Command, answer: &Result<Receipt, Refusal>) {
        let duplicate = matches!(answer, Ok(Receipt::Sent { duplicate: true, .. }));
        self.offered += u64::from(matches!(command, Command::Send(_)) && !duplicate);
        match command {
            Command::Configure(config) if answer.is_ok() => {
                self.meter = None;
                if !config.settings().journal {
                    self.journal = None;
                }
            }
            Command::Rebase { .. } if answer.is_ok() => self.meter = None,
            _ => {}
        }
    }

    /// The engine moved the group on: so goes the twin.
    fn follow(&mut self, engine: &Engine) {
        let group = self.group(engine);
        let clock = group.clock();
        // A group that stood still for want of room still does, though it was polled since; or it settled
        // something at the very moment at which it stood.
        if self.twin.clock() != clock || stands(&self.twin) && self.twin.digest() != group.digest()
        {
            self.twin.advance(clock);
        }
    }

    /// The twin begins anew, from a snapshot and under another key.
    fn renew(&mut self, engine: &Engine) {
        self.keys += 1;
        self.twin = laws::reborn(self.group(engine), HashKey::new(self.keys, 0));
    }

    /// The group itself is lost, and comes back from a snapshot.
    fn fail_over(&mut self, engine: &mut Engine) {
        let group = engine.dispose(self.key).expect("it is there");
        let back = engine.restore(group.snapshot(), &script::FILTERS[..], None);
        self.key = back.expect("a genuine snapshot holds together");
    }

    /// One output of the group, and of its twin.
    fn hear(&mut self, output: Output) {
        assert_eq!(self.twin.poll().as_ref(), Some(&output), "twins put out different things");
        match output {
            Output::Record(record) => {
                if let Some(journal) = &mut self.journal {
                    journal.records.push(record);
                }
            }
            Output::Ask { question, .. } => self.asked = question.ticket.0,
            Output::Ended { message, outcome, .. } => {
                assert!(self.ended.insert(message.id), "message {} ended twice", message.id);
                if let Outcome::Delivered { seq, .. } = outcome {
                    // Of those that share an entry the one that it shows is told first.
                    let shown = *self.delivered.entry(seq).or_insert(message.id);
                    let alone = shown == message.id || self.ended.contains(&shown);
                    assert!(alone, "another message stands at {seq}");
                }
            }
            _ => {}
        }
    }

    fn check(&mut self, engine: &Engine) {
        let group = self.group(engine);
        laws::hold(group);
        assert_eq!(group.stats().offered(), self.offered, "offered = refused + accepted");
        assert!(!self.owned || group.owner().is_some(), "the owner is lost");
        let traffic = &group.config().settings().traffic;
        for entry in laws::read(group, &mut self.reader) {
            if let Body::Message(message) = &entry.body {
                let told = self.delivered.entry(entry.seq).or_insert(message.id);
                assert_eq!(*told, message.id, "another message was told of at {}", entry.seq);
                if let Some(meter) = &mut self.meter {
                    meter.pass(entry.at, traffic);
                }
            }
        }
        self.meter.get_or_insert_default();
    }

    fn end(&mut self, engine: &Engine) {
        let group = self.group(engine);
        let stats = group.stats();
        let open: u64 = stats.flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
        assert_eq!(open, 0, "messages outlive their group");
        assert_eq!(self.ended.len() as u64, stats.accepted(), "messages without an end");
        let Some(Journal { origin, records }) = self.journal.take() else { return };
        let again = Group::restore(origin, &script::FILTERS[..], HashKey::new(5, 6), None);
        let mut again = again.expect("a genuine snapshot holds together");
        while again.poll().is_some() {}
        replay(&mut again, records, drop).expect("the journal is of this group");
        again.advance(group.clock());
        assert_eq!(again.digest(), group.digest(), "the journal leads elsewhere");
    }
}

/// Whether a group has yet to settle something at the moment that it has come to.
fn stands(group: &Group) -> bool {
    group.poll_timeout().is_some_and(|due| due.at <= group.clock())
}

/// The promise that rate-limited deliveries in any window are at most rate·window + burst, as a
/// bucket that must never be empty.
#[derive(Default)]
struct Meter {
    /// When the bucket is full again.
    full: Timestamp,
}

impl Meter {
    fn pass(&mut self, at: Timestamp, traffic: &liveroom::Traffic) {
        let interval = traffic.rate.interval();
        assert!(
            self.full.since(at) <= interval * (traffic.burst - 1),
            "the promise is broken at {at}"
        );
        self.full = self.full.max(at) + interval;
    }
}
