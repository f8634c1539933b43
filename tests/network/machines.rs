//! The machines of a world: nodes, one of which is home, and stands of readers.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Epoch, HashKey, Timestamp,
    relay::{
        Checkpoint, CheckpointError, Edge, Frame, Heir, Home, LogSeq, Mark, Next, ReadError, Write,
        Written,
    },
};

use super::{Fail, JetStream, Parcel, judge::Told};

/// A machine that can be home.
#[derive(Default)]
pub(crate) struct Node {
    proc: Proc,
    /// Counts its lives: answers to a former one are nobody's.
    pub(crate) life: u64,
    pub(crate) paused: bool,
    pub(crate) cut: bool,
    /// What came while it stood still.
    pub(crate) inbox: Vec<Parcel>,
    /// It was home, and found that the log had lost frames.
    pub(crate) lost_log: bool,
    oldest: Epoch,
    nonce: u64,
    /// The write that it waits for, and until when.
    tried: u64,
    patience: Option<Timestamp>,
    /// The log does not lead on from its checkpoint: it wants to know how that ends, or has passed it over.
    stuck: bool,
    /// What had been laid down beside the log when it began.
    pub(crate) revision: u64,
    /// What it is to lay down as it became home of a log that did not lead on.
    pub(crate) laid: Option<Checkpoint>,
    /// It asked the log, and from where; until when it waits.
    asked: Option<(LogSeq, Option<Timestamp>)>,
}

#[derive(Default)]
enum Proc {
    #[default]
    Down,
    Heir(Box<Heir>),
    /// It has written its claim, and waits.
    Home(Box<Home>),
}

impl Node {
    pub(crate) fn home(&mut self) -> Option<&mut Home> {
        match &mut self.proc {
            Proc::Home(home) => Some(home),
            _ => None,
        }
    }

    /// Whether it is about to be home, or is, of a log that ends at `last`.
    pub(crate) fn leads(&self, last: Option<&Mark>) -> bool {
        match &self.proc {
            Proc::Down => false,
            Proc::Heir(_) => true,
            Proc::Home(home) => last.is_none_or(|last| last.term <= home.mark().term),
        }
    }

    /// `nonce` is as good as random.
    pub(crate) fn begin(
        &mut self,
        checkpoint: Checkpoint,
        nonce: u64,
        oldest: Epoch,
    ) -> Result<u64, CheckpointError> {
        self.kill();
        (self.nonce, self.oldest) = (nonce, oldest);
        let key = HashKey::new(self.life, 3);
        self.proc = Proc::Heir(Box::new(Heir::new(checkpoint, &[], key)?));
        Ok(self.life)
    }

    pub(crate) fn kill(&mut self) {
        self.proc = Proc::Down;
        self.life += 1;
        self.inbox.clear();
        (self.patience, self.asked, self.stuck) = (None, None, false);
    }

    /// Where it reads on.
    pub(crate) fn heir_at(&self) -> LogSeq {
        match &self.proc {
            Proc::Heir(_) if self.asked.is_some_and(|(at, _)| at == JetStream::END) => {
                JetStream::END
            }
            Proc::Heir(heir) => heir.at(),
            _ => self.asked.map_or(LogSeq(0), |(at, _)| at),
        }
    }

    /// Notes a try to write, and gives it a number.
    pub(crate) fn tries(&mut self, until: Timestamp) -> u64 {
        self.tried += 1;
        self.patience = Some(until);
        self.tried
    }

    pub(crate) fn is_answer(&self, number: u64) -> bool {
        self.tried == number && self.patience.is_some()
    }

    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        self.patience.is_some_and(|until| until <= now)
    }

    /// Whether what it asked the log for has not come for so long that it asks again, which counts as done.
    pub(crate) fn asks_again(&mut self, now: Timestamp) -> bool {
        let waits = matches!(self.proc, Proc::Heir(_)) && self.patience.is_none();
        match &mut self.asked {
            Some((_, until)) => {
                let late = until.is_some_and(|until| until <= now);
                if until.is_none() || late {
                    *until = Some(now + Duration::from_millis(700));
                }
                late
            }
            None if waits => {
                self.asked = Some((self.heir_at(), Some(now + Duration::from_millis(700))));
                false
            }
            None => false,
        }
    }

    pub(crate) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        if self.paused {
            return None;
        }
        let home = match &self.proc {
            Proc::Home(home) => home.poll_timeout(),
            Proc::Heir(_) if self.asked.is_none() && self.patience.is_none() => {
                Some(now + Duration::from_millis(700))
            }
            _ => None,
        };
        let asked = self.asked.and_then(|(_, until)| until);
        home.into_iter().chain(self.patience).chain(asked).min()
    }

    /// What the log said to its write. Returns what is to be written next.
    pub(crate) fn written(&mut self, written: Written) -> Result<Option<Write>, Fail> {
        self.patience = None;
        let next = match &mut self.proc {
            Proc::Heir(heir) => heir.written(written),
            Proc::Home(home) => home.written(written),
            Proc::Down => return Ok(None),
        };
        match next {
            Next::Again(write) => Ok(Some(write)),
            Next::Read(at) => {
                self.asked = Some((at, None));
                Ok(None)
            }
            Next::Stored => Ok(None),
        }
    }

    /// From where it wants to read, if it was told so just now.
    pub(crate) fn reads(&self) -> Option<LogSeq> {
        match self.asked {
            Some((at, None)) => Some(at),
            _ => None,
        }
    }

    /// What the log has from where it asked. Returns what is to be written next.
    pub(crate) fn frames(
        &mut self,
        after: LogSeq,
        frames: &[(LogSeq, Arc<Frame>)],
    ) -> Result<Option<Write>, Fail> {
        if self.patience.is_some() {
            return Ok(None);
        }
        match &mut self.proc {
            Proc::Down => Ok(None),
            Proc::Home(home) => {
                if self.asked.take_if(|(at, _)| *at == after).is_none() {
                    return Ok(None);
                }
                let here = frames.iter().find(|(at, _)| *at == after).map(|(_, frame)| &**frame);
                let next = frames.iter().find(|(at, _)| *at > after);
                let next = next.map(|(at, frame)| (*at, &**frame));
                match home.read(after, here, next) {
                    Ok(Next::Again(write)) => Ok(Some(write)),
                    Ok(_) | Err(_) => Ok(None),
                }
            }
            Proc::Heir(heir) if after == JetStream::END => {
                if self.asked.take_if(|(at, _)| *at == after).is_none() {
                    return Ok(None);
                }
                heir.pass_over(frames.last().map(|(at, frame)| (*at, &**frame)));
                Ok(Some(self.claim()))
            }
            // The answer to an older question is of no use.
            Proc::Heir(heir) if heir.at() != after => Ok(None),
            Proc::Heir(heir) => {
                self.asked = None;
                let before = heir.at();
                let here = frames.iter().filter(|(at, _)| *at >= before);
                let leads_on = before == LogSeq(0) || here.clone().next().is_some();
                match heir.read(here.map(|(at, frame)| (*at, &**frame))) {
                    Ok(()) if leads_on => {}
                    Ok(()) | Err(ReadError::Broken { .. }) => {
                        self.stand_before_a_gap();
                        return Ok(None);
                    }
                    Err(error) => return Err(Fail::of(error)),
                }
                if heir.is_home() {
                    return Ok(None);
                }
                if heir.at() == before {
                    return Ok(Some(self.claim()));
                }
                self.asked = Some((heir.at(), None));
                Ok(None)
            }
        }
    }

    fn claim(&mut self) -> Write {
        let Proc::Heir(heir) = &mut self.proc else { unreachable!("only an heir claims") };
        self.nonce += 1;
        let next = Epoch(heir.group().epoch().0 + 1);
        let oldest = if self.lost_log { next.max(self.oldest) } else { self.oldest };
        heir.claim("node", self.nonce, oldest)
    }

    /// Pruned, or lost, beneath it: it begins anew, from another checkpoint, unless all does.
    fn stand_before_a_gap(&mut self) {
        let Proc::Heir(heir) = &self.proc else { return };
        if self.stuck || heir.group().epoch() >= self.oldest {
            self.kill();
        } else {
            self.stuck = true;
            self.asked = Some((JetStream::END, None));
        }
    }

    /// Whether its claim is stored, and it is home from now on.
    pub(crate) fn begins(&mut self, now: Timestamp) -> bool {
        let waits = self.patience.is_some() || self.asked.is_some();
        match std::mem::take(&mut self.proc) {
            Proc::Heir(heir) if !waits && heir.is_home() => {
                self.laid = self.stuck.then(|| heir.checkpoint());
                self.stuck = false;
                let Ok(mut home) = heir.into_home(now) else { return false };
                home.digest_every(3);
                self.lost_log = false;
                self.proc = Proc::Home(Box::new(home));
                true
            }
            other => {
                self.proc = other;
                false
            }
        }
    }
}

/// A machine at which readers stand.
pub(crate) struct Stand {
    pub(crate) edge: Edge,
    pub(crate) paused: bool,
    pub(crate) cut: bool,
    pub(crate) guests: u64,
    pub(crate) inbox: Vec<Parcel>,
    pub(crate) told: Told,
}

impl Stand {
    pub(crate) fn new(edge: Edge) -> Self {
        let (paused, cut, guests) = (false, false, 0);
        Self { edge, paused, cut, guests, inbox: Vec::new(), told: Told::default() }
    }
}
