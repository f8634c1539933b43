//! What differs between what was and what would have been, as plain data.

#![expect(
    clippy::indexing_slicing,
    reason = "a contrast, a step and a reason have a place of their own"
)]

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    id::{MessageId, UserId},
    message::{Kind, PerPriority, Priority},
    outcome::{Discard, Outcome, Rejection},
    time::Timestamp,
};

/// How a stretch of a journal would have gone under another config.
///
/// What was refused then is in no journal: whether the other config would have accepted it is not known,
/// and it is in none of these numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// What became of the messages as it was, by priority.
    pub was: PerPriority<Fates>,
    /// What would have become of the same messages.
    pub would: PerPriority<Fates>,
    /// How many messages differ, and how, in the order of [`Contrast::ALL`].
    pub contrasts: [u64; Contrast::ALL.len()],
    /// Messages that differ, in their order: at most [`Difference::SHOWN`], and those before others
    /// that would merely have been delivered at another time.
    pub differing: Vec<Differing>,
    /// Commands accepted then that would have been refused, messages among them, by
    /// [`Refusal::code`](crate::Refusal::code).
    pub refused: BTreeMap<u16, u64>,
    /// Answers left out, because the message that they are about would not have been held.
    pub answers_skipped: u64,
    /// Recalls and withdrawals left out, because the message would not have been accepted, or was accepted more than
    /// 65,536 messages earlier.
    pub recalls_skipped: u64,
}

impl Difference {
    /// The most messages that are shown one by one.
    pub const SHOWN: usize = 500;

    /// Whether everything would have gone as it did.
    pub fn is_empty(&self) -> bool {
        self.was == self.would
            && self.contrasts.iter().all(|count| *count == 0)
            && self.refused.is_empty()
            && self.answers_skipped == 0
            && self.recalls_skipped == 0
    }

    /// How many messages differ in this way.
    pub fn count(&self, contrast: Contrast) -> u64 {
        self.contrasts[contrast as usize]
    }
}

/// What became of messages, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fates {
    /// In the history.
    pub delivered: u64,
    /// Of these, otherwise than they were sent.
    pub altered: u64,
    /// From when they were accepted until they were delivered, in sum.
    pub delay: Duration,
    /// In the order of [`RejectedBy::ALL`].
    pub rejected: [u64; RejectedBy::ALL.len()],
    /// In the order of [`Discard::ALL`].
    pub discarded: [u64; Discard::ALL.len()],
    /// Not even accepted.
    pub refused: u64,
    /// Waiting or held when the stretch ended.
    pub open: u64,
}

impl Fates {
    /// How many messages there are.
    pub fn messages(&self) -> u64 {
        let Self { delivered, altered: _, delay: _, rejected, discarded, refused, open } = self;
        delivered + refused + open + rejected.iter().chain(discarded).sum::<u64>()
    }

    pub(super) fn add(&mut self, accepted: Timestamp, fate: &Fate) {
        match fate {
            Fate::Delivered { at, altered } => {
                self.delivered += 1;
                self.altered += u64::from(*altered);
                self.delay = self.delay.saturating_add(at.since(accepted));
            }
            Fate::Rejected(by) => self.rejected[*by as usize] += 1,
            Fate::Discarded(reason) => self.discarded[*reason as usize] += 1,
            Fate::Refused { .. } => self.refused += 1,
            Fate::Open => self.open += 1,
        }
    }
}

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fate {
    /// In the history.
    Delivered {
        /// When.
        at: Timestamp,
        /// Whether otherwise than it was sent: masked by the filter, or replaced by a decision.
        altered: bool,
    },
    /// Turned away by filter or decision.
    Rejected(RejectedBy),
    /// Lost to a limit, to an act of the staff, or to a decision.
    Discarded(Discard),
    /// Not accepted.
    Refused {
        /// By [`Refusal::code`](crate::Refusal::code); 0 if it would have been taken for a duplicate.
        code: u16,
    },
    /// Waiting or held when the stretch ended.
    Open,
}

impl Fate {
    /// What an outcome is, of a message that is `altered` or not.
    pub(super) fn of(outcome: &Outcome, altered: bool) -> Self {
        match outcome {
            Outcome::Delivered { at, .. } => Self::Delivered { at: *at, altered },
            Outcome::Discarded(reason) => Self::Discarded(*reason),
            Outcome::Rejected(rejection) => Self::Rejected(match rejection {
                Rejection::Filter { .. } => RejectedBy::Filter,
                Rejection::Rule { .. } => RejectedBy::Rule,
                Rejection::Decision { .. } => RejectedBy::Decision,
                Rejection::Silence => RejectedBy::Silence,
            }),
        }
    }
}

/// By what a message was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RejectedBy {
    /// By the content filter.
    Filter,
    /// By the host's decision.
    Decision,
    /// Nobody decided in time.
    Silence,
    /// By a house rule for texts.
    Rule,
}

impl RejectedBy {
    /// Each, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Filter, Self::Decision, Self::Silence, Self::Rule];
}

/// How a message differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Contrast {
    /// It would have been delivered, and was not.
    Gained,
    /// It was delivered, and would not have been.
    Lost,
    /// It would have been delivered with other content.
    Altered,
    /// It would have been delivered earlier.
    Earlier,
    /// It would have been delivered later.
    Later,
    /// It was not delivered, nor would have been, for another reason.
    Otherwise,
}

impl Contrast {
    /// Every way, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Gained, Self::Lost, Self::Altered, Self::Earlier, Self::Later, Self::Otherwise];

    /// Whether only the time is another.
    pub fn is_timing(self) -> bool {
        matches!(self, Self::Earlier | Self::Later)
    }
}

/// A message that would have come to something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Differing {
    /// Which, by the number that it got.
    pub message: MessageId,
    /// Who sent it; `None` for the app.
    pub author: Option<UserId>,
    /// What it is for.
    pub kind: Kind,
    /// How much it mattered.
    pub priority: Priority,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// The beginning of what it said, at most 120 bytes.
    pub text: String,
    /// How it differs.
    pub how: Contrast,
    /// What became of it.
    pub was: Fate,
    /// What would have become of it.
    pub would: Fate,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, fates) in [("as it was", &self.was), ("would have been", &self.would)] {
            for priority in Priority::ALL {
                let Fates { delivered, altered, rejected, discarded, refused, open, .. } =
                    fates[priority];
                let rejected: u64 = rejected.iter().sum();
                let discarded: u64 = discarded.iter().sum();
                if fates[priority].messages() > 0 {
                    writeln!(
                        f,
                        "{name}, {priority}: delivered {delivered} (altered {altered}) + rejected \
                         {rejected} + discarded {discarded} + refused {refused} + open {open}"
                    )?;
                }
            }
        }
        write!(f, "messages that differ:")?;
        for contrast in Contrast::ALL {
            write!(f, " {} {contrast:?}", self.count(contrast))?;
        }
        writeln!(f)?;
        let refused: u64 = self.refused.values().sum();
        let (answers, recalls) = (self.answers_skipped, self.recalls_skipped);
        writeln!(
            f,
            "commands refused: {refused}; answers left out: {answers}; recalls left out: {recalls}"
        )?;
        write!(f, "what was refused then is in no journal, and not counted here")
    }
}
