//! What homes and edges say to their hosts.

use thiserror::Error;

use super::{
    Beat, EdgeBeat, ForEdge, Request,
    frame::{Feed, Frame},
    ids::{EdgeId, FrameNo, LogSeq, RequestNo, Term},
};
use crate::{
    command::Receipt,
    corrupt::Corrupt,
    id::{Seq, SessionId},
    output::Output,
    refusal::Refusal,
};

/// One thing for the host of a home to do or to know. What follows from a command is in the log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HomeOutput {
    /// For all edges.
    Feed {
        /// Where the log has it.
        at: LogSeq,
        /// What it is.
        feed: Feed,
    },
    /// For one edge.
    Edge(EdgeId, ForEdge),
    /// For all edges: that the home lives. It may be lost.
    Beat(Beat),
    /// What the group said to a command of the host's own.
    Answer {
        /// Which, as [`Home::push`](super::Home::push) called it.
        ticket: HomeTicket,
        /// What it said.
        answer: Result<Receipt, Refusal>,
    },
    /// A command of the host's own was not done and will not be: another is the home now. It can be given to
    /// that one.
    Void {
        /// Which, as [`Home::push`](super::Home::push) called it.
        ticket: HomeTicket,
    },
    /// What the group told; all but its records and the growth of its history.
    Told(Output),
}

/// A command of the host's own that is not in the log yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HomeTicket(pub u64);

/// Why a home takes no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HomeError {
    /// The log does not keep up: as much as a frame may have waits to be written; or as many outputs as may
    /// wait to be polled. Again once they are.
    #[error("a whole frame waits to be written, or too many outputs to be polled; try again then")]
    Full,
    /// It is home no more.
    #[error("{0}")]
    Deposed(#[from] Deposed),
    /// A command over a session of another edge, or of none.
    #[error("session {session} is not one of edge {edge}")]
    Foreign {
        /// Who forwarded it.
        edge: EdgeId,
        /// Over which session.
        session: SessionId,
    },
}

/// Why a home is home no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Deposed {
    /// Another claimed the group.
    #[error("another is home since term {by}")]
    Claimed {
        /// In which term.
        by: Term,
    },
    /// The log has lost what it had acknowledged. A new claim finds out how much of it.
    #[error("the log ends before frames that it had acknowledged")]
    LogLost,
}

/// One thing for the host of an edge to do or to know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EdgeOutput {
    /// For the home. It may be lost: it comes again.
    Request(Request),
    /// For the home. It may be lost.
    Beat(EdgeBeat),
    /// The frames from this one on are to be read from the log: from its leader, since a copy may lag
    /// behind. Say with [`Edge::fetched`](super::Edge::fetched) what is there.
    Fetch {
        /// From which frame on, itself included.
        from: FrameNo,
        /// Where that frame is in the log.
        at: LogSeq,
    },
    /// A [`Base`](super::Base) is wanted from any edge, or from the home. Say it with
    /// [`Edge::base`](super::Edge::base).
    Base,
    /// The history reaches to here: sweep the audiences.
    Tail {
        /// Its last place.
        seq: Seq,
        /// Whether a High entry is among what is new.
        urgent: bool,
    },
    /// What the group said to a command.
    Answer {
        /// Which, as [`Edge::push`](super::Edge::push) called it.
        no: RequestNo,
        /// What it said.
        answer: Result<Receipt, Refusal>,
    },
    /// What became of a command is not known yet. It is asked for on, and [`Answer`](Self::Answer) comes when it
    /// is, or [`Untold`](Self::Untold).
    Unknown {
        /// Which.
        no: RequestNo,
    },
    /// What became of a command will never be told: the edge was given up before it heard. It was done once or
    /// not at all, and will not be done any more. Whoever asks the group finds out.
    Untold {
        /// Which.
        no: RequestNo,
    },
    /// Something for one of the edge's sessions.
    Told(Output),
    /// The edge was given up, or the log has lost what it knows: its sessions are in the room no more, and it
    /// takes no command. Once it [is over](super::Edge::is_over) another begins with a new id. If the history of that one is of
    /// another epoch, readers begin anew from [its tail](super::Edge::tail).
    Lapsed,
}

/// What the log has from a frame on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// These, in order, from the frame asked for on: all, or the first of them. None, if the log ends
    /// before it.
    Frames(Vec<(LogSeq, Frame)>),
    /// Later ones only: it has been taken out.
    Pruned,
}

/// Why an edge takes no command, or nothing from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EdgeError {
    /// As many commands have no answer as may, or as many outputs wait to be polled. Again once fewer do.
    #[error(
        "too many commands have no answer yet, or too many outputs wait to be polled; try again then"
    )]
    Busy,
    /// It was given up: its sessions begin anew, at an edge with a new id.
    #[error("the edge was given up; sessions begin anew at another")]
    Lapsed,
    /// The session is not one of this edge's: see [`EdgeId::session`].
    #[error("session {0} is not one of this edge")]
    Foreign(SessionId),
    /// It is of another group, or does not hold together: it was not taken.
    #[error("it does not hold together: {0}")]
    Corrupt(&'static str),
}

impl From<Corrupt> for EdgeError {
    fn from(Corrupt(what): Corrupt) -> Self {
        Self::Corrupt(what)
    }
}
