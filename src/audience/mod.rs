//! The push side: who is given which entries, and when.
//!
//! Those who are caught up are a set of seats at one cursor, the crowd. The others stand in lists by
//! cursor, and join the crowd where they meet it.
//!
//! Invariants: every member is in the crowd, in one list, or among the lost; the crowd has a cursor
//! while somebody is in it. Who left stays in a list until it is next gone through, or until those
//! outnumber the others.

#![expect(
    clippy::indexing_slicing,
    reason = "runs and indices are of seats that are there while the sweep holds them"
)]

mod bits;
mod seats;
#[cfg(test)]
mod tests;
mod tick;

use std::{
    collections::BTreeMap,
    mem,
    ops::Bound::{Excluded, Unbounded},
};

pub use seats::Place;
pub use tick::Tick;

use crate::{
    batch::Batch,
    cursor::{Cursor, CursorError},
    group::Group,
    time::Timestamp,
};
use bits::Bits;
use seats::Seats;
use tick::Pace;

/// Where an audience takes its batches: a group, an engine, or a hub with a key.
///
/// A closure over one of them is a source.
pub trait Source {
    /// The next entries from `cursor` on.
    ///
    /// # Errors
    /// The cursor is not one of this history; [`CursorError`] says why.
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError>;
}

impl Source for Group {
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        Self::batch(self, cursor)
    }
}

impl<F: FnMut(&Cursor) -> Result<Batch, CursorError>> Source for F {
    fn batch(&mut self, cursor: &Cursor) -> Result<Batch, CursorError> {
        self(cursor)
    }
}

/// Many members who are given the entries of one group, known by tokens such as a connection's index.
///
/// An audience is owned by one fan-out thread, whose whole loop stands in [the guide](crate#fan-out). It
/// asks the group's log for one [`Batch`] for each distinct [`Cursor`] among its members, however many
/// members there are. Those who are caught up share one cursor. The others stand in a table by theirs:
/// newcomers, until the rest has come as far, and those who could not take more when they were asked.
/// As batches end at common places, those who came apart fall together again.
///
/// When a batch is taken is decided here too: a giant audience waits a little, so that one hand-over
/// carries several entries ([`Tick`]).
///
/// A token is [`Copy`]: a number or another small handle into the host's own table of connections, and
/// not a connection itself. Tokens are not compared: whoever is added twice is given everything twice.
///
/// A member who is caught up costs 2 to 3 bytes beside its token, another 8 more. [`sweep`](Self::sweep)
/// costs a batch for each distinct cursor and, beside what the host does with the tokens, next to
/// nothing for each member who takes it; where many are behind or have left, those between them are
/// gathered first, which costs a few nanoseconds each.
///
/// ```
/// use liveroom::{Audience, Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Timestamp};
///
/// let now = Timestamp::from_secs(1_600_000_000);
/// let id = GroupId::custom("friday")?;
/// let mut group = Group::new(id, None, GroupConfig::livestream(), Epoch(1), HashKey::new(1, 2), now);
/// let mut audience: Audience<u32> = Audience::default();
/// let place = audience.add(7, group.tail());
/// assert_eq!(audience.due(), None);
///
/// group.push(now, Author::App, Command::text("hello"))?;
/// audience.notify(now, false);
/// assert_eq!(audience.due(), Some(now));
/// let swept = audience.sweep(now, &mut group, |batch, connections, _not_now| {
///     assert_eq!((batch.entries().len(), connections), (1, &[7][..]));
/// });
/// assert_eq!((swept.given, swept.lost), (1, 0));
/// assert_eq!(audience.remove(place), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Audience<T> {
    seats: Seats<T>,
    /// The seats of those who are caught up, and how far that is.
    crowd: Bits,
    crowd_at: Option<Cursor>,
    /// The others, by where they read from; in order, so that those furthest behind come first.
    lists: BTreeMap<Cursor, Vec<Place>>,
    /// Those whose cursor was refused, and why.
    lost: Vec<(CursorError, Vec<Place>)>,
    /// How many have left lists and the lost, at most, since those were last cleared of them.
    gone: usize,
    pace: Pace,
}

impl<T: Copy> Audience<T> {
    /// An audience without members that waits as `tick` says.
    pub fn new(tick: Tick) -> Self {
        Self {
            seats: Seats::default(),
            crowd: Bits::default(),
            crowd_at: None,
            lists: BTreeMap::new(),
            lost: Vec::new(),
            gone: 0,
            pace: Pace::new(tick),
        }
    }

    /// Seats side by side that are offered a batch as they are; fewer are gathered first.
    const RUN: usize = 32;

    /// Takes on another policy from the next [`notify`](Self::notify) on.
    pub fn set_tick(&mut self, tick: Tick) {
        self.pace.set_tick(tick);
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.seats.taken()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cursors there are among the members: the batches that a sweep takes at most, but for
    /// those on the way to the log's end.
    pub fn cursors(&self) -> usize {
        let there = |list: &[Place]| list.iter().any(|place| self.seats.get(*place).is_some());
        let apart = self.lists.iter().filter(|(at, _)| self.crowd_at != Some(**at));
        apart.filter(|(_, list)| there(list)).count() + usize::from(self.crowd_at.is_some())
    }

    /// Lets a member in who has read up to `cursor`: the group's tail for one who is to see nothing
    /// older.
    ///
    /// One who is to see something older gets it with the next sweep: [`notify`](Self::notify), if no
    /// sweep is due. Keep the [`Place`], with which the member is [removed](Self::remove); one that you
    /// have a place of is not to be added again. Costs O(1), and a search among the distinct cursors.
    ///
    /// # Panics
    /// With 2³² members, for whom no machine has the memory.
    pub fn add(&mut self, token: T, cursor: Cursor) -> Place {
        let place = self.seats.take(token);
        if *self.crowd_at.get_or_insert(cursor) == cursor {
            self.crowd.insert(place.seat());
        } else {
            self.lists.entry(cursor).or_default().push(place);
        }
        place
    }

    /// Lets a member go and gives the token back; `None` if they went before. Costs O(1).
    pub fn remove(&mut self, place: Place) -> Option<T> {
        let token = self.seats.leave(place)?;
        if self.crowd.remove(place.seat()) {
            self.crowd_at = self.crowd_at.filter(|_| !self.crowd.is_empty());
        } else {
            self.gone += 1;
            // Paid for by those who are gone.
            if self.gone > self.seats.taken() - self.crowd.len() {
                self.forget_gone();
            }
        }
        Some(token)
    }

    /// Clears lists and the lost of those who left.
    fn forget_gone(&mut self) {
        let seats = &self.seats;
        let clear = |list: &mut Vec<Place>| {
            list.retain(|place| seats.get(*place).is_some());
            list.shrink_to(2 * list.len());
            !list.is_empty()
        };
        self.lists.retain(|_, list| clear(list));
        self.lost.retain_mut(|(_, list)| clear(list));
        self.gone = 0;
    }

    /// Says that there is something to give out: the group's tail moved, a member who said "not now"
    /// can take more, or one who wants to see something older came.
    ///
    /// `urgent` (an entry of class High is among it) ends the wait for all.
    pub fn notify(&mut self, now: Timestamp, urgent: bool) {
        self.pace.notify(now, urgent, self.seats.taken());
    }

    /// When to call [`sweep`](Self::sweep) next; `None` if nothing is to be given out.
    pub fn due(&self) -> Option<Timestamp> {
        self.pace.due()
    }

    /// Gives out what is ahead of the members, if that is [due](Self::due) by `now`.
    ///
    /// `give` is called with a batch and a run of the tokens that take it, those furthest behind first:
    /// usually once for each distinct cursor, and for the many who are caught up once for each 32 or
    /// more whose seats lie side by side, and once for the rest. The calls for one batch come one
    /// after the other, so that what is made of it can be kept for the next. Whom it marks in [`NotNow`] has not
    /// taken the batch and is asked again in a later sweep; everybody else goes on, until they are at
    /// the log's end. It goes so far in one call, and not by one batch, because laggards join the
    /// others on their way and the log keeps a bounded number of batches.
    ///
    /// Members whose cursor the source refuses are [`lost`](Self::lost) until they
    /// [`restart`](Self::restart).
    pub fn sweep(
        &mut self,
        now: Timestamp,
        source: &mut impl Source,
        give: impl FnMut(&Batch, &[T], &mut NotNow),
    ) -> Swept {
        let mut round = Round { give, not_now: NotNow::default(), swept: Swept::default() };
        if !self.pace.begin(now) {
            return round.swept;
        }
        if self.gone > 0 {
            self.forget_gone();
        }
        let (mut end, mut next) = (None, self.next_after(None));
        while let Some(cursor) = next {
            // Where a batch reached the log's end, nothing is to be asked for.
            let batch = if end == Some(cursor) { None } else { Some(source.batch(&cursor)) };
            let list = self.lists.remove(&cursor).unwrap_or_default();
            match batch {
                Some(Ok(batch)) if !batch.is_empty() => {
                    self.hand_over(&batch, list, &mut round);
                    end = batch.open().then_some(*batch.to()).or(end);
                }
                Some(Err(error)) => self.lose(cursor, error, list),
                Some(Ok(_)) | None => self.settle(cursor, list),
            }
            next = self.next_after(Some(&cursor));
        }
        let mut swept = round.swept;
        swept.lost = self.lost.iter().map(|(_, list)| list.len()).sum();
        if swept.not_now > 0 {
            self.pace.retry(now, self.seats.taken());
        }
        swept
    }

    /// Where members stand next.
    fn next_after(&self, cursor: Option<&Cursor>) -> Option<Cursor> {
        let after = (cursor.map_or(Unbounded, Excluded), Unbounded);
        let list = self.lists.range(after).next().map(|(at, _)| *at);
        let crowd = self.crowd_at.filter(|at| cursor.is_none_or(|cursor| at > cursor));
        list.into_iter().chain(crowd).min()
    }

    /// Gives one batch to all who stand where it begins, and moves those who took it to its end.
    fn hand_over(
        &mut self,
        batch: &Batch,
        list: Vec<Place>,
        round: &mut Round<impl FnMut(&Batch, &[T], &mut NotNow)>,
    ) {
        let (from, to) = (*batch.from(), *batch.to());
        let tokens = self.seats.tokens();
        let (mut behind, mut scattered) = (Vec::new(), Vec::new());
        if self.crowd_at == Some(from) {
            for run in self.crowd.runs() {
                if run.len() < Self::RUN {
                    scattered.extend(run.map(|seat| self.seats.place(seat)));
                    continue;
                }
                let marked = round.offer(batch, &tokens[run.clone()]);
                behind.extend(marked.iter().map(|index| self.seats.place(run.start + index)));
            }
            if !scattered.is_empty() {
                let run: Vec<_> = scattered.iter().map(|place| tokens[place.seat()]).collect();
                let marked = round.offer(batch, &run);
                behind.extend(marked.iter().map(|index| scattered[*index]));
            }
            for place in &behind {
                self.crowd.remove(place.seat());
            }
            self.crowd_at = (!self.crowd.is_empty()).then_some(to);
        }
        let mut took = Vec::new();
        if !list.is_empty() {
            let run: Vec<_> = list.iter().map(|place| tokens[place.seat()]).collect();
            let mut marked = round.offer(batch, &run).iter().peekable();
            for (index, place) in list.into_iter().enumerate() {
                let stays = marked.next_if_eq(&&index).is_some();
                if stays { &mut behind } else { &mut took }.push(place);
            }
        }
        self.settle(to, took);
        // Never the crowd, even if it is empty: one who takes nothing would keep it back for good.
        if !behind.is_empty() {
            self.lists.insert(from, behind);
        }
    }

    /// Puts members who stand nowhere at `cursor`: into the crowd, if it is there or nowhere.
    fn settle(&mut self, cursor: Cursor, mut list: Vec<Place>) {
        if list.is_empty() {
            return;
        }
        if *self.crowd_at.get_or_insert(cursor) == cursor {
            for place in list {
                self.crowd.insert(place.seat());
            }
            return;
        }
        // The few move to the many.
        let there = self.lists.entry(cursor).or_default();
        if there.len() < list.len() {
            mem::swap(there, &mut list);
        }
        there.append(&mut list);
    }

    /// Notes that nobody can go on from `cursor`.
    fn lose(&mut self, cursor: Cursor, error: CursorError, mut list: Vec<Place>) {
        if self.crowd_at == Some(cursor) {
            let crowd = mem::take(&mut self.crowd);
            list.extend(crowd.runs().flatten().map(|seat| self.seats.place(seat)));
            self.crowd_at = None;
        }
        self.lost.push((error, list));
    }

    /// The members whose cursor was refused, and why: the history was begun anew, or they were let in
    /// with a cursor that is none.
    ///
    /// They are given nothing until they [`restart`](Self::restart).
    pub fn lost(&self) -> impl Iterator<Item = (CursorError, T)> {
        let lost = self.lost.iter().flat_map(|(error, list)| list.iter().map(|it| (*error, *it)));
        lost.filter_map(|(error, place)| Some((error, self.seats.get(place)?)))
    }

    /// Lets all who are [`lost`](Self::lost) go on from `cursor`, usually the group's tail.
    pub fn restart(&mut self, cursor: Cursor) {
        self.forget_gone();
        for (_, list) in mem::take(&mut self.lost) {
            self.settle(cursor, list);
        }
    }
}

/// A sweep under way.
struct Round<G> {
    give: G,
    not_now: NotNow,
    swept: Swept,
}

impl<G> Round<G> {
    /// Offers a batch to a run of tokens, and says who has not taken it.
    fn offer<T>(&mut self, batch: &Batch, tokens: &[T]) -> &[usize]
    where
        G: FnMut(&Batch, &[T], &mut NotNow),
    {
        self.not_now.marked.clear();
        self.not_now.run = tokens.len();
        (self.give)(batch, tokens, &mut self.not_now);
        let marked = self.not_now.marks();
        self.swept.not_now += marked.len();
        self.swept.given += tokens.len() - marked.len();
        marked
    }
}

impl<T: Copy> Default for Audience<T> {
    /// With the default [`Tick`].
    fn default() -> Self {
        Self::new(Tick::default())
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "members who are lost get nothing until they restart"]
pub struct Swept {
    /// How often a member took a batch.
    pub given: usize,
    /// How often a member said "not now".
    pub not_now: usize,
    /// How many members are lost by now.
    pub lost: usize,
}

/// Those of a run of tokens who cannot take the batch now: they stay where they are.
#[derive(Debug, Default)]
pub struct NotNow {
    marked: Vec<usize>,
    run: usize,
}

impl NotNow {
    /// The token at `index` of the run cannot take the batch. An index outside the run marks nobody.
    pub fn mark(&mut self, index: usize) {
        if index < self.run {
            self.marked.push(index);
        }
    }

    /// Nobody of the run can take the batch.
    pub fn mark_all(&mut self) {
        self.marked.extend(0..self.run);
    }

    /// The marked ones, each once, in order.
    fn marks(&mut self) -> &[usize] {
        // Hosts mark them as they come, which is in order.
        if !self.marked.is_sorted_by(|one, next| one < next) {
            self.marked.sort_unstable();
            self.marked.dedup();
        }
        &self.marked
    }
}
