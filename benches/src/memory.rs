//! F5: bytes of a member, and of a group that is idle, by the counting allocator.

use std::sync::Arc;

use liveroom::{
    Audience, Author, Command, Creation, Engine, EngineConfig, Group, GroupConfig, GroupId,
    Platform, Profile, SessionId, Tick, UserId, Visitor,
};
use tokio::sync::broadcast;

use crate::{
    allocations::held,
    channels::Message,
    race::{Aimed, Amount, Report},
    rooms::{KEY, Room, START, join, long_user, user, without_tips},
};

/// Bytes for each member, of several kinds.
pub(crate) fn members(report: &mut Report) {
    anywhere(report);
    for &members in report.sizes() {
        let count = members as u64;
        let wants = |kind: &str| report.wants("F5", &format!("{kind}/N={members}"));
        let (guest, named) = (wants("guest"), wants("named"));
        let (uuid, audience) = (wants("named-uuid"), wants("audience"));
        // A guest is a session and nothing else, so this is what a session costs, too.
        let session = if guest || named { each(count, || guests(members)) } else { 0 };
        if guest {
            let unit = "bytes a guest in the group";
            amount(report, format!("guest/N={members}"), unit, session, None, Some(24));
        }
        if named {
            let whole = each(count, || named_members(members, user));
            let unit = "bytes a member with id and session, profiles shared";
            amount(report, format!("named/N={members}"), unit, whole, None, None);
            let unit = "as `named`, without the session: its place in a table, and its 9 bytes in the record";
            let own = whole.saturating_sub(session);
            amount(report, format!("named-record/N={members}"), unit, own, None, Some(64));
        }
        if uuid {
            let unit = "bytes a member with an id of 32 digits and a session, profiles shared";
            let whole = each(count, || named_members(members, long_user));
            amount(report, format!("named-uuid/N={members}"), unit, whole, None, None);
        }
        if audience {
            let unit = "bytes in an audience, without the host's token of 4; a receiver of tokio broadcast";
            let ours = each(count, || seated(members)).saturating_sub(400);
            let peer = each(count, || subscribed(members));
            amount(report, format!("audience/N={members}"), unit, ours, Some(peer), Some(4));
        }
    }
}

/// The most bytes at any of eight sizes, from a tenth of the largest up: a table that doubles as it
/// grows has its best and its worst moments.
fn anywhere(report: &mut Report) {
    let largest = report.large();
    // A third more each time.
    let sizes = || (0..8).map(|step| largest * 3_usize.pow(step) / 4_usize.pow(step));
    let mut worst = |kind: &str, unit, at_most, bytes: &dyn Fn(usize) -> u64| {
        let name = format!("{kind}/N<={largest}");
        if report.wants("F5", &name) {
            let most = sizes().map(bytes).max().unwrap_or_default();
            amount(report, name, unit, most, None, at_most);
        }
    };
    let unit = "bytes a guest, the most at eight sizes";
    worst("guest", unit, Some(24), &|members| each(members as u64, || guests(members)));
    let unit = "bytes a member with id and session, the most at eight sizes";
    worst("named", unit, None, &|members| each(members as u64, || named_members(members, user)));
}

fn guests(members: usize) -> Room {
    let mut room = Room::new();
    room.admit_guests(members);
    room
}

fn named_members(members: usize, name: fn(usize) -> UserId) -> Room {
    let profile = Arc::new(Profile::nick("Ann"));
    let mut room = Room::empty(without_tips());
    for member in 0..members {
        let by = Author::Session(SessionId(member as u64));
        room.push_now(by, join(name(member), &profile));
        if member % Room::UNPOLLED == 0 {
            room.drain();
        }
    }
    room.drain();
    room
}

fn seated(members: usize) -> Audience<u32> {
    let tail = Room::new().group.tail();
    let mut audience = Audience::new(Tick::NONE);
    (0..).take(members).for_each(|token| {
        audience.add(token, tail);
    });
    audience
}

fn subscribed(members: usize) -> Vec<broadcast::Receiver<Message>> {
    let (sender, _) = broadcast::channel(64);
    (0..members).map(|_| sender.subscribe()).collect()
}

/// Bytes for each group in an engine.
pub(crate) fn groups(report: &mut Report) {
    let groups = if report.large() > 100_000 { 100_000 } else { 10_000 };
    let count = groups as u64;
    // What it may hold is what is measured.
    let config = EngineConfig { budget: usize::MAX, ..EngineConfig::default() };
    let engine = || Engine::new(KEY, config);
    let mut measure =
        |kind: &str, guests: usize, at_most: Option<u64>, hold: &dyn Fn() -> Engine| {
            let name = format!("{kind}/groups={groups}/guests={guests}");
            if report.wants("F5", &name) {
                let ours = each(count, hold);
                let peer = each(count, || (0..groups).map(|_| channel(guests)).collect::<Vec<_>>());
                let unit = "bytes a group in an engine; tokio broadcast(64) with as many receivers";
                amount(report, name, unit, ours, Some(peer), at_most);
            }
        };
    measure("idle", 0, Some(256), &|| {
        let mut engine = engine();
        (0..groups).for_each(|group| adopt(&mut engine, new_group(group)));
        engine
    });
    measure("silent-again", 0, None, &|| {
        let mut engine = engine();
        (0..groups).for_each(|group| adopt(&mut engine, talked(group)));
        engine.advance(START + FORGOTTEN);
        engine
    });
    // 100,000 such groups in 64 MB.
    measure("visited", 10, Some(640), &|| {
        let mut engine = engine();
        (0..groups).for_each(|group| adopt(&mut engine, visited(group)));
        engine
    });
    measure("with-sessions", 10, None, &|| {
        let mut engine = engine();
        for group in 0..groups {
            adopt(&mut engine, new_group(group));
            visit(&mut engine, group);
        }
        engine
    });
}

/// How long after it nothing of a message is kept.
const FORGOTTEN: std::time::Duration = std::time::Duration::from_mins(10);

fn adopt(engine: &mut Engine, group: Group) {
    engine.adopt(group).expect("its id is new");
}

fn new_group(number: usize) -> Group {
    let id = id(number);
    let creation = Creation::named("Friday night").config(GroupConfig::livestream());
    creation.build(START, id, KEY).expect("the name is fit to be shown")
}

fn id(number: usize) -> GroupId {
    GroupId::custom(&format!("group{number:08}")).expect("a good id")
}

/// A group in which something was said.
fn talked(number: usize) -> Group {
    let mut group = new_group(number);
    for text in ["one", "two", "three"] {
        group.push(START, Author::App, Command::text(text)).expect("nothing forbids it");
    }
    while group.poll().is_some() {}
    group.advance(START + FORGOTTEN);
    group
}

/// A group with ten guests, whose sessions the engine does not know.
fn visited(number: usize) -> Group {
    let mut group = new_group(number);
    for session in sessions(number) {
        let command = Command::join_as_guest(Platform::Web);
        group.push(START, Author::Guest(session), command).expect("nothing forbids it");
    }
    while group.poll().is_some() {}
    group
}

/// Lets ten guests in over sessions that the engine knows.
fn visit(engine: &mut Engine, number: usize) {
    let key = engine.find(&id(number)).expect("it was adopted");
    for session in sessions(number) {
        engine.open(session, Visitor::guest(Platform::Web)).expect("the session is new");
        let command = Command::join_as_guest(Platform::Web);
        let pushed = engine.push(START, key, Author::Guest(session), command);
        pushed.expect("nothing forbids it");
    }
    while engine.poll().is_some() {}
}

fn sessions(number: usize) -> impl Iterator<Item = SessionId> {
    (0..10).map(move |guest| SessionId((number * 10 + guest) as u64))
}

/// The peer of a group: a channel, and what holds its receivers.
fn channel(guests: usize) -> (broadcast::Sender<Message>, Vec<broadcast::Receiver<Message>>) {
    let (sender, _) = broadcast::channel(64);
    let receivers = (0..guests).map(|_| sender.subscribe()).collect();
    (sender, receivers)
}

/// Hundredths of bytes that each of `count` holds.
fn each<R>(count: u64, make: impl FnOnce() -> R) -> u64 {
    let (made, bytes) = held(make);
    drop(made);
    bytes * 100 / count
}

fn amount(
    report: &mut Report,
    name: String,
    unit: &'static str,
    ours: u64,
    peer: Option<u64>,
    at_most: Option<u64>,
) {
    let aimed = at_most.map(|bytes| Aimed::AtMost(bytes * 100));
    report.amount(&Amount { aim: "F5", name, unit, ours, peer, aimed });
}
