//! The hosts that can be measured, each served by a process of its own.

mod broadcast;
mod history;
mod live;
mod socketio;

use std::{
    io::{self, BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use clap::ValueEnum;

use crate::{Failure, dialect::Dialect, run::Target};

/// Which host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HostKind {
    /// The live room of this workspace.
    Live,
    /// axum, and a `tokio::sync::broadcast` receiver for each connection.
    #[value(alias = "baseline")]
    Broadcast,
    /// A room of socketioxide.
    Socketioxide,
}

impl HostKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Live, Self::Broadcast, Self::Socketioxide];

    /// Its name, as a person reads it and as it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Broadcast => "broadcast",
            Self::Socketioxide => "socketioxide",
        }
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Live => "this crate's host: priorities, a tick, and loss that is known exactly",
            Self::Broadcast => {
                "axum and a tokio broadcast channel for each connection; it writes up to 32 waiting messages at once"
            }
            Self::Socketioxide => {
                "a room of socketioxide; who has no room in its buffer is not told what it lost"
            }
        }
    }

    /// How long it lets entries wait for others, with so many clients and unless it is told to wait for `tick`
    /// milliseconds.
    fn tick(self, clients: u32, tick: Option<u32>) -> Duration {
        match self {
            Self::Live => live::limits(clients as usize, tick).tick.wait(clients as usize),
            Self::Broadcast | Self::Socketioxide => Duration::ZERO,
        }
    }

    /// How one speaks to it.
    fn dialect(self) -> Dialect {
        match self {
            Self::Live | Self::Broadcast => Dialect::Plain,
            Self::Socketioxide => Dialect::SocketIo,
        }
    }

    /// Whether it promises that every reader is told of what it missed.
    fn tells_of_loss(self) -> bool {
        self != Self::Socketioxide
    }
}

/// A host in a process of its own, which ends with this.
#[derive(Debug)]
pub struct Served {
    kind: HostKind,
    tick: Duration,
    child: Child,
    /// The child ends when this is closed, even if we are killed.
    _tether: Option<ChildStdin>,
    address: SocketAddr,
}

/// How a child says where it listens.
const LISTENING: &str = "listening ";

impl Served {
    /// Starts one that takes so many connections; `program` is this program.
    ///
    /// # Errors
    /// It does not start; why, in its own words.
    pub fn start(
        program: &Path,
        kind: HostKind,
        connections: u32,
        tick: Option<u32>,
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", kind.name(), "--connections", &connections.to_string()]);
        if let Some(tick) = tick {
            command.args(["--tick", &tick.to_string()]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (tether, said) = (child.stdin.take(), child.stdout.take());
        let mut line = String::new();
        BufReader::new(said.expect("its output is a pipe")).read_line(&mut line)?;
        match line.strip_prefix(LISTENING).and_then(|address| address.trim().parse().ok()) {
            Some(address) => {
                let tick = kind.tick(connections, tick);
                Ok(Self { kind, tick, child, _tether: tether, address })
            }
            None => {
                let ended = child.wait()?;
                Err(io::Error::other(format!("the host {} did not start: {ended}", kind.name())))
            }
        }
    }

    /// What is to be put under load.
    pub fn target(&self) -> Target {
        Target {
            name: self.kind.name().to_owned(),
            about: self.kind.about(),
            address: self.address,
            dialect: self.kind.dialect(),
            pid: Some(self.child.id()),
            promises: self.kind.tells_of_loss(),
            tick: Some(self.tick),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Serves a host in this process, until standard input is closed.
///
/// # Errors
/// It cannot be served.
pub fn serve(kind: HostKind, connections: u32, tick: Option<u32>) -> Result<(), Failure> {
    ::live::raise_open_files()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let address = match kind {
            HostKind::Live => live::serve(connections as usize, tick)?,
            HostKind::Broadcast => broadcast::serve().await?,
            HostKind::Socketioxide => socketio::serve().await?,
        };
        println!("{LISTENING}{address}");
        // On a thread of its own: the runtime's are the host's.
        tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok::<(), Failure>(())
    })?;
    // Thousands of connections need not be closed one by one.
    std::process::exit(0)
}
