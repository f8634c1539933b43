//! Genuine data made false.

use serde_json::Value;

use crate::dice::Dice;

/// Turns over up to three bits.
pub(crate) fn flip(bytes: &mut [u8], dice: &mut Dice<'_>) {
    for _ in 0..dice.below(4) {
        let at = dice.number() as usize % bytes.len();
        bytes[at] ^= 1 << dice.below(8);
    }
}

/// Changes up to four values for others of their kind.
pub(crate) fn forge(tree: &mut Value, dice: &mut Dice<'_>) {
    for _ in 0..=dice.below(4) {
        let mut left = dice.number() as usize % leaves(tree);
        change(tree, &mut left, dice);
    }
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
