//! What a frame wants, by its command.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    command::Command,
    id::{GroupId, UserId},
    tim::{
        call::{Call, Read, never},
        codes::{Code, Failure},
        frames::Frame,
        rest::{self, MAX_NAMED, Reply},
        wire::{self, Faults, or_default},
    },
};

/// What a frame wants.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ask {
    /// To log in with [`Frame::credentials`].
    Login,
    /// To log out.
    Logout,
    /// To see whether the host is there.
    Alive,
    /// To come in; a guest has not logged in.
    Join {
        /// The group.
        group: GroupId,
        /// What is said to the staff.
        note: String,
        /// Whether as a guest.
        guest: bool,
    },
    /// To leave.
    Quit {
        /// The group.
        group: GroupId,
    },
    /// What is new, or will be within [`HOLD`](super::HOLD).
    Poll {
        /// The key that the join was answered with.
        key: String,
        /// From where on; a guest's first is 0.
        start: u64,
        /// Whether as a guest.
        guest: bool,
    },
    /// The profiles of users.
    Profiles {
        /// Of whom.
        users: Vec<UserId>,
    },
    /// To be shown otherwise; what is `None` stays.
    SetProfile {
        /// The nick.
        nick: Option<String>,
        /// The address of the avatar.
        avatar: Option<String>,
    },
    /// What over REST would be asked too.
    Call(Call),
    /// Nothing that this server has: this is the reply.
    Nothing(Reply),
}

/// The same as a login says.
const PURCHASED: &str = r#""PurchaseBits":"111111111111111111111111111111111111111111111111""#;

/// What is answered though there is nothing of the kind here: one-to-one talk, friends, contacts,
/// history, telemetry; and with which fields, for without some of them the SDK asks for ever.
const NOTHING: &[(&str, &str)] = &[
    ("recentcontact.page_get", r#""SessionItem":[],"CompleteFlag":1"#),
    ("recentcontact.get_contact_group", ""),
    ("recentcontact.search_contact_group", ""),
    ("recentcontact.batch_delete", ""),
    ("sns.black_list_get", r#""BlackListItem":[],"StartIndex":0"#),
    ("sns.friend_get", ""),
    ("sns.group_get", ""),
    ("sns.pendency_get", ""),
    ("openim.getmsg", ""),
    ("openim.authkey", ""),
    ("openim.deletemsg", ""),
    ("openim.ws_msg_push_ack", ""),
    ("openim.get_c2c_peer_mute_notifications", ""),
    ("openim.get_peer_read_time", r#""ReadTime":[]"#),
    ("group_open_http_svc.get_joined_group_list", r#""GroupIdList":[],"TotalCount":0"#),
    ("group_open_http_svc.get_huge_group_msg", r#""RspMsgList":[]"#),
    ("group_open_http_svc.msg_read_report", ""),
    ("group_open_http_svc.batch_get_group_notify", ""),
    ("million_group_open_http_svc.get_joined_group_list", r#""GroupIdList":[],"TotalCount":0"#),
    ("im_sdk_config_mgr.fetch_config", ""),
    ("im_sdk_config_mgr.fetch_imsdk_purchase_bitsv2", PURCHASED),
    ("im_open_status.wshello", ""),
    ("im_open_status.ws_stat_background", ""),
    ("im_open_status.ws_stat_foreground", ""),
    ("imopenstat.tim_web_report_v2", ""),
    ("im_msg_audit_mgr.get_local_words", ""),
];

impl Frame<'_> {
    /// What it wants.
    ///
    /// # Errors
    /// 10003 for a command that is not known; otherwise what is wrong with the body.
    pub fn ask(&self) -> Result<Ask, Failure> {
        let Some((service, command)) = self.servcmd().split_once('.') else {
            return Err(Code::UNKNOWN_COMMAND.into());
        };
        if let Some((_, fields)) = NOTHING.iter().find(|(servcmd, _)| *servcmd == self.servcmd()) {
            return Ok(Ask::Nothing(Reply::of_fields(fields)));
        }
        match service {
            "im_open_status" => match command {
                "wslogin" => Ok(Ask::Login),
                "wslogout" => Ok(Ask::Logout),
                _ => Err(Code::UNKNOWN_COMMAND.into()),
            },
            "heartbeat" if command == "alive" => Ok(Ask::Alive),
            "profile" => match command {
                "portrait_get_all" | "portrait_get" => self.take(Profiles::ask),
                "portrait_set" => self.take(SetProfile::ask),
                _ => Err(Code::UNKNOWN_COMMAND.into()),
            },
            "group_open_http_noauth_svc" if command == "apply_join_group" => {
                self.take(|it: ApplyJoin| it.ask(true))
            }
            "group_open_long_polling_http_svc" if command == "get_msg" => {
                self.take(|it: GetMsg| Ok(it.ask(false)))
            }
            "group_open_long_polling_http_noauth_svc" if command == "get_msg" => {
                self.take(|it: GetMsg| Ok(it.ask(true)))
            }
            "group_open_http_svc" => self.ask_of_group(command),
            "group_open_avchatroom_http_svc" | "group_open_attr_http_svc" => {
                rest::call(service, command, self.body.get().as_bytes()).map(Ask::Call)
            }
            _ => Err(Code::UNKNOWN_COMMAND.into()),
        }
    }

    /// Users may ask most of what administrators may; who may do what is the engine's to say.
    fn ask_of_group(&self, command: &str) -> Result<Ask, Failure> {
        let call = match command {
            "apply_join_group" => return self.take(|it: ApplyJoin| it.ask(false)),
            "quit_group" => {
                return self.take(|it: rest::ForGroup| {
                    Ok(Ask::Quit { group: wire::group(&it.group_id)? })
                });
            }
            // Three ways of asking for a group's profile.
            "get_group_self_member_info" | "get_group_public_info" | "get_group_info" => {
                self.take(rest::GroupIds::call)
            }
            "get_specified_group_member_info" => self.take(NamedMembers::call),
            "modify_group_member_info" => self.take(ModifyMember::call),
            // For administrators over REST alone.
            "send_group_system_notification" | "send_broadcast_msg" => never(Code::NO_PERMISSION),
            _ => rest::call("group_open_http_svc", command, self.body.get().as_bytes()),
        };
        // Nobody speaks in another's name: who is logged in is the host's to know.
        Ok(Ask::Call(match call? {
            Call::Push { group, from: _, commands } => Call::Push { group, from: None, commands },
            Call::Send { group, from: _, draft, skip_before: _, skip_after: _ } => {
                Call::Send { group, from: None, draft, skip_before: false, skip_after: false }
            }
            call => call,
        }))
    }

    /// Reads the body, and makes of it what is asked.
    fn take<T: DeserializeOwned, R>(
        &self,
        ask: impl FnOnce(T) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let body = serde_json::from_str(self.body.get());
        ask(body.map_err(|error| Faults::GROUP.failure(&error))?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApplyJoin {
    group_id: String,
    #[serde(default, deserialize_with = "or_default")]
    apply_msg: String,
}

impl ApplyJoin {
    fn ask(self, guest: bool) -> Result<Ask, Failure> {
        Ok(Ask::Join { group: wire::group(&self.group_id)?, note: self.apply_msg, guest })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetMsg {
    key: String,
    #[serde(default, deserialize_with = "or_default")]
    start_seq: u64,
}

impl GetMsg {
    fn ask(self, guest: bool) -> Ask {
        Ask::Poll { key: self.key, start: self.start_seq, guest }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Profiles {
    #[serde(alias = "UserItem", rename = "To_Account", default, deserialize_with = "or_default")]
    users: Vec<Account>,
}

/// A user, by name or in an object: the SDK writes both.
#[derive(Deserialize)]
#[serde(untagged)]
enum Account {
    Name(String),
    Item {
        #[serde(rename = "To_Account")]
        name: String,
    },
}

impl Profiles {
    fn ask(self) -> Result<Ask, Failure> {
        // "At most 100 users".
        wire::at_most(self.users.len(), 100)?;
        let names =
            self.users.into_iter().map(|(Account::Name(name) | Account::Item { name })| name);
        let users: Result<_, _> = names.map(|name| wire::user(&name)).collect();
        Ok(Ask::Profiles { users: users? })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetProfile {
    profile_item: Vec<ProfileItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProfileItem {
    tag: String,
    value: serde_json::Value,
}

impl SetProfile {
    /// Of what the service keeps about a user, a livestreaming group shows nick and avatar. The rest
    /// is passed over.
    fn ask(self) -> Result<Ask, Failure> {
        let (mut nick, mut avatar) = (None, None);
        for ProfileItem { tag, value } in self.profile_item {
            let place = match tag.as_str() {
                "Tag_Profile_IM_Nick" => &mut nick,
                "Tag_Profile_IM_Image" => &mut avatar,
                _ => continue,
            };
            let serde_json::Value::String(text) = value else {
                return Err(Failure::new(Code::BAD_PARAMETER, format!("{tag}: a text")));
            };
            *place = Some(text);
        }
        Ok(Ask::SetProfile { nick, avatar })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedMembers {
    group_id: String,
    #[serde(rename = "Member_List_Account")]
    members: Vec<String>,
}

impl NamedMembers {
    fn call(self) -> Result<Call, Failure> {
        let users = wire::users(&self.members, MAX_NAMED)?.into_vec();
        Ok(Call::Read { group: wire::group(&self.group_id)?, read: Read::Named { users } })
    }
}

/// `modify_group_member_info`: a mute, a name card, a role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ModifyMember {
    group_id: String,
    #[serde(rename = "Member_Account")]
    member: String,
    #[serde(alias = "MuteTime")]
    shut_up_time: Option<u32>,
    name_card: Option<String>,
    role: Option<Rank>,
}

#[derive(Clone, Copy, Deserialize)]
enum Rank {
    Admin,
    Member,
}

impl ModifyMember {
    fn call(self) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let user = wire::user(&self.member)?;
        let named = || [user.clone()].into_iter().collect();
        let mute = self.shut_up_time.map(|seconds| rest::mute(named(), seconds));
        let card = self
            .name_card
            .map(|card| Command::SetNameCard { user: user.clone(), card: card.into() });
        let role = self.role.map(|role| match role {
            Rank::Admin => Command::SetAdmin { user: user.clone() },
            Rank::Member => Command::CancelAdmin { user: user.clone() },
        });
        Ok(Call::Push {
            group,
            from: None,
            commands: mute.into_iter().chain(card).chain(role).collect(),
        })
    }
}
