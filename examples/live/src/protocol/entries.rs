//! Entries of the log as readers get them.

use std::{borrow::Cow, collections::BTreeMap};

use liveroom::{
    Body, Class, Content, Directive, Element, Entry, Folded, Message, Notice, Priority,
    ProfileChanges, Seq, Subject, Tip, TipKind, UserId,
};
use serde::{Deserialize, Serialize};

use super::{KindName, RoleName, Until};

/// One place in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireEntry<'a> {
    seq: u64,
    at: u64,
    class: ClassName,
    #[serde(flatten)]
    body: WireBody<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClassName {
    High,
    Normal,
    Low,
    Lowest,
    Tip,
    Notice,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireBody<'a> {
    Message(WireMessage<'a>),
    Tip(WireTip<'a>),
    Notice(WireNotice<'a>),
    Emptied,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireMessage<'a> {
    id: u64,
    user: Option<Cow<'a, str>>,
    nick: Cow<'a, str>,
    avatar: Cow<'a, str>,
    role: Option<RoleName>,
    kind: KindName,
    text: Cow<'a, str>,
    data: Cow<'a, str>,
    random: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leave: Vec<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folded: Option<WireFolded<'a>>,
}

/// What a message stands for beside itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireFolded<'a> {
    count: u64,
    total: u64,
    authors: u64,
    names: Vec<Named<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireTip<'a> {
    kind: TipName,
    operator: Option<Cow<'a, str>>,
    names: Vec<Named<'a>>,
    count: u64,
    online: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changes: Option<Changes<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TipName {
    Join,
    Quit,
    Kick,
    SetAdmin,
    CancelAdmin,
    GroupProfile,
    MemberProfile,
    Ban,
    Unban,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Named<'a> {
    user: Cow<'a, str>,
    nick: Cow<'a, str>,
    avatar: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Until>,
}

/// What changed about the group; nothing but what changed is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Changes<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    introduction: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notification: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    face_url: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mute_all: Option<bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    custom: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    likes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    follows: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counters: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireNotice<'a> {
    Custom {
        field: Cow<'a, str>,
    },
    Broadcast {
        text: Cow<'a, str>,
        data: Cow<'a, str>,
    },
    Disbanded,
    /// Until when raid mode is on; not at all without it.
    Raid {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Until>,
    },
    Purged {
        author: Option<Cow<'a, str>>,
        message: Option<u64>,
        emptied: u64,
    },
}

impl<'a> WireEntry<'a> {
    /// An entry as it is written; `None` for what this version of the protocol cannot say. A reader
    /// sees a hole in `seq` then, and its cursor passes over it.
    pub(crate) fn of(entry: &'a Entry) -> Option<Self> {
        let class = match entry.class {
            Class::High => ClassName::High,
            Class::Normal => ClassName::Normal,
            Class::Low => ClassName::Low,
            Class::Lowest => ClassName::Lowest,
            Class::Tip => ClassName::Tip,
            Class::Notice => ClassName::Notice,
        };
        let body = match &entry.body {
            Body::Message(message) => {
                let folded = entry.folded.as_deref().map(folded_of);
                WireBody::Message(WireMessage { folded, ..message_of(message) })
            }
            Body::Tip(tip) => WireBody::Tip(tip_of(tip)?),
            Body::Notice(notice) => WireBody::Notice(notice_of(notice)?),
            Body::Emptied => WireBody::Emptied,
            _ => return None,
        };
        Some(Self { seq: entry.seq.0, at: entry.at.as_millis(), class, body })
    }

    /// A message that is in no entry, as if it had been delivered there.
    pub(crate) fn echo(after: Seq, message: &'a Message) -> Self {
        let class = match message.priority {
            Priority::High => ClassName::High,
            Priority::Normal => ClassName::Normal,
            Priority::Low => ClassName::Low,
            Priority::Lowest => ClassName::Lowest,
        };
        let body = WireBody::Message(message_of(message));
        Self { seq: after.0, at: message.accepted.as_millis(), class, body }
    }
}

fn message_of(message: &Message) -> WireMessage<'_> {
    let sender = &message.sender;
    let leave = match &message.directive {
        Some(Directive::Leave { users }) => users.iter().map(id).collect(),
        _ => Vec::new(),
    };
    WireMessage {
        id: message.id.0,
        user: sender.user.as_ref().map(id),
        nick: (&*sender.profile.nick).into(),
        avatar: (&*sender.profile.avatar).into(),
        role: sender.role.map(RoleName::from),
        kind: KindName(message.kind),
        text: words(&message.content),
        data: data(&message.content),
        random: message.random.map(|random| random.0),
        leave,
        folded: None,
    }
}

fn folded_of(Folded { count, total, authors, names }: &Folded) -> WireFolded<'_> {
    let names = names.iter().map(name_of).collect();
    WireFolded { count: *count, total: *total, authors: *authors, names }
}

/// The words of a content: its text elements, one after the other.
fn words(content: &Content) -> Cow<'_, str> {
    let mut texts = content.texts();
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => first.into(),
        Some(_) => content.texts().collect::<String>().into(),
    }
}

/// What a content holds for the client's program: its custom element, or what lies beside the body.
fn data(content: &Content) -> Cow<'_, str> {
    let custom = content.elements.iter().find_map(|element| match element {
        Element::Custom { data, .. } => Some(data),
        _ => None,
    });
    custom.unwrap_or(&content.data).into()
}

fn tip_of(tip: &Tip) -> Option<WireTip<'_>> {
    Some(WireTip {
        kind: tip_name(tip.kind)?,
        operator: tip.operator.as_ref().map(id),
        names: tip.subjects.iter().map(name_of).collect(),
        count: tip.count,
        online: tip.online,
        changes: tip.changes.as_deref().map(changes_of),
    })
}

fn tip_name(kind: TipKind) -> Option<TipName> {
    Some(match kind {
        TipKind::Join => TipName::Join,
        TipKind::Quit => TipName::Quit,
        TipKind::Kick => TipName::Kick,
        TipKind::SetAdmin => TipName::SetAdmin,
        TipKind::CancelAdmin => TipName::CancelAdmin,
        TipKind::GroupProfile => TipName::GroupProfile,
        TipKind::MemberProfile => TipName::MemberProfile,
        TipKind::Ban => TipName::Ban,
        TipKind::Unban => TipName::Unban,
        _ => return None,
    })
}

fn name_of(subject: &Subject) -> Named<'_> {
    Named {
        user: id(&subject.user),
        nick: (&*subject.profile.nick).into(),
        avatar: (&*subject.profile.avatar).into(),
        until: subject.until.map(Until),
    }
}

fn changes_of(changes: &ProfileChanges) -> Changes<'_> {
    let custom = changes.custom.iter().map(|(key, value)| ((&**key).into(), (&**value).into()));
    Changes {
        name: changes.name.as_deref().map(Cow::from),
        introduction: changes.introduction.as_deref().map(Cow::from),
        notification: changes.notification.as_deref().map(Cow::from),
        face_url: changes.face_url.as_deref().map(Cow::from),
        owner: changes.owner.as_ref().map(id),
        mute_all: changes.mute_all,
        custom: custom.collect(),
        likes: changes.likes,
        follows: changes.follows,
        attributes: changes.attributes.as_ref().map(|changed| changed.seq),
        counters: changes.counters.as_ref().map(|changed| changed.seq),
    }
}

/// What everybody may be told; the notices for one session are not in the log.
fn notice_of(notice: &Notice) -> Option<WireNotice<'_>> {
    match notice {
        Notice::Custom { field } => Some(WireNotice::Custom { field: (&**field).into() }),
        Notice::Broadcast { content } => {
            Some(WireNotice::Broadcast { text: words(content), data: data(content) })
        }
        Notice::Disbanded => Some(WireNotice::Disbanded),
        Notice::Raid { until } => Some(WireNotice::Raid { until: until.map(Until) }),
        Notice::Purged { author, message, emptied } => Some(WireNotice::Purged {
            author: author.as_ref().map(id),
            message: message.map(|message| message.0),
            emptied: *emptied,
        }),
        _ => None,
    }
}

fn id(user: &UserId) -> Cow<'_, str> {
    user.as_str().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use liveroom::{
        Kind, MessageId, Platform, Priority, Profile, Random, Role, Sender, Seq, Timestamp,
    };
    use serde_json::{Value, json};

    use super::*;

    fn user(name: &str) -> UserId {
        name.parse().unwrap()
    }

    fn wire(class: Class, body: Body) -> Value {
        wire_folded(class, body, None)
    }

    fn wire_folded(class: Class, body: Body, folded: Option<Box<Folded>>) -> Value {
        let at = Timestamp::from_millis(1_600_000_000_120);
        let entry = Entry { seq: Seq(421), at, class, body, folded };
        serde_json::to_value(WireEntry::of(&entry)).unwrap()
    }

    fn said(
        user: Option<UserId>,
        kind: Kind,
        content: Content,
        directive: Option<Directive>,
    ) -> Body {
        let role = user.as_ref().map(|_| Role::Member);
        let profile = Arc::new(Profile::new("Ann", "ann.png"));
        Body::Message(Arc::new(Message {
            id: MessageId(455),
            sender: Sender { user, role, profile, platform: Platform::Web },
            kind,
            priority: Priority::Normal,
            content,
            directive,
            random: Some(Random(7)),
            accepted: Timestamp::ZERO,
        }))
    }

    #[test]
    fn a_message_is_written_with_its_sender_words_and_data() {
        let mut content = Content::text("hello");
        content.elements.push(Element::Text(" there".to_owned()));
        content.elements.extend(Content::custom("1").elements);
        assert_eq!(
            wire(Class::Normal, said(Some(user("u7")), Kind::Text, content, None)),
            json!({
                "seq": 421, "at": 1_600_000_000_120_u64, "class": "normal", "type": "message",
                "id": 455, "user": "u7", "nick": "Ann", "avatar": "ann.png", "role": "member",
                "kind": "text", "text": "hello there", "data": "1", "random": 7,
            })
        );
        let leave = Directive::Leave { users: [user("u66")].into_iter().collect() };
        let order = wire(Class::High, said(None, Kind::Control, Content::default(), Some(leave)));
        assert_eq!(order["leave"], json!(["u66"]));
        assert_eq!((&order["user"], &order["role"]), (&Value::Null, &Value::Null));
        let own = wire(Class::Normal, said(None, Kind::Host(9), Content::default(), None));
        assert_eq!(own["kind"], 9);
    }

    #[test]
    fn a_message_of_a_fold_is_written_with_what_it_stands_for() {
        let profile = Arc::new(Profile::nick("Zed"));
        let names = vec![Subject { user: user("u66"), profile, until: None }];
        let folded = Some(Box::new(Folded { count: 3, total: 17, authors: 2, names }));
        let gift = said(Some(user("u66")), Kind::Gift, Content::custom("rose"), None);
        assert_eq!(
            wire_folded(Class::High, gift, folded)["folded"],
            json!({
                "count": 3, "total": 17, "authors": 2,
                "names": [{"user": "u66", "nick": "Zed", "avatar": ""}],
            })
        );
    }

    #[test]
    fn a_tip_is_written_with_names_and_with_what_changed() {
        let subject = Subject {
            user: user("u66"),
            profile: Arc::new(Profile::nick("Zed")),
            until: Some(Timestamp::MAX),
        };
        let changes = ProfileChanges {
            likes: Some(8),
            custom: vec![("mood".into(), "good".into())],
            ..ProfileChanges::default()
        };
        let tip = Tip {
            kind: TipKind::MemberProfile,
            operator: None,
            subjects: [subject].into_iter().collect(),
            count: 1,
            online: 3,
            changes: Some(Box::new(changes)),
        };
        assert_eq!(
            wire(Class::Tip, Body::Tip(tip)),
            json!({
                "seq": 421, "at": 1_600_000_000_120_u64, "class": "tip", "type": "tip",
                "kind": "member_profile", "operator": null, "count": 1, "online": 3,
                "names": [{"user": "u66", "nick": "Zed", "avatar": "", "until": "forever"}],
                "changes": {"likes": 8, "custom": {"mood": "good"}},
            })
        );
    }

    #[test]
    fn notices_for_all_are_written_and_notices_for_one_are_not() {
        let purged =
            Notice::Purged { author: Some(user("u66")), message: Some(MessageId(4)), emptied: 1 };
        let written = wire(Class::Notice, Body::Notice(purged));
        assert_eq!(written["kind"], "purged");
        assert_eq!((&written["author"], &written["message"]), (&json!("u66"), &json!(4)));
        assert_eq!(wire(Class::Notice, Body::Notice(Notice::Admitted)), Value::Null);
        assert_eq!(wire(Class::Normal, Body::Emptied)["type"], "emptied");
    }
}
