//! What single characters look like, for all that must not be deceived by it.

mod emoji;
pub(crate) mod table;
mod turns;

use unicode_normalization::char::is_combining_mark;

pub(crate) use self::{emoji::is_emoji, turns::Turns};

/// Characters that print nothing: controls, zero-width and bidi characters, variation selectors,
/// fillers, tags, and the tatweel that only stretches.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that turn the direction of the text after them, or end such a turn.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Marks that stand over, under or around the character before them.
pub(crate) fn is_mark(c: char) -> bool {
    // No character before it is one.
    const FIRST: char = '\u{300}';
    c >= FIRST && is_combining_mark(c)
}

/// The ASCII of a full-width character.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
