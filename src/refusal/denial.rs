//! What the house or the actor lacks for a command, as the decision table says it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::role::Role;

/// Why the decision table says no: it names what the house or the actor lacks.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Error,
)]
#[non_exhaustive]
pub enum Denial {
    /// Nobody can recall messages here.
    #[error("messages cannot be recalled here; send a correction, or mute the author")]
    NoRecall,
    /// Members cannot be removed here.
    #[error(
        "members cannot be removed here; send a removal directive, upon which their client leaves"
    )]
    NoRemoval,
    /// The owner belongs to the group.
    #[error("the owner cannot quit; disband the group instead")]
    OwnerCannotQuit,
    /// The owner belongs to the group, but may hand it over.
    #[error("the owner cannot quit; transfer the group first, or disband it")]
    OwnerMustTransfer,
    /// The house does not know this.
    #[error("this group does not offer that; its config can turn it on")]
    NotOffered,
    /// Guests only read.
    #[error("guests only receive; log in and join to take part")]
    GuestsOnlyRead,
    /// The actor is not in the group.
    #[error("only members may do that; join first")]
    NotAMember,
    /// The actor's role is too low.
    #[error("that takes at least the role {needs:?}")]
    RoleTooLow {
        /// The lowest role that may.
        needs: Role,
    },
    /// Only the host may.
    #[error("only the app may do that")]
    AppOnly,
    /// A session does that for itself; the app cannot.
    #[error("only a session may do that, for itself")]
    SessionOnly,
    /// The target's role is as high as the actor's, or higher.
    #[error("the target is {target:?}; that takes a higher role")]
    TargetTooHigh {
        /// What the target is.
        target: Role,
    },
}

impl Denial {
    /// As [`Refusal::code`](crate::Refusal::code).
    pub const fn code(&self) -> u16 {
        match self {
            Self::NoRecall => 2101,
            Self::NoRemoval => 2102,
            Self::OwnerCannotQuit => 2103,
            Self::OwnerMustTransfer => 2104,
            Self::NotOffered => 2105,
            Self::GuestsOnlyRead => 2106,
            Self::NotAMember => 2107,
            Self::RoleTooLow { .. } => 2108,
            Self::AppOnly => 2109,
            Self::SessionOnly => 2110,
            Self::TargetTooHigh { .. } => 2111,
        }
    }
}
