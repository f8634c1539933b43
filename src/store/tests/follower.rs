//! Snapshots, and what they make needless.

use super::*;

#[test]
fn a_snapshot_of_a_history_that_ended_is_never_finished() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=3);
    let snapshot = database::begin_snapshot(&desk.store.db).unwrap();
    let length = database::write_pieces(&desk.store.db, snapshot, &desk.group).unwrap();
    let end = |desk: &Desk, generation| {
        let of = (desk.no, generation);
        database::end_snapshot(&desk.store.db, snapshot, of, &desk.group, length).unwrap()
    };
    desk.change("DELETE FROM records WHERE no = 2");
    assert_eq!(desk.recover().group.last_record(), RecordNo(1));
    assert!(!end(&desk, 0), "it reaches further than the group does now");
    desk.change("UPDATE groups SET doubt = 1");
    let generation = Known::read(&desk.store.db, desk.no).unwrap().generation;
    assert!(!end(&desk, generation));
    assert_eq!(desk.store.follower().unwrap().snapshot(desk.no, KEY).unwrap(), None);
    assert!(desk.store.follower().unwrap().due(0, 0).unwrap().is_empty());
    // What nobody finished is taken away by whoever opens the store next.
    assert_eq!(desk.count("snapshots WHERE grp IS NULL"), 1);
    desk.reopen();
    assert_eq!(desk.count("snapshots WHERE grp IS NULL"), 0);
}

#[test]
fn a_follower_takes_away_what_nobody_needs() {
    let mut desk = Desk::new(StoreConfig::default());
    let mut follower = desk.store.follower().unwrap();
    for round in 0..4 {
        desk.happen_and_commit(round * 10 + 1..=round * 10 + 10);
        assert!(follower.due(11, 10).unwrap().is_empty());
        assert_eq!(follower.due(10, u64::MAX).unwrap(), [desk.no]);
        follower.snapshot(desk.no, KEY).unwrap();
        assert!(follower.due(0, 0).unwrap().is_empty());
        follower.tidy(second(round * 10 + 10)).unwrap();
    }
    // The last two snapshots, and the records since the older of them.
    assert_eq!(["snapshots", "pieces", "records"].map(|of| desk.count(of)), [2, 2, 10]);
    assert_eq!(desk.recover().group.digest(), desk.digests[40]);
}

#[test]
fn a_slower_follower_finishes_no_snapshot_that_was_overtaken() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=3);
    let slow = database::begin_snapshot(&desk.store.db).unwrap();
    let length = database::write_pieces(&desk.store.db, slow, &desk.group).unwrap();
    let then = desk.recover().group;
    desk.happen_and_commit(4..=5);
    let mut follower = desk.store.follower().unwrap();
    assert!(follower.snapshot(desk.no, KEY).unwrap().is_some());
    let end = database::end_snapshot(&desk.store.db, slow, (desk.no, 0), &then, length).unwrap();
    assert!(!end);
    follower.tidy(second(9)).unwrap();
    assert_eq!(desk.recover().group.digest(), desk.digests[5]);
}

#[test]
fn a_follower_gives_back_the_room_of_what_it_takes_away() {
    let mut desk = Desk::new(StoreConfig::default());
    let mut follower = desk.store.follower().unwrap();
    for round in 0..3 {
        desk.happen_and_commit(round * 200 + 1..=round * 200 + 200);
        follower.snapshot(desk.no, KEY).unwrap();
    }
    follower.tidy(second(1_000)).unwrap();
    let free: u32 =
        desk.store.db.pragma_query_value(None, "freelist_count", |row| row.get(0)).unwrap();
    assert_eq!(free, 0);
    // Of one that is gone meanwhile there is none to make.
    desk.store.forget(desk.no).unwrap();
    assert_eq!(follower.snapshot(desk.no, KEY).unwrap(), None);
}

#[test]
fn what_must_be_played_back_is_bounded_for_each_group_and_for_all_together() {
    let mut desk = Desk::new(StoreConfig::default());
    let mut groups = vec![desk.no];
    desk.happen_and_commit(1..=3);
    for (name, records) in [("saturday", 5), ("sunday", 1), ("monday", 0)] {
        let mut group = group(name);
        let no = desk.store.begin(APP, &group).unwrap();
        groups.push(no);
        for at in 0..records {
            group.push(second(at), Author::App, Command::notice("on")).unwrap();
        }
        while let Some(output) = group.poll() {
            if let Output::Record(record) = output {
                desk.store.append(no, &record).unwrap();
            }
        }
    }
    desk.store.commit(second(9)).unwrap();
    let follower = desk.store.follower().unwrap();
    let due = |each, in_all| -> Vec<usize> {
        let due = follower.due(each, in_all).unwrap().into_iter();
        due.map(|no| groups.iter().position(|it| *it == no).unwrap()).collect()
    };
    assert_eq!([due(6, 9), due(5, 9), due(3, 9)], [vec![], vec![1], vec![1, 0]]);
    assert_eq!([due(6, 8), due(6, 4), due(6, 3)], [vec![1], vec![1], vec![1, 0]]);
    // A group in which nothing happened has nothing to play back.
    assert_eq!([due(6, 0), due(0, 9)], [vec![1, 0, 2], vec![1, 0, 2]]);
}
