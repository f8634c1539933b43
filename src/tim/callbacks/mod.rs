//! What the app's own server is told of and asked about, by HTTP POST to an address of its choice.
//!
//! A [`Callback`] is the body and the query of one such request. Most are made from a group's
//! [`Output`] ([`Callback::of`]); the others from what the host does before the engine sees it. What
//! comes back to one *before* something is an [`Answer`]; the rest of the answers are not looked at.
//!
//! ```
//! use liveroom::{Command, Decision, tim::callbacks::Answer};
//!
//! let answer = Answer::read(br#"{"ActionStatus":"OK","ErrorCode":10101,"ErrorInfo":"slow down"}"#)?;
//! let (code, reason) = (10_101, "slow down".to_owned());
//! assert_eq!(answer.decision(&Default::default())?, Decision::Reject { code, reason });
//! # Ok::<(), liveroom::tim::callbacks::Garbage>(())
//! ```
//!
//! # Deadlines
//!
//! The modelled service waits 2 s for an answer, asks once, and then lets the message pass: that is
//! [`Asking::CALLBACK`](crate::Asking::CALLBACK). An answer that is [`Garbage`] is as good as none.

#![expect(
    clippy::indexing_slicing,
    reason = "the body is an object, to which a new key adds; half a byte is below 16"
)]

mod answer;

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

pub use self::answer::{Answer, Garbage};
use crate::{
    command::{Draft, LeaveReason},
    entry::ProfileChanges,
    id::{AppId, UserId},
    message::Message,
    outcome::Outcome,
    output::{Cause, Output},
    role::Platform,
    tim::{
        Room,
        codes::Failure,
        elements::{self, MsgElement},
        names::{GROUP_TYPE, platform_name},
        wire,
    },
    time::Timestamp,
};

/// One request to the app's server.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    command: &'static str,
    /// Where it was done; `None` is not told.
    platform: Option<Platform>,
    body: Value,
}

/// How a connection came and went, for [`Callback::state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Connection {
    /// The user logged in.
    Login,
    /// The user logged out.
    Logout,
    /// The connection was closed.
    Closed,
    /// Nothing was heard for too long.
    TimedOut,
}

/// Who says what, before the engine has it or after.
#[derive(Clone, Copy, Debug)]
pub struct Saying<'a> {
    /// In whose name; `None` is the app.
    pub from: Option<&'a UserId>,
    /// Who does it; `None` is the app.
    pub operator: Option<&'a UserId>,
    /// Over what.
    pub platform: Platform,
    /// The message.
    pub draft: &'a Draft,
}

impl Callback {
    /// `CallbackCommand`.
    pub fn command(&self) -> &'static str {
        self.command
    }

    /// Whether its answer decides something.
    pub fn asks(&self) -> bool {
        self.command.contains(".CallbackBefore")
    }

    /// The body, in which `now` is the time of the event.
    pub fn body(&self, now: Timestamp) -> Vec<u8> {
        let mut body = self.body.clone();
        body["CallbackCommand"] = self.command.into();
        body["EventTime"] = now.as_millis().into();
        wire::json(&body)
    }

    /// The query of the address: app, command, client and platform, and, where the app has a token,
    /// `Sign` and `RequestTime`.
    ///
    /// `ip` is the client's address as text, empty where there is none.
    pub fn query(&self, app: AppId, ip: &str, token: Option<&str>, now: Timestamp) -> String {
        let command = self.command;
        let mut query = format!("SdkAppid={app}&CallbackCommand={command}&contenttype=json");
        if let Some(platform) = self.platform {
            query.push_str("&ClientIP=");
            escape(ip, &mut query);
            query.extend(["&OptPlatform=", platform_name(platform)]);
        }
        if let Some(token) = token {
            let time = now.as_secs();
            query.push_str("&Sign=");
            for byte in Sha256::digest(format!("{token}{time}")) {
                query.extend(hex(byte, b"0123456789abcdef"));
            }
            query.extend(["&RequestTime=", &time.to_string()]);
        }
        query
    }

    /// The callback that an output is told by, if there is one.
    ///
    /// A question that the filter asks is for people, and not for the app's server; what was recalled
    /// is [`recalled`](Self::recalled).
    pub fn of(room: &Room<'_>, output: &Output) -> Option<Self> {
        match output {
            Output::Ask { question, .. } => {
                (question.cause == Cause::Policy).then(|| Self::before_delivery(room, &question.message))
            }
            Output::Ended { message, outcome, .. } => Some(Self::ended(room, message, outcome)),
            Output::Joined { user: Some(user), device, already: false, .. } => {
                Some(Self::joined(room, user, device.platform))
            }
            // Of a quit on one platform the app is to hear though another stays: that is what its guide
            // has it ask `OptPlatform` for (FAQ 4).
            Output::Left { user: Some(user), operator, platform, reason, remains, .. }
                if !remains || *reason == LeaveReason::Quit =>
            {
                Some(Self::left(room, user, operator.as_ref(), *platform, *reason))
            }
            Output::Presence { user, online, .. } => Some(Self::presence(room, user, *online)),
            Output::ProfileChanged { operator, changes, .. } => {
                Self::profile(room, operator.as_ref(), changes)
            }
            Output::Full { .. } => {
                Some(Self::new("Group.CallbackAfterGroupFull", None, json!({ "GroupId": room.id })))
            }
            Output::Record(_)
            | Output::Tail { .. }
            | Output::FoldEnded { .. }
            | Output::Joined { .. }
            | Output::Left { .. }
            | Output::Preview { .. }
            | Output::Applied { .. }
            | Output::Direct { .. }
            | Output::Echo { .. }
            | Output::Order { .. }
            | Output::Raid { .. }
            | Output::Audit { .. }
            // Of a group that ended the host knows more: see `destroyed`.
            | Output::Disbanded { .. } => None,
        }
    }

    /// Before a group is made.
    pub fn before_create(
        operator: &str,
        owner: Option<&UserId>,
        name: &str,
        groups: usize,
        platform: Platform,
    ) -> Self {
        let body = json!({
            "Operator_Account": operator,
            "Owner_Account": owner.map_or("", UserId::as_str),
            "Type": GROUP_TYPE,
            "Name": name,
            // How many groups its owner has made.
            "CreateGroupNum": groups,
            "MemberList": [],
        });
        Self::new("Group.CallbackBeforeCreateGroup", Some(platform), body)
    }

    /// A group was made.
    pub fn created<'a>(
        room: &Room<'_>,
        operator: &str,
        owner: Option<&UserId>,
        fields: impl Iterator<Item = (&'a str, &'a str)>,
        platform: Platform,
    ) -> Self {
        let fields = fields.map(|(key, value)| json!({ "Key": key, "Value": value }));
        let body = json!({
            "GroupId": room.id,
            "Operator_Account": operator,
            "Owner_Account": owner.map_or("", UserId::as_str),
            "Type": GROUP_TYPE,
            "Name": room.name,
            "MemberList": [],
            "UserDefinedDataList": fields.collect::<Vec<_>>(),
        });
        Self::new("Group.CallbackAfterCreateGroup", Some(platform), body)
    }

    /// Before somebody comes in.
    pub fn before_join(room: &Room<'_>, user: &UserId, platform: Platform) -> Self {
        let more = json!({ "Requestor_Account": user });
        Self::in_group("Group.CallbackBeforeApplyJoinGroup", room, Some(platform), more)
    }

    /// Before somebody is invited, which no livestreaming group knows: for hosts that invite beside it.
    pub fn before_invite(room: &Room<'_>, operator: &str, users: &[UserId]) -> Self {
        let more = json!({ "Operator_Account": operator, "DestinationMembers": accounts(users) });
        Self::in_group("Group.CallbackBeforeInviteJoinGroup", room, Some(Platform::RestApi), more)
    }

    /// Before a message is pushed: for what the engine does not ask about, the app's own.
    pub fn before_push(room: &Room<'_>, saying: &Saying<'_>) -> Self {
        let body = said(room, saying);
        Self::in_group("Group.CallbackBeforeSendMsg", room, Some(saying.platform), body)
    }

    /// A message was refused before it was accepted.
    pub fn refused(room: &Room<'_>, saying: &Saying<'_>, failure: &Failure) -> Self {
        Self::exception(room, saying.platform, said(room, saying), failure)
    }

    /// A group ended. Who was in it is not told: they may be a million.
    pub fn destroyed(room: &Room<'_>, owner: Option<&UserId>) -> Self {
        let owner = owner.map_or("", UserId::as_str);
        let more = json!({ "Owner_Account": owner, "Name": room.name, "MemberList": [] });
        Self::in_group("Group.CallbackAfterGroupDestroyed", room, Some(Platform::RestApi), more)
    }

    /// Messages were recalled.
    pub fn recalled(room: &Room<'_>, operator: Option<&UserId>, seqs: &[u64]) -> Self {
        let seqs: Vec<_> = seqs.iter().map(|seq| json!({ "MsgSeq": seq })).collect();
        let operator = operator.map_or(room.admin, UserId::as_str);
        let more = json!({ "Operator_Account": operator, "MsgSeqList": seqs, "TopicId": "" });
        Self::in_group("Group.CallbackAfterRecallMsg", room, Some(Platform::RestApi), more)
    }

    /// A user's connection came or went; `kicked` are the platforms that had to go for it.
    pub fn state(user: &UserId, what: Connection, platform: Platform, kicked: &[Platform]) -> Self {
        let (action, reason) = match what {
            Connection::Login => ("Login", "Register"),
            Connection::Logout => ("Logout", "Unregister"),
            Connection::Closed => ("Disconnect", "LinkClose"),
            Connection::TimedOut => ("Disconnect", "TimeOut"),
        };
        let mut body = json!({
            "Info": { "Action": action, "To_Account": user, "Reason": reason },
        });
        if !kicked.is_empty() {
            let device = |platform: &Platform| json!({ "Platform": platform_name(*platform) });
            body["KickedDevice"] = kicked.iter().map(device).collect();
        }
        Self::new("State.StateChange", Some(platform), body)
    }

    fn before_delivery(room: &Room<'_>, message: &Message) -> Self {
        let platform = Some(message.sender.platform);
        Self::in_group("Group.CallbackBeforeSendMsg", room, platform, of_message(room, message))
    }

    fn ended(room: &Room<'_>, message: &Message, outcome: &Outcome) -> Self {
        let (mut body, platform) = (of_message(room, message), message.sender.platform);
        if let Some(failure) = Failure::of_outcome(outcome, true) {
            return Self::exception(room, platform, body, &failure);
        }
        if let Outcome::Delivered { seq, at } = outcome {
            body["MsgSeq"] = seq.0.into();
            body["MsgTime"] = at.as_secs().into();
        }
        Self::in_group("Group.CallbackAfterSendMsg", room, Some(platform), body)
    }

    fn exception(room: &Room<'_>, platform: Platform, mut body: Value, failure: &Failure) -> Self {
        body["ErrorCode"] = failure.code.number().into();
        body["ErrorInfo"] = failure.info.as_ref().into();
        Self::in_group("Group.CallbackSendMsgException", room, Some(platform), body)
    }

    fn joined(room: &Room<'_>, user: &UserId, platform: Platform) -> Self {
        let accounts = accounts(std::slice::from_ref(user));
        let more =
            json!({ "JoinType": "Apply", "Operator_Account": user, "NewMemberList": accounts });
        Self::in_group("Group.CallbackAfterNewMemberJoin", room, Some(platform), more)
    }

    fn left(
        room: &Room<'_>,
        user: &UserId,
        operator: Option<&UserId>,
        platform: Platform,
        reason: LeaveReason,
    ) -> Self {
        let (exit, by) = match reason {
            // Who is lost left by nobody's deed but their own.
            LeaveReason::Quit | LeaveReason::Lost => ("Quit", user.as_str()),
            LeaveReason::Kicked | LeaveReason::Banned => {
                ("Kicked", operator.map_or(room.admin, UserId::as_str))
            }
        };
        let accounts = accounts(std::slice::from_ref(user));
        let more = json!({ "ExitType": exit, "Operator_Account": by, "ExitMemberList": accounts });
        Self::in_group("Group.CallbackAfterMemberExit", room, Some(platform), more)
    }

    fn presence(room: &Room<'_>, user: &UserId, online: bool) -> Self {
        let body = json!({
            "GroupId": room.id,
            "EventType": if online { "Online" } else { "Offline" },
            "MemberList": accounts(std::slice::from_ref(user)),
        });
        Self::new("Group.CallbackOnMemberStateChange", None, body)
    }

    /// Told of four texts only; other changes of a profile have no callback.
    fn profile(
        room: &Room<'_>,
        operator: Option<&UserId>,
        changes: &ProfileChanges,
    ) -> Option<Self> {
        let texts = [
            ("Name", &changes.name),
            ("Introduction", &changes.introduction),
            ("Notification", &changes.notification),
            ("FaceUrl", &changes.face_url),
        ];
        let mut more = Map::new();
        for (name, text) in texts {
            if let Some(text) = text {
                more.insert(name.to_owned(), (&**text).into());
            }
        }
        if more.is_empty() {
            return None;
        }
        let by = operator.map_or(room.admin, UserId::as_str);
        more.insert("Operator_Account".to_owned(), by.into());
        // Where a user did it is not told by the engine.
        let platform = if operator.is_some() { Platform::Unknown } else { Platform::RestApi };
        Some(Self::in_group(
            "Group.CallbackAfterGroupInfoChanged",
            room,
            Some(platform),
            Value::Object(more),
        ))
    }

    fn in_group(
        command: &'static str,
        room: &Room<'_>,
        platform: Option<Platform>,
        mut body: Value,
    ) -> Self {
        body["GroupId"] = room.id.as_str().into();
        body["Type"] = GROUP_TYPE.into();
        Self::new(command, platform, body)
    }

    fn new(command: &'static str, platform: Option<Platform>, body: Value) -> Self {
        Self { command, platform, body }
    }
}

fn accounts(users: &[UserId]) -> Value {
    users.iter().map(|user| json!({ "Member_Account": user })).collect()
}

fn of_message(room: &Room<'_>, message: &Message) -> Value {
    let sender = &message.sender;
    // In whose name the app speaks is the sender; who speaks is the app.
    let by_app = sender.platform == Platform::RestApi || sender.user.is_none();
    let from = sender.user.as_ref().map_or(room.admin, UserId::as_str);
    let operator = if by_app { room.admin } else { from };
    let (random, data) = (message.random.map_or(0, |random| random.0), &message.content.data);
    saying(from, operator, random, elements::message_body(message), data)
}

fn said(room: &Room<'_>, saying: &Saying<'_>) -> Value {
    let name = |user: Option<&'_ UserId>| user.map_or(room.admin.to_owned(), ToString::to_string);
    let (draft, content) = (saying.draft, &saying.draft.content);
    let random = draft.random.map_or(0, |random| random.0);
    let (from, operator) = (name(saying.from), name(saying.operator));
    self::saying(&from, &operator, random, elements::body(content), &content.data)
}

fn saying(from: &str, operator: &str, random: u32, body: Vec<MsgElement>, data: &str) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Said<'a> {
        #[serde(rename = "From_Account")]
        from: &'a str,
        #[serde(rename = "Operator_Account")]
        operator: &'a str,
        random: u32,
        online_only_flag: u8,
        msg_body: Vec<MsgElement>,
        cloud_custom_data: &'a str,
        topic_id: &'a str,
    }
    let (online_only_flag, topic_id) = (0, "");
    let (msg_body, cloud_custom_data) = (body, data);
    let said =
        Said { from, operator, random, online_only_flag, msg_body, cloud_custom_data, topic_id };
    serde_json::to_value(said).expect("texts and numbers have a JSON form")
}

/// Text as a value in a query.
fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.extend(hex(byte, b"0123456789ABCDEF"));
        }
    }
}

/// The two hexadecimal digits of a byte.
fn hex(byte: u8, digits: &[u8; 16]) -> [char; 2] {
    [byte >> 4, byte & 15].map(|half| char::from(digits[usize::from(half)]))
}

#[cfg(test)]
mod tests;
