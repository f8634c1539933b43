//! A group written a second time, from the guide's page on behaviour alone: obviously right, and slow.
//!
//! It shares nothing with the engine but the plain data. Everything is a list that is looked through
//! from the front, the agenda is made anew before each step, and the whole history is kept.
//! Where the page was silent, what a user would expect was chosen; those places say "chosen".

mod acts;
mod coming;
pub(crate) mod compare;
mod folds;
mod form;
mod holding;
mod house;
mod lanes;
pub(crate) mod play;
mod prints;
pub(crate) mod script;
mod speaking;
mod staff;
mod table;
mod telling;
mod trails;
mod values;
#[cfg(test)]
mod worked;

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Class, Command, Cursor, Due, Entry, Field, FilterId, Fingerprint, GroupConfig,
    JoinOption, JoinStatus, Kind, Message, MessageId, Output, PerClass, Platform, Priority,
    Profile, Random, Receipt, Refusal, Role, Seq, SessionId, Settings, State, Stats, Subject,
    Ticket, Timestamp, Tip, UserId,
};

use prints::prints_once;
pub(crate) use speaking::Words;

/// "Within 5 minutes", "the last 32 randoms of a user", "the last 65,536 accepted messages".
const REMEMBERED_FOR: Duration = Duration::from_mins(5);
const RANDOMS_OF_A_USER: usize = 32;
const MESSAGES_REMEMBERED: u64 = 65_536;

/// One group.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    beginning: Cursor,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
    pub(crate) owner: Option<UserId>,
    pub(crate) disbanded: bool,
    /// In the order in which they joined.
    pub(crate) members: Vec<Member>,
    pub(crate) guests: Vec<Guest>,
    pub(crate) applicants: Vec<Applicant>,
    pub(crate) mutes: Vec<Sentence>,
    pub(crate) shadows: Vec<Sentence>,
    pub(crate) bans: Vec<Sentence>,
    pub(crate) print_bans: Vec<(Fingerprint, Timestamp)>,
    sweeping: Vec<Fingerprint>,
    /// With what sessions came; looked through for those that are there.
    prints: Vec<(SessionId, Fingerprint)>,
    /// In the order in which they were last warned.
    pub(crate) strikes: Vec<(Sentence, u32)>,
    pub(crate) mute_all: bool,
    pub(crate) profile: GroupProfile,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) attribute_seq: u64,
    attribute_tat: Timestamp,
    pub(crate) counters: Vec<(Arc<str>, i64)>,
    pub(crate) counter_seq: u64,
    counter_tat: Timestamp,
    /// Every message ever accepted; the one with id `n` is at `n - 1`.
    pub(crate) messages: Vec<Accepted>,
    randoms: Vec<Remembered>,
    /// Until when each user's last message makes them wait.
    pauses: Vec<Pause>,
    house: house::House,
    pub(crate) questions: Vec<Open>,
    last_ticket: u64,
    /// Waiting messages of each priority: the exempt, then the others.
    lanes: [lanes::Lane; 4],
    /// Every message ever offered to the scheduler, in order.
    arrivals: Vec<lanes::Arrival>,
    /// In the order in which they began.
    folds: Vec<folds::Fold>,
    tat: Timestamp,
    cap_tats: [Timestamp; 4],
    /// Every entry ever appended; the one with seq `n` is at `n - 1`.
    pub(crate) log: Vec<Kept>,
    waiting_tips: Vec<Tip>,
    tip_tat: Timestamp,
    pub(crate) likes: Untold,
    pub(crate) follows: Untold,
    tally_due: Option<Timestamp>,
    /// Counts up; gives an order to things that were set at one instant.
    serial: u64,
    filters: Vec<(FilterId, Words)>,
    pieces: Vec<trails::Piece>,
    refused: std::collections::BTreeMap<u16, u64>,
    /// Every output but [`Output::Record`] and [`Output::Tail`], since the last look.
    pub(crate) told: Vec<Output>,
}

/// Who is in, and over which sessions.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) profile: Arc<Profile>,
    pub(crate) card: Arc<str>,
    /// In the order in which they came.
    pub(crate) sessions: Vec<Session>,
    pub(crate) marks: Vec<u32>,
    /// Until when they are always online, and the serial of when that was set.
    pub(crate) always: Option<(Timestamp, u64)>,
    pub(crate) joined: Timestamp,
}

impl Member {
    pub(crate) fn is_online(&self) -> bool {
        !self.sessions.is_empty() || self.always.is_some()
    }
}

/// One connection of a member.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) platform: Platform,
    /// When it goes, and the serial of when that was set, if the connection is lost.
    pub(crate) lost: Option<(Timestamp, u64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) session: SessionId,
    pub(crate) platform: Platform,
}

#[derive(Clone, Debug)]
pub(crate) struct Applicant {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) platform: Platform,
    pub(crate) profile: Arc<Profile>,
}

/// A mute or a ban.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) user: UserId,
    pub(crate) until: Timestamp,
}

/// Whether `user` still serves one of these. At the instant of its end it is over, whatever else is
/// settled before it at that instant.
fn serves(sentences: &[Sentence], user: &UserId, now: Timestamp) -> bool {
    sentences.iter().any(|one| one.user == *user && one.until > now)
}

#[derive(Clone, Debug, Default)]
pub(crate) struct GroupProfile {
    pub(crate) name: Arc<str>,
    pub(crate) introduction: Arc<str>,
    pub(crate) notification: Arc<str>,
    pub(crate) face_url: Arc<str>,
    pub(crate) join_option: JoinOption,
    pub(crate) custom: Vec<(Arc<str>, Arc<str>)>,
    pub(crate) info_seq: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) key: Arc<str>,
    pub(crate) value: Arc<str>,
    pub(crate) seq: u64,
}

/// A message with an id.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) message: Message,
    /// The session that sent it; `None` if the app did, for itself or in a user's name.
    pub(crate) session: Option<SessionId>,
    pub(crate) state: State,
    /// Until when it is remembered.
    pub(crate) until: Timestamp,
    /// Whether its author took it back who was not to know that nobody had seen it.
    pub(crate) taken_back: bool,
}

/// A random that makes the next message with it a duplicate.
#[derive(Clone, Debug)]
struct Remembered {
    author: Option<UserId>,
    random: Random,
    message: MessageId,
    until: Timestamp,
}

/// Slow mode makes a user wait.
#[derive(Clone, Debug)]
struct Pause {
    user: UserId,
    since: Timestamp,
    until: Timestamp,
}

/// A message that is held.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) ticket: Ticket,
    pub(crate) message: MessageId,
    pub(crate) expires: Timestamp,
    pub(crate) holding: Holding,
}

/// For what.
#[derive(Clone, Debug)]
pub(crate) enum Holding {
    Asked { step: liveroom::StepName, silence: liveroom::Silence, doubt: holding::Doubt },
    Ordered,
    Previewed,
}

/// An entry, and whether the log still has it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) entry: Entry,
    /// From when its age counts: moves with a rebase, as `entry.at` does not.
    since: Timestamp,
    aged: Option<Timestamp>,
    pub(crate) gone: bool,
}

/// Likes or follows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Untold {
    pub(crate) total: u64,
    /// How many of them no profile change has told yet.
    pub(crate) untold: u64,
}

/// A receipt that can be compared: a cursor is what it has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelReceipt {
    Done,
    Joined { status: JoinStatus, passed: PerClass<u64> },
    Sent { message: MessageId, state: State, disclose: bool, duplicate: bool },
    Attributes(u64),
    Counters(Vec<(Arc<str>, i64)>),
    Purged { emptied: u64, discarded: u64 },
}

impl From<&Receipt> for ModelReceipt {
    fn from(receipt: &Receipt) -> Self {
        match receipt.clone() {
            Receipt::Done => Self::Done,
            Receipt::Joined { status, cursor } => Self::Joined { status, passed: cursor.passed() },
            Receipt::Sent { message, state, disclose, duplicate } => {
                Self::Sent { message, state, disclose, duplicate }
            }
            Receipt::Attributes { seq } => Self::Attributes(seq),
            Receipt::Counters(counters) => Self::Counters(counters),
            Receipt::Purged { emptied, discarded } => Self::Purged { emptied, discarded },
            other => unreachable!("a receipt that the model does not know: {other:?}"),
        }
    }
}

/// What becomes due, and for whom.
#[derive(Clone, Debug)]
enum Task {
    Release(Priority),
    Expire(MessageId),
    Decide(Ticket),
    Fold(u64),
    Tip,
    Tally,
    Grace(SessionId),
    NotAlways(UserId),
    Unmute(UserId),
    Unshadow(UserId),
    Forgive(UserId),
    Unban(UserId),
    UnbanPrint(Fingerprint),
    Evict,
    Raid,
    Forget,
}

impl Model {
    /// `beginning` is the cursor of an empty history.
    pub(crate) fn new(
        owner: Option<UserId>,
        config: &GroupConfig,
        now: Timestamp,
        beginning: Cursor,
    ) -> Self {
        Self {
            beginning,
            settings: config.settings().clone(),
            now: now.min(Timestamp::LATEST),
            owner,
            disbanded: false,
            members: vec![],
            guests: vec![],
            applicants: vec![],
            mutes: vec![],
            shadows: vec![],
            bans: vec![],
            print_bans: vec![],
            sweeping: vec![],
            prints: vec![],
            strikes: vec![],
            mute_all: false,
            profile: GroupProfile::default(),
            attributes: vec![],
            attribute_seq: 0,
            attribute_tat: Timestamp::ZERO,
            counters: vec![],
            counter_seq: 0,
            counter_tat: Timestamp::ZERO,
            messages: vec![],
            randoms: vec![],
            pauses: vec![],
            house: house::House::default(),
            questions: vec![],
            last_ticket: 0,
            lanes: std::array::from_fn(|_| lanes::Lane::default()),
            arrivals: vec![],
            folds: vec![],
            tat: Timestamp::ZERO,
            cap_tats: [Timestamp::ZERO; 4],
            log: vec![],
            waiting_tips: vec![],
            tip_tat: Timestamp::ZERO,
            likes: Untold::default(),
            follows: Untold::default(),
            tally_due: None,
            serial: 0,
            filters: vec![],
            pieces: vec![],
            refused: std::collections::BTreeMap::new(),
            told: vec![],
        }
    }

    /// The words by which the filter of this id judges.
    pub(crate) fn install_filter(&mut self, id: FilterId, words: Words) {
        self.filters.push((id, words));
    }

    pub(crate) fn push(
        &mut self,
        now: Timestamp,
        by: &Author,
        command: &Command,
    ) -> Result<ModelReceipt, Refusal> {
        self.settle(now);
        self.forget_prints();
        let answer = self.give(by, command);
        if let (Err(refusal), Command::Send(_)) = (&answer, command) {
            *self.refused.entry(refusal.code()).or_default() += 1;
        }
        let receipt = answer?;
        self.forget_pauses();
        self.settle(self.now);
        // A message's receipt says where it stands after all that was due at this instant.
        Ok(match receipt {
            ModelReceipt::Sent { message, duplicate, .. } => self.sent(message, duplicate),
            other => other,
        })
    }

    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.settle(now);
    }

    /// The checks in their order, and then the deed.
    fn give(&mut self, by: &Author, command: &Command) -> Result<ModelReceipt, Refusal> {
        if self.disbanded {
            return Err(Refusal::Disbanded);
        }
        self.form(by, command)?;
        let actor = self.standing(by, command)?;
        if let Command::Send(draft) = command
            && let Some(message) = self.duplicate_of(&actor, draft)
        {
            return Ok(self.sent(message, true));
        }
        self.table(&actor, command)?;
        self.act(&actor, command)
    }

    fn act(&mut self, actor: &Actor, command: &Command) -> Result<ModelReceipt, Refusal> {
        match command {
            Command::Join(join) => return self.join(actor, join),
            Command::Attach { user, platform, print } => {
                return self.attach(actor, user, *platform, *print);
            }
            Command::Send(draft) => return self.send(actor, draft),
            Command::Recall { message } => return self.recall(actor, *message),
            Command::Purge { author } => return Ok(self.purge(author.as_ref())),
            Command::Count { changes } => return self.count(actor, changes),
            Command::SetAttributes { mode, changes, seen } => {
                return self.set_attributes(actor, *mode, changes, *seen);
            }
            Command::Detach => self.detach(actor),
            Command::DetachAll => self.detach_all(),
            Command::Quit => self.quit(actor),
            Command::AnswerJoin { user, admission } => self.answer_join(user, *admission)?,
            Command::Answer { ticket, decision } => self.answer(actor, *ticket, decision)?,
            Command::Withdraw { message } => self.withdraw_message(actor, *message)?,
            Command::SetProfile { profile } => self.set_profile(actor, profile)?,
            Command::SetNameCard { user, card } => self.set_name_card(actor, user, card)?,
            Command::SetGroup(patch) => self.set_group(actor, patch)?,
            Command::SetAdmin { user } => self.set_admin(actor, user)?,
            Command::CancelAdmin { user } => self.cancel_admin(actor, user)?,
            Command::Transfer { user } => self.transfer(actor, user)?,
            Command::Mute { users, span } => self.mute(actor, users, *span)?,
            Command::Unmute { users } => self.unmute(actor, users),
            Command::MuteAll { on } => self.set_mute_all(actor, *on),
            Command::Shadow { users, span } => self.shadow(users, *span)?,
            Command::Unshadow { users } => {
                let users = each_once(users);
                self.shadows.retain(|one| !users.contains(&one.user));
            }
            Command::Warn { users, reason } => self.warn(actor, users, reason)?,
            Command::Forgive { users } => {
                let users = each_once(users);
                self.strikes.retain(|(one, _)| !users.contains(&one.user));
            }
            Command::Moderate { users, acts } => self.moderate(actor, users, acts)?,
            Command::BanPrints { prints, span, .. } => {
                let prints = prints_once(prints);
                self.may_ban_prints(&prints)?;
                self.put_print_bans(&prints, self.until(*span));
            }
            Command::UnbanPrints { prints } => {
                self.print_bans.retain(|(print, _)| !prints.contains(print));
            }
            Command::Kick { users, reason } => self.kick(actor, users, reason)?,
            Command::Ban { users, span, reason } => self.ban(actor, users, *span, reason)?,
            Command::Unban { users } => self.unban(actor, users),
            Command::Notify { users, field } => self.notify(users.as_ref(), field),
            Command::Broadcast { content } => {
                let content = content.clone();
                self.append_notice(liveroom::Notice::Broadcast { content });
            }
            Command::Mark { users, marks, on } => self.mark(users, marks, *on)?,
            Command::SetSlowMode { slow_mode } => self.settings.slow_mode = *slow_mode,
            Command::Raid { .. } => self.raid(actor, command),
            Command::UseFilter { filter } => {
                self.must_be_installed(*filter)?;
                self.settings.filter = *filter;
            }
            Command::Configure(config) => self.configure(config)?,
            Command::Disband => self.disband(),
            Command::Rebase { to } => self.rebase(*to),
            other => unreachable!("a command that the model does not know: {other:?}"),
        }
        Ok(ModelReceipt::Done)
    }

    /// Does everything due by `now`, each thing at its own time.
    fn settle(&mut self, now: Timestamp) {
        let now = now.max(self.now).min(Timestamp::LATEST);
        while let Some((at, _, task)) = self.agenda().into_iter().next()
            && at <= now
        {
            self.now = self.now.max(at);
            self.perform(task);
        }
        self.now = now;
    }

    /// Everything that is set, the first due first.
    fn agenda(&self) -> Vec<(Timestamp, Due, Task)> {
        let mut agenda = vec![];
        if !self.disbanded {
            self.set_of_lanes(&mut agenda);
            for open in &self.questions {
                let at = self.held_until(open);
                agenda.extend(at.map(|at| (at, Due::Decision, Task::Decide(open.ticket))));
            }
            self.set_of_folds(&mut agenda);
            if !self.waiting_tips.is_empty() {
                agenda.push((self.tip_room_at(), Due::Tip, Task::Tip));
            }
            agenda.extend(self.tally_due.map(|at| (at, Due::Tally, Task::Tally)));
            let mut lost: Vec<_> = (self.members.iter().flat_map(|member| &member.sessions))
                .filter_map(|session| session.lost.map(|(at, serial)| (serial, at, session.id)))
                .collect();
            lost.sort_unstable();
            agenda.extend(lost.into_iter().map(|(_, at, id)| (at, Due::Grace, Task::Grace(id))));
            let mut always: Vec<_> = (self.members.iter())
                .filter_map(|member| member.always.map(|(at, serial)| (serial, at, &member.user)))
                .collect();
            always.sort_unstable();
            let ends = |user: &UserId| Task::NotAlways(user.clone());
            agenda.extend(always.into_iter().map(|(_, at, user)| (at, Due::Grace, ends(user))));
            agenda.extend(self.house.raid.map(|at| (at, Due::Raid, Task::Raid)));
        }
        // Chosen: sentences end and history is forgotten after the group has ended, too.
        for Sentence { user, until } in &self.mutes {
            agenda.push((*until, Due::Unmute, Task::Unmute(user.clone())));
        }
        for Sentence { user, until } in &self.shadows {
            agenda.push((*until, Due::Unshadow, Task::Unshadow(user.clone())));
        }
        for (Sentence { user, until }, _) in &self.strikes {
            agenda.push((*until, Due::Forgive, Task::Forgive(user.clone())));
        }
        if !self.sweeping.is_empty() && !self.disbanded {
            agenda.push((self.now, Due::Evict, Task::Evict));
        }
        for (print, until) in &self.print_bans {
            agenda.push((*until, Due::UnbanPrint, Task::UnbanPrint(*print)));
        }
        for Sentence { user, until } in &self.bans {
            agenda.push((*until, Due::Unban, Task::Unban(user.clone())));
        }
        agenda.extend(self.forget_at().map(|at| (at, Due::Forget, Task::Forget)));
        // `Timestamp::MAX` never comes.
        agenda.retain(|(at, ..)| *at != Timestamp::MAX);
        for (at, due, _) in &mut agenda {
            if *due == Due::Release {
                *at = self.now.max(*at);
            }
        }
        // What a new config makes overdue is due now; of one kind, the longest overdue comes first.
        agenda.sort_by_key(|(at, due, _)| (self.now.max(*at), *due, *at));
        agenda
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Release(priority) => self.release(priority),
            Task::Expire(message) => self.expire(message),
            Task::Decide(ticket) => self.held_is_due(ticket),
            Task::Fold(serial) => self.fold_is_due(serial),
            Task::Tip => self.tell_first_waiting_tip(),
            Task::Tally => self.tell_tally(),
            Task::Grace(session) => self.grace_ends(session),
            Task::NotAlways(user) => self.always_ends(&user),
            Task::Unmute(user) => self.mutes.retain(|mute| mute.user != user),
            Task::Unshadow(user) => self.shadows.retain(|one| one.user != user),
            Task::Forgive(user) => self.strikes.retain(|(one, _)| one.user != user),
            Task::Evict => self.sweep(),
            Task::UnbanPrint(print) => self.print_bans.retain(|(one, _)| *one != print),
            Task::Unban(user) => self.bans.retain(|ban| ban.user != user),
            Task::Raid => self.turn_raid(None, None),
            Task::Forget => self.forget(),
        }
    }

    fn configure(&mut self, config: &GroupConfig) -> Result<(), Refusal> {
        let settings = config.settings().clone();
        self.must_be_installed(settings.filter)?;
        form::not_more(Field::Questions, self.questions.len(), settings.asking.open as usize)?;
        let sessions = self.members.iter().map(|member| member.sessions.len()).max();
        let per_user = settings.presence.per_user as usize;
        form::not_more(Field::Sessions, sessions.unwrap_or(0), per_user)?;
        // Chosen: what was remembered under other limits is forgotten.
        if settings.filtering.trails != self.settings.filtering.trails {
            self.pieces.clear();
        }
        self.settings = settings;
        let traffic = &self.settings.traffic;
        let tips = self.settings.tips.cap;
        self.tat = at_most_full(self.tat, self.now, traffic.rate.interval(), traffic.burst);
        self.tip_tat = at_most_full(self.tip_tat, self.now, tips.rate.interval(), tips.burst);
        for priority in Priority::ALL {
            let tat = &mut self.cap_tats[priority as usize];
            // Chosen: a cap that is taken away is forgotten; one that changes goes on.
            *tat = self.settings.traffic.caps[priority].map_or(Timestamp::ZERO, |cap| {
                at_most_full(*tat, self.now, cap.rate.interval(), cap.burst)
            });
            self.shed(priority);
        }
        self.cut_folds_down();
        self.set_expiries_anew();
        self.end_previews();
        self.keep_quotas();
        let max_age = self.settings.retention.max_age;
        for kept in &mut self.log {
            kept.aged = kept.aged.map(|at| at.min(kept.since + max_age));
        }
        Ok(())
    }

    pub(super) fn must_be_installed(&self, filter: Option<FilterId>) -> Result<(), Refusal> {
        match filter {
            Some(filter) if !self.filters.iter().any(|(id, _)| *id == filter) => {
                Err(Refusal::UnknownFilter { filter })
            }
            _ => Ok(()),
        }
    }

    fn disband(&mut self) {
        if self.tally_due.is_some() {
            self.tell_tally();
        }
        while !self.waiting_tips.is_empty() {
            self.tell_first_waiting_tip();
        }
        self.discard_all(|_, _| true, liveroom::Discard::Disbanded);
        self.end_folds();
        self.append_notice(liveroom::Notice::Disbanded);
        self.disbanded = true;
        self.told.push(Output::Disbanded { record: NO_RECORD });
    }

    fn rebase(&mut self, to: Timestamp) {
        let (from, to) = (self.now, to.min(Timestamp::LATEST));
        let shift = |at: &mut Timestamp| {
            if *at == Timestamp::MAX {
                return;
            }
            *at = if to >= from { *at + to.since(from) } else { at.before(from.since(to)) };
        };
        self.messages.iter_mut().for_each(|accepted| match &mut accepted.state {
            State::Held { expires } | State::Waiting { expires } => shift(expires),
            State::Ended(_) => {}
        });
        self.messages.iter_mut().for_each(|accepted| shift(&mut accepted.until));
        self.arrivals.iter_mut().for_each(|arrival| shift(&mut arrival.at));
        self.questions.iter_mut().for_each(|open| shift(&mut open.expires));
        for sentences in [&mut self.mutes, &mut self.shadows, &mut self.bans] {
            sentences.iter_mut().for_each(|one| shift(&mut one.until));
        }
        self.strikes.iter_mut().for_each(|(one, _)| shift(&mut one.until));
        self.print_bans.iter_mut().for_each(|(_, until)| shift(until));
        for session in self.members.iter_mut().flat_map(|member| &mut member.sessions) {
            session.lost.iter_mut().for_each(|(at, _)| shift(at));
        }
        for member in &mut self.members {
            member.always.iter_mut().for_each(|(at, _)| shift(at));
        }
        for pause in &mut self.pauses {
            shift(&mut pause.since);
            shift(&mut pause.until);
        }
        self.pieces.iter_mut().for_each(|piece| shift(&mut piece.at));
        for fold in &mut self.folds {
            shift(&mut fold.ends);
            shift(&mut fold.next);
        }
        self.house.shift(shift);
        self.tally_due.iter_mut().for_each(shift);
        self.log.iter_mut().for_each(|kept| {
            shift(&mut kept.since);
            kept.aged.iter_mut().for_each(shift);
        });
        self.randoms.iter_mut().for_each(|random| shift(&mut random.until));
        for tat in
            [&mut self.tat, &mut self.tip_tat, &mut self.attribute_tat, &mut self.counter_tat]
        {
            shift(tat);
        }
        self.cap_tats.iter_mut().for_each(shift);
        self.now = to;
    }

    /// The account, counted anew from the lists.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats { refused: self.refused.clone(), ..Stats::default() };
        for Accepted { message, state, .. } in &self.messages {
            use liveroom::{Outcome::*, Rejection};
            let flow = &mut stats.flow[message.priority];
            flow.accepted += 1;
            match state {
                State::Held { .. } => flow.held += 1,
                State::Waiting { .. } => flow.waiting += 1,
                State::Ended(Delivered { .. }) => flow.delivered += 1,
                State::Ended(Rejected(Rejection::Filter { .. })) => flow.rejected[0] += 1,
                State::Ended(Rejected(Rejection::Decision { .. })) => flow.rejected[1] += 1,
                State::Ended(Rejected(Rejection::Silence)) => flow.rejected[2] += 1,
                State::Ended(Rejected(Rejection::Rule { .. })) => flow.rejected[3] += 1,
                State::Ended(Discarded(reason)) => flow.discarded[*reason as usize] += 1,
                State::Ended(other) => unreachable!("an outcome unknown to the model: {other:?}"),
            }
        }
        for Kept { entry, gone, .. } in &self.log {
            stats.appended[entry.class] += 1;
            stats.evicted[entry.class] += u64::from(*gone);
        }
        stats
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The last place in the history.
    pub(crate) fn tail(&self) -> Seq {
        Seq(self.log.len() as u64)
    }
}

/// No journal is kept.
const NO_RECORD: liveroom::RecordNo = liveroom::RecordNo(0);

/// Who gives a command, as the group knows them.
#[derive(Clone, Debug)]
enum Actor {
    App,
    AppAs {
        user: UserId,
        profile: Profile,
    },
    User {
        user: UserId,
        role: Role,
        device: liveroom::Device,
    },
    Applicant {
        session: SessionId,
    },
    Guest {
        session: SessionId,
    },
    /// A session that is not in yet.
    Newcomer {
        session: SessionId,
    },
}

impl Actor {
    fn is_app(&self) -> bool {
        matches!(self, Self::App | Self::AppAs { .. })
    }

    /// Who did it, as tips and outputs name them.
    fn operator(&self) -> Option<UserId> {
        match self {
            Self::AppAs { user, .. } | Self::User { user, .. } => Some(user.clone()),
            _ => None,
        }
    }

    fn platform(&self) -> Platform {
        match self {
            Self::User { device, .. } => device.platform,
            _ => Platform::RestApi,
        }
    }
}

/// Whether messages of this class are what people said.
fn is_message(class: Class) -> bool {
    !matches!(class, Class::Tip | Class::Notice)
}

/// Users in the order named, each once.
fn each_once(users: &[UserId]) -> Vec<UserId> {
    let mut once: Vec<UserId> = vec![];
    for user in users {
        if !once.contains(user) {
            once.push(user.clone());
        }
    }
    once
}

/// Whether a limit with this theoretical arrival time, interval and burst admits something at `at`.
fn admits(tat: Timestamp, at: Timestamp, interval: Duration, burst: u32) -> bool {
    tat.max(at).since(at) <= interval * (burst - 1)
}

/// Chosen: under a new rate, nobody waits longer than for a burst that was just used up.
fn at_most_full(tat: Timestamp, now: Timestamp, interval: Duration, burst: u32) -> Timestamp {
    tat.min(now + interval * burst)
}

/// From when on it does.
fn admits_from(tat: Timestamp, interval: Duration, burst: u32) -> Timestamp {
    tat.before(interval * (burst - 1))
}

fn is_counted(kind: Kind) -> bool {
    matches!(kind, Kind::Like | Kind::Follow)
}

impl Model {
    fn member(&self, user: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == *user)
    }

    fn member_mut(&mut self, user: &UserId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == *user)
    }

    /// The member to whom a session belongs.
    fn member_at(&self, session: SessionId) -> Option<(&Member, &Session)> {
        self.members.iter().find_map(|member| {
            let session = member.sessions.iter().find(|own| own.id == session)?;
            Some((member, session))
        })
    }

    /// The owner keeps the role while away; anybody else who is no member has none.
    fn role_of(&self, user: &UserId) -> Option<Role> {
        if self.owner.as_ref() == Some(user) {
            return Some(Role::Owner);
        }
        self.member(user).map(|member| member.role)
    }

    /// Users and guests online.
    pub(crate) fn online(&self) -> u64 {
        let users = self.members.iter().filter(|member| member.is_online()).count();
        (users + self.guests.len()) as u64
    }

    fn subject(&self, user: &UserId, until: Option<Timestamp>) -> Subject {
        let profile = self.member(user).map(|member| member.profile.clone()).unwrap_or_default();
        Subject { user: user.clone(), profile, until }
    }

    fn must_be_member(&self, user: &UserId) -> Result<(), Refusal> {
        match self.member(user) {
            Some(_) => Ok(()),
            None => Err(Refusal::UnknownMember { user: user.clone() }),
        }
    }
}
