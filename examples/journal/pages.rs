//! Records one by one, read some at a time.

use std::{collections::VecDeque, ops::ControlFlow};

use liveroom::{
    RecordNo,
    store::{GroupNo, Reader, StoreError, Stored},
};

const PAGE: usize = 1_000;

pub(crate) struct Pages {
    group: GroupNo,
    after: RecordNo,
    read: VecDeque<Stored>,
}

impl Pages {
    pub(crate) fn new(group: GroupNo, after: RecordNo) -> Self {
        Self { group, after, read: VecDeque::new() }
    }

    pub(crate) fn next(&mut self, reader: &Reader) -> Result<Option<Stored>, StoreError> {
        if self.read.is_empty() {
            let read = &mut self.read;
            reader.records(self.group, self.after, |stored| {
                read.push_back(stored);
                if read.len() < PAGE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
        }
        let next = self.read.pop_front();
        self.after = next.as_ref().map_or(self.after, |stored| stored.no);
        Ok(next)
    }
}
