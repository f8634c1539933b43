//! What may be seen of a house between two commits, and what goes with one.

use std::{ops::ControlFlow, path::Path, sync::Arc};

use liveroom::{Author, Command, Cursor, Group, Source};

use super::*;
use crate::{fanout::FanOut, house::Duties, options::Options};

fn open(dir: &Path) -> (Arc<House>, Duties) {
    let data = Some(DataOptions::at(dir));
    House::open(&Options { data, ..Options::at(([127, 0, 0, 1], 0).into()) }).unwrap()
}

fn step(house: &House, fan_out: &mut FanOut) {
    let mut drainer = house.hub.drainer(house.shard()).unwrap();
    assert!(matches!(fan_out.step(house.clock.now(), &mut drainer), ControlFlow::Continue(_)));
}

fn tail(house: &House, key: HubKey) -> Cursor {
    house.hub.read(key, Group::tail).unwrap()
}

#[tokio::test]
async fn readers_are_given_what_is_kept_and_answers_wait_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let (house, duties) = open(dir.path());
    let mut fan_out = FanOut::new(house.clone(), duties);
    step(&house, &mut fan_out);
    let (room, key) = (&house.rooms[0], house.rooms[0].key);
    let before = tail(&house, key);
    house.push(room, &Author::App, Command::text("hello")).unwrap();
    assert!(tail(&house, key) > before);
    assert!(house.source(key).batch(&before).unwrap().is_empty(), "it is not kept yet");
    let mut answer = std::pin::pin!(house.kept());
    let too_early = timeout(Duration::from_millis(20), &mut answer).await;
    assert!(too_early.is_err(), "it is answered for before it is kept");
    step(&house, &mut fan_out);
    assert_eq!(answer.await, Ok(()));
    assert_eq!(house.source(key).batch(&before).unwrap().entries().len(), 1);
    // Nobody keeps what is done after the end.
    house.keep.close();
    assert_eq!(house.kept().await, Err(NotKept::Ended));
}

#[test]
fn what_belongs_to_a_record_is_taken_with_it() {
    let keep = Keep::on_disk();
    let shared = keep.0.as_ref().unwrap();
    keep.change(|| Change::Remove("a".to_owned()));
    let (round, taken) = keep.drain(|| {
        // Whoever does something to a group, and says what belongs to it, does both before or after.
        assert!(shared.changes.try_lock().is_err());
    });
    assert_eq!((round, taken.len()), (1, 1));
    keep.together(|kept| {
        assert!(shared.changes.try_lock().is_err());
        kept.push(Change::Remove("b".to_owned()));
    });
    assert_eq!(keep.drain(|| {}).1.len(), 1);
}

#[test]
fn a_host_without_a_folder_keeps_nothing_and_waits_for_nothing() {
    let (house, _duties) = House::open(&Options::at(([127, 0, 0, 1], 0).into())).unwrap();
    house.keep.change(|| unreachable!("nobody keeps it"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(house.kept()), Ok(()));
    assert_eq!(house.kept_tail(house.rooms[0].key), None);
}

#[test]
fn a_bad_row_is_passed_over_and_a_lost_key_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let mut store =
            liveroom::store::Store::open(dir.path(), liveroom::store::StoreConfig::default())
                .unwrap();
        store.put(name, text);
        store.commit(liveroom::Timestamp::ZERO).unwrap();
    };
    for name in ["pass/x", "profile/1/ann", "counts/1/live", "gifts/1/live", "words/1/live"] {
        write(name, b"no JSON");
    }
    assert!(open(dir.path()).0.rooms[0].words().terms() > 0);
    write("owner", b"\"no key\"");
    let options = Options {
        data: Some(DataOptions::at(dir.path())),
        ..Options::at(([127, 0, 0, 1], 0).into())
    };
    let error = House::open(&options).unwrap_err();
    assert!(error.to_string().contains("owner"), "{error}");
}
