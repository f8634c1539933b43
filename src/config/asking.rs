//! Whom a host asks before delivery, and what silence means.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::StepName;

/// What silence means when a question's deadline passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Silence {
    /// The message goes on.
    Allow,
    /// The next step is asked that takes what was escalated.
    Escalate,
    /// The message is rejected, and its author may know.
    Reject,
    /// The message is discarded.
    Discard,
}

/// How long a question stays open, and what silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patience {
    /// The time to answer in.
    pub deadline: Duration,
    /// What happens at the deadline.
    pub silence: Silence,
}

/// About what a step of the chain is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Occasion {
    /// Every message that the filter let pass, but the app's.
    Passed,
    /// Every message that the filter holds.
    Held,
    /// What a former step escalated.
    Escalated,
}

/// A set of [`Occasion`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Occasions(u8);

impl Occasions {
    /// No occasion at all.
    pub const NONE: Self = Self(0);

    /// This set, and `occasion`.
    #[must_use]
    pub const fn with(self, occasion: Occasion) -> Self {
        Self(self.0 | 1 << occasion as u8)
    }

    /// Whether `occasion` is in the set.
    pub const fn contains(self, occasion: Occasion) -> bool {
        self.0 & (1 << occasion as u8) != 0
    }
}

/// One step of the chain of decisions: who is asked, about what, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AskStep {
    /// What it is called; no two steps are called the same.
    pub name: StepName,
    /// About what it is asked.
    pub asks: Occasions,
    /// How long its question stays open, and what silence means.
    pub patience: Patience,
}

impl AskStep {
    /// A step that is asked about every message that the filter let pass, called `callback`.
    pub fn callback(patience: Patience) -> Self {
        Self::new("callback", Occasion::Passed, patience)
    }

    /// A step that is asked about what the filter holds, called `filter`.
    pub fn filter_hold(patience: Patience) -> Self {
        Self::new("filter", Occasion::Held, patience)
    }

    fn new(name: &str, occasion: Occasion, patience: Patience) -> Self {
        let name = StepName::new(name).expect("a name of ours is a good one");
        Self { name, asks: Occasions::NONE.with(occasion), patience }
    }
}

/// Who is asked before a message is delivered.
///
/// ```
/// use std::time::Duration;
///
/// use liveroom::{AskStep, GroupConfig, Occasion, Occasions, Patience, Silence};
///
/// let mut settings = GroupConfig::modern().settings().clone();
/// let seconds = |secs, silence| Patience { deadline: Duration::from_secs(secs), silence };
/// settings.asking.steps = vec![
///     AskStep {
///         name: "classifier".parse()?,
///         asks: Occasions::NONE.with(Occasion::Passed),
///         patience: seconds(1, Silence::Allow),
///     },
///     AskStep {
///         name: "human".parse()?,
///         asks: Occasions::NONE.with(Occasion::Held).with(Occasion::Escalated),
///         patience: seconds(60, Silence::Reject),
///     },
/// ];
/// settings.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A step is a place in the chain, not a person: the app may answer any of them, and so may staff above the author where
/// [`Power::Review`](crate::Power::Review) is on. Which of its people or programs a host lets answer which step is its own affair.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asking {
    /// The steps of the chain, in order: 1 to 4, one of which is asked about what the filter holds.
    /// By default that is the only one: [`AskStep::filter_hold`], 60 s, then the message is rejected.
    /// The modelled service asks about every message, waits 2 s and then delivers:
    /// [`AskStep::callback`] with [`Asking::CALLBACK`], put in front.
    pub steps: Vec<AskStep>,
    /// Whether an author's messages leave in the order in which they were accepted: one that may go
    /// on waits until the earlier ones are decided. What is [folded](crate::Settings::folding) leaves with
    /// the sum of its fold, which may be after later ones. Off by default.
    pub in_order: bool,
    /// How many messages may be held in the group at once, for whatever reason, at most 65,536.
    /// Default 1,024.
    pub open: u32,
    /// How many of them of one author. Default 16.
    pub per_author: u32,
}

impl Asking {
    /// As the modelled service does: 2 s, and silence allows.
    pub const CALLBACK: Patience =
        Patience { deadline: Duration::from_secs(2), silence: Silence::Allow };
    /// The most steps of a chain.
    pub const MAX_STEPS: usize = 4;
}
