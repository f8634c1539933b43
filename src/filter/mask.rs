//! Stars in place of words.
//!
//! Invariant: what lies outside the cover, and is not drawn on it, stays byte for byte.

use std::ops::Range;

use super::fold::{is_bidi_control, is_drawn_on_the_last, is_invisible};

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

    /// `text` with a star for each visible character that is covered.
    ///
    /// A span takes in the marks that are drawn on its last character, so that none is left without
    /// its letter. Bidi controls inside stay, so that the text outside reads in the direction it did.
    /// Spans that do not lie in the text are passed over.
    pub(super) fn mask(self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for span in self.0 {
            if text.get(span.clone()).is_none() {
                continue;
            }
            let Range { start, end } = whole_characters(text, span);
            let start = start.max(done);
            masked.push_str(&text[done..start]);
            masked.extend(text[start..end].chars().filter_map(cover));
            done = end;
        }
        masked.push_str(&text[done..]);
        masked
    }
}

/// The span, with what is drawn on its last character, and with what its first is drawn on.
fn whole_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let drawn_on = |c: char| is_drawn_on_the_last(c) || is_variation(c);
    let mut start = span.start;
    let mut before = text[..start].chars();
    while text[start..].starts_with(drawn_on)
        && let Some(c) = before.next_back()
    {
        start -= c.len_utf8();
    }
    let after = &text[span.end..];
    let end = text.len() - after.trim_start_matches(drawn_on).len();
    start..end
}

/// What is shown for a character that is masked.
fn cover(c: char) -> Option<char> {
    if is_bidi_control(c) {
        Some(c)
    } else if is_drawn_on_the_last(c) || is_invisible(c) {
        None
    } else {
        Some('*')
    }
}

fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
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
    fn spans_may_overlap_and_touch() {
        assert_eq!(masked("abcdef", &[(0, 3), (1, 2), (2, 4), (4, 5)]), "*****f");
        assert_eq!(masked("abcdef", &[(1, 2), (3, 4), (0, 4)]), "****ef");
        // The marks of the first reach into the second.
        assert_eq!(masked("a\u{301}\u{302}b", &[(0, 1), (3, 6)]), "**");
        assert_eq!(masked("abcdef", &[]), "abcdef");
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
