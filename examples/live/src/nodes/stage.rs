//! One room at this node: those who read here, and what they ask of its home.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use liveroom::{
    Audience, Author, Command, Cursor, Draft, GroupId, JoinStatus, Outcome, Output, Platform,
    Profile, Receipt, Refusal, Seq, SessionId, Source, Timestamp, UserId,
    nats::{EdgeSeat, NatsError, Refused as NatsRefused},
    relay::{EdgeError, EdgeOutput, RequestNo},
};
use tokio::{
    select,
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, warn};

use super::{
    Node,
    card::{Card, Newcomer},
    closes,
};
use crate::{
    counts::Counts,
    fanout::{
        giving::{Giving, Token},
        seats::{News, Seat, Seats, Stance, Word},
    },
    line::Line,
    protocol::{
        deeds::Done,
        host::{Bye, Fault, HostFrame, Refused},
    },
};

/// So many asks of connections may wait.
pub(super) const ASKS: usize = 1_024;
/// How often the number of those present is told.
const ONLINE_EVERY: Duration = Duration::from_secs(1);
/// How soon what could not be said or sent is tried again.
const RETRY: Duration = Duration::from_millis(100);
/// How long to wait until the server is asked again.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What a connection asks of the room.
#[derive(Debug)]
pub(super) enum Ask {
    Join(Box<Joining>),
    Send {
        session: SessionId,
        id: u64,
        random: u32,
        draft: Box<Draft>,
    },
    Do {
        session: SessionId,
        id: u64,
        command: Command,
    },
    Quit {
        session: SessionId,
    },
    /// The connection is lost.
    Leave {
        session: SessionId,
    },
}

/// Somebody who wants to come in.
#[derive(Debug)]
pub(super) struct Joining {
    /// `None` is a guest.
    pub(super) user: Option<UserId>,
    pub(super) profile: Profile,
    pub(super) token: Option<String>,
    /// Where they read before.
    pub(super) cursor: Option<Cursor>,
    pub(super) line: Arc<Line>,
    /// Told once they are in; dropped if they are not.
    pub(super) seated: oneshot::Sender<SessionId>,
}

/// What is asked of the home and has no answer yet.
#[derive(Debug)]
enum Pending {
    Join(SessionId, Box<Joining>),
    Send { session: SessionId, id: u64, random: u32 },
    Do { session: SessionId, id: u64 },
    Quit { session: SessionId },
    Leave,
}

pub(super) struct Stage {
    node: Arc<Node>,
    counts: Arc<Counts>,
    seat: EdgeSeat,
    card: Card,
    audience: Audience<Token>,
    seats: Seats,
    pending: BTreeMap<RequestNo, Pending>,
    /// Sessions whose loss could not be told yet.
    leaving: BTreeMap<SessionId, Author>,
    sessions: u64,
    online: Online,
}

/// How many are there in all, as last told, and when it may be told again.
#[derive(Debug, Default)]
struct Online {
    told: u64,
    next: Timestamp,
    /// How often it was told.
    times: u64,
}

impl Stage {
    /// Serves a room until the node closes.
    pub(super) async fn run(
        node: Arc<Node>,
        id: GroupId,
        counts: Arc<Counts>,
        mut asks: mpsc::Receiver<Ask>,
    ) {
        let mut closing = node.closing.subscribe();
        loop {
            let stage = select! {
                () = closes(&mut closing) => return,
                stage = Self::begin(node.clone(), id.clone(), counts.clone()) => stage,
            };
            let Some(stage) = stage else { break };
            let is_over = stage.serve(&mut asks, &mut closing).await;
            if *closing.borrow() {
                return;
            }
            if !is_over {
                break;
            }
        }
        // The room was removed while they waited to come in.
        asks.close();
        while let Some(ask) = asks.recv().await {
            if let Ask::Join(joining) = ask {
                joining.line.part(Fault::no_group().text());
            }
        }
    }

    /// Asks until it is there; `None` if the room was removed.
    async fn begin(node: Arc<Node>, id: GroupId, counts: Arc<Counts>) -> Option<Self> {
        let filters = [node.words.filter.clone()];
        let (seat, card) = loop {
            let found = async {
                let heir = node.nats.look(&id, &filters, node.hash_key).await?;
                // Each life of a room here has a number of its own.
                let edge = node.nats.edge_id().await?;
                Ok::<_, NatsError>((node.nats.edge(&id, edge).await?, Card::of(&heir)))
            };
            match found.await {
                Ok(found) => break found,
                Err(NatsError::Refused(NatsRefused::NoGroup)) => {
                    node.rooms().remove(&id);
                    return None;
                }
                Err(error) => {
                    warn!(room = %id, %error, "the room is asked for again");
                    sleep(PAUSE).await;
                }
            }
        };
        info!(room = %id, edge = %seat.edge().id(), "the room is served here");
        let audience = Audience::new(node.limits.tick);
        Some(Self {
            node,
            counts,
            seat,
            card,
            audience,
            seats: Seats::default(),
            pending: BTreeMap::new(),
            leaving: BTreeMap::new(),
            sessions: 0,
            online: Online::default(),
        })
    }

    /// Serves until the edge is given up: `true`, or the node closes.
    async fn serve(
        mut self,
        asks: &mut mpsc::Receiver<Ask>,
        closing: &mut watch::Receiver<bool>,
    ) -> bool {
        loop {
            let now = self.now();
            let wait = self.step(now).map_or(LONGEST_WAIT, |due| due.since(now)).min(LONGEST_WAIT);
            // Who has no history yet has nothing to give to those who come.
            let is_ready = self.seat.edge().tail().is_some();
            if !is_ready && asks.is_closed() {
                return false;
            }
            select! {
                biased;
                () = closes(closing) => {
                    self.say_goodbye();
                    return false;
                }
                output = self.seat.next() => {
                    let Some(output) = output else {
                        // They come back, and begin anew.
                        self.say_goodbye();
                        return true;
                    };
                    self.tell(output);
                }
                ask = asks.recv(), if is_ready => {
                    // The room was removed, and nobody is in it any more.
                    let Some(ask) = ask else { return false };
                    self.take(ask);
                }
                () = sleep_until(Instant::now() + wait) => {}
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.node.nats.now()
    }

    fn say_goodbye(&self) {
        self.seats.iter().for_each(|seat| seat.line.part(Bye::RESTART.text()));
        for pending in self.pending.values() {
            if let Pending::Join(_, joining) = pending {
                joining.line.part(Bye::RESTART.text());
            }
        }
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Join(joining) => self.join(joining),
            Ask::Send { session, id, random, draft } => {
                let pending = Pending::Send { session, id, random };
                self.push(session, Command::Send(draft), pending);
            }
            Ask::Do { session, id, command } => {
                self.push(session, command, Pending::Do { session, id });
            }
            Ask::Quit { session } => self.push(session, Command::Quit, Pending::Quit { session }),
            Ask::Leave { session } => self.leave(session),
        }
    }

    fn author(&self, session: SessionId) -> Author {
        if self.seats.is_guest(session) { Author::Guest(session) } else { Author::Session(session) }
    }

    /// Forwards a command; what cannot be, is answered at once.
    fn push(&mut self, session: SessionId, command: Command, pending: Pending) {
        let by = match &pending {
            Pending::Join(_, joining) if joining.user.is_none() => Author::Guest(session),
            Pending::Join(..) => Author::Session(session),
            _ => self.author(session),
        };
        match self.seat.edge_mut().push(self.node.nats.now(), by, command) {
            Ok(no) => drop(self.pending.insert(no, pending)),
            Err(error) => {
                if let Pending::Send { .. } = pending {
                    self.counts.turned_away();
                }
                self.refuse(pending, &unsent(error));
            }
        }
    }

    fn join(&mut self, joining: Box<Joining>) {
        self.sessions += 1;
        let Some(session) = self.seat.edge().id().session(self.sessions) else {
            return joining.line.part(Bye::RESTART.text());
        };
        let command = match &joining.user {
            None => Command::join_as_guest(Platform::Web),
            Some(user) => Command::join(user.clone(), joining.profile.clone(), Platform::Web),
        };
        self.push(session, command, Pending::Join(session, joining));
    }

    fn leave(&mut self, session: SessionId) {
        let by = self.author(session);
        if let Some((_, seat)) = self.seats.take(session)
            && let Stance::Reads(place) = seat.stance
        {
            self.audience.remove(place);
        }
        self.detach(session, by);
    }

    /// Tells the home that a session is lost; the owner's and members' for a while, a guest's for good.
    fn detach(&mut self, session: SessionId, by: Author) {
        match self.seat.edge_mut().push(self.node.nats.now(), by.clone(), Command::Detach) {
            Ok(no) => drop(self.pending.insert(no, Pending::Leave)),
            Err(EdgeError::Busy) => drop(self.leaving.insert(session, by)),
            // All its sessions are lost anyway.
            Err(_over) => {}
        }
    }

    fn tell(&mut self, output: EdgeOutput) {
        let now = self.now();
        match output {
            EdgeOutput::Tail { urgent, .. } => {
                self.card.follow(self.seat.edge_mut());
                self.audience.notify(now, urgent);
            }
            EdgeOutput::Answer { no, answer } => {
                if let Some(pending) = self.pending.remove(&no) {
                    self.answer(pending, answer);
                }
            }
            EdgeOutput::Unknown { no } => self.say_unknown(no),
            EdgeOutput::Untold { no } => {
                if let Some(pending) = self.pending.remove(&no) {
                    self.refuse(pending, &unknown());
                }
            }
            EdgeOutput::Told(output) => self.tell_session(now, &output),
            _ => {}
        }
    }

    /// Nothing is known of a command for too long.
    fn say_unknown(&mut self, no: RequestNo) {
        match self.pending.get(&no) {
            // A second answer follows once it is known.
            Some(&Pending::Send { session, id, random }) => {
                self.say(session, &HostFrame::receipt(id, random, Err(unknown())));
            }
            // They come again; who is let in and gone is taken out.
            Some(Pending::Join(_, joining)) => joining.line.part(Bye::NO_HOME.text()),
            _ => {}
        }
    }

    fn tell_session(&mut self, now: Timestamp, output: &Output) {
        if let Output::Ended { message, outcome, .. } = output {
            let at_once =
                matches!(outcome, Outcome::Delivered { at, .. } if *at == message.accepted);
            // What was delivered at once, the receipt has said.
            if let Some((session, told)) = output.to_author().filter(|_| !at_once) {
                self.say(session, &HostFrame::ended(message, told));
            }
        } else if self.seats.tell(output) {
            self.audience.notify(now, true);
        }
    }

    fn say(&mut self, session: SessionId, frame: &HostFrame<'_>) {
        self.seats.address(session, Seq(0), || Word::Say(frame.text()));
    }

    fn answer(&mut self, pending: Pending, answer: Result<Receipt, Refusal>) {
        let answer = answer.map_err(Refused::from);
        match (pending, answer) {
            (Pending::Join(session, joining), Ok(Receipt::Joined { status, cursor })) => {
                self.seat_newcomer(session, *joining, status, cursor);
            }
            (Pending::Send { session, id, random }, answer) => {
                self.say(session, &HostFrame::receipt(id, random, answer));
            }
            (Pending::Do { session, id }, Ok(_)) => {
                self.say(session, &HostFrame::Done { id, done: Done::PLAIN });
            }
            (Pending::Quit { session }, Ok(_)) => {
                self.seats.address(session, Seq(0), || Word::Part(Bye::QUIT));
            }
            (pending, Err(refused)) => self.refuse(pending, &refused),
            (Pending::Join(..) | Pending::Leave, Ok(_)) => {}
        }
    }

    fn refuse(&mut self, pending: Pending, refused: &Refused) {
        let of = |of: &'static str| HostFrame::Refused { of: of.into(), refused: refused.clone() };
        match pending {
            Pending::Join(_, joining) => {
                let _full = joining.line.offer(of("join").text());
            }
            Pending::Send { session, id, random } => {
                self.say(session, &HostFrame::receipt(id, random, Err(refused.clone())));
            }
            Pending::Do { session, id } => {
                self.say(session, &HostFrame::Done { id, done: Done::Refused(refused.clone()) });
            }
            Pending::Quit { session } => self.say(session, &of("quit")),
            Pending::Leave => {}
        }
    }

    fn seat_newcomer(
        &mut self,
        session: SessionId,
        joining: Joining,
        status: JoinStatus,
        tail: Cursor,
    ) {
        let Joining { user, profile, token, cursor, line, seated } = joining;
        let kept = cursor.filter(|cursor| self.seat.edge_mut().batch(cursor).is_ok());
        let cursor = kept.unwrap_or(tail);
        let newcomer = Newcomer {
            user: user.as_ref(),
            profile: &profile,
            returned: status == JoinStatus::AlreadyInGroup,
            resumed: kept.is_some(),
            cursor,
            token,
        };
        let online = self.seat.edge().online();
        let now = self.now().as_millis();
        let rooms = self.node.room_names().into_iter();
        let welcome = self.card.welcome(now, online, rooms, newcomer).text();
        // Before its seat, so that no batch comes before the welcome.
        let _has_room = line.offer(welcome);
        let by = if user.is_some() { Author::Session(session) } else { Author::Guest(session) };
        if seated.send(session).is_err() {
            // It is gone already.
            return self.detach(session, by);
        }
        let number = self.seats.reserve();
        let place = self.audience.add(Token::Seat(number), cursor);
        let seat = Seat::new(session.0, line, Stance::Reads(place), cursor);
        self.seats.put(number, session, seat);
        self.seats.set_guest(session, user.is_none());
        self.audience.notify(self.now(), false);
    }

    /// Gives out whatever is due, and says when there is more to do, if by time alone.
    fn step(&mut self, now: Timestamp) -> Option<Timestamp> {
        for (session, by) in std::mem::take(&mut self.leaving) {
            self.detach(session, by);
        }
        let news = self.news(now);
        let Self { audience, seat, seats, counts, .. } = self;
        let mut giving = Giving::new(seats, news.as_ref(), counts);
        let swept = audience.sweep(now, seat.edge_mut(), |batch, tokens, not_now| {
            giving.give(batch, tokens, not_now);
        });
        if swept.lost > 0 {
            self.part_lost();
        }
        if let Some(news) = &news {
            self.seats.iter_mut().for_each(|seat| seat.hear(news));
        }
        self.seats.say_personal();
        let again = (self.seats.is_addressed() || !self.leaving.is_empty()).then(|| now + RETRY);
        [again, self.audience.due()].into_iter().flatten().min()
    }

    /// Whoever cannot be told what it missed comes back, and begins anew.
    fn part_lost(&mut self) {
        for (_, token) in self.audience.lost() {
            if let Token::Seat(number) = token
                && let Some(seat) = self.seats.get_mut(number)
            {
                seat.line.part(Bye::RESTART.text());
            }
        }
        if let Some(tail) = self.seat.edge().tail() {
            self.audience.restart(tail);
        }
    }

    /// How many are there in all, if that changed and may be told.
    fn news(&mut self, now: Timestamp) -> Option<News> {
        let online = self.seat.edge().online()?;
        let tail = self.seat.edge().tail()?;
        let Online { told, next, times } = &mut self.online;
        if online == *told || now < *next {
            return None;
        }
        (*told, *next, *times) = (online, now + ONLINE_EVERY, *times + 1);
        let frame = HostFrame::Online { online, gifts: None }.text();
        Some(News { number: *times, with: tail.position(), frame })
    }
}

/// What became of it is not known, and may never be.
fn unknown() -> Refused {
    let why = "what became of it is not known yet: it was done once or not at all";
    Refused::word("unknown", why)
}

fn unsent(error: EdgeError) -> Refused {
    match error {
        EdgeError::Busy => Refused::word("busy", "too much waits for the room: again in a moment"),
        _ => Refused::word("restart", "this node begins anew: again in a moment"),
    }
}
