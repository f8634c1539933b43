//! What a host says, as far as a reader of the load has to understand it.
//!
//! A host sends the same batch to thousands. So a batch is parsed once, and whoever gets the same bytes again has
//! heard the same: a comparison instead of a parse, and as exact.

use std::{
    collections::{HashMap, VecDeque},
    rc::Rc,
};

use serde::Deserialize;

use crate::class::{Class, PerClass};

/// So many batches are remembered: where a host is far behind, every reader is at a place of its own.
const REMEMBERED: usize = 4_096;
/// Frames of one length that differ do so here, where the newest entry or the cursor ends.
const TAIL: usize = 48;

/// What one frame says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// It is in, and the history had come so far.
    Welcome(PerClass<u64>),
    Batch(Rc<Batch>),
    /// Where the message of that name stands.
    Answer {
        random: u32,
        fate: Fate,
    },
    /// It is not let in, or the host is about to close: why.
    Turned(String),
    Other,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Open,
    Delivered,
    Dropped,
    Refused,
}

/// Some of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) read: PerClass<u64>,
    pub(crate) missed: PerClass<u64>,
    pub(crate) missed_of_some_class: u64,
    /// The first and the last place.
    pub(crate) places: Option<(u64, u64)>,
    /// Entries that do not come in order.
    pub(crate) disordered: u64,
    /// The names of its messages.
    pub(crate) randoms: Vec<u32>,
}

/// Understands frames, and remembers batches.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    batches: HashMap<Mark, (Box<[u8]>, Rc<Batch>)>,
    /// The oldest first.
    order: VecDeque<Mark>,
}

/// What a frame is looked up by; whether it is the same is seen by all of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mark {
    length: usize,
    tail: [u8; TAIL],
}

impl Mark {
    fn of(json: &[u8]) -> Self {
        let tail = json.last_chunk().copied().unwrap_or([0; TAIL]);
        Self { length: json.len(), tail }
    }
}

impl Memory {
    /// What a frame says.
    ///
    /// # Errors
    /// It is not of PROTOCOL.md.
    pub(crate) fn hear(&mut self, json: &[u8]) -> Result<Heard, serde_json::Error> {
        if let Some((bytes, batch)) = self.batches.get(&Mark::of(json))
            && **bytes == *json
        {
            return Ok(Heard::Batch(batch.clone()));
        }
        Ok(match serde_json::from_slice(json)? {
            Frame::Welcome { cursor } => Heard::Welcome(cursor.passed),
            Frame::Batch { missed, entries } => {
                Heard::Batch(self.remember(json, &missed, &entries))
            }
            Frame::Receipt { random, state } | Frame::Ended { random, state } => match random {
                Some(random) => Heard::Answer { random, fate: state.into() },
                None => Heard::Other,
            },
            Frame::Refused { why } => Heard::Turned(format!("turned away: {why}")),
            Frame::Bye { code } => Heard::Turned(format!("the host said goodbye: {code}")),
            Frame::Error { why } => Heard::Turned(format!("the host does not understand: {why}")),
            Frame::Other => Heard::Other,
        })
    }

    fn remember(&mut self, json: &[u8], missed: &Missed, entries: &[Entry]) -> Rc<Batch> {
        let batch = Rc::new(Batch::of(missed, entries));
        let mark = Mark::of(json);
        if self.batches.insert(mark, (json.into(), batch.clone())).is_none() {
            self.order.push_back(mark);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.batches.remove(&oldest);
        }
        batch
    }
}

impl Batch {
    fn of(missed: &Missed, entries: &[Entry]) -> Self {
        let Missed { high, normal, low, lowest, tip, notice, unknown } = *missed;
        let mut batch = Self {
            missed: [high, normal, low, lowest, tip, notice],
            missed_of_some_class: unknown,
            ..Self::default()
        };
        for entry in entries {
            batch.read[entry.class as usize] += 1;
            batch.randoms.extend(entry.random);
            let (first, last) = batch.places.unwrap_or((entry.seq, 0));
            batch.disordered += u64::from(entry.seq <= last);
            batch.places = Some((first, entry.seq));
        }
        batch
    }
}

#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
enum Frame {
    Welcome {
        cursor: Cursor,
    },
    Batch {
        missed: Missed,
        entries: Vec<Entry>,
    },
    Receipt {
        random: Option<u32>,
        state: State,
    },
    Ended {
        random: Option<u32>,
        state: State,
    },
    Refused {
        why: String,
    },
    Bye {
        code: String,
    },
    Error {
        why: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Cursor {
    passed: PerClass<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Missed {
    high: u64,
    normal: u64,
    low: u64,
    lowest: u64,
    tip: u64,
    notice: u64,
    /// A host without classes knows only how many.
    unknown: u64,
}

#[derive(Deserialize)]
struct Entry {
    seq: u64,
    class: Class,
    random: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Waiting,
    Held,
    Delivered,
    Rejected,
    Discarded,
    Refused,
}

impl From<State> for Fate {
    fn from(state: State) -> Self {
        match state {
            State::Waiting | State::Held => Self::Open,
            State::Delivered => Self::Delivered,
            State::Rejected | State::Discarded => Self::Dropped,
            State::Refused => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTOCOL: &str = include_str!("../../live/PROTOCOL.md");

    /// The protocol's own examples of a frame.
    fn examples(t: &str) -> Vec<Heard> {
        let mark = format!("{{\"v\":1,\"t\":\"{t}\"");
        let lines = PROTOCOL.lines().filter(|line| line.starts_with(&mark));
        lines.map(|line| Memory::default().hear(line.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn the_examples_of_the_protocol_are_understood() {
        let batches = examples("batch");
        let Heard::Batch(first) = &batches[0] else { panic!("{:?}", batches[0]) };
        assert_eq!((first.read, first.missed), ([1, 1, 0, 0, 0, 0], [0, 4, 30, 0, 0, 0]));
        assert_eq!((first.places, first.disordered), (Some((421, 422)), 0));
        assert_eq!(first.randoms, [2_771_350_145, 90_210]);
        assert!(batches.iter().all(|heard| matches!(heard, Heard::Batch(_))));
        assert_eq!(examples("welcome")[0], Heard::Welcome([2, 310, 95, 0, 12, 1]));
        let fates = |t| {
            let fate = |heard| match heard {
                Heard::Answer { fate, .. } => fate,
                other => panic!("{other:?}"),
            };
            examples(t).into_iter().map(fate).collect::<Vec<_>>()
        };
        use Fate::{Delivered, Dropped, Open, Refused};
        assert_eq!(
            fates("receipt"),
            [Delivered, Open, Open, Dropped, Dropped, Refused, Refused, Refused]
        );
        assert_eq!(fates("ended"), [Delivered, Dropped, Dropped]);
        for t in ["refused", "bye", "error"] {
            assert!(examples(t).iter().all(|heard| matches!(heard, Heard::Turned(_))), "{t}");
        }
        for t in ["online", "pong", "direct", "panel", "done", "lives"] {
            assert!(examples(t).iter().all(|heard| *heard == Heard::Other), "{t}");
        }
    }

    #[test]
    fn the_same_bytes_are_the_same_batch_and_others_are_not() {
        let text = |seq: u64| {
            format!(
                r#"{{"v":1,"t":"batch","missed":{{}},"entries":[{{"seq":{seq},"class":"tip"}}]}}"#
            )
        };
        let mut memory = Memory::default();
        let mut hear = |seq| match memory.hear(text(seq).as_bytes()).unwrap() {
            Heard::Batch(batch) => batch,
            other => panic!("{other:?}"),
        };
        let first = hear(1);
        assert!(Rc::ptr_eq(&first, &hear(1)));
        for seq in 2..REMEMBERED as u64 + 2 {
            assert_eq!(hear(seq).places, Some((seq, seq)));
        }
        assert!(!Rc::ptr_eq(&first, &hear(1)), "it was forgotten, and read anew");
        assert_eq!(hear(1), first);
    }

    #[test]
    fn frames_with_one_mark_are_told_apart_and_memory_has_an_end() {
        let text = |seq: u64| {
            let pad = "x".repeat(TAIL);
            format!(
                r#"{{"v":1,"t":"batch","missed":{{}},"entries":[{{"seq":{seq:?},"class":"tip"}}],"pad":"{pad}"}}"#
            )
        };
        assert_eq!(Mark::of(text(1).as_bytes()), Mark::of(text(2).as_bytes()));
        let mut memory = Memory::default();
        for seq in [1, 2, 1, 2, 2] {
            let Heard::Batch(batch) = memory.hear(text(seq).as_bytes()).unwrap() else { panic!() };
            assert_eq!(batch.places, Some((seq, seq)));
        }
        for seq in 0..3 * REMEMBERED as u64 {
            let text = format!(
                r#"{{"v":1,"t":"batch","missed":{{}},"entries":[{{"seq":{seq},"class":"tip"}}]}}"#
            );
            memory.hear(text.as_bytes()).unwrap();
        }
        assert_eq!((memory.batches.len(), memory.order.len()), (REMEMBERED, REMEMBERED));
    }

    #[test]
    fn entries_out_of_order_are_noticed() {
        let text = r#"{"v":1,"t":"batch","missed":{"unknown":3},"entries":[{"seq":5,"class":"low"},{"seq":5,"class":"low"},{"seq":6,"class":"low"}]}"#;
        let Heard::Batch(batch) = Memory::default().hear(text.as_bytes()).unwrap() else {
            panic!()
        };
        assert_eq!((batch.disordered, batch.missed_of_some_class), (1, 3));
    }
}
