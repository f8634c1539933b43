//! What a switch looks like in the text.

use std::ops::Range;

use super::edit::Part;

/// A call that says which of some mutants is on, if any.
pub(super) struct Choice {
    call: String,
    mutants: Vec<usize>,
}

impl Choice {
    pub(super) fn new(first: usize, mutants: &[usize]) -> Self {
        let call = format!("crate::mutant::pick({first}, {})", mutants.len());
        Self { call, mutants: mutants.to_vec() }
    }

    /// `usual`, or a variant in its place.
    pub(super) fn value(
        &self,
        usual: Vec<Part>,
        variants: impl Iterator<Item = Vec<Part>>,
    ) -> Vec<Part> {
        let mut parts = vec![text(&format!("(match {} {{ 0 => {{ ", self.call))];
        parts.extend(usual);
        parts.push(text(" }"));
        for ((at, mutant), variant) in self.mutants.iter().enumerate().zip(variants) {
            parts.push(text(&format!(" {} => {{ ", self.pattern(at))));
            parts.push(Part::Variant(*mutant, variant));
            parts.push(text(" }"));
        }
        parts.push(text(" })"));
        vec![Part::Switch(self.mutants.clone(), parts)]
    }

    /// A value of `operands` that are reckoned once, whichever of the mutants is on, and have `names` from there on.
    fn bound(
        &self,
        operands: Vec<Part>,
        names: &str,
        usual: Vec<Part>,
        variants: impl Iterator<Item = Vec<Part>>,
    ) -> Vec<Part> {
        let mut parts = vec![text("(match ")];
        parts.extend(operands);
        parts.push(text(&format!(" {{ {names} => ")));
        parts.extend(self.value(usual, variants));
        parts.push(text(" })"));
        vec![Part::Switch(self.mutants.clone(), parts)]
    }

    pub(super) fn reckon<'a>(
        &self,
        left: Range<usize>,
        sign: &str,
        right: Range<usize>,
        signs: impl Iterator<Item = &'a str>,
    ) -> Vec<Part> {
        let usual = vec![text(&format!("__l {sign} __r"))];
        let variants = signs.map(|sign| vec![text(&format!("__l {sign} __r"))]);
        let operands = [text("("), source(left), text(", "), source(right), text(")")];
        self.bound(operands.into(), "(__l, __r)", usual, variants)
    }

    pub(super) fn compare<'a>(
        &self,
        left: Range<usize>,
        sign: &str,
        right: Range<usize>,
        signs: impl Iterator<Item = &'a str>,
    ) -> Vec<Part> {
        let usual = vec![text(&format!("*__l {sign} *__r"))];
        let variants = signs.map(|sign| vec![text(&format!("*__l {sign} *__r"))]);
        let operands = [text("(&("), source(left), text("), &("), source(right), text("))")];
        self.bound(operands.into(), "(__l, __r)", usual, variants)
    }

    pub(super) fn assign<'a>(
        &self,
        left: Range<usize>,
        sign: &str,
        right: Range<usize>,
        signs: impl Iterator<Item = &'a str>,
    ) -> Vec<Part> {
        let usual = vec![source(left.clone()), text(&format!(" {sign} __r"))];
        let variants = signs.map(|sign| vec![plain(left.clone()), text(&format!(" {sign} __r"))]);
        self.bound(vec![source(right)], "__r", usual, variants)
    }

    /// `&&` that becomes `||`, or the other way around.
    pub(super) fn lazy(&self, left: Range<usize>, is_or: bool, right: Range<usize>) -> Vec<Part> {
        let goes_on = if is_or { "==" } else { "!=" };
        let ask = format!("; if __l {goes_on} ({} == 1) {{ ", self.call);
        let mut parts = vec![text("({ let __l = "), source(left), text(&ask)];
        parts.extend([source(right), text(" } else { __l } })")]);
        vec![Part::Switch(self.mutants.clone(), parts)]
    }

    pub(super) fn unary(&self, sign: &str, operand: Range<usize>) -> Vec<Part> {
        let usual = vec![text(&format!("{sign}__v"))];
        let variants = [vec![text("__v")]].into_iter();
        self.bound(vec![source(operand)], "__v", usual, variants)
    }

    /// A pattern that matches nothing while the mutant is on.
    pub(super) fn guard(&self, pattern: Range<usize>) -> Vec<Part> {
        let ask = format!(" if {} == 0", self.call);
        vec![Part::Switch(self.mutants.clone(), vec![plain(pattern), text(&ask)])]
    }

    /// A statement that returns one of the values, or goes on.
    pub(super) fn early<'a>(&self, values: impl Iterator<Item = &'a str>) -> Vec<Part> {
        let mut parts = vec![text(&format!("match {} {{ 0 => {{}}", self.call))];
        for ((at, mutant), value) in self.mutants.iter().enumerate().zip(values) {
            parts.push(text(&format!(" {} => ", self.pattern(at))));
            parts.push(Part::Variant(*mutant, vec![text("{ return "), text(value), text("; }")]));
        }
        parts.push(text(" } "));
        vec![Part::Switch(self.mutants.clone(), parts)]
    }

    /// A block that has one of the values or that of `body`, each of a type of its own.
    pub(super) fn either<'a>(
        &self,
        body: Range<usize>,
        values: impl Iterator<Item = &'a str>,
    ) -> Vec<Part> {
        let (right, left) = ("crate::mutant::Or::Right(", "crate::mutant::Or::Left(");
        let all = self.mutants.len();
        let mut parts = vec![text(&format!("{{ match {} {{ 0 => ", self.call))];
        parts.extend([text(&right.repeat(all)), source(body), text(&")".repeat(all))]);
        for ((at, mutant), value) in self.mutants.iter().enumerate().zip(values) {
            parts.push(text(&format!(", {} => {}{left}", self.pattern(at), right.repeat(at))));
            parts.push(Part::Variant(*mutant, vec![text(value)]));
            parts.push(text(&")".repeat(at + 1)));
        }
        parts.push(text(" } }"));
        vec![Part::Switch(self.mutants.clone(), parts)]
    }

    /// What `pick` answers for the mutant at this place among them; the last takes all that is left.
    fn pattern(&self, at: usize) -> String {
        if at + 1 == self.mutants.len() { "_".to_owned() } else { (at + 1).to_string() }
    }
}

pub(super) fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

pub(super) fn source(range: Range<usize>) -> Part {
    Part::Source(range)
}

pub(super) fn plain(range: Range<usize>) -> Part {
    Part::Plain(range)
}

/// `whole` without `hole`.
pub(super) fn deleted(whole: &Range<usize>, hole: &Range<usize>) -> Vec<Part> {
    vec![plain(whole.start..hole.start), plain(hole.end..whole.end)]
}
