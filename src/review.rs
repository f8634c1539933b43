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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::GroupConfig;

    fn author(n: u8) -> Option<UserId> {
        (n > 0).then(|| UserId::new(&format!("u{n}")).unwrap())
    }

    fn held(n: u8, expires: u64, payload: u32) -> Held<u32> {
        let expires = Timestamp::from_millis(expires);
        Held { author: author(n), cause: Cause::Policy, expires, payload }
    }

    fn ms(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn asking(open: u32, per_author: u32) -> Asking {
        Asking { open, per_author, ..GroupConfig::livestream().settings().asking }
    }

    #[test]
    fn tickets_are_consecutive_and_never_given_again() {
        let mut review = Review::default();
        assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(1));
        assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(2));
        assert!(review.answer(Ticket(2)).is_some());
        assert!(review.answer(Ticket(2)).is_none(), "a second answer finds nothing");
        assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(3));
    }

    #[test]
    fn a_review_is_full_in_all_or_for_one_author() {
        let mut review = Review::default();
        let full = |review: &Review<u32>, n| review.full(&asking(3, 2), &author(n));
        review.open(ms(0), held(1, 5, 0));
        assert_eq!(full(&review, 1), None);
        review.open(ms(0), held(1, 5, 0));
        assert_eq!(full(&review, 1), Some((Field::AuthorQuestions, 2)));
        assert_eq!(full(&review, 2), None);
        review.open(ms(0), held(0, 5, 0));
        assert_eq!(full(&review, 1), Some((Field::Questions, 3)));
        review.answer(Ticket(1));
        assert_eq!(full(&review, 1), None);
        assert_eq!(
            Review::<u32>::default().full(&asking(0, 9), &None),
            Some((Field::Questions, 0))
        );
    }

    #[test]
    fn deadlines_come_earliest_first_and_ties_in_ticket_order() {
        let mut review = Review::default();
        for expires in [30, 10, 20, 10] {
            review.open(ms(0), held(1, expires, 0));
        }
        assert_eq!(review.next_deadline(), Some(ms(10)));
        assert!(review.take_due(ms(9)).is_none());
        let taken: Vec<u64> =
            std::iter::from_fn(|| review.take_due(ms(20))).map(|(ticket, _)| ticket.0).collect();
        assert_eq!(taken, [2, 4, 3]);
        assert_eq!(review.next_deadline(), Some(ms(30)));
    }

    #[test]
    fn an_empty_review_owns_nothing() {
        let mut review = Review::default();
        assert_eq!(review.heap_bytes(), 0);
        let ticket = review.open(ms(0), held(1, 5, 0));
        assert!(review.heap_bytes() > 0);
        review.answer(ticket);
        assert_eq!(review.heap_bytes(), 0);
    }

    #[test]
    fn a_deadline_at_the_end_of_time_moves_with_the_clock() {
        let mut review = Review::default();
        let wild = Timestamp::MAX.before(std::time::Duration::from_millis(5));
        let expires = Timestamp::MAX;
        review.open(wild, Held { expires, ..held(1, 0, 0) });
        review.shift(Shift::new(wild, ms(1_000)));
        assert!(review.next_deadline().is_some_and(|at| at < ms(1_006)));
        assert!(review.take_due(ms(1_005)).is_some());
    }

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let saved = |last, tickets: &[u64]| Saved {
            last: Ticket(last),
            held: tickets.iter().map(|&ticket| (Ticket(ticket), held(1, 5, 0))).collect(),
        };
        assert!(Review::restore(saved(9, &[1, 9])).is_ok());
        let many: Vec<u64> = (1..=65_536).collect();
        assert!(Review::restore(saved(70_000, &many)).is_ok());
        let too_many: Vec<u64> = (1..=65_537).collect();
        for broken in [
            saved(8, &[1, 9]),
            saved(9, &[2, 1]),
            saved(9, &[2, 2]),
            saved(9, &[0]),
            saved(u64::MAX, &[]),
            saved(70_000, &too_many),
            Saved {
                last: Ticket(1),
                held: vec![(Ticket(1), Held { expires: Timestamp::MAX, ..held(1, 0, 0) })],
            },
        ] {
            assert!(Review::restore(broken).is_err());
        }
    }

    /// The same, as a list in ticket order.
    #[derive(Default)]
    struct Model {
        last: u64,
        held: Vec<(Ticket, Held<u32>)>,
    }

    impl Model {
        fn take(
            &mut self,
            goes: impl Fn(&(Ticket, Held<u32>)) -> bool,
        ) -> Vec<(Ticket, Held<u32>)> {
            self.held.extract_if(.., |it| goes(it)).collect()
        }

        fn earliest(&self, now: Timestamp) -> Option<Ticket> {
            let due = self.held.iter().filter(|(_, held)| held.expires <= now);
            due.min_by_key(|(_, held)| held.expires).map(|&(ticket, _)| ticket)
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Open(u8, u64),
        Answer(u64),
        Due(u64),
        Author(u8),
        Where(u32),
        Shift(u64, u64),
        Drain,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0..4_u8, 0..50_u64).prop_map(|(n, expires)| Step::Open(n, expires)),
            2 => (0..20_u64).prop_map(Step::Answer),
            2 => (0..50_u64).prop_map(Step::Due),
            1 => (0..4_u8).prop_map(Step::Author),
            1 => (2..4_u32).prop_map(Step::Where),
            1 => (0..50_u64, 0..50_u64).prop_map(|(from, to)| Step::Shift(from, to)),
            1 => Just(Step::Drain),
        ]
    }

    proptest! {
        #[test]
        fn a_review_answers_like_a_list(steps in prop::collection::vec(step(), 0..60)) {
            let (mut review, mut model) = (Review::default(), Model::default());
            for (payload, step) in (0_u32..).zip(steps) {
                match step {
                    Step::Open(n, expires) => {
                        model.last += 1;
                        let ticket = review.open(ms(0), held(n, expires, payload));
                        prop_assert_eq!(ticket, Ticket(model.last));
                        model.held.push((ticket, held(n, expires, payload)));
                    }
                    Step::Answer(ticket) => {
                        let taken = model.take(|it| it.0 == Ticket(ticket)).pop();
                        prop_assert_eq!(review.answer(Ticket(ticket)), taken.map(|it| it.1));
                    }
                    Step::Due(now) => {
                        let due = model.earliest(ms(now));
                        let taken = model.take(|it| Some(it.0) == due).pop();
                        prop_assert_eq!(review.take_due(ms(now)), taken);
                    }
                    Step::Author(n) => {
                        let taken = model.take(|it| it.1.author == author(n));
                        prop_assert_eq!(review.remove_author(&author(n), |_| true), taken);
                    }
                    Step::Where(by) => {
                        let taken = model.take(|it| it.1.payload % by == 0);
                        prop_assert_eq!(review.remove_where(|held| held.payload % by == 0), taken);
                    }
                    Step::Shift(from, to) => {
                        let shift = Shift::new(ms(from), ms(to));
                        review.shift(shift);
                        model.held.iter_mut().for_each(|(_, held)| shift.apply(&mut held.expires));
                    }
                    Step::Drain => prop_assert_eq!(review.drain_all(), model.take(|_| true)),
                }
                let list: Vec<_> = review.iter().map(|(ticket, held)| (ticket, held.clone())).collect();
                prop_assert_eq!(&list, &model.held);
                prop_assert_eq!(review.len(), model.held.len());
                let earliest = model.held.iter().map(|it| it.1.expires).min();
                prop_assert_eq!(review.next_deadline(), earliest);
                for n in 0..4 {
                    let count = model.held.iter().filter(|it| it.1.author == author(n)).count();
                    prop_assert_eq!(review.count_of(&author(n)), count);
                }
                let saved = review.save();
                review = Review::restore(saved.clone()).unwrap();
                prop_assert_eq!(review.save(), saved);
            }
        }
    }
}
