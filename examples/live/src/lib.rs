//! A live room in a browser, on the liveroom engine: a host program, and an example of how to write one.
//!
//! [`Host::start`] opens a room and serves it. Inside, one duty a file:
//!
//! | | |
//! |---|---|
//! | `page` | files, security headers, who may open a WebSocket |
//! | `connection`, `line` | one WebSocket: what comes in, what goes out, how it ends |
//! | `protocol` | the frames of PROTOCOL.md |
//! | `room`, `door` | hub, app, group and filter; who comes in, goes, and comes back |
//! | `fanout` | the one thread that tells everybody everything |
//! | `crowd` | viewers who are not there |
//! | `account`, `process` | what became of every message, and what that cost |

#![forbid(unsafe_code)]

mod account;
mod connection;
mod crowd;
mod door;
mod fanout;
mod host;
mod line;
mod page;
mod process;
mod protocol;
mod room;

pub use account::Account;
pub use host::{Host, Options};
pub use room::Limits;
