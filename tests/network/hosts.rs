//! What comes to machines, and what they have to say.

use liveroom::{
    Receipt,
    relay::{EdgeOutput, HomeOutput, Written},
};

use super::{Asker, EDGES, Fail, NODES, Outcome, Parcel, To, World};

impl World<'_> {
    /// Hands around everything that machines have to say now, until none has more.
    pub(super) fn settle(&mut self) -> Result<(), Fail> {
        for number in 0..NODES {
            self.drain_node(number)?;
        }
        for edge in 0..EDGES {
            self.drain_edge(edge)?;
        }
        for reader in 0..self.readers.len() {
            self.read(reader)?;
        }
        Ok(())
    }

    pub(super) fn drain_node(&mut self, number: usize) -> Result<(), Fail> {
        let node = &mut self.nodes[number];
        let life = node.life;
        if node.paused {
            return Ok(());
        }
        let Some(home) = node.home() else { return Ok(()) };
        let write = home.write();
        let mut said = Vec::new();
        while let Some(output) = home.poll() {
            said.push(output);
        }
        let deposed = home.deposed();
        if let Some(write) = write {
            self.send_write(number, life, write);
        }
        for output in said {
            match output {
                HomeOutput::Feed { at, feed } => {
                    self.census.frames += 1;
                    self.note_stored(feed.mark.no, feed.mark.chain)?;
                    self.send(
                        Some(Asker::Node(number, life)),
                        To::AllEdges,
                        &Parcel::Feed(at, feed),
                    );
                }
                HomeOutput::Edge(edge, word) => {
                    self.send(
                        Some(Asker::Node(number, life)),
                        To::EdgeOfId(edge),
                        &Parcel::Word(word),
                    );
                }
                HomeOutput::Beat(beat) => {
                    self.send(Some(Asker::Node(number, life)), To::AllEdges, &Parcel::Beat(beat));
                }
                _ => {}
            }
        }
        if let Some(why) = deposed {
            self.census.deposed += 1;
            self.nodes[number].lost_log = why == liveroom::relay::Deposed::LogLost;
            self.nodes[number].kill();
        }
        Ok(())
    }

    pub(super) fn drain_edge(&mut self, number: usize) -> Result<(), Fail> {
        if self.edges[number].paused {
            return Ok(());
        }
        let (mut over, from) = (false, Some(Asker::Edge(number)));
        while let Some(output) = self.edges[number].edge.poll() {
            let told = &mut self.edges[number].told;
            match output {
                EdgeOutput::Request(request) => {
                    self.send(from, To::AllNodes, &Parcel::Request(request))
                }
                EdgeOutput::Beat(beat) => self.send(from, To::AllNodes, &Parcel::EdgeBeat(beat)),
                EdgeOutput::Fetch { from, at } => {
                    self.ask_log(Asker::Edge(number), Parcel::Fetch(from, at))
                }
                EdgeOutput::Base => self.send(from, To::Anybody(number), &Parcel::WantsBase),
                EdgeOutput::Answer { no, answer } => {
                    self.census.answers += 1;
                    let joined = matches!(answer, Ok(Receipt::Joined { .. }));
                    told.outcomes.entry(no).or_default().push(Outcome::Answer(answer.clone()));
                    if let (true, Ok(Receipt::Joined { cursor, .. })) = (joined, answer) {
                        let here = self.edges[number].edge.tail();
                        let reached = here
                            .is_some_and(|here| here >= cursor || here.epoch() != cursor.epoch());
                        let holds = reached || self.unsure.is_some();
                        Fail::unless(holds, "an answer came before the history that it names")?;
                    }
                }
                EdgeOutput::Untold { no } => {
                    self.census.untold += 1;
                    told.outcomes.entry(no).or_default().push(Outcome::Untold);
                }
                EdgeOutput::Unknown { .. } => self.census.unknown += 1,
                EdgeOutput::Told(output) => told.outputs.push(output),
                EdgeOutput::Lapsed => {
                    self.census.lapses += 1;
                    self.edges[number].told.lapsed = self.edges[number].edge.is_over();
                    if !self.edges[number].edge.is_over() {
                        self.census.forks += 1;
                    }
                }
                _ => {}
            }
            over |= self.edges[number].edge.is_over();
        }
        if over || self.edges[number].edge.is_over() {
            let mut outcomes = self.edges[number].told.outcomes.values();
            let known = outcomes.all(|outcomes| !outcomes.is_empty());
            Fail::unless(known, "an edge is over and said nothing of a command")?;
            self.renew(number);
        }
        Ok(())
    }

    /// A node's own time comes.
    pub(super) fn wake(&mut self, number: usize) -> Result<(), Fail> {
        let now = self.now;
        let node = &mut self.nodes[number];
        if node.paused {
            return Ok(());
        }
        if let Some(home) = node.home() {
            home.advance(now);
        }
        let life = node.life;
        if node.is_late(now) {
            if let Some(write) = node.written(Written::Unknown)? {
                self.send_write(number, life, write);
            }
        } else if node.asks_again(now) {
            let after = node.heir_at();
            self.ask_log(Asker::Node(number, life), Parcel::Read(after));
        }
        Ok(())
    }

    pub(super) fn for_node(
        &mut self,
        number: usize,
        life: u64,
        parcel: Parcel,
    ) -> Result<(), Fail> {
        let now = self.now;
        let node = &mut self.nodes[number];
        if node.cut || node.life != life {
            return Ok(());
        }
        if node.paused {
            node.inbox.push(parcel);
            return Ok(());
        }
        let next = match parcel {
            Parcel::Request(request) => {
                if let Some(home) = node.home() {
                    // What it cannot take comes again.
                    let _ = home.request(now, request);
                }
                None
            }
            Parcel::EdgeBeat(beat) => {
                if let Some(home) = node.home() {
                    home.beat(now, beat);
                }
                None
            }
            Parcel::Written { written, number: of } if node.is_answer(of) => {
                node.written(written)?
            }
            Parcel::Frames(after, frames) => node.frames(after, &frames)?,
            _ => None,
        };
        if let Some(write) = next {
            self.send_write(number, life, write);
        } else if let Some(after) = self.nodes[number].reads() {
            self.ask_log(Asker::Node(number, life), Parcel::Read(after));
        }
        if self.nodes[number].begins(now) {
            self.begins(number);
        }
        Ok(())
    }

    /// A node is home, once it has laid down what the next one is to begin with, if nothing else leads on.
    fn begins(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        if let Some(laid) = node.laid.take() {
            self.census.passed += 1;
            // It may end before that, or another one was first.
            if self.dice.roll(4) == 0 || node.revision != self.log.revision {
                return node.kill();
            }
            self.log.keep_alone(laid.clone());
            self.first = laid;
        }
        self.census.terms += 1;
        let begun = node.home().map(|home| home.group().tail());
        let anew = begun.filter(|begun| begun.epoch() > self.start.epoch());
        self.start = anew.unwrap_or(self.start);
    }

    pub(super) fn for_edge(&mut self, number: usize, parcel: Parcel) -> Result<(), Fail> {
        let now = self.now;
        let stand = &mut self.edges[number];
        if stand.cut {
            return Ok(());
        }
        if stand.paused {
            stand.inbox.push(parcel);
            return Ok(());
        }
        match parcel {
            Parcel::Feed(at, feed) => stand.edge.feed(now, at, feed).map_err(Fail::of)?,
            Parcel::Beat(beat) => stand.edge.beat(now, beat),
            Parcel::Word(word) => stand.edge.word(now, word),
            Parcel::Base(base) => stand.edge.base(now, *base).map_err(Fail::of)?,
            Parcel::Fetched(from, fetched) => {
                stand.edge.fetched(now, from, fetched).map_err(Fail::of)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What came while it stood still it deals with now.
    pub(super) fn resume_node(&mut self, number: usize) -> Result<(), Fail> {
        self.nodes[number].paused = false;
        let life = self.nodes[number].life;
        for parcel in std::mem::take(&mut self.nodes[number].inbox) {
            self.for_node(number, life, parcel)?;
        }
        Ok(())
    }

    pub(super) fn resume_edge(&mut self, number: usize) -> Result<(), Fail> {
        self.edges[number].paused = false;
        for parcel in std::mem::take(&mut self.edges[number].inbox) {
            self.for_edge(number, parcel)?;
        }
        Ok(())
    }
}
