//! Which characters are emoji.
//!
//! `emoji.txt` holds ranges, by their first and last characters: Unicode's property `Emoji` beyond ASCII, where
//! digits have it too, which are emoji as keycaps alone. A test below derives it from `unicode-properties`.

#![expect(clippy::indexing_slicing, reason = "there is one before a place that is not the first")]

use super::table;

/// Whether Unicode lists a character as emoji, with or without a selector that has it drawn as one:
/// pictures, colours of skin, and the letters of flags. In ASCII there is none.
pub(crate) fn is_emoji(c: char) -> bool {
    // Between symbols and pictures lie the scripts of Asia, of which much text is made.
    if matches!(c, '\0'..'\u{a9}' | '\u{3300}'..'\u{1f000}') {
        return false;
    }
    let after = EMOJI.partition_point(|(first, _)| *first <= c);
    after > 0 && c <= EMOJI[after - 1].1
}

static EMOJI: [(char, char); table::count(TEXT)] = table::pairs(TEXT);
const TEXT: &[u8] = include_bytes!("emoji.txt");

#[cfg(test)]
mod tests {
    use unicode_properties::{UNICODE_VERSION, UnicodeEmoji};

    use super::*;

    #[test]
    fn the_table_is_unicodes() {
        let mut ranges: Vec<(char, char)> = Vec::new();
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_emoji_char()) {
            match ranges.last_mut() {
                Some((_, last)) if u32::from(*last) + 1 == u32::from(c) => *last = c,
                _ => ranges.push((c, c)),
            }
        }
        let (major, minor, micro) = UNICODE_VERSION;
        let head = format!(
            "# Ranges of emoji, the first and the last of each: the property Emoji in emoji-data.txt of Unicode\n\
             # {major}.{minor}.{micro}, © Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt).\n\
             # A test in emoji.rs derives them.\n"
        );
        let lines: String = ranges
            .chunks(32)
            .map(|line| line.iter().flat_map(|&(a, b)| [a, b]).collect::<String>() + "\n")
            .collect();
        // Where it differs, the data has changed: what is derived takes its place.
        assert_eq!(head + &lines, include_str!("emoji.txt"));
    }

    #[test]
    fn every_character_is_what_unicode_says() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_emoji(c), !c.is_ascii() && c.is_emoji_char(), "{c:?}");
        }
    }
}
