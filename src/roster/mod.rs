//! Who is in a group: members with their sessions, guests, and those who ask to be admitted.
//!
//! A million members is normal: finding somebody is one look into a hash table, nothing is copied
//! or rehashed as a whole when a table grows, and the digest is a running sum.
//!
//! Invariants: a session is in one place only: it is a member's, a guest's or an applicant's; no
//! user is both member and applicant; the owner, member or not, is no admin; `people` and
//! `applicants` are `None` exactly while there are none.
//!
//! Memory for each member, beside what their profile and id hold: 88 bytes of record, 12 to 20 of
//! the index of users, 18 of the order of joins, and 20 to 40 for each session. A guest is a session.

mod applicants;
mod change;
mod facts;
mod index;
mod marks;
mod member;
#[cfg(test)]
mod model;
mod people;
mod saved;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::member::{Member, Page};
pub(crate) use self::saved::Saved;
use self::{
    applicants::Applicants,
    facts::{Fact, Sum},
    index::{Index, Slot},
    marks::Marks,
    people::{People, Record},
};
use crate::{
    bounds,
    command::Device,
    deadlines::Deadlines,
    id::{HashKey, SessionId, UserId, stable_hash},
    role::{Platform, Profile, Role},
    time::Timestamp,
};

/// Everybody who is in a group or wants to be.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    key: HashKey,
    owner: Option<UserId>,
    /// The sessions of members and guests.
    sessions: Index<(SessionId, Place)>,
    people: Option<Box<People>>,
    applicants: Option<Box<Applicants>>,
    guests: u64,
    guest_sum: Sum,
    /// The number that the next join gets; numbers are not given again.
    joins: u64,
}

/// Whose a session is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Member(Slot),
    Guest(Platform),
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
        Self {
            key,
            owner,
            sessions: Index::new(),
            people: None,
            applicants: None,
            guests: 0,
            guest_sum: Sum::default(),
            joins: 0,
        }
    }

    /// Whose the group is, member or not.
    pub(crate) fn owner(&self) -> Option<&UserId> {
        self.owner.as_ref()
    }

    pub(crate) fn occupant(&self, session: SessionId) -> Option<Occupant> {
        match self.place(session) {
            Some(Place::Member(slot)) => {
                Some(Occupant::Member(self.people.as_ref()?.get(slot).user.clone()))
            }
            Some(Place::Guest(_)) => Some(Occupant::Guest),
            None => self.applicants.as_ref()?.at(session).cloned().map(Occupant::Applicant),
        }
    }

    /// Whether a session is anybody's here whose connection is not known to be lost.
    pub(crate) fn is_connected(&self, session: SessionId) -> bool {
        match self.place(session) {
            Some(Place::Member(_)) => {
                self.people.as_ref().is_some_and(|people| people.lost.get(&session).is_none())
            }
            Some(Place::Guest(_)) => true,
            None => self.applicants.as_ref().is_some_and(|them| them.at(session).is_some()),
        }
    }

    /// What a session runs on, be it a member's, a guest's or an applicant's.
    pub(crate) fn platform(&self, session: SessionId) -> Option<Platform> {
        let device = match self.place(session) {
            Some(Place::Guest(platform)) => return Some(platform),
            Some(Place::Member(slot)) => {
                let devices = &self.people.as_ref()?.get(slot).devices;
                devices.iter().find(|device| device.session == session)?
            }
            None => {
                let applicants = self.applicants.as_ref()?;
                &applicants.get(applicants.at(session)?)?.device
            }
        };
        Some(device.platform)
    }

    /// What a member is; `None` for everybody else, an absent owner too.
    pub(crate) fn role(&self, user: &UserId) -> Option<Role> {
        self.get(user).map(|member| member.role())
    }

    pub(crate) fn get(&self, user: &UserId) -> Option<Member<'_>> {
        let people = self.people.as_ref()?;
        Some(self.member(people, people.get(people.find(user)?)))
    }

    /// Whether a member has this mark.
    pub(crate) fn is_marked(&self, user: &UserId, mark: u32) -> bool {
        self.get(user).is_some_and(|member| member.marks().any(|known| known == mark))
    }

    /// The members who have this mark, in the order in which they joined.
    pub(crate) fn marked(&self, mark: u32) -> impl Iterator<Item = Member<'_>> {
        let people = self.people.as_deref().into_iter();
        people.flat_map(move |people| {
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
        let people = self.people.as_ref()?;
        let lost = self.sessions(user).filter_map(|device| {
            let turn = people.lost.get(&device.session)?;
            Some((turn, device))
        });
        lost.min_by_key(|(turn, _)| *turn).map(|(_, device)| device)
    }

    /// The owner, if a member, and the admins, in the order of their joins.
    pub(crate) fn staff(&self) -> impl Iterator<Item = Member<'_>> {
        let mut staff: SmallVec<[&Record; bounds::ADMINS + 1]> = SmallVec::new();
        if let Some(people) = &self.people {
            staff.extend(people.admins().iter().filter_map(|&join| people.by_join(join)));
            let owner = self.owner.as_ref().and_then(|owner| people.find(owner));
            staff.extend(owner.map(|slot| people.get(slot)));
            staff.sort_unstable_by_key(|record| record.join);
        }
        let people = self.people.as_deref();
        staff.into_iter().filter_map(move |record| Some(self.member(people?, record)))
    }

    /// How many admins there are, of [`bounds::ADMINS`].
    pub(crate) fn admins(&self) -> usize {
        self.people.as_ref().map_or(0, |people| people.admins().len())
    }

    pub(crate) fn members(&self) -> u64 {
        self.people.as_ref().map_or(0, |people| people.len() as u64)
    }

    pub(crate) fn guests(&self) -> u64 {
        self.guests
    }

    /// How many sessions the member has who has most. Looks at every member.
    pub(crate) fn most_sessions(&self) -> usize {
        let people = self.people.iter().flat_map(|people| people.since(0));
        people.map(|record| record.devices.len()).max().unwrap_or(0)
    }

    /// Users with a session, lost ones included, or always online, and guests.
    pub(crate) fn online(&self) -> u64 {
        self.people.as_ref().map_or(0, |people| people.online()) + self.guests
    }

    /// Up to `limit` members, at least one if there is one, in the order of their joins; and where
    /// the list goes on, if it does. The hidden are passed over.
    pub(crate) fn page(&self, from: Page, limit: usize) -> (Vec<Member<'_>>, Option<Page>) {
        let Some(people) = &self.people else { return (Vec::new(), None) };
        let records = people.shown(from.0).take(limit.max(1));
        let page: Vec<_> = records.map(|record| self.member(people, record)).collect();
        let next = page.last().map(|member| Page(member.record().join + 1));
        let next = next.filter(|next| people.shown(next.0).next().is_some());
        (page, next)
    }

    /// Up to `limit` members, the newest first. The hidden are passed over.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Member<'_>> {
        let Some(people) = &self.people else { return Vec::new() };
        people.shown(0).rev().take(limit).map(|record| self.member(people, record)).collect()
    }

    /// When the first lost connection is given up, or the first member no longer always online.
    pub(crate) fn next_lapse(&self) -> Option<Timestamp> {
        let people = self.people.as_ref()?;
        let always = people.always().and_then(Deadlines::next_end);
        people.lost.next_end().into_iter().chain(always).min()
    }

    /// Whether a member has a session, lost or not, or is always online.
    pub(crate) fn is_online(&self, user: &UserId) -> bool {
        self.get(user).is_some_and(|member| member.is_online())
    }

    /// Those who ask to be admitted, in the order of their ids.
    pub(crate) fn applicants(&self) -> impl Iterator<Item = (&UserId, &Applicant)> {
        self.applicants.iter().flat_map(|applicants| applicants.iter())
    }

    /// The guests' sessions, in the order of their numbers.
    pub(crate) fn guest_devices(&self) -> Vec<Device> {
        let mut guests: Vec<Device> = self.sessions.unordered().filter_map(guest).collect();
        guests.sort_unstable_by_key(|device| device.session);
        guests
    }

    /// How many ask to be admitted.
    pub(crate) fn applicant_count(&self) -> u64 {
        self.applicants.as_ref().map_or(0, |applicants| applicants.len() as u64)
    }

    /// Whether `user` asks to be admitted.
    pub(crate) fn is_applicant(&self, user: &UserId) -> bool {
        self.applicants.as_ref().is_some_and(|applicants| applicants.get(user).is_some())
    }

    /// One number for the whole state, the same for the same state.
    pub(crate) fn digest(&self) -> u64 {
        let people = self.people.as_ref().map_or(0, |people| people.sum().get());
        let applicants = self.applicants.as_ref().map_or(0, |applicants| applicants.sum().get());
        let counters = (self.joins, self.orders());
        stable_hash(&(&self.owner, counters, people, self.guest_sum.get(), applicants))
    }

    /// An estimate of the heap in use; profiles that are shared with the host are counted in full.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.sessions.heap_bytes()
            + self.people.as_deref().map_or(0, People::heap_bytes)
            + self.applicants.as_deref().map_or(0, Applicants::heap_bytes)
    }

    /// The orders given next to a lost connection, and to somebody always online.
    fn orders(&self) -> (u64, u64) {
        let Some(people) = &self.people else { return (0, 0) };
        (people.lost.next_order(), people.always().map_or(0, Deadlines::next_order))
    }

    fn member<'a>(&'a self, people: &'a People, record: &'a Record) -> Member<'a> {
        Member::new(self, people, record)
    }

    fn place(&self, session: SessionId) -> Option<Place> {
        let hash = self.key.hash_one(session);
        self.sessions.find(hash, |(other, _)| *other == session).map(|(_, place)| *place)
    }
}

/// Coming and going.
impl Roster {
    /// Makes a user a member who was none, with one session; what they applied for they have.
    pub(crate) fn admit(
        &mut self,
        now: Timestamp,
        user: UserId,
        profile: Arc<Profile>,
        device: Device,
    ) {
        self.take_applicant(&user);
        let devices = SmallVec::from_buf([device]);
        let (join, marks) = (self.joins, Marks::default());
        self.joins += 1;
        let people = self.people.get_or_insert_with(|| Box::new(People::new(self.key)));
        assert!(people.find(&user).is_none(), "only who is no member yet is admitted");
        let record = Record { join, user, profile, card: None, joined: now, devices, marks };
        let slot = people.enter(record);
        self.seat(device.session, Place::Member(slot));
    }

    pub(crate) fn admit_guest(&mut self, device: Device) {
        let Device { session, platform } = device;
        self.seat(session, Place::Guest(platform));
        self.guests += 1;
        self.guest_sum.add(&Fact::Guest { session, platform });
    }

    /// Adds a session to a member's, or brings one of theirs back that was lost.
    pub(crate) fn attach(
        &mut self,
        user: &UserId,
        device: Device,
        profile: Option<Arc<Profile>>,
    ) -> Attached {
        let place = self.place(device.session);
        let (people, slot) = self.member_mut(user).expect("sessions are attached to members only");
        if let Some(profile) = profile {
            people.change(slot, |record| record.profile = profile);
        }
        if let Some(Place::Member(holder)) = place
            && holder == slot
        {
            people.revive(device.session);
            return Attached { came_online: false, new: false };
        }
        let came_online = people.sit(slot, device);
        self.seat(device.session, Place::Member(slot));
        Attached { came_online, new: true }
    }

    /// Lets a member's session be lost, to be given up at `until`; false if it is no member's, or
    /// lost already.
    pub(crate) fn lose(&mut self, session: SessionId, until: Timestamp) -> bool {
        // A grace always ends, even one that began when the clock had run wild.
        let until = until.min(Timestamp::LAST);
        match (self.place(session), &mut self.people) {
            (Some(Place::Member(_)), Some(people)) => people.lose(session, until),
            _ => false,
        }
    }

    /// Lets every member's session be lost, to be given up at `until`, in the order of the joins;
    /// guests and applications go.
    pub(crate) fn lose_all(&mut self, until: Timestamp) {
        let people = self.people.iter().flat_map(|people| people.since(0));
        let seats = people.flat_map(|record| record.devices.iter().map(|device| device.session));
        for session in seats.collect::<Vec<_>>() {
            self.lose(session, until);
        }
        for guest in self.guest_devices() {
            self.remove_session(guest.session);
        }
        self.applicants = None;
    }

    /// Ends what is to keep a member online no longer, if anything is at `now`: the session lost first,
    /// or a mark that ends before. The member stays one.
    pub(crate) fn take_lapsed(&mut self, now: Timestamp) -> Option<Lapsed> {
        let people = self.people.as_mut()?;
        let mark = people.always().and_then(Deadlines::next_end);
        if mark.is_some_and(|mark| people.lost.next_end().is_none_or(|loss| mark < loss)) {
            let slot = people.end_always(now)?;
            let record = people.get(slot);
            let (user, offline) = (record.user.clone(), !record.is_online());
            return Some(Lapsed { user, device: None, offline });
        }
        let session = people.end_loss(now)?;
        let Gone { user, device, last } = self.remove_session(session)?;
        Some(Lapsed { user: user?, device: Some(device), offline: last })
    }

    /// Removes a member's or a guest's session. The member stays one.
    pub(crate) fn remove_session(&mut self, session: SessionId) -> Option<Gone> {
        match self.unseat(session)? {
            Place::Member(slot) => {
                let people = self.people.as_mut()?;
                let (device, last) = people.rise(slot, session);
                Some(Gone { user: Some(people.get(slot).user.clone()), device, last })
            }
            Place::Guest(platform) => {
                self.guests -= 1;
                self.guest_sum.subtract(&Fact::Guest { session, platform });
                Some(Gone { user: None, device: Device { session, platform }, last: true })
            }
        }
    }

    /// Removes a member with all their sessions.
    pub(crate) fn remove_member(&mut self, user: &UserId) -> Option<Departed> {
        let was_online = self.is_online(user);
        let (people, slot) = self.member_mut(user)?;
        let Record { profile, devices, .. } = people.leave(slot);
        self.people.take_if(|people| people.len() == 0);
        for device in &devices {
            self.unseat(device.session);
        }
        Some(Departed { profile, devices, was_online })
    }

    /// Puts a user, who is no member, on the list of applicants, in place of an older application of
    /// theirs. The session is free, or that of the older one.
    pub(crate) fn apply(&mut self, user: UserId, applicant: Applicant) {
        assert!(self.get(&user).is_none(), "members need not apply");
        self.take_applicant(&user);
        assert!(self.is_free(applicant.device.session), "a session is in one place only");
        self.applicants.get_or_insert_default().add(user, applicant);
    }

    pub(crate) fn take_applicant(&mut self, user: &UserId) -> Option<Applicant> {
        let applicant = self.applicants.as_mut()?.remove(user);
        self.applicants.take_if(|applicants| applicants.len() == 0);
        applicant
    }

    /// Takes back the application that came over this session.
    pub(crate) fn withdraw(&mut self, session: SessionId) -> Option<UserId> {
        let user = self.applicants.as_ref()?.at(session)?.clone();
        self.take_applicant(&user);
        Some(user)
    }

    fn seat(&mut self, session: SessionId, place: Place) {
        assert!(self.is_free(session), "a session is in one place only");
        let key = self.key;
        self.sessions
            .insert(key.hash_one(session), (session, place), |(session, _)| key.hash_one(session));
    }

    fn unseat(&mut self, session: SessionId) -> Option<Place> {
        let hash = self.key.hash_one(session);
        self.sessions.remove(hash, |(other, _)| *other == session).map(|(_, place)| place)
    }

    fn is_free(&self, session: SessionId) -> bool {
        self.place(session).is_none()
            && self.applicants.as_ref().is_none_or(|applicants| applicants.at(session).is_none())
    }

    fn member_mut(&mut self, user: &UserId) -> Option<(&mut People, Slot)> {
        let people = self.people.as_mut()?;
        let slot = people.find(user)?;
        Some((people, slot))
    }
}

fn guest(&(session, place): &(SessionId, Place)) -> Option<Device> {
    match place {
        Place::Guest(platform) => Some(Device { session, platform }),
        Place::Member(_) => None,
    }
}
