//! The one thread that tells everybody everything.
//!
//! Its loop: drain the shard's outputs, do what it was asked, let every [`Hall`] give out what is due,
//! and wait until something comes or is due. It waits for no client: whoever cannot take more stays
//! where it is, and is told later what it missed.

mod easel;
mod hall;
mod panel;
mod parlour;
mod parlours;
mod seats;
mod stall;
#[cfg(test)]
mod tests;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use liveroom::{Drainer, HubKey, Output, Timestamp, tracing};
use tokio::sync::mpsc;

pub(crate) use self::parlours::READABLE;
use self::{hall::Hall, parlours::Parlours};
use crate::{
    errand::{ERRANDS, Errand},
    house::House,
    room::RoomNo,
};

/// Outputs taken under one lock.
const MOST_OUTPUTS: usize = 1_024;
/// The longest sleep. Whatever has to be done wakes the thread; this is for what we did not think of.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct FanOut {
    house: Arc<House>,
    errands: mpsc::Receiver<Errand>,
    /// One for each room, in their order.
    halls: Vec<Hall>,
    /// Those who read any group of any app over the modelled service's SDK.
    parlours: Parlours,
    /// Kept for its room.
    outputs: Vec<(HubKey, Output)>,
}

impl FanOut {
    pub(crate) fn new(house: Arc<House>, errands: mpsc::Receiver<Errand>) -> Self {
        let halls = house.rooms.iter().map(|room| Hall::new(&house, room.clone())).collect();
        let parlours = Parlours::new(house.clone());
        Self { house, errands, halls, parlours, outputs: Vec::new() }
    }

    /// Runs until it is asked to close.
    pub(crate) fn run(mut self) {
        let house = self.house.clone();
        let Some(mut drainer) = house.hub.drainer(house.shard()) else { return };
        while let ControlFlow::Continue(next) = self.step(house.clock.now(), &mut drainer) {
            let now = house.clock.now();
            house.pulse.beat(now);
            let wait = next.map_or(LONGEST_WAIT, |next| next.since(now)).min(LONGEST_WAIT);
            if !wait.is_zero() {
                drainer.wait(wait);
            }
        }
        for hall in &self.halls {
            hall.say_goodbye();
        }
    }

    /// Does all there is to do, and says when there is more, if by time alone.
    pub(crate) fn step(
        &mut self,
        now: Timestamp,
        drainer: &mut Drainer<'_>,
    ) -> ControlFlow<(), Option<Timestamp>> {
        self.house.flush_counts(now);
        let mut outputs = std::mem::take(&mut self.outputs);
        let due = drainer.drain(now, MOST_OUTPUTS, &mut outputs);
        let more = (outputs.len() == MOST_OUTPUTS).then_some(now);
        // After the drain: whoever came in before an output was made has a seat when it is told.
        let flow = self.do_errands(now);
        for (key, output) in outputs.drain(..) {
            self.house.heard(key, &output);
            self.parlours.tell(now, key, &output);
            if let Some(hall) = self.halls.iter_mut().find(|hall| hall.room.key == key) {
                tracing::output(&hall.room.id, &output);
                hall.tell(&self.house, now, output);
            }
        }
        self.outputs = outputs;
        let mut next = [due, more, self.parlours.step(now)].into_iter().flatten().min();
        for hall in &mut self.halls {
            next = [next, hall.step(&self.house, now)].into_iter().flatten().min();
        }
        flow?;
        ControlFlow::Continue(next)
    }

    /// Does what others asked, and says whether it is to go on.
    fn do_errands(&mut self, now: Timestamp) -> ControlFlow<()> {
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
                Errand::Close => {
                    self.halls.iter_mut().for_each(|hall| hall.hurry(now));
                    self.parlours.hurry(now);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn in_room(&mut self, RoomNo(no): RoomNo, act: impl FnOnce(&House, &mut Hall)) {
        if let Some(hall) = self.halls.get_mut(no) {
            act(&self.house, hall);
        }
    }
}
