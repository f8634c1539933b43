//! What must hold, whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use liveroom::{
    Author, Class, Command, Entry, Epoch, Event, Group, HashKey, Output, PerClass, Receipt,
    Refusal, Seq, Span, Timestamp, UserId,
    relay::{Checkpoint, EdgeId, Frame, Heir, LetterNo, LogSeq, Mark, RequestNo, Tell, Word},
};

use super::{Fail, JetStream, user};

/// What the group of every world allows.
pub(crate) const RATE: u64 = 40;
pub(crate) const BURST: u64 = 4;

/// One reader: what it was given, and what it was told to be missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The history it is in, and where it began there.
    pub(crate) epoch: Option<Epoch>,
    pub(crate) from: PerClass<u64>,
    pub(crate) missed: PerClass<u64>,
    pub(crate) seen: Vec<(Seq, u64)>,
    /// How often it was told to begin anew.
    pub(crate) anew: u64,
}

/// What an edge's host was told of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Answer(Result<Receipt, Refusal>),
    Untold,
}

/// Everything that an edge was told, in one life of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) outcomes: BTreeMap<RequestNo, Vec<Outcome>>,
    pub(crate) outputs: Vec<Output>,
    /// The text that a command says, which is said once in all the world.
    pub(crate) texts: BTreeMap<RequestNo, String>,
    /// It was told that it was given up.
    pub(crate) lapsed: bool,
}

/// What an entry says, without what a purge takes away from it.
pub(crate) fn gist(entry: &Entry) -> u64 {
    let Entry { seq, at, class, .. } = entry;
    at.as_nanos() ^ (seq.0 << 3) ^ *class as u64
}

/// What the log says when it is read from the first checkpoint on.
pub(crate) struct Truth {
    pub(crate) group: Group,
    pub(crate) mark: Mark,
    pub(crate) entries: BTreeMap<(Epoch, Seq), Entry>,
    pub(crate) answers: BTreeMap<(EdgeId, RequestNo), Result<Receipt, Refusal>>,
    pub(crate) outputs: BTreeMap<EdgeId, Vec<Output>>,
    pub(crate) said: BTreeMap<String, u64>,
    /// At which edges it was said.
    spoken: BTreeMap<String, Option<EdgeId>>,
    pub(crate) epoch: Epoch,
    pub(crate) head: Seq,
    pub(crate) lapsed: BTreeSet<EdgeId>,
    muted: BTreeMap<UserId, Timestamp>,
}

impl Truth {
    /// Reads the log as a new home does, and notes what is in it.
    pub(crate) fn read(log: &JetStream, first: Checkpoint) -> Result<Self, Fail> {
        let mut heir = Heir::new(first, &[], HashKey::new(77, 7)).map_err(Fail::of)?;
        let mut truth = Self {
            group: alike(heir.group())?,
            mark: Mark::default(),
            entries: BTreeMap::new(),
            answers: BTreeMap::new(),
            outputs: BTreeMap::new(),
            said: BTreeMap::new(),
            spoken: BTreeMap::new(),
            epoch: heir.group().epoch(),
            head: Seq(0),
            lapsed: BTreeSet::new(),
            muted: BTreeMap::new(),
        };
        let mut letters: BTreeMap<EdgeId, LetterNo> = BTreeMap::new();
        let begin = heir.at();
        let mut last: Option<(LogSeq, &Frame)> = None;
        for (at, frame) in log.history.iter().filter(|(at, _)| *at >= begin) {
            if *at == begin {
                last = Some((*at, &**frame));
                continue;
            }
            let before = heir.mark().no;
            let next = (*at, &**frame);
            heir.read(last.into_iter().chain([next])).map_err(Fail::of)?;
            last = Some(next);
            if heir.mark() != frame.mark() {
                // Astray, as only a log has it that has lost something.
                Fail::unless(log.has_failed, "a frame is astray")?;
                continue;
            }
            Fail::unless(frame.mark().no == before.next(), "the log has a hole")?;
            for tell in &frame.feed.told {
                match tell {
                    Tell::Entry(entry) => {
                        let entry = Entry::clone(entry);
                        let place = (truth.epoch, entry.seq);
                        let doubled = truth.entries.insert(place, entry).is_some();
                        Fail::unless(!doubled, "two entries at one place")?;
                    }
                    Tell::Epoch(epoch) => {
                        truth.epoch = *epoch;
                        truth.lapsed.extend(letters.keys());
                    }
                    Tell::Lapsed(edge) => _ = truth.lapsed.insert(*edge),
                    _ => {}
                }
            }
            truth.note_letters(frame, &mut letters)?;
            truth.note_records(frame)?;
            truth.head = frame.feed.head.position();
        }
        (truth.group, truth.mark) = (alike(heir.group())?, *heir.mark());
        truth.keeps_its_rate()?;
        Ok(truth)
    }

    fn note_letters(
        &mut self,
        frame: &Frame,
        letters: &mut BTreeMap<EdgeId, LetterNo>,
    ) -> Result<(), Fail> {
        for letter in &frame.letters {
            let last = letters.insert(letter.edge, letter.no).unwrap_or_default();
            Fail::unless(letter.no == last.next(), "a letter is missing in the log")?;
            for word in &letter.words {
                match word {
                    Word::Answer { no, answer } => {
                        let place = (letter.edge, *no);
                        let doubled = self.answers.insert(place, answer.clone()).is_some();
                        Fail::unless(!doubled, "a command was answered twice")?;
                    }
                    Word::Output(output) => {
                        self.outputs.entry(letter.edge).or_default().push(output.clone());
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// What was said, and that nobody said it who was muted, wherever they and the home were.
    fn note_records(&mut self, frame: &Frame) -> Result<(), Fail> {
        for record in &frame.records {
            match &record.event {
                Event::Command { by, command: Command::Send(draft) } => {
                    let text: String = draft.content.texts().collect();
                    self.spoken.insert(text.clone(), at_edge(by));
                    *self.said.entry(text).or_default() += 1;
                    let until = speaker(by).and_then(|user| self.muted.get(&user));
                    let free = until.is_none_or(|until| *until <= record.at);
                    Fail::unless(free, "somebody spoke who was muted")?;
                }
                Event::Command {
                    command: Command::Mute { users, span: Span::For(span) }, ..
                } => {
                    let until = record.at + *span;
                    self.muted.extend(users.iter().map(|user| (user.clone(), until)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// One order, in which time does not run back, and no window has more than the rate allows.
    fn keeps_its_rate(&self) -> Result<(), Fail> {
        let limited = self.entries.values();
        let limited = limited.filter(|it| !matches!(it.class, Class::Tip | Class::Notice));
        let limited: Vec<u64> = limited.map(|entry| entry.at.as_nanos()).collect();
        for (last, at) in limited.iter().enumerate() {
            Fail::unless(last == 0 || limited[last - 1] <= *at, "time ran back in the history")?;
            for many in [2, 5, 6, 9, 20, 60] {
                let Some(first) = (last + 1).checked_sub(many) else { continue };
                let in_time = (at - limited[first]) * RATE / 1_000_000_000;
                let allowed = in_time + BURST;
                Fail::unless(many as u64 <= allowed, "more was delivered than the rate allows")?;
            }
        }
        Ok(())
    }

    /// A reader was given one history, each place at most once, and was told of every other.
    pub(crate) fn judge_reader(&self, reading: &Reading, to: PerClass<u64>) -> Result<(), Fail> {
        let Some(epoch) = reading.epoch else { return Ok(()) };
        for pair in reading.seen.windows(2) {
            Fail::unless(pair[0].0 < pair[1].0, "a reader was given a place twice, or too late")?;
        }
        for (seq, seen) in &reading.seen {
            let Some(entry) = self.entries.get(&(epoch, *seq)) else {
                return Err(Fail::new(format!(
                    "a reader was given {seq}, which is not in the log"
                )));
            };
            Fail::unless(
                gist(entry) == *seen,
                "a reader was given another entry than the log has",
            )?;
        }
        for class in Class::ALL {
            let passed = to[class] - reading.from[class];
            let of_class = |(seq, _): &&(Seq, u64)| self.entries[&(epoch, *seq)].class == class;
            let seen = reading.seen.iter().filter(of_class).count() as u64;
            if seen + reading.missed[class] != passed {
                return Err(Fail::new(format!(
                    "of {passed} entries of {class:?} a reader was given {seen} and told to miss {}",
                    reading.missed[class]
                )));
            }
        }
        Ok(())
    }

    /// Every command has one outcome at most, and it is what the log says, which knows of an edge's end too.
    pub(crate) fn judge_commands(&self, edge: EdgeId, told: &Told) -> Result<(), Fail> {
        let same = !told.lapsed || self.lapsed.contains(&edge);
        Fail::unless(same, "an edge was given up, and the log does not know")?;
        for (no, outcomes) in &told.outcomes {
            let said = told.texts.get(no).map(|text| self.said.get(text).copied().unwrap_or(0));
            Fail::unless(outcomes.len() <= 1, "a command had two outcomes")?;
            let by = told.texts.get(no).and_then(|text| self.spoken.get(text));
            let mine = by.is_none_or(|by| *by == Some(edge));
            Fail::unless(mine, "what was said at an edge is another's in the log")?;
            let logged = self.answers.get(&(edge, *no));
            match outcomes.first() {
                Some(Outcome::Answer(answer)) => {
                    Fail::unless(logged == Some(answer), "an answer is not the log's")?;
                    let done = u64::from(answer.is_ok());
                    Fail::unless(
                        said.is_none_or(|said| said == done),
                        "done another number of times",
                    )?;
                }
                Some(Outcome::Untold) | None => {
                    Fail::unless(said.is_none_or(|said| said <= 1), "a command was done twice")?
                }
            }
        }
        Ok(())
    }

    /// What an edge's sessions were told is what the log tells them, in its order, up to somewhere.
    pub(crate) fn judge_outputs(&self, edge: EdgeId, told: &Told, all: bool) -> Result<(), Fail> {
        let logged = self.outputs.get(&edge).map_or(&[][..], |outputs| outputs);
        let same = logged.starts_with(&told.outputs);
        Fail::unless(same, "sessions were told other things than the log tells them")?;
        Fail::unless(!all || logged.len() == told.outputs.len(), "sessions were not told all")
    }
}

fn at_edge(by: &Author) -> Option<EdgeId> {
    let Author::Session(session) = by else { return None };
    EdgeId::of(*session)
}

/// Whose session it is: in every world each user has one at each edge, by their own number.
fn speaker(by: &Author) -> Option<UserId> {
    let Author::Session(session) = by else { return None };
    let number = session.0 & ((1 << EdgeId::SESSION_BITS) - 1);
    number.checked_sub(1).and_then(|number| u8::try_from(number).ok()).map(user)
}

/// The same group once more.
fn alike(group: &Group) -> Result<Group, Fail> {
    Group::restore(group.snapshot(), &[], HashKey::new(5, 5), None).map_err(Fail::of)
}
