//! What the owner's panel is fed: figures twice a second, what ended, and what waits for a decision.
//!
//! While nobody watches, nothing is counted but open questions and the totals of each second. A watcher that has no room for a frame
//! gets the next one, and never a queue of them.

mod asks;
mod authors;
mod lives;
mod previews;
mod totals;
mod trails;
mod waits;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;
use liveroom::{Group, Message, Outcome, Question, SessionId, Ticket, Timestamp};

use self::{
    asks::{Asks, Told},
    authors::Authors,
    lives::Lives,
    previews::Previews,
    totals::Totals,
    trails::Heard,
    waits::Waits,
};
use super::seats::Seats;
use crate::{
    house::House,
    process::Usage,
    protocol::{
        host::HostFrame,
        panel::{Handed, PanelFrame, WireWords},
    },
    room::Room,
};

/// "Every 500 ms".
const EVERY: Duration = Duration::from_millis(500);
/// How soon what only the staff see is told: of 2 s, half a second would be much.
const SOON: Duration = Duration::from_millis(200);
/// "The first 100" of those who are muted.
const MUTED: usize = 100;
/// "Ten with most accepted".
const AUTHORS: usize = 10;

/// The panel's feed of one room.
#[derive(Debug, Default)]
pub(super) struct Panel {
    watchers: BTreeMap<SessionId, Watcher>,
    asks: Asks,
    previews: Previews,
    totals: Totals,
    since: Since,
    next: Timestamp,
    /// When what only the staff see may be told again.
    soon: Timestamp,
}

/// What one watcher was told of what all of it has to be told.
#[derive(Debug, Default)]
struct Watcher {
    past: bool,
    asks: Told,
    audit: Heard,
}

/// What is counted while somebody watches.
#[derive(Debug, Default)]
struct Since {
    waits: Waits,
    authors: Authors,
    lives: Lives,
    /// What the process had cost at the last frame, and when that was.
    cost: Option<(Timestamp, Usage)>,
}

impl Panel {
    /// A session begins to watch, or ends.
    pub(super) fn watch(&mut self, now: Timestamp, session: SessionId, on: bool) {
        if on {
            self.watchers.entry(session).or_default();
            self.previews.renew();
            self.next = self.next.min(now);
        } else {
            self.leave(session);
        }
    }

    pub(super) fn leave(&mut self, session: SessionId) {
        self.watchers.remove(&session);
        if self.watchers.is_empty() {
            (self.since, self.next) = (Since::default(), Timestamp::ZERO);
            self.soon = Timestamp::ZERO;
        }
    }

    /// The host is asked about a message.
    pub(super) fn ask(&mut self, question: Question) {
        self.asks.open(question);
    }

    /// A question was answered.
    pub(super) fn answered(&mut self, ticket: Ticket) {
        self.asks.close(ticket);
    }

    /// A message is shown to the staff alone.
    pub(super) fn preview(&mut self, message: Arc<Message>, expires: Timestamp) {
        self.previews.show(message, expires);
    }

    /// A message came to its end.
    pub(super) fn ended(&mut self, now: Timestamp, message: &Message, outcome: &Outcome) {
        self.asks.ended(message.id);
        self.previews.ended(message.id);
        if self.watchers.is_empty() {
            return;
        }
        let Since { waits, authors, lives, .. } = &mut self.since;
        if let Outcome::Delivered { at, .. } = outcome {
            waits.count(message.priority, at.since(message.accepted));
        }
        authors.count(now, message, matches!(outcome, Outcome::Delivered { .. }));
        lives.add(now, message, outcome);
    }

    /// Gives the watchers what is due.
    pub(super) fn step(&mut self, house: &House, room: &Room, seats: &Seats, now: Timestamp) {
        self.totals.step(now, || house.read(room, Group::stats));
        for (session, watcher) in &mut self.watchers {
            if let Some(line) = seats.line(*session) {
                // Before the first figures, which go on from there.
                if !std::mem::replace(&mut watcher.past, true) {
                    let _draws_none = line.offer_shared(self.totals.told().text());
                }
                let _told_the_next_time = self.asks.tell(room, &mut watcher.asks, line);
            }
        }
        self.previews.settle(now);
        if !self.watchers.is_empty() && now >= self.soon {
            self.soon = now + SOON;
            if let Some(previews) = self.previews.take() {
                self.offer(seats, &previews.text());
            }
        }
        if self.watchers.is_empty() || now < self.next {
            return;
        }
        self.next = now + EVERY;
        let figures = HostFrame::Panel(Box::new(self.figures(house, room, now))).text();
        self.offer(seats, &figures);
        if let Some(lives) = self.since.lives.take() {
            self.offer(seats, &lives.text());
        }
        self.tell_trail(house, room, seats);
    }

    /// Gives all watchers a frame; one that has no room for it gets the next.
    fn offer(&self, seats: &Seats, frame: &Utf8Bytes) {
        for line in self.watchers.keys().filter_map(|session| seats.line(*session)) {
            let _gets_the_next = line.offer_shared(frame.clone());
        }
    }

    /// Tells what was done, and whether all that is kept of it is a chain.
    fn tell_trail(&mut self, house: &House, room: &Room, seats: &Seats) {
        let last = room.trail().last();
        if !self.watchers.values().any(|watcher| watcher.audit.lacks(last)) {
            return;
        }
        let chain = room.trail().verify_new().into();
        for (session, watcher) in &mut self.watchers {
            if watcher.audit.lacks(last)
                && let Some(line) = seats.line(*session)
            {
                let _told_the_next_time = watcher.audit.tell(house, room, &chain, line);
            }
        }
    }

    /// When the watchers are to be given something next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let soon = self.previews.are_due().then_some(self.soon.min(self.next));
        (!self.watchers.is_empty()).then_some(soon.unwrap_or(self.next))
    }

    fn figures(&mut self, house: &House, room: &Room, now: Timestamp) -> PanelFrame {
        // All of the group's own at one moment, so that it balances.
        let mut stated = house.read(room, |group| PanelFrame::of(group, MUTED));
        for one in stated.muted.iter_mut().chain(&mut stated.shadowed) {
            room.voices().call(&one.user, &mut one.nick);
        }
        let counted = room.counts.now();
        let (cpu_permille, resident_kib) = self.since.cost(now);
        let (authors, authors_other) = self.since.authors.top(now, AUTHORS);
        PanelFrame {
            now: now.as_millis(),
            words: WireWords { terms: room.words().terms() },
            turned_away: counted.turned_away,
            missed: counted.missed,
            waits: self.since.waits.take(),
            authors,
            authors_other,
            handed: Handed { batches: counted.batches, entries: counted.entries },
            cpu_permille,
            resident_kib,
            ..stated
        }
    }
}

impl Since {
    /// The share of one core since the last frame, and the memory; nothing where the system does not
    /// tell.
    fn cost(&mut self, now: Timestamp) -> (Option<u64>, Option<u64>) {
        let Some(usage) = Usage::read() else { return (None, None) };
        let before = self.cost.replace((now, usage));
        let share = before.map(|(then, before)| {
            let spent = usage.cpu.saturating_sub(before.cpu).as_micros();
            let share = spent * 1_000 / now.since(then).as_micros().max(1);
            u64::try_from(share).unwrap_or(u64::MAX)
        });
        (share, Some(usage.resident_kib))
    }
}
