//! What things are called at the server: each group has names of its own, whatever its id is made of.

use std::fmt::Write as _;

use super::{NatsError, error::Refused};
use crate::{
    id::{Epoch, FilterId, GroupId},
    relay::{EdgeId, FrameNo},
};

/// What all names begin with: rooms of other prefixes are other rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    prefix: Box<str>,
}

/// A subject by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The stream's: frames.
    Log,
    /// From the home to all edges: frames as they are told.
    All,
    /// The home's signs of life.
    Beat,
    /// From edges to the home.
    Up,
    /// From the home to one edge.
    One,
    /// Questions for a base.
    Base,
}

impl Purpose {
    fn token(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::All => "all",
            Self::Beat => "beat",
            Self::Up => "up",
            Self::One => "one",
            Self::Base => "base",
        }
    }
}

impl Names {
    /// The longest prefix.
    const MAX_BYTES: usize = 32;

    pub(super) fn new(prefix: &str) -> Result<Self, NatsError> {
        if is_name(prefix) {
            Ok(Self { prefix: prefix.into() })
        } else {
            Err(NatsError::Refused(Refused::Name(prefix.chars().take(Self::MAX_BYTES).collect())))
        }
    }

    /// The subject of a group.
    pub(super) fn of(&self, purpose: Purpose, group: &GroupId) -> String {
        format!("{}.{}.{}", self.prefix, purpose.token(), token(group))
    }

    /// The subject of one edge of a group.
    pub(super) fn at_edge(&self, purpose: Purpose, group: &GroupId, edge: EdgeId) -> String {
        format!("{}.{edge}", self.of(purpose, group))
    }

    /// What an edge sends comes under its number, so that the server can be told who may send as which.
    pub(super) fn of_edges(&self, purpose: Purpose, group: &GroupId) -> String {
        format!("{}.*", self.of(purpose, group))
    }

    /// The subject under which all groups are logged.
    pub(super) fn logs(&self) -> String {
        format!("{}.{}.*", self.prefix, Purpose::Log.token())
    }

    /// Where nodes say that they live.
    pub(super) fn nodes(&self) -> String {
        format!("{}.nodes", self.prefix)
    }

    /// Whether a subject is under the prefix.
    pub(super) fn has(&self, subject: &str) -> bool {
        subject.strip_prefix(&*self.prefix).is_some_and(|rest| rest.starts_with('.'))
    }

    pub(super) fn stream(&self) -> String {
        format!("{}-log", self.prefix)
    }

    /// The bucket of what is known of each room.
    pub(super) fn rooms(&self) -> String {
        format!("{}-rooms", self.prefix)
    }

    /// The bucket from whose revisions edges have their numbers.
    pub(super) fn edges(&self) -> String {
        format!("{}-edges", self.prefix)
    }

    pub(super) fn checkpoints(&self) -> String {
        format!("{}-checkpoints", self.prefix)
    }

    /// A checkpoint's object. Whoever sums up the same log at the same moment makes another one: `nonce` is random.
    pub(super) fn checkpoint(group: &GroupId, epoch: Epoch, no: FrameNo, nonce: u64) -> String {
        format!("{}/{epoch}-{no}-{nonce:016x}", token(group))
    }

    /// Of which epoch it is and up to which frame it sums up the group's log, if it is the name of one of its checkpoints.
    /// The greater is the newer: what a lost history had is of an earlier epoch, whatever its frames were.
    pub(super) fn checkpoint_place(group: &GroupId, name: &str) -> Option<(Epoch, FrameNo)> {
        let rest = name.strip_prefix(&token(group))?.strip_prefix('/')?;
        let mut parts = rest.split('-');
        let epoch = parts.next()?.parse().ok().map(Epoch)?;
        let no = parts.next()?.parse().ok().map(FrameNo)?;
        Some((epoch, no))
    }

    /// A filter's object. No group's token has a `+` in it.
    pub(super) fn filter(id: FilterId) -> String {
        format!("+filters/{id}")
    }
}

/// Whether a text can be one token of a subject, a bucket's name, and one key: nothing in it is a wildcard or
/// ends a token.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=Names::MAX_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

/// A group's id as one token: what may not stand in one, and the sign for that, is written in hexadecimal. No two
/// ids have the same.
pub(super) fn token(group: &GroupId) -> String {
    let mut token = String::with_capacity(group.as_str().len());
    for byte in group.as_str().bytes() {
        match byte {
            b'-' | b'_' => token.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => token.push(char::from(byte)),
            // Writing to a text does not fail.
            _ => drop(write!(token, "={byte:02X}")),
        }
    }
    token
}

/// The group of a token; `None` for what is none.
pub(super) fn group(token: &str) -> Option<GroupId> {
    let mut text = Vec::with_capacity(token.len());
    let mut bytes = token.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let digit =
                |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
            text.push(digit(bytes.next()?)? << 4 | digit(bytes.next()?)?);
        } else {
            text.push(byte);
        }
    }
    let id = GroupId::try_from(String::from_utf8(text).ok()?).ok()?;
    (self::token(&id) == token).then_some(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_group_has_a_token_of_its_own(one in "[ -~]{1,48}", other in "[ -~]{1,48}") {
            let id = |text: &str| GroupId::try_from(text.to_owned()).unwrap();
            let (one, other) = (id(&one), id(&other));
            prop_assert_eq!(group(&token(&one)), Some(one.clone()));
            prop_assert_eq!(token(&one) == token(&other), one == other);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
            prop_assert!(token(&one).bytes().all(plain));
        }

        #[test]
        fn what_is_no_token_is_no_group(text in "\\PC{0,60}") {
            if let Some(id) = group(&text) {
                prop_assert_eq!(token(&id), text);
            }
        }
    }

    #[test]
    fn a_checkpoint_tells_its_place_to_its_own_group() {
        let id = |text: &str| GroupId::custom(text).unwrap();
        let name = Names::checkpoint(&id("a/b"), Epoch(7), FrameNo(12), 3);
        assert_eq!(Names::checkpoint_place(&id("a/b"), &name), Some((Epoch(7), FrameNo(12))));
        assert_eq!(Names::checkpoint_place(&id("a"), &name), None);
        assert_eq!(Names::checkpoint_place(&id("a/b"), &name[..name.len() - 20]), None);
    }

    #[test]
    fn ids_that_look_like_wildcards_stay_in_their_room() {
        let names = Names::new("live").unwrap();
        let id = |text: &str| GroupId::custom(text).unwrap();
        assert_eq!(names.of(Purpose::Log, &id("a.*.>")), "live.log.a=2E=2A=2E=3E");
        assert_eq!(names.of(Purpose::Log, &id("a=2E")), "live.log.a=3D2E");
        assert_eq!(names.of(Purpose::Up, &GroupId::assigned(0)), "live.up.=40TGS=230000000000000");
        assert_eq!(
            names.at_edge(Purpose::One, &id("a b"), EdgeId::new(7).unwrap()),
            "live.one.a=20b.7"
        );
        assert_eq!(group("a=2"), None, "it ends too soon");
        assert_eq!(group("a=2e"), None, "it is not how the id is written");
        assert_eq!(group(""), None);
    }

    #[test]
    fn a_prefix_is_one_token() {
        for bad in ["", "a.b", "*", ">", "a b", "ä", "a".repeat(33).as_str()] {
            assert!(matches!(Names::new(bad), Err(NatsError::Refused(Refused::Name(_)))), "{bad}");
        }
        assert!(Names::new("live-2_x").is_ok());
    }
}
