//! The stage on which stories are played: one group, and whoever is named.

mod deed;
pub(crate) mod say;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use liveroom::{
    Author, Command, Cursor, Epoch, Group, GroupConfig, GroupId, HashKey, MessageId, Output,
    Receipt, SessionId, Settings, Timestamp, filter::FilterSpec,
};

use deed::{duration, number, set, user};

type Told = Result<Vec<String>, String>;

/// When every story begins.
const START: Timestamp = Timestamp::from_secs(1_600_000_000);
/// From when on what is told counts, if not from then.
pub(crate) static TOLD_FROM: OnceLock<Timestamp> = OnceLock::new();

pub(crate) struct Stage {
    group: Option<Group>,
    now: Timestamp,
    /// Sessions by `name@platform`, numbered as they come.
    sessions: BTreeMap<String, SessionId>,
    /// How far each reader has read.
    readers: BTreeMap<String, Cursor>,
    /// How far the story itself has told the history.
    told: Option<Cursor>,
    /// The answer to the last command, until it is told.
    answer: Option<String>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            group: None,
            now: START,
            sessions: BTreeMap::new(),
            readers: BTreeMap::new(),
            told: None,
            answer: None,
        }
    }

    /// Does what a line says, and tells everything that followed.
    pub(crate) fn act(&mut self, deed: &str) -> Told {
        let words: Vec<&str> = deed.split_whitespace().collect();
        match words.as_slice() {
            ["group", rest @ ..] => self.begin(rest),
            ["wait", span] => {
                self.now += duration(span)?;
                let now = self.now;
                self.group_mut()?.advance(now);
                self.follow()
            }
            ["filter", words @ ..] => self.filter(words),
            ["configure", words @ ..] => self.configure(words),
            ["explain", id] => self.explain(id),
            ["stats"] => Ok(say::stats(&self.group_ref()?.stats())),
            ["profile"] => Ok(say::profile(self.group_ref()?)),
            ["held"] => Ok(say::held(self.group_ref()?)),
            ["members"] => Ok(say::members(self.group_ref()?)),
            ["attributes"] => Ok(say::attributes(self.group_ref()?)),
            [name, "reads"] => self.read(name),
            ["repeat", count, name, "with", "random", rest @ ..] => {
                self.repeat(count, |stage, at| {
                    stage.push(name, &[&rest.join(" "), "random", &at.to_string()].join(" "))
                })
            }
            ["repeat", count, name, rest @ ..] => self.repeat(count, |stage, at| {
                stage.push(&name.replace('#', &at.to_string()), &rest.join(" "))
            }),
            [name, ..] => {
                let rest = deed.strip_prefix(name).unwrap_or_default().trim();
                self.push(name, rest)?;
                self.follow_after_answer()
            }
            [] => Err("nothing to do".into()),
        }
    }

    fn begin(&mut self, words: &[&str]) -> Told {
        let mut config = match words.first() {
            Some(&"livestream") => GroupConfig::livestream(),
            Some(&"vendor") => GroupConfig::vendor(),
            Some(&"modern") => GroupConfig::modern(),
            _ => return Err("which preset?".into()),
        };
        let mut owner = None;
        let mut settings = config.settings().clone();
        // A story tells of the audit log where it asks for one.
        settings.audit = false;
        for word in &words[1..] {
            match word.split_once('=') {
                Some(("owner", name)) => owner = Some(user(name)?),
                _ => change(&mut settings, word)?,
            }
        }
        config = settings.build().map_err(|error| error.to_string())?;
        *self = Self::new();
        let id = GroupId::custom("story").map_err(|error| error.to_string())?;
        let group = Group::new(id, owner, config, Epoch(1), HashKey::new(1, 2), self.now);
        self.told = Some(group.tail());
        self.group = Some(group);
        Ok(Vec::new())
    }

    fn filter(&mut self, words: &[&str]) -> Told {
        let lines: Vec<String> = words.iter().map(|word| say::filter_line(word)).collect();
        let spec = FilterSpec::parse(&lines.join("\n")).map_err(|error| error.to_string())?;
        let filter = Arc::new(spec.compile().map_err(|error| error.to_string())?);
        let id = filter.id();
        let now = self.now;
        let group = self.group_mut()?;
        group.install_filter(filter);
        let answer = group.push(now, Author::App, Command::UseFilter { filter: Some(id) });
        answer.map_err(|refusal| refusal.to_string())?;
        self.follow()
    }

    /// The group goes on under settings of which some are changed.
    fn configure(&mut self, words: &[&str]) -> Told {
        let mut settings = self.group_ref()?.config().settings().clone();
        words.iter().try_for_each(|word| change(&mut settings, word))?;
        let config = settings.build().map_err(|error| error.to_string())?;
        let now = self.now;
        let command = Command::Configure(Box::new(config));
        let answer = self.group_mut()?.push(now, Author::App, command);
        answer.map_err(|refusal| refusal.to_string())?;
        self.follow()
    }

    fn explain(&self, id: &str) -> Told {
        let id = MessageId(number(id)?);
        let explanation = self.group_ref()?.explain(id).ok_or("it is not remembered")?;
        Ok(explanation.to_string().lines().map(str::to_owned).collect())
    }

    fn repeat(
        &mut self,
        count: &str,
        mut act: impl FnMut(&mut Self, u64) -> Result<String, String>,
    ) -> Told {
        let count = number(count)?;
        let mut answers = BTreeMap::<String, u64>::new();
        for at in 1..=count {
            let answer = act(self, at)?;
            *answers.entry(say::kind_of(&answer)).or_default() += 1;
        }
        let mut lines: Vec<String> = answers
            .into_iter()
            .map(|(answer, times)| format!("= {times} times {answer}"))
            .collect();
        lines.extend(say::summary(&self.follow_all()?));
        Ok(lines)
    }

    /// Gives a command; the answer waits to be told.
    fn push(&mut self, name: &str, deed: &str) -> Result<String, String> {
        let (author, command) = deed::command(&mut self.sessions, name, deed)?;
        let now = self.now;
        let group = self.group_mut()?;
        let moved = if let Command::Rebase { to } = &command { Some(*to) } else { None };
        let answer = group.push(now, author, command);
        self.now = moved.filter(|_| answer.is_ok()).unwrap_or(now);
        if let Ok(Receipt::Joined { cursor, .. }) = &answer {
            self.readers.insert(who(name).to_owned(), *cursor);
        }
        let told = say::answer(&answer);
        self.answer = Some(told.clone());
        Ok(told)
    }

    fn follow_after_answer(&mut self) -> Told {
        let mut lines: Vec<String> = self.answer.take().into_iter().collect();
        lines.extend(self.follow()?);
        Ok(lines)
    }

    /// Tells what was appended, and what was put out.
    fn follow(&mut self) -> Told {
        Ok(say::gathered(&self.follow_all()?))
    }

    fn follow_all(&mut self) -> Told {
        self.answer = None;
        let told = self.told.ok_or("there is no group yet")?;
        let Self { group: Some(group), sessions, readers, .. } = self else {
            return Err("there is no group yet".into());
        };
        let mut lines = Vec::new();
        let entries = group.since(&told).map_err(|error| error.to_string())?;
        let next = entries.cursor();
        lines.extend(entries.map(|entry| say::entry(entry)));
        while let Some(output) = group.poll() {
            if let Output::Joined { device, cursor, .. } = &output {
                let at = sessions.iter().find(|(_, session)| **session == device.session);
                readers.extend(at.map(|(name, _)| (who(name).to_owned(), *cursor)));
            }
            if !matches!(output, Output::Tail { .. } | Output::Record(_)) {
                lines.push(say::output(&output));
            }
        }
        self.told = Some(next);
        Ok(self.name_sessions(lines))
    }

    /// Sessions are told by the names that the story gave them.
    fn name_sessions(&self, lines: Vec<String>) -> Vec<String> {
        let name = |line: String| {
            self.sessions.iter().fold(line, |line, (name, session)| {
                line.replace(&format!("session:{session}:"), name)
            })
        };
        lines.into_iter().map(name).collect()
    }

    fn read(&mut self, name: &str) -> Told {
        let cursor = *self.readers.get(who(name)).ok_or("who is that?")?;
        let entries = self.group_ref()?.since(&cursor).map_err(|error| error.to_string())?;
        let (missed, next) = (entries.missed(), entries.cursor());
        let mut lines: Vec<String> = say::missed(missed).into_iter().collect();
        lines.extend(entries.map(|entry| say::entry(entry)));
        self.readers.insert(who(name).to_owned(), next);
        Ok(lines)
    }

    fn group_ref(&self) -> Result<&Group, String> {
        self.group.as_ref().ok_or_else(|| "there is no group yet".into())
    }

    fn group_mut(&mut self) -> Result<&mut Group, String> {
        self.group.as_mut().ok_or_else(|| "there is no group yet".into())
    }
}

/// A setting, `key=value`.
fn change(settings: &mut Settings, word: &str) -> Result<(), String> {
    let (key, value) = word.split_once('=').ok_or("settings are key=value")?;
    set(settings, key, value)
}

/// The name without the device.
fn who(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}
