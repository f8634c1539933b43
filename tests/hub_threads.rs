//! A hub under load: threads come, speak, go, disband and delete all at once while others fan out, and
//! then the books balance.

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

#[expect(dead_code, reason = "other tests use what this does not")]
#[path = "abuse/dice.rs"]
mod dice;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use liveroom::{
    AppId, AppStatus, Audience, Author, Clock, Command, Content, Creation, Cursor, Draft,
    EngineConfig, Flow, Group, GroupConfig, HashKey, Hub, HubKey, Kind, MessageId, Output,
    Platform, Profile, Random, Receipt, SessionId, Tick, Timestamp, UserId, Visitor,
};

use dice::Dice;

const SHOW: AppId = AppId(1_400_000_000);
const BRIEF: AppId = AppId(1_400_000_001);
const SHARDS: usize = 2;
const VISITORS: u64 = 4;
const ROUNDS: u64 = 500;
const USERS: u64 = 6;
const CONNECTIONS: usize = 3;

#[test]
fn the_books_balance_after_an_evening_of_threads() {
    let stage = &Stage {
        hub: Hub::new(HashKey::new(1, 2), SHARDS, EngineConfig::default()),
        clock: Clock::new(),
        open: RwLock::default(),
        done: AtomicBool::new(false),
    };
    stage.hub.create_app(stage.clock.now(), SHOW, "show", None).unwrap();
    let (sent, mut halls) = thread::scope(|scope| {
        let (errands, told): (Vec<_>, Vec<_>) =
            [(); SHARDS].map(|()| channel()).into_iter().unzip();
        let fans: Vec<_> = (0..)
            .zip(told)
            .map(|(shard, errands)| scope.spawn(move || stage.fan_out(shard, Halls::new(errands))))
            .collect();
        for _ in 0..4 {
            stage.open_room(&errands);
        }
        let mut busy: Vec<_> =
            (0..VISITORS).map(|number| scope.spawn(move || stage.visit(number))).collect();
        busy.push(scope.spawn(|| stage.come_and_go()));
        busy.push(scope.spawn(move || stage.keep_house(&errands)));
        let sent: Vec<_> = {
            let _at_last = AtLast(stage);
            busy.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        };
        let halls: Vec<Halls> = fans.into_iter().map(|thread| thread.join().unwrap()).collect();
        (sent, halls)
    });
    // Whoever was lost is gone after the grace time.
    let late = stage.clock.now() + Duration::from_secs(31);
    for (shard, halls) in halls.iter_mut().enumerate() {
        halls.drain(&stage.hub, &mut stage.hub.drainer(shard).unwrap(), late, usize::MAX);
    }
    let open = stage.open.read().unwrap();
    for room in open.iter() {
        let there = |group: &Group| (group.online(), group.member_count());
        assert_eq!(stage.hub.read(*room, there), Some((0, 0)));
        let halls = &mut halls[room.shard()];
        assert_eq!(halls.rooms[room].members, BTreeMap::new());
        halls.close(&stage.hub, *room, late);
    }
    let ended: Vec<_> = halls.iter().flat_map(|halls| &halls.ended).copied().collect();
    let distinct: BTreeSet<_> = ended.iter().copied().collect();
    assert_eq!(distinct.len(), ended.len(), "an end was told twice");
    // What a deleted app had not told went with it.
    let of_show = |of: &BTreeSet<(HubKey, MessageId)>| {
        of.iter().filter(|(key, _)| key.app() == SHOW).copied().collect::<BTreeSet<_>>()
    };
    let sent: BTreeSet<_> = sent.into_iter().collect();
    assert_eq!(of_show(&distinct), of_show(&sent), "not every message has an end");
    assert!(distinct.is_subset(&sent));
    assert!(sent.len() > 1_000, "{} messages are no load", sent.len());
}

/// What all threads share.
struct Stage {
    hub: Hub,
    clock: Clock,
    /// The rooms of the show that are open.
    open: RwLock<Vec<HubKey>>,
    done: AtomicBool,
}

/// Lets the fan-out threads finish, and does so when another thread failed, too.
struct AtLast<'a>(&'a Stage);

impl Drop for AtLast<'_> {
    fn drop(&mut self) {
        self.0.done.store(true, Ordering::SeqCst);
        (0..SHARDS).for_each(|shard| self.0.hub.wake(shard));
    }
}

type Sent = Vec<(HubKey, MessageId)>;

/// A room, and where a reader begins who sees all of it.
type Errand = (HubKey, Cursor);

impl Stage {
    fn open_room(&self, errands: &[Sender<Errand>]) {
        let mut dice = Dice::new(self.clock.now().as_nanos());
        let config =
            if dice.below(2) == 0 { GroupConfig::livestream() } else { GroupConfig::modern() };
        let mut settings = config.settings().clone();
        settings.retention.quota.0 = [64; 6]; // so that slow readers miss something
        let creation = Creation::named("Friday").config(settings.build().unwrap());
        let room = self.hub.create(self.clock.now(), SHOW, creation).unwrap();
        let tail = self.hub.read(room, Group::tail).unwrap();
        errands[room.shard()].send((room, tail)).unwrap();
        self.hub.wake(room.shard());
        self.open.write().unwrap().push(room);
    }

    fn some_room(&self, dice: &mut Dice) -> HubKey {
        let open = self.open.read().unwrap();
        open[usize::try_from(dice.below(open.len() as u64)).unwrap()]
    }

    /// Offers a message; whether it was accepted, it is written down.
    fn say(&self, room: HubKey, by: &Author, draft: Draft, sent: &mut Sent) {
        let pushed = self.hub.push(self.clock.now(), room, by.clone(), draft.into());
        if let Ok(Receipt::Sent { message, duplicate: false, .. }) = pushed {
            sent.push((room, message));
        }
    }

    /// Comes as one user after the other, over connections that meet those of other threads.
    fn visit(&self, number: u64) -> Sent {
        let (mut dice, mut sent) = (Dice::new(number + 1), Sent::new());
        for round in 0..ROUNDS {
            let session = SessionId(number * ROUNDS + round);
            let (user, by) = (user(dice.below(USERS)), Author::Session(session));
            self.hub.open(SHOW, session, Visitor::user(user.clone(), Platform::Web)).unwrap();
            for _ in 0..1 + dice.below(2) {
                let room = self.some_room(&mut dice);
                let join = Command::join(user.clone(), Profile::default(), Platform::Web);
                let _disbanded = self.hub.push(self.clock.now(), room, by.clone(), join);
                for at in 0..dice.below(6) {
                    let draft = match dice.below(4) {
                        0 => Draft::custom(Kind::Gift, "rose"),
                        1 => Draft::custom(Kind::Like, "1").random(Random(dice.below(4) as u32)),
                        _ => Draft::text(format!("hello {round} {at}")),
                    };
                    self.say(room, &by, draft, &mut sent);
                }
                let leave =
                    [Command::Quit, Command::Detach].into_iter().nth(dice.below(4) as usize);
                if let Some(leave) = leave {
                    let _gone = self.hub.push(self.clock.now(), room, by.clone(), leave);
                }
            }
            self.hub.close(self.clock.now(), SHOW, session);
        }
        sent
    }

    /// Speaks for the app, renames users, and disbands rooms while others come to be.
    fn keep_house(&self, errands: &[Sender<Errand>]) -> Sent {
        let (mut dice, mut sent) = (Dice::new(77), Sent::new());
        for round in 0..ROUNDS {
            let room = self.some_room(&mut dice);
            self.say(room, &Author::App, Draft::text(format!("news {round}")), &mut sent);
            let nick = Profile::nick(&format!("nick {round}"));
            let _not_known =
                self.hub.set_profile(self.clock.now(), SHOW, &user(dice.below(USERS)), nick);
            let _too_often = self.hub.broadcast(self.clock.now(), SHOW, Content::text("to all"));
            if round % 10 == 9 {
                self.open_room(errands);
                self.open.write().unwrap().retain(|open| *open != room);
                self.hub.push(self.clock.now(), room, Author::App, Command::Disband).unwrap();
            }
        }
        sent
    }

    /// An app that is created, used and deleted, over and over.
    fn come_and_go(&self) -> Sent {
        let (mut sent, mut keys) = (Sent::new(), BTreeSet::new());
        for _ in 0..ROUNDS {
            self.hub.create_app(self.clock.now(), BRIEF, "brief", None).unwrap();
            let room = self.hub.create(self.clock.now(), BRIEF, Creation::named("brief")).unwrap();
            assert!(keys.insert(room), "a key was given twice");
            for _ in 0..5 {
                self.say(room, &Author::App, Draft::text("hello"), &mut sent);
            }
            self.hub.set_app_status(BRIEF, AppStatus::Disabled).unwrap();
            self.hub.delete_app(BRIEF).unwrap();
            assert_eq!(self.hub.read(room, |_| ()), None);
        }
        sent
    }

    /// The loop of a fan-out thread, until the others are done and everything was told.
    fn fan_out(&self, shard: usize, mut halls: Halls) -> Halls {
        let mut drainer = self.hub.drainer(shard).unwrap();
        let mut dice = Dice::new(shard as u64 + 99);
        loop {
            let done = self.done.load(Ordering::SeqCst);
            let now = self.clock.now();
            let (next, told) = halls.drain(&self.hub, &mut drainer, now, 256);
            halls.sweep(&self.hub, now, &mut dice);
            if told == 256 {
                continue;
            }
            if done {
                return halls;
            }
            drainer.wait(next.map_or(Duration::from_mins(1), |at| at.since(now)));
        }
    }
}

fn user(number: u64) -> UserId {
    format!("user{number}").parse().unwrap()
}

/// What one fan-out thread knows and was told.
struct Halls {
    errands: Receiver<Errand>,
    rooms: BTreeMap<HubKey, Hall>,
    ended: Vec<(HubKey, MessageId)>,
}

/// The readers of a room, and what was told of it.
struct Hall {
    audience: Audience<usize>,
    /// Of each connection: the last place in the history that it was given, and how many entries it
    /// was given or told that it missed.
    given: [(u64, u64); CONNECTIONS],
    /// Who is a member, and whether they are online.
    members: BTreeMap<UserId, bool>,
    ended: u64,
}

impl Hall {
    fn new(tail: Cursor) -> Self {
        let mut audience = Audience::new(Tick::NONE);
        (0..CONNECTIONS).for_each(|connection| _ = audience.add(connection, tail));
        let given = [(tail.position().0, tail.position().0); CONNECTIONS];
        Self { audience, given, members: BTreeMap::new(), ended: 0 }
    }

    /// Hands out what is new; `dice` say who cannot take it.
    fn sweep(&mut self, hub: &Hub, room: HubKey, now: Timestamp, mut dice: Option<&mut Dice>) {
        let Self { audience, given, .. } = self;
        let swept = audience.sweep(now, &mut hub.source(room), |batch, connections, not_now| {
            for (index, connection) in connections.iter().enumerate() {
                if dice.as_mut().is_some_and(|dice| dice.below(4) < *connection as u64) {
                    not_now.mark(index);
                    continue;
                }
                let (last, count) = &mut given[*connection];
                for entry in batch.entries() {
                    assert!(*last < entry.seq.0, "{} after {last}", entry.seq.0);
                    *last = entry.seq.0;
                }
                *count += batch.entries().len() as u64 + batch.missed().0.iter().sum::<u64>();
            }
        });
        assert_eq!(swept.lost, 0);
    }

    fn hear(&mut self, output: &Output) {
        match output {
            Output::Ended { .. } => self.ended += 1,
            Output::Joined { user: Some(user), already, .. } => {
                assert_eq!(self.members.contains_key(user), *already);
                self.members.entry(user.clone()).or_insert(false);
            }
            Output::Presence { user, online, .. } => {
                let was = self.members.get_mut(user);
                assert_ne!(was.as_deref(), Some(online), "told twice");
                was.into_iter().for_each(|was| *was = *online);
            }
            Output::Left { user: Some(user), remains: false, .. } => {
                assert!(self.members.remove(user).is_some(), "whoever left was there");
            }
            _ => {}
        }
    }
}

impl Halls {
    fn new(errands: Receiver<Errand>) -> Self {
        Self { errands, rooms: BTreeMap::new(), ended: Vec::new() }
    }

    /// Drains once. Returns when to do it again, and how much was told.
    fn drain(
        &mut self,
        hub: &Hub,
        drainer: &mut liveroom::Drainer<'_>,
        now: Timestamp,
        most: usize,
    ) -> (Option<Timestamp>, usize) {
        let mut outputs = Vec::new();
        let next = drainer.drain(now, most, &mut outputs);
        let told = outputs.len();
        // Afterwards: nobody was let into a room before its errand was on the way.
        let opened = self.errands.try_iter().map(|(room, tail)| (room, Hall::new(tail)));
        self.rooms.extend(opened);
        for (room, output) in outputs {
            if let Output::Ended { message, .. } = &output {
                self.ended.push((room, message.id));
            }
            let Some(hall) = self.rooms.get_mut(&room) else { continue };
            hall.hear(&output);
            match output {
                Output::Tail { urgent, .. } => hall.audience.notify(now, urgent),
                Output::Disbanded { .. } => self.close(hub, room, now),
                _ => {}
            }
        }
        (next, told)
    }

    fn sweep(&mut self, hub: &Hub, now: Timestamp, dice: &mut Dice) {
        for (room, hall) in &mut self.rooms {
            hall.sweep(hub, *room, now, Some(dice));
        }
    }

    /// Everybody reads to the end; then the room goes, and its account is closed.
    fn close(&mut self, hub: &Hub, room: HubKey, now: Timestamp) {
        let mut hall = self.rooms.remove(&room).unwrap();
        hall.audience.notify(now, true);
        hall.sweep(hub, room, now, None);
        let group = hub.dispose(room).unwrap();
        let end = group.tail().position().0;
        assert!(hall.given.iter().all(|(_, count)| *count == end), "{:?} of {end}", hall.given);
        let stats = group.stats();
        assert!(stats.flow.0.iter().all(Flow::balances), "{stats:?}");
        let open: u64 = stats.flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
        assert_eq!((open, stats.accepted()), (0, hall.ended), "{stats:?}");
    }
}
