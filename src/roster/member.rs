//! What can be seen of one member.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Roster, people::People, record::Record};
use crate::{
    command::Device,
    id::UserId,
    role::{Profile, Role},
    time::Timestamp,
};

/// A member of a group, as they are now.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    roster: &'a Roster,
    people: &'a People,
    record: &'a Record,
}

/// Where a list of members goes on: behind the last of the page before, who need not be a member any
/// more. The default is the beginning.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Page(pub(super) u64);

impl<'a> Member<'a> {
    pub(super) fn new(roster: &'a Roster, people: &'a People, record: &'a Record) -> Self {
        Self { roster, people, record }
    }

    pub(super) fn record(&self) -> &'a Record {
        self.record
    }

    /// Who it is.
    pub fn user(&self) -> &'a UserId {
        &self.record.user
    }

    /// What they are in the group.
    pub fn role(&self) -> Role {
        if self.roster.owner() == Some(&self.record.user) {
            Role::Owner
        } else if self.people.admins().contains(&self.record.join) {
            Role::Admin
        } else {
            Role::Member
        }
    }

    /// As what they are shown.
    pub fn profile(&self) -> &'a Arc<Profile> {
        &self.record.profile
    }

    /// Their name in this group, if they have one.
    pub fn name_card(&self) -> Option<&'a str> {
        self.people.card(self.record).map(|card| &**card)
    }

    /// When they joined.
    pub fn joined(&self) -> Timestamp {
        self.record.joined
    }

    /// Their marks, lowest first.
    pub fn marks(&self) -> impl Iterator<Item = u32> + use<> {
        self.people.marks(self.record)
    }

    /// Their sessions, in the order in which they came; those whose connection was lost a moment ago
    /// are among them.
    pub fn devices(&self) -> impl Iterator<Item = Device> + use<'a> {
        self.people.devices(self.record)
    }

    /// Whether they have a session, or are [always online](crate::Command::ALWAYS_ONLINE).
    pub fn is_online(&self) -> bool {
        self.record.is_online()
    }

    /// Until when they are [always online](crate::Command::ALWAYS_ONLINE), if they are.
    pub fn always_online_until(&self) -> Option<Timestamp> {
        Some(self.people.always()?.get(&self.record.join)?.until)
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("user", self.user())
            .field("role", &self.role())
            .field("online", &self.is_online())
            .finish_non_exhaustive()
    }
}
