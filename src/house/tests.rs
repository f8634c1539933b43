use std::time::Duration;

use super::*;

fn user(n: u32) -> UserId {
    UserId::new(&format!("u{n}")).unwrap()
}

fn secs(secs: u64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn pace(every: u64, burst: u32) -> Pace {
    Pace { every: Duration::from_secs(every), burst }
}

fn said(text: &str) -> Said {
    Said::of(&crate::message::Content::text(text)).unwrap()
}

#[test]
fn an_author_has_a_burst_and_then_one_at_a_time() {
    let (mut memory, rule, ann) = (Memory::default(), pace(10, 3), user(1));
    for _ in 0..3 {
        assert_eq!(memory.paced(secs(100), &ann, rule), None);
        memory.spoke(secs(100), &ann, rule);
    }
    assert_eq!(memory.paced(secs(100), &ann, rule), Some(secs(110)));
    assert_eq!(memory.paced(secs(109), &ann, rule), Some(secs(110)));
    assert_eq!(memory.paced(secs(110), &ann, rule), None);
    assert_eq!(memory.paced(secs(100), &user(2), rule), None, "each has a bucket of their own");
    assert_eq!(memory.came_lately(secs(100), &ann, rule), None, "joins are counted apart");
}

#[test]
fn a_faster_pace_counts_at_once() {
    let (mut memory, ann) = (Memory::default(), user(1));
    memory.spoke(secs(100), &ann, pace(3_600, 1));
    assert_eq!(memory.paced(secs(100), &ann, pace(3_600, 1)), Some(secs(3_700)));
    assert_eq!(memory.paced(secs(100), &ann, pace(1, 1)), Some(secs(101)));
    memory.spoke(secs(101), &ann, pace(1, 1));
    assert_eq!(memory.paces.len(), 1);
}

#[test]
fn a_text_may_be_said_again_after_a_time() {
    let mut memory = Memory::default();
    let (minute, hi, ann, bo) = (Duration::from_mins(1), said("hi"), user(1), user(2));
    let (any, own) = (Repeats::of_anybody(minute), Repeats::of_author(minute));
    memory.say(secs(100), hi, &ann, any);
    assert_eq!(memory.repeats(secs(100), hi, &bo, any), Some(secs(160)));
    assert_eq!(memory.repeats(secs(159), hi, &bo, any), Some(secs(160)));
    assert_eq!(memory.repeats(secs(160), hi, &bo, any), None);
    assert_eq!(memory.repeats(secs(100), said("hello"), &bo, any), None);
    assert_eq!(memory.repeats(secs(100), hi, &ann, own), None, "another rule remembers apart");
    memory.say(secs(100), hi, &ann, own);
    assert_eq!(memory.repeats(secs(100), hi, &ann, own), Some(secs(160)));
    assert_eq!(memory.repeats(secs(100), hi, &bo, own), None);
    let mut memory = Memory::default();
    memory.say(secs(100), hi, &ann, own);
    assert_eq!(memory.repeats(secs(100), hi, &ann, any), Some(secs(160)), "her own counts for her");
    assert_eq!(memory.repeats(secs(100), hi, &bo, any), None);
    memory.say(secs(130), hi, &bo, any);
    assert_eq!(memory.repeats(secs(130), hi, &ann, any), Some(secs(190)), "the later counts");
    let shorter = Repeats::of_author(Duration::from_secs(5));
    assert_eq!(memory.repeats(secs(100), hi, &ann, shorter), Some(secs(105)));
}

#[test]
fn of_two_rules_for_one_text_the_longer_is_remembered() {
    let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
    for order in [[minute, hour], [hour, minute]] {
        let mut memory = Memory::default();
        for within in order {
            memory.say(secs(100), said("hi"), &user(1), Repeats::of_anybody(within));
        }
        let until = memory.repeats(secs(100), said("hi"), &user(2), Repeats::of_anybody(hour));
        assert_eq!(until, Some(secs(3_700)), "{order:?}");
    }
}

#[test]
fn what_is_remembered_moves_with_the_clock_and_is_restored() {
    let mut memory = Memory::default();
    let (rule, any) = (pace(10, 1), Repeats::of_anybody(Duration::from_secs(10)));
    memory.spoke(secs(100), &user(1), rule);
    memory.came(secs(100), &user(1), rule);
    memory.say(secs(100), said("hi"), &user(1), any);
    memory.set_raid(Some(secs(110)));
    memory.shift(Shift::new(secs(100), secs(500)));
    let memory = Memory::restore(memory.save(), secs(500)).unwrap();
    assert!(!memory.is_new() && memory.heap_bytes() > 0);
    let at = secs(505);
    let ends = [
        memory.paced(at, &user(1), rule),
        memory.came_lately(at, &user(1), rule),
        memory.repeats(at, said("hi"), &user(1), any),
        memory.raid(),
    ];
    assert_eq!(ends, [Some(secs(510)); 4]);
}

#[test]
fn an_attacker_makes_it_hold_no_more_than_this() {
    let mut memory = Memory::default();
    let (day, any) = (pace(86_400, 1), Repeats::of_anybody(Duration::from_hours(24)));
    for n in 0..100_500_u32 {
        let now = secs(1_000 + u64::from(n) / 100);
        memory.spoke(now, &user(n), day);
        memory.came(now, &user(n), day);
        memory.say(now, said(&format!("text {n}")), &user(n), any);
    }
    assert_eq!(
        (memory.paces.len(), memory.joins.len(), memory.said.len()),
        (100_000, 100_000, 100_000)
    );
    assert!(memory.heap_bytes() < 64 << 20, "{}", memory.heap_bytes());
    let later = secs(3_000);
    assert_eq!(memory.paced(later, &user(0), day), None, "who spoke first is forgotten");
    assert!(memory.paced(later, &user(500), day).is_some());
}

#[test]
fn saved_state_that_does_not_hold_together_is_turned_away() {
    let mut memory = Memory::default();
    memory.set_raid(Some(Timestamp::MAX));
    assert!(Memory::restore(memory.save(), secs(100)).is_err(), "raid mode always ends");
    for (hours, holds) in [(24, true), (25, false)] {
        memory.set_raid(Some(secs(100 + hours * 3_600)));
        assert_eq!(Memory::restore(memory.save(), secs(100)).is_ok(), holds, "{hours} hours");
    }
    for (at, holds) in [(100, true), (101, false)] {
        let lull = Lull::new(secs(at), Duration::from_secs(1));
        let saved = Saved { said: vec![((said("hi"), None), lull)], ..Saved::default() };
        assert_eq!(Memory::restore(saved, secs(100)).is_ok(), holds, "said at {at} s");
    }
    let bucket = Bucket::default();
    let saved = Saved { paces: vec![(user(2), bucket), (user(1), bucket)], ..Saved::default() };
    assert!(Memory::restore(saved, secs(100)).is_err());
    let long = Lull::new(secs(1), Duration::from_hours(25));
    let saved = Saved { said: vec![((said("hi"), None), long)], ..Saved::default() };
    assert!(Memory::restore(saved, secs(100)).is_err());
}
