//! What goes back: `ActionStatus`, `ErrorCode`, `ErrorInfo`, and what was asked for.

#![expect(clippy::indexing_slicing, reason = "the reply is an object, to which a new key adds")]

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    command::{Command, Receipt},
    group::Group,
    id::{GroupId, Seq, UserId},
    outcome::{Discard, Outcome},
    roster::{Member, Page},
    tim::{
        call::Read,
        codes::{Code, Failure},
        names::{self, GROUP_TYPE, JoinOptionName, Switch},
        rest::{KeyValue, MAX_NAMED},
        tips::{self, FOLLOWS, LIKES, ONLINE_EXPIRES},
        wire,
    },
    time::Timestamp,
};

/// The body of a reply, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(Vec<u8>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a, T> {
    action_status: &'a str,
    error_code: u32,
    error_info: &'a str,
    #[serde(flatten)]
    body: T,
}

impl Reply {
    /// The most bytes of a reply: "1 MB", past which the modelled service says 10018.
    pub const MAX_BYTES: usize = 1 << 20;

    /// A success with what was asked for, an object. Too much is a failure instead, 10018.
    pub fn with(body: impl Serialize) -> Self {
        Self::within_bounds(body).unwrap_or_else(|code| Self::from(&code.into()))
    }

    /// The same, or why not.
    fn within_bounds(body: impl Serialize) -> Result<Self, Code> {
        let envelope = Envelope { action_status: "OK", error_code: 0, error_info: "", body };
        let bytes = serde_json::to_vec(&envelope).map_err(|_| Code::INTERNAL)?;
        if bytes.len() > Self::MAX_BYTES { Err(Code::REPLY_TOO_LONG) } else { Ok(Self(bytes)) }
    }

    /// A success with fields that are JSON already, with commas between.
    pub(in crate::tim) fn of_fields(fields: &str) -> Self {
        let comma = if fields.is_empty() { "" } else { "," };
        let text =
            format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""{comma}{fields}}}"#);
        Self(text.into_bytes())
    }

    /// A success that says nothing more.
    pub fn empty() -> Self {
        Self::of_fields("")
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&Failure> for Reply {
    fn from(failure: &Failure) -> Self {
        let envelope = Envelope {
            action_status: "FAIL",
            error_code: failure.code.number(),
            error_info: &failure.info,
            body: json!({}),
        };
        Self(wire::json(&envelope))
    }
}

impl From<Result<Self, Failure>> for Reply {
    fn from(result: Result<Self, Failure>) -> Self {
        result.unwrap_or_else(|failure| Self::from(&failure))
    }
}

/// A new group.
pub fn created(group: &GroupId) -> Reply {
    Reply::with(json!({ "GroupId": group, "Type": GROUP_TYPE }))
}

/// A broadcast; `seq` is the host's own count of them.
pub fn broadcast(seq: u64) -> Reply {
    Reply::with(json!({ "MsgSeq": seq }))
}

/// What became of each message that was to be recalled.
pub fn recalled(results: &[(u64, Result<(), Failure>)]) -> Reply {
    let result = |(seq, result): &(u64, Result<(), Failure>)| {
        let code = result.as_ref().err().map_or(0, |failure| failure.code.number());
        json!({ "MsgSeq": seq, "RetCode": code })
    };
    Reply::with(json!({ "RecallRetList": results.iter().map(result).collect::<Vec<_>>() }))
}

/// The end of a message, told to its sender. `now` stands for a time that it has not got, and so does
/// place 0.
///
/// An administrator (`admin`) always learns that a message was lost to the rate: not as a failure, but
/// by `MsgDropReason`. Users learn what [`Failure::of_outcome`] says.
pub fn sent(outcome: &Outcome, disclose: bool, admin: bool, now: Timestamp) -> Reply {
    let (seq, at) = match outcome {
        Outcome::Delivered { seq, at } => (*seq, *at),
        Outcome::Rejected(_) | Outcome::Discarded(_) => (Seq(0), now),
    };
    let lost = match outcome {
        Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => admin,
        Outcome::Delivered { .. } | Outcome::Rejected(_) | Outcome::Discarded(_) => false,
    };
    if let Some(failure) = Failure::of_outcome(outcome, disclose).filter(|_| !lost) {
        return Reply::from(&failure);
    }
    let reason = if lost { "MsgFreqCtrl" } else { "" };
    Reply::with(json!({ "MsgTime": at.as_secs(), "MsgSeq": seq.0, "MsgDropReason": reason }))
}

/// The reply to commands that were taken.
pub(in crate::tim) fn done(commands: &[Command], receipts: &[Receipt]) -> Reply {
    match (commands, receipts.last()) {
        ([Command::SetAttributes { changes, .. }], Some(Receipt::Attributes { seq })) => {
            let written = changes.iter().filter(|change| change.value.is_some());
            let list = written.map(|change| json!({ "key": change.key, "seq": seq }));
            Reply::with(json!({ "AttrMainSeq": seq, "GroupAttr": list.collect::<Vec<_>>() }))
        }
        (_, Some(Receipt::Counters(values))) => {
            let list = values.iter().map(|(key, value)| KeyValue { key: &**key, value: *value });
            Reply::with(json!({ "GroupCounter": list.collect::<Vec<_>>() }))
        }
        ([Command::Mark { on, .. }, ..], _) => {
            let members = commands.iter().filter_map(|command| match command {
                Command::Mark { users, marks, .. } => Some((users, marks)),
                _ => None,
            });
            let list = members.flat_map(|(users, marks)| {
                users
                    .iter()
                    .map(move |user| json!({ "Member_Account": user, "Marks": marks.as_slice() }))
            });
            let list = list.collect::<Vec<_>>();
            Reply::with(json!({ "CommandType": if *on { 1 } else { 2 }, "MemberList": list }))
        }
        _ => Reply::empty(),
    }
}

/// One group, described: its profile, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupItem(Value);

impl GroupItem {
    /// The profile of a group. Likes and follows are among the custom fields.
    pub fn of(group: &Group) -> Self {
        let profile = group.profile();
        let totals = group.totals();
        let counted = |total: u64| Some(total).filter(|total| *total > 0);
        let custom = tips::fields(profile.custom(), counted(totals.likes), counted(totals.follows));
        let muted = Switch::from(group.is_mute_all());
        let most = group.config().settings().limits.members.unwrap_or(0);
        Self(json!({
            "GroupId": group.id(),
            "ErrorCode": 0,
            "ErrorInfo": "",
            "Type": GROUP_TYPE,
            "Name": profile.name(),
            "Introduction": profile.introduction(),
            "Notification": profile.notification(),
            "FaceUrl": profile.face_url(),
            "Owner_Account": group.owner().map_or("", UserId::as_str),
            "CreateTime": profile.created().as_secs(),
            "InfoSeq": profile.info_seq(),
            "LastInfoTime": profile.changed().as_secs(),
            "LastMsgTime": profile.last_message().map_or(0, Timestamp::as_secs),
            "NextMsgSeq": group.tail().position().0 + 1,
            "MemberNum": group.member_count(),
            // 0 is without bound.
            "MaxMemberNum": most,
            "OnlineMemberNum": group.online(),
            "ApplyJoinOption": JoinOptionName::from(profile.join_option()),
            "MuteAllMember": muted,
            // The same, as it was called before 2021.
            "ShutUpAllMember": muted,
            "AppDefinedData": custom,
        }))
    }

    /// Why there is nothing to say of a group.
    pub fn failed(id: &str, failure: &Failure) -> Self {
        let (code, info) = (failure.code.number(), &failure.info);
        Self(json!({ "GroupId": id, "ErrorCode": code, "ErrorInfo": info }))
    }

    /// The same, as it is to one user: with their role and until when they are muted.
    #[must_use]
    pub fn seen_by(mut self, group: &Group, user: &UserId) -> Self {
        let member = group.member(user);
        let until = group.muted_until(user);
        self.0["SelfInfo"] = json!({
            "Role": names::role(group.role(user)),
            "JoinTime": member.map_or(0, |member| member.joined().as_secs()),
            "MuteUntil": moment(until),
            "ShutUpUntil": moment(until),
        });
        self
    }

    /// Groups, described.
    pub fn reply(items: Vec<Self>) -> Reply {
        let items: Vec<_> = items.into_iter().map(|item| item.0).collect();
        Reply::with(json!({ "GroupInfo": items }))
    }
}

/// A moment in Unix seconds; 0 is none, and "4294967295" never.
fn moment(until: Option<Timestamp>) -> u64 {
    match until {
        None => 0,
        Some(Timestamp::MAX) => tips::FOREVER.into(),
        Some(until) => until.as_secs(),
    }
}

impl Read {
    /// What was asked, of the group that it was asked of.
    pub fn reply(&self, group: &Group) -> Reply {
        match self {
            Self::Muted { old } => muted(group, *old),
            Self::Banned { offset, limit } => banned(group, *offset, *limit),
            Self::Online => Reply::with(
                json!({ "OnlineMemberNum": group.online(), "ExpireTime": ONLINE_EXPIRES }),
            ),
            Self::Members { from, mark } => members(group, *from, *mark),
            Self::Named { users } => {
                let there = users.iter().filter_map(|user| group.member(user));
                let list: Vec<_> = there.map(|member| in_full(group, member)).collect();
                Reply::with(json!({ "MemberNum": list.len(), "MemberList": list }))
            }
            Self::Attributes => attributes(group),
            Self::Counters { keys } => counters(group, keys, &BTreeMap::new()),
        }
    }
}

fn muted(group: &Group, old: bool) -> Reply {
    let (list, until) =
        if old { ("ShuttedUinList", "ShuttedUntil") } else { ("MutedAccountList", "MutedUntil") };
    let account =
        |(user, at): (&UserId, _)| json!({ "Member_Account": user, until: moment(Some(at)) });
    let accounts: Vec<_> = group.mutes().map(account).collect();
    Reply::with(json!({ "GroupId": group.id(), list: accounts }))
}

fn banned(group: &Group, offset: usize, limit: usize) -> Reply {
    let account = |(user, at): (&UserId, _)| json!({ "Member_Account": user, "BannedUntil": moment(Some(at)) });
    let mut rest = group.bans().skip(offset);
    let accounts: Vec<_> = rest.by_ref().take(limit).map(account).collect();
    // 0 is the end.
    let next = if rest.next().is_some() { offset + accounts.len() } else { 0 };
    Reply::with(json!({ "BannedAccountList": accounts, "NextOffset": next }))
}

/// "Pages of 500", and shorter ones where that would be too much: long nicks must not hide who is there.
fn members(group: &Group, from: Page, mark: Option<u32>) -> Reply {
    let mut limit = MAX_NAMED;
    loop {
        let (page, next) = match mark {
            // At most 1,000 have a mark, so they are one page.
            Some(mark) => (group.marked(mark).collect(), None),
            None => group.members(from, limit),
        };
        let list: Vec<_> = page.into_iter().map(|member| in_full(group, member)).collect();
        let next = next.unwrap_or_default();
        let body = json!({
            "MemberNum": group.member_count(), "MemberList": list, "NextTimestamp": next,
        });
        match Reply::within_bounds(body) {
            Err(Code::REPLY_TOO_LONG) if mark.is_none() && limit > 1 => limit /= 2,
            reply => return reply.map_err(Failure::from).into(),
        }
    }
}

fn in_full(group: &Group, member: Member<'_>) -> Value {
    let until = moment(group.muted_until(member.user()));
    json!({
        "Member_Account": member.user(),
        "Role": names::role(Some(member.role())),
        "JoinTime": member.joined().as_secs(),
        "NickName": member.profile().nick,
        "Avatar": member.profile().avatar,
        "NameCard": member.name_card().unwrap_or_default(),
        "MuteUntil": until,
        // The same, as it was called before 2021.
        "ShutUpUntil": until,
        "Marks": member.marks().collect::<Vec<_>>(),
    })
}

fn attributes(group: &Group) -> Reply {
    let attributes = group.attributes();
    let list = attributes
        .iter()
        .map(|(key, value, seq)| json!({ "key": key, "value": value, "seq": seq }));
    Reply::with(
        json!({ "AttrMainSeq": attributes.seq(), "GroupAttrAry": list.collect::<Vec<_>>() }),
    )
}

/// Counters, all or those of these keys, and what the host gathered and has not given to the group yet.
/// Likes and follows are counters too, unless the group has some of those names.
pub fn counters(group: &Group, keys: &[String], gathered: &BTreeMap<Arc<str>, i64>) -> Reply {
    let (counters, totals) = (group.counters(), group.totals());
    let is_new = |key: &str| counters.get(key).is_none();
    let tallied = [(LIKES, totals.likes), (FOLLOWS, totals.follows)].into_iter();
    let tallied = tallied
        .filter(|(key, total)| *total > 0 && is_new(key) && !gathered.contains_key(*key))
        .map(|(key, total)| (key, i64::try_from(total).unwrap_or(i64::MAX)));
    let known = counters.iter().map(|(key, value)| {
        (&**key, value.saturating_add(gathered.get(key).copied().unwrap_or_default()))
    });
    let new = gathered.iter().map(|(key, sum)| (&**key, *sum)).filter(|(key, _)| is_new(key));
    let all = known.chain(new).chain(tallied);
    let asked = |key: &str| keys.is_empty() || keys.iter().any(|it| it == key);
    let list = all.filter(|(key, _)| asked(key)).map(|(key, value)| KeyValue { key, value });
    let (list, seq) = (list.collect::<Vec<_>>(), counters.seq());
    Reply::with(json!({ "GroupCounter": list, "GroupCounterSeq": seq }))
}
