//! Who does what, when.

use liveroom::{
    Command, CounterChange, Counting, Draft, Group, Kind, Platform, Priority, Profile, SessionId,
};

use crate::dice::Dice;

/// So many members send what is sent.
pub(crate) const SPEAKERS: u64 = 1_000;

/// Somebody who sends, at which edge.
#[derive(Clone, Copy)]
pub(crate) struct Speaker {
    pub(crate) edge: u32,
    pub(crate) session: SessionId,
}

pub(crate) fn join(number: u64) -> Command {
    let user = format!("user-{number}").parse().expect("a user's id");
    Command::join(user, Profile::nick(&format!("观众{number}")), Platform::Web)
}

/// A message: of ten, one is a gift, six are texts, two are of low priority and one of the lowest.
pub(crate) fn message(dice: &mut Dice) -> Command {
    let draft = match dice.roll(10) {
        0 => Draft::custom(Kind::Gift, r#"{"gift":"rose","count":1}"#),
        1..7 => Draft::text(text(dice)),
        7 | 8 => Draft::text(text(dice)).priority(Priority::Low),
        _ => Draft::text(text(dice)).priority(Priority::Lowest),
    };
    Command::Send(Box::new(draft))
}

/// Fifteen ideographs: 45 bytes.
fn text(dice: &mut Dice) -> String {
    let ideograph = |_| char::from_u32(0x4e00 + u32::try_from(dice.roll(0x5000)).unwrap_or(0));
    (0..15).filter_map(ideograph).collect()
}

/// So many more likes, from all edges.
pub(crate) fn likes(more: u64) -> Command {
    let change = Counting::Increase(i64::try_from(more).unwrap_or(i64::MAX));
    Command::Count { changes: vec![CounterChange { key: LIKES.into(), change }] }
}

/// How many likes the room has.
pub(crate) fn liked(group: &Group) -> u64 {
    group.counters().get(LIKES).and_then(|likes| u64::try_from(likes).ok()).unwrap_or(0)
}

const LIKES: &str = "likes";
