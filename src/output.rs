//! What a group tells its host, in order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    audit::AuditRecord,
    command::{Command, Device, LeaveReason},
    cursor::Cursor,
    entry::{Notice, ProfileChanges},
    id::{FilterId, RecordNo, Seq, SessionId, StepName, Ticket, UserId},
    message::{Directive, Message},
    outcome::{Outcome, Told},
    role::{Author, Platform},
    time::Timestamp,
};

/// One thing for the host to do or to know.
///
/// Every output names the journal record from which it follows, 0 where no journal is kept: a host
/// that must not speak before the record is on disk holds the output back until then.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Output {
    /// Something for the journal; comes before what follows from it, but for a `Tail`.
    Record(Record),
    /// The history reaches to `seq`: a level, given once however often it rose since the last poll.
    /// It is polled before all else that waits, so that what names a place in the history can be told
    /// after it; the record that it names may be polled later. A host that must not speak before the
    /// record is on disk holds it back until then, like everything.
    Tail {
        /// The record it follows from.
        record: RecordNo,
        /// The last place in the history.
        seq: Seq,
        /// Whether a High entry came since the last such output: readers should not wait.
        urgent: bool,
    },
    /// The host is asked about a message; answer with [`Command::Answer`].
    Ask {
        /// The record it follows from.
        record: RecordNo,
        /// What is asked.
        question: Question,
    },
    /// For the staff alone: a message that readers get at `expires`, unless it is withdrawn; see
    /// [`Command::Withdraw`].
    Preview {
        /// The record it follows from.
        record: RecordNo,
        /// The message, as it would be delivered.
        message: Arc<Message>,
        /// When it goes on.
        expires: Timestamp,
    },
    /// An accepted message came to its end.
    Ended {
        /// The record it follows from.
        record: RecordNo,
        /// The message, as it was at its end.
        message: Arc<Message>,
        /// The session to tell, unless the app sent it.
        session: Option<SessionId>,
        /// How it ended.
        outcome: Outcome,
        /// Whether the author may be told. If not, the host says success, as
        /// [`to_author`](Self::to_author) does.
        disclose: bool,
    },
    /// A fold is over: no message of it is on its way, and none came within its window. Told of folds
    /// of at least two messages; each of them has its own [`Ended`](Self::Ended).
    FoldEnded {
        /// The record it follows from.
        record: RecordNo,
        /// Its first message.
        message: Arc<Message>,
        /// How many messages were delivered or lost to the rate, or when the group ended.
        total: u64,
        /// How many of them were delivered.
        delivered: u64,
        /// How many more staff took out.
        removed: u64,
    },
    /// A user became a member, or another of their sessions came in; `user` is `None` for a guest.
    Joined {
        /// The record it follows from.
        record: RecordNo,
        /// Who.
        user: Option<UserId>,
        /// Over which session.
        device: Device,
        /// Whether they were a member before.
        already: bool,
        /// From where the session reads, as its receipt says: somebody admitted later has no other.
        cursor: Cursor,
    },
    /// A session left, or a user with all their sessions; `user` is `None` for a guest.
    Left {
        /// The record it follows from.
        record: RecordNo,
        /// Who.
        user: Option<UserId>,
        /// Whose doing: the user's own, another's, or the app's (`None`).
        operator: Option<UserId>,
        /// The platform from which it was done (`OptPlatform`).
        platform: Platform,
        /// Why.
        reason: LeaveReason,
        /// Whether the user stays a member through other sessions.
        remains: bool,
    },
    /// A user came online, or went offline.
    Presence {
        /// The record it follows from.
        record: RecordNo,
        /// Who.
        user: UserId,
        /// Which.
        online: bool,
    },
    /// Somebody asks to join; answer with [`Command::AnswerJoin`].
    Applied {
        /// The record it follows from.
        record: RecordNo,
        /// Who.
        user: UserId,
        /// What they say.
        note: Arc<str>,
    },
    /// A notice for one session alone.
    Direct {
        /// The record it follows from.
        record: RecordNo,
        /// Which session.
        session: SessionId,
        /// Deliver the history up to here first.
        after: Seq,
        /// What to tell it.
        notice: Notice,
    },
    /// Messages for one session of their author alone, who is shadow-muted: to be shown there as if they
    /// had been delivered. They are in no entry, and nobody else is to see them.
    Echo {
        /// The record it follows from.
        record: RecordNo,
        /// Which session.
        session: SessionId,
        /// Deliver the history up to here first.
        after: Seq,
        /// The messages, in their order.
        messages: Arc<[Arc<Message>]>,
    },
    /// An order for one session's client.
    Order {
        /// The record it follows from.
        record: RecordNo,
        /// Which session.
        session: SessionId,
        /// Deliver the history up to here first.
        after: Seq,
        /// What it is to do. Of the users that the message names, its own alone is named here.
        directive: Directive,
    },
    /// The group's profile, attributes or counters changed.
    ProfileChanged {
        /// The record it follows from.
        record: RecordNo,
        /// Who changed it; `None` for the app and for the tally of likes.
        operator: Option<UserId>,
        /// What changed.
        changes: Box<ProfileChanges>,
    },
    /// Raid mode began, was renewed, or ended.
    Raid {
        /// The record it follows from.
        record: RecordNo,
        /// Whose doing; `None` for the app, and where its time was over.
        operator: Option<UserId>,
        /// Until when it is on; `None` is not at all.
        until: Option<Timestamp>,
    },
    /// An act of moderation, for the audit log.
    Audit {
        /// The record it follows from.
        record: RecordNo,
        /// What was done.
        audit: Box<AuditRecord>,
    },
    /// The last place was taken: nobody more can join.
    Full {
        /// The record it follows from.
        record: RecordNo,
    },
    /// The group ended. Nothing follows but reading.
    Disbanded {
        /// The record it follows from.
        record: RecordNo,
    },
}

impl Output {
    /// The journal record from which it follows.
    pub fn record(&self) -> RecordNo {
        match self {
            Self::Record(record) => record.no,
            Self::Tail { record, .. }
            | Self::Ask { record, .. }
            | Self::Preview { record, .. }
            | Self::Ended { record, .. }
            | Self::FoldEnded { record, .. }
            | Self::Joined { record, .. }
            | Self::Left { record, .. }
            | Self::Presence { record, .. }
            | Self::Applied { record, .. }
            | Self::Direct { record, .. }
            | Self::Echo { record, .. }
            | Self::Order { record, .. }
            | Self::ProfileChanged { record, .. }
            | Self::Raid { record, .. }
            | Self::Audit { record, .. }
            | Self::Full { record }
            | Self::Disbanded { record } => *record,
        }
    }
}

impl Output {
    /// Of a message that came to its end: the session to tell, and what it may be told. `None` for all other
    /// outputs, and where the app sent the message.
    ///
    /// ```
    /// # use liveroom::*;
    /// # let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// # let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
    /// let (session, user) = (SessionId(1), "ann".parse::<UserId>()?);
    /// let ann = Author::Session(session);
    /// group.push(now, ann.clone(), Command::join(user.clone(), Profile::nick("Ann"), Platform::Web))?;
    /// # let mut settings = group.config().settings().clone();
    /// # settings.powers = settings.powers.with(Power::Shadow);
    /// # group.push(now, Author::App, Command::Configure(Box::new(settings.build()?)))?;
    /// let shadow = Command::Shadow { users: [user].into_iter().collect(), span: Span::Forever };
    /// group.push(now, Author::App, shadow)?;
    /// let receipt = group.push(now, ann, Command::text("is anybody there?"))?;
    /// assert_eq!(receipt.to_author(), Some(Told::Sent));
    ///
    /// let outputs: Vec<Output> = std::iter::from_fn(|| group.poll()).collect();
    /// let told: Vec<_> = outputs.iter().filter_map(Output::to_author).collect();
    /// assert_eq!(told, [(session, Told::Sent)], "nobody else was shown it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_author(&self) -> Option<(SessionId, Told<'_>)> {
        let Self::Ended { session, outcome, disclose, .. } = self else { return None };
        session.map(|session| (session, outcome.to_author(*disclose)))
    }
}

/// One line of a group's journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// Its number, without holes.
    pub no: RecordNo,
    /// The version of the engine's behaviour that made it.
    pub behaviour: u32,
    /// When it took effect.
    pub at: Timestamp,
    /// What took effect.
    pub event: Event,
    /// Where the group stopped at that moment, if its outputs had no room for more: after so many of
    /// the deadlines due then that told something. A replay, which always has room, stops there too.
    pub stopped: Option<u64>,
}

/// What a journal records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// An accepted command.
    Command {
        /// Who gave it.
        by: Author,
        /// What it was.
        command: Command,
    },
    /// Time alone changed something.
    Advance,
}

/// A message about which the host is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// What the answer must name.
    pub ticket: Ticket,
    /// The message, as it would be delivered.
    pub message: Arc<Message>,
    /// Which step of the chain is asked.
    pub step: StepName,
    /// Why it is asked.
    pub cause: Cause,
    /// When silence decides.
    pub expires: Timestamp,
}

/// A message that is held, as [`Group::held`](crate::Group::held) lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeldMessage {
    /// Its place in the list; what an answer must name, if its question is open.
    pub ticket: Ticket,
    /// The message, as it would be delivered; its author is its sender.
    pub message: Arc<Message>,
    /// For what it is held.
    pub hold: Hold,
    /// Since when.
    pub since: Timestamp,
    /// Until when at the latest.
    pub expires: Timestamp,
}

/// For what a message is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Hold {
    /// A question about it is open.
    Question {
        /// Which step of the chain is asked.
        step: StepName,
        /// Why it is asked.
        cause: Cause,
    },
    /// It may go on, and an earlier message of its author is not decided yet.
    Order,
    /// It is shown to the staff alone.
    Preview,
}

/// Why a message is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Cause {
    /// The step is asked about every message.
    Policy,
    /// The filter holds it.
    Filter {
        /// Which.
        filter: FilterId,
        /// The number of the term, counted from 0 in the filter's list.
        term: u32,
    },
    /// A former step would not decide.
    Escalated,
    /// A house rule for texts holds it.
    Rule {
        /// Its number, counted from 0 in [`HouseRules::texts`](crate::HouseRules::texts), those of
        /// raid mode after them.
        rule: u8,
    },
}

/// When a group wants to be advanced, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// What is due then.
    pub reason: Due,
}

/// What becomes due. At one instant they are settled in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Due {
    /// A session is removed whose fingerprint was banned.
    Evict,
    /// A waiting message becomes eligible.
    Release,
    /// A waiting message has waited long enough.
    Expiry,
    /// A question was not answered, a preview is over, or what a held message waited for is decided.
    Decision,
    /// Messages that were folded are offered to the lanes, or a fold is over.
    Fold,
    /// Tips that were folded may be given.
    Tip,
    /// Likes and follows go into the profile.
    Tally,
    /// A lost connection did not come back, or a member is no longer always online.
    Grace,
    /// A mute ends.
    Unmute,
    /// A shadow mute ends.
    Unshadow,
    /// A user's strikes are forgotten.
    Forgive,
    /// A ban ends.
    Unban,
    /// A ban of a fingerprint ends.
    UnbanPrint,
    /// Raid mode ends.
    Raid,
    /// History or receipts grow old.
    Forget,
}
