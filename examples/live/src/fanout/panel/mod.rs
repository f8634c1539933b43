//! What the owner's panel is fed: figures twice a second, what ended, and what waits for a decision.
//!
//! While nobody watches, nothing is counted but open questions. A watcher that has no room for a frame
//! gets the next one, and never a queue of them.

mod asks;
mod authors;
mod lives;
mod waits;

use std::{collections::BTreeMap, time::Duration};

use liveroom::{Message, Outcome, Question, SessionId, Ticket, Timestamp};

use self::{
    asks::{Asks, Told},
    authors::Authors,
    lives::Lives,
    waits::Waits,
};
use super::seats::Seats;
use crate::{
    house::House,
    process::Usage,
    protocol::{
        host::HostFrame,
        panel::{Handed, MutedUser, PanelFrame, WireFlows, WireTraffic, WireWords},
    },
    room::Room,
};

/// "Every 500 ms".
const EVERY: Duration = Duration::from_millis(500);
/// "The first 100" of those who are muted.
const MUTED: usize = 100;
/// "Ten with most accepted".
const AUTHORS: usize = 10;

/// The panel's feed of one room.
#[derive(Debug, Default)]
pub(super) struct Panel {
    watchers: BTreeMap<SessionId, Told>,
    asks: Asks,
    since: Since,
    next: Timestamp,
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
            self.next = self.next.min(now);
        } else {
            self.leave(session);
        }
    }

    pub(super) fn leave(&mut self, session: SessionId) {
        self.watchers.remove(&session);
        if self.watchers.is_empty() {
            (self.since, self.next) = (Since::default(), Timestamp::ZERO);
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

    /// A message came to its end.
    pub(super) fn ended(&mut self, now: Timestamp, message: &Message, outcome: &Outcome) {
        self.asks.ended(message.id);
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
        for (session, told) in &mut self.watchers {
            if let Some(line) = seats.line(*session) {
                let _told_the_next_time = self.asks.tell(room, told, line);
            }
        }
        if self.watchers.is_empty() || now < self.next {
            return;
        }
        self.next = now + EVERY;
        let figures = HostFrame::Panel(Box::new(self.figures(house, room, now))).text();
        let lives = self.since.lives.take().map(|lives| lives.text());
        for line in self.watchers.keys().filter_map(|session| seats.line(*session)) {
            let _gets_the_next = line.offer_shared(figures.clone());
            if let Some(lives) = &lives {
                let _too_slow = line.offer_shared(lives.clone());
            }
        }
    }

    /// When the watchers are to be given something next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        (!self.watchers.is_empty()).then_some(self.next)
    }

    fn figures(&mut self, house: &House, room: &Room, now: Timestamp) -> PanelFrame {
        // All of the group's own at one moment, so that it balances.
        let (stats, online, mute_all, traffic, muted, muted_count) = house.read(room, |group| {
            let traffic = WireTraffic::of(&group.config().settings().traffic);
            let muted = group.mutes().take(MUTED);
            let muted: Vec<_> =
                muted.map(|(user, until)| MutedUser::of(group, user, until)).collect();
            let muted_count = group.mutes().count();
            (group.stats(), group.online(), group.is_mute_all(), traffic, muted, muted_count)
        });
        let counted = room.counts.now();
        let (cpu_permille, resident_kib) = self.since.cost(now);
        let (authors, authors_other) = self.since.authors.top(now, AUTHORS);
        PanelFrame {
            now: now.as_millis(),
            online,
            mute_all,
            muted,
            muted_count,
            traffic,
            words: WireWords { terms: room.words().terms() },
            refused: stats.refused.iter().map(|(code, n)| (code.to_string(), *n)).collect(),
            turned_away: counted.turned_away,
            flow: WireFlows::of(&stats.flow),
            missed: counted.missed,
            waits: self.since.waits.take(),
            authors,
            authors_other,
            handed: Handed { batches: counted.batches, entries: counted.entries },
            cpu_permille,
            resident_kib,
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
