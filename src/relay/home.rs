//! The one place where a group is decided: its home.

use std::{
    collections::{BTreeSet, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

use super::{
    Beat, EdgeBeat, ForEdge, Request,
    frame::{Digest, Frame, Mark, Next, Parts, Tell, Word, Write, Written},
    gather::{Flight, Open, addressee, with_journal},
    ids::{EdgeId, FrameNo, LogSeq},
    lines::{Lines, Turn},
    says::{Deposed, HomeError, HomeOutput, HomeTicket},
    sight::Base,
    strays::Strays,
    watch::Watch,
};
use crate::{
    command::{Command, Receipt},
    cursor::Cursor,
    filter::Filter,
    group::Group,
    id::Epoch,
    log::Passage,
    output::Output,
    refusal::Refusal,
    role::Author,
    time::Timestamp,
};

/// A group at its home: everything is decided here, nothing is told before it is in the log.
///
/// What the group accepts gathers in a frame. [`write`](Self::write) gives it out to be written, one at a
/// time; [`written`](Self::written) takes what the log said; and only what is stored is
/// [polled](Self::poll). While a frame is on its way the next one gathers. A home that was claimed by
/// another learns it from the log, and has told nothing that is not there.
///
/// The host calls [`advance`](Self::advance) at [`poll_timeout`](Self::poll_timeout), writes and polls after
/// every call. A home that is not polled goes on with nothing once [`MAX_OUTPUTS`](Self::MAX_OUTPUTS) wait.
#[derive(Debug)]
pub struct Home {
    group: Group,
    lines: Lines,
    stored: Mark,
    /// The frame that began its term.
    begun: FrameNo,
    at: LogSeq,
    /// The frame that the log has there: the last one that is stored, or one after it that is astray.
    there: Mark,
    open: Open,
    flight: Option<Flight>,
    /// How far the history is in frames.
    framed: Cursor,
    watch: Watch,
    /// Edges that were not heard of for too long, and are to be given up.
    silent: BTreeSet<EdgeId>,
    strays: Strays,
    tickets: u64,
    digest_every: u64,
    told: VecDeque<HomeOutput>,
    end: Option<Deposed>,
}

impl Home {
    /// As many bytes wait at most, by what they weigh in memory, until a frame is full. The command that
    /// reaches it is taken whole: the log must take this much and what one command puts out, which lanes,
    /// the bytes of a message and the users that one names decide; see [`Limits::outputs`](crate::Limits::outputs).
    pub const MAX_BYTES: usize = 262_144;
    /// With so many outputs that were not polled nothing is done that would add to them: no command is taken,
    /// nothing is written, and what comes again by itself is not told.
    pub const MAX_OUTPUTS: usize = 16_384;
    /// How often a home says that it lives.
    pub const BEAT: Duration = Duration::from_secs(1);
    /// How long nothing may be heard of an edge until its sessions are lost.
    pub const PATIENCE: Duration = Duration::from_secs(10);
    /// Every so many frames the group's digest is written down, from which whoever plays them back knows
    /// that they are where their home was. It costs about what a snapshot does.
    pub const DIGEST_EVERY: u64 = 4_096;

    pub(super) fn new(
        now: Timestamp,
        group: Group,
        lines: Lines,
        stored: Mark,
        at: LogSeq,
    ) -> Self {
        let framed = group.tail();
        let watch = Watch::new(now, lines.edges());
        let strays = Strays::find(&group, &lines);
        let digest_every = Self::DIGEST_EVERY;
        let (open, told) = (Open::default(), VecDeque::new());
        let (flight, silent, tickets, end) = (None, BTreeSet::new(), 0, None);
        Self {
            group,
            lines,
            begun: stored.no,
            stored,
            at,
            there: stored,
            open,
            flight,
            framed,
            watch,
            silent,
            strays,
            tickets,
            digest_every,
            told,
            end,
        }
    }

    /// The group as it will be once everything is stored: to look at, not to tell.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The last frame that is stored.
    pub fn mark(&self) -> &Mark {
        &self.stored
    }

    /// Why it is home no more, if so.
    pub fn deposed(&self) -> Option<Deposed> {
        self.end
    }

    /// How many are online: the group's own, and those whom edges count. What edges count is as old as
    /// two beats and two ways at most, and a beat more for each that is lost; what an edge counted that is
    /// not heard of goes after [`Home::PATIENCE`].
    pub fn online(&self) -> u64 {
        self.group.online().saturating_add(self.watch.guests())
    }

    /// Writes the digest down in every `frames`th frame, in place of [`Home::DIGEST_EVERY`].
    pub fn digest_every(&mut self, frames: u64) {
        self.digest_every = frames.max(1);
    }

    /// Makes a filter known, as [`Group::install_filter`] does. Whoever plays the log back needs it too.
    pub fn install_filter(&mut self, filter: Arc<Filter>) {
        self.group.install_filter(filter);
    }

    /// What an edge begins with; `None` while something waits to be stored.
    pub fn base(&self) -> Option<Base> {
        let base = || Base {
            group: self.group.id().clone(),
            mark: self.stored,
            begun: self.begun,
            at: self.at,
            retention: self.group.config().settings().retention,
            log: self.group.save_log(),
        };
        self.is_quiet().then(base)
    }

    /// Whether all that was accepted is stored, and it is home.
    pub fn is_quiet(&self) -> bool {
        let written = self.open.is_empty() && !self.lines.has_drafts();
        self.end.is_none() && self.flight.is_none() && written
    }

    /// Gives the group a command of the host's own. What it says is polled once it is stored.
    ///
    /// A configuration without a journal is taken as one with it.
    ///
    /// # Errors
    /// [`HomeError::Full`] and [`HomeError::Deposed`]: nothing was done.
    pub fn push(
        &mut self,
        now: Timestamp,
        by: Author,
        command: Command,
    ) -> Result<HomeTicket, HomeError> {
        self.check_open()?;
        self.settle(now)?;
        let answer = self.apply(now, by, command);
        self.tickets += 1;
        let ticket = HomeTicket(self.tickets);
        self.open.after.push(HomeOutput::Answer { ticket, answer });
        Ok(ticket)
    }

    /// Takes a command that an edge forwards: once, however often it comes, and in the edge's order.
    ///
    /// # Errors
    /// [`HomeError::Foreign`]: only a broken or hostile edge sends it. The others need no answer: the edge
    /// sends it again.
    pub fn request(&mut self, now: Timestamp, request: Request) -> Result<(), HomeError> {
        let Request { edge, no, heard, by, command } = request;
        if let Author::Session(session) | Author::Guest(session) = by
            && EdgeId::of(session) != Some(edge)
        {
            return Err(HomeError::Foreign { edge, session });
        }
        self.check_open()?;
        match self.lines.turn(edge, no, heard) {
            Turn::Do if self.watch.hear(now, edge) => {
                self.settle(now)?;
                let answer = self.apply(now, by, command);
                self.lines.say(edge, Word::Answer { no, answer });
            }
            Turn::Done => self.send_letters(now, edge),
            Turn::Lapsed => self.tell_lapsed(edge),
            Turn::Do | Turn::Leave => {}
        }
        Ok(())
    }

    /// Takes an edge's sign of life. It may come late, twice or never.
    pub fn beat(&mut self, now: Timestamp, beat: EdgeBeat) {
        let EdgeBeat { edge, guests, heard, forked } = beat;
        if self.end.is_some() {
            return;
        }
        if forked == Some(self.group.epoch()) && !self.is_full() {
            self.begin_epoch();
        }
        if !self.lines.hear(edge, heard) {
            self.tell_lapsed(edge);
            return;
        }
        if self.watch.hear(now, edge) {
            self.watch.count(edge, guests);
            self.send_letters(now, edge);
        }
    }

    /// Settles what is due by `now`: of the group, and of edges that were not heard of. While a whole frame
    /// waits to be written, both wait too: what a frame has no room for goes into the next.
    pub fn advance(&mut self, now: Timestamp) {
        if self.end.is_some() {
            return;
        }
        if !self.is_full() && self.settle(now).is_ok() {
            self.lapse(now);
            self.detach_strays(now);
        }
        if !self.is_unpolled() && self.watch.beats(now) {
            let Mark { term, no, .. } = self.stored;
            self.told.push_back(HomeOutput::Beat(Beat { term, no, online: self.online() }));
        }
    }

    /// Nothing could be heard of any edge until now: their silence counts from here on.
    pub fn excuse_edges(&mut self, now: Timestamp) {
        self.watch.excuse(now);
    }

    /// When to call [`advance`](Self::advance) next; `None` once it is home no more, or before it is polled.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if self.end.is_some() || self.is_unpolled() {
            return None;
        }
        let beat = self.watch.next_beat();
        if self.is_full() {
            return Some(beat);
        }
        if !self.strays.is_empty() || !self.silent.is_empty() {
            return Some(self.group.clock().min(beat));
        }
        let own = self.group.poll_timeout().map(|deadline| deadline.at);
        own.into_iter().chain([beat, self.watch.next_look()]).min()
    }

    /// What is to be written next, if anything, and nothing is on its way. Say with
    /// [`written`](Self::written) what the log said.
    pub fn write(&mut self) -> Option<Write> {
        if self.end.is_some() || self.flight.is_some() || self.is_quiet() || self.is_unpolled() {
            return None;
        }
        let Open { told, records, after, closed, .. } = mem::take(&mut self.open);
        let no = self.stored.no.next();
        let due = no.0.is_multiple_of(self.digest_every);
        let digest = due.then(|| Digest::of(&self.group));
        let letters = self.lines.seal(no, self.stored.term);
        if closed {
            self.lapse_all();
        }
        let parts = Parts { told, letters, records, digest };
        let frame = Arc::new(Frame::new(&self.stored, self.stored.term, self.framed, parts));
        self.flight = Some(Flight { frame: Arc::clone(&frame), after });
        Some(Write { frame, after: self.at })
    }

    /// What the log said to the frame that is on its way; without one it changes nothing.
    pub fn written(&mut self, written: Written) -> Next {
        match (written, &self.flight) {
            (_, None) => Next::Stored,
            (Written::Stored(at), Some(_)) => {
                self.store(at);
                Next::Stored
            }
            (Written::Unknown, Some(flight)) => {
                Next::Again(Write { frame: Arc::clone(&flight.frame), after: self.at })
            }
            (Written::Conflict, Some(_)) => Next::Read(self.at),
        }
    }

    /// What the log has at `at` and next, as [`Next::Read`] asks for. Returns what is to be done next, as
    /// [`written`](Self::written) does.
    ///
    /// # Errors
    /// It is home no more.
    pub fn read(
        &mut self,
        at: LogSeq,
        here: Option<&Frame>,
        next: Option<(LogSeq, &Frame)>,
    ) -> Result<Next, Deposed> {
        if let Some(end) = self.end {
            return Err(end);
        }
        // The answer to an older question is of no use.
        let Some(flight) = self.flight.as_ref().filter(|_| at == self.at) else {
            return Ok(Next::Stored);
        };
        let known = here.is_some_and(|here| *here.mark() == self.there);
        match next {
            Some((at, frame)) if frame.mark() == flight.frame.mark() => {
                self.store(at);
                Ok(Next::Stored)
            }
            // It is astray: it got there since the log has lost what should have kept it out. In a later epoch it is this one
            // that is.
            Some((at, frame))
                if known
                    && !frame.follows(&self.stored)
                    && frame.feed.head.epoch() <= self.group.epoch() =>
            {
                (self.at, self.there) = (at, *frame.mark());
                Ok(Next::Again(Write { frame: Arc::clone(&flight.frame), after: at }))
            }
            Some((_, frame)) if frame.mark().term > self.stored.term => {
                Err(self.depose(Deposed::Claimed { by: frame.mark().term }))
            }
            // Nothing is lost, and nobody has come between: it is tried again.
            None if known => Ok(Next::Again(Write { frame: Arc::clone(&flight.frame), after: at })),
            Some(_) | None => Err(self.depose(Deposed::LogLost)),
        }
    }

    /// The next thing for the host; only what is stored.
    pub fn poll(&mut self) -> Option<HomeOutput> {
        self.told.pop_front()
    }

    fn check_open(&self) -> Result<(), HomeError> {
        if let Some(end) = self.end {
            return Err(end.into());
        }
        if self.is_full() { Err(HomeError::Full) } else { Ok(()) }
    }

    fn is_full(&self) -> bool {
        self.open.closed || self.open.bytes >= Self::MAX_BYTES || self.is_unpolled()
    }

    fn is_unpolled(&self) -> bool {
        self.told.len() >= Self::MAX_OUTPUTS
    }

    /// Once a frame is stored: whoever is home no more, and knows it not yet, takes no edge from the one who is. The edge
    /// asks again, should this be lost.
    fn tell_lapsed(&mut self, edge: EdgeId) {
        if !self.is_full() && self.open.lapsed.insert(edge) {
            self.open.after.push(HomeOutput::Edge(edge, ForEdge::Lapsed));
            self.open.bytes += EACH;
        }
    }

    fn apply(&mut self, now: Timestamp, by: Author, command: Command) -> Result<Receipt, Refusal> {
        let before = self.group.config().settings().retention;
        let answer = self.group.push(now, by, with_journal(command));
        self.collect();
        let retention = self.group.config().settings().retention;
        if retention != before {
            self.open.told.push(Tell::Retention(retention));
        }
        self.open.bytes += EACH;
        answer
    }

    /// Takes what the group did into the frame: its history first, since what is told may follow from it.
    fn collect(&mut self) {
        self.open.bytes += self.group.output_bytes();
        // The cursor is the home's own, and nothing else reads ahead of it.
        let passages = self.group.passages(&self.framed).unwrap_or_default();
        for passage in passages {
            self.open.told.push(match passage {
                Passage::Entry(entry) => {
                    self.open.bytes += entry.bytes();
                    Tell::Entry(entry)
                }
                Passage::Skipped(skipped) => Tell::Skipped(skipped),
            });
        }
        self.framed = self.group.tail();
        while let Some(output) = self.group.poll() {
            match output {
                Output::Record(record) => self.open.records.push(record),
                Output::Tail { .. } => {}
                output => {
                    if let Some(edge) = addressee(&output).and_then(EdgeId::of)
                        && self.lines.is_open(edge)
                    {
                        self.lines.say(edge, Word::Output(output.clone()));
                    }
                    self.open.after.push(HomeOutput::Told(output));
                }
            }
        }
    }

    /// Brings the group to `now`, as far as the frame has room.
    fn settle(&mut self, now: Timestamp) -> Result<(), HomeError> {
        loop {
            let more = self.group.advance_some(now, AT_ONCE);
            self.collect();
            if self.is_full() {
                return Err(HomeError::Full);
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// The sessions of edges that were not heard of are lost, as those of a connection are.
    fn lapse(&mut self, now: Timestamp) {
        // All edges are gone through: with ten thousand of them that is not for every deadline of the group.
        if let Some(lapsed) = self.watch.take_lapsed(now) {
            self.silent.extend(lapsed);
            self.silent.extend(self.lines.deaf());
        }
        let mut some = false;
        while !self.is_full()
            && let Some(edge) = self.silent.pop_first()
        {
            if self.lines.is_open(edge) {
                self.lines.lapse(edge);
                self.open.told.push(Tell::Lapsed(edge));
                self.open.bytes += EACH;
                some = true;
            }
        }
        if some {
            self.strays = Strays::find(&self.group, &self.lines);
        }
    }

    fn detach_strays(&mut self, now: Timestamp) {
        while !self.is_full()
            && let Some(by) = self.strays.next(&self.group)
        {
            // It is in the room, and whoever is there may always go.
            let _ = self.apply(now, by, Command::Detach);
        }
    }

    /// Cursors of the history as it was are good no more, nor is what edges remember.
    fn begin_epoch(&mut self) {
        self.collect();
        let epoch = Epoch(self.group.epoch().0.saturating_add(1));
        self.group.new_epoch(epoch);
        self.framed = self.group.tail();
        self.open.told.push(Tell::Epoch(epoch));
        self.open.closed = true;
    }

    /// Every edge begins anew, once it has its letters of the frame that says so.
    fn lapse_all(&mut self) {
        self.lines.lapse_all();
        self.watch.forget_all();
        self.strays = Strays::find(&self.group, &self.lines);
    }

    fn store(&mut self, at: LogSeq) {
        let Some(Flight { frame, after }) = self.flight.take() else { return };
        (self.stored, self.at) = (*frame.mark(), at);
        self.there = self.stored;
        self.told.push_back(HomeOutput::Feed { at, feed: frame.feed.clone() });
        let letters = frame.letters.iter();
        self.told.extend(letters.map(|it| HomeOutput::Edge(it.edge, ForEdge::Letter(it.clone()))));
        self.told.extend(after);
    }

    fn depose(&mut self, end: Deposed) -> Deposed {
        self.end = Some(end);
        let flight = self.flight.take().map(|flight| flight.after);
        let open = mem::take(&mut self.open.after);
        for output in flight.into_iter().flatten().chain(open) {
            if let HomeOutput::Answer { ticket, .. } = output {
                self.told.push_back(HomeOutput::Void { ticket });
            }
        }
        end
    }

    /// Sends again what an edge may not have, a while after the last time.
    fn send_letters(&mut self, now: Timestamp, edge: EdgeId) {
        if self.is_unpolled() {
            return;
        }
        let stored = self.stored.no;
        let mut letters = self.lines.unheard(edge).filter(|it| it.at <= stored).peekable();
        if letters.peek().is_none() || !self.watch.may_send_again(now, edge) {
            return;
        }
        let letters = letters.map(|it| HomeOutput::Edge(edge, ForEdge::Letter(it.clone())));
        self.told.extend(letters);
    }
}

/// What a command and its answer take in a frame at least, and an edge that is given up.
const EACH: usize = 64;
/// So many deadlines of the group are settled between two looks at how full the frame is.
const AT_ONCE: u64 = 64;
