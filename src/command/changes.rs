//! What is to change about what a group says of itself: its profile, its attributes, its counters.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::role::JoinOption;

/// What changes about a group's profile; a field that is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GroupPatch {
    /// The name, 1 to 30 bytes.
    pub name: Option<Arc<str>>,
    /// The introduction, at most 240 bytes.
    pub introduction: Option<Arc<str>>,
    /// The notification, at most 300 bytes.
    pub notification: Option<Arc<str>>,
    /// The address of the group's picture, at most 100 bytes.
    pub face_url: Option<Arc<str>>,
    /// How one joins.
    pub join_option: Option<JoinOption>,
    /// Custom fields, at most 10: keys of 1 to 16 bytes of `[A-Za-z0-9_]`, values of at most
    /// 512 bytes; an empty value removes the field.
    pub custom: Vec<(Arc<str>, Arc<str>)>,
}

/// What a write does to the attributes that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AttributeMode {
    /// They stay.
    Merge,
    /// They go.
    Replace,
}

/// One attribute written or removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Its name, 1 to 32 bytes.
    pub key: Arc<str>,
    /// Its value, at most 4,000 bytes; `None` removes it.
    pub value: Option<Arc<str>>,
    /// Its own sequence number that the writer has seen; a newer one is a conflict.
    pub seen: Option<u64>,
}

/// One counter set, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CounterChange {
    /// Its name, 1 to 128 bytes.
    pub key: Arc<str>,
    /// What is done; a counter that is not there begins at 0.
    pub change: Counting,
}

/// What is done to a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Counting {
    /// It is this from now on.
    Set(i64),
    /// It grows by so much; past the end of `i64` the command is refused.
    Increase(i64),
    /// It shrinks by so much; past the end of `i64` the command is refused.
    Decrease(i64),
    /// It goes.
    Remove,
}
