//! Apps created, disabled and deleted while others use them.

use std::collections::BTreeSet;

use liveroom::{AppStatus, Content};
use shuttle::thread;

use super::*;

fn bare(shards: usize) -> Hub {
    Hub::new(HashKey::new(1, 2), shards, EngineConfig::default())
}

/// Ids that fall to each shard of a hub like these.
fn ids() -> [GroupId; 2] {
    let hub = hub(2);
    [0, 1].map(|shard| id_in(&hub, shard, "friday"))
}

fn delete(hub: &Hub) -> Result<(), PushError> {
    hub.set_app_status(APP, AppStatus::Disabled)?;
    hub.delete_app(APP).map(drop)
}

/// Every shard and every desk says of the app what the registry says, when nothing is under way.
fn assert_of_one_mind(hub: &Hub) {
    let expected = match hub.app(APP).map(|app| app.status) {
        Some(AppStatus::Enabled) => Ok(()),
        Some(_) => Err(PushError::AppDisabled),
        None => Err(PushError::NoSuchApp),
    };
    for shard in 0..hub.shards() {
        let ids = (0..).map(|at| GroupId::custom(&format!("new{shard}{at}")).unwrap());
        let mut made = ids.map(|id| {
            let made = hub.create(START, APP, Creation::named("new").id(id));
            (made.as_ref().map_or(0, |key| key.shard()), made.map(drop))
        });
        match &expected {
            Ok(()) => {
                let made = made.take(16).map(|(shard, made)| made.map(|()| shard));
                let shards: BTreeSet<usize> = made.collect::<Result<_, _>>().unwrap();
                assert_eq!(shards.len(), hub.shards());
            }
            refused => assert!(made.by_ref().take(16).all(|(_, made)| made == *refused)),
        }
    }
    for number in 100..116 {
        let opened = hub.open(APP, SessionId(number), Visitor::guest(Platform::Web));
        let known = hub.app(APP).map(drop).ok_or(PushError::NoSuchApp);
        assert_eq!(opened, known);
    }
}

#[test]
fn an_app_created_anew_while_it_is_deleted_gives_no_key_twice() {
    explore(|| {
        let (hub, ids) = (bare(2), ids());
        let keys = thread::scope(|scope| {
            let hub = &hub;
            let make = |ids: [GroupId; 2]| {
                let mut keys = Vec::new();
                for id in ids {
                    let _being_deleted = hub.create_app(START, APP, "show", None);
                    let Ok(key) = hub.create(START, APP, Creation::named("friday").id(id)) else {
                        continue;
                    };
                    let _gone = hub.push(START, key, Author::App, Command::text("hello"));
                    keys.push(key);
                }
                keys
            };
            let (there, back) = (ids.clone(), [ids[1].clone(), ids[0].clone()]);
            let makers = [there, back].map(|ids| scope.spawn(move || make(ids)));
            scope.spawn(|| {
                for _ in 0..2 {
                    let _not_there = delete(hub);
                }
            });
            makers.into_iter().flat_map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
        // A key finds its own group, or nothing: none of another life.
        let there = hub.groups(APP);
        for key in &keys {
            assert_eq!(hub.read(*key, |_| ()).is_some(), there.contains(key));
        }
        assert!(there.iter().all(|key| keys.contains(key)));
        assert_of_one_mind(&hub);
        if hub.app(APP).is_some() {
            delete(&hub).unwrap();
        }
        assert_eq!(hub.groups(APP), []);
        assert_of_one_mind(&hub);
    });
}

#[test]
fn what_is_deleted_under_way_tells_nothing_twice_and_leaves_nothing() {
    explore(|| {
        let hub = hub(1);
        let room = room(&hub, 0, "a");
        let (session, author) = session(1);
        let (sent, told) = thread::scope(|scope| {
            let (hub, author) = (&hub, &author);
            let member = scope.spawn(move || {
                let _gone = hub.open(APP, session, of_ann());
                let _gone = hub.push(START, room, author.clone(), join());
                let say = |text| hub.push(START, room, author.clone(), Command::text(text));
                let said = ["1", "2"].map(|text| accepted(&say(text)));
                hub.close(START, APP, session);
                said
            });
            let drainer = scope.spawn(move || {
                let (mut drainer, mut told) = (hub.drainer(0).unwrap(), Vec::new());
                for at in 0..4 {
                    drainer.drain(START + Duration::from_secs(at), 2, &mut told);
                }
                told
            });
            let deleter = scope.spawn(|| delete(hub).unwrap());
            deleter.join().unwrap();
            hub.create_app(START, APP, "anew", None).unwrap();
            (member.join().unwrap(), drainer.join().unwrap())
        });
        let ends = ends(&told);
        let sent: Vec<_> = sent.into_iter().flatten().map(|message| (room, message)).collect();
        assert!(ends.iter().all(|end| sent.contains(end)), "{ends:?}");
        assert!(ends.windows(2).all(|two| two[0].1 < two[1].1), "{ends:?}");
        assert_in_order(&told);
        assert_eq!((hub.read(room, |_| ()), hub.groups(APP)), (None, vec![]));
        let pushed = hub.push(START, room, Author::App, Command::text("hello"));
        assert_eq!(pushed, Err(PushError::NoSuchGroup));
        // The member may have come in time for the new app; a close was all that followed.
        assert_eq!(hub.open(APP, session, of_ann()), Ok(()));
        assert_of_one_mind(&hub);
    });
}

#[test]
fn what_an_app_may_do_is_known_to_all_shards_in_the_end() {
    explore(|| {
        let hub = bare(2);
        thread::scope(|scope| {
            let hub = &hub;
            for status in [AppStatus::Disabled, AppStatus::Enabled] {
                scope.spawn(move || {
                    for _ in 0..2 {
                        let _not_there_yet = hub.set_app_status(APP, status);
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| hub.create_app(START, APP, "show", None).unwrap());
            }
        });
        assert_of_one_mind(&hub);
    });
}

#[test]
fn of_two_broadcasts_at_once_one_goes_to_every_room() {
    explore(|| {
        let hub = hub(2);
        let rooms = [room(&hub, 0, "a"), room(&hub, 1, "b")];
        let took = thread::scope(|scope| {
            let hub = &hub;
            let say = move || hub.broadcast(START, APP, Content::text("hello"));
            let threads = [(); 2].map(|()| scope.spawn(say));
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(took.iter().filter(|took| **took == Ok(2)).count(), 1, "{took:?}");
        assert_eq!(took.iter().filter(|took| took.is_err()).count(), 1, "{took:?}");
        for room in rooms {
            assert_eq!(hub.read(room, |group| group.stats().appended.0[5]), Some(1));
        }
    });
}

#[test]
fn groups_that_are_made_at_once_have_ids_and_keys_of_their_own() {
    explore(|| {
        let (hub, ids) = (hub(2), ids());
        let made = thread::scope(|scope| {
            let hub = &hub;
            let threads = [(); 2].map(|()| {
                let id = ids[0].clone();
                scope.spawn(move || {
                    let assigned = hub.create(START, APP, Creation::named("assigned")).unwrap();
                    (assigned, hub.create(START, APP, Creation::named("chosen").id(id)))
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        let chosen = made.iter().filter_map(|(_, chosen)| chosen.as_ref().ok());
        assert_eq!(chosen.count(), 1, "{made:?}");
        let keys: BTreeSet<_> = hub.groups(APP).into_iter().collect();
        assert_eq!(keys.len(), 3);
        for (assigned, _) in made {
            let id = hub.read(assigned, |group| group.id().clone()).unwrap();
            assert_eq!(hub.find(APP, &id), Some(assigned));
        }
    });
}
