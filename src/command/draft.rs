//! A message before it is one: what its author offers, and what is decided about it.

use serde::{Deserialize, Serialize};

use crate::{
    id::Random,
    message::{Content, Directive, Kind, Priority},
};

/// A message as it is offered.
///
/// ```
/// use liveroom::{Draft, Kind, Priority, Random};
///
/// let rose = Draft::custom(Kind::Gift, r#"{"gift":"rose"}"#).random(Random(7));
/// assert_eq!(rose.effective_priority(), Priority::High);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Draft {
    /// What it is for.
    pub kind: Kind,
    /// How much it matters; `None` is what is recommended for its kind.
    pub priority: Option<Priority>,
    /// What it says.
    pub content: Content,
    /// The order it carries, for [`Kind::Control`].
    pub directive: Option<Directive>,
    /// The author's mark: the same mark again within 5 minutes is a duplicate.
    pub random: Option<Random>,
}

impl Draft {
    /// A text of normal priority.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: Content::text(text), ..Self::default() }
    }

    /// One custom element, as `kind`.
    pub fn custom(kind: Kind, data: impl Into<String>) -> Self {
        Self { kind, content: Content::custom(data), ..Self::default() }
    }

    /// The same, with the sender's mark.
    #[must_use]
    pub fn random(self, random: Random) -> Self {
        Self { random: Some(random), ..self }
    }

    /// The same, at `priority`.
    #[must_use]
    pub fn priority(self, priority: Priority) -> Self {
        Self { priority: Some(priority), ..self }
    }

    /// The priority it has: what it says, or what is recommended for its kind.
    pub fn effective_priority(&self) -> Priority {
        self.priority.unwrap_or(self.kind.recommended_priority())
    }
}

/// What the host decides about a message it was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Decision {
    /// It goes on: to the next step that is asked about it, or to its readers.
    Allow,
    /// The next step decides that is asked about what was escalated.
    Escalate,
    /// It goes on with this content, which is filtered again.
    Replace {
        /// What it says now.
        content: Content,
    },
    /// It is rejected, and its author may know.
    Reject {
        /// The host's code; 10100 to 10200 in the modelled service.
        code: u32,
        /// What the author is told, at most 1,000 bytes.
        reason: String,
    },
    /// It is discarded, and its author is told of success.
    Discard,
}
