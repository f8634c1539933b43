//! How a message came to where it stands, for people.

#![expect(clippy::indexing_slicing, reason = "steps are dropped where there are two at least")]

use std::{cmp::Ordering, fmt, mem::size_of, time::Duration};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    id::{MessageId, StepName, UserId},
    message::{Kind, Priority},
    outcome::{Discard, Outcome, Rejection, State},
    output::Cause,
    time::Timestamp,
};

use super::{Outranker, Rule, Rules, Wait};

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
    /// The rules of the house that were in force then, and let it pass.
    pub rules: Rules,
    /// What was done with it before it went into its lane, in order.
    pub steps: SmallVec<[Step; 1]>,
    /// How long it waited in its lane, and behind whom; `None` if it did not.
    pub wait: Option<Wait>,
    /// Where it stands.
    pub state: State,
}

/// One thing that was done with a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// A step of the chain was asked.
    Asked {
        /// Which.
        step: StepName,
        /// Why.
        cause: Cause,
        /// When silence decides.
        expires: Timestamp,
    },
    /// Somebody answered, or silence did.
    Answered {
        /// Which step was asked.
        step: StepName,
        /// In whose name: a member of the staff, or a user for whom the app spoke; `None` is the app
        /// itself, or silence.
        by: Option<UserId>,
        /// What was decided.
        decision: DecisionName,
    },
    /// It joined others that say the same, to share an entry with them.
    Folded {
        /// The first of them.
        first: MessageId,
    },
    /// It may go on, and waits until its author's earlier messages are decided.
    Ordered {
        /// Until when at the latest, as far as was known.
        expires: Timestamp,
    },
    /// It was shown to the staff alone.
    Previewed {
        /// When it goes on.
        expires: Timestamp,
    },
    /// It was withdrawn.
    Withdrawn {
        /// In whose name; `None` is the app itself.
        by: Option<UserId>,
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
    /// The next step is to decide.
    Escalate,
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
            let gone = |step: &Step| if let Step::Omitted { steps } = step { *steps } else { 1 };
            let steps = gone(&self.0[0]).saturating_add(gone(&self.0[1]));
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
        places * size_of::<Step>() + self.0.iter().map(Step::heap_bytes).sum::<usize>()
    }
}

impl Step {
    /// What it holds beside itself: the id of whoever did it, if it is a long one.
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Answered { by, .. } | Self::Withdrawn { by } => {
                by.as_ref().map_or(0, UserId::heap_bytes)
            }
            Self::Filtered { .. }
            | Self::Completes { .. }
            | Self::Ruled { .. }
            | Self::Folded { .. }
            | Self::Asked { .. }
            | Self::Ordered { .. }
            | Self::Previewed { .. }
            | Self::Omitted { .. } => 0,
        }
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
        let Self { message, author, kind, priority, accepted, rules, steps, wait, state } = self;
        writeln!(
            f,
            "message {message} of {}: {kind:?}, {priority}, accepted at {accepted}",
            By(author)
        )?;
        if *rules != Rules::default() {
            writeln!(f, "- rules: {rules}")?;
        }
        let judged = |step: &Step| matches!(step, Step::Filtered { .. } | Step::Omitted { .. });
        if rules.passed(Rule::Filter) && !steps.iter().any(judged) {
            writeln!(f, "- filtered: nothing found")?;
        }
        for step in steps {
            writeln!(f, "- {step}")?;
        }
        if let Some(wait) = wait {
            let waited = wait.until.map(|until| until.since(wait.since));
            write_wait(f, *priority, waited, wait)?;
        }
        write!(f, "- ")?;
        match state {
            State::Held { expires } => write!(f, "held until {expires}"),
            State::Waiting { expires } => write!(f, "waiting until {expires}"),
            State::Ended(Outcome::Delivered { seq, at }) => {
                write!(f, "delivered at {at} as entry {seq}")
            }
            State::Ended(Outcome::Rejected(rejection)) => write_rejection(f, rejection),
            State::Ended(Outcome::Discarded(reason)) => f.write_str(why(*reason)),
        }
    }
}

/// `- waited 212ms behind 9: 3 of High, 6 whose turn came first`, and the last of them.
fn write_wait(
    f: &mut fmt::Formatter<'_>,
    own: Priority,
    waited: Option<Duration>,
    wait: &Wait,
) -> fmt::Result {
    let Wait { since, ahead, outranked, last, .. } = wait;
    match waited {
        Some(waited) => write!(f, "- waited {waited:?}")?,
        None => write!(f, "- waits since {since}")?,
    }
    write!(f, " in its lane, where {ahead} waited already; released meanwhile: ")?;
    let mut parts = Vec::new();
    for priority in Priority::ALL {
        parts.extend(match (outranked[priority], priority.cmp(&own)) {
            (0, _) => None,
            (count, Ordering::Less) => Some(format!("{count} of {priority}")),
            (count, Ordering::Equal) => Some(format!("{count} whose turn came first")),
            (count, Ordering::Greater) => {
                Some(format!("{count} of {priority}, while a cap held its own back"))
            }
        });
    }
    if parts.is_empty() {
        return writeln!(f, "nobody");
    }
    writeln!(f, "{}", parts.join(", "))?;
    let names =
        last.iter().map(|Outranker { message, author, .. }| format!("{message} of {}", By(author)));
    let names: Vec<_> = names.collect();
    if names.is_empty() { Ok(()) } else { writeln!(f, "- the last of them: {}", names.join(", ")) }
}

/// Why a message was not delivered, for its author's ears.
fn why(reason: Discard) -> &'static str {
    match reason {
        Discard::Rate => "discarded: the rate had no room for it, and nothing waits in its lane",
        Discard::Expired => "expired: it waited as long as its lane lets anything wait",
        Discard::Shed => "shed: its lane was full, and its author had most waiting",
        Discard::Muted => "discarded: its author was muted meanwhile, or everybody was",
        Discard::Shadowed => "discarded: its author was shadow-muted, and they alone saw it",
        Discard::Banned => "discarded: its author was banned meanwhile",
        Discard::Removed => "discarded: its author was removed meanwhile",
        Discard::Purged => "discarded: its author's messages were purged",
        Discard::Disbanded => "discarded: the group was disbanded",
        Discard::Decision => "discarded: it was so decided, without telling its author",
        Discard::Withdrawn => "discarded: staff withdrew it before it was shown to anybody else",
    }
}

/// By whom a message is.
struct By<'a>(&'a Option<UserId>);

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(user) => write!(f, "{user}"),
            None => write!(f, "the app"),
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
            Self::Asked { step, cause: Cause::Rule { rule }, expires } => {
                write!(f, "{step} asked for house rule {rule}, until {expires}")
            }
            Self::Asked { step, cause: Cause::Policy, expires } => {
                write!(f, "{step} asked as about every message, until {expires}")
            }
            Self::Asked { step, cause: Cause::Filter { term, .. }, expires } => {
                write!(f, "{step} asked for term {term}, until {expires}")
            }
            Self::Folded { first } => write!(f, "folded with message {first}"),
            Self::Asked { step, cause: Cause::Escalated, expires } => {
                write!(f, "{step} asked as escalated, until {expires}")
            }
            Self::Answered { step, by: Some(user), decision } => {
                write!(f, "{step} answered by {user}: {decision:?}")
            }
            Self::Answered { step, by: None, decision } => {
                write!(f, "{step} answered: {decision:?}")
            }
            Self::Ordered { expires } => {
                write!(f, "held behind earlier messages of its author, until {expires}")
            }
            Self::Previewed { expires } => write!(f, "shown to the staff, until {expires}"),
            Self::Withdrawn { by: Some(user) } => write!(f, "withdrawn by {user}"),
            Self::Withdrawn { by: None } => write!(f, "withdrawn"),
            Self::Omitted { steps } => write!(f, "{steps} earlier steps"),
        }
    }
}
