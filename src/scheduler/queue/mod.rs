//! The messages of one priority that wait, and whose turn it is among their authors.
//!
//! Every step is O(1): messages and authors stand in slabs, and in chains for each order that is
//! asked for: messages by arrival and for each author, authors by turn and by how many they have
//! waiting.
//!
//! * An author is as exempt, and as heavy, as their latest message says. The exempt have a ring of
//!   their own, which is served before the other.
//! * A turn is `weight` messages in a row. Who had theirs, or is new, goes to the back; who has
//!   nothing waiting leaves.
//! * The busiest author is the one with most waiting; of several, the one who came to that number
//!   last, be it from below or from above.
//!
//! Invariants: an author stands here if and only if a message of theirs does; the last rank is not
//! empty; a ring's front has spent less than their weight, and an empty ring nothing; nobody's
//! arrival is before that of a message that arrived earlier, and none is [`Timestamp::MAX`].

#![expect(clippy::indexing_slicing, reason = "there is a rank for each count that an author has")]

mod index;
mod saved;

use std::{collections::VecDeque, num::NonZeroU8};

use self::index::{Entry, Index};
pub(super) use self::saved::SavedQueue;
use super::{
    Authored, Standing, Taken, Waits,
    chain::{Chain, Place, Slab},
};
use crate::{
    hash::HashKey,
    id::{MessageId, UserId},
    message::Priority,
    space,
    time::{Shift, Timestamp},
};

/// One priority's messages.
#[derive(Clone, Debug)]
pub(super) struct Queue<T> {
    priority: Priority,
    messages: Slab<Waiting<T>>,
    authors: Slab<Author<T>>,
    index: Index<T>,
    /// All messages, the oldest first.
    arrivals: Chain<Waiting<T>, ALL>,
    exempt: Ring<T>,
    others: Ring<T>,
    /// `ranks[n - 1]`: the authors with n messages, in the order in which they came to have n.
    ranks: Vec<Chain<Author<T>, RANK>>,
    len: u32,
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    id: MessageId,
    arrived: Timestamp,
    author: Place<Author<T>>,
    payload: T,
}

#[derive(Clone, Debug)]
struct Author<T> {
    user: Option<UserId>,
    entry: Entry<T>,
    exempt: bool,
    weight: NonZeroU8,
    /// How many messages they have waiting, and which, the oldest first.
    count: usize,
    messages: Chain<Waiting<T>, OWN>,
}

/// Authors in the order of their turns.
#[derive(Clone, Debug)]
struct Ring<T> {
    authors: Chain<Author<T>, TURN>,
    /// How many messages of the current turn the front has had.
    spent: u8,
}

// The two chains in which a message stands, and the two in which an author does.
const ALL: usize = 0;
const OWN: usize = 1;
const TURN: usize = 0;
const RANK: usize = 1;

impl<T> Queue<T> {
    pub(super) fn new(priority: Priority, key: HashKey) -> Self {
        let ring = || Ring { authors: Chain::EMPTY, spent: 0 };
        Self {
            priority,
            messages: Slab::new(),
            authors: Slab::new(),
            index: Index::new(key),
            arrivals: Chain::EMPTY,
            exempt: ring(),
            others: ring(),
            ranks: Vec::new(),
            len: 0,
        }
    }

    /// The most that a lane takes in which so many wait at once, without what the payloads point to.
    pub(super) fn most_bytes(waiting: u64) -> u64 {
        // Each by an author of their own; or all by one, who has a rank for each number of them.
        Slab::<Waiting<T>>::most_bytes(waiting)
            + Slab::<Author<T>>::most_bytes(waiting)
            + space::list::<Option<Place<Author<T>>>>(2 * waiting)
            + space::list::<Chain<Author<T>, RANK>>(waiting)
            + waiting * UserId::MOST_BESIDE
    }

    /// What the lane takes, without what the payloads point to.
    pub(super) fn heap_bytes(&self) -> usize {
        self.messages.heap_bytes()
            + self.authors.heap_bytes()
            + self.index.heap_bytes()
            + self.ranks.capacity() * size_of::<Chain<Author<T>, RANK>>()
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Whether a message of an exempt author waits, or one of another.
    pub(super) fn waits(&self, exempt: bool) -> bool {
        let ring = if exempt { &self.exempt } else { &self.others };
        !ring.authors.is_empty()
    }

    /// Whether the author has a message waiting.
    pub(super) fn knows(&self, author: &Authored) -> bool {
        self.len > 0 && self.index.find(&self.authors, author.user.as_ref()).is_ok()
    }

    /// When the message arrived that has waited longest.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.arrivals.first().map(|place| self.messages[place].arrived)
    }

    /// What waits, in the order in which turns take it: first the ring of the exempt, then the other.
    pub(super) fn in_turn(&self) -> impl Iterator<Item = Standing<'_, T>> {
        self.turns(&self.exempt).chain(self.turns(&self.others)).map(|place| {
            let Waiting { id, arrived, payload, .. } = &self.messages[place];
            Standing { id: *id, arrived: *arrived, payload }
        })
    }

    /// Appends a message; the author is from now on what `author` says.
    pub(super) fn insert(&mut self, now: Timestamp, id: MessageId, author: Authored, payload: T) {
        let place = match self.index.find(&self.authors, author.user.as_ref()) {
            Ok(place) => {
                self.update(place, &author);
                place
            }
            Err(entry) => self.enlist(author, entry),
        };
        self.append(now.min(Timestamp::LAST), id, place, payload);
    }

    /// Takes the message whose turn it is in the ring of the exempt, or in the other.
    pub(super) fn take_turn(&mut self, exempt: bool) -> Option<Taken<T>> {
        let author = self.ring(exempt).authors.first()?;
        let message = self.authors[author].messages.first();
        self.ring(exempt).spent += 1;
        self.end_turn_if_spent(author);
        message.map(|message| self.take(message))
    }

    /// Takes the newest message of the author with most waiting.
    pub(super) fn take_newest_of_busiest(&mut self) -> Option<Taken<T>> {
        let busiest = self.ranks.last()?.last()?;
        let newest = self.authors[busiest].messages.last()?;
        Some(self.take(newest))
    }

    /// Takes the message that has waited longest.
    pub(super) fn take_oldest(&mut self) -> Option<Taken<T>> {
        let oldest = self.arrivals.first()?;
        Some(self.take(oldest))
    }

    /// Takes the messages of one author that match, the oldest first.
    pub(super) fn take_of(
        &mut self,
        user: Option<&UserId>,
        matches: impl Fn(&T) -> bool,
    ) -> Vec<Taken<T>> {
        let Ok(author) = self.index.find(&self.authors, user) else { return Vec::new() };
        let own = self.authors[author].messages.places(&self.messages);
        let going = own.filter(|place| matches(&self.messages[*place].payload)).collect();
        self.take_these(going)
    }

    /// Takes the messages that match, the oldest first. Each is looked at once.
    pub(super) fn take_where(&mut self, matches: impl Fn(&T) -> bool) -> Vec<Taken<T>> {
        let all = self.arrivals.places(&self.messages);
        let going = all.filter(|place| matches(&self.messages[*place].payload)).collect();
        self.take_these(going)
    }

    /// Every message, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Waits<'_, T>> {
        self.arrivals.places(&self.messages).map(|place| {
            let Waiting { id, arrived, author, ref payload } = self.messages[place];
            let user = self.authors[author].user.as_ref();
            Waits { id, priority: self.priority, user, arrived, payload }
        })
    }

    pub(super) fn shift(&mut self, shift: Shift) {
        let mut next = self.arrivals.first();
        while let Some(place) = next {
            shift.apply(&mut self.messages[place].arrived);
            next = Chain::<_, ALL>::after(&self.messages, place);
        }
    }

    /// A new author, at the back of their ring, without a message yet.
    fn enlist(&mut self, author: Authored, entry: Entry<T>) -> Place<Author<T>> {
        let Authored { user, exempt, weight } = author;
        let messages = Chain::EMPTY;
        let author = Author { user, entry, exempt, weight, count: 0, messages };
        let place = self.authors.insert(author);
        self.index.insert(&mut self.authors, place);
        self.join_ring(place);
        place
    }

    fn update(&mut self, place: Place<Author<T>>, latest: &Authored) {
        if self.authors[place].exempt != latest.exempt {
            self.leave_ring(place);
            self.authors[place].exempt = latest.exempt;
            self.join_ring(place);
        }
        self.authors[place].weight = latest.weight;
        // A weight that shrank may end the turn that is under way.
        self.end_turn_if_spent(place);
    }

    fn append(&mut self, at: Timestamp, id: MessageId, author: Place<Author<T>>, payload: T) {
        let message = self.messages.insert(Waiting { id, arrived: at, author, payload });
        self.arrivals.push(&mut self.messages, message);
        self.authors[author].messages.push(&mut self.messages, message);
        self.count(author, self.authors[author].count + 1);
        self.len += 1;
    }

    fn take_these(&mut self, places: Vec<Place<Waiting<T>>>) -> Vec<Taken<T>> {
        places.into_iter().map(|place| self.take(place)).collect()
    }

    fn take(&mut self, place: Place<Waiting<T>>) -> Taken<T> {
        let author = self.messages[place].author;
        self.arrivals.unlink(&mut self.messages, place);
        self.authors[author].messages.unlink(&mut self.messages, place);
        self.count(author, self.authors[author].count - 1);
        self.len -= 1;
        if self.authors[author].count == 0 {
            self.leave_ring(author);
            self.index.remove(&mut self.authors, author);
            self.authors.remove(author);
        }
        let Waiting { id, arrived, payload, .. } = self.messages.remove(place);
        Taken { id, priority: self.priority, arrived, payload }
    }

    /// The messages of one ring by turns, as [`take_turn`](Self::take_turn) would take them.
    ///
    /// Each step is O(1); of the authors, only those are written down who had a turn and have more.
    fn turns(&self, ring: &Ring<T>) -> impl Iterator<Item = Place<Waiting<T>>> {
        let mut spent = ring.spent;
        let mut turn = None;
        let mut again = VecDeque::new();
        let mut fresh = ring.authors.places(&self.authors).filter_map(|author| {
            let first = self.authors[author].messages.first();
            first.map(|first| (author, first))
        });
        std::iter::from_fn(move || {
            let next = turn.take().or_else(|| fresh.next()).or_else(|| again.pop_front());
            let (author, message) = next?;
            let more = Chain::<_, OWN>::after(&self.messages, message).map(|more| (author, more));
            spent += 1;
            if more.is_some() && spent < self.authors[author].weight.get() {
                turn = more;
            } else {
                spent = 0;
                again.extend(more);
            }
            Some(message)
        })
    }

    fn ring(&mut self, exempt: bool) -> &mut Ring<T> {
        if exempt { &mut self.exempt } else { &mut self.others }
    }

    fn join_ring(&mut self, place: Place<Author<T>>) {
        let ring = if self.authors[place].exempt { &mut self.exempt } else { &mut self.others };
        ring.authors.push(&mut self.authors, place);
    }

    /// A turn that was under way ends.
    fn leave_ring(&mut self, place: Place<Author<T>>) {
        let ring = if self.authors[place].exempt { &mut self.exempt } else { &mut self.others };
        if ring.authors.first() == Some(place) {
            ring.spent = 0;
        }
        ring.authors.unlink(&mut self.authors, place);
    }

    fn end_turn_if_spent(&mut self, place: Place<Author<T>>) {
        let Author { exempt, weight, .. } = self.authors[place];
        let ring = if exempt { &mut self.exempt } else { &mut self.others };
        if ring.authors.first() == Some(place) && ring.spent >= weight.get() {
            self.leave_ring(place);
            self.join_ring(place);
        }
    }

    /// Moves an author to the end of the rank of `count`; rank 0 is none.
    fn count(&mut self, place: Place<Author<T>>, count: usize) {
        let former = std::mem::replace(&mut self.authors[place].count, count);
        if let Some(rank) = former.checked_sub(1) {
            self.ranks[rank].unlink(&mut self.authors, place);
        }
        if let Some(rank) = count.checked_sub(1) {
            if self.ranks.len() <= rank {
                self.ranks.resize(rank + 1, Chain::EMPTY);
            }
            self.ranks[rank].push(&mut self.authors, place);
        }
        // Counts change by one, so at most one rank at the end has become empty.
        while self.ranks.last().is_some_and(Chain::is_empty) {
            self.ranks.pop();
        }
    }
}
