//! What ended since the last frame, as the panel shows it one by one.
//!
//! Bound: [`MOST`] of those that matter and as many of the others; the rest is counted.

use liveroom::{Message, Outcome, Priority, Timestamp};

use crate::protocol::{
    host::HostFrame,
    panel::{Brief, BriefLife},
};

/// "At most 60".
const MOST: usize = 60;

/// What ended since it was last taken.
#[derive(Debug, Default)]
pub(super) struct Lives {
    /// Of priority High, or not delivered.
    grave: Vec<BriefLife>,
    plain: Vec<BriefLife>,
    all: u64,
}

impl Lives {
    pub(super) fn add(&mut self, now: Timestamp, message: &Message, outcome: &Outcome) {
        self.all += 1;
        let delivered = matches!(outcome, Outcome::Delivered { .. });
        let is_grave = message.priority == Priority::High || !delivered;
        let list = if is_grave { &mut self.grave } else { &mut self.plain };
        if list.len() < MOST {
            list.push(BriefLife::new(now, Brief::of(message), outcome));
        }
    }

    /// The frame of what ended, if anything did; it begins anew.
    pub(super) fn take(&mut self) -> Option<HostFrame<'static>> {
        let Self { grave, plain, all } = std::mem::take(self);
        let mut lives: Vec<BriefLife> = grave.into_iter().chain(plain).take(MOST).collect();
        lives.sort_by_key(BriefLife::message);
        let more = all - lives.len() as u64;
        (all > 0).then_some(HostFrame::Lives { lives, more })
    }
}
