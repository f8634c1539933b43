//! The first frame that somebody gets who came in.

use std::{borrow::Cow, collections::BTreeMap};

use liveroom::{Group, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FRAME_BYTES, FRAMES_PER_SECOND, RoleName, Until};
use crate::plan::{Plan, RoomKind, Speakers};

/// What somebody who came in has to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Welcome {
    pub(crate) now: u64,
    pub(crate) status: Cow<'static, str>,
    pub(crate) resumed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) room: Option<RoomCard>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rooms: Vec<RoomName>,
    pub(crate) group: GroupCard,
    pub(crate) me: Me,
    /// For the teacher of a class: who was called on and is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) called: Option<Vec<Pupil>>,
    pub(crate) cursor: Value,
    pub(crate) online: u64,
    pub(crate) likes: u64,
    pub(crate) follows: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gifts: Option<u64>,
    pub(crate) token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<WireLimits>,
}

/// The group, as its profile shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupCard {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) introduction: String,
    #[serde(default)]
    pub(crate) notification: String,
    #[serde(default)]
    pub(crate) face_url: String,
    pub(crate) owner: Option<String>,
    pub(crate) mute_all: bool,
    /// Until when raid mode is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raid: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) custom: BTreeMap<String, String>,
}

impl GroupCard {
    /// As the group is now.
    pub(crate) fn of(group: &Group) -> Self {
        let shown = group.profile();
        let custom = shown.custom().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self {
            id: group.id().to_string(),
            name: shown.name().to_owned(),
            introduction: shown.introduction().to_owned(),
            notification: shown.notification().to_owned(),
            face_url: shown.face_url().to_owned(),
            owner: group.owner().map(ToString::to_string),
            mute_all: group.is_mute_all(),
            raid: group.raid_until().map(Timestamp::as_millis),
            custom: custom.collect(),
        }
    }
}

/// What the room is for, and who speaks in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoomCard {
    kind: KindOfRoom,
    speakers: WhoSpeaks,
}

/// One of the rooms of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoomName {
    id: Cow<'static, str>,
    name: Cow<'static, str>,
    kind: KindOfRoom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindOfRoom {
    Show,
    Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WhoSpeaks {
    All,
    Called,
}

impl From<RoomKind> for KindOfRoom {
    fn from(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Show => Self::Show,
            RoomKind::Class => Self::Class,
        }
    }
}

impl RoomCard {
    pub(crate) fn of(plan: &Plan) -> Self {
        let speakers = match plan.speakers {
            Speakers::All => WhoSpeaks::All,
            Speakers::Called => WhoSpeaks::Called,
        };
        Self { kind: plan.kind.into(), speakers }
    }
}

impl RoomName {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self { id: plan.id.into(), name: plan.name.into(), kind: plan.kind.into() }
    }

    /// A room of that plan that has an id of its own, and no other name.
    pub(crate) fn like(plan: &Plan, id: String) -> Self {
        if id == plan.id {
            return Self::of(plan);
        }
        Self { name: id.clone().into(), id: id.into(), kind: plan.kind.into() }
    }
}

/// The reader's own standing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Me {
    pub(crate) user: Option<String>,
    pub(crate) nick: String,
    #[serde(default)]
    pub(crate) avatar: String,
    pub(crate) role: RoleName,
    pub(crate) guest: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) muted: Option<Until>,
    /// In a class: whether the user was called on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) called: Option<bool>,
}

/// One who may speak and draw in a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pupil {
    pub(crate) user: String,
    pub(crate) nick: String,
}

/// What this host is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireLimits {
    message_bytes: u32,
    frame_bytes: usize,
    frames_per_second: u32,
}

impl WireLimits {
    pub(crate) fn new(message_bytes: u32) -> Self {
        Self { message_bytes, frame_bytes: FRAME_BYTES, frames_per_second: FRAMES_PER_SECOND }
    }
}
