//! Three nodes and their NATS servers, each a process of its own, each node with its own way to each server.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::{
    link::Link,
    node::{Node, Standing},
    server::{Setup, free},
    servers::Servers,
};

/// What nodes are called at first.
const NAMES: [&str; 3] = ["a", "b", "c"];
/// How long they may take to know each other.
const KNOWN: Duration = Duration::from_secs(60);
/// How long they have to say the same until it is believed.
const STEADY: Duration = Duration::from_secs(1);
/// How long a home has to find that the room went on without it.
const STEPS_DOWN: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);
const GLANCE: Duration = Duration::from_millis(20);

/// All that runs. It ends, and its files go, when this does.
#[derive(Debug)]
pub struct Machines {
    /// The nodes, each at its own address for good.
    pub nodes: Vec<Node>,
    /// Each node's ways to the servers.
    pub links: Vec<Vec<Link>>,
    /// The servers.
    pub servers: Servers,
    folder: TempDir,
}

impl Machines {
    /// Starts them, with so many servers, and waits until all know each other and one is home.
    ///
    /// # Errors
    /// Something does not start; the error says where the logs are.
    pub async fn start(live: &Path, setup: &Setup, servers: usize) -> io::Result<Self> {
        let (servers, folder) = (Servers::start(setup, servers).await?, tempfile::tempdir()?);
        let (nodes, links) = (Vec::new(), Vec::new());
        let mut machines = Self { nodes, links, servers, folder };
        for name in NAMES {
            let mut links = Vec::new();
            for server in machines.servers.each() {
                links.push(Link::to(server.address()).await?);
            }
            let urls: Vec<String> = links.iter().map(Link::url).collect();
            let nats = (urls.join(","), urls.len());
            let folder = machines.folder.path();
            machines.nodes.push(Node::start(live, name, free()?, nats, folder)?);
            machines.links.push(links);
        }
        match machines.steady(KNOWN).await {
            Ok(()) => Ok(machines),
            Err(why) => {
                let kept = machines.keep()?;
                Err(io::Error::other(format!("{why}; the logs are in {}", kept.display())))
            }
        }
    }

    /// Where viewers find the nodes.
    pub fn addresses(&self) -> Arc<[SocketAddr]> {
        self.nodes.iter().map(Node::address).collect()
    }

    /// Which node says that it is home, if exactly one does.
    pub async fn home(&self) -> Option<usize> {
        let mut homes = Vec::new();
        for (no, node) in self.nodes.iter().enumerate() {
            if node.standing().await.is_some_and(|standing| standing.is_home) {
                homes.push(no);
            }
        }
        (homes.len() == 1).then(|| homes[0])
    }

    /// Returns when that node does not say any more that it is home.
    ///
    /// # Errors
    /// It goes on saying so.
    pub async fn steps_down(&self, no: usize) -> io::Result<()> {
        let (node, begun) = (&self.nodes[no], Instant::now());
        while begun.elapsed() < STEPS_DOWN {
            if node.standing().await.is_some_and(|standing| !standing.is_home) {
                return Ok(());
            }
            sleep(GLANCE).await;
        }
        Err(io::Error::other(format!("node {} goes on as home", node.name())))
    }

    /// Returns when all nodes see each other, and one and the same is home for a while.
    ///
    /// # Errors
    /// It does not come to that; in words.
    pub async fn steady(&mut self, within: Duration) -> Result<(), String> {
        let begun = Instant::now();
        let mut since: Option<(Vec<Option<Standing>>, Instant)> = None;
        loop {
            if let Some(node) = self.nodes.iter_mut().find_map(|it| it.has_ended().then_some(it)) {
                return Err(format!("node {} has ended by itself", node.name()));
            }
            let mut told = Vec::new();
            for node in &self.nodes {
                told.push(node.standing().await);
            }
            match &since {
                Some((before, at)) if *before == told => {
                    if at.elapsed() > STEADY {
                        return Ok(());
                    }
                }
                _ => since = self.agree(&told).then(|| (told.clone(), Instant::now())),
            }
            if begun.elapsed() > within {
                return Err(format!("the nodes do not agree on who is home: {}", words(&told)));
            }
            sleep(LOOK).await;
        }
    }

    fn agree(&self, told: &[Option<Standing>]) -> bool {
        let sees_all = |standing: &Option<Standing>| {
            let nodes = standing.as_ref().map(|standing| &standing.nodes);
            nodes.is_some_and(|nodes| {
                nodes.len() == self.nodes.len()
                    && self.nodes.iter().all(|node| nodes.contains(node.name()))
            })
        };
        let homes = told.iter().flatten().filter(|standing| standing.is_home).count();
        told.iter().all(sees_all) && homes == 1
    }

    /// Ends all, and keeps what they wrote: returns the folder.
    ///
    /// # Errors
    /// A server's log cannot be copied.
    pub fn keep(mut self) -> io::Result<PathBuf> {
        for node in &mut self.nodes {
            node.kill()?;
        }
        self.servers.keep_logs(self.folder.path())?;
        Ok(self.folder.keep())
    }
}

fn words(told: &[Option<Standing>]) -> String {
    let words = told.iter().map(|standing| match standing {
        None => "no answer".to_owned(),
        Some(Standing { is_home, nodes }) => {
            format!("{} of {nodes:?}", if *is_home { "home" } else { "edge" })
        }
    });
    words.collect::<Vec<_>>().join("; ")
}
