//! Apps and their groups, for any number of threads.
//!
//! Groups are spread over shards by their id, sessions and users over others by theirs. Each shard
//! stands behind a lock of its own, and no lock is held while another is taken, so there is no order
//! of locks to remember. Whoever gives a shard something to do leaves one token in its channel; the
//! shard's one [`Drainer`] takes it, and everything there is to tell.

mod apps;
mod drainer;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use self::apps::{App, Apps};
pub use self::{
    apps::{AppInfo, AppStatus},
    drainer::Drainer,
};
use crate::{
    audience::Source,
    batch::Batch,
    command::{Command, Receipt},
    cursor::{Cursor, CursorError},
    directory::{Sessions, Users, Visitor},
    engine::{Broadcasts, Creation, EngineConfig, PushError, Shelf, assigned, complete, is_out},
    filter::Filter,
    group::{Group, RestoreError, Snapshot},
    id::{AppId, Epoch, GroupId, GroupKey, HashKey, SessionId, UserId},
    message::Content,
    role::{Author, Profile},
    time::Timestamp,
};

/// A group's place in a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HubKey {
    app: AppId,
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
}

/// Users and sessions of every app, those whose hash falls here.
#[derive(Debug, Default)]
struct Desk {
    users: BTreeMap<AppId, Users>,
    sessions: BTreeMap<AppId, Sessions<HubKey>>,
}

/// Apps and their groups, for any number of threads. All methods take `&self`.
#[derive(Debug)]
pub struct Hub {
    key: HashKey,
    config: EngineConfig,
    registry: RwLock<Registry>,
    shards: Vec<Shard>,
    desks: Vec<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Registry {
    apps: Apps,
    created: u64,
    broadcasts: BTreeMap<AppId, Broadcasts>,
}

impl Hub {
    /// A hub of `shards` shards (at least one; one for each core that fans out is a good number).
    ///
    /// `key` is random and secret. The config's budget holds for each app in each shard.
    pub fn new(key: HashKey, shards: usize, config: EngineConfig) -> Self {
        let shard = || {
            let (wake, woken) = bounded(1);
            Shard { apps: Mutex::default(), wake, woken, drained: AtomicBool::new(false) }
        };
        let count = shards.clamp(1, u32::MAX as usize);
        Self {
            key,
            config,
            registry: RwLock::default(),
            shards: (0..count).map(|_| shard()).collect(),
            desks: (0..count).map(|_| Mutex::default()).collect(),
        }
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Registers an app, or answers what is known of it: the same id is the same app (seed, step 4).
    ///
    /// # Errors
    /// [`PushError::TooManyApps`]: disable and delete one first (seed, step 1).
    pub fn create_app(
        &self,
        now: Timestamp,
        id: AppId,
        name: &str,
        expires: Option<Timestamp>,
    ) -> Result<AppInfo, PushError> {
        let app = self.registry.write().apps.create(now, id, name, expires)?;
        for shard in &self.shards {
            shard.apps.lock().entry(id).or_insert_with(|| Corner {
                shelf: Shelf::new(self.key, self.config.budget),
                app: app.clone(),
            });
        }
        Ok(app.info)
    }

    /// What is known of an app.
    pub fn app(&self, id: AppId) -> Option<AppInfo> {
        self.registry.read().apps.get(id).map(|app| app.info.clone())
    }

    /// Every app, in the order of their ids.
    pub fn apps(&self) -> Vec<AppInfo> {
        self.registry.read().apps.iter().cloned().collect()
    }

    /// Lets an app be used, or not. A disabled app keeps its groups, which take no commands.
    ///
    /// # Errors
    /// [`PushError::NoSuchApp`].
    pub fn set_app_status(&self, id: AppId, status: AppStatus) -> Result<(), PushError> {
        let app = self.registry.write().apps.change(id, |app| app.status = status)?;
        self.tell_corners(&app);
        Ok(())
    }

    /// Changes when an app expires.
    ///
    /// # Errors
    /// [`PushError::NoSuchApp`].
    pub fn renew_app(&self, id: AppId, expires: Option<Timestamp>) -> Result<(), PushError> {
        let app = self.registry.write().apps.change(id, |app| app.expires = expires)?;
        self.tell_corners(&app);
        Ok(())
    }

    /// Deletes a disabled app with all its groups, users and sessions. They cannot be recovered.
    ///
    /// # Errors
    /// [`PushError::AppInUse`] unless it was disabled; [`PushError::NoSuchApp`].
    pub fn delete_app(&self, id: AppId) -> Result<AppInfo, PushError> {
        let info = self.registry.write().apps.begin_delete(id)?;
        for shard in &self.shards {
            shard.apps.lock().remove(&id);
        }
        for desk in &self.desks {
            let mut desk = desk.lock();
            desk.users.remove(&id);
            desk.sessions.remove(&id);
        }
        let mut registry = self.registry.write();
        registry.broadcasts.remove(&id);
        registry.apps.end_delete(id);
        Ok(info)
    }

    /// Copies what the registry says of an app to every shard that does not know better.
    fn tell_corners(&self, app: &App) {
        for shard in &self.shards {
            if let Some(corner) = shard.apps.lock().get_mut(&app.info.id)
                && corner.app.revision < app.revision
            {
                corner.app = app.clone();
            }
        }
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
        let id = match creation.custom_id() {
            Some(id) => id.clone(),
            // The key makes it hard to guess, and 64 bits make it new; should it be taken after
            // all, making the group says so.
            None => assigned(self.key, &mut self.registry.write().created, |_| false),
        };
        let shard = self.shard_of(&id);
        let group = creation.build(now, id, self.key)?;
        self.with_corner(app, shard, |corner| {
            corner.app.info.check(now)?;
            corner.shelf.check_budget()?;
            let group = corner.shelf.insert(group)?;
            Ok(HubKey { app, shard, group })
        })
    }

    /// Takes a group away, disbanded or not, with all it holds.
    pub fn dispose(&self, key: HubKey) -> Option<Group> {
        self.shard(key)?.apps.lock().get_mut(&key.app)?.shelf.remove(key.group)
    }

    /// The key of a group; keep it, and use it instead of the id.
    pub fn find(&self, app: AppId, id: &GroupId) -> Option<HubKey> {
        let shard = self.shard_of(id);
        let group = self.shards[shard as usize].apps.lock().get(&app)?.shelf.find(id)?;
        Some(HubKey { app, shard, group })
    }

    /// Reads a group, under its shard's lock: be quick, and take nothing else.
    pub fn read<R>(&self, key: HubKey, read: impl FnOnce(&Group) -> R) -> Option<R> {
        self.shard(key)?.apps.lock().get(&key.app)?.shelf.get(key.group).map(read)
    }

    /// A connection came, of a user whom the host authenticated or of a guest.
    ///
    /// # Errors
    /// [`PushError::SessionOpen`]: session ids are not used twice at a time; [`PushError::NoSuchApp`].
    pub fn open(&self, app: AppId, session: SessionId, visitor: Visitor) -> Result<(), PushError> {
        if self.app(app).is_none() {
            return Err(PushError::NoSuchApp);
        }
        let user = visitor.user.clone();
        let opened = self.with_sessions(app, session, |open| open.open(session, visitor));
        if !opened {
            return Err(PushError::SessionOpen { session });
        }
        if let Some(user) = user {
            self.with_users(app, &user, |users| users.opened(user.clone(), session));
        }
        Ok(())
    }

    /// A connection was lost: it is detached from every group it was in.
    pub fn close(&self, now: Timestamp, app: AppId, session: SessionId) {
        let closed = self.with_sessions(app, session, |open| open.close(session));
        let Some((visitor, groups)) = closed else { return };
        let author = match &visitor.user {
            Some(user) => {
                self.with_users(app, user, |users| users.closed(user, session));
                Author::Session(session)
            }
            None => Author::Guest(session),
        };
        for key in groups {
            // A group that it is out of already, or that is gone, has nothing to detach.
            self.detach(now, key, author.clone());
        }
    }

    /// A user's profile, empty if none was set.
    pub fn profile(&self, app: AppId, user: &UserId) -> Arc<Profile> {
        self.with_users(app, user, |users| users.profile(user))
    }

    /// Sets a user's profile, for the groups they are in and those they will join.
    ///
    /// # Errors
    /// A refusal if nick or avatar are too long, or not fit to be shown; [`PushError::NoSuchApp`].
    pub fn set_profile(
        &self,
        now: Timestamp,
        app: AppId,
        user: &UserId,
        profile: Profile,
    ) -> Result<(), PushError> {
        crate::form::profile(&profile)?;
        if self.app(app).is_none() {
            return Err(PushError::NoSuchApp);
        }
        let profile = Arc::new(profile);
        let sessions = self.with_users(app, user, |users| {
            users.set_profile(user, Some(profile.clone()));
            users.sessions(user)
        });
        for session in sessions {
            let groups: SmallVec<[HubKey; 4]> =
                self.with_sessions(app, session, |open| open.groups(session).into());
            for key in groups {
                let command = Command::SetProfile { profile: profile.clone() };
                // A group that is gone, or that they left, need not know.
                let _gone = self.push_to_group(now, key, Author::Session(session), command);
            }
        }
        Ok(())
    }

    /// Settles what is due in the group, then applies the command: see
    /// [`Engine::push`](crate::Engine::push).
    ///
    /// # Errors
    /// [`PushError::Refused`] holds the group's own refusal; the others say why it never got there.
    pub fn push(
        &self,
        now: Timestamp,
        key: HubKey,
        by: Author,
        mut command: Command,
    ) -> Result<Receipt, PushError> {
        let session = match by {
            Author::Session(session) | Author::Guest(session) => session,
            Author::App | Author::AppAs { .. } => return self.push_to_group(now, key, by, command),
        };
        let comes = command.newcomer().is_some();
        if comes {
            self.check_in(key, session, &by, &mut command)?;
        }
        let leaves = matches!(command, Command::Quit | Command::Detach);
        let answer = self.push_to_group(now, key, by.clone(), command);
        if comes && answer.is_ok() {
            let open = self.with_sessions(key.app, session, |open| {
                open.entered(session, key);
                open.visitor(session).is_some()
            });
            if !open {
                // The connection was lost while it came in: nobody else will detach it.
                self.detach(now, key, by);
            }
        } else if leaves && is_out(&answer) {
            self.with_sessions(key.app, session, |open| open.left(session, key));
        }
        answer
    }

    /// Completes a command that comes in, and checks that it is the session's own.
    fn check_in(
        &self,
        key: HubKey,
        session: SessionId,
        by: &Author,
        command: &mut Command,
    ) -> Result<(), PushError> {
        let (visitor, room) = self.with_sessions(key.app, session, |open| {
            (open.visitor(session).cloned(), open.has_room(session, key))
        });
        let visitor = visitor.ok_or(PushError::UnknownSession { session })?;
        if !room {
            let limit = Sessions::<HubKey>::GROUPS;
            return Err(PushError::TooManyJoined { session, limit });
        }
        let profile = |user: &UserId| self.profile(key.app, user);
        complete(command, by, &visitor, profile)
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
            corner.shelf.push(now, key.group, by, command)
        })
    }

    /// Detaches a lost session, from whatever of the app and the group is still there.
    fn detach(&self, now: Timestamp, key: HubKey, session: Author) {
        let _gone = self.with_corner(key.app, key.shard, |corner| {
            corner.shelf.detach(now, key.group, session);
            Ok(())
        });
    }

    /// A batch of a group's entries after `cursor`: see [`Group::batch`].
    ///
    /// # Errors
    /// [`CursorError::OtherGroup`] if the key finds no group, and as [`Group::batch`].
    pub fn batch(&self, key: HubKey, cursor: &Cursor) -> Result<Batch, CursorError> {
        let gone = Err(CursorError::OtherGroup);
        let Some(shard) = self.shard(key) else { return gone };
        let mut apps = shard.apps.lock();
        let Some(corner) = apps.get_mut(&key.app) else { return gone };
        corner.shelf.with(key.group, |group| group.batch(cursor)).unwrap_or(gone)
    }

    /// A group as a source of batches, for an [`Audience`](crate::Audience).
    pub fn source(&self, key: HubKey) -> HubSource<'_> {
        HubSource { hub: self, key }
    }

    /// Makes a filter known to a group: see [`Group::install_filter`].
    ///
    /// # Errors
    /// [`PushError::NoSuchGroup`].
    pub fn install_filter(&self, key: HubKey, filter: Arc<Filter>) -> Result<(), PushError> {
        self.with_corner(key.app, key.shard, |corner| {
            corner.shelf.with(key.group, |group| group.install_filter(filter))
        })
    }

    /// Sends a message of the app to all its groups, as a notice; returns how many took it.
    ///
    /// # Errors
    /// [`PushError::BroadcastTooOften`]: one a second; [`PushError::NoSuchApp`].
    pub fn broadcast(
        &self,
        now: Timestamp,
        app: AppId,
        content: Content,
    ) -> Result<usize, PushError> {
        {
            let mut registry = self.registry.write();
            registry.apps.get(app).ok_or(PushError::NoSuchApp)?.info.check(now)?;
            registry.broadcasts.entry(app).or_default().admit(now)?;
        }
        let content = Arc::new(content);
        let mut took = 0;
        for shard in 0..self.shards.len() {
            let shard = u32::try_from(shard).unwrap_or(u32::MAX);
            took += self.with_corner(app, shard, |corner| {
                let keys: Vec<GroupKey> = corner.shelf.iter().map(|(key, _)| key).collect();
                let mut pushed = |key: &GroupKey| {
                    let command = Command::Broadcast { content: content.clone() };
                    corner.shelf.push(now, *key, Author::App, command).is_ok()
                };
                Ok(keys.iter().filter(|key| pushed(key)).count())
            })?;
        }
        Ok(took)
    }

    /// Every group of an app as plain data, shard by shard.
    pub fn snapshot(&self, app: AppId) -> Vec<Snapshot> {
        let mut snapshots = Vec::new();
        for shard in &self.shards {
            if let Some(corner) = shard.apps.lock().get(&app) {
                snapshots.extend(corner.shelf.iter().map(|(_, group)| group.snapshot()));
            }
        }
        snapshots
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
        let inserted = self.with_corner(app, shard, |corner| corner.shelf.insert(group));
        match inserted {
            Ok(group) => Ok(HubKey { app, shard, group }),
            Err(_) => Err(RestoreError::Corrupt { what: "no such app, or the id is taken" }),
        }
    }

    /// Roughly the bytes that all groups hold.
    pub fn heap_bytes(&self) -> usize {
        let held = |shard: &Shard| {
            shard.apps.lock().values().map(|corner| corner.shelf.bytes()).sum::<usize>()
        };
        self.shards.iter().map(held).sum()
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

    fn with_sessions<R>(
        &self,
        app: AppId,
        session: SessionId,
        act: impl FnOnce(&mut Sessions<HubKey>) -> R,
    ) -> R {
        let mut desk = self.desk(&session).lock();
        act(desk.sessions.entry(app).or_insert_with(|| Sessions::new(self.key)))
    }

    fn with_users<R>(&self, app: AppId, user: &UserId, act: impl FnOnce(&mut Users) -> R) -> R {
        let mut desk = self.desk(user).lock();
        act(desk.users.entry(app).or_insert_with(|| Users::new(self.key)))
    }

    fn desk(&self, id: &impl std::hash::Hash) -> &Mutex<Desk> {
        &self.desks[place(self.key.hash_one(id), self.desks.len()) as usize]
    }
}

/// Which of `count` places a hash falls to.
fn place(hash: u64, count: usize) -> u32 {
    u32::try_from(hash % count as u64).unwrap_or(0)
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
}

impl Source for HubSource<'_> {
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.hub.batch(self.key, cursor)
    }
}
