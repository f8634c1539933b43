//! What it costs to keep records on disk, at each setting, beside the same database used bare.
//!
//! The bare one is given the bytes of the same records, ready made, as rows of one table in as many transactions; ours
//! encodes them, sums them up, keeps each group's last and marks what it acknowledged. Both lie in the system's folder
//! for temporary files: on the disk that is measured is what that is on.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use liveroom::{
    AppId, GroupConfig, Output, Record,
    store::{Durability, GroupNo, Store, StoreConfig},
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    race::{Amount, Case, Report, time},
    rooms::{ANN, Room, START, drafts, join, user},
};

pub(crate) fn durability(report: &mut Report) {
    let settings = [
        ("every", Durability::Every, "FULL"),
        ("interval", Durability::Interval(Duration::from_secs(1)), "NORMAL"),
        ("never", Durability::Never, "NORMAL"),
    ];
    for (name, durability, synchronous) in settings {
        for at_once in [1, 200] {
            let name = format!("commit/{name}/records={at_once}");
            if !report.wants("D1", &name) || !report.times() {
                continue;
            }
            let commits = if at_once == 1 { 200 } else { 20 };
            let (mut ours, mut bare) = (Ours::new(durability), Bare::new(synchronous));
            let what = "SQLite given the bytes; records from append to commit, or insert to commit";
            let units = commits * at_once;
            let case = Case { aim: "D1", name, what, at_least: None, units };
            report.race(&case, || ours.commit(commits, at_once), || bare.commit(commits, at_once));
        }
    }
    let name = "bytes/record".to_owned();
    if report.wants("D1", &name) {
        let (mut ours, mut bare) = (Ours::new(Durability::Never), Bare::new("NORMAL"));
        ours.commit(100, 200);
        bare.commit(100, 200);
        ours.store.close().expect("there is room");
        bare.db.close().expect("there is room");
        let bytes = |dir: &TempDir| {
            let file = fs::metadata(dir.path().join("journal.db")).expect("it is there");
            file.len() * 100 / 20_000
        };
        let (ours, peer) = (bytes(&ours.dir), Some(bytes(&bare.dir)));
        let unit = "bytes on disk for a record of a text of 40 bytes";
        report.amount(&Amount { aim: "D1", name, unit, ours, peer, aimed: None });
    }
}

/// A livestream with a journal.
fn with_journal() -> Room {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.journal = true;
    Room::empty(settings.build().expect("a preset with a journal"))
}

/// The record of a text message.
fn record() -> Record {
    let mut room = with_journal();
    room.push(ANN, join(user(0), &Arc::default()));
    while room.group.poll().is_some() {}
    for draft in drafts(1) {
        room.push(ANN, draft.into());
    }
    let records = std::iter::from_fn(|| room.group.poll()).filter_map(|output| match output {
        Output::Record(record) => Some(record),
        _ => None,
    });
    records.last().expect("what is accepted is recorded")
}

struct Ours {
    dir: TempDir,
    store: Store,
    group: GroupNo,
    record: Record,
    since: Instant,
}

impl Ours {
    fn new(durability: Durability) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let config = StoreConfig { durability, ..StoreConfig::default() };
        let mut store = Store::open(dir.path(), config).expect("a store");
        let room = with_journal();
        let group = store.begin(AppId(1), &room.group).expect("there is room");
        let record = Record { no: room.group.last_record(), ..record() };
        Self { dir, store, group, record, since: Instant::now() }
    }

    fn commit(&mut self, commits: u64, at_once: u64) -> Duration {
        time(|| {
            for _ in 0..commits {
                for _ in 0..at_once {
                    self.record.no.0 += 1;
                    self.store.append(self.group, &self.record).expect("it follows");
                }
                self.store.commit(START + self.since.elapsed()).expect("there is room");
            }
        })
    }
}

struct Bare {
    dir: TempDir,
    db: Connection,
    bytes: Vec<u8>,
}

impl Bare {
    fn new(synchronous: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let db = Connection::open(dir.path().join("journal.db")).expect("a database");
        db.pragma_update(None, "journal_mode", "WAL").expect("a setting");
        db.pragma_update(None, "synchronous", synchronous).expect("a setting");
        db.execute("CREATE TABLE bare (no INTEGER PRIMARY KEY, bytes BLOB)", []).expect("a table");
        let bytes = postcard::to_allocvec(&record()).expect("plain data");
        Self { dir, db, bytes }
    }

    fn commit(&mut self, commits: u64, at_once: u64) -> Duration {
        time(|| {
            for _ in 0..commits {
                let change = self.db.transaction().expect("nobody else writes");
                {
                    let insert = "INSERT INTO bare (bytes) VALUES (?1)";
                    let mut insert = change.prepare_cached(insert).expect("a statement");
                    for _ in 0..at_once {
                        insert.execute([&self.bytes]).expect("there is room");
                    }
                }
                change.commit().expect("there is room");
            }
        })
    }
}
