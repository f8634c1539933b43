//! What another filter would have met, of what the group still has.

use std::time::Duration;

use crate::{
    cursor::Cursor,
    entry::Body,
    filter::{DryRun, Filter},
    message::{Message, Priority},
    time::Timestamp,
};

use super::Group;

impl Group {
    /// What `filter` would have met in the messages of the last `within`, the newest first: those in the
    /// history, as they were delivered, and those that wait, in lanes or to share an entry, or are held. They
    /// are read as the group's `filtering` says. Neither it nor the group is changed; `filter` need not be
    /// installed.
    ///
    /// What was rejected or discarded, or is kept no more, is not judged; a host with a journal gives
    /// [`Filter::dry_run`] what its records say. What the app says for itself is judged by no filter.
    ///
    /// ```
    /// use liveroom::{Author, Command, Creation, GroupId, HashKey, Profile, Timestamp};
    /// use liveroom::filter::FilterSpec;
    /// use std::time::Duration;
    ///
    /// let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
    /// let mut group = Creation::named("Friday").build(now, GroupId::custom("friday")?, key)?;
    /// let ann = Author::AppAs { user: "ann".parse()?, profile: Profile::nick("Ann") };
    /// group.push(now, ann, Command::text("get free coins"))?;
    /// let filter = FilterSpec::parse("[advertising block]\nfree coins")?.compile()?;
    /// let run = group.dry_run_filter(&filter, Duration::from_mins(5));
    /// assert_eq!((run.judged, run.hit()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dry_run_filter(&self, filter: &Filter, within: Duration) -> DryRun {
        let start = Cursor::start(&self.id, self.log.epoch());
        // The cursor is of this very history, so there are entries.
        let entries = self.log.since(&start).into_iter().flatten();
        let delivered = entries.filter_map(|entry| match &entry.body {
            Body::Message(message) => Some(&**message),
            _ => None,
        });
        let waiting = Priority::ALL.into_iter().flat_map(|priority| self.waiting(priority));
        let held = self.house.review.iter().map(|(_, held)| &*held.payload.message);
        let waiting = waiting.map(|waiting| waiting.message).chain(self.folded());
        let here = delivered.chain(waiting).chain(held);
        let is_recent = |accepted: Timestamp| self.clock.since(accepted) <= within;
        let judged =
            |message: &&Message| message.sender.user.is_some() && is_recent(message.accepted);
        let mut messages: Vec<_> = here.filter(judged).collect();
        messages.sort_unstable_by_key(|message| std::cmp::Reverse(message.id));
        let said = messages.into_iter().map(|message| (message.id, &message.content));
        filter.dry_run(&self.config.settings().filtering, said)
    }
}
