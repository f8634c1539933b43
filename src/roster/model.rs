//! The roster against a list that is searched from one end to the other.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    tests::{applicant, at, device, profile, roster, user, users},
    *,
};
use crate::{bounds, command::Command, refusal::Refusal, time::Shift};

/// What the roster should be, written down as it comes.
#[derive(Clone, Default)]
struct Model {
    owner: Option<UserId>,
    members: Vec<Known>,
    guests: Vec<Device>,
    applicants: Vec<(UserId, Applicant)>,
    /// In the order in which they were lost.
    lost: Vec<(SessionId, Timestamp)>,
    /// In the order in which they were marked.
    always: Vec<(UserId, Timestamp)>,
}

#[derive(Clone)]
struct Known {
    user: UserId,
    profile: Arc<Profile>,
    card: String,
    joined: Timestamp,
    admin: bool,
    devices: Vec<Device>,
    marks: BTreeSet<u32>,
}

impl Known {
    fn is_online(&self) -> bool {
        !self.devices.is_empty() || self.marks.contains(&Command::ALWAYS_ONLINE)
    }

    fn is_hidden(&self) -> bool {
        self.marks.contains(&Command::HIDDEN)
    }
}

impl Model {
    fn find(&self, user: &UserId) -> Option<usize> {
        self.members.iter().position(|known| known.user == *user)
    }

    fn known(&mut self, user: &UserId) -> Option<&mut Known> {
        self.members.iter_mut().find(|known| known.user == *user)
    }

    fn occupant(&self, session: SessionId) -> Option<(Occupant, Device)> {
        let is_it = |device: &&Device| device.session == session;
        let member = self.members.iter().find_map(|known| {
            let device = known.devices.iter().find(is_it)?;
            Some((Occupant::Member(known.user.clone()), *device))
        });
        let guest = || Some((Occupant::Guest, *self.guests.iter().find(is_it)?));
        let applicant = || {
            let mut all = self.applicants.iter();
            let (user, applicant) = all.find(|(_, who)| who.device.session == session)?;
            Some((Occupant::Applicant(user.clone()), applicant.device))
        };
        member.or_else(guest).or_else(applicant)
    }

    fn role(&self, known: &Known) -> Role {
        match (self.owner.as_ref() == Some(&known.user), known.admin) {
            (true, _) => Role::Owner,
            (false, true) => Role::Admin,
            (false, false) => Role::Member,
        }
    }

    /// Removes a seat, and tells whose it was and whether it was the last.
    fn remove_session(&mut self, session: SessionId) -> Option<Gone> {
        self.lost.retain(|(other, _)| *other != session);
        let (occupant, device) = self.occupant(session)?;
        match occupant {
            Occupant::Member(user) => {
                let known = self.known(&user)?;
                known.devices.retain(|other| other.session != session);
                let last = !known.is_online();
                if last {
                    known.marks.clear();
                }
                Some(Gone { user: Some(user), device, last })
            }
            Occupant::Guest => {
                self.guests.retain(|other| other.session != session);
                Some(Gone { user: None, device, last: true })
            }
            Occupant::Applicant(_) => None,
        }
    }

    /// What ends first: a lost session, or somebody's being always online.
    fn first_lapse(&self) -> Option<(Result<SessionId, UserId>, Timestamp)> {
        let lost = self.lost.iter().map(|(session, until)| (Ok(*session), *until));
        let always = self.always.iter().map(|(user, until)| (Err(user.clone()), *until));
        lost.chain(always).min_by_key(|(_, until)| *until)
    }

    /// Takes a mark from somebody who has it.
    fn unmark(&mut self, user: &UserId, mark: u32) {
        if mark == Command::ALWAYS_ONLINE {
            self.always.retain(|(other, _)| other != user);
        }
        let known = self.known(user).unwrap();
        known.marks.remove(&mark);
        if !known.is_online() {
            known.marks.clear();
        }
    }
}

/// What is done, to whom, over which session, and a number.
type Act = (u8, usize, u64, u64);

/// The roster and the model, to which the same is done.
struct Pair {
    roster: Roster,
    model: Model,
    now: Timestamp,
}

impl Pair {
    fn act(&mut self, (what, who, session, number): Act) {
        let (user, device) = (user(who), device(session));
        match what {
            0..=2 => self.admit(user, device, number),
            3 => self.admit_guest(device),
            4 | 5 => self.attach(&user, device, number),
            6 | 7 => self.lose(device.session, self.now + at(number).since(at(0))),
            8 => self.pass(number),
            9 => {
                let gone = self.model.remove_session(device.session);
                assert_eq!(self.roster.remove_session(device.session), gone);
            }
            10 => self.remove(&user),
            11 => self.set_admin(&user, number % 3 > 0),
            12 => self.set_owner((number > 1).then_some(user)),
            13 => self.set_card(&user, if number > 3 { "card" } else { "" }),
            14 | 15 => self.mark(&user, MARKS[session as usize % 4], number > 2),
            16 => self.apply(user, device, number),
            17 => self.take_applicant(&user),
            18 => self.withdraw(device.session),
            19 => self.rebase(at(number * 3)),
            20 => self.set_profile(&user, profile(&format!("p{number}"))),
            _ => {
                let key = HashKey::new(number, session);
                self.roster = Roster::restore(self.roster.save(), key).unwrap();
            }
        }
    }

    fn is_free(&self, device: Device) -> bool {
        self.model.occupant(device.session).is_none()
    }

    fn admit(&mut self, user: UserId, device: Device, number: u64) {
        if !self.is_free(device) || self.model.find(&user).is_some() {
            return;
        }
        let profile = profile(&format!("n{number}"));
        self.roster.admit(self.now, user.clone(), Arc::clone(&profile), device);
        self.model.applicants.retain(|(other, _)| *other != user);
        self.model.members.push(Known {
            user,
            profile,
            card: String::new(),
            joined: self.now,
            admin: false,
            devices: vec![device],
            marks: BTreeSet::new(),
        });
    }

    fn admit_guest(&mut self, device: Device) {
        if self.is_free(device) {
            self.roster.admit_guest(device);
            self.model.guests.push(device);
        }
    }

    fn attach(&mut self, user: &UserId, device: Device, number: u64) {
        let new = self.is_free(device);
        let own = Some((Occupant::Member(user.clone()), device));
        let own = self.model.occupant(device.session) == own;
        let shown = (number > 5).then(|| profile(&format!("a{number}")));
        let Some(known) = self.model.known(user).filter(|_| new || own) else { return };
        let came_online = !known.is_online();
        known.profile = shown.clone().unwrap_or_else(|| Arc::clone(&known.profile));
        known.devices.extend(new.then_some(device));
        self.model.lost.retain(|(other, _)| *other != device.session);
        let attached = self.roster.attach(user, device, shown);
        assert_eq!(attached, Attached { came_online, new });
    }

    fn lose(&mut self, session: SessionId, until: Timestamp) {
        let is_members = matches!(self.model.occupant(session), Some((Occupant::Member(_), _)));
        let is_lost = self.model.lost.iter().any(|(other, _)| *other == session);
        assert_eq!(self.roster.lose(session, until), is_members && !is_lost);
        if is_members && !is_lost {
            self.model.lost.push((session, until));
        }
    }

    fn pass(&mut self, seconds: u64) {
        // Now and then so long that marks end, too.
        let scale = if seconds == 9 { 2 * 24 * 60 * 60 } else { 1 };
        self.now += at(seconds * scale).since(at(0)) / 2;
        while let Some((what, until)) = self.model.first_lapse()
            && until <= self.now
        {
            let lapsed = match what {
                Ok(session) => {
                    let Gone { user, device, last } = self.model.remove_session(session).unwrap();
                    Lapsed { user: user.unwrap(), device: Some(device), offline: last }
                }
                Err(user) => {
                    self.model.unmark(&user, Command::ALWAYS_ONLINE);
                    let offline = !self.model.known(&user).unwrap().is_online();
                    Lapsed { user, device: None, offline }
                }
            };
            assert_eq!(self.roster.take_lapsed(self.now), Some(lapsed));
        }
        assert_eq!(self.roster.take_lapsed(self.now), None);
    }

    fn remove(&mut self, user: &UserId) {
        let departed = self.model.find(user).map(|place| {
            let known = self.model.members.remove(place);
            let was_online = known.is_online();
            let Known { profile, devices, .. } = known;
            self.model.always.retain(|(other, _)| other != user);
            let stays = |lost: SessionId| devices.iter().all(|device| device.session != lost);
            self.model.lost.retain(|(session, _)| stays(*session));
            Departed { profile, devices: devices.into(), was_online }
        });
        assert_eq!(self.roster.remove_member(user), departed);
    }

    fn set_admin(&mut self, user: &UserId, on: bool) {
        let is_owner = self.model.owner.as_ref() == Some(user);
        let known = self.model.known(user).filter(|known| !is_owner && known.admin != on);
        assert_eq!(self.roster.set_admin(user, on), known.is_some());
        if let Some(known) = known {
            known.admin = on;
        }
    }

    fn set_owner(&mut self, owner: Option<UserId>) {
        if let Some(known) = owner.as_ref().and_then(|owner| self.model.known(owner)) {
            known.admin = false;
        }
        self.model.owner.clone_from(&owner);
        self.roster.set_owner(owner);
    }

    fn set_card(&mut self, user: &UserId, card: &str) {
        let known = self.model.known(user).filter(|known| known.card != card);
        assert_eq!(self.roster.set_card(user, card.into()), known.is_some());
        if let Some(known) = known {
            known.card = card.into();
        }
    }

    fn set_profile(&mut self, user: &UserId, shown: Arc<Profile>) {
        let known = self.model.known(user).filter(|known| known.profile != shown);
        assert_eq!(self.roster.set_profile(user, Arc::clone(&shown)), known.is_some());
        if let Some(known) = known {
            known.profile = shown;
        }
    }

    fn mark(&mut self, user: &UserId, mark: u32, on: bool) {
        let has = self.model.known(user).filter(|known| known.is_online());
        let has = has.map(|known| known.marks.contains(&mark));
        let always = on && mark == Command::ALWAYS_ONLINE;
        let changed = has.map(|has| has != on || always);
        let changed = changed.ok_or_else(|| Refusal::UnknownMember { user: user.clone() });
        assert_eq!(self.roster.mark(self.now, std::slice::from_ref(user), &[mark], on), changed);
        if changed != Ok(true) {
            return;
        }
        if !on {
            return self.model.unmark(user, mark);
        }
        self.model.known(user).unwrap().marks.insert(mark);
        if always {
            self.model.always.retain(|(other, _)| other != user);
            let until = self.now + bounds::ALWAYS_ONLINE;
            self.model.always.push((user.clone(), until));
        }
    }

    fn apply(&mut self, user: UserId, device: Device, number: u64) {
        let own = Some((Occupant::Applicant(user.clone()), device));
        let fits = self.is_free(device) || self.model.occupant(device.session) == own;
        if fits && self.model.find(&user).is_none() {
            let mut applicant = applicant(device.session.0);
            applicant.note = format!("please {number}").into();
            self.roster.apply(user.clone(), applicant.clone());
            self.model.applicants.retain(|(other, _)| *other != user);
            self.model.applicants.push((user, applicant));
        }
    }

    fn take_applicant(&mut self, user: &UserId) {
        let applicants = &mut self.model.applicants;
        let place = applicants.iter().position(|(other, _)| other == user);
        let taken = place.map(|place| applicants.remove(place).1);
        assert_eq!(self.roster.take_applicant(user), taken);
    }

    fn withdraw(&mut self, session: SessionId) {
        let applicants = &mut self.model.applicants;
        let place = applicants.iter().position(|(_, who)| who.device.session == session);
        let withdrawn = place.map(|place| applicants.remove(place).0);
        assert_eq!(self.roster.withdraw(session), withdrawn);
    }

    fn rebase(&mut self, to: Timestamp) {
        let shift = Shift::new(self.now, to);
        self.roster.shift(shift);
        for (_, until) in &mut self.model.lost {
            shift.apply(until);
        }
        for (_, until) in &mut self.model.always {
            shift.apply(until);
        }
        self.now = to;
    }
}

const MARKS: [u32; 4] = [Command::ALWAYS_ONLINE, Command::HIDDEN, 1_000, 1_001];

fn compare(roster: &Roster, model: &Model) {
    let members = &model.members;
    let named = |known: &Known| known.user.clone();
    let online = members.iter().filter(|known| known.is_online()).count();
    assert_eq!(roster.owner(), model.owner.as_ref());
    assert_eq!(roster.members(), members.len() as u64);
    assert_eq!(roster.guests(), model.guests.len() as u64);
    assert_eq!(roster.online(), (online + model.guests.len()) as u64);
    assert_eq!(roster.next_lapse(), model.first_lapse().map(|(_, until)| until));
    assert_eq!(roster.admins(), members.iter().filter(|known| known.admin).count());
    let staff = members.iter().filter(|known| model.role(known) > Role::Member);
    assert_eq!(users(roster.staff()), staff.map(named).collect::<Vec<_>>());
    let shown = || members.iter().filter(|known| !known.is_hidden());
    assert_eq!(users(roster.newest(3)), shown().rev().take(3).map(named).collect::<Vec<_>>());
    let (mut listed, mut from) = (Vec::new(), Some(Page::default()));
    while let Some(page) = from {
        let (shown, next) = roster.page(page, 2);
        listed.extend(users(shown));
        from = next;
        assert!(from.is_none() || listed.len() < members.len(), "the list goes round");
    }
    assert_eq!(listed, shown().map(named).collect::<Vec<_>>());
    for number in 0..6 {
        let place = model.find(&user(number));
        assert_eq!(roster.role(&user(number)), place.map(|place| model.role(&members[place])));
        let Some((member, place)) = roster.get(&user(number)).zip(place) else { continue };
        let known = &members[place];
        assert_eq!(roster.profile(&user(number)), Some(&known.profile));
        assert_eq!(member.name_card().unwrap_or_default(), known.card);
        assert_eq!(member.joined(), known.joined);
        assert!(member.marks().eq(known.marks.iter().copied()));
        assert_eq!(member.devices().collect::<Vec<_>>(), known.devices);
        assert_eq!(member.is_online(), known.is_online());
        let mut always = model.always.iter().filter(|(user, _)| *user == known.user);
        assert_eq!(member.always_online_until(), always.next().map(|(_, until)| *until));
    }
    for mark in MARKS {
        let holders = members.iter().filter(|known| known.marks.contains(&mark));
        assert_eq!(users(roster.marked(mark)), holders.map(named).collect::<Vec<_>>());
    }
    for session in (0..10).map(SessionId) {
        let occupant = model.occupant(session);
        if let Some(Seat::Member(_, platform)) = roster.seat(session) {
            assert_eq!(Some(platform), occupant.as_ref().map(|(_, device)| device.platform));
        }
        assert_eq!(roster.occupant(session), occupant.map(|(occupant, _)| occupant));
    }
    let mut applicants = model.applicants.clone();
    applicants.sort_by(|(one, _), (next, _)| one.cmp(next));
    let listed = roster.applicants().map(|(user, who)| (user.clone(), who.clone()));
    assert_eq!(listed.collect::<Vec<_>>(), applicants);
    assert_eq!(roster.applicant_count(), applicants.len() as u64);
}

proptest! {
    #[test]
    fn a_roster_does_what_a_list_does_and_its_digest_is_that_of_its_state(
        acts in prop::collection::vec((0..22_u8, 0..6_usize, 0..10_u64, 0..10_u64), 0..80),
    ) {
        let mut pair = Pair { roster: roster(), model: Model::default(), now: at(0) };
        for step in acts {
            let (saved, digest) = (pair.roster.save(), pair.roster.digest());
            pair.act(step);
            let Pair { roster, model, .. } = &pair;
            compare(roster, model);
            // The sum is what it would be if it were counted anew, and it tells states apart.
            let after = roster.save();
            prop_assert_eq!(saved == after, digest == roster.digest());
            let restored = Roster::restore(after.clone(), HashKey::default()).unwrap();
            prop_assert_eq!(restored.digest(), roster.digest());
            prop_assert_eq!(restored.save(), after);
        }
    }
}
