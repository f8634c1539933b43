//! Messages that are folded, between the question before delivery and the scheduler.

use std::collections::BTreeSet;

use crate::{
    corrupt::Corrupt,
    entry::Body,
    folds::{Over, Step, Taken, says_the_same},
    id::MessageId,
    message::{Message, PerPriority},
    outcome::{Discard, State},
    output::Output,
    receipts, scheduler,
    time::Timestamp,
};

use super::{Group, parts::Talk, speak::Pending};

impl Group {
    /// Gives a message back that goes to the scheduler; the others wait to share an entry.
    pub(super) fn fold(&mut self, now: Timestamp, pending: Pending) -> Option<Pending> {
        let settings = self.config.settings();
        let Some(folding) = &settings.folding else { return Some(pending) };
        let (id, priority) = (pending.message.id, pending.message.priority);
        let key = self.key();
        let talk = self.talk.make(key);
        match talk.folds.take_in(now, folding, key, pending) {
            Taken::Alone(pending) => Some(pending),
            Taken::Joined { first, since } => {
                let expires = since + settings.traffic.lanes[priority].max_wait;
                talk.receipts.note(id, receipts::Step::Folded { first });
                talk.receipts.set_state(id, State::Waiting { expires });
                None
            }
        }
    }

    /// A fold has its next entry to offer, or is over.
    pub(super) fn step_fold(&mut self, now: Timestamp) {
        let step = self.talk.make(self.key()).folds.take_due(now);
        match step.expect("a deadline was announced, so something is due at it") {
            Step::Lead(pending) => self.offer(now, pending),
            Step::Over(over) => {
                self.tell_last(now, &over);
                self.end_fold(over);
            }
        }
    }

    /// Readers are told the last total of a fold whose last entry was lost, if the rate allows.
    fn tell_last(&mut self, now: Timestamp, over: &Over<Pending>) {
        if !over.untold {
            return;
        }
        let traffic = &self.config.settings().traffic;
        let message = over.first.message.clone();
        let author = self.authored(&message.sender);
        let talk = self.talk.make(self.roster.key());
        if talk.scheduler.pass(now, traffic, message.priority, &author) {
            let (class, last) = (message.priority.class(), Box::new(over.last()));
            self.append_folded(now, class, Body::Message(message), Some(last));
        }
    }

    pub(super) fn end_fold(&mut self, over: Over<Pending>) {
        if over.was_shared() {
            let Over { first: Pending { message, .. }, total, delivered, removed, .. } = over;
            self.outbox.put(|record| Output::FoldEnded {
                record,
                message,
                total,
                delivered,
                removed,
            });
        }
    }

    /// The messages that wait in folds, beside those in lanes.
    pub(crate) fn folded(&self) -> impl Iterator<Item = &Message> {
        self.talk.folds.iter().map(|(pending, _)| &*pending.message)
    }

    /// The group ends: what waits in lanes and folds is discarded. Every fold is over.
    pub(super) fn discard_waiting(&mut self) -> Vec<Over<Pending>> {
        let talk = self.talk.make(self.key());
        let (folded, overs) = talk.folds.give_up();
        let lanes = talk.scheduler.drain_all();
        self.discard(by_id(lanes, folded), Discard::Disbanded);
        overs
    }

    /// Checks that folds and lanes speak of the same messages. The ids of those in lanes are known, and
    /// how many there are; those that share an entry are added.
    pub(super) fn check_folds(
        &self,
        ids: &mut BTreeSet<MessageId>,
        waiting: &mut PerPriority<u64>,
    ) -> Result<(), Corrupt> {
        let Talk { scheduler, folds, .. } = &*self.talk;
        let mut found = 0;
        for waits in scheduler.iter() {
            let Some(first) = folds.first(waits.id) else { continue };
            if !says_the_same(&first.message, &waits.payload.message) {
                return Err(Corrupt("a message in a fold of other words"));
            }
            found += 1;
        }
        if found != folds.in_lanes() {
            return Err(Corrupt("a fold of which a message is in no lane"));
        }
        for (other, _) in folds.iter() {
            if !ids.insert(other.message.id) {
                return Err(Corrupt("a message that waits in a lane and in a fold"));
            }
            waiting[other.message.priority] += 1;
        }
        Ok(())
    }
}

impl Talk {
    /// Staff took these out of the lanes, and takes out what matches and waits to share an entry.
    pub(super) fn take_out(
        &mut self,
        lanes: Vec<scheduler::Taken<Pending>>,
        matches: impl Fn(&Pending) -> bool,
    ) -> Vec<Pending> {
        for taken in &lanes {
            self.folds.withdraw(taken.id);
        }
        let folded = self.folds.remove_where(matches);
        by_id(lanes, folded)
    }
}

/// Those from the lanes and those from folds, in the order of the message ids.
fn by_id(lanes: Vec<scheduler::Taken<Pending>>, mut folded: Vec<Pending>) -> Vec<Pending> {
    folded.extend(lanes.into_iter().map(|taken| taken.payload));
    folded.sort_unstable_by_key(|pending| pending.message.id);
    folded
}
