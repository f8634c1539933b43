//! Fingerprints, and bans by them.

use liveroom::{
    Discard, Field, Fingerprint, LeaveReason, Notice, Output, Refusal, Role, SessionId, Subject,
    Timestamp, TipKind, UserId,
};

use super::{Actor, Model, NO_RECORD, form::not_more};

impl Model {
    pub(super) fn note_print(&mut self, actor: &Actor, print: Option<Fingerprint>) {
        let (Actor::Guest { session }
        | Actor::Applicant { session }
        | Actor::Newcomer { session }
        | Actor::User { device: liveroom::Device { session, .. }, .. }) = *actor
        else {
            return;
        };
        if let Some(print) = print {
            self.prints.retain(|(own, _)| *own != session);
            self.prints.push((session, print));
        }
    }

    /// Sessions that are nobody's any more came with nothing.
    pub(super) fn forget_prints(&mut self) {
        let mut prints = std::mem::take(&mut self.prints);
        prints.retain(|(session, _)| self.is_there(*session));
        self.prints = prints;
    }

    /// With what a session came that is somebody's.
    pub(crate) fn print(&self, session: SessionId) -> Option<Fingerprint> {
        let print = self.prints.iter().find(|(own, _)| *own == session);
        print.filter(|_| self.is_there(session)).map(|(_, print)| *print)
    }

    fn is_there(&self, session: SessionId) -> bool {
        self.member_at(session).is_some()
            || self.guests.iter().any(|guest| guest.session == session)
            || self.applicants.iter().any(|one| one.session == session)
    }

    pub(super) fn print_must_not_be_banned(
        &self,
        user: Option<&UserId>,
        print: Option<Fingerprint>,
    ) -> Result<(), Refusal> {
        let ban = self.print_bans.iter().find(|(one, _)| Some(*one) == print);
        match ban {
            Some((_, until)) if !self.is_staff(user) => Err(Refusal::Banned { until: *until }),
            _ => Ok(()),
        }
    }

    fn is_staff(&self, user: Option<&UserId>) -> bool {
        user.is_some_and(|user| {
            self.owner.as_ref() == Some(user) || self.role_of(user) == Some(Role::Admin)
        })
    }

    /// With what users are here, or ask to be.
    pub(super) fn prints_here(&self, users: &[UserId]) -> Vec<Fingerprint> {
        let mut found = vec![];
        for user in users {
            let applies = self.applicants.iter().filter(|one| one.user == *user);
            let sessions = self.sessions_of(user).into_iter().chain(applies.map(|one| one.session));
            for session in sessions {
                found.extend(self.print(session));
            }
        }
        prints_once(&found)
    }

    pub(super) fn may_ban_prints(&self, prints: &[Fingerprint]) -> Result<(), Refusal> {
        let others = self.print_bans.iter().filter(|(one, _)| !prints.contains(one)).count();
        not_more(Field::Prints, others + prints.len(), self.settings.limits.bans as usize)
    }

    pub(super) fn put_print_bans(&mut self, prints: &[Fingerprint], until: Timestamp) {
        self.print_bans.retain(|(one, _)| !prints.contains(one));
        self.print_bans.extend(prints.iter().map(|print| (*print, until)));
        self.sweeping.extend(prints);
    }

    /// Whoever is here with a banned fingerprint goes, but for staff.
    pub(super) fn sweep(&mut self) {
        for print in std::mem::take(&mut self.sweeping) {
            let ban = self.print_bans.iter().find(|(one, _)| *one == print);
            let Some(&(_, until)) = ban else { continue };
            let mut sessions: Vec<_> =
                self.prints.iter().filter(|(_, one)| *one == print).collect();
            sessions.sort_unstable();
            let sessions: Vec<SessionId> =
                sessions.into_iter().map(|(session, _)| *session).collect();
            for session in sessions {
                self.evict(session, until);
            }
        }
    }

    fn evict(&mut self, session: SessionId, until: Timestamp) {
        if !self.is_there(session) {
            return;
        }
        let mut left = None;
        if let Some(place) = self.guests.iter().position(|guest| guest.session == session) {
            left = Some((None, self.guests.remove(place).platform, false));
        } else if let Some((member, own)) = self.member_at(session) {
            let (user, platform) = (member.user.clone(), own.platform);
            if self.is_staff(Some(&user)) {
                return;
            }
            let member = self.member_mut(&user).expect("just found");
            member.sessions.retain(|own| own.id != session);
            let remains = member.is_online();
            if !remains {
                let named = std::slice::from_ref(&user);
                self.discard_of(named, Discard::Banned);
                for member in self.remove_members(named) {
                    let subject =
                        Subject { user: user.clone(), profile: member.profile, until: None };
                    self.tip(TipKind::Kick, None, vec![subject], None);
                }
            }
            left = Some((Some(user), platform, remains));
        }
        self.applicants.retain(|one| one.session != session);
        if let Some((user, platform, remains)) = left {
            self.told.push(Output::Left {
                record: NO_RECORD,
                user: user.clone(),
                operator: None,
                platform,
                reason: LeaveReason::Banned,
                remains,
            });
            if let Some(user) = user.filter(|_| !remains) {
                self.tell_presence(&user, false);
            }
        }
        self.tell_session(session, Notice::Banned { until, reason: "".into() });
    }
}

pub(super) fn prints_once(prints: &[Fingerprint]) -> Vec<Fingerprint> {
    let mut once = vec![];
    for print in prints {
        if !once.contains(print) {
            once.push(*print);
        }
    }
    once
}
