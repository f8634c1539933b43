//! One live host as a process of its own.

use std::{
    collections::BTreeSet,
    fs::File,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::http::get;

/// The room that is watched.
pub const ROOM: &str = "live";
/// All nodes are of one app, so that each believes what another one signed.
const APP: &str = "1400000000:secret";

/// A node, running, paused or dead. It is killed when this is dropped.
#[derive(Debug)]
pub struct Node {
    program: PathBuf,
    name: String,
    address: SocketAddr,
    nats: String,
    replicas: usize,
    log: PathBuf,
    child: Option<Child>,
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is home of the room.
    pub is_home: bool,
    /// Which nodes it sees, itself among them.
    pub nodes: BTreeSet<String>,
}

impl Node {
    /// Starts one, which writes its log into that folder. NATS servers are told as their URLs, and how many of them keep a
    /// copy.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(
        program: &Path,
        name: &str,
        address: SocketAddr,
        nats: (String, usize),
        folder: &Path,
    ) -> io::Result<Self> {
        let (program, name) = (program.to_owned(), name.to_owned());
        let log = folder.join(format!("node-{address}.log").replace(':', "-"));
        let (nats, replicas) = nats;
        let mut node = Self { program, name, address, nats, replicas, log, child: None };
        node.begin()?;
        Ok(node)
    }

    fn begin(&mut self) -> io::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        command.arg("--listen").arg(self.address.to_string());
        command.args(["--nats", &self.nats, "--node", &self.name, "--app", APP, "--room", ROOM]);
        command.arg("--nats-replicas").arg(self.replicas.to_string());
        // All viewers come from one address.
        command.args(["--per-address", "4096"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// Starts it again, at its address, under that name.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn restart(&mut self, name: &str) -> io::Result<()> {
        self.kill()?;
        name.clone_into(&mut self.name);
        self.begin()
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    /// It cannot be ended.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Stops it as it is: it keeps its connections and does nothing.
    ///
    /// # Errors
    /// It cannot be stopped.
    pub fn pause(&self) -> io::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn resume(&self) -> io::Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let child = self.child.as_ref().ok_or_else(|| io::Error::other("it does not run"))?;
        Ok(kill_process(Pid::from_child(child), signal)?)
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    /// What it says of itself; `None` if it says nothing.
    pub async fn standing(&self) -> Option<Standing> {
        let body = get(self.address, "/node").await.ok()?;
        let told: Value = serde_json::from_str(&body).ok()?;
        let nodes = told["nodes"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        let is_home = told["homes"].as_array()?.iter().any(|home| home == ROOM);
        Some(Standing { is_home, nodes: nodes.collect() })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It is the process's own child, and nobody is left to be told.
        let _ = self.kill();
    }
}
