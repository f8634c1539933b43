//! What happens in a world, event by event.

use liveroom::{
    Author, Command, Draft, Epoch, HashKey, Kind, Platform, Profile, Span,
    relay::{Heir, ReadError},
};

use super::{Asker, Deed, EDGES, Event, Fail, Node, Parcel, World, millis, user};

impl World<'_> {
    pub(super) fn happen(&mut self, event: &Event) -> Result<(), Fail> {
        match *event {
            Event::Pass(ms) => return self.pass(millis(ms)),
            Event::Act { edge, user, deed } => self.act(edge, user, deed),
            Event::App(deed, about) => {
                let command = self.app_command(deed, about);
                let now = self.now;
                for node in self.nodes.iter_mut().filter(|node| !node.paused) {
                    if let (Some(home), Some(command)) = (node.home(), command.clone()) {
                        // One that is full, or home no more, says so.
                        let _ = home.push(now, Author::App, command);
                        break;
                    }
                }
            }
            Event::Guests { edge, guests } => {
                self.edges[edge].guests = guests;
                self.edges[edge].edge.set_guests(guests);
            }
            Event::Claim { node, older } => {
                let checkpoint = self.log.checkpoint(older && !self.log.has_failed);
                let nonce = self.dice.roll(u64::MAX);
                let oldest = self.oldest;
                let life = self.nodes[node].begin(checkpoint, nonce, oldest).map_err(Fail::of)?;
                self.nodes[node].revision = self.log.revision;
                let read = Parcel::Read(self.nodes[node].heir_at());
                self.ask_log(Asker::Node(node, life), read);
            }
            Event::Kill { node } => self.nodes[node].kill(),
            Event::Pause { node } => self.nodes[node].paused = true,
            Event::Resume { node } => return self.resume_node(node),
            Event::KillEdge { edge } => self.renew(edge),
            Event::PauseEdge { edge } => self.edges[edge].paused = true,
            Event::ResumeEdge { edge } => return self.resume_edge(edge),
            Event::CutEdge { edge } => self.edges[edge].cut = true,
            Event::CutNode { node } => self.nodes[node].cut = true,
            Event::Heal => {
                self.log_down = false;
                self.edges.iter_mut().for_each(|edge| edge.cut = false);
                self.nodes.iter_mut().for_each(|node| node.cut = false);
            }
            Event::LogDown => self.log_down = true,
            Event::Checkpoint { prune } => {
                // Whoever follows the log lays it down.
                let key = HashKey::new(8, 8);
                let mut follower =
                    Heir::new(self.log.checkpoint(false), &[], key).map_err(Fail::of)?;
                let frames = self.log.from(follower.at(), usize::MAX);
                let read = follower.read(frames.iter().map(|(at, frame)| (*at, &**frame)));
                match read {
                    // It has to be claimed first by somebody who passes over what is lost.
                    Err(ReadError::Broken { .. }) if self.log.has_failed => {}
                    read => {
                        read.map_err(Fail::of)?;
                        self.log.keep(follower.checkpoint(), prune);
                    }
                }
            }
            Event::LosePower { frames, later } => self.lose_power(frames, later),
            Event::Move { reader, edge } => {
                let reader = reader % self.readers.len();
                self.readers[reader].edge = edge;
            }
        }
        Ok(())
    }

    /// Whatever was on its way is lost too: all of it goes through those servers.
    fn lose_power(&mut self, frames: u8, later: u8) {
        self.post.clear();
        let checkpoint = self.dice.roll(2) == 0;
        self.census.lost += self.log.lose(frames, checkpoint);
        self.readers.iter_mut().for_each(|reader| reader.tainted = true);
        self.unsure = Some(self.unsure.map_or(later, |left| left.min(later)));
    }

    /// Everybody is stopped and begins anew, and what was told before does not count any more.
    pub(super) fn begin_all_anew(&mut self) -> Result<(), Fail> {
        self.unsure = None;
        self.census.anew += 1;
        self.post.clear();
        self.now += millis(2_000);
        self.oldest = Epoch::at(self.now);
        for node in &mut self.nodes {
            node.kill();
            (node.paused, node.lost_log) = (false, false);
        }
        // Their numbers are counted at the servers too.
        self.old_edges = self.old_edges.max(self.next_edge);
        let forgotten = u32::try_from(self.dice.roll(5)).unwrap_or(0);
        self.next_edge = self.next_edge.saturating_sub(forgotten);
        (0..EDGES).for_each(|edge| self.renew(edge));
        self.past.clear();
        self.stored.clear();
        self.readers.iter_mut().for_each(|reader| reader.reading.anew = 0);
        self.happen(&Event::Claim { node: 0, older: false })
    }

    pub(super) fn app_command(&mut self, deed: Deed, about: u8) -> Option<Command> {
        Some(match deed {
            Deed::Mute => Command::mute(user(about), Span::For(millis(3_000))),
            Deed::Kick => {
                Command::Kick { users: [user(about)].into_iter().collect(), reason: "".into() }
            }
            Deed::Purge => Command::Purge { author: Some(user(about)) },
            Deed::Rename => Command::notice("renamed"),
            Deed::Notice => Command::notice("we go on"),
            Deed::Keep(quota) => {
                let node = self.nodes.iter_mut().find_map(Node::home)?;
                let mut settings = node.group().config().settings().clone();
                settings.retention.quota = liveroom::PerClass([quota; 6]);
                settings.journal = quota % 2 == 0;
                Command::Configure(Box::new(settings.build().ok()?))
            }
            _ => return None,
        })
    }

    /// Somebody does something at an edge.
    pub(super) fn act(&mut self, edge: usize, number: u8, deed: Deed) {
        let stand = &mut self.edges[edge];
        if stand.paused {
            return;
        }
        let session = stand.edge.id().session(u64::from(number) + 1).expect("few sessions");
        let by = Author::Session(session);
        let mut text = None;
        let mut say = |kind: Kind, this: &mut u64| {
            *this += 1;
            let said = format!("words {this}");
            text = Some(said.clone());
            let draft = Draft { kind, ..Draft::text(said) };
            Command::Send(Box::new(draft))
        };
        let next = &mut self.next_text;
        let command = match deed {
            Deed::Join => Command::join(user(number), Profile::nick("U"), Platform::Web),
            Deed::Text => say(Kind::Text, next),
            Deed::Gift => say(Kind::Gift, next),
            Deed::Like => say(Kind::Like, next),
            Deed::Quit => Command::Quit,
            Deed::Detach => Command::Detach,
            Deed::Attach => {
                Command::Attach { user: user(number), platform: Platform::Web, print: None }
            }
            _ => return,
        };
        // Where it takes none it says so.
        if let Ok(no) = stand.edge.push(self.now, by, command) {
            stand.told.outcomes.entry(no).or_default();
            stand.told.texts.extend(text.map(|text| (no, text)));
        }
    }

    /// An edge's machine ends, and begins anew; its readers come again with what they know.
    pub(super) fn renew(&mut self, edge: usize) {
        let new = self.stand();
        let old = std::mem::replace(&mut self.edges[edge], new);
        self.past.push((old.edge.id(), old.told));
    }
}
