//! Groups themselves: making, changing and ending them, their attributes and counters.

use std::sync::Arc;

use serde::Deserialize;

use crate::{
    command::{AttributeChange, AttributeMode, Command, CounterChange, Counting, GroupPatch},
    form,
    tim::{
        call::{Call, NewGroup, Read, formed, may_be_set},
        codes::{Code, Failure},
        names::{GROUP_TYPE, JoinOptionName, Switch},
        rest::{KeyValue, MAX_DESCRIBED},
        wire::{self, or_default},
    },
};

type Text = Option<Arc<str>>;

/// A body that names a group and nothing else.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct ForGroup {
    pub(in crate::tim) group_id: String,
}

impl ForGroup {
    pub(in crate::tim) fn read(&self, read: Read) -> Result<Call, Failure> {
        Ok(Call::Read { group: wire::group(&self.group_id)?, read })
    }

    pub(in crate::tim) fn command(&self, command: Command) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        Ok(Call::Push { group, from: None, commands: vec![command] })
    }

    pub(in crate::tim) fn disband(self) -> Result<Call, Failure> {
        self.command(Command::Disband)
    }
}

/// What can be said of a group. Fields of before 2021 have another name, which is known too.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Profile {
    introduction: Text,
    notification: Text,
    face_url: Text,
    apply_join_option: Option<JoinOptionName>,
    #[serde(default, deserialize_with = "or_default")]
    app_defined_data: Vec<KeyValue<Arc<str>, Arc<str>>>,
}

impl Profile {
    fn patch(self, name: Text, new: bool) -> GroupPatch {
        let option = self.apply_join_option.map(Into::into);
        GroupPatch {
            name,
            introduction: self.introduction,
            notification: self.notification,
            face_url: self.face_url,
            join_option: option.and_then(|option| may_be_set(option, new)),
            custom: self.app_defined_data.into_iter().map(|it| (it.key, it.value)).collect(),
        }
    }
}

/// `create_group`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct CreateGroup {
    r#type: String,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    group_id: String,
    #[serde(rename = "Owner_Account", default, deserialize_with = "or_default")]
    owner: String,
    #[serde(default, deserialize_with = "or_default")]
    member_list: Vec<serde::de::IgnoredAny>,
    #[serde(flatten)]
    profile: Profile,
}

impl CreateGroup {
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        if self.r#type != GROUP_TYPE {
            let info = "Type: this server has livestreaming groups alone, \"AVChatRoom\"";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        if !self.member_list.is_empty() {
            let info =
                "MemberList: nobody is added to a livestreaming group, users join by themselves";
            return Err(Failure::new(Code::NO_PERMISSION, info));
        }
        let id = Some(self.group_id).filter(|id| !id.is_empty());
        let id = id.map(|id| {
            let chosen = crate::id::GroupId::custom(&id);
            chosen.map_err(|error| Failure::new(Code::BAD_GROUP_ID, format!("GroupId: {error}")))
        });
        let patch = self.profile.patch(None, true);
        formed(form::patch(&patch))?;
        let name = GroupPatch { name: Some(self.name.as_str().into()), ..GroupPatch::default() };
        formed(form::patch(&name))?;
        let profile = (patch != GroupPatch::default()).then(|| Command::SetGroup(patch.into()));
        let (id, owner) = (id.transpose()?, wire::operator(&self.owner)?);
        Ok(Call::Create(NewGroup { id, owner, name: self.name, profile }.into()))
    }
}

/// `modify_group_base_info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct BaseInfo {
    group_id: String,
    name: Text,
    #[serde(alias = "ShutUpAllMember")]
    mute_all_member: Option<Switch>,
    #[serde(flatten)]
    profile: Profile,
}

impl BaseInfo {
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let patch = self.profile.patch(self.name, false);
        formed(form::patch(&patch))?;
        let profile = (patch != GroupPatch::default()).then(|| Command::SetGroup(patch.into()));
        let mute = self.mute_all_member.map(|to| Command::MuteAll { on: to == Switch::On });
        Ok(Call::Push { group, from: None, commands: profile.into_iter().chain(mute).collect() })
    }
}

/// `get_group_info`, and what the SDK asks in its place. Filters are passed over: all is told.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct GroupIds {
    group_id_list: Vec<String>,
}

impl GroupIds {
    pub(in crate::tim) fn call(self) -> Result<Call, Failure> {
        let count = self.group_id_list.len();
        if count == 0 || count > MAX_DESCRIBED {
            let info = format!("GroupIdList: 1 to {MAX_DESCRIBED} groups are described at once");
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        }
        Ok(Call::Describe { groups: self.group_id_list })
    }
}

/// Writes of attributes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Attributes {
    group_id: String,
    #[serde(default, deserialize_with = "or_default")]
    group_attr: Vec<Attribute>,
    attr_main_seq: Option<u64>,
    #[serde(default, deserialize_with = "or_default")]
    attr_control: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    key: Arc<str>,
    value: Option<Arc<str>>,
    seq: Option<u64>,
}

impl Attributes {
    /// `modify_group_attr`: the others stay.
    pub(in crate::tim) fn modify(self) -> Result<Call, Failure> {
        self.write(AttributeMode::Merge, true)
    }

    /// `set_group_attr`: the others go.
    pub(in crate::tim) fn replace(self) -> Result<Call, Failure> {
        self.write(AttributeMode::Replace, true)
    }

    /// `delete_group_attr`.
    pub(in crate::tim) fn delete(self) -> Result<Call, Failure> {
        self.write(AttributeMode::Merge, false)
    }

    /// `clear_group_attr`.
    pub(in crate::tim) fn clear(self) -> Result<Call, Failure> {
        Self { group_attr: Vec::new(), ..self }.write(AttributeMode::Replace, false)
    }

    /// Who asks for `RaceConflict` is refused where another wrote first: by the numbers of the keys
    /// where each has one, else by the main number.
    fn write(self, mode: AttributeMode, values: bool) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        let lacking = |info| Err(Failure::new(Code::BAD_PARAMETER, info));
        let merge = mode == AttributeMode::Merge;
        if merge && self.group_attr.is_empty() {
            return lacking("GroupAttr: at least one attribute is named");
        }
        if values && self.group_attr.iter().any(|it| it.value.is_none()) {
            return lacking("GroupAttr: each attribute has a value");
        }
        let races = self.attr_control.iter().any(|name| name == "RaceConflict");
        let by_key = merge && self.group_attr.iter().all(|it| it.seq.is_some());
        let change = |Attribute { key, value, seq }| AttributeChange {
            key,
            value: value.filter(|_| values),
            seen: seq.filter(|_| races && by_key),
        };
        let changes = self.group_attr.into_iter().map(change).collect();
        let seen = self.attr_main_seq.filter(|_| races && !by_key);
        let commands = vec![Command::SetAttributes { mode, changes, seen }];
        Ok(Call::Push { group, from: None, commands })
    }
}

/// Counters, changed and read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::tim) struct Counters {
    group_id: String,
    #[serde(default, deserialize_with = "or_default")]
    group_counter: Vec<KeyValue<Arc<str>, i64>>,
    #[serde(default, deserialize_with = "or_default")]
    group_counter_keys: Vec<String>,
    mode: Option<Mode>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Mode {
    Set,
    Increase,
    Decrease,
}

impl Counters {
    /// `update_group_counter`.
    pub(in crate::tim) fn update(self) -> Result<Call, Failure> {
        let mode = self.mode.ok_or_else(|| {
            Failure::new(Code::BAD_PARAMETER, "Mode: one of Set, Increase, Decrease")
        })?;
        let change = |KeyValue { key, value }| {
            let change = match mode {
                Mode::Set => Counting::Set(value),
                Mode::Increase => Counting::Increase(value),
                Mode::Decrease => Counting::Decrease(value),
            };
            CounterChange { key, change }
        };
        Self::count(&self.group_id, self.group_counter.into_iter().map(change).collect())
    }

    /// `delete_group_counter`.
    pub(in crate::tim) fn delete(self) -> Result<Call, Failure> {
        let remove = |key: String| CounterChange { key: key.into(), change: Counting::Remove };
        Self::count(&self.group_id, self.group_counter_keys.into_iter().map(remove).collect())
    }

    /// `get_group_counter`.
    pub(in crate::tim) fn get(self) -> Result<Call, Failure> {
        let group = wire::group(&self.group_id)?;
        Ok(Call::Read { group, read: Read::Counters { keys: self.group_counter_keys } })
    }

    fn count(group: &str, changes: Vec<CounterChange>) -> Result<Call, Failure> {
        if changes.is_empty() {
            return Err(Failure::new(Code::BAD_PARAMETER, "at least one counter is named"));
        }
        let (group, commands) = (wire::group(group)?, vec![Command::Count { changes }]);
        Ok(Call::Push { group, from: None, commands })
    }
}
