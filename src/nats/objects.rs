//! What is larger than a message, as objects: checkpoints, under names that are used once, and word lists.

use std::time::Duration;

use async_nats::jetstream::object_store::GetErrorKind;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::{io::AsyncReadExt, time::timeout};

use super::{Nats, NatsError, Refused, wire};

/// How long the next part of an object may take to come.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

impl Nats {
    pub(super) async fn keep_object(&self, name: &str, bytes: Bytes) -> Result<(), NatsError> {
        if bytes.len() > wire::MAX_WHOLE {
            return Err(Refused::TooLarge { bytes: bytes.len(), most: wire::MAX_WHOLE }.into());
        }
        let kept = self.0.objects.put(name, &mut &*bytes).await;
        kept.map_err(NatsError::server("keep a checkpoint or word list"))?;
        Ok(())
    }

    /// `None` if there is none.
    pub(super) async fn get_object<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, NatsError> {
        let object = match self.0.objects.get(name).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(NatsError::server("give a checkpoint or word list")(error)),
        };
        let (mut object, mut bytes) = (object.take(wire::MAX_WHOLE as u64), Vec::new());
        // Its digest is checked at the end. One that is taken out while it is read just stops.
        loop {
            let read = timeout(PATIENCE, object.read_buf(&mut bytes)).await;
            let read = read.map_err(NatsError::server("give a checkpoint or word list"))?;
            if read.map_err(NatsError::server("give a checkpoint or word list"))? == 0 {
                break;
            }
        }
        let decoded = wire::decode(&bytes);
        decoded
            .map(Some)
            .map_err(|wire::Malformed| NatsError::Malformed { what: format!("object `{name}`") })
    }

    /// One that is not needed any more. If it stays, it takes room and no more.
    pub(super) async fn drop_object(&self, name: &str) {
        let _ = self.0.objects.delete(name).await;
    }
}
