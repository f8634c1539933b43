//! What holds a message back: the chain of questions, its author's earlier messages, the preview.
//!
//! Whatever a message was held for, the facts about its author are read again when it goes on.

use crate::{
    audit::{Act, Deed, Evidence, Trigger},
    command::{Decision, Receipt},
    config::{AskStep, Silence, Treat},
    id::{MessageId, StepName, Ticket, UserId},
    message::{Message, Sender},
    outcome::{Discard, Outcome, Rejection, State},
    output::{Cause, Output, Question},
    receipts::{DecisionName, Step},
    refusal::Refusal,
    review::{self, Doubt, Held, Stage},
    role::Role,
    rules::Action,
    stats::Line,
    time::Timestamp,
};

use super::{Caller, Group, filters::Screened, house::Ruling, speak::Pending};

/// How far a message has come on the way to its readers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'a> {
    /// Through the chain up to a step, with what there is to be decided.
    Asked(Option<&'a StepName>, Doubt),
    /// Behind nothing any more.
    InOrder,
    /// It was asked before, and nothing holds it.
    Free,
}

/// What a message is held for next.
enum Stop<'a> {
    Ask(&'a AskStep, Cause),
    Order { expires: Timestamp },
    Preview { expires: Timestamp },
}

/// Whose message it is, as far as it matters for holding it.
struct Whose<'a> {
    user: &'a Option<UserId>,
    /// As what it was sent, where its author is no member.
    role: Option<Role>,
    by_app: bool,
    message: MessageId,
}

impl Group {
    /// The way that a message goes which is offered. One that would be held where no more may be is
    /// refused.
    pub(super) fn way(
        &self,
        now: Timestamp,
        caller: &Caller,
        screened: &Screened,
        ruling: Option<Ruling>,
    ) -> Result<Way<'static>, Refusal> {
        let held = match (screened, ruling) {
            (Screened::Blocked { .. }, _) | (_, Some(Ruling { treat: Treat::Block, .. })) => {
                return Ok(Way::Free);
            }
            (_, Some(Ruling { treat: Treat::Hold, rule })) => {
                self.held_by_filter(screened).or(Some(Cause::Rule { rule }))
            }
            _ => self.held_by_filter(screened),
        };
        let (user, by_app) = (&caller.user, caller.is_app());
        // Behind all that there is.
        let whose = Whose { user, role: caller.role, by_app, message: MessageId(u64::MAX) };
        let way = Way::Asked(None, Doubt { held, escalated: false });
        if self.next_stop(now, &whose, way).is_none() {
            return Ok(Way::Free);
        }
        self.house.review.check_room(&self.config.settings().asking, user)?;
        Ok(way)
    }

    fn held_by_filter(&self, screened: &Screened) -> Option<Cause> {
        let Screened::Held { term } = *screened else { return None };
        Some(Cause::Filter { filter: self.house.filters.id_in_force()?, term })
    }

    /// For what a message is held next; `None` if nothing holds it any more.
    fn next_stop(&self, now: Timestamp, whose: &Whose<'_>, way: Way<'_>) -> Option<Stop<'_>> {
        let settings = self.config.settings();
        if let Way::Asked(after, doubt) = way
            && let Some((step, cause)) = review::next(&settings.asking, after, doubt, whose.by_app)
        {
            return Some(Stop::Ask(step, cause));
        }
        let ordered = settings.asking.in_order && !matches!(way, Way::InOrder);
        if ordered
            && let Some(expires) = self.house.review.undecided_before(whose.user, whose.message)
        {
            return Some(Stop::Order { expires });
        }
        let delay = settings.preview.filter(|_| !whose.by_app)?;
        let role = whose.user.as_ref().and_then(|user| self.roster.role(user)).or(whose.role);
        let staff = role.is_some_and(|role| role >= Role::Admin);
        (!staff).then_some(Stop::Preview { expires: now + delay })
    }

    /// Sends a message on its way, as far as it comes.
    pub(super) fn proceed(&mut self, now: Timestamp, pending: Pending, way: Way<'_>) {
        if matches!(way, Way::Free) {
            return self.go_on(now, pending);
        }
        let Sender { user, role, .. } = &pending.message.sender;
        let whose = Whose {
            user,
            role: *role,
            by_app: pending.session.is_none(),
            message: pending.message.id,
        };
        match self.next_stop(now, &whose, way) {
            Some(Stop::Ask(step, cause)) => {
                let step = step.clone();
                let doubt = match way {
                    Way::Asked(_, doubt) => doubt,
                    Way::InOrder | Way::Free => Doubt::default(),
                };
                self.ask(now, pending, step, cause, doubt);
            }
            Some(Stop::Order { expires }) => {
                self.receipts().note(pending.message.id, Step::Ordered { expires });
                self.hold(now, pending, Stage::Ordered, expires);
            }
            Some(Stop::Preview { expires }) => {
                let message = pending.message.clone();
                self.receipts().note(message.id, Step::Previewed { expires });
                self.hold(now, pending, Stage::Previewed, expires);
                self.outbox.put(|record| Output::Preview { record, message, expires });
            }
            None => self.go_on(now, pending),
        }
    }

    fn ask(
        &mut self,
        now: Timestamp,
        pending: Pending,
        AskStep { name: step, patience, .. }: AskStep,
        cause: Cause,
        doubt: Doubt,
    ) {
        let expires = now + patience.deadline;
        let (message, author) = (pending.message.clone(), pending.message.sender.user.clone());
        self.receipts().note(message.id, Step::Asked { step: step.clone(), cause, expires });
        // Whoever takes what was escalated has it.
        let doubt = Doubt { escalated: doubt.escalated && cause != Cause::Escalated, ..doubt };
        let silence = patience.silence;
        let stage = Stage::Asked { step: step.clone(), cause, silence, doubt };
        let ticket = self.hold(now, pending, stage, expires);
        let review = &mut self.house.make(self.key()).review;
        for (id, expires) in review.prolong(&author, message.id, expires) {
            self.receipts().set_state(id, State::Held { expires });
        }
        let question = Question { ticket, message, step, cause, expires };
        self.outbox.put(|record| Output::Ask { record, question });
    }

    fn hold(
        &mut self,
        now: Timestamp,
        pending: Pending,
        stage: Stage,
        expires: Timestamp,
    ) -> Ticket {
        let message = pending.message.id;
        self.receipts().set_state(message, State::Held { expires });
        self.account().add(pending.message.priority, Line::HELD);
        let author = pending.message.sender.user.clone();
        let held = Held { author, message, stage, since: now, expires, payload: pending };
        self.house.make(self.key()).review.open(now, held)
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
        let held = self.house.review.get(ticket);
        let Some(Held { stage: Stage::Asked { step, doubt, .. }, payload, .. }) = held else {
            return Err(unknown);
        };
        self.may_decide(caller, Action::Answer, payload)?;
        let (step, mut doubt) = (step.clone(), *doubt);
        let screened = match &decision {
            Decision::Replace { content } => self.judge(content)?,
            Decision::Escalate if !review::escalates(&self.config.settings().asking, &step) => {
                return Err(Refusal::LastStep { ticket });
            }
            Decision::Allow | Decision::Escalate | Decision::Reject { .. } | Decision::Discard => {
                Screened::Clean
            }
        };
        let mut pending = self.unhold(ticket).ok_or(unknown)?;
        self.audit(now, caller, |_| answered(&pending.message, doubt, &decision));
        let (by, what) = (caller.user.clone(), name_of(&decision));
        let answered = Step::Answered { step: step.clone(), by, decision: what };
        self.receipts().note(pending.message.id, answered);
        doubt.escalated |= decision == Decision::Escalate;
        match decision {
            Decision::Allow | Decision::Escalate => {
                self.resume(now, pending, Way::Asked(Some(&step), doubt));
            }
            Decision::Replace { content } => {
                self.rewrite(&mut pending, content);
                self.replaced(now, pending, screened, &step, doubt);
            }
            Decision::Reject { code, reason } => {
                self.finish(pending, Outcome::Rejected(Rejection::Decision { code, reason }));
            }
            Decision::Discard => self.finish(pending, Outcome::Discarded(Discard::Decision)),
        }
        Ok(Receipt::Done)
    }

    /// Staff discard what they alone have seen.
    pub(super) fn withdraw(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        message: MessageId,
    ) -> Result<Receipt, Refusal> {
        self.may_do(caller, Action::Withdraw, None)?;
        let not_withheld = Refusal::NotWithheld { message };
        let review = &self.house.review;
        let found = review.ticket_of(message).and_then(|it| Some((it, review.get(it)?)));
        let Some((ticket, Held { stage: Stage::Ordered | Stage::Previewed, payload, .. })) = found
        else {
            return Err(not_withheld);
        };
        self.may_decide(caller, Action::Withdraw, payload)?;
        let pending = self.unhold(ticket).ok_or(not_withheld)?;
        let deed = |_: &Self| decided(&pending.message, Doubt::default(), Act::Withdraw);
        self.audit(now, caller, deed);
        self.receipts().note(message, Step::Withdrawn { by: caller.user.clone() });
        self.finish(pending, Outcome::Discarded(Discard::Withdrawn));
        Ok(Receipt::Done)
    }

    /// Whether the caller stands above the author of a message, and so not about one of their own.
    fn may_decide(
        &self,
        caller: &Caller,
        action: Action,
        pending: &Pending,
    ) -> Result<(), Refusal> {
        let Sender { user, role, .. } = &pending.message.sender;
        let standing = user.as_ref().and_then(|user| self.standing(user)).or(*role);
        self.may_do(caller, action, standing)
    }

    /// The time has come of what was held.
    pub(super) fn held_is_due(&mut self, now: Timestamp, held: Held<Pending>) {
        self.account().subtract(held.payload.message.priority, Line::HELD);
        let Held { stage, payload: pending, .. } = held;
        match stage {
            Stage::Asked { step, silence, doubt, .. } => {
                self.silence(now, pending, &step, silence, doubt);
            }
            Stage::Ordered => self.resume(now, pending, Way::InOrder),
            // Its readers are next.
            Stage::Previewed => match self.barred(now, &pending) {
                Some(reason) => self.finish(pending, Outcome::Discarded(reason)),
                None => self.go_on(now, pending),
            },
        }
    }

    /// The deadline passed, and nobody decided.
    fn silence(
        &mut self,
        now: Timestamp,
        pending: Pending,
        step: &StepName,
        silence: Silence,
        doubt: Doubt,
    ) {
        let decision = DecisionName::Silence;
        let answered = Step::Answered { step: step.clone(), by: None, decision };
        self.receipts().note(pending.message.id, answered);
        let somebody = review::escalates(&self.config.settings().asking, step);
        // A new config may have left nobody to escalate to.
        let silence =
            if silence == Silence::Escalate && !somebody { Silence::Reject } else { silence };
        self.audit_of_time(now, || unanswered(&pending.message, doubt, silence));
        match silence {
            Silence::Allow => self.resume(now, pending, Way::Asked(Some(step), doubt)),
            Silence::Escalate => {
                let doubt = Doubt { escalated: true, ..doubt };
                self.resume(now, pending, Way::Asked(Some(step), doubt));
            }
            Silence::Reject => {
                self.finish(pending, Outcome::Rejected(Rejection::Silence));
            }
            Silence::Discard => self.finish(pending, Outcome::Discarded(Discard::Decision)),
        }
    }

    fn unhold(&mut self, ticket: Ticket) -> Option<Pending> {
        let pending = self.house.there()?.review.take(ticket)?.payload;
        self.account().subtract(pending.message.priority, Line::HELD);
        Some(pending)
    }

    fn replaced(
        &mut self,
        now: Timestamp,
        pending: Pending,
        screened: Screened,
        step: &StepName,
        doubt: Doubt,
    ) {
        if let Some(reason) = self.barred(now, &pending) {
            return self.finish(pending, Outcome::Discarded(reason));
        }
        let held = self.held_by_filter(&screened);
        let asking = &self.config.settings().asking;
        let after = if held.is_some() { review::held_anew(asking, step) } else { Some(step) };
        let doubt = Doubt { held, ..doubt };
        self.route(now, pending, screened, Way::Asked(after, doubt));
    }

    /// A held message goes on, unless its author lost the right meanwhile.
    fn resume(&mut self, now: Timestamp, pending: Pending, way: Way<'_>) {
        match self.barred(now, &pending) {
            Some(reason) => self.finish(pending, Outcome::Discarded(reason)),
            None => self.proceed(now, pending, way),
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
    pub(super) fn end_held(&mut self, held: Held<Pending>, reason: Discard) {
        self.account().subtract(held.payload.message.priority, Line::HELD);
        self.finish(held.payload, Outcome::Discarded(reason));
    }
}

/// What is written down of what was held, whatever became of it.
fn decided(message: &Message, doubt: Doubt, act: Act) -> Deed {
    let (filter, term, house_rule) = match doubt.held {
        Some(Cause::Filter { filter, term }) => (Some(filter), Some(term), None),
        Some(Cause::Rule { rule }) => (None, None, Some(rule)),
        Some(Cause::Policy | Cause::Escalated) | None => (None, None, None),
    };
    let deed = Deed::of(act).on(message.sender.user.as_slice()).about(message.id);
    Deed { evidence: Evidence { filter, term, house_rule, ..deed.evidence }, ..deed }
}

fn answered(message: &Message, doubt: Doubt, decision: &Decision) -> Deed {
    let decided = |act| decided(message, doubt, act);
    match decision {
        Decision::Allow => decided(Act::Allow),
        Decision::Escalate => decided(Act::Escalate),
        Decision::Replace { .. } => decided(Act::Replace),
        Decision::Reject { code, reason } => {
            decided(Act::Reject { code: Some(*code) }).because(&reason.as_str().into())
        }
        Decision::Discard => decided(Act::Discard),
    }
}

fn unanswered(message: &Message, doubt: Doubt, silence: Silence) -> Deed {
    let act = match silence {
        Silence::Allow => Act::Allow,
        Silence::Escalate => Act::Escalate,
        Silence::Reject => Act::Reject { code: None },
        Silence::Discard => Act::Discard,
    };
    Deed { rule: Trigger::Silence, ..decided(message, doubt, act) }
}

fn name_of(decision: &Decision) -> DecisionName {
    match decision {
        Decision::Allow => DecisionName::Allow,
        Decision::Escalate => DecisionName::Escalate,
        Decision::Replace { .. } => DecisionName::Replace,
        Decision::Reject { .. } => DecisionName::Reject,
        Decision::Discard => DecisionName::Discard,
    }
}
