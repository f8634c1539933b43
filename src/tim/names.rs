//! What the modelled service calls things, where its word differs from ours.

use serde::{Deserialize, Serialize};

use crate::{
    command::JoinStatus,
    hash::stable_hash,
    id::UserId,
    message::Priority,
    role::{JoinOption, Platform, Role},
};

/// What it calls a livestreaming group.
pub const GROUP_TYPE: &str = "AVChatRoom";

/// The account that tips and notices come from.
pub const SYSTEM: &str = "@TIM#SYSTEM";

/// `OptPlatform`, the platform as callbacks name it.
pub const fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::RestApi => "RESTAPI",
        // It has no name for mini programs, which use the SDK of browsers.
        Platform::Web | Platform::MiniProgram => "Web",
        Platform::Android => "Android",
        Platform::Ios => "iOS",
        Platform::Windows => "Windows",
        Platform::MacOs => "macOS",
        Platform::Ipad => "iPad",
        Platform::Linux => "Linux",
        Platform::Unknown => "Unknown",
    }
}

/// The platform whose number its web SDK puts into the address it connects to (`platform=7`).
pub const fn platform_of_sdk(number: u32) -> Platform {
    match number {
        2 => Platform::Android,
        3 => Platform::Ios,
        4 => Platform::MacOs,
        7 => Platform::Web,
        // Six makers of mini programs.
        8..=12 => Platform::MiniProgram,
        13 => Platform::Ipad,
        _ => Platform::Unknown,
    }
}

/// The number by which its SDK knows a user beside the id (`TinyId`): the same for one id everywhere,
/// and small enough to be exact in JavaScript.
pub fn tiny_id(user: &UserId) -> u64 {
    // Never zero, which the SDK takes for none.
    (stable_hash(&user.as_str()) >> 12) | 1 << 51
}

/// `MsgPriority`, case-sensitive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PriorityName {
    High,
    #[default]
    Normal,
    Low,
    Lowest,
}

impl From<PriorityName> for Priority {
    fn from(name: PriorityName) -> Self {
        match name {
            PriorityName::High => Self::High,
            PriorityName::Normal => Self::Normal,
            PriorityName::Low => Self::Low,
            PriorityName::Lowest => Self::Lowest,
        }
    }
}

/// The priority as readers get it: 1 is High, 4 is Lowest.
pub(super) const fn priority_number(priority: Priority) -> u8 {
    match priority {
        Priority::High => 1,
        Priority::Normal => 2,
        Priority::Low => 3,
        Priority::Lowest => 4,
    }
}

/// `ApplyJoinOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum JoinOptionName {
    FreeAccess,
    NeedPermission,
    DisableApply,
}

impl From<JoinOptionName> for JoinOption {
    fn from(name: JoinOptionName) -> Self {
        match name {
            JoinOptionName::FreeAccess => Self::FreeAccess,
            JoinOptionName::NeedPermission => Self::NeedPermission,
            JoinOptionName::DisableApply => Self::DisableApply,
        }
    }
}

impl From<JoinOption> for JoinOptionName {
    fn from(option: JoinOption) -> Self {
        match option {
            JoinOption::FreeAccess => Self::FreeAccess,
            JoinOption::NeedPermission => Self::NeedPermission,
            JoinOption::DisableApply => Self::DisableApply,
        }
    }
}

/// `On` and `Off`, as mutes of all are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Switch {
    On,
    Off,
}

impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// `JoinedStatus`.
pub(super) const fn join_status(status: JoinStatus) -> &'static str {
    match status {
        JoinStatus::Joined => "JoinedSuccess",
        JoinStatus::AlreadyInGroup => "AlreadyInGroup",
        JoinStatus::WaitingForApproval => "WaitAdminApproval",
    }
}

/// `Role`; `None` is nobody in the group.
pub(super) const fn role(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Owner) => "Owner",
        Some(Role::Admin) => "Admin",
        Some(Role::Member) => "Member",
        Some(Role::Guest) | None => "NotMember",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_modelled_services() {
        for (option, name) in [
            (JoinOption::FreeAccess, "\"FreeAccess\""),
            (JoinOption::NeedPermission, "\"NeedPermission\""),
            (JoinOption::DisableApply, "\"DisableApply\""),
        ] {
            assert_eq!(serde_json::to_string(&JoinOptionName::from(option)).unwrap(), name);
            assert_eq!(
                JoinOption::from(serde_json::from_str::<JoinOptionName>(name).unwrap()),
                option
            );
        }
        for (number, priority) in (1..).zip(Priority::ALL) {
            let name = format!("\"{priority}\"");
            assert_eq!(
                Priority::from(serde_json::from_str::<PriorityName>(&name).unwrap()),
                priority
            );
            assert_eq!(priority_number(priority), number);
        }
        assert!(serde_json::from_str::<PriorityName>("\"high\"").is_err());
        assert_eq!(platform_name(Platform::Ios), "iOS");
        assert_eq!(platform_of_sdk(7), Platform::Web);
        assert!((8..=12).all(|number| platform_of_sdk(number).is_web()));
        assert_eq!(platform_of_sdk(99), Platform::Unknown);
        assert_eq!(role(None), "NotMember");
        assert_eq!(join_status(JoinStatus::WaitingForApproval), "WaitAdminApproval");
    }

    #[test]
    fn a_tiny_id_is_exact_in_javascript_and_the_same_everywhere() {
        let [ann, bob] = ["ann", "bob"].map(|id| tiny_id(&id.parse().unwrap()));
        assert_ne!(ann, bob);
        assert!((1..1 << 53).contains(&ann) && (1..1 << 53).contains(&bob));
        // Written down once: clients tell messages apart by it.
        assert_eq!(ann, 2_833_816_142_275_429);
    }
}
