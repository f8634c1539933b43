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
    /// Compiles a word list, and keeps it at the server, from where every machine has it that begins with a group that uses
    /// it. Do so before a group does: a group whose filter is nowhere cannot be claimed. Lists stay there, each once.
    ///
    /// # Errors
    /// The list does not compile, or is too large; the server does not answer.
    pub async fn keep_filter(&self, spec: &FilterSpec) -> Result<Arc<Filter>, NatsError> {
        let compiling = spec.clone();
        let compiled = spawn_blocking(move || compiling.compile()).await;
        let filter = Arc::new(compiled.map_err(NatsError::server("be compiled"))??);
        let name = Names::filter(filter.id());
        match self.0.objects.info(&name).await {
            Ok(info) if !info.deleted => {}
            Err(error) if error.kind() != InfoErrorKind::NotFound => {
                return Err(NatsError::server("tell of a word list")(error));
            }
            _ => self.keep_object(&name, wire::encode(spec)).await?,
        }
        Ok(filter)
    }

    /// The filter of that id, if its list is kept.
    pub(super) async fn filter(&self, id: FilterId) -> Result<Option<Arc<Filter>>, NatsError> {
        let name = Names::filter(id);
        let Some(spec) = self.get_object::<FilterSpec>(&name).await? else { return Ok(None) };
        let compiled = spawn_blocking(move || spec.compile()).await;
        let compiled = compiled.map_err(NatsError::server("be compiled"))?;
        let filter = compiled.ok().filter(|filter| filter.id() == id);
        filter
            .map(|filter| Some(Arc::new(filter)))
            .ok_or_else(|| NatsError::Malformed { what: format!("object `{name}`") })
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
