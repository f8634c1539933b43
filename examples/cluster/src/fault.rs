//! What is done to the machines while people watch.

use std::{io, time::Duration};

use clap::ValueEnum;
use tokio::time::sleep;

use crate::{link::Way, machines::Machines};

/// Longer than nodes are patient with one that says nothing, which is 2 seconds.
const LONGER: Duration = Duration::from_secs(5);
/// How long the NATS server is away.
const RESTART: Duration = Duration::from_secs(1);

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Fault {
    /// The room's home is killed, and started again: in every second run under another name.
    HomeKill,
    /// The room's home stops for 5 seconds, and goes on as if nothing had been.
    HomePause,
    /// The NATS server is killed, and started again after a second; all of them at once, if there are several.
    NatsRestart,
    /// Of several NATS servers the one that leads the log is killed, and started again after 5 seconds.
    LeaderKill,
    /// Another node reaches no NATS server for 5 seconds: its connections hang; in every second run they are cut.
    EdgeCut,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::HomeKill, Self::HomePause, Self::NatsRestart, Self::LeaderKill, Self::EdgeCut];

    /// Whether it can befall so many servers.
    pub fn befalls(self, servers: usize) -> bool {
        self != Self::LeaderKill || servers > 1
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::HomeKill => "home-kill",
            Self::HomePause => "home-pause",
            Self::NatsRestart => "nats-restart",
            Self::LeaderKill => "leader-kill",
            Self::EdgeCut => "edge-cut",
        }
    }

    /// Does it, and sets it right again. The number of the run chooses between its forms.
    ///
    /// # Errors
    /// No node is home, or the system does not do it.
    pub async fn inflict(self, machines: &mut Machines, run: u32) -> io::Result<()> {
        let home = machines.home().await.ok_or_else(|| io::Error::other("no node is home"))?;
        let is_other = run.is_multiple_of(2);
        match self {
            Self::HomeKill => {
                machines.nodes[home].kill()?;
                sleep(LONGER).await;
                let next = format!("{}-next", machines.nodes[home].name());
                let name = if is_other { next } else { machines.nodes[home].name().to_owned() };
                machines.nodes[home].restart(&name)
            }
            Self::HomePause => {
                machines.nodes[home].pause()?;
                sleep(LONGER).await;
                machines.nodes[home].resume()?;
                // The room went on elsewhere meanwhile. It may be given back, but never was it at both.
                machines.steps_down(home).await
            }
            Self::NatsRestart => {
                machines.servers.kill()?;
                sleep(RESTART).await;
                machines.servers.resume()
            }
            Self::LeaderKill => {
                let leader = machines.servers.leader().await;
                let leader = leader.ok_or_else(|| io::Error::other("no server leads the log"))?;
                machines.servers.at(leader).kill()?;
                sleep(LONGER).await;
                machines.servers.at(leader).resume()
            }
            Self::EdgeCut => {
                let links = &machines.links[(home + 1) % machines.links.len()];
                let way = if is_other { Way::Cut } else { Way::Hanging };
                links.iter().for_each(|link| link.set(way));
                sleep(LONGER).await;
                links.iter().for_each(|link| link.set(Way::Open));
                Ok(())
            }
        }
    }
}
