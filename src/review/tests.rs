use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::config::GroupConfig;

fn author(n: u8) -> Option<UserId> {
    (n > 0).then(|| UserId::new(&format!("u{n}")).unwrap())
}

/// A question about a message of its own.
fn held(n: u8, expires: u64, payload: u32) -> Held<u32> {
    let step = StepName::new("human").unwrap();
    let (cause, silence, doubt) = (Cause::Policy, Silence::Allow, Doubt::default());
    let stage = Stage::Asked { step, cause, silence, doubt };
    // No two tests' messages are one unless they are to be.
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let message = MessageId(NEXT.fetch_add(1, Ordering::Relaxed));
    let (since, expires) = (ms(0), ms(expires));
    Held { author: author(n), message, stage, since, expires, payload }
}

/// The same, as a message of this number that is held for this.
fn stays(n: u8, message: u64, stage: Stage, expires: u64) -> Held<u32> {
    Held { message: MessageId(message), stage, ..held(n, expires, 0) }
}

fn asked() -> Stage {
    held(0, 0, 0).stage
}

fn ms(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn asking(open: u32, per_author: u32) -> Asking {
    Asking { open, per_author, ..GroupConfig::livestream().settings().asking.clone() }
}

/// Of what there are as many as may be, how many that are, and until when.
#[expect(clippy::ref_option, reason = "as the review takes it")]
fn full(
    review: &Review<u32>,
    asking: &Asking,
    author: &Option<UserId>,
) -> Option<(Field, u64, Option<Timestamp>)> {
    match review.check_room(asking, author) {
        Ok(()) => None,
        Err(Refusal::HeldFull { field, limit, until }) => Some((field, limit, until)),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn tickets_are_consecutive_and_never_given_again() {
    let mut review = Review::default();
    assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(1));
    assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(2));
    assert!(review.take(Ticket(2)).is_some());
    assert!(review.take(Ticket(2)).is_none(), "a second answer finds nothing");
    assert_eq!(review.open(ms(0), held(1, 5, 0)), Ticket(3));
}

#[test]
fn a_review_is_full_in_all_or_for_one_author() {
    let mut review = Review::default();
    let now = |review: &Review<u32>, n| full(review, &asking(3, 2), &author(n));
    review.open(ms(0), held(1, 7, 0));
    assert_eq!(now(&review, 1), None);
    review.open(ms(0), held(1, 5, 0));
    assert_eq!(now(&review, 1), Some((Field::AuthorQuestions, 2, Some(ms(5)))));
    assert_eq!(now(&review, 2), None);
    review.open(ms(0), held(0, 3, 0));
    assert_eq!(now(&review, 1), Some((Field::Questions, 3, Some(ms(3)))));
    review.take(Ticket(1));
    assert_eq!(now(&review, 1), None);
    assert_eq!(full(&Review::default(), &asking(0, 9), &None), Some((Field::Questions, 0, None)));
}

#[test]
fn deadlines_come_earliest_first_and_ties_in_ticket_order() {
    let mut review = Review::default();
    for expires in [30, 10, 20, 10] {
        review.open(ms(0), held(1, expires, 0));
    }
    assert_eq!(review.next_deadline(), Some(ms(10)));
    assert!(review.take_due(ms(9)).is_none());
    let taken: Vec<u64> =
        std::iter::from_fn(|| review.take_due(ms(20))).map(|(ticket, _)| ticket.0).collect();
    assert_eq!(taken, [2, 4, 3]);
    assert_eq!(review.next_deadline(), Some(ms(30)));
}

#[test]
fn an_empty_review_owns_nothing() {
    let mut review = Review::default();
    assert_eq!(review.heap_bytes(), 0);
    let ticket = review.open(ms(0), held(1, 5, 0));
    assert!(review.heap_bytes() > 0);
    review.take(ticket);
    assert_eq!(review.heap_bytes(), 0);
}

#[test]
fn a_deadline_at_the_end_of_time_moves_with_the_clock() {
    let mut review = Review::default();
    let wild = Timestamp::MAX.before(std::time::Duration::from_millis(5));
    let expires = Timestamp::MAX;
    review.open(wild, Held { expires, ..held(1, 0, 0) });
    review.shift(Shift::new(wild, ms(1_000)));
    assert!(review.next_deadline().is_some_and(|at| at < ms(1_006)));
    assert!(review.take_due(ms(1_005)).is_some());
}

#[test]
fn saved_state_that_does_not_hold_together_is_turned_away() {
    let saved = |last, tickets: &[u64]| Saved {
        last: Ticket(last),
        held: tickets.iter().map(|&ticket| (Ticket(ticket), held(1, 5, 0))).collect(),
    };
    assert!(Review::restore(saved(9, &[1, 9]), true).is_ok());
    let many: Vec<u64> = (1..=65_536).collect();
    assert!(Review::restore(saved(70_000, &many), true).is_ok());
    let too_many: Vec<u64> = (1..=65_537).collect();
    for broken in [
        saved(8, &[1, 9]),
        saved(9, &[2, 1]),
        saved(9, &[2, 2]),
        saved(9, &[0]),
        saved(u64::MAX, &[]),
        saved(70_000, &too_many),
        Saved {
            last: Ticket(1),
            held: vec![(Ticket(1), Held { expires: Timestamp::MAX, ..held(1, 0, 0) })],
        },
    ] {
        assert!(Review::restore(broken, true).is_err());
    }
}

#[test]
fn the_last_ticket_and_the_last_deadline_are_restored() {
    let saved = |last, expires| {
        let held = vec![(Ticket(1), Held { expires, ..held(1, 0, 0) })];
        Review::restore(Saved { last: Ticket(last), held }, true)
    };
    assert!(saved(bounds::COUNTED, Timestamp::LAST).is_ok());
    assert!(saved(bounds::COUNTED + 1, Timestamp::LAST).is_err());
    assert!(saved(bounds::COUNTED, Timestamp::MAX).is_err());
}

#[test]
fn what_waits_for_an_earlier_message_is_due_once_that_is_decided() {
    let mut review = Review::default();
    let first = review.open(ms(0), stays(1, 1, asked(), 50));
    let third = review.open(ms(0), stays(1, 3, Stage::Ordered, 50));
    let second = review.open(ms(0), stays(1, 2, asked(), 40));
    assert_eq!(review.undecided_before(&author(1), MessageId(3)), Some(ms(50)));
    assert_eq!(review.undecided_before(&author(1), MessageId(1)), None);
    assert_eq!(review.undecided_before(&author(2), MessageId(3)), None);
    assert!(review.take(first).is_some());
    assert_eq!(review.next_deadline(), Some(ms(40)), "the second is before it");
    assert!(review.take(second).is_some());
    assert_eq!(review.next_deadline(), Some(Timestamp::ZERO));
    // The second is asked about by another step: the third waits again.
    let again = review.open(ms(10), stays(1, 2, asked(), 90));
    assert_eq!(review.next_deadline(), Some(ms(90)));
    assert_eq!(review.prolong(&author(1), MessageId(2), ms(90)), [(MessageId(3), ms(90))]);
    assert_eq!(review.prolong(&author(1), MessageId(2), ms(80)), [], "never shorter");
    assert_eq!(review.prolong(&author(1), MessageId(2), ms(90)), [], "it waits as long already");
    assert_eq!(review.prolong(&author(1), MessageId(3), ms(99)), [], "nothing comes after it");
    assert!(review.take(again).is_some());
    assert_eq!(review.take_due(ms(10)).map(|it| it.0), Some(third));
    assert_eq!(review.heap_bytes(), 0);
}

#[test]
fn what_is_in_preview_holds_nothing_up() {
    let mut review = Review::default();
    review.open(ms(0), stays(1, 1, Stage::Previewed, 50));
    assert_eq!(review.undecided_before(&author(1), MessageId(3)), None);
    assert_eq!(
        full(&review, &asking(9, 1), &author(1)),
        Some((Field::AuthorQuestions, 1, Some(ms(50))))
    );
    review.end_previews_by(ms(60));
    assert_eq!(review.next_deadline(), Some(ms(50)));
    review.end_previews_by(ms(20));
    assert_eq!(review.next_deadline(), Some(ms(20)));
    assert!(review.take_due(ms(20)).is_some());
    assert_eq!(review.next_deadline(), None);
}

#[test]
fn a_restored_review_lets_go_of_what_nothing_holds() {
    let save = |review: &Review<u32>| review.save();
    let mut review = Review::default();
    review.open(ms(0), stays(1, 2, Stage::Ordered, 50));
    review.open(ms(0), stays(2, 3, asked(), 50));
    review.open(ms(0), stays(2, 4, Stage::Ordered, 50));
    let mut ordered = Review::restore(save(&review), true).unwrap();
    assert_eq!(ordered.take_due(ms(0)).map(|it| it.0), Some(Ticket(1)));
    assert!(ordered.take_due(ms(0)).is_none());
    let mut free = Review::restore(save(&review), false).unwrap();
    let due: Vec<_> = std::iter::from_fn(|| free.take_due(ms(0))).map(|it| it.0.0).collect();
    assert_eq!(due, [1, 3]);
    let twice = Saved {
        last: Ticket(2),
        held: vec![
            (Ticket(1), stays(1, 7, asked(), 5)),
            (Ticket(2), stays(1, 7, Stage::Previewed, 5)),
        ],
    };
    assert!(Review::restore(twice, true).is_err());
}

/// The same, as a list in ticket order.
#[derive(Default)]
struct Model {
    last: u64,
    held: Vec<(Ticket, Held<u32>)>,
}

impl Model {
    fn take(&mut self, goes: impl Fn(&(Ticket, Held<u32>)) -> bool) -> Vec<(Ticket, Held<u32>)> {
        self.held.extract_if(.., |it| goes(it)).collect()
    }

    /// When something goes on by itself: what waits for an earlier message, if there is none.
    fn due(&self, held: &Held<u32>) -> Option<Timestamp> {
        if held.stage != Stage::Ordered {
            return Some(held.expires);
        }
        let before = |it: &Held<u32>| {
            it.author == held.author && it.message < held.message && it.stage != Stage::Previewed
        };
        (!self.held.iter().any(|(_, it)| before(it))).then_some(Timestamp::ZERO)
    }

    fn earliest(&self) -> Option<(Timestamp, Ticket)> {
        self.held.iter().filter_map(|(ticket, held)| Some((self.due(held)?, *ticket))).min()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open(u8, u64, u8),
    EndPreviews(u64),
    Answer(u64),
    Due(u64),
    Author(u8),
    Where(u32),
    Shift(u64, u64),
    Drain,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..4_u8, 0..50_u64, 0..4_u8)
            .prop_map(|(n, expires, stage)| Step::Open(n, expires, stage)),
        1 => (0..50_u64).prop_map(Step::EndPreviews),
        2 => (0..20_u64).prop_map(Step::Answer),
        2 => (0..50_u64).prop_map(Step::Due),
        1 => (0..4_u8).prop_map(Step::Author),
        1 => (2..4_u32).prop_map(Step::Where),
        1 => (0..50_u64, 0..50_u64).prop_map(|(from, to)| Step::Shift(from, to)),
        1 => Just(Step::Drain),
    ]
}

proptest! {
    #[test]
    fn a_review_answers_like_a_list(steps in prop::collection::vec(step(), 0..60)) {
        let (mut review, mut model) = (Review::default(), Model::default());
        for (payload, step) in (0_u32..).zip(steps) {
            match step {
                Step::Open(n, expires, stage) => {
                    model.last += 1;
                    let stages = [asked(), asked(), Stage::Ordered, Stage::Previewed];
                    // In no order, and each once.
                    let message = u64::from(payload) * 37 % 101;
                    let one = stays(n, message, stages[usize::from(stage)].clone(), expires);
                    let one = Held { payload, ..one };
                    let ticket = review.open(ms(0), one.clone());
                    prop_assert_eq!(ticket, Ticket(model.last));
                    model.held.push((ticket, one));
                }
                Step::EndPreviews(latest) => {
                    review.end_previews_by(ms(latest));
                    let shown = |it: &&mut (Ticket, Held<u32>)| it.1.stage == Stage::Previewed;
                    for (_, held) in model.held.iter_mut().filter(shown) {
                        held.expires = held.expires.min(ms(latest));
                    }
                }
                Step::Answer(ticket) => {
                    let taken = model.take(|it| it.0 == Ticket(ticket)).pop();
                    prop_assert_eq!(review.take(Ticket(ticket)), taken.map(|it| it.1));
                }
                Step::Due(now) => {
                    let due = model.earliest().filter(|(at, _)| *at <= ms(now));
                    let taken = model.take(|it| Some(it.0) == due.map(|it| it.1)).pop();
                    prop_assert_eq!(review.take_due(ms(now)), taken);
                }
                Step::Author(n) => {
                    let taken = model.take(|it| it.1.author == author(n));
                    prop_assert_eq!(review.remove_author(&author(n), |_| true), taken);
                }
                Step::Where(by) => {
                    let taken = model.take(|it| it.1.payload % by == 0);
                    prop_assert_eq!(review.remove_where(|held| held.payload % by == 0), taken);
                }
                Step::Shift(from, to) => {
                    let shift = Shift::new(ms(from), ms(to));
                    review.shift(shift);
                    model.held.iter_mut().for_each(|(_, held)| shift.apply(&mut held.expires));
                }
                Step::Drain => prop_assert_eq!(review.drain_all(), model.take(|_| true)),
            }
            let list: Vec<_> = review.iter().map(|(ticket, held)| (ticket, held.clone())).collect();
            prop_assert_eq!(&list, &model.held);
            prop_assert_eq!(review.len(), model.held.len());
            prop_assert_eq!(review.next_deadline(), model.earliest().map(|it| it.0));
            for n in 0..4 {
                let count = model.held.iter().filter(|it| it.1.author == author(n)).count();
                prop_assert_eq!(review.count_of(&author(n)), count);
            }
            let saved = review.save();
            review = Review::restore(saved.clone(), true).unwrap();
            prop_assert_eq!(review.save(), saved);
        }
    }
}
