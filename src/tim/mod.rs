//! The modelled service's signatures, JSON and codes, to and from this crate's own.
//!
//! Needs the feature `tim`. Everything here is a pure function: bytes and values in, bytes and values
//! out. A host that speaks to the service's own SDKs and server libraries brings the sockets, and this
//! module says what their words mean: which [`Command`](crate::Command) a request is, which code a
//! [`Refusal`](crate::Refusal) has, how an [`Entry`](crate::Entry) looks to a client.
//!
//! | module | what it is for |
//! |---|---|
//! | [`Signer`] | logging in: signatures of users |
//! | [`Code`], [`Failure`] | what is said when something was not done |
//! | [`elements`] | what a message says |
//! | [`events`], [`tips`], [`notices`] | what a client is told of a group |
//! | [`rest`] | the service's REST commands, and replies to them |
//! | [`frames`] | the requests of its web SDK, over a WebSocket |
//! | [`callbacks`] | what the app's own server is told and asked |
//!
//! What comes in is bounded before it is read, unknown fields are passed over, and whatever is wrong
//! becomes a [`Failure`] with the service's code. Only livestreaming groups (`AVChatRoom`) are spoken of.
//!
//! ```
//! use liveroom::{
//!     Author, Command, Creation, Engine, EngineConfig, GroupConfig, GroupId, HashKey, Receipt, State,
//!     Timestamp,
//!     tim::{Call, Code, Failure, rest},
//! };
//!
//! let now = Timestamp::from_secs(1_600_000_000);
//! let mut engine = Engine::new(HashKey::new(1, 2), EngineConfig::default());
//! let friday = Creation::named("Friday").id(GroupId::custom("friday")?).config(GroupConfig::vendor());
//! engine.create(now, friday)?;
//!
//! // POST /v4/group_open_http_svc/send_group_msg?…, once access and signature are checked.
//! let body = br#"{"GroupId":"friday","Random":7,"MsgPriority":"High",
//!     "MsgBody":[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"rose"}}]}"#;
//! let Call::Send { group, draft, .. } = rest::call("group_open_http_svc", "send_group_msg", body)?
//! else { unreachable!("that is what was asked") };
//! let key = engine.find(&group).ok_or(Failure::from(Code::NO_SUCH_GROUP))?;
//! let receipt = engine.push(now, key, Author::App, Command::from(*draft))?;
//!
//! // It may have to wait for its end; this one had not.
//! let Receipt::Sent { state: State::Ended(outcome), disclose, .. } = receipt
//! else { unreachable!("nothing else was sent") };
//! let reply = rest::sent(&outcome, disclose, true, now);
//! let told = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MsgDropReason":"","MsgSeq":1"#;
//! assert!(reply.as_bytes().starts_with(told));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;
pub mod callbacks;
mod codes;
pub mod elements;
pub mod events;
pub mod frames;
mod names;
pub mod notices;
pub mod rest;
pub mod tips;
mod usersig;
mod wire;

pub use self::{
    call::{Call, NewGroup, Read, ToUser},
    codes::{Code, Failure},
    names::{GROUP_TYPE, SYSTEM, platform_name, platform_of_sdk, tiny_id},
    usersig::{SigError, Signer, Verified},
};

use crate::id::GroupId;

/// What must be said of a group wherever it is spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// Its id.
    pub id: &'a GroupId,
    /// Its name.
    pub name: &'a str,
    /// The administrator's account: as whom the app's own deeds and messages are told.
    pub admin: &'a str,
}
