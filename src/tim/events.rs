//! What a client is told of a group, one event after the other (`RspMsgList`).
//!
//! Each entry of a group's history is written by itself, with all that the service's SDK must find in
//! it: an event without `GroupInfo` makes the SDK drop the whole list. An entry that clients know
//! nothing of, such as one that was emptied, is left out, and one tip can be several events of one
//! `MsgSeq`.
//!
//! ```
//! use liveroom::{
//!     Author, Command, Epoch, Format, Group, GroupConfig, GroupId, HashKey, Timestamp,
//!     tim::{Room, events},
//! };
//!
//! let (id, key) = (GroupId::custom("friday")?, HashKey::new(1, 2));
//! let now = Timestamp::from_secs(1_600_000_000);
//! let mut group = Group::new(id.clone(), None, GroupConfig::vendor(), Epoch(1), key, now);
//! let tail = group.tail();
//! group.push(now, Author::App, Command::text("hello"))?;
//!
//! let room = Room { id: &id, name: "Friday", admin: "administrator" };
//! let json = Format::new(0).expect("a small number");
//! let bytes = group.batch(&tail)?.encoded(json, |batch| events::list(&room, batch.entries()));
//! assert!(bytes.starts_with(br#"[{"Event":3,"ToGroupId":"friday","From_Account":"administrator""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    borrow::{Borrow, Cow},
    sync::Arc,
};

use serde::Serialize;
use serde_json::json;

use crate::{
    entry::{Body, Entry, Folded, Notice},
    message::{Content, Message, Priority},
    role::Profile,
    tim::{
        Room,
        elements::{self, MsgElement},
        names::{GROUP_TYPE, SYSTEM, priority_number, tiny_id},
        notices::{self, NoticeBody},
        tips::{self, TipBody},
        wire,
    },
    time::Timestamp,
};

/// One event, ready to be written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event<'a> {
    #[serde(rename = "Event")]
    kind: u8,
    to_group_id: &'a str,
    #[serde(rename = "From_Account")]
    from: &'a str,
    tiny_id: String,
    msg_seq: u64,
    msg_random: u32,
    msg_time_stamp: u64,
    msg_client_time: u64,
    msg_priority: u8,
    is_system_msg: u8,
    cloud_custom_data: Cow<'a, str>,
    msg_body: Said<'a>,
    group_info: GroupInfo<'a>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Message(Vec<MsgElement>),
    Tip(Box<TipBody<'a>>),
    Notice(NoticeBody<'a>),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupInfo<'a> {
    group_id: &'a str,
    group_name: &'a str,
    group_type: &'a str,
    #[serde(rename = "From_AccountNick")]
    nick: &'a str,
    #[serde(rename = "From_AccountHeadurl")]
    avatar: &'a str,
}

/// What kind of event it is, by the modelled service's numbers.
mod kind {
    pub(super) const MESSAGE: u8 = 3;
    pub(super) const TIP: u8 = 4;
    pub(super) const NOTICE: u8 = 5;
    /// A tip that the SDK may keep to itself: of attributes and counters.
    pub(super) const QUIET_TIP: u8 = 6;
    pub(super) const BROADCAST: u8 = 17;
}

/// The events of one entry, in order.
pub fn events<'a>(room: &Room<'a>, entry: &'a Entry) -> Vec<Event<'a>> {
    let system = |kind, said| Event::system(room, entry.at, entry.seq.0, kind, said);
    match &entry.body {
        Body::Message(message) => vec![of_message(room, entry, message)],
        Body::Tip(tip) => {
            let bodies = tips::bodies(room, entry.at, tip).into_iter();
            let kind = |quiet| if quiet { kind::QUIET_TIP } else { kind::TIP };
            bodies.map(|(quiet, body)| system(kind(quiet), Said::Tip(body.into()))).collect()
        }
        Body::Notice(Notice::Broadcast { content }) => {
            let said = Said::Message(elements::body(content));
            let told = Event { from: room.admin, ..system(kind::BROADCAST, said) };
            vec![Event { cloud_custom_data: Cow::from(&content.data), ..told }]
        }
        Body::Notice(notice) => {
            of_notice(room, entry.at, entry.seq.0, notice).into_iter().collect()
        }
        Body::Emptied => Vec::new(),
    }
}

/// The event of a notice to one session, which the SDK takes as pushed: see
/// [`frames::push`](super::frames::push). `number` is the host's own count of such notices: the SDK
/// passes over what has the number of an earlier one. `None` for a notice that clients know nothing of.
pub fn of_notice<'a>(
    room: &Room<'a>,
    at: Timestamp,
    number: u64,
    notice: &'a Notice,
) -> Option<Event<'a>> {
    let body = notices::body(room, notice)?;
    Some(Event::system(room, at, number, kind::NOTICE, Said::Notice(body)))
}

/// The events of many entries, as one JSON list. Nothing in it depends on who reads it.
pub fn list<E: Borrow<Entry>>(room: &Room<'_>, entries: &[E]) -> Vec<u8> {
    let events: Vec<_> = entries.iter().flat_map(|entry| events(room, entry.borrow())).collect();
    wire::json(&events)
}

/// What stands beside a message's body: its own data, or, where it has none, what it stands for as one
/// of a fold. The service knows no folds, and its SDK hands these data to the client as they are.
fn beside<'a>(data: &'a str, folded: Option<&Folded>) -> Cow<'a, str> {
    match folded {
        Some(Folded { count, total, authors, names }) if data.is_empty() => {
            let names: Vec<_> = names.iter().map(|name| name.user.as_str()).collect();
            let told =
                json!({ "count": count, "total": total, "authors": authors, "names": names });
            json!({ "folded": told }).to_string().into()
        }
        Some(_) | None => data.into(),
    }
}

fn of_message<'a>(room: &Room<'a>, entry: &Entry, message: &'a Arc<Message>) -> Event<'a> {
    let sender = &message.sender;
    let Profile { nick, avatar } = &*sender.profile;
    let Content { data, .. } = &message.content;
    Event {
        from: sender.user.as_ref().map_or(room.admin, |user| user.as_str()),
        tiny_id: sender.user.as_ref().map_or(0, tiny_id).to_string(),
        // The SDK passes over what has the random of a message of its own: without one, the number of
        // the entry, which no client chooses.
        msg_random: message.random.map_or_else(|| low(entry.seq.0), |random| random.0),
        msg_client_time: message.accepted.as_secs(),
        msg_priority: priority_number(message.priority),
        is_system_msg: 0,
        cloud_custom_data: beside(data, entry.folded.as_deref()),
        group_info: GroupInfo { nick, avatar, ..GroupInfo::of(room) },
        ..Event::system(
            room,
            entry.at,
            entry.seq.0,
            kind::MESSAGE,
            Said::Message(elements::message_body(message)),
        )
    }
}

/// The low 32 bits.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or(0)
}

impl<'a> Event<'a> {
    /// An event that comes from nobody.
    fn system(room: &Room<'a>, at: Timestamp, seq: u64, kind: u8, msg_body: Said<'a>) -> Self {
        Self {
            kind,
            to_group_id: room.id.as_str(),
            from: SYSTEM,
            tiny_id: "0".to_owned(),
            msg_seq: seq,
            msg_random: low(seq),
            msg_time_stamp: at.as_secs(),
            msg_client_time: at.as_secs(),
            // "Lowest: for notifications of joining and quitting, sent by the backend".
            msg_priority: priority_number(Priority::Lowest),
            is_system_msg: 1,
            cloud_custom_data: Cow::from(""),
            msg_body,
            group_info: GroupInfo::of(room),
        }
    }
}

impl<'a> GroupInfo<'a> {
    fn of(room: &Room<'a>) -> Self {
        Self {
            group_id: room.id.as_str(),
            group_name: room.name,
            group_type: GROUP_TYPE,
            nick: "",
            avatar: "",
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{
        entry::{Subject, Tip, TipKind},
        id::{GroupId, MessageId, Random, Seq},
        message::{Class, Kind, Sender},
        role::{Platform, Role},
    };

    pub(in crate::tim) const AT: Timestamp = Timestamp::from_millis(1_600_000_000_500);

    pub(in crate::tim) fn message() -> Message {
        let profile = Profile::new("Ann", "http://ann").into();
        let user = Some("ann".parse().unwrap());
        Message {
            id: MessageId(9),
            sender: Sender { user, role: Some(Role::Member), profile, platform: Platform::Web },
            kind: Kind::Text,
            priority: Priority::High,
            content: Content { data: "beside".into(), ..Content::text("hello") },
            directive: None,
            random: Some(Random(77)),
            accepted: Timestamp::from_secs(1_599_999_999),
        }
    }

    fn entry(seq: u64, body: Body) -> Entry {
        Entry { seq: Seq(seq), at: AT, class: Class::High, body, folded: None }
    }

    fn told(entries: &[Entry]) -> Vec<Value> {
        let id = GroupId::custom("friday").unwrap();
        let room = Room { id: &id, name: "Friday", admin: "administrator" };
        serde_json::from_slice(&list(&room, entries)).unwrap()
    }

    #[test]
    fn a_message_names_its_sender_and_how_much_it_matters() {
        let event = told(&[entry(5, Body::Message(message().into()))]).remove(0);
        let tiny = tiny_id(&"ann".parse().unwrap()).to_string();
        assert_eq!(
            event,
            json!({
                "Event": 3, "ToGroupId": "friday", "From_Account": "ann", "TinyId": tiny,
                "MsgSeq": 5, "MsgRandom": 77, "MsgTimeStamp": 1_600_000_000_u64,
                "MsgClientTime": 1_599_999_999_u64, "MsgPriority": 1, "IsSystemMsg": 0,
                "CloudCustomData": "beside",
                "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hello" } }],
                "GroupInfo": {
                    "GroupId": "friday", "GroupName": "Friday", "GroupType": "AVChatRoom",
                    "From_AccountNick": "Ann", "From_AccountHeadurl": "http://ann",
                },
            })
        );
    }

    #[test]
    fn a_message_tells_beside_itself_what_it_stands_for() {
        let subject = |user: &str| {
            let profile = Profile::default().into();
            Subject { user: user.parse().unwrap(), profile, until: None }
        };
        let names = vec![subject("ann"), subject("bob")];
        let folded = Some(Box::new(Folded { count: 3, total: 17, authors: 3, names }));
        let mut plain = message();
        plain.content.data = String::new();
        let shared = |message: Message| Entry {
            folded: folded.clone(),
            ..entry(5, Body::Message(message.into()))
        };
        let told = told(&[shared(plain), shared(message())]);
        assert_eq!(
            serde_json::from_str::<Value>(told[0]["CloudCustomData"].as_str().unwrap()).unwrap(),
            json!({ "folded": { "count": 3, "total": 17, "authors": 3, "names": ["ann", "bob"] } })
        );
        assert_eq!(told[1]["CloudCustomData"], "beside", "its own data are not lost");
    }

    #[test]
    fn the_apps_own_messages_come_from_its_administrator() {
        let mut own = message();
        (own.sender.user, own.random) = (None, None);
        let event = told(&[entry(5, Body::Message(own.into()))]).remove(0);
        assert_eq!(
            (&event["From_Account"], &event["MsgRandom"]),
            (&json!("administrator"), &json!(5))
        );
    }

    #[test]
    fn every_kind_of_entry_has_its_number_and_its_group() {
        let subjects = smallvec::SmallVec::new();
        let (kind, operator) = (TipKind::Join, None);
        let tip = Tip { kind, operator, subjects, count: 0, online: 1, changes: None };
        let content = Content::text("to all").into();
        let entries = [
            entry(1, Body::Message(message().into())),
            entry(2, Body::Tip(tip)),
            entry(3, Body::Notice(Notice::Custom { field: "x".into() })),
            entry(4, Body::Notice(Notice::Broadcast { content })),
            entry(5, Body::Emptied),
            entry(6, Body::Notice(Notice::Purged { author: None, message: None, emptied: 1 })),
            entry(7, Body::Notice(Notice::Disbanded)),
        ];
        let told = told(&entries);
        let numbers: Vec<_> =
            told.iter().map(|event| (&event["Event"], &event["MsgSeq"])).collect();
        let numbers: Vec<_> =
            numbers.into_iter().map(|(event, seq)| (event.as_u64(), seq.as_u64())).collect();
        let expected = [(3, 1), (4, 2), (5, 3), (17, 4), (5, 7)];
        assert_eq!(numbers, expected.map(|(event, seq)| (Some(event), Some(seq))));
        for event in &told {
            assert_eq!(event["GroupInfo"]["GroupId"], "friday", "{event}");
            assert_eq!(event["ToGroupId"], "friday", "{event}");
            assert!(!event["MsgBody"].is_null(), "{event}");
        }
        assert_eq!(told[3]["From_Account"], "administrator");
        assert_eq!(told[4]["MsgBody"]["ReportType"], 5);
        assert_eq!(told[4]["From_Account"], "@TIM#SYSTEM");
    }

    #[test]
    fn a_list_of_nothing_is_a_list() {
        assert_eq!(told(&[]), Vec::<Value>::new());
    }
}
