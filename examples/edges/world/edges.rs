//! The edges' side: what comes to them, what they say, and who stands there.

use liveroom::{
    Author, Command, Timestamp,
    relay::{EdgeId, EdgeOutput},
};

use super::{LIKED, SECOND, START, World, at};
use crate::{
    dice::nanos,
    ledger::Call,
    people::{self, Speaker},
    post::{Sort, Up, What, bytes, weight},
    stand::Stand,
};

/// Of so many edges one is measured.
pub(super) const SAMPLE: u32 = 16;

impl World<'_> {
    pub(super) fn begin(&mut self, edge: u32) {
        let id = EdgeId::new(edge + 1).expect("not so many edges");
        let mut stand = Stand::new(at(self.now), id, self.group.clone(), self.options.viewers);
        stand.heard = self.now;
        self.stands.push(stand);
        self.wake_edge_now(edge);
    }

    pub(super) fn with_edge(&mut self, edge: u32, act: impl FnOnce(&mut Stand, Timestamp)) {
        act(&mut self.stands[edge as usize], at(self.now));
        self.settle_edge(edge);
    }

    pub(super) fn feed(&mut self, edge: u32, number: u32) {
        let Some(stand) = self.stands.get_mut(edge as usize) else { return };
        let (seq, feed) = &self.feeds[number as usize];
        let now = at(self.now);
        let taken = if edge.is_multiple_of(SAMPLE) {
            self.spent_at_edges.time(Call::Feed, || stand.edge.feed(now, *seq, feed.clone()))
        } else {
            stand.edge.feed(now, *seq, feed.clone())
        };
        taken.expect("a feed of this group");
        self.settle_edge(edge);
    }

    /// A sign of life of the home's: how old was what it takes the place of?
    pub(super) fn hear(&mut self, edge: u32, number: u32) {
        let truth = self.online();
        let Some(stand) = self.stands.get_mut(edge as usize) else { return };
        if let (Some(known), Some(online)) = (stand.beat, stand.edge.online()) {
            let known = &self.beats[known as usize];
            self.ledger.oldest.add(self.now - known.oldest);
            self.ledger.middle.add(self.now - known.middle);
            self.ledger.off.add(truth.abs_diff(online) * 1_000_000 / truth.max(1));
        }
        stand.beat = Some(number);
        stand.edge.beat(at(self.now), self.beats[number as usize].beat);
        self.settle_edge(edge);
    }

    /// How many are online in truth.
    fn online(&self) -> u64 {
        self.home.group().online() + self.stands.len() as u64 * self.viewers()
    }

    /// How many viewers each edge has: each second one more in a hundred of those whom it has in the end.
    fn viewers(&self) -> u64 {
        let all = self.options.viewers;
        let left = self.end.saturating_sub(self.now) / 1_000_000;
        all.saturating_sub(all * left / 100_000)
    }

    pub(super) fn wake_edge(&mut self, edge: u32) {
        if self.stands[edge as usize].wake == self.now {
            self.wake_edge_now(edge);
        }
    }

    fn wake_edge_now(&mut self, edge: u32) {
        let viewers = self.viewers();
        self.stands[edge as usize].wake = u64::MAX;
        self.with_edge(edge, |stand, at| {
            stand.edge.set_guests(viewers);
            stand.edge.advance(at);
        });
    }

    pub(super) fn sweep(&mut self, edge: u32) {
        let stand = &mut self.stands[edge as usize];
        if stand.sweep != self.now {
            return;
        }
        stand.sweep = u64::MAX;
        self.ledger.sums.sweeps += 1;
        let (now, stamps, ledger) = (self.now, &self.stamps, &mut self.ledger);
        if edge.is_multiple_of(SAMPLE) {
            let spent = &mut self.spent_at_edges;
            spent.time(Call::Sweep, || stand.sweep(at(now), now, stamps, ledger));
        } else {
            stand.sweep(at(now), now, stamps, ledger);
        }
        self.settle_edge(edge);
    }

    fn settle_edge(&mut self, edge: u32) {
        let now = self.now;
        while let Some(output) = self.stands[edge as usize].edge.poll() {
            self.told(edge, output);
        }
        let stand = &mut self.stands[edge as usize];
        if let Some(due) = stand.audience.due() {
            let due = nanos(due.since(START)).max(now);
            if due < stand.sweep {
                stand.sweep = due;
                self.posts.push(due, What::Sweep(edge));
            }
        }
        if let Some(due) = stand.edge.poll_timeout() {
            let due = nanos(due.since(START)).max(now);
            if due < stand.wake {
                stand.wake = due;
                self.posts.push(due, What::Wake(edge));
            }
        }
    }

    fn told(&mut self, edge: u32, output: EdgeOutput) {
        let stand = &mut self.stands[edge as usize];
        match output {
            EdgeOutput::Tail { seq, urgent } => {
                stand.grew(self.now, seq.0, &self.stamps, &mut self.ledger);
                stand.audience.notify(at(self.now), urgent);
            }
            EdgeOutput::Request(request) => {
                let bytes = bytes(&request);
                self.ledger.sums.requests += 1;
                self.ledger.sums.request_bytes += bytes.len() as u64;
                self.send_up(edge, bytes, Sort::Request);
            }
            EdgeOutput::Beat(beat) => {
                let bytes = bytes(&beat);
                self.ledger.sums.beats += 1;
                self.ledger.sums.beat_bytes += bytes.len() as u64;
                self.send_up(edge, bytes, Sort::Beat);
            }
            EdgeOutput::Fetch { from, .. } => {
                self.ledger.sums.fetches += 1;
                self.ask(edge, weight(&from), What::Fetch(edge, from));
            }
            EdgeOutput::Base => self.ask(edge, 1, What::WantsBase(edge)),
            EdgeOutput::Answer { answer, .. } => {
                self.ledger.sums.answers += 1;
                self.ledger.sums.refused += u64::from(answer.is_err());
            }
            EdgeOutput::Told(_) => {}
            _ => self.ledger.sums.upsets += 1,
        }
    }

    fn send_up(&mut self, edge: u32, bytes: Vec<u8>, sort: Sort) {
        let (weight, sent) = (bytes.len() as u64, self.now);
        self.ask(edge, weight, What::Up(Box::new(Up { edge, sent, bytes, sort })));
    }

    fn ask(&mut self, edge: u32, bytes: u64, what: What) {
        let there = self.tree.up(self.now, edge, bytes, &mut self.dice);
        if !self.dice.once_in(self.options.loss) && !self.tree.is_away(edge, self.now) {
            self.posts.push(there, what);
        }
    }

    fn give(&mut self, edge: u32, by: Author, command: Command) {
        let given = self.stands[edge as usize].edge.push(at(self.now), by, command);
        self.ledger.sums.upsets += u64::from(given.is_err());
        self.settle_edge(edge);
    }

    pub(super) fn say(&mut self) {
        let which = self.dice.roll(self.speakers.len() as u64);
        let speaker = self.speakers[usize::try_from(which).unwrap_or(0)];
        let command = people::message(&mut self.dice);
        self.give(speaker.edge, Author::Session(speaker.session), command);
        self.again(self.options.messages, What::Say);
    }

    pub(super) fn join(&mut self, speaks: bool) {
        let edge = u32::try_from(self.dice.roll(self.stands.len() as u64)).unwrap_or(0);
        let stand = &mut self.stands[edge as usize];
        stand.sessions += 1;
        let session = stand.edge.id().session(stand.sessions).expect("not so many sessions");
        self.users += 1;
        self.give(edge, Author::Session(session), people::join(self.users));
        if speaks {
            self.speakers.push(Speaker { edge, session });
        } else {
            self.again(self.options.joins, What::Join { speaks });
        }
    }

    /// One viewer in a hundred likes the show each second. What an edge has counted it says again and again, so that
    /// nothing is lost where a message is.
    pub(super) fn like(&mut self, edge: u32) {
        let every = nanos(self.options.sums);
        let more = if self.now < self.end { self.viewers() * every / SECOND / 100 } else { 0 };
        let stand = &mut self.stands[edge as usize];
        stand.likes += more;
        let bytes = bytes(&(edge, stand.likes));
        self.ledger.sums.likes += 1;
        self.send_up(edge, bytes, Sort::Likes);
        if self.now + every <= self.end + LIKED {
            self.posts.push(self.now + every, What::Likes(edge));
        }
    }

    fn again(&mut self, a_second: u64, what: What) {
        let next = self.now + self.dice.gap(a_second);
        if next < self.end && a_second > 0 {
            self.posts.push(next, what);
        }
    }
}
