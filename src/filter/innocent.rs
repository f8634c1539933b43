//! Where the innocent words of a text stand.

use std::ops::Range;

/// The innocent words of a text, in the order of their ends.
#[derive(Debug, Default)]
pub(super) struct Innocent {
    words: Vec<Range<usize>>,
    /// How many end before all that is still to be asked about.
    passed: usize,
}

impl Innocent {
    /// Ends do not run back, because the scan does not.
    pub(super) fn add(&mut self, span: Range<usize>) {
        self.words.push(span);
    }

    /// Lets a word of which another is a part stand for it: a start is the furthest of all words that
    /// end there or later and begin before that end.
    pub(super) fn close(&mut self) {
        let mut start = usize::MAX;
        for span in self.words.iter_mut().rev() {
            start = start.min(span.start);
            span.start = start;
        }
    }

    /// Whether the span lies inside one innocent word. Spans are asked about in the order of their ends.
    pub(super) fn protects(&mut self, span: &Range<usize>) -> bool {
        while self.words.get(self.passed).is_some_and(|word| word.end < span.end) {
            self.passed += 1;
        }
        self.words.get(self.passed).is_some_and(|word| word.start <= span.start)
    }
}
