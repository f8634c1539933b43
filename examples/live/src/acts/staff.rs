//! What the owner does to people, and to what the room says of itself.

use liveroom::{Command, Field, GroupPatch, Refusal, UserId, Users};

use crate::{
    door::Stay,
    house::House,
    protocol::{deeds::span, host::Refused},
};

use super::Answer;

impl House {
    pub(super) fn mute(&self, stay: &Stay, user: &str, seconds: Option<u64>) -> Answer {
        self.as_owner(stay, Command::mute(named(user)?, span(seconds)))
    }

    pub(super) fn unmute(&self, stay: &Stay, user: &str) -> Answer {
        let users: Users = [named(user)?].into_iter().collect();
        self.as_owner(stay, Command::Unmute { users })
    }

    /// Orders a user's client to leave (FAQ 3): nobody is thrown out of a livestreaming group.
    pub(super) fn remove(&self, stay: &Stay, user: &str) -> Answer {
        self.as_owner(stay, Command::leave([named(user)?]))
    }

    pub(super) fn set_profile(
        &self,
        stay: &Stay,
        name: Option<String>,
        introduction: Option<String>,
        notification: Option<String>,
    ) -> Answer {
        let patch = GroupPatch {
            name: name.map(Into::into),
            introduction: introduction.map(Into::into),
            notification: notification.map(Into::into),
            ..GroupPatch::default()
        };
        self.as_owner(stay, Command::SetGroup(Box::new(patch)))
    }
}

/// The user that a deed names.
pub(super) fn named(user: &str) -> Result<UserId, Refused> {
    user.parse().map_err(|_| Refusal::Malformed { field: Field::Users }.into())
}
