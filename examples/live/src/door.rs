//! Who comes in, goes, and comes back.
//!
//! A user is known by a token of 128 random bits, which stands for one user and one session in one room:
//! a newer connection that brings it takes the session over. The owner is known by the host's key, and
//! by nothing else. Whatever opens or closes the session of a token that somebody may have happens under
//! one lock, so that the end of an old connection cannot close what a new one has just opened. There are
//! [`BOOKS`] such locks, and the bits of a token say which is its own: those who come in wait for few
//! others, and guests, whom nothing brings back, for nobody.

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
    keep::things::KeptPass,
    line::Line,
    protocol::{
        client::JoinFrame,
        host::{Bye, HostFrame},
    },
    room::Room,
    secret::Secret,
    welcome::Admitted,
};

/// Many more than there are threads to write in them at once.
const BOOKS: usize = 64;

/// The tokens, and the locks under which their sessions open and close.
#[derive(Debug)]
pub(crate) struct Door([Mutex<Book>; BOOKS]);

impl Default for Door {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(Book::among(BOOKS))))
    }
}

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

/// Somebody who comes in, before they are told what there is.
struct Coming {
    status: JoinStatus,
    session: SessionId,
    connection: u64,
    arrival: Arrival,
    cursor: Cursor,
    user: Option<UserId>,
    profile: Arc<Profile>,
    token: Option<Secret>,
}

impl Door {
    /// The book in which that token stands.
    fn book(&self, token: &Secret) -> MutexGuard<'_, Book> {
        self.0[token.share(BOOKS)].lock().expect("nobody panics under this lock")
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
        let coming = if join.guest == Some(true) && !owns {
            self.enter_as_guest(room, ip)?
        } else {
            match self.come_back(&caller).transpose()? {
                Some(coming) => coming,
                None => self.enter_as_user(&caller)?,
            }
        };
        // No lock is held: to tell a newcomer everything takes a while.
        Ok(self.entered(room, owns, coming))
    }

    fn enter_as_guest(&self, room: &Room, ip: IpAddr) -> Result<Coming, PushError> {
        let session = SessionId(self.number());
        let visitor = Visitor::guest(Platform::Web);
        let command = Command::join_as_guest(Platform::Web);
        let author = Author::Guest(session);
        let (status, cursor) = self.open_and_join(room, &author, ip, visitor, command)?;
        let (connection, profile) = (self.number(), Arc::default());
        let (arrival, user, token) = (Arrival::New, None, None);
        Ok(Coming { status, session, connection, arrival, cursor, user, profile, token })
    }

    /// Nobody knows the token before its user is told, so that nothing else happens to the session.
    fn enter_as_user(&self, caller: &Caller<'_>) -> Result<Coming, PushError> {
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
        let connection = self.number();
        let held = (connection, line.clone());
        let pass = Pass::new(room.no, user.clone(), session, profile.clone(), cursor, held);
        self.keep.change(|| kept_pass(room, &pass).put(&token));
        self.door.book(&token).add(token, pass);
        let (arrival, user, token) = (Arrival::New, Some(user), Some(token));
        Ok(Coming { status, session, connection, arrival, cursor, user, profile, token })
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

    /// Takes a session over, whether its former connection is still there or was lost. `None` where the
    /// caller brings no token that is good here.
    fn come_back(&self, caller: &Caller<'_>) -> Option<Result<Coming, PushError>> {
        let token = caller.join.token.as_deref()?.parse().ok()?;
        let mut book = self.door.book(&token);
        self.forget(book.forget(self.clock.now()));
        let pass = book.get_mut(&token)?;
        // A token of the owner is good only together with the key, and no other is good with it.
        let good = pass.room == caller.room.no && (pass.user == self.owner) == caller.owns;
        good.then(|| self.take_over(caller, token, pass))
    }

    fn take_over(
        &self,
        caller: &Caller<'_>,
        token: Secret,
        pass: &mut Pass,
    ) -> Result<Coming, PushError> {
        let &Caller { room, join, line, ip, owns: _ } = caller;
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
        if pass.profile != profile {
            pass.profile = profile.clone();
            self.keep.change(|| kept_pass(room, pass).put(&token));
        }
        let connection = self.number();
        if let Some((_, former)) = pass.held.replace((connection, line.clone())) {
            former.part(Bye::REPLACED.text());
        }
        let arrival = if kept.is_some() { Arrival::Resumed } else { Arrival::Anew };
        let (user, token) = (Some(pass.user.clone()), Some(token));
        Ok(Coming { status, session, connection, arrival, cursor, user, profile, token })
    }

    fn entered(&self, room: &Arc<Room>, owns: bool, coming: Coming) -> Entered {
        let Coming { status, session, connection, arrival, cursor, user, profile, token } = coming;
        let welcome = self.welcome(&Admitted {
            room,
            returned: status != JoinStatus::Joined,
            resumed: arrival == Arrival::Resumed,
            cursor,
            user: user.as_ref(),
            profile: &profile,
            token,
        });
        let author = if user.is_some() { Author::Session(session) } else { Author::Guest(session) };
        let stay = Stay { room: room.clone(), session, author, connection, user, owns, token };
        Entered { stay, arrival, cursor, welcome }
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
        let Some(token) = stay.token else { return self.close(stay.session) };
        let mut book = self.door.book(&token);
        // Another connection has the session: it is not this one's to close.
        if book.is_held_by(&token, stay.connection) {
            self.forget(book.let_go(self.clock.now(), token));
            self.close(stay.session);
        }
    }

    /// Nothing brings them back any more.
    fn forget(&self, tokens: Vec<Secret>) {
        for token in tokens {
            self.keep.change(|| KeptPass::remove(&token));
        }
    }

    /// Whoever was here before the host ended may come back.
    pub(crate) fn expect(&self, passes: Vec<(Secret, KeptPass)>) {
        let now = self.clock.now();
        for (token, KeptPass { app, room, user, session, profile, floor }) in passes {
            let Some(room) = self.room(Some(&room)).filter(|room| room.key.app() == app) else {
                self.forget(vec![token]);
                continue;
            };
            let pass = Pass::departed(room.no, user, session, Arc::new(profile), floor);
            let mut book = self.door.book(&token);
            book.add(token, pass);
            self.forget(book.let_go(now, token));
        }
    }

    /// Somebody leaves on purpose.
    pub(crate) fn quit(&self, stay: &Stay) -> Result<(), PushError> {
        let Some(token) = stay.token else { return self.walk_out(stay) };
        let mut book = self.door.book(&token);
        if book.is_held_by(&token, stay.connection) {
            self.walk_out(stay)?;
            book.remove(&token);
            self.forget(vec![token]);
        }
        Ok(())
    }

    fn walk_out(&self, stay: &Stay) -> Result<(), PushError> {
        let quit = || self.push(&stay.room, &stay.author, Command::Quit);
        self.desk.leave(stay.room.key, stay.user.as_ref(), stay.session, quit)?;
        self.close(stay.session);
        Ok(())
    }
}

/// What a token stands for, as it is kept.
fn kept_pass(room: &Room, pass: &Pass) -> KeptPass {
    KeptPass {
        app: room.key.app(),
        room: room.plan.id.to_owned(),
        user: pass.user.clone(),
        session: pass.session,
        profile: (*pass.profile).clone(),
        floor: pass.floor,
    }
}

/// A nick that says something.
fn named(nick: Option<&str>) -> Option<&str> {
    nick.map(str::trim).filter(|nick| !nick.is_empty())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;
    use crate::options::Options;

    #[test]
    fn nobody_waits_for_those_of_other_tokens_and_guests_for_nobody() {
        let (house, _errands) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
        let enter = |house: &House, join: JoinFrame| {
            let line = Arc::new(Line::new().0);
            house.enter(&house.rooms[0].clone(), &join, &line, [127, 0, 0, 1].into()).unwrap()
        };
        let first = enter(&house, JoinFrame::default());
        let token = first.stay.token.unwrap();
        let own = token.share(BOOKS);
        let mut books = house.door.0.iter().enumerate().filter(|(no, _)| *no != own);
        let others: Vec<_> = books.by_ref().map(|(_, book)| book.lock().unwrap()).collect();
        let (done, finished) = mpsc::channel();
        let inside = house.clone();
        thread::spawn(move || {
            let token = Some(token.to_string());
            let back = enter(&inside, JoinFrame { token, ..JoinFrame::default() });
            assert_eq!(back.stay.session, first.stay.session);
            inside.lose(&first.stay);
            let own = inside.door.0[own].lock().unwrap();
            let guest = enter(&inside, JoinFrame { guest: Some(true), ..JoinFrame::default() });
            inside.lose(&guest.stay);
            let guest = enter(&inside, JoinFrame { guest: Some(true), ..JoinFrame::default() });
            inside.quit(&guest.stay).unwrap();
            drop(own);
            inside.quit(&back.stay).unwrap();
            done.send(()).unwrap();
        });
        assert!(finished.recv_timeout(Duration::from_secs(20)).is_ok(), "somebody waits");
        drop(others);
    }
}
