//! The keys by which readers who poll are known, whichever connection they come over.
//!
//! A key stands for one reader in one group. It outlives the connection: who comes back with it reads on
//! where they were. Bounds: [`REMEMBERED`] since it was used last, and [`Keys::new`]'s number in all, past which
//! the one that was not used for longest is forgotten. Of those that were taken, because their readers left, as
//! many are remembered for as long, so that a poll that comes late is not taken for one by a key that was forgotten.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    io,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use liveroom::{AppId, Cursor, HubKey, SessionId, Timestamp, UserId};

use crate::secret::Secret;

/// How long a key is good that nobody polls with: as long as a group remembers randoms.
const REMEMBERED: Duration = Duration::from_mins(5);

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
    pub(crate) pass: Pass,
}

impl Reader {
    pub(crate) fn new(
        app: AppId,
        group: HubKey,
        user: Option<UserId>,
        session: SessionId,
        floor: Cursor,
    ) -> Self {
        Self { app, group, user, session, floor, lost: false, pass: Pass::default() }
    }
}

/// Whether a key is still good, for whoever does something by it that takes a while.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pass(Arc<AtomicBool>);

impl Pass {
    pub(crate) fn is_good(&self) -> bool {
        !self.0.load(Relaxed)
    }

    fn take(&self) {
        self.0.store(true, Relaxed);
    }
}

#[derive(Debug)]
struct Entry {
    /// Counts keys.
    number: u64,
    used: Timestamp,
    reader: Reader,
}

/// Why somebody is not known by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoReader {
    /// Its reader left on purpose, or was removed.
    Taken,
    /// It was forgotten, or is none of this host's.
    Unknown,
}

/// Invariant: each key is in every list that is kept of them, at its place, and a guest's not in `by_user`;
/// `taken` and `by_taking` name the same keys.
#[derive(Debug, Default)]
struct Kept {
    /// The latest time that was said.
    now: Timestamp,
    readers: HashMap<Secret, Entry>,
    by_session: BTreeMap<(SessionId, u64), Secret>,
    by_user: BTreeMap<(HubKey, UserId, u64), Secret>,
    by_use: BTreeMap<(Timestamp, u64), Secret>,
    given: u64,
    taken: HashSet<Secret>,
    by_taking: VecDeque<(Timestamp, Secret)>,
}

/// Every key that is good.
#[derive(Debug)]
pub(crate) struct Keys {
    most: usize,
    kept: Mutex<Kept>,
}

impl Keys {
    /// No keys yet, and never more than `most`.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// A new key for a reader. What their session had in the group before is no good any more.
    pub(crate) fn give(&self, now: Timestamp, reader: Reader) -> io::Result<Secret> {
        let key = Secret::random()?;
        let mut kept = self.at(now);
        kept.take_all(reader.group, reader.session);
        while kept.readers.len() >= self.most
            && let Some((_, oldest)) = kept.by_use.pop_first()
        {
            kept.forget(&oldest);
        }
        kept.given += 1;
        let number = kept.given;
        kept.insert(key, Entry { number, used: now, reader });
        Ok(key)
    }

    /// The key that a session has in a group.
    pub(crate) fn of(&self, now: Timestamp, group: HubKey, session: SessionId) -> Option<Secret> {
        let kept = self.at(now);
        kept.at_session(session).find(|key| kept.readers[key].reader.group == group)
    }

    /// Who comes with a key.
    pub(crate) fn find(&self, now: Timestamp, key: &Secret) -> Result<Reader, NoReader> {
        let mut kept = self.at(now);
        let Kept { readers, by_use, taken, .. } = &mut *kept;
        let Some(Entry { number, used, reader }) = readers.get_mut(key) else {
            return Err(if taken.contains(key) { NoReader::Taken } else { NoReader::Unknown });
        };
        by_use.remove(&(*used, *number));
        *used = now;
        by_use.insert((*used, *number), *key);
        Ok(reader.clone())
    }

    /// A reader came back over another session, which is in the group by now.
    pub(crate) fn moved(&self, key: Secret, session: SessionId) {
        let mut kept = self.lock();
        if let Some(mut entry) = kept.remove(&key) {
            (entry.reader.session, entry.reader.lost) = (session, false);
            kept.insert(key, entry);
        }
    }

    /// A session left a group.
    pub(crate) fn left(&self, group: HubKey, session: SessionId) {
        self.lock().take_all(group, session);
    }

    /// Whoever was at a session logged out: they come back with none of its keys.
    pub(crate) fn logged_out(&self, session: SessionId) {
        let mut kept = self.lock();
        let keys: Vec<_> = kept.at_session(session).collect();
        for key in keys {
            kept.take(&key);
        }
    }

    /// A user's keys in a group, each with the session that has it.
    pub(crate) fn of_user(&self, group: HubKey, user: &UserId) -> Vec<(Secret, SessionId)> {
        let kept = self.lock();
        let at = |number| (group, user.clone(), number);
        let keys = kept.by_user.range(at(0)..=at(u64::MAX));
        keys.map(|(_, key)| (*key, kept.readers[key].reader.session)).collect()
    }

    /// The user of these is no member any more over those sessions.
    pub(crate) fn removed(&self, gone: &[(Secret, SessionId)]) {
        let mut kept = self.lock();
        for (key, session) in gone {
            if kept.readers.get(key).is_some_and(|entry| entry.reader.session == *session) {
                kept.take(key);
            }
        }
    }

    /// The same, but that nobody wanted it: whoever comes back with a key may come in with it.
    pub(crate) fn lost(&self, gone: &[(Secret, SessionId)]) {
        let mut kept = self.lock();
        for (key, session) in gone {
            let reader = kept.readers.get_mut(key).map(|entry| &mut entry.reader);
            if let Some(reader) = reader.filter(|reader| reader.session == *session) {
                reader.lost = true;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("nobody panics under this lock")
    }

    /// What is kept of the keys that are good at that time.
    fn at(&self, now: Timestamp) -> MutexGuard<'_, Kept> {
        let mut kept = self.lock();
        kept.now = kept.now.max(now);
        while let Some((&(used, _), &key)) = kept.by_use.first_key_value()
            && used + REMEMBERED <= now
        {
            kept.forget(&key);
        }
        while let Some(&(at, key)) = kept.by_taking.front()
            && (at + REMEMBERED <= now || kept.taken.len() > self.most)
        {
            kept.by_taking.pop_front();
            kept.taken.remove(&key);
        }
        kept
    }
}

impl Kept {
    fn insert(&mut self, key: Secret, entry: Entry) {
        let Entry { number, used, ref reader } = entry;
        self.by_session.insert((reader.session, number), key);
        if let Some(user) = &reader.user {
            self.by_user.insert((reader.group, user.clone(), number), key);
        }
        self.by_use.insert((used, number), key);
        self.readers.insert(key, entry);
    }

    fn remove(&mut self, key: &Secret) -> Option<Entry> {
        let entry = self.readers.remove(key)?;
        let Entry { number, used, ref reader } = entry;
        self.by_session.remove(&(reader.session, number));
        if let Some(user) = &reader.user {
            self.by_user.remove(&(reader.group, user.clone(), number));
        }
        self.by_use.remove(&(used, number));
        Some(entry)
    }

    /// A key is no good any more, and whoever comes with it does not come in again by it.
    fn take(&mut self, key: &Secret) {
        self.forget(key);
        if self.taken.insert(*key) {
            self.by_taking.push_back((self.now, *key));
        }
    }

    /// Nothing is known of a key any more.
    fn forget(&mut self, key: &Secret) {
        if let Some(entry) = self.remove(key) {
            entry.reader.pass.take();
        }
    }

    /// The keys of a session in a group, of which it may have more than one by coming back.
    fn take_all(&mut self, group: HubKey, session: SessionId) {
        let keys = self.at_session(session);
        let keys: Vec<_> = keys.filter(|key| self.readers[key].reader.group == group).collect();
        for key in keys {
            self.take(&key);
        }
    }

    fn at_session(&self, session: SessionId) -> impl Iterator<Item = Secret> {
        self.by_session.range((session, 0)..=(session, u64::MAX)).map(|(_, key)| *key)
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
        (Keys::new(100), house.rooms[0].key, group.tail())
    }

    fn reader(group: HubKey, user: Option<&str>, session: u64, floor: Cursor) -> Reader {
        let user = user.map(|name| name.parse().unwrap());
        Reader::new(AppId(1), group, user, SessionId(session), floor)
    }

    fn size(keys: &Keys) -> [usize; 4] {
        let kept = keys.lock();
        [kept.readers.len(), kept.by_session.len(), kept.by_user.len(), kept.by_use.len()]
    }

    #[test]
    fn a_session_has_one_key_in_a_group_until_it_leaves() {
        let (keys, group, floor) = scene();
        let give = |session| keys.give(NOW, reader(group, Some("ann"), session, floor)).unwrap();
        let (first, second) = (give(1), give(2));
        assert_eq!(keys.of(NOW, group, SessionId(1)), Some(first));
        keys.left(group, SessionId(1));
        assert!(keys.find(NOW, &first).is_err());
        assert!(keys.find(NOW, &second).is_ok());
        let (third, fourth) = (give(1), give(1));
        assert!(keys.find(NOW, &third).is_err(), "who comes in anew has a new key alone");
        assert_eq!(keys.of(NOW, group, SessionId(1)), Some(fourth));
    }

    #[test]
    fn who_is_removed_has_no_key_over_sessions_that_are_gone() {
        let (keys, group, floor) = scene();
        let give = |user, session| keys.give(NOW, reader(group, user, session, floor)).unwrap();
        let anns = [give(Some("ann"), 1), give(Some("ann"), 2)];
        let others = [give(Some("bob"), 3), give(None, 4)];
        let of_ann = || keys.of_user(group, &"ann".parse().unwrap());
        let before = of_ann();
        assert_eq!(before, [(anns[0], SessionId(1)), (anns[1], SessionId(2))]);
        keys.lost(&before);
        let lost = |key: &Secret| keys.find(NOW, key).unwrap().lost;
        assert_eq!([lost(&anns[0]), lost(&anns[1]), lost(&others[0])], [true, true, false]);
        let passes = anns.map(|key| keys.find(NOW, &key).unwrap().pass);
        keys.moved(anns[0], SessionId(9));
        assert_eq!([lost(&anns[0]), lost(&anns[1])], [false, true], "it is back");
        keys.removed(&before);
        assert_eq!(
            of_ann(),
            [(anns[0], SessionId(9))],
            "it has come back since that was looked at"
        );
        assert_eq!(passes.map(|pass| pass.is_good()), [true, false]);
        assert!(others.iter().all(|key| keys.find(NOW, key).is_ok()));
    }

    #[test]
    fn a_session_that_two_keys_came_back_to_leaves_with_both() {
        let (keys, group, floor) = scene();
        let give = |session| keys.give(NOW, reader(group, Some("ann"), session, floor)).unwrap();
        let both = [give(1), give(2)];
        keys.moved(both[0], SessionId(2));
        assert!(both.iter().all(|key| keys.find(NOW, key).is_ok()), "each is in use");
        keys.left(group, SessionId(2));
        assert!(both.iter().all(|key| keys.find(NOW, key).is_err()));
        assert_eq!(size(&keys), [0; 4]);
    }

    #[test]
    fn who_logs_out_comes_back_with_no_key() {
        let (keys, group, floor) = scene();
        let give = |session| keys.give(NOW, reader(group, Some("ann"), session, floor)).unwrap();
        let (here, elsewhere) = (give(1), give(2));
        keys.logged_out(SessionId(1));
        assert!(keys.find(NOW, &here).is_err() && keys.find(NOW, &elsewhere).is_ok());
    }

    #[test]
    fn a_key_that_nobody_polls_with_is_good_for_so_long_and_one_in_use_for_longer() {
        let (keys, group, floor) = scene();
        let give = |session| keys.give(NOW, reader(group, Some("ann"), session, floor)).unwrap();
        let (used, idle) = (give(1), give(2));
        let last = NOW + (REMEMBERED - Duration::from_millis(1));
        let pass = keys.find(last, &used).unwrap().pass;
        let now = NOW + REMEMBERED;
        assert!(keys.find(now, &idle).is_err() && keys.of(now, group, SessionId(2)).is_none());
        assert!(keys.find(now, &used).is_ok() && pass.is_good());
        assert_eq!(size(&keys), [1; 4], "of the idle one nothing is kept");
        assert!(keys.find(now + REMEMBERED, &used).is_err() && !pass.is_good());
    }

    #[test]
    fn past_so_many_keys_the_one_used_longest_ago_goes() {
        let (keys, group, floor) = scene();
        let at = |second| NOW + Duration::from_secs(second);
        let give = |second| keys.give(at(second), reader(group, None, second, floor)).unwrap();
        let given: Vec<_> = (0..100).map(give).collect();
        assert!(keys.find(at(100), &given[0]).is_ok());
        give(101);
        assert!(keys.find(at(102), &given[0]).is_ok(), "it is in use");
        assert!(keys.find(at(102), &given[1]).is_err());
        assert!(given[2..].iter().all(|key| keys.find(at(102), key).is_ok()));
        assert_eq!(size(&keys), [100, 100, 0, 100]);
    }
    #[test]
    fn keys_that_were_taken_are_told_from_those_that_were_forgotten_for_a_while() {
        let (keys, group, floor) = scene();
        let at = |second| NOW + Duration::from_secs(second);
        let give = |second| keys.give(at(second), reader(group, None, second, floor)).unwrap();
        let (left, idle) = (give(1), give(2));
        keys.left(group, SessionId(1));
        assert_eq!(keys.find(at(302), &left).unwrap_err(), NoReader::Unknown, "it is long ago");
        let left = give(400);
        keys.left(group, SessionId(400));
        assert_eq!(keys.find(at(699), &left).unwrap_err(), NoReader::Taken);
        assert_eq!(keys.find(at(699), &idle).unwrap_err(), NoReader::Unknown);
        let given: Vec<_> = (700..802).map(give).collect();
        (700..802).for_each(|session| keys.left(group, SessionId(session)));
        assert_eq!(keys.find(at(802), &given[1]).unwrap_err(), NoReader::Unknown);
        assert_eq!(keys.find(at(802), &given[2]).unwrap_err(), NoReader::Taken);
        let kept = keys.lock();
        assert_eq!([kept.taken.len(), kept.by_taking.len()], [100; 2]);
    }
}
