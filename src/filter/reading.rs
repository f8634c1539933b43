//! The readings of a text: what a folded unit may stand for.
//!
//! A sign can be read in more than one way: in `sh!t` the `!` is an i, in `f!u!c!k` it is nothing, and
//! in a listed `yahoo!` it is itself. Each way is a reading of the whole text; the scan follows all of
//! them at once, and they cost one step while they agree. A new class of evasion is a new reading, or a
//! new line in one.

use super::{
    fold::{Unit, is_fold_free},
    tables::{look_alike, turned},
};

/// One way to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Symbols separate, digits are digits.
    Joined,
    /// Digits, symbols and letters that look like Latin letters are those letters.
    Disguised,
    /// As joined, and a letter that is written several times on end is written once.
    Squeezed,
    /// Symbols are themselves. Only terms that contain a symbol are looked for in it.
    Literal,
}

/// What a unit is in some reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A letter, as it stands or as what stands for it.
    Letter(char, Guise),
    /// A separator; a loose one parts words or clauses, a tight one stands inside a word.
    Gap {
        /// Whether it parts words.
        loose: bool,
    },
}

/// What stands for a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guise {
    None,
    Digit,
    /// A sign that numbers have too: `$5`, `5+`.
    Sign,
    /// A sign that numbers do not have.
    At,
    /// A letter of another script.
    Alike,
    /// A letter upside down.
    Turned,
}

impl Reading {
    /// Every reading, the literal one last, because a filter may do without it.
    pub(super) const ALL: [Self; 4] =
        [Self::Joined, Self::Disguised, Self::Squeezed, Self::Literal];

    /// What `unit` is in this reading.
    #[inline]
    pub(super) fn read(self, unit: Unit) -> Read {
        match (unit, self) {
            (Unit::Letter(c), Self::Disguised) => {
                let (c, guise) = undisguised(c).unwrap_or((c, Guise::None));
                Read::Letter(c, guise)
            }
            (Unit::Letter(c), Self::Joined | Self::Squeezed)
            | (Unit::Letter(c) | Unit::Symbol(c), Self::Literal) => Read::Letter(c, Guise::None),
            (Unit::Symbol(c), Self::Disguised) => {
                let guise = if c == '@' { Guise::At } else { Guise::Sign };
                leet(c).map_or(Read::Gap { loose: is_loose(c) }, |c| Read::Letter(c, guise))
            }
            (Unit::Symbol(c), Self::Joined | Self::Squeezed) => Read::Gap { loose: is_loose(c) },
            (Unit::Joint, _) => Read::Gap { loose: false },
            (Unit::Space, _) => Read::Gap { loose: true },
        }
    }
}

/// Whether the readings read `unit` differently; `literal` says whether the literal one counts.
#[inline]
pub(super) fn is_ambiguous(unit: Unit, literal: bool) -> bool {
    match unit {
        Unit::Letter(c) => undisguised(c).is_some(),
        Unit::Symbol(c) => literal || leet(c).is_some(),
        Unit::Joint | Unit::Space => false,
    }
}

/// The letter for which another, or a digit, may stand.
#[inline]
pub(super) fn undisguised(c: char) -> Option<(char, Guise)> {
    if c.is_ascii() {
        return leet(c).map(|letter| (letter, Guise::Digit));
    }
    if is_fold_free(c) {
        return None; // No look-alike is.
    }
    let alike = look_alike(c).map(|letter| (letter, Guise::Alike));
    alike.or_else(|| turned(c).map(|letter| (letter, Guise::Turned)))
}

/// The letter that a digit or symbol is drawn for: where it is drawn for several, that for which
/// [`shares_a_digit`] has them.
#[inline]
fn leet(c: char) -> Option<char> {
    Some(match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '2' => 'z',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        _ => return None,
    })
}

/// The letter as which a digit or symbol is read that is drawn for this one too.
pub(super) fn shares_a_digit(letter: char) -> Option<char> {
    match letter {
        'l' => Some('i'),
        'p' | 'q' => Some('g'),
        _ => None,
    }
}

/// All symbols part words or clauses, but for those that people put between letters to hide them.
fn is_loose(symbol: char) -> bool {
    !matches!(symbol, '*' | '.' | '^' | '+' | '=' | '#' | '%' | '&' | '@' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_differ_exactly_where_a_unit_is_ambiguous() {
        let units = ('\0'..='\u{ffff}').flat_map(|c| [Unit::Letter(c), Unit::Symbol(c)]);
        for unit in units.chain([Unit::Joint, Unit::Space]) {
            let [joined, disguised, squeezed, literal] =
                Reading::ALL.map(|reading| reading.read(unit));
            assert_eq!(joined, squeezed);
            assert_eq!(is_ambiguous(unit, false), joined != disguised, "{unit:?}");
            let differ = joined != disguised || joined != literal;
            assert_eq!(is_ambiguous(unit, true), differ, "{unit:?}");
        }
    }
}
