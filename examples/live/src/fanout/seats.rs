//! Who is connected to a room, and what each of them alone is told.
//!
//! Bound: one seat for each connection, and [`MOST_PERSONAL`] words for each seat; whoever has more
//! coming is too slow.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use axum::extract::ws::Utf8Bytes;
use liveroom::{Cursor, Output, Place, Seq, SessionId, Timestamp};

use crate::{
    line::{Full, Line},
    protocol::host::{Bye, Directed, HostFrame},
};

/// What one session alone may have coming before it counts as too slow: 4 times what one user may
/// have waiting and held.
pub(crate) const MOST_PERSONAL: usize = 256;

/// A seat's place.
pub(crate) type SeatNo = u32;

/// A connection.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) connection: u64,
    pub(crate) line: Arc<Line>,
    pub(crate) stance: Stance,
    /// How far the history has been put into its outbox.
    pub(crate) seen: Cursor,
    /// The last news that it was offered.
    heard: u64,
    /// What it alone is told, each after so much of the history.
    personal: VecDeque<(Seq, Word)>,
    /// Whether the group does not know who it is.
    guest: bool,
}

/// What all are told beside the history, each time only as it is then.
#[derive(Debug)]
pub(crate) struct News {
    /// Counts from 1.
    pub(crate) number: u64,
    /// How far the batch reaches that it goes along with.
    pub(crate) with: Seq,
    pub(crate) frame: Utf8Bytes,
}

/// What a seat is doing.
#[derive(Debug)]
pub(crate) enum Stance {
    /// It reads the history, in the audience.
    Reads(Place),
    /// It is given a drawing, and reads on after that.
    Takes(Intake),
}

/// A drawing on its way to one seat.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) frames: VecDeque<Utf8Bytes>,
    pub(crate) since: Timestamp,
}

/// What one session alone is told.
#[derive(Debug)]
pub(crate) enum Word {
    Say(Utf8Bytes),
    Part(Bye),
}

impl Seat {
    pub(crate) fn new(connection: u64, line: Arc<Line>, stance: Stance, seen: Cursor) -> Self {
        Self { connection, line, stance, seen, heard: 0, personal: VecDeque::new(), guest: false }
    }

    /// Takes over what a former seat of the session was still to be told.
    pub(crate) fn inherit(&mut self, former: Self) {
        self.personal = former.personal;
    }

    /// Is offered the news, once. Without room for it, it hears the next.
    pub(crate) fn hear(&mut self, news: &News) {
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
pub(crate) struct Seats {
    all: Vec<Option<Seat>>,
    free: Vec<SeatNo>,
    sessions: BTreeMap<SessionId, SeatNo>,
    /// Seats with personal words to come.
    addressed: BTreeSet<SeatNo>,
}

impl Seats {
    /// A number for a seat to come.
    pub(crate) fn reserve(&mut self) -> SeatNo {
        self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            SeatNo::try_from(self.all.len() - 1).expect("fewer than 2^32 connections")
        })
    }

    /// Gives a session the seat of that number, with what its former seat was still to be told.
    pub(crate) fn put(&mut self, number: SeatNo, session: SessionId, seat: Seat) {
        if !seat.personal.is_empty() {
            self.addressed.insert(number);
        }
        self.all[number as usize] = Some(seat);
        self.sessions.insert(session, number);
    }

    pub(crate) fn take(&mut self, session: SessionId) -> Option<(SeatNo, Seat)> {
        let number = self.sessions.remove(&session)?;
        let seat = self.all.get_mut(number as usize)?.take()?;
        self.addressed.remove(&number);
        self.free.push(number);
        Some((number, seat))
    }

    pub(crate) fn get_mut(&mut self, number: SeatNo) -> Option<&mut Seat> {
        self.all.get_mut(number as usize)?.as_mut()
    }

    /// Whether the one who has a session is a guest, and no member.
    pub(crate) fn is_guest(&self, session: SessionId) -> bool {
        let seat = self.sessions.get(&session).and_then(|number| self.all.get(*number as usize));
        seat.and_then(Option::as_ref).is_some_and(|seat| seat.guest)
    }

    /// Notes that.
    pub(crate) fn set_guest(&mut self, session: SessionId, guest: bool) {
        if let Some(&number) = self.sessions.get(&session)
            && let Some(seat) = self.get_mut(number)
        {
            seat.guest = guest;
        }
    }

    /// The connection that has a session.
    pub(crate) fn connection(&self, session: SessionId) -> Option<u64> {
        let number = *self.sessions.get(&session)?;
        self.all.get(number as usize)?.as_ref().map(|seat| seat.connection)
    }

    /// The way out to a session, if it is connected.
    pub(crate) fn line(&self, session: SessionId) -> Option<&Line> {
        let number = *self.sessions.get(&session)?;
        self.all.get(number as usize)?.as_ref().map(|seat| &*seat.line)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.all.iter().flatten()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Seat> {
        self.all.iter_mut().flatten()
    }

    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        self.sessions.keys().copied().collect()
    }

    /// Whether somebody has something of their own coming.
    pub(crate) fn is_addressed(&self) -> bool {
        !self.addressed.is_empty()
    }

    /// Puts down something for one session, if it is connected.
    pub(crate) fn address(&mut self, session: SessionId, after: Seq, word: impl FnOnce() -> Word) {
        let Some(&number) = self.sessions.get(&session) else { return };
        let Some(seat) = self.get_mut(number) else { return };
        if seat.personal.len() >= MOST_PERSONAL {
            return seat.line.part(Bye::SLOW.text());
        }
        seat.personal.push_back((after, word()));
        self.addressed.insert(number);
    }

    /// Puts down what a group told one session. Returns whether that one is sent away with it, and goes at once.
    pub(crate) fn tell(&mut self, output: &Output) -> bool {
        match output {
            Output::Echo { session, after, messages, .. } => {
                let frame = || Word::Say(HostFrame::echo(*after, messages).text());
                // Whatever it comes after was told before it: nobody is hurried by it.
                self.address(*session, *after, frame);
            }
            Output::Direct { session, after, notice, .. } => {
                let Some(notice) = Directed::of(notice) else { return false };
                let farewell = notice.farewell();
                let frame = HostFrame::Direct { after: after.0, notice };
                self.address(*session, *after, || Word::Say(frame.text()));
                if let Some(bye) = farewell {
                    self.address(*session, *after, || Word::Part(bye));
                    return true;
                }
            }
            Output::Order { session, after, .. } => {
                let frame = HostFrame::Order { after: after.0, r#do: "leave".into() };
                self.address(*session, *after, || Word::Say(frame.text()));
            }
            _ => {}
        }
        false
    }

    /// Says to single sessions what they alone are told, as far as the history has come and there is
    /// room.
    pub(crate) fn say_personal(&mut self) {
        let Self { all, addressed, .. } = self;
        addressed.retain(|number| {
            let seat = all.get_mut(*number as usize).and_then(Option::as_mut);
            seat.is_some_and(Seat::say)
        });
    }
}
