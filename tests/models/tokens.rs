//! Tokens: whoever sleeps is woken, and what is told is told once and in order.

use liveroom::Snapshot;
use shuttle::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::*;

#[test]
fn every_message_is_told_once_and_in_order() {
    explore(|| {
        let hub = hub(2);
        let rooms = [room(&hub, 0, "a"), room(&hub, 0, "b"), room(&hub, 1, "c")];
        let tails = rooms.map(|key| hub.read(key, Group::tail).unwrap());
        let most = [1, 2, usize::MAX][draw(3)];
        let (sent, told) = thread::scope(|scope| {
            let hub = &hub;
            // Three a room go at once, and the others wait for its rate.
            let send = |sender: usize| {
                let mut sent = Vec::new();
                for at in 0..2 {
                    for room in rooms {
                        let text = Command::text(format!("{sender}{at}"));
                        let pushed = hub.push(START, room, Author::App, text);
                        sent.push((room, accepted(&pushed).unwrap()));
                    }
                }
                sent
            };
            let drain = |shard: usize| {
                let mut left = rooms.iter().filter(|room| room.shard() == shard).count() * 4;
                drain_until(&mut hub.drainer(shard).unwrap(), most, |told| {
                    left -= ends(told).len();
                    left == 0
                })
            };
            let senders = [0, 1].map(|sender| scope.spawn(move || send(sender)));
            let drainers = [0, 1].map(|shard| scope.spawn(move || drain(shard)));
            let sent: Vec<_> = senders.into_iter().flat_map(|it| it.join().unwrap()).collect();
            let told: Vec<_> = drainers.into_iter().flat_map(|it| it.join().unwrap()).collect();
            (sent, told)
        });
        assert_each_once(sent, &told);
        assert_in_order(&told);
        for (room, tail) in rooms.into_iter().zip(tails) {
            assert_balanced(&hub, room);
            let history = history(&hub, room, tail);
            for sender in ["0", "1"] {
                let said = history.iter().filter_map(|entry| text(entry)?.strip_prefix(sender));
                assert_eq!(said.collect::<Vec<_>>(), ["0", "1"]);
            }
        }
    });
}

#[test]
fn a_sooner_deadline_wakes_who_sleeps_until_a_later_one() {
    explore(|| {
        let hub = hub(1);
        let (loud, quiet) = (room(&hub, 0, "loud"), room(&hub, 0, "quiet"));
        thread::scope(|scope| {
            let hub = &hub;
            let drainer = scope.spawn(move || {
                let mut left = 5;
                drain_until(&mut hub.drainer(0).unwrap(), usize::MAX, |told| {
                    left -= ends(told).len();
                    left == 0
                })
            });
            // Of what goes at once there is something to tell. The fourth waits for 50 ms, and changes
            // nothing but the deadline, which until then was that of what is forgotten in an hour or more.
            for (room, count) in [(quiet, 1), (loud, 4)] {
                for at in 0..count {
                    let text = Command::text(format!("{at}"));
                    hub.push(START, room, Author::App, text).unwrap();
                }
            }
            assert_in_order(&drainer.join().unwrap());
        });
        assert_balanced(&hub, loud);
    });
}

#[test]
fn a_group_taken_in_with_something_to_do_wakes_the_drainer() {
    /// A group in which a message waits, and of which everything else was told.
    fn waiting(hub: &Hub, shard: usize) -> Snapshot {
        let id = id_in(hub, shard, "old");
        let mut group = Creation::named("old").build(START, id, HashKey::new(3, 4)).unwrap();
        for at in 0..4 {
            group.push(START, Author::App, Command::text(format!("{at}"))).unwrap();
        }
        while group.poll().is_some() {}
        group.snapshot()
    }

    explore(|| {
        let hub = hub(1);
        let snapshot = waiting(&hub, 0);
        thread::scope(|scope| {
            let hub = &hub;
            let drainer = scope.spawn(move || {
                drain_until(&mut hub.drainer(0).unwrap(), 1, |told| {
                    told.iter().any(|(_, output)| is_end(output))
                })
            });
            let restored = scope.spawn(move || hub.restore(APP, snapshot, &[], None).unwrap());
            let key = restored.join().unwrap();
            assert!(drainer.join().unwrap().iter().all(|(of, _)| *of == key));
        });
    });
}

#[test]
fn a_shard_has_one_drainer_whoever_asks_for_it() {
    explore(|| {
        let hub = hub(1);
        let room = room(&hub, 0, "a");
        let (told, is_taken) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        let sent: Vec<_> = thread::scope(|scope| {
            let (hub, told, is_taken) = (&hub, &told, &is_taken);
            for _ in 0..2 {
                scope.spawn(move || {
                    for _ in 0..3 {
                        let Some(mut drainer) = hub.drainer(0) else { continue };
                        assert!(!is_taken.swap(true, Ordering::Relaxed), "there are two");
                        let mut some = Vec::new();
                        drainer.drain(START, 1, &mut some);
                        told.lock().unwrap().append(&mut some);
                        is_taken.store(false, Ordering::Relaxed);
                    }
                });
            }
            let send = |text: &str| hub.push(START, room, Author::App, Command::text(text));
            ["1", "2", "3"].map(|text| (room, accepted(&send(text)).unwrap())).into()
        });
        let mut told = told.into_inner().unwrap();
        told.extend(drain_rest(&hub));
        assert_each_once(sent, &told);
        assert_in_order(&told);
    });
}

#[test]
fn loud_and_quiet_apps_are_both_told_of() {
    const OTHER: AppId = AppId(2);
    explore(|| {
        let hub = hub(1);
        hub.create_app(START, OTHER, "quiet", None).unwrap();
        let rooms = [room(&hub, 0, "a"), hub.create(START, OTHER, Creation::named("b")).unwrap()];
        let (sent, told) = thread::scope(|scope| {
            let hub = &hub;
            let drainer = scope.spawn(move || {
                let mut left = 4;
                drain_until(&mut hub.drainer(0).unwrap(), 1, |told| {
                    left -= ends(told).len();
                    left == 0
                })
            });
            let say = move |room, count: u32| -> Vec<(HubKey, MessageId)> {
                let said = (0..count).map(|at| {
                    let text = Command::text(format!("{at}"));
                    (room, accepted(&hub.push(START, room, Author::App, text)).unwrap())
                });
                said.collect()
            };
            let loud = scope.spawn(move || say(rooms[0], 3));
            let quiet = scope.spawn(move || say(rooms[1], 1));
            let sent = [loud.join().unwrap(), quiet.join().unwrap()].concat();
            (sent, drainer.join().unwrap())
        });
        assert_each_once(sent, &told);
        assert_in_order(&told);
    });
}
