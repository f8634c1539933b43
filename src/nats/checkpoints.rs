//! Checkpoints as objects: of any size, under names that are used once.

use bytes::Bytes;
use tokio::io::AsyncReadExt;

use super::{Nats, NatsError, wire};
use crate::relay::Checkpoint;

impl Nats {
    pub(super) async fn keep_checkpoint(&self, name: &str, bytes: Bytes) -> Result<(), NatsError> {
        let kept = self.0.checkpoints.put(name, &mut &*bytes).await;
        kept.map_err(NatsError::server("keep a checkpoint"))?;
        Ok(())
    }

    pub(super) async fn get_checkpoint(&self, name: &str) -> Result<Checkpoint, NatsError> {
        let object = self.0.checkpoints.get(name).await;
        let object = object.map_err(NatsError::server("give a checkpoint"))?;
        let mut bytes = Vec::new();
        // Its digest is checked at the end.
        let read = object.take(wire::MAX_WHOLE as u64).read_to_end(&mut bytes).await;
        read.map_err(NatsError::server("give a checkpoint"))?;
        let decoded = wire::decode(&bytes);
        decoded
            .map_err(|wire::Malformed| NatsError::Malformed { what: format!("checkpoint {name}") })
    }

    /// One that is not needed any more. If it stays, it takes room and no more.
    pub(super) async fn drop_checkpoint(&self, name: &str) {
        let _ = self.0.checkpoints.delete(name).await;
    }
}
