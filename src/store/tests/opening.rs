//! In which state a folder is found, and who may have it.

use super::*;

#[test]
fn it_says_how_it_was_left() {
    let mut desk = Desk::new(StoreConfig::default());
    assert_eq!(desk.store.opening(), Opening::New);
    desk.happen(1);
    let Desk { dir, store, no, digests, .. } = desk;
    store.close().map_err(|(error, _)| error).unwrap();
    let mut store = Store::open(dir.path(), StoreConfig::default()).unwrap();
    assert_eq!(store.opening(), Opening::Closed);
    let recovered = store.recover(no, KEY).unwrap();
    assert_eq!(recovered.group.digest(), digests[1], "what was appended was written at the end");
}

#[test]
fn after_another_boot_only_what_waited_for_the_disk_is_sure() {
    let settings =
        [Durability::Every, Durability::Interval(Duration::from_secs(1)), Durability::Never];
    for (before, after) in settings.iter().flat_map(|one| settings.map(|two| (*one, two))) {
        let mut desk = Desk::new(StoreConfig { durability: before, ..StoreConfig::default() });
        desk.happen_and_commit(1..=2);
        assert_eq!(desk.reopen(), Opening::Killed, "the same boot");
        desk.store.config.durability = after;
        desk.change("UPDATE head SET boot = 'another'");
        let sure = before == Durability::Every;
        let expected = if sure { Opening::Killed } else { Opening::Unsure };
        assert_eq!(desk.reopen(), expected, "{before:?}, then {after:?}");
        assert_eq!((expected.is_whole(), desk.store.groups().unwrap()[0].in_doubt), (sure, !sure));
        assert_eq!(desk.recover().group.epoch() == Epoch(1), sure);
        assert!(!desk.store.groups().unwrap()[0].in_doubt);
        desk.change("UPDATE head SET boot = NULL");
        let sure = sure && after == Durability::Every;
        assert_eq!(desk.reopen() == Opening::Killed, sure, "of which boot nobody knows");
    }
}

#[test]
fn a_store_that_comes_back_shorter_says_by_how_much() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=6);
    let before = killed(desk.dir.path());
    desk.happen_and_commit(7..=9);
    // The database as it was three commits ago, and the mark of now.
    let mark = "acknowledged";
    fs::copy(desk.dir.path().join(mark), before.path().join(mark)).unwrap();
    desk.dir = before;
    assert_eq!(desk.reopen(), Opening::Lost { commits: 3 });
    let recovered = desk.recover();
    assert_eq!((recovered.group.last_record(), recovered.loss), (RecordNo(6), None));
    assert_eq!(recovered.group.epoch(), Epoch(2));
    // What it has now is what there is.
    desk.group = recovered.group;
    desk.happen_and_commit(10..=10);
    desk.reopen();
    let again = desk.recover();
    assert_eq!((again.group.last_record(), again.group.epoch()), (RecordNo(7), Epoch(2)));
}

#[test]
fn every_change_counts_as_one_that_can_be_missed() {
    let changes: [fn(&mut Desk); 4] = [
        |desk| {
            desk.store.put("a", b"1");
            desk.store.commit(second(1)).unwrap();
        },
        |desk| {
            desk.store.remove("a");
            desk.store.commit(second(1)).unwrap();
        },
        |desk| desk.store.keep_filter(FilterId(1), &FilterSpec::new()).unwrap(),
        |desk| desk.store.forget(desk.no).unwrap(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut desk = Desk::new(StoreConfig::default());
        let before = killed(desk.dir.path());
        change(&mut desk);
        let mark = "acknowledged";
        fs::copy(desk.dir.path().join(mark), before.path().join(mark)).unwrap();
        desk.dir = before;
        assert_eq!(desk.reopen(), Opening::Lost { commits: 1 }, "change {at}");
    }
}

#[test]
fn a_store_whose_tables_are_gone_is_not_taken_for_a_new_one() {
    let left_without = |file: &str| {
        let mut desk = Desk::new(StoreConfig::default());
        desk.happen_and_commit(1..=3);
        let left = killed(desk.dir.path());
        fs::write(left.path().join(file), b"").unwrap();
        left
    };
    let left = left_without("journal.db");
    let error = Store::open(left.path(), StoreConfig::default()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    // The tables themselves are not in the log.
    let left = left_without("journal.db-wal");
    let store = Store::open(left.path(), StoreConfig::default()).unwrap();
    assert_eq!(store.opening(), Opening::Lost { commits: 5 });
    // Who is killed while the tables are made has lost nothing.
    let left = tempfile::tempdir().unwrap();
    fs::write(left.path().join("journal.db"), b"").unwrap();
    let store = Store::open(left.path(), StoreConfig::default()).unwrap();
    assert_eq!(store.opening(), Opening::New);
}

#[test]
fn a_torn_mark_says_nothing() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    fs::write(desk.dir.path().join("acknowledged"), b"torn").unwrap();
    assert_eq!(desk.reopen(), Opening::Killed);
    fs::write(desk.dir.path().join("acknowledged"), [0xff; 12]).unwrap();
    assert_eq!(desk.reopen(), Opening::Killed);
}

#[test]
fn what_another_version_kept_is_left_as_it_is() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let record = Record {
        no: RecordNo(3),
        behaviour: BEHAVIOUR + 1,
        at: second(3),
        event: Event::Advance,
        stopped: None,
    };
    desk.store.append(desk.no, &record).unwrap();
    desk.store.commit(second(3)).unwrap();
    desk.reopen();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    let at = RecordNo(3);
    let told = matches!(error, RecoverError::Behaviour { found, at: it } if (found, it) == (BEHAVIOUR + 1, at));
    assert!(told, "{error}");
    assert_eq!((desk.count("aside"), desk.count("records")), (0, 3));
    desk.change("DELETE FROM records WHERE no = 3");
    desk.change("UPDATE groups SET last = 2");
    assert_eq!(desk.recover().group.digest(), desk.digests[2]);
    desk.change(&format!("UPDATE snapshots SET behaviour = {}", BEHAVIOUR + 1));
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Behaviour { at: RecordNo(0), .. }), "{error}");
}

#[test]
fn a_loss_is_told_until_the_store_was_closed_in_order() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let before = killed(desk.dir.path());
    desk.happen_and_commit(3..=3);
    fs::copy(desk.dir.path().join("acknowledged"), before.path().join("acknowledged")).unwrap();
    desk.dir = before;
    let lost = Opening::Lost { commits: 1 };
    assert_eq!([desk.reopen(), desk.reopen()], [lost, lost]);
    assert_eq!(desk.recover().group.epoch(), Epoch(2));
    // Whoever has begun the new epoch begins no other for it.
    assert_eq!(desk.reopen(), lost);
    assert_eq!(desk.recover().group.epoch(), Epoch(2));
    let Desk { dir, store, .. } = desk;
    store.close().map_err(|(error, _)| error).unwrap();
    assert_eq!(Store::open(dir.path(), StoreConfig::default()).unwrap().opening(), Opening::Closed);
}

#[test]
fn a_second_failure_of_the_machine_is_another_doubt() {
    let durability = Durability::Interval(Duration::from_secs(1));
    let mut desk = Desk::new(StoreConfig { durability, ..StoreConfig::default() });
    for epoch in 2..=4 {
        desk.group = desk.recover().group;
        let next = epoch * 10;
        desk.happen_and_commit(next..=next + 1);
        desk.change("UPDATE head SET boot = 'another'");
        assert_eq!(desk.reopen(), Opening::Unsure);
        assert_eq!(desk.recover().group.epoch(), Epoch(u32::try_from(epoch).unwrap()));
    }
}

#[test]
fn the_folder_is_kept_while_a_follower_lives() {
    let Desk { dir, store, .. } = Desk::new(StoreConfig::default());
    let follower = store.follower().unwrap();
    drop(store);
    assert!(matches!(
        Store::open(dir.path(), StoreConfig::default()),
        Err(StoreError::InUse { .. })
    ));
    drop(follower);
    assert!(Store::open(dir.path(), StoreConfig::default()).is_ok());
}

#[test]
fn one_process_has_it_at_a_time() {
    let desk = Desk::new(StoreConfig::default());
    let error = Store::open(desk.dir.path(), StoreConfig::default()).unwrap_err();
    assert!(matches!(&error, StoreError::InUse { dir } if dir == desk.dir.path()), "{error}");
}

#[test]
fn what_is_no_store_or_a_later_one_is_an_error_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    fs::write(&path, [b'x'; 9_000]).unwrap();
    let error = Store::open(dir.path(), StoreConfig::default()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    assert!(matches!(Reader::open(dir.path()).unwrap_err(), StoreError::Damaged(_)));
    assert_eq!(fs::read(&path).unwrap(), [b'x'; 9_000]);

    let desk = Desk::new(StoreConfig::default());
    desk.store.db.pragma_update(None, "user_version", 99).unwrap();
    let Desk { dir, store, .. } = desk;
    drop(store);
    let error = Store::open(dir.path(), StoreConfig::default()).unwrap_err();
    assert!(matches!(error, StoreError::Format { found: 99, known: 1 }), "{error}");

    let empty = tempfile::tempdir().unwrap();
    assert!(Reader::open(empty.path()).is_err());
}

#[cfg(unix)]
#[test]
fn a_store_is_for_its_owner_alone_whosever_the_folder_is() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(dir.path(), StoreConfig::default()).unwrap();
    let mut files = 0;
    for file in fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file:?}");
        files += 1;
    }
    assert!(files >= 4, "database, log, mark and lock");
    drop(store);
}
