//! Users and sessions of a hub: who is there, and in which groups.
//!
//! What concerns a session passes two desks and a shard, one lock at a time. Between two of them
//! another thread may do anything, so whoever notes something looks again whether it still holds.

#![expect(clippy::indexing_slicing, reason = "a place is below the number of desks")]

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Hub, HubKey, place};
use crate::{
    command::{Command, Receipt},
    directory::{Sessions, Users, Visitor},
    engine::{EngineConfig, PushError, complete},
    hash::HashKey,
    id::{AppId, SessionId, UserId},
    role::{Author, Profile},
    time::Timestamp,
};

/// What one app has at one desk: the users and the sessions whose hash falls there.
#[derive(Debug)]
pub(super) struct Folk {
    pub(super) users: Users,
    pub(super) sessions: Sessions<HubKey>,
    /// Which life of the app that is.
    pub(super) life: u32,
}

impl Folk {
    pub(super) fn new(key: HashKey, life: u32) -> Self {
        Self { users: Users::new(key), sessions: Sessions::new(key), life }
    }

    /// Roughly the bytes of it all.
    pub(super) fn bytes(&self) -> usize {
        self.users.bytes() + self.sessions.bytes()
    }

    fn check_budget(&self, config: &EngineConfig) -> Result<(), PushError> {
        let (held, budget) = (self.bytes(), config.budget);
        if held > budget { Err(PushError::OverBudget { held, budget }) } else { Ok(()) }
    }
}

impl Hub {
    /// A connection came, of a user whom the host authenticated or of a guest.
    ///
    /// # Errors
    /// As [`Engine::open`](crate::Engine::open), and [`PushError::NoSuchApp`].
    pub fn open(&self, app: AppId, session: SessionId, visitor: Visitor) -> Result<(), PushError> {
        let user = visitor.user.clone();
        // The user first: who closes the session finds it noted there.
        let noted = user.as_ref().map(|user| {
            let noted = self.at_user(app, user, |folk| {
                folk.check_budget(&self.config)?;
                self.config.check_user_session(&folk.users, user)?;
                folk.users.opened(user, session);
                Ok(folk.life)
            });
            noted.unwrap_or(Err(PushError::NoSuchApp))
        });
        let noted = noted.transpose()?;
        let opened = self.at_session(app, session, |folk| {
            if noted.is_some_and(|life| life != folk.life) {
                return Err(PushError::NoSuchApp);
            }
            if folk.sessions.visitor(session).is_some() {
                return Err(PushError::SessionOpen { session });
            }
            folk.check_budget(&self.config)?;
            self.config.check_session(&folk.sessions)?;
            folk.sessions.open(session, visitor);
            Ok(())
        });
        let opened = opened.unwrap_or(Err(PushError::NoSuchApp));
        if let (Err(_), Some(user), Some(life)) = (&opened, &user, noted) {
            self.at_user(app, user, |folk| {
                if folk.life == life {
                    folk.users.closed(user, session);
                }
            });
        }
        opened
    }

    /// A connection was lost: it is detached from every group it was in, at `now`.
    ///
    /// That cannot be refused. A group whose outputs wait hears of it once they are
    /// [drained](crate::Drainer::drain); until then it goes no further than to `now`, and takes no command.
    pub fn close(&self, now: Timestamp, app: AppId, session: SessionId) {
        let closed = self.at_session(app, session, |folk| folk.sessions.close(session));
        let Some((visitor, groups)) = closed.flatten() else { return };
        let author = match &visitor.user {
            Some(user) => {
                self.at_user(app, user, |folk| folk.users.closed(user, session));
                Author::Session(session)
            }
            None => Author::Guest(session),
        };
        for key in groups {
            self.lose(now, key, author.clone());
        }
    }

    /// A user's profile, empty if none was set.
    pub fn profile(&self, app: AppId, user: &UserId) -> Arc<Profile> {
        self.profile_set(app, user).unwrap_or_default()
    }

    fn profile_set(&self, app: AppId, user: &UserId) -> Option<Arc<Profile>> {
        self.at_user(app, user, |folk| folk.users.profile_set(user)).flatten()
    }

    /// Sets a user's profile, for the groups they are in and those they will come into, or come back to.
    ///
    /// # Errors
    /// As [`Engine::set_profile`](crate::Engine::set_profile), and [`PushError::NoSuchApp`].
    pub fn set_profile(
        &self,
        now: Timestamp,
        app: AppId,
        user: &UserId,
        profile: Profile,
    ) -> Result<(), PushError> {
        crate::form::profile(&profile)?;
        let profile = Arc::new(profile);
        let sessions = self.at_user(app, user, |folk| {
            self.config.check_user(&folk.users, user)?;
            folk.users.set_profile(user, Some(profile.clone()));
            Ok(folk.users.sessions(user))
        });
        let mut heard = Ok(());
        for session in sessions.unwrap_or(Err(PushError::NoSuchApp))? {
            for key in self.groups_of(app, session) {
                heard = heard.and(self.show_as(now, key, user, profile.clone()));
            }
        }
        heard
    }

    /// Forgets a user's profile.
    pub fn forget(&self, app: AppId, user: &UserId) {
        self.at_user(app, user, |folk| folk.users.set_profile(user, None));
    }

    /// Shows a member by the profile that was set, which is this one.
    fn show_as(
        &self,
        now: Timestamp,
        key: HubKey,
        user: &UserId,
        mut profile: Arc<Profile>,
    ) -> Result<(), PushError> {
        loop {
            self.with_corner(key.app, key.shard, |corner| {
                corner.app.info.check(now)?;
                corner.shelf(key)?.show_as(now, key.group, user, &profile)
            })?;
            // Look again: whoever set another meanwhile may have told the group before this.
            match self.profile_set(key.app, user) {
                Some(another) if another != profile => profile = another,
                _ => return Ok(()),
            }
        }
    }

    /// A command with which a session comes in.
    pub(super) fn come_in(
        &self,
        now: Timestamp,
        key: HubKey,
        session: SessionId,
        by: Author,
        mut command: Command,
    ) -> Result<Receipt, PushError> {
        let user = self.check_in(now, key, session, &by, &mut command)?;
        if let (Command::Attach { .. }, Some(user)) = (&command, &user)
            && let Some(profile) = self.profile_set(key.app, user)
        {
            self.show_as(now, key, user, profile)?;
        }
        let receipt = self.push_to_group(now, key, by.clone(), command)?;
        self.entered(now, key, session, by, user.as_ref());
        Ok(receipt)
    }

    /// Notes that a session is in a group, so that closing the session detaches it there, and that
    /// setting the user's profile changes it there.
    pub(super) fn entered(
        &self,
        now: Timestamp,
        key: HubKey,
        session: SessionId,
        by: Author,
        user: Option<&UserId>,
    ) {
        let open = self.at_session(key.app, session, |folk| {
            folk.sessions.entered(session, key);
            folk.sessions.visitor(session).is_some()
        });
        if open != Some(true) {
            // The connection was lost while it came in: nobody else will detach it.
            self.lose(now, key, by);
        }
        // Look again: whoever set a profile meanwhile did not know that the user came in here. If the
        // group has no room to hear of it, the user is shown so when they come again.
        if let Some((user, profile)) =
            user.and_then(|it| Some((it, self.profile_set(key.app, it)?)))
        {
            let _later = self.show_as(now, key, user, profile);
        }
    }

    /// Notes that a session is no longer in a group.
    pub(super) fn left(&self, now: Timestamp, key: HubKey, session: SessionId, by: Author) {
        self.at_session(key.app, session, |folk| folk.sessions.left(session, key));
        // Look again: it may have come back, over another thread, before that was noted.
        if self.is_connected(key, session) {
            self.entered(now, key, session, by, None);
        }
    }

    pub(super) fn is_connected(&self, key: HubKey, session: SessionId) -> bool {
        self.read(key, |group| group.is_connected(session)) == Some(true)
    }

    /// Completes a command that comes in, and checks that it is the session's own. Returns whose.
    pub(super) fn check_in(
        &self,
        now: Timestamp,
        key: HubKey,
        session: SessionId,
        by: &Author,
        command: &mut Command,
    ) -> Result<Option<UserId>, PushError> {
        let known = self.at_session(key.app, session, |folk| {
            let visitor = folk.sessions.visitor(session)?.clone();
            Some((visitor, folk.sessions.has_room(session, key)))
        });
        let known = known.flatten().ok_or(PushError::UnknownSession { session })?;
        let (visitor, has_room) = known;
        complete(command, by, &visitor, |user| self.profile_set(key.app, user))?;
        if !has_room {
            self.make_room(now, key, session, by)?;
        }
        Ok(visitor.user)
    }

    /// Forgets groups that a session is in no more, so that it may be in one more.
    fn make_room(
        &self,
        now: Timestamp,
        key: HubKey,
        session: SessionId,
        by: &Author,
    ) -> Result<(), PushError> {
        for group in self.groups_of(key.app, session) {
            if !self.is_connected(group, session) {
                self.left(now, group, session, by.clone());
            }
        }
        let limit = Sessions::<HubKey>::GROUPS;
        let room = self.at_session(key.app, session, |folk| folk.sessions.has_room(session, key));
        if room == Some(true) { Ok(()) } else { Err(PushError::TooManyJoined { session, limit }) }
    }

    /// The groups that a session is noted to be in.
    fn groups_of(&self, app: AppId, session: SessionId) -> SmallVec<[HubKey; 4]> {
        self.at_session(app, session, |folk| folk.sessions.groups(session).into())
            .unwrap_or_default()
    }

    /// Does something with what an app has at the desk of a session; `None` if there is no such app.
    /// Nothing is noted of an app that is not there, or not there any more.
    fn at_session<R>(
        &self,
        app: AppId,
        session: SessionId,
        act: impl FnOnce(&mut Folk) -> R,
    ) -> Option<R> {
        self.at_desk(app, self.key.hash_session(session), act)
    }

    /// The same at the desk of a user.
    pub(super) fn at_user<R>(
        &self,
        app: AppId,
        user: &UserId,
        act: impl FnOnce(&mut Folk) -> R,
    ) -> Option<R> {
        self.at_desk(app, self.key.hash_user(user), act)
    }

    fn at_desk<R>(&self, app: AppId, hash: u64, act: impl FnOnce(&mut Folk) -> R) -> Option<R> {
        let desk = &self.desks[place(hash, self.desks.len()) as usize];
        desk.lock().get_mut(&app).map(act)
    }
}
