//! What the house rules remember of what was said and done: how often, what, and whether a raid is on.
//!
//! It asks and counts apart: a message is counted once it is accepted, so that one that is refused
//! leaves no trace. Everything here fades by itself ([`Fading`]), and past its bound the house
//! forgets, and allows.

mod said;

use serde::{Deserialize, Serialize};

pub(crate) use self::said::Said;
use crate::{
    bounds,
    bucket::{Bucket, Limit},
    config::{Pace, Repeats, Whose},
    corrupt::Corrupt,
    fading::{Fading, Lull},
    id::UserId,
    time::{Shift, Timestamp},
};

/// What one house remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    /// How much each author has said.
    paces: Fading<UserId, Bucket>,
    /// How often each user came.
    joins: Fading<UserId, Bucket>,
    /// What was said; by whom, where it is their own that they may not repeat.
    said: Fading<(Said, Option<UserId>), Lull>,
    raid: Option<Timestamp>,
}

/// Everything that decides how the house answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved {
    paces: Vec<(UserId, Bucket)>,
    joins: Vec<(UserId, Bucket)>,
    said: Vec<((Said, Option<UserId>), Lull)>,
    raid: Option<Timestamp>,
}

impl Memory {
    /// When this author may speak again, if not now.
    pub(crate) fn paced(&self, now: Timestamp, user: &UserId, pace: Pace) -> Option<Timestamp> {
        opens_later(now, self.paces.get(user), pace)
    }

    /// This author has spoken.
    pub(crate) fn spoke(&mut self, now: Timestamp, user: &UserId, pace: Pace) {
        pass(now, &mut self.paces, user, pace);
    }

    /// When this user may come again, if not now.
    pub(crate) fn came_lately(
        &self,
        now: Timestamp,
        user: &UserId,
        pace: Pace,
    ) -> Option<Timestamp> {
        opens_later(now, self.joins.get(user), pace)
    }

    /// This user came.
    pub(crate) fn came(&mut self, now: Timestamp, user: &UserId, pace: Pace) {
        pass(now, &mut self.joins, user, pace);
    }

    /// When this author may say this again, if not now.
    pub(crate) fn repeats(
        &self,
        now: Timestamp,
        said: Said,
        user: &UserId,
        rule: Repeats,
    ) -> Option<Timestamp> {
        let anybodys = match rule.of {
            Whose::Anybody => self.said.get(&(said, None)),
            Whose::Author => None,
        };
        // What is remembered as an author's own counts for them whatever the rule.
        let lulls = anybodys.into_iter().chain(self.said.get(&(said, Some(user.clone()))));
        lulls.map(|lull| lull.until(rule.within)).max().filter(|until| now < *until)
    }

    /// This author said this.
    pub(crate) fn say(&mut self, now: Timestamp, said: Said, user: &UserId, rule: Repeats) {
        let (key, lull) = ((said, owner(user, rule)), Lull::new(now, rule.within));
        // Of two rules for the same texts at the same time the longer one is remembered.
        if self.said.get(&key).is_none_or(|known| !known.outlasts(lull)) {
            self.said.set(now, key, lull);
        }
    }

    /// Until when raid mode is on, if it is.
    pub(crate) fn raid(&self) -> Option<Timestamp> {
        self.raid
    }

    /// Begins, renews or ends raid mode.
    pub(crate) fn set_raid(&mut self, until: Option<Timestamp>) {
        self.raid = until;
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_new(&self) -> bool {
        let Self { paces, joins, said, raid } = self;
        paces.is_empty() && joins.is_empty() && said.is_empty() && raid.is_none()
    }

    /// Moves everything with the clock.
    pub(crate) fn shift(&mut self, shift: Shift) {
        self.paces.shift(shift);
        self.joins.shift(shift);
        self.said.shift(shift);
        self.raid.iter_mut().for_each(|until| shift.apply(until));
    }

    /// About the bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let users = [&self.paces, &self.joins];
        users.map(|users| users.heap_bytes(UserId::MAX_BYTES)).iter().sum::<usize>()
            + self.said.heap_bytes(UserId::MAX_BYTES)
    }

    /// The most that the paces, or the joins, take.
    pub(crate) fn most_bytes_of_users() -> u64 {
        Fading::<UserId, Bucket>::most_bytes(UserId::MOST_BESIDE)
    }

    /// The most that takes what was said.
    pub(crate) fn most_bytes_of_said() -> u64 {
        Fading::<(Said, Option<UserId>), Lull>::most_bytes(UserId::MOST_BESIDE)
    }

    pub(crate) fn save(&self) -> Saved {
        Saved {
            paces: self.paces.save(),
            joins: self.joins.save(),
            said: self.said.save(),
            raid: self.raid,
        }
    }

    /// # Errors
    /// What does not hold together: no house saved this.
    pub(crate) fn restore(saved: Saved, clock: Timestamp) -> Result<Self, Corrupt> {
        let Saved { paces, joins, said, raid } = saved;
        if raid == Some(Timestamp::MAX) {
            return Err(Corrupt("a raid without an end"));
        }
        if raid.is_some_and(|until| until > clock + bounds::LONGEST_PAUSE) {
            return Err(Corrupt("a raid that lasts too long"));
        }
        if said.iter().any(|(_, lull)| lull.since() > clock) {
            return Err(Corrupt("something said in the future"));
        }
        Ok(Self {
            paces: Fading::restore(paces)?,
            joins: Fading::restore(joins)?,
            said: Fading::restore(said)?,
            raid,
        })
    }
}

fn owner(user: &UserId, rule: Repeats) -> Option<UserId> {
    match rule.of {
        Whose::Anybody => None,
        Whose::Author => Some(user.clone()),
    }
}

/// When the next may pass, if not now. A bucket that filled under a slower pace counts by this one.
fn opens_later(now: Timestamp, bucket: Option<Bucket>, pace: Pace) -> Option<Timestamp> {
    let (mut bucket, limit) = (bucket?, Limit::from(pace));
    bucket.relax(now, limit);
    // At the end of time nothing opens any more.
    let opens = bucket.opens(now, limit).unwrap_or(Timestamp::MAX);
    (now < opens).then_some(opens)
}

fn pass(now: Timestamp, buckets: &mut Fading<UserId, Bucket>, user: &UserId, pace: Pace) {
    let (mut bucket, limit) = (buckets.get(user).unwrap_or_default(), Limit::from(pace));
    bucket.relax(now, limit);
    bucket.take(now, limit);
    buckets.set(now, user.clone(), bucket);
}

#[cfg(test)]
mod tests;
