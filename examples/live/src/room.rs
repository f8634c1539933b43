//! The room: one app, one group, its filter, and what the host counts beside the engine.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{
    AppId, Author, Clock, Command, Creation, Cursor, EngineConfig, Epoch, Group, GroupConfig,
    GroupId, GroupPatch, HashKey, Hub, HubKey, PushError, Receipt, SessionId, filter::FilterSpec,
};
use tokio::sync::{mpsc, watch};

use crate::{door::Door, line::Line};

/// What is listed, and what happens to it. The page's README tells the visitor.
const WORDS: &str = include_str!("words.txt");

/// How much a host takes on, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; one more is told that the host is busy. Default 10,000.
    pub connections: usize,
    /// How long a new connection may take to say who it is. Default 10 s.
    pub join_within: Duration,
    /// How long a client may be silent, WebSocket pongs included. Default 90 s.
    pub idle: Duration,
    /// How long one frame may take to be written before its reader counts as too slow. Default 30 s.
    pub patience: Duration,
    /// Bytes that the system keeps for a connection that is not read. Default 128 KiB.
    pub send_buffer: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            join_within: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            patience: Duration::from_secs(30),
            send_buffer: 128 * 1_024,
        }
    }
}

/// What the fan-out thread is asked to do.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Somebody reads from `cursor` on; whoever had the session before does no more.
    Enter { session: SessionId, connection: u64, line: Arc<Line>, cursor: Cursor },
    /// That connection is gone.
    Leave { session: SessionId, connection: u64 },
    /// A viewer of the crowd reads from here on.
    View { cursor: Cursor },
    /// Tell everybody what there is to tell, then that the host restarts.
    Close,
}

/// Errands that may wait before those who bring more must wait too.
const ERRANDS: usize = 1_024;

/// What was handed over, and what the host turned away before the engine saw it.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Times that a reader took a batch.
    pub(crate) batches: AtomicU64,
    /// Times that a reader was given an entry, in whatever batch.
    pub(crate) entries: AtomicU64,
    /// Times that a reader could not take a batch.
    pub(crate) not_now: AtomicU64,
    /// Batches built.
    pub(crate) built: AtomicU64,
    /// Messages that the host refused by itself.
    pub(crate) turned_away: AtomicU64,
    /// Gifts delivered.
    pub(crate) gifts: AtomicU64,
}

/// One group and everything that a host needs beside it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) hub: Hub,
    pub(crate) clock: Clock,
    pub(crate) app: AppId,
    pub(crate) id: GroupId,
    pub(crate) key: HubKey,
    pub(crate) limits: Limits,
    pub(crate) counts: Counts,
    pub(crate) door: Door,
    /// Whether the host is about to end.
    pub(crate) closing: watch::Sender<bool>,
    errands: mpsc::Sender<Errand>,
    numbers: AtomicU64,
}

impl Room {
    /// Opens the room; the errands are for the fan-out thread.
    pub(crate) fn open(limits: Limits) -> io::Result<(Arc<Self>, mpsc::Receiver<Errand>)> {
        let (clock, app) = (Clock::new(), AppId(1));
        let [first, second] = random()?;
        // One group lies in one shard, and a shard has one fan-out thread: more would only sleep.
        let hub = Hub::new(HashKey::new(first, second), 1, EngineConfig::default());
        let id = GroupId::custom("live").map_err(io::Error::other)?;
        let key = furnish(&hub, clock, app, &id).map_err(io::Error::other)?;
        let (errands, waiting) = mpsc::channel(ERRANDS);
        let room = Self {
            hub,
            clock,
            app,
            id,
            key,
            limits,
            counts: Counts::default(),
            door: Door::default(),
            closing: watch::Sender::new(false),
            errands,
            numbers: AtomicU64::new(0),
        };
        Ok((Arc::new(room), waiting))
    }

    /// A number that nothing else in this host has: for users, sessions and connections.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Relaxed) + 1
    }

    /// Gives a command to the group.
    pub(crate) fn push(&self, by: Author, command: Command) -> Result<Receipt, PushError> {
        self.hub.push(self.clock.now(), self.key, by, command)
    }

    /// Reads the group. It is never disposed of, so it is there.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&Group) -> R) -> R {
        self.hub.read(self.key, read).expect("the group lives as long as the room")
    }

    /// Sends the fan-out thread on an errand, after waiting while there are too many. Returns whether
    /// it still takes any.
    pub(crate) async fn send_on(&self, errand: Errand) -> bool {
        let taken = self.errands.send(errand).await.is_ok();
        self.hub.wake(self.key.shard());
        taken
    }

    /// As [`send_on`](Self::send_on), for a thread of its own.
    pub(crate) fn send_on_blocking(&self, errand: Errand) -> bool {
        let taken = self.errands.blocking_send(errand).is_ok();
        self.hub.wake(self.key.shard());
        taken
    }

    /// Tells everybody something, as a notice: no limit holds it up.
    pub(crate) fn announce(&self, what: &str) -> Result<(), PushError> {
        self.push(Author::App, Command::notice(what)).map(|_| ())
    }
}

/// Makes the app, the group and its filter.
fn furnish(
    hub: &Hub,
    clock: Clock,
    app: AppId,
    id: &GroupId,
) -> Result<HubKey, Box<dyn std::error::Error + Send + Sync>> {
    let now = clock.now();
    hub.create_app(now, app, "live", None)?;
    let mut settings = GroupConfig::livestream().settings().clone();
    // Nobody is there to decide: long enough to be seen, and not so long as to be forgotten.
    settings.asking.filter_hold.deadline = Duration::from_secs(5);
    // The history of an earlier run is lost with its process; a second is a life of its own.
    let epoch = Epoch(u32::try_from(now.as_secs()).unwrap_or(u32::MAX));
    let creation = Creation::named("Live").id(id.clone()).config(settings.build()?).epoch(epoch);
    let key = hub.create(now, app, creation)?;
    let filter = FilterSpec::parse(WORDS)?.compile()?;
    let used = Command::UseFilter { filter: Some(filter.id()) };
    hub.install_filter(key, Arc::new(filter))?;
    hub.push(now, key, Author::App, used)?;
    let profile = GroupPatch {
        introduction: Some("A room to try the engine in.".into()),
        notification: Some("Be kind. Some words are masked, held or turned away here.".into()),
        ..GroupPatch::default()
    };
    hub.push(now, key, Author::App, Command::SetGroup(Box::new(profile)))?;
    Ok(key)
}

/// 128 bits that nobody can foretell.
pub(crate) fn random() -> io::Result<[u64; 2]> {
    Ok([getrandom::u64().map_err(io::Error::other)?, getrandom::u64().map_err(io::Error::other)?])
}
