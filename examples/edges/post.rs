//! What is on its way, and when it is there.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use liveroom::relay::{Base, Fetched, ForEdge, FrameNo, LogSeq};
use serde::Serialize;

/// What happens at a moment.
pub(crate) enum What {
    /// An edge's machine is switched on.
    Begin(u32),
    /// It is time for an edge to do what is due.
    Wake(u32),
    /// Its readers are given what is new.
    Sweep(u32),
    /// A feed comes to an edge, by its place among all.
    Feed(u32, u32),
    /// A sign of life of the home's, likewise.
    Beat(u32, u32),
    Word(u32, Box<ForEdge>),
    /// An edge wants a base.
    WantsBase(u32),
    Base(u32, Box<Base>),
    /// An edge asks the log.
    Fetch(u32, FrameNo),
    Fetched(u32, FrameNo, Box<Fetched>),
    /// A command or a sign of life comes to the home.
    Up(Box<Up>),
    /// It is time for the home to do what is due.
    Home,
    /// It has gathered for long enough.
    Write,
    /// The log has acknowledged.
    Written(LogSeq),
    /// Somebody sends a message.
    Say,
    /// Somebody joins who will send some, or will not.
    Join {
        speaks: bool,
    },
    /// An edge forwards the number of likes that it has counted.
    Likes(u32),
    /// The home's host gives the room the likes of all edges.
    Tally,
    /// What was until now does not count.
    Measure,
}

/// What an edge has sent to the home.
pub(crate) struct Up {
    pub(crate) edge: u32,
    pub(crate) sent: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sort: Sort,
}

/// What that is.
#[derive(Clone, Copy)]
pub(crate) enum Sort {
    Request,
    Beat,
    /// How many likes it has counted since it began: no part of the relay, but of its host.
    Likes,
}

struct Post {
    at: u64,
    number: u64,
    what: What,
}

impl PartialEq for Post {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Post {}

impl Ord for Post {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Post {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Everything that is to happen, in order.
#[derive(Default)]
pub(crate) struct Posts {
    heap: BinaryHeap<Reverse<Post>>,
    number: u64,
}

impl Posts {
    pub(crate) fn push(&mut self, at: u64, what: What) {
        self.number += 1;
        self.heap.push(Reverse(Post { at, number: self.number, what }));
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, What)> {
        self.heap.pop().map(|Reverse(post)| (post.at, post.what))
    }
}

pub(crate) fn bytes(said: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(said).expect("everything that machines say can be written down")
}

pub(crate) fn weight(said: &impl Serialize) -> u64 {
    bytes(said).len() as u64
}
