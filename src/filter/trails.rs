//! Words that are written letter by letter over several messages.
//!
//! A trail is what an author has sent of late in very short messages: their letters, and the signs that may
//! stand for letters. Where the newest completes a listed word that an earlier one begins, the word is met.
//! A longer message, or a time of silence, ends the trail: people answer `o`, `k` and `y` too, and mean no
//! word by it. Separators, marks and what is invisible are left out, so that neither they nor many of them
//! make a message longer.
//!
//! Invariants: a trail has at most [`TrailLimits::pieces`] pieces, of 1 to [`TrailLimits::letters`] letters
//! each; there are at most [`TrailLimits::authors`] trails, and those that are touched first are forgotten
//! first; `touched` names the same authors as `by_author`, each at its newest piece.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "the first is a partition point, and spans begin and end with characters of the text"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{
    Filter, Treatment,
    evasion::Followed,
    fold::{Unit, fold},
    reading::is_ambiguous,
};
use crate::{
    config::TrailLimits,
    corrupt::Corrupt,
    id::UserId,
    space,
    time::{Shift, Timestamp},
};

/// A word that is met over several messages: the gravest of those that the newest completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pieced {
    pub(crate) term: u32,
    pub(crate) treatment: Treatment,
    /// In how many messages it is written, the newest included.
    pub(crate) messages: u8,
}

/// What authors have sent of late in very short messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trails {
    by_author: BTreeMap<UserId, Trail>,
    /// Who was touched when, the first first.
    touched: BTreeSet<(Timestamp, UserId)>,
    /// The bytes that the pieces take: they are asked for after every command.
    bytes: usize,
}

/// Everything that decides how trails answer, in the order of the authors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct SavedTrails(Vec<(UserId, Trail)>);

/// The pieces, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Trail(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Piece {
    at: Timestamp,
    letters: Box<str>,
}

impl Trails {
    /// What a message of this text would complete.
    pub(crate) fn completed(
        &self,
        now: Timestamp,
        limits: &TrailLimits,
        filter: &Filter,
        author: &UserId,
        text: &str,
    ) -> Option<Pieced> {
        let trail = self.by_author.get(author)?;
        let letters = Letters::of(text, limits);
        let Letters::Few(newest) = letters else { return None };
        trail.completed_by(now, limits, filter, &newest)
    }

    /// Takes a message of this text, which everybody reads as it is.
    pub(crate) fn push(
        &mut self,
        now: Timestamp,
        limits: &TrailLimits,
        author: &UserId,
        text: &str,
    ) {
        let letters = match Letters::of(text, limits) {
            Letters::None => return,
            Letters::Few(letters) => letters,
            Letters::Many => return drop(self.take(author)),
        };
        let mut trail = self.take(author).unwrap_or_default();
        let kept = trail.since(now, limits).len();
        trail.0.drain(..trail.0.len() - kept);
        if kept >= usize::from(limits.pieces) {
            trail.0.remove(0);
        }
        trail.0.push(Piece { at: now, letters });
        while self.by_author.len() >= limits.authors as usize {
            self.forget_first();
        }
        self.insert(author.clone(), trail);
    }

    /// Forgets trails whose newest piece is too old.
    pub(crate) fn expire(&mut self, now: Timestamp, limits: &TrailLimits) {
        while self.touched.first().is_some_and(|(at, _)| *at < now.before(limits.within)) {
            self.forget_first();
        }
    }

    /// Moves all that is remembered with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        for (author, mut trail) in std::mem::take(self).by_author {
            trail.0.iter_mut().for_each(|piece| shift.apply(&mut piece.at));
            self.insert(author, trail);
        }
    }

    /// Whether nothing is remembered.
    pub(crate) fn is_new(&self) -> bool {
        self.by_author.is_empty()
    }

    /// About the bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        // The nodes of the trees are between half full and full.
        let each = size_of::<(UserId, Trail)>() + size_of::<(Timestamp, UserId)>();
        self.by_author.len() * (each * 3 / 2 + UserId::MAX_BYTES) + self.bytes
    }

    /// The most that trails take under these limits.
    pub(crate) fn most_bytes(limits: &TrailLimits) -> u64 {
        const LETTER: u64 = 4;
        let (authors, pieces) = (u64::from(limits.authors), u64::from(limits.pieces));
        let letters = pieces * u64::from(limits.letters) * LETTER;
        space::tree::<(UserId, Trail)>(authors)
            + space::tree::<(Timestamp, UserId)>(authors)
            + authors * (UserId::MOST_BESIDE + space::list::<Piece>(pieces) + letters)
    }

    pub(crate) fn save(&self) -> SavedTrails {
        let each = |(author, trail): (&UserId, &Trail)| (author.clone(), trail.clone());
        SavedTrails(self.by_author.iter().map(each).collect())
    }

    /// # Errors
    /// What does not hold together, or was not saved under these limits: no trails saved this.
    pub(crate) fn restore(
        SavedTrails(saved): SavedTrails,
        now: Timestamp,
        limits: Option<&TrailLimits>,
    ) -> Result<Self, Corrupt> {
        let mut trails = Self::default();
        let Some(limits) = limits else {
            return if saved.is_empty() {
                Ok(trails)
            } else {
                Err(Corrupt("trails where none are kept"))
            };
        };
        if saved.len() > limits.authors as usize || !saved.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Corrupt("trails: too many authors, or out of order"));
        }
        for (author, trail) in saved {
            if !trail.fits(now, limits) {
                return Err(Corrupt("trails: pieces that nobody wrote"));
            }
            trails.insert(author, trail);
        }
        Ok(trails)
    }

    fn insert(&mut self, author: UserId, trail: Trail) {
        if let Some(newest) = trail.0.last() {
            self.touched.insert((newest.at, author.clone()));
            self.bytes += trail.bytes();
            self.by_author.insert(author, trail);
        }
    }

    fn take(&mut self, author: &UserId) -> Option<Trail> {
        let (author, trail) = self.by_author.remove_entry(author)?;
        self.bytes -= trail.bytes();
        let newest = trail.0.last()?;
        self.touched.remove(&(newest.at, author));
        Some(trail)
    }

    fn forget_first(&mut self) {
        if let Some((_, author)) = self.touched.pop_first() {
            self.bytes -= self.by_author.remove(&author).map_or(0, |trail| trail.bytes());
        }
    }
}

impl Trail {
    fn bytes(&self) -> usize {
        let letters: usize = self.0.iter().map(|piece| piece.letters.len()).sum();
        self.0.len() * size_of::<Piece>() * 3 / 2 + letters
    }

    /// The pieces that are not too old.
    fn since(&self, now: Timestamp, limits: &TrailLimits) -> &[Piece] {
        let begin = now.before(limits.within);
        &self.0[self.0.partition_point(|piece| piece.at < begin)..]
    }

    /// The gravest word that some pieces on end and the newest are, but for signs around it; of equals the
    /// longest.
    fn completed_by(
        &self,
        now: Timestamp,
        limits: &TrailLimits,
        filter: &Filter,
        newest: &str,
    ) -> Option<Pieced> {
        let (mut text, mut met) = (newest.to_owned(), None::<Pieced>);
        for (messages, piece) in (2..).zip(self.since(now, limits).iter().rev()) {
            text.insert_str(0, &piece.letters);
            // Each is looked at by itself, so that it stands between word boundaries.
            filter.each_hit(&text, |hit| {
                let is_in_both = hit.span.start < piece.letters.len()
                    && hit.span.end > text.len() - newest.len();
                let around = [&text[..hit.span.start], &text[hit.span.end..]];
                let is_whole = is_in_both && !around.iter().any(|part| has_letters(part));
                if is_whole && met.is_none_or(|known| hit.treatment >= known.treatment) {
                    met = Some(Pieced { term: hit.term, treatment: hit.treatment, messages });
                }
            });
        }
        met
    }

    /// Whether these limits may have left such a trail by `now`.
    fn fits(&self, now: Timestamp, limits: &TrailLimits) -> bool {
        let was_written = |piece: &Piece| {
            piece.at <= now
                && matches!(Letters::of(&piece.letters, limits), Letters::Few(it) if it == piece.letters)
        };
        (1..=usize::from(limits.pieces)).contains(&self.0.len())
            && self.0.is_sorted_by_key(|piece| piece.at)
            && self.0.iter().all(was_written)
    }
}

/// Whether something in a text is a letter, and not a sign that may stand for one.
fn has_letters(text: &str) -> bool {
    let mut found = false;
    for c in text.chars() {
        fold(c, Followed::ALL, |unit| found |= matches!(unit, Unit::Letter(_)));
    }
    found
}

/// What of a text may be letters of a word.
enum Letters {
    None,
    Few(Box<str>),
    /// More than a piece has.
    Many,
}

impl Letters {
    fn of(text: &str, limits: &TrailLimits) -> Self {
        // Most messages have too many, and ask for no memory.
        let mut letters = SmallVec::<[char; 16]>::new();
        for c in text.chars() {
            let mut says_something = false;
            fold(c, Followed::ALL, |unit| {
                says_something |= matches!(unit, Unit::Letter(_)) || is_ambiguous(unit, false);
            });
            if says_something {
                // One more than is allowed tells, however long the text is.
                if letters.len() == usize::from(limits.letters) {
                    return Self::Many;
                }
                letters.push(c);
            }
        }
        if letters.is_empty() { Self::None } else { Self::Few(letters.iter().collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::FilterSpec;

    const LIMITS: TrailLimits = TrailLimits::USUAL;

    fn filter() -> Filter {
        FilterSpec::parse("[abuse]\nshit\n[politics]\n法轮功\n[abuse]\nidiot\n!ass\nshi *9\n+shift")
            .unwrap()
            .compile()
            .unwrap()
    }

    fn user(name: &str) -> UserId {
        name.parse().unwrap()
    }

    /// What the last of several messages of one author completes, a second apart.
    fn last(pieces: &[&str]) -> Option<(u32, u8)> {
        last_of(&LIMITS, pieces)
    }

    fn last_of(limits: &TrailLimits, pieces: &[&str]) -> Option<(u32, u8)> {
        let (filter, mut trails) = (filter(), Trails::default());
        let mut met = None;
        for (second, piece) in (1..).zip(pieces) {
            let now = Timestamp::from_secs(second);
            met = trails.completed(now, limits, &filter, &user("ann"), piece);
            trails.push(now, limits, &user("ann"), piece);
        }
        met.map(|met| (met.term, met.messages))
    }

    #[test]
    fn longer_pieces_make_a_word_where_the_limit_lets_them() {
        assert_eq!(last(&["idio", "t"]), None);
        let limits = TrailLimits { letters: 8, ..LIMITS };
        assert_eq!(last_of(&limits, &["idio", "t"]), Some((2, 2)));
        assert_eq!(last_of(&limits, &["an idio", "t"]), None);
    }

    #[test]
    fn a_word_in_pieces_is_met_with_its_last() {
        assert_eq!(last(&["s", "h", "i", "t"]), Some((0, 4)));
        assert_eq!(last(&["s", "h", "i"]), Some((4, 3)));
        assert_eq!(last(&["法", "輪", "功"]), Some((1, 3)));
        assert_eq!(last(&["x", "S", "h1", "t"]), Some((0, 3)));
        // Whole in one message is the filter's own business, and a longer message ends the trail.
        assert_eq!(last(&["shit"]), None);
        assert_eq!(last(&["s", "h", "what", "i", "t"]), None);
        // It must begin and end with a piece, and be a word between boundaries if it is listed as one.
        assert_eq!(last(&["as", "hi", "t"]), None);
        assert_eq!(last(&["s", "h", "i", "ty"]), None);
        assert_eq!(last(&["x", "a", "s", "s"]), Some((3, 3)));
        assert_eq!(last(&["s", "h", "if", "t"]), None);
        // The first second is remembered in the sixth, and forgotten in the seventh.
        assert_eq!(last(&["s", "h", "i", "i", "i", "t"]), Some((0, 6)));
        assert_eq!(last(&["s", "h", "i", "i", "i", "i", "t"]), None);
    }

    #[test]
    fn of_two_words_that_one_message_completes_the_graver_counts_or_else_the_longer() {
        for (list, expected) in [
            ("[abuse]\nit\nshit", (1, 4)),
            ("[abuse tag]\nit\n[abuse block]\nshit", (1, 4)),
            ("[abuse block]\nit\n[abuse tag]\nshit", (0, 2)),
        ] {
            let filter = FilterSpec::parse(list).unwrap().compile().unwrap();
            let (mut trails, now) = (Trails::default(), Timestamp::from_secs(1));
            for piece in ["s", "h", "i"] {
                trails.push(now, &LIMITS, &user("ann"), piece);
            }
            let met = trails.completed(now, &LIMITS, &filter, &user("ann"), "t").unwrap();
            assert_eq!((met.term, met.messages), expected, "{list}");
        }
    }

    #[test]
    fn what_says_nothing_makes_no_piece_longer() {
        assert_eq!(
            last(&["s \u{200b}\u{200b}", "...h...", "", "\u{202e}", " i ", "t?"]),
            Some((0, 4))
        );
        assert_eq!(last(&["s\u{301}\u{302}\u{303}\u{304}", "h", "!", "t"]), Some((0, 4)));
        assert_eq!(last(&["$", "h", "i", "7"]), Some((0, 4)));
        // A sign around the word is none of its letters, and completes nothing.
        assert_eq!(last(&["!s", "h", "i", "t!"]), Some((0, 4)));
        assert_eq!(last(&["s", "h", "i", "t", "!"]), None);
        assert_eq!(last(&["!", "s", "h", "it"]), Some((0, 3)));
    }

    #[test]
    fn pieces_are_forgotten_in_time_and_by_author() {
        let (filter, mut trails) = (filter(), Trails::default());
        for (at, piece) in [(0, "s"), (1_000, "h"), (2_000, "i")] {
            for name in ["ann", "ben"] {
                trails.push(Timestamp::from_millis(at), &LIMITS, &user(name), piece);
            }
        }
        let completed = |trails: &Trails, millis, name| {
            trails.completed(Timestamp::from_millis(millis), &LIMITS, &filter, &user(name), "t")
        };
        assert!(completed(&trails, 5_000, "ann").is_some());
        assert!(completed(&trails, 5_000, "ben").is_some());
        assert_eq!(completed(&trails, 5_000, "cid"), None);
        assert_eq!(completed(&trails, 5_001, "ben"), None, "its beginning is too old");
        trails.push(Timestamp::from_millis(5_000), &LIMITS, &user("ann"), "a longer message");
        assert_eq!(completed(&trails, 5_000, "ann"), None);
        trails.expire(Timestamp::from_millis(7_000), &LIMITS);
        assert!(!trails.is_new());
        trails.expire(Timestamp::from_millis(7_001), &LIMITS);
        assert!(trails.is_new() && trails.touched.is_empty());
    }

    #[test]
    fn the_memory_is_bounded_whoever_writes() {
        let limits = TrailLimits { authors: 10, pieces: 4, ..LIMITS };
        let mut trails = Trails::default();
        for number in 0..1_000_u64 {
            let name = user(&format!("u{}", number % 25));
            trails.push(Timestamp::from_millis(number), &limits, &name, "𝔵𝔵𝔵");
            assert!(trails.by_author.len() <= 10 && trails.touched.len() == trails.by_author.len());
            assert!(trails.by_author.values().all(|trail| trail.0.len() <= 4));
        }
        let newest: Vec<_> = (15..25).map(|n| user(&format!("u{n}"))).collect();
        assert!(trails.by_author.keys().eq(&newest), "those of long ago are forgotten");
        let full = trails.heap_bytes();
        let now = Timestamp::from_secs(1);
        let copy = Trails::restore(trails.save(), now, Some(&limits)).unwrap();
        assert_eq!(copy.heap_bytes(), full, "what is forgotten is not counted");
        assert!((10 * 4 * 12..10_000).contains(&full), "{full} bytes");
        trails.push(Timestamp::from_secs(1), &limits, &user("u20"), "much longer");
        assert_eq!((trails.by_author.len(), trails.touched.len()), (9, 9));
        assert!(trails.heap_bytes() < full);
        trails.expire(Timestamp::LATEST, &limits);
        assert_eq!((trails.heap_bytes(), trails.bytes), (0, 0));
    }

    #[test]
    fn what_is_saved_is_restored_and_nothing_else_is() {
        let mut trails = Trails::default();
        for (second, name) in [(1, "ann"), (2, "ben"), (3, "ann")] {
            trails.push(Timestamp::from_secs(second), &LIMITS, &user(name), "ab");
        }
        let (now, json) = (Timestamp::from_secs(3), serde_json::to_value(trails.save()).unwrap());
        let restored = Trails::restore(trails.save(), now, Some(&LIMITS)).unwrap();
        assert_eq!((restored.save(), &restored.touched), (trails.save(), &trails.touched));
        assert_eq!(restored.heap_bytes(), trails.heap_bytes());
        let is_good =
            |now, limits: Option<&TrailLimits>, change: &dyn Fn(&mut serde_json::Value)| {
                let mut json = json.clone();
                change(&mut json);
                Trails::restore(serde_json::from_value(json).unwrap(), now, limits).is_ok()
            };
        assert!(is_good(now, Some(&LIMITS), &|_| {}));
        assert!(!is_good(now, None, &|_| {}));
        assert!(is_good(now, None, &|it| *it = serde_json::json!([])));
        assert!(!is_good(Timestamp::from_secs(2), Some(&LIMITS), &|_| {}), "of the future");
        for limits in [
            TrailLimits { authors: 1, ..LIMITS },
            TrailLimits { pieces: 1, ..LIMITS },
            TrailLimits { letters: 1, ..LIMITS },
        ] {
            assert!(!is_good(now, Some(&limits), &|_| {}), "{limits:?}");
        }
        let bad: [&dyn Fn(&mut serde_json::Value); 6] = [
            &|it| it[1][0] = "ann".into(),
            &|it| it[0][1][0]["letters"] = "".into(),
            &|it| it[0][1][0]["letters"] = "a b".into(),
            &|it| it[0][1] = serde_json::json!([]),
            &|it| it[0][1].as_array_mut().unwrap().reverse(),
            &|it| it.as_array_mut().unwrap().reverse(),
        ];
        for change in bad {
            assert!(!is_good(now, Some(&LIMITS), change));
        }
    }

    #[test]
    fn a_moved_clock_takes_the_pieces_along() {
        let (filter, mut trails) = (filter(), Trails::default());
        for (second, piece) in [(1, "s"), (2, "hi")] {
            trails.push(Timestamp::from_secs(second), &LIMITS, &user("ann"), piece);
        }
        trails.shift(Shift::new(Timestamp::from_secs(3), Timestamp::from_secs(1_003)));
        let met = |now| {
            let now = Timestamp::from_secs(now);
            trails.completed(now, &LIMITS, &filter, &user("ann"), "t").is_some()
        };
        assert!(met(1_006) && !met(1_007));
        assert_eq!(trails.touched.first(), Some(&(Timestamp::from_secs(1_002), user("ann"))));
    }
}
