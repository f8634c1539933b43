//! A roster as plain data, and back.
//!
//! What comes back is not believed: everything that the mechanisms rest on is checked. How long texts
//! are is not checked: that is the form of commands, and a snapshot is no larger in memory than it is
//! in itself.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Applicant, Roster, people::People, prints::Prints, record::Record};
use crate::{
    bounds,
    command::{Command, Device},
    corrupt::Corrupt,
    deadlines::{Deadlines, Turn},
    hash::HashKey,
    id::{Fingerprint, SessionId, UserId},
    role::Profile,
    time::Timestamp,
};

/// Sessions that one user can have under any config: `presence.per_user` is at most 255.
const SESSIONS: usize = 255;

/// Everything to keep of a [`Roster`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    owner: Option<UserId>,
    joins: u64,
    losses: u64,
    always: u64,
    /// In the order of their joins.
    members: Vec<SavedMember>,
    /// In the order of their sessions' numbers.
    guests: Vec<Device>,
    /// In the order of their ids.
    applicants: Vec<(UserId, Applicant)>,
    /// In the order of their sessions' numbers.
    prints: Vec<(SessionId, Fingerprint)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct SavedMember {
    join: u64,
    user: UserId,
    profile: Arc<Profile>,
    card: Option<Arc<str>>,
    joined: Timestamp,
    admin: bool,
    seats: Vec<Seat>,
    /// Lowest first.
    marks: Vec<Mark>,
    /// When the mark of being always online ends, for those who have it.
    always: Option<Turn>,
}

/// A session of a member, and when it is given up if its connection is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Seat {
    device: Device,
    lost: Option<Turn>,
}

/// A type of its own, because a slice of bare numbers is not hashed alike on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
struct Mark(u32);

impl Roster {
    pub(crate) fn save(&self) -> Saved {
        let applicants = self.applicants();
        let (losses, always) = self.orders();
        Saved {
            owner: self.owner.clone(),
            joins: self.joins,
            losses,
            always,
            members: self.people().map_or_else(Vec::new, save_people),
            guests: self.guest_devices(),
            applicants: applicants.map(|(user, who)| (user.clone(), who.clone())).collect(),
            prints: self.prints().into_iter().flat_map(Prints::iter).collect(),
        }
    }

    pub(crate) fn restore(saved: Saved, key: HashKey) -> Result<Self, Corrupt> {
        let mut roster = Self { joins: saved.joins, ..Self::new(saved.owner, key) };
        if saved.joins > bounds::COUNTED {
            return Err(Corrupt("more joins than there ever were"));
        }
        if !saved.members.is_sorted_by(|one, next| one.join < next.join) {
            return Err(Corrupt("members are not in the order of their joins"));
        }
        let (mut lost, mut always) = (Vec::new(), Vec::new());
        for member in saved.members {
            always.extend(member.always.map(|turn| (member.join, turn)));
            roster.restore_member(member, &mut lost)?;
        }
        let lost = Deadlines::restore(lost, saved.losses, key)?;
        let always = Deadlines::restore(always, saved.always, key)?;
        if let Some(people) = roster.people_mut() {
            people.restore_deadlines(lost, always);
        }
        if !saved.guests.is_sorted_by(|one, next| one.session < next.session) {
            return Err(Corrupt("guests are not in the order of their sessions"));
        }
        for device in saved.guests {
            roster.check_free(device.session)?;
            roster.admit_guest(device);
        }
        if !saved.applicants.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(Corrupt("applicants are not in the order of their ids"));
        }
        for (user, applicant) in saved.applicants {
            roster.check_free(applicant.device.session)?;
            if roster.get(&user).is_some() {
                return Err(Corrupt("a member is an applicant"));
            }
            roster.apply(user, applicant);
        }
        if !saved.prints.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(Corrupt("fingerprints are not in the order of their sessions"));
        }
        for (session, print) in saved.prints {
            if roster.is_free(session) {
                return Err(Corrupt("a fingerprint of nobody's session"));
            }
            roster.note_print(session, print);
        }
        Ok(roster)
    }

    fn restore_member(
        &mut self,
        saved: SavedMember,
        lost: &mut Vec<(SessionId, Turn)>,
    ) -> Result<(), Corrupt> {
        let SavedMember { join, user, profile, card, joined, admin, seats, marks, always } = saved;
        if join >= self.joins {
            return Err(Corrupt("a member whose join is yet to come"));
        }
        if self.get(&user).is_some() {
            return Err(Corrupt("a member is there twice"));
        }
        if seats.len() > SESSIONS {
            return Err(Corrupt("a member has more sessions than any config allows"));
        }
        if card.as_ref().is_some_and(|card| card.is_empty()) {
            return Err(Corrupt("an empty name card is none"));
        }
        if admin && (self.owner.as_ref() == Some(&user) || self.admins() == bounds::ADMINS) {
            return Err(Corrupt("an owner is admin, or there are too many"));
        }
        let people = self.open().people();
        let slot = people.enter(Record::new(join, user, profile, joined));
        people.set_card(slot, card);
        people.set_admin(slot, admin);
        for Seat { device, lost: turn } in seats {
            self.check_free(device.session)?;
            self.open().people().sit(slot, device);
            if let Some(turn) = turn {
                if turn.until == Timestamp::MAX {
                    return Err(Corrupt("a grace that never ends"));
                }
                lost.push((device.session, turn));
            }
        }
        if always.is_some_and(|turn| turn.until == Timestamp::MAX) {
            return Err(Corrupt("somebody is online for ever"));
        }
        if marks.contains(&Mark(Command::ALWAYS_ONLINE)) != always.is_some() {
            return Err(Corrupt(
                "the mark of being always online without its end, or the end alone",
            ));
        }
        restore_marks(self.open().people(), slot, &marks)
    }

    fn check_free(&self, session: SessionId) -> Result<(), Corrupt> {
        if self.is_free(session) { Ok(()) } else { Err(Corrupt("a session is in two places")) }
    }
}

fn restore_marks(people: &mut People, slot: u32, marks: &[Mark]) -> Result<(), Corrupt> {
    if !marks.is_sorted_by(|one, next| one < next) {
        return Err(Corrupt("marks are not in their order"));
    }
    if !marks.iter().all(|mark| people.mark(slot, mark.0, true)) {
        return Err(Corrupt("more marks than a group may have"));
    }
    if marks.is_empty() || people.get(slot).is_online() {
        Ok(())
    } else {
        Err(Corrupt("somebody offline is marked"))
    }
}

fn save_people(people: &People) -> Vec<SavedMember> {
    let save = |record: &Record| SavedMember {
        join: record.join,
        user: record.user.clone(),
        profile: Arc::clone(&record.profile),
        card: people.card(record).cloned(),
        joined: record.joined,
        admin: people.admins().contains(&record.join),
        seats: people
            .devices(record)
            .map(|device| Seat { device, lost: people.lost.get(&device.session) })
            .collect(),
        marks: people.marks(record).map(Mark).collect(),
        always: people.always().and_then(|always| always.get(&record.join)),
    };
    people.since(0).map(save).collect()
}
