//! Who is in a group: members with their sessions, guests, and those who ask to be admitted.
//!
//! A million members is normal: finding somebody is one look into a hash table, nothing is copied
//! or rehashed as a whole when a table grows, and the digest is a running sum.
//!
//! Invariants: a session is in one place only: it is a member's, a guest's or an applicant's; no
//! user is both member and applicant; the owner, member or not, is no admin; `here` is `None`
//! exactly while nobody is, and `people`, `applicants` and `prints` in it while there are none; a
//! session that has a print is somebody's.
//!
//! Memory for each member in a large group, beside what their profile holds, and an id of more than
//! 14 bytes: 56 bytes of record, 8 each in the tables of users and of sessions, 5 in the order of
//! joins. A name card or a second session takes about 60 to 100 more. A guest takes 16.

mod applicants;
mod change;
mod facts;
mod marks;
mod member;
#[cfg(test)]
mod model;
mod order;
mod people;
mod presence;
mod prints;
mod record;
mod saved;
#[cfg(test)]
mod tests;

use std::{mem::size_of, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::member::{Member, Page};
pub(crate) use self::saved::Saved;
use self::{
    applicants::Applicants,
    facts::{Fact, Sum},
    people::People,
    prints::Prints,
    record::Record,
};
use crate::{
    bounds,
    command::Device,
    deadlines::Deadlines,
    hash::{HashKey, stable_hash},
    id::{SessionId, UserId},
    index::{Index, Slot},
    role::{Platform, Profile, Role},
    space,
    time::Timestamp,
};

/// Everybody who is in a group or wants to be.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    key: HashKey,
    owner: Option<UserId>,
    /// The number that the next join gets; numbers are not given again.
    joins: u64,
    here: Option<Box<Here>>,
}

/// Those who are there, or ask to be.
#[derive(Clone, Debug)]
struct Here {
    key: HashKey,
    guests: Index<Guest>,
    guest_sum: Sum,
    people: Option<Box<People>>,
    applicants: Option<Box<Applicants>>,
    prints: Option<Box<Prints>>,
}

/// A guest's session: as bytes, because a million of them need no gaps between them.
#[derive(Clone, Copy, Debug)]
struct Guest {
    session: [u8; 8],
    platform: Platform,
}

const _: () = assert!(size_of::<Guest>() == 9);

impl From<Device> for Guest {
    fn from(Device { session, platform }: Device) -> Self {
        Self { session: session.0.to_le_bytes(), platform }
    }
}

impl Guest {
    fn device(self) -> Device {
        Device { session: SessionId(u64::from_le_bytes(self.session)), platform: self.platform }
    }
}

/// Whose a session is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Member(Slot),
    Guest,
}

/// Who is at a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occupant {
    /// A member; the connection may have been lost a moment ago.
    Member(UserId),
    /// A guest.
    Guest,
    /// Somebody who asks to be admitted.
    Applicant(UserId),
}

/// An [`Occupant`] as they are known, and the platform of a member's session.
#[derive(Clone, Copy)]
pub(crate) enum Seat<'a> {
    Member(Member<'a>, Platform),
    Guest,
    Applicant(&'a UserId),
}

/// Somebody who asks to be admitted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Applicant {
    /// Where the answer goes.
    pub device: Device,
    /// As what they would be shown.
    pub profile: Arc<Profile>,
    /// What they say to the staff.
    pub note: Arc<str>,
}

/// What attaching a session did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attached {
    /// The user had no session before.
    pub(crate) came_online: bool,
    /// The session was not there before.
    pub(crate) new: bool,
}

/// A session that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Whose it was; `None` for a guest.
    pub(crate) user: Option<UserId>,
    pub(crate) device: Device,
    /// Nothing else keeps them: a member is offline now, a guest gone.
    pub(crate) last: bool,
}

/// Something that kept a member online, and no longer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lapsed {
    pub(crate) user: UserId,
    /// The session whose connection did not come back; `None` where they are no longer always online.
    pub(crate) device: Option<Device>,
    /// Nothing else keeps them online.
    pub(crate) offline: bool,
}

/// A member who is one no more, as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Departed {
    pub(crate) profile: Arc<Profile>,
    /// Their sessions, in the order in which they came.
    pub(crate) devices: SmallVec<[Device; 1]>,
    pub(crate) was_online: bool,
}

/// Looking.
impl Roster {
    pub(crate) fn new(owner: Option<UserId>, key: HashKey) -> Self {
        Self { key, owner, joins: 0, here: None }
    }

    /// What hash tables of this group are keyed by.
    pub(crate) fn key(&self) -> HashKey {
        self.key
    }

    /// Whose the group is, member or not.
    pub(crate) fn owner(&self) -> Option<&UserId> {
        self.owner.as_ref()
    }

    /// Who is at a session, as they are known, and on what: one look for all that a command asks.
    pub(crate) fn seat(&self, session: SessionId) -> Option<Seat<'_>> {
        match self.place(session) {
            Some(Place::Member(slot)) => {
                let people = self.people()?;
                let member = self.member(people, people.get(slot));
                let device = member.devices().find(|device| device.session == session)?;
                Some(Seat::Member(member, device.platform))
            }
            Some(Place::Guest) => Some(Seat::Guest),
            None => self.asking()?.at(session).map(Seat::Applicant),
        }
    }

    pub(crate) fn occupant(&self, session: SessionId) -> Option<Occupant> {
        self.seat(session).map(|seat| match seat {
            Seat::Member(member, _) => Occupant::Member(member.user().clone()),
            Seat::Guest => Occupant::Guest,
            Seat::Applicant(user) => Occupant::Applicant(user.clone()),
        })
    }

    /// Whether a session is anybody's here whose connection is not known to be lost.
    pub(crate) fn is_connected(&self, session: SessionId) -> bool {
        match self.place(session) {
            Some(Place::Member(_)) => {
                self.people().is_some_and(|people| people.lost.get(&session).is_none())
            }
            Some(Place::Guest) => true,
            None => self.asking().is_some_and(|them| them.at(session).is_some()),
        }
    }

    /// What a member is; `None` for everybody else, an absent owner too.
    pub(crate) fn role(&self, user: &UserId) -> Option<Role> {
        self.get(user).map(|member| member.role())
    }

    pub(crate) fn get(&self, user: &UserId) -> Option<Member<'_>> {
        let people = self.people()?;
        Some(self.member(people, people.get(people.find(user)?)))
    }

    /// Whether a member has this mark.
    pub(crate) fn is_marked(&self, user: &UserId, mark: u32) -> bool {
        let Some(people) = self.people().filter(|people| people.has_marks()) else { return false };
        people.find(user).is_some_and(|slot| people.is_marked(people.get(slot), mark))
    }

    /// The members who have this mark, in the order in which they joined.
    pub(crate) fn marked(&self, mark: u32) -> impl Iterator<Item = Member<'_>> {
        self.people().into_iter().flat_map(move |people| {
            people.marked(mark).map(move |record| self.member(people, record))
        })
    }

    pub(crate) fn profile(&self, user: &UserId) -> Option<&Arc<Profile>> {
        self.get(user).map(|member| member.profile())
    }

    /// The sessions of a member in the order in which they came, lost ones included.
    pub(crate) fn sessions(&self, user: &UserId) -> impl Iterator<Item = Device> + use<'_> {
        self.get(user).into_iter().flat_map(|member| member.devices())
    }

    /// The session of a member that was lost first of those that are.
    pub(crate) fn first_lost(&self, user: &UserId) -> Option<Device> {
        let people = self.people()?;
        let lost = self.sessions(user).filter_map(|device| {
            let turn = people.lost.get(&device.session)?;
            Some((turn, device))
        });
        lost.min_by_key(|(turn, _)| *turn).map(|(_, device)| device)
    }

    /// The owner, if a member, and the admins, in the order of their joins.
    pub(crate) fn staff(&self) -> impl Iterator<Item = Member<'_>> {
        let mut staff: SmallVec<[&Record; bounds::ADMINS + 1]> = SmallVec::new();
        if let Some(people) = self.people() {
            staff.extend(people.admins().iter().filter_map(|&join| people.by_join(join)));
            let owner = self.owner.as_ref().and_then(|owner| people.find(owner));
            staff.extend(owner.map(|slot| people.get(slot)));
            staff.sort_unstable_by_key(|record| record.join);
        }
        let people = self.people();
        staff.into_iter().filter_map(move |record| Some(self.member(people?, record)))
    }

    /// How many admins there are, of [`bounds::ADMINS`].
    pub(crate) fn admins(&self) -> usize {
        self.people().map_or(0, |people| people.admins().len())
    }

    pub(crate) fn members(&self) -> u64 {
        self.people().map_or(0, |people| people.len() as u64)
    }

    pub(crate) fn guests(&self) -> u64 {
        self.here.as_ref().map_or(0, |here| here.guests.len() as u64)
    }

    /// How many sessions the member has who has most.
    pub(crate) fn most_sessions(&self) -> usize {
        self.people().map_or(0, People::most_sessions)
    }

    /// Users with a session, lost ones included, or always online, and guests.
    pub(crate) fn online(&self) -> u64 {
        self.people().map_or(0, People::online) + self.guests()
    }

    /// Up to `limit` members, at least one if there is one, in the order of their joins; and where
    /// the list goes on, if it does. The hidden are passed over.
    pub(crate) fn page(&self, from: Page, limit: usize) -> (Vec<Member<'_>>, Option<Page>) {
        let Some(people) = self.people() else { return (Vec::new(), None) };
        let records = people.shown(from.0).take(limit.max(1));
        let page: Vec<_> = records.map(|record| self.member(people, record)).collect();
        let next = page.last().map(|member| Page(member.record().join + 1));
        let next = next.filter(|next| people.shown(next.0).next().is_some());
        (page, next)
    }

    /// Up to `limit` members, the newest first. The hidden are passed over.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Member<'_>> {
        let Some(people) = self.people() else { return Vec::new() };
        people.shown(0).rev().take(limit).map(|record| self.member(people, record)).collect()
    }

    /// When the first lost connection is given up, or the first member no longer always online.
    pub(crate) fn next_lapse(&self) -> Option<Timestamp> {
        let people = self.people()?;
        let always = people.always().and_then(Deadlines::next_end);
        people.lost.next_end().into_iter().chain(always).min()
    }

    /// Whether a member has a session, lost or not, or is always online.
    pub(crate) fn is_online(&self, user: &UserId) -> bool {
        self.get(user).is_some_and(|member| member.is_online())
    }

    /// Those who ask to be admitted, in the order of their ids.
    pub(crate) fn applicants(&self) -> impl Iterator<Item = (&UserId, &Applicant)> {
        self.asking().into_iter().flat_map(Applicants::iter)
    }

    /// The guests' sessions, in the order of their numbers.
    pub(crate) fn guest_devices(&self) -> Vec<Device> {
        let guests = self.here.iter().flat_map(|here| here.guests.unordered());
        let mut guests: Vec<Device> = guests.map(|guest| guest.device()).collect();
        guests.sort_unstable_by_key(|device| device.session);
        guests
    }

    /// The sessions whose connections are not known to be lost: those of members, the hidden among them, in
    /// the order of their joins, then guests', then applicants'.
    pub(crate) fn connected(&self) -> impl Iterator<Item = SessionId> {
        let records = self.people().into_iter().flat_map(|people| {
            let devices = people.since(0).flat_map(|record| people.devices(record));
            devices.filter(|device| people.lost.get(&device.session).is_none())
        });
        let applicants = self.applicants().map(|(_, applicant)| applicant.device);
        records.chain(self.guest_devices()).chain(applicants).map(|device| device.session)
    }

    /// How many ask to be admitted.
    pub(crate) fn applicant_count(&self) -> u64 {
        self.asking().map_or(0, |applicants| applicants.len() as u64)
    }

    /// Whether `user` asks to be admitted.
    pub(crate) fn is_applicant(&self, user: &UserId) -> bool {
        self.asking().is_some_and(|applicants| applicants.get(user).is_some())
    }

    /// One number for the whole state, the same for the same state.
    pub(crate) fn digest(&self) -> u64 {
        let people = self.people().map_or(0, |people| people.sum().get());
        let guests = self.here.as_ref().map_or(0, |here| here.guest_sum.get());
        let applicants = self.asking().map_or(0, |applicants| applicants.sum().get());
        let prints = self.prints().map_or(0, |prints| prints.sum().get());
        let sums = (people, guests, applicants, prints);
        stable_hash(&(&self.owner, (self.joins, self.orders()), sums))
    }

    /// An estimate of the heap in use; profiles that are shared with the host are counted in full.
    pub(crate) fn heap_bytes(&self) -> usize {
        let Some(here) = &self.here else { return 0 };
        size_of::<Here>()
            + here.guests.heap_bytes()
            + here.people.as_deref().map_or(0, People::heap_bytes)
            + here.applicants.as_deref().map_or(0, Applicants::heap_bytes)
            + here.prints.as_deref().map_or(0, Prints::heap_bytes)
    }

    /// The most that everybody takes together, whoever is there, beside what each adds; and that, for a
    /// member with so many sessions, beside whom a guest takes little.
    pub(crate) fn most_bytes(sessions: u64) -> (u64, u64) {
        let (guests, _) = Index::<Guest>::most_bytes();
        let (people, each) = People::most_bytes(sessions);
        let prints = sessions * Prints::most_bytes_each();
        (space::size::<Here>() + space::size::<Prints>() + guests + people, each + prints)
    }

    /// The most that so many applicants take.
    pub(crate) fn most_bytes_of_applicants(applicants: u64) -> u64 {
        Applicants::most_bytes(applicants) + applicants * Prints::most_bytes_each()
    }

    /// The orders given next to a lost connection, and to somebody always online.
    fn orders(&self) -> (u64, u64) {
        let Some(people) = self.people() else { return (0, 0) };
        (people.lost.next_order(), people.always().map_or(0, Deadlines::next_order))
    }

    fn member<'a>(&'a self, people: &'a People, record: &'a Record) -> Member<'a> {
        Member::new(self, people, record)
    }

    fn place(&self, session: SessionId) -> Option<Place> {
        let here = self.here.as_ref()?;
        let seat = here.people.as_ref().and_then(|people| people.at(session));
        seat.map(Place::Member).or_else(|| {
            if here.guests.len() == 0 {
                return None;
            }
            let is_it = |guest: &Guest| guest.device().session == session;
            here.guests.find(self.key.hash_session(session), is_it).map(|_| Place::Guest)
        })
    }

    fn people(&self) -> Option<&People> {
        self.here.as_ref()?.people.as_deref()
    }

    fn asking(&self) -> Option<&Applicants> {
        self.here.as_ref()?.applicants.as_deref()
    }
}

/// Parts that are there while somebody is in them.
impl Roster {
    fn people_mut(&mut self) -> Option<&mut People> {
        self.here.as_mut()?.people.as_deref_mut()
    }

    fn member_mut(&mut self, user: &UserId) -> Option<(&mut People, Slot)> {
        let people = self.people_mut()?;
        let slot = people.find(user)?;
        Some((people, slot))
    }

    /// Makes room for somebody to be there.
    fn open(&mut self) -> &mut Here {
        let key = self.key;
        self.here.get_or_insert_with(|| Box::new(Here::new(key)))
    }

    /// Gives back what nobody needs any more.
    fn rest(&mut self) {
        self.here.take_if(|here| {
            here.people.take_if(|people| people.len() == 0);
            here.applicants.take_if(|applicants| applicants.len() == 0);
            here.prints.take_if(|prints| prints.is_empty());
            here.guests.len() == 0 && here.people.is_none() && here.applicants.is_none()
        });
    }
}

impl Here {
    fn new(key: HashKey) -> Self {
        let (guests, guest_sum) = (Index::new(), Sum::default());
        Self { key, guests, guest_sum, people: None, applicants: None, prints: None }
    }

    fn people(&mut self) -> &mut People {
        let key = self.key;
        self.people.get_or_insert_with(|| Box::new(People::new(key)))
    }
}

fn guest_fact(Device { session, platform }: Device) -> Fact<'static> {
    Fact::Guest { session, platform }
}
