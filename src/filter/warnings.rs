//! What of a spec is taken, and is probably not meant.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{
    FilterSpec,
    evasion::Followed,
    fold::{Unit, fold},
    pattern::Pattern,
};
use crate::glyph::is_emoji;

/// A term that compiles, and is probably not meant as it stands. From [`FilterSpec::warnings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// The number of the term, counted from 0 in the spec.
    pub term: u32,
    /// What is odd about it.
    pub doubt: Doubt,
}

/// What is odd about a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Doubt {
    /// It is one letter, digit or ideograph, which is in almost every message: `a`, `的`.
    OneCharacter,
    /// It is nothing but punctuation: `...`.
    Punctuation,
    /// It folds to what an earlier term does, and is met where that is: the graver of the two counts, of equals the
    /// first.
    Duplicate {
        /// The number of the earlier term.
        of: u32,
    },
    /// It has a comment as other languages write them, which is part of the term here: `word // note`.
    Comment,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneCharacter => write!(f, "it is one character, and in almost every message"),
            Self::Punctuation => write!(f, "it is nothing but punctuation"),
            Self::Duplicate { of } => write!(f, "it is met where term {of} is"),
            Self::Comment => write!(f, "a comment begins with ` #`: this one is part of the term"),
        }
    }
}

impl FilterSpec {
    /// Terms that are probably not meant as they stand, in the order of their numbers: a list-keeper should see
    /// them before the filter is in force. None of them keeps the spec from being compiled.
    ///
    /// ```
    /// use liveroom::filter::{Doubt, FilterSpec};
    ///
    /// let spec = FilterSpec::parse("idiot\n...\n!Idiot\nIDIOT\nshit // note\na")?;
    /// let told: Vec<_> = spec.warnings().iter().map(|it| (it.term, it.doubt)).collect();
    /// assert_eq!(told, [
    ///     (1, Doubt::Punctuation),
    ///     (3, Doubt::Duplicate { of: 0 }),
    ///     (4, Doubt::Comment),
    ///     (5, Doubt::OneCharacter),
    /// ]);
    /// # Ok::<(), liveroom::filter::FilterError>(())
    /// ```
    pub fn warnings(&self) -> Vec<Warning> {
        let on = self.reaches().followed();
        let mut known = BTreeMap::new();
        let mut warnings = Vec::new();
        for (number, term) in (0..).zip(self.terms()) {
            // What does not compile is told by that.
            let Ok(pattern) = Pattern::of(&term.text, on) else { continue };
            let odd = odd(&pattern.letters, on);
            let comment = has_comment(&term.text).then_some(Doubt::Comment);
            let first = *known.entry((pattern, term.boundary)).or_insert(number);
            let duplicate = (first != number).then_some(Doubt::Duplicate { of: first });
            let doubts = [odd, comment, duplicate].into_iter().flatten();
            warnings.extend(doubts.map(|doubt| Warning { term: number, doubt }));
        }
        warnings
    }
}

/// What is odd about the letters of a term.
fn odd(letters: &str, on: Followed) -> Option<Doubt> {
    if letters.chars().any(is_emoji) {
        return None;
    }
    let (mut all, mut symbols) = (0, 0);
    for c in letters.chars() {
        fold(c, on, |unit| {
            all += 1;
            symbols += u32::from(matches!(unit, Unit::Symbol(_)));
        });
    }
    match (all, symbols) {
        _ if symbols == all => Some(Doubt::Punctuation),
        (1, _) => Some(Doubt::OneCharacter),
        _ => None,
    }
}

/// Whether a part of a text begins as comments do elsewhere.
fn has_comment(text: &str) -> bool {
    let marks = ["//", "/*", "--", ";"];
    text.split_whitespace().any(|word| marks.iter().any(|mark| word.starts_with(mark)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Evasion, Reach};

    #[test]
    fn a_doubt_says_what_is_odd() {
        let said = |doubt: Doubt| doubt.to_string();
        assert_eq!(said(Doubt::Duplicate { of: 7 }), "it is met where term 7 is");
        assert!(said(Doubt::OneCharacter).contains("one character"));
        assert!(said(Doubt::Punctuation).contains("punctuation"));
        assert!(said(Doubt::Comment).contains("` #`"));
    }

    fn doubts(list: &str) -> Vec<(u32, Doubt)> {
        let warnings = FilterSpec::parse(list).unwrap().warnings();
        warnings.into_iter().map(|it| (it.term, it.doubt)).collect()
    }

    #[test]
    fn what_would_ruin_a_chat_is_told() {
        for (term, doubt) in [
            ("a", Some(Doubt::OneCharacter)),
            ("!a", Some(Doubt::OneCharacter)),
            ("的", Some(Doubt::OneCharacter)),
            ("7", Some(Doubt::OneCharacter)),
            ("...", Some(Doubt::Punctuation)),
            ("$", Some(Doubt::Punctuation)),
            ("idiot // note", Some(Doubt::Comment)),
            ("idiot -- note", Some(Doubt::Comment)),
            ("idiot # note", None),
            ("t.me/x", None),
            ("https://x", None),
            ("c++", None),
            ("🔞", None),
            ("毒品", None),
            ("well-known", None),
        ] {
            let expected: Vec<_> = doubt.map(|doubt| (0, doubt)).into_iter().collect();
            assert_eq!(doubts(term), expected, "{term}");
        }
    }

    #[test]
    fn a_term_that_is_met_where_another_is_names_it() {
        let again = |of| Doubt::Duplicate { of };
        assert_eq!(doubts("word\nother\nWÖRD\n!word\nwo rd\nword"), [(2, again(0)), (5, again(0))]);
        // Both are odd for themselves too.
        assert_eq!(doubts("a\na")[1..], [(1, Doubt::OneCharacter), (1, again(0))]);
        // What is not folded is another word.
        let mut spec = FilterSpec::parse("word\nWORD").unwrap();
        spec.set_reach(Evasion::Case, Reach::Off);
        assert_eq!(spec.warnings(), []);
    }
}
