//! What a client may say, and what is wrong with what it said.

use liveroom::{Content, Draft, Element, Kind, Message, Outcome, Priority, Random};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FRAME_BYTES, KindName, PriorityName, VERSION, deeds::DoFrame, host::Fault};

/// A frame from a client, parsed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ClientFrame {
    Join(Box<JoinFrame>),
    Send(SendFrame),
    Do(DoFrame),
    Quit,
    Ping,
}

/// Who wants to come in. All may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct JoinFrame {
    pub(crate) group: Option<String>,
    pub(crate) nick: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) guest: Option<bool>,
    pub(crate) token: Option<String>,
    /// Any JSON: a client does not look into it, and a made-up one is as good as none.
    pub(crate) cursor: Option<Value>,
    pub(crate) key: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SendFrame {
    pub(crate) id: u64,
    pub(crate) kind: KindName,
    pub(crate) text: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) random: u32,
    /// Less than what is recommended for its kind; more is not for its author to say.
    pub(crate) priority: Option<PriorityName>,
}

/// What every frame has.
#[derive(Deserialize)]
struct Envelope {
    v: u64,
    t: String,
}

impl ClientFrame {
    /// Reads one text frame.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > FRAME_BYTES {
            return Err(Fault::too_large());
        }
        // A reader of fields in turn would take an array for one.
        if !text.trim_start().starts_with('{') {
            return Err(Fault::malformed("a frame is a JSON object".to_owned()));
        }
        let Envelope { v, t } = read(text)?;
        if v != VERSION {
            return Err(Fault::version(v));
        }
        match t.as_str() {
            "join" => Ok(Self::Join(read(text)?)),
            "send" => Ok(Self::Send(read(text)?)),
            "do" => Ok(Self::Do(read(text)?)),
            "quit" => Ok(Self::Quit),
            "ping" => Ok(Self::Ping),
            _ => Err(Fault::unknown_type(&t)),
        }
    }
}

impl ClientFrame {
    /// The frame as JSON, without fields that are not known.
    pub(crate) fn written(&self) -> String {
        let (t, fields) = match self {
            Self::Join(join) => ("join", serde_json::to_value(join)),
            Self::Send(send) => ("send", serde_json::to_value(send)),
            Self::Do(deed) => ("do", serde_json::to_value(deed)),
            Self::Quit => ("quit", Ok(Value::Object(serde_json::Map::new()))),
            Self::Ping => ("ping", Ok(Value::Object(serde_json::Map::new()))),
        };
        let mut fields = fields.expect("a frame has fields whose names are words");
        (fields["v"], fields["t"]) = (VERSION.into(), t.into());
        fields.to_string()
    }
}

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::malformed(error.to_string()))
}

impl SendFrame {
    /// The same, with other data.
    pub(crate) fn with_data(self, data: String) -> Self {
        Self { data: Some(data), ..self }
    }

    /// The message that it offers.
    pub(crate) fn into_draft(self) -> Draft {
        let Self { kind: KindName(kind), text, data, random, priority, id: _ } = self;
        let recommended = kind.recommended_priority();
        let priority = priority.map(Priority::from).filter(|asked| *asked > recommended);
        let data = data.filter(|data| !data.is_empty());
        let mut content = Content::default();
        content.elements.extend(text.filter(|text| !text.is_empty()).map(Element::Text));
        if let Some(data) = data {
            content.elements.extend(Content::custom(data).elements);
        }
        Draft { kind, priority, content, random: Some(Random(random)), ..Draft::default() }
    }
}

/// What is given: one of three things, 1 to 99 of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gift {
    gift: Present,
    pub(crate) n: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Present {
    Rose,
    Cake,
    Rocket,
}

impl Gift {
    /// How many gifts a message gave, now that it came to its end.
    pub(crate) fn given(message: &Message, outcome: &Outcome) -> u64 {
        if message.kind != Kind::Gift || !matches!(outcome, Outcome::Delivered { .. }) {
            return 0;
        }
        let mut elements = message.content.elements.iter();
        let gift = elements.find_map(|element| match element {
            Element::Custom { data, .. } => Self::read(data),
            _ => None,
        });
        gift.map_or(0, |gift| gift.n)
    }

    /// Reads a gift's data; `None` if it is none that is sold.
    pub(crate) fn read(data: &str) -> Option<Self> {
        let gift: Self = serde_json::from_str(data).ok()?;
        (1..=99).contains(&gift.n).then_some(gift)
    }

    /// The gift as data again, without whatever else stood there.
    pub(crate) fn written(self) -> String {
        serde_json::to_string(&self).expect("a word and a number are JSON")
    }
}

#[cfg(test)]
mod tests {
    use liveroom::Kind;

    use super::*;

    fn send(kind: Kind, text: &str, data: &str) -> SendFrame {
        let (text, data) = (Some(text.to_owned()), Some(data.to_owned()));
        SendFrame { id: 1, kind: KindName(kind), text, data, random: 7, priority: None }
    }

    fn fault(text: &str) -> (&'static str, bool) {
        let fault = ClientFrame::parse(text).expect_err(text);
        (fault.word(), fault.fatal)
    }

    #[test]
    fn what_is_no_frame_is_named() {
        for broken in [
            "",
            "nonsense",
            "[]",
            r#"[1,"ping"]"#,
            "null",
            "{}",
            r#"{"v":1}"#,
            r#"{"v":"1","t":"ping"}"#,
            r#"{"v":-1,"t":"ping"}"#,
            r#"{"v":1,"t":"ping","t":"ping"}"#,
            r#"{"v":1,"t":"join","guest":"yes"}"#,
            r#"{"v":1,"t":"send","id":1,"kind":"wave","random":1}"#,
            r#"{"v":1,"t":"send","id":1,"kind":65536,"random":1}"#,
            r#"{"v":1,"t":"send","id":1,"kind":"text","random":4294967296}"#,
            r#"{"v":1,"t":"send","id":1.5,"kind":"text","random":1}"#,
        ] {
            assert_eq!(fault(broken), ("malformed", true), "{broken}");
        }
        let deep = format!(r#"{{"v":1,"t":"join","cursor":{}}}"#, "[".repeat(20_000));
        assert_eq!(fault(&deep), ("malformed", true));
        assert_eq!(fault(r#"{"v":2,"t":"wave"}"#), ("version", true));
        assert_eq!(fault(r#"{"v":1,"t":"wave"}"#), ("unknown_type", false));
        let ping = r#"{"v":1,"t":"ping"}"#;
        let padded = |bytes: usize| format!("{ping}{}", " ".repeat(bytes - ping.len()));
        assert_eq!(ClientFrame::parse(&padded(FRAME_BYTES)), Ok(ClientFrame::Ping));
        assert_eq!(fault(&padded(FRAME_BYTES + 1)), ("too_large", true));
    }

    #[test]
    fn only_gifts_that_are_sold_are_taken() {
        for data in [
            "",
            "1",
            r#"{"gift":"rose"}"#,
            r#"{"gift":"rose","n":0}"#,
            r#"{"gift":"rose","n":100}"#,
            r#"{"gift":"rose","n":1.5}"#,
            r#"{"gift":"yacht","n":1}"#,
        ] {
            assert_eq!(Gift::read(data), None, "{data}");
        }
        for (data, n) in [(r#"{"gift":"rose","n":1}"#, 1), (r#"{"gift":"rocket","n":99}"#, 99)] {
            assert_eq!(Gift::read(data).map(|gift| gift.n), Some(n));
        }
    }

    #[test]
    fn an_author_may_ask_for_less_than_its_kind_has_and_not_for_more() {
        let asked = |kind, name| {
            let frame = SendFrame { priority: Some(name), ..send(kind, "", "1") };
            frame.into_draft().effective_priority()
        };
        assert_eq!(asked(Kind::Text, PriorityName::Lowest), Priority::Lowest);
        assert_eq!(asked(Kind::Gift, PriorityName::Low), Priority::Low);
        assert_eq!(asked(Kind::Text, PriorityName::High), Priority::Normal);
        assert_eq!(asked(Kind::Like, PriorityName::Low), Priority::Low);
    }

    #[test]
    fn a_message_has_an_element_for_what_is_in_it_and_none_for_what_is_not() {
        let elements = |text, data| send(Kind::Text, text, data).into_draft().content;
        assert_eq!(elements("hello", ""), Content::text("hello"));
        assert_eq!(elements("", "1"), Content::custom("1"));
        assert_eq!(elements("hello", "1").elements.len(), 2);
        assert_eq!(elements("", ""), Content::default());
    }
}
