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
//! word boundaries. A word with digits, signs or look-alikes for letters counts by rule 1 or 3 if it is no
//! number ([`Shape::is_number`]) and, where look-alikes stand for some of its letters, keeps a true one; if
//! they stand for all of four letters or more, it counts between word boundaries.
//! A word whose letters are repeated counts by rule 1 if one of them stands there three times, or all of
//! them twice as often as they are listed: `good` is no `god`.

#![expect(
    clippy::indexing_slicing,
    reason = "places are of letters, of which there is one at least"
)]

use thiserror::Error;

use super::{
    evasion::{Disguise, Evasion, Followed},
    fold::{self, Unit, fold},
    reading::{Guise, Reading, shares_a_digit, undisguised},
    walk::Walk,
};

/// The most letters of a term: the masks have a bit for each.
pub(super) const MAX_LETTERS: usize = 128;

/// How much a term must say before separators may be skipped in it: three letters, or two ideographs.
const LEAST_WEIGHT: u32 = 3;

/// From how many letters on a word is met that is wholly written in letters of another script: shorter
/// ones are too often words there.
const WHOLE_SCRIPT: u32 = 4;

/// Of how many letters that share their digits with others every way to write them is a pattern.
const MOST_SHARED: usize = 3;

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
    /// Its letters, some as digits are read that are drawn for others too; these are marked.
    Coded { shared: u128 },
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

    /// The term where digits stand for letters that share theirs with others, in every way; of more than
    /// [`MOST_SHARED`] such letters, for each alone and for all. So a term of n letters has at most n + 3.
    pub(super) fn coded(&self) -> Vec<Self> {
        let letters: Vec<char> = self.letters.chars().collect();
        let bit = |at: usize| 1_u128 << (letters.len() - at - 1);
        let is_shared = |at: &usize| shares_a_digit(letters[*at]).is_some();
        let shared: Vec<u128> = (0..letters.len()).filter(is_shared).map(bit).collect();
        if shared.is_empty() || self.shape.literal || self.shape.short {
            return Vec::new();
        }
        let ways: Vec<u128> = if shared.len() <= MOST_SHARED {
            let sum = |way: u32| (0..).zip(&shared).filter(move |(k, _)| way >> k & 1 == 1);
            (1..1 << shared.len()).map(|way| sum(way).map(|(_, bit)| bit).sum()).collect()
        } else {
            shared.iter().copied().chain([shared.iter().sum()]).collect()
        };
        let coded = |shared: u128| {
            let read = |(at, c): (usize, &char)| match shares_a_digit(*c) {
                Some(read) if shared & bit(at) != 0 => read,
                _ => *c,
            };
            let shape = Shape { form: Form::Coded { shared }, ..self.shape };
            Self { letters: letters.iter().enumerate().map(read).collect(), shape }
        };
        ways.into_iter().map(coded).collect()
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
            Reading::Squeezed => {
                matches!(self.form, Form::Plain | Form::Squeezed { .. }) && !self.short
            }
        }
    }

    /// Whether it may be met in the disguised reading alone, and without a digit.
    pub(super) fn is_alike(&self) -> bool {
        matches!(self.form, Form::Alike { .. })
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
        worn.add(Evasion::Leet, walk.coded().count_ones());
        worn.add(Evasion::Turned, walk.turned);
        worn.add(Evasion::LookAlikes, self.look_alikes(walk).saturating_sub(walk.turned));
        worn
    }

    /// How many letters are written as digits, symbols or other letters.
    pub(super) fn substituted(&self, walk: &Walk<'_>) -> u32 {
        walk.coded().count_ones() + self.look_alikes(walk)
    }

    /// Whether what a walk has passed is rather a number, or what people write next to one.
    ///
    /// Without a letter it is (`455`, `$45`, `5+`), unless an `@` is in it. If more than half of it are digits, it
    /// is where it is no word by itself (`4-5-5`, `BA55`), or has one letter: the last (`45s`), or a capital
    /// before all digits (`A55`).
    pub(super) fn is_number(&self, walk: &Walk<'_>) -> bool {
        let length = u32::from(self.length);
        let letters = length - walk.coded().count_ones();
        if letters > 0 && walk.digits.count_ones() * 2 <= length {
            return false;
        }
        let is_letter = |from_end: u32| walk.coded() >> from_end & 1 == 0;
        let is_beside_digits = match letters {
            0 => !walk.is_signed,
            1 => is_letter(0) || (is_letter(length - 1) && walk.worn.of(Evasion::Case) > 0),
            _ => false,
        };
        is_beside_digits || !self.is_plain(walk) || !walk.stands_alone()
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
            || self.look_alikes(walk) == 0
            || (walk.coded() == 0 && length >= WHOLE_SCRIPT && walk.stands_alone());
        let shared = if let Form::Coded { shared } = self.form { shared } else { 0 };
        substituted > 0 && keeps_a_letter && walk.coded() & shared == shared
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Filter, FilterSpec, Spare};

    fn filter(list: &str) -> Filter {
        FilterSpec::parse(list).unwrap().compile().unwrap()
    }

    fn met<'t>(filter: &Filter, text: &'t str) -> Vec<&'t str> {
        filter.judge(text).hits.iter().map(|hit| &text[hit.span.clone()]).collect()
    }

    #[test]
    fn digits_and_signs_stand_for_letters_as_people_write_them() {
        let listed = filter(
            "idiot\nshit\nass\nstupid\nboob\nslut\nnigga\npillock\nnazi\nbitch\n!faq\nfree coins",
        );
        for (text, word) in [
            ("1d10t", "1d10t"),
            ("you 1d1o7!", "1d1o7"),
            ("5h17", "5h17"),
            ("$h17", "$h17"),
            ("$#!7", ""),
            ("a55", "a55"),
            ("@55", "@55"),
            ("kiss my @$$!", "@$$"),
            ("b00b5", "b00b"),
            ("57u91d", "57u91d"),
            ("n1664", "n1664"),
            ("51u7", "51u7"),
            ("s|u+", "s|u+"),
            ("pi11ock", "pi11ock"),
            ("pil1ock", "pil1ock"),
            ("9!ll0ck", "9!ll0ck"),
            ("na2i", "na2i"),
            ("8itch", "8itch"),
            ("f49", "f49"),
            ("fr33c01n5", "fr33c01n5"),
            ("1 d i 0 t", "1 d i 0 t"),
            // What a digit is read as is no letter that it may stand for.
            ("siut giiiock", ""),
            ("stugid 5tugid 5iut", ""),
            // Numbers, and what is beside them.
            ("455", ""),
            ("455 people", ""),
            ("room A55", ""),
            ("45s left", ""),
            ("$45 and 45$", ""),
            ("at 5:17", ""),
            ("flight BA55", ""),
            ("a 5 5", ""),
            ("a5-5", ""),
            ("me@55.example", ""),
            ("call 0455 717 1707", ""),
            ("in 1455", ""),
            ("a551", ""),
        ] {
            let words: Vec<_> = Some(word).filter(|word| !word.is_empty()).into_iter().collect();
            assert_eq!(met(&listed, text), words, "{text:?}");
        }
    }

    #[test]
    fn in_a_long_list_a_digit_stands_for_its_likeliest_letter_alone() {
        let long = |terms: usize| {
            let fillers: String =
                (0..terms - 1).map(|number| format!("filler{number}x\n")).collect();
            filter(&format!("pillock\n{fillers}"))
        };
        for (terms, words) in [(20_000, vec!["pi11ock", "p1llock"]), (20_001, vec!["p1llock"])] {
            assert_eq!(met(&long(terms), "pi11ock p1llock"), words, "{terms} terms");
        }
    }

    #[test]
    fn a_number_is_spared_and_explained() {
        let listed = filter("ass\nidiot\nshit");
        for (text, word) in
            [("455 people", "455"), ("for $45", ""), ("in 45s", "45s"), ("5h17m", "5h17")]
        {
            let account = listed.explain(text);
            assert!(account.verdict.is_clean(), "{text}");
            let spared: Vec<_> =
                account.spared.iter().map(|it| (&text[it.hit.span.clone()], it.because)).collect();
            let expected: Vec<_> =
                Some((word, Spare::Number)).filter(|_| !word.is_empty()).into_iter().collect();
            assert_eq!(spared, expected, "{text}");
        }
    }

    #[test]
    fn a_number_stays_one_at_its_edges() {
        let listed = filter("sis\nass\nslots");
        // Signs alone say nothing, but for an `@`; half digits is a word anywhere, and more by itself alone.
        for (text, words) in [
            ("$!$", vec![]),
            ("@$$", vec!["@$$"]),
            ("5l0t5", vec!["5l0t5"]),
            ("my5l0t5", vec![]),
            ("4S5", vec!["4S5"]),
            ("A55", vec![]),
        ] {
            assert_eq!(met(&listed, text), words, "{text}");
        }
    }

    fn pattern(term: &str) -> Pattern {
        Pattern::of(term, Followed::ALL).unwrap()
    }

    #[test]
    fn a_term_is_squeezed_where_it_has_runs_of_two_and_nothing_else() {
        for term in ["oo", "good boy", "c++o", "www", "word"] {
            assert_eq!(pattern(term).squeezed(), None, "{term}");
        }
        let squeezed = pattern("aabccd").squeezed().unwrap();
        assert_eq!((&*squeezed.letters, squeezed.shape.letters()), ("abcd", 6));
        assert_eq!(squeezed.shape.form, Form::Squeezed { doubled: 0b1010 });
        assert_eq!((squeezed.shape.length, pattern("aabccd").shape.letters()), (4, 6));
    }

    #[test]
    fn a_term_that_looks_like_another_is_alike() {
        let alike = pattern("сука").alike().unwrap();
        assert!(alike.shape.is_alike() && !pattern("сука").shape.is_alike());
        assert_eq!(alike.shape.form, Form::Alike { foreign: 0b1111 });
        let partly = pattern("дура").alike().unwrap();
        assert_eq!(partly.shape.form, Form::Alike { foreign: 0b0111 });
        for term in ["су", "с#ка", "word"] {
            assert_eq!(pattern(term).alike(), None, "{term}");
        }
    }

    #[test]
    fn a_term_is_coded_where_it_is_long_enough_and_has_no_signs() {
        assert!(!pattern("slip").coded().is_empty());
        for term in ["lp", "s#lip"] {
            assert_eq!(pattern(term).coded(), [], "{term}");
        }
    }

    #[test]
    fn what_is_listed_twice_is_no_repeat() {
        let listed = filter("good\nash");
        let repeats = |text: &str| {
            let hits = listed.judge(text).hits;
            hits.iter().map(|hit| hit.disguise.of(Evasion::Repeats)).collect::<Vec<_>>()
        };
        assert_eq!((repeats("good"), repeats("gooood")), (vec![0], vec![2]));
        assert_eq!(met(&listed, "4shhh"), ["4sh"], "no reading has both a digit and repeats");
    }
}
