//! What a host keeps beside the groups, under names of its own.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, frame};

/// What is to be put, or taken away, with the next commit.
#[derive(Debug, Default)]
pub(super) struct Things {
    pending: BTreeMap<String, Option<Vec<u8>>>,
    bytes: usize,
}

impl Store {
    /// Takes something of the host's in, to be kept under a name in place of what is there: with the next
    /// [`commit`](Self::commit), together with the records that wait for it.
    pub fn put(&mut self, name: &str, bytes: &[u8]) {
        self.things.set(name, Some(frame::of_thing(name, bytes)));
    }

    /// Keeps nothing under a name any more, from the next [`commit`](Self::commit) on.
    pub fn remove(&mut self, name: &str) {
        self.things.set(name, None);
    }

    /// The same for all names that begin so.
    ///
    /// # Errors
    /// The store cannot be read; then nothing changes.
    pub fn remove_all(&mut self, beginning: &str) -> Result<(), StoreError> {
        let mut names = self.names(beginning)?;
        names.extend(self.things.names(beginning));
        for name in names {
            self.remove(&name);
        }
        Ok(())
    }

    /// What was committed under a name.
    ///
    /// # Errors
    /// The store cannot be read, or what is there is damaged.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let find = "SELECT frame FROM things WHERE name = ?1";
        let mut find = self.db.prepare_cached(find)?;
        let frame: Option<Vec<u8>> = find.query_row([name], |row| row.get(0)).optional()?;
        frame.map(|frame| frame::thing(name, frame)).transpose()
    }

    /// The names that begin so and under which something was committed, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn names(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        let find = "SELECT name FROM things WHERE name >= ?1 ORDER BY name";
        let mut find = self.db.prepare_cached(find)?;
        let mut names = Vec::new();
        for name in find.query_map([beginning], |row| row.get::<_, String>(0))? {
            let name = name?;
            if !name.starts_with(beginning) {
                break;
            }
            names.push(name);
        }
        Ok(names)
    }
}

impl Things {
    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Those that wait, and begin so.
    fn names(&self, beginning: &str) -> Vec<String> {
        let names = self.pending.range(beginning.to_owned()..).map(|(name, _)| name);
        names.take_while(|name| name.starts_with(beginning)).cloned().collect()
    }

    fn set(&mut self, name: &str, frame: Option<Vec<u8>>) {
        let weight = |frame: &Option<Vec<u8>>| name.len() + frame.as_ref().map_or(0, Vec::len);
        self.bytes += weight(&frame);
        if let Some(former) = self.pending.insert(name.to_owned(), frame) {
            self.bytes -= weight(&former);
        }
    }

    pub(super) fn write(&self, db: &Connection) -> Result<(), StoreError> {
        let mut put = db.prepare_cached("REPLACE INTO things (name, frame) VALUES (?1, ?2)")?;
        let mut remove = db.prepare_cached("DELETE FROM things WHERE name = ?1")?;
        for (name, frame) in &self.pending {
            match frame {
                Some(frame) => put.execute(params![name, frame])?,
                None => remove.execute([name])?,
            };
        }
        Ok(())
    }
}
