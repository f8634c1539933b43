//! Held questions: messages about which the host is asked, until it answers or silence decides.
//!
//! What is done with a message that was asked about is not known here: a question leaves once, by
//! answer, deadline or removal, and takes its payload along.
//!
//! Invariants: `due` and `by_author` name exactly the questions of `held`; a ticket is never given
//! twice; while nothing is held, nothing is allocated.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    bounds,
    config::Asking,
    corrupt::Corrupt,
    id::{Ticket, UserId},
    output::Cause,
    refusal::Field,
    time::{Shift, Timestamp},
};

/// The open questions of one group.
#[derive(Clone, Debug)]
pub(crate) struct Review<T> {
    last: Ticket,
    open: Option<Box<Open<T>>>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Held<T> {
    /// Whose message it is about; `None` is the app's.
    pub(crate) author: Option<UserId>,
    /// Why it is asked.
    pub(crate) cause: Cause,
    /// When silence decides.
    pub(crate) expires: Timestamp,
    /// What is held.
    pub(crate) payload: T,
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
    by_author: BTreeMap<Option<UserId>, BTreeSet<Ticket>>,
}

impl<T> Review<T> {
    /// As many as a config may ever allow to be open.
    const MOST: usize = 65_536;

    /// Which limit another question about `author`'s messages would break, and what the limit is.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn full(&self, asking: &Asking, author: &Option<UserId>) -> Option<(Field, u64)> {
        let reached = |count: usize, limit: u32| count as u64 >= u64::from(limit);
        if reached(self.len(), asking.open) {
            return Some((Field::Questions, asking.open.into()));
        }
        if reached(self.count_of(author), asking.per_author) {
            return Some((Field::AuthorQuestions, asking.per_author.into()));
        }
        None
    }

    /// Opens a question. The caller has asked whether the review is [`full`](Self::full).
    pub(crate) fn open(&mut self, now: Timestamp, held: Held<T>) -> Ticket {
        // Cannot overflow: saved tickets are bounded, and from there one would ask for centuries.
        self.last = Ticket(self.last.0 + 1);
        let expires = held.expires.clamp(now.min(Timestamp::LAST), Timestamp::LAST);
        let open = self.open.get_or_insert_with(Box::default);
        open.insert(self.last, Held { expires, ..held });
        self.last
    }

    /// Takes an open question out.
    pub(crate) fn answer(&mut self, ticket: Ticket) -> Option<Held<T>> {
        let open = self.open.as_deref_mut()?;
        let held = open.remove(ticket)?;
        if open.held.is_empty() {
            self.open = None;
        }
        Some(held)
    }

    /// When silence decides next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.open.as_ref()?.due.first().map(|&(at, _)| at)
    }

    /// Takes out the question whose deadline is the earliest, if it has come; of several, the one
    /// that was asked first.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Ticket, Held<T>)> {
        let &(_, ticket) = self.open.as_ref()?.due.first().filter(|&&(at, _)| at <= now)?;
        self.answer(ticket).map(|held| (ticket, held))
    }

    /// Takes out the questions about one author's messages of which `goes` is true, in ticket order.
    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    pub(crate) fn remove_author(
        &mut self,
        author: &Option<UserId>,
        goes: impl Fn(&Held<T>) -> bool,
    ) -> Vec<(Ticket, Held<T>)> {
        let Some(open) = self.open.as_deref() else { return Vec::new() };
        let tickets = open.by_author.get(author).into_iter().flatten();
        let tickets = tickets.filter(|ticket| open.held.get(ticket).is_some_and(&goes));
        let tickets: Vec<Ticket> = tickets.copied().collect();
        self.remove_all(&tickets)
    }

    /// Takes out all questions of which `goes` is true, in ticket order.
    pub(crate) fn remove_where(
        &mut self,
        mut goes: impl FnMut(&Held<T>) -> bool,
    ) -> Vec<(Ticket, Held<T>)> {
        let going = self.iter().filter(|(_, held)| goes(held)).map(|(ticket, _)| ticket);
        let tickets: Vec<Ticket> = going.collect();
        self.remove_all(&tickets)
    }

    /// Takes out every question, in ticket order.
    pub(crate) fn drain_all(&mut self) -> Vec<(Ticket, Held<T>)> {
        self.open.take().map_or_else(Vec::new, |open| open.held.into_iter().collect())
    }

    /// Whether nothing was ever asked.
    pub(crate) fn is_new(&self) -> bool {
        self.last == Ticket(0) && self.open.is_none()
    }

    /// How many are open.
    pub(crate) fn len(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.held.len())
    }

    /// The open questions in ticket order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ticket, &Held<T>)> {
        let held = self.open.iter().flat_map(|open| &open.held);
        held.map(|(&ticket, held)| (ticket, held))
    }

    /// Moves every deadline with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        if let Some(open) = &mut self.open {
            open.due.clear();
            for (&ticket, held) in &mut open.held {
                shift.apply(&mut held.expires);
                open.due.insert((held.expires, ticket));
            }
        }
    }

    /// About the bytes on the heap, without what the payloads point to.
    pub(crate) fn heap_bytes(&self) -> usize {
        let question = size_of::<(Ticket, Held<T>)>()
            + size_of::<(Timestamp, Ticket)>()
            + size_of::<(Option<UserId>, BTreeSet<Ticket>, Ticket)>();
        // The nodes of the trees are between half full and full.
        self.open
            .as_ref()
            .map_or(0, |open| size_of::<Open<T>>() + open.held.len() * question * 3 / 2)
    }

    pub(crate) fn save(&self) -> Saved<T>
    where
        T: Clone,
    {
        let held = self.iter().map(|(ticket, held)| (ticket, held.clone())).collect();
        Saved { last: self.last, held }
    }

    /// A review that answers like the one that was saved.
    ///
    /// # Errors
    /// What does not hold together: no review saved this.
    pub(crate) fn restore(saved: Saved<T>) -> Result<Self, Corrupt> {
        let Saved { last, held } = saved;
        if last.0 > bounds::COUNTED {
            return Err(Corrupt("review: more questions than can be asked"));
        }
        if held.len() > Self::MOST {
            return Err(Corrupt("review: more open questions than any config allows"));
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
            review.open.get_or_insert_with(Box::default).insert(ticket, held);
            before = ticket;
        }
        Ok(review)
    }

    #[expect(clippy::ref_option, reason = "authors are kept as options, and looked up as they are")]
    fn count_of(&self, author: &Option<UserId>) -> usize {
        let open = self.open.as_ref();
        open.and_then(|open| open.by_author.get(author)).map_or(0, BTreeSet::len)
    }

    fn remove_all(&mut self, tickets: &[Ticket]) -> Vec<(Ticket, Held<T>)> {
        tickets.iter().filter_map(|&it| self.answer(it).map(|held| (it, held))).collect()
    }
}

impl<T> Default for Review<T> {
    fn default() -> Self {
        Self { last: Ticket(0), open: None }
    }
}

impl<T> Open<T> {
    fn insert(&mut self, ticket: Ticket, held: Held<T>) {
        self.due.insert((held.expires, ticket));
        self.by_author.entry(held.author.clone()).or_default().insert(ticket);
        self.held.insert(ticket, held);
    }

    fn remove(&mut self, ticket: Ticket) -> Option<Held<T>> {
        let held = self.held.remove(&ticket)?;
        self.due.remove(&(held.expires, ticket));
        if let Some(tickets) = self.by_author.get_mut(&held.author) {
            tickets.remove(&ticket);
            if tickets.is_empty() {
                self.by_author.remove(&held.author);
            }
        }
        Some(held)
    }
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self { held: BTreeMap::new(), due: BTreeSet::new(), by_author: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests;
