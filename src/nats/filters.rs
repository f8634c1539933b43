//! Word lists at the server: whoever plays a log back judges by what was in force then.

use std::sync::Arc;

use async_nats::jetstream::object_store::InfoErrorKind;
use tokio::task::spawn_blocking;

use super::{Nats, NatsError, names::Names, wire};
use crate::{
    filter::{Filter, FilterSpec},
    id::FilterId,
    journal::ReplayError,
    refusal::Refusal,
    relay::ReadError,
};

impl Nats {
    /// Keeps a filter's list at the server, from where every machine has it that begins with a group that uses it. Do so
    /// before a group does: a group whose filter is nowhere cannot be claimed. Lists stay.
    ///
    /// # Errors
    /// The server does not answer, or the list is too large.
    pub async fn keep_filter(&self, id: FilterId, spec: &FilterSpec) -> Result<(), NatsError> {
        let name = Names::filter(id);
        match self.0.checkpoints.info(&name).await {
            Ok(info) if !info.deleted => Ok(()),
            Err(error) if error.kind() != InfoErrorKind::NotFound => {
                Err(NatsError::server("tell of a word list")(error))
            }
            _ => self.keep_object(&name, wire::encode(spec)).await,
        }
    }

    /// The filter of that id, if its list is kept.
    pub(super) async fn filter(&self, id: FilterId) -> Result<Option<Arc<Filter>>, NatsError> {
        let name = Names::filter(id);
        let Some(spec) = self.get_object::<FilterSpec>(&name).await? else { return Ok(None) };
        let compiled = spawn_blocking(move || spec.compile()).await;
        let compiled = compiled.map_err(NatsError::server("be compiled"))?;
        let filter = compiled.ok().filter(|filter| filter.id() == id);
        filter.map(|filter| Some(Arc::new(filter))).ok_or(NatsError::Malformed { what: name })
    }
}

/// The filter for want of which a log cannot be played back.
pub(super) fn lacking(error: &ReadError) -> Option<FilterId> {
    match error {
        ReadError::Replay {
            error: ReplayError::Refused { refusal: Refusal::UnknownFilter { filter }, .. },
            ..
        } => Some(*filter),
        _ => None,
    }
}
