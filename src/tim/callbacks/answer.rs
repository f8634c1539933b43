//! What the app's server says to a question.

#![expect(clippy::string_slice, reason = "cut at the end of a character")]

use serde::Deserialize;
use thiserror::Error;

use crate::{
    bounds,
    command::Decision,
    id::UserId,
    message::Content,
    tim::{
        codes::{Code, Failure},
        elements::{self, MsgElement},
        wire::{Faults, or_default},
    },
};

/// What came back from the app's server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    error_code: u32,
    #[serde(default, deserialize_with = "or_default")]
    error_info: String,
    msg_body: Option<Vec<MsgElement>>,
    cloud_custom_data: Option<String>,
    #[serde(rename = "RefusedMembers_Account", default, deserialize_with = "or_default")]
    refused: Vec<String>,
}

/// What came back is no answer: the question is as open as if nothing had come.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no answer to a callback: {0}")]
pub struct Garbage(Failure);

impl Answer {
    /// The most bytes of an answer: a message of 12 KB whose every byte is escaped, and room beside it.
    pub const MAX_BYTES: usize = 128 << 10;

    /// Reads what came back.
    ///
    /// # Errors
    /// [`Garbage`] if it is no JSON, too long, or of another form. Unknown fields are passed over.
    pub fn read(bytes: &[u8]) -> Result<Self, Garbage> {
        Faults::GROUP.read(bytes, Self::MAX_BYTES).map_err(Garbage)
    }

    /// What is decided about a message that says `content`.
    ///
    /// 0 lets it pass, with another body or other data if some came along; 2 discards it without a
    /// word; 1 rejects it, and so does one of the app's own codes, 10100 to 10200, with its text.
    ///
    /// # Errors
    /// [`Garbage`] for any other number, and for a body that cannot be.
    pub fn decision(&self, content: &Content) -> Result<Decision, Garbage> {
        match self.error_code {
            0 => self.allow(content),
            2 => Ok(Decision::Discard),
            _ => {
                let code = self.refusal()?.number();
                Ok(Decision::Reject { code, reason: shown(&self.error_info) })
            }
        }
    }

    /// Whether something may be done, of which only that is asked: making a group, or joining it.
    ///
    /// # Errors
    /// [`Garbage`] as [`decision`](Self::decision) says; the failure inside is why not.
    pub fn permission(&self) -> Result<Result<(), Failure>, Garbage> {
        if self.error_code == 0 {
            return Ok(Ok(()));
        }
        let code = self.refusal()?;
        let info = shown(&self.error_info);
        Ok(Err(if info.is_empty() { code.into() } else { Failure::new(code, info) }))
    }

    /// Who of those invited may not be. What is no user id names nobody.
    pub fn refused(&self) -> impl Iterator<Item = UserId> {
        self.refused.iter().filter_map(|text| UserId::new(text).ok())
    }

    /// With which code it is refused.
    fn refusal(&self) -> Result<Code, Garbage> {
        let code = match self.error_code {
            1 => Some(Code::REFUSED_BY_APP),
            number => Code::of_app(number),
        };
        code.ok_or_else(|| {
            let info = format!("ErrorCode {} means nothing here", self.error_code);
            Garbage(Failure::new(Code::BAD_PARAMETER, info))
        })
    }

    fn allow(&self, content: &Content) -> Result<Decision, Garbage> {
        let replaced = match (&self.msg_body, &self.cloud_custom_data) {
            (None, None) => return Ok(Decision::Allow),
            (Some(body), data) => {
                let data = data.as_ref().unwrap_or(&content.data).clone();
                elements::content(body.clone(), data).map_err(Garbage)?
            }
            (None, Some(data)) => Content { data: data.clone(), ..content.clone() },
        };
        // An app that sends everything back as it was changes nothing.
        let same = replaced == *content;
        Ok(if same { Decision::Allow } else { Decision::Replace { content: replaced } })
    }
}

/// A text that a decision may have: without control characters, cut off where it is too long. An app
/// that explains itself at length has decided all the same.
fn shown(text: &str) -> String {
    let end = text.floor_char_boundary(bounds::REASON);
    text[..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
