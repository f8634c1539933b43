//! The ways in which a word is disguised, how far each is followed, and which of them a hit shows.

#![expect(
    clippy::indexing_slicing,
    reason = "a class has a place of its own in each table by class"
)]

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to write a word so that it is read, and not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Evasion {
    /// Upper case: `WORD`.
    Case,
    /// Full and half width: `ｗｏｒｄ`.
    Width,
    /// Compatibility forms: `𝔴𝕠𝓻𝖉`, ligatures, superscripts.
    Compatibility,
    /// Letters in circles, squares and brackets: `ⓦ🄾🅡🇩`.
    Enclosed,
    /// Accents, strokes and other marks on letters: `wörđ`.
    Accents,
    /// Zero-width and control characters between letters.
    Invisible,
    /// Controls that turn the direction of the text.
    Bidi,
    /// Traditional for simplified Chinese, or the other way round.
    Chinese,
    /// More than [`Evasion::MARKS`] marks upon one letter.
    Floods,
    /// Separators that the term is not listed with: `w-o-r-d`, `w o r d`, `w🙂o🙂r🙂d`.
    Separators,
    /// Letters written more often than listed: `woooord`.
    Repeats,
    /// Digits and symbols for letters: `w0rd`. In a list of more than 20,000 terms each stands for the likeliest
    /// of its letters alone.
    Leet,
    /// Letters of another script, drawn alike: `wоrd` with a Cyrillic о.
    LookAlikes,
    /// Letters turned upside down, as they stand or from the end: `ʍoɹp`, `pɹoʍ`.
    Turned,
}

impl Evasion {
    /// Every class, in the order in which a [`Disguise`] tells of them.
    pub const ALL: [Self; 14] = [
        Self::Case,
        Self::Width,
        Self::Compatibility,
        Self::Enclosed,
        Self::Accents,
        Self::Invisible,
        Self::Bidi,
        Self::Chinese,
        Self::Floods,
        Self::Separators,
        Self::Repeats,
        Self::Leet,
        Self::LookAlikes,
        Self::Turned,
    ];

    /// The most marks that a letter has in any language that spells with them.
    pub const MARKS: u8 = 4;

    /// What it is called in a list.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Width => "width",
            Self::Compatibility => "compatibility",
            Self::Enclosed => "enclosed",
            Self::Accents => "accents",
            Self::Invisible => "invisible",
            Self::Bidi => "bidi",
            Self::Chinese => "chinese",
            Self::Floods => "floods",
            Self::Separators => "separators",
            Self::Repeats => "repeats",
            Self::Leet => "leet",
            Self::LookAlikes => "look-alikes",
            Self::Turned => "turned",
        }
    }

    /// The class of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Evasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far a class of evasion is followed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Reach {
    /// Not at all: what is written so is another word.
    Off,
    /// Wherever the filter's own policy meets it.
    #[default]
    On,
    /// Only where the word stands between word boundaries.
    WholeWords,
    /// Only for terms of at least so many letters.
    Letters(u8),
}

/// How far each class is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reaches {
    by_class: [Reach; Evasion::ALL.len()],
    /// Whether some class is not simply on.
    limited: bool,
}

impl Reaches {
    pub(super) fn set(&mut self, class: Evasion, reach: Reach) {
        self.by_class[class as usize] = reach;
        self.limited = self.by_class != [Reach::On; Evasion::ALL.len()];
    }

    pub(super) fn of(&self, class: Evasion) -> Reach {
        self.by_class[class as usize]
    }

    /// The classes that are followed at all.
    pub(super) fn followed(&self) -> Followed {
        let on =
            Evasion::ALL.into_iter().filter(|class| self.by_class[*class as usize] != Reach::Off);
        Followed(on.fold(0, |bits, class| bits | class.bit()))
    }

    /// The first class of a disguise that keeps a word from being met.
    pub(super) fn forbids(&self, worn: &Disguise, boundary: bool, letters: u8) -> Option<Evasion> {
        if !self.limited {
            return None;
        }
        worn.classes().map(|(class, _)| class).find(|class| match self.by_class[*class as usize] {
            Reach::Off => true,
            Reach::On => false,
            Reach::WholeWords => !boundary,
            Reach::Letters(least) => letters < least,
        })
    }
}

impl Evasion {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Followed(u16);

impl Followed {
    pub(super) const ALL: Self = Self((1 << Evasion::ALL.len()) - 1);

    #[inline]
    pub(super) const fn has(self, class: Evasion) -> bool {
        self.0 & class.bit() != 0
    }
}

/// What a word wears: how many characters of it belong to each class of evasion.
///
/// A character that belongs to several counts for the one that hides most: `Ａ` for the width. What the
/// term itself is listed with counts too where it is folded away: `É` is an accent for the term `É`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Disguise([u8; Evasion::ALL.len()]);

impl Disguise {
    /// How many characters belong to a class; 255 stands for all above.
    pub fn of(&self, class: Evasion) -> u8 {
        self.0[class as usize]
    }

    /// The classes that are there, each with its number of characters.
    pub fn classes(&self) -> impl Iterator<Item = (Evasion, u8)> {
        Evasion::ALL
            .into_iter()
            .map(|class| (class, self.of(class)))
            .filter(|(_, count)| *count > 0)
    }

    /// Whether the word is written plainly.
    pub fn is_none(&self) -> bool {
        self.0 == Self::default().0
    }

    pub(super) fn add(&mut self, class: Evasion, count: u32) {
        let sum = &mut self.0[class as usize];
        *sum = sum.saturating_add(u8::try_from(count).unwrap_or(u8::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_name_and_a_place() {
        for (at, class) in Evasion::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, at);
            assert_eq!(Evasion::named(class.name()), Some(class));
            assert_eq!(class.to_string(), class.name());
            assert!(Followed::ALL.has(class));
        }
        assert_eq!(Evasion::named("rot13"), None);
    }

    #[test]
    fn every_example_of_a_class_is_met() {
        let source = include_str!("evasion.rs");
        let (_, classes) = source.split_once("pub enum Evasion {").unwrap();
        let (classes, _) = classes.split_once('}').unwrap();
        let docs = classes.lines().filter_map(|line| line.trim().strip_prefix("/// "));
        let quoted = docs.flat_map(|doc| doc.split('`').skip(1).step_by(2));
        let examples: Vec<&str> = quoted.filter(|word| !word.contains("::")).collect();
        assert!(examples.len() > 10, "{examples:?}");
        let filter = crate::filter::FilterSpec::parse("word").unwrap().compile().unwrap();
        for example in examples {
            let account = filter.explain(example);
            assert!(
                account.verdict.hits.iter().any(|hit| hit.span == (0..example.len())),
                "{example}"
            );
        }
    }

    #[test]
    fn a_reach_holds_for_its_class_alone() {
        let mut worn = Disguise::default();
        assert!(worn.is_none());
        worn.add(Evasion::Leet, 2);
        worn.add(Evasion::Case, 300);
        assert!(!worn.is_none());
        assert_eq!(worn.classes().collect::<Vec<_>>(), [(Evasion::Case, 255), (Evasion::Leet, 2)]);
        let forbidden = |class, reach, boundary, letters| {
            let mut reaches = Reaches::default();
            reaches.set(class, reach);
            reaches.forbids(&worn, boundary, letters)
        };
        assert_eq!(forbidden(Evasion::Turned, Reach::Off, false, 1), None);
        assert_eq!(forbidden(Evasion::Leet, Reach::Off, true, 9), Some(Evasion::Leet));
        assert_eq!(forbidden(Evasion::Leet, Reach::WholeWords, false, 9), Some(Evasion::Leet));
        assert_eq!(forbidden(Evasion::Leet, Reach::WholeWords, true, 9), None);
        assert_eq!(forbidden(Evasion::Case, Reach::Letters(5), true, 4), Some(Evasion::Case));
        assert_eq!(forbidden(Evasion::Case, Reach::Letters(5), false, 5), None);
    }
}
