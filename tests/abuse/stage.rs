//! A group, and those who come into it.

use std::{sync::Arc, time::Duration};

use liveroom::{
    Author, Body, Command, Cursor, Entry, Epoch, Group, GroupConfig, GroupId, HashKey, Message,
    MessageId, Outcome, Output, Platform, Profile, Receipt, Refusal, SessionId, Settings,
    Timestamp, UserId,
};

pub(crate) const KEY: HashKey = HashKey::new(1, 2);
pub(crate) const START: Timestamp = Timestamp::from_secs(1_600_000_000);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A group of mia's under a preset that was changed.
pub(crate) fn group(preset: &GroupConfig, change: impl FnOnce(&mut Settings)) -> Group {
    let mut settings = preset.settings().clone();
    change(&mut settings);
    let id = GroupId::custom("abuse").expect("a good id");
    let config = settings.build().expect("good settings");
    Group::new(id, Some(user("mia")), config, Epoch(1), KEY, START)
}

pub(crate) fn user(name: &str) -> UserId {
    name.parse().expect("a good id")
}

pub(crate) fn session(number: u64) -> Author {
    Author::Session(SessionId(number))
}

pub(crate) fn join(name: &str, nick: &str) -> Command {
    Command::join(user(name), Profile::nick(nick), Platform::Web)
}

/// `ann`, `bo` and the owner `mia` come in over the sessions 1, 2 and 3.
pub(crate) fn fill(group: &mut Group) {
    for (number, name) in (1..).zip(["ann", "bo", "mia"]) {
        group.push(START, session(number), join(name, name)).expect("all may join");
    }
    drain(group);
}

pub(crate) fn drain(group: &mut Group) -> Vec<Output> {
    std::iter::from_fn(|| group.poll()).collect()
}

/// The clock goes on to `now`, and everything is polled on the way.
pub(crate) fn wait(group: &mut Group, now: Timestamp) -> Vec<Output> {
    let mut outputs = drain(group);
    while group.clock() < now {
        group.advance(now);
        outputs.extend(drain(group));
    }
    outputs
}

/// What is kept ahead of a cursor, which goes on.
pub(crate) fn read(group: &Group, cursor: &mut Cursor) -> Vec<Arc<Entry>> {
    let entries = group.since(cursor).expect("a cursor of this group");
    let next = entries.cursor();
    let entries = entries.cloned().collect();
    *cursor = next;
    entries
}

pub(crate) fn message(entry: &Entry) -> Option<&Message> {
    if let Body::Message(message) = &entry.body { Some(message) } else { None }
}

/// The message that was sent, unless it was sent before.
pub(crate) fn sent(answer: &Result<Receipt, Refusal>) -> Option<MessageId> {
    match answer {
        Ok(Receipt::Sent { message, duplicate: false, .. }) => Some(*message),
        _ => None,
    }
}

/// What was delivered, and when.
pub(crate) fn delivered(outputs: &[Output]) -> Vec<(MessageId, Timestamp)> {
    let ends = outputs.iter().filter_map(|output| match output {
        Output::Ended { message, outcome: Outcome::Delivered { at, .. }, .. } => {
            Some((message.id, *at))
        }
        _ => None,
    });
    ends.collect()
}

/// That every message is accounted for.
pub(crate) fn balanced(group: &Group) {
    let stats = group.stats();
    assert!(stats.flow.0.iter().all(|flow| flow.balances()), "{:?}", stats.flow);
}
