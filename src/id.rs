//! Names for things, each a type of its own so that no two can be swapped.
//!
//! Ids that people choose ([`UserId`], [`GroupId`]) are checked when they are made, from serialized
//! data too, so that an id that exists is a good one.

#![expect(clippy::indexing_slicing, reason = "a digit is below the number of letters")]

mod short;

use std::{borrow::Borrow, fmt, mem::size_of, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::short::Short;
use crate::time::Timestamp;

/// Why a piece of text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// An id has at least one character.
    #[error("an id needs at least one character")]
    Empty,
    /// The id is longer than its kind allows.
    #[error("an id of this kind has at most {limit} bytes, this one has {length}")]
    TooLong {
        /// The most bytes that this kind may have.
        limit: usize,
        /// The bytes that were given.
        length: usize,
    },
    /// A character that could not be seen, or told from another, is in the id.
    #[error("the character U+{:04X} may not stand in an id", u32::from(*character))]
    Character {
        /// The first such character.
        character: char,
    },
    /// Ids that begin so are assigned by the engine.
    #[error("ids that begin with {prefix:?} are assigned, not chosen")]
    Reserved {
        /// The reserved beginning.
        prefix: &'static str,
    },
}

/// A user, as the host's own accounts name them: 1 to 32 bytes of visible UTF-8.
///
/// Control, white space and invisible characters are turned away, so that two ids that look alike in
/// a log are alike. An id is opaque: what people read is the nick in their [`Profile`](crate::Profile).
///
/// A UUID fits as its 32 hexadecimal digits. With hyphens it has 36 bytes and is turned away.
///
/// ```
/// use liveroom::UserId;
///
/// let alice: UserId = "alice".parse()?;
/// assert_eq!(alice.as_str(), "alice");
/// assert!("a b".parse::<UserId>().is_err());
/// assert!("f47ac10b58cc4372a5670e02b2c3d479".parse::<UserId>().is_ok());
/// assert!("f47ac10b-58cc-4372-a567-0e02b2c3d479".parse::<UserId>().is_err());
/// # Ok::<(), liveroom::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(Short<14, { Self::MAX_BYTES }>);

// A giant group has a million of them, most of which have room in place.
const _: () = assert!(size_of::<Option<UserId>>() == 16);

impl UserId {
    /// The most bytes a user id may have ("up to 32 bytes", the modelled service).
    pub const MAX_BYTES: usize = 32;

    /// Checks `text` and makes it an id.
    ///
    /// # Errors
    /// [`IdError`] says what to change about the text.
    pub fn new(text: &str) -> Result<Self, IdError> {
        check_length(text, Self::MAX_BYTES)?;
        match text.chars().find(|&c| is_unfit_for_an_id(c)) {
            Some(character) => Err(IdError::Character { character }),
            None => Ok(Self(Short::new(text))),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// For hashing, which asks not whether it is text.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// What it holds beside itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.heap_bytes()
    }

    /// The most that one holds beside itself.
    pub(crate) const MOST_BESIDE: u64 = Short::<14, { Self::MAX_BYTES }>::MOST_BESIDE as u64;
}

impl Borrow<str> for UserId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// A group: chosen by the host, or assigned by the engine (`@TGS#…`).
///
/// A chosen id has 1 to 48 bytes of printable ASCII and does not begin with `@TGS#`.
///
/// ```
/// use liveroom::{GroupId, IdError};
///
/// let chosen = GroupId::custom("friday night")?;
/// assert_eq!(chosen.as_str(), "friday night");
/// assert!(matches!(GroupId::custom("@TGS#mine"), Err(IdError::Reserved { .. })));
/// assert!(GroupId::assigned(42).as_str().starts_with("@TGS#"));
/// # Ok::<(), IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupId(Short<22, { Self::MAX_BYTES }>);

// Assigned ids, of 18 bytes, have room in place.
const _: () = assert!(size_of::<GroupId>() == 24);

impl GroupId {
    /// The most bytes a group id may have ("up to 48 bytes of printable ASCII", the modelled service).
    pub const MAX_BYTES: usize = 48;
    /// What every assigned id begins with, and no chosen one may.
    pub const ASSIGNED_PREFIX: &'static str = "@TGS#";

    /// Checks an id that the host chose.
    ///
    /// # Errors
    /// [`IdError`] says what to change about the text.
    pub fn custom(text: &str) -> Result<Self, IdError> {
        if text.starts_with(Self::ASSIGNED_PREFIX) {
            return Err(IdError::Reserved { prefix: Self::ASSIGNED_PREFIX });
        }
        Self::parse(text)
    }

    /// The assigned id that stands for `code`: different codes give different ids.
    pub fn assigned(code: u64) -> Self {
        // 13 letters of 5 bits hold 64 bits; no vowels that spell words, nothing that reads alike.
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut text = String::from(Self::ASSIGNED_PREFIX);
        for place in (0..13).rev() {
            let digit = (code >> (place * 5)) & 31;
            text.push(char::from(LETTERS[usize::try_from(digit).unwrap_or(0)]));
        }
        Self(Short::new(&text))
    }

    /// Whether it is of the form that is assigned, and never chosen.
    pub(crate) fn is_assigned(&self) -> bool {
        self.as_str().starts_with(Self::ASSIGNED_PREFIX)
    }

    /// Accepts chosen and assigned ids alike.
    fn parse(text: &str) -> Result<Self, IdError> {
        check_length(text, Self::MAX_BYTES)?;
        match text.chars().find(|c| !(' '..='~').contains(c)) {
            Some(character) => Err(IdError::Character { character }),
            None => Ok(Self(Short::new(text))),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A step of the chain of decisions, as the config names it: 1 to 14 bytes of visible UTF-8.
///
/// ```
/// use liveroom::StepName;
///
/// let human: StepName = "human".parse()?;
/// assert_eq!(human.as_str(), "human");
/// assert!("a very long name".parse::<StepName>().is_err());
/// # Ok::<(), liveroom::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepName(Short<14, { Self::MAX_BYTES }>);

impl StepName {
    /// The most bytes that a step's name may have: what has room in place.
    pub const MAX_BYTES: usize = 14;

    /// Checks `text` and makes it a name.
    ///
    /// # Errors
    /// [`IdError`] says what to change about the text.
    pub fn new(text: &str) -> Result<Self, IdError> {
        check_length(text, Self::MAX_BYTES)?;
        match text.chars().find(|&c| is_unfit_for_an_id(c)) {
            Some(character) => Err(IdError::Character { character }),
            None => Ok(Self(Short::new(text))),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn check_length(text: &str, limit: usize) -> Result<(), IdError> {
    match text.len() {
        0 => Err(IdError::Empty),
        length if length > limit => Err(IdError::TooLong { limit, length }),
        _ => Ok(()),
    }
}

/// Characters that print nothing, or turn the text around them.
fn is_unfit_for_an_id(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

macro_rules! text_id {
    ($type:ident, $parse:path) => {
        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                $parse(text)
            }
        }

        impl TryFrom<String> for $type {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                $parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.as_str().fmt(f)
            }
        }
    };
}

text_id!(UserId, UserId::new);
text_id!(GroupId, GroupId::parse);
text_id!(StepName, StepName::new);

macro_rules! number_id {
    ($(#[$doc:meta])* $type:ident($number:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $type(pub $number);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// An application: the modelled service's `SDKAppID`. Groups and users of two apps never meet.
    AppId(u32)
}
number_id! {
    /// One connection of one user or guest, named by the host; never reused while it is open.
    SessionId(u64)
}
number_id! {
    /// A message that a group accepted; counted up from 1 within its group.
    MessageId(u64)
}
number_id! {
    /// A place in a group's one history, counted up from 1 without holes; 0 stands before all.
    Seq(u64)
}
number_id! {
    /// The sender's own mark on a message: the same mark again within 5 minutes is a duplicate.
    Random(u32)
}
number_id! {
    /// A question that the host is asked to answer; counted up from 1 within its group.
    Ticket(u64)
}
number_id! {
    /// A journal record, counted up from 1 within its group; 0 stands before all.
    RecordNo(u64)
}
number_id! {
    /// One unbroken life of a group's history: cursors of another epoch are turned away.
    Epoch(u32)
}
impl Epoch {
    /// For a history that begins now where an earlier one may have been lost: the time in seconds. It is later than all that
    /// began before this second, by clocks that agree.
    ///
    /// ```
    /// # use liveroom::{Epoch, Timestamp};
    /// assert_eq!(Epoch::at(Timestamp::from_secs(1_600_000_000)), Epoch(1_600_000_000));
    /// ```
    pub fn at(now: Timestamp) -> Self {
        Self(u32::try_from(now.as_secs()).unwrap_or(u32::MAX))
    }
}
number_id! {
    /// A compiled filter: covers its spec and the version of the fold tables.
    FilterId(u64)
}

/// Whatever a host knows a device or a line by: opaque here, 128 bits of the host's own making, such as a
/// keyed hash of an address. Written as 32 hexadecimal digits.
///
/// ```
/// use liveroom::Fingerprint;
///
/// let print = Fingerprint(0xfeed);
/// assert_eq!(print.to_string(), "0000000000000000000000000000feed");
/// assert_eq!(print.to_string().parse(), Ok(print));
/// # Ok::<(), liveroom::IdError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    const DIGITS: usize = 32;

    fn parse(text: &str) -> Result<Self, IdError> {
        check_length(text, Self::DIGITS)?;
        match text.chars().find(|digit| !digit.is_ascii_hexdigit()) {
            Some(character) => Err(IdError::Character { character }),
            None => Ok(Self(u128::from_str_radix(text, 16).unwrap_or_default())),
        }
    }
}

impl FromStr for Fingerprint {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Fingerprint> for String {
    fn from(print: Fingerprint) -> Self {
        print.to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Seq {
    /// The next place.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A group's place in an engine: an index that is used again, and a generation that is not.
///
/// Hosts keep it beside each connection, because looking a [`GroupId`] up costs as much as a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupKey {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_visible_and_short() {
        assert_eq!(UserId::new("user_张三").unwrap().as_str(), "user_张三");
        assert_eq!(UserId::new(""), Err(IdError::Empty));
        assert!(UserId::new(&"x".repeat(32)).is_ok());
        assert_eq!(UserId::new(&"x".repeat(33)), Err(IdError::TooLong { limit: 32, length: 33 }));
        for hidden in ["a\0", "a b", "a\u{200b}", "\u{202e}a", "a\u{feff}", "a\r\n"] {
            assert!(matches!(UserId::new(hidden), Err(IdError::Character { .. })), "{hidden:?}");
        }
    }

    #[test]
    fn a_custom_group_id_is_printable_ascii_and_not_an_assigned_one() {
        assert!(GroupId::custom(&"g".repeat(48)).is_ok());
        assert!(matches!(GroupId::custom(&"g".repeat(49)), Err(IdError::TooLong { .. })));
        assert!(matches!(GroupId::custom("caf\u{e9}"), Err(IdError::Character { .. })));
        assert!(matches!(GroupId::custom("@TGS#x"), Err(IdError::Reserved { .. })));
        assert!(GroupId::custom("@TGS").is_ok());
    }

    #[test]
    fn assigned_ids_differ_and_survive_being_parsed() {
        let ids = [0, 1, 31, 32, u64::MAX].map(GroupId::assigned);
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(id.as_str().parse::<GroupId>().as_ref(), Ok(id));
            assert!(ids.iter().skip(at + 1).all(|other| other != id));
        }
    }
}
