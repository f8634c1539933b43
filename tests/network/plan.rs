//! What is to happen in a world, drawn.

use std::fmt;

use proptest::prelude::*;

/// A world: how its network is, and what happens in it.
#[derive(Clone)]
pub(crate) struct Plan {
    /// From which delays, losses and doubles follow.
    pub(crate) dice: u64,
    /// Of a hundred messages, how many are lost, and how many come twice.
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    /// The longest delay of a message, in milliseconds.
    pub(crate) delay: u64,
    /// How many entries of each class are kept.
    pub(crate) quota: u32,
    pub(crate) events: Vec<Event>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dice, lost, doubled, delay, quota, events } = self;
        writeln!(f, "dice {dice}, lost {lost} %, doubled {doubled} %, delay {delay} ms")?;
        writeln!(f, "quota {quota}")?;
        events.iter().try_for_each(|event| writeln!(f, "{event:?}"))
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Time passes, in milliseconds.
    Pass(u64),
    /// Somebody does something at an edge.
    Act {
        edge: usize,
        user: u8,
        deed: Deed,
    },
    /// The app does something at the home.
    App(Deed, u8),
    /// So many guests read at an edge.
    Guests {
        edge: usize,
        guests: u64,
    },
    /// A node wants to be home, and reads from a checkpoint: the newest, or an older one.
    Claim {
        node: usize,
        older: bool,
    },
    /// A node ends as if its power were cut.
    Kill {
        node: usize,
    },
    /// A node stands still, or goes on.
    Pause {
        node: usize,
    },
    Resume {
        node: usize,
    },
    /// An edge ends, and begins anew.
    KillEdge {
        edge: usize,
    },
    /// An edge stands still, or goes on.
    PauseEdge {
        edge: usize,
    },
    ResumeEdge {
        edge: usize,
    },
    /// What goes to and from an edge is lost, or arrives again.
    CutEdge {
        edge: usize,
    },
    /// What goes to and from a node and the log is lost, or arrives again.
    CutNode {
        node: usize,
    },
    Heal,
    /// The log's server is away: nobody reaches it. `Heal` brings it back.
    LogDown,
    /// A home lays down a checkpoint, and the log forgets what it makes needless.
    Checkpoint {
        prune: bool,
    },
    /// All of the log's servers lose power, and so many frames that they had acknowledged, as their makers say they may.
    /// After so many events more somebody begins all machines anew, as is to be done then.
    LosePower {
        frames: u8,
        later: u8,
    },
    /// A reader goes to another edge with its cursor.
    Move {
        reader: usize,
        edge: usize,
    },
}

/// What somebody does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Join,
    Text,
    Gift,
    Like,
    Quit,
    Detach,
    Attach,
    Mute,
    Kick,
    Purge,
    Rename,
    Notice,
    Keep(u32),
    Later,
}

pub(crate) const NODES: usize = 3;
pub(crate) const EDGES: usize = 3;
pub(crate) const USERS: u8 = 5;

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => Just(Deed::Join),
        12 => Just(Deed::Text),
        4 => Just(Deed::Gift),
        4 => Just(Deed::Like),
        1 => Just(Deed::Quit),
        1 => Just(Deed::Detach),
        1 => Just(Deed::Attach),
    ]
}

fn app_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => Just(Deed::Mute),
        1 => Just(Deed::Kick),
        2 => Just(Deed::Purge),
        1 => Just(Deed::Rename),
        3 => Just(Deed::Notice),
        1 => (0_u32..40).prop_map(Deed::Keep),
        1 => Just(Deed::Later),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let (node, edge) = (0..NODES, 0..EDGES);
    prop_oneof![
        30 => prop_oneof![4 => 0_u64..40, 3 => 40_u64..400, 1 => 400_u64..4_000, 1 => 4_000_u64..15_000]
            .prop_map(Event::Pass),
        40 => (edge.clone(), 0..USERS, deed()).prop_map(|(edge, user, deed)| Event::Act { edge, user, deed }),
        10 => (app_deed(), 0..USERS).prop_map(|(deed, user)| Event::App(deed, user)),
        1 => (edge.clone(), 0_u64..1_000).prop_map(|(edge, guests)| Event::Guests { edge, guests }),
        3 => (node.clone(), any::<bool>()).prop_map(|(node, older)| Event::Claim { node, older }),
        2 => node.clone().prop_map(|node| Event::Kill { node }),
        2 => node.clone().prop_map(|node| Event::Pause { node }),
        2 => node.clone().prop_map(|node| Event::Resume { node }),
        1 => edge.clone().prop_map(|edge| Event::KillEdge { edge }),
        1 => edge.clone().prop_map(|edge| Event::PauseEdge { edge }),
        1 => edge.clone().prop_map(|edge| Event::ResumeEdge { edge }),
        1 => edge.clone().prop_map(|edge| Event::CutEdge { edge }),
        1 => node.prop_map(|node| Event::CutNode { node }),
        3 => Just(Event::Heal),
        1 => Just(Event::LogDown),
        3 => any::<bool>().prop_map(|prune| Event::Checkpoint { prune }),
        2 => (0_usize..6, edge).prop_map(|(reader, edge)| Event::Move { reader, edge }),
    ]
}

fn event_or_power_failure() -> impl Strategy<Value = Event> {
    let lost = (1_u8..6, 0_u8..12).prop_map(|(frames, later)| Event::LosePower { frames, later });
    prop_oneof![50 => event(), 1 => lost]
}

/// Worlds of about so many events; with `power` the log loses now and then what it had acknowledged.
pub(crate) fn plan(length: usize, power: bool) -> impl Strategy<Value = Plan> {
    let quota = prop_oneof![2 => Just(1_000), 1 => 1_u32..30];
    let network = (any::<u64>(), 0_u64..20, 0_u64..20, 1_u64..300, quota);
    let event = if power { event_or_power_failure().boxed() } else { event().boxed() };
    let events = prop::collection::vec(event, length / 2..=length);
    (network, events).prop_map(move |(network, events)| {
        let (dice, lost, doubled, delay, quota) = network;
        Plan { dice, lost, doubled, delay, quota, events }
    })
}
