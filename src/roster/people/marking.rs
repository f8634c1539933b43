//! What the members' marks do.

use smallvec::SmallVec;

use super::People;
use crate::{
    command::Command,
    deadlines::Deadlines,
    index::Slot,
    refusal::Refusal,
    roster::{
        facts::Fact,
        marks::{Kinds, Marking, Marks},
        record::Record,
    },
    time::Timestamp,
};

impl People {
    pub(in crate::roster) fn marks(&self, record: &Record) -> impl Iterator<Item = u32> + use<> {
        let numbers = |marking: &Marking| marking.kinds.numbers(record.marks);
        self.marking.as_deref().map(numbers).unwrap_or_default().into_iter()
    }

    /// Whether anybody has a mark.
    pub(in crate::roster) fn has_marks(&self) -> bool {
        self.marking.is_some()
    }

    pub(in crate::roster) fn is_marked(&self, record: &Record, mark: u32) -> bool {
        self.marking.as_deref().is_some_and(|marking| marking.kinds.has(record.marks, mark))
    }

    /// Those who have a mark, in the order in which they joined.
    pub(in crate::roster) fn marked(&self, mark: u32) -> impl Iterator<Item = &Record> {
        let marking = self.marking.as_deref().into_iter();
        let joins = marking.flat_map(move |marking| marking.kinds.holders(mark));
        joins.filter_map(|join| self.by_join(join))
    }

    /// Whether every one of `slots`, each named once, could have every one of `marks`.
    pub(in crate::roster) fn check_marks(
        &self,
        marks: &[u32],
        slots: &[Slot],
    ) -> Result<(), Refusal> {
        let holders: SmallVec<[Marks; 1]> =
            slots.iter().map(|&slot| self.get(slot).marks).collect();
        match &self.marking {
            Some(marking) => marking.kinds.check(marks, &holders),
            None => Kinds::default().check(marks, &holders),
        }
    }

    /// Gives a mark to a member, or takes it; false if nothing changed. Whoever goes offline with it
    /// loses the others, too.
    pub(in crate::roster) fn mark(&mut self, slot: Slot, mark: u32, on: bool) -> bool {
        if on {
            return self.give_mark(slot, mark);
        }
        let taken = self.take_mark(slot, mark);
        if taken && !self.get(slot).is_online() {
            self.online -= 1;
            self.clear_marks(slot);
        }
        taken
    }

    fn give_mark(&mut self, slot: Slot, mark: u32) -> bool {
        let key = self.key;
        let marking = self.marking.get_or_insert_with(|| Box::new(Marking::new(key)));
        let record = self.records.get_mut(slot);
        let was_online = record.is_online();
        let given = marking.kinds.add(&mut record.marks, mark, record.join);
        if given {
            self.sum.add(&Fact::Marked { join: record.join, mark });
            self.online += u64::from(!was_online && record.is_online());
        }
        given
    }

    fn take_mark(&mut self, slot: Slot, mark: u32) -> bool {
        let Some(marking) = &mut self.marking else { return false };
        let record = self.records.get_mut(slot);
        let join = record.join;
        if !marking.kinds.remove(&mut record.marks, mark, join) {
            return false;
        }
        self.sum.subtract(&Fact::Marked { join, mark });
        if mark == Command::ALWAYS_ONLINE
            && let Some(turn) = marking.always.remove(&join)
        {
            self.sum.subtract(&Fact::Always { join, turn });
        }
        self.marking.take_if(|marking| marking.kinds.is_empty());
        true
    }

    /// Lets a member who has the mark be always online until then.
    pub(in crate::roster) fn keep_online(&mut self, slot: Slot, until: Timestamp) {
        let join = self.get(slot).join;
        let Some(marking) = &mut self.marking else { return };
        if let Some(turn) = marking.always.get(&join) {
            self.sum.subtract(&Fact::Always { join, turn });
        }
        let turn = marking.always.set(join, until);
        self.sum.add(&Fact::Always { join, turn });
    }

    /// Until when members are always online, by the numbers of their joins.
    pub(in crate::roster) fn always(&self) -> Option<&Deadlines<u64>> {
        self.marking.as_ref().map(|marking| &marking.always)
    }

    /// The first who is always online no longer, if that is at `now`; they lose the mark.
    pub(in crate::roster) fn end_always(&mut self, now: Timestamp) -> Option<Slot> {
        let (join, _) = self.always()?.iter().next().filter(|(_, turn)| turn.until <= now)?;
        let slot = self.order.get(*join)?;
        self.mark(slot, Command::ALWAYS_ONLINE, false);
        Some(slot)
    }

    pub(super) fn clear_marks(&mut self, slot: Slot) {
        for mark in self.marks(self.get(slot)) {
            self.take_mark(slot, mark);
        }
    }
}
