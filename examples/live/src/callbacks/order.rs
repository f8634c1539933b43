//! Answers, given to groups in the order of their questions.
//!
//! Many questions are open at once, and answered in any order; but of two messages the one that was sent first is
//! to be delivered first. So an answer waits here for those of the questions before it. It waits no longer than a
//! question may: whatever becomes of one, it is settled by its deadline. Bound: one place for each open question.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use liveroom::HubKey;

/// The place of a question among those of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u64);

/// The open questions of every group, in their order.
#[derive(Debug)]
pub(super) struct Answers<T>(Mutex<BTreeMap<HubKey, Open<T>>>);

/// Those of one group.
///
/// Invariant: unless its answers are being given, the first is not settled, and there is one.
#[derive(Debug)]
struct Open<T> {
    /// The place of the first.
    first: u64,
    questions: VecDeque<Question<T>>,
    /// Whether somebody gives answers, to whom those that come meanwhile are left.
    giving: bool,
}

#[derive(Debug)]
enum Question<T> {
    Open,
    /// With what the group is told, if anything.
    Settled(Option<T>),
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self { first: 0, questions: VecDeque::new(), giving: false }
    }
}

impl<T> Open<T> {
    /// Takes the answers that wait for no other any more.
    fn ready(&mut self) -> Vec<Option<T>> {
        let mut ready = Vec::new();
        while let Some(Question::Settled(answer)) = self.questions.front_mut() {
            ready.push(answer.take());
            self.questions.pop_front();
            self.first += 1;
        }
        ready
    }
}

impl<T> Answers<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    /// A question is asked, after all that were asked for the group before.
    pub(super) fn ask(&self, group: HubKey) -> Place {
        let mut groups = self.groups();
        let open = groups.entry(group).or_default();
        open.questions.push_back(Question::Open);
        Place(open.first + open.questions.len() as u64 - 1)
    }

    /// A question is settled, for good. Gives the group whatever waits for no other any more.
    pub(super) fn settle(
        &self,
        group: HubKey,
        Place(place): Place,
        answer: Option<T>,
        give: impl Fn(T),
    ) {
        let mut groups = self.groups();
        let Some(open) = groups.get_mut(&group) else { return };
        let at = place.checked_sub(open.first).and_then(|at| usize::try_from(at).ok());
        if let Some(question) = at.and_then(|at| open.questions.get_mut(at)) {
            *question = Question::Settled(answer);
        }
        if std::mem::replace(&mut open.giving, true) {
            return;
        }
        // One at a time gives, and nobody is kept from asking meanwhile.
        while let Some(open) = groups.get_mut(&group) {
            let ready = open.ready();
            if ready.is_empty() {
                open.giving = false;
                if open.questions.is_empty() {
                    groups.remove(&group);
                }
                return;
            }
            drop(groups);
            ready.into_iter().flatten().for_each(&give);
            groups = self.groups();
        }
    }

    fn groups(&self) -> MutexGuard<'_, BTreeMap<HubKey, Open<T>>> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{house::House, options::Options};

    fn groups() -> [HubKey; 2] {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        [0, 1].map(|room| house.rooms[room].key)
    }

    #[test]
    fn an_answer_waits_for_those_before_it_in_its_group_alone() {
        let ([one, other], answers) = (groups(), Answers::new());
        let given = RefCell::new(Vec::new());
        let settle = |group, place, answer| {
            answers.settle(group, place, answer, |it: &str| given.borrow_mut().push(it));
        };
        let [first, second, third] = [0; 3].map(|_| answers.ask(one));
        let elsewhere = answers.ask(other);
        settle(one, third, Some("3"));
        settle(one, second, None);
        assert!(given.borrow().is_empty());
        settle(other, elsewhere, Some("elsewhere"));
        let fourth = answers.ask(one);
        settle(one, first, Some("1"));
        assert_eq!(given.take(), ["elsewhere", "1", "3"], "of one that has none nothing is told");
        settle(one, fourth, Some("4"));
        assert_eq!(given.take(), ["4"]);
        assert!(answers.groups().is_empty(), "what is settled leaves nothing behind");
    }

    #[test]
    fn what_is_asked_and_settled_while_answers_are_given_comes_after_them() {
        let ([group, _], answers) = (groups(), Answers::new());
        let given = RefCell::new(Vec::new());
        let [first, second] = [0; 2].map(|_| answers.ask(group));
        answers.settle(group, first, Some(1), |answer| {
            if answer == 1 {
                let third = answers.ask(group);
                for (place, answer) in [(third, 3), (second, 2)] {
                    answers.settle(group, place, Some(answer), |_| unreachable!("one gives"));
                }
            }
            given.borrow_mut().push(answer);
        });
        // A place that is settled already is nobody's.
        answers.settle(group, second, Some(9), |_| unreachable!());
        assert_eq!(given.take(), [1, 2, 3]);
        assert!(answers.groups().is_empty());
    }
}
