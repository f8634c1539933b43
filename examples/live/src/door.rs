//! Who comes in, goes, and comes back.
//!
//! A user is known by a token of 128 random bits, which stands for one user and one session in one room:
//! a newer connection that brings it takes the session over. The owner is known by the host's key, and
//! by nothing else. Everything that opens or closes a session happens under one lock, so that the end
//! of an old connection cannot close what a new one has just opened.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use liveroom::{
    Author, Command, Cursor, JoinStatus, Platform, Profile, PushError, Receipt, Refusal, SessionId,
    UserId, Visitor,
};

use crate::{
    book::{Book, Pass},
    errand::Arrival,
    house::House,
    line::Line,
    protocol::{
        client::JoinFrame,
        host::{Bye, HostFrame},
    },
    room::Room,
    secret::Secret,
    welcome::Admitted,
};

/// The tokens, and the lock under which sessions open and close.
#[derive(Debug, Default)]
pub(crate) struct Door(Mutex<Book>);

/// Somebody who is in.
#[derive(Debug)]
pub(crate) struct Stay {
    pub(crate) room: Arc<Room>,
    pub(crate) session: SessionId,
    pub(crate) author: Author,
    pub(crate) connection: u64,
    /// `None` is a guest.
    pub(crate) user: Option<UserId>,
    /// Whether it came in with the key.
    pub(crate) owns: bool,
    token: Option<Secret>,
}

/// Somebody who has just come in.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) stay: Stay,
    pub(crate) arrival: Arrival,
    pub(crate) cursor: Cursor,
    pub(crate) welcome: HostFrame<'static>,
}

/// Why somebody was not let in.
#[derive(Debug)]
pub(crate) enum Turned {
    /// The key that they brought is not the owner's.
    WrongKey,
    /// The engine says so.
    Away(PushError),
}

impl<E: Into<PushError>> From<E> for Turned {
    fn from(error: E) -> Self {
        Self::Away(error.into())
    }
}

/// One who asks to come in, and over which connection.
struct Caller<'a> {
    room: &'a Arc<Room>,
    join: &'a JoinFrame,
    line: &'a Arc<Line>,
    ip: IpAddr,
    owns: bool,
}

impl Door {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

impl House {
    /// Lets somebody in: a guest, a new user, the owner, or one who comes back.
    pub(crate) fn enter(
        &self,
        room: &Arc<Room>,
        join: &JoinFrame,
        line: &Arc<Line>,
        ip: IpAddr,
    ) -> Result<Entered, Turned> {
        let owns = match &join.key {
            None => false,
            Some(key) if key.parse() == Ok(self.key) => true,
            Some(_) => return Err(Turned::WrongKey),
        };
        let caller = Caller { room, join, line, ip, owns };
        let mut book = self.door.book();
        book.forget(self.clock.now());
        if join.guest == Some(true) && !owns {
            return self.enter_as_guest(room, ip);
        }
        let token = join.token.as_deref().and_then(|text| text.parse().ok());
        match token.and_then(|token| Some((token, book.get_mut(&token)?))) {
            // A token of the owner is good only together with the key, and no other is good with it.
            Some((token, pass)) if pass.room == room.no && (pass.user == self.owner) == owns => {
                self.come_back(&caller, token, pass)
            }
            _ => self.enter_as_user(&caller, &mut book),
        }
    }

    fn enter_as_guest(&self, room: &Arc<Room>, ip: IpAddr) -> Result<Entered, Turned> {
        let session = SessionId(self.number());
        let author = Author::Guest(session);
        let visitor = Visitor::guest(Platform::Web);
        let command = Command::join_as_guest(Platform::Web);
        let (status, cursor) = self.open_and_join(room, &author, ip, visitor, command)?;
        let welcome = self.welcome(&Admitted {
            room,
            returned: status != JoinStatus::Joined,
            resumed: false,
            cursor,
            user: None,
            profile: &Profile::default(),
            token: None,
        });
        let connection = self.number();
        let (room, user) = (room.clone(), None);
        let stay = Stay { room, session, author, connection, user, owns: false, token: None };
        Ok(Entered { stay, arrival: Arrival::New, cursor, welcome })
    }

    fn enter_as_user(&self, caller: &Caller<'_>, book: &mut Book) -> Result<Entered, Turned> {
        let &Caller { room, join, line, ip, owns } = caller;
        // Without randomness there is no identity to give; time may help.
        let token = Secret::random().map_err(|_| Refusal::JoinClosed)?;
        let (user, unnamed) = self.newcomer(owns);
        let nick = named(join.nick.as_deref()).unwrap_or(&unnamed);
        let profile = Arc::new(Profile::new(nick, join.avatar.as_deref().unwrap_or_default()));
        let session = SessionId(self.number());
        let author = Author::Session(session);
        let visitor = Visitor::user(user.clone(), Platform::Web);
        let command = Command::join(user.clone(), (*profile).clone(), Platform::Web);
        let (status, cursor) = self.open_and_join(room, &author, ip, visitor, command)?;
        let welcome = self.welcome(&Admitted {
            room,
            returned: status != JoinStatus::Joined,
            resumed: false,
            cursor,
            user: Some(&user),
            profile: &profile,
            token: Some(token),
        });
        let connection = self.number();
        let held = (connection, line.clone());
        book.add(token, Pass::new(room.no, user.clone(), session, profile, cursor, held));
        let (room, token) = (room.clone(), Some(token));
        let stay = Stay { room, session, author, connection, user: Some(user), owns, token };
        Ok(Entered { stay, arrival: Arrival::New, cursor, welcome })
    }

    /// Who somebody is who was never here, and how they are called if they do not say.
    fn newcomer(&self, owns: bool) -> (UserId, String) {
        if owns {
            return (self.owner.clone(), "Host".to_owned());
        }
        let number = self.number();
        let user = UserId::new(&format!("u{number}")).expect("a letter and a number are an id");
        (user, format!("Viewer {number}"))
    }

    /// Takes a session over, whether its former connection is still there or was lost.
    fn come_back(
        &self,
        caller: &Caller<'_>,
        token: Secret,
        pass: &mut Pass,
    ) -> Result<Entered, Turned> {
        let &Caller { room, join, line, ip, owns } = caller;
        let (session, author) = (pass.session, Author::Session(pass.session));
        let nick = named(join.nick.as_deref()).unwrap_or(&pass.profile.nick);
        let avatar = join.avatar.as_deref().unwrap_or(&pass.profile.avatar);
        let profile = Arc::new(Profile::new(nick, avatar));
        let command = Command::join(pass.user.clone(), (*profile).clone(), Platform::Web);
        let (status, tail) = if pass.held.is_some() {
            self.desk.came(session, ip);
            self.join(room, &author, command)?
        } else {
            let visitor = Visitor::user(pass.user.clone(), Platform::Web);
            self.open_and_join(room, &author, ip, visitor, command)?
        };
        let kept = self.kept_cursor(room, join, &pass.floor);
        let cursor = kept.unwrap_or(tail);
        let welcome = self.welcome(&Admitted {
            room,
            returned: status != JoinStatus::Joined,
            resumed: kept.is_some(),
            cursor,
            user: Some(&pass.user),
            profile: &profile,
            token: Some(token),
        });
        pass.profile = profile;
        let connection = self.number();
        if let Some((_, former)) = pass.held.replace((connection, line.clone())) {
            former.part(Bye::REPLACED.text());
        }
        let (room, user, token) = (room.clone(), Some(pass.user.clone()), Some(token));
        let stay = Stay { room, session, author, connection, user, owns, token };
        let arrival = if kept.is_some() { Arrival::Resumed } else { Arrival::Anew };
        Ok(Entered { stay, arrival, cursor, welcome })
    }

    /// The cursor that a client brings, if it is one to go on from.
    fn kept_cursor(&self, room: &Room, join: &JoinFrame, floor: &Cursor) -> Option<Cursor> {
        let cursor: Cursor = serde_json::from_value(join.cursor.clone()?).ok()?;
        let good = cursor.position() >= floor.position();
        (good && self.read(room, |group| group.since(&cursor).is_ok())).then_some(cursor)
    }

    fn open_and_join(
        &self,
        room: &Room,
        author: &Author,
        ip: IpAddr,
        visitor: Visitor,
        command: Command,
    ) -> Result<(JoinStatus, Cursor), PushError> {
        let (Author::Session(session) | Author::Guest(session)) = *author else {
            unreachable!("whoever comes in has a session");
        };
        self.hub.open(self.app, session, visitor)?;
        self.desk.came(session, ip);
        let joined = self.join(room, author, command);
        if joined.is_err() {
            self.close(session);
        }
        joined
    }

    fn close(&self, session: SessionId) {
        self.desk.went(session);
        self.hub.close(self.clock.now(), self.app, session);
    }

    fn join(
        &self,
        room: &Room,
        author: &Author,
        command: Command,
    ) -> Result<(JoinStatus, Cursor), PushError> {
        match self.push(room, author, command)? {
            Receipt::Joined {
                status: status @ (JoinStatus::Joined | JoinStatus::AlreadyInGroup),
                cursor,
            } => Ok((status, cursor)),
            // The rooms are open to all; nobody is asked.
            _ => Err(Refusal::JoinClosed.into()),
        }
    }

    /// A connection was lost. Its user is online for the grace time, and may come back after it.
    pub(crate) fn lose(&self, stay: &Stay) {
        let mut book = self.door.book();
        let now = self.clock.now();
        if let Some(token) = stay.token {
            // Another connection has the session: it is not this one's to close.
            if !book.is_held_by(&token, stay.connection) {
                return;
            }
            book.let_go(now, token);
        }
        self.close(stay.session);
    }

    /// Somebody leaves on purpose.
    pub(crate) fn quit(&self, stay: &Stay) -> Result<(), PushError> {
        let mut book = self.door.book();
        if stay.token.is_some_and(|token| !book.is_held_by(&token, stay.connection)) {
            return Ok(());
        }
        let quit = || self.push(&stay.room, &stay.author, Command::Quit);
        self.desk.leave(stay.room.key, stay.user.as_ref(), stay.session, quit)?;
        if let Some(token) = stay.token {
            book.remove(&token);
        }
        self.close(stay.session);
        Ok(())
    }
}

/// A nick that says something.
fn named(nick: Option<&str>) -> Option<&str> {
    nick.map(str::trim).filter(|nick| !nick.is_empty())
}
