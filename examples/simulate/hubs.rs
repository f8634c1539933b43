//! Several groups on one hub, each beside a group of its own that is given the same.

use std::collections::BTreeMap;

use liveroom::{
    AppId, EngineConfig, Group, HashKey, Hub, HubKey, Output, Platform, PushError, SessionId,
    Timestamp, Visitor,
};
use proptest::prop_assert_eq;

use crate::{
    census::Census,
    model::{
        play::{self, Answer, Line, Stage},
        script::{self, Clock, START, Script},
    },
    world::{Judged, fail},
};

const APP: AppId = AppId(1_400_000_000);

/// Each group's steps in turn, until all have done theirs.
pub(crate) fn live(scripts: &[&Script], census: &mut Census) -> Judged {
    let hub = Hub::new(HashKey::new(5, 6), 2, EngineConfig::default());
    let mut house = House::build(&hub, scripts).map_err(|error| fail(&error.to_string()))?;
    let most = scripts.iter().map(|script| script.steps.len()).max().unwrap_or_default();
    for number in 0..most {
        for (room, script) in scripts.iter().enumerate() {
            // One clock for all: none of the others' is to run away.
            let step = script.steps.get(number).filter(|step| !matches!(step.clock, Clock::Wild));
            let Some(step) = step else { continue };
            let line = house.rooms[room].1.line(step);
            house.step(room, &line, census).map_err(|error| {
                fail(&format!("group {room}, step {number}, {step:?}: {error}"))
            })?;
        }
    }
    house.move_out(census)
}

struct House<'a> {
    hub: &'a Hub,
    drainers: Vec<liveroom::Drainer<'a>>,
    rooms: Vec<(HubKey, Stage)>,
    now: Timestamp,
}

impl<'a> House<'a> {
    fn build(hub: &'a Hub, scripts: &[&Script]) -> Result<Self, PushError> {
        hub.create_app(START, APP, "simulated", None)?;
        let of_users = (0..6).flat_map(|user| (0..3_u8).map(move |place| (user, place)));
        for (user, place) in of_users {
            let platform = [Platform::Web, Platform::Android, Platform::Ios][usize::from(place)];
            let visitor = Visitor::user(script::user(user), platform);
            hub.open(APP, script::session(user, place), visitor)?;
        }
        for guest in 90..93 {
            hub.open(APP, SessionId(guest), Visitor::guest(Platform::MiniProgram))?;
        }
        let mut rooms = vec![];
        for (number, script) in scripts.iter().enumerate() {
            let name = format!("room{number}");
            let here = Stage::with(script, &name, HashKey::new(9, 9));
            let alone = Stage::with(script, &name, HashKey::new(1, 2));
            rooms.push((hub.adopt(APP, here.group)?, alone));
        }
        let drainers = (0..hub.shards()).filter_map(|shard| hub.drainer(shard)).collect();
        Ok(Self { hub, drainers, rooms, now: START })
    }

    /// One command to one group, and time for all of them.
    fn step(&mut self, room: usize, line: &Line, census: &mut Census) -> Judged {
        // The hub's clock does not run back: a group that is not due has not heard how late it is.
        self.now = self.now.max(line.0);
        let line = &(self.now, line.1.clone());
        let (key, alone) = &mut self.rooms[room];
        if let Some((by, command)) = &line.1 {
            let answer = match self.hub.push(self.now, *key, by.clone(), command.clone()) {
                Ok(receipt) => Some(Ok(receipt)),
                Err(PushError::Refused(refusal)) => Some(Err(refusal)),
                // The group has not heard of it.
                Err(_) => None,
            };
            match answer {
                Some(answer) => {
                    prop_assert_eq!(
                        alone.play_unpolled(line),
                        Answer::Some(answer),
                        "another answer"
                    );
                    let digest = self.hub.read(*key, Group::digest);
                    prop_assert_eq!(digest, Some(alone.group.digest()), "another digest");
                    census.one("steps of groups on hubs");
                }
                None => census.one("turned away by the hub"),
            }
        }
        self.drain()
    }

    fn drain(&mut self) -> Judged {
        let mut moved = vec![];
        for drainer in &mut self.drainers {
            drainer.drain(self.now, usize::MAX, &mut moved);
        }
        let mut told: BTreeMap<HubKey, Vec<Output>> = BTreeMap::new();
        for (key, output) in moved {
            if !matches!(output, Output::Tail { .. }) {
                told.entry(key).or_default().push(output);
            }
        }
        for (key, alone) in &mut self.rooms {
            alone.play_unpolled(&(self.now, None));
            prop_assert_eq!(
                told.remove(key).unwrap_or_default(),
                alone.poll(),
                "it tells otherwise"
            );
        }
        Ok(())
    }

    /// All groups are written down and go on elsewhere.
    fn move_out(self, census: &mut Census) -> Judged {
        let elsewhere = Hub::new(HashKey::new(7, 8), 3, EngineConfig::default());
        let app = elsewhere.create_app(START, APP, "simulated", None);
        app.map_err(|error| fail(&error.to_string()))?;
        for snapshot in self.hub.snapshot(APP) {
            let moved = elsewhere.restore(APP, snapshot, &[play::filter()], None);
            moved.map_err(|error| fail(&format!("a snapshot is refused: {error}")))?;
        }
        for (key, alone) in &self.rooms {
            let there = elsewhere.find(APP, alone.group.id());
            let digest = there.and_then(|key| elsewhere.read(key, Group::digest));
            prop_assert_eq!(
                digest,
                self.hub.read(*key, Group::digest),
                "a group moved out changed"
            );
        }
        census.one("hubs restored");
        Ok(())
    }
}
