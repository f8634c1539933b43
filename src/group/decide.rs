//! Questions before delivery: asked, answered, or decided by silence.

use crate::{
    command::{Decision, Receipt},
    config::Silence,
    id::Ticket,
    message::{Content, Sender},
    outcome::{Discard, Outcome, Rejection, State},
    output::{Cause, Output, Question},
    receipts::{DecisionName, Step},
    refusal::Refusal,
    review::Held,
    rules::Action,
    stats::Line,
    time::Timestamp,
};

use super::{
    Caller, Group,
    filters::Screened,
    speak::{Pending, with_content},
};

/// A held message, and what silence means for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Asked {
    pub(super) pending: Pending,
    silence: Silence,
}

impl Group {
    /// Whether the host is asked, and why. What the app says is its own decision.
    pub(super) fn asked(&self, caller: &Caller, screened: &Screened) -> Option<Cause> {
        match screened {
            Screened::Blocked { .. } => None,
            Screened::Held { term } => Some(Cause::Filter { term: *term }),
            Screened::Clean | Screened::Tagged { .. } | Screened::Masked { .. } => {
                let every = self.config.settings().asking.every;
                every.filter(|_| !caller.is_app()).map(|_| Cause::Policy)
            }
        }
    }

    pub(super) fn check_questions(&self, caller: &Caller) -> Result<(), Refusal> {
        match self.house.review.full(&self.config.settings().asking, &caller.user) {
            Some((field, limit)) => Err(Refusal::TooMany { field, limit, count: limit + 1 }),
            None => Ok(()),
        }
    }

    pub(super) fn hold(&mut self, now: Timestamp, pending: Pending, cause: Cause) {
        let asking = &self.config.settings().asking;
        let patience = match cause {
            Cause::Policy => asking.every.unwrap_or(asking.filter_hold),
            Cause::Filter { .. } => asking.filter_hold,
        };
        let expires = now + patience.deadline;
        let message = pending.message.clone();
        let author = message.sender.user.clone();
        self.receipts().note(message.id, Step::Asked { cause, expires });
        self.receipts().set_state(message.id, State::Held { expires });
        self.account().add(message.priority, Line::HELD);
        let silence = patience.silence;
        let held = Held { author, cause, expires, payload: Asked { pending, silence } };
        let ticket = self.house.make(self.key()).review.open(now, held);
        let question = Question { ticket, message, cause, expires };
        self.outbox.put(|record| Output::Ask { record, question });
    }

    pub(super) fn answer(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        ticket: Ticket,
        decision: Decision,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Answer, None)?;
        let unknown = Refusal::UnknownTicket { ticket };
        let screened = match &decision {
            Decision::Replace { content } => self.judge(content)?,
            Decision::Allow | Decision::Reject { .. } | Decision::Discard => Screened::Clean,
        };
        let held = self.house.make(self.key()).review.answer(ticket).ok_or(unknown)?;
        let pending = self.unhold(held);
        let id = pending.message.id;
        self.receipts().note(id, Step::Answered { decision: name_of(&decision) });
        match decision {
            Decision::Allow => self.resume(now, pending),
            Decision::Replace { content } => self.replace(now, pending, content, screened),
            Decision::Reject { code, reason } => {
                self.finish(pending, Outcome::Rejected(Rejection::Decision { code, reason }));
            }
            Decision::Discard => self.finish(pending, Outcome::Discarded(Discard::Decision)),
        }
        Ok(Receipt::Done)
    }

    /// The deadline passed, and nobody decided.
    pub(super) fn silence(&mut self, now: Timestamp, held: Held<Asked>) {
        let silence = held.payload.silence;
        let pending = self.unhold(held);
        let step = Step::Answered { decision: DecisionName::Silence };
        self.receipts().note(pending.message.id, step);
        match silence {
            Silence::Allow => self.resume(now, pending),
            Silence::Reject => self.finish(pending, Outcome::Rejected(Rejection::Silence)),
            Silence::Discard => self.finish(pending, Outcome::Discarded(Discard::Decision)),
        }
    }

    fn unhold(&mut self, held: Held<Asked>) -> Pending {
        let pending = held.payload.pending;
        self.account().subtract(pending.message.priority, Line::HELD);
        pending
    }

    fn replace(
        &mut self,
        now: Timestamp,
        mut pending: Pending,
        content: Content,
        screened: Screened,
    ) {
        pending.message = with_content(&pending.message, content);
        let asked = match screened {
            Screened::Held { term } => Some(Cause::Filter { term }),
            _ => None,
        };
        match self.barred(now, &pending) {
            Some(reason) => self.finish(pending, Outcome::Discarded(reason)),
            None => self.route(now, pending, screened, asked),
        }
    }

    /// A held message goes on, unless its author lost the right meanwhile.
    fn resume(&mut self, now: Timestamp, pending: Pending) {
        match self.barred(now, &pending) {
            Some(reason) => self.finish(pending, Outcome::Discarded(reason)),
            None => self.go_on(now, pending),
        }
    }

    /// Reads the facts about a message's author again.
    fn barred(&self, now: Timestamp, pending: &Pending) -> Option<Discard> {
        let Sender { user, role, .. } = &pending.message.sender;
        // The app speaks for anybody, whatever their standing.
        let user = user.as_ref().filter(|_| pending.session.is_some())?;
        if self.house.bans.until(now, user).is_some() {
            return Some(Discard::Banned);
        }
        let role = self.roster.role(user).or(*role)?;
        let exempt = self.config.settings().mute_all_exempt;
        let silent =
            self.house.mutes.until(now, user).is_some() || self.house.modes.silenced(role, exempt);
        silent.then_some(Discard::Muted)
    }

    /// A held message ends otherwise than by an answer.
    pub(super) fn end_held(&mut self, held: Held<Asked>, reason: Discard) {
        let pending = self.unhold(held);
        self.finish(pending, Outcome::Discarded(reason));
    }
}

fn name_of(decision: &Decision) -> DecisionName {
    match decision {
        Decision::Allow => DecisionName::Allow,
        Decision::Replace { .. } => DecisionName::Replace,
        Decision::Reject { .. } => DecisionName::Reject,
        Decision::Discard => DecisionName::Discard,
    }
}
