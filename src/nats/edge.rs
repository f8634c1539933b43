//! A group at a machine where it is read, driven.

use std::{collections::VecDeque, time::Duration};

use async_nats::{Message, Subject, Subscriber};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use tokio::{
    select,
    time::{sleep, timeout},
};

use super::{
    Nats, NatsError,
    log::FrameLog,
    names::Purpose,
    wire::{self, Fed, Pieces, Up},
};
use crate::{
    id::GroupId,
    relay::{Base, Edge, EdgeId, EdgeOutput, Fetched, FrameNo, LogSeq},
};

/// How long whoever has a base may take to send it.
const BASE: Duration = Duration::from_secs(10);
/// How long the next thing of a base may take to come.
const PIECE: Duration = Duration::from_secs(1);
/// How often it is looked at, if nothing is due.
const LOOK: Duration = Duration::from_secs(1);

/// A group at this machine, for those who read here.
///
/// [`next`](Self::next) is called again and again; between calls the host gives the [`Edge`] commands, and sweeps its
/// audiences from it. A call that is given up, as a branch of `select!` is, loses nothing.
pub struct EdgeSeat {
    nats: Nats,
    edge: Edge,
    group: GroupId,
    log: FrameLog,
    up: Subject,
    all: Subscriber,
    beats: Subscriber,
    words: Subscriber,
    /// Others who want a base: heard by those who have one.
    asks: Option<Subscriber>,
    fetching: Option<BoxFuture<'static, (FrameNo, Option<Fetched>)>>,
    base: Option<BoxFuture<'static, Option<Base>>>,
    sending: VecDeque<(Subject, Bytes)>,
    closed: bool,
}

impl std::fmt::Debug for EdgeSeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EdgeSeat")
            .field("edge", &self.edge.id())
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

impl EdgeSeat {
    pub(super) async fn begin(nats: Nats, group: GroupId, id: EdgeId) -> Result<Self, NatsError> {
        let names = &nats.0.names;
        let up = names.at_edge(Purpose::Up, &group, id).into();
        let all = nats.hear(names.of(Purpose::All, &group)).await?;
        let beats = nats.hear(names.of(Purpose::Beat, &group)).await?;
        let words = nats.hear(names.at_edge(Purpose::One, &group, id)).await?;
        Ok(Self {
            edge: Edge::new(nats.now(), id, group.clone()),
            log: nats.log(&group),
            group,
            up,
            all,
            beats,
            words,
            asks: None,
            fetching: None,
            base: None,
            sending: VecDeque::new(),
            closed: false,
            nats,
        })
    }

    /// The edge.
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// The edge, to give it commands and to read from; it is polled by [`next`](Self::next) alone.
    pub fn edge_mut(&mut self) -> &mut Edge {
        &mut self.edge
    }

    /// Does what is to do until there is something for the host: what of [`EdgeOutput`] is not for the network.
    /// `None` once the [edge is over](Edge::is_over), or the connection is closed for good.
    pub async fn next(&mut self) -> Option<EdgeOutput> {
        loop {
            while let Some((subject, message)) = self.sending.front() {
                self.nats.send(subject.clone(), message.clone()).await;
                self.sending.pop_front();
            }
            match self.edge.poll() {
                Some(output) => {
                    if let Some(output) = self.deal_with(output) {
                        return Some(output);
                    }
                }
                None if self.edge.is_over() || self.closed => return None,
                None => {
                    let now = self.nats.now();
                    // However much comes.
                    if self.edge.poll_timeout().is_some_and(|due| due <= now) {
                        self.edge.advance(now);
                    }
                    self.share_base().await;
                    self.wait().await;
                }
            }
        }
    }

    fn deal_with(&mut self, output: EdgeOutput) -> Option<EdgeOutput> {
        match output {
            EdgeOutput::Request(request) => self.send_up(&Up::Request(request)),
            EdgeOutput::Beat(beat) => self.send_up(&Up::Beat(beat)),
            EdgeOutput::Fetch { from, at } => {
                if self.fetching.is_none() {
                    self.fetching = Some(fetch(self.log.clone(), from, at).boxed());
                }
            }
            EdgeOutput::Base => {
                if self.base.is_none() {
                    self.base = Some(ask_for_base(self.nats.clone(), self.group.clone()).boxed());
                }
            }
            output => return Some(output),
        }
        None
    }

    fn send_up(&mut self, what: &Up) {
        self.sending.push_back((self.up.clone(), wire::encode(what)));
    }

    /// From when on it has a base it gives it to others.
    async fn share_base(&mut self) {
        if self.asks.is_none() && self.edge.give_base().is_some() {
            // Without it others ask somebody else.
            self.asks =
                self.nats.share(self.nats.0.names.of(Purpose::Base, &self.group)).await.ok();
        }
    }

    /// Waits for whatever comes first, and deals with it.
    async fn wait(&mut self) {
        let now = self.nats.now();
        let until = self.edge.poll_timeout().map_or(LOOK, |at| at.since(now));
        select! {
            message = self.all.next() => match message {
                Some(message) => self.hear_feed(&message),
                None => self.closed = true,
            },
            Some(message) = self.beats.next() => self.hear_beat(&message),
            Some(message) = self.words.next() => self.hear_word(&message),
            Some(message) = next_of(&mut self.asks) => self.hear_ask(message),
            (from, fetched) = done(&mut self.fetching) => {
                self.fetching = None;
                let taken = fetched.map(|fetched| self.edge.fetched(self.nats.now(), from, fetched));
                self.count(taken.is_none_or(|taken| taken.is_ok()));
            }
            base = done(&mut self.base) => {
                self.base = None;
                // One from a node that does not know yet that all begins anew is none.
                let base = base.filter(|base| base.epoch() >= self.nats.0.oldest_epoch);
                let taken = base.map(|base| self.edge.base(self.nats.now(), base));
                self.count(taken.is_none_or(|taken| taken.is_ok()));
            }
            () = sleep(until) => {}
        }
    }

    fn count(&self, well: bool) {
        if !well {
            self.nats.0.counters.malformed();
        }
    }

    fn hear_feed(&mut self, message: &Message) {
        self.nats.0.counters.received(message.payload.len());
        let fed = wire::decode(&message.payload).ok();
        let taken = fed.map(|Fed { at, feed }| self.edge.feed(self.nats.now(), at, feed));
        self.count(matches!(taken, Some(Ok(()))));
    }

    fn hear_beat(&mut self, message: &Message) {
        self.nats.0.counters.received(message.payload.len());
        let beat = wire::decode(&message.payload);
        self.count(beat.is_ok());
        if let Ok(beat) = beat {
            self.edge.beat(self.nats.now(), beat);
        }
    }

    fn hear_word(&mut self, message: &Message) {
        self.nats.0.counters.received(message.payload.len());
        let word = wire::decode(&message.payload);
        self.count(word.is_ok());
        if let Ok(word) = word {
            self.edge.word(self.nats.now(), word);
        }
    }

    fn hear_ask(&mut self, message: Message) {
        let (Some(asker), Some(base)) = (message.reply, self.edge.give_base()) else { return };
        if !self.nats.is_inbox(&asker) {
            return;
        }
        let pieces = wire::cut(&wire::encode(&base), self.nats.piece());
        self.sending.extend(pieces.into_iter().map(|piece| (asker.clone(), piece)));
    }
}

async fn next_of(asks: &mut Option<Subscriber>) -> Option<Message> {
    match asks {
        Some(asks) => asks.next().await,
        None => std::future::pending().await,
    }
}

async fn done<T>(work: &mut Option<BoxFuture<'static, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

/// What cannot be read is asked for again.
async fn fetch(log: FrameLog, from: FrameNo, at: LogSeq) -> (FrameNo, Option<Fetched>) {
    (from, log.fetch(from, at).await.ok())
}

/// Asks whoever has a base; nothing, if nobody answers in time or what comes is none.
async fn ask_for_base(nats: Nats, group: GroupId) -> Option<Base> {
    let inbox = nats.0.client.new_inbox();
    let mut answers = nats.hear(inbox.clone()).await.ok()?;
    let subject = nats.0.names.of(Purpose::Base, &group);
    nats.0.client.publish_with_reply(subject, inbox, Bytes::new()).await.ok()?;
    let whole = async {
        let mut pieces = Pieces::default();
        loop {
            let piece = timeout(PIECE, answers.next()).await.ok()??;
            nats.0.counters.received(piece.payload.len());
            if let Some(whole) = pieces.take(&piece.payload).ok()? {
                return Some(whole);
            }
        }
    };
    let whole = timeout(BASE, whole).await.ok()??;
    wire::decode(&whole).ok()
}
