//! A group as plain data, and back.
//!
//! Restoring is invisible: the restored group and the one it was taken from answer every further
//! script alike. A snapshot may come from anywhere, so everything in it is checked.

#![expect(clippy::indexing_slicing, reason = "a priority has a place of its own in both")]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    attributes, audit, bounds,
    config::GroupConfig,
    corrupt::Corrupt,
    filter::{Filter, SavedTrails, Trails},
    folds,
    hash::{HashKey, stable_hash},
    house,
    id::{Epoch, FilterId, Fingerprint, GroupId, MessageId},
    log,
    message::{Message, PerPriority},
    modes, mutes, profile, receipts, review, roster,
    scheduler::{self, Waits},
    stats::Flow,
    strikes, tally,
    time::Timestamp,
    tips,
};

use super::{
    Group,
    filters::Filters,
    outbox::{BEHAVIOUR, Outbox},
    parts::{House, Lazy, Talk},
    speak::Pending,
};

/// A whole group as plain data, un-polled outputs included. It stays valid while
/// [`Snapshot::behaviour`] is one that the crate knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    behaviour: u32,
    state: State,
    roster: roster::Saved,
    refused: BTreeMap<u16, u64>,
    outbox: Outbox,
}

/// What the digest covers, but for the roster, which keeps a sum of its own.
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
struct State {
    id: GroupId,
    config: GroupConfig,
    clock: Timestamp,
    disbanded: bool,
    profile: profile::Saved,
    attributes: attributes::SavedAttributes,
    counters: attributes::SavedCounters,
    mutes: mutes::Saved,
    shadows: mutes::Saved,
    bans: mutes::Saved,
    print_bans: mutes::Saved<Fingerprint>,
    sweeping: VecDeque<Fingerprint>,
    strikes: strikes::Saved,
    modes: modes::Saved,
    memory: house::Saved,
    filter: Option<FilterId>,
    trails: SavedTrails,
    review: review::Saved<Pending>,
    scheduler: scheduler::Saved<Pending>,
    folds: folds::Saved<Pending>,
    tips: tips::Saved,
    tally: tally::Saved,
    audit: audit::Chain,
    log: log::Saved,
    receipts: receipts::Saved,
    accepted: u64,
    flow: PerPriority<Flow>,
}

impl State {
    /// Whether nothing was said in it yet.
    fn is_silent(&self) -> bool {
        self.scheduler.is_new()
            && self.folds.is_new()
            && self.tips == tips::Saved::default()
            && self.receipts == receipts::Saved::default()
            && self.flow == PerPriority::default()
    }
}

/// Why a snapshot is no group.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was made by a version of the behaviour that this crate does not know.
    #[error("the snapshot is of behaviour {found}, this crate knows {BEHAVIOUR}")]
    Behaviour {
        /// The version it names.
        found: u32,
    },
    /// The filter in force is not among those given.
    #[error("filter {filter} is in force in the snapshot; give it to `restore`")]
    UnknownFilter {
        /// Which.
        filter: FilterId,
    },
    /// It does not hold together: it is damaged, or was never a snapshot.
    #[error("the snapshot does not hold together: {what}")]
    Corrupt {
        /// What is wrong with it.
        what: &'static str,
    },
}

impl From<Corrupt> for RestoreError {
    fn from(Corrupt(what): Corrupt) -> Self {
        Self::Corrupt { what }
    }
}

impl Snapshot {
    /// The version of the behaviour that made it.
    pub fn behaviour(&self) -> u32 {
        self.behaviour
    }

    /// The group's id.
    pub fn id(&self) -> &GroupId {
        &self.state.id
    }

    /// Of which epoch its history is.
    pub fn epoch(&self) -> Epoch {
        self.state.log.epoch()
    }

    /// The filter in force, which [`Group::restore`] has to be given.
    pub fn filter(&self) -> Option<FilterId> {
        self.state.filter
    }
}

impl Group {
    /// The whole group as plain data, un-polled outputs included, filters by their ids.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            behaviour: BEHAVIOUR,
            state: self.state(),
            roster: self.roster.save(),
            refused: self.house.refused.clone(),
            outbox: self.outbox.clone(),
        }
    }

    /// A number that equal states share, in every process and whatever the hash key. Outputs not yet
    /// polled, and counts of refusals, are left out.
    pub fn digest(&self) -> u64 {
        stable_hash(&self.state()) ^ self.roster.digest()
    }

    fn state(&self) -> State {
        State {
            id: self.id.clone(),
            config: self.config.clone(),
            clock: self.clock,
            disbanded: self.house.disbanded,
            profile: self.profile.save(),
            attributes: self.house.attributes.save(),
            counters: self.house.counters.save(),
            mutes: self.house.mutes.save(),
            shadows: self.house.shadows.save(),
            bans: self.house.bans.save(),
            print_bans: self.house.print_bans.save(),
            sweeping: self.house.sweeping.clone(),
            strikes: self.house.strikes.save(),
            modes: self.house.modes.save(),
            memory: self.house.memory.save(),
            filter: self.house.filters.id_in_force(),
            trails: self.house.trails.save(),
            review: self.house.review.save(),
            scheduler: self.talk.scheduler.save(),
            folds: self.talk.folds.save(),
            tips: self.talk.tips.save(),
            tally: self.house.tally.save(),
            audit: self.house.audit.clone(),
            log: self.log.save(),
            receipts: self.talk.receipts.save(),
            accepted: self.talk.account.accepted(),
            flow: self.talk.account.flow(),
        }
    }

    /// A group from a snapshot. It keeps the epoch, unless a host that may have lost the end of the
    /// history begins a new one.
    ///
    /// The sessions are those of then: a host in which none of them lives on says so with
    /// [`Command::DetachAll`](crate::Command::DetachAll).
    ///
    /// `filters` are installed, the one in force among them; `key` is random and secret, and need not
    /// be the one from before.
    ///
    /// # Errors
    /// [`RestoreError`] says what is wrong with the snapshot, or which filter is lacking.
    pub fn restore(
        snapshot: Snapshot,
        filters: &[Arc<Filter>],
        key: HashKey,
        new_epoch: Option<Epoch>,
    ) -> Result<Self, RestoreError> {
        let Snapshot { behaviour, state, roster, refused, outbox } = snapshot;
        if behaviour != BEHAVIOUR {
            return Err(RestoreError::Behaviour { found: behaviour });
        }
        let traffic = &state.config.settings().traffic;
        let in_order = state.config.settings().asking.in_order;
        // What is in force from the start is no spare, which later ones would push out.
        let mut installed = Filters::new(state.filter);
        for filter in filters {
            installed.install(filter.clone());
        }
        if let Some(filter) = state.filter.filter(|id| !installed.knows(*id)) {
            return Err(RestoreError::UnknownFilter { filter });
        }
        let limits = state.config.settings().filtering.trails.as_ref();
        let silent = state.is_silent();
        let talk = Talk {
            scheduler: scheduler::Scheduler::restore(state.clock, state.scheduler, traffic, key)?,
            receipts: receipts::Receipts::restore(state.clock, state.receipts, key)?,
            folds: folds::Folds::restore(state.clock, state.folds, key)?,
            tips: tips::Tips::restore(state.tips)?,
            account: state.flow.into(),
            pending: 0,
        };
        let house = House {
            disbanded: state.disbanded,
            attributes: attributes::Attributes::restore(state.attributes)?,
            counters: attributes::Counters::restore(state.counters)?,
            mutes: mutes::Mutes::restore(state.mutes, key)?,
            shadows: mutes::Mutes::restore(state.shadows, key)?,
            bans: mutes::Mutes::restore(state.bans, key)?,
            print_bans: mutes::Mutes::restore(state.print_bans, key)?,
            sweeping: state.sweeping,
            strikes: strikes::Strikes::restore(state.strikes, key)?,
            modes: modes::Modes::restore(state.modes)?,
            memory: house::Memory::restore(state.memory, state.clock)?,
            filters: installed,
            trails: Trails::restore(state.trails, state.clock, limits)?,
            review: review::Review::restore(state.review, in_order)?,
            tally: tally::Tally::restore(state.tally)?,
            audit: state.audit.restore()?,
            refused,
        };
        let mut group = Self {
            log: log::Log::restore(&state.id, state.log)?,
            id: state.id,
            config: state.config,
            clock: state.clock,
            roster: roster::Roster::restore(roster, key)?,
            profile: profile::GroupProfile::restore(state.profile)?,
            talk: if silent { Lazy::NONE } else { talk.into() },
            house: house.into(),
            outbox,
        };
        group.check(state.accepted)?;
        let pending = group.weigh_pending();
        if let Some(talk) = group.talk.there() {
            talk.pending = pending;
        }
        group.house.rest(House::is_new);
        if let Some(epoch) = new_epoch {
            group.log.new_epoch(epoch);
        }
        Ok(group)
    }

    /// What the messages take that are on their way, found again.
    fn weigh_pending(&self) -> usize {
        let lanes = self.talk.scheduler.iter().map(|waits| waits.payload.message.bytes());
        let folds = self.talk.folds.iter().map(|(other, _)| other.message.bytes());
        let held = self.house.review.iter().map(|(_, held)| held.payload.message.bytes());
        lanes.sum::<usize>() + folds.sum::<usize>() + held.sum::<usize>()
    }

    /// Checks what the mechanisms must agree on, and with the number of `all` messages accepted.
    fn check(&self, all: u64) -> Result<(), Corrupt> {
        if self.clock > Timestamp::LATEST {
            return Err(Corrupt("a clock past the latest time"));
        }
        let mut ids = BTreeSet::new();
        let mut waiting = PerPriority::<u64>::default();
        for Waits { id, priority, user, payload, .. } in self.talk.scheduler.iter() {
            let Message { id: own, priority: named, sender, .. } = &*payload.message;
            if (id, priority, user) != (*own, *named, sender.user.as_ref()) || !ids.insert(id) {
                return Err(Corrupt("a message that waits as another"));
            }
            waiting[priority] += 1;
        }
        self.check_folds(&mut ids, &mut waiting)?;
        let mut held = PerPriority::<u64>::default();
        for (_, question) in self.house.review.iter() {
            let Message { id, priority, sender, .. } = &*question.payload.message;
            if (&question.author, question.message) != (&sender.user, *id) || !ids.insert(*id) {
                return Err(Corrupt("a message that is held as another"));
            }
            held[*priority] += 1;
        }
        if ids.last().is_some_and(|last| last.0 > all) || ids.contains(&MessageId(0)) {
            return Err(Corrupt("a message on its way that was never accepted"));
        }
        let mut accepted = 0_u64;
        for (at, flow) in self.talk.account.flow().0.iter().enumerate() {
            if flow.waiting != waiting.0[at] || flow.held != held.0[at] {
                return Err(Corrupt("the account of messages that wait or are held"));
            }
            if !flow.balances() {
                return Err(Corrupt("an account of messages that does not balance"));
            }
            accepted = accepted.saturating_add(flow.accepted);
        }
        if accepted != all || !self.talk.receipts.fits(all) {
            return Err(Corrupt("the number of messages accepted"));
        }
        let refused =
            self.house.refused.values().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let counts = [Some(all), Some(self.outbox.record().0), refused];
        if counts.iter().any(|count| count.is_none_or(|count| count >= bounds::COUNTED)) {
            return Err(Corrupt("more messages or records than can be counted"));
        }
        let reserved = self.check_reserved(self.config.settings());
        reserved.map_err(|_| Corrupt("more held than room for outputs is reserved for"))?;
        if self.house.sweeping.len() > bounds::SWEEPING {
            return Err(Corrupt("more fingerprints to remove than were ever banned"));
        }
        if self.outbox.len() as u64 > u64::from(self.config.settings().limits.outputs) {
            return Err(Corrupt("more outputs than may wait"));
        }
        let quiet = !self.house.disbanded
            || (self.talk.scheduler.len() == 0
                && self.talk.folds.reach() == 0
                && self.house.review.len() == 0);
        if quiet { Ok(()) } else { Err(Corrupt("a disbanded group with messages on their way")) }
    }
}
