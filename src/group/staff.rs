//! Acts of the staff on members and their messages.

use std::slice;

use crate::{
    audit::{Act, Deed},
    bounds,
    command::{Receipt, Span, Users},
    entry::{Notice, ProfileChanges, TipKind},
    form,
    id::{MessageId, UserId},
    message::Message,
    outcome::State,
    receipts::{Explanation, Step},
    refusal::{Field, Refusal},
    role::Role,
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, acts::Grounds};

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
        self.check_mutes(now, &users)?;
        self.put_mutes(now, &Grounds::of(caller), &users, span.until(now));
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
        self.audit_lifted(now, caller, Act::Unmute, &muted);
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
        let act = if on { Act::MuteAll } else { Act::UnmuteAll };
        self.audit(now, caller, |_| Deed::of(act));
        Ok(Receipt::Done)
    }

    pub(super) fn kick(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        grounds: &Grounds<'_>,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Kick, &users)?;
        self.check_members(&users)?;
        self.put_out(now, grounds, &users);
        Ok(Receipt::Done)
    }

    pub(super) fn ban(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        span: Span,
        grounds: &Grounds<'_>,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Ban, &users)?;
        self.check_bans(now, &users)?;
        self.put_bans(now, grounds, &users, span.until(now));
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
        self.audit_lifted(now, caller, Act::Unban, &banned);
        Ok(Receipt::Done)
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
        let act = if on { Act::SetAdmin } else { Act::CancelAdmin };
        self.audit(now, caller, |_| Deed::of(act).on(slice::from_ref(user)));
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
        self.audit(now, caller, |_| Deed::of(Act::Transfer).on(&[user]));
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
        for &mark in marks {
            let act = if on { Act::Mark { mark } } else { Act::Unmark { mark } };
            self.audit(now, caller, |_| Deed::of(act).on(&users));
        }
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
        let Some(Message { sender, .. }) = self.log.find(message) else {
            return self.recall_unseen(caller, message);
        };
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
        if !own {
            let deed = |_: &Self| Deed::of(Act::Recall).on(author.as_slice()).about(message);
            self.audit(now, caller, deed);
        }
        self.append_notice(now, Notice::Purged { author, message: Some(message), emptied });
        Ok(Receipt::Purged { emptied, discarded: 0 })
    }

    /// Whoever takes back what nobody was shown, without their knowing it, learns nothing by that.
    fn recall_unseen(&mut self, caller: &Caller, message: MessageId) -> Result<Receipt, Refusal> {
        let own = |it: &Explanation| it.author.is_some() && it.author == caller.user;
        let taken_back = |step: &Step| matches!(step, Step::Withdrawn { by } if *by == caller.user);
        let fresh = |it: &Explanation| {
            !it.steps.iter().any(taken_back)
                && matches!(&it.state, State::Ended(outcome) if !self.disclosed(outcome))
        };
        let Some(Explanation { author: Some(author), .. }) =
            self.explain(message).filter(own).filter(fresh)
        else {
            return Err(Refusal::UnknownMessage { message });
        };
        let emptied = 1;
        self.receipts().note(message, Step::Withdrawn { by: Some(author.clone()) });
        let notice =
            Notice::Purged { author: Some(author.clone()), message: Some(message), emptied };
        self.direct(&author, &notice);
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
        let (emptied, discarded) = self.put_away(now, &Grounds::of(caller), &[author]);
        Ok(Receipt::Purged { emptied, discarded })
    }
}
