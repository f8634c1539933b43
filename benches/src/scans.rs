//! C1: judging a clean Chinese text of 45 bytes, beside other ways to look for many words.
//!
//! Ours folds, counts what it skips, and knows the treatment of each word. aho-corasick finds the bytes as
//! they are; with NFKC and lower case it finds what those bring back. rustrict and censor have their own
//! lists, of English words.

use std::{hint::black_box, time::Duration};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use censor::Censor;
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

const PEERS: [(&str, &str, u64, Judge); 4] = [
    ("aho-corasick", "aho-corasick on the raw bytes, its contiguous automaton", 83, raw),
    ("nfkc", "NFKC, lower case, and then aho-corasick", 200, normalised),
    ("rustrict", "rustrict, on its own list", 2_000, profanity),
    ("censor", "censor, on its own list", 2_000, censored),
];

pub(crate) fn scans(report: &mut Report) {
    for count in [100, 10_000, TERMS, 100_000] {
        if PEERS.iter().any(|(peer, ..)| report.wants("C1", &name(count, peer))) {
            scan(report, count);
        }
    }
}

fn scan(report: &mut Report, count: usize) {
    let words = words(count);
    let filter = filter(&words);
    let texts = texts(&filter, TEXTS);
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let automaton = AhoCorasick::builder().kind(kind).build(&words).expect("so many words fit");
    for (peer, what, at_least, judge) in PEERS {
        // Those with a list of their own do not feel ours.
        let is_own = matches!(peer, "rustrict" | "censor") && count != TERMS;
        if !is_own && report.wants("C1", &name(count, peer)) {
            // The aim is set for one size.
            let at_least = (count == TERMS).then_some(at_least);
            let name = name(count, peer);
            let case = Case { aim: "C1", name, what, at_least, units: TEXTS as u64 };
            let ours = || all(&texts, |text| filter.judge(text).is_clean());
            report.race(&case, ours, || all(&texts, |text| judge(&automaton, text)));
        }
    }
}

fn name(count: usize, peer: &str) -> String {
    format!("scan/words={count}/beside={peer}")
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

fn censored(_: &AhoCorasick, text: &str) -> bool {
    !Censor::Standard.check(text)
}
