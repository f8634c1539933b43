//! One room: a group of the hub, and what the host keeps beside it.

use std::sync::{Arc, Mutex, MutexGuard};

use liveroom::{GroupId, HubKey};
use tokio::sync::Semaphore;

use crate::{
    codes::Codes,
    counts::Counts,
    hands::Hands,
    offers::Offers,
    past::Past,
    plan::{Plan, RoomKind},
    protocol::host::Refused,
    trail::Trail,
    voices::Voices,
    words::Words,
};

/// A room's place among the rooms of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RoomNo(pub(crate) usize);

/// One group, and what the host keeps beside it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) no: RoomNo,
    pub(crate) plan: Plan,
    pub(crate) key: HubKey,
    pub(crate) id: GroupId,
    pub(crate) counts: Counts,
    words: Mutex<Words>,
    hands: Mutex<Hands>,
    offers: Mutex<Offers>,
    past: Mutex<Past>,
    trail: Mutex<Trail>,
    voices: Mutex<Voices>,
    /// Whoever looks at the past has the one permit: it costs as much as the room did in that time.
    pub(crate) looking_back: Arc<Semaphore>,
}

impl Room {
    /// Refuses what belongs into a room of another kind.
    pub(crate) fn must_be(&self, kind: RoomKind) -> Result<(), Refused> {
        if self.plan.kind == kind { Ok(()) } else { Err(Refused::wrong_room()) }
    }

    pub(crate) fn new(
        no: RoomNo,
        plan: Plan,
        key: HubKey,
        id: GroupId,
        codes: Codes,
        past: Past,
    ) -> Self {
        let trail = Trail::of(&id);
        Self {
            no,
            plan,
            key,
            id,
            counts: Counts::default(),
            words: Mutex::default(),
            hands: Mutex::default(),
            offers: Mutex::new(Offers::new(codes)),
            past: Mutex::new(past),
            trail: Mutex::new(trail),
            voices: Mutex::default(),
            looking_back: Arc::new(Semaphore::new(1)),
        }
    }

    /// The word lists. Whoever puts one in force does so under this lock.
    pub(crate) fn words(&self) -> MutexGuard<'_, Words> {
        lock(&self.words)
    }

    pub(crate) fn hands(&self) -> MutexGuard<'_, Hands> {
        lock(&self.hands)
    }

    /// The last minutes.
    pub(crate) fn past(&self) -> MutexGuard<'_, Past> {
        lock(&self.past)
    }

    /// What was done about people and messages.
    pub(crate) fn trail(&self) -> MutexGuard<'_, Trail> {
        lock(&self.trail)
    }

    /// Who spoke of late.
    pub(crate) fn voices(&self) -> MutexGuard<'_, Voices> {
        lock(&self.voices)
    }

    pub(crate) fn offers(&self) -> MutexGuard<'_, Offers> {
        lock(&self.offers)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics under this lock")
}
