//! Answers to one session: where its message stands, why it was refused, what it alone is told.

use std::borrow::Cow;

use liveroom::{
    Discard, Message, Notice, Outcome, PushError, Receipt, Refusal, Rejection, Timestamp, Told,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    RoleName, Until,
    host::{Bye, Directed, HostFrame, Refused},
};

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Standing {
    Waiting {
        expires: u64,
    },
    Held {
        expires: u64,
    },
    Delivered {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<u64>,
    },
    Rejected {
        reason: Cow<'static, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    Discarded {
        reason: Cow<'static, str>,
    },
    Refused(Refused),
}

/// A number of the engine's or the host's, or a word of the protocol's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Code {
    Number(u32),
    Word(Cow<'static, str>),
}

impl Standing {
    /// What an author is told who may not know: success, without a place.
    const UNDISCLOSED: Self = Self::Delivered { seq: None, at: None };

    /// Where a message stands, as its author may know it.
    pub(super) fn of(told: Told<'_>) -> Self {
        let rejected =
            |reason: &'static str| Self::Rejected { reason: reason.into(), code: None, why: None };
        match told {
            Told::Sent => Self::UNDISCLOSED,
            Told::Waiting { expires } => Self::Waiting { expires: expires.as_millis() },
            Told::Held { expires } => Self::Held { expires: expires.as_millis() },
            Told::Ended(Outcome::Delivered { seq, at }) => {
                Self::Delivered { seq: Some(seq.0), at: Some(at.as_millis()) }
            }
            Told::Ended(Outcome::Rejected(Rejection::Filter { .. })) => rejected("filter"),
            Told::Ended(Outcome::Rejected(Rejection::Silence)) => rejected("silence"),
            Told::Ended(Outcome::Rejected(Rejection::Rule { .. })) => rejected("rule"),
            Told::Ended(Outcome::Rejected(Rejection::Decision { code, reason })) => {
                Self::Rejected {
                    reason: "decision".into(),
                    code: Some(*code),
                    why: Some(reason.clone()),
                }
            }
            Told::Ended(Outcome::Discarded(reason)) => {
                Self::Discarded { reason: discard(*reason).into() }
            }
            // An end that this protocol has no word for is an end all the same.
            Told::Ended(_) => Self::Discarded { reason: "other".into() },
        }
    }
}

/// Why messages are rejected, in the engine's order.
pub(crate) const REJECTIONS: [&str; 4] = ["filter", "decision", "silence", "rule"];
/// Why messages are discarded, in the order of [`Discard::ALL`].
pub(crate) const DISCARDS: [&str; Discard::ALL.len()] = [
    "rate",
    "expired",
    "shed",
    "muted",
    "shadowed",
    "banned",
    "removed",
    "purged",
    "disbanded",
    "decision",
    "withdrawn",
];

fn discard(reason: Discard) -> &'static str {
    DISCARDS.get(reason as usize).copied().unwrap_or("other")
}

impl HostFrame<'static> {
    /// The answer to a `send`.
    pub(crate) fn receipt(id: u64, random: u32, answer: Result<Receipt, Refused>) -> Self {
        let (standing, message, duplicate) = match answer {
            Ok(receipt) => {
                // A message is answered by no other receipt; if it were, it was taken.
                let standing = receipt.to_author().map_or(Standing::UNDISCLOSED, Standing::of);
                match receipt {
                    Receipt::Sent { message, duplicate, .. } => {
                        (standing, Some(message.0), Some(duplicate))
                    }
                    _ => (standing, None, None),
                }
            }
            Err(refused) => (Standing::Refused(refused), None, None),
        };
        Self::Receipt { id, random, message, standing, duplicate }
    }

    /// The end of a message.
    pub(crate) fn ended(message: &Message, told: Told<'_>) -> Self {
        Self::Ended {
            random: message.random.map(|random| random.0),
            message: message.id.0,
            standing: Standing::of(told),
        }
    }
}

impl Refused {
    /// Why a command was turned away.
    pub(crate) fn of(error: &PushError) -> Self {
        let (code, detail) = match error {
            PushError::Refused(refusal) => {
                (Code::Number(refusal.code().into()), detail_of(refusal))
            }
            // Memory is short: time helps.
            PushError::OverBudget { .. } => (Code::Word("busy".into()), None),
            _ => (Code::Word("unavailable".into()), None),
        };
        Self { code, why: error.to_string(), detail }
    }

    /// Turned away by the host itself, with a word of the protocol's.
    pub(crate) fn word(code: &'static str, why: impl Into<String>) -> Self {
        Self { code: Code::Word(code.into()), why: why.into(), detail: None }
    }

    /// Only the owner may, over a connection that brought the key.
    pub(crate) fn wrong_key() -> Self {
        Self::word("key", "that takes the owner's key")
    }

    /// The room is not of the kind that has this.
    pub(crate) fn wrong_room() -> Self {
        Self::word("wrong_room", "there is no such thing in a room of this kind")
    }
}

impl<E: Into<PushError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::of(&error.into())
    }
}

/// The refusal's own fields, named as in Rust; times in milliseconds, as everywhere on this wire.
fn detail_of(refusal: &Refusal) -> Option<Value> {
    let mut value = serde_json::to_value(refusal).ok()?;
    // An enum is written as `{"Name":{fields}}`, and a denial within a refusal twice so.
    for _ in 0..2 {
        let Value::Object(mut outer) = value else { return None };
        if outer.len() == 1
            && let Some(name) = outer.keys().next().cloned()
            && name.starts_with(char::is_uppercase)
        {
            value = outer.remove(&name)?;
        } else {
            value = Value::Object(outer);
        }
    }
    let Value::Object(mut fields) = value else { return None };
    if let Some(nanos) = fields.get("until").and_then(Value::as_u64) {
        let until = serde_json::to_value(Until(Timestamp::from_nanos(nanos))).ok()?;
        fields.insert("until".to_owned(), until);
    }
    Some(Value::Object(fields))
}

impl<'a> Directed<'a> {
    /// A notice for one session; `None` for what only the whole group is told.
    pub(crate) fn of(notice: &'a Notice) -> Option<Self> {
        Some(match notice {
            Notice::Custom { field } => Self::Custom { field: (&**field).into() },
            Notice::Kicked { reason } => Self::Kicked { reason: (&**reason).into() },
            Notice::Warned { strikes, reason } => {
                Self::Warned { strikes: *strikes, reason: (&**reason).into() }
            }
            Notice::Banned { until, reason } => {
                Self::Banned { until: Until(*until), reason: (&**reason).into() }
            }
            Notice::RoleChanged { role } => Self::Role { role: RoleName::from(*role) },
            Notice::Applied { user, note } => {
                Self::Applied { user: user.as_str().into(), note: (&**note).into() }
            }
            Notice::Admitted => Self::Admitted,
            Notice::Declined => Self::Declined,
            Notice::QuitElsewhere => Self::QuitElsewhere,
            _ => return None,
        })
    }

    /// How the connection ends with it, if it does.
    pub(crate) fn farewell(&self) -> Option<Bye> {
        match self {
            Self::Kicked { .. } => Some(Bye::KICKED),
            Self::Banned { .. } => Some(Bye::BANNED),
            Self::Declined => Some(Bye::DECLINED),
            Self::QuitElsewhere => Some(Bye::QUIT_ELSEWHERE),
            Self::Custom { .. }
            | Self::Warned { .. }
            | Self::Role { .. }
            | Self::Applied { .. }
            | Self::Admitted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Denial, Field, MessageId, Role, Seq, State};
    use serde_json::json;

    use super::*;

    fn refused(refusal: impl Into<Refusal>) -> Value {
        serde_json::to_value(Refused::of(&PushError::Refused(refusal.into()))).unwrap()
    }

    #[test]
    fn a_refusal_is_written_with_its_code_and_its_own_fields() {
        let long = refused(Refusal::TooLong { field: Field::Nick, limit: 500, length: 620 });
        assert_eq!(long["code"], 1002);
        assert_eq!(long["why"], "the nick has 620 bytes, at most 500 are allowed");
        assert_eq!(long["detail"], json!({"field": "Nick", "limit": 500, "length": 620}));
        let until = Timestamp::from_millis(1_600_003_600_000);
        let banned = refused(Refusal::Banned { until });
        assert_eq!(banned["detail"], json!({"until": 1_600_003_600_000_u64}));
        let for_good = refused(Refusal::Muted { until: Timestamp::MAX });
        assert_eq!(for_good["detail"], json!({"until": "forever"}));
        let low = refused(Denial::RoleTooLow { needs: Role::Admin });
        assert_eq!((&low["code"], &low["detail"]), (&json!(2108), &json!({"needs": "Admin"})));
        for bare in [refused(Refusal::Empty), refused(Denial::GuestsOnlyRead)] {
            assert_eq!(bare.get("detail"), None);
        }
    }

    #[test]
    fn who_may_not_know_hears_of_success_without_a_place() {
        let state = State::Ended(Outcome::Discarded(Discard::Decision));
        let sent = |disclose| Receipt::Sent {
            message: MessageId(4),
            state: state.clone(),
            disclose,
            duplicate: false,
        };
        let told = HostFrame::receipt(1, 7, Ok(sent(false))).encode();
        assert_eq!(
            told,
            r#"{"v":1,"t":"receipt","id":1,"random":7,"message":4,"state":"delivered","duplicate":false}"#
        );
    }

    #[test]
    fn every_end_has_a_word() {
        let word =
            |outcome: Outcome| serde_json::to_value(Standing::of(Told::Ended(&outcome))).unwrap();
        for reason in Discard::ALL {
            let told = word(Outcome::Discarded(reason));
            assert_eq!(told["reason"], format!("{reason:?}").to_lowercase());
        }
        let delivered = Outcome::Delivered { seq: Seq(9), at: Timestamp::from_millis(5) };
        assert_eq!(word(delivered), json!({"state": "delivered", "seq": 9, "at": 5}));
        let decision = Rejection::Decision { code: 10_100, reason: "No numbers.".to_owned() };
        assert_eq!(
            word(Outcome::Rejected(decision)),
            json!({"state": "rejected", "reason": "decision", "code": 10_100, "why": "No numbers."})
        );
        assert_eq!(word(Outcome::Rejected(Rejection::Silence))["reason"], "silence");
    }
}
