//! One machine with viewers: an edge, and one reader who stands for all of them.

use std::time::Duration;

use liveroom::{
    Audience, Batch, Cursor, GroupId, Tick, Timestamp,
    relay::{Edge, EdgeId},
};

use crate::ledger::{Ledger, Stamp, chained};

pub(crate) struct Stand {
    pub(crate) edge: Edge,
    pub(crate) audience: Audience<u8>,
    pub(crate) reader: Reader,
    /// For when it is to be woken, and its readers to be swept, as posted last.
    pub(crate) wake: u64,
    pub(crate) sweep: u64,
    /// How many sessions it had.
    pub(crate) sessions: u64,
    /// How many likes it has counted.
    pub(crate) likes: u64,
    /// The home's last sign of life that came, by its place among all.
    pub(crate) beat: Option<u32>,
    /// When it sent the sign of life that the home heard last.
    pub(crate) heard: u64,
}

/// What viewers were given.
#[derive(Default)]
pub(crate) struct Reader {
    /// The last place that they have, and the last that the edge has.
    pub(crate) has: u64,
    pub(crate) ahead: u64,
    chain: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) astray: u64,
    /// When that came which they have not got yet.
    came: Vec<u64>,
}

impl Stand {
    pub(crate) fn new(now: Timestamp, id: EdgeId, group: GroupId, viewers: u64) -> Self {
        // A host that writes to a socket for each: see the tick's own page.
        let wait = Duration::from_micros(25) * u32::try_from(viewers).unwrap_or(u32::MAX);
        // The one reader waits as long as all would.
        let tick = Tick { per_member: wait.min(Tick::default().longest), ..Tick::default() };
        Self {
            edge: Edge::new(now, id, group),
            audience: Audience::new(tick),
            reader: Reader::default(),
            wake: u64::MAX,
            sweep: u64::MAX,
            sessions: 0,
            likes: 0,
            beat: None,
            heard: 0,
        }
    }

    /// The edge's history reaches to here.
    pub(crate) fn grew(&mut self, now: u64, to: u64, stamps: &[Stamp], ledger: &mut Ledger) {
        if self.audience.is_empty() {
            if let Some(tail) = self.edge.tail() {
                self.begin(tail, stamps);
            }
            return;
        }
        for place in self.reader.ahead..to {
            ledger.arrived(&stamps[usize::try_from(place).unwrap_or(usize::MAX)], now);
            self.reader.came.push(now);
        }
        self.reader.ahead = to;
    }

    fn begin(&mut self, tail: Cursor, stamps: &[Stamp]) {
        self.audience.add(0, tail);
        let has = tail.position().0;
        self.reader.has = has;
        self.reader.ahead = has;
        self.reader.chain = chain_at(stamps, has);
    }

    pub(crate) fn sweep(&mut self, at: Timestamp, now: u64, stamps: &[Stamp], ledger: &mut Ledger) {
        let Self { edge, audience, reader, .. } = self;
        let swept = audience.sweep(at, edge, |batch, _, _| reader.take(batch, now, stamps, ledger));
        reader.astray += swept.lost as u64;
    }
}

impl Reader {
    fn take(&mut self, batch: &Batch, now: u64, stamps: &[Stamp], ledger: &mut Ledger) {
        self.lost += batch.missed().0.iter().sum::<u64>();
        let first = self.has;
        for entry in batch.entries() {
            if entry.seq.0 <= self.has {
                self.doubled += 1;
                continue;
            }
            self.lost += entry.seq.0 - self.has - 1;
            self.chain = chained(self.chain, entry);
            let came = usize::try_from(entry.seq.0 - first - 1).unwrap_or(usize::MAX);
            let stamp = &stamps[usize::try_from(entry.seq.0 - 1).unwrap_or(usize::MAX)];
            ledger.seen(stamp, now, self.came.get(came).copied().unwrap_or(now));
            self.has = entry.seq.0;
        }
        let taken = usize::try_from(self.has - first).unwrap_or(usize::MAX);
        self.came.drain(..taken.min(self.came.len()));
    }

    /// Whether they have just what the home's history has.
    pub(crate) fn has_all(&self, stamps: &[Stamp]) -> bool {
        let end = stamps.len() as u64;
        self.has == end && self.chain == chain_at(stamps, end) && self.astray == 0
    }
}

fn chain_at(stamps: &[Stamp], place: u64) -> u64 {
    let last = place.checked_sub(1).and_then(|at| stamps.get(usize::try_from(at).ok()?));
    last.map_or(0, |stamp| stamp.chain)
}
