//! Messages that the staff alone see for some seconds.
//!
//! Bound: [`KEPT`], as many as a group holds; past it those that go on first are not shown.

use std::{collections::BTreeMap, sync::Arc};

use liveroom::{Message, MessageId, Timestamp};

use crate::protocol::{host::HostFrame, moderation::Previewed};

const KEPT: usize = 1_024;
/// More than anybody reads in that time.
const TOLD: usize = 60;

/// What is shown to the staff alone.
#[derive(Debug, Default)]
pub(super) struct Previews {
    all: BTreeMap<MessageId, (Arc<Message>, Timestamp)>,
    changed: bool,
}

impl Previews {
    /// The staff see it until `expires`. What has no words is nothing to read.
    pub(super) fn show(&mut self, message: Arc<Message>, expires: Timestamp) {
        if message.content.texts().all(str::is_empty) {
            return;
        }
        self.all.insert(message.id, (message, expires));
        if self.all.len() > KEPT {
            self.all.pop_first();
        }
        self.changed = true;
    }

    /// A message came to its end before that.
    pub(super) fn ended(&mut self, message: MessageId) {
        self.changed |= self.all.remove(&message).is_some();
    }

    /// Forgets what went on to its readers.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let before = self.all.len();
        self.all.retain(|_, (_, expires)| *expires > now);
        self.changed |= self.all.len() != before;
    }

    /// Tells them anew, as to somebody who knows none.
    pub(super) fn renew(&mut self) {
        self.changed = true;
    }

    /// Whether there are others than were last told.
    pub(super) fn are_due(&self) -> bool {
        self.changed || !self.all.is_empty()
    }

    /// All that there are, the newest of them one by one, if they are others than were last told.
    pub(super) fn take(&mut self) -> Option<HostFrame<'static>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let more = self.all.len().saturating_sub(TOLD);
        let told = self.all.values().skip(more);
        let previews = told.map(|(message, expires)| Previewed::of(message, *expires)).collect();
        Some(HostFrame::Previews { previews, more: more as u64 })
    }
}
