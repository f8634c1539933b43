//! One room, as the fan-out thread has it: its readers, and what each of them is told.

use std::{
    sync::Arc,
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use liveroom::{
    Audience, Batch, Content, Element, Format, Hub, Kind, Message, NotNow, Outcome, Output, Seq,
    SessionId, Timestamp,
};

use crate::{
    counts::HandOver,
    errand::Reader,
    house::House,
    line::Full,
    protocol::{
        client::Gift,
        host::{Bye, Directed, HostFrame},
    },
    room::Room,
};

use super::seats::{Seat, SeatNo, Seats, Word};

/// The one wire format of this host.
const JSON: Format = match Format::new(0) {
    Some(format) => format,
    None => unreachable!(),
};
/// "At most once a second": how often the number of those present is told.
const ONLINE_EVERY: Duration = Duration::from_secs(1);
/// How soon somebody with a full outbox is tried again with what they alone are told.
const RETRY: Duration = Duration::from_millis(100);

/// Who stands in the audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A connection, by its seat.
    Seat(SeatNo),
    /// One of the crowd: its hand-overs are counted, and that is all.
    Viewer,
}

/// How many are there, as last told, and when it may be told again.
#[derive(Debug, Default)]
struct Online {
    told: (u64, u64),
    changed: bool,
    next: Timestamp,
}

/// One room with its readers.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) room: Arc<Room>,
    audience: Audience<Token>,
    pub(super) seats: Seats,
    online: Online,
}

impl Hall {
    pub(super) fn new(room: Arc<Room>) -> Self {
        let (audience, seats) = (Audience::default(), Seats::default());
        Self { room, audience, seats, online: Online::default() }
    }

    /// Gives a connection its seat; one that had the session before loses it.
    pub(super) fn enter(&mut self, now: Timestamp, reader: Reader) {
        let Reader { session, connection, line, cursor } = reader;
        if self.seats.connection(session).is_some_and(|former| former > connection) {
            // A newer connection has overtaken this one.
            return line.part(Bye::REPLACED.text());
        }
        let former = self.take(session);
        let number = self.seats.reserve();
        let place = self.audience.add(Token::Seat(number), cursor);
        let mut seat = Seat::new(connection, line, place, cursor);
        if let Some(former) = former {
            Seats::inherit(&mut seat, former);
        }
        self.seats.put(number, session, seat);
        self.audience.notify(now, false);
    }

    /// A connection is gone, unless a newer one has the session.
    pub(super) fn leave(&mut self, session: SessionId, connection: u64) {
        if self.seats.connection(session) == Some(connection) {
            self.take(session);
        }
    }

    fn take(&mut self, session: SessionId) -> Option<Seat> {
        let seat = self.seats.take(session)?;
        self.audience.remove(seat.place);
        Some(seat)
    }

    /// One of the crowd reads from here on.
    pub(super) fn view(&mut self, cursor: liveroom::Cursor) {
        self.audience.add(Token::Viewer, cursor);
    }

    /// Deals with one thing that the group told.
    pub(super) fn tell(&mut self, house: &House, now: Timestamp, output: Output) {
        match output {
            Output::Tail { urgent, .. } => self.audience.notify(now, urgent),
            Output::Ended { message, session, outcome, disclose, .. } => {
                self.end(&message, session, &outcome, disclose);
            }
            Output::Direct { session, after, notice, .. } => {
                let Some(notice) = Directed::of(&notice) else { return };
                let farewell = notice.farewell();
                let frame = HostFrame::Direct { after: after.0, notice };
                self.seats.address(session, after, || Word::Say(frame.text()));
                if let Some(bye) = farewell {
                    self.seats.address(session, after, || Word::Part(bye));
                }
                self.audience.notify(now, true);
            }
            Output::Order { session, after, .. } => {
                let frame = HostFrame::Order { after: after.0, r#do: "leave".into() };
                self.seats.address(session, after, || Word::Say(frame.text()));
                self.audience.notify(now, true);
            }
            Output::Joined { .. } | Output::Left { .. } | Output::Presence { .. } => {
                self.online.changed = true;
            }
            Output::Disbanded { .. } => {
                let end = house.read(&self.room, |group| group.tail().position());
                for session in self.seats.sessions() {
                    self.seats.address(session, end, || Word::Part(Bye::DISBANDED));
                }
                self.audience.notify(now, true);
            }
            // No journal is kept, and changes of the profile come as tips.
            _ => {}
        }
    }

    /// A message came to its end: its author is told.
    fn end(
        &mut self,
        message: &Message,
        session: Option<SessionId>,
        outcome: &Outcome,
        disclose: bool,
    ) {
        let delivered = matches!(outcome, Outcome::Delivered { .. });
        if delivered && message.kind == Kind::Gift {
            self.count_gift(&message.content);
        }
        let at_once = matches!(outcome, Outcome::Delivered { at, .. } if *at == message.accepted);
        // What was delivered at once, the receipt has said.
        if let Some(session) = session
            && !at_once
        {
            let frame = HostFrame::ended(message, outcome, disclose);
            self.seats.address(session, Seq(0), || Word::Say(frame.text()));
        }
    }

    fn count_gift(&mut self, content: &Content) {
        let data = content.elements.iter().find_map(|element| match element {
            Element::Custom { data, .. } => Gift::read(data),
            _ => None,
        });
        if let Some(gift) = data {
            self.room.counts.gave(gift.n);
            self.online.changed = true;
        }
    }

    /// Gives out whatever is due, and says when there is more to do, if by time alone.
    pub(super) fn step(&mut self, house: &House, now: Timestamp) -> Option<Timestamp> {
        self.sweep(house, now);
        self.seats.say_personal();
        self.tell_online(house, now);
        let online = self.online.changed.then_some(self.online.next);
        let personal = self.seats.is_addressed().then(|| now + RETRY);
        [online, personal, self.audience.due()].into_iter().flatten().min()
    }

    /// Everything is to be given out now, whatever waits for more.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        self.audience.notify(now, true);
    }

    /// Gives out the history.
    fn sweep(&mut self, house: &House, now: Timestamp) {
        let Self { room, audience, seats, .. } = self;
        let mut source = Hub::source(&house.hub, room.key);
        let swept = audience.sweep(now, &mut source, |batch, tokens, not_now| {
            let taken = hand_over(batch, tokens, not_now, seats);
            room.counts.handed_over(HandOver {
                readers: tokens.len() as u64,
                taken,
                entries: batch.entries().len() as u64,
                missed: batch.missed().0.iter().sum(),
            });
        });
        if swept.lost > 0 {
            self.part_lost(house);
        }
    }

    /// Whoever cannot be told what it missed comes back, and begins anew.
    fn part_lost(&mut self, house: &House) {
        for (_, tokens) in self.audience.lost() {
            for token in tokens {
                if let Token::Seat(number) = token
                    && let Some(seat) = self.seats.get_mut(*number)
                {
                    seat.line.part(Bye::RESTART.text());
                }
            }
        }
        self.audience.restart(house.read(&self.room, liveroom::Group::tail));
    }

    /// Tells how many are there, if that changed. Whoever has no room for it hears the next.
    fn tell_online(&mut self, house: &House, now: Timestamp) {
        if !self.online.changed || now < self.online.next {
            return;
        }
        let online = house.read(&self.room, liveroom::Group::online);
        let gifts = self.room.counts.gifts();
        self.online.changed = false;
        self.online.next = now + ONLINE_EVERY;
        if std::mem::replace(&mut self.online.told, (online, gifts)) != (online, gifts) {
            let frame = HostFrame::Online { online, gifts }.text();
            for seat in self.seats.iter() {
                let _hears_the_next = seat.line.offer_shared(frame.clone());
            }
        }
    }

    pub(super) fn say_goodbye(&self) {
        let word = Bye::RESTART.text();
        for seat in self.seats.iter() {
            seat.line.part(word.clone());
        }
    }
}

/// Hands one batch to those who stand at one cursor. Returns how many took it.
fn hand_over(batch: &Batch, tokens: &[Token], not_now: &mut NotNow, seats: &mut Seats) -> u64 {
    // Encoded when the first connection wants it: a crowd alone needs no bytes.
    let mut frame = None;
    let mut taken = 0;
    for (index, token) in tokens.iter().enumerate() {
        if let Token::Seat(number) = token
            && let Some(seat) = seats.get_mut(*number)
        {
            let frame = frame.get_or_insert_with(|| shared(batch));
            if seat.line.offer_shared(frame.clone()) == Err(Full) {
                not_now.mark(index);
                continue;
            }
            seat.seen = *batch.to();
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
