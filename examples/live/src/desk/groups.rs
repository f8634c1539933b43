//! Groups made on request, and messages taken back.

use liveroom::{
    Action, Author, Body, Command, Epoch, GroupId, HubKey, Seq, Timestamp, UserId,
    tim::{
        Code, Failure, NewGroup,
        callbacks::Callback,
        rest::{self, Reply},
    },
};

use super::{Asker, owned};
use crate::{house::House, keep::Change};

impl House {
    /// Makes a group. Who is no administrator makes it for themselves.
    pub(super) async fn make_group(&self, asker: &Asker, new: &NewGroup) -> Result<Reply, Failure> {
        let owner = owner_of(asker, new)?;
        self.may_make(asker, new, owner.as_ref()).await?;
        let now = self.clock.now();
        if let Some(owner) = &owner {
            let most = if asker.admin { usize::MAX } else { owned::MOST };
            if !self.desk.owned.claim(now, asker.app, owner, most) {
                let info = format!(
                    "a user owns {most} groups at most, those that ended of late among them"
                );
                return Err(Failure::new(Code::TOO_MANY_GROUPS, info));
            }
        }
        let made = self.create(now, asker, new, owner.as_ref());
        match (&made, &owner) {
            (Ok(key), Some(owner)) => self.desk.owned.made(*key, owner),
            (Err(_), Some(owner)) => self.desk.owned.given_up(asker.app, owner),
            (_, None) => {}
        }
        let key = made?;
        self.keep.change(|| Change::Begin(key));
        let id = self.hub.read(key, |group| group.id().clone()).ok_or(Code::INTERNAL)?;
        let furnished = new.profile().map_or(Ok(()), |profile| self.furnish(key, profile));
        self.kept().await?;
        self.tell_made(asker, key, &id, new, owner.as_ref());
        furnished?;
        Ok(rest::created(&id))
    }

    fn create(
        &self,
        now: Timestamp,
        asker: &Asker,
        new: &NewGroup,
        owner: Option<&UserId>,
    ) -> Result<HubKey, Failure> {
        // The history of a group that had the id before is lost; another is a life of its own.
        let mut creation = new.creation(self.desk.config()?).epoch(Epoch::at(now));
        if let Some(owner) = owner {
            creation = creation.owner(owner.clone());
        }
        if new.id().is_some_and(|id| self.withheld.has(asker.app, id)) {
            return Err(Code::GROUP_ID_TAKEN.into());
        }
        self.make_way(asker, new.id());
        self.hub.create(now, asker.app, creation).map_err(|error| {
            let is_owned = new.id().is_some_and(|id| self.is_owned_by(asker, id));
            Failure::of_creation(&error, is_owned)
        })
    }

    /// Gives a new group the rest of its profile, of which its making told already.
    fn furnish(&self, key: HubKey, profile: &Command) -> Result<(), Failure> {
        let info_seq = || self.hub.read(key, |group| group.profile().info_seq());
        let before = info_seq();
        self.desk.furnished().insert(key);
        let pushed = self.push_as(key, Author::App, profile.clone());
        if info_seq() == before {
            // Nothing changed, so that nothing is told that should not be.
            self.desk.furnished().remove(&key);
        }
        pushed.map(drop).map_err(|error| Failure::from(&error))
    }

    /// Asks the app's server whether a group may be made.
    async fn may_make(
        &self,
        asker: &Asker,
        new: &NewGroup,
        owner: Option<&UserId>,
    ) -> Result<(), Failure> {
        let Some(callbacks) = &self.desk.callbacks else { return Ok(()) };
        let count = owner.map_or(0, |owner| self.desk.owned.count(asker.app, owner));
        let operator = asker.user.as_ref().unwrap_or(callbacks.admin());
        let callback =
            Callback::before_create(operator.as_str(), owner, new.name(), count, asker.platform);
        callbacks.permit(&callback, self.here(asker)).await
    }

    fn tell_made(
        &self,
        asker: &Asker,
        key: HubKey,
        id: &GroupId,
        new: &NewGroup,
        owner: Option<&UserId>,
    ) {
        let Some(callbacks) = &self.desk.callbacks else { return };
        let operator = asker.user.as_ref().unwrap_or(callbacks.admin());
        let fields = match new.profile() {
            Some(Command::SetGroup(patch)) => patch.custom.as_slice(),
            _ => &[],
        };
        let fields = fields.iter().map(|(key, value)| (&**key, &**value));
        let room = callbacks.room(id, new.name());
        let callback = Callback::created(&room, operator.as_str(), owner, fields, asker.platform);
        callbacks.tell(key, callback, self.here(asker));
    }

    /// The id of a group that was disbanded is free again, while those who read it read it to its end.
    fn make_way(&self, asker: &Asker, id: Option<&GroupId>) {
        let former = id.and_then(|id| self.hub.find(asker.app, id));
        // The rooms of the page are read as long as the house stands.
        if let Some(key) = former.filter(|key| self.rooms.iter().all(|room| room.key != *key))
            && self.hub.release_id(key)
        {
            self.keep.change(|| Change::Forget(key));
        }
    }

    fn is_owned_by(&self, asker: &Asker, id: &GroupId) -> bool {
        let key = self.hub.find(asker.app, id);
        let owner =
            key.and_then(|key| self.hub.read(key, |group| group.owner().cloned())).flatten();
        owner.is_some() && owner == asker.user
    }

    /// Takes messages back, each by itself.
    pub(super) async fn recall(
        &self,
        asker: &Asker,
        group: &GroupId,
        seqs: &[u64],
    ) -> Result<Reply, Failure> {
        let key = self.find(asker.app, group)?;
        let may =
            self.hub.read(key, |group| group.may(&asker.author, Action::Recall { own: true }));
        may.ok_or(Code::NO_SUCH_GROUP)?.map_err(|refusal| Failure::from(&refusal))?;
        let recall = |seq: u64| {
            let message = self.hub.read(key, |group| match &group.entry(Seq(seq))?.body {
                Body::Message(message) => Some(message.id),
                Body::Tip(_) | Body::Notice(_) | Body::Emptied | _ => None,
            });
            let message = message.flatten().ok_or(Code::NO_SUCH_MESSAGE)?;
            let pushed = self.push_as(key, asker.author.clone(), Command::Recall { message });
            pushed.map(drop).map_err(|error| Failure::from(&error))
        };
        let results: Vec<_> = seqs.iter().map(|seq| (*seq, recall(*seq))).collect();
        let recalled: Vec<_> =
            results.iter().filter(|(_, it)| it.is_ok()).map(|(seq, _)| *seq).collect();
        self.kept().await?;
        if let Some(callbacks) = self.desk.callbacks.as_ref().filter(|_| !recalled.is_empty()) {
            let operator = asker.user.as_ref().filter(|_| !asker.is_app());
            let callback = Callback::recalled(&callbacks.room(group, ""), operator, &recalled);
            callbacks.tell(key, callback, self.here(asker));
        }
        Ok(rest::recalled(&results))
    }
}

/// An administrator says who the owner is to be; everybody else is it.
fn owner_of(asker: &Asker, new: &NewGroup) -> Result<Option<UserId>, Failure> {
    match (new.owner(), &asker.user) {
        (owner, _) if asker.admin => Ok(owner.cloned()),
        (None, Some(user)) => Ok(Some(user.clone())),
        (Some(owner), Some(user)) if owner == user => Ok(Some(user.clone())),
        (Some(_), _) | (None, None) => Err(Code::NO_PERMISSION.into()),
    }
}
