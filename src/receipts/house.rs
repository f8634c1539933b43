//! Which rules of the house were in force when a message was accepted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A rule of the house that a message passes, or is exempt from, before it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rule {
    /// Everybody was muted.
    MuteAll,
    /// It was quiet: a window of [`HouseRules::quiet`](crate::HouseRules::quiet).
    QuietHours,
    /// Only members with a mark could speak.
    Speakers,
    /// There was a pause between two messages of one author.
    SlowMode,
    /// Each author had a bucket: [`HouseRules::pace`](crate::HouseRules::pace).
    Pace,
    /// Rules for texts, whether or not they exempt this author. What one of them did, if anything, is
    /// a step of the message's life.
    Texts,
    /// Nobody could say again what had been said.
    Repeats,
    /// A filter judged what was said. What it found, if anything, is a step of the message's life.
    Filter,
}

impl Rule {
    /// Every rule, in the order in which they are asked.
    pub const ALL: [Self; 8] = [
        Self::MuteAll,
        Self::QuietHours,
        Self::Speakers,
        Self::SlowMode,
        Self::Pace,
        Self::Texts,
        Self::Repeats,
        Self::Filter,
    ];
}

/// The rules that were in force when a message was accepted. Those that were not are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rules {
    passed: u16,
    exempt: u16,
}

impl Rules {
    /// Whether the rule was in force, held for the author, and let the message pass.
    pub const fn passed(self, rule: Rule) -> bool {
        self.passed & (1 << rule as u16) != 0
    }

    /// Whether the rule was in force, and did not hold for the author.
    pub const fn exempt(self, rule: Rule) -> bool {
        self.exempt & (1 << rule as u16) != 0
    }

    /// These, and `rule`.
    #[must_use]
    pub(crate) const fn with(self, rule: Rule, exempt: bool) -> Self {
        let bit = 1 << rule as u16;
        if exempt {
            Self { exempt: self.exempt | bit, ..self }
        } else {
            Self { passed: self.passed | bit, ..self }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MuteAll => "mute of all",
            Self::QuietHours => "quiet hours",
            Self::Speakers => "speakers by mark",
            Self::SlowMode => "slow mode",
            Self::Pace => "pace",
            Self::Texts => "text rules",
            Self::Repeats => "repeats",
            Self::Filter => "filter",
        })
    }
}

/// `slow mode, filter; exempt from mute of all`, or nothing where no rule was in force.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |is_in: fn(Self, Rule) -> bool| {
            let names = Rule::ALL.iter().filter(|rule| is_in(*self, **rule)).map(Rule::to_string);
            names.collect::<Vec<_>>().join(", ")
        };
        let (passed, exempt) = (list(Self::passed), list(Self::exempt));
        let between = if passed.is_empty() || exempt.is_empty() { "" } else { "; " };
        let from = if exempt.is_empty() { "" } else { "exempt from " };
        write!(f, "{passed}{between}{from}{exempt}")
    }
}
