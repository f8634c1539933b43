//! Acts of staff, and what members change about themselves.

use std::sync::Arc;

use liveroom::{
    Body, Class, Discard, Field, LeaveReason, MessageId, Notice, Output, Profile, ProfileChanges,
    Refusal, Role, Span, TipKind, UserId,
};

use super::{
    Actor, Kept, Model, ModelReceipt, NO_RECORD, Sentence, each_once, form::not_more, table,
};

/// "At most 10 admins."
const MAX_ADMINS: usize = 10;

impl Model {
    pub(super) fn mute(
        &mut self,
        actor: &Actor,
        users: &[UserId],
        span: Span,
    ) -> Result<(), Refusal> {
        let users = each_once(users);
        let others = self.mutes.iter().filter(|mute| !users.contains(&mute.user)).count();
        not_more(Field::Mutes, others + users.len(), self.settings.limits.mutes as usize)?;
        let until = self.until(span);
        for user in &users {
            self.mutes.retain(|mute| mute.user != *user);
            self.mutes.push(Sentence { user: user.clone(), until });
        }
        self.discard_of(&users, Discard::Muted);
        let subjects = users.iter().map(|user| self.subject(user, Some(until))).collect();
        self.tip(TipKind::MemberProfile, actor.operator(), subjects, None);
        Ok(())
    }

    pub(super) fn until(&self, span: Span) -> liveroom::Timestamp {
        match span {
            Span::For(span) => self.now + span,
            Span::Forever => liveroom::Timestamp::MAX,
        }
    }

    pub(super) fn unmute(&mut self, actor: &Actor, users: &[UserId]) {
        let muted = |user: &UserId| self.mutes.iter().any(|mute| mute.user == *user);
        let concerned: Vec<_> = each_once(users).into_iter().filter(muted).collect();
        self.mutes.retain(|mute| !concerned.contains(&mute.user));
        self.tip_of_users(TipKind::MemberProfile, actor, &concerned);
    }

    /// A tip that names these users; none if there are none.
    fn tip_of_users(&mut self, kind: TipKind, actor: &Actor, users: &[UserId]) {
        if users.is_empty() {
            return;
        }
        let subjects = users.iter().map(|user| self.subject(user, None)).collect();
        self.tip(kind, actor.operator(), subjects, None);
    }

    pub(super) fn set_mute_all(&mut self, actor: &Actor, on: bool) {
        if self.mute_all == on {
            return;
        }
        self.mute_all = on;
        let changes = ProfileChanges { mute_all: Some(on), ..ProfileChanges::default() };
        self.profile_change(actor.operator(), changes, self.settings.tips.mute_all);
        if on {
            self.discard_all(
                |model, accepted| {
                    let Some(user) = &accepted.message.sender.user else { return false };
                    // Chosen: the role is that of now; somebody who left counts by the one they had.
                    let now = model.member(user).map(|member| member.role);
                    let role = now.or(accepted.message.sender.role);
                    let exempt = model.settings.mute_all_exempt.contains(role);
                    accepted.session.is_some() && !exempt
                },
                Discard::Muted,
            );
        }
    }

    pub(super) fn kick(
        &mut self,
        actor: &Actor,
        users: &[UserId],
        reason: &Arc<str>,
    ) -> Result<(), Refusal> {
        let users = each_once(users);
        users.iter().try_for_each(|user| self.must_be_member(user))?;
        let notice = Notice::Kicked { reason: reason.clone() };
        let subjects = users.iter().map(|user| self.subject(user, None)).collect();
        self.tip(TipKind::Kick, actor.operator(), subjects, None);
        for user in &users {
            let user = std::slice::from_ref(user);
            self.discard_of(user, Discard::Removed);
            let gone = self.remove_members(user);
            self.tell_removed(actor, user, &gone, LeaveReason::Kicked, &notice);
        }
        Ok(())
    }

    pub(super) fn ban(
        &mut self,
        actor: &Actor,
        users: &[UserId],
        span: Span,
        reason: &Arc<str>,
    ) -> Result<(), Refusal> {
        let users = each_once(users);
        let others = self.bans.iter().filter(|ban| !users.contains(&ban.user)).count();
        not_more(Field::Bans, others + users.len(), self.settings.limits.bans as usize)?;
        let until = self.until(span);
        let notice = Notice::Banned { until, reason: reason.clone() };
        self.bans.retain(|ban| !users.contains(&ban.user));
        self.bans.extend(users.iter().map(|user| Sentence { user: user.clone(), until }));
        let subjects = users.iter().map(|user| self.subject(user, Some(until))).collect();
        self.tip(TipKind::Ban, actor.operator(), subjects, None);
        for user in &users {
            let user = std::slice::from_ref(user);
            self.discard_of(user, Discard::Banned);
            let gone = self.remove_members(user);
            self.tell_removed(actor, user, &gone, LeaveReason::Banned, &notice);
        }
        Ok(())
    }

    /// For each user who was a member, in the order named: `Left`, `Presence`, the notices.
    fn tell_removed(
        &mut self,
        actor: &Actor,
        users: &[UserId],
        gone: &[super::Member],
        reason: LeaveReason,
        notice: &Notice,
    ) {
        for user in users {
            let Some(member) = gone.iter().find(|member| member.user == *user) else {
                let applied = self.applicants.iter().position(|one| one.user == *user);
                if let Some(place) = applied {
                    let applicant = self.applicants.remove(place);
                    self.tell_session(applicant.session, notice.clone());
                }
                continue;
            };
            self.told.push(Output::Left {
                record: NO_RECORD,
                user: Some(user.clone()),
                operator: actor.operator(),
                platform: actor.platform(),
                reason,
                remains: false,
            });
            if member.is_online() {
                self.tell_presence(user, false);
            }
            for session in &member.sessions {
                self.tell_session(session.id, notice.clone());
            }
        }
    }

    pub(super) fn unban(&mut self, actor: &Actor, users: &[UserId]) {
        let banned = |user: &UserId| self.bans.iter().any(|ban| ban.user == *user);
        let concerned: Vec<_> = each_once(users).into_iter().filter(banned).collect();
        self.bans.retain(|ban| !concerned.contains(&ban.user));
        self.tip_of_users(TipKind::Unban, actor, &concerned);
    }

    pub(super) fn set_admin(&mut self, actor: &Actor, user: &UserId) -> Result<(), Refusal> {
        self.must_be_member(user)?;
        if self.role_of(user) == Some(Role::Admin) {
            return Ok(());
        }
        let admins = self.members.iter().filter(|member| member.role == Role::Admin).count();
        not_more(Field::Admins, admins + 1, MAX_ADMINS)?;
        self.change_role(user, Role::Admin);
        self.tip_of_users(TipKind::SetAdmin, actor, std::slice::from_ref(user));
        self.tell_role(user);
        Ok(())
    }

    pub(super) fn cancel_admin(&mut self, actor: &Actor, user: &UserId) -> Result<(), Refusal> {
        self.must_be_member(user)?;
        if self.role_of(user) != Some(Role::Admin) {
            return Ok(());
        }
        self.change_role(user, Role::Member);
        self.tip_of_users(TipKind::CancelAdmin, actor, std::slice::from_ref(user));
        self.tell_role(user);
        Ok(())
    }

    pub(super) fn transfer(&mut self, actor: &Actor, user: &UserId) -> Result<(), Refusal> {
        self.must_be_member(user)?;
        let former = self.owner.replace(user.clone());
        if let Some(former) = &former {
            self.change_role(former, Role::Member);
        }
        self.change_role(user, Role::Owner);
        let changes = ProfileChanges { owner: Some(user.clone()), ..ProfileChanges::default() };
        self.profile_change(actor.operator(), changes, true);
        if let Some(former) = &former {
            self.tell_role(former);
        }
        self.tell_role(user);
        Ok(())
    }

    fn change_role(&mut self, user: &UserId, role: Role) {
        if let Some(member) = self.member_mut(user) {
            member.role = role;
        }
    }

    fn tell_role(&mut self, user: &UserId) {
        let Some(role) = self.member(user).map(|member| member.role) else { return };
        for session in self.sessions_of(user) {
            self.tell_session(session, Notice::RoleChanged { role });
        }
    }

    pub(super) fn notify(&mut self, users: Option<&liveroom::Users>, field: &Arc<str>) {
        let notice = Notice::Custom { field: field.clone() };
        let Some(users) = users else { return self.append_notice(notice) };
        for user in each_once(users) {
            for session in self.sessions_of(&user) {
                self.tell_session(session, notice.clone());
            }
        }
    }

    pub(super) fn purge(&mut self, author: Option<&UserId>) -> ModelReceipt {
        let discarded = self.discard_of_author(author.cloned(), Discard::Purged);
        let mut emptied = 0;
        for Kept { entry, gone, .. } in &mut self.log {
            if let Body::Message(message) = &entry.body
                && message.sender.user.as_ref() == author
                && !*gone
            {
                (entry.body, entry.folded) = (Body::Emptied, None);
                emptied += 1;
            }
            if let Some(folded) = &mut entry.folded {
                folded.names.retain(|subject| Some(&subject.user) != author);
            }
        }
        self.append_notice(Notice::Purged { author: author.cloned(), message: None, emptied });
        ModelReceipt::Purged { emptied, discarded }
    }

    pub(super) fn recall(
        &mut self,
        actor: &Actor,
        message: MessageId,
    ) -> Result<ModelReceipt, Refusal> {
        let found =
            self.log.iter().filter(|kept| !kept.gone).find_map(|kept| match &kept.entry.body {
                Body::Message(body) if body.id == message => {
                    Some((body.sender.user.clone(), body.sender.role))
                }
                _ => None,
            });
        let Some((author, role_then)) = found else {
            return self.recall_unseen(actor, message);
        };
        let own = matches!(actor, Actor::User { user, .. } if Some(user) == author.as_ref());
        if !own {
            match &author {
                Some(author) => {
                    table::takes(actor, Role::Admin)?;
                    let target = self.role_of(author).or(role_then);
                    if let (Actor::User { role, .. }, Some(target)) = (actor, target)
                        && target >= *role
                    {
                        return Err(liveroom::Denial::TargetTooHigh { target }.into());
                    }
                }
                None => table::app_only(actor)?,
            }
        }
        let mut emptied = 0;
        for Kept { entry, gone, .. } in &mut self.log {
            if matches!(&entry.body, Body::Message(body) if body.id == message) && !*gone {
                (entry.body, entry.folded) = (Body::Emptied, None);
                emptied += 1;
            }
        }
        self.spoil(|_, first| first == message);
        self.append_notice(Notice::Purged { author, message: Some(message), emptied });
        Ok(ModelReceipt::Purged { emptied, discarded: 0 })
    }

    pub(super) fn append_notice(&mut self, notice: Notice) {
        self.append(Class::Notice, Body::Notice(notice));
    }

    pub(super) fn set_profile(
        &mut self,
        actor: &Actor,
        profile: &Arc<Profile>,
    ) -> Result<(), Refusal> {
        let (Actor::User { user, .. } | Actor::AppAs { user, .. }) = actor else {
            unreachable!("the table wants a user")
        };
        self.must_be_member(user)?;
        let profile = self.cleaned_profile(profile)?;
        self.member_mut(user).expect("just seen").profile = profile;
        Ok(())
    }

    pub(super) fn set_name_card(
        &mut self,
        actor: &Actor,
        user: &UserId,
        card: &Arc<str>,
    ) -> Result<(), Refusal> {
        self.must_be_member(user)?;
        let card = match actor {
            Actor::App => card.clone(),
            _ => self.cleaned(Field::NameCard, card)?,
        };
        self.member_mut(user).expect("just seen").card = card;
        Ok(())
    }
}
