//! How a message came to where it stands, for people.

use std::{fmt, mem::size_of};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    id::{MessageId, UserId},
    message::{Kind, Priority},
    outcome::{Outcome, Rejection, State},
    output::Cause,
    time::Timestamp,
};

/// What a group did with one message, step by step. Its [`Display`](fmt::Display) is a few lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The message.
    pub message: MessageId,
    /// Who sent it; `None` for the app.
    pub author: Option<UserId>,
    /// What it is for.
    pub kind: Kind,
    /// How much it matters.
    pub priority: Priority,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// What was done with it, in order.
    pub steps: SmallVec<[Step; 1]>,
    /// Where it stands.
    pub state: State,
}

/// One thing that was done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Step {
    /// The filter found something.
    Filtered {
        /// The number of the term, counted from 0 in the filter's list.
        term: u32,
        /// What the filter did.
        what: Finding,
    },
    /// With earlier messages of its author it makes a word, which the filter found.
    Completes {
        /// Over how many messages the word is written, this one included.
        messages: u8,
    },
    /// A house rule for texts held.
    Ruled {
        /// Its number, counted from 0 in [`HouseRules::texts`](crate::HouseRules::texts), those of
        /// raid mode after them.
        rule: u8,
        /// What it did.
        what: Finding,
    },
    /// The host was asked.
    Asked {
        /// Why.
        cause: Cause,
        /// When silence decides.
        expires: Timestamp,
    },
    /// The host answered, or its silence did.
    Answered {
        /// What was decided.
        decision: DecisionName,
    },
    /// It went into its lane, and did not leave at once.
    Waiting {
        /// When it is discarded.
        expires: Timestamp,
        /// How many messages of its priority waited already.
        ahead: u32,
    },
    /// Steps that are remembered no more: of a message that is asked about again and again, the last
    /// ones are.
    Omitted {
        /// How many.
        steps: u32,
    },
}

/// What the filter, or a house rule, did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Finding {
    /// The text was masked.
    Masked,
    /// The message was tagged, and goes on.
    Tagged,
    /// The message was held for a decision.
    Held,
    /// The message was rejected.
    Blocked,
}

/// What was decided about a message, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DecisionName {
    /// It goes on.
    Allow,
    /// It goes on with other content.
    Replace,
    /// It is rejected.
    Reject,
    /// It is discarded.
    Discard,
    /// Nobody decided in time; the config says what then.
    Silence,
}

/// Steps remembered of one message: more than any message has that is not replaced over and over.
pub(super) const STEPS: usize = 16;

/// The steps of one message, at most [`STEPS`], from serialized data too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub(super) struct Steps(SmallVec<[Step; 1]>);

impl Steps {
    /// Adds a step. Where there is no more room, the oldest go, and are counted in their place.
    pub(super) fn push(&mut self, step: Step) {
        if self.0.len() == STEPS {
            let gone = |step: Step| if let Step::Omitted { steps } = step { steps } else { 1 };
            let steps = gone(self.0[0]).saturating_add(gone(self.0[1]));
            self.0.remove(0);
            self.0[0] = Step::Omitted { steps };
        }
        self.0.push(step);
    }

    pub(super) fn into_inner(self) -> SmallVec<[Step; 1]> {
        self.0
    }

    /// The heap that they take: none for the first.
    pub(super) fn spilled(&self) -> usize {
        let places = if self.0.len() > 1 { self.0.len().next_power_of_two() } else { 0 };
        places * size_of::<Step>()
    }
}

impl TryFrom<Vec<Step>> for Steps {
    type Error = &'static str;

    fn try_from(steps: Vec<Step>) -> Result<Self, Self::Error> {
        if steps.len() > STEPS {
            return Err("more steps than are remembered");
        }
        Ok(Self(steps.into_iter().collect()))
    }
}

impl From<Steps> for Vec<Step> {
    fn from(steps: Steps) -> Self {
        steps.0.into_vec()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, author, kind, priority, accepted, steps, state } = self;
        write!(f, "message {message} of ")?;
        match author {
            Some(user) => write!(f, "{user}")?,
            None => write!(f, "the app")?,
        }
        writeln!(f, ": {kind:?}, {priority}, accepted at {accepted}")?;
        for step in steps {
            writeln!(f, "- {step}")?;
        }
        write!(f, "- ")?;
        match state {
            State::Held { expires } => write!(f, "held until {expires}"),
            State::Waiting { expires } => write!(f, "waiting until {expires}"),
            State::Ended(Outcome::Delivered { seq, at }) => {
                write!(f, "delivered at {at} as entry {seq}")
            }
            State::Ended(Outcome::Rejected(rejection)) => write_rejection(f, rejection),
            State::Ended(Outcome::Discarded(reason)) => write!(f, "discarded: {reason:?}"),
        }
    }
}

fn write_rejection(f: &mut fmt::Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::Filter { filter, term } => {
            write!(f, "rejected by filter {filter} for term {term}")
        }
        // Quoted, so that the host's words cannot look like lines of ours.
        Rejection::Decision { code, reason } => {
            write!(f, "rejected by decision {code}: {reason:?}")
        }
        Rejection::Rule { rule } => write!(f, "rejected by house rule {rule}"),
        Rejection::Silence => write!(f, "rejected, because nobody decided in time"),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filtered { term, what } => write!(f, "filtered: {what:?} for term {term}"),
            Self::Completes { messages } => write!(f, "the last of {messages} that make a word"),
            Self::Ruled { rule, what } => write!(f, "ruled: {what:?} by house rule {rule}"),
            Self::Asked { cause: Cause::Rule { rule }, expires } => {
                write!(f, "asked for house rule {rule}, until {expires}")
            }
            Self::Asked { cause: Cause::Policy, expires } => {
                write!(f, "asked as about every message, until {expires}")
            }
            Self::Asked { cause: Cause::Filter { term }, expires } => {
                write!(f, "asked for term {term}, until {expires}")
            }
            Self::Answered { decision } => write!(f, "answered: {decision:?}"),
            Self::Waiting { expires, ahead } => {
                write!(f, "waiting behind {ahead}, until {expires}")
            }
            Self::Omitted { steps } => write!(f, "{steps} earlier steps"),
        }
    }
}
