//! Likes and follows as custom messages (FAQ 6 of the modelled service's guide), and gifts (FAQ 7).
//!
//! The service leaves it to the app what its custom messages mean. Here one says it in its data: the word
//! `like`, `follow` or `gift`, or a JSON object with that word as its `type`. Likes and follows are counted
//! by the group, each whether it is delivered or not, and told every 4 s as one change.

use liveroom::{Draft, Element, Kind};
use serde::Deserialize;

use crate::protocol::client::Gift;

/// Longer data says something else, and is not read for it.
const LONGEST: usize = 1_024;

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow)]
    r#type: std::borrow::Cow<'a, str>,
}

/// What a message is for. In a room of the page a gift is one that is sold there, as for everybody who gives on the page.
pub(super) fn kind(draft: &Draft, on_page: bool) -> Kind {
    let custom = draft.content.elements.iter().find_map(|element| match element {
        Element::Custom { data, .. } => Some(data.as_str()),
        _ => None,
    });
    let custom = custom.filter(|data| data.len() <= LONGEST);
    match custom.and_then(named) {
        Some(Kind::Gift) if on_page && custom.and_then(Gift::read).is_none() => draft.kind,
        named => named.unwrap_or(draft.kind),
    }
}

fn named(data: &str) -> Option<Kind> {
    let word = match serde_json::from_str::<Typed<'_>>(data) {
        Ok(typed) => typed.r#type,
        Err(_other) => data.trim().into(),
    };
    match &*word {
        "like" => Some(Kind::Like),
        "follow" => Some(Kind::Follow),
        "gift" => Some(Kind::Gift),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_message_says_what_it_is_for() {
        let kind = |data: &str| kind(&Draft::custom(Kind::Host(0), data), false);
        for (data, wanted) in [
            ("like", Kind::Like),
            (" follow\n", Kind::Follow),
            (r#"{"type":"gift","n":3}"#, Kind::Gift),
            (r#"{"type":"l\u0069ke"}"#, Kind::Like),
            ("likes", Kind::Host(0)),
            (r#"{"kind":"like"}"#, Kind::Host(0)),
            (r#"{"type":7}"#, Kind::Host(0)),
            (r#""like""#, Kind::Host(0)),
            ("", Kind::Host(0)),
        ] {
            assert_eq!(kind(data), wanted, "{data}");
        }
        let long = format!("{{\"type\":\"like\",\"x\":\"{}\"}}", "x".repeat(LONGEST));
        assert_eq!(kind(&long), Kind::Host(0));
        assert_eq!(super::kind(&Draft::text("like"), false), Kind::Text, "words are words");
    }

    #[test]
    fn nothing_is_given_on_the_page_that_is_not_sold_there() {
        let given = |data: &str| kind(&Draft::custom(Kind::Host(0), data), true);
        assert_eq!(given(r#"{"type":"gift","gift":"rose","n":3}"#), Kind::Gift);
        for data in ["gift", r#"{"type":"gift"}"#, r#"{"type":"gift","gift":"rose","n":100}"#] {
            assert_eq!(given(data), Kind::Host(0), "{data}");
        }
        assert_eq!(given("like"), Kind::Like);
    }
}
