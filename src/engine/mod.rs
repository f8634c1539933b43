//! One app on one thread: groups, users with their profiles, sessions, one timer queue, the budget.
//!
//! The verbs are those of a [`Group`], with a [`GroupKey`] to say which.

mod creation;
mod error;
mod shelf;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::{creation::Creation, error::PushError};
pub(crate) use self::{creation::assigned, shelf::Shelf};
use crate::{
    batch::Batch,
    command::{Command, Join, Receipt},
    cursor::{Cursor, CursorError},
    directory::{Sessions, Users, Visitor},
    filter::Filter,
    form,
    group::{Group, RestoreError, Snapshot},
    hash::HashKey,
    id::{Epoch, GroupId, GroupKey, SessionId, UserId},
    log::Entries,
    message::Content,
    output::Output,
    refusal::Refusal,
    role::{Author, Profile},
    time::{Rate, Timestamp},
};

/// How much an engine may hold.
///
/// ```
/// use liveroom::EngineConfig;
///
/// let small = EngineConfig { budget: 64 << 20, sessions: 10_000, ..EngineConfig::default() };
/// # let _ = small;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineConfig {
    /// Bytes that all groups, users and sessions together may hold before commands are refused.
    /// Default 1 GiB.
    pub budget: usize,
    /// Sessions that may be open at a time. Default 1,048,576; one costs some 100 bytes here.
    pub sessions: usize,
    /// Users of whom something may be known at a time: an open session, or a profile. Default
    /// 1,048,576; one costs some 100 bytes here, and its profile.
    pub users: usize,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { budget: 1 << 30, sessions: 1 << 20, users: 1 << 20 }
    }
}

impl EngineConfig {
    /// Whether another session may be open beside these.
    pub(crate) fn check_session<K: Copy + Eq>(
        &self,
        sessions: &Sessions<K>,
    ) -> Result<(), PushError> {
        let limit = self.sessions;
        if sessions.len() >= limit { Err(PushError::TooManySessions { limit }) } else { Ok(()) }
    }

    /// Whether something may be known of a user beside these.
    pub(crate) fn check_user(&self, users: &Users, user: &UserId) -> Result<(), PushError> {
        let limit = self.users;
        let fits = users.len() < limit || users.knows(user);
        if fits { Ok(()) } else { Err(PushError::TooManyUsers { limit }) }
    }

    /// Whether a user may have another session open.
    pub(crate) fn check_user_session(&self, users: &Users, user: &UserId) -> Result<(), PushError> {
        self.check_user(users, user)?;
        let limit = Users::SESSIONS;
        if users.sessions(user).len() < limit {
            return Ok(());
        }
        Err(PushError::TooManyOfUser { user: user.clone(), limit })
    }
}

/// The groups, users and sessions of one app, on one thread.
#[derive(Debug)]
pub struct Engine {
    key: HashKey,
    config: EngineConfig,
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
            config,
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
    /// [`PushError::GroupExists`] if the id is taken, [`PushError::ReservedId`] if it was not chosen; a
    /// refusal if the name is not 1 to 30 bytes; over budget, or too many groups.
    pub fn create(&mut self, now: Timestamp, creation: Creation) -> Result<GroupKey, PushError> {
        self.shelf.check_budget()?;
        let id = match creation.chosen()? {
            Some(id) => id,
            None => loop {
                self.created += 1;
                let id = assigned(self.key, now, self.created);
                if self.shelf.find(&id).is_none() {
                    break id;
                }
            },
        };
        if self.shelf.find(&id).is_some() {
            return Err(PushError::GroupExists);
        }
        self.shelf.insert(creation.build(now, id, self.key)?)
    }

    /// Takes a group in that was made elsewhere.
    ///
    /// # Errors
    /// [`PushError::GroupExists`] if its id is taken; over budget, or too many groups.
    pub fn adopt(&mut self, group: Group) -> Result<GroupKey, PushError> {
        self.shelf.check_budget()?;
        self.shelf.insert(group)
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

    /// Roughly the bytes that all groups, users and sessions hold.
    pub fn heap_bytes(&self) -> usize {
        self.shelf.bytes() + self.users.bytes() + self.sessions.bytes()
    }

    /// How many sessions are open.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// A connection came, of a user whom the host authenticated or of a guest.
    ///
    /// # Errors
    /// [`PushError::SessionOpen`]: session ids are not used twice at a time. Others say what there is too
    /// much of: sessions, sessions of this user (at most 100), users, or memory.
    pub fn open(&mut self, session: SessionId, visitor: Visitor) -> Result<(), PushError> {
        if self.sessions.visitor(session).is_some() {
            return Err(PushError::SessionOpen { session });
        }
        self.shelf.check_budget()?;
        self.config.check_session(&self.sessions)?;
        if let Some(user) = &visitor.user {
            self.config.check_user_session(&self.users, user)?;
            self.users.opened(user, session);
        }
        self.sessions.open(session, visitor);
        self.weigh();
        Ok(())
    }

    /// Users and sessions changed: what they hold counts beside the groups.
    fn weigh(&mut self) {
        self.shelf.set_beside(self.users.bytes() + self.sessions.bytes());
    }

    /// A connection was lost: it is detached from every group it was in, at `now`.
    ///
    /// That cannot be refused. A group whose outputs wait hears of it once they are
    /// [polled](Self::poll); until then it goes no further than to `now`, and takes no command.
    pub fn close(&mut self, now: Timestamp, session: SessionId) {
        let Some((visitor, groups)) = self.sessions.close(session) else { return };
        let author = match &visitor.user {
            Some(user) => {
                self.users.closed(user, session);
                Author::Session(session)
            }
            None => Author::Guest(session),
        };
        self.weigh();
        for key in groups {
            self.shelf.lose(now, key, author.clone());
        }
    }

    /// A user's profile, empty if none was set.
    pub fn profile(&self, user: &UserId) -> Arc<Profile> {
        self.users.profile_set(user).unwrap_or_default()
    }

    /// Sets a user's profile, for the groups they are in and those they will come into, or come back to.
    /// An empty one is forgotten, and leaves them what their joins say.
    ///
    /// # Errors
    /// A refusal if nick or avatar are too long, or not fit to be shown; [`PushError::TooManyUsers`] if
    /// nothing is known of the user yet. Any other error is of the first group that could not hear of
    /// it, because its outputs wait, or memory is short: the profile is set, and setting it again
    /// tells those that have not heard.
    pub fn set_profile(
        &mut self,
        now: Timestamp,
        user: &UserId,
        profile: Profile,
    ) -> Result<(), PushError> {
        form::profile(&profile)?;
        self.config.check_user(&self.users, user)?;
        let profile = Arc::new(profile);
        self.users.set_profile(user, Some(profile.clone()));
        self.weigh();
        let mut heard = Ok(());
        for session in self.users.sessions(user) {
            for key in self.sessions.groups(session) {
                heard = heard.and(self.shelf.show_as(now, *key, user, &profile));
            }
        }
        heard
    }

    /// Forgets a user's profile.
    pub fn forget(&mut self, user: &UserId) {
        self.users.set_profile(user, None);
        self.weigh();
    }

    /// Settles what is due in the group, then applies the command.
    ///
    /// A [`Join`] or attach over a session is completed from the directory: its user must be the
    /// session's, its platform is the session's, and so is the profile if one was set.
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
            complete(&mut command, &by, visitor, |user| self.users.profile_set(user))?;
            if !self.sessions.has_room(session, key) {
                self.sessions.keep(session, |key| self.shelf.is_connected(key, session));
            }
            let limit = Sessions::<GroupKey>::GROUPS;
            if !self.sessions.has_room(session, key) {
                return Err(PushError::TooManyJoined { session, limit });
            }
            if let Command::Attach { user, .. } = &command
                && let Some(profile) = self.users.profile_set(user)
            {
                self.shelf.show_as(now, key, user, &profile)?;
            }
        }
        let leaves = matches!(command, Command::Quit | Command::Detach);
        let answer = self.shelf.push(now, key, by, command);
        if comes && answer.is_ok() {
            self.sessions.entered(session, key);
            self.weigh();
        } else if leaves && !self.shelf.is_connected(key, session) {
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

    /// Sends a message of the app to all groups, as a notice; returns how many took it. Those whose
    /// limits it exceeds, or whose outputs wait, do not.
    ///
    /// # Errors
    /// A refusal if it exceeds the limits of all groups; [`PushError::BroadcastTooOften`]: one a second
    /// ("1/s", the modelled service).
    pub fn broadcast(&mut self, now: Timestamp, content: Content) -> Result<usize, PushError> {
        let mut refused = Ok(());
        for (_, group) in self.shelf.iter() {
            refused = check_content(group, &content);
            if refused.is_ok() {
                break;
            }
        }
        refused?;
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

/// Whether a group's limits allow this to be said in it.
pub(crate) fn check_content(group: &Group, content: &Content) -> Result<(), Refusal> {
    form::content(content, &group.config().settings().limits)
}

/// At most one broadcast a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Broadcasts {
    next: Timestamp,
}

impl Broadcasts {
    pub(crate) fn admit(&mut self, now: Timestamp) -> Result<(), PushError> {
        const ONCE: Rate = Rate::per_second(1).expect("one is not zero");
        let then = now + ONCE.interval();
        // One that was sent at a wild time is over as soon as one sent now would be.
        self.next = self.next.min(then);
        if now < self.next {
            return Err(PushError::BroadcastTooOften { until: self.next });
        }
        self.next = then;
        Ok(())
    }
}

/// Completes a join or attach from what the directory knows, and checks that it is the session's own.
pub(crate) fn complete(
    command: &mut Command,
    by: &Author,
    visitor: &Visitor,
    profile: impl FnOnce(&UserId) -> Option<Arc<Profile>>,
) -> Result<(), PushError> {
    let (Author::Session(session) | Author::Guest(session)) = *by else { return Ok(()) };
    let is_guest = matches!(by, Author::Guest(_));
    let own = match command {
        Command::Join(Join { user, platform, profile: shown, .. }) => {
            *platform = visitor.platform;
            if let Some(known) = user.as_ref().and_then(profile) {
                *shown = known;
            }
            *user == visitor.user
        }
        Command::Attach { user, platform, .. } => {
            *platform = visitor.platform;
            Some(&*user) == visitor.user.as_ref()
        }
        _ => true,
    };
    let fits = own && is_guest == visitor.user.is_none();
    if fits { Ok(()) } else { Err(PushError::Impostor { session }) }
}
