//! Why a text was judged as it was.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Evasion, Filter, Hit, Treatment, Verdict};

/// A verdict, and the reasons for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// What [`Filter::judge`] says of the text.
    pub verdict: Verdict,
    /// Why the first of the gravest hits decides; `None` if nothing was met.
    pub why: Option<Why>,
    /// Words that were come upon and do not count, in the order of their ends: at most
    /// [`Verdict::MAX_HITS`].
    pub spared: Vec<Spared>,
}

/// Why a hit decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Why {
    /// It is the only one.
    Alone,
    /// The others are milder.
    Graver {
        /// The treatment of the next gravest.
        than: Treatment,
    },
    /// Of those that are as grave it begins first; of those that begin there it ends first, and of
    /// those that end there too, its term is listed first.
    First {
        /// How many of those that are kept are as grave.
        of: u32,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone => write!(f, "it is the only hit"),
            Self::Graver { than } => write!(f, "the next gravest is {than:?}"),
            Self::First { of } => write!(f, "of {of} as grave it comes first"),
        }
    }
}

/// A word that was come upon, and does not count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spared {
    /// What it would have been.
    pub hit: Hit,
    /// Why it is none.
    pub because: Spare,
}

/// Why a word does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Spare {
    /// It stands inside an innocent word.
    Innocent,
    /// It is listed as a whole word, and stands inside another.
    Inside,
    /// It is rather a number than digits for letters: `455`, `$45`, `45s`.
    Number,
    /// It wears what the spec does not follow so far.
    Reach(Evasion),
}

impl Filter {
    /// What `text` contains, and why it is judged so.
    ///
    /// ```
    /// use liveroom::filter::{Evasion, FilterSpec, Spare, Why};
    ///
    /// let filter = FilterSpec::parse("[abuse]\nidiot\n[politics]\ntopic\n+topical")?.compile()?;
    /// let account = filter.explain("1di0t, some TOPIC is topical");
    ///
    /// let hit = account.verdict.gravest().expect("two are met");
    /// assert_eq!((hit.term, hit.span.clone()), (1, 12..17));
    /// assert_eq!(hit.disguise.classes().collect::<Vec<_>>(), [(Evasion::Case, 5)]);
    /// assert_eq!(account.why.map(|why| why.to_string()).as_deref(), Some("the next gravest is Mask"));
    /// assert_eq!(account.spared[0].because, Spare::Innocent);
    /// # Ok::<(), liveroom::filter::FilterError>(())
    /// ```
    pub fn explain(&self, text: &str) -> Account {
        let mut account = Account::default();
        self.each_word_met(text, |hit, spare| match spare {
            None => account.verdict.take(hit),
            Some(because) if account.spared.len() < Verdict::MAX_HITS => {
                account.spared.push(Spared { hit, because });
            }
            Some(_) => {}
        });
        account.verdict.hits.sort_unstable_by_key(Hit::place);
        account.spared.sort_by_key(|spared| spared.hit.span.end);
        account.why = account.verdict.why();
        account
    }
}

impl Verdict {
    /// Why the first of the gravest hits decides.
    fn why(&self) -> Option<Why> {
        let gravest = self.gravest()?.treatment;
        let as_grave = self.hits.iter().filter(|hit| hit.treatment == gravest).count();
        let next = self.hits.iter().map(|hit| hit.treatment).filter(|other| *other < gravest).max();
        Some(match next {
            _ if as_grave > 1 => Why::First { of: u32::try_from(as_grave).unwrap_or(u32::MAX) },
            Some(than) => Why::Graver { than },
            None => Why::Alone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::FilterSpec;

    #[test]
    fn the_gravest_wins_for_a_reason() {
        let filter =
            FilterSpec::parse("[abuse tag]\none\n[abuse block]\ntwo\nthree\n!four\n~leet off")
                .unwrap()
                .compile()
                .unwrap();
        for (text, why, term) in [
            ("one", Some(Why::Alone), Some(0)),
            ("one two", Some(Why::Graver { than: Treatment::Tag }), Some(1)),
            ("three one two", Some(Why::First { of: 2 }), Some(2)),
            ("fine", None, None),
        ] {
            let account = filter.explain(text);
            assert_eq!(account.why, why, "{text}");
            assert_eq!(account.verdict, filter.judge(text));
            assert_eq!(account.verdict.gravest().map(|hit| hit.term), term, "{text}");
        }
        let spared = filter.explain("fourth, thr33").spared;
        let because: Vec<_> =
            spared.iter().map(|spared| (spared.hit.term, spared.because)).collect();
        assert_eq!(because, [(3, Spare::Inside), (2, Spare::Reach(Evasion::Leet))]);
    }

    #[test]
    fn why_is_said_in_words() {
        let said = [Why::Alone, Why::Graver { than: Treatment::Tag }, Why::First { of: 2 }];
        assert_eq!(
            said.map(|why| why.to_string()),
            ["it is the only hit", "the next gravest is Tag", "of 2 as grave it comes first"]
        );
    }

    #[test]
    fn a_flood_of_spared_words_is_bounded() {
        let filter = FilterSpec::parse("!a").unwrap().compile().unwrap();
        assert_eq!(filter.explain(&"ab".repeat(1_000)).spared.len(), Verdict::MAX_HITS);
    }
}
