//! Who acts: roles, platforms, profiles, and the author of a command.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{SessionId, UserId};

/// What somebody is in a group. The host itself stands beside the roles, as [`Author::App`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Receives, and never speaks; has no user id.
    Guest,
    /// Joined, and may speak.
    Member,
    /// Made so by the owner, where the house rules know admins.
    Admin,
    /// The one to whom the group belongs; usually the streamer.
    Owner,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 4] = [Self::Guest, Self::Member, Self::Admin, Self::Owner];
}

/// A set of roles; the host (`app`) can be in it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleSet(u8);

impl RoleSet {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Owner, admins, and the app: whom the modelled service did not hold to its limits by priority
    /// in 2020.
    pub const STAFF: Self = Self::NONE.with(Role::Owner).with(Role::Admin).with_app();

    /// This set, and `role`.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }

    /// This set, and the app.
    #[must_use]
    pub const fn with_app(self) -> Self {
        Self(self.0 | 1 << 7)
    }

    /// Whether `role` is in the set; `None` asks for the app.
    pub const fn contains(self, role: Option<Role>) -> bool {
        let bit = match role {
            Some(role) => 1 << role as u8,
            None => 1 << 7,
        };
        self.0 & bit != 0
    }
}

/// The kind of device or channel an action came from: the modelled service's `OptPlatform`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum Platform {
    /// The host's own interface.
    RestApi,
    /// A browser.
    Web,
    /// A mini program inside another app.
    MiniProgram,
    /// An Android device.
    Android,
    /// An iPhone.
    Ios,
    /// A Windows machine.
    Windows,
    /// A Mac.
    MacOs,
    /// An iPad.
    Ipad,
    /// A Linux machine.
    Linux,
    /// Not said.
    #[default]
    Unknown,
}

impl Platform {
    /// Whether the user is usually a guest there first: browser and mini program, of which the
    /// modelled service's guide says so (FAQ 4).
    pub const fn is_web(self) -> bool {
        matches!(self, Self::Web | Self::MiniProgram)
    }
}

/// What people see of a user: a nick and the address of an avatar, 500 bytes each at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Profile {
    /// The name that is shown. May be empty; a client then shows the user id.
    pub nick: Arc<str>,
    /// Where the picture is. May be empty.
    pub avatar: Arc<str>,
}

impl Profile {
    /// The most bytes of nick and of avatar ("500 bytes each", the modelled service).
    pub const MAX_BYTES: usize = 500;

    /// A profile with this nick and avatar.
    pub fn new(nick: &str, avatar: &str) -> Self {
        Self { nick: nick.into(), avatar: avatar.into() }
    }

    /// A profile with a nick alone.
    pub fn nick(nick: &str) -> Self {
        Self::new(nick, "")
    }

    /// The most that a profile takes, with the counts beside each of its parts, and what evens them out.
    pub(crate) const MOST: u64 = (size_of::<Self>() + 2 * Self::MAX_BYTES + 64) as u64;

    /// What a profile takes where nobody shares it, with the counts beside each of its parts.
    pub(crate) fn bytes(&self) -> usize {
        const COUNTS: usize = 2 * size_of::<usize>();
        size_of::<Self>() + self.nick.len() + self.avatar.len() + 3 * COUNTS
    }
}

/// Who gives a command.
///
/// The host vouches for it: a group believes that a session is who its [`Join`](crate::Join) said.
/// [`Engine`](crate::Engine) and [`Hub`](crate::Hub) check that against the sessions they opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Author {
    /// The host, for itself or for the app's administrators.
    App,
    /// The host, in the name of a user, who need not be a member.
    AppAs {
        /// In whose name.
        user: UserId,
        /// As what the user is shown.
        profile: Profile,
    },
    /// A user, over one of their connections.
    Session(SessionId),
    /// A guest's connection.
    Guest(SessionId),
}

/// How somebody becomes a member.
///
/// The strictest is the greatest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum JoinOption {
    /// Everybody may join: what livestreaming groups are for.
    #[default]
    FreeAccess,
    /// The staff are asked.
    NeedPermission,
    /// Nobody joins any more.
    DisableApply,
}
