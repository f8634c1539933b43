//! Settling what is due: each thing at its own deadline, earliest first.
//!
//! Invariant (punctuality does not matter): nothing here looks at the time of the call, only at the
//! deadline that it settles.

use crate::{
    outcome::Discard,
    output::{Deadline, Due},
    time::Timestamp,
};

use super::Group;

impl Group {
    /// Settles everything due by `now`. A `now` earlier than the latest seen changes nothing.
    ///
    /// It may be called early, late, or never: between two commands it changes nothing about what
    /// is delivered, when, and in what order.
    pub fn advance(&mut self, now: Timestamp) {
        self.settle(now);
    }

    /// When the group wants to be advanced next, and why; `None` while it is idle.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        let forget = [self.log.next_expiry(), self.receipts.next_expiry()];
        let forget = forget.into_iter().flatten().max();
        let forget = forget.map(|at| Deadline { at, reason: Due::Forget });
        self.next_due().into_iter().chain(forget).min()
    }

    /// Brings the group to `now`, or as far as its outputs have room. Returns whether it got there.
    pub(super) fn settle(&mut self, now: Timestamp) -> bool {
        self.settle_as(now, self.config.settings().journal)
    }

    /// Settles what a command made due at its own time: it follows from the command's record.
    pub(super) fn settle_after_command(&mut self, now: Timestamp) {
        self.settle_as(now, false);
    }

    fn settle_as(&mut self, now: Timestamp, record: bool) -> bool {
        let now = now.max(self.clock);
        let mut due = self.next_due();
        // What the last settling left at its last instant, for want of room, follows from the record
        // of that one: played back, there is room and nothing is left.
        if record && due.is_some_and(|due| due.at <= self.clock) {
            if !self.settle_as(self.clock, false) {
                return false;
            }
            due = self.next_due();
        }
        let arrived = match due {
            Some(due) if due.at <= now => self.settle_due(now, due, record),
            _ => true,
        };
        if arrived {
            self.clock = now;
            self.log.expire(now);
            self.receipts.expire(now);
        }
        arrived
    }

    fn settle_due(&mut self, now: Timestamp, first: Deadline, record: bool) -> bool {
        if !self.has_room() {
            return false;
        }
        let mark = record.then(|| self.outbox.record_advance(now));
        let (head, waiting) = (self.log.next_seq(), self.outbox.len());
        let mut due = Some(first);
        let mut reached = now;
        while let Some(deadline) = due.filter(|due| due.at <= now) {
            if !self.has_room() {
                reached = self.clock;
                break;
            }
            // A deadline that a new config or clock moved into the past is due now.
            self.clock = self.clock.max(deadline.at);
            self.step(deadline.reason);
            due = self.next_due();
        }
        if let Some(mark) = mark {
            if self.log.next_seq() == head && self.outbox.len() == waiting {
                self.outbox.withdraw();
            } else {
                self.outbox.close(mark, reached);
            }
        }
        due.is_none_or(|due| due.at > now)
    }

    /// What is due next. At one instant the order is that of [`Due`].
    fn next_due(&self) -> Option<Deadline> {
        if self.disbanded {
            return None;
        }
        let settings = self.config.settings();
        let due = |reason, at: Option<Timestamp>| at.map(|at| Deadline { at, reason });
        [
            due(Due::Release, self.scheduler.next_release(self.clock, &settings.traffic)),
            due(Due::Expiry, self.scheduler.next_expiry(self.clock, &settings.traffic)),
            due(Due::Decision, self.review.next_deadline()),
            due(Due::Tip, self.tips.next_due(&settings.tips)),
            due(Due::Tally, self.tally.next_flush()),
            due(Due::Grace, self.roster.next_loss()),
            due(Due::Unmute, self.mutes.next_end()),
            due(Due::Unban, self.bans.next_end()),
        ]
        .into_iter()
        .flatten()
        .map(|due| Deadline { at: due.at.max(self.clock), ..due })
        .min()
    }

    /// Settles one thing, at the clock's time.
    fn step(&mut self, due: Due) {
        const EXACT: &str = "a deadline was announced, so something is due at it";
        let now = self.clock;
        match due {
            Due::Release => {
                let released = self.scheduler.release(now, &self.config.settings().traffic);
                self.deliver(now, released.expect(EXACT).payload);
            }
            Due::Expiry => {
                let traffic = &self.config.settings().traffic;
                let expired = self.scheduler.expire(now, traffic).expect(EXACT);
                let never_waits = traffic.lanes[expired.priority].max_wait.is_zero();
                let reason = if never_waits { Discard::Rate } else { Discard::Expired };
                self.end_waiting(expired.payload, reason);
            }
            Due::Decision => {
                let (_, held) = self.review.take_due(now).expect(EXACT);
                self.silence(now, held);
            }
            Due::Tip => {
                let tip = self.tips.take_due(now, &self.config.settings().tips).expect(EXACT);
                self.append_tip(now, tip);
            }
            Due::Tally => {
                let news = self.tally.news();
                self.tally.take_due(now).expect(EXACT);
                self.profile_changed(now, None, news);
            }
            Due::Grace => self.lose_due(now),
            Due::Unmute => drop(self.mutes.end_due(now).expect(EXACT)),
            Due::Unban => drop(self.bans.end_due(now).expect(EXACT)),
            Due::Forget => {}
        }
    }

    /// Whether whatever comes next can be put out: room is kept for the most that one command or
    /// one deadline can say.
    pub(super) fn has_room(&self) -> bool {
        let settings = self.config.settings();
        self.outbox.len() as u64 + settings.reach() <= u64::from(settings.limits.outputs)
    }
}
