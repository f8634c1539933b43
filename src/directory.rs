//! Users with their profiles, and the sessions that are open.
//!
//! A group never looks a user up: what it must know of one comes with the command. This is where
//! hosts keep it until then. Users and sessions are two tables that do not know each other, so that
//! a host of many threads can lock one after the other.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    id::{HashKey, SessionId, UserId},
    role::{Platform, Profile},
};

/// Who is at a session, and what it runs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Visitor {
    /// The user, whom the host authenticated; `None` is a guest.
    pub user: Option<UserId>,
    /// What the session runs on.
    pub platform: Platform,
}

impl Visitor {
    /// A user on a platform.
    pub fn user(user: UserId, platform: Platform) -> Self {
        Self { user: Some(user), platform }
    }

    /// A guest on a platform.
    pub fn guest(platform: Platform) -> Self {
        Self { user: None, platform }
    }
}

/// What is known of each user, while there is something to know.
#[derive(Clone, Debug)]
pub(crate) struct Users(HashMap<UserId, User, HashKey>);

#[derive(Clone, Debug, Default)]
struct User {
    profile: Option<Arc<Profile>>,
    sessions: SmallVec<[SessionId; 2]>,
}

impl Users {
    pub(crate) fn new(key: HashKey) -> Self {
        Self(HashMap::with_hasher(key))
    }

    /// The profile that was set, if one was.
    pub(crate) fn profile_set(&self, user: &UserId) -> Option<Arc<Profile>> {
        self.0.get(user)?.profile.clone()
    }

    /// Sets a user's profile, or forgets it: an empty one says nothing.
    pub(crate) fn set_profile(&mut self, user: &UserId, profile: Option<Arc<Profile>>) {
        let profile = profile.filter(|profile| **profile != Profile::default());
        self.0.entry(user.clone()).or_default().profile = profile;
        self.forget_if_empty(user);
    }

    /// The sessions that a user has open, in the order in which they opened.
    pub(crate) fn sessions(&self, user: &UserId) -> SmallVec<[SessionId; 2]> {
        self.0.get(user).map(|user| user.sessions.clone()).unwrap_or_default()
    }

    pub(crate) fn opened(&mut self, user: UserId, session: SessionId) {
        self.0.entry(user).or_default().sessions.push(session);
    }

    pub(crate) fn closed(&mut self, user: &UserId, session: SessionId) {
        if let Some(known) = self.0.get_mut(user) {
            known.sessions.retain(|open| *open != session);
        }
        self.forget_if_empty(user);
    }

    fn forget_if_empty(&mut self, user: &UserId) {
        let empty = |user: &User| user.profile.is_none() && user.sessions.is_empty();
        if self.0.get(user).is_some_and(empty) {
            self.0.remove(user);
        }
    }
}

/// The sessions that are open; `K` is what the host calls groups by.
#[derive(Clone, Debug)]
pub(crate) struct Sessions<K>(HashMap<SessionId, Session<K>, HashKey>);

#[derive(Clone, Debug)]
struct Session<K> {
    visitor: Visitor,
    groups: SmallVec<[K; 1]>,
}

impl<K: Copy + Eq> Sessions<K> {
    /// Groups that one session may be in at once ("200 channels per connection", Ably).
    pub(crate) const GROUPS: usize = 200;

    pub(crate) fn new(key: HashKey) -> Self {
        Self(HashMap::with_hasher(key))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Opens a session; `false` if it is open already.
    pub(crate) fn open(&mut self, session: SessionId, visitor: Visitor) -> bool {
        match self.0.entry(session) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(Session { visitor, groups: SmallVec::new() });
                true
            }
        }
    }

    /// Closes a session: who was there, and in which groups.
    pub(crate) fn close(&mut self, session: SessionId) -> Option<(Visitor, SmallVec<[K; 1]>)> {
        let Session { visitor, groups } = self.0.remove(&session)?;
        Some((visitor, groups))
    }

    pub(crate) fn visitor(&self, session: SessionId) -> Option<&Visitor> {
        self.0.get(&session).map(|session| &session.visitor)
    }

    /// The groups that a session is in.
    pub(crate) fn groups(&self, session: SessionId) -> &[K] {
        self.0.get(&session).map_or(&[], |session| &session.groups)
    }

    /// Whether a session may be in this group beside its others.
    pub(crate) fn has_room(&self, session: SessionId, group: K) -> bool {
        let groups = self.groups(session);
        groups.contains(&group) || groups.len() < Self::GROUPS
    }

    /// A session came into a group.
    pub(crate) fn entered(&mut self, session: SessionId, group: K) {
        if let Some(session) = self.0.get_mut(&session)
            && !session.groups.contains(&group)
        {
            session.groups.push(group);
        }
    }

    /// Of the groups that a session came into, those stay in which it still is. Few ways out of a
    /// group pass here: staff, other devices and the group's end do not ask.
    pub(crate) fn keep(&mut self, session: SessionId, is_in: impl Fn(K) -> bool) {
        if let Some(session) = self.0.get_mut(&session) {
            session.groups.retain(|group| is_in(*group));
        }
    }

    /// A session left a group.
    pub(crate) fn left(&mut self, session: SessionId, group: K) {
        if let Some(session) = self.0.get_mut(&session) {
            session.groups.retain(|known| *known != group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> UserId {
        name.parse().unwrap()
    }

    #[test]
    fn a_session_opens_once_and_keeps_its_visitor() {
        let mut sessions = Sessions::<u8>::new(HashKey::default());
        let ann = Visitor::user(user("ann"), Platform::Web);
        assert!(sessions.open(SessionId(1), ann.clone()));
        assert!(!sessions.open(SessionId(1), Visitor::guest(Platform::Web)));
        assert_eq!(sessions.visitor(SessionId(1)), Some(&ann));
        assert_eq!(sessions.close(SessionId(1)).map(|(visitor, _)| visitor), Some(ann));
        assert_eq!(sessions.close(SessionId(1)), None);
    }

    #[test]
    fn a_session_is_in_each_group_once_and_in_two_hundred_at_most() {
        let mut sessions = Sessions::<usize>::new(HashKey::default());
        sessions.open(SessionId(1), Visitor::guest(Platform::Web));
        for group in 0..Sessions::<usize>::GROUPS {
            assert!(sessions.has_room(SessionId(1), group));
            sessions.entered(SessionId(1), group);
            sessions.entered(SessionId(1), group);
        }
        assert!(!sessions.has_room(SessionId(1), 1_000));
        assert!(sessions.has_room(SessionId(1), 7));
        sessions.left(SessionId(1), 7);
        assert!(sessions.has_room(SessionId(1), 1_000));
    }

    #[test]
    fn a_user_is_forgotten_when_nothing_is_left_to_know() {
        let mut users = Users::new(HashKey::default());
        users.set_profile(&user("ann"), Some(Arc::new(Profile::nick("Ann"))));
        users.opened(user("ann"), SessionId(1));
        users.opened(user("ann"), SessionId(2));
        users.closed(&user("ann"), SessionId(1));
        assert_eq!(users.sessions(&user("ann")).as_slice(), [SessionId(2)]);
        users.closed(&user("ann"), SessionId(2));
        assert_eq!(users.profile_set(&user("ann")), Some(Arc::new(Profile::nick("Ann"))));
        users.set_profile(&user("ann"), None);
        assert!(users.0.is_empty());
    }
}
