//! The network between machines, and how the log is reached through it.

use std::{cmp::Reverse, sync::Arc};

use liveroom::{
    Timestamp,
    relay::{
        Base, Beat, EdgeBeat, EdgeId, Feed, Fetched, ForEdge, Frame, FrameNo, LogSeq, Request,
        Write, Written,
    },
};

use super::{EDGES, Fail, NODES, Node, World, millis};

/// Who a message is for.
#[derive(Clone, Debug)]
pub(crate) enum To {
    Node(usize, u64),
    AllNodes,
    Edge(usize),
    AllEdges,
    EdgeOfId(EdgeId),
    /// The log, from a node in one of its lives, or from an edge.
    Log(Asker),
    /// Whoever can give a base, for this edge.
    Anybody(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Node(usize, u64),
    Edge(usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    Request(Request),
    EdgeBeat(EdgeBeat),
    Feed(LogSeq, Feed),
    Beat(Beat),
    Word(ForEdge),
    Base(Box<Base>),
    WantsBase,
    Fetch(FrameNo, LogSeq),
    Fetched(FrameNo, Fetched),
    Write {
        write: Write,
        number: u64,
    },
    Written {
        written: Written,
        number: u64,
    },
    /// The frames from a place on.
    Read(LogSeq),
    Frames(LogSeq, Vec<(LogSeq, Arc<Frame>)>),
}

pub(crate) struct Post {
    pub(super) at: Timestamp,
    number: u64,
    to: To,
    from: Option<Asker>,
    parcel: Parcel,
}

impl PartialEq for Post {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Post {}

impl Ord for Post {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Post {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl World<'_> {
    pub(super) fn send_write(&mut self, node: usize, life: u64, write: Write) {
        let (now, patience) = (self.now, millis(300 + self.plan.delay));
        let number = self.nodes[node].tries(now + patience);
        self.ask_log(Asker::Node(node, life), Parcel::Write { write, number });
    }

    pub(super) fn ask_log(&mut self, asker: Asker, parcel: Parcel) {
        self.send(Some(asker), To::Log(asker), &parcel);
    }

    /// Sends something, which may be lost, come twice, and comes late.
    pub(super) fn send(&mut self, from: Option<Asker>, to: To, parcel: &Parcel) {
        let (lost, doubled) =
            if self.healing { (0, 0) } else { (self.plan.lost, self.plan.doubled) };
        if self.dice.roll(100) < lost {
            return;
        }
        let copies = 1 + u64::from(self.dice.roll(100) < doubled);
        for _ in 0..copies {
            let delay = if self.healing { 1 } else { 1 + self.dice.roll(self.plan.delay) };
            self.posted += 1;
            let (at, number) = (self.now + millis(delay), self.posted);
            let post = Post { at, number, to: to.clone(), from, parcel: parcel.clone() };
            self.post.push(Reverse(post));
        }
    }

    pub(super) fn is_cut(&self, machine: Option<Asker>) -> bool {
        match machine {
            Some(Asker::Node(node, life)) => self.nodes[node].cut || self.nodes[node].life != life,
            Some(Asker::Edge(edge)) => self.edges[edge].cut,
            None => false,
        }
    }

    pub(super) fn deliver(&mut self, post: Post) -> Result<(), Fail> {
        let Post { to, from, parcel, .. } = post;
        // What was written before its writer ended arrives all the same.
        let cut = match from {
            Some(Asker::Node(node, _)) => self.nodes[node].cut,
            from => self.is_cut(from),
        };
        if cut {
            return Ok(());
        }
        match to {
            To::Log(asker) => self.log_answers(asker, parcel),
            To::Node(node, life) => return self.for_node(node, life, parcel),
            To::AllNodes => {
                for node in 0..NODES {
                    let life = self.nodes[node].life;
                    self.for_node(node, life, parcel.clone())?;
                }
            }
            To::Edge(edge) => return self.for_edge(edge, parcel),
            To::AllEdges => {
                for edge in 0..EDGES {
                    self.for_edge(edge, parcel.clone())?;
                }
            }
            To::EdgeOfId(id) => {
                let edge = self.edges.iter().position(|stand| stand.edge.id() == id);
                if let Some(edge) = edge {
                    self.for_edge(edge, parcel)?;
                }
            }
            To::Anybody(edge) => self.give_base(edge),
        }
        Ok(())
    }

    /// The log answers whoever asked it, unless it is away.
    pub(super) fn log_answers(&mut self, asker: Asker, parcel: Parcel) {
        if self.log_down {
            return;
        }
        let limit = 1 + usize::try_from(self.dice.roll(30)).unwrap_or(0);
        let answer = match parcel {
            Parcel::Write { write, number } => {
                let others = self.dice.roll(3);
                let written = self.log.write(&write, others);
                Parcel::Written { written, number }
            }
            Parcel::Read(from) => Parcel::Frames(from, self.log.from(from, 50)),
            Parcel::Fetch(from, at) => Parcel::Fetched(from, self.log.fetch(from, at, limit + 1)),
            _ => return,
        };
        let to = match asker {
            Asker::Node(node, life) => To::Node(node, life),
            Asker::Edge(edge) => To::Edge(edge),
        };
        self.send(None, to, &answer);
    }

    pub(super) fn give_base(&mut self, edge: usize) {
        let homes = self.nodes.iter_mut().filter(|node| !node.paused && !node.cut);
        let home = homes.filter_map(Node::home).find_map(|home| home.base());
        let others = self.edges.iter().enumerate();
        let mut others =
            others.filter(|(other, stand)| *other != edge && !stand.paused && !stand.cut);
        let base = home.or_else(|| others.find_map(|(_, stand)| stand.edge.give_base()));
        if let Some(base) = base {
            self.census.bases += 1;
            self.send(None, To::Edge(edge), &Parcel::Base(Box::new(base)));
        }
    }
}
