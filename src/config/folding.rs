//! What is told together.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{message::Kind, role::RoleSet};

/// Messages that say the same, told in one entry with a count: what is folded, and how.
///
/// A message that says what another said within the window joins its fold. It comes to its own
/// outcome: delivered in the entry that it shares with others, or discarded with it. See
/// [`Folded`](crate::Folded) for what an entry tells, and
/// [`Output::FoldEnded`](crate::Output::FoldEnded) for the totals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Folding {
    /// Gifts of one author, of the same priority and with the same content to the byte: a combo.
    pub combos: Option<FoldRule>,
    /// Texts of the same priority and with the same content, by anybody. Messages of other kinds are
    /// never folded.
    pub echoes: Option<FoldRule>,
    /// Whose texts are not folded. Staff by default.
    pub exempt: RoleSet,
    /// How many authors an entry names, 1 to 64; it counts the rest. Default 10.
    pub names: u32,
    /// Messages that wait in all folds together, at most 65,536; past it a message goes its own way.
    /// Default 2,048.
    pub waiting: u32,
}

/// How messages of one kind are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoldRule {
    /// How long after the last message of a fold the next one still joins it. Default 3 s.
    pub window: Duration,
    /// The least time from one entry of a fold to when the next is offered; at most the window.
    /// Default 1 s.
    pub interval: Duration,
    /// Folds at once, at most 65,536; past it a message begins none. Default 256 combos and 512
    /// echoes.
    pub open: u32,
    /// Messages in one entry, 1 to 4,096. A fold that has as many is told before its interval is over.
    /// Default 256.
    pub messages: u32,
}

impl Folding {
    /// The rule for messages of a kind, if they are folded.
    pub(crate) fn rule(&self, kind: Kind) -> Option<&FoldRule> {
        match kind {
            Kind::Gift => self.combos.as_ref(),
            Kind::Text => self.echoes.as_ref(),
            Kind::Like | Kind::Follow | Kind::Control | Kind::Host(_) => None,
        }
    }

    /// The most outputs that all folds can put out at once: every message's end, and every fold's.
    pub(crate) fn reach(&self) -> u64 {
        u64::from(self.waiting) + self.most_open()
    }

    /// The most folds at once.
    pub(crate) fn most_open(&self) -> u64 {
        let rules = [self.combos, self.echoes].into_iter().flatten();
        rules.map(|rule| u64::from(rule.open)).sum()
    }
}
