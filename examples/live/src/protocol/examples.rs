//! Every example of PROTOCOL.md, there and back.

use serde_json::Value;

use super::{
    client::{ClientFrame, JoinFrame, SendFrame},
    deeds::DoFrame,
    host::HostFrame,
};

const PROTOCOL: &str = include_str!("../../PROTOCOL.md");

/// The frames under the headings from `from` to `to`, one on each line.
fn examples(from: &str, to: &str) -> Vec<&'static str> {
    let (_, rest) = PROTOCOL.split_once(from).expect("the heading is there");
    let (part, _) = rest.split_once(to).expect("the heading is there");
    part.lines().filter(|line| line.starts_with(r#"{"v":1"#)).collect()
}

/// Takes away what is nothing: the protocol lets it be left out.
fn bare(value: Value) -> Value {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(bare).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, bare(value)));
            Value::Object(fields.filter(|(_, value)| !is_nothing(value)).collect())
        }
        plain => plain,
    }
}

fn parse(line: &str) -> Value {
    bare(serde_json::from_str(line).unwrap())
}

#[test]
fn every_client_frame_of_the_protocol_is_understood_in_full() {
    let lines = examples("## From the client", "## From the host");
    assert!(lines.len() >= 9, "found only {}", lines.len());
    for line in lines {
        let written = match ClientFrame::parse(line).expect(line) {
            ClientFrame::Join(join) => serde_json::to_value::<JoinFrame>(*join).unwrap(),
            ClientFrame::Send(send) => serde_json::to_value::<SendFrame>(send).unwrap(),
            ClientFrame::Do(deed) => serde_json::to_value::<DoFrame>(deed).unwrap(),
            ClientFrame::Quit | ClientFrame::Ping => Value::Object(serde_json::Map::new()),
        };
        let mut expected = parse(line);
        let fields = expected.as_object_mut().unwrap();
        fields.remove("v");
        fields.remove("t");
        assert_eq!(bare(written), expected, "{line}");
    }
}

#[test]
fn every_host_frame_of_the_protocol_is_one_that_can_be_written() {
    let lines = examples("## From the host", "## Reserved");
    assert!(lines.len() >= 30, "found only {}", lines.len());
    for line in lines {
        let frame = HostFrame::decode(line).expect(line);
        assert_eq!(parse(&frame.encode()), parse(line), "{line}");
    }
}

#[test]
fn a_frame_begins_with_its_version_and_type() {
    assert_eq!(HostFrame::Pong { now: 5 }.encode(), r#"{"v":1,"t":"pong","now":5}"#);
}
