//! C1: judging a clean Chinese text of 45 bytes, beside other ways to look for 65,000 words.
//!
//! Ours folds, counts what it skips, and knows the treatment of each word. aho-corasick finds the bytes as
//! they are; with NFKC and lower case it finds what those bring back. rustrict has its own list, of
//! English words.

use std::{hint::black_box, time::Duration};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustrict::CensorStr;
use unicode_normalization::UnicodeNormalization;

use crate::{
    race::{Case, Report, time},
    words::{TERMS, filter, texts, words},
};

/// Whether a text is clean, by the list or by a list of its own.
type Judge = fn(&AhoCorasick, &str) -> bool;

/// Texts a round.
const TEXTS: usize = 1_000;

pub(crate) fn scans(report: &mut Report) {
    let peers: [(&str, &str, u64, Judge); 3] = [
        ("aho-corasick", "aho-corasick on the raw bytes, its contiguous automaton", 83, raw),
        ("nfkc", "NFKC, lower case, and then aho-corasick", 200, normalised),
        ("rustrict", "rustrict, on its own list", 2_000, profanity),
    ];
    if !peers.iter().any(|(peer, ..)| report.wants("C1", &name(peer))) {
        return;
    }
    let words = words();
    let filter = filter(&words);
    let texts = texts(&filter, TEXTS);
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let automaton = AhoCorasick::builder().kind(kind).build(&words).expect("so many words fit");
    for (peer, what, at_least, judge) in peers {
        if report.wants("C1", &name(peer)) {
            let (name, at_least) = (name(peer), Some(at_least));
            let case = Case { aim: "C1", name, what, at_least, units: TEXTS as u64 };
            let ours = || all(&texts, |text| filter.judge(text).is_clean());
            report.race(&case, ours, || all(&texts, |text| judge(&automaton, text)));
        }
    }
}

fn name(peer: &str) -> String {
    format!("scan/words={TERMS}/beside={peer}")
}

fn all(texts: &[String], mut is_clean: impl FnMut(&str) -> bool) -> Duration {
    time(|| {
        for text in texts {
            black_box(is_clean(black_box(text)));
        }
    })
}

fn raw(automaton: &AhoCorasick, text: &str) -> bool {
    !automaton.is_match(text)
}

fn normalised(automaton: &AhoCorasick, text: &str) -> bool {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    !automaton.is_match(&folded)
}

fn profanity(_: &AhoCorasick, text: &str) -> bool {
    !text.is_inappropriate()
}
