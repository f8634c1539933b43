//! The lanes and the bucket, looked at: nothing here changes anything.

use crate::{
    message::{Message, Priority},
    role::Role,
    scheduler::Allowance,
    time::Timestamp,
};

use super::Group;

/// A message that waits in its lane. From [`Group::waiting`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting<'a> {
    /// The message, as it would be delivered. Its `accepted` is earlier than `arrived` if it was
    /// held before, and does not move with the clock.
    pub message: &'a Message,
    /// When it came into the lane; moves with the clock.
    pub arrived: Timestamp,
    /// When it is discarded, under the config in force; until and at this moment it may be
    /// released. [`Timestamp::MAX`] never comes.
    pub expires: Timestamp,
}

impl Group {
    /// What waits in one lane, in the order in which it would be released: the exempt before the
    /// others, each by turns between their authors.
    ///
    /// The order holds whatever the other lanes do and however long it takes, as long as nothing
    /// arrives in this lane, expires, or is taken out. It is the order as of the
    /// [`clock`](Self::clock): [`advance`](Self::advance) first. At most the lane's capacity, each in
    /// O(1), so that looking at the first few costs little; how many wait at all is in
    /// [`stats`](Self::stats).
    ///
    /// ```
    /// # use liveroom::{Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Priority};
    /// # use liveroom::{Profile, Timestamp};
    /// # let now = Timestamp::from_secs(1_600_000_000);
    /// # let id = GroupId::custom("friday")?;
    /// # let key = HashKey::new(1, 2);
    /// # let mut group = Group::new(id, None, GroupConfig::livestream(), Epoch(1), key, now);
    /// // Ann talks without pause, and then comes Bob. Three are delivered, the rest waits.
    /// for (user, text) in [("ann", "1"), ("ann", "2"), ("ann", "3"), ("ann", "4"), ("ann", "5"), ("bob", "6")] {
    ///     let by = Author::AppAs { user: user.parse()?, profile: Profile::default() };
    ///     group.push(now, by, Command::text(text))?;
    /// }
    /// let texts = group.waiting(Priority::Normal).flat_map(|waiting| waiting.message.content.texts());
    /// assert_eq!(texts.collect::<Vec<_>>(), ["4", "6", "5"], "they take turns");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn waiting(&self, priority: Priority) -> impl Iterator<Item = Waiting<'_>> {
        let max_wait = self.config.settings().traffic.lanes[priority].max_wait;
        self.talk.scheduler.in_turn(priority).map(move |standing| Waiting {
            message: &standing.payload.message,
            arrived: standing.arrived,
            expires: standing.arrived + max_wait,
        })
    }

    /// What the group's rate, its reserve and the cap of `priority` allow now to authors of `role`
    /// (`None`: the app); the role matters for the cap alone.
    ///
    /// It says nothing of who waits: a message of higher priority, or one whose turn is earlier, takes
    /// what is allowed. As of the [`clock`](Self::clock): [`advance`](Self::advance) first. O(1).
    ///
    /// ```
    /// # use liveroom::{Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Priority, Role};
    /// # use liveroom::Timestamp;
    /// # use std::time::Duration;
    /// # let now = Timestamp::from_secs(1_600_000_000);
    /// # let id = GroupId::custom("friday")?;
    /// # let key = HashKey::new(1, 2);
    /// # let mut group = Group::new(id, None, GroupConfig::livestream(), Epoch(1), key, now);
    /// // 40 a second, a burst of 4, of which the last is reserved for High.
    /// let allowed = |group: &Group, priority| group.allowance(priority, Some(Role::Member));
    /// assert_eq!(allowed(&group, Priority::Normal).now, 3);
    /// for text in ["1", "2", "3"] {
    ///     group.push(now, Author::App, Command::text(text))?;
    /// }
    /// let normal = allowed(&group, Priority::Normal);
    /// assert_eq!((normal.now, normal.next), (0, Some(now + Duration::from_millis(25))));
    /// assert_eq!(allowed(&group, Priority::High).now, 1);
    /// assert_eq!(normal.full, now + Duration::from_millis(75));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allowance(&self, priority: Priority, role: Option<Role>) -> Allowance {
        let traffic = &self.config.settings().traffic;
        let exempt = traffic.exempt.contains(role);
        self.talk.scheduler.allowance(self.clock, traffic, priority, exempt)
    }
}
