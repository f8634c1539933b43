//! What is kept of one member.

use std::{collections::BTreeMap, mem::size_of, sync::Arc};

use smallvec::SmallVec;

use super::{facts::Fact, marks::Marks};
use crate::{
    bounds,
    command::Device,
    id::{SessionId, UserId},
    role::{Platform, Profile},
    space,
    time::Timestamp,
};

/// What every member has.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The number of their join, higher than that of all who joined before.
    pub(super) join: u64,
    pub(super) user: UserId,
    pub(super) profile: Arc<Profile>,
    pub(super) joined: Timestamp,
    /// The session that came first; none while there is no platform that it runs on.
    session: SessionId,
    platform: Option<Platform>,
    pub(super) marks: Marks,
    /// Whether more is kept of them in [`Besides`].
    pub(super) more: bool,
}

// A giant group has a million of them: hence the only session in place, and what few have beside.
const _: () = assert!(size_of::<crate::index::Place<Record>>() == 56);

impl Record {
    /// A member without a session.
    pub(super) fn new(join: u64, user: UserId, profile: Arc<Profile>, joined: Timestamp) -> Self {
        let (session, platform) = (SessionId::default(), None);
        let marks = Marks::default();
        Self { join, user, profile, joined, session, platform, marks, more: false }
    }

    /// The session that came first of those that are there.
    pub(super) fn first(&self) -> Option<Device> {
        self.platform.map(|platform| Device { session: self.session, platform })
    }

    /// Its number, of those in the table of first sessions, who have one.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    pub(super) fn set_first(&mut self, first: Option<Device>) {
        self.session = first.map(|device| device.session).unwrap_or_default();
        self.platform = first.map(|device| device.platform);
    }

    /// Whether they have a session, or are online without one.
    pub(super) fn is_online(&self) -> bool {
        self.platform.is_some() || self.marks.always_online()
    }

    /// The bytes of id and profile, with the counts beside each shared text.
    pub(super) fn text(&self) -> usize {
        let Profile { nick, avatar } = &*self.profile;
        self.user.heap_bytes() + nick.len() + avatar.len() + size_of::<Profile>() + 64
    }
}

/// What few members have, by the numbers of their joins.
///
/// Invariant: a record says that there is more of it exactly while it has an entry here, and none is
/// empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Besides(BTreeMap<u64, Beside>);

#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// Their name in this group, never empty.
    pub(super) card: Option<Arc<str>>,
    /// The sessions after the first, in the order in which they came.
    pub(super) devices: SmallVec<[Device; 1]>,
}

impl Besides {
    pub(super) fn card(&self, record: &Record) -> Option<&Arc<str>> {
        self.of(record)?.card.as_ref()
    }

    /// A member's sessions, in the order in which they came.
    pub(super) fn devices<'a>(&'a self, record: &Record) -> impl Iterator<Item = Device> + use<'a> {
        let others = self.of(record).into_iter().flat_map(|beside| &beside.devices);
        record.first().into_iter().chain(others.copied())
    }

    /// How many sessions beside the first somebody has, at the most.
    pub(super) fn most_devices(&self) -> usize {
        self.0.values().map(|beside| beside.devices.len()).max().unwrap_or(0)
    }

    /// Changes what a member has beside the record.
    pub(super) fn change<R>(
        &mut self,
        record: &mut Record,
        change: impl FnOnce(&mut Beside) -> R,
    ) -> R {
        let beside = self.0.entry(record.join).or_default();
        let result = change(beside);
        record.more = beside.card.is_some() || !beside.devices.is_empty();
        if !record.more {
            self.0.remove(&record.join);
        }
        result
    }

    pub(super) fn fact<'a>(&'a self, record: &'a Record) -> Fact<'a> {
        let Record { join, user, profile, joined, .. } = record;
        Fact::Member { join: *join, user, profile, card: self.card(record), joined: *joined }
    }

    /// The most that a member with so many sessions adds.
    pub(super) fn most_bytes_each(sessions: u64) -> u64 {
        let card = bounds::NAME_CARD as u64 + 2 * space::size::<usize>();
        space::each_in_tree::<(u64, Beside)>() + card + space::list::<Device>(sessions)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        self.0.len() * size_of::<(u64, Beside)>() * 3 / 2
    }

    fn of(&self, record: &Record) -> Option<&Beside> {
        if record.more { self.0.get(&record.join) } else { None }
    }
}
