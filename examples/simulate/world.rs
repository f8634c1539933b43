//! One world: a group under a random script, its reference model beside it, and hosts that misbehave.
//!
//! Three hosts play the same script. The *plain* one is held against the model after every step: answers,
//! outputs, history, account and facts. It calls early, late, twice or not at all, polls when it likes, and
//! is replaced by a copy of itself under another hasher key; its history goes to readers of all kinds. The
//! *recording* one keeps a journal and an audit log, crashes before, within or after any step, comes back
//! from its last snapshot and the records since, and must stand where it stood, having told the same. In
//! some worlds a *hub* has several groups, each beside one that stands alone.

use std::{collections::BTreeMap, fmt, mem};

use liveroom::{Author, Command, Cursor, HashKey, MessageId, Output, State, Stats, Timestamp};
use proptest::{
    collection::vec, option, prelude::*, prop_assert, prop_assert_eq, test_runner::TestCaseError,
};

use crate::{
    census::Census,
    hubs,
    model::{
        Model, ModelReceipt,
        compare::{same_facts, uncounted},
        play::{self, Stage},
        script::{self, Script, Step},
    },
    readers::Readers,
    recording::{Recording, reborn},
    weather,
};

/// What the hosts do beside a step of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As a good host does.
    Usual,
    /// The plain host leaves the outputs for later.
    Late,
    /// It calls on the way to the step, and again with times that were.
    Busy,
    /// It is replaced by a copy of itself.
    Replaced,
    /// The recording host takes a snapshot, and keeps no older record.
    Snapshot,
    /// It pushes, and is gone before it has polled anything; the command comes again.
    CrashBefore,
    /// It is gone after some polls.
    CrashAmid,
    /// It is gone after the step.
    CrashAfter,
}

impl Mood {
    /// As the census counts it.
    fn row(self) -> Option<&'static str> {
        match self {
            Self::Usual | Self::Snapshot => None,
            Self::Late => Some("polled late"),
            Self::Busy => Some("called early, twice and with old times"),
            Self::Replaced => Some("copied under another key"),
            Self::CrashBefore => Some("crashed before a poll"),
            Self::CrashAmid => Some("crashed amid polling"),
            Self::CrashAfter => Some("crashed after a step"),
        }
    }
}

/// A world to be.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) script: Script,
    /// One for each step.
    pub(crate) moods: Vec<Mood>,
    /// What broke over it, by the names of the census.
    pub(crate) spells: Vec<&'static str>,
    /// What its readers' dice begin with.
    pub(crate) salt: u64,
    /// What other groups on a hub do meanwhile.
    pub(crate) beside: Vec<Script>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{:?}", self.script, self.moods)
    }
}

/// Worlds of so many steps at most, and the weather's.
pub(crate) fn plan(most: usize) -> impl Strategy<Value = Plan> {
    let mood = prop_oneof![
        40 => Just(Mood::Usual),
        8 => Just(Mood::Late),
        6 => Just(Mood::Busy),
        1 => Just(Mood::Replaced),
        2 => Just(Mood::Snapshot),
        1 => Just(Mood::CrashBefore),
        1 => Just(Mood::CrashAmid),
        1 => Just(Mood::CrashAfter),
    ];
    let beside = option::weighted(0.06, vec(script::script(40), 1..4));
    (script::script(most).boxed(), vec(mood, most), weather::spells(), any::<u64>(), beside.boxed())
        .prop_map(|(mut script, moods, spells, salt, beside)| {
            let mut names = vec![];
            for (at, spell) in spells {
                let at = at % (script.steps.len() + 1);
                script.steps.splice(at..at, spell.steps);
                names.push(spell.name);
            }
            let moods = moods.iter().copied().cycle().take(script.steps.len()).collect();
            Plan { script, moods, spells: names, salt, beside: beside.unwrap_or_default() }
        })
}

pub(crate) type Judged<T = ()> = Result<T, TestCaseError>;

pub(crate) fn fail(why: &str) -> TestCaseError {
    TestCaseError::fail(why.to_owned())
}

/// Lives a world to its end, and counts what happens.
pub(crate) fn live(plan: &Plan, census: &mut Census) -> Judged {
    let mut world = World::new(plan);
    for (number, (step, mood)) in plan.script.steps.iter().zip(&plan.moods).enumerate() {
        let at = |error| fail(&format!("at step {number}, {mood:?}, {step:?}: {error}"));
        census.given(step);
        mood.row().into_iter().for_each(|row| census.one(row));
        world.step(number, step, *mood, census).map_err(at)?;
    }
    plan.spells.iter().for_each(|name| census.one(name));
    world.end(census).map_err(|error| fail(&format!("at the end: {error}")))?;
    if !plan.beside.is_empty() {
        let scripts: Vec<_> = [&plan.script].into_iter().chain(&plan.beside).collect();
        hubs::live(&scripts, census).map_err(|error| fail(&format!("on a hub: {error}")))?;
    }
    Ok(())
}

/// One who polls for history, every so many steps.
struct Poller {
    cursor: Cursor,
    every: usize,
}

struct World {
    plain: Stage,
    model: Model,
    pollers: [Poller; 3],
    readers: Readers,
    recording: Recording,
    asked: u64,
    keys: u64,
}

impl World {
    fn new(plan: &Plan) -> Self {
        let script = &plan.script;
        let plain = Stage::new(script);
        let cursor = plain.group.tail();
        let pollers = [1, 7, 31].map(|every| Poller { cursor, every });
        let readers = Readers::new(cursor, plan.salt);
        let (model, recording) = (play::model(script), Recording::new(script));
        Self { plain, model, pollers, readers, recording, asked: 0, keys: 10 }
    }

    fn step(&mut self, number: usize, step: &Step, mood: Mood, census: &mut Census) -> Judged {
        let line = self.plain.line(step);
        if mood == Mood::Busy {
            self.hurry(line.0);
        }
        let answer = self.plain.play_unpolled(&line);
        census.answered(&line, &answer, self.asked);
        let expected = match &line.1 {
            Some((by, command)) => Some(self.model.push(line.0, by, command)),
            None => {
                self.model.advance(line.0);
                None
            }
        };
        let told = answer.clone().map(|answer| answer.map(|receipt| ModelReceipt::from(&receipt)));
        prop_assert_eq!(
            told.map(uncounted),
            expected.map(uncounted),
            "the model answers otherwise"
        );
        if mood == Mood::Replaced {
            self.replace()?;
        }
        if mood != Mood::Late {
            self.poll(census)?;
        }
        self.hold_together(number)?;
        self.readers.step(number, &mut self.plain.group, &self.model, census)?;
        self.recording.step(number, &line, &answer, mood, census)?;
        // Refusals are in no journal.
        let account = |stage: &Stage| Stats { refused: BTreeMap::new(), ..stage.group.stats() };
        prop_assert_eq!(account(&self.recording.stage), account(&self.plain));
        Ok(())
    }

    fn poll(&mut self, census: &mut Census) -> Judged {
        let outputs = self.plain.poll();
        census.told(&outputs);
        let asked = outputs.iter().filter_map(|output| match output {
            Output::Ask { question, .. } => Some(question.ticket.0),
            _ => None,
        });
        self.asked = asked.chain([self.asked]).max().unwrap_or_default();
        prop_assert_eq!(
            outputs,
            mem::take(&mut self.model.told),
            "the model puts out something else"
        );
        Ok(())
    }

    /// Calls that must change nothing: on the way, and with times that were.
    fn hurry(&mut self, to: Timestamp) {
        let clock = self.plain.group.clock();
        for part in 1..=3 {
            self.plain.group.advance(clock + to.since(clock) * part / 4);
            self.plain.group.advance(clock);
        }
    }

    fn replace(&mut self) -> Judged {
        self.keys += 1;
        let former = self.plain.group.digest();
        self.plain.group = reborn(&self.plain.group.snapshot(), HashKey::new(self.keys, 0))?;
        prop_assert_eq!(self.plain.group.digest(), former, "a copy has another digest");
        Ok(())
    }

    /// History, account and facts are as the model has them, and the account balances.
    fn hold_together(&mut self, number: usize) -> Judged {
        for poller in &mut self.pollers {
            if number.is_multiple_of(poller.every) {
                let expected = self.model.since(&poller.cursor.passed());
                prop_assert_eq!(
                    self.plain.read(&mut poller.cursor),
                    expected,
                    "the history differs"
                );
            }
        }
        let stats = self.plain.group.stats();
        prop_assert!(stats.flow.0.iter().all(liveroom::Flow::balances), "the account: {:?}", stats);
        prop_assert_eq!(&stats, &self.model.stats(), "the account differs");
        same_facts(&self.plain, &self.model)
    }

    /// The app ends the group: no message is without an end, and the journal leads here again.
    fn end(&mut self, census: &mut Census) -> Judged {
        self.poll(census)?;
        let line = (self.plain.group.clock(), Some((Author::App, Command::Disband)));
        let answer = self.plain.play_unpolled(&line);
        let _done = self.plain.poll();
        let group = &self.plain.group;
        for id in 1..=group.stats().accepted() {
            let Some(told) = group.explain(MessageId(id)) else { continue };
            prop_assert!(matches!(told.state, State::Ended(_)), "message {} has no end", id);
        }
        self.recording.step(0, &line, &answer, Mood::CrashAfter, census)?;
        self.recording.end()
    }
}
