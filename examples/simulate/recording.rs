//! A host that writes everything down, and may be gone at any moment.

use liveroom::{
    Command, Cursor, Event, Group, HashKey, Output, Record, Snapshot, Timestamp,
    audit::{self, AuditRecord},
    replay,
};
use proptest::{prop_assert, prop_assert_eq};

use crate::{
    census::Census,
    model::{
        play::{self, Answer, Line, Stage},
        script::Script,
    },
    world::{Judged, Mood, fail},
};

pub(crate) struct Recording {
    pub(crate) stage: Stage,
    cursor: Cursor,
    base: Snapshot,
    /// What was polled since.
    told: Vec<Output>,
    audits: Vec<AuditRecord>,
    keys: u64,
}

impl Recording {
    pub(crate) fn new(script: &Script) -> Self {
        let mut script = script.clone();
        (script.knobs.journal, script.knobs.audit) = (true, true);
        let stage = Stage::new(&script);
        let (cursor, base) = (stage.group.tail(), stage.group.snapshot());
        Self { stage, cursor, base, told: vec![], audits: vec![], keys: 1_000 }
    }

    /// `answer` is what a host that is never gone was answered.
    pub(crate) fn step(
        &mut self,
        number: usize,
        (now, push): &Line,
        answer: &Answer,
        mood: Mood,
        census: &mut Census,
    ) -> Judged {
        let line = (*now, push.clone().map(|(by, command)| (by, recorded(command))));
        match mood {
            Mood::CrashBefore => {
                let (before, clock) = (self.stage.group.digest(), self.stage.group.clock());
                let _nobody_heard = self.stage.play_unpolled(&line);
                self.come_back(clock, &[], census)?;
                let after = self.stage.group.digest();
                prop_assert_eq!(after, before, "what was not written down is there");
                self.play(&line, answer)?;
            }
            Mood::CrashAmid => self.crash_amid(&line, answer, 1 + number % 4, census)?,
            _ => self.play(&line, answer)?,
        }
        match mood {
            Mood::Snapshot => {
                self.base = self.stage.group.snapshot();
                self.told.clear();
                census.one("snapshots");
            }
            Mood::CrashAfter => {
                let (after, clock) = (self.stage.group.digest(), self.stage.group.clock());
                let more = self.come_back(clock, &[], census)?;
                prop_assert_eq!(more, vec![], "the journal tells more");
                prop_assert_eq!(self.stage.group.digest(), after, "the journal leads elsewhere");
            }
            _ => {}
        }
        let _read = self.stage.read(&mut self.cursor);
        Ok(())
    }

    fn play(&mut self, line: &Line, answer: &Answer) -> Judged {
        let (again, told) = self.stage.play(line);
        prop_assert_eq!(&again, answer, "a journal changes the answer");
        self.hear(told);
        Ok(())
    }

    /// It is gone when it has polled so many outputs and written them down: those that say more of a
    /// command that is written down come again, and a command that is not is given again.
    fn crash_amid(
        &mut self,
        line: &Line,
        answer: &Answer,
        polls: usize,
        census: &mut Census,
    ) -> Judged {
        let before = self.stage.group.clock();
        let first = self.stage.play_unpolled(line);
        let (after, now) = (self.stage.group.digest(), self.stage.group.clock());
        let polled = (0..polls).map_while(|_| self.stage.group.poll());
        let polled: Vec<_> = polled.filter(|output| !is_tail(output)).collect();
        let written =
            polled.iter().filter_map(record).any(|record| match (&record.event, &line.1) {
                (Event::Command { by, command }, Some(pushed)) => {
                    (by, command) == (&pushed.0, &pushed.1)
                }
                _ => false,
            });
        let clock = if written { now } else { before };
        let more = self.come_back(clock, &polled, census)?;
        prop_assert!(more.starts_with(&polled), "what was said before a crash is not said again");
        self.hear(more);
        if written {
            prop_assert_eq!(&first, answer, "a journal changes the answer");
        } else {
            self.play(line, answer)?;
        }
        prop_assert_eq!(self.stage.group.digest(), after, "a crash amid polling leads elsewhere");
        Ok(())
    }

    fn hear(&mut self, told: Vec<Output>) {
        let audits = told.iter().filter_map(|output| match output {
            Output::Audit { audit, .. } => Some((**audit).clone()),
            _ => None,
        });
        self.audits.extend(audits);
        self.told.extend(told);
    }

    /// From the last snapshot and the records since, with those among `polled`. Returns what is told
    /// beyond what was heard.
    fn come_back(
        &mut self,
        clock: Timestamp,
        polled: &[Output],
        census: &mut Census,
    ) -> Judged<Vec<Output>> {
        self.keys += 1;
        let mut group = reborn(&self.base, HashKey::new(self.keys, 0))?;
        let mut again = vec![];
        let records = self.told.iter().chain(polled).filter_map(record).cloned();
        let records: Vec<Record> = records.collect();
        census.count("records replayed", records.len());
        let replayed = replay(&mut group, records, |output| {
            if !is_tail(&output) {
                again.push(output);
            }
        });
        prop_assert_eq!(replayed, Ok(()));
        group.advance(clock);
        prop_assert!(again.len() >= self.told.len(), "the journal tells less");
        let more = again.split_off(self.told.len());
        prop_assert_eq!(&again, &self.told, "the journal tells something else");
        self.stage.group = group;
        Ok(more)
    }

    pub(crate) fn end(&self) -> Judged {
        prop_assert_eq!(audit::verify(&self.audits), Ok(self.stage.group.audit_head()));
        Ok(())
    }
}

/// The same group, written down and read again.
pub(crate) fn reborn(snapshot: &Snapshot, key: HashKey) -> Judged<Group> {
    let bytes = serde_json::to_vec(snapshot).map_err(|error| fail(&error.to_string()))?;
    let read: Snapshot =
        serde_json::from_slice(&bytes).map_err(|error| fail(&error.to_string()))?;
    Group::restore(read, &[play::filter()], key, None)
        .map_err(|error| fail(&format!("a snapshot is refused: {error}")))
}

fn record(output: &Output) -> Option<&Record> {
    if let Output::Record(record) = output { Some(record) } else { None }
}

fn is_tail(output: &Output) -> bool {
    matches!(output, Output::Tail { .. })
}

/// A host that records goes on doing so under any config.
fn recorded(command: Command) -> Command {
    let Command::Configure(config) = command else { return command };
    let mut settings = config.settings().clone();
    (settings.journal, settings.audit) = (true, true);
    Command::Configure(Box::new(settings.build().expect("a journal keeps a good config good")))
}
