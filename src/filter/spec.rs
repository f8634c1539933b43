//! What a filter looks for, as plain data: terms, what is done about them, and innocent words.

#![expect(clippy::indexing_slicing, reason = "a search says where it found what it found")]

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Filter,
    evasion::{Evasion, Followed, Reach, Reaches},
    pattern::Pattern,
};

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Category {
    /// Pornography. Blocked by default.
    Pornography,
    /// Politics. Blocked by default.
    Politics,
    /// Insults and threats. Masked by default.
    Abuse,
    /// Advertising. Held by default.
    Advertising,
    /// A category of the host's own. Masked by default.
    Custom(u16),
}

impl Category {
    /// What is done about terms of this category, unless spec or term says otherwise.
    pub const fn default_treatment(self) -> Treatment {
        match self {
            Self::Pornography | Self::Politics => Treatment::Block,
            Self::Advertising => Treatment::Hold,
            Self::Abuse | Self::Custom(_) => Treatment::Mask,
        }
    }
}

/// What is done about a message in which a term is met, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Treatment {
    /// It is delivered as it is, and the hit is reported.
    Tag,
    /// It is delivered with stars in place of the term.
    Mask,
    /// It waits for somebody to decide.
    Hold,
    /// It is rejected.
    Block,
}

impl Treatment {
    /// Every treatment, the mildest first.
    pub const ALL: [Self; 4] = [Self::Tag, Self::Mask, Self::Hold, Self::Block];
}

/// A word or phrase to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The word or phrase: 1 to [`FilterSpec::MAX_TERM_BYTES`] bytes, at least one letter, digit or
    /// symbol. White space, hyphens and apostrophes in it may be missing where it is met; symbols may
    /// not: `c++` is not met in `c`.
    pub text: String,
    /// What it is about.
    pub category: Category,
    /// What is done about it; `None` leaves that to its category.
    pub treatment: Option<Treatment>,
    /// Whether it counts only as a whole word. In scripts without spaces a word may end anywhere.
    pub boundary: bool,
    /// The list-keeper's own note; empty for none. It has no part in matching.
    #[serde(default)]
    pub comment: String,
    /// How much a hit weighs in [`Verdict::weight`](super::Verdict::weight), which is for the host's own sums; 1
    /// unless said otherwise.
    #[serde(default = "one")]
    pub weight: u16,
}

fn one() -> u16 {
    1
}

impl Term {
    /// A term treated as its category is, met inside words too.
    pub fn new(text: impl Into<String>, category: Category) -> Self {
        let (text, comment) = (text.into(), String::new());
        Self { text, category, treatment: None, boundary: false, comment, weight: one() }
    }
}

/// What a filter looks for: terms, treatments by category, and words that are innocent.
///
/// Every spec that exists can be compiled: terms are checked as they come in, from code, from a list
/// and from serialized data alike. It is written as a plain list, or built term by term:
///
/// ```
/// use liveroom::filter::{Category, FilterSpec, Term, Treatment};
///
/// let mut spec = FilterSpec::parse(
///     "# One term a line. Before any header, terms are of category custom:0.
///      [abuse]              # masked, as abuse is by default
///      !ass                 # `!`: as a whole word only
///      cunt
///      +scunthorpe          # `+`: innocent, whatever is listed inside it
///      [politics hold]      # the terms that follow are held
///      some topic
///      [custom:7 tag]
///      \\#winning            # `\\`: what follows is meant as it stands
///     ",
/// )?;
/// spec.add(Term::new("cheap followers", Category::Advertising))?;
///
/// let filter = spec.compile()?;
/// assert_eq!(filter.judge("class in Scunthorpe").treatment, None);
/// assert_eq!(filter.judge("you C u N t").treatment, Some(Treatment::Mask));
/// assert_eq!(filter.judge("some-topic").treatment, Some(Treatment::Hold));
/// assert_eq!(filter.judge("#winning").treatment, Some(Treatment::Tag));
/// # Ok::<(), liveroom::filter::FilterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FilterSpec {
    terms: Vec<Term>,
    allowed: Vec<String>,
    /// Sorted by category, each at most once.
    treatments: Vec<(Category, Treatment)>,
    /// Sorted by class, each at most once.
    reaches: Vec<(Evasion, Reach)>,
}

impl FilterSpec {
    /// The most terms and innocent words together: three times the longest list that was measured.
    pub const MAX_TERMS: usize = 200_000;
    /// The most bytes of a term or an innocent word.
    pub const MAX_TERM_BYTES: usize = 128;

    /// A spec that looks for nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a term; its number is the number of terms before it.
    ///
    /// # Errors
    /// [`FilterError`] says what to change about the term. The spec is as it was.
    pub fn add(&mut self, term: Term) -> Result<(), FilterError> {
        self.add_from(term, Origin::Term(self.terms.len()))
    }

    /// Adds an innocent word: a term met inside it does not count. A word that is itself a term
    /// switches that term off. The word is met in any case and script form, but not with further
    /// separators or with digits for letters.
    ///
    /// # Errors
    /// [`FilterError`] says what to change about the word. The spec is as it was.
    pub fn allow(&mut self, word: impl Into<String>) -> Result<(), FilterError> {
        self.allow_from(word.into(), Origin::Allowed(self.allowed.len()))
    }

    /// Sets what is done about terms of a category that do not say themselves.
    pub fn set_treatment(&mut self, category: Category, treatment: Treatment) {
        match self.treatments.binary_search_by_key(&category, |&(category, _)| category) {
            Ok(at) => self.treatments[at].1 = treatment,
            Err(at) => self.treatments.insert(at, (category, treatment)),
        }
    }

    /// Sets how far a class of evasion is followed.
    ///
    /// ```
    /// use liveroom::filter::{Evasion, FilterSpec, Reach};
    ///
    /// let mut spec = FilterSpec::parse("idiot")?;
    /// spec.set_reach(Evasion::Leet, Reach::WholeWords);
    /// spec.set_reach(Evasion::Repeats, Reach::Off);
    /// let filter = spec.compile()?;
    /// assert!(!filter.judge("1di0t").is_clean());
    /// assert!(filter.judge("x1di0tx").is_clean());
    /// assert!(filter.judge("idiiiot").is_clean());
    /// # Ok::<(), liveroom::filter::FilterError>(())
    /// ```
    pub fn set_reach(&mut self, class: Evasion, reach: Reach) {
        match self.reaches.binary_search_by_key(&class, |&(class, _)| class) {
            Ok(at) => self.reaches[at].1 = reach,
            Err(at) => self.reaches.insert(at, (class, reach)),
        }
    }

    /// How far a class of evasion is followed.
    pub fn reach(&self, class: Evasion) -> Reach {
        match self.reaches.binary_search_by_key(&class, |&(class, _)| class) {
            Ok(at) => self.reaches[at].1,
            Err(_) => Reach::default(),
        }
    }

    pub(super) fn reaches(&self) -> Reaches {
        let mut reaches = Reaches::default();
        self.reaches.iter().for_each(|&(class, reach)| reaches.set(class, reach));
        reaches
    }

    /// The terms, in the order of their numbers.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The innocent words.
    pub fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// What is done about terms of a category that do not say themselves.
    pub fn treatment(&self, category: Category) -> Treatment {
        match self.treatments.binary_search_by_key(&category, |&(category, _)| category) {
            Ok(at) => self.treatments[at].1,
            Err(_) => category.default_treatment(),
        }
    }

    /// Makes the filter that finds these terms.
    ///
    /// It takes a few microseconds a term, and memory as [`Filter::heap_bytes`] says: do it once, away
    /// from where messages wait, and share the filter.
    ///
    /// # Errors
    /// [`FilterError::TooLarge`] if the terms do not fit into one automaton: split the spec.
    /// [`FilterError::TooManyLetters`] if a class is off without which a term has more letters than fit.
    pub fn compile(&self) -> Result<Filter, FilterError> {
        Filter::compile(self)
    }

    /// The gate for terms, whatever they come from.
    pub(super) fn add_from(&mut self, term: Term, at: Origin) -> Result<(), FilterError> {
        self.check(&term.text, at)?;
        self.terms.push(term);
        Ok(())
    }

    /// The gate for innocent words.
    pub(super) fn allow_from(&mut self, word: String, at: Origin) -> Result<(), FilterError> {
        self.check(&word, at)?;
        self.allowed.push(word);
        Ok(())
    }

    fn check(&self, text: &str, at: Origin) -> Result<(), FilterError> {
        if self.terms.len() + self.allowed.len() >= Self::MAX_TERMS {
            return Err(FilterError::TooManyTerms { at, limit: Self::MAX_TERMS });
        }
        if text.len() > Self::MAX_TERM_BYTES {
            let (length, limit) = (text.len(), Self::MAX_TERM_BYTES);
            return Err(FilterError::TooLong { at, length, limit });
        }
        Pattern::of(text, Followed::ALL).map(drop).map_err(|unfit| unfit.at(at, text))
    }
}

/// A spec as it comes from outside.
#[derive(Deserialize)]
struct Unchecked {
    terms: Vec<Term>,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    treatments: Vec<(Category, Treatment)>,
    #[serde(default)]
    reaches: Vec<(Evasion, Reach)>,
}

impl TryFrom<Unchecked> for FilterSpec {
    type Error = FilterError;

    fn try_from(unchecked: Unchecked) -> Result<Self, FilterError> {
        let mut spec = Self::new();
        for term in unchecked.terms {
            spec.add(term)?;
        }
        for word in unchecked.allowed {
            spec.allow(word)?;
        }
        for (category, treatment) in unchecked.treatments {
            spec.set_treatment(category, treatment);
        }
        for (class, reach) in unchecked.reaches {
            spec.set_reach(class, reach);
        }
        Ok(spec)
    }
}

/// Where in a spec something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A line of the list that was parsed, counted from 1.
    Line(usize),
    /// A term that was added or read from serialized data, counted from 0.
    Term(usize),
    /// An innocent word that was added or read from serialized data, counted from 0.
    Allowed(usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Term(term) => write!(f, "term {term}"),
            Self::Allowed(word) => write!(f, "innocent word {word}"),
        }
    }
}

/// Why a list, a term or a spec is no good, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A line that begins with `[` is no header.
    #[error("{at}: a header is `[category]` or `[category treatment]`; write `\\[` for a term")]
    Header {
        /// The line.
        at: Origin,
    },
    /// A header names a category that there is not.
    #[error(
        "{at}: no category {name:?}; use pornography, politics, abuse, advertising, or custom:N \
         with N from 0 to 65535"
    )]
    UnknownCategory {
        /// The line.
        at: Origin,
        /// The name it gives.
        name: String,
    },
    /// A header names a treatment that there is not.
    #[error("{at}: no treatment {name:?}; use tag, mask, hold or block")]
    UnknownTreatment {
        /// The line.
        at: Origin,
        /// The name it gives.
        name: String,
    },
    /// A term of which nothing is left once separators and invisible characters are folded away.
    #[error(
        "{at}: {text:?} has nothing to look for; give it a letter, digit or symbol, or drop it"
    )]
    Nothing {
        /// Where the term stands.
        at: Origin,
        /// The term.
        text: String,
    },
    /// A term is longer than a term may be.
    #[error("{at}: a term has at most {limit} bytes, this one has {length}; shorten it")]
    TooLong {
        /// Where the term stands.
        at: Origin,
        /// Its bytes.
        length: usize,
        /// The most that a term may have.
        limit: usize,
    },
    /// A term of ligatures unfolds to more letters than a term may have.
    #[error("{at}: a term has at most {limit} letters once it is folded; shorten it")]
    TooManyLetters {
        /// Where the term stands.
        at: Origin,
        /// The most letters that a term may have.
        limit: usize,
    },
    /// There are more terms and innocent words than a spec may have.
    #[error("{at}: a spec has at most {limit} terms and innocent words; drop some, or split it")]
    TooManyTerms {
        /// The first that is too many.
        at: Origin,
        /// The most that a spec may have.
        limit: usize,
    },
    /// A line that begins with `~` names no class of evasion, or no reach.
    #[error(
        "{at}: a reach is `~class off`, `on`, `words` or a least number of letters; write `\\~` for a term"
    )]
    Reach {
        /// The line.
        at: Origin,
    },
    /// A star after white space, and no weight behind it.
    #[error(
        "{at}: a weight is ` *` and a number from 0 to 65535; write `\\` before a term with such a star"
    )]
    Weight {
        /// The line.
        at: Origin,
    },
    /// The terms do not fit into one automaton.
    #[error("the terms are too many for one automaton ({reason}); split the spec")]
    TooLarge {
        /// What the automaton's builder says.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_goes_through_one_gate() {
        let mut spec = FilterSpec::new();
        let mut add = |text: &str| spec.add(Term::new(text, Category::Abuse));
        let at = Origin::Term(0);
        for nothing in ["", " ", "-_'", "\u{200b}", "\u{301}\u{202e}", "\0"] {
            let text = nothing.to_owned();
            assert_eq!(add(nothing), Err(FilterError::Nothing { at, text }));
        }
        let (length, limit) = (129, 128);
        assert_eq!(add(&"x".repeat(129)), Err(FilterError::TooLong { at, length, limit }));
        // One ligature of 3 bytes unfolds to 18 characters, 15 of them letters.
        assert_eq!(add(&"\u{fdfa}".repeat(9)), Err(FilterError::TooManyLetters { at, limit }));
        assert_eq!(add(&"\u{fdfa}".repeat(8)), Ok(()));
        assert_eq!(add(&"x".repeat(128)), Ok(()));
        assert_eq!(add("$"), Ok(()));
        assert!(matches!(add(" "), Err(FilterError::Nothing { at: Origin::Term(3), .. })));
        assert!(spec.allow("-").is_err());
        assert_eq!((spec.terms().len(), spec.allowed().len()), (3, 0));

        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<FilterSpec>(&json).unwrap(), spec);
        assert!(serde_json::from_str::<FilterSpec>(&json.replace('$', "-")).is_err());
    }

    #[test]
    fn a_spec_has_at_most_200_000_terms_and_words() {
        let mut spec = FilterSpec::new();
        for number in 0..FilterSpec::MAX_TERMS - 1 {
            spec.add(Term::new(number.to_string(), Category::Custom(0))).unwrap();
        }
        spec.allow("1000000").unwrap();
        let refused = spec.add(Term::new("one more", Category::Abuse));
        assert!(matches!(refused, Err(FilterError::TooManyTerms { limit: 200_000, .. })));
        assert!(matches!(spec.allow("one more"), Err(FilterError::TooManyTerms { .. })));
    }

    #[test]
    fn a_category_is_treated_as_was_last_said() {
        let mut spec = FilterSpec::new();
        assert_eq!(spec.treatment(Category::Politics), Treatment::Block);
        for (category, treatment) in [
            (Category::Politics, Treatment::Tag),
            (Category::Custom(2), Treatment::Block),
            (Category::Pornography, Treatment::Mask),
            (Category::Politics, Treatment::Hold),
        ] {
            spec.set_treatment(category, treatment);
            assert_eq!(spec.treatment(category), treatment);
        }
        assert_eq!(spec.treatments.len(), 3);
        assert!(spec.treatments.is_sorted());
        assert_eq!(spec.treatment(Category::Custom(1)), Treatment::Mask);
    }
}
