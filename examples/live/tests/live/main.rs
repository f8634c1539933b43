//! The host from outside: real sockets, real frames. Everything is waited for by what comes over the
//! wire, never by sleeping.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod callbacks;
mod class;
mod comeback;
mod console;
mod ending;
mod gateway;
mod kept;
mod limits;
mod load;
mod moderation;
mod offers;
mod ops;
mod owner;
mod panel;
mod past;
mod rest;
mod rooms;
mod serve;
mod slow;
mod support;
mod talk;
mod wire;
