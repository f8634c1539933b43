//! From a spec to the patterns that are looked for, each once.

#![expect(clippy::indexing_slicing, reason = "a pattern's number is that of a rule that was made")]

use std::collections::BTreeMap;

use super::{
    Evasion, FilterError, FilterSpec, Origin, Treatment,
    listed::Terms,
    pattern::{MAX_LETTERS, Pattern, Shape, Unfit},
};

/// The patterns of a spec, each once.
#[derive(Default)]
pub(super) struct Patterns {
    pub(super) letters: Vec<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) shapes: Vec<Shape>,
    known_shapes: BTreeMap<Shape, u32>,
}

/// What a pattern stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Where its shape is.
    pub(super) shape: u32,
    pub(super) purpose: Purpose,
}

/// What is done where it is met.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Find { term: u32 },
    Allow,
}

/// In a list of more terms a digit stands for the likeliest of its letters alone: `1` for i and not for l. The
/// patterns for the others would double what a long list takes.
const MOST_CODED: usize = 20_000;

impl Patterns {
    pub(super) fn of(spec: &FilterSpec, terms: &Terms) -> Result<Self, FilterError> {
        let on = spec.reaches().followed();
        let mut patterns = Self::default();
        // Terms that fold alike and are met alike are one: the gravest, of these the first.
        let mut known: BTreeMap<(Pattern, bool), usize> = BTreeMap::new();
        for (number, term) in (0..).zip(spec.terms()) {
            let at = Origin::Term(number as usize);
            let pattern = Pattern::of(&term.text, on).map_err(|unfit| unfit.at(at, &term.text))?;
            let treatment = terms.treatment(number);
            let purpose = Purpose::Find { term: number };
            let reads_all = on.has(Evasion::Leet) && spec.terms().len() <= MOST_CODED;
            let coded = if reads_all { pattern.coded() } else { Vec::new() };
            let variants = [
                pattern.squeezed().filter(|_| on.has(Evasion::Repeats)),
                pattern.alike().filter(|_| on.has(Evasion::LookAlikes)),
                Some(pattern),
            ];
            for pattern in variants.into_iter().flatten().chain(coded) {
                let rule = Rule { shape: patterns.shape(pattern.shape), purpose };
                match known.get(&(pattern.clone(), term.boundary)) {
                    Some(&at) if patterns.rules[at].treatment(terms) >= treatment => {}
                    Some(&at) => patterns.rules[at] = rule,
                    None => {
                        known.insert((pattern.clone(), term.boundary), patterns.rules.len());
                        patterns.push(pattern, rule);
                    }
                }
            }
        }
        for (number, word) in spec.allowed().iter().enumerate() {
            let at = Origin::Allowed(number);
            let pattern = Pattern::of(word, on).map_err(|unfit| unfit.at(at, word))?;
            let rule = Rule { shape: patterns.shape(pattern.shape), purpose: Purpose::Allow };
            patterns.push(pattern, rule);
        }
        Ok(patterns)
    }

    /// Where a shape is, from now on.
    fn shape(&mut self, shape: Shape) -> u32 {
        let next = u32::try_from(self.shapes.len()).expect("a spec has not so many terms");
        *self.known_shapes.entry(shape).or_insert_with(|| {
            self.shapes.push(shape);
            next
        })
    }

    fn push(&mut self, pattern: Pattern, rule: Rule) {
        self.letters.push(pattern.letters);
        self.rules.push(rule);
    }
}

impl Unfit {
    /// What is to be said of the text at a place.
    pub(super) fn at(self, at: Origin, text: &str) -> FilterError {
        match self {
            Self::Nothing => FilterError::Nothing { at, text: text.to_owned() },
            Self::TooLong => FilterError::TooManyLetters { at, limit: MAX_LETTERS },
        }
    }
}

impl Rule {
    pub(super) fn finds(&self) -> bool {
        matches!(self.purpose, Purpose::Find { .. })
    }

    fn treatment(&self, terms: &Terms) -> Option<Treatment> {
        match self.purpose {
            Purpose::Find { term } => terms.treatment(term),
            Purpose::Allow => None,
        }
    }
}
