//! One app on one thread: groups, users with their profiles, sessions, one timer queue, the budget.
//!
//! The verbs are those of a [`Group`], with a [`GroupKey`] to say which.

mod shelf;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use thiserror::Error;

pub(crate) use self::shelf::{Shelf, is_out};
use crate::{
    batch::Batch,
    command::{Command, Join, Receipt},
    config::GroupConfig,
    cursor::{Cursor, CursorError},
    directory::{Sessions, Users, Visitor},
    filter::Filter,
    group::{Group, RestoreError, Snapshot},
    id::{Epoch, GroupId, GroupKey, HashKey, SessionId, UserId},
    log::Entries,
    message::Content,
    output::Output,
    refusal::Refusal,
    role::{Author, Profile},
    time::{Rate, Timestamp},
};

/// Why an engine or hub turned a command away before, or when, its group saw it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushError {
    /// The group turned it away.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key is of a group that was disposed of, or of another engine.
    #[error("there is no such group; look its id up again")]
    NoSuchGroup,
    /// A group of this id is there already.
    #[error("a group of this id exists; choose another id")]
    GroupExists,
    /// There are as many groups as there may be.
    #[error("no more groups can be made; dispose of some")]
    TooManyGroups,
    /// All groups together hold more memory than the budget allows.
    #[error("groups hold {held} bytes, the budget is {budget}; dispose of some, or wait")]
    OverBudget {
        /// What they hold.
        held: usize,
        /// What they may hold.
        budget: usize,
    },
    /// The session is not open.
    #[error("session {session} is not open")]
    UnknownSession {
        /// Which.
        session: SessionId,
    },
    /// The session is open already.
    #[error("session {session} is open already; session ids are not used twice")]
    SessionOpen {
        /// Which.
        session: SessionId,
    },
    /// The command names another user than the one whose session it came over, or a guest's session
    /// as a user's.
    #[error("session {session} is not that user's")]
    Impostor {
        /// Which.
        session: SessionId,
    },
    /// The session is in as many groups as it may be.
    #[error("session {session} is in {limit} groups; leave one first")]
    TooManyJoined {
        /// Which.
        session: SessionId,
        /// How many groups that are.
        limit: usize,
    },
    /// Broadcasts come at most once a second.
    #[error("a broadcast was sent a moment ago; try again at {until}")]
    BroadcastTooOften {
        /// When to try again.
        until: Timestamp,
    },
    /// There are as many apps as there may be.
    #[error("there are {limit} apps; disable and delete one first")]
    TooManyApps {
        /// How many that are.
        limit: usize,
    },
    /// There is no such app.
    #[error("there is no such app; create it first")]
    NoSuchApp,
    /// The app is disabled.
    #[error("the app is disabled; enable it first")]
    AppDisabled,
    /// The app's time is over.
    #[error("the app expired at {at}; renew it first")]
    AppExpired {
        /// Since when.
        at: Timestamp,
    },
    /// An app must be disabled before it is deleted.
    #[error("the app is in use; disable it first: deleting it removes all its data")]
    AppInUse,
}

/// What a new group is made of.
///
/// ```
/// use liveroom::{Creation, GroupId};
///
/// let assigned = Creation::named("Friday night"); // gets an id like @TGS#…
/// let chosen = Creation::named("Friday night").id(GroupId::custom("friday")?);
/// # Ok::<(), liveroom::IdError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Creation {
    id: Option<GroupId>,
    name: Arc<str>,
    owner: Option<UserId>,
    config: GroupConfig,
    epoch: Epoch,
}

impl Creation {
    /// A group of this name, 1 to 30 bytes, without an owner, under the `livestream` preset.
    pub fn named(name: &str) -> Self {
        let config = GroupConfig::livestream();
        Self { id: None, name: name.into(), owner: None, config, epoch: Epoch(1) }
    }

    /// With an id of the host's choice instead of an assigned one.
    #[must_use]
    pub fn id(self, id: GroupId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// With an owner.
    #[must_use]
    pub fn owner(self, owner: UserId) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Under another config.
    #[must_use]
    pub fn config(self, config: GroupConfig) -> Self {
        Self { config, ..self }
    }

    /// In another epoch than the first: for an id that was used before, whose history is lost.
    #[must_use]
    pub fn epoch(self, epoch: Epoch) -> Self {
        Self { epoch, ..self }
    }

    pub(crate) fn custom_id(&self) -> Option<&GroupId> {
        self.id.as_ref()
    }

    /// Makes the group, and names it.
    pub(crate) fn build(
        self,
        now: Timestamp,
        id: GroupId,
        key: HashKey,
    ) -> Result<Group, PushError> {
        let mut group = Group::new(id, self.owner, self.config, self.epoch, key, now);
        group.christen(now, self.name)?;
        Ok(group)
    }
}

/// How much an engine may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EngineConfig {
    /// Bytes that all groups together may hold before commands are refused. Default 1 GiB.
    pub budget: usize,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { budget: 1 << 30 }
    }
}

/// The groups, users and sessions of one app, on one thread.
#[derive(Debug)]
pub struct Engine {
    key: HashKey,
    shelf: Shelf,
    users: Users,
    sessions: Sessions<GroupKey>,
    created: u64,
    broadcast: Broadcasts,
}

impl Engine {
    /// An engine without groups. `key` is random and secret.
    pub fn new(key: HashKey, config: EngineConfig) -> Self {
        Self {
            key,
            shelf: Shelf::new(key, config.budget),
            users: Users::new(key),
            sessions: Sessions::new(key),
            created: 0,
            broadcast: Broadcasts::default(),
        }
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`PushError::GroupExists`] if the id is taken; a refusal if the name is not 1 to 30 bytes;
    /// over budget, or too many groups.
    pub fn create(&mut self, now: Timestamp, creation: Creation) -> Result<GroupKey, PushError> {
        self.shelf.check_budget()?;
        let id = creation.custom_id().cloned().unwrap_or_else(|| {
            assigned(self.key, &mut self.created, |id| self.shelf.find(id).is_some())
        });
        if self.shelf.find(&id).is_some() {
            return Err(PushError::GroupExists);
        }
        self.shelf.insert(creation.build(now, id, self.key)?)
    }

    /// Takes a group away, disbanded or not, with all it holds.
    pub fn dispose(&mut self, key: GroupKey) -> Option<Group> {
        self.shelf.remove(key)
    }

    /// The key of a group; keep it, and use it instead of the id.
    pub fn find(&self, id: &GroupId) -> Option<GroupKey> {
        self.shelf.find(id)
    }

    /// A group, to read.
    pub fn group(&self, key: GroupKey) -> Option<&Group> {
        self.shelf.get(key)
    }

    /// Every group with its key, in the order of their places.
    pub fn groups(&self) -> impl Iterator<Item = (GroupKey, &Group)> {
        self.shelf.iter()
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.shelf.len()
    }

    /// Whether there are no groups.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Roughly the bytes that all groups hold.
    pub fn heap_bytes(&self) -> usize {
        self.shelf.bytes()
    }

    /// How many sessions are open.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// A connection came, of a user whom the host authenticated or of a guest.
    ///
    /// # Errors
    /// [`PushError::SessionOpen`]: session ids are not used twice at a time.
    pub fn open(&mut self, session: SessionId, visitor: Visitor) -> Result<(), PushError> {
        let user = visitor.user.clone();
        if !self.sessions.open(session, visitor) {
            return Err(PushError::SessionOpen { session });
        }
        if let Some(user) = user {
            self.users.opened(user, session);
        }
        Ok(())
    }

    /// A connection was lost: it is detached from every group it was in.
    pub fn close(&mut self, now: Timestamp, session: SessionId) {
        let Some((visitor, groups)) = self.sessions.close(session) else { return };
        let author = match &visitor.user {
            Some(user) => {
                self.users.closed(user, session);
                Author::Session(session)
            }
            None => Author::Guest(session),
        };
        for key in groups {
            // A group that it is out of already, or that is gone, has nothing to detach.
            self.shelf.detach(now, key, author.clone());
        }
    }

    /// A user's profile, empty if none was set.
    pub fn profile(&self, user: &UserId) -> Arc<Profile> {
        self.users.profile(user)
    }

    /// Sets a user's profile, for the groups they are in and those they will join.
    ///
    /// # Errors
    /// A refusal if nick or avatar are too long, or not fit to be shown.
    pub fn set_profile(
        &mut self,
        now: Timestamp,
        user: &UserId,
        profile: Profile,
    ) -> Result<(), PushError> {
        crate::form::profile(&profile)?;
        let profile = Arc::new(profile);
        self.users.set_profile(user, Some(profile.clone()));
        for session in self.users.sessions(user) {
            for key in SmallVec::<[GroupKey; 4]>::from_slice(self.sessions.groups(session)) {
                let command = Command::SetProfile { profile: profile.clone() };
                // A group that is gone, or that they left, need not know.
                let _gone = self.shelf.push(now, key, Author::Session(session), command);
            }
        }
        Ok(())
    }

    /// Forgets a user's profile.
    pub fn forget(&mut self, user: &UserId) {
        self.users.set_profile(user, None);
    }

    /// Settles what is due in the group, then applies the command.
    ///
    /// A [`Join`] over a session is completed from the directory: its user must be the session's, its
    /// platform is the session's, and so is its profile if one was set.
    ///
    /// # Errors
    /// [`PushError::Refused`] holds the group's own refusal; the others say why it never got there.
    pub fn push(
        &mut self,
        now: Timestamp,
        key: GroupKey,
        by: Author,
        mut command: Command,
    ) -> Result<Receipt, PushError> {
        let session = match by {
            Author::Session(session) | Author::Guest(session) => session,
            Author::App | Author::AppAs { .. } => return self.shelf.push(now, key, by, command),
        };
        let comes = command.newcomer().is_some();
        if comes {
            let unknown = PushError::UnknownSession { session };
            let visitor = self.sessions.visitor(session).ok_or(unknown)?;
            let limit = Sessions::<GroupKey>::GROUPS;
            if !self.sessions.has_room(session, key) {
                return Err(PushError::TooManyJoined { session, limit });
            }
            complete(&mut command, &by, visitor, |user| self.users.profile(user))?;
        }
        let leaves = matches!(command, Command::Quit | Command::Detach);
        let answer = self.shelf.push(now, key, by, command);
        if comes && answer.is_ok() {
            self.sessions.entered(session, key);
        } else if leaves && is_out(&answer) {
            self.sessions.left(session, key);
        }
        answer
    }

    /// Advances every group that has something due.
    pub fn advance(&mut self, now: Timestamp) {
        self.shelf.advance(now);
    }

    /// The next output of any group; groups take turns.
    pub fn poll(&mut self) -> Option<(GroupKey, Output)> {
        self.shelf.poll()
    }

    /// When [`advance`](Self::advance) is wanted next; `None` while every group is idle.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.shelf.poll_timeout()
    }

    /// The entries of a group after `cursor`: see [`Group::since`].
    ///
    /// # Errors
    /// [`CursorError::OtherGroup`] if the key finds no group, and as [`Group::since`].
    pub fn since(&self, key: GroupKey, cursor: &Cursor) -> Result<Entries<'_>, CursorError> {
        self.shelf.get(key).ok_or(CursorError::OtherGroup)?.since(cursor)
    }

    /// A batch of a group's entries after `cursor`: see [`Group::batch`].
    ///
    /// # Errors
    /// [`CursorError::OtherGroup`] if the key finds no group, and as [`Group::batch`].
    pub fn batch(&mut self, key: GroupKey, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.shelf.with(key, |group| group.batch(cursor)).unwrap_or(Err(CursorError::OtherGroup))
    }

    /// Makes a filter known to a group: see [`Group::install_filter`].
    ///
    /// # Errors
    /// [`PushError::NoSuchGroup`].
    pub fn install_filter(&mut self, key: GroupKey, filter: Arc<Filter>) -> Result<(), PushError> {
        self.shelf.with(key, |group| group.install_filter(filter))
    }

    /// Sends a message of the app to all groups, as a notice; returns how many took it.
    ///
    /// # Errors
    /// [`PushError::BroadcastTooOften`]: one a second ("1/s", the modelled service).
    pub fn broadcast(&mut self, now: Timestamp, content: Content) -> Result<usize, PushError> {
        self.broadcast.admit(now)?;
        let content = Arc::new(content);
        let keys: Vec<GroupKey> = self.shelf.iter().map(|(key, _)| key).collect();
        let command = || Command::Broadcast { content: content.clone() };
        let mut took = |key: &GroupKey| self.shelf.push(now, *key, Author::App, command()).is_ok();
        Ok(keys.iter().filter(|key| took(key)).count())
    }

    /// Every group as plain data. Sessions and profiles are the host's to bring back.
    pub fn snapshot(&self) -> Vec<Snapshot> {
        self.shelf.iter().map(|(_, group)| group.snapshot()).collect()
    }

    /// Takes a group in from a snapshot: see [`Group::restore`].
    ///
    /// # Errors
    /// As [`Group::restore`]; a snapshot of a group that is there already does not fit.
    pub fn restore(
        &mut self,
        snapshot: Snapshot,
        filters: &[Arc<Filter>],
        new_epoch: Option<Epoch>,
    ) -> Result<GroupKey, RestoreError> {
        let group = Group::restore(snapshot, filters, self.key, new_epoch)?;
        let taken = RestoreError::Corrupt { what: "a group of this id is there already" };
        self.shelf.insert(group).map_err(|_| taken)
    }
}

/// At most one broadcast a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Broadcasts {
    next: Timestamp,
}

impl Broadcasts {
    pub(crate) fn admit(&mut self, now: Timestamp) -> Result<(), PushError> {
        if now < self.next {
            return Err(PushError::BroadcastTooOften { until: self.next });
        }
        let once = Rate::per_second(1).expect("one is not zero");
        self.next = now + once.interval();
        Ok(())
    }
}

/// An assigned id that is not taken. The key makes it hard to guess, the count makes it new.
pub(crate) fn assigned(key: HashKey, count: &mut u64, taken: impl Fn(&GroupId) -> bool) -> GroupId {
    loop {
        *count += 1;
        let id = GroupId::assigned(key.hash_one(*count));
        if !taken(&id) {
            return id;
        }
    }
}

/// Completes a join or attach from what the directory knows, and checks that it is the session's own.
pub(crate) fn complete(
    command: &mut Command,
    by: &Author,
    visitor: &Visitor,
    profile: impl Fn(&UserId) -> Arc<Profile>,
) -> Result<(), PushError> {
    let (Author::Session(session) | Author::Guest(session)) = *by else { return Ok(()) };
    let is_guest = matches!(by, Author::Guest(_));
    let own = match command {
        Command::Join(Join { user, platform, profile: shown, .. }) => {
            *platform = visitor.platform;
            if let Some(user) = user {
                let known = profile(user);
                if *known != Profile::default() {
                    *shown = known;
                }
            }
            *user == visitor.user
        }
        Command::Attach { user, platform } => {
            *platform = visitor.platform;
            Some(&*user) == visitor.user.as_ref()
        }
        _ => true,
    };
    let fits = own && is_guest == visitor.user.is_none();
    if fits { Ok(()) } else { Err(PushError::Impostor { session }) }
}
