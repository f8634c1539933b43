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
//! A word is met through the classes of [`Evasion`]: upper case, full width and other compatibility
//! forms, accents, invisible characters, traditional Chinese, repeated letters, digits and symbols and
//! letters drawn like others, and separators between all of its letters. Each class has a [`Reach`], and
//! each hit tells what it wears. Skipping
//! separators would join innocent words (`his hit`), so a word with separators counts only
//! * where it has none but those it is listed with (`free coins`, `freecoins`),
//! * or a single hyphen, dot, star or the like in each gap, and word boundaries around it (`id-iot`),
//! * or something between all of its letters, an emoji perhaps, and no letter next to it (`i d i o t`, `笨🙂蛋`).
//!
//! A letter or digit is nothing between letters: `笨1蛋` is not `笨蛋`, because too much that is innocent has one
//! (`第1章`, `A股`).
//!
//! Digits and signs stand for the letters that people write them for: `0` for o, `1` `!` `|` for i and l, `2` for z,
//! `3` for e, `4` `@` for a, `5` `$` for s, `6` for g, `7` `+` for t, `8` for b, `9` for g, p and q. Numbers are
//! spared:
//! * digits alone, and digits and signs without a letter (`455`, `$45`, `5:17`), unless an `@` is among them (`@55`);
//! * a word that is digits for more than half counts only with nothing between its letters, and no letter or digit
//!   next to it: `1d10t` and `5h17` do, `BA55` is no `ass`;
//! * and not if it has one letter, which comes last, as units do, or is a capital before the digits, as of rooms and
//!   roads: `45s` and `A55` are spared, `a55` is met.
//!
//! [`Filter::explain`] tells of each that is spared so ([`Spare::Number`]).
//!
//! A filter claims no accuracy beyond its list: treatments, boundaries and innocent words are how a host
//! weighs what is missed against what is wrongly met.
//!
//! Invariants: the same spec and text give the same verdict on every machine; hits lie on character
//! boundaries and are sorted by where they begin; the time a text takes is linear in its length.

#![expect(
    clippy::indexing_slicing,
    reason = "the automaton has a rule for each pattern, and a rule the number of its shape"
)]

mod compile;
mod content;
mod dry_run;
mod evasion;
mod explain;
mod fold;
mod innocent;
#[cfg(test)]
mod laws;
mod list;
mod listed;
mod mask;
mod pattern;
mod reading;
mod scan;
mod spec;
mod tables;
#[cfg(test)]
mod tests;
mod trails;
mod turned;
mod verdict;
mod walk;
mod warnings;

use std::fmt;

use aho_corasick::{MatchKind, automaton::Automaton, nfa::contiguous::NFA};

pub use self::dry_run::{DryRun, Met};
pub use self::evasion::{Disguise, Evasion, Reach};
pub use self::explain::{Account, Spare, Spared, Why};
pub use self::listed::Listed;
pub use self::spec::{Category, FilterError, FilterSpec, Origin, Term, Treatment};
pub(crate) use self::trails::{Pieced, SavedTrails, Trails};
pub use self::verdict::{Hit, Verdict};
pub use self::warnings::{Doubt, Warning};
use self::{
    compile::{Patterns, Purpose, Rule},
    evasion::{Followed, Reaches},
    fold::FOLD_VERSION,
    innocent::Innocent,
    listed::Terms,
    mask::Cover,
    pattern::Shape,
    reading::Reading,
    scan::{Landing, scan},
    walk::Walk,
};
pub use crate::signals::{Condition, Signal, Signals};
use crate::{hash::stable_hash, id::FilterId};

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
    terms: Terms,
    /// By the numbers of the patterns.
    rules: Box<[Rule]>,
    /// Each shape once: a long list has few.
    shapes: Box<[Shape]>,
    reaches: Reaches,
    on: Followed,
    /// Whether some pattern is looked for in the literal reading.
    literal: bool,
    /// Whether some pattern is what a term looks like.
    alike: bool,
    /// Whether some pattern is an innocent word.
    allows: bool,
}

impl Filter {
    fn compile(spec: &FilterSpec) -> Result<Self, FilterError> {
        let terms = Terms::of(spec);
        let patterns = Patterns::of(spec, &terms)?;
        let nfa = NFA::builder()
            // All overlapping matches: a milder long term must not hide a graver short one.
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(&patterns.letters)
            .map_err(|error| FilterError::TooLarge { reason: error.to_string() })?;
        let rules = patterns.rules.into_boxed_slice();
        let shapes = patterns.shapes.into_boxed_slice();
        Ok(Self {
            id: FilterId(stable_hash(&(FOLD_VERSION, spec))),
            literal: shapes.iter().any(|shape| shape.literal),
            alike: shapes.iter().any(Shape::is_alike),
            allows: rules.iter().any(|rule| matches!(rule.purpose, Purpose::Allow)),
            reaches: spec.reaches(),
            on: spec.reaches().followed(),
            nfa,
            terms,
            rules,
            shapes,
        })
    }

    /// The filter's name: the same for the same spec and the same version of the fold tables, in every
    /// process and on every machine.
    pub fn id(&self) -> FilterId {
        self.id
    }

    /// The term of this number, counted from 0 in the spec: what an outcome, a question, an explanation or a
    /// [`Hit`] means by it.
    ///
    /// ```
    /// use liveroom::filter::{Category, FilterSpec, Treatment};
    ///
    /// let filter = FilterSpec::parse("[abuse]\nidiot\n[advertising block]\n!free coins *30")?.compile()?;
    /// let verdict = filter.judge("get f.r.e.e c.o.i.n.s");
    /// let met = verdict.gravest().and_then(|hit| filter.term(hit.term)).expect("it is listed");
    /// assert_eq!((met.text, met.category), ("free coins", Category::Advertising));
    /// assert_eq!((met.treatment, met.boundary, met.weight), (Treatment::Block, true, 30));
    /// assert_eq!((filter.term(2), filter.terms().len()), (None, 2));
    /// # Ok::<(), liveroom::filter::FilterError>(())
    /// ```
    pub fn term(&self, number: u32) -> Option<Listed<'_>> {
        self.terms.get(number)
    }

    /// The terms, in the order of their numbers.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = Listed<'_>> {
        self.terms.iter()
    }

    /// How far a class of evasion is followed.
    pub fn reach(&self, class: Evasion) -> Reach {
        self.reaches.of(class)
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
    /// character: a grapheme cluster is covered whole or not at all. The rest stays byte for byte.
    ///
    /// `verdict` is what [`judge`](Self::judge) said of the same text. Where it could not keep every hit,
    /// the text is judged again, so that all of them are masked.
    pub fn mask(&self, text: &str, verdict: &Verdict) -> String {
        self.cover(text, verdict).mask(text)
    }

    /// What of `text` is to be masked.
    fn cover(&self, text: &str, verdict: &Verdict) -> Cover {
        let mut spans = Vec::new();
        let mut take = |hit: &Hit| {
            if hit.treatment == Treatment::Mask {
                spans.push(hit.span.clone());
            }
        };
        if verdict.more == 0 {
            verdict.hits.iter().for_each(take);
        } else {
            self.each_hit(text, |hit| take(&hit));
        }
        Cover::default().with(spans.into_iter())
    }

    /// `text` with a star for each visible character.
    pub(crate) fn mask_all(text: &str) -> String {
        let mut cover = Cover::default();
        cover.add(0..text.len());
        cover.mask(text)
    }

    /// How many bytes of heap the filter holds.
    pub fn heap_bytes(&self) -> usize {
        self.nfa.memory_usage()
            + self.terms.heap_bytes()
            + size_of_val(&*self.rules)
            + size_of_val(&*self.shapes)
    }

    /// Every hit, in the order of their ends; after these, in whatever order, those that stand on their heads.
    fn each_hit(&self, text: &str, mut see: impl FnMut(Hit)) {
        self.each_word_met(text, |hit, spare| {
            if spare.is_none() {
                see(hit);
            }
        });
    }

    /// The same, with the reason for which it is none, if there is one.
    fn each_word_met(&self, text: &str, mut see: impl FnMut(Hit, Option<Spare>)) {
        if self.each_word_read(text, &mut see) {
            self.each_word_turned(text, see);
        }
    }

    /// Every hit as the text stands, in the order of their ends; whether the text may stand on its head.
    fn each_word_read(&self, text: &str, mut see: impl FnMut(Hit, Option<Spare>)) -> bool {
        // A hit is met before the end of the innocent word around it, so these are looked for first,
        // but only once there is something to protect.
        let mut innocent: Option<Innocent> = None;
        scan(&self.nfa, self.on, self.literal, self.alike, text, |landing| {
            self.each_word(text, landing, Rule::finds, |walk, rule, shape| {
                let Some((hit, mut spare)) = self.hit(walk, landing, rule, shape) else { return };
                if spare.is_none()
                    && self.allows
                    && innocent.get_or_insert_with(|| self.innocent(text)).protects(&hit.span)
                {
                    spare = Some(Spare::Innocent);
                }
                see(hit, spare);
            });
        }) && self.on.has(Evasion::Turned)
    }

    /// The hit that a walk has come upon, and why it does not count, if it does not.
    fn hit(
        &self,
        walk: &Walk<'_>,
        landing: Landing,
        rule: &Rule,
        shape: &Shape,
    ) -> Option<(Hit, Option<Spare>)> {
        let Purpose::Find { term } = rule.purpose else { return None };
        let Listed { category, treatment, boundary: whole, weight, .. } = self.terms.get(term)?;
        if !shape.admits(walk, landing.reading) {
            return None;
        }
        let (boundary, disguise) = (walk.stands_alone(), shape.disguise(walk));
        let inside = (whole && !boundary).then_some(Spare::Inside);
        let number = landing.reading == Reading::Disguised && shape.is_number(walk);
        let number = number.then_some(Spare::Number);
        let spare = number.or(inside).or_else(|| {
            self.reaches.forbids(&disguise, boundary, shape.letters()).map(Spare::Reach)
        });
        let span = walk.start..landing.place.end;
        let (skipped, substituted) = (walk.skipped, shape.substituted(walk));
        let hit = Hit {
            span,
            term,
            category,
            treatment,
            skipped,
            substituted,
            boundary,
            weight,
            disguise,
        };
        Some((hit, spare))
    }

    /// Walks back over each `wanted` word that may end at a landing, the shortest first.
    fn each_word(
        &self,
        text: &str,
        landing: Landing,
        wanted: impl Fn(&Rule) -> bool,
        mut see: impl FnMut(&Walk<'_>, &Rule, &Shape),
    ) {
        let Landing { reading, state, place } = landing;
        let mut walk: Option<Walk<'_>> = None;
        // The automaton keeps its longest match first; walking on from the last word is an economy,
        // not an assumption.
        for at in (0..self.nfa.match_len(state)).rev() {
            let rule = &self.rules[self.nfa.match_pattern(state, at).as_usize()];
            let shape = &self.shapes[rule.shape as usize];
            if !shape.is_read(reading) || !wanted(rule) {
                continue;
            }
            let length = u32::from(shape.length);
            let mut walked = walk
                .take_if(|walk| walk.letters <= length)
                .unwrap_or_else(|| Walk::new(text, self.on, place, reading));
            // A run is walked over from its end alone, or a long one would be as often as it has letters.
            if reading == Reading::Squeezed && walked.begins_inside_a_run() {
                return;
            }
            if walked.back_to(length) {
                see(&walked, rule, shape);
            }
            walk = Some(walked);
        }
    }

    /// Where the innocent words stand.
    fn innocent(&self, text: &str) -> Innocent {
        let mut innocent = Innocent::default();
        scan(&self.nfa, self.on, self.literal, self.alike, text, |landing| {
            if !matches!(landing.reading, Reading::Joined | Reading::Literal) {
                return;
            }
            let allows = |rule: &Rule| !rule.finds();
            self.each_word(text, landing, allows, |walk, _, shape| {
                if shape.is_plain(walk) && shape.admits(walk, landing.reading) {
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
