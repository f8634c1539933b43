//! A long Chinese list, and clean texts of the same characters.

use std::collections::BTreeSet;

use liveroom::filter::{Filter, FilterSpec};

use crate::dice::Dice;

/// Words in the list.
pub(crate) const TERMS: usize = 65_000;

/// Words of 2 to 4 characters.
pub(crate) fn words() -> Vec<String> {
    let mut dice = Dice::new(1);
    let mut words = BTreeSet::new();
    while words.len() < TERMS {
        let length = 2 + dice.below(3);
        words.insert(characters(&mut dice, length));
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
    let texts = std::iter::repeat_with(|| characters(&mut dice, 15));
    texts.filter(|text| filter.judge(text).is_clean()).take(count).collect()
}

/// Some of the first 3,000 of the unified ideographs: about as many as are in use.
fn characters(dice: &mut Dice, count: usize) -> String {
    let one = |_| char::from_u32(0x4E00 + dice.below(3_000) as u32).expect("an ideograph");
    (0..count).map(one).collect()
}
