//! Writing JSON.

use serde::Serialize;

/// The JSON of what has such a form whatever is in it: texts, numbers, and objects and lists of them.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers have a JSON form")
}
