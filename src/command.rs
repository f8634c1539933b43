//! What may be asked of a group, and what it answers at once.
//!
//! Commands and receipts are plain data: they can be written to a journal, sent to another machine,
//! and given again to get the same answer.

mod acts;
mod changes;
mod draft;
mod receipt;
mod session;

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(crate) use self::session::Newcomer;
pub use self::{
    acts::{Acts, Removing, Silencing, Span},
    changes::{AttributeChange, AttributeMode, CounterChange, Counting, GroupPatch},
    draft::{Decision, Draft},
    receipt::{JoinStatus, Receipt},
    session::{Admission, Device, Join, LeaveReason},
};
use crate::{
    config::{GroupConfig, SlowMode},
    id::{FilterId, Fingerprint, MessageId, Ticket, UserId},
    message::{Content, Directive, Kind},
    role::{Platform, Profile},
    time::Timestamp,
};

/// Users to whom something is done, at most [`Command::MAX_USERS`].
pub type Users = SmallVec<[UserId; 1]>;

/// Fingerprints to which something is done.
pub type Prints = SmallVec<[Fingerprint; 1]>;

/// One thing asked of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Command {
    /// A session comes in: a user becomes a member, a guest becomes a reader.
    Join(Join),
    /// Another session of somebody who is a member, or the same one after its connection was lost.
    Attach {
        /// Who is at the session.
        user: UserId,
        /// What the session runs on.
        platform: Platform,
        /// As in [`Join::print`].
        print: Option<Fingerprint>,
    },
    /// The session's connection was lost. The user stays online for the grace time.
    Detach,
    /// Every connection was lost, because the host that held them ended: members have the grace time
    /// to come back, guests and applicants are gone, and nothing is told of them.
    DetachAll,
    /// The session leaves on purpose.
    Quit,
    /// The staff answer somebody who asked to join.
    AnswerJoin {
        /// Who asked.
        user: UserId,
        /// The answer.
        admission: Admission,
    },
    /// A message.
    Send(Box<Draft>),
    /// The host answers a [`Question`](crate::Question), or staff do where they may.
    Answer {
        /// Which question.
        ticket: Ticket,
        /// What becomes of its message.
        decision: Decision,
    },
    /// Staff discard a message that they alone have seen: one in [preview](crate::Output::Preview),
    /// or one that was decided and is held behind an earlier one.
    Withdraw {
        /// Which message.
        message: MessageId,
    },
    /// The author takes a message back, or staff do.
    Recall {
        /// Which message.
        message: MessageId,
    },
    /// Everything that one author has waiting, held or kept is emptied or discarded.
    Purge {
        /// Whose; `None` is the app's.
        author: Option<UserId>,
    },
    /// The user's nick or avatar changed.
    SetProfile {
        /// The new one. Messages sent before keep the old one.
        profile: Arc<Profile>,
    },
    /// A member's name in this group changes: their own, or another's by staff.
    SetNameCard {
        /// Whose.
        user: UserId,
        /// The name, at most 50 bytes; empty removes it.
        card: Arc<str>,
    },
    /// The group's profile changes.
    SetGroup(Box<GroupPatch>),
    /// A member becomes an admin.
    SetAdmin {
        /// Who.
        user: UserId,
    },
    /// An admin becomes a plain member.
    CancelAdmin {
        /// Who.
        user: UserId,
    },
    /// The owner hands the group to a member, and stays as one.
    Transfer {
        /// To whom.
        user: UserId,
    },
    /// Users may not speak, members or not.
    Mute {
        /// Who.
        users: Users,
        /// How long.
        span: Span,
    },
    /// Users may speak again.
    Unmute {
        /// Who.
        users: Users,
    },
    /// What users say, they alone see from now on, and they are told of success.
    Shadow {
        /// Who, members or not.
        users: Users,
        /// How long.
        span: Span,
    },
    /// What users say is for all again.
    Unshadow {
        /// Who.
        users: Users,
    },
    /// Nobody may speak, but the exempt.
    MuteAll {
        /// Whether it begins or ends.
        on: bool,
    },
    /// Users get a strike each, and what it leads to: see [`StrikeRules`](crate::StrikeRules).
    Warn {
        /// Who, members or not; at most [`Command::MAX_STEP_USERS`].
        users: Users,
        /// Why, at most 1,000 bytes.
        reason: Arc<str>,
    },
    /// All strikes of users are taken back. What they led to stays.
    Forgive {
        /// Who.
        users: Users,
    },
    /// Several acts on users in one step, all or none.
    Moderate {
        /// Who; at most [`Command::MAX_STEP_USERS`].
        users: Users,
        /// What is done to each of them.
        acts: Box<Acts>,
    },
    /// Members are removed.
    Kick {
        /// Who.
        users: Users,
        /// Why, at most 1,000 bytes.
        reason: Arc<str>,
    },
    /// Users are removed, and may not come back for a time.
    Ban {
        /// Who, members or not.
        users: Users,
        /// How long.
        span: Span,
        /// Why, at most 1,000 bytes.
        reason: Arc<str>,
    },
    /// Users may come back.
    Unban {
        /// Who.
        users: Users,
    },
    /// Whoever is here with one of these fingerprints is removed, guests too, and nobody comes in with
    /// one for a time; but for owner and admins.
    BanPrints {
        /// Which, at most [`Command::MAX_USERS`].
        prints: Prints,
        /// How long.
        span: Span,
        /// Why, at most 1,000 bytes, for the audit log.
        reason: Arc<str>,
    },
    /// One may come in with these again.
    UnbanPrints {
        /// Which, at most [`Command::MAX_USERS`].
        prints: Prints,
    },
    /// A notice to everybody, or to some.
    Notify {
        /// To whom; `None` is everybody.
        users: Option<Users>,
        /// The user-defined field, given to clients as it is.
        field: Arc<str>,
    },
    /// A message of the app to this group, as a notice. Engines send it to all their groups.
    Broadcast {
        /// What it says.
        content: Arc<Content>,
    },
    /// Attributes are written or removed, all or none.
    SetAttributes {
        /// Whether the others stay or go.
        mode: AttributeMode,
        /// What is written.
        changes: Vec<AttributeChange>,
        /// The main sequence number that the writer has seen; a newer one is a conflict.
        seen: Option<u64>,
    },
    /// Counters are set or changed, all or none.
    Count {
        /// What is counted.
        changes: Vec<CounterChange>,
    },
    /// Members online get or lose marks.
    ///
    /// Marks from 1,000 are the host's own: at most 10 kinds in a group. Two below have a meaning,
    /// and do not count among the 10: [`ALWAYS_ONLINE`](Self::ALWAYS_ONLINE) and
    /// [`HIDDEN`](Self::HIDDEN). A mark, of either kind, has at most 1,000 members.
    Mark {
        /// Who.
        users: Users,
        /// The marks, at most 10 in one command.
        marks: SmallVec<[u32; 4]>,
        /// Whether they get or lose them.
        on: bool,
    },
    /// The pause between two messages of one author changes.
    SetSlowMode {
        /// The pause, or none.
        slow_mode: Option<SlowMode>,
    },
    /// Raid mode begins, or is renewed, for a time; or ends. While it is on, the house is stricter as
    /// [`HouseRules::raid`](crate::HouseRules::raid) says; it ends by itself.
    Raid {
        /// How long it is on from now on, at most 24 hours; `None` ends it.
        span: Option<Duration>,
    },
    /// Another filter is in force from now on, or none. It must be installed.
    UseFilter {
        /// Which.
        filter: Option<FilterId>,
    },
    /// The group goes on under another config.
    Configure(Box<GroupConfig>),
    /// The group ends. It stays readable until it is disposed of.
    Disband,
    /// The clock and every open deadline move together: the way out after a wild time.
    Rebase {
        /// What time it is; past [`Timestamp::LATEST`] it is that.
        to: Timestamp,
    },
}

impl Command {
    /// The most users that one command may name: "500 accounts", the modelled service's batch size.
    pub const MAX_USERS: u64 = crate::config::MAX_USERS;

    /// The most users that a warning or a step of several acts may name: each of them may make as many
    /// outputs as several users of another command.
    pub const MAX_STEP_USERS: u64 = 100;

    /// The mark of members who count as online whatever becomes of their connections, until 3 days
    /// after they were marked: a show's host, a robot. Marking them again counts anew.
    ///
    /// Lost sessions go as ever, but the member stays, and stays online, without any. Quitting,
    /// kick and ban are not held back by it.
    ///
    /// ```
    /// use liveroom::Command;
    ///
    /// let (users, on) = (["ann".parse()?].into_iter().collect(), true);
    /// let marks = [Command::ALWAYS_ONLINE].into_iter().collect();
    /// let stay = Command::Mark { users, marks, on };
    /// # let _ = stay;
    /// # Ok::<(), liveroom::IdError>(())
    /// ```
    pub const ALWAYS_ONLINE: u32 = 500;

    /// The mark of members whom lists of members pass over. They count, they speak, and whoever
    /// asks for them by name finds them.
    pub const HIDDEN: u32 = 600;

    /// Whether it must get through when memory is short: it lessens what a group holds, or staff stop
    /// with it whoever fills the memory.
    pub(crate) fn frees(&self) -> bool {
        matches!(
            self,
            Self::Detach
                | Self::DetachAll
                | Self::Quit
                | Self::Answer { .. }
                | Self::Withdraw { .. }
                | Self::Recall { .. }
                | Self::Purge { .. }
                | Self::Mute { .. }
                | Self::Shadow { .. }
                | Self::Unshadow { .. }
                | Self::MuteAll { .. }
                | Self::Warn { .. }
                | Self::Forgive { .. }
                | Self::Moderate { .. }
                | Self::SetSlowMode { .. }
                | Self::Raid { .. }
                | Self::UseFilter { .. }
                | Self::Kick { .. }
                | Self::Ban { .. }
                | Self::Unmute { .. }
                | Self::Unban { .. }
                | Self::BanPrints { .. }
                | Self::UnbanPrints { .. }
                | Self::Configure(_)
                | Self::Disband
                | Self::Rebase { .. }
        )
    }

    /// Who comes in with it, if it is for a session that is not in the group yet.
    pub(crate) fn newcomer(&self) -> Option<Newcomer<'_>> {
        match self {
            Self::Join(join) => Some(Newcomer(join.user.as_ref())),
            Self::Attach { user, .. } => Some(Newcomer(Some(user))),
            _ => None,
        }
    }

    /// A text message of normal priority.
    pub fn text(text: impl Into<String>) -> Self {
        Draft::text(text).into()
    }

    /// A message of one custom element, as `kind`, with that kind's recommended priority.
    pub fn custom(kind: Kind, data: impl Into<String>) -> Self {
        Draft::custom(kind, data).into()
    }

    /// The removal directive: the clients of `users` leave. It is how the modelled service's guide
    /// removes somebody where members cannot be removed (FAQ 3).
    pub fn leave(users: impl IntoIterator<Item = UserId>) -> Self {
        let directive = Directive::Leave { users: users.into_iter().collect() };
        Draft { kind: Kind::Control, directive: Some(directive), ..Draft::default() }.into()
    }

    /// A user joins.
    pub fn join(user: UserId, profile: Profile, platform: Platform) -> Self {
        Self::Join(Join {
            user: Some(user),
            profile: Arc::new(profile),
            platform,
            note: String::new().into(),
            print: None,
        })
    }

    /// A guest joins.
    pub fn join_as_guest(platform: Platform) -> Self {
        Self::Join(Join { platform, ..Join::default() })
    }

    /// A system notice to everybody.
    pub fn notice(field: impl Into<Arc<str>>) -> Self {
        Self::Notify { users: None, field: field.into() }
    }

    /// One user is muted for `span`.
    pub fn mute(user: UserId, span: Span) -> Self {
        Self::Mute { users: SmallVec::from_buf([user]), span }
    }

    /// One user is muted for `span`, and nobody knows it.
    pub fn shadow(user: UserId, span: Span) -> Self {
        Self::Shadow { users: SmallVec::from_buf([user]), span }
    }

    /// One user gets a strike, and what it leads to.
    pub fn warn(user: UserId, reason: impl Into<Arc<str>>) -> Self {
        Self::Warn { users: SmallVec::from_buf([user]), reason: reason.into() }
    }

    /// One user is removed, and may not come back for `span`.
    pub fn ban(user: UserId, span: Span, reason: impl Into<Arc<str>>) -> Self {
        Self::Ban { users: SmallVec::from_buf([user]), span, reason: reason.into() }
    }

    /// Several acts on one user, all of them or none.
    pub fn moderate(user: UserId, acts: Acts) -> Self {
        Self::Moderate { users: SmallVec::from_buf([user]), acts: Box::new(acts) }
    }
}

impl From<Draft> for Command {
    fn from(draft: Draft) -> Self {
        Self::Send(Box::new(draft))
    }
}
