//! What a group puts out, as a subscriber of `tracing` sees it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use liveroom::{
    Admission, AskStep, Asking, Author, Command, Content, Decision, Draft, Epoch, Group,
    GroupConfig, GroupId, GroupPatch, HashKey, Join, JoinOption, Kind, Output, Platform, Profile,
    Refusal, SessionId, Span, Ticket, Timestamp, UserId,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
/// Stands wherever something private may stand.
const SECRET: &str = "s3cret";

/// Keeps every event with its fields.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<Told>>>);

#[derive(Clone, Debug)]
struct Told {
    level: Level,
    target: String,
    fields: BTreeMap<String, String>,
}

impl Told {
    fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let target = metadata.target().to_owned();
        let mut told = Told { level: *metadata.level(), target, fields: BTreeMap::new() };
        event.record(&mut told);
        self.0.lock().unwrap().push(told);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        unreachable!("only events are told")
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A room whose outputs and refusals are told as they come.
struct Room {
    group: Group,
    now: Timestamp,
}

impl Room {
    fn push(&mut self, by: Author, command: impl Into<Command>) -> Result<(), Refusal> {
        let id = self.group.id().clone();
        let answer = self.group.push(self.now, by.clone(), command.into());
        if let Err(refusal) = &answer {
            liveroom::tracing::refusal(&id, &by, refusal);
        }
        self.poll();
        answer.map(drop)
    }

    fn poll(&mut self) {
        let id = self.group.id().clone();
        while let Some(output) = self.group.poll() {
            liveroom::tracing::output(&id, &output);
        }
    }
}

fn user(name: &str) -> UserId {
    name.parse().unwrap()
}

fn join(name: &str) -> Command {
    Command::Join(Join {
        user: Some(user(name)),
        profile: Profile { nick: SECRET.into(), avatar: SECRET.into() }.into(),
        platform: Platform::Web,
        note: SECRET.into(),
        print: None,
    })
}

/// Something of everything that a group puts out.
fn play(room: &mut Room) -> Result<(), Refusal> {
    let [ann, bob, cat] = [1, 2, 3].map(|session| Author::Session(SessionId(session)));
    room.push(ann.clone(), join("ann"))?;
    room.push(bob.clone(), join("bob"))?;
    room.push(bob.clone(), Command::text(SECRET))?;
    let reject = Decision::Reject { code: 10_101, reason: SECRET.into() };
    room.push(Author::App, Command::Answer { ticket: Ticket(1), decision: reject })?;
    room.push(bob.clone(), Draft::custom(Kind::Gift, SECRET))?;
    room.push(Author::App, Command::Answer { ticket: Ticket(2), decision: Decision::Allow })?;
    room.push(bob.clone(), Command::custom(Kind::Like, SECRET))?;
    let discard = Decision::Discard;
    room.push(Author::App, Command::Answer { ticket: Ticket(3), decision: discard })?;
    let patch = GroupPatch {
        name: Some(SECRET.into()),
        introduction: Some(SECRET.into()),
        notification: Some(SECRET.into()),
        face_url: Some(SECRET.into()),
        custom: vec![(SECRET.into(), SECRET.into())],
        join_option: Some(JoinOption::NeedPermission),
    };
    room.push(ann.clone(), Command::SetGroup(Box::new(patch)))?;
    room.push(cat.clone(), join("cat"))?;
    let admit = Command::AnswerJoin { user: user("cat"), admission: Admission::Admit };
    room.push(ann.clone(), admit)?;
    room.push(Author::App, Command::notice(SECRET))?;
    let field = SECRET.into();
    room.push(
        Author::App,
        Command::Notify { users: Some([user("cat")].into_iter().collect()), field },
    )?;
    room.push(Author::App, Command::Broadcast { content: Content::text(SECRET).into() })?;
    room.push(Author::App, Command::leave([user("cat")]))?;
    let users = || [user("bob")].into_iter().collect();
    room.push(ann.clone(), Command::Mute { users: users(), span: Span::Forever })?;
    room.push(bob.clone(), Command::text(SECRET)).unwrap_err();
    room.push(Author::Session(SessionId(9)), Command::text(SECRET)).unwrap_err();
    let speaks = Author::AppAs { user: user("bob"), profile: Profile::nick(SECRET) };
    room.push(speaks, Command::Recall { message: liveroom::MessageId(77) }).unwrap_err();
    room.push(ann.clone(), Command::Kick { users: users(), reason: SECRET.into() })?;
    room.push(cat, Command::Detach)?;
    room.now += Duration::from_secs(60);
    room.push(ann, Command::Disband)
}

fn captured() -> Vec<Told> {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.asking.steps.insert(0, AskStep::callback(Asking::CALLBACK));
    settings.journal = true;
    let config = settings.build().unwrap();
    let id = GroupId::custom("friday").unwrap();
    let group = Group::new(id, Some(user("ann")), config, Epoch(1), HashKey::new(1, 2), START);
    let mut room = Room { group, now: START };
    let capture = Capture::default();
    tracing::subscriber::with_default(capture.clone(), || play(&mut room).unwrap());
    capture.0.lock().unwrap().clone()
}

#[test]
fn events_have_fields_by_which_they_are_found() {
    let told = captured();
    assert!(told.iter().all(|event| event.target == "liveroom" && event.get("group") == "friday"));
    let find = |what: &str, field: &str, value: &str| {
        let mut events = told.iter();
        let found = events.find(|event| event.get("what") == what && event.get(field) == value);
        found.unwrap_or_else(|| panic!("no {what} with {field} {value} in {told:#?}"))
    };
    let rejected = find("ended", "outcome", "rejected");
    assert_eq!((rejected.level, rejected.get("code")), (Level::INFO, "10101"));
    assert_eq!((rejected.get("user"), rejected.get("session")), ("bob", "2"));
    let gift = find("ended", "kind", "Gift");
    assert_eq!(
        (gift.level, gift.get("outcome"), gift.get("priority")),
        (Level::DEBUG, "delivered", "High")
    );
    assert_eq!((gift.get("message_id"), gift.get("reason")), ("2", ""));
    assert_eq!(find("ended", "outcome", "discarded").get("reason"), "Decision");
    assert_eq!(find("asked", "user", "bob").level, Level::DEBUG);
    assert_eq!(find("applied", "user", "cat").level, Level::INFO);
    assert_eq!(find("direct", "reason", "Kicked").get("session"), "2");
    assert_eq!(find("ordered", "session", "3").get("count"), "1");
    let kicked = find("left", "reason", "Kicked");
    assert_eq!((kicked.level, kicked.get("operator")), (Level::INFO, "ann"));
    assert_eq!(find("offline", "user", "cat").level, Level::DEBUG);
    let changed = "name,introduction,notification,face_url,join_option,custom";
    assert_eq!(find("profile_changed", "reason", changed).level, Level::INFO);
    assert_eq!(find("record", "reason", "command").level, Level::TRACE);
    assert_eq!(find("refused", "code", "2004").level, Level::DEBUG);
    assert_eq!(find("refused", "user", "bob").get("code"), "4005");
    assert_eq!(find("refused", "session", "9").get("code"), "2001");
    assert_eq!(find("disbanded", "outcome", "").level, Level::INFO);
}

#[test]
fn nothing_private_is_told_at_any_level() {
    let told = captured();
    assert!(told.len() > 40);
    for event in &told {
        let leaks = event.fields.values().any(|value| value.contains(SECRET));
        assert!(!leaks, "{event:?}");
    }
}

#[test]
fn a_full_queue_is_a_warning_for_the_host() {
    let capture = Capture::default();
    let id = GroupId::custom("friday").unwrap();
    tracing::subscriber::with_default(capture.clone(), || {
        liveroom::tracing::refusal(&id, &Author::App, &Refusal::Undrained { waiting: 9 });
        liveroom::tracing::output(&id, &Output::Full { record: liveroom::RecordNo(7) });
    });
    let told = capture.0.lock().unwrap();
    assert_eq!((told[0].level, told[0].get("code")), (Level::WARN, "5001"));
    assert_eq!((told[1].level, told[1].get("record")), (Level::INFO, "7"));
}
