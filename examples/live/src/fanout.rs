//! The one thread that tells everybody everything.
//!
//! Its loop: drain the shard's outputs, do what it was asked, give out the history, then what single
//! sessions are told, and wait until something comes or is due. It waits for no client: whoever cannot
//! take more stays where it is, and is told later what it missed.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use liveroom::{
    Audience, Batch, Cursor, Drainer, Format, HubKey, Kind, NotNow, Outcome, Output, Place, Seq,
    SessionId, Timestamp,
};
use tokio::sync::mpsc;

use crate::{
    line::{Full, Line},
    protocol::{
        client::Gift,
        host::{Bye, Directed, HostFrame},
    },
    room::{Errand, Room},
};

/// The one wire format of this host.
const JSON: Format = match Format::new(0) {
    Some(format) => format,
    None => unreachable!(),
};
/// Outputs taken under one lock.
const MOST_OUTPUTS: usize = 1_024;
/// The longest sleep. Whatever has to be done wakes the thread; this is for what we did not think of.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// "At most once a second": how often the number of those present is told.
const ONLINE_EVERY: Duration = Duration::from_secs(1);
/// How soon somebody with a full outbox is tried again with what they alone are told.
const RETRY: Duration = Duration::from_millis(100);
/// What one session alone may have coming before it counts as too slow: 4 times what one user may
/// have waiting and held.
const MOST_PERSONAL: usize = 256;

/// Who stands in the audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// A connection, by its seat.
    Seat(u32),
    /// One of the crowd: its hand-overs are counted, and that is all.
    Viewer,
}

/// A connection.
#[derive(Debug)]
struct Seat {
    connection: u64,
    line: Arc<Line>,
    place: Place,
    /// How far the history has been put into its outbox.
    seen: Seq,
    /// What it alone is told, each after so much of the history.
    personal: VecDeque<(Seq, Word)>,
}

#[derive(Debug)]
enum Word {
    Say(Utf8Bytes),
    Part(Bye),
}

pub(crate) struct FanOut {
    room: Arc<Room>,
    errands: mpsc::Receiver<Errand>,
    audience: Audience<Token>,
    seats: Vec<Option<Seat>>,
    free: Vec<u32>,
    sessions: BTreeMap<SessionId, u32>,
    /// Seats with personal words to come.
    addressed: BTreeSet<u32>,
    online: Online,
    /// Kept for its room.
    outputs: Vec<(HubKey, Output)>,
}

/// How many are there, as last told, and when it may be told again.
#[derive(Debug, Default)]
struct Online {
    told: (u64, u64),
    changed: bool,
    next: Timestamp,
}

impl FanOut {
    pub(crate) fn new(room: Arc<Room>, errands: mpsc::Receiver<Errand>) -> Self {
        Self {
            room,
            errands,
            audience: Audience::default(),
            seats: Vec::new(),
            free: Vec::new(),
            sessions: BTreeMap::new(),
            addressed: BTreeSet::new(),
            online: Online::default(),
            outputs: Vec::new(),
        }
    }

    /// Runs until it is asked to close.
    pub(crate) fn run(mut self) {
        let room = self.room.clone();
        let Some(mut drainer) = room.hub.drainer(room.key.shard()) else { return };
        while let ControlFlow::Continue(next) = self.step(room.clock.now(), &mut drainer) {
            let now = room.clock.now();
            let wait = next.map_or(LONGEST_WAIT, |next| next.since(now)).min(LONGEST_WAIT);
            if !wait.is_zero() {
                drainer.wait(wait);
            }
        }
        self.say_goodbye();
    }

    /// Does all there is to do, and says when there is more, if by time alone.
    fn step(
        &mut self,
        now: Timestamp,
        drainer: &mut Drainer<'_>,
    ) -> ControlFlow<(), Option<Timestamp>> {
        let mut outputs = std::mem::take(&mut self.outputs);
        let due = drainer.drain(now, MOST_OUTPUTS, &mut outputs);
        let more = (outputs.len() == MOST_OUTPUTS).then_some(now);
        // After the drain: whoever came in before an output was made has a seat when it is told.
        let flow = self.do_errands(now);
        for (_, output) in outputs.drain(..) {
            self.tell(now, output);
        }
        self.outputs = outputs;
        self.sweep(now);
        self.say_personal();
        self.tell_online(now);
        flow?;
        let own = self.due(now);
        ControlFlow::Continue([due, more, own, self.audience.due()].into_iter().flatten().min())
    }

    /// When there is something of our own to do.
    fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let online = self.online.changed.then_some(self.online.next);
        let personal = (!self.addressed.is_empty()).then(|| now + RETRY);
        [online, personal].into_iter().flatten().min()
    }

    /// Does what others asked, and says whether it is to go on.
    fn do_errands(&mut self, now: Timestamp) -> ControlFlow<()> {
        while let Ok(errand) = self.errands.try_recv() {
            match errand {
                Errand::Enter { session, connection, line, cursor } => {
                    self.seat(session, connection, line, cursor);
                    self.audience.notify(now, false);
                }
                Errand::Leave { session, connection } => {
                    let number = self.sessions.get(&session).copied();
                    if number.is_some_and(|number| self.connection(number) == Some(connection)) {
                        self.unseat(session);
                    }
                }
                Errand::View { cursor } => {
                    self.audience.add(Token::Viewer, cursor);
                }
                Errand::Close => {
                    self.audience.notify(now, true);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn connection(&self, number: u32) -> Option<u64> {
        self.seats.get(number as usize)?.as_ref().map(|seat| seat.connection)
    }

    /// Gives a connection its seat; one that had the session before loses it.
    fn seat(&mut self, session: SessionId, connection: u64, line: Arc<Line>, cursor: Cursor) {
        let former = self.sessions.get(&session).and_then(|number| self.connection(*number));
        if former.is_some_and(|former| former > connection) {
            // A newer connection has overtaken this one.
            return line.part(Bye::REPLACED.text());
        }
        let personal = self.unseat(session).map(|seat| seat.personal).unwrap_or_default();
        let number = self.free.pop().unwrap_or_else(|| {
            self.seats.push(None);
            u32::try_from(self.seats.len() - 1).expect("fewer than 2^32 connections")
        });
        let place = self.audience.add(Token::Seat(number), cursor);
        if !personal.is_empty() {
            self.addressed.insert(number);
        }
        let seen = cursor.position();
        let seat = Seat { connection, line, place, seen, personal };
        self.seats[number as usize] = Some(seat);
        self.sessions.insert(session, number);
    }

    fn unseat(&mut self, session: SessionId) -> Option<Seat> {
        let number = self.sessions.remove(&session)?;
        let seat = self.seats.get_mut(number as usize)?.take()?;
        self.audience.remove(seat.place);
        self.addressed.remove(&number);
        self.free.push(number);
        Some(seat)
    }

    fn tell(&mut self, now: Timestamp, output: Output) {
        match output {
            Output::Tail { urgent, .. } => self.audience.notify(now, urgent),
            Output::Ended { message, session, outcome, disclose, .. } => {
                let at_once =
                    matches!(outcome, Outcome::Delivered { at, .. } if at == message.accepted);
                if matches!(outcome, Outcome::Delivered { .. }) && message.kind == Kind::Gift {
                    self.count_gift(&message.content);
                }
                // What was delivered at once, the receipt has said.
                if let Some(session) = session
                    && !at_once
                {
                    let frame = HostFrame::ended(&message, &outcome, disclose);
                    self.address(session, Seq(0), || Word::Say(frame.text()));
                }
            }
            Output::Direct { session, after, notice, .. } => {
                let Some(notice) = Directed::of(&notice) else { return };
                let farewell = notice.farewell();
                let frame = HostFrame::Direct { after: after.0, notice };
                self.address(session, after, || Word::Say(frame.text()));
                if let Some(bye) = farewell {
                    self.address(session, after, || Word::Part(bye));
                }
                self.audience.notify(now, true);
            }
            Output::Order { session, after, .. } => {
                let frame = HostFrame::Order { after: after.0, r#do: "leave".into() };
                self.address(session, after, || Word::Say(frame.text()));
                self.audience.notify(now, true);
            }
            Output::Joined { .. } | Output::Left { .. } | Output::Presence { .. } => {
                self.online.changed = true;
            }
            Output::Disbanded { .. } => {
                let end = self.room.read(|group| group.tail().position());
                let sessions: Vec<SessionId> = self.sessions.keys().copied().collect();
                for session in sessions {
                    self.address(session, end, || Word::Part(Bye::DISBANDED));
                }
                self.audience.notify(now, true);
            }
            // No journal is kept, nobody is asked, and changes of the profile come as tips.
            _ => {}
        }
    }

    fn count_gift(&mut self, content: &liveroom::Content) {
        let data = content.elements.iter().find_map(|element| match element {
            liveroom::Element::Custom { data, .. } => Gift::read(data),
            _ => None,
        });
        if let Some(gift) = data {
            self.room.counts.gifts.fetch_add(gift.n, Relaxed);
            self.online.changed = true;
        }
    }

    /// Puts down something for one session, if it is connected.
    fn address(&mut self, session: SessionId, after: Seq, word: impl FnOnce() -> Word) {
        let Some(&number) = self.sessions.get(&session) else { return };
        let Some(seat) = self.seats.get_mut(number as usize).and_then(Option::as_mut) else {
            return;
        };
        if seat.personal.len() >= MOST_PERSONAL {
            return seat.line.part(Bye::SLOW.text());
        }
        seat.personal.push_back((after, word()));
        self.addressed.insert(number);
    }

    /// Gives out the history.
    fn sweep(&mut self, now: Timestamp) {
        let Self { room, audience, seats, .. } = self;
        let counts = &room.counts;
        let mut source = room.hub.source(room.key);
        let swept = audience.sweep(now, &mut source, |batch, tokens, not_now| {
            let taken = hand_over(batch, tokens, not_now, seats);
            counts.built.fetch_add(1, Relaxed);
            counts.batches.fetch_add(taken, Relaxed);
            counts.entries.fetch_add(taken * batch.entries().len() as u64, Relaxed);
            counts.not_now.fetch_add(tokens.len() as u64 - taken, Relaxed);
        });
        if swept.lost > 0 {
            self.part_lost();
        }
    }

    /// Whoever cannot be told what it missed comes back, and begins anew.
    fn part_lost(&mut self) {
        for (_, tokens) in self.audience.lost() {
            for token in tokens {
                if let Token::Seat(number) = token
                    && let Some(Some(seat)) = self.seats.get(*number as usize)
                {
                    seat.line.part(Bye::RESTART.text());
                }
            }
        }
        self.audience.restart(self.room.read(liveroom::Group::tail));
    }

    /// Says to single sessions what they alone are told, as far as the history has come and there is
    /// room.
    fn say_personal(&mut self) {
        let Self { seats, addressed, .. } = self;
        addressed.retain(|number| {
            let Some(Some(seat)) = seats.get_mut(*number as usize) else { return false };
            while let Some((after, word)) = seat.personal.front() {
                let said = match word {
                    _ if *after > seat.seen => Err(Full),
                    Word::Say(frame) => seat.line.offer(frame.clone()),
                    Word::Part(bye) => {
                        seat.line.part(bye.clone().text());
                        Ok(())
                    }
                };
                if said == Err(Full) {
                    return true;
                }
                seat.personal.pop_front();
            }
            false
        });
    }

    /// Tells how many are there, if that changed. Whoever has no room for it hears the next.
    fn tell_online(&mut self, now: Timestamp) {
        if !self.online.changed || now < self.online.next {
            return;
        }
        let online = self.room.read(liveroom::Group::online);
        let gifts = self.room.counts.gifts.load(Relaxed);
        self.online.changed = false;
        self.online.next = now + ONLINE_EVERY;
        if std::mem::replace(&mut self.online.told, (online, gifts)) != (online, gifts) {
            let frame = HostFrame::Online { online, gifts }.text();
            for seat in self.seats.iter().flatten() {
                let _hears_the_next = seat.line.offer_shared(frame.clone());
            }
        }
    }

    fn say_goodbye(&mut self) {
        let word = Bye::RESTART.text();
        for seat in self.seats.iter().flatten() {
            seat.line.part(word.clone());
        }
    }
}

/// Hands one batch to those who stand at one cursor. Returns how many took it.
fn hand_over(
    batch: &Batch,
    tokens: &[Token],
    not_now: &mut NotNow,
    seats: &mut [Option<Seat>],
) -> u64 {
    // Encoded when the first connection wants it: a crowd alone needs no bytes.
    let mut frame = None;
    let mut taken = 0;
    for (index, token) in tokens.iter().enumerate() {
        if let Token::Seat(number) = token
            && let Some(Some(seat)) = seats.get_mut(*number as usize)
        {
            let frame = frame.get_or_insert_with(|| shared(batch));
            if seat.line.offer_shared(frame.clone()) == Err(Full) {
                not_now.mark(index);
                continue;
            }
            seat.seen = batch.to().position();
        }
        taken += 1;
    }
    taken
}

/// A batch as a frame: encoded once, and the same bytes for all.
fn shared(batch: &Batch) -> Utf8Bytes {
    let encoded = batch.encoded(JSON, |batch| HostFrame::batch(batch).encode().into_bytes());
    Utf8Bytes::try_from(Bytes::from_owner(encoded)).expect("JSON is UTF-8")
}
