//! Word lists out of the store, compiled once each.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, frame};
use crate::{
    filter::{Filter, FilterSpec},
    id::FilterId,
};

/// Filters by their ids, as many as groups were met that name them.
#[derive(Debug, Default)]
pub(super) struct Filters(BTreeMap<FilterId, Arc<Filter>>);

impl Filters {
    /// The filter of that id, if its list is kept.
    pub(super) fn find(
        &mut self,
        db: &Connection,
        id: FilterId,
    ) -> Result<Option<Arc<Filter>>, StoreError> {
        if let Some(filter) = self.0.get(&id) {
            return Ok(Some(filter.clone()));
        }
        let find = "SELECT frame FROM filters WHERE id = ?1";
        let mut find = db.prepare_cached(find)?;
        let kept: Option<Vec<u8>> =
            find.query_row([&id.0.to_le_bytes()[..]], |row| row.get(0)).optional()?;
        let Some(kept) = kept else { return Ok(None) };
        let damaged = |what: &str| StoreError::Damaged(format!("the list of filter {id}: {what}"));
        let spec = frame::thing(&id.to_string(), kept)?;
        let spec: FilterSpec =
            postcard::from_bytes(&spec).map_err(|_| damaged("not what this version writes"))?;
        let filter = spec.compile().map_err(|error| damaged(&error.to_string()))?;
        if filter.id() != id {
            return Err(damaged("this version of the crate makes another filter of it"));
        }
        let filter = Arc::new(filter);
        self.0.insert(id, filter.clone());
        Ok(Some(filter))
    }
}

/// Keeps the list of a filter.
pub(super) fn keep(db: &Connection, id: FilterId, spec: &FilterSpec) -> Result<(), StoreError> {
    let frame = frame::of_thing(&id.to_string(), &frame::plain(spec));
    let keep = "REPLACE INTO filters (id, frame) VALUES (?1, ?2)";
    db.execute(keep, params![&id.0.to_le_bytes()[..], frame])?;
    Ok(())
}
