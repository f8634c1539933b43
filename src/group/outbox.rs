//! The outputs that wait to be polled, and the journal records among them.
//!
//! Invariants: polling decides nothing, and in the queue a record stands before what follows from it;
//! `bytes` is the sum of what the outputs in the queue weigh. The tail is not in the queue: it is a level,
//! polled first, and names the last record of all.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};

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

/// A queue of outputs, first in, first out. It owns nothing before the first of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Saved")]
pub(super) struct Outbox(Option<Box<Unpolled>>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Unpolled {
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
        let mut outbox = Self(Some(Box::new(Unpolled { queue, tail, record, bytes })));
        outbox.rest();
        outbox
    }
}

impl Serialize for Outbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.unpolled().serialize(serializer)
    }
}

impl PartialEq for Outbox {
    fn eq(&self, other: &Self) -> bool {
        self.unpolled() == other.unpolled()
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
        self.unpolled().queue.len()
    }

    /// The bytes that it owns: those of the outputs, and its own.
    pub(super) fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |queue| size_of::<Unpolled>() + queue.bytes)
    }

    /// The number of the last record.
    pub(super) fn record(&self) -> RecordNo {
        self.unpolled().record
    }

    /// Adds the output that `make` makes of the record it follows from.
    pub(super) fn put(&mut self, make: impl FnOnce(RecordNo) -> Output) {
        let it = self.unpolled_mut();
        it.push(make(it.record));
    }

    /// The history grew to `seq`.
    pub(super) fn grew(&mut self, seq: Seq, urgent: bool) {
        let it = self.unpolled_mut();
        let urgent = urgent || it.tail.is_some_and(|growth| growth.urgent);
        it.tail = Some(Growth { seq, urgent });
    }

    /// The next output; the tail first, so that a host that delivers history before what follows it
    /// knows how far the history reaches.
    pub(super) fn poll(&mut self) -> Option<Output> {
        let it = self.0.as_deref_mut()?;
        if let Some(Growth { seq, urgent }) = it.tail.take() {
            return Some(Output::Tail { record: it.record, seq, urgent });
        }
        let output = it.queue.pop_front()?;
        it.bytes -= weight::output(&output);
        // What a burst took is given back, or every group would keep as much as its busiest moment had.
        if it.queue.is_empty() && it.queue.capacity() > Self::KEPT {
            it.queue = VecDeque::new();
        }
        Some(output)
    }

    /// Whether anything waits to be polled.
    pub(super) fn is_empty(&self) -> bool {
        let it = self.unpolled();
        it.queue.is_empty() && it.tail.is_none()
    }

    /// Gives back all that it owns, if nothing waits: it will not be needed soon.
    pub(super) fn rest(&mut self) {
        self.0.take_if(|it| it.queue.is_empty() && it.tail.is_none() && it.record == RecordNo(0));
        if let Some(it) = self.0.as_mut().filter(|it| it.queue.is_empty()) {
            it.queue = VecDeque::new();
        }
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
        let record = self.0.as_mut().and_then(|it| it.queue.get_mut(place));
        if let Some(Output::Record(record)) = record {
            amend(record);
        }
    }

    /// Takes the last record back: nothing followed from it.
    pub(super) fn withdraw(&mut self) {
        let it = self.unpolled_mut();
        let record = it.queue.pop_back();
        it.bytes -= record.as_ref().map_or(0, weight::output);
        debug_assert!(matches!(record, Some(Output::Record(_))), "only a bare record is withdrawn");
        it.record.0 -= 1;
    }

    fn begin(&mut self, at: Timestamp, event: Event) -> RecordMark {
        let it = self.unpolled_mut();
        it.record.0 += 1;
        let record = Record { no: it.record, behaviour: BEHAVIOUR, at, event, stopped: None };
        it.push(Output::Record(record));
        RecordMark(it.queue.len() - 1)
    }

    fn unpolled(&self) -> &Unpolled {
        static NOTHING: Unpolled =
            Unpolled { queue: VecDeque::new(), tail: None, record: RecordNo(0), bytes: 0 };
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    fn unpolled_mut(&mut self) -> &mut Unpolled {
        self.0.get_or_insert_default()
    }
}

impl Unpolled {
    fn push(&mut self, output: Output) {
        self.bytes += weight::output(&output);
        self.queue.push_back(output);
    }
}
