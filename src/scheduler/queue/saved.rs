//! A queue as plain data, and back.
//!
//! The form is canonical: queues that answer alike are saved alike, wherever in their slabs the
//! messages stand. What is read may come from anybody, so everything is checked.

#![expect(
    clippy::indexing_slicing,
    reason = "each author was numbered just before, and what is restored was checked"
)]

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Author, Authored, Place, Queue};
use crate::{corrupt::Corrupt, hash::HashKey, id::MessageId, message::Priority, time::Timestamp};

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct SavedQueue<T> {
    /// In the order of their arrival.
    messages: Vec<SavedMessage<T>>,
    /// In the order of their turns, the exempt before the others.
    authors: Vec<Authored>,
    /// What the front of the exempt, and the front of the others, has had of its turn.
    spent: [u8; 2],
    /// The places in `authors`, by how many messages they have, and then by who came to have as
    /// many first.
    ranked: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct SavedMessage<T> {
    id: MessageId,
    arrived: Timestamp,
    /// The place in `authors`.
    author: u32,
    payload: T,
}

impl<T> SavedQueue<T> {
    pub(in crate::scheduler) fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.messages.iter().map(|message| message.id)
    }
}

impl<T> Queue<T> {
    pub(in crate::scheduler) fn save(&self) -> SavedQueue<T>
    where
        T: Clone,
    {
        let in_turn = || {
            let exempt = self.exempt.authors.places(&self.authors);
            exempt.chain(self.others.authors.places(&self.authors))
        };
        // Only looked up, never iterated.
        let numbers: HashMap<Place<_>, u32, HashKey> = in_turn().zip(0..).collect();
        let message = |place| {
            let message = &self.messages[place];
            SavedMessage {
                id: message.id,
                arrived: message.arrived,
                author: numbers[&message.author],
                payload: message.payload.clone(),
            }
        };
        let author = |place| {
            let author = &self.authors[place];
            Authored { user: author.user.clone(), exempt: author.exempt, weight: author.weight }
        };
        let ranked = self.ranks.iter().flat_map(|rank| rank.places(&self.authors));
        SavedQueue {
            messages: self.arrivals.places(&self.messages).map(message).collect(),
            authors: in_turn().map(author).collect(),
            spent: [self.exempt.spent, self.others.spent],
            ranked: ranked.map(|place| numbers[&place]).collect(),
        }
    }

    pub(in crate::scheduler) fn restore(
        now: Timestamp,
        saved: SavedQueue<T>,
        priority: Priority,
        capacity: u32,
        key: HashKey,
    ) -> Result<Self, Corrupt> {
        let SavedQueue { messages, authors, spent, ranked } = saved;
        if messages.len() > capacity as usize {
            return Err(Corrupt("more messages wait than their lane holds"));
        }
        let mut queue = Self::new(priority, key);
        let places = queue.restore_authors(authors)?;
        for SavedMessage { id, arrived, author, payload } in messages {
            let author = places.get(author as usize);
            let author = *author.ok_or(Corrupt("a waiting message without its author"))?;
            if arrived > now.min(Timestamp::LAST) {
                return Err(Corrupt("a message from the future"));
            }
            if queue.newest().is_some_and(|newest| newest > arrived) {
                return Err(Corrupt("waiting messages out of the order of their arrival"));
            }
            queue.append(arrived, id, author, payload);
        }
        if places.iter().any(|&place| queue.authors[place].count == 0) {
            return Err(Corrupt("an author who waits without a message"));
        }
        queue.restore_turns(spent)?;
        queue.restore_ranks(&places, &ranked)?;
        Ok(queue)
    }

    fn newest(&self) -> Option<Timestamp> {
        self.arrivals.last().map(|place| self.messages[place].arrived)
    }

    fn restore_authors(
        &mut self,
        authors: Vec<Authored>,
    ) -> Result<Vec<Place<Author<T>>>, Corrupt> {
        if !authors.is_sorted_by_key(|author| !author.exempt) {
            return Err(Corrupt("an exempt author behind others"));
        }
        let mut places = Vec::new();
        for author in authors {
            let Err(entry) = self.index.find(&self.authors, author.user.as_ref()) else {
                return Err(Corrupt("an author who waits twice in one lane"));
            };
            places.push(self.enlist(author, entry));
        }
        Ok(places)
    }

    fn restore_turns(&mut self, spent: [u8; 2]) -> Result<(), Corrupt> {
        for (ring, spent) in [&mut self.exempt, &mut self.others].into_iter().zip(spent) {
            let weight = ring.authors.first().map_or(1, |front| self.authors[front].weight.get());
            if spent >= weight {
                return Err(Corrupt("a turn that should have ended"));
            }
            ring.spent = spent;
        }
        Ok(())
    }

    fn restore_ranks(
        &mut self,
        places: &[Place<Author<T>>],
        ranked: &[u32],
    ) -> Result<(), Corrupt> {
        let mut seen = vec![false; places.len()];
        let mut least = 0;
        for &number in ranked {
            let number = number as usize;
            let fresh = seen.get_mut(number).is_some_and(|seen| !std::mem::replace(seen, true));
            let count = if fresh { self.authors[places[number]].count } else { 0 };
            if count < least.max(1) {
                return Err(Corrupt("authors out of the order of how many messages they have"));
            }
            least = count;
            self.count(places[number], count);
        }
        if seen.contains(&false) {
            return Err(Corrupt("an author without a rank"));
        }
        Ok(())
    }
}
