//! A seat for each member, who keeps it until they leave.
//!
//! As nobody is moved, a token stands where its seat's number says, and nothing has to be looked up.
//! Newcomers take the lowest seat that is free, so that the tokens stay close together.
//!
//! Invariant: the last seat is taken, or used up.

#![expect(
    clippy::indexing_slicing,
    reason = "a place is given for a seat that was made, and seats are never fewer"
)]

use super::bits::Bits;

/// A member's place in an audience: what [`Audience::remove`](super::Audience::remove) takes.
///
/// It is good in that audience alone, until the member is removed, and never names another there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    seat: u32,
    turn: u16,
}

impl Place {
    pub(super) fn seat(self) -> usize {
        self.seat as usize
    }
}

#[derive(Debug)]
pub(super) struct Seats<T> {
    /// Those of seats that are free are what was left there.
    tokens: Vec<T>,
    /// How often each was left, of seats that are there no more as well: a place of an earlier turn is
    /// not good.
    turns: Vec<u16>,
    free: Bits,
    taken: usize,
}

impl<T> Default for Seats<T> {
    fn default() -> Self {
        Self { tokens: Vec::new(), turns: Vec::new(), free: Bits::default(), taken: 0 }
    }
}

impl<T: Copy> Seats<T> {
    /// How many members there are.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// The tokens, by seat.
    pub(super) fn tokens(&self) -> &[T] {
        &self.tokens
    }

    /// The place of whoever has this seat.
    pub(super) fn place(&self, seat: usize) -> Place {
        let number = u32::try_from(seat).expect("fewer than 2^32 members");
        Place { seat: number, turn: self.turns[seat] }
    }

    /// The token of the member who was given this place, if they are still there.
    pub(super) fn get(&self, place: Place) -> Option<T> {
        let seat = place.seat();
        // The turn of a seat that is free was not given out, unless by another audience.
        let taken = seat < self.tokens.len() && !self.free.contains(seat);
        (taken && self.turns[seat] == place.turn).then(|| self.tokens[seat])
    }

    pub(super) fn take(&mut self, token: T) -> Place {
        self.taken += 1;
        if let Some(seat) = self.free.first() {
            self.free.remove(seat);
            self.tokens[seat] = token;
            return self.place(seat);
        }
        let seat = self.tokens.len();
        push(&mut self.tokens, token);
        if self.turns.len() == seat {
            push(&mut self.turns, 0);
        }
        self.place(seat)
    }

    /// Frees a seat; `None` if its member left before.
    pub(super) fn leave(&mut self, place: Place) -> Option<T> {
        let (token, seat) = (self.get(place)?, place.seat());
        self.taken -= 1;
        self.turns[seat] += 1;
        // With no turn left that was not given out, nobody sits there again.
        if self.turns[seat] < u16::MAX {
            self.free.insert(seat);
        }
        while !self.tokens.is_empty() && self.free.remove(self.tokens.len() - 1) {
            self.tokens.pop();
        }
        // Give the memory of a great audience back when it has gone; paid for by those who went.
        if self.tokens.len() < self.tokens.capacity() / 4 {
            self.tokens.shrink_to(2 * self.tokens.len());
        }
        Some(token)
    }
}

/// Appends, and makes room for a quarter more where there is none: with a million members, what is
/// kept in reserve is megabytes.
fn push<V>(values: &mut Vec<V>, value: V) {
    if values.len() == values.capacity() {
        values.reserve_exact(values.len() / 4 + 4);
    }
    values.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_seat_is_taken_first_and_free_ones_at_the_end_are_given_back() {
        let mut seats = Seats::default();
        let places: Vec<_> = (0..1_000_u32).map(|token| seats.take(token)).collect();
        assert!(places.iter().enumerate().all(|(seat, place)| place.seat() == seat));
        for seat in [7, 3, 500] {
            assert_eq!(seats.leave(places[seat]), Some(seat as u32));
        }
        assert_eq!([9, 9, 9].map(|token| seats.take(token).seat()), [3, 7, 500]);
        places[4..].iter().for_each(|place| _ = seats.leave(*place));
        assert_eq!((seats.taken(), seats.tokens().len()), (6, 501), "500 is another's now");
        assert_eq!(seats.leave(seats.place(500)), Some(9));
        assert_eq!((seats.taken(), seats.tokens().len()), (5, 8), "7 is another's, too");
        assert!(seats.tokens.capacity() <= 32);
    }

    #[test]
    fn a_place_of_another_audience_does_no_harm() {
        let (mut here, mut there) = (Seats::default(), Seats::default());
        for seats in [&mut here, &mut there] {
            let first = seats.take('a');
            seats.leave(first);
        }
        let foreign = there.take('b');
        assert_eq!((here.get(foreign), here.leave(foreign)), (None, None), "there is no such seat");
        let (first, second) = (here.take('c'), here.take('d'));
        assert_eq!(here.leave(first), Some('c'));
        let foreign = (0..2).map(|_| there.take('e')).last().unwrap();
        there.leave(foreign);
        assert_eq!(here.leave(first), None);
        let next = Place { seat: 0, turn: first.turn + 1 };
        assert_eq!((here.leave(next), here.taken()), (None, 1), "its seat is free");
        assert_eq!(here.leave(second), Some('d'));
    }

    #[test]
    fn a_place_names_nobody_else_however_often_its_seat_was_taken() {
        let mut seats = Seats::default();
        let first = seats.take('a');
        assert_eq!(seats.leave(first), Some('a'));
        for _ in 1..u16::MAX {
            let place = seats.take('b');
            assert_eq!(place.seat(), 0);
            assert_eq!((seats.get(first), seats.leave(place)), (None, Some('b')));
        }
        assert_eq!(seats.take('c').seat(), 1, "the seat is used up");
        assert_eq!((seats.get(first), seats.tokens().len()), (None, 2));
    }
}
