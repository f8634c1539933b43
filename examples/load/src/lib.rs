//! Real WebSocket clients against a live room, and against what one would write instead.
//!
//! | | |
//! |---|---|
//! | `class`, `schedule`, `speech` | what is sent, when, and what its author is told |
//! | `ws`, `dialect`, `hearing` | the wire: frames, how words are put on it, what they say |
//! | `client`, `driver` | one connection, and the loop that drives thousands |
//! | `account`, `latency` | what readers got, held against the host, and how long it took |
//! | `figures`, `probe` | what the host says of itself, and what the system says of it |
//! | `hosts` | the hosts that can be measured |
//! | `run`, `settling`, `outcome` | one host under load, how long late books are waited for, and what came of it |
//! | `view` | shown while it runs |
//! | `conditions`, `summary`, `table`, `page` | under which conditions, what came of it in sentences, as text, and with charts |

#![forbid(unsafe_code)]

pub mod account;
pub mod class;
mod client;
pub mod conditions;
pub mod dialect;
mod driver;
pub mod figures;
mod hearing;
pub mod hosts;
pub mod latency;
pub mod outcome;
pub mod page;
pub mod probe;
pub mod run;
pub mod schedule;
pub mod settling;
mod speech;
pub mod summary;
pub mod table;
pub mod view;
mod ws;

/// Why something cannot go on, in words for a person.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
