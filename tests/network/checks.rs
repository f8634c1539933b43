//! What is checked as it happens, and once everything is healed and quiet.

use liveroom::relay::{Edge, FrameNo};

use super::{EDGES, Fail, Node, Truth, World};

impl World<'_> {
    /// What one home says is stored no other says otherwise of, unless the log has lost it.
    pub(super) fn note_stored(&mut self, no: FrameNo, chain: u64) -> Result<(), Fail> {
        if !self.log.lost.is_empty() {
            return Ok(());
        }
        let known = *self.stored.entry(no).or_insert(chain);
        Fail::unless(known == chain, "two homes said that different frames are stored")
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

    /// Everything is healed and quiet: what must hold holds.
    pub(super) fn judge(&mut self) -> Result<(), Fail> {
        let lost = !self.log.lost.is_empty();
        let mut truth = Truth::read(&self.log, self.first.clone())?;
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
        for number in 0..EDGES {
            self.judge_edge(number, &truth, online, lost)?;
        }
        if !lost {
            for (edge, told) in &self.past {
                truth.judge_commands(*edge, told)?;
                truth.judge_outputs(*edge, told, false)?;
            }
        }
        for reader in &self.readers {
            let Some(cursor) = reader.cursor else {
                return Err(Fail::new("a reader reads nothing".into()));
            };
            if lost && (reader.tainted || truth.epoch != cursor.epoch()) {
                continue;
            }
            Fail::unless(cursor.position() == truth.head, "a reader is not at the end")?;
            truth.judge_reader(&reader.reading, cursor.passed())?;
            Fail::unless(lost || reader.reading.anew == 0, "a reader began anew for nothing")?;
        }
        Ok(())
    }

    pub(super) fn judge_edge(
        &self,
        number: usize,
        truth: &Truth,
        online: u64,
        lost: bool,
    ) -> Result<(), Fail> {
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
        if lost {
            return Ok(());
        }
        truth.judge_commands(id, told)?;
        truth.judge_outputs(id, told, true)
    }
}
