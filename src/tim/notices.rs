//! Notices as clients get them: the body of a `TIMGroupSystemNoticeElem`.
//!
//! A client of a livestreaming group leaves it upon 5 (disbanded), 8 (quit elsewhere) and 21 (banned).

use serde::Serialize;

use crate::{entry::Notice, role::Role, tim::Room};

/// The body of a notice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NoticeBody<'a> {
    report_type: u8,
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_defined_field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark_info: Option<&'a str>,
}

/// `ReportType`, for notices that have one.
///
/// A broadcast has none, because it is told as a message; nor have what was purged and raid mode, of
/// which the modelled service's livestreaming groups know nothing, a warning, and a new owner.
pub fn report_type(notice: &Notice) -> Option<u8> {
    Some(match notice {
        Notice::Applied { .. } => 1,
        Notice::Admitted => 2,
        Notice::Declined => 3,
        Notice::Kicked { .. } => 4,
        Notice::Disbanded => 5,
        Notice::QuitElsewhere => 8,
        Notice::RoleChanged { role: Role::Admin } => 9,
        Notice::RoleChanged { role: Role::Member } => 10,
        Notice::Banned { .. } => 21,
        Notice::Custom { .. } => 255,
        Notice::Broadcast { .. }
        | Notice::Purged { .. }
        | Notice::Warned { .. }
        | Notice::Raid { .. }
        | Notice::RoleChanged { role: Role::Owner | Role::Guest } => return None,
    })
}

pub(super) fn body<'a>(room: &Room<'a>, notice: &'a Notice) -> Option<NoticeBody<'a>> {
    let report_type = report_type(notice)?;
    let (mut operator, mut user_defined_field, mut remark_info) = (room.admin, None, None);
    match notice {
        Notice::Custom { field } => user_defined_field = Some(&**field),
        Notice::Applied { user, note } => {
            operator = user.as_str();
            remark_info = Some(&**note);
        }
        Notice::Kicked { reason } | Notice::Banned { reason, .. } => remark_info = Some(&**reason),
        Notice::Admitted
        | Notice::Declined
        | Notice::Disbanded
        | Notice::QuitElsewhere
        | Notice::RoleChanged { .. }
        | Notice::Broadcast { .. }
        | Notice::Warned { .. }
        | Notice::Purged { .. }
        | Notice::Raid { .. } => {}
    }
    Some(NoticeBody { report_type, operator, user_defined_field, remark_info })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{id::GroupId, message::Content, time::Timestamp};

    #[test]
    fn each_notice_has_the_modelled_services_number() {
        let user = || "bob".parse().unwrap();
        let reason = || "spam".into();
        let cases = [
            (Notice::Applied { user: user(), note: "let me in".into() }, Some(1)),
            (Notice::Admitted, Some(2)),
            (Notice::Declined, Some(3)),
            (Notice::Kicked { reason: reason() }, Some(4)),
            (Notice::Disbanded, Some(5)),
            (Notice::QuitElsewhere, Some(8)),
            (Notice::RoleChanged { role: Role::Admin }, Some(9)),
            (Notice::RoleChanged { role: Role::Member }, Some(10)),
            (Notice::RoleChanged { role: Role::Owner }, None),
            (Notice::Banned { until: Timestamp::MAX, reason: reason() }, Some(21)),
            (Notice::Custom { field: "{}".into() }, Some(255)),
            (Notice::Broadcast { content: Content::text("hi").into() }, None),
            (Notice::Purged { author: None, message: None, emptied: 1 }, None),
            (Notice::Warned { strikes: 1, reason: reason() }, None),
            (Notice::Raid { until: None }, None),
        ];
        let id = GroupId::custom("friday").unwrap();
        let room = Room { id: &id, name: "Friday", admin: "administrator" };
        for (notice, number) in cases {
            assert_eq!(report_type(&notice), number, "{notice:?}");
            assert_eq!(body(&room, &notice).is_some(), number.is_some());
        }
        let told = |notice: &Notice| serde_json::to_value(body(&room, notice)).unwrap();
        assert_eq!(
            told(&Notice::Custom { field: "we begin".into() }),
            json!({ "ReportType": 255, "Operator_Account": "administrator", "UserDefinedField": "we begin" })
        );
        assert_eq!(
            told(&Notice::Applied { user: user(), note: "let me in".into() }),
            json!({ "ReportType": 1, "Operator_Account": "bob", "RemarkInfo": "let me in" })
        );
        assert_eq!(told(&Notice::Kicked { reason: reason() })["RemarkInfo"], "spam");
    }
}
