//! Which compiled filters are installed, and which is in force.

use std::{collections::VecDeque, sync::Arc};

use crate::{filter::Filter, id::FilterId};

/// The filter in force and the last few that were installed.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    in_force: Option<FilterId>,
    installed: VecDeque<Arc<Filter>>,
}

impl Filters {
    /// How many are kept beside the one in force.
    const SPARE: usize = 4;

    pub(super) fn new(in_force: Option<FilterId>) -> Self {
        Self { in_force, installed: VecDeque::new() }
    }

    pub(super) fn install(&mut self, filter: Arc<Filter>) {
        self.installed.retain(|known| known.id() != filter.id());
        self.installed.push_back(filter);
        let spare = |known: &Arc<Filter>| Some(known.id()) != self.in_force;
        if self.installed.iter().filter(|known| spare(known)).count() > Self::SPARE {
            let oldest = self.installed.iter().position(spare);
            oldest.and_then(|oldest| self.installed.remove(oldest));
        }
    }

    /// Puts a filter in force, or none. Returns whether it is installed.
    pub(super) fn put_in_force(&mut self, id: Option<FilterId>) -> bool {
        let known = id.is_none_or(|id| self.knows(id));
        if known {
            self.in_force = id;
        }
        known
    }

    pub(super) fn knows(&self, id: FilterId) -> bool {
        self.installed.iter().any(|filter| filter.id() == id)
    }

    pub(super) fn id_in_force(&self) -> Option<FilterId> {
        self.in_force
    }

    pub(super) fn in_force(&self) -> Option<&Arc<Filter>> {
        let id = self.in_force?;
        // The newest is the likeliest.
        self.installed.iter().rev().find(|filter| filter.id() == id)
    }
}
