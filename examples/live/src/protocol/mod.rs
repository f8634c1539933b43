//! The wire protocol of PROTOCOL.md as types: every frame of either side.
//!
//! What comes in is parsed into types that hold nothing impossible ([`client`]); what goes out is
//! built from the engine's own ([`host`], [`entries`], [`answers`]). Both sides read and write, so
//! that tests can take every example of PROTOCOL.md there and back.

pub(crate) mod answers;
pub(crate) mod client;
pub(crate) mod deeds;
pub(crate) mod drawing;
pub(crate) mod entries;
#[cfg(test)]
mod examples;
pub(crate) mod host;
pub(crate) mod life;
pub(crate) mod moderation;
pub(crate) mod panel;
pub(crate) mod past;
pub(crate) mod program;
pub(crate) mod welcome;

use liveroom::{Kind, PerClass, Priority, Role, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The version of the protocol that this host speaks.
pub(crate) const VERSION: u64 = 1;
/// "A client frame has at most 32,768 bytes": four times a message's content, for JSON's escapes.
pub(crate) const FRAME_BYTES: usize = 32_768;
/// "At most 20 frames a second".
pub(crate) const FRAMES_PER_SECOND: u32 = 20;
/// "40 at once after a pause".
pub(crate) const FRAMES_AT_ONCE: u32 = 40;

/// Until when something lasts: milliseconds since the Unix epoch, or the word `forever`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Until(pub(crate) Timestamp);

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 == Timestamp::MAX {
            to.serialize_str("forever")
        } else {
            to.serialize_u64(self.0.as_millis())
        }
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match NumberOrWord::deserialize(from)? {
            NumberOrWord::Number(millis) => Ok(Self(Timestamp::from_millis(millis))),
            NumberOrWord::Word(word) if word == "forever" => Ok(Self(Timestamp::MAX)),
            NumberOrWord::Word(_) => Err(Error::custom("a time is a number, or \"forever\"")),
        }
    }
}

/// A kind of message: a word for the engine's own, a number for the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindName(pub(crate) Kind);

impl Serialize for KindName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Kind::Host(number) => to.serialize_u16(number),
            Kind::Gift => to.serialize_str("gift"),
            Kind::Like => to.serialize_str("like"),
            Kind::Follow => to.serialize_str("follow"),
            Kind::Control => to.serialize_str("control"),
            // A kind that this protocol does not know yet is shown as words, if it has any.
            _ => to.serialize_str("text"),
        }
    }
}

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let kind = match NumberOrWord::deserialize(from)? {
            NumberOrWord::Number(number) => u16::try_from(number).ok().map(Kind::Host),
            NumberOrWord::Word(word) => match word.as_str() {
                "text" => Some(Kind::Text),
                "gift" => Some(Kind::Gift),
                "like" => Some(Kind::Like),
                "follow" => Some(Kind::Follow),
                "control" => Some(Kind::Control),
                _ => None,
            },
        };
        kind.map(Self).ok_or_else(|| {
            Error::custom("a kind is text, gift, like, follow, control, or a number up to 65535")
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrWord {
    Number(u64),
    Word(String),
}

/// A role, as the wire writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleName {
    Guest,
    Member,
    Admin,
    Owner,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Guest => Self::Guest,
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
            Role::Owner => Self::Owner,
        }
    }
}

/// A priority, as the wire writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PriorityName {
    High,
    Normal,
    Low,
    Lowest,
}

impl From<Priority> for PriorityName {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::High => Self::High,
            Priority::Normal => Self::Normal,
            Priority::Low => Self::Low,
            Priority::Lowest => Self::Lowest,
        }
    }
}

impl From<PriorityName> for Priority {
    fn from(name: PriorityName) -> Self {
        match name {
            PriorityName::High => Self::High,
            PriorityName::Normal => Self::Normal,
            PriorityName::Low => Self::Low,
            PriorityName::Lowest => Self::Lowest,
        }
    }
}

/// How many of each class a reader missed; a class without any is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Missed {
    #[serde(skip_serializing_if = "is_none")]
    high: u64,
    #[serde(skip_serializing_if = "is_none")]
    normal: u64,
    #[serde(skip_serializing_if = "is_none")]
    low: u64,
    #[serde(skip_serializing_if = "is_none")]
    lowest: u64,
    #[serde(skip_serializing_if = "is_none")]
    tip: u64,
    #[serde(skip_serializing_if = "is_none")]
    notice: u64,
}

impl From<PerClass<u64>> for Missed {
    fn from(PerClass([high, normal, low, lowest, tip, notice]): PerClass<u64>) -> Self {
        Self { high, normal, low, lowest, tip, notice }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}
