//! Does what the modelled service's requests ask, in whose name they ask it: over REST, over its SDK,
//! and at the console.
//!
//! [`House::serve`] does one [`Call`]. A message is answered when it came to its end: who sent it waits
//! among [`Ends`], and the fan-out thread, which drains that end, says so ([`House::heard`]).

mod counts;
mod ends;
mod groups;
mod letters;
mod likes;
mod once;
mod owned;
mod send;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Mutex, MutexGuard, atomic::Ordering::Relaxed},
};

use liveroom::{
    AppId, AppStatus, AskStep, Author, Command, Group, GroupConfig, GroupId, HubKey, LeaveReason,
    Output, Platform, PushError, Random, Receipt, SessionId, Settings, Timestamp, UserId,
    tim::{
        Call, Code, Failure, Read, ToUser,
        callbacks::{Callback, Connection},
        rest::{self, GroupItem, Reply, Turned},
    },
};

use self::{
    counts::Gathered,
    ends::{Ends, Mark, Sent},
    letters::Letters,
    once::Once,
    owned::Owned,
};
pub(crate) use self::{counts::Sums, letters::Letter};
use crate::{
    callbacks::{Callbacks, Origin},
    house::House,
};

/// Questions that may be open in a group, and about one author's messages, where the app's server is asked about
/// every message: as many as can be sent while it does not answer.
const OPEN: u32 = 4_096;
const OPEN_BY_AUTHOR: u32 = 256;

/// What the desk of a house keeps.
#[derive(Debug)]
pub(crate) struct Desk {
    ends: Ends,
    owned: Owned,
    counts: Gathered,
    /// Groups whose next change of profile belongs to their making.
    furnished: Mutex<BTreeSet<HubKey>>,
    /// Broadcasts of late: their apps and marks.
    broadcasts: Mutex<Once<(AppId, Random)>>,
    /// Messages to single users, outside of any group.
    pub(crate) letters: Letters,
    pub(crate) callbacks: Option<Callbacks>,
    /// Whether every group is to keep a journal.
    journal: bool,
    /// Where the sessions of users are, for whom callbacks are to say it.
    addresses: Mutex<BTreeMap<SessionId, IpAddr>>,
    /// The same, where users leave groups on purpose, until it is told: their sessions may be gone by then.
    exits: Mutex<BTreeMap<(HubKey, UserId), IpAddr>>,
}

impl Desk {
    pub(crate) fn new(callbacks: Option<Callbacks>, journal: bool) -> Self {
        Self {
            ends: Ends::default(),
            owned: Owned::default(),
            counts: Gathered::default(),
            furnished: Mutex::default(),
            broadcasts: Mutex::default(),
            letters: Letters::default(),
            callbacks,
            journal,
            addresses: Mutex::default(),
            exits: Mutex::default(),
        }
    }

    /// A group's settings, and that the app's server is asked, if there is one to ask, and that it keeps a journal, if
    /// there is anything to keep it in.
    pub(crate) fn asking(&self, mut settings: Settings) -> Settings {
        settings.journal |= self.journal;
        if let Some(callbacks) = &self.callbacks {
            let asking = &mut settings.asking;
            asking.steps.insert(0, AskStep::callback(callbacks.patience()));
            (asking.open, asking.per_author) = (OPEN, OPEN_BY_AUTHOR);
            // Each of them may end at once.
            settings.limits.outputs += OPEN;
        }
        settings
    }

    /// What every group is made with that is made on request.
    fn config(&self) -> Result<GroupConfig, Failure> {
        self.settings().build().map_err(|_| Code::INTERNAL.into())
    }

    /// The same, unchecked.
    pub(crate) fn settings(&self) -> Settings {
        self.asking(GroupConfig::vendor().settings().clone())
    }

    /// A group that was made on request came back with its host.
    pub(crate) fn came_back(&self, now: Timestamp, key: HubKey, owner: Option<&UserId>) {
        if let Some(owner) = owner {
            self.owned.claim(now, key.app(), owner, usize::MAX);
            self.owned.made(key, owner);
        }
    }

    /// What was counted in a group of before, and not given to it.
    pub(crate) fn counted(&self, key: HubKey, sums: Sums) {
        self.counts.restore(key, sums);
    }

    /// A session is connected from there.
    pub(crate) fn came(&self, session: SessionId, ip: IpAddr) {
        if self.callbacks.is_some() {
            self.addresses().insert(session, ip);
        }
    }

    /// A session is gone.
    pub(crate) fn went(&self, session: SessionId) {
        self.addresses().remove(&session);
    }

    /// A user, or a guest, leaves a group over a session, by what `quit` does.
    pub(crate) fn leave(
        &self,
        group: HubKey,
        user: Option<&UserId>,
        session: SessionId,
        quit: impl FnOnce() -> Result<Receipt, PushError>,
    ) -> Result<(), PushError> {
        let ip = self.addresses().get(&session).copied();
        let exit = user.zip(ip).map(|(user, ip)| ((group, user.clone()), ip));
        self.exits().extend(exit.clone());
        let left = quit();
        if let (Err(_), Some((exit, _))) = (&left, exit) {
            self.exits().remove(&exit);
        }
        left.map(drop)
    }

    /// An app is gone with all its groups.
    pub(crate) fn forget(&self, app: AppId) {
        self.ends.forget_app(app);
        self.owned.deleted(app);
        self.counts.forget(app);
        self.furnished().retain(|key| key.app() != app);
        self.exits().retain(|(key, _), _| key.app() != app);
        self.broadcasts().retain(|(of, _)| *of != app);
    }

    fn furnished(&self) -> MutexGuard<'_, BTreeSet<HubKey>> {
        self.furnished.lock().expect("nobody panics under this lock")
    }

    fn broadcasts(&self) -> MutexGuard<'_, Once<(AppId, Random)>> {
        self.broadcasts.lock().expect("nobody panics under this lock")
    }

    fn exits(&self) -> MutexGuard<'_, BTreeMap<(HubKey, UserId), IpAddr>> {
        self.exits.lock().expect("nobody panics under this lock")
    }

    fn addresses(&self) -> MutexGuard<'_, BTreeMap<SessionId, IpAddr>> {
        self.addresses.lock().expect("nobody panics under this lock")
    }
}

/// Who asks for something, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    /// Of which app.
    pub(crate) app: AppId,
    /// As whom a group sees it: a session that is logged in, or the app, for its administrators.
    pub(crate) author: Author,
    /// Who that is; `None` is a guest.
    pub(crate) user: Option<UserId>,
    /// Whether they may speak for the app, and in everybody's name.
    pub(crate) admin: bool,
    pub(crate) platform: Platform,
    /// `None` where nobody is connected.
    pub(crate) ip: Option<IpAddr>,
}

impl Asker {
    /// Whether it is the app that does it.
    fn is_app(&self) -> bool {
        matches!(self.author, Author::App)
    }

    /// Whether they may look into a group: those who are in it, its owner, and the app.
    fn is_in(&self, group: &Group) -> bool {
        match (&self.user, &self.author) {
            _ if self.admin => true,
            (Some(user), _) => group.role(user).is_some(),
            (None, Author::Guest(session)) => group.is_connected(*session),
            (None, _) => false,
        }
    }
}

impl House {
    /// Does what is asked. Whatever is refused has changed nothing, but that of several commands those
    /// before the refused one were done.
    ///
    /// # Errors
    /// Why it was not done, with the modelled service's code.
    pub(crate) async fn serve(&self, asker: &Asker, call: Call) -> Result<Reply, Failure> {
        self.must_be_open(asker.app)?;
        let reply = self.fulfil(asker, call).await;
        // A refusal, too, may follow from what was done this very moment.
        self.kept().await?;
        reply
    }

    async fn fulfil(&self, asker: &Asker, call: Call) -> Result<Reply, Failure> {
        match call {
            Call::Push { ref group, ref from, ref commands } => {
                let author = self.author(asker, from.as_ref())?;
                let key = self.find(asker.app, group)?;
                let push = |command: &Command| {
                    let pushed = match command {
                        Command::Count { changes } => self.count(key, &author, changes),
                        _ => self.push_as(key, author.clone(), command.clone()),
                    };
                    pushed.map_err(|error| call.failure(&error))
                };
                let receipts: Vec<Receipt> = commands.iter().map(push).collect::<Result<_, _>>()?;
                Ok(call.done(&receipts))
            }
            Call::Send { group, from, draft, skip_before, skip_after } => {
                let author = self.author(asker, from.as_ref())?;
                let sent = Sent { skip_before, skip_after, ip: asker.ip };
                self.send(asker, &group, author, *draft, sent).await
            }
            Call::Create(new) => self.make_group(asker, &new).await,
            Call::Broadcast { from, random, content } => {
                self.broadcast(asker, from.as_ref(), random, content)
            }
            Call::ToUser(message) => self.write_to(asker, *message),
            Call::Recall { group, seqs } => self.recall(asker, &group, &seqs).await,
            Call::Describe { groups } => Ok(self.describe(asker, &groups)),
            Call::Read { group, read } => self.read_of(asker, &group, &read),
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        }
    }

    /// Takes notice of what a group told, before anybody else is told of it.
    pub(crate) fn heard(&self, key: HubKey, output: &Output) {
        let Desk { ends, owned, callbacks, .. } = &self.desk;
        let address = |session: &SessionId| self.desk.addresses().get(session).copied();
        let ip = match output {
            Output::Ended { message, session, outcome, disclose, .. } => {
                let sent = ends.ended(&Mark::of_message(key, message), outcome, *disclose);
                if sent.skip_after {
                    return;
                }
                sent.ip.or_else(|| address(session.as_ref()?))
            }
            Output::Ask { question, .. } => ends.sent(&Mark::of_message(key, &question.message)).ip,
            Output::Joined { device, .. } => address(&device.session),
            // Who is lost or removed is nowhere that is known.
            Output::Left { user: Some(user), reason: LeaveReason::Quit, .. } => {
                self.desk.exits().remove(&(key, user.clone()))
            }
            Output::Disbanded { .. } => {
                owned.disbanded(self.clock.now(), key);
                None
            }
            Output::ProfileChanged { .. } if self.desk.furnished().remove(&key) => return,
            _ => None,
        };
        if let Some(callbacks) = callbacks {
            callbacks.hear(self, key, output, ip);
        }
    }

    /// Asks whether somebody may come into a group, before they do.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn may_join(&self, asker: &Asker, group: &GroupId) -> Result<(), Failure> {
        let (Some(callbacks), Some(user)) = (&self.desk.callbacks, &asker.user) else {
            return Ok(());
        };
        let callback = Callback::before_join(&callbacks.room(group, ""), user, asker.platform);
        callbacks.permit(&callback, self.here(asker)).await
    }

    /// Tells the app's server that a user's connection came or went. None has to go for another.
    pub(crate) fn tell_state(&self, asker: &Asker, what: Connection) {
        if let (Some(callbacks), Some(user)) = (&self.desk.callbacks, &asker.user) {
            let callback = Callback::state(user, what, asker.platform, &[]);
            callbacks.tell_state(user, callback, self.here(asker));
        }
    }

    /// What an asker does now, for callbacks.
    fn here(&self, asker: &Asker) -> Origin {
        Origin { app: asker.app, ip: asker.ip, at: self.clock.now() }
    }

    /// A group of an app.
    pub(crate) fn find(&self, app: AppId, group: &GroupId) -> Result<HubKey, Failure> {
        self.hub.find(app, group).ok_or(Code::NO_SUCH_GROUP.into())
    }

    /// Whether an app may be used, and the host still takes anything in.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn must_be_open(&self, app: AppId) -> Result<(), Failure> {
        if self.ending.load(Relaxed) {
            // What was taken in comes to its end, and nothing more is.
            return Err(Code::INTERNAL.into());
        }
        self.keep.takes()?;
        let info = self.hub.app(app).ok_or(Code::BAD_APP)?;
        if info.status != AppStatus::Enabled {
            return Err(Code::APP_DISABLED.into());
        }
        if info.expires.is_some_and(|at| at <= self.clock.now()) {
            return Err(Code::APP_EXPIRED.into());
        }
        Ok(())
    }

    /// Gives a group a command.
    fn push_as(&self, key: HubKey, by: Author, command: Command) -> Result<Receipt, PushError> {
        self.hub.push(self.clock.now(), key, by, command)
    }

    /// As whom something is done that is asked in the name of `from`. Nobody but an administrator acts
    /// for another.
    fn author(&self, asker: &Asker, from: Option<&UserId>) -> Result<Author, Failure> {
        match from {
            None => Ok(asker.author.clone()),
            Some(user) if asker.user.as_ref() == Some(user) => Ok(asker.author.clone()),
            Some(user) if asker.admin => {
                let profile = self.hub.profile(asker.app, user);
                Ok(Author::AppAs { user: user.clone(), profile: (*profile).clone() })
            }
            Some(_) => Err(Code::BAD_REQUEST.into()),
        }
    }

    fn write_to(&self, asker: &Asker, message: ToUser) -> Result<Reply, Failure> {
        if !asker.admin {
            return Err(Turned::MessageNotAdmin.into());
        }
        self.desk.letters.deliver(asker.app, message, self.clock.now())
    }

    fn describe(&self, asker: &Asker, groups: &[String]) -> Reply {
        let describe = |text: &String| {
            let found = text.parse().map_err(|_| Code::BAD_GROUP_ID);
            let found =
                found.and_then(|id| self.hub.find(asker.app, &id).ok_or(Code::NO_SUCH_GROUP));
            let item = found.and_then(|key| {
                let described = self.hub.read(key, |group| {
                    let item = (!group.is_disbanded()).then(|| GroupItem::of(group))?;
                    // Administrators are told of the group, and users of themselves too.
                    let seen_by = asker.user.as_ref().filter(|_| !asker.is_app());
                    Some(match seen_by {
                        Some(user) => item.seen_by(group, user),
                        None => item,
                    })
                });
                described.flatten().ok_or(Code::NO_SUCH_GROUP)
            });
            item.unwrap_or_else(|code| GroupItem::failed(text, &code.into()))
        };
        GroupItem::reply(groups.iter().map(describe).collect())
    }

    fn read_of(&self, asker: &Asker, group: &GroupId, read: &Read) -> Result<Reply, Failure> {
        let key = self.find(asker.app, group)?;
        let answer = |group: &Group, gathered: &Sums| -> Result<Reply, Failure> {
            if group.is_disbanded() {
                return Err(Code::NO_SUCH_GROUP.into());
            }
            if !asker.is_in(group) {
                return Err(Code::NO_PERMISSION.into());
            }
            if let Some(action) = read.needs() {
                group.may(&asker.author, action).map_err(|refusal| Failure::from(&refusal))?;
            }
            Ok(match read {
                Read::Counters { keys } => rest::counters(group, keys, gathered),
                _ => read.reply(group),
            })
        };
        let answer = match read {
            Read::Counters { .. } => self.read_counted(key, answer),
            _ => self.hub.read(key, |group| answer(group, &Sums::new())),
        };
        answer.unwrap_or(Err(Code::NO_SUCH_GROUP.into()))
    }
}

#[cfg(test)]
impl Desk {
    /// Exits of which it is known from where, and that were not told yet.
    pub(crate) fn exits_known(&self) -> usize {
        self.exits().len()
    }
}

#[cfg(test)]
mod tests;
