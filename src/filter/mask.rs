//! Stars in place of words.
//!
//! Invariant: grapheme clusters that lie outside the cover stay byte for byte.

#![expect(clippy::indexing_slicing, reason = "the first is a partition point")]

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::glyph::{is_bidi_control, is_invisible};

/// The parts of a text that are to be masked: in order, apart from each other.
#[derive(Debug, Default)]
pub(super) struct Cover(Vec<Range<usize>>);

impl Cover {
    /// Adds a span; all are added in the order of their starts, or all in the order of their ends.
    ///
    /// Spans that touch become one, so that a cover is never longer than its text.
    pub(super) fn add(&mut self, mut span: Range<usize>) {
        while let Some(last) = self.0.pop_if(|last| last.end >= span.start) {
            span = span.start.min(last.start)..span.end.max(last.end);
        }
        self.0.push(span);
    }

    /// What of it lies in a range of the text, as spans of that range.
    pub(super) fn inside(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.0.partition_point(|span| span.end <= range.start);
        let spans = self.0[first..].iter().take_while(move |span| span.start < range.end);
        spans.map(move |span| {
            span.start.max(range.start) - range.start..span.end.min(range.end) - range.start
        })
    }

    /// This and other spans, in whatever order.
    pub(super) fn with(self, others: impl Iterator<Item = Range<usize>>) -> Self {
        let mut spans = self.0;
        spans.extend(others);
        spans.sort_unstable_by_key(|span| span.start);
        let mut cover = Self::default();
        for span in spans {
            cover.add(span);
        }
        cover
    }

    /// `text` with a star for each visible character, as a reader counts them, that is covered or of
    /// which a part is: a letter with its marks, a family of emoji, a flag.
    ///
    /// Bidi controls inside stay, so that the text outside reads in the direction it did. Spans that do
    /// not lie in the text are passed over.
    pub(super) fn mask(self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut spans =
            self.0.into_iter().filter(|span| text.get(span.clone()).is_some()).peekable();
        for (start, cluster) in text.grapheme_indices(true) {
            while spans.next_if(|span| span.end <= start).is_some() {}
            let is_covered = spans.peek().is_some_and(|span| span.start < start + cluster.len());
            masked.push_str(if is_covered { cover(cluster) } else { cluster });
        }
        masked
    }
}

/// What is shown for a character that is masked.
fn cover(cluster: &str) -> &str {
    if cluster.chars().any(is_bidi_control) {
        cluster
    } else if cluster.chars().all(is_invisible) {
        ""
    } else {
        "*"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, spans: &[(usize, usize)]) -> String {
        let mut cover = Cover::default();
        for &(start, end) in spans {
            cover.add(start..end);
        }
        cover.mask(text)
    }

    #[test]
    fn a_character_with_its_marks_is_one_star() {
        assert_eq!(masked("a word.", &[(2, 6)]), "a ****.");
        assert_eq!(masked("王八蛋", &[(3, 9)]), "王**");
        // The span ends before the marks of its last letter.
        assert_eq!(masked("o\u{308}r\u{301}\u{488}\u{fe0f}d", &[(0, 4)]), "**d");
        assert_eq!(masked("w\u{200b}o", &[(0, 5)]), "**");
        // It begins with a mark, whose letter goes with it.
        assert_eq!(masked("xด\u{e35}y", &[(4, 7)]), "x*y");
    }

    #[test]
    fn a_cluster_is_masked_whole_or_not_at_all() {
        let family = "👨\u{200d}👩\u{200d}👧";
        for (text, word, masked_as) in [
            (&*format!("a{family}b"), "👩", "a*b"),
            (&*format!("{family}{family}"), family, &*format!("*{family}")),
            ("👍🏽👍", "👍", "*👍"),
            ("🇩🇪🇫🇷", "🇪", "*🇫🇷"),
            ("5\u{fe0f}\u{20e3}6", "5", "*6"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}!", "🏴", "*!"),
            ("e\u{301}\u{327}f", "e", "*f"),
            ("\u{1100}\u{1161}\u{11a8}\u{1100}", "\u{1161}", "*\u{1100}"),
            ("नमस्ते", "म", "न*स्ते"),
            ("a\r\nb", "a", "*\r\nb"),
        ] {
            let start = text.find(word).unwrap();
            assert_eq!(masked(text, &[(start, start + word.len())]), masked_as, "{text:?}");
        }
    }

    #[test]
    fn spans_may_overlap_and_touch() {
        assert_eq!(masked("abcdef", &[(0, 3), (1, 2), (2, 4), (4, 5)]), "*****f");
        assert_eq!(masked("abcdef", &[(1, 2), (3, 4), (0, 4)]), "****ef");
        // The marks of the first reach into the second.
        assert_eq!(masked("a\u{301}\u{302}b", &[(0, 1), (3, 6)]), "**");
        assert_eq!(masked("abcdef", &[]), "abcdef");
    }

    #[test]
    fn a_part_of_a_cover_joins_another() {
        let mut cover = Cover::default();
        [0..2, 4..7, 8..9].into_iter().for_each(|span| cover.add(span));
        let inside = |range| cover.inside(range).collect::<Vec<_>>();
        assert_eq!(inside(5..9), [0..2, 3..4]);
        assert_eq!(inside(1..4), std::iter::once(0..1).collect::<Vec<_>>());
        assert_eq!((inside(2..4), inside(9..12)), (vec![], vec![]));
        let mut other = Cover::default();
        other.add(3..5);
        assert_eq!(other.with(cover.inside(0..9)).0, [0..2, 3..7, 8..9]);
    }

    #[test]
    fn bidi_controls_outlive_the_mask() {
        assert_eq!(masked("\u{202e}ab\u{202c}cd", &[(3, 9)]), "\u{202e}**\u{202c}*d");
    }

    #[test]
    fn spans_of_another_text_change_nothing() {
        assert_eq!(masked("é", &[(0, 1), (1, 2), (0, 9), (5, 7)]), "é");
    }
}
