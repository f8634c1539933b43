//! Who may do what: the one decision table.
//!
//! The table knows what the house allows ([`Powers`]), what the actor is, and what the target is. It
//! knows no facts beside those: bans, mutes and limits are asked about after it.
//!
//! Where several reasons speak against an act, the answer is the first of these, so that whoever does
//! what the answer says gets further:
//!
//! 1. the house does not know the act ([`Denial::NoRecall`], [`Denial::NoRemoval`],
//!    [`Denial::NotOffered`]): no login and no role would help;
//! 2. it is for the app alone, or for sessions alone ([`Denial::AppOnly`], [`Denial::SessionOnly`]);
//! 3. the actor is a guest or a stranger ([`Denial::GuestsOnlyRead`], [`Denial::NotAMember`]);
//! 4. the owner would quit ([`Denial::OwnerCannotQuit`], [`Denial::OwnerMustTransfer`]);
//! 5. the actor's role is too low ([`Denial::RoleTooLow`]);
//! 6. the target's is too high ([`Denial::TargetTooHigh`]).
//!
//! The whole table for each preset is written out in `tests/golden/decisions.txt`.

use crate::{
    config::{Power, Powers},
    refusal::Denial,
    role::Role,
};

/// What somebody does, as the decision table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Coming in, as a member or a guest.
    Join,
    /// Adding a session to a membership.
    Attach,
    /// Losing a connection. An applicant's session thereby withdraws.
    Detach,
    /// Leaving. An applicant's session thereby withdraws.
    Quit,
    /// Admitting or declining an applicant.
    AnswerJoin,
    /// Sending a message.
    Speak,
    /// Sending a removal directive: see [`Command::leave`](crate::Command::leave).
    Direct,
    /// Deciding about a held message.
    Answer,
    /// Discarding a message that the staff alone have seen.
    Withdraw,
    /// Taking back a message.
    Recall {
        /// Whether the actor wrote it.
        own: bool,
    },
    /// Taking back a message that the app sent for itself.
    RecallFromApp,
    /// Emptying and discarding everything of one user's.
    Purge,
    /// Emptying and discarding everything that the app sent for itself.
    PurgeFromApp,
    /// Changing the actor's own nick or avatar.
    SetProfile,
    /// Changing a name card.
    SetNameCard {
        /// Whether it is the actor's own.
        own: bool,
    },
    /// Changing the group's profile.
    SetGroup,
    /// Making a member an admin.
    SetAdmin,
    /// Making an admin a plain member.
    CancelAdmin,
    /// Handing the group over.
    Transfer,
    /// Muting a user.
    Mute,
    /// Ending a mute.
    Unmute,
    /// Muting a user without their knowing it.
    Shadow,
    /// Ending that.
    Unshadow,
    /// Muting everybody, or ending that.
    MuteAll,
    /// Warning a user.
    Warn,
    /// Taking warnings back.
    Forgive,
    /// Removing a member.
    Kick,
    /// Banning a user.
    Ban,
    /// Ending a ban.
    Unban,
    /// Sending a notice.
    Notify,
    /// Sending a notice of the app's to all its groups.
    Broadcast,
    /// Writing attributes.
    Attributes,
    /// Changing counters.
    Counters,
    /// Marking a member, or taking the mark off.
    Mark,
    /// Setting the pause between messages.
    SlowMode,
    /// Making the house stricter for a time, or ending that.
    Raid,
    /// Putting another filter in force.
    UseFilter,
    /// Changing the config.
    Configure,
    /// Ending the group.
    Disband,
    /// Moving the clock.
    Rebase,
    /// Losing every connection.
    DetachAll,
    /// Reading who is in the group.
    ListMembers,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 44] = [
        Self::Join,
        Self::Attach,
        Self::Detach,
        Self::Quit,
        Self::AnswerJoin,
        Self::Speak,
        Self::Direct,
        Self::Answer,
        Self::Withdraw,
        Self::Recall { own: true },
        Self::Recall { own: false },
        Self::RecallFromApp,
        Self::Purge,
        Self::PurgeFromApp,
        Self::SetProfile,
        Self::SetNameCard { own: true },
        Self::SetNameCard { own: false },
        Self::SetGroup,
        Self::SetAdmin,
        Self::CancelAdmin,
        Self::Transfer,
        Self::Mute,
        Self::Unmute,
        Self::Shadow,
        Self::Unshadow,
        Self::MuteAll,
        Self::Warn,
        Self::Forgive,
        Self::Kick,
        Self::Ban,
        Self::Unban,
        Self::Notify,
        Self::Broadcast,
        Self::Attributes,
        Self::Counters,
        Self::Mark,
        Self::SlowMode,
        Self::Raid,
        Self::UseFilter,
        Self::Configure,
        Self::Disband,
        Self::Rebase,
        Self::DetachAll,
        Self::ListMembers,
    ];
}

/// What somebody is who acts, as the decision table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The host, for itself or in a user's name.
    App,
    /// The owner, as a member.
    Owner,
    /// An admin.
    Admin,
    /// A plain member.
    Member,
    /// A guest's session.
    Guest,
    /// Not in the group: an applicant, somebody on their way in, an owner who has not joined.
    Stranger,
}

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 6] =
        [Self::App, Self::Owner, Self::Admin, Self::Member, Self::Guest, Self::Stranger];

    /// The role in the group; the app and strangers have none.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Owner => Some(Role::Owner),
            Self::Admin => Some(Role::Admin),
            Self::Member => Some(Role::Member),
            Self::Guest => Some(Role::Guest),
            Self::App | Self::Stranger => None,
        }
    }
}

impl From<Role> for Actor {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
            Role::Guest => Self::Guest,
        }
    }
}

/// Whether `actor` may do `action`, in a house that allows `powers`, to somebody whose role is
/// `target`.
///
/// `target` is the role by right: an owner who has not joined is an owner. It is `None` for somebody
/// who is nothing in the group, and where an act has no target. Where a command names several users,
/// each is a decision of its own.
pub(crate) fn decide(
    powers: Powers,
    actor: Actor,
    action: Action,
    target: Option<Role>,
) -> Result<(), Denial> {
    if let Some((power, denial)) = takes_power(action)
        && !powers.contains(power)
        && !(actor == Actor::App && lifts(action))
    {
        return Err(denial);
    }
    let circle = circle(powers, action);
    let Some(needs) = circle.lowest_role() else {
        return if actor == Actor::App { Ok(()) } else { Err(Denial::AppOnly) };
    };
    let role = match actor {
        Actor::App if circle.of_sessions() => return Err(Denial::SessionOnly),
        Actor::App => return within_reach(None, action, target),
        Actor::Guest | Actor::Stranger if needs == Role::Guest => return Ok(()),
        Actor::Guest => return Err(Denial::GuestsOnlyRead),
        Actor::Stranger => return Err(Denial::NotAMember),
        Actor::Member => Role::Member,
        Actor::Admin => Role::Admin,
        Actor::Owner => Role::Owner,
    };
    if action == Action::Quit && role == Role::Owner {
        let hand_over = powers.contains(Power::Transfer);
        return Err(if hand_over { Denial::OwnerMustTransfer } else { Denial::OwnerCannotQuit });
    }
    if role < needs {
        return Err(Denial::RoleTooLow { needs });
    }
    within_reach(Some(role), action, target)
}

/// Who may do something, if the house allows it at all.
#[derive(Clone, Copy)]
enum Circle {
    /// Every session for itself, guests' and applicants' too.
    Sessions,
    /// A member's session for itself.
    MemberSessions,
    /// Members, and the app.
    Members,
    /// Admins, the owner, and the app.
    Staff,
    /// The owner, and the app.
    Owner,
    /// The app.
    App,
}

impl Circle {
    /// The lowest role in it; `None` where there is none.
    fn lowest_role(self) -> Option<Role> {
        match self {
            Self::Sessions => Some(Role::Guest),
            Self::MemberSessions | Self::Members => Some(Role::Member),
            Self::Staff => Some(Role::Admin),
            Self::Owner => Some(Role::Owner),
            Self::App => None,
        }
    }

    fn of_sessions(self) -> bool {
        matches!(self, Self::Sessions | Self::MemberSessions)
    }
}

/// Whether an act ends what another began. A house that lost the power to begin it can still be rid of it.
fn lifts(action: Action) -> bool {
    matches!(action, Action::Unban | Action::Unshadow | Action::Forgive | Action::CancelAdmin)
}

/// The power without which nobody may, and what everybody is told then: the app too, but for acts that
/// [lift](lifts) others.
fn takes_power(action: Action) -> Option<(Power, Denial)> {
    let (power, denial) = match action {
        Action::Recall { .. } | Action::RecallFromApp => (Power::Recall, Denial::NoRecall),
        Action::Kick => (Power::Kick, Denial::NoRemoval),
        Action::Purge | Action::PurgeFromApp => (Power::Purge, Denial::NotOffered),
        Action::SetNameCard { .. } => (Power::NameCards, Denial::NotOffered),
        Action::SetAdmin | Action::CancelAdmin => (Power::Admins, Denial::NotOffered),
        Action::Transfer => (Power::Transfer, Denial::NotOffered),
        Action::Ban | Action::Unban => (Power::Ban, Denial::NotOffered),
        Action::Shadow | Action::Unshadow => (Power::Shadow, Denial::NotOffered),
        Action::Warn | Action::Forgive => (Power::Strikes, Denial::NotOffered),
        Action::Attributes => (Power::Attributes, Denial::NotOffered),
        Action::Counters => (Power::Counters, Denial::NotOffered),
        Action::Mark => (Power::Marks, Denial::NotOffered),
        Action::SlowMode => (Power::SlowMode, Denial::NotOffered),
        Action::Raid => (Power::Raid, Denial::NotOffered),
        Action::ListMembers => (Power::MemberList, Denial::NotOffered),
        Action::Join
        | Action::Attach
        | Action::Detach
        | Action::Quit
        | Action::AnswerJoin
        | Action::Speak
        | Action::Direct
        | Action::Answer
        | Action::Withdraw
        | Action::SetProfile
        | Action::SetGroup
        | Action::Mute
        | Action::Unmute
        | Action::MuteAll
        | Action::Notify
        | Action::Broadcast
        | Action::UseFilter
        | Action::Configure
        | Action::Disband
        | Action::Rebase
        | Action::DetachAll => return None,
    };
    Some((power, denial))
}

fn circle(powers: Powers, action: Action) -> Circle {
    match action {
        Action::Join | Action::Detach | Action::Quit => Circle::Sessions,
        Action::Attach | Action::SetProfile => Circle::MemberSessions,
        Action::Speak
        | Action::Recall { own: true }
        | Action::SetNameCard { own: true }
        | Action::Counters
        | Action::ListMembers => Circle::Members,
        Action::Notify if !powers.contains(Power::StaffNotices) => Circle::App,
        Action::Answer | Action::Withdraw if !powers.contains(Power::Review) => Circle::App,
        Action::AnswerJoin
        | Action::Answer
        | Action::Withdraw
        | Action::Recall { own: false }
        | Action::Purge
        | Action::SetNameCard { own: false }
        | Action::SetGroup
        | Action::Mute
        | Action::Unmute
        | Action::Shadow
        | Action::Unshadow
        | Action::MuteAll
        | Action::Warn
        | Action::Forgive
        | Action::Kick
        | Action::Ban
        | Action::Unban
        | Action::Notify
        | Action::Attributes
        | Action::Mark
        | Action::SlowMode
        | Action::Raid => Circle::Staff,
        Action::Direct
        | Action::SetAdmin
        | Action::CancelAdmin
        | Action::Transfer
        | Action::Disband => Circle::Owner,
        Action::RecallFromApp
        | Action::PurgeFromApp
        | Action::Broadcast
        | Action::UseFilter
        | Action::Configure
        | Action::Rebase
        | Action::DetachAll => Circle::App,
    }
}

/// Whether the target stands low enough; `role` is the actor's, `None` for the app.
fn within_reach(role: Option<Role>, action: Action, target: Option<Role>) -> Result<(), Denial> {
    let Some(target) = target else { return Ok(()) };
    let allowed = match action {
        Action::Mute
        | Action::Unmute
        | Action::Shadow
        | Action::Unshadow
        | Action::Warn
        | Action::Forgive
        | Action::Unban
        | Action::Answer
        | Action::Withdraw
        | Action::Purge
        | Action::Recall { own: false }
        | Action::SetNameCard { own: false }
        | Action::Mark => role.is_none_or(|role| target < role),
        // Nobody removes an owner, who also cannot be made or unmade admin, nor owner once more.
        Action::Kick | Action::Ban | Action::SetAdmin | Action::CancelAdmin | Action::Transfer => {
            target < role.unwrap_or(Role::Owner)
        }
        Action::Join
        | Action::Attach
        | Action::Detach
        | Action::Quit
        | Action::AnswerJoin
        | Action::Speak
        | Action::Direct
        | Action::Recall { own: true }
        | Action::RecallFromApp
        | Action::PurgeFromApp
        | Action::SetProfile
        | Action::SetNameCard { own: true }
        | Action::SetGroup
        | Action::MuteAll
        | Action::Notify
        | Action::Broadcast
        | Action::Attributes
        | Action::Counters
        | Action::SlowMode
        | Action::Raid
        | Action::UseFilter
        | Action::Configure
        | Action::Disband
        | Action::Rebase
        | Action::DetachAll
        | Action::ListMembers => true,
    };
    if allowed { Ok(()) } else { Err(Denial::TargetTooHigh { target }) }
}

#[cfg(test)]
mod tests;
