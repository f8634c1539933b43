//! The requests of the modelled service's web SDK, and the frames that answer them.
//!
//! The SDK speaks JSON in binary WebSocket frames: `{"head":{…},"body":{…}}`, where the head names the
//! command (`servcmd`) and counts (`seq`), and both come back in the reply's head. The vendor documents
//! none of it: this is what version 3.6.6 of `@tencentcloud/chat` was seen to send, and accept.
//!
//! [`Frame::read`] takes a frame apart, [`Frame::ask`] says what it wants. Whoever is at a connection is
//! known by its login alone: nothing that a later frame says of the sender is looked at.
//!
//! ```
//! use liveroom::tim::frames::{Ask, Frame};
//!
//! let frame = Frame::read(br#"{"head":{"servcmd":"heartbeat.alive","seq":7},"body":{}}"#)?;
//! assert_eq!(frame.ask()?, Ask::Alive);
//! let reply = frame.reply(&liveroom::tim::rest::Reply::empty());
//! assert!(reply.starts_with(br#"{"head":{"ver":"v4","servcmd":"heartbeat.alive","seq":7"#));
//! # Ok::<(), liveroom::tim::Failure>(())
//! ```

mod answers;
mod ask;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use self::{
    answers::{Login, joined, poll, profile, push, push_to_user},
    ask::Ask,
};
use crate::tim::{
    codes::{Code, Failure},
    rest::Reply,
    wire::{self, Faults, or_default},
};

/// The most bytes of a frame: the largest attributes, 16,000 bytes, with every byte escaped, and room
/// beside them.
pub const MAX_FRAME: usize = 128 << 10;

/// For how long a held poll may be kept: the SDK gives up after 15 s.
pub const HOLD: std::time::Duration = std::time::Duration::from_secs(10);

/// What a client that has the whole of the later plans may do: the SDK offers nothing else to its user.
pub const PURCHASE_BITS: &str = "111111111111111111111111111111111111111111111111";

/// One request of the SDK.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    head: Head,
    identifier: String,
    usersig: String,
    /// What a login was answered with (`a2`).
    key: String,
    body: &'a RawValue,
}

/// What a reply repeats of its request: all that is to be kept of one that is answered later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    servcmd: Box<str>,
    seq: u64,
}

#[derive(Deserialize)]
struct Parts<'a> {
    head: Given,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Given {
    servcmd: Box<str>,
    seq: u64,
    #[serde(default, deserialize_with = "or_default")]
    identifier: String,
    #[serde(default, deserialize_with = "or_default")]
    usersig: String,
    #[serde(default, deserialize_with = "or_default")]
    a2: String,
}

impl<'a> Frame<'a> {
    /// The longest `servcmd`, some 70 bytes, and room: it is sent back with every reply.
    const MAX_SERVCMD: usize = 128;

    /// Takes a frame apart.
    ///
    /// # Errors
    /// 10011 if it is no JSON, 10004 if it is too long, or has no head: then there is nothing to
    /// which a reply could belong.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Failure> {
        let Parts { head, body } = Faults::GROUP.read(bytes, MAX_FRAME)?;
        let Given { servcmd, seq, identifier, usersig, a2: key } = head;
        if servcmd.len() > Self::MAX_SERVCMD {
            return Err(Code::BAD_PARAMETER.into());
        }
        let head = Head { servcmd, seq };
        Ok(Self { head, identifier, usersig, key, body: body.unwrap_or(RawValue::NULL) })
    }

    /// What a reply repeats of it.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// `servcmd`: service and command, with a point between.
    pub fn servcmd(&self) -> &str {
        &self.head.servcmd
    }

    /// The client's count of its requests.
    pub fn seq(&self) -> u64 {
        self.head.seq
    }

    /// Whose it says it is, and their signature: as a login brings them, and as every later frame has them in the key
    /// that the login was answered with. By it the SDK goes on over another connection, before it has logged in there.
    /// Nobody's is `None`.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        if self.identifier.is_empty() && self.usersig.is_empty() {
            // No signature has a colon.
            return self.key.rsplit_once(':');
        }
        Some((&self.identifier, &self.usersig))
    }

    /// The frame that answers it.
    pub fn reply(&self, reply: &Reply) -> Vec<u8> {
        self.head.reply(reply)
    }

    /// The frame that answers with a failure.
    pub fn fail(&self, failure: &Failure) -> Vec<u8> {
        self.reply(&Reply::from(failure))
    }
}

impl Head {
    /// The frame that answers it.
    pub fn reply(&self, reply: &Reply) -> Vec<u8> {
        self.wrap(&[reply.as_bytes()])
    }

    fn wrap(&self, body: &[&[u8]]) -> Vec<u8> {
        framed(&self.servcmd, self.seq, body)
    }
}

/// The frame that tells what was wrong with one that has no head to reply to: see [`Frame::read`].
pub fn fault(failure: &Failure) -> Vec<u8> {
    framed("", 0, &[Reply::from(failure).as_bytes()])
}

/// A frame with this head, and a body in pieces.
fn framed(servcmd: &str, seq: u64, body: &[&[u8]]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Head<'a> {
        ver: &'a str,
        servcmd: &'a str,
        seq: u64,
    }
    let head = wire::json(&Head { ver: "v4", servcmd, seq });
    let length: usize = body.iter().map(|piece| piece.len()).sum();
    let mut frame = Vec::with_capacity(head.len() + length + 20);
    frame.extend_from_slice(b"{\"head\":");
    frame.extend_from_slice(&head);
    frame.extend_from_slice(b",\"body\":");
    for piece in body {
        frame.extend_from_slice(piece);
    }
    frame.push(b'}');
    frame
}

#[cfg(test)]
mod tests;
