//! What a host of the modelled service does between its words and the engine, as short as it can be: the
//! sockets are left out. Whatever is said on the way is looked at.

use std::{collections::BTreeMap, time::Duration};

use liveroom::{
    Author, Body, Command, Creation, Cursor, Engine, EngineConfig, Entry, Group, GroupConfig,
    GroupId, GroupKey, HashKey, Join, Output, Platform, Profile, PushError, Receipt, Refusal, Seq,
    SessionId, State, Timestamp, UserId, Visitor,
    tim::{
        Call, Code, Failure, NewGroup, Read, Room,
        callbacks::Callback,
        elements::{self, MsgElement},
        events, frames,
        rest::{self, GroupItem, Reply, Turned},
    },
};
use serde_json::{Map, Value};

use crate::{laws, script};

/// The account of who administers.
pub(crate) const ADMIN: &str = "administrator";
/// More groups than these add time, not states.
const GROUPS: usize = 6;

pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    config: GroupConfig,
    /// Who reads each group from its beginning.
    readers: BTreeMap<GroupKey, Cursor>,
    /// What the groups told, as callbacks tell it.
    pub(crate) asked: Vec<(GroupKey, liveroom::Question)>,
    told: u64,
}

/// Who asks for something.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) author: Author,
    pub(crate) user: Option<UserId>,
    pub(crate) admin: bool,
}

impl Asker {
    /// The administrator, over REST.
    pub(crate) fn admin() -> Self {
        Self { author: Author::App, user: ADMIN.parse().ok(), admin: true }
    }
}

impl Desk {
    /// A group `g` of u0's, with members u1 to u3, and one without an owner, `o`.
    pub(crate) fn new(config: GroupConfig) -> Self {
        let bounds = EngineConfig { budget: 8 << 20, ..EngineConfig::default() };
        let now = Timestamp::from_secs(1_600_000_000);
        let engine = Engine::new(HashKey::new(1, 2), bounds);
        let (readers, asked) = (BTreeMap::new(), Vec::new());
        let mut desk = Self { engine, now, config, readers, asked, told: 0 };
        for (id, owner) in [("g", Some("u0")), ("o", None)] {
            let id = GroupId::custom(id).expect("a good id");
            let mut creation = Creation::named("Friday").id(id).config(desk.config.clone());
            if let Some(owner) = owner {
                creation = creation.owner(owner.parse().expect("a good id"));
            }
            let key = desk.engine.create(now, creation).expect("the budget has room for two");
            let group = desk.engine.group(key).expect("it was just made");
            desk.readers.insert(key, group.tail());
            desk.engine.install_filter(key, script::FILTERS[0].clone()).expect("it was just made");
            let filter = Some(script::FILTERS[0].id());
            desk.push(key, Author::App, Command::UseFilter { filter }).expect("it is installed");
        }
        let key = desk.engine.find(&"g".parse().expect("a good id")).expect("it was just made");
        for number in 0..4 {
            let (session, user) = (SessionId(number), user(&format!("u{number}")));
            let visitor = Visitor::user(user.clone(), Platform::Web);
            desk.engine.open(session, visitor).expect("nobody opened it before");
            let join = Join { user: Some(user), platform: Platform::Web, ..Join::default() };
            desk.push(key, Author::Session(session), Command::Join(join)).expect("it is open");
        }
        desk.settle();
        desk
    }

    /// Time goes by.
    pub(crate) fn wait(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
        self.settle();
    }

    /// Does what is asked.
    pub(crate) fn serve(&mut self, asker: &Asker, call: &Call) -> Result<Reply, Failure> {
        match call {
            Call::Push { group, from, commands } => {
                let (key, by) = (self.find(group)?, self.author(asker, from.as_ref())?);
                let mut receipts = Vec::new();
                for command in commands {
                    let pushed = self.push(key, by.clone(), command.clone());
                    receipts.push(pushed.map_err(|error| call.failure(&error))?);
                }
                Ok(call.done(&receipts))
            }
            Call::Send { group, from, draft, .. } => {
                let (key, by) = (self.find(group)?, self.author(asker, from.as_ref())?);
                let sent = self.push(key, by, Command::Send(draft.clone()));
                let sent = sent.map_err(|error| Failure::from(&error))?;
                let Receipt::Sent { state, disclose, .. } = sent else {
                    panic!("a message is answered by where it stands");
                };
                Ok(match state {
                    State::Ended(outcome) => rest::sent(&outcome, disclose, asker.admin, self.now),
                    // A host answers when it has ended.
                    State::Held { .. } | State::Waiting { .. } => Reply::empty(),
                })
            }
            Call::Create(new) => self.create(asker, new),
            Call::Broadcast { content, .. } if asker.admin => {
                let sent = self.engine.broadcast(self.now, content.clone());
                let many = sent.map_err(|error| Failure::from(&error))?;
                Ok(rest::broadcast(many as u64))
            }
            Call::ToUser(message) if asker.admin => {
                let profile = Profile::nick("Ann");
                let frame = frames::push_to_user(7, ADMIN, message, &profile, self.now);
                is_pushed(&frame, 9);
                Ok(Reply::empty())
            }
            Call::Broadcast { .. } | Call::ToUser(_) => Err(Turned::NotAdmin.into()),
            Call::Recall { group, seqs } => {
                let key = self.find(group)?;
                let results: Vec<_> =
                    seqs.iter().map(|seq| (*seq, self.recall(asker, key, Seq(*seq)))).collect();
                Ok(rest::recalled(&results))
            }
            Call::Describe { groups } => Ok(self.describe(asker, groups)),
            Call::Read { group, read } => self.read(asker, group, read),
            other => panic!("not known here: {other:?}"),
        }
    }

    /// Gives a group a command, which changes nothing if it is refused.
    pub(crate) fn push(
        &mut self,
        key: GroupKey,
        by: Author,
        command: Command,
    ) -> Result<Receipt, PushError> {
        self.engine.advance(self.now);
        self.listen();
        // A group in which nothing was due stands where it was last asked: refused, this moves its clock.
        let quits = self.engine.push(self.now, key, Author::App, Command::Quit);
        assert!(quits.is_err(), "the app is in no group");
        let before = self.group(key).digest();
        let answer = self.engine.push(self.now, key, by, command.clone());
        let stuck = matches!(answer, Err(PushError::Refused(Refusal::Undrained { .. })));
        if answer.is_err() && !stuck {
            assert_eq!(
                self.group(key).digest(),
                before,
                "a refusal changed something: {command:?}"
            );
        }
        answer
    }

    pub(crate) fn find(&self, group: &GroupId) -> Result<GroupKey, Failure> {
        self.engine.find(group).ok_or(Code::NO_SUCH_GROUP.into())
    }

    pub(crate) fn group(&self, key: GroupKey) -> &Group {
        self.engine.group(key).expect("none is ever disposed of")
    }

    /// Brings everything to the present, and looks at all that is told.
    pub(crate) fn settle(&mut self) {
        self.engine.advance(self.now);
        self.listen();
        let mut readers = std::mem::take(&mut self.readers);
        for (key, reader) in &mut readers {
            let group = self.group(*key);
            laws::hold(group);
            let entries = laws::read(group, reader);
            with_room(group, |room| {
                let entries: Vec<&Entry> = entries.iter().map(|entry| &**entry).collect();
                is_a_list(room, &entries);
            });
        }
        self.readers = readers;
    }

    fn listen(&mut self) {
        while let Some((key, output)) = self.engine.poll() {
            self.hear(key, &output);
        }
    }

    fn hear(&mut self, key: GroupKey, output: &Output) {
        self.told += 1;
        let group = self.group(key);
        with_room(group, |room| {
            if let Some(callback) = Callback::of(room, output) {
                is_a_callback(&callback, self.now);
            }
        });
        match output {
            Output::Ended { outcome, disclose, .. } => {
                for (disclose, admin) in [(*disclose, false), (*disclose, true), (true, false)] {
                    is_a_reply(&rest::sent(outcome, disclose, admin, self.now));
                }
            }
            Output::Direct { notice, .. } => with_room(group, |room| {
                if let Some(event) = events::of_notice(room, self.now, self.told, notice) {
                    is_pushed(&frames::push(self.told, &event), 5);
                }
            }),
            Output::Ask { question, .. } => self.asked.push((key, question.clone())),
            _ => {}
        }
    }

    /// As whom something is done that is asked in the name of `from`.
    fn author(&self, asker: &Asker, from: Option<&UserId>) -> Result<Author, Failure> {
        match from {
            None => Ok(asker.author.clone()),
            Some(user) if asker.admin => {
                let profile = (*self.engine.profile(user)).clone();
                Ok(Author::AppAs { user: user.clone(), profile })
            }
            Some(_) => Err(Code::BAD_REQUEST.into()),
        }
    }

    fn create(&mut self, asker: &Asker, new: &NewGroup) -> Result<Reply, Failure> {
        if self.readers.len() >= GROUPS {
            return Err(Code::TOO_MANY_GROUPS.into());
        }
        let mut creation = new.creation(self.config.clone());
        if !asker.admin {
            let user = asker.user.clone().ok_or(Code::NO_PERMISSION)?;
            creation = creation.owner(user);
        }
        let made = self.engine.create(self.now, creation);
        let key = made.map_err(|error| Failure::of_creation(&error, asker.admin))?;
        let (id, tail) = (self.group(key).id().clone(), self.group(key).tail());
        self.readers.insert(key, tail);
        assert_eq!(self.group(key).profile().name(), new.name());
        if let Some(profile) = new.profile() {
            let given = self.push(key, Author::App, profile.clone());
            let fits = matches!(given, Ok(_) | Err(PushError::OverBudget { .. }));
            assert!(fits, "a profile that was checked is refused: {given:?}");
        }
        Ok(rest::created(&id))
    }

    fn recall(&mut self, asker: &Asker, key: GroupKey, seq: Seq) -> Result<(), Failure> {
        let message = match self.group(key).entry(seq).map(|entry| &entry.body) {
            Some(Body::Message(message)) => message.id,
            _ => return Err(Code::NO_SUCH_MESSAGE.into()),
        };
        let pushed = self.push(key, asker.author.clone(), Command::Recall { message });
        pushed.map(drop).map_err(|error| Failure::from(&error))
    }

    fn describe(&self, asker: &Asker, groups: &[String]) -> Reply {
        let items = groups.iter().map(|text| {
            let found = text.parse().map_err(|_| Code::BAD_GROUP_ID);
            let key = found.and_then(|id| self.engine.find(&id).ok_or(Code::NO_SUCH_GROUP));
            match (key, asker.user.as_ref().filter(|_| !asker.admin)) {
                (Ok(key), Some(user)) => {
                    GroupItem::of(self.group(key)).seen_by(self.group(key), user)
                }
                (Ok(key), None) => GroupItem::of(self.group(key)),
                (Err(code), _) => GroupItem::failed(text, &code.into()),
            }
        });
        let reply = GroupItem::reply(items.collect());
        let said = is_a_reply(&reply);
        if said["ErrorCode"] == 0 {
            let items = said["GroupInfo"].as_array().expect("it is a list");
            assert_eq!(items.len(), groups.len(), "a group is passed over");
            items.iter().for_each(|item| is_known(&item["ErrorCode"]));
        }
        reply
    }

    fn read(&self, asker: &Asker, group: &GroupId, read: &Read) -> Result<Reply, Failure> {
        let group = self.group(self.find(group)?);
        if let Some(action) = read.needs() {
            group.may(&asker.author, action).map_err(|refusal| Failure::from(&refusal))?;
        }
        let reply = read.reply(group);
        let said = is_a_reply(&reply);
        let count = |name: &str| said[name].as_array().map(Vec::len);
        match read {
            Read::Attributes => {
                assert_eq!(count("GroupAttrAry"), Some(group.attributes().iter().count()))
            }
            Read::Members { mark: None, .. } => {
                assert_eq!(said["MemberNum"], group.member_count());
            }
            Read::Banned { offset, limit } => {
                let all = group.bans().count();
                let told = all.saturating_sub(*offset).min(*limit);
                assert_eq!(count("BannedAccountList"), Some(told));
                let end = offset + told;
                let next = if end < all { end } else { 0 };
                assert_eq!(said["NextOffset"], next, "a page is passed over");
            }
            _ => {}
        }
        Ok(reply)
    }
}

pub(crate) fn user(id: &str) -> UserId {
    id.parse().expect("a good id")
}

fn with_room(group: &Group, look: impl FnOnce(&Room<'_>)) {
    look(&Room { id: group.id(), name: group.profile().name(), admin: ADMIN });
}

fn object(bytes: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(bytes).expect("it is a JSON object")
}

/// A code is one that is given here.
pub(crate) fn is_known(code: &Value) {
    let number = code.as_u64().expect("a code is a number");
    let number = u32::try_from(number).expect("a code has 32 bits");
    let listed = Code::ALL.iter().any(|code| code.number() == number);
    assert!(number == 0 || listed || Code::of_app(number).is_some(), "{number} is no code");
}

/// A reply is well formed, and says that something was done or why not.
pub(crate) fn is_a_reply(reply: &Reply) -> Map<String, Value> {
    assert!(reply.as_bytes().len() <= Reply::MAX_BYTES, "a reply is too long");
    let said = object(reply.as_bytes());
    is_known(&said["ErrorCode"]);
    let failed = said["ErrorCode"] != 0;
    assert_eq!(said["ActionStatus"], if failed { "FAIL" } else { "OK" });
    let info = said["ErrorInfo"].as_str().expect("it is a text");
    assert!(info.len() <= Failure::MAX_INFO && info.is_empty() != failed, "{info:?}");
    said
}

/// A frame that the host sends by itself has one event, of that kind.
fn is_pushed(frame: &[u8], kind: u64) {
    let said = object(frame);
    assert_eq!(said["head"]["servcmd"], "im_open_push.msg_push");
    let events = said["body"]["EventArray"].as_array().expect("it is a list");
    assert!(events.len() == 1 && events[0]["Event"] == kind, "{said:?}");
}

fn is_a_callback(callback: &Callback, now: Timestamp) {
    let body = object(&callback.body(now));
    assert_eq!(body["CallbackCommand"], callback.command());
    let query = callback.query(liveroom::AppId(7), "::1 &?\n", Some("token"), now);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte);
    assert!(query.bytes().all(plain), "{query}");
    let addresses = query.split('&').filter_map(|pair| pair.strip_prefix("ClientIP="));
    addresses.for_each(|ip| assert_eq!(ip, "%3A%3A1%20%26%3F%0A", "an address is told otherwise"));
    if let Some(number) = body.get("ErrorCode") {
        is_known(number);
    }
}

/// Every entry is an event of its group or none, one that fails hides no other, and each message reads as it was sent.
fn is_a_list(room: &Room<'_>, entries: &[&Entry]) {
    let list: Vec<Value> =
        serde_json::from_slice(&events::list(room, entries)).expect("it is a JSON list");
    let mut left = list.iter();
    for entry in entries {
        let many = events::events(room, entry).len();
        for event in left.by_ref().take(many) {
            assert_eq!(event["MsgSeq"], entry.seq.0);
            assert_eq!(event["ToGroupId"], room.id.as_str());
            assert_eq!(event["GroupInfo"]["GroupId"], room.id.as_str());
            assert!(!event["MsgBody"].is_null(), "{event}");
            if let Body::Message(message) = &entry.body
                && message.directive.is_none()
            {
                assert_eq!(event["Event"], 3);
                let body: Vec<MsgElement> = serde_json::from_value(event["MsgBody"].clone())
                    .expect("what is told can be sent");
                let content = elements::content(body, message.content.data.clone());
                assert_eq!(content.as_ref(), Ok(&message.content), "it reads otherwise");
            }
        }
    }
    assert_eq!(left.count(), 0, "more is told than there is");
}
