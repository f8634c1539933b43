//! Fan-out: audiences sweep a history to which others append.

use std::collections::BTreeMap;

use liveroom::{Audience, Batch, GroupConfig, NotNow, Outcome, PerClass, Place, State, Tick};
use shuttle::{
    sync::mpsc::{Receiver, TryRecvError, channel},
    thread,
};

use super::*;

/// What one connection was given: places in the history, and how many it was told that it missed.
#[derive(Debug, Default)]
struct Given {
    seqs: Vec<u64>,
    missed: u64,
}

/// Gives a batch to all but those whom the schedule has say "not now".
fn give(
    given: &mut BTreeMap<u32, Given>,
    refusals: usize,
    batch: &Batch,
    tokens: &[u32],
    not_now: &mut NotNow,
) {
    for (index, token) in tokens.iter().enumerate() {
        if refusals > 0 && draw(refusals) == 0 {
            not_now.mark(index);
            continue;
        }
        let given = given.entry(*token).or_default();
        given.seqs.extend(batch.entries().iter().map(|entry| entry.seq.0));
        given.missed += batch.missed().0.iter().sum::<u64>();
    }
}

/// How many entries there are in the end.
const ENTRIES: u64 = 6;

/// Two threads, each with an audience of its own, read while two others append. Returns what each
/// connection was given, and after which place.
fn read_while_others_append(config: GroupConfig) -> Vec<(u64, Given)> {
    let hub = hub(1);
    let id = id_in(&hub, 0, "a");
    let room = hub.create(START, APP, Creation::named("a").id(id).config(config)).unwrap();
    thread::scope(|scope| {
        let hub = &hub;
        let senders = ["1", "2"].map(|text| {
            scope.spawn(move || {
                for _ in 0..ENTRIES / 2 {
                    hub.push(START, room, Author::App, Command::notice(text)).unwrap();
                }
            })
        });
        let (ends, all_sent) = [channel(), channel()].into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let readers = all_sent.into_iter().map(|all_sent: Receiver<()>| {
            scope.spawn(move || {
                let mut audience = Audience::new(Tick::NONE);
                let (mut given, mut from) = (BTreeMap::new(), BTreeMap::new());
                for at in 0..3_u32 {
                    // One more comes each time, who is to see what comes after.
                    let tail = hub.read(room, Group::tail).unwrap();
                    audience.add(at, tail);
                    from.insert(at, tail.position().0);
                    let now = START + Duration::from_secs(u64::from(at));
                    audience.notify(now, true);
                    let swept =
                        audience.sweep(now, &mut hub.source(room), |batch, tokens, not_now| {
                            give(&mut given, 3, batch, tokens, not_now);
                        });
                    assert_eq!(swept.lost, 0);
                }
                all_sent.recv().unwrap();
                let now = START + Duration::from_secs(9);
                audience.notify(now, true);
                let swept = audience.sweep(now, &mut hub.source(room), |batch, tokens, not_now| {
                    give(&mut given, 0, batch, tokens, not_now);
                });
                assert_eq!((swept.lost, swept.not_now), (0, 0));
                from.into_iter()
                    .map(|(token, from)| (from, given.remove(&token).unwrap_or_default()))
                    .collect::<Vec<_>>()
            })
        });
        let readers: Vec<_> = readers.collect();
        for sender in senders {
            sender.join().unwrap();
        }
        ends.iter().for_each(|end| end.send(()).unwrap());
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
    })
}

#[test]
fn each_reader_is_given_each_entry_once_and_in_order() {
    explore(|| {
        for (from, given) in read_while_others_append(GroupConfig::livestream()) {
            assert_eq!((given.seqs, given.missed), ((from + 1..=ENTRIES).collect(), 0));
        }
    });
}

#[test]
fn whoever_comes_too_late_is_told_how_much_was_missed() {
    explore(|| {
        let mut settings = GroupConfig::livestream().settings().clone();
        settings.retention.quota = PerClass([2; 6]);
        for (from, given) in read_while_others_append(settings.build().unwrap()) {
            let Given { seqs, missed } = given;
            assert_eq!(seqs.len() as u64 + missed, ENTRIES - from, "{seqs:?}");
            assert!(seqs.windows(2).all(|two| two[0] < two[1]), "{seqs:?}");
            assert!(seqs.iter().all(|seq| (from + 1..=ENTRIES).contains(seq)), "{seqs:?}");
        }
    });
}

/// What a fan-out thread is told by whoever has the connections.
enum Errand {
    Enter { connection: u32, cursor: Cursor },
    Leave { connection: u32 },
}

/// The loop of [the guide](liveroom#fan-out) for one room, until nobody is left to send errands.
fn fan_out(hub: &Hub, room: HubKey, errands: &Receiver<Errand>, written: &impl Fn(u32, u64)) {
    let mut drainer = hub.drainer(room.shard()).unwrap();
    let (mut audience, mut places) = (Audience::new(Tick::NONE), BTreeMap::<u32, Place>::new());
    let (mut now, mut outputs) = (START, Vec::new());
    loop {
        loop {
            match errands.try_recv() {
                Ok(Errand::Enter { connection, cursor }) => {
                    places.insert(connection, audience.add(connection, cursor));
                    audience.notify(now, false);
                }
                Ok(Errand::Leave { connection }) => {
                    audience.remove(places.remove(&connection).unwrap());
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        let mut next = drainer.drain(now, 2, &mut outputs);
        for (_, output) in outputs.drain(..) {
            if let Output::Tail { urgent, .. } = output {
                audience.notify(now, urgent);
            }
        }
        let swept = audience.sweep(now, &mut hub.source(room), |batch, connections, _| {
            for connection in connections {
                batch.entries().iter().for_each(|entry| written(*connection, entry.seq.0));
            }
        });
        assert_eq!(swept.lost, 0);
        next = next.into_iter().chain(audience.due()).min();
        if !drainer.wait(next.map_or(Duration::from_mins(1), |at| at.since(now))) {
            now = now.max(next.unwrap());
        }
    }
}

/// Where a message was delivered at once.
fn place(said: &Receipt) -> u64 {
    match said {
        Receipt::Sent { state: State::Ended(Outcome::Delivered { seq, .. }), .. } => seq.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_comes_in_gets_all_that_follows_without_asking() {
    explore(|| {
        let hub = hub(1);
        let room = room(&hub, 0, "a");
        let (errand, errands) = channel();
        thread::scope(|scope| {
            let hub = &hub;
            // Sockets that are never full.
            let (sockets, readers) =
                [channel(), channel()].into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
            scope.spawn(move || {
                let written = |connection: u32, seq| {
                    let _gone = sockets[connection as usize].send(seq);
                };
                fan_out(hub, room, &errands, &written);
            });
            for (connection, seqs) in (0..).zip(readers) {
                let errand = errand.clone();
                scope.spawn(move || {
                    let (session, author) = session(u64::from(connection));
                    hub.open(APP, session, of_ann()).unwrap();
                    let joined = hub.push(START, room, author.clone(), join()).unwrap();
                    let Receipt::Joined { cursor, .. } = joined else { panic!("{joined:?}") };
                    errand.send(Errand::Enter { connection, cursor }).unwrap();
                    hub.wake(0);
                    // Until what was said over it comes back.
                    let said = hub.push(START, room, author, Command::text("hello")).unwrap();
                    let (mut last, at) = (cursor.position().0, place(&said));
                    while last < at {
                        let seq: u64 = seqs.recv().unwrap();
                        assert_eq!(seq, last + 1);
                        last = seq;
                    }
                    errand.send(Errand::Leave { connection }).unwrap();
                    hub.wake(0);
                });
            }
            // The loop ends when the last of them is gone, which it is told as well.
            drop(errand);
            hub.wake(0);
        });
    });
}
