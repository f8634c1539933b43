//! The log that all share, as JetStream promises it, and as it fails by its makers' own account.

use std::sync::Arc;

use liveroom::relay::{Checkpoint, Fetched, Frame, FrameNo, LogSeq, Write, Written};

/// One group's subject in a stream that others write to as well.
pub(crate) struct JetStream {
    frames: Vec<(LogSeq, Arc<Frame>)>,
    /// The last sequence number that the stream gave to anybody. Those of what it loses it gives again.
    last: u64,
    /// What lies beside it, oldest first.
    checkpoints: Vec<Checkpoint>,
    /// All that was ever stored and not lost, pruned or not, for the judge.
    pub(crate) history: Vec<(LogSeq, Arc<Frame>)>,
    /// It has lost what it had acknowledged.
    pub(crate) has_lost: bool,
}

impl JetStream {
    pub(crate) fn new(first: Checkpoint) -> Self {
        Self { frames: vec![], last: 0, checkpoints: vec![first], history: vec![], has_lost: false }
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

    /// Up to `limit` frames from the one of this number on, which is where the edge says that it is.
    pub(crate) fn fetch(&self, from: FrameNo, at: LogSeq, limit: usize) -> Fetched {
        if self.frames.first().is_some_and(|(_, first)| first.mark().no > from.max(FrameNo(1))) {
            return Fetched::Pruned;
        }
        let frames = self.from(at, limit).into_iter();
        Fetched::Frames(frames.map(|(at, frame)| (at, Frame::clone(&frame))).collect())
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

    /// Loses the last frames that were not on its disks, but for those that a checkpoint has, without which the room
    /// cannot be claimed. Returns how many.
    pub(crate) fn lose(&mut self, frames: u8) -> u64 {
        let needed = self.checkpoints.last().map_or(LogSeq(0), Checkpoint::at);
        let mut lost = 0;
        while lost < u64::from(frames) && self.end() > needed {
            self.frames.pop();
            self.history.pop();
            lost += 1;
        }
        if lost > 0 {
            self.last = self.end().0;
            self.has_lost = true;
        }
        lost
    }
}
