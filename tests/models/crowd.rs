//! Who comes and who goes, while others speak, disband and look.

use liveroom::{Discard, Outcome};
use shuttle::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::*;

/// Drains one shard until all others are done.
fn drain_while(hub: &Hub, done: &AtomicBool) -> Vec<(HubKey, Output)> {
    let most = [1, usize::MAX][draw(2)];
    drain_until(&mut hub.drainer(0).unwrap(), most, |_| done.load(Ordering::SeqCst))
}

fn finish(hub: &Hub, done: &AtomicBool) {
    done.store(true, Ordering::SeqCst);
    hub.wake(0);
}

/// What was told of a user's coming and going adds up to nobody being there.
fn assert_gone(hub: &Hub, room: HubKey, told: &[(HubKey, Output)]) {
    let (mut online, mut members) = (false, 0);
    for (_, output) in told {
        match output {
            Output::Presence { online: is, .. } => {
                assert_ne!(online, *is, "told twice");
                online = *is;
            }
            Output::Joined { already: false, .. } => members += 1,
            Output::Left { remains: false, .. } => members -= 1,
            _ => {}
        }
        assert!((0..=1).contains(&members), "{output:?}");
    }
    assert_eq!((online, members), (false, 0));
    let there = |group: &Group| (group.online(), group.member_count());
    assert_eq!(hub.read(room, there), Some((0, 0)));
}

#[test]
fn whoever_is_closed_while_coming_in_is_gone_in_the_end() {
    explore(|| {
        let hub = hub(1);
        let (room, done) = (room(&hub, 0, "a"), AtomicBool::new(false));
        let (sent, mut told) = thread::scope(|scope| {
            let (hub, done) = (&hub, &done);
            let come = |number: u64| {
                let (session, author) = session(number);
                hub.open(APP, session, of_ann()).unwrap();
                let _closed_by_now = hub.push(START, room, author.clone(), join());
                accepted(&hub.push(START, room, author.clone(), Command::text("hello")))
            };
            let drainer = scope.spawn(move || drain_while(hub, done));
            let coming = [1, 2].map(|number| scope.spawn(move || come(number)));
            // Lost before it came, on its way in, or once it was there; or else in the end.
            for number in [1, 2] {
                scope.spawn(move || hub.close(START, APP, SessionId(number)));
            }
            let sent: Vec<_> = coming.into_iter().filter_map(|it| it.join().unwrap()).collect();
            for number in [1, 2] {
                hub.close(START, APP, SessionId(number));
            }
            finish(hub, done);
            (sent, drainer.join().unwrap())
        });
        told.extend(drain_rest(&hub));
        assert_gone(&hub, room, &told);
        assert_each_once(sent.into_iter().map(|message| (room, message)), &told);
        assert_balanced(&hub, room);
    });
}

#[test]
fn whoever_quits_and_comes_back_at_once_is_known_to_be_there() {
    explore(|| {
        let hub = hub(1);
        let (room, done) = (room(&hub, 0, "a"), AtomicBool::new(false));
        let (session, author) = session(1);
        hub.open(APP, session, of_ann()).unwrap();
        hub.push(START, room, author.clone(), join()).unwrap();
        let mut told = thread::scope(|scope| {
            let (hub, done, author) = (&hub, &done, &author);
            let drainer = scope.spawn(move || drain_while(hub, done));
            let quit = [Command::Quit, Command::Detach][draw(2)].clone();
            let going = scope.spawn(move || hub.push(START, room, author.clone(), quit));
            let coming = scope.spawn(move || hub.push(START, room, author.clone(), join()));
            let closing =
                (draw(2) == 0).then(|| scope.spawn(move || hub.close(START, APP, session)));
            let _either = (going.join().unwrap(), coming.join().unwrap());
            if let Some(closing) = closing {
                closing.join().unwrap();
            }
            hub.close(START, APP, session);
            finish(hub, done);
            drainer.join().unwrap()
        });
        told.extend(drain_rest(&hub));
        assert_gone(&hub, room, &told);
    });
}

#[test]
fn a_profile_that_is_set_on_the_way_in_is_shown_there() {
    explore(|| {
        let hub = hub(1);
        let room = room(&hub, 0, "a");
        let (session, author) = session(1);
        hub.open(APP, session, of_ann()).unwrap();
        thread::scope(|scope| {
            let (hub, author) = (&hub, &author);
            for nick in ["Ann", "Annabel"] {
                scope.spawn(move || {
                    hub.set_profile(START, APP, &ann(), Profile::nick(nick)).unwrap();
                });
            }
            scope.spawn(move || hub.push(START, room, author.clone(), join()).unwrap());
        });
        let shown = hub.read(room, |group| group.member(&ann()).unwrap().profile().clone());
        assert_eq!(shown, Some(hub.profile(APP, &ann())));
    });
}

#[test]
fn a_room_that_is_disbanded_ends_every_message_and_takes_no_more() {
    explore(|| {
        let hub = hub(1);
        let (room, done) = (room(&hub, 0, "a"), AtomicBool::new(false));
        let tail = hub.read(room, Group::tail).unwrap();
        let (session, author) = session(1);
        hub.open(APP, session, of_ann()).unwrap();
        let (sent, mut told) = thread::scope(|scope| {
            let (hub, done, author) = (&hub, &done, &author);
            let drainer = scope.spawn(move || drain_while(hub, done));
            let app = scope.spawn(move || {
                let say = |text| hub.push(START, room, Author::App, Command::text(text));
                ["1", "2", "3", "4"].map(|text| accepted(&say(text)))
            });
            let member = scope.spawn(move || {
                let _over_by_now = hub.push(START, room, author.clone(), join());
                let say = |text| hub.push(START, room, author.clone(), Command::text(text));
                [accepted(&say("hello")), accepted(&say("bye"))]
            });
            scope.spawn(move || {
                hub.push(START, room, Author::App, Command::Disband).unwrap();
                let late = hub.push(START, room, Author::App, Command::text("late"));
                assert!(matches!(late, Err(PushError::Refused(_))), "{late:?}");
            });
            let sent = [&app.join().unwrap()[..], &member.join().unwrap()[..]].concat();
            finish(hub, done);
            (sent, drainer.join().unwrap())
        });
        let read = history(&hub, room, tail);
        told.extend(drain_rest(&hub));
        assert_each_once(sent.iter().flatten().map(|message| (room, *message)), &told);
        assert_in_order(&told);
        assert_balanced(&hub, room);
        assert!(matches!(told.last(), Some((_, Output::Disbanded { .. }))), "{:?}", told.last());
        let over = told.iter().filter(|(_, output)| matches!(output, Output::Disbanded { .. }));
        assert_eq!(over.count(), 1);
        // What was delivered is what is read, and the rest was discarded with the room.
        let delivered = told.iter().filter(|(_, output)| match output {
            Output::Ended { outcome: Outcome::Delivered { .. }, .. } => true,
            Output::Ended { outcome, .. } => {
                assert_eq!(*outcome, Outcome::Discarded(Discard::Disbanded));
                false
            }
            _ => false,
        });
        assert_eq!(delivered.count(), read.iter().filter(|entry| text(entry).is_some()).count());
    });
}

#[test]
fn a_room_that_is_disposed_of_is_gone_for_all() {
    explore(|| {
        let hub = hub(1);
        let (room, done) = (room(&hub, 0, "a"), AtomicBool::new(false));
        let other = super::room(&hub, 0, "b");
        let (sent, mut told) = thread::scope(|scope| {
            let (hub, done) = (&hub, &done);
            let drainer = scope.spawn(move || drain_while(hub, done));
            let say = move |room| {
                let said = ["1", "2"].map(|text| {
                    let pushed = hub.push(START, room, Author::App, Command::text(text));
                    Some((room, accepted(&pushed)?))
                });
                said.into_iter().flatten().collect::<Vec<_>>()
            };
            let senders = [room, other].map(|room| scope.spawn(move || say(room)));
            let disposers =
                [(); 2].map(|()| scope.spawn(move || hub.dispose(room).map(|it| it.stats())));
            // Another comes to its place, with another key.
            let again = scope.spawn(move || super::room(hub, 0, "c"));
            let again = again.join().unwrap();
            assert_ne!(again, room);
            let sent: Vec<_> = senders.into_iter().flat_map(|it| it.join().unwrap()).collect();
            let stats: Vec<_> = disposers.into_iter().filter_map(|it| it.join().unwrap()).collect();
            let [stats] = stats.as_slice() else {
                panic!("it was given out {} times", stats.len())
            };
            assert!(stats.flow.0.iter().all(Flow::balances));
            let of_room = sent.iter().filter(|(key, _)| *key == room).count();
            assert_eq!(stats.accepted(), of_room as u64);
            finish(hub, done);
            (sent, drainer.join().unwrap())
        });
        told.extend(drain_rest(&hub));
        assert_eq!(hub.read(room, |_| ()), None);
        assert_in_order(&told);
        // What it had not told went with it; nothing else did, and nothing was told twice.
        let of = |room: HubKey| told.iter().filter(move |(key, _)| *key == room).cloned();
        assert_each_once(
            sent.iter().copied().filter(|(key, _)| *key == other),
            &of(other).collect::<Vec<_>>(),
        );
        let ends = ends(&of(room).collect::<Vec<_>>());
        assert!(ends.iter().all(|end| sent.contains(end)));
        assert!(ends.windows(2).all(|two| two[0].1 < two[1].1));
    });
}
