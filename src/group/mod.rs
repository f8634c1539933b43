//! One livestreaming group: the only place where the mechanisms meet.
//!
//! A group is a pure function of its accepted commands and the time. [`push`](Group::push) and
//! [`advance`](Group::advance) change it; [`poll`](Group::poll) only hands out; everything else only
//! looks.
//!
//! Invariant of every handler of a command: it refuses before it changes anything.

mod acts;

mod advance;
mod audit;
mod decide;
mod dry_run;
mod examine;
mod filters;
mod folding;
mod house;
mod lanes;
mod membership;
mod moderate;
mod outbox;
mod parts;
mod prints;
mod read;
mod rules_in_force;
mod shadow;
mod snapshot;
mod speak;
mod staff;
mod steer;
mod tell;
mod weight;
mod worst_case;

use std::{mem::size_of, sync::Arc};

pub use self::lanes::Waiting;
pub(crate) use self::outbox::BEHAVIOUR;
pub use self::snapshot::{RestoreError, Snapshot};
pub use self::worst_case::WorstCase;
use self::{
    acts::Grounds,
    filters::Filters,
    outbox::Outbox,
    parts::{House, Lazy, Talk},
};
use crate::{
    command::{Command, Newcomer, Receipt},
    config::GroupConfig,
    cursor::{Cursor, CursorError},
    entry::{Body, Folded, Notice, Tip},
    filter::Filter,
    form,
    hash::HashKey,
    id::{Epoch, GroupId, Seq, SessionId, UserId},
    log::{self, Log, Passage},
    message::{Class, Sender},
    output::{Event, Output, Record},
    profile::GroupProfile,
    refusal::Refusal,
    role::{Author, Platform, Profile, Role},
    roster::{Roster, Seat},
    rules::{self, Action, Actor},
    time::Timestamp,
};

/// One livestreaming group.
///
/// ```
/// use liveroom::{
///     Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Platform, Profile, SessionId,
///     Timestamp,
/// };
///
/// let now = Timestamp::from_secs(1_600_000_000);
/// let id = GroupId::custom("friday")?;
/// let key = HashKey::new(1, 2); // from random bits, in earnest
/// let mut group = Group::new(id, None, GroupConfig::livestream(), Epoch(1), key, now);
///
/// let ann = Author::Session(SessionId(1));
/// let join = Command::join("ann".parse()?, Profile::nick("Ann"), Platform::Web);
/// group.push(now, ann.clone(), join)?;
/// let before = group.tail();
/// group.push(now, ann, Command::text("hello"))?;
/// assert_eq!(group.since(&before)?.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Group {
    id: GroupId,
    config: GroupConfig,
    clock: Timestamp,
    roster: Roster,
    profile: GroupProfile,
    log: Log,
    talk: Lazy<Talk>,
    house: Lazy<House>,
    outbox: Outbox,
}

// Of the many groups of an app most are idle.
const _: () = assert!(size_of::<Group>() <= 208);

/// Who gives a command, as the group knows them.
#[derive(Clone, Debug)]
struct Caller {
    actor: Actor,
    user: Option<UserId>,
    role: Option<Role>,
    session: Option<SessionId>,
    /// That of a member's session; for all others the host's interface, as nobody else speaks over a session.
    platform: Platform,
    /// As what the user is shown: by the app that speaks in their name, or as a member.
    profile: Option<Arc<Profile>>,
}

/// Whose standing counts for a message.
enum Voice<'a> {
    /// The author's own.
    Own { user: &'a UserId, role: Role },
    /// The app's, which is above mutes and modes.
    App,
}

impl Caller {
    fn is_guest(&self) -> bool {
        self.actor == Actor::Guest
    }

    fn is_app(&self) -> bool {
        self.actor == Actor::App
    }

    /// Whether the app speaks for itself, and not in a user's name.
    fn is_app_itself(&self) -> bool {
        self.is_app() && self.user.is_none()
    }

    /// Whom a message of theirs names.
    fn sender(&self) -> Sender {
        let profile = self.profile.clone().unwrap_or_default();
        Sender { user: self.user.clone(), role: self.role, profile, platform: self.platform }
    }

    fn voice(&self) -> Voice<'_> {
        match (&self.user, self.role) {
            (Some(user), Some(role)) if !self.is_app() => Voice::Own { user, role },
            _ => Voice::App,
        }
    }
}

impl Group {
    /// A group without members, named only by its id. `owner` may be `None`.
    ///
    /// `epoch` must not have been used for this id since the host may have lost its history; `key`
    /// is random and secret; `now` is when the group is created.
    pub fn new(
        id: GroupId,
        owner: Option<UserId>,
        config: GroupConfig,
        epoch: Epoch,
        key: HashKey,
        now: Timestamp,
    ) -> Self {
        let now = now.min(Timestamp::LATEST);
        let mut group = Self {
            log: Log::new(&id, epoch),
            id,
            config,
            clock: now,
            roster: Roster::new(owner, key),
            profile: GroupProfile::new(now),
            talk: Lazy::NONE,
            house: Lazy::NONE,
            outbox: Outbox::default(),
        };
        if let Some(filter) = group.config.settings().filter {
            group.house.make(key).filters = Filters::new(Some(filter));
        }
        group
    }

    /// Settles everything due by `now`, then applies the command.
    ///
    /// A `now` earlier than the latest seen is read as the latest seen, and one past
    /// [`Timestamp::LATEST`] as that.
    ///
    /// # Errors
    /// A [`Refusal`] says why the command was turned away, and what would help. It changed nothing
    /// but the clock.
    #[expect(clippy::needless_pass_by_value, reason = "authors are made for one command")]
    pub fn push(
        &mut self,
        now: Timestamp,
        by: Author,
        command: Command,
    ) -> Result<Receipt, Refusal> {
        let is_message = matches!(command, Command::Send(_));
        let answer = self.try_push(now, &by, command, u64::MAX);
        if let (true, Err(refusal)) = (is_message, &answer) {
            let refused = &mut self.house.make(self.key()).refused;
            *refused.entry(refusal.code()).or_default() += 1;
        }
        answer
    }

    /// The next output. Polling decides nothing: it only takes out what is there.
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.outbox.poll();
        self.rest_if_quiet();
        output
    }

    /// Makes a compiled filter known, so that commands can name it by its id. The one in force and
    /// the last 4 are kept.
    pub fn install_filter(&mut self, filter: Arc<Filter>) {
        self.house.make(self.key()).filters.install(filter);
    }

    /// Does again what a record says, as far as the group went then. A command is answered.
    pub(crate) fn replay(&mut self, record: Record) -> Result<Option<Receipt>, Refusal> {
        let Record { at, event, stopped, .. } = record;
        let most = stopped.unwrap_or(u64::MAX);
        match event {
            Event::Advance => {
                self.settle(at, most);
                Ok(None)
            }
            Event::Command { by, command } => self.try_push(at, &by, command, most).map(Some),
        }
    }

    fn try_push(
        &mut self,
        now: Timestamp,
        by: &Author,
        command: Command,
        most: u64,
    ) -> Result<Receipt, Refusal> {
        self.settle(now, u64::MAX);
        self.check_open()?;
        form::author(by)?;
        form::check(&command, &self.config.settings().limits)?;
        let caller = self.caller(by, command.newcomer())?;
        let now = self.clock;
        let journal = self.config.settings().journal;
        let mark = journal.then(|| self.outbox.record_command(now, by, &command));
        let answer = self.apply(now, &caller, command);
        let repeated = matches!(answer, Ok(Receipt::Sent { duplicate: true, .. }));
        if journal && (answer.is_err() || repeated) {
            self.outbox.withdraw();
        }
        let answer = answer?;
        let went_on = self.settle_after_command(mark.filter(|_| !repeated), most);
        Ok(match answer {
            Receipt::Sent { message, duplicate, .. } if went_on => self.sent(message, duplicate),
            answer => answer,
        })
    }

    fn apply(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        command: Command,
    ) -> Result<Receipt, Refusal> {
        match command {
            Command::Join(join) => self.join(now, caller, join),
            Command::Attach { user, platform, print } => {
                self.attach(now, caller, &user, platform, print)
            }
            Command::Detach => self.detach(now, caller),
            Command::DetachAll => self.detach_all(now, caller),
            Command::Quit => self.quit(now, caller),
            Command::AnswerJoin { user, admission } => {
                self.answer_join(now, caller, &user, admission)
            }
            Command::Send(draft) => self.send(now, caller, *draft),
            Command::Answer { ticket, decision } => self.answer(now, caller, ticket, decision),
            Command::Withdraw { message } => self.withdraw(now, caller, message),
            Command::Recall { message } => self.recall(now, caller, message),
            Command::Purge { author } => self.purge(now, caller, author),
            Command::SetProfile { profile } => self.set_profile(caller, profile),
            Command::SetNameCard { user, card } => self.set_name_card(now, caller, &user, card),
            Command::SetGroup(patch) => self.set_group(now, caller, *patch),
            Command::SetAdmin { user } => self.set_admin(now, caller, &user, true),
            Command::CancelAdmin { user } => self.set_admin(now, caller, &user, false),
            Command::Transfer { user } => self.transfer(now, caller, user),
            Command::Mute { users, span } => self.mute(now, caller, &users, span),
            Command::Unmute { users } => self.unmute(now, caller, &users),
            Command::Shadow { users, span } => self.shadow(now, caller, &users, span),
            Command::Unshadow { users } => self.unshadow(now, caller, &users),
            Command::MuteAll { on } => self.mute_all(now, caller, on),
            Command::Warn { users, reason } => {
                self.warn(now, caller, &users, &Grounds::because(caller, reason))
            }
            Command::Forgive { users } => self.forgive(now, caller, &users),
            Command::Moderate { users, acts } => self.moderate(now, caller, &users, &acts),
            Command::Kick { users, reason } => {
                self.kick(now, caller, &users, &Grounds::because(caller, reason))
            }
            Command::Ban { users, span, reason } => {
                self.ban(now, caller, &users, span, &Grounds::because(caller, reason))
            }
            Command::Unban { users } => self.unban(now, caller, &users),
            Command::BanPrints { prints, span, reason } => {
                self.ban_prints(now, caller, &prints, span, &Grounds::because(caller, reason))
            }
            Command::UnbanPrints { prints } => self.unban_prints(now, caller, &prints),
            Command::Notify { users, field } => self.notify(now, caller, users, field),
            Command::Broadcast { content } => self.broadcast(now, caller, content),
            Command::SetAttributes { mode, changes, seen } => {
                self.set_attributes(now, caller, mode, &changes, seen)
            }
            Command::Count { changes } => self.count(now, caller, &changes),
            Command::Mark { users, marks, on } => self.mark(now, caller, &users, &marks, on),
            Command::SetSlowMode { slow_mode } => self.set_slow_mode(now, caller, slow_mode),
            Command::Raid { span } => self.set_raid(now, caller, span),
            Command::UseFilter { filter } => self.use_filter(now, caller, filter),
            Command::Configure(config) => self.configure(now, caller, *config),
            Command::Disband => self.disband(now, caller),
            Command::Rebase { to } => self.rebase(caller, to),
        }
    }

    /// What hash tables are keyed by.
    fn key(&self) -> HashKey {
        self.roster.key()
    }

    /// What is ahead of `cursor`, for a log that follows this one.
    pub(crate) fn passages(&self, cursor: &Cursor) -> Result<Vec<Passage>, CursorError> {
        self.log.passages(cursor)
    }

    /// The history as plain data.
    pub(crate) fn save_log(&self) -> log::Saved {
        self.log.save()
    }

    /// Goes on in another epoch, in which no cursor given out until now is good.
    pub(crate) fn new_epoch(&mut self, epoch: Epoch) {
        self.log.new_epoch(epoch);
    }

    /// Turns an author into somebody with a standing.
    ///
    /// A session that the group does not know has one only if it comes in.
    fn caller(&self, by: &Author, newcomer: Option<Newcomer<'_>>) -> Result<Caller, Refusal> {
        let app = |user, profile| Caller {
            actor: Actor::App,
            role: None,
            user,
            session: None,
            platform: Platform::RestApi,
            profile,
        };
        let (by_session, guest) = match *by {
            Author::App => return Ok(app(None, None)),
            Author::AppAs { ref user, ref profile } => {
                let role = self.roster.role(user);
                let profile = Arc::new(profile.clone());
                return Ok(Caller { role, ..app(Some(user.clone()), Some(profile)) });
            }
            Author::Session(session) => (session, false),
            Author::Guest(session) => (session, true),
        };
        let session = Some(by_session);
        let nobody = Caller { session, ..app(None, None) };
        match (self.roster.seat(by_session), newcomer) {
            (None, None) => Err(Refusal::UnknownSession { session: by_session }),
            (None, Some(_)) | (Some(Seat::Guest), _) if guest => {
                Ok(Caller { actor: Actor::Guest, ..nobody })
            }
            // Another session of a member has the member's standing, and no user yet.
            (None, Some(Newcomer(user))) => Ok(Caller { actor: self.actor(user), ..nobody }),
            (Some(Seat::Applicant(user)), _) if !guest => {
                Ok(Caller { actor: Actor::Stranger, user: Some(user.clone()), ..nobody })
            }
            (Some(Seat::Member(member, platform)), _) if !guest => {
                let (user, role) = (Some(member.user().clone()), Some(member.role()));
                let profile = Some(member.profile().clone());
                Ok(Caller { actor: member.role().into(), user, role, session, platform, profile })
            }
            (Some(_), _) => Err(Refusal::SessionTaken { session: by_session }),
        }
    }

    fn actor(&self, user: Option<&UserId>) -> Actor {
        user.and_then(|user| self.roster.role(user)).map_or(Actor::Stranger, Actor::from)
    }

    /// Asks the decision table.
    fn may_do(&self, caller: &Caller, action: Action, target: Option<Role>) -> Result<(), Refusal> {
        let powers = self.config.settings().powers;
        rules::decide(powers, caller.actor, action, target).map_err(Refusal::from)
    }

    /// Appends one entry to the history.
    fn append(&mut self, now: Timestamp, class: Class, body: Body) -> Seq {
        self.append_folded(now, class, body, None)
    }

    fn append_folded(
        &mut self,
        now: Timestamp,
        class: Class,
        body: Body,
        folded: Option<Box<Folded>>,
    ) -> Seq {
        let retention = &self.config.settings().retention;
        let seq = self.log.append_folded(now, retention, class, body, folded).seq;
        self.outbox.grew(seq, class == Class::High);
        seq
    }

    fn append_notice(&mut self, now: Timestamp, notice: Notice) -> Seq {
        self.append(now, Class::Notice, Body::Notice(notice))
    }

    fn append_tip(&mut self, now: Timestamp, tip: Tip) {
        let online = self.roster.online();
        self.append(now, Class::Tip, Body::Tip(Tip { online, ..tip }));
    }

    /// The last place in the history.
    fn head(&self) -> Seq {
        self.log.head_seq()
    }

    /// A notice for every session of one user.
    fn direct(&mut self, user: &UserId, notice: &Notice) {
        let after = self.head();
        for device in self.roster.sessions(user) {
            self.outbox.put(|record| Output::Direct {
                record,
                session: device.session,
                after,
                notice: notice.clone(),
            });
        }
    }
}
