//! What is written in the log of a group: frames without holes, each chained to the one before it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{EdgeId, FrameNo, LetterNo, LogSeq, RequestNo, Term};
use crate::{
    command::Receipt,
    config::Retention,
    cursor::Cursor,
    entry::Entry,
    group::Group,
    hash::stable_hash,
    id::Epoch,
    message::PerClass,
    output::{Output, Record},
    refusal::Refusal,
    time::Timestamp,
};

/// The place of a frame, and what it and all before it were: two logs with equal marks are equal up to
/// there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// The term in which the frame was written.
    pub term: Term,
    /// Its number.
    pub no: FrameNo,
    /// A hash over it and the chain before it. It guards against mistakes, not against forgery.
    pub chain: u64,
}

/// What a home writes at once: what its group accepted, and what was told in consequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// What all edges are told.
    pub feed: Feed,
    /// What single edges are told.
    pub letters: Vec<Letter>,
    /// What the group accepted; whoever plays it back on the group comes to where its home was.
    pub records: Vec<Record>,
    /// What the group's digest was after it, in some frames.
    pub digest: Option<Digest>,
}

/// What a group's digest was, and at what time of its clock: a command that is refused moves the clock, and is
/// in no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest {
    /// The time.
    pub at: Timestamp,
    /// The digest then.
    pub digest: u64,
}

impl Digest {
    pub(super) fn of(group: &Group) -> Self {
        Self { at: group.clock(), digest: group.digest() }
    }

    /// Whether a group may be the same: brought to the same time it is. One whose clock is past that already,
    /// as its checkpoint's was, cannot be compared.
    pub(super) fn fits(self, group: &mut Group) -> bool {
        group.advance(self.at);
        while group.poll().is_some() {}
        group.clock() > self.at || group.digest() == self.digest
    }
}

/// A frame without its records and letters: what every edge needs, and no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Its place.
    pub mark: Mark,
    /// A hash over what the frame has beside it.
    pub rest: u64,
    /// Where the history stands after it.
    pub head: Cursor,
    /// What is told, in order.
    pub told: Vec<Tell>,
}

/// One thing that a frame tells all edges.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Tell {
    /// A term begins: whoever wrote before is home no more.
    Begun {
        /// Whose, by a name that means something to people.
        home: Arc<str>,
        /// Random, so that two claims never are the same.
        nonce: u64,
    },
    /// The next place in the history.
    Entry(Arc<Entry>),
    /// So many entries of each class follow in the history and are not kept.
    Skipped(PerClass<u64>),
    /// So much of the history is kept from here on.
    Retention(Retention),
    /// Nothing was heard of an edge for so long that its sessions are lost, and it must begin anew.
    Lapsed(EdgeId),
    /// The history goes on in another epoch, and every edge begins anew: some of what was told may be lost.
    Epoch(Epoch),
}

/// What a frame tells one edge. Letters are numbered for each edge, and come again until they were heard of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Letter {
    /// To which edge.
    pub edge: EdgeId,
    /// Which of its letters.
    pub no: LetterNo,
    /// The frame that it is of: the history up to there comes first.
    pub at: FrameNo,
    /// The term in which that was written: if a later one began before it, the log has lost it since.
    pub term: Term,
    /// What it says, in order.
    pub words: Vec<Word>,
}

/// One thing that a letter says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Word {
    /// What became of a command that the edge forwarded.
    Answer {
        /// Which of its requests.
        no: RequestNo,
        /// What the group said.
        answer: Result<Receipt, Refusal>,
    },
    /// Something for one of its sessions: notices, echoes, orders, and how a message ended.
    Output(Output),
}

impl Frame {
    /// The next frame of `term` after the one at `before`.
    pub(super) fn new(before: &Mark, term: Term, head: Cursor, parts: Parts) -> Self {
        let Parts { told, letters, records, digest } = parts;
        let rest = stable_hash(&(&letters, &records, digest));
        let mark = Mark { term, no: before.no.next(), chain: 0 };
        let mut feed = Feed { mark, rest, head, told };
        feed.mark.chain = feed.chain_after(before.chain);
        Self { feed, letters, records, digest }
    }

    /// Whether it is what comes after `before`, whole and unchanged.
    pub(super) fn follows(&self, before: &Mark) -> bool {
        let rest = stable_hash(&(&self.letters, &self.records, self.digest));
        self.feed.rest == rest && self.feed.follows(before)
    }

    /// Its place.
    pub fn mark(&self) -> &Mark {
        &self.feed.mark
    }
}

/// What a frame is made of, beside its place.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) told: Vec<Tell>,
    pub(super) letters: Vec<Letter>,
    pub(super) records: Vec<Record>,
    pub(super) digest: Option<Digest>,
}

impl Feed {
    /// Whether it is what comes after `before`, unchanged.
    pub(super) fn follows(&self, before: &Mark) -> bool {
        let Mark { term, no, chain } = self.mark;
        term >= before.term && no == before.no.next() && chain == self.chain_after(before.chain)
    }

    fn chain_after(&self, before: u64) -> u64 {
        let Mark { term, no, .. } = self.mark;
        stable_hash(&(before, term, no, self.rest, &self.head, &self.told))
    }
}

/// Tells the frames of a log's history from those that are astray: they got there because the log had lost
/// what should have kept them out, and nobody follows them.
///
/// Each reading begins with the last frame of the one before, so that nothing between is lacking unseen.
#[derive(Debug)]
pub(super) struct Thread {
    /// With which frame the reading must begin; `None` once it has.
    first: Option<Mark>,
}

/// What a frame is to whoever reads a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It comes next.
    Next,
    /// It is known, or is to be passed over.
    Past,
    /// The log does not have the frame with which the reading must begin, or not any more.
    Gap,
}

impl Thread {
    /// A reading that begins with the frame at `first`, or of a whole log where that is none.
    pub(super) fn new(first: Mark) -> Self {
        Self { first: Some(first) }
    }

    /// A reading that begins with whatever is there.
    pub(super) fn anywhere() -> Self {
        Self { first: None }
    }

    /// What the frame is that the log has next, where the one at `last` was the last to be taken.
    pub(super) fn place(&mut self, last: &Mark, frame: &Frame) -> Place {
        if let Some(first) = self.first.take() {
            let whole = first.no == FrameNo(0) && frame.mark().no == FrameNo(1);
            if !whole {
                return if *frame.mark() == first { Place::Past } else { Place::Gap };
            }
        }
        if frame.follows(last) { Place::Next } else { Place::Past }
    }
}

/// A frame that is to be written: on condition that the log of the group ends where its writer believes,
/// so that of all who want to write at one place one can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What is to be written.
    pub frame: Arc<Frame>,
    /// What must be the sequence number of the log's last frame of this group; 0 is none.
    pub after: LogSeq,
}

/// What the log said to a [`Write`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is stored, under this sequence number.
    Stored(LogSeq),
    /// The log does not end where it should. It may be that the frame is stored from an earlier try.
    Conflict,
    /// It did not answer in time, or said something else: the frame may be stored, or may yet be.
    Unknown,
}

/// What whoever writes does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the frame is stored, or there is none.
    Stored,
    /// The same again, after a pause: that it is stored twice is impossible.
    Again(Write),
    /// The frames of the group from this sequence number on must be read: from the log's leader, since a copy
    /// may lag behind.
    Read(LogSeq),
}
