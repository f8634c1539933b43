//! Snapshots from anywhere: whatever is accepted must be a group like any other.

use liveroom::{Epoch, Group, GroupId, HashKey, Snapshot, Timestamp};

use crate::{dice::Dice, forge, laws, play, script};

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
    play::on(&mut group, data);
    laws::reborn(&group, HashKey::new(5, 6));
}

/// A genuine snapshot with bits turned over and its end cut off.
fn damaged(dice: &mut Dice<'_>) -> Option<Snapshot> {
    let snapshot = genuine(dice);
    let mut bytes = postcard::to_allocvec(&snapshot).expect("a snapshot can be written");
    forge::flip(&mut bytes, dice);
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
    forge::forge(&mut tree, dice);
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
    play::commands(&mut group, &mut now, dice, steps);
    group.snapshot()
}
