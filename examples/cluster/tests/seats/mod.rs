//! Seats of homes and edges at real servers, as tests drive them.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "no test needs all of it, and nobody else sees it"
)]

use std::time::Duration;

use cluster::server::Server;
use liveroom::{
    nats::{EdgeSeat, HomeEnd, HomeEvent, HomeSeat, Nats, NatsConfig},
    relay::EdgeOutput,
    *,
};
use tokio::{task::JoinHandle, time::timeout};

pub const LONG: Duration = Duration::from_secs(30);

pub fn key() -> HashKey {
    HashKey::new(1, 2)
}

pub async fn nats(server: &Server, node: &str) -> Nats {
    let client = async_nats::connect(server.url()).await.unwrap();
    Nats::open(client, NatsConfig::new("test", node)).await.unwrap()
}

pub fn group(id: &str) -> Group {
    let settings = Settings { journal: true, ..GroupConfig::livestream().settings().clone() };
    let (id, config) = (GroupId::custom(id).unwrap(), settings.build().unwrap());
    Group::new(id, None, config, Epoch(1), key(), Clock::new().now())
}

pub async fn create(nats: &Nats, id: &str) -> GroupId {
    let group = group(id);
    nats.create(&group).await.unwrap();
    group.id().clone()
}

/// Runs until it ends.
pub fn run(mut home: HomeSeat) -> JoinHandle<(HomeEnd, HomeSeat)> {
    tokio::spawn(async move {
        loop {
            if let Some(HomeEvent::Ended(end)) = home.next().await {
                return (end, home);
            }
        }
    })
}

/// Moments of no time at all to three milliseconds, one after the other.
pub struct Fits(u64);

impl Fits {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn fit(&mut self) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        Duration::from_micros((self.0 >> 33) % 3_000)
    }
}

/// A viewer at an edge: what they have read, each entry once and in order.
pub struct Viewer {
    pub seat: EdgeSeat,
    /// After how long each call of `next` is given up and made again, if it is.
    pub fits: Option<Fits>,
    pub cursor: Option<Cursor>,
    pub read: Vec<(Seq, String)>,
    pub missed: u64,
}

impl Viewer {
    pub async fn new(nats: &Nats, id: &GroupId) -> Self {
        let seat = nats.edge(id, nats.edge_id().await.unwrap()).await.unwrap();
        let mut viewer = Self { seat, fits: None, cursor: None, read: Vec::new(), missed: 0 };
        while viewer.cursor.is_none() {
            viewer.step().await;
        }
        viewer
    }

    pub fn session(&self) -> Author {
        Author::Session(self.seat.edge().id().session(1).unwrap())
    }

    async fn next(&mut self) -> Option<EdgeOutput> {
        let Some(fits) = &mut self.fits else { return self.seat.next().await };
        loop {
            if let Ok(output) = timeout(fits.fit(), self.seat.next()).await {
                return output;
            }
        }
    }

    pub async fn step(&mut self) -> EdgeOutput {
        let output = timeout(LONG, self.next()).await.unwrap().unwrap();
        if let EdgeOutput::Tail { .. } = output {
            let edge = self.seat.edge_mut();
            let mut cursor = self.cursor.unwrap_or_else(|| edge.tail().unwrap());
            loop {
                let batch = edge.batch(&cursor).unwrap();
                let entries = batch.entries().iter().filter_map(|entry| match &entry.body {
                    Body::Message(message) => Some((entry.seq, message.content.texts().collect())),
                    _ => None,
                });
                self.read.extend(entries);
                self.missed += batch.missed().0.iter().sum::<u64>();
                if batch.to() == &cursor {
                    break;
                }
                cursor = *batch.to();
            }
            self.cursor = Some(cursor);
        }
        output
    }

    pub async fn ask(&mut self, command: Command) -> Result<Receipt, Refusal> {
        self.ask_by(self.session(), command).await
    }

    pub async fn ask_by(&mut self, by: Author, command: Command) -> Result<Receipt, Refusal> {
        let now = Clock::new().now();
        let asked = self.seat.edge_mut().push(now, by, command).unwrap();
        loop {
            match self.step().await {
                EdgeOutput::Answer { no, answer } if no == asked => return answer,
                EdgeOutput::Untold { .. } | EdgeOutput::Lapsed => panic!("the edge lapsed"),
                _ => {}
            }
        }
    }

    pub async fn join(&mut self, name: &str) {
        let command = Command::join(name.parse().unwrap(), Profile::nick(name), Platform::Web);
        self.ask(command).await.unwrap();
    }

    pub async fn reads(&mut self, count: usize) {
        while self.read.len() < count {
            self.step().await;
        }
    }
}
