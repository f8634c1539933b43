//! In which state a store is found, from what it and its mark say.

use super::database::Head;

/// In which state a store was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Opening {
    /// There was none: it is new.
    New,
    /// It had been closed in order.
    Closed,
    /// The process that had it ended without closing it. All that was committed is there.
    Killed,
    /// The machine went down, or may have, while commits did not wait for the disk: whether something is missing
    /// cannot be known.
    Unsure,
    /// Commits are missing that had been acknowledged: so many at least.
    Lost {
        /// How many.
        commits: u64,
    },
}

impl Opening {
    /// Whether all is there that was ever committed. Where it may not be, each group is recovered into a new epoch. It
    /// holds until the store is closed in order: the process may have ended before this was heard.
    pub fn is_whole(self) -> bool {
        !matches!(self, Self::Unsure | Self::Lost { .. })
    }

    /// What is found of a store that is not new, of which so much was acknowledged; and whether something went wrong
    /// since it was opened last, so that every group is in doubt anew.
    pub(super) fn judge(head: &Head, acknowledged: u64) -> (Self, bool) {
        let missing = acknowledged.saturating_sub(head.seq);
        let unsure = !(head.clean || head.waits || head.same_boot);
        let all_missing = missing.saturating_add(head.verdict.unwrap_or(0));
        let opening = if all_missing > 0 {
            Self::Lost { commits: all_missing }
        } else if unsure || head.verdict.is_some() {
            Self::Unsure
        } else if head.clean {
            Self::Closed
        } else {
            Self::Killed
        };
        (opening, missing > 0 || unsure)
    }

    /// As the store keeps it: how many commits are missing, 0 where that cannot be known.
    pub(super) fn verdict(self) -> Option<u64> {
        match self {
            Self::Lost { commits } => Some(commits),
            Self::Unsure => Some(0),
            Self::New | Self::Closed | Self::Killed => None,
        }
    }
}
