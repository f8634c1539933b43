//! The live host as two nodes beside a NATS server: the room's home is at one, and all clients are at the other.
//!
//! Each node is a process of its own, so that what it costs can be told apart. The first has the server and ends it.

use std::{
    env, io,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use cluster::server::{Server, Setup};
use live::{NodeHost, NodeOptions, Options};
use serde::Deserialize;

use super::{
    HostKind,
    live::limits,
    process::{Process, Said},
};
use crate::{
    Failure,
    figures::{ROOM, get},
    run::Beside,
};

/// What the nodes are called. Which of them is home of a room follows from these names.
const NAMES: [&str; 2] = ["one", "two"];
/// Both have the same.
const APP: &str = "1400000000:secret";
/// How long they may take to know each other, and one of them to be home.
const KNOWN: Duration = Duration::from_secs(30);
/// How long they have to say the same until it is believed: longer than a node listens before it claims rooms.
const STEADY: Duration = Duration::from_secs(3);

/// What a node says of itself.
#[derive(Debug, Deserialize)]
struct Standing {
    homes: Vec<String>,
    nodes: Vec<String>,
}

/// Serves the first node in this process, and a server for both.
pub(super) async fn serve_first(
    connections: usize,
    tick: Option<u32>,
) -> Result<(Said, Server), Failure> {
    let server = Server::start(&Setup::default())?;
    let address = node(NAMES[0], &server.url(), connections, tick).await?;
    let pid = server.pid().ok_or("the NATS server has ended")?;
    let beside = vec![Beside { name: "the NATS server".to_owned(), pid }];
    Ok((Said { beside, nats: Some(server.url()), ..Said::alone(address) }, server))
}

/// Serves the second node in this process, and starts the first.
pub(super) async fn serve(
    connections: usize,
    tick: Option<u32>,
) -> Result<(Said, Process), Failure> {
    let arguments = HostKind::Nodes.arguments(connections, tick).into_iter();
    let arguments: Vec<_> = arguments.chain(["--first".to_owned()]).collect();
    let process = Process::start(&env::current_exe()?, &arguments)
        .map_err(|error| format!("the first node: {error}"))?;
    let first = process.said.clone();
    let url = first.nats.as_deref().ok_or("the first node has no server")?;
    let second = Said::alone(node(NAMES[1], url, connections, tick).await?);
    let books = vec![first.address, second.address];
    let (edge, home) = match home([first.address, second.address])? {
        0 => (second, first.pid),
        _ => (first.clone(), second.pid),
    };
    let beside = [Beside { name: "the home".to_owned(), pid: home }].into_iter();
    let beside = beside.chain(first.beside).collect();
    Ok((Said { books, beside, nats: None, ..edge }, process))
}

/// Begins a node, which lives as long as the process. Returns where it listens.
async fn node(
    name: &str,
    url: &str,
    connections: usize,
    tick: Option<u32>,
) -> Result<SocketAddr, Failure> {
    let options = Options {
        apps: vec![APP.parse()?],
        limits: limits(connections, tick),
        ..Options::at(([127, 0, 0, 1], 0).into())
    };
    let host = NodeHost::start(options, NodeOptions::new(url, name)).await?;
    let address = host.address();
    std::mem::forget(host);
    Ok(address)
}

/// Which of the nodes is home of the room, once that is sure.
fn home(nodes: [SocketAddr; 2]) -> Result<usize, Failure> {
    let begun = Instant::now();
    let mut since: Option<(usize, Instant)> = None;
    while begun.elapsed() < KNOWN {
        let told = [standing(nodes[0])?, standing(nodes[1])?];
        let know_each_other = told.iter().all(|standing| standing.nodes.len() == nodes.len());
        let is_home = told.map(|standing| standing.homes.iter().any(|home| home == ROOM.1));
        let home = match (know_each_other, is_home) {
            (true, [true, false]) => Some(0),
            (true, [false, true]) => Some(1),
            _ => None,
        };
        since = match (since, home) {
            (Some((before, at)), Some(home)) if before == home => Some((before, at)),
            (_, home) => home.map(|home| (home, Instant::now())),
        };
        if let Some((home, at)) = since
            && at.elapsed() > STEADY
        {
            return Ok(home);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err("the nodes do not agree on which of them is the room's home".into())
}

fn standing(node: SocketAddr) -> io::Result<Standing> {
    Ok(serde_json::from_str(&get(node, "/node")?)?)
}
