//! Where an author stands: a hash table whose chains run through the authors themselves.
//!
//! An author's hash is computed once, when they come; with the tables of the standard library it
//! would be computed three times for each message that waits. The order in a chain is never seen.

#![expect(
    clippy::indexing_slicing,
    reason = "a hash is cut to the number of chains, of which there is one before anybody is linked"
)]

use super::{Author, Place, Slab};
use crate::{hash::HashKey, id::UserId};

#[derive(Clone, Debug)]
pub(super) struct Index<T> {
    key: HashKey,
    /// The first author of each chain; none, or a power of two of them.
    heads: Vec<Option<Place<Author<T>>>>,
    len: usize,
}

/// What an author keeps for the index.
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    hash: u64,
    next: Option<Place<Author<T>>>,
}

impl<T> Index<T> {
    pub(super) fn new(key: HashKey) -> Self {
        Self { key, heads: Vec::new(), len: 0 }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.heads.capacity() * size_of::<Option<Place<Author<T>>>>()
    }

    /// The place of `user`, or the entry with which they may be inserted.
    pub(super) fn find(
        &self,
        authors: &Slab<Author<T>>,
        user: Option<&UserId>,
    ) -> Result<Place<Author<T>>, Entry<T>> {
        // The app is one, and needs no hash.
        let hash = user.map_or(0, |user| self.key.hash_user(user));
        let entry = Entry { hash, next: None };
        let mut next = self.heads.get(self.chain(entry.hash)).copied().flatten();
        while let Some(place) = next {
            let author = &authors[place];
            if author.entry.hash == entry.hash && author.user.as_ref() == user {
                return Ok(place);
            }
            next = author.entry.next;
        }
        Err(entry)
    }

    /// Adds an author whom it does not hold yet.
    pub(super) fn insert(&mut self, authors: &mut Slab<Author<T>>, place: Place<Author<T>>) {
        if self.len == self.heads.len() {
            self.grow(authors);
        }
        self.len += 1;
        self.link(authors, place);
    }

    /// Removes an author whom it holds.
    pub(super) fn remove(&mut self, authors: &mut Slab<Author<T>>, place: Place<Author<T>>) {
        let Entry { hash, next } = authors[place].entry;
        let chain = self.chain(hash);
        let mut at = self.heads[chain];
        if at == Some(place) {
            self.heads[chain] = next;
        }
        while let Some(before) = at {
            at = authors[before].entry.next;
            if at == Some(place) {
                authors[before].entry.next = next;
            }
        }
        self.len -= 1;
    }

    /// Doubles the number of chains.
    fn grow(&mut self, authors: &mut Slab<Author<T>>) {
        // 8 to begin with: a lane in use seldom has fewer authors for long.
        let chains = (self.heads.len() * 2).max(8);
        let former = std::mem::replace(&mut self.heads, vec![None; chains]);
        for head in former {
            let mut next = head;
            while let Some(place) = next {
                next = authors[place].entry.next;
                self.link(authors, place);
            }
        }
    }

    fn link(&mut self, authors: &mut Slab<Author<T>>, place: Place<Author<T>>) {
        let chain = self.chain(authors[place].entry.hash);
        authors[place].entry.next = self.heads[chain].replace(place);
    }

    #[expect(clippy::cast_possible_truncation, reason = "only the low bits choose a chain")]
    fn chain(&self, hash: u64) -> usize {
        hash as usize & self.heads.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::{super::Chain, *};

    fn user(number: usize) -> Option<UserId> {
        (number > 0).then(|| UserId::new(&number.to_string()).unwrap())
    }

    #[test]
    fn an_index_finds_whom_it_holds_and_nobody_else() {
        let mut authors: Slab<Author<()>> = Slab::new();
        let mut index = Index::new(HashKey::new(1, 2));
        let mut places = Vec::new();
        for number in 0..100 {
            let user = user(number);
            let entry = index.find(&authors, user.as_ref()).unwrap_err();
            let (weight, messages) = (NonZeroU8::MIN, Chain::EMPTY);
            places.push(authors.insert(Author {
                user,
                entry,
                exempt: false,
                weight,
                count: 0,
                messages,
            }));
            index.insert(&mut authors, places[number]);
        }
        assert_eq!((index.len, index.heads.len()), (100, 128));
        // In another order than they came, so that all places in a chain are met.
        for (gone, number) in (0..100).map(|number| number * 37 % 100).enumerate() {
            for (other, &place) in places.iter().enumerate() {
                let held = (0..gone).all(|gone| gone * 37 % 100 != other);
                let found = index.find(&authors, user(other).as_ref()).ok();
                assert_eq!(found, held.then_some(place));
            }
            index.remove(&mut authors, places[number]);
        }
        assert!(index.len == 0 && index.heads.iter().all(Option::is_none));
    }

    #[test]
    fn users_whose_hashes_collide_are_told_apart() {
        let mut authors: Slab<Author<()>> = Slab::new();
        let mut index = Index::new(HashKey::new(1, 2));
        // As if the hash of 1 were that of 2.
        let entry = index.find(&authors, user(2).as_ref()).unwrap_err();
        let (weight, messages) = (NonZeroU8::MIN, Chain::EMPTY);
        let author = Author { user: user(1), entry, exempt: false, weight, count: 0, messages };
        let place = authors.insert(author);
        index.insert(&mut authors, place);
        assert!(index.find(&authors, user(2).as_ref()).is_err());
    }
}
