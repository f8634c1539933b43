//! Settling what is due: each thing at its own deadline, earliest first.
//!
//! Invariant (punctuality does not matter): nothing here looks at the time of the call, only at the
//! deadline that it settles.

use crate::{
    audit::{Act, Deed, Trigger},
    outcome::Discard,
    output::{Deadline, Due, Record},
    time::Timestamp,
};

use super::{Group, outbox::RecordMark, parts::House, prints::print_ban_over};

/// How far settling came.
struct Settled {
    /// Deadlines settled.
    steps: u64,
    /// Those of them that told something.
    told: u64,
}

impl Group {
    /// Settles everything due by `now`. A `now` earlier than the latest seen changes nothing, and one
    /// past [`Timestamp::LATEST`] is read as that.
    ///
    /// It may be called early, late, or never: between two commands it changes nothing about what
    /// is delivered, when, and in what order.
    pub fn advance(&mut self, now: Timestamp) {
        self.settle(now, u64::MAX);
    }

    /// The same, until so many deadlines told something. Returns whether more is due by then.
    pub(crate) fn advance_some(&mut self, now: Timestamp, most: u64) -> bool {
        self.settle(now, most);
        self.due_by(now.clamp(self.clock, Timestamp::LATEST)).is_some()
    }

    /// When the group wants to be advanced next, and why; `None` while it is idle.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        let forget = self.next_forgetting().map(|at| Deadline { at, reason: Due::Forget });
        self.next_due().into_iter().chain(forget).min()
    }

    /// When nothing will be kept any more of what was said.
    fn next_forgetting(&self) -> Option<Timestamp> {
        let kept = [self.log.next_expiry(), self.talk.receipts.next_expiry()];
        kept.into_iter().flatten().max()
    }

    /// A group of whose talk nothing is kept has no use soon for a queue, nor for a house of which
    /// nothing is left.
    pub(super) fn rest_if_quiet(&mut self) {
        if self.outbox.is_empty() && self.next_forgetting().is_none() {
            self.outbox.rest();
            self.house.rest(House::is_new);
        }
    }

    /// Brings the group to `now`, or as far as its outputs have room, or until so many deadlines
    /// told something.
    pub(super) fn settle(&mut self, now: Timestamp, most: u64) {
        let now = now.clamp(self.clock, Timestamp::LATEST);
        let journal = self.config.settings().journal;
        let mark = (journal && self.due_by(now).is_some() && self.has_room())
            .then(|| self.outbox.record_advance(now));
        let Settled { told, .. } = self.settle_due(now, most, usize::from(mark.is_some()));
        if let Some(mark) = mark {
            if told == 0 {
                self.outbox.withdraw();
            } else {
                self.close(mark, told, |record, reached| record.at = reached);
            }
        }
    }

    /// Settles what a command made due, at its own time or that to which it moved the clock: it
    /// follows from the command's record. Returns whether there was anything.
    pub(super) fn settle_after_command(&mut self, mark: Option<RecordMark>, most: u64) -> bool {
        let Settled { steps, told, .. } = self.settle_due(self.clock, most, 0);
        if let Some(mark) = mark {
            self.close(mark, told, |_, _| {});
        }
        steps > 0
    }

    /// Writes into a record how far it went.
    fn close(&mut self, mark: RecordMark, told: u64, reach: impl FnOnce(&mut Record, Timestamp)) {
        let reached = self.clock;
        let stopped = self.due_by(reached).map(|_| told);
        self.outbox.amend(mark, |record| {
            record.stopped = stopped;
            reach(record, reached);
        });
    }

    /// Settles what is due by `now`. The `own` record that was just begun does not count against the
    /// room: it goes again where nothing is told, and in the smallest queue nothing would ever be settled.
    fn settle_due(&mut self, now: Timestamp, most: u64, own: usize) -> Settled {
        let (mut steps, mut told) = (0, 0);
        let mut reached = now;
        while let Some(deadline) = self.due_by(now) {
            // A group that can't go on stands at the deadline that it can't settle, however many
            // calls brought it there.
            if told == most || !self.has_room_beside(own) {
                reached = deadline.at;
                break;
            }
            self.clock = deadline.at;
            let before = (self.log.next_seq(), self.outbox.len());
            self.step(deadline.reason);
            steps += 1;
            told += u64::from(before != (self.log.next_seq(), self.outbox.len()));
        }
        self.clock = reached;
        self.log.expire(reached);
        if let Some(talk) = self.talk.there() {
            talk.receipts.expire(reached);
        }
        let trails = &self.config.settings().filtering.trails;
        if let (Some(limits), Some(house)) = (trails, self.house.there()) {
            house.trails.expire(reached, limits);
        }
        self.rest_if_quiet();
        Settled { steps, told }
    }

    fn due_by(&self, now: Timestamp) -> Option<Deadline> {
        self.next_due().filter(|due| due.at <= now)
    }

    /// What is due next. At one instant the order is that of [`Due`]. A deadline that a new config or
    /// clock moved into the past is due now.
    fn next_due(&self) -> Option<Deadline> {
        if self.house.disbanded {
            return None;
        }
        let settings = self.config.settings();
        let mut first: Option<Deadline> = None;
        let mut due = |reason, at: Option<Timestamp>| {
            let Some(at) = at.map(|at| at.max(self.clock)) else { return };
            if first.is_none_or(|first| at < first.at) {
                first = Some(Deadline { at, reason });
            }
        };
        // In the order of `Due`: of those at one instant the first stays.
        let (talk, house) = (&*self.talk, &*self.house);
        due(Due::Evict, (!house.sweeping.is_empty()).then_some(self.clock));
        due(Due::Release, talk.scheduler.next_release(self.clock, &settings.traffic));
        due(Due::Expiry, talk.scheduler.next_expiry(self.clock, &settings.traffic));
        due(Due::Decision, house.review.next_deadline());
        due(Due::Fold, talk.folds.next_due());
        due(Due::Tip, talk.tips.next_due(self.clock, &settings.tips));
        due(Due::Tally, house.tally.next_flush());
        due(Due::Grace, self.roster.next_lapse());
        due(Due::Unmute, house.mutes.next_end());
        due(Due::Unshadow, house.shadows.next_end());
        due(Due::Forgive, house.strikes.next_end());
        due(Due::Unban, house.bans.next_end());
        due(Due::UnbanPrint, house.print_bans.next_end());
        due(Due::Raid, house.memory.raid());
        first
    }

    /// Settles one thing, at the clock's time.
    fn step(&mut self, due: Due) {
        const EXACT: &str = "a deadline was announced, so something is due at it";
        let (now, key) = (self.clock, self.key());
        match due {
            Due::Evict => self.sweep(now),
            Due::Release => {
                let traffic = &self.config.settings().traffic;
                let released = self.talk.make(key).scheduler.release(now, traffic);
                self.deliver(now, released.expect(EXACT).payload);
            }
            Due::Expiry => {
                let traffic = &self.config.settings().traffic;
                let expired = self.talk.make(key).scheduler.expire(now, traffic).expect(EXACT);
                let never_waits = traffic.lanes[expired.priority].max_wait.is_zero();
                let reason = if never_waits { Discard::Rate } else { Discard::Expired };
                self.end_waiting(expired.payload, reason);
            }
            Due::Decision => {
                let (_, held) = self.house.make(key).review.take_due(now).expect(EXACT);
                self.held_is_due(now, held);
            }
            Due::Fold => self.step_fold(now),
            Due::Tip => {
                let tips = &self.config.settings().tips;
                let tip = self.talk.make(key).tips.take_due(now, tips).expect(EXACT);
                self.append_tip(now, tip);
            }
            Due::Tally => {
                let news = self.house.make(key).tally.take_due(now).expect(EXACT);
                self.profile_changed(now, None, news);
            }
            Due::Grace => self.lapse_due(now),
            Due::Unmute => {
                let user = self.house.make(key).mutes.end_due(now).expect(EXACT);
                self.audit_of_time(now, || Deed::elapsed(Act::Unmute, user));
            }
            Due::Unshadow => {
                let user = self.house.make(key).shadows.end_due(now).expect(EXACT);
                self.audit_of_time(now, || Deed::elapsed(Act::Unshadow, user));
            }
            Due::Forgive => {
                let (user, strikes) = self.house.make(key).strikes.end_due(now).expect(EXACT);
                self.audit_of_time(now, || Deed::elapsed(Act::Forgive { strikes }, user));
            }
            Due::Unban => {
                let user = self.house.make(key).bans.end_due(now).expect(EXACT);
                self.audit_of_time(now, || Deed::elapsed(Act::Unban, user));
            }
            Due::UnbanPrint => {
                let print = self.house.make(key).print_bans.end_due(now).expect(EXACT);
                self.audit_of_time(now, || print_ban_over(print));
            }
            Due::Raid => {
                self.turn_raid(now, None, None);
                let deed = || Deed { rule: Trigger::Elapsed, ..Deed::of(Act::EndRaid) };
                self.audit_of_time(now, deed);
            }
            Due::Forget => {}
        }
    }

    /// Whether whatever comes next can be put out: room is kept for the most that one command or
    /// one deadline can say.
    pub(super) fn has_room(&self) -> bool {
        self.has_room_beside(0)
    }

    fn has_room_beside(&self, own: usize) -> bool {
        let settings = self.config.settings();
        let reach = settings.reach() + self.talk.folds.reach();
        (self.outbox.len() - own) as u64 + reach <= u64::from(settings.limits.outputs)
    }
}
