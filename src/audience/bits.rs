//! A set of small numbers, a bit for each.
//!
//! Above the bits stand summaries, each with a bit for each word below it, so that the lowest number
//! is found in a step for each factor of 64.
//!
//! Invariant: a bit of a summary is set where the word below it is not 0; the topmost is one word.

#![expect(
    clippy::indexing_slicing,
    reason = "levels have a word for each 64 of what they sum up, from the first insertion on"
)]

use std::ops::Range;

#[derive(Debug, Default)]
pub(super) struct Bits {
    levels: Vec<Vec<u64>>,
    len: usize,
}

impl Bits {
    /// How many numbers are in it.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        let word = self.levels.first().and_then(|bits| bits.get(number / 64));
        word.is_some_and(|word| word & bit(number) != 0)
    }

    /// Puts a number in that is not in it yet.
    pub(super) fn insert(&mut self, number: usize) {
        debug_assert!(!self.contains(number), "whoever puts a number in knows that it is new");
        self.len += 1;
        let mut number = number;
        for depth in 0.. {
            if depth == self.levels.len() {
                let summary = self.levels.last().map(|words| summary(words)).unwrap_or_default();
                self.levels.push(summary);
            }
            let above = self.levels.len() > depth + 1;
            let (level, word) = (&mut self.levels[depth], number / 64);
            if level.len() <= word {
                level.resize(word + 1, 0);
            }
            let summed_up = above && level[word] != 0;
            level[word] |= bit(number);
            if summed_up || level.len() == 1 {
                break;
            }
            number = word;
        }
    }

    /// Takes a number out; `false` if it was not in it.
    pub(super) fn remove(&mut self, number: usize) -> bool {
        if !self.contains(number) {
            return false;
        }
        self.len -= 1;
        let mut number = number;
        for level in &mut self.levels {
            level[number / 64] &= !bit(number);
            if level[number / 64] != 0 {
                break;
            }
            number /= 64;
        }
        true
    }

    /// The lowest number.
    pub(super) fn first(&self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let down = self.levels.iter().rev();
        Some(down.fold(0, |word, level| word * 64 + level[word].trailing_zeros() as usize))
    }

    /// The numbers, in order, by runs without a gap.
    pub(super) fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let run = self.run(next)?;
            next = run.end;
            Some(run)
        })
    }

    fn run(&self, from: usize) -> Option<Range<usize>> {
        let start = self.find(from, 0)?;
        let end = self.find(start, u64::MAX);
        Some(start..end.unwrap_or(self.levels[0].len() * 64))
    }

    /// The first place from `from` on that is in it, or, with all bits of `flip`, that is not.
    fn find(&self, from: usize, flip: u64) -> Option<usize> {
        let words = self.levels.first()?.get(from / 64..)?;
        let mut wanted = u64::MAX << (from % 64);
        let place = words.iter().position(|word| {
            let found = (word ^ flip) & wanted != 0;
            wanted = if found { wanted } else { u64::MAX };
            found
        })?;
        let found = (words[place] ^ flip) & wanted;
        Some((from / 64 + place) * 64 + found.trailing_zeros() as usize)
    }
}

fn bit(number: usize) -> u64 {
    1 << (number % 64)
}

/// A bit for each word, set where it is not 0.
fn summary(words: &[u64]) -> Vec<u64> {
    let bits =
        |words: &[u64]| words.iter().rev().fold(0, |bits, word| bits << 1 | u64::from(*word != 0));
    words.chunks(64).map(bits).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Few enough to meet again, and as many as need three levels.
    fn number() -> impl Strategy<Value = usize> {
        prop_oneof![0..200_usize, 4_000..4_200_usize, 262_000..262_300_usize]
    }

    #[test]
    fn a_run_goes_over_the_ends_of_words_and_to_the_end_of_all() {
        let mut bits = Bits::default();
        assert_eq!((bits.first(), bits.runs().next()), (None, None));
        (60..256).for_each(|number| bits.insert(number));
        assert!(bits.remove(130) && !bits.remove(130));
        assert_eq!((bits.first(), bits.len()), (Some(60), 195));
        assert_eq!(bits.runs().collect::<Vec<_>>(), [60..130, 131..256]);
    }

    proptest! {
        #[test]
        fn bits_are_what_a_set_is(steps in vec((any::<bool>(), number()), 1..300)) {
            let (mut bits, mut set) = (Bits::default(), BTreeSet::new());
            for (insert, number) in steps {
                prop_assert_eq!(bits.contains(number), set.contains(&number));
                if !insert {
                    prop_assert_eq!(bits.remove(number), set.remove(&number));
                } else if set.insert(number) {
                    bits.insert(number);
                }
                prop_assert_eq!(bits.first(), set.first().copied());
                prop_assert_eq!((bits.len(), bits.is_empty()), (set.len(), set.is_empty()));
            }
            let runs: Vec<_> = bits.runs().collect();
            prop_assert!(runs.is_sorted_by(|one, next| one.end < next.start));
            prop_assert!(runs.into_iter().flatten().eq(set));
        }
    }
}
