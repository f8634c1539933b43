//! Who comes into a group over the SDK, goes, and comes back.

use liveroom::{
    Author, Command, Group, HubKey, Join, JoinStatus, Platform, Receipt, SessionId, UserId,
    tim::{
        Code, Failure,
        frames::joined,
        rest::{Reply, Turned},
    },
};

use super::{keys::Reader, place_after};
use crate::{desk::Asker, house::House, secret::Secret};

/// At which session somebody is, as a user or as a guest.
#[derive(Clone, Debug)]
pub(super) struct Guise {
    pub(super) session: SessionId,
    /// `None` is a guest.
    pub(super) user: Option<UserId>,
    pub(super) platform: Platform,
}

impl Guise {
    pub(super) fn author(&self) -> Author {
        match self.user {
            Some(_) => Author::Session(self.session),
            None => Author::Guest(self.session),
        }
    }

    /// The profile is the one that the hub knows.
    fn join(&self, note: &str) -> Command {
        let (user, platform) = (self.user.clone(), self.platform);
        Command::Join(Join { user, platform, note: note.into(), ..Join::default() })
    }
}

impl House {
    /// Lets somebody into a group, with a key to read it by.
    pub(super) fn come_in(
        &self,
        asker: &Asker,
        guise: &Guise,
        key: HubKey,
        note: &str,
    ) -> Result<Reply, Failure> {
        let now = self.clock.now();
        let answer = self.hub.push(now, key, guise.author(), guise.join(note));
        let answer = answer.map_err(|error| Failure::from(&error))?;
        let Receipt::Joined { status, cursor } = answer else {
            unreachable!("a join is answered by how one came in");
        };
        if status == JoinStatus::WaitingForApproval {
            return Ok(joined(status, "", 0));
        }
        let reader = Reader::new(asker.app, key, guise.user.clone(), guise.session, cursor);
        let (secret, floor) =
            self.gateway.keys.give(now, reader).map_err(|_| Failure::from(Code::INTERNAL))?;
        let start = if status == JoinStatus::Joined { &floor } else { &cursor };
        Ok(joined(status, &secret.to_string(), place_after(start)))
    }

    /// Lets somebody leave a group on purpose.
    pub(super) fn go(&self, guise: &Guise, key: HubKey) -> Result<Reply, Failure> {
        let pushed = self.hub.push(self.clock.now(), key, guise.author(), Command::Quit);
        pushed.map_err(|error| Failure::from(&error))?;
        self.gateway.keys.left(key, guise.user.clone(), guise.session);
        Ok(Reply::empty())
    }

    /// Whose key that is, if it is good for somebody in that guise. One whose connection was lost is in the group
    /// again, over the new one.
    pub(super) fn reader(
        &self,
        asker: &Asker,
        guise: &Guise,
        secret: Secret,
    ) -> Result<Reader, Failure> {
        let now = self.clock.now();
        let reader = self.gateway.keys.find(now, &secret).filter(|it| it.app == asker.app);
        let reader = reader.ok_or(Code::NO_PERMISSION)?;
        if reader.user != guise.user {
            return Err(Turned::NotLoggedIn.into());
        }
        let is_in = |group: &Group| group.is_connected(guise.session) || group.is_disbanded();
        let is_in = self.hub.read(reader.group, is_in).ok_or(Code::NO_SUCH_GROUP)?;
        if !is_in {
            self.come_again(guise, &reader)?;
        }
        if !is_in || reader.session != guise.session {
            self.gateway.keys.moved(secret, guise.session);
        }
        Ok(reader)
    }

    /// Lets a reader in who was in before. A member is still one within the grace time; whoever is later, and a
    /// guest, joins anew. One who left, or was removed, does not.
    fn come_again(&self, guise: &Guise, reader: &Reader) -> Result<(), Failure> {
        let push = |command| self.hub.push(self.clock.now(), reader.group, guise.author(), command);
        if let Some(user) = &guise.user {
            let platform = guise.platform;
            if push(Command::Attach { user: user.clone(), platform }).is_ok() {
                return Ok(());
            }
            if !reader.lost {
                return Err(Code::NO_PERMISSION.into());
            }
        }
        push(guise.join("")).map(drop).map_err(|error| Failure::from(&error))
    }
}
