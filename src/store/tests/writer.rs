//! What is taken in, what a commit waits for, and a disk that takes nothing.

use super::*;

#[test]
fn a_forgotten_group_is_gone_and_what_it_left_is_taken_away() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=3);
    let error = desk.store.begin(APP, &desk.group).unwrap_err();
    assert!(matches!(error, StoreError::GroupExists(no) if no == desk.no), "{error}");
    desk.happen(4);
    desk.store.forget(desk.no).unwrap();
    assert_eq!(desk.store.pending_bytes(), 0);
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Store(StoreError::NoSuchGroup(no)) if no == desk.no));
    assert!(matches!(desk.store.forget(desk.no), Err(StoreError::NoSuchGroup(_))));
    let other = desk.store.begin(APP, &desk.group).unwrap();
    assert_ne!(other, desk.no);
    // Of several, all are forgotten or none.
    let both = [other, desk.no];
    let error = desk.store.forget_all(&both).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchGroup(no) if no == desk.no), "{error}");
    assert_eq!(desk.store.groups().unwrap().len(), 1);
    assert_eq!(desk.count("records"), 3);
    desk.store.follower().unwrap().tidy(second(4)).unwrap();
    assert_eq!(["snapshots", "pieces", "records", "groups"].map(|of| desk.count(of)), [1, 1, 0, 1]);
    assert_eq!(desk.store.recover(other, KEY).unwrap().group.digest(), desk.digests[4]);
    // Nothing is missed that is not there to be missed.
    desk.no = other;
    desk.happen(5);
    desk.store.commit(second(5)).unwrap();
    assert_eq!(desk.reopen(), Opening::Killed);
}

#[test]
fn only_records_that_follow_are_taken_in() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let record = |no| Record {
        no: RecordNo(no),
        behaviour: BEHAVIOUR,
        at: second(9),
        event: Event::Advance,
        stopped: None,
    };
    for found in [1, 2, 4, u64::MAX] {
        let error = desk.store.append(desk.no, &record(found)).unwrap_err();
        assert!(matches!(error, StoreError::OutOfOrder { expected: RecordNo(3), .. }), "{error}");
    }
    let error = desk.store.append(GroupNo(99), &record(1)).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchGroup(GroupNo(99))), "{error}");
    // Behind the record that switches the journal off nothing can be known.
    let mut settings = desk.group.config().settings().clone();
    settings.journal = false;
    let off = Command::Configure(Box::new(settings.clone().build().unwrap()));
    settings.journal = true;
    let on = Command::Configure(Box::new(settings.build().unwrap()));
    desk.group.push(second(3), Author::App, off).unwrap();
    let Some(Output::Record(last)) = desk.group.poll() else { panic!("it is recorded") };
    desk.store.append(desk.no, &last).unwrap();
    assert!(matches!(desk.store.begin(AppId(8), &desk.group), Err(StoreError::NoJournal)));
    desk.group.push(second(4), Author::App, on).unwrap();
    desk.group.push(second(5), Author::App, Command::notice("again")).unwrap();
    let next = std::iter::from_fn(|| desk.group.poll()).find_map(|output| match output {
        Output::Record(record) => Some(record),
        _ => None,
    });
    let error = desk.store.append(desk.no, &next.unwrap()).unwrap_err();
    assert!(matches!(error, StoreError::Interrupted(no) if no == desk.no), "{error}");
}

#[test]
fn each_setting_asks_the_database_for_what_it_says() {
    let interval = Durability::Interval(Duration::from_secs(1));
    for (durability, expected) in [(Durability::Every, 2), (interval, 1), (Durability::Never, 1)] {
        let desk = Desk::new(StoreConfig { durability, ..StoreConfig::default() });
        let told: u32 =
            desk.store.db.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        assert_eq!(told, expected, "{durability:?}");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_passes() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let pages: u32 =
        desk.store.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    desk.store.db.pragma_update(None, "max_page_count", pages).unwrap();
    let mut at = 2;
    let error = loop {
        at += 1;
        desk.happen(at);
        if let Err(error) = desk.store.commit(second(at)) {
            break error;
        }
    };
    assert!(matches!(error, StoreError::Full), "{error}");
    assert!(error.is_passing() && desk.store.pending_bytes() > 0);
    desk.store.put("much", &[0; 1 << 20]);
    desk.happen(at + 1);
    assert!(matches!(desk.store.commit(second(at)), Err(StoreError::Full)));
    desk.store.db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    desk.store.commit(second(at + 1)).unwrap();
    assert_eq!(desk.store.pending_bytes(), 0);
    desk.reopen();
    assert_eq!(desk.store.get("much").unwrap().map(|much| much.len()), Some(1 << 20));
    let recovered = desk.recover();
    assert_eq!((recovered.loss, recovered.group.digest()), (None, *desk.digests.last().unwrap()));
}

#[test]
fn a_disk_that_became_read_only_loses_nothing_and_passes() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    desk.store.db.pragma_update(None, "query_only", true).unwrap();
    desk.happen(3);
    let error = desk.store.commit(second(3)).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly) && error.is_passing(), "{error}");
    desk.store.db.pragma_update(None, "query_only", false).unwrap();
    desk.store.commit(second(3)).unwrap();
    assert_eq!(desk.recover().group.digest(), desk.digests[3]);
}

#[test]
fn a_commit_that_went_through_unheard_is_tried_again() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen(1);
    // The answer to it was lost.
    let pending = desk.store.pending.clone();
    desk.store.flush().unwrap();
    desk.store.pending = pending;
    desk.happen(2);
    desk.store.commit(second(2)).unwrap();
    assert_eq!(desk.recover().group.digest(), desk.digests[2]);
}

#[test]
fn the_system_is_asked_for_the_disk_once_in_an_interval() {
    let durability = Durability::Interval(Duration::from_secs(2));
    let mut desk = Desk::new(StoreConfig { durability, ..StoreConfig::default() });
    assert_eq!(desk.store.sync_due(), None);
    desk.happen_and_commit(10..=11);
    assert_eq!(desk.store.sync_due(), Some(second(12)));
    desk.store.commit(second(12)).unwrap();
    assert_eq!(desk.store.sync_due(), None);
    for durability in [Durability::Every, Durability::Never] {
        let mut desk = Desk::new(StoreConfig { durability, ..StoreConfig::default() });
        desk.happen_and_commit(1..=1);
        assert_eq!(desk.store.sync_due(), None);
    }
}

#[test]
fn several_groups_are_taken_in_all_at_once_or_none() {
    let mut desk = Desk::new(StoreConfig::default());
    let (saturday, sunday, open) = (group("saturday"), group("sunday"), desk.store.commits);
    let refused = desk.store.begin_all(&[(APP, &saturday), (APP, &desk.group)]);
    assert!(matches!(refused, Err(StoreError::GroupExists(no)) if no == desk.no), "{refused:?}");
    let without = Group::new(
        GroupId::custom("quiet").unwrap(),
        None,
        GroupConfig::modern(),
        Epoch(1),
        KEY,
        START,
    );
    let refused = desk.store.begin_all(&[(APP, &saturday), (APP, &without)]);
    assert!(matches!(refused, Err(StoreError::NoJournal)), "{refused:?}");
    assert_eq!(desk.store.groups().unwrap().len(), 1);
    let twice = desk.store.begin_all(&[(APP, &saturday), (APP, &saturday)]);
    assert!(matches!(twice, Err(StoreError::GroupExists(_))), "{twice:?}");
    let begun = desk.store.begin_all(&[(APP, &saturday), (AppId(8), &saturday), (APP, &sunday)]);
    let begun = begun.unwrap();
    assert!(desk.store.begin_all(&[]).unwrap().is_empty());
    assert_eq!(desk.store.commits, open + 1, "the disk is waited for once");
    desk.reopen();
    for no in begun {
        let digest = desk.store.recover(no, KEY).unwrap().group.digest();
        assert!([saturday.digest(), sunday.digest()].contains(&digest));
    }
    assert_eq!(desk.store.groups().unwrap().len(), 4);
}
