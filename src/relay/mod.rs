//! One room over many machines: a home that decides, and edges at which readers stand.
//!
//! A group has one [`Home`]. What it accepts is written to a distributed log that orders and keeps it, a
//! [`Frame`] at a time, and nothing is told before it is stored there. Each machine with viewers has an
//! [`Edge`], which follows the log: its [audiences](crate::Audience) read from it as they read from a group,
//! and what its sessions do it forwards to the home, which does it once and answers.
//!
//! Nothing here talks to a network or to a log: the feature `nats` is an adapter that does. The host carries what is
//! polled to where it belongs, and hands in what comes. All of it may be late, lost, doubled or out of order, but for the log itself, of which this is
//! asked:
//!
//! * a [`Write`] is stored where the last frame of the group is the one that it names, and else it is not;
//! * what it acknowledged it keeps, in one order. Where it may have broken that, as after a power failure, the host gives
//!   the next [claim](Heir::claim) a later epoch, in which all readers and edges begin anew.
//!
//! # Who is home
//!
//! Whoever wants to be reads the log to its end as an [`Heir`], and writes a frame there that begins a new
//! [`Term`]. That write is the fence: who was home before cannot write any more, since the log does not end
//! where they believe, and so cannot tell anything. When to want it is up to the host: a lease says who should,
//! and is never trusted to say who is.
//!
//! ```
//! use liveroom::relay::*;
//! use liveroom::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (now, key) = (Timestamp::from_secs(1_600_000_000), HashKey::new(1, 2));
//! let settings = Settings { journal: true, ..GroupConfig::livestream().settings().clone() };
//! let id = GroupId::custom("friday")?;
//! let group = Group::new(id.clone(), None, settings.build()?, Epoch(1), key, now);
//!
//! // The log is a list here. A checkpoint is kept beside it before anything is written.
//! let mut log: Vec<Frame> = Vec::new();
//! let mut store = |write: Write| {
//!     assert_eq!(write.after, LogSeq(log.len() as u64), "the log ends where the writer believes");
//!     log.push(Frame::clone(&write.frame));
//!     Written::Stored(LogSeq(log.len() as u64))
//! };
//! let mut heir = Heir::new(Checkpoint::first(&group)?, &[], key)?;
//! assert_eq!(heir.claim("this machine", 42, Epoch(0)).after, LogSeq(0));
//! let claim = heir.claim("this machine", 42, Epoch(0));
//! assert_eq!(heir.written(store(claim)), Next::Stored);
//! let mut home = heir.into_home(now).expect("its claim is stored");
//!
//! // Ann comes in at an edge.
//! let mut edge = Edge::new(now, EdgeId::new(1)?, id);
//! edge.base(now, home.base().expect("nothing waits to be stored"))?;
//! let ann = Author::Session(edge.id().session(1).expect("40 bits"));
//! edge.push(now, ann, Command::join("ann".parse()?, Profile::nick("Ann"), Platform::Web))?;
//! for _ in 0..3 {
//!     while let Some(output) = edge.poll() {
//!         match output {
//!             EdgeOutput::Request(request) => home.request(now, request)?,
//!             EdgeOutput::Answer { answer, .. } => println!("{answer:?}"),
//!             _ => {}
//!         }
//!     }
//!     if let Some(write) = home.write() {
//!         home.written(store(write));
//!     }
//!     while let Some(output) = home.poll() {
//!         match output {
//!             HomeOutput::Feed { at, feed } => edge.feed(now, at, feed)?,
//!             HomeOutput::Edge(_, word) => edge.word(now, word),
//!             _ => {}
//!         }
//!     }
//! }
//! assert_eq!(home.group().member_count(), 1);
//! assert_eq!(edge.tail(), Some(home.group().tail()), "and her tip is read there");
//! # Ok(())
//! # }
//! ```

mod edge;
mod frame;
mod gather;
mod heir;
mod home;
mod ids;
mod lines;
mod says;
mod sight;
mod strays;
#[cfg(test)]
mod tests;
mod upstream;
mod watch;

pub use self::{
    edge::Edge,
    frame::{Digest, Feed, Frame, Letter, Mark, Next, Tell, Word, Write, Written},
    heir::{Checkpoint, CheckpointError, Heir, ReadError},
    home::Home,
    ids::{EdgeId, EdgeIdError, FrameNo, LetterNo, LogSeq, RequestNo, Term},
    says::{Deposed, EdgeError, EdgeOutput, Fetched, HomeError, HomeOutput, HomeTicket},
    sight::Base,
};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{command::Command, id::Epoch, role::Author};

/// So many commands of an edge have no answer at most.
const WINDOW: usize = 256;
/// How long an edge waits until it asks, or sends, again.
const AGAIN: Duration = Duration::from_secs(1);

/// A command that an edge forwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Whose it is.
    pub edge: EdgeId,
    /// Its number.
    pub no: RequestNo,
    /// The last letter that the edge has, and all before it.
    pub heard: LetterNo,
    /// Who gives it: one of the edge's sessions, or the app.
    pub by: Author,
    /// What it is.
    pub command: Command,
}

/// An edge's sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeBeat {
    /// Whose it is.
    pub edge: EdgeId,
    /// How many guests read there, whom the group does not know.
    pub guests: u64,
    /// The last letter that it has, and all before it.
    pub heard: LetterNo,
    /// It has what the log has lost, of this epoch.
    pub forked: Option<Epoch>,
}

/// A home's sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// Since when it is home.
    pub term: Term,
    /// The last frame that is stored.
    pub no: FrameNo,
    /// How many are online in the whole room.
    pub online: u64,
}

/// What a home has for one edge alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ForEdge {
    /// What a frame says to it. It comes again until it is heard of.
    Letter(Letter),
    /// The home gave it up: it must begin anew.
    Lapsed,
}
