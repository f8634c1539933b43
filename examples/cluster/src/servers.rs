//! The NATS servers of a run: one, or three, each of which has a copy of all.

use std::{
    fs, io,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::time::sleep;

use crate::{
    http::get,
    server::{Server, Setup, free},
};

/// How long they may take until they know who leads.
const AGREE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// Servers that run, or some of which were killed. They end, and their files go, when this does.
#[derive(Debug)]
pub struct Servers {
    servers: Vec<Server>,
    /// Where each tells how it is; a single one is not asked.
    monitors: Vec<SocketAddr>,
}

impl Servers {
    /// Starts so many, and returns when they agree on who leads.
    ///
    /// # Errors
    /// The program is not there, or they do not begin.
    pub async fn start(setup: &Setup, count: usize) -> io::Result<Self> {
        if count == 1 {
            return Ok(Self { servers: vec![Server::start(setup)?], monitors: Vec::new() });
        }
        let addresses = || (0..count).map(|_| free()).collect::<io::Result<Vec<_>>>();
        let (routes, monitors) = (addresses()?, addresses()?);
        let servers = (0..count).map(|no| {
            let more = setup.more.clone() + &member(no, &routes, monitors[no]);
            Server::start(&Setup { more, ..setup.clone() })
        });
        let servers = Self { servers: servers.collect::<io::Result<_>>()?, monitors };
        servers.agree().await?;
        Ok(servers)
    }

    async fn agree(&self) -> io::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < AGREE {
            let mut leaders = Vec::new();
            for no in 0..self.monitors.len() {
                let state = self.ask(no, "/jsz").await.unwrap_or_default();
                let leader = state["meta_cluster"]["leader"].as_str().unwrap_or_default();
                leaders.push(leader.to_owned());
            }
            if !leaders[0].is_empty() && leaders.iter().all(|leader| *leader == leaders[0]) {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err(io::Error::other("the NATS servers do not agree on who leads"))
    }

    async fn ask(&self, no: usize, path: &str) -> Option<Value> {
        let body = get(self.monitors[no], path).await.ok()?;
        serde_json::from_str(&body).ok()
    }

    /// The servers.
    pub fn each(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter()
    }

    /// One of them.
    pub fn at(&mut self, no: usize) -> &mut Server {
        &mut self.servers[no]
    }

    /// Which of them leads the log of the rooms, as the first says that knows of one.
    pub async fn leader(&self) -> Option<usize> {
        for no in 0..self.monitors.len() {
            let Some(state) = self.ask(no, "/jsz?streams=true").await else { continue };
            let accounts = state["account_details"].as_array().into_iter().flatten();
            let streams = accounts.filter_map(|account| account["stream_detail"].as_array());
            let log = streams
                .flatten()
                .find(|stream| stream["name"].as_str().is_some_and(|name| name.ends_with("-log")));
            let leader = log.and_then(|log| log["cluster"]["leader"].as_str());
            let found =
                leader.and_then(|name| (0..self.servers.len()).find(|no| name == self::name(*no)));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Ends all at once, as `kill -9` does.
    ///
    /// # Errors
    /// One cannot be ended.
    pub fn kill(&mut self) -> io::Result<()> {
        self.servers.iter_mut().try_for_each(Server::kill)
    }

    /// All begin again where they ended.
    ///
    /// # Errors
    /// One does not begin.
    pub fn resume(&mut self) -> io::Result<()> {
        self.servers.iter_mut().try_for_each(Server::resume)
    }

    /// Copies what they said into a folder.
    ///
    /// # Errors
    /// A log cannot be copied.
    pub fn keep_logs(&self, folder: &Path) -> io::Result<()> {
        for (no, server) in self.servers.iter().enumerate() {
            fs::copy(server.log(), folder.join(format!("nats-{}.log", name(no))))?;
        }
        Ok(())
    }
}

fn name(no: usize) -> String {
    format!("s{no}")
}

/// What makes a server one of several. Clients are told of those alone that they were given.
fn member(no: usize, routes: &[SocketAddr], monitor: SocketAddr) -> String {
    let others = routes.iter().map(|route| format!("nats://{route}")).collect::<Vec<_>>();
    let (name, others) = (name(no), others.join(", "));
    format!(
        "server_name: {name}\nhttp: \"{monitor}\"\ncluster {{\n  name: rooms\n  listen: \"{}\"\n  \
         no_advertise: true\n  routes: [{others}]\n}}\n",
        routes[no]
    )
}
