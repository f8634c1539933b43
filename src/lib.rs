//! An embeddable, in-process chat-room engine for livestreaming groups.

#![forbid(unsafe_code)]

mod config;
mod entry;
pub mod filter;
mod id;
mod message;
mod outcome;
mod role;
mod scheduler;
mod time;

pub use config::*;
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
pub use role::{Author, Platform, Profile, Role, RoleSet};
pub use time::{Rate, Timestamp};
