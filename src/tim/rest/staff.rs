//! Members: who they are, and what is done to them.

#![expect(clippy::indexing_slicing, reason = "a group of what is alike has one at least")]

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use smallvec::SmallVec;

use crate::{
    command::{Command, Span, Users},
    roster::Page,
    tim::{
        call::{Call, Read},
        codes::{Code, Failure},
        rest::{MAX_BANS, MAX_NAMED},
        tips::FOREVER,
        wire::{self, or_default},
    },
};

/// "4294967295" is for good, any other number so many seconds.
pub(in crate::tim) fn span(seconds: u32) -> Span {
    if seconds == FOREVER { Span::Forever } else { Span::For(Duration::from_secs(seconds.into())) }
}

/// A mute; of zero seconds, its end.
pub(in crate::tim) fn mute(users: Users, seconds: u32) -> Command {
    if seconds == 0 {
        Command::Unmute { users }
    } else {
        Command::Mute { users, span: span(seconds) }
    }
}

/// `forbid_send_msg`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct MuteMembers {
    group_id: String,
    #[serde(rename = "Members_Account")]
    members: Vec<String>,
    #[serde(alias = "ShutUpTime")]
    mute_time: u32,
}

impl MuteMembers {
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let users = wire::users(&self.members, MAX_NAMED)?;
        Ok(Call::Push { group, from: None, commands: vec![mute(users, self.mute_time)] })
    }
}

/// `ban_group_member` and `unban_group_member`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Ban {
    group_id: String,
    #[serde(rename = "Members_Account")]
    members: Vec<String>,
    duration: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    description: String,
}

impl Ban {
    pub(in crate::tim) fn ban(self) -> Result<Call, Failure> {
        let seconds = self.duration.ok_or_else(|| {
            Failure::new(Code::BAD_PARAMETER, "Duration: for how many seconds, is missing")
        })?;
        let reason: Arc<str> = self.description.as_str().into();
        self.command(|users| Command::Ban { users, span: span(seconds), reason })
    }

    pub(in crate::tim) fn unban(self) -> Result<Call, Failure> {
        self.command(|users| Command::Unban { users })
    }

    fn command(&self, command: impl FnOnce(Users) -> Command) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let users = wire::users(&self.members, MAX_BANS)?;
        Ok(Call::Push { group, from: None, commands: vec![command(users)] })
    }
}

/// `get_group_ban_member`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Banned {
    group_id: String,
    limit: Option<u32>,
    #[serde(default, deserialize_with = "or_default")]
    offset: u32,
}

impl Banned {
    /// "Limit, at most 100".
    const MAX: u32 = 100;

    pub(super) fn call(self) -> Result<Call, Failure> {
        let limit = self.limit.unwrap_or(Self::MAX);
        if limit == 0 || limit > Self::MAX {
            return Err(Failure::new(Code::BAD_PARAMETER, "Limit: 1 to 100"));
        }
        let read = Read::Banned { offset: self.offset as usize, limit: limit as usize };
        Ok(Call::Read { group: wire::group(&self.group_id)?, read })
    }
}

/// `get_members`. Its `Timestamp` is where a page begins, and not a time.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Members {
    group_id: String,
    #[serde(default, deserialize_with = "or_default")]
    timestamp: Page,
    mark: Option<u32>,
}

impl Members {
    /// `get_group_member_info`, which counts pages otherwise: the first is told.
    pub(super) fn first(self) -> Result<Call, Failure> {
        Self { timestamp: Page::default(), mark: None, ..self }.call()
    }

    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let read = Read::Members { from: self.timestamp, mark: self.mark };
        Ok(Call::Read { group: wire::group(&self.group_id)?, read })
    }
}

/// `modify_user_info`: marks are put on members, or taken off.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Marks {
    group_id: String,
    command_type: u8,
    member_list: Vec<Marked>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Marked {
    #[serde(rename = "Member_Account")]
    member: String,
    marks: SmallVec<[u32; 4]>,
}

impl Marks {
    /// Those who get the same marks, one after the other, are one command.
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let wrong = |info| Err(Failure::new(Code::BAD_PARAMETER, info));
        let on = match self.command_type {
            1 => true,
            2 => false,
            _ => return wrong("CommandType: 1 to set marks, 2 to take them off"),
        };
        if self.member_list.is_empty() {
            return wrong("MemberList: nobody is named");
        }
        wire::at_most(self.member_list.len(), MAX_NAMED)?;
        let group = wire::group(&self.group_id)?;
        let mut commands = Vec::new();
        for alike in self.member_list.chunk_by(|one, next| one.marks == next.marks) {
            let users: Result<Users, _> =
                alike.iter().map(|marked| wire::user(&marked.member)).collect();
            let marks = alike[0].marks.clone();
            commands.push(Command::Mark { users: users?, marks, on });
        }
        Ok(Call::Push { group, from: None, commands })
    }
}
