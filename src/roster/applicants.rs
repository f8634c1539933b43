//! Those who ask to be admitted, found by user and by session.
//!
//! Invariant: `by_session` names the session of each application, and nothing else.

use std::{collections::BTreeMap, mem::size_of};

use super::{
    Applicant,
    facts::{Fact, Sum},
};
use crate::{
    bounds,
    id::{SessionId, UserId},
    role::Profile,
    space,
};

#[derive(Clone, Debug, Default)]
pub(super) struct Applicants {
    by_user: BTreeMap<UserId, Applicant>,
    by_session: BTreeMap<SessionId, UserId>,
    sum: Sum,
    /// The bytes of ids, profiles and notes.
    text: usize,
}

impl Applicants {
    pub(super) fn len(&self) -> usize {
        self.by_user.len()
    }

    pub(super) fn sum(&self) -> Sum {
        self.sum
    }

    pub(super) fn get(&self, user: &UserId) -> Option<&Applicant> {
        self.by_user.get(user)
    }

    pub(super) fn at(&self, session: SessionId) -> Option<&UserId> {
        self.by_session.get(&session)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&UserId, &Applicant)> {
        self.by_user.iter()
    }

    /// Adds somebody who is not there yet, with a session that is not there yet.
    pub(super) fn add(&mut self, user: UserId, applicant: Applicant) {
        self.sum.add(&Fact::Applicant { user: &user, applicant: &applicant });
        self.text += text(&user, &applicant);
        self.by_session.insert(applicant.device.session, user.clone());
        self.by_user.insert(user, applicant);
    }

    pub(super) fn remove(&mut self, user: &UserId) -> Option<Applicant> {
        let applicant = self.by_user.remove(user)?;
        self.by_session.remove(&applicant.device.session);
        self.sum.subtract(&Fact::Applicant { user, applicant: &applicant });
        self.text -= text(user, &applicant);
        Some(applicant)
    }

    /// The most that so many applicants take, without their prints.
    pub(super) fn most_bytes(applicants: u64) -> u64 {
        let note = bounds::NOTE as u64 + 2 * space::size::<usize>();
        space::size::<Self>()
            + space::tree::<(UserId, Applicant)>(applicants)
            + space::tree::<(SessionId, UserId)>(applicants)
            + applicants * (UserId::MOST_BESIDE + Profile::MOST + note)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let each = size_of::<(UserId, Applicant)>() + size_of::<(SessionId, UserId)>();
        // A node of a `BTreeMap` is filled to about two thirds.
        size_of::<Self>() + self.len() * each * 3 / 2 + self.text
    }
}

fn text(user: &UserId, applicant: &Applicant) -> usize {
    let profile = &applicant.profile;
    user.heap_bytes() + profile.nick.len() + profile.avatar.len() + applicant.note.len()
}
