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
//! word boundaries. A word with digits and signs
//! for letters counts by rule 1 or 3 if it keeps a true letter and at most half of it are digits.

use thiserror::Error;

use super::{
    fold::{self, Unit, fold},
    reading::Reading,
    walk::Walk,
};

/// The most letters of a term: the masks have a bit for each.
pub(super) const MAX_LETTERS: usize = 128;

/// How much a term must say before separators may be skipped in it: three letters, or two ideographs.
const LEAST_WEIGHT: u32 = 3;

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
}

impl Pattern {
    /// Folds a term.
    pub(super) fn of(text: &str) -> Result<Self, Unfit> {
        let (mut letters, mut before): (Vec<char>, Vec<bool>) = (Vec::new(), Vec::new());
        let (mut gap, mut literal) = (false, false);
        for c in text.chars() {
            fold(c, |unit| match unit {
                Unit::Letter(c) | Unit::Symbol(c) => {
                    literal |= matches!(unit, Unit::Symbol(_));
                    letters.push(c);
                    before.push(std::mem::take(&mut gap));
                }
                Unit::Joint | Unit::Space => gap = true,
            });
        }
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
        let shape = Shape { length, literal, short, joints, spelled };
        Ok(Self { letters: letters.into_iter().collect(), shape })
    }
}

impl Shape {
    /// Whether what a walk of this length has seen, in `reading`, counts as the term.
    pub(super) fn admits(&self, walk: &Walk<'_>, reading: Reading) -> bool {
        if walk.ends_inside_a_syllable() {
            return false;
        }
        match reading {
            // No symbol is a letter here, nor in the leet reading: no literal pattern can be met.
            Reading::Joined => self.admits_gaps(walk, true),
            Reading::Literal => self.literal && self.admits_gaps(walk, true),
            Reading::Leet => {
                let length = u32::from(self.length);
                let substituted = walk.digits + walk.signs;
                !self.short
                    && (1..length).contains(&substituted)
                    && walk.digits * 2 <= length
                    && self.admits_gaps(walk, false)
            }
        }
    }

    /// Whether the word is written as listed, or with fewer separators.
    pub(super) fn is_plain(&self, walk: &Walk<'_>) -> bool {
        if self.short { walk.gaps == self.joints } else { walk.gaps & !self.joints == 0 }
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
