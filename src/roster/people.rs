//! The members of a group: their records, found by user and by the order of their joins.
//!
//! Invariants: every record is in `users` and in `order`; `admins` and `lost` name members only;
//! who has a session, or the mark of being always online, is online, and only they have marks;
//! `online` counts them; that mark and its end are there together, and `marking` while there are
//! marks; `sum` is the sum of the facts about all of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::size_of,
    sync::Arc,
};

use smallvec::SmallVec;

use super::{
    facts::{Fact, Sum},
    index::{Arena, Index, Slot},
    marks::{Kinds, Marking, Marks},
};
use crate::{
    command::{Command, Device},
    deadlines::Deadlines,
    id::{HashKey, SessionId, UserId},
    refusal::Refusal,
    role::Profile,
    time::{Shift, Timestamp},
};

/// What is kept of one member: 88 bytes, the only session inline.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The number of their join, higher than that of all who joined before.
    pub(super) join: u64,
    pub(super) user: UserId,
    pub(super) profile: Arc<Profile>,
    pub(super) card: Option<Arc<str>>,
    pub(super) joined: Timestamp,
    /// In the order in which they came.
    pub(super) devices: SmallVec<[Device; 1]>,
    pub(super) marks: Marks,
}

#[derive(Clone, Debug)]
pub(super) struct People {
    key: HashKey,
    records: Arena<Record>,
    users: Index<Named>,
    order: BTreeMap<u64, Slot>,
    admins: BTreeSet<u64>,
    pub(super) lost: Deadlines<SessionId>,
    marking: Option<Box<Marking>>,
    online: u64,
    sum: Sum,
    /// The bytes of ids, profiles and name cards.
    text: usize,
}

/// A member in the index of users. Half of the hash stands beside the place, so that a table grows
/// without reading records.
#[derive(Clone, Copy, Debug)]
struct Named {
    hash: u32,
    slot: Slot,
}

impl Named {
    /// The whole hash again, with all its parts: [`Index`] looks at the lowest and the highest bits.
    fn spread(self) -> u64 {
        spread(self.hash)
    }
}

fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Record {
    /// Whether they have a session, or are online without one.
    pub(super) fn is_online(&self) -> bool {
        !self.devices.is_empty() || self.marks.always_online()
    }

    fn fact(&self) -> Fact<'_> {
        let Self { join, user, profile, card, joined, .. } = self;
        Fact::Member { join: *join, user, profile, card: card.as_ref(), joined: *joined }
    }

    fn sessions_fact(&self) -> Fact<'_> {
        Fact::Sessions { join: self.join, devices: &self.devices }
    }

    /// The bytes of its texts, with the counts beside each shared one.
    fn text(&self) -> usize {
        let Profile { nick, avatar } = &*self.profile;
        let card = self.card.as_ref().map_or(0, |card| card.len() + 16);
        self.user.heap_bytes() + nick.len() + avatar.len() + size_of::<Profile>() + 64 + card
    }
}

impl People {
    pub(super) fn new(key: HashKey) -> Self {
        Self {
            key,
            records: Arena::new(),
            users: Index::new(),
            order: BTreeMap::new(),
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
        let hash = self.hash(user);
        let is_it = |named: &Named| named.hash == hash && self.get(named.slot).user == *user;
        self.users.find(spread(hash), is_it).map(|named| named.slot)
    }

    /// Those who joined with the number `from` or after, in order.
    pub(super) fn since(&self, from: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.order.range(from..).map(|(_, &slot)| self.get(slot))
    }

    /// The same, less those who are hidden: at most 1,000, so that passing over them costs little.
    pub(super) fn shown(&self, from: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.since(from).filter(|record| !record.marks.hidden())
    }

    pub(super) fn admins(&self) -> &BTreeSet<u64> {
        &self.admins
    }

    pub(super) fn by_join(&self, join: u64) -> Option<&Record> {
        self.order.get(&join).map(|&slot| self.get(slot))
    }

    pub(super) fn marks(&self, record: &Record) -> impl Iterator<Item = u32> + use<> {
        let numbers = |marking: &Marking| marking.kinds.numbers(record.marks);
        self.marking.as_deref().map(numbers).unwrap_or_default().into_iter()
    }

    /// Those who have a mark, in the order in which they joined.
    pub(super) fn marked(&self, mark: u32) -> impl Iterator<Item = &Record> {
        let marking = self.marking.as_deref().into_iter();
        let joins = marking.flat_map(move |marking| marking.kinds.holders(mark));
        joins.filter_map(|join| self.by_join(join))
    }

    pub(super) fn enter(&mut self, record: Record) -> Slot {
        let hash = self.hash(&record.user);
        self.sum.add(&record.fact());
        self.sum.add(&record.sessions_fact());
        self.online += u64::from(record.is_online());
        self.text += record.text();
        let join = record.join;
        let slot = self.records.insert(record);
        self.users.insert(spread(hash), Named { hash, slot }, |named| named.spread());
        self.order.insert(join, slot);
        slot
    }

    /// Forgets a member, with everything that names them.
    pub(super) fn leave(&mut self, slot: Slot) -> Record {
        self.online -= u64::from(self.get(slot).is_online());
        self.clear_marks(slot);
        self.set_admin(slot, false);
        let record = self.records.remove(slot);
        for device in &record.devices {
            self.revive(device.session);
        }
        let hash = self.hash(&record.user);
        self.users.remove(spread(hash), |named| named.slot == slot);
        self.order.remove(&record.join);
        self.text -= record.text();
        self.sum.subtract(&record.sessions_fact());
        self.sum.subtract(&record.fact());
        record
    }

    /// Changes what is kept of a member beside sessions and marks.
    pub(super) fn change(&mut self, slot: Slot, change: impl FnOnce(&mut Record)) {
        let record = self.records.get_mut(slot);
        self.sum.subtract(&record.fact());
        self.text -= record.text();
        change(record);
        self.text += record.text();
        self.sum.add(&record.fact());
    }

    /// Adds a session; true if the member was offline before.
    pub(super) fn sit(&mut self, slot: Slot, device: Device) -> bool {
        let record = self.records.get_mut(slot);
        let came_online = !record.is_online();
        self.sum.subtract(&record.sessions_fact());
        record.devices.push(device);
        self.sum.add(&record.sessions_fact());
        self.online += u64::from(came_online);
        came_online
    }

    /// Removes a session; true if the member is offline now.
    pub(super) fn rise(&mut self, slot: Slot, session: SessionId) -> (Device, bool) {
        self.revive(session);
        let record = self.records.get_mut(slot);
        self.sum.subtract(&record.sessions_fact());
        let place = record.devices.iter().position(|device| device.session == session);
        let device = record.devices.remove(place.expect("the table of sessions names the member"));
        self.sum.add(&record.sessions_fact());
        let offline = !record.is_online();
        if offline {
            self.online -= 1;
            self.clear_marks(slot);
        }
        (device, offline)
    }

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

    /// Whether every one of `slots`, each named once, could have every one of `marks`.
    pub(super) fn check_marks(&self, marks: &[u32], slots: &[Slot]) -> Result<(), Refusal> {
        let holders: SmallVec<[Marks; 1]> =
            slots.iter().map(|&slot| self.get(slot).marks).collect();
        match &self.marking {
            Some(marking) => marking.kinds.check(marks, &holders),
            None => Kinds::default().check(marks, &holders),
        }
    }

    /// Gives a mark to a member, or takes it; false if nothing changed. Whoever goes offline with it
    /// loses the others, too.
    pub(super) fn mark(&mut self, slot: Slot, mark: u32, on: bool) -> bool {
        if on {
            return self.give_mark(slot, mark);
        }
        let taken = self.take_mark(slot, mark);
        if taken && !self.get(slot).is_online() {
            self.online -= 1;
            self.clear_marks(slot);
        }
        taken
    }

    fn give_mark(&mut self, slot: Slot, mark: u32) -> bool {
        let key = self.key;
        let marking = self.marking.get_or_insert_with(|| Box::new(Marking::new(key)));
        let record = self.records.get_mut(slot);
        let was_online = record.is_online();
        let given = marking.kinds.add(&mut record.marks, mark, record.join);
        if given {
            self.sum.add(&Fact::Marked { join: record.join, mark });
            self.online += u64::from(!was_online && record.is_online());
        }
        given
    }

    fn take_mark(&mut self, slot: Slot, mark: u32) -> bool {
        let Some(marking) = &mut self.marking else { return false };
        let record = self.records.get_mut(slot);
        let join = record.join;
        if !marking.kinds.remove(&mut record.marks, mark, join) {
            return false;
        }
        self.sum.subtract(&Fact::Marked { join, mark });
        if mark == Command::ALWAYS_ONLINE
            && let Some(turn) = marking.always.remove(&join)
        {
            self.sum.subtract(&Fact::Always { join, turn });
        }
        self.marking.take_if(|marking| marking.kinds.is_empty());
        true
    }

    /// Lets a member who has the mark be always online until then.
    pub(super) fn keep_online(&mut self, slot: Slot, until: Timestamp) {
        let join = self.get(slot).join;
        let Some(marking) = &mut self.marking else { return };
        if let Some(turn) = marking.always.get(&join) {
            self.sum.subtract(&Fact::Always { join, turn });
        }
        let turn = marking.always.set(join, until);
        self.sum.add(&Fact::Always { join, turn });
    }

    /// Until when members are always online, by the numbers of their joins.
    pub(super) fn always(&self) -> Option<&Deadlines<u64>> {
        self.marking.as_ref().map(|marking| &marking.always)
    }

    /// The first who is always online no longer, if that is at `now`; they lose the mark.
    pub(super) fn end_always(&mut self, now: Timestamp) -> Option<Slot> {
        let (join, _) = self.always()?.iter().next().filter(|(_, turn)| turn.until <= now)?;
        let slot = *self.order.get(join)?;
        self.mark(slot, Command::ALWAYS_ONLINE, false);
        Some(slot)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        let order = self.order.len() * size_of::<(u64, Slot)>() * 3 / 2;
        size_of::<Self>()
            + self.records.heap_bytes()
            + self.users.heap_bytes()
            + order
            + self.lost.heap_bytes()
            + self.marking.as_ref().map_or(0, |marking| size_of::<Marking>() + marking.heap_bytes())
            + self.text
    }

    fn clear_marks(&mut self, slot: Slot) {
        for mark in self.marks(self.get(slot)) {
            self.take_mark(slot, mark);
        }
    }

    fn count_deadlines(&mut self, count: fn(&mut Sum, &Fact<'_>)) {
        for (&session, turn) in self.lost.iter() {
            count(&mut self.sum, &Fact::Lost { session, turn });
        }
        for (&join, turn) in self.marking.iter().flat_map(|marking| marking.always.iter()) {
            count(&mut self.sum, &Fact::Always { join, turn });
        }
    }

    fn hash(&self, user: &UserId) -> u32 {
        // The upper half, which is as good as any.
        u32::try_from(self.key.hash_one(user) >> 32).unwrap_or_default()
    }
}
