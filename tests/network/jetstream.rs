//! The log that all share, as JetStream promises it, and as it fails by its makers' own account.

use std::sync::Arc;

use liveroom::relay::{Checkpoint, Fetched, Frame, FrameNo, LogSeq, Write, Written};

/// One group's subject in a stream that others write to as well.
pub(crate) struct JetStream {
    frames: Vec<(LogSeq, Arc<Frame>)>,
    /// The last sequence number that the stream gave to anybody. Those of what it loses it gives again.
    last: u64,
    /// The last of those that it forgot because a checkpoint makes them needless.
    forgotten: LogSeq,
    /// What lies beside it, oldest first.
    checkpoints: Vec<Checkpoint>,
    /// Counts what was laid down there.
    pub(crate) revision: u64,
    /// All that was ever stored and not lost, pruned or not, for the judge.
    pub(crate) history: Vec<(LogSeq, Arc<Frame>)>,
    /// It may have lost what it had acknowledged.
    pub(crate) has_failed: bool,
}

impl JetStream {
    /// Stands for the place of the last frame, wherever it is.
    pub(crate) const END: LogSeq = LogSeq(u64::MAX);

    pub(crate) fn new(first: Checkpoint) -> Self {
        Self {
            frames: vec![],
            last: 0,
            forgotten: LogSeq(0),
            revision: 0,
            checkpoints: vec![first],
            history: vec![],
            has_failed: false,
        }
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
        let at = if at == Self::END { self.end() } else { at };
        self.frames.iter().filter(|(there, _)| *there >= at).take(limit).cloned().collect()
    }

    /// Up to `limit` frames from the one of this number on, which is where the edge says that it is.
    pub(crate) fn fetch(&self, from: FrameNo, at: LogSeq, limit: usize) -> Fetched {
        let frames = self.from(at, limit);
        let later = |(_, frame): &(LogSeq, Arc<Frame>)| frame.mark().no > from.max(FrameNo(1));
        if frames.first().is_some_and(later) && self.frames.first().is_some_and(later) {
            return Fetched::Pruned;
        }
        let frames = frames.into_iter();
        Fetched::Frames(frames.map(|(at, frame)| (at, Frame::clone(&frame))).collect())
    }

    /// A checkpoint to begin with; an older one only where the log still leads on from it.
    pub(crate) fn checkpoint(&self, older: bool) -> Checkpoint {
        let last = self.checkpoints.len() - 1;
        self.checkpoints[if older { last.saturating_sub(1) } else { last }].clone()
    }

    /// No other leads on any more.
    pub(crate) fn keep_alone(&mut self, checkpoint: Checkpoint) {
        self.checkpoints = vec![checkpoint];
        self.revision += 1;
    }

    pub(crate) fn keep(&mut self, checkpoint: Checkpoint, prune: bool) {
        let before = self.checkpoints.last().map(|known| known.mark().no);
        if before < Some(checkpoint.mark().no) {
            self.checkpoints.push(checkpoint);
            self.revision += 1;
        }
        if prune && self.checkpoints.len() > 2 {
            self.checkpoints.drain(..self.checkpoints.len() - 2);
            let oldest = self.checkpoints[0].mark().no;
            // The last one stays: by it the subject's end is known.
            let all = self.frames.len();
            let needless = self.frames.iter().take_while(|(_, frame)| frame.mark().no < oldest);
            let needless = needless.count().min(all.saturating_sub(1));
            if let Some((at, _)) = self.frames.drain(..needless).next_back() {
                self.forgotten = at;
            }
        }
    }

    /// Loses the last frames that were not on its disks, and perhaps the newest checkpoint. Returns how many frames.
    pub(crate) fn lose(&mut self, frames: u8, checkpoint: bool) -> u64 {
        let mut lost = 0;
        while lost < u64::from(frames) && !self.frames.is_empty() {
            self.frames.pop();
            self.history.pop();
            lost += 1;
        }
        if checkpoint && self.checkpoints.len() > 1 {
            self.checkpoints.pop();
        }
        self.last = self.end().max(self.forgotten).0;
        self.has_failed = true;
        lost
    }
}
