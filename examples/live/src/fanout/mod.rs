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

use liveroom::{Drainer, HubKey, Output, RecordNo, Timestamp, tracing};
use tokio::sync::mpsc;

use self::{hall::Hall, parlours::Parlours};
pub(crate) use self::{hall::gifts_of, parlours::READABLE};
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
/// How long it is tried when the host ends.
const LAST_TRIES: Duration = Duration::from_secs(5);

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
    /// When it was asked to close, while what there is cannot be kept.
    closing: Option<Timestamp>,
}

impl FanOut {
    pub(crate) fn new(house: Arc<House>, duties: Duties) -> Self {
        let Duties { errands, keeper, mut boards } = duties;
        let hall = |room: &Arc<Room>| Hall::new(&house, room.clone(), boards.remove(&room.no));
        let mut halls: Vec<_> = house.rooms.iter().map(hall).collect();
        for key in house.groups() {
            ask_again(&house, key, halls.iter_mut().find(|hall| hall.room.key == key));
        }
        let parlours = Parlours::new(house.clone());
        Self { house, errands, halls, parlours, outputs: Vec::new(), keeper, closing: None }
    }

    /// Runs until it is asked to close.
    pub(crate) fn run(mut self) {
        let house = self.house.clone();
        let Some(mut drainer) = house.hub.drainer(house.shard()) else { return };
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
        if let Some(keeper) = self.keeper {
            keeper.close(&house);
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
        // What came until it was asked to close is told before it does.
        let last = self.closing.is_some();
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
            Some(_) if last => ControlFlow::Break(()),
            Some(_) => ControlFlow::Continue(Some(now)),
            None => ControlFlow::Continue(next),
        }
    }

    /// Nothing is told that is not kept. Those who come and go are still seen to.
    fn wait_for_the_disk(&mut self, now: Timestamp) -> ControlFlow<(), Option<Timestamp>> {
        self.do_errands(now);
        match self.closing {
            Some(since) if since + LAST_TRIES <= now => ControlFlow::Break(()),
            _ => ControlFlow::Continue(Some(now + RETRY)),
        }
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
                Errand::Close => {
                    self.closing.get_or_insert(now);
                }
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

/// What a group had asked before its host ended is asked once more.
fn ask_again(house: &House, key: HubKey, mut hall: Option<&mut Hall>) {
    let open = house.hub.read(key, |group| group.questions().collect::<Vec<_>>());
    for question in open.unwrap_or_default() {
        let asked = Output::Ask { record: RecordNo(0), question };
        house.heard(key, &asked);
        if let Some(hall) = &mut hall {
            hall.tell(house, house.clock.now(), asked);
        }
    }
}
