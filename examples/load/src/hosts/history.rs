//! What the peers share: the live host's wire, as far as readers need it, and figures under the same names.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

/// Who comes in, or what is said: frames of the live host's PROTOCOL.md.
#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum Asked {
    Join {},
    Send(Said),
    #[serde(other)]
    Other,
}

/// A message.
#[derive(Deserialize)]
pub(super) struct Said {
    id: u64,
    kind: String,
    text: String,
    data: String,
    random: u32,
    priority: Option<String>,
}

/// A frame to readers.
#[derive(Serialize)]
pub(super) struct Frame<T> {
    v: u8,
    t: &'static str,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
pub(super) struct Batch {
    missed: Missed,
    entries: Vec<Entry>,
}

#[derive(Default, Serialize)]
struct Missed {
    /// A receiver that lags is told how many it missed, and not of which class.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<u64>,
}

#[derive(Serialize)]
struct Entry {
    seq: u64,
    at: u64,
    class: &'static str,
    r#type: &'static str,
    id: u64,
    user: String,
    nick: String,
    avatar: String,
    role: &'static str,
    kind: String,
    text: String,
    data: String,
    random: u32,
}

#[derive(Serialize)]
pub(super) struct Welcome {
    cursor: Cursor,
}

#[derive(Serialize)]
struct Cursor {
    passed: [u64; 6],
}

#[derive(Serialize)]
pub(super) struct Receipt {
    id: u64,
    random: u32,
    state: &'static str,
    seq: u64,
}

/// How far a room's history has come. Everybody is given everything, at once.
#[derive(Debug, Default)]
pub(super) struct History {
    appended: [u64; 6],
}

/// What is counted beside the history.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) given: AtomicU64,
    pub(super) missed: AtomicU64,
}

const CLASSES: [&str; 4] = ["high", "normal", "low", "lowest"];

impl History {
    /// Appends a message of a user's: what all are told, and what its author is.
    pub(super) fn append(&mut self, user: u64, said: Said) -> (Frame<Batch>, Frame<Receipt>) {
        let class = match (said.kind.as_str(), said.priority.as_deref()) {
            (_, Some("lowest")) => 3,
            ("gift", _) => 0,
            ("like" | "follow", _) => 2,
            _ => 1,
        };
        self.appended[class] += 1;
        let seq = self.appended.iter().sum();
        let Said { id, kind, text, data, random, priority: _ } = said;
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let entry = Entry {
            seq,
            at: u64::try_from(since.as_millis()).unwrap_or_default(),
            class: CLASSES[class],
            r#type: "message",
            id: seq,
            user: format!("u{user}"),
            nick: "Load".to_owned(),
            avatar: String::new(),
            role: "member",
            kind,
            text,
            data,
            random,
        };
        let batch = frame("batch", Batch { missed: Missed::default(), entries: vec![entry] });
        (batch, frame("receipt", Receipt { id, random, state: "delivered", seq }))
    }

    /// What a newcomer is told.
    pub(super) fn welcome(&self) -> Frame<Welcome> {
        frame("welcome", Welcome { cursor: Cursor { passed: self.appended } })
    }

    /// The figures, in the text format of Prometheus and under the live host's names.
    pub(super) fn figures(&self, counts: &Counts) -> String {
        let mut text = String::new();
        for (class, appended) in CLASSES.iter().zip(self.appended) {
            text += &format!(
                "liveroom_entries_appended_total{{group=\"live\",class=\"{class}\"}} {appended}\n\
                 liveroom_messages_accepted_total{{group=\"live\",priority=\"{class}\"}} {appended}\n\
                 liveroom_messages_ended_total{{group=\"live\",priority=\"{class}\",outcome=\"delivered\"}} {appended}\n"
            );
        }
        let (given, missed) = (counts.given.load(Relaxed), counts.missed.load(Relaxed));
        text + &format!(
            "live_entries_given_total{{group=\"live\"}} {given}\n\
             live_entries_missed_total{{group=\"live\"}} {missed}\n"
        )
    }
}

/// What a receiver is told that lags.
pub(super) fn lagged(missed: u64) -> Frame<Batch> {
    frame("batch", Batch { missed: Missed { unknown: Some(missed) }, entries: Vec::new() })
}

fn frame<T>(t: &'static str, body: T) -> Frame<T> {
    Frame { v: 1, t, body }
}
