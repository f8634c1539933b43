//! Shadow mutes: their authors alone see what they say.
//!
//! A message of a shadow-muted author's passes rules and filter like any other, so that they cannot tell
//! the difference, and ends there: nobody is asked about it, it takes nothing of the group's rate, and
//! no entry shows it. Its author's own sessions get it as an echo.

use std::sync::Arc;

use crate::{
    audit::Act,
    command::{Receipt, Span, Users},
    form,
    id::UserId,
    message::Message,
    outcome::{Discard, Outcome},
    output::Output,
    refusal::{Field, Refusal},
    rules::Action,
    time::Timestamp,
};

use super::{Caller, Group, Voice, acts::Grounds, speak::Pending};

impl Group {
    pub(super) fn shadow(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
        span: Span,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Shadow, &users)?;
        self.check_shadows(now, &users)?;
        self.put_shadows(now, &Grounds::of(caller), &users, span.until(now));
        Ok(Receipt::Done)
    }

    /// Nobody is told: who was not to know does not learn it now.
    pub(super) fn unshadow(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        users: &Users,
    ) -> Result<Receipt, Refusal> {
        let users = form::named(users);
        self.may_all(caller, Action::Unshadow, &users)?;
        let house = self.house.make(self.key());
        let lifted: Users =
            users.into_iter().filter(|user| house.shadows.lift(user).is_some()).collect();
        self.audit_lifted(now, caller, Act::Unshadow, &lifted);
        Ok(Receipt::Done)
    }

    /// Whether so many can be shadow-muted as would be with `users`, each named once.
    pub(super) fn check_shadows(&self, now: Timestamp, users: &[UserId]) -> Result<(), Refusal> {
        let (limit, shadows) = (self.config.settings().limits.mutes, &self.house.shadows);
        let fresh = users.iter().filter(|user| shadows.until(now, user).is_none()).count();
        Refusal::if_more(Field::Mutes, shadows.len() + fresh as u64, limit.into())
    }

    pub(super) fn put_shadows(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        users: &[UserId],
        until: Timestamp,
    ) {
        for user in users {
            self.house.make(self.key()).shadows.set(user.clone(), until);
            let messages = self.discard_own(user, Discard::Shadowed);
            self.echo(user, &messages.into());
        }
        self.audit_on(now, grounds, Act::Shadow, users, Some(until));
    }

    /// Whether what this caller says is for themselves alone.
    pub(super) fn is_shadowed(&self, now: Timestamp, caller: &Caller) -> bool {
        match caller.voice() {
            Voice::Own { user, .. } => self.house.shadows.until(now, user).is_some(),
            Voice::App => false,
        }
    }

    /// An accepted message ends where only its author sees it.
    pub(super) fn end_in_shadow(&mut self, pending: Pending) {
        let message = pending.message.clone();
        self.finish(pending, Outcome::Discarded(Discard::Shadowed));
        if let Some(user) = message.sender.user.clone() {
            self.echo(&user, &[message].into());
        }
    }

    fn echo(&mut self, user: &UserId, messages: &Arc<[Arc<Message>]>) {
        let after = self.head();
        for device in self.roster.sessions(user).filter(|_| !messages.is_empty()) {
            self.outbox.put(|record| Output::Echo {
                record,
                session: device.session,
                after,
                messages: messages.clone(),
            });
        }
    }
}
