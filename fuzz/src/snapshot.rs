//! Snapshots from anywhere: whatever is accepted must be a group like any other.

use liveroom::{Epoch, Group, GroupId, HashKey, Snapshot, Timestamp};
use serde_json::Value;

use crate::{
    dice::Dice,
    laws,
    script::{self, Recent},
};

/// Commands that an accepted snapshot must survive.
const COMMANDS: usize = 100;

/// Restores what the bytes are, or what they make of a genuine snapshot, and plays on.
pub fn snapshot(data: &[u8]) {
    let mut dice = Dice::new(data);
    let found = match dice.below(4) {
        0 => postcard::from_bytes(dice.rest()).ok(),
        1 => serde_json::from_slice(dice.rest()).ok(),
        2 => damaged(&mut dice),
        _ => forged(&mut dice),
    };
    let Some(found) = found else { return };
    let key = HashKey::new(1, 2);
    let Ok(mut group) = Group::restore(found, &script::FILTERS[..], key, None) else { return };
    laws::reborn(&group, HashKey::new(3, 4));
    // Wherever the clock stood, the script goes on from there.
    let mut now = group.clock();
    let seed = data.iter().fold(1, |seed: u64, byte| seed.wrapping_mul(31) ^ u64::from(*byte));
    let noise = noise(seed);
    play(&mut group, &mut now, &mut Dice::new(&noise), COMMANDS);
    laws::reborn(&group, HashKey::new(5, 6));
}

/// A genuine snapshot with bits turned over and its end cut off.
fn damaged(dice: &mut Dice<'_>) -> Option<Snapshot> {
    let snapshot = genuine(dice);
    let mut bytes = postcard::to_allocvec(&snapshot).expect("a snapshot can be written");
    for _ in 0..dice.below(4) {
        let at = dice.number() as usize % bytes.len();
        bytes[at] ^= 1 << dice.below(8);
    }
    if dice.coin() {
        let length = dice.number() as usize % bytes.len();
        assert!(
            length == bytes.len() || postcard::from_bytes::<Snapshot>(&bytes[..length]).is_err()
        );
    }
    postcard::from_bytes(&bytes).ok()
}

/// A genuine snapshot in which some values were changed for others of their kind.
fn forged(dice: &mut Dice<'_>) -> Option<Snapshot> {
    let snapshot = genuine(dice);
    let mut tree = serde_json::to_value(&snapshot).expect("a snapshot can be written");
    for _ in 0..=dice.below(4) {
        let mut left = dice.number() as usize % leaves(&tree);
        change(&mut tree, &mut left, dice);
    }
    serde_json::from_value(tree).ok()
}

/// The snapshot of a group in which a few things happened.
fn genuine(dice: &mut Dice<'_>) -> Snapshot {
    let id = GroupId::custom("genuine").expect("a good id");
    let owner = dice.coin().then(|| script::user(dice));
    let mut now = Timestamp::from_secs(1_600_000_000);
    let config = script::config(dice);
    let mut group = Group::new(id, owner, config, Epoch(1), HashKey::new(1, 2), now);
    for filter in script::FILTERS.iter() {
        group.install_filter(filter.clone());
    }
    let steps = usize::from(dice.below(64));
    play(&mut group, &mut now, dice, steps);
    group.snapshot()
}

/// Plays some commands on a group, as they come.
fn play(group: &mut Group, now: &mut Timestamp, dice: &mut Dice<'_>, commands: usize) {
    let mut reader = group.tail();
    for _ in 0..commands {
        *now = script::moment(dice, *now);
        let by = script::author(dice);
        let recent = Recent { now: *now, ticket: 4, message: group.stats().accepted() };
        let command = script::command(dice, &by, recent);
        if dice.rarely(4) {
            while group.poll().is_some() {}
        }
        group.advance(*now);
        let before = group.digest();
        let answer = group.push(*now, by, command);
        if answer.is_err() {
            assert_eq!(group.digest(), before, "a refusal changed something");
        }
        *now = group.clock();
        laws::hold(group);
        laws::read(group, &mut reader);
    }
}

/// Bytes enough for [`COMMANDS`], the same for the same seed.
fn noise(mut seed: u64) -> Vec<u8> {
    let xorshift = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    std::iter::repeat_with(xorshift).take(COMMANDS * 8).flatten().collect()
}

fn leaves(tree: &Value) -> usize {
    match tree {
        Value::Array(items) => 1 + items.iter().map(leaves).sum::<usize>(),
        Value::Object(fields) => fields.values().map(leaves).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// Changes the leaf before which `left` others come. A list counts as one, too.
fn change(tree: &mut Value, left: &mut usize, dice: &mut Dice<'_>) -> bool {
    match tree {
        Value::Object(fields) => fields.values_mut().any(|field| change(field, left, dice)),
        Value::Array(items) if *left > 0 => {
            *left -= 1;
            items.iter_mut().any(|item| change(item, left, dice))
        }
        leaf if *left == 0 => {
            replace(leaf, dice);
            true
        }
        _ => {
            *left -= 1;
            false
        }
    }
}

fn replace(leaf: &mut Value, dice: &mut Dice<'_>) {
    match leaf {
        Value::Array(items) => match (dice.below(3), items.len()) {
            (_, 0) => {}
            (0, _) => drop(items.pop()),
            (1, length) => items.swap(0, length - 1),
            (_, length) => {
                let twin = items[usize::from(dice.byte()) % length].clone();
                items.push(twin);
            }
        },
        Value::Number(number) => {
            let old = number.as_u64().unwrap_or(0);
            let near = [0, 1, old.wrapping_add(1), old.wrapping_sub(1), u64::MAX, u64::MAX - 1];
            let wild = [u64::from(u32::MAX), 1 << 40, i64::MAX as u64];
            *number = match dice.below(3) {
                0 => dice.number().into(),
                1 => dice.one_of(&wild).into(),
                _ => dice.one_of(&near).into(),
            };
        }
        Value::Bool(value) => *value = !*value,
        Value::String(text) => *text = dice.one_of(&["", "u0", "u1", "\0", "Member"]).into(),
        Value::Null => *leaf = Value::from(dice.byte()),
        Value::Object(_) => {}
    }
}
