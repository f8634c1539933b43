//! Names for things, each a type of its own so that no two can be swapped.
//!
//! Ids that people choose ([`UserId`], [`GroupId`]) are checked when they are made, from serialized
//! data too, so that an id that exists is a good one.

mod short;

use std::{
    borrow::Borrow,
    fmt,
    hash::{BuildHasher, Hasher},
    mem::size_of,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use thiserror::Error;

use self::short::Short;

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
                f.write_str(self.as_str())
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

/// The key of the hash tables, 128 bits that strangers must not know: ids are chosen by users.
///
/// It changes nothing that can be seen: two groups with different keys answer alike.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct HashKey(u64, u64);

impl HashKey {
    /// A key from 128 random bits.
    pub const fn new(first: u64, second: u64) -> Self {
        Self(first, second)
    }

    /// One number from the key and `value`; without the key it cannot be foretold.
    pub(crate) fn hash_one(self, value: impl std::hash::Hash) -> u64 {
        BuildHasher::hash_one(&self, value)
    }

    /// The same for a user, in one go.
    pub(crate) fn hash_user(self, user: &UserId) -> u64 {
        self.build_hasher().hash(user.0.as_bytes())
    }

    /// The same for a session, whose number the host chose and nobody else: two multiplications, each
    /// folded, in place of a cipher.
    pub(crate) fn hash_session(self, session: SessionId) -> u64 {
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
            let folded = product as u64 ^ (product >> 64) as u64;
            folded
        };
        // Digits of pi, so that the key of zeros is no bad one. Two keys in 2^64 make a factor zero.
        let once = fold(session.0 ^ self.0, self.1 ^ 0x243f_6a88_85a3_08d3);
        fold(once ^ self.1, self.0 ^ 0x1319_8a2e_0370_7345)
    }
}

impl fmt::Debug for HashKey {
    /// A key in a log would be a key given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl BuildHasher for HashKey {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.0, self.1)
    }
}

/// A hasher whose result is the same in every process and on every machine, for digests.
///
/// Numbers are fed in as little-endian bytes of fixed width, `usize` as 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct StableHasher {
    sip: SipHasher13,
    /// What was fed in last. Most of it comes in pieces of a few bytes, which cost less together.
    pieces: [u8; 128],
    length: usize,
}

impl Default for StableHasher {
    fn default() -> Self {
        Self { sip: SipHasher13::default(), pieces: [0; 128], length: 0 }
    }
}

macro_rules! write_little_endian {
    ($($method:ident($number:ty)),*) => {
        $(fn $method(&mut self, value: $number) {
            self.write(&value.to_le_bytes());
        })*
    };
}

impl Hasher for StableHasher {
    fn finish(&self) -> u64 {
        self.sip.hash(&self.pieces[..self.length])
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if let Some(room) = self.pieces[self.length..].get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
        } else {
            self.sip.write(&self.pieces[..self.length]);
            self.sip.write(bytes);
            self.length = 0;
        }
    }

    write_little_endian!(
        write_u8(u8),
        write_u16(u16),
        write_u32(u32),
        write_u64(u64),
        write_u128(u128),
        write_i8(i8),
        write_i16(i16),
        write_i32(i32),
        write_i64(i64),
        write_i128(i128)
    );

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_i64(value as i64);
    }
}

/// The stable hash of one value.
pub(crate) fn stable_hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = StableHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
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

    #[test]
    fn a_session_is_hashed_with_the_key_and_every_bit_of_it_counts() {
        let key = HashKey::new(1, 2);
        let session = SessionId(0x0123_4567_89ab_cdef);
        let hash = key.hash_session(session);
        // Of 64 bits about half change, whichever bit of the number or the key did.
        let changes = |other: u64| (12..=52).contains(&(hash ^ other).count_ones());
        for bit in (0..64).map(|bit| 1 << bit) {
            assert!(changes(key.hash_session(SessionId(session.0 ^ bit))), "{bit:x}");
            assert!(changes(HashKey::new(1 ^ bit, 2).hash_session(session)), "{bit:x}");
            assert!(changes(HashKey::new(1, 2 ^ bit).hash_session(session)), "{bit:x}");
        }
        // Numbers in a row fall evenly into 256 parts, by the bytes that tables look at.
        for shift in [0, 40, 48, 56] {
            let mut parts = [0_u32; 256];
            (0..25_600).for_each(|number| {
                let part = key.hash_session(SessionId(number)) >> shift & 0xff;
                parts[usize::try_from(part).unwrap()] += 1;
            });
            assert!(parts.iter().all(|count| (50..=160).contains(count)), "{parts:?}");
        }
    }

    #[test]
    fn a_stable_hash_has_a_known_value() {
        // Written down once: it must not change between builds, machines or releases.
        assert_eq!(stable_hash(&(7_u32, 7_usize, "seven")), 3_739_546_387_428_340_294);
        assert_ne!(stable_hash(&7_u32), stable_hash(&7_u64));
    }

    #[test]
    fn a_stable_hash_does_not_depend_on_the_pieces_in_which_it_is_fed() {
        let bytes: Vec<u8> = (0..200).collect();
        let hash = |piece: usize| {
            let mut hasher = StableHasher::default();
            bytes.chunks(piece).for_each(|chunk| hasher.write(chunk));
            hasher.finish()
        };
        let mut whole = SipHasher13::default();
        whole.write(&bytes);
        assert!((1..=200).all(|piece| hash(piece) == whole.finish()));
    }

    #[test]
    fn a_hash_key_is_not_printed() {
        assert_eq!(format!("{:?}", HashKey::new(123, 456)), "HashKey(..)");
    }
}
