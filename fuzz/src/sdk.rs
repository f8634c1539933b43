//! Frames of the modelled service's SDK from anywhere: each is answered, to whoever asked, and nobody speaks
//! in another's name.
//!
//! Each line of an input is a frame, or `+250` (so many milliseconds go by), or `#1` (the connection that
//! the next frames come over).

use std::{collections::BTreeMap, str};

use liveroom::{
    AppId, Author, Command, Cursor, GroupConfig, GroupKey, Join, JoinStatus, Platform, Profile,
    Receipt, SessionId, UserId, Visitor,
    tim::{
        Call, Code, Failure, Signer, events,
        frames::{self, Ask, Frame, Login},
        rest::{Reply, Turned},
    },
};
use serde_json::Value;

use crate::{
    desk::{ADMIN, Asker, Desk, is_a_reply},
    laws,
    rest::{waits, within_limits},
};

/// More frames than these add time, not states.
const LINES: usize = 64;
const CONNECTIONS: usize = 3;

/// One connection.
#[derive(Default)]
struct Client {
    login: Option<(UserId, SessionId)>,
    guest: Option<SessionId>,
    /// How far it has read.
    reads: BTreeMap<GroupKey, Cursor>,
}

struct Gateway {
    desk: Desk,
    signer: Signer,
    sessions: u64,
}

/// Serves the frames that the lines are, and looks at every answer.
pub fn sdk(data: &[u8]) {
    let signer = Signer::new(AppId(7), "key");
    let mut gateway = Gateway { desk: Desk::new(GroupConfig::vendor()), signer, sessions: 100 };
    let mut clients: [Client; CONNECTIONS] = Default::default();
    let mut at = 0;
    for line in data.split(|byte| *byte == b'\n').take(LINES) {
        if let Some(millis) = waits(line) {
            gateway.desk.wait(millis);
        } else if let [b'#', digit] = line {
            at = usize::from(*digit) % CONNECTIONS;
        } else {
            gateway.hear(&mut clients[at], line);
            gateway.desk.settle();
        }
    }
}

impl Gateway {
    fn hear(&mut self, client: &mut Client, bytes: &[u8]) {
        let frame = match Frame::read(bytes) {
            Ok(frame) => frame,
            Err(failure) => {
                answers(&frames::fault(&failure), "", 0);
                return;
            }
        };
        if let Some((name, sig)) = frame.credentials() {
            assert!(name.len() + sig.len() < bytes.len(), "credentials out of nowhere");
        }
        let ask = frame.ask();
        if let Ok(ask) = &ask {
            in_nobodys_name(ask);
            however_asked(bytes, &frame, ask);
        }
        let answer = ask.and_then(|ask| self.answer(client, &frame, ask));
        let (servcmd, seq) = (frame.servcmd(), frame.seq());
        match answer {
            Ok(Answer::Frame(told)) => answers(&told, servcmd, seq),
            Ok(Answer::Reply(reply)) => {
                is_a_reply(&reply);
                assert_eq!(frame.reply(&reply), frame.head().reply(&reply));
                answers(&frame.reply(&reply), servcmd, seq);
            }
            Err(failure) => answers(&frame.fail(&failure), servcmd, seq),
        }
    }

    fn answer(
        &mut self,
        client: &mut Client,
        frame: &Frame<'_>,
        ask: Ask,
    ) -> Result<Answer, Failure> {
        let reply = match ask {
            Ask::Login => self.log_in(client, frame)?,
            Ask::Logout => {
                if let Some((_, session)) = client.login.take() {
                    self.desk.engine.close(self.desk.now, session);
                }
                Reply::empty()
            }
            Ask::Alive => Reply::empty(),
            Ask::Nothing(reply) => reply,
            Ask::Join { group, note, guest } => {
                let key = self.desk.find(&group)?;
                let asker = self.asker(client, guest)?;
                let (user, note) = (asker.user.clone(), note.as_str().into());
                let join = Join { user, note, platform: Platform::Web, ..Join::default() };
                let joined = self.desk.push(key, asker.author, Command::Join(join));
                let joined = joined.map_err(|error| Failure::from(&error))?;
                let Receipt::Joined { status, cursor } = joined else {
                    panic!("a join is answered by how one came in");
                };
                let is_in = status != JoinStatus::WaitingForApproval;
                if is_in {
                    client.reads.insert(key, cursor);
                }
                let handle = if is_in { group.as_str() } else { "" };
                frames::joined(status, handle, cursor.position().0 + 1)
            }
            Ask::Quit { group } => {
                let (key, asker) = (self.desk.find(&group)?, self.asker(client, false)?);
                let quit = self.desk.push(key, asker.author, Command::Quit);
                quit.map_err(|error| Failure::from(&error))?;
                Reply::empty()
            }
            Ask::Poll { key, start: _, guest: _ } => {
                let group = key.parse().map_err(|_| Code::BAD_PARAMETER)?;
                let key = self.desk.find(&group)?;
                let cursor = client.reads.get_mut(&key).ok_or(Code::NO_PERMISSION)?;
                let group = self.desk.group(key);
                let entries = laws::read(group, cursor);
                let (id, name) = (group.id(), group.profile().name());
                let room = liveroom::tim::Room { id, name, admin: ADMIN };
                let list = events::list(&room, &entries);
                let next = cursor.position().0 + 1;
                let told = frames::poll(frame.head(), id.as_str(), next, &list);
                let said: Value = serde_json::from_slice(&told).expect("it is JSON");
                assert_eq!(said["body"]["NextSeq"], group.tail().position().0 + 1);
                return Ok(Answer::Frame(told));
            }
            Ask::Profiles { users } => {
                assert!(users.len() <= 100, "of too many users");
                let profiles: Vec<_> =
                    users.iter().map(|user| (user, self.desk.engine.profile(user))).collect();
                frames::profile(profiles.iter().map(|(user, profile)| (*user, &**profile)))
            }
            Ask::SetProfile { nick, avatar } => {
                let (user, _) = client.login.as_ref().ok_or(Turned::NotLoggedIn)?;
                let (nick, avatar) = (nick.unwrap_or_default(), avatar.unwrap_or_default());
                let profile = Profile::new(&nick, &avatar);
                let set = self.desk.engine.set_profile(self.desk.now, user, profile);
                set.map_err(|error| Failure::from(&error))?;
                Reply::empty()
            }
            Ask::Call(call) => {
                let asker = self.asker(client, client.login.is_none())?;
                self.desk.serve(&asker, &call)?
            }
            other => panic!("not known here: {other:?}"),
        };
        Ok(Answer::Reply(reply))
    }

    fn log_in(&mut self, client: &mut Client, frame: &Frame<'_>) -> Result<Reply, Failure> {
        let (name, sig) = frame.credentials().ok_or(Code::SIG_MALFORMED)?;
        let user: UserId = name.parse().map_err(|_| Code::SIG_MALFORMED)?;
        self.signer.verify(&user, sig, self.desk.now)?;
        if let Some((_, session)) = client.login.take() {
            self.desk.engine.close(self.desk.now, session);
        }
        let session = self.open(Visitor::user(user.clone(), Platform::Web))?;
        client.login = Some((user.clone(), session));
        let login = Login { user: &user, sig, instance: session.0, hello: 30, now: self.desk.now };
        Ok(login.reply())
    }

    fn open(&mut self, visitor: Visitor) -> Result<SessionId, Failure> {
        self.sessions += 1;
        let session = SessionId(self.sessions);
        self.desk.engine.open(session, visitor).map_err(|error| Failure::from(&error))?;
        Ok(session)
    }

    fn asker(&mut self, client: &mut Client, guest: bool) -> Result<Asker, Failure> {
        if !guest {
            let (user, session) = client.login.clone().ok_or(Turned::NotLoggedIn)?;
            return Ok(Asker { author: Author::Session(session), user: Some(user), admin: false });
        }
        let session = match client.guest {
            Some(session) => session,
            None => self.open(Visitor::guest(Platform::Web))?,
        };
        client.guest = Some(session);
        Ok(Asker { author: Author::Guest(session), user: None, admin: false })
    }
}

enum Answer {
    Reply(Reply),
    Frame(Vec<u8>),
}

/// A frame answers what was asked, in the form of a reply.
fn answers(frame: &[u8], servcmd: &str, seq: u64) {
    assert!(servcmd.len() <= 128, "a command is sent back at length");
    let said: Value = serde_json::from_slice(frame).expect("it is JSON");
    assert_eq!((&said["head"]["servcmd"], &said["head"]["seq"]), (&servcmd.into(), &seq.into()));
    assert!(
        said["body"]["ErrorCode"].is_u64() && said["body"]["ActionStatus"].is_string(),
        "{said}"
    );
    assert!(frame.len() <= Reply::MAX_BYTES + 1_024, "a frame is too long");
}

/// Over a connection everybody speaks for themselves.
fn in_nobodys_name(ask: &Ask) {
    let Ask::Call(call) = ask else { return };
    within_limits(call);
    match call {
        Call::Push { from, .. } => assert_eq!(*from, None),
        Call::Send { from, skip_before, skip_after, .. } => {
            assert_eq!((from, skip_before, skip_after), (&None, &false, &false));
        }
        Call::Broadcast { .. } | Call::ToUser(_) => panic!("for administrators alone"),
        _ => {}
    }
}

/// However a frame is written, it asks the same.
fn however_asked(bytes: &[u8], frame: &Frame<'_>, ask: &Ask) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    let written = value.to_string();
    let Ok(again) = Frame::read(written.as_bytes()) else {
        assert!(written.len() > bytes.len(), "it cannot be read: {written}");
        return;
    };
    assert_eq!((again.head(), again.credentials()), (frame.head(), frame.credentials()));
    assert_eq!(again.ask().as_ref(), Ok(ask), "{written}");
}
