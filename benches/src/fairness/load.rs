//! Who says something, and when: honest authors, and some who flood.

use std::{fmt, time::Duration};

use benches::{dice::Dice, rooms::START};
use liveroom::Timestamp;

/// So many authors are honest. They have the first numbers, before those who flood.
pub(crate) const HONEST: usize = 1_000;
/// So many flood at most.
pub(crate) const FLOODERS: usize = 20;
/// How long a load lasts.
pub(crate) const SECONDS: u64 = 300;

const SECOND: u64 = 1_000_000_000;
/// Messages a second of all who flood together.
const FLOOD: u64 = 1_000;

/// A message on its way to a room.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    pub(crate) author: usize,
}

impl Arrival {
    pub(crate) fn is_honest(&self) -> bool {
        self.author < HONEST
    }
}

/// What a room is offered.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Honest messages a second.
    pub(crate) honest: u64,
    pub(crate) poisson: bool,
    /// How many authors flood, by turns.
    pub(crate) flooders: usize,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let come = if self.poisson { "Poisson" } else { "even" };
        write!(f, "{} {come}", self.honest)?;
        match self.flooders {
            0 => Ok(()),
            1 => write!(f, ", 1 floods"),
            many => write!(f, ", {many} flood"),
        }
    }
}

impl Load {
    /// The messages in their order. The same for every room: honest ones do not depend on the flood.
    pub(crate) fn arrivals(self) -> Vec<Arrival> {
        let mut dice = Dice::new(self.honest);
        let moments = if self.poisson {
            poisson(self.honest, &mut dice)
        } else {
            even(self.honest, &mut dice)
        };
        let honest = moments.into_iter().map(|at| (at, dice.below(HONEST)));
        let mut all: Vec<(u64, usize)> = honest.collect();
        if self.flooders > 0 {
            let flooders = (HONEST..HONEST + self.flooders).cycle();
            all.extend(even(FLOOD, &mut dice).into_iter().zip(flooders));
        }
        all.sort_unstable();
        let begin = START + Duration::from_secs(1);
        let arrival = |(at, author)| Arrival { at: begin + Duration::from_nanos(at), author };
        all.into_iter().map(arrival).collect()
    }
}

/// At equal distances. The beat begins anew with each second, anywhere in its first interval: one that
/// stays in step with the room's rate would always come just in time, or always just too late.
fn even(rate: u64, dice: &mut Dice) -> Vec<u64> {
    let interval = SECOND / rate;
    let seconds = (0..SECONDS).flat_map(|second| {
        let first = second * SECOND + dice.below(interval as usize) as u64;
        (0..rate).map(move |beat| first + beat * interval)
    });
    seconds.collect()
}

/// So many moments, each anywhere: a Poisson process of which it is known how many came in all.
fn poisson(rate: u64, dice: &mut Dice) -> Vec<u64> {
    (0..rate * SECONDS).map(|_| dice.below((SECONDS * SECOND) as usize) as u64).collect()
}
