//! A scheduler as plain data, and back.

#![expect(clippy::indexing_slicing, reason = "a window of two has two")]

use serde::{Deserialize, Serialize};

use super::{
    Scheduler,
    limits::Limits,
    queue::{Queue, SavedQueue},
};
use crate::{
    bucket::Bucket,
    config::Traffic,
    corrupt::Corrupt,
    hash::HashKey,
    id::MessageId,
    message::{PerPriority, Priority},
    time::Timestamp,
};

/// Everything that decides what a scheduler does next, and nothing else: two are compared by its
/// hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Saved<T> {
    bucket: Bucket,
    caps: PerPriority<Bucket>,
    /// `None` while nothing waits.
    queues: Option<Box<PerPriority<SavedQueue<T>>>>,
}

impl<T> Saved<T> {
    /// Whether nothing has passed yet, and nothing waits.
    pub(crate) fn is_new(&self) -> bool {
        let Self { bucket, caps, queues } = self;
        *bucket == Bucket::default() && *caps == PerPriority::default() && queues.is_none()
    }
}

impl<T> Scheduler<T> {
    pub(crate) fn save(&self) -> Saved<T>
    where
        T: Clone,
    {
        let queues = self.queues.as_deref();
        Saved {
            bucket: self.bucket,
            caps: self.caps.as_deref().copied().unwrap_or_default(),
            queues: queues
                .map(|queues| Box::new(PerPriority(queues.0.each_ref().map(Queue::save)))),
        }
    }

    /// A scheduler that answers like the one that was saved by `now`, under the same traffic.
    ///
    /// # Errors
    /// What does not hold together: no scheduler saved this.
    pub(crate) fn restore(
        now: Timestamp,
        saved: Saved<T>,
        traffic: &Traffic,
        key: HashKey,
    ) -> Result<Self, Corrupt> {
        let limits = Limits::new(traffic);
        // High may use the whole burst, so its limit bounds what all have used.
        let bucket = saved.bucket.checked_within(now, Some(limits.group(Priority::High)))?;
        for priority in Priority::ALL {
            saved.caps[priority].checked_within(now, limits.cap(priority))?;
        }
        let unused = saved.caps == PerPriority::default();
        let caps = (!unused).then(|| Box::new(saved.caps));
        let queues = match saved.queues {
            Some(queues) => Some(Box::new(restore_queues(now, *queues, traffic, key)?)),
            None => None,
        };
        Ok(Self { bucket, caps, queues, key })
    }
}

fn restore_queues<T>(
    now: Timestamp,
    saved: PerPriority<SavedQueue<T>>,
    traffic: &Traffic,
    key: HashKey,
) -> Result<PerPriority<Queue<T>>, Corrupt> {
    let mut ids: Vec<MessageId> = saved.0.iter().flat_map(SavedQueue::ids).collect();
    ids.sort_unstable();
    if ids.is_empty() {
        return Err(Corrupt("lanes in which nothing waits"));
    }
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Corrupt("a message that waits twice"));
    }
    let restore = |saved, priority| {
        let capacity = traffic.lanes[priority].capacity;
        Queue::restore(now, saved, priority, capacity, key)
    };
    let [high, normal, low, lowest] = saved.0;
    Ok(PerPriority([
        restore(high, Priority::High)?,
        restore(normal, Priority::Normal)?,
        restore(low, Priority::Low)?,
        restore(lowest, Priority::Lowest)?,
    ]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{
        super::{
            Arrival,
            model::{Pair, START, Step, any_offer, any_step, any_traffic},
            tests::{author, key, lanes, traffic},
        },
        *,
    };

    /// Saved with users 1 (two messages), 2 and the exempt 3 in the Normal lane, and 4 in Low.
    fn sample() -> (Value, Traffic) {
        let traffic = lanes(&traffic(40, 2, 0), 4, 250);
        let mut scheduler = Scheduler::new(key());
        let by = |user, exempt, priority| (author(user, exempt, 2), priority);
        let (high, normal, low) = (Priority::High, Priority::Normal, Priority::Low);
        let arrivals = [
            by(9, false, high),
            by(9, false, high),
            by(1, false, normal),
            by(1, false, normal),
            by(2, false, normal),
            by(3, true, normal),
            by(4, false, low),
        ];
        for (number, (author, priority)) in (1..).zip(arrivals) {
            let now = Timestamp::from_millis(1000 + number / 6);
            let arrival = Arrival { id: MessageId(number), author, priority, payload: 0 };
            scheduler.offer(now, &traffic, arrival);
        }
        (serde_json::to_value(scheduler.save()).unwrap(), traffic)
    }

    fn restore(saved: &Value, traffic: &Traffic) -> Result<(), Corrupt> {
        let now = Timestamp::from_millis(1001);
        let saved: Saved<u64> = serde_json::from_value(saved.clone()).unwrap();
        Scheduler::restore(now, saved, traffic, key()).map(|_| ())
    }

    const PASSED: &str = "a token bucket that more passed than its limit allows";
    const ARRIVALS: &str = "waiting messages out of the order of their arrival";
    const RANKS: &str = "authors out of the order of how many messages they have";

    #[test]
    fn saved_state_that_does_not_hold_together_is_turned_away() {
        let (sample, traffic) = sample();
        assert_eq!(restore(&sample, &traffic), Ok(()));
        let rows: [(&str, Value, &str); 21] = [
            ("/bucket", 1_051_000_000.into(), ""),
            ("/bucket", 1_051_000_001.into(), PASSED),
            ("/caps/1", 5.into(), "something passed a cap that does not exist"),
            ("/queues/2/messages/0/id", 3.into(), "a message that waits twice"),
            ("/queues/1/messages/0/id", 4.into(), "a message that waits twice"),
            ("/queues/1/messages/0/author", 3.into(), "a waiting message without its author"),
            ("/queues/1/messages/0/arrived", 1_000_500_000.into(), ARRIVALS),
            ("/queues/1/messages/3/arrived", 1_001_000_001.into(), "a message from the future"),
            ("/queues/1/messages/2/author", 1.into(), "an author who waits without a message"),
            ("/queues/1/authors/0/exempt", false.into(), ""),
            ("/queues/1/authors/1/exempt", true.into(), ""),
            ("/queues/1/authors/2/exempt", true.into(), "an exempt author behind others"),
            ("/queues/1/authors/1/user", "user2".into(), "an author who waits twice in one lane"),
            ("/queues/1/spent/0", 2.into(), "a turn that should have ended"),
            ("/queues/1/spent/1", 1.into(), ""),
            ("/queues/1/spent/1", 2.into(), "a turn that should have ended"),
            ("/queues/3/spent/1", 1.into(), "a turn that should have ended"),
            ("/queues/1/ranked", json!([0, 2, 3]), RANKS),
            ("/queues/1/ranked", json!([0, 0, 1]), RANKS),
            ("/queues/1/ranked", json!([1, 2, 0]), RANKS),
            ("/queues/1/ranked", json!([2, 0]), "an author without a rank"),
        ];
        for (pointer, value, complaint) in rows {
            let mut saved = sample.clone();
            *saved.pointer_mut(pointer).unwrap() = value;
            let expected = if complaint.is_empty() { Ok(()) } else { Err(Corrupt(complaint)) };
            assert_eq!(restore(&saved, &traffic), expected, "{pointer}");
        }
        let full = Err(Corrupt("more messages wait than their lane holds"));
        assert_eq!(restore(&sample, &lanes(&traffic, 3, 250)), full);
    }

    #[test]
    fn lanes_in_which_nothing_waits_are_not_saved() {
        let (mut saved, traffic) = sample();
        for queue in saved["queues"].as_array_mut().unwrap() {
            *queue = json!({ "messages": [], "authors": [], "spent": [0, 0], "ranked": [] });
        }
        assert_eq!(restore(&saved, &traffic), Err(Corrupt("lanes in which nothing waits")));
        saved["queues"] = Value::Null;
        assert_eq!(restore(&saved, &traffic), Ok(()));
    }

    fn saved_after(traffic: Traffic, script: &[Step]) -> Value {
        let mut pair = Pair::new(traffic);
        for step in script {
            pair.step(step);
        }
        serde_json::to_value(pair.scheduler.save()).unwrap()
    }

    /// Overwrites one number of a document.
    fn edit(document: &mut Value, at: prop::sample::Index, number: u8) {
        fn numbers<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
            match value {
                Value::Number(_) => found.push(value),
                Value::Array(values) => values.iter_mut().for_each(|v| numbers(v, found)),
                Value::Object(fields) => {
                    fields.iter_mut().for_each(|(_, v)| numbers(v, found));
                }
                Value::Null | Value::Bool(_) | Value::String(_) => {}
            }
        }
        let mut found = Vec::new();
        numbers(document, &mut found);
        let at = at.index(found.len());
        *found[at] = number.into();
    }

    proptest! {
        #[test]
        fn restoring_what_somebody_else_wrote_does_not_panic(
            traffic in any_traffic(),
            script in prop::collection::vec(any_offer(), 1..40),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8), 1..4),
            steps in prop::collection::vec(any_step(), 0..30),
        ) {
            let mut saved = saved_after(traffic.clone(), &script);
            for (at, number) in edits {
                edit(&mut saved, at, number);
            }
            let Ok(saved) = serde_json::from_value::<Saved<u64>>(saved) else { return Ok(()) };
            let now = START + Duration::from_secs(3);
        let Ok(mut scheduler) = Scheduler::restore(now, saved.clone(), &traffic, key()) else {
                return Ok(());
            };
            assert_eq!(scheduler.save(), saved, "what is accepted is what is there");
            for step in steps {
                if let Step::Offer { user, exempt, weight, priority } = step {
                    let author = author(user, exempt, weight);
                    let arrival = Arrival { id: MessageId(99), author, priority, payload: 0 };
                    scheduler.offer(START, &traffic, arrival);
                }
            }
            let mut now = START;
            for _ in 0..20 {
                now += Duration::from_millis(20);
                scheduler.release(now, &traffic);
                scheduler.expire(now, &traffic);
            }
            scheduler.drain_all();
            assert_eq!(scheduler.len(), 0);
        }
    }
}
