//! What one connection of the SDK asks, and who it is.

use std::sync::Arc;

use liveroom::{
    Profile, SessionId, Timestamp, UserId, Visitor,
    tim::{
        Code, Failure, SigError,
        callbacks::Connection,
        frames::{self, Ask, Frame, Head, Login},
        rest::{Reply, Turned},
    },
};
use tokio::sync::{RwLock, mpsc};

use super::{
    Handle,
    entry::Guise,
    keys::Reader,
    socket::{Caller, Job},
};
use crate::{
    desk::{Asker, Letter},
    errand::{Errand, Poll},
    house::House,
    keep::things,
    line::Line,
};

/// After how many seconds without a word the SDK says that it is there.
const HELLO_SECONDS: u32 = 30;

/// Somebody at a connection of the SDK.
#[derive(Debug)]
pub(super) struct Client {
    house: Arc<House>,
    pub(super) line: Arc<Line>,
    caller: Caller,
    login: Option<Member>,
    /// The session over which they read without having logged in.
    guest: Option<SessionId>,
    /// Joins share it, and a quit has it alone: it waits for the joins that were asked for before it.
    coming: Arc<RwLock<()>>,
}

/// Who has logged in.
#[derive(Debug)]
struct Member {
    user: UserId,
    session: SessionId,
    /// When the signature ends that they showed last: nothing is done for them after that, until they show another.
    until: Timestamp,
    letters: mpsc::Receiver<Arc<Letter>>,
}

impl Client {
    pub(super) fn new(house: Arc<House>, line: Arc<Line>, caller: Caller) -> Self {
        Self { house, line, caller, login: None, guest: None, coming: Arc::default() }
    }

    pub(super) fn is_logged_in(&self) -> bool {
        self.login.is_some()
    }

    /// Takes up one frame: what can be answered at once is, and the rest is a job.
    pub(super) async fn take_up(&mut self, frame: &Frame<'_>) -> Option<Job> {
        match self.begin(frame) {
            Ok(Begun::Done(reply)) => self.answer(frame.head(), &reply).await,
            Ok(Begun::Goes(job)) => return Some(job),
            Err(failure) => self.answer(frame.head(), &Reply::from(&failure)).await,
        }
        None
    }

    pub(super) async fn answer(&self, head: &Head, reply: &Reply) {
        self.line.say_bytes(head.reply(reply)).await;
    }

    fn begin(&mut self, frame: &Frame<'_>) -> Result<Begun, Failure> {
        let done = |reply| Ok(Begun::Done(reply));
        let ask = frame.ask()?;
        if self.login.is_none()
            && !matches!(ask, Ask::Login)
            && let Some((name, sig)) = frame.credentials()
        {
            // Over a new connection the SDK goes on at once, and logs in meanwhile. Whoever cannot be let in is told
            // so when they do.
            let _not_let_in = self.log_in(name, sig);
        }
        match ask {
            Ask::Alive => done(Reply::empty()),
            Ask::Nothing(reply) => done(reply),
            Ask::Login => {
                let (name, sig) = frame.credentials().ok_or(Code::SIG_MALFORMED)?;
                done(self.log_in(name, sig)?)
            }
            Ask::Logout => {
                self.log_out(Connection::Logout);
                done(Reply::empty())
            }
            Ask::Join { group, note, guest } => {
                let (guise, house) = (self.guise(guest)?, self.house.clone());
                let (asker, coming) = (self.asker(&guise), self.coming.clone());
                let head = frame.head().clone();
                Ok(Begun::Goes(Box::pin(async move {
                    let come = async {
                        let _before_a_quit = coming.read().await;
                        let key = house.find(asker.app, &group)?;
                        house.may_join(&asker, &group).await?;
                        house.keep.takes()?;
                        let reply = house.come_in(&asker, &guise, key, &note);
                        house.kept().await?;
                        reply
                    };
                    Some(head.reply(&come.await.into()))
                })))
            }
            Ask::Quit { group } => {
                let key = self.house.find(self.caller.app, &group)?;
                let (guise, house) = (self.known()?, self.house.clone());
                let (head, coming) = (frame.head().clone(), self.coming.clone());
                Ok(Begun::Goes(Box::pin(async move {
                    let _after_the_joins = coming.write().await;
                    let go = async {
                        house.keep.takes()?;
                        let gone = house.go(&guise, key);
                        house.kept().await?;
                        gone
                    };
                    Some(head.reply(&go.await.into()))
                })))
            }
            Ask::Poll { key, start, guest } => self.poll(frame.head(), &key, start, guest),
            Ask::Profiles { users } => done(self.profiles(&users)?),
            Ask::SetProfile { nick, avatar } => {
                let reply = self.set_profile(nick, avatar)?;
                let (house, head) = (self.house.clone(), frame.head().clone());
                Ok(Begun::Goes(Box::pin(async move {
                    Some(
                        head.reply(
                            &house.kept().await.map(|()| reply).map_err(Failure::from).into(),
                        ),
                    )
                })))
            }
            Ask::Call(call) => {
                let guise = self.known()?;
                let (asker, house) = (self.asker(&guise), self.house.clone());
                let head = frame.head().clone();
                Ok(Begun::Goes(Box::pin(async move {
                    Some(head.reply(&house.serve(&asker, call).await.into()))
                })))
            }
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        }
    }

    /// Logs in by a signature. From now on the connection is that user's.
    fn log_in(&mut self, name: &str, sig: &str) -> Result<Reply, Failure> {
        let now = self.house.clock.now();
        let (user, until) = self.house.apps.verify(self.caller.app, name, sig, now)?;
        self.house.must_be_open(self.caller.app)?;
        if let Some(login) = self.login.as_mut().filter(|login| login.user == user) {
            login.until = until;
        } else {
            self.log_out(Connection::Logout);
            // Who read as a guest is there once, not twice: if they read on so, they come in again.
            self.close_guest();
            let session = self.open(Visitor::user(user.clone(), self.caller.platform))?;
            let letters = self.house.desk.letters.open(self.caller.app, &user, session);
            self.login = Some(Member { user: user.clone(), session, until, letters });
            self.tell_state(Connection::Login);
        }
        let session = self.login.as_ref().map_or(0, |login| login.session.0);
        let login = Login { user: &user, sig, instance: session, hello: HELLO_SECONDS, now };
        Ok(login.reply())
    }

    fn open(&self, visitor: Visitor) -> Result<SessionId, Failure> {
        let session = SessionId(self.house.number());
        let opened = self.house.hub.open(self.caller.app, session, visitor);
        opened.map_err(|error| Failure::from(&error))?;
        self.house.gateway.open(session, self.line.clone());
        self.house.desk.came(session, self.caller.ip);
        Ok(session)
    }

    fn close(&self, session: SessionId) {
        self.house.gateway.close(session);
        self.house.desk.went(session);
        self.house.hub.close(self.house.clock.now(), self.caller.app, session);
    }

    /// Tells the app's server what became of the login here.
    fn tell_state(&self, what: Connection) {
        if let Some(login) = &self.login {
            self.house.tell_state(&self.asker(&self.guise_of(login)), what);
        }
    }

    /// The user is no longer at this connection.
    fn log_out(&mut self, why: Connection) {
        self.tell_state(why);
        if let Some(Member { user, session, .. }) = self.login.take() {
            self.house.desk.letters.close(self.caller.app, &user, session);
            // Whoever goes on purpose leaves nothing to be read by, not even a poll that is held.
            if why == Connection::Logout {
                self.house.gateway.keys.logged_out(session);
            }
            self.close(session);
        }
    }

    /// The connection is gone.
    pub(super) fn leave(&mut self, why: Connection) {
        self.log_out(why);
        self.close_guest();
    }

    fn close_guest(&mut self) {
        if let Some(session) = self.guest.take() {
            self.close(session);
        }
    }

    /// Who is logged in, while their signature holds.
    fn member(&self) -> Result<&Member, Failure> {
        let login = self.login.as_ref().ok_or(Turned::NotLoggedIn)?;
        if login.until <= self.house.clock.now() {
            return Err(SigError::Expired.into());
        }
        Ok(login)
    }

    fn guise_of(&self, login: &Member) -> Guise {
        let (session, platform) = (login.session, self.caller.platform);
        Guise { session, user: Some(login.user.clone()), platform }
    }

    /// As whom something is asked: as who is logged in, or as a guest.
    fn guise(&mut self, guest: bool) -> Result<Guise, Failure> {
        if !guest {
            return Ok(self.guise_of(self.member()?));
        }
        let platform = self.caller.platform;
        let session = match self.guest {
            Some(session) => session,
            None => self.open(Visitor::guest(platform))?,
        };
        self.guest = Some(session);
        Ok(Guise { session, user: None, platform })
    }

    /// As whom something is asked by somebody who is there already: a user, or a guest who reads.
    fn known(&mut self) -> Result<Guise, Failure> {
        self.guise(self.login.is_none() && self.guest.is_some())
    }

    fn asker(&self, guise: &Guise) -> Asker {
        Asker {
            app: self.caller.app,
            author: guise.author(),
            user: guise.user.clone(),
            // Over this way everybody speaks for themselves alone.
            admin: false,
            platform: self.caller.platform,
            ip: Some(self.caller.ip),
        }
    }

    fn poll(&mut self, head: &Head, key: &str, start: u64, guest: bool) -> Result<Begun, Failure> {
        let handle: Handle = key.parse().map_err(|()| Code::BAD_PARAMETER)?;
        let guise = self.guise(guest)?;
        let (asker, house) = (self.asker(&guise), self.house.clone());
        let (line, head, coming) = (self.line.clone(), head.clone(), self.coming.clone());
        Ok(Begun::Goes(Box::pin(async move {
            let hold = async {
                house.keep.takes()?;
                let (secret, reader) = {
                    let _before_a_quit = coming.read().await;
                    house.reader(&asker, &guise, &handle).await?
                };
                let Reader { group, floor, pass, .. } = reader;
                let handle = Handle { secret, ..handle.clone() };
                let poll = Poll { handle, line, head: head.clone(), start, floor, pass };
                let taken = house.send_on(Errand::Poll { group, poll }).await;
                // The host ends, and with it the connection.
                if taken { Ok(()) } else { Err(Failure::from(Code::INTERNAL)) }
            };
            // A poll that is held is answered when there is something.
            let failure = hold.await.err()?;
            if failure.code == Code::NO_SUCH_GROUP {
                return Some(house.farewell(&head, &handle, start));
            }
            Some(head.reply(&Reply::from(&failure)))
        })))
    }

    fn profiles(&self, users: &[UserId]) -> Result<Reply, Failure> {
        let login = self.member()?;
        let own = std::slice::from_ref(&login.user);
        let users = if users.is_empty() { own } else { users };
        let profile = |user| self.house.hub.profile(self.caller.app, user);
        let profiles: Vec<_> = users.iter().map(|user| (user, profile(user))).collect();
        Ok(frames::profile(profiles.iter().map(|(user, profile)| (*user, &**profile))))
    }

    fn set_profile(&self, nick: Option<String>, avatar: Option<String>) -> Result<Reply, Failure> {
        let Member { user, .. } = self.member()?;
        let former = self.house.hub.profile(self.caller.app, user);
        let profile = Profile {
            nick: nick.map_or_else(|| former.nick.clone(), Into::into),
            avatar: avatar.map_or_else(|| former.avatar.clone(), Into::into),
        };
        let now = self.house.clock.now();
        self.house.keep.takes()?;
        let (hub, app) = (&self.house.hub, self.caller.app);
        self.house.keep.together(|kept| {
            let set = hub.set_profile(now, app, user, profile);
            // Where a group did not hear of it, it is set even so.
            kept.push(things::profile(app, user, &hub.profile(app, user)));
            set.map_err(|error| Failure::from(&error))
        })?;
        Ok(Reply::empty())
    }

    /// The next letter to whoever is logged in here.
    pub(super) async fn letter(&mut self) -> Arc<Letter> {
        let letter = match &mut self.login {
            Some(login) => login.letters.recv().await,
            None => None,
        };
        match letter {
            Some(letter) => letter,
            None => std::future::pending().await,
        }
    }

    /// Gives a letter to the client.
    pub(super) async fn deliver(&self, letter: &Letter) {
        let Letter { message, at, number } = letter;
        let profile = match &message.from {
            Some(user) => self.house.hub.profile(self.caller.app, user),
            None => Arc::default(),
        };
        let admin = self.house.apps.admin.as_str();
        let frame = frames::push_to_user(*number, admin, message, &profile, *at);
        self.line.say_bytes(frame).await;
    }
}

/// How far a frame got at once.
enum Begun {
    Done(Reply),
    Goes(Job),
}
