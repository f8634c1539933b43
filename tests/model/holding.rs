//! What holds a message back: the chain of questions, its author's earlier messages, the preview.

use std::sync::Arc;

use liveroom::{
    AskStep, Cause, Content, Decision, Discard, Field, MessageId, Occasion, Outcome, Output,
    Question, Refusal, Rejection, Role, Silence, State, StepName, Ticket, Timestamp, UserId,
};

use super::{Actor, Holding, Model, NO_RECORD, Open, is_counted, serves, speaking::Verdict};

/// What there is to be decided about a message.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Doubt {
    pub(crate) held: Option<Cause>,
    pub(crate) escalated: bool,
}

impl Model {
    /// The first step behind `after` with an occasion to be asked.
    fn next_step(
        &self,
        after: Option<&StepName>,
        doubt: Doubt,
        by_app: bool,
    ) -> Option<(AskStep, Cause)> {
        self.steps_behind(after).into_iter().find_map(|step| {
            let cause = if doubt.escalated && step.asks.contains(Occasion::Escalated) {
                Cause::Escalated
            } else if let Some(held) = doubt.held {
                step.asks.contains(Occasion::Held).then_some(held)?
            } else {
                let asks = step.asks.contains(Occasion::Passed) && !by_app;
                asks.then_some(Cause::Policy)?
            };
            Some((step, cause))
        })
    }

    /// All steps, where there is none of that name.
    fn steps_behind(&self, after: Option<&StepName>) -> Vec<AskStep> {
        let steps = self.settings.asking.steps.clone();
        let place = after.and_then(|name| steps.iter().position(|step| step.name == *name));
        steps.into_iter().skip(place.map_or(0, |place| place + 1)).collect()
    }

    fn takes_behind(&self, after: &StepName, occasion: Occasion) -> bool {
        self.steps_behind(Some(after)).iter().any(|step| step.asks.contains(occasion))
    }

    pub(super) fn held_for(&self, term: u32) -> Cause {
        Cause::Filter { filter: self.settings.filter.expect("a filter met it"), term }
    }

    /// The questions about this author's messages, and those that wait for them, before a message.
    fn undecided_before(&self, author: Option<&UserId>, id: MessageId) -> Vec<&Open> {
        let earlier = |open: &&Open| {
            open.message < id
                && !matches!(open.holding, Holding::Previewed)
                && self.accepted(open.message).message.sender.user.as_ref() == author
        };
        self.questions.iter().filter(earlier).collect()
    }

    /// Whether a message of this actor's would be held, and no more may be.
    pub(super) fn may_hold(
        &self,
        actor: &Actor,
        author: Option<&UserId>,
        held: Option<Cause>,
    ) -> Result<(), Refusal> {
        let doubt = Doubt { held, escalated: false };
        let ordered = self.settings.asking.in_order
            && !self.undecided_before(author, MessageId(u64::MAX)).is_empty();
        let staff = matches!(actor, Actor::User { role, .. } if *role >= Role::Admin);
        let previewed = self.settings.preview.is_some() && !actor.is_app() && !staff;
        let asked = self.next_step(None, doubt, actor.is_app()).is_some();
        if asked || ordered || previewed { self.room_to_hold(author) } else { Ok(()) }
    }

    fn room_to_hold(&self, author: Option<&UserId>) -> Result<(), Refusal> {
        let own = self
            .questions
            .iter()
            .filter(|open| self.accepted(open.message).message.sender.user.as_ref() == author);
        let asking = &self.settings.asking;
        let all: Vec<_> = self.questions.iter().collect();
        for (field, held, limit) in [
            (Field::Questions, all, asking.open),
            (Field::AuthorQuestions, own.collect(), asking.per_author),
        ] {
            if held.len() >= limit as usize {
                // What waits for an earlier message is decided with it at the earliest.
                let until = held.iter().map(|open| open.expires).min();
                return Err(Refusal::HeldFull { field, limit: limit.into(), until });
            }
        }
        Ok(())
    }

    /// A message goes through the chain behind `after`, as far as it comes.
    pub(super) fn walk(&mut self, id: MessageId, after: Option<&StepName>, doubt: Doubt) {
        let by_app = self.accepted(id).session.is_none();
        match self.next_step(after, doubt, by_app) {
            Some((step, cause)) => self.ask(id, step, cause, doubt),
            None => self.decided(id),
        }
    }

    fn ask(&mut self, id: MessageId, step: AskStep, cause: Cause, doubt: Doubt) {
        let escalated = doubt.escalated && cause != Cause::Escalated;
        let (name, patience) = (step.name, step.patience);
        let expires = self.now + patience.deadline;
        let holding = Holding::Asked {
            step: name.clone(),
            silence: patience.silence,
            doubt: Doubt { escalated, ..doubt },
        };
        let ticket = self.hold(id, expires, holding);
        // Who waits for this one waits longer.
        let author = self.accepted(id).message.sender.user.clone();
        for at in 0..self.questions.len() {
            let open = &self.questions[at];
            let (later, own) = (open.message, &self.accepted(open.message).message.sender.user);
            let waits = matches!(open.holding, Holding::Ordered) && later > id && *own == author;
            if waits && open.expires < expires {
                self.questions[at].expires = expires;
                self.accepted_mut(later).state = State::Held { expires };
            }
        }
        let message = Arc::new(self.accepted(id).message.clone());
        let question = Question { ticket, message, step: name, cause, expires };
        self.told.push(Output::Ask { record: NO_RECORD, question });
    }

    fn hold(&mut self, id: MessageId, expires: Timestamp, holding: Holding) -> Ticket {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.questions.push(Open { ticket, message: id, expires, holding });
        self.accepted_mut(id).state = State::Held { expires };
        ticket
    }

    /// No step is asked any more.
    fn decided(&mut self, id: MessageId) {
        if self.settings.asking.in_order {
            let author = self.accepted(id).message.sender.user.clone();
            let before = self.undecided_before(author.as_ref(), id);
            if let Some(expires) = before.iter().map(|open| open.expires).max() {
                self.hold(id, expires, Holding::Ordered);
                return;
            }
        }
        self.show(id);
    }

    /// To the staff first, if the config says so.
    fn show(&mut self, id: MessageId) {
        let accepted = self.accepted(id);
        let by_app = accepted.session.is_none();
        let sender = &accepted.message.sender;
        let member = sender.user.as_ref().and_then(|user| self.member(user));
        let role = member.map(|member| member.role).or(sender.role);
        let staff = role.is_some_and(|role| role >= Role::Admin);
        match self.settings.preview {
            Some(delay) if !by_app && !staff => {
                let expires = self.now + delay;
                self.hold(id, expires, Holding::Previewed);
                let message = Arc::new(self.accepted(id).message.clone());
                self.told.push(Output::Preview { record: NO_RECORD, message, expires });
            }
            _ => self.go_on(id),
        }
    }

    /// When what is held goes on by itself; what waits for an earlier message, once it is decided.
    pub(super) fn held_until(&self, open: &Open) -> Option<Timestamp> {
        if !matches!(open.holding, Holding::Ordered) {
            return Some(open.expires);
        }
        let author = self.accepted(open.message).message.sender.user.as_ref();
        let waits = self.settings.asking.in_order
            && !self.undecided_before(author, open.message).is_empty();
        (!waits).then_some(Timestamp::ZERO)
    }

    pub(super) fn answer(
        &mut self,
        actor: &Actor,
        ticket: Ticket,
        decision: &Decision,
    ) -> Result<(), Refusal> {
        let asked = |open: &Open| match &open.holding {
            Holding::Asked { step, doubt, .. } if open.ticket == ticket => {
                Some((open.message, step.clone(), *doubt))
            }
            _ => None,
        };
        let Some((id, step, mut doubt)) = self.questions.iter().find_map(asked) else {
            return Err(Refusal::UnknownTicket { ticket });
        };
        self.above_the_author(actor, id)?;
        if *decision == Decision::Escalate {
            if !self.takes_behind(&step, Occasion::Escalated) {
                return Err(Refusal::LastStep { ticket });
            }
            doubt.escalated = true;
        }
        self.questions.retain(|open| open.ticket != ticket);
        match decision {
            Decision::Allow | Decision::Escalate => self.allow(id, &step, doubt),
            Decision::Replace { content } => self.replace(id, &step, content, doubt),
            Decision::Reject { code, reason } => {
                let (code, reason) = (*code, reason.clone());
                self.end(id, Outcome::Rejected(Rejection::Decision { code, reason }));
            }
            Decision::Discard => self.end(id, Outcome::Discarded(Discard::Decision)),
            other => unreachable!("a decision that the model does not know: {other:?}"),
        }
        Ok(())
    }

    pub(super) fn withdraw_message(
        &mut self,
        actor: &Actor,
        message: MessageId,
    ) -> Result<(), Refusal> {
        let withheld =
            |open: &Open| open.message == message && !matches!(open.holding, Holding::Asked { .. });
        if !self.questions.iter().any(withheld) {
            return Err(Refusal::NotWithheld { message });
        }
        self.above_the_author(actor, message)?;
        self.questions.retain(|open| open.message != message);
        self.end(message, Outcome::Discarded(Discard::Withdrawn));
        Ok(())
    }

    fn above_the_author(&self, actor: &Actor, id: MessageId) -> Result<(), Refusal> {
        let Actor::User { role, .. } = actor else { return Ok(()) };
        let sender = &self.accepted(id).message.sender;
        let standing = sender.user.as_ref().and_then(|user| self.role_of(user)).or(sender.role);
        match standing {
            Some(target) if target >= *role => {
                Err(liveroom::Denial::TargetTooHigh { target }.into())
            }
            _ => Ok(()),
        }
    }

    /// The time of something held has come.
    pub(super) fn held_is_due(&mut self, ticket: Ticket) {
        let place = self.questions.iter().position(|open| open.ticket == ticket);
        let open = self.questions.remove(place.expect("the agenda names one that is held"));
        let id = open.message;
        match open.holding {
            Holding::Asked { step, silence, doubt } => self.silence(id, &step, silence, doubt),
            Holding::Ordered => match self.silenced_meanwhile(id) {
                Some(reason) => self.end(id, Outcome::Discarded(reason)),
                None => self.show(id),
            },
            Holding::Previewed => match self.silenced_meanwhile(id) {
                Some(reason) => self.end(id, Outcome::Discarded(reason)),
                None => self.go_on(id),
            },
        }
    }

    fn silence(&mut self, id: MessageId, step: &StepName, silence: Silence, doubt: Doubt) {
        match silence {
            Silence::Allow => self.allow(id, step, doubt),
            Silence::Escalate if self.takes_behind(step, Occasion::Escalated) => {
                self.allow(id, step, Doubt { escalated: true, ..doubt });
            }
            Silence::Reject | Silence::Escalate => {
                self.end(id, Outcome::Rejected(Rejection::Silence));
            }
            Silence::Discard => self.end(id, Outcome::Discarded(Discard::Decision)),
            other => unreachable!("a silence that the model does not know: {other:?}"),
        }
    }

    fn allow(&mut self, id: MessageId, step: &StepName, doubt: Doubt) {
        match self.silenced_meanwhile(id) {
            Some(reason) => self.end(id, Outcome::Discarded(reason)),
            None => self.walk(id, Some(step), doubt),
        }
    }

    fn replace(&mut self, id: MessageId, step: &StepName, content: &Content, doubt: Doubt) {
        if let Some(reason) = self.silenced_meanwhile(id) {
            self.accepted_mut(id).message.content = content.clone();
            return self.end(id, Outcome::Discarded(reason));
        }
        self.accepted_mut(id).message.content = content.clone();
        match self.judge(content) {
            Verdict::Block(filter, term) => {
                self.end(id, Outcome::Rejected(Rejection::Filter { filter, term }));
            }
            Verdict::Hold(term) => {
                // Somebody must be asked about that.
                let after = Some(step).filter(|step| self.takes_behind(step, Occasion::Held));
                self.walk(id, after, Doubt { held: Some(self.held_for(term)), ..doubt });
            }
            Verdict::GoOn(content) => {
                self.accepted_mut(id).message.content = content;
                self.walk(id, Some(step), Doubt { held: None, ..doubt });
            }
        }
    }

    /// The facts are read again. What the app says in a user's name is not concerned.
    fn silenced_meanwhile(&self, id: MessageId) -> Option<Discard> {
        let accepted = self.accepted(id);
        accepted.session?;
        let user = accepted.message.sender.user.as_ref()?;
        if serves(&self.bans, user, self.now) {
            return Some(Discard::Banned);
        }
        let muted = serves(&self.mutes, user, self.now);
        // Somebody who left since counts by the role that they had.
        let role =
            self.member(user).map_or(accepted.message.sender.role, |member| Some(member.role));
        let silenced = self.mute_all && !self.settings.mute_all_exempt.contains(role);
        (muted || silenced).then_some(Discard::Muted)
    }

    /// Nothing stands in its way but the rate.
    fn go_on(&mut self, id: MessageId) {
        let accepted = self.accepted(id);
        let own = accepted.message.sender.user.as_ref().filter(|_| accepted.session.is_some());
        if own.is_some_and(|user| serves(&self.shadows, user, self.now)) {
            return self.end_in_shadow(&[id]);
        }
        let kind = self.accepted(id).message.kind;
        if is_counted(kind) {
            self.tally(kind);
        }
        if !self.joins(id) {
            self.offer(id);
        }
    }

    /// A new config ends previews that would last longer than its own.
    pub(super) fn end_previews(&mut self) {
        let latest = self.now + self.settings.preview.unwrap_or_default();
        for at in 0..self.questions.len() {
            let open = &mut self.questions[at];
            if matches!(open.holding, Holding::Previewed) {
                open.expires = open.expires.min(latest);
                let (id, expires) = (open.message, open.expires);
                self.accepted_mut(id).state = State::Held { expires };
            }
        }
    }
}
