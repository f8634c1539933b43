//! The drawing of a class, and those who are being given it.
//!
//! Nobody reads the history while the drawing is on its way to them: they get it whole, and then what
//! came after. Bound: a drawing that is not taken within [`LONGEST`] ends its connection, so that old
//! drawings do not pile up for readers who hardly read.

use std::{collections::BTreeSet, time::Duration};

use liveroom::{Class, PerClass, Timestamp};

use super::seats::{Intake, Seat, SeatNo, Stance};
use crate::{
    board::Board,
    house::House,
    keep::things::{KeptBoard, OfRoom},
    line::Full,
    protocol::host::Bye,
    room::Room,
};

/// How long somebody may take to take the whole drawing: 8 MiB at 1.1 Mbit/s.
const LONGEST: Duration = Duration::from_mins(1);

/// A board and those who are being given what is on it.
#[derive(Debug)]
pub(super) struct Easel {
    board: Board,
    taking: BTreeSet<SeatNo>,
}

impl Easel {
    pub(super) fn new(board: Board) -> Self {
        Self { board, taking: BTreeSet::new() }
    }

    /// Whether who missed these has holes in the drawing.
    pub(super) fn has_holes(missed: &PerClass<u64>) -> bool {
        missed[Class::High] > 0 || missed[Class::Normal] > 0
    }

    /// Reads on, and keeps what becomes of the drawing.
    pub(super) fn follow(&mut self, house: &House, room: &Room) {
        let (before, _) = self.board.standing();
        let keep = &house.keep;
        self.board.follow(&mut house.source(room.key), &mut |drawn| {
            keep.change_all(|| OfRoom::of(room).drawn(&drawn));
        });
        let (cursor, trimmed) = self.board.standing();
        if cursor != before {
            keep.change(|| OfRoom::of(room).put_board(&KeptBoard { cursor, trimmed }));
        }
    }

    /// Begins to give the drawing to the seat of that number.
    pub(super) fn begin(&mut self, now: Timestamp, number: SeatNo, reset: bool) -> Stance {
        self.taking.insert(number);
        Stance::Takes(Intake { frames: self.board.drawing(reset), since: now })
    }

    pub(super) fn forget(&mut self, number: SeatNo) {
        self.taking.remove(&number);
    }

    /// Whether somebody is being given the drawing.
    pub(super) fn is_busy(&self) -> bool {
        !self.taking.is_empty()
    }

    /// Those who are being given the drawing.
    pub(super) fn taking(&self) -> Vec<SeatNo> {
        self.taking.iter().copied().collect()
    }

    /// Gives a seat as much of the drawing as it has room for. Returns whether it has all of it.
    pub(super) fn give(now: Timestamp, seat: &mut Seat) -> bool {
        let Stance::Takes(intake) = &mut seat.stance else { return true };
        while let Some(frame) = intake.frames.front() {
            if seat.line.offer_shared(frame.clone()) == Err(Full) {
                if intake.since + LONGEST <= now {
                    seat.line.part(Bye::SLOW.text());
                }
                return false;
            }
            intake.frames.pop_front();
        }
        true
    }
}
