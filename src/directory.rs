//! Users with their profiles, and the sessions that are open.
//!
//! A group never looks a user up: what it must know of one comes with the command. This is where
//! hosts keep it until then. Users and sessions are two tables that do not know each other, so that
//! a host of many threads can lock one after the other.
//!
//! Invariant: `beside` of each is the sum of what its entries hold beside themselves.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    hash::HashKey,
    id::{SessionId, UserId},
    index::Index,
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
pub(crate) struct Users {
    key: HashKey,
    table: Index<(UserId, User)>,
    beside: usize,
}

#[derive(Clone, Debug, Default)]
struct User {
    profile: Option<Arc<Profile>>,
    sessions: SmallVec<[SessionId; 2]>,
}

impl User {
    fn is_empty(&self) -> bool {
        self.profile.is_none() && self.sessions.is_empty()
    }

    /// Roughly the bytes that it and its id hold beside themselves; none if there is nothing to know.
    fn beside(&self, id: &UserId) -> usize {
        if self.is_empty() {
            return 0;
        }
        let profile = |it: &Arc<Profile>| size_of::<Profile>() + it.nick.len() + it.avatar.len();
        id.heap_bytes() + self.profile.as_ref().map_or(0, profile) + spilled(&self.sessions)
    }
}

/// What a list holds beside itself.
fn spilled<A: smallvec::Array>(list: &SmallVec<A>) -> usize {
    if list.spilled() { list.capacity() * size_of::<A::Item>() } else { 0 }
}

impl Users {
    /// Sessions that one user may have open: ten times the web sessions of the modelled service.
    pub(crate) const SESSIONS: usize = 100;

    pub(crate) fn new(key: HashKey) -> Self {
        Self { key, table: Index::new(), beside: 0 }
    }

    /// How many users there is something to know of.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Roughly the bytes of it all.
    pub(crate) fn bytes(&self) -> usize {
        self.table.heap_bytes() + self.beside
    }

    /// Whether there is something to know of a user.
    pub(crate) fn knows(&self, user: &UserId) -> bool {
        self.get(user).is_some()
    }

    /// The profile that was set, if one was.
    pub(crate) fn profile_set(&self, user: &UserId) -> Option<Arc<Profile>> {
        self.get(user)?.profile.clone()
    }

    /// Sets a user's profile, or forgets it: an empty one says nothing.
    pub(crate) fn set_profile(&mut self, user: &UserId, profile: Option<Arc<Profile>>) {
        let profile = profile.filter(|profile| **profile != Profile::default());
        self.change(user, |known| known.profile = profile);
    }

    /// The sessions that a user has open, in the order in which they opened.
    pub(crate) fn sessions(&self, user: &UserId) -> SmallVec<[SessionId; 2]> {
        self.get(user).map(|user| user.sessions.clone()).unwrap_or_default()
    }

    pub(crate) fn opened(&mut self, user: &UserId, session: SessionId) {
        self.change(user, |known| known.sessions.push(session));
    }

    /// Takes back one [`opened`](Self::opened).
    pub(crate) fn closed(&mut self, user: &UserId, session: SessionId) {
        self.change(user, |known| {
            if let Some(place) = known.sessions.iter().position(|open| *open == session) {
                known.sessions.remove(place);
            }
        });
    }

    fn get(&self, user: &UserId) -> Option<&User> {
        let known = self.table.find(self.key.hash_user(user), |(id, _)| id == user);
        known.map(|(_, known)| known)
    }

    /// Changes what is known of a user, who is forgotten when nothing is left to know.
    fn change(&mut self, user: &UserId, change: impl FnOnce(&mut User)) {
        let Self { key, table, beside } = self;
        let hash = key.hash_user(user);
        let is_it = |(id, _): &(UserId, User)| id == user;
        let hash_of = |(id, _): &(UserId, User)| key.hash_user(id);
        table.insert(hash, (user.clone(), User::default()), is_it, hash_of);
        let (_, known) = table.find_mut(hash, is_it).expect("whoever was not there was added");
        let before = known.beside(user);
        change(known);
        *beside = *beside - before + known.beside(user);
        if known.is_empty() {
            table.remove(hash, is_it, hash_of);
        }
    }
}

/// The sessions that are open; `K` is what the host calls groups by.
#[derive(Clone, Debug)]
pub(crate) struct Sessions<K> {
    key: HashKey,
    table: Index<Session<K>>,
    beside: usize,
}

#[derive(Clone, Debug)]
struct Session<K> {
    id: SessionId,
    visitor: Visitor,
    groups: SmallVec<[K; 1]>,
}

impl<K> Session<K> {
    /// Roughly the bytes that it holds beside itself.
    fn beside(&self) -> usize {
        self.visitor.user.as_ref().map_or(0, UserId::heap_bytes) + spilled(&self.groups)
    }
}

impl<K: Copy + Eq> Sessions<K> {
    /// Groups that one session may be in at once ("200 channels per connection", Ably).
    pub(crate) const GROUPS: usize = 200;

    pub(crate) fn new(key: HashKey) -> Self {
        Self { key, table: Index::new(), beside: 0 }
    }

    /// How many are open.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Roughly the bytes of it all.
    pub(crate) fn bytes(&self) -> usize {
        self.table.heap_bytes() + self.beside
    }

    /// Opens a session; `false` if it is open already.
    pub(crate) fn open(&mut self, session: SessionId, visitor: Visitor) -> bool {
        let Self { key, table, beside } = self;
        let opened = Session { id: session, visitor, groups: SmallVec::new() };
        let bytes = opened.beside();
        let hash_of = |it: &Session<K>| key.hash_session(it.id);
        let new = table.insert(key.hash_session(session), opened, |it| it.id == session, hash_of);
        *beside += if new { bytes } else { 0 };
        new
    }

    /// Closes a session: who was there, and in which groups.
    pub(crate) fn close(&mut self, session: SessionId) -> Option<(Visitor, SmallVec<[K; 1]>)> {
        let Self { key, table, beside } = self;
        let hash_of = |it: &Session<K>| key.hash_session(it.id);
        let closed = table.remove(key.hash_session(session), |it| it.id == session, hash_of)?;
        *beside -= closed.beside();
        let Session { visitor, groups, .. } = closed;
        Some((visitor, groups))
    }

    pub(crate) fn visitor(&self, session: SessionId) -> Option<&Visitor> {
        self.get(session).map(|session| &session.visitor)
    }

    /// The groups that a session is in.
    pub(crate) fn groups(&self, session: SessionId) -> &[K] {
        self.get(session).map_or(&[], |session| &session.groups)
    }

    /// Whether a session may be in this group beside its others.
    pub(crate) fn has_room(&self, session: SessionId, group: K) -> bool {
        let groups = self.groups(session);
        groups.contains(&group) || groups.len() < Self::GROUPS
    }

    /// A session came into a group.
    pub(crate) fn entered(&mut self, session: SessionId, group: K) {
        self.change(session, |groups| {
            if !groups.contains(&group) {
                groups.push(group);
            }
        });
    }

    /// Of the groups that a session came into, those stay in which it still is. Few ways out of a
    /// group pass here: staff, other devices and the group's end do not ask.
    pub(crate) fn keep(&mut self, session: SessionId, is_in: impl Fn(K) -> bool) {
        self.change(session, |groups| groups.retain(|group| is_in(*group)));
    }

    /// A session left a group.
    pub(crate) fn left(&mut self, session: SessionId, group: K) {
        self.change(session, |groups| groups.retain(|known| *known != group));
    }

    fn get(&self, session: SessionId) -> Option<&Session<K>> {
        self.table.find(self.key.hash_session(session), |it| it.id == session)
    }

    fn change(&mut self, session: SessionId, change: impl FnOnce(&mut SmallVec<[K; 1]>)) {
        let hash = self.key.hash_session(session);
        if let Some(session) = self.table.find_mut(hash, |it| it.id == session) {
            let before = session.beside();
            change(&mut session.groups);
            self.beside = self.beside - before + session.beside();
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
        assert_eq!((sessions.len(), sessions.bytes()), (0, 0));
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
        assert!(sessions.bytes() > 200 * size_of::<usize>());
        sessions.keep(SessionId(1), |group| group == 8);
        assert_eq!(sessions.groups(SessionId(1)), [8]);
        sessions.close(SessionId(1));
        assert_eq!(sessions.bytes(), 0);
    }

    #[test]
    fn a_user_is_forgotten_when_nothing_is_left_to_know() {
        let mut users = Users::new(HashKey::default());
        users.set_profile(&user("ann"), Some(Arc::new(Profile::nick("Ann"))));
        users.opened(&user("ann"), SessionId(1));
        users.opened(&user("ann"), SessionId(2));
        users.closed(&user("ann"), SessionId(1));
        assert_eq!(users.sessions(&user("ann")).as_slice(), [SessionId(2)]);
        users.closed(&user("ann"), SessionId(2));
        assert_eq!(users.profile_set(&user("ann")), Some(Arc::new(Profile::nick("Ann"))));
        assert!(users.bytes() > 3);
        users.set_profile(&user("ann"), None);
        assert_eq!((users.len(), users.bytes(), users.knows(&user("ann"))), (0, 0, false));
    }

    /// In bytes, of 100,000 whose ids have room in place: what is counted is what the tables have allocated.
    #[test]
    fn users_and_sessions_cost_what_their_tables_take_and_give_it_back() {
        const COUNT: usize = 100_000;
        let mut users = Users::new(HashKey::new(1, 2));
        let mut sessions = Sessions::<u64>::new(HashKey::new(1, 2));
        let name = |number: usize| user(&format!("u{number}"));
        for number in 0..COUNT {
            let session = SessionId(number as u64);
            users.opened(&name(number), session);
            sessions.open(session, Visitor::user(name(number), Platform::Web));
            sessions.entered(session, 7);
        }
        let place = size_of::<(UserId, User)>() + 1;
        let each = users.bytes() / COUNT;
        assert!((place * 8 / 7..place * 9 / 4).contains(&each), "{each} for {place}");
        let place = size_of::<Session<u64>>() + 1;
        let each = sessions.bytes() / COUNT;
        assert!((place * 8 / 7..place * 9 / 4).contains(&each), "{each} for {place}");
        for number in 10..COUNT {
            let session = SessionId(number as u64);
            sessions.close(session).unwrap();
            users.closed(&name(number), session);
        }
        assert!(users.bytes() + sessions.bytes() < 10_000, "{}", users.bytes() + sessions.bytes());
        for number in 0..10 {
            let session = SessionId(number as u64);
            assert_eq!(users.sessions(&name(number)).as_slice(), [session]);
            assert_eq!(sessions.groups(session), [7]);
        }
    }
}
