//! The path of a message: rules, mutes, filter, review, scheduler, log.
//!
//! The order is that of the modelled service's guide, where it answers why messages are lost (FAQ 5): a
//! message can pass the question before delivery and then fall to the limit.

use std::{iter, sync::Arc};

use crate::{
    command::{Draft, Receipt},
    config::Treat,
    entry::Body,
    id::{MessageId, Seq, SessionId, UserId},
    message::{Content, Directive, Message, Sender},
    outcome::{Discard, Outcome, Rejection, State},
    output::Output,
    receipts::{Finding, Receipts, Remembered, Rules, Step},
    refusal::Refusal,
    scheduler::{Arrival, Authored, Offered},
    stats::{Account, Line},
    tally::Tally,
    time::Timestamp,
};

use super::{
    Caller, Group, Voice, decide::Way, examine::Examined, filters::Screened, house::Ruling,
    parts::Talk,
};

/// A message on its way, and the session to tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Pending {
    pub(super) message: Arc<Message>,
    pub(super) session: Option<SessionId>,
}

impl AsRef<Message> for Pending {
    fn as_ref(&self) -> &Message {
        &self.message
    }
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
        let Examined { sender, passed, screened, completes, way } =
            self.examine(now, caller, &draft)?;
        let rules = self.rules_in_force(caller, &draft, &passed);
        let pending = self.accept(now, caller, sender, draft, rules);
        self.count_speech(now, caller, &passed, &screened);
        let id = pending.message.id;
        // What a rule blocks nobody reads.
        if !passed.is_blocked() {
            self.leave_trail(now, caller, &pending.message.content, &screened);
        }
        if let Some(messages) = completes {
            self.receipts().note(id, Step::Completes { messages });
        }
        match passed.ruling {
            Some(ruling) => self.rule(now, pending, ruling, screened, way),
            None => self.route(now, pending, screened, way),
        }
        Ok(self.sent(id, false))
    }

    /// The message that this one repeats, if it is remembered.
    pub(super) fn first_offer(
        &self,
        now: Timestamp,
        caller: &Caller,
        draft: &Draft,
    ) -> Option<MessageId> {
        // A guest, whom no user stands behind, is not the app.
        if caller.is_guest() {
            return None;
        }
        self.talk.receipts.duplicate(now, &caller.user, draft.random?)
    }

    /// Mutes, of one and of all; the app is above them.
    pub(super) fn check_silence(&self, now: Timestamp, caller: &Caller) -> Result<(), Refusal> {
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
    pub(super) fn screen(&self, caller: &Caller, content: &Content) -> Result<Screened, Refusal> {
        if caller.is_app_itself() { Ok(Screened::Clean) } else { self.judge(content) }
    }

    pub(super) fn judge(&self, content: &Content) -> Result<Screened, Refusal> {
        self.house.filters.judge(content, self.config.settings().filtering.all_elements)
    }

    /// Whom a message names. A member's nick was judged when it was set.
    pub(super) fn sender(&self, caller: &Caller) -> Result<Sender, Refusal> {
        let sender = caller.sender();
        if !caller.is_app() || caller.is_app_itself() {
            return Ok(sender);
        }
        Ok(Sender { profile: self.cleaned_profile(sender.profile)?, ..sender })
    }

    /// Gives a message its id: from here on it comes to exactly one outcome.
    fn accept(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        sender: Sender,
        draft: Draft,
        rules: Rules,
    ) -> Pending {
        let id = MessageId(self.talk.account.accepted() + 1);
        let priority = self.priority(caller, &draft);
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
        self.talk.make(self.roster.key()).pending += message.bytes();
        let (author, random) = (message.sender.user.clone(), message.random);
        let state = State::Waiting { expires: now };
        let what = Remembered { kind: message.kind, priority, rules, state };
        let key = self.key();
        self.receipts().accept(key, now, id, author, random, what);
        Pending { message: Arc::new(message), session: caller.session }
    }

    /// A message goes on with other content.
    pub(super) fn rewrite(&mut self, pending: &mut Pending, content: Content) {
        let weight = &mut self.talk.make(self.roster.key()).pending;
        *weight -= pending.message.bytes();
        pending.message = Arc::new(Message { content, ..(*pending.message).clone() });
        *weight += pending.message.bytes();
    }

    pub(super) fn receipts(&mut self) -> &mut Receipts {
        &mut self.talk.make(self.key()).receipts
    }

    pub(super) fn account(&mut self) -> &mut Account {
        &mut self.talk.make(self.key()).account
    }

    /// Does what a house rule says, unless the filter says worse.
    fn rule(
        &mut self,
        now: Timestamp,
        pending: Pending,
        Ruling { rule, treat }: Ruling,
        screened: Screened,
        way: Way<'_>,
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
        self.route(now, pending, screened, way);
    }

    /// Does what the filter says, and sends a message on its way unless that ends it.
    pub(super) fn route(
        &mut self,
        now: Timestamp,
        mut pending: Pending,
        screened: Screened,
        way: Way<'_>,
    ) {
        let id = pending.message.id;
        match screened {
            Screened::Clean => {}
            Screened::Tagged { term } => self.found(id, term, Finding::Tagged),
            Screened::Masked { term, content } => {
                self.found(id, term, Finding::Masked);
                self.rewrite(&mut pending, *content);
            }
            Screened::Held { term } => self.found(id, term, Finding::Held),
            Screened::Blocked { term } => {
                self.found(id, term, Finding::Blocked);
                let filter = self.house.filters.id_in_force().unwrap_or_default();
                return self.finish(pending, Outcome::Rejected(Rejection::Filter { filter, term }));
            }
        }
        self.proceed(now, pending, way);
    }

    fn found(&mut self, id: MessageId, term: u32, what: Finding) {
        self.receipts().note(id, Step::Filtered { term, what });
    }

    /// Past every question: counted if it is a like or follow, and offered to the scheduler; of a
    /// shadow-muted author's nobody hears.
    pub(super) fn go_on(&mut self, now: Timestamp, pending: Pending) {
        let Some(pending) = self.leave_in_shadow(now, pending) else { return };
        let settings = self.config.settings();
        let Message { kind, priority, .. } = *pending.message;
        if Tally::counts(kind) {
            self.house.make(self.key()).tally.count(now, kind, settings.tally);
        }
        self.account().add(priority, Line::WAITING);
        if let Some(pending) = self.fold(now, pending) {
            self.offer(now, pending);
        }
    }

    /// Offers a message to the scheduler, and with it those that share its entry.
    pub(super) fn offer(&mut self, now: Timestamp, pending: Pending) {
        let traffic = &self.config.settings().traffic;
        let (id, priority) = (pending.message.id, pending.message.priority);
        let author = self.authored(&pending.message.sender);
        let arrival = Arrival { id, author, priority, payload: pending };
        let talk = self.talk.make(self.roster.key());
        match talk.scheduler.offer(now, traffic, arrival) {
            Offered::Released(taken) => self.deliver(now, taken.payload),
            Offered::Shed(taken) => self.end_waiting(taken.payload, Discard::Shed),
            Offered::Waiting { expires, shed } => {
                let ahead = talk.scheduler.waiting()[priority].saturating_sub(1);
                talk.receipts.wait(now, id, expires, ahead);
                for other in talk.folds.sharing(id) {
                    talk.receipts.set_state(other.message.id, State::Waiting { expires });
                }
                if let Some(shed) = shed {
                    self.end_waiting(shed.payload, Discard::Shed);
                }
            }
        }
    }

    /// A waiting message is released: one entry for all readers, and for all who said the same.
    pub(super) fn deliver(&mut self, now: Timestamp, pending: Pending) {
        let folding = self.config.settings().folding.as_ref();
        let talk = self.talk.make(self.roster.key());
        let (others, folded) = talk.folds.deliver(now, folding, &pending);
        let message = pending.message.clone();
        let body = Body::Message(message.clone());
        let seq = self.append_folded(now, message.priority.class(), body, folded);
        self.profile.delivered(now);
        self.delivered(now, seq, pending);
        for pending in others {
            self.delivered(now, seq, pending);
        }
        if let Some(Directive::Leave { users }) = &message.directive {
            users.iter().for_each(|user| self.order_to_leave(user, seq));
        }
    }

    fn delivered(&mut self, now: Timestamp, seq: Seq, pending: Pending) {
        self.account().subtract(pending.message.priority, Line::WAITING);
        self.finish(pending, Outcome::Delivered { seq, at: now });
    }

    /// Each is told of itself alone: whole lists to all who are in them would be a square of outputs.
    fn order_to_leave(&mut self, user: &UserId, after: Seq) {
        for device in self.roster.sessions(user) {
            self.outbox.put(|record| Output::Order {
                record,
                session: device.session,
                after,
                directive: Directive::Leave { users: iter::once(user.clone()).collect() },
            });
        }
    }

    /// A message in a lane is lost, and with it those that share its entry.
    pub(super) fn end_waiting(&mut self, pending: Pending, reason: Discard) {
        let others = self.talk.make(self.key()).folds.lose(pending.message.id);
        self.discard(iter::once(pending).chain(others), reason);
    }

    /// Messages that wait, in their lanes or to share an entry, end otherwise than by delivery.
    pub(super) fn discard(&mut self, waiting: impl IntoIterator<Item = Pending>, reason: Discard) {
        for pending in waiting {
            self.account().subtract(pending.message.priority, Line::WAITING);
            self.finish(pending, Outcome::Discarded(reason));
        }
    }

    /// A message comes to its one outcome.
    pub(super) fn finish(&mut self, pending: Pending, outcome: Outcome) {
        let Pending { message, session } = pending;
        self.account().add(message.priority, Line::of(&outcome));
        self.talk.make(self.roster.key()).pending -= message.bytes();
        let now = self.clock;
        self.receipts().end(now, message.id, message.priority, outcome.clone());
        let disclose = self.disclosed(&outcome);
        self.outbox.put(|record| Output::Ended { record, message, session, outcome, disclose });
    }

    /// Whether an author may be told of this outcome.
    pub(super) fn disclosed(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Discarded(Discard::Decision | Discard::Shadowed) => false,
            Outcome::Discarded(Discard::Withdrawn) => self.config.settings().disclose_withdrawn,
            Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => {
                self.config.settings().disclose_loss
            }
            Outcome::Delivered { .. } | Outcome::Rejected(_) | Outcome::Discarded(_) => true,
        }
    }

    /// Says anew until when messages wait or are held, after what decides it has changed.
    pub(super) fn tell_deadlines(&mut self) {
        let lanes = &self.config.settings().traffic.lanes;
        let Some(Talk { scheduler, receipts, folds, .. }) = self.talk.there() else { return };
        for waits in scheduler.iter() {
            let expires = waits.arrived + lanes[waits.priority].max_wait;
            receipts.set_state(waits.id, State::Waiting { expires });
        }
        for (other, since) in folds.iter() {
            let expires = since + lanes[other.message.priority].max_wait;
            receipts.set_state(other.message.id, State::Waiting { expires });
        }
        for (_, held) in self.house.review.iter() {
            receipts.set_state(held.message, State::Held { expires: held.expires });
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

    /// By whom a message is, to the scheduler.
    pub(super) fn authored(&self, sender: &Sender) -> Authored {
        let exempt = self.config.settings().traffic.exempt.contains(sender.role);
        Authored { user: sender.user.clone(), exempt, weight: self.weight(sender) }
    }
}
