//! Groups before they are there: what one is made of, and its id.

use std::sync::Arc;

use super::PushError;
use crate::{
    config::GroupConfig,
    group::Group,
    hash::HashKey,
    id::{Epoch, GroupId, UserId},
    time::Timestamp,
};

/// What a new group is made of.
///
/// ```
/// use liveroom::{Creation, GroupId};
///
/// let assigned = Creation::named("Friday night"); // gets an id like @TGS#…
/// let chosen = Creation::named("Friday night").id(GroupId::custom("friday")?);
/// # Ok::<(), liveroom::IdError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Creation {
    id: Option<GroupId>,
    name: Arc<str>,
    owner: Option<UserId>,
    config: GroupConfig,
    epoch: Epoch,
}

impl Creation {
    /// A group of this name, 1 to 30 bytes, without an owner, under the `livestream` preset.
    pub fn named(name: &str) -> Self {
        let config = GroupConfig::livestream();
        Self { id: None, name: name.into(), owner: None, config, epoch: Epoch(1) }
    }

    /// With an id of the host's choice instead of an assigned one.
    ///
    /// An id that was assigned may be given [another epoch](Self::epoch); none can be chosen.
    #[must_use]
    pub fn id(self, id: GroupId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// With an owner.
    #[must_use]
    pub fn owner(self, owner: UserId) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Under another config.
    #[must_use]
    pub fn config(self, config: GroupConfig) -> Self {
        Self { config, ..self }
    }

    /// In another epoch than the first: for an id that was used before, whose history is lost.
    #[must_use]
    pub fn epoch(self, epoch: Epoch) -> Self {
        Self { epoch, ..self }
    }

    /// The id that was chosen, if one was.
    pub(crate) fn chosen(&self) -> Result<Option<GroupId>, PushError> {
        // What has had an epoch was assigned once, and comes back.
        let reserved = |id: &GroupId| id.is_assigned() && self.epoch <= Epoch(1);
        if self.id.as_ref().is_some_and(reserved) {
            return Err(PushError::ReservedId);
        }
        Ok(self.id.clone())
    }

    /// Makes the group of this id, and names it, outside of any engine: to
    /// [replay](crate::replay) its journal, and to give it to an engine or hub then.
    ///
    /// ```
    /// use liveroom::{Creation, Engine, EngineConfig, GroupId, HashKey, Timestamp, replay};
    ///
    /// let (now, key) = (Timestamp::from_secs(1_600_000_000), HashKey::new(1, 2));
    /// let id = GroupId::custom("friday")?;
    /// let mut group = Creation::named("Friday night").build(now, id, key)?;
    /// replay(&mut group, [], |_output| {})?; // the records that were written since
    /// let mut engine = Engine::new(key, EngineConfig::default());
    /// let key = engine.adopt(group)?;
    /// assert_eq!(engine.group(key).map(|group| group.profile().name()), Some("Friday night"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A refusal if the name is not 1 to 30 bytes, or not fit to be shown.
    pub fn build(self, now: Timestamp, id: GroupId, key: HashKey) -> Result<Group, PushError> {
        let mut group = Group::new(id, self.owner, self.config, self.epoch, key, now);
        group.christen(now, self.name)?;
        Ok(group)
    }
}

/// An id to assign. The key makes it hard to guess; the count makes it new in this process, and the
/// time makes it new after another that had the same key.
pub(crate) fn assigned(key: HashKey, now: Timestamp, count: u64) -> GroupId {
    GroupId::assigned(key.hash_one((now, count)))
}
