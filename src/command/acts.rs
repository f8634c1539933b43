//! What one step of moderation does to users, and for how long.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::CounterChange;
use crate::{id::MessageId, time::Timestamp};

/// What one step does to users, each part if it is named, in the order in which they stand here. What is
/// named counts over what a warning leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Acts {
    /// Counters are set or changed.
    pub counters: Vec<CounterChange>,
    /// Everything that they have waiting, held or kept is emptied or discarded.
    pub purge: bool,
    /// They get a strike each, and what it leads to.
    pub warn: bool,
    /// They get a notice: the user-defined field, given to their clients as it is.
    pub notice: Option<Arc<str>>,
    /// They may not speak, or not be heard.
    pub silence: Option<Silencing>,
    /// They are removed.
    pub remove: Option<Removing>,
    /// Why, at most 1,000 bytes: told with a warning, a kick and a ban.
    pub reason: Arc<str>,
    /// The messages that led to it, at most 32, for the audit log.
    pub messages: SmallVec<[MessageId; 1]>,
}

/// How users are silenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Silencing {
    /// As [`Command::Mute`](crate::Command::Mute) does.
    Mute {
        /// How long.
        span: Span,
    },
    /// As [`Command::Shadow`](crate::Command::Shadow) does.
    Shadow {
        /// How long.
        span: Span,
    },
}

/// How users are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Removing {
    /// As [`Command::Kick`](crate::Command::Kick) does.
    Kick,
    /// As [`Command::Ban`](crate::Command::Ban) does.
    Ban {
        /// How long.
        span: Span,
        /// Whether also the fingerprints with which they are here, as
        /// [`Command::BanPrints`](crate::Command::BanPrints) does.
        prints: bool,
    },
}

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Span {
    /// So long from now; zero is refused.
    For(Duration),
    /// Until it is taken back.
    Forever,
}

impl Span {
    /// When it is over, if it begins at `now`; [`Timestamp::MAX`] never comes.
    pub(crate) fn until(self, now: Timestamp) -> Timestamp {
        match self {
            Self::For(span) => now + span,
            Self::Forever => Timestamp::MAX,
        }
    }
}
