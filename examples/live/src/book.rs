//! Who holds which token, and for how long those who went are remembered.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use liveroom::{Cursor, Profile, SessionId, Timestamp, UserId};

use crate::{line::Line, room::RoomNo, secret::Secret};

/// How long a token of somebody who went is good: as long as a group remembers their randoms.
const REMEMBERED: Duration = Duration::from_mins(5);
/// How many of those who went all books remember: about 300 bytes each, and twice the connections.
const MOST_DEPARTED: usize = 20_000;

/// What a token stands for: one user in one room, at one session.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) room: RoomNo,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) profile: Arc<Profile>,
    /// Where the user first came in: nobody reads what precedes it, whatever cursor they bring.
    pub(crate) floor: Cursor,
    /// The connection that has the session now.
    pub(crate) held: Option<(u64, Arc<Line>)>,
    left: Timestamp,
}

impl Pass {
    pub(crate) fn new(
        room: RoomNo,
        user: UserId,
        session: SessionId,
        profile: Arc<Profile>,
        floor: Cursor,
        held: (u64, Arc<Line>),
    ) -> Self {
        let held = Some(held);
        Self { held, ..Self::departed(room, user, session, profile, floor) }
    }

    /// Of somebody who is not there.
    pub(crate) fn departed(
        room: RoomNo,
        user: UserId,
        session: SessionId,
        profile: Arc<Profile>,
        floor: Cursor,
    ) -> Self {
        Self { room, user, session, profile, floor, held: None, left: Timestamp::ZERO }
    }
}

/// Tokens that are good.
#[derive(Debug)]
pub(crate) struct Book {
    passes: HashMap<Secret, Pass>,
    departed: VecDeque<(Timestamp, Secret)>,
    most_departed: usize,
}

impl Book {
    /// One of so many books that share all tokens.
    pub(crate) fn among(books: usize) -> Self {
        let most_departed = MOST_DEPARTED / books;
        Self { passes: HashMap::new(), departed: VecDeque::new(), most_departed }
    }

    pub(crate) fn get_mut(&mut self, token: &Secret) -> Option<&mut Pass> {
        self.passes.get_mut(token)
    }

    pub(crate) fn add(&mut self, token: Secret, pass: Pass) {
        self.passes.insert(token, pass);
    }

    pub(crate) fn remove(&mut self, token: &Secret) {
        self.passes.remove(token);
    }

    /// Whether this connection still has the pass.
    pub(crate) fn is_held_by(&self, token: &Secret, connection: u64) -> bool {
        let held = self.passes.get(token).and_then(|pass| pass.held.as_ref());
        held.is_some_and(|(holder, _)| *holder == connection)
    }

    /// The holder of a pass went; it may come back for a while. Returns whom that makes forgotten.
    pub(crate) fn let_go(&mut self, now: Timestamp, token: Secret) -> Vec<Secret> {
        if let Some(pass) = self.passes.get_mut(&token) {
            (pass.held, pass.left) = (None, now);
            self.departed.push_back((now, token));
        }
        self.forget(now)
    }

    /// Forgets who went long ago, and the first of those who are too many; returns their tokens.
    pub(crate) fn forget(&mut self, now: Timestamp) -> Vec<Secret> {
        let mut forgotten = Vec::new();
        while let Some((left, token)) = self.departed.front().copied()
            && (left + REMEMBERED <= now || self.departed.len() > self.most_departed)
        {
            self.departed.pop_front();
            // Whoever came back meanwhile is in, or went again later.
            if self.passes.get(&token).is_some_and(|pass| pass.held.is_none() && pass.left == left)
            {
                self.passes.remove(&token);
                forgotten.push(token);
            }
        }
        forgotten
    }
}
