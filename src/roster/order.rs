//! Members in the order of their joins, at about 5 bytes each.
//!
//! Joins are numbered upwards, so that those of one block of numbers stand together: which numbers
//! are members' is one bit each, and their slots follow one another.
//!
//! Invariants: no block is empty; a block has as many slots as bits; `room` is for how many slots the
//! blocks have room.

#![expect(
    clippy::indexing_slicing,
    reason = "as many are passed as stand before a place in the block"
)]

use std::{collections::BTreeMap, mem::size_of};

use crate::{index::Slot, space};

#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    blocks: BTreeMap<u64, Block>,
    room: usize,
}

#[derive(Clone, Debug, Default)]
struct Block {
    there: u64,
    slots: Vec<Slot>,
}

/// The block of a join, and its place in it.
fn place(join: u64) -> (u64, u64) {
    (join / 64, join % 64)
}

impl Block {
    fn has(&self, place: u64) -> bool {
        self.there >> place & 1 == 1
    }

    /// How many of its members joined before that place.
    fn before(&self, place: u64) -> usize {
        (self.there & ((1 << place) - 1)).count_ones() as usize
    }
}

impl Order {
    /// Adds a join after all others.
    pub(super) fn push(&mut self, join: u64, slot: Slot) {
        let (number, place) = place(join);
        let block = match self.blocks.last_entry() {
            Some(last) if *last.key() == number => last.into_mut(),
            _ => self.blocks.entry(number).or_default(),
        };
        debug_assert!(block.there >> place == 0, "joins are numbered upwards");
        block.there |= 1 << place;
        let before = block.slots.capacity();
        block.slots.push(slot);
        self.room += block.slots.capacity() - before;
    }

    pub(super) fn remove(&mut self, join: u64) {
        let (number, place) = place(join);
        let Some(block) = self.blocks.get_mut(&number).filter(|block| block.has(place)) else {
            return;
        };
        self.room -= block.slots.capacity();
        block.slots.remove(block.before(place));
        block.there &= !(1 << place);
        if block.slots.is_empty() {
            self.blocks.remove(&number);
            return;
        }
        if block.slots.len() * 4 <= block.slots.capacity() {
            block.slots.shrink_to(block.slots.len() * 2);
        }
        self.room += block.slots.capacity();
    }

    /// Names another slot for a join that is there.
    pub(super) fn replace(&mut self, join: u64, slot: Slot) {
        let (block, place) = place(join);
        if let Some(block) = self.blocks.get_mut(&block).filter(|block| block.has(place)) {
            let before = block.before(place);
            block.slots[before] = slot;
        }
    }

    pub(super) fn get(&self, join: u64) -> Option<Slot> {
        let (block, place) = place(join);
        let block = self.blocks.get(&block).filter(|block| block.has(place))?;
        block.slots.get(block.before(place)).copied()
    }

    /// The slots of those who joined with the number `from` or after, in order.
    pub(super) fn since(&self, from: u64) -> impl DoubleEndedIterator<Item = Slot> {
        let (first, place) = place(from);
        self.blocks.range(first..).flat_map(move |(&number, block)| {
            let passed = if number == first { block.before(place) } else { 0 };
            block.slots[passed..].iter().copied()
        })
    }

    /// The most that a member adds: one whose neighbours have all left.
    pub(super) fn most_bytes_each() -> u64 {
        space::each_in_tree::<(u64, Block)>() + space::list::<Slot>(1)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // A node of a `BTreeMap` is filled to about two thirds.
        self.room * size_of::<Slot>() + self.blocks.len() * size_of::<(u64, Block)>() * 3 / 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_that_most_have_left_gives_back_half_of_its_room() {
        let mut order = Order::default();
        for join in 0..64 {
            order.push(join, 7);
        }
        let mut rooms = vec![order.room];
        for join in 0..64 {
            order.remove(join);
            rooms.push(order.room);
        }
        rooms.dedup();
        assert_eq!(rooms, [64, 32, 16, 8, 4, 2, 0]);
    }

    proptest! {
        #[test]
        fn an_order_does_what_a_map_does(
            steps in prop::collection::vec((0..4_u8, 1..90_u64, 0..400_u64), 0..120),
        ) {
            let (mut order, mut model, mut next) = (Order::default(), BTreeMap::new(), 0);
            for (what, pause, join) in steps {
                match what {
                    0..=2 => {
                        next += pause;
                        let slot = Slot::try_from(next).unwrap() / 2;
                        order.push(next, slot);
                        model.insert(next, slot);
                    }
                    _ => {
                        let join = model.range(join..).next().map_or(join, |(&join, _)| join);
                        order.remove(join);
                        model.remove(&join);
                    }
                }
                for join in [join, next, next + 1] {
                    prop_assert_eq!(order.get(join), model.get(&join).copied());
                    let since: Vec<Slot> = order.since(join).collect();
                    let mut expected: Vec<Slot> = model.range(join..).map(|(_, &slot)| slot).collect();
                    prop_assert_eq!(&since, &expected);
                    expected.reverse();
                    prop_assert_eq!(order.since(join).rev().collect::<Vec<_>>(), expected);
                }
                prop_assert_eq!(order.since(0).count(), model.len());
                let room: usize = order.blocks.values().map(|block| block.slots.capacity()).sum();
                prop_assert_eq!(order.room, room);
                prop_assert_eq!(order.blocks.is_empty(), model.is_empty());
            }
        }
    }

    #[test]
    fn a_crowd_costs_about_5_bytes_each() {
        let mut order = Order::default();
        (0..100_000_u32).for_each(|join| order.push(join.into(), join));
        assert!(order.heap_bytes() <= 100_000 * 6, "{}", order.heap_bytes());
        (0..100_000_u32).for_each(|join| order.remove(join.into()));
        assert_eq!(order.heap_bytes(), 0);
    }
}
