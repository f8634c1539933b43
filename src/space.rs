//! What containers take at most, whatever was put in and taken out before.
//!
//! They are those of the standard library and of hashbrown, on which it is built, as of this writing; a
//! test with a counting allocator holds them to it.

/// A `BTreeMap`, or set, of so many entries of this size.
///
/// A node has room for 11 entries, and each but the root holds 5 at least. Those that have children are
/// at most one in six, and one more.
pub(crate) fn tree<E>(entries: u64) -> u64 {
    const ROOM: u64 = 11;
    const LEAST: u64 = 5;
    /// A pointer upwards, the place there, and the length.
    const HEAD: u64 = 16;
    const CHILDREN: u64 = 12 * size_of::<usize>() as u64;
    if entries == 0 {
        return 0;
    }
    let nodes = entries / LEAST + 1;
    nodes * (ROOM * size::<E>() + HEAD) + (nodes / (LEAST + 1) + 1) * CHILDREN
}

/// A hash table of so many entries of this size.
///
/// One place in eight stays free, and the number of places is a power of two. Where places are taken by
/// what was removed, a table that is more than half full doubles once more.
pub(crate) fn table<E>(entries: u64) -> u64 {
    /// Bytes of control at the end, so that a group of them can be read from any place.
    const TAIL: u64 = 16;
    if entries == 0 {
        return 0;
    }
    let places = 2 * (entries * 8 / 7 + 1).next_power_of_two().max(4);
    places * (size::<E>() + 1) + TAIL
}

/// What an entry adds to a large tree, at most.
pub(crate) fn each_in_tree<E>() -> u64 {
    (tree::<E>(1_000_000)).div_ceil(1_000_000)
}

/// What an entry adds to a large table, at most.
pub(crate) fn each_in_table<E>() -> u64 {
    // Twice 16 places for 7 entries, where the number of places has just doubled.
    5 * (size::<E>() + 1)
}

/// A `Vec` or `VecDeque` of so many elements of this size, one by one: it doubles as it grows.
pub(crate) fn list<E>(elements: u64) -> u64 {
    if elements == 0 { 0 } else { elements.next_power_of_two().max(4) * size::<E>() }
}

/// The bytes of one value in place.
pub(crate) const fn size<E>() -> u64 {
    size_of::<E>() as u64
}
