//! Words that are written letter by letter over several messages.
//!
//! A trail is what an author has sent of late in very short messages. Where the newest one ends a listed
//! word that an earlier one begins, the word is met. A longer message, or a time of silence, ends the
//! trail: people answer `o`, `k` and `y` too, and mean no word by it.
//!
//! Invariants: a trail has at most [`TrailLimits::pieces`] pieces; there are at most
//! [`TrailLimits::authors`] trails, and those that are touched first are forgotten first.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Filter, Hit, Treatment};
use crate::{id::UserId, time::Timestamp};

/// How much is remembered of those who write little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrailLimits {
    /// How long a piece is remembered.
    pub within: Duration,
    /// The most characters of a piece.
    pub letters: u8,
    /// The most pieces of a trail.
    pub pieces: u8,
    /// The most authors.
    pub authors: u32,
}

impl Default for TrailLimits {
    /// Five seconds, three characters, sixteen pieces, and 4,096 authors: about a megabyte.
    fn default() -> Self {
        Self { within: Duration::from_secs(5), letters: 3, pieces: 16, authors: 4_096 }
    }
}

/// A word that was met over several messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pieced {
    /// The gravest of what was met; its span lies in the pieces, written on end.
    pub hit: Hit,
    /// In how many messages it was written, the newest included.
    pub messages: u8,
}

/// What authors have sent of late in very short messages.
///
/// ```
/// use liveroom::{Timestamp, filter::{FilterSpec, TrailLimits, Trails}};
///
/// let filter = FilterSpec::parse("idiot")?.compile()?;
/// let (mut trails, limits) = (Trails::default(), TrailLimits::default());
/// let ann = "ann".parse().expect("a good id");
/// for (second, piece) in (0..).zip(["i", "d", "io"]) {
///     assert_eq!(trails.push(Timestamp::from_secs(second), &limits, &filter, &ann, piece), None);
/// }
/// let met = trails.push(Timestamp::from_secs(4), &limits, &filter, &ann, "t").expect("the word");
/// assert_eq!((met.hit.term, met.messages), (0, 4));
/// # Ok::<(), liveroom::filter::FilterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trails {
    by_author: BTreeMap<UserId, Trail>,
    /// Who was touched when, the first first.
    touched: BTreeSet<(Timestamp, UserId)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Trail {
    pieces: VecDeque<(Timestamp, String)>,
    touched: Timestamp,
}

impl Trails {
    /// Takes what an author sends, and says what it completes. Only what begins with an earlier piece and
    /// ends with this one counts; what was met is forgotten.
    pub fn push(
        &mut self,
        now: Timestamp,
        limits: &TrailLimits,
        filter: &Filter,
        author: &UserId,
        text: &str,
    ) -> Option<Pieced> {
        self.forget_before(now.before(limits.within));
        let mut trail = self.take(author).unwrap_or_default();
        // One more than is allowed tells, however long the text is.
        let letters = usize::from(limits.letters);
        if text.chars().nth(letters).is_some() || text.is_empty() {
            return None;
        }
        let begin = now.before(limits.within);
        while trail.pieces.front().is_some_and(|(at, _)| *at < begin)
            || trail.pieces.len() >= usize::from(limits.pieces.max(1))
        {
            trail.pieces.pop_front();
        }
        trail.pieces.push_back((now, text.to_owned()));
        let met = trail.met(filter);
        if met.is_none() && limits.authors > 0 {
            while self.by_author.len() >= limits.authors as usize {
                self.touched.pop_first().map(|(_, first)| self.by_author.remove(&first));
            }
            trail.touched = now;
            self.touched.insert((now, author.clone()));
            self.by_author.insert(author.clone(), trail);
        }
        met
    }

    /// Forgets an author: who was silenced begins anew.
    pub fn forget(&mut self, author: &UserId) {
        self.take(author);
    }

    /// Of how many authors there is a trail.
    pub fn len(&self) -> usize {
        self.by_author.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_author.is_empty()
    }

    fn take(&mut self, author: &UserId) -> Option<Trail> {
        let (author, trail) = self.by_author.remove_entry(author)?;
        self.touched.remove(&(trail.touched, author));
        Some(trail)
    }

    /// Forgets whose newest piece is older.
    fn forget_before(&mut self, begin: Timestamp) {
        while let Some((at, _)) = self.touched.first()
            && *at < begin
        {
            self.touched.pop_first().map(|(_, author)| self.by_author.remove(&author));
        }
    }
}

impl Trail {
    /// The gravest word that begins with a piece and ends with the newest; of equals the longest.
    fn met(&self, filter: &Filter) -> Option<Pieced> {
        let (mut text, mut starts) = (String::new(), SmallVec::<[usize; 16]>::new());
        for (_, piece) in &self.pieces {
            starts.push(text.len());
            text.push_str(piece);
        }
        let newest = starts.last().copied()?;
        let mut met: Option<(Treatment, Pieced)> = None;
        filter.each_hit(&text, |hit| {
            let Ok(first) = starts.binary_search(&hit.span.start) else { return };
            let is_graver = met.as_ref().is_none_or(|(gravest, _)| hit.treatment > *gravest);
            if is_graver && hit.span.start < newest && hit.span.end == text.len() {
                let messages = u8::try_from(starts.len() - first).unwrap_or(u8::MAX);
                met = Some((hit.treatment, Pieced { hit, messages }));
            }
        });
        met.map(|(_, pieced)| pieced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::FilterSpec;

    fn filter() -> Filter {
        FilterSpec::parse("[abuse]\nshit\n[politics]\n法轮功\n[abuse]\nidiot")
            .unwrap()
            .compile()
            .unwrap()
    }

    fn user(name: &str) -> UserId {
        name.parse().unwrap()
    }

    /// What the last of several messages of one author completes, a second apart.
    fn last(pieces: &[&str]) -> Option<(u32, u8)> {
        let (filter, limits, mut trails) = (filter(), TrailLimits::default(), Trails::default());
        let mut met = None;
        for (second, piece) in (1..).zip(pieces) {
            met = trails.push(Timestamp::from_secs(second), &limits, &filter, &user("ann"), piece);
        }
        met.map(|met| (met.hit.term, met.messages))
    }

    #[test]
    fn a_word_in_pieces_is_met_with_its_last() {
        assert_eq!(last(&["s", "h", "i", "t"]), Some((0, 4)));
        assert_eq!(last(&["法", "輪", "功"]), Some((1, 3)));
        assert_eq!(last(&["x", "S", "h1", "t"]), Some((0, 3)));
        // Whole in one message is the filter's own business, and a longer message ends the trail.
        assert_eq!(last(&["shit"]), None);
        assert_eq!(last(&["s", "h", "what", "i", "t"]), None);
        assert_eq!(last(&["s", "h", "i", "", "t"]), None);
        // It must begin and end with a piece.
        assert_eq!(last(&["as", "hi", "t"]), None);
        assert_eq!(last(&["s", "h", "i", "ty"]), None);
        // The first second is remembered in the sixth, and forgotten in the seventh.
        assert_eq!(last(&["s", "h", "i", "i", "i", "t"]), Some((0, 6)));
        assert_eq!(last(&["s", "h", "i", "i", "i", "i", "t"]), None);
    }

    #[test]
    fn pieces_are_forgotten_in_time_and_by_author() {
        let (filter, limits, mut trails) = (filter(), TrailLimits::default(), Trails::default());
        let mut push = |millis, name, text| {
            trails.push(Timestamp::from_millis(millis), &limits, &filter, &user(name), text)
        };
        for (at, piece) in [(0, "s"), (1_000, "h"), (2_000, "i")] {
            assert_eq!(push(at, "ann", piece), None);
            assert_eq!(push(at, "ben", piece), None);
        }
        assert!(push(5_000, "ann", "t").is_some());
        assert_eq!(push(5_000, "ann", "t"), None, "what was met is forgotten");
        assert_eq!(push(5_001, "ben", "t"), None, "its beginning is too old");
    }

    #[test]
    fn the_memory_is_bounded_whoever_writes() {
        let filter = filter();
        let limits = TrailLimits { authors: 10, pieces: 4, ..TrailLimits::default() };
        let mut trails = Trails::default();
        for number in 0..1_000_u64 {
            let name = user(&format!("u{}", number % 25));
            trails.push(Timestamp::from_millis(number), &limits, &filter, &name, "x");
            assert!(trails.len() <= 10 && trails.touched.len() == trails.len());
            assert!(trails.by_author.values().all(|trail| trail.pieces.len() <= 4));
        }
        let json = serde_json::to_string(&trails).unwrap();
        assert_eq!(serde_json::from_str::<Trails>(&json).unwrap(), trails);
        trails.forget(&user("u24"));
        assert_eq!((trails.len(), trails.touched.len()), (9, 9));
        trails.push(Timestamp::from_secs(60), &limits, &filter, &user("ann"), "x");
        assert_eq!(trails.len(), 1);
    }
}
