//! Whoever is about to become a group's home: reads its log to the end, and claims it there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    frame::{Digest, Frame, Mark, Next, Parts, Place, Tell, Thread, Write, Written},
    home::Home,
    ids::{FrameNo, LogSeq},
    lines::Lines,
};
use crate::{
    corrupt::Corrupt,
    filter::Filter,
    group::{Group, RestoreError, Snapshot},
    hash::HashKey,
    id::Epoch,
    journal::{ReplayError, replay},
    time::Timestamp,
};

/// A group as it was after some frame of its log, and what its home knew beside it: where reading begins.
///
/// A log begins with one of frame 0. It is kept beside the log before anything is written there, and newer
/// ones take its place; frames before the one that it names are needed by nobody who has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    mark: Mark,
    at: LogSeq,
    group: Snapshot,
    lines: Lines,
}

/// Why a log cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The log does not have the frame at which reading begins: it was taken out, or lost. Another checkpoint
    /// leads on.
    #[error("the log has frame {found} where frame {last} should be: read from another checkpoint")]
    Broken {
        /// The one that should be there.
        last: FrameNo,
        /// The one that is there.
        found: FrameNo,
    },
    /// Its records do not lead where they led its home: this crate behaves otherwise, or lacks a filter.
    #[error("frame {no} cannot be played back: {error}")]
    Replay {
        /// Which.
        no: FrameNo,
        /// Why.
        error: ReplayError,
    },
    /// Played back, it leads to another group than its home had.
    #[error("after frame {no} the group is another than its home had")]
    Diverged {
        /// Which.
        no: FrameNo,
    },
    /// It says what no home says.
    #[error("frame {no} does not hold together: {what}")]
    Corrupt {
        /// Which.
        no: FrameNo,
        /// What is wrong.
        what: &'static str,
    },
}

/// Why a checkpoint or a group is no room over many machines.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The group keeps no journal, from which frames are made.
    #[error("the group keeps no journal: set `journal` in its settings")]
    NoJournal,
    /// The group has outputs that nobody polled.
    #[error("outputs of the group wait: poll them first")]
    Unpolled,
    /// The group in it is none.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

impl Checkpoint {
    /// The beginning of a log for a group that has not been in one.
    ///
    /// # Errors
    /// The group keeps no journal, or was not polled to the end.
    pub fn first(group: &Group) -> Result<Self, CheckpointError> {
        if !group.config().settings().journal {
            return Err(CheckpointError::NoJournal);
        }
        if group.has_output() {
            return Err(CheckpointError::Unpolled);
        }
        Ok(Self::of(group, &Lines::default(), Mark::default(), LogSeq(0)))
    }

    pub(super) fn of(group: &Group, lines: &Lines, mark: Mark, at: LogSeq) -> Self {
        Self { mark, at, group: group.snapshot(), lines: lines.clone() }
    }

    /// After which frame.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Where that frame is in the log: reading begins there, with itself.
    pub fn at(&self) -> LogSeq {
        self.at
    }

    /// The group in it.
    pub fn group(&self) -> &Snapshot {
        &self.group
    }
}

/// Whoever is about to become a group's home.
///
/// It reads the log of the group from its checkpoint on, writes at the end that it is home now, and is. Who
/// was home before cannot write from then on, since the log does not end any more where they believe.
#[derive(Debug)]
pub struct Heir {
    group: Group,
    lines: Lines,
    mark: Mark,
    /// Where the frame of that mark is in the log.
    followed: LogSeq,
    /// Where the last frame is that was read: that one, or one after it that is astray.
    at: LogSeq,
    /// The mark of that last frame.
    there: Mark,
    claim: Option<Arc<Frame>>,
    /// Its claim is the last frame of what was read.
    won: bool,
}

impl Heir {
    /// Begins at a checkpoint. `filters` and `key` are as for [`Group::restore`].
    ///
    /// # Errors
    /// The checkpoint holds no group that keeps a journal.
    pub fn new(
        checkpoint: Checkpoint,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Self, CheckpointError> {
        let Checkpoint { mark, at, group, lines } = checkpoint;
        let mut group = Group::restore(group, filters, key, None)?;
        if !group.config().settings().journal {
            return Err(CheckpointError::NoJournal);
        }
        while group.poll().is_some() {}
        Ok(Self { group, lines, mark, followed: at, at, there: mark, claim: None, won: false })
    }

    /// The group as far as the log was read: for whoever follows it without ever becoming its home.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// Makes a filter known that the next frames may need; see [`ReplayError::Refused`].
    pub fn install_filter(&mut self, filter: Arc<Filter>) {
        self.group.install_filter(filter);
    }

    /// The last frame that was followed.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Where the last frame that was read is in the log: that one, or one after it that nobody follows.
    pub fn at(&self) -> LogSeq {
        self.at
    }

    /// A checkpoint of what was read. They come from here alone: a home cannot give one, since its clock may be
    /// past what another home has written meanwhile.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of(&self.group, &self.lines, self.mark, self.followed)
    }

    /// Reads on in the log: `frames` begin with the one [at which](Self::at) it stands, which the log still has,
    /// and go on without leaving any out. If the last is its own claim, it [is home](Self::is_home).
    ///
    /// # Errors
    /// [`ReadError`] says why it cannot. After [`ReadError::Broken`] it stands where it stood; after
    /// [`ReadError::Replay`] for want of a filter it can read on with it, from where it stands; else it is of no
    /// more use.
    pub fn read<'a>(
        &mut self,
        frames: impl IntoIterator<Item = (LogSeq, &'a Frame)>,
    ) -> Result<(), ReadError> {
        // One that passed over an empty log has nothing with which a reading could begin.
        let anywhere = self.at == LogSeq(0) && self.mark.no > FrameNo(0);
        let mut thread = if anywhere { Thread::anywhere() } else { Thread::new(self.there) };
        for (at, frame) in frames {
            match thread.place(&self.mark, frame) {
                Place::Next => {
                    self.follow(frame)?;
                    self.followed = at;
                }
                // One that is astray after its claim: the log does not end where a home would believe.
                Place::Past => self.won &= *frame.mark() == self.mark,
                Place::Gap => {
                    let found = frame.mark().no;
                    return Err(ReadError::Broken { last: self.there.no, found });
                }
            }
            (self.at, self.there) = (at, *frame.mark());
        }
        Ok(())
    }

    fn follow(&mut self, frame: &Frame) -> Result<(), ReadError> {
        let no = frame.mark().no;
        // Those before are played already, where the last try came to one whose filter was lacking.
        let played = self.group.last_record();
        let records = frame.records.iter().skip_while(|record| record.no <= played);
        replay(&mut self.group, records.cloned(), drop)
            .map_err(|error| ReadError::Replay { no, error })?;
        for letter in &frame.letters {
            let written = self.lines.write(letter);
            written.map_err(|Corrupt(what)| ReadError::Corrupt { no, what })?;
        }
        for tell in &frame.feed.told {
            match tell {
                Tell::Lapsed(edge) => self.lines.lapse(*edge),
                Tell::Epoch(epoch) => self.begin_anew(*epoch),
                _ => {}
            }
        }
        let digest = frame.digest.is_none_or(|digest| digest.fits(&mut self.group));
        if !digest || self.group.tail() != frame.feed.head {
            return Err(ReadError::Diverged { no });
        }
        self.mark = *frame.mark();
        self.won = self.claim.take().is_some_and(|claim| claim.mark() == frame.mark());
        Ok(())
    }

    /// Goes on without what the log has lost, where it does not lead on from the checkpoint: `last` is the log's last frame,
    /// and all that it has is passed over. A claim in a later epoch follows, and a [checkpoint](Self::checkpoint) once that is
    /// stored and before anything else is, since no other leads on to it.
    pub fn pass_over(&mut self, last: Option<(LogSeq, &Frame)>) {
        (self.at, self.there) =
            last.map_or_else(Default::default, |(at, frame)| (at, *frame.mark()));
    }

    /// What to write to become the home: at the end of what was read, which must be the end of the log.
    ///
    /// `home` names it for people; `nonce` is random. A history of an epoch before `oldest` goes on in that one, and
    /// all readers and edges begin anew: what they remember may be of what is lost. That is for logs that may have
    /// lost what they had acknowledged, as after [`Deposed::LogLost`](super::Deposed::LogLost) or a power failure of their servers;
    /// the epoch must be later than any that was told, as [`Epoch::at`] is. Otherwise it is `Epoch(0)`.
    pub fn claim(&mut self, home: &str, nonce: u64, oldest: Epoch) -> Write {
        let mut head = self.group.tail();
        let anew = head.epoch() < oldest;
        let retention = self.group.config().settings().retention;
        let mut told = vec![Tell::Begun { home: home.into(), nonce }, Tell::Retention(retention)];
        if anew {
            head = head.in_epoch(oldest);
            told.push(Tell::Epoch(oldest));
        }
        // That of the epoch before would not fit.
        let digest = (!anew).then(|| Digest::of(&self.group));
        let parts = Parts { told, digest, ..Parts::default() };
        // Above that of a frame that was passed over too: whoever was home then hears that another is.
        let term = self.mark.term.max(self.there.term).next();
        let frame = Arc::new(Frame::new(&self.mark, term, head, parts));
        self.claim = Some(Arc::clone(&frame));
        Write { frame, after: self.at }
    }

    /// What the log said to the claim. After [`Next::Stored`] it [is home](Self::is_home); after
    /// [`Next::Read`] it reads on, and finds that it is or claims again.
    pub fn written(&mut self, written: Written) -> Next {
        match (written, &self.claim) {
            (Written::Stored(at), Some(claim)) if at > self.at => {
                let (mark, head) = (*claim.mark(), claim.feed.head);
                if head != self.group.tail() {
                    self.begin_anew(head.epoch());
                }
                (self.mark, self.followed) = (mark, at);
                (self.there, self.at) = (mark, at);
                (self.claim, self.won) = (None, true);
                Next::Stored
            }
            (Written::Unknown, Some(claim)) => {
                Next::Again(Write { frame: Arc::clone(claim), after: self.at })
            }
            _ => Next::Read(self.at),
        }
    }

    fn begin_anew(&mut self, epoch: Epoch) {
        self.group.new_epoch(epoch);
        self.lines.lapse_all();
    }

    /// Whether its claim is in the log, with nothing after it as far as was read.
    pub fn is_home(&self) -> bool {
        self.won
    }

    /// The home. `now` is the host's time: edges have from then on to say that they live.
    ///
    /// # Errors
    /// It [is not home](Self::is_home), and is given back.
    pub fn into_home(self, now: Timestamp) -> Result<Home, Box<Self>> {
        if self.won {
            Ok(Home::new(now, self.group, self.lines, self.mark, self.at))
        } else {
            Err(Box::new(self))
        }
    }
}
