//! The WebSocket of the modelled service's own SDK, at `/binfo`.
//!
//! An SDK of version 3.6.6 (`@tencentcloud/chat`) or 2.27.6 (`tim-js-sdk`) that is told of this host by its
//! option `proxyServer` comes here. It logs in with a signature, and from then on a connection is that
//! user's, whatever its frames say. It reads groups by polls, which the fan-out thread holds
//! ([`crate::fanout`]); a reader is known by a key ([`keys`]), which outlives the connection.
//!
//! Bounds: what a connection may ask and have open at once ([`socket`]), and what [`keys`] says.

mod asks;
mod entry;
mod handle;
mod keys;
mod socket;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use liveroom::{Cursor, SessionId};

use self::keys::Keys;
pub(crate) use self::{
    handle::Handle,
    keys::Pass,
    socket::{Caller, Connection, MOST_BYTES, serve},
};
use crate::line::Line;

/// The place from which on somebody reads who has come so far: 0 is none, as the SDK has it.
pub(crate) fn place_after(cursor: &Cursor) -> u64 {
    cursor.position().0 + 1
}

/// Keys for each connection that a host takes: most of those who watch, watch one room, over one or two.
const KEYS_EACH: usize = 4;

/// What is known of those who come with the SDK.
#[derive(Debug)]
pub(crate) struct Gateway {
    keys: Keys,
    lines: Mutex<BTreeMap<SessionId, Arc<Line>>>,
}

impl Gateway {
    /// Nobody yet, and never more than so many connections.
    pub(crate) fn new(connections: usize) -> Self {
        Self { keys: Keys::new(KEYS_EACH * connections), lines: Mutex::default() }
    }

    /// Whether a session is one of the SDK, and connected.
    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.lines().contains_key(&session)
    }

    /// Tells one session something. Whoever has no room for it is too slow.
    pub(crate) fn tell(&self, session: SessionId, frame: Vec<u8>) {
        if let Some(line) = self.lines().get(&session)
            && line.offer_bytes(frame).is_err()
        {
            line.end();
        }
    }

    fn open(&self, session: SessionId, line: Arc<Line>) {
        self.lines().insert(session, line);
    }

    fn close(&self, session: SessionId) {
        self.lines().remove(&session);
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<SessionId, Arc<Line>>> {
        self.lines.lock().expect("nobody panics under this lock")
    }
}

#[cfg(test)]
mod tests;
