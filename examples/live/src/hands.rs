//! Who raised a hand a moment ago, so that nobody does so all the time.
//!
//! Bound: one entry for each user who did within [`EVERY`]; the others are swept out as they grow.

use std::{collections::BTreeMap, time::Duration};

use liveroom::{Timestamp, UserId};

/// "At most one every 5 s for each user".
const EVERY: Duration = Duration::from_secs(5);
/// How many entries are kept before those that are over are swept out.
const SWEEP: usize = 256;

/// The hands of one room.
#[derive(Debug, Default)]
pub(crate) struct Hands(BTreeMap<UserId, Timestamp>);

impl Hands {
    /// A user raises a hand.
    ///
    /// # Errors
    /// When they may do so again.
    pub(crate) fn raise(&mut self, now: Timestamp, user: &UserId) -> Result<(), Timestamp> {
        if let Some(until) = self.0.get(user).copied().filter(|until| *until > now) {
            return Err(until);
        }
        if self.0.len() >= SWEEP {
            self.0.retain(|_, until| *until > now);
        }
        self.0.insert(user.clone(), now + EVERY);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_is_raised_once_in_5_seconds() {
        let secs = Timestamp::from_secs;
        let [a, b] = ["a", "b"].map(|user| user.parse::<UserId>().unwrap());
        let mut hands = Hands::default();
        assert_eq!(hands.raise(secs(1), &a), Ok(()));
        assert_eq!(hands.raise(secs(5), &a), Err(secs(6)));
        assert_eq!(hands.raise(secs(5), &b), Ok(()));
        assert_eq!(hands.raise(secs(6), &a), Ok(()));
    }

    #[test]
    fn what_is_over_is_not_kept() {
        let mut hands = Hands::default();
        for user in 0..10_000 {
            let now = Timestamp::from_secs(user / 10);
            hands.raise(now, &format!("u{user}").parse().unwrap()).unwrap();
        }
        assert!(hands.0.len() <= SWEEP);
    }
}
