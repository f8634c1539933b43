//! One room, as the fan-out thread has it: its readers, and what each of them is told.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Audience, Cause, Cursor, Group, Message, Outcome, Output, Record, Seq, SessionId, Ticket,
    Timestamp, Told, UserId,
};

use crate::{
    board::Board,
    errand::{Arrival, Reader},
    house::House,
    plan::RoomKind,
    protocol::{
        client::Gift,
        host::{Bye, HostFrame},
    },
    room::Room,
};

use super::{
    easel::Easel,
    giving::{Giving, Token},
    panel::Panel,
    seats::{News, Seat, SeatNo, Seats, Stance, Word},
    stall::{Stall, told},
};

/// "At most once a second": how often the number of those present is told.
const ONLINE_EVERY: Duration = Duration::from_secs(1);
/// How soon somebody with a full outbox is tried again with what they alone are told.
const RETRY: Duration = Duration::from_millis(100);

/// How many are there, as last told, and when it may be told again.
#[derive(Debug, Default)]
struct Online {
    told: (u64, u64),
    changed: bool,
    next: Timestamp,
    /// How often it was told.
    times: u64,
}

/// One room with its readers.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) room: Arc<Room>,
    audience: Audience<Token>,
    pub(super) seats: Seats,
    online: Online,
    stall: Stall,
    panel: Panel,
    /// In a class.
    easel: Option<Easel>,
}

impl Hall {
    /// With the board of before, if there was one.
    pub(super) fn new(house: &House, room: Arc<Room>, board: Option<Board>) -> Self {
        let (audience, seats) = (Audience::new(house.limits.tick), Seats::default());
        let is_class = room.plan.kind == RoomKind::Class;
        let blank = || Board::new(house.read(&room, Group::tail));
        let easel = is_class.then(|| Easel::new(board.unwrap_or_else(blank)));
        Self {
            room,
            audience,
            seats,
            online: Online::default(),
            stall: Stall::default(),
            panel: Panel::default(),
            easel,
        }
    }

    /// Gives a connection its seat; one that had the session before loses it.
    pub(super) fn enter(&mut self, house: &House, now: Timestamp, reader: Reader) {
        let Reader { session, connection, line, user, arrival, cursor } = reader;
        if self.seats.connection(session).is_some_and(|former| former > connection) {
            // A newer connection has overtaken this one.
            return line.part(Bye::REPLACED.text());
        }
        let former = self.take(session);
        let number = self.seats.reserve();
        let stance = self.stance(house, now, number, arrival, cursor);
        let mut seat = Seat::new(connection, line, stance, cursor);
        if let Some(former) = former {
            seat.inherit(former);
        }
        self.seats.put(number, session, seat);
        if let Some(user) = user.filter(|_| arrival != Arrival::New) {
            self.give_again(session, &user);
        }
        self.audience.notify(now, false);
    }

    /// Whoever comes back may have lost the vouchers that were on their way.
    fn give_again(&mut self, session: SessionId, user: &UserId) {
        for given in self.room.offers().given_to(user) {
            self.seats.address(session, Seq(0), || Word::Say(told(Seq(0), &given)));
        }
    }

    /// Whether a newcomer reads at once, or is given the drawing first.
    fn stance(
        &mut self,
        house: &House,
        now: Timestamp,
        number: SeatNo,
        arrival: Arrival,
        cursor: Cursor,
    ) -> Stance {
        match &mut self.easel {
            // One who resumes has the drawing; if it missed some, it is found out with what it reads.
            Some(easel) if arrival != Arrival::Resumed => {
                // The drawing reaches at least as far as the place where the newcomer reads on.
                easel.follow(house, &self.room);
                easel.begin(now, number, arrival == Arrival::Anew)
            }
            Some(_) | None => Stance::Reads(self.audience.add(Token::Seat(number), cursor)),
        }
    }

    /// A connection is gone, unless a newer one has the session.
    pub(super) fn leave(&mut self, session: SessionId, connection: u64) {
        if self.seats.connection(session) == Some(connection) {
            self.take(session);
        }
    }

    fn take(&mut self, session: SessionId) -> Option<Seat> {
        let (number, seat) = self.seats.take(session)?;
        self.panel.leave(session);
        match &seat.stance {
            Stance::Reads(place) => drop(self.audience.remove(*place)),
            Stance::Takes(_) => {
                if let Some(easel) = &mut self.easel {
                    easel.forget(number);
                }
            }
        }
        Some(seat)
    }

    /// That connection is fed what the panel shows, or not any more.
    pub(super) fn watch(&mut self, now: Timestamp, session: SessionId, connection: u64, on: bool) {
        if self.seats.connection(session) == Some(connection) {
            self.panel.watch(now, session, on);
        }
    }

    /// A question was answered.
    pub(super) fn answered(&mut self, ticket: Ticket) {
        self.panel.answered(ticket);
    }

    /// One of the crowd reads from here on.
    pub(super) fn view(&mut self, cursor: Cursor) {
        self.audience.add(Token::Viewer, cursor);
    }

    /// Deals with one thing that the group told.
    pub(super) fn tell(&mut self, house: &House, now: Timestamp, output: Output) {
        match output {
            Output::Tail { urgent, .. } => self.audience.notify(now, urgent),
            Output::Ended { ref message, ref outcome, .. } => {
                self.room.voices().hear(message);
                self.panel.ended(now, message, outcome);
                self.end(message, outcome, output.to_author());
            }
            // What the app's own server is asked is not for people.
            Output::Ask { question, .. } if question.cause == Cause::Policy => {}
            Output::Ask { question, .. } => self.panel.ask(question),
            Output::Preview { message, expires, .. } => self.panel.preview(message, expires),
            Output::Audit { audit, .. } => self.room.trail().take(*audit),
            Output::Echo { .. } | Output::Direct { .. } | Output::Order { .. } => {
                let goes_at_once = self.seats.tell(&output);
                goes_at_once.then(|| self.audience.notify(now, true));
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
            Output::Record(record) => self.record(house, now, record),
            // Changes of the profile come as tips.
            _ => {}
        }
    }

    /// The past goes on, or begins anew with the room as it is.
    fn record(&self, house: &House, now: Timestamp, record: Record) {
        let goes_on = self.room.past().take(now, record);
        if !goes_on {
            let snapshot = house.read(&self.room, Group::snapshot);
            let _without_a_past = self.room.past().begin(now, snapshot);
        }
    }

    /// A message came to its end: its author is told.
    fn end(
        &mut self,
        message: &Message,
        outcome: &Outcome,
        to_author: Option<(SessionId, Told<'_>)>,
    ) {
        let gifts = Gift::given(message, outcome);
        if gifts > 0 {
            self.room.counts.gave(gifts);
            self.online.changed = true;
        }
        let at_once = matches!(outcome, Outcome::Delivered { at, .. } if *at == message.accepted);
        // What was delivered at once, the receipt has said.
        if let Some((session, told)) = to_author
            && !at_once
        {
            let frame = HostFrame::ended(message, told);
            self.seats.address(session, Seq(0), || Word::Say(frame.text()));
        }
        if let Some((after, frame)) = self.stall.serve(&self.room, message, outcome)
            && let Some((session, _)) = to_author
        {
            self.seats.address(session, after, || Word::Say(frame));
        }
    }

    /// Gives out whatever is due, and says when there is more to do, if by time alone.
    pub(super) fn step(&mut self, house: &House, now: Timestamp) -> Option<Timestamp> {
        self.give_drawings(house, now);
        let news = self.news(house, now);
        self.sweep(house, now, news.as_ref());
        if let Some(news) = &news {
            // Whoever took no batch with it.
            self.seats.iter_mut().for_each(|seat| seat.hear(news));
        }
        self.seats.say_personal();
        self.stall.show(house, &self.room, now);
        self.panel.step(house, &self.room, &self.seats, now);
        let with_a_batch = self.audience.due().unwrap_or_default();
        let online = self.online.changed.then_some(self.online.next.max(with_a_batch));
        let waited_for =
            self.seats.is_addressed() || self.easel.as_ref().is_some_and(Easel::is_busy);
        let again = waited_for.then(|| now + RETRY);
        let due = [online, again, self.stall.due(), self.panel.due(), self.audience.due()];
        due.into_iter().flatten().min()
    }

    /// The board reads on; whoever is being given the drawing gets more of it, and reads on after it.
    fn give_drawings(&mut self, house: &House, now: Timestamp) {
        let Some(easel) = &mut self.easel else { return };
        easel.follow(house, &self.room);
        for number in easel.taking() {
            if let Some(seat) = self.seats.get_mut(number)
                && Easel::give(now, seat)
            {
                seat.stance = Stance::Reads(self.audience.add(Token::Seat(number), seat.seen));
                easel.forget(number);
                self.audience.notify(now, false);
            }
        }
    }

    /// Gives the whole drawing again to those who missed some of it.
    fn draw_again(&mut self, house: &House, now: Timestamp, lagged: &[SeatNo]) {
        let Some(easel) = self.easel.as_mut().filter(|_| !lagged.is_empty()) else { return };
        // What they were just given is replaced by it, so it has to reach as far.
        easel.follow(house, &self.room);
        for &number in lagged {
            if let Some(seat) = self.seats.get_mut(number)
                && let Stance::Reads(place) = seat.stance
            {
                self.audience.remove(place);
                seat.stance = easel.begin(now, number, true);
            }
        }
    }

    /// Everything is to be given out now, whatever waits for more.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        self.audience.notify(now, true);
    }

    /// Gives out the history, and the news with it.
    fn sweep(&mut self, house: &House, now: Timestamp, news: Option<&News>) {
        let Self { room, audience, seats, easel, .. } = self;
        let mut source = house.source(room.key);
        let mut lagged = Vec::new();
        let mut giving = Giving::new(seats, news, &room.counts);
        let swept = audience.sweep(now, &mut source, |batch, tokens, not_now| {
            giving.give(batch, tokens, not_now);
            if easel.is_some() && Easel::has_holes(&batch.missed()) {
                lagged.extend(tokens.iter().filter_map(|token| token.seat()).filter(|number| {
                    giving.seats.get_mut(*number).is_some_and(|seat| seat.seen == *batch.to())
                }));
            }
        });
        if swept.lost > 0 {
            self.part_lost(house);
        }
        self.draw_again(house, now, &lagged);
    }

    /// Whoever cannot be told what it missed comes back, and begins anew.
    fn part_lost(&mut self, house: &House) {
        for (_, token) in self.audience.lost() {
            if let Token::Seat(number) = token
                && let Some(seat) = self.seats.get_mut(number)
            {
                seat.line.part(Bye::RESTART.text());
            }
        }
        self.audience.restart(house.read(&self.room, Group::tail));
    }

    /// How many are there, if that changed and may be told. It goes along with a batch that is due soon: by itself
    /// it would cost every reader one more write.
    fn news(&mut self, house: &House, now: Timestamp) -> Option<News> {
        let is_batch_due_later = self.audience.due().is_some_and(|due| due > now);
        if !self.online.changed || now < self.online.next || is_batch_due_later {
            return None;
        }
        let told = |group: &Group| (group.online(), group.tail().position());
        let (online, tail) = house.read(&self.room, told);
        let with = house.kept_tail(self.room.key).map_or(tail, |kept| kept.min(tail));
        let gifts = self.room.counts.gifts();
        self.online.changed = false;
        self.online.next = now + ONLINE_EVERY;
        if std::mem::replace(&mut self.online.told, (online, gifts)) == (online, gifts) {
            return None;
        }
        self.online.times += 1;
        let frame = HostFrame::Online { online, gifts: Some(gifts) }.text();
        Some(News { number: self.online.times, with, frame })
    }

    pub(super) fn say_goodbye(&self) {
        let word = Bye::RESTART.text();
        for seat in self.seats.iter() {
            seat.line.part(word.clone());
        }
    }
}
