//! A hash table that grows without a stall, and an arena that grows without a copy.
//!
//! One table that is rehashed whole makes one join in a million wait for 100 ms. Here a large table
//! is 256 small ones, each of which grows by itself. They are of uneven sizes, so that they do not
//! all double at about the same number of members: whatever that is, some are just full and some
//! half empty, and an entry takes about 1.6 places. The order in either is never seen.
//!
//! Both give memory back as entries go, so that a room that was full once does not hold on to it. A table
//! of which less than an eighth is taken shrinks to twice what is there; an arena keeps at most four places
//! for each value. Either moves a few at a time: a table some thousands, an arena four for each value that goes.

#![expect(
    clippy::indexing_slicing,
    reason = "a table is chosen by one byte among 256, and a slot is forgotten when its value is removed"
)]

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash},
    mem::{replace, size_of, take},
    ops,
};

use hashbrown::{HashTable, hash_table::Entry};

use crate::space;

/// Entries by a hash that the caller computes from a secret key.
#[derive(Clone, Debug)]
pub(crate) struct Index<E> {
    /// One table, or [`TABLES`].
    tables: Tables<E>,
    len: usize,
    /// What the tables have allocated, kept up because it is asked for after every command.
    heap: usize,
}

#[derive(Clone, Debug)]
enum Tables<E> {
    One(HashTable<E>),
    Many(Box<[HashTable<E>]>),
}

/// As many as the prototype had whose worst join at a million members took a few milliseconds.
const TABLES: usize = 256;
/// One table is split when it has so many: moving them takes some 100 µs.
const SPLIT: usize = 4_096;
/// A table shrinks when less than one place in so many is taken, to twice what is there, so that it has
/// to lose or gain as many as it has before it moves again.
const SPARSE: usize = 8;
/// The tables are one again when there are fewer than this.
const JOIN: usize = SPLIT / SPARSE;
/// A table of so many places is not worth shrinking.
const SMALL: usize = 16;

/// Which of the tables has `hash`: the last one about twice as often as the first, and those between
/// accordingly. `HashTable` looks at the lowest bits and the highest seven, so that others must tell
/// the tables apart.
fn table_of(hash: u64) -> usize {
    let [.., coin, table, _] = hash.to_le_bytes().map(usize::from);
    // What the lower half is to have less falls to the table opposite.
    let stays = table >= TABLES / 2 || 3 * coin < 2 * (TABLES + table);
    if stays { table } else { TABLES - 1 - table }
}

impl<E> Index<E> {
    pub(crate) const fn new() -> Self {
        Self { tables: Tables::One(HashTable::new()), len: 0, heap: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn find(&self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<&E> {
        match &self.tables {
            Tables::One(table) => table.find(hash, is_it),
            Tables::Many(tables) => tables[table_of(hash)].find(hash, is_it),
        }
    }

    pub(crate) fn find_mut(&mut self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<&mut E> {
        self.table(hash).find_mut(hash, is_it)
    }

    /// Adds an entry, unless one is there that `is_it`; says whether it did.
    pub(crate) fn insert(
        &mut self,
        hash: u64,
        entry: E,
        is_it: impl FnMut(&E) -> bool,
        hash_of: impl Fn(&E) -> u64,
    ) -> bool {
        if let Tables::One(table) = &mut self.tables
            && self.len == SPLIT
        {
            let whole = replace(table, HashTable::new());
            self.tables = Tables::Many(split(whole, &hash_of));
            self.heap = self.allocated();
        }
        let table = self.table(hash);
        let before = table.allocation_size();
        let new = match table.entry(hash, is_it, hash_of) {
            Entry::Vacant(place) => {
                place.insert(entry);
                true
            }
            Entry::Occupied(_) => false,
        };
        let grown = table.allocation_size() - before;
        self.heap += grown;
        self.len += usize::from(new);
        new
    }

    /// Removes the entry that `is_it`. Others may move, so that their hashes are asked for.
    pub(crate) fn remove(
        &mut self,
        hash: u64,
        is_it: impl FnMut(&E) -> bool,
        hash_of: impl Fn(&E) -> u64,
    ) -> Option<E> {
        let table = self.table(hash);
        let (entry, _) = table.find_entry(hash, is_it).ok()?.remove();
        let places = table.num_buckets();
        if places > SMALL && table.len() < places / SPARSE {
            let before = table.allocation_size();
            table.shrink_to(2 * table.len(), &hash_of);
            let freed = before - table.allocation_size();
            self.heap -= freed;
        }
        self.len -= 1;
        if self.len == 0 {
            *self = Self::new();
        } else if let Tables::Many(tables) = &mut self.tables
            && self.len < JOIN
        {
            self.tables = Tables::One(join(take(tables), self.len, &hash_of));
            self.heap = self.allocated();
        }
        Some(entry)
    }

    /// Every entry, in no order that may be seen: sort them, or add them up.
    pub(crate) fn unordered(&self) -> impl Iterator<Item = &E> {
        self.tables().iter().flat_map(HashTable::iter)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.heap
    }

    /// The most that it takes, whatever is in it, beside what each entry adds; and that.
    pub(crate) fn most_bytes() -> (u64, u64) {
        // A table with anything in it has room for four at least.
        let least = space::table::<E>(1) + space::size::<HashTable<E>>();
        (TABLES as u64 * least, space::each_in_table::<E>())
    }

    fn allocated(&self) -> usize {
        let tables = match &self.tables {
            Tables::One(_) => 0,
            Tables::Many(tables) => size_of_val(&**tables),
        };
        tables + self.tables().iter().map(HashTable::allocation_size).sum::<usize>()
    }

    fn tables(&self) -> &[HashTable<E>] {
        match &self.tables {
            Tables::One(table) => std::slice::from_ref(table),
            Tables::Many(tables) => tables,
        }
    }

    fn table(&mut self, hash: u64) -> &mut HashTable<E> {
        match &mut self.tables {
            Tables::One(table) => table,
            Tables::Many(tables) => &mut tables[table_of(hash)],
        }
    }
}

fn split<E>(whole: HashTable<E>, hash_of: &impl Fn(&E) -> u64) -> Box<[HashTable<E>]> {
    let mut tables: Box<[HashTable<E>]> = (0..TABLES).map(|_| HashTable::new()).collect();
    for entry in whole {
        let hash = hash_of(&entry);
        tables[table_of(hash)].insert_unique(hash, entry, hash_of);
    }
    tables
}

fn join<E>(tables: Box<[HashTable<E>]>, len: usize, hash_of: &impl Fn(&E) -> u64) -> HashTable<E> {
    let mut whole = HashTable::with_capacity(len);
    for entry in tables.into_iter().flatten() {
        whole.insert_unique(hash_of(&entry), entry, hash_of);
    }
    whole
}

/// Lets a map give memory back by the rule of an [`Index`], all at once: for maps of what is rare.
pub(crate) fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V, impl BuildHasher>) {
    if map.capacity() > SMALL && map.len() < map.capacity() / SPARSE {
        map.shrink_to(2 * map.len());
    }
}

/// A place in an [`Arena`], used again when what was there is gone.
pub(crate) type Slot = u32;

/// Values by number that stay where they are, on pages that are never copied once they are full.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T>(Vec<Vec<T>>);

/// Values to a page: large enough that pages are few, small enough to be copied while it fills.
const PAGE: usize = 1_024;

impl<T> Pages<T> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many there are: the number that the next one gets.
    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PAGE + last.len())
    }

    pub(crate) fn push(&mut self, value: T) {
        if self.0.last().is_none_or(|page| page.len() == PAGE) {
            self.0.push(Vec::new());
        }
        self.0.last_mut().expect("a page was just made").push(value);
    }

    /// Takes the last one away, and with it the room that it leaves: its page, or half of the only one.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let is_only = self.0.len() == 1;
        let page = self.0.last_mut()?;
        let value = page.pop()?;
        if page.is_empty() {
            self.0.pop();
            if self.0.len() < self.0.capacity() / 4 {
                self.0.shrink_to(2 * self.0.len());
            }
        } else if is_only && page.len() <= page.capacity() / 2 {
            // A power of two, so that it doubles to a whole page again.
            page.shrink_to(page.len().next_power_of_two());
        }
        Some(value)
    }

    pub(crate) fn get(&self, number: Slot) -> Option<&T> {
        self.0.get(number as usize / PAGE)?.get(number as usize % PAGE)
    }

    pub(crate) fn get_mut(&mut self, number: Slot) -> Option<&mut T> {
        self.0.get_mut(number as usize / PAGE)?.get_mut(number as usize % PAGE)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let full = self.0.len().saturating_sub(1) * PAGE;
        let places = full + self.0.last().map_or(0, Vec::capacity);
        places * size_of::<T>() + self.0.capacity() * size_of::<Vec<T>>()
    }
}

impl<T> ops::Index<Slot> for Pages<T> {
    type Output = T;

    fn index(&self, number: Slot) -> &T {
        &self.0[number as usize / PAGE][number as usize % PAGE]
    }
}

impl<T> ops::IndexMut<Slot> for Pages<T> {
    fn index_mut(&mut self, number: Slot) -> &mut T {
        &mut self.0[number as usize / PAGE][number as usize % PAGE]
    }
}

/// Values whose places are used again, and given back once few are taken.
///
/// Invariants: `len` places are taken; the others are a list, the one that was freed last first, in which
/// each names both its neighbours; after [`pack`](Self::pack) at most three in four are free.
#[derive(Clone, Debug)]
pub(crate) struct Arena<T> {
    places: Pages<Place<T>>,
    free: Option<Slot>,
    len: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Place<T> {
    Taken(T),
    Free { before: Option<Slot>, after: Option<Slot> },
}

impl<T> Arena<T> {
    /// Places that are kept for each value.
    const KEPT: usize = 4;

    pub(crate) const fn new() -> Self {
        Self { places: Pages::new(), free: None, len: 0 }
    }

    pub(crate) fn insert(&mut self, value: T) -> Slot {
        self.len += 1;
        if let Some(slot) = self.free {
            self.unlink(slot);
            self.places[slot] = Place::Taken(value);
            return slot;
        }
        let slot = Slot::try_from(self.places.len());
        self.places.push(Place::Taken(value));
        slot.expect("memory ends long before 2^32 values are kept at once")
    }

    pub(crate) fn get(&self, slot: Slot) -> &T {
        match &self.places[slot] {
            Place::Taken(value) => value,
            Place::Free { .. } => panic!("a slot is forgotten when its value is removed"),
        }
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> &mut T {
        match &mut self.places[slot] {
            Place::Taken(value) => value,
            Place::Free { .. } => panic!("a slot is forgotten when its value is removed"),
        }
    }

    /// Takes a value out. Then [`pack`](Self::pack).
    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        let free = Place::Free { before: None, after: self.free };
        let Place::Taken(value) = replace(&mut self.places[slot], free) else {
            panic!("a slot is forgotten when its value is removed")
        };
        if let Some(Place::Free { before, .. }) = self.free.map(|free| &mut self.places[free]) {
            *before = Some(slot);
        }
        self.free = Some(slot);
        self.len -= 1;
        value
    }

    /// Gives back places at the end while more than three in four are free. A value that stands there
    /// moves: from where, and to where. Call it until nothing does; a value that is removed leaves at most four
    /// places too many.
    pub(crate) fn pack(&mut self) -> Option<(Slot, Slot)> {
        while self.places.len() > Self::KEPT * self.len {
            let last = Slot::try_from(self.places.len() - 1).ok()?;
            if matches!(self.places[last], Place::Free { .. }) {
                self.unlink(last);
                self.places.pop();
            } else if let Some(Place::Taken(value)) = self.places.pop() {
                let slot = self.free.expect("three in four are free");
                self.unlink(slot);
                self.places[slot] = Place::Taken(value);
                return Some((last, slot));
            }
        }
        None
    }

    /// Takes a free place out of the list of them.
    fn unlink(&mut self, slot: Slot) {
        let Place::Free { before, after } = self.places[slot] else { return };
        match before.map(|before| &mut self.places[before]) {
            Some(Place::Free { after: next, .. }) => *next = after,
            Some(Place::Taken(_)) | None => self.free = after,
        }
        if let Some(Place::Free { before: last, .. }) = after.map(|after| &mut self.places[after]) {
            *last = before;
        }
    }

    /// The most that the page takes which is not full.
    pub(crate) fn most_bytes_of_page() -> u64 {
        PAGE as u64 * space::size::<Place<T>>() + space::list::<Vec<T>>(1)
    }

    /// The most that a value adds.
    pub(crate) fn most_bytes_each() -> u64 {
        // Its place, and of the list of pages, which doubles as it grows, next to nothing.
        space::size::<Place<T>>() + 1
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.places.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::HashKey;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "so an index asks for it")]
    fn hash(number: &u32) -> u64 {
        HashKey::new(1, 2).hash_one(number)
    }

    #[test]
    fn an_index_keeps_everything_through_its_split_and_frees_it_at_the_end() {
        let mut index = Index::new();
        let numbers = 0..u32::try_from(3 * SPLIT).unwrap();
        for number in numbers.clone() {
            assert_eq!(index.find(hash(&number), |other| *other == number), None);
            assert!(index.insert(hash(&number), number, |other| *other == number, hash));
            assert!(!index.insert(hash(&number), number, |other| *other == number, hash));
        }
        assert_eq!((index.len(), index.unordered().count()), (numbers.len(), numbers.len()));
        assert!(numbers.clone().all(|n| index.find(hash(&n), |other| *other == n) == Some(&n)));
        assert_eq!(index.heap_bytes(), index.allocated());
        assert!(index.heap_bytes() > 4 * numbers.len());
        for number in numbers.clone() {
            assert_eq!(index.remove(hash(&number), |other| *other == number, hash), Some(number));
            assert_eq!(index.remove(hash(&number), |other| *other == number, hash), None);
        }
        assert_eq!((index.len(), index.heap_bytes()), (0, 0));
    }

    #[test]
    fn an_index_gives_back_what_it_needs_no_more_and_does_not_waver() {
        let mut index = Index::new();
        let add = |index: &mut Index<u32>, n| {
            assert!(index.insert(hash(&n), n, |other| *other == n, hash));
        };
        let take = |index: &mut Index<u32>, n| index.remove(hash(&n), |other| *other == n, hash);
        (0..200_000).for_each(|number| add(&mut index, number));
        for number in (10..200_000).rev() {
            assert_eq!(take(&mut index, number), Some(number));
            if number % 1_009 == 0 {
                assert_eq!(index.heap_bytes(), index.allocated());
                // A place takes 5 bytes, and the 256 tables have 16 places at least.
                let most = 5 * 2 * SPARSE * index.len() + TABLES * (SMALL * 6 + 32);
                assert!(index.heap_bytes() <= most, "{} at {number}", index.heap_bytes());
            }
        }
        assert!(matches!(index.tables, Tables::One(_)));
        assert!(index.heap_bytes() < 1_000, "{}", index.heap_bytes());
        assert!((0..10).all(|n| index.find(hash(&n), |other| *other == n) == Some(&n)));
        // At the edge of being one or many, the first is the shape of more than a few steps.
        (10..SPLIT as u32 + 1).for_each(|number| add(&mut index, number));
        let many = index.heap_bytes();
        for number in 0..100 {
            assert_eq!(take(&mut index, number), Some(number));
            add(&mut index, number);
        }
        assert_eq!(index.heap_bytes(), many);
    }

    #[test]
    fn the_last_tables_of_a_large_index_have_twice_as_many_as_the_first() {
        let mut index = Index::new();
        for number in 0..400_000 {
            assert!(index.insert(hash(&number), number, |other| *other == number, hash));
        }
        let lengths: Vec<usize> = index.tables().iter().map(HashTable::len).collect();
        let sum = |part: &[usize]| part.iter().sum::<usize>();
        let (first, last) = (sum(&lengths[..16]), sum(&lengths[TABLES - 16..]));
        assert!((180..=200).contains(&(100 * last / first)), "{first} {last}");
        let (lower, upper) = (sum(&lengths[64..80]), sum(&lengths[TABLES - 80..TABLES - 64]));
        assert!((128..=140).contains(&(100 * upper / lower)), "{lower} {upper}");
    }

    #[test]
    fn an_entry_takes_about_the_same_at_any_size() {
        let mut index = Index::new();
        for number in 0..400_000 {
            assert!(index.insert(hash(&number), number, |other| *other == number, hash));
            // 5 bytes a place, at most 1.8 places each: 2.3 where all tables double at once.
            let each = 100 * index.heap_bytes() / index.len();
            assert!(number < 50_000 || (700..=900).contains(&each), "{each} at {number}");
        }
    }

    #[test]
    fn a_table_is_chosen_by_bits_at_which_it_does_not_look_itself() {
        let (lowest, highest) = (0xffff, 0x7f << 57);
        assert_eq!(table_of(lowest | highest), 0);
        assert_eq!(table_of(0xff << 48), TABLES - 1);
        assert_eq!(table_of(0xff << 40), TABLES - 1, "two thirds stay in the first table");
        assert_eq!(table_of(0xa0 << 40), 0);
    }

    #[test]
    fn an_arena_uses_places_again() {
        let mut arena = Arena::new();
        let slots: Vec<Slot> = (0..3_000).map(|value| arena.insert(Box::new(value))).collect();
        let before = arena.heap_bytes();
        assert!(before >= 3_000 * size_of::<Box<u32>>());
        for &slot in &slots[..2_000] {
            assert_eq!(*arena.remove(slot), slot);
        }
        for value in 0..2_000 {
            let slot = arena.insert(Box::new(value + 10_000));
            assert_eq!(**arena.get(slot), value + 10_000);
            **arena.get_mut(slot) += 1;
            assert_eq!(**arena.get(slot), value + 10_001);
        }
        assert_eq!(arena.places.len(), 3_000);
        assert_eq!(arena.len, 3_000);
        assert!(arena.places.get(3_000).is_none() && arena.places.get(4_000).is_none());
        assert_eq!(*arena.get(2_500).as_ref(), 2_500);
    }

    #[test]
    fn an_arena_keeps_at_most_four_places_for_each_value_and_says_what_moved() {
        let mut arena = Arena::new();
        let mut slots: Vec<Slot> = (0..20_000).map(|value| arena.insert(value)).collect();
        // In an order that leaves values at both ends.
        let going = (0..20_000_usize).map(|step| step * 7_919 % 20_000);
        let mut left: std::collections::BTreeSet<usize> = (0..20_000).collect();
        for value in going.take(19_990) {
            left.remove(&value);
            assert_eq!(arena.remove(slots[value]) as usize, value);
            let mut moves = 0;
            while let Some((from, to)) = arena.pack() {
                let value = *arena.get(to) as usize;
                assert_eq!(replace(&mut slots[value], to), from);
                moves += 1;
            }
            assert!(moves <= 4, "{moves}");
            assert!(arena.places.len() <= 4 * arena.len);
        }
        assert!(left.iter().all(|&value| *arena.get(slots[value]) as usize == value));
        assert!(arena.heap_bytes() <= 8 * 10 * size_of::<Place<u32>>() + 200);
        // All places that are free are used before there are more.
        let places = arena.places.len();
        for _ in arena.len..places {
            arena.insert(0);
        }
        assert_eq!((arena.places.len(), arena.free), (places, None));
        assert!(left.iter().all(|&value| *arena.get(slots[value]) as usize == value));
    }
}
