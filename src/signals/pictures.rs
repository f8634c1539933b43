//! Which characters of a text belong to emoji, read one after the other.
//!
//! An emoji is a picture with what belongs to it: joiners, selectors, colours of skin, tags. Two letters of a flag are
//! one, and so is a keycap: a digit, `#` or `*` and the mark that frames it. A letter of a flag that stands alone is
//! shown as a letter, and a digit without its frame is one.

use crate::glyph::is_emoji;

/// What a character is among those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// An emoji begins.
    Begins,
    /// It belongs to the one before it, or shows nothing.
    Belongs,
    /// It makes the character before it, which was none, an emoji.
    Completes,
    /// It is no part of one.
    None,
}

/// What comes before the next character.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Before {
    #[default]
    Other,
    /// An emoji that may go on.
    Picture,
    /// A joiner behind one.
    Joiner,
    /// The first letter of a flag.
    HalfFlag,
    /// What a keycap may frame.
    Key,
}

impl Before {
    /// Reads the next character.
    pub(super) fn take(&mut self, c: char) -> Part {
        // Most text is ASCII, or in a script of Asia.
        if matches!(c, '\0'..'\u{a9}' | '\u{3300}'..'\u{fe00}') {
            let is_key = matches!(c, '0'..='9' | '#' | '*');
            *self = if is_key { Self::Key } else { Self::Other };
            return Part::None;
        }
        let (next, part) = match (c, *self) {
            ('\u{200d}', Self::Picture) => (Self::Joiner, Part::Belongs),
            ('\u{200d}', _) => (Self::Other, Part::Belongs),
            // Selectors and tags, whatever they are behind.
            ('\u{fe0e}' | '\u{fe0f}' | '\u{e0020}'..='\u{e007f}', before) => {
                (before, Part::Belongs)
            }
            ('\u{1f3fb}'..='\u{1f3ff}', Self::Picture) => (Self::Picture, Part::Belongs),
            ('\u{20e3}', Self::Key) | ('\u{1f1e6}'..='\u{1f1ff}', Self::HalfFlag) => {
                (Self::Picture, Part::Completes)
            }
            ('\u{1f1e6}'..='\u{1f1ff}', _) => (Self::HalfFlag, Part::None),
            (c, Self::Joiner) if is_emoji(c) => (Self::Picture, Part::Belongs),
            (c, _) if is_emoji(c) => (Self::Picture, Part::Begins),
            _ => (Self::Other, Part::None),
        };
        *self = next;
        part
    }
}
