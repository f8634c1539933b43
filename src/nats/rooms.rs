//! Which groups there are: created, claimed, summed up in checkpoints, removed.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use async_nats::jetstream::kv;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::{task::spawn_blocking, time::sleep};

use super::{
    HomeSeat, Nats, NatsError, Refused,
    filters::lacking,
    log::{FrameLog, Storing},
    names::{self, Names},
    rescue::{self, Rescued},
    wire,
};
use crate::{
    filter::Filter,
    group::Group,
    hash::HashKey,
    id::{Epoch, GroupId},
    relay::{Checkpoint, FrameNo, Heir, LogSeq, Next, Write},
};

/// So often a claim is tried where others write, or the server does not answer.
const TRIES: u32 = 32;
/// How long to wait until the next try.
const PAUSE: Duration = Duration::from_millis(50);

/// How long to wait until the rooms are asked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// What is known of a room: where its newest checkpoint is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Room {
    pub(super) checkpoint: String,
    pub(super) no: FrameNo,
    pub(super) at: LogSeq,
    /// The one before, from which the log leads on too: the newest may not be on the disks of the servers yet.
    pub(super) before: Option<String>,
}

/// What is found of a room.
enum Found {
    /// The group as its log has it, with the frame up to which that is summed up.
    Whole(Box<Heir>, FrameNo),
    /// The log does not lead on from what this says.
    Lost(Room, u64),
}

/// A group that came or went; see [`Nats::rooms`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomChange {
    /// It was there, or was created.
    Added(GroupId),
    /// It was removed.
    Removed(GroupId),
}

/// Tells which groups there are, as they come and go.
pub struct RoomWatch {
    nats: Nats,
    watch: Option<kv::Watch>,
    known: BTreeSet<GroupId>,
    /// Those that were known when the server was asked anew, and were not told of since.
    untold: BTreeSet<GroupId>,
}

impl std::fmt::Debug for RoomWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomWatch").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl RoomWatch {
    /// The next change. While the server does not answer there is none; afterwards a group may be told of again.
    pub async fn next(&mut self) -> RoomChange {
        loop {
            let Some(watch) = &mut self.watch else {
                self.watch = self.nats.watch_rooms().await.ok();
                if self.watch.is_none() {
                    sleep(AGAIN).await;
                }
                self.untold.clone_from(&self.known);
                continue;
            };
            let told = match watch.next().await {
                Some(Ok(told)) => told,
                // It goes on by itself.
                Some(Err(_)) => {
                    sleep(PAUSE).await;
                    continue;
                }
                None => {
                    self.watch = None;
                    continue;
                }
            };
            let Some(id) = names::group(&told.key) else { continue };
            // A newer checkpoint is no change here.
            match told.operation {
                kv::Operation::Put => {
                    if self.known.insert(id.clone()) | self.untold.remove(&id) {
                        return RoomChange::Added(id);
                    }
                }
                kv::Operation::Delete | kv::Operation::Purge => {
                    if self.known.remove(&id) {
                        return RoomChange::Removed(id);
                    }
                }
            }
        }
    }
}

impl Nats {
    /// Makes a group known to all machines, as it is: its log begins.
    ///
    /// # Errors
    /// [`Refused::Exists`] if there is one of its id, [`Refused::LeftOver`] if one was not removed wholly; it keeps no journal or has outputs; the server does not answer.
    pub async fn create(&self, group: &Group) -> Result<(), NatsError> {
        let checkpoint = Checkpoint::first(group)?;
        if self.room(group.id()).await?.is_some() {
            return Err(Refused::Exists.into());
        }
        if !self.log(group.id()).read_up_to(LogSeq(0), 1).await?.is_empty() {
            return Err(Refused::LeftOver.into());
        }
        let room = self.put_checkpoint(group.id(), &checkpoint).await?;
        let made = self.0.rooms.create(names::token(group.id()), wire::encode(&room)).await;
        let Err(error) = made else { return Ok(()) };
        // Who lost a race is not always told so in these words, and may be told before the winner is seen. And what is there
        // may be this one's own, of a try that was not answered.
        for _ in 0..TRIES {
            match self.room(group.id()).await? {
                Some((there, _)) if there == room => return Ok(()),
                Some(_) => {
                    self.drop_object(&room.checkpoint).await;
                    return Err(Refused::Exists.into());
                }
                None => sleep(PAUSE).await,
            }
        }
        Err(NatsError::server("keep the room")(error))
    }

    /// The groups that there are, first, and then which come and go.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn rooms(&self) -> Result<RoomWatch, NatsError> {
        let watch = Some(self.watch_rooms().await?);
        Ok(RoomWatch { nats: self.clone(), watch, known: BTreeSet::new(), untold: BTreeSet::new() })
    }

    async fn watch_rooms(&self) -> Result<kv::Watch, NatsError> {
        let watch = self.0.rooms.watch_with_history(">").await;
        watch.map_err(NatsError::server("tell which rooms there are"))
    }

    /// Takes a group out, with its log and checkpoint. Its home finds out with what it writes next.
    ///
    /// # Errors
    /// The server does not answer. Part of it may be gone then; try again.
    pub async fn remove(&self, group: &GroupId) -> Result<(), NatsError> {
        let room = self.room(group).await?;
        if room.is_some() {
            let gone = self.0.rooms.purge(names::token(group)).await;
            gone.map_err(NatsError::server("take out the room"))?;
        }
        self.log(group).clear().await?;
        if let Some((room, _)) = room {
            for object in [Some(room.checkpoint), room.before].into_iter().flatten() {
                self.drop_object(&object).await;
            }
        }
        Ok(())
    }

    /// Makes this machine the home of a group: reads its log to the end, and writes its claim there. Who was home
    /// before cannot write from then on. `key` is as for [`Group::restore`]; `filters` are those at hand, and what they lack is
    /// asked of the server: see [`keep_filter`](Self::keep_filter).
    ///
    /// `new_epoch` makes all readers and edges begin anew: set it after
    /// [`Deposed::LogLost`](crate::relay::Deposed::LogLost). When the servers had a power failure, see
    /// [`NatsConfig::oldest_epoch`](super::NatsConfig::oldest_epoch).
    ///
    /// # Errors
    /// [`Refused::NoGroup`], [`Refused::LogLost`]; the log cannot be played back, as for want of a filter; the
    /// server does not answer, or others claim it all the time: try again.
    pub async fn claim(
        &self,
        group: &GroupId,
        filters: &[Arc<Filter>],
        key: HashKey,
        new_epoch: bool,
    ) -> Result<HomeSeat, NatsError> {
        let log = self.log(group);
        let (mut heir, mut summed, lost) = match self.find(group, &log, filters, key).await? {
            Found::Whole(heir, summed) => (*heir, summed, None),
            Found::Lost(room, revision) => {
                let Rescued { heir, no, from } = self.rescue(group, &log, filters, key).await?;
                (heir, no, Some((from, (room, revision))))
            }
        };
        let mut oldest = self.0.oldest_epoch;
        if new_epoch {
            let next = Epoch(heir.group().epoch().0.saturating_add(1));
            oldest = oldest.max(next).max(Epoch::at(self.now()));
        }
        let claim = |heir: &mut Heir| -> Write { heir.claim(self.node(), nonce(), oldest) };
        let mut write = claim(&mut heir);
        for _ in 0..TRIES {
            let written = match log.write(&write, self.piece()).await {
                Storing::Answered(written) => written,
                Storing::TooLarge { bytes: needed, most } => {
                    return Err(Refused::MaxPayload { most, needed }.into());
                }
            };
            match heir.written(written) {
                Next::Stored => {}
                Next::Again(again) => {
                    write = again;
                    sleep(PAUSE).await;
                    continue;
                }
                Next::Read(_) => heir = self.read_to_end(heir, &log).await?,
            }
            if let (true, Some((from, lost))) = (heir.is_home(), &lost) {
                (heir, summed) = self.lead_on_from(group, heir, from, lost).await?;
            }
            match heir.into_home(self.now()) {
                Ok(home) => return HomeSeat::begin(self.clone(), home, log, summed).await,
                Err(again) => heir = *again,
            }
            write = claim(&mut heir);
        }
        Err(NatsError::server("store the claim")("others write, or nobody answers"))
    }

    /// A group as its log has it now, for whoever wants to look and not to be its home.
    ///
    /// # Errors
    /// As for [`claim`](Self::claim).
    pub async fn look(
        &self,
        group: &GroupId,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Heir, NatsError> {
        match self.find(group, &self.log(group), filters, key).await? {
            Found::Whole(heir, _) => Ok(*heir),
            Found::Lost(..) => Err(Refused::LogLost.into()),
        }
    }

    /// Sums the log of a group up in a new checkpoint, and takes out of the log what was before the last one. It reads
    /// the log, and does not ask the home; one machine does it now and then, as after each 1,000 frames. Two checkpoints are
    /// kept, since the newest may not be on the disks of the servers yet.
    ///
    /// # Errors
    /// As for [`claim`](Self::claim).
    pub async fn checkpoint(
        &self,
        group: &GroupId,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<FrameNo, NatsError> {
        let log = self.log(group);
        let (known, revision) = self.room(group).await?.ok_or(Refused::NoGroup)?;
        let heir = match self.heir_at(&known.checkpoint, &log, filters, key).await {
            Ok(heir) if heir.mark().no > known.no => heir,
            Ok(_) => return Ok(known.no),
            Err(error) => {
                return self.newer(group, &known).await?.map(|room| room.no).ok_or(error);
            }
        };
        let checkpoint = spawn_blocking(move || heir.checkpoint()).await;
        let checkpoint = checkpoint.map_err(NatsError::server("be summed up"))?;
        let room = Room {
            before: Some(known.checkpoint.clone()),
            ..self.put_checkpoint(group, &checkpoint).await?
        };
        let told = self.0.rooms.update(names::token(group), wire::encode(&room), revision).await;
        if let Err(error) = told {
            // Another one did it meanwhile, or nobody knows: then both objects stay.
            let newer = self.newer(group, &known).await?;
            let newer = newer.ok_or_else(|| NatsError::server("keep the checkpoint")(error))?;
            if newer != room {
                self.drop_object(&room.checkpoint).await;
            }
            return Ok(newer.no);
        }
        log.prune(known.at).await?;
        if let Some(needless) = known.before {
            self.drop_object(&needless).await;
        }
        Ok(room.no)
    }

    /// The checkpoint that another one has made since, if one did.
    async fn newer(&self, group: &GroupId, than: &Room) -> Result<Option<Room>, NatsError> {
        let (there, _) = self.room(group).await?.ok_or(Refused::NoGroup)?;
        Ok((there != *than).then_some(there))
    }

    async fn find(
        &self,
        group: &GroupId,
        log: &FrameLog,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Found, NatsError> {
        let (mut room, mut revision) = self.room(group).await?.ok_or(Refused::NoGroup)?;
        loop {
            let error = match self.heir_at(&room.checkpoint, log, filters, key).await {
                Ok(heir) => return Ok(Found::Whole(Box::new(heir), room.no)),
                Err(error) => error,
            };
            match self.room(group).await? {
                // Another checkpoint has taken its place meanwhile.
                Some((other, since)) if since != revision => (room, revision) = (other, since),
                Some(_) if rescue::is_lost(&error) => return Ok(Found::Lost(room, revision)),
                _ => return Err(error),
            }
        }
    }

    pub(super) async fn heir_at(
        &self,
        checkpoint: &str,
        log: &FrameLog,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Heir, NatsError> {
        let heir = self.restored(checkpoint, filters, key).await?;
        self.read_to_end(heir, log).await
    }

    /// What a checkpoint has.
    pub(super) async fn restored(
        &self,
        checkpoint: &str,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Heir, NatsError> {
        let checkpoint: Option<Checkpoint> = self.get_object(checkpoint).await?;
        let checkpoint = checkpoint.ok_or(Refused::LogLost)?;
        let mut filters = filters.to_vec();
        if let Some(id) = checkpoint.group().filter()
            && filters.iter().all(|filter| filter.id() != id)
        {
            filters.extend(self.filter(id).await?);
        }
        let heir = spawn_blocking(move || Heir::new(checkpoint, &filters, key)).await;
        Ok(heir.map_err(NatsError::server("be restored"))??)
    }

    /// Plays back what the log has, beside those who wait for the network.
    async fn read_to_end(&self, mut heir: Heir, log: &FrameLog) -> Result<Heir, NatsError> {
        let mut lacked = None;
        loop {
            let before = heir.at();
            let frames = log.read(before).await?;
            if frames.is_empty() {
                return if before == LogSeq(0) { Ok(heir) } else { Err(Refused::LogLost.into()) };
            }
            let reading = spawn_blocking(move || {
                let read = heir.read(frames.iter().map(|(at, frame)| (*at, frame)));
                (heir, read)
            });
            let read;
            (heir, read) = reading.await.map_err(NatsError::server("be played back"))?;
            let Err(error) = read else {
                if heir.at() == before {
                    return Ok(heir);
                }
                continue;
            };
            let lacks = lacking(&error).filter(|id| lacked != Some(*id));
            let Some(id) = lacks else { return Err(error.into()) };
            let Some(filter) = self.filter(id).await? else { return Err(error.into()) };
            heir.install_filter(filter);
            lacked = Some(id);
        }
    }

    async fn room(&self, group: &GroupId) -> Result<Option<(Room, u64)>, NatsError> {
        let entry = self.0.rooms.entry(names::token(group)).await;
        let entry = entry.map_err(NatsError::server("tell of the room"))?;
        let Some(entry) = entry.filter(|entry| entry.operation == kv::Operation::Put) else {
            return Ok(None);
        };
        let what = || format!("the entry of room `{group}`");
        let room = wire::decode(&entry.value);
        let room = room.map_err(|wire::Malformed| NatsError::Malformed { what: what() })?;
        Ok(Some((room, entry.revision)))
    }

    pub(super) async fn put_checkpoint(
        &self,
        group: &GroupId,
        checkpoint: &Checkpoint,
    ) -> Result<Room, NatsError> {
        let no = checkpoint.mark().no;
        let name = Names::checkpoint(group, checkpoint.group().epoch(), no, nonce());
        self.keep_object(&name, wire::encode(checkpoint)).await?;
        Ok(Room { checkpoint: name, no, at: checkpoint.at(), before: None })
    }
}

/// A number that nobody else has.
fn nonce() -> u64 {
    RandomState::new().hash_one(0)
}
