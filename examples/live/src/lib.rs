//! A live room in a browser, on the liveroom engine: a host program, and an example of how to write one.
//!
//! [`Host::start`] opens three rooms and serves them. Inside, one duty a file:
//!
//! | | |
//! |---|---|
//! | `accept`, `gate` | connections that come in, and how many may |
//! | `page`, `files` | what is served, security headers, who may open a WebSocket |
//! | `connection`, `line` | one WebSocket: what comes in, what goes out, how it ends |
//! | `protocol` | the frames of PROTOCOL.md |
//! | `plan`, `furnish`, `house`, `room` | which rooms there are; how they are made; what they share; what one of them keeps |
//! | `door`, `book`, `welcome`, `secret` | who comes in, goes, and comes back |
//! | `speech`, `acts` | what is sent, before the group sees it; what owner and pupils do beside |
//! | `words`, `hands`, `board`, `offers`, `codes`, `counts` | small things that a room keeps |
//! | `past` | the last five minutes of a room, to ask what would have been |
//! | `trail` | the last acts of moderation in a room, as a chain |
//! | `voices` | who spoke in a room of late |
//! | `fanout`, `errand` | the one thread that tells everybody everything, and what it is asked to do |
//! | `apps`, `registry` | the apps that are served, and the keys of their users' signatures; which there are at the beginning |
//! | `desk`, `rest` | what the modelled service's requests ask, over whichever way they come; those of REST |
//! | `console` | where apps and groups are made by hand |
//! | `callbacks` | what the app's own server is asked and told |
//! | `gateway` | the WebSocket of the modelled service's own SDK |
//! | `crowd` | viewers who are not there |
//! | `ops`, `metrics`, `pulse`, `logs` | what those see who keep the host running |
//! | `account`, `process` | what became of every message, and what that cost |
//! | `keep` | what is kept on disk, and brought back |
//! | `hours`, `rig` | what time it is; the host by hand, for who looks for frames that it does not bear |

#![forbid(unsafe_code)]

mod accept;
mod account;
mod acts;
mod apps;
mod board;
mod book;
mod callbacks;
mod codes;
mod connection;
mod console;
mod counts;
mod crowd;
mod desk;
mod door;
mod errand;
mod fanout;
mod files;
mod furnish;
mod gate;
mod gateway;
mod hands;
mod host;
mod hours;
mod house;
mod keep;
mod line;
mod logs;
mod metrics;
mod nodes;
mod offers;
mod open_files;
mod ops;
mod options;
mod page;
mod past;
mod plan;
mod process;
mod protocol;
mod pulse;
mod registry;
mod rest;
#[doc(hidden)]
pub mod rig;
mod room;
mod secret;
mod speech;
mod trail;
mod voices;
mod welcome;
mod words;

pub use account::Account;
pub use apps::{AppKey, BadAppKey};
pub use callbacks::{Address, BadAddress, CallbackOptions};
pub use host::Host;
pub use keep::DataOptions;
pub use logs::{LogForm, begin_log};
pub use nodes::{NodeHost, NodeOptions};
pub use open_files::raise_open_files;
pub use options::{Limits, Options};
