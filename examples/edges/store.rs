//! The log: keeps frames in order, and takes its time.

use std::sync::Arc;

use liveroom::relay::{Fetched, Frame, FrameNo, LogSeq, Write};

use crate::{Log, dice::Dice, post::weight, tree::ROUTE};

pub(crate) struct Store {
    log: Log,
    frames: Vec<(Arc<Frame>, u64)>,
}

/// The most frames that one answer has.
const AT_ONCE: usize = 128;

/// Up to which microsecond so many of a thousand writes are acknowledged. The middle two were measured at a
/// `JetStream` of one server; the others are assumed.
type Curve = [(u64, u64); 5];
const INTERVAL: Curve = [(0, 150), (500, 206), (990, 350), (999, 1_000), (1_000, 3_000)];
const ALWAYS: Curve = [(0, 300), (500, 371), (990, 571), (999, 2_000), (1_000, 6_000)];

impl Store {
    pub(crate) fn new(log: Log) -> Self {
        Self { log, frames: Vec::new() }
    }

    /// Stores a frame. Returns its place, how many bytes it has, and after how many nanoseconds that is
    /// acknowledged.
    pub(crate) fn write(&mut self, write: &Write, dice: &mut Dice) -> (LogSeq, u64, u64) {
        assert_eq!(write.after, self.end(), "nobody else writes");
        let bytes = weight(&*write.frame);
        self.frames.push((Arc::clone(&write.frame), bytes));
        let there_and_back = match self.log {
            Log::Replicas => 2 * ROUTE + dice.wait(ROUTE / 4),
            Log::Interval | Log::Always => 0,
        };
        let curve = if self.log == Log::Always { ALWAYS } else { INTERVAL };
        (self.end(), bytes, there_and_back + draw(&curve, dice))
    }

    fn end(&self) -> LogSeq {
        LogSeq(self.frames.len() as u64)
    }

    /// What it has from a frame on, and how many bytes that is.
    pub(crate) fn fetch(&self, from: FrameNo) -> (Fetched, u64) {
        let first = usize::try_from(from.0.max(1)).unwrap_or(usize::MAX);
        let frames = self.frames.iter().enumerate().skip(first - 1).take(AT_ONCE);
        let bytes = frames.clone().map(|(_, (_, bytes))| bytes).sum();
        let frames = frames.map(|(at, (frame, _))| (LogSeq(at as u64 + 1), Frame::clone(frame)));
        (Fetched::Frames(frames.collect()), bytes)
    }

    /// The last frames that it has, in a frame's number.
    pub(crate) fn len(&self) -> u64 {
        self.frames.len() as u64
    }
}

/// A time of a curve, in nanoseconds: straight between its points.
fn draw(curve: &Curve, dice: &mut Dice) -> u64 {
    let lot = dice.roll(1_000_000);
    let pair = curve.windows(2).find(|pair| lot < pair[1].0 * 1_000).unwrap_or(&curve[3..]);
    let ((low, from), (high, to)) = (pair[0], pair[1]);
    from * 1_000 + (to - from) * (lot - low * 1_000) / (high - low)
}
