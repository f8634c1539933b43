//! Rooms over many machines, on [NATS JetStream](https://docs.nats.io/nats-concepts/jetstream): what carries
//! [`relay`](crate::relay) there and back.
//!
//! Needs the feature `nats`, a tokio runtime, and a server of version 2.10 or later with `JetStream`. The host makes the
//! connection, with whatever credentials and certificates it needs, and gives it to [`Nats::open`]. Each
//! machine then has a [`HomeSeat`] for every group of which it is home, and an [`EdgeSeat`] for every group that is
//! read there. Both are driven by one method, `next`, which does what the network needs and returns what the host
//! has to know; neither starts a task or a thread.
//!
//! ```no_run
//! use liveroom::nats::{Nats, NatsConfig};
//! use liveroom::relay::EdgeOutput;
//! use liveroom::*;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = async_nats::connect("nats://localhost:4222").await?;
//! let nats = Nats::open(client, NatsConfig::new("live", "node-1")).await?;
//! let (id, key) = (GroupId::custom("friday")?, HashKey::new(1, 2));
//!
//! // Once, on whichever machine: the group is known from then on.
//! let settings = Settings { journal: true, ..GroupConfig::livestream().settings().clone() };
//! let group = Group::new(id.clone(), None, settings.build()?, Epoch::at(nats.now()), key, nats.now());
//! nats.create(&group).await?;
//!
//! // On the machine that is to be its home. Who that is, `Nodes` says.
//! let mut home = nats.claim(&id, &[], key, false).await?;
//! tokio::spawn(async move { while let Some(event) = home.next().await { println!("{event:?}") } });
//!
//! // On every machine with viewers.
//! let mut edge = nats.edge(&id, nats.edge_id().await?).await?;
//! let ann = Author::Session(edge.edge().id().session(1).expect("40 bits"));
//! let now = nats.now();
//! edge.edge_mut().push(now, ann, Command::join("ann".parse()?, Profile::default(), Platform::Web))?;
//! let mut cursor = None;
//! while let Some(output) = edge.next().await {
//!     match output {
//!         EdgeOutput::Answer { answer: Ok(Receipt::Joined { cursor: begin, .. }), .. } => cursor = Some(begin),
//!         EdgeOutput::Answer { no, answer } => println!("command {no}: {answer:?}"),
//!         EdgeOutput::Tail { .. } => {
//!             let Some(cursor) = &mut cursor else { continue };
//!             loop {
//!                 let batch = edge.edge_mut().batch(cursor)?;
//!                 if batch.is_empty() {
//!                     break;
//!                 }
//!                 println!("new: {:?}", batch.entries());
//!                 *cursor = *batch.to();
//!             }
//!         }
//!         _ => {}
//!     }
//! }
//!
//! // Now and then, on one of them: what is needed to begin does not grow with the log then.
//! nats.checkpoint(&id, &[], key).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What lies at the server
//!
//! With the prefix `live`:
//!
//! | name | what |
//! |---|---|
//! | stream `live-log`, subjects `live.log.<group>` | the log of each group; a message is a frame |
//! | bucket `live-rooms` | which groups there are, and which checkpoint of each is the newest |
//! | object store `live-checkpoints` | the checkpoints, and the word lists of filters |
//! | bucket `live-edges` | its revisions are the numbers of edges |
//! | `live.all.<group>` | from the home to all edges: frames as they are told |
//! | `live.beat.<group>` | that the home lives |
//! | `live.one.<group>.<edge>` | from the home to one edge |
//! | `live.up.<group>.<edge>` | from an edge to the home |
//! | `live.base.<group>` | questions for a base, which one of the edges or the home answers |
//! | `live.nodes` | that nodes live |
//!
//! A group's id is one token there: letters, digits, `-` and `_` stand as they are, everything else as `=` and two
//! hexadecimal digits. No id can reach another room, whatever it is made of.
//!
//! # Whom to let in
//!
//! Whoever may publish under the prefix speaks for the rooms: nodes trust each other. What comes is checked for its form
//! and for its place in the chain of frames, which guards against mistakes and not against forgery. Give nodes an
//! account of their own, or users that may publish and subscribe to `live.>`, `$JS.API.>`, `$KV.live-rooms.>`, `$KV.live-edges.>`,
//! `$JS.FC.>`, `$O.live-checkpoints.>` and `_INBOX.>`, and nobody else; ask for TLS in the options of the connection.
//!
//! # What is not promised
//!
//! A frame that the server has acknowledged is kept as long as the server keeps it. By default `JetStream` acknowledges
//! before it has written to disk, every two minutes, and so a power failure of all replicas at once takes
//! frames along that were told. Set `sync_interval: always` where that may not be. Otherwise, after such a failure, stop
//! all nodes and start them with a later [`oldest_epoch`](NatsConfig::oldest_epoch): the numbers of what was lost are given out again, and
//! nobody may go by what they remember of it. Until then a room may deny what it had told; edges that know more than the
//! log notice it, most of the time. A room goes on from its newest checkpoint that is there, and from the log where that leads
//! on from it; without a later oldest epoch it is refused where it does not: [`Refused::LogLost`].

mod counts;
mod edge;
mod error;
mod filters;
mod home;
mod log;
mod names;
mod nodes;
mod objects;
mod rescue;
mod rooms;
mod streams;
mod wire;

use std::{fmt, sync::Arc, time::Duration};

use async_nats::{
    Client, Subject, Subscriber,
    jetstream::{self, Context, kv, object_store, stream},
};
use bytes::Bytes;

use self::{
    counts::Counters,
    log::FrameLog,
    names::{Names, Purpose},
    streams::Streams,
};
pub use self::{
    counts::Counts,
    edge::EdgeSeat,
    error::{NatsError, Refused},
    home::{HomeEnd, HomeEvent, HomeSeat},
    nodes::{Node, Nodes},
    rooms::{RoomChange, RoomWatch},
};
use crate::{
    clock::Clock,
    id::{Epoch, GroupId},
    relay::{EdgeId, Home},
    time::Timestamp,
};

/// How the rooms of a connection are called and kept.
#[derive(Clone, Debug)]
pub struct NatsConfig {
    /// What all names at the server begin with: 1 to 32 letters, digits, hyphens and underscores. Rooms of
    /// different prefixes have nothing to do with each other.
    pub prefix: String,
    /// What this machine is called: of the same form, and no other's name.
    pub node: String,
    /// How many servers keep a copy, 1 to 5, where the stream is not there yet. Default 1.
    pub replicas: usize,
    /// The most bytes that the log of all groups may take, where the stream is not there yet; a full one refuses
    /// frames. Default: as many as the account may have.
    pub max_bytes: Option<u64>,
    /// The clock that groups go by.
    pub clock: Clock,
    /// Rooms whose history is of an epoch before this one begin anew when they are claimed, as
    /// [`Heir::claim`](crate::relay::Heir::claim) says: for when the servers had a power failure. [`Epoch::at`] the time then is later than any
    /// epoch that was told, where groups are created with that too and clocks agree. Stop all nodes, and then start all with the
    /// same, another one after each failure: a node that was not stopped keeps its rooms as they were, and those with this wait
    /// for it to end. Default 0.
    pub oldest_epoch: Epoch,
}

impl NatsConfig {
    /// Rooms under a prefix, for a machine of that name; the rest is default.
    pub fn new(prefix: impl Into<String>, node: impl Into<String>) -> Self {
        let (prefix, node) = (prefix.into(), node.into());
        Self {
            prefix,
            node,
            replicas: 1,
            max_bytes: None,
            clock: Clock::new(),
            oldest_epoch: Epoch(0),
        }
    }
}

/// A connection to the server, with what lies there for the rooms of a prefix. Clones are the same.
#[derive(Clone)]
pub struct Nats(Arc<Inner>);

struct Inner {
    client: Client,
    context: Context,
    names: Names,
    node: String,
    stream: stream::Stream<()>,
    rooms: kv::Store,
    edges: kv::Store,
    objects: object_store::ObjectStore,
    clock: Clock,
    oldest_epoch: Epoch,
    counters: Arc<Counters>,
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats")
            .field("node", &self.0.node)
            .field("names", &self.0.names)
            .finish_non_exhaustive()
    }
}

/// How far clocks of nodes may differ: a room that begins in a later epoch than the next power failure would go on as it was.
const AHEAD: Duration = Duration::from_mins(10);

impl Nats {
    /// The smallest `max_payload` of a server: a full frame, and what one command may add to it.
    pub const MIN_PAYLOAD: usize = 2 * Home::MAX_BYTES;

    /// Begins with a connection, and makes at the server what is not there.
    ///
    /// # Errors
    /// A name is none, the oldest epoch is of the future, the server's `max_payload` is too small, or the server does not do it: it is too old, has no
    /// `JetStream`, or does not let this user.
    pub async fn open(client: Client, config: NatsConfig) -> Result<Self, NatsError> {
        let NatsConfig { prefix, node, replicas, max_bytes, clock, oldest_epoch } = config;
        let names = Names::new(&prefix)?;
        if !names::is_name(&node) {
            return Err(Refused::Name(node).into());
        }
        let latest = Epoch::at(clock.now() + AHEAD);
        if oldest_epoch > latest {
            return Err(Refused::EpochAhead { oldest_epoch, latest }.into());
        }
        let (most, needed) = (client.max_payload(), Self::MIN_PAYLOAD);
        if most < needed {
            return Err(Refused::MaxPayload { most, needed }.into());
        }
        let context = jetstream::new(client.clone());
        let at =
            Streams { client: &client, context: &context, names: &names, clock: &clock, replicas };
        let stream = at.log(max_bytes).await?;
        let rooms = at.bucket(names.rooms()).await?;
        let edges = at.bucket(names.edges()).await?;
        let objects = at.objects(names.checkpoints()).await?;
        let counters = Arc::default();
        Ok(Self(Arc::new(Inner {
            client,
            context,
            names,
            node,
            stream,
            rooms,
            edges,
            objects,
            clock,
            oldest_epoch,
            counters,
        })))
    }

    /// What this machine is called.
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// The time by which its groups go.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What went over the connection so far.
    pub fn counts(&self) -> Counts {
        self.0.counters.counts()
    }

    /// A number that no edge had before, for all groups that this machine will show: it is used until
    /// [`EdgeOutput::Lapsed`](crate::relay::EdgeOutput::Lapsed) says that a group gave it up, and that group's next edge has another one.
    ///
    /// # Errors
    /// The server does not answer, or all numbers are used up.
    pub async fn edge_id(&self) -> Result<EdgeId, NatsError> {
        let node = Bytes::copy_from_slice(self.0.node.as_bytes());
        let revision = self.0.edges.put("last", node).await;
        let revision = revision.map_err(NatsError::server("give an edge its number"))?;
        let number = u32::try_from(revision).ok();
        let id = number.and_then(|number| EdgeId::new(number).ok());
        id.ok_or_else(|| Refused::NoEdgeLeft.into())
    }

    /// A group at this machine, for those who read here: it asks for all it needs.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn edge(&self, group: &GroupId, id: EdgeId) -> Result<EdgeSeat, NatsError> {
        EdgeSeat::begin(self.clone(), group.clone(), id).await
    }

    fn log(&self, group: &GroupId) -> FrameLog {
        let Inner { context, stream, names, counters, .. } = &*self.0;
        let subject = names.of(Purpose::Log, group);
        FrameLog::new(context.clone(), stream.clone(), subject, counters.clone())
    }

    /// Whether the server answers at this moment, as far as is known.
    pub fn is_connected(&self) -> bool {
        self.0.client.connection_state() == async_nats::connection::State::Connected
    }

    /// Whether an answer may go there: no subject of the rooms, and none of the server's own.
    fn is_inbox(&self, subject: &Subject) -> bool {
        !subject.starts_with('$') && !self.0.names.has(subject)
    }

    /// How large a piece of something larger may be.
    fn piece(&self) -> usize {
        self.0.client.max_payload().saturating_sub(AROUND)
    }

    async fn hear(&self, subject: String) -> Result<Subscriber, NatsError> {
        let heard = self.0.client.subscribe(subject).await;
        heard.map_err(NatsError::server("let this node subscribe"))
    }

    /// As [`hear`](Self::hear), where each message is heard by one of all who do.
    async fn share(&self, subject: String) -> Result<Subscriber, NatsError> {
        let heard = self.0.client.queue_subscribe(subject, "all".to_owned()).await;
        heard.map_err(NatsError::server("let this node subscribe"))
    }

    /// Sends what may be lost. It waits only while more waits to be sent than the connection keeps.
    async fn send(&self, subject: Subject, message: Bytes) {
        self.0.counters.sent(message.len());
        // What cannot be sent is lost, as what is sent can be.
        let _ = self.0.client.publish(subject, message).await;
    }
}

/// What a message takes beside what is in it: its headers and subject.
const AROUND: usize = 1_024;
