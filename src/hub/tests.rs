//! What two threads could do to each other, step by step.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use super::*;
use crate::{
    directory::Visitor,
    id::{SessionId, UserId},
    role::{Platform, Profile},
};

const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const APP: AppId = AppId(1_400_000_000);
const SESSION: SessionId = SessionId(1);

fn bare() -> Hub {
    Hub::new(HashKey::new(1, 2), 3, EngineConfig::default())
}

fn hub() -> Hub {
    let hub = bare();
    hub.create_app(START, APP, "show", None).unwrap();
    hub
}

fn ann() -> UserId {
    "ann".parse().unwrap()
}

fn join() -> Command {
    Command::join(ann(), Profile::default(), Platform::Web)
}

/// The app as one thread registers it, which has not come to giving it its places yet.
fn registered(hub: &Hub) -> App {
    hub.registry.write().apps.create(START, APP, "show", None).unwrap()
}

fn delete(hub: &Hub) {
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    hub.delete_app(APP).unwrap();
}

/// Whether nothing at all is kept of any app.
fn is_bare(hub: &Hub) -> bool {
    hub.shards.iter().all(|shard| shard.apps.lock().is_empty())
        && hub.desks.iter().all(|desk| desk.lock().is_empty())
}

#[test]
fn an_app_that_is_disabled_before_it_has_its_places_is_disabled_in_all_of_them() {
    let hub = bare();
    let app = registered(&hub);
    hub.set_app_status(APP, AppStatus::Disabled).unwrap();
    hub.settle(&app);
    for name in ["a", "b", "c", "d", "e", "f"] {
        let creation = Creation::named(name).id(GroupId::custom(name).unwrap());
        assert_eq!(hub.create(START, APP, creation), Err(PushError::AppDisabled));
    }
}

#[test]
fn an_app_that_is_deleted_before_it_has_its_places_gets_none() {
    let hub = bare();
    let app = registered(&hub);
    delete(&hub);
    hub.settle(&app);
    assert!(is_bare(&hub));
}

#[test]
fn what_comes_late_of_a_deleted_app_neither_replaces_nor_becomes_what_is_created_anew() {
    let hub = bare();
    let late = registered(&hub);
    delete(&hub);
    hub.create_app(START, APP, "anew", None).unwrap();
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    hub.open(APP, SESSION, Visitor::guest(Platform::Web)).unwrap();
    hub.settle(&late);
    assert_eq!(hub.read(key, |_| ()), Some(()));
    let opened = hub.open(APP, SESSION, Visitor::guest(Platform::Web));
    assert_eq!(opened, Err(PushError::SessionOpen { session: SESSION }));

    // The other way round: what a deleted app left is there before the one created anew.
    let hub = bare();
    let old = registered(&hub);
    delete(&hub);
    for shard in &hub.shards {
        let mut shelf = Shelf::new(hub.key, usize::MAX);
        let id = GroupId::custom("friday").unwrap();
        shelf.insert(Creation::named("old").build(START, id, hub.key).unwrap()).unwrap();
        shard.apps.lock().insert(APP, Corner { shelf, app: old.clone(), life: 0 });
    }
    hub.create_app(START, APP, "anew", None).unwrap();
    assert_eq!(hub.find(APP, &GroupId::custom("friday").unwrap()), None);
}

#[test]
fn apps_created_disabled_and_deleted_by_many_threads_leave_nothing_behind() {
    let hub = bare();
    let opened = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    let _being_deleted = hub.create_app(START, APP, "show", None);
                    let session = opened.fetch_add(1, Ordering::Relaxed);
                    let _gone =
                        hub.open(APP, SessionId(session), Visitor::user(ann(), Platform::Web));
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..1_000 {
                let _gone = hub.set_app_status(APP, AppStatus::Disabled);
                let _gone = hub.delete_app(APP);
            }
        });
    });
    if hub.app(APP).is_some() {
        delete(&hub);
    }
    assert!(is_bare(&hub));
}

#[test]
fn nothing_is_noted_of_an_app_that_is_not_there() {
    let hub = bare();
    hub.close(START, APP, SESSION);
    assert_eq!(hub.profile(APP, &ann()), Arc::default());
    let set = hub.set_profile(START, APP, &ann(), Profile::nick("Ann"));
    assert_eq!(set, Err(PushError::NoSuchApp));
    let opened = hub.open(APP, SESSION, Visitor::user(ann(), Platform::Web));
    assert_eq!(opened, Err(PushError::NoSuchApp));
    assert!(is_bare(&hub));
}

#[test]
fn a_session_that_is_open_already_stays_its_users() {
    let hub = hub();
    for visitor in [Visitor::user(ann(), Platform::Web), Visitor::user(ann(), Platform::Ios)] {
        let _open_already = hub.open(APP, SESSION, visitor);
    }
    let sessions = hub.at_user(APP, &ann(), |folk| folk.users.sessions(&ann()));
    assert_eq!(sessions.as_deref(), Some([SESSION].as_slice()));
}

/// A session of a user, in a group.
fn seated(hub: &Hub) -> (HubKey, Author) {
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    hub.open(APP, SESSION, Visitor::user(ann(), Platform::Web)).unwrap();
    hub.push(START, key, Author::Session(SESSION), join()).unwrap();
    (key, Author::Session(SESSION))
}

fn online_after_the_grace(hub: &Hub, key: HubKey) -> Option<u64> {
    let mut drainer = hub.drainer(key.shard()).unwrap();
    drainer.drain(START + Duration::from_secs(30), usize::MAX, &mut Vec::new());
    hub.read(key, Group::online)
}

#[test]
fn a_session_that_came_back_before_its_leaving_was_noted_is_lost_when_it_is_closed() {
    let hub = hub();
    let (key, author) = seated(&hub);
    hub.push_to_group(START, key, author.clone(), Command::Quit).unwrap();
    hub.push(START, key, author.clone(), join()).unwrap();
    hub.left(START, key, SESSION, author);
    hub.close(START, APP, SESSION);
    assert_eq!(online_after_the_grace(&hub, key), Some(0));
}

#[test]
fn a_session_that_is_closed_before_its_coming_was_noted_is_lost() {
    let hub = hub();
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let author = Author::Session(SESSION);
    hub.open(APP, SESSION, Visitor::user(ann(), Platform::Web)).unwrap();
    hub.push_to_group(START, key, author.clone(), join()).unwrap();
    hub.close(START, APP, SESSION);
    hub.entered(START, key, SESSION, author, Some(&ann()));
    assert_eq!(online_after_the_grace(&hub, key), Some(0));
}

#[test]
fn a_profile_set_while_its_user_is_on_the_way_into_a_group_is_shown_there() {
    let hub = hub();
    let key = hub.create(START, APP, Creation::named("Friday")).unwrap();
    let author = Author::Session(SESSION);
    hub.open(APP, SESSION, Visitor::user(ann(), Platform::Web)).unwrap();
    let mut command = join();
    let user = hub.check_in(START, key, SESSION, &author, &mut command).unwrap();
    hub.set_profile(START, APP, &ann(), Profile::nick("Annabel")).unwrap();
    hub.push_to_group(START, key, author.clone(), command).unwrap();
    hub.entered(START, key, SESSION, author, user.as_ref());
    let nick = hub.read(key, |group| group.member(&ann()).unwrap().profile().nick.to_string());
    assert_eq!(nick.as_deref(), Some("Annabel"));
}

#[test]
fn the_id_of_a_disbanded_group_can_be_another_groups_while_it_is_still_read() {
    let (now, app, hub) = (START, APP, hub());
    let id = GroupId::custom("friday").unwrap();
    let make = || hub.create(now, app, Creation::named("Friday").id(id.clone()));
    let first = make().unwrap();
    assert!(!hub.release_id(first), "it is in use");
    hub.push(now, first, Author::App, Command::Disband).unwrap();
    assert_eq!(make(), Err(PushError::GroupExists));
    assert!(hub.release_id(first) && !hub.release_id(first));
    assert_eq!(hub.find(app, &id), None);
    let second = make().unwrap();
    assert_eq!(hub.find(app, &id), Some(second));
    assert_eq!(hub.groups(app).len(), 2);
    assert_eq!(hub.read(first, Group::is_disbanded), Some(true));
    assert_eq!(hub.snapshot(app).len(), 1, "two of one id could not be restored");
    // Whichever goes first takes no id from the other.
    assert!(hub.dispose(first).is_some());
    assert_eq!((hub.find(app, &id), hub.groups(app)), (Some(second), vec![second]));
    assert!(hub.dispose(second).is_some());
    assert_eq!((hub.find(app, &id), hub.groups(app)), (None, vec![]));
}

#[test]
fn a_broadcast_passes_by_groups_that_go_and_that_come_anew() {
    let hub = hub();
    let create = |name: &str| hub.create(START, APP, Creation::named(name)).unwrap();
    let (stays, goes) = (create("stays"), create("goes"));
    let keys = hub.groups(APP);
    hub.dispose(goes);
    let came = create("came");
    let content = Arc::new(Content::text("hello"));
    let tell = |keys: &[HubKey]| handfuls(keys).map(|it| hub.tell(START, it, &content)).collect();
    let took: Vec<Result<usize, PushError>> = tell(&keys);
    assert_eq!(took.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    assert_eq!(hub.read(stays, Group::has_output), Some(true));
    assert_eq!(hub.read(came, Group::has_output), Some(false));
    // Nor does it reach the groups of an app that came anew, whose places are the same.
    delete(&hub);
    hub.create_app(START, APP, "anew", None).unwrap();
    let anew: Vec<HubKey> = (0..9).map(|_| create("anew")).collect();
    let took: Vec<Result<usize, PushError>> = tell(&keys);
    assert!(took.iter().all(|took| *took == Ok(0)), "{took:?}");
    assert!(anew.iter().all(|key| hub.read(*key, Group::has_output) == Some(false)));
}

#[test]
fn others_get_in_between_the_groups_of_a_broadcast() {
    let hub = Hub::new(HashKey::new(1, 2), 1, EngineConfig::default());
    hub.create_app(START, APP, "show", None).unwrap();
    for _ in 0..10_000 {
        hub.create(START, APP, Creation::named("Friday")).unwrap();
    }
    let keys = hub.groups(APP);
    let has_heard = |key: HubKey| hub.read(key, Group::has_output) == Some(true);
    let midway = thread::scope(|scope| {
        let sent = scope.spawn(|| hub.broadcast(START, APP, Content::text("hello")));
        let mut midway = false;
        while !sent.is_finished() {
            // In this order: if the last has not heard after the first has, it is not over yet.
            midway |= has_heard(keys[0]) && !has_heard(keys[9_999]);
        }
        assert_eq!(sent.join().unwrap(), Ok(10_000));
        midway
    });
    assert!(midway, "the lock was held all the while");
}
