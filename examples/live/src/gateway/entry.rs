//! Who comes into a group over the SDK, goes, and comes back.

use liveroom::{
    Author, Body, Class, Command, Cursor, Entry, Group, GroupId, HubKey, Join, JoinStatus,
    LeaveReason, Notice, Occupant, Platform, PushError, Receipt, Refusal, Seq, SessionId, UserId,
    tim::{
        Code, Failure, Room, events,
        frames::{self, Head, joined},
        rest::{Reply, Turned},
    },
};

use super::{
    Handle,
    keys::{NoReader, Reader},
    place_after,
};
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
        let (status, entered) = self.let_in(asker, guise, key, note)?;
        let Some((secret, cursor)) = entered else { return Ok(joined(status, "", 0)) };
        let group = self.hub.read(key, |group| group.id().clone()).ok_or(Code::NO_SUCH_GROUP)?;
        let handle = Handle { secret, group }.to_string();
        Ok(joined(status, &handle, place_after(&cursor)))
    }

    /// The same, and where they begin to read; neither for somebody who waits to be admitted.
    fn let_in(
        &self,
        asker: &Asker,
        guise: &Guise,
        key: HubKey,
        note: &str,
    ) -> Result<(JoinStatus, Option<(Secret, Cursor)>), Failure> {
        let now = self.clock.now();
        let answer = self.hub.push(now, key, guise.author(), guise.join(note));
        let answer = answer.map_err(|error| Failure::from(&error))?;
        let Receipt::Joined { status, cursor } = answer else {
            unreachable!("a join is answered by how one came in");
        };
        if status == JoinStatus::WaitingForApproval {
            return Ok((status, None));
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
        Ok((status, Some((secret, cursor))))
    }

    /// Lets somebody leave a group on purpose. Whoever is not in it has left: a client that takes itself to be in,
    /// since it was as a guest, or before the host was started anew, would never come in again.
    pub(super) fn go(&self, guise: &Guise, key: HubKey) -> Result<Reply, Failure> {
        let quit = || self.hub.push(self.clock.now(), key, guise.author(), Command::Quit);
        let left = self.desk.leave(key, guise.user.as_ref(), guise.session, quit);
        match left {
            Ok(()) | Err(PushError::Refused(Refusal::UnknownSession { .. })) => {}
            Err(error) => return Err(Failure::from(&error)),
        }
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

    /// Who polls with that handle, if it is good for somebody in that guise, and with which key from now on. One whose
    /// connection was lost is in the group again, over the new one; one whose key is not known any more comes in by
    /// a new one.
    pub(super) async fn reader(
        &self,
        asker: &Asker,
        guise: &Guise,
        Handle { secret, group }: &Handle,
    ) -> Result<(Secret, Reader), Failure> {
        match self.gateway.keys.find(self.clock.now(), secret) {
            Err(NoReader::Unknown) => self.come_anew(asker, guise, group).await,
            Err(NoReader::Taken) => Err(Code::NO_PERMISSION.into()),
            Ok(reader) if reader.app != asker.app => Err(Code::NO_PERMISSION.into()),
            Ok(reader) if reader.user != guise.user => Err(Turned::NotLoggedIn.into()),
            Ok(reader) => self.read_on(asker, guise, *secret, reader).await,
        }
    }

    /// A reader whose key is known reads on by it.
    async fn read_on(
        &self,
        asker: &Asker,
        guise: &Guise,
        secret: Secret,
        reader: Reader,
    ) -> Result<(Secret, Reader), Failure> {
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
        Ok((secret, reader))
    }

    /// Somebody comes with a key that is not known: the host was started anew, or they were away for long. They join
    /// the group that they name, as whoever asks to.
    async fn come_anew(
        &self,
        asker: &Asker,
        guise: &Guise,
        group: &GroupId,
    ) -> Result<(Secret, Reader), Failure> {
        let key = self.find(asker.app, group)?;
        self.may_join(asker, group).await?;
        let (_, entered) = self.let_in(asker, guise, key, "")?;
        let (secret, _) = entered.ok_or(Code::NO_PERMISSION)?;
        let reader = self.gateway.keys.find(self.clock.now(), &secret);
        Ok((secret, reader.map_err(|_| Failure::from(Code::NO_PERMISSION))?))
    }

    /// The answer to a poll in a group that is not there: both SDKs leave it upon that.
    pub(super) fn farewell(&self, head: &Head, handle: &Handle, start: u64) -> Vec<u8> {
        let (id, name) = (&handle.group, handle.group.as_str());
        let room = Room { id, name, admin: self.apps.admin.as_str() };
        let (seq, body) = (Seq(self.number()), Body::Notice(Notice::Disbanded));
        let (at, class) = (self.clock.now(), Class::Notice);
        let entry = Entry { seq, at, class, body, folded: None };
        frames::poll(head, &handle.to_string(), start, &events::list(&room, &[entry]))
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
