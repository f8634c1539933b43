use std::time::Duration;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    config::GroupConfig,
    message::{Content, Priority, Sender},
    role::{Platform, Profile, Role},
};

const KEY: HashKey = HashKey::new(1, 2);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Sent(Message);

impl AsRef<Message> for Sent {
    fn as_ref(&self) -> &Message {
        &self.0
    }
}

fn ms(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn folding() -> Folding {
    GroupConfig::modern().settings().folding.clone().unwrap()
}

fn message(id: u64, user: &str, kind: Kind, text: &str) -> Sent {
    let sender = Sender {
        user: Some(user.parse().unwrap()),
        role: Some(Role::Member),
        profile: Profile::nick(user).into(),
        platform: Platform::Web,
    };
    Sent(Message {
        id: MessageId(id),
        sender,
        kind,
        priority: kind.recommended_priority(),
        content: Content::text(text),
        directive: None,
        random: None,
        accepted: ms(0),
    })
}

fn gift(id: u64, user: &str) -> Sent {
    message(id, user, Kind::Gift, "rose")
}

fn text(id: u64, user: &str) -> Sent {
    message(id, user, Kind::Text, "hi")
}

/// Whether it went to the lanes.
fn alone(folds: &mut Folds<Sent>, now: u64, folding: &Folding, message: Sent) -> bool {
    matches!(folds.take_in(ms(now), folding, KEY, message), Taken::Alone(_))
}

fn ids(sent: &[Sent]) -> Vec<u64> {
    sent.iter().map(|sent| sent.0.id.0).collect()
}

#[test]
fn a_combo_is_told_at_once_then_at_most_once_an_interval_and_then_its_total() {
    let (mut folds, folding) = (Folds::default(), folding());
    assert!(alone(&mut folds, 0, &folding, gift(1, "ann")));
    assert_eq!(folds.deliver(ms(0), Some(&folding), &gift(1, "ann")), (vec![], None));
    for id in 2..5 {
        assert!(!alone(&mut folds, id * 100, &folding, gift(id, "ann")));
    }
    assert_eq!(folds.next_due(), Some(ms(1_000)), "an interval after the first");
    assert_eq!(folds.take_due(ms(999)), None);
    assert_eq!(folds.take_due(ms(1_000)), Some(Step::Lead(gift(2, "ann"))));
    assert!(!alone(&mut folds, 1_000, &folding, gift(5, "ann")), "while it waits in its lane too");
    let (others, told) = folds.deliver(ms(1_010), Some(&folding), &gift(2, "ann"));
    assert_eq!(ids(&others), [3, 4, 5]);
    let told = told.unwrap();
    assert_eq!((told.count, told.total, told.authors, told.names.len()), (4, 5, 1, 1));
    assert_eq!(folds.next_due(), Some(ms(4_000)), "the window after the last");
    let Some(Step::Over(over)) = folds.take_due(ms(4_000)) else { panic!("not over") };
    assert_eq!((over.total, over.delivered, over.removed, over.untold), (5, 5, 0, false));
    assert_eq!((over.first, folds.heap_bytes()), (gift(1, "ann"), 0));
}

#[test]
fn what_is_lost_is_in_the_next_total_and_in_the_last() {
    let (mut folds, folding) = (Folds::default(), folding());
    assert!(alone(&mut folds, 0, &folding, gift(1, "ann")));
    assert!(!alone(&mut folds, 0, &folding, gift(2, "ann")));
    assert_eq!(ids(&folds.lose(MessageId(1))), [2], "it shares the lead's end");
    assert!(!alone(&mut folds, 100, &folding, gift(3, "ann")));
    assert_eq!(folds.take_due(ms(100)), Some(Step::Lead(gift(3, "ann"))), "nothing was told yet");
    let (_, told) = folds.deliver(ms(100), Some(&folding), &gift(3, "ann"));
    assert_eq!(told.map(|told| (told.count, told.total)), Some((1, 3)));
    assert!(!alone(&mut folds, 200, &folding, gift(4, "ann")));
    assert!(matches!(folds.take_due(ms(1_100)), Some(Step::Lead(_))));
    folds.lose(MessageId(4));
    let Some(Step::Over(over)) = folds.take_due(ms(3_200)) else { panic!("not over") };
    assert_eq!((over.total, over.delivered, over.untold), (4, 1, true));
    assert_eq!((over.last().count, over.last().total), (0, 4));
}

#[test]
fn folds_are_of_one_author_or_of_anybody() {
    let (mut folds, folding) = (Folds::default(), folding());
    assert!(alone(&mut folds, 0, &folding, gift(1, "ann")));
    assert!(alone(&mut folds, 0, &folding, gift(2, "bob")), "a combo is one author's");
    assert!(alone(&mut folds, 0, &folding, text(3, "ann")));
    assert!(!alone(&mut folds, 0, &folding, text(4, "bob")), "an echo is anybody's");
    assert!(alone(&mut folds, 0, &folding, message(5, "bob", Kind::Text, "ho")));
    let low = Sent(Message { priority: Priority::Low, ..text(6, "bob").0 });
    assert!(alone(&mut folds, 0, &folding, low), "of another priority");
    let mut beside = text(7, "bob");
    beside.0.content.data = "beside".to_owned();
    assert!(alone(&mut folds, 0, &folding, beside), "with other data");
    for (id, kind) in
        [(8, Kind::Like), (10, Kind::Follow), (12, Kind::Control), (14, Kind::Host(1))]
    {
        assert!(alone(&mut folds, 0, &folding, message(id, "ann", kind, "hi")));
        assert!(alone(&mut folds, 0, &folding, message(id + 1, "ann", kind, "hi")), "{kind:?}");
    }
    let mut staff = text(16, "eve");
    staff.0.sender.role = Some(Role::Owner);
    assert!(alone(&mut folds, 0, &folding, staff), "staff are exempt");
    let (others, told) = folds.deliver(ms(0), Some(&folding), &text(3, "ann"));
    let told = told.unwrap();
    let names: Vec<_> = told.names.iter().map(|name| name.user.as_str()).collect();
    assert_eq!((ids(&others), told.authors, names), (vec![4], 2, vec!["ann", "bob"]));
}

#[test]
fn an_entry_names_the_first_authors_and_counts_all() {
    let (mut folds, mut folding) = (Folds::default(), folding());
    folding.names = 2;
    for (id, user) in (1..).zip(["ann", "bob", "ann", "cat", "dan"]) {
        alone(&mut folds, 0, &folding, text(id, user));
    }
    let (_, told) = folds.deliver(ms(0), Some(&folding), &text(1, "ann"));
    let told = told.unwrap();
    assert_eq!((told.count, told.authors, told.names.len()), (5, 4, 2));
}

/// A fold whose first was delivered at 0.
fn began(folding: &Folding, first: &Sent) -> Folds<Sent> {
    let mut folds = Folds::default();
    assert!(alone(&mut folds, 0, folding, first.clone()));
    folds.deliver(ms(0), Some(folding), first);
    folds
}

#[test]
fn each_limit_holds_at_it_and_past_it() {
    let rule = |change: fn(&mut FoldRule)| {
        let mut folding = folding();
        change(folding.echoes.as_mut().unwrap());
        folding
    };
    // Folds at once.
    let folding = rule(|it| it.open = 2);
    let mut folds = Folds::default();
    for (id, words) in [(1, "a"), (2, "b"), (3, "c")] {
        assert!(alone(&mut folds, 0, &folding, message(id, "ann", Kind::Text, words)));
    }
    assert!(!alone(&mut folds, 0, &folding, message(4, "ann", Kind::Text, "b")));
    assert!(
        alone(&mut folds, 0, &folding, message(5, "ann", Kind::Text, "c")),
        "the third is none"
    );
    assert!(alone(&mut folds, 0, &folding, gift(6, "ann")));
    assert!(!alone(&mut folds, 0, &folding, gift(7, "ann")), "texts take no room from gifts");
    // Messages in one entry: a full fold is due at once, and one on its way takes no more.
    let folding = rule(|it| it.messages = 3);
    let mut folds = began(&folding, &text(1, "ann"));
    assert!(!alone(&mut folds, 10, &folding, text(2, "ann")));
    assert!(!alone(&mut folds, 10, &folding, text(3, "ann")));
    assert_eq!(folds.next_due(), Some(ms(1_000)));
    assert!(!alone(&mut folds, 10, &folding, text(4, "ann")));
    assert_eq!(folds.next_due(), Some(ms(10)));
    assert!(matches!(folds.take_due(ms(10)), Some(Step::Lead(_))));
    assert!(alone(&mut folds, 10, &folding, text(5, "ann")), "the lead counts");
    let (_, told) = folds.deliver(ms(10), Some(&folding), &text(5, "ann"));
    assert_eq!(told.map(|told| (told.count, told.total)), Some((1, 2)), "counted all the same");
    let (others, told) = folds.deliver(ms(10), Some(&folding), &text(2, "ann"));
    assert_eq!((others.len(), told.map(|told| told.total)), (2, Some(5)));
    // Messages in all folds.
    let folding = Folding { waiting: 2, ..rule(|_| {}) };
    let mut folds = began(&folding, &text(1, "ann"));
    assert!(!alone(&mut folds, 10, &folding, text(2, "ann")));
    assert!(alone(&mut folds, 10, &folding, gift(3, "ann")));
    assert!(!alone(&mut folds, 10, &folding, gift(4, "ann")));
    assert!(alone(&mut folds, 10, &folding, text(5, "ann")));
    assert!(alone(&mut folds, 10, &folding, gift(6, "ann")));
    assert_eq!(folds.reach(), 4, "two messages, and two folds");
}

#[test]
fn staff_takes_out_their_own_and_the_others_stay() {
    let folding = folding();
    let mut folds = Folds::default();
    for (id, user) in (1..).zip(["ann", "bob", "ann", "cat"]) {
        alone(&mut folds, 0, &folding, text(id, user));
    }
    let of_ann = |sent: &Sent| sent.0.sender.user.as_ref().unwrap().as_str() == "ann";
    folds.withdraw(MessageId(1));
    assert_eq!(ids(&folds.remove_where(of_ann)), [3]);
    assert_eq!(folds.next_due(), Some(ms(0)), "offered anew at once");
    assert_eq!(folds.take_due(ms(5)), Some(Step::Lead(text(2, "bob"))));
    assert_eq!(ids(folds.sharing(MessageId(2))), [4]);
    folds.lose(MessageId(2));
    let Some(Step::Over(over)) = folds.take_due(ms(3_000)) else { panic!("not over") };
    assert_eq!((over.total, over.delivered, over.removed), (2, 0, 2));
    assert!(!over.untold, "ann's words are not shown again");
}

#[test]
fn a_fold_that_is_not_folded_any_more_is_told_now() {
    let folding = folding();
    let mut folds = began(&folding, &text(1, "ann"));
    alone(&mut folds, 10, &folding, text(2, "bob"));
    folds.reconfigure(ms(20), None);
    assert_eq!(folds.take_due(ms(20)), Some(Step::Lead(text(2, "bob"))));
    let (_, told) = folds.deliver(ms(20), None, &text(2, "bob"));
    assert_eq!(told.map(|told| told.total), Some(2));
    assert!(matches!(folds.take_due(ms(20)), Some(Step::Over(_))));
    assert_eq!(folds.save(), Folds::default().save());
}

#[test]
fn a_fold_at_the_end_of_time_moves_with_the_clock() {
    let folding = folding();
    let mut folds = Folds::default();
    let late = Timestamp::MAX.before(Duration::from_millis(1));
    assert!(matches!(folds.take_in(late, &folding, KEY, text(1, "ann")), Taken::Alone(_)));
    folds.deliver(late, Some(&folding), &text(1, "ann"));
    folds.take_in(late, &folding, KEY, text(2, "ann"));
    folds.shift(Shift::new(late, ms(0)));
    assert!(matches!(folds.take_due(ms(2)), Some(Step::Lead(_))));
    folds.lose(MessageId(2));
    assert!(matches!(folds.take_due(ms(2)), Some(Step::Over(_))));
}

fn restored(saved: &serde_json::Value) -> Result<(), crate::corrupt::Corrupt> {
    let saved: Saved<Sent> = serde_json::from_value(saved.clone()).unwrap();
    Folds::restore(ms(1_000), saved, KEY).map(drop)
}

#[test]
fn saved_state_that_does_not_hold_together_is_turned_away() {
    let folding = folding();
    let mut folds = began(&folding, &gift(1, "ann"));
    alone(&mut folds, 10, &folding, gift(2, "ann"));
    alone(&mut folds, 10, &folding, text(3, "ann"));
    alone(&mut folds, 10, &folding, text(4, "bob"));
    let sample = serde_json::to_value(folds.save()).unwrap();
    assert_eq!(restored(&sample), Ok(()));
    let late = u64::MAX;
    for (pointer, value) in [
        ("/next", serde_json::json!(1)),
        ("/next", late.into()),
        ("/folds/0/0", 1.into()),
        ("/folds/1/1/first/kind", "Like".into()),
        ("/folds/1/1/others/0/priority", "High".into()),
        ("/folds/1/1/others/0/content/data", "more".into()),
        ("/folds/0/1/others/0/sender/user", "bob".into()),
        ("/folds/0/1/ends", late.into()),
        ("/folds/0/1/next", late.into()),
        ("/folds/1/1/lead/id", 9.into()),
        ("/folds/1/1/lead/since", late.into()),
        ("/folds/1/1/on_way", 2.into()),
        ("/on_way/0/0", 4.into()),
        ("/on_way/0/1", 0.into()),
        ("/on_way/0/1", 9.into()),
        ("/on_way", serde_json::json!([[3, 1], [3, 1]])),
        ("/folds/0/1/delivered", late.into()),
        ("/folds/0/1/lost", late.into()),
        ("/folds/0/1/removed", late.into()),
        ("/folds/0/1/told", 2.into()),
        ("/folds", serde_json::json!([])),
        ("", serde_json::json!({ "next": 0, "folds": [], "on_way": [[3, 0]] })),
    ] {
        let mut saved = sample.clone();
        *saved.pointer_mut(pointer).unwrap() = value;
        assert!(restored(&saved).is_err(), "{pointer}");
    }
    let mut twice = sample.clone();
    twice["folds"][0][1] = sample["folds"][1][1].clone();
    twice["folds"][0][1]["lead"]["id"] = 9.into();
    twice["on_way"] = serde_json::json!([[3, 1], [9, 0]]);
    assert!(restored(&twice).is_err(), "two of the same words");
    twice["folds"][0][1]["first"]["content"]["data"] = "other".into();
    twice["folds"][0][1]["others"] = serde_json::json!([]);
    assert_eq!(restored(&twice), Ok(()));
    twice["folds"][0][1]["lead"]["id"] = 3.into();
    assert!(restored(&twice).is_err(), "one message in two folds");
}

#[derive(Clone, Debug)]
enum Act {
    Take(bool, u8, u8),
    Step,
    Deliver(bool),
    Lose,
    Withdraw,
    Remove(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (any::<bool>(), 0..3_u8, 0..2_u8).prop_map(|(gift, user, word)| Act::Take(gift, user, word)),
        3 => Just(Act::Step),
        3 => any::<bool>().prop_map(Act::Deliver),
        1 => Just(Act::Lose),
        1 => Just(Act::Withdraw),
        1 => (0..3_u8).prop_map(Act::Remove),
    ]
}

proptest! {
    /// Every message is in one place, and the fold's numbers are those of its messages' ends.
    #[test]
    fn totals_are_exact_whatever_is_lost(
        acts in prop::collection::vec((0..400_u64, act()), 1..80),
        messages in 1..4_u32,
        waiting in 0..6_u32,
    ) {
        let mut folding = Folding { waiting, ..folding() };
        for rule in [&mut folding.combos, &mut folding.echoes] {
            rule.as_mut().unwrap().messages = messages;
        }
        let mut folds = Folds::default();
        let (mut lanes, mut here) = (Vec::<Sent>::new(), 0);
        let (mut now, mut id) = (0, 0);
        let (mut ended, mut delivered, mut removed) = (0, 0, 0);
        let (mut sums, mut taken) = ([0; 3], 0);
        for (pass, act) in acts.into_iter().chain((0..200).flat_map(|_| {
            [(1_000, Act::Step), (0, Act::Deliver(true))]
        })) {
            now += pass;
            match act {
                Act::Take(is_gift, user, word) => {
                    id += 1;
                    taken += 1;
                    let kind = if is_gift { Kind::Gift } else { Kind::Text };
                    let sent = message(id, ["ann", "bob", "cat"][user as usize], kind, ["a", "b"][word as usize]);
                    match folds.take_in(ms(now), &folding, KEY, sent) {
                        Taken::Alone(sent) => lanes.push(sent),
                        Taken::Joined { .. } => here += 1,
                    }
                }
                Act::Step => match folds.take_due(ms(now)) {
                    Some(Step::Lead(lead)) => {
                        lanes.push(lead);
                        here -= 1;
                    }
                    Some(Step::Over(over)) => {
                        sums = [sums[0] + over.total, sums[1] + over.delivered, sums[2] + over.removed];
                    }
                    None => {}
                },
                Act::Deliver(first) if !lanes.is_empty() => {
                    let lead = lanes.remove(if first { 0 } else { lanes.len() - 1 });
                    let (others, told) = folds.deliver(ms(now), Some(&folding), &lead);
                    let count = 1 + others.len() as u64;
                    prop_assert!(told.is_none_or(|told| told.count == count && told.total >= count));
                    here -= others.len();
                    delivered += count;
                    ended += count;
                }
                Act::Lose if !lanes.is_empty() => {
                    let others = folds.lose(lanes.remove(0).0.id);
                    here -= others.len();
                    ended += 1 + others.len() as u64;
                }
                Act::Withdraw if !lanes.is_empty() => {
                    folds.withdraw(lanes.remove(0).0.id);
                    removed += 1;
                }
                Act::Remove(user) => {
                    let user = ["ann", "bob", "cat"][user as usize];
                    let own = |sent: &Sent| sent.0.sender.user.as_ref().unwrap().as_str() == user;
                    let gone = folds.remove_where(own).len();
                    here -= gone;
                    removed += gone as u64;
                }
                Act::Deliver(_) | Act::Lose | Act::Withdraw => {}
            }
            prop_assert_eq!(folds.iter().count(), here);
            prop_assert!(here <= waiting as usize);
            let saved = folds.save();
            folds = Folds::restore(ms(now), saved.clone(), KEY).unwrap();
            prop_assert_eq!(folds.save(), saved);
        }
        prop_assert_eq!((lanes.len(), here, folds.heap_bytes()), (0, 0, 0));
        prop_assert_eq!(sums, [ended, delivered, removed]);
        prop_assert_eq!(ended + removed, taken);
    }
}
