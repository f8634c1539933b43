//! Of which rooms this node is home: those that are its own by who lives, until the log says otherwise.

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use liveroom::{
    Author, Group, GroupId, Output,
    nats::{HomeEnd, HomeEvent, NatsError, Nodes, Refused, RoomChange, RoomWatch},
    relay::{Deposed, FrameNo, Home, HomeTicket},
};
use tokio::{
    select,
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{info, warn};

use super::{Node, closes};
use crate::protocol::client::Gift;

/// How often it is looked whether a room wants a home.
const LOOK: Duration = Duration::from_millis(250);
/// How long a room is left alone of which this node could not be home, or is not any more.
const PAUSE: Duration = Duration::from_millis(500);
/// After so many frames the log is summed up in a new checkpoint.
const FRAMES: u64 = 1_000;
/// How often it is looked whether there are so many.
const SUM_UP: Duration = Duration::from_secs(5);

/// So many may wait to look at one group.
const LOOKS: usize = 16;

/// Somebody looks at a group where its home is.
pub(super) type Look = Box<dyn FnOnce(&Group) + Send>;

pub(super) struct Homes {
    node: Arc<Node>,
    nodes: Nodes,
    rooms: RoomWatch,
    /// Each with its task; one that just ended rests for a moment.
    running: BTreeMap<GroupId, AbortHandle>,
    tasks: JoinSet<()>,
}

impl Homes {
    pub(super) async fn begin(node: Arc<Node>, address: String) -> io::Result<Self> {
        let nodes = Nodes::begin(&node.nats, address).await.map_err(io::Error::other)?;
        let rooms = node.nats.rooms().await.map_err(io::Error::other)?;
        let (running, tasks) = (BTreeMap::new(), JoinSet::new());
        Ok(Self { node, nodes, rooms, running, tasks })
    }

    /// Runs until the node closes, or a younger one has its name.
    pub(super) async fn run(mut self) {
        let mut closing: watch::Receiver<bool> = self.node.closing.subscribe();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            select! {
                () = closes(&mut closing) => break,
                changed = self.nodes.next() => {
                    if changed.is_none() {
                        warn!(node = self.node.nats.node(), "a younger node has this one's name, or the connection is closed for good: this one ends");
                        self.node.closing.send_replace(true);
                        break;
                    }
                    let live = self.nodes.live().map(|node| node.name.clone());
                    let mut live: Vec<_> = live.collect();
                    live.sort();
                    info!(?live, "these nodes live");
                    *self.node.live() = live;
                }
                change = self.rooms.next() => match change {
                    RoomChange::Added(id) => drop(self.node.rooms().entry(id).or_default()),
                    RoomChange::Removed(id) => drop(self.node.rooms().remove(&id)),
                },
                Some(_ended) = self.tasks.join_next() => {
                    // One that panicked does not say which it was.
                    self.running.retain(|_, task| !task.is_finished());
                    self.node.homes().retain(|id, _| self.running.contains_key(id));
                }
                _look = looks.tick() => self.look(),
            }
        }
        self.tasks.abort_all();
        self.node.homes().clear();
        self.nodes.end().await;
    }

    /// Begins to be home where it should be.
    fn look(&mut self) {
        let wanted: Vec<_> = self.node.rooms().keys().cloned().collect();
        for id in wanted {
            if self.nodes.is_own(&id) && !self.running.contains_key(&id) {
                let task = keep_house(self.node.clone(), id.clone());
                self.running.insert(id, self.tasks.spawn(task));
            }
        }
    }
}

/// Is home of a room, until another one is or it cannot.
async fn keep_house(node: Arc<Node>, id: GroupId) {
    let mut new_epoch = false;
    while let Some(lost) = be_home(&node, &id, new_epoch).await {
        new_epoch = lost;
    }
    node.homes().remove(&id);
    sleep(PAUSE).await;
}

/// Whether the log was found to have lost frames, and is to be claimed with a new epoch; `None` if it is not to be
/// claimed at once.
async fn be_home(node: &Arc<Node>, id: &GroupId, new_epoch: bool) -> Option<bool> {
    let filters = [node.words.filter.clone()];
    // Each restores a group and plays its log back: not all rooms at once, as when a node begins.
    let Ok(turn) = node.claims.acquire().await else { return None };
    let claimed = node.nats.claim(id, &filters, node.hash_key, new_epoch).await;
    drop(turn);
    let mut home = match claimed {
        Ok(home) => home,
        Err(NatsError::Refused(Refused::NoGroup)) => {
            node.rooms().remove(id);
            return None;
        }
        Err(error) => {
            warn!(room = %id, %error, "the room has no home yet");
            if new_epoch {
                // It is owed to the readers, however often the claim fails.
                sleep(PAUSE).await;
            }
            return new_epoch.then_some(true);
        }
    };
    let (term, epoch) = (home.home().mark().term, home.home().group().epoch());
    info!(room = %id, %term, %epoch, "this node is its home");
    let counts = node.rooms().get(id).map(|room| room.counts.clone()).unwrap_or_default();
    let (looks, mut lookers) = mpsc::channel::<Look>(LOOKS);
    node.homes().insert(id.clone(), looks);
    let words = put_words_in_force(node, home.home_mut());
    let mut summed = home.summed_up_to();
    let mut summing = JoinSet::new();
    let mut sums = interval(SUM_UP);
    loop {
        let event = select! {
            event = home.next() => event?,
            Some(look) = lookers.recv() => {
                look(home.home().group());
                continue;
            }
            // Where nothing is stored any more there are no events, and it may be that the log is full.
            _sum_up = sums.tick() => {
                let now = home.home().mark().no;
                if now.0 >= summed.0 + FRAMES && summing.is_empty() {
                    summing.spawn(sum_up(node.clone(), id.clone()));
                }
                continue;
            }
            Some(done) = summing.join_next() => {
                // If it was not done, it is tried again at the next look.
                summed = done.ok().flatten().unwrap_or(summed);
                continue;
            }
        };
        match event {
            HomeEvent::Told(Output::Ended { message, outcome, .. }) => {
                counts.gave(Gift::given(&message, &outcome));
            }
            HomeEvent::Ended(end) => {
                node.homes().remove(id);
                info!(room = %id, %end, "this node is its home no more");
                return (end == HomeEnd::Deposed(Deposed::LogLost)).then_some(true);
            }
            // The former words stay in force then, until the room has another home.
            HomeEvent::Answer { ticket, answer: Err(refusal) } if words == Some(ticket) => {
                warn!(room = %id, %refusal, "the words of this node are not in force");
            }
            _ => {}
        }
    }
}

/// The words of this node are in force where it is home: its program may be newer than that of the home before.
fn put_words_in_force(node: &Node, home: &mut Home) -> Option<HomeTicket> {
    let own = &node.words.filter;
    home.install_filter(own.clone());
    if home.group().filter() == Some(own.id()) {
        return None;
    }
    // It is home no more where it takes nothing: it has just begun.
    home.push(node.nats.now(), Author::App, node.use_words()).ok()
}

/// Up to which frame the log is summed up now, if that was done.
async fn sum_up(node: Arc<Node>, id: GroupId) -> Option<FrameNo> {
    let filters = [node.words.filter.clone()];
    let summed = node.nats.checkpoint(&id, &filters, node.hash_key).await;
    summed.inspect_err(|error| warn!(room = %id, %error, "the log is not summed up yet")).ok()
}
