//! Many groups by key: their places, their timers, who has something to say, and the budget.
//!
//! Invariants: `ids` names exactly the places with a group that kept its id; a key whose generation has passed finds
//! nothing; a group is in `ready` at most once; idle groups are in no queue; a group does not go past
//! the time of a loss that waits for it; `bytes` is the sum of what the places say that their groups hold.

#![expect(
    clippy::indexing_slicing,
    reason = "an index is of a place that was made, and places are never fewer"
)]

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use crate::{
    command::{Command, Receipt},
    group::Group,
    hash::HashKey,
    id::{GroupId, GroupKey, SessionId, UserId},
    index::{Index, Pages},
    output::Output,
    refusal::Refusal,
    role::{Author, Profile},
    time::Timestamp,
    timers::Timers,
};

use super::PushError;

/// Groups of one app, on one thread.
#[derive(Debug)]
pub(crate) struct Shelf {
    key: HashKey,
    places: Pages<Place>,
    free: Vec<u32>,
    /// The places of groups by their ids, which are read there.
    ids: Index<u32>,
    /// How many groups gave up their ids.
    nameless: usize,
    timers: Timers,
    ready: VecDeque<u32>,
    /// Connections lost in groups whose outputs had no room to say so, in the order of the losses. At
    /// most as many as the group has sessions, and rare, so they stand beside the places.
    losses: BTreeMap<u32, VecDeque<Loss>>,
    bytes: usize,
    /// What is held beside the groups, and counts against the same budget.
    beside: usize,
    budget: usize,
}

#[derive(Debug, Default)]
struct Place {
    generation: u32,
    group: Option<Box<Group>>,
    /// What the group was last known to hold.
    bytes: usize,
    ready: bool,
    /// Whether its timer was stopped because its outputs have no room for what is due.
    stuck: bool,
}

/// A connection that was lost, of which its group has not heard.
#[derive(Debug)]
struct Loss {
    at: Timestamp,
    by: Author,
}

impl Shelf {
    pub(crate) fn new(key: HashKey, budget: usize) -> Self {
        Self {
            key,
            places: Pages::new(),
            free: Vec::new(),
            ids: Index::new(),
            nameless: 0,
            timers: Timers::default(),
            ready: VecDeque::new(),
            losses: BTreeMap::new(),
            bytes: 0,
            beside: 0,
            budget,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len() + self.nameless
    }

    /// Roughly the bytes that all groups hold, and their places here. Places of groups that went stay:
    /// they remember which keys were given.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
            + self.places.heap_bytes()
            + self.ids.heap_bytes()
            + self.timers.heap_bytes()
            + self.free.capacity() * size_of::<u32>()
            + self.ready.capacity() * size_of::<u32>()
            // Those that wait are counted with their groups.
            + self.losses.len() * size_of::<(u32, VecDeque<Loss>)>() * 3 / 2
    }

    pub(crate) fn find(&self, id: &GroupId) -> Option<GroupKey> {
        let index = *self
            .ids
            .find(self.key.hash_one(id), |index| id_at(&self.places, *index) == Some(id))?;
        Some(GroupKey { index, generation: self.places[index].generation })
    }

    /// Whether another command may be taken in: the budget is looked at before a group sees it.
    pub(crate) fn check_budget(&self) -> Result<(), PushError> {
        let (held, budget) = (self.bytes().saturating_add(self.beside), self.budget);
        if held > budget { Err(PushError::OverBudget { held, budget }) } else { Ok(()) }
    }

    /// So much is held beside the groups.
    pub(crate) fn set_beside(&mut self, bytes: usize) {
        self.beside = bytes;
    }

    /// Takes a group in; its id must be new.
    pub(crate) fn insert(&mut self, group: Group) -> Result<GroupKey, PushError> {
        if self.find(group.id()).is_some() {
            return Err(PushError::GroupExists);
        }
        let index = self.free.pop().map_or_else(|| self.add_place(), Ok)?;
        let hash = self.key.hash_one(group.id());
        self.places[index].group = Some(Box::new(group));
        let Self { key, places, ids, .. } = self;
        let hash_of = |index: &u32| id_at(places, *index).map_or(0, |id| key.hash_one(id));
        // It was looked for above, before a place was taken.
        ids.insert(hash, index, |_| false, hash_of);
        self.touched(index);
        Ok(GroupKey { index, generation: self.places[index].generation })
    }

    /// Takes a group out. Outputs that were not polled go with it.
    pub(crate) fn remove(&mut self, key: GroupKey) -> Option<Group> {
        let place = self.place_mut(key)?;
        let group = place.group.take()?;
        let bytes = std::mem::take(&mut place.bytes);
        // A place whose generations are used up stays empty, so that no key is ever given twice.
        let reusable = place.generation.checked_add(1);
        place.generation = reusable.unwrap_or(u32::MAX);
        self.bytes -= bytes;
        if !self.forget_id(self.key.hash_one(group.id()), key.index) {
            self.nameless -= 1;
        }
        self.timers.set(key.index, None);
        self.losses.remove(&key.index);
        if reusable.is_some() {
            self.free.push(key.index);
        }
        Some(*group)
    }

    /// Takes its id from a group that was disbanded. Returns whether it had one to give.
    pub(crate) fn release_id(&mut self, key: GroupKey) -> bool {
        let Some(group) = self.get(key).filter(|group| group.is_disbanded()) else { return false };
        let hash = self.key.hash_one(group.id());
        let released = self.forget_id(hash, key.index);
        self.nameless += usize::from(released);
        released
    }

    pub(crate) fn get(&self, key: GroupKey) -> Option<&Group> {
        let place = self.places.get(key.index)?;
        place.group.as_deref().filter(|_| place.generation == key.generation)
    }

    /// Whether a session is in a group, and its connection not known to be lost.
    pub(crate) fn is_connected(&self, key: GroupKey, session: SessionId) -> bool {
        self.get(key).is_some_and(|group| group.is_connected(session))
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
        let now = self.tell_losses(key.index).map_or(now, |at| at.min(now));
        Ok(self.with(key, |group| group.push(now, by, command))??)
    }

    /// Shows a member by this profile, if there is such a member and they are shown by another.
    pub(crate) fn show_as(
        &mut self,
        now: Timestamp,
        key: GroupKey,
        user: &UserId,
        profile: &Arc<Profile>,
    ) -> Result<(), PushError> {
        let Some(group) = self.get(key).filter(|group| !group.is_disbanded()) else {
            return Ok(());
        };
        if group.member(user).is_none_or(|member| member.profile() == profile) {
            return Ok(());
        }
        // In the user's name, because no session of theirs need be here yet.
        let by = Author::AppAs { user: user.clone(), profile: Profile::clone(profile) };
        self.push(now, key, by, Command::SetProfile { profile: profile.clone() }).map(drop)
    }

    /// A connection was lost: the group hears of it now, or as soon as its outputs have room for it.
    ///
    /// That moment does not matter. Until then the group goes no further than to `now` and takes no
    /// command, so the loss takes effect at `now`, and nothing happens to the group before it.
    pub(crate) fn lose(&mut self, now: Timestamp, key: GroupKey, by: Author) {
        let (Author::Session(session) | Author::Guest(session)) = by else { return };
        if self.is_connected(key, session) {
            self.losses.entry(key.index).or_default().push_back(Loss { at: now, by });
            self.tell_losses(key.index);
            self.touched(key.index);
        }
    }

    /// Tells a group of the connections it lost, as far as its outputs have room. Returns when the
    /// first was lost of which it could not be told.
    fn tell_losses(&mut self, index: u32) -> Option<Timestamp> {
        let losses = self.losses.get_mut(&index)?;
        let group = self.places[index].group.as_deref_mut()?;
        while let Some(Loss { at, by }) = losses.front() {
            let told = group.push(*at, by.clone(), Command::Detach);
            if matches!(told, Err(Refusal::Undrained { .. })) {
                return Some(*at);
            }
            // Any other refusal says that there is nothing to detach any more.
            losses.pop_front();
        }
        self.losses.remove(&index);
        None
    }

    /// Advances every group that has something due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.advance_some(now, usize::MAX);
    }

    /// Advances at most so many of them, those that have waited longest first. Returns how many.
    pub(crate) fn advance_some(&mut self, now: Timestamp, most: usize) -> usize {
        for count in 0..most {
            let Some(index) = self.timers.pop_due(now) else { return count };
            let until = self.tell_losses(index).map_or(now, |at| at.min(now));
            let place = &mut self.places[index];
            if let Some(group) = &mut place.group {
                group.advance(until);
                // A group that could not settle for want of room is asked again once it is polled.
                let stuck = group.poll_timeout().is_some_and(|due| due.at <= now);
                self.touched(index);
                if stuck {
                    self.timers.set(index, None);
                    self.places[index].stuck = true;
                }
            }
        }
        most
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
            let place = &mut self.places[index];
            place.ready = false;
            let key = GroupKey { index, generation: place.generation };
            let Some(group) = place.group.as_deref_mut() else { continue };
            let before = group.output_bytes();
            let Some(output) = group.poll() else { continue };
            let freed = before - group.output_bytes();
            place.bytes -= freed;
            self.bytes -= freed;
            if place.stuck || self.losses.contains_key(&index) {
                self.tell_losses(index);
                self.touched(index);
            } else if group.has_output() {
                // Polling changes nothing else: to look at all of the group would cost far more.
                place.ready = true;
                self.ready.push_back(index);
            }
            return Some((key, output));
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

    /// Lets a place be found by no id. Returns whether it was.
    fn forget_id(&mut self, hash: u64, index: u32) -> bool {
        let Self { key, places, ids, .. } = self;
        let hash_of = |index: &u32| id_at(places, *index).map_or(0, |id| key.hash_one(id));
        ids.remove(hash, |it| *it == index, hash_of).is_some()
    }

    fn add_place(&mut self) -> Result<u32, PushError> {
        let index = u32::try_from(self.places.len()).map_err(|_| PushError::TooManyGroups)?;
        self.places.push(Place::default());
        Ok(index)
    }

    fn place_mut(&mut self, key: GroupKey) -> Option<&mut Place> {
        let place = self.places.get_mut(key.index)?;
        (place.generation == key.generation).then_some(place)
    }

    /// Brings queue, timer and budget up to date with a group that was just used.
    fn touched(&mut self, index: u32) {
        let place = &mut self.places[index];
        let Some(group) = &place.group else { return };
        let losses = self.losses.get(&index).map_or(0, VecDeque::capacity);
        let bytes = size_of::<Group>() + group.heap_bytes() + losses * size_of::<Loss>();
        self.bytes = self.bytes - place.bytes + bytes;
        place.bytes = bytes;
        place.stuck = false;
        self.timers.set(index, group.poll_timeout().map(|due| due.at));
        if group.has_output() && !place.ready {
            place.ready = true;
            self.ready.push_back(index);
        }
    }
}

fn id_at(places: &Pages<Place>, index: u32) -> Option<&GroupId> {
    places[index].group.as_deref().map(Group::id)
}
