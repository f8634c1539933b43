//! The classes that a history is made of.

use serde::Deserialize;

/// A priority of messages, tips, or notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Gifts.
    High,
    /// Talk.
    Normal,
    /// Likes and follows.
    Low,
    /// What may well be lost.
    Lowest,
    /// What happened in the room.
    Tip,
    /// What the host tells everybody.
    Notice,
}

/// One value for each class, in the order of [`Class::ALL`].
pub type PerClass<T> = [T; Class::ALL.len()];

impl Class {
    /// All of them; the priorities come first, the highest before the others.
    pub const ALL: [Self; 6] =
        [Self::High, Self::Normal, Self::Low, Self::Lowest, Self::Tip, Self::Notice];
    /// The priorities, in which messages are sent.
    pub const PRIORITIES: [Self; 4] = [Self::High, Self::Normal, Self::Low, Self::Lowest];

    /// Its name, as the wire and the figures have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
            Self::Lowest => "lowest",
            Self::Tip => "tip",
            Self::Notice => "notice",
        }
    }
}
