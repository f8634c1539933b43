//! Coming and going.

use std::sync::Arc;

use liveroom::{
    Absence, Admission, Cursor, Device, Field, Fingerprint, Join, JoinOption, JoinStatus,
    LeaveReason, Notice, Output, PerClass, Platform, Profile, QuitAcross, Refusal, Role, SessionId,
    TipKind, UserId,
};

use super::{
    Actor, Applicant, Guest, Member, Model, ModelReceipt, NO_RECORD, Session, form::not_more,
};

impl Model {
    pub(super) fn join(&mut self, actor: &Actor, join: &Join) -> Result<ModelReceipt, Refusal> {
        let receipt = self.come(actor, join)?;
        self.note_print(actor, join.print);
        Ok(receipt)
    }

    fn come(&mut self, actor: &Actor, join: &Join) -> Result<ModelReceipt, Refusal> {
        let Some(user) = &join.user else {
            self.print_must_not_be_banned(None, join.print)?;
            return self.join_as_guest(actor, join.platform);
        };
        // Chosen: whose session it is belongs to standing, which comes before bans.
        let session = self.own_session(actor, Some(user))?;
        self.must_not_be_banned(user)?;
        self.print_must_not_be_banned(Some(user), join.print)?;
        let profile = self.cleaned_profile(&join.profile)?;
        let join = &Join { profile, ..join.clone() };
        if self.member(user).is_some() {
            return self.come_back(actor, user, join.platform, Some(&join.profile));
        }
        let exempt = self.owner.as_ref() == Some(user);
        let (option, closed) = self.join_option_now();
        if option == JoinOption::DisableApply && !exempt {
            return Err(closed);
        }
        self.may_come(user)?;
        if option == JoinOption::NeedPermission && !exempt {
            let receipt = self.apply(session, user, join)?;
            self.came(user);
            return Ok(receipt);
        }
        self.must_have_room()?;
        self.came(user);
        let passed = self.newcomer_cursor();
        self.applicants.retain(|one| one.user != *user);
        let device = Device { session, platform: join.platform };
        self.become_member(user, &join.profile, device);
        Ok(ModelReceipt::Joined { status: JoinStatus::Joined, passed })
    }

    fn join_as_guest(
        &mut self,
        actor: &Actor,
        platform: Platform,
    ) -> Result<ModelReceipt, Refusal> {
        if let Actor::Guest { .. } = actor {
            return Ok(self.already_in());
        }
        let session = self.own_session(actor, None)?;
        let (option, closed) = self.join_option_now();
        if option != JoinOption::FreeAccess {
            return Err(closed);
        }
        self.must_have_room()?;
        let passed = self.newcomer_cursor();
        self.guests.push(Guest { session, platform });
        let device = Device { session, platform };
        self.tell_joined(None, device, false, &passed);
        self.say_if_full();
        Ok(ModelReceipt::Joined { status: JoinStatus::Joined, passed })
    }

    pub(super) fn attach(
        &mut self,
        actor: &Actor,
        user: &UserId,
        platform: Platform,
        print: Option<Fingerprint>,
    ) -> Result<ModelReceipt, Refusal> {
        self.own_session(actor, Some(user))?;
        self.print_must_not_be_banned(Some(user), print)?;
        let receipt = self.come_back(actor, user, platform, None)?;
        self.note_print(actor, print);
        Ok(receipt)
    }

    /// A join or attach that finds a member.
    fn come_back(
        &mut self,
        actor: &Actor,
        user: &UserId,
        platform: Platform,
        profile: Option<&Arc<Profile>>,
    ) -> Result<ModelReceipt, Refusal> {
        let session = self.own_session(actor, Some(user))?;
        if self.member_at(session).is_some() {
            for member in &mut self.members {
                let own = member.sessions.iter_mut().find(|own| own.id == session);
                if let Some(own) = own {
                    own.lost = None;
                }
            }
            // Chosen: whoever joins again is shown as the join says, over whichever session.
            if let (Some(profile), Some(member)) = (profile, self.member_mut(user)) {
                member.profile = profile.clone();
            }
            return Ok(self.already_in());
        }
        let most = self.settings.presence.per_user as usize;
        let member = self.member_mut(user).expect("the caller found a member");
        let comes_online = !member.is_online();
        if member.sessions.len() == most {
            let lost = member.sessions.iter().filter_map(|own| Some((own.lost?, own.clone())));
            let first = lost.min_by_key(|(lost, _)| *lost).map(|(_, own)| own);
            let Some(Session { id, platform, .. }) = first else {
                return not_more(Field::Sessions, most + 1, most).map(|()| self.already_in());
            };
            member.sessions.retain(|own| own.id != id);
            self.told.push(Output::Left {
                record: NO_RECORD,
                user: Some(user.clone()),
                operator: Some(user.clone()),
                platform,
                reason: LeaveReason::Lost,
                remains: true,
            });
        }
        let member = self.member_mut(user).expect("the caller found a member");
        member.sessions.push(Session { id: session, platform, lost: None });
        if let Some(profile) = profile {
            member.profile = profile.clone();
        }
        let passed = self.passed_at(self.tail());
        self.tell_joined(Some(user.clone()), Device { session, platform }, true, &passed);
        if comes_online {
            self.tell_presence(user, true);
        }
        Ok(self.already_in())
    }

    fn already_in(&self) -> ModelReceipt {
        let passed = self.passed_at(self.tail());
        ModelReceipt::Joined { status: JoinStatus::AlreadyInGroup, passed }
    }

    /// The actor's session, if nobody else than this user, or guest, is there.
    fn own_session(&self, actor: &Actor, user: Option<&UserId>) -> Result<SessionId, Refusal> {
        let (session, there) = match actor {
            Actor::User { user, device, .. } => (device.session, Some(Some(user.clone()))),
            Actor::Guest { session } => (*session, Some(None)),
            Actor::Applicant { session } => {
                let applicant = self.applicants.iter().find(|one| one.session == *session);
                // Chosen: a session that asks for one user cannot come in as another.
                (*session, applicant.map(|one| Some(one.user.clone())))
            }
            Actor::Newcomer { session } => (*session, None),
            Actor::App | Actor::AppAs { .. } => unreachable!("the table wants a session"),
        };
        match there {
            Some(there) if there.as_ref() != user => Err(Refusal::SessionTaken { session }),
            _ => Ok(session),
        }
    }

    fn apply(
        &mut self,
        session: SessionId,
        user: &UserId,
        join: &Join,
    ) -> Result<ModelReceipt, Refusal> {
        let applies = self.applicants.iter().any(|one| one.user == *user);
        if !applies {
            let most = self.settings.limits.applicants as usize;
            not_more(Field::Applicants, self.applicants.len() + 1, most)?;
        }
        self.applicants.retain(|one| one.user != *user);
        self.applicants.push(Applicant {
            user: user.clone(),
            session,
            platform: join.platform,
            profile: join.profile.clone(),
        });
        let note = join.note.clone();
        self.told.push(Output::Applied { record: NO_RECORD, user: user.clone(), note });
        for session in self.sessions_of_staff() {
            let (user, note) = (user.clone(), join.note.clone());
            self.tell_session(session, Notice::Applied { user, note });
        }
        let passed = self.passed_at(self.tail());
        Ok(ModelReceipt::Joined { status: JoinStatus::WaitingForApproval, passed })
    }

    pub(super) fn answer_join(
        &mut self,
        user: &UserId,
        admission: Admission,
    ) -> Result<(), Refusal> {
        let found = self.applicants.iter().find(|one| one.user == *user).cloned();
        let Some(applicant) = found else {
            return Err(Refusal::UnknownApplicant { user: user.clone() });
        };
        if admission == Admission::Admit {
            self.must_not_be_banned(user)?;
            self.must_have_room()?;
        }
        self.applicants.retain(|one| one.user != *user);
        match admission {
            Admission::Admit => {
                let Applicant { session, platform, profile, .. } = applicant;
                let device = Device { session, platform };
                // Chosen: the present tail is that before the newcomer's own join.
                self.tell_session(session, Notice::Admitted);
                self.become_member(user, &profile, device);
            }
            Admission::Decline => self.tell_session(applicant.session, Notice::Declined),
        }
        Ok(())
    }

    fn become_member(&mut self, user: &UserId, profile: &Arc<Profile>, device: Device) {
        let passed = self.newcomer_cursor();
        let is_owner = self.owner.as_ref() == Some(user);
        let Device { session: id, platform } = device;
        self.members.push(Member {
            user: user.clone(),
            role: if is_owner { Role::Owner } else { Role::Member },
            profile: profile.clone(),
            card: "".into(),
            sessions: vec![Session { id, platform, lost: None }],
            marks: vec![],
            always: None,
            joined: self.now,
        });
        let subject = self.subject(user, None);
        self.tip(TipKind::Join, Some(user.clone()), vec![subject], None);
        self.tell_joined(Some(user.clone()), device, false, &passed);
        self.tell_presence(user, true);
        self.say_if_full();
    }

    fn tell_joined(
        &mut self,
        user: Option<UserId>,
        device: Device,
        already: bool,
        passed: &PerClass<u64>,
    ) {
        let cursor = self.cursor_at(passed);
        let record = NO_RECORD;
        self.told.push(Output::Joined { record, user, device, already, cursor });
    }

    /// The engine's cursors are opaque, but can be written down.
    fn cursor_at(&self, passed: &PerClass<u64>) -> Cursor {
        let mut plain = serde_json::to_value(self.beginning).expect("plain data");
        plain["passed"] = serde_json::to_value(passed).expect("plain data");
        serde_json::from_value(plain).expect("counts that a log can have")
    }

    fn must_not_be_banned(&self, user: &UserId) -> Result<(), Refusal> {
        match self.bans.iter().find(|ban| ban.user == *user) {
            Some(ban) => Err(Refusal::Banned { until: ban.until }),
            None => Ok(()),
        }
    }

    /// Members and guests.
    fn heads(&self) -> u64 {
        (self.members.len() + self.guests.len()) as u64
    }

    fn must_have_room(&self) -> Result<(), Refusal> {
        match self.settings.limits.members {
            Some(limit) if self.heads() >= limit => Err(Refusal::GroupFull { limit }),
            _ => Ok(()),
        }
    }

    fn say_if_full(&mut self) {
        if self.settings.limits.members == Some(self.heads()) {
            self.told.push(Output::Full { record: NO_RECORD });
        }
    }

    pub(super) fn detach(&mut self, actor: &Actor) {
        match actor {
            Actor::Guest { session } => self.guest_leaves(*session, LeaveReason::Lost),
            Actor::User { device, .. } => {
                let at = self.now + self.settings.presence.grace;
                let serial = self.next_serial();
                for session in self.members.iter_mut().flat_map(|member| &mut member.sessions) {
                    if session.id == device.session && session.lost.is_none() {
                        session.lost = Some((at, serial));
                    }
                }
            }
            Actor::Applicant { session } => self.withdraw(*session),
            other => unreachable!("{other:?} has no session to lose"),
        }
    }

    pub(super) fn detach_all(&mut self) {
        let at = self.now + self.settings.presence.grace;
        let mut serial = self.serial;
        for session in self.members.iter_mut().flat_map(|member| &mut member.sessions) {
            serial += 1;
            session.lost.get_or_insert((at, serial));
        }
        self.serial = serial;
        self.guests.clear();
        self.applicants.clear();
    }

    fn withdraw(&mut self, session: SessionId) {
        self.applicants.retain(|one| one.session != session);
    }

    fn guest_leaves(&mut self, session: SessionId, reason: LeaveReason) {
        let place = self.guests.iter().position(|guest| guest.session == session);
        let guest = self.guests.remove(place.expect("standing found the guest"));
        self.told.push(Output::Left {
            record: NO_RECORD,
            user: None,
            operator: None,
            platform: guest.platform,
            reason,
            remains: false,
        });
    }

    pub(super) fn grace_ends(&mut self, session: SessionId) {
        let (member, lost) = self.member_at(session).expect("the agenda names one that is there");
        let (user, platform) = (member.user.clone(), lost.platform);
        let member = self.member_mut(&user).expect("just found");
        member.sessions.retain(|own| own.id != session);
        self.may_go_offline(&user, Some(platform));
    }

    /// The mark of being always online ends, or is taken.
    pub(super) fn always_ends(&mut self, user: &UserId) {
        let member = self.member_mut(user).expect("who has the mark is a member");
        member.always = None;
        member.marks.retain(|mark| *mark != 500);
        if !member.is_online() {
            self.may_go_offline(user, None);
        }
    }

    /// A session of a member's is gone, from this platform, or the mark that kept them online.
    fn may_go_offline(&mut self, user: &UserId, platform: Option<Platform>) {
        let offline = !self.member(user).expect("the caller found a member").is_online();
        let stays =
            self.owner.as_ref() == Some(user) || self.settings.presence.absence == Absence::Stay;
        let remains = !offline || stays;
        if !remains {
            let subject = self.subject(user, None);
            self.members.retain(|member| member.user != *user);
            self.tip(TipKind::Quit, Some(user.clone()), vec![subject], None);
        }
        if platform.is_some() || !remains {
            self.told.push(Output::Left {
                record: NO_RECORD,
                user: Some(user.clone()),
                operator: Some(user.clone()),
                platform: platform.unwrap_or(Platform::Unknown),
                reason: LeaveReason::Lost,
                remains,
            });
        }
        if offline {
            self.tell_presence(user, false);
        }
    }

    pub(super) fn quit(&mut self, actor: &Actor) {
        let (user, device) = match actor {
            Actor::User { user, device, .. } => (user.clone(), *device),
            Actor::Guest { session } => return self.guest_leaves(*session, LeaveReason::Quit),
            Actor::Applicant { session } => return self.withdraw(*session),
            other => unreachable!("{other:?} has no session to quit with"),
        };
        let across = self.settings.presence.quit;
        let goes = |session: &Session| match across {
            QuitAcross::Together => true,
            QuitAcross::Independent => session.id == device.session,
            QuitAcross::WebEndsAll => device.platform.is_web() || !session.platform.is_web(),
            other => unreachable!("a way to quit that the model does not know: {other:?}"),
        };
        let subject = self.subject(&user, None);
        let member = self.member_mut(&user).expect("standing found the member");
        let (gone, left): (Vec<_>, Vec<_>) = member.sessions.iter().cloned().partition(goes);
        member.sessions = left;
        let remains = !member.sessions.is_empty();
        if !remains {
            self.members.retain(|member| member.user != user);
            self.tip(TipKind::Quit, Some(user.clone()), vec![subject], None);
        }
        self.told.push(Output::Left {
            record: NO_RECORD,
            user: Some(user.clone()),
            operator: Some(user.clone()),
            platform: device.platform,
            reason: LeaveReason::Quit,
            remains,
        });
        if !remains {
            self.tell_presence(&user, false);
        }
        for session in gone.iter().filter(|session| session.id != device.session) {
            self.tell_session(session.id, Notice::QuitElsewhere);
        }
    }

    /// Members are removed, and what they have waiting or held with them.
    pub(super) fn remove_members(&mut self, users: &[UserId]) -> Vec<Member> {
        let (gone, left) = (self.members.iter().cloned())
            .partition::<Vec<_>, _>(|member| users.contains(&member.user));
        self.members = left;
        gone
    }

    pub(super) fn tell_presence(&mut self, user: &UserId, online: bool) {
        if let Some(member) = self.member_mut(user)
            && !online
        {
            member.marks.clear();
        }
        self.told.push(Output::Presence { record: NO_RECORD, user: user.clone(), online });
    }

    /// A notice for one session alone, after all history so far.
    pub(super) fn tell_session(&mut self, session: SessionId, notice: Notice) {
        let after = self.tail();
        self.told.push(Output::Direct { record: NO_RECORD, session, after, notice });
    }

    /// The sessions of a user, in the order in which they came; none for somebody who is not in.
    pub(super) fn sessions_of(&self, user: &UserId) -> Vec<SessionId> {
        let sessions = self.member(user).map(|member| &member.sessions);
        sessions.into_iter().flatten().map(|session| session.id).collect()
    }

    /// The sessions of owner and admins, in the order in which these joined.
    fn sessions_of_staff(&self) -> Vec<SessionId> {
        let staff = self.members.iter().filter(|member| member.role >= Role::Admin);
        staff.flat_map(|member| member.sessions.iter().map(|session| session.id)).collect()
    }
}
