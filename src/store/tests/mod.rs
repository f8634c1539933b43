//! A store with one group in it, for the tests of each file.

mod follower;
mod opening;
mod reader;
mod recovery;
mod things;
mod writer;

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;

use super::{database::Known, *};
use crate::{
    command::Command, config::GroupConfig, group::BEHAVIOUR, hash::HashKey, id::Epoch,
    output::Output, role::Author,
};

const KEY: HashKey = HashKey::new(1, 2);
const START: Timestamp = Timestamp::from_secs(1_600_000_000);
const APP: AppId = AppId(7);

fn second(n: u64) -> Timestamp {
    START + Duration::from_secs(n)
}

/// A group with a journal.
fn group(name: &str) -> Group {
    let mut settings = GroupConfig::modern().settings().clone();
    settings.journal = true;
    let (id, config) = (GroupId::custom(name).unwrap(), settings.build().unwrap());
    Group::new(id, None, config, Epoch(1), KEY, START)
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
        let group = group("friday");
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
