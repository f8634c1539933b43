//! Changes to a text that lie within each other, and the text with all of them made.

use std::{cmp::Reverse, ops::Range};

/// What stands in place of a range of the source.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) parts: Vec<Part>,
}

/// A piece of what stands there.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// These words.
    Text(String),
    /// A range of the source, with the edits within it.
    Source(Range<usize>),
    /// A range of the source as it was written.
    Plain(Range<usize>),
    /// What belongs to one mutant alone, by its number.
    Variant(usize, Vec<Part>),
    /// What belongs to several, and breaks for all of them.
    Switch(Vec<usize>, Vec<Part>),
}

/// Where in the new text a compiler's complaint means these mutants.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    pub(crate) mutants: Vec<usize>,
    /// Whether it is the replacement itself that stands there, and not what surrounds it.
    pub(crate) is_variant: bool,
}

/// The text with all edits made, and what lies where in it.
pub(crate) fn render(source: &str, mut edits: Vec<Edit>) -> (String, Vec<Region>) {
    // Of two edits of the same range, the one that was made first surrounds the other.
    edits.sort_by_key(|edit| (edit.range.start, Reverse(edit.range.end)));
    let mut press = Press { source, text: String::new(), regions: Vec::new() };
    press.source(0..source.len(), &edits);
    (press.text, press.regions)
}

struct Press<'a> {
    source: &'a str,
    text: String,
    regions: Vec<Region>,
}

impl Press<'_> {
    fn source(&mut self, range: Range<usize>, edits: &[Edit]) {
        let mut at = range.start;
        let mut next = 0;
        while let Some(edit) = edits.get(next) {
            let after = next + 1;
            let within = edits[after..].partition_point(|it| it.range.start < edit.range.end);
            if edit.range.start < at || edit.range.end > range.end {
                next = after;
                continue;
            }
            self.text.push_str(&self.source[at..edit.range.start]);
            self.parts(&edit.parts, &edits[after..after + within]);
            at = edit.range.end;
            next = after + within;
        }
        self.text.push_str(&self.source[at..range.end]);
    }

    fn parts(&mut self, parts: &[Part], edits: &[Edit]) {
        for part in parts {
            match part {
                Part::Text(text) => self.text.push_str(text),
                Part::Source(range) => self.source(range.clone(), edits),
                Part::Plain(range) => self.text.push_str(&self.source[range.clone()]),
                Part::Variant(mutant, parts) => {
                    self.region(vec![*mutant], true, parts, edits);
                }
                Part::Switch(mutants, parts) => self.region(mutants.clone(), false, parts, edits),
            }
        }
    }

    fn region(&mut self, mutants: Vec<usize>, is_variant: bool, parts: &[Part], edits: &[Edit]) {
        let start = self.text.len();
        self.parts(parts, edits);
        self.regions.push(Region { range: start..self.text.len(), mutants, is_variant });
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, Part, render};

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    #[test]
    fn edits_lie_within_each_other_and_a_range_may_be_printed_twice() {
        let inner = Edit { range: 2..3, parts: vec![text("["), Part::Source(2..3), text("]")] };
        let twice = vec![Part::Source(1..4), text("|"), Part::Plain(1..4)];
        let outer = Edit { range: 1..4, parts: twice };
        let (after, _) = render("abcde", vec![inner, outer]);
        assert_eq!(after, "ab[c]d|bcde");
    }

    #[test]
    fn of_one_range_the_first_edit_surrounds_the_second() {
        let ring = |open: &str, close: &str| Edit {
            range: 0..1,
            parts: vec![text(open), Part::Source(0..1), text(close)],
        };
        let (after, _) = render("a", vec![ring("(", ")"), ring("<", ">")]);
        assert_eq!(after, "(<a>)");
    }

    #[test]
    fn a_region_tells_where_a_variant_stands() {
        let parts = vec![text("x"), Part::Variant(7, vec![Part::Source(0..1)])];
        let parts = vec![Part::Switch(vec![7, 8], parts)];
        let (after, regions) = render("ab", vec![Edit { range: 0..1, parts }]);
        assert_eq!(after, "xab");
        assert_eq!((regions[0].range.clone(), regions[0].is_variant), (1..2, true));
        assert_eq!((regions[1].range.clone(), regions[1].mutants.clone()), (0..2, vec![7, 8]));
    }
}
