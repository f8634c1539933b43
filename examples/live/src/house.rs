//! The house: the rooms of the page, and all that they and the groups of every app share.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{
    AppId, Author, Command, Creation, Decision, EngineConfig, Epoch, Group, GroupId, GroupPatch,
    HashKey, Hub, HubKey, PushError, Receipt, Refusal, Settings, Timestamp, UserId, tracing,
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::{
    account::Closed,
    apps::{AppKey, Apps},
    callbacks::Callbacks,
    codes::Codes,
    console::Console,
    counts::Counts,
    desk::Desk,
    door::Door,
    errand::{ERRANDS, Errand},
    gateway::Gateway,
    hours::Hours,
    options::{Limits, Options},
    past::Past,
    plan::{OWNER, PLANS, Plan},
    pulse::Pulse,
    rest::Calls,
    room::{Room, RoomNo},
    secret::{Secret, random},
    words::{self, Compiled},
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
    errands: mpsc::Sender<Errand>,
    numbers: AtomicU64,
}

impl House {
    /// Opens the rooms; the errands are for the fan-out thread.
    pub(crate) fn open(options: &Options) -> io::Result<(Arc<Self>, mpsc::Receiver<Errand>)> {
        Self::open_at(options, Hours::running())
    }

    /// The same, at that time.
    pub(crate) fn open_at(
        options: &Options,
        clock: Hours,
    ) -> io::Result<(Arc<Self>, mpsc::Receiver<Errand>)> {
        let (now, limits) = (clock.now(), options.limits);
        let [first, second] = random()?;
        // All rooms lie in one shard: a shard has one fan-out thread, and one is enough.
        let hub = Hub::new(HashKey::new(first, second), 1, EngineConfig::default());
        let admin = UserId::new(&options.admin).map_err(io::Error::other)?;
        let (apps, app) = register(&hub, now, admin.clone(), &options.apps)?;
        let callbacks = options.callbacks.clone();
        let desk = Desk::new(callbacks.map(|callbacks| Callbacks::new(callbacks, admin)));
        let owner = UserId::new(OWNER).map_err(io::Error::other)?;
        let rooms = PLANS.iter().enumerate().map(|(no, plan)| {
            let settings = desk.asking(plan.settings(limits.hold, limits.preview));
            furnish(&hub, now, app, &owner, RoomNo(no), plan, settings).map_err(io::Error::other)
        });
        let rooms = rooms.collect::<io::Result<_>>()?;
        let (errands, waiting) = mpsc::channel(ERRANDS);
        let house = Self {
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
            console: Console::new(&options.apps)?,
            key: Secret::random()?,
            owner,
            closed: Closed::default(),
            polled: Counts::default(),
            pulse: Pulse::new(now),
            closing: watch::Sender::new(false),
            ending: AtomicBool::new(false),
            errands,
            numbers: AtomicU64::new(0),
        };
        Ok((Arc::new(house), waiting))
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
        }
    }

    /// Deletes a disabled app with all that it has, but for the account of its groups.
    pub(crate) fn delete_app(&self, app: AppId) -> Result<(), PushError> {
        // Nothing happens in a disabled app any more.
        let keys = self.hub.groups(app).into_iter();
        let stats: Vec<_> = keys.filter_map(|key| self.hub.read(key, Group::stats)).collect();
        self.hub.delete_app(app)?;
        for stats in &stats {
            self.closed.add(stats);
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

/// Registers the apps; returns them, and the first.
fn register(
    hub: &Hub,
    now: Timestamp,
    admin: UserId,
    keys: &[AppKey],
) -> io::Result<(Apps, AppId)> {
    let apps = Apps::new(admin);
    let unknown = AppKey::random(AppId(1))?;
    let first = keys.first().unwrap_or(&unknown);
    for key in [first].into_iter().chain(keys.iter().skip(1)) {
        let name = format!("app {}", key.app());
        hub.create_app(now, key.app(), &name, None).map_err(io::Error::other)?;
        apps.add(key);
    }
    Ok((apps, first.app()))
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Makes one room: its group, profile and filter.
fn furnish(
    hub: &Hub,
    now: Timestamp,
    app: AppId,
    owner: &UserId,
    no: RoomNo,
    plan: &Plan,
    settings: Settings,
) -> Result<Arc<Room>, Failure> {
    // The history of an earlier run is lost with its process; a second is a life of its own.
    let epoch = Epoch(u32::try_from(now.as_secs()).unwrap_or(u32::MAX));
    let id = GroupId::custom(plan.id)?;
    let creation = Creation::named(plan.name)
        .id(id.clone())
        .owner(owner.clone())
        .config(settings.build()?)
        .epoch(epoch);
    let [first, second] = random()?;
    let key = hub.create(now, app, creation)?;
    let [third, fourth] = random()?;
    let past = Past::new(HashKey::new(third, fourth));
    let room = Room::new(no, *plan, key, id, Codes::new(first, second), past);
    let profile = GroupPatch {
        introduction: Some(plan.introduction.into()),
        notification: Some(plan.notification.into()),
        ..GroupPatch::default()
    };
    hub.push(now, room.key, Author::App, Command::SetGroup(Box::new(profile)))?;
    put_in_force(hub, now, &Author::App, Compiled::read(words::FIRST)?, &room)?;
    let snapshot = hub.read(key, Group::snapshot).ok_or("the group was just made")?;
    room.past().begin(now, snapshot)?;
    Ok(Arc::new(room))
}

/// Installs a word list and puts it in force; nobody else does so meanwhile.
fn put_in_force(
    hub: &Hub,
    now: Timestamp,
    by: &Author,
    compiled: Compiled,
    room: &Room,
) -> Result<(), PushError> {
    let mut words = room.words();
    let filter = Some(compiled.filter.id());
    room.past().know(compiled.filter.clone());
    hub.install_filter(room.key, compiled.filter.clone())?;
    hub.push(now, room.key, by.clone(), Command::UseFilter { filter })?;
    words.put_in_force(now, compiled);
    Ok(())
}

impl House {
    /// Installs a word list in a room, and puts it in force.
    pub(crate) fn use_words(
        &self,
        room: &Room,
        by: &Author,
        compiled: Compiled,
    ) -> Result<(), PushError> {
        put_in_force(&self.hub, self.clock.now(), by, compiled, room)
    }
}
