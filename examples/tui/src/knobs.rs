//! What can be changed about a group while it runs: each turn of a knob is one `Command::Configure`.

use std::time::Duration;

use liveroom::{Priority, Rate, Settings};

/// One thing that can be turned up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knob {
    Rate,
    Burst,
    Reserve,
    /// Of the lanes below High.
    MaxWait,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Down,
    Up,
}

const RATES: [u32; 12] = [1, 2, 5, 10, 20, 30, 40, 50, 60, 80, 100, 200];
const WAITS: [u64; 9] = [0, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000];
/// Below High, in whose lanes a wait is short.
const LOWER: [Priority; 3] = [Priority::Normal, Priority::Low, Priority::Lowest];

impl Knob {
    /// Turns it, and says what it stands at. Whether the settings hold together is for the library to
    /// say.
    pub(crate) fn turn(self, turn: Turn, settings: &mut Settings) -> String {
        let traffic = &mut settings.traffic;
        match self {
            Self::Rate => {
                let rate = next(&RATES, traffic.rate.get(), turn);
                traffic.rate = Rate::per_second(rate).unwrap_or(traffic.rate);
                format!("the rate is {rate} a second")
            }
            Self::Burst => {
                traffic.burst = by_one(traffic.burst, turn);
                format!("the burst is {}", traffic.burst)
            }
            Self::Reserve => {
                traffic.reserve = by_one(traffic.reserve, turn);
                format!("the reserve for High is {}", traffic.reserve)
            }
            Self::MaxWait => {
                let millis = traffic.lanes[Priority::Normal].max_wait.as_millis();
                let millis = next(&WAITS, u64::try_from(millis).unwrap_or(u64::MAX), turn);
                for priority in LOWER {
                    traffic.lanes[priority].max_wait = Duration::from_millis(millis);
                }
                format!("below High a message waits {millis} ms at most")
            }
        }
    }
}

/// The step above or below `value`; the last one stays.
pub(crate) fn next<T: Copy + PartialOrd>(steps: &[T], value: T, turn: Turn) -> T {
    let found = match turn {
        Turn::Up => steps.iter().find(|step| **step > value),
        Turn::Down => steps.iter().rev().find(|step| **step < value),
    };
    found.copied().unwrap_or(value)
}

fn by_one(value: u32, turn: Turn) -> u32 {
    match turn {
        Turn::Up => value.saturating_add(1),
        Turn::Down => value.saturating_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knob_goes_to_its_end_and_no_further() {
        assert_eq!(next(&RATES, 40, Turn::Up), 50);
        assert_eq!(next(&RATES, 40, Turn::Down), 30);
        assert_eq!(next(&RATES, 45, Turn::Down), 40);
        assert_eq!((next(&RATES, 200, Turn::Up), next(&RATES, 1, Turn::Down)), (200, 1));
    }
}
