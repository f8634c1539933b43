//! Characters that stand for others, as tables that are unfolded when the crate is compiled.
//!
//! Each file holds pairs of characters, sorted: what is written, and what it is read as. Lines that begin
//! with `#` say where they come from. Both are derived from Unicode's data, and checked against it.
//!
//! * `data/simplified.txt`: Unihan's `kSimplifiedVariant`, the first that is another character, followed
//!   to its end. The example `simplified` of the benches writes it, and CI compares.
//! * `data/lookalikes.txt`: letters whose prototype in Unicode's `confusables.txt` is, marks aside, one
//!   Latin letter; a small letter stands also for what its capital is like. Small capitals are added. A test
//!   below derives it from `unicode-security`.

#![expect(
    clippy::indexing_slicing,
    reason = "a search says where it found what it found, and tables are as long as the range of their characters"
)]

use crate::glyph::table;

/// How a traditional ideograph is written in simplified Chinese.
#[inline]
pub(super) fn simplified(c: char) -> Option<char> {
    let at = (c as usize).checked_sub(FIRST)?;
    // 0 is no ideograph: most have no simpler form.
    SIMPLIFIED.get(at).filter(|to| **to != 0).and_then(|to| char::from_u32(u32::from(*to)))
}

/// The Latin letter that a folded letter is like.
pub(super) fn look_alike(c: char) -> Option<char> {
    let at = LOOK_ALIKES.binary_search_by_key(&c, |&(from, _)| from).ok()?;
    Some(LOOK_ALIKES[at].1)
}

/// The letter that a folded letter is when it is turned upside down.
pub(super) const fn turned(c: char) -> Option<char> {
    Some(match c {
        'ɐ' => 'a',
        'ɔ' => 'c',
        'ǝ' | 'ə' => 'e',
        'ɟ' | 'ⅎ' => 'f',
        'ƃ' => 'g',
        'ɥ' => 'h',
        'ᴉ' => 'i',
        'ɾ' => 'j',
        'ʞ' => 'k',
        'ꞁ' => 'l',
        'ɯ' => 'm',
        'ɹ' => 'r',
        'ʇ' => 't',
        'ʌ' => 'v',
        'ʍ' => 'w',
        'ʎ' => 'y',
        _ => return None,
    })
}

/// Takes the characters of both tables out of a set of the first plane.
pub(super) const fn without_stand_ins(mut set: [u64; 1024]) -> [u64; 1024] {
    let mut at = 0;
    while at < SIMPLIFIED.len() {
        if SIMPLIFIED[at] != 0 {
            set[(FIRST + at) / 64] &= !(1 << ((FIRST + at) % 64));
        }
        at += 1;
    }
    at = 0;
    while at < LOOK_ALIKES.len() {
        let code = LOOK_ALIKES[at].0 as usize;
        if code < 0x1_0000 {
            set[code / 64] &= !(1 << (code % 64));
        }
        at += 1;
    }
    set
}

/// Where the unified ideographs begin.
const FIRST: usize = 0x4e00;
const UNIFIED: usize = 0x5200;

/// For each unified ideograph its simpler form (41 KiB: one look, whatever the text).
static SIMPLIFIED: [u16; UNIFIED] = {
    const TEXT: &[u8] = include_bytes!("data/simplified.txt");
    let pairs: [_; table::count(TEXT)] = table::pairs(TEXT);
    let mut table = [0; UNIFIED];
    let mut at = 0;
    while at < pairs.len() {
        let (from, to) = pairs[at];
        assert!((to as u32) < 0x1_0000, "the first plane only");
        table[from as usize - FIRST] = to as u16;
        at += 1;
    }
    table
};

static LOOK_ALIKES: [(char, char); table::count(ALIKE)] = table::pairs(ALIKE);
const ALIKE: &[u8] = include_bytes!("data/lookalikes.txt");

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use unicode_normalization::char::is_combining_mark;
    use unicode_security::confusable_detection::skeleton;

    use super::*;
    use crate::filter::{
        evasion::Followed,
        fold::{Unit, fold},
    };

    #[test]
    fn letters_that_stand_on_their_heads_are_known() {
        let stood: String = "ɐɔǝəɟⅎƃɥᴉɾʞꞁɯɹʇʌʍʎ".chars().filter_map(turned).collect();
        assert_eq!(stood, "aceeffghijklmrtvwy");
        assert_eq!(turned('a'), None);
    }

    #[test]
    fn the_tables_are_sorted_and_lead_nowhere_further() {
        assert!(LOOK_ALIKES.is_sorted() && LOOK_ALIKES.len() > 400);
        for &(from, to) in &LOOK_ALIKES {
            assert!(to.is_ascii_lowercase() && !from.is_ascii(), "{from}{to}");
            assert_eq!(turned(from), None, "{from}");
        }
        let simpler: Vec<(char, char)> =
            ('\u{4e00}'..'\u{a000}').filter_map(|c| Some((c, simplified(c)?))).collect();
        assert!(simpler.len() > 2_500);
        for (c, to) in simpler {
            assert_eq!(simplified(to), None, "{c}{to}");
        }
    }

    /// The Latin letter that is all there is to a character's prototype, its marks aside.
    fn prototype(c: char) -> Option<char> {
        let skeleton: String = skeleton(&c.to_string()).collect();
        let is_mark = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
        let mut letters = skeleton.chars().filter(|c| !is_mark(c)).flat_map(char::to_lowercase);
        let letter = letters.next().filter(char::is_ascii_lowercase)?;
        letters.next().is_none().then_some(letter)
    }

    /// Whether it is a letter that is not folded away, of a script that is written in letters.
    fn is_left(c: char) -> bool {
        let mut units = Vec::new();
        fold(c, Followed::ALL, |unit| units.push(unit));
        let written_in_blocks = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}');
        let is_letter = c.is_alphabetic() && !c.is_ascii() && !is_combining_mark(c);
        units == [Unit::Letter(c)] && is_letter && !written_in_blocks
    }

    #[test]
    fn the_look_alikes_are_those_of_unicode_and_small_capitals() {
        let mut alike: BTreeMap<char, char> = BTreeMap::new();
        let capitals = "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢꜰꜱ".chars().zip("abcdeghijklmnoprtuvwyzfs".chars());
        alike.extend(capitals);
        // What a small letter is like itself comes before what its capital is like.
        let all = || ('\0'..'\u{20000}').filter_map(|c| Some((c, prototype(c)?)));
        for (c, letter) in all().filter(|(c, _)| c.is_uppercase()) {
            let mut small = c.to_lowercase();
            let (Some(small), None) = (small.next(), small.next()) else { continue };
            alike.insert(small, letter);
        }
        alike.extend(all());
        alike.retain(|c, _| is_left(*c) && turned(*c).is_none());
        let pairs: Vec<char> = alike.into_iter().flat_map(|(c, letter)| [c, letter]).collect();
        let lines: String = pairs.chunks(64).map(|l| l.iter().collect::<String>() + "\n").collect();
        let (major, minor, micro) = unicode_security::UNICODE_VERSION;
        let head = format!(
            "# Letters, each with the Latin letter that it looks like: prototypes in confusables.txt of Unicode\n\
             # {major}.{minor}.{micro}, © Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt),\n\
             # and small capitals. A test in tables.rs derives them.\n"
        );
        // Where it differs, the data has changed: what is derived takes its place, and `FOLD_VERSION` goes up.
        assert_eq!(head + &lines, include_str!("data/lookalikes.txt"));
    }

    #[test]
    fn some_known_characters_are_there() {
        for (c, to) in [('法', None), ('輪', Some('轮')), ('後', Some('后')), ('乾', Some('干'))]
        {
            assert_eq!(simplified(c), to, "{c}");
        }
        for (c, to) in [('а', Some('a')), ('н', Some('h')), ('ο', Some('o')), ('ж', None)] {
            assert_eq!(look_alike(c), to, "{c}");
        }
    }
}
