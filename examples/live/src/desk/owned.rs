//! How many groups each user owns, which the app's server is told before they make another.
//!
//! A group that ended is held for a while for those who read it, and takes its owner's room as long.
//! Bound: [`MOST`] groups of a user who makes them; the app may give a user more.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use liveroom::{AppId, HubKey, Timestamp, UserId};

use crate::fanout::READABLE;

/// Groups that a user may own who is no administrator and makes another.
pub(super) const MOST: usize = 50;

/// What one user owns.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// Groups that did not end.
    open: usize,
    /// The same, those that ended of late, and those that are being made.
    held: usize,
}

#[derive(Debug, Default)]
struct Kept {
    owners: BTreeMap<HubKey, UserId>,
    counts: BTreeMap<(AppId, UserId), Count>,
    ended: VecDeque<(Timestamp, HubKey, UserId)>,
}

/// The owners of all groups that have one and were made on request.
///
/// Invariant: a user's `open` is the number of groups under that name, and no user holds 0.
#[derive(Debug, Default)]
pub(super) struct Owned(Mutex<Kept>);

impl Owned {
    /// The groups of a user that did not end.
    pub(super) fn count(&self, app: AppId, user: &UserId) -> usize {
        self.kept().counts.get(&(app, user.clone())).map_or(0, |count| count.open)
    }

    /// Keeps room for one more group of a user, if there is room among so many: for
    /// [`made`](Self::made), or [`given_up`](Self::given_up).
    pub(super) fn claim(&self, now: Timestamp, app: AppId, user: &UserId, most: usize) -> bool {
        let mut kept = self.kept();
        kept.forget(now);
        let count = kept.counts.get(&(app, user.clone())).copied().unwrap_or_default();
        if count.held >= most {
            return false;
        }
        kept.counts.insert((app, user.clone()), Count { held: count.held + 1, ..count });
        true
    }

    /// The group that there was to be room for was not made.
    pub(super) fn given_up(&self, app: AppId, user: &UserId) {
        self.kept().release(app, user);
    }

    /// The group that there was to be room for was made.
    pub(super) fn made(&self, key: HubKey, owner: &UserId) {
        let mut kept = self.kept();
        kept.owners.insert(key, owner.clone());
        kept.counts.entry((key.app(), owner.clone())).or_default().open += 1;
    }

    pub(super) fn disbanded(&self, now: Timestamp, key: HubKey) {
        let mut kept = self.kept();
        kept.forget(now);
        let Some(owner) = kept.owners.remove(&key) else { return };
        if let Some(count) = kept.counts.get_mut(&(key.app(), owner.clone())) {
            count.open = count.open.saturating_sub(1);
        }
        kept.ended.push_back((now, key, owner));
    }

    /// All groups of an app are gone.
    pub(super) fn deleted(&self, app: AppId) {
        let mut kept = self.kept();
        kept.owners.retain(|key, _| key.app() != app);
        kept.counts.retain(|(of, _), _| *of != app);
        kept.ended.retain(|(_, key, _)| key.app() != app);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

impl Kept {
    /// Groups that ended long ago are held no more.
    fn forget(&mut self, now: Timestamp) {
        while let Some((_, key, owner)) =
            self.ended.pop_front_if(|(at, ..)| now.since(*at) >= READABLE)
        {
            self.release(key.app(), &owner);
        }
    }

    fn release(&mut self, app: AppId, user: &UserId) {
        let place = (app, user.clone());
        match self.counts.get_mut(&place) {
            Some(count) if count.held > 1 => count.held -= 1,
            _ => drop(self.counts.remove(&place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Creation, EngineConfig, HashKey, Hub};

    use super::*;

    #[test]
    fn a_group_takes_room_until_it_is_held_no_more() {
        let now = Timestamp::from_secs(1_600_000_000);
        let (app, ann): (_, UserId) = (AppId(1), "ann".parse().unwrap());
        let hub = Hub::new(HashKey::new(1, 2), 1, EngineConfig::default());
        hub.create_app(now, app, "an app", None).unwrap();
        let make = || hub.create(now, app, Creation::named("x")).unwrap();
        let owned = Owned::default();
        let claim = |at| owned.claim(at, app, &ann, 2);
        let (first, second) = (make(), make());
        assert!(claim(now));
        owned.made(first, &ann);
        assert!(claim(now) && !claim(now), "what is being made takes room");
        owned.given_up(app, &ann);
        assert!(claim(now));
        owned.made(second, &ann);
        assert_eq!((claim(now), owned.count(app, &ann)), (false, 2));
        owned.disbanded(now, first);
        owned.disbanded(now, first);
        assert_eq!((claim(now + READABLE / 2), owned.count(app, &ann)), (false, 1));
        assert!(claim(now + READABLE) && !claim(now + READABLE));
        owned.given_up(app, &ann);
        owned.disbanded(now + READABLE, second);
        assert!(owned.claim(now + READABLE * 2, app, &"bob".parse().unwrap(), 1));
        owned.deleted(app);
        let kept = owned.kept();
        assert!(kept.counts.is_empty() && kept.owners.is_empty() && kept.ended.is_empty());
    }
}
