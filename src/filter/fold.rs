//! The folding of characters: what a character says once its disguise is taken off.
//!
//! Folding looks at one character at a time and keeps nothing, so that a text can be read forwards and
//! backwards without a copy. Case, compatibility forms (full width, mathematical, circled), accents and
//! traditional ideographs are folded away, invisible characters vanish, and what separates words is told
//! from letters. A class of evasion that is not followed is not folded: its characters are letters.
//! Whether a separator, a digit, a symbol or a letter may stand for something else is decided by
//! [`Reading`](super::reading::Reading), not here.
//!
//! Invariant: what folding gives folds to itself. Whoever changes what anything folds to raises
//! [`FOLD_VERSION`], because a journal names filters by an id that covers it.

#![expect(
    clippy::indexing_slicing,
    reason = "tables have a bit or an entry for each character below their bound, which is looked at before"
)]

use smallvec::SmallVec;
use unicode_normalization::char::{decompose_canonical, decompose_compatible, is_combining_mark};

use super::{
    evasion::{Evasion, Followed},
    tables::{simplified, without_stand_ins},
};
use crate::glyph::{is_bidi_control, is_emoji, is_invisible};

/// The version of everything that decides what matches: folding, readings and policy.
pub(super) const FOLD_VERSION: u32 = 4;

/// What a character, or a part of one, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// A letter, digit, ideograph, jamo or spelling mark.
    Letter(char),
    /// Punctuation or an emoji, which a term may contain and mean.
    Symbol(char),
    /// Punctuation inside words: hyphens, underscores, apostrophes, middle dots.
    Joint,
    /// White space.
    Space,
}

/// Gives what `c` says, in order: nothing for the invisible, several units for a ligature.
#[inline]
pub(super) fn fold(c: char, on: Followed, mut give: impl FnMut(Unit)) {
    if let Some(unit) = ASCII.get(c as usize) {
        fold_ascii(c, *unit, on, &mut give);
    } else if is_fold_free(c) {
        give(Unit::Letter(c));
    } else {
        fold_rare(c, on, &mut give);
    }
}

#[inline]
fn fold_ascii(c: char, unit: Option<Unit>, on: Followed, give: &mut (impl FnMut(Unit) + ?Sized)) {
    match unit {
        Some(_) if c.is_ascii_uppercase() && !on.has(Evasion::Case) => give(Unit::Letter(c)),
        Some(unit) => give(unit),
        None if on.has(Evasion::Invisible) => {}
        None => give(Unit::Letter(c)),
    }
}

/// Whether a character is known as a letter that folds to itself, whatever is followed: the short way
/// for most text.
///
/// Digits and look-alikes are left out, because readings differ on them.
#[inline]
pub(super) const fn is_fold_free(c: char) -> bool {
    let code = c as usize;
    code < 0x1_0000 && FOLD_FREE[code / 64] >> (code % 64) & 1 == 1
}

/// A bit for each character of the first plane (8 KiB, made when the crate is compiled). Not all that
/// fold to themselves are here, only what much text is made of.
static FOLD_FREE: [u64; 1024] = without_stand_ins({
    let ranges = [
        ('a', 'z'),
        // Greek but for the final sigma, Cyrillic but for the short i, Hebrew, Arabic, Thai.
        ('\u{3b1}', '\u{3c1}'),
        ('\u{3c3}', '\u{3c9}'),
        ('\u{430}', '\u{438}'),
        ('\u{43a}', '\u{44f}'),
        ('\u{5d0}', '\u{5ea}'),
        ('\u{627}', '\u{63a}'),
        ('\u{641}', '\u{64a}'),
        ('\u{e01}', '\u{e32}'),
        ('\u{e34}', '\u{e3a}'),
        ('\u{e40}', '\u{e4e}'),
        // Kana, less the voiced ones below, with the marks of voicing.
        ('ぁ', 'ん'),
        ('ァ', 'ン'),
        ('\u{3099}', '\u{309a}'),
        ('ー', 'ー'),
        // Jamo, as Hangul syllables decompose to them, and ideographs.
        ('\u{1100}', '\u{1112}'),
        ('\u{1161}', '\u{1175}'),
        ('\u{11a8}', '\u{11c2}'),
        ('\u{3400}', '\u{4dbf}'),
        ('\u{4e00}', '\u{9fff}'),
    ];
    let voiced = [
        'が', 'ぎ', 'ぐ', 'げ', 'ご', 'ざ', 'じ', 'ず', 'ぜ', 'ぞ', 'だ', 'ぢ', 'づ', 'で', 'ど',
        'ば', 'ぱ', 'び', 'ぴ', 'ぶ', 'ぷ', 'べ', 'ぺ', 'ぼ', 'ぽ',
    ];
    let mut table = [0; 1024];
    let mut at = 0;
    while at < ranges.len() {
        let (mut code, last) = (ranges[at].0 as usize, ranges[at].1 as usize);
        while code <= last {
            table[code / 64] |= 1 << (code % 64);
            code += 1;
        }
        at += 1;
    }
    at = 0;
    while at < voiced.len() {
        let hiragana = voiced[at] as usize;
        let katakana = hiragana + ('ァ' as usize - 'ぁ' as usize);
        table[hiragana / 64] &= !(1 << (hiragana % 64));
        table[katakana / 64] &= !(1 << (katakana % 64));
        at += 1;
    }
    table
});

/// Kept out of line: the hot loop stays small.
#[inline(never)]
fn fold_rare(c: char, on: Followed, give: &mut dyn FnMut(Unit)) {
    match c {
        '\u{ac00}'..='\u{d7a3}' => return decompose_compatible(c, |jamo| give(Unit::Letter(jamo))),
        _ if is_pictograph(c) => return give(Unit::Symbol(c)),
        _ => {}
    }
    if c.is_whitespace() {
        return give(Unit::Space);
    }
    if let Some(unit) = punctuation(c) {
        return give(unit);
    }
    let squared = squared_letter(c).filter(|_| on.has(Evasion::Enclosed));
    let part = |part| fold_part(part, on, give);
    // Only what a class stands for is unfolded in its name; accents come apart in any case, so that both
    // ways to write one are alike.
    match squared.unwrap_or(c) {
        c if on.has(unfolds_by(c)) => decompose_compatible(c, part),
        c => decompose_canonical(c, part),
    }
}

/// The class for which a character is unfolded.
fn unfolds_by(c: char) -> Evasion {
    match c {
        '\u{ff01}'..='\u{ffee}' => Evasion::Width,
        '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{32ff}' | '\u{1f100}'..='\u{1f1ff}' => {
            Evasion::Enclosed
        }
        _ => Evasion::Compatibility,
    }
}

/// Folds a part of a decomposed character.
fn fold_part(part: char, on: Followed, give: &mut dyn FnMut(Unit)) {
    if let Some(unit) = ASCII.get(part as usize) {
        fold_ascii(part, *unit, on, give);
    } else if is_fold_free(part) {
        give(Unit::Letter(part));
    } else if let Some(simple) = simplified(part) {
        give(Unit::Letter(if on.has(Evasion::Chinese) { simple } else { part }));
    } else if on.has(Evasion::Case) && !is_silenced(part, on) {
        part.to_lowercase().for_each(|small| fold_small(small, on, give));
    } else {
        fold_small(part, on, give);
    }
}

/// Folds what is left of a character once it is decomposed and in lower case.
fn fold_small(c: char, on: Followed, give: &mut dyn FnMut(Unit)) {
    if let Some(letters) = undecomposed(c).filter(|_| on.has(Evasion::Accents)) {
        letters.chars().map(Unit::Letter).for_each(give);
    } else if !is_silenced(c, on) {
        let is_picture = is_pictograph(c) || is_emoji(c);
        let unit = if is_picture { Unit::Symbol(c) } else { Unit::Letter(c) };
        give(punctuation(c).unwrap_or(unit));
    }
}

/// Whether it is of the blocks in which most emoji are, and nothing but pictures.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1f9ff}')
}

/// Whether a character says nothing.
fn is_silenced(c: char, on: Followed) -> bool {
    silent_by(c).is_some_and(|class| on.has(class))
}

/// The class by which a character says nothing.
fn silent_by(c: char) -> Option<Evasion> {
    if is_accent(c) {
        Some(Evasion::Accents)
    } else if is_bidi_control(c) {
        Some(Evasion::Bidi)
    } else {
        is_invisible(c).then_some(Evasion::Invisible)
    }
}

/// What a character is made of: few have more parts.
type Parts = SmallVec<[char; 4]>;

/// The class of evasion that a character shows by itself: the one that hides most.
pub(super) fn shows(c: char, on: Followed) -> Option<Evasion> {
    let class = match c {
        'A'..='Z' => Evasion::Case,
        ' '..='~' => return None,
        _ if is_fold_free(c) || c.is_whitespace() => return None,
        _ if silent_by(c).is_some() => silent_by(c)?,
        _ if punctuation(c).is_some() || matches!(c, '\u{ac00}'..='\u{d7a3}') => return None,
        _ if simplified(c).is_some() => Evasion::Chinese,
        _ if squared_letter(c).is_some() => Evasion::Enclosed,
        _ => {
            let (mut plain, mut unfolded) = (Parts::new(), Parts::new());
            decompose_canonical(c, |part| plain.push(part));
            decompose_compatible(c, |part| unfolded.push(part));
            if plain != unfolded {
                unfolds_by(c)
            } else if plain[..] != [c] || undecomposed(c).is_some() {
                Evasion::Accents
            } else if c.is_uppercase() {
                Evasion::Case
            } else {
                return None;
            }
        }
    };
    on.has(class).then_some(class)
}

/// Every ASCII character's unit; `None` for the control characters that print nothing.
const ASCII: [Option<Unit>; 128] = {
    let mut table = [None; 128];
    let mut code = 0_u8;
    while code < 128 {
        table[code as usize] = match code {
            b'a'..=b'z' | b'0'..=b'9' => Some(Unit::Letter(code as char)),
            b'A'..=b'Z' => Some(Unit::Letter(code.to_ascii_lowercase() as char)),
            b' ' | b'\t'..=b'\r' => Some(Unit::Space),
            b'-' | b'_' | b'\'' | b'`' => Some(Unit::Joint),
            0..=31 | 127 => None,
            _ => Some(Unit::Symbol(code as char)),
        };
        code += 1;
    }
    table
};

/// Punctuation beyond ASCII that does not decompose to it.
fn punctuation(c: char) -> Option<Unit> {
    match c {
        '\u{b4}'
        | '\u{b7}'
        | '\u{5be}'
        | '\u{2010}'..='\u{2013}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2022}'
        | '\u{2027}'
        | '\u{2032}'
        | '\u{203f}'
        | '\u{2040}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{30fb}' => Some(Unit::Joint),
        '\u{a1}'
        | '\u{a6}'
        | '\u{a7}'
        | '\u{ab}'
        | '\u{ac}'
        | '\u{b6}'
        | '\u{bb}'
        | '\u{bf}'
        | '\u{55a}'..='\u{55f}'
        | '\u{589}'
        | '\u{5c0}'
        | '\u{5c3}'
        | '\u{60c}'
        | '\u{61b}'
        | '\u{61f}'
        | '\u{6d4}'
        | '\u{964}'
        | '\u{965}'
        | '\u{e4f}'
        | '\u{2014}'..='\u{2017}'
        | '\u{201c}'..='\u{2026}'
        | '\u{2030}'..='\u{205e}'
        | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}'
        | '\u{3014}'..='\u{301f}'
        | '\u{3030}'
        | '\u{303d}' => Some(Unit::Symbol(c)),
        _ => None,
    }
}

/// Letters in dark circles and squares, and of flags, which Unicode does not decompose.
fn squared_letter(c: char) -> Option<char> {
    let first = match c {
        '\u{1f150}'..='\u{1f169}' => 0x1_f150,
        '\u{1f170}'..='\u{1f189}' => 0x1_f170,
        '\u{1f1e6}'..='\u{1f1ff}' => 0x1_f1e6,
        _ => return None,
    };
    char::from_u32(u32::from('a') + (u32::from(c) - first))
}

/// Small letters whose stroke or ligature Unicode does not decompose.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'þ' => "th",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

/// Marks that decorate a letter. Those that spell are letters: vowel signs of Thai or Hindi, the
/// voicing of kana; without them a word of such a script would be a few consonants and match many.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'
        | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether the folded letter `next` belongs to the same syllable as `last`: a vowel or final consonant
/// of Hangul, the voicing of kana, a vowel sign. A match may not end between the two.
pub(super) fn continues(last: char, next: char) -> bool {
    match next {
        '\u{1160}'..='\u{11ff}' => matches!(last, '\u{1100}'..='\u{11ff}'),
        '\u{3099}' | '\u{309a}' => matches!(last, '\u{3041}'..='\u{30ff}'),
        // A mark of another script is a disguise, not spelling. The scripts lie in blocks of 128.
        _ => {
            matches!(next, '\u{900}'..='\u{1cff}')
                && u32::from(last) >> 7 == u32::from(next) >> 7
                && is_combining_mark(next)
        }
    }
}

/// Whether a folded letter is an ideograph, which says as much as two letters of an alphabet.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Whether a folded letter runs on with its neighbours to form a word: not an emoji, and not of a
/// script that is written without spaces, where a word may end anywhere.
pub(super) fn joins_words(c: char) -> bool {
    let unspaced = is_ideograph(c)
        || matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}');
    !unspaced && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::evasion::{Reach, Reaches};

    fn folded(text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            fold(c, Followed::ALL, |unit| match unit {
                Unit::Letter(c) | Unit::Symbol(c) => out.push(c),
                Unit::Joint => out.push('-'),
                Unit::Space => out.push(' '),
            });
        }
        out
    }

    #[test]
    fn disguises_of_one_letter_fold_alike() {
        for (text, letters) in [
            ("WoRd", "word"),
            ("ＷＯＲＤ", "word"),
            ("𝔴𝕠𝓻𝖉", "word"),
            ("ⓦⓞⓡⓓ", "word"),
            ("🅦🅾🆁🇩", "word"),
            ("wörd", "word"),
            ("wo\u{308}\u{488}rd", "word"),
            ("w\u{200b}o\u{ad}r\0d\u{fe0f}", "word"),
            ("ŁØDŹ ſtraße", "lodz strasse"),
            ("ΛΌΓΟΣ λόγος", "λογοσ λογοσ"),
            ("Й ё", "и е"),
            ("輪後乾法", "轮后干法"),
            ("ﬁ ㎏ ½", "fi kg 1⁄2"),
            ("ﾊﾞカ", "ハ\u{3099}カ"),
            ("가ㅅ", "\u{1100}\u{1161}\u{1109}"),
            ("ดี", "ดี"),
            ("豈。！", "岂。!"),
            ("a\u{a0}b\u{3000}c\td", "a b c d"),
            ("·‐’・", "----"),
        ] {
            assert_eq!(folded(text), letters, "{text:?}");
        }
    }

    /// What a character says where one class is not followed.
    fn without(class: Evasion, c: char) -> Vec<Unit> {
        let mut reaches = Reaches::default();
        reaches.set(class, Reach::Off);
        let mut units = vec![];
        fold(c, reaches.followed(), |unit| units.push(unit));
        units
    }

    #[test]
    fn what_is_not_followed_is_a_letter_of_its_own() {
        for (class, c) in [
            (Evasion::Case, 'W'),
            (Evasion::Case, 'Д'),
            (Evasion::Invisible, '\0'),
            (Evasion::Invisible, '\u{200b}'),
            (Evasion::Bidi, '\u{202e}'),
            (Evasion::Chinese, '輪'),
            (Evasion::Accents, 'ø'),
            (Evasion::Width, 'ｗ'),
            (Evasion::Enclosed, 'ⓦ'),
            (Evasion::Compatibility, '𝔴'),
        ] {
            assert_eq!(without(class, c), [Unit::Letter(c)], "{class}");
        }
    }

    #[test]
    fn letters_that_unicode_does_not_take_apart_are_taken_apart() {
        assert_eq!(folded("ß æ œ ø þ đ ð ħ ı ł ŧ ς"), "ss ae oe o th d d h i l t σ");
    }

    #[test]
    fn punctuation_is_no_letter() {
        let all = "¡¦§«¬¶»¿՚։׀׃،؛؟۔।॥๏—‖“…‰※、。〈】〔〟〰〽🌢🖒";
        for c in all.chars() {
            let mut units = vec![];
            fold(c, Followed::ALL, |unit| units.push(unit));
            assert_eq!(units, [Unit::Symbol(c)], "{c:?}");
        }
    }

    #[test]
    fn what_folding_gives_folds_to_itself() {
        for c in '\0'..=char::MAX {
            fold(c, Followed::ALL, |unit| {
                let (Unit::Letter(given) | Unit::Symbol(given)) = unit else { return };
                let mut again = Vec::new();
                fold(given, Followed::ALL, |unit| again.push(unit));
                assert_eq!(again, [unit], "{c:?} gave {given:?}");
            });
        }
    }

    #[test]
    fn a_character_shows_the_class_that_hides_most() {
        for (characters, class) in [
            ("AД", Some(Evasion::Case)),
            ("Ａａﾊ！", Some(Evasion::Width)),
            ("ⓐ①㈠㊀🄰🅐🅰🇦", Some(Evasion::Enclosed)),
            ("𝓪ﬁ½ª㎏", Some(Evasion::Compatibility)),
            ("éÉøй\u{301}\u{64b}\u{20e3}", Some(Evasion::Accents)),
            ("\u{200b}\0\u{ad}\u{fe0f}\u{640}", Some(Evasion::Invisible)),
            ("\u{202e}\u{2066}", Some(Evasion::Bidi)),
            ("輪後", Some(Evasion::Chinese)),
            ("a1!д法ハด가 \u{3000}。—😀", None),
        ] {
            for c in characters.chars() {
                assert_eq!(shows(c, Followed::ALL), class, "{c:?}");
            }
        }
    }

    #[test]
    fn all_white_space_is_space() {
        for c in ('\0'..=char::MAX).filter(|c| c.is_whitespace()) {
            fold(c, Followed::ALL, |unit| assert_eq!(unit, Unit::Space, "{c:?}"));
        }
    }

    #[test]
    fn the_short_ways_agree_with_the_long_one() {
        let on = Followed::ALL;
        for c in '\u{80}'..=char::MAX {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            fold(c, Followed::ALL, |unit| short.push(unit));
            if is_silenced(c, on) {
            } else if c.is_whitespace() {
                long.push(Unit::Space);
            } else if let Some(unit) = punctuation(c) {
                long.push(unit);
            } else {
                decompose_compatible(squared_letter(c).unwrap_or(c), |part| {
                    for small in simplified(part).unwrap_or(part).to_lowercase() {
                        match ASCII.get(small as usize) {
                            Some(unit) => long.extend(*unit),
                            None => fold_small(small, on, &mut |unit| long.push(unit)),
                        }
                    }
                });
            }
            assert_eq!(short, long, "{c:?}");
        }
        assert!(('a'..='z').all(is_fold_free));
        assert!(('\0'..='`').chain('{'..='\u{ff}').all(|c| !is_fold_free(c)));
    }

    #[test]
    fn a_syllable_goes_on_only_with_marks_of_its_own_script() {
        assert!(continues('\u{1100}', '\u{1161}'));
        assert!(continues('ハ', '\u{3099}'));
        assert!(continues('ด', '\u{e35}'));
        for disguise in ['\u{1161}', '\u{3099}', '\u{e35}', 'x'] {
            assert!(!continues('k', disguise), "{disguise:?}");
        }
    }
}
