//! Which machines live, and which of them should be the home of a group.

use std::{collections::BTreeMap, time::Duration};

use async_nats::Subscriber;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::{
    select,
    time::{sleep, timeout},
};

use super::{Nats, NatsError, names, wire};
use crate::{hash::stable_hash, id::GroupId, time::Timestamp};

/// A machine that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// What it is called.
    pub name: String,
    /// Where it is reached by those who read, if it says so: whatever its host means by it.
    pub address: String,
    /// Since when it lives, by its own clock.
    pub since: Timestamp,
}

/// What machines tell each other.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Lives(Node),
    Ends(Node),
}

/// Which machines live. Groups are spread over them, each as its id and their names say: all who see the same machines
/// see the same homes, and few groups move when one comes or goes.
///
/// It is a hint and no more. Where two machines see different ones, both may claim a group, and the log says who is home.
#[derive(Debug)]
pub struct Nodes {
    nats: Nats,
    own: Node,
    heard: Subscriber,
    others: BTreeMap<String, (Node, Timestamp)>,
    next_beat: Timestamp,
    settles: Timestamp,
    /// When it last heard itself.
    echo: Timestamp,
}

impl Nodes {
    /// How often a machine says that it lives.
    pub const BEAT: Duration = Duration::from_millis(500);
    /// How long nothing may be heard of a machine until it is taken to be dead.
    pub const PATIENCE: Duration = Duration::from_secs(2);

    /// Says from now on that this machine lives, as long as [`next`](Self::next) is called.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn begin(nats: &Nats, address: impl Into<String>) -> Result<Self, NatsError> {
        let heard = nats.hear(nats.0.names.nodes()).await?;
        let now = nats.now();
        let own = Node { name: nats.node().to_owned(), address: address.into(), since: now };
        let settles = now + Self::PATIENCE;
        let others = BTreeMap::new();
        Ok(Self { nats: nats.clone(), own, heard, others, next_beat: now, settles, echo: now })
    }

    /// Returns when another machine has come or gone, or it is known who lives; `None` if a younger machine has this
    /// one's name, which is to end then, or the connection is closed for good.
    pub async fn next(&mut self) -> Option<()> {
        loop {
            let now = self.nats.now();
            if now >= self.next_beat {
                self.say(Said::Lives(self.own.clone())).await;
                self.next_beat = now + Self::BEAT;
                // Who does not hear itself does not hear the others either, and they are not gone.
                if self.echo + Self::PATIENCE <= now {
                    self.settles = now + Self::PATIENCE;
                    self.others.values_mut().for_each(|(_, heard)| *heard = now);
                    continue;
                }
                let before = self.others.len();
                self.others.retain(|_, (_, heard)| *heard + Self::PATIENCE > now);
                let settles = now >= self.settles;
                if settles {
                    self.settles = Timestamp::from_nanos(u64::MAX);
                }
                if settles || self.others.len() < before {
                    return Some(());
                }
            }
            let until = self.next_beat.since(now);
            select! {
                message = self.heard.next() => {
                    let node = match wire::decode(&message?.payload) {
                        Ok(Said::Lives(node)) => node,
                        Ok(Said::Ends(node)) if self.part(&node) => return Some(()),
                        Ok(Said::Ends(_)) => continue,
                        Err(wire::Malformed) => {
                            self.nats.0.counters.malformed();
                            continue;
                        }
                    };
                    if node.name == self.own.name {
                        self.echo = self.nats.now();
                        if node.since > self.own.since {
                            return None;
                        }
                    } else if names::is_name(&node.name) && self.meet(&node) {
                        return Some(());
                    }
                }
                () = sleep(until) => {}
            }
        }
    }

    /// Says that this machine ends, so that the others need not wait to see it.
    pub async fn end(self) {
        self.say(Said::Ends(self.own.clone())).await;
        // If it does not get out, they wait.
        let _ = timeout(Self::BEAT, self.nats.0.client.flush()).await;
    }

    async fn say(&self, what: Said) {
        // What cannot be sent is lost, as what is sent can be.
        self.nats.send(self.nats.0.names.nodes().into(), wire::encode(&what)).await;
    }

    /// Whether it is one that was there: a younger one of its name stays.
    fn part(&mut self, node: &Node) -> bool {
        let known = self.others.get(&node.name).is_some_and(|(known, _)| known == node);
        known && self.others.remove(&node.name).is_some()
    }

    /// Whether it is one that was not there.
    fn meet(&mut self, node: &Node) -> bool {
        let now = self.nats.now();
        let known = self.others.insert(node.name.clone(), (node.clone(), now));
        known.is_none_or(|(known, _)| known != *node)
    }

    /// Whether it has listened for long enough to know who lives.
    pub fn are_known(&self) -> bool {
        self.settles == Timestamp::from_nanos(u64::MAX)
    }

    /// All that live, this one among them.
    pub fn live(&self) -> impl Iterator<Item = &Node> {
        self.others.values().map(|(node, _)| node).chain([&self.own])
    }

    /// Which of them should be the home of a group.
    pub fn home_of(&self, group: &GroupId) -> &Node {
        let weight =
            |node: &&Node| (stable_hash(&(group.as_str(), &*node.name)), node.name.clone());
        self.live().max_by_key(weight).unwrap_or(&self.own)
    }

    /// Whether this machine should be the home of a group, as far as is known.
    pub fn is_own(&self, group: &GroupId) -> bool {
        self.are_known() && self.home_of(group).name == self.own.name
    }
}
