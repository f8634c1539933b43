//! F2: a sweep when some of the members cannot take what they are given, scattered among the others;
//! and one log that is read by two audiences, each on its thread.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::Duration,
};

use liveroom::{
    AppId, Audience, Author, Command, Creation, Cursor, EngineConfig, Format, Group, Hub, HubKey,
    NotNow, Tick, Timestamp,
};

use crate::{
    channels::{Channel, Tokio},
    dice::Dice,
    halls::{Hall, each, handle},
    race::{Case, Report, repeat, time},
    rooms::{KEY, Room, START, without_tips},
};

/// Of a hundred members, so many take only every second time.
pub(crate) fn scattered(report: &mut Report) {
    let members = report.large();
    for percent in [0, 1, 10, 50] {
        let name = format!("sweep-behind/N={members}/percent={percent}");
        if !report.wants("F2", &name) {
            continue;
        }
        let what = "tokio broadcast try_recv, with nobody behind; ours a handle, in order";
        let case = Case { aim: "F2", name, what, at_least: None, units: 2 * members as u64 };
        let mut crowd = Crowd::new(members, percent);
        let (mut channel, message) = (Tokio::new(members), crowd.hall.room.entry());
        let ours = || crowd.sweep(true) + crowd.sweep(false);
        let peer = || {
            repeat(2, || {
                channel.send(&message);
                time(|| channel.drain())
            })
        };
        report.race(&case, ours, peer);
    }
}

/// A hall, a slot for each member, and who is slow.
struct Crowd {
    hall: Hall,
    slots: Vec<u64>,
    slow: Vec<bool>,
}

impl Crowd {
    fn new(members: usize, percent: usize) -> Self {
        let mut dice = Dice::new(7);
        let slow = (0..members).map(|_| dice.below(100) < percent).collect();
        Self { hall: Hall::new(members), slots: vec![0; members], slow }
    }

    fn sweep(&mut self, busy: bool) -> Duration {
        let Self { hall: Hall { room, audience }, slots, slow } = self;
        room.publish(1);
        let Room { group, now } = room;
        audience.notify(*now, false);
        time(|| {
            let mut source = |cursor: &Cursor| group.batch(cursor);
            let swept = audience.sweep(*now, &mut source, |batch, tokens, not_now| {
                let handle = handle(batch);
                for (index, token) in tokens.iter().enumerate() {
                    let token = *token as usize;
                    if busy && slow[token] {
                        not_now.mark(index);
                    } else {
                        slots[token] = handle;
                    }
                }
            });
            black_box((swept.given, &slots));
        })
    }
}

/// Half of the members on each of two threads, who lock the hub for a batch and not for the members.
pub(crate) fn halves(report: &mut Report) {
    for &members in report.sizes() {
        let name = format!("sweep-halves/N={members}");
        if !report.wants("F2", &name) {
            continue;
        }
        let what = "one audience on one thread; ours two on two, the longer of both";
        let case = Case { aim: "F2", name, what, at_least: None, units: members as u64 };
        let (mut two, mut one) = (Halls::new(members, 2), Halls::new(members, 1));
        report.race(&case, || two.sweep(), || one.sweep());
    }
}

/// Several audiences of one group of a hub.
struct Halls {
    hub: Hub,
    room: HubKey,
    now: Timestamp,
    halls: Vec<(Audience<u32>, Vec<u64>)>,
}

impl Halls {
    fn new(members: usize, halls: usize) -> Self {
        let hub = Hub::new(KEY, 1, EngineConfig::default());
        hub.create_app(START, AppId(1), "bench", None).expect("it is the first");
        let creation = Creation::named("Friday night").config(without_tips());
        let room = hub.create(START, AppId(1), creation).expect("there is room");
        let tail = hub.read(room, Group::tail).expect("it was just made");
        let hall = |_| {
            let mut audience = Audience::new(Tick::NONE);
            (0..).take(members / halls).for_each(|token| _ = audience.add(token, tail));
            (audience, vec![0; members / halls])
        };
        Self { hub, room, now: START, halls: (0..halls).map(hall).collect() }
    }

    fn sweep(&mut self) -> Duration {
        let Self { hub, room, now, halls } = self;
        let hub = &*hub;
        *now += Duration::from_millis(25);
        hub.push(*now, *room, Author::App, Command::text("hello")).expect("nothing forbids it");
        let mut outputs = Vec::new();
        hub.drainer(0).expect("nobody else drains").drain(*now, 1_024, &mut outputs);
        let encoded = AtomicU64::new(0);
        let (room, now, count) = (*room, *now, &encoded);
        let taken = thread::scope(|scope| {
            let threads = halls.iter_mut().map(|(audience, slots)| {
                scope.spawn(move || time(|| serve(hub, room, now, audience, slots, count)))
            });
            let threads: Vec<_> = threads.collect();
            let times = threads.into_iter().map(|thread| thread.join().expect("it ends"));
            times.max().unwrap_or_default()
        });
        assert_eq!(encoded.into_inner(), 1, "one batch for all audiences, encoded once");
        taken
    }
}

fn serve(
    hub: &Hub,
    room: HubKey,
    now: Timestamp,
    audience: &mut Audience<u32>,
    slots: &mut [u64],
    encoded: &AtomicU64,
) {
    const BYTES: Format = Format::new(0).expect("there is a first format");
    audience.notify(now, false);
    let swept = audience.sweep(now, &mut hub.source(room), |batch, tokens, _: &mut NotNow| {
        batch.encoded(BYTES, |_| {
            encoded.fetch_add(1, Relaxed);
            *b"hello"
        });
        let handle = handle(batch);
        each(tokens, |token| slots[token] = handle);
    });
    black_box((swept.given, slots));
}
