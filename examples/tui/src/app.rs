//! What is on the screen: the world, its clock, and what was said last.

use std::time::Duration;

use crate::{
    clock::Clock,
    input::Act,
    world::{START, Told, World},
};

pub(crate) struct App {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    /// What the last key did, or why it could not.
    pub(crate) told: Told,
    /// Which pane has the place that is left on a small screen.
    pub(crate) tab: usize,
    quit: bool,
}

impl App {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            world: World::new(seed),
            clock: Clock::new(START),
            told: Ok(
                "the group thinks aloud: let max flood (f), slow down ([), step (s)".to_owned()
            ),
            tab: 0,
            quit: false,
        }
    }

    pub(crate) fn wants_to_quit(&self) -> bool {
        self.quit
    }

    /// So much real time has passed.
    pub(crate) fn pass(&mut self, real: Duration) {
        let now = self.clock.pass(real);
        self.world.run(now);
    }

    pub(crate) fn act(&mut self, act: Act) {
        let told = match act {
            Act::Quit => {
                self.quit = true;
                return;
            }
            Act::Tab => {
                self.tab += 1;
                return;
            }
            Act::Pause => {
                self.clock.pause();
                Ok(if self.clock.is_paused() { "time stands still" } else { "time runs" }
                    .to_owned())
            }
            Act::Step => Ok(self.step()),
            Act::Slower => {
                self.clock.slower();
                Ok(self.tell_pace())
            }
            Act::Faster => {
                self.clock.faster();
                Ok(self.tell_pace())
            }
            Act::Load(turn) => Ok(self.world.change_load(turn)),
            Act::Turn(knob, turn) => self.world.configure(knob, turn),
            Act::Flood => Ok(self.world.flood()),
            Act::Gift => Ok(self.world.gift()),
            Act::MuteFlooder => self.world.mute_flooder(),
            Act::MuteAll => self.world.mute_all(),
            Act::Notice => self.world.notice(),
        };
        self.told = told;
    }

    /// Goes to the next moment at which something happens, and stays there.
    fn step(&mut self) -> String {
        let (at, next) = self.world.next();
        self.clock.step(at);
        self.world.run(self.clock.now());
        next.to_string()
    }

    fn tell_pace(&self) -> String {
        format!("time runs at {} of real time", self.clock.pace())
    }
}
