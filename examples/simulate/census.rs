//! What happened in a run, so that a world in which something never happens is seen.

use std::{collections::BTreeMap, fmt};

use indicatif::HumanCount;
use liveroom::{
    Command, Decision, Discard, LeaveReason, Outcome, Output, Receipt, Refusal, Rejection, State,
};

use crate::model::{
    play::{Answer, Line},
    script::{Act, Clock, HOSTILE, Step},
};

/// Everything that is counted, by what it has to do with.
const ROWS: &[(&str, &[&str])] = &[
    (
        "people",
        &[
            "joins",
            "joins of guests",
            "joins again",
            "applications",
            "attached",
            "detached",
            "quits",
            "removed",
            "presence told",
        ],
    ),
    (
        "messages",
        &[
            "accepted",
            "refused",
            "duplicates",
            "held",
            "waiting",
            "delivered",
            "rejected by the filter",
            "rejected by decision",
            "rejected by silence",
            "rejected by a rule",
            "lost to the rate",
            "discarded otherwise",
            "in the shadow",
            "folds told",
            "previews",
        ],
    ),
    ("texts", &["hostile texts", "texts over several elements", "too big"]),
    ("decisions", &["asked", "answered", "answers late or double", "answers forged", "escalated"]),
    (
        "staff",
        &[
            "mutes",
            "shadow mutes",
            "warnings",
            "kicks",
            "bans",
            "bans of prints",
            "purges",
            "recalls",
            "several acts at once",
            "roles",
            "raids",
            "refused to somebody",
        ],
    ),
    (
        "group",
        &["configured", "filters changed", "attributes and counters", "profiles", "disbanded"],
    ),
    (
        "weather",
        &[
            "floods",
            "join storms",
            "leave storms",
            "gift storms",
            "notice storms",
            "hostile crowds",
        ],
    ),
    (
        "time",
        &["stood still", "went ahead", "jumped a day or more", "ran back", "ran wild", "rebased"],
    ),
    (
        "hosts",
        &[
            "polled late",
            "called early, twice and with old times",
            "copied under another key",
            "snapshots",
            "crashed before a poll",
            "crashed amid polling",
            "crashed after a step",
            "records replayed",
        ],
    ),
    (
        "readers",
        &[
            "batches given",
            "entries given",
            "not now",
            "vanished",
            "came back",
            "gaps",
            "entries missed",
        ],
    ),
    ("hubs", &["steps of groups on hubs", "turned away by the hub", "hubs restored"]),
];

#[derive(Clone, Debug)]
pub(crate) struct Census(BTreeMap<&'static str, u64>);

impl Default for Census {
    fn default() -> Self {
        let rows = ROWS.iter().flat_map(|(_, rows)| rows.iter());
        Self(rows.map(|row| (*row, 0)).collect())
    }
}

impl Census {
    pub(crate) fn count(&mut self, row: &'static str, times: usize) {
        *self.0.get_mut(row).expect("a row of the table") += times as u64;
    }

    pub(crate) fn one(&mut self, row: &'static str) {
        self.count(row, 1);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (row, times) in &other.0 {
            *self.0.entry(row).or_default() += times;
        }
    }

    /// What the clock did, and what was given.
    pub(crate) fn given(&mut self, step: &Step) {
        self.one(match step.clock {
            Clock::Still => "stood still",
            Clock::Ahead(ms) if ms >= 86_400_000 => "jumped a day or more",
            Clock::Ahead(_) => "went ahead",
            Clock::Back(_) => "ran back",
            Clock::Wild => "ran wild",
        });
        match &step.push {
            Some((_, Act::Send { text, .. })) => {
                self.count("hostile texts", usize::from(HOSTILE.contains(text)));
                self.count("texts over several elements", usize::from(text.contains('|')));
            }
            Some((_, Act::SendBig)) => self.one("too big"),
            _ => {}
        }
    }

    pub(crate) fn answered(&mut self, line: &Line, answer: &Answer, asked: u64) {
        let (Some((_, command)), Some(answer)) = (&line.1, answer) else { return };
        match answer {
            Ok(receipt) => self.accepted(command, receipt),
            Err(Refusal::UnknownTicket { ticket }) if ticket.0 > asked => {
                self.one("answers forged")
            }
            Err(Refusal::UnknownTicket { .. }) => self.one("answers late or double"),
            Err(_) if matches!(command, Command::Send(_)) => self.one("refused"),
            Err(_) => self.one("refused to somebody"),
        }
    }

    fn accepted(&mut self, command: &Command, receipt: &Receipt) {
        let row = match command {
            Command::Send(_) => match receipt {
                Receipt::Sent { duplicate: true, .. } => "duplicates",
                Receipt::Sent { state: State::Held { .. }, .. } => "held",
                Receipt::Sent { state: State::Waiting { .. }, .. } => "waiting",
                _ => "accepted",
            },
            Command::Attach { .. } => "attached",
            Command::Detach | Command::DetachAll => "detached",
            Command::Answer { decision: Decision::Escalate, .. } => "escalated",
            Command::Answer { .. } => "answered",
            Command::Mute { .. } | Command::MuteAll { .. } => "mutes",
            Command::Shadow { .. } => "shadow mutes",
            Command::Warn { .. } => "warnings",
            Command::Kick { .. } => "kicks",
            Command::Ban { .. } => "bans",
            Command::BanPrints { .. } => "bans of prints",
            Command::Purge { .. } => "purges",
            Command::Recall { .. } => "recalls",
            Command::Moderate { .. } => "several acts at once",
            Command::SetAdmin { .. } | Command::CancelAdmin { .. } | Command::Transfer { .. } => {
                "roles"
            }
            Command::Raid { .. } => "raids",
            Command::Configure(_) => "configured",
            Command::UseFilter { .. } => "filters changed",
            Command::SetAttributes { .. } | Command::Count { .. } => "attributes and counters",
            Command::SetProfile { .. } | Command::SetGroup(_) | Command::SetNameCard { .. } => {
                "profiles"
            }
            Command::Disband => "disbanded",
            Command::Rebase { .. } => "rebased",
            _ => return,
        };
        self.one(row);
        if matches!(row, "held" | "waiting") {
            self.one("accepted");
        }
    }

    pub(crate) fn told(&mut self, outputs: &[Output]) {
        for output in outputs {
            let row = match output {
                Output::Joined { already: true, .. } => "joins again",
                Output::Joined { user: None, .. } => "joins of guests",
                Output::Joined { .. } => "joins",
                Output::Applied { .. } => "applications",
                Output::Left { reason: LeaveReason::Quit, .. } => "quits",
                Output::Left { .. } => "removed",
                Output::Presence { .. } => "presence told",
                Output::Ask { .. } => "asked",
                Output::Preview { .. } => "previews",
                Output::FoldEnded { .. } => "folds told",
                Output::Ended { outcome, .. } => outcome_row(outcome),
                _ => continue,
            };
            self.one(row);
        }
    }
}

fn outcome_row(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered { .. } => "delivered",
        Outcome::Rejected(Rejection::Filter { .. }) => "rejected by the filter",
        Outcome::Rejected(Rejection::Silence) => "rejected by silence",
        Outcome::Rejected(Rejection::Rule { .. }) => "rejected by a rule",
        Outcome::Rejected(_) => "rejected by decision",
        Outcome::Discarded(Discard::Rate | Discard::Expired | Discard::Shed) => "lost to the rate",
        Outcome::Discarded(Discard::Shadowed) => "in the shadow",
        _ => "discarded otherwise",
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (topic, rows) in ROWS {
            for (at, row) in rows.iter().enumerate() {
                let topic = if at == 0 { topic } else { "" };
                let times = self.0.get(row).copied().unwrap_or_default();
                let never = if times == 0 { "  never" } else { "" };
                writeln!(f, "{topic:<10}{row:<40}{:>14}{never}", HumanCount(times).to_string())?;
            }
        }
        Ok(())
    }
}
