//! Who is connected to a room, and what each of them alone is told.
//!
//! Bound: one seat for each connection, and [`MOST_PERSONAL`] words for each seat; whoever has more
//! coming is too slow.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use axum::extract::ws::Utf8Bytes;
use liveroom::{Cursor, Place, Seq, SessionId, Timestamp};

use crate::{
    line::{Full, Line},
    protocol::host::Bye,
};

/// What one session alone may have coming before it counts as too slow: 4 times what one user may
/// have waiting and held.
pub(super) const MOST_PERSONAL: usize = 256;

/// A seat's place.
pub(super) type SeatNo = u32;

/// A connection.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) connection: u64,
    pub(super) line: Arc<Line>,
    pub(super) stance: Stance,
    /// How far the history has been put into its outbox.
    pub(super) seen: Cursor,
    /// The last news that it was offered.
    heard: u64,
    /// What it alone is told, each after so much of the history.
    personal: VecDeque<(Seq, Word)>,
}

/// What all are told beside the history, each time only as it is then.
#[derive(Debug)]
pub(super) struct News {
    /// Counts from 1.
    pub(super) number: u64,
    /// How far the batch reaches that it goes along with.
    pub(super) with: Seq,
    pub(super) frame: Utf8Bytes,
}

/// What a seat is doing.
#[derive(Debug)]
pub(super) enum Stance {
    /// It reads the history, in the audience.
    Reads(Place),
    /// It is given a drawing, and reads on after that.
    Takes(Intake),
}

/// A drawing on its way to one seat.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) frames: VecDeque<Utf8Bytes>,
    pub(super) since: Timestamp,
}

/// What one session alone is told.
#[derive(Debug)]
pub(super) enum Word {
    Say(Utf8Bytes),
    Part(Bye),
}

impl Seat {
    pub(super) fn new(connection: u64, line: Arc<Line>, stance: Stance, seen: Cursor) -> Self {
        Self { connection, line, stance, seen, heard: 0, personal: VecDeque::new() }
    }

    /// Takes over what a former seat of the session was still to be told.
    pub(super) fn inherit(&mut self, former: Self) {
        self.personal = former.personal;
    }

    /// Is offered the news, once. Without room for it, it hears the next.
    pub(super) fn hear(&mut self, news: &News) {
        if std::mem::replace(&mut self.heard, news.number) != news.number {
            let _hears_the_next = self.line.offer_shared(news.frame.clone());
        }
    }

    /// Says what the history has come to, as far as there is room. Returns whether something is left.
    fn say(&mut self) -> bool {
        let seen = self.seen.position();
        while let Some((after, word)) = self.personal.front() {
            let said = match word {
                _ if *after > seen => Err(Full),
                Word::Say(frame) => self.line.offer(frame.clone()),
                Word::Part(bye) => {
                    self.line.part(bye.clone().text());
                    Ok(())
                }
            };
            if said == Err(Full) {
                return true;
            }
            self.personal.pop_front();
        }
        false
    }
}

/// The seats of one room.
#[derive(Debug, Default)]
pub(super) struct Seats {
    all: Vec<Option<Seat>>,
    free: Vec<SeatNo>,
    sessions: BTreeMap<SessionId, SeatNo>,
    /// Seats with personal words to come.
    addressed: BTreeSet<SeatNo>,
}

impl Seats {
    /// A number for a seat to come.
    pub(super) fn reserve(&mut self) -> SeatNo {
        self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            SeatNo::try_from(self.all.len() - 1).expect("fewer than 2^32 connections")
        })
    }

    /// Gives a session the seat of that number, with what its former seat was still to be told.
    pub(super) fn put(&mut self, number: SeatNo, session: SessionId, seat: Seat) {
        if !seat.personal.is_empty() {
            self.addressed.insert(number);
        }
        self.all[number as usize] = Some(seat);
        self.sessions.insert(session, number);
    }

    pub(super) fn take(&mut self, session: SessionId) -> Option<(SeatNo, Seat)> {
        let number = self.sessions.remove(&session)?;
        let seat = self.all.get_mut(number as usize)?.take()?;
        self.addressed.remove(&number);
        self.free.push(number);
        Some((number, seat))
    }

    pub(super) fn get_mut(&mut self, number: SeatNo) -> Option<&mut Seat> {
        self.all.get_mut(number as usize)?.as_mut()
    }

    /// The connection that has a session.
    pub(super) fn connection(&self, session: SessionId) -> Option<u64> {
        let number = *self.sessions.get(&session)?;
        self.all.get(number as usize)?.as_ref().map(|seat| seat.connection)
    }

    /// The way out to a session, if it is connected.
    pub(super) fn line(&self, session: SessionId) -> Option<&Line> {
        let number = *self.sessions.get(&session)?;
        self.all.get(number as usize)?.as_ref().map(|seat| &*seat.line)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.all.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Seat> {
        self.all.iter_mut().flatten()
    }

    pub(super) fn sessions(&self) -> Vec<SessionId> {
        self.sessions.keys().copied().collect()
    }

    /// Whether somebody has something of their own coming.
    pub(super) fn is_addressed(&self) -> bool {
        !self.addressed.is_empty()
    }

    /// Puts down something for one session, if it is connected.
    pub(super) fn address(&mut self, session: SessionId, after: Seq, word: impl FnOnce() -> Word) {
        let Some(&number) = self.sessions.get(&session) else { return };
        let Some(seat) = self.get_mut(number) else { return };
        if seat.personal.len() >= MOST_PERSONAL {
            return seat.line.part(Bye::SLOW.text());
        }
        seat.personal.push_back((after, word()));
        self.addressed.insert(number);
    }

    /// Says to single sessions what they alone are told, as far as the history has come and there is
    /// room.
    pub(super) fn say_personal(&mut self) {
        let Self { all, addressed, .. } = self;
        addressed.retain(|number| {
            let seat = all.get_mut(*number as usize).and_then(Option::as_mut);
            seat.is_some_and(Seat::say)
        });
    }
}
