//! Holds what authors were told against what viewers saw.
//!
//! Everybody came in before the first message, and a run is shorter than the window in which a room lets viewers catch
//! up. So whatever was acknowledged, every viewer has to have seen, once and in its place, or to have been told
//! that it was missed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::course::{Course, Fate, Said, Sight};

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages that were sent, however often.
    pub sent: u64,
    /// Those of which their authors were told that they are accepted.
    pub acknowledged: u64,
    /// Those that all viewers saw.
    pub delivered: u64,
    /// Those whose authors know nothing.
    pub unknown: u64,
    /// Those that were refused or discarded, as their authors were told.
    pub turned_away: u64,
    /// Acknowledged, and neither seen by a viewer nor told them as missed; each viewer's are counted.
    pub lost: u64,
    /// Seen twice by a viewer, by its place or by its words; each viewer's are counted.
    pub duplicated: u64,
    /// Seen by a viewer after a later one, or in a place where another viewer saw another; each viewer's are counted.
    pub disordered: u64,
    /// Said to be turned away, and seen all the same.
    pub belied: u64,
    /// Told as missed; each viewer's are counted.
    pub missed: u64,
    /// The longest time since the fault began in which nothing at all was acknowledged.
    pub until_acknowledged: Duration,
    /// The longest time since the fault began in which one viewer saw no message.
    pub until_seen: Duration,
}

impl Verdict {
    /// Whether everybody was told the truth, once and in order.
    pub fn is_sound(&self) -> bool {
        (self.lost, self.duplicated, self.disordered, self.belied) == (0, 0, 0, 0)
    }
}

/// Judges a run.
pub fn judge(course: &Course) -> Verdict {
    let Course { fault, until, said, sights } = course;
    let count = |fate| said.iter().filter(|said| said.fate == fate).count() as u64;
    let words: Vec<BTreeSet<&str>> = sights.iter().map(words).collect();
    let by_all = |said: &&Said| words.iter().all(|words| words.contains(&*said.text));
    let by_any = |said: &&Said| words.iter().any(|words| words.contains(&*said.text));
    let acknowledged = said.iter().filter_map(|said| said.acknowledged);
    let unseen = sights.iter().map(|sight| {
        let times = sight.seen.iter().filter(|seen| seen.text.is_some()).map(|seen| seen.at);
        longest(*fault, *until, times)
    });
    let turned_away = said.iter().filter(|said| said.fate == Fate::TurnedAway);
    Verdict {
        sent: said.len() as u64,
        acknowledged: count(Fate::Acknowledged),
        delivered: said.iter().filter(by_all).count() as u64,
        unknown: count(Fate::Unknown),
        turned_away: count(Fate::TurnedAway),
        lost: sights.iter().zip(&words).map(|(sight, words)| lost(said, sight, words)).sum(),
        duplicated: sights.iter().map(duplicated).sum(),
        disordered: sights.iter().map(backwards).sum::<u64>() + elsewhere(sights),
        belied: turned_away.filter(by_any).count() as u64,
        missed: sights.iter().map(|sight| sight.missed).sum(),
        until_acknowledged: longest(*fault, *until, acknowledged),
        until_seen: unseen.max().unwrap_or_default(),
    }
}

fn words(sight: &Sight) -> BTreeSet<&str> {
    sight.seen.iter().filter_map(|seen| seen.text.as_deref()).collect()
}

/// What this viewer should have seen, beyond what they were told they missed.
fn lost(said: &[Said], sight: &Sight, words: &BTreeSet<&str>) -> u64 {
    let acknowledged = said.iter().filter(|said| said.fate == Fate::Acknowledged);
    let unseen = acknowledged.filter(|said| !words.contains(&*said.text)).count() as u64;
    unseen.saturating_sub(sight.missed)
}

fn duplicated(sight: &Sight) -> u64 {
    let (mut places, mut words) = (BTreeSet::new(), BTreeSet::new());
    let twice = sight.seen.iter().filter(|seen| {
        let (place, text) = (places.insert(seen.seq), seen.text.as_deref());
        // Both are noted of each: a place that comes again may hold other words.
        !text.is_none_or(|text| words.insert(text)) || !place
    });
    twice.count() as u64
}

/// What came after something later. The same place once more is counted as twice, and not here.
fn backwards(sight: &Sight) -> u64 {
    let mut last = 0;
    let late = sight.seen.iter().filter(|seen| {
        let late = seen.seq < last;
        last = last.max(seen.seq);
        late
    });
    late.count() as u64
}

/// What stands elsewhere than where the first viewer who saw that place saw it.
fn elsewhere(sights: &[Sight]) -> u64 {
    let mut places = BTreeMap::new();
    let entries = sights.iter().flat_map(|sight| &sight.seen);
    entries.filter(|seen| *places.entry(seen.seq).or_insert(&seen.text) != &seen.text).count()
        as u64
}

/// The longest time between two events, from the fault to the end. What comes late ends the last of them.
fn longest(fault: Duration, until: Duration, times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.filter(|time| *time > fault).collect();
    times.push(fault);
    times.sort_unstable();
    let last = times.last().copied().unwrap_or_default();
    times.push(last.max(until));
    times.windows(2).map(|two| two[1] - two[0]).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Seen;

    const fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn said(text: &str, fate: Fate) -> Said {
        let acknowledged = (fate == Fate::Acknowledged).then_some(second(5));
        Said { text: text.to_owned(), fate, acknowledged }
    }

    /// Places and words, one each second from the fourth on.
    fn sight(entries: &[(u64, &str)]) -> Sight {
        let seen = entries.iter().zip(4..).map(|((seq, text), at)| Seen {
            at: second(at),
            seq: *seq,
            text: Some((*text).to_owned()),
        });
        Sight { seen: seen.collect(), missed: 0 }
    }

    /// Two messages that were acknowledged, seen by two viewers.
    fn sound() -> Course {
        let said = ["a", "b"].map(|text| said(text, Fate::Acknowledged)).to_vec();
        let sights = vec![sight(&[(1, "a"), (2, "b")]); 2];
        Course { fault: second(4), until: second(6), said, sights }
    }

    #[test]
    fn a_run_in_which_all_went_well_is_sound() {
        let verdict = judge(&sound());
        assert!(verdict.is_sound(), "{verdict:?}");
        assert_eq!((verdict.sent, verdict.acknowledged, verdict.delivered), (2, 2, 2));
    }

    #[test]
    fn what_was_acknowledged_and_one_viewer_did_not_see_is_lost() {
        let mut course = sound();
        course.sights[1].seen.pop();
        let verdict = judge(&course);
        assert_eq!((verdict.lost, verdict.delivered), (1, 1));
        assert!(!verdict.is_sound());
    }

    #[test]
    fn what_a_viewer_is_told_to_have_missed_is_not_lost() {
        let mut course = sound();
        course.sights[1].seen.clear();
        course.sights[1].missed = 1;
        let verdict = judge(&course);
        assert_eq!((verdict.lost, verdict.missed), (1, 1), "one was told, of two");
    }

    #[test]
    fn what_nobody_answered_for_may_be_seen_or_not() {
        let mut course = sound();
        course.said.extend(["c", "d"].map(|text| said(text, Fate::Unknown)));
        course.sights = vec![sight(&[(1, "a"), (2, "b"), (3, "d")]); 2];
        let verdict = judge(&course);
        assert!(verdict.is_sound(), "{verdict:?}");
        assert_eq!((verdict.unknown, verdict.delivered), (2, 3));
    }

    #[test]
    fn whatever_comes_again_is_seen_by_its_place_or_its_words() {
        let mut course = sound();
        course.sights[0] = sight(&[(1, "a"), (2, "b"), (2, "b")]);
        assert_eq!(judge(&course).duplicated, 1, "the same entry");
        course.sights[0] = sight(&[(1, "a"), (2, "b"), (3, "a")]);
        assert_eq!(judge(&course).duplicated, 1, "the same words in another place");
        course.sights[0] = sight(&[(1, "a"), (2, "b"), (2, "x"), (3, "x")]);
        assert_eq!(judge(&course).duplicated, 2);
    }

    #[test]
    fn what_comes_after_something_later_is_out_of_order() {
        let mut course = sound();
        course.sights[1] = sight(&[(2, "b"), (1, "a")]);
        let verdict = judge(&course);
        assert_eq!((verdict.disordered, verdict.duplicated, verdict.lost), (1, 0, 0));
    }

    #[test]
    fn two_viewers_who_see_different_things_in_one_place_do_not_agree() {
        let mut course = sound();
        course.sights[1] = sight(&[(1, "b"), (2, "a")]);
        assert_eq!(judge(&course).disordered, 2);
    }

    #[test]
    fn what_was_turned_away_is_seen_by_nobody() {
        let mut course = sound();
        course.said.push(said("c", Fate::TurnedAway));
        assert!(judge(&course).is_sound());
        course.sights[0].seen.extend(sight(&[(3, "c")]).seen);
        let verdict = judge(&course);
        assert_eq!((verdict.belied, verdict.is_sound()), (1, false));
    }

    #[test]
    fn the_gap_is_the_longest_silence_since_the_fault() {
        let times = |times: &[u64]| times.iter().copied().map(second).collect::<Vec<_>>();
        for (heard, silence) in [
            (times(&[1, 9, 10]), 5),
            (times(&[5, 6, 9, 10]), 3),
            // What was before the fault is of no account.
            (times(&[1, 2]), 6),
            (times(&[]), 6),
            // What comes after the last was said ends a silence.
            (times(&[5, 13]), 8),
        ] {
            let longest = longest(second(4), second(10), heard.iter().copied());
            assert_eq!(longest, second(silence), "{heard:?}");
        }
    }

    #[test]
    fn the_viewer_who_waited_longest_makes_the_gap() {
        let mut course = sound();
        course.until = second(20);
        course.sights[1].seen.pop();
        let verdict = judge(&course);
        assert_eq!(verdict.until_seen, second(16));
        assert_eq!(verdict.until_acknowledged, second(15));
    }
}
