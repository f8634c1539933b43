//! Tips as clients get them: the body of a `TIMGroupTipElem`.
//!
//! `OpType` is the number of the [`TipKind`]. A change of attributes or of counters is an event of its
//! own, which the service's SDK keeps to itself: so one [`Tip`] can be several events. Likes and
//! follows are told as the custom fields [`LIKES`] and [`FOLLOWS`], because the modelled service's guide
//! keeps them there (FAQ 6).

use std::sync::Arc;

use serde::Serialize;

use crate::{
    entry::{Changed, ProfileChanges, Subject, Tip, TipKind},
    id::UserId,
    tim::{Room, names::JoinOptionName, rest::KeyValue},
    time::Timestamp,
};

/// The custom field in which likes are told, unless the group has one of this name.
pub const LIKES: &str = "likes";
/// The custom field in which follows are told, unless the group has one of this name.
pub const FOLLOWS: &str = "follows";
/// "4294967295": a mute without end.
pub const FOREVER: u32 = u32::MAX;
/// For how many seconds a client may keep the online count before it asks again: the modelled service
/// counts anew every 10 s.
pub const ONLINE_EXPIRES: u32 = 10;

/// The body of a tip.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TipBody<'a> {
    op_type: u8,
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    #[serde(rename = "List_Account")]
    accounts: Vec<&'a str>,
    member_num: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_join_type: Option<u8>,
    msg_operator_member_extra_info: Extra<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    msg_member_extra_info: Vec<Extra<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    msg_member_info: Vec<Muted<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_group_new_info: Option<NewInfo<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group_counter_info: Vec<CounterInfo<'a>>,
    online_member_info: Online,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Extra<'a> {
    user_id: &'a str,
    nick_name: &'a str,
    image_url: &'a str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Muted<'a> {
    #[serde(rename = "User_Account")]
    user: &'a str,
    /// Seconds from the tip on.
    #[serde(rename = "ShutupTime")]
    time: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Online {
    online_member_num: u64,
    expire_time: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_introduction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_notification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_face_url: Option<&'a str>,
    #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_join_option: Option<JoinOptionName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shutup_all: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    msg_app_defined_data: Vec<KeyValue<&'a str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_attr_option: Option<AttrOption<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttrOption<'a> {
    bytes_changed_keys: Vec<&'a str>,
    group_attr_seq: u64,
    op_type: u8,
    /// 1 if the values are with it; a client without them asks for all.
    push_changed_attr_val_flag: u8,
    group_attr_info: Vec<AttrInfo<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttrInfo<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    val: Option<&'a str>,
    sub_key_seq: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CounterInfo<'a> {
    r#type: u8,
    group_counter_seq: u64,
    group_counter: Vec<KeyValue<&'a str, i64>>,
}

/// The bodies of the events that tell a tip, each with whether clients keep it to themselves.
pub(super) fn bodies<'a>(room: &Room<'a>, at: Timestamp, tip: &'a Tip) -> Vec<(bool, TipBody<'a>)> {
    let plain = plain(room, at, tip);
    let Some(changes) = &tip.changes else { return vec![(false, plain)] };
    let mut bodies = Vec::new();
    if let Some(attributes) = &changes.attributes {
        let option = Some(attr_option(attributes));
        let info = NewInfo { group_attr_option: option, ..NewInfo::default() };
        bodies.push((true, TipBody { msg_group_new_info: Some(info), ..plain.clone() }));
    }
    if let Some(counters) = &changes.counters {
        let group_counter_info = counter_info(counters);
        bodies.push((true, TipBody { group_counter_info, ..plain.clone() }));
    }
    let info = new_info(changes);
    if info != NewInfo::default() || bodies.is_empty() {
        bodies.push((false, TipBody { msg_group_new_info: Some(info), ..plain }));
    }
    bodies
}

/// What every tip says.
fn plain<'a>(room: &Room<'a>, at: Timestamp, tip: &'a Tip) -> TipBody<'a> {
    let first = tip.subjects.first();
    let own = matches!(tip.kind, TipKind::Join | TipKind::Quit);
    // Who joins or quits does it themselves; what nobody did, the app did.
    let operator = match (&tip.operator, first) {
        (Some(operator), _) => operator.as_str(),
        (None, Some(subject)) if own => subject.user.as_str(),
        (None, _) => room.admin,
    };
    let known = tip.subjects.iter().find(|subject| subject.user.as_str() == operator);
    let muted = |subject: &'a Subject| Muted {
        user: subject.user.as_str(),
        time: seconds(at, subject.until),
    };
    let tells_mutes = tip.kind == TipKind::MemberProfile;
    TipBody {
        op_type: tip.kind as u8,
        operator,
        accounts: tip.subjects.iter().map(|subject| subject.user.as_str()).collect(),
        // Of guests and users: a livestreaming group tells no other number.
        member_num: tip.online,
        group_join_type: match tip.kind {
            TipKind::Join => Some(1),
            TipKind::Quit => Some(0),
            _ => None,
        },
        msg_operator_member_extra_info: known
            .map_or(Extra { user_id: operator, nick_name: "", image_url: "" }, extra),
        msg_member_extra_info: tip.subjects.iter().map(extra).collect(),
        msg_member_info: tip.subjects.iter().filter(|_| tells_mutes).map(muted).collect(),
        msg_group_new_info: None,
        group_counter_info: Vec::new(),
        online_member_info: Online { online_member_num: tip.online, expire_time: ONLINE_EXPIRES },
    }
}

fn extra(subject: &Subject) -> Extra<'_> {
    Extra {
        user_id: subject.user.as_str(),
        nick_name: &subject.profile.nick,
        image_url: &subject.profile.avatar,
    }
}

/// Seconds from `at` until then, rounded up: a mute that has not ended is not told as none.
pub(super) fn seconds(at: Timestamp, until: Option<Timestamp>) -> u32 {
    match until {
        None => 0,
        Some(Timestamp::MAX) => FOREVER,
        Some(until) => {
            let span = until.since(at);
            let whole = span.as_secs() + u64::from(span.subsec_nanos() > 0);
            // The largest number means forever, which this is not.
            u32::try_from(whole).unwrap_or(FOREVER).min(FOREVER - 1)
        }
    }
}

fn new_info(changes: &ProfileChanges) -> NewInfo<'_> {
    let ProfileChanges {
        name,
        introduction,
        notification,
        face_url,
        owner,
        mute_all,
        join_option,
        custom,
        likes,
        follows,
        attributes: _,
        counters: _,
        info_seq: _,
    } = changes;
    let custom = custom.iter().map(|(key, value)| (&**key, &**value));
    NewInfo {
        group_name: name.as_deref(),
        group_introduction: introduction.as_deref(),
        group_notification: notification.as_deref(),
        group_face_url: face_url.as_deref(),
        owner: owner.as_ref().map(UserId::as_str),
        apply_join_option: join_option.map(JoinOptionName::from),
        shutup_all: mute_all.map(u8::from),
        msg_app_defined_data: fields(custom, *likes, *follows),
        group_attr_option: None,
    }
}

/// Custom fields, and likes and follows among them.
pub(super) fn fields<'a>(
    custom: impl Iterator<Item = (&'a str, &'a str)>,
    likes: Option<u64>,
    follows: Option<u64>,
) -> Vec<KeyValue<&'a str, String>> {
    let mut fields: Vec<_> =
        custom.map(|(key, value)| KeyValue { key, value: value.to_owned() }).collect();
    for (key, total) in [(LIKES, likes), (FOLLOWS, follows)] {
        if let Some(total) = total.filter(|_| fields.iter().all(|field| field.key != key)) {
            fields.push(KeyValue { key, value: total.to_string() });
        }
    }
    fields
}

fn attr_option(changed: &Changed<Arc<str>>) -> AttrOption<'_> {
    const MODIFIED: u8 = 2;
    const DELETED: u8 = 4;
    let written = changed.values.iter().filter(|(_, value)| value.is_some()).count();
    let all_of_a_kind = written == 0 || written == changed.values.len();
    // A change that both writes and removes has no number: clients then ask for all.
    let values: &[_] = if all_of_a_kind { &changed.values } else { &[] };
    AttrOption {
        bytes_changed_keys: changed.values.iter().map(|(key, _)| &**key).collect(),
        group_attr_seq: changed.seq,
        op_type: if written == 0 { DELETED } else { MODIFIED },
        push_changed_attr_val_flag: all_of_a_kind.into(),
        group_attr_info: values
            .iter()
            .map(|(key, value)| AttrInfo { key, val: value.as_deref(), sub_key_seq: changed.seq })
            .collect(),
    }
}

fn counter_info(changed: &Changed<i64>) -> Vec<CounterInfo<'_>> {
    const CHANGED: u8 = 0;
    const DELETED: u8 = 1;
    let info = |r#type, there: bool| {
        let of_kind = changed.values.iter().filter(|(_, value)| value.is_some() == there);
        let group_counter: Vec<_> = of_kind
            .map(|(key, value)| KeyValue { key: &**key, value: value.unwrap_or(0) })
            .collect();
        CounterInfo { r#type, group_counter_seq: changed.seq, group_counter }
    };
    let both = [info(CHANGED, true), info(DELETED, false)];
    both.into_iter().filter(|info| !info.group_counter.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        id::GroupId,
        role::{JoinOption, Profile},
    };

    const AT: Timestamp = Timestamp::from_secs(1_600_000_000);

    fn subject(id: &str, until: Option<Timestamp>) -> Subject {
        let profile = Profile::new("Nick", "http://face").into();
        Subject { user: id.parse().unwrap(), profile, until }
    }

    fn tip(kind: TipKind) -> Tip {
        let subjects = [subject("bob", None)].into_iter().collect();
        Tip { kind, operator: None, subjects, count: 1, online: 7, changes: None }
    }

    fn told(tip: &Tip) -> Vec<(bool, Value)> {
        let id = GroupId::custom("friday").unwrap();
        let room = Room { id: &id, name: "Friday", admin: "administrator" };
        let bodies = bodies(&room, AT, tip).into_iter();
        bodies.map(|(own, body)| (own, serde_json::to_value(body).unwrap())).collect()
    }

    #[test]
    fn each_kind_has_its_number_and_names_whom_it_concerns() {
        for kind in TipKind::ALL {
            let [(false, body)] = &told(&tip(kind))[..] else { panic!("{kind:?}") };
            assert_eq!(body["OpType"], kind as u8);
            assert_eq!(body["List_Account"], json!(["bob"]));
            let own = matches!(kind, TipKind::Join | TipKind::Quit);
            assert_eq!(body["Operator_Account"], if own { "bob" } else { "administrator" });
            let extra = json!([{ "UserId": "bob", "NickName": "Nick", "ImageUrl": "http://face" }]);
            assert_eq!(body["MsgMemberExtraInfo"], extra);
            assert_eq!(body["MsgMemberInfo"].is_array(), kind == TipKind::MemberProfile);
            assert_eq!(body["OnlineMemberInfo"], json!({ "OnlineMemberNum": 7, "ExpireTime": 10 }));
        }
        assert_eq!(told(&tip(TipKind::Join))[0].1["GroupJoinType"], 1);
        assert_eq!(told(&tip(TipKind::Quit))[0].1["GroupJoinType"], 0);
    }

    #[test]
    fn an_operator_is_named_and_shown_if_it_is_known_how() {
        let mut kick = tip(TipKind::Kick);
        kick.operator = Some("ann".parse().unwrap());
        let body = &told(&kick)[0].1;
        let extra = json!({ "UserId": "ann", "NickName": "", "ImageUrl": "" });
        assert_eq!(body["MsgOperatorMemberExtraInfo"], extra);
        assert_eq!(
            told(&tip(TipKind::Join))[0].1["MsgOperatorMemberExtraInfo"]["NickName"],
            "Nick"
        );
    }

    #[test]
    fn mutes_are_told_in_seconds_from_then() {
        let of = |until| {
            let mut tip = tip(TipKind::MemberProfile);
            tip.subjects[0].until = until;
            told(&tip)[0].1["MsgMemberInfo"][0]["ShutupTime"].clone()
        };
        assert_eq!(of(None), 0);
        assert_eq!(of(Some(AT + Duration::from_millis(1_001))), 2);
        assert_eq!(of(Some(Timestamp::MAX)), u32::MAX);
        assert_eq!(of(Some(Timestamp::LATEST)), u32::MAX - 1, "a long time is not forever");
    }

    #[test]
    fn a_profile_change_names_what_changed_and_nothing_else() {
        let mut tip = tip(TipKind::GroupProfile);
        tip.changes = Some(Box::new(ProfileChanges {
            name: Some("New".into()),
            mute_all: Some(true),
            join_option: Some(JoinOption::DisableApply),
            custom: vec![("colour".into(), "red".into())],
            likes: Some(12),
            ..ProfileChanges::default()
        }));
        let [(false, body)] = &told(&tip)[..] else { panic!("one event") };
        let fields =
            json!([{ "Key": "colour", "Value": "red" }, { "Key": "likes", "Value": "12" }]);
        let info = json!({
            "GroupName": "New", "ShutupAll": 1, "ApplyJoinOption": "DisableApply",
            "MsgAppDefinedData": fields,
        });
        assert_eq!(body["MsgGroupNewInfo"], info);
    }

    #[test]
    fn attributes_and_counters_are_events_of_their_own() {
        let mut tip = tip(TipKind::GroupProfile);
        let written = vec![("a".into(), Some("1".into()))];
        let counted = vec![("likes".into(), Some(6)), ("old".into(), None)];
        tip.changes = Some(Box::new(ProfileChanges {
            introduction: Some("".into()),
            attributes: Some(Changed { seq: 3, values: written }),
            counters: Some(Changed { seq: 4, values: counted }),
            ..ProfileChanges::default()
        }));
        let [(true, attributes), (true, counters), (false, profile)] = &told(&tip)[..] else {
            panic!("three events")
        };
        let info = json!([{ "Key": "a", "Val": "1", "SubKeySeq": 3 }]);
        let option = json!({
            "BytesChangedKeys": ["a"], "GroupAttrSeq": 3, "OpType": 2,
            "PushChangedAttrValFlag": 1, "GroupAttrInfo": info,
        });
        assert_eq!(attributes["MsgGroupNewInfo"], json!({ "GroupAttrOption": option }));
        let info = json!([
            { "Type": 0, "GroupCounterSeq": 4, "GroupCounter": [{ "Key": "likes", "Value": 6 }] },
            { "Type": 1, "GroupCounterSeq": 4, "GroupCounter": [{ "Key": "old", "Value": 0 }] },
        ]);
        assert_eq!(counters["GroupCounterInfo"], info);
        assert_eq!(profile["MsgGroupNewInfo"], json!({ "GroupIntroduction": "" }));
    }

    #[test]
    fn a_mixed_change_of_attributes_makes_clients_ask() {
        let of = |values| serde_json::to_value(attr_option(&Changed { seq: 3, values })).unwrap();
        let mixed = of(vec![("a".into(), Some("1".into())), ("b".into(), None)]);
        assert_eq!(
            (&mixed["PushChangedAttrValFlag"], &mixed["GroupAttrInfo"]),
            (&json!(0), &json!([]))
        );
        assert_eq!(mixed["BytesChangedKeys"], json!(["a", "b"]));
        let removed = of(vec![("b".into(), None)]);
        assert_eq!(
            (&removed["OpType"], &removed["PushChangedAttrValFlag"]),
            (&json!(4), &json!(1))
        );
    }
}
