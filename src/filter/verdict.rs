//! What a filter says of a text.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Category, Disguise, Treatment};

/// What a text contains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Verdict {
    /// The gravest treatment of all hits, kept or not; `None` if nothing was met.
    pub treatment: Option<Treatment>,
    /// The hits, sorted by where they begin: the first [`Verdict::MAX_HITS`] that end, and
    /// always one of the gravest.
    pub hits: SmallVec<[Hit; 2]>,
    /// How many more hits there were than are kept.
    pub more: u32,
    /// The weights of all hits together, kept or not. It is for the sums of a host that judges texts itself
    /// (names, reports, who to look at first): a group goes by treatments alone.
    pub weight: u32,
}

/// A term that was met in a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hit {
    /// Where it begins and ends, in bytes of the text as it was given.
    pub span: Range<usize>,
    /// The number of the term, counted from 0 in the spec: [`Filter::term`](super::Filter::term) names it.
    pub term: u32,
    /// What the term is about.
    pub category: Category,
    /// What is done about it.
    pub treatment: Treatment,
    /// How many characters inside gave no letter: separators, marks, invisible ones.
    pub skipped: u32,
    /// How many letters are written as digits or symbols.
    pub substituted: u32,
    /// Whether it stands between word boundaries.
    pub boundary: bool,
    /// How much the term weighs.
    pub weight: u16,
    /// What it wears: by class, how many characters had to be folded or skipped.
    pub disguise: Disguise,
}

impl Verdict {
    /// The most hits that a verdict keeps: more than anybody reads, and 5 KiB at most.
    pub const MAX_HITS: usize = 64;

    /// Whether nothing was met.
    pub fn is_clean(&self) -> bool {
        self.treatment.is_none()
    }

    /// The first of the gravest hits.
    pub fn gravest(&self) -> Option<&Hit> {
        self.hits.iter().find(|hit| Some(hit.treatment) == self.treatment)
    }

    /// Keeps the hit if there is room, or in place of a milder one.
    pub(super) fn take(&mut self, hit: Hit) {
        let is_graver = Some(hit.treatment) > self.treatment;
        self.treatment = self.treatment.max(Some(hit.treatment));
        self.weight = self.weight.saturating_add(u32::from(hit.weight));
        if self.hits.len() < Self::MAX_HITS {
            return self.hits.push(hit);
        }
        self.more = self.more.saturating_add(1);
        // Only a new gravest is worth a search, so that a flood of hits costs at most three.
        if is_graver
            && let Some(mildest) = self.hits.iter_mut().rev().min_by_key(|hit| hit.treatment)
        {
            *mildest = hit;
        }
    }
}

impl Hit {
    /// Where it stands among others. One term can be met twice at one place, read in two ways.
    pub(super) fn place(&self) -> (usize, usize, u32, u32, u32) {
        (self.span.start, self.span.end, self.term, self.substituted, self.skipped)
    }
}
