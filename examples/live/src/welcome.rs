//! What somebody who came in is told first.

use liveroom::{Cursor, Group, Member, Profile, UserId};

use crate::{
    house::House,
    plan::{CALLED_ON, RoomKind},
    protocol::{
        RoleName, Until,
        host::{HostFrame, written},
        welcome::{GroupCard, Me, Pupil, RoomCard, RoomName, Welcome, WireLimits},
    },
    room::Room,
    secret::Secret,
};

/// What the group said to somebody who came in, and what the host knows of them.
pub(crate) struct Admitted<'a> {
    pub(crate) room: &'a Room,
    pub(crate) returned: bool,
    pub(crate) resumed: bool,
    pub(crate) cursor: Cursor,
    /// `None` is a guest.
    pub(crate) user: Option<&'a UserId>,
    pub(crate) profile: &'a Profile,
    pub(crate) token: Option<Secret>,
}

impl House {
    pub(crate) fn welcome(&self, admitted: &Admitted<'_>) -> HostFrame<'static> {
        let &Admitted { room, returned, resumed, cursor, user, profile: _, token } = admitted;
        let teaches = room.plan.kind == RoomKind::Class && user == Some(&self.owner);
        let rooms = self.rooms.iter().map(|room| RoomName::of(&room.plan)).collect();
        let now = self.clock.now().as_millis();
        self.read(room, |group| {
            let totals = group.totals();
            HostFrame::Welcome(Box::new(Welcome {
                now,
                status: if returned { "already" } else { "joined" }.into(),
                resumed,
                room: Some(RoomCard::of(&room.plan)),
                rooms,
                group: GroupCard::of(group),
                me: me(group, admitted),
                called: teaches.then(|| group.marked(CALLED_ON).map(pupil).collect()),
                cursor: written(&cursor),
                online: group.online(),
                likes: totals.likes,
                follows: totals.follows,
                gifts: Some(room.counts.gifts()),
                token: token.map(|token| token.to_string()),
                limits: Some(WireLimits::new(group.config().settings().limits.message_bytes)),
            }))
        })
    }
}

fn pupil(member: Member<'_>) -> Pupil {
    Pupil { user: member.user().to_string(), nick: member.profile().nick.to_string() }
}

fn me(group: &Group, admitted: &Admitted<'_>) -> Me {
    let &Admitted { room, user, profile, .. } = admitted;
    let role = user.and_then(|user| group.role(user)).map(RoleName::from);
    let called = || {
        let member = user.and_then(|user| group.member(user));
        member.is_some_and(|member| member.marks().any(|mark| mark == CALLED_ON))
    };
    Me {
        user: user.map(ToString::to_string),
        nick: profile.nick.to_string(),
        avatar: profile.avatar.to_string(),
        role: role.unwrap_or(RoleName::Guest),
        guest: user.is_none(),
        muted: user.and_then(|user| group.muted_until(user)).map(Until),
        called: (room.plan.kind == RoomKind::Class).then(called),
    }
}
