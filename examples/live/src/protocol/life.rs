//! What became of one message, step by step, as the wire tells it.

use std::borrow::Cow;

use liveroom::{Cause, DecisionName, Discard, Explanation, Finding, Outcome, State, Step};
use serde::{Deserialize, Serialize};

use super::{KindName, PriorityName, answers::Standing};

/// The life of one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireLife {
    message: u64,
    user: Option<String>,
    nick: String,
    kind: KindName,
    priority: PriorityName,
    accepted: u64,
    #[serde(default)]
    steps: Vec<WireStep>,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum WireStep {
    Filtered {
        what: Cow<'static, str>,
        word: Option<String>,
    },
    Asked {
        expires: u64,
    },
    Answered {
        decision: Cow<'static, str>,
    },
    Waiting {
        expires: u64,
        ahead: u32,
    },
    /// Steps that are remembered no more.
    Omitted {
        steps: u32,
    },
}

impl WireLife {
    /// A message's life; `word` says what a term is called, and `all` whether the reader may know what
    /// its author may not.
    pub(crate) fn of(
        life: &Explanation,
        nick: &str,
        all: bool,
        word: impl Fn(u32) -> Option<String>,
    ) -> Self {
        // An author who is not to know hears of success without a place, here as in the receipt.
        let hidden = !all
            && matches!(
                life.state,
                State::Ended(Outcome::Discarded(Discard::Decision | Discard::Shadowed))
            );
        let steps = life.steps.iter().filter(|_| !hidden).filter_map(|step| step_of(step, &word));
        Self {
            message: life.message.0,
            user: life.author.as_ref().map(ToString::to_string),
            nick: nick.to_owned(),
            kind: KindName(life.kind),
            priority: life.priority.into(),
            accepted: life.accepted.as_millis(),
            steps: steps.collect(),
            standing: Standing::of(&life.state, !hidden),
        }
    }
}

fn step_of(step: &Step, word: impl Fn(u32) -> Option<String>) -> Option<WireStep> {
    Some(match *step {
        Step::Filtered { term, what } => {
            WireStep::Filtered { what: finding(what).into(), word: word(term) }
        }
        Step::Asked {
            cause: Cause::Filter { .. } | Cause::Policy | Cause::Rule { .. },
            expires,
        } => WireStep::Asked { expires: expires.as_millis() },
        Step::Answered { decision: what } => WireStep::Answered { decision: decision(what).into() },
        Step::Waiting { expires, ahead } => {
            WireStep::Waiting { expires: expires.as_millis(), ahead }
        }
        Step::Omitted { steps } => WireStep::Omitted { steps },
        _ => return None,
    })
}

fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Masked => "masked",
        Finding::Tagged => "tagged",
        Finding::Held => "held",
        Finding::Blocked => "blocked",
        _ => "other",
    }
}

fn decision(decision: DecisionName) -> &'static str {
    match decision {
        DecisionName::Allow => "allow",
        DecisionName::Replace => "replace",
        DecisionName::Reject => "reject",
        DecisionName::Discard => "discard",
        DecisionName::Silence => "silence",
        _ => "other",
    }
}
