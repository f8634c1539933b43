//! The members of a group: their records, found by user, by session and by the order of their joins.
//!
//! Invariants: every record is in `users` and in `order`, and in `seats` by its first session;
//! `others` names the further ones; `admins` and `lost` name members only; who has a session, or
//! the mark of being always online, is online, and only they have marks; `online` counts them; that
//! mark and its end are there together, and `marking` while there are marks; `sum` is the sum of the
//! facts about all of them.

mod marking;

use std::{
    collections::{BTreeSet, HashMap},
    mem::size_of,
    sync::Arc,
};

use smallvec::SmallVec;

use super::{
    facts::{Fact, Sum},
    marks::Marking,
    order::Order,
    record::{Besides, Record},
};
use crate::{
    bounds,
    command::Device,
    deadlines::Deadlines,
    hash::HashKey,
    id::{SessionId, UserId},
    index::{Arena, Index, Slot, shrink},
    role::Profile,
    space,
    time::{Shift, Timestamp},
};

#[derive(Clone, Debug)]
pub(super) struct People {
    key: HashKey,
    records: Arena<Record>,
    /// By user, and by first session. An entry is the slot alone: what it is found by stands in the
    /// record, which is read again where a table grows.
    users: Index<Slot>,
    seats: Index<Slot>,
    /// By further session.
    others: HashMap<SessionId, Slot, HashKey>,
    besides: Besides,
    order: Order,
    admins: BTreeSet<u64>,
    pub(super) lost: Deadlines<SessionId>,
    marking: Option<Box<Marking>>,
    online: u64,
    sum: Sum,
    /// The bytes of ids, profiles and name cards.
    text: usize,
}

/// Looking.
impl People {
    pub(super) fn new(key: HashKey) -> Self {
        Self {
            key,
            records: Arena::new(),
            users: Index::new(),
            seats: Index::new(),
            others: HashMap::with_hasher(key),
            besides: Besides::default(),
            order: Order::default(),
            admins: BTreeSet::new(),
            lost: Deadlines::new(key),
            marking: None,
            online: 0,
            sum: Sum::default(),
            text: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    pub(super) fn online(&self) -> u64 {
        self.online
    }

    pub(super) fn sum(&self) -> Sum {
        self.sum
    }

    pub(super) fn get(&self, slot: Slot) -> &Record {
        self.records.get(slot)
    }

    pub(super) fn find(&self, user: &UserId) -> Option<Slot> {
        let is_it = |slot: &Slot| self.get(*slot).user == *user;
        self.users.find(self.key.hash_user(user), is_it).copied()
    }

    /// Whose a session is.
    pub(super) fn at(&self, session: SessionId) -> Option<Slot> {
        let is_it = |slot: &Slot| self.get(*slot).session() == session;
        let seat = self.seats.find(self.key.hash_session(session), is_it);
        seat.or_else(|| self.others.get(&session)).copied()
    }

    /// The sessions of a member, in the order in which they came.
    pub(super) fn devices<'a>(&'a self, record: &Record) -> impl Iterator<Item = Device> + use<'a> {
        self.besides.devices(record)
    }

    /// A member's name in this group, if they have one.
    pub(super) fn card(&self, record: &Record) -> Option<&Arc<str>> {
        self.besides.card(record)
    }

    /// How many sessions the member has who has most.
    pub(super) fn most_sessions(&self) -> usize {
        // Whoever has further ones has a first.
        self.seats.len().min(1) + self.besides.most_devices()
    }

    /// Those who joined with the number `from` or after, in order.
    pub(super) fn since(&self, from: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.order.since(from).map(|slot| self.get(slot))
    }

    /// The same, less those who are hidden: at most 1,000, so that passing over them costs little.
    pub(super) fn shown(&self, from: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.since(from).filter(|record| !record.marks.hidden())
    }

    pub(super) fn admins(&self) -> &BTreeSet<u64> {
        &self.admins
    }

    pub(super) fn by_join(&self, join: u64) -> Option<&Record> {
        self.order.get(join).map(|slot| self.get(slot))
    }

    /// The most that members take, whoever they are, beside what each adds; and that, for one with so
    /// many sessions.
    pub(super) fn most_bytes(sessions: u64) -> (u64, u64) {
        let (tables, slot) = Index::<Slot>::most_bytes();
        let fixed = space::size::<Self>()
            + 2 * tables
            + Arena::<Record>::most_bytes_of_page()
            + space::tree::<u64>(bounds::ADMINS as u64)
            + Marking::most_bytes();
        // Each session may be lost, and be a further one.
        let session =
            space::each_in_table::<(SessionId, Slot)>() + Deadlines::<SessionId>::most_bytes_each();
        let each = Arena::<Record>::most_bytes_each()
            + 2 * slot
            + Order::most_bytes_each()
            + Besides::most_bytes_each(sessions)
            + UserId::MOST_BESIDE
            + Profile::MOST
            + sessions * session;
        (fixed, each)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let others = self.others.capacity() * (size_of::<(SessionId, Slot)>() + 1)
            + self.others.len() * size_of::<Device>();
        size_of::<Self>()
            + self.records.heap_bytes()
            + self.users.heap_bytes()
            + self.seats.heap_bytes()
            + others
            + self.besides.heap_bytes()
            + self.order.heap_bytes()
            + self.lost.heap_bytes()
            + self.marking.as_ref().map_or(0, |marking| size_of::<Marking>() + marking.heap_bytes())
            + self.text
    }
}

/// Coming, changing and going.
impl People {
    /// Adds a member, for the time being without a session.
    pub(super) fn enter(&mut self, record: Record) -> Slot {
        let Self { key, records, users, .. } = self;
        self.sum.add(&self.besides.fact(&record));
        self.text += record.text();
        let (join, hash) = (record.join, key.hash_user(&record.user));
        let slot = records.insert(record);
        let user = |slot: &Slot| &records.get(*slot).user;
        let new =
            users.insert(hash, slot, |it| user(it) == user(&slot), |it| key.hash_user(user(it)));
        assert!(new, "only who is no member yet is admitted");
        self.order.push(join, slot);
        slot
    }

    /// Forgets a member, with everything that names them.
    pub(super) fn leave(&mut self, slot: Slot) -> (Record, SmallVec<[Device; 1]>) {
        let devices: SmallVec<[Device; 1]> = self.devices(self.get(slot)).collect();
        // The first one last, so that no other becomes it.
        for device in devices.iter().rev() {
            self.rise(slot, device.session);
        }
        if self.get(slot).is_online() {
            self.online -= 1;
            self.clear_marks(slot);
        }
        self.set_admin(slot, false);
        self.set_card(slot, None);
        let record = self.records.remove(slot);
        let Self { key, records, users, .. } = self;
        let hash_of = |it: &Slot| key.hash_user(&records.get(*it).user);
        users.remove(key.hash_user(&record.user), |it| *it == slot, hash_of);
        self.order.remove(record.join);
        self.text -= record.text();
        self.sum.subtract(&self.besides.fact(&record));
        while let Some((from, to)) = self.records.pack() {
            self.moved(from, to);
        }
        (record, devices)
    }

    /// A record stands in another place: whatever names it names that one.
    fn moved(&mut self, from: Slot, to: Slot) {
        const NAMED: &str = "every record is named by its user and its session";
        let Self { key, records, users, seats, others, besides, order, .. } = self;
        let record = records.get(to);
        *users.find_mut(key.hash_user(&record.user), |it| *it == from).expect(NAMED) = to;
        let mut devices = besides.devices(record).map(|device| device.session);
        if let Some(first) = devices.next() {
            *seats.find_mut(key.hash_session(first), |it| *it == from).expect(NAMED) = to;
        }
        others.extend(devices.map(|session| (session, to)));
        order.replace(record.join, to);
    }

    /// Changes how a member is shown; false if nothing changes.
    pub(super) fn set_profile(&mut self, slot: Slot, profile: Arc<Profile>) -> bool {
        let record = self.records.get_mut(slot);
        if record.profile == profile {
            return false;
        }
        self.sum.subtract(&self.besides.fact(record));
        self.text -= record.text();
        record.profile = profile;
        self.text += record.text();
        self.sum.add(&self.besides.fact(record));
        true
    }

    /// Changes a member's name in this group; false if nothing changes.
    pub(super) fn set_card(&mut self, slot: Slot, card: Option<Arc<str>>) -> bool {
        let record = self.records.get_mut(slot);
        let known = self.besides.card(record);
        if known == card.as_ref() {
            return false;
        }
        // The counts stand beside the text.
        let text = |card: Option<&Arc<str>>| card.map_or(0, |card| card.len() + 16);
        self.text = self.text - text(known) + text(card.as_ref());
        self.sum.subtract(&self.besides.fact(record));
        self.besides.change(record, |beside| beside.card = card);
        self.sum.add(&self.besides.fact(record));
        true
    }

    /// Adds a session that is nobody's; true if the member was offline before.
    pub(super) fn sit(&mut self, slot: Slot, device: Device) -> bool {
        self.count_sessions(slot, Sum::subtract);
        let record = self.records.get_mut(slot);
        let came_online = !record.is_online();
        if record.first().is_none() {
            record.set_first(Some(device));
            self.seat(slot, device.session);
        } else {
            self.besides.change(record, |beside| beside.devices.push(device));
            self.others.insert(device.session, slot);
        }
        self.count_sessions(slot, Sum::add);
        self.online += u64::from(came_online);
        came_online
    }

    /// Removes a session of a member's; true if the member is offline now.
    pub(super) fn rise(&mut self, slot: Slot, session: SessionId) -> (Device, bool) {
        const KNOWN: &str = "the tables of sessions name the member";
        self.revive(session);
        self.count_sessions(slot, Sum::subtract);
        let record = self.records.get_mut(slot);
        let device = self.besides.devices(record).find(|device| device.session == session);
        let device = device.expect(KNOWN);
        if record.first() == Some(device) {
            let Self { key, records, seats, .. } = &mut *self;
            let hash_of = |it: &Slot| key.hash_session(records.get(*it).session());
            seats.remove(key.hash_session(session), |it| *it == slot, hash_of);
            let record = self.records.get_mut(slot);
            // The next one takes its place.
            let next = self.besides.devices(record).nth(1);
            record.set_first(next);
            if let Some(Device { session, .. }) = next {
                self.besides.change(record, |beside| beside.devices.remove(0));
                self.forget_other(session);
                self.seat(slot, session);
            }
        } else {
            let is_other = |other: &mut Device| other.session != session;
            self.besides.change(record, |beside| beside.devices.retain(is_other));
            self.forget_other(session);
        }
        self.count_sessions(slot, Sum::add);
        let offline = !self.get(slot).is_online();
        if offline {
            self.online -= 1;
            self.clear_marks(slot);
        }
        (device, offline)
    }

    pub(super) fn set_admin(&mut self, slot: Slot, on: bool) -> bool {
        let join = self.get(slot).join;
        let changed = if on { self.admins.insert(join) } else { self.admins.remove(&join) };
        match (changed, on) {
            (true, true) => self.sum.add(&Fact::Admin { join }),
            (true, false) => self.sum.subtract(&Fact::Admin { join }),
            (false, _) => {}
        }
        changed
    }

    fn forget_other(&mut self, session: SessionId) {
        self.others.remove(&session);
        shrink(&mut self.others);
    }

    /// Names a member by their first session.
    fn seat(&mut self, slot: Slot, session: SessionId) {
        let Self { key, records, seats, .. } = self;
        let first = |slot: &Slot| records.get(*slot).session();
        let is_it = |it: &Slot| first(it) == session;
        let new =
            seats.insert(key.hash_session(session), slot, is_it, |it| key.hash_session(first(it)));
        assert!(new, "a session is in one place only");
    }

    /// Counts the fact of a member's sessions, if there are any.
    fn count_sessions(&mut self, slot: Slot, count: fn(&mut Sum, &Fact<'_>)) {
        let record = self.records.get(slot);
        let (join, first) = (record.join, record.first());
        if !record.more {
            // The usual case, without a list being made.
            if first.is_some() {
                count(&mut self.sum, &Fact::Sessions { join, devices: first.as_slice() });
            }
            return;
        }
        let devices: SmallVec<[Device; 4]> = self.besides.devices(record).collect();
        if !devices.is_empty() {
            count(&mut self.sum, &Fact::Sessions { join, devices: &devices });
        }
    }
}

/// Connections that were lost.
impl People {
    /// Lets a session be lost until then; false if it is lost already.
    pub(super) fn lose(&mut self, session: SessionId, until: Timestamp) -> bool {
        if self.lost.get(&session).is_some() {
            return false;
        }
        let turn = self.lost.set(session, until);
        self.sum.add(&Fact::Lost { session, turn });
        true
    }

    /// Lets a session be lost no more.
    pub(super) fn revive(&mut self, session: SessionId) {
        if let Some(turn) = self.lost.remove(&session) {
            self.sum.subtract(&Fact::Lost { session, turn });
        }
    }

    /// Takes the loss that is over first, if one is at `now`.
    pub(super) fn end_loss(&mut self, now: Timestamp) -> Option<SessionId> {
        let (session, turn) = self.lost.pop_due(now)?;
        self.sum.subtract(&Fact::Lost { session, turn });
        Some(session)
    }

    /// Puts saved deadlines in place of the present ones, which are empty.
    pub(super) fn restore_deadlines(&mut self, lost: Deadlines<SessionId>, always: Deadlines<u64>) {
        self.lost = lost;
        if let Some(marking) = &mut self.marking {
            marking.always = always;
        }
        self.count_deadlines(Sum::add);
    }

    pub(super) fn shift(&mut self, shift: Shift) {
        self.count_deadlines(Sum::subtract);
        self.lost.shift(shift);
        if let Some(marking) = &mut self.marking {
            marking.always.shift(shift);
        }
        self.count_deadlines(Sum::add);
    }

    fn count_deadlines(&mut self, count: fn(&mut Sum, &Fact<'_>)) {
        for (&session, turn) in self.lost.iter() {
            count(&mut self.sum, &Fact::Lost { session, turn });
        }
        for (&join, turn) in self.marking.iter().flat_map(|marking| marking.always.iter()) {
            count(&mut self.sum, &Fact::Always { join, turn });
        }
    }
}
