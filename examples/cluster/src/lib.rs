//! A room over three machines, whose homes are killed while people watch.
//!
//! [`server`], [`servers`], [`node`] and [`link`] are processes or one way between two; [`machines`] are all of them, and [`fault`] is what
//! is done to them. A [`viewer`] is a real client, and a [`speaker`] is the part of it that talks, without IO. What they
//! tell in the end is a [`course`], which [`judge`] judges, also without IO. [`run`] puts one run together; [`view`] and [`table`]
//! show it.

#![forbid(unsafe_code)]

pub mod course;
pub mod fault;
mod http;
pub mod judge;
pub mod link;
pub mod machines;
pub mod node;
pub mod run;
pub mod server;
pub mod servers;
pub mod speaker;
pub mod table;
pub mod view;
pub mod viewer;
