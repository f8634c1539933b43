#![doc = include_str!("guide/overview.md")]
#![forbid(unsafe_code)]
// Whoever indexes says at the top of the file why that holds; `expect`, `panic` and `unreachable` say so themselves.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod attributes;
mod audience;
pub mod audit;
mod batch;
mod bounds;
mod bucket;
mod clock;
mod command;
mod config;
mod corrupt;
mod cursor;
mod deadlines;
mod directory;
mod engine;
mod entry;
mod fading;
pub mod filter;
mod folds;
mod form;
mod glyph;
mod group;
mod hash;
mod house;
mod hub;
mod id;
mod index;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod journal;
mod log;
mod message;
#[cfg(feature = "metrics")]
pub mod metrics;
mod modes;
mod mutes;
#[cfg(feature = "nats")]
pub mod nats;
mod outcome;
mod output;
mod profile;
mod receipts;
mod refusal;
pub mod relay;
mod review;
mod role;
mod roster;
mod rules;
mod scheduler;
mod signals;
mod space;
mod stats;
#[cfg(feature = "store")]
pub mod store;
mod strikes;
mod tally;
#[cfg(feature = "tim")]
pub mod tim;
mod time;
mod timers;
mod tips;
#[cfg(feature = "tracing")]
pub mod tracing;
mod what_if;

/// Chapters beside the reference.
pub mod guide {
    #[doc = include_str!("guide/behaviour.md")]
    pub mod behaviour {}
    #[doc = include_str!("guide/moderation.md")]
    pub mod moderation {}
    #[doc = include_str!("guide/costs.md")]
    pub mod costs {}
    #[doc = include_str!("guide/fairness.md")]
    pub mod fairness {}
    #[doc = include_str!("guide/scale.md")]
    pub mod scale {}
    #[doc = include_str!("guide/machines.md")]
    #[doc = include_str!("guide/machines/latency.svg")]
    #[doc = ""]
    #[doc = include_str!("guide/machines/traffic.svg")]
    #[doc = ""]
    #[doc = include_str!("guide/machines/home.svg")]
    pub mod machines {}
    #[doc = include_str!("guide/proof.md")]
    pub mod proof {}
    #[cfg(feature = "store")]
    #[doc = include_str!("guide/durability.md")]
    pub mod durability {}
    #[cfg(feature = "tim")]
    #[doc = include_str!("guide/steps.md")]
    pub mod steps {}
    #[cfg(feature = "tim")]
    #[doc = include_str!("guide/moving.md")]
    pub mod moving {}
}

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use attributes::{Attributes, Counters};
pub use audience::{Audience, NotNow, Place, Source, Swept, Tick};
pub use batch::{Batch, Format};
pub use bucket::{Bucket, Limit};
pub use clock::Clock;
pub use command::{
    Acts, Admission, AttributeChange, AttributeMode, Command, CounterChange, Counting, Decision,
    Device, Draft, GroupPatch, Join, JoinStatus, LeaveReason, Prints, Receipt, Removing, Silencing,
    Span, Users,
};
pub use config::{
    Absence, AskStep, Asking, Cap, ConfigError, Escalation, Filtering, FoldRule, Folding,
    GroupConfig, HouseRules, Lane, Limits, Occasion, Occasions, Pace, Patience, Power, Powers,
    Presence, PriorityRule, QuietHours, QuitAcross, RaidPlan, Repeats, Retention, Settings,
    Silence, SlowMode, StrikeRules, TextRule, Those, TipConfig, TipSet, Traffic, TrailLimits,
    Treat, Whose,
};
pub use cursor::{Cursor, CursorError};
pub use directory::Visitor;
pub use engine::{Creation, Engine, EngineConfig, PushError};
pub use entry::{Body, Changed, Entry, Folded, Notice, ProfileChanges, Subject, Tip, TipKind};
pub use group::{Group, RestoreError, Snapshot, Waiting, WorstCase};
pub use hash::HashKey;
pub use hub::{AppInfo, AppStatus, Drainer, Hub, HubKey, HubSource};
pub use id::{
    AppId, Epoch, FilterId, Fingerprint, GroupId, GroupKey, IdError, MessageId, Random, RecordNo,
    Seq, SessionId, StepName, Ticket, UserId,
};
pub use journal::{ReplayError, replay};
pub use log::Entries;
pub use message::{
    Class, Content, Directive, Element, Kind, Media, Message, PerClass, PerPriority, Priority,
    Sender,
};
pub use outcome::{Discard, Outcome, Rejection, State, Told};
pub use output::{Cause, Deadline, Due, Event, HeldMessage, Hold, Output, Question, Record};
pub use profile::GroupProfile;
pub use receipts::{DecisionName, Explanation, Finding, Outranker, Rule, Rules, Step, Wait};
pub use refusal::{Denial, Field, Part, Refusal};
pub use role::{Author, JoinOption, Platform, Profile, Role, RoleSet};
pub use roster::{Applicant, Member, Occupant, Page};
pub use rules::{Action, Actor};
pub use scheduler::Allowance;
pub use signals::{Condition, Signal, Signals};
pub use stats::{Flow, Stats};
pub use tally::Totals;
pub use time::{Rate, Timestamp};
pub use what_if::{Contrast, Difference, Differing, Fate, Fates, RejectedBy, WhatIfError, what_if};
