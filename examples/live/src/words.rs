//! Which words a room's filter looks for, now and a little earlier.
//!
//! The engine says which term of its list a message met; this knows what that term was called, also for
//! messages that were judged before the list was changed.

use std::{collections::VecDeque, sync::Arc};

use liveroom::{
    FilterId, Timestamp,
    filter::{Filter, FilterError, FilterSpec},
};

/// What is listed when the host starts. The page's README tells the visitor.
pub(crate) const FIRST: &str = include_str!("words.txt");

/// Lists remembered, the one in force among them: as many as a group keeps filters.
const REMEMBERED: usize = 5;

/// A word list, ready to be put in force.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) filter: Arc<Filter>,
    pub(crate) list: Box<FilterSpec>,
    /// As it was written.
    pub(crate) text: Box<str>,
}

impl Compiled {
    /// Reads a list in the filter's plain text. It takes microseconds a term: not where messages wait.
    pub(crate) fn read(text: &str) -> Result<Self, FilterError> {
        let list = Box::new(FilterSpec::parse(text)?);
        let filter = Arc::new(list.compile()?);
        Ok(Self { filter, list, text: text.into() })
    }

    pub(crate) fn terms(&self) -> usize {
        self.filter.terms().len()
    }

    /// What a term is called.
    pub(crate) fn term(&self, number: u32) -> Option<&str> {
        self.filter.term(number).map(|term| term.text)
    }
}

/// The lists of one room.
#[derive(Debug, Default)]
pub(crate) struct Words(VecDeque<List>);

#[derive(Debug)]
struct List {
    since: Timestamp,
    compiled: Compiled,
}

impl Words {
    /// A list is in force from now on.
    pub(crate) fn put_in_force(&mut self, now: Timestamp, compiled: Compiled) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(List { since: now, compiled });
    }

    /// The filter in force.
    pub(crate) fn filter(&self) -> Option<FilterId> {
        self.0.back().map(|list| list.compiled.filter.id())
    }

    /// The same itself.
    pub(crate) fn in_force(&self) -> Option<Arc<Filter>> {
        self.0.back().map(|list| list.compiled.filter.clone())
    }

    /// How many terms are listed now.
    pub(crate) fn terms(&self) -> usize {
        self.0.back().map_or(0, |list| list.compiled.terms())
    }

    /// The list in force, as it was written.
    pub(crate) fn text(&self) -> &str {
        self.0.back().map_or("", |list| &list.compiled.text)
    }

    /// What a term was called when a message accepted at `at` was judged.
    pub(crate) fn word(&self, at: Timestamp, term: u32) -> Option<&str> {
        let list = self.0.iter().rev().find(|list| list.since <= at)?;
        list.compiled.term(term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_called_as_it_was_when_the_message_was_judged() {
        let mut words = Words::default();
        for (at, text) in [(10, "[abuse]\nold\nolder"), (20, "[abuse]\nnew")] {
            words.put_in_force(Timestamp::from_secs(at), Compiled::read(text).unwrap());
        }
        let word = |at, term| words.word(Timestamp::from_secs(at), term);
        assert_eq!((word(15, 0), word(15, 1)), (Some("old"), Some("older")));
        assert_eq!((word(20, 0), word(20, 1), word(5, 0)), (Some("new"), None, None));
        assert_eq!((words.terms(), words.text()), (1, "[abuse]\nnew"));
    }

    #[test]
    fn only_the_last_few_lists_are_remembered() {
        let mut words = Words::default();
        for at in 1..=9 {
            words.put_in_force(Timestamp::from_secs(at), Compiled::read("word").unwrap());
        }
        assert_eq!(words.0.len(), REMEMBERED);
        assert_eq!(words.word(Timestamp::from_secs(4), 0), None);
    }
}
