//! The account of every message: the equations of conservation, by number and by reason.

#![expect(
    clippy::indexing_slicing,
    reason = "each line of the account has a place among those of its sort"
)]

use std::{collections::BTreeMap, mem::size_of_val};

use serde::{Deserialize, Serialize};

use crate::{
    message::{Class, PerClass, PerPriority, Priority},
    outcome::{Discard, Outcome, Rejection},
};

/// What became of all messages offered to a group.
///
/// `offered = refused + accepted`, and `accepted = delivered + rejected + discarded + waiting + held`,
/// for each priority and so in sum. A duplicate is not offered again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Messages that were turned away, by [`Refusal::code`](crate::Refusal::code).
    pub refused: BTreeMap<u16, u64>,
    /// Messages that were accepted, and what became of them.
    pub flow: PerPriority<Flow>,
    /// Entries appended to the log, by class.
    pub appended: PerClass<u64>,
    /// Entries that the log no longer keeps, by class.
    pub evicted: PerClass<u64>,
}

impl Stats {
    /// Messages offered: refused and accepted.
    pub fn offered(&self) -> u64 {
        self.refused() + self.accepted()
    }

    /// Entries that the log keeps, by class; at most [`Retention::quota`](crate::Retention::quota).
    pub fn kept(&self) -> PerClass<u64> {
        PerClass(Class::ALL.map(|class| self.appended[class].saturating_sub(self.evicted[class])))
    }

    /// Messages refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Messages accepted, of all priorities.
    pub fn accepted(&self) -> u64 {
        self.flow.0.iter().map(|flow| flow.accepted).sum()
    }
}

/// What became of the accepted messages of one priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// Given an id.
    pub accepted: u64,
    /// In a log entry.
    pub delivered: u64,
    /// Turned away by filter or decision: by the filter, by the host, by silence, by a house rule.
    pub rejected: [u64; 4],
    /// Lost to a limit or an act of the staff, in the order of [`Discard::ALL`].
    pub discarded: [u64; Discard::ALL.len()],
    /// In a lane now, or waiting to share an entry.
    pub waiting: u64,
    /// Held for a decision now.
    pub held: u64,
}

impl Flow {
    /// Whether every accepted message is accounted for.
    pub fn balances(&self) -> bool {
        let ended = self.rejected.iter().chain(&self.discarded);
        let open = [self.delivered, self.waiting, self.held];
        let mut all = open.iter().chain(ended);
        // More than can be counted, as only a hostile snapshot has it, is no balance.
        let sum = all.try_fold(0_u64, |sum, count| sum.checked_add(*count));
        sum == Some(self.accepted)
    }
}

/// One number of a [`Flow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line(u8);

impl Line {
    pub(crate) const ACCEPTED: Self = Self(0);
    const DELIVERED: Self = Self(1);
    const REJECTED: Self = Self(2);
    const DISCARDED: Self = Self(6);
    pub(crate) const WAITING: Self = Self(Self::DISCARDED.0 + Self::REASONS);
    pub(crate) const HELD: Self = Self(Self::WAITING.0 + 1);
    const COUNT: u8 = Self::HELD.0 + 1;
    /// Reasons to discard a message.
    const REASONS: u8 = Discard::ALL[Discard::ALL.len() - 1] as u8 + 1;

    /// Where a message is counted that came to its end.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Delivered { .. } => Self::DELIVERED,
            Outcome::Rejected(Rejection::Filter { .. }) => Self::REJECTED,
            Outcome::Rejected(Rejection::Decision { .. }) => Self(Self::REJECTED.0 + 1),
            Outcome::Rejected(Rejection::Silence) => Self(Self::REJECTED.0 + 2),
            Outcome::Rejected(Rejection::Rule { .. }) => Self(Self::REJECTED.0 + 3),
            Outcome::Discarded(reason) => Self(Self::DISCARDED.0 + *reason as u8),
        }
    }

    /// The number in a flow.
    fn in_flow(self, flow: &mut Flow) -> &mut u64 {
        let Flow { accepted, delivered, rejected, discarded, waiting, held } = flow;
        match self {
            Self::ACCEPTED => accepted,
            Self::DELIVERED => delivered,
            Self::WAITING => waiting,
            Self::HELD => held,
            Self(line) if line < Self::DISCARDED.0 => {
                &mut rejected[usize::from(line - Self::REJECTED.0)]
            }
            Self(line) => &mut discarded[usize::from(line - Self::DISCARDED.0)],
        }
    }
}

/// What became of a group's accepted messages, as it is kept: of the 68 numbers most groups need four.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account(Box<[Counted]>);

#[derive(Clone, Copy, Debug)]
struct Counted {
    priority: Priority,
    line: Line,
    count: u64,
}

impl Account {
    /// How many messages were accepted.
    pub(crate) fn accepted(&self) -> u64 {
        let accepted = self.0.iter().filter(|counted| counted.line == Line::ACCEPTED);
        accepted.map(|counted| counted.count).sum()
    }

    pub(crate) fn add(&mut self, priority: Priority, line: Line) {
        *self.number(priority, line) += 1;
    }

    pub(crate) fn subtract(&mut self, priority: Priority, line: Line) {
        *self.number(priority, line) -= 1;
    }

    pub(crate) fn flow(&self) -> PerPriority<Flow> {
        let mut flow = PerPriority::<Flow>::default();
        for Counted { priority, line, count } in &self.0 {
            *line.in_flow(&mut flow[*priority]) = *count;
        }
        flow
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }

    fn number(&mut self, priority: Priority, line: Line) -> &mut u64 {
        let known = self.0.iter().position(|it| (it.priority, it.line) == (priority, line));
        let place = known.unwrap_or_else(|| {
            // Rare: one more kind of end than there ever was. Room for it alone is made.
            let mut counts = std::mem::take(&mut self.0).into_vec();
            counts.reserve_exact(1);
            counts.push(Counted { priority, line, count: 0 });
            self.0 = counts.into_boxed_slice();
            self.0.len() - 1
        });
        &mut self.0[place].count
    }
}

impl From<PerPriority<Flow>> for Account {
    fn from(mut flow: PerPriority<Flow>) -> Self {
        let lines = Priority::ALL
            .into_iter()
            .flat_map(|priority| (0..Line::COUNT).map(move |line| (priority, Line(line))));
        let counted = lines.filter_map(|(priority, line)| {
            let count = *line.in_flow(&mut flow[priority]);
            (count > 0).then_some(Counted { priority, line, count })
        });
        Self(counted.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::Seq, time::Timestamp};

    /// A flow in which every number is another.
    fn full() -> PerPriority<Flow> {
        let mut number = 0;
        let mut next = || {
            number += 1;
            number
        };
        PerPriority(Priority::ALL.map(|_| Flow {
            accepted: next(),
            delivered: next(),
            rejected: [(); 4].map(|()| next()),
            discarded: [(); Discard::ALL.len()].map(|()| next()),
            waiting: next(),
            held: next(),
        }))
    }

    #[test]
    fn an_account_gives_every_number_back() {
        let full = full();
        let account = Account::from(full);
        assert_eq!(account.flow(), full);
        assert_eq!(account.accepted(), full.0.iter().map(|flow| flow.accepted).sum::<u64>());
        assert_eq!(Account::from(PerPriority::default()).heap_bytes(), 0);
    }

    #[test]
    fn each_end_is_counted_in_a_line_of_its_own() {
        let ends = [
            Outcome::Delivered { seq: Seq(1), at: Timestamp::ZERO },
            Outcome::Rejected(Rejection::Silence),
            Outcome::Rejected(Rejection::Rule { rule: 0 }),
        ];
        let discards = Discard::ALL.map(Outcome::Discarded);
        for outcome in ends.into_iter().chain(discards) {
            let mut account = Account::default();
            account.add(Priority::Low, Line::ACCEPTED);
            account.add(Priority::Low, Line::HELD);
            account.subtract(Priority::Low, Line::HELD);
            account.add(Priority::Low, Line::of(&outcome));
            let flow = account.flow()[Priority::Low];
            assert!(flow.balances(), "{outcome:?}");
            match outcome {
                Outcome::Delivered { .. } => assert_eq!(flow.delivered, 1),
                Outcome::Rejected(Rejection::Rule { .. }) => {
                    assert_eq!(flow.rejected, [0, 0, 0, 1])
                }
                Outcome::Rejected(_) => assert_eq!(flow.rejected, [0, 0, 1, 0]),
                Outcome::Discarded(reason) => assert_eq!(flow.discarded[reason as usize], 1),
            }
        }
    }
}
