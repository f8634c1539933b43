//! What would have been under another config.
//!
//! Two groups from one snapshot live through the same stretch of a journal: one as it was, the other under
//! a changed config. Each message is followed to its end in both, and what differs is told.
//!
//! Invariant: both groups stand at the same time after each record.

mod difference;
mod pairs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use thiserror::Error;

pub use self::difference::{Contrast, Difference, Differing, Fate, Fates, RejectedBy};
use self::pairs::{Asked, Pairs, Sent};
use crate::{
    command::{Command, Receipt},
    config::{ConfigError, Settings},
    filter::Filter,
    group::{Group, RestoreError, Snapshot},
    hash::HashKey,
    id::{FilterId, MessageId, Ticket},
    journal::{self, ReplayError},
    message::{Content, Priority},
    output::{Event, HeldMessage, Hold, Output, Question, Record},
    receipts::Explanation,
    refusal::Refusal,
    role::Author,
    time::Timestamp,
};

/// Why a stretch of a journal cannot be lived through again.
#[derive(Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// The snapshot is no group.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The records do not follow on the snapshot.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The changed settings are no config.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The group does not take the changed config.
    #[error("the changed config is refused: {0}")]
    Refused(Refusal),
}

/// Lives through `records` twice, as it was and under the settings that `change` makes of those in
/// force, and tells what differs.
///
/// `start` is the group where the records begin, and `filters` are all that it, the records, or the
/// changed settings name; `key` is random and secret, and cannot be seen in the answer. The change holds
/// from the start, and whenever a record sets the config, it is made again on what is set.
///
/// Numbers of messages may shift when one is refused, so answers and recalls are passed on to the
/// message that they were about. What was not held then is held in the other world without an answer, and
/// silence decides.
///
/// What was refused then is in no journal: a more generous config may have accepted more. What is on its way
/// when the records end is [`Fate::Open`].
///
/// Memory: two groups, the messages that are open in one of them, the numbers of the last 65,536, and at
/// most 1,000 that differ.
///
/// ```
/// use liveroom::{Author, Command, Creation, GroupConfig, GroupId, HashKey, Output, Rate, Timestamp};
/// use liveroom::{Contrast, what_if};
///
/// let (now, key) = (Timestamp::from_secs(1), HashKey::new(1, 2));
/// let mut settings = GroupConfig::livestream().settings().clone();
/// settings.journal = true;
/// let creation = Creation::named("Friday").config(settings.build()?);
/// let mut group = creation.build(now, GroupId::custom("friday")?, key)?;
/// let (start, mut records) = (group.snapshot(), Vec::new());
/// for text in ["1", "2", "3", "4", "5"] {
///     group.push(now, Author::App, Command::text(text))?;
/// }
/// group.advance(Timestamp::from_secs(2));
/// while let Some(output) = group.poll() {
///     if let Output::Record(record) = output {
///         records.push(record);
///     }
/// }
/// // Three go at once, and the others 25 and 50 ms later: or 12.5 and 25, at twice the rate.
/// let twice = Rate::per_second(80).expect("not zero");
/// let difference = what_if(start, &[], key, records, |settings| settings.traffic.rate = twice)?;
/// assert_eq!(difference.count(Contrast::Earlier), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`WhatIfError`] says what does not fit together. What the other config refuses of the records is no
/// error but counted.
pub fn what_if(
    start: Snapshot,
    filters: &[Arc<Filter>],
    key: HashKey,
    records: impl IntoIterator<Item = Record>,
    change: impl Fn(&mut Settings),
) -> Result<Difference, WhatIfError> {
    let mut worlds = Worlds::new(start, filters, key, change)?;
    for record in records {
        worlds.step(record)?;
    }
    Ok(worlds.pairs.finish())
}

/// The two groups, and what is known of both.
struct Worlds<'a, F> {
    was: Group,
    would: Group,
    filters: &'a [Arc<Filter>],
    change: F,
    was_asked: Asked,
    would_asked: Asked,
    pairs: Pairs,
}

impl<'a, F: Fn(&mut Settings)> Worlds<'a, F> {
    fn new(
        start: Snapshot,
        filters: &'a [Arc<Filter>],
        key: HashKey,
        change: F,
    ) -> Result<Self, WhatIfError> {
        let mut was = Group::restore(start.clone(), filters, key, None)?;
        let mut would = Group::restore(start, filters, key, None)?;
        // What was not polled yet was told before the stretch.
        while was.poll().is_some() {}
        while would.poll().is_some() {}
        let mut pairs = Pairs::after(was.stats().accepted());
        let mut asked = [Asked::default(), Asked::default()];
        for waiting in Priority::ALL.into_iter().flat_map(|priority| was.waiting(priority)) {
            pairs.begin(waiting.message);
        }
        for message in was.folded() {
            pairs.begin(message);
        }
        let (held, _no_more) = was.held(Ticket(0), usize::MAX);
        for HeldMessage { ticket, message, hold, .. } in &held {
            pairs.begin(message);
            if let Hold::Question { step, .. } = hold {
                for asked in &mut asked {
                    asked.ask(*ticket, message.id, step);
                }
            }
        }
        let [was_asked, would_asked] = asked;
        let mut worlds = Self { was, would, filters, change, was_asked, would_asked, pairs };
        match worlds.align()? {
            Some(Err(refusal)) => Err(WhatIfError::Refused(refusal)),
            Some(Ok(_)) | None => Ok(worlds),
        }
    }

    /// Lives through one record in both worlds.
    fn step(&mut self, record: Record) -> Result<(), WhatIfError> {
        let at = record.at;
        let Event::Command { by, command } = record.event.clone() else {
            journal::play(&mut self.was, record)?;
            self.hear();
            self.settle(at);
            return Ok(());
        };
        self.install(named_filter(&command));
        // A config given again is still a config given: the other world has its own.
        let steers = matches!(
            command,
            Command::Configure(_) | Command::UseFilter { .. } | Command::SetSlowMode { .. }
        );
        // Asked for before the answer is given.
        let other = self.translate(command.clone());
        let receipt = journal::play(&mut self.was, record)?;
        self.settle(at);
        let sent = match (&receipt, &command) {
            (Some(Receipt::Sent { message, .. }), Command::Send(draft)) => {
                self.sent(*message, &draft.content).map(|sent| (*message, sent))
            }
            _ => None,
        };
        let answer = if steers {
            self.align()?
        } else {
            other.map(|command| self.would.push(at, by, command))
        };
        self.answered(sent, answer);
        self.hear();
        Ok(())
    }

    /// What is done in the other world where `command` was accepted in this one; `None` if there is
    /// nothing to do it about.
    fn translate(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::Answer { ticket, decision } => {
                let asked = self.was_asked.question(ticket);
                let ticket = asked.and_then(|(message, step)| {
                    let other = self.pairs.other(*message)?;
                    self.would_asked.ticket(other, step)
                });
                self.pairs.difference().answers_skipped += u64::from(ticket.is_none());
                ticket.map(|ticket| Command::Answer { ticket, decision })
            }
            Command::Recall { message } => {
                self.taken_back(message).map(|message| Command::Recall { message })
            }
            Command::Withdraw { message } => {
                self.taken_back(message).map(|message| Command::Withdraw { message })
            }
            other => Some(other),
        }
    }

    /// A message that is taken back here, as the other world knows it.
    fn taken_back(&mut self, message: MessageId) -> Option<MessageId> {
        let other = self.pairs.other(message);
        self.pairs.difference().recalls_skipped += u64::from(other.is_none());
        other
    }

    /// What is known of a message that has just been accepted here.
    fn sent(&self, message: MessageId, content: &Content) -> Option<Sent> {
        let Explanation { author, kind, priority, accepted, .. } = self.was.explain(message)?;
        Some(Sent::new(author, kind, priority, accepted, content))
    }

    /// Takes note of what the other world said of a command.
    fn answered(
        &mut self,
        sent: Option<(MessageId, Sent)>,
        answer: Option<Result<Receipt, Refusal>>,
    ) {
        if let Some(Err(refusal)) = &answer {
            *self.pairs.difference().refused.entry(refusal.code()).or_default() += 1;
        }
        let Some((message, sent)) = sent else { return };
        let other = match answer {
            Some(Ok(Receipt::Sent { message, duplicate: false, .. })) => Ok(message),
            Some(Err(refusal)) => Err(refusal.code()),
            Some(Ok(_)) | None => Err(0),
        };
        self.pairs.accept(message, sent, other);
    }

    /// Puts in force in the other world what the change makes of this world's settings; `None` if it is.
    fn align(&mut self) -> Result<Option<Result<Receipt, Refusal>>, ConfigError> {
        let mut settings = self.was.config().settings().clone();
        (self.change)(&mut settings);
        let config = settings.build()?;
        if config == *self.would.config() {
            return Ok(None);
        }
        self.install(config.settings().filter);
        let now = self.would.clock();
        let command = Command::Configure(Box::new(config));
        Ok(Some(self.would.push(now, Author::App, command)))
    }

    /// Makes a filter known that is about to be put in force. One that was not given is refused there.
    fn install(&mut self, id: Option<FilterId>) {
        let Some(id) = id else { return };
        for filter in self.filters.iter().filter(|filter| filter.id() == id) {
            self.was.install_filter(filter.clone());
            self.would.install_filter(filter.clone());
        }
    }

    /// Brings the other world to `at`, in steps where its outputs have no room for all at once.
    fn settle(&mut self, at: Timestamp) {
        loop {
            self.would.advance(at);
            if !self.hear_other() || self.would.poll_timeout().is_none_or(|due| due.at > at) {
                break;
            }
        }
    }

    /// Follows what both worlds told.
    fn hear(&mut self) {
        while let Some(output) = self.was.poll() {
            match output {
                Output::Ask { question, .. } => {
                    let Question { ticket, message, step, .. } = question;
                    self.was_asked.ask(ticket, message.id, &step);
                }
                Output::Ended { message, outcome, .. } => {
                    self.was_asked.end(message.id);
                    self.pairs.ended(&message, &outcome);
                }
                _ => {}
            }
        }
        self.hear_other();
    }

    /// Follows what the other world told; says whether that was anything.
    fn hear_other(&mut self) -> bool {
        let mut told = false;
        while let Some(output) = self.would.poll() {
            told = true;
            match output {
                Output::Ask { question, .. } => {
                    let Question { ticket, message, step, .. } = question;
                    self.would_asked.ask(ticket, message.id, &step);
                }
                Output::Ended { message, outcome, .. } => {
                    self.would_asked.end(message.id);
                    self.pairs.other_ended(&message, &outcome);
                }
                _ => {}
            }
        }
        told
    }
}

/// The filter that a command puts in force.
fn named_filter(command: &Command) -> Option<FilterId> {
    match command {
        Command::UseFilter { filter } => *filter,
        Command::Configure(config) => config.settings().filter,
        _ => None,
    }
}
