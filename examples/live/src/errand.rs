//! What the fan-out thread is asked to do.

use std::sync::Arc;

use liveroom::{Cursor, HubKey, SessionId, Ticket, UserId, tim::frames::Head};

use crate::{
    gateway::{Handle, Pass},
    line::Line,
    room::RoomNo,
};

/// Something for the fan-out thread to do in one room, or in all.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Somebody reads from now on; whoever had the session before does no more.
    Enter { room: RoomNo, reader: Reader },
    /// That connection is gone.
    Leave { room: RoomNo, session: SessionId, connection: u64 },
    /// A viewer of the crowd reads from here on.
    View { room: RoomNo, cursor: Cursor },
    /// That connection is fed what the panel shows, or not any more.
    Watch { room: RoomNo, session: SessionId, connection: u64, on: bool },
    /// A question was answered.
    Answered { room: RoomNo, ticket: Ticket },
    /// A reader of a group polls.
    Poll { group: HubKey, poll: Poll },
    /// Tell everybody what there is to tell, then that the host restarts.
    Close,
}

/// A connection that begins to read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) session: SessionId,
    pub(crate) connection: u64,
    pub(crate) line: Arc<Line>,
    /// `None` is a guest.
    pub(crate) user: Option<UserId>,
    pub(crate) arrival: Arrival,
    /// Where it reads on.
    pub(crate) cursor: Cursor,
}

/// A request for what is new, that is answered once there is something.
#[derive(Debug)]
pub(crate) struct Poll {
    /// The reader's key, as they are to give it back.
    pub(crate) handle: Handle,
    pub(crate) line: Arc<Line>,
    pub(crate) head: Head,
    /// The place from which on the reader asks.
    pub(crate) start: u64,
    /// The place from which on the reader may ask.
    pub(crate) floor: Cursor,
    /// Whether the key is good still.
    pub(crate) pass: Pass,
}

/// What somebody who comes in has of the room already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Nothing: they were never here.
    New,
    /// Nothing that is still good.
    Anew,
    /// Everything up to their cursor.
    Resumed,
}

/// Errands that may wait before those who bring more must wait too.
pub(crate) const ERRANDS: usize = 1_024;
