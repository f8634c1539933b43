use std::{sync::Arc, time::Duration};

use tempfile::TempDir;

use super::*;
use crate::{
    command::Command, config::GroupConfig, group::BEHAVIOUR, id::Epoch, output::Output,
    role::Author,
};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const APP: AppId = AppId(7);

fn second(n: u64) -> Timestamp {
    START + Duration::from_secs(n)
}

/// A store with one group in it, and a host that notes down what the group was at each record.
struct Desk {
    dir: TempDir,
    store: Store,
    no: GroupNo,
    group: Group,
    digests: Vec<u64>,
}

impl Desk {
    fn new(config: StoreConfig) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path(), config).unwrap();
        let mut settings = GroupConfig::modern().settings().clone();
        settings.journal = true;
        let (id, config) = (GroupId::custom("friday").unwrap(), settings.build().unwrap());
        let group = Group::new(id, None, config, Epoch(1), KEY, START);
        let no = store.begin(APP, &group).unwrap();
        Self { dir, store, no, digests: vec![group.digest()], group }
    }

    /// Something happens in the group, and is appended.
    fn happen(&mut self, at: u64) {
        self.group.push(second(at), Author::App, Command::notice(format!("{at}"))).unwrap();
        while let Some(output) = self.group.poll() {
            if let Output::Record(record) = output {
                self.store.append(self.no, &record).unwrap();
            }
        }
        self.digests.push(self.group.digest());
    }

    fn happen_and_commit(&mut self, times: std::ops::RangeInclusive<u64>) {
        for at in times {
            self.happen(at);
            self.store.commit(second(at)).unwrap();
        }
    }

    /// The process is killed, and another opens what it leaves.
    fn reopen(&mut self) -> Opening {
        let left = killed(self.dir.path());
        self.store = Store::open(left.path(), self.store.config).unwrap();
        self.dir = left;
        self.store.opening()
    }

    fn recover(&mut self) -> Recovered {
        self.store.recover(self.no, KEY).unwrap()
    }

    fn change(&self, statement: &str) {
        assert!(self.store.db.execute(statement, []).unwrap() > 0, "{statement}");
    }

    fn count(&self, of: &str) -> u64 {
        let count = format!("SELECT COUNT(*) FROM {of}");
        self.store.db.query_row(&count, [], |row| row.get::<_, u32>(0)).unwrap().into()
    }
}

/// A folder as it is at this moment.
fn killed(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(dir).unwrap() {
        let file = file.unwrap().path();
        fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    copy
}

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
    assert_eq!(desk.store.follower().unwrap().next(0).unwrap(), None);
    // What nobody finished is taken away by whoever opens the store next.
    assert_eq!(desk.count("snapshots WHERE grp IS NULL"), 1);
    desk.reopen();
    assert_eq!(desk.count("snapshots WHERE grp IS NULL"), 0);
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
fn a_follower_takes_away_what_nobody_needs() {
    let mut desk = Desk::new(StoreConfig::default());
    let mut follower = desk.store.follower().unwrap();
    for round in 0..4 {
        desk.happen_and_commit(round * 10 + 1..=round * 10 + 10);
        assert_eq!(follower.next(11).unwrap(), None);
        assert_eq!(follower.next(10).unwrap(), Some(desk.no));
        follower.snapshot(desk.no, KEY).unwrap();
        assert_eq!(follower.next(1).unwrap(), None);
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
fn moments_that_are_kept_can_be_had_again() {
    let keep = Duration::from_secs(25);
    let mut desk = Desk::new(StoreConfig { keep, ..StoreConfig::default() });
    let mut follower = desk.store.follower().unwrap();
    for round in 0..4 {
        desk.happen_and_commit(round * 10 + 1..=round * 10 + 10);
        follower.snapshot(desk.no, KEY).unwrap();
        follower.tidy(second(round * 10 + 10)).unwrap();
    }
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    for at in 15..=40 {
        let then = reader.group_at(desk.no, second(at), KEY).unwrap();
        assert_eq!(then.group.digest(), desk.digests[usize::try_from(at).unwrap()], "{at}");
        assert_eq!(then.loss, None);
    }
    let error = reader.group_at(desk.no, second(5), KEY).unwrap_err();
    assert!(matches!(error, RecoverError::NoSnapshot { damage: Damage::Missing, .. }), "{error}");
    let mut read = Vec::new();
    let each = |stored: Stored| {
        read.push(stored.no.0);
        if read.len() < 3 {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    };
    reader.records(desk.no, RecordNo(30), each).unwrap();
    assert_eq!(read, [31, 32, 33]);
}

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

#[test]
fn a_moment_whose_records_vanished_is_no_moment() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=5);
    desk.change("DELETE FROM records WHERE no > 3");
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    let lost = |at| {
        let mut at_then = |at| reader.group_at(desk.no, second(at), KEY).unwrap();
        at_then(at).loss.map(|loss| loss.damage)
    };
    assert_eq!([2, 5].map(lost), [None, Some(Damage::Missing)]);
}

#[test]
fn a_reader_stays_at_its_moment() {
    let mut desk = Desk::new(StoreConfig::default());
    desk.happen_and_commit(1..=2);
    let mut reader = Reader::open(desk.dir.path()).unwrap();
    desk.happen_and_commit(3..=3);
    assert_eq!(reader.group(desk.no, KEY).unwrap().group.digest(), desk.digests[2]);
    reader.refresh().unwrap();
    assert_eq!(reader.group(desk.no, KEY).unwrap().group.digest(), desk.digests[3]);
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

#[test]
fn things_of_the_host_stand_beside_the_groups() {
    let mut desk = Desk::new(StoreConfig::default());
    assert_eq!(desk.store.get("keys/a").unwrap(), None);
    for (name, bytes) in [("keys/b", b"2"), ("keys/a", b"0"), ("keys/a", b"1"), ("words", b"w")] {
        desk.store.put(name, bytes);
    }
    assert_eq!(desk.store.pending_bytes(), 32, "names, sums and what was put, each once");
    assert_eq!(desk.store.get("keys/a").unwrap(), None, "it waits for the commit");
    desk.store.commit(second(1)).unwrap();
    desk.store.put("keys/c", b"3");
    assert_eq!(desk.reopen(), Opening::Killed);
    assert_eq!(desk.store.get("keys/a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(desk.store.names("keys/").unwrap(), ["keys/a", "keys/b"]);
    assert_eq!(desk.store.names("").unwrap().len(), 3);
    desk.store.put("keys/a", b"2");
    desk.store.remove("keys/a");
    desk.store.commit(second(1)).unwrap();
    assert_eq!((desk.store.get("keys/a").unwrap(), desk.store.pending_bytes()), (None, 0));
    desk.store.put("keys/d", b"4");
    desk.store.remove_all("keys/").unwrap();
    desk.store.commit(second(1)).unwrap();
    assert_eq!(desk.store.names("").unwrap(), ["words"]);
    desk.change("UPDATE things SET frame = CAST(frame || x'00' AS BLOB) WHERE name = 'words'");
    assert!(matches!(desk.store.get("words"), Err(StoreError::Damaged(_))));
    desk.change("UPDATE things SET frame = x'00' WHERE name = 'words'");
    assert!(matches!(desk.store.get("words"), Err(StoreError::Damaged(_))));
}

#[test]
fn filters_come_back_with_the_groups_that_name_them() {
    let mut desk = Desk::new(StoreConfig::default());
    let lists = ["fool", "idiot", "fool"].map(|word| FilterSpec::parse(word).unwrap());
    let filters = lists.each_ref().map(|list| Arc::new(list.compile().unwrap()));
    for (at, filter) in (1..).zip(&filters) {
        desk.group.install_filter(filter.clone());
        let filter = Some(filter.id());
        desk.group.push(second(at), Author::App, Command::UseFilter { filter }).unwrap();
        desk.happen(at);
    }
    desk.store.commit(second(4)).unwrap();
    // The first list is lacking: nothing is changed, and the group is there once it is found.
    desk.store.keep_filter(filters[1].id(), &lists[1]).unwrap();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    let lacking = filters[0].id();
    let named = matches!(error, RecoverError::UnknownFilter { filter, at: RecordNo(1) } if filter == lacking);
    assert!(named, "{error}");
    desk.store.keep_filter(lacking, &lists[1]).unwrap();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Store(StoreError::Damaged(_))), "another list: {error}");
    desk.store.keep_filter(lacking, &lists[0]).unwrap();
    assert_eq!(desk.recover().group.digest(), *desk.digests.last().unwrap());
    desk.store.follower().unwrap().snapshot(desk.no, KEY).unwrap();
    desk.reopen();
    let recovered = desk.recover();
    assert_eq!((recovered.replayed, recovered.group.filter()), (0, Some(lacking)));
    // One whose list was changed is none.
    let (from, to) = (filters[1].id().0.to_le_bytes(), lacking.0.to_le_bytes());
    let swap = "UPDATE filters SET frame = (SELECT frame FROM filters WHERE id = ?1) WHERE id = ?2";
    desk.store.db.execute(swap, [&from[..], &to[..]]).unwrap();
    desk.reopen();
    let error = desk.store.recover(desk.no, KEY).unwrap_err();
    assert!(matches!(error, RecoverError::Store(StoreError::Damaged(_))), "{error}");
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
