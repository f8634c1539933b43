//! How many messages a group delivers, and which first.

#![expect(clippy::indexing_slicing, reason = "there are four roles, and the app is the fifth")]

use std::{num::NonZeroU8, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    message::PerPriority,
    role::{Role, RoleSet},
    time::Rate,
};

/// How many messages a group delivers, and which first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Traffic {
    /// Deliveries a second in the whole group. Default 40, as the modelled service's guide says where
    /// it answers why messages are lost (FAQ 5).
    pub rate: Rate,
    /// How many may be delivered at one instant after a pause, at least 1. Default 4.
    pub burst: u32,
    /// The last part of the burst that only High may use, less than `burst`. Default 1.
    pub reserve: u32,
    /// One waiting lane for each priority.
    pub lanes: PerPriority<Lane>,
    /// A second limit for each priority, for those not exempt. None by default.
    pub caps: PerPriority<Option<Cap>>,
    /// Who is exempt from the caps, never from the group's rate. Staff by default.
    pub exempt: RoleSet,
    /// How many messages in a row make a turn of each role: guest, member, admin, owner, app.
    /// All 1 by default.
    pub weights: [NonZeroU8; 5],
    /// The same for members with a mark, at most 10, from 1,000 on. Of several weights the greatest counts. None by
    /// default.
    pub mark_weights: Vec<(u32, NonZeroU8)>,
}

impl Traffic {
    /// The weight of a role; `None` asks for the app.
    pub fn weight(&self, role: Option<Role>) -> NonZeroU8 {
        self.weights[role.map_or(4, |role| role as usize)]
    }
}

/// Where messages of one priority wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// How many may wait, at most [`Lane::MAX_CAPACITY`]. Default 256.
    pub capacity: u32,
    /// How long one may wait; zero delivers at once or not at all.
    /// Default 2 s for High and 250 ms for the others.
    pub max_wait: Duration,
}

impl Lane {
    /// The most messages that a lane may be set to hold.
    pub const MAX_CAPACITY: u32 = 65_536;
}

/// A rate with a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cap {
    /// Events a second.
    pub rate: Rate,
    /// Events at one instant after a pause, at least 1.
    pub burst: u32,
}
