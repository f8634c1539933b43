//! What became of one message, step by step, as the wire tells it.

use std::{borrow::Cow, cmp::Ordering};

use liveroom::{DecisionName, Explanation, Finding, Priority, Rule, Rules, Step, Timestamp, Wait};
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
    rules: Vec<WireRule>,
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
    /// The staff alone saw it.
    Previewed {
        expires: u64,
    },
    /// The staff discarded it before others saw it.
    Withdrawn {
        by: Option<String>,
    },
    /// With which message it shares entries, the first of its fold.
    Folded {
        first: u64,
    },
    Waited {
        /// When it went into its lane.
        since: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        ahead: u32,
        /// How many of a higher priority, of its own, and of a lower one were released meanwhile.
        outranked: [u64; 3],
        /// The last of them, for the owner alone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        last: Vec<WireOutranker>,
    },
    /// Steps that are remembered no more.
    Omitted {
        steps: u32,
    },
}

/// A rule that was in force, and let the message pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireRule {
    rule: Cow<'static, str>,
    exempt: bool,
}

/// A message that was released while another waited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireOutranker {
    message: u64,
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nick: Option<String>,
    priority: PriorityName,
}

impl WireLife {
    /// A message's life; `word` says what a term is called, and `all` whether the reader may know more
    /// than its author; `disclose` whether they may know how it ended.
    pub(crate) fn of(
        life: &Explanation,
        nick: &str,
        (all, disclose): (bool, bool),
        word: impl Fn(u32) -> Option<String>,
    ) -> Self {
        let steps = life.steps.iter().filter_map(|step| step_of(step, &word));
        let steps = steps.chain(life.wait.as_ref().map(|wait| waited(life.priority, wait, all)));
        Self {
            message: life.message.0,
            user: life.author.as_ref().map(ToString::to_string),
            nick: nick.to_owned(),
            kind: KindName(life.kind),
            priority: life.priority.into(),
            accepted: life.accepted.as_millis(),
            // Who is not to know hears of success without a place, here as in the receipt.
            steps: steps.filter(|_| disclose).collect(),
            rules: rules_of(life.rules),
            standing: Standing::of(life.state.to_author(disclose)),
        }
    }
}

impl WireLife {
    /// Calls those by name who are named only by their ids.
    pub(crate) fn call(&mut self, name: impl Fn(&str, &mut Option<String>)) {
        if let Some(user) = self.user.as_ref().filter(|_| self.nick.is_empty()) {
            let mut nick = None;
            name(user, &mut nick);
            self.nick = nick.unwrap_or_default();
        }
        for step in &mut self.steps {
            if let WireStep::Waited { last, .. } = step {
                for WireOutranker { user, nick, .. } in last {
                    if let Some(user) = user {
                        name(user, nick);
                    }
                }
            }
        }
    }
}

fn step_of(step: &Step, word: impl Fn(u32) -> Option<String>) -> Option<WireStep> {
    Some(match step {
        Step::Filtered { term, what } => {
            WireStep::Filtered { what: finding(*what).into(), word: word(*term) }
        }
        Step::Asked { expires, .. } => WireStep::Asked { expires: expires.as_millis() },
        Step::Answered { decision: what, .. } => {
            WireStep::Answered { decision: decision(*what).into() }
        }
        Step::Previewed { expires } => WireStep::Previewed { expires: expires.as_millis() },
        Step::Withdrawn { by } => WireStep::Withdrawn { by: by.as_ref().map(ToString::to_string) },
        Step::Folded { first } => WireStep::Folded { first: first.0 },
        Step::Omitted { steps } => WireStep::Omitted { steps: *steps },
        _ => return None,
    })
}

/// How a message waited; `all` says whether the reader may know behind whom.
fn waited(own: Priority, wait: &Wait, all: bool) -> WireStep {
    let place = |order| match order {
        Ordering::Less => 0,
        Ordering::Equal => 1,
        Ordering::Greater => 2,
    };
    let mut outranked = [0; 3];
    for priority in Priority::ALL {
        outranked[place(priority.cmp(&own))] += u64::from(wait.outranked[priority]);
    }
    let last = wait.last.iter().filter(|_| all).map(|other| WireOutranker {
        message: other.message.0,
        user: other.author.as_ref().map(ToString::to_string),
        nick: None,
        priority: other.priority.into(),
    });
    WireStep::Waited {
        since: wait.since.as_millis(),
        until: wait.until.map(Timestamp::as_millis),
        ahead: wait.ahead,
        outranked,
        last: last.collect(),
    }
}

fn rules_of(rules: Rules) -> Vec<WireRule> {
    let held_or_exempt = |rule: &Rule| {
        let exempt = rules.exempt(*rule);
        (exempt || rules.passed(*rule)).then(|| WireRule { rule: rule_name(*rule).into(), exempt })
    };
    Rule::ALL.iter().filter_map(held_or_exempt).collect()
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::MuteAll => "mute_all",
        Rule::QuietHours => "quiet_hours",
        Rule::Speakers => "speakers",
        Rule::SlowMode => "slow_mode",
        Rule::Pace => "pace",
        Rule::Texts => "texts",
        Rule::Repeats => "repeats",
        Rule::Filter => "filter",
        _ => "other",
    }
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
        DecisionName::Escalate => "escalate",
        DecisionName::Replace => "replace",
        DecisionName::Reject => "reject",
        DecisionName::Discard => "discard",
        DecisionName::Silence => "silence",
        _ => "other",
    }
}
