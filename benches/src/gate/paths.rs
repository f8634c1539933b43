//! The hot paths, each through the public API with the whole behaviour on.

#![expect(
    clippy::inconsistent_digit_grouping,
    clippy::mistyped_literal_suffixes,
    clippy::zero_prefixed_literal,
    reason = "two digits stand behind the point of each limit"
)]

use std::{hint::black_box, sync::Arc, time::Duration};

use benches::{
    rooms::{ANN, KEY, Room, START, drafts, join, livestream, user, without_tips},
    rules::{Hall, RULES, Rule},
};
use liveroom::{
    Acts, Audience, Author, Command, Cursor, Draft, GroupConfig, NotNow, Platform, Power, Priority,
    Profile, SessionId, Tick, UserId, filter::FilterSpec, internals::Lanes,
};

use super::{Cost, colliding};

/// Something that is done many times over.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    /// How many times.
    pub(crate) units: u64,
    /// What one time costs at most.
    pub(crate) limit: Cost,
    /// Makes everything that it is done on, and returns what is counted.
    pub(crate) prepare: fn() -> Box<dyn FnMut()>,
}

/// Hundredths, for one message, member or batch.
pub(crate) const PATHS: [Path; 32] = [
    path("push", MESSAGES, (5_387_00, 2_01), push),
    path("push-filtered", MESSAGES, (12_280_00, 2_01), push_filtered),
    path("push-ten-times-too-many", MESSAGES, (8_822_00, 2_10), push_too_many),
    path("lanes-ten-times-too-many", MESSAGES, (1_828_00, 0), offer_too_many),
    path("outputs", MESSAGES, (275_00, 0), poll_outputs),
    path("join", JOINS, (5_656_00, 0_16), join_by_name),
    path("join-as-guest", JOINS, (2_539_00, 1_04), join_as_guest),
    path("join-as-they-come", colliding::NAMES, (5_930_00, 1_14), || join_all(colliding::plain())),
    path("join-names-that-collide", colliding::NAMES, (5_930_00, 1_14), || {
        join_all(colliding::colliding())
    }),
    path("poll-1", MEMBERS, (49_00, 0), || poll(1)),
    path("poll-16", MEMBERS, (306_00, 0), || poll(16)),
    path("sweep", MEMBERS, (7_26, 0), sweep),
    path("batch-16", BATCHES, (2_027_00, 2_85), batch),
    path("mute-of-all", SILENCED, (2_247_00, 1), mute_all),
    path("purge-of-many", Command::MAX_STEP_USERS, (7_798_00, 1_65), purge_many),
    path("seat", MEMBERS, (484_00, 0), seat),
    path("rules-none", MESSAGES, (6_149_00, 2_01), || push_past(&[])),
    path("rules-filter", MESSAGES, (13_774_00, 2_01), || push_past(&[RULES[0]])),
    path("rules-trails", MESSAGES, (14_240_00, 2_01), || push_past(&[RULES[1]])),
    path("rules-quiet-hours", MESSAGES, (7_081_00, 2_01), || push_past(&[RULES[2]])),
    path("rules-speakers", MESSAGES, (7_554_00, 2_01), || push_past(&[RULES[3]])),
    path("rules-slow-mode", MESSAGES, (9_803_00, 2_28), || push_past(&[RULES[4]])),
    path("rules-pace", MESSAGES, (10_367_00, 2_28), || push_past(&[RULES[5]])),
    path("rules-texts", MESSAGES, (13_593_00, 2_01), || push_past(&[RULES[6]])),
    path("rules-repeats", MESSAGES, (14_583_00, 2_32), || push_past(&[RULES[7]])),
    path("rules-priorities", MESSAGES, (6_559_00, 2_01), || push_past(&[RULES[8]])),
    path("rules-weights", MESSAGES, (6_515_00, 2_01), || push_past(&[RULES[9]])),
    path("rules-raid", MESSAGES, (14_745_00, 2_32), || push_past(&[RULES[10]])),
    path("rules-folding", MESSAGES, (10_887_00, 2_29), || push_past(&[RULES[11]])),
    path("rules-audit", MESSAGES, (6_164_00, 2_01), || push_past(&[RULES[12]])),
    path("rules-journal", MESSAGES, (7_395_00, 4_01), || push_past(&[RULES[13]])),
    path("rules-all", MESSAGES, (48_710_00, 5_48), || push_past(&RULES)),
];

const MESSAGES: u64 = 1_000;
const JOINS: u64 = 1_000;
const MEMBERS: u64 = 10_000;
const BATCHES: u64 = 40;
/// How many messages a mute of all takes, of twice as many that wait.
const SILENCED: u64 = 2_048;
/// Who is there before the joins that are counted.
const THERE: usize = 10_000;

const fn path(
    name: &'static str,
    units: u64,
    (instructions, allocations): (u64, u64),
    prepare: fn() -> Box<dyn FnMut()>,
) -> Path {
    Path { name, units, limit: Cost { instructions, allocations }, prepare }
}

/// A room in which so much was said that the receipts have their full size.
fn settled() -> Room {
    let mut room = Room::new();
    for _ in 0..4 {
        room.publish(MESSAGES);
    }
    room
}

/// Command to receipt, delivered at once.
fn push() -> Box<dyn FnMut()> {
    let mut room = settled();
    let mut commands = texts();
    Box::new(move || commands.drain(..).for_each(|command| room.push(ANN, command)))
}

/// The same through a filter of 10,000 words.
fn push_filtered() -> Box<dyn FnMut()> {
    let words: Vec<String> = (0..10_000).map(|number| format!("forbidden{number:05}")).collect();
    let spec = FilterSpec::parse(&words.join("\n")).expect("a good list");
    let filter = Arc::new(spec.compile().expect("so many words fit into one automaton"));
    let mut room = settled();
    let id = filter.id();
    room.group.install_filter(filter);
    room.push(Author::App, Command::UseFilter { filter: Some(id) });
    let mut commands = texts();
    Box::new(move || commands.drain(..).for_each(|command| room.push(ANN, command)))
}

fn texts() -> Vec<Command> {
    (0..MESSAGES)
        .map(|number| Command::text(format!("hello everybody, this is message {number:05}")))
        .collect()
}

/// Ten authors, ten times the rate: most are shed or expire. The outputs are polled.
fn push_too_many() -> Box<dyn FnMut()> {
    const AUTHORS: usize = 10;
    let mut room = Room::new();
    let profile = Arc::new(Profile::nick("Bob"));
    for author in 1..AUTHORS {
        room.push(Author::Session(SessionId(1 + author as u64)), join(user(author), &profile));
    }
    let offer = |room: &mut Room, drafts: &mut Vec<Draft>| {
        for (number, draft) in drafts.drain(..).enumerate() {
            room.now += Duration::from_micros(2_500);
            let author = Author::Session(SessionId(1 + (number % AUTHORS) as u64));
            room.push_now(author, draft.into());
            room.drain();
        }
    };
    for _ in 0..4 {
        offer(&mut room, &mut drafts(MESSAGES).collect());
    }
    let mut commands = drafts(MESSAGES).collect();
    Box::new(move || offer(&mut room, &mut commands))
}

/// The same by the scheduler alone.
fn offer_too_many() -> Box<dyn FnMut()> {
    let users: Vec<UserId> = (0..10).map(user).collect();
    let traffic = GroupConfig::livestream().settings().traffic.clone();
    let (mut lanes, mut now, mut count) = (Lanes::new(traffic, KEY), START, 0);
    let mut offer = move || {
        let priorities = [Priority::High, Priority::Normal, Priority::Low];
        let offers = users.iter().cycle().zip(priorities.into_iter().cycle());
        for (user, priority) in offers.take(MESSAGES as usize) {
            now += Duration::from_micros(2_500);
            count += 1;
            lanes.offer(now, user, priority, count);
        }
    };
    offer();
    Box::new(offer)
}

/// What as many pushes left to be told.
fn poll_outputs() -> Box<dyn FnMut()> {
    let mut room = settled();
    texts().into_iter().for_each(|command| room.push(ANN, command));
    Box::new(move || room.drain())
}

/// Into a group with many members.
fn join_by_name() -> Box<dyn FnMut()> {
    let profile = Arc::new(Profile::nick("Ann"));
    let mut room = Room::empty(GroupConfig::livestream());
    let command =
        |number: usize| (Author::Session(SessionId(number as u64)), join(user(number), &profile));
    for number in 0..THERE {
        let (by, command) = command(number);
        room.push_now(by, command);
        if number % Room::UNPOLLED == 0 {
            room.drain();
        }
    }
    room.drain();
    let mut commands: Vec<_> = (THERE..).take(JOINS as usize).map(command).collect();
    Box::new(move || commands.drain(..).for_each(|(by, command)| room.push_now(by, command)))
}

/// Of a whole crowd, its outputs polled now and then.
fn join_all(names: Vec<UserId>) -> Box<dyn FnMut()> {
    let mut room = Room::empty(GroupConfig::livestream());
    let profile = Arc::new(Profile::nick("Ann"));
    Box::new(move || {
        for (number, name) in names.iter().enumerate() {
            room.push_now(Author::Session(SessionId(number as u64)), join(name.clone(), &profile));
            if number % Room::UNPOLLED == 0 {
                room.drain();
            }
        }
    })
}

fn join_as_guest() -> Box<dyn FnMut()> {
    let mut room = Room::empty(without_tips());
    room.admit_guests(THERE);
    Box::new(move || {
        for guest in (10 * THERE as u64..).take(JOINS as usize) {
            room.push_now(Author::Guest(SessionId(guest)), Command::join_as_guest(Platform::Web));
        }
    })
}

/// Every member reads the newest `burst` from a cursor of its own, and goes on.
fn poll(burst: u64) -> Box<dyn FnMut()> {
    let mut room = settled();
    let mut cursors: Vec<Cursor> = vec![room.group.tail(); MEMBERS as usize];
    room.publish(burst);
    Box::new(move || {
        for cursor in &mut cursors {
            let entries = room.group.since(cursor).expect("the cursor is of this history");
            *cursor = entries.cursor();
            entries.for_each(|entry| {
                black_box(entry.seq);
            });
        }
    })
}

/// Everybody who is caught up is handed one batch.
fn sweep() -> Box<dyn FnMut()> {
    let mut room = settled();
    let mut audience = audience(&room);
    let mut seats = vec![0_u64; MEMBERS as usize];
    room.publish(1);
    audience.notify(room.now, true);
    Box::new(move || {
        let Room { group, now } = &mut room;
        let swept = audience.sweep(*now, group, |batch, tokens, _: &mut NotNow| {
            let handle = batch.to().position().0;
            tokens.iter().for_each(|token| seats[*token as usize] = handle);
        });
        assert_eq!(black_box((&seats, swept.given)).1, MEMBERS as usize);
    })
}

fn audience(room: &Room) -> Audience<u32> {
    let mut audience = Audience::new(Tick::NONE);
    (0..MEMBERS as u32).for_each(|token| {
        audience.add(token, room.group.tail());
    });
    audience
}

/// Batches of 16 from places that nobody asked for before.
fn batch() -> Box<dyn FnMut()> {
    let mut room = settled();
    let mut cursors = Vec::new();
    for _ in 0..BATCHES {
        cursors.push(room.group.tail());
        room.publish(1);
    }
    Box::new(move || {
        for cursor in &cursors {
            drop(black_box(room.group.batch(cursor).expect("the cursor is of this history")));
        }
    })
}

/// A clean message past some rules of the house, said by the next of many authors.
fn push_past(rules: &[Rule]) -> Box<dyn FnMut()> {
    let mut hall = Hall::new(rules);
    for _ in 0..4 {
        let texts = hall.texts(MESSAGES as usize);
        hall.say(texts);
        hall.room.drain();
    }
    let mut texts = hall.texts(MESSAGES as usize);
    Box::new(move || hall.say(std::mem::take(&mut texts)))
}

/// Everybody is muted while a lane is full, first of what stays and then of what goes. A fold counts
/// that, and has no room for it. Dearer by as much as there are more of them, if each is looked for.
fn mute_all() -> Box<dyn FnMut()> {
    let mut room = Room::empty(livestream(|settings| {
        let lane = &mut settings.traffic.lanes[Priority::Normal];
        (lane.capacity, lane.max_wait) = (2 * SILENCED as u32, Duration::from_hours(1));
        settings.folding = GroupConfig::modern().settings().folding.clone();
        let echoes = settings.folding.as_mut().and_then(|folding| folding.echoes.as_mut());
        echoes.expect("modern folds texts").messages = 1;
        settings.limits.outputs = 1 << 17;
    }));
    room.push(ANN, join(user(0), &Arc::new(Profile::nick("Ann"))));
    for by in [Author::App, ANN] {
        for _ in 0..SILENCED {
            room.push_now(by.clone(), Command::text("hello everybody"));
            room.drain();
        }
    }
    Box::new(move || room.push_now(Author::App, Command::MuteAll { on: true }))
}

/// One step purges as many users as it may name, where others said much. Dearer by as much as there are more of
/// them, if what was said is looked through for each.
fn purge_many() -> Box<dyn FnMut()> {
    let mut room = Room::empty(livestream(|settings| {
        settings.powers = settings.powers.with(Power::Purge);
    }));
    room.push(ANN, join(user(0), &Arc::new(Profile::nick("Ann"))));
    room.publish(2 * MESSAGES);
    let users = (1..).take(Command::MAX_STEP_USERS as usize).map(user).collect();
    let acts = Box::new(Acts { purge: true, ..Acts::default() });
    let mut command = Some(Command::Moderate { users, acts });
    Box::new(move || {
        let command = command.take().expect("a path is gone once");
        room.push_now(Author::App, command);
    })
}

/// Somebody comes into an audience, and somebody else goes.
fn seat() -> Box<dyn FnMut()> {
    let room = settled();
    let tail = room.group.tail();
    let mut audience: Audience<u32> = Audience::new(Tick::NONE);
    let mut places: Vec<_> = (0..MEMBERS as u32).map(|token| audience.add(token, tail)).collect();
    Box::new(move || {
        for place in &mut places {
            assert!(audience.remove(*place).is_some());
            *place = audience.add(0, tail);
        }
    })
}
