//! What the app's server says to a question, from anywhere: it is a decision or none, and whatever comes,
//! however late and however often, every message comes to its end.
//!
//! Each line of an input is an answer to the oldest open question, `3 {…}` an answer to the fourth that was
//! asked, `?{…}` a message of `MsgBody` and `CloudCustomData` about which to ask, or `+250`: so many
//! milliseconds go by.

use liveroom::{
    AskStep, Asking, Author, Cause, Command, Content, Decision, Draft, GroupConfig, GroupKey,
    Patience, Question, SessionId, UserId,
    tim::{
        Code, Room,
        callbacks::{Answer, Callback},
        elements::{self, MsgElement},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    desk::{ADMIN, Desk},
    laws,
    rest::waits,
};

/// More lines than these add time, not states.
const LINES: usize = 96;
/// Messages that may be held at once.
const OPEN: u32 = 6;

/// Hears the answers that the lines are.
pub fn callback(data: &[u8]) {
    let mut desk = Desk::new(config());
    let key = desk.find(&"g".parse().expect("a good id")).expect("it was just made");
    for line in data.split(|byte| *byte == b'\n').take(LINES) {
        if let Some(millis) = waits(line) {
            desk.wait(millis);
        } else if let Some(message) = line.strip_prefix(b"?") {
            say(&mut desk, key, message);
        } else {
            hear(&mut desk, key, line);
        }
        let group = desk.group(key);
        assert!(group.questions().count() <= OPEN as usize, "more is asked than may be open");
    }
    // Silence decides the rest: of the callback, and then of people.
    for _ in 0..3 {
        desk.wait(60_000);
    }
    let stats = desk.group(key).stats();
    let open: u64 = stats.flow.0.iter().map(|flow| flow.waiting + flow.held).sum();
    assert_eq!(open, 0, "messages without an end");
    laws::hold(desk.group(key));
}

fn config() -> GroupConfig {
    let mut settings = GroupConfig::vendor().settings().clone();
    settings.asking = Asking {
        steps: vec![
            AskStep::callback(Asking::CALLBACK),
            AskStep::filter_hold(Patience { ..Asking::CALLBACK }),
        ],
        open: OPEN,
        per_author: 4,
        ..settings.asking
    };
    settings.build().expect("these settings hold together")
}

/// What a client says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    msg_body: Vec<MsgElement>,
    #[serde(default)]
    cloud_custom_data: String,
}

/// A message, about which the server is asked; as it is asked it can be answered.
fn say(desk: &mut Desk, key: GroupKey, message: &[u8]) {
    let Ok(Said { msg_body, cloud_custom_data }) = serde_json::from_slice(message) else { return };
    let Ok(content) = elements::content(msg_body, cloud_custom_data) else { return };
    let by = Author::Session(SessionId(1 + message.len() as u64 % 3));
    let before = desk.asked.len();
    // One that is too long, or one too many, is refused.
    let _refused = desk.push(key, by, Command::from(Draft { content, ..Draft::default() }));
    desk.settle();
    for (_, question) in desk.asked.split_off(before) {
        if question.cause == Cause::Policy {
            echo_changes_nothing(desk, key, &question);
        }
        desk.asked.push((key, question));
    }
}

/// An app that sends everything back as it was changes nothing.
fn echo_changes_nothing(desk: &Desk, key: GroupKey, question: &Question) {
    let group = desk.group(key);
    let room = Room { id: group.id(), name: "", admin: ADMIN };
    let output = liveroom::Output::Ask { record: Default::default(), question: question.clone() };
    let callback = Callback::of(&room, &output).expect("the server is asked");
    assert!(callback.asks());
    let body: Value = serde_json::from_slice(&callback.body(desk.now)).expect("it is JSON");
    let echo = json!({
        "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "MsgBody": body["MsgBody"],
        "CloudCustomData": body["CloudCustomData"],
    });
    let answer = Answer::read(echo.to_string().as_bytes()).expect("it is an answer");
    assert_eq!(answer.decision(&question.message.content), Ok(Decision::Allow));
}

fn hear(desk: &mut Desk, key: GroupKey, line: &[u8]) {
    let (question, body) = match line {
        [digit @ b'0'..=b'9', b' ', body @ ..] => {
            (desk.asked.get(usize::from(digit - b'0')).map(|(_, question)| question.clone()), body)
        }
        body => (desk.group(key).questions().next(), body),
    };
    let content = question.as_ref().map(|question| question.message.content.clone());
    let Some(decision) = decided(body, &content.unwrap_or_default()) else { return };
    let Some(Question { ticket, .. }) = question else { return };
    // One that comes too late, or twice, is refused and changes nothing.
    let _refused = desk.push(key, Author::App, Command::Answer { ticket, decision });
    desk.settle();
}

/// What is decided, if it is an answer.
fn decided(body: &[u8], content: &Content) -> Option<Decision> {
    let answer = match Answer::read(body) {
        Ok(answer) => answer,
        Err(garbage) => {
            assert!(garbage.to_string().len() < 512, "it repeats what came in at length");
            return None;
        }
    };
    assert!(body.len() <= Answer::MAX_BYTES, "it is too long");
    however_written(body, &answer);
    let refused: Vec<UserId> = answer.refused().collect();
    assert!(refused.len() <= body.len());
    let (decision, permission) = (answer.decision(content), answer.permission());
    match (&decision, &permission) {
        (Ok(Decision::Allow | Decision::Replace { .. }), permission) => {
            assert_eq!(permission, &Ok(Ok(())));
        }
        (Ok(Decision::Reject { code, reason }), Ok(Err(failure))) => {
            assert_eq!(*code, failure.code.number(), "it is refused with two codes");
            let own = Code::of_app(*code).is_some();
            assert!(own || failure.code == Code::REFUSED_BY_APP, "{code} is no code of an app");
            assert!(reason.len() <= 1_000 && !reason.chars().any(char::is_control), "{reason:?}");
        }
        // To be silent about a message is no permission.
        (Ok(Decision::Discard), Err(_)) => {}
        // A body that cannot be, beside a number that lets it pass.
        (Err(_), Err(_) | Ok(Ok(()))) => {}
        both => panic!("decided one way and permitted the other: {both:?}"),
    }
    if let Ok(Decision::Replace { content: replaced }) = &decision {
        assert_ne!(replaced, content, "it is replaced by itself");
    }
    if let Ok(said) = serde_json::from_slice(body) {
        as_it_is_said(&said, content, decision.as_ref().ok());
    }
    decision.ok()
}

/// A number decides as it is written down, and what an answer leaves out stays as it was.
fn as_it_is_said(said: &Value, content: &Content, decision: Option<&Decision>) {
    let number = said["ErrorCode"].as_u64().expect("an answer has a number");
    match (number, decision) {
        (0, Some(Decision::Replace { content: replaced })) => {
            let body = !said["MsgBody"].is_null() || replaced.elements == content.elements;
            let data = !said["CloudCustomData"].is_null() || replaced.data == content.data;
            assert!(body && data, "what nobody replaced is another");
        }
        (0, Some(Decision::Allow) | None)
        | (1, Some(Decision::Reject { .. }))
        | (2, Some(Decision::Discard)) => {}
        (10_100..=10_200, Some(Decision::Reject { code, .. })) => {
            assert_eq!(u64::from(*code), number);
        }
        (number, decision) => {
            let means_nothing = !matches!(number, 0..=2 | 10_100..=10_200);
            assert!(means_nothing && decision.is_none(), "{number} decides {decision:?}");
        }
    }
}

/// White space, escapes and the order of keys say nothing.
fn however_written(body: &[u8], answer: &Answer) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let written = value.to_string();
    if written.len() <= body.len() {
        assert_eq!(Answer::read(written.as_bytes()).as_ref(), Ok(answer), "{written}");
    }
}
