//! The host without sockets, without threads, and with a clock that stands still until it is moved: what
//! comes in is handed to it, and what goes out is taken from it.

use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};

pub use axum::extract::ws::Message;
use axum::{
    body::Body,
    http::{Method, Request, Uri},
};
use liveroom::{Group, Timestamp, tim::rest::Reply};
use tokio::{
    runtime::{Builder, Runtime},
    select,
    time::{sleep, timeout},
};

use crate::{
    accept::Peer,
    account::Account,
    apps::AppKey,
    connection,
    fanout::FanOut,
    gate::Gate,
    gateway,
    hours::Hours,
    house::House,
    line::{Line, Outbound},
    options::Options,
    protocol::{client::ClientFrame, host::HostFrame},
    rest,
};

/// When it begins.
const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);
/// The machine that everybody connects from.
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
/// How long a frame may take, by the machine's own clock.
const PATIENCE: Duration = Duration::from_secs(20);

/// A host by hand.
pub struct Rig {
    runtime: Runtime,
    house: Arc<House>,
    fan_out: FanOut,
    peer: Peer,
    app: AppKey,
}

/// One WebSocket of the page, or of the modelled service's SDK.
pub struct Wire {
    end: End,
    outbound: Outbound,
    told: Vec<Message>,
    parted: bool,
}

enum End {
    Page(Box<connection::Connection>),
    Sdk(Box<gateway::Connection>),
}

impl Rig {
    /// Opens a host of one app.
    ///
    /// # Panics
    /// The system gives no randomness.
    pub fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime without sockets");
        let app: AppKey = "7:key".parse().expect("an app and its key");
        let options = Options { apps: vec![app.clone()], ..Options::at((HERE, 0).into()) };
        let (house, errands) = House::open_at(&options, Hours::at(NOW)).expect("a house");
        let fan_out = FanOut::new(house.clone(), errands);
        let gate = Arc::new(Gate::new(1, 1));
        let Ok(place) = gate.admit(std::time::Instant::now(), HERE) else {
            unreachable!("the first one is admitted");
        };
        let peer = Peer { ip: HERE, is_near: true, place: Arc::new(place) };
        Self { runtime, house, fan_out, peer, app }
    }

    /// The key that makes the owner.
    pub fn key(&self) -> String {
        self.house.key.to_string()
    }

    /// A signature with which a user logs in, or the administrator; nothing for a name that is none.
    pub fn signature(&self, user: &str) -> String {
        self.app.sign(user, NOW, Duration::from_hours(24)).unwrap_or_default()
    }

    /// Somebody opens a WebSocket of the page.
    pub fn connect(&self) -> Wire {
        let (line, outbound) = Line::new();
        let end = connection::Connection::new(self.house.clone(), Arc::new(line), HERE);
        Wire { end: End::Page(Box::new(end)), outbound, told: Vec::new(), parted: false }
    }

    /// Somebody opens a WebSocket of the SDK, if the address names the app.
    pub fn connect_sdk(&self, query: &str) -> Option<Wire> {
        let caller = gateway::Caller::read(query, HERE)?;
        let (line, outbound) = Line::wordless();
        let end = gateway::Connection::new(self.house.clone(), Arc::new(line), caller);
        Some(Wire { end: End::Sdk(Box::new(end)), outbound, told: Vec::new(), parted: false })
    }

    /// A message comes in over a wire, and is dealt with. Over one that has parted, nothing does.
    ///
    /// # Panics
    /// The host does not get done with it.
    pub fn hear(&mut self, wire: &mut Wire, message: Message) {
        if wire.parted {
            return;
        }
        let Self { runtime, house, fan_out, .. } = self;
        let Wire { end, outbound, told, .. } = wire;
        let done = runtime.block_on(within(async {
            let mut heard = pin!(end.hear(message));
            // What it waits for comes from the fan-out thread, which is here.
            while !is_done(&mut heard).await {
                step(house, fan_out);
                told.append(&mut outbound.waiting());
            }
        }));
        done.expect("a frame is dealt with");
        self.settle(wire);
    }

    /// The connection breaks.
    pub fn lose(&mut self, mut wire: Wire) {
        if !wire.parted {
            self.runtime.block_on(wire.end.leave());
        }
        step(&self.house, &mut self.fan_out);
    }

    /// Time goes by.
    pub fn pass(&mut self, span: Duration) {
        self.house.clock.pass(span);
        // What is told by one step may wait for the next, as batches do.
        for _ in 0..2 {
            step(&self.house, &mut self.fan_out);
        }
    }

    /// What was said over a wire since this was last asked, the last word last.
    pub fn told(&mut self, wire: &mut Wire) -> Vec<Message> {
        step(&self.house, &mut self.fan_out);
        self.settle(wire);
        std::mem::take(&mut wire.told)
    }

    /// Answers a command over REST.
    pub fn rest(&mut self, address: &str, body: &[u8]) -> Option<Reply> {
        let uri: Uri = address.parse().ok()?;
        let mut request = Request::new(Body::from(body.to_vec()));
        (*request.method_mut(), *request.uri_mut()) = (Method::POST, uri);
        let Self { runtime, house, fan_out, peer, .. } = self;
        let answer = runtime.block_on(within(async {
            let mut answer = pin!(rest::serve(house, peer, request));
            loop {
                select! {
                    biased;
                    answer = &mut answer => break answer,
                    () = sleep(Duration::from_millis(1)) => {}
                }
                // It may wait for the end of a message.
                house.clock.pass(Duration::from_secs(1));
                step(house, fan_out);
            }
        }));
        Some(answer.expect("a request is answered").into())
    }

    /// The state of every group.
    pub fn digests(&self) -> Vec<u64> {
        let keys = self.house.groups().into_iter();
        keys.filter_map(|key| self.house.hub.read(key, Group::digest)).collect()
    }

    /// The account of all groups.
    pub fn account(&self) -> Account {
        Account::take(&self.house)
    }

    /// Takes what waits, and the last word if there is one; then the connection has ended.
    fn settle(&mut self, wire: &mut Wire) {
        wire.told.append(&mut wire.outbound.waiting());
        self.runtime.block_on(wire.end.turn());
        wire.told.append(&mut wire.outbound.waiting());
        if let Some(word) = wire.outbound.last_word().filter(|_| !wire.parted) {
            wire.parted = true;
            if !word.is_empty() {
                wire.told.push(Message::Text(word));
            }
            self.runtime.block_on(wire.end.leave());
        }
    }
}

impl Wire {
    /// Whether the host has ended it.
    pub fn has_parted(&self) -> bool {
        self.parted
    }

    /// Whether somebody has joined over it, or logged in.
    pub fn is_in(&self) -> bool {
        match &self.end {
            End::Page(page) => page.number().is_some(),
            End::Sdk(sdk) => sdk.is_logged_in(),
        }
    }
}

impl End {
    async fn hear(&mut self, message: Message) {
        match self {
            Self::Page(page) => page.hear(message).await,
            Self::Sdk(sdk) => sdk.hear(message).await,
        }
    }

    /// What came to its end meanwhile is answered.
    async fn turn(&mut self) {
        match self {
            Self::Page(_) => {}
            Self::Sdk(sdk) => sdk.turn().await,
        }
    }

    async fn leave(&mut self) {
        match self {
            Self::Page(page) => page.leave().await,
            Self::Sdk(sdk) => sdk.leave(),
        }
    }
}

/// What comes of something, if it comes at all.
async fn within<T>(what: impl Future<Output = T>) -> Option<T> {
    timeout(PATIENCE, what).await.ok()
}

/// Whether something is done within a moment.
async fn is_done(what: &mut (impl Future<Output = ()> + Unpin)) -> bool {
    timeout(Duration::from_millis(1), what).await.is_ok()
}

fn step(house: &Arc<House>, fan_out: &mut FanOut) {
    let mut drainer = house.hub.drainer(house.shard()).expect("nobody else drains");
    assert!(fan_out.step(house.clock.now(), &mut drainer).is_continue(), "nobody closes it");
}

/// What a frame of a client says, as it is written again; `None` if it is none.
pub fn client_frame(text: &str) -> Option<String> {
    ClientFrame::parse(text).ok().map(|frame| frame.written())
}

/// A frame of the host, as it is written again; `None` if it is none.
pub fn host_frame(text: &str) -> Option<String> {
    HostFrame::decode(text).ok().map(|frame| frame.encode())
}
