//! What the SDK must be told, where REST has no such reply.

use serde::Serialize;
use serde_json::json;

use crate::{
    command::JoinStatus,
    id::UserId,
    role::Profile,
    tim::{
        ToUser,
        elements::{self, MsgElement},
        events::Event,
        frames::{Head, PURCHASE_BITS, framed},
        names::{self, tiny_id},
        rest::Reply,
        wire,
    },
    time::Timestamp,
};

/// A login that holds.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// Who.
    pub user: &'a UserId,
    /// By which signature: it is the key that every later head gives back (`a2`), so that the host need not keep any.
    pub sig: &'a str,
    /// The host's own number for the connection.
    pub instance: u64,
    /// After how many seconds without a word the client says that it is there.
    pub hello: u32,
    /// The time.
    pub now: Timestamp,
}

impl Login<'_> {
    /// The reply to it.
    pub fn reply(&self) -> Reply {
        Reply::with(json!({
            "A2Key": format!("{}:{}", self.user, self.sig),
            "TinyId": tiny_id(self.user).to_string(),
            "InstId": self.instance,
            "HelloInterval": self.hello,
            "TimeStamp": self.now.as_secs(),
            "PurchaseBits": PURCHASE_BITS,
        }))
    }
}

/// The reply to a join. Without a `key` the SDK takes the group for another kind; the host finds the
/// reader again by it, after a restart too.
pub fn joined(status: JoinStatus, key: &str, start: u64) -> Reply {
    let joined = match status {
        // That somebody is in by another connection is no news to this one: the SDK takes it for a failure.
        JoinStatus::AlreadyInGroup => JoinStatus::Joined,
        JoinStatus::Joined | JoinStatus::WaitingForApproval => status,
    };
    let joined = names::join_status(joined);
    match status {
        JoinStatus::Joined | JoinStatus::AlreadyInGroup => Reply::with(json!({
            "JoinedStatus": joined,
            "LongPollingKey": key,
            "StartSeq": start,
            "AVChatRoomKey": key,
            // Without it the SDK neither polls nor sends.
            "HugeGroupFlag": 1,
            "RspMsgList": [],
        })),
        JoinStatus::WaitingForApproval => Reply::with(json!({ "JoinedStatus": joined })),
    }
}

/// Profiles of users.
pub fn profile<'a>(profiles: impl IntoIterator<Item = (&'a UserId, &'a Profile)>) -> Reply {
    let item = |(user, profile): (&UserId, &Profile)| {
        let tag = |tag, value: &str| json!({ "Tag": tag, "Value": value });
        let items = [
            tag("Tag_Profile_IM_Nick", &profile.nick),
            tag("Tag_Profile_IM_Image", &profile.avatar),
        ];
        json!({ "To_Account": user, "ProfileItem": items, "ResultCode": 0, "ResultInfo": "" })
    };
    let items: Vec<_> = profiles.into_iter().map(item).collect();
    Reply::with(json!({ "UserProfileItem": items }))
}

/// The frame that answers a poll. `list` is what [`events::list`](crate::tim::events::list) made, which
/// is the same for all readers; `next` is where they go on.
pub fn poll(head: &Head, key: &str, next: u64, list: &[u8]) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Polled<'a> {
        action_status: &'a str,
        error_code: u32,
        error_info: &'a str,
        key: &'a str,
        next_seq: u64,
    }
    let polled = Polled { action_status: "OK", error_code: 0, error_info: "", key, next_seq: next };
    let mut start = wire::json(&polled);
    // Open again, for the list.
    start.pop();
    head.wrap(&[&start, b",\"RspMsgList\":", if list.is_empty() { b"[]" } else { list }, b"}"])
}

/// A frame that the host sends by itself: a notice to one session. `seq` is the host's own count.
pub fn push(seq: u64, event: &Event<'_>) -> Vec<u8> {
    pushed(seq, &json!([{ "Event": 5, "GroupTips": [event] }]))
}

/// A frame with a message to one user, from whom `profile` shows; `admin` is as whom the app speaks.
pub fn push_to_user(
    seq: u64,
    admin: &str,
    message: &ToUser,
    profile: &Profile,
    now: Timestamp,
) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Told<'a> {
        #[serde(rename = "From_Account")]
        from: &'a str,
        #[serde(rename = "To_Account")]
        to: &'a str,
        #[serde(rename = "From_AccountNick")]
        nick: &'a str,
        #[serde(rename = "From_AccountHeadurl")]
        avatar: &'a str,
        tiny_id: String,
        msg_seq: u64,
        msg_random: u32,
        msg_time_stamp: u64,
        msg_client_time: u64,
        msg_body: Vec<MsgElement>,
        cloud_custom_data: &'a str,
    }
    let told = Told {
        from: message.from.as_ref().map_or(admin, UserId::as_str),
        to: message.to.as_str(),
        nick: &profile.nick,
        avatar: &profile.avatar,
        tiny_id: message.from.as_ref().map_or(0, tiny_id).to_string(),
        msg_seq: seq,
        msg_random: message.random,
        msg_time_stamp: now.as_secs(),
        msg_client_time: now.as_secs(),
        msg_body: elements::body(&message.content),
        cloud_custom_data: &message.content.data,
    };
    pushed(seq, &json!([{ "Event": 9, "C2cMsgArray": [told] }]))
}

fn pushed(seq: u64, events: &serde_json::Value) -> Vec<u8> {
    framed("im_open_push.msg_push", seq, &[&wire::json(&json!({ "EventArray": events }))])
}
