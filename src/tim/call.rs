//! What a request of the modelled service asks of the engine, whichever way it came.

use crate::{
    command::{Command, Draft, Receipt},
    config::GroupConfig,
    engine::{Creation, PushError},
    id::{GroupId, Random, UserId},
    message::Content,
    refusal::Refusal,
    role::JoinOption,
    roster::Page,
    rules::Action,
    tim::{Code, Failure, rest::Reply},
};

/// What is asked. The host does it, and answers with what the module's replies say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// Commands for one group, to be given in order; the first that is refused ends it, and is the
    /// answer.
    Push {
        /// The group.
        group: GroupId,
        /// In whose name an administrator asks it; `None` is the app, or who is logged in.
        from: Option<UserId>,
        /// The commands; none is done at once.
        commands: Vec<Command>,
    },
    /// A message for one group. Its reply waits until the message came to its end, or expires.
    Send {
        /// The group.
        group: GroupId,
        /// In whose name an administrator sends it; `None` is the app, or who is logged in.
        from: Option<UserId>,
        /// The message.
        draft: Box<Draft>,
        /// Whether the callback before delivery is not to be made.
        skip_before: bool,
        /// Whether the callback after delivery is not to be made.
        skip_after: bool,
    },
    /// A new group.
    Create(Box<NewGroup>),
    /// A message to every livestreaming group of the app.
    Broadcast {
        /// In whose name; `None` is the app.
        from: Option<UserId>,
        /// The sender's mark: the same mark again within 5 minutes is a duplicate, which the host answers alike.
        random: Random,
        /// What it says.
        content: Content,
    },
    /// A message to one user, outside of any group.
    ToUser(Box<ToUser>),
    /// Messages are to be recalled; the host finds their ids in the group's history.
    Recall {
        /// The group.
        group: GroupId,
        /// Their places in the history.
        seqs: Vec<u64>,
    },
    /// Groups are to be described, as [`GroupItem`](super::rest::GroupItem)s.
    Describe {
        /// Their ids, as they were given: one that cannot be is described by its failure.
        groups: Vec<String>,
    },
    /// Something of one group is to be read: see [`Read::reply`].
    Read {
        /// The group.
        group: GroupId,
        /// What.
        read: Read,
    },
}

/// A group to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    pub(super) id: Option<GroupId>,
    pub(super) owner: Option<UserId>,
    pub(super) name: String,
    pub(super) profile: Option<Command>,
}

impl NewGroup {
    /// Its owner, if it is to have one.
    pub fn owner(&self) -> Option<&UserId> {
        self.owner.as_ref()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that was chosen for it, if one was.
    pub fn id(&self) -> Option<&GroupId> {
        self.id.as_ref()
    }

    /// What it is made of, under `config`.
    pub fn creation(&self, config: GroupConfig) -> Creation {
        let mut creation = Creation::named(&self.name).config(config);
        if let Some(id) = &self.id {
            creation = creation.id(id.clone());
        }
        if let Some(owner) = &self.owner {
            creation = creation.owner(owner.clone());
        }
        creation
    }

    /// The command with which the app gives it the rest of its profile once it is made, if there is any.
    ///
    /// Its form was checked, so that it is not refused then.
    pub fn profile(&self) -> Option<&Command> {
        self.profile.as_ref()
    }
}

/// A message to one user (`openim/sendmsg`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToUser {
    /// In whose name; `None` is the app.
    pub from: Option<UserId>,
    /// To whom.
    pub to: UserId,
    /// The sender's mark on it.
    pub random: u32,
    /// What it says.
    pub content: Content,
}

/// What is to be read of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Read {
    /// Who is muted, and until when.
    Muted {
        /// Whether the reply has the names of before 2021.
        old: bool,
    },
    /// Who is banned, and until when.
    Banned {
        /// How many are passed over.
        offset: usize,
        /// How many are told, at most 100.
        limit: usize,
    },
    /// How many are online.
    Online,
    /// Members, from one place on, or those with a mark.
    Members {
        /// From where on.
        from: Page,
        /// Only those who have this mark.
        mark: Option<u32>,
    },
    /// What members are in the group.
    Named {
        /// Who.
        users: Vec<UserId>,
    },
    /// The attributes.
    Attributes,
    /// The counters.
    Counters {
        /// Which; none is all.
        keys: Vec<String>,
    },
}

impl Read {
    /// What one must be allowed to do in the group to read it; `None` is free to all who are in it.
    /// The app is always allowed what the house offers: see [`Group::may`](crate::Group::may).
    pub fn needs(&self) -> Option<Action> {
        match self {
            Self::Members { .. } | Self::Named { .. } => Some(Action::ListMembers),
            // Staff read whom they can set free.
            Self::Muted { .. } => Some(Action::Unmute),
            Self::Banned { .. } => Some(Action::Unban),
            Self::Online | Self::Attributes | Self::Counters { .. } => None,
        }
    }
}

impl Call {
    /// The code of an error that the engine gave for it.
    pub fn failure(&self, error: &PushError) -> Failure {
        let attributes = |command: &Command| matches!(command, Command::SetAttributes { .. });
        match self {
            Self::Push { commands, .. } if commands.iter().any(attributes) => {
                Failure::of_attributes(error)
            }
            _ => error.into(),
        }
    }

    /// The reply once its commands were taken, from the receipts in the order of the commands.
    pub fn done(&self, receipts: &[Receipt]) -> Reply {
        match self {
            Self::Push { commands, .. } => super::rest::done(commands, receipts),
            _ => Reply::empty(),
        }
    }
}

/// A join option that is not free access is none of a livestreaming group's: it is passed over when one
/// is made, as the modelled service does, and may be set later.
pub(super) fn may_be_set(option: JoinOption, new: bool) -> Option<JoinOption> {
    Some(option).filter(|_| !new)
}

/// The refusal of a form that the engine would find later, told now.
pub(super) fn formed(form: Result<(), Refusal>) -> Result<(), Failure> {
    form.map_err(|refusal| Failure::from(&refusal))
}

/// Something that livestreaming groups do not do.
pub(super) fn never(code: Code) -> Result<Call, Failure> {
    Err(Failure::new(code, "livestreaming groups do not offer that"))
}
