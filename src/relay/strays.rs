//! Sessions whose edge is no more: they are detached one by one, as many as a frame has room for.
//!
//! Which they are follows from the group and the lines, so that a new home finds those that are left.

use std::collections::VecDeque;

use super::{ids::EdgeId, lines::Lines};
use crate::{group::Group, id::SessionId, role::Author, roster::Occupant};

#[derive(Debug)]
pub(super) struct Strays(VecDeque<SessionId>);

impl Strays {
    /// All that are in the room.
    pub(super) fn find(group: &Group, lines: &Lines) -> Self {
        let is_lost =
            |session: &SessionId| EdgeId::of(*session).is_some_and(|it| !lines.is_open(it));
        Self(group.connected().filter(is_lost).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose session is the next to be detached; those who left in the meantime are passed over.
    pub(super) fn next(&mut self, group: &Group) -> Option<Author> {
        while let Some(session) = self.0.pop_front() {
            match group.occupant(session) {
                Some(Occupant::Guest) => return Some(Author::Guest(session)),
                Some(Occupant::Member(_) | Occupant::Applicant(_)) => {
                    return Some(Author::Session(session));
                }
                None => {}
            }
        }
        None
    }
}
