//! What the fan-out thread is asked to do.

use std::sync::Arc;

use liveroom::{Cursor, SessionId};

use crate::{line::Line, room::RoomNo};

/// Something for the fan-out thread to do in one room, or in all.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Somebody reads from now on; whoever had the session before does no more.
    Enter { room: RoomNo, reader: Reader },
    /// That connection is gone.
    Leave { room: RoomNo, session: SessionId, connection: u64 },
    /// A viewer of the crowd reads from here on.
    View { room: RoomNo, cursor: Cursor },
    /// Tell everybody what there is to tell, then that the host restarts.
    Close,
}

/// A connection that begins to read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) session: SessionId,
    pub(crate) connection: u64,
    pub(crate) line: Arc<Line>,
    /// Where it reads on.
    pub(crate) cursor: Cursor,
}

/// Errands that may wait before those who bring more must wait too.
pub(crate) const ERRANDS: usize = 1_024;
