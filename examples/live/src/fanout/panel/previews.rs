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

#[cfg(test)]
mod tests {
    use liveroom::{Content, Kind, Platform, Priority, Profile, Sender};
    use serde_json::Value;

    use super::*;

    fn saying(number: u64, text: &str) -> Arc<Message> {
        let (user, profile) = ("ann".parse().ok(), Arc::new(Profile::nick("Ann")));
        Arc::new(Message {
            id: MessageId(number),
            sender: Sender { user, role: None, profile, platform: Platform::Web },
            kind: Kind::Text,
            priority: Priority::Normal,
            content: Content::text(text),
            directive: None,
            random: None,
            accepted: Timestamp::ZERO,
        })
    }

    /// What is told, as numbers, and how many more there are.
    fn told(previews: &mut Previews) -> Option<(Vec<u64>, u64)> {
        let frame: Value = serde_json::from_str(&previews.take()?.encode()).unwrap();
        let numbers = frame["previews"].as_array().unwrap().iter();
        let numbers = numbers.filter_map(|one| one["message"].as_u64()).collect();
        Some((numbers, frame["more"].as_u64().unwrap()))
    }

    #[test]
    fn what_is_shown_is_told_when_it_changes_and_until_it_goes_on() {
        let mut previews = Previews::default();
        assert_eq!(told(&mut previews), None);
        for (number, second) in [(1, 3), (2, 4), (3, 5)] {
            previews.show(saying(number, "hello"), Timestamp::from_secs(second));
        }
        assert_eq!(told(&mut previews), Some((vec![1, 2, 3], 0)));
        assert_eq!(told(&mut previews), None, "nothing is new");
        previews.ended(MessageId(2));
        previews.ended(MessageId(7));
        assert_eq!(told(&mut previews), Some((vec![1, 3], 0)));
        previews.settle(Timestamp::from_millis(2_999));
        assert_eq!(told(&mut previews), None);
        previews.settle(Timestamp::from_secs(3));
        assert_eq!(told(&mut previews), Some((vec![3], 0)));
        previews.renew();
        assert_eq!(told(&mut previews), Some((vec![3], 0)), "to one who knows none");
    }

    #[test]
    fn what_has_no_words_is_not_shown_and_of_a_flood_the_newest_are() {
        let mut previews = Previews::default();
        previews.show(saying(1, ""), Timestamp::from_secs(3));
        assert_eq!(told(&mut previews), None);
        let all = KEPT as u64 + 5;
        (0..all).for_each(|number| previews.show(saying(number, "x"), Timestamp::from_secs(3)));
        let (numbers, more) = told(&mut previews).unwrap();
        assert_eq!((numbers.len(), more), (TOLD, (KEPT - TOLD) as u64));
        assert_eq!(numbers.last(), Some(&(all - 1)));
    }
}
