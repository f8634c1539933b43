//! What the house allows.

use serde::{Deserialize, Serialize};

/// What a house allows beside talking, joining and muting. Each is off unless a preset or the host
/// turns it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Power {
    /// A delivered message can be taken back, by its author or by staff.
    Recall,
    /// Everything one author has waiting and kept can be removed, by staff.
    Purge,
    /// Members can be removed, by staff.
    Kick,
    /// Users can be banned for a time or for good, by staff.
    Ban,
    /// Users can be muted without their knowing it, by staff.
    Shadow,
    /// Users can be warned, by staff, and warnings lead to what [`Settings::strikes`](crate::Settings::strikes) says.
    Strikes,
    /// The owner can make members admins.
    Admins,
    /// The owner can hand the group over.
    Transfer,
    /// Named values that clients share, written by staff.
    Attributes,
    /// Named numbers that members count up and down.
    Counters,
    /// Members can be marked, by staff.
    Marks,
    /// Members can read who is in the group.
    MemberList,
    /// Members have a name of their own in the group.
    NameCards,
    /// Staff can send notices, which otherwise only the app can.
    StaffNotices,
    /// Staff can set the pause between two messages of one author.
    SlowMode,
    /// Staff answer questions about messages, and withdraw those that are shown to them first.
    Review,
    /// Staff can make the house stricter for a time.
    Raid,
}

/// A set of [`Power`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Powers(u32);

impl Powers {
    /// No power at all.
    pub const NONE: Self = Self(0);
    /// Every power.
    pub const ALL: Self = Self(u32::MAX);

    /// This set, and `power`.
    #[must_use]
    pub const fn with(self, power: Power) -> Self {
        Self(self.0 | 1 << power as u32)
    }

    /// Whether `power` is in the set.
    pub const fn contains(self, power: Power) -> bool {
        self.0 & (1 << power as u32) != 0
    }
}
