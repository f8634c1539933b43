//! Names for what a room over many machines has beside groups and sessions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::SessionId;

macro_rules! number {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $type(pub u64);

        impl $type {
            /// The one after it.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// How often the home of a group was claimed; 0 before the first.
    Term
}
number! {
    /// A frame's number in the log of a group, counted up from 1 without holes; 0 stands before all.
    FrameNo
}
number! {
    /// What the distributed log calls a place in it: rises, and has holes where other groups write; 0 stands
    /// before all.
    LogSeq
}
number! {
    /// A command that an edge forwards, counted up from 1 for each edge and group without holes.
    RequestNo
}

number! {
    /// A letter to an edge, counted up from 1 for each edge and group without holes; 0 stands before all.
    LetterNo
}

/// One life of one edge: a number that was never used before, and is not used after it, in one epoch of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct EdgeId(u32);

/// Why a number is no edge's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("edges are numbered from 1 to {most}, not {number}", most = EdgeId::MAX)]
pub struct EdgeIdError {
    number: u32,
}

impl EdgeId {
    /// The last number: what a session's id has room for.
    pub const MAX: u32 = (1 << (64 - Self::SESSION_BITS)) - 1;
    /// How many bits of a session's id the edge gives itself: a million million sessions in its life.
    pub const SESSION_BITS: u32 = 40;

    /// The edge of this number.
    ///
    /// # Errors
    /// It is 0 or above [`EdgeId::MAX`].
    pub const fn new(number: u32) -> Result<Self, EdgeIdError> {
        if number == 0 || number > Self::MAX {
            Err(EdgeIdError { number })
        } else {
            Ok(Self(number))
        }
    }

    /// The id that one of its sessions has everywhere; `None` where `local` has more than 40 bits.
    pub const fn session(self, local: u64) -> Option<SessionId> {
        if local >> Self::SESSION_BITS != 0 {
            return None;
        }
        Some(SessionId((self.0 as u64) << Self::SESSION_BITS | local))
    }

    /// The edge of a session; `None` for one that is of no edge.
    pub const fn of(session: SessionId) -> Option<Self> {
        match (session.0 >> Self::SESSION_BITS) as u32 {
            0 => None,
            number => Some(Self(number)),
        }
    }
}

impl TryFrom<u32> for EdgeId {
    type Error = EdgeIdError;

    fn try_from(number: u32) -> Result<Self, EdgeIdError> {
        Self::new(number)
    }
}

impl From<EdgeId> for u32 {
    fn from(edge: EdgeId) -> Self {
        edge.0
    }
}

impl fmt::Display for EdgeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
