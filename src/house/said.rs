//! What a text says, whatever its case, width and white space.

use serde::{Deserialize, Serialize};

use crate::{
    glyph::{is_invisible, narrow},
    message::Content,
};

/// A text by its folded characters, in 128 bits.
///
/// The hash has no key, so that it is the same in every process. Who makes two texts collide has kept
/// nobody from saying anything that they could not have kept them from by saying it themselves; and
/// the tables that it is the key of are trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Said([u64; 2]);

impl Said {
    /// FNV-1a, by characters.
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    /// What the texts of a message say together; `None` if they say nothing.
    pub(crate) fn of(content: &Content) -> Option<Self> {
        // Texts next to each other are read as one; whatever stands between two parts them.
        let texts = content.elements.iter().map(|element| element.text().unwrap_or(" "));
        let letters = texts.flat_map(str::chars);
        let (mut hash, mut gap, mut empty) = (Self::BASIS, false, true);
        for letter in letters.filter(|letter| !is_invisible(*letter)) {
            if letter.is_whitespace() {
                gap = true;
                continue;
            }
            if gap && !empty {
                hash = Self::step(hash, ' ');
            }
            (gap, empty) = (false, false);
            // Said once more for the usual case, which costs a tenth so.
            hash = if letter.is_ascii() {
                Self::step(hash, letter.to_ascii_lowercase())
            } else {
                narrow(letter).to_lowercase().fold(hash, Self::step)
            };
        }
        // Two halves, because not every format knows whole numbers of 128 bits.
        (!empty).then_some(Self([Self::half(hash >> 64), Self::half(hash)]))
    }

    fn half(hash: u128) -> u64 {
        u64::try_from(hash & u128::from(u64::MAX)).unwrap_or(u64::MAX)
    }

    fn step(hash: u128, letter: char) -> u128 {
        (hash ^ u128::from(u32::from(letter))).wrapping_mul(Self::PRIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Element;

    fn said(text: &str) -> Option<Said> {
        Said::of(&Content::text(text))
    }

    #[test]
    fn a_text_is_the_same_in_any_dress() {
        let plain = said("buy gold now").unwrap();
        for text in [
            "  Buy  GOLD\n now\t",
            "ｂｕｙ ｇｏｌｄ ｎｏｗ",
            "b\u{200b}uy g\u{ad}old\u{3000}now\u{feff}",
        ] {
            assert_eq!(said(text), Some(plain), "{text:?}");
        }
        // Every invisible character that the filter knows.
        for invisible in ('\0'..=char::MAX).filter(|c| is_invisible(*c)) {
            let text = format!("bu{invisible}y gold now{invisible}");
            assert_eq!(said(&text), Some(plain), "{text:?}");
        }
        for text in ["buygold now", "buy gold", "buy gold now!", "now gold buy", "buy gold noẃ"] {
            assert_ne!(said(text), Some(plain), "{text:?}");
        }
        assert_eq!(said("ÄÖ"), said("äö"));
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        for text in ["", " \n\u{200b}", "\u{3000}", "\u{34f}\u{2800}\u{3164}"] {
            assert_eq!(said(text), None);
        }
        let face = Element::Face { index: 1, data: "smile".into() };
        let content =
            |elements: Vec<Element>| Content { elements: elements.into(), ..Content::default() };
        assert_eq!(Said::of(&content(vec![face.clone()])), None);
        let texts = ["gold", " now "].map(|text| Element::Text(text.into()));
        let [gold, now] = texts;
        assert_eq!(Said::of(&content(vec![gold, face, now])), said("gold now"));
        let parted = ["go", "", "ld no", "w"].map(|text| Element::Text(text.into()));
        assert_eq!(Said::of(&content(parted.into())), said("gold now"));
    }

    #[test]
    fn a_text_has_a_known_number() {
        // Written down once: it must not change between builds, machines or releases.
        assert_eq!(said("hi").unwrap().0, [612_653_598_931_360_745, 6_530_346_111_120_201_242]);
    }
}
