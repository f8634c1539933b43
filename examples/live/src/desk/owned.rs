//! How many groups each user owns, which the app's server is told before they make another.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use liveroom::{AppId, HubKey, UserId};

#[derive(Debug, Default)]
struct Kept {
    owners: BTreeMap<HubKey, UserId>,
    counts: BTreeMap<(AppId, UserId), usize>,
}

/// The owners of all groups that have one and were made on request.
///
/// Invariant: a user's count is the number of groups under that name, and no count is 0.
#[derive(Debug, Default)]
pub(super) struct Owned(Mutex<Kept>);

impl Owned {
    pub(super) fn count(&self, app: AppId, user: &UserId) -> usize {
        self.kept().counts.get(&(app, user.clone())).copied().unwrap_or(0)
    }

    pub(super) fn made(&self, key: HubKey, owner: &UserId) {
        let mut kept = self.kept();
        kept.owners.insert(key, owner.clone());
        *kept.counts.entry((key.app(), owner.clone())).or_default() += 1;
    }

    pub(super) fn disbanded(&self, key: HubKey) {
        let mut kept = self.kept();
        let Some(owner) = kept.owners.remove(&key) else { return };
        let place = (key.app(), owner);
        match kept.counts.get_mut(&place) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(kept.counts.remove(&place)),
        }
    }

    /// All groups of an app are gone.
    pub(super) fn deleted(&self, app: AppId) {
        let mut kept = self.kept();
        kept.owners.retain(|key, _| key.app() != app);
        kept.counts.retain(|(of, _), _| *of != app);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panics under this lock")
    }
}
