//! What a room says of itself, as the history has it: looked up once, and followed from there.

use std::sync::Arc;

use liveroom::{
    Body, Cursor, Entry, Group, Profile, ProfileChanges, Source, UserId,
    relay::{Edge, Heir},
};

use crate::{
    plan::{OWNER, PLANS},
    protocol::{
        RoleName,
        host::{HostFrame, written},
        welcome::{GroupCard, Me, RoomCard, RoomName, Welcome, WireLimits},
    },
};

/// What newcomers are told of the room.
#[derive(Clone, Debug)]
pub(super) struct Card {
    group: GroupCard,
    likes: u64,
    follows: u64,
    online: u64,
    message_bytes: u32,
    read: Cursor,
}

/// Whom a newcomer is told that they are.
pub(super) struct Newcomer<'a> {
    /// `None` is a guest.
    pub(super) user: Option<&'a UserId>,
    pub(super) profile: &'a Profile,
    pub(super) returned: bool,
    pub(super) resumed: bool,
    pub(super) cursor: Cursor,
    pub(super) token: Option<String>,
}

impl Card {
    pub(super) fn of(heir: &Heir) -> Self {
        let group: &Group = heir.group();
        let totals = group.totals();
        Self {
            group: GroupCard::of(group),
            likes: totals.likes,
            follows: totals.follows,
            online: group.online(),
            message_bytes: group.config().settings().limits.message_bytes,
            read: group.tail(),
        }
    }

    /// Reads on in the history. What is not there any more says nothing.
    pub(super) fn follow(&mut self, edge: &mut Edge) {
        loop {
            let Ok(batch) = edge.batch(&self.read) else {
                self.read = edge.tail().unwrap_or(self.read);
                return;
            };
            batch.entries().iter().for_each(|entry| self.take(entry));
            if *batch.to() == self.read {
                return;
            }
            self.read = *batch.to();
        }
    }

    fn take(&mut self, entry: &Arc<Entry>) {
        let Body::Tip(tip) = &entry.body else { return };
        self.online = tip.online;
        let Some(changes) = &tip.changes else { return };
        let ProfileChanges { name, introduction, notification, face_url, owner, mute_all, .. } =
            &**changes;
        let put = |to: &mut String, change: &Option<Arc<str>>| {
            if let Some(text) = change {
                *to = text.to_string();
            }
        };
        put(&mut self.group.name, name);
        put(&mut self.group.introduction, introduction);
        put(&mut self.group.notification, notification);
        put(&mut self.group.face_url, face_url);
        if let Some(owner) = owner {
            self.group.owner = Some(owner.to_string());
        }
        self.group.mute_all = mute_all.unwrap_or(self.group.mute_all);
        self.likes = changes.likes.unwrap_or(self.likes);
        self.follows = changes.follows.unwrap_or(self.follows);
        for (field, value) in &changes.custom {
            if value.is_empty() {
                self.group.custom.remove(&**field);
            } else {
                self.group.custom.insert(field.to_string(), value.to_string());
            }
        }
    }

    /// The first frame that somebody gets. `online` is what the home said last, if it has said anything.
    pub(super) fn welcome(
        &self,
        now: u64,
        online: Option<u64>,
        rooms: impl Iterator<Item = String>,
        who: Newcomer<'_>,
    ) -> HostFrame<'static> {
        let Newcomer { user, profile, returned, resumed, cursor, token } = who;
        let role = match user {
            None => RoleName::Guest,
            Some(user) if user.as_str() == OWNER => RoleName::Owner,
            Some(_) => RoleName::Member,
        };
        let me = Me {
            user: user.map(ToString::to_string),
            nick: profile.nick.to_string(),
            avatar: profile.avatar.to_string(),
            role,
            guest: user.is_none(),
            muted: None,
            called: None,
        };
        let [plan, ..] = &PLANS;
        HostFrame::Welcome(Box::new(Welcome {
            now,
            status: if returned { "already" } else { "joined" }.into(),
            resumed,
            room: Some(RoomCard::of(plan)),
            rooms: rooms.map(|id| RoomName::like(plan, id)).collect(),
            group: self.group.clone(),
            me,
            called: None,
            cursor: written(&cursor),
            online: online.unwrap_or(self.online),
            likes: self.likes,
            follows: self.follows,
            gifts: None,
            token,
            limits: Some(WireLimits::new(self.message_bytes)),
        }))
    }
}
