//! The one thread that tells everybody everything.
//!
//! Its loop: drain the shard's outputs, do what it was asked, let every [`Hall`] give out what is due,
//! and wait until something comes or is due. It waits for no client: whoever cannot take more stays
//! where it is, and is told later what it missed.

mod easel;
pub(crate) mod giving;
mod hall;
mod panel;
mod parlour;
mod parlours;
pub(crate) mod seats;
mod stall;
#[cfg(test)]
mod tests;

use std::{io, ops::ControlFlow, sync::Arc, time::Duration};

use liveroom::{Drainer, HubKey, Output, RecordNo, Timestamp, tracing};
use tokio::sync::mpsc;

pub(crate) use self::parlours::READABLE;
use self::{hall::Hall, parlours::Parlours};
use crate::{
    errand::{ERRANDS, Errand},
    house::{Duties, House},
    keep::Keeper,
    room::{Room, RoomNo},
};

/// Outputs taken under one lock.
pub(crate) const MOST_OUTPUTS: usize = 1_024;
/// The longest sleep. Whatever has to be done wakes the thread; this is for what we did not think of.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How soon a disk that takes nothing is tried again.
pub(crate) const RETRY: Duration = Duration::from_millis(100);

pub(crate) struct FanOut {
    house: Arc<House>,
    errands: mpsc::Receiver<Errand>,
    /// One for each room, in their order.
    halls: Vec<Hall>,
    /// Those who read any group of any app over the modelled service's SDK.
    parlours: Parlours,
    /// Kept for its room.
    outputs: Vec<(HubKey, Output)>,
    /// What keeps everything before it is told.
    keeper: Option<Keeper>,
    /// Whether it was asked to close.
    closing: bool,
}

impl FanOut {
    pub(crate) fn new(house: Arc<House>, duties: Duties) -> Self {
        let Duties { errands, keeper, mut boards, questions } = duties;
        let hall = |room: &Arc<Room>| Hall::new(&house, room.clone(), boards.remove(&room.no));
        let mut halls: Vec<_> = house.rooms.iter().map(hall).collect();
        for (key, question) in questions {
            // It was asked before, by a record that is kept.
            let asked = Output::Ask { record: RecordNo(0), question };
            house.heard(key, &asked);
            if let Some(hall) = halls.iter_mut().find(|hall| hall.room.key == key) {
                hall.tell(&house, house.clock.now(), asked);
            }
        }
        let parlours = Parlours::new(house.clone());
        Self { house, errands, halls, parlours, outputs: Vec::new(), keeper, closing: false }
    }

    /// Runs until it is asked to close.
    ///
    /// # Errors
    /// What was said last could not be kept.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let house = self.house.clone();
        let Some(mut drainer) = house.hub.drainer(house.shard()) else { return Ok(()) };
        if let Some(keeper) = &mut self.keeper {
            keeper.follow(&house);
        }
        while let ControlFlow::Continue(next) = self.step(house.clock.now(), &mut drainer) {
            let now = house.clock.now();
            house.pulse.beat(now);
            let wait = next.map_or(LONGEST_WAIT, |next| next.since(now)).min(LONGEST_WAIT);
            if !wait.is_zero() {
                drainer.wait(wait);
            }
        }
        // Whoever waits for the disk still is answered before the last word.
        let mut outputs = self.outputs;
        let close = |keeper: Keeper| keeper.close(&house, &mut drainer, &mut outputs);
        let kept = self.keeper.map_or(Ok(()), close);
        // Nobody is there any more to whom it could be told, but for the app's own server.
        for (key, output) in outputs {
            house.heard(key, &output);
        }
        for hall in &self.halls {
            hall.say_goodbye();
        }
        kept
    }

    /// Does all there is to do, and says when there is more, if by time alone.
    pub(crate) fn step(
        &mut self,
        now: Timestamp,
        drainer: &mut Drainer<'_>,
    ) -> ControlFlow<(), Option<Timestamp>> {
        // What came until it was asked to close is told before it does.
        let last = self.closing;
        self.house.flush_counts(now);
        let mut outputs = std::mem::take(&mut self.outputs);
        let due = match &mut self.keeper {
            None => drain(now, drainer, &mut outputs),
            Some(keeper) => match keeper.turn(&self.house, now, drainer, &mut outputs) {
                Ok(due) => due,
                Err(_untold) => {
                    self.outputs = outputs;
                    return self.wait_for_the_disk(now);
                }
            },
        };
        // After the drain: whoever came in before an output was made has a seat when it is told.
        self.do_errands(now);
        for (key, output) in outputs.drain(..) {
            self.house.heard(key, &output);
            self.parlours.tell(now, key, &output);
            if let Some(hall) = self.halls.iter_mut().find(|hall| hall.room.key == key) {
                tracing::output(&hall.room.id, &output);
                hall.tell(&self.house, now, output);
            }
        }
        self.outputs = outputs;
        if last {
            self.halls.iter_mut().for_each(|hall| hall.hurry(now));
            self.parlours.hurry(now);
        }
        let mut next = [due, self.parlours.step(now)].into_iter().flatten().min();
        for hall in &mut self.halls {
            next = [next, hall.step(&self.house, now)].into_iter().flatten().min();
        }
        match self.closing {
            true if last => ControlFlow::Break(()),
            true => ControlFlow::Continue(Some(now)),
            false => ControlFlow::Continue(next),
        }
    }

    /// Nothing is told that is not kept; what is kept is given to those who read.
    fn wait_for_the_disk(&mut self, now: Timestamp) -> ControlFlow<(), Option<Timestamp>> {
        self.do_errands(now);
        let retry = Some(now + RETRY);
        let mut next = [retry, self.parlours.step(now)].into_iter().flatten().min();
        for hall in &mut self.halls {
            next = [next, hall.step(&self.house, now)].into_iter().flatten().min();
        }
        if self.closing { ControlFlow::Break(()) } else { ControlFlow::Continue(next) }
    }

    /// Does what others asked.
    fn do_errands(&mut self, now: Timestamp) {
        // Those that come meanwhile wake the thread again.
        for _ in 0..ERRANDS {
            let Ok(errand) = self.errands.try_recv() else { break };
            match errand {
                Errand::Enter { room, reader } => {
                    self.in_room(room, |house, hall| hall.enter(house, now, reader));
                }
                Errand::Leave { room, session, connection } => {
                    self.in_room(room, |_, hall| hall.leave(session, connection));
                }
                Errand::View { room, cursor } => self.in_room(room, |_, hall| hall.view(cursor)),
                Errand::Watch { room, session, connection, on } => {
                    self.in_room(room, |_, hall| hall.watch(now, session, connection, on));
                }
                Errand::Answered { room, ticket } => {
                    self.in_room(room, |_, hall| hall.answered(ticket));
                }
                Errand::Poll { group, poll } => self.parlours.hold(now, group, poll),
                Errand::Close => self.closing = true,
            }
        }
    }

    fn in_room(&mut self, RoomNo(no): RoomNo, act: impl FnOnce(&House, &mut Hall)) {
        if let Some(hall) = self.halls.get_mut(no) {
            act(&self.house, hall);
        }
    }
}

/// Takes what groups have to tell, and says when there is more.
fn drain(
    now: Timestamp,
    drainer: &mut Drainer<'_>,
    outputs: &mut Vec<(HubKey, Output)>,
) -> Option<Timestamp> {
    let due = drainer.drain(now, MOST_OUTPUTS, outputs);
    let more = (outputs.len() == MOST_OUTPUTS).then_some(now);
    [due, more].into_iter().flatten().min()
}
