//! One room: a group of the hub, and what the host keeps beside it.

use std::sync::{Mutex, MutexGuard};

use liveroom::HubKey;

use crate::{counts::Counts, plan::Plan, words::Words};

/// A room's place among the rooms of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoomNo(pub(crate) usize);

/// One group, and what the host keeps beside it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) no: RoomNo,
    pub(crate) plan: Plan,
    pub(crate) key: HubKey,
    pub(crate) counts: Counts,
    words: Mutex<Words>,
}

impl Room {
    pub(crate) fn new(no: RoomNo, plan: Plan, key: HubKey) -> Self {
        Self { no, plan, key, counts: Counts::default(), words: Mutex::default() }
    }

    /// The word lists. Whoever puts one in force does so under this lock.
    pub(crate) fn words(&self) -> MutexGuard<'_, Words> {
        lock(&self.words)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics under this lock")
}
