//! The same message in both worlds, until it has come to its end in each.
//!
//! Invariant: what is kept is what is open in one of the worlds, and the numbers of the last 65,536
//! messages.

#![expect(clippy::indexing_slicing, reason = "a contrast has a place of its own")]

use std::collections::{BTreeMap, VecDeque};

use super::difference::{Contrast, Difference, Differing, Fate};
use crate::{
    hash::stable_hash,
    id::{MessageId, StepName, Ticket, UserId},
    message::{Content, Kind, Message, Priority},
    outcome::Outcome,
    time::Timestamp,
};

/// Numbers remembered, so that a recall finds its message: as many as a group remembers messages.
const NUMBERS: usize = 65_536;
/// Bytes of a message's text that are shown.
const TEXT: usize = 120;

/// A message as it was accepted.
pub(super) struct Sent {
    author: Option<UserId>,
    kind: Kind,
    priority: Priority,
    accepted: Timestamp,
    text: String,
    /// What stands for its content.
    content: u64,
}

impl Sent {
    pub(super) fn new(
        author: Option<UserId>,
        kind: Kind,
        priority: Priority,
        accepted: Timestamp,
        content: &Content,
    ) -> Self {
        let mut text = String::new();
        for letter in content.texts().flat_map(str::chars) {
            if text.len() + letter.len_utf8() > TEXT {
                break;
            }
            text.push(letter);
        }
        Self { author, kind, priority, accepted, text, content: stable_hash(content) }
    }

    /// How it ended as `message`.
    fn end(&self, message: &Message, outcome: &Outcome) -> End {
        let content = stable_hash(&message.content);
        End { fate: Fate::of(outcome, content != self.content), content }
    }
}

/// How a message ended in one world, and what stands for its content then.
#[derive(Clone, Copy)]
struct End {
    fate: Fate,
    content: u64,
}

struct Pair {
    sent: Sent,
    was: Option<End>,
    would: Option<End>,
}

/// All messages of the stretch, by the numbers that they got.
#[derive(Default)]
pub(super) struct Pairs {
    open: BTreeMap<MessageId, Pair>,
    /// Which messages they are that are open in the other world, by their numbers there.
    others: BTreeMap<MessageId, MessageId>,
    /// The numbers there of messages accepted here, from the first remembered one on.
    numbers: VecDeque<Option<MessageId>>,
    first: u64,
    /// How many messages had been accepted when the stretch began.
    before: u64,
    difference: Difference,
    /// Those that differ in time alone, until it is known whether there is room for them.
    timed: Vec<Differing>,
}

impl Pairs {
    /// None yet: the next message gets the number after `accepted`.
    pub(super) fn after(accepted: u64) -> Self {
        Self { first: accepted + 1, before: accepted, ..Self::default() }
    }

    /// A message on its way when the stretch begins, with the same number in both worlds.
    pub(super) fn begin(&mut self, message: &Message) {
        let Message { sender, kind, priority, accepted, content, .. } = message;
        let sent = Sent::new(sender.user.clone(), *kind, *priority, *accepted, content);
        self.open.insert(message.id, Pair { sent, was: None, would: None });
        self.others.insert(message.id, message.id);
    }

    /// A message was accepted as `id`, and would have been as `other`, or refused with a code.
    pub(super) fn accept(&mut self, id: MessageId, sent: Sent, other: Result<MessageId, u16>) {
        let refused = other.err().map(|code| End { fate: Fate::Refused { code }, content: 0 });
        self.open.insert(id, Pair { sent, was: None, would: refused });
        if let Ok(other) = other {
            self.others.insert(other, id);
        }
        if self.numbers.len() == NUMBERS {
            self.numbers.pop_front();
            self.first += 1;
        }
        self.numbers.push_back(other.ok());
    }

    /// The number in the other world of a message accepted here.
    pub(super) fn other(&self, id: MessageId) -> Option<MessageId> {
        if id.0 <= self.before {
            return Some(id);
        }
        let place = id.0.checked_sub(self.first)?;
        *self.numbers.get(usize::try_from(place).ok()?)?
    }

    /// A message came to its end here.
    pub(super) fn ended(&mut self, message: &Message, outcome: &Outcome) {
        if let Some(pair) = self.open.get_mut(&message.id) {
            pair.was = Some(pair.sent.end(message, outcome));
            self.close(message.id);
        }
    }

    /// A message came to its end in the other world.
    pub(super) fn other_ended(&mut self, message: &Message, outcome: &Outcome) {
        let Some(id) = self.others.remove(&message.id) else { return };
        if let Some(pair) = self.open.get_mut(&id) {
            pair.would = Some(pair.sent.end(message, outcome));
            self.close(id);
        }
    }

    pub(super) fn difference(&mut self) -> &mut Difference {
        &mut self.difference
    }

    /// The stretch is over, and what is open stays so.
    pub(super) fn finish(mut self) -> Difference {
        for (id, pair) in std::mem::take(&mut self.open) {
            self.compare(id, pair);
        }
        let Self { mut difference, timed, .. } = self;
        difference.differing.extend(timed);
        difference.differing.truncate(Difference::SHOWN);
        difference.differing.sort_unstable_by_key(|differing| differing.message);
        difference
    }

    /// Compares a message that has come to its end in both worlds.
    fn close(&mut self, id: MessageId) {
        let done =
            self.open.get(&id).is_some_and(|pair| pair.was.is_some() && pair.would.is_some());
        if let Some(pair) = done.then(|| self.open.remove(&id)).flatten() {
            self.compare(id, pair);
        }
    }

    fn compare(&mut self, message: MessageId, pair: Pair) {
        const OPEN: End = End { fate: Fate::Open, content: 0 };
        let Pair { sent, was, would } = pair;
        let (was, would) = (was.unwrap_or(OPEN), would.unwrap_or(OPEN));
        let Sent { author, kind, priority, accepted, text, .. } = sent;
        self.difference.was[priority].add(accepted, &was.fate);
        self.difference.would[priority].add(accepted, &would.fate);
        let Some(how) = contrast(was, would) else { return };
        self.difference.contrasts[how as usize] += 1;
        let list = if how.is_timing() { &mut self.timed } else { &mut self.difference.differing };
        if list.len() < Difference::SHOWN {
            let (was, would) = (was.fate, would.fate);
            list.push(Differing {
                message,
                author,
                kind,
                priority,
                accepted,
                text,
                how,
                was,
                would,
            });
        }
    }
}

fn contrast(was: End, would: End) -> Option<Contrast> {
    match (was.fate, would.fate) {
        (Fate::Delivered { at, .. }, Fate::Delivered { at: other, .. }) => {
            if was.content != would.content {
                Some(Contrast::Altered)
            } else if other == at {
                None
            } else if other < at {
                Some(Contrast::Earlier)
            } else {
                Some(Contrast::Later)
            }
        }
        (Fate::Delivered { .. }, _) => Some(Contrast::Lost),
        (_, Fate::Delivered { .. }) => Some(Contrast::Gained),
        (was, would) => (was != would).then_some(Contrast::Otherwise),
    }
}

/// The questions that are open in one world. An answer is one step's, and no other step's.
#[derive(Default)]
pub(super) struct Asked {
    questions: BTreeMap<Ticket, (MessageId, StepName)>,
    tickets: BTreeMap<MessageId, Ticket>,
}

impl Asked {
    /// A step is asked, perhaps after another.
    pub(super) fn ask(&mut self, ticket: Ticket, message: MessageId, step: &StepName) {
        if let Some(former) = self.tickets.insert(message, ticket) {
            self.questions.remove(&former);
        }
        self.questions.insert(ticket, (message, step.clone()));
    }

    /// A message came to its end, and nobody is asked about it any more.
    pub(super) fn end(&mut self, message: MessageId) {
        if let Some(ticket) = self.tickets.remove(&message) {
            self.questions.remove(&ticket);
        }
    }

    pub(super) fn question(&self, ticket: Ticket) -> Option<&(MessageId, StepName)> {
        self.questions.get(&ticket)
    }

    /// The question that this step was asked about a message.
    pub(super) fn ticket(&self, message: MessageId, step: &StepName) -> Option<Ticket> {
        let ticket = self.tickets.get(&message)?;
        self.questions.get(ticket).filter(|(_, asked)| asked == step).map(|_| *ticket)
    }
}
