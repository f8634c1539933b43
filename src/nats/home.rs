//! The home of a group, driven: what it writes goes to the log, what it tells to the edges.

use std::{collections::VecDeque, time::Duration};

use async_nats::{Message, Subject, Subscriber};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use thiserror::Error;
use tokio::{select, time::sleep};

use super::{
    Nats, NatsError,
    log::{FrameLog, Storing},
    names::Purpose,
    wire::{self, Fed, Up},
};
use crate::{
    command::Receipt,
    output::Output,
    refusal::Refusal,
    relay::{
        Beat, Deposed, EdgeId, Frame, FrameNo, Home, HomeOutput, HomeTicket, LogSeq, Next, Request,
        Term, Write,
    },
    time::Timestamp,
};

/// How long to wait until what nobody answered is tried again.
const PAUSE: Duration = Duration::from_millis(50);
/// So many wait for a base at most.
const ASKERS: usize = 1_024;

/// The home of a group on this machine.
///
/// [`next`](Self::next) is called again and again; between calls the host may look at [`home`](Self::home) and give it
/// commands. A call that is given up, as a branch of `select!` is, loses nothing.
pub struct HomeSeat {
    nats: Nats,
    home: Home,
    log: FrameLog,
    all: Subject,
    beats: Subject,
    one: String,
    up: Subscriber,
    others: Subscriber,
    asks: Subscriber,
    /// What the log is asked for.
    work: Option<BoxFuture<'static, Done>>,
    /// Those who wait for a base, until nothing waits to be stored.
    askers: VecDeque<Subject>,
    sending: VecDeque<(Subject, Bytes)>,
    end: Option<HomeEnd>,
    told_end: bool,
    summed: FrameNo,
    /// When it last heard itself.
    echo: Timestamp,
}

enum Done {
    Stored(Storing),
    /// What the log has at a place, and after it.
    Read {
        at: LogSeq,
        frames: Vec<(LogSeq, Frame)>,
    },
    /// It cannot be read: why not, unless that passes.
    Unread {
        at: LogSeq,
        malformed: bool,
    },
}

/// One thing for the host of a home to know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HomeEvent {
    /// What the group said to a command that [`Home::push`] took.
    Answer {
        /// Which.
        ticket: HomeTicket,
        /// What it said.
        answer: Result<Receipt, Refusal>,
    },
    /// A command that [`Home::push`] took was not done and will not be: give it to the next home.
    Void {
        /// Which.
        ticket: HomeTicket,
    },
    /// What the group told; see [`HomeOutput::Told`].
    Told(Output),
    /// It is home no more. Nothing follows.
    Ended(HomeEnd),
}

/// Why a home has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HomeEnd {
    /// The log says so. After [`Deposed::LogLost`], claim with a new epoch.
    #[error(transparent)]
    Deposed(#[from] Deposed),
    /// Another home was heard of, of a later term; nothing waited to be stored here.
    #[error("another is home since term {by}")]
    Overtaken {
        /// The term.
        by: Term,
    },
    /// A frame is larger than the server takes: raise its `max_payload`. Commands without an answer were not done.
    #[error("a frame has {bytes} bytes, and the server takes {most}: raise `max_payload`")]
    TooLarge {
        /// The frame's bytes.
        bytes: usize,
        /// What the server takes.
        most: usize,
    },
    /// Somebody else wrote into the log what is no frame of this version.
    #[error("somebody wrote into the log what is no frame: see who may publish there")]
    Malformed,
    /// The connection is closed for good.
    #[error("the connection is closed")]
    Closed,
}

impl std::fmt::Debug for HomeSeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HomeSeat")
            .field("home", self.home.mark())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl HomeSeat {
    pub(super) async fn begin(
        nats: Nats,
        home: Home,
        log: FrameLog,
        summed: FrameNo,
    ) -> Result<Self, NatsError> {
        let id = home.group().id().clone();
        let names = &nats.0.names;
        let (all, one) = (names.of(Purpose::All, &id), names.of(Purpose::One, &id));
        let up = nats.hear(names.of_edges(Purpose::Up, &id)).await?;
        let beats = names.of(Purpose::Beat, &id);
        let others = nats.hear(beats.clone()).await?;
        let asks = nats.share(names.of(Purpose::Base, &id)).await?;
        Ok(Self {
            home,
            log,
            all: all.into(),
            beats: beats.into(),
            one,
            up,
            others,
            asks,
            work: None,
            askers: VecDeque::new(),
            sending: VecDeque::new(),
            end: None,
            told_end: false,
            summed,
            echo: nats.now(),
            nats,
        })
    }

    /// The home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Up to which frame the log was summed up when it was claimed: see [`Nats::checkpoint`].
    pub fn summed_up_to(&self) -> FrameNo {
        self.summed
    }

    /// The home, to give it commands; it is polled and written by [`next`](Self::next) alone.
    pub fn home_mut(&mut self) -> &mut Home {
        &mut self.home
    }

    /// Does what is to do until there is something for the host; `None` after [`HomeEvent::Ended`].
    pub async fn next(&mut self) -> Option<HomeEvent> {
        loop {
            while let Some((subject, message)) = self.sending.front() {
                self.nats.send(subject.clone(), message.clone()).await;
                self.sending.pop_front();
            }
            if let Some(output) = self.home.poll() {
                if let Some(event) = self.deal_with(output) {
                    return Some(event);
                }
                continue;
            }
            if let Some(end) = self.end {
                let first = !std::mem::replace(&mut self.told_end, true);
                return first.then_some(HomeEvent::Ended(end));
            }
            if self.work.is_none()
                && let Some(write) = self.home.write()
            {
                self.store(write, Duration::ZERO);
                continue;
            }
            if !self.askers.is_empty() && self.give_base() {
                continue;
            }
            if self.keep_time() {
                continue;
            }
            self.wait().await;
        }
    }

    /// Settles what is due, however much else there is to do. Returns whether something was.
    fn keep_time(&mut self) -> bool {
        let now = self.nats.now();
        if self.home.poll_timeout().is_none_or(|due| due > now) {
            return false;
        }
        // Who does not hear itself does not hear the edges either, and they are not gone.
        if now.since(self.echo) > 2 * Home::BEAT {
            self.home.excuse_edges(now);
        }
        self.home.advance(now);
        self.home.poll_timeout().is_none_or(|due| due > now)
    }

    fn deal_with(&mut self, output: HomeOutput) -> Option<HomeEvent> {
        match output {
            HomeOutput::Feed { at, feed } => {
                let fed = wire::encode(&Fed { at, feed });
                self.sending.push_back((self.all.clone(), fed));
            }
            HomeOutput::Beat(beat) => {
                self.sending.push_back((self.beats.clone(), wire::encode(&beat)));
            }
            HomeOutput::Edge(edge, word) => {
                let subject = format!("{}.{edge}", self.one);
                self.sending.push_back((subject.into(), wire::encode(&word)));
            }
            HomeOutput::Answer { ticket, answer } => {
                return Some(HomeEvent::Answer { ticket, answer });
            }
            HomeOutput::Void { ticket } => return Some(HomeEvent::Void { ticket }),
            HomeOutput::Told(output) => return Some(HomeEvent::Told(output)),
        }
        None
    }

    /// Waits for whatever comes first, and deals with it.
    async fn wait(&mut self) {
        let until = self.home.poll_timeout().map_or(PAUSE, |at| at.since(self.nats.now()));
        let work = async {
            match &mut self.work {
                Some(work) => work.await,
                None => std::future::pending().await,
            }
        };
        select! {
            done = work => {
                self.work = None;
                self.deal_with_log(done);
            }
            message = self.up.next() => match message {
                Some(message) => self.hear(&message),
                None => self.end = Some(HomeEnd::Closed),
            },
            Some(message) = self.others.next() => self.hear_other(&message),
            Some(message) = self.asks.next() => {
                let asker = message.reply.as_ref();
                if self.askers.len() < ASKERS && asker.is_some_and(|it| self.nats.is_inbox(it)) {
                    self.askers.extend(message.reply);
                }
            }
            () = sleep(until) => {}
        }
    }

    fn store(&mut self, write: Write, after: Duration) {
        let (log, most) = (self.log.clone(), self.nats.piece());
        self.work = Some(
            async move {
                sleep(after).await;
                Done::Stored(log.write(&write, most).await)
            }
            .boxed(),
        );
    }

    fn read(&mut self, at: LogSeq, after: Duration) {
        let log = self.log.clone();
        self.work = Some(
            async move {
                sleep(after).await;
                match log.read_up_to(at, 2).await {
                    Ok(frames) => Done::Read { at, frames },
                    Err(error) => Done::Unread { at, malformed: !error.is_transient() },
                }
            }
            .boxed(),
        );
    }

    fn deal_with_log(&mut self, done: Done) {
        let next = match done {
            Done::Stored(Storing::Answered(written)) => self.home.written(written),
            Done::Stored(Storing::TooLarge { bytes, most }) => {
                self.end = Some(HomeEnd::TooLarge { bytes, most });
                return;
            }
            Done::Unread { malformed: true, .. } => {
                self.end = Some(HomeEnd::Malformed);
                return;
            }
            Done::Unread { at, malformed: false } => return self.read(at, PAUSE),
            Done::Read { at, frames } => {
                let (here, next) = match &*frames {
                    [(found, here), rest @ ..] if *found == at => (Some(here), rest.first()),
                    rest => (None, rest.first()),
                };
                match self.home.read(at, here, next.map(|(at, frame)| (*at, frame))) {
                    Ok(next) => next,
                    Err(end) => {
                        self.end = Some(end.into());
                        return;
                    }
                }
            }
        };
        match next {
            Next::Stored => {}
            Next::Again(write) => self.store(write, PAUSE),
            Next::Read(at) => self.read(at, Duration::ZERO),
        }
    }

    /// What an edge sends, under its own number.
    fn hear(&mut self, message: &Message) {
        self.nats.0.counters.received(message.payload.len());
        let number = message.subject.rsplit('.').next().and_then(|it| it.parse().ok());
        let edge = number.and_then(|number: u32| EdgeId::new(number).ok());
        let now = self.nats.now();
        let taken = match wire::decode(&message.payload) {
            Ok(Up::Request(request)) if Some(request.edge) == edge => self.request(request),
            Ok(Up::Beat(beat)) if Some(beat.edge) == edge => {
                self.home.beat(now, beat);
                true
            }
            _ => false,
        };
        if !taken {
            self.nats.0.counters.malformed();
        }
    }

    /// Whether an edge may send that. What is refused for another reason the edge sends again.
    fn request(&mut self, request: Request) -> bool {
        let taken = self.home.request(self.nats.now(), request);
        !matches!(taken, Err(crate::relay::HomeError::Foreign { .. }))
    }

    /// Another home, or this one's own echo.
    fn hear_other(&mut self, message: &Message) {
        let Ok(beat) = wire::decode::<Beat>(&message.payload) else {
            self.nats.0.counters.malformed();
            return;
        };
        if beat.term == self.home.mark().term {
            self.echo = self.nats.now();
        }
        // What waits to be stored finds out from the log, and so do those who wait for it.
        if beat.term > self.home.mark().term && self.home.is_quiet() {
            self.end = Some(HomeEnd::Overtaken { by: beat.term });
        }
    }

    /// Gives those who asked a base, if nothing waits to be stored.
    fn give_base(&mut self) -> bool {
        let Some(base) = self.home.base() else { return false };
        let pieces = wire::cut(&wire::encode(&base), self.nats.piece());
        for asker in self.askers.drain(..) {
            self.sending.extend(pieces.iter().map(|piece| (asker.clone(), piece.clone())));
        }
        true
    }
}
