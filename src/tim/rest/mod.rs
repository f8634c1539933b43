//! The modelled service's REST commands for livestreaming groups.
//!
//! A request is `POST /v4/<service>/<command>?sdkappid=…&identifier=…&usersig=…&random=…` with a JSON
//! body. [`Access`] reads the address; the host checks the signature with its app's
//! [`Signer`](super::Signer) and that the identifier is an administrator's; [`call`] says what the body
//! asks; [`Reply`] is what goes back, with HTTP status 200 always.

mod groups;
mod replies;
mod requests;
mod staff;

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};

pub use self::replies::{GroupItem, Reply, broadcast, counters, created, recalled, sent};
pub(super) use self::{
    groups::{Attributes, BaseInfo, Counters, CreateGroup, ForGroup, GroupIds},
    replies::done,
    requests::SendGroupMsg,
    staff::{Ban, Marks, Members, MuteMembers, mute},
};
use crate::{
    config::MAX_USERS,
    id::AppId,
    tim::{
        call::{Call, Read, never},
        codes::{Code, Failure},
        wire::Faults,
    },
};

/// The most bytes of a body: 1 MB is the modelled service's bound on a request.
pub const MAX_BODY: usize = 1 << 20;
/// Calls of one command a second: "200 a second, unless said otherwise".
pub const CALLS_PER_SECOND: u32 = 200;
/// Users that one command may ban: "at most 20".
pub const MAX_BANS: usize = 20;
/// Groups that one command may describe: "at most 50".
pub const MAX_DESCRIBED: usize = 50;
/// Users that one command may mute, mark or ask about: "500 accounts".
#[expect(clippy::cast_possible_truncation, reason = "500 fits")]
pub const MAX_NAMED: usize = MAX_USERS as usize;
/// How long a call may take: the modelled service's own servers give up after so long, and say 60008.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// A key and its value, as lists of them are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyValue<K, V> {
    /// The key.
    pub key: K,
    /// The value.
    pub value: V,
}

/// Who calls what, by the address of a request.
///
/// ```
/// use liveroom::{AppId, tim::rest::Access};
///
/// let access = Access::read(
///     "/v4/group_open_http_svc/get_group_info",
///     "sdkappid=1400000000&identifier=administrator&usersig=eJyr*-__&random=7&contenttype=json",
/// )?;
/// assert_eq!((access.service, access.command), ("group_open_http_svc", "get_group_info"));
/// assert_eq!((access.app, &*access.identifier), (AppId(1_400_000_000), "administrator"));
/// # Ok::<(), liveroom::tim::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access<'a> {
    /// The service.
    pub service: &'a str,
    /// The command.
    pub command: &'a str,
    /// For which app.
    pub app: AppId,
    /// Who calls; must be an administrator of the app.
    pub identifier: Cow<'a, str>,
    /// Their signature.
    pub usersig: Cow<'a, str>,
}

impl<'a> Access<'a> {
    /// The most bytes of path and query together: a signature, an id, and room for the rest.
    pub const MAX_BYTES: usize = 8_192;

    /// Reads path and query. Parameters that are not known are passed over.
    ///
    /// # Errors
    /// 60002 for an address of another form; 60012 without an app, 60006 with one that is no number;
    /// 60004 without identifier or signature.
    pub fn read(path: &'a str, query: &'a str) -> Result<Self, Failure> {
        if path.len() + query.len() > Self::MAX_BYTES {
            return Err(Code::BAD_URL.into());
        }
        let (service, command) = path
            .strip_prefix("/v4/")
            .and_then(|rest| rest.split_once('/'))
            .filter(|(service, command)| {
                !service.is_empty() && !command.is_empty() && !command.contains('/')
            })
            .ok_or(Code::BAD_URL)?;
        let (mut app, mut identifier, mut usersig) = (None, None, None);
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let place = match key {
                "sdkappid" => &mut app,
                "identifier" => &mut identifier,
                "usersig" => &mut usersig,
                _ => continue,
            };
            // The first counts: whoever checked it and whoever reads it must not differ.
            place.get_or_insert(unescape(value).ok_or(Code::BAD_URL)?);
        }
        let app = app.filter(|app| !app.is_empty()).ok_or(Code::NO_APP)?;
        let app = AppId(app.parse().map_err(|_| Code::BAD_APP)?);
        let given = |text: Option<Cow<'a, str>>| {
            text.filter(|text| !text.is_empty()).ok_or(Code::BAD_IDENTIFIER)
        };
        Ok(Self { service, command, app, identifier: given(identifier)?, usersig: given(usersig)? })
    }
}

/// Text with `%` escapes taken out.
fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// What the host may find wrong before anything is asked of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turned {
    /// Who calls is no administrator of the app.
    NotAdmin,
    /// The same, for a message to one user.
    MessageNotAdmin,
    /// The command is called too often.
    TooOften,
    /// It took longer than [`TIMEOUT`].
    TooLate,
    /// The receiver of a message to one user is not known.
    UnknownReceiver,
    /// Who asks has not logged in.
    NotLoggedIn,
}

impl From<Turned> for Failure {
    fn from(turned: Turned) -> Self {
        let code = match turned {
            Turned::NotAdmin => Code::NOT_ADMIN,
            Turned::MessageNotAdmin => Code::MESSAGE_NOT_ADMIN,
            Turned::TooOften => Code::REST_TOO_OFTEN,
            Turned::TooLate => Code::REST_TIMEOUT,
            Turned::UnknownReceiver => Code::MESSAGE_UNKNOWN_RECEIVER,
            Turned::NotLoggedIn => Code::BAD_REQUEST,
        };
        code.into()
    }
}

/// What a command asks.
///
/// # Errors
/// 60009 for a service that is not there, 10003 for a command; otherwise what is wrong with the body.
pub fn call(service: &str, command: &str, body: &[u8]) -> Result<Call, Failure> {
    match service {
        "group_open_http_svc" => match group_command(command, body) {
            Some(call) => call,
            None => Err(Code::UNKNOWN_COMMAND.into()),
        },
        "group_open_avchatroom_http_svc" => match command {
            "get_members" => read(body).and_then(Members::call),
            "modify_user_info" => read(body).and_then(Marks::call),
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        },
        "group_open_attr_http_svc" => match command {
            "get_group_attr" => read::<ForGroup>(body)?.read(Read::Attributes),
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        },
        "openim" => match command {
            "sendmsg" => requests::to_user(body),
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        },
        _ => Err(Code::BAD_SERVICE.into()),
    }
}

/// A command of the service of groups, if there is such a one.
fn group_command(command: &str, body: &[u8]) -> Option<Result<Call, Failure>> {
    Some(match command {
        "create_group" => read(body).and_then(CreateGroup::call),
        "destroy_group" => read(body).and_then(ForGroup::disband),
        "modify_group_base_info" => read(body).and_then(BaseInfo::call),
        "get_group_info" => read(body).and_then(GroupIds::call),
        "send_group_msg" => read(body).and_then(SendGroupMsg::call),
        "send_group_system_notification" => read(body).and_then(requests::Notification::call),
        "send_broadcast_msg" => read(body).and_then(requests::Broadcast::call),
        "forbid_send_msg" => read(body).and_then(MuteMembers::call),
        "get_group_muted_account" | "get_group_shutted_uin" => {
            let old = command == "get_group_shutted_uin";
            read::<ForGroup>(body).and_then(|it| it.read(Read::Muted { old }))
        }
        "ban_group_member" => read(body).and_then(Ban::ban),
        "unban_group_member" => read(body).and_then(Ban::unban),
        "get_group_ban_member" => read(body).and_then(staff::Banned::call),
        "get_group_member_info" => read(body).and_then(Members::first),
        "get_online_member_num" => read::<ForGroup>(body).and_then(|it| it.read(Read::Online)),
        "modify_group_attr" => read(body).and_then(Attributes::modify),
        "set_group_attr" => read(body).and_then(Attributes::replace),
        "clear_group_attr" => read(body).and_then(Attributes::clear),
        "delete_group_attr" => read(body).and_then(Attributes::delete),
        "update_group_counter" => read(body).and_then(Counters::update),
        "get_group_counter" => read(body).and_then(Counters::get),
        "delete_group_counter" => read(body).and_then(Counters::delete),
        "group_msg_recall" => read(body).and_then(requests::Recall::call),
        // What livestreaming groups do not do, whatever the body says.
        "delete_group_member" | "import_group" | "import_group_msg" | "import_group_member" => {
            never(Code::BAD_PARAMETER)
        }
        "change_group_owner" | "get_role_in_group" | "add_group_member" => {
            never(Code::NO_PERMISSION)
        }
        "delete_group_ramble_msg_by_seq" | "delete_group_msg_by_sender" => never(Code::NO_DELETION),
        "group_msg_get_simple" | "group_msg_get" => never(Code::NO_ROAMING),
        _ => return None,
    })
}

/// A body of the service of groups.
fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Failure> {
    Faults::GROUP.read(body, MAX_BODY)
}

#[cfg(test)]
mod tests;
