//! Checkpoints as objects: of any size, under names that are used once.

use std::time::Duration;

use bytes::Bytes;
use tokio::{io::AsyncReadExt, time::timeout};

use super::{Nats, NatsError, Refused, wire};
use crate::relay::Checkpoint;

/// How long the next part of a checkpoint may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

impl Nats {
    pub(super) async fn keep_checkpoint(&self, name: &str, bytes: Bytes) -> Result<(), NatsError> {
        if bytes.len() > wire::MAX_WHOLE {
            return Err(Refused::TooLarge { bytes: bytes.len(), most: wire::MAX_WHOLE }.into());
        }
        let kept = self.0.checkpoints.put(name, &mut &*bytes).await;
        kept.map_err(NatsError::server("keep a checkpoint"))?;
        Ok(())
    }

    pub(super) async fn get_checkpoint(&self, name: &str) -> Result<Checkpoint, NatsError> {
        let object = self.0.checkpoints.get(name).await;
        let object = object.map_err(NatsError::server("give a checkpoint"))?;
        let (mut object, mut bytes) = (object.take(wire::MAX_WHOLE as u64), Vec::new());
        // Its digest is checked at the end. One that is taken out while it is read just stops.
        loop {
            let read = timeout(PATIENCE, object.read_buf(&mut bytes)).await;
            let read = read.map_err(NatsError::server("give a checkpoint"))?;
            if read.map_err(NatsError::server("give a checkpoint"))? == 0 {
                break;
            }
        }
        let decoded = wire::decode(&bytes);
        decoded
            .map_err(|wire::Malformed| NatsError::Malformed { what: format!("checkpoint {name}") })
    }

    /// One that is not needed any more. If it stays, it takes room and no more.
    pub(super) async fn drop_checkpoint(&self, name: &str) {
        let _ = self.0.checkpoints.delete(name).await;
    }
}
