//! What the modelled service says instead of a refusal: a number and a line of text.
//!
//! [`Failure`] is made from every [`Refusal`], [`PushError`] and [`Outcome`] of the engine, by matches
//! that name each variant, so that a new one has to be given a code. The numbers are the modelled
//! service's of 2020 and 2024; the texts are this crate's own, because they say what would help.
//!
//! Each code of [`Code::ALL`] has a cause in this crate. Others of the modelled service's have none, and
//! are never given: those of its price list (10058, 10059: there are no plans), of other kinds of groups,
//! of time limits that an engine does not have (10031), and what its SDK says by itself (2xxx, 3122).

use std::{borrow::Cow, fmt};

use crate::{
    engine::PushError,
    outcome::{Discard, Outcome, Rejection, Told},
    refusal::{Denial, Field, Refusal},
    signals::Signal,
};

/// One of the modelled service's error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u32);

macro_rules! codes {
    ($($name:ident = $number:literal, $says:literal;)*) => {
        impl Code {
            $(#[doc = concat!($says, ".")] pub const $name: Self = Self($number);)*

            /// Every code that is given here, but for the 101 of the app's own, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it means, in a few words.
            pub const fn says(self) -> &'static str {
                match self.0 {
                    $($number => $says,)*
                    _ => "refused by the app",
                }
            }
        }
    };
}

codes! {
    INTERNAL = 10002, "the server cannot do it now; try again";
    UNKNOWN_COMMAND = 10003, "there is no such command";
    BAD_PARAMETER = 10004, "a parameter is missing, or not what it must be";
    TOO_MANY_ACCOUNTS = 10005, "too many accounts";
    TOO_OFTEN = 10006, "asked too often";
    NO_PERMISSION = 10007, "not permitted";
    BAD_REQUEST = 10008, "the request is not of who is logged in";
    OWNER_CANNOT_QUIT = 10009, "the owner cannot quit";
    NO_SUCH_GROUP = 10010, "the group is not there, or was disbanded";
    BAD_JSON = 10011, "the body is no JSON";
    BAD_OPERATOR = 10012, "the operator is no valid user id";
    ALREADY_MEMBER = 10013, "in the group already";
    GROUP_FULL = 10014, "the group is full";
    BAD_GROUP_ID = 10015, "no valid group id";
    REFUSED_BY_APP = 10016, "refused by the app";
    MUTED = 10017, "muted";
    REPLY_TOO_LONG = 10018, "the reply would be too long; ask for less";
    NO_SUCH_USER = 10019, "there is no such user";
    GROUP_ID_TAKEN = 10021, "the group id is taken";
    MESSAGES_TOO_OFTEN = 10023, "too many messages; send again later";
    ALREADY_HANDLED = 10024, "handled already, or never asked";
    GROUP_ID_YOURS = 10025, "the group id is taken, by a group of yours";
    COMMAND_DISABLED = 10026, "this group does not offer that";
    NO_SUCH_MESSAGE = 10030, "the message is not there";
    NO_RECALL = 10033, "messages cannot be recalled here";
    NO_DELETION = 10035, "livestreaming groups do not delete messages";
    TOO_MANY_GROUPS = 10036, "there are as many groups as there may be";
    TOO_MANY_JOINED = 10037, "in as many groups, or over as many sessions, as one may be";
    TOO_MANY_MEMBERS = 10038, "there are as many members as there may be";
    NO_ROAMING = 10044, "livestreaming groups keep no history to ask for";
    ATTRIBUTE_KEY_TOO_LONG = 10045, "the key of an attribute is too long";
    ATTRIBUTE_VALUE_TOO_LONG = 10046, "the value of an attribute is too long";
    TOO_MANY_ATTRIBUTES = 10047, "too many attributes";
    ATTRIBUTES_TOO_LONG = 10048, "the values of all attributes are too long";
    ATTRIBUTES_TOO_OFTEN = 10049, "attributes are written too often";
    NO_SUCH_ATTRIBUTE = 10050, "there is no such attribute";
    TOO_MANY_MENTIONED = 10053, "too many users are mentioned";
    ATTRIBUTE_CONFLICT = 10056, "another wrote the attributes first; read them again";
    TOO_MANY_COUNTERS = 10063, "too many counters";
    BAD_URL = 60002, "the address is not of the form it must be";
    BAD_IDENTIFIER = 60004, "the identifier or its signature is missing or no valid one";
    BAD_APP = 60006, "there is no such app";
    REST_TOO_OFTEN = 60007, "this command is called too often";
    REST_TIMEOUT = 60008, "the request took too long";
    BAD_SERVICE = 60009, "there is no such service";
    NOT_ADMIN = 60010, "only an administrator of the app may call this";
    NO_APP = 60012, "the app is not named";
    APP_DISABLED = 60016, "the app is disabled";
    APP_EXPIRED = 60020, "the app expired";
    SIG_EXPIRED = 70001, "the signature expired";
    SIG_MALFORMED = 70003, "no signature, or a damaged one";
    SIG_FORGED = 70009, "the signature was not made with the app's key";
    SIG_OTHER_USER = 70013, "the signature is another user's";
    SIG_OTHER_APP = 70014, "the signature is for another app";
    SENSITIVE_TEXT = 80001, "the text holds what is not allowed here";
    MESSAGE_TOO_LONG = 80002, "the message is too long";
    APP_SILENT = 80003, "the app did not decide in time";
    SENSITIVE_IMAGE = 80004, "the picture shows what is not allowed here";
    MESSAGE_BAD_JSON = 90001, "the message is no JSON";
    MESSAGE_BAD_BODY = 90002, "the message's body is not what it must be";
    MESSAGE_NO_RECEIVER = 90003, "the receiver is not named";
    MESSAGE_BAD_RANDOM = 90005, "the random is missing, or no whole number";
    MESSAGE_NOT_ARRAY = 90007, "the message's body is no list";
    MESSAGE_NOT_ADMIN = 90009, "only an administrator of the app may send this";
    MESSAGE_BAD_FORM = 90010, "the message is not of the form it must be";
    MESSAGE_TOO_MANY_RECEIVERS = 90011, "too many receivers";
    MESSAGE_UNKNOWN_RECEIVER = 90012, "the receiver is not there";
    TOO_MANY_CONNECTIONS = 91101, "the user is connected as often as one may be";
}

impl Code {
    /// The first of the codes that are the app's own.
    pub const FIRST_OF_APP: u32 = 10_100;
    /// The last of the codes that are the app's own.
    pub const LAST_OF_APP: u32 = 10_200;

    /// One of the app's own codes, 10100 to 10200.
    pub const fn of_app(number: u32) -> Option<Self> {
        if number >= Self::FIRST_OF_APP && number <= Self::LAST_OF_APP {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The code with which a decision rejects: the app's own, or that of a text or picture that is
    /// not allowed; any other number is told as 10016.
    pub const fn of_decision(number: u32) -> Self {
        match (Self::of_app(number), Self(number)) {
            (Some(own), _) => own,
            (None, code @ (Self::SENSITIVE_TEXT | Self::SENSITIVE_IMAGE)) => code,
            (None, _) => Self::REFUSED_BY_APP,
        }
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why something was not done, as the modelled service tells it: `ErrorCode` and `ErrorInfo`.
///
/// ```
/// use liveroom::{Refusal, tim::{Code, Failure}};
///
/// let failure = Failure::from(&Refusal::MutedAll);
/// assert_eq!(failure.code, Code::MUTED);
/// assert_eq!(failure.info, "everybody is muted; wait until it ends");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number.
    pub code: Code,
    /// What would help, for developers.
    pub info: Cow<'static, str>,
}

impl Failure {
    /// The most bytes of a text that is made from what came in; the rest is cut off.
    pub const MAX_INFO: usize = 256;

    /// A code with text of its own.
    pub fn new(code: Code, info: impl Into<Cow<'static, str>>) -> Self {
        let mut info = info.into();
        if info.len() > Self::MAX_INFO {
            let end = info.floor_char_boundary(Self::MAX_INFO);
            info.to_mut().truncate(end);
        }
        Self { code, info }
    }

    /// Why attributes were not written: as any refusal, but that too many writes have their own code.
    pub fn of_attributes(error: &PushError) -> Self {
        let failure = Self::from(error);
        match error {
            PushError::Refused(Refusal::TooOften { .. }) => {
                Self { code: Code::ATTRIBUTES_TOO_OFTEN, ..failure }
            }
            _ => failure,
        }
    }

    /// Why a group was not made, where the operator may own the one that has the id already.
    pub fn of_creation(error: &PushError, owned: bool) -> Self {
        let failure = Self::from(error);
        match error {
            PushError::GroupExists if owned => Self { code: Code::GROUP_ID_YOURS, ..failure },
            _ => failure,
        }
    }

    /// What the author of a message is told of its end; `None` is success, which is also said of an
    /// end that is not to be disclosed.
    pub fn of_outcome(outcome: &Outcome, disclose: bool) -> Option<Self> {
        match outcome.to_author(disclose) {
            Told::Ended(Outcome::Rejected(rejection)) => Some(Self::from(rejection)),
            Told::Ended(Outcome::Discarded(reason)) => Some(Code::from(*reason).into()),
            Told::Ended(Outcome::Delivered { .. })
            | Told::Sent
            | Told::Held { .. }
            | Told::Waiting { .. } => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.info)
    }
}

impl std::error::Error for Failure {}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self { code, info: code.says().into() }
    }
}

impl From<&Refusal> for Failure {
    fn from(refusal: &Refusal) -> Self {
        let info = match refusal {
            // The number is the host's own, and an SDK knows no attaching.
            Refusal::UnknownSession { .. } => "not in the group; join it first".into(),
            Refusal::Denied(Denial::NotOffered) => "livestreaming groups do not offer that".into(),
            _ => refusal.to_string(),
        };
        Self::new(refusal.into(), info)
    }
}

impl From<&PushError> for Failure {
    fn from(error: &PushError) -> Self {
        Self::new(error.into(), error.to_string())
    }
}

impl From<&Rejection> for Failure {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Filter { .. } | Rejection::Rule { .. } => Code::SENSITIVE_TEXT.into(),
            Rejection::Decision { code, reason } if reason.is_empty() => {
                Code::of_decision(*code).into()
            }
            Rejection::Decision { code, reason } => {
                Self::new(Code::of_decision(*code), reason.clone())
            }
            Rejection::Silence => Code::APP_SILENT.into(),
        }
    }
}

impl From<Discard> for Code {
    fn from(reason: Discard) -> Self {
        match reason {
            Discard::Rate | Discard::Expired | Discard::Shed => Self::MESSAGES_TOO_OFTEN,
            Discard::Muted => Self::MUTED,
            Discard::Banned | Discard::Removed => Self::NO_PERMISSION,
            Discard::Purged | Discard::Shadowed | Discard::Decision | Discard::Withdrawn => {
                Self::REFUSED_BY_APP
            }
            Discard::Disbanded => Self::NO_SUCH_GROUP,
        }
    }
}

impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::TooLong { field, .. } => too_long(*field),
            Refusal::TooMany { field, .. } | Refusal::HeldFull { field, .. } => too_many(*field),
            Refusal::Denied(denial) => (*denial).into(),
            Refusal::Part { refusal, .. } => (&**refusal).into(),
            Refusal::Missing { field: Field::AttributeKey } => Self::NO_SUCH_ATTRIBUTE,
            Refusal::Empty
            | Refusal::Malformed { .. }
            | Refusal::BadDirective
            | Refusal::LastStep { .. }
            | Refusal::Missing { .. } => Self::BAD_PARAMETER,
            Refusal::UnknownSession { .. }
            | Refusal::Banned { .. }
            | Refusal::JoinClosed
            | Refusal::RaidOn { .. } => Self::NO_PERMISSION,
            Refusal::SessionTaken { .. } => Self::ALREADY_MEMBER,
            Refusal::Muted { .. }
            | Refusal::MutedAll
            | Refusal::NotASpeaker { .. }
            | Refusal::QuietHours { .. } => Self::MUTED,
            Refusal::SlowMode { .. } | Refusal::TooFast { .. } | Refusal::Repeated { .. } => {
                Self::MESSAGES_TOO_OFTEN
            }
            Refusal::TextRule { signal: Signal::Length, .. } => Self::MESSAGE_TOO_LONG,
            Refusal::Filtered { .. } | Refusal::TextRule { .. } => Self::SENSITIVE_TEXT,
            Refusal::GroupFull { .. } => Self::GROUP_FULL,
            Refusal::UnknownMember { .. } => Self::NO_SUCH_USER,
            Refusal::UnknownApplicant { .. } | Refusal::UnknownTicket { .. } => {
                Self::ALREADY_HANDLED
            }
            Refusal::UnknownMessage { .. } | Refusal::NotWithheld { .. } => Self::NO_SUCH_MESSAGE,
            Refusal::Conflict { .. } => Self::ATTRIBUTE_CONFLICT,
            Refusal::TooOften { .. } | Refusal::JoinedTooOften { .. } => Self::TOO_OFTEN,
            Refusal::Disbanded => Self::NO_SUCH_GROUP,
            Refusal::UnknownFilter { .. } | Refusal::Undrained { .. } => Self::INTERNAL,
        }
    }
}

impl From<Denial> for Code {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NoRecall => Self::NO_RECALL,
            // "Do not support": what removing a member of a livestreaming group is answered with.
            Denial::NoRemoval => Self::BAD_PARAMETER,
            Denial::OwnerCannotQuit | Denial::OwnerMustTransfer => Self::OWNER_CANNOT_QUIT,
            Denial::NotOffered => Self::COMMAND_DISABLED,
            Denial::GuestsOnlyRead
            | Denial::NotAMember
            | Denial::RoleTooLow { .. }
            | Denial::AppOnly
            | Denial::SessionOnly
            | Denial::TargetTooHigh { .. } => Self::NO_PERMISSION,
        }
    }
}

impl From<&PushError> for Code {
    fn from(error: &PushError) -> Self {
        match error {
            PushError::Refused(refusal) => refusal.into(),
            PushError::NoSuchGroup => Self::NO_SUCH_GROUP,
            PushError::GroupExists => Self::GROUP_ID_TAKEN,
            PushError::ReservedId => Self::BAD_GROUP_ID,
            PushError::TooManyGroups => Self::TOO_MANY_GROUPS,
            PushError::OverBudget { .. }
            | PushError::SessionOpen { .. }
            | PushError::TooManySessions { .. }
            | PushError::TooManyUsers { .. }
            | PushError::TooManyApps { .. } => Self::INTERNAL,
            PushError::UnknownSession { .. } | PushError::Impostor { .. } => Self::BAD_REQUEST,
            PushError::TooManyOfUser { .. } => Self::TOO_MANY_CONNECTIONS,
            PushError::TooManyJoined { .. } => Self::TOO_MANY_JOINED,
            PushError::BroadcastTooOften { .. } => Self::TOO_OFTEN,
            PushError::NoSuchApp => Self::BAD_APP,
            PushError::AppDisabled => Self::APP_DISABLED,
            PushError::AppExpired { .. } => Self::APP_EXPIRED,
            PushError::AppInUse => Self::NO_PERMISSION,
        }
    }
}

fn too_long(field: Field) -> Code {
    match field {
        Field::Message => Code::MESSAGE_TOO_LONG,
        Field::AttributeKey => Code::ATTRIBUTE_KEY_TOO_LONG,
        Field::AttributeValue => Code::ATTRIBUTE_VALUE_TOO_LONG,
        Field::AttributeBytes => Code::ATTRIBUTES_TOO_LONG,
        Field::Elements
        | Field::Nick
        | Field::Avatar
        | Field::NameCard
        | Field::GroupName
        | Field::Introduction
        | Field::Notification
        | Field::FaceUrl
        | Field::CustomKey
        | Field::CustomValue
        | Field::CustomFields
        | Field::Note
        | Field::Reason
        | Field::Notice
        | Field::Users
        | Field::Span
        | Field::Attributes
        | Field::CounterKey
        | Field::Counters
        | Field::CounterValue
        | Field::Mark
        | Field::Marks
        | Field::Sessions
        | Field::Acts
        | Field::Evidence
        | Field::Mutes
        | Field::Bans
        | Field::Prints
        | Field::Strikes
        | Field::Applicants
        | Field::Questions
        | Field::AuthorQuestions
        | Field::Folds
        | Field::Members
        | Field::Admins
        | Field::CustomElements => Code::BAD_PARAMETER,
    }
}

fn too_many(field: Field) -> Code {
    match field {
        Field::Users | Field::Mutes | Field::Bans | Field::Strikes | Field::Admins => {
            Code::TOO_MANY_ACCOUNTS
        }
        Field::Attributes => Code::TOO_MANY_ATTRIBUTES,
        Field::Counters => Code::TOO_MANY_COUNTERS,
        Field::Members => Code::TOO_MANY_MEMBERS,
        Field::Sessions => Code::TOO_MANY_JOINED,
        Field::Questions | Field::AuthorQuestions | Field::Folds => Code::MESSAGES_TOO_OFTEN,
        Field::Applicants => Code::TOO_OFTEN,
        Field::Message
        | Field::Elements
        | Field::Nick
        | Field::Avatar
        | Field::NameCard
        | Field::GroupName
        | Field::Introduction
        | Field::Notification
        | Field::FaceUrl
        | Field::CustomKey
        | Field::CustomValue
        | Field::CustomFields
        | Field::Note
        | Field::Reason
        | Field::Notice
        | Field::Span
        | Field::Acts
        | Field::Evidence
        | Field::Prints
        | Field::AttributeKey
        | Field::AttributeValue
        | Field::AttributeBytes
        | Field::CounterKey
        | Field::CounterValue
        | Field::Mark
        | Field::Marks
        | Field::CustomElements => Code::BAD_PARAMETER,
    }
}

#[cfg(test)]
mod tests;
