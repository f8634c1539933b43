//! Reading JSON that strangers wrote, within bounds.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

use crate::{
    command::Users,
    id::{GroupId, UserId},
    tim::codes::{Code, Failure},
};

/// Which codes are given for what is wrong with a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Faults {
    /// It is no JSON.
    pub(super) json: Code,
    /// A field is missing, or wrong.
    pub(super) field: Code,
}

impl Faults {
    pub(super) const GROUP: Self = Self { json: Code::BAD_JSON, field: Code::BAD_PARAMETER };
    pub(super) const MESSAGE: Self =
        Self { json: Code::MESSAGE_BAD_JSON, field: Code::MESSAGE_BAD_FORM };

    /// What an error of the JSON library is.
    pub(super) fn failure(self, error: &serde_json::Error) -> Failure {
        let code = match error.classify() {
            Category::Syntax | Category::Eof | Category::Io => self.json,
            Category::Data => self.field,
        };
        Failure::new(code, error.to_string())
    }

    /// Reads a value from at most `limit` bytes.
    pub(super) fn read<'a, T: Deserialize<'a>>(
        self,
        bytes: &'a [u8],
        limit: usize,
    ) -> Result<T, Failure> {
        if bytes.len() > limit {
            let info = format!("the body has {} bytes, at most {limit} are allowed", bytes.len());
            return Err(Failure::new(self.field, info));
        }
        serde_json::from_slice(bytes).map_err(|error| self.failure(&error))
    }
}

/// The JSON of what has such a form whatever is in it: texts, numbers, and objects and lists of them.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers have a JSON form")
}

/// A group, chosen or assigned.
pub(super) fn group(text: &str) -> Result<GroupId, Failure> {
    text.parse().map_err(|error| Failure::new(Code::BAD_GROUP_ID, format!("GroupId: {error}")))
}

/// A user to whom something is done.
pub(super) fn user(text: &str) -> Result<UserId, Failure> {
    UserId::new(text)
        .map_err(|error| Failure::new(Code::BAD_PARAMETER, format!("account: {error}")))
}

/// A user who does something; an empty text is nobody.
pub(super) fn operator(text: &str) -> Result<Option<UserId>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |error| Failure::new(Code::BAD_OPERATOR, format!("operator: {error}"));
    UserId::new(text).map(Some).map_err(wrong)
}

/// Users to whom something is done, at most `limit`.
pub(super) fn users(texts: &[String], limit: usize) -> Result<Users, Failure> {
    at_most(texts.len(), limit)?;
    texts.iter().map(|text| user(text)).collect()
}

/// As many accounts as one command may name.
pub(super) fn at_most(count: usize, limit: usize) -> Result<(), Failure> {
    if count <= limit {
        return Ok(());
    }
    let info = format!("{count} accounts are named, at most {limit} are allowed");
    Err(Failure::new(Code::TOO_MANY_ACCOUNTS, info))
}

/// A field that may be left out, or be `null`, which says the same.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(from).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_differs_from_what_is_wrong() {
        let read = |text: &str| Faults::GROUP.read::<u8>(text.as_bytes(), 5).map_err(|it| it.code);
        assert_eq!(read("7"), Ok(7));
        assert_eq!(read("7,"), Err(Code::BAD_JSON));
        assert_eq!(read(""), Err(Code::BAD_JSON));
        assert_eq!(read("7 7"), Err(Code::BAD_JSON));
        assert_eq!(read("\"7\""), Err(Code::BAD_PARAMETER));
        assert_eq!(read("300"), Err(Code::BAD_PARAMETER));
        assert_eq!(read("      7"), Err(Code::BAD_PARAMETER), "longer than it may be");
        let bytes = Faults::GROUP.read::<String>(&[b'"', 0xff, b'"'], 5);
        assert_eq!(bytes.unwrap_err().code, Code::BAD_JSON);
    }

    #[test]
    fn a_failure_does_not_repeat_what_came_in_at_length() {
        let long = format!("\"{}\"", "é".repeat(10_000));
        let failure = Faults::GROUP.read::<u8>(long.as_bytes(), 30_000).unwrap_err();
        assert!(failure.info.len() <= Failure::MAX_INFO);
    }

    #[test]
    fn ids_that_cannot_be_have_codes_of_their_own() {
        assert_eq!(group("caf\u{e9}").unwrap_err().code, Code::BAD_GROUP_ID);
        assert!(group("@TGS#aC72FIKG3").is_ok());
        assert_eq!(operator("a b").unwrap_err().code, Code::BAD_OPERATOR);
        assert_eq!(operator("").unwrap(), None);
        assert_eq!(user("").unwrap_err().code, Code::BAD_PARAMETER);
        let three = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(users(&three, 2).unwrap_err().code, Code::TOO_MANY_ACCOUNTS);
        assert_eq!(users(&three, 3).unwrap().len(), 3);
    }
}
