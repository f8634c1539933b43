//! Acts of the staff on members and their messages.

use std::sync::Arc;

use crate::{
    bounds,
    command::{LeaveReason, Receipt, Span, Users},
    entry::{Notice, ProfileChanges, Subject, TipKind},
    form,
    id::{MessageId, UserId},
    outcome::Discard,
    output::Output,
    refusal::{Field, Refusal},
    review::Held,
    role::Role,
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, speak::Pending};

impl Group {
    pub(super) fn mute(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        span: Span,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Mute, &users)?;
        let limit = u64::from(self.config.settings().limits.mutes);
        let fresh = users.iter().filter(|user| self.house.mutes.until(now, user).is_none()).count();
        Refusal::if_more(Field::Mutes, self.house.mutes.len() + fresh as u64, limit)?;
        let until = span.until(now);
        for user in &users {
            self.house.make(self.key()).mutes.set(user.clone(), until);
        }
        self.tip_all(now, TipKind::MemberProfile, caller, &users, Some(until));
        for user in &users {
            self.discard_own(user, Discard::Muted);
        }
        Ok(Receipt::Done)
    }

    pub(super) fn unmute(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Unmute, &users)?;
        let house = self.house.make(self.key());
        let muted: Users =
            users.into_iter().filter(|user| house.mutes.lift(user).is_some()).collect();
        self.tip_all(now, TipKind::MemberProfile, caller, &muted, None);
        Ok(Receipt::Done)
    }

    pub(super) fn mute_all(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        on: bool,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::MuteAll, None)?;
        if !self.house.make(self.key()).modes.set_mute_all(on) {
            return Ok(Receipt::Done);
        }
        let changes = ProfileChanges { mute_all: Some(on), ..ProfileChanges::default() };
        self.profile_changed(now, caller.user.as_ref(), changes);
        if on {
            self.discard_silenced();
        }
        Ok(Receipt::Done)
    }

    pub(super) fn kick(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        reason: &Arc<str>,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Kick, &users)?;
        self.check_members(&users)?;
        let notice = Notice::Kicked { reason: reason.clone() };
        self.remove(now, caller, &users, &Removal::kick(notice));
        Ok(Receipt::Done)
    }

    pub(super) fn ban(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        span: Span,
        reason: &Arc<str>,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Ban, &users)?;
        let limit = u64::from(self.config.settings().limits.bans);
        let fresh = users.iter().filter(|user| self.house.bans.until(now, user).is_none()).count();
        Refusal::if_more(Field::Bans, self.house.bans.len() + fresh as u64, limit)?;
        let until = span.until(now);
        for user in &users {
            self.house.make(self.key()).bans.set(user.clone(), until);
        }
        let notice = Notice::Banned { until, reason: reason.clone() };
        self.remove(now, caller, &users, &Removal::ban(notice, until));
        Ok(Receipt::Done)
    }

    pub(super) fn unban(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Unban, &users)?;
        let house = self.house.make(self.key());
        let banned: Users =
            users.into_iter().filter(|user| house.bans.lift(user).is_some()).collect();
        self.tip_all(now, TipKind::Unban, caller, &banned, None);
        Ok(Receipt::Done)
    }

    /// Takes users out of the group, with their sessions and what they have waiting or held, or off
    /// the list of applicants.
    fn remove(&mut self, now: Timestamp, caller: &Caller, users: &Users, removal: &Removal) {
        self.tip_all(now, removal.tip, caller, users, removal.until);
        let after = self.head();
        for user in users {
            self.discard_own(user, removal.discard);
            let Some(departed) = self.roster.remove_member(user) else {
                if let Some(applicant) = self.roster.take_applicant(user) {
                    let (session, notice) = (applicant.device.session, removal.notice.clone());
                    self.outbox.put(|record| Output::Direct { record, session, after, notice });
                }
                continue;
            };
            let operator = caller.user.as_ref();
            self.tell_left(Some(user), operator, caller.platform, removal.reason, false);
            if departed.was_online {
                self.tell_presence(user, false);
            }
            for device in departed.devices {
                let (session, notice) = (device.session, removal.notice.clone());
                self.outbox.put(|record| Output::Direct { record, session, after, notice });
            }
        }
    }

    pub(super) fn set_admin(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: &UserId,
        on: bool,
    ) -> Result<Receipt, Refusal> {
        let role = self.roster.role(user);
        let action = if on { Action::SetAdmin } else { Action::CancelAdmin };
        self.may_do(caller, action, role)?;
        let role = role.ok_or_else(|| Refusal::UnknownMember { user: user.clone() })?;
        if (role == Role::Admin) == on {
            return Ok(Receipt::Done);
        }
        if on {
            let admins = self.roster.admins() as u64 + 1;
            Refusal::if_more(Field::Admins, admins, bounds::ADMINS as u64)?;
        }
        self.roster.set_admin(user, on);
        let (kind, role) = if on {
            (TipKind::SetAdmin, Role::Admin)
        } else {
            (TipKind::CancelAdmin, Role::Member)
        };
        let subject = self.subject(user, None);
        self.tip(now, kind, caller.user.as_ref(), [subject]);
        self.direct(user, &Notice::RoleChanged { role });
        Ok(Receipt::Done)
    }

    pub(super) fn transfer(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        user: UserId,
    ) -> Result<Receipt, Refusal> {
        let role = self.roster.role(&user);
        self.may_do(caller, Action::Transfer, role)?;
        if role.is_none() {
            return Err(Refusal::UnknownMember { user });
        }
        let former = self.roster.owner().cloned();
        self.roster.set_owner(Some(user.clone()));
        let changes = ProfileChanges { owner: Some(user.clone()), ..ProfileChanges::default() };
        self.profile_changed(now, caller.user.as_ref(), changes);
        if let Some(former) = former {
            self.direct(&former, &Notice::RoleChanged { role: Role::Member });
        }
        self.direct(&user, &Notice::RoleChanged { role: Role::Owner });
        Ok(Receipt::Done)
    }

    pub(super) fn mark(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        marks: &[u32],
        on: bool,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Mark, &users)?;
        self.roster.mark(now, &users, marks, on)?;
        // All were online. Who is not any more was so by the mark alone.
        for user in users.iter().filter(|_| !on) {
            if !self.roster.is_online(user) {
                self.lapse(now, user, None, true);
            }
        }
        Ok(Receipt::Done)
    }

    pub(super) fn recall(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        message: MessageId,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Recall { own: true }, None)?;
        let unknown = Refusal::UnknownMessage { message };
        let sender = &self.log.find(message).ok_or(unknown)?.sender;
        let author = sender.user.clone();
        let own = author.is_some() && author == caller.user;
        let action = match author {
            Some(_) => Action::Recall { own },
            None => Action::RecallFromApp,
        };
        let role = author.as_ref().and_then(|user| self.standing(user)).or(sender.role);
        self.may_do(caller, action, role.filter(|_| !own))?;
        let emptied = self.log.empty(now, |known| known.id == message);
        if let Some(talk) = self.talk.there() {
            talk.folds.spoil(message);
        }
        self.append_notice(now, Notice::Purged { author, message: Some(message), emptied });
        Ok(Receipt::Purged { emptied, discarded: 0 })
    }

    pub(super) fn purge(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        author: Option<UserId>,
    ) -> Result<Receipt, Refusal> {
        let action = if author.is_some() { Action::Purge } else { Action::PurgeFromApp };
        let role = author.as_ref().and_then(|user| self.standing(user));
        self.may_do(caller, action, role)?;
        let discarded = self.discard_of(&author, Discard::Purged, |_| true);
        let emptied = self.log.empty(now, |message| message.sender.user == author);
        if let Some(user) = &author {
            self.log.unname(user);
        }
        self.append_notice(now, Notice::Purged { author, message: None, emptied });
        Ok(Receipt::Purged { emptied, discarded })
    }

    /// Asks the decision table about every user named.
    fn may_all(&self, caller: &Caller, action: Action, users: &Users) -> Result<(), Refusal> {
        self.may_do(caller, action, None)?;
        users.iter().try_for_each(|user| self.may_do(caller, action, self.standing(user)))
    }

    /// The role that protects a user from the staff: an owner has it even before joining.
    pub(super) fn standing(&self, user: &UserId) -> Option<Role> {
        let owns = self.roster.owner() == Some(user);
        owns.then_some(Role::Owner).or_else(|| self.roster.role(user))
    }

    fn check_members(&self, users: &Users) -> Result<(), Refusal> {
        match users.iter().find(|user| self.roster.role(user).is_none()) {
            Some(user) => Err(Refusal::UnknownMember { user: user.clone() }),
            None => Ok(()),
        }
    }

    fn tip_all(
        &mut self,
        now: Timestamp,
        kind: TipKind,
        caller: &Caller,
        users: &Users,
        until: Option<Timestamp>,
    ) {
        if !users.is_empty() {
            let subjects: Vec<Subject> =
                users.iter().map(|user| self.subject(user, until)).collect();
            self.tip(now, kind, caller.user.as_ref(), subjects);
        }
    }

    /// Discards what a user has waiting or held, but not what the app says in their name.
    fn discard_own(&mut self, user: &UserId, reason: Discard) {
        self.discard_of(&Some(user.clone()), reason, |pending| pending.session.is_some());
    }

    /// Discards what one author (`None`: the app) has waiting or held and `goes`; returns how many.
    #[expect(clippy::ref_option, reason = "the tables' own key, the app's included")]
    fn discard_of(
        &mut self,
        author: &Option<UserId>,
        reason: Discard,
        goes: impl Fn(&Pending) -> bool,
    ) -> u64 {
        let own = |pending: &Pending| pending.message.sender.user == *author && goes(pending);
        let waiting = self.talk.there().map(|talk| {
            let lanes = talk.scheduler.remove_author(author.as_ref(), &goes);
            talk.take_out(lanes, own)
        });
        let held = |held: &Held<Pending>| goes(&held.payload);
        let held = self.house.there().map(|house| house.review.remove_author(author, held));
        let (waiting, held) = (waiting.unwrap_or_default(), held.unwrap_or_default());
        let count = (waiting.len() + held.len()) as u64;
        self.discard(waiting, reason);
        for (_, held) in held {
            self.end_held(held, reason);
        }
        count
    }

    /// Discards what everybody has waiting or held whom a mute of all silences.
    fn discard_silenced(&mut self) {
        let exempt = self.config.settings().mute_all_exempt;
        let roster = &self.roster;
        let silenced = |pending: &Pending| {
            let user = pending.message.sender.user.as_ref().filter(|_| pending.session.is_some());
            let role = |user| roster.role(user).unwrap_or(Role::Member);
            user.is_some_and(|user| !exempt.contains(Some(role(user))))
        };
        let waiting = self.talk.there().map(|talk| {
            let lanes = talk.scheduler.remove_where(silenced);
            talk.take_out(lanes, silenced)
        });
        let held = |held: &Held<Pending>| silenced(&held.payload);
        let held = self.house.there().map(|house| house.review.remove_where(held));
        self.discard(waiting.unwrap_or_default(), Discard::Muted);
        for (_, held) in held.unwrap_or_default() {
            self.end_held(held, Discard::Muted);
        }
    }
}

/// Taking users out of the group, as kick or as ban.
struct Removal {
    tip: TipKind,
    until: Option<Timestamp>,
    discard: Discard,
    reason: LeaveReason,
    notice: Notice,
}

impl Removal {
    fn kick(notice: Notice) -> Self {
        let (tip, discard, reason) = (TipKind::Kick, Discard::Removed, LeaveReason::Kicked);
        Self { tip, until: None, discard, reason, notice }
    }

    fn ban(notice: Notice, until: Timestamp) -> Self {
        let (tip, discard, reason) = (TipKind::Ban, Discard::Banned, LeaveReason::Banned);
        Self { tip, until: Some(until), discard, reason, notice }
    }
}
