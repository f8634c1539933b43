//! A room whose log does not lead on from its newest checkpoint, since the servers have lost what they had acknowledged.

use std::sync::Arc;

use async_nats::jetstream::object_store::ObjectInfo;
use futures_util::StreamExt;
use tokio::task::spawn_blocking;

use super::{Nats, NatsError, Refused, names, names::Names, rooms::Room, wire};
use crate::{
    filter::Filter,
    hash::HashKey,
    id::{Epoch, GroupId},
    relay::{FrameNo, Heir, ReadError},
};

/// What is left of a room.
pub(super) struct Rescued {
    pub(super) heir: Heir,
    /// The frame up to which it is summed up.
    pub(super) no: FrameNo,
    /// Of what is known of the room: whoever leads on is the first to change that.
    pub(super) revision: u64,
}

/// Whether it says that the log does not lead on.
pub(super) fn is_lost(error: &NatsError) -> bool {
    matches!(error, NatsError::Refused(Refused::LogLost) | NatsError::Log(ReadError::Broken { .. }))
}

impl Nats {
    /// Goes on from the newest checkpoint that is there, as far as the log leads on from it, where all begins anew anyway.
    pub(super) async fn rescue(
        &self,
        group: &GroupId,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Rescued, NatsError> {
        if self.0.oldest_epoch == Epoch(0) {
            return Err(Refused::LogLost.into());
        }
        let (log, known) = (self.log(group), self.room(group).await?);
        let (_, revision) = known.ok_or(Refused::NoGroup)?;
        let room = self.newest_checkpoint(group).await?.ok_or(Refused::LogLost)?;
        let heir = match self.heir_at(&room, &log, filters, key).await {
            Err(error) if is_lost(&error) => {
                let mut heir = self.restored(&room, filters, key).await?;
                let last = log.last().await?;
                heir.pass_over(last.as_ref().map(|(at, frame)| (*at, frame)));
                heir
            }
            read => read?,
        };
        if heir.group().epoch() >= self.0.oldest_epoch {
            return Err(Refused::LogLost.into());
        }
        Ok(Rescued { heir, no: room.no, revision })
    }

    /// Lays down what the next home begins with, since nothing else leads on to this one, before it accepts anything.
    pub(super) async fn lead_on_from(
        &self,
        group: &GroupId,
        heir: Heir,
        revision: u64,
    ) -> Result<(Heir, FrameNo), NatsError> {
        let summing = spawn_blocking(move || {
            let checkpoint = heir.checkpoint();
            (heir, checkpoint)
        });
        let (heir, checkpoint) = summing.await.map_err(NatsError::server("be summed up"))?;
        let room = self.put_checkpoint(group, &checkpoint).await?;
        let told = self.0.rooms.update(names::token(group), wire::encode(&room), revision).await;
        // Another one was first, or nobody knows: then both objects stay, and it is claimed again.
        told.map_err(NatsError::server("keep the checkpoint"))?;
        Ok((heir, room.no))
    }

    async fn newest_checkpoint(&self, group: &GroupId) -> Result<Option<Room>, NatsError> {
        let list = self.0.objects.list().await;
        let mut list = list.map_err(NatsError::server("list the checkpoints"))?;
        let mut newest = None;
        while let Some(object) = list.next().await {
            let ObjectInfo { name, .. } =
                object.map_err(NatsError::server("list the checkpoints"))?;
            if let Some(place) = Names::checkpoint_place(group, &name) {
                newest = newest.max(Some((place, name)));
            }
        }
        Ok(newest.map(|((_, no), checkpoint)| Room { checkpoint, no }))
    }
}
