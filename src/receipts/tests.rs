//! Stories, limits, and receipts against a list of everything that was ever accepted.

use proptest::prelude::*;

use super::*;
use crate::{
    id::{FilterId, Seq, StepName},
    message::PerPriority,
    outcome::Discard,
    output::Cause,
};

const MINUTE: u64 = 60;

const KEY: HashKey = HashKey::new(1, 2);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn alice() -> UserId {
    UserId::new("alice").unwrap()
}

fn waiting(until: u64) -> Remembered {
    let state = State::Waiting { expires: at(until) };
    Remembered { kind: Kind::Text, priority: Priority::Normal, rules: Rules::default(), state }
}

fn human() -> StepName {
    StepName::new("human").unwrap()
}

fn answered(decision: DecisionName) -> Step {
    Step::Answered { step: human(), by: None, decision }
}

fn receipts() -> Receipts {
    Receipts::default()
}

/// Accepts messages 1 to `count` of alice, each with its own random.
fn many(count: u32) -> Receipts {
    let mut receipts = receipts();
    for number in 1..=count {
        let random = Some(Random(number));
        receipts.accept(KEY, at(0), MessageId(number.into()), Some(alice()), random, waiting(1));
    }
    receipts
}

#[test]
fn a_random_is_a_duplicate_for_less_than_5_minutes() {
    let mut receipts = receipts();
    receipts.accept(KEY, at(0), MessageId(1), Some(alice()), Some(Random(7)), waiting(1));
    receipts.accept(KEY, at(0), MessageId(2), None, Some(Random(7)), waiting(1));
    let just_before = Timestamp::from_nanos(at(5 * MINUTE).as_nanos() - 1);
    assert_eq!(receipts.duplicate(just_before, &Some(alice()), Random(7)), Some(MessageId(1)));
    assert_eq!(receipts.duplicate(just_before, &None, Random(7)), Some(MessageId(2)));
    assert_eq!(receipts.duplicate(just_before, &None, Random(8)), None);
    // Whether or not it was told that time has passed.
    assert_eq!(receipts.duplicate(at(5 * MINUTE), &Some(alice()), Random(7)), None);
    receipts.accept(KEY, at(5 * MINUTE), MessageId(3), Some(alice()), Some(Random(7)), waiting(1));
    assert_eq!(receipts.duplicate(at(6 * MINUTE), &Some(alice()), Random(7)), Some(MessageId(3)));
}

#[test]
fn the_last_32_randoms_of_an_author_are_remembered() {
    let receipts = many(33);
    assert_eq!(receipts.duplicate(at(1), &Some(alice()), Random(1)), None);
    assert_eq!(receipts.duplicate(at(1), &Some(alice()), Random(2)), Some(MessageId(2)));
    assert!(receipts.get(MessageId(1)).is_some(), "the message itself is");
}

#[test]
fn the_last_65536_messages_of_a_group_are_remembered() {
    let mut receipts = many(65_537);
    assert_eq!(receipts.get(MessageId(1)), None);
    assert!(receipts.get(MessageId(2)).is_some());
    assert!(receipts.get(MessageId(65_537)).is_some());
    assert_eq!(receipts.get(MessageId(65_538)), None);
    assert_eq!(receipts.get(MessageId(0)), None);
    let restored =
        Receipts::restore(Timestamp::LATEST, receipts.save(), HashKey::default()).unwrap();
    assert_eq!(restored.digest(), receipts.digest());
    receipts.expire(at(5 * MINUTE));
    assert_eq!(receipts.heap_bytes(), 0);
}

#[test]
fn an_idle_group_wakes_once_when_the_last_is_forgotten() {
    let mut receipts = receipts();
    assert_eq!((receipts.next_expiry(), receipts.heap_bytes()), (None, 0));
    receipts.accept(KEY, at(0), MessageId(1), None, None, waiting(1));
    receipts.accept(KEY, at(9), MessageId(2), None, None, waiting(1));
    assert_eq!(receipts.next_expiry(), Some(at(5 * MINUTE + 9)));
    receipts.expire(at(5 * MINUTE));
    assert_eq!(receipts.get(MessageId(1)), None);
    assert!(receipts.get(MessageId(2)).is_some());
    receipts.expire(at(5 * MINUTE + 9));
    assert_eq!((receipts.next_expiry(), receipts.heap_bytes()), (None, 0));
    assert_eq!(receipts.save(), Saved::default());
}

#[test]
fn an_author_of_whom_nothing_is_remembered_takes_no_memory() {
    let mut receipts = many(2);
    receipts.accept(KEY, at(9), MessageId(3), None, Some(Random(1)), waiting(1));
    receipts.expire(at(5 * MINUTE));
    let kept = receipts.0.as_ref().unwrap();
    assert_eq!((kept.lines.len(), kept.randoms.len()), (1, 1));
}

#[test]
fn what_is_forgotten_takes_no_more_notes() {
    let mut receipts = many(2);
    receipts.expire(at(5 * MINUTE));
    receipts.accept(KEY, at(5 * MINUTE), MessageId(3), Some(alice()), None, waiting(1));
    let before = receipts.save();
    receipts.set_state(MessageId(2), State::Ended(Outcome::Discarded(Discard::Expired)));
    receipts.note(MessageId(4), answered(DecisionName::Allow));
    assert_eq!(receipts.save(), before);
    assert_eq!(receipts.explain(MessageId(2)), None);
}

#[test]
#[should_panic(expected = "ids are given without holes")]
fn an_id_cannot_be_passed_over() {
    many(2).accept(KEY, at(0), MessageId(4), None, None, waiting(1));
}

#[test]
fn a_rebase_moves_the_age_and_not_what_is_told() {
    let mut receipts = receipts();
    receipts.accept(KEY, at(1_000), MessageId(1), Some(alice()), Some(Random(7)), waiting(1));
    receipts.shift(Shift::new(at(1_060), at(100)));
    assert_eq!(receipts.next_expiry(), Some(at(340)));
    assert_eq!(receipts.duplicate(at(339), &Some(alice()), Random(7)), Some(MessageId(1)));
    assert_eq!(receipts.duplicate(at(340), &Some(alice()), Random(7)), None);
    assert_eq!(receipts.explain(MessageId(1)).unwrap().accepted, at(1_000));
}

#[test]
fn what_was_accepted_when_the_clock_had_run_wild_is_forgotten_after_a_rebase() {
    let mut receipts = receipts();
    receipts.accept(KEY, Timestamp::MAX, MessageId(1), None, None, waiting(1));
    assert_eq!(receipts.next_expiry(), None);
    receipts.shift(Shift::new(Timestamp::MAX, at(100)));
    receipts.expire(at(100 + 5 * MINUTE));
    assert_eq!(receipts.get(MessageId(1)), None);
}

fn delivered(seq: u64, seconds: u64) -> Outcome {
    Outcome::Delivered { seq: Seq(seq), at: at(seconds) }
}

#[test]
fn an_explanation_says_what_was_done_in_a_few_lines() {
    let mut receipts = many(6);
    let id = MessageId(7);
    let rules = Rules::default().with(Rule::SlowMode, false).with(Rule::Filter, false);
    let what = Remembered { rules: rules.with(Rule::MuteAll, true), ..waiting(1) };
    receipts.accept(KEY, at(0), id, Some(alice()), None, what);
    let filter = Cause::Filter { filter: FilterId(1), term: 3 };
    let steps = [
        Step::Filtered { term: 3, what: Finding::Held },
        Step::Asked { step: human(), cause: filter, expires: at(60) },
        answered(DecisionName::Allow),
    ];
    for step in steps.clone() {
        receipts.note(id, step);
    }
    receipts.wait(at(2), id, at(4), 12);
    for (number, priority) in [(1, Priority::High), (2, Priority::Normal), (3, Priority::Normal)] {
        receipts.end(at(3), MessageId(number), priority, delivered(number, 3));
    }
    receipts.end(at(3), id, Priority::Normal, delivered(9, 3));
    let explanation = receipts.explain(id).unwrap();
    assert_eq!(explanation.steps.as_slice(), steps);
    assert_eq!(
        explanation.to_string(),
        "message 7 of alice: Text, Normal, accepted at 0.000000000\n\
         - rules: slow mode, filter; exempt from mute of all\n\
         - filtered: Held for term 3\n\
         - human asked for term 3, until 60.000000000\n\
         - human answered: Allow\n\
         - waited 1s in its lane, where 12 waited already; released meanwhile: 1 of High, \
         2 whose turn came first\n\
         - the last of them: 3 of alice, 2 of alice, 1 of alice\n\
         - delivered at 3.000000000 as entry 9"
    );
}

#[test]
fn a_message_that_waits_is_explained_as_it_stands() {
    let mut receipts = many(3);
    receipts.wait(at(1), MessageId(1), at(4), 0);
    let told = |receipts: &Receipts| receipts.explain(MessageId(1)).unwrap().to_string();
    assert!(told(&receipts).contains("- waits since 1.000000000 in its lane, where 0 waited already; released meanwhile: nobody\n"));
    receipts.end(at(2), MessageId(2), Priority::Low, delivered(1, 2));
    assert!(told(&receipts).contains(": 1 of Low, while a cap held its own back\n"));
    let rules = Rules::default().with(Rule::Filter, false);
    receipts.accept(KEY, at(2), MessageId(4), None, None, Remembered { rules, ..waiting(1) });
    let clean = receipts.explain(MessageId(4)).unwrap().to_string();
    assert!(clean.contains("- rules: filter\n- filtered: nothing found\n"), "{clean}");
    // A message that is exempt was not judged.
    let exempt = Remembered { rules: Rules::default().with(Rule::Filter, true), ..waiting(1) };
    receipts.accept(KEY, at(2), MessageId(5), None, None, exempt);
    let exempt = receipts.explain(MessageId(5)).unwrap().to_string();
    assert!(exempt.contains("- rules: exempt from filter\n- waiting"), "{exempt}");
}

#[test]
fn who_outranked_a_message_is_counted_while_it_waits_and_no_longer() {
    let mut receipts = many(9);
    receipts.end(at(1), MessageId(1), Priority::High, delivered(1, 1));
    receipts.wait(at(1), MessageId(2), at(9), 0);
    for number in 3..=8 {
        receipts.end(at(2), MessageId(number), Priority::Normal, delivered(number, 2));
    }
    let wait = |receipts: &Receipts| receipts.explain(MessageId(2)).unwrap().wait.unwrap();
    let open = wait(&receipts);
    assert_eq!((open.since, open.until, open.outranked_by()), (at(1), None, 6));
    receipts.end(at(3), MessageId(2), Priority::Normal, Outcome::Discarded(Discard::Expired));
    receipts.end(at(4), MessageId(9), Priority::High, delivered(9, 4));
    let over = wait(&receipts);
    assert_eq!((over.until, over.outranked), (Some(at(3)), PerPriority([0, 6, 0, 0])));
    let named: Vec<u64> = over.last.iter().map(|outranker| outranker.message.0).collect();
    assert_eq!(named, [8, 7, 6, 5], "no more than 4");
    let restored =
        Receipts::restore(Timestamp::LATEST, receipts.save(), HashKey::default()).unwrap();
    assert_eq!(wait(&restored), over);
}

#[test]
fn those_who_outranked_a_message_are_counted_when_they_are_forgotten_and_not_named() {
    let mut receipts = receipts();
    receipts.accept(KEY, at(0), MessageId(1), Some(alice()), None, waiting(1));
    receipts.accept(KEY, at(9), MessageId(2), Some(alice()), None, waiting(1));
    receipts.accept(KEY, at(9), MessageId(3), Some(alice()), None, waiting(1));
    receipts.wait(at(9), MessageId(2), at(900), 0);
    receipts.expire(at(5 * MINUTE));
    receipts.end(at(5 * MINUTE), MessageId(3), Priority::Normal, delivered(1, 300));
    receipts.end(at(5 * MINUTE), MessageId(1), Priority::High, delivered(2, 300));
    receipts.end(at(5 * MINUTE), MessageId(2), Priority::Normal, delivered(3, 300));
    let wait = receipts.explain(MessageId(2)).unwrap().wait.unwrap();
    assert_eq!((wait.outranked, wait.last), (PerPriority([1, 1, 0, 0]), vec![]));
}

#[test]
fn a_wait_is_forgotten_with_its_message_or_with_those_before_it() {
    let mut receipts = receipts();
    for second in 0..4 {
        receipts.accept(KEY, at(second), MessageId(second + 1), None, None, waiting(1));
    }
    // The first was held, and waits only after the third.
    receipts.wait(at(4), MessageId(3), at(9), 0);
    receipts.wait(at(5), MessageId(1), at(9), 1);
    receipts.wait(at(6), MessageId(4), at(9), 2);
    let stays = |receipts: &Receipts| receipts.0.as_ref().map_or(0, |kept| kept.stays.len());
    let ahead = |receipts: &Receipts, id| {
        receipts.explain(MessageId(id)).and_then(|it| it.wait).map(|wait| wait.ahead)
    };
    receipts.expire(at(5 * MINUTE));
    assert_eq!((stays(&receipts), ahead(&receipts, 1), ahead(&receipts, 3)), (3, None, Some(0)));
    receipts.expire(at(5 * MINUTE + 2));
    assert_eq!((stays(&receipts), ahead(&receipts, 3), ahead(&receipts, 4)), (1, None, Some(2)));
    let restored =
        Receipts::restore(Timestamp::LATEST, receipts.save(), HashKey::default()).unwrap();
    assert_eq!((ahead(&restored, 4), restored.digest()), (Some(2), receipts.digest()));
}

#[test]
fn a_wait_moves_with_the_clock_until_it_is_over() {
    let mut receipts = many(2);
    receipts.wait(at(10), MessageId(1), at(12), 0);
    receipts.wait(at(10), MessageId(2), at(12), 1);
    receipts.end(at(11), MessageId(1), Priority::Normal, Outcome::Discarded(Discard::Shed));
    receipts.shift(Shift::new(at(11), at(101)));
    let since = |id| receipts.explain(MessageId(id)).unwrap().wait.unwrap().since;
    assert_eq!((since(1), since(2)), (at(10), at(100)));
}

#[test]
fn every_end_of_a_message_reads_well() {
    let mut receipts = receipts();
    receipts.accept(KEY, at(0), MessageId(1), None, None, waiting(4));
    receipts
        .note(MessageId(1), Step::Asked { step: human(), cause: Cause::Policy, expires: at(2) });
    let mut end = |state| {
        receipts.set_state(MessageId(1), state);
        let text = receipts.explain(MessageId(1)).unwrap().to_string();
        text.lines().last().unwrap().to_owned()
    };
    let rejected = |rejection| State::Ended(Outcome::Rejected(rejection));
    let (filter, reason) = (FilterId(5), "no\n- delivered".to_owned());
    assert_eq!(end(State::Held { expires: at(2) }), "- held until 2.000000000");
    assert_eq!(end(State::Waiting { expires: at(4) }), "- waiting until 4.000000000");
    assert_eq!(
        end(rejected(Rejection::Filter { filter, term: 3 })),
        "- rejected by filter 5 for term 3"
    );
    assert_eq!(
        end(rejected(Rejection::Decision { code: 10_101, reason })),
        r#"- rejected by decision 10101: "no\n- delivered""#
    );
    assert_eq!(end(rejected(Rejection::Silence)), "- rejected, because nobody decided in time");
    for reason in Discard::ALL {
        let told = end(State::Ended(Outcome::Discarded(reason)));
        assert!(told.starts_with("- discarded: ") || told.contains("its lane"), "{told}");
    }
    let text = receipts.explain(MessageId(1)).unwrap().to_string();
    assert!(text.starts_with("message 1 of the app: "), "{text}");
    assert!(text.contains("- human asked as about every message, until 2"), "{text}");
}

#[test]
fn of_many_steps_the_last_are_remembered_and_the_others_counted() {
    let mut receipts = many(1);
    let asked = |expires| Step::Asked { step: human(), cause: Cause::Policy, expires: at(expires) };
    for expires in 0..20 {
        receipts.note(MessageId(1), asked(expires));
    }
    let steps = receipts.explain(MessageId(1)).unwrap().steps;
    assert_eq!((steps.len(), steps[0].clone()), (16, Step::Omitted { steps: 5 }));
    assert_eq!(steps[1], asked(5));
    assert_eq!(steps[15], asked(19));
    let restored =
        Receipts::restore(Timestamp::LATEST, receipts.save(), HashKey::default()).unwrap();
    assert_eq!(restored.explain(MessageId(1)).unwrap().steps, steps);
}

#[test]
fn a_remembered_message_takes_the_memory_that_is_promised() {
    assert!(size_of::<Line>() <= 160, "{}", size_of::<Line>());
    let mut receipts = many(10_000);
    let plain = receipts.heap_bytes();
    assert!(plain <= 16_384 * 160 + 10_000 * 17 + 1_000, "{plain}");
    let decision = Rejection::Decision { code: 1, reason: "x".repeat(1_000) };
    receipts.set_state(MessageId(1), State::Ended(Outcome::Rejected(decision)));
    assert_eq!(receipts.heap_bytes(), plain + 1_000);
    for _ in 0..3 {
        receipts.note(MessageId(1), answered(DecisionName::Reject));
    }
    assert_eq!(receipts.heap_bytes(), plain + 1_000 + 4 * size_of::<Step>());
    let before = receipts.heap_bytes();
    receipts.wait(at(0), MessageId(2), at(1), 0);
    let first = receipts.heap_bytes() - before;
    assert!(size_of::<Stay>() <= 80 && first <= 4 * 80, "{first}");
    (3..=1_000).for_each(|id| receipts.wait(at(0), MessageId(id), at(1), 0));
    assert!(receipts.heap_bytes() <= before + 2 * 80 * 1_000);
    receipts.expire(at(5 * MINUTE));
    assert_eq!(receipts.heap_bytes(), 0);
}

#[test]
fn what_does_not_hold_together_is_not_restored() {
    let restore = |change: fn(&mut Saved)| {
        let mut saved = many(3).save();
        change(&mut saved);
        Receipts::restore(Timestamp::LATEST, saved, HashKey::default())
            .err()
            .map_or("", |corrupt| corrupt.0)
    };
    let more = "receipts of more messages than there ever were";
    assert_eq!(restore(|_| ()), "");
    assert_eq!(restore(|saved| saved.first = MessageId(u64::MAX)), more);
    assert_eq!(restore(|saved| saved.lines.clear()), more);
    assert_eq!(
        restore(|saved| saved.lines[0].since = at(1)),
        "receipts are not in the order of their age"
    );
    assert_eq!(restore(|saved| saved.lines[2].since = Timestamp::MAX), "a receipt of the future");
    assert_eq!(
        restore(|saved| saved.lines = vec![saved.lines[0].clone(); 65_537]),
        "more receipts than are ever remembered"
    );
    let stay = Stay::new(MessageId(1), at(0), 0, &Released::default());
    let waits = |count| {
        let saved = Saved { stays: vec![stay.clone(); count], ..many(3).save() };
        Receipts::restore(Timestamp::LATEST, saved, HashKey::default())
            .err()
            .map_or("", |corrupt| corrupt.0)
    };
    assert_eq!(waits(2 * 65_536), "");
    assert_eq!(waits(2 * 65_536 + 1), "more waits than are ever remembered");
    assert_eq!(restore(|saved| saved.first_stay = u64::MAX), "more waits than are ever remembered");
    let step = serde_json::to_value(answered(DecisionName::Allow)).unwrap();
    let steps = |count| serde_json::from_value::<Steps>(vec![step.clone(); count].into());
    assert!(steps(16).is_ok() && steps(17).is_err());
}

/// The model: every message, and whether it is remembered is asked each time.
struct Told {
    author: Option<UserId>,
    random: Option<Random>,
    since: Timestamp,
    what: Remembered,
    steps: Vec<Step>,
}

fn is_kept(told: &Told, now: Timestamp) -> bool {
    now.since(told.since).as_secs() < 5 * MINUTE
}

fn duplicate(
    told: &[Told],
    now: Timestamp,
    author: Option<&UserId>,
    random: Random,
) -> Option<usize> {
    let of_author =
        |place: &usize| told[*place].author.as_ref() == author && told[*place].random.is_some();
    let last = (0..told.len()).rev().filter(of_author).take(32);
    last.filter(|&place| is_kept(&told[place], now))
        .find(|&place| told[place].random == Some(random))
}

proptest! {
    #[test]
    fn receipts_do_what_a_list_does(
        acts in prop::collection::vec((0..12_u8, 0..3_u8, 0..48_u32, 0..120_u64), 0..160),
    ) {
        let mut receipts = receipts();
        let (mut told, mut now): (Vec<Told>, _) = (Vec::new(), at(0));
        for (what, who, number, span) in acts {
            let author = (who > 0).then(|| UserId::new(&format!("u{who}")).unwrap());
            let place = told.len().saturating_sub(number as usize);
            let id = MessageId(place as u64);
            match what {
                0..=6 => {
                    let random = (number > 4).then_some(Random(number));
                    if random.is_none_or(|random| duplicate(&told, now, author.as_ref(), random).is_none()) {
                        let id = MessageId(told.len() as u64 + 1);
                        receipts.accept(KEY, now, id, author.clone(), random, waiting(span));
                        let (since, what, steps) = (now, waiting(span), Vec::new());
                        told.push(Told { author, random, since, what, steps });
                    }
                }
                7 => {
                    let state = State::Held { expires: at(span) };
                    receipts.set_state(id, state.clone());
                    if place > 0 { told[place - 1].what.state = state; }
                }
                8 => {
                    let step =
                        Step::Asked { step: human(), cause: Cause::Policy, expires: at(span) };
                    receipts.note(id, step.clone());
                    if place > 0 { told[place - 1].steps.push(step); }
                }
                9 => now += at(span).since(at(0)),
                10 => {
                    let shift = Shift::new(now, at(600 + span));
                    receipts.shift(shift);
                    for told in &mut told {
                        shift.apply(&mut told.since);
                    }
                    now = at(600 + span);
                }
                _ => {
                    let restored = Receipts::restore(Timestamp::LATEST, receipts.save(), HashKey::new(span, 7)).unwrap();
                    prop_assert_eq!(restored.digest(), receipts.digest());
                    receipts = restored;
                }
            }
            // A duplicate is none when its time is over, told or not; the rest is forgotten on time.
            for random in (0..48).map(Random) {
                for author in [None, Some(UserId::new("u1").unwrap()), Some(UserId::new("u2").unwrap())] {
                    let place = duplicate(&told, now, author.as_ref(), random);
                    let first = place.map(|place| MessageId(place as u64 + 1));
                    prop_assert_eq!(receipts.duplicate(now, &author, random), first);
                }
            }
            receipts.expire(now);
            for (place, told) in told.iter().enumerate() {
                let kept = is_kept(told, now).then_some(&told.what);
                let id = MessageId(place as u64 + 1);
                prop_assert_eq!(receipts.get(id), kept);
                let steps = receipts.explain(id).map(|explanation| explanation.steps.into_vec());
                prop_assert_eq!(steps, kept.map(|_| told.steps.clone()));
            }
            let last = told.last().filter(|told| is_kept(told, now));
            prop_assert_eq!(receipts.next_expiry(), last.map(|told| told.since + SPAN));
            let kept = told.iter().any(|told| is_kept(told, now));
            prop_assert_eq!(receipts.heap_bytes() == 0, !kept);
        }
    }
}
