//! Why a command was turned away, and what would help.

mod denial;
mod field;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{denial::Denial, field::Field};
use crate::{
    id::{FilterId, MessageId, SessionId, Ticket, UserId},
    signals::Signal,
    time::Timestamp,
};

/// A part of [`Command::Moderate`](crate::Command::Moderate).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Part {
    /// The purge.
    Purge,
    /// The warning, or what it leads to.
    Warn,
    /// The mute or shadow mute.
    Silence,
    /// The kick or ban.
    Remove,
    /// The notice.
    Notice,
    /// The counters.
    Count,
}

/// Why a command was turned away. Nothing was changed by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A message needs at least one element, or a directive.
    #[error("a message needs something in it")]
    Empty,
    /// Something is longer than it may be.
    #[error("{} has {length} bytes, at most {limit} are allowed", field.rule().0)]
    TooLong {
        /// What.
        field: Field,
        /// The most bytes allowed.
        limit: u64,
        /// The bytes given.
        length: u64,
    },
    /// Something is there more often than it may be.
    #[error("{count} for {}, at most {limit} are allowed", field.rule().0)]
    TooMany {
        /// What.
        field: Field,
        /// The most allowed.
        limit: u64,
        /// How many there would be.
        count: u64,
    },
    /// Something is not of the form it must have; the text says which.
    #[error("{what} must be {form}", what = .field.rule().0, form = .field.rule().1)]
    Malformed {
        /// What.
        field: Field,
    },
    /// A name or notice holds a word that the filter holds or blocks: there it is refused.
    #[error("{} holds a word that is not allowed here; choose others", field.rule().0)]
    Filtered {
        /// What.
        field: Field,
        /// By which filter.
        filter: FilterId,
        /// The number of the term, counted from 0 in the filter's list.
        term: u32,
    },
    /// A directive and a control message need each other, High priority, and users named.
    #[error(
        "a directive needs a control message of High priority, and a control message a directive that names users"
    )]
    BadDirective,
    /// The session is not in the group.
    #[error("session {session} is not in the group; join or attach first")]
    UnknownSession {
        /// Which.
        session: SessionId,
    },
    /// The session is in the group already, as somebody else.
    #[error("session {session} is in the group as somebody else; it must quit first")]
    SessionTaken {
        /// Which.
        session: SessionId,
    },
    /// The decision table says no.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// One part of a step is turned away, and so nothing of it was done.
    #[error("{part:?}: {refusal}")]
    Part {
        /// Which.
        part: Part,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// The user is banned.
    #[error("banned until {until}")]
    Banned {
        /// Until when; [`Timestamp::MAX`] is for good.
        until: Timestamp,
    },
    /// The user is muted.
    #[error("muted until {until}")]
    Muted {
        /// Until when; [`Timestamp::MAX`] is for good.
        until: Timestamp,
    },
    /// Everybody is muted.
    #[error("everybody is muted; wait until it ends")]
    MutedAll,
    /// Only members with certain marks may speak now, and the author has none of them.
    #[error("only members with mark {} may speak now; ask the staff for it", any_of(marks))]
    NotASpeaker {
        /// The marks of which one must have one.
        marks: Vec<u32>,
    },
    /// Nobody speaks at this time of the day.
    #[error("quiet hours: write again at {until}")]
    QuietHours {
        /// When one may write again; [`Timestamp::MAX`] where it is quiet all round the day.
        until: Timestamp,
    },
    /// The author wrote a moment ago.
    #[error("slow mode: write again at {until}")]
    SlowMode {
        /// When the author may write again.
        until: Timestamp,
    },
    /// The author wrote too much in a short time.
    #[error("too fast: write again at {until}")]
    TooFast {
        /// When the author may write again.
        until: Timestamp,
    },
    /// The text is not as the house asks.
    #[error("{}{}", .signal.sentence(*.found, *.limit), or_marked(marks))]
    TextRule {
        /// The rule's number, counted from 0 in
        /// [`HouseRules::texts`](crate::HouseRules::texts), those of raid mode after them.
        rule: u8,
        /// What the rule looks at.
        signal: Signal,
        /// The most allowed.
        limit: u32,
        /// How much there is.
        found: u32,
        /// The marks with which one need not keep to it.
        marks: Vec<u32>,
    },
    /// The same was said a short time ago.
    #[error("said already: say something else, or say it again at {until}")]
    Repeated {
        /// When it may be said again.
        until: Timestamp,
    },
    /// The user came too often in a short time.
    #[error("came too often: join again at {until}")]
    JoinedTooOften {
        /// When the user may join again.
        until: Timestamp,
    },
    /// Raid mode keeps newcomers out.
    #[error("the group is in raid mode and admits nobody; try again at {until}")]
    RaidOn {
        /// Until when it is on.
        until: Timestamp,
    },
    /// The message would be held, and as many are held as may be.
    #[error("{} are as many as may be, {limit}{}", field.rule().0, freed(*until))]
    HeldFull {
        /// Of what there are as many: [`Field::Questions`] in the group, or [`Field::AuthorQuestions`].
        field: Field,
        /// How many that are.
        limit: u64,
        /// When the first of them is decided by itself, unless somebody decides one before, or it goes on to
        /// another step; `None` where none is held.
        until: Option<Timestamp>,
    },
    /// Nobody can join any more.
    #[error("the group admits nobody")]
    JoinClosed,
    /// The group has all the members it may have.
    #[error("the group is full: {limit} members")]
    GroupFull {
        /// How many that are.
        limit: u64,
    },
    /// The user named is not a member.
    #[error("{user} is not a member")]
    UnknownMember {
        /// Who.
        user: UserId,
    },
    /// The user named has not asked to join.
    #[error("{user} has not asked to join")]
    UnknownApplicant {
        /// Who.
        user: UserId,
    },
    /// No such question is open: it was answered, timed out, or never asked.
    #[error("question {ticket} is not open: it was answered, or its time is over, or it never was")]
    UnknownTicket {
        /// Which.
        ticket: Ticket,
    },
    /// Nobody is asked behind this step: the question stays open, for a decision.
    #[error("nobody is asked after question {ticket}; decide it")]
    LastStep {
        /// Which question.
        ticket: Ticket,
    },
    /// The message is not withheld from its readers, or its question is open and can be answered.
    #[error("message {message} is not withheld: it went on, ended, or its question is open")]
    NotWithheld {
        /// Which.
        message: MessageId,
    },
    /// No such message is kept.
    #[error("message {message} is not kept any more")]
    UnknownMessage {
        /// Which.
        message: MessageId,
    },
    /// No such filter is installed.
    #[error("filter {filter} is not installed; the host installs it first")]
    UnknownFilter {
        /// Which.
        filter: FilterId,
    },
    /// No such attribute or counter is there.
    #[error("{} is not there", field.rule().0)]
    Missing {
        /// What.
        field: Field,
    },
    /// Somebody else wrote first.
    #[error("written by another meanwhile; read it again, it is at {current}")]
    Conflict {
        /// The sequence number to have seen.
        current: u64,
    },
    /// Attributes were written too often.
    #[error("written too often; try again at {until}")]
    TooOften {
        /// When to try again.
        until: Timestamp,
    },
    /// The group is disbanded.
    #[error("the group is disbanded")]
    Disbanded,
    /// The outputs that wait to be polled leave no room for what this command would put out.
    #[error("{waiting} outputs wait; poll them first")]
    Undrained {
        /// How many wait.
        waiting: u64,
    },
}

/// "1000 or 1001".
fn any_of(marks: &[u32]) -> String {
    let marks: Vec<String> = marks.iter().map(u32::to_string).collect();
    marks.join(" or ")
}

/// What to wait for, while something is held.
fn freed(until: Option<Timestamp>) -> String {
    until.map_or_else(String::new, |until| {
        format!("; send again once one is decided, at the latest at {until}")
    })
}

/// What else would help, if something would.
fn or_marked(marks: &[u32]) -> String {
    if marks.is_empty() {
        String::new()
    } else {
        format!("; or ask the staff for mark {}", any_of(marks))
    }
}

impl Signal {
    /// What whoever has too much of it is told, beginning with what is wrong.
    fn sentence(self, found: u32, limit: u32) -> String {
        let what = match self {
            Self::Length => "characters",
            Self::Capitals => "capital letters",
            Self::CapitalShare => "capitals in a hundred letters",
            Self::Emoji => "emoji",
            Self::Links => "links",
            Self::Run => "times the same character in a row",
            Self::Repeats => "words repeated",
            Self::Plain if limit == 0 => return "only faces and emoji may be sent now".into(),
            Self::Plain => "characters beside emoji",
            Self::Stacked => "marks on one character",
            Self::Turned => "turns of direction without an end",
        };
        if limit == 0 {
            return format!("no {what} are allowed; there are {found}");
        }
        format!("{found} {what}, at most {limit} are allowed")
    }
}

impl Refusal {
    /// Refuses more than `limit` of something.
    pub(crate) fn if_more(field: Field, count: u64, limit: u64) -> Result<(), Self> {
        if count > limit { Err(Self::TooMany { field, limit, count }) } else { Ok(()) }
    }

    /// The same, of one part of a step.
    pub(crate) fn of(self, part: Part) -> Self {
        Self::Part { part, refusal: Box::new(self) }
    }

    /// When the same may be tried again, where time alone helps: `None` where it does not, as of a mute for good.
    ///
    /// ```
    /// use liveroom::{Refusal, Timestamp};
    ///
    /// let until = Timestamp::from_secs(60);
    /// assert_eq!(Refusal::SlowMode { until }.until(), Some(until));
    /// assert_eq!(Refusal::Muted { until: Timestamp::MAX }.until(), None);
    /// assert_eq!(Refusal::MutedAll.until(), None);
    /// ```
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Part { refusal, .. } => refusal.until(),
            Self::Banned { until }
            | Self::Muted { until }
            | Self::QuietHours { until }
            | Self::SlowMode { until }
            | Self::TooFast { until }
            | Self::Repeated { until }
            | Self::JoinedTooOften { until }
            | Self::RaidOn { until }
            | Self::TooOften { until } => Some(*until).filter(|until| *until != Timestamp::MAX),
            Self::HeldFull { until, .. } => *until,
            _ => None,
        }
    }

    /// A number that stays the same from release to release, for wires and logs: 1xxx the form is
    /// wrong, 2xxx the author's standing, 3xxx a limit, 4xxx the state of things, 5xxx the host.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Empty => 1001,
            Self::TooLong { .. } => 1002,
            Self::TooMany { .. } => 1003,
            Self::Malformed { .. } => 1004,
            Self::BadDirective => 1005,
            Self::Filtered { .. } => 1006,
            Self::UnknownSession { .. } => 2001,
            Self::SessionTaken { .. } => 2002,
            Self::Banned { .. } => 2003,
            Self::Muted { .. } => 2004,
            Self::MutedAll => 2005,
            Self::NotASpeaker { .. } => 2006,
            Self::Denied(denial) => denial.code(),
            Self::Part { refusal, .. } => refusal.code(),
            Self::SlowMode { .. } => 3001,
            Self::GroupFull { .. } => 3002,
            Self::TooOften { .. } => 3003,
            Self::QuietHours { .. } => 3004,
            Self::TooFast { .. } => 3005,
            Self::Repeated { .. } => 3006,
            Self::JoinedTooOften { .. } => 3007,
            Self::TextRule { .. } => 3008,
            Self::HeldFull { .. } => 3009,
            Self::JoinClosed => 4001,
            Self::UnknownMember { .. } => 4002,
            Self::UnknownApplicant { .. } => 4003,
            Self::UnknownTicket { .. } => 4004,
            Self::UnknownMessage { .. } => 4005,
            Self::UnknownFilter { .. } => 4006,
            Self::Missing { .. } => 4007,
            Self::Conflict { .. } => 4008,
            Self::Disbanded => 4009,
            Self::LastStep { .. } => 4010,
            Self::NotWithheld { .. } => 4011,
            Self::RaidOn { .. } => 4012,
            Self::Undrained { .. } => 5001,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_it_says_what_is_too_much_and_which_marks_would_help() {
        let text = |signal, marks| Refusal::TextRule { rule: 0, signal, limit: 0, found: 3, marks };
        assert_eq!(
            text(Signal::Links, vec![1_000, 1_001]).to_string(),
            "no links are allowed; there are 3; or ask the staff for mark 1000 or 1001"
        );
        assert_eq!(text(Signal::Plain, vec![]).to_string(), "only faces and emoji may be sent now");
    }
}
