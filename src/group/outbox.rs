//! The outputs that wait to be polled, and the journal records among them.
//!
//! Invariants: polling decides nothing, and in the queue a record stands before what follows from it;
//! `bytes` is the sum of what the outputs in the queue weigh. The tail is not in the queue: it is a level,
//! polled first, and names the last record of all.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    command::Command,
    id::{RecordNo, Seq},
    output::{Event, Output, Record},
    role::Author,
    time::Timestamp,
};

use super::weight;

/// The version of the behaviour that records are made by. It rises when the same commands could
/// lead to something else.
pub(crate) const BEHAVIOUR: u32 = 1;

/// A queue of outputs, first in, first out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Saved")]
pub(super) struct Outbox {
    queue: VecDeque<Output>,
    /// Whether the history grew since the last poll, and whether by a High entry.
    tail: Option<Growth>,
    record: RecordNo,
    #[serde(skip_serializing)]
    bytes: usize,
}

/// An outbox as it is saved: what it weighs is found again.
#[derive(Deserialize)]
struct Saved {
    queue: VecDeque<Output>,
    tail: Option<Growth>,
    record: RecordNo,
}

impl From<Saved> for Outbox {
    fn from(Saved { queue, tail, record }: Saved) -> Self {
        let bytes = queue.iter().map(weight::output).sum();
        Self { queue, tail, record, bytes }
    }
}

/// Where a record stands that is still being made.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordMark(usize);

/// How the history grew since it was last told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Growth {
    seq: Seq,
    urgent: bool,
}

impl Outbox {
    /// Places that an empty queue keeps: as many as it makes first, enough for what one command says.
    const KEPT: usize = 4;

    /// How many outputs wait.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Roughly what the outputs that wait hold, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of the last record.
    pub(super) fn record(&self) -> RecordNo {
        self.record
    }

    /// Adds the output that `make` makes of the record it follows from.
    pub(super) fn put(&mut self, make: impl FnOnce(RecordNo) -> Output) {
        self.push(make(self.record));
    }

    /// The history grew to `seq`.
    pub(super) fn grew(&mut self, seq: Seq, urgent: bool) {
        let urgent = urgent || self.tail.is_some_and(|growth| growth.urgent);
        self.tail = Some(Growth { seq, urgent });
    }

    /// The next output; the tail first, so that a host that delivers history before what follows it
    /// knows how far the history reaches.
    pub(super) fn poll(&mut self) -> Option<Output> {
        if let Some(Growth { seq, urgent }) = self.tail.take() {
            return Some(Output::Tail { record: self.record, seq, urgent });
        }
        let output = self.queue.pop_front()?;
        self.bytes -= weight::output(&output);
        // What a burst took is given back, or every group would keep as much as its busiest moment had.
        if self.queue.is_empty() && self.queue.capacity() > Self::KEPT {
            self.queue = VecDeque::new();
        }
        Some(output)
    }

    /// Whether anything waits to be polled.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.tail.is_none()
    }

    /// Begins the record of `command`. It is taken back with [`Self::withdraw`] if the command is
    /// refused, so a command must be refused before it puts anything out.
    pub(super) fn record_command(
        &mut self,
        at: Timestamp,
        by: &Author,
        command: &Command,
    ) -> RecordMark {
        self.begin(at, Event::Command { by: by.clone(), command: command.clone() })
    }

    /// Begins the record of time's own doing.
    pub(super) fn record_advance(&mut self, at: Timestamp) -> RecordMark {
        self.begin(at, Event::Advance)
    }

    /// Writes into a record, which nobody can have polled yet, what came of it.
    pub(super) fn amend(&mut self, RecordMark(place): RecordMark, amend: impl FnOnce(&mut Record)) {
        if let Some(Output::Record(record)) = self.queue.get_mut(place) {
            amend(record);
        }
    }

    /// Takes the last record back: nothing followed from it.
    pub(super) fn withdraw(&mut self) {
        let record = self.queue.pop_back();
        self.bytes -= record.as_ref().map_or(0, weight::output);
        debug_assert!(matches!(record, Some(Output::Record(_))), "only a bare record is withdrawn");
        self.record.0 -= 1;
    }

    fn begin(&mut self, at: Timestamp, event: Event) -> RecordMark {
        self.record.0 += 1;
        let record = Record { no: self.record, behaviour: BEHAVIOUR, at, event, stopped: None };
        self.push(Output::Record(record));
        RecordMark(self.queue.len() - 1)
    }

    fn push(&mut self, output: Output) {
        self.bytes += weight::output(&output);
        self.queue.push_back(output);
    }
}
