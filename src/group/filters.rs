//! Which compiled filters are installed, which is in force, and what it says of contents and names.

use std::{borrow::Cow, collections::VecDeque, sync::Arc};

use crate::{
    command::GroupPatch,
    filter::{Filter, Pieced, Treatment},
    id::FilterId,
    message::{Content, Element},
    refusal::{Field, Refusal},
    role::Profile,
    time::Timestamp,
};

use super::{Caller, Group};

/// What the filter says of a content.
pub(super) enum Screened {
    Clean,
    Tagged { term: u32 },
    Masked { term: u32, content: Box<Content> },
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

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Filter>> {
        self.installed.iter()
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

    /// What the filter in force says of the words of a content, of `all` its elements or the texts alone:
    /// each by itself, and the texts as they are read. The gravest counts.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn judge(&self, content: &Content, all: bool) -> Result<Screened, Refusal> {
        let Some(filter) = self.in_force()? else { return Ok(Screened::Clean) };
        let judged = filter.judge_content(content, all);
        Ok(match judged.gravest().map(|(_, hit)| (hit.treatment, hit.term)) {
            None => Screened::Clean,
            Some((Treatment::Tag, term)) => Screened::Tagged { term },
            Some((Treatment::Mask, term)) => {
                let content = Box::new(filter.mask_content(content, all, &judged));
                Screened::Masked { term, content }
            }
            Some((Treatment::Hold, term)) => Screened::Held { term },
            Some((Treatment::Block, term)) => Screened::Blocked { term },
        })
    }
}

impl Screened {
    /// Whether it is held, or kept from everybody.
    pub(super) fn is_doubted(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::Blocked { .. })
    }

    /// How grave it is.
    fn treatment(&self) -> Option<Treatment> {
        match self {
            Self::Clean => None,
            Self::Tagged { .. } => Some(Treatment::Tag),
            Self::Masked { .. } => Some(Treatment::Mask),
            Self::Held { .. } => Some(Treatment::Hold),
            Self::Blocked { .. } => Some(Treatment::Block),
        }
    }
}

/// Words over several messages. What was delivered of one stays where it is: the message that completes it
/// alone is masked, held or rejected. It then adds nothing to the trail, so that the next one that completes
/// the word is met too.
impl Group {
    /// What is said of a message if it completes a word that its author began in earlier ones, and over how
    /// many it is written, where that is graver than what the message says by itself.
    pub(super) fn follow_trail(
        &self,
        now: Timestamp,
        caller: &Caller,
        content: &Content,
        screened: Screened,
    ) -> Result<(Screened, Option<u8>), Refusal> {
        let filtering = &self.config.settings().filtering;
        let (Some(limits), Some(author)) = (&filtering.trails, &caller.user) else {
            return Ok((screened, None));
        };
        let Some(filter) = self.house.filters.in_force()? else { return Ok((screened, None)) };
        let text = said(content, filtering.all_elements);
        let pieced = self.house.trails.completed(now, limits, filter, author, &text);
        let Some(Pieced { term, treatment, messages }) =
            pieced.filter(|pieced| Some(pieced.treatment) > screened.treatment())
        else {
            return Ok((screened, None));
        };
        let screened = match treatment {
            Treatment::Tag => Screened::Tagged { term },
            Treatment::Mask => {
                let mut content = Box::new(content.clone());
                let all = filtering.all_elements;
                for text in content.elements.iter_mut().flat_map(|it| it.words_mut(all)) {
                    *text = Filter::mask_all(text);
                }
                Screened::Masked { term, content }
            }
            Treatment::Hold => Screened::Held { term },
            Treatment::Block => Screened::Blocked { term },
        };
        Ok((screened, Some(messages)))
    }

    /// Remembers what everybody reads of a message.
    pub(super) fn leave_trail(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        content: &Content,
        screened: &Screened,
    ) {
        let key = self.key();
        let filtering = self.config.settings().filtering;
        let (Some(limits), Some(author)) = (&filtering.trails, &caller.user) else { return };
        let read = match screened {
            Screened::Clean | Screened::Tagged { .. } => content,
            // Stars are no letters: of a message that is all of them nothing is added.
            Screened::Masked { content, .. } => content,
            Screened::Held { .. } | Screened::Blocked { .. } => return,
        };
        if self.house.filters.id_in_force().is_some() {
            let text = said(read, filtering.all_elements);
            self.house.make(key).trails.push(now, limits, author, &text);
        }
    }
}

/// The words of a content on end.
fn said(content: &Content, all: bool) -> Cow<'_, str> {
    match &content.elements[..] {
        [Element::Text(text)] => text.into(),
        elements => elements.iter().flat_map(|it| it.words(all)).map(String::as_str).collect(),
    }
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
