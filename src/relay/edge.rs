//! A machine at which readers stand: it has the history, and forwards what they do.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::{
    Beat, EdgeBeat, ForEdge,
    frame::{Feed, Frame, Letter, Mark, Place, Thread, Word},
    ids::{EdgeId, FrameNo, LetterNo, LogSeq, RequestNo, Term},
    lines::Lines,
    says::{EdgeError, EdgeOutput, Fetched},
    sight::{Base, Came, News, Sight},
    upstream::Upstream,
};
use crate::{
    audience::Source,
    batch::Batch,
    command::Command,
    corrupt::Corrupt,
    cursor::{Cursor, CursorError},
    id::{Epoch, GroupId},
    role::Author,
    time::Timestamp,
};

/// One group at one edge: its history, for [audiences](crate::Audience) to read as on one machine, and its
/// sessions' commands, forwarded to the home.
///
/// What comes may come late, twice, in any order or never: the edge finds what is lacking and asks for it.
/// The host hands in what comes, calls [`advance`](Self::advance) at [`poll_timeout`](Self::poll_timeout), and
/// polls after every call. To an edge that is not polled nothing comes any more once
/// [`MAX_OUTPUTS`](Self::MAX_OUTPUTS) wait, as if it were cut off.
#[derive(Debug)]
pub struct Edge {
    id: EdgeId,
    group: GroupId,
    sight: Option<Sight>,
    upstream: Upstream,
    heard: LetterNo,
    /// Letters that came before what comes before them.
    early: BTreeMap<LetterNo, Letter>,
    /// How many letters were heard since the home was told.
    untold: u64,
    guests: u64,
    home: Option<Beat>,
    next_beat: Timestamp,
    /// When the log, or somebody for a base, may be asked again.
    next_ask: Timestamp,
    /// The frame from which on the log was asked last.
    asked: Option<Mark>,
    doubt: bool,
    state: State,
    told: VecDeque<EdgeOutput>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// It has what the log has lost, of this epoch. It reports that until the history goes on in another.
    Forked(Epoch),
    Over,
}

impl Edge {
    /// How long a command has no answer until that is told.
    pub const PATIENCE: Duration = Duration::from_secs(5);
    /// With so many outputs that were not polled it takes no command, and nothing that comes again.
    pub const MAX_OUTPUTS: usize = 16_384;

    /// An edge that knows nothing yet, and asks for a base. `id` was never used before in this epoch.
    pub fn new(now: Timestamp, id: EdgeId, group: GroupId) -> Self {
        Self {
            id,
            group,
            sight: None,
            upstream: Upstream::new(id),
            heard: LetterNo(0),
            early: BTreeMap::new(),
            untold: 0,
            guests: 0,
            home: None,
            next_beat: now,
            next_ask: now,
            asked: None,
            doubt: true,
            state: State::Open,
            told: VecDeque::new(),
        }
    }

    /// Its number.
    pub fn id(&self) -> EdgeId {
        self.id
    }

    /// The end of its history, once it has one: where a guest begins to read. A member begins where their
    /// receipt says.
    pub fn tail(&self) -> Option<Cursor> {
        self.sight.as_ref().map(Sight::tail)
    }

    /// The last frame that it has.
    pub fn mark(&self) -> Option<&Mark> {
        self.sight.as_ref().map(Sight::mark)
    }

    /// How many are online in the whole room, as the home said last; see [`Home::online`](super::Home::online).
    pub fn online(&self) -> Option<u64> {
        self.home.map(|beat| beat.online)
    }

    /// Whether it takes no command any more and another may begin in its place.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// For another edge to begin with; `None` while this one has nothing to be sure of.
    pub fn give_base(&self) -> Option<Base> {
        let sure = self.state == State::Open && !self.doubt;
        self.sight.as_ref().filter(|_| sure).map(Sight::base)
    }

    /// So many guests read here: they are part of everybody's [`online`](Self::online) within two beats.
    pub fn set_guests(&mut self, guests: u64) {
        self.guests = guests;
    }

    /// Forwards a command of one of the edge's sessions, or of the app.
    ///
    /// # Errors
    /// [`EdgeError`] says what to do; nothing was sent.
    pub fn push(
        &mut self,
        now: Timestamp,
        by: Author,
        command: Command,
    ) -> Result<RequestNo, EdgeError> {
        if let Author::Session(session) | Author::Guest(session) = by
            && EdgeId::of(session) != Some(self.id)
        {
            return Err(EdgeError::Foreign(session));
        }
        if self.state != State::Open {
            return Err(EdgeError::Lapsed);
        }
        if self.upstream.is_full() || self.is_unpolled() {
            return Err(EdgeError::Busy);
        }
        let request = self.upstream.send(now, self.heard, by, command);
        let no = request.no;
        self.told.push_back(EdgeOutput::Request(request));
        Ok(no)
    }

    /// Takes a frame that the home has sent around, stored under `at`.
    ///
    /// # Errors
    /// [`EdgeError::Corrupt`]: it was not taken; the log is asked for what it should have been.
    pub fn feed(&mut self, now: Timestamp, at: LogSeq, feed: Feed) -> Result<(), EdgeError> {
        if self.state != State::Open {
            return Ok(());
        }
        if self.is_unpolled() {
            self.doubt(now);
            return Ok(());
        }
        let Some(sight) = &mut self.sight else { return Ok(()) };
        let mut news = News::default();
        match sight.take(now, at, feed, &mut news) {
            Ok(Came::Old) => {}
            // Others may still be lacking, which the log was asked for: it answers once.
            Ok(Came::Taken) => self.tell(now, news),
            Ok(Came::Doubt) => self.doubt(now),
            Err(Corrupt(what)) => return Err(self.lose_sight(now, what)),
        }
        Ok(())
    }

    /// Takes what was for this edge alone.
    pub fn word(&mut self, now: Timestamp, word: ForEdge) {
        match word {
            ForEdge::Lapsed => self.lapse(),
            ForEdge::Letter(letter) => self.letter(now, letter),
        }
    }

    /// Takes the home's sign of life.
    pub fn beat(&mut self, now: Timestamp, beat: Beat) {
        let Some(mark) = self.mark().copied() else { return };
        if self.home.is_some_and(|known| (known.term, known.no) > (beat.term, beat.no)) {
            return;
        }
        self.home = Some(beat);
        // One of a former term is late, whatever it says.
        if beat.no > mark.no || (beat.term > mark.term) {
            self.doubt(now);
        }
    }

    /// Takes what the log has from frame `from` on, as it was asked for.
    ///
    /// # Errors
    /// [`EdgeError::Corrupt`]: a frame in the log does not hold together; a base is asked for.
    pub fn fetched(
        &mut self,
        now: Timestamp,
        from: FrameNo,
        fetched: Fetched,
    ) -> Result<(), EdgeError> {
        if self.state != State::Open || self.is_unpolled() {
            return Ok(());
        }
        let Some(sight) = &mut self.sight else { return Ok(()) };
        // Of an answer to an older question another has come, or comes.
        let Some(asked) = self.asked.take_if(|asked| asked.no == from) else { return Ok(()) };
        let known = *sight.mark();
        let Fetched::Frames(frames) = fetched else {
            // What it has got to meanwhile may still be there.
            self.sight.take_if(|_| known == asked);
            self.doubt = true;
            self.next_ask = now;
            return Ok(());
        };
        let has = |mark: &Mark| frames.iter().any(|(_, frame)| frame.mark() == mark);
        if asked.no > FrameNo(0) && !has(&asked) {
            self.fork();
            return Ok(());
        }
        // Feeds that came meanwhile follow what was asked about: nothing is lacking before them. A log that is as
        // long and has another frame in the place of the last of them is asked about that one.
        let end = frames.iter().map(|(_, frame)| frame.mark().no).max();
        let astray = known != asked && end >= Some(known.no) && !has(&known);
        let mut letters = Vec::new();
        let mut news = News::default();
        let early = sight.forget_early();
        let mut thread = Thread::new(asked);
        for (at, frame) in frames {
            if thread.place(sight.mark(), &frame) != Place::Next {
                continue;
            }
            let Frame { feed, letters: more, .. } = frame;
            letters.extend(more.into_iter().filter(|letter| letter.edge == self.id));
            match sight.take(now, at, feed, &mut news) {
                Ok(_) => {}
                Err(Corrupt(what)) => return Err(self.lose_sight(now, what)),
            }
        }
        self.doubt = astray;
        for (at, feed) in early.into_values() {
            self.doubt |= matches!(sight.take(now, at, feed, &mut news), Ok(Came::Doubt));
        }
        self.doubt |= self.home.is_some_and(|home| home.no > sight.mark().no);
        if astray || *sight.mark() != known {
            // It was the first part of what is lacking, perhaps: the rest is asked for at once.
            self.next_ask = now;
        }
        // Before it is told that the edge lapsed: what is answered until then is answered.
        let unheard = letters.into_iter().filter(|letter| letter.no > self.heard);
        self.early.extend(unheard.map(|letter| (letter.no, letter)));
        self.tell(now, news);
        Ok(())
    }

    /// Takes a base from another edge or from the home.
    ///
    /// # Errors
    /// [`EdgeError::Corrupt`]: it is none of this group. Another is asked for.
    pub fn base(&mut self, now: Timestamp, base: Base) -> Result<(), EdgeError> {
        if base.group != self.group {
            return Err(EdgeError::Corrupt("a base of another group"));
        }
        if let State::Forked(epoch) = self.state {
            if base.epoch() != epoch {
                self.state = State::Over;
            }
            return Ok(());
        }
        if self.state == State::Over || self.sight.is_some() || self.is_unpolled() {
            return Ok(());
        }
        let sight = Sight::new(now, base)?;
        let news = News { grew: Some(sight.tail().position()), ..News::default() };
        self.sight = Some(sight);
        self.asked = None;
        // What came between is in the log, or comes.
        self.doubt = true;
        self.next_ask = now;
        self.tell(now, news);
        Ok(())
    }

    /// Does what is due by `now`: asks again, sends again, says that it lives.
    pub fn advance(&mut self, now: Timestamp) {
        if let Some(sight) = &mut self.sight {
            sight.expire(now);
        }
        if self.state == State::Over || self.is_unpolled() {
            return;
        }
        if self.state == State::Open {
            let again = self.upstream.again(now, self.heard);
            self.told.extend(again.into_iter().map(EdgeOutput::Request));
            let unknown = self.upstream.unknown(now);
            self.told.extend(unknown.into_iter().map(|no| EdgeOutput::Unknown { no }));
        }
        if now >= self.next_beat {
            self.say_alive(now);
        }
        if (self.doubt || self.state != State::Open) && now >= self.next_ask {
            self.next_ask = now + super::AGAIN;
            self.told.push_back(match &self.sight {
                Some(sight) if self.state == State::Open => {
                    self.asked = Some(*sight.mark());
                    EdgeOutput::Fetch { from: sight.mark().no, at: sight.at() }
                }
                _ => EdgeOutput::Base,
            });
        }
    }

    /// When to call [`advance`](Self::advance) next; `None` once it is over, or before it is polled.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if self.state == State::Over || self.is_unpolled() {
            return None;
        }
        let asks = (self.doubt || self.state != State::Open).then_some(self.next_ask);
        let expiry = self.sight.as_ref().and_then(Sight::next_expiry);
        let own = [Some(self.next_beat), asks, self.upstream.due(), expiry];
        own.into_iter().flatten().min()
    }

    /// The next thing for the host.
    pub fn poll(&mut self) -> Option<EdgeOutput> {
        self.told.pop_front()
    }

    fn is_unpolled(&self) -> bool {
        self.told.len() >= Self::MAX_OUTPUTS
    }

    fn say_alive(&mut self, now: Timestamp) {
        self.next_beat = now + super::Home::BEAT;
        self.untold = 0;
        let forked = match self.state {
            State::Forked(epoch) => Some(epoch),
            State::Open | State::Over => None,
        };
        // One that is given up has heard nothing, for all that its home needs to know.
        let heard = if forked.is_some() { LetterNo(0) } else { self.heard };
        let beat = EdgeBeat { edge: self.id, guests: self.guests, heard, forked };
        self.told.push_back(EdgeOutput::Beat(beat));
    }

    /// Something is lacking, or not as it should be: the log knows.
    fn doubt(&mut self, now: Timestamp) {
        if !self.doubt {
            self.doubt = true;
            self.next_ask = now;
        }
    }

    /// What the log has cannot be followed: the history is taken from somebody else.
    fn lose_sight(&mut self, now: Timestamp, what: &'static str) -> EdgeError {
        self.sight = None;
        self.doubt = true;
        self.next_ask = now;
        EdgeError::Corrupt(what)
    }

    fn tell(&mut self, now: Timestamp, news: News) {
        let News { grew, urgent, begun, anew, lapsed } = news;
        if let Some(seq) = grew {
            self.told.push_back(EdgeOutput::Tail { seq, urgent });
        }
        if begun.is_some_and(|term| term > Term(1)) {
            self.upstream.hurry(now);
        }
        self.read_letters(now);
        if anew || lapsed.contains(&self.id) {
            self.lapse();
        }
    }

    fn letter(&mut self, now: Timestamp, letter: Letter) {
        let mine = letter.edge == self.id && letter.no > self.heard;
        if self.state != State::Open || !mine || self.is_unpolled() {
            return;
        }
        if self.early.len() < Lines::DEAF {
            self.early.insert(letter.no, letter);
        }
        self.read_letters(now);
    }

    /// Reads the letters whose turn it is, once the history is where they were written.
    fn read_letters(&mut self, now: Timestamp) {
        let Some(sight) = &self.sight else { return };
        let here = sight.mark().no;
        while let Some(next) = self.early.first_entry() {
            if *next.key() != self.heard.next() {
                break;
            }
            if next.get().at > here {
                self.doubt(now);
                return;
            }
            let letter = next.remove();
            if !sight.knows(letter.at, letter.term) {
                continue;
            }
            self.heard = letter.no;
            self.untold += 1;
            for word in letter.words {
                match word {
                    Word::Answer { no, answer } => {
                        if self.upstream.answered(no) {
                            self.told.push_back(EdgeOutput::Answer { no, answer });
                        }
                    }
                    Word::Output(output) => self.told.push_back(EdgeOutput::Told(output)),
                }
            }
        }
        if self.untold >= TOLD_EACH {
            self.say_alive(now);
        }
    }

    fn lapse(&mut self) {
        if self.state == State::Open {
            self.end(State::Over);
        }
    }

    /// It has delivered what the log does not have.
    fn fork(&mut self) {
        if let Some(sight) = &self.sight {
            self.end(State::Forked(sight.epoch()));
        }
    }

    fn end(&mut self, state: State) {
        self.state = state;
        let untold = self.upstream.give_up().map(|no| EdgeOutput::Untold { no });
        self.told.extend(untold);
        self.early.clear();
        self.told.push_back(EdgeOutput::Lapsed);
    }
}

/// After so many letters the home is told at once that they were heard.
const TOLD_EACH: u64 = 256;

impl Source for Edge {
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        match &mut self.sight {
            Some(sight) => sight.batch(cursor),
            None => Err(CursorError::Impossible),
        }
    }
}
