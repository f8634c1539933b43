//! Standing, and the decision table: who may do what.
//!
//! The page gives the table's name and no rows. The rows here are read from the docs of the commands,
//! the powers and the denials. Chosen: what the house lacks is named before what the actor lacks.

use liveroom::{Author, Command, Denial, Device, Power, Refusal, Role, SessionId, UserId};

use super::{Actor, Member, Model, Session};

impl Model {
    /// Who the author is to the group.
    pub(super) fn standing(&self, by: &Author, command: &Command) -> Result<Actor, Refusal> {
        let enters = matches!(command, Command::Join(_) | Command::Attach { .. });
        let is_guest = |id: SessionId| self.guests.iter().any(|guest| guest.session == id);
        let applies = |id: SessionId| self.applicants.iter().any(|one| one.session == id);
        match *by {
            Author::App => Ok(Actor::App),
            Author::AppAs { ref user, ref profile } => {
                Ok(Actor::AppAs { user: user.clone(), profile: profile.clone() })
            }
            Author::Session(session) if is_guest(session) => Err(Refusal::SessionTaken { session }),
            Author::Session(session) => match self.member_at(session) {
                Some((member, Session { platform, .. })) => Ok(Actor::User {
                    user: member.user.clone(),
                    role: member.role,
                    device: Device { session, platform: *platform },
                }),
                None if applies(session) => Ok(Actor::Applicant { session }),
                None if enters => Ok(Actor::Newcomer { session }),
                None => Err(Refusal::UnknownSession { session }),
            },
            Author::Guest(session) if is_guest(session) => Ok(Actor::Guest { session }),
            Author::Guest(session) if self.member_at(session).is_some() || applies(session) => {
                Err(Refusal::SessionTaken { session })
            }
            Author::Guest(session) if enters => Ok(Actor::Newcomer { session }),
            Author::Guest(session) => Err(Refusal::UnknownSession { session }),
            ref other => unreachable!("an author that the model does not know: {other:?}"),
        }
    }

    pub(super) fn table(&self, actor: &Actor, command: &Command) -> Result<(), Denial> {
        match command {
            Command::Join(_) => session_only(actor),
            Command::Attach { user, .. } => {
                session_only(actor)?;
                // Chosen: a session that asks to join is nobody's yet.
                takes(actor, Role::Guest)?;
                // Chosen: a session that is in as somebody else is told that, whoever is named.
                let other = matches!(actor, Actor::User { user: own, .. } if own != user);
                if other || self.member(user).is_some() { Ok(()) } else { Err(Denial::NotAMember) }
            }
            Command::Detach => session_only(actor),
            Command::Quit => {
                session_only(actor)?;
                match actor {
                    Actor::User { role: Role::Owner, .. } if self.has(Power::Transfer) => {
                        Err(Denial::OwnerMustTransfer)
                    }
                    Actor::User { role: Role::Owner, .. } => Err(Denial::OwnerCannotQuit),
                    _ => Ok(()),
                }
            }
            Command::Send(draft) => {
                let needs = if draft.directive.is_some() { Role::Owner } else { Role::Member };
                takes(actor, needs)
            }
            Command::Recall { .. } => {
                self.house(Power::Recall, Denial::NoRecall)?;
                takes(actor, Role::Member)
            }
            Command::SetProfile { .. } => match actor {
                Actor::App => Err(Denial::SessionOnly),
                _ => takes(actor, Role::Member),
            },
            Command::SetNameCard { user, .. } => {
                self.house(Power::NameCards, Denial::NotOffered)?;
                takes(actor, Role::Member)?;
                let own = matches!(actor, Actor::User { user: own, .. } if own == user);
                if own {
                    return Ok(());
                }
                takes(actor, Role::Admin)?;
                self.lower(actor, user)
            }
            Command::Count { .. } => {
                self.house(Power::Counters, Denial::NotOffered)?;
                takes(actor, Role::Member)
            }
            Command::SetGroup(_) | Command::AnswerJoin { .. } | Command::MuteAll { .. } => {
                takes(actor, Role::Admin)
            }
            Command::Answer { .. } | Command::Withdraw { .. } if self.has(Power::Review) => {
                takes(actor, Role::Admin)
            }
            Command::Answer { .. }
            | Command::Withdraw { .. }
            | Command::Broadcast { .. }
            | Command::UseFilter { .. }
            | Command::Configure(_)
            | Command::DetachAll
            | Command::Rebase { .. } => app_only(actor),
            Command::Disband => takes(actor, Role::Owner),
            other => self.table_of_staff(actor, other),
        }
    }

    fn table_of_staff(&self, actor: &Actor, command: &Command) -> Result<(), Denial> {
        let (power, lacks, needs) = match command {
            Command::Purge { author } => {
                self.house(Power::Purge, Denial::NotOffered)?;
                if author.is_none() {
                    app_only(actor)?;
                }
                (None, Denial::NotOffered, Role::Admin)
            }
            Command::SetAdmin { .. } | Command::CancelAdmin { .. } => {
                (Some(Power::Admins), Denial::NotOffered, Role::Owner)
            }
            Command::Transfer { .. } => (Some(Power::Transfer), Denial::NotOffered, Role::Owner),
            Command::Mute { .. } | Command::Unmute { .. } => {
                (None, Denial::NotOffered, Role::Admin)
            }
            Command::Shadow { .. } | Command::Unshadow { .. } => {
                (Some(Power::Shadow), Denial::NotOffered, Role::Admin)
            }
            Command::Warn { .. } | Command::Forgive { .. } => {
                (Some(Power::Strikes), Denial::NotOffered, Role::Admin)
            }
            // Each part is a decision of its own.
            Command::Moderate { .. } => return Ok(()),
            Command::Kick { .. } => (Some(Power::Kick), Denial::NoRemoval, Role::Admin),
            Command::Ban { .. }
            | Command::Unban { .. }
            | Command::BanPrints { .. }
            | Command::UnbanPrints { .. } => (Some(Power::Ban), Denial::NotOffered, Role::Admin),
            Command::Notify { .. } if actor.is_app() => return Ok(()),
            Command::Notify { .. } => (Some(Power::StaffNotices), Denial::AppOnly, Role::Admin),
            Command::SetAttributes { .. } => {
                (Some(Power::Attributes), Denial::NotOffered, Role::Admin)
            }
            Command::Mark { .. } => (Some(Power::Marks), Denial::NotOffered, Role::Admin),
            Command::SetSlowMode { .. } => (Some(Power::SlowMode), Denial::NotOffered, Role::Admin),
            Command::Raid { .. } => (Some(Power::Raid), Denial::NotOffered, Role::Admin),
            other => unreachable!("a command that the model's table does not know: {other:?}"),
        };
        // The app is always rid of what was imposed while the house had the power.
        let lifts = matches!(
            command,
            Command::Unban { .. }
                | Command::UnbanPrints { .. }
                | Command::Unshadow { .. }
                | Command::Forgive { .. }
                | Command::CancelAdmin { .. }
        );
        if !(lifts && actor.is_app()) {
            power.map_or(Ok(()), |power| self.house(power, lacks))?;
        }
        takes(actor, needs)?;
        self.targets(actor, command)
    }

    /// Staff act on lower roles only; the app on everybody, but nobody kicks or bans an owner.
    fn targets(&self, actor: &Actor, command: &Command) -> Result<(), Denial> {
        match command {
            Command::Purge { author: Some(user) } => self.lower(actor, user),
            // Chosen: that the owner is not even a member is seen before the role.
            Command::SetAdmin { user }
            | Command::CancelAdmin { user }
            | Command::Transfer { user } => match self.member(user) {
                Some(Member { role: Role::Owner, .. }) => {
                    Err(Denial::TargetTooHigh { target: Role::Owner })
                }
                _ => Ok(()),
            },
            Command::Mute { users, .. }
            | Command::Unmute { users }
            | Command::Shadow { users, .. }
            | Command::Unshadow { users }
            | Command::Warn { users, .. }
            | Command::Forgive { users }
            | Command::Unban { users }
            | Command::Mark { users, .. } => {
                users.iter().try_for_each(|user| self.lower(actor, user))
            }
            Command::Kick { users, .. } | Command::Ban { users, .. } => {
                users.iter().try_for_each(|user| {
                    self.lower(actor, user)?;
                    match self.role_of(user) {
                        Some(Role::Owner) => Err(Denial::TargetTooHigh { target: Role::Owner }),
                        _ => Ok(()),
                    }
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether the actor's role is above the user's; nobody is above themselves.
    pub(super) fn lower(&self, actor: &Actor, user: &UserId) -> Result<(), Denial> {
        let Actor::User { role, .. } = actor else { return Ok(()) };
        match self.role_of(user) {
            Some(target) if target >= *role => Err(Denial::TargetTooHigh { target }),
            _ => Ok(()),
        }
    }

    fn has(&self, power: Power) -> bool {
        self.settings.powers.contains(power)
    }

    fn house(&self, power: Power, lacks: Denial) -> Result<(), Denial> {
        if self.has(power) { Ok(()) } else { Err(lacks) }
    }
}

/// The actor has at least this role, or is the app.
pub(super) fn takes(actor: &Actor, needs: Role) -> Result<(), Denial> {
    match actor {
        Actor::Guest { .. } => Err(Denial::GuestsOnlyRead),
        Actor::Applicant { .. } => Err(Denial::NotAMember),
        Actor::User { role, .. } if *role < needs => Err(Denial::RoleTooLow { needs }),
        Actor::App | Actor::AppAs { .. } | Actor::User { .. } | Actor::Newcomer { .. } => Ok(()),
    }
}

pub(super) fn app_only(actor: &Actor) -> Result<(), Denial> {
    if actor.is_app() { Ok(()) } else { Err(Denial::AppOnly) }
}

fn session_only(actor: &Actor) -> Result<(), Denial> {
    if actor.is_app() { Err(Denial::SessionOnly) } else { Ok(()) }
}
