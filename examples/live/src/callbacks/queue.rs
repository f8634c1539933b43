//! What waits to be sent: places take turns, so that the loud keep nobody else waiting.
//!
//! A place is a group, or a user where no group is concerned. With [`Order::Kept`] the next of a place is
//! taken only when the one before is done. Bounds: [`MOST`] in all, [`MOST_OF_ONE`] of one place.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use liveroom::{AppId, HubKey, UserId};
use tokio::sync::Semaphore;

/// All that waits: with 12 KB for each, the largest message, 96 MB at the very most.
const MOST: usize = 8_192;
/// A minute of a group that delivers 40 messages a second, or half a minute of joins beside them.
const MOST_OF_ONE: usize = 2_048;

/// To what something belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Group(HubKey),
    User(AppId, UserId),
}

/// Whether what belongs together is sent one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Kept,
    Free,
}

/// There is no room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

#[derive(Debug)]
pub(super) struct Queue<T> {
    order: Order,
    held: Mutex<Held<T>>,
    /// One permit for each turn.
    ready: Semaphore,
}

/// Invariant: a place has at most one turn; with [`Order::Kept`] it is in `waiting`, and has none, while
/// one of its own is taken.
#[derive(Debug)]
struct Held<T> {
    waiting: BTreeMap<Place, VecDeque<T>>,
    turns: VecDeque<Place>,
    all: usize,
}

/// Something that was taken; once it is dropped, it is the turn of the next of its place.
#[derive(Debug)]
pub(super) struct Turn<'a, T> {
    queue: &'a Queue<T>,
    place: Place,
    pub(super) what: T,
}

impl<T> Queue<T> {
    pub(super) fn new(order: Order) -> Self {
        let held = Held { waiting: BTreeMap::new(), turns: VecDeque::new(), all: 0 };
        Self { order, held: Mutex::new(held), ready: Semaphore::new(0) }
    }

    /// Whether nothing waits, and with [`Order::Kept`] nothing that was taken is still held.
    pub(super) fn is_done(&self) -> bool {
        self.held().waiting.is_empty()
    }

    /// Puts something at the end of its place.
    pub(super) fn put(&self, place: Place, what: T) -> Result<(), Full> {
        let mut held = self.held();
        if held.all >= MOST {
            return Err(Full);
        }
        match held.waiting.get_mut(&place) {
            Some(waiting) if waiting.len() >= MOST_OF_ONE => return Err(Full),
            Some(waiting) => waiting.push_back(what),
            None => {
                held.waiting.insert(place.clone(), VecDeque::from([what]));
                self.give_turn(&mut held, place);
            }
        }
        held.all += 1;
        Ok(())
    }

    /// Waits for the next, of whosever turn it is.
    pub(super) async fn take(&self) -> Turn<'_, T> {
        loop {
            let permit = self.ready.acquire().await.expect("it is never closed");
            permit.forget();
            if let Some((place, what)) = self.pop() {
                return Turn { queue: self, place, what };
            }
        }
    }

    fn pop(&self) -> Option<(Place, T)> {
        let mut held = self.held();
        let place = held.turns.pop_front()?;
        let what = held.waiting.get_mut(&place)?.pop_front()?;
        held.all -= 1;
        if self.order == Order::Free {
            self.go_on(&mut held, place.clone());
        }
        Some((place, what))
    }

    /// The next of a place has its turn, if there is one.
    fn go_on(&self, held: &mut Held<T>, place: Place) {
        if held.waiting.get(&place).is_some_and(VecDeque::is_empty) {
            held.waiting.remove(&place);
        } else {
            self.give_turn(held, place);
        }
    }

    fn give_turn(&self, held: &mut Held<T>, place: Place) {
        held.turns.push_back(place);
        self.ready.add_permits(1);
    }

    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().expect("nobody panics under this lock")
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if self.queue.order == Order::Kept {
            let mut held = self.queue.held();
            self.queue.go_on(&mut held, self.place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn place(user: &str) -> Place {
        Place::User(AppId(1), user.parse().unwrap())
    }

    async fn nothing_comes(queue: &Queue<u32>) -> bool {
        timeout(Duration::ZERO, queue.take()).await.is_err()
    }

    #[tokio::test]
    async fn what_belongs_together_is_taken_one_after_the_other() {
        let queue = Queue::new(Order::Kept);
        let (ann, bob) = (place("ann"), place("bob"));
        for number in 1..=2 {
            queue.put(ann.clone(), number).unwrap();
        }
        queue.put(bob, 10).unwrap();
        let first = queue.take().await;
        let other = queue.take().await;
        assert_eq!((first.what, other.what), (1, 10));
        assert!(nothing_comes(&queue).await, "the second of ann waits for the first");
        drop(first);
        let second = queue.take().await;
        assert_eq!(second.what, 2);
        queue.put(ann, 3).unwrap();
        assert!(nothing_comes(&queue).await);
        drop(second);
        assert_eq!(queue.take().await.what, 3);
        assert!(queue.held().all == 0 && !queue.is_done(), "bob's is still taken");
        drop(other);
        assert!(queue.is_done(), "what is done leaves nothing behind");
    }

    #[tokio::test]
    async fn where_order_is_free_places_take_turns_all_the_same() {
        let queue = Queue::new(Order::Free);
        for number in 1..=3 {
            queue.put(place("loud"), number).unwrap();
        }
        queue.put(place("quiet"), 10).unwrap();
        let mut taken = Vec::new();
        let mut turns = Vec::new();
        for _ in 0..4 {
            let turn = queue.take().await;
            taken.push(turn.what);
            turns.push(turn);
        }
        assert_eq!(taken, [1, 10, 2, 3]);
        assert!(queue.held().waiting.is_empty());
    }

    #[tokio::test]
    async fn one_place_has_so_much_room_and_all_together_have_no_more() {
        let queue = Queue::new(Order::Kept);
        let fill = |user: &str| (0..).take_while(|it| queue.put(place(user), *it).is_ok()).count();
        assert_eq!(fill("a"), MOST_OF_ONE);
        let others: usize = ["b", "c", "d", "e"].iter().map(|user| fill(user)).sum();
        assert_eq!(others + MOST_OF_ONE, MOST);
        let turn = queue.take().await;
        assert_eq!(queue.put(place("e"), 0), Ok(()));
        assert_eq!(queue.held().all, MOST);
        drop(turn);
    }
}
