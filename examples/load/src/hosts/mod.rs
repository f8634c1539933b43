//! The hosts that can be measured, each served by a process of its own.

mod broadcast;
mod history;
mod live;
mod nodes;
mod process;
mod socketio;

use std::{
    io::{self, Read},
    path::Path,
    time::Duration,
};

use clap::ValueEnum;

use self::process::{Process, Said};
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
    /// The live room over two nodes: its home at one, all clients at the other. It takes a NATS server.
    Nodes,
}

impl HostKind {
    /// Those that are compared, none of which takes more than this program.
    pub const COMPARED: [Self; 3] = [Self::Live, Self::Broadcast, Self::Socketioxide];

    /// Its name, as a person reads it and as it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Broadcast => "broadcast",
            Self::Socketioxide => "socketioxide",
            Self::Nodes => "nodes",
        }
    }

    /// Whether there is all that it takes to start it.
    ///
    /// # Errors
    /// What is lacking, and how to have it.
    pub fn can_start(self) -> io::Result<()> {
        if self == Self::Nodes {
            cluster::server::program()?;
        }
        Ok(())
    }

    /// How a process of this program is told to serve it.
    fn arguments(self, connections: usize, tick: Option<u32>) -> Vec<String> {
        let mut arguments =
            vec![self.name().to_owned(), "--connections".to_owned(), connections.to_string()];
        if let Some(tick) = tick {
            arguments.extend(["--tick".to_owned(), tick.to_string()]);
        }
        arguments
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
            Self::Nodes => {
                "live as two nodes beside a NATS server: the room's home is at one, and all clients are at the other, of \
                 which processor time and memory are told"
            }
        }
    }

    /// How long it lets entries wait for others, with so many clients and unless it is told to wait for `tick`
    /// milliseconds.
    fn tick(self, clients: u32, tick: Option<u32>) -> Duration {
        match self {
            Self::Live | Self::Nodes => {
                live::limits(clients as usize, tick).tick.wait(clients as usize)
            }
            Self::Broadcast | Self::Socketioxide => Duration::ZERO,
        }
    }

    /// How one speaks to it.
    fn dialect(self) -> Dialect {
        match self {
            Self::Live | Self::Broadcast | Self::Nodes => Dialect::Plain,
            Self::Socketioxide => Dialect::SocketIo,
        }
    }

    /// Whether it promises that every reader is told of what it missed.
    fn tells_of_loss(self) -> bool {
        self != Self::Socketioxide
    }
}

/// What ends with a process that serves.
#[expect(dead_code, reason = "it is kept to be dropped")]
enum Ends {
    Server(cluster::server::Server),
    Process(Process),
}

/// A host in a process of its own, which ends with this.
#[derive(Debug)]
pub struct Served {
    kind: HostKind,
    tick: Duration,
    process: Process,
}

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
        let process = Process::start(program, &kind.arguments(connections as usize, tick));
        let process = process.map_err(|error| {
            io::Error::new(error.kind(), format!("the host {}: {error}", kind.name()))
        })?;
        Ok(Self { kind, tick: kind.tick(connections, tick), process })
    }

    /// What is to be put under load.
    pub fn target(&self) -> Target {
        let Said { address, pid, books, beside, .. } = self.process.said.clone();
        Target {
            name: self.kind.name().to_owned(),
            about: self.kind.about(),
            address,
            dialect: self.kind.dialect(),
            pid: Some(pid),
            books,
            beside,
            promises: self.kind.tells_of_loss(),
            tick: Some(self.tick),
        }
    }
}

/// Serves a host in this process, until standard input is closed; of nodes the first alone, if it is asked for.
///
/// # Errors
/// It cannot be served.
pub fn serve(
    kind: HostKind,
    connections: u32,
    tick: Option<u32>,
    first: bool,
) -> Result<(), Failure> {
    ::live::raise_open_files()?;
    let connections = connections as usize;
    let runtime = tokio::runtime::Runtime::new()?;
    let ends_with_this = runtime.block_on(async {
        let (said, ends_with_this) = match kind {
            HostKind::Live => (Said::alone(live::serve(connections, tick)?), None),
            HostKind::Broadcast => (Said::alone(broadcast::serve().await?), None),
            HostKind::Socketioxide => (Said::alone(socketio::serve().await?), None),
            HostKind::Nodes if first => {
                let (said, server) = nodes::serve_first(connections, tick).await?;
                (said, Some(Ends::Server(server)))
            }
            HostKind::Nodes => {
                let (said, process) = nodes::serve(connections, tick).await?;
                (said, Some(Ends::Process(process)))
            }
        };
        said.say()?;
        // On a thread of its own: the runtime's are the host's.
        tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok::<_, Failure>(ends_with_this)
    })?;
    drop(ends_with_this);
    // Thousands of connections need not be closed one by one.
    std::process::exit(0)
}
