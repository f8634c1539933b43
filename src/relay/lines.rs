//! What a home remembers of each edge, so that every command is done once, in order, and answered.
//!
//! An edge numbers its commands without holes. The home does the next one and no other: one that comes too
//! early is left, and comes again. What an edge is told alone goes in letters, which are kept until it says that
//! it has them. Both are in the log, so that the next home knows them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
};

use serde::{Deserialize, Serialize};

use super::{
    frame::{Letter, Word},
    ids::{EdgeId, FrameNo, LetterNo, RequestNo, Term},
};
use crate::corrupt::Corrupt;

/// Commands from one edge, and letters to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// The last command that was done.
    done: RequestNo,
    /// The last letter that was written.
    written: LetterNo,
    /// The last of them, which the edge may not have.
    letters: VecDeque<Letter>,
}

/// The lines to all edges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lines {
    open: BTreeMap<EdgeId, Line>,
    /// Those that may not come back. Later edges have greater numbers, so the least is forgotten first; where a log has
    /// forgotten numbers too, later ones are turned away until they are greater again.
    lapsed: BTreeSet<EdgeId>,
    /// Who has no greater number than one that was forgotten has lapsed, unless it is open.
    forgotten: Option<EdgeId>,
    /// What the next letters will say.
    #[serde(skip)]
    drafts: BTreeMap<EdgeId, Vec<Word>>,
}

/// What is to be done with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the next one.
    Do,
    /// It was done: the letters that the edge does not have are sent again.
    Done,
    /// It is too early, or there is no room: it comes again.
    Leave,
    /// The edge lapsed, or has heard what was lost since: it must begin anew.
    Lapsed,
}

impl Lines {
    /// The most edges of one group, and the most that are remembered to have lapsed: ten million viewers at
    /// a hundred and fifty each.
    pub(super) const EDGES: usize = 1 << 16;
    /// With so many letters that it has not heard of, no more of an edge's commands are done.
    pub(super) const UNHEARD: usize = 4_096;
    /// With so many it is given up, since what it is told would never end.
    pub(super) const DEAF: usize = 4 * Self::UNHEARD;

    /// What is to be done with a command of an edge that has all letters up to `heard`.
    pub(super) fn turn(&mut self, edge: EdgeId, no: RequestNo, heard: LetterNo) -> Turn {
        if !self.hear(edge, heard) {
            return Turn::Lapsed;
        }
        let full = self.open.len() >= Self::EDGES;
        match self.open.get(&edge) {
            None if no == RequestNo(1) && !full => Turn::Do,
            Some(line) if no <= line.done => Turn::Done,
            Some(line) if no == line.done.next() && line.letters.len() < Self::UNHEARD => Turn::Do,
            None | Some(_) => Turn::Leave,
        }
    }

    /// An edge has all letters up to `heard`. Whether it may go on: it may not if it lapsed, or was told what
    /// the log knows nothing of any more.
    pub(super) fn hear(&mut self, edge: EdgeId, heard: LetterNo) -> bool {
        let Some(line) = self.open.get_mut(&edge) else {
            let lapsed = self.lapsed.contains(&edge) || self.forgotten >= Some(edge);
            return !lapsed && heard == LetterNo(0);
        };
        while line.letters.front().is_some_and(|letter| letter.no <= heard) {
            line.letters.pop_front();
        }
        heard <= line.written
    }

    /// Adds a word to the next letter to an edge. An answer counts as given from now on.
    pub(super) fn say(&mut self, edge: EdgeId, word: Word) {
        let line = self.open.entry(edge).or_default();
        if let Word::Answer { no, .. } = word {
            line.done = no;
        }
        self.drafts.entry(edge).or_default().push(word);
    }

    /// Writes the letters of what was said since the last ones, for frame `at` of `term`.
    pub(super) fn seal(&mut self, at: FrameNo, term: Term) -> Vec<Letter> {
        let drafts = mem::take(&mut self.drafts);
        let mut letters = Vec::with_capacity(drafts.len());
        for (edge, words) in drafts {
            let Some(line) = self.open.get_mut(&edge) else { continue };
            line.written = line.written.next();
            let letter = Letter { edge, no: line.written, at, term, words };
            line.letters.push_back(letter.clone());
            letters.push(letter);
        }
        letters
    }

    /// Whether anything was said since the last letters.
    pub(super) fn has_drafts(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// Takes over a letter that another home wrote.
    ///
    /// # Errors
    /// It is not the edge's next, or answers another command than the next.
    pub(super) fn write(&mut self, letter: &Letter) -> Result<(), Corrupt> {
        let line = self.open.entry(letter.edge).or_default();
        if letter.no != line.written.next() {
            return Err(Corrupt("a letter out of place"));
        }
        for word in &letter.words {
            if let Word::Answer { no, .. } = word {
                if *no != line.done.next() {
                    return Err(Corrupt("an answer to another command than the next"));
                }
                line.done = *no;
            }
        }
        line.written = letter.no;
        line.letters.push_back(letter.clone());
        Ok(())
    }

    /// The letters that an edge may not have, oldest first.
    pub(super) fn unheard(&self, edge: EdgeId) -> impl Iterator<Item = &Letter> {
        self.open.get(&edge).into_iter().flat_map(|line| &line.letters)
    }

    /// Edges that were written to so often without a word of theirs that they are given up.
    pub(super) fn deaf(&self) -> impl Iterator<Item = EdgeId> {
        let deaf = self.open.iter().filter(|(_, line)| line.letters.len() > Self::DEAF);
        deaf.map(|(edge, _)| *edge)
    }

    pub(super) fn lapse(&mut self, edge: EdgeId) {
        self.open.remove(&edge);
        self.drafts.remove(&edge);
        self.lapsed.insert(edge);
        if self.lapsed.len() > Self::EDGES {
            self.forgotten = self.forgotten.max(self.lapsed.pop_first());
        }
    }

    /// What edges remember counts no more.
    pub(super) fn lapse_all(&mut self) {
        for edge in self.edges().collect::<Vec<_>>() {
            self.lapse(edge);
        }
    }

    pub(super) fn edges(&self) -> impl Iterator<Item = EdgeId> {
        self.open.keys().copied()
    }

    pub(super) fn is_open(&self, edge: EdgeId) -> bool {
        self.open.contains_key(&edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Receipt;

    const SEVEN: u32 = 7;

    fn edge(number: u32) -> EdgeId {
        EdgeId::new(number).unwrap()
    }

    fn letter(edge: EdgeId, no: u64, answers: &[u64]) -> Letter {
        let answer = |no: &u64| Word::Answer { no: RequestNo(*no), answer: Ok(Receipt::Done) };
        let words = answers.iter().map(answer).collect();
        Letter { edge, no: LetterNo(no), at: FrameNo(no), term: Term(1), words }
    }

    fn turn(lines: &mut Lines, no: u64, heard: u64) -> Turn {
        lines.turn(edge(SEVEN), RequestNo(no), LetterNo(heard))
    }

    #[test]
    fn each_command_is_done_once_and_in_order() {
        let mut lines = Lines::default();
        assert_eq!(turn(&mut lines, 2, 0), Turn::Leave, "the first is on its way");
        assert_eq!(turn(&mut lines, 1, 0), Turn::Do);
        lines.write(&letter(edge(SEVEN), 1, &[1, 2])).unwrap();
        assert_eq!(turn(&mut lines, 1, 0), Turn::Done);
        assert_eq!(turn(&mut lines, 4, 0), Turn::Leave);
        assert_eq!(turn(&mut lines, 3, 0), Turn::Do);
        assert!(lines.write(&letter(edge(SEVEN), 1, &[3])).is_err(), "a number twice");
        assert!(lines.write(&letter(edge(SEVEN), 2, &[4])).is_err(), "one was left out");
    }

    #[test]
    fn letters_are_kept_until_they_are_heard_of() {
        let mut lines = Lines::default();
        for no in 1..=3 {
            lines.write(&letter(edge(SEVEN), no, &[])).unwrap();
        }
        assert!(lines.hear(edge(SEVEN), LetterNo(2)));
        let left: Vec<_> = lines.unheard(edge(SEVEN)).map(|letter| letter.no).collect();
        assert_eq!(left, [LetterNo(3)]);
        let answer = Word::Answer { no: RequestNo(1), answer: Ok(Receipt::Done) };
        lines.say(edge(SEVEN), answer);
        assert_eq!(turn(&mut lines, 1, 2), Turn::Done, "though it is in no letter yet");
        let letters = lines.seal(FrameNo(9), Term(1));
        assert_eq!(
            letters,
            [letter(edge(SEVEN), 4, &[1])].map(|it| Letter { at: FrameNo(9), ..it })
        );
        assert_eq!(lines.seal(FrameNo(10), Term(1)), []);
    }

    #[test]
    fn an_edge_that_hears_nothing_does_nothing_more_and_is_given_up() {
        let mut lines = Lines::default();
        for no in 1..=Lines::UNHEARD as u64 {
            assert_eq!(turn(&mut lines, 1, 0), Turn::Do);
            lines.write(&letter(edge(SEVEN), no, &[])).unwrap();
        }
        assert_eq!(turn(&mut lines, 1, 0), Turn::Leave);
        assert_eq!(turn(&mut lines, 1, 1), Turn::Do);
        assert_eq!(lines.deaf().count(), 0);
        for no in 1..=Lines::DEAF as u64 + 1 {
            let no = Lines::UNHEARD as u64 + no;
            lines.write(&letter(edge(SEVEN), no, &[])).unwrap();
        }
        assert_eq!(lines.deaf().collect::<Vec<_>>(), [edge(SEVEN)]);
    }

    #[test]
    fn an_edge_that_lapsed_does_nothing_a_second_time() {
        let mut lines = Lines::default();
        lines.write(&letter(edge(SEVEN), 1, &[1])).unwrap();
        lines.lapse(edge(SEVEN));
        assert_eq!(turn(&mut lines, 1, 0), Turn::Lapsed);
        assert_eq!(turn(&mut lines, 2, 1), Turn::Lapsed);
        let most = u32::try_from(Lines::EDGES).unwrap();
        for number in 8..8 + most {
            lines.lapse(edge(number));
        }
        assert_eq!(turn(&mut lines, 1, 0), Turn::Lapsed, "nor if that is forgotten");
        assert_eq!(lines.turn(edge(8 + most), RequestNo(1), LetterNo(0)), Turn::Do);
    }

    #[test]
    fn an_edge_that_heard_what_the_log_lost_begins_anew() {
        let mut lines = Lines::default();
        assert_eq!(turn(&mut lines, 4, 3), Turn::Lapsed);
        lines.write(&letter(edge(SEVEN), 1, &[1])).unwrap();
        assert_eq!(turn(&mut lines, 4, 3), Turn::Lapsed);
    }
}
