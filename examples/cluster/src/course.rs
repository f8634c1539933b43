//! What was said and seen in a run, as those tell it who were there.

use std::time::Duration;

/// What the author of a message was told of it in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing that holds: it may have been delivered, or not.
    Unknown,
    /// It was delivered, or accepted and will be.
    Acknowledged,
    /// It was refused, or accepted and lost to a limit; nobody sees it.
    TurnedAway,
}

/// A message that was sent, once or again and again.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its words, which no other message has.
    pub text: String,
    /// What became of it.
    pub fate: Fate,
    /// When its author was told first that it was accepted.
    pub acknowledged: Option<Duration>,
}

/// An entry, as one viewer was sent it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: Duration,
    /// Its place in the history.
    pub seq: u64,
    /// The words, if it is a message.
    pub text: Option<String>,
}

/// All that one viewer was sent, over all connections, in the order in which it came.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// The entries.
    pub seen: Vec<Seen>,
    /// How many messages the host said that this viewer missed.
    pub missed: u64,
}

/// A whole run. All times are since its beginning.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// When the fault began.
    pub fault: Duration,
    /// Until when something was said.
    pub until: Duration,
    /// What was said.
    pub said: Vec<Said>,
    /// What each viewer saw.
    pub sights: Vec<Sight>,
}
