//! Every refusal has a code, and every code has a cause: one table of them.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::{
    id::{FilterId, MessageId, SessionId, Ticket, UserId},
    refusal::Part,
    role::Role,
    tim::{
        SigError,
        rest::{self, Access, Reply, Turned},
    },
    time::Timestamp,
};

fn user() -> UserId {
    "bob".parse().unwrap()
}

/// Every field, as their wire form names them.
fn fields() -> Vec<Field> {
    let error = serde_json::from_str::<Field>("\"none\"").unwrap_err().to_string();
    let names = error.split_once("expected one of").unwrap().1.split('`').skip(1).step_by(2);
    names.map(|name| serde_json::from_str(&format!("{name:?}")).unwrap()).collect()
}

fn denials() -> Vec<Denial> {
    vec![
        Denial::NoRecall,
        Denial::NoRemoval,
        Denial::OwnerCannotQuit,
        Denial::OwnerMustTransfer,
        Denial::NotOffered,
        Denial::GuestsOnlyRead,
        Denial::NotAMember,
        Denial::RoleTooLow { needs: Role::Admin },
        Denial::AppOnly,
        Denial::SessionOnly,
        Denial::TargetTooHigh { target: Role::Owner },
    ]
}

fn refusals() -> Vec<Refusal> {
    let until = Timestamp::MAX;
    let session = SessionId(1);
    let mut all = vec![
        Refusal::Empty,
        Refusal::BadDirective,
        Refusal::UnknownSession { session },
        Refusal::SessionTaken { session },
        Refusal::Part { part: Part::Remove, refusal: Box::new(Refusal::Banned { until }) },
        Refusal::Banned { until },
        Refusal::Muted { until },
        Refusal::MutedAll,
        Refusal::NotASpeaker { marks: vec![1_000] },
        Refusal::SlowMode { until },
        Refusal::JoinClosed,
        Refusal::GroupFull { limit: 1 },
        Refusal::UnknownMember { user: user() },
        Refusal::UnknownApplicant { user: user() },
        Refusal::UnknownTicket { ticket: Ticket(1) },
        Refusal::UnknownMessage { message: MessageId(1) },
        Refusal::UnknownFilter { filter: FilterId(1) },
        Refusal::Conflict { current: 1 },
        Refusal::TooOften { until },
        Refusal::HeldFull { field: Field::Questions, limit: 1, until: Some(until) },
        Refusal::Disbanded,
        Refusal::Undrained { waiting: 1 },
    ];
    all.extend(denials().into_iter().map(Refusal::Denied));
    for field in fields() {
        all.extend([
            Refusal::TooLong { field, limit: 1, length: 2 },
            Refusal::TooMany { field, limit: 1, count: 2 },
            Refusal::Malformed { field },
            Refusal::Missing { field },
            Refusal::Filtered { field, filter: FilterId(1), term: 0 },
        ]);
    }
    all
}

fn push_errors() -> Vec<PushError> {
    let (session, at) = (SessionId(1), Timestamp::ZERO);
    let mut all = vec![
        PushError::NoSuchGroup,
        PushError::GroupExists,
        PushError::ReservedId,
        PushError::TooManyGroups,
        PushError::OverBudget { held: 2, budget: 1 },
        PushError::UnknownSession { session },
        PushError::SessionOpen { session },
        PushError::Impostor { session },
        PushError::TooManySessions { limit: 1 },
        PushError::TooManyOfUser { user: user(), limit: 1 },
        PushError::TooManyUsers { limit: 1 },
        PushError::TooManyJoined { session, limit: 1 },
        PushError::BroadcastTooOften { until: at },
        PushError::TooManyApps { limit: 1 },
        PushError::NoSuchApp,
        PushError::AppDisabled,
        PushError::AppExpired { at },
        PushError::AppInUse,
    ];
    all.extend(refusals().into_iter().map(PushError::Refused));
    all
}

fn outcomes() -> Vec<Outcome> {
    let decision = |code| Rejection::Decision { code, reason: String::new() };
    let filter = Rejection::Filter { filter: FilterId(1), term: 0 };
    let rejections = [filter, decision(10_100), decision(80_004), decision(7), Rejection::Silence];
    rejections
        .map(Outcome::Rejected)
        .into_iter()
        .chain(Discard::ALL.map(Outcome::Discarded))
        .collect()
}

/// What is wrong with requests before they reach an engine.
fn requests() -> Vec<Failure> {
    let group = |command: &str, body| (format!("group_open_http_svc/{command}"), body);
    let text = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "x" } }]);
    let mention =
        json!({ "GroupId": "g", "Random": 1, "MsgBody": [], "GroupAtInfo": vec![json!({}); 31] });
    let to = |key: &str, value| {
        let mut body = json!({ "To_Account": "bob", "MsgRandom": 1, "MsgBody": text });
        body[key] = value;
        ("openim/sendmsg".to_owned(), body)
    };
    let calls = [
        group("none", json!({})),
        group("destroy_group", json!({})),
        group("destroy_group", json!({ "GroupId": "é" })),
        group(
            "send_group_msg",
            json!({ "GroupId": "g", "Random": 1, "MsgBody": [], "From_Account": "é é" }),
        ),
        group("send_group_msg", mention),
        group("delete_group_ramble_msg_by_seq", json!({})),
        group("group_msg_get_simple", json!({})),
        group(
            "ban_group_member",
            json!({ "GroupId": "g", "Members_Account": vec!["u"; 21], "Duration": 1 }),
        ),
        ("none/at_all".to_owned(), json!({})),
        to("From_Account", json!(7)),
        to("To_Account", json!(7)),
        to("To_Account", json!(["bob"])),
        to("MsgRandom", json!("x")),
        to("MsgBody", json!("x")),
        to("MsgBody", json!([7])),
    ];
    let mut all: Vec<_> = calls
        .iter()
        .map(|(path, body)| {
            let (service, command) = path.split_once('/').unwrap();
            rest::call(service, command, body.to_string().as_bytes()).unwrap_err()
        })
        .collect();
    all.push(rest::call("group_open_http_svc", "destroy_group", b"{").unwrap_err());
    all.push(rest::call("openim", "sendmsg", b"{").unwrap_err());
    let query = |query| Access::read("/v4/a/b", query).unwrap_err();
    all.extend([
        Access::read("/", "").unwrap_err(),
        query("identifier=a&usersig=b"),
        query("sdkappid=x"),
        query("sdkappid=1"),
    ]);
    all
}

fn turned() -> [Turned; 6] {
    [
        Turned::NotAdmin,
        Turned::MessageNotAdmin,
        Turned::TooOften,
        Turned::TooLate,
        Turned::UnknownReceiver,
        Turned::NotLoggedIn,
    ]
}

#[test]
fn every_code_has_a_cause_and_every_cause_a_code() {
    let mut given: Vec<Failure> = Vec::new();
    given.extend(push_errors().iter().map(Failure::from));
    given.extend(outcomes().iter().filter_map(|outcome| Failure::of_outcome(outcome, true)));
    given.extend(requests());
    given.extend(turned().map(Failure::from));
    let sigs = [
        SigError::Expired,
        SigError::Malformed,
        SigError::Forged,
        SigError::OtherUser,
        SigError::OtherApp,
    ];
    given.extend(sigs.map(Failure::from));
    let often = PushError::Refused(Refusal::TooOften { until: Timestamp::ZERO });
    given.push(Failure::of_attributes(&often));
    given.push(Failure::of_creation(&PushError::GroupExists, true));
    let reply = Reply::with(json!({ "x": "x".repeat(Reply::MAX_BYTES) }));
    let reply: serde_json::Value = serde_json::from_slice(reply.as_bytes()).unwrap();
    assert_eq!(reply["ErrorCode"], Code::REPLY_TOO_LONG.number());
    given.push(Code::REPLY_TOO_LONG.into());

    let own = Code::of_app(10_100).unwrap();
    assert!(given.iter().all(|it| it.code == own || Code::ALL.contains(&it.code)));
    assert!(given.iter().all(|it| !it.info.is_empty() && it.info.len() <= Failure::MAX_INFO));
    let codes: BTreeSet<_> = given.iter().map(|it| it.code).collect();
    let without: Vec<_> = Code::ALL.iter().filter(|code| !codes.contains(code)).collect();
    assert!(without.is_empty(), "without a cause: {without:?}");
}

#[test]
fn codes_are_in_order_and_each_says_something_of_its_own() {
    assert!(Code::ALL.is_sorted_by(|a, b| a < b));
    let says: BTreeSet<_> = Code::ALL.iter().map(|code| code.says()).collect();
    assert_eq!(says.len(), Code::ALL.len());
    assert_eq!(Code::of_app(10_150).unwrap().says(), "refused by the app");
}

/// The number of each, in the order of the lists above.
fn numbers<T>(all: &[T]) -> Vec<u32>
where
    for<'a> &'a T: Into<Failure>,
{
    all.iter().map(|it| it.into().code.number()).collect()
}

#[test]
fn refusals_and_errors_have_these_numbers() {
    let standing = [
        10_004, 10_004, 10_007, 10_013, 10_007, 10_007, 10_017, 10_017, 10_017, 10_023, 10_007,
        10_014, 10_019, 10_024, 10_024, 10_030, 10_002, 10_056, 10_006, 10_023, 10_010, 10_002,
    ];
    let denied =
        [10_033, 10_004, 10_009, 10_009, 10_026, 10_007, 10_007, 10_007, 10_007, 10_007, 10_007];
    let expected: Vec<u32> = standing.into_iter().chain(denied).collect();
    assert_eq!(numbers(&refusals())[..expected.len()], expected);
    let errors = [
        10_010, 10_021, 10_015, 10_036, 10_002, 10_008, 10_002, 10_008, 10_002, 91_101, 10_002,
        10_037, 10_006, 10_002, 60_006, 60_016, 60_020, 10_007,
    ];
    assert_eq!(numbers(&push_errors())[..errors.len()], errors);
}

#[test]
fn fields_that_are_too_long_or_too_many_have_these_numbers() {
    let (long, many): (Vec<_>, Vec<_>) = fields()
        .into_iter()
        .map(|field| (too_long(field).number(), too_many(field).number()))
        .unzip();
    let only = |all: Vec<u32>| {
        let said = all.into_iter().zip(fields()).filter(|(code, _)| *code != 10_004);
        said.map(|(code, field)| (field, code)).collect::<Vec<_>>()
    };
    assert_eq!(
        only(long),
        [
            (Field::Message, 80_002),
            (Field::AttributeKey, 10_045),
            (Field::AttributeValue, 10_046),
            (Field::AttributeBytes, 10_048),
        ]
    );
    assert_eq!(
        only(many),
        [
            (Field::Users, 10_005),
            (Field::Attributes, 10_047),
            (Field::Counters, 10_063),
            (Field::Sessions, 10_037),
            (Field::Mutes, 10_005),
            (Field::Bans, 10_005),
            (Field::Strikes, 10_005),
            (Field::Applicants, 10_006),
            (Field::Questions, 10_023),
            (Field::AuthorQuestions, 10_023),
            (Field::Folds, 10_023),
            (Field::Members, 10_038),
            (Field::Admins, 10_005),
        ]
    );
}

#[test]
fn ends_short_of_delivery_have_these_numbers() {
    let told = |outcome| Failure::of_outcome(outcome, true).map(|it| it.code.number());
    let numbers: Vec<_> = outcomes().iter().filter_map(told).collect();
    let rejected = [80_001, 10_100, 80_004, 10_016, 80_003];
    // Rate, expired, shed, muted, shadowed, banned, removed, purged, disbanded, decided, withdrawn.
    let discarded =
        [10_023, 10_023, 10_023, 10_017, 10_016, 10_007, 10_007, 10_016, 10_010, 10_016, 10_016];
    assert_eq!(numbers, rejected.into_iter().chain(discarded).collect::<Vec<_>>());
}

#[test]
fn a_decision_keeps_the_apps_own_codes_and_no_other() {
    let of = |number| Code::of_decision(number).number();
    assert_eq!((of(10_100), of(10_200)), (10_100, 10_200));
    assert_eq!((of(80_001), of(80_004)), (80_001, 80_004));
    for other in [0, 1, 10_099, 10_201, 10_017, u32::MAX] {
        assert_eq!(of(other), 10_016, "{other}");
    }
    assert_eq!((Code::of_app(10_099), Code::of_app(10_201)), (None, None));
}

#[test]
fn what_is_not_to_be_told_is_told_as_success() {
    for outcome in outcomes() {
        assert!(Failure::of_outcome(&outcome, true).is_some(), "{outcome:?}");
        assert_eq!(Failure::of_outcome(&outcome, false), None, "{outcome:?}");
    }
    let delivered = Outcome::Delivered { seq: crate::id::Seq(1), at: Timestamp::ZERO };
    assert_eq!(Failure::of_outcome(&delivered, true), None);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let failure = Failure::new(Code::BAD_PARAMETER, "é".repeat(200));
    assert_eq!(failure.info.len(), Failure::MAX_INFO);
    let failure = Failure::new(Code::BAD_PARAMETER, "x".to_owned() + &"é".repeat(200));
    assert_eq!(failure.info.len(), Failure::MAX_INFO - 1);
}
