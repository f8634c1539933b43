//! Which compiled filters are installed, which is in force, and what it says of a content.

use std::{collections::VecDeque, sync::Arc};

use smallvec::SmallVec;

use crate::{
    filter::{Filter, Treatment, Verdict},
    id::FilterId,
    message::{Content, Element},
};

/// What the filter says of a content.
pub(super) enum Screened {
    Clean,
    Tagged { term: u32 },
    Masked { term: u32, content: Content },
    Held { term: u32 },
    Blocked { term: u32 },
}

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

    /// Whether there is no filter at all.
    pub(super) fn is_new(&self) -> bool {
        self.in_force.is_none() && self.installed.is_empty()
    }

    /// What the filter in force says of the texts of a content. The gravest counts.
    ///
    /// # Errors
    /// The id of the filter in force, if it is not installed: then nothing can be judged.
    pub(super) fn judge(&self, content: &Content) -> Result<Screened, FilterId> {
        let Some(id) = self.in_force else { return Ok(Screened::Clean) };
        // The newest is the likeliest.
        let filter = self.installed.iter().rev().find(|filter| filter.id() == id).ok_or(id)?;
        let verdicts: SmallVec<[Verdict; 1]> =
            content.texts().map(|text| filter.judge(text)).collect();
        let gravest = verdicts
            .iter()
            .filter_map(|verdict| verdict.gravest().map(|hit| (hit.treatment, hit.term)))
            .reduce(|worst, hit| if hit.0 > worst.0 { hit } else { worst });
        Ok(match gravest {
            None => Screened::Clean,
            Some((Treatment::Tag, term)) => Screened::Tagged { term },
            Some((Treatment::Mask, term)) => {
                Screened::Masked { term, content: masked(filter, content, &verdicts) }
            }
            Some((Treatment::Hold, term)) => Screened::Held { term },
            Some((_, term)) => Screened::Blocked { term },
        })
    }
}

/// The content with every hit of treatment mask covered; the verdicts are on its texts, in order.
fn masked(filter: &Filter, content: &Content, verdicts: &[Verdict]) -> Content {
    let mut content = content.clone();
    let mut verdicts = verdicts.iter();
    for element in &mut content.elements {
        if let Element::Text(text) = element
            && let Some(verdict) = verdicts.next()
        {
            *text = filter.mask(text, verdict);
        }
    }
    content
}
