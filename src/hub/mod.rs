//! Apps and their groups, for any number of threads.
//!
//! Groups are spread over shards by their id, sessions and users over others by theirs. Each shard
//! stands behind a lock of its own, and no lock is held while another is taken, so there is no order
//! of locks to remember. Whoever gives a shard something to do leaves one token in its channel; the
//! shard's one [`Drainer`] takes it, and everything there is to tell.

#![expect(clippy::indexing_slicing, reason = "a key is of a shard that the hub has")]

mod app_life;
mod apps;
mod drainer;
mod folk;
mod sync;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use serde::{Deserialize, Serialize};

use self::{
    apps::{App, Apps},
    folk::Folk,
    sync::{AtomicBool, AtomicU32, AtomicU64, Mutex, Receiver, RwLock, Sender, bounded},
};
pub use self::{
    apps::{AppInfo, AppStatus},
    drainer::Drainer,
};
use crate::{
    audience::Source,
    batch::Batch,
    command::{Command, Receipt},
    cursor::{Cursor, CursorError},
    engine::{Broadcasts, Creation, EngineConfig, PushError, Shelf, assigned, check_content},
    filter::Filter,
    group::{Group, RestoreError, Snapshot},
    hash::HashKey,
    id::{AppId, Epoch, GroupId, GroupKey, Seq},
    message::Content,
    refusal::Refusal,
    role::Author,
    time::Timestamp,
};

/// A group's place in a hub. It is not given twice: neither to another group, nor to one of an app
/// that is created anew after it was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HubKey {
    app: AppId,
    life: u32,
    shard: u32,
    group: GroupKey,
}

impl HubKey {
    /// The app that the group belongs to.
    pub fn app(self) -> AppId {
        self.app
    }

    /// The shard that the group is in, from 0: whose [`Drainer`] tells its outputs.
    pub fn shard(self) -> usize {
        self.shard as usize
    }
}

/// The groups of every app in one shard, and the token that says there is something to do.
#[derive(Debug)]
struct Shard {
    apps: Mutex<BTreeMap<AppId, Corner>>,
    /// How many corners there have been.
    lives: AtomicU32,
    wake: Sender<()>,
    woken: Receiver<()>,
    drained: AtomicBool,
}

/// What one app has in one shard.
#[derive(Debug)]
struct Corner {
    shelf: Shelf,
    /// A copy of what the registry says, so that a push need not look there.
    app: App,
    /// Which of all corners of its shard this one is. One life of an app can have two of them: whoever
    /// comes late to give it its places gives it some after it was deleted, and takes them away again.
    life: u32,
}

impl Corner {
    /// The groups, if the key is of the app as it lives now.
    fn shelf(&mut self, key: HubKey) -> Result<&mut Shelf, PushError> {
        if self.life == key.life { Ok(&mut self.shelf) } else { Err(PushError::NoSuchGroup) }
    }
}

/// Apps and their groups, for any number of threads. All methods take `&self`.
///
/// Commands are pushed with a group's key. A hub is not advanced or polled: that is what the
/// [`Drainer`] of each shard does.
#[derive(Debug)]
pub struct Hub {
    key: HashKey,
    config: EngineConfig,
    registry: RwLock<Registry>,
    /// How many groups got an assigned id.
    created: AtomicU64,
    shards: Vec<Shard>,
    desks: Vec<Mutex<BTreeMap<AppId, Folk>>>,
}

#[derive(Debug, Default)]
struct Registry {
    apps: Apps,
    broadcasts: BTreeMap<AppId, Broadcasts>,
}

impl Hub {
    /// A hub of `shards` shards, at least one. A good number is one for each core: each shard has a
    /// fan-out thread of its own, and threads that push into different shards never meet. Fewer make
    /// pushes wait for each other. More than cores do no harm, because threads without work sleep: on 2
    /// cores, 2 to 32 shards got through the same work in about the same time, and one shard took almost
    /// half as long again (`cargo bench -p benches -- hub`).
    ///
    /// `key` is random and secret. The config holds for each app in each shard: its budget once for the
    /// groups there, and once for the users and sessions there.
    pub fn new(key: HashKey, shards: usize, config: EngineConfig) -> Self {
        let shard = || {
            let (wake, woken) = bounded(1);
            Shard {
                apps: Mutex::default(),
                lives: AtomicU32::new(0),
                wake,
                woken,
                drained: AtomicBool::new(false),
            }
        };
        let count = shards.clamp(1, u32::MAX as usize);
        Self {
            key,
            config,
            registry: RwLock::default(),
            created: AtomicU64::new(0),
            shards: (0..count).map(|_| shard()).collect(),
            desks: (0..count).map(|_| Mutex::default()).collect(),
        }
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Makes a group.
    ///
    /// # Errors
    /// As [`Engine::create`](crate::Engine::create), and [`PushError::NoSuchApp`].
    pub fn create(
        &self,
        now: Timestamp,
        app: AppId,
        creation: Creation,
    ) -> Result<HubKey, PushError> {
        let id = match creation.chosen()? {
            Some(id) => id,
            None => loop {
                let id = assigned(self.key, now, self.created.fetch_add(1, Ordering::Relaxed));
                if self.find(app, &id).is_none() {
                    break id;
                }
            },
        };
        let group = creation.build(now, id, self.key)?;
        self.with_corner(app, self.shard_of(group.id()), |corner| corner.app.info.check(now))?;
        self.adopt(app, group)
    }

    /// Takes a group in that was made elsewhere, be the app disabled or not.
    ///
    /// # Errors
    /// As [`Engine::adopt`](crate::Engine::adopt), and [`PushError::NoSuchApp`].
    pub fn adopt(&self, app: AppId, group: Group) -> Result<HubKey, PushError> {
        let shard = self.shard_of(group.id());
        self.with_corner(app, shard, |corner| {
            corner.shelf.check_budget()?;
            let group = corner.shelf.insert(group)?;
            Ok(HubKey { app, life: corner.life, shard, group })
        })
    }

    /// Takes a group away, disbanded or not, with all it holds.
    pub fn dispose(&self, key: HubKey) -> Option<Group> {
        self.shard(key)?.apps.lock().get_mut(&key.app)?.shelf(key).ok()?.remove(key.group)
    }

    /// Lets another group have the id of one that was disbanded, which is not found by it any more and
    /// stays readable by its key until it is disposed of. Returns whether it had an id to give.
    pub fn release_id(&self, key: HubKey) -> bool {
        let release = || {
            let mut apps = self.shard(key)?.apps.lock();
            Some(apps.get_mut(&key.app)?.shelf(key).ok()?.release_id(key.group))
        };
        release() == Some(true)
    }

    /// The key of every group of an app, shard by shard, in the order of their places: as they are in
    /// one shard after the other, while others go on.
    pub fn groups(&self, app: AppId) -> Vec<HubKey> {
        let mut keys = Vec::new();
        for (shard, place) in (0_u32..).zip(&self.shards) {
            if let Some(corner) = place.apps.lock().get(&app) {
                let life = corner.life;
                let groups = corner.shelf.iter();
                keys.extend(groups.map(|(group, _)| HubKey { app, life, shard, group }));
            }
        }
        keys
    }

    /// The key of a group; keep it, and use it instead of the id.
    pub fn find(&self, app: AppId, id: &GroupId) -> Option<HubKey> {
        let shard = self.shard_of(id);
        let apps = self.shards[shard as usize].apps.lock();
        let corner = apps.get(&app)?;
        let group = corner.shelf.find(id)?;
        Some(HubKey { app, life: corner.life, shard, group })
    }

    /// Reads a group, under its shard's lock: be quick, and take nothing else.
    pub fn read<R>(&self, key: HubKey, read: impl FnOnce(&Group) -> R) -> Option<R> {
        self.shard(key)?.apps.lock().get_mut(&key.app)?.shelf(key).ok()?.get(key.group).map(read)
    }

    /// Settles what is due in the group, then applies the command: see
    /// [`Engine::push`](crate::Engine::push).
    ///
    /// # Errors
    /// [`PushError::Refused`] holds the group's own refusal; the others say why it never got there. Of a
    /// session that was not opened the group says that it is unknown, unless it is to join or attach:
    /// that is [`PushError::UnknownSession`].
    pub fn push(
        &self,
        now: Timestamp,
        key: HubKey,
        by: Author,
        command: Command,
    ) -> Result<Receipt, PushError> {
        let session = match by {
            Author::Session(session) | Author::Guest(session) => session,
            Author::App | Author::AppAs { .. } => return self.push_to_group(now, key, by, command),
        };
        if command.newcomer().is_some() {
            return self.come_in(now, key, session, by, command);
        }
        let leaves = matches!(command, Command::Quit | Command::Detach);
        let answer = self.push_to_group(now, key, by.clone(), command);
        if leaves && !self.is_connected(key, session) {
            self.left(now, key, session, by);
        }
        answer
    }

    fn push_to_group(
        &self,
        now: Timestamp,
        key: HubKey,
        by: Author,
        command: Command,
    ) -> Result<Receipt, PushError> {
        // A connection that is lost is lost, whether the app may be used or not.
        let is_loss = matches!(command, Command::Detach);
        self.with_corner(key.app, key.shard, |corner| {
            if !is_loss {
                corner.app.info.check(now)?;
            }
            corner.shelf(key)?.push(now, key.group, by, command)
        })
    }

    /// A connection is lost, whether the app may be used or not, and whether its outputs have room.
    fn lose(&self, now: Timestamp, key: HubKey, by: Author) {
        let _gone = self.with_corner(key.app, key.shard, |corner| {
            corner.shelf(key)?.lose(now, key.group, by);
            Ok(())
        });
    }

    /// A batch of a group's entries after `cursor`: see [`Group::batch`].
    ///
    /// # Errors
    /// [`CursorError::OtherGroup`] if the key finds no group, and as [`Group::batch`].
    pub fn batch(&self, key: HubKey, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.batch_until(key, cursor, Seq(u64::MAX))
    }

    fn batch_until(&self, key: HubKey, cursor: &Cursor, until: Seq) -> Result<Batch, CursorError> {
        let gone = Err(CursorError::OtherGroup);
        let Some(place) = self.shard(key) else { return gone };
        let mut apps = place.apps.lock();
        let Some(Ok(groups)) = apps.get_mut(&key.app).map(|corner| corner.shelf(key)) else {
            return gone;
        };
        groups.with(key.group, |group| group.batch_until(cursor, until)).unwrap_or(gone)
    }

    /// A group as a source of batches, for an [`Audience`](crate::Audience).
    pub fn source(&self, key: HubKey) -> HubSource<'_> {
        HubSource { hub: self, key, until: Seq(u64::MAX) }
    }

    /// Makes a filter known to a group: see [`Group::install_filter`].
    ///
    /// # Errors
    /// [`PushError::NoSuchGroup`].
    pub fn install_filter(&self, key: HubKey, filter: Arc<Filter>) -> Result<(), PushError> {
        self.with_corner(key.app, key.shard, |corner| {
            corner.shelf(key)?.with(key.group, |group| group.install_filter(filter))
        })
    }

    /// Sends a message of the app to all its groups, as a notice; returns how many took it. Those whose
    /// limits it exceeds, or whose outputs wait, do not. Nor do those that are made or disposed of
    /// meanwhile: a shard is kept from others for a few hundred groups at a time.
    ///
    /// # Errors
    /// A refusal if it exceeds the limits of all groups; [`PushError::BroadcastTooOften`]: one a
    /// second; [`PushError::NoSuchApp`], or it may not be used.
    pub fn broadcast(
        &self,
        now: Timestamp,
        app: AppId,
        content: Content,
    ) -> Result<usize, PushError> {
        self.check_content(app, &content)?;
        {
            let mut registry = self.registry.write();
            registry.apps.get(app).ok_or(PushError::NoSuchApp)?.info.check(now)?;
            registry.broadcasts.entry(app).or_default().admit(now)?;
        }
        let content = Arc::new(content);
        let mut took = 0;
        for keys in handfuls(&self.groups(app)) {
            took += self.tell(now, keys, &content)?;
        }
        Ok(took)
    }

    /// Sends a message of the app to groups of one shard, under one lock; returns how many took it.
    fn tell(
        &self,
        now: Timestamp,
        keys: &[HubKey],
        content: &Arc<Content>,
    ) -> Result<usize, PushError> {
        let Some(first) = keys.first() else { return Ok(0) };
        self.with_corner(first.app, first.shard, |corner| {
            let mut push = |key: &HubKey| {
                let command = Command::Broadcast { content: content.clone() };
                corner.shelf(*key)?.push(now, key.group, Author::App, command)
            };
            Ok(keys.iter().filter(|key| push(key).is_ok()).count())
        })
    }

    /// Whether any group of the app could take this.
    fn check_content(&self, app: AppId, content: &Content) -> Result<(), Refusal> {
        let mut answer = Ok(());
        for keys in handfuls(&self.groups(app)) {
            let Some(shard) = keys.first().and_then(|first| self.shard(*first)) else { continue };
            let mut apps = shard.apps.lock();
            let Some(corner) = apps.get_mut(&app) else { continue };
            for key in keys {
                let Ok(groups) = corner.shelf(*key) else { continue };
                match groups.get(key.group).map(|group| check_content(group, content)) {
                    Some(Ok(())) => return Ok(()),
                    Some(refused) => answer = refused,
                    None => {}
                }
            }
        }
        answer
    }

    /// Every group of an app as plain data, shard by shard, but for those that [gave up their ids](Self::release_id).
    ///
    /// A shard is kept from others for one group at a time. Each group is as it is when its turn comes; those that
    /// are made or disposed of meanwhile are left out.
    pub fn snapshot(&self, app: AppId) -> Vec<Snapshot> {
        let snapshot = |key: &HubKey| {
            let mut apps = self.shard(*key)?.apps.lock();
            let groups = apps.get_mut(&app)?.shelf(*key).ok()?;
            let group = groups.get(key.group)?;
            // One that gave its id up has ended, and another may be restored under that id.
            (groups.find(group.id()) == Some(key.group)).then(|| group.snapshot())
        };
        self.groups(app).iter().filter_map(snapshot).collect()
    }

    /// Takes a group in from a snapshot: see [`Group::restore`].
    ///
    /// # Errors
    /// As [`Group::restore`]; an unknown app, or a group of that id that is there already, is an error too.
    pub fn restore(
        &self,
        app: AppId,
        snapshot: Snapshot,
        filters: &[Arc<Filter>],
        new_epoch: Option<Epoch>,
    ) -> Result<HubKey, RestoreError> {
        let group = Group::restore(snapshot, filters, self.key, new_epoch)?;
        let shard = self.shard_of(group.id());
        let inserted = self.with_corner(app, shard, |corner| {
            let group = corner.shelf.insert(group)?;
            Ok(HubKey { app, life: corner.life, shard, group })
        });
        inserted.map_err(|_| RestoreError::Corrupt { what: "no such app, or the id is taken" })
    }

    /// Roughly the bytes that all groups, users and sessions hold.
    pub fn heap_bytes(&self) -> usize {
        let groups = |shard: &Shard| {
            shard.apps.lock().values().map(|corner| corner.shelf.bytes()).sum::<usize>()
        };
        let folk = |desk: &Mutex<BTreeMap<AppId, Folk>>| {
            desk.lock().values().map(Folk::bytes).sum::<usize>()
        };
        self.shards.iter().map(groups).sum::<usize>() + self.desks.iter().map(folk).sum::<usize>()
    }

    /// The one drainer of a shard; `None` while another has it, or if there is no such shard.
    pub fn drainer(&self, shard: usize) -> Option<Drainer<'_>> {
        Drainer::take(self, shard)
    }

    /// Wakes the drainer of a shard that [waits](Drainer::wait): for a host that gave its fan-out
    /// thread something to do beside the hub, such as a connection that came.
    pub fn wake(&self, shard: usize) {
        if let Some(shard) = self.shards.get(shard) {
            shard.wake();
        }
    }

    fn shard_of(&self, id: &GroupId) -> u32 {
        place(self.key.hash_one(id), self.shards.len())
    }

    fn shard(&self, key: HubKey) -> Option<&Shard> {
        self.shards.get(key.shard as usize)
    }

    /// Does something with what an app has in a shard, and leaves a token if that gave its drainer
    /// something to do.
    fn with_corner<R>(
        &self,
        app: AppId,
        shard: u32,
        act: impl FnOnce(&mut Corner) -> Result<R, PushError>,
    ) -> Result<R, PushError> {
        let shard = self.shards.get(shard as usize).ok_or(PushError::NoSuchGroup)?;
        let mut apps = shard.apps.lock();
        let corner = apps.get_mut(&app).ok_or(PushError::NoSuchApp)?;
        let before = corner.shelf.poll_timeout();
        let result = act(corner);
        let sooner = match (corner.shelf.poll_timeout(), before) {
            (Some(after), Some(before)) => after < before,
            (after, None) => after.is_some(),
            (None, Some(_)) => false,
        };
        let wake = sooner || corner.shelf.is_ready();
        drop(apps);
        if wake {
            shard.wake();
        }
        result
    }
}

/// Groups shard by shard, as many as are dealt with under one lock: so many short commands take about a
/// tenth of a millisecond, and the lock lets others in between.
fn handfuls(keys: &[HubKey]) -> impl Iterator<Item = &[HubKey]> {
    const HANDFUL: usize = 256;
    keys.chunk_by(|one, other| one.shard == other.shard).flat_map(|shard| shard.chunks(HANDFUL))
}

/// Which of `count` places a hash falls to. The upper half says it: the tables in one place look at the
/// lowest bits of the same hash, and would find them all alike.
fn place(hash: u64, count: usize) -> u32 {
    u32::try_from((hash >> 32) % count as u64).unwrap_or(0)
}

impl Shard {
    /// Leaves a token. One is enough: who takes it takes everything.
    fn wake(&self) {
        let _there_already = self.wake.try_send(());
    }
}

/// One group of a hub, as a source of batches. Its lock is held while a batch is built, and never
/// while members are served.
#[derive(Clone, Copy, Debug)]
pub struct HubSource<'a> {
    hub: &'a Hub,
    key: HubKey,
    until: Seq,
}

impl HubSource<'_> {
    /// The same without what comes after `until`: see [`Group::batch_until`].
    #[must_use]
    pub fn until(self, until: Seq) -> Self {
        Self { until, ..self }
    }
}

impl Source for HubSource<'_> {
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.hub.batch_until(self.key, cursor, self.until)
    }
}
