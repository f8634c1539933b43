//! Who comes into a group over the SDK, goes, and comes back.

use liveroom::{
    Author, Command, Group, HubKey, Join, JoinStatus, LeaveReason, Occupant, Platform, Receipt,
    SessionId, UserId,
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
        let keys = &self.gateway.keys;
        let was_in = status == JoinStatus::AlreadyInGroup;
        let secret = if let Some(secret) = keys.of(now, key, guise.session).filter(|_| was_in) {
            secret
        } else {
            let user = guise.user.clone();
            let reader = Reader::new(asker.app, key, user, guise.session, cursor);
            keys.give(now, reader).map_err(|_| Failure::from(Code::INTERNAL))?
        };
        Ok(joined(status, &secret.to_string(), place_after(&cursor)))
    }

    /// Lets somebody leave a group on purpose.
    pub(super) fn go(&self, guise: &Guise, key: HubKey) -> Result<Reply, Failure> {
        let pushed = self.hub.push(self.clock.now(), key, guise.author(), Command::Quit);
        pushed.map_err(|error| Failure::from(&error))?;
        self.gateway.keys.left(key, guise.session);
        Ok(Reply::empty())
    }

    /// A user left a group, over one session or all: their keys there are no good any more, and if only the
    /// connection was lost, they are good to come in again.
    pub(crate) fn left(&self, key: HubKey, user: &UserId, reason: LeaveReason) {
        let mut gone = self.gateway.keys.of_user(key, user);
        if gone.is_empty() {
            return;
        }
        // Looked at now, since they may be back meanwhile. A key is given to a session that is in the group: if that
        // is not there any more, it has left since.
        let is_in =
            |group: &Group, session| matches!(group.occupant(session), Some(Occupant::Member(_)));
        self.hub.read(key, |group| gone.retain(|(_, session)| !is_in(group, *session)));
        match reason {
            LeaveReason::Lost => self.gateway.keys.lost(&gone),
            LeaveReason::Quit | LeaveReason::Kicked | LeaveReason::Banned | _ => {
                self.gateway.keys.removed(&gone);
            }
        }
    }

    /// Whose key that is, if it is good for somebody in that guise. One whose connection was lost is in the group
    /// again, over the new one.
    pub(super) async fn reader(
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
        let is_in = self.hub.read(reader.group, |group| match group.occupant(guise.session) {
            // Connected, and not in.
            Some(Occupant::Applicant(_)) => Err(Code::NO_PERMISSION),
            _ => Ok(group.is_connected(guise.session) || group.is_disbanded()),
        });
        let is_in = is_in.ok_or(Code::NO_SUCH_GROUP)??;
        if !is_in {
            self.come_again(asker, guise, &reader).await?;
        }
        if !is_in || reader.session != guise.session {
            self.gateway.keys.moved(secret, guise.session);
        }
        Ok(reader)
    }

    /// Lets a reader in who was in before. A member is still one within the grace time; whoever is later, and a
    /// guest, joins anew, as if they asked to. One who left, or was removed, does not.
    async fn come_again(
        &self,
        asker: &Asker,
        guise: &Guise,
        reader: &Reader,
    ) -> Result<(), Failure> {
        let push = |command| self.hub.push(self.clock.now(), reader.group, guise.author(), command);
        if let Some(user) = &guise.user {
            let platform = guise.platform;
            if push(Command::Attach { user: user.clone(), platform, print: None }).is_ok() {
                return Ok(());
            }
            if !reader.lost {
                return Err(Code::NO_PERMISSION.into());
            }
        }
        let id = self.hub.read(reader.group, |group| group.id().clone());
        self.may_join(asker, &id.ok_or(Code::NO_SUCH_GROUP)?).await?;
        // Who quit, or logged out, while the app's server thought about it does not want it any more.
        if !reader.pass.is_good() {
            return Err(Code::NO_PERMISSION.into());
        }
        match push(guise.join("")).map_err(|error| Failure::from(&error))? {
            Receipt::Joined { status: JoinStatus::Joined | JoinStatus::AlreadyInGroup, .. } => {
                Ok(())
            }
            _waits_to_be_let_in => Err(Code::NO_PERMISSION.into()),
        }
    }
}
