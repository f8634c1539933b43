//! Messages: to a group, to all, to one user; and taking them back.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    command::{Command, Draft},
    id::Random,
    message::{Content, Element, Kind},
    tim::{
        call::{Call, ToUser},
        codes::{Code, Failure},
        elements::{self, MsgElement},
        names::PriorityName,
        rest::MAX_BODY,
        wire::{self, Faults, or_default},
    },
};

/// Users that one message may mention: "at most 30".
const MAX_MENTIONED: usize = 30;
/// Messages that one command may recall: "at most 10".
const MAX_RECALLED: usize = 10;

/// `send_group_msg`, over REST and over the SDK.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct SendGroupMsg {
    group_id: String,
    random: u32,
    #[serde(default, deserialize_with = "or_default")]
    msg_priority: PriorityName,
    #[serde(rename = "From_Account", default, deserialize_with = "or_default")]
    from: String,
    msg_body: Vec<MsgElement>,
    #[serde(default, deserialize_with = "or_default")]
    cloud_custom_data: String,
    #[serde(alias = "MsgOnlineOnlyFlag", default, deserialize_with = "or_default")]
    online_only_flag: u8,
    #[serde(rename = "To_Account", default, deserialize_with = "or_default")]
    to: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    group_at_info: Vec<Mention>,
    #[serde(default, deserialize_with = "or_default")]
    forbid_callback_control: Vec<String>,
}

/// One user whom a message mentions, or everybody.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mention {
    #[serde(default, deserialize_with = "or_default")]
    group_at_all_flag: u8,
}

impl SendGroupMsg {
    /// A message for a group. Whom it mentions is checked and not kept: clients find it in the text.
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let from = wire::operator(&self.from)?;
        if !self.to.is_empty() || self.online_only_flag != 0 {
            let info = "livestreaming groups have no messages to some: To_Account, OnlineOnlyFlag";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        if self.group_at_info.len() > MAX_MENTIONED {
            return Err(Code::TOO_MANY_MENTIONED.into());
        }
        if self.group_at_info.iter().any(|mention| mention.group_at_all_flag != 0) {
            let info = "livestreaming groups have no mention of everybody: GroupAtAllFlag";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        let skips = |name: &str| self.forbid_callback_control.iter().any(|it| it == name);
        let (skip_before, skip_after) =
            (skips("ForbidBeforeSendMsgCallback"), skips("ForbidAfterSendMsgCallback"));
        let content = elements::content(self.msg_body, self.cloud_custom_data)?;
        let draft = Draft {
            kind: kind(&content),
            priority: Some(self.msg_priority.into()),
            content,
            directive: None,
            random: Some(Random(self.random)),
        };
        Ok(Call::Send { group, from, draft: draft.into(), skip_before, skip_after })
    }
}

/// What a message is for, as far as its form says: gifts, likes and follows are custom messages, and
/// only the host knows which. It may set [`Draft::kind`] before it sends.
fn kind(content: &Content) -> Kind {
    let custom = |element: &Element| matches!(element, Element::Custom { .. });
    if content.elements.iter().any(custom) { Kind::Host(0) } else { Kind::Text }
}

/// `send_group_system_notification`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Notification {
    group_id: String,
    content: String,
    #[serde(rename = "ToMembers_Account", default, deserialize_with = "or_default")]
    to: Vec<String>,
}

impl Notification {
    pub(super) fn call(self) -> Result<Call, Failure> {
        if !self.to.is_empty() {
            let info = "in livestreaming groups a notification is for everybody: ToMembers_Account";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        let (group, commands) = (wire::group(&self.group_id)?, vec![Command::notice(self.content)]);
        Ok(Call::Push { group, from: None, commands })
    }
}

/// `send_broadcast_msg`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Broadcast {
    random: u32,
    #[serde(rename = "From_Account", default, deserialize_with = "or_default")]
    from: String,
    msg_body: Vec<MsgElement>,
    #[serde(default, deserialize_with = "or_default")]
    cloud_custom_data: String,
}

impl Broadcast {
    pub(super) fn call(self) -> Result<Call, Failure> {
        let from = wire::operator(&self.from)?;
        let content = elements::content(self.msg_body, self.cloud_custom_data)?;
        Ok(Call::Broadcast { from, random: Random(self.random), content })
    }
}

/// `group_msg_recall`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Recall {
    group_id: String,
    msg_seq_list: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    msg_seq: u64,
}

impl Recall {
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        if self.msg_seq_list.is_empty() || self.msg_seq_list.len() > MAX_RECALLED {
            let info = "MsgSeqList: 1 to 10 messages are recalled at once";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        let seqs = self.msg_seq_list.iter().map(|place| place.msg_seq).collect();
        Ok(Call::Recall { group: wire::group(&self.group_id)?, seqs })
    }
}

/// `openim/sendmsg`. Each field has a code of its own, so each is read by itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMsg<'a> {
    #[serde(rename = "From_Account", default, deserialize_with = "or_default")]
    from: String,
    #[serde(rename = "To_Account", borrow)]
    to: Option<&'a RawValue>,
    #[serde(borrow)]
    msg_random: Option<&'a RawValue>,
    #[serde(borrow)]
    msg_body: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "or_default")]
    cloud_custom_data: String,
}

pub(super) fn to_user(body: &[u8]) -> Result<Call, Failure> {
    let message: SendMsg<'_> = Faults::MESSAGE.read(body, MAX_BODY)?;
    let from = wire::operator(&message.from)?;
    let to: String = field(message.to, Code::MESSAGE_NO_RECEIVER).map_err(|failure| {
        // One command, one receiver: a list of them is another command's.
        let list = message.to.is_some_and(|to| to.get().starts_with('['));
        if list { Code::MESSAGE_TOO_MANY_RECEIVERS.into() } else { failure }
    })?;
    let to = wire::user(&to).map_err(|it| Failure { code: Code::MESSAGE_NO_RECEIVER, ..it })?;
    let random = field(message.msg_random, Code::MESSAGE_BAD_RANDOM)?;
    if message.msg_body.is_some_and(|body| !body.get().starts_with('[')) {
        return Err(Code::MESSAGE_NOT_ARRAY.into());
    }
    let body: Vec<MsgElement> = field(message.msg_body, Code::MESSAGE_BAD_BODY)?;
    let content = elements::content(body, message.cloud_custom_data)
        .map_err(|it| Failure { code: Code::MESSAGE_BAD_BODY, ..it })?;
    if content.elements.is_empty() {
        return Err(Code::MESSAGE_BAD_BODY.into());
    }
    // "12 KB": the largest message of the modelled service.
    if content.bytes() > 12_288 {
        return Err(Code::MESSAGE_TOO_LONG.into());
    }
    Ok(Call::ToUser(ToUser { from, to, random, content }.into()))
}

/// One field, which must be there.
fn field<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, code: Code) -> Result<T, Failure> {
    let raw = raw.ok_or(code)?;
    serde_json::from_str(raw.get()).map_err(|error| Failure::new(code, error.to_string()))
}
