//! What is checked as it happens, and once everything is healed and quiet.

use std::sync::Arc;

use liveroom::{
    Author, Class, Command, Cursor, Entry, Group, PerClass, Source,
    relay::{Edge, EdgeId, FrameNo, Home},
};

use super::{EDGES, Fail, Node, Stand, Truth, World, millis};

impl World<'_> {
    /// What one home says is stored no other says otherwise of, unless the log may have lost it.
    pub(super) fn note_stored(&mut self, no: FrameNo, chain: u64) -> Result<(), Fail> {
        if self.unsure.is_some() {
            return Ok(());
        }
        let known = *self.stored.entry(no).or_insert(chain);
        Fail::unless(known == chain, "two homes said that different frames are stored")
    }

    /// A home that has nothing to write does not look at the log, which may end with what somebody wrote who is none.
    pub(super) fn write_after_what_is_astray(&mut self) -> Result<(), Fail> {
        if self.log.has_failed {
            let now = self.now;
            for home in self.nodes.iter_mut().filter_map(Node::home) {
                let _ = home.push(now, Author::App, Command::notice("am I home?"));
            }
            self.pass(millis(3_000))?;
            self.claim_if_none()?;
            self.pass(millis(3_000))?;
        }
        Ok(())
    }

    /// Whether a home and all edges know the whole log, and how many are online.
    pub(super) fn agrees(&mut self) -> bool {
        let last = self.log.history.last().map(|(_, frame)| *frame.mark());
        let mut homes = self.nodes.iter_mut().filter_map(Node::home);
        let Some(home) = homes.find(|home| Some(*home.mark()) == last) else { return false };
        let online = Some(home.online());
        let agrees = |edge: &Edge| edge.mark() == last.as_ref() && edge.online() == online;
        self.edges.iter().all(|stand| agrees(&stand.edge))
    }

    /// How many guests there are is known everywhere within two beats and the way.
    pub(super) fn presence_is_fresh(&mut self) -> Result<(), Fail> {
        for (number, stand) in self.edges.iter_mut().enumerate() {
            stand.guests += 1 + number as u64;
            stand.edge.set_guests(stand.guests);
        }
        let members = self.home().map(|home| home.group().online());
        self.pass(2 * Home::BEAT + millis(20))?;
        let guests: u64 = self.edges.iter().map(|stand| stand.guests).sum();
        let Some(home) = self.home() else { return Ok(()) };
        let now = home.group().online();
        // Members come and go of themselves, when the time of those is over who were lost.
        if members != Some(now) {
            return Ok(());
        }
        let knows = |stand: &Stand| stand.edge.online() == Some(now + guests);
        Fail::unless(self.edges.iter().all(knows), "how many are online is known too late")
    }

    /// Whoever believes to be home and is not learns it at the first try to write.
    pub(super) fn former_homes_learn(&mut self) -> Result<(), Fail> {
        let last = self.log.history.last().map(|(_, frame)| *frame.mark());
        let mut former = Vec::new();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            if let Some(home) = node.home().filter(|home| Some(*home.mark()) != last) {
                // One that is full has a frame to write, and learns it from that.
                let _ = home.push(self.now, Author::App, Command::notice("am I home?"));
                former.push(number);
            }
        }
        if former.is_empty() {
            return Ok(());
        }
        self.pass(millis(3_000))?;
        let learnt = former.into_iter().all(|number| self.nodes[number].home().is_none());
        Fail::unless(learnt, "a former home does not learn that it is none")
    }

    fn home(&mut self) -> Option<&Home> {
        let last = self.log.history.last().map(|(_, frame)| *frame.mark());
        let mut homes = self.nodes.iter_mut().filter_map(Node::home);
        homes.find(|home| Some(*home.mark()) == last).map(|home| &*home)
    }

    /// Everything is healed and quiet: what must hold holds.
    pub(super) fn judge(&mut self) -> Result<(), Fail> {
        let mut truth = Truth::read(&self.log, self.first.clone())?;
        // Whoever has the number of one of these lapsed with it.
        truth.lapsed.extend((1..=self.old_edges).filter_map(|old| EdgeId::new(old).ok()));
        let homes = self.nodes.iter_mut().filter_map(Node::home);
        let home = homes.into_iter().find(|home| *home.mark() == truth.mark);
        let home =
            home.ok_or_else(|| Fail::new("nobody is home who knows the whole log".into()))?;
        truth.group.advance(home.group().clock());
        Fail::unless(
            home.group().digest() == truth.group.digest(),
            "the log leads elsewhere than its home",
        )?;
        let (online, guests) =
            (home.online(), self.edges.iter().map(|stand| stand.guests).sum::<u64>());
        let members = home.group().online();
        Fail::unless(online == members + guests, "guests of edges are not counted right")?;
        let kept = kept(home.group(), &self.start)?;
        for stand in &mut self.edges {
            let same = kept == kept_at(&mut stand.edge, self.start)?;
            Fail::unless(same, "an edge keeps another history than its home")?;
        }
        for number in 0..EDGES {
            self.judge_edge(number, &truth, online)?;
        }
        for (edge, told) in &self.past {
            truth.judge_commands(*edge, told)?;
            truth.judge_outputs(*edge, told, false)?;
        }
        for reader in &self.readers {
            let Some(cursor) = reader.cursor else {
                return Err(Fail::new("a reader reads nothing".into()));
            };
            let same = cursor.epoch() == truth.epoch;
            Fail::unless(same, "a reader does not know that the history began anew")?;
            Fail::unless(cursor.position() == truth.head, "a reader is not at the end")?;
            truth.judge_reader(&reader.reading, cursor.passed())?;
            let once = u64::from(self.census.anew > 0);
            Fail::unless(reader.reading.anew <= once, "a reader began anew for nothing")?;
        }
        Ok(())
    }

    pub(super) fn judge_edge(&self, number: usize, truth: &Truth, online: u64) -> Result<(), Fail> {
        let stand = &self.edges[number];
        let (id, told) = (stand.edge.id(), &stand.told);
        let Some(mark) = stand.edge.mark() else {
            return Err(Fail::new("an edge never had a base".into()));
        };
        Fail::unless(*mark == truth.mark, "an edge is not where the log is")?;
        Fail::unless(stand.edge.online() == Some(online), "an edge says another number online")?;
        let open = told.outcomes.iter().find(|(_, outcomes)| outcomes.is_empty());
        if let Some((no, _)) = open {
            return Err(Fail::new(format!("command {no} of edge {id} has no outcome")));
        }
        truth.judge_commands(id, told)?;
        truth.judge_outputs(id, told, true)
    }
}

/// What is kept of a history from a place on, and how much of each class is not.
type Kept = (Vec<Arc<Entry>>, PerClass<u64>);

fn kept(group: &Group, start: &Cursor) -> Result<Kept, Fail> {
    let entries = group.since(start).map_err(Fail::of)?;
    let missed = entries.missed();
    Ok((entries.cloned().collect(), missed))
}

fn kept_at(edge: &mut Edge, mut cursor: Cursor) -> Result<Kept, Fail> {
    let mut kept = Kept::default();
    loop {
        let batch = edge.batch(&cursor).map_err(Fail::of)?;
        if batch.is_empty() {
            return Ok(kept);
        }
        kept.0.extend(batch.entries().iter().cloned());
        for class in Class::ALL {
            kept.1[class] += batch.missed()[class];
        }
        cursor = *batch.to();
    }
}
