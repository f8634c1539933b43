//! What comes back after the end of a process, and after damage.

use super::*;

#[test]
fn what_was_committed_is_there_after_a_kill_and_what_was_not_is_not() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=5);
    desk.happen(6);
    assert!(desk.store.pending_bytes() > 0);
    assert_eq!(desk.reopen(), Opening::Killed);
    let recovered = desk.recover();
    assert_eq!((recovered.replayed, recovered.loss, recovered.skipped), (5, None, vec![]));
    assert_eq!(recovered.group.digest(), desk.digests[5]);
    assert_eq!(recovered.group.epoch(), Epoch(1));
    let known = desk.store.groups().unwrap();
    let id = GroupId::custom("friday").unwrap();
    assert_eq!(
        known,
        [StoredGroup { no: desk.no, app: APP, id, last: RecordNo(5), in_doubt: false }]
    );
}

#[test]
fn who_goes_on_from_what_came_back_can_come_back_again() {
    let mut desk = Desk::new(StoreConfig::default());
    for round in 0..4 {
        desk.happen_and_commit(round * 3 + 1..=round * 3 + 3);
        desk.reopen();
        desk.group = desk.recover().group;
        assert_eq!(desk.group.digest(), *desk.digests.last().unwrap());
    }
    assert_eq!(desk.group.last_record(), RecordNo(12));
}

#[test]
fn who_is_killed_before_a_new_epoch_began_begins_it_still() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=3);
    desk.change("UPDATE groups SET doubt = 1");
    desk.reopen();
    desk.reopen();
    assert_eq!(desk.recover().group.epoch(), Epoch(2));
    assert_eq!(desk.recover().group.epoch(), Epoch(2));
    // Should the snapshot of the new epoch be damaged, it is that epoch nevertheless.
    desk.change("UPDATE pieces SET frame = x'0000000000' WHERE snapshot = 2");
    let recovered = desk.recover();
    assert_eq!((recovered.group.epoch(), recovered.skipped.len()), (Epoch(2), 1));
    assert_eq!(recovered.group.last_record(), RecordNo(3));
}

#[test]
fn what_follows_a_damaged_record_is_put_aside_and_a_new_epoch_begins() {
    let spoilt = [
        ("UPDATE records SET frame = substr(frame, 1, 10) WHERE no = 4", Damage::Length),
        ("UPDATE records SET frame = CAST(frame || x'00' AS BLOB) WHERE no = 4", Damage::Length),
        ("UPDATE records SET frame = x'' WHERE no = 4", Damage::Length),
        (
            "UPDATE records SET frame = CAST(substr(frame, 1, 24) || x'ff' || substr(frame, 26) AS BLOB) WHERE no = 4",
            Damage::Checksum,
        ),
        (
            "UPDATE records SET frame = (SELECT frame FROM records WHERE no = 3) WHERE no = 4",
            Damage::Checksum,
        ),
        ("DELETE FROM records WHERE no = 4", Damage::Missing),
    ];
    for (statement, damage) in spoilt {
        let mut desk = Desk::new(StoreConfig::default());
        desk.happen_and_commit(1..=7);
        desk.change(statement);
        desk.reopen();
        let recovered = desk.recover();
        let loss = Loss { after: RecordNo(3), records: 4, damage: damage.clone() };
        assert_eq!(recovered.loss, Some(loss), "{statement}");
        let told = Reader::open(desk.dir.path()).unwrap().losses().unwrap();
        let after = RecordNo(3);
        let lost = Lost { group: desk.no, after, records: 4, damage: damage.to_string() };
        assert_eq!(told, [lost]);
        assert_eq!(recovered.group.epoch(), Epoch(2));
        let mut left = Vec::new();
        let reader = Reader::open(desk.dir.path()).unwrap();
        reader.put_aside(|_, stored| left.push(stored)).unwrap();
        let missing = usize::from(damage == Damage::Missing);
        assert_eq!(left.len(), 4 - missing, "{statement}");
        assert_eq!(left.iter().filter(|stored| stored.record.is_ok()).count(), 3);
        assert_eq!(desk.recover().loss, None, "it is told of once");
        // The group goes on, and what it records now is not taken for what was lost.
        desk.group = recovered.group;
        desk.happen_and_commit(20..=22);
        let digest = desk.group.digest();
        desk.reopen();
        let again = desk.recover();
        assert_eq!((again.loss, again.group.digest()), (None, digest), "{statement}");
        assert_eq!(again.group.last_record(), RecordNo(6));
    }
}

#[test]
fn records_that_vanished_from_the_end_are_missed() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=5);
    desk.change("DELETE FROM records WHERE no > 3");
    desk.reopen();
    let loss = Loss { after: RecordNo(3), records: 2, damage: Damage::Missing };
    assert_eq!(desk.recover().loss, Some(loss));
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_an_older_one() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=5);
    let followed = desk.store.follower().unwrap().snapshot(desk.no, KEY).unwrap();
    assert_eq!(followed, Some(Followed { record: RecordNo(5), replayed: 5 }));
    desk.happen_and_commit(6..=8);
    let recovered = desk.recover();
    assert_eq!((recovered.snapshot, recovered.replayed), (RecordNo(5), 3));
    desk.change("UPDATE pieces SET frame = CAST(substr(frame, 1, 9) || x'00ff' || substr(frame, 12) AS BLOB) WHERE snapshot = 2");
    let recovered = desk.recover();
    assert_eq!((recovered.snapshot, recovered.replayed), (RecordNo(0), 8));
    assert_eq!((recovered.loss, recovered.skipped), (None, vec![Damage::Checksum]));
    assert_eq!(recovered.group.digest(), desk.digests[8]);
    // Where a record before it is missing, too, it is of a history that has ended.
    desk.change("DELETE FROM records WHERE no = 4");
    let recovered = desk.recover();
    assert_eq!(recovered.group.last_record(), RecordNo(3));
    assert_eq!(desk.count("snapshots WHERE record > 3"), 0);
    desk.change("DELETE FROM pieces WHERE snapshot = 1");
    desk.change("UPDATE pieces SET frame = x'0000000000'");
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::NoSnapshot { damage: Damage::Checksum, .. }), "{error}");
}

#[test]
fn what_is_whole_and_cannot_be_played_back_is_left_until_it_is_cut() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let command = Command::Unmute { users: ["nobody".parse().unwrap()].into_iter().collect() };
    let by = Author::Session(crate::id::SessionId(1));
    let event = Event::Command { by, command };
    let (no, at) = (RecordNo(3), second(3));
    let record = Record { no, behaviour: BEHAVIOUR, at, event, stopped: None };
    desk.store.append(desk.no, &record).unwrap();
    desk.store.commit(second(3)).unwrap();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Unplayable { at: RecordNo(3), .. }), "{error}");
    assert_eq!((desk.count("aside"), desk.count("losses")), (0, 0));
    desk.change("UPDATE snapshots SET record = 1");
    let error = desk.store.cut(desk.no, RecordNo(0)).unwrap_err();
    assert!(matches!(error, StoreError::NothingBefore { .. }), "{error}");
    desk.change("UPDATE snapshots SET record = 0");
    assert_eq!(desk.store.cut(desk.no, RecordNo(2)).unwrap(), 1);
    assert_eq!(desk.store.cut(desk.no, RecordNo(2)).unwrap(), 0);
    let recovered = desk.recover();
    assert_eq!((recovered.group.last_record(), recovered.group.epoch()), (RecordNo(2), Epoch(2)));
    assert_eq!((desk.count("aside"), desk.count("losses")), (1, 1));
}
