//! A room over three machines, whose homes are killed while people watch.

pub mod server;
