//! The log that all share, as JetStream promises it, and as it fails by its makers' own account.

use std::sync::Arc;

use liveroom::relay::{Checkpoint, Fetched, Frame, FrameNo, LogSeq, Write, Written};

/// One group's subject in a stream that others write to as well.
pub(crate) struct JetStream {
    frames: Vec<(LogSeq, Arc<Frame>)>,
    /// The last sequence number that the stream gave to anybody. None is given twice, whatever it loses.
    last: u64,
    /// What lies beside it, oldest first.
    checkpoints: Vec<Checkpoint>,
    /// All that was ever stored and not lost, pruned or not, for the judge.
    pub(crate) history: Vec<(LogSeq, Arc<Frame>)>,
    /// Frames that were stored, and lost since.
    pub(crate) lost: Vec<Arc<Frame>>,
}

impl JetStream {
    pub(crate) fn new(first: Checkpoint) -> Self {
        Self { frames: vec![], last: 0, checkpoints: vec![first], history: vec![], lost: vec![] }
    }

    /// Stores a frame where the subject ends as its writer says; others write to the stream between.
    pub(crate) fn write(&mut self, write: &Write, others: u64) -> Written {
        self.last += others;
        if self.end() != write.after {
            return Written::Conflict;
        }
        self.last += 1;
        let at = LogSeq(self.last);
        self.frames.push((at, Arc::clone(&write.frame)));
        self.history.push((at, Arc::clone(&write.frame)));
        Written::Stored(at)
    }

    fn end(&self) -> LogSeq {
        // A subject whose messages were all removed is expected to end at nothing.
        self.frames.last().map_or(LogSeq(0), |(at, _)| *at)
    }

    /// Up to `limit` frames from a place on.
    pub(crate) fn from(&self, at: LogSeq, limit: usize) -> Vec<(LogSeq, Arc<Frame>)> {
        self.frames.iter().filter(|(there, _)| *there >= at).take(limit).cloned().collect()
    }

    pub(crate) fn fetch(&self, from: FrameNo, limit: usize) -> Fetched {
        if self.frames.first().is_some_and(|(_, first)| first.mark().no > from.max(FrameNo(1))) {
            return Fetched::Pruned;
        }
        let from = self.frames.iter().filter(|(_, frame)| frame.mark().no >= from);
        Fetched::Frames(from.take(limit).map(|(at, frame)| (*at, Frame::clone(frame))).collect())
    }

    /// A checkpoint to begin with; an older one only where the log still leads on from it.
    pub(crate) fn checkpoint(&self, older: bool) -> Checkpoint {
        let last = self.checkpoints.len() - 1;
        self.checkpoints[if older { last.saturating_sub(1) } else { last }].clone()
    }

    pub(crate) fn keep(&mut self, checkpoint: Checkpoint, prune: bool) {
        let before = self.checkpoints.last().map(|known| known.mark().no);
        if before < Some(checkpoint.mark().no) {
            self.checkpoints.push(checkpoint);
        }
        if prune && self.checkpoints.len() > 2 {
            self.checkpoints.drain(..self.checkpoints.len() - 2);
            let oldest = self.checkpoints[0].mark().no;
            // The last one stays: by it the subject's end is known.
            let all = self.frames.len();
            let needless = self.frames.iter().take_while(|(_, frame)| frame.mark().no < oldest);
            let needless = needless.count().min(all.saturating_sub(1));
            self.frames.drain(..needless);
        }
    }

    /// Loses the last frames, but for those that a checkpoint has.
    pub(crate) fn lose(&mut self, frames: u8) {
        let needed = self.checkpoints.last().map(|checkpoint| checkpoint.mark().no);
        for _ in 0..frames {
            let Some((_, last)) = self.frames.last() else { return };
            if Some(last.mark().no) <= needed || self.frames.len() == 1 {
                return;
            }
            self.lost.extend(self.frames.pop().map(|(_, frame)| frame));
            self.history.pop();
        }
    }
}
