//! Shadow mutes: their authors alone see what they say.
//!
//! A message of a shadow-muted author's goes the way of any other, through rules, filter, questions and
//! preview, so that they cannot tell the difference. Only where it would be offered to the scheduler does it
//! end: it takes nothing of the group's rate, and no entry shows it. Its author's own sessions get it as an
//! echo.

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

use super::{
    Caller, Group, Voice,
    acts::{Grounds, authors, by_themselves},
    speak::Pending,
};

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
        let limit = self.config.settings().limits.mutes;
        self.house.shadows.check_room(now, users, Field::Mutes, limit)
    }

    pub(super) fn put_shadows(
        &mut self,
        now: Timestamp,
        grounds: &Grounds<'_>,
        users: &[UserId],
        until: Timestamp,
    ) {
        let waiting = self.take_waiting(&authors(users), by_themselves);
        for (user, waiting) in users.iter().zip(waiting) {
            self.house.make(self.key()).shadows.set(user.clone(), until);
            let messages: Arc<[_]> = waiting.iter().map(|it| it.message.clone()).collect();
            self.discard(waiting, Discard::Shadowed);
            self.echo(user, &messages);
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

    /// Ends a message that its author alone is to see; gives back any other.
    pub(super) fn leave_in_shadow(&mut self, now: Timestamp, pending: Pending) -> Option<Pending> {
        // What the app says in a user's name is its own.
        let own = pending.message.sender.user.as_ref().filter(|_| pending.session.is_some());
        let Some(user) = own.filter(|user| self.house.shadows.until(now, user).is_some()).cloned()
        else {
            return Some(pending);
        };
        let message = pending.message.clone();
        self.finish(pending, Outcome::Discarded(Discard::Shadowed));
        self.echo(&user, &[message].into());
        None
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
