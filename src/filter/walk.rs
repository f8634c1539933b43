//! Walking back from the end of a match over the original text, to see how the word is written there.
//!
//! The scan keeps no offsets: it knows where a word ends and how many letters it has. Every step reads
//! one character, and a walk passes at most [`MAX_LETTERS`](super::pattern::MAX_LETTERS) letters, so a
//! text of n characters costs at most that many times n steps, whatever is in it.

#![expect(clippy::string_slice, reason = "a place in a text is where one of its characters begins")]

use std::{iter::Rev, str::CharIndices};

use smallvec::SmallVec;

use super::{
    evasion::{Disguise, Evasion, Followed},
    fold::{self, Unit, fold},
    reading::{Guise, Read, Reading},
};

/// Where a word ends: after the first `units` units of the character that ends at byte `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The byte after the last character.
    pub(super) end: usize,
    /// How many of its units have been read.
    pub(super) units: usize,
}

/// A walk from the end of a word towards its start, and what was seen on the way.
///
/// The masks have bit k−1 set for what stands before the k-th letter from the end.
#[derive(Clone)]
pub(super) struct Walk<'t> {
    /// How many letters have been passed.
    pub(super) letters: u32,
    /// The byte at which the character of the last letter passed begins.
    pub(super) start: usize,
    /// Between which letters something separates them.
    pub(super) gaps: u128,
    /// The gaps that part words: white space, clause marks, and more than one separator in a row.
    pub(super) loose: u128,
    /// How many characters inside gave no letter.
    pub(super) skipped: u32,
    /// The letters for which digits stand.
    pub(super) digits: u128,
    /// The letters for which symbols stand.
    pub(super) signs: u128,
    /// Whether one of these is a sign that no number has.
    pub(super) is_signed: bool,
    /// Letters that stand upside down.
    pub(super) turned: u32,
    /// The letters for which those of another script stand, or those upside down.
    pub(super) alike: u128,
    /// In the squeezed reading, the letters that are written at least twice.
    pub(super) doubled: u128,
    /// Whether one of them is written at least three times.
    pub(super) tripled: bool,
    /// How many letters are written again.
    pub(super) again: u32,
    /// What the characters passed show.
    pub(super) worn: Disguise,
    on: Followed,
    /// The letter passed last: the first of the word.
    first: char,
    /// What comes after the word, the invisible aside.
    after: Option<Unit>,
    reading: Reading,
    chars: Rev<CharIndices<'t>>,
    /// The units of the character at hand that are still to be read, last first.
    units: SmallVec<[Unit; 4]>,
    at: usize,
    silent: u32,
    /// What the characters show that have been read, passed or not.
    seen: Disguise,
    /// How many marks in a row have been read.
    marks: u32,
    /// How often the letter passed last is written on end.
    run: u32,
    gap: Option<Gap>,
    last: char,
}

/// A gap that the walk is in.
#[derive(Clone, Copy)]
struct Gap {
    loose: bool,
}

impl<'t> Walk<'t> {
    /// Stands at the end of a word in `text`, before its last letter is passed.
    pub(super) fn new(text: &'t str, on: Followed, place: Place, reading: Reading) -> Self {
        let mut walk = Self {
            letters: 0,
            start: place.end,
            gaps: 0,
            loose: 0,
            skipped: 0,
            digits: 0,
            signs: 0,
            is_signed: false,
            turned: 0,
            alike: 0,
            doubled: 0,
            tripled: false,
            again: 0,
            worn: Disguise::default(),
            on,
            first: '\0',
            after: None,
            reading,
            chars: text[..place.end].char_indices().rev(),
            units: SmallVec::new(),
            at: place.end,
            silent: 0,
            seen: Disguise::default(),
            marks: 0,
            run: 0,
            gap: None,
            last: '\0',
        };
        walk.next_char();
        walk.after =
            walk.units.get(place.units).copied().or_else(|| first_unit(&text[place.end..], on));
        walk.units.truncate(place.units);
        walk
    }

    /// Passes letters until `letters` have been passed; false if the text has not so many.
    pub(super) fn back_to(&mut self, letters: u32) -> bool {
        while self.letters < letters {
            match self.units.pop().map(|unit| self.reading.read(unit)) {
                None if self.next_char() => {}
                None => return false,
                Some(Read::Letter(c, guise)) => {
                    self.pass(c);
                    self.note(guise);
                    if self.reading == Reading::Squeezed {
                        self.pass_again(c);
                    }
                }
                Some(Read::Gap { loose }) => {
                    // Two separators in a row are an ellipsis or a dash, not a hyphen.
                    self.gap = Some(Gap { loose: loose || self.gap.is_some() });
                }
            }
        }
        true
    }

    /// Whether the word stands between word boundaries.
    pub(super) fn stands_alone(&self) -> bool {
        let joins = |edge: char, unit: Option<Unit>| {
            matches!(unit, Some(Unit::Letter(c)) if fold::joins_words(c)) && fold::joins_words(edge)
        };
        !joins(self.last, self.after) && !joins(self.first, self.before())
    }

    /// The letters for which digits or symbols stand.
    pub(super) fn coded(&self) -> u128 {
        self.digits | self.signs
    }

    /// Whether no letter of any script touches the word.
    pub(super) fn stands_apart(&self) -> bool {
        let apart = |unit| !matches!(unit, Some(Unit::Letter(_)));
        apart(self.after) && apart(self.before())
    }

    /// Whether the syllable that the word ends with goes on after it.
    pub(super) fn ends_inside_a_syllable(&self) -> bool {
        matches!(self.after, Some(Unit::Letter(next)) if fold::continues(self.last, next))
    }

    /// Before the first step: whether the letter that ends the word is written once more after it.
    pub(super) fn begins_inside_a_run(&self) -> bool {
        self.letters == 0 && self.after.is_some() && self.after == self.units.last().copied()
    }

    /// Notes what stands for the letter passed last.
    fn note(&mut self, guise: Guise) {
        let bit = 1 << (self.letters - 1);
        match guise {
            Guise::None => {}
            Guise::Digit => self.digits |= bit,
            Guise::Sign => self.signs |= bit,
            Guise::At => {
                self.signs |= bit;
                self.is_signed = true;
            }
            Guise::Alike => self.alike |= bit,
            Guise::Turned => {
                self.turned += 1;
                self.alike |= bit;
            }
        }
    }

    /// Passes what repeats the letter passed last.
    fn pass_again(&mut self, letter: char) {
        self.run = 1;
        loop {
            match self.units.last().copied() {
                None if self.next_char() => {}
                Some(Unit::Letter(c)) if c == letter => {
                    self.units.pop();
                    self.run += 1;
                    self.again += 1;
                    self.doubled |= 1 << (self.letters - 1);
                    self.tripled |= self.run > 2;
                    self.come_to_a_letter();
                }
                _ => return,
            }
        }
    }

    fn come_to_a_letter(&mut self) {
        self.start = self.at;
        self.skipped = self.silent;
        self.worn = self.seen;
    }

    fn pass(&mut self, letter: char) {
        if let Some(gap) = self.gap.take()
            && self.letters > 0
        {
            let bit = 1 << (self.letters - 1);
            self.gaps |= bit;
            self.loose |= if gap.loose { bit } else { 0 };
        }
        if self.letters == 0 {
            self.last = letter;
        }
        self.first = letter;
        self.letters += 1;
        self.come_to_a_letter();
    }

    /// Reads the character before; false at the start of the text.
    fn next_char(&mut self) -> bool {
        let Some((at, c)) = self.chars.next() else { return false };
        self.at = at;
        fold(c, self.on, |unit| self.units.push(unit));
        let gives_a_letter =
            self.units.iter().any(|&unit| !matches!(self.reading.read(unit), Read::Gap { .. }));
        self.silent += u32::from(!gives_a_letter);
        let shown = fold::shows(c, self.on);
        if let Some(class) = shown {
            self.seen.add(class, 1);
        }
        self.marks =
            if shown == Some(Evasion::Accents) && !gives_a_letter { self.marks + 1 } else { 0 };
        if self.marks == u32::from(Evasion::MARKS) + 1 {
            self.seen.add(Evasion::Floods, 1);
        }
        true
    }

    /// What comes before the word, the invisible aside.
    fn before(&self) -> Option<Unit> {
        if let Some(&unit) = self.units.last() {
            return Some(unit);
        }
        let mut last = None;
        self.chars.clone().find(|&(_, c)| {
            fold(c, self.on, |unit| last = Some(unit));
            last.is_some()
        });
        last
    }
}

/// The first thing that a text says.
fn first_unit(text: &str, on: Followed) -> Option<Unit> {
    let mut first = None;
    for c in text.chars() {
        fold(c, on, |unit| first = first.or(Some(unit)));
        if first.is_some() {
            break;
        }
    }
    first
}
