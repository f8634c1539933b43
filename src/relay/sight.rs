//! The history as an edge sees it: a copy of the home's, frame by frame.

use std::{collections::BTreeMap, mem};

use serde::{Deserialize, Serialize};

use super::{
    frame::{Feed, Mark, Tell},
    ids::{EdgeId, FrameNo, LogSeq, Term},
};
use crate::{
    batch::Batch,
    config::Retention,
    corrupt::Corrupt,
    cursor::{Cursor, CursorError},
    id::{Epoch, GroupId, Seq},
    log::{self, Log},
    message::Class,
    time::Timestamp,
};

/// What is kept of a group's history after some frame: where an edge begins that lacks what was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    pub(super) group: GroupId,
    pub(super) mark: Mark,
    /// The frame that began the term of that one.
    pub(super) begun: FrameNo,
    pub(super) at: LogSeq,
    pub(super) retention: Retention,
    pub(super) log: log::Saved,
}

impl Base {
    /// After which frame.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Of which epoch the history is.
    pub fn epoch(&self) -> Epoch {
        self.log.epoch()
    }
}

#[derive(Debug)]
pub(super) struct Sight {
    group: GroupId,
    log: Log,
    retention: Retention,
    mark: Mark,
    begun: FrameNo,
    at: LogSeq,
    /// Frames that came before the ones before them.
    early: BTreeMap<FrameNo, (LogSeq, Feed)>,
}

/// What became of a frame that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is known already, or of no use.
    Old,
    /// It and perhaps others after it were taken.
    Taken,
    /// Those before it are lacking, or it is not what should come: the log knows.
    Doubt,
}

/// What frames say that were taken, beside the history.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// The history grew.
    pub(super) grew: Option<Seq>,
    /// An entry of class High is among it.
    pub(super) urgent: bool,
    /// A term began.
    pub(super) begun: Option<Term>,
    /// The history goes on in another epoch, and every edge begins anew.
    pub(super) anew: bool,
    /// Edges that lapsed.
    pub(super) lapsed: Vec<EdgeId>,
}

impl Sight {
    /// So many frames are kept that came too early.
    const EARLY: usize = 64;

    pub(super) fn new(now: Timestamp, base: Base) -> Result<Self, Corrupt> {
        let Base { group, mark, begun, at, retention, log } = base;
        let mut log = Log::restore(&group, log)?;
        // Its times are by another clock: nothing stays longer than it may by this one.
        log.reconfigure(now, &retention);
        Ok(Self { group, log, retention, mark, begun, at, early: BTreeMap::new() })
    }

    pub(super) fn base(&self) -> Base {
        let Self { group, mark, begun, at, retention, log, .. } = self;
        Base {
            group: group.clone(),
            mark: *mark,
            begun: *begun,
            at: *at,
            retention: *retention,
            log: log.save(),
        }
    }

    pub(super) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Whether a letter of the term is of this history, as far as can be known: none is that was written by
    /// who was home before, after a new term had begun.
    pub(super) fn knows(&self, at: FrameNo, term: Term) -> bool {
        term == self.mark.term || at < self.begun
    }

    pub(super) fn at(&self) -> LogSeq {
        self.at
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.log.epoch()
    }

    pub(super) fn tail(&self) -> Cursor {
        self.log.tail()
    }

    pub(super) fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        self.log.batch(cursor)
    }

    pub(super) fn expire(&mut self, now: Timestamp) {
        self.log.expire(now);
    }

    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.log.next_expiry()
    }

    /// Takes a frame, and those that waited for it.
    pub(super) fn take(
        &mut self,
        now: Timestamp,
        at: LogSeq,
        feed: Feed,
        news: &mut News,
    ) -> Result<Came, Corrupt> {
        let Mark { term, no, .. } = feed.mark;
        if no <= self.mark.no {
            // Of a newer term than the last one that was taken, and not after it: one of them is not in the log.
            let doubt = term > self.mark.term || (no == self.mark.no && feed.mark != self.mark);
            return Ok(if doubt { Came::Doubt } else { Came::Old });
        }
        if no > self.mark.no.next() {
            self.early.insert(no, (at, feed));
            if self.early.len() > Self::EARLY {
                self.early.pop_last();
            }
            return Ok(Came::Doubt);
        }
        if at <= self.at || !feed.follows(&self.mark) {
            return Ok(if term < self.mark.term { Came::Old } else { Came::Doubt });
        }
        self.apply(now, at, feed, news)?;
        while let Some(next) = self.early.first_entry() {
            if *next.key() > self.mark.no.next() {
                break;
            }
            let (at, feed) = next.remove();
            if at > self.at && feed.follows(&self.mark) {
                self.apply(now, at, feed, news)?;
            }
        }
        Ok(Came::Taken)
    }

    fn apply(
        &mut self,
        now: Timestamp,
        at: LogSeq,
        feed: Feed,
        news: &mut News,
    ) -> Result<(), Corrupt> {
        let Feed { mark, head, told, .. } = feed;
        for tell in told {
            match tell {
                Tell::Begun { .. } => {
                    news.begun = Some(mark.term);
                    self.begun = mark.no;
                }
                Tell::Entry(entry) => {
                    news.urgent |= entry.class == Class::High;
                    self.log.adopt(now, &self.retention, entry)?;
                }
                Tell::Skipped(skipped) => self.log.skip(&skipped)?,
                Tell::Retention(retention) => {
                    self.retention = retention;
                    self.log.reconfigure(now, &retention);
                }
                Tell::Lapsed(edge) => news.lapsed.push(edge),
                Tell::Epoch(epoch) => {
                    self.log.new_epoch(epoch);
                    news.anew = true;
                }
            }
        }
        if self.log.tail() != head {
            return Err(Corrupt("a frame whose entries do not lead where it says"));
        }
        news.grew = Some(self.log.head_seq());
        (self.mark, self.at) = (mark, at);
        Ok(())
    }

    /// Forgets what came too early: the log is asked.
    pub(super) fn forget_early(&mut self) -> BTreeMap<FrameNo, (LogSeq, Feed)> {
        mem::take(&mut self.early)
    }
}
