//! Who comes in, goes, and comes back.
//!
//! A user is known by a token of 128 random bits, which stands for one user and one session: a newer
//! connection that brings it takes the session over. Everything that opens or closes a session happens
//! under one lock, so that the end of an old connection cannot close what a new one has just opened.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use liveroom::{
    Author, Command, Cursor, JoinStatus, Platform, Profile, PushError, Receipt, Refusal, SessionId,
    Timestamp, UserId, Visitor,
};

use crate::{
    line::Line,
    protocol::{
        RoleName, Until,
        client::JoinFrame,
        host::{Bye, GroupCard, HostFrame, Me, Welcome, WireLimits, written},
    },
    room::{Room, random},
};

/// How long a token of somebody who went is good: as long as a group remembers their randoms.
const REMEMBERED: Duration = Duration::from_mins(5);
/// How many of those who went are remembered: about 300 bytes each, and twice the connections.
const MOST_DEPARTED: usize = 20_000;

/// 128 random bits that stand for one user and one session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Token(u128);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Token {
    /// A token in a log would be a token given away.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl FromStr for Token {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        bits.map(Self).ok_or(())
    }
}

/// What a token stands for.
#[derive(Debug)]
struct Pass {
    user: UserId,
    session: SessionId,
    profile: Arc<Profile>,
    /// Where the user first came in: nobody reads what precedes it, whatever cursor they bring.
    floor: Cursor,
    /// The connection that has the session now.
    held: Option<(u64, Arc<Line>)>,
    left: Timestamp,
}

#[derive(Debug, Default)]
struct Book {
    passes: HashMap<Token, Pass>,
    departed: VecDeque<(Timestamp, Token)>,
}

/// The tokens, and the lock under which sessions open and close.
#[derive(Debug, Default)]
pub(crate) struct Door(Mutex<Book>);

/// Somebody who is in.
#[derive(Debug)]
pub(crate) struct Stay {
    pub(crate) session: SessionId,
    pub(crate) author: Author,
    pub(crate) connection: u64,
    token: Option<Token>,
}

/// Somebody who has just come in.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) stay: Stay,
    pub(crate) cursor: Cursor,
    pub(crate) welcome: HostFrame<'static>,
}

/// What the group said to somebody who came in, and what the host knows of them.
struct Admitted<'a> {
    returned: bool,
    resumed: bool,
    cursor: Cursor,
    user: Option<&'a UserId>,
    profile: &'a Profile,
    token: Option<Token>,
}

impl Door {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("nobody panics under this lock")
    }
}

impl Room {
    /// Lets somebody in: a guest, a new user, or one who comes back.
    pub(crate) fn enter(&self, join: &JoinFrame, line: &Arc<Line>) -> Result<Entered, PushError> {
        let mut book = self.door.book();
        book.forget(self.clock.now());
        if join.guest == Some(true) {
            return self.enter_as_guest();
        }
        let token = join.token.as_deref().and_then(|text| text.parse().ok());
        match token.and_then(|token| Some((token, book.passes.get_mut(&token)?))) {
            Some((token, pass)) => self.come_back(join, line, token, pass),
            None => self.enter_as_user(join, line, &mut book),
        }
    }

    fn enter_as_guest(&self) -> Result<Entered, PushError> {
        let session = SessionId(self.number());
        let author = Author::Guest(session);
        let visitor = Visitor::guest(Platform::Web);
        let command = Command::join_as_guest(Platform::Web);
        let (status, cursor) = self.open_and_join(&author, session, visitor, command)?;
        let welcome = self.welcome(&Admitted {
            returned: status != JoinStatus::Joined,
            resumed: false,
            cursor,
            user: None,
            profile: &Profile::default(),
            token: None,
        });
        let stay = Stay { session, author, connection: self.number(), token: None };
        Ok(Entered { stay, cursor, welcome })
    }

    fn enter_as_user(
        &self,
        join: &JoinFrame,
        line: &Arc<Line>,
        book: &mut Book,
    ) -> Result<Entered, PushError> {
        // Without randomness there is no identity to give; time may help.
        let [first, second] = random().map_err(|_| Refusal::JoinClosed)?;
        let token = Token(u128::from(first) << 64 | u128::from(second));
        let number = self.number();
        let user = UserId::new(&format!("u{number}")).expect("a letter and a number are an id");
        let nick =
            named(join.nick.as_deref()).map_or_else(|| format!("Viewer {number}"), str::to_owned);
        let profile = Arc::new(Profile::new(&nick, join.avatar.as_deref().unwrap_or_default()));
        let session = SessionId(self.number());
        let author = Author::Session(session);
        let visitor = Visitor::user(user.clone(), Platform::Web);
        let command = Command::join(user.clone(), (*profile).clone(), Platform::Web);
        let (status, cursor) = self.open_and_join(&author, session, visitor, command)?;
        let welcome = self.welcome(&Admitted {
            returned: status != JoinStatus::Joined,
            resumed: false,
            cursor,
            user: Some(&user),
            profile: &profile,
            token: Some(token),
        });
        let connection = self.number();
        let held = Some((connection, line.clone()));
        let left = Timestamp::ZERO;
        book.passes.insert(token, Pass { user, session, profile, floor: cursor, held, left });
        let stay = Stay { session, author, connection, token: Some(token) };
        Ok(Entered { stay, cursor, welcome })
    }

    /// Takes a session over, whether its former connection is still there or was lost.
    fn come_back(
        &self,
        join: &JoinFrame,
        line: &Arc<Line>,
        token: Token,
        pass: &mut Pass,
    ) -> Result<Entered, PushError> {
        let (session, author) = (pass.session, Author::Session(pass.session));
        let nick = named(join.nick.as_deref()).unwrap_or(&pass.profile.nick);
        let avatar = join.avatar.as_deref().unwrap_or(&pass.profile.avatar);
        let profile = Arc::new(Profile::new(nick, avatar));
        let command = Command::join(pass.user.clone(), (*profile).clone(), Platform::Web);
        let (status, tail) = if pass.held.is_some() {
            self.join(&author, command)?
        } else {
            let visitor = Visitor::user(pass.user.clone(), Platform::Web);
            self.open_and_join(&author, session, visitor, command)?
        };
        let kept = self.kept_cursor(join, &pass.floor);
        let cursor = kept.unwrap_or(tail);
        let welcome = self.welcome(&Admitted {
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
        let stay = Stay { session, author, connection, token: Some(token) };
        Ok(Entered { stay, cursor, welcome })
    }

    /// The cursor that a client brings, if it is one to go on from.
    fn kept_cursor(&self, join: &JoinFrame, floor: &Cursor) -> Option<Cursor> {
        let cursor: Cursor = serde_json::from_value(join.cursor.clone()?).ok()?;
        let good = cursor.position() >= floor.position();
        (good && self.read(|group| group.since(&cursor).is_ok())).then_some(cursor)
    }

    fn open_and_join(
        &self,
        author: &Author,
        session: SessionId,
        visitor: Visitor,
        command: Command,
    ) -> Result<(JoinStatus, Cursor), PushError> {
        self.hub.open(self.app, session, visitor)?;
        let joined = self.join(author, command);
        if joined.is_err() {
            self.hub.close(self.clock.now(), self.app, session);
        }
        joined
    }

    fn join(&self, author: &Author, command: Command) -> Result<(JoinStatus, Cursor), PushError> {
        match self.push(author.clone(), command)? {
            Receipt::Joined {
                status: status @ (JoinStatus::Joined | JoinStatus::AlreadyInGroup),
                cursor,
            } => Ok((status, cursor)),
            // The room is open to all; were it not, there is no staff yet that could say yes.
            _ => Err(Refusal::JoinClosed.into()),
        }
    }

    /// A connection was lost. Its user is online for the grace time, and may come back after it.
    pub(crate) fn lose(&self, stay: &Stay) {
        let mut book = self.door.book();
        let now = self.clock.now();
        if let Some(token) = stay.token {
            // Another connection has the session: it is not this one's to close.
            let Some(pass) = book.held_by(stay) else { return };
            (pass.held, pass.left) = (None, now);
            book.departed.push_back((now, token));
            book.forget(now);
        }
        self.hub.close(now, self.app, stay.session);
    }

    /// Somebody leaves on purpose.
    pub(crate) fn quit(&self, stay: &Stay) -> Result<(), PushError> {
        let mut book = self.door.book();
        if let Some(token) = stay.token {
            if book.held_by(stay).is_none() {
                return Ok(());
            }
            self.push(stay.author.clone(), Command::Quit)?;
            book.passes.remove(&token);
        } else {
            self.push(stay.author.clone(), Command::Quit)?;
        }
        self.hub.close(self.clock.now(), self.app, stay.session);
        Ok(())
    }

    fn welcome(&self, admitted: &Admitted<'_>) -> HostFrame<'static> {
        let Admitted { returned, resumed, cursor, user, profile, token } = admitted;
        let gifts = self.counts.gifts.load(std::sync::atomic::Ordering::Relaxed);
        let now = self.clock.now().as_millis();
        self.read(|group| {
            let (shown, totals) = (group.profile(), group.totals());
            let role = user.and_then(|user| group.role(user)).map(RoleName::from);
            HostFrame::Welcome(Box::new(Welcome {
                now,
                status: if *returned { "already" } else { "joined" }.into(),
                resumed: *resumed,
                group: GroupCard {
                    id: group.id().to_string(),
                    name: shown.name().to_owned(),
                    introduction: shown.introduction().to_owned(),
                    notification: shown.notification().to_owned(),
                    face_url: shown.face_url().to_owned(),
                    owner: group.owner().map(ToString::to_string),
                    mute_all: group.is_mute_all(),
                },
                me: Me {
                    user: user.map(ToString::to_string),
                    nick: profile.nick.to_string(),
                    avatar: profile.avatar.to_string(),
                    role: role.unwrap_or(RoleName::Guest),
                    guest: user.is_none(),
                    muted: user.and_then(|user| group.muted_until(user)).map(Until),
                },
                cursor: written(cursor),
                online: group.online(),
                likes: totals.likes,
                follows: totals.follows,
                gifts: Some(gifts),
                token: token.map(|token| token.to_string()),
                limits: Some(WireLimits::new(group.config().settings().limits.message_bytes)),
            }))
        })
    }
}

/// A nick that says something.
fn named(nick: Option<&str>) -> Option<&str> {
    nick.map(str::trim).filter(|nick| !nick.is_empty())
}

impl Book {
    /// The pass of somebody who is in, if this connection still has it.
    fn held_by(&mut self, stay: &Stay) -> Option<&mut Pass> {
        let pass = self.passes.get_mut(&stay.token?)?;
        let held = pass.held.as_ref().is_some_and(|(connection, _)| *connection == stay.connection);
        held.then_some(pass)
    }

    /// Forgets who went long ago, and the first of those who are too many.
    fn forget(&mut self, now: Timestamp) {
        while let Some((left, token)) = self.departed.front().copied()
            && (left + REMEMBERED <= now || self.departed.len() > MOST_DEPARTED)
        {
            self.departed.pop_front();
            // Whoever came back meanwhile is in, or went again later.
            if self.passes.get(&token).is_some_and(|pass| pass.held.is_none() && pass.left == left)
            {
                self.passes.remove(&token);
            }
        }
    }
}
