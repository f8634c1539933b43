//! Everything that is held: messages about which somebody is asked, those that wait for a decision about
//! an earlier one of their author, and those that the staff alone have seen.
//!
//! What becomes of a held message is not known here: it leaves once, by answer, deadline, withdrawal or
//! removal, and takes its payload along.
//!
//! Invariants: `by_author` and `by_message` name exactly what is in `held`, and `due` what of it has
//! a time of its own, or waits for nothing any more; a ticket is never given twice; while nothing is
//! held, nothing is allocated.

#![expect(clippy::indexing_slicing, reason = "a ticket in an order is of a message that is held")]

mod chain;
#[cfg(test)]
mod tests;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::{Deserialize, Serialize};

pub(crate) use self::chain::{Doubt, escalates, held_anew, next};
use crate::{
    bounds,
    config::{Asking, Silence},
    corrupt::Corrupt,
    id::{MessageId, StepName, Ticket, UserId},
    output::{Cause, Hold},
    refusal::{Field, Refusal},
    space,
    time::{Shift, Timestamp},
};

/// What one group holds.
#[derive(Clone, Debug)]
pub(crate) struct Review<T> {
    last: Ticket,
    open: Option<Box<Open<T>>>,
}

/// One held message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Held<T> {
    /// Whose it is; `None` is the app's.
    pub(crate) author: Option<UserId>,
    /// Which it is.
    pub(crate) message: MessageId,
    /// For what it is held.
    pub(crate) stage: Stage,
    /// Since when, as it is told.
    pub(crate) since: Timestamp,
    /// Until when at the latest.
    pub(crate) expires: Timestamp,
    /// What is held.
    pub(crate) payload: T,
}

/// For what a message is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// A question about it is open.
    Asked { step: StepName, cause: Cause, silence: Silence, doubt: Doubt },
    /// It may go on once its author's earlier messages are decided.
    Ordered,
    /// The staff alone have seen it.
    Previewed,
}

impl Stage {
    /// The same, as it is told.
    pub(crate) fn hold(&self) -> Hold {
        match self {
            Self::Asked { step, cause, .. } => Hold::Question { step: step.clone(), cause: *cause },
            Self::Ordered => Hold::Order,
            Self::Previewed => Hold::Preview,
        }
    }
}

/// Everything that decides what a review does next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved<T> {
    last: Ticket,
    /// In ticket order.
    held: Vec<(Ticket, Held<T>)>,
}

#[derive(Clone, Debug)]
struct Open<T> {
    held: BTreeMap<Ticket, Held<T>>,
    due: BTreeSet<(Timestamp, Ticket)>,
    by_author: BTreeMap<Option<UserId>, BTreeSet<Place>>,
    by_message: BTreeMap<MessageId, Ticket>,
}

/// A message among those of its author: first what is not decided, or waits for that, in the order in
/// which they were accepted; then what is in preview.
type Place = (bool, MessageId, Ticket);

impl<T> Review<T> {
    /// As many as a config may ever allow to be open.
    const MOST: usize = 65_536;

    /// Refuses another held message of `author`'s where it would break a limit.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn check_room(
        &self,
        asking: &Asking,
        author: &Option<UserId>,
    ) -> Result<(), Refusal> {
        let reached = |count: usize, limit: u32| count as u64 >= u64::from(limit);
        if reached(self.len(), asking.open) {
            // What nothing holds any more goes on at once.
            let mut due = self.open.iter().flat_map(|open| &open.due);
            let until = due.find(|(at, _)| *at != NOW).map(|(at, _)| *at);
            let (field, limit) = (Field::Questions, asking.open.into());
            return Err(Refusal::HeldFull { field, limit, until });
        }
        if reached(self.count_of(author), asking.per_author) {
            let until = self.of(author).filter_map(Held::deadline).min();
            let (field, limit) = (Field::AuthorQuestions, asking.per_author.into());
            return Err(Refusal::HeldFull { field, limit, until });
        }
        Ok(())
    }

    /// Holds a message, which is not held. The caller has [checked](Self::check_room) that
    /// there is room.
    pub(crate) fn open(&mut self, now: Timestamp, held: Held<T>) -> Ticket {
        // Cannot overflow: saved tickets are bounded, and from there one would ask for centuries.
        self.last = Ticket(self.last.0 + 1);
        let expires = held.expires.clamp(now.min(Timestamp::LAST), Timestamp::LAST);
        let open = self.open.get_or_insert_with(Box::default);
        open.insert(self.last, Held { expires, ..held });
        self.last
    }

    /// The held message with this ticket.
    pub(crate) fn get(&self, ticket: Ticket) -> Option<&Held<T>> {
        self.open.as_ref()?.held.get(&ticket)
    }

    /// The ticket under which a message is held.
    pub(crate) fn ticket_of(&self, message: MessageId) -> Option<Ticket> {
        self.open.as_ref()?.by_message.get(&message).copied()
    }

    /// Until when at the latest all is decided that one author sent before `message`; `None` if it is.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn undecided_before(
        &self,
        author: &Option<UserId>,
        message: MessageId,
    ) -> Option<Timestamp> {
        let open = self.open.as_ref()?;
        let places = open.by_author.get(author)?.range(..(false, message, Ticket(0)));
        places.map(|(.., ticket)| open.held[ticket].expires).max()
    }

    /// What waits for a decision about this message waits longer, because another is asked about it.
    /// Returns which messages do, and until when.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn prolong(
        &mut self,
        author: &Option<UserId>,
        message: MessageId,
        expires: Timestamp,
    ) -> Vec<(MessageId, Timestamp)> {
        let Some(open) = self.open.as_deref_mut() else { return Vec::new() };
        let first = (Bound::Excluded((false, message, Ticket(u64::MAX))), Bound::Unbounded);
        let places = open.by_author.get(author).into_iter().flat_map(|all| all.range(first));
        let mut longer = Vec::new();
        for &(previewed, id, ticket) in places {
            let Some(held) = open.held.get_mut(&ticket) else { continue };
            if !previewed && held.stage == Stage::Ordered && held.expires < expires {
                held.expires = expires;
                longer.push((id, expires));
            }
        }
        longer
    }

    /// Nothing waits for an earlier message any more: all that does is due.
    pub(crate) fn end_order(&mut self) {
        if let Some(open) = self.open.as_deref_mut() {
            let waits = open.held.iter().filter(|(_, held)| held.stage == Stage::Ordered);
            open.due.extend(waits.map(|(&ticket, _)| (NOW, ticket)));
        }
    }

    /// No preview ends later than `latest`.
    pub(crate) fn end_previews_by(&mut self, latest: Timestamp) {
        let Some(open) = self.open.as_deref_mut() else { return };
        for (&ticket, held) in &mut open.held {
            if held.stage == Stage::Previewed && held.expires > latest {
                open.due.remove(&(held.expires, ticket));
                held.expires = latest;
                open.due.insert((latest, ticket));
            }
        }
    }

    /// Takes a held message out.
    pub(crate) fn take(&mut self, ticket: Ticket) -> Option<Held<T>> {
        let open = self.open.as_deref_mut()?;
        let held = open.remove(ticket)?;
        if open.held.is_empty() {
            self.open = None;
        }
        Some(held)
    }

    /// When something is to go on next; at the beginning of time, if nothing holds it any more.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.open.as_ref()?.due.first().map(|&(at, _)| at)
    }

    /// Takes out what is to go on first, if its time has come; of several, what was held first.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Ticket, Held<T>)> {
        let &(_, ticket) = self.open.as_ref()?.due.first().filter(|&&(at, _)| at <= now)?;
        self.take(ticket).map(|held| (ticket, held))
    }

    /// Takes out what is held of one author and `goes`, in ticket order.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn remove_author(
        &mut self,
        author: &Option<UserId>,
        goes: impl Fn(&Held<T>) -> bool,
    ) -> Vec<(Ticket, Held<T>)> {
        let Some(open) = self.open.as_deref() else { return Vec::new() };
        let tickets = open.by_author.get(author).into_iter().flatten().map(|&(.., ticket)| ticket);
        let tickets = tickets.filter(|ticket| open.held.get(ticket).is_some_and(&goes));
        let mut tickets: Vec<Ticket> = tickets.collect();
        tickets.sort_unstable();
        self.remove_all(&tickets)
    }

    /// Takes out everything that `goes`, in ticket order.
    pub(crate) fn remove_where(
        &mut self,
        mut goes: impl FnMut(&Held<T>) -> bool,
    ) -> Vec<(Ticket, Held<T>)> {
        let going = self.iter().filter(|(_, held)| goes(held)).map(|(ticket, _)| ticket);
        let tickets: Vec<Ticket> = going.collect();
        self.remove_all(&tickets)
    }

    /// Takes out everything, in ticket order.
    pub(crate) fn drain_all(&mut self) -> Vec<(Ticket, Held<T>)> {
        self.open.take().map_or_else(Vec::new, |open| open.held.into_iter().collect())
    }

    /// Whether nothing was ever held.
    pub(crate) fn is_new(&self) -> bool {
        self.last == Ticket(0) && self.open.is_none()
    }

    /// How many are held.
    pub(crate) fn len(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.held.len())
    }

    /// What is held, in ticket order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ticket, &Held<T>)> {
        self.iter_after(Ticket(0))
    }

    /// What is held, in ticket order, from behind a ticket on.
    pub(crate) fn iter_after(&self, after: Ticket) -> impl Iterator<Item = (Ticket, &Held<T>)> {
        let range = (Bound::Excluded(after), Bound::Unbounded);
        let held = self.open.iter().flat_map(move |open| open.held.range(range));
        held.map(|(&ticket, held)| (ticket, held))
    }

    /// Moves every deadline with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(Open { held, due, .. }) = self.open.as_deref_mut() {
            // What waits for nothing any more stays due.
            due.retain(|(_, ticket)| held.get(ticket).is_some_and(|it| it.deadline().is_none()));
            for (&ticket, held) in held {
                shift.apply(&mut held.expires);
                due.extend(held.deadline().map(|at| (at, ticket)));
            }
        }
    }

    /// About the bytes on the heap, without what the payloads point to.
    pub(crate) fn heap_bytes(&self) -> usize {
        let question = size_of::<(Ticket, Held<T>)>()
            + size_of::<(Timestamp, Ticket)>()
            + size_of::<(Option<UserId>, BTreeSet<Place>, Place)>()
            + size_of::<(MessageId, Ticket)>();
        // The nodes of the trees are between half full and full.
        self.open
            .as_ref()
            .map_or(0, |open| size_of::<Open<T>>() + open.held.len() * question * 3 / 2)
    }

    /// The most that so many held messages take, without what the payloads point to.
    pub(crate) fn most_bytes(held: u64) -> u64 {
        // Each by an author of their own.
        let places = space::tree::<Place>(1);
        space::size::<Open<T>>()
            + space::tree::<(Ticket, Held<T>)>(held)
            + space::tree::<(Timestamp, Ticket)>(held)
            + space::tree::<(Option<UserId>, BTreeSet<Place>)>(held)
            + space::tree::<(MessageId, Ticket)>(held)
            + held * (places + UserId::MOST_BESIDE)
    }

    pub(crate) fn save(&self) -> Saved<T>
    where
        T: Clone,
    {
        let held = self.iter().map(|(ticket, held)| (ticket, held.clone())).collect();
        Saved { last: self.last, held }
    }

    /// A review that answers like the one that was saved, where the config asks for `in_order`.
    ///
    /// # Errors
    /// What does not hold together: no review saved this.
    pub(crate) fn restore(saved: Saved<T>, in_order: bool) -> Result<Self, Corrupt> {
        let Saved { last, held } = saved;
        if last.0 > bounds::COUNTED {
            return Err(Corrupt("review: more questions than can be asked"));
        }
        if held.len() > Self::MOST {
            return Err(Corrupt("review: more held messages than any config allows"));
        }
        let mut review = Self { last, open: None };
        let mut before = Ticket(0);
        for (ticket, held) in held {
            if ticket <= before || ticket > last {
                return Err(Corrupt("review: a ticket out of order"));
            }
            if held.expires > Timestamp::LAST {
                return Err(Corrupt("review: a question that never expires"));
            }
            if review.ticket_of(held.message).is_some() {
                return Err(Corrupt("review: a message that is held twice"));
            }
            review.open.get_or_insert_with(Box::default).insert(ticket, held);
            before = ticket;
        }
        if !in_order {
            review.end_order();
        }
        Ok(review)
    }

    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    fn count_of(&self, author: &Option<UserId>) -> usize {
        let open = self.open.as_ref();
        open.and_then(|open| open.by_author.get(author)).map_or(0, BTreeSet::len)
    }

    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    fn of(&self, author: &Option<UserId>) -> impl Iterator<Item = &Held<T>> {
        self.open.iter().flat_map(move |open| {
            let places = open.by_author.get(author).into_iter().flatten();
            places.filter_map(|(.., ticket)| open.held.get(ticket))
        })
    }

    fn remove_all(&mut self, tickets: &[Ticket]) -> Vec<(Ticket, Held<T>)> {
        tickets.iter().filter_map(|&it| self.take(it).map(|held| (it, held))).collect()
    }
}

impl<T> Default for Review<T> {
    fn default() -> Self {
        Self { last: Ticket(0), open: None }
    }
}

/// When goes on what nothing holds any more: it is overdue.
const NOW: Timestamp = Timestamp::ZERO;

impl<T> Held<T> {
    /// Its place among those of its author.
    fn place(&self, ticket: Ticket) -> Place {
        (self.stage == Stage::Previewed, self.message, ticket)
    }

    /// When it goes on by itself.
    fn deadline(&self) -> Option<Timestamp> {
        (self.stage != Stage::Ordered).then_some(self.expires)
    }
}

impl<T> Open<T> {
    fn insert(&mut self, ticket: Ticket, held: Held<T>) {
        self.due.extend(held.deadline().map(|at| (at, ticket)));
        let place = held.place(ticket);
        let places = self.by_author.entry(held.author.clone()).or_default();
        self.by_message.insert(held.message, ticket);
        // What waited for this one waits again, now that another step is asked about it.
        let overtaken = places.first().is_some_and(|first| place < *first);
        if let Some(ready) = Self::ready(&self.held, places).filter(|_| overtaken) {
            self.due.remove(&(NOW, ready));
        }
        self.held.insert(ticket, held);
        places.insert(place);
        let ready = Self::ready(&self.held, places);
        self.due.extend(ready.map(|ticket| (NOW, ticket)));
    }

    fn remove(&mut self, ticket: Ticket) -> Option<Held<T>> {
        let held = self.held.remove(&ticket)?;
        self.due.remove(&(held.deadline().unwrap_or(NOW), ticket));
        self.by_message.remove(&held.message);
        if let Some(places) = self.by_author.get_mut(&held.author) {
            places.remove(&held.place(ticket));
            let ready = Self::ready(&self.held, places);
            self.due.extend(ready.map(|ticket| (NOW, ticket)));
            if places.is_empty() {
                self.by_author.remove(&held.author);
            }
        }
        Some(held)
    }

    /// The first of an author's messages, if it waits for none before it any more.
    fn ready(held: &BTreeMap<Ticket, Held<T>>, places: &BTreeSet<Place>) -> Option<Ticket> {
        let &(.., ticket) = places.first()?;
        (held.get(&ticket)?.stage == Stage::Ordered).then_some(ticket)
    }
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self {
            held: BTreeMap::new(),
            due: BTreeSet::new(),
            by_author: BTreeMap::new(),
            by_message: BTreeMap::new(),
        }
    }
}
