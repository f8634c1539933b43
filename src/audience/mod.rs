//! The push side: who is given which entries, and when.
//!
//! Invariants: every member is in exactly one cohort, at the place that its slot names; a cohort has
//! members; it is in the table under its cursor or, if that was refused, among the lost.

mod cohorts;
#[cfg(test)]
mod tests;
mod tick;

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

pub use cohorts::Place;
pub use tick::Tick;

use crate::{
    batch::Batch,
    cursor::{Cursor, CursorError},
    group::Group,
    time::Timestamp,
};
use cohorts::{CohortId, Cohorts};
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
/// A caught-up member costs 16 bytes beside its token. [`sweep`](Self::sweep) costs a batch for each
/// distinct cursor and, beside what the host does with the tokens, nothing for each member who takes
/// it.
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
    cohorts: Cohorts<T>,
    /// Who reads from where; in order, so that those furthest behind come first.
    table: BTreeMap<Cursor, CohortId>,
    /// Those whose cursor was refused, and why.
    lost: Vec<(CursorError, CohortId)>,
    pace: Pace,
}

impl<T: Copy> Audience<T> {
    /// An audience without members that waits as `tick` says.
    pub fn new(tick: Tick) -> Self {
        Self {
            cohorts: Cohorts::default(),
            table: BTreeMap::new(),
            lost: Vec::new(),
            pace: Pace::new(tick),
        }
    }

    /// Takes on another policy from the next [`notify`](Self::notify) on.
    pub fn set_tick(&mut self, tick: Tick) {
        self.pace.set_tick(tick);
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.cohorts.members()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cursors there are among the members: the batches that a sweep takes at most, but for
    /// those on the way to the log's end.
    pub fn cursors(&self) -> usize {
        self.table.len()
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
        let cohort = *self.table.entry(cursor).or_insert_with(|| self.cohorts.open(cursor));
        self.cohorts.add(cohort, token)
    }

    /// Lets a member go and gives the token back; `None` if they went before. Costs O(1).
    pub fn remove(&mut self, place: Place) -> Option<T> {
        let (token, emptied) = self.cohorts.remove(place)?;
        if let Some((cursor, cohort)) = emptied {
            if self.table.get(&cursor) == Some(&cohort) {
                self.table.remove(&cursor);
            }
            self.lost.retain(|(_, lost)| *lost != cohort);
            self.cohorts.close(cohort);
        }
        Some(token)
    }

    /// Says that there is something to give out: the group's tail moved, a member who said "not now"
    /// can take more, or one who wants to see something older came.
    ///
    /// `urgent` (an entry of class High is among it) ends the wait for all.
    pub fn notify(&mut self, now: Timestamp, urgent: bool) {
        self.pace.notify(now, urgent, self.cohorts.members());
    }

    /// When to call [`sweep`](Self::sweep) next; `None` if nothing is to be given out.
    pub fn due(&self) -> Option<Timestamp> {
        self.pace.due()
    }

    /// Gives out what is ahead of the members, if that is [due](Self::due) by `now`.
    ///
    /// `give` is called with a batch and the tokens that take it, once for each distinct cursor and
    /// batch, those furthest behind first. Whom it marks in [`NotNow`] has not taken the batch and is
    /// asked again in a later sweep; everybody else goes on, until they are at the log's end. It goes
    /// so far in one call, and not by one batch, because laggards join the others on their way and
    /// the log keeps a bounded number of batches.
    ///
    /// Members whose cursor the source refuses are [`lost`](Self::lost) until they
    /// [`restart`](Self::restart).
    pub fn sweep(
        &mut self,
        now: Timestamp,
        source: &mut impl Source,
        mut give: impl FnMut(&Batch, &[T], &mut NotNow),
    ) -> Swept {
        let mut swept = Swept::default();
        if !self.pace.begin(now) {
            return swept;
        }
        let mut not_now = NotNow::default();
        let mut end = None;
        let mut next = self.table.first_key_value().map(|(cursor, cohort)| (*cursor, *cohort));
        while let Some((cursor, cohort)) = next {
            // Where a batch reached the log's end, nothing is to be asked for.
            if end != Some(cursor) {
                match source.batch(&cursor) {
                    Ok(batch) if batch.is_empty() => {}
                    Ok(batch) => {
                        self.hand_over(&batch, cohort, &mut not_now, &mut give, &mut swept);
                        end = batch.open().then_some(*batch.to()).or(end);
                    }
                    Err(error) => {
                        self.table.remove(&cursor);
                        self.lost.push((error, cohort));
                    }
                }
            }
            let ahead = self.table.range((Excluded(cursor), Unbounded));
            next = ahead.map(|(cursor, cohort)| (*cursor, *cohort)).next();
        }
        swept.lost = self.lost.iter().map(|(_, cohort)| self.cohorts.tokens(*cohort).len()).sum();
        if swept.not_now > 0 {
            self.pace.retry(now);
        }
        swept
    }

    /// Gives one batch to one cohort, and moves those who took it to its end.
    fn hand_over(
        &mut self,
        batch: &Batch,
        cohort: CohortId,
        not_now: &mut NotNow,
        give: &mut impl FnMut(&Batch, &[T], &mut NotNow),
        swept: &mut Swept,
    ) {
        let tokens = self.cohorts.tokens(cohort);
        not_now.marked.clear();
        not_now.run = tokens.len();
        give(batch, tokens, not_now);
        let marked = not_now.marks();
        swept.not_now += marked.len();
        swept.given += tokens.len() - marked.len();
        if marked.len() == tokens.len() {
            return;
        }
        let from = *batch.from();
        if marked.is_empty() {
            self.table.remove(&from);
        } else {
            let behind = self.cohorts.split(cohort, from, marked);
            self.table.insert(from, behind);
        }
        self.settle(cohort, *batch.to());
    }

    /// Puts a cohort that is in no table into the one at `cursor`.
    fn settle(&mut self, cohort: CohortId, cursor: Cursor) {
        let there = match self.table.get(&cursor) {
            Some(&there) => self.cohorts.merge(there, cohort),
            None => cohort,
        };
        self.cohorts.set_cursor(there, cursor);
        self.table.insert(cursor, there);
    }

    /// The members whose cursor was refused, and why: the history was begun anew, or they were let in
    /// with a cursor that is none.
    ///
    /// They are given nothing until they [`restart`](Self::restart).
    pub fn lost(&self) -> impl Iterator<Item = (CursorError, &[T])> {
        self.lost.iter().map(|(error, cohort)| (*error, self.cohorts.tokens(*cohort)))
    }

    /// Lets all who are [`lost`](Self::lost) go on from `cursor`, usually the group's tail.
    pub fn restart(&mut self, cursor: Cursor) {
        for (_, cohort) in std::mem::take(&mut self.lost) {
            self.settle(cohort, cursor);
        }
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
        self.marked.sort_unstable();
        self.marked.dedup();
        &self.marked
    }
}
