//! The terms of a filter by their numbers, as receipts, questions and explanations name them.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "texts end where their facts say, one behind the other"
)]

use super::{Category, FilterSpec, Treatment};

/// A term of a filter, as it is treated. From [`Filter::term`](super::Filter::term).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Listed<'f> {
    /// The word or phrase, as the spec has it.
    pub text: &'f str,
    /// What it is about.
    pub category: Category,
    /// What is done about it: its own treatment, or its category's.
    pub treatment: Treatment,
    /// Whether it counts only as a whole word.
    pub boundary: bool,
    /// How much a hit weighs.
    pub weight: u16,
}

/// All terms of a spec, with their texts on end.
pub(super) struct Terms {
    texts: Box<str>,
    facts: Box<[Fact]>,
}

/// What is known of one term.
struct Fact {
    /// Where its text ends; it begins where the one before ends.
    end: u32,
    category: Category,
    treatment: Treatment,
    boundary: bool,
    weight: u16,
}

impl Terms {
    pub(super) fn of(spec: &FilterSpec) -> Self {
        let mut texts = String::new();
        let facts = spec.terms().iter().map(|term| {
            texts.push_str(&term.text);
            Fact {
                end: u32::try_from(texts.len()).expect("a spec has 25 MB of terms at most"),
                category: term.category,
                treatment: term.treatment.unwrap_or_else(|| spec.treatment(term.category)),
                boundary: term.boundary,
                weight: term.weight,
            }
        });
        Self { facts: facts.collect(), texts: texts.into() }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Listed<'_>> {
        let mut start = 0;
        self.facts.iter().map(move |fact| {
            let text = &self.texts[start..fact.end as usize];
            start = fact.end as usize;
            fact.listed(text)
        })
    }

    pub(super) fn get(&self, number: u32) -> Option<Listed<'_>> {
        let at = number as usize;
        let fact = self.facts.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.facts[before].end);
        Some(fact.listed(&self.texts[start as usize..fact.end as usize]))
    }

    pub(super) fn treatment(&self, number: u32) -> Option<Treatment> {
        self.facts.get(number as usize).map(|fact| fact.treatment)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.texts.len() + size_of_val(&*self.facts)
    }
}

impl Fact {
    fn listed<'f>(&self, text: &'f str) -> Listed<'f> {
        let Self { category, treatment, boundary, weight, .. } = *self;
        Listed { text, category, treatment, boundary, weight }
    }
}
