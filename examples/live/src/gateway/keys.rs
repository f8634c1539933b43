//! The keys by which readers who poll are known, whichever connection they come over.
//!
//! A key stands for one reader in one group. It outlives the connection: who comes back with it reads on
//! where they were. Bound: those who polled of late, as many again, and [`SPARE`].

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use liveroom::{AppId, Cursor, HubKey, SessionId, Timestamp, UserId};

use crate::secret::Secret;

/// How long a key is good that nobody polls with: as long as a group remembers randoms.
const REMEMBERED: Duration = Duration::from_mins(5);
/// Keys that nobody polls with and that are kept before they are looked through.
const SPARE: usize = 1_024;

/// What a key stands for.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) app: AppId,
    pub(crate) group: HubKey,
    /// `None` is a guest.
    pub(crate) user: Option<UserId>,
    /// By which the group knows the reader now.
    pub(crate) session: SessionId,
    /// Where they came in: nobody reads what precedes it, whatever they ask for.
    pub(crate) floor: Cursor,
    /// Whether the user is no member any more, only because no connection came back in time.
    pub(crate) lost: bool,
    used: Timestamp,
}

impl Reader {
    pub(crate) fn new(
        app: AppId,
        group: HubKey,
        user: Option<UserId>,
        session: SessionId,
        floor: Cursor,
    ) -> Self {
        Self { app, group, user, session, floor, lost: false, used: Timestamp::ZERO }
    }
}

/// Whose key, by group, user and session.
type Place = (HubKey, Option<UserId>, SessionId);

#[derive(Debug, Default)]
struct Kept {
    readers: HashMap<Secret, Reader>,
    places: BTreeMap<Place, Secret>,
    /// How many there were when they were last looked through.
    looked: usize,
}

/// Every key that is good.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<Kept>);

impl Keys {
    /// The key of a reader, which is the former one if their session has one in the group, and from
    /// where they read.
    pub(crate) fn give(&self, now: Timestamp, reader: Reader) -> io::Result<(Secret, Cursor)> {
        let mut kept = self.lock();
        if let Some(&key) = kept.places.get(&reader.place())
            && let Some(former) = kept.readers.get(&key)
        {
            return Ok((key, former.floor));
        }
        let (key, floor) = (Secret::random()?, reader.floor);
        kept.look_through(now);
        kept.places.insert(reader.place(), key);
        kept.readers.insert(key, Reader { used: now, ..reader });
        Ok((key, floor))
    }

    /// Who comes with a key.
    pub(crate) fn find(&self, now: Timestamp, key: &Secret) -> Option<Reader> {
        let mut kept = self.lock();
        let reader = kept.readers.get_mut(key)?;
        reader.used = now;
        Some(reader.clone())
    }

    /// A reader came back over another session.
    pub(crate) fn moved(&self, key: Secret, session: SessionId) {
        let mut kept = self.lock();
        let Kept { readers, places, .. } = &mut *kept;
        if let Some(reader) = readers.get_mut(&key) {
            places.remove(&reader.place());
            (reader.session, reader.lost) = (session, false);
            places.insert(reader.place(), key);
        }
    }

    /// A session left a group.
    pub(crate) fn left(&self, group: HubKey, user: Option<UserId>, session: SessionId) {
        let mut kept = self.lock();
        if let Some(key) = kept.places.remove(&(group, user, session)) {
            kept.readers.remove(&key);
        }
    }

    /// A user is no member of a group any more, over none of their sessions.
    pub(crate) fn removed(&self, group: HubKey, user: &UserId) {
        let mut kept = self.lock();
        for place in kept.places_of(group, user) {
            if let Some(key) = kept.places.remove(&place) {
                kept.readers.remove(&key);
            }
        }
    }

    /// The same, but that nobody wanted it: whoever comes back with a key may come in with it.
    pub(crate) fn lost(&self, group: HubKey, user: &UserId) {
        let mut kept = self.lock();
        for place in kept.places_of(group, user) {
            let Kept { readers, places, .. } = &mut *kept;
            if let Some(reader) = places.get(&place).and_then(|key| readers.get_mut(key)) {
                reader.lost = true;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

impl Reader {
    fn place(&self) -> Place {
        (self.group, self.user.clone(), self.session)
    }
}

impl Kept {
    fn places_of(&self, group: HubKey, user: &UserId) -> Vec<Place> {
        let at = |session| (group, Some(user.clone()), SessionId(session));
        self.places.range(at(0)..=at(u64::MAX)).map(|(place, _)| place.clone()).collect()
    }

    /// Forgets keys that nobody polls with, once there may be many of them.
    fn look_through(&mut self, now: Timestamp) {
        if self.readers.len() < 2 * self.looked + SPARE {
            return;
        }
        let Self { readers, places, .. } = self;
        readers.retain(|_, reader| reader.used + REMEMBERED > now);
        places.retain(|_, key| readers.contains_key(key));
        self.looked = self.readers.len();
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Epoch, Group, GroupConfig, GroupId, HashKey};

    use super::*;
    use crate::{house::House, options::Options};

    const NOW: Timestamp = Timestamp::from_secs(1_600_000_000);

    fn scene() -> (Keys, HubKey, Cursor) {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let (id, key) = (GroupId::custom("g").unwrap(), HashKey::new(1, 2));
        let group = Group::new(id, None, GroupConfig::vendor(), Epoch(1), key, NOW);
        (Keys::default(), house.rooms[0].key, group.tail())
    }

    fn reader(group: HubKey, user: Option<&str>, session: u64, floor: Cursor) -> Reader {
        let user = user.map(|name| name.parse().unwrap());
        Reader::new(AppId(1), group, user, SessionId(session), floor)
    }

    #[test]
    fn a_session_has_one_key_in_a_group_until_it_leaves() {
        let (keys, group, floor) = scene();
        let give = |session| keys.give(NOW, reader(group, Some("ann"), session, floor)).unwrap().0;
        let (first, second) = (give(1), give(2));
        assert_eq!(give(1), first);
        assert_ne!(first, second);
        keys.left(group, Some("ann".parse().unwrap()), SessionId(1));
        assert!(keys.find(NOW, &first).is_none());
        assert!(keys.find(NOW, &second).is_some());
        assert_ne!(give(1), first);
    }

    #[test]
    fn who_is_removed_has_no_key_over_any_session_and_others_keep_theirs() {
        let (keys, group, floor) = scene();
        let give = |user, session| keys.give(NOW, reader(group, user, session, floor)).unwrap().0;
        let anns = [give(Some("ann"), 1), give(Some("ann"), 2)];
        let others = [give(Some("bob"), 3), give(None, 4)];
        keys.lost(group, &"ann".parse().unwrap());
        let lost = |key: &Secret| keys.find(NOW, key).unwrap().lost;
        assert_eq!([lost(&anns[0]), lost(&anns[1]), lost(&others[0])], [true, true, false]);
        keys.moved(anns[0], SessionId(9));
        assert_eq!([lost(&anns[0]), lost(&anns[1])], [false, true], "it is back");
        keys.removed(group, &"ann".parse().unwrap());
        assert!(anns.iter().all(|key| keys.find(NOW, key).is_none()));
        assert!(others.iter().all(|key| keys.find(NOW, key).is_some()));
    }

    #[test]
    fn keys_that_nobody_polls_with_are_forgotten() {
        let (keys, group, floor) = scene();
        let kept = keys.give(NOW, reader(group, None, 0, floor)).unwrap().0;
        for second in 1..10_000 {
            let now = NOW + Duration::from_secs(second);
            keys.find(now, &kept).expect("it is in use");
            keys.give(now, reader(group, None, second, floor)).unwrap();
        }
        let kept = keys.lock();
        assert!(kept.readers.len() < 3 * SPARE, "{}", kept.readers.len());
        assert_eq!(kept.readers.len(), kept.places.len());
    }
}
