//! Who wrote most in the last half minute.
//!
//! Time is cut into slices; the oldest goes as a new one begins. Bound: [`SLICES`] slices with
//! [`NAMED`] authors each; what others write in a slice is counted together.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use liveroom::{Message, Profile, Timestamp, UserId};

use crate::protocol::panel::{WireAuthor, WireTally};

/// "In the last 30 s".
const SLICES: usize = 6;
const SLICE: Duration = Duration::from_secs(5);
const NAMED: usize = 2_000;

/// What each author had accepted and delivered of late.
#[derive(Debug, Default)]
pub(super) struct Authors(VecDeque<Slice>);

#[derive(Debug)]
struct Slice {
    end: Timestamp,
    named: BTreeMap<UserId, (Arc<Profile>, WireTally)>,
    others: WireTally,
}

impl Authors {
    /// A message that was accepted came to its end.
    pub(super) fn count(&mut self, now: Timestamp, message: &Message, delivered: bool) {
        self.turn(now);
        let Some(slice) = self.0.back_mut() else { return };
        let tally = match &message.sender.user {
            Some(user) if slice.named.len() < NAMED || slice.named.contains_key(user) => {
                let profile = &message.sender.profile;
                let named = slice.named.entry(user.clone());
                &mut named.or_insert_with(|| (profile.clone(), WireTally::default())).1
            }
            _ => &mut slice.others,
        };
        tally.add(1, u64::from(delivered));
    }

    /// The `most` with most accepted, and what all others had together.
    pub(super) fn top(&mut self, now: Timestamp, most: usize) -> (Vec<WireAuthor>, WireTally) {
        self.turn(now);
        let mut sums: BTreeMap<&UserId, (&Arc<Profile>, WireTally)> = BTreeMap::new();
        let mut others = WireTally::default();
        for slice in &self.0 {
            others.add(slice.others.accepted, slice.others.delivered);
            for (user, (profile, tally)) in &slice.named {
                let sum = sums.entry(user).or_insert((profile, WireTally::default()));
                sum.1.add(tally.accepted, tally.delivered);
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, (_, tally))| Reverse(tally.accepted));
        for (_, (_, tally)) in sums.iter().skip(most) {
            others.add(tally.accepted, tally.delivered);
        }
        let top = sums.into_iter().take(most).map(|(user, (profile, tally))| WireAuthor {
            user: user.to_string(),
            nick: profile.nick.to_string(),
            tally,
        });
        (top.collect(), others)
    }

    /// Drops slices that are too old, and begins the present one.
    fn turn(&mut self, now: Timestamp) {
        let span = SLICE * u32::try_from(SLICES - 1).unwrap_or(u32::MAX);
        self.0.retain(|slice| slice.end + span > now);
        if self.0.back().is_none_or(|slice| slice.end <= now) {
            let (named, others) = (BTreeMap::new(), WireTally::default());
            self.0.push_back(Slice { end: now + SLICE, named, others });
        }
    }
}

#[cfg(test)]
mod tests {
    use liveroom::{Content, Kind, MessageId, Platform, Priority, Sender};

    use super::*;

    fn by(user: &str) -> Message {
        Message {
            id: MessageId(1),
            sender: Sender {
                user: Some(user.parse().unwrap()),
                role: None,
                profile: Arc::new(Profile::nick("Nick")),
                platform: Platform::Web,
            },
            kind: Kind::Text,
            priority: Priority::Normal,
            content: Content::default(),
            directive: None,
            random: None,
            accepted: Timestamp::ZERO,
        }
    }

    #[test]
    fn those_who_write_most_are_named_and_the_rest_is_summed() {
        let mut authors = Authors::default();
        for (at, user) in [(1, "a"), (1, "b"), (1, "c"), (10, "b"), (10, "c"), (19, "b")] {
            authors.count(Timestamp::from_secs(at), &by(user), at == 1);
        }
        let names = |top: &[WireAuthor]| {
            top.iter().map(|it| (it.user.clone(), it.tally.accepted)).collect::<Vec<_>>()
        };
        let (top, others) = authors.top(Timestamp::from_secs(19), 2);
        assert_eq!(names(&top), [("b".to_owned(), 3), ("c".to_owned(), 2)]);
        assert_eq!((others.accepted, others.delivered), (1, 1));
        let (top, others) = authors.top(Timestamp::from_secs(36), 2);
        assert_eq!(names(&top), [("b".to_owned(), 2), ("c".to_owned(), 1)], "half a minute passed");
        assert_eq!(others.accepted, 0);
        assert_eq!(authors.top(Timestamp::from_secs(90), 2), (Vec::new(), WireTally::default()));
    }

    #[test]
    fn no_more_are_named_than_are_bounded() {
        let mut authors = Authors::default();
        for number in 0..NAMED + 50 {
            authors.count(Timestamp::from_secs(1), &by(&format!("u{number}")), true);
        }
        let (top, others) = authors.top(Timestamp::from_secs(1), NAMED * 2);
        assert_eq!((top.len(), others.accepted), (NAMED, 50));
    }
}
