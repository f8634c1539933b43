//! What is said between programs: inquiries on their way in, and notices that are not for people.

use std::borrow::Cow;

use liveroom::Kind;
use serde::{Deserialize, Serialize};

/// Somebody wants a voucher of the open offer.
pub(crate) const INQUIRY: Kind = Kind::Host(3);

/// What an inquiry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inquiry {
    offer: u32,
}

impl Inquiry {
    /// The offer that is asked about; `None` if the data is none of an inquiry.
    pub(crate) fn read(data: &str) -> Option<u32> {
        serde_json::from_str(data).ok().map(|Self { offer }| offer)
    }
}

/// A notice for one session's program: the field of a `custom` notice, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ForProgram<'a> {
    Voucher(Voucher<'a>),
    SoldOut(SoldOut),
    Hand(Hand<'a>),
    Called(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Voucher<'a> {
    pub(crate) offer: u32,
    pub(crate) title: Cow<'a, str>,
    pub(crate) code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SoldOut {
    pub(crate) offer: u32,
}

/// A hand that was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Hand<'a> {
    pub(crate) user: Cow<'a, str>,
    pub(crate) nick: Cow<'a, str>,
}

impl ForProgram<'_> {
    /// The notice's field.
    pub(crate) fn field(&self) -> String {
        serde_json::to_string(self).expect("words, numbers and truths are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_for_programs_are_those_of_the_protocol() {
        let voucher = Voucher { offer: 3, title: "Tea".into(), code: "K7Q2-M9TX".to_owned() };
        let hand = Hand { user: "u7".into(), nick: "Ann".into() };
        for (notice, field) in [
            (
                ForProgram::Voucher(voucher),
                r#"{"voucher":{"offer":3,"title":"Tea","code":"K7Q2-M9TX"}}"#,
            ),
            (ForProgram::SoldOut(SoldOut { offer: 3 }), r#"{"sold_out":{"offer":3}}"#),
            (ForProgram::Hand(hand), r#"{"hand":{"user":"u7","nick":"Ann"}}"#),
            (ForProgram::Called(true), r#"{"called":true}"#),
        ] {
            assert_eq!(notice.field(), field);
        }
    }

    #[test]
    fn an_inquiry_names_an_offer_and_nothing_else() {
        assert_eq!(Inquiry::read(r#"{"offer":3}"#), Some(3));
        for bad in ["", "3", "{}", r#"{"offer":-1}"#, r#"{"offer":"3"}"#, r#"{"offer":3,"n":2}"#] {
            assert_eq!(Inquiry::read(bad), None, "{bad}");
        }
    }
}
