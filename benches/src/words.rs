//! A long Chinese list, and clean texts of the same characters.

use std::collections::BTreeSet;

use liveroom::filter::{Filter, FilterSpec};

use crate::dice::Dice;

/// Words in the list.
pub(crate) const TERMS: usize = 65_000;

/// Some of the first 3,000 of the unified ideographs: about as many as are in use.
pub(crate) fn characters() -> Vec<char> {
    ('\u{4e00}'..).take(3_000).collect()
}

/// So many words of 2 to 4 characters.
pub(crate) fn words(count: usize) -> Vec<String> {
    words_of(&characters(), count)
}

/// So many words of 2 to 4 of these characters.
pub(crate) fn words_of(characters: &[char], count: usize) -> Vec<String> {
    let mut dice = Dice::new(1);
    let mut words = BTreeSet::new();
    while words.len() < count {
        let length = 2 + dice.below(3);
        words.insert(some_of(characters, &mut dice, length));
    }
    words.into_iter().collect()
}

pub(crate) fn filter(words: &[String]) -> Filter {
    let spec = FilterSpec::parse(&words.join("\n")).expect("a good list");
    spec.compile().expect("so many words fit into one automaton")
}

/// Different texts of 45 bytes, of the characters that the words are made of. Those that have one of
/// the words in them are passed over.
pub(crate) fn texts(filter: &Filter, count: usize) -> Vec<String> {
    let mut dice = Dice::new(2);
    let all = characters();
    let texts = std::iter::repeat_with(|| some_of(&all, &mut dice, 15));
    texts.filter(|text| filter.judge(text).is_clean()).take(count).collect()
}

fn some_of(characters: &[char], dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| characters[dice.below(characters.len())]).collect()
}
