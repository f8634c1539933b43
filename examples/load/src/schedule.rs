//! Which message is sent when: an open loop, fixed before it begins.
//!
//! A message is known by its number, and everything about it follows from that: when it was to be sent, and in
//! which priority. So whoever reads it knows its latency without having been told anything, and a message that
//! was sent late because somebody was busy has that delay in its latency: nothing is omitted.

use crate::class::Class;

/// Nanoseconds since the tool began, by one clock for senders and readers.
pub type Nanos = u64;

/// What is sent: of 20 messages 2 are gifts, 10 talk, 5 likes and 3 of the lowest priority.
const MIX: [Class; 20] = {
    use Class::{High, Low, Lowest, Normal};
    [
        Normal, Low, Normal, Lowest, Normal, High, Normal, Low, Normal, Low, //
        Lowest, Normal, Low, Normal, Normal, High, Normal, Lowest, Low, Normal,
    ]
};

/// So many messages can be told apart within one run.
const NUMBERS: u32 = 1 << 22;

/// The messages of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When the first may be sent.
    pub start: Nanos,
    /// How many there are.
    pub count: u32,
    /// Messages a second.
    rate: u32,
    /// What tells this run's messages from others'.
    tag: u32,
}

impl Schedule {
    /// So many messages a second for so many seconds, marked with a tag of 10 bits.
    ///
    /// # Errors
    /// There would be more messages than can be told apart.
    pub fn new(start: Nanos, rate: u32, seconds: u32, tag: u32) -> Result<Self, String> {
        let count = rate.saturating_mul(seconds);
        if count >= NUMBERS {
            return Err(format!(
                "{rate} messages a second for {seconds} s are too many to tell apart: at most {NUMBERS} in all"
            ));
        }
        Ok(Self { start, count, rate, tag: tag % (1 << 10) })
    }

    /// When a message is to be sent: somewhere in its own slot, so that nothing falls into step with a host's tick
    /// and yet no burst is longer than two.
    pub fn at(&self, number: u32) -> Nanos {
        let slot = 1_000_000_000 / u64::from(self.rate.max(1));
        self.start + u64::from(number) * slot + mixed(u64::from(number)) % slot.max(1)
    }

    /// In which priority it is sent.
    pub fn class(number: u32) -> Class {
        MIX[number as usize % MIX.len()]
    }

    /// The number that names it on the wire.
    pub fn random(&self, number: u32) -> u32 {
        self.tag * NUMBERS + number
    }

    /// The message of that name, if it is one of these.
    pub fn number(&self, random: u32) -> Option<u32> {
        let (tag, number) = (random / NUMBERS, random % NUMBERS);
        (tag == self.tag && number < self.count).then_some(number)
    }
}

/// `SplitMix64`: the same number always gives the same one, and neighbours have nothing in common.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_in_its_slot_and_after_the_one_before() {
        let schedule = Schedule::new(1_000, 40, 10, 7).unwrap();
        assert_eq!(schedule.count, 400);
        for number in 0..schedule.count {
            let from = 1_000 + u64::from(number) * 25_000_000;
            assert!((from..from + 25_000_000).contains(&schedule.at(number)));
        }
    }

    #[test]
    fn a_name_leads_back_to_its_message_and_a_strangers_to_none() {
        let (ours, other) =
            (Schedule::new(0, 40, 1, 7).unwrap(), Schedule::new(0, 40, 1, 8).unwrap());
        assert_eq!(ours.number(ours.random(39)), Some(39));
        assert_eq!(ours.number(ours.random(40)), None, "it was never to be sent");
        assert_eq!(ours.number(other.random(3)), None);
        assert!(Schedule::new(0, 1_000_000, 10, 7).is_err());
    }

    #[test]
    fn every_priority_has_its_share() {
        let of = |class| MIX.iter().filter(|other| **other == class).count();
        assert_eq!(Class::PRIORITIES.map(of), [2, 10, 5, 3]);
    }
}
