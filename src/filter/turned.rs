//! Text that stands on its head.
//!
//! Whoever turns a text upside down turns all of it: the last letter comes first, and letters that are others upside
//! down are these, as `pɹoʍ` has a p for the d of `word`. So a text in which a letter is turned is read twice more,
//! from its end and as it stands, with such letters turned over. What counts there must have a turned letter in it:
//! the rest of the text is no word that way.
//!
//! Invariant: what is turned over has the bytes of the text, each character in its place from the one end or the other.

#![expect(clippy::string_slice, reason = "a span of what was read over was found in it")]

use super::{Evasion, Filter, Hit, Spare, tables::turned};

/// Whether a letter shows that its text may stand on its head. The ə of some alphabets does not; those who turn letters
/// take the other one.
pub(super) fn is_telling(letter: char) -> bool {
    letter != 'ə' && turned(letter).is_some()
}

impl Filter {
    /// Every word that is met where the text is turned over, by its place in the text.
    pub(super) fn each_word_turned(&self, text: &str, mut see: impl FnMut(Hit, Option<Spare>)) {
        for from_the_end in [true, false] {
            let over: String = if from_the_end {
                text.chars().rev().map(over).collect()
            } else {
                text.chars().map(over).collect()
            };
            self.each_word_read(&over, |mut hit, spare| {
                let read = &over[hit.span.clone()];
                if from_the_end {
                    hit.span = text.len() - hit.span.end..text.len() - hit.span.start;
                }
                // What reads the same as it stands is met there.
                if hit.disguise.of(Evasion::Turned) > 0 && read != &text[hit.span.clone()] {
                    see(hit, spare);
                }
            });
        }
    }
}

/// A letter that is another upside down, as that.
fn over(letter: char) -> char {
    match letter {
        'b' => 'q',
        'd' => 'p',
        'n' => 'u',
        'p' => 'd',
        'q' => 'b',
        'u' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{FilterSpec, Treatment};

    fn filter(list: &str) -> Filter {
        FilterSpec::parse(list).unwrap().compile().unwrap()
    }

    #[test]
    fn a_word_is_met_on_its_head() {
        let filter = filter("word\nidiot\nstupid\nshit\ncunt\nfree coins\n!whole\nmeet");
        for (text, words) in [
            ("a pɹoʍ!", vec!["pɹoʍ"]),
            ("ʍoɹp", vec!["ʍoɹp"]),
            ("ʍoɹd", vec!["ʍoɹd"]),
            ("ʇoıpı uɐ ǝɹɐ noʎ", vec!["ʇoıpı"]),
            ("so pıdnʇs, pᴉdnʇs", vec!["pıdnʇs", "pᴉdnʇs"]),
            ("ʇıɥs", vec!["ʇıɥs"]),
            ("ʇunɔ ɔnuʇ", vec!["ʇunɔ", "ɔnuʇ"]),
            ("suıoɔ ǝǝɹɟ", vec!["suıoɔ ǝǝɹɟ"]),
            ("ǝloɥʍ ǝɯosǝloɥʍ", vec!["ǝloɥʍ"]),
            // Nothing of it is turned, or another word of the text alone.
            ("tihs toidi", vec![]),
            ("tihs ʎǝɥ", vec![]),
            // A letter of an alphabet, and no sign of a text on its head.
            ("təəm", vec![]),
        ] {
            let hits = filter.judge(text).hits;
            let met: Vec<_> = hits.iter().map(|hit| &text[hit.span.clone()]).collect();
            assert_eq!(met, words, "{text}");
        }
    }

    #[test]
    fn what_reads_the_same_from_both_ends_is_met_once() {
        assert_eq!(filter("tit").judge("ʇıʇ o").hits.len(), 1);
    }

    #[test]
    fn words_on_their_heads_are_masked_among_many() {
        let filter = filter("[abuse mask]\nshit\nx");
        let text = format!("ʇıɥs {} ʇıɥs", "x".repeat(80));
        let verdict = filter.judge(&text);
        assert_eq!((verdict.treatment, verdict.hits.len()), (Some(Treatment::Mask), 64));
        assert_eq!(filter.mask(&text, &verdict), format!("**** {} ****", "*".repeat(80)));
    }

    #[test]
    fn nothing_is_turned_over_where_the_class_is_off() {
        let off = filter("word\n~turned off").explain("pɹoʍ");
        assert!(off.verdict.is_clean() && off.spared.is_empty());
        assert!(filter("word\n~turned words").judge("xpɹoʍ").is_clean());
    }
}
