//! A room whose log does not lead on from its newest checkpoint, since the servers have lost what they had acknowledged.

use std::sync::Arc;

use async_nats::jetstream::{kv::UpdateErrorKind, object_store::ObjectInfo};
use futures_util::StreamExt;
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    Nats, NatsError, Refused,
    log::FrameLog,
    names::{self, Names},
    objects::PATIENCE,
    rooms::Room,
    wire,
};
use crate::{
    filter::Filter,
    hash::HashKey,
    id::{Epoch, GroupId},
    relay::{Frame, FrameNo, Heir, ReadError, Tell},
};

/// What is left of a room.
pub(super) struct Rescued {
    pub(super) heir: Heir,
    /// Up to which frame it is summed up.
    pub(super) no: FrameNo,
    /// The name of the checkpoint from which it is.
    pub(super) from: String,
}

/// Whether it says that the log does not lead on.
pub(super) fn is_lost(error: &NatsError) -> bool {
    matches!(error, NatsError::Refused(Refused::LogLost) | NatsError::Log(ReadError::Broken { .. }))
}

impl Nats {
    /// The group as the newest checkpoint that is there has it, with the log if that leads on from it, and else without.
    pub(super) async fn rescue(
        &self,
        group: &GroupId,
        log: &FrameLog,
        filters: &[Arc<Filter>],
        key: HashKey,
    ) -> Result<Rescued, NatsError> {
        let oldest = self.0.oldest_epoch;
        if oldest == Epoch(0) {
            return Err(Refused::LogLost.into());
        }
        let ((_, no), from) = self.newest_checkpoint(group).await?.ok_or(Refused::LogLost)?;
        let error = match self.heir_at(&from, log, filters, key).await {
            Ok(heir) => return Ok(Rescued { heir, no, from }),
            Err(error) => error,
        };
        if !is_lost(&error) {
            return Err(error);
        }
        let (mut heir, last) = (self.restored(&from, filters, key).await?, log.last().await?);
        // Cursors of that epoch are with readers already: this one cannot begin in it with another history.
        let told = last.as_ref().is_some_and(|(_, last)| has_told(last, oldest));
        if told || heir.group().epoch() >= oldest {
            return Err(Refused::LogLost.into());
        }
        heir.pass_over(last.as_ref().map(|(at, frame)| (*at, frame)));
        Ok(Rescued { heir, no, from })
    }

    /// Lays down what the next home begins with, since nothing else leads on to this one, before it accepts anything. Whoever
    /// is the first to change what is known of the room does; the others are not home.
    pub(super) async fn lead_on_from(
        &self,
        group: &GroupId,
        heir: Heir,
        from: &str,
        (lost, revision): &(Room, u64),
    ) -> Result<(Heir, FrameNo), NatsError> {
        let summing = spawn_blocking(move || {
            let checkpoint = heir.checkpoint();
            (heir, checkpoint)
        });
        let (heir, checkpoint) = summing.await.map_err(NatsError::server("be summed up"))?;
        let room = Room {
            before: Some(from.to_owned()),
            ..self.put_checkpoint(group, &checkpoint).await?
        };
        let told = self.0.rooms.update(names::token(group), wire::encode(&room), *revision).await;
        if let Err(error) = told {
            // Where nobody knows it may have been done, and both stay.
            if error.kind() == UpdateErrorKind::WrongLastRevision {
                self.drop_object(&room.checkpoint).await;
            }
            return Err(NatsError::server("keep the checkpoint")(error));
        }
        let known = [Some(&lost.checkpoint), lost.before.as_ref()].into_iter().flatten();
        for needless in known.filter(|name| *name != from) {
            self.drop_object(needless).await;
        }
        Ok((heir, room.no))
    }

    async fn newest_checkpoint(
        &self,
        group: &GroupId,
    ) -> Result<Option<((Epoch, FrameNo), String)>, NatsError> {
        let list = self.0.objects.list().await;
        let mut list = list.map_err(NatsError::server("list the checkpoints"))?;
        let mut newest = None;
        loop {
            let object = timeout(PATIENCE, list.next()).await;
            let object = object.map_err(NatsError::server("list the checkpoints"))?;
            let Some(object) = object else { break };
            let ObjectInfo { name, .. } =
                object.map_err(NatsError::server("list the checkpoints"))?;
            if let Some(place) = Names::checkpoint_place(group, &name) {
                newest = newest.max(Some((place, name)));
            }
        }
        Ok(newest)
    }
}

/// Whether it is of somebody who was home in such an epoch: one who has only claimed has told nothing.
fn has_told(frame: &Frame, oldest: Epoch) -> bool {
    let claims = frame.feed.told.iter().any(|tell| matches!(tell, Tell::Begun { .. }));
    frame.feed.head.epoch() >= oldest && !claims
}
