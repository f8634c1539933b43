//! The content filter: which listed words a text contains, however they are written.
//!
//! A [`FilterSpec`] lists terms and what is done about each; [`FilterSpec::compile`] makes a [`Filter`]
//! of it, and [`Filter::judge`] says what a text contains:
//!
//! ```
//! use liveroom::filter::{FilterSpec, Treatment};
//!
//! let filter = FilterSpec::parse("[abuse mask]\nidiot\n[advertising block]\nfree coins")?.compile()?;
//!
//! let text = "you İ-D-1-O-T!";
//! let verdict = filter.judge(text);
//! assert_eq!(verdict.treatment, Some(Treatment::Mask));
//! assert_eq!(filter.mask(text, &verdict), "you *********!");
//!
//! assert_eq!(filter.judge("ｆｒｅｅ ｃｏｉｎｓ").treatment, Some(Treatment::Block));
//! assert!(filter.judge("avoid iotas").is_clean());
//! # Ok::<(), liveroom::filter::FilterError>(())
//! ```
//!
//! A word is met through upper case, full width and other compatibility forms, accents, invisible
//! characters, digits and symbols drawn like letters, and separators between all of its letters. Skipping
//! separators would join innocent words (`his hit`), so a word with separators counts only
//! * where it has none but those it is listed with (`free coins`, `freecoins`),
//! * or a single hyphen, dot, star or the like in each gap, and word boundaries around it (`id-iot`),
//! * or something between all of its letters, and no letter next to it (`i d i o t`).
//!
//! A filter claims no accuracy beyond its list: treatments, boundaries and innocent words are how a host
//! weighs what is missed against what is wrongly met.
//!
//! Invariants: the same spec and text give the same verdict on every machine; hits lie on character
//! boundaries and are sorted by where they begin; the time a text takes is linear in its length.

mod fold;
#[cfg(test)]
mod laws;
mod list;
mod mask;
mod pattern;
mod preview;
mod reading;
mod scan;
mod spec;
#[cfg(test)]
mod tests;
mod walk;

use std::{collections::BTreeMap, fmt, ops::Range};

use aho_corasick::{MatchKind, automaton::Automaton, nfa::contiguous::NFA};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::preview::{Met, Preview};
pub use self::spec::{Category, FilterError, FilterSpec, Origin, Term, Treatment};
use self::{
    fold::FOLD_VERSION,
    mask::Cover,
    pattern::{Pattern, Shape},
    reading::Reading,
    scan::{Landing, scan},
    walk::Walk,
};
use crate::id::{FilterId, stable_hash};

/// A compiled [`FilterSpec`], never changed, to be shared as `Arc<Filter>` by all groups.
///
/// ```
/// use liveroom::filter::{Category, Filter, FilterSpec, Treatment};
/// use std::sync::Arc;
///
/// let spec = FilterSpec::parse("[advertising hold]\nfree coins")?;
/// let filter: Arc<Filter> = Arc::new(spec.compile()?);
/// assert_eq!(filter.id(), spec.compile()?.id());
///
/// let text = "get F.R.E.E.C.0.1.N.S";
/// let verdict = filter.judge(text);
/// let hit = verdict.gravest().expect("it is listed");
/// assert_eq!((hit.term, hit.category, hit.treatment), (0, Category::Advertising, Treatment::Hold));
/// assert_eq!(&text[hit.span.clone()], "F.R.E.E.C.0.1.N.S");
/// assert_eq!((hit.skipped, hit.substituted, hit.boundary), (8, 2, true));
/// # Ok::<(), liveroom::filter::FilterError>(())
/// ```
pub struct Filter {
    id: FilterId,
    nfa: NFA,
    /// By the numbers of the patterns.
    rules: Box<[Rule]>,
    /// Whether some pattern is looked for in the literal reading.
    literal: bool,
    /// Whether some pattern is an innocent word.
    allows: bool,
}

/// What a pattern stands for.
#[derive(Clone, Copy, Debug)]
struct Rule {
    shape: Shape,
    purpose: Purpose,
}

#[derive(Clone, Copy, Debug)]
enum Purpose {
    Find { term: u32, category: Category, treatment: Treatment, boundary: bool },
    Allow,
}

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
}

/// A term that was met in a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hit {
    /// Where it begins and ends, in bytes of the text as it was given.
    pub span: Range<usize>,
    /// The number of the term, counted from 0 in the spec.
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
}

impl Filter {
    fn compile(spec: &FilterSpec) -> Result<Self, FilterError> {
        let patterns = Patterns::of(spec);
        let nfa = NFA::builder()
            // All overlapping matches: a milder long term must not hide a graver short one.
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(&patterns.letters)
            .map_err(|error| FilterError::TooLarge { reason: error.to_string() })?;
        let rules = patterns.rules.into_boxed_slice();
        Ok(Self {
            id: FilterId(stable_hash(&(FOLD_VERSION, spec))),
            literal: rules.iter().any(|rule| rule.shape.literal),
            allows: rules.iter().any(|rule| matches!(rule.purpose, Purpose::Allow)),
            nfa,
            rules,
        })
    }

    /// The filter's name: the same for the same spec and the same version of the fold tables, in every
    /// process and on every machine.
    pub fn id(&self) -> FilterId {
        self.id
    }

    /// What `text` contains. Every term is looked for at every place; the gravest treatment wins.
    ///
    /// Clean text costs one pass and no allocation.
    pub fn judge(&self, text: &str) -> Verdict {
        let mut verdict = Verdict::default();
        self.each_hit(text, |hit| verdict.take(hit));
        verdict.hits.sort_unstable_by_key(Hit::place);
        verdict
    }

    /// `text` with stars in place of the hits whose treatment is [`Treatment::Mask`], one for each visible
    /// character; marks drawn on a masked letter go with it. The rest stays byte for byte.
    ///
    /// `verdict` is what [`judge`](Self::judge) said of the same text. Where it could not keep every hit,
    /// the text is judged again, so that all of them are masked.
    pub fn mask(&self, text: &str, verdict: &Verdict) -> String {
        let mut cover = Cover::default();
        let mut take = |hit: &Hit| {
            if hit.treatment == Treatment::Mask {
                cover.add(hit.span.clone());
            }
        };
        if verdict.more == 0 {
            verdict.hits.iter().for_each(take);
        } else {
            self.each_hit(text, |hit| take(&hit));
        }
        cover.mask(text)
    }

    /// How many bytes of heap the filter holds.
    pub fn heap_bytes(&self) -> usize {
        self.nfa.memory_usage() + size_of_val(&*self.rules)
    }

    /// Every hit, in the order of their ends, but for those inside innocent words.
    fn each_hit(&self, text: &str, mut see: impl FnMut(Hit)) {
        // A hit is met before the end of the innocent word around it, so these are looked for first,
        // but only once there is something to protect.
        let mut innocent: Option<Innocent> = None;
        scan(&self.nfa, self.literal, text, |landing| {
            self.each_word(text, landing, |walk, rule| {
                let Purpose::Find { term, category, treatment, boundary } = rule.purpose else {
                    return;
                };
                let stands_alone = walk.stands_alone();
                let span = walk.start..landing.place.end;
                if (boundary && !stands_alone)
                    || !rule.shape.admits(walk, landing.reading)
                    || (self.allows
                        && innocent.get_or_insert_with(|| self.innocent(text)).protects(&span))
                {
                    return;
                }
                let (skipped, substituted) = (walk.skipped, walk.digits + walk.signs);
                let boundary = stands_alone;
                see(Hit { span, term, category, treatment, skipped, substituted, boundary });
            });
        });
    }

    /// Walks back over each word that may end at a landing, the shortest first.
    fn each_word(&self, text: &str, landing: Landing, mut see: impl FnMut(&Walk<'_>, &Rule)) {
        let Landing { reading, state, place } = landing;
        let mut walk = Walk::new(text, place, reading);
        // The automaton keeps its longest match first; walking on from the last word is an economy,
        // not an assumption.
        for at in (0..self.nfa.match_len(state)).rev() {
            let rule = &self.rules[self.nfa.match_pattern(state, at).as_usize()];
            let length = u32::from(rule.shape.length);
            if length < walk.letters {
                walk = Walk::new(text, place, reading);
            }
            if walk.back_to(length) {
                see(&walk, rule);
            }
        }
    }

    /// Where the innocent words stand.
    fn innocent(&self, text: &str) -> Innocent {
        let mut innocent = Innocent::default();
        scan(&self.nfa, self.literal, text, |landing| {
            self.each_word(text, landing, |walk, rule| {
                if matches!(rule.purpose, Purpose::Allow)
                    && landing.reading != Reading::Leet
                    && rule.shape.is_plain(walk)
                    && rule.shape.admits(walk, landing.reading)
                {
                    innocent.add(walk.start..landing.place.end);
                }
            });
        });
        innocent.close();
        innocent
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, patterns) = (&self.id, self.rules.len());
        f.debug_struct("Filter")
            .field("id", id)
            .field("patterns", &patterns)
            .finish_non_exhaustive()
    }
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
    fn take(&mut self, hit: Hit) {
        let is_graver = Some(hit.treatment) > self.treatment;
        self.treatment = self.treatment.max(Some(hit.treatment));
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
    fn place(&self) -> (usize, usize, u32) {
        (self.span.start, self.span.end, self.term)
    }
}

/// The patterns of a spec, each once.
#[derive(Default)]
struct Patterns {
    letters: Vec<String>,
    rules: Vec<Rule>,
}

impl Patterns {
    fn of(spec: &FilterSpec) -> Self {
        let mut patterns = Self::default();
        // Terms that fold alike and are met alike are one: the gravest, of these the first.
        let mut known: BTreeMap<(Pattern, bool), usize> = BTreeMap::new();
        for (number, term) in (0..).zip(spec.terms()) {
            let pattern = Pattern::of(&term.text).expect("the spec's gate lets no other in");
            let treatment = term.treatment.unwrap_or_else(|| spec.treatment(term.category));
            let purpose = Purpose::Find {
                term: number,
                category: term.category,
                treatment,
                boundary: term.boundary,
            };
            let rule = Rule { shape: pattern.shape, purpose };
            match known.get(&(pattern.clone(), term.boundary)) {
                Some(&at) if patterns.rules[at].treatment() >= Some(treatment) => {}
                Some(&at) => patterns.rules[at] = rule,
                None => {
                    known.insert((pattern.clone(), term.boundary), patterns.rules.len());
                    patterns.push(pattern, rule);
                }
            }
        }
        for word in spec.allowed() {
            let pattern = Pattern::of(word).expect("the spec's gate lets no other in");
            let rule = Rule { shape: pattern.shape, purpose: Purpose::Allow };
            patterns.push(pattern, rule);
        }
        patterns
    }

    fn push(&mut self, pattern: Pattern, rule: Rule) {
        self.letters.push(pattern.letters);
        self.rules.push(rule);
    }
}

impl Rule {
    fn treatment(&self) -> Option<Treatment> {
        match self.purpose {
            Purpose::Find { treatment, .. } => Some(treatment),
            Purpose::Allow => None,
        }
    }
}

/// The innocent words of a text: for each end the furthest start, in the order of the ends.
#[derive(Debug, Default)]
struct Innocent(Vec<Range<usize>>);

impl Innocent {
    /// Ends do not run back, because the scan does not.
    fn add(&mut self, span: Range<usize>) {
        match self.0.last_mut() {
            Some(last) if last.end == span.end => last.start = last.start.min(span.start),
            _ => self.0.push(span),
        }
    }

    /// Lets a word of which another is a part stand for it: a start is the furthest of all words that
    /// end there or later and begin before that end.
    fn close(&mut self) {
        let mut start = usize::MAX;
        for span in self.0.iter_mut().rev() {
            start = start.min(span.start);
            span.start = start;
        }
    }

    /// Whether the span lies inside one innocent word.
    fn protects(&self, span: &Range<usize>) -> bool {
        let first = self.0.partition_point(|word| word.end < span.end);
        self.0.get(first).is_some_and(|word| word.start <= span.start)
    }
}
