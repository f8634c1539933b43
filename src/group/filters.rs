//! Which compiled filters are installed, which is in force, and what it says of contents and names.

use std::{collections::VecDeque, sync::Arc};

use smallvec::SmallVec;

use crate::{
    command::GroupPatch,
    filter::{Filter, Treatment, Verdict},
    id::FilterId,
    message::Content,
    refusal::{Field, Refusal},
    role::Profile,
};

use super::{Caller, Group};

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

    /// The filter in force, if there is one.
    ///
    /// # Errors
    /// It is not installed: then nothing can be judged.
    fn in_force(&self) -> Result<Option<&Filter>, Refusal> {
        let Some(id) = self.in_force else { return Ok(None) };
        // The newest is the likeliest.
        let filter = self.installed.iter().rev().find(|filter| filter.id() == id);
        filter.map(|filter| Some(&**filter)).ok_or(Refusal::UnknownFilter { filter: id })
    }

    /// What the filter in force says of the words of a content, of `all` its elements or the texts alone.
    /// The gravest counts.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn judge(&self, content: &Content, all: bool) -> Result<Screened, Refusal> {
        let Some(filter) = self.in_force()? else { return Ok(Screened::Clean) };
        let words = content.elements.iter().flat_map(|element| element.words(all));
        let verdicts: SmallVec<[Verdict; 1]> = words.map(|text| filter.judge(text)).collect();
        let gravest = verdicts
            .iter()
            .filter_map(|verdict| verdict.gravest().map(|hit| (hit.treatment, hit.term)))
            .reduce(|worst, hit| if hit.0 > worst.0 { hit } else { worst });
        Ok(match gravest {
            None => Screened::Clean,
            Some((Treatment::Tag, term)) => Screened::Tagged { term },
            Some((Treatment::Mask, term)) => {
                Screened::Masked { term, content: masked(filter, content, all, &verdicts) }
            }
            Some((Treatment::Hold, term)) => Screened::Held { term },
            Some((_, term)) => Screened::Blocked { term },
        })
    }
}

/// The content with every hit of treatment mask covered; the verdicts are on its words, in order.
fn masked(filter: &Filter, content: &Content, all: bool, verdicts: &[Verdict]) -> Content {
    let mut content = content.clone();
    let words = content.elements.iter_mut().flat_map(|element| element.words_mut(all));
    for (text, verdict) in words.zip(verdicts) {
        *text = filter.mask(text, verdict);
    }
    content
}

/// Names and notices: there is nobody to ask and nothing to hold, so what the filter would hold or block
/// is refused, and what it would mask is taken with the stars.
impl Group {
    /// The text as it may be shown.
    fn cleaned(&self, field: Field, text: &Arc<str>) -> Result<Arc<str>, Refusal> {
        if text.is_empty() {
            return Ok(text.clone());
        }
        let Some(filter) = self.house.filters.in_force()? else { return Ok(text.clone()) };
        let verdict = filter.judge(text);
        match verdict.gravest().map(|hit| (hit.treatment, hit.term)) {
            None | Some((Treatment::Tag, _)) => Ok(text.clone()),
            Some((Treatment::Mask, _)) => Ok(filter.mask(text, &verdict).into()),
            Some((Treatment::Hold | Treatment::Block, term)) => {
                Err(Refusal::Filtered { field, filter: filter.id(), term })
            }
        }
    }

    /// A profile as it may be shown.
    pub(super) fn cleaned_profile(&self, profile: Arc<Profile>) -> Result<Arc<Profile>, Refusal> {
        let nick = self.cleaned(Field::Nick, &profile.nick)?;
        if nick == profile.nick {
            return Ok(profile);
        }
        Ok(Arc::new(Profile { nick, avatar: profile.avatar.clone() }))
    }

    /// A name card that `caller` gives somebody. What the app says for itself is not judged.
    pub(super) fn cleaned_card(
        &self,
        caller: &Caller,
        card: Arc<str>,
    ) -> Result<Arc<str>, Refusal> {
        if caller.is_app_itself() { Ok(card) } else { self.cleaned(Field::NameCard, &card) }
    }

    /// What `caller` writes into the group's profile.
    pub(super) fn cleaned_patch(
        &self,
        caller: &Caller,
        mut patch: GroupPatch,
    ) -> Result<GroupPatch, Refusal> {
        if caller.is_app_itself() {
            return Ok(patch);
        }
        for (field, text) in [
            (Field::GroupName, &mut patch.name),
            (Field::Introduction, &mut patch.introduction),
            (Field::Notification, &mut patch.notification),
        ] {
            if let Some(text) = text {
                *text = self.cleaned(field, text)?;
            }
        }
        Ok(patch)
    }
}
