//! A term as it is looked for, and the policy of what counts as the term.
//!
//! The scan finds a term's letters with anything between them. What was found counts if one holds:
//! 1. The word is written as listed, or with fewer separators: `free money` is met as `freemoney` too.
//! 2. Each further separator is a single tight one (`f-uck`, `f*ck`-like signs), and the word stands
//!    between word boundaries.
//! 3. The word is spelled out: every letter stands apart from the next, and the first and last touch no
//!    other letter (`f u c k`).
//!
//! So `his hit` and `pen is` are no hits, because one space joins nothing. Very short terms are looked
//! for by rule 1 alone, with exactly the separators they are listed with; if they have some, between
//! word boundaries. A word with digits, signs or look-alikes
//! for letters counts by rule 1 or 3 if it keeps a true letter and at most half of it are digits; if
//! look-alikes stand for all of four letters or more, it counts between word boundaries.
//! A word whose letters are repeated counts by rule 1 if one of them stands there three times, or all of
//! them twice as often as they are listed: `good` is no `god`.

use thiserror::Error;

use super::{
    evasion::{Disguise, Evasion, Followed},
    fold::{self, Unit, fold},
    reading::{Guise, Reading, undisguised},
    walk::Walk,
};

/// The most letters of a term: the masks have a bit for each.
pub(super) const MAX_LETTERS: usize = 128;

/// How much a term must say before separators may be skipped in it: three letters, or two ideographs.
const LEAST_WEIGHT: u32 = 3;

/// From how many letters on a word is met that is wholly written in letters of another script: shorter
/// ones are too often words there.
const WHOLE_SCRIPT: u32 = 4;

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Unfit {
    /// Nothing in it can be looked for.
    #[error("nothing is left when it is folded")]
    Nothing,
    /// It folds to more letters than a pattern can have.
    #[error("it folds to too many letters")]
    TooLong,
}

/// A folded term.
///
/// The masks have bit k−1 set for what stands before the k-th letter from the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// The letters, and for a literal pattern the symbols, without the separators between them.
    pub(super) letters: String,
    pub(super) shape: Shape,
}

/// All that is known of a pattern but its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    /// How many letters it has, at least 1.
    pub(super) length: u8,
    /// Whether it contains symbols, and so is looked for in the literal reading alone.
    pub(super) literal: bool,
    /// Whether it is too short to be looked for through separators.
    short: bool,
    /// Where the term itself has separators.
    joints: u128,
    /// Where a spelled-out word has separators: everywhere but inside syllables.
    spelled: u128,
    /// What of the term it is.
    form: Form,
}

/// What of a term a pattern is, and so in which readings it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// Its letters.
    Plain,
    /// Its letters, each run of one written once; the runs of two are marked.
    Squeezed { doubled: u128 },
    /// What its letters look like; those that look like others are marked.
    Alike { foreign: u128 },
}

impl Pattern {
    /// Folds a term.
    pub(super) fn of(text: &str, on: Followed) -> Result<Self, Unfit> {
        let (mut letters, mut before): (Vec<char>, Vec<bool>) = (Vec::new(), Vec::new());
        let (mut gap, mut literal) = (false, false);
        for c in text.chars() {
            fold(c, on, |unit| match unit {
                Unit::Letter(c) | Unit::Symbol(c) => {
                    literal |= matches!(unit, Unit::Symbol(_));
                    letters.push(c);
                    before.push(std::mem::take(&mut gap));
                }
                Unit::Joint | Unit::Space => gap = true,
            });
        }
        Self::new(&letters, &before, literal, Form::Plain)
    }

    /// `before` says before which letters something stands that separates.
    fn new(letters: &[char], before: &[bool], literal: bool, form: Form) -> Result<Self, Unfit> {
        let length = match u8::try_from(letters.len()) {
            Ok(0) => return Err(Unfit::Nothing),
            Ok(length) if letters.len() <= MAX_LETTERS => length,
            _ => return Err(Unfit::TooLong),
        };
        let (mut joints, mut spelled) = (0, 0);
        for at in 1..letters.len() {
            let bit = 1 << (letters.len() - at - 1);
            joints |= if before[at] { bit } else { 0 };
            spelled |= if fold::continues(letters[at - 1], letters[at]) { 0 } else { bit };
        }
        let weight: u32 = letters.iter().map(|&c| 1 + u32::from(fold::is_ideograph(c))).sum();
        let short = weight < LEAST_WEIGHT;
        let shape = Shape { length, literal, short, joints, spelled, form };
        Ok(Self { letters: letters.iter().collect(), shape })
    }

    /// The term with each run of one letter written once, if it has any: what the squeezed reading has
    /// of it. Three on end are a word of their own, as `www` is, and so is a short term.
    pub(super) fn squeezed(&self) -> Option<Self> {
        let letters: Vec<char> = self.letters.chars().collect();
        let runs: Vec<&[char]> = letters.chunk_by(|last, next| last == next).collect();
        let is_plain = !self.shape.short && !self.shape.literal && self.shape.joints == 0;
        if !is_plain || runs.len() == letters.len() || runs.iter().any(|run| run.len() > 2) {
            return None;
        }
        let doubled = runs.iter().fold(0, |bits, run| bits << 1 | u128::from(run.len() == 2));
        let once: Vec<char> = runs.iter().map(|run| run[0]).collect();
        let before = vec![false; once.len()];
        let mut squeezed = Self::new(&once, &before, false, Form::Squeezed { doubled }).ok()?;
        // It is as long as the term is.
        squeezed.shape.short = false;
        Some(squeezed)
    }

    /// What the term's letters look like, if some look like others: letters that are meant and letters
    /// that stand for them then meet.
    pub(super) fn alike(&self) -> Option<Self> {
        if self.shape.literal || self.shape.short {
            return None;
        }
        let seen = |c| undisguised(c).filter(|(_, guise)| *guise == Guise::Alike);
        let foreign =
            self.letters.chars().fold(0, |bits, c| bits << 1 | u128::from(seen(c).is_some()));
        let letters = self.letters.chars().map(|c| seen(c).map_or(c, |(letter, _)| letter));
        let shape = Shape { form: Form::Alike { foreign }, ..self.shape };
        (foreign != 0).then(|| Self { letters: letters.collect(), shape })
    }
}

impl Shape {
    /// Whether the pattern is looked for in a reading.
    #[inline]
    pub(super) fn is_read(&self, reading: Reading) -> bool {
        match reading {
            // No symbol is a letter in another reading than the literal one.
            Reading::Joined => self.form == Form::Plain,
            Reading::Literal => self.form == Form::Plain && self.literal,
            Reading::Disguised => !matches!(self.form, Form::Squeezed { .. }) && !self.short,
            Reading::Squeezed => !matches!(self.form, Form::Alike { .. }) && !self.short,
        }
    }

    /// How many letters the term has.
    pub(super) fn letters(&self) -> u8 {
        let again =
            if let Form::Squeezed { doubled } = self.form { doubled.count_ones() } else { 0 };
        self.length.saturating_add(u8::try_from(again).unwrap_or(u8::MAX))
    }

    /// Whether what a walk of this length has seen, in `reading`, counts as the term.
    pub(super) fn admits(&self, walk: &Walk<'_>, reading: Reading) -> bool {
        if walk.ends_inside_a_syllable() {
            return false;
        }
        match reading {
            Reading::Joined | Reading::Literal => self.admits_gaps(walk, true),
            Reading::Disguised => self.admits_guises(walk) && self.admits_gaps(walk, false),
            Reading::Squeezed => self.is_plain(walk) && self.surplus(walk).is_some(),
        }
    }

    /// Whether the word is written as listed, or with fewer separators.
    pub(super) fn is_plain(&self, walk: &Walk<'_>) -> bool {
        if self.short { walk.gaps == self.joints } else { walk.gaps & !self.joints == 0 }
    }

    /// What the word wears.
    pub(super) fn disguise(&self, walk: &Walk<'_>) -> Disguise {
        let mut worn = walk.worn;
        worn.add(Evasion::Separators, (walk.gaps & !self.joints).count_ones());
        worn.add(Evasion::Repeats, self.surplus(walk).unwrap_or(0));
        worn.add(Evasion::Leet, walk.digits + walk.signs);
        worn.add(Evasion::Turned, walk.turned);
        worn.add(Evasion::LookAlikes, self.look_alikes(walk).saturating_sub(walk.turned));
        worn
    }

    /// How many letters are written as digits, symbols or other letters.
    pub(super) fn substituted(&self, walk: &Walk<'_>) -> u32 {
        walk.digits + walk.signs + self.look_alikes(walk)
    }

    /// How many letters look like those that are listed, and are others.
    fn look_alikes(&self, walk: &Walk<'_>) -> u32 {
        let foreign = if let Form::Alike { foreign } = self.form { foreign } else { 0 };
        // A walk may have passed no more letters than the pattern has.
        (walk.alike ^ foreign).count_ones()
    }

    fn admits_guises(&self, walk: &Walk<'_>) -> bool {
        let (length, substituted) = (u32::from(self.length), self.substituted(walk));
        let keeps_a_letter = substituted < length
            || (walk.digits + walk.signs == 0 && length >= WHOLE_SCRIPT && walk.stands_alone());
        substituted > 0 && keeps_a_letter && walk.digits * 2 <= length
    }

    /// How many letters are written more often than listed, if so many that it is no spelling.
    fn surplus(&self, walk: &Walk<'_>) -> Option<u32> {
        let doubled = if let Form::Squeezed { doubled } = self.form { doubled } else { 0 };
        let listed = walk.doubled & doubled == doubled;
        let all_twice = doubled == 0 && walk.doubled.count_ones() == u32::from(self.length);
        (listed && (walk.tripled || all_twice)).then(|| walk.again - doubled.count_ones())
    }

    fn admits_gaps(&self, walk: &Walk<'_>, tight: bool) -> bool {
        if self.short {
            // Two letters and a space are in every other sentence: `s m` in `is mine`.
            return self.is_plain(walk) && (self.joints == 0 || walk.stands_alone());
        }
        if self.is_plain(walk) {
            return true;
        }
        let is_tight = walk.loose & !self.joints == 0;
        let is_spelled_out = self.spelled != 0 && walk.gaps & self.spelled == self.spelled;
        (tight && is_tight && walk.stands_alone()) || (is_spelled_out && walk.stands_apart())
    }
}
