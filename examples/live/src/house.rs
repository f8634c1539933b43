//! The house: the rooms of the page, and all that they and the groups of every app share.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{
    AppId, Author, Command, Decision, EngineConfig, Group, Hub, HubKey, PushError, Question,
    Receipt, Refusal, UserId, tracing,
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::{
    account::Closed,
    apps::{AppKey, Apps},
    board::Board,
    callbacks::Callbacks,
    console::Console,
    counts::Counts,
    desk::Desk,
    door::Door,
    errand::{ERRANDS, Errand},
    furnish::{Furnisher, hash_key},
    gateway::Gateway,
    hours::Hours,
    keep::{Change, Found, GoesOn, Keep, Keeper, Withheld, things::OfRoom},
    options::{Limits, Options},
    plan::{OWNER, PLANS},
    pulse::Pulse,
    registry::{Registered, register},
    rest::Calls,
    room::{Room, RoomNo},
    secret::Secret,
};

/// The page's rooms, the groups of every app, and everything that a host needs beside them.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) clock: Hours,
    pub(crate) apps: Apps,
    /// The app of the page's rooms.
    pub(crate) app: AppId,
    pub(crate) rooms: Vec<Arc<Room>>,
    pub(crate) limits: Limits,
    pub(crate) door: Door,
    pub(crate) desk: Desk,
    pub(crate) gateway: Gateway,
    pub(crate) calls: Calls,
    pub(crate) console: Console,
    /// The app that is there where none was named.
    pub(crate) demo: Option<AppKey>,
    /// Who knows it is the owner.
    pub(crate) key: Secret,
    /// The user that the owner is.
    pub(crate) owner: UserId,
    /// What became of messages in groups that were disposed of.
    pub(crate) closed: Closed,
    /// What those took who poll.
    pub(crate) polled: Counts,
    /// Whether the fan-out thread still steps.
    pub(crate) pulse: Pulse,
    /// Whether the host is about to end.
    pub(crate) closing: watch::Sender<bool>,
    /// Whether messages are turned away, because what was taken in has to come to an end.
    pub(crate) ending: AtomicBool,
    /// What is kept on disk.
    pub(crate) keep: Keep,
    pub(crate) withheld: Withheld,
    errands: mpsc::Sender<Errand>,
    pub(crate) numbers: AtomicU64,
}

/// What the fan-out thread is given.
#[derive(Debug)]
pub(crate) struct Duties {
    pub(crate) errands: mpsc::Receiver<Errand>,
    pub(crate) keeper: Option<Keeper>,
    /// What was drawn before.
    pub(crate) boards: BTreeMap<RoomNo, Board>,
    /// What groups had asked, and is to be asked once more.
    pub(crate) questions: Vec<(HubKey, Question)>,
}

impl House {
    /// Opens the rooms, or brings them back, and whatever else was kept; the duties are the fan-out thread's.
    pub(crate) fn open(options: &Options) -> io::Result<(Arc<Self>, Duties)> {
        Self::open_at(options, Hours::running())
    }

    /// The same, at that time.
    pub(crate) fn open_at(options: &Options, clock: Hours) -> io::Result<(Arc<Self>, Duties)> {
        let (now, limits) = (clock.now(), options.limits);
        let mut found = match &options.data {
            Some(data) => Some(Found::open(data, hash_key()?)?),
            None => None,
        };
        // All rooms lie in one shard: a shard has one fan-out thread, and one is enough.
        let hub = Hub::new(hash_key()?, 1, EngineConfig::default());
        let admin = UserId::new(&options.admin).map_err(io::Error::other)?;
        let registered = register(&hub, now, admin.clone(), options, found.as_mut())?;
        let Registered { apps, app, demo, console } = registered;
        let callbacks = options.callbacks.clone();
        let callbacks = callbacks.map(|callbacks| Callbacks::new(callbacks, admin));
        let desk = Desk::new(callbacks, found.is_some());
        let owner = UserId::new(OWNER).map_err(io::Error::other)?;
        let mut furnisher = Furnisher { hub: &hub, now, app, owner: &owner, found: found.as_mut() };
        let (mut rooms, mut boards) = (Vec::new(), BTreeMap::new());
        for (no, plan) in PLANS.iter().enumerate() {
            let settings = desk.asking(plan.settings(limits.hold, limits.preview));
            let room = furnisher.furnish(RoomNo(no), plan, &settings);
            let (room, board) = room.map_err(|error| {
                io::Error::other(format!("the room {} cannot be opened: {error}", plan.id))
            })?;
            boards.extend(board.map(|board| (room.no, board)));
            rooms.push(room);
        }
        let key = match &mut found {
            Some(found) => found.owner()?,
            None => Secret::random()?,
        };
        let (errands, waiting) = mpsc::channel(ERRANDS);
        let mut house = Self {
            hub,
            clock,
            apps,
            app,
            rooms,
            limits,
            door: Door::default(),
            gateway: Gateway::new(limits.connections),
            desk,
            calls: Calls::new(limits.calls),
            console,
            demo,
            key,
            owner,
            closed: Closed::default(),
            polled: Counts::default(),
            pulse: Pulse::new(now),
            closing: watch::Sender::new(false),
            ending: AtomicBool::new(false),
            keep: Keep::default(),
            withheld: Withheld::default(),
            errands,
            numbers: AtomicU64::new(0),
        };
        let mut duties = Duties { errands: waiting, keeper: None, boards, questions: Vec::new() };
        if let Some(found) = found {
            let (keeper, questions) = house.go_on(found)?;
            (duties.keeper, duties.questions) = (Some(keeper), questions);
        }
        Ok((Arc::new(house), duties))
    }

    /// Goes on with all that was found, beside the rooms of the page.
    fn go_on(&mut self, mut found: Found) -> io::Result<(Keeper, Vec<(HubKey, Question)>)> {
        let now = self.clock.now();
        self.numbers.store(found.numbers()?, Relaxed);
        for (app, user, profile) in found.profiles()? {
            // Of an app that is gone, or of one too many.
            let _unknown = self.hub.set_profile(now, app, &user, profile);
        }
        for key in found.bring_all_back(&self.hub, now, &self.desk.settings()) {
            let owner = self.hub.read(key, |group| group.owner().cloned()).flatten();
            self.desk.came_back(now, key, owner.as_ref());
        }
        for key in self.groups() {
            let Some(id) = self.hub.read(key, |group| group.id().clone()) else { continue };
            if let Some(sums) = found.counts(key.app(), &id) {
                self.desk.counted(key, sums);
            }
        }
        let passes = found.passes()?;
        let gifts: Vec<_> = self.rooms.iter().map(|room| found.gifts(OfRoom::of(room))).collect();
        for (room, gifts) in self.rooms.iter().zip(&gifts) {
            room.counts.gave(*gifts);
        }
        let GoesOn { keep, withheld, keeper, questions } = found.go_on(now, gifts)?;
        (self.keep, self.withheld) = (keep, withheld);
        self.expect(passes);
        Ok((keeper, questions))
    }

    /// The room of that id; without one, the first.
    pub(crate) fn room(&self, id: Option<&str>) -> Option<&Arc<Room>> {
        match id {
            None => self.rooms.first(),
            Some(id) => self.rooms.iter().find(|room| room.plan.id == id),
        }
    }

    /// Every group of every app, those of the page's rooms among them.
    pub(crate) fn groups(&self) -> Vec<HubKey> {
        self.hub.apps().iter().flat_map(|app| self.hub.groups(app.id)).collect()
    }

    /// Takes a group away, and keeps its account.
    pub(crate) fn dispose(&self, key: HubKey) {
        if let Some(group) = self.hub.dispose(key) {
            self.closed.add(&group.stats());
            self.keep.change(|| Change::Forget(key));
        }
    }

    /// Deletes a disabled app with all that it has, but for the account of its groups.
    pub(crate) fn delete_app(&self, app: AppId) -> Result<(), PushError> {
        // Nothing happens in a disabled app any more.
        let keys = self.hub.groups(app).into_iter();
        let stats = |key| Some((key, self.hub.read(key, Group::stats)?));
        let groups: Vec<_> = keys.filter_map(stats).collect();
        self.hub.delete_app(app)?;
        for (key, stats) in &groups {
            self.closed.add(stats);
            self.keep.change(|| Change::Forget(*key));
        }
        Ok(())
    }

    /// A number that nothing else in this host has: for users, sessions and connections.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Relaxed) + 1
    }

    /// Gives a command to a room's group.
    pub(crate) fn push(
        &self,
        room: &Room,
        by: &Author,
        command: Command,
    ) -> Result<Receipt, PushError> {
        let answer = self.hub.push(self.clock.now(), room.key, by.clone(), command);
        if let Err(PushError::Refused(refusal)) = &answer {
            tracing::refusal(&room.id, by, refusal);
        }
        answer
    }

    /// Reads a room's group. It is never disposed of, so it is there.
    pub(crate) fn read<R>(&self, room: &Room, read: impl FnOnce(&Group) -> R) -> R {
        self.hub.read(room.key, read).expect("the group lives as long as the house")
    }

    /// Sends the fan-out thread on an errand, after waiting while there are too many. Returns whether
    /// it still takes any.
    pub(crate) async fn send_on(&self, errand: Errand) -> bool {
        let taken = self.errands.send(errand).await.is_ok();
        self.hub.wake(self.shard());
        taken
    }

    /// As [`send_on`](Self::send_on), for a thread of its own.
    pub(crate) fn send_on_blocking(&self, errand: Errand) -> bool {
        let taken = self.errands.blocking_send(errand).is_ok();
        self.hub.wake(self.shard());
        taken
    }

    /// The one shard that all rooms lie in.
    pub(crate) fn shard(&self) -> usize {
        self.rooms.first().map_or(0, |room| room.key.shard())
    }

    /// Tells everybody in every room something, as a notice: no limit holds it up.
    pub(crate) fn announce(&self, what: &str) -> Result<(), PushError> {
        for room in &self.rooms {
            match self.push(room, &Author::App, Command::notice(what)) {
                // Nobody is left in a room that has ended.
                Ok(_) | Err(PushError::Refused(Refusal::Disbanded)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The longest that a message waits in its lane, and some for the thread that settles it.
const WAITS: Duration = Duration::from_millis(2_500);

impl House {
    /// Lets every message that was taken in come to its end: what is held is turned away, what waits is
    /// delivered or expires in its own time, and what is sent meanwhile is refused.
    pub(crate) async fn settle(&self) {
        self.ending.store(true, Relaxed);
        for key in self.groups() {
            let tickets = |group: &Group| group.questions().map(|asked| asked.ticket).collect();
            let open: Vec<_> = self.hub.read(key, tickets).unwrap_or_default();
            for ticket in open {
                let decision =
                    Decision::Reject { code: RESTARTS, reason: "the host restarts".into() };
                let answer = Command::Answer { ticket, decision };
                // One that was decided meanwhile is decided.
                let _decided = self.hub.push(self.clock.now(), key, Author::App, answer);
            }
        }
        let open = |key: &HubKey| {
            let stats = self.hub.read(*key, Group::stats).unwrap_or_default();
            stats.flow.0.iter().any(|flow| flow.waiting + flow.held > 0)
        };
        let all_ended = async {
            while self.groups().iter().any(open) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        // The account tells of what has no end even so.
        let _too_late = timeout(WAITS, all_ended).await;
    }
}

/// The code of a decision that nobody could make, of those that the engine leaves to hosts.
const RESTARTS: u32 = 10_100;
