//! The home's side: what comes to it, what it says, and the log beside it.

use liveroom::{
    Author, Body, Entry,
    relay::{Beat, Feed, ForEdge, FrameNo, HomeOutput, LogSeq, Next, Tell, Write, Written},
};

use super::{SECOND, START, Said, TALLIED, World, at};
use crate::{
    dice::nanos,
    ledger::{Call, Stamp, chained},
    people,
    post::{Sort, Up, What, bytes, weight},
};

impl World<'_> {
    pub(super) fn take_up(&mut self, up: Up) {
        let now = at(self.now);
        match up.sort {
            Sort::Beat => {
                let beat = self.spent.time(Call::Wire, || postcard::from_bytes(&up.bytes));
                let beat = beat.expect("an edge's sign of life");
                self.spent.time(Call::Beat, || self.home.beat(now, beat));
                let heard = &mut self.stands[up.edge as usize].heard;
                *heard = (*heard).max(up.sent);
            }
            Sort::Request => {
                let request = self.spent.time(Call::Wire, || postcard::from_bytes(&up.bytes));
                let request = request.expect("an edge's request");
                // What it cannot take now comes again.
                let taken = self.spent.time(Call::Request, || self.home.request(now, request));
                self.ledger.sums.dropped += u64::from(taken.is_err());
            }
            Sort::Likes => {
                let (likes, liked) = (&mut self.likes, &mut self.liked);
                self.spent.time(Call::Likes, || {
                    let (edge, count): (u32, u64) =
                        postcard::from_bytes(&up.bytes).expect("an edge's likes");
                    // One that comes late says less than is known.
                    let known = &mut liked[edge as usize];
                    *likes += count.saturating_sub(*known);
                    *known = count.max(*known);
                });
            }
        }
        self.settle_home();
    }

    /// What edges have counted goes into the room at once: one command, however many edges there are.
    pub(super) fn tally(&mut self) {
        let now = at(self.now);
        let more = people::likes(std::mem::take(&mut self.likes));
        let taken = self.spent.time(Call::Request, || self.home.push(now, Author::App, more));
        taken.expect("a home that keeps up with its log");
        self.settle_home();
        if self.now + SECOND <= self.end + TALLIED {
            self.posts.push(self.now + SECOND, What::Tally);
        }
    }

    pub(super) fn settle_home(&mut self) {
        while let Some(output) = self.spent.time(Call::Poll, || self.home.poll()) {
            match output {
                HomeOutput::Feed { at, feed } => self.send_feed(at, &feed),
                HomeOutput::Edge(edge, word) => self.send_word(u32::from(edge) - 1, word),
                HomeOutput::Beat(beat) => self.send_beat(beat),
                _ => {}
            }
        }
        self.write();
        if let Some(due) = self.home.poll_timeout() {
            let due = nanos(due.since(START)).max(self.now);
            if due < self.wake {
                self.wake = due;
                self.posts.push(due, What::Home);
            }
        }
    }

    fn write(&mut self) {
        if self.in_flight || self.will_write {
            return;
        }
        let may = self.wrote + nanos(self.options.pause);
        if self.now < may {
            self.will_write = true;
            self.posts.push(may, What::Write);
            return;
        }
        let Some(write) = self.spent.time(Call::Frame, || self.home.write()) else { return };
        let Write { frame, .. } = &write;
        self.spent.time(Call::Wire, || bytes(&**frame));
        let (seq, bytes, takes) = self.store.write(&write, &mut self.dice);
        (self.wrote, self.in_flight) = (self.now, true);
        self.ledger.sums.frames += 1;
        self.ledger.sums.frame_bytes += bytes;
        self.posts.push(self.now + takes, What::Written(seq));
    }

    pub(super) fn written(&mut self, seq: LogSeq) {
        self.in_flight = false;
        let next = self.spent.time(Call::Frame, || self.home.written(Written::Stored(seq)));
        assert_eq!(next, Next::Stored, "the log said so");
        self.settle_home();
    }

    fn send_feed(&mut self, seq: LogSeq, feed: &Feed) {
        for tell in &feed.told {
            if let Tell::Entry(entry) = tell {
                self.stamp(entry);
            }
        }
        let bytes = self.spent.time(Call::Wire, || bytes(&(seq, feed)));
        self.ledger.sums.feed_bytes += bytes.len() as u64;
        self.feeds.push(postcard::from_bytes(&bytes).expect("what was written can be read"));
        let number = u32::try_from(self.feeds.len() - 1).expect("not so many feeds");
        self.send_around(bytes.len() as u64, |edge| What::Feed(edge, number));
    }

    fn stamp(&mut self, entry: &Entry) {
        assert_eq!(entry.seq.0, self.stamps.len() as u64 + 1, "a history without holes");
        let entered = nanos(entry.at.since(START));
        let accepted = match &entry.body {
            Body::Message(message) => nanos(message.accepted.since(START)),
            _ => entered,
        };
        let chain = chained(self.stamps.last().map_or(0, |stamp| stamp.chain), entry);
        let stamp = Stamp { class: entry.class, accepted, entered, stored: self.now, chain };
        self.ledger.stored(&stamp);
        self.stamps.push(stamp);
    }

    fn send_beat(&mut self, beat: Beat) {
        let (mut oldest, mut sum) = (self.now, 0);
        for stand in &self.stands {
            oldest = oldest.min(stand.heard);
            sum += stand.heard;
        }
        let middle = sum / (self.stands.len() as u64).max(1);
        self.beats.push(Said { beat, oldest, middle });
        let number = u32::try_from(self.beats.len() - 1).expect("not so many signs of life");
        self.send_around(weight(&beat), |edge| What::Beat(edge, number));
    }

    /// Sends to all edges what most of them get.
    fn send_around(&mut self, bytes: u64, what: impl Fn(u32) -> What) {
        self.tree.around(self.now, bytes, &mut self.dice, &mut self.there);
        for (edge, at) in (0..).zip(&self.there) {
            let lost = self.dice.once_in(self.options.loss) || self.tree.is_away(edge, *at);
            if !lost {
                self.posts.push(*at, what(edge));
            }
        }
    }

    fn send_word(&mut self, edge: u32, word: ForEdge) {
        let bytes = self.spent.time(Call::Wire, || bytes(&word)).len() as u64;
        self.ledger.sums.letters += 1;
        self.send_down(edge, bytes, false, What::Word(edge, Box::new(word)));
    }

    fn send_down(&mut self, edge: u32, bytes: u64, by_log: bool, what: What) {
        let there = self.tree.down(self.now, edge, bytes, by_log, &mut self.dice);
        if !self.dice.once_in(self.options.loss) && !self.tree.is_away(edge, there) {
            self.posts.push(there, what);
        }
    }

    pub(super) fn fetch(&mut self, edge: u32, from: FrameNo) {
        let (fetched, bytes) = self.store.fetch(from);
        self.ledger.sums.fetched_bytes += bytes;
        self.send_down(edge, bytes, true, What::Fetched(edge, from, Box::new(fetched)));
    }

    pub(super) fn give_base(&mut self, edge: u32) {
        let neighbour = self.stands.iter().find_map(|stand| stand.edge.give_base());
        let Some(base) = neighbour.or_else(|| self.home.base()) else { return };
        let bytes = weight(&base);
        self.send_down(edge, bytes, false, What::Base(edge, Box::new(base)));
    }
}
