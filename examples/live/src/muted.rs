//! Whom the owner muted, and until when: what the panel lists.
//!
//! The engine answers for one user; who they are it does not list, so whoever mutes tells it here too.
//! Bound: the engine refuses a mute when it holds as many as it may.

use std::collections::BTreeMap;

use liveroom::{Timestamp, UserId};

/// The muted users of one room.
#[derive(Debug, Default)]
pub(crate) struct Muted(BTreeMap<UserId, Timestamp>);

impl Muted {
    pub(crate) fn add(&mut self, user: UserId, until: Timestamp) {
        self.0.insert(user, until);
    }

    pub(crate) fn remove(&mut self, user: &UserId) {
        self.0.remove(user);
    }

    /// How many are muted, and the first `most` of them in the order of their ids.
    pub(crate) fn list(
        &mut self,
        now: Timestamp,
        most: usize,
    ) -> (usize, Vec<(UserId, Timestamp)>) {
        self.0.retain(|_, until| *until > now);
        let first = self.0.iter().take(most).map(|(user, until)| (user.clone(), *until));
        (self.0.len(), first.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_is_listed_until_it_ends_or_is_lifted() {
        let secs = Timestamp::from_secs;
        let [a, b, c] = ["a", "b", "c"].map(|user| user.parse::<UserId>().unwrap());
        let mut muted = Muted::default();
        muted.add(a.clone(), secs(10));
        muted.add(b.clone(), Timestamp::MAX);
        muted.add(c.clone(), secs(30));
        muted.remove(&c);
        assert_eq!(muted.list(secs(9), 1), (2, vec![(a, secs(10))]));
        assert_eq!(muted.list(secs(10), 9), (1, vec![(b, Timestamp::MAX)]));
    }
}
