//! An embeddable, in-process chat-room engine for livestreaming groups.

#![forbid(unsafe_code)]

mod command;
mod config;
mod corrupt;
mod cursor;
mod entry;
pub mod filter;
mod id;
mod message;
mod outcome;
mod output;
mod refusal;
mod role;
mod scheduler;
mod stats;
mod time;

pub use command::{
    Admission, AttributeChange, AttributeMode, Command, CounterChange, Counting, Decision, Device,
    Draft, GroupPatch, Join, JoinStatus, LeaveReason, Receipt, Span, Users,
};
pub use config::{
    Absence, Asking, Cap, ConfigError, GroupConfig, JoinOption, Lane, Limits, Patience, Power,
    Powers, Presence, QuitAcross, Retention, Settings, Silence, SlowMode, TipConfig, TipSet,
    Traffic,
};
pub use cursor::{Cursor, CursorError};
pub use entry::{Body, Entry, Notice, ProfileChanges, Subject, Tip, TipKind};
pub use id::{
    AppId, Epoch, FilterId, GroupId, GroupKey, HashKey, IdError, MessageId, Random, RecordNo, Seq,
    SessionId, Ticket, UserId,
};
pub use message::{
    Class, Content, Directive, Element, Kind, Media, Message, PerClass, PerPriority, Priority,
    Sender,
};
pub use outcome::{Discard, Outcome, Rejection, State};
pub use output::{Cause, Deadline, Due, Event, Output, Question, Record};
pub use refusal::{Denial, Field, Refusal};
pub use role::{Author, Platform, Profile, Role, RoleSet};
pub use stats::{Flow, Stats};
pub use time::{Rate, Timestamp};
