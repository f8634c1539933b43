//! Coming and going.

use std::{slice, sync::Arc};

use smallvec::SmallVec;

use crate::{
    audit::{Act, Deed},
    command::{Admission, Device, Join, JoinStatus, LeaveReason, Receipt},
    config::{Absence, QuitAcross},
    cursor::Cursor,
    entry::{Notice, Subject, TipKind},
    id::{Fingerprint, SessionId, UserId},
    output::Output,
    refusal::{Denial, Field, Refusal},
    role::{JoinOption, Platform, Profile, Role},
    roster::{Applicant, Lapsed},
    rules::{Action, Actor},
    time::Timestamp,
};

use super::{Caller, Group};

impl Group {
    pub(super) fn join(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        join: Join,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Join, None)?;
        let session = caller.session.ok_or(Denial::SessionOnly)?;
        let device = Device { session, platform: join.platform };
        let receipt = match (join.user, caller.is_guest()) {
            (None, true) => {
                self.check_banned(now, None, join.print)?;
                self.join_as_guest(device)
            }
            (Some(user), false) => {
                Self::check_not_taken(caller, &user, device.session)?;
                self.check_banned(now, Some(&user), join.print)?;
                self.join_as_user(now, caller, &user, device, join.profile, join.note)
            }
            _ => Err(Refusal::Malformed { field: Field::Users }),
        }?;
        self.note_print(session, join.print);
        Ok(receipt)
    }

    /// A session that is in keeps what it came with, unless it comes with another.
    fn note_print(&mut self, session: SessionId, print: Option<Fingerprint>) {
        if let Some(print) = print {
            self.roster.note_print(session, print);
        }
    }

    fn join_as_guest(&mut self, device: Device) -> Result<Receipt, Refusal> {
        let cursor = self.tail();
        if self.roster.seat(device.session).is_some() {
            return Ok(Receipt::Joined { status: JoinStatus::AlreadyInGroup, cursor });
        }
        if let (JoinOption::NeedPermission | JoinOption::DisableApply, closed) = self.door() {
            return Err(closed);
        }
        self.check_full()?;
        let cursor = self.newcomers_cursor();
        self.roster.admit_guest(device);
        self.tell_joined(None, device, false, cursor);
        self.tell_full();
        Ok(Receipt::Joined { status: JoinStatus::Joined, cursor })
    }

    fn join_as_user(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: &UserId,
        device: Device,
        profile: Arc<Profile>,
        note: Arc<str>,
    ) -> Result<Receipt, Refusal> {
        let profile = self.cleaned_profile(profile)?;
        // Who comes in as a member has a member's standing already.
        if caller.actor != Actor::Stranger {
            return self.come_back(user, device, Some(profile));
        }
        let owns = self.roster.owner() == Some(user);
        let (option, closed) = self.door();
        if option == JoinOption::DisableApply && !owns {
            return Err(closed);
        }
        self.check_comings(now, user)?;
        if option == JoinOption::NeedPermission && !owns {
            let receipt = self.apply_to_join(user, Applicant { device, profile, note })?;
            self.count_coming(now, user);
            return Ok(receipt);
        }
        self.check_full()?;
        self.count_coming(now, user);
        let cursor = self.admit(now, user, profile, device);
        Ok(Receipt::Joined { status: JoinStatus::Joined, cursor })
    }

    /// A session that is in the group as one user cannot come in as another.
    fn check_not_taken(caller: &Caller, user: &UserId, session: SessionId) -> Result<(), Refusal> {
        match &caller.user {
            Some(known) if known != user => Err(Refusal::SessionTaken { session }),
            _ => Ok(()),
        }
    }

    fn check_full(&self) -> Result<(), Refusal> {
        match self.config.settings().limits.members {
            Some(limit) if self.occupants() >= limit => Err(Refusal::GroupFull { limit }),
            _ => Ok(()),
        }
    }

    fn occupants(&self) -> u64 {
        self.roster.members() + self.roster.guests()
    }

    /// The host is told once the last place is taken.
    fn tell_full(&mut self) {
        if self.config.settings().limits.members == Some(self.occupants()) {
            self.outbox.put(|record| Output::Full { record });
        }
    }

    /// Where a newcomer begins to read.
    fn newcomers_cursor(&self) -> Cursor {
        match self.config.settings().history {
            0 => self.tail(),
            history => self.log.earlier(history as usize),
        }
    }

    /// Another session of a member, or one that was lost.
    fn come_back(
        &mut self,
        user: &UserId,
        device: Device,
        profile: Option<Arc<Profile>>,
    ) -> Result<Receipt, Refusal> {
        let limit = u64::from(self.config.settings().presence.per_user);
        let known = self.roster.sessions(user).any(|known| known.session == device.session);
        let sessions = self.roster.sessions(user).count() as u64;
        let full = !known && sessions >= limit;
        // Who comes back over a new connection has the one that was lost in the way.
        let in_the_way = if full { self.roster.first_lost(user) } else { None };
        if full && in_the_way.is_none() {
            Refusal::if_more(Field::Sessions, sessions + 1, limit)?;
        }
        let attached = self.roster.attach(user, device, profile);
        // Only now, so that nobody goes offline by coming back.
        if let Some(Device { session, platform }) = in_the_way {
            self.roster.remove_session(session);
            self.tell_left(Some(user), Some(user), platform, LeaveReason::Lost, true);
        }
        let cursor = self.tail();
        if attached.new {
            self.tell_joined(Some(user), device, true, cursor);
        }
        if attached.came_online {
            self.tell_presence(user, true);
        }
        Ok(Receipt::Joined { status: JoinStatus::AlreadyInGroup, cursor })
    }

    fn apply_to_join(&mut self, user: &UserId, applicant: Applicant) -> Result<Receipt, Refusal> {
        let limit = u64::from(self.config.settings().limits.applicants);
        let waiting = self.roster.applicant_count();
        if !self.roster.is_applicant(user) {
            Refusal::if_more(Field::Applicants, waiting + 1, limit)?;
        }
        let note = applicant.note.clone();
        self.roster.apply(user.clone(), applicant);
        let notice = Notice::Applied { user: user.clone(), note: note.clone() };
        let applicant = user.clone();
        self.outbox.put(|record| Output::Applied { record, user: applicant, note });
        let staff: Vec<UserId> = self.roster.staff().map(|member| member.user().clone()).collect();
        for member in &staff {
            self.direct(member, &notice);
        }
        let cursor = self.tail();
        Ok(Receipt::Joined { status: JoinStatus::WaitingForApproval, cursor })
    }

    /// Makes somebody a member, and returns where they begin to read: before their own tip.
    fn admit(
        &mut self,
        now: Timestamp,
        user: &UserId,
        profile: Arc<Profile>,
        device: Device,
    ) -> Cursor {
        let cursor = self.newcomers_cursor();
        self.roster.admit(now, user.clone(), profile.clone(), device);
        let subject = Subject { user: user.clone(), profile, until: None };
        self.tip(now, TipKind::Join, Some(user), [subject]);
        self.tell_joined(Some(user), device, false, cursor);
        self.tell_presence(user, true);
        self.tell_full();
        cursor
    }

    pub(super) fn answer_join(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: &UserId,
        admission: Admission,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::AnswerJoin, None)?;
        if !self.roster.is_applicant(user) {
            return Err(Refusal::UnknownApplicant { user: user.clone() });
        }
        if admission == Admission::Admit {
            if let Some(until) = self.house.bans.until(now, user) {
                return Err(Refusal::Banned { until });
            }
            self.check_full()?;
        }
        let print = self.roster.prints_of(user).next();
        let Some(Applicant { device, profile, .. }) = self.roster.take_applicant(user) else {
            return Err(Refusal::UnknownApplicant { user: user.clone() });
        };
        let (after, notice) = (
            self.head(),
            match admission {
                Admission::Admit => Notice::Admitted,
                Admission::Decline => Notice::Declined,
            },
        );
        let session = device.session;
        self.outbox.put(|record| Output::Direct { record, session, after, notice });
        if admission == Admission::Admit {
            self.admit(now, user, profile, device);
            self.note_print(session, print);
        }
        let act = if admission == Admission::Admit { Act::Admit } else { Act::Decline };
        self.audit(now, caller, |_| Deed::of(act).on(slice::from_ref(user)));
        Ok(Receipt::Done)
    }

    pub(super) fn attach(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: &UserId,
        platform: Platform,
        print: Option<Fingerprint>,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Attach, None)?;
        let session = caller.session.ok_or(Denial::SessionOnly)?;
        Self::check_not_taken(caller, user, session)?;
        self.check_banned(now, Some(user), print)?;
        if self.roster.role(user).is_none() {
            return Err(Denial::NotAMember.into());
        }
        let receipt = self.come_back(user, Device { session, platform }, None)?;
        self.note_print(session, print);
        Ok(receipt)
    }

    pub(super) fn detach(&mut self, now: Timestamp, caller: &Caller) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Detach, None)?;
        let session = caller.session.ok_or(Denial::SessionOnly)?;
        if caller.role.is_some() {
            self.roster.lose(session, now + self.config.settings().presence.grace);
        } else {
            self.drop_visitor(session, LeaveReason::Lost);
        }
        Ok(Receipt::Done)
    }

    /// The host that held the connections ended. It has no use for what becomes of guests.
    pub(super) fn detach_all(
        &mut self,
        now: Timestamp,
        caller: &Caller,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::DetachAll, None)?;
        self.roster.lose_all(now + self.config.settings().presence.grace);
        Ok(Receipt::Done)
    }

    /// A guest goes, or an applicant stops waiting.
    fn drop_visitor(&mut self, session: SessionId, reason: LeaveReason) {
        if self.roster.withdraw(session).is_some() {
            return;
        }
        if let Some(gone) = self.roster.remove_session(session) {
            self.tell_left(None, None, gone.device.platform, reason, false);
        }
    }

    /// A lost connection did not come back in time, or somebody is no longer always online.
    pub(super) fn lapse_due(&mut self, now: Timestamp) {
        if let Some(Lapsed { user, device, offline }) = self.roster.take_lapsed(now) {
            self.lapse(now, &user, device.map(|device| device.platform), offline);
        }
    }

    /// Something that kept a member online is gone: a session on `platform`, or the mark.
    pub(super) fn lapse(
        &mut self,
        now: Timestamp,
        user: &UserId,
        platform: Option<Platform>,
        offline: bool,
    ) {
        let stays = match self.config.settings().presence.absence {
            Absence::Stay => true,
            Absence::Leave => self.roster.role(user) == Some(Role::Owner),
        };
        let remains = !offline || stays;
        if !remains {
            self.end_membership(now, user, TipKind::Quit, Some(user));
        }
        // Without a session that went, and with the membership as it was, nobody left.
        if platform.is_some() || !remains {
            let platform = platform.unwrap_or_default();
            self.tell_left(Some(user), Some(user), platform, LeaveReason::Lost, remains);
        }
        if offline {
            self.tell_presence(user, false);
        }
    }

    pub(super) fn quit(&mut self, now: Timestamp, caller: &Caller) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Quit, None)?;
        let session = caller.session.ok_or(Denial::SessionOnly)?;
        match &caller.user {
            Some(user) if caller.role.is_some() => {
                self.quit_as_member(now, user, session, caller.platform);
            }
            _ => self.drop_visitor(session, LeaveReason::Quit),
        }
        Ok(Receipt::Done)
    }

    fn quit_as_member(
        &mut self,
        now: Timestamp,
        user: &UserId,
        session: SessionId,
        platform: Platform,
    ) {
        let goes = |device: &Device| match self.config.settings().presence.quit {
            QuitAcross::Together => true,
            QuitAcross::Independent => device.session == session,
            QuitAcross::WebEndsAll => platform.is_web() || !device.platform.is_web(),
        };
        let going: SmallVec<[Device; 2]> = self.roster.sessions(user).filter(goes).collect();
        for device in &going {
            self.roster.remove_session(device.session);
        }
        let remains = self.roster.sessions(user).next().is_some();
        if !remains {
            self.end_membership(now, user, TipKind::Quit, Some(user));
        }
        self.tell_left(Some(user), Some(user), platform, LeaveReason::Quit, remains);
        if !remains {
            self.tell_presence(user, false);
        }
        let after = self.head();
        for device in going.into_iter().filter(|device| device.session != session) {
            let (session, notice) = (device.session, Notice::QuitElsewhere);
            self.outbox.put(|record| Output::Direct { record, session, after, notice });
        }
    }

    /// Takes somebody off the roster, with a tip.
    pub(super) fn end_membership(
        &mut self,
        now: Timestamp,
        user: &UserId,
        kind: TipKind,
        operator: Option<&UserId>,
    ) {
        if let Some(departed) = self.roster.remove_member(user) {
            let profile = departed.profile;
            let subject = Subject { user: user.clone(), profile, until: None };
            self.tip(now, kind, operator, [subject]);
        }
    }

    fn tell_joined(
        &mut self,
        user: Option<&UserId>,
        device: Device,
        already: bool,
        cursor: Cursor,
    ) {
        let user = user.cloned();
        self.outbox.put(|record| Output::Joined { record, user, device, already, cursor });
    }

    pub(super) fn tell_left(
        &mut self,
        user: Option<&UserId>,
        operator: Option<&UserId>,
        platform: Platform,
        reason: LeaveReason,
        remains: bool,
    ) {
        let (user, operator) = (user.cloned(), operator.cloned());
        self.outbox.put(|record| Output::Left {
            record,
            user,
            operator,
            platform,
            reason,
            remains,
        });
    }

    pub(super) fn tell_presence(&mut self, user: &UserId, online: bool) {
        let user = user.clone();
        self.outbox.put(|record| Output::Presence { record, user, online });
    }
}
