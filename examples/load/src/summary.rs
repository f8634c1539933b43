//! What came of some runs, in sentences.

use crate::{latency::together, outcome::Outcome};

/// Which way is better.
pub const BETTER: &str = "Less is better of everything but hand-offs: shorter bars, lower curves.";

/// Why the live host may be later than one that waits for nothing.
const TRADE: &str = "With few clients live trades latency for fewer frames: by its tick, what is not urgent waits for \
    others to go out with it, 25 ms with 1,000 clients and 250 at most unless --tick says otherwise. So its p99 is the \
    higher one while the machine has processor time to spare; with more clients, fewer frames are how it keeps up.";

/// One sentence each.
pub fn summary(outcomes: &[Outcome]) -> Vec<String> {
    let mut told = vec![
        ranked("99 of 100 entries were read within", "ms", outcomes, |outcome| {
            together(&outcome.latencies).millis(0.99)
        }),
        ranked("99 of 100 of high priority within", "ms", outcomes, |outcome| {
            outcome.latencies[0].millis(0.99)
        }),
        ranked("Processor time of the host a second", "ms", outcomes, Outcome::cpu),
        silent(outcomes),
    ];
    told.retain(|sentence| !sentence.is_empty());
    let waits = |outcome: &Outcome| matches!(&*outcome.host, "live" | "nodes");
    let is_beside = outcomes.iter().any(|outcome| outcome.host == "live")
        && outcomes.iter().any(|outcome| !waits(outcome));
    told.extend(is_beside.then(|| TRADE.to_owned()));
    told
}

/// Some values, the lowest first; nothing where none is known.
fn ranked(
    what: &str,
    unit: &str,
    outcomes: &[Outcome],
    value: fn(&Outcome) -> Option<f64>,
) -> String {
    let values = outcomes.iter().filter_map(|outcome| Some((value(outcome)?, &outcome.host)));
    let mut values: Vec<_> = values.collect();
    if values.is_empty() {
        return String::new();
    }
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let values = values.iter().map(|(value, host)| format!("{host} {value:.0} {unit}"));
    format!("{what}: {}.", values.collect::<Vec<_>>().join(", "))
}

/// What was lost without a word.
fn silent(outcomes: &[Outcome]) -> String {
    let lost = outcomes.iter().filter_map(|outcome| match outcome.lost() {
        Some((_, 0)) => None,
        Some((_, silent)) => Some(format!("{} {silent}", outcome.host)),
        None => Some(format!("{} not known", outcome.host)),
    });
    let lost: Vec<_> = lost.collect();
    match (outcomes, &lost[..]) {
        ([], _) => String::new(),
        (_, []) => "Lost without a word: nothing.".to_owned(),
        (_, lost) => format!("Lost without a word: {}.", lost.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(host: &str, millis: u64) -> Outcome {
        let mut outcome = Outcome { host: host.into(), ..Outcome::default() };
        outcome.latencies[1].note(millis * 1_000_000);
        outcome
    }

    #[test]
    fn the_lowest_comes_first_and_beside_others_a_tick_is_explained() {
        let told = summary(&[outcome("live", 40), outcome("broadcast", 20)]);
        assert_eq!(told[0], "99 of 100 entries were read within: broadcast 20 ms, live 40 ms.");
        assert_eq!(
            told[1..],
            ["Lost without a word: nothing.", TRADE],
            "what is not known is left out"
        );
        for alike in [&[outcome("live", 40)][..], &[outcome("live", 40), outcome("nodes", 41)]] {
            assert!(!summary(alike).contains(&TRADE.to_owned()));
        }
        assert_eq!(summary(&[]), Vec::<String>::new());
    }

    #[test]
    fn what_was_lost_without_a_word_is_told_host_by_host() {
        let (mut lossy, mut gone) = (outcome("a", 1), outcome("b", 1));
        lossy.audit.lost_silently = 7;
        gone.gone.insert("it closed".into(), 1);
        let told = summary(&[lossy, gone]);
        assert_eq!(told[1], "Lost without a word: a 7, b not known.");
    }
}
