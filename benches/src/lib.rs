//! What the ratios and the gate measure with: rooms, dice, and an allocator that counts.

pub mod allocations;
pub mod dice;
pub mod rooms;
pub mod rules;
