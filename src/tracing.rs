//! What a group puts out, and why it refuses, as structured events of [`tracing`](https://docs.rs/tracing).
//!
//! Needs the feature `tracing`. The host calls [`output`] for what it polls, and [`refusal`] for what
//! was refused, where it wants that in its log; the core itself logs nothing. Where a journal is
//! replayed, the same outputs come again: leave them out of the log there.
//!
//! Never told, at any level, is what may be private: what messages say, nicks and avatars, names and
//! texts of the group, the host's own fields and reasons, notes of applicants. Users, sessions and
//! messages are named by their ids.
//!
//! ```
//! use liveroom::{Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, SessionId, Timestamp};
//!
//! let (id, key) = (GroupId::custom("friday")?, HashKey::new(1, 2));
//! let now = Timestamp::from_secs(1_600_000_000);
//! let mut group = Group::new(id.clone(), None, GroupConfig::livestream(), Epoch(1), key, now);
//!
//! let by = Author::Session(SessionId(1));
//! if let Err(refusal) = group.push(now, by.clone(), Command::text("hello")) {
//!     liveroom::tracing::refusal(&id, &by, &refusal);
//! }
//! while let Some(output) = group.poll() {
//!     liveroom::tracing::output(&id, &output);
//! }
//! # Ok::<(), liveroom::IdError>(())
//! ```
//!
//! # Fields
//!
//! All events have the target `liveroom`, the message `group output` or `group refusal`, and the fields
//! `group` and `what`. The others are there where they mean something: `record`, `user`, `operator`,
//! `session`, `message_id`, `kind`, `priority`, `outcome`, `reason`, `code`, `seq`, `count`.
//!
//! | level | what |
//! |---|---|
//! | warn | a refusal that is the host's to mend (`Undrained`) |
//! | info | `ended` otherwise than by delivery; `left` by kick or ban; `applied`, `full`, `disbanded`; `profile_changed`, but for likes and follows |
//! | debug | every other refusal; `ended` by delivery; `asked`, `joined`, `attached`, `left`, `online`, `offline`, `direct`, `ordered` |
//! | trace | `record`, `tail` |

use ::tracing::{
    Level,
    field::{debug, display},
};

use crate::{
    command::LeaveReason,
    entry::{Notice, ProfileChanges},
    id::{GroupId, MessageId, RecordNo, Seq, SessionId, UserId},
    message::{Directive, Kind, Message, Priority},
    outcome::{Outcome, Rejection},
    output::{Cause, Event, Output},
    refusal::Refusal,
    role::Author,
};

/// Tells one output of a group.
pub fn output(group: &GroupId, output: &Output) {
    telling(output).tell(group, output.record());
}

/// Tells that a command of `by` was refused, and why.
pub fn refusal(group: &GroupId, by: &Author, refusal: &Refusal) {
    let (user, session) = match by {
        Author::App => (None, None),
        Author::AppAs { user, profile: _ } => (Some(user), None),
        Author::Session(session) | Author::Guest(session) => (None, Some(*session)),
    };
    let code = refusal.code();
    let (user, session) = (user.map(display), session.map(display));
    // Refusals name ids and numbers only, so that their sentence can be told.
    if code >= 5_000 {
        ::tracing::warn!(
            target: "liveroom", group = %group, what = "refused", user, session, code,
            reason = %refusal, "group refusal"
        );
    } else {
        ::tracing::debug!(
            target: "liveroom", group = %group, what = "refused", user, session, code,
            reason = %refusal, "group refusal"
        );
    }
}

/// What of an output is told.
struct Telling<'a> {
    level: Level,
    what: &'static str,
    user: Option<&'a UserId>,
    operator: Option<&'a UserId>,
    session: Option<SessionId>,
    message: Option<MessageId>,
    kind: Option<Kind>,
    priority: Option<Priority>,
    outcome: Option<&'static str>,
    reason: Option<String>,
    code: Option<u32>,
    seq: Option<Seq>,
    count: Option<u64>,
}

impl<'a> Telling<'a> {
    fn of(level: Level, what: &'static str) -> Self {
        Self {
            level,
            what,
            user: None,
            operator: None,
            session: None,
            message: None,
            kind: None,
            priority: None,
            outcome: None,
            reason: None,
            code: None,
            seq: None,
            count: None,
        }
    }

    fn about(self, message: &'a Message) -> Self {
        Self {
            user: message.sender.user.as_ref(),
            message: Some(message.id),
            kind: Some(message.kind),
            priority: Some(message.priority),
            ..self
        }
    }

    fn tell(self, group: &GroupId, record: RecordNo) {
        let (kind, priority) = (self.kind.map(debug), self.priority.map(debug));
        // The level of an event is fixed where it stands in the code.
        macro_rules! event {
            ($level:expr) => {
                ::tracing::event!(
                    target: "liveroom",
                    $level,
                    group = %group,
                    what = self.what,
                    record = record.0,
                    user = self.user.map(display),
                    operator = self.operator.map(display),
                    session = self.session.map(display),
                    message_id = self.message.map(display),
                    kind,
                    priority,
                    outcome = self.outcome,
                    reason = self.reason,
                    code = self.code,
                    seq = self.seq.map(display),
                    count = self.count,
                    "group output"
                )
            };
        }
        match self.level {
            Level::TRACE => event!(Level::TRACE),
            Level::DEBUG => event!(Level::DEBUG),
            _ => event!(Level::INFO),
        }
    }
}

fn telling(output: &Output) -> Telling<'_> {
    match output {
        Output::Record(record) => {
            let reason = match &record.event {
                Event::Command { .. } => "command",
                Event::Advance => "advance",
            };
            let reason = Some(reason.to_owned());
            Telling { reason, ..Telling::of(Level::TRACE, "record") }
        }
        Output::Tail { seq, .. } => {
            Telling { seq: Some(*seq), ..Telling::of(Level::TRACE, "tail") }
        }
        Output::Ask { question, .. } => {
            let reason = match question.cause {
                Cause::Policy => "Policy".to_owned(),
                Cause::Filter { term, .. } => format!("Filter: term {term}"),
                Cause::Escalated => "Escalated".to_owned(),
                Cause::Rule { rule } => format!("Rule: {rule}"),
            };
            let told = Telling::of(Level::DEBUG, "asked").about(&question.message);
            Telling { reason: Some(reason), ..told }
        }
        Output::Preview { message, .. } => Telling::of(Level::DEBUG, "previewed").about(message),
        Output::Ended { message, session, outcome, .. } => {
            Telling { session: *session, ..ended(outcome).about(message) }
        }
        Output::FoldEnded { message, total, .. } => {
            let count = Some(*total);
            Telling { count, ..Telling::of(Level::DEBUG, "fold_ended").about(message) }
        }
        Output::Joined { user, device, already, .. } => {
            let what = if *already { "attached" } else { "joined" };
            let session = Some(device.session);
            Telling { user: user.as_ref(), session, ..Telling::of(Level::DEBUG, what) }
        }
        Output::Left { user, operator, reason, .. } => {
            let level = match reason {
                LeaveReason::Kicked | LeaveReason::Banned => Level::INFO,
                LeaveReason::Quit | LeaveReason::Lost => Level::DEBUG,
            };
            Telling {
                user: user.as_ref(),
                operator: operator.as_ref(),
                reason: Some(format!("{reason:?}")),
                ..Telling::of(level, "left")
            }
        }
        Output::Presence { user, online, .. } => {
            let what = if *online { "online" } else { "offline" };
            Telling { user: Some(user), ..Telling::of(Level::DEBUG, what) }
        }
        Output::Applied { user, .. } => {
            Telling { user: Some(user), ..Telling::of(Level::INFO, "applied") }
        }
        Output::Direct { session, after, notice, .. } => Telling {
            session: Some(*session),
            seq: Some(*after),
            reason: Some(name_of(notice).to_owned()),
            ..Telling::of(Level::DEBUG, "direct")
        },
        Output::Echo { session, after, messages, .. } => Telling {
            session: Some(*session),
            seq: Some(*after),
            count: Some(messages.len() as u64),
            ..Telling::of(Level::DEBUG, "echoed")
        },
        Output::Order { session, after, directive, .. } => {
            let Directive::Leave { users } = directive;
            Telling {
                session: Some(*session),
                seq: Some(*after),
                reason: Some("Leave".to_owned()),
                count: Some(users.len() as u64),
                ..Telling::of(Level::DEBUG, "ordered")
            }
        }
        Output::ProfileChanged { operator, changes, .. } => {
            Telling { operator: operator.as_ref(), ..changed(changes) }
        }
        Output::Audit { audit, .. } => {
            let (user, operator) = (audit.whom.first(), audit.by.user());
            let (reason, count) = (Some(format!("{:?}", audit.act)), Some(audit.whom.len() as u64));
            Telling { user, operator, reason, count, ..Telling::of(Level::INFO, "audited") }
        }
        Output::Raid { operator, until, .. } => Telling {
            operator: operator.as_ref(),
            reason: Some(if until.is_some() { "on" } else { "off" }.to_owned()),
            ..Telling::of(Level::INFO, "raid")
        },
        Output::Full { .. } => Telling::of(Level::INFO, "full"),
        Output::Disbanded { .. } => Telling::of(Level::INFO, "disbanded"),
    }
}

fn ended(outcome: &Outcome) -> Telling<'static> {
    let told = Telling::of(Level::INFO, "ended");
    match outcome {
        Outcome::Delivered { seq, .. } => {
            Telling { level: Level::DEBUG, outcome: Some("delivered"), seq: Some(*seq), ..told }
        }
        Outcome::Rejected(rejection) => {
            let (reason, code) = match rejection {
                Rejection::Filter { term, .. } => (format!("Filter: term {term}"), None),
                // The host's words to the author are between these two.
                Rejection::Decision { code, reason: _ } => ("Decision".to_owned(), Some(*code)),
                Rejection::Silence => ("Silence".to_owned(), None),
                Rejection::Rule { rule } => (format!("Rule: {rule}"), None),
            };
            Telling { outcome: Some("rejected"), reason: Some(reason), code, ..told }
        }
        Outcome::Discarded(reason) => {
            Telling { outcome: Some("discarded"), reason: Some(format!("{reason:?}")), ..told }
        }
    }
}

/// Which fields changed, without what they are now.
fn changed(changes: &ProfileChanges) -> Telling<'static> {
    let ProfileChanges {
        name,
        introduction,
        notification,
        face_url,
        join_option,
        owner,
        mute_all,
        custom,
        likes,
        follows,
        attributes,
        counters,
        info_seq: _,
    } = changes;
    let fields = [
        ("name", name.is_some()),
        ("introduction", introduction.is_some()),
        ("notification", notification.is_some()),
        ("face_url", face_url.is_some()),
        ("join_option", join_option.is_some()),
        ("owner", owner.is_some()),
        ("mute_all", mute_all.is_some()),
        ("custom", !custom.is_empty()),
        ("attributes", attributes.is_some()),
        ("counters", counters.is_some()),
        ("likes", likes.is_some()),
        ("follows", follows.is_some()),
    ];
    let tally = ["likes", "follows"];
    let names: Vec<_> = fields.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
    // Likes are told every few seconds for as long as the show goes on.
    let tallied = !names.is_empty() && names.iter().all(|name| tally.contains(name));
    let level = if tallied { Level::DEBUG } else { Level::INFO };
    Telling { reason: Some(names.join(",")), ..Telling::of(level, "profile_changed") }
}

fn name_of(notice: &Notice) -> &'static str {
    match notice {
        Notice::Custom { .. } => "Custom",
        Notice::Broadcast { .. } => "Broadcast",
        Notice::Disbanded => "Disbanded",
        Notice::Purged { .. } => "Purged",
        Notice::Raid { .. } => "Raid",
        Notice::Applied { .. } => "Applied",
        Notice::Admitted => "Admitted",
        Notice::Declined => "Declined",
        Notice::Kicked { .. } => "Kicked",
        Notice::QuitElsewhere => "QuitElsewhere",
        Notice::RoleChanged { .. } => "RoleChanged",
        Notice::Warned { .. } => "Warned",
        Notice::Banned { .. } => "Banned",
    }
}
