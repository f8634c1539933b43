//! Which sessions came with a fingerprint of the host's, found by either.
//!
//! Invariant: `by_print` names the pairs of `by_session`, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::size_of,
};

use super::{
    Roster,
    facts::{Fact, Sum},
};
use crate::{
    id::{Fingerprint, SessionId, UserId},
    space,
};

#[derive(Clone, Debug, Default)]
pub(super) struct Prints {
    by_session: BTreeMap<SessionId, Fingerprint>,
    by_print: BTreeSet<(Fingerprint, SessionId)>,
    sum: Sum,
}

impl Prints {
    pub(super) fn is_empty(&self) -> bool {
        self.by_session.is_empty()
    }

    pub(super) fn sum(&self) -> Sum {
        self.sum
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SessionId, Fingerprint)> {
        self.by_session.iter().map(|(&session, &print)| (session, print))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        size_of::<Self>() + self.by_session.len() * size_of::<(SessionId, Fingerprint)>() * 3
    }

    /// The most that a session with a print adds.
    pub(super) fn most_bytes_each() -> u64 {
        space::each_in_tree::<(SessionId, Fingerprint)>()
            + space::each_in_tree::<(Fingerprint, SessionId)>()
    }

    fn set(&mut self, session: SessionId, print: Fingerprint) {
        self.forget(session);
        self.by_session.insert(session, print);
        self.by_print.insert((print, session));
        self.sum.add(&Fact::Print { session, print });
    }

    pub(super) fn forget(&mut self, session: SessionId) {
        if let Some(print) = self.by_session.remove(&session) {
            self.by_print.remove(&(print, session));
            self.sum.subtract(&Fact::Print { session, print });
        }
    }
}

impl Roster {
    /// The fingerprint with which somebody's session came, if it came with one.
    pub(crate) fn print(&self, session: SessionId) -> Option<Fingerprint> {
        self.prints()?.by_session.get(&session).copied()
    }

    /// Those of a member's sessions, or of the session over which somebody asks to be admitted.
    pub(crate) fn prints_of(&self, user: &UserId) -> impl Iterator<Item = Fingerprint> + use<'_> {
        let applies = self.asking().and_then(|applicants| applicants.get(user));
        let applies = applies.map(|applicant| applicant.device);
        let devices = self.sessions(user).chain(applies);
        devices.filter_map(|device| self.print(device.session))
    }

    /// The sessions that came with a fingerprint, in the order of their numbers.
    pub(crate) fn sessions_with(&self, print: Fingerprint) -> impl Iterator<Item = SessionId> {
        let range = (print, SessionId(0))..=(print, SessionId(u64::MAX));
        let found = self.prints().map(|prints| prints.by_print.range(range));
        found.into_iter().flatten().map(|&(_, session)| session)
    }

    /// A session that is somebody's came with this fingerprint.
    pub(crate) fn note_print(&mut self, session: SessionId, print: Fingerprint) {
        self.open().prints.get_or_insert_default().set(session, print);
    }

    pub(super) fn prints(&self) -> Option<&Prints> {
        self.here.as_ref()?.prints.as_deref()
    }

    /// The session is nobody's any more.
    pub(super) fn forget_print(&mut self, session: SessionId) {
        if let Some(prints) = self.here.as_mut().and_then(|here| here.prints.as_mut()) {
            prints.forget(session);
        }
    }
}
