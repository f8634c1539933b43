//! Many groups by key: their places, their timers, who has something to say, and the budget.
//!
//! Invariants: a key whose generation has passed finds nothing; a group is in `ready` at most once;
//! idle groups are in no queue; a lost session is detached, if not at once then when there is room.

use std::collections::{HashMap, VecDeque};

use crate::{
    command::{Command, Receipt},
    group::Group,
    id::{GroupId, GroupKey, HashKey},
    output::Output,
    refusal::Refusal,
    role::Author,
    time::Timestamp,
    timers::Timers,
};

use super::PushError;

/// Groups of one app, on one thread.
#[derive(Debug)]
pub(crate) struct Shelf {
    places: Vec<Place>,
    free: Vec<u32>,
    keys: HashMap<GroupId, GroupKey, HashKey>,
    timers: Timers,
    ready: VecDeque<u32>,
    bytes: usize,
    budget: usize,
}

#[derive(Debug, Default)]
struct Place {
    generation: u32,
    group: Option<Box<Group>>,
    /// What the group was last known to hold.
    bytes: usize,
    ready: bool,
    /// Sessions that were lost, and when, while the group had no room to say so.
    lost: VecDeque<(Timestamp, Author)>,
}

impl Shelf {
    pub(crate) fn new(key: HashKey, budget: usize) -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            keys: HashMap::with_hasher(key),
            timers: Timers::default(),
            ready: VecDeque::new(),
            bytes: 0,
            budget,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Roughly the bytes that all groups hold.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn find(&self, id: &GroupId) -> Option<GroupKey> {
        self.keys.get(id).copied()
    }

    /// Whether another command may be taken in: the budget is looked at before a group sees it.
    pub(crate) fn check_budget(&self) -> Result<(), PushError> {
        let (held, budget) = (self.bytes, self.budget);
        if held > budget { Err(PushError::OverBudget { held, budget }) } else { Ok(()) }
    }

    /// Takes a group in; its id must be new.
    pub(crate) fn insert(&mut self, group: Group) -> Result<GroupKey, PushError> {
        if self.keys.contains_key(group.id()) {
            return Err(PushError::GroupExists);
        }
        let index = self.free.pop().map_or_else(|| self.add_place(), Ok)?;
        let place = &mut self.places[index as usize];
        let key = GroupKey { index, generation: place.generation };
        self.keys.insert(group.id().clone(), key);
        place.group = Some(Box::new(group));
        self.touched(index);
        Ok(key)
    }

    /// Takes a group out. Outputs that were not polled go with it.
    pub(crate) fn remove(&mut self, key: GroupKey) -> Option<Group> {
        let place = self.place_mut(key)?;
        let group = place.group.take()?;
        let bytes = std::mem::take(&mut place.bytes);
        place.lost = VecDeque::new();
        // A place whose generations are used up stays empty, so that no key is ever given twice.
        let reusable = place.generation.checked_add(1);
        place.generation = reusable.unwrap_or(u32::MAX);
        self.bytes -= bytes;
        self.keys.remove(group.id());
        self.timers.set(key.index, None);
        if reusable.is_some() {
            self.free.push(key.index);
        }
        Some(*group)
    }

    pub(crate) fn get(&self, key: GroupKey) -> Option<&Group> {
        let place = self.places.get(key.index as usize)?;
        place.group.as_deref().filter(|_| place.generation == key.generation)
    }

    /// Does something with a group, and notes what it left to do.
    pub(crate) fn with<R>(
        &mut self,
        key: GroupKey,
        act: impl FnOnce(&mut Group) -> R,
    ) -> Result<R, PushError> {
        let place = self.place_mut(key).and_then(|place| place.group.as_deref_mut());
        let result = act(place.ok_or(PushError::NoSuchGroup)?);
        self.touched(key.index);
        Ok(result)
    }

    pub(crate) fn push(
        &mut self,
        now: Timestamp,
        key: GroupKey,
        by: Author,
        command: Command,
    ) -> Result<Receipt, PushError> {
        // A command that frees memory must get through when there is none.
        if !command.frees() {
            self.check_budget()?;
        }
        Ok(self.with(key, |group| group.push(now, by, command))??)
    }

    /// Detaches a lost session. Nobody would ask again, so a group that takes no commands until it is
    /// polled is told then.
    pub(crate) fn detach(&mut self, now: Timestamp, key: GroupKey, session: Author) {
        let answer = self.push(now, key, session.clone(), Command::Detach);
        if is_undrained(&answer)
            && let Some(place) = self.place_mut(key)
        {
            place.lost.push_back((now, session));
        }
    }

    /// Detaches sessions that were lost while the group had no room, as far as it has now.
    fn detach_lost(&mut self, key: GroupKey) {
        let next = |shelf: &mut Self| shelf.place_mut(key)?.lost.pop_front();
        while let Some((at, session)) = next(self) {
            let answer = self.push(at, key, session.clone(), Command::Detach);
            if is_undrained(&answer) {
                if let Some(place) = self.place_mut(key) {
                    place.lost.push_front((at, session));
                }
                return;
            }
        }
    }

    /// Advances every group that has something due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while let Some(index) = self.timers.pop_due(now) {
            let place = &mut self.places[index as usize];
            if let Some(group) = &mut place.group {
                group.advance(now);
                // A group that could not settle for want of room is asked again once it is polled.
                let stuck = group.poll_timeout().is_some_and(|due| due.at <= now);
                self.touched(index);
                if stuck {
                    self.timers.set(index, None);
                }
            }
        }
    }

    /// When some group wants to be advanced.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// Whether any group has something to say.
    pub(crate) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The next output of any group. Groups take turns: one output each.
    pub(crate) fn poll(&mut self) -> Option<(GroupKey, Output)> {
        while let Some(index) = self.ready.pop_front() {
            let place = &mut self.places[index as usize];
            place.ready = false;
            let key = GroupKey { index, generation: place.generation };
            if let Some(output) = place.group.as_deref_mut().and_then(Group::poll) {
                self.touched(index);
                self.detach_lost(key);
                return Some((key, output));
            }
        }
        None
    }

    /// Every group, in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (GroupKey, &Group)> {
        self.places.iter().zip(0_u32..).filter_map(|(place, index)| {
            let key = GroupKey { index, generation: place.generation };
            place.group.as_deref().map(|group| (key, group))
        })
    }

    fn add_place(&mut self) -> Result<u32, PushError> {
        let index = u32::try_from(self.places.len()).map_err(|_| PushError::TooManyGroups)?;
        self.places.push(Place::default());
        Ok(index)
    }

    fn place_mut(&mut self, key: GroupKey) -> Option<&mut Place> {
        let place = self.places.get_mut(key.index as usize)?;
        (place.generation == key.generation).then_some(place)
    }

    /// Brings queue, timer and budget up to date with a group that was just used.
    fn touched(&mut self, index: u32) {
        let place = &mut self.places[index as usize];
        let Some(group) = &place.group else { return };
        let bytes = group.heap_bytes();
        self.bytes = self.bytes - place.bytes + bytes;
        place.bytes = bytes;
        self.timers.set(index, group.poll_timeout().map(|due| due.at));
        if group.has_output() && !place.ready {
            place.ready = true;
            self.ready.push_back(index);
        }
    }
}

fn is_undrained(answer: &Result<Receipt, PushError>) -> bool {
    matches!(answer, Err(PushError::Refused(Refusal::Undrained { .. })))
}

/// Whether a session is out of a group that answered so when it quit or was detached: it left, or
/// had been taken out already, or there is nothing to be in any more.
pub(crate) fn is_out(answer: &Result<Receipt, PushError>) -> bool {
    use Refusal::{Disbanded, UnknownSession};
    matches!(
        answer,
        Ok(_) | Err(PushError::NoSuchGroup | PushError::Refused(Disbanded | UnknownSession { .. }))
    )
}
