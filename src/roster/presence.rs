//! Coming and going: members and their sessions, guests, applicants.

use std::sync::Arc;

use super::{
    Applicant, Attached, Departed, Gone, Guest, Lapsed, Place, Roster, guest_fact, record::Record,
};
use crate::{
    command::Device,
    deadlines::Deadlines,
    id::{SessionId, UserId},
    role::Profile,
    time::Timestamp,
};

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
        // Whoever admits looked, and members' sessions are looked at again as this one is seated.
        debug_assert!(self.is_free(device.session), "a session is in one place only");
        let join = self.joins;
        self.joins += 1;
        let people = self.open().people();
        let slot = people.enter(Record::new(join, user, profile, now));
        people.sit(slot, device);
    }

    pub(crate) fn admit_guest(&mut self, device: Device) {
        self.expect_free(device.session);
        let key = self.key;
        let here = self.open();
        let hash = |guest: &Guest| key.hash_session(guest.device().session);
        // That it is free was looked at above, in all places.
        here.guests.insert(key.hash_session(device.session), device.into(), |_| false, hash);
        here.guest_sum.add(&guest_fact(device));
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
            people.set_profile(slot, profile);
        }
        if let Some(Place::Member(holder)) = place
            && holder == slot
        {
            people.revive(device.session);
            return Attached { came_online: false, new: false };
        }
        self.expect_free(device.session);
        let came_online = self.open().people().sit(slot, device);
        Attached { came_online, new: true }
    }

    /// Lets a member's session be lost, to be given up at `until`; false if it is no member's, or
    /// lost already.
    pub(crate) fn lose(&mut self, session: SessionId, until: Timestamp) -> bool {
        // A grace always ends, even one that began when the clock had run wild.
        let until = until.min(Timestamp::LAST);
        match (self.place(session), self.people_mut()) {
            (Some(Place::Member(_)), Some(people)) => people.lose(session, until),
            _ => false,
        }
    }

    /// Lets every member's session be lost, to be given up at `until`, in the order of the joins;
    /// guests and applications go.
    pub(crate) fn lose_all(&mut self, until: Timestamp) {
        let people = self.people().into_iter();
        let seats = people.flat_map(|people| {
            people.since(0).flat_map(|record| people.devices(record)).map(|device| device.session)
        });
        for session in seats.collect::<Vec<_>>() {
            self.lose(session, until);
        }
        for guest in self.guest_devices() {
            self.remove_session(guest.session);
        }
        let asking = self.applicants().map(|(user, _)| user.clone());
        for user in asking.collect::<Vec<_>>() {
            self.take_applicant(&user);
        }
    }

    /// Ends what is to keep a member online no longer, if anything is at `now`: the session lost first,
    /// or a mark that ends before. The member stays one.
    pub(crate) fn take_lapsed(&mut self, now: Timestamp) -> Option<Lapsed> {
        let people = self.people_mut()?;
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
        self.forget_print(session);
        match self.place(session)? {
            Place::Member(slot) => {
                let people = self.people_mut()?;
                let (device, last) = people.rise(slot, session);
                Some(Gone { user: Some(people.get(slot).user.clone()), device, last })
            }
            Place::Guest => {
                let (key, here) = (self.key, self.here.as_mut()?);
                let is_it = |guest: &Guest| guest.device().session == session;
                let hash = |guest: &Guest| key.hash_session(guest.device().session);
                let device = here.guests.remove(key.hash_session(session), is_it, hash)?.device();
                here.guest_sum.subtract(&guest_fact(device));
                self.rest();
                Some(Gone { user: None, device, last: true })
            }
        }
    }

    /// Removes a member with all their sessions.
    pub(crate) fn remove_member(&mut self, user: &UserId) -> Option<Departed> {
        let was_online = self.is_online(user);
        let (people, slot) = self.member_mut(user)?;
        let (Record { profile, .. }, devices) = people.leave(slot);
        devices.iter().for_each(|device| self.forget_print(device.session));
        self.rest();
        Some(Departed { profile, devices, was_online })
    }

    /// Puts a user, who is no member, on the list of applicants, in place of an older application of
    /// theirs. The session is free, or that of the older one.
    pub(crate) fn apply(&mut self, user: UserId, applicant: Applicant) {
        assert!(self.get(&user).is_none(), "members need not apply");
        self.take_applicant(&user);
        self.expect_free(applicant.device.session);
        self.open().applicants.get_or_insert_default().add(user, applicant);
    }

    pub(crate) fn take_applicant(&mut self, user: &UserId) -> Option<Applicant> {
        let applicant = self.here.as_mut()?.applicants.as_mut()?.remove(user)?;
        self.forget_print(applicant.device.session);
        self.rest();
        Some(applicant)
    }

    /// Takes back the application that came over this session.
    pub(crate) fn withdraw(&mut self, session: SessionId) -> Option<UserId> {
        let user = self.asking()?.at(session)?.clone();
        self.take_applicant(&user);
        Some(user)
    }

    pub(super) fn is_free(&self, session: SessionId) -> bool {
        self.place(session).is_none()
            && self.asking().is_none_or(|applicants| applicants.at(session).is_none())
    }

    fn expect_free(&self, session: SessionId) {
        assert!(self.is_free(session), "a session is in one place only");
    }
}
