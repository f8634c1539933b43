//! Why a command was turned away, and what would help.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    id::{FilterId, MessageId, SessionId, Ticket, UserId},
    role::Role,
    signals::Signal,
    time::Timestamp,
};

/// What a command can have too much of, or have wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Field {
    /// The bytes of a message's content.
    Message,
    /// The elements of a message.
    Elements,
    /// A nick.
    Nick,
    /// An avatar's address.
    Avatar,
    /// A name card.
    NameCard,
    /// A group's name.
    GroupName,
    /// A group's introduction.
    Introduction,
    /// A group's notification.
    Notification,
    /// The address of a group's picture.
    FaceUrl,
    /// A custom field's key.
    CustomKey,
    /// A custom field's value.
    CustomValue,
    /// The custom fields.
    CustomFields,
    /// The note of somebody who asks to join.
    Note,
    /// A reason given for an act.
    Reason,
    /// A notice's field.
    Notice,
    /// Users named in one command.
    Users,
    /// A length of time.
    Span,
    /// An attribute's key.
    AttributeKey,
    /// An attribute's value.
    AttributeValue,
    /// The attributes.
    Attributes,
    /// All attributes' values together.
    AttributeBytes,
    /// A counter's key.
    CounterKey,
    /// The counters.
    Counters,
    /// A counter's value.
    CounterValue,
    /// A mark's number.
    Mark,
    /// The marks of a group, or the members of a mark.
    Marks,
    /// The sessions of one user.
    Sessions,
    /// The acts of one step.
    Acts,
    /// Messages named as evidence.
    Evidence,
    /// Users muted.
    Mutes,
    /// Users banned.
    Bans,
    /// Fingerprints named, or banned.
    Prints,
    /// Users who have strikes.
    Strikes,
    /// Users who wait to be admitted.
    Applicants,
    /// Messages held: open questions, and what waits behind them or is in preview.
    Questions,
    /// Messages held of one author.
    AuthorQuestions,
    /// Messages in folds, and the folds.
    Folds,
    /// The members of a group.
    Members,
    /// The admins of a group.
    Admins,
    /// Custom elements in one message.
    CustomElements,
}

impl Field {
    /// What it is called, and the form that it must have: for whoever reads a refusal, so it is true
    /// wherever the field is refused as malformed. A group refuses what only a bound limits as too
    /// long or too many; there the bound is all that can be said.
    const fn rule(self) -> (&'static str, &'static str) {
        const LINE: &str = "one line, without control characters or such as turn text around";
        const FILLED: &str =
            "one line and not empty, without control characters or such as turn text around";
        const TEXT: &str = "text, without control characters but line breaks and tabs";
        const SHORT: &str = "no longer than the group allows";
        const FEW: &str = "no more than the group allows";
        match self {
            Self::Message => ("the message", "what its kind asks for"),
            Self::Elements => ("the elements of a message", FEW),
            Self::Nick => ("the nick", LINE),
            Self::Avatar => ("the address of the avatar", LINE),
            Self::NameCard => ("the name card", LINE),
            Self::GroupName => ("the name of the group", FILLED),
            Self::Introduction => ("the introduction", TEXT),
            Self::Notification => ("the notification", TEXT),
            Self::FaceUrl => ("the address of the group's picture", LINE),
            Self::CustomKey => {
                ("the key of a custom field", "one or more of the characters A-Z, a-z, 0-9 and _")
            }
            Self::CustomValue => ("the value of a custom field", SHORT),
            Self::CustomFields => ("the custom fields", FEW),
            Self::Note => ("the note", TEXT),
            Self::Reason => ("the reason", TEXT),
            Self::Notice => ("the notice", SHORT),
            Self::Users => (
                "users",
                "named by valid ids, at least one; a user's join names that user, a guest's nobody",
            ),
            Self::Span => {
                ("the span", "longer than zero, and in slow mode and raid mode at most 24 hours")
            }
            Self::AttributeKey => ("the key of an attribute", FILLED),
            Self::AttributeValue => ("the value of an attribute", SHORT),
            Self::Attributes => ("the attributes", FEW),
            Self::AttributeBytes => ("the values of all attributes together", SHORT),
            Self::CounterKey => ("the key of a counter", FILLED),
            Self::Counters => ("the counters", FEW),
            Self::CounterValue => ("the value of a counter", "a whole number of 64 bits"),
            Self::Mark => ("a mark", "named, and be 500, 600, or a number from 1,000 on"),
            Self::Marks => ("the marks, and the members who have one,", FEW),
            Self::Sessions => ("the sessions of one user", FEW),
            Self::Acts => ("the acts", "at least one"),
            Self::Evidence => ("the messages named as evidence", FEW),
            Self::Mutes => ("the users muted", FEW),
            Self::Bans => ("the users banned", FEW),
            Self::Prints => ("the fingerprints", "at least one, and no more than the group allows"),
            Self::Strikes => ("the users who have strikes", FEW),
            Self::Applicants => ("the users who wait to be admitted", FEW),
            Self::Questions => ("the messages held", FEW),
            Self::AuthorQuestions => ("the messages held of one author", FEW),
            Self::Folds => ("the folded messages", FEW),
            Self::Members => ("the members", FEW),
            Self::Admins => ("the admins", FEW),
            Self::CustomElements => ("the custom elements of a message", FEW),
        }
    }
}

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

impl Denial {
    /// As [`Refusal::code`].
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use super::*;
    use crate::{bounds, command::Command};

    /// Every field, as their wire form names them.
    fn fields() -> Vec<Field> {
        let error = serde_json::from_str::<Field>("\"none\"").unwrap_err().to_string();
        let names = error.split_once("expected one of").unwrap().1;
        let names = names.split('`').skip(1).step_by(2);
        names.map(|name| serde_json::from_str(&format!("{name:?}")).unwrap()).collect()
    }

    fn told(field: Field) -> String {
        Refusal::Malformed { field }.to_string()
    }

    #[test]
    fn each_field_has_a_sentence_of_its_own_that_says_its_form() {
        let fields = fields();
        assert_eq!((fields.first(), fields.len()), (Some(&Field::Message), 40));
        let sentences: BTreeSet<String> = fields.iter().map(|&field| told(field)).collect();
        assert_eq!(sentences.len(), fields.len());
        for sentence in sentences {
            assert!(sentence.contains(" must be "), "{sentence}");
            assert!(sentence.starts_with(char::is_lowercase), "{sentence}");
        }
        assert_eq!(
            told(Field::Nick),
            "the nick must be one line, without control characters or such as turn text around"
        );
    }

    #[test]
    fn the_numbers_that_a_sentence_says_are_those_that_are_kept() {
        assert_eq!(bounds::LONGEST_PAUSE, Duration::from_hours(24));
        assert!(told(Field::Span).contains("at most 24 hours"));
        let text = |signal, marks| Refusal::TextRule { rule: 0, signal, limit: 0, found: 3, marks };
        assert_eq!(
            text(Signal::Links, vec![1_000, 1_001]).to_string(),
            "no links are allowed; there are 3; or ask the staff for mark 1000 or 1001"
        );
        assert_eq!(text(Signal::Plain, vec![]).to_string(), "only faces and emoji may be sent now");
        let marks = [Command::ALWAYS_ONLINE, Command::HIDDEN, bounds::FIRST_MARK];
        assert_eq!(marks, [500, 600, 1_000]);
        assert!(told(Field::Mark).contains("500, 600, or a number from 1,000 on"));
    }
}
