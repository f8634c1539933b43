//! What was seen, counted and measured.

use std::time::{Duration, Instant};

use liveroom::{Entry, PerClass};

use crate::{dice::nanos, spread::Spread};

/// What a home or an edge is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// A sign of life.
    Beat,
    /// A command.
    Request,
    /// A frame that is made, or stored.
    Frame,
    /// What is polled.
    Poll,
    /// What is due.
    Due,
    /// The likes of an edge, by its host.
    Likes,
    /// Bytes made and read.
    Wire,
    /// A feed that an edge takes.
    Feed,
    /// A batch that an edge's readers are given.
    Sweep,
}

impl Call {
    pub(crate) const HOME: [Self; 7] =
        [Self::Beat, Self::Request, Self::Frame, Self::Poll, Self::Due, Self::Likes, Self::Wire];
    const COUNT: usize = Self::Sweep as usize + 1;
}

/// Time of the processor, by what it was spent on.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    nanos: [u64; Call::COUNT],
    calls: [u64; Call::COUNT],
    /// What it takes to look at the clock.
    look: u64,
}

impl Spent {
    pub(crate) fn new() -> Self {
        let look = |_| nanos(Instant::now().elapsed());
        let look = (0..1_000).map(look).min().unwrap_or(0);
        Self { nanos: [0; Call::COUNT], calls: [0; Call::COUNT], look }
    }

    pub(crate) fn time<T>(&mut self, call: Call, act: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let value = act();
        let took = nanos(began.elapsed()).saturating_sub(self.look);
        // What takes so long was interrupted by another process, and does not count.
        if took < nanos(Duration::from_millis(2)) {
            self.nanos[call as usize] += took;
            self.calls[call as usize] += 1;
        }
        value
    }

    pub(crate) fn of(&self, call: Call) -> (u64, u64) {
        (self.nanos[call as usize], self.calls[call as usize])
    }

    pub(crate) fn forget(&mut self) {
        (self.nanos, self.calls) = ([0; Call::COUNT], [0; Call::COUNT]);
    }
}

/// When an entry was where.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) class: liveroom::Class,
    /// Nanoseconds from the beginning: when it was accepted, when it became part of the history, and when that was
    /// stored.
    pub(crate) accepted: u64,
    pub(crate) entered: u64,
    pub(crate) stored: u64,
    /// A sum over it and all before it.
    pub(crate) chain: u64,
}

/// What all entries up to one come to.
pub(crate) fn chained(before: u64, entry: &Entry) -> u64 {
    (before ^ entry.seq.0).wrapping_mul(0x100_0000_01b3).wrapping_add(entry.at.as_nanos())
}

/// What is only counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) entries: u64,
    pub(crate) frames: u64,
    pub(crate) frame_bytes: u64,
    pub(crate) feed_bytes: u64,
    pub(crate) requests: u64,
    pub(crate) request_bytes: u64,
    pub(crate) letters: u64,
    pub(crate) likes: u64,
    pub(crate) beats: u64,
    pub(crate) beat_bytes: u64,
    pub(crate) answers: u64,
    pub(crate) refused: u64,
    pub(crate) dropped: u64,
    pub(crate) fetches: u64,
    pub(crate) fetched_bytes: u64,
    pub(crate) sweeps: u64,
    /// What should not be: edges that lapsed, epochs, commands whose outcome nobody knows.
    pub(crate) upsets: u64,
}

#[derive(Default)]
pub(crate) struct Ledger {
    /// Entries that were accepted before, or after, do not count.
    pub(crate) counts: (u64, u64),
    /// From acceptance to the edge, and to the viewer.
    pub(crate) to_edge: PerClass<Spread>,
    pub(crate) to_viewer: PerClass<Spread>,
    /// Its parts: waiting for its turn, for the log, on the way, and for the sweep.
    pub(crate) turn: Spread,
    pub(crate) log: Spread,
    pub(crate) way: Spread,
    pub(crate) tick: Spread,
    /// How old the oldest and the middle count is of those in the number online that an edge shows.
    pub(crate) oldest: Spread,
    pub(crate) middle: Spread,
    /// How far off that number is, in millionths.
    pub(crate) off: Spread,
    pub(crate) sums: Sums,
}

impl Ledger {
    pub(crate) fn arrived(&mut self, stamp: &Stamp, now: u64) {
        if self.is_counted(stamp) {
            self.to_edge[stamp.class].add(now - stamp.accepted);
            self.way.add(now - stamp.stored);
        }
    }

    pub(crate) fn seen(&mut self, stamp: &Stamp, now: u64, arrived: u64) {
        if self.is_counted(stamp) {
            self.to_viewer[stamp.class].add(now - stamp.accepted);
            self.tick.add(now.saturating_sub(arrived));
        }
    }

    pub(crate) fn stored(&mut self, stamp: &Stamp) {
        if self.is_counted(stamp) {
            self.sums.entries += 1;
            self.turn.add(stamp.entered - stamp.accepted);
            self.log.add(stamp.stored - stamp.entered);
        }
    }

    fn is_counted(&self, stamp: &Stamp) -> bool {
        (self.counts.0..self.counts.1).contains(&stamp.accepted)
    }
}
