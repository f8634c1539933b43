//! How an accepted message ends, or where it stands until then.

use serde::{Deserialize, Serialize};

use crate::{
    id::{FilterId, Seq},
    time::Timestamp,
};

/// The one end that every accepted message comes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Outcome {
    /// In the log, for every reader. Folded messages share a place.
    Delivered {
        /// Its place in the history.
        seq: Seq,
        /// When it was released.
        at: Timestamp,
    },
    /// Turned away by filter or decision; the author may know.
    Rejected(Rejection),
    /// Lost to a limit or to an act of the staff.
    Discarded(Discard),
}

/// By what an accepted message was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rejection {
    /// By the content filter.
    Filter {
        /// The filter in force.
        filter: FilterId,
        /// The number of the term, counted from 0 in the filter's list.
        term: u32,
    },
    /// By a house rule for texts.
    Rule {
        /// Its number, counted from 0 in [`HouseRules::texts`](crate::HouseRules::texts), those of
        /// raid mode after them.
        rule: u8,
    },
    /// By the host's decision, with a code and words of its own.
    Decision {
        /// The host's code; 10100 to 10200 in the modelled service.
        code: u32,
        /// What the host tells the author.
        reason: String,
    },
    /// Nobody decided in time, and the config says that silence rejects.
    Silence,
}

/// Why an accepted message was discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Discard {
    /// The group's rate left no room for it within its `max_wait`, which is zero.
    Rate,
    /// It waited its whole `max_wait`.
    Expired,
    /// Its lane was full, and its author had the most waiting.
    Shed,
    /// Its author was muted meanwhile, or everybody was.
    Muted,
    /// Its author is shadow-muted: they alone see it, and are told of success.
    Shadowed,
    /// Its author was banned meanwhile.
    Banned,
    /// Its author was removed meanwhile.
    Removed,
    /// Its author's messages were purged.
    Purged,
    /// The group was disbanded.
    Disbanded,
    /// The host decided so, without telling the author.
    Decision,
    /// Staff withdrew it before anybody else saw it.
    Withdrawn,
}

/// What the author of a message may be told of where it stands. From [`Output::to_author`](crate::Output::to_author),
/// [`Receipt::to_author`](crate::Receipt::to_author) and [`Group::to_author`](crate::Group::to_author): a host that
/// tells authors nothing else cannot tell what they are not to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told<'a> {
    /// A decision is awaited, until `expires` at the latest.
    Held {
        /// When it goes on.
        expires: Timestamp,
    },
    /// It waits, until `expires` at the latest.
    Waiting {
        /// When it is discarded.
        expires: Timestamp,
    },
    /// It ended so.
    Ended(&'a Outcome),
    /// It was sent: of a message that ended otherwise than by delivery, without its author's knowing. There is no
    /// place and no time to tell; a host shows it like what was delivered.
    Sent,
}

impl Outcome {
    /// What the author may be told of it, where the group says whether to `disclose` it.
    ///
    /// ```
    /// use liveroom::{Discard, Outcome, Told};
    ///
    /// let unseen = Outcome::Discarded(Discard::Shadowed);
    /// assert_eq!(unseen.to_author(false), Told::Sent);
    /// let muted = Outcome::Discarded(Discard::Muted);
    /// assert_eq!(muted.to_author(true), Told::Ended(&muted));
    /// ```
    pub fn to_author(&self, disclose: bool) -> Told<'_> {
        if disclose { Told::Ended(self) } else { Told::Sent }
    }
}

impl State {
    /// What the author may be told of it, where the group says whether to `disclose` how it ended.
    pub fn to_author(&self, disclose: bool) -> Told<'_> {
        match self {
            Self::Held { expires } => Told::Held { expires: *expires },
            Self::Waiting { expires } => Told::Waiting { expires: *expires },
            Self::Ended(outcome) => outcome.to_author(disclose),
        }
    }
}

impl Discard {
    /// Every reason, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Rate,
        Self::Expired,
        Self::Shed,
        Self::Muted,
        Self::Shadowed,
        Self::Banned,
        Self::Removed,
        Self::Purged,
        Self::Disbanded,
        Self::Decision,
        Self::Withdrawn,
    ];
}

/// Where an accepted message stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// A decision is awaited, its own or that about an earlier message of its author, or it is shown
    /// to the staff alone; until `expires` at the latest.
    Held {
        /// When silence decides, or the preview is over.
        expires: Timestamp,
    },
    /// In its lane, or waiting to share an entry, until `expires` at the latest.
    Waiting {
        /// When it is discarded.
        expires: Timestamp,
    },
    /// Ended.
    Ended(Outcome),
}
