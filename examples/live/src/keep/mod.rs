//! What is kept on disk, so that a host that ends, in order or not, comes back as it was.
//!
//! Nothing leaves the host before what it follows from is kept: the fan-out thread drains what groups have to tell,
//! lets its [`Keeper`] commit the records among it, and tells the rest then; and whoever asked for something is
//! answered after [`House::kept`]. While the disk takes nothing, nothing more is taken in. Figures, such as how many
//! are online, are no answers: they tell of this very moment.
//!
//! Beside the groups stand things under names of their own ([`things`]), which are committed together with the records
//! that they belong to.

mod keeper;
mod recovery;
mod snapshots;
#[cfg(test)]
mod tests;
pub(crate) mod things;

use std::{
    collections::HashMap,
    mem,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use liveroom::{
    FilterId, HubKey, HubSource, Seq,
    filter::FilterSpec,
    store::{Durability, StoreError},
    tim::{Code, Failure},
};
use tokio::{sync::watch, time::timeout};
use tracing::{error, info};

pub(crate) use self::{
    keeper::Keeper,
    recovery::{Back, Found, GoesOn, Withheld},
};
use crate::{
    house::House,
    protocol::host::{Bye, Refused},
};

/// Where a host keeps its groups, and how.
#[derive(Clone, Debug)]
pub struct DataOptions {
    /// The folder.
    pub dir: PathBuf,
    /// What an answer waits for.
    pub durability: Durability,
    /// For how long back every moment of a group can be had again.
    pub keep: Duration,
}

impl DataOptions {
    /// Everything that is answered for is on disk, and no more is kept than it takes to come back.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), durability: Durability::Every, keep: Duration::ZERO }
    }
}

/// How long an answer waits for what it follows from. Past it, whether that counts is not known.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something to be kept beside the records.
#[derive(Debug)]
pub(crate) enum Change {
    Put(String, Vec<u8>),
    Remove(String),
    /// All whose names begin so.
    RemoveAll(String),
    /// A list that a group will be told to use.
    Filter(FilterId, Box<FilterSpec>),
    Begin(HubKey),
    Forget(HubKey),
}

/// The disk takes nothing now, and nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TakesNothing;

impl From<TakesNothing> for Refused {
    fn from(TakesNothing: TakesNothing) -> Self {
        Self::word("not_kept", "the host's disk takes nothing at the moment, and nothing was done")
    }
}

impl From<TakesNothing> for Failure {
    fn from(TakesNothing: TakesNothing) -> Self {
        let info = "the host's disk takes nothing at the moment, and nothing was done: try again";
        Self::new(Code::INTERNAL, info)
    }
}

/// What was done is not kept in time: whether it counts is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotKept {
    /// The disk took too long.
    Late,
    /// The host ended meanwhile.
    Ended,
}

impl From<NotKept> for Failure {
    fn from(why: NotKept) -> Self {
        let info = match why {
            NotKept::Late => {
                "the host's disk took too long: whether it was done is not known, so look, or ask again with the same mark"
            }
            NotKept::Ended => {
                "the host restarts: whether it was done is not known, so look in a moment, or ask again with the same mark"
            }
        };
        Self::new(Code::INTERNAL, info)
    }
}

impl From<NotKept> for Bye {
    fn from(why: NotKept) -> Self {
        match why {
            NotKept::Late => Self::NOT_KEPT,
            NotKept::Ended => Self::RESTART,
        }
    }
}

/// What everybody in the house sees of what is kept.
#[derive(Debug, Default)]
pub(crate) struct Keep(Option<Shared>);

#[derive(Debug, Default)]
struct Shared {
    changes: Mutex<Vec<Change>>,
    /// Drains that were begun.
    begun: AtomicU64,
    done: watch::Sender<Done>,
    failure: Mutex<Option<String>>,
    /// How far readers may read.
    tails: Mutex<HashMap<HubKey, Seq>>,
    figures: Mutex<Figures>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Done {
    /// The last drain of which everything is kept.
    round: u64,
    /// Whether nothing more will be.
    closed: bool,
}

/// What keeping came to: commits, records, tries that failed, and snapshots.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) commits: u64,
    pub(crate) records: u64,
    pub(crate) failures: u64,
    pub(crate) snapshots: u64,
}

impl Keep {
    pub(crate) fn on_disk() -> Self {
        Self(Some(Shared::default()))
    }

    /// Whether anything is kept.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Does something to a group, and says what belongs to it: both are kept, or neither.
    pub(crate) fn together<R>(&self, act: impl FnOnce(&mut Vec<Change>) -> R) -> R {
        match &self.0 {
            Some(shared) => act(&mut lock(&shared.changes)),
            None => act(&mut Vec::new()),
        }
    }

    /// Keeps something beside the groups.
    pub(crate) fn change(&self, change: impl FnOnce() -> Change) {
        self.change_all(|| [change()]);
    }

    /// The same of several things.
    pub(crate) fn change_all<C: IntoIterator<Item = Change>>(&self, changes: impl FnOnce() -> C) {
        if let Some(shared) = &self.0 {
            let changes = changes();
            lock(&shared.changes).extend(changes);
        }
    }

    /// Whether the disk takes anything; asked before something is done.
    ///
    /// # Errors
    /// It does not.
    pub(crate) fn takes(&self) -> Result<(), TakesNothing> {
        if self.failure().is_some() { Err(TakesNothing) } else { Ok(()) }
    }

    /// Why it does not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.0.as_ref().and_then(|shared| lock(&shared.failure).clone())
    }

    pub(crate) fn figures(&self) -> Option<Figures> {
        self.0.as_ref().map(|shared| *lock(&shared.figures))
    }

    fn count(&self, count: impl FnOnce(&mut Figures)) {
        if let Some(shared) = &self.0 {
            count(&mut lock(&shared.figures));
        }
    }

    /// Drains all that is to be kept, and takes what belongs to it.
    fn drain(&self, drain: impl FnOnce()) -> (u64, Vec<Change>) {
        let Some(shared) = &self.0 else { return (0, Vec::new()) };
        let round = shared.begun.fetch_add(1, SeqCst) + 1;
        let mut changes = lock(&shared.changes);
        drain();
        (round, mem::take(&mut changes))
    }

    /// Readers may read so far.
    fn reach(&self, tails: impl Iterator<Item = (HubKey, Seq)>) {
        if let Some(shared) = &self.0 {
            lock(&shared.tails).extend(tails);
        }
    }

    /// What was drained up to that round is kept.
    fn done(&self, round: u64) {
        let Some(shared) = &self.0 else { return };
        if lock(&shared.failure).take().is_some() {
            info!("everything is kept again");
        }
        shared.done.send_if_modified(|done| {
            let further = done.round < round;
            done.round = round.max(done.round);
            further
        });
    }

    /// Nothing is kept any more.
    pub(crate) fn close(&self) {
        if let Some(shared) = &self.0 {
            shared.done.send_modify(|done| done.closed = true);
        }
    }

    fn failed(&self, error: &StoreError) {
        let Some(shared) = &self.0 else { return };
        let why = error.to_string();
        let former = lock(&shared.failure).replace(why.clone());
        if former.as_ref() != Some(&why) {
            error!(why, "nothing more is kept, and nothing more is taken in until it is");
        }
        lock(&shared.figures).failures += 1;
    }

    fn forget(&self, key: HubKey) {
        if let Some(shared) = &self.0 {
            lock(&shared.tails).remove(&key);
        }
    }
}

impl House {
    /// A group as its readers may have it: up to what is kept.
    pub(crate) fn source(&self, key: HubKey) -> HubSource<'_> {
        let source = self.hub.source(key);
        self.kept_tail(key).map_or(source, |tail| source.until(tail))
    }

    /// How far that is; `None` where nothing is kept on disk, so that they may have all of it.
    pub(crate) fn kept_tail(&self, key: HubKey) -> Option<Seq> {
        let shared = self.keep.0.as_ref()?;
        // Of a group that was made this very moment, nothing is kept yet.
        Some(lock(&shared.tails).get(&key).copied().unwrap_or_default())
    }

    /// Waits until everything that was done so far is kept.
    ///
    /// # Errors
    /// The disk does not take it, or the host ended, and whether it counts is not known.
    pub(crate) async fn kept(&self) -> Result<(), NotKept> {
        let Some(shared) = &self.keep.0 else { return Ok(()) };
        // What was done before this is drained by the next one.
        let round = shared.begun.load(SeqCst) + 1;
        self.hub.wake(self.shard());
        let mut done = shared.done.subscribe();
        let ended = done.wait_for(|done| done.round >= round || done.closed);
        match timeout(PATIENCE, ended).await {
            Ok(Ok(done)) if done.round >= round => Ok(()),
            Ok(_) => Err(NotKept::Ended),
            Err(_) => Err(NotKept::Late),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics under this lock")
}
