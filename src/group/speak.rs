//! The path of a message: rules, mutes, filter, review, scheduler, log.
//!
//! The order is that of the modelled service's guide, where it answers why messages are lost (FAQ 5): a
//! message can pass the question before delivery and then fall to the limit.

use std::sync::Arc;

use crate::{
    audit::{Act, Deed, Evidence, Rule},
    command::{Decision, Draft, Receipt},
    config::{Silence, Treat},
    entry::Body,
    id::{MessageId, Seq, SessionId, Ticket, UserId},
    message::{Content, Directive, Kind, Message, Sender},
    outcome::{Discard, Outcome, Rejection, State},
    output::{Cause, Output, Question},
    receipts::{DecisionName, Finding, Receipts, Remembered, Step},
    refusal::Refusal,
    review::Held,
    rules::Action,
    scheduler::{Arrival, Authored, Offered},
    stats::{Account, Line},
    tally::Tally,
    time::Timestamp,
};

use super::{
    Caller, Group, Voice,
    filters::Screened,
    house::{Passed, Ruling},
    parts::Talk,
};

/// A message on its way, and the session to tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Pending {
    pub(super) message: Arc<Message>,
    pub(super) session: Option<SessionId>,
}

/// Where a message goes that the filter did not block.
#[derive(Clone, Copy)]
enum Next {
    Ask(Cause),
    Shadow,
    Lane,
}

impl Group {
    pub(super) fn send(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        draft: Draft,
    ) -> Result<Receipt, Refusal> {
        if let Some(first) = self.first_offer(now, caller, &draft) {
            return Ok(self.sent(first, true));
        }
        let action = if draft.kind == Kind::Control { Action::Direct } else { Action::Speak };
        self.may_do(caller, action, None)?;
        self.check_silence(now, caller)?;
        let passed = self.check_house(now, caller, &draft)?;
        let screened = self.screen(caller, &draft.content)?;
        let (screened, completes) = self.follow_trail(now, caller, &draft.content, screened)?;
        let sender = self.sender(caller)?;
        let shadowed = self.is_shadowed(now, caller);
        let asked = self.asked(caller, &screened, passed.ruling).filter(|_| !shadowed);
        if asked.is_some() {
            self.check_questions(caller)?;
        }
        let pending = self.accept(now, caller, sender, draft, &passed);
        let id = pending.message.id;
        // What a rule blocks nobody reads.
        if !passed.is_blocked() {
            let content = &pending.message.content;
            self.leave_trail(now, caller, content, &screened, completes.is_some());
        }
        if let Some(messages) = completes {
            self.receipts().note(id, Step::Completes { messages });
        }
        let next = if shadowed { Next::Shadow } else { asked.map_or(Next::Lane, Next::Ask) };
        match passed.ruling {
            Some(ruling) => self.rule(now, pending, ruling, screened, next),
            None => self.route(now, pending, screened, next),
        }
        Ok(self.sent(id, false))
    }

    /// The message that this one repeats, if it is remembered.
    fn first_offer(&self, now: Timestamp, caller: &Caller, draft: &Draft) -> Option<MessageId> {
        // A guest, whom no user stands behind, is not the app.
        if caller.is_guest() {
            return None;
        }
        self.talk.receipts.duplicate(now, &caller.user, draft.random?)
    }

    /// Mutes, of one and of all; the app is above them.
    fn check_silence(&self, now: Timestamp, caller: &Caller) -> Result<(), Refusal> {
        let Voice::Own { user, role } = caller.voice() else { return Ok(()) };
        if let Some(until) = self.house.mutes.until(now, user) {
            return Err(Refusal::Muted { until });
        }
        let settings = self.config.settings();
        if self.house.modes.silenced(role, settings.mute_all_exempt) {
            return Err(Refusal::MutedAll);
        }
        Ok(())
    }

    /// Judges every text of a message. What the app says for itself is not judged.
    fn screen(&self, caller: &Caller, content: &Content) -> Result<Screened, Refusal> {
        if caller.is_app_itself() { Ok(Screened::Clean) } else { self.judge(content) }
    }

    fn judge(&self, content: &Content) -> Result<Screened, Refusal> {
        self.house.filters.judge(content, self.config.settings().filtering.all_elements)
    }

    /// Whom a message names. A member's nick was judged when it was set.
    fn sender(&self, caller: &Caller) -> Result<Sender, Refusal> {
        let sender = caller.sender();
        if !caller.is_app() || caller.is_app_itself() {
            return Ok(sender);
        }
        Ok(Sender { profile: self.cleaned_profile(sender.profile)?, ..sender })
    }

    /// Whether the host is asked, and why. What the app says is its own decision.
    fn asked(&self, caller: &Caller, screened: &Screened, ruling: Option<Ruling>) -> Option<Cause> {
        match (screened, ruling) {
            (Screened::Blocked { .. }, _) | (_, Some(Ruling { treat: Treat::Block, .. })) => None,
            (Screened::Held { term }, _) => Some(Cause::Filter { term: *term }),
            (_, Some(Ruling { treat: Treat::Hold, rule })) => Some(Cause::Rule { rule }),
            (Screened::Clean | Screened::Tagged { .. } | Screened::Masked { .. }, _) => {
                let every = self.config.settings().asking.every;
                every.filter(|_| !caller.is_app()).map(|_| Cause::Policy)
            }
        }
    }

    fn check_questions(&self, caller: &Caller) -> Result<(), Refusal> {
        match self.house.review.full(&self.config.settings().asking, &caller.user) {
            Some((field, limit)) => Err(Refusal::TooMany { field, limit, count: limit + 1 }),
            None => Ok(()),
        }
    }

    /// Gives a message its id: from here on it comes to exactly one outcome.
    fn accept(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        sender: Sender,
        draft: Draft,
        passed: &Passed,
    ) -> Pending {
        let id = MessageId(self.talk.account.accepted() + 1);
        let priority = self.priority(caller, &draft, passed);
        let message = Message {
            id,
            sender,
            kind: draft.kind,
            priority,
            content: draft.content,
            directive: draft.directive,
            random: draft.random,
            accepted: now,
        };
        self.account().add(priority, Line::ACCEPTED);
        let (author, random) = (message.sender.user.clone(), message.random);
        let state = State::Waiting { expires: now };
        let what = Remembered { kind: message.kind, priority, state };
        let key = self.key();
        self.receipts().accept(key, now, id, author, random, what);
        self.count_speech(now, caller, passed);
        Pending { message: Arc::new(message), session: caller.session }
    }

    fn receipts(&mut self) -> &mut Receipts {
        &mut self.talk.make(self.key()).receipts
    }

    fn account(&mut self) -> &mut Account {
        &mut self.talk.make(self.key()).account
    }

    /// Does what a house rule says, unless the filter says worse.
    fn rule(
        &mut self,
        now: Timestamp,
        pending: Pending,
        Ruling { rule, treat }: Ruling,
        screened: Screened,
        next: Next,
    ) {
        let what = match treat {
            Treat::Tag => Finding::Tagged,
            Treat::Hold => Finding::Held,
            Treat::Block | Treat::Refuse => Finding::Blocked,
        };
        self.receipts().note(pending.message.id, Step::Ruled { rule, what });
        if what == Finding::Blocked && !matches!(screened, Screened::Blocked { .. }) {
            return self.finish(pending, Outcome::Rejected(Rejection::Rule { rule }));
        }
        self.route(now, pending, screened, next);
    }

    /// Sends an accepted message the way that filter and config say.
    fn route(&mut self, now: Timestamp, mut pending: Pending, screened: Screened, next: Next) {
        let id = pending.message.id;
        match screened {
            Screened::Clean => {}
            Screened::Tagged { term } => self.found(id, term, Finding::Tagged),
            Screened::Masked { term, content } => {
                self.found(id, term, Finding::Masked);
                pending.message = with_content(&pending.message, content);
            }
            Screened::Held { term } => self.found(id, term, Finding::Held),
            Screened::Blocked { term } => {
                self.found(id, term, Finding::Blocked);
                let filter = self.house.filters.id_in_force().unwrap_or_default();
                return self.finish(pending, Outcome::Rejected(Rejection::Filter { filter, term }));
            }
        }
        match next {
            Next::Ask(cause) => self.hold(now, pending, cause),
            Next::Shadow => self.end_in_shadow(pending),
            Next::Lane => self.go_on(now, pending),
        }
    }

    fn found(&mut self, id: MessageId, term: u32, what: Finding) {
        self.receipts().note(id, Step::Filtered { term, what });
    }

    fn hold(&mut self, now: Timestamp, pending: Pending, cause: Cause) {
        let asking = &self.config.settings().asking;
        let patience = match cause {
            Cause::Policy => asking.every.unwrap_or(asking.filter_hold),
            Cause::Filter { .. } | Cause::Rule { .. } => asking.filter_hold,
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
        self.audit(now, caller, |_| answered(&held, &decision));
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
        self.audit_of_time(now, || unanswered(&held, silence));
        let pending = self.unhold(held);
        let step = Step::Answered { decision: DecisionName::Silence };
        self.receipts().note(pending.message.id, step);
        match silence {
            Silence::Allow => self.resume(now, pending),
            Silence::Reject => self.finish(pending, Outcome::Rejected(Rejection::Silence)),
            Silence::Discard => self.finish(pending, Outcome::Discarded(Discard::Decision)),
        }
    }

    pub(super) fn unhold(&mut self, held: Held<Asked>) -> Pending {
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
        let next = match screened {
            Screened::Held { term } => Next::Ask(Cause::Filter { term }),
            _ => Next::Lane,
        };
        match self.barred(now, &pending) {
            Some(reason) => self.finish(pending, Outcome::Discarded(reason)),
            None => self.route(now, pending, screened, next),
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

    /// Past every question: counted if it is a like or follow, and offered to the scheduler.
    fn go_on(&mut self, now: Timestamp, pending: Pending) {
        let key = self.key();
        let settings = self.config.settings();
        let traffic = &settings.traffic;
        let message = &pending.message;
        if Tally::counts(message.kind) {
            self.house.make(key).tally.count(now, message.kind, settings.tally);
        }
        let author = Authored {
            user: message.sender.user.clone(),
            exempt: traffic.exempt.contains(message.sender.role),
            weight: self.weight(&message.sender),
        };
        let (id, priority) = (message.id, message.priority);
        let arrival = Arrival { id, author, priority, payload: pending };
        let talk = self.talk.make(key);
        talk.account.add(priority, Line::WAITING);
        match talk.scheduler.offer(now, traffic, arrival) {
            Offered::Released(taken) => self.deliver(now, taken.payload),
            Offered::Shed(taken) => self.end_waiting(taken.payload, Discard::Shed),
            Offered::Waiting { expires, shed } => {
                let ahead = talk.scheduler.waiting()[priority].saturating_sub(1);
                talk.receipts.note(id, Step::Waiting { expires, ahead });
                talk.receipts.set_state(id, State::Waiting { expires });
                if let Some(shed) = shed {
                    self.end_waiting(shed.payload, Discard::Shed);
                }
            }
        }
    }

    /// A waiting message is released: one entry for all.
    pub(super) fn deliver(&mut self, now: Timestamp, pending: Pending) {
        self.account().subtract(pending.message.priority, Line::WAITING);
        let message = pending.message.clone();
        let body = Body::Message(message.clone());
        let seq = self.append(now, message.priority.class(), body);
        self.profile.delivered(now);
        self.finish(pending, Outcome::Delivered { seq, at: now });
        if let Some(directive @ Directive::Leave { users }) = &message.directive {
            for user in users {
                self.order(user, seq, directive);
            }
        }
    }

    fn order(&mut self, user: &UserId, after: Seq, directive: &Directive) {
        for device in self.roster.sessions(user) {
            self.outbox.put(|record| Output::Order {
                record,
                session: device.session,
                after,
                directive: directive.clone(),
            });
        }
    }

    /// A waiting message ends otherwise than by delivery.
    pub(super) fn end_waiting(&mut self, pending: Pending, reason: Discard) {
        self.account().subtract(pending.message.priority, Line::WAITING);
        self.finish(pending, Outcome::Discarded(reason));
    }

    /// A held message ends otherwise than by an answer.
    pub(super) fn end_held(&mut self, held: Held<Asked>, reason: Discard) {
        let pending = self.unhold(held);
        self.finish(pending, Outcome::Discarded(reason));
    }

    /// A message comes to its one outcome.
    pub(super) fn finish(&mut self, pending: Pending, outcome: Outcome) {
        let Pending { message, session } = pending;
        self.account().add(message.priority, Line::of(&outcome));
        self.receipts().set_state(message.id, State::Ended(outcome.clone()));
        let disclose = self.disclosed(&outcome);
        self.outbox.put(|record| Output::Ended { record, message, session, outcome, disclose });
    }

    /// Whether an author may be told of this outcome.
    fn disclosed(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Discarded(Discard::Decision | Discard::Shadowed) => false,
            Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => {
                self.config.settings().disclose_loss
            }
            Outcome::Delivered { .. } | Outcome::Rejected(_) | Outcome::Discarded(_) => true,
        }
    }

    /// Says anew until when messages wait or are held, after what decides it has changed.
    pub(super) fn tell_deadlines(&mut self) {
        let lanes = &self.config.settings().traffic.lanes;
        let Some(Talk { scheduler, receipts, .. }) = self.talk.there() else { return };
        for waits in scheduler.iter() {
            let expires = waits.arrived + lanes[waits.priority].max_wait;
            receipts.set_state(waits.id, State::Waiting { expires });
        }
        for (_, Held { expires, payload, .. }) in self.house.review.iter() {
            let id = payload.pending.message.id;
            receipts.set_state(id, State::Held { expires: *expires });
        }
    }

    /// Where a message stands now, as its author is answered.
    pub(super) fn sent(&self, message: MessageId, duplicate: bool) -> Receipt {
        let remembered = self.talk.receipts.get(message);
        let state = &remembered.expect("what was just answered is remembered").state;
        let disclose = match state {
            State::Ended(outcome) => self.disclosed(outcome),
            State::Held { .. } | State::Waiting { .. } => true,
        };
        Receipt::Sent { message, state: state.clone(), disclose, duplicate }
    }
}

/// A held message, and what silence means for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Asked {
    pub(super) pending: Pending,
    silence: Silence,
}

/// What is written down of a question's end, whatever it was.
fn decided(held: &Held<Asked>, act: Act) -> Deed {
    let (term, house_rule) = match held.cause {
        Cause::Filter { term } => (Some(term), None),
        Cause::Rule { rule } => (None, Some(rule)),
        Cause::Policy => (None, None),
    };
    let deed = Deed::of(act).on(held.author.as_slice()).about(held.payload.pending.message.id);
    Deed { evidence: Evidence { term, house_rule, ..deed.evidence }, ..deed }
}

fn answered(held: &Held<Asked>, decision: &Decision) -> Deed {
    match decision {
        Decision::Allow => decided(held, Act::Allow),
        Decision::Replace { .. } => decided(held, Act::Replace),
        Decision::Reject { code, reason } => {
            decided(held, Act::Reject { code: Some(*code) }).because(&reason.as_str().into())
        }
        Decision::Discard => decided(held, Act::Discard),
    }
}

fn unanswered(held: &Held<Asked>, silence: Silence) -> Deed {
    let act = match silence {
        Silence::Allow => Act::Allow,
        Silence::Reject => Act::Reject { code: None },
        Silence::Discard => Act::Discard,
    };
    Deed { rule: Rule::Silence, ..decided(held, act) }
}

fn name_of(decision: &Decision) -> DecisionName {
    match decision {
        Decision::Allow => DecisionName::Allow,
        Decision::Replace { .. } => DecisionName::Replace,
        Decision::Reject { .. } => DecisionName::Reject,
        Decision::Discard => DecisionName::Discard,
    }
}

fn with_content(message: &Message, content: Content) -> Arc<Message> {
    Arc::new(Message { content, ..message.clone() })
}
