//! How a host is started: where it listens, and how much it takes on.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use liveroom::{AppId, Tick, tim::rest::CALLS_PER_SECOND};

use crate::{apps::AppKey, callbacks::CallbackOptions, keep::DataOptions};

/// How to start a host.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Simulated viewers.
    pub crowd: usize,
    /// Whether to show on the terminal how the crowd comes in.
    pub show: bool,
    /// A folder from which the page's files are read at each request, instead of those built in.
    pub page: Option<PathBuf>,
    /// The apps, each with its key; the rooms of the page are the first one's. None is an app whose key nobody
    /// knows.
    pub apps: Vec<AppKey>,
    /// Where none is named, the app that is there, with a new key, or that of the run before.
    pub demo: Option<AppId>,
    /// The administrator of every app.
    pub admin: String,
    /// The server that is asked and told what goes on, if there is one.
    pub callbacks: Option<CallbackOptions>,
    /// Where everything is kept, so that the next host goes on with it. Default: nowhere.
    pub data: Option<DataOptions>,
    /// How much to take on.
    pub limits: Limits,
}

impl Options {
    /// The administrator that the modelled service's documents name.
    pub const ADMIN: &str = "administrator";

    /// A host that listens there, without a crowd, with the default limits.
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            crowd: 0,
            show: false,
            page: None,
            apps: Vec::new(),
            demo: None,
            admin: Self::ADMIN.to_owned(),
            callbacks: None,
            data: None,
            limits: Limits::default(),
        }
    }
}

/// How much a host takes on, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; one more is told that the host is busy. Default 10,000.
    pub connections: usize,
    /// Connections at once from one IPv4 address, or from one /64 of IPv6. Default 256.
    pub per_address: usize,
    /// How long the head of a request may take. Default 10 s.
    pub head_within: Duration,
    /// How long a new WebSocket may take to say who it is. Default 10 s.
    pub join_within: Duration,
    /// How long a client may be silent, WebSocket pongs included. Default 90 s.
    pub idle: Duration,
    /// How long one frame may take to be written before its reader counts as too slow. Default 30 s.
    pub patience: Duration,
    /// How long a message that the filter holds waits for the owner to decide. Default 20 s: long
    /// enough to be read, and not so long as to be forgotten.
    pub hold: Duration,
    /// How long what is said in a show is seen by its owner alone, who may withdraw it: 2 to 6 s. Default: not at
    /// all.
    pub preview: Option<Duration>,
    /// Bytes that the system keeps for a connection that is not read. Default 128 KiB.
    pub send_buffer: u32,
    /// How long entries wait for others to go out with them. Default as the engine's, but 25 µs for each reader, so
    /// that writing takes about half a core, at some 14 µs for a write and the task that is woken for it; and whoever
    /// could not take more is asked again after 5 ms, or one such wait if that is longer.
    pub tick: Tick,
    /// Whether `/metrics` is served to other machines too. Default: to this one alone.
    pub metrics_to_all: bool,
    /// How often an app may call one command over REST in a second. Default 200, the modelled service's.
    pub calls: u32,
}

impl Limits {
    /// The same, where entries always wait so long for others, however few or many read.
    #[must_use]
    pub fn with_tick(self, wait: Duration) -> Self {
        Self { tick: Tick { per_member: wait, longest: wait, ..self.tick }, ..self }
    }

    /// TCP connections at once: a tenth and a few more than there are `WebSocket`s, for the page's files and for
    /// those who are told that the host is busy.
    pub(crate) fn sockets(&self) -> usize {
        self.connections.saturating_add(self.connections / 10).saturating_add(16)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            per_address: 256,
            head_within: Duration::from_secs(10),
            join_within: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            patience: Duration::from_secs(30),
            hold: Duration::from_secs(20),
            preview: None,
            send_buffer: 128 * 1_024,
            tick: Tick {
                per_member: Duration::from_micros(25),
                retry: Duration::from_millis(5),
                ..Tick::default()
            },
            metrics_to_all: false,
            calls: CALLS_PER_SECOND,
        }
    }
}
